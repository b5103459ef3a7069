package world

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/datajson"
)

// The kinds of registration token in valid_runner_registrars.
const (
	RegistrarProject = "project"
	RegistrarGroup   = "group"
)

// KnownRegistrars are all kinds, which are also the setting's default.
func KnownRegistrars() []string { return []string{RegistrarProject, RegistrarGroup} }

const msgRateLimitHalf = "a rate limit has both Requests and Per, or neither"

// checkSettings checks a draft of the settings.
func checkSettings(in *Settings) (ps Problems) {
	for i, r := range in.ValidRegistrars {
		if !slices.Contains(KnownRegistrars(), r) {
			ps.Add(datajson.Index("valid_runner_registrars", i), Missing("kind of registrar", r, KnownRegistrars()))
		}
	}
	limit := func(field string, value int64) {
		if value < 0 {
			ps.Addf(field, "a limit cannot be negative; 0 is GitLab's default")
		}
	}
	limit("ci_registered_project_runners", int64(in.MaxProjectRunners))
	limit("ci_registered_group_runners", int64(in.MaxGroupRunners))
	limit("ci_jobs_trace_size_limit", in.MaxTraceSize)
	limit("max_artifacts_size", in.MaxArtifactsSize)
	if in.ContactInterval < 0 {
		ps.Addf("contact_interval", "ContactInterval cannot be negative; 0 writes every contact")
	}
	switch rate := in.RateLimit; {
	case rate.Requests < 0 || rate.Per < 0:
		if rate.Requests < 0 {
			ps.Addf("rate_limit.requests", "a rate limit cannot be negative")
		}
		if rate.Per < 0 {
			ps.Addf("rate_limit.per", "a rate limit cannot be negative")
		}
	case rate.Requests == 0 && rate.Per != 0:
		ps.unset("rate_limit.requests", msgRateLimitHalf)
	case rate.Requests != 0 && rate.Per == 0:
		ps.unset("rate_limit.per", msgRateLimitHalf)
	}
	ps.Add(fieldExpiration, checkExpiration(in.RunnerTokenExpiration))
	ps.Add("group_"+fieldExpiration, checkExpiration(in.GroupRunnerTokenExpiration))
	ps.Add("project_"+fieldExpiration, checkExpiration(in.ProjectRunnerTokenExpiration))
	return ps
}

// fieldExpiration is, of the settings, groups and projects, how long a runner's token lives.
const fieldExpiration = "runner_token_expiration_interval"

func checkExpiration(d time.Duration) error {
	if d < 0 {
		return fmt.Errorf("a token cannot live for %s", d)
	}
	return nil
}

// UpdateSettings replaces the settings.
func (st *State) UpdateSettings(in Settings) error {
	ps := checkSettings(&in)
	ps.Add(fieldRegistrationToken, st.checkRegistrationToken(in.RegistrationToken, st.Settings.RegistrationToken))
	if len(ps) > 0 {
		st.standInForSettings(in)
		return ps
	}
	in.RegistrationToken = st.secret(instanceRegistrationTokens,
		cmp.Or(in.RegistrationToken, st.Settings.RegistrationToken))
	before := st.Settings
	st.Settings = in.Clone()
	st.onUndo(func() { st.Settings = before })
	return nil
}

// SetSettings takes over settings that have been checked. unshared is shared_runners_enabled=false.
func (st *State) SetSettings(next Settings, unshared bool) {
	st.Settings, st.NewProjectsUnshared = next, unshared
}
