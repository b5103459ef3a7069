package world

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
)

// What Workhorse calls the metadata of an archive, and how they begin (workhorse/internal/zipartifacts/metadata.go).
const (
	metadataFilename = "metadata.gz"
	metadataHeading  = "GitLab Build Artifacts Metadata 0.0.2\n"
)

// maxMetadata is how long the metadata of an archive may become before they are packed, in bytes. An archive of deep
// paths would else take far more room than it has itself.
const maxMetadata = 16 << 20

// metadataEntry is what the metadata say of one file of an archive; all is left out of a directory that is not in it.
type metadataEntry struct {
	Modified int64  `json:"modified,omitempty"` // in seconds since 1970
	Mode     string `json:"mode,omitempty"`     // the permissions, octal
	CRC      uint32 `json:"crc,omitempty"`
	Size     uint64 `json:"size,omitempty"`   // bytes
	Zipped   uint64 `json:"zipped,omitempty"` // bytes
	Comment  string `json:"comment,omitempty"`
}

// gzips are writers that nobody uses: one is 800 KiB, most metadata some hundred bytes.
var gzips = sync.Pool{New: func() any { return gzip.NewWriter(nil) }}

// metadataOf is the list of contents that Workhorse adds to an archive; nil for what is no archive, or cannot be read.
func metadataOf(f *File) *File {
	if f.Type != Archive {
		return nil
	}
	archive, err := zip.NewReader(f.Content, f.Content.Size)
	if err != nil {
		return nil
	}
	entries, ok := metadataEntries(archive)
	if !ok {
		return nil
	}
	var packed bytes.Buffer
	out := gzips.Get().(*gzip.Writer)
	defer gzips.Put(out)
	out.Reset(&packed)
	field := func(text []byte) { // a buffer takes everything
		_ = binary.Write(out, binary.BigEndian, uint32(len(text)))
		_, _ = out.Write(text)
	}
	field([]byte(metadataHeading))
	field([]byte("{}")) // errors, of which there are never any
	for _, name := range slices.Sorted(maps.Keys(entries)) {
		field([]byte(name))
		text, _ := json.Marshal(entries[name]) // an entry is texts and numbers
		field(append(text, '\n'))
	}
	_ = out.Close()
	out.Reset(nil) // or it would keep what it has written
	made := NewFile(packed.Bytes())
	made.Filename, made.Type, made.Format, made.ExpiresAt = metadataFilename, metadataType, GzipFormat, f.ExpiresAt
	return made
}

// metadataEntries has the files of an archive by name, and the directories above them; false if they are too many.
func metadataEntries(archive *zip.Reader) (_ map[string]metadataEntry, ok bool) {
	entries, size := map[string]metadataEntry{}, 0
	for _, f := range archive.File {
		entries[f.Name] = metadataEntry{f.Modified.Unix(), fmt.Sprintf("%o", f.Mode().Perm()), f.CRC32,
			f.UncompressedSize64, f.CompressedSize64, f.Comment}
		size += len(f.Name) + len(f.Comment)
		inside := strings.TrimSuffix(f.Name, "/") // the name of a directory of its own ends with one
		for end := strings.LastIndexByte(inside, '/'); end > 0; end = strings.LastIndexByte(inside[:end], '/') {
			directory := inside[:end+1]
			if _, known := entries[directory]; known {
				break // and so are all above it
			}
			entries[directory] = metadataEntry{}
			if size += len(directory); size > maxMetadata {
				return nil, false
			}
		}
	}
	return entries, size <= maxMetadata
}

// addMetadata gives the archive of a seed its metadata, which no seed needs to say.
func (j *Job) addMetadata() {
	i := slices.IndexFunc(j.Files, func(f *File) bool { return f.Type == Archive })
	if i < 0 || j.File(metadataType) != nil {
		return
	}
	if metadata := metadataOf(j.Files[i]); metadata != nil {
		j.Files = slices.Insert(j.Files, i+1, metadata)
	}
}
