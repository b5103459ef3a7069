package world

import (
	"slices"
	"time"
)

// What counts as a status of its own while the status of a pipeline is made, and is none of a job's: a job that may
// fail and did so or was canceled, and one that waits for a person and need not run at all.
const (
	successWithWarnings JobStatus = "success_with_warnings"
	ignored             JobStatus = "ignored"
)

// statusRule says that a pipeline, a stage or what comes before a job has a status if its jobs have only these, or any
// of these.
type statusRule struct {
	status JobStatus
	only   []JobStatus
	any    []JobStatus
}

// statusRules are in the order in which GitLab asks; the first that holds decides. Where none does, the pipeline has
// failed. docs/pipelines.md shows them.
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

// counted are all statuses that a tally counts.
var counted = append(slices.Clone(JobStatuses), successWithWarnings, ignored)

// place of a status in a tally.
var tallyPlace = func() map[JobStatus]int {
	places := map[JobStatus]int{}
	for i, s := range counted {
		places[s] = i
	}
	return places
}()

// tally is how many jobs there are of each status, in the order of counted.
type tally [14]int

// add counts a job of a status, or takes it back.
func (t *tally) add(s JobStatus, by int) { t[tallyPlace[s]] += by }

// addAll counts what another tally has, or takes it back.
func (t *tally) addAll(other tally, by int) {
	for i, n := range other {
		t[i] += by * n
	}
}

// of is how many jobs have the status.
func (t *tally) of(s JobStatus) int { return t[tallyPlace[s]] }

// has reports whether any job has one of the statuses.
func (t *tally) has(statuses ...JobStatus) bool {
	return slices.ContainsFunc(statuses, func(s JobStatus) bool { return t.of(s) > 0 })
}

// only reports whether all jobs have one of the statuses.
func (t *tally) only(statuses ...JobStatus) bool {
	for i, n := range t {
		if n > 0 && !slices.Contains(statuses, counted[i]) {
			return false
		}
	}
	return true
}

// status is the one status that the jobs have together (lib/gitlab/ci/status/composite.rb).
func (t *tally) status() JobStatus {
	for _, rule := range statusRules {
		if t.only(rule.only...) || t.has(rule.any...) {
			return rule.status
		}
	}
	return JobFailed
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

// Status is the status of the pipeline: of one that moves by itself that which it had when it last did, of another one
// that of its latest jobs.
func (p *Pipeline) Status() JobStatus {
	if p.Moves() {
		return p.facts.Status
	}
	t := tallyOf(p.Latest())
	t.addAll(p.told(), 1)
	return t.status()
}

// StatusOf is the one status that jobs have together, as those of a stage.
func StatusOf(jobs []*Job) JobStatus {
	t := tallyOf(jobs)
	return t.status()
}

// tallyOf counts what jobs are in their pipeline.
func tallyOf(jobs []*Job) (t tally) {
	for _, j := range jobs {
		t.add(j.statusInPipeline(), 1)
	}
	return t
}

// Times are when the pipeline was made, when its first job began, and when the last one ended; zero is not yet. One
// that moves by itself notes them.
func (p *Pipeline) Times() (created, started, finished time.Time) {
	if f := p.facts; f != nil {
		return f.CreatedAt, f.StartedAt, f.FinishedAt
	}
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
