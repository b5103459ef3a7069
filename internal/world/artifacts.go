package world

import (
	"compress/gzip"
	"crypto/sha256"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/fakegitlab/fakegitlab/ci"
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

// refused is what GitLab does not take, outside the validations of a model: its text, and the reason for a person.
type refused struct{ Text, Reason string }

// KeepFile adds a file to what the job kept, or says why not (app/services/ci/job_artifacts/create_service.rb).
func (st *State) KeepFile(j *Job, f *File) *refused {
	i := slices.IndexFunc(j.Files, func(other *File) bool { return other.Type == f.Type })
	if i >= 0 && j.Files[i].Sum == f.Sum {
		return nil
	}
	var variables ci.JobVariables
	if f.Type == dotenvReport && f.Format != Zipped { // GitLab reads it before it looks at anything else
		var err error
		if variables, err = readDotenv(f); err != nil {
			return &refused{err.Error(), "the dotenv report cannot be read"}
		}
	}
	if f.Format != ArtifactKinds()[f.Type].Format {
		return &refused{msgArtifactFormat, wrongFormat(f.Type, f.Format)}
	}
	if i >= 0 {
		return &refused{msgArtifactTwice, fmt.Sprintf("job %d has another %s already", j.ID, f.Type)}
	}
	if f.Type == dotenvReport {
		j.Dotenv = variables
	}
	j.Files = append(j.Files, f)
	j.wake()
	return nil
}

// readDotenv reads a dotenv report, packed or not.
func readDotenv(f *File) ([]ci.JobVariable, error) {
	text := f.Content.reader()
	if f.Format == Gzipped {
		var err error
		if text, err = gzip.NewReader(text); err != nil {
			return nil, errDotenvFormat
		}
	}
	content, err := io.ReadAll(io.LimitReader(text, maxDotenvSize)) // as much as is too much
	if err != nil {
		return nil, errDotenvFormat
	}
	return parseDotenv(content)
}

// Artifact is the file that the job kept of a type and that is still there, or nil.
func (st *State) Artifact(j *Job, fileType string) *File {
	for _, a := range j.Files {
		if a.Type == fileType && (a.ExpiresAt.IsZero() || a.ExpiresAt.After(st.Now())) {
			return a
		}
	}
	return nil
}

// Erase removes the job's log and artifacts.
func (st *State) Erase(j *Job) {
	j.Log, j.Files, j.Dotenv = Blob{}, nil, nil
	j.Erased, j.ErasedAt = true, st.Now()
}
