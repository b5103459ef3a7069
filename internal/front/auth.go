package front

// Within the answer, second: who is it, and may the token? (lib/api/api_guard.rb, lib/api/helpers.rb)

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/policy"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// authenticate finds the user behind the credentials, in GitLab's order: who, expired, revoked, blocked, sudo, scope.
// It returns the refusal, or nil.
func (q *Request) authenticate() *Response {
	q.Record.User = ""
	if done, refusal := q.authenticateJob(); done {
		return refusal
	}
	if q.route.Access == ByAnyone && q.credentials() == "" && q.sudoTarget() == "" {
		q.User, q.Actor = Nobody, policy.Anonymous()
		return nil
	}
	t := q.sentAccessToken()
	if t == nil {
		return q.Unauthorized()
	}
	if text, why := q.tokenOver(t); text != "" {
		if text == msgTokenRevoked && rotation.MatchString(q.HTTP.URL.EscapedPath()) {
			q.RevokeFamily(t)
		}
		return InvalidToken(text, why)
	}
	q.User, q.Token = t.User, t
	q.Record.User = t.User.Username
	if refusal := q.blocked(); refusal != nil {
		return refusal
	}
	q.setActor()
	sudoing, refusal := q.sudo()
	if refusal != nil {
		return refusal
	}
	if q.Token.IsGranular() && q.Has(gitlabversion.GranularShown) {
		if refusal := q.authorizeGranular(); refusal != nil {
			return refusal
		}
	} else if !sudoing && !q.scopeSuffices() {
		named := q.routeScopes() // GitLab names read_api for what changes something, too; it would not have helped
		would := slices.DeleteFunc(slices.Clone(named), func(s string) bool { return !q.opens(s) })
		return q.insufficientScope(named, fmt.Sprintf("%s needs one of %s", q.Record.Endpoint, strings.Join(would, " ")))
	}
	q.NoteTokenUse(t, q.Address())
	return nil
}

// rotation is the path at which a token is rotated. Whoever sends one there that has been rotated already has it from
// its owner or its thief, and nobody knows which (lib/gitlab/auth/auth_finders.rb, access_token_rotation_request?).
var rotation = regexp.MustCompile(`access_tokens/(\d+|self)/rotate$`)

// tokenOver is what GitLab says of a token that has expired or was revoked, and why; "" of any other.
func (q *Request) tokenOver(t *world.AccessToken) (text, why string) {
	switch {
	case t.Expired(q.Now()):
		why = fmt.Sprintf("the token of %s expired on %s", t.User.Username, t.Expiry().Format(time.DateOnly))
		if t.OAuth == nil && q.Now().Sub(t.Expiry()) < 24*time.Hour {
			why += ", as that day began: tokens expire by the day"
		}
		return MsgTokenExpired, why
	case t.Revoked:
		return msgTokenRevoked, "the token of " + t.User.Username + " is revoked"
	}
	return "", ""
}

// AuthenticatePerson is for the handler of an endpoint that is not one for access tokens and takes them nevertheless.
// It returns the refusal, or nil.
func (q *Request) AuthenticatePerson() *Response {
	if refusal := q.authenticate(); refusal != nil {
		return refusal
	}
	q.remakeToken()
	return nil
}

// Unauthorized is the 401 of a handler that finds out late that it needs to know who calls.
func (q *Request) Unauthorized() *Response {
	return Refuse(http.StatusUnauthorized, MsgUnauthorized).Because(q.whyAnonymous()).AsRefusal()
}

// Nobody is the user of a call without credentials, where that is allowed. It sees what is public and holds no role.
var Nobody = &world.User{External: true}

// Anonymous reports whether the call came without credentials.
func (q *Request) Anonymous() bool { return q.User == Nobody }

// whyAnonymous says which credentials were tried in vain.
func (q *Request) whyAnonymous() string {
	sent := q.credentials()
	switch {
	case strings.HasPrefix(q.privateToken(), world.JobTokenPrefix):
		return "a job token is no access token"
	case sent == "" && q.header(headerJobToken) != "":
		return q.noJobTokens()
	case sent == "":
		return "no credentials were sent"
	case q.AccessToken(sent) != nil:
		return "an access token of OAuth is sent in the header Authorization or as access_token"
	case q.RunnerTokens[sent] != nil:
		return "that is a runner's authentication token, no access token"
	case q.GoneTokenOf(sent) != "":
		return "that was a token of " + q.GoneTokenOf(sent) + ", who was deleted"
	}
	return "no access token has that value"
}

// InvalidToken is the 401 of an access token that is known but expired or revoked, as OAuth has it
// (rack_response in lib/api/api_guard.rb).
func InvalidToken(description, reason string) *Response {
	r := Response{Status: http.StatusUnauthorized, Body: oauthErrorBody{Error: errInvalidToken, Description: description},
		Bare: true}.With("Www-Authenticate", fmt.Sprintf(msgfBearerChallenge, description)).Because(reason)
	return &r
}

// remakeToken puts the token that was accepted, if there is one, where it is if it was made before a Reset.
func (q *Request) remakeToken() {
	if q.Token != nil {
		q.Token, q.takeBack = q.Remake(q.Token)
	}
}
