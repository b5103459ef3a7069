package world

import (
	"fmt"
	"slices"
	"strings"
)

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
