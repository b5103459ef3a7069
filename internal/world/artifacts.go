package world

import (
	"fmt"
	"slices"
	"sync"
	"time"

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
	if f.Type == dotenvReport && f.Format != ZipFormat { // GitLab reads it before it looks at anything else
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
	files := []*File{f}
	if metadata := metadataOf(f); metadata != nil {
		if j.keeps(metadataType) {
			return &Refusal{msgArtifactTwice, fmt.Sprintf("job %d has metadata already", j.ID)}
		}
		files = append(files, metadata)
	}
	if f.Type == dotenvReport {
		j.Dotenv = variables
	}
	j.Files = append(j.Files, files...)
	j.ArtifactsExpireAt = f.ExpiresAt
	j.wake()
	return nil
}

// keeps reports whether the job has a file of a type.
func (j *Job) keeps(fileType string) bool {
	return slices.ContainsFunc(j.Files, func(f *File) bool { return f.Type == fileType })
}

// ArtifactsExpired reports whether the time of the job's artifacts is over (app/models/ci/build.rb,
// artifacts_expired?).
func (st *State) ArtifactsExpired(j *Job) bool {
	return !j.ArtifactsExpireAt.IsZero() && !j.ArtifactsExpireAt.After(st.Now())
}

// Kept answers for the artifacts of one pipeline, as long as nothing changes: whether they are locked is found out
// once, however many of its jobs are asked about.
type Kept struct {
	st     *State
	locked func() bool
}

// KeptIn is what there is of the artifacts of a pipeline.
func (st *State) KeptIn(p *Pipeline) Kept {
	return Kept{st, sync.OnceValue(func() bool { return st.locked(p) })}
}

// gone reports whether a job's artifacts have expired and no lock keeps them (app/models/ci/build.rb,
// available_artifacts?). GitLab serves them until a worker removes them, some minutes later; here that is at once.
func (k Kept) gone(j *Job) bool { return k.st.ArtifactsExpired(j) && !k.locked() }

// Artifact is the file of a type that a job kept; nil if there is none or the job's artifacts are gone.
func (k Kept) Artifact(j *Job, fileType string) *File {
	i := slices.IndexFunc(j.Files, func(f *File) bool { return f.Type == fileType })
	if i < 0 || k.gone(j) {
		return nil
	}
	return j.Files[i]
}

// ValidDependency reports whether jobs that want the artifacts of this one may run: to have kept nothing, or reports
// alone, is no obstacle (app/models/ci/build.rb, valid_dependency?).
func (k Kept) ValidDependency(j *Job) bool { return !j.Erased && !k.gone(j) }

// Artifact is the file of a type that the job kept; nil if there is none or the job's artifacts are gone.
func (st *State) Artifact(j *Job, fileType string) *File {
	return st.KeptIn(j.Pipeline).Artifact(j, fileType)
}

// Erase removes the job's log and files (app/services/ci/build_erase_service.rb).
func (st *State) Erase(j *Job) {
	j.Log, j.Files, j.Dotenv, j.ArtifactsExpireAt = Blob{}, nil, nil, time.Time{}
	j.Erased, j.ErasedAt = true, st.Now()
}
