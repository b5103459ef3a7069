package fakegitlab

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"github.com/fakegitlab/fakegitlab/internal/clone"
)

// publicJob is the job as plain data, its log and artifacts included.
func publicJob(j *job) Job {
	out := outlineOf(j)
	out.Trace = j.log.String()
	for _, f := range j.files {
		out.Artifacts = append(out.Artifacts, publicFile(f))
	}
	return out
}

// outlineOf is the job as plain data without its log and artifacts, which may be large.
func outlineOf(j *job) Job {
	out := Job{ID: j.ID, Project: j.project.Path, Name: j.Name, Stage: j.Stage, User: j.user.Username, Ref: j.Ref, RefIsTag: j.RefIsTag,
		Protected: j.Protected, Tags: slices.Clone(j.Tags), Status: j.Status, FailureReason: j.FailureReason, AllowFailure: j.AllowFailure,
		Coverage: clone.Pointer(j.Coverage, clone.Shallow), PipelineID: j.PipelineID, StageIndex: j.StageIndex, Commit: j.Commit,
		CreatedAt: j.CreatedAt, QueuedAt: j.QueuedAt, StartedAt: j.StartedAt, FinishedAt: j.FinishedAt, Erased: j.Erased, Token: j.Token,
		Spec: j.Spec.clone()}
	if j.runner != nil {
		out.RunnerID = j.runner.num
	}
	if j.manager != nil {
		out.SystemID = j.manager.SystemID
	}
	return out
}

func jobDraft(st *state, in Job) (j *job, err error) {
	j = &job{ID: in.ID, Name: in.Name, Stage: in.Stage, Ref: in.Ref, RefIsTag: in.RefIsTag,
		Protected: in.Protected, Tags: slices.Clone(in.Tags), Status: in.Status, FailureReason: in.FailureReason, AllowFailure: in.AllowFailure,
		Coverage: clone.Pointer(in.Coverage, clone.Shallow), PipelineID: in.PipelineID, StageIndex: in.StageIndex, Commit: in.Commit,
		CreatedAt: in.CreatedAt, QueuedAt: in.QueuedAt, StartedAt: in.StartedAt, FinishedAt: in.FinishedAt, Erased: in.Erased, Token: in.Token,
		Spec: in.Spec.clone()}
	if j.project, err = st.projectByPath(in.Project); err != nil {
		return nil, err
	}
	if j.user, err = st.userByName(cmp.Or(in.User, rootUsername)); err != nil {
		return nil, err
	}
	if err := findTaker(st, j, in); err != nil {
		return nil, err
	}
	_, _ = j.log.Write([]byte(in.Trace))
	for _, a := range in.Artifacts {
		f := newFile(a.Content)
		f.Filename, f.Type, f.Format, f.ExpiresAt = a.Filename, a.Type, a.Format, a.ExpiresAt
		j.files = append(j.files, f)
	}
	return j, nil
}

// findTaker finds the runner and the manager that took a job.
func findTaker(st *state, j *job, in Job) (err error) {
	if in.SystemID != "" && in.RunnerID == 0 {
		return errors.New("SystemID names a manager of RunnerID, which is not given")
	}
	if in.RunnerID != 0 {
		if j.runner, err = st.runnerByID(in.RunnerID); err != nil {
			return err
		}
	}
	if in.SystemID != "" {
		if j.manager = j.runner.manager(in.SystemID); j.manager == nil {
			known := namesOf(j.runner.managers, func(m *manager) string { return m.SystemID })
			return fmt.Errorf("runner %d: %w", in.RunnerID, missing("manager", in.SystemID, known))
		}
	}
	return nil
}

func addJob(st *state, in Job) (*job, error) {
	j, err := jobDraft(st, in)
	if err != nil {
		return nil, err
	}
	return st.addJob(j)
}

// publicFile is a file that a job kept as plain data.
func publicFile(f *file) Artifact {
	return Artifact{Filename: f.Filename, Type: f.Type, Format: f.Format, Content: f.content.bytes(), ExpiresAt: f.ExpiresAt}
}
