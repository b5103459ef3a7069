package world

import "time"

// JobTimeout is how long a job of a project may run on a runner, nil if that is gone: as its own timeout says or,
// without one, the project's, but not longer than the runner's maximum (app/models/ci/build_metadata.rb,
// update_timeout_state).
func JobTimeout(j *Job, p *Project, r *Runner) time.Duration {
	timeout := p.Timeout()
	if j.Spec.Timeout > 0 {
		timeout = j.Spec.Timeout
	}
	if r != nil && r.MaximumTimeout != nil {
		timeout = min(timeout, time.Duration(*r.MaximumTimeout)*time.Second)
	}
	return timeout
}
