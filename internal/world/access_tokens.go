package world

import (
	"slices"
)

// The scopes of access tokens that open something here.
const (
	ScopeAPI          = "api"
	ScopeReadAPI      = "read_api"
	ScopeReadUser     = "read_user"
	ScopeManageRunner = "manage_runner"
	ScopeCreateRunner = "create_runner"
	ScopeAdminMode    = "admin_mode"
	ScopeSudo         = "sudo"
)

// knownScopes are the scopes of access tokens (lib/gitlab/auth.rb). Those of a later version can be seeded in every one, so
// that one world serves tests against several; where GitLab does not know a scope it opens nothing.
var knownScopes = []string{ScopeAPI, ScopeReadAPI, ScopeReadUser, ScopeCreateRunner, ScopeManageRunner, ScopeAdminMode, ScopeSudo,
	"k8s_proxy", "read_repository", "write_repository", "read_registry", "write_registry", "ai_features", "ai_workflows",
	"read_service_ping", "self_rotate", "read_observability", "write_observability", "read_virtual_registry", "write_virtual_registry"}

// TokenOf is the user's token with those scopes, made at the first use.
func (st *State) TokenOf(username string, scopes []string) (string, error) {
	u, err := st.UserByName(username)
	if err != nil {
		return "", err
	}
	if len(scopes) == 0 {
		scopes = []string{ScopeAPI}
	}
	sortedScopes := slices.Sorted(slices.Values(scopes))
	name := TokenName(u.Username, sortedScopes)
	t := st.namedTokens[name]
	if t == nil {
		// Its value follows from its name alone, so that nobody else is given it after a Reset.
		value := st.made.token(tokenKind{name, accessTokens.prefix})
		if t, err = st.AddAccessToken(AccessToken{Name: name, Scopes: sortedScopes, Token: value}, u.Username); err != nil {
			return "", err
		}
		setKey(st, st.namedTokens, name, t)
	}
	if st.handed == nil {
		st.handed = map[string]handedToken{}
	}
	st.handed[t.Token] = handedToken{u.Username, sortedScopes}
	return t.Token, nil
}

// AccessToken finds an access token by its value, nil if there is none. One that Token made before a Reset is made again at its
// first use, if there still is such a user.
func (st *State) AccessToken(value string) *AccessToken {
	if h, ok := st.handed[value]; ok && st.tokenValues[value] == nil {
		_, _ = st.TokenOf(h.username, h.scopes)
	}
	return st.tokenValues[value]
}

// Use notes that a token opened something.
func (st *State) Use(t *AccessToken) { t.LastUsedAt = st.Now() }

// Revoke ends a token (app/services/personal_access_tokens/revoke_service.rb).
func (st *State) Revoke(t *AccessToken) { t.Revoked = true }
