package world

import (
	"regexp"
	"slices"
	"strings"
)

// The leading parts of a version, by how many of them a version_prefix names (app/models/ci/runner_manager.rb,
// with_version_prefix).
var (
	threeParts = regexp.MustCompile(`\d+\.\d+\.\d+`)
	twoParts   = regexp.MustCompile(`\d+\.\d+`)

	leadingThree = regexp.MustCompile(`^\d+\.\d+\.\d+`)
	leadingTwo   = regexp.MustCompile(`^\d+\.\d+\.`)
	leadingOne   = regexp.MustCompile(`^\d+\.`)
)

// versionMatcher returns the test whether a manager's version begins with whole parts: "15" or "15.0", with or without
// a final dot, or "15.0.3", which 15.0.3~beta begins with, too.
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
	// RunnerTypes are the values of the parameter type.
	RunnerTypes = WordsOf(RunnerKinds...)
	// RunnerStatuses are the values of the parameter status.
	RunnerStatuses = []string{"active", "paused", string(Online), string(Offline), string(NeverContacted), string(Stale)}
	// RunnerScopes are the values of the deprecated parameter scope.
	RunnerScopes = slices.Concat([]string{"specific", "shared"}, RunnerTypes, RunnerStatuses)
)

// RunnerFilter is what a list of runners is narrowed by; a zero field narrows nothing.
type RunnerFilter struct {
	Scopes        []string // each of RunnerScopes; all must hold
	Tags          []string // a runner must have all
	Tagged        bool     // tags were asked for; if they are none, no runner passes
	VersionPrefix string   // a manager's version must begin with it, in whole parts
}

// Empty reports whether every runner passes.
func (f RunnerFilter) Empty() bool {
	return len(f.Scopes) == 0 && !f.Tagged && f.VersionPrefix == ""
}

// inScope reports whether one of RunnerScopes holds for a runner.
func (m moments) inScope(r *Runner, scope string) bool {
	switch scope {
	case "specific":
		return r.Type != InstanceRunner
	case "shared":
		return r.Type == InstanceRunner
	case "active":
		return !r.Paused
	case "paused":
		return r.Paused
	case string(Online):
		return m.isOnline(r.ContactedAt)
	case string(Offline):
		return !r.ContactedAt.IsZero() && !m.isOnline(r.ContactedAt)
	case string(NeverContacted):
		return r.ContactedAt.IsZero()
	case string(Stale):
		return m.isStale(r.CreatedAt, r.ContactedAt)
	}
	return string(r.Type) == scope
}
