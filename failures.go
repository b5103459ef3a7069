package fakegitlab

import (
	"net/http"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/gitlab"
)

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

// GraphQLError answers calls of GraphQL with 200 and an error in place of data, as graphql-ruby refuses a document, be
// it every one of a batch. A Where with Operation says which calls.
func GraphQLError(message string) Failure {
	return Failure{Endpoint: GraphQL, Status: http.StatusOK, Message: message, ofGraphQL: true}
}

// Slow delays the answer and changes nothing about it.
func Slow(e Endpoint, d time.Duration) Failure { return Failure{Endpoint: e, Delay: d} }

// Maintenance refuses every request that writes, as a read-only GitLab does: 403. Of GraphQL's those are mutations,
// and what they are answered is an error of GraphQL's, with 200.
func Maintenance() Failure {
	writes := Where(func(c Call) bool {
		if c.Endpoint == GraphQL {
			return gitlab.Mutates(c.Operation)
		}
		return c.Method != http.MethodGet && c.Method != http.MethodHead && c.Method != http.MethodOptions
	})
	return Failure{Where: []CallMatcher{writes}, Status: http.StatusForbidden, Message: front.MsgReadOnly}
}

// ExpiredToken refuses all calls of a user as if the token had just expired: 401, in the words of REST or of GraphQL.
func ExpiredToken(username string) Failure {
	r := front.InvalidToken(front.MsgTokenExpired, "")
	return Failure{Where: []CallMatcher{By(username)}, Status: r.Status, Body: r.Body, Header: r.Header,
		ofREST: true}
}
