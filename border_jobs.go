package fakegitlab

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"github.com/fakegitlab/fakegitlab/ci"
	"github.com/fakegitlab/fakegitlab/internal/clone"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// publicJob is the job as plain data, its log and artifacts included.
func publicJob(j *world.Job) Job {
	out := outlineOf(j)
	out.Trace = j.Log.String()
	for _, f := range j.Files {
		out.Artifacts = append(out.Artifacts, publicFile(f))
	}
	return out
}

// outlineOf is the job as plain data without its log and artifacts, which may be large.
func outlineOf(j *world.Job) Job {
	out := Job{ID: j.ID, Project: j.Project.Path, Name: j.Name, Stage: j.Stage, User: j.User.Username, Ref: j.Ref, RefIsTag: j.RefIsTag,
		Protected: j.Protected, Tags: slices.Clone(j.Tags), Status: JobStatus(j.Status), FailureReason: j.FailureReason, AllowFailure: j.AllowFailure,
		Coverage: clone.Pointer(j.Coverage, clone.Shallow), PipelineID: j.PipelineID, StageIndex: j.StageIndex, Commit: Commit(j.Commit),
		CreatedAt: j.CreatedAt, QueuedAt: j.QueuedAt, StartedAt: j.StartedAt, FinishedAt: j.FinishedAt, Erased: j.Erased, Token: j.Token,
		Spec: JobSpec(j.Spec.Clone())}
	if j.Status.Executing() && j.UpdatedAt.After(j.StartedAt) {
		out.UpdatedAt = j.UpdatedAt
	}
	if j.Runner != nil {
		out.RunnerID = j.Runner.ID
	}
	if j.Manager != nil {
		out.SystemID = j.Manager.SystemID
	}
	return out
}

func jobDraft(st *world.State, in Job) (j *world.Job, err error) {
	j = &world.Job{ID: in.ID, Name: in.Name, Stage: in.Stage, Ref: in.Ref, RefIsTag: in.RefIsTag,
		Protected: in.Protected, Tags: slices.Clone(in.Tags), Status: world.JobStatus(in.Status), FailureReason: in.FailureReason, AllowFailure: in.AllowFailure,
		Coverage: clone.Pointer(in.Coverage, clone.Shallow), PipelineID: in.PipelineID, StageIndex: in.StageIndex, Commit: world.Commit(in.Commit),
		CreatedAt: in.CreatedAt, QueuedAt: in.QueuedAt, StartedAt: in.StartedAt, FinishedAt: in.FinishedAt, Erased: in.Erased, Token: in.Token,
		Spec: ci.JobSpec(in.Spec).Clone()}
	j.UpdatedAt = in.UpdatedAt
	if j.Project, err = st.ProjectByPath(in.Project); err != nil {
		return nil, err
	}
	if j.User, err = st.UserByName(cmp.Or(in.User, world.RootUsername)); err != nil {
		return nil, err
	}
	if err := findTaker(st, j, in); err != nil {
		return nil, err
	}
	_, _ = j.Log.Write([]byte(in.Trace))
	for _, a := range in.Artifacts {
		f := world.NewFile(a.Content)
		f.Filename, f.Type, f.Format, f.ExpiresAt = a.Filename, a.Type, a.Format, a.ExpiresAt
		j.Files = append(j.Files, f)
	}
	return j, nil
}

// findTaker finds the runner and the manager that took a job.
func findTaker(st *world.State, j *world.Job, in Job) (err error) {
	if in.SystemID != "" && in.RunnerID == 0 {
		return errors.New("SystemID names a manager of RunnerID, which is not given")
	}
	if in.RunnerID != 0 {
		if j.Runner, err = st.RunnerByID(in.RunnerID); err != nil {
			return err
		}
	}
	if in.SystemID != "" {
		if j.Manager = j.Runner.Manager(in.SystemID); j.Manager == nil {
			known := world.NamesOf(j.Runner.Managers, func(m *world.Manager) string { return m.SystemID })
			return fmt.Errorf("runner %d: %w", in.RunnerID, world.Missing("manager", in.SystemID, known))
		}
	}
	return nil
}

func addJob(st *world.State, in Job) (*world.Job, error) {
	j, err := jobDraft(st, in)
	if err != nil {
		return nil, err
	}
	return st.AddJob(j)
}

// publicFile is a file that a job kept as plain data.
func publicFile(f *world.File) Artifact {
	return Artifact{Filename: f.Filename, Type: f.Type, Format: f.Format, Content: f.Content.Bytes(), ExpiresAt: f.ExpiresAt}
}

// publicHistory are the statuses that a job has had, oldest first.
func publicHistory(j *world.Job) []JobStatus {
	history := make([]JobStatus, len(j.History))
	for i, s := range j.History {
		history[i] = JobStatus(s)
	}
	return history
}
