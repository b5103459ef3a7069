package world

import (
	"cmp"
	"crypto/sha256"
	"time"
)

// File is a file that a job kept (app/models/ci/job_artifact.rb).
type File struct {
	Filename     string
	Type, Format string
	ExpiresAt    time.Time // zero: never
	Content      Blob
	Sum          [sha256.Size]byte
}

// NewFile is a file with that content.
func NewFile(content []byte) *File {
	f := &File{Sum: sha256.Sum256(content)}
	_, _ = f.Content.Write(content)
	return f
}

// fillDefaults fills in a file's type and the format that goes with it.
func (f *File) fillDefaults() {
	f.Type = cmp.Or(f.Type, Archive)
	f.Format = cmp.Or(f.Format, ArtifactKinds()[f.Type].Format)
}
