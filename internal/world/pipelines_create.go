package world

import (
	"cmp"
	"slices"

	"github.com/fakegitlab/fakegitlab/ci"
)

// NewPipeline is what a pipeline is to be made of.
type NewPipeline struct {
	ID       int // 0 is the next
	Project  *Project
	Ref      string // empty is the default branch
	RefIsTag bool
	Commit   Commit // what is empty in it is the repository's or, where that has nothing, made up
	Source   string // one of PipelineSources; empty is "push"
	User     *User
	// Variables are handed in with it.
	Variables []ci.JobVariable
	// CI is the text of a .gitlab-ci.yml; empty takes that of the repository at the commit.
	CI string
	// Files are the files of the commit; nil are the repository's. Changes are the paths that differ from what is to be
	// compared with; nil if there is nothing to compare with.
	Files   ci.Files
	Changes []string
	// IgnoreSkip passes over [skip ci] in the commit's message; Skip has the pipeline skipped in any case.
	IgnoreSkip, Skip bool
	// SaveOnErrors stores a pipeline whose configuration is wrong, as one that failed, as a push does.
	SaveOnErrors bool
	// ScheduleID and TriggerID are those of the schedule or trigger that makes it.
	ScheduleID, TriggerID int
}

// CreatePipeline makes a pipeline with its jobs as GitLab does (lib/gitlab/ci/pipeline/chain): the first check that
// refuses it ends it. The error is an *Invalid with GitLab's texts, and nothing has changed then. The jobs are created;
// what moves them is done when MovePipelines is called, or the visit ends.
func (st *State) CreatePipeline(n NewPipeline) (*Pipeline, error) {
	facts := st.factsOf(n)
	config := ci.Read(n.CI, ci.Options{Files: n.Files})
	made := config.Pipeline(st.contextOf(n, facts))
	if len(made.Errors) > 0 {
		return nil, refusedFor(made.Errors)
	}
	facts.Name, facts.AutoCancel, facts.Status = made.Name, made.AutoCancel, JobCreated
	p := st.storePipeline(n.ID, n.Project, facts)
	st.makeJobs(p, config.Stages, made.Jobs)
	st.later(chore{kind: choreRedundant, pipeline: p})
	return p, nil
}

// refusedFor is the refusal of a pipeline with the errors that stand on it.
func refusedFor(errors []string) error {
	var v Invalid
	for _, text := range errors {
		v.Add(attrBase, text)
	}
	return &v
}

// factsOf are the facts of a new pipeline, as far as they are known before its file is read.
func (st *State) factsOf(n NewPipeline) PipelineFacts {
	f := PipelineFacts{Ref: cmp.Or(n.Ref, n.Project.DefaultBranch()), RefIsTag: n.RefIsTag, Commit: n.Commit,
		Source: cmp.Or(n.Source, SourcePush), User: n.User, Variables: slices.Clone(n.Variables),
		ScheduleID: n.ScheduleID, TriggerID: n.TriggerID, CreatedAt: st.Now(), UpdatedAt: st.Now()}
	_, f.Protected = st.protection(n.Project, f.Ref, f.RefIsTag, false)
	st.completeCommit(&f.Commit, f.Ref, f.User)
	return f
}

// contextOf is what the file of a new pipeline is evaluated for.
func (st *State) contextOf(n NewPipeline, f PipelineFacts) ci.Context {
	return ci.Context{Ref: f.Ref, Tag: f.RefIsTag, Source: f.Source, ProjectPath: n.Project.Path,
		Variables: slices.Clone(f.Variables), Files: n.Files, Changes: n.Changes}
}

// AddPipeline makes the record of a pipeline that moves by itself and has no jobs yet, as it is in a seed: AddJob gives
// it those, in the states that they have.
func (st *State) AddPipeline(id int, p *Project, f PipelineFacts) (*Pipeline, error) {
	var ps Problems
	ps.Add("id", checkID("pipeline", id))
	if st.pipelines[id] != nil {
		ps.Addf("id", "there is a pipeline %d already", id)
	}
	ps.Add("source", oneOf("source of a pipeline", &f.Source, SourcePush, PipelineSources))
	ps.Add("sha", checkSHA(f.Commit.SHA))
	ps.Add("before_sha", checkSHA(f.Commit.BeforeSHA))
	if len(ps) > 0 {
		return nil, ps
	}
	f.Ref = cmp.Or(f.Ref, p.DefaultBranch())
	f.CreatedAt = orNow(f.CreatedAt, st.Now())
	f.UpdatedAt = orNow(f.UpdatedAt, f.CreatedAt)
	st.completeCommit(&f.Commit, f.Ref, f.User)
	return st.storePipeline(id, p, f), nil
}

