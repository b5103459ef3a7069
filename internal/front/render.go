package front

// The last stage: an answer becomes headers and bytes, and is sent.

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strconv"
	"time"
)

// Sending is an answer on its way out, and the request that it answers.
type Sending struct {
	W       http.ResponseWriter
	Request *Request
	Number  int // of the request, from 1
	Started time.Time
	// values are those of the headers, in one piece: an answer has many.
	values []string
}

// Render turns an answer into headers and body.
func (x *Sending) Render(res *Response) []byte {
	var body []byte
	switch {
	case res.Body != nil:
		body, _ = json.Marshal(res.Body) // only plain structs and maps come here
		res.ContentType = cmp.Or(res.ContentType, "application/json")
	case res.File != nil:
	case res.ContentType != "":
		body = []byte(res.Text)
	}
	h := x.W.Header()
	x.values = make([]string, 0, usualHeaders)
	if res.ContentType != "" {
		x.set("Content-Type", res.ContentType)
	} else {
		h["Content-Type"] = nil // none, and none guessed by net/http
	}
	id, meta := requestID(x.Number)
	x.set("X-Request-Id", id)
	if x.Request.longPolled() {
		x.set(headerPolling, "yes")
	}
	if res.FromWorkhorse {
		return body
	}
	x.set("Vary", "Origin")
	x.set("X-Runtime", strconv.FormatFloat(time.Since(x.Started).Seconds(), 'f', 6, 64))
	x.set("X-Gitlab-Meta", meta)
	if !res.Bare {
		x.set("X-Frame-Options", "SAMEORIGIN")
		x.set("X-Content-Type-Options", "nosniff")
	}
	if x.Request.crossOrigin() {
		setCORS(h)
	}
	x.showLimits(res.Status)
	for name, values := range res.Header {
		h[name] = values
	}
	return x.cache(res, body)
}

// usualHeaders is how many headers an answer has when nothing is odd about it.
const usualHeaders = 10

// set sets a header of the answer, whose name is written as net/http does.
func (x *Sending) set(name, value string) {
	x.values = append(x.values, value)
	n := len(x.values)
	x.W.Header()[name] = x.values[n-1 : n : n]
}

// requestID is GitLab's correlation id, which looks like a ULID, of the nth request, by itself and as X-Gitlab-Meta
// has it.
func requestID(n int) (id, meta string) {
	const begin, first, end = `{"correlation_id":"`, "01J1FAKE000000000000000000", `","version":"1"}`
	digits := strconv.Itoa(n)
	meta = begin + first[:len(first)-len(digits)] + digits + end
	return meta[len(begin) : len(begin)+len(first)], meta
}

// cache sets the headers for caches and answers a conditional GET (Rack::ETag, Rack::ConditionalGet).
func (x *Sending) cache(res *Response, body []byte) []byte {
	if res.Header.Get("Cache-Control") != "" { // the endpoint has said it itself
		return body
	}
	if (res.Status != http.StatusOK && res.Status != http.StatusCreated) || len(body) == 0 {
		x.set("Cache-Control", "no-cache")
		return body
	}
	sum := sha256.Sum256(body)
	etag := string(append(hex.AppendEncode(append(make([]byte, 0, 36), `W/"`...), sum[:16]), '"'))
	x.set("Etag", etag)
	x.set("Cache-Control", "max-age=0, private, must-revalidate")
	method := x.Request.HTTP.Method
	if (method == http.MethodGet || method == http.MethodHead) && x.Request.HTTP.Header.Get("If-None-Match") == etag {
		res.Status = http.StatusNotModified
		x.W.Header()["Content-Type"] = nil
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

// Write writes status and body.
func (x *Sending) Write(res Response, body []byte) {
	if h := x.W.Header(); h.Get("Content-Length") == "" && res.Status != http.StatusNoContent &&
		res.Status != http.StatusNotModified {
		x.set("Content-Length", strconv.Itoa(len(body)))
	}
	if res.File != nil {
		x.set("Content-Length", strconv.FormatInt(res.File.Size, 10))
	}
	if x.Request.unread {
		x.set("Connection", "close") // else net/http waits for the body before it answers
	}
	x.W.WriteHeader(res.Status)
	switch {
	case x.Request.HTTP.Method == http.MethodHead:
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
