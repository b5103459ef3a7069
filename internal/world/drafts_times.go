package world

import (
	"fmt"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/datajson"
)

// Times of drafts that can never have been: what is yet to come, and what ends before it began. A scenario that is only
// validated has no clock that it could be ahead of.

// draftTime is a time of a draft, with its name in a scenario's JSON and in Go.
type draftTime struct {
	field, name string
	at          time.Time
}

// String is the time with its name.
func (t draftTime) String() string { return t.name + " " + t.at.UTC().Format(time.RFC3339Nano) }

// yetToCome are the times of a draft that are after now.
func (st *State) yetToCome(times ...draftTime) (ps Problems) {
	if st.timeless {
		return nil
	}
	now := st.Now()
	why := "the fake's time, gl.Now(), is %s; Advance moves it"
	if st.seeding() {
		why = `it is %s; start the fake later (WithStartTime), or say in the scenario's "now" (Now, At) when its times are ` +
			`told from: all of them move along, as those of ready-made worlds do`
	}
	for _, t := range times {
		if orNow(t.at, now).After(now) {
			ps.Addf(t.field, "%s is yet to come: "+why, t, now.Format(time.RFC3339Nano))
		}
	}
	return ps
}

// checkTimes checks the times of a draft of a job: each of its steps comes after the one before.
func (st *State) checkTimes(j *Job) Problems {
	steps := []draftTime{{"created_at", "CreatedAt", j.CreatedAt}, {"queued_at", "QueuedAt", j.QueuedAt},
		{"started_at", "StartedAt", j.StartedAt}, {"finished_at", "FinishedAt", j.FinishedAt}}
	ps := st.yetToCome(steps...)
	var last draftTime
	for _, step := range steps {
		if step.at.IsZero() {
			continue
		}
		if last.name != "" && step.at.Before(last.at) {
			ps.addFrom(step.field, fmt.Errorf("%s is before %s", step, last), last.field)
		}
		last = step
	}
	return ps
}

// checkRunnerTimes checks the times of a draft of a runner, nil if it is yet to be made. What the runner has already
// stays: it came with a seed. That a runner was heard of before it was made is fine: a test that has one be silent for
// an hour need not say that it is older.
func (st *State) checkRunnerTimes(r *Runner, n RunnerDraft) Problems {
	var before Runner
	if r != nil {
		before = *r
	}
	times := make([]draftTime, 0, 2+2*len(n.Managers))
	add := func(field, name string, at, before time.Time) {
		if !at.Equal(before) {
			times = append(times, draftTime{field, name, at})
		}
	}
	add("created_at", "CreatedAt", n.CreatedAt, before.CreatedAt)
	add("contacted_at", "ContactedAt", n.ContactedAt, before.ContactedAt)
	for i, m := range n.Managers {
		var known Manager
		if was := before.Manager(m.SystemID); was != nil {
			known = *was
		}
		at := datajson.Index("managers", i)
		add(datajson.Join(at, "created_at"), fmt.Sprintf("CreatedAt of manager %q", m.SystemID), m.CreatedAt, known.CreatedAt)
		add(datajson.Join(at, "contacted_at"), fmt.Sprintf("ContactedAt of manager %q", m.SystemID), m.ContactedAt,
			known.ContactedAt)
	}
	return st.yetToCome(times...)
}
