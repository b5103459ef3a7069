package world

import (
	"cmp"
	"time"
)

// File is a file that a job kept, an artifact (app/models/ci/job_artifact.rb).
type File struct {
	Filename     string
	Type, Format string    // of ArtifactKinds
	ExpiresAt    time.Time // zero: never
	Content      Blob
}

// NewFile is a file with a copy of that content, and as yet without name, type and format.
func NewFile(content []byte) *File {
	f := &File{}
	_, _ = f.Content.Write(content)
	return f
}

// fillDefaults makes a file without a type an archive, and fills in the format that goes with its type.
func (f *File) fillDefaults() {
	f.Type = cmp.Or(f.Type, Archive)
	f.Format = cmp.Or(f.Format, ArtifactKinds()[f.Type].Format)
}
