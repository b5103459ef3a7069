package world

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
)

// What a seed says wrongly of the settings is told: a rate limit has both of its halves, and neither is negative.
func TestRateLimitsOfSeeds(t *testing.T) {
	for _, c := range []struct {
		rate RateLimit
		want []string // the fields
	}{
		{RateLimit{}, nil}, {RateLimit{Requests: 1, Per: 1}, nil},
		{RateLimit{Requests: -1}, []string{"rate_limit.requests"}}, {RateLimit{Per: -1}, []string{"rate_limit.per"}},
		{RateLimit{Requests: -1, Per: -1}, []string{"rate_limit.requests", "rate_limit.per"}},
		{RateLimit{Requests: -1, Per: 1}, []string{"rate_limit.requests"}},
		{RateLimit{Requests: 1, Per: -1}, []string{"rate_limit.per"}},
		{RateLimit{Requests: 1}, []string{"rate_limit.per"}}, {RateLimit{Per: time.Second}, []string{"rate_limit.requests"}},
	} {
		st, _ := ruled(t)
		err := st.UpdateSettings(Settings{RateLimit: c.rate})
		var ps Problems
		if c.want == nil {
			assert.NoError(t, err, c)
		} else if assert.ErrorAs(t, err, &ps, c) {
			assert.Equal(t, c.want, NamesOf(ps, func(p Problem) string { return p.Field }), c)
		}
	}
}

// db/structure.sql: an interval is an integer of four bytes.
func TestLongestIntervalsOfSettings(t *testing.T) {
	for seconds, ok := range map[int]bool{0: false, 1: true, MaxDatabaseInteger: true, MaxDatabaseInteger + 1: false} {
		st, _ := ruled(t)
		err := st.ChangeSettings(SettingsChange{RunnerTokenExpiration: to(seconds)})
		assert.Equal(t, ok, err == nil, seconds)
		assert.Equal(t, ok, st.Settings.RunnerTokenExpiration == time.Duration(seconds)*time.Second && seconds > 0, seconds)
	}
}

// app/models/concerns/protected_ref.rb: a rule has a name that no other one has.
func TestNamesOfProtectedRefs(t *testing.T) {
	st, shop := ruled(t)
	_, err := st.ProtectRef(ProtectedRef{Project: shop, Name: " "})
	assert.Equal(t, newInvalid(attrName, msgBlank), err)
	_, err = st.ProtectRef(ProtectedRef{Project: shop, Name: "v*"})
	require.NoError(t, err)
	_, err = st.ProtectRef(ProtectedRef{Project: shop, Name: "v*"})
	assert.Equal(t, newInvalid(attrName, msgAlreadyTaken), err)
	_, err = st.ProtectRef(ProtectedRef{Project: shop, Name: "v*", Tag: true})
	assert.NoError(t, err)
}

// What a seed gives an attribute of the settings is of its kind, and no number that nothing could show.
func TestKindsOfSettingAttributes(t *testing.T) {
	for _, c := range []struct {
		name, value string
		ok          bool
	}{
		{"polling_interval_multiplier", "1.5", true}, {"polling_interval_multiplier", "soon", false},
		{"issues_create_limit", "7", true}, {"issues_create_limit", "99999999999999999999", false},
		{"gravatar_enabled", "no", false}, {"gravatar", "true", false},
	} {
		st, _ := ruled(t)
		err := st.UpdateSettings(Settings{Attributes: map[string]string{c.name: c.value}})
		assert.Equal(t, c.ok, err == nil, "%v: %v", c, err)
	}
	st, _ := ruled(t)
	given := map[string]string{"issues_create_limit": "7"}
	require.NoError(t, st.UpdateSettings(Settings{Attributes: given}))
	given["issues_create_limit"] = "8"
	assert.Equal(t, "7", st.Settings.Attribute("issues_create_limit"), "the settings share nothing with whoever gave them")
	heavy := map[string]string{AttrStorageWeight: "99999999999999999999"}
	assert.ErrorContains(t, st.ChangeSettings(SettingsChange{Attributes: heavy}), msgStorageWeight)
}

func TestMessagesAreCutBetweenCharacters(t *testing.T) {
	versions := gitlabversion.All()
	message := strings.Repeat("a", mostOfMessage-1) + "é"
	cut := 0
	for _, v := range CommitVariables(CommitFacts{Commit: Commit{Message: message}}, versions[len(versions)-1]) {
		if v.Key == "CI_COMMIT_MESSAGE" {
			cut = len(v.Value)
		}
	}
	assert.Equal(t, mostOfMessage-1, cut)
}
