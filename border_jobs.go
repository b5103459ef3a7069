package fakegitlab

import (
	"cmp"
	"slices"

	"github.com/fakegitlab/fakegitlab/ci"
	"github.com/fakegitlab/fakegitlab/internal/clone"
	"github.com/fakegitlab/fakegitlab/internal/datajson"
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
	out := Job{
		ID: j.ID, Project: j.Project.Path, Name: j.Name, Stage: j.Stage,
		User: j.User.Username, Ref: j.Ref, RefIsTag: j.RefIsTag,
		Protected: j.Protected, Tags: slices.Clone(j.Tags),
		Status: JobStatus(j.Status), FailureReason: j.FailureReason, AllowFailure: j.AllowFailure,
		PipelineID: j.PipelineID, StageIndex: j.StageIndex, Commit: Commit(j.Commit),
		Coverage:  clone.Pointer(j.Coverage, clone.Shallow),
		CreatedAt: j.CreatedAt, QueuedAt: j.QueuedAt, StartedAt: j.StartedAt, FinishedAt: j.FinishedAt,
		Erased: j.Erased, Token: j.Token, Spec: JobSpec(j.Spec.Clone()),
		DebugTrace: j.DebugTrace, Manual: j.Manual, ArtifactsExpireAt: j.ArtifactsExpireAt,
	}
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

func jobDraft(st *world.State, in Job) (*world.Job, world.Problems) {
	found := references{st: st}
	j := &world.Job{
		ID: in.ID, Name: in.Name, Stage: in.Stage, Ref: in.Ref, RefIsTag: in.RefIsTag,
		Protected: in.Protected, Tags: slices.Clone(in.Tags),
		Status: world.JobStatus(in.Status), FailureReason: in.FailureReason, AllowFailure: in.AllowFailure,
		PipelineID: in.PipelineID, StageIndex: in.StageIndex, Commit: world.Commit(in.Commit),
		Coverage:  clone.Pointer(in.Coverage, clone.Shallow),
		CreatedAt: in.CreatedAt, QueuedAt: in.QueuedAt, StartedAt: in.StartedAt, FinishedAt: in.FinishedAt,
		Erased: in.Erased, Token: in.Token, Spec: ci.JobSpec(in.Spec).Clone(),
		DebugTrace: in.DebugTrace, Manual: in.Manual, ArtifactsExpireAt: in.ArtifactsExpireAt,
	}
	j.UpdatedAt = in.UpdatedAt
	j.Project = found.project("project", in.Project)
	j.User = found.user("user", cmp.Or(in.User, world.RootUsername))
	found.taker(j, in)
	_, _ = j.Log.Write([]byte(in.Trace))
	for _, a := range in.Artifacts {
		f := world.NewFile(a.Content)
		f.Filename, f.Type, f.Format, f.ExpiresAt = a.Filename, a.Type, a.Format, a.ExpiresAt
		j.Files = append(j.Files, f)
	}
	return j, found.problems
}

// taker finds the runner and the manager that took a job.
func (f *references) taker(j *world.Job, in Job) {
	if in.RunnerID == 0 {
		if in.SystemID != "" {
			f.problems = append(f.problems, world.Problem{Field: "runner_id", From: []string{"runner_id"},
				Text: "SystemID names a manager of RunnerID, which is not given"})
		}
		return
	}
	r, err := f.st.RunnerByID(in.RunnerID)
	if err != nil {
		f.problems.Add("runner_id", err)
		return
	}
	j.Runner = r
	if in.SystemID == "" {
		return
	}
	if j.Manager = r.Manager(in.SystemID); j.Manager == nil {
		known := world.NamesOf(r.Managers, func(m *world.Manager) string { return m.SystemID })
		f.problems.Addf("system_id", "runner %d has no manager %q; %s", in.RunnerID, in.SystemID,
			datajson.Suggest(in.SystemID, known))
	}
}

func addJob(st *world.State, in Job) (*world.Job, error) {
	j, found := jobDraft(st, in)
	return st.AddJob(j, found...)
}

// publicFile is a file that a job kept as plain data.
func publicFile(f *world.File) Artifact {
	return Artifact{Filename: f.Filename, Type: f.Type, Format: f.Format, Content: f.Content.Bytes(),
		ExpiresAt: f.ExpiresAt}
}

// publicHistory are the statuses that a job has had, oldest first.
func publicHistory(j *world.Job) []JobStatus {
	history := make([]JobStatus, len(j.History))
	for i, s := range j.History {
		history[i] = JobStatus(s)
	}
	return history
}
