package memnet

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"time"
)

// A call is one request on its way through a RoundTripper. The client's goroutine and the handler's share it.
type call struct {
	t      *RoundTripper
	client *http.Request  // as the client sent it
	server http.Request   // as the handler gets it
	url    url.URL        // of server, unless it had to be parsed
	ctx    callContext    // of server
	body   *requestBody   // nil if there is none
	answer http.Response  // as the client gets it, once it is made
	stream stream         // the response body, from handler to client
	writer responseWriter // the handler's end of it
	gunzip bool           // the client did not ask for gzip itself and shall not see it

	once    sync.Once     // guards settling
	settled chan struct{} // closed when resp or err is set; nil if the client's goroutine serves and need not wait
	resp    *http.Response
	err     error

	prev, next  *call // in t.calls, whose lock guards them
	handlerDone atomic.Bool
	// unwatch ends the watching of the client's context. RoundTrip sets it before the client has the response.
	unwatch func() bool
}

// settle decides what RoundTrip returns, unless it was decided before.
func (c *call) settle(resp *http.Response, err error) {
	c.once.Do(func() {
		c.resp, c.err = resp, err
		if c.settled != nil {
			close(c.settled)
		}
	})
}

// drop ends the connection from the server's side. The client gets early if no response has begun; else late, after the
// bytes that were sent.
func (c *call) drop(early, late error) {
	c.settle(nil, early)
	c.stream.closeWriter(errClientGone, late)
	c.end()
}

// hangUp ends the connection from the client's side. The client gets err from RoundTrip or from reading the response
// body.
func (c *call) hangUp(err error) {
	c.settle(nil, err)
	c.stream.closeReader(err, errClientGone)
	c.end()
}

// end tells the handler, if it still runs, that nobody waits for it, and gives the request body back to the client.
func (c *call) end() {
	c.ctx.cancel()
	if c.body != nil {
		c.body.disconnect()
	}
}

// giveUp hangs up because the client's context has ended, and returns why.
func (c *call) giveUp() error {
	ctx := c.client.Context()
	err := context.Cause(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		c.awaitClientTimeout()
	}
	c.hangUp(err)
	return err
}

// awaitClientTimeout makes it possible to tell http.Client.Timeout from a deadline of the caller. For RoundTrippers
// that it does not know, http.Client watches the time once more, in a goroutine that closes Request.Cancel; only when
// that one has run does the client's error say "Client.Timeout exceeded". The context ends at the same instant, and
// which of the two comes first is a matter of chance.
func (c *call) awaitClientTimeout() {
	//lint:ignore SA1019 deprecated for callers; here it is http.Client's own signal
	cancel := c.client.Cancel
	if cancel == nil {
		return
	}
	grace := time.NewTimer(timeoutGrace)
	defer grace.Stop()
	select {
	case <-cancel:
	case <-grace.C:
	}
}
