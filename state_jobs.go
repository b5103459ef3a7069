package fakegitlab

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
)

// job is the record of a job (app/models/ci/build.rb).
type job struct {
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
	Spec                                       JobSpec // what the runner is to do

	project   *project
	user      *user
	runner    *runner  // who took it; both nil while nobody has and after the runner's deletion
	manager   *manager // of the runner
	updatedAt time.Time
	erasedAt  time.Time
	pipeline  *pipeline
	// cancelGracefully is whether the runner that took the job said that it can end it with its after_script.
	cancelGracefully bool
	history          []JobStatus // the states it went through, oldest first

	log       blob
	files     []*file
	dotenv    []JobVariable // of its dotenv report
	watchedAt time.Time     // when somebody last looked at the log
	fate      fate
	changed   chan struct{} // closed at the next change of status or log; nil while nobody waits
}

func (j *job) id() int { return j.ID }

// jobEvent is a cause for a job to change its state, by GitLab's name (app/models/concerns/ci/has_status.rb,
// app/models/ci/build.rb).
type jobEvent string

const (
	eventProcess     jobEvent = "process"
	eventEnqueue     jobEvent = "enqueue"
	eventRun         jobEvent = "run"
	eventSkip        jobEvent = "skip"
	eventDrop        jobEvent = "drop"
	eventSuccess     jobEvent = "success"
	eventCancel      jobEvent = "cancel"
	eventForceCancel jobEvent = "force_cancel"
)

// jobTransition is one arrow of the state machine. An event takes the first arrow that leaves the job's state; a graceful
// arrow counts only for a job whose runner can cancel gracefully.
type jobTransition struct {
	event    jobEvent
	from     []JobStatus
	to       JobStatus
	graceful bool
}

// jobTransitions is the job state machine. docs/jobs.md draws it.
var jobTransitions = []jobTransition{
	{event: eventProcess, from: []JobStatus{JobSkipped, JobManual}, to: JobCreated},
	{event: eventEnqueue, from: []JobStatus{JobCreated, JobWaitingForResource, JobPreparing, JobSkipped, JobManual, JobScheduled}, to: JobPending},
	{event: eventRun, from: []JobStatus{JobPending}, to: JobRunning},
	{event: eventSkip, from: []JobStatus{JobCreated, JobWaitingForResource, JobPreparing, JobPending}, to: JobSkipped},
	{event: eventDrop, from: []JobStatus{JobCanceling}, to: JobCanceled},
	{event: eventDrop, from: []JobStatus{JobCreated, JobWaitingForResource, JobPreparing, JobPending, JobRunning, JobManual, JobScheduled}, to: JobFailed},
	{event: eventSuccess, from: []JobStatus{JobCanceling}, to: JobCanceled},
	{event: eventSuccess, from: []JobStatus{JobCreated, JobWaitingForResource, JobPreparing, JobPending, JobRunning}, to: JobSuccess},
	{event: eventCancel, from: []JobStatus{JobRunning}, to: JobCanceling, graceful: true},
	{event: eventCancel, from: []JobStatus{JobCreated, JobWaitingForResource, JobPreparing, JobPending, JobRunning, JobManual, JobScheduled}, to: JobCanceled},
	{event: eventForceCancel, from: []JobStatus{JobCanceling}, to: JobCanceled},
}

// jobStatuses are all states, in GitLab's order.
var jobStatuses = []JobStatus{JobCreated, JobWaitingForResource, JobPreparing, JobPending, JobRunning, JobSuccess, JobFailed,
	JobCanceling, JobCanceled, JobSkipped, JobManual, JobScheduled}

func (s JobStatus) completed() bool {
	return s == JobSuccess || s == JobFailed || s == JobCanceled || s == JobSkipped
}

// executing reports whether the job is on a runner, so that its token works.
func (s JobStatus) executing() bool { return s == JobRunning || s == JobCanceling }

