package world

import "time"

const day = 24 * time.Hour

// monthsBefore goes back by the calendar as Rails does: where that month has no such day, to its last one.
func monthsBefore(t time.Time, months int) time.Time {
	before := t.AddDate(0, -months, 0)
	if before.Day() != t.Day() { // Go went on into the next month
		before = before.AddDate(0, 0, -before.Day())
	}
	return before
}

// Later is the later of two times.
func Later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// Earliest is the earliest of t and those of the others that are not zero.
func Earliest(t time.Time, others ...time.Time) time.Time {
	for _, o := range others {
		if !o.IsZero() && o.Before(t) {
			t = o
		}
	}
	return t
}

// orNow is t as GitLab's database keeps it, or now if t is zero.
func orNow(t, now time.Time) time.Time {
	if t.IsZero() {
		return now
	}
	return t.UTC().Round(0).Truncate(time.Microsecond)
}

// GitTime is the time of a commit as GitLab writes it where it shows no fraction (app/models/commit.rb, timestamp): in
// the zone in which git noted it, of which UTC is +00:00, too.
func GitTime(t time.Time) string { return t.Format("2006-01-02T15:04:05-07:00") }

// WholeSeconds is d in seconds, of which a part counts as a whole one.
func WholeSeconds(d time.Duration) int {
	seconds := int(d / time.Second)
	if d%time.Second > 0 {
		seconds++
	}
	return seconds
}

// Never is how plain data says that a token lives for ever although the settings have an interval.
var Never = time.Date(9999, time.December, 31, 0, 0, 0, 0, time.UTC)
