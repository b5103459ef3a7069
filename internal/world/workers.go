package world

import (
	"cmp"
	"slices"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
)

// How long GitLab waits before its workers give a job up (app/services/ci/stuck_builds).
const (
	pendingTimeout = 24 * time.Hour   // of a pending job, whoever might take it
	stuckTimeout   = time.Hour        // of a pending job that no runner which is online may take
	silentTimeout  = time.Hour        // of a job that is on a runner and of which nothing is heard
	silentLater    = 30 * time.Minute // the same in later versions
	timeoutBuffer  = 15 * time.Minute // beyond its own timeout, of a job that is on a runner
)

// RunWorkers does what GitLab's cron workers would have done by now. They have not run meanwhile; so of several rules
// that have come due since for a job the first does it, for that is the one a worker would have found. What they do has
// the time of now.
func (st *State) RunWorkers() {
	st.dropSilentJobs()
	st.dropPendingJobs()
	st.deleteStaleManagers()
	st.deleteExpiredFiles()
	st.deleteMarked()
	st.tendEnvironments()
	st.runSchedules()
}

// dropSilentJobs fails the running jobs, and ends the canceling ones, that have run into their timeout or of which
// nothing was heard for too long (app/services/ci/stuck_builds/drop_running_service.rb and drop_canceling_service.rb,
// app/services/ci/timed_out_builds).
func (st *State) dropSilentJobs() {
	now := st.Now()
	var due []*Job
	for _, j := range st.Jobs.Rows { // by id
		if j.Status.Executing() && now.After(st.givenUpAt(j)) {
			due = append(due, j)
		}
	}
	for _, j := range due {
		_ = st.Drop(j, st.silentReason(j), nil) // a job on a runner can always be dropped
	}
}

// silentSince is from when on GitLab takes the silence of a job on a runner for its end.
func (st *State) silentSince(j *Job) time.Time {
	if st.Has(gitlabversion.SilentAfterHalfAnHour) {
		return j.UpdatedAt.Add(silentLater)
	}
	return j.UpdatedAt.Add(silentTimeout)
}

// timeoutOf is when a job that is on a runner has run for as long as it may.
func (st *State) timeoutOf(j *Job) time.Time {
	return j.StartedAt.Add(j.TimeoutOn(j.Runner))
}

// endsAtTimeout reports whether a job that has ended for a reason counts as one that ended when its time was over
// (app/models/ci/build.rb, server_timeout_finished_at_for_transition), as it did if that is past.
func (st *State) endsAtTimeout(j *Job, reason string) bool {
	return st.Has(gitlabversion.StuckReasonsByState) && !j.StartedAt.IsZero() &&
		(j.Status == JobFailed && reason == serverTimeoutRunning ||
			j.Status == JobCanceled && reason == serverTimeoutCanceling)
}

// overrun reports whether a job on a runner will have run into its own timeout before its silence lasts too long.
// GitLab leaves such a job to the worker that enforces timeouts.
func (st *State) overrun(j *Job) bool {
	return st.Has(gitlabversion.TimeoutsEnforced) && !st.silentSince(j).Before(st.timeoutOf(j))
}

// givenUpAt is after when the workers give up a job on a runner that says nothing more.
func (st *State) givenUpAt(j *Job) time.Time {
	enforced := st.timeoutOf(j).Add(timeoutBuffer).Add(-1) // at that time, and not only after it
	switch {
	case j.Status == JobRunning && st.overrun(j):
		return enforced
	case j.Status == JobCanceling && st.Has(gitlabversion.StuckReasonsByState):
		return Earliest(st.silentSince(j), enforced)
	}
	return st.silentSince(j)
}

// silentReason is why a job on a runner is given up. Of one that was canceling nothing is kept of the reason but that
// it has run into its timeout, if it has.
func (st *State) silentReason(j *Job) string {
	byState := st.Has(gitlabversion.StuckReasonsByState)
	switch overrun := st.overrun(j); {
	case j.Status == JobCanceling && st.givenUpAt(j).Before(st.silentSince(j)):
		return serverTimeoutCanceling
	case overrun && byState:
		return serverTimeoutRunning
	case overrun:
		return jobExecutionServerTimeout
	case byState:
		return noUpdatesRunning
	}
	return stuckOrTimeout
}

