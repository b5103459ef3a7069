package fakegitlab

import (
	"errors"
	"sync"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/world"
)

// WithStartTime sets where the fake's clock starts. The default is 2024-07-01T12:00:00Z.
func WithStartTime(t time.Time) Option { return func(o *options) { o.start = t } }

// WithClock makes the fake follow an outside clock, such as time.Now, which must not run backwards and may be asked by
// several goroutines at once. Advance then moves the fake ahead of it.
func WithClock(now func() time.Time) Option {
	return func(o *options) {
		if o.clock = now; now == nil {
			o.mistaken("WithClock(nil): there is no clock to follow; without WithClock the fake has its own")
		}
	}
}

// WithWorkers has each Advance run GitLab's background workers, as RunWorkers does, once, at its end.
func WithWorkers() Option { return func(o *options) { o.workers = true } }

// Now is the time by the fake's clock.
func (f *Fake) Now() time.Time { return f.clock.now() }

// Advance moves the fake's clock, which everything about time in the fake follows. It does not move backwards. With
// WithWorkers it then does what RunWorkers does.
func (f *Fake) Advance(d time.Duration) {
	f.tb.Helper()
	if err := f.advance(d); err != nil {
		f.misuse("Advance(%s): %v", d, err)
	}
}

func (f *Fake) advance(d time.Duration) error {
	defer f.news.tell()
	err := f.clock.advance(d)
	if err == nil && f.options.workers {
		f.RunWorkers()
	}
	return err
}

// RunWorkers does what GitLab's background workers would have done by now: jobs that wait in vain or of whose runner
// nothing is heard fail, stale runner managers and expired artifacts go, but for those of locked pipelines: any of a
// ref until a newer one of it succeeds or, from 16.7 on, ends (Settings.KeepLatestArtifacts). docs/time.md has the
// rules. Nothing else does that, unless WithWorkers is given.
func (f *Fake) RunWorkers() {
	defer f.news.tell()
	world.Visit(f.state, f.state.RunWorkers)
}

// clock is the fake's clock: one that stands still, or an outside one; both are moved by advance.
type clock struct {
	start   time.Time
	outside func() time.Time
	mu      sync.Mutex
	ahead   time.Duration
}

func newClock(start time.Time, outside func() time.Time) *clock {
	return &clock{start: start.UTC(), outside: outside}
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.first().Add(c.ahead)
}

// first is the time with nothing advanced.
func (c *clock) first() time.Time {
	if c.outside != nil {
		return c.outside()
	}
	return c.start
}

func (c *clock) advance(d time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if d < 0 {
		return errors.New("time does not run backwards")
	}
	if c.ahead+d < 0 {
		return errors.New("the clock cannot be more than 292 years ahead")
	}
	c.ahead += d
	return nil
}

func (c *clock) reset() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ahead = 0
}
