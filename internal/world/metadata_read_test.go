package world

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// packedMetadata packs texts as metadata have them, of which the last may be cut.
func packedMetadata(t *testing.T, cut int, texts ...string) *bytes.Buffer {
	var plain, packed bytes.Buffer
	for _, text := range texts {
		require.NoError(t, binary.Write(&plain, binary.BigEndian, uint32(len(text))))
		plain.WriteString(text)
	}
	w := gzip.NewWriter(&packed)
	_, err := w.Write(plain.Bytes()[:plain.Len()-cut])
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return &packed
}

// What leads elsewhere, is no UTF-8 or is told of in no JSON is skipped, and what is cut off ends the list
// (lib/gitlab/ci/build/artifacts/metadata.rb).
func TestMetadataRead(t *testing.T) {
	texts := []string{metadataHeading, "{}", "a", `{"mode":"644","size":3}`, "../b", "{}", "/c", "{}", "./d", "{}", "e//f", "{}",
		"g\xff", "{}", "h", "no JSON", "i/", "{}", "i/j", `{"size":1}`}
	whole := ArchiveEntries{{"a", "644", 3}, {"i/", "", 0}, {"i/j", "", 1}}
	entries, err := readMetadata(packedMetadata(t, 0, texts...))
	require.NoError(t, err)
	assert.Equal(t, whole, entries)
	for _, cut := range []int{1, len(`{"size":1}`) + 2} {
		entries, err = readMetadata(packedMetadata(t, cut, texts...))
		require.NoError(t, err)
		assert.Equal(t, whole[:2], entries)
	}
	for name, bad := range map[string]*bytes.Buffer{
		"not packed":    bytes.NewBufferString("{}"),
		"cut":           bytes.NewBuffer(packedMetadata(t, 0, texts...).Bytes()[:40]),
		"other heading": packedMetadata(t, 0, "Metadata", "{}"),
		"no errors":     packedMetadata(t, 0, metadataHeading),
		"empty":         packedMetadata(t, 0),
	} {
		_, err := readMetadata(bad)
		assert.Equal(t, errNoMetadata, err, name)
	}
}

func TestEntriesBelow(t *testing.T) {
	all := ArchiveEntries{{Path: "a/"}, {Path: "a/b"}, {Path: "a/c/"}, {Path: "a/c/d"}, {Path: "ab"}}
	for _, c := range []struct {
		at        string
		recursive bool
		want      []string
	}{
		{"", false, []string{"a/", "ab"}},
		{" ", true, []string{"a/", "a/b", "a/c/", "a/c/d", "ab"}},
		{"a", false, []string{"a/c/", "a/b"}},
		{"a/", true, []string{"a/b", "a/c/", "a/c/d"}},
		{"a/c", false, []string{"a/c/d"}},
	} {
		below, found := all.Below(c.at, c.recursive)
		assert.True(t, found, c.at)
		var paths []string
		for _, e := range below {
			paths = append(paths, e.Path)
		}
		assert.Equal(t, c.want, paths, c.at)
	}
	for _, none := range []string{"ab", "b", "a/b", "a//"} {
		_, found := all.Below(none, true)
		assert.False(t, found, none)
	}
	assert.Equal(t, []any{"c", true, "d", false}, []any{all[2].Name(), all[2].IsDirectory(), all[3].Name(),
		all[3].IsDirectory()})
}
