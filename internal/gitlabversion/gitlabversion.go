// Package gitlabversion says which behaviour begins or ends with which version of GitLab. Its table is the only place
// in the project that compares versions: the rest asks Version.Has for a named Difference.
package gitlabversion

import (
	"fmt"
	"strconv"
	"strings"
)

// Default is the version that is followed where no other is asked for.
const Default = "17.2"

// Version is a GitLab release, without its patch level.
type Version struct{ Major, Minor int }

// lastMinor holds, for each supported major version, its last minor one.
var lastMinor = map[int]int{16: 11, 17: 11, 18: 11, 19: 4}

const firstMajor, lastMajor = 16, 19

// Parse reads "17", "17.2", "17.2.1" or "17.2.0-ee". A version that is no version, or one that is not followed, is
// an error that lists those that are.
func Parse(s string) (Version, error) {
	bad := func() error {
		return fmt.Errorf("GitLab version %q is not supported; supported are %s", s, Supported())
	}
	if rest, hasV := strings.CutPrefix(s, "v"); hasV {
		if v, err := Parse(rest); err == nil {
			return Version{}, fmt.Errorf("%w; did you mean %q?", bad(), v)
		}
	}
	number, _, _ := strings.Cut(s, "-")
	parts := strings.Split(number, ".")
	if len(parts) > 3 {
		return Version{}, bad()
	}
	var n [3]int
	for i, p := range parts {
		v, err := strconv.Atoi(p)
		if err != nil || v < 0 || p != strconv.Itoa(v) {
			return Version{}, bad()
		}
		n[i] = v
	}
	last, ok := lastMinor[n[0]]
	if !ok || n[1] > last {
		return Version{}, bad()
	}
	return Version{n[0], n[1]}, nil
}

// Supported lists the versions that are followed, for a person.
func Supported() string {
	var ranges []string
	for major := firstMajor; major <= lastMajor; major++ {
		ranges = append(ranges, fmt.Sprintf("%d.0 to %d.%d", major, major, lastMinor[major]))
	}
	return strings.Join(ranges, ", ")
}

// All returns every supported version, oldest first.
func All() []Version {
	var all []Version
	for major := firstMajor; major <= lastMajor; major++ {
		for minor := 0; minor <= lastMinor[major]; minor++ {
			all = append(all, Version{major, minor})
		}
	}
	return all
}

// String returns the version as "17.2"; the zero Version is "".
func (v Version) String() string {
	if v == first {
		return ""
	}
	return strconv.Itoa(v.Major) + "." + strconv.Itoa(v.Minor)
}

func (v Version) before(w Version) bool {
	return v.Major < w.Major || v.Major == w.Major && v.Minor < w.Minor
}

// Has reports whether GitLab of version v behaves as d says.
func (v Version) Has(d Difference) bool {
	row := table[d]
	return !v.before(row.Since) && (row.Until == Version{} || v.before(row.Until))
}

// Lacks says for a person that GitLab has something, which a difference brought, only in versions later than v, or had
// it only in earlier ones.
func (v Version) Lacks(what string, d Difference) string {
	if until := table[d].Until; until != first && !v.before(until) {
		return fmt.Sprintf("GitLab has %s only before %s, and this one is %s", what, until, v)
	}
	return fmt.Sprintf("GitLab has %s from %s on, and this one is %s", what, table[d].Since, v)
}

// Revision is the commit from which this GitLab says that it is built.
const Revision = "ceb07b24cb0"

// Full is the version with all its numbers and the edition: "17.2.0-ee".
func (v Version) Full() string { return v.String() + ".0-ee" }
