package sshkey

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// The keys were made by ssh-keygen, which said the fingerprints, too; those of hardware are of GitLab's own tests
// (spec/factories/keys.rb).
var keys = map[string]Key{
	"ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQDlFa9tNvqSYPqZnrNytocTS20VHNmlfpcoJlkjz6UhD4IvAVLrz5WoXg5K7uQg" +
		"ugp9c/9LN/2rs/xdpRAGKaB5rzAHISJjNKEBkNvjbQGT5TUfLjnDGpdE8SZoOZNRva5K3xqZAj3JBHam/dwugXT2sZXtR9pl+2Fe" +
		"8rS2bQ3oSQ==": {RSA, 1024,
		"de:56:fb:c3:39:ab:97:16:b0:72:98:53:1e:81:b1:82", "M43AEmQ5erStZIj5z1pzl/azFZUB9Zo0Baip4pKnBME"},
	"ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQCzcPQGVCqAKODBRSQmgRmf4wnqW/gGB7cOK5Q573BwMM2weUBjaOhp6TE5//7y" +
		"GJFPlXOpkoaXsdls1ikvbetog77A+VbNrVI50KtNoQkbHRf5dXIZ9HK/7g1NRCfOrj32wEhQoQ7DFBkt3XSvswo2dhF2xfcqzVZd" +
		"Z0d/oW2mWYwwh55eKD/Cv+AiW1JPWsc7/H6S02QiU2ZroAGcJA7CcwC0u4A5ZDUa++rvk1tjO2mXwUY2BXvkBYsa2WXQLiWHm0Q+" +
		"d8VyOCRbbnQ7c2WHXHVS4iNTe9UrvL2COVyGrJ+jdSjUDwObA/yRWs6Kmn2q0E6doMkWgipsk3p2WIZV": {RSA, 2048,
		"cc:e9:a6:43:cd:b0:07:5e:7f:5b:a9:48:e5:fd:29:d5", "FYbVSneqiDSJ+jqkx6rsZaGlo0q7XojbS3pI5NvMUwQ"},
	"ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBLmuZanBg14AnSJCUod5fWsZQH5W" +
		"J741RVej6lEmUkDYkFqWTsasm0AlTPqSkmdqtBDyx8ZVaIEg+IOuw5lnpaA=": {ECDSA, 256,
		"7e:7c:7b:e7:12:ca:aa:05:b9:e0:1a:f9:a0:92:e1:f4", "Zyd2ergwADt0xRQO8MbucXFDI2HmqPRqXlAp30uN2vo"},
	"ecdsa-sha2-nistp384 AAAAE2VjZHNhLXNoYTItbmlzdHAzODQAAAAIbmlzdHAzODQAAABhBHHUv3FV+Hdjxi4GIMJosOgCqsRk" +
		"rDk3QjH2/q3YNREHHHSpdIf1NheYg1WemF6FuofC0mF1HqZkzbVyvBlQbleyQVYzUYFDkgz8sGYLJlXHMMPihjZitq9s1k0cD7fn" +
		"wg==": {ECDSA, 384,
		"c9:8a:dc:be:c9:09:8b:67:7c:10:18:78:52:34:69:56", "q/oT9EvDDW1ljf8aNwN0R4tx0FL756A3rG93wSqmvg0"},
	"ecdsa-sha2-nistp521 AAAAE2VjZHNhLXNoYTItbmlzdHA1MjEAAAAIbmlzdHA1MjEAAACFBAF3nrLkmrb8UHUD+X8I1k5f6FxG" +
		"h+wtEr03P8SclOhflY+l7Wo9qNC1psNUAUGHFeechGeodhiykIVcoOAvOKUavAB4dybOt8PQNO7w6p4NA4YS6MdV7IgnpYziWsTk" +
		"17NeMac4vdypeosJwZp0oeXq96SyfyT1kvfvkCif/kidaE88JA==": {ECDSA, 521,
		"1b:d6:dd:6d:0e:ca:6d:bd:b5:4f:e2:6e:b3:00:fc:57", "QAUCJfRqQby2XPANDouqoMWnrfD5Y5wwJSj4yZK+3Us"},
	"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGyqL3UNPotPfsiH0RtGpSQ7cvMInor3cVV7wHgEjr1l": {ED25519, 256,
		"38:7d:28:98:7a:b6:48:d0:0a:85:22:5e:9a:13:5f:b6", "D7ZOJz8yBHejUi8g93UwX1ggkEqGHfEpKizWwoBoLog"},
	"sk-ecdsa-sha2-nistp256@openssh.com AAAAInNrLWVjZHNhLXNoYTItbmlzdHAyNTZAb3BlbnNzaC5jb20AAAAIbmlzdHAyN" +
		"TYAAABBBDZ+f5tSRhlB7EN39f93SscTN5PUvbD3UQsNrlE1ZdbwPMMRul2zlPiUvwAvnJitW0jlD/vwZOW2YN+q+iZ5c0MAAAAEc" +
		"3NoOg==": {ECDSASK, 256,
		"56:b9:bc:99:3d:2f:cf:63:6b:70:d8:f9:40:7e:09:4c", "N0sNKBgWKK8usPuPegtgzHQQA9vQ/dRhAEhwFDAnLA4"},
	"sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAIEX/dQ0v4127bEo8eeG1EV0ApO2lW" +
		"bSnN6RWusn/NjqIAAAABHNzaDo=": {ED25519SK, 256,
		"f9:a0:64:0b:4b:72:72:0e:62:92:d7:04:14:74:1c:c9", "U8IKRkIHed6vFMTflwweA3HhIf2DWgZ8EFTm9fgwOUk"},
}

