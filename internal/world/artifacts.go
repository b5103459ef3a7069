package world

import (
	"fmt"
	"sync"
	"time"

	"github.com/fakegitlab/fakegitlab/ci"
)

// Refusal is why GitLab does not take something, where it is no validation of a model: the text that GitLab sends, and
// the reason for a person to read.
type Refusal struct{ Text, Reason string }

// KeepFile adds a file to what the job kept, or says why not; nil is that it did
// (app/services/ci/job_artifacts/create_service.rb). The same content again is no second file, which GitLab
// tells by the SHA-256 of both. A dotenv report becomes
// the job's Dotenv.
func (st *State) KeepFile(j *Job, f *File) *Refusal {
	if j.HasContent(f) {
		return nil
	}
	var variables ci.JobVariables
	if f.Type == dotenvReport && f.Format != ZipFormat { // GitLab reads it before it looks at anything else
		var err error
		if variables, err = readDotenv(f); err != nil {
			return &Refusal{err.Error(), "the dotenv report cannot be read"}
		}
	}
	if f.Type == annotationsReport && f.Format != ZipFormat {
		if err := checkAnnotations(f); err != nil {
			return &Refusal{err.Error(), "the report of annotations cannot be read"}
		}
	}
	if f.Format != ArtifactKinds()[f.Type].Format {
		return &Refusal{msgArtifactFormat, wrongFormat(f.Type, f.Format)}
	}
	if j.File(f.Type) != nil {
		return &Refusal{msgArtifactTwice, fmt.Sprintf("job %d has another %s already", j.ID, f.Type)}
	}
	files := []*File{f}
	if metadata := metadataOf(f); metadata != nil {
		if j.File(metadataType) != nil {
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

// HasContent reports whether the job has a file of that type with the same content.
func (j *Job) HasContent(f *File) bool {
	own := j.File(f.Type)
	return own != nil && own.Content.Equals(f.Content)
}

// over reports whether something that expires at a time, never if that is zero, has done so.
func (st *State) over(at time.Time) bool { return !at.IsZero() && !at.After(st.Now()) }

// ArtifactsExpired reports whether the time of the job's artifacts is over, which is that of its last upload whatever
// the others say (app/models/ci/build.rb, artifacts_expired?).
func (st *State) ArtifactsExpired(j *Job) bool { return st.over(j.ArtifactsExpireAt) }

// FileExpired reports whether the own time of a file is over (app/models/ci/job_artifact.rb, expired?).
func (st *State) FileExpired(f *File) bool { return st.over(f.ExpiresAt) }

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

// Artifact is the file of a type that a job kept; nil if there is none or it is gone: its own time is over, and no lock
// keeps it (app/services/ci/job_artifacts/destroy_all_expired_service.rb). GitLab serves it until a worker removes it,
// some minutes later; here that is at once.
func (k Kept) Artifact(j *Job, fileType string) *File {
	f := j.File(fileType)
	if f == nil || k.st.FileExpired(f) && !k.locked() {
		return nil
	}
	return f
}

// gone reports whether GitLab takes a job's artifacts for gone: the job's time is over, and no lock keeps them.
func (k Kept) gone(j *Job) bool { return k.st.ArtifactsExpired(j) && !k.locked() }

// Available is the archive of a job unless GitLab takes the job's artifacts for gone, as it may do while the archive is
// there (app/models/ci/build.rb, available_artifacts?).
func (k Kept) Available(j *Job) *File {
	if k.gone(j) {
		return nil
	}
	return k.Artifact(j, Archive)
}

// ValidDependency reports whether jobs that want the artifacts of this one may run: to have kept nothing, or reports
// alone, is no obstacle (app/models/ci/build.rb, valid_dependency?).
func (k Kept) ValidDependency(j *Job) bool { return !j.Erased && !k.gone(j) }

// Artifact is the file of a type that the job kept; nil if there is none or it is gone.
func (st *State) Artifact(j *Job, fileType string) *File {
	return st.KeptIn(j.Pipeline).Artifact(j, fileType)
}

// Unexpired is the archive of a job while the job's time is not over; no lock prolongs that (app/models/ci/build.rb,
// artifacts?).
func (st *State) Unexpired(j *Job) *File {
	if st.ArtifactsExpired(j) {
		return nil
	}
	return st.Artifact(j, Archive)
}

// Erase removes the job's log and files (app/services/ci/build_erase_service.rb).
func (st *State) Erase(j *Job) {
	j.Log, j.Files, j.Dotenv, j.ArtifactsExpireAt = Blob{}, nil, nil, time.Time{}
	j.Erased, j.ErasedAt = true, st.Now()
}
