package world

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
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
