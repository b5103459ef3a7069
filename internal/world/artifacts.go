package world

import (
	"fmt"
	"slices"

	"github.com/fakegitlab/fakegitlab/ci"
)

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
