package fakegitlab

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
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
	// Status is the status of the answer. With it alone the body is GitLab's own for that status; Message replaces its
	// text, Body the whole: a string or []byte is sent as it is, anything else as JSON.
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
}

// injected is a Failure with what has come of it.
type injected struct {
	Failure
	id          int // 1, 2, 3 ...
	seen, fired int
}

// isSpent reports whether it has failed all the calls that it was to fail.
func (i *injected) isSpent() bool { return i.Times > 0 && i.fired >= i.Times }

// answers reports whether the failure takes the place of the answer.
func (i *injected) answers() bool { return i.Status != 0 || i.withoutAnswer() }

// withoutAnswer reports whether no byte of an answer comes.
func (f Failure) withoutAnswer() bool {
	return f.Network == ConnectionReset || f.Network == EmptyReply || f.Network == Hang
}

// takesEffect reports whether the request is served all the same.
func (i *injected) takesEffect() bool { return i.Applied || !i.answers() }

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
	return strings.Join(parts, ", ")
}

// faults are the failures, hooks and holds of a fake.
type faults struct {
	mu            sync.Mutex
	failures      []*injected
	before, after []*hook
	held          []*Held
	spent         []*injected // removed ones that never fired, for the report
	last          int         // the highest id given out
	lastHold      int         // the highest id given to a hold
}

func (fs *faults) inject(i *injected) (id int) {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	fs.last++
	i.id = fs.last
	fs.failures = append(fs.failures, i)
	return i.id
}

func (fs *faults) remover(id int) func() { return func() { fs.remove(id) } }

// remove takes a failure back. It is false when there is none with that id, or no longer.
func (fs *faults) remove(id int) bool {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	n := slices.IndexFunc(fs.failures, func(i *injected) bool { return i.id == id })
	if n < 0 {
		return false
	}
	fs.retire(fs.failures[n])
	fs.failures = slices.Delete(fs.failures, n, n+1)
	return true
}

// removeAll takes all failures back.
func (fs *faults) removeAll() {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	fs.retire(fs.failures...)
	fs.failures = nil
}

// retire keeps those of the removed failures that are to be reported: they never fired.
func (fs *faults) retire(removed ...*injected) {
	for _, i := range removed {
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

// pick finds the failure that a call meets, nil if none. Every failure it asks on the way counts the call, for its
// After and Times.
func (fs *faults) pick(c *Call) *injected {
	fs.mu.Lock()
	failures := slices.Clone(fs.failures)
	fs.mu.Unlock()
	for _, i := range failures {
		// Without the lock: a condition is a function of the test, which may use the fake.
		if matches(*c, i.Endpoint, i.Where) && fs.count(i) {
			return i
		}
	}
	return nil
}

// count counts a matching call and reports whether it is one that is to fail.
func (fs *faults) count(i *injected) bool {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	if i.isSpent() {
		return false
	}
	if i.seen++; i.seen <= i.After {
		return false
	}
	i.fired++
	return true
}

// unused lists, for the end of a test, the failures that never fired and the holds that were of no use or never
// released.
func (fs *faults) unused() []string {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	var said []string
	for _, i := range append(slices.Clone(fs.spent), fs.failures...) {
		if i.fired == 0 {
			said = append(said, fmt.Sprintf("the injected Failure of %s never fired; %s", selectionText(i.Endpoint, i.Where),
				i.whyNot()))
		}
	}
	for _, h := range fs.held {
		if odd := h.unused(); odd != "" {
			said = append(said, odd)
		}
	}
	return said
}

func (i *injected) whyNot() string {
	switch {
	case i.seen > 0:
		return fmt.Sprintf("After lets %d matching calls through first, and only %d came", i.After, i.seen)
	case len(i.Where) > 0:
		return "no call met its conditions"
	}
	return "that was not called"
}

func (fs *faults) clear() {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	for _, h := range fs.held {
		h.Release()
	}
	fs.failures, fs.before, fs.after, fs.held, fs.spent = nil, nil, nil, nil, nil
}
