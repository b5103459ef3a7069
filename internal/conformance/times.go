package conformance

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Seconds is a number of seconds in JSON; null is none.
type Seconds int64

// Duration is the same as Go has it.
func (s Seconds) Duration() time.Duration { return time.Duration(s) * time.Second }

// Time is "1h ago", "3d from now", "today", a date or a time; empty, or null, is none.
type Time string

var relativeTime = regexp.MustCompile(`^(\d+)\s*([smhd]) (ago|from now)$`)

// At is the time that is meant when it is now.
func (s Time) At(now time.Time) time.Time {
	if s == "" {
		return time.Time{}
	}
	if s == "today" {
		return now.Truncate(24 * time.Hour)
	}
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		if t, err := time.Parse(layout, string(s)); err == nil {
			return t
		}
	}
	m := relativeTime.FindStringSubmatch(string(s))
	if m == nil {
		panic(fmt.Sprintf("%q is no time of a case", string(s)))
	}
	n, _ := strconv.Atoi(m[1])
	units := map[string]time.Duration{"s": time.Second, "m": time.Minute, "h": time.Hour, "d": 24 * time.Hour}
	d := time.Duration(n) * units[m[2]]
	if m[3] == "ago" {
		d = -d
	}
	return now.Add(d)
}

var aheadPattern = regexp.MustCompile(`^date\.plus(\d+)$`)

// dateAhead is the date that a placeholder such as date.plus30 stands for: so many days after now, in UTC.
func dateAhead(name string, now time.Time) (date string, ok bool) {
	m := aheadPattern.FindStringSubmatch(name)
	if m == nil {
		return "", false
	}
	n, _ := strconv.Atoi(m[1])
	return now.UTC().AddDate(0, 0, n).Format(time.DateOnly), true
}

// compareVersions compares "17.2" and "17.10" by their numbers.
func compareVersions(a, b string) int {
	numbers := func(version string) []int {
		var out []int
		for part := range strings.SplitSeq(version, ".") {
			n, _ := strconv.Atoi(part)
			out = append(out, n)
		}
		return out
	}
	return slices.Compare(numbers(a), numbers(b))
}
