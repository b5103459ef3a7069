package fakegitlab

import (
	"cmp"
	"slices"

	"github.com/fakegitlab/fakegitlab/ci"
	"github.com/fakegitlab/fakegitlab/internal/clone"
	"github.com/fakegitlab/fakegitlab/internal/datajson"
	"github.com/fakegitlab/fakegitlab/internal/plain"
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
		Protected: j.Protected, Tags: world.WrittenTags(j.Tags),
		Status: JobStatus(j.Status), FailureReason: j.FailureReason, AllowFailure: j.AllowFailure,
		PipelineID: j.PipelineID, StageIndex: j.StageIndex, Commit: Commit(j.Commit),
		Coverage:  clone.Pointer(j.Coverage, clone.Shallow),
		CreatedAt: j.CreatedAt, QueuedAt: j.QueuedAt, StartedAt: j.StartedAt, FinishedAt: j.FinishedAt,
		Erased: j.Erased, Token: j.Token, Spec: JobSpec(j.Spec.Clone()),
		DebugTrace: j.DebugTrace, Manual: j.Manual, ArtifactsExpireAt: j.ArtifactsExpireAt,
		When: j.When, StartIn: j.StartIn, ScheduledAt: j.ScheduledAt, ResourceGroup: j.ResourceGroup,
		NodeIndex: j.Part, NodeTotal: j.Parts, Trigger: slices.Clone(j.Trigger), Variables: slices.Clone(j.Variables),
		CrossPipelineNeeds: plain.Clone(j.CrossPipelineNeeds), EnqueueImmediately: j.EnqueueImmediately,
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
		Erased: in.Erased, Token: in.Token, Variables: slices.Clone(in.Variables),
		DebugTrace: in.DebugTrace, Manual: in.Manual, ArtifactsExpireAt: in.ArtifactsExpireAt,
	}
	j.UpdatedAt, j.ScheduledAt, j.EnqueueImmediately = in.UpdatedAt, in.ScheduledAt, in.EnqueueImmediately
	j.Plan = world.NewPlan(world.Plan{Spec: ci.JobSpec(in.Spec).Clone(), When: in.When, StartIn: in.StartIn,
		ResourceGroup: in.ResourceGroup, Part: in.NodeIndex, Parts: in.NodeTotal, Trigger: slices.Clone(in.Trigger),
		CrossPipelineNeeds: plain.Clone(in.CrossPipelineNeeds)})
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

// publicPipeline is the pipeline as plain data; of one whose jobs were added alone what those have in common.
func publicPipeline(p *world.Pipeline) Pipeline {
	f := p.Facts()
	out := Pipeline{ID: p.ID, Project: p.Project().Path, Ref: f.Ref, RefIsTag: f.RefIsTag, Protected: f.Protected,
		SHA: f.Commit.SHA, BeforeSHA: f.Commit.BeforeSHA, Commit: Commit(f.Commit), Source: f.Source,
		Status: JobStatus(p.Status()), Name: f.Name, YAMLErrors: f.YAMLErrors,
		AutoCancelOnNewCommit: f.AutoCancel.OnNewCommit, AutoCancelOnJobFailure: f.AutoCancel.OnJobFailure,
		ScheduleID: f.ScheduleID, TriggerID: f.TriggerID, AutoCanceledBy: f.AutoCanceledBy,
		CreatedAt: f.CreatedAt, UpdatedAt: f.UpdatedAt, StartedAt: f.StartedAt, FinishedAt: f.FinishedAt,
		Duration: clone.Pointer(f.Duration, clone.Shallow)}
	out.Commit.SHA, out.Commit.BeforeSHA = "", ""
	if f.User != nil {
		out.User = f.User.Username
	}
	h := world.HandedInOf(f.Variables)
	out.Variables, out.FileVariables, out.VariableOrder, out.RawVariables = h.Values, h.Files, h.Order, h.Raw
	return out
}

// pipelineDraft are the facts of a pipeline of a project.
func pipelineDraft(st *world.State, in Pipeline) (*world.Project, world.PipelineFacts, world.Problems) {
	found := references{st: st}
	project := found.project("project", in.Project)
	variables, wrong := world.HandedIn{Values: in.Variables, Files: in.FileVariables, Order: in.VariableOrder,
		Raw: in.RawVariables}.Variables()
	found.problems = append(found.problems, wrong...)
	f := world.PipelineFacts{Ref: in.Ref, RefIsTag: in.RefIsTag, Protected: in.Protected, Commit: world.Commit(in.Commit),
		Source: in.Source, Status: world.JobStatus(in.Status), Name: in.Name,
		User:      found.user("user", cmp.Or(in.User, world.RootUsername)),
		Variables: variables, YAMLErrors: in.YAMLErrors,
		AutoCancel: ci.AutoCancel{OnNewCommit: in.AutoCancelOnNewCommit, OnJobFailure: in.AutoCancelOnJobFailure},
		ScheduleID: in.ScheduleID, TriggerID: in.TriggerID, AutoCanceledBy: in.AutoCanceledBy,
		CreatedAt: in.CreatedAt, UpdatedAt: in.UpdatedAt, StartedAt: in.StartedAt, FinishedAt: in.FinishedAt,
		Duration: clone.Pointer(in.Duration, clone.Shallow)}
	if in.Commit.SHA != "" || in.Commit.BeforeSHA != "" {
		found.problems.Addf("commit", "a pipeline's commit has its SHA and BeforeSHA in the pipeline's own fields")
	}
	f.Commit.SHA, f.Commit.BeforeSHA = in.SHA, in.BeforeSHA
	return project, f, found.problems
}

