package fakegitlab

import (
	"context"
	"fmt"
	"slices"
	"sync"
)

// hook is something that a test does in the middle of a call.
type hook struct {
	endpoint Endpoint
	do       func(Call)
}

// Before runs do when a matching request has arrived and before it is served: another actor's change, mid-flight.
// Endpoint is as in Failure. do may use the fake, but must not wait for the request itself; hooks run in the order in
// which they were added.
func (f *Fake) Before(e Endpoint, do func(Call)) (remove func()) {
	f.tb.Helper()
	return f.addHook(&f.faults.before, "Before", e, do)
}

// After runs do when a matching request has been served and before its answer leaves, so the client cannot be ahead of
// it. The Call has the status and, if there is one, the reason.
func (f *Fake) After(e Endpoint, do func(Call)) (remove func()) {
	f.tb.Helper()
	return f.addHook(&f.faults.after, "After", e, do)
}

func (f *Fake) addHook(list *[]*hook, name string, e Endpoint, do func(Call)) (remove func()) {
	f.tb.Helper()
	problem := f.endpointProblem(e)
	if do == nil {
		problem = "there is no function"
	}
	if problem != "" {
		f.misuse("%s: %s", name, problem)
		return func() {}
	}
	h := &hook{e, do}
	f.faults.mu.Lock()
	defer f.faults.mu.Unlock()
	*list = append(*list, h)
	return func() {
		f.faults.mu.Lock()
		defer f.faults.mu.Unlock()
		*list = slices.DeleteFunc(slices.Clone(*list), func(other *hook) bool { return other == h })
	}
}

// run calls the hooks that match. Each runs in a goroutine of its own, so that a FailNow in it ends the hook and not
// the server's handling of the request.
func (fs *faults) run(list *[]*hook, c Call) {
	fs.mu.Lock()
	hooks := slices.Clone(*list)
	fs.mu.Unlock()
	for _, h := range hooks {
		if !h.endpoint.covers(c) {
			continue
		}
		h.run(c)
	}
}

func (h *hook) run(c Call) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		h.do(c)
	}()
	<-done
}

// Held is a hold on requests: they have arrived and wait, before they are served, until Release.
type Held struct {
	id       int // 1, 2, 3 ...
	endpoint Endpoint
	where    []CallMatcher
	arrived  chan struct{} // closed when first is set
	released chan struct{}
	once     sync.Once
	mu       sync.Mutex
	first    *Call
}

// Hold stops every matching request that arrives from now on, until Release. Close and Reset release, too; at the end
// of a test, a hold that never held a request and a request that was never released are errors (WithUnusedFailures). Of
// two holds that match a request the older one has it until its release.
func (f *Fake) Hold(e Endpoint, where ...CallMatcher) *Held {
	f.tb.Helper()
	h := newHeld(e, where)
	if problem := f.requestProblem(e, where); problem != "" {
		f.misuse("Hold: %s", problem)
		return h
	}
	f.faults.hold(h)
	return h
}

func newHeld(e Endpoint, where []CallMatcher) *Held {
	return &Held{endpoint: e, where: slices.Clone(where), arrived: make(chan struct{}), released: make(chan struct{})}
}

// hold lets a new hold begin.
func (fs *faults) hold(h *Held) (id int) {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	fs.lastHold++
	h.id = fs.lastHold
	done := func(other *Held) bool { return other.isReleased() && other.unused() == "" }
	fs.held = append(slices.DeleteFunc(slices.Clone(fs.held), done), h)
	return h.id
}

// Wait waits until a request is held and returns the first that was. It fails only when ctx ends.
func (h *Held) Wait(ctx context.Context) (Call, error) {
	select {
	case <-h.arrived:
		h.mu.Lock()
		defer h.mu.Unlock()
		return *h.first, nil
	case <-ctx.Done():
		return Call{}, fmt.Errorf("fakegitlab: waiting for a request to hold, %s: %w", selectionText(h.endpoint, h.where),
			ctx.Err())
	}
}

// Release lets all go that is held and holds nothing more. Releasing again does nothing.
func (h *Held) Release() { h.once.Do(func() { close(h.released) }) }

func (h *Held) isReleased() bool {
	select {
	case <-h.released:
		return true
	default:
		return false
	}
}

// firstCall is the first request that was held; false while none was.
func (h *Held) firstCall() (call Call, came bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.first == nil {
		return Call{}, false
	}
	return *h.first, true
}

// unused says what is odd about a hold at the end of a test, or "".
func (h *Held) unused() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case h.first == nil:
		return fmt.Sprintf("Hold(%s) never held a request", selectionText(h.endpoint, h.where))
	case !h.isReleased():
		return fmt.Sprintf("a request held by Hold(%s) was never released", selectionText(h.endpoint, h.where))
	}
	return ""
}

func (h *Held) arrive(c Call) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.first == nil {
		h.first = &c
		close(h.arrived)
	}
}

// holding are the holds that have not been released.
func (fs *faults) holding() []*Held {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(fs.held), (*Held).isReleased)
}

// hold waits while the call is held. It is false when the client gave up meanwhile.
func (x *exchange) hold() bool {
	fs := &x.fake.faults
	fs.mu.Lock()
	held := slices.Clone(fs.held)
	fs.mu.Unlock()
	for _, h := range held {
		if h.isReleased() || !matches(*x.request.call, h.endpoint, h.where) {
			continue
		}
		h.arrive(*x.request.call)
		select {
		case <-h.released:
		case <-x.fake.closing:
		case <-x.request.http.Context().Done():
			return false
		}
	}
	return true
}
