package world

import (
	"slices"
	"time"
)

// RateLimit is a request budget: at most Requests in every Per. The zero value is no limit.
type RateLimit struct {
	Requests int
	Per      time.Duration
}

// Settings are the application settings and plan limits (app/models/application_setting.rb, app/models/plan_limits.rb). The
// zero value is a new GitLab.
type Settings struct {
	RegistrationToken            string // of the instance
	RegistrationTokensDisabled   bool   // allow_runner_registration_token=false
	ValidRegistrars              []string
	RunnerTokenExpiration        time.Duration // 0 is for ever, as for the next two
	GroupRunnerTokenExpiration   time.Duration
	ProjectRunnerTokenExpiration time.Duration
	AdminMode                    bool
	MaxProjectRunners            int    // 0 is no limit
	MaxGroupRunners              int    // 0 is no limit
	MaxTraceSize                 int64  // bytes; 0 is GitLab's default
	MaxArtifactsSize             int64  // bytes; 0 is GitLab's default
	RegistryHost                 string // empty: there is no container registry
	LocalRequestsForbidden       bool
	RateLimit                    RateLimit
}

// Clone is a copy that shares no memory with the settings.
func (s Settings) Clone() Settings {
	s.ValidRegistrars = slices.Clone(s.ValidRegistrars)
	return s
}
