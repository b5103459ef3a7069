package world

import (
	"slices"
	"time"
)

// schedule notes when a delayed job is to start, which is counted from the time at which it is its turn.
func (st *State) schedule(j *Job) {
	j.ScheduledAt = st.Now().Add(j.StartIn)
}

// enterDelay notes that a job waits for its time.
func (st *State) enterDelay(j *Job) {
	if j.Status != JobScheduled || j.ScheduledAt.IsZero() {
		return
	}
	put(&st.delayed, j, struct{}{})
	if st.nextDelay.IsZero() || j.ScheduledAt.Before(st.nextDelay) {
		st.nextDelay = j.ScheduledAt
	}
}

// firstDelayed are the delayed jobs whose time comes first, by id, and that time; zero if there is none.
func (st *State) firstDelayed() (due []*Job, first time.Time) {
	for j := range st.delayed {
		switch {
		case due == nil || j.ScheduledAt.Before(first):
			due, first = []*Job{j}, j.ScheduledAt
		case j.ScheduledAt.Equal(first):
			due = append(due, j)
		}
	}
	slices.SortFunc(due, func(a, b *Job) int { return a.ID - b.ID })
	return due, first
}
