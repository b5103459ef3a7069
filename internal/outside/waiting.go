package outside

import (
	"context"
	"fmt"
	"time"
)

// Wait is a wait of the test. Done is closed when it is in vain: the context of whoever waits has ended, the fake is
// closed, or the test's deadline is near, at which go test would end the test without a word of what it waits for.
type Wait struct {
	context.Context
	asked context.Context
}

// Waiting begins a wait, which stop ends. Once closing is closed its reason is closed.
func Waiting(ctx context.Context, test any, closing <-chan struct{}, closed error) (w Wait, stop func()) {
	inTime, cancelInTime := untilDeadline(ctx, test)
	open, cancel := context.WithCancelCause(inTime)
	go func() {
		select {
		case <-closing:
			cancel(closed)
		case <-open.Done():
		}
	}()
	return Wait{open, ctx}, func() {
		cancel(nil)
		cancelInTime()
	}
}

// untilDeadline is a context that ends shortly before the test's deadline, if there is one. In a bubble the time is
// another than that of the deadline. Of a test of less than a minute a tenth is left.
func untilDeadline(ctx context.Context, test any) (context.Context, context.CancelFunc) {
	limited, has := test.(interface{ Deadline() (time.Time, bool) })
	if !has || InBubble() { // where testing.T.Deadline panics
		return context.WithCancel(ctx)
	}
	deadline, set := limited.Deadline()
	if !set {
		return context.WithCancel(ctx)
	}
	const parts = 10
	before := min(beforeDeadline, time.Until(deadline)/parts)
	why := fmt.Errorf("the test's deadline (go test -timeout) is near: %w", context.DeadlineExceeded)
	return context.WithDeadlineCause(ctx, deadline.Add(-before), why)
}

// Why is why the wait was in vain; nil as long as it may still succeed.
func (w Wait) Why() error {
	if err := w.asked.Err(); err != nil {
		return err
	}
	return context.Cause(w.Context)
}

// EndsWithin waits until something has ended, which closes ended, and at most that long; it reports whether it has.
func EndsWithin(ended <-chan struct{}, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ended:
		return true
	case <-timer.C:
		return false
	}
}