func TestKeysAreRead(t *testing.T) {
	for text, want := range keys {
		got, ok := Parse(text)
		assert.True(t, ok, text)
		assert.Equal(t, want, got)
		for _, around := range []string{text + " someone@example.com", "  " + text,
			`command="true" ` + text, "git.example.com " + text} {
			got, ok := Parse(around)
			assert.True(t, ok, around)
			assert.Equal(t, want, got, around)
		}
		assert.True(t, Begins(text))
	}
	assert.Len(t, keys, 8)
}

// Without one sign, with one too many or under another name nothing is a key.
func TestWhatIsNoKey(t *testing.T) {
	for text, k := range keys {
		name, encoded, _ := strings.Cut(text, " ")
		raw, err := base64.StdEncoding.DecodeString(encoded)
		assert.NoError(t, err)
		again := func(raw []byte) string { return base64.StdEncoding.EncodeToString(raw) }
		for what, wrong := range map[string]string{
			"the name alone": name, "no name": encoded, "no base64": name + " @" + encoded[1:],
			"cut short":      name + " " + again(raw[:len(raw)-1]),
			"more behind it": name + " " + again(append(raw[:len(raw):len(raw)], 0)),
			"one field more": name + " " + again(append(raw[:len(raw):len(raw)], 0, 0, 0, 0)),
			"another name":   strings.Replace(name, "s", "S", 1) + " " + encoded, "a longer name": name + "x " + encoded,
			"the name of another": "ssh-dss " + encoded, "an empty key": name + " ====", "half a length": name + " AAAA",
		} {
			_, ok := Parse(wrong)
			assert.False(t, ok, "%s: %s of %s", what, wrong, k.Type)
		}
	}
	// A length beyond the end, a point beside the curve, the name of another curve, and no number at all.
	point := "AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABB" +
		"BLmuZanBg14AnSJCUod5fWsZQH5WJ741RVej6lEmUkDYkFqWTsasm0AlTPqSkmdqtBDyx8ZVaIEg+IOuw5lnpa"
	for _, wrong := range []string{"ssh-rsa /////w==", "ecdsa-sha2-nistp256 " + point + "E=",
		"ecdsa-sha2-nistp256 " + strings.Replace(point, "IbmlzdHAyNTY", "IbmlzdHAyNTc", 1) + "A=",
		"ssh-rsa AAAAB3NzaC1yc2EAAAAAAAAAAA==", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAAQA="} {
		_, ok := Parse(wrong)
		assert.False(t, ok, wrong)
	}
	assert.False(t, Begins("unsupported-ssh-rsa key"))
	assert.True(t, Begins("ssh-rsa key"))
}

func TestTidy(t *testing.T) {
	const key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGyqL3UNPotPfsiH0RtGpSQ7cvMInor3cVV7wHgEjr1l"
	for text, want := range map[string]string{
		key: key, " " + key + " \n": key, key + " me": key + " me", key + " me and you": key + " me",
		strings.Replace(key, "Gyq", "G\r\n yq", 1) + "\tme\n": key + " me", strings.Replace(key, " ", "\n", 1): key,
		"no key at all ": "no key at all ", " x ": " x ", "": "", "ssh-rsa AAAA me": "ssh-rsa AAAA me",
	} {
		assert.Equal(t, want, Tidy(text), "%q", text)
	}
	hostile := "ssh-rsa " + strings.Repeat("A ", 1<<19)
	assert.Equal(t, hostile, Tidy(hostile))
}

func TestMade(t *testing.T) {
	k, ok := Parse(Made([32]byte{1, 2, 3}))
	assert.True(t, ok)
	assert.Equal(t, []any{ED25519, 256}, []any{k.Type, k.Bits})
	assert.NotEqual(t, Made([32]byte{1, 2, 3}), Made([32]byte{1, 2, 4}))
}
