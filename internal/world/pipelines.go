package world

import "slices"

// weight is the order in which the states of a pipeline's jobs outweigh one another.
var weight = []JobStatus{JobRunning, JobCanceling, JobPending, JobWaitingForResource, JobPreparing, JobFailed, JobCanceled,
	JobManual, JobScheduled, JobCreated, JobSuccess}

// Status is the status of the pipeline, made of its latest jobs. What may fail and did so counts as success
// (lib/gitlab/ci/status/composite.rb).
func (p *Pipeline) Status() JobStatus {
	has := map[JobStatus]bool{}
	for _, j := range p.Latest() {
		s := j.Status
		if j.AllowFailure && (s == JobFailed || s == JobCanceled) {
			s = JobSuccess
		}
		has[s] = true
	}
	for _, s := range weight {
		if has[s] {
			return s
		}
	}
	return JobSkipped
}

// ref is the branch or tag that the pipeline runs for: that of its jobs.
func (p *Pipeline) ref() (name string, isTag bool) { return p.Jobs[0].Ref, p.Jobs[0].RefIsTag }

// locked reports whether the artifacts of the pipeline outlive their time, as those of the latest pipelines of a ref do
// until a newer one of the ref succeeds (app/models/ci/ref.rb, app/services/ci/unlock_artifacts_service.rb).
func (st *State) locked(p *Pipeline) bool {
	name, isTag := p.ref()
	for _, newer := range slices.Backward(p.project.pipelines) {
		if newer.ID == p.ID {
			break
		}
		other, otherIsTag := newer.ref()
		if other == name && otherIsTag == isTag && newer.Status() == JobSuccess {
			return false
		}
	}
	return true
}
