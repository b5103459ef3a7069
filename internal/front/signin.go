package front

// In the authentication's place at an endpoint that is a page of GitLab's and no part of the REST API: who signs in
// with the token? (app/controllers/concerns/sessionless_authentication.rb, app/controllers/graphql_controller.rb)

import (
	"net/http"
	"slices"

	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/policy"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// signIn finds out who calls: nobody, where no token came. One that signs nobody in is refused, whatever is wrong with
// it. Nobody acts as somebody else here, and an administrator who has signed in is one in admin mode, too, with any
// token.
func (q *Request) signIn() *Response {
	q.User, q.Actor, q.Record.User = Nobody, policy.Anonymous(), ""
	t := q.sentAccessToken()
	if why := q.cannotSignIn(t); why != "" {
		if t != nil {
			q.Record.User = t.User.Username
		}
		if !q.sentToken() {
			return nil
		}
		return q.Refusal(http.StatusUnauthorized, MsgSignInFailed).Because(why).AsRefusal()
	}
	q.User, q.Token, q.Record.User = t.User, t, t.User.Username
	switch u := t.User; {
	case u.State == world.UserDeactivated:
		return q.Refusal(http.StatusForbidden, MsgNotAccessible).Because(u.Username + " is " + string(u.State)).AsRefusal()
	case u.PasswordExpired && !u.Bot:
		return q.Refusal(http.StatusForbidden, MsgNotAccessible).
			Because(u.Username + " " + mustSetPassword).AsRefusal()
	}
	q.Actor = q.ActorOf(q.User, true)
	q.NoteTokenUse(t, q.Address())
	return nil
}

// cannotSignIn says why a token, nil for none that is known, signs nobody in; "" if it does.
func (q *Request) cannotSignIn(t *world.AccessToken) string {
	if t == nil {
		return q.whyAnonymous()
	}
	if _, why := q.tokenOver(t); why != "" {
		return why
	}
	switch {
	case t.User.Blocked():
		return t.User.Username + " is " + string(t.User.State)
	case t.IsGranular() && q.Has(gitlabversion.GranularTokens):
		return ""
	}
	if slices.Contains(t.Scopes, world.ScopeAPI) || slices.Contains(t.Scopes, world.ScopeReadAPI) {
		return ""
	}
	return "the token of " + t.User.Username + " has neither the scope api nor read_api" + q.laterScopes(t)
}

// sentToken reports whether there is a token in any of the places where GitLab looks for one, were it an empty one
// (lib/gitlab/auth/auth_finders.rb, authentication_token_present?).
func (q *Request) sentToken() bool {
	for _, name := range []string{paramPrivateToken, ParamJobToken, ParamToken} {
		if _, sent := q.tree[name]; sent {
			return true
		}
	}
	for _, name := range []string{HeaderPrivateToken, headerJobToken, headerDeployToken} {
		if len(q.HTTP.Header.Values(name)) > 0 {
			return true
		}
	}
	return q.bearer() != "" || q.credential(paramAccessToken) != "" || q.credential(paramBearerToken) != ""
}

// SentSudo is whom the client wants to act as, where nobody does, so that it can be told of.
func (q *Request) SentSudo() string { return q.sudoTarget() }

// Mutates reports whether the token of the request may change something: none signs in without the scope api or
// read_api, and read_api reads.
func (q *Request) Mutates() bool {
	return q.Token != nil && slices.Contains(q.Token.Scopes, world.ScopeAPI)
}
