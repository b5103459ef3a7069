package front

// The status of a job as it is shown (lib/gitlab/ci/status/build/factory.rb and those beside it, and of trigger jobs
// lib/gitlab/ci/status/bridge), and why it has failed (app/presenters/commit_status_presenter.rb).

import (
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/policy"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// What is said of jobs, where it is not the status alone.
const (
	tooltipDelayed    = "delayed manual action (%{remainingTime})"
	suffixAllowed     = " (allowed to fail)"
	suffixRetried     = " (retried)"
	suffixNotAllowed  = " (not allowed)"
	groupOfAllowed    = "failed-with-warnings"
	labelToPlay       = "manual play action"
	labelToStop       = "manual stop action"
	labelToUnschedule = "unschedule action"
	stopsEnvironment  = "stop"
)

// What may be done about a job, without its path.
var (
	actionUnlock     = StatusAction{ButtonTitle: "View job currently using resource", Method: "get"}
	actionCancel     = StatusAction{"Cancel", "Cancel this job", "cancel", methodOfStatuses, "/cancel"}
	actionRetry      = StatusAction{"Run again", "Run this job again", "retry", methodOfStatuses, "/retry"}
	actionPlay       = StatusAction{"Run", "Run job", iconToPlay, methodOfStatuses, "/play"}
	actionStop       = StatusAction{"Stop", "Stop this environment", "stop", methodOfStatuses, "/play"}
	actionUnschedule = StatusAction{"Unschedule", "Unschedule job", "time-out", methodOfStatuses, "/unschedule"}
)

// JobStatus is the status of a job. Trigger jobs have no pages of their own.
func (q *Request) JobStatus(j *world.Job) DetailedStatus {
	s := q.plainStatus(j.Status)
	bridge := j.IsBridge()
	if !bridge {
		s.HasDetails, s.DetailsPath = q.OnProject(j.Project, policy.ReadBuild).Allowed, "/"+JobPage(j)
	}
	if j.Status == world.JobScheduled && !j.ScheduledAt.IsZero() && !bridge {
		s.Tooltip = tooltipDelayed
	}
	if j.Status == world.JobFailed {
		s.Tooltip = q.statusText(string(j.Status)) + " - (" + failedBecause(j.FailureReason) + ")"
	}
	q.addCare(&s, j)
	q.addPlay(&s, j)
	if j.Retried() {
		s.Tooltip += suffixRetried
	}
	return s
}

// offer adds what may be done about a job, if the user may.
func (q *Request) offer(s *DetailedStatus, j *world.Job, action StatusAction, may JobRule) {
	s.Action = nil
	if q.OnJob(j, may).Allowed {
		action.Path = "/" + JobPage(j) + action.Path
		s.Action = &action
	}
}

// addCare adds what may be done about a job by its status: it is waited for, canceled or tried again.
func (q *Request) addCare(s *DetailedStatus, j *world.Job) {
	switch {
	case j.Status == world.JobWaitingForResource:
		if g := q.ResourceGroup(j.Project, j.ResourceGroup); g != nil && g.Holder() != nil {
			look := actionUnlock
			look.Path = "/" + JobPage(g.Holder())
			s.Action = &look
		}
	case j.IsBridge(): // what would be canceled or tried again is its downstream pipeline
	case j.Cancelable():
		q.offer(s, j, actionCancel, policy.CancelBuild)
	case j.Retryable():
		q.offer(s, j, actionRetry, policy.RetryJob)
	}
}

// addPlay adds what people may do about a job that they start, and that its failure is forgiven.
func (q *Request) addPlay(s *DetailedStatus, j *world.Job) {
	playable, bridge := j.Unplayable() == nil, j.IsBridge()
	switch {
	case j.Status == world.JobFailed && j.AllowFailure && !bridge:
		s.Label = string(j.Status) + suffixAllowed
		s.Icon, s.Group = iconOfWarnings, groupOfAllowed
		s.Tooltip += suffixAllowed
	case j.Status == world.JobScheduled && !bridge:
		s.Label = labelToUnschedule
		q.offer(s, j, actionUnschedule, policy.UpdateBuild)
	case playable && j.Spec.Environment.Action == stopsEnvironment && !bridge:
		s.Label = labelToStop
		q.offer(s, j, actionStop, policy.PlayJob)
	case playable:
		s.Label = labelToPlay
		q.offer(s, j, actionPlay, policy.PlayJob)
	}
	if playable && s.Action == nil {
		s.Label += suffixNotAllowed
	}
}

// failedBecause is a failure reason in a few words: what is not named here are its own.
func failedBecause(reason string) string {
	if words := failureWords[reason]; words != "" {
		return words
	}
	return strings.ReplaceAll(reason, "_", " ")
}

// FailureMessage says at length why a job has failed; "" is null, as of a job whose script did.
func (q *Request) FailureMessage(j *world.Job) string {
	if j.Status != world.JobFailed {
		return ""
	}
	if j.FailureReason == world.RunnerUnsupported && !q.Has(gitlabversion.LaterFailureReasons) {
		return msgRunnerOutdated
	}
	message := failureMessages[j.FailureReason]
	if page := failureHelp[j.FailureReason]; page != "" {
		message += ` <a href="/help/` + page + `">How do I fix it?</a>`
	}
	return message
}
