package fakegitlab

import (
	"compress/gzip"
	"crypto/sha256"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/fakegitlab/fakegitlab/ci"
)

// file is a file that a job kept (app/models/ci/job_artifact.rb).
type file struct {
	Filename     string
	Type, Format string
	ExpiresAt    time.Time // zero: never
	content      blob
	sum          [sha256.Size]byte
}

// newFile is a file with that content.
func newFile(content []byte) *file {
	f := &file{sum: sha256.Sum256(content)}
	_, _ = f.content.Write(content)
	return f
}

// refused is what GitLab does not take, outside the validations of a model: its text, and the reason for a person.
type refused struct{ text, reason string }

// keepFile adds a file to what the job kept, or says why not (app/services/ci/job_artifacts/create_service.rb).
func (st *state) keepFile(j *job, f *file) *refused {
	i := slices.IndexFunc(j.files, func(other *file) bool { return other.Type == f.Type })
	if i >= 0 && j.files[i].sum == f.sum {
		return nil
	}
	var variables ci.JobVariables
	if f.Type == dotenvReport && f.Format != zipped { // GitLab reads it before it looks at anything else
		var err error
		if variables, err = readDotenv(f); err != nil {
			return &refused{err.Error(), "the dotenv report cannot be read"}
		}
	}
	if f.Format != artifactKinds()[f.Type].format {
		return &refused{msgArtifactFormat, wrongFormat(f.Type, f.Format)}
	}
	if i >= 0 {
		return &refused{msgArtifactTwice, fmt.Sprintf("job %d has another %s already", j.ID, f.Type)}
	}
	if f.Type == dotenvReport {
		j.dotenv = variables
	}
	j.files = append(j.files, f)
	j.wake()
	return nil
}

// readDotenv reads a dotenv report, packed or not.
func readDotenv(f *file) ([]JobVariable, error) {
	text := f.content.reader()
	if f.Format == gzipped {
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

// artifact is the file that the job kept of a type and that is still there, or nil.
func (st *state) artifact(j *job, fileType string) *file {
	for _, a := range j.files {
		if a.Type == fileType && (a.ExpiresAt.IsZero() || a.ExpiresAt.After(st.now())) {
			return a
		}
	}
	return nil
}

// erase removes the job's log and artifacts.
func (st *state) erase(j *job) {
	j.log, j.files, j.dotenv = blob{}, nil, nil
	j.Erased, j.erasedAt = true, st.now()
}
