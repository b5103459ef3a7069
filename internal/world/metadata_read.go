package world

import (
	"compress/gzip"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"path"
	"regexp"
	"strings"
	"unicode/utf8"
)

// ArchiveEntry is a file or directory of an archive, as its metadata have it.
type ArchiveEntry struct {
	Path string // of a directory, it ends with a slash
	Mode string // octal; "" of a directory that is not in the archive itself
	Size uint64 // bytes
}

// Name is the last part of the path.
func (e ArchiveEntry) Name() string { return path.Base(e.Path) }

// IsDirectory reports whether it is a directory.
func (e ArchiveEntry) IsDirectory() bool { return strings.HasSuffix(e.Path, "/") }

// ArchiveEntries are what an archive contains, in the order of its metadata.
type ArchiveEntries []ArchiveEntry

// unpackedMetadata is how much of metadata is read. Those that are made here are shorter; a client may send its own.
const unpackedMetadata = 4 * maxMetadata

var (
	errNoMetadata = errors.New("they are no metadata of an archive")
	// strayPath is a path that GitLab skips, as it leads elsewhere (lib/gitlab/ci/build/artifacts/metadata.rb).
	strayPath = regexp.MustCompile(`^\.?\.?/|/\.?\.?/`)
)

// ArchiveEntries reads what the metadata of a job's archive say; known is whether there are any. The error is that they
// are none.
func (k Kept) ArchiveEntries(j *Job) (entries ArchiveEntries, known bool, err error) {
	f := k.Artifact(j, metadataType)
	if f == nil {
		return nil, false, nil
	}
	entries, err = readMetadata(io.NewSectionReader(f.Content, 0, f.Content.Size))
	return entries, true, err
}

// readMetadata reads what metadataOf writes (lib/gitlab/ci/build/artifacts/metadata.rb, match_entries).
func readMetadata(packed io.Reader) (entries ArchiveEntries, err error) {
	unpacked, err := gzip.NewReader(packed)
	if err != nil {
		return nil, errNoMetadata
	}
	text, err := io.ReadAll(io.LimitReader(unpacked, unpackedMetadata))
	if err != nil {
		return nil, errNoMetadata
	}
	field := func() (s string, ok bool) {
		if len(text) < 4 {
			return "", false
		}
		size := uint64(binary.BigEndian.Uint32(text))
		if text = text[4:]; uint64(len(text)) < size {
			text = nil // it is cut off, and nothing is behind it
			return "", false
		}
		s, text = string(text[:size]), text[size:]
		return s, true
	}
	heading, _ := field()
	if _, ok := field(); !ok || heading != metadataHeading { // the errors, which nobody looks at here
		return nil, errNoMetadata
	}
	for {
		name, _ := field()
		said, ok := field()
		if !ok {
			return entries, nil
		}
		var of metadataEntry
		if utf8.ValidString(name) && !strayPath.MatchString(name) && json.Unmarshal([]byte(said), &of) == nil {
			entries = append(entries, ArchiveEntry{name, of.Mode, of.Size})
		}
	}
}

// Below are the entries in a directory, the directories first, or all below it; found is whether there is such a
// directory (lib/gitlab/ci/build/artifacts/metadata/entry.rb). Of an empty path it is the whole archive.
func (all ArchiveEntries) Below(directory string, recursive bool) (below []ArchiveEntry, found bool) {
	within := ""
	if strings.TrimSpace(directory) != "" {
		within = strings.TrimSuffix(directory, "/") + "/"
	}
	var files []ArchiveEntry
	found = within == ""
	for _, e := range all {
		rest, inside := strings.CutPrefix(e.Path, within)
		direct := !strings.Contains(strings.TrimSuffix(rest, "/"), "/")
		switch {
		case !inside:
		case rest == "":
			found = true
		case recursive, direct && e.IsDirectory():
			below = append(below, e)
		case direct:
			files = append(files, e)
		}
	}
	return append(below, files...), found
}
