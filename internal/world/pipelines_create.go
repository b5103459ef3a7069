package world

import (
	"cmp"

	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/fakegitlab/fakegitlab/ci"
	"github.com/fakegitlab/fakegitlab/internal/datajson"
	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
)

// NewPipeline is what a pipeline is to be made of.
type NewPipeline struct {
	ID      int // 0 is the next
	Project *Project
	// Ref is a branch or a tag, by its short or its full name; empty is the default branch. RefIsTag has a short one that
	// both a branch and a tag have mean the tag.
	Ref      string
	RefIsTag bool
	// Commit is the one to run for; without a SHA it is that of the ref, and what else is empty in it is the repository's.
	// BeforeSHA is the SHA before a push.
	Commit Commit
	Source string // one of PipelineSources; empty is "push"
	User   *User
	// Variables are handed in with it. VariablesRefused is why that is not for its user; empty if it is, or nobody asked.
	Variables        []ci.JobVariable
	VariablesRefused string
	// Payload is that the last of the variables is what a trigger was called with.
	Payload bool
	// CI is the text of a .gitlab-ci.yml; empty takes that of the repository at the commit. With a text, a project whose
	// repository is empty may have a pipeline too, for a commit that is made up.
	CI string
	// Files are the files of the commit; nil are the repository's. Changes are the paths that differ from what is to be
	// compared with; nil are those that the push has changed.
	Files   ci.Files
	Changes []string
	// Inputs are values for spec:inputs of the file, by their names, as they are in JSON.
	Inputs map[string]any
	// IgnoreSkip passes over [skip ci] in the commit's message; Skip is that the push asked for no pipeline.
	IgnoreSkip, Skip bool
	// SaveOnErrors stores a pipeline whose configuration is wrong, as one that failed, as a push does.
	SaveOnErrors bool
	// ScheduleID and TriggerID are those of the schedule or trigger that makes it; 0 for none.
	ScheduleID, TriggerID int
}

// skipPattern is what in the message of a commit asks for no pipeline (lib/gitlab/ci/pipeline/chain/skip.rb).
var skipPattern = regexp.MustCompile(`(?i)\[(ci[ _-]skip|skip[ _-]ci)\]`)

// CreatePipeline makes a pipeline with its jobs as GitLab does (app/services/ci/create_pipeline_service.rb and the
// chain in lib/gitlab/ci/pipeline/chain): the first check that refuses it ends it. The error is an *Invalid with
// GitLab's texts, and nothing has changed then. With SaveOnErrors a configuration that is wrong is no error: the
// pipeline has failed and tells why in YAMLErrors. Who may make it is for the caller to ask. The jobs are created; they
// move when MovePipelines is called, or the visit ends.
func (st *State) CreatePipeline(n NewPipeline) (*Pipeline, error) {
	made := st.made.clone()
	p, err := st.createPipeline(n)
	if err != nil {
		st.made = made
	}
	return p, err
}

func (st *State) createPipeline(n NewPipeline) (*Pipeline, error) {
	n.Source = cmp.Or(n.Source, SourcePush)
	f, problem := st.factsOf(n)
	if text, never := st.unmakeable(n, problem); text != "" {
		return st.refusePipeline(n, f, text, never)
	}
	if !n.IgnoreSkip && (n.Skip || skipPattern.MatchString(f.Commit.Message)) {
		return st.skipPipeline(n, f), nil
	}
	if len(n.Inputs) > maxPipelineInputs {
		return st.refusePipeline(n, f, fmt.Sprintf(msgfTooManyInputs, maxPipelineInputs), true)
	}
	text, path, inputs := n.configuration(f)
	if text == "" {
		return st.refusePipeline(n, f, msgMissingConfig, true)
	}
	x := st.contextOf(n, f)
	o := x.Options()
	o.Inputs, o.Path = inputs, path
	return st.populate(n, f, x, ci.Read(text, o))
}

// maxPipelineInputs is how many inputs a pipeline takes (app/models/ci/pipeline.rb, INPUTS_LIMIT).
const maxPipelineInputs = 20

