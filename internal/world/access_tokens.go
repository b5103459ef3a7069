package world

import (
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
	// ScopeReadRepository and ScopeWriteRepository are for git.
	ScopeReadRepository  = "read_repository"
	ScopeWriteRepository = "write_repository"
)

// knownScopes are the scopes of access tokens (lib/gitlab/auth.rb) of all versions. A token may have one that the
// version followed does not know, where it opens nothing, so that one scenario serves tests against several versions.
var knownScopes = []string{ScopeAPI, ScopeReadAPI, ScopeReadUser, ScopeCreateRunner, ScopeManageRunner, ScopeAdminMode,
	ScopeSudo, ScopeGranular, "k8s_proxy", ScopeReadRepository, ScopeWriteRepository, "read_registry", "write_registry",
	"ai_features", "ai_workflows", "read_service_ping", "self_rotate", "read_observability", "write_observability",
	"read_virtual_registry", "write_virtual_registry"}

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

// TokenName is the name of the token that Fake.Token makes for a user and scopes.
func TokenName(username string, scopes []string) string {
	return "fakegitlab token of " + username + " for " + strings.Join(scopes, " ")
}
