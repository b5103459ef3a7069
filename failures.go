package fakegitlab

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"time"
)

// response is the answer that the failure gives.
func (i *injected) response() response {
	r := response{status: i.Status}
	switch body := i.Body.(type) {
	case nil:
		r = failureBody(i.Status, i.Message)
	case string:
		r.text, r.contentType = body, "application/json"
	case []byte:
		r.text, r.contentType = string(body), "application/json"
	default:
		raw, _ := json.Marshal(body) // Inject has tried it
		r.text, r.contentType = string(raw), "application/json"
	}
	if r.header == nil {
		r.header = http.Header{}
	}
	if i.limited {
		now := time.Now()
		maps.Copy(r.header, rateLimitHeader(injectedLimit, injectedLimit+1, now, now.Add(i.retryAfter)))
	}
	for name, values := range i.Header {
		r.header[http.CanonicalHeaderKey(name)] = values
	}
	if ct := r.header.Get("Content-Type"); ct != "" {
		r.contentType = ct
		if r.body != nil {
			raw, _ := json.Marshal(r.body)
			r.body, r.text = nil, string(raw)
		}
	}
	return r
}

// failureBody is GitLab's own answer of a status; message, unless empty, replaces its text.
func failureBody(status int, message string) response {
	texts := map[int]string{
		http.StatusBadRequest:            msgBadRequest,
		http.StatusUnauthorized:          msgUnauthorized,
		http.StatusForbidden:             msgForbidden,
		http.StatusNotFound:              msgNotFound,
		http.StatusConflict:              msgConflictLock,
		http.StatusGone:                  msgRegistrationDisallowed,
		http.StatusPreconditionFailed:    msgPrecondition,
		http.StatusRequestEntityTooLarge: msgTooLargeError,
		http.StatusTooManyRequests:       msgTooManyRequests,
		http.StatusInternalServerError:   msgInternalError,
		http.StatusServiceUnavailable:    msgUnavailable,
	}
	switch {
	case message != "":
		return refuse(status, message)
	case status == http.StatusBadGateway:
		return plain(status, msgNotResponding)
	case status == http.StatusNoContent || status == http.StatusNotModified:
		return response{status: status}
	case texts[status] != "":
		return refuse(status, texts[status])
	}
	return refuse(status, fmt.Sprintf("%d %s", status, http.StatusText(status)))
}

// RegistrationDisabled answers POST /runners with 410, whatever the settings say. To have GitLab itself refuse, use
// Settings.RegistrationTokensDisabled, or the field of that name in Group or Project.
func RegistrationDisabled() Failure {
	return Failure{Endpoint: RegisterRunner, Status: http.StatusGone, Message: msgRegistrationDisallowed}
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
	return Failure{Endpoint: e, Status: http.StatusTooManyRequests, Body: msgRetryLater,
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
	return Failure{Where: []CallMatcher{writes}, Status: http.StatusForbidden, Message: msgReadOnly}
}

// ExpiredToken refuses all calls of a user as if the token had just expired: 401.
func ExpiredToken(username string) Failure {
	r := invalidToken(msgTokenExpired, "")
	return Failure{Where: []CallMatcher{By(username)}, Status: r.status, Body: r.body, Header: r.header}
}
