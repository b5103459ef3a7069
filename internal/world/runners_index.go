package world

import (
	"fmt"
	"slices"
	"time"
)

// runnerIndex finds the runners of the whole instance by what a list may be narrowed by, so that a few among very many
// are found without looking at each. It is made for the first list that wants it and told of every change
// (State.reindex). Time alone also changes what is online and stale; the index knows when, and is made anew then.
type runnerIndex struct {
	scopes [][]*Runner          // by place in RunnerScopes; each by id
	tags   map[string][]*Runner // each by id
	// several keeps lists narrowed by several things at once, until any runner changes its place.
	several map[string][]*Runner
	// firstOnline is the earliest contact of an online runner, firstFresh the earliest time that a runner which is not
	// stale was made or contacted; zero for none. The next status that time changes is that of one of these two runners.
	firstOnline, firstFresh time.Time
	// at are the latest moments that a runner was put in by. Moments may go back although the clock does not:
	// three months before 29 May at 23:00 and before 30 May at 1:00 are both on the last day of February.
	at moments
}

// mostNarrowed is how many lists the field several keeps before all are forgotten.
const mostNarrowed = 100

// narrowedBySeveral are those of the rows that pass the filter. The answer is kept, so that pages of one list and
// repeated questions cost one look at the rows.
func (x *runnerIndex) narrowedBySeveral(f RunnerFilter, rows []*Runner, passes func(*Runner) bool) []*Runner {
	name := fmt.Sprintf("%q %q", f.Scopes, f.Tags)
	if passing, known := x.several[name]; known {
		return passing
	}
	if x.several == nil || len(x.several) == mostNarrowed {
		x.several = map[string][]*Runner{}
	}
	x.several[name] = Filtered(rows, passes)
	return x.several[name]
}

// holdsAt reports whether time alone has changed no runner's status since the index was made.
func (x *runnerIndex) holdsAt(m moments) bool {
	if m.online.Before(x.at.online) || m.stale.Before(x.at.stale) {
		return false
	}
	return (x.firstOnline.IsZero() || x.firstOnline.After(m.online)) &&
		(x.firstFresh.IsZero() || x.firstFresh.After(m.stale))
}

// put has the runner found by what it is at those moments.
func (x *runnerIndex) put(r *Runner, m moments) {
	x.at = moments{Later(x.at.online, m.online), Later(x.at.stale, m.stale)}
	next := indexEntry{tags: r.Tags}
	for i, s := range RunnerScopes {
		if m.inScope(r, s) {
			next.scopes |= 1 << i
		}
	}
	x.firstOnline = earliestAfter(m.online, x.firstOnline, r.ContactedAt)
	x.firstFresh = earliestAfter(m.stale, x.firstFresh, Later(r.CreatedAt, r.ContactedAt))
	x.move(r, next)
}

// earliestAfter is the earlier of first, which is zero for none, and t, which counts only if it is after the bound.
func earliestAfter(bound, first, t time.Time) time.Time {
	if t.After(bound) && (first.IsZero() || t.Before(first)) {
		return t
	}
	return first
}

// move takes the runner from where it is in the index to another place, which is zero for none.
func (x *runnerIndex) move(r *Runner, next indexEntry) {
	before := r.indexed
	if before.scopes == next.scopes && slices.Equal(before.tags, next.tags) {
		return
	}
	x.several = nil
	for i, rows := range x.scopes {
		switch was, is := before.scopes>>i&1, next.scopes>>i&1; {
		case was < is:
			x.scopes[i] = insertByID(rows, r)
		case was > is:
			x.scopes[i] = removeByID(rows, r)
		}
	}
	if !slices.Equal(before.tags, next.tags) {
		for _, t := range before.tags {
			if x.tags[t] = removeByID(x.tags[t], r); len(x.tags[t]) == 0 {
				delete(x.tags, t)
			}
		}
		for _, t := range next.tags {
			x.tags[t] = insertByID(x.tags[t], r)
		}
	}
	r.indexed = next
}
