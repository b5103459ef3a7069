package front

// The last stage: an answer becomes headers and bytes, and is sent.

import (
	"bytes"
	"cmp"
	"net/http"
	"strconv"
	"time"
)

// Sending is an answer on its way out, and the request that it answers.
type Sending struct {
	W       http.ResponseWriter
	Request Request
	Number  int // of the request, from 1
	Started time.Time
	// Mounted is whether W may be another server's, who has set headers already and may do so later.
	Mounted bool
	// Heads are the headers of the answer.
	Heads Heads
	// bare are names that the answer is to have no header of, be it those that net/http adds.
	bare    []string
	written bool
	// odd is whether a header may be one that net/http would not send as it is.
	odd bool
}

// Render turns an answer into headers and body.
func (x *Sending) Render(res *Response) []byte {
	body, etag := x.encode(res)
	if res.Body != nil {
		res.ContentType = cmp.Or(res.ContentType, "application/json")
	}
	x.Heads = make(Heads, 0, usualHeads)
	if x.Mounted {
		x.SetAll(x.W.Header())
	}
	if res.ContentType != "" {
		x.Heads.Set("Content-Type", res.ContentType)
	} else {
		x.untype()
	}
	id, meta, runtime := requestID(x.Number, time.Since(x.Started))
	x.Heads.add("X-Request-Id", id)
	if x.Request.longPolled() {
		x.Heads.add(headerPolling, "yes")
	}
	if res.FromWorkhorse {
		return body
	}
	x.Heads.add("Vary", "Origin")
	x.Heads.add("X-Runtime", runtime)
	x.Heads.add("X-Gitlab-Meta", meta)
	if !res.Bare {
		x.Heads.add("X-Frame-Options", "SAMEORIGIN")
		x.Heads.add("X-Content-Type-Options", "nosniff")
	}
	if x.Request.crossOrigin() {
		setCORS(&x.Heads)
	}
	x.showLimits(res.Status)
	if len(res.Header) > 0 {
		x.SetAll(res.Header)
	}
	return x.cache(res, body, etag)
}

// SetAll sets headers in place of those of the same names; a name without values takes them away.
func (x *Sending) SetAll(h http.Header) {
	for name, values := range h {
		x.Heads.Del(name)
		for _, value := range values {
			x.Heads.add(name, value)
		}
		if len(values) == 0 {
			x.bare = append(x.bare, name)
		}
	}
	x.odd = x.odd || len(h) > 0
}

// untype has the answer go without a Content-Type, of which net/http is not to guess one either.
func (x *Sending) untype() {
	x.Heads.Del("Content-Type")
	x.bare = append(x.bare, "Content-Type")
}

// requestID is GitLab's correlation id, which looks like a ULID, of the nth request, by itself and as X-Gitlab-Meta
// has it, and what X-Runtime says: all three are pieces of one string.
func requestID(n int, took time.Duration) (id, meta, runtime string) {
	const begin, first, end = `{"correlation_id":"`, "01J1FAKE000000000000000000", `","version":"1"}`
	const length = len(begin) + len(first) + len(end)
	var text [length + 24]byte
	all := append(append(text[:0], begin...), first...)
	digits := strconv.AppendInt(make([]byte, 0, 20), int64(n), 10)
	copy(all[len(all)-len(digits):], digits)
	all = strconv.AppendFloat(append(all, end...), took.Seconds(), 'f', 6, 64)
	whole := string(all)
	return whole[len(begin) : len(begin)+len(first)], whole[:length], whole[length:]
}

// encode returns the body of an answer as it is on the wire, and its ETag; "" if it has none (Rack::ETag).
func (x *Sending) encode(res *Response) (body []byte, etag string) {
	if res.ETag != "" {
		return nil, res.ETag
	}
	e := encoders.Get().(*encoder)
	defer e.release()
	text := e.encode(res)
	succeeded := res.Status == http.StatusOK || res.Status == http.StatusCreated
	if len(text) > 0 && succeeded && !res.FromWorkhorse && res.Header.Get("Cache-Control") == "" {
		return x.Request.site.bodies.share(text)
	}
	return bytes.Clone(text), ""
}

// cache sets the headers for caches and answers a conditional GET (Rack::ETag, Rack::ConditionalGet).
func (x *Sending) cache(res *Response, body []byte, etag string) []byte {
	if res.Header.Get("Cache-Control") != "" { // the endpoint has said it itself
		return body
	}
	if etag == "" {
		x.Heads.add("Cache-Control", "no-cache")
		return body
	}
	x.Heads.add("Etag", etag)
	x.Heads.add("Cache-Control", "max-age=0, private, must-revalidate")
	method := x.Request.HTTP.Method
	if (method == http.MethodGet || method == http.MethodHead) && x.Request.header("If-None-Match") == etag {
		res.Status, res.File = http.StatusNotModified, nil
		x.untype()
		return nil
	}
	return body
}

// Kept is what a journal keeps of the body: of a file the beginning.
func (x *Sending) Kept(res Response, body []byte) []byte {
	if res.File != nil {
		return res.File.Head(keptOfUpload)
	}
	return body
}

// Complete sets the last headers of an answer, which follow from its body: whoever records it does so before it is
// written.
func (x *Sending) Complete(res Response, body []byte) {
	switch {
	case res.File != nil:
		x.Heads.Set("Content-Length", strconv.FormatInt(res.File.Size, 10))
	case x.Heads.Get("Content-Length") == "" && res.Status != http.StatusNoContent && res.Status != http.StatusNotModified:
		x.Heads.Set("Content-Length", strconv.Itoa(len(body)))
	}
	if x.Request.unread {
		x.Heads.Set("Connection", "close") // else net/http waits for the body before it answers
	}
}

// wholeWriter is what takes an answer whole (memnet.Answerer): the body must not be changed afterwards, and is sent
// when the handler returns.
type wholeWriter interface {
	Answer(status int, heads []string, body []byte)
}

// Write writes a complete answer.
func (x *Sending) Write(res Response, body []byte) {
	x.written = true
	if x.Request.HTTP.Method == http.MethodHead {
		res.File, body = nil, nil
	}
	if w, takes := x.W.(wholeWriter); takes && !x.odd && res.File == nil {
		w.Answer(res.Status, x.Heads, body)
		return
	}
	x.Heads.put(x.W.Header(), x.Mounted)
	for _, name := range x.bare {
		x.W.Header()[name] = nil
	}
	x.W.WriteHeader(res.Status)
	switch {
	case res.File != nil:
		_, _ = res.File.WriteTo(&endApart{x.W, res.File.Size})
	case len(body) > 0:
		_, _ = (&endApart{x.W, int64(len(body))}).Write(body)
	}
}

// endApart writes the last byte of so many by itself. net/http sends what is long at once, and what is that short when
// the handler returns: so nobody has read a whole answer whose Call is not in the journal yet.
type endApart struct {
	http.ResponseWriter
	left int64
}

func (w *endApart) Write(p []byte) (n int, err error) {
	if w.left -= int64(len(p)); w.left != 0 || len(p) < 2 {
		return w.ResponseWriter.Write(p)
	}
	end := len(p) - 1
	if n, err = w.ResponseWriter.Write(p[:end]); err != nil {
		return n, err
	}
	last, err := w.ResponseWriter.Write(p[end:])
	return n + last, err
}
