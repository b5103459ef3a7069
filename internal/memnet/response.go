package memnet

import (
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
)

// bufferSize is how much of a response an http.Server holds back to find out its length and type, in bytes.
const bufferSize = 2048

// The headers that a server adds of its own.
const (
	date        = "Date"
	contentType = "Content-Type"
)

// A responseWriter is the handler's end of a call.
type responseWriter struct {
	call   *call
	header http.Header // what the handler sets; nil until it asks for it

	status    int      // 0: not yet written
	frozen    header   // header as of WriteHeader
	length    int64    // the Content-Length that the handler announced; -1 if none
	unsized   bool     // the handler set the header so that no length can be added
	written   int64    // what the handler wrote, in bytes
	buf       []byte   // the part of it that the client was not given yet
	absent    []string // headers of a server's that the handler wants none of
	lent      bool     // buf is the handler's, which Answer was given
	committed bool     // the client was given status and header
	duplex    bool
}

func (w *responseWriter) init(c *call) {
	w.call, w.length = c, -1
}

// Header returns the header that WriteHeader will send.
func (w *responseWriter) Header() http.Header {
	if w.header == nil {
		w.header = make(http.Header)
	}
	return w.header
}

// An Answerer is a ResponseWriter of a [RoundTripper] that takes a whole answer at once, so that nothing is copied that
// need not be. The client gets it when the handler returns or flushes.
type Answerer interface {
	http.ResponseWriter
	// Answer takes the place of Header, WriteHeader and Write, which are not to be called then. heads has names and
	// values in turn, each as it is to be on the wire; there is no Content-Type but theirs. It is not kept. The body is:
	// nobody may change it any more. It may be shorter than its Content-Length says, as if the connection had broken.
	Answer(status int, heads []string, body []byte)
}

var _ Answerer = (*responseWriter)(nil)

var untyped = []string{contentType}

// Answer implements Answerer.
func (w *responseWriter) Answer(status int, heads []string, body []byte) {
	w.status, w.absent = status, untyped
	w.frozen = newHeader(len(heads) / 2)
	for i := 0; i+1 < len(heads); i += 2 {
		w.frozen.append(heads[i], heads[i+1])
	}
	w.measure()
	if bodyAllowed(status) {
		w.buf, w.written, w.lent = slices.Clip(body), int64(len(body)), true
	}
}

// WriteHeader decides status and header. The client learns them with the first part of the body that is not held back.
func (w *responseWriter) WriteHeader(status int) {
	if status < 100 || status > 999 {
		panic(fmt.Sprintf("invalid WriteHeader code %v", status)) // as in net/http
	}
	if w.status != 0 || status < 200 && status != http.StatusSwitchingProtocols {
		return
	}
	w.status = status
	w.frozen = wireHeader(w.header, isUnsendable)
	_, w.unsized = w.header["Transfer-Encoding"]
	for _, name := range []string{date, contentType} {
		if values, named := w.header[name]; named && len(values) == 0 {
			w.absent = append(w.absent, name)
		}
	}
	w.measure()
}

// measure takes the length that the handler announced from the frozen header.
func (w *responseWriter) measure() {
	if length, ok := w.frozen.names["Content-Length"]; ok {
		if n, err := strconv.ParseInt(length[0], 10, 64); err == nil && n >= 0 {
			w.length = n
		} else {
			delete(w.frozen.names, "Content-Length")
			w.unsized = true
		}
	}
}

// isUnsendable reports whether a header of a handler's has no place in a response of this package.
func isUnsendable(name string) bool {
	return name == "Transfer-Encoding" || name == "Trailer" || !isToken(name) // the latter for http.TrailerPrefix, too
}

// Write implements io.Writer. It holds back up to 2 KiB.
func (w *responseWriter) Write(p []byte) (int, error) {
	if w.status == 0 {
		w.WriteHeader(http.StatusOK)
	}
	if len(p) == 0 {
		return 0, nil
	}
	if !bodyAllowed(w.status) {
		return 0, http.ErrBodyNotAllowed
	}
	w.written += int64(len(p))
	if w.length >= 0 && w.written > w.length {
		return 0, http.ErrContentLength
	}
	if len(w.buf)+len(p) <= bufferSize {
		w.buf = append(w.buf, p...)
		return len(p), nil
	}
	if err := w.send(); err != nil {
		return 0, err
	}
	if !w.committed {
		w.commit(p, false)
	}
	return w.put(p)
}

// Flush implements http.Flusher.
func (w *responseWriter) Flush() { _ = w.FlushError() }

// FlushError is Flush for http.ResponseController. It fails when the client has gone.
func (w *responseWriter) FlushError() error {
	if w.status == 0 {
		w.WriteHeader(http.StatusOK)
	}
	if !w.committed {
		w.commit(w.buf, false)
	}
	return w.send()
}

// EnableFullDuplex is for http.ResponseController: what is left of the request body is not discarded before the answer.
func (w *responseWriter) EnableFullDuplex() error {
	w.duplex = true
	return nil
}

// finish sends what is held back. It runs when the handler has returned.
func (w *responseWriter) finish() {
	if w.status == 0 {
		w.WriteHeader(http.StatusOK)
	}
	var end error = io.EOF
	if w.length >= 0 && w.written < w.length && w.hasBody() {
		end = io.ErrUnexpectedEOF
	}
	if w.committed {
		_ = w.send()
		w.call.stream.closeWriter(http.ErrBodyNotAllowed, end)
		return
	}
	// Nothing but this goroutine knows the stream yet: fill it first, so that the client need not be woken twice.
	if len(w.buf) > 0 && w.hasBody() {
		w.call.stream.buf = w.buf
	}
	w.call.stream.closeWriter(http.ErrBodyNotAllowed, end)
	w.commit(w.buf, true)
}

