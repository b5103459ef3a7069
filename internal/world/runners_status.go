package world

import (
	"time"

	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
)

// OnlineContactTimeout is how long after its last contact a runner is online (app/models/ci/runner.rb, of that name).
const OnlineContactTimeout = 2 * time.Hour

// StaleTimeout is how long after its last contact a manager is stale, and from 17.1 on a runner
// (app/models/ci/runner_manager.rb, STALE_TIMEOUT).
const StaleTimeout = 7 * 24 * time.Hour

// StaleBefore is the time since which a runner must have been made or heard of so as not to be stale.
func (st *State) StaleBefore() time.Time {
	if st.Has(gitlabversion.StaleAfterSevenDays) {
		return st.Now().Add(-StaleTimeout)
	}
	return monthsBefore(st.Now(), 3)
}

// Status is the status of a runner or manager, by when it was made and last contacted, zero for never, and the time at
// or before which it is stale (app/models/concerns/ci/has_runner_status.rb).
func (st *State) Status(createdAt, contactedAt, staleBefore time.Time) RunnerStatus {
	switch {
	case !Latest(createdAt, contactedAt).After(staleBefore):
		return Stale
	case contactedAt.IsZero():
		return NeverContacted
	case contactedAt.After(st.Now().Add(-OnlineContactTimeout)):
		return Online
	}
	return Offline
}

// RunnerStatus is a runner's Status now.
func (st *State) RunnerStatus(r *Runner) RunnerStatus {
	return st.Status(r.CreatedAt, r.ContactedAt, st.StaleBefore())
}
