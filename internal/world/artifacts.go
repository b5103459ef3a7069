package world

import (
	"fmt"
	"slices"

	"github.com/fakegitlab/fakegitlab/ci"
)

// Refusal is why GitLab does not take something, where it is no validation of a model: the text that GitLab sends, and
// the reason for a person to read.
type Refusal struct{ Text, Reason string }

// KeepFile adds a file to what the job kept, or says why not; nil is that it did
// (app/services/ci/job_artifacts/create_service.rb). The same content again is no second file. A dotenv report becomes
// the job's Dotenv.
func (st *State) KeepFile(j *Job, f *File) *Refusal {
	i := slices.IndexFunc(j.Files, func(other *File) bool { return other.Type == f.Type })
	if i >= 0 && j.Files[i].Sum == f.Sum {
		return nil
	}
	var variables ci.JobVariables
	if f.Type == dotenvReport && f.Format != Zipped { // GitLab reads it before it looks at anything else
		var err error
		if variables, err = readDotenv(f); err != nil {
			return &Refusal{err.Error(), "the dotenv report cannot be read"}
		}
	}
	if f.Format != ArtifactKinds()[f.Type].Format {
		return &Refusal{msgArtifactFormat, wrongFormat(f.Type, f.Format)}
	}
	if i >= 0 {
		return &Refusal{msgArtifactTwice, fmt.Sprintf("job %d has another %s already", j.ID, f.Type)}
	}
	if f.Type == dotenvReport {
		j.Dotenv = variables
	}
	j.Files = append(j.Files, f)
	j.wake()
	return nil
}

// Artifact is the file of a type that the job kept; nil if there is none or it has expired.
func (st *State) Artifact(j *Job, fileType string) *File {
	for _, a := range j.Files {
		if a.Type == fileType && (a.ExpiresAt.IsZero() || a.ExpiresAt.After(st.Now())) {
			return a
		}
	}
	return nil
}

// Erase removes the job's log and files (app/services/ci/build_erase_service.rb).
func (st *State) Erase(j *Job) {
	j.Log, j.Files, j.Dotenv = Blob{}, nil, nil
	j.Erased, j.ErasedAt = true, st.Now()
}