// unmakeable is what keeps a pipeline from being made, before its file is looked at; problem is what is wrong with its
// ref or commit. never is that it is not stored as one that failed either. Which comes first depends on the version
// (app/services/ci/create_pipeline_service.rb, SEQUENCE).
func (st *State) unmakeable(n NewPipeline, problem string) (text string, never bool) {
	variables, refused := st.variablesText(n), n.VariablesRefused != ""
	if variables != "" && !st.Has(gitlabversion.VariablesAfterRef) {
		return variables, refused
	}
	if n.Project.BuildsDisabled() {
		problem = msgPipelinesDisabled
	}
	if problem != "" {
		return problem, true
	}
	return variables, refused
}

// variablesText is what is wrong with the variables handed in (lib/gitlab/ci/pipeline/chain/build/associations.rb);
// empty if nothing is.
func (st *State) variablesText(n NewPipeline) string {
	if n.VariablesRefused != "" {
		return n.VariablesRefused
	}
	variables := stripped(n.Variables)
	if text := duplicateVariables(variables); text != "" || !st.Has(gitlabversion.VariablesBuiltFirst) {
		return text
	}
	for _, v := range variables {
		bad := &Invalid{}
		for _, problem := range keyProblems(v.Key) {
			bad.Add(attrKey, problem)
		}
		if len(bad.Problems) > 0 { // of the first of them alone
			return fmt.Sprintf(msgfVariablesNotBuilt, strings.Join(bad.Sentences(), ", "))
		}
	}
	return ""
}

// populate makes the pipeline that a configuration describes.
func (st *State) populate(n NewPipeline, f PipelineFacts, x ci.Context, config *ci.Config) (*Pipeline, error) {
	if !config.Valid() {
		return st.refusePipeline(n, f, config.Errors[0], false)
	}
	made := config.Pipeline(x)
	if len(made.Errors) > 0 {
		return st.refusePipeline(n, f, strings.Join(made.Errors, "\n"), made.Filtered)
	}
	if bad := variableProblems(f.Variables); bad != nil {
		return nil, bad
	}
	f.Name, f.AutoCancel, f.Status = made.Name, made.AutoCancel, JobCreated
	p := st.storePipeline(n.ID, n.Project, f)
	st.makeJobs(p, config.Stages, made.Jobs)
	st.later(chore{kind: choreRedundant, pipeline: p})
	return p, nil
}

// InputOf is the value of an input that came as a text: one that is JSON is what it says, since a command line has
// nothing but texts. Values that came as something else, and those of a schedule, are what they are
// (lib/ci/pipeline_creation/inputs.rb).
func InputOf(text string) any {
	said, err := datajson.Anything([]byte(text))
	if err != nil {
		return text
	}
	return said
}

// variableProblems is the model's validation of the variables handed in (lib/gitlab/ci/pipeline/chain/populate.rb,
// app/models/concerns/ci/has_variable.rb); nil for none. No pipeline is stored for it, not even as one that failed.
func variableProblems(variables []ci.JobVariable) *Invalid {
	bad := &Invalid{}
	for _, v := range variables {
		for _, problem := range keyProblems(v.Key) {
			bad.Add(attrVariablesKey, problem)
		}
	}
	if len(bad.Problems) == 0 {
		return nil
	}
	bad.Add(attrBase, msgNotBuilt)
	return bad
}

// keepable are the variables that a pipeline without jobs keeps: none, where the model refuses any, or two have one
// key.
func keepable(variables []ci.JobVariable) []ci.JobVariable {
	if duplicateVariables(variables) != "" || variableProblems(variables) != nil {
		return nil
	}
	return variables
}

// duplicateVariables is GitLab's text about keys that are given twice; empty if none is.
func duplicateVariables(variables []ci.JobVariable) string {
	times, twice := map[string]int{}, []string{}
	for _, v := range variables {
		if times[v.Key]++; times[v.Key] == 2 {
			twice = append(twice, v.Key)
		}
	}
	switch len(twice) {
	case 0:
		return ""
	case 1:
		return fmt.Sprintf(msgfDuplicateVariable, "", twice[0])
	}
	return fmt.Sprintf(msgfDuplicateVariable, "s", strings.Join(twice, ", "))
}

