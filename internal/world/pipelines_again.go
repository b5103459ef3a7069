package world

import (
	"slices"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
)

// resetSkipped has skipped jobs wait again for a job that is to run, for a user: of those that need it, on any depth,
// and of those of later stages (app/services/ci/reset_skipped_jobs_service.rb).
func (st *State) resetSkipped(j *Job, u *User) {
	p := j.Pipeline
	if p.skipped == 0 {
		return
	}
	found := p.flow.dependents(j)
	for _, s := range p.flow.stages {
		if s.index > j.StageIndex && s.tally.of(JobSkipped) > 0 {
			for _, n := range s.nodes {
				found[n] = struct{}{}
			}
		}
	}
	var again []*Job
	for n := range found {
		if n.job != nil && n.job.Status == JobSkipped {
			again = append(again, n.job)
		}
	}
	slices.SortFunc(again, func(a, b *Job) int { return byID(a, b.ID) })
	for _, j := range again {
		st.waitAgain(j, u)
	}
}

// waitAgain has a skipped job wait for its turn, for a user.
func (st *State) waitAgain(j *Job, u *User) {
	_ = st.fireWith(j, eventProcess, func() { // a skipped job can always be processed
		if u != nil {
			j.User = u
		}
	})
}

// retryMoving tries a job again whose pipeline moves by itself: the new job is created, and whether it has its turn is
// looked at at once. If people start it, they have (app/services/ci/retry_job_service.rb).
func (st *State) retryMoving(old *Job, u *User, change func(*Job)) *Job {
	next := st.retryAs(old, u, JobCreated)
	next.EnqueueImmediately = next.actionable()
	change(next)
	if !st.undoing {
		st.process(next.Pipeline)
	}
	if next.Status != JobFailed {
		st.resetSkipped(old, u)
	}
	return next
}

// actionable reports whether people start the job (app/models/ci/build.rb and bridge.rb, action?).
func (j *Job) actionable() bool {
	return j.When == whenManual || j.When == whenDelayed && j.Trigger == nil
}

// retryPipelineMoving is RetryPipeline for one that moves by itself
// (app/services/ci/retry_pipeline_service.rb).
func (st *State) retryPipelineMoving(p *Pipeline, u *User, may func(*Job) bool) {
	f, again := p.facts, false
	for _, j := range slices.Clone(p.Jobs) { // each try adds one
		if j.Trigger == nil && j.endedBadly() && may(j) {
			st.retryAs(j, u, JobCreated)
			again = true
		}
	}
	for _, j := range p.Latest() {
		if j.Status == JobSkipped {
			st.waitAgain(j, u)
			again = true
		}
	}
	if st.Has(gitlabversion.RetryClearsFinish) && !f.FinishedAt.IsZero() {
		f.FinishedAt, f.UpdatedAt = time.Time{}, st.Now()
	}
	st.process(p)
	if again && f.Status == JobSuccess { // it succeeds once more, as where a manual job had failed
		p.finish(st.Now())
	}
}

// Retryable reports whether people may try any of the pipeline's jobs again that failed or were canceled, of which
// trigger jobs are none (app/models/ci/pipeline.rb, retryable?).
func (p *Pipeline) Retryable() bool {
	return slices.ContainsFunc(p.Jobs, func(j *Job) bool { return !j.IsBridge() && j.endedBadly() })
}

// endedBadly reports whether the job is one that a retry of its pipeline tries again: one that is being canceled, too
// (app/models/ci/pipeline.rb, retryable_builds; has_status.rb, failed_or_canceled).
func (j *Job) endedBadly() bool {
	return (j.Status == JobFailed || j.Status == JobCanceled || j.Status == JobCanceling) && j.Retryable()
}

// RetryPipeline tries all jobs of the pipeline again that failed or were canceled and that may be tried, for a user.
// What was skipped is created again. Of the new jobs those that wait for no other are pending at once, as after
// RetryJob (app/services/ci/retry_pipeline_service.rb).
func (st *State) RetryPipeline(p *Pipeline, u *User, may func(*Job) bool) {
	if p.Moves() {
		st.retryPipelineMoving(p, u, may)
		return
	}
	var again []*Job
	for _, j := range slices.Clone(p.Jobs) { // each try adds one
		if j.endedBadly() && may(j) {
			again = append(again, st.retryAs(j, u, JobCreated))
		}
	}
	for _, j := range p.Latest() {
		if j.Status == JobSkipped {
			_ = st.fire(j, eventProcess) // a skipped job can always be processed
		}
	}
	for _, j := range again {
		if !slices.ContainsFunc(p.Latest(), func(other *Job) bool {
			return other.StageIndex < j.StageIndex && !other.Status.Completed()
		}) {
			_ = st.fire(j, eventEnqueue) // a created job can always be enqueued
		}
	}
}
