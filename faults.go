package fakegitlab

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/front"
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

// planted is when and where a test arranged for something to happen to calls.
type planted struct {
	at    string // "op_test.go:113"; "" if unknown
	since int    // the number of the last call before it
	gone  bool   // it was taken back
	until int    // then: the number of the last call before that
}

// place is " at op_test.go:113" or, with a word before it, ", injected at op_test.go:113"; "" if unknown.
func (p planted) place(word string) string {
	if p.at == "" {
		return ""
	}
	return word + " at " + p.at
}

// brackets is " (Invariant at op_test.go:113)", with a word for what it is; "" if the place is unknown.
func (p planted) brackets(word string) string {
	if p.at == "" {
		return ""
	}
	return " (" + word + p.place("") + ")"
}

// saw reports whether it was there when a call came.
func (p planted) saw(c Call) bool { return c.Number > p.since && (!p.gone || c.Number <= p.until) }

// absence says why nothing happened to any call of an endpoint that meets the conditions, given the recorded calls and
// the number of the last.
func (p planted) absence(e Endpoint, where []CallMatcher, calls []Call, last int) string {
	known := 0
	for _, c := range calls {
		saw := p.saw(c)
		switch {
		case matches(c, e, where) && saw:
			return fmt.Sprintf("#%d came, but it ended before its turn or met the conditions only later", c.Number)
		case saw:
			known++
		case matches(c, e, where):
			return fmt.Sprintf("that was called (#%d), but not while it was there", c.Number)
		}
	}
	if p.gone {
		last = p.until
	}
	text := "that was not called"
	if len(where) > 0 {
		text = "no call met its conditions"
	}
	if known < last-p.since { // ClearCalls, a limit of the journal, or calls that have not ended
		text += ", as far as the journal knows"
	}
	return text
}

// injected is a Failure with what has come of it.
type injected struct {
	Failure
	planted
	id          int  // 1, 2, 3 ...
	control     bool // it came through the control API
	seen, fired int
	firstFired  time.Time
}

// isSpent reports whether it has failed all the calls that it was to fail.
func (i *injected) isSpent(now time.Time) bool {
	return i.Times > 0 && i.fired >= i.Times || i.For > 0 && i.fired > 0 && !now.Before(i.firstFired.Add(i.For))
}

// answers reports whether the failure takes the place of the answer.
func (i *injected) answers() bool { return i.Status != 0 || i.withoutAnswer() }

// withoutAnswer reports whether no byte of an answer comes.
func (f Failure) withoutAnswer() bool {
	return f.Network == ConnectionReset || f.Network == EmptyReply || f.Network == Hang
}

// bodiless reports whether the answer is of a status that goes without a body.
func (f Failure) bodiless() bool {
	return f.Status == http.StatusNoContent || f.Status == http.StatusNotModified
}

// takesEffect reports whether the request is served all the same.
func (i *injected) takesEffect() bool { return i.Applied || !i.answers() }

// spoils reports whether the client gets no whole answer of its own, or another one than what it did was answered.
func (f Failure) spoils() bool { return f.Network != "" || f.Applied }

// told says what became of a call that the failure spoils: which fault it met, and whether it took effect. own is the
// call as it would have been answered.
func (i *injected) told(own Call) string {
	effect := "it took no effect"
	switch {
	case i.takesEffect() && i.answers():
		effect = fmt.Sprintf("its own answer, %s, was lost", own.text().Answer())
	case i.takesEffect():
		effect = ""
	}
	said := slices.DeleteFunc([]string{string(i.Network), effect, own.Reason}, func(s string) bool { return s == "" })
	return strings.Join(said, "; ")
}

