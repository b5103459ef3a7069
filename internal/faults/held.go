package faults

import (
	"context"
	"fmt"
	"slices"
	"sync"
)

// Held is a hold on requests: those that match arrive and then wait, before they are served, until Release.
type Held[C any] struct {
	Planted
	Selection[C]
	Control  bool          // it came through the control API
	ID       int           // 1, 2, 3 ...
	arrived  chan struct{} // closed when first is set
	released chan struct{}
	once     sync.Once
	mu       sync.Mutex
	first    *C
}

// NewHeld is a hold that has not begun.
func NewHeld[C any](which Selection[C]) *Held[C] {
	return &Held[C]{Selection: which, arrived: make(chan struct{}), released: make(chan struct{})}
}

// Hold lets a new hold begin.
func (s *Set[C, F]) Hold(h *Held[C]) (id int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lastHold++
	if h.ID = s.lastHold; h.Control {
		h.At = fmt.Sprintf("/-/fake/holds/%d", h.ID)
	}
	done := func(other *Held[C]) bool { return other.isReleased() && other.unused() == "" }
	s.held = append(slices.DeleteFunc(slices.Clone(s.held), done), h)
	return h.ID
}

// Wait waits until a request is held, or done is closed, and returns the first that was; false while none was.
func (h *Held[C]) Wait(done <-chan struct{}) (first C, came bool) {
	select {
	case <-h.arrived:
	case <-done:
	}
	return h.First()
}

// Release lets every held request go on and ends the hold. Releasing again does nothing.
func (h *Held[C]) Release() { h.once.Do(func() { close(h.released) }) }

func (h *Held[C]) isReleased() bool {
	select {
	case <-h.released:
		return true
	default:
		return false
	}
}

// First is the first request that was held; false while none was.
func (h *Held[C]) First() (first C, came bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.first == nil {
		return first, false
	}
	return *h.first, true
}

// unused says, for the end of a test, that a hold never held a request or was never released; else "".
func (h *Held[C]) unused() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case h.first == nil:
		return h.String() + " never held a request"
	case !h.isReleased():
		return fmt.Sprintf("a request held by %s was never released", h)
	}
	return ""
}

// String is the hold for a message: "Hold(POST /runners) at op_test.go:113".
func (h *Held[C]) String() string {
	return fmt.Sprintf("Hold(%s)%s", h.Text, Planted{At: h.At}.Place(""))
}

func (h *Held[C]) arrive(c C, mark func(C) C) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.first == nil {
		c = mark(c)
		h.first = &c
		close(h.arrived)
	}
}

// Holding are the holds that have not been released.
func (s *Set[C, F]) Holding() []*Held[C] {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(s.held), (*Held[C]).isReleased)
}

// Wait waits while the call is held, at the longest until the fake closes. It is false when the client gave up
// meanwhile, which ends ctx. mark makes of the call what the test is given of it while it waits.
func (s *Set[C, F]) Wait(ctx context.Context, c C, mark func(C) C, running func(function string),
	closing <-chan struct{}) bool {
	s.mu.Lock()
	held := slices.Clone(s.held)
	s.mu.Unlock()
	for _, h := range held {
		if h.isReleased() || !h.matches(c, h.String, running) {
			continue
		}
		h.arrive(c, mark)
		select {
		case <-h.released:
		case <-closing:
		case <-ctx.Done():
			return false
		}
	}
	return true
}
