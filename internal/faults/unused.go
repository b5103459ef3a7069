package faults

import (
	"fmt"
	"slices"
)

// Unused lists, for the end of a test, the failures that never fired, the holds that were of no use or never released
// and the hooks that never ran, given the calls that there were.
func (s *Set[C, F]) Unused(calls []C) []string {
	last := s.LastCall()
	s.mu.Lock()
	failures := copies(slices.Concat(s.spent, s.failures))
	hooks := copies(slices.Concat(s.spentHooks, s.before, s.after))
	held := slices.Clone(s.held)
	s.mu.Unlock()
	var said []string
	for _, i := range failures {
		if i.Fired == 0 {
			said = append(said, fmt.Sprintf("the injected Failure of %s never fired; %s%s", i.Text,
				s.whyNot(&i, calls, last), i.Brackets("injected")))
		}
	}
	for _, h := range held {
		if odd := h.unused(); odd != "" {
			said = append(said, odd)
		}
	}
	for _, h := range hooks {
		if h.Ran == 0 {
			said = append(said, fmt.Sprintf("%s never ran; %s", &h, absence(h.Planted, h.Selection, calls, s.Seen, last)))
		}
	}
	return said
}

// whyNot says why a failure never fired.
func (s *Set[C, F]) whyNot(i *Injected[C, F], calls []C, last int) string {
	matching := 0
	var failed []Seen
	for _, c := range calls {
		if facts := s.Seen(c); i.saw(facts) && i.Meets(c) {
			matching++
			if facts.Failed || facts.Injected != "" {
				failed = append(failed, facts)
			}
		}
	}
	earlier := ""
	if len(failed) > 0 && matching > i.Matched { // what it did not see met one that was injected before
		earlier = fmt.Sprintf("#%d met an earlier Failure%s", failed[0].Number,
			Planted{At: failed[0].Injected}.Place(", injected"))
		if others := matching - i.Matched - 1; others > 0 {
			earlier += fmt.Sprintf(", and so did %d more", others)
		}
	}
	switch {
	case i.Matched > 0 && earlier != "":
		return fmt.Sprintf("After lets %d matching calls through first, and only %d came to it; %s", i.After, i.Matched,
			earlier)
	case i.Matched > 0:
		return fmt.Sprintf("After lets %d matching calls through first, and only %d came", i.After, i.Matched)
	case earlier != "":
		return earlier
	}
	return absence(i.Planted, i.Selection, calls, s.Seen, last)
}
