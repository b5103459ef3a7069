package world

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/nearest"
)

// jobEvent is a cause for a job to change its state, by GitLab's name (app/models/concerns/ci/has_status.rb,
// app/models/ci/build.rb).
type jobEvent string

// The events of jobs.
const (
	eventProcess     jobEvent = "process"
	eventEnqueue     jobEvent = "enqueue"
	eventRun         jobEvent = "run"
	eventSkip        jobEvent = "skip"
	eventDrop        jobEvent = "drop"
	eventSuccess     jobEvent = "success"
	eventCancel      jobEvent = "cancel"
	eventForceCancel jobEvent = "force_cancel"

	eventActionize        jobEvent = "actionize"
	eventSchedule         jobEvent = "schedule"
	eventEnqueueScheduled jobEvent = "enqueue_scheduled"
	eventEnqueueWaiting   jobEvent = "enqueue_waiting_for_resource"
	eventUnschedule       jobEvent = "unschedule"
)

// jobTransition is an arrow of the job state machine, from each of several states to one. An event takes the first
// arrow that leaves the job's state; a Graceful one counts only for a job whose runner can cancel gracefully, a Grouped
// one only for a job of a resource group.
type jobTransition struct {
	Event             jobEvent
	From              []JobStatus
	To                JobStatus
	Graceful, Grouped bool
}

// jobTransitions is the job state machine, which docs/jobs.md draws. It is not to be changed.
var jobTransitions = []jobTransition{
	{Event: eventProcess, From: []JobStatus{JobSkipped, JobManual}, To: JobCreated},
	{Event: eventEnqueue, From: []JobStatus{JobCreated, JobSkipped, JobManual, JobScheduled}, To: JobWaitingForResource,
		Grouped: true},
	{Event: eventEnqueue, From: []JobStatus{JobCreated, JobWaitingForResource, JobPreparing, JobSkipped, JobManual,
		JobScheduled}, To: JobPending},
	{Event: eventRun, From: []JobStatus{JobPending}, To: JobRunning},
	{Event: eventSkip, From: []JobStatus{JobCreated, JobWaitingForResource, JobPreparing, JobPending}, To: JobSkipped},
	{Event: eventDrop, From: []JobStatus{JobCanceling}, To: JobCanceled},
	{Event: eventDrop, From: []JobStatus{JobCreated, JobWaitingForResource, JobPreparing, JobPending, JobRunning,
		JobManual, JobScheduled}, To: JobFailed},
	{Event: eventSuccess, From: []JobStatus{JobCanceling}, To: JobCanceled},
	{Event: eventSuccess, From: []JobStatus{JobCreated, JobWaitingForResource, JobPreparing, JobPending, JobRunning},
		To: JobSuccess},
	{Event: eventCancel, From: []JobStatus{JobRunning}, To: JobCanceling, Graceful: true},
	{Event: eventCancel, From: []JobStatus{JobCreated, JobWaitingForResource, JobPreparing, JobPending, JobRunning,
		JobManual, JobScheduled}, To: JobCanceled},
	{Event: eventForceCancel, From: []JobStatus{JobCanceling}, To: JobCanceled},
	{Event: eventActionize, From: []JobStatus{JobCreated}, To: JobManual},
	{Event: eventSchedule, From: []JobStatus{JobCreated}, To: JobScheduled},
	{Event: eventEnqueueScheduled, From: []JobStatus{JobScheduled}, To: JobWaitingForResource, Grouped: true},
	{Event: eventEnqueueScheduled, From: []JobStatus{JobScheduled}, To: JobPending},
	{Event: eventUnschedule, From: []JobStatus{JobScheduled}, To: JobManual},
	{Event: eventEnqueueWaiting, From: []JobStatus{JobWaitingForResource}, To: JobPending},
}

// Completed reports whether nothing is left to do: the job has ended or was skipped (has_status.rb,
// COMPLETED_STATUSES).
func (s JobStatus) Completed() bool {
	return s == JobSuccess || s == JobFailed || s == JobCanceled || s == JobSkipped
}

// cancelable reports whether the job counts where GitLab stops all that is under way, as when its user is blocked: a
// manual job does not, nor one that is canceling (has_status.rb, CANCELABLE_STATUSES;
// app/services/ci/drop_pipeline_service.rb).
func (s JobStatus) cancelable() bool {
	return s == JobCreated || s == JobWaitingForResource || s == JobPreparing || s == JobPending || s == JobRunning ||
		s == JobScheduled
}

// Executing reports whether the job is on a runner, which is while its token works.
func (s JobStatus) Executing() bool { return s == JobRunning || s == JobCanceling }

// transition finds where an event takes a job from a state; false if the state does not know the event. graceful is
// whether Graceful transitions count, grouped whether Grouped ones do.
func transition(event jobEvent, from JobStatus, graceful, grouped bool) (JobStatus, bool) {
	for _, t := range jobTransitions {
		if t.Event == event && slices.Contains(t.From, from) && (!t.Graceful || graceful) && (!t.Grouped || grouped) {
			return t.To, true
		}
	}
	return "", false
}

// eventsFrom is the end of a sentence that lists the events which leave a state.
func eventsFrom(s JobStatus) string {
	var events []string
	for _, t := range jobTransitions {
		if slices.Contains(t.From, s) {
			events = append(events, fmt.Sprintf("%s (to %s)", t.Event, t.To))
		}
	}
	if len(events) == 0 {
		return "and no other event; a retry makes a new job"
	}
	return "only " + strings.Join(events, ", ")
}

// StatusProblem is "" for a status of jobs that GitLab knows.
func StatusProblem(status string) string {
	if slices.Contains(JobStatuses, JobStatus(status)) {
		return ""
	}
	problem := fmt.Sprintf("%q is no job status", status)
	if meant, ok := nearest.Of(status, WordsOf(JobStatuses...)); ok {
		return problem + fmt.Sprintf("; did you mean %q?", meant)
	}
	return problem + "; there are " + strings.Join(WordsOf(JobStatuses...), ", ")
}
