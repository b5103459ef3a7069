package world

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/fakegitlab/fakegitlab/ci"
)

// Job is the record of a job (app/models/ci/build.rb).
type Job struct {
	ID                                         int
	Name, Stage, Ref                           string
	StageIndex                                 int
	RefIsTag, Protected                        bool // the ref is a tag, is protected
	Tags                                       []string
	Status                                     JobStatus
	FailureReason                              string // kept only while Status is JobFailed
	AllowFailure                               bool
	Coverage                                   *float64 // percent
	PipelineID                                 int
	Commit                                     Commit
	CreatedAt, QueuedAt, StartedAt, FinishedAt time.Time
	Erased                                     bool
	Token                                      string
	Spec                                       ci.JobSpec // what the runner is to do

	Project   *Project
	User      *User
	Runner    *Runner  // who took it; both nil while nobody has and after the runner's deletion
	Manager   *Manager // of the runner
	UpdatedAt time.Time
	ErasedAt  time.Time
	Pipeline  *Pipeline
	// cancelGracefully is whether the runner that took the job said that it can end it with its after_script.
	cancelGracefully bool
	History          []JobStatus // the states it went through, oldest first

	Log       Blob
	Files     []*File
	Dotenv    []ci.JobVariable // of its dotenv report
	watchedAt time.Time        // when somebody last looked at the log
	Fate      fate
	changed   chan struct{} // closed at the next change of status or log; nil while nobody waits
}

func (j *Job) id() int { return j.ID }

// Commit is the commit that a job runs for.
type Commit struct {
	SHA                     string // 40 hexadecimal digits
	BeforeSHA               string
	Title, Message          string
	AuthorName, AuthorEmail string
	CreatedAt               time.Time
}

// wake tells those who wait for something to happen to the job.
func (j *Job) wake() {
	if j.changed != nil {
		close(j.changed)
		j.changed = nil
	}
}

// NextChange is closed when something happens to the job.
func (j *Job) NextChange() <-chan struct{} {
	if j.changed == nil {
		j.changed = make(chan struct{})
	}
	return j.changed
}

// Debugged reports whether the job's log may show its variables.
func (j *Job) Debugged() bool {
	return slices.ContainsFunc(j.Spec.Variables, func(v ci.JobVariable) bool {
		return (v.Key == "CI_DEBUG_TRACE" || v.Key == "CI_DEBUG_SERVICES") && v.Value == "true"
	})
}

// Pipeline is the record of a pipeline: the jobs that share one, all of one project.
type Pipeline struct {
	ID      int
	project *Project
	Jobs    []*Job // by id
}

func (p *Pipeline) id() int { return p.ID }

// Iid is the pipeline's number within its project, from 1.
func (p *Pipeline) Iid() int {
	i, _ := slices.BinarySearchFunc(p.project.pipelines, p.ID, byID[*Pipeline])
	return i + 1
}

// Latest are the pipeline's jobs without those that have been retried, by id: of several attempts at one name the last.
func (p *Pipeline) Latest() []*Job {
	last := map[string]*Job{}
	for _, j := range p.Jobs {
		last[j.Name] = j
	}
	return slices.SortedFunc(maps.Values(last), func(a, b *Job) int { return cmp.Compare(a.ID, b.ID) })
}

// retried reports whether there is a later attempt at the job.
func (j *Job) retried() bool {
	return slices.ContainsFunc(j.Pipeline.Jobs, func(other *Job) bool { return other.Name == j.Name && other.ID > j.ID })
}

// attempts is how often the job has been tried before this one.
func (j *Job) attempts() int {
	n := 0
	for _, other := range j.Pipeline.Jobs {
		if other.Name == j.Name && other.ID < j.ID {
			n++
		}
	}
	return n
}

// Dependencies are the jobs of the pipeline whose artifacts the job gets, by ID: the ones that its needs or its dependencies name
// or, without either, all of earlier stages. Of several attempts at one name the latest counts (Ci::BuildDependencies).
func (j *Job) Dependencies() []*Job {
	if len(j.Pipeline.Jobs) == 1 {
		return nil
	}
	spec, latest := ci.JobSpec(j.Spec), map[string]*Job{}
	for _, other := range j.Pipeline.Jobs { // by id
		if other != j && spec.WantsArtifactsOf(other.Name, other.StageIndex < j.StageIndex) {
			latest[other.Name] = other
		}
	}
	return slices.SortedFunc(maps.Values(latest), func(a, b *Job) int { return cmp.Compare(a.ID, b.ID) })
}