// transition finds where an event takes a job.
func transition(event jobEvent, from JobStatus, graceful bool) (JobStatus, bool) {
	for _, t := range jobTransitions {
		if t.event == event && slices.Contains(t.from, from) && (!t.graceful || graceful) {
			return t.to, true
		}
	}
	return "", false
}

// fire lets an event change the job's state, with the times that GitLab notes on the way. An event that the state does not
// know is an error that names those it does.
func (st *state) fire(j *job, event jobEvent) error {
	to, ok := transition(event, j.Status, j.cancelGracefully && st.has(gitlabversion.CancelingState))
	if !ok {
		return fmt.Errorf("job %d (%s) is %s: GitLab knows no %s from there, %s", j.ID, j.Name, j.Status, event, eventsFrom(j.Status))
	}
	now := st.now()
	st.queue.leave(j)
	j.Status, j.updatedAt = to, now
	st.queue.enter(j)
	j.history = append(j.history, to)
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
func (j *job) wake() {
	if j.changed != nil {
		close(j.changed)
		j.changed = nil
	}
}

// nextChange is closed when something happens to the job.
func (j *job) nextChange() <-chan struct{} {
	if j.changed == nil {
		j.changed = make(chan struct{})
	}
	return j.changed
}

// eventsFrom lists the events that leave a state, for a person.
func eventsFrom(s JobStatus) string {
	var events []string
	for _, t := range jobTransitions {
		said := fmt.Sprintf("%s (to %s)", t.event, t.to)
		if slices.Contains(t.from, s) && !slices.Contains(events, said) {
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
	fits misfit = iota
	isPaused
	doesNotReach
	takesTagged
	lacksTags
	takesProtected
)

// unfit holds a job against a runner (app/models/ci/runner.rb, app/services/ci/queue). Of the job it looks at project, tags
// and protection alone, as laneKey does.
func unfit(r *runner, j *job) misfit {
	switch {
	case r.paused:
		return isPaused
	case !r.reaches(j.project):
		return doesNotReach
	case len(j.Tags) == 0 && !r.runUntagged:
		return takesTagged
	case slices.ContainsFunc(j.Tags, func(t string) bool { return !slices.Contains(r.tags, t) }):
		return lacksTags
	case r.accessLevel == RefProtected && !j.Protected:
		return takesProtected
	}
	return fits
}

// explain says it of that runner and job.
func (m misfit) explain(r *runner, j *job) string {
	switch m {
	case isPaused:
		return "the runner is paused"
	case doesNotReach:
		return "the runner does not serve project " + j.project.Path
	case takesTagged:
		return "the job has no tags and the runner takes tagged jobs alone"
	case lacksTags:
		return fmt.Sprintf("the job asks for the tags %v and the runner has %v", j.Tags, r.tags)
	case takesProtected:
		return "the runner takes jobs of protected refs alone and the job's ref is not protected"
	}
	return ""
}

// reaches reports whether the runner serves the project at all.
func (r *runner) reaches(p *project) bool {
	switch r.kind {
	case InstanceRunner:
		return !p.SharedRunnersDisabled
	case GroupRunner:
		if p.GroupRunnersDisabled {
			return false
		}
		for g := range p.group.lineage {
			if g == r.group {
				return true
			}
		}
		return false
	}
	return r.assignedTo(p) != nil
}

// startJob gives a pending job to a runner and one of its managers, which may be nil. graceful is whether they can end it with its
// after_script when it is canceled.
func (st *state) startJob(j *job, r *runner, m *manager, graceful bool) error {
	if why := unfit(r, j); why != fits {
		return fmt.Errorf("runner %d cannot take job %d (%s): %s", r.num, j.ID, j.Name, why.explain(r, j))
	}
	if err := st.fire(j, eventRun); err != nil {
		return err
	}
	st.linkJob(j, r, m)
	j.cancelGracefully = graceful
	return nil
}

// playJob makes a manual or scheduled job pending for a user, with more variables (app/services/ci/play_build_service.rb).
func (st *state) playJob(j *job, u *user, variables []JobVariable) error {
	if j.Status != JobManual && j.Status != JobScheduled {
		return fmt.Errorf("job %d is %s; what is played is manual or scheduled", j.ID, j.Status)
	}
	j.user = u
	j.Spec.Variables = slices.Concat(j.Spec.Variables, variables) // the spec is shared with other attempts
	return st.fire(j, eventEnqueue)
}

func (st *state) linkJob(j *job, r *runner, m *manager) {
	j.runner, j.manager = r, m
	r.jobs = insertByID(r.jobs, j)
}

// finishJob ends a job with success, failure (for a reason) or cancellation.
func (st *state) finishJob(j *job, to JobStatus, failureReason string) error {
	switch to {
	case JobSuccess:
		return st.fire(j, eventSuccess)
	case JobFailed:
		return st.drop(j, failureReason, nil)
	case JobCanceled:
		if j.Status == JobCanceling {
			return st.fire(j, eventForceCancel)
		}
		return st.fire(j, eventCancel)
	}
	return fmt.Errorf("a job cannot finish as %q; it finishes as %s, %s or %s", to, JobSuccess, JobFailed, JobCanceled)
}

// drop fails a job for a reason, with the exit code of its script if there is one. A job that its retry keyword covers is
// tried again (app/models/ci/build.rb, drop_with_exit_code! and the transition to failed).
func (st *state) drop(j *job, reason string, exitCode *int) error {
	if err := st.fire(j, eventDrop); err != nil {
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
		st.retryJob(j, j.user)
	}
	return nil
}

// triedAgain reports whether GitLab itself retries the job that has just failed (lib/gitlab/ci/build/auto_retry.rb).
func (j *job) triedAgain(exitCode *int) bool {
	if slices.Contains(neverTriedAgain, j.FailureReason) || j.retried() {
		return false
	}
	if retry := j.Spec.Retry; retry.Max > 0 && retry.Covers(j.FailureReason, exitCode) {
		return j.attempts() < retry.Max
	}
	return j.FailureReason == schedulerFailure && j.attempts() < schedulerRetries
}

// retryable reports whether the job has ended and is the last attempt at it.
func (j *job) retryable() bool {
	return (j.finished() || j.Status == JobCanceling) && !j.retried() && !j.project.Archived
}

// retryJob makes another attempt at a job for a user: a new job, pending at once. Skipped jobs of later stages wait for it
// again (app/services/ci/retry_job_service.rb).
func (st *state) retryJob(old *job, u *user) *job {
	for _, later := range old.pipeline.latest() {
		if later.Status == JobSkipped && later.StageIndex > old.StageIndex {
			_ = st.fire(later, eventProcess) // a skipped job can always be processed
		}
	}
	now := st.now()
	next := &job{ID: assignID(st, &st.jobs, 0), Token: st.made.token(jobTokens), Name: old.Name, Stage: old.Stage, StageIndex: old.StageIndex,
		Ref: old.Ref, RefIsTag: old.RefIsTag, Protected: old.Protected, Tags: old.Tags, AllowFailure: old.AllowFailure, Spec: old.Spec,
		Commit: old.Commit, PipelineID: old.PipelineID, Status: JobPending, CreatedAt: now, QueuedAt: now, updatedAt: now,
		project: old.project, user: u}
	st.insertJob(next)
	return next
}

// insertJob makes a complete record of a job known, in a way that can be taken back.
func (st *state) insertJob(j *job) {
	j.history = []JobStatus{j.Status}
	add(st, &st.jobs, j)
	setKey(st, st.jobTokens, j.Token, j)
	p := j.project
	p.jobs = insertByID(p.jobs, j)
	st.onUndo(func() { p.jobs = removeByID(p.jobs, j) })
	st.joinPipeline(j)
	st.queue.enter(j)
	st.onUndo(func() { st.queue.leave(j) })
	if j.Status == JobPending {
		st.tickFor(j)
	}
}
