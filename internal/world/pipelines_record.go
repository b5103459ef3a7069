package world

import (
	"slices"
	"time"

	"github.com/fakegitlab/fakegitlab/ci"
)

// Pipeline is the record of a pipeline (app/models/ci/pipeline.rb). One that CreatePipeline or AddPipeline made has
// facts of its own and moves by itself: its jobs go on as those before them end. One that came about with a job that
// was added alone has at least one job, tells what they have in common, and its jobs move only when they are told to.
// All jobs are of one project.
type Pipeline struct {
	ID      int
	project *Project
	Jobs    []*Job               // by id
	named   map[string]*attempts // at the job of each name; nil while all have one name, see triesOf
	staged  map[string][]*Job    // those of each stage, by id; nil while all are of one, see inStage
	skipped int                  // how many of them are skipped
	// reports are what was told of jobs that run outside: few pipelines have any, which take no room in the others.
	reports *reports
	called  string         // the name given to one whose jobs were added alone
	facts   *PipelineFacts // nil for one whose jobs were added alone
	flow    *flow          // likewise
	// unsettled: nobody has said which status the pipeline has, but for its jobs.
	unsettled bool
	unowned   bool // as of a job
}

// PipelineFacts is what is known of a pipeline that moves by itself, beside its jobs.
type PipelineFacts struct {
	Ref                 string // a branch, a tag or refs/merge-requests/...
	RefIsTag, Protected bool   // Ref is a tag, is protected
	Commit              Commit // its SHA, the SHA before, and what is said of it
	Source              string // one of PipelineSources
	Name                string // of workflow:name, or given later; empty is null
	User                *User  // who set it going
	// Status is that which the pipeline had when it last moved. Empty in a draft is that which its jobs have together.
	Status JobStatus
	// Variables were handed in with it; they win against those of settings and of the file.
	Variables []ci.JobVariable
	// YAMLErrors is why the file could not be read, or used: the pipeline has failed then and has no jobs.
	YAMLErrors string
	// AutoCancel is what the file says of canceling; empty words are GitLab's defaults.
	AutoCancel ci.AutoCancel
	// ScheduleID and TriggerID are those of the schedule or trigger that made it; 0 for none.
	ScheduleID, TriggerID int
	// AutoCanceledBy is the id of the newer pipeline that made it redundant; 0 for none.
	AutoCanceledBy int

	CreatedAt, UpdatedAt, StartedAt, FinishedAt time.Time // zero: not yet
	// Duration is for how long its jobs ran, as it was when the pipeline last ended; nil before.
	Duration *time.Duration
}

// attempts are the jobs of one name in a pipeline, by id: the first try and the later ones.
type attempts struct{ jobs []*Job }

// The sources of pipelines (app/models/concerns/enums/ci/pipeline.rb).
const (
	SourcePush         = "push"
	SourceWeb          = "web"
	SourceTrigger      = "trigger"
	SourceSchedule     = "schedule"
	SourceAPI          = "api"
	SourceExternal     = "external"
	SourcePipeline     = "pipeline"
	SourceMergeRequest = "merge_request_event"
	SourceParent       = "parent_pipeline"
)

// PipelineSources are all sources of pipelines, in GitLab's order.
var PipelineSources = []string{"unknown", SourcePush, SourceWeb, SourceTrigger, SourceSchedule, SourceAPI,
	SourceExternal, SourcePipeline, "chat", "webide", SourceMergeRequest, "external_pull_request_event", SourceParent,
	"ondemand_dast_scan", "ondemand_dast_validation", "security_orchestration_policy"}

// newPipeline makes the record of a pipeline that has no job yet.
func newPipeline(id int, p *Project) *Pipeline {
	return &Pipeline{ID: id, project: p}
}

// join puts a job into the pipeline. Most pipelines of a seed have one job alone, which needs no maps to be found.
func (p *Pipeline) join(j *Job) {
	tries := p.triesOf(j.Name)
	if tries == nil {
		tries = &attempts{}
		if p.named == nil && len(p.Jobs) > 0 {
			p.named = map[string]*attempts{p.Jobs[0].Name: p.Jobs[0].tries}
		}
		if p.named != nil {
			p.named[j.Name] = tries
		}
	}
	if p.staged == nil && len(p.Jobs) > 0 && p.Jobs[0].Stage != j.Stage {
		p.staged = map[string][]*Job{p.Jobs[0].Stage: slices.Clone(p.Jobs)}
	}
	if p.staged != nil {
		p.staged[j.Stage] = insertByID(p.staged[j.Stage], j)
	}
	j.Pipeline, j.tries = p, tries
	p.Jobs, tries.jobs = insertByID(p.Jobs, j), insertByID(tries.jobs, j)
	p.renew(j)
}