// dropPendingJobs fails the jobs that wait for too long (app/services/ci/stuck_builds/drop_pending_service.rb). Before
// each was judged by itself, GitLab went through those that wait, from the oldest on, for some that no runner may take,
// and stopped at the first that one may take: while that one waits, they do.
func (st *State) dropPendingJobs() {
	now, byState := st.Now(), st.Has(gitlabversion.StuckReasonsByState)
	var shielded time.Time // until when an older job that is not stuck stands before those that are
	for _, w := range st.waiting() {
		stuck, over := w.stuckAt, w.since.Add(pendingTimeout)
		if !byState {
			shielded = Later(shielded, Earliest(over, stuck))
			stuck = Later(stuck, shielded)
		}
		if !now.After(Earliest(over, stuck)) {
			continue
		}
		reason := stuckOrTimeout
		switch {
		case byState && stuck.Before(over):
			reason = stuckPendingNoMatchingRunners
		case byState:
			reason = stuckPendingWithMatchingRunners
		}
		_ = st.Drop(w.job, reason, nil) // a pending job can always be dropped
	}
}

// waitingJob is a pending job as the workers see it.
type waitingJob struct {
	job     *Job
	since   time.Time // when it became pending, or was changed last
	stuckAt time.Time // after when it counts as stuck
}

// waiting are the pending jobs that wait for longer than stuckTimeout, in the order in which the workers look at them.
func (st *State) waiting() []waitingJob {
	var all []waitingJob
	now, online := st.Now(), st.onlineUntil()
	for _, lanes := range st.Queue.lanes {
		for _, l := range lanes {
			until := online(l.jobs[0])
			for _, j := range l.jobs {
				w := waitingJob{job: j, since: Later(j.CreatedAt, Later(j.UpdatedAt, j.QueuedAt))}
				w.stuckAt = Later(w.since.Add(stuckTimeout), until)
				if now.After(w.since.Add(stuckTimeout)) {
					all = append(all, w)
				}
			}
		}
	}
	slices.SortFunc(all, func(a, b waitingJob) int {
		return cmp.Or(a.job.CreatedAt.Compare(b.job.CreatedAt), cmp.Compare(a.job.Project.ID, b.job.Project.ID),
			cmp.Compare(a.job.ID, b.job.ID))
	})
	return all
}

// onlineUntil makes a function that says until when a runner which may take a job is online, going by its last contact;
// zero if there is none.
func (st *State) onlineUntil() func(*Job) time.Time {
	contacted := Filtered(st.Runners.Rows, func(r *Runner) bool { return !r.ContactedAt.IsZero() })
	byTag := map[string][]*Runner{}
	for _, r := range contacted {
		for _, tag := range r.Tags {
			byTag[tag] = append(byTag[tag], r)
		}
	}
	return func(j *Job) (until time.Time) {
		candidates := contacted
		if len(j.Tags) > 0 {
			candidates = byTag[j.Tags[0]]
		}
		for _, r := range candidates {
			if end := r.ContactedAt.Add(onlineContactTimeout); end.After(until) && Unfit(r, j) == Fits {
				until = end
			}
		}
		return until
	}
}

// deleteStaleManagers removes the managers that GitLab calls stale. Unlike DeleteManager it leaves alone when their
// runners were contacted (app/services/ci/runners/stale_managers_cleanup_service.rb).
func (st *State) deleteStaleManagers() {
	at := st.managerMoments()
	stale := func(m *Manager) bool { return at.isStale(m.CreatedAt, m.ContactedAt) }
	runners := map[*Runner]bool{}
	for _, m := range Filtered(st.managers.Rows, stale) {
		runners[m.Runner] = true
	}
	st.managers.removeAll(stale)
	for r := range runners {
		r.forget(stale)
	}
}

// deleteExpiredFiles removes the files whose time is over, unless their pipeline is locked
// (app/services/ci/job_artifacts/destroy_all_expired_service.rb).
func (st *State) deleteExpiredFiles() {
	hasExpired := func(j *Job) bool { return slices.ContainsFunc(j.Files, st.FileExpired) }
	for _, project := range st.Projects.Rows {
		if !slices.ContainsFunc(project.Jobs, hasExpired) {
			continue
		}
		for _, p := range st.unlocked(project) {
			for _, j := range p.Jobs {
				j.Files = Filtered(j.Files, func(f *File) bool { return !st.FileExpired(f) })
			}
		}
	}
}

// startDelayed starts the delayed jobs whose time has come, in the order of their times, each at its time: what follows
// from one that starts has happened then, too (app/workers/ci/build_schedule_worker.rb).
func (st *State) startDelayed() {
	now := st.Now()
	if st.nextDelay.IsZero() || st.nextDelay.After(now) {
		return
	}
	defer func() { st.at = time.Time{} }()
	for {
		due, next := st.firstDelayed()
		if st.nextDelay = next; next.IsZero() || next.After(now) {
			return
		}
		st.at = next
		for _, j := range due {
			_ = st.fire(j, eventEnqueueScheduled) // a scheduled job knows it
		}
		st.MovePipelines()
	}
}