// isMade reports whether a pipeline is to be made of a file, with its jobs, as against being what it once was.
func (p Pipeline) isMade(st *world.State) bool {
	return p.CI != "" || p.Status == "" && p.YAMLErrors == "" && st.IsMade(p.Project)
}

// addPipeline adds a pipeline and, where it is to be made of a file, its jobs.
func addPipeline(st *world.State, in Pipeline) (*world.Pipeline, error) {
	project, f, found := pipelineDraft(st, in)
	if !in.isMade(st) {
		if len(in.Inputs) > 0 {
			found.Addf("inputs", "they are for a pipeline that is made of a .gitlab-ci.yml: say CI, or no Status")
		}
		return st.AddPipeline(in.ID, project, f, found...)
	}
	return st.MakePipeline(world.NewPipeline{ID: in.ID, Project: project, CI: in.CI, Inputs: in.Inputs}, f, found...)
}

// seedName is what a message on a scenario calls the pipeline.
func (p Pipeline) seedName() string { return p.Ref }

func publicSchedule(s *world.PipelineSchedule) PipelineSchedule {
	out := PipelineSchedule{ID: s.ID, Project: s.Project.Path, Description: s.Description, Ref: s.SeedRef(), Cron: s.Cron,
		Owner: s.Owner.NameOrNobody(), CronTimezone: s.Timezone, Inactive: !s.Active, NextRunAt: s.NextRunAt,
		CreatedAt: s.CreatedAt, UpdatedAt: s.UpdatedAt}
	h := world.HandedInOf(s.Given())
	out.Variables, out.FileVariables, out.VariableOrder, out.RawVariables = h.Values, h.Files, h.Order, h.Raw
	out.Inputs, out.VariableIDs = world.InputValues(s.Inputs), s.VariableIDs()
	return out
}

func addSchedule(st *world.State, in PipelineSchedule) (*world.PipelineSchedule, error) {
	variables, wrong := world.HandedIn{Values: in.Variables, Files: in.FileVariables, Order: in.VariableOrder,
		Raw: in.RawVariables}.Variables()
	return st.AddSchedule(in.Project, in.Owner, world.PipelineSchedule{ID: in.ID, Description: in.Description, Ref: in.Ref,
		Cron: in.Cron, Timezone: in.CronTimezone, Active: !in.Inactive, NextRunAt: in.NextRunAt, CreatedAt: in.CreatedAt,
		UpdatedAt: in.UpdatedAt}, world.ScheduleGifts{Variables: variables, IDs: in.VariableIDs, Inputs: in.Inputs}, wrong...)
}

func publicTrigger(t *world.PipelineTrigger) PipelineTrigger {
	return PipelineTrigger{ID: t.ID, Project: t.Project.Path, Owner: t.Owner.Username, Token: t.Token,
		Description: t.Description, ExpiresAt: t.ExpiresAt, LastUsed: t.LastUsed, CreatedAt: t.CreatedAt,
		UpdatedAt: t.UpdatedAt}
}

func addTrigger(st *world.State, in PipelineTrigger) (*world.PipelineTrigger, error) {
	return st.AddTrigger(in.Project, in.Owner, world.PipelineTrigger{ID: in.ID, Token: in.Token,
		Description: in.Description, ExpiresAt: in.ExpiresAt, LastUsed: in.LastUsed,
		CreatedAt: in.CreatedAt, UpdatedAt: in.UpdatedAt})
}

// publicRunnerController is the runner controller as plain data.
func publicRunnerController(c *world.RunnerController) RunnerController {
	out := RunnerController{ID: c.ID, Description: world.OrEmpty(c.Description), State: string(c.State),
		Instance: c.Instance != nil, CreatedAt: c.CreatedAt}
	for _, s := range c.Runners {
		out.Runners = append(out.Runners, s.Runner.ID)
	}
	for _, t := range c.Tokens {
		out.Tokens = append(out.Tokens, RunnerControllerToken{t.ID, t.Token, world.OrEmpty(t.Description), t.CreatedAt})
	}
	return out
}

func addRunnerController(st *world.State, in RunnerController) (*world.RunnerController, error) {
	var found world.Problems
	c := world.RunnerController{ID: in.ID, Description: world.OrNull(in.Description),
		State: world.RunnerControllerState(in.State), CreatedAt: in.CreatedAt}
	if in.Instance {
		c.Instance = &world.RunnerControllerScope{}
	}
	for i, id := range in.Runners {
		r, err := st.RunnerByID(id)
		if found.Add(datajson.Index("runners", i), err); err == nil {
			c.Runners = append(c.Runners, &world.RunnerControllerScope{Runner: r})
		}
	}
	for _, t := range in.Tokens {
		c.Tokens = append(c.Tokens, &world.RunnerControllerToken{ID: t.ID, Token: t.Token,
			Description: world.OrNull(t.Description), CreatedAt: t.CreatedAt})
	}
	return st.AddRunnerController(c, found...)
}

