package fakegitlab

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/faults"
	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/gitlab"
)

// NetworkFault is a way in which an answer fails to arrive whole.
type NetworkFault string

// The network faults. Those of the first group keep the request from taking effect, unless Applied says otherwise.
// Those of the second spoil an answer: the request's own, so that it takes effect, or that of a Status beside them.
//
// An http.Transport quietly repeats a GET, PUT or DELETE whose connection, used before, broke without an answer: with
// Times: 1 the code under test then never learns of the fault.
const (
	ConnectionReset NetworkFault = "connection reset" // the connection is reset (RST over TCP)
	EmptyReply      NetworkFault = "empty reply"      // the connection is closed without a byte
	Hang            NetworkFault = "hang"             // nothing comes until the client gives up or the fake is closed

	TruncatedBody NetworkFault = "truncated body" // the connection breaks in the middle of the body
	MalformedJSON NetworkFault = "malformed JSON" // the body arrives and is cut-off JSON
)

// Failure makes calls fail. If several match a call, it meets the one that was injected first and has not used up its
// Times.
type Failure struct {
	Endpoint Endpoint      // "" is every call, "* /runners/:id" any method
	Where    []CallMatcher // further conditions: By("mia"), Param("token", "..."), ...
	After    int           // let that many matching calls through first
	Times    int           // then fail that many, or fewer if no more come; 0 is until removed
	// For is how long calls fail, by the fake's clock and from the first that does; 0 is without end. Of For and Times
	// the one counts that is over first.
	For time.Duration
	// Status is the status of the answer. With it alone the body is GitLab's own for that status, in GraphQL's form for
	// a call of it; Message replaces its text, Body the whole: a string or []byte is sent as it is, anything else as JSON.
	Status  int
	Message string
	Body    any
	// Header is put on the answer, in place of what it has of the same names; a name without values takes that header
	// away. Without a Status the answer is as ever but for that.
	Header http.Header
	// Delay is how long the request waits before anything else happens to it, in real time or in that of a synctest
	// bubble. Nothing more happens when the client gives up or the fake is closed meanwhile. With Delay alone the answer
	// is as ever, only later.
	Delay time.Duration
	// Network has the answer not arrive whole. With ConnectionReset, EmptyReply and Hang there is none, so that they take
	// no Status.
	Network NetworkFault
	// Applied has the request take effect first, so that only its answer is lost, as when a connection breaks late.
	Applied bool
	// limited adds the headers of GitLab's throttle, which lets requests through again after retryAfter.
	limited    bool
	retryAfter time.Duration
	// ofREST says that Body and Header are REST's: where GitLab tells of refusals otherwise they are what it says there.
	ofREST bool
	// ofGraphQL says that it is a GraphQLError, which other calls cannot have.
	ofGraphQL bool
}

// answers reports whether the failure takes the place of the answer.
func (f Failure) answers() bool { return f.Status != 0 || f.withoutAnswer() }

// withoutAnswer reports whether no byte of an answer comes.
func (f Failure) withoutAnswer() bool {
	return f.Network == ConnectionReset || f.Network == EmptyReply || f.Network == Hang
}

// bodiless reports whether the answer is of a status that goes without a body.
func (f Failure) bodiless() bool {
	return f.Status == http.StatusNoContent || f.Status == http.StatusNotModified
}

// takesEffect reports whether the request is served all the same.
func (f Failure) takesEffect() bool { return f.Applied || !f.answers() }

// spoils reports whether the client gets no whole answer of its own, or another one than what it did was answered.
func (f Failure) spoils() bool { return f.Network != "" || f.Applied }

// told says what became of a call that the failure spoils: which fault it met, and whether it took effect. own is the
// call as it would have been answered.
func (f Failure) told(own Call) string {
	effect := "it took no effect"
	switch {
	case f.takesEffect() && f.answers():
		effect = fmt.Sprintf("its own answer, %s, was lost", own.text().Answer())
	case f.takesEffect():
		effect = ""
	}
	said := slices.DeleteFunc([]string{string(f.Network), effect, own.Reason}, func(s string) bool { return s == "" })
	return strings.Join(said, "; ")
}

