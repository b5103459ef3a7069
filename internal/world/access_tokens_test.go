package world

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
)

// versioned is a state of a version, at noon.
func versioned(t *testing.T, version string) *State {
	t.Helper()
	v, err := gitlabversion.Parse(version)
	require.NoError(t, err)
	return New(v, func() time.Time { return noon }, Around{})
}

// app/services/personal_access_tokens/last_used_service.rb: each address once, and of the last five.
func TestAddressesOfATokenInUse(t *testing.T) {
	st, _ := ruled(t)
	token := &AccessToken{}
	for _, c := range []struct {
		from string
		want []string
	}{
		{"", nil}, {"10.0.0.1", []string{"10.0.0.1"}}, {"10.0.0.1", []string{"10.0.0.1"}},
		{"10.0.0.2", []string{"10.0.0.1", "10.0.0.2"}},
		{"10.0.0.3", []string{"10.0.0.1", "10.0.0.2", "10.0.0.3"}},
		{"10.0.0.4", []string{"10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4"}},
		{"10.0.0.5", []string{"10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4", "10.0.0.5"}},
		{"10.0.0.6", []string{"10.0.0.2", "10.0.0.3", "10.0.0.4", "10.0.0.5", "10.0.0.6"}},
	} {
		token.LastUsedAt = time.Time{}
		st.NoteTokenUse(token, c.from)
		assert.Equal(t, c.want, token.LastUsedIPs)
		assert.Equal(t, noon, token.LastUsedAt)
	}
}

// app/models/oauth_access_token.rb; doorkeeper, refresh_token_request.rb: a refresh token serves once.
func TestOAuthTokens(t *testing.T) {
	now := noon
	st := stateAt(t, &now)
	root := st.UserNames[RootUsername]
	require.NoError(t, st.PinToken("wanted", ""))
	other, first := st.GrantOAuth(root, []string{ScopeAPI}), st.GrantOAuth(root, []string{ScopeReadAPI})
	assert.Equal(t, "wanted", other.Token)
	assert.Equal(t, now.Add(OAuthLife), first.Expiry())
	_, err := st.AddAccessToken(AccessToken{Token: "glpat-personal"}, RootUsername)
	require.NoError(t, err)
	now = now.Add(time.Hour)
	assert.Nil(t, st.RefreshOAuth(""))
	assert.Nil(t, st.RefreshOAuth(first.Token))
	next := st.RefreshOAuth(first.OAuth.RefreshToken)
	require.NotNil(t, next)
	assert.Same(t, next, st.AccessToken(next.Token))
	assert.Equal(t, []string{ScopeReadAPI}, next.Scopes)
	assert.Equal(t, []bool{true, false, false}, []bool{first.Revoked, next.Revoked, other.Revoked})
	assert.Equal(t, []bool{false, true, true}, []bool{first.LivesOn(now), next.LivesOn(now), other.LivesOn(now)})
	assert.Nil(t, st.RefreshOAuth(first.OAuth.RefreshToken))
	st.RevokeFamily(next)
	assert.True(t, st.AccessToken("glpat-personal").LivesOn(now), "nothing has come of a token without an id")
	now = now.Add(time.Hour)
	assert.Equal(t, []bool{true, false}, []bool{next.LivesOn(now), other.LivesOn(now)})
}

// What a test is handed for a user and scopes has the same value whatever has been made before.
func TestHandedTokensAreTheSameInEveryWorld(t *testing.T) {
	one, _ := ruled(t)
	value, err := one.TokenOf(RootUsername, nil)
	require.NoError(t, err)
	other, _ := ruled(t)
	_, err = other.AddAccessToken(AccessToken{}, RootUsername)
	require.NoError(t, err)
	again, err := other.TokenOf(RootUsername, nil)
	require.NoError(t, err)
	assert.Equal(t, value, again)
}

// lib/gitlab/auth.rb, all_available_scopes.
func TestScopesOfVersions(t *testing.T) {
	for version, manages := range map[string]bool{"16.0": false, gitlabversion.Default: true, "19.4": true} {
		st := versioned(t, version)
		for _, registry := range []string{"", "registry.example"} {
			st.Settings.RegistryHost = registry
			known := map[string]bool{}
			for _, s := range st.Scopes() {
				known[s] = true
			}
			assert.Equal(t, []bool{true, manages, false, registry != ""}, []bool{known[ScopeCreateRunner],
				known[ScopeManageRunner], known[ScopeGranular], known["read_registry"]}, version)
		}
	}
}

