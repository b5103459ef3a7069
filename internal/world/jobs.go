package world

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/fakegitlab/fakegitlab/ci"
	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
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

// JobEvent is a cause for a job to change its state, by GitLab's name (app/models/concerns/ci/has_status.rb,
// app/models/ci/build.rb).
type JobEvent string

const (
	eventProcess     JobEvent = "process"
	EventEnqueue     JobEvent = "enqueue"
	eventRun         JobEvent = "run"
	eventSkip        JobEvent = "skip"
	eventDrop        JobEvent = "drop"
	EventSuccess     JobEvent = "success"
	EventCancel      JobEvent = "cancel"
	EventForceCancel JobEvent = "force_cancel"
)

// jobTransition is one arrow of the state machine. An event takes the first arrow that leaves the job's state; a graceful
// arrow counts only for a job whose runner can cancel gracefully.
type jobTransition struct {
	Event    JobEvent
	From     []JobStatus
	To       JobStatus
	Graceful bool
}

// JobTransitions is the job state machine. docs/jobs.md draws it.
var JobTransitions = []jobTransition{
	{Event: eventProcess, From: []JobStatus{JobSkipped, JobManual}, To: JobCreated},
	{Event: EventEnqueue, From: []JobStatus{JobCreated, JobWaitingForResource, JobPreparing, JobSkipped, JobManual, JobScheduled}, To: JobPending},
	{Event: eventRun, From: []JobStatus{JobPending}, To: JobRunning},
	{Event: eventSkip, From: []JobStatus{JobCreated, JobWaitingForResource, JobPreparing, JobPending}, To: JobSkipped},
	{Event: eventDrop, From: []JobStatus{JobCanceling}, To: JobCanceled},
	{Event: eventDrop, From: []JobStatus{JobCreated, JobWaitingForResource, JobPreparing, JobPending, JobRunning, JobManual, JobScheduled}, To: JobFailed},
	{Event: EventSuccess, From: []JobStatus{JobCanceling}, To: JobCanceled},
	{Event: EventSuccess, From: []JobStatus{JobCreated, JobWaitingForResource, JobPreparing, JobPending, JobRunning}, To: JobSuccess},
	{Event: EventCancel, From: []JobStatus{JobRunning}, To: JobCanceling, Graceful: true},
	{Event: EventCancel, From: []JobStatus{JobCreated, JobWaitingForResource, JobPreparing, JobPending, JobRunning, JobManual, JobScheduled}, To: JobCanceled},
	{Event: EventForceCancel, From: []JobStatus{JobCanceling}, To: JobCanceled},
}

// JobStatuses are all states, in GitLab's order.
var JobStatuses = []JobStatus{JobCreated, JobWaitingForResource, JobPreparing, JobPending, JobRunning, JobSuccess, JobFailed,
	JobCanceling, JobCanceled, JobSkipped, JobManual, JobScheduled}

func (s JobStatus) Completed() bool {
	return s == JobSuccess || s == JobFailed || s == JobCanceled || s == JobSkipped
}

// Executing reports whether the job is on a runner, so that its token works.
func (s JobStatus) Executing() bool { return s == JobRunning || s == JobCanceling }

// Transition finds where an event takes a job.
func Transition(event JobEvent, from JobStatus, graceful bool) (JobStatus, bool) {
	for _, t := range JobTransitions {
		if t.Event == event && slices.Contains(t.From, from) && (!t.Graceful || graceful) {
			return t.To, true
		}
	}
	return "", false
}

