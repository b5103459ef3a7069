package fakegitlab

import (
	"encoding/json"
	"maps"
	"net/http"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/front"
)

// response is the answer that the failure gives.
func (i *injected) response() front.Response {
	r := front.Response{Status: i.Status}
	switch body := i.Body.(type) {
	case nil:
		r = front.Usual(i.Status, i.Message)
	case string:
		r.Text, r.ContentType = body, "application/json"
	case []byte:
		r.Text, r.ContentType = string(body), "application/json"
	default:
		raw, _ := json.Marshal(body) // Inject has tried it
		r.Text, r.ContentType = string(raw), "application/json"
	}
	if r.Header == nil {
		r.Header = http.Header{}
	}
	if i.limited {
		now := time.Now()
		maps.Copy(r.Header, front.RateLimitHeader(injectedLimit, injectedLimit+1, now, now.Add(i.retryAfter)))
	}
	for name, values := range i.Header {
		r.Header[http.CanonicalHeaderKey(name)] = values
	}
	if ct := r.Header.Get("Content-Type"); ct != "" {
		r.ContentType = ct
		if r.Body != nil {
			raw, _ := json.Marshal(r.Body)
			r.Body, r.Text = nil, string(raw)
		}
	}
	return r
}

// RegistrationDisabled answers POST /runners with 410, whatever the settings say. To have GitLab itself refuse, use
// Settings.RegistrationTokensDisabled, or the field of that name in Group or Project.
func RegistrationDisabled() Failure {
	return Failure{Endpoint: RegisterRunner, Status: http.StatusGone, Message: front.MsgRegistrationDisallowed}
}

// Unavailable answers as nginx and Workhorse do while GitLab is down: 502, in plain text.
func Unavailable(e Endpoint) Failure { return Failure{Endpoint: e, Status: http.StatusBadGateway} }

// InternalError answers with GitLab's 500.
func InternalError(e Endpoint) Failure {
	return Failure{Endpoint: e, Status: http.StatusInternalServerError}
}

// DatabaseLocked answers with the 409 of a record that another request holds.
func DatabaseLocked(e Endpoint) Failure { return Failure{Endpoint: e, Status: http.StatusConflict} }

// RateLimited answers with the 429 of GitLab's throttle (Rack::Attack): plain text, Retry-After in seconds, rounded up,
// and the RateLimit headers. The time at which the limit ends is counted from time.Now, as clients compare it with
// their own clock, not with the fake's.
func RateLimited(e Endpoint, retryAfter time.Duration) Failure {
	return Failure{Endpoint: e, Status: http.StatusTooManyRequests, Body: front.MsgRetryLater,
		Header: http.Header{"Content-Type": {"text/plain"}}, limited: true, retryAfter: retryAfter}
}

// injectedLimit is the limit that RateLimited's headers name, in requests a minute. It is high because client-go slows
// itself down for good to the limit that it reads in its first answer.
const injectedLimit = 6000

// Slow delays the answer and changes nothing about it.
func Slow(e Endpoint, d time.Duration) Failure { return Failure{Endpoint: e, Delay: d} }

// Maintenance refuses every request that writes, as a read-only GitLab does: 403.
func Maintenance() Failure {
	writes := Where(func(c Call) bool {
		return c.Method != http.MethodGet && c.Method != http.MethodHead && c.Method != http.MethodOptions
	})
	return Failure{Where: []CallMatcher{writes}, Status: http.StatusForbidden, Message: front.MsgReadOnly}
}

// ExpiredToken refuses all calls of a user as if the token had just expired: 401.
func ExpiredToken(username string) Failure {
	r := front.InvalidToken(front.MsgTokenExpired, "")
	return Failure{Where: []CallMatcher{By(username)}, Status: r.Status, Body: r.Body, Header: r.Header}
}
