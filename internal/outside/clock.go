package outside

import (
	"errors"
	"fmt"
	"reflect"
	"sync"
	"time"
)

// Patience is how long a function of the test may take before it is given up.
const Patience = 2 * time.Second

// Clock is the clock of a fake: one that stands still, or a function of the test; both are moved by Advance. It is safe
// for concurrent use.
type Clock struct {
	start    time.Time
	read     func() time.Time // nil: it stands still
	trusted  bool             // read is time.Now, which needs no watching
	patience time.Duration
	tell     func(problem string)
	asking   chan struct{} // whoever asks the function holds the one token

	mu    sync.Mutex
	ahead time.Duration
	last  time.Time // what the function said last
	given bool      // the function was given up; last stands still
}

// NewClock returns a clock that stands still at start or, if read is not nil, follows read. A function that panics, or
// does not return within patience because it waits for the fake, is told of once and not asked again: the clock then
// stands still.
func NewClock(start time.Time, read func() time.Time, patience time.Duration, tell func(problem string)) *Clock {
	now := reflect.ValueOf(time.Now).Pointer()
	return &Clock{start: start.UTC(), read: read, trusted: read != nil && reflect.ValueOf(read).Pointer() == now,
		patience: patience, tell: tell, asking: make(chan struct{}, 1), last: start.UTC()}
}

// Now is the time.
func (c *Clock) Now() time.Time {
	first := c.First()
	c.mu.Lock()
	defer c.mu.Unlock()
	return first.Add(c.ahead)
}

// First is the time with nothing advanced.
func (c *Clock) First() time.Time {
	switch {
	case c.read == nil:
		return c.start
	case c.trusted:
		return c.read()
	}
	return c.ask()
}

// Advance moves the clock.
func (c *Clock) Advance(d time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	err := c.refusal(d)
	if err == nil {
		c.ahead += d
	}
	return err
}

// Refusal is why the clock cannot be moved that far; nil if it can.
func (c *Clock) Refusal(d time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.refusal(d)
}

func (c *Clock) refusal(d time.Duration) error {
	switch {
	case d < 0:
		return errors.New("time does not run backwards")
	case c.ahead+d < 0:
		return errors.New("the clock cannot be more than 292 years ahead")
	}
	return nil
}

// Reset takes back what was advanced.
func (c *Clock) Reset() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ahead = 0
}

// ask asks the function, in a goroutine of its own: the caller may hold locks that a function which uses the fake waits
// for, and has to go on without it.
func (c *Clock) ask() time.Time {
	timer := time.NewTimer(c.patience)
	defer timer.Stop()
	select {
	case c.asking <- struct{}{}:
		defer func() { <-c.asking }()
	case <-timer.C: // the function asks for the time itself
		return c.giveUp(c.hung())
	}
	if last, given := c.standing(); given {
		return last
	}
	type answer struct {
		now     time.Time
		problem string
	}
	answered := make(chan answer, 1)
	go func() {
		got := answer{problem: "the function of WithClock ended its goroutine"}
		defer func() {
			if p := recover(); p != nil {
				got.problem = fmt.Sprintf("the function of WithClock panicked: %v", p)
			}
			answered <- got
		}()
		got = answer{now: c.read()}
	}()
	select {
	case got := <-answered:
		if got.problem != "" {
			return c.giveUp(got.problem)
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		c.last = got.now
		return got.now
	case <-timer.C:
		return c.giveUp(c.hung())
	}
}

func (c *Clock) hung() string {
	return fmt.Sprintf("the function of WithClock did not return for %s: it must not use the fake, which waits for it",
		c.patience)
}

func (c *Clock) standing() (last time.Time, given bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.last, c.given
}

// giveUp lets the clock stand still at the last time that is known.
func (c *Clock) giveUp(problem string) time.Time {
	c.mu.Lock()
	first := !c.given
	c.given = true
	last := c.last
	c.mu.Unlock()
	if first {
		c.tell(problem + "; the clock has stood still since then")
	}
	return last
}
