package jobpayload

import (
	"bytes"
	"crypto/sha256"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/fakegitlab/fakegitlab/ci"
)

// TestEnvironmentSlug has the names of spec/lib/gitlab/slug/environment_spec.rb, where each sum of a name is made of aa.
func TestEnvironmentSlug(t *testing.T) {
	assert.Equal(t, "q517sa", slugSuffix(bytes.Repeat([]byte{0xaa}, 32)))
	for name, want := range map[string]string{
		"staging-12345678901234567": "staging-123456789-q517sa",
		"9-staging-123456789012345": "env-9-staging-123-q517sa",
		"staging-1234567890123456":  "staging-1234567890123456",
		"staging-1234567890123456-": "staging-123456789-q517sa",
		"production":                "production",
		"PRODUCTION":                "production-q517sa",
		"review/1-foo":              "review-1-foo-q517sa",
		"1-foo":                     "env-1-foo-q517sa",
		"1/foo":                     "env-1-foo-q517sa",
		"foo-":                      "foo",
		"foo--bar":                  "foo-bar-q517sa",
		"foo**bar":                  "foo-bar-q517sa",
		"*-foo":                     "env-foo-q517sa",
		"staging-12345678-":         "staging-12345678",
		"staging-12345678-01234567": "staging-12345678-q517sa",
		"":                          "env-q517sa",
	} {
		got := environmentSlug(name)
		if kept, ok := strings.CutSuffix(want, "q517sa"); ok {
			sum := sha256.Sum256([]byte(name))
			want = kept + slugSuffix(sum[:])
		}
		assert.Equal(t, want, got, name)
	}
}

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
