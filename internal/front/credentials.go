package front

// The fourth stage: which credentials came, and whose they might be (lib/gitlab/auth/auth_finders.rb).

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/fakegitlab/fakegitlab/internal/world"
)

// Identify notes in the Record whose credentials were sent, for whoever looks at it before the request is answered. It
// refuses nothing. It holds the state's mutex by itself and lets it go again: whoever embeds this GitLab may let time
// pass before it asks for the answer, and use the state meanwhile. Where nobody looks, Answer does the same on its way.
func (q *Request) Identify() {
	if q.received && !q.identified {
		world.Visit(q.State, q.findCredentials)
	}
}

// findCredentials is Identify with the mutex held. Of a request that was refused when it was received nothing is known.
func (q *Request) findCredentials() {
	if !q.received || q.identified {
		return
	}
	q.identified = true
	if q.route != nil {
		switch q.route.Access {
		case ByToken:
			if r := q.RunnerByToken(q.sent(ParamToken)); r != nil {
				q.Record.RunnerID = r.ID
			}
			return
		case ByJobToken:
			q.identifyJob(q.JobTokens[q.JobCredentials()])
			return
		case ByRunnerHeader:
			return
		case ByGit:
			q.identifyGit()
			return
		}
	}
	if j, sent := q.sentJob(); sent {
		if j != nil {
			q.Record.JobID = j.ID
		}
		return
	}
	if t := q.LivingToken(); t != nil {
		q.Record.User = t.User.Username
	}
}

// identifyJob notes the job whose token a runner sent, nil for none. It authenticates only while the job is executed.
func (q *Request) identifyJob(j *world.Job) {
	if j == nil {
		return
	}
	if j.Status.Executing() {
		q.Record.JobID = j.ID
	}
	if j.Runner != nil {
		q.Record.JobRunnerID = j.Runner.ID
	}
}

// credentials is the one string that is tried as an access token: the first that is not empty of the private_token
// parameter, the PRIVATE-TOKEN header and what a bearer sent. A job token in PRIVATE-TOKEN counts as nothing.
func (q *Request) credentials() string {
	private := q.privateToken()
	switch {
	case strings.HasPrefix(private, world.JobTokenPrefix):
		return q.basicToken()
	case private != "":
		return private
	}
	return cmp.Or(q.credential(paramAccessToken), q.bearer(), q.credential(paramBearerToken), q.basicToken())
}

// privateToken is the token of GitLab's own carriers: the parameter before the header.
func (q *Request) privateToken() string {
	return cmp.Or(q.credential(paramPrivateToken), q.header(HeaderPrivateToken))
}

// bearer is the token of the Authorization header.
func (q *Request) bearer() string {
	scheme, token, _ := strings.Cut(strings.TrimSpace(q.header(headerAuthorization)), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(token)
}

// basicToken is an access token as the password of HTTP Basic, which signs in alone.
func (q *Request) basicToken() string {
	if !q.signsIn() {
		return ""
	}
	_, password, _ := q.HTTP.BasicAuth()
	return password
}

// credential is a parameter that carries a token; a blank one counts as none.
func (q *Request) credential(name string) string {
	s := q.sent(name)
	if strings.TrimSpace(s) == "" {
		return ""
	}
	return s
}

// sent is a parameter as it came, "" if it is not a string.
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

// Sent is a parameter as it came, a number as its digits; "" if it is neither text nor number. It is for before blocks,
// which run before the parameters are validated.
func (q *Request) Sent(name string) string { return q.sentScalar(name) }

// malformedBasic reports whether HTTP Basic credentials hold what GitLab refuses in every string
// (lib/gitlab/middleware/handle_malformed_strings.rb).
func (q *Request) malformedBasic() bool {
	scheme, encoded, _ := strings.Cut(strings.TrimSpace(q.header(headerAuthorization)), " ")
	if !strings.EqualFold(scheme, "Basic") {
		return false
	}
	decoded, err := base64.StdEncoding.DecodeString(strings.TrimSpace(encoded))
	return err == nil && (bytes.IndexByte(decoded, 0) >= 0 || !utf8.Valid(decoded))
}

// LivingToken is the access token that was sent, nil if there is none or it is revoked or past its day.
func (q *Request) LivingToken() *world.AccessToken {
	if t := q.sentAccessToken(); t != nil && t.LivesOn(q.Now()) {
		return t
	}
	return nil
}

// sentAccessToken is the access token that was sent, whatever state it is in; nil if there is none of that value. The
// carriers of GitLab's own tokens are not for those of OAuth.
func (q *Request) sentAccessToken() *world.AccessToken {
	t := q.AccessToken(q.credentials())
	if t != nil && t.OAuth != nil && q.privateToken() != "" {
		return nil
	}
	return t
}

// SentJobToken is the job token that came where people send one: parameters count before the header
// (lib/gitlab/auth/auth_finders.rb, find_user_from_job_token).
func (q *Request) SentJobToken() string {
	return cmp.Or(q.credential(ParamJobToken), q.credential(ParamToken), q.header(headerJobToken))
}

// JobCredentials is the job token that a job endpoint looks at: the parameter, be it empty, else the header.
func (q *Request) JobCredentials() string {
	if _, given := q.tree[ParamToken]; given {
		return q.sent(ParamToken)
	}
	return q.header(headerJobToken)
}

// mustSetPassword says of a user, for the journal, why nothing is let through.
const mustSetPassword = "has to set another password in the browser first, as an administrator has set this one"

// blocked is the 403 of a user who may not use the API.
func (q *Request) blocked() *Response {
	why, reason := "", "is "+string(q.User.State)
	switch state := q.User.State; {
	case state == world.UserBlockedPendingApproval:
		why = msgUserPending
	case state == world.UserDeactivated:
		why = fmt.Sprintf(msgfUserDeactivated, q.Way.BaseURL)
	case q.User.Blocked():
		why = msgUserBlocked
	case q.User.PasswordExpired && !q.User.Bot:
		why, reason = msgPasswordExpired, mustSetPassword
	default:
		return nil
	}
	return Forbidden(why, q.User.Username+" "+reason).AsRefusal()
}

// signsIn reports whether the request's endpoint has its callers sign in.
func (q *Request) signsIn() bool { return q.route != nil && q.route.Access == BySignIn }
