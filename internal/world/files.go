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

// logFilename is what the file is called that GitLab makes of a log.
const logFilename = "job.log"

// LogFile is the log of a job that is over, as the file that GitLab makes of it, without a format; nil if there is
// none. It is not among the job's Files, and what it holds is the log's own.
func (j *Job) LogFile() *File {
	if j.Log.Size == 0 || !j.Status.Completed() {
		return nil
	}
	return &File{Filename: logFilename, Type: traceType, Content: j.Log}
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
