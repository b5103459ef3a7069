package world

import (
	"time"
)

// monthsBefore goes back by the calendar as Rails does: where the month is too short, to its last day.
func monthsBefore(t time.Time, months int) time.Time {
	before := t.AddDate(0, -months, 0)
	if before.Day() != t.Day() { // Go went on into the next month
		before = before.AddDate(0, 0, -before.Day())
	}
	return before
}

func Latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

func Earliest(t time.Time, others ...time.Time) time.Time {
	for _, o := range others {
		if !o.IsZero() && o.Before(t) {
			t = o
		}
	}
	return t
}

func orNow(t, now time.Time) time.Time {
	if t.IsZero() {
		return now
	}
	return t.UTC().Round(0).Truncate(time.Microsecond)
}

// WholeSeconds counts a part of a second as a whole one.
func WholeSeconds(d time.Duration) int {
	seconds := int(d / time.Second)
	if d%time.Second > 0 {
		seconds++
	}
	return seconds
}
