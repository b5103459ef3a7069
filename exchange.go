package fakegitlab

import (
	"fmt"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/memnet"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// exchange is a request together with where its answer goes. It is where failures and hooks have their say, so that no
// handler knows of them.
type exchange struct {
	fake    *Fake
	request *request
	w       http.ResponseWriter
	started time.Time
	abort   any // what to panic with for a connection reset
	// hangUp breaks a connection that is no longer net/http's. It comes after the Call is recorded: whoever has seen the
	// connection break finds the call in the journal.
	hangUp func()
	// values are those of the headers, in one piece: an answer has many.
	values []string
}

// set sets a header of the answer, whose name is written as net/http does.
func (x *exchange) set(name, value string) {
	x.values = append(x.values, value)
	n := len(x.values)
	x.w.Header()[name] = x.values[n-1 : n : n]
}

// serve takes a request that has been received, or was refused on the way in, to its answer.
func (x *exchange) serve(refusal *response) {
	fs, call := &x.fake.faults, x.request.call
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
	var res response
	if failure.takesEffect() {
		if refusal != nil {
			res = *refusal
		} else {
			res = x.request.answer()
		}
		call.Status, call.Reason = res.status, res.reason
	}
	if failure.Status != 0 {
		res, call.Failure = failure.response(), true
		call.Status = res.status
	}
	fs.run(&fs.after, *call)
	if failure.Network != "" {
		call.Failure = true
		x.breakDown(failure.Network, res)
		return
	}
	x.send(res)
}

// delay waits; false when the client gave up meanwhile. When the fake is closed the request is dropped: its client has often
// given up, too, and what is in the state at the end must not depend on which of the two is noticed first.
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
	case <-x.request.http.Context().Done():
		return false
	}
	return true
}

// breakDown is what is left of an answer after a network fault.
func (x *exchange) breakDown(fault NetworkFault, res response) {
	call := x.request.call
	if res.file != nil {
		res.text, res.file = res.file.String(), nil
	}
	switch fault {
	case MalformedJSON:
		body := x.render(&res)
		x.finish(res, body[:len(body)/2])
		return
	case TruncatedBody:
		body := x.render(&res)
		x.w.Header().Set("Content-Length", strconv.Itoa(len(body)+1))
		x.finish(res, body[:len(body)/2])
		_ = http.NewResponseController(x.w).Flush()
	case Hang:
		call.Status = 0
		select {
		case <-x.request.http.Context().Done():
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
	conn, _, err := http.NewResponseController(x.w).Hijack()
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

// throttleName is the throttle of users' API requests, as RateLimit-Name has it.
const throttleName = "throttle_authenticated_api"

// throttled counts the request against Settings.RateLimit and is the 429 of one too many (Rack::Attack, fixed
// windows). It counts whom identify found, be it that the token is refused by now.
func (q *request) throttled() *response {
	limit := q.Settings.RateLimit
	if limit.Requests == 0 || q.call.User == "" {
		return nil
	}
	w := q.CountRequest(q.call.User)
	if w.Count <= limit.Requests {
		return nil
	}
	reset := time.Unix(0, (w.Period+1)*int64(limit.Per)).UTC()
	perMinute := (int64(limit.Requests)*int64(time.Minute) + int64(limit.Per) - 1) / int64(limit.Per)
	r := plain(http.StatusTooManyRequests, msgRetryLater).because(fmt.Sprintf("%s made %d requests in %s; the limit is %d", q.call.User, w.Count, limit.Per, limit.Requests))
	r.contentType = "text/plain"
	r.header = rateLimitHeader(int(perMinute), w.Count, q.Now(), reset)
	return &r
}

// rateLimitHeader is what Rack::Attack says with a 429. limit is a minute's.
func rateLimitHeader(limit, observed int, now, reset time.Time) http.Header {
	h := http.Header{}
	for name, value := range map[string]string{
		"RateLimit-Name": throttleName, "RateLimit-Limit": strconv.Itoa(limit), "RateLimit-Observed": strconv.Itoa(observed),
		"RateLimit-Remaining": "0", "RateLimit-Reset": strconv.FormatInt(reset.Unix(), 10), "RateLimit-ResetTime": reset.UTC().Format(http.TimeFormat),
		"Retry-After": strconv.Itoa(world.WholeSeconds(reset.Sub(now))),
	} {
		h.Set(name, value)
	}
	return h
}
