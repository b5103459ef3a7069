package world

import (
	"fmt"
	"slices"
	"time"
)

// runnerIndex finds runners of the whole instance by what a list may be narrowed by, so that a few among very many are found
// without a look at all. It is made for the first list that wants it and kept up by reindex; as time moves runners from
// status to status, it is made anew.
type runnerIndex struct {
	scopes [][]*Runner // by place in runnerScopes; each by id
	tags   map[string][]*Runner
	// several are the lists narrowed by several things at once that were asked for since any runner changed its place.
	several map[string][]*Runner
	// The earliest contact of an online runner and the earliest sign of life of one that is not stale; zero for none. The
	// next to change its status with time is one of these two.
	firstOnline, firstFresh time.Time
	// at are the latest moments that a runner was put in by. They do not always move forwards: three months before 29 May and
	// before 30 May it is the same day.
	at moments
}

// mostNarrowed is how many lists narrowed by several things are kept before all are forgotten.
const mostNarrowed = 100

// narrowedBySeveral are those of the rows that pass the filter, which is looked at once for as long as it does not matter when.
func (x *runnerIndex) narrowedBySeveral(f RunnerFilter, rows []*Runner, passes func(*Runner) bool) []*Runner {
	name := fmt.Sprintf("%q %q", f.Scopes, f.Tags)
	if passing, known := x.several[name]; known {
		return passing
	}
	if x.several == nil || len(x.several) == mostNarrowed {
		x.several = map[string][]*Runner{}
	}
	x.several[name] = Keep(rows, passes)
	return x.several[name]
}

// holdsAt says whether no runner has changed its status since, only because time has passed.
func (x *runnerIndex) holdsAt(m moments) bool {
	if m.online.Before(x.at.online) || m.stale.Before(x.at.stale) {
		return false
	}
	return (x.firstOnline.IsZero() || x.firstOnline.After(m.online)) && (x.firstFresh.IsZero() || x.firstFresh.After(m.stale))
}

// put makes the runner found by what it is now.
func (x *runnerIndex) put(r *Runner, m moments) {
	x.at = moments{Latest(x.at.online, m.online), Latest(x.at.stale, m.stale)}
	next := indexEntry{tags: r.Tags}
	for i, s := range RunnerScopes {
		if m.inScope(r, s) {
			next.scopes |= 1 << i
		}
	}
	x.firstOnline = earliestAfter(m.online, x.firstOnline, r.ContactedAt)
	x.firstFresh = earliestAfter(m.stale, x.firstFresh, Latest(r.CreatedAt, r.ContactedAt))
	x.move(r, next)
}

// earliestAfter is t if that is after the bound and before the first until now, zero for none; else it is the first.
func earliestAfter(bound, first, t time.Time) time.Time {
	if t.After(bound) && (first.IsZero() || t.Before(first)) {
		return t
	}
	return first
}

// move takes the runner from where it was in the index to another place.
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
