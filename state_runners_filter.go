package fakegitlab

import (
	"regexp"
	"slices"
	"strings"
	"time"
)

// The leading parts of a version, by how many a version_prefix names (app/models/ci/runner_manager.rb, with_version_prefix).
var (
	threeParts = regexp.MustCompile(`\d+\.\d+\.\d+`)
	twoParts   = regexp.MustCompile(`\d+\.\d+`)

	leadingThree = regexp.MustCompile(`^\d+\.\d+\.\d+`)
	leadingTwo   = regexp.MustCompile(`^\d+\.\d+\.`)
	leadingOne   = regexp.MustCompile(`^\d+\.`)
)

// versionMatcher says whether a manager's version begins with these whole parts: "15" or "15.0", with or without a final
// dot, or "15.0.3", which 15.0.3~beta has too.
func versionMatcher(prefix string) func(version string) bool {
	leading := leadingOne
	switch {
	case threeParts.MatchString(prefix):
		leading = leadingThree
	case twoParts.MatchString(prefix):
		leading = leadingTwo
	}
	if leading != leadingThree && !strings.HasSuffix(prefix, ".") {
		prefix += "."
	}
	return func(version string) bool { return prefix == leading.FindString(version) }
}

// What a list of runners may be narrowed to: types, statuses and, for the deprecated scope, both and two words more
// (app/models/ci/runner.rb, AVAILABLE_TYPES, AVAILABLE_STATUSES, AVAILABLE_SCOPES).
var (
	runnerTypes    = wordsOf(runnerKinds...)
	runnerStatuses = []string{"active", "paused", string(Online), string(Offline), string(NeverContacted), string(Stale)}
	runnerScopes   = slices.Concat([]string{"specific", "shared"}, runnerTypes, runnerStatuses)
)

// runnerFilter is what a list of runners may be narrowed by; a zero field narrows nothing.
type runnerFilter struct {
	scopes        []string // of type, status and the deprecated scope: all must hold
	tags          []string
	tagged        bool // tags was given; no tag at all matches nothing
	versionPrefix string
}

func (f runnerFilter) empty() bool {
	return len(f.scopes) == 0 && !f.tagged && f.versionPrefix == ""
}

// filter returns the test for one runner, with the clock read once.
func (st *state) filter(f runnerFilter) func(*runner) bool {
	m := st.moments()
	versionMatches := versionMatcher(f.versionPrefix)
	return func(r *runner) bool {
		for _, s := range f.scopes {
			if !m.inScope(r, s) {
				return false
			}
		}
		if f.tagged && (len(f.tags) == 0 || slices.ContainsFunc(f.tags, func(t string) bool { return !slices.Contains(r.tags, t) })) {
			return false
		}
		return f.versionPrefix == "" || slices.ContainsFunc(r.managers, func(m *manager) bool { return versionMatches(m.Version) })
	}
}

// moments are what statuses are reckoned from: contact after online is online, a sign of life at or before stale is stale.
type moments struct{ online, stale time.Time }

func (st *state) moments() moments {
	return moments{st.now().Add(-onlineContactTimeout), st.staleBefore()}
}

// inScope says whether a type, status or deprecated scope holds for a runner.
func (m moments) inScope(r *runner, scope string) bool {
	switch scope {
	case "specific":
		return r.kind != InstanceRunner
	case "shared":
		return r.kind == InstanceRunner
	case "active":
		return !r.paused
	case "paused":
		return r.paused
	case string(Online):
		return r.contactedAt.After(m.online)
	case string(Offline):
		return !r.contactedAt.IsZero() && !r.contactedAt.After(m.online)
	case string(NeverContacted):
		return r.contactedAt.IsZero()
	case string(Stale):
		return !latest(r.createdAt, r.contactedAt).After(m.stale)
	}
	return string(r.kind) == scope
}
