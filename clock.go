package fakegitlab

import (
	"time"

	"github.com/fakegitlab/fakegitlab/internal/world"
)

// WithStartTime sets where the fake's clock starts. The default is 2024-07-01T12:00:00Z. The zero time, and WithClock
// beside it, fail the start.
func WithStartTime(t time.Time) Option {
	return func(o *options) {
		if o.start = &t; t.IsZero() {
			o.mistaken("WithStartTime: the zero time is none to start at; without WithStartTime it is %s",
				defaultStartTime().Format(time.RFC3339))
		}
	}
}

// WithClock makes the fake follow an outside clock, such as time.Now, which must not run backwards and may be asked by
// several goroutines at once. Advance then moves the fake ahead of it. now must not use the fake: one that panics, or
// does not return for two seconds, is not asked again, which is an error of the test, and the clock stands still.
func WithClock(now func() time.Time) Option {
	return func(o *options) {
		if o.clock = now; now == nil {
			o.mistaken("WithClock(nil): there is no clock to follow; without WithClock the fake has its own")
		}
	}
}

// WithWorkers has each Advance run GitLab's background workers, as RunWorkers does: at its end and, on its way,
// whenever a pipeline schedule is due.
func WithWorkers() Option { return func(o *options) { o.workers = true } }

// defaultStartTime is the time at which the fake's clock starts.
func defaultStartTime() time.Time { return time.Date(2024, time.July, 1, 12, 0, 0, 0, time.UTC) }

// Now is the time by the fake's clock.
func (f *Fake) Now() time.Time { return f.clock.Now() }

// Advance moves the fake's clock, which everything about time in the fake follows: delayed jobs start whose time it
// passes. It does not move backwards. With WithWorkers it does what RunWorkers does, too.
func (f *Fake) Advance(d time.Duration) {
	f.tb.Helper()
	if err := f.advance(d); err != nil {
		f.misuse("Advance(%s): %v", d, err)
	}
}

func (f *Fake) advance(d time.Duration) error {
	if err := f.openProblem(); err != nil {
		return err
	}
	defer f.news.Tell()
	if err := f.clock.Refusal(d); err != nil {
		return err
	}
	for {
		step := f.step(d)
		if err := f.clock.Advance(step); err != nil {
			return err
		}
		if !f.options.workers {
			world.Visit(f.state, func() {}) // in which delayed jobs start whose time has come
			return nil
		}
		world.Visit(f.state, f.state.RunWorkers)
		if d -= step; d == 0 {
			return nil
		}
	}
}

// step is how much of d the clock is to be moved at once: until the next schedule, which is then reckoned anew.
func (f *Fake) step(d time.Duration) (step time.Duration) {
	if !f.options.workers {
		return d
	}
	world.Visit(f.state, func() {
		if step = d; !f.state.NextSchedule().IsZero() {
			step = min(d, max(0, f.state.NextSchedule().Sub(f.clock.Now())))
		}
	})
	return step
}

// RunWorkers does what GitLab's background workers would have done by now: schedules that are due make one pipeline
// each, jobs that wait in vain or of whose runner nothing is heard fail, stale runner managers and expired artifacts
// go, but for those of locked pipelines: any of a ref until a newer one of it succeeds or, from 16.7 on, ends
// (Settings.KeepLatestArtifacts). docs/time.md has the rules. Nothing else does that, unless WithWorkers is given.
func (f *Fake) RunWorkers() {
	f.tb.Helper()
	if err := f.openProblem(); err != nil {
		f.misuse("RunWorkers: %v", err)
		return
	}
	defer f.news.Tell()
	world.Visit(f.state, f.state.RunWorkers)
}
