package faults

import (
	"fmt"
	"slices"
	"sync"
	"time"
)

// Injected is a failure with what has come of it.
type Injected[C, F any] struct {
	Planted
	Selection[C]
	Failure      F
	After, Times int           // as in the root's Failure
	For          time.Duration // likewise
	Control      bool          // it came through the control API
	ID           int           // 1, 2, 3 ...
	Matched      int           // how many calls it was asked about
	Fired        int           // how many of them it failed
	firstFired   time.Time
}

// IsSpent reports whether it has failed all the calls that it was to fail.
func (i *Injected[C, F]) IsSpent(now time.Time) bool {
	return i.Times > 0 && i.Fired >= i.Times || i.For > 0 && i.Fired > 0 && !now.Before(i.firstFired.Add(i.For))
}

// planted is the failure for a message about a condition of it:
// "Inject(POST /runners with Where(func)) at op_test.go:113".
func (i *Injected[C, F]) planted() string { return fmt.Sprintf("Inject(%s)%s", i.Text, i.Place("")) }

// Set are the failures, hooks and holds of a fake.
type Set[C, F any] struct {
	LastCall func() int   // the number of the last call that came
	Seen     func(C) Seen // what is asked of a call
	Copy     func(C) C    // of a call, for a function of the test
	// Apart calls a function of the test in a goroutine of its own and waits for it. what names it, for its panic.
	Apart func(what string, do func())

	mu            sync.Mutex
	failures      []*Injected[C, F]
	before, after []*Hook[C]
	held          []*Held[C]
	spent         []*Injected[C, F] // removed ones that never fired, for the report
	spentHooks    []*Hook[C]        // likewise those that never ran
	last          int               // the highest id given out
	lastHold      int               // the highest id given to a hold
	lastHook      int               // the highest id given to a hook
}

// Quiet reports whether nothing is to happen to a call before it is answered.
func (s *Set[C, F]) Quiet() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.failures) == 0 && len(s.before) == 0 && len(s.held) == 0
}

// Inject adds a failure.
func (s *Set[C, F]) Inject(i *Injected[C, F]) (id int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last++
	i.ID = s.last
	if i.At == "" && i.Control {
		i.At = fmt.Sprintf("/-/fake/failures/%d", i.ID)
	}
	s.failures = append(s.failures, i)
	return i.ID
}

// Remover takes a failure back when it is called.
func (s *Set[C, F]) Remover(id int) func() { return func() { s.Remove(id) } }

// Remove takes a failure back. It is false when there is none with that id, or no longer.
func (s *Set[C, F]) Remove(id int) bool {
	last := s.LastCall()
	s.mu.Lock()
	defer s.mu.Unlock()
	n := slices.IndexFunc(s.failures, func(i *Injected[C, F]) bool { return i.ID == id })
	if n < 0 {
		return false
	}
	s.retire(last, s.failures[n])
	s.failures = slices.Delete(s.failures, n, n+1)
	return true
}

// RemoveAll takes all failures back.
func (s *Set[C, F]) RemoveAll() {
	last := s.LastCall()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.retire(last, s.failures...)
	s.failures = nil
}

// retire keeps those of the removed failures that are to be reported: they never fired.
func (s *Set[C, F]) retire(lastCall int, removed ...*Injected[C, F]) {
	for _, i := range removed {
		i.gone, i.until = true, lastCall
		if i.Fired == 0 {
			s.spent = append(s.spent, i)
		}
	}
}

// List returns the failures that have not been removed, as they are now.
func (s *Set[C, F]) List() []Injected[C, F] {
	s.mu.Lock()
	defer s.mu.Unlock()
	return copies(s.failures)
}

func copies[V any](list []*V) []V {
	all := make([]V, len(list))
	for n, v := range list {
		all[n] = *v
	}
	return all
}

// Pick finds the failure that a call meets at that time, nil if none. Every failure it asks on the way counts the call,
// for its After and Times.
func (s *Set[C, F]) Pick(c C, now func() time.Time, running func(function string)) *Injected[C, F] {
	s.mu.Lock()
	failures := slices.Clone(s.failures)
	s.mu.Unlock()
	for _, i := range failures {
		if i.matches(c, i.planted, running) && s.count(i, now()) {
			return i
		}
	}
	return nil
}

// count counts a matching call and reports whether it is one that is to fail.
func (s *Set[C, F]) count(i *Injected[C, F], now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if i.IsSpent(now) {
		return false
	}
	if i.Matched++; i.Matched <= i.After {
		return false
	}
	if i.Fired++; i.Fired == 1 {
		i.firstFired = now
	}
	return true
}

// Clear forgets everything and lets all held requests go.
func (s *Set[C, F]) Clear() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, h := range s.held {
		h.Release()
	}
	s.failures, s.before, s.after, s.held, s.spent, s.spentHooks = nil, nil, nil, nil, nil, nil
}