// effect says in words what the failure does: "503, not the first 1, 2 times".
func (i *injected) effect() string {
	var parts []string
	if i.Delay > 0 {
		parts = append(parts, "after "+i.Delay.String())
	}
	if i.Status != 0 {
		parts = append(parts, strconv.Itoa(i.Status))
	}
	if len(i.Header) > 0 && i.Status == 0 {
		parts = append(parts, "with other headers: "+strings.Join(slices.Sorted(maps.Keys(i.Header)), ", "))
	}
	if i.Network != "" {
		parts = append(parts, string(i.Network))
	}
	if i.Applied {
		parts = append(parts, "once it has taken effect")
	}
	if i.After > 0 {
		parts = append(parts, fmt.Sprintf("not the first %d", i.After))
	}
	switch {
	case i.Times == 1:
		parts = append(parts, "once")
	case i.Times > 1:
		parts = append(parts, fmt.Sprintf("%d times", i.Times))
	}
	if i.For > 0 {
		parts = append(parts, "for "+i.For.String())
	}
	return strings.Join(parts, ", ")
}

// faults are the failures, hooks and holds of a fake.
type faults struct {
	mu            sync.Mutex
	failures      []*injected
	before, after []*hook
	held          []*Held
	spent         []*injected // removed ones that never fired, for the report
	spentHooks    []*hook     // likewise those that never ran
	last          int         // the highest id given out
	lastHold      int         // the highest id given to a hold
	lastHook      int         // the highest id given to a hook
	lastCall      func() int  // the number of the last call that came
	lostJobs      []Call      // requests for jobs that got one and lost the answer
}

// lose remembers a request for a job that got one of which the runner is not to know.
func (fs *faults) lose(c Call) {
	if c.Endpoint != RequestJob || c.JobID == 0 {
		return
	}
	fs.mu.Lock()
	defer fs.mu.Unlock()
	fs.lostJobs = append(fs.lostJobs, c)
}

// whyNoJob says of a request for a job that got none which running job the runner has without knowing of it; "" if
// there is none.
func (fs *faults) whyNoJob(c Call, running func(jobID int) bool) string {
	if c.Endpoint != RequestJob || c.Status != http.StatusNoContent {
		return ""
	}
	fs.mu.Lock()
	lost := slices.Clone(fs.lostJobs)
	fs.mu.Unlock()
	for _, l := range lost {
		if l.RunnerID == c.RunnerID && running(l.JobID) {
			return fmt.Sprintf("job %d went to this runner with #%d, whose answer was lost", l.JobID, l.Number)
		}
	}
	return ""
}

func (fs *faults) inject(i *injected) (id int) {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	fs.last++
	i.id = fs.last
	if i.at == "" && i.control {
		i.at = fmt.Sprintf("/-/fake/failures/%d", i.id)
	}
	fs.failures = append(fs.failures, i)
	return i.id
}

func (fs *faults) remover(id int) func() { return func() { fs.remove(id) } }

// remove takes a failure back. It is false when there is none with that id, or no longer.
func (fs *faults) remove(id int) bool {
	last := fs.lastCall()
	fs.mu.Lock()
	defer fs.mu.Unlock()
	n := slices.IndexFunc(fs.failures, func(i *injected) bool { return i.id == id })
	if n < 0 {
		return false
	}
	fs.retire(last, fs.failures[n])
	fs.failures = slices.Delete(fs.failures, n, n+1)
	return true
}

// removeAll takes all failures back.
func (fs *faults) removeAll() {
	last := fs.lastCall()
	fs.mu.Lock()
	defer fs.mu.Unlock()
	fs.retire(last, fs.failures...)
	fs.failures = nil
}

// retire keeps those of the removed failures that are to be reported: they never fired.
func (fs *faults) retire(lastCall int, removed ...*injected) {
	for _, i := range removed {
		i.gone, i.until = true, lastCall
		if i.fired == 0 {
			fs.spent = append(fs.spent, i)
		}
	}
}

// list returns the failures that have not been removed, as they are now.
func (fs *faults) list() []injected {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	all := make([]injected, len(fs.failures))
	for n, i := range fs.failures {
		all[n] = *i
	}
	return all
}

// pick finds the failure that a call meets at that time, nil if none. Every failure it asks on the way counts the call,
// for its After and Times.
func (fs *faults) pick(c *Call, now func() time.Time) *injected {
	fs.mu.Lock()
	failures := slices.Clone(fs.failures)
	fs.mu.Unlock()
	for _, i := range failures {
		// Without the lock: a condition is a function of the test, which may use the fake.
		if matches(*c, i.Endpoint, i.Where) && fs.count(i, now()) {
			c.Injected = i.at
			return i
		}
	}
	return nil
}