// effect says in words what the failure does: "503, not the first 1, 2 times".
func (f Failure) effect() string {
	return faults.Effect{Delay: f.Delay, Status: f.Status, Header: f.Header, Network: string(f.Network),
		Applied: f.Applied, After: f.After, Times: f.Times, For: f.For}.String()
}

// selected are the calls of an endpoint that meet the conditions.
func selected(e Endpoint, where []CallMatcher) faults.Selection[Call] {
	where = slices.Clone(where)
	return faults.Selection[Call]{Text: selectionText(e, where), Narrow: len(where) > 0,
		Asks:    slices.ContainsFunc(where, func(m CallMatcher) bool { return strings.HasPrefix(m.String(), "Where(") }),
		Matches: func(c Call) bool { return matches(c, e, where) }}
}

// injection is a failure for the calls that it is of.
func injection(f Failure, at faults.Planted) *faults.Injected[Call, Failure] {
	return &faults.Injected[Call, Failure]{Planted: at, Selection: selected(f.Endpoint, f.Where), Failure: f,
		After: f.After, Times: f.Times, For: f.For}
}

// seenIn is what internal/faults asks of a call.
func seenIn(c Call) faults.Seen {
	return faults.Seen{Number: c.Number, Failed: c.Failure, Injected: c.Injected}
}

// lostJobs are requests for jobs that got one and lost the answer.
type lostJobs struct {
	mu    sync.Mutex
	calls []Call
}

// lose remembers a request for a job that got one of which the runner is not to know.
func (l *lostJobs) lose(c Call) {
	if c.Endpoint != RequestJob || c.JobID == 0 {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.calls = append(l.calls, c)
}

func (l *lostJobs) clear() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.calls = nil
}

// whyNoJob says of a request for a job that got none which running job the runner has without knowing of it; "" if
// there is none.
func (l *lostJobs) whyNoJob(c *Call, running func(jobID int) bool) string {
	if c.Endpoint != RequestJob || c.Status != http.StatusNoContent {
		return ""
	}
	l.mu.Lock()
	lost := slices.Clone(l.calls)
	l.mu.Unlock()
	for _, before := range lost {
		if before.RunnerID == c.RunnerID && running(before.JobID) {
			return fmt.Sprintf("job %d went to this runner with #%d, whose answer was lost", before.JobID, before.Number)
		}
	}
	return ""
}

// spoken is the failure in the form in which the request's endpoint tells of refusals.
func (f Failure) spoken(q *front.Request) Failure {
	if f.ofREST && q.TellsOtherwise() {
		f.Body, f.Header = nil, nil
	}
	return f
}

// response is the answer that the failure gives to a request.
func (f Failure) response(q *front.Request) front.Response {
	r := front.Response{Status: f.Status}
	switch body := f.Body.(type) {
	case nil:
		r = q.Usual(f.Status, f.Message)
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
	if f.limited {
		now := time.Now()
		maps.Copy(r.Header, front.RateLimitHeader(injectedLimit, injectedLimit+1, now, now.Add(f.retryAfter)))
	}
	for name, values := range f.Header {
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

// injectedLimit is the limit that RateLimited's headers name, in requests a minute. It is high because client-go slows
// itself down for good to the limit that it reads in its first answer.
const injectedLimit = 6000

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
// their own clock, not with the fake's. It lasts until it is removed; who waits and tries again wants Times: 1.
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

// ExpiredToken refuses all calls of a user, whatever token is sent, as if it had just expired: 401, in the words of
// REST or of GraphQL. RevokeAccessToken ends one token of several.
func ExpiredToken(username string) Failure {
	r := front.InvalidToken(front.MsgTokenExpired, "")
	return Failure{Where: []CallMatcher{By(username)}, Status: r.Status, Body: r.Body, Header: r.Header,
		ofREST: true}
}
