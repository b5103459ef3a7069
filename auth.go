package fakegitlab

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
	paramJobToken     = "job_token"
	paramSudo         = "sudo"
)

// bearer is the token of the Authorization header.
func (q *request) bearer() string {
	scheme, token, _ := strings.Cut(strings.TrimSpace(q.http.Header.Get(headerAuthorization)), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(token)
}

func (q *request) sent(name string) string {
	s, _ := q.tree[name].(string)
	return s
}

// sentScalar is a parameter that JSON may also hold as a number.
func (q *request) sentScalar(name string) string {
	if n, ok := q.tree[name].(json.Number); ok {
		return n.String()
	}
	return q.sent(name)
}

// credential is a parameter that carries a token; a blank one counts as none.
func (q *request) credential(name string) string {
	s := q.sent(name)
	if strings.TrimSpace(s) == "" {
		return ""
	}
	return s
}

// malformedBasic reports whether HTTP Basic credentials hold what GitLab refuses in every string
// (lib/gitlab/middleware/handle_malformed_strings.rb).
func (q *request) malformedBasic() bool {
	scheme, encoded, _ := strings.Cut(strings.TrimSpace(q.http.Header.Get(headerAuthorization)), " ")
	if !strings.EqualFold(scheme, "Basic") {
		return false
	}
	decoded, err := base64.StdEncoding.DecodeString(strings.TrimSpace(encoded))
	return err == nil && (bytes.IndexByte(decoded, 0) >= 0 || !utf8.Valid(decoded))
}

func (q *request) privateToken() string {
	return cmp.Or(q.credential(paramPrivateToken), q.http.Header.Get(headerPrivateToken))
}

// credentials is the one string that is tried as an access token: the first that is not empty of the private_token
// parameter, the PRIVATE-TOKEN header and what a bearer sent. A job token in PRIVATE-TOKEN counts as nothing.
func (q *request) credentials() string {
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
func (q *request) identify() {
	q.Mu.Lock()
	defer q.Mu.Unlock()
	if q.route != nil {
		switch q.route.access {
		case byToken:
			if r := q.RunnerByToken(q.sent(paramToken)); r != nil {
				q.call.RunnerID = r.ID
			}
			return
		case byJobToken:
			if j := q.JobTokens[q.jobCredentials()]; j != nil && j.Status.Executing() {
				q.call.JobID = j.ID
			}
			return
		case byRunnerHeader:
			return
		}
	}
	if t := q.livingToken(); t != nil {
		q.call.User = t.User.Username
	}
}

// livingToken is the access token that was sent, nil if there is none or it is revoked or past its day.
func (q *request) livingToken() *world.AccessToken {
	if t := q.AccessToken(q.credentials()); t != nil && !t.Revoked && !t.Expired(q.Now()) {
		return t
	}
	return nil
}

// sentJobToken is the job token that came where people send one: parameters count before the header
// (lib/gitlab/auth/auth_finders.rb, find_user_from_job_token).
func (q *request) sentJobToken() string {
	return cmp.Or(q.credential(paramJobToken), q.credential(paramToken), q.http.Header.Get(headerJobToken))
}

// authenticate finds the user behind the credentials, in GitLab's order: who, expired, revoked, blocked, sudo, scope. What it
// returns is the refusal, or nil (lib/api/api_guard.rb, lib/api/helpers.rb).
func (q *request) authenticate() *response {
	q.call.User = ""
	if q.route.access == byAnyone && q.credentials() == "" && q.sudoTarget() == "" {
		q.user, q.actor = nobody, policy.Anonymous()
		return nil
	}
	t := q.AccessToken(q.credentials())
	if t == nil {
		return refuse(http.StatusUnauthorized, msgUnauthorized).because(q.whyAnonymous()).asRefusal()
	}
	switch now := q.Now(); {
	case t.Expired(now):
		return invalidToken(msgTokenExpired, fmt.Sprintf("the token of %s expired on %s", t.User.Username, t.ExpiresAt.Format(time.DateOnly)))
	case t.Revoked:
		return invalidToken(msgTokenRevoked, "the token of "+t.User.Username+" is revoked")
	}
	q.user, q.token = t.User, t
	q.call.User = t.User.Username
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
		return q.insufficientScope(named, fmt.Sprintf("%s needs one of %s", q.call.Endpoint, strings.Join(would, " ")))
	}
	q.Use(t)
	return nil
}

// nobody is the user of a call without credentials, where that is allowed: one who sees what is public and holds no role.
var nobody = &world.User{External: true}

// anonymous reports whether the call came without credentials.
func (q *request) anonymous() bool { return q.user == nobody }

// whyAnonymous says which credentials were tried in vain.
func (q *request) whyAnonymous() string {
	sent := q.credentials()
	switch {
	case strings.HasPrefix(q.privateToken(), world.JobTokenPrefix):
		return "a job token is no access token"
	case sent == "" && q.http.Header.Get(headerJobToken) != "":
		return "job tokens are not accepted here"
	case sent == "":
		return "no credentials were sent"
	case q.RunnerTokens[sent] != nil:
		return "that is a runner's authentication token, no access token"
	}
	return "no access token has that value"
}

func invalidToken(description, reason string) *response {
	r := response{status: http.StatusUnauthorized, body: oauthErrorBody{Error: errInvalidToken, Description: description}, bare: true}.
		with("Www-Authenticate", fmt.Sprintf(msgfBearerChallenge, description)).because(reason)
	return &r
}

func (q *request) blocked() *response {
	var why string
	switch q.user.State {
	case world.UserBlocked:
		why = msgUserBlocked
	case world.UserBlockedPendingApproval:
		why = msgUserPending
	case world.UserDeactivated:
		why = fmt.Sprintf(msgfUserDeactivated, q.way.baseURL)
	default:
		return nil
	}
	return forbidden(why, q.user.Username+" is "+string(q.user.State)).asRefusal()
}

// setActor says what the user counts as: an administrator only with the scope admin_mode, if the setting asks for it.
func (q *request) setActor() {
	elevated := !q.Settings.AdminMode || slices.Contains(q.token.Scopes, world.ScopeAdminMode)
	q.actor = actorOf(q.user, elevated)
}

// sudo lets an administrator act as another user. sudoing is whether it is another one: then the scope sudo is all that
// the token needs.
func (q *request) sudo() (sudoing bool, refusal *response) {
	wanted := q.sudoTarget()
	if wanted == "" {
		return false, nil
	}
	if refusal := allow(policy.Sudo(q.actor), msgSudoAdminOnly); refusal != nil {
		return false, refusal
	}
	if !slices.Contains(q.token.Scopes, world.ScopeSudo) {
		return false, q.insufficientScope([]string{world.ScopeSudo}, "to act as somebody else needs sudo")
	}
	target := q.UserNames[world.Key(wanted)]
	if n, err := strconv.Atoi(wanted); err == nil {
		target = q.Users.ByID[n]
	}
	if target == nil {
		return false, notFound(fmt.Sprintf(msgfSudoUserNotFound, wanted)).because("sudo names no user").asRefusal()
	}
	if target == q.user {
		return false, nil
	}
	q.user = target
	q.call.User = target.Username
	q.setActor()
	return true, nil
}

// sudoTarget is whom the client wants to act as: nobody is let do so without credentials, even where none are needed.
func (q *request) sudoTarget() string {
	return cmp.Or(q.sentScalar(paramSudo), q.http.Header.Get(headerSudo))
}

// scopeSuffices reports whether one of the token's scopes opens the endpoint.
func (q *request) scopeSuffices() bool { return slices.ContainsFunc(q.token.Scopes, q.opens) }

// opens reports whether a scope opens the endpoint.
func (q *request) opens(scope string) bool {
	reading := q.call.Method == http.MethodGet || q.call.Method == http.MethodHead
	switch {
	case scope == world.ScopeAPI, scope == world.ScopeReadAPI && reading, slices.Contains(q.route.scopes, anyScope):
		return true
	case !slices.Contains(q.route.scopes, scope):
		return false
	case scope == world.ScopeManageRunner:
		_, hasID := q.tree["id"]
		return q.Has(gitlabversion.ManageRunnerScope) && hasID && strings.HasPrefix(q.call.Path, apiPrefix+"/runners/")
	case scope == world.ScopeReadUser:
		return reading
	}
	return true
}

// routeScopes is how GitLab names the scopes of an endpoint: those of its class, then those of the whole API.
func (q *request) routeScopes() []string {
	scopes := slices.DeleteFunc(slices.Clone(q.route.scopes), func(s string) bool {
		return s == world.ScopeManageRunner && !q.Has(gitlabversion.ManageRunnerScope)
	})
	return append(scopes, world.ScopeAPI, world.ScopeReadAPI)
}

func (q *request) insufficientScope(named []string, rule string) *response {
	r := response{status: http.StatusForbidden, bare: true,
		body: oauthErrorBody{Error: errInsufficientScope, Description: msgInsufficientScope, Scope: strings.Join(named, " ")}}.
		because(fmt.Sprintf("the token of %s has the scopes %s; %s", q.token.User.Username, strings.Join(q.token.Scopes, " "), rule))
	return &r
}

func forbidden(text, reason string) response {
	if text == "" {
		return refuse(http.StatusForbidden, msgForbidden).because(reason)
	}
	return refuse(http.StatusForbidden, fmt.Sprintf(msgfForbidden, text)).because(reason)
}

func badRequest(text string) response {
	return refuse(http.StatusBadRequest, fmt.Sprintf(msgfBadRequest, text))
}

func notFound(what string) response {
	return refuse(http.StatusNotFound, fmt.Sprintf(msgfNotFound, what))
}

// allow is nil if the decision is for the request, and else the 403 with the text that GitLab gives, if any.
func allow(d policy.Decision, text string) *response {
	if d.Allowed {
		return nil
	}
	return forbidden(text, d.Reason).asRefusal()
}

// allowBy is allow where the text depends on the rule that refused.
func allowBy(d policy.Decision, texts map[policy.Rule]string) *response {
	return allow(d, texts[d.Rule])
}