// app/services/resource_access_tokens/revoke_service.rb: the token is dead in any version, its bot gone in earlier ones.
func TestRevokedTokensOfProjects(t *testing.T) {
	for version, stays := range map[string]bool{"16.0": false, "18.11": true} {
		st := versioned(t, version)
		shop, err := st.AddProject(Project{Path: "acme/shop"}, nil)
		require.NoError(t, err)
		token, err := st.AddAccessToken(AccessToken{Project: shop}, "")
		require.NoError(t, err)
		st.RevokeResourceToken(token)
		assert.True(t, token.Revoked, version)
		assert.Equal(t, stays, st.UserNames[token.User.Username] != nil, version)
		assert.Equal(t, stays, shop.Roles[token.User] != 0, version)
	}
}

// What a seed says wrongly of an access token is told, and its bot is not made.
func TestAccessTokensOfSeedsThatAreRefused(t *testing.T) {
	for name, c := range map[string]struct {
		of   string
		user string
		with AccessToken
		want string
	}{
		"id that is taken":         {user: RootUsername, with: AccessToken{ID: 77}, want: "77"},
		"value that is taken":      {user: RootUsername, with: AccessToken{Token: "glpat-taken"}, want: "has that value"},
		"nobody's":                 {want: "neither a user nor"},
		"both":                     {of: "project and group", want: "not both"},
		"a bot without a username": {of: "project", user: "no username", want: "is no username"},
		"a person":                 {of: "group", user: RootUsername, want: "is a person"},
		"role of a person":         {user: RootUsername, with: AccessToken{Role: Guest}, want: errRoleOfPersonal.Error()},
	} {
		t.Run(name, func(t *testing.T) {
			st, shop := ruled(t)
			_, err := st.AddAccessToken(AccessToken{ID: 77, Token: "glpat-taken"}, RootUsername)
			require.NoError(t, err)
			before := traces(st)
			if c.of != "" && c.of != "group" {
				c.with.Project = shop
			}
			if c.of != "" && c.of != "project" {
				c.with.Group = shop.Group
			}
			err = Atomically(st, func() error { return st.SeedAccessToken(c.with, c.user) })
			assert.ErrorContains(t, err, c.want)
			assert.Equal(t, before, traces(st))
		})
	}
	st, shop := ruled(t)
	token, err := st.AddAccessToken(AccessToken{Group: shop.Group}, "")
	require.NoError(t, err)
	assert.Equal(t, Maintainer, shop.Group.Roles[token.User], "a group's needs no user either")
	assert.ErrorContains(t, st.SeedBot(RootUsername, "bot"), "taken")
}

// Of several tokens of the name that Token gives, Token returns the one that still opens something.
func TestSeededTokensThatTokenReturns(t *testing.T) {
	name := TokenName(RootUsername, []string{ScopeAPI})
	for _, revokedFirst := range []bool{true, false} {
		st, _ := ruled(t)
		for _, revoked := range []bool{revokedFirst, !revokedFirst} {
			value := map[bool]string{true: "glpat-dead", false: "glpat-live"}[revoked]
			require.NoError(t, st.SeedAccessToken(AccessToken{Name: name, Token: value, Revoked: revoked}, RootUsername))
		}
		value, err := st.TokenOf(RootUsername, nil)
		require.NoError(t, err)
		assert.Equal(t, "glpat-live", value)
	}
}

// The bot of a new token is a new one, also where a seed has those of another fake.
func TestBotsAreNotThoseOfASnapshot(t *testing.T) {
	other, shop := ruled(t)
	first, err := other.AddAccessToken(AccessToken{Project: shop}, "")
	require.NoError(t, err)
	draft := AccessToken{Project: shop, Name: "x", Scopes: []string{ScopeAPI}, ExpiresAt: noon.Add(day), Role: Developer}
	created, err := other.CreateResourceToken(draft, other.Users.Rows[0], "gitlab.example.com")
	require.NoError(t, err)
	for _, made := range []string{first.User.Username, created.User.Username} {
		st, shop := ruled(t)
		draft.Project = shop
		_, err := st.AddAccessToken(AccessToken{Project: shop}, made)
		require.NoError(t, err)
		for range 2 {
			_, err = st.AddAccessToken(AccessToken{Project: shop}, "")
			require.NoError(t, err)
			_, err = st.CreateResourceToken(draft, st.Users.Rows[0], "gitlab.example.com")
			require.NoError(t, err)
		}
		assert.Len(t, st.UserNames, 6)
		assert.Len(t, st.Users.Rows, 6)
	}
}
