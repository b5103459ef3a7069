package faults

import (
	"cmp"
	"fmt"
	"slices"
)

// Hook is something that a test does in the middle of a call.
type Hook[C any] struct {
	Planted
	Selection[C]
	Name   string // of what added it: Before, After
	Do     func(C)
	Ran    int    // how often
	ID     int    // 1, 2, 3 ...
	Remove func() // takes it back
}

// String is the hook for a message: "Before(POST /runners) at op_test.go:113".
func (h *Hook[C]) String() string { return fmt.Sprintf("%s(%s)%s", h.Name, h.Text, h.Place("")) }

// Before adds a hook that runs before matching requests are served.
func (s *Set[C, F]) Before(h *Hook[C]) (remove func()) { return s.hook(&s.before, h) }

// After adds a hook that runs once matching requests have been served.
func (s *Set[C, F]) After(h *Hook[C]) (remove func()) { return s.hook(&s.after, h) }

func (s *Set[C, F]) hook(list *[]*Hook[C], h *Hook[C]) (remove func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	*list = append(*list, h)
	s.lastHook++
	h.ID = s.lastHook
	h.Remove = func() {
		last := s.LastCall()
		s.mu.Lock()
		defer s.mu.Unlock()
		left := slices.DeleteFunc(slices.Clone(*list), func(other *Hook[C]) bool { return other == h })
		if len(left) < len(*list) && h.Ran == 0 {
			h.gone, h.until = true, last
			s.spentHooks = append(s.spentHooks, h)
		}
		*list = left
	}
	return h.Remove
}

// Hooks are copies of all hooks, in the order of their ids.
func (s *Set[C, F]) Hooks() []Hook[C] {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := copies(slices.Concat(s.before, s.after))
	slices.SortFunc(all, func(a, b Hook[C]) int { return cmp.Compare(a.ID, b.ID) })
	return all
}

// RunBefore calls the hooks of Before that match. running is told of each function of the test, in the goroutine that
// calls it, and "" when it has returned.
func (s *Set[C, F]) RunBefore(c *C, running func(function string)) { s.run(&s.before, c, running) }

// RunAfter is RunBefore for those of After.
func (s *Set[C, F]) RunAfter(c *C, running func(function string)) { s.run(&s.after, c, running) }

// run calls hooks, each in a goroutine of its own, so that a FailNow in it ends the hook and not the server's handling
// of the request.
func (s *Set[C, F]) run(list *[]*Hook[C], c *C, running func(function string)) {
	s.mu.Lock()
	hooks := slices.Clone(*list)
	s.mu.Unlock()
	for _, h := range hooks {
		if !h.matches(*c, h.String, running) {
			continue
		}
		s.mu.Lock()
		h.Ran++
		s.mu.Unlock()
		s.Apart("the function of "+h.String(), func() {
			running("the function of " + h.String())
			h.Do(s.Copy(*c))
		})
		running("")
	}
}
