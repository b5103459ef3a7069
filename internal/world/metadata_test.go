package world

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What Workhorse makes of an archive (workhorse/internal/zipartifacts/metadata.go): each text is preceded by its length
// in four bytes, directories are added, all is in order.
func TestMetadataOfAnArchive(t *testing.T) {
	var packed bytes.Buffer
	w := zip.NewWriter(&packed)
	for _, name := range []string{"out/bin/app", "a.txt"} {
		f, err := w.Create(name)
		require.NoError(t, err)
		_, err = f.Write([]byte("text"))
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	archive := NewFile(packed.Bytes())
	archive.fillDefaults()
	metadata := metadataOf(archive)
	require.NotNil(t, metadata)
	assert.Equal(t, []string{"metadata.gz", "metadata", "gzip"}, []string{metadata.Filename, metadata.Type, metadata.Format})
	out, err := gzip.NewReader(bytes.NewReader(metadata.Content.Bytes()))
	require.NoError(t, err)
	text, err := io.ReadAll(out)
	require.NoError(t, err)
	assert.True(t, bytes.HasPrefix(text, []byte("\x00\x00\x00&GitLab Build Artifacts Metadata 0.0.2\n\x00\x00\x00\x02{}")))
	shape := regexp.MustCompile(`^...\x05a\.txt....\{"modified":-?\d+,"mode":"\d+","crc":\d+,"size":4,"zipped":\d+\}\n` +
		`...\x04out/...\x03\{\}\n...\x08out/bin/...\x03\{\}\n...\x0bout/bin/app....\{"modified"`)
	_, entries, _ := bytes.Cut(text, []byte("{}"))
	assert.Regexp(t, shape, string(entries))
}

// A directory that is in an archive itself is listed with those above it, too.
func TestMetadataOfDirectories(t *testing.T) {
	for names, want := range map[string][]string{
		"a/b/c/":             {"a/", "a/b/", "a/b/c/"},
		"a/b/c/ a/b/c/d":     {"a/", "a/b/", "a/b/c/", "a/b/c/d"},
		"a/b/c/d a/b/ a/x/y": {"a/", "a/b/", "a/b/c/", "a/b/c/d", "a/x/", "a/x/y"},
		"a//b /c/d e/":       {"/c/", "/c/d", "a/", "a//", "a//b", "e/"},
	} {
		var archive zip.Reader
		for _, name := range strings.Fields(names) {
			archive.File = append(archive.File, &zip.File{FileHeader: zip.FileHeader{Name: name}})
		}
		entries, ok := metadataEntries(&archive)
		assert.True(t, ok)
		assert.Equal(t, want, slices.Sorted(maps.Keys(entries)), names)
	}
}

func TestNoMetadata(t *testing.T) {
	deep := strings.Repeat("d/", 30_000)
	var packed bytes.Buffer
	w := zip.NewWriter(&packed)
	_, err := w.Create(deep + "f")
	require.NoError(t, err)
	require.NoError(t, w.Close())
	for name, content := range map[string][]byte{"no zip": []byte("PK"), "nothing": nil, "deep paths": packed.Bytes()} {
		f := NewFile(content)
		f.fillDefaults()
		assert.Nil(t, metadataOf(f), name)
	}
	var zipped bytes.Buffer
	w = zip.NewWriter(&zipped)
	_, err = w.Create("f")
	require.NoError(t, err)
	require.NoError(t, w.Close())
	for kind, format := range map[string]string{Archive: ZipFormat, "dotenv": ZipFormat} {
		f := NewFile(zipped.Bytes())
		f.Type, f.Format = kind, format
		assert.Equal(t, kind == Archive, metadataOf(f) != nil, "%s as %s", kind, format)
	}
}

func TestBlobReadAt(t *testing.T) {
	var b Blob
	text := strings.Repeat("0123456789", 3*SmallestPiece/10)
	for _, r := range text {
		_, _ = b.Write([]byte(string(r)))
	}
	section := make([]byte, SmallestPiece)
	for _, at := range []int64{0, 1, SmallestPiece - 1, SmallestPiece} {
		n, err := b.ReadAt(section, at)
		require.NoError(t, err)
		assert.Equal(t, text[at:int(at)+n], string(section[:n]))
	}
	n, err := b.ReadAt(section, b.Size-3)
	assert.ErrorIs(t, err, io.EOF)
	assert.Equal(t, text[len(text)-3:], string(section[:n]))
	_, err = b.ReadAt(section, b.Size+5)
	assert.ErrorIs(t, err, io.EOF)
}
