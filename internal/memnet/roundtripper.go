package memnet

import (
	"context"
	"errors"
	"io"
	"log"
	"math"
	"net"
	"net/http"
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// ErrReset is what a handler panics with to make a [RoundTripper] reset the connection, where [http.ErrAbortHandler]
// makes it close the connection: the client gets an error that matches syscall.ECONNRESET. Under an http.Server it
// would be a panic like any other; there, hijack the connection and call [Conn.Reset].
var ErrReset = errors.New("memnet: connection reset by the handler")

// A RoundTripper is an http.RoundTripper that has each request served by Handler in a goroutine of its own, as an
// http.Server would: the handler gets a request of its own and a streaming ResponseWriter, the client a response while
// the handler runs on. What both see is what they would see over HTTP/1.1 with an http.Transport, with these
// exceptions:
//
//   - There are no connections. Nothing is idle, reused, hijacked, upgraded or limited in number or size, httptrace
//     hooks are not called, and the Transport's silent second attempt at a request that failed on a reused connection
//     does not happen.
//   - ResponseController offers Flush and EnableFullDuplex. Read and write deadlines and Hijack are
//     http.ErrNotSupported.
//   - Trailers and informational (1xx) responses are dropped.
//   - The handler reads the request body straight from the client's reader, so that one is read no further ahead than
//     the handler, or the discarding of the rest of it before the answer, reads. Bytes beyond Request.ContentLength are
//     not noticed.
//   - A request for an https URL has a Request.TLS and so has its response, but no certificates.
//
// A handler ends a connection by panicking with [http.ErrAbortHandler] or [ErrReset]. Before the response has begun,
// the client gets io.EOF or a connection reset by peer instead of one; later, the body ends with io.ErrUnexpectedEOF or
// with that reset. The request's context ends when the client gives up, when it closes the response body early, and
// when the handler returns.
//
// The fields may not change once the RoundTripper is in use. Its methods may be called concurrently.
type RoundTripper struct {
	Handler  http.Handler // serves the requests; never nil
	ErrorLog *log.Logger  // gets panics of the handler; nil means the log package's standard logger

	// Inline, if not nil, reports whether a request is served by the goroutine that called RoundTrip, which halves what
	// the call costs: a goroutine of its own has to be scheduled and to grow a stack. It is for handlers whose whole
	// answer is there when they return, as RoundTrip returns no earlier, and that return when the request's context ends,
	// which it does when the client's context does. They must not call runtime.Goexit. Inline must not change the request
	// nor read its body.
	Inline func(*http.Request) bool

	date atomic.Pointer[dateHeader]

	mu     sync.Mutex
	calls  *call // those whose handler has not returned, linked
	closed bool
	idle   chan struct{} // closed when calls is empty after closed was set; nil when nobody waits for it
}

var _ http.RoundTripper = (*RoundTripper)(nil)

// RoundTrip implements http.RoundTripper.
func (t *RoundTripper) RoundTrip(req *http.Request) (*http.Response, error) {
	c, err := t.open(req)
	if err != nil {
		if req.Body != nil {
			_ = req.Body.Close()
		}
		return nil, err
	}
	ctx := req.Context()
	if t.Inline != nil && t.Inline(&c.server) {
		c.serveInline(ctx)
	} else {
		c.settled = make(chan struct{})
		go c.serveAlone()
		select {
		case <-c.settled:
		case <-ctx.Done():
		}
	}
	if ctx.Err() != nil { // perhaps both happened: let the select's choice not matter
		return nil, c.giveUp()
	}
	if c.err != nil {
		return nil, c.err
	}
	if !c.handlerDone.Load() {
		c.unwatch = context.AfterFunc(ctx, func() { _ = c.giveUp() })
	}
	return c.resp, nil
}

// open checks the request and registers the call.
func (t *RoundTripper) open(req *http.Request) (*call, error) {
	if err := checkRequest(req); err != nil {
		return nil, err
	}
	if err := req.Context().Err(); err != nil {
		return nil, context.Cause(req.Context())
	}
	c := &call{t: t, client: req}
	c.stream.init()
	c.writer.init(c)
	if err := c.makeServerRequest(); err != nil {
		return nil, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		c.ctx.cancel()
		return nil, opError("dial", nil, serverAddr, errRefused())
	}
	if c.next = t.calls; c.next != nil {
		c.next.prev = c
	}
	t.calls = c
	return c, nil
}

// Shutdown makes later calls fail with syscall.ECONNREFUSED, and waits until the handlers of earlier ones have returned
// or ctx has ended, whose error it returns.
func (t *RoundTripper) Shutdown(ctx context.Context) error {
	t.mu.Lock()
	t.closed = true
	if t.calls == nil {
		t.mu.Unlock()
		return nil
	}
	if t.idle == nil {
		t.idle = make(chan struct{})
	}
	idle := t.idle
	t.mu.Unlock()
	select {
	case <-idle:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Close makes later calls fail with syscall.ECONNREFUSED, and drops those whose handler has not returned: the handler's
// request context ends, and the client sees a closed connection. It does not wait for handlers. Closing again does
// nothing; the error is always nil.
func (t *RoundTripper) Close() error {
	t.mu.Lock()
	t.closed = true
	var calls []*call
	for c := t.calls; c != nil; c = c.next {
		calls = append(calls, c)
	}
	t.mu.Unlock()
	for _, c := range calls {
		c.drop(io.EOF, io.ErrUnexpectedEOF)
	}
	return nil
}

// Reopen lets calls through again after Close or Shutdown.
func (t *RoundTripper) Reopen() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.closed = false
}

func (t *RoundTripper) forget(c *call) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if c.next != nil {
		c.next.prev = c.prev
	}
	if c.prev != nil {
		c.prev.next = c.next
	} else {
		t.calls = c.next
	}
	c.prev, c.next = nil, nil // the client may keep the response, and this call with it
	if t.calls == nil && t.idle != nil {
		close(t.idle)
		t.idle = nil
	}
}

// A dateHeader is the value of the Date header in one second. To write it anew is a twelfth of what a call costs.
type dateHeader struct {
	second int64
	text   string
}

func (t *RoundTripper) dateText() string {
	now := time.Now()
	date := t.date.Load()
	if date == nil || date.second != now.Unix() {
		date = &dateHeader{second: now.Unix(), text: now.UTC().Format(http.TimeFormat)}
		t.date.Store(date)
	}
	return date.text
}

func (t *RoundTripper) logf(format string, args ...any) {
	if t.ErrorLog != nil {
		t.ErrorLog.Printf(format, args...)
		return
	}
	log.Printf(format, args...)
}

// serveAlone is the body of the call's own goroutine.
func (c *call) serveAlone() {
	growStack(false)
	c.serve()
}

// serveInline serves while the client waits. Nobody reads the response meanwhile, so all of it must find room.
func (c *call) serveInline(ctx context.Context) {
	c.stream.limit = math.MaxInt
	if ctx.Done() != nil {
		stop := context.AfterFunc(ctx, func() { _ = c.giveUp() })
		defer stop()
	}
	c.serve()
}

// serve runs the handler.
func (c *call) serve() {
	w := &c.writer
	returned := false
	defer func() {
		cause := recover()
		if returned {
			w.finish()
		} else { // by a panic, or by runtime.Goexit as in testing's FailNow
			c.abort(cause)
		}
		c.handlerDone.Store(true)
		c.end()
		c.t.forget(c)
	}()
	handler := c.t.Handler
	if len(c.server.Header["Expect"]) > 0 && !expectsContinue(c.server.Header) {
		handler = http.HandlerFunc(expectationFailed)
	}
	handler.ServeHTTP(w, &c.server)
	returned = true
}

// growStack makes the stack of a new goroutine large enough for most handlers, at once. It begins with 2 KiB; growing
// when the handler is deep in a call, twice or three times over, is a quarter of what a call costs. Entering the
// function is what does it: the runtime makes room for its frame, used or not, and only the use would clear it.
//
//go:noinline
func growStack(use bool) {
	if use {
		var frame [6 << 10]byte
		touch(&frame)
	}
}

//go:noinline
func touch(*[6 << 10]byte) {}

// abort ends the connection under a response that its handler did not finish.
func (c *call) abort(cause any) {
	if cause == ErrReset {
		err := errReset()
		c.drop(err, err)
		return
	}
	if cause != nil && cause != http.ErrAbortHandler {
		stack := make([]byte, 64<<10)
		stack = stack[:runtime.Stack(stack, false)]
		c.t.logf("memnet: panic serving %s %s: %v\n%s", c.server.Method, c.server.URL.Path, cause, stack)
	}
	c.drop(io.EOF, io.ErrUnexpectedEOF)
}

func expectationFailed(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Connection", "close")
	w.WriteHeader(http.StatusExpectationFailed)
}

func errReset() error {
	return opError("read", clientAddr, serverAddr, syscall.ECONNRESET)
}

var (
	errBodyClosed = errors.New("http: read on closed response body") // http.Transport's words
	errClientGone = opError("write", serverAddr, clientAddr, syscall.EPIPE)
)

// The one connection that all calls seem to share.
var (
	clientAddr     net.Addr = loopback(firstClientPort)
	serverAddr     net.Addr = loopback(serverPort)
	clientAddrText          = clientAddr.String()
	serverContext           = context.WithValue(context.Background(), http.LocalAddrContextKey, serverAddr)
)

// timeoutGrace is how long giveUp waits for http.Client to notice that its own timeout was the one that ended the
// context.
const timeoutGrace = time.Millisecond
