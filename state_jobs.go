package fakegitlab

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
)

// job is the record of a job. Of the plain data it embeds, what names other records (Project, User, RunnerID, SystemID) is
// filled in when it leaves the state; the pointers rule.
type job struct {
	Job
	project   *project
	user      *user
	runner    *runner
	manager   *manager
	updatedAt time.Time
	erasedAt  time.Time
	// cancelGracefully is whether the runner that took the job said that it can end it with its after_script.
	cancelGracefully bool
	history          []JobStatus // the states it went through, oldest first
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
		return fmt.Errorf("job %d (%s) is %s: GitLab knows no %s from there, only %s", j.ID, j.Name, j.Status, event, eventsFrom(j.Status))
	}
	now := st.now()
	j.Status, j.updatedAt = to, now
	j.history = append(j.history, to)
	switch to {
	case JobPending:
		j.QueuedAt = now
	case JobRunning:
		j.StartedAt = now
	case JobSuccess, JobFailed, JobCanceled:
		j.FinishedAt = now
	}
	return nil
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
		return "nothing"
	}
	return strings.Join(events, ", ")
}

// unfitFor says why the runner may not take the job, or "" if it may (app/models/ci/runner.rb, app/services/ci/queue).
func (st *state) unfitFor(r *runner, j *job) string {
	switch {
	case r.paused:
		return "the runner is paused"
	case !r.reaches(j.project):
		return "the runner does not serve project " + j.project.Path
	case len(j.Tags) == 0 && !r.runUntagged:
		return "the job has no tags and the runner takes tagged jobs alone"
	case slices.ContainsFunc(j.Tags, func(t string) bool { return !slices.Contains(r.tags, t) }):
		return fmt.Sprintf("the job asks for the tags %v and the runner has %v", j.Tags, r.tags)
	case r.accessLevel == RefProtected && !j.Protected:
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

// startJob gives a pending job to a runner and one of its managers, which may be nil.
func (st *state) startJob(j *job, r *runner, m *manager) error {
	if why := st.unfitFor(r, j); why != "" {
		return fmt.Errorf("runner %d cannot take job %d (%s): %s", r.num, j.ID, j.Name, why)
	}
	if err := st.fire(j, eventRun); err != nil {
		return err
	}
	st.linkJob(j, r, m)
	return nil
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
		if err := st.fire(j, eventDrop); err != nil {
			return err
		}
		if j.Status == JobFailed {
			j.FailureReason = failureReason
		}
		return nil
	case JobCanceled:
		if j.Status == JobCanceling {
			return st.fire(j, eventForceCancel)
		}
		return st.fire(j, eventCancel)
	}
	return fmt.Errorf("a job cannot finish as %q; it finishes as %s, %s or %s", to, JobSuccess, JobFailed, JobCanceled)
}
