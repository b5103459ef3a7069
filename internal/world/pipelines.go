package world

import (
	"slices"

	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
)

// weight is the order in which the states of a pipeline's jobs outweigh one another.
var weight = []JobStatus{JobRunning, JobCanceling, JobPending, JobWaitingForResource, JobPreparing, JobFailed,
	JobCanceled, JobManual, JobScheduled, JobCreated, JobSuccess}

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
// until a newer one of the ref succeeds (app/models/ci/ref.rb, app/services/ci/unlock_artifacts_service.rb). In later
// versions a newer one that ends in any way is enough, unless this is the last that succeeded.
func (st *State) locked(p *Pipeline) bool {
	if isFalse(st.Settings.KeepLatestArtifacts) || isFalse(p.project.KeepLatestArtifact) {
		return false
	}
	name, isTag := p.ref()
	ended := false
	for _, newer := range slices.Backward(p.project.pipelines) {
		if newer.ID == p.ID {
			break
		}
		if other, otherIsTag := newer.ref(); other != name || otherIsTag != isTag {
			continue
		}
		switch newer.Status() {
		case JobSuccess:
			return false
		case JobFailed, JobCanceled, JobSkipped, JobManual:
			ended = true
		}
	}
	return !ended || !st.Has(gitlabversion.EndedPipelinesUnlock) || p.Status() == JobSuccess
}

// isFalse reports whether a switch that is on by default has been turned off.
func isFalse(b *bool) bool { return b != nil && !*b }
