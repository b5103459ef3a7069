package rest

// What the JSON shapes of GitLab (lib/api/entities) are made of. Their fields are in GitLab's order. A pointer that
// is nil is null; what only some versions have is left out of the others by omitzero.

import (
	"slices"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/policy"
)

// isoTime is a time as GitLab writes it, "2016-01-25T16:39:48.066Z" or, in an instance with a time zone,
// "2016-01-25T17:39:48.066+01:00".
type isoTime string

const (
	isoUTC   = "2006-01-02T15:04:05.000Z"
	isoLocal = "2006-01-02T15:04:05.000-07:00"
)

// iso is a time in the instance's time zone. Where the clocks are those of UTC under another name, as in London in
// winter, Rails writes +00:00.
func (q request) iso(t time.Time) isoTime {
	t = t.In(q.Settings.Zone())
	if name, _ := t.Zone(); name == time.UTC.String() {
		return isoTime(t.Format(isoUTC))
	}
	return isoTime(t.Format(isoLocal))
}

// timeOrNull is null for a time that was never set.
func (q request) timeOrNull(t time.Time) *isoTime {
	if t.IsZero() {
		return nil
	}
	at := q.iso(t)
	return &at
}

// dateOrNull is the day of a time; null for one that was never set.
func dateOrNull(t time.Time) *string {
	if t.IsZero() {
		return nil
	}
	day := t.UTC().Format(time.DateOnly)
	return &day
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

// asksFor reports whether a parameter of the endpoint is true: another one's says nothing.
func (q request) asksFor(name string) bool {
	return isTrue(q.Params, name) && slices.Contains(q.Params.Names(), name)
}

// customAttributes are the attributes of anything for administrators who ask for them; nothing here has any.
func (q request) customAttributes() optional[[]string] {
	if q.asksFor("with_custom_attributes") && policy.ReadCustomAttribute(q.Actor).Allowed {
		return some(&[]string{})
	}
	return nil
}
