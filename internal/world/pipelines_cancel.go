package world

import (
	"slices"
	"time"
)

// danglingSources are those of pipelines that do not count for their ref, so that they are not made redundant by a
// newer one of it (app/models/concerns/enums/ci/pipeline.rb, dangling_sources).
var danglingSources = []string{"webide", SourceParent, "ondemand_dast_scan", "ondemand_dast_validation",
	"security_orchestration_policy"}

// Dangling reports whether the pipeline does not count for its ref.
func (p *Pipeline) Dangling() bool { return slices.Contains(danglingSources, p.Source()) }

// redundantFor is how old a pipeline may be to be canceled as redundant.
const redundantFor = 7 * day

// CancelPipeline cancels all of the pipeline's jobs that wait or run, and what is told of such ones outside; one that
// waits for a person goes on waiting. A pipeline that has nothing but what is told stays as it is
// (app/services/ci/cancel_pipeline_service.rb; has_status.rb, CANCELABLE_STATUSES).
func (st *State) CancelPipeline(p *Pipeline) {
	if p.Source() == SourceExternal {
		return
	}
	st.cancelJobs(p, AnyJob)
	for _, s := range p.Statuses() {
		if next := *s; next.Status.cancelable() {
			_ = st.moveStatus(&next, eventCancel) // such a status can always be canceled
			st.replaceStatus(s, next)
		}
	}
}

// AnyJob holds for every job, where some can be chosen.
func AnyJob(*Job) bool { return true }

func (st *State) cancelJobs(p *Pipeline, which func(*Job) bool) {
	for _, j := range p.Jobs {
		if j.Status.cancelable() && which(j) {
			_ = st.CancelJob(j, false) // such a job can always be canceled
		}
	}
}

// Cancelable reports whether any of the pipeline's jobs, here or outside, waits or runs, unless it has nothing but what
// is told of such (app/models/ci/pipeline.rb, cancelable?).
func (p *Pipeline) Cancelable() bool {
	return p.Source() != SourceExternal &&
		(slices.ContainsFunc(p.Jobs, func(j *Job) bool { return j.Status.cancelable() }) ||
			slices.ContainsFunc(p.Statuses(), func(s *CommitStatus) bool { return s.Status.cancelable() }))
}

// cancelRedundant cancels the older pipelines of the ref of a new one as far as their files let it: by default those
// whose jobs that are not interruptible have not begun
// (app/services/ci/pipeline_creation/cancel_redundant_pipelines_service.rb).
func (st *State) cancelRedundant(by *Pipeline) {
	if by.facts.Source == SourceParent || by.project.Attribute(attrAutoCancel) == FeatureDisabled {
		return
	}
	head := by.project.Repository.Ref(fullRef(by.facts.Ref, by.facts.RefIsTag))
	for _, p := range slices.Clone(by.project.live[by.facts.Ref]) { // by id
		by.flow.looks++
		if !p.olderThan(by) || p.Dangling() || p.facts.AutoCancel.OnNewCommit == autoCancelNone ||
			p.facts.Commit.SHA == by.facts.Commit.SHA || p.facts.Commit.SHA == head ||
			st.Now().Sub(p.facts.CreatedAt) > redundantFor {
			continue
		}
		if by.flow.looks += len(p.Jobs); !p.Cancelable() { // which looks at all jobs
			continue
		}
		switch p.facts.AutoCancel.OnNewCommit {
		case autoCancelInterruptible:
			p.facts.AutoCanceledBy = by.ID
			st.cancelJobs(p, (*Job).interruptible)
		default: // conservative
			if !slices.ContainsFunc(p.Jobs, (*Job).begunForGood) {
				p.facts.AutoCanceledBy = by.ID
				st.CancelPipeline(p)
			}
		}
	}
}

// olderThan reports whether the pipeline was made before another one. The clock of a test may stand still, which
// GitLab's does not.
func (p *Pipeline) olderThan(other *Pipeline) bool {
	if a, b := p.facts.CreatedAt, other.facts.CreatedAt; !a.Equal(b) {
		return a.Before(b)
	}
	return p.ID < other.ID
}

// interruptible reports whether the job may be canceled because of a newer pipeline although it runs.
func (j *Job) interruptible() bool { return j.Spec.Interruptible != nil && *j.Spec.Interruptible }

// begunForGood reports whether the job has begun and is not interruptible (app/models/ci/pipeline.rb,
// conservative_interruptible).
func (j *Job) begunForGood() bool {
	begun := j.Status == JobRunning || j.Status == JobSuccess || j.Status == JobFailed
	return begun && j.Trigger == nil && !j.interruptible()
}

// busy is how long jobs of the pipeline have run until now, in whole seconds as GitLab stores it.
func (p *Pipeline) busy(now time.Time) time.Duration { return p.Busy(now).Truncate(time.Second) }
