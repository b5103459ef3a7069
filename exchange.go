package fakegitlab

import (
	"cmp"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/journal"
	"github.com/fakegitlab/fakegitlab/internal/outside"
	"github.com/fakegitlab/fakegitlab/internal/traffic"
)

// serve answers one request: it opens a Call, lets failures and hooks have their way, and closes the Call.
func (f *Fake) serve(w http.ResponseWriter, r *http.Request, way via) {
	if f.options.control != nil && f.options.control(f, w, r) {
		return
	}
	started := time.Now()
	number := f.log.Open()
	flying := f.flight.Enter(traffic.Called{Number: number, Method: r.Method, Path: r.URL.EscapedPath()})
	defer f.flight.Leave(flying)
	way.conns.CalledBy(r.RemoteAddr, flying)
	if r.Body != http.NoBody {
		r.Body = traffic.Arriving(r.Body, flying)
	}
	x := &exchange{fake: f, flying: flying, abort: way.reset, hangUp: func() {}, entry: &entry{Of: Call{Number: number,
		Time:   f.clock.Now().UTC(),
		Origin: way.Origin, Method: r.Method, Path: r.URL.EscapedPath(), Query: r.URL.Query(), Header: r.Header}}}
	x.call = &x.entry.Of
	x.Sending = front.Sending{W: w, Number: number, Started: started, Mounted: way.mounted,
		Request: front.NewRequest(&f.site, r, way.Way, x.call.Query, flying)}
	defer func() { // also when the connection is torn down
		x.call.note(x.Request.Settled())
		var line string
		if f.lines != nil {
			line = journalLine(*x.call) + "\n"
		}
		f.log.Close(number, x.entry) // from here on it is the journal's
		f.news.Tell()
		if f.lines != nil {
			flying.Doing("its line was being written (WithJournalTo)")
			f.lines.Write(line)
		}
		x.hangUp()
		x.Linger()
	}()
	x.serve(x.Request.Receive())
}

// note takes over what GitLab made of the request so far.
func (c *Call) note(r *front.Record) {
	c.Endpoint, c.Body, c.Params, c.IgnoredParams = Endpoint(r.Endpoint), r.Body, r.Params, r.IgnoredParams
	c.User, c.RunnerID, c.JobID, c.JobRunnerID, c.Operation = r.User, r.RunnerID, r.JobID, r.JobRunnerID, r.Operation
}

// entry is a Call on its way into the journal.
type entry = journal.Entry[Call, sentHeads]

// sentHeads are the headers of an answer, of which the journal makes a map for who looks at the Call.
type sentHeads front.Heads

// Complete puts them into their Call.
func (h sentHeads) Complete(c *Call) {
	if len(h) > 0 {
		c.ResponseHeader = front.Heads(h).Header()
	}
}

// Size is what they take in the journal.
func (h sentHeads) Size() int64 { return front.Heads(h).Size() }

// exchange is a request together with where its answer goes. It is where failures and hooks have their say, so that no
// handler knows of them.
type exchange struct {
	front.Sending
	fake   *Fake
	flying *traffic.Flying
	entry  *entry // of the journal; its Rest is none while there is no answer
	call   *Call  // of entry
	// header is what a failure puts on the answer; a name without values is taken away.
	header http.Header
	abort  any // what to panic with for a connection reset
	// hangUp breaks a connection that is no longer net/http's. It comes after the Call is recorded: whoever has seen the
	// connection break finds the call in the journal.
	hangUp func()
}

// serve takes a request that has been received, or was refused on the way in, to its answer.
func (x *exchange) serve(refusal *front.Response) {
	fs, call := &x.fake.faults, x.call
	defer outside.Catch(func(problem string) { // of a function of the test: the connection breaks
		call.Status, call.Reason = 0, problem
		x.fake.notice(problem)
		panic(http.ErrAbortHandler)
	})
	var failure Failure
	if !fs.Quiet() {
		x.Request.Identify() // the test looks at the call before it is answered
		call.note(&x.Request.Record)
		if !x.hold() {
			call.Reason = "its client left while it was held"
			return
		}
		fs.RunBefore(call, x.flying.Running)
		if met := fs.Pick(*call, x.fake.clock.Now, x.flying.Running); met != nil {
			failure, call.Injected = met.Failure.spoken(&x.Request), met.At
		}
	}
	if !x.delay(failure.Delay) {
		call.Reason = fmt.Sprintf("its client left before the Delay of %s was over", failure.Delay)
		return
	}
	var res front.Response
	if failure.takesEffect() {
		res = x.answer(refusal)
	}
	x.header = failure.Header
	var own Call // as it would have been answered
	if failure.spoils() {
		own = *call
	}
	if failure.Status != 0 {
		res, call.Failure = failure.response(&x.Request), true
		call.Status = res.Status
	}
	if failure.spoils() {
		call.Reason = failure.told(own)
		res.Reason = call.Reason
		x.fake.lost.lose(own)
	}
	fs.RunAfter(call, x.flying.Running)
	if failure.Network != "" {
		call.Failure = true
		x.breakDown(failure.Network, res)
		return
	}
	body := x.render(&res)
	x.finish(res, body)
}

// answer is GitLab's answer, or the refusal on the way in, which is noted in the Call.
func (x *exchange) answer(refusal *front.Response) (res front.Response) {
	call := x.call
	if refusal != nil {
		res = *refusal
	} else {
		res = x.Request.Answer()
	}
	call.note(&x.Request.Record)
	call.Status = res.Status
	res.Reason = cmp.Or(x.fake.lost.whyNoJob(call, x.fake.isRunning), res.Reason)
	call.Reason = res.Reason
	x.fake.noticeLacking(x.Request.Record.Lacking)
	if problem := x.Request.Record.Problem; problem != "" {
		x.fake.notice(problem)
	}
	return res
}

// isRunning reports whether there is a job of that ID and it is on a runner.
func (f *Fake) isRunning(jobID int) bool {
	j, there := f.Job(jobID)
	return there && j.Status == JobRunning
}

// render renders an answer, with the headers that a failure puts on it.
func (x *exchange) render(res *front.Response) []byte {
	body := x.Render(res)
	for name, values := range x.header {
		x.SetAll(http.Header{http.CanonicalHeaderKey(name): values})
	}
	return body
}

// finish writes an answer, which is in the Call before it can reach the client.
func (x *exchange) finish(res front.Response, body []byte) {
	x.Complete(res, body)
	c := x.call
	c.Status, c.Reason, c.ResponseBody = res.Status, res.Reason, x.Kept(res, body)
	x.entry.Rest = sentHeads(x.Heads)
	x.flying.Doing(traffic.Unread)
	x.Write(res, body)
	x.flying.Doing("")
}

// hold waits while the call is held. It is false when the client gave up meanwhile.
func (x *exchange) hold() bool {
	marked := func(c Call) Call {
		c = cloneCall(c) // Wait gives it to the test while the request waits
		c.Held = true
		return c
	}
	return x.fake.faults.Wait(x.Request.HTTP.Context(), *x.call, marked, x.flying.Running, x.fake.closing)
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
	call := x.call
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
		x.Heads.Set("Content-Length", strconv.Itoa(len(body)+1))
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
	x.hangUp = func() { traffic.Reset(conn) }
}
