package world

import "time"

// TimeoutOn is how long the job may run on a runner, nil if that is gone: as its own timeout says or, without one, the
// project's, but not longer than the runner's maximum (app/models/ci/build_metadata.rb, update_timeout_state).
func (j *Job) TimeoutOn(r *Runner) time.Duration {
	timeout := j.Project.JobTimeout()
	if j.Spec.Timeout > 0 {
		timeout = j.Spec.Timeout
	}
	if r != nil && r.MaximumTimeout != nil {
		timeout = min(timeout, time.Duration(*r.MaximumTimeout)*time.Second)
	}
	return timeout
}
