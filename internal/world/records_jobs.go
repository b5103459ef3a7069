package world

import (
	"cmp"
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/fakegitlab/fakegitlab/ci"
)

// Job is the record of a job (app/models/ci/build.rb).
type Job struct {
	ID                                         int
	Name, Stage, Ref                           string // Ref is a branch, a tag or refs/merge-requests/...
	StageIndex                                 int    // the place of Stage in the pipeline, from 0
	Tags                                       []string
	Status                                     JobStatus
	FailureReason                              string   // one of FailureReasons while Status is JobFailed, else empty
	Coverage                                   *float64 // percent; nil is null
	PipelineID                                 int      // that of Pipeline
	Commit                                     Commit
	CreatedAt, QueuedAt, StartedAt, FinishedAt time.Time // zero: not yet; QueuedAt is when it became pending
	Token                                      string    // works while Status is Executing
	*Plan                                                // never nil once the job is in the table

	RefIsTag, Protected bool // Ref is a tag, is protected
	AllowFailure        bool
	Erased              bool
	// Manual: people start the job, by when: manual or when: delayed (GitLab's action?).
	Manual bool
	// DebugTrace: the runner has said that the log may show every variable.
	DebugTrace bool
	// cancelGracefully: the runner that took the job said that it can end a canceled job with its after_script.
	cancelGracefully bool
	// Variables are those that whoever played the job gave it. They count more than all others.
	Variables ci.JobVariables
	// EnqueueImmediately: whoever tried the job again wants it to run, though people start it.
	EnqueueImmediately bool

	Project     *Project
	User        *User     // who set it going
	Runner      *Runner   // who took it; nil while nobody has, and once the runner is deleted
	Manager     *Manager  // of Runner, which of its machines; nil if that is not known
	UpdatedAt   time.Time // when it last changed its status, or Touch renewed it
	ErasedAt    time.Time // zero unless Erased
	ScheduledAt time.Time // when the wait of a delayed job is over, zero before its turn
	Pipeline    *Pipeline
	tries       *attempts   // the job itself among them
	History     []JobStatus // the states it went through, the present one last

	Log   Blob
	Files []*File // at most one of each type, in the order in which they came
	// ArtifactsExpireAt is what the last upload said of its own file and GitLab believes of all; zero is never.
	ArtifactsExpireAt time.Time
	Dotenv            []ci.JobVariable // of its dotenv report
	watchedAt         time.Time        // when somebody last opened its page; zero: never
	fate              *fate            // nil: nothing is decided
	unowned           bool             // by a deletion with all contributions: nobody's, while User is the ghost
	changed           chan struct{}    // closed by wake; nil while nobody waits
}

// Plan is what its file, or its draft, says of a job: what it is to do, and what decides when a job of a pipeline that
// moves by itself has its turn. It is never changed, as all tries of a job share it. The zero value is that of a job
// added alone, of which nothing is said and which waits to be told.
type Plan struct {
	Spec ci.JobSpec // what the runner is to do; its needs decide about the turn, too
	// When is "on_success", "on_failure", "always", "manual" or "delayed".
	When string
	// StartIn is how long a delayed job waits once it is its turn.
	StartIn time.Duration
	// ResourceGroup is the key of the group of jobs of the project of which one runs at a time; empty for none.
	ResourceGroup string
	// EnvironmentName is that of Spec.Environment, with the values of its variables; empty for none, or for one that no
	// environment can have.
	EnvironmentName string
	// Trigger is the keyword trigger as JSON; nil for a job with a script. Such a job succeeds when it is its turn,
	// without a runner.
	Trigger json.RawMessage
	// Part and Parts say which part of a parallel job it is, from 1; 0 for others.
	Part, Parts int
	// CrossPipelineNeeds are needs of jobs of other pipelines or projects, as JSON, which are not followed.
	CrossPipelineNeeds []json.RawMessage
}

// unplanned is the plan of all jobs of which nothing is said, as most of a seed are.
var unplanned Plan

// NewPlan makes a plan that jobs may have.
func NewPlan(p Plan) *Plan {
	if reflect.ValueOf(&p).Elem().IsZero() {
		return &unplanned
	}
	return &p
}

// handIn puts inputs in the place of the job's own, without a change to the plan of the other tries.
func (j *Job) handIn(inputs ci.JobInputs) {
	if len(inputs) == 0 && len(j.Spec.Inputs) == 0 {
		return
	}
	own := *j.Plan
	own.Spec.Inputs = inputs
	j.Plan = &own
}

// lastOfEachKey are variables of which each key is there once, as all of a job must be to be shown as a map.
func lastOfEachKey(variables []ci.JobVariable) (last []ci.JobVariable) {
	seen := map[string]bool{}
	for _, v := range slices.Backward(variables) {
		if !seen[v.Key] {
			last = append(last, v)
		}
		seen[v.Key] = true
	}
	slices.Reverse(last)
	return last
}

