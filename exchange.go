package fakegitlab

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/memnet"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// serve answers one request: it opens a Call, lets failures and hooks have their way, and closes the Call.
func (f *Fake) serve(w http.ResponseWriter, r *http.Request, way via) {
	if f.options.control != nil && f.options.control(f, w, r) {
		return
	}
	started := time.Now()
	number := f.log.Open()
	defer f.flight.leave(f.flight.enter(called{number, r.Method, r.URL.EscapedPath()}))
	x := exchange{fake: f, abort: way.reset, hangUp: func() {}, call: Call{Number: number, Time: f.clock.now().UTC(),
		Origin: way.Origin, Method: r.Method, Path: r.URL.EscapedPath(), Query: r.URL.Query(), Header: r.Header}}
	x.Sending = front.Sending{W: w, Number: number, Started: started,
		Request: front.NewRequest(&f.site, r, way.Way, x.call.Query)}
	defer func() { // also when the connection is torn down
		x.call.note(x.Request.Settled())
		f.log.Close(number, x.call)
		f.news.tell()
		if f.options.journalTo != nil {
			_, _ = io.WriteString(f.options.journalTo, journalLine(x.call)+"\n")
		}
		x.hangUp()
	}()
	x.serve(x.Request.Receive())
}

// note takes over what GitLab made of the request so far.
func (c *Call) note(r *front.Record) {
	c.Endpoint, c.Body, c.Params, c.IgnoredParams = Endpoint(r.Endpoint), r.Body, r.Params, r.IgnoredParams
	c.User, c.RunnerID, c.JobID = r.User, r.RunnerID, r.JobID
}

// exchange is a request together with where its answer goes. It is where failures and hooks have their say, so that no
// handler knows of them.
type exchange struct {
	front.Sending
	fake *Fake
	call Call
	// header is what a failure puts on the answer; a name without values is taken away.
	header http.Header
	abort  any // what to panic with for a connection reset
	// hangUp breaks a connection that is no longer net/http's. It comes after the Call is recorded: whoever has seen the
	// connection break finds the call in the journal.
	hangUp func()
}

// serve takes a request that has been received, or was refused on the way in, to its answer.
func (x *exchange) serve(refusal *front.Response) {
	fs, call := &x.fake.faults, &x.call
	call.note(&x.Request.Record)
	if !x.hold() {
		return
	}
	fs.run(&fs.before, *call)
	failure := fs.pick(call)
	if failure == nil {
		failure = &injected{}
	}
	if !x.delay(failure.Delay) {
		return
	}
	var res front.Response
	if failure.takesEffect() {
		if refusal != nil {
			res = *refusal
		} else {
			res = x.Request.Answer()
		}
		call.note(&x.Request.Record)
		call.Status, call.Reason = res.Status, res.Reason
	}
	x.header = failure.Header
	if failure.Status != 0 {
		res, call.Failure = failure.response(), true
		call.Status = res.Status
	}
	fs.run(&fs.after, *call)
	if failure.Network != "" {
		call.Failure = true
		x.breakDown(failure.Network, res)
		return
	}
	body := x.render(&res)
	x.finish(res, body)
}

// render renders an answer, with the headers that a failure puts on it.
func (x *exchange) render(res *front.Response) []byte {
	body := x.Render(res)
	for name, values := range x.header {
		x.W.Header()[http.CanonicalHeaderKey(name)] = values
	}
	return body
}

// finish writes an answer, which is in the Call before it can reach the client.
func (x *exchange) finish(res front.Response, body []byte) {
	c := &x.call
	c.Status, c.Reason, c.ResponseHeader, c.ResponseBody = res.Status, res.Reason, x.W.Header(), x.Kept(res, body)
	x.Write(res, body)
}

// hold waits while the call is held. It is false when the client gave up meanwhile.
func (x *exchange) hold() bool {
	return x.fake.faults.wait(x.Request.HTTP.Context(), x.call, x.fake.closing)
}

// delay waits; false when the client gave up meanwhile. When the fake is closed the request is dropped: its client
// has often given up, too, and what is in the state at the end must not depend on which of the two is noticed first.
func (x *exchange) delay(d time.Duration) bool {
	if d == 0 {
		return true
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-x.fake.closing:
		panic(http.ErrAbortHandler)
	case <-x.Request.HTTP.Context().Done():
		return false
	}
	return true
}

// breakDown is what is left of an answer after a network fault.
func (x *exchange) breakDown(fault NetworkFault, res front.Response) {
	call := &x.call
	if res.File != nil {
		res.Text, res.File = res.File.String(), nil
	}
	switch fault {
	case MalformedJSON:
		body := x.render(&res)
		x.finish(res, body[:len(body)/2])
		return
	case TruncatedBody:
		body := x.render(&res)
		x.W.Header().Set("Content-Length", strconv.Itoa(len(body)+1))
		x.finish(res, body[:len(body)/2])
		_ = http.NewResponseController(x.W).Flush()
	case Hang:
		call.Status = 0
		select {
		case <-x.Request.HTTP.Context().Done():
		case <-x.fake.closing:
		}
	case ConnectionReset:
		call.Status = 0
		x.reset()
		panic(x.abort)
	case EmptyReply:
		call.Status = 0
	}
	panic(http.ErrAbortHandler) // net/http's way to drop a connection
}

// reset has the connection torn down so that the peer is told: over TCP with RST.
func (x *exchange) reset() {
	conn, _, err := http.NewResponseController(x.W).Hijack()
	if err != nil {
		return // HTTP/2, or a server that is not ours: dropping it is all there is
	}
	x.hangUp = func() {
		raw := conn
		if wrapped, ok := conn.(interface{ NetConn() net.Conn }); ok { // TLS
			raw = wrapped.NetConn()
		}
		switch c := raw.(type) {
		case *net.TCPConn:
			_ = c.SetLinger(0)
		case *memnet.Conn:
			c.Reset()
		}
		_ = raw.Close()
	}
}

// inFlight knows the requests that are being answered, for those who wait for them.
type inFlight struct {
	mu    sync.Mutex
	left  sync.Cond // a request has left
	last  int       // the highest key given out; a Call's number comes again after a Reset
	calls map[int]called
}

// called is what a request is for.
type called struct {
	number       int // of its Call
	method, path string
}

func (i *inFlight) enter(what called) (key int) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.calls == nil {
		i.calls = map[int]called{}
	}
	i.last++
	i.calls[i.last] = what
	return i.last
}

func (i *inFlight) leave(key int) {
	i.mu.Lock()
	defer i.mu.Unlock()
	delete(i.calls, key)
	i.left.Broadcast()
}

// wait waits until no request is being answered.
func (i *inFlight) wait() {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.left.L = &i.mu
	for len(i.calls) > 0 {
		i.left.Wait()
	}
}

// String is the request on one line.
func (c called) String() string { return fmt.Sprintf("#%d %s %s", c.number, c.method, c.path) }

// list returns what is being answered, in the order of the calls.
func (i *inFlight) list() []called {
	i.mu.Lock()
	defer i.mu.Unlock()
	return slices.SortedFunc(maps.Values(i.calls), func(a, b called) int { return cmp.Compare(a.number, b.number) })
}

func (i *inFlight) names() string {
	calls := i.list()
	if len(calls) == 0 {
		return "idle connections"
	}
	return strings.Join(world.NamesOf(calls, called.String), ", ")
}
