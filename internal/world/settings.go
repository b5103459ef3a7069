package world

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/clone"
)

// RateLimit is a user's request budget: at most Requests in every Per. The zero value is no limit.
type RateLimit struct {
	Requests int
	Per      time.Duration
}

// Settings are the application settings and plan limits (app/models/application_setting.rb, app/models/plan_limits.rb).
// The zero value is a new GitLab, but for the registration token that it makes up.
type Settings struct {
	RegistrationToken            string        // of the instance
	RegistrationTokensDisabled   bool          // allow_runner_registration_token=false
	ValidRegistrars              []string      // valid_runner_registrars; nil is all, empty is none
	RunnerTokenExpiration        time.Duration // of instance runners; 0 is for ever
	GroupRunnerTokenExpiration   time.Duration // 0 is for ever
	ProjectRunnerTokenExpiration time.Duration // 0 is for ever
	AdminMode                    bool          // administrators need the scope admin_mode
	MaxProjectRunners            int           // 0 is no limit
	MaxGroupRunners              int           // 0 is no limit
	MaxProjectVariables          int           // of one project; 0 is GitLab's default
	MaxGroupVariables            int           // of one group; 0 is GitLab's default
	MaxTraceSize                 int64         // bytes; 0 is GitLab's default
	MaxArtifactsSize             int64         // bytes; 0 is GitLab's default
	ArtifactsExpireIn            string        // a duration, "0" for ever, "" GitLab's default
	RegistryHost                 string        // host and port; empty: there is no container registry
	LocalRequestsForbidden       bool          // allow_local_requests_from_web_hooks_and_services=false
	FailingWebhooksDisabled      bool          // the feature flag auto_disabling_web_hooks
	RateLimit                    RateLimit
	RateLimitHeaders             bool              // on every answer to a request that the throttle counts
	TimeZone                     *time.Location    // in which times are shown; nil is UTC
	ContactInterval              time.Duration     // how long a contact that was written keeps later ones from being
	KeepLatestArtifacts          *bool             // keep_latest_artifact; nil is true
	RestrictedVisibilities       []Visibility      // restricted_visibility_levels, as they were given
	EnforceJobTokenAllowlist     *bool             // enforce_ci_inbound_job_token_scope_enabled; nil is as in a new GitLab
	Attributes                   map[string]string // those that are not as in a new GitLab; SettingAttributes
}

// TimeZone finds a time zone by its IANA name in what this machine knows of them; empty is UTC, and then nil.
func TimeZone(name string) (*time.Location, error) {
	if name == "" {
		return nil, nil
	}
	if name == time.Local.String() {
		return nil, fmt.Errorf("time zone %q is another one on each machine; name one, such as \"Europe/Zurich\"", name)
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil, fmt.Errorf("this machine knows no time zone %q; an IANA name, such as \"Europe/Zurich\", is wanted, "+
			"and where there is no zone database, import time/tzdata", name)
	}
	return zone, nil
}

// defaultSizeLimit is GitLab's limit for a job's log and for one of its files (app/models/plan_limits.rb,
// app/models/application_setting.rb).
const defaultSizeLimit = 100 << 20

// TraceLimit is how many bytes the log of a job may have.
func (s Settings) TraceLimit() int64 { return sizeLimit(s.MaxTraceSize) }

// ArtifactsLimit is how many bytes a file of a job may have.
func (s Settings) ArtifactsLimit() int64 { return sizeLimit(s.MaxArtifactsSize) }

// sizeLimit is a limit as it is set, or the default for 0.
func sizeLimit(set int64) int64 {
	if set > 0 {
		return min(set, math.MaxInt64-1) // so that one byte more can be read, to see that there is one
	}
	return defaultSizeLimit
}

// ZoneName is the name that TimeZone has found the zone by.
func (s Settings) ZoneName() string {
	if s.TimeZone == nil {
		return ""
	}
	return s.TimeZone.String()
}

// ArtifactsLifetime is default_artifacts_expire_in: how long artifacts are kept of which the upload does not say it.
func (s Settings) ArtifactsLifetime() string { return cmp.Or(s.ArtifactsExpireIn, "30 days") }

// KeepsLatestArtifacts is whether the artifacts of the latest successful pipelines outlive their time.
func (s Settings) KeepsLatestArtifacts() bool {
	return s.KeepLatestArtifacts == nil || *s.KeepLatestArtifacts
}

// Registrars are the kinds of registration token that work.
func (s Settings) Registrars() []string {
	if s.ValidRegistrars == nil {
		return knownRegistrars()
	}
	return s.ValidRegistrars
}

// Zone is the time zone in which times are shown.
func (s Settings) Zone() *time.Location {
	if s.TimeZone == nil {
		return time.UTC
	}
	return s.TimeZone
}

// Clone is a copy that shares no memory with the settings.
func (s Settings) Clone() Settings {
	s.ValidRegistrars = slices.Clone(s.ValidRegistrars)
	s.KeepLatestArtifacts = clone.Pointer(s.KeepLatestArtifacts, clone.Shallow)
	s.EnforceJobTokenAllowlist = clone.Pointer(s.EnforceJobTokenAllowlist, clone.Shallow)
	s.RestrictedVisibilities = slices.Clone(s.RestrictedVisibilities)
	s.Attributes = maps.Clone(s.Attributes)
	return s
}

// Restricts reports whether administrators have kept a visibility for themselves.
func (s Settings) Restricts(level Visibility) bool {
	return slices.Contains(s.RestrictedVisibilities, level)
}

// RestrictedVisibility is the error of a group or project that somebody else wants to be so visible; nil if that is no
// matter for administrators alone (app/services/base_service.rb, deny_visibility_level).
func (s Settings) RestrictedVisibility(level Visibility) error {
	var v Invalid
	if s.Restricts(level) {
		v.Add(attrVisibility, fmt.Sprintf(msgfRestricted, level))
	}
	return v.orNil()
}

// fieldExpiration is, of the settings, groups and projects, how long a runner's token lives.
const fieldExpiration = "runner_token_expiration_interval"
