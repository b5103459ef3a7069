package world

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/datajson"
)

const msgRateLimitHalf = "a rate limit has both Requests and Per, or neither"

// checkSettings checks a draft of the settings.
func checkSettings(in *Settings) (ps Problems) {
	for i, r := range in.ValidRegistrars {
		if !slices.Contains(knownRegistrars(), r) {
			ps.Add(datajson.Index(columnRegistrars, i), Missing("kind of registrar", r, knownRegistrars()))
		}
	}
	for i, level := range in.RestrictedVisibilities {
		if !slices.Contains(VisibilityLevels, level) {
			ps.Add(datajson.Index("restricted_visibility_levels", i),
				Missing("visibility", string(level), WordsOf(VisibilityLevels...)))
		}
	}
	if err := checkRegistrars(in.ValidRegistrars); err != nil && len(ps) == 0 {
		ps.Addf(columnRegistrars, "%s", err)
	}
	ps = append(ps, checkSettingAttributes(in.Attributes)...)
	limit := func(field string, value int64) {
		if value < 0 {
			ps.Addf(field, "a limit cannot be negative; 0 is GitLab's default")
		}
	}
	limit("ci_registered_project_runners", int64(in.MaxProjectRunners))
	limit("ci_registered_group_runners", int64(in.MaxGroupRunners))
	limit("project_ci_variables", int64(in.MaxProjectVariables))
	limit("group_ci_variables", int64(in.MaxGroupVariables))
	limit("ci_jobs_trace_size_limit", in.MaxTraceSize)
	limit(columnMaxArtifactsSize, in.MaxArtifactsSize)
	if in.ArtifactsExpireIn != "" && !isDuration(in.ArtifactsExpireIn) {
		ps.Addf(columnArtifactsExpire, "%q is no duration such as \"5 days\"; \"0\" is for good", in.ArtifactsExpireIn)
	}
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

func checkExpiration(d time.Duration) error {
	if d < 0 {
		return fmt.Errorf("a token cannot live for %s", d)
	}
	return nil
}

// UpdateSettings replaces the settings by a draft of them.
func (st *State) UpdateSettings(in Settings) error {
	ps := checkSettings(&in)
	ps.Add(fieldRegistrationToken, st.checkRegistrationToken(in.RegistrationToken, st.Settings.RegistrationToken))
	if len(ps) > 0 {
		st.standInForSettings(in)
		return ps
	}
	in.RegistrationToken = st.secret(instanceRegistrationTokens,
		cmp.Or(in.RegistrationToken, st.Settings.RegistrationToken))
	in.Attributes = settingChanges(in.Attributes)
	st.setSettings(in, st.NewProjectsUnshared)
	return nil
}
