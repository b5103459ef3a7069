package world

import (
	"maps"
	"slices"
	"time"
)

// What counts as a status of its own while the status of a pipeline is made, and is none of a job's: a job that may
// fail and did so or was canceled, and one that waits for a person and need not run at all.
const (
	successWithWarnings JobStatus = "success_with_warnings"
	ignored             JobStatus = "ignored"
)

// statusRule says that a pipeline has a status if its jobs have only these, or any of these.
type statusRule struct {
	status JobStatus
	only   []JobStatus
	any    []JobStatus
}

// statusRules are in the order in which GitLab asks; the first that holds decides. Where none does, the pipeline has
// failed.
var statusRules = []statusRule{
	{status: JobSkipped, only: []JobStatus{JobSkipped, ignored}},
	{status: JobSuccess, only: []JobStatus{JobSuccess, JobSkipped, successWithWarnings, ignored}},
	{status: JobCreated, only: []JobStatus{JobCreated, successWithWarnings, ignored}},
	{status: JobPreparing, only: []JobStatus{JobPreparing, successWithWarnings, ignored}},
	{status: JobCanceled, only: []JobStatus{JobCanceled, JobSuccess, JobSkipped, successWithWarnings, ignored}},
	{status: JobPending, only: []JobStatus{JobPending, JobCreated, JobSkipped, successWithWarnings, ignored}},
	{status: JobRunning, any: []JobStatus{JobRunning, JobPending}},
	{status: JobWaitingForResource, any: []JobStatus{JobWaitingForResource}},
	{status: JobManual, any: []JobStatus{JobManual}},
	{status: JobScheduled, any: []JobStatus{JobScheduled}},
	{status: JobPreparing, any: []JobStatus{JobPreparing}},
	{status: JobRunning, any: []JobStatus{JobCreated}},
	{status: JobCanceling, any: []JobStatus{JobCanceling}},
}

// statusInPipeline is as what the job counts in its pipeline (app/models/concerns/ci/has_status.rb,
// PASSED_WITH_WARNINGS_STATUSES and IGNORED_STATUSES).
func (j *Job) statusInPipeline() JobStatus {
	switch {
	case j.AllowFailure && (j.Status == JobFailed || j.Status == JobCanceled):
		return successWithWarnings
	case j.AllowFailure && j.Status == JobManual:
		return ignored
	}
	return j.Status
}

// Status is the status of the pipeline, made of its latest jobs (lib/gitlab/ci/status/composite.rb).
func (p *Pipeline) Status() JobStatus {
	has := map[JobStatus]bool{}
	for _, j := range p.Jobs {
		if !j.retried() {
			has[j.statusInPipeline()] = true
		}
	}
	for _, s := range p.statuses {
		if !s.Retried() {
			has[s.Status] = true
		}
	}
	present := slices.Collect(maps.Keys(has))
	for _, rule := range statusRules {
		within := func(s JobStatus) bool { return slices.Contains(rule.only, s) }
		outside := func(s JobStatus) bool { return !within(s) }
		if rule.only != nil && !slices.ContainsFunc(present, outside) ||
			slices.ContainsFunc(rule.any, func(s JobStatus) bool { return has[s] }) {
			return rule.status
		}
	}
	return JobFailed
}

// Times are when the pipeline was made, when its first job began, and when the last one ended; zero is not yet.
func (p *Pipeline) Times() (created, started, finished time.Time) {
	over := p.Status().Completed()
	for _, j := range p.Jobs {
		if created.IsZero() || j.CreatedAt.Before(created) {
			created = j.CreatedAt
		}
		if !j.StartedAt.IsZero() && (started.IsZero() || j.StartedAt.Before(started)) {
			started = j.StartedAt
		}
		if over {
			finished = Later(finished, j.FinishedAt)
		}
	}
	return created, started, finished
}

// Busy is how long jobs of the pipeline have run, time in which several did so counted once
// (lib/gitlab/ci/pipeline/duration.rb).
func (p *Pipeline) Busy(now time.Time) (busy time.Duration) {
	jobs := Filtered(p.Latest(), func(j *Job) bool { return !j.StartedAt.IsZero() })
	slices.SortStableFunc(jobs, func(a, b *Job) int { return a.StartedAt.Compare(b.StartedAt) })
	var until time.Time
	for _, j := range jobs {
		end := j.FinishedAt
		if end.IsZero() {
			end = now
		}
		if begin := Later(j.StartedAt, until); end.After(begin) {
			busy += end.Sub(begin)
			until = end
		}
	}
	return busy
}
