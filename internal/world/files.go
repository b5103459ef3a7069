package world

import (
	"cmp"
	"crypto/sha256"
	"time"
)

// File is a file that a job kept, an artifact (app/models/ci/job_artifact.rb).
type File struct {
	Filename     string
	Type, Format string    // of ArtifactKinds
	ExpiresAt    time.Time // zero: never
	Content      Blob
	Sum          [sha256.Size]byte // of Content, by SHA-256
}

// NewFile is a file with a copy of that content, and as yet without name, type and format.
func NewFile(content []byte) *File {
	f := &File{Sum: sha256.Sum256(content)}
	_, _ = f.Content.Write(content)
	return f
}

// fillDefaults makes a file without a type an archive, and fills in the format that goes with its type.
func (f *File) fillDefaults() {
	f.Type = cmp.Or(f.Type, Archive)
	f.Format = cmp.Or(f.Format, ArtifactKinds()[f.Type].Format)
}
