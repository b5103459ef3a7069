package gitpack

import (
	"bytes"
	"crypto/sha1"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab/internal/repository"
)

// onePack is a pack of some objects, as it is written to disk.
func onePack(t testing.TB, objects ...repository.Object) []byte {
	t.Helper()
	dir := t.TempDir()
	var all []named
	for _, o := range objects {
		all = append(all, named{o.ID(), o})
	}
	require.NoError(t, writePacks(dir, all))
	files, err := filepath.Glob(filepath.Join(dir, "*.pack"))
	require.NoError(t, err)
	require.Len(t, files, 1)
	pack, err := os.ReadFile(files[0])
	require.NoError(t, err)
	return pack
}

func none([]string) map[string]repository.Object { return nil }

func TestPacksThereAndBack(t *testing.T) {
	blob := repository.Object{Kind: repository.KindBlob, Data: []byte(strings.Repeat("a long line\n", 1000))}
	empty := repository.Object{Kind: repository.KindBlob, Data: []byte{}}
	tree := repository.TreeObject([]repository.Entry{{Mode: repository.ModeFile, Name: "a", ID: blob.ID()}})
	objects, err := Read(onePack(t, blob, tree, empty), none)
	require.NoError(t, err)
	assert.Equal(t, map[string]repository.Object{blob.ID(): blob, tree.ID(): tree, empty.ID(): empty}, objects)
}

func TestBrokenPacks(t *testing.T) {
	good := onePack(t, repository.Object{Kind: repository.KindBlob, Data: []byte("hello")})
	signed := func(pack []byte) []byte {
		sum := sha1.Sum(pack)
		return append(bytes.Clone(pack), sum[:]...)
	}
	body := good[:len(good)-sha1.Size]
	for says, pack := range map[string][]byte{
		"that is no pack":                         []byte("PACK"),
		"the checksum of the pack is another one": append(bytes.Clone(body), make([]byte, sha1.Size)...),
		"the body ends too early":                 signed([]byte("PACK\x00\x00\x00\x02\x00\x00\x00\x01")),
		"the pack has version 9":                  signed([]byte("PACK\x00\x00\x00\x09\x00\x00\x00\x01")),
		"the pack has more than it says":          signed(append(bytes.Clone(body), 0)),
		"there is no kind 0":                      signed([]byte("PACK\x00\x00\x00\x02\x00\x00\x00\x01\x00")),
	} {
		_, err := Read(pack, none)
		assert.ErrorContains(t, err, says)
	}
	// A pack that says more than is taken is not read at all.
	_, err := Read(signed([]byte("PACK\x00\x00\x00\x02\x00\x00\x00\x01\xbf\xff\xff\xff\xff\xff\xff\x0f")), none)
	assert.ErrorIs(t, err, ErrUnpacked)
	// A size that is a lie takes no more room than what comes.
	lie := append([]byte("PACK\x00\x00\x00\x02\x00\x00\x00\x01\xbf\xff\xff\x0f"), body[13:]...)
	_, err = Read(signed(lie), none)
	assert.ErrorContains(t, err, "another size")
}

func TestDeltas(t *testing.T) {
	base := []byte("0123456789")
	for name, c := range map[string]struct{ delta, made string }{
		"a copy and new bytes":    {"\x0a\x06\x91\x02\x03\x03abc", "234abc"},
		"another base":            {"\x09\x01\x01a", ""},
		"beyond the base":         {"\x0a\x05\x91\x08\x05", ""},
		"more than is said":       {"\x0a\x01\x02ab", ""},
		"less than is said":       {"\x0a\x05\x01a", ""},
		"the op that is reserved": {"\x0a\x01\x00", ""},
		"cut short":               {"\x0a\x05\x05ab", ""},
		"nothing":                 {"", ""},
	} {
		made, err := applyDelta(base, []byte(c.delta), 100)
		assert.Equal(t, c.made, string(made), name)
		assert.Equal(t, c.made == "", err != nil, name)
	}
}

func TestReadPush(t *testing.T) {
	one, two := strings.Repeat("1", 40), strings.Repeat("2", 40)
	var body []byte
	body = AppendPkt(body, "shallow "+one)
	body = AppendPkt(body, one+" "+two+" refs/heads/a b\x00 report-status push-options")
	body = AppendPkt(body, repository.ZeroID+" "+two+" refs/tags/v1\n")
	body = append(body, Flush...)
	body = append(AppendPkt(body, "ci.variable=A=1 2"), Flush...)
	p, err := ReadPush(append(body, "PACK"...))
	require.NoError(t, err)
	assert.Equal(t, &Push{Commands: []Command{{one, two, "refs/heads/a b"}, {repository.ZeroID, two, "refs/tags/v1"}},
		Capabilities: []string{"report-status", "push-options"}, Options: []string{"ci.variable=A=1 2"},
		Pack: []byte("PACK")}, p)
	for says, text := range map[string]string{
		"is no length":      "wxyz",
		"ends too early":    "00",
		"has no place":      "0001",
		"is no command":     "000ahello\n",
		"two commands":      string(AppendPkt(AppendPkt(nil, one+" "+two+" refs/heads/a"), one+" "+two+" refs/heads/a")) + Flush,
		"the body ends too": "0032" + one,
	} {
		_, err := ReadPush([]byte(text))
		assert.ErrorContains(t, err, says)
	}
}

// Nothing that a client sends makes the reader of pushes panic or take room that nothing fills, and what it reads is
// what was sent.
func FuzzReadPush(f *testing.F) {
	one, two := strings.Repeat("1", 40), strings.Repeat("2", 40)
	f.Add(append(AppendPkt(nil, one+" "+two+" refs/heads/a\x00report-status"), Flush+"PACK"...))
	f.Add([]byte(Flush))
	f.Add([]byte("0001"))
	f.Fuzz(func(t *testing.T, body []byte) {
		p, err := ReadPush(body)
		if err != nil {
			return
		}
		for _, c := range p.Commands {
			if !repository.IsID(c.Old) || !repository.IsID(c.New) || !bytes.Contains(body, []byte(c.Ref)) {
				t.Errorf("a command that nobody sent: %v", c)
			}
		}
	})
}

// FuzzReadPack is FuzzReadPush for packs, whose checksum is made right.
func FuzzReadPack(f *testing.F) {
	pack := onePack(f, repository.Object{Kind: repository.KindBlob, Data: []byte("hello")},
		repository.Object{Kind: repository.KindTree})
	f.Add(pack[:len(pack)-sha1.Size])
	f.Add([]byte("PACK\x00\x00\x00\x02\x00\x00\x00\x01\x60\x01"))
	f.Fuzz(func(t *testing.T, pack []byte) {
		sum := sha1.Sum(pack)
		objects, _ := Read(append(bytes.Clone(pack), sum[:]...), none)
		for id, o := range objects {
			if o.ID() != id {
				t.Errorf("%s is called %s", o.ID(), id)
			}
		}
	})
}
