package faults

import "fmt"

// Selection is the calls that something is to happen to.
type Selection[C any] struct {
	Text    string       // for a message: "POST /runners with By("mia")"
	Matches func(C) bool // may be a function of the test, which is never called under a lock
	Narrow  bool         // it has conditions beside the endpoint
	Asks    bool         // Matches calls a function of the test
}

// matches is Matches of a call that is being served and is for what has a name. running is told of a function of the
// test, as that of RunBefore.
func (s Selection[C]) matches(c C, name func() string, running func(function string)) bool {
	if !s.Asks {
		return s.Matches(c)
	}
	running("the function of Where in " + name())
	defer running("")
	return s.Matches(c)
}

// Meets is Matches where no call is being served: at the end of a test, and of a call that may come. A condition that
// panics does not hold of it. Of one that a call met the test has been told.
func (s Selection[C]) Meets(c C) (meets bool) {
	defer func() {
		if recover() != nil {
			meets = false
		}
	}()
	return s.Matches(c)
}

// Seen is what is asked of a recorded call.
type Seen struct {
	Number   int
	Failed   bool   // a failure answered it
	Injected string // where the failure was injected that it met; "" if none, or unknown
}

// Planted is when and where a test arranged for something to happen to calls.
type Planted struct {
	At    string // "op_test.go:113"; "" if unknown
	Since int    // the number of the last call before it
	gone  bool   // it was taken back
	until int    // then: the number of the last call before that
}

// Place is " at op_test.go:113" or, with a word before it, ", injected at op_test.go:113"; "" if unknown.
func (p Planted) Place(word string) string {
	if p.At == "" {
		return ""
	}
	return word + " at " + p.At
}

// Brackets is " (Invariant at op_test.go:113)", with a word for what it is; "" if the place is unknown.
func (p Planted) Brackets(word string) string {
	if p.At == "" {
		return ""
	}
	return " (" + word + p.Place("") + ")"
}

// saw reports whether it was there when a call came.
func (p Planted) saw(c Seen) bool { return c.Number > p.Since && (!p.gone || c.Number <= p.until) }

// absence says why nothing happened to any selected call, given the recorded calls and the number of the last.
func absence[C any](p Planted, which Selection[C], calls []C, seen func(C) Seen, last int) string {
	known := 0
	for _, c := range calls {
		facts := seen(c)
		switch saw := p.saw(facts); {
		case which.Meets(c) && saw:
			return fmt.Sprintf("#%d came, but it ended before its turn or met the conditions only later", facts.Number)
		case saw:
			known++
		case which.Meets(c):
			return fmt.Sprintf("that was called (#%d), but not while it was there", facts.Number)
		}
	}
	if p.gone {
		last = p.until
	}
	text := "that was not called"
	if which.Narrow {
		text = "no call met its conditions"
	}
	if known < last-p.Since { // ClearCalls, a limit of the journal, or calls that have not ended
		text += ", as far as the journal knows"
	}
	return text
}