// send passes on what is held back.
func (w *responseWriter) send() error {
	if len(w.buf) == 0 {
		return nil
	}
	if !w.committed {
		w.commit(w.buf, false)
	}
	_, err := w.put(w.buf)
	if w.lent {
		w.buf, w.lent = nil, false
	}
	w.buf = w.buf[:0]
	return err
}

// put gives bytes to the client. With the last of those announced the client has the whole response, whatever the
// handler does then.
func (w *responseWriter) put(p []byte) (int, error) {
	if !w.hasBody() {
		return len(p), nil
	}
	n, err := w.call.stream.write(p)
	if err == nil && w.length >= 0 && w.written == w.length {
		w.call.stream.closeWriter(http.ErrContentLength, io.EOF)
	}
	return n, err
}

// hasBody reports whether a client reads a body after the header.
func (w *responseWriter) hasBody() bool {
	return w.call.server.Method != http.MethodHead && bodyAllowed(w.status)
}

// bodyAllowed reports whether the status lets a response have a body: RFC 9110, section 6.4.1.
func bodyAllowed(status int) bool {
	return status >= 200 && status != http.StatusNoContent && status != http.StatusNotModified
}

// commit gives the client the response, whose body begins with start. If done, that is all of it.
func (w *responseWriter) commit(start []byte, done bool) {
	w.committed = true
	c, closes := w.call, w.frozen.is("Connection", "close")
	if c.body != nil && !w.duplex && !closes && !expectsContinue(c.server.Header) {
		c.body.discardRest()
	}
	w.completeHeader(start, done)
	w.call.settle(w.response(), nil)
}

// completeHeader adds to the header what an http.Server adds.
func (w *responseWriter) completeHeader(start []byte, done bool) {
	h := w.frozen.names
	if !bodyAllowed(w.status) {
		w.length = -1
		delete(h, "Content-Length")
		if w.status == http.StatusNotModified {
			delete(h, contentType)
		}
	} else {
		_, typed := h[contentType]
		if !typed && !slices.Contains(w.absent, contentType) && len(h["Content-Encoding"]) == 0 && len(start) > 0 {
			w.frozen.set(contentType, http.DetectContentType(start))
		}
		if done && w.length < 0 && !w.unsized && (w.call.server.Method != http.MethodHead || len(start) > 0) {
			w.length = int64(len(start))
			w.frozen.set("Content-Length", strconv.Itoa(len(start)))
		}
	}
	if _, ok := h[date]; !ok && !slices.Contains(w.absent, date) {
		w.frozen.set(date, w.call.t.dateText())
	}
}

// response returns what an http.Transport would have read.
func (w *responseWriter) response() *http.Response {
	c := w.call
	closes := c.client.Close
	if w.frozen.is("Connection", "close") {
		closes = true
		delete(w.frozen.names, "Connection")
	}
	resp := &c.answer
	*resp = http.Response{
		Status: statusLine(w.status), StatusCode: w.status,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: w.frozen.names, Body: http.NoBody, ContentLength: w.length,
		Close: closes, Request: c.client,
	}
	if c.server.TLS != nil {
		resp.TLS = tlsState(c.server.TLS.ServerName)
	}
	switch {
	case !bodyAllowed(w.status):
		resp.ContentLength = 0
	case w.hasBody() && w.length != 0:
		resp.Body = (*responseBody)(c)
		if w.length < 0 {
			resp.TransferEncoding = []string{"chunked"}
		}
		if c.gunzip && w.frozen.is("Content-Encoding", "gzip") {
			unzip(resp)
		}
	}
	return resp
}

func statusLine(status int) string {
	if status == http.StatusOK {
		return "200 OK"
	}
	text := http.StatusText(status)
	if text == "" {
		text = "status code " + strconv.Itoa(status)
	}
	return strconv.Itoa(status) + " " + text
}

// unzip makes resp what http.Transport makes of a compressed response that its user did not ask for.
func unzip(resp *http.Response) {
	resp.Header.Del("Content-Encoding")
	resp.Header.Del("Content-Length")
	resp.ContentLength = -1
	resp.Uncompressed = true
	resp.Body = &gunzipBody{ReadCloser: resp.Body}
}

// A gunzipBody begins to decompress when it is first read, since reading the start may have to wait.
type gunzipBody struct {
	io.ReadCloser
	unzipped *gzip.Reader
	err      error
}

func (b *gunzipBody) Read(p []byte) (int, error) {
	if b.unzipped == nil && b.err == nil {
		b.unzipped, b.err = gzip.NewReader(b.ReadCloser)
	}
	if b.err != nil {
		return 0, b.err
	}
	return b.unzipped.Read(p)
}

// A responseBody is the client's end of a call.
type responseBody call

func (b *responseBody) Read(p []byte) (int, error) {
	n, err := b.stream.read(p)
	if err != nil {
		b.forgetContext()
	}
	return n, err
}

// Close tells the handler, if it still runs, that nobody reads.
func (b *responseBody) Close() error {
	b.forgetContext()
	b.stream.closeReader(errBodyClosed, errClientGone)
	if !b.handlerDone.Load() {
		(*call)(b).end()
	}
	return nil
}

func (b *responseBody) forgetContext() {
	if b.unwatch != nil {
		b.unwatch()
	}
}
