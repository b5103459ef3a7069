package jobpayload

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/fakegitlab/fakegitlab/ci"
)

// The tiers are what app/models/environment.rb, guess_tier, makes of these names.
func TestVariablesOfAnEnvironment(t *testing.T) {
	for name, want := range map[string]struct{ name, slug, tier string }{
		"prod-eu":                             {"prod-eu", "prod-eu", "production"},
		"stg":                                 {"stg", "stg", "staging"},
		"qa":                                  {"qa", "qa", "testing"},
		"Production":                          {"Production", "production-iis43c", "production"},
		"1st":                                 {"1st", "env-1st-sru2wu", "other"},
		"a-very-long-environment-name-indeed": {"a-very-long-environment-name-indeed", "a-very-long-envir-8xini4", "other"},
		"review/$CI_COMMIT_REF_SLUG":          {"review/main", "review-main-yi2y9f", "development"},
		"review/${NOPE}main%NOPE%$":           {"review/main$", "review-main-cghvjr", "development"},
	} {
		in := payloadInputOf(ci.JobSpec{Environment: ci.Environment{Name: name, URL: "https://$CI_ENVIRONMENT_SLUG.example"}})
		got := told(in)
		assert.Equal(t, want.name, got["CI_ENVIRONMENT_NAME"].Value, name)
		assert.Equal(t, want.slug, got["CI_ENVIRONMENT_SLUG"].Value, name)
		assert.Equal(t, want.tier, got["CI_ENVIRONMENT_TIER"].Value, name)
		assert.Equal(t, "start", got["CI_ENVIRONMENT_ACTION"].Value, name)
		assert.Equal(t, "https://"+want.slug+".example", got["CI_ENVIRONMENT_URL"].Value, name)
	}
}