// Fire lets an event change the job's state, with the times that GitLab notes on the way. An event that the state does not
// know is an error that names those it does.
func (st *State) Fire(j *Job, event JobEvent) error {
	to, ok := Transition(event, j.Status, j.cancelGracefully && st.Has(gitlabversion.CancelingState))
	if !ok {
		return fmt.Errorf("job %d (%s) is %s: GitLab knows no %s from there, %s", j.ID, j.Name, j.Status, event, eventsFrom(j.Status))
	}
	now := st.Now()
	st.Queue.leave(j)
	j.Status, j.UpdatedAt = to, now
	st.Queue.enter(j)
	j.History = append(j.History, to)
	switch to {
	case JobPending:
		j.QueuedAt = now
		st.tickFor(j)
	case JobRunning:
		j.StartedAt = now
	case JobSuccess, JobFailed, JobCanceled:
		j.FinishedAt = now
	}
	j.wake()
	return nil
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

// eventsFrom lists the events that leave a state, for a person.
func eventsFrom(s JobStatus) string {
	var events []string
	for _, t := range JobTransitions {
		said := fmt.Sprintf("%s (to %s)", t.Event, t.To)
		if slices.Contains(t.From, s) && !slices.Contains(events, said) {
			events = append(events, said)
		}
	}
	if len(events) == 0 {
		return "and no other event"
	}
	return "only " + strings.Join(events, ", ")
}

// misfit is why a runner may not take a job; the zero value is that it may.
type misfit int

const (
	Fits misfit = iota
	isPaused
	doesNotReach
	takesTagged
	lacksTags
	takesProtected
)

// Unfit holds a job against a runner (app/models/ci/runner.rb, app/services/ci/queue). Of the job it looks at project, tags
// and protection alone, as laneKey does.
func Unfit(r *Runner, j *Job) misfit {
	switch {
	case r.Paused:
		return isPaused
	case !r.reaches(j.Project):
		return doesNotReach
	case len(j.Tags) == 0 && !r.RunUntagged:
		return takesTagged
	case slices.ContainsFunc(j.Tags, func(t string) bool { return !slices.Contains(r.Tags, t) }):
		return lacksTags
	case r.AccessLevel == RefProtected && !j.Protected:
		return takesProtected
	}
	return Fits
}

// Explain says it of that runner and job.
func (m misfit) Explain(r *Runner, j *Job) string {
	switch m {
	case isPaused:
		return "the runner is paused"
	case doesNotReach:
		return "the runner does not serve project " + j.Project.Path
	case takesTagged:
		return "the job has no tags and the runner takes tagged jobs alone"
	case lacksTags:
		return fmt.Sprintf("the job asks for the tags %v and the runner has %v", j.Tags, r.Tags)
	case takesProtected:
		return "the runner takes jobs of protected refs alone and the job's ref is not protected"
	}
	return ""
}

// reaches reports whether the runner serves the project at all.
func (r *Runner) reaches(p *Project) bool {
	switch r.Type {
	case InstanceRunner:
		return !p.SharedRunnersDisabled
	case GroupRunner:
		if p.GroupRunnersDisabled {
			return false
		}
		for g := range p.Group.Lineage {
			if g == r.Group {
				return true
			}
		}
		return false
	}
	return r.AssignedTo(p) != nil
}

// StartJob gives a pending job to a runner and one of its managers, which may be nil. graceful is whether they can end it with its
// after_script when it is canceled.
func (st *State) StartJob(j *Job, r *Runner, m *Manager, graceful bool) error {
	if why := Unfit(r, j); why != Fits {
		return fmt.Errorf("runner %d cannot take job %d (%s): %s", r.ID, j.ID, j.Name, why.Explain(r, j))
	}
	if err := st.Fire(j, eventRun); err != nil {
		return err
	}
	st.LinkJob(j, r, m)
	j.cancelGracefully = graceful
	return nil
}

// PlayJob makes a manual or scheduled job pending for a user, with more variables (app/services/ci/play_build_service.rb).
func (st *State) PlayJob(j *Job, u *User, variables []ci.JobVariable) error {
	if j.Status != JobManual && j.Status != JobScheduled {
		return fmt.Errorf("job %d is %s; what is played is manual or scheduled", j.ID, j.Status)
	}
	j.User = u
	j.Spec.Variables = slices.Concat(j.Spec.Variables, variables) // the spec is shared with other attempts
	return st.Fire(j, EventEnqueue)
}

func (st *State) LinkJob(j *Job, r *Runner, m *Manager) {
	j.Runner, j.Manager = r, m
	r.Jobs = insertByID(r.Jobs, j)
}

// FinishJob ends a job with success, failure (for a reason) or cancellation.
func (st *State) FinishJob(j *Job, to JobStatus, failureReason string) error {
	switch to {
	case JobSuccess:
		return st.Fire(j, EventSuccess)
	case JobFailed:
		return st.Drop(j, failureReason, nil)
	case JobCanceled:
		if j.Status == JobCanceling {
			return st.Fire(j, EventForceCancel)
		}
		return st.Fire(j, EventCancel)
	}
	return fmt.Errorf("a job cannot finish as %q; it finishes as %s, %s or %s", to, JobSuccess, JobFailed, JobCanceled)
}

// Drop fails a job for a reason, with the exit code of its script if there is one. A job that its retry keyword covers is
// tried again (app/models/ci/build.rb, drop_with_exit_code! and the transition to failed).
func (st *State) Drop(j *Job, reason string, exitCode *int) error {
	if err := st.Fire(j, eventDrop); err != nil {
		return err
	}
	if j.Status != JobFailed {
		return nil // it was canceling
	}
	j.FailureReason = reason
	if exitCode != nil && slices.Contains(j.Spec.AllowFailure.ExitCodes, *exitCode) {
		j.AllowFailure = true
	}
	if j.triedAgain(exitCode) {
		st.RetryJob(j, j.User)
	}
	return nil
}

// triedAgain reports whether GitLab itself retries the job that has just failed (lib/gitlab/ci/build/auto_retry.rb).
func (j *Job) triedAgain(exitCode *int) bool {
	if slices.Contains(neverTriedAgain, j.FailureReason) || j.retried() {
		return false
	}
	if retry := j.Spec.Retry; retry.Max > 0 && retry.Covers(j.FailureReason, exitCode) {
		return j.attempts() < retry.Max
	}
	return j.FailureReason == SchedulerFailure && j.attempts() < schedulerRetries
}

// Retryable reports whether the job has ended and is the last attempt at it.
func (j *Job) Retryable() bool {
	return (j.Finished() || j.Status == JobCanceling) && !j.retried() && !j.Project.Archived
}

// RetryJob makes another attempt at a job for a user: a new job, pending at once. Skipped jobs of later stages wait for it
// again (app/services/ci/retry_job_service.rb).
func (st *State) RetryJob(old *Job, u *User) *Job {
	for _, later := range old.Pipeline.Latest() {
		if later.Status == JobSkipped && later.StageIndex > old.StageIndex {
			_ = st.Fire(later, eventProcess) // a skipped job can always be processed
		}
	}
	now := st.Now()
	next := &Job{ID: assignID(st, &st.Jobs, 0), Token: st.made.token(jobTokens), Name: old.Name, Stage: old.Stage, StageIndex: old.StageIndex,
		Ref: old.Ref, RefIsTag: old.RefIsTag, Protected: old.Protected, Tags: old.Tags, AllowFailure: old.AllowFailure, Spec: old.Spec,
		Commit: old.Commit, PipelineID: old.PipelineID, Status: JobPending, CreatedAt: now, QueuedAt: now, UpdatedAt: now,
		Project: old.Project, User: u}
	st.insertJob(next)
	return next
}

// insertJob makes a complete record of a job known, in a way that can be taken back.
func (st *State) insertJob(j *Job) {
	j.History = []JobStatus{j.Status}
	add(st, &st.Jobs, j)
	setKey(st, st.JobTokens, j.Token, j)
	p := j.Project
	p.Jobs = insertByID(p.Jobs, j)
	st.OnUndo(func() { p.Jobs = removeByID(p.Jobs, j) })
	st.joinPipeline(j)
	st.Queue.enter(j)
	st.OnUndo(func() { st.Queue.leave(j) })
	if j.Status == JobPending {
		st.tickFor(j)
	}
}