// triesOf are the attempts at the job of a name; nil if there never was one.
func (p *Pipeline) triesOf(name string) *attempts {
	if len(p.Jobs) > 0 && p.Jobs[0].Name == name {
		return p.Jobs[0].tries
	}
	return p.named[name]
}

// inStage are the jobs of a stage, by id.
func (p *Pipeline) inStage(stage string) []*Job {
	if p.staged == nil && len(p.Jobs) > 0 && p.Jobs[0].Stage == stage {
		return p.Jobs
	}
	return p.staged[stage]
}

// lastStage is the highest place of a stage among the last jobs of all; 0 without jobs.
func (p *Pipeline) lastStage() (last int) {
	if n := len(p.Jobs); p.staged == nil && n > 0 {
		return p.Jobs[n-1].StageIndex
	}
	for _, jobs := range p.staged {
		last = max(last, jobs[len(jobs)-1].StageIndex)
	}
	return last
}

// leave takes a job out of the pipeline.
func (p *Pipeline) leave(j *Job) {
	p.Jobs, j.tries.jobs = removeByID(p.Jobs, j), removeByID(j.tries.jobs, j)
	if p.staged != nil {
		if p.staged[j.Stage] = removeByID(p.staged[j.Stage], j); len(p.staged[j.Stage]) == 0 {
			delete(p.staged, j.Stage)
		}
	}
	p.renew(j)
}

// renew notes which job of that one's name is the latest.
func (p *Pipeline) renew(j *Job) {
	if !p.Moves() {
		return
	}
	var latest *Job
	if n := len(j.tries.jobs); n > 0 {
		latest = j.tries.jobs[n-1]
	}
	p.flow.latest(j.Name, latest)
}

// noticed notes what a job has become, in its status or in whether it may fail.
func (p *Pipeline) noticed(j *Job) {
	if p.Moves() {
		p.flow.changed(j)
	}
}

// count adds to what is known of the statuses of the pipeline's jobs, or takes from it, what one job makes of it.
func (p *Pipeline) count(j *Job, by int) {
	if j.Status == JobSkipped {
		p.skipped += by
	}
}

func (p *Pipeline) id() int { return p.ID }

// Project is the project whose jobs the pipeline has.
func (p *Pipeline) Project() *Project { return p.project }

// Moves reports whether the pipeline moves by itself; false where its jobs were added alone.
func (p *Pipeline) Moves() bool { return p.facts != nil }

// Facts are those of a pipeline that moves by itself; of another one what its first job tells.
func (p *Pipeline) Facts() PipelineFacts {
	if p.Moves() {
		return *p.facts
	}
	j := p.Jobs[0]
	created, started, finished := p.Times()
	return PipelineFacts{Ref: j.Ref, RefIsTag: j.RefIsTag, Protected: j.Protected, Commit: j.Commit,
		Source: SourcePush, User: j.User, CreatedAt: created, UpdatedAt: p.UpdatedAt(), StartedAt: started,
		FinishedAt: finished}
}

// Ref is the branch or tag that the pipeline runs for, and RefIsTag which of them it is.
func (p *Pipeline) Ref() string { return p.ref().name }

// RefIsTag reports whether the pipeline runs for a tag.
func (p *Pipeline) RefIsTag() bool { return p.ref().isTag }

// ref is the branch or tag that the pipeline runs for: all its jobs are of one.
func (p *Pipeline) ref() gitRef {
	if p.Moves() {
		return gitRef{p.facts.Ref, p.facts.RefIsTag}
	}
	return gitRef{p.Jobs[0].Ref, p.Jobs[0].RefIsTag}
}

// Commit is the commit that the pipeline runs for.
func (p *Pipeline) Commit() Commit {
	if p.Moves() {
		return p.facts.Commit
	}
	return p.Jobs[0].Commit
}

// User is who set the pipeline going.
func (p *Pipeline) User() *User {
	if p.Moves() {
		return p.facts.User
	}
	return p.Jobs[0].User
}

