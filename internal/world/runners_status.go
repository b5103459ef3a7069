package world

import (
	"time"

	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
)

// onlineContactTimeout is how long after its last contact a runner or manager is online (app/models/ci/runner.rb, of
// that name).
const onlineContactTimeout = 2 * time.Hour

// staleTimeout is how long after its last contact a manager is stale, and from 17.1 on a runner
// (app/models/ci/runner_manager.rb, STALE_TIMEOUT).
const staleTimeout = 7 * 24 * time.Hour

// moments are those of runners, now.
func (st *State) moments() moments {
	m := st.managerMoments()
	if !st.Has(gitlabversion.StaleAfterSevenDays) {
		m.stale = monthsBefore(st.Now(), 3)
	}
	return m
}

// managerMoments are those of runner managers, now.
func (st *State) managerMoments() moments {
	now := st.Now()
	return moments{now.Add(-onlineContactTimeout), now.Add(-staleTimeout)}
}

// RunnerStatus is how lately GitLab heard of a runner.
func (st *State) RunnerStatus(r *Runner) RunnerStatus {
	return st.moments().status(r.CreatedAt, r.ContactedAt)
}

// ManagerStatus is how lately GitLab heard of one machine of a runner.
func (st *State) ManagerStatus(m *Manager) RunnerStatus {
	return st.managerMoments().status(m.CreatedAt, m.ContactedAt)
}

// IsOnline reports whether a runner was contacted lately enough to be online, be it paused.
func (st *State) IsOnline(r *Runner) bool { return st.moments().isOnline(r.ContactedAt) }
