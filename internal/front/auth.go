package front

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/policy"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// The parameters that carry credentials (lib/gitlab/auth/auth_finders.rb).
const (
	paramPrivateToken = "private_token"
	paramAccessToken  = "access_token"
	paramBearerToken  = "bearer_token"
	ParamToken        = "token"
	ParamJobToken     = "job_token"
	paramSudo         = "sudo"
)

// bearer is the token of the Authorization header.
func (q *Request) bearer() string {
	scheme, token, _ := strings.Cut(strings.TrimSpace(q.HTTP.Header.Get(headerAuthorization)), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(token)
}

func (q *Request) sent(name string) string {
	s, _ := q.tree[name].(string)
	return s
}

// sentScalar is a parameter that JSON may also hold as a number.
func (q *Request) sentScalar(name string) string {
	if n, ok := q.tree[name].(json.Number); ok {
		return n.String()
	}
	return q.sent(name)
}

// credential is a parameter that carries a token; a blank one counts as none.
func (q *Request) credential(name string) string {
	s := q.sent(name)
	if strings.TrimSpace(s) == "" {
		return ""
	}
	return s
}

// malformedBasic reports whether HTTP Basic credentials hold what GitLab refuses in every string
// (lib/gitlab/middleware/handle_malformed_strings.rb).
func (q *Request) malformedBasic() bool {
	scheme, encoded, _ := strings.Cut(strings.TrimSpace(q.HTTP.Header.Get(headerAuthorization)), " ")
	if !strings.EqualFold(scheme, "Basic") {
		return false
	}
	decoded, err := base64.StdEncoding.DecodeString(strings.TrimSpace(encoded))
	return err == nil && (bytes.IndexByte(decoded, 0) >= 0 || !utf8.Valid(decoded))
}

func (q *Request) privateToken() string {
	return cmp.Or(q.credential(paramPrivateToken), q.HTTP.Header.Get(HeaderPrivateToken))
}

// credentials is the one string that is tried as an access token: the first that is not empty of the private_token
// parameter, the PRIVATE-TOKEN header and what a bearer sent. A job token in PRIVATE-TOKEN counts as nothing.
func (q *Request) credentials() string {
	private := q.privateToken()
	switch {
	case strings.HasPrefix(private, world.JobTokenPrefix):
		return ""
	case private != "":
		return private
	}
	return cmp.Or(q.credential(paramAccessToken), q.bearer(), q.credential(paramBearerToken))
}

// identify notes in the Call whose credentials were sent, for failures and hooks that look at it before the request
// is served. It refuses nothing. It is a visit to the state of its own, apart from that of the answer: between the
// two come holds, hooks and conditions, which are functions of the test and may use the fake, and delays.
func (q *Request) identify() {
	q.Mu.Lock()
	defer q.Mu.Unlock()
	if q.route != nil {
		switch q.route.Access {
		case ByToken:
			if r := q.RunnerByToken(q.sent(ParamToken)); r != nil {
				q.Record.RunnerID = r.ID
			}
			return
		case ByJobToken:
			if j := q.JobTokens[q.JobCredentials()]; j != nil && j.Status.Executing() {
				q.Record.JobID = j.ID
			}
			return
		case ByRunnerHeader:
			return
		}
	}
	if t := q.LivingToken(); t != nil {
		q.Record.User = t.User.Username
	}
}

// LivingToken is the access token that was sent, nil if there is none or it is revoked or past its day.
func (q *Request) LivingToken() *world.AccessToken {
	if t := q.AccessToken(q.credentials()); t != nil && !t.Revoked && !t.Expired(q.Now()) {
		return t
	}
	return nil
}

// SentJobToken is the job token that came where people send one: parameters count before the header
// (lib/gitlab/auth/auth_finders.rb, find_user_from_job_token).
func (q *Request) SentJobToken() string {
	return cmp.Or(q.credential(ParamJobToken), q.credential(ParamToken), q.HTTP.Header.Get(headerJobToken))
}

// JobCredentials is the job token that a job endpoint looks at: the parameter, be it empty, else the header.
func (q *Request) JobCredentials() string {
	if _, given := q.tree[ParamToken]; given {
		return q.sent(ParamToken)
	}
	return q.HTTP.Header.Get(headerJobToken)
}

// authenticate finds the user behind the credentials, in GitLab's order: who, expired, revoked, blocked, sudo, scope. What it
// returns is the refusal, or nil (lib/api/api_guard.rb, lib/api/helpers.rb).
func (q *Request) authenticate() *Response {
	q.Record.User = ""
	if q.route.Access == ByAnyone && q.credentials() == "" && q.sudoTarget() == "" {
		q.User, q.Actor = Nobody, policy.Anonymous()
		return nil
	}
	t := q.AccessToken(q.credentials())
	if t == nil {
		return Refuse(http.StatusUnauthorized, MsgUnauthorized).Because(q.whyAnonymous()).AsRefusal()
	}
	switch now := q.Now(); {
	case t.Expired(now):
		return InvalidToken(MsgTokenExpired, fmt.Sprintf("the token of %s expired on %s", t.User.Username, t.ExpiresAt.Format(time.DateOnly)))
	case t.Revoked:
		return InvalidToken(msgTokenRevoked, "the token of "+t.User.Username+" is revoked")
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
	if !sudoing && !q.scopeSuffices() {
		named := q.routeScopes() // GitLab names read_api for what changes something, too; it would not have helped
		would := slices.DeleteFunc(slices.Clone(named), func(s string) bool { return !q.opens(s) })
		return q.insufficientScope(named, fmt.Sprintf("%s needs one of %s", q.Record.Endpoint, strings.Join(would, " ")))
	}
	q.Use(t)
	return nil
}

// Nobody is the user of a call without credentials, where that is allowed: one who sees what is public and holds no role.
var Nobody = &world.User{External: true}

// Anonymous reports whether the call came without credentials.
func (q *Request) Anonymous() bool { return q.User == Nobody }

// whyAnonymous says which credentials were tried in vain.
func (q *Request) whyAnonymous() string {
	sent := q.credentials()
	switch {
	case strings.HasPrefix(q.privateToken(), world.JobTokenPrefix):
		return "a job token is no access token"
	case sent == "" && q.HTTP.Header.Get(headerJobToken) != "":
		return "job tokens are not accepted here"
	case sent == "":
		return "no credentials were sent"
	case q.RunnerTokens[sent] != nil:
		return "that is a runner's authentication token, no access token"
	}
	return "no access token has that value"
}

func InvalidToken(description, reason string) *Response {
	r := Response{Status: http.StatusUnauthorized, Body: oauthErrorBody{Error: errInvalidToken, Description: description}, Bare: true}.
		With("Www-Authenticate", fmt.Sprintf(msgfBearerChallenge, description)).Because(reason)
	return &r
}

func (q *Request) blocked() *Response {
	var why string
	switch q.User.State {
	case world.UserBlocked:
		why = msgUserBlocked
	case world.UserBlockedPendingApproval:
		why = msgUserPending
	case world.UserDeactivated:
		why = fmt.Sprintf(msgfUserDeactivated, q.Way.BaseURL)
	default:
		return nil
	}
	return Forbidden(why, q.User.Username+" is "+string(q.User.State)).AsRefusal()
}

// setActor says what the user counts as: an administrator only with the scope admin_mode, if the setting asks for it.
func (q *Request) setActor() {
	elevated := !q.Settings.AdminMode || slices.Contains(q.Token.Scopes, world.ScopeAdminMode)
	q.Actor = ActorOf(q.User, elevated)
}

// sudo lets an administrator act as another user. sudoing is whether it is another one: then the scope sudo is all that
// the token needs.
func (q *Request) sudo() (sudoing bool, refusal *Response) {
	wanted := q.sudoTarget()
	if wanted == "" {
		return false, nil
	}
	if refusal := Allow(policy.Sudo(q.Actor), msgSudoAdminOnly); refusal != nil {
		return false, refusal
	}
	if !slices.Contains(q.Token.Scopes, world.ScopeSudo) {
		return false, q.insufficientScope([]string{world.ScopeSudo}, "to act as somebody else needs sudo")
	}
	target := q.UserNames[world.Key(wanted)]
	if n, err := strconv.Atoi(wanted); err == nil {
		target = q.Users.ByID[n]
	}
	if target == nil {
		return false, NotFound(fmt.Sprintf(msgfSudoUserNotFound, wanted)).Because("sudo names no user").AsRefusal()
	}
	if target == q.User {
		return false, nil
	}
	q.User = target
	q.Record.User = target.Username
	q.setActor()
	return true, nil
}

// sudoTarget is whom the client wants to act as: nobody is let do so without credentials, even where none are needed.
func (q *Request) sudoTarget() string {
	return cmp.Or(q.sentScalar(paramSudo), q.HTTP.Header.Get(headerSudo))
}

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
		return q.Has(gitlabversion.ManageRunnerScope) && hasID && strings.HasPrefix(q.HTTP.URL.EscapedPath(), APIPrefix+"/runners/")
	case scope == world.ScopeReadUser:
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

func (q *Request) insufficientScope(named []string, rule string) *Response {
	r := Response{Status: http.StatusForbidden, Bare: true,
		Body: oauthErrorBody{Error: errInsufficientScope, Description: msgInsufficientScope, Scope: strings.Join(named, " ")}}.
		Because(fmt.Sprintf("the token of %s has the scopes %s; %s", q.Token.User.Username, strings.Join(q.Token.Scopes, " "), rule))
	return &r
}