// IsOf reports whether a user of that name set it going (app/finders/ci/pipelines_finder.rb, by_username).
func (p *Pipeline) IsOf(username string) bool {
	u := p.ShownUser()
	return u != nil && Key(u.Username) == Key(username)
}

// Source is what set the pipeline going, one of PipelineSources.
func (p *Pipeline) Source() string {
	if p.Moves() {
		return p.facts.Source
	}
	return SourcePush
}

// Protected reports whether the pipeline runs for a protected ref.
func (p *Pipeline) Protected() bool {
	if p.Moves() {
		return p.facts.Protected
	}
	return p.Jobs[0].Protected
}

// CreatedAt is when the pipeline was made: where its jobs were added alone, with the first of them.
func (p *Pipeline) CreatedAt() time.Time {
	if p.Moves() {
		return p.facts.CreatedAt
	}
	first := p.Jobs[0].CreatedAt
	for _, j := range p.Jobs {
		first = Earliest(first, j.CreatedAt)
	}
	return first
}

// UpdatedAt is when anything last happened in the pipeline.
func (p *Pipeline) UpdatedAt() time.Time {
	if p.Moves() {
		return p.facts.UpdatedAt
	}
	var last time.Time
	for _, j := range p.Jobs {
		last = Later(last, j.UpdatedAt)
	}
	return last
}

// IID is the pipeline's place among those that its project has or had, from 1.
func (p *Pipeline) IID() int {
	i, _ := slices.BinarySearchFunc(p.project.pipelines, p.ID, byID[*Pipeline])
	gone, _ := slices.BinarySearch(p.project.gonePipelines, p.ID)
	return i + gone + 1
}

// become gives a pipeline that moves by itself a status.
func (p *Pipeline) become(status JobStatus) {
	p.unlist()
	p.facts.Status = status
	p.list()
}

// live reports whether a newer pipeline may make this one redundant, by its status: in later versions one that waits
// for a person is among those (app/models/ci/pipeline.rb, CANCELABLE_STATUSES).
func (p *Pipeline) live() bool {
	return p.Moves() && (p.facts.Status.cancelable() || p.facts.Status == JobManual && p.flow.blockedLives)
}

// list has the pipeline be found among the live ones of its project, if it is one.
func (p *Pipeline) list() {
	if !p.live() {
		return
	}
	if p.project.live == nil {
		p.project.live = map[string][]*Pipeline{}
	}
	p.project.live[p.facts.Ref] = insertByID(p.project.live[p.facts.Ref], p)
}

// unlist takes back what list did.
func (p *Pipeline) unlist() {
	if !p.live() {
		return
	}
	ref, live := p.facts.Ref, p.project.live
	if rest := removeByID(live[ref], p); len(rest) > 0 {
		live[ref] = rest
	} else {
		delete(live, ref)
	}
}

// nextIID is the IID of the next pipeline.
func (p *Project) nextIID() int { return len(p.pipelines) + len(p.gonePipelines) + 1 }

// Latest are the pipeline's jobs without those that have been retried: of several jobs of one name the last, by id.
func (p *Pipeline) Latest() []*Job {
	return Filtered(p.Jobs, func(j *Job) bool { return !j.retried() })
}

// TagMessage is the message of the annotated tag that the pipeline runs for; empty for any other.
func (p *Pipeline) TagMessage() string { return p.project.tagMessage(p.ref().name, p.ref().isTag) }

// gitRef is a branch or a tag: of the same name there may be both.
type gitRef struct {
	name  string
	isTag bool
}

// NewestOfRefs are the newest of some pipelines of each branch, or of each tag, that there is
// (app/finders/ci/pipelines_finder.rb, pipelines_for_refs). Where the repository is empty, and jobs were seeded alone,
// each ref counts as being there.
func (p *Project) NewestOfRefs(from []*Pipeline, tags bool) (newest []*Pipeline) {
	there := map[string]bool{}
	refs := p.Repository.Branches()
	if tags {
		refs = p.Repository.Tags()
	}
	for _, ref := range refs {
		there[ref.Name] = true
	}
	seen := map[string]bool{}
	for _, each := range slices.Backward(from) {
		ref := each.Ref()
		if each.RefIsTag() == tags && !seen[ref] && (there[ref] || p.Repository.Empty()) {
			seen[ref] = true
			newest = append(newest, each)
		}
	}
	return newest
}