func publicStatus(s *world.CommitStatus) CommitStatus {
	return CommitStatus{ID: s.ID, PipelineID: s.Pipeline.ID, Name: s.Name, Status: JobStatus(s.Status),
		User: s.User.NameOrNobody(), TargetURL: clone.Pointer(s.TargetURL, clone.Shallow),
		Description: clone.Pointer(s.Description, clone.Shallow),
		Coverage:    clone.Pointer(s.Coverage, clone.Shallow), CreatedAt: s.CreatedAt, StartedAt: s.StartedAt,
		FinishedAt: s.FinishedAt, UpdatedAt: s.UpdatedAt}
}

func addStatus(st *world.State, in CommitStatus) (*world.CommitStatus, error) {
	return st.AddStatus(in.PipelineID, in.User, world.CommitStatus{ID: in.ID, Name: in.Name,
		Status: world.JobStatus(in.Status), TargetURL: clone.Pointer(in.TargetURL, clone.Shallow),
		Description: clone.Pointer(in.Description, clone.Shallow), Coverage: clone.Pointer(in.Coverage, clone.Shallow),
		CreatedAt: in.CreatedAt, StartedAt: in.StartedAt, FinishedAt: in.FinishedAt, UpdatedAt: in.UpdatedAt})
}

func publicEnvironment(e *world.Environment) ProjectEnvironment {
	return ProjectEnvironment{ID: e.ID, Project: e.Project.Path, Name: e.Name, State: EnvironmentState(e.State),
		Tier: e.Tier, ExternalURL: e.ExternalURL, Description: e.Description, AutoStopSetting: e.AutoStopSetting,
		AutoStopAt: e.AutoStopAt, AutoDeleteAt: e.AutoDeleteAt, CreatedAt: e.CreatedAt, UpdatedAt: e.UpdatedAt}
}

func environmentFacts(in ProjectEnvironment) world.EnvironmentFacts {
	return world.EnvironmentFacts{State: world.EnvironmentState(in.State), Tier: in.Tier, ExternalURL: in.ExternalURL,
		Description: in.Description, AutoStopSetting: in.AutoStopSetting, AutoStopAt: in.AutoStopAt,
		AutoDeleteAt: in.AutoDeleteAt}
}

func addEnvironment(st *world.State, in ProjectEnvironment) (*world.Environment, error) {
	found := references{st: st}
	return st.AddEnvironment(world.Environment{ID: in.ID, Project: found.project("project", in.Project), Name: in.Name,
		EnvironmentFacts: environmentFacts(in), CreatedAt: in.CreatedAt, UpdatedAt: in.UpdatedAt}, found.problems...)
}

func rewriteEnvironment(st *world.State, e *world.Environment, next ProjectEnvironment) error {
	return st.RewriteEnvironment(e, environmentFacts(next))
}

func publicDeployment(d *world.Deployment) Deployment {
	out := Deployment{ID: d.ID, IID: d.IID, Project: d.Project().Path, Environment: d.Environment.Name, Ref: d.Ref,
		RefIsTag: d.RefIsTag, SHA: d.SHA, Status: DeploymentStatus(d.Status), User: d.User.NameOrNobody(), OnStop: d.OnStop,
		CreatedAt: d.CreatedAt, UpdatedAt: d.UpdatedAt, FinishedAt: d.FinishedAt}
	if d.Job != nil {
		out.JobID = d.Job.ID
	}
	return out
}

func addDeployment(st *world.State, in Deployment) (*world.Deployment, error) {
	found := references{st: st}
	at := world.DeploymentPlace{Project: found.project("project", in.Project), Environment: in.Environment,
		JobID: in.JobID, User: in.User}
	return st.AddDeployment(at, world.Deployment{ID: in.ID, IID: in.IID, Ref: in.Ref, RefIsTag: in.RefIsTag, SHA: in.SHA,
		Status: world.DeploymentStatus(in.Status), OnStop: in.OnStop, CreatedAt: in.CreatedAt, UpdatedAt: in.UpdatedAt,
		FinishedAt: in.FinishedAt}, found.problems...)
}

// seedDeployments adds the environments and deployments of a scenario, and those that its jobs have beside them.
func seedDeployments(st *world.State, s Scenario, refused *[]rejection) {
	seedEach(refused, "environments", s.Environments, func(e ProjectEnvironment) string { return e.Name },
		making(st, addEnvironment))
	seedEach(refused, "deployments", s.Deployments, func(d Deployment) string { return d.Environment },
		making(st, addDeployment))
	if len(*refused) == 0 {
		st.SettleEnvironments(s.Environments != nil, s.Deployments != nil)
	}
}
