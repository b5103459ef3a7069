package fakegitlab

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/fakegitlab/fakegitlab/internal/outside"
)

// hook is something that a test does in the middle of a call.
type hook struct {
	name     string // of what added it: Before, After
	endpoint Endpoint
	where    []CallMatcher
	do       func(Call)
	planted
	ran    int // how often
	id     int // 1, 2, 3 ...
	remove func()
}

// text is the hook for a message: "Before(POST /runners) at op_test.go:113".
func (h *hook) text() string {
	return fmt.Sprintf("%s(%s)%s", h.name, selectionText(h.endpoint, h.where), h.place(""))
}

// hook adds a hook to those before or those after.
func (fs *faults) hook(list *[]*hook, h *hook) (remove func()) {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	*list = append(*list, h)
	fs.lastHook++
	h.id = fs.lastHook
	h.remove = func() {
		last := fs.lastCall()
		fs.mu.Lock()
		defer fs.mu.Unlock()
		left := slices.DeleteFunc(slices.Clone(*list), func(other *hook) bool { return other == h })
		if len(left) < len(*list) && h.ran == 0 {
			h.gone, h.until = true, last
			fs.spentHooks = append(fs.spentHooks, h)
		}
		*list = left
	}
	return h.remove
}

// hooks are copies of all hooks, in the order of their ids.
func (fs *faults) hooks() []hook {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	var all []hook
	for _, h := range slices.Concat(fs.before, fs.after) {
		all = append(all, *h)
	}
	slices.SortFunc(all, func(a, b hook) int { return cmp.Compare(a.id, b.id) })
	return all
}

// run calls the hooks that match. Each runs in a goroutine of its own, so that a FailNow in it ends the hook and not
// the server's handling of the request.
func (fs *faults) run(list *[]*hook, c Call, doing func(what string)) {
	fs.mu.Lock()
	hooks := slices.Clone(*list)
	fs.mu.Unlock()
	for _, h := range hooks {
		if !matches(c, h.endpoint, h.where) {
			continue
		}
		fs.mu.Lock()
		h.ran++
		fs.mu.Unlock()
		doing(h.text() + " did not return")
		h.run(c)
		doing("")
	}
}

func (h *hook) run(c Call) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		h.do(cloneCall(c))
	}()
	<-done
}

// Held is a hold on requests: those that match arrive and then wait, before they are served, until Release.
type Held struct {
	id       int // 1, 2, 3 ...
	endpoint Endpoint
	where    []CallMatcher
	at       string        // where in the test it began; "" if unknown
	control  bool          // it came through the control API
	arrived  chan struct{} // closed when first is set
	released chan struct{}
	once     sync.Once
	mu       sync.Mutex
	first    *Call
	waiting  func(context.Context) (open outside.Wait, stop func())
}

func (f *Fake) newHeld(e Endpoint, where []CallMatcher) *Held {
	return &Held{endpoint: e, where: slices.Clone(where), arrived: make(chan struct{}), released: make(chan struct{}),
		waiting: f.waiting}
}

// hold lets a new hold begin.
func (fs *faults) hold(h *Held) (id int) {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	fs.lastHold++
	if h.id = fs.lastHold; h.control {
		h.at = fmt.Sprintf("/-/fake/holds/%d", h.id)
	}
	done := func(other *Held) bool { return other.isReleased() && other.unused() == "" }
	fs.held = append(slices.DeleteFunc(slices.Clone(fs.held), done), h)
	return h.id
}

// Wait waits until a request is held and returns the first that was. It fails when ctx ends, when the fake is closed,
// and shortly before the test's deadline (WaitFor).
func (h *Held) Wait(ctx context.Context) (Call, error) {
	open, stop := h.waiting(ctx)
	defer stop()
	select {
	case <-h.arrived:
	case <-open.Done():
	}
	if first, came := h.firstCall(); came {
		return first, nil
	}
	return Call{}, fmt.Errorf("fakegitlab: waiting for a request to hold, %s: %w", selectionText(h.endpoint, h.where),
		open.Why())
}

// Release lets every held request go on and ends the hold. Releasing again does nothing.
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

// unused says, for the end of a test, that a hold never held a request or was never released; else "".
func (h *Held) unused() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case h.first == nil:
		return h.text() + " never held a request"
	case !h.isReleased():
		return fmt.Sprintf("a request held by %s was never released", h.text())
	}
	return ""
}

// text is the hold for a message: "Hold(POST /runners) at op_test.go:113".
func (h *Held) text() string {
	return fmt.Sprintf("Hold(%s)%s", selectionText(h.endpoint, h.where), planted{at: h.at}.place(""))
}

func (h *Held) arrive(c Call) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.first == nil {
		c = cloneCall(c) // Wait gives it to the test while the request waits
		c.Held = true
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

// wait waits while the call is held, at the longest until the fake closes. It is false when the client gave up
// meanwhile, which ends ctx.
func (fs *faults) wait(ctx context.Context, c Call, closing <-chan struct{}) bool {
	fs.mu.Lock()
	held := slices.Clone(fs.held)
	fs.mu.Unlock()
	for _, h := range held {
		if h.isReleased() || !matches(c, h.endpoint, h.where) {
			continue
		}
		h.arrive(c)
		select {
		case <-h.released:
		case <-closing:
		case <-ctx.Done():
			return false
		}
	}
	return true
}