// count counts a matching call and reports whether it is one that is to fail.
func (fs *faults) count(i *injected, now time.Time) bool {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	if i.isSpent(now) {
		return false
	}
	if i.seen++; i.seen <= i.After {
		return false
	}
	if i.fired++; i.fired == 1 {
		i.firstFired = now
	}
	return true
}

// unused lists, for the end of a test, the failures that never fired, the holds that were of no use or never released
// and the hooks that never ran, given the calls that there were.
func (fs *faults) unused(calls []Call) []string {
	last := fs.lastCall()
	fs.mu.Lock()
	var failures []injected
	for _, i := range slices.Concat(fs.spent, fs.failures) {
		failures = append(failures, *i)
	}
	var hooks []hook
	for _, h := range slices.Concat(fs.spentHooks, fs.before, fs.after) {
		hooks = append(hooks, *h)
	}
	held := slices.Clone(fs.held)
	fs.mu.Unlock()
	var said []string // without the lock: conditions are functions of the test
	for _, i := range failures {
		if i.fired == 0 {
			said = append(said, fmt.Sprintf("the injected Failure of %s never fired; %s%s",
				selectionText(i.Endpoint, i.Where), i.whyNot(calls, last), i.brackets("injected")))
		}
	}
	for _, h := range held {
		if odd := h.unused(); odd != "" {
			said = append(said, odd)
		}
	}
	for _, h := range hooks {
		if h.ran == 0 {
			said = append(said, fmt.Sprintf("%s never ran; %s", h.text(), h.absence(h.endpoint, h.where, calls, last)))
		}
	}
	return said
}

// whyNot says why the failure never fired.
func (i *injected) whyNot(calls []Call, last int) string {
	var matching, failed []Call
	for _, c := range calls {
		if i.saw(c) && matches(c, i.Endpoint, i.Where) {
			matching = append(matching, c)
			if c.Failure || c.Injected != "" {
				failed = append(failed, c)
			}
		}
	}
	earlier := ""
	if len(failed) > 0 && len(matching) > i.seen { // what it did not see met one that was injected before
		earlier = fmt.Sprintf("#%d met an earlier Failure%s", failed[0].Number,
			planted{at: failed[0].Injected}.place(", injected"))
		if others := len(matching) - i.seen - 1; others > 0 {
			earlier += fmt.Sprintf(", and so did %d more", others)
		}
	}
	switch {
	case i.seen > 0 && earlier != "":
		return fmt.Sprintf("After lets %d matching calls through first, and only %d came to it; %s", i.After, i.seen,
			earlier)
	case i.seen > 0:
		return fmt.Sprintf("After lets %d matching calls through first, and only %d came", i.After, i.seen)
	case earlier != "":
		return earlier
	}
	return i.absence(i.Endpoint, i.Where, calls, last)
}

func (fs *faults) clear() {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	for _, h := range fs.held {
		h.Release()
	}
	fs.failures, fs.before, fs.after, fs.held, fs.spent, fs.spentHooks = nil, nil, nil, nil, nil, nil
	fs.lostJobs = nil
}

// spoken is the failure in the form in which the request's endpoint tells of refusals.
func (i *injected) spoken(q *front.Request) *injected {
	if !i.ofREST || !q.TellsOtherwise() {
		return i
	}
	there := *i
	there.Body, there.Header = nil, nil
	return &there
}

// response is the answer that the failure gives to a request.
func (i *injected) response(q *front.Request) front.Response {
	r := front.Response{Status: i.Status}
	switch body := i.Body.(type) {
	case nil:
		r = q.Usual(i.Status, i.Message)
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

// injectedLimit is the limit that RateLimited's headers name, in requests a minute. It is high because client-go slows
// itself down for good to the limit that it reads in its first answer.
const injectedLimit = 6000