func (j *Job) id() int { return j.ID }

// fate is what a test has decided will happen to a job when its runner reports on it. The zero value decides nothing,
// and neither does nil.
type fate struct {
	postponed, postponements int    // final updates still to be answered 202, and those answered so
	rejected, rejections     int    // final updates still to be answered 412, and those answered so
	losing, lost             int    // pieces of log still to be lost, and those lost so
	lostBy                   string // what decided that: "LoseLog at x_test.go:12"
	lostBytes                int64  // what was lost since the last piece that was kept
	cancelAt                 []byte // the text of the log at which the job is canceled; nil for none
	searched                 int64  // how much of the log, in bytes, is known not to have that text
}

// Finished reports whether the job has come to its end, not being skipped.
func (j *Job) Finished() bool { return j.Status.Completed() && j.Status != JobSkipped }

// Commit is the commit that a job runs for.
type Commit struct {
	SHA                     string // 40 hexadecimal digits
	BeforeSHA               string // the commit before the push; ZeroSHA where the push made the ref
	Title, Message          string
	AuthorName, AuthorEmail string
	CreatedAt               time.Time
}

// wake tells those who wait for NextChange that something has happened to the job.
func (j *Job) wake() {
	if j.changed != nil {
		close(j.changed)
		j.changed = nil
	}
}

// NextChange is a channel that is closed when the job's status changes, its log grows, it keeps a file, or Replace ends
// its world.
func (j *Job) NextChange() <-chan struct{} {
	if j.changed == nil {
		j.changed = make(chan struct{})
	}
	return j.changed
}

// meansTrue reports whether a text is one that GitLab takes for true (lib/gitlab/utils.rb, to_boolean).
func meansTrue(text string) bool {
	return slices.Contains([]string{"true", "t", "yes", "y", "1", "on"}, strings.ToLower(text))
}

// Retried reports whether the pipeline has a later job of the same name.
func (j *Job) Retried() bool { return j.retried() }

func (j *Job) retried() bool {
	return j.tries.jobs[len(j.tries.jobs)-1] != j
}

// Retries is how many earlier jobs of the same name the pipeline has.
func (j *Job) Retries() int {
	n, _ := slices.BinarySearchFunc(j.tries.jobs, j.ID, byID[*Job])
	return n
}

// Dependencies are the jobs of the pipeline whose artifacts the job gets, by id: those that its needs or dependencies
// name or, without either, all of earlier stages. Of several jobs of one name the last counts
// (app/models/ci/build_dependencies.rb).
func (j *Job) Dependencies() []*Job {
	if len(j.Pipeline.Jobs) == 1 {
		return nil
	}
	wanted, latest := artifactsWanted(j.Spec), map[string]*Job{}
	candidates := j.Pipeline.Jobs
	if j.Spec.Needs != nil || j.Spec.Dependencies != nil { // only those that it names, be the pipeline as large as it may
		candidates = j.Pipeline.namedIn(j.Spec)
	}
	for _, other := range candidates { // those of one name by id
		if other != j && wanted(other.Name, other.StageIndex < j.StageIndex) {
			latest[other.Name] = other
		}
	}
	return slices.SortedFunc(maps.Values(latest), func(a, b *Job) int { return cmp.Compare(a.ID, b.ID) })
}

// namedIn are the jobs that the lists of a spec name.
func (p *Pipeline) namedIn(s ci.JobSpec) (jobs []*Job) {
	names := slices.Clone(s.Dependencies)
	for _, n := range s.Needs {
		names = append(names, n.Job)
	}
	for _, name := range names {
		if of := p.triesOf(name); of != nil {
			jobs = append(jobs, of.jobs...)
		}
	}
	return jobs
}

// artifactsWanted tells for the jobs of a pipeline, by their name and whether they are of an earlier stage, whether a
// job gets their artifacts: its dependencies and needs say so or, without either, the stage
// (app/models/ci/build_dependencies.rb). Its lists are looked through once, however many jobs are asked about.
func artifactsWanted(s ci.JobSpec) (of func(name string, earlier bool) bool) {
	depends, needed := make(map[string]bool, len(s.Dependencies)), make(map[string]bool, len(s.Needs))
	for _, name := range s.Dependencies {
		depends[name] = true
	}
	for _, n := range s.Needs {
		if n.Artifacts == nil || *n.Artifacts {
			needed[n.Job] = true
		}
	}
	return func(name string, earlier bool) bool {
		switch {
		case s.Dependencies != nil && !depends[name]:
			return false
		case s.Needs == nil:
			return earlier
		}
		return needed[name]
	}
}

// File is the job's record of a file of a type; nil if there is none. Whether the file is there still, Artifact says.
func (j *Job) File(fileType string) *File {
	i := slices.IndexFunc(j.Files, func(f *File) bool { return f.Type == fileType })
	if i < 0 {
		return nil
	}
	return j.Files[i]
}