// storePipeline puts the record of a pipeline without jobs into the world.
func (st *State) storePipeline(id int, of *Project, f PipelineFacts) *Pipeline {
	before := st.pipeline
	if id == 0 {
		id = st.pipeline + 1
	}
	st.pipeline = max(st.pipeline, id)
	st.onUndo(func() { st.pipeline = before })
	p := newPipeline(id, of)
	p.facts, p.flow = &f, newFlow()
	p.unsettled = f.Status == ""
	setKey(st, st.pipelines, id, p)
	of.pipelines = insertByID(of.pipelines, p)
	st.onUndo(func() { of.pipelines = removeByID(of.pipelines, p) })
	return p
}

// makeJobs makes the jobs of a pipeline that its file describes.
func (st *State) makeJobs(p *Pipeline, stages []string, jobs []ci.Job) {
	place := map[string]int{}
	for i, stage := range stages {
		place[stage] = i // .pre, which is always there, is the first
	}
	for _, j := range jobs {
		st.insertJob(st.jobOf(p, j, place[j.Stage]))
	}
}

// jobOf is a job of a pipeline as its file describes it.
func (st *State) jobOf(p *Pipeline, from ci.Job, stage int) *Job {
	f := p.facts
	j := &Job{ID: assignID(st, &st.Jobs, 0), Token: st.made.token(st.jobTokenKind()), Name: from.Name, Stage: from.Stage,
		StageIndex: stage, Ref: f.Ref, RefIsTag: f.RefIsTag, Protected: f.Protected, Tags: cleanTags(from.Tags),
		AllowFailure: from.Spec.AllowFailure.Always, Spec: from.Spec, Commit: f.Commit, PipelineID: p.ID,
		Status: JobCreated, CreatedAt: f.CreatedAt, UpdatedAt: f.CreatedAt, Project: p.project, User: f.User,
		Manual: from.When == whenManual || from.When == whenDelayed}
	j.JobFlow = JobFlow{When: from.When, StartIn: from.StartIn, ResourceGroup: from.ResourceGroup, Part: from.Part,
		Parts: from.Parts, Trigger: slices.Clone(from.Trigger), CrossPipelineNeeds: slices.Clone(from.CrossPipelineNeeds)}
	return j
}

// The words of when.
const (
	whenOnSuccess = "on_success"
	whenOnFailure = "on_failure"
	whenAlways    = "always"
	whenManual    = "manual"
	whenDelayed   = "delayed"
)

// completeCommit makes up what is not said of a commit.
func (st *State) completeCommit(c *Commit, ref string, author *User) {
	if c.SHA == "" {
		c.SHA = st.made.hex(shas, 40)
	}
	c.BeforeSHA = cmp.Or(c.BeforeSHA, ZeroSHA)
	c.Title = cmp.Or(c.Title, firstLine(c.Message), "Update "+ref)
	c.Message = cmp.Or(c.Message, c.Title+"\n")
	if author != nil {
		c.AuthorName, c.AuthorEmail = cmp.Or(c.AuthorName, author.Name), cmp.Or(c.AuthorEmail, author.Email)
	}
	c.CreatedAt = orNow(c.CreatedAt, st.Now())
}

// DeletePipeline deletes a pipeline with its jobs, their logs and files
// (app/services/ci/destroy_pipeline_service.rb).
func (st *State) DeletePipeline(p *Pipeline) {
	for _, j := range slices.Clone(p.Jobs) {
		st.removeJob(j)
	}
	st.removePipeline(p)
}

// removePipeline takes the record of a pipeline without jobs out of the world.
func (st *State) removePipeline(p *Pipeline) {
	delete(st.pipelines, p.ID)
	p.project.pipelines = removeByID(p.project.pipelines, p)
}