// refusePipeline refuses a pipeline or, if its configuration is what is wrong and that is to be stored, makes one that
// has failed (lib/gitlab/ci/pipeline/chain/helpers.rb).
func (st *State) refusePipeline(n NewPipeline, f PipelineFacts, text string, never bool) (*Pipeline, error) {
	text = sanitized(text)
	if never || !n.SaveOnErrors || f.Commit.SHA == "" {
		return nil, newInvalid(attrBase, text)
	}
	f.YAMLErrors, f.Status, f.FinishedAt = text, JobFailed, f.CreatedAt
	f.Variables = keepable(f.Variables)
	p := st.storePipeline(n.ID, n.Project, f)
	st.announceStatus(p)
	return p, nil
}

// skipPipeline makes a pipeline that does not run.
func (st *State) skipPipeline(n NewPipeline, f PipelineFacts) *Pipeline {
	f.Status, f.Variables = JobSkipped, keepable(f.Variables)
	p := st.storePipeline(n.ID, n.Project, f)
	st.announceStatus(p)
	return p
}

// AddPipeline makes the record of a pipeline that moves by itself and has no jobs yet, as it is in a seed: AddJob gives
// it those, in the states that they have.
func (st *State) AddPipeline(id int, p *Project, f PipelineFacts, found ...Problem) (*Pipeline, error) {
	if ps := append(Problems(found), st.checkPipelineFacts(id, p, &f)...); len(ps) > 0 {
		return nil, ps
	}
	f.Ref = cmp.Or(f.Ref, p.DefaultBranch())
	if c := p.Repository.CommitAt(cmp.Or(f.Commit.SHA, fullRef(f.Ref, f.RefIsTag))); c != nil {
		takeCommit(&f.Commit, c)
	}
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
	p.flow.blockedLives = st.Has(gitlabversion.BlockedAreRedundant)
	if p.unsettled = f.Status == ""; p.unsettled {
		f.Status = JobCreated
	}
	setKey(st, &st.pipelines, id, p)
	of.pipelines = insertByID(of.pipelines, p)
	p.list()
	st.onUndo(func() { of.pipelines = removeByID(of.pipelines, p); p.unlist() })
	return p
}

// makeJobs makes the jobs of a pipeline that its file describes.
func (st *State) makeJobs(p *Pipeline, stages []string, jobs []ci.Job) {
	place := map[string]int{}
	for i, stage := range stages {
		place[stage] = i // .pre, which is always there, is the first
	}
	before := st.making
	st.making = making{pipeline: p.ID}
	defer func() { st.making = before }()
	for _, j := range jobs {
		made := st.jobOf(p, j, place[j.Stage])
		if st.nameEnvironment(made); j.Spec.Environment.Name != "" && made.EnvironmentName == "" {
			made.Status, made.FailureReason = JobFailed, environmentCreationFailure
		}
		st.insertJob(made)
		if st.seeding() {
			st.madeJobs = append(st.madeJobs, made)
			st.onUndo(func() { st.madeJobs = nil })
		}
	}
}

// jobOf is a job of a pipeline as its file describes it.
func (st *State) jobOf(p *Pipeline, from ci.Job, stage int) *Job {
	f := p.facts
	j := &Job{ID: assignID(st, &st.Jobs, 0), Token: st.made.token(st.jobTokenKind()), Name: from.Name, Stage: from.Stage,
		StageIndex: stage, Ref: f.Ref, RefIsTag: f.RefIsTag, Protected: f.Protected, Tags: cleanTags(from.Tags),
		AllowFailure: from.Spec.AllowFailure.Always, Commit: f.Commit, PipelineID: p.ID,
		Status: JobCreated, CreatedAt: f.CreatedAt, UpdatedAt: f.CreatedAt, Project: p.project, User: f.User,
		Manual: from.When == whenManual || from.When == whenDelayed}
	j.Plan = NewPlan(Plan{Spec: from.Spec, When: from.When, StartIn: from.StartIn, ResourceGroup: from.ResourceGroup,
		Part: from.Part, Parts: from.Parts, Trigger: slices.Clone(from.Trigger),
		CrossPipelineNeeds: slices.Clone(from.CrossPipelineNeeds)})
	return j
}

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
	if c.CreatedAt.IsZero() {
		c.CreatedAt = st.Now()
	}
	c.CreatedAt = c.CreatedAt.Round(0).Truncate(time.Microsecond) // in the zone in which git noted it
}
