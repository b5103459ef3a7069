package rest

// What the JSON shapes of GitLab (lib/api/entities) are made of. Their fields are in GitLab's order. A pointer that
// is nil is null; what only some versions have is left out of the others by omitzero.

import "time"

// isoTime is a time as GitLab writes it, "2016-01-25T16:39:48.066Z".
type isoTime string

const isoLayout = "2006-01-02T15:04:05.000Z"

func iso(t time.Time) isoTime { return isoTime(t.UTC().Format(isoLayout)) }

// timeOrNull is null for a time that was never set.
func timeOrNull(t time.Time) *isoTime {
	if t.IsZero() {
		return nil
	}
	at := iso(t)
	return &at
}

// secondsOrNull is null for a duration that was never set.
func secondsOrNull(d time.Duration) *int {
	if d == 0 {
		return nil
	}
	s := int(d / time.Second)
	return &s
}

// optional is a field that some versions have: nil is absent, and what it points to may be null.
type optional[T any] **T

// some is a field that the version has.
func some[T any](v *T) optional[T] { return &v }
