package front

// Within the authentication: the scopes of a token, and those that an endpoint takes (lib/api/api_guard.rb,
// allow_access_with_scope).

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// scopeSuffices reports whether one of the token's scopes opens the endpoint.
func (q *Request) scopeSuffices() bool { return slices.ContainsFunc(q.Token.Scopes, q.opens) }

// opens reports whether a scope opens the endpoint.
func (q *Request) opens(scope string) bool {
	reading := q.HTTP.Method == http.MethodGet || q.HTTP.Method == http.MethodHead
	switch {
	case scope == world.ScopeAPI, scope == world.ScopeReadAPI && reading, slices.Contains(q.route.Scopes, AnyScope):
		return true
	case !slices.Contains(q.route.Scopes, scope):
		return false
	case scope == world.ScopeManageRunner:
		_, hasID := q.tree["id"]
		return q.Has(gitlabversion.ManageRunnerScope) && hasID &&
			strings.HasPrefix(q.HTTP.URL.EscapedPath(), APIPrefix+"/runners/")
	case scope == world.ScopeReadUser, scope == world.ScopeReadRepository:
		return reading
	}
	return true
}

// routeScopes is how GitLab names the scopes of an endpoint: those of its class, then those of the whole API.
func (q *Request) routeScopes() []string {
	scopes := slices.DeleteFunc(slices.Clone(q.route.Scopes), func(s string) bool {
		return s == world.ScopeManageRunner && !q.Has(gitlabversion.ManageRunnerScope)
	})
	return append(scopes, world.ScopeAPI, world.ScopeReadAPI)
}

// laterScopes says of a token's scopes that this version does not know from when on GitLab has them. A world may have
// such tokens, so that it serves tests over several versions; whoever is refused for one must learn that it is only
// too early.
func (q *Request) laterScopes(t *world.AccessToken) string {
	var text strings.Builder
	for _, scope := range t.Scopes {
		if d, dated := world.ScopeSince(scope); dated && !q.Has(d) {
			text.WriteString("; " + q.Version.Lacks("the scope "+scope, d))
		}
	}
	return text.String()
}

// insufficientScope is the 403 that names the scopes of the endpoint. rule is for the journal: what would have helped.
func (q *Request) insufficientScope(named []string, rule string) *Response {
	r := Response{Status: http.StatusForbidden, Bare: true,
		Body: oauthErrorBody{Error: errInsufficientScope, Description: msgInsufficientScope,
			Scope: strings.Join(named, " ")}}.
		Because(fmt.Sprintf("the token of %s has the scopes %s; %s", q.Token.User.Username,
			strings.Join(q.Token.Scopes, " "), rule) + q.laterScopes(q.Token))
	return &r
}
