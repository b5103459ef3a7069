package memnet

import (
	"context"
	"sync"
	"time"
)

// A callContext is the context of a request as the handler has it. Most handlers never wait for its end: the real
// context, which has to be allocated with its channel, is made for the first who does. The zero value is ready.
type callContext struct {
	mu     sync.Mutex
	real   context.Context    // nil while nobody has asked for Done
	stop   context.CancelFunc // ends real
	hasEnd bool               // cancel was called
}

var _ context.Context = (*callContext)(nil)

// Deadline is none: a server sets no time limit.
func (*callContext) Deadline() (deadline time.Time, ok bool) { return time.Time{}, false }

// Done is closed when the call ends.
func (c *callContext) Done() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.real == nil {
		c.real, c.stop = context.WithCancel(serverContext)
		if c.hasEnd {
			c.stop()
		}
	}
	return c.real.Done()
}

// Err is context.Canceled once the call has ended.
func (c *callContext) Err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.hasEnd {
		return context.Canceled
	}
	return nil
}

// Value has what an http.Server says of the connection. Package context looks here for the real context, after it has
// asked for Done: without that it would start a goroutine for every context made of this one.
func (c *callContext) Value(key any) any {
	c.mu.Lock()
	real := c.real
	c.mu.Unlock()
	if real == nil {
		real = serverContext
	}
	return real.Value(key)
}

// cancel ends the context. Again it does nothing.
func (c *callContext) cancel() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.hasEnd = true
	if c.stop != nil {
		c.stop()
	}
}
