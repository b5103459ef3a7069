package world

import (
	"cmp"
	"slices"
	"strings"
)

// The scopes of access tokens that open something here (lib/gitlab/auth.rb).
const (
	ScopeAPI          = "api"
	ScopeReadAPI      = "read_api"
	ScopeReadUser     = "read_user"
	ScopeManageRunner = "manage_runner"
	ScopeCreateRunner = "create_runner"
	ScopeAdminMode    = "admin_mode"
	ScopeSudo         = "sudo"
)

// knownScopes are the scopes of access tokens (lib/gitlab/auth.rb) of all versions. A token may have one that the
// version followed does not know, where it opens nothing, so that one scenario serves tests against several versions.
var knownScopes = []string{ScopeAPI, ScopeReadAPI, ScopeReadUser, ScopeCreateRunner, ScopeManageRunner, ScopeAdminMode,
	ScopeSudo, ScopeGranular, "k8s_proxy", "read_repository", "write_repository", "read_registry", "write_registry",
	"ai_features", "ai_workflows", "read_service_ping", "self_rotate", "read_observability", "write_observability",
	"read_virtual_registry", "write_virtual_registry"}

// TokenOf returns the value of a personal access token of a user with those scopes, ScopeAPI if there are none. It
// makes one at the first use; then it is always the same, also after Replace, until it is revoked or expires: then it
// makes another. The error is that there is no such user or scope.
func (st *State) TokenOf(username string, scopes []string) (string, error) {
	u, err := st.UserByName(username)
	if err != nil {
		return "", err
	}
	if len(scopes) == 0 {
		scopes = []string{ScopeAPI}
	}
	h := handedToken{u.Username, slices.Sorted(slices.Values(scopes))}
	name := TokenName(h.username, h.scopes)
	t := st.namedTokens[name]
	if t == nil || t.Revoked || t.Expired(st.Now()) {
		// Its value follows from its name alone, so that nobody else is given it after Replace.
		if t, err = st.addHanded(h, st.made.token(tokenKind{name, accessTokens.prefix})); err != nil {
			return "", err
		}
		setKey(st, st.namedTokens, name, t)
	}
	if st.handed == nil {
		st.handed = map[string]handedToken{}
	}
	st.handed[t.Token] = h
	return t.Token, nil
}

// addHanded makes the access token that TokenOf hands out, or handed out before Replace.
func (st *State) addHanded(h handedToken, value string) (*AccessToken, error) {
	return st.AddAccessToken(AccessToken{Name: TokenName(h.username, h.scopes), Scopes: h.scopes, Token: value},
		h.username)
}

// AccessToken finds an access token by its value; nil if there is none. One that TokenOf made before Replace is found
// as long as there is such a user, but is in no table until Remake puts it there: being looked for changes nothing.
func (st *State) AccessToken(value string) *AccessToken {
	if t := st.tokenValues[value]; t != nil {
		return t
	}
	h, ok := st.handed[value]
	u := st.UserNames[Key(h.username)]
	if !ok || u == nil || st.goneTokens[value] != "" {
		return nil
	}
	return &AccessToken{Name: TokenName(u.Username, h.scopes), Scopes: h.scopes, Token: value, User: u}
}

// Remake makes a token again that AccessToken found to be from before Replace, and returns its record and what takes
// that back. For any other token it does nothing.
func (st *State) Remake(t *AccessToken) (made *AccessToken, takeBack func()) {
	h, ok := st.handed[t.Token]
	if known := st.tokenValues[t.Token]; known != nil || !ok {
		return cmp.Or(known, t), func() {}
	}
	takeBack = st.retractably(func() {
		var err error
		if made, err = st.addHanded(h, t.Token); err != nil {
			made = t // its user is gone since it was found
			return
		}
		made.LastUsedAt, made.LastUsedIPs = t.LastUsedAt, t.LastUsedIPs
		if name := TokenName(h.username, h.scopes); st.namedTokens[name] == nil {
			setKey(st, st.namedTokens, name, made)
		}
	})
	return made, takeBack
}

// TokenName is the name of the token that Fake.Token makes for a user and scopes.
func TokenName(username string, scopes []string) string {
	return "fakegitlab token of " + username + " for " + strings.Join(scopes, " ")
}

// maxLastUsedIPs is how many addresses GitLab remembers of a token.
const maxLastUsedIPs = 5

// NoteTokenUse notes that a token has just opened something for a caller at an address, of which an empty one is not
// known (app/services/personal_access_tokens/last_used_service.rb).
func (st *State) NoteTokenUse(t *AccessToken, address string) {
	t.LastUsedAt = st.Now()
	if address == "" || slices.Contains(t.LastUsedIPs, address) {
		return
	}
	t.LastUsedIPs = append(slices.Clone(t.LastUsedIPs), address)
	t.LastUsedIPs = t.LastUsedIPs[max(0, len(t.LastUsedIPs)-maxLastUsedIPs):]
}

// RevokeToken ends an access token, which stays as a revoked one
// (app/services/personal_access_tokens/revoke_service.rb).
func (st *State) RevokeToken(t *AccessToken) { t.Revoked = true }
