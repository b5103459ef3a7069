package world

import "time"

// schedule notes when a delayed job is to start, which is counted from the time at which it is its turn.
func (st *State) schedule(j *Job) {
	j.ScheduledAt = st.Now().Add(j.StartIn)
}

// enterDelay notes that a job waits for its time.
func (st *State) enterDelay(j *Job) {
	if j.Status != JobScheduled || j.ScheduledAt.IsZero() {
		return
	}
	st.delayed[j] = true
	if st.nextDelay.IsZero() || j.ScheduledAt.Before(st.nextDelay) {
		st.nextDelay = j.ScheduledAt
	}
}

// startDelayed starts the delayed jobs whose time has come, in the order of their times, each at its time: what follows
// from one that starts has happened then, too (app/workers/ci/build_schedule_worker.rb).
func (st *State) startDelayed() {
	now := st.Now()
	defer func() { st.at = time.Time{} }()
	for !st.nextDelay.IsZero() && !st.nextDelay.After(now) {
		due := st.dueAt()
		if due == nil || due.ScheduledAt.After(now) {
			return
		}
		st.at = due.ScheduledAt
		_ = st.fire(due, eventEnqueueScheduled) // a scheduled job knows it
		st.MovePipelines()
	}
}

// dueAt is the delayed job whose time comes first, and notes that time; nil if there is none.
func (st *State) dueAt() (first *Job) {
	st.nextDelay = time.Time{}
	for j := range st.delayed {
		if first == nil || j.ScheduledAt.Before(first.ScheduledAt) ||
			j.ScheduledAt.Equal(first.ScheduledAt) && j.ID < first.ID {
			first = j
		}
	}
	if first != nil {
		st.nextDelay = first.ScheduledAt
	}
	return first
}
