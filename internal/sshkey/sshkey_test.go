package sshkey

import (
	"encoding/base64"
	"encoding/binary"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// The keys were made by ssh-keygen, which said the fingerprints, too; those of hardware and of DSA were put together of
// such, or of nothing that anybody signs with.
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
		"TYAAABBBLmuZanBg14AnSJCUod5fWsZQH5WJ741RVej6lEmUkDYkFqWTsasm0AlTPqSkmdqtBDyx8ZVaIEg+IOuw5lnpaAAAAAEc" +
		"3NoOg==": {ECDSASK, 256,
		"ee:95:0b:f8:59:aa:97:14:f3:b6:b3:75:74:d2:bf:3b", "i518JE1oYaGTKNeu5+FqlT71XE8svT1QqrfKLWWGxf0"},
	"sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAIHZLGsz/fjip3bdK80I82/qJa9njt" +
		"aUHs9JWKCsvalP/AAAABHNzaDo=": {ED25519SK, 256,
		"43:74:21:e9:bb:f1:8f:b6:29:75:f9:27:0f:43:f7:e7", "UPj9dB0xBIMfcb5TbrVw+bT7bnh55swmZQl01NZsW6M"},
	"ssh-dss AAAAB3NzaC1kc3MAAACBAKFwszg5JjBZ8owQXR+xfCOQwZLP06yUrw8h3bZsrUomjRFuzhc499k9nBckEeILj2sNVJtv" +
		"A2daFgCjWgmZUNg29nXMgedO9ejiXZQO2QR1lTGYXV2dyfgYGOgRiS+QK9I/CCQSiy8zDFx/0KajpFBlEycOJp4NN/KnTeRS5rQ5" +
		"AAAAFQCTvQTPD9Yw8fKdDamVP0jxoJ92tQAAAIBHoQLakHpwwxAS8De2TOQijDj7KRjxNdJfVXIDMBhQxaOP1UeSOnNplOO/kRph" +
		"2+IuRBWLrpe6lNDtqC+PbQVYTviqOJInZlgeJ6HAimpj7CTt5qRrTLJCSiPVliIXvq3bxJbLjoGXPgvs17A4mNGQ+evazAyx4pxl" +
		"jNoUleYK9QAAAIA+uy9Om+S8/Em2Sghy5sw6urztIFfuBc3gCQLHfr/yBoZzRyFM3SBVkw1urxT0cz8+fRv7x6LqILLxTJQuBTGa" +
		"y1x0Jz+Y4ndMvYetXJCpWHQD5DDsZqeHledh0XcxrxBQa/Lvxvh3GG12sH6IHtFiri6xVH8VBSQ0ubXfnndpsQ==": {DSA, 1024,
		"34:ac:d2:dd:c6:16:e2:99:6c:8a:9b:d0:64:ec:9a:da", "Y1j7iXMJTdCCLMoqlRZLElLXOj2SLiUlmSbmbmpNZBI"},
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
	assert.Len(t, keys, 9)
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
			"no base64 behind it": name + " " + encoded + "@@@@",
			"cut short":           name + " " + again(raw[:len(raw)-1]),
			"more behind it":      name + " " + again(append(raw[:len(raw):len(raw)], 0)),
			"one field more":      name + " " + again(append(raw[:len(raw):len(raw)], 0, 0, 0, 0)),
			"another name":        strings.Replace(name, "s", "S", 1) + " " + encoded, "a longer name": name + "x " + encoded,
			"the name of another": strings.Replace("ssh-dss ssh-rsa ", name+" ", "", 1)[:8] + encoded, "an empty key": name + " ====", "half a length": name + " AAAA",
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
	for text := range keys {
		if name, encoded, _ := strings.Cut(text, " "); name == "ecdsa-sha2-nistp256" {
			_, ok := Parse("ssh-rsa " + encoded)
			assert.False(t, ok, "a curve and a point are no numbers of RSA")
		}
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
	for _, hostile := range []string{"ssh-rsa " + strings.Repeat("A ", 1<<19), "ssh-rsa " + strings.Repeat("AAAA ", 1<<17)} {
		assert.Equal(t, hostile, Tidy(hostile))
	}
}

// keyOf is the key that those fields are.
func keyOf(name string, fields ...string) string {
	var raw []byte
	for _, f := range append([]string{name}, fields...) {
		raw = append(binary.BigEndian.AppendUint32(raw, uint32(len(f))), f...)
	}
	return name + " " + base64.StdEncoding.EncodeToString(raw)
}

// Keys that are as short or as long as keys can be, and one whose last field is empty.
func TestSeldomKeys(t *testing.T) {
	k, ok := Parse(keyOf("ssh-rsa", "\x03", "\x01"))
	assert.True(t, ok)
	assert.Equal(t, 1, k.Bits)
	_, ok = Parse(keyOf("sk-ssh-ed25519@openssh.com", strings.Repeat("k", 32), ""))
	assert.True(t, ok)
	long := keyOf("ssh-rsa", "\x03", "\x01"+strings.Repeat("n", 3729))
	name, encoded, _ := strings.Cut(long, " ")
	assert.Len(t, encoded, longest)
	assert.Equal(t, long, Tidy(name+" "+encoded[:60]+"\n"+encoded[60:]))
}

func TestMade(t *testing.T) {
	k, ok := Parse(Made([32]byte{1, 2, 3}))
	assert.True(t, ok)
	assert.Equal(t, []any{ED25519, 256}, []any{k.Type, k.Bits})
	assert.NotEqual(t, Made([32]byte{1, 2, 3}), Made([32]byte{1, 2, 4}))
}

// A text of any length costs little: one that is longer than any key with its comment, or begins with no algorithm, is
// left alone.
func TestTextsThatAreNotLookedInto(t *testing.T) {
	long := "ssh-ed25519 " + strings.Repeat("A ", 1<<20)
	words := "ssh-none " + strings.Repeat("A ", 2_000)
	for text, most := range map[string]float64{long: 0, words: 3} {
		assert.LessOrEqual(t, testing.AllocsPerRun(1, func() { Tidy(text) }), most)
		assert.Equal(t, text, Tidy(text))
	}
	_, ok := Parse(Made([32]byte{}) + strings.Repeat(" A", 1<<16))
	assert.False(t, ok)
	assert.True(t, Begins("ssh-rsaX"), "as for GitLab")
}
