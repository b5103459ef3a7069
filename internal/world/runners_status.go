package world

import (
	"time"

	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
)

// A runner is online for this long after its last contact (app/models/ci/runner.rb, ONLINE_CONTACT_TIMEOUT).
const OnlineContactTimeout = 2 * time.Hour

// StaleTimeout is how long after its last contact a manager, and from 17.1 on a runner, is stale.
const StaleTimeout = 7 * 24 * time.Hour

// StaleBefore is the time at or before which a runner must have been heard of to be stale.
func (st *State) StaleBefore() time.Time {
	if st.Has(gitlabversion.StaleAfterSevenDays) {
		return st.Now().Add(-StaleTimeout)
	}
	return monthsBefore(st.Now(), 3)
}

// Status reckons a runner's or manager's status from when it was made and last heard of.
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

func (st *State) RunnerStatus(r *Runner) RunnerStatus {
	return st.Status(r.CreatedAt, r.ContactedAt, st.StaleBefore())
}
