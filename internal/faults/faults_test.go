package faults

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// call is a recorded call by its number, failure a failure by its status.
type (
	call    int
	failure int
)

func every() Selection[call] {
	return Selection[call]{Text: "any", Matches: func(call) bool { return true }}
}

// set is a set to which calls up to last have come.
func set(last *int) *Set[call, failure] {
	return &Set[call, failure]{LastCall: func() int { return *last }, Copy: func(c call) call { return c },
		Seen: func(c call) Seen { return Seen{Number: int(c)} }, Apart: func(_ string, do func()) { do() }}
}

func begin() time.Time { return time.Unix(0, 0) }

// A server that runs for days must not keep what is over.
func TestNothingIsLeftOfWhatIsOver(t *testing.T) {
	last := 0
	s := set(&last)
	remove := s.Remover(s.Inject(&Injected[call, failure]{Selection: every()}))
	assert.NotNil(t, s.Pick(1, begin, nil))
	remove()
	assert.Empty(t, s.spent, "it fired, so there is nothing to report")
	assert.Empty(t, s.failures)

	used := NewHeld(every())
	s.Hold(used)
	held := make(chan struct{})
	go func() {
		defer close(held)
		assert.True(t, s.Wait(t.Context(), 2, s.Copy, nil, nil))
	}()
	first, came := used.Wait(t.Context().Done())
	assert.True(t, came)
	assert.Equal(t, call(2), first)
	used.Release()
	<-held
	unused := NewHeld(every())
	s.Hold(unused)
	unused.Release()
	assert.Equal(t, []*Held[call]{unused}, s.held, "the one that held something is forgotten")
	assert.Equal(t, []string{"Hold(any) never held a request"}, s.Unused(nil))
}

func TestPick(t *testing.T) {
	last := 0
	s := set(&last)
	now := begin()
	clock := func() time.Time { return now }
	s.Inject(&Injected[call, failure]{Selection: every(), Failure: 503, After: 1, Times: 1})
	s.Inject(&Injected[call, failure]{Selection: every(), Failure: 500, For: time.Minute})
	var met []failure
	for n := range call(4) {
		if i := s.Pick(n, clock, nil); i != nil {
			met = append(met, i.Failure)
		}
	}
	assert.Equal(t, []failure{500, 503, 500, 500}, met, "the first lets a call through, and fails one")
	now = now.Add(time.Minute)
	assert.Nil(t, s.Pick(4, clock, nil), "a minute has passed since the second fired first")
	assert.Empty(t, s.Unused(nil))
}

func TestHooksRunInTheirOrder(t *testing.T) {
	last := 0
	s := set(&last)
	var ran []string
	add := func(name string) func() {
		return s.Before(&Hook[call]{Name: name, Selection: every(), Do: func(call) { ran = append(ran, name) }})
	}
	removeFirst := add("first")
	add("second")
	one, two := call(1), call(2)
	s.RunBefore(&one, func(string) {})
	removeFirst()
	s.RunBefore(&two, func(string) {})
	assert.Equal(t, []string{"first", "second", "second"}, ran)
	s.After(&Hook[call]{Name: "After", Selection: every(), Planted: Planted{At: "x_test.go:1"}})
	assert.Equal(t, []string{"After(any) at x_test.go:1 never ran; that was not called"}, s.Unused(nil))
}
