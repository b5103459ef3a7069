// Package sshkey reads public keys of SSH as people write them down: "ssh-ed25519 AAAA... who@where". It knows how
// OpenSSH encodes them (RFC 4253, 5656, 8709; PROTOCOL.u2f for those of hardware) and no more: nothing is signed here.
package sshkey

import (
	"crypto/ecdh"
	"crypto/md5" // the older kind of fingerprint is one
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"math/big"
	"regexp"
	"slices"
	"strings"
)

// Type is a technology of keys, by GitLab's name.
type Type string

// The types, in GitLab's order (lib/gitlab/ssh_public_key.rb).
const (
	RSA       Type = "rsa"
	DSA       Type = "dsa"
	ECDSA     Type = "ecdsa"
	ED25519   Type = "ed25519"
	ECDSASK   Type = "ecdsa_sk"
	ED25519SK Type = "ed25519_sk"
)

// Types are all of them.
var Types = []Type{RSA, DSA, ECDSA, ED25519, ECDSASK, ED25519SK}

// Key is a public key that was understood.
type Key struct {
	Type Type
	Bits int
	// MD5 is "4a:9d:64:..."; SHA256 is in base64 without padding.
	MD5, SHA256 string
}

// algorithm is how the keys of a name are encoded: so many fields, and how long a key of them is; 0 for none.
type algorithm struct {
	name   string
	of     Type
	fields int
	bits   func(fields [][]byte) int
}

const curveBits = 256 // of those keys that have one length alone

var algorithms = []algorithm{
	{"ssh-rsa", RSA, 2, func(f [][]byte) int { return bitsOf(f[1]) }}, // exponent, modulus
	{"ssh-dss", DSA, 4, func(f [][]byte) int { return bitsOf(f[0]) }}, // p, q, g, y
	{"ecdsa-sha2-nistp256", ECDSA, 2, onCurve("nistp256", ecdh.P256(), curveBits)},
	{"ecdsa-sha2-nistp384", ECDSA, 2, onCurve("nistp384", ecdh.P384(), 384)},
	{"ecdsa-sha2-nistp521", ECDSA, 2, onCurve("nistp521", ecdh.P521(), 521)},
	{"ssh-ed25519", ED25519, 1, edwards},
	{"sk-ecdsa-sha2-nistp256@openssh.com", ECDSASK, 3, onCurve("nistp256", ecdh.P256(), curveBits)},
	{"sk-ssh-ed25519@openssh.com", ED25519SK, 2, edwards},
}

func bitsOf(number []byte) int { return new(big.Int).SetBytes(number).BitLen() }

// onCurve is how long keys are that are points of a curve, which they name.
func onCurve(name string, curve ecdh.Curve, bits int) func([][]byte) int {
	return func(f [][]byte) int {
		if _, err := curve.NewPublicKey(f[1]); err != nil || string(f[0]) != name {
			return 0
		}
		return bits
	}
}

func edwards(f [][]byte) int {
	if len(f[0]) != curveBits/8 {
		return 0
	}
	return curveBits
}

// names are those of all algorithms, as an expression.
var names = func() string {
	var all []string
	for _, a := range algorithms {
		all = append(all, regexp.QuoteMeta(a.name))
	}
	return strings.Join(all, "|")
}()

var (
	beginning = regexp.MustCompile(`\A(?:` + names + `)`)
	// behindOptions is a key as it stands in a file authorized_keys or known_hosts.
	behindOptions = regexp.MustCompile(`(?:\A|\s)(?:` + names + `).*`)
)

// Begins reports whether a text begins with the name of an algorithm, whatever follows right behind it: "ssh-rsaX"
// does, as for GitLab (app/models/key.rb).
func Begins(text string) bool { return beginning.MatchString(text) }

// Parse reads the key of a text, with options before it and a comment behind it or without; false if there is none.
func Parse(text string) (Key, bool) {
	if len(text) > longestText {
		return Key{}, false
	}
	words := strings.Fields(behindOptions.FindString(text))
	if len(words) < 2 {
		return Key{}, false
	}
	return parse(words[0], words[1])
}

// parse reads what is encoded under the name of an algorithm.
func parse(name, encoded string) (Key, bool) {
	raw, err := base64.StdEncoding.Strict().DecodeString(encoded)
	if err != nil {
		return Key{}, false
	}
	fields := split(raw)
	for _, a := range algorithms {
		if a.name != name || len(fields) != a.fields+1 || string(fields[0]) != name {
			continue
		}
		sum, long := md5.Sum(raw), sha256.Sum256(raw)
		k := Key{Type: a.of, Bits: a.bits(fields[1:]), MD5: colons(sum[:])}
		k.SHA256 = base64.RawStdEncoding.EncodeToString(long[:])
		return k, k.Bits > 0
	}
	return Key{}, false
}

// split has the fields of a key, each behind its length; nil for what is cut short.
func split(raw []byte) (fields [][]byte) {
	const lengthSize = 4
	for len(raw) > 0 {
		if len(raw) < lengthSize {
			return nil
		}
		n := binary.BigEndian.Uint32(raw)
		if raw = raw[lengthSize:]; uint64(n) > uint64(len(raw)) {
			return nil
		}
		fields, raw = append(fields, raw[:n]), raw[n:]
	}
	return fields
}

// colons is "4a:9d:64".
func colons(sum []byte) string {
	var pairs []string
	for _, b := range sum {
		pairs = append(pairs, hex.EncodeToString([]byte{b}))
	}
	return strings.Join(pairs, ":")
}

const (
	longest     = 5000    // more than any key has that GitLab takes
	longestText = 1 << 16 // of a text that is looked into: a request may have one of many megabytes
)

// Tidy is a text as GitLab keeps it: a key that was broken into lines is put together, and of its comment the first
// word stays. What is no key stays as it is (lib/gitlab/ssh_public_key.rb, sanitize).
func Tidy(text string) string {
	if len(text) > longestText {
		return text
	}
	words := strings.Fields(text)
	if len(words) < 2 || !slices.ContainsFunc(algorithms, func(a algorithm) bool { return a.name == words[0] }) {
		return text
	}
	encoded := ""
	for i, part := range words[1:] {
		if encoded += part; len(encoded) > longest {
			break
		}
		if _, ok := parse(words[0], encoded); !ok {
			continue
		}
		key := words[0] + " " + encoded
		if i+2 < len(words) { // the word behind part
			key += " " + words[i+2]
		}
		return key
	}
	return text
}

// Made is a key of the type ED25519 that those bytes are, of which there are 32; nobody has the private one.
func Made(public [curveBits / 8]byte) string {
	const name = "ssh-ed25519"
	raw := binary.BigEndian.AppendUint32(nil, uint32(len(name)))
	raw = binary.BigEndian.AppendUint32(append(raw, name...), uint32(len(public)))
	return name + " " + base64.StdEncoding.EncodeToString(append(raw, public[:]...))
}
