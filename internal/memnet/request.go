package memnet

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// userAgent is what http.Transport sends for requests that name none.
const userAgent = "Go-http-client/1.1"

// maxDiscard is how much of a request body that its handler did not read an http.Server reads before it answers, in
// bytes.
const maxDiscard = 256 << 10

// checkRequest refuses what http.Transport refuses, with its words.
func checkRequest(req *http.Request) error {
	switch {
	case req.URL == nil:
		return errors.New("http: nil Request.URL")
	case req.Header == nil:
		return errors.New("http: nil Request.Header")
	case req.URL.Scheme != "http" && req.URL.Scheme != "https":
		return fmt.Errorf("unsupported protocol scheme %q", req.URL.Scheme)
	case req.Method != "" && !isToken(req.Method):
		return fmt.Errorf("net/http: invalid method %q", req.Method)
	case req.URL.Host == "":
		return errors.New("http: no Host in request URL")
	}
	for name, values := range req.Header {
		if !isToken(name) {
			return fmt.Errorf("net/http: invalid header field name %q", name)
		}
		if slices.ContainsFunc(values, invalidValue) { // the value is left out of the message: it may be secret
			return fmt.Errorf("net/http: invalid header field value for %q", name)
		}
	}
	return nil
}

// makeServerRequest makes the request as an http.Server would have read it.
func (c *call) makeServerRequest() error {
	req := c.client
	target := req.URL.RequestURI()
	u, err := c.serverURL(target)
	if err != nil {
		return err
	}
	header := wireHeader(req.Header, isRequestLineHeader)
	c.server = *(&http.Request{
		Method: req.Method, URL: u, RequestURI: target, Host: req.Host,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: header.names,
		Body: http.NoBody, RemoteAddr: clientAddrText, Close: req.Close,
	}).WithContext(&c.ctx)
	r := &c.server
	if r.Method == "" {
		r.Method = http.MethodGet
	}
	if r.Host == "" {
		r.Host = req.URL.Host
	}
	if req.URL.Scheme == "https" {
		r.TLS = tlsState(req.URL.Hostname())
	}
	c.addTransportHeaders(&header)
	c.addBody(r, &header)
	return nil
}

// serverURL is what an http.Server makes of the target of a request. That of a path which needs no escaping is the path
// and the query as the client has them.
func (c *call) serverURL(target string) (*url.URL, error) {
	u := c.client.URL
	if u.RawPath != "" || u.Opaque != "" || u.Path == "" || u.Path[0] != '/' || hasControl(target) ||
		!strings.HasPrefix(target, u.Path) {
		return url.ParseRequestURI(target)
	}
	c.url = url.URL{Path: u.Path, RawQuery: u.RawQuery, ForceQuery: u.ForceQuery && u.RawQuery == ""}
	return &c.url, nil
}

// hasControl reports whether s has a control character, which no URL may have.
func hasControl(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] == 0x7f {
			return true
		}
	}
	return false
}

func tlsState(host string) *tls.ConnectionState {
	return &tls.ConnectionState{Version: tls.VersionTLS13, HandshakeComplete: true, ServerName: host,
		CipherSuite: tls.TLS_AES_128_GCM_SHA256, NegotiatedProtocol: "http/1.1"}
}

// isRequestLineHeader reports whether http.Request has a field of its own for what the header says; an http.Transport
// then goes by the field.
func isRequestLineHeader(name string) bool {
	switch name {
	case "Host", "Content-Length", "Transfer-Encoding", "Trailer":
		return true
	}
	return false
}

// addTransportHeaders adds to h what http.Transport adds to a request.
func (c *call) addTransportHeaders(h *header) {
	if agent, ok := h.names["User-Agent"]; !ok {
		h.set("User-Agent", userAgent)
	} else if agent[0] == "" {
		delete(h.names, "User-Agent")
	} else {
		h.names["User-Agent"] = agent[:1]
	}
	if c.client.Close {
		h.set("Connection", "close")
	}
	if len(h.names["Accept-Encoding"]) == 0 && len(h.names["Range"]) == 0 && c.client.Method != http.MethodHead {
		h.set("Accept-Encoding", "gzip")
		c.gunzip = true
	}
}

// addBody gives r the client's body, and the headers that frame it.
func (c *call) addBody(r *http.Request, h *header) {
	req := c.client
	if req.Body == nil || req.Body == http.NoBody {
		if r.Method == http.MethodPost || r.Method == http.MethodPut || r.Method == http.MethodPatch {
			h.set("Content-Length", "0")
		}
		return
	}
	c.body = &requestBody{src: req.Body, left: -1, call: c}
	r.Body = c.body
	if req.ContentLength > 0 {
		c.body.left = req.ContentLength
		r.ContentLength = req.ContentLength
		h.set("Content-Length", strconv.FormatInt(req.ContentLength, 10))
		return
	}
	r.ContentLength = -1
	r.TransferEncoding = []string{"chunked"}
}

func expectsContinue(h http.Header) bool {
	return slices.ContainsFunc(h["Expect"], func(v string) bool { return strings.EqualFold(v, "100-continue") })
}

// A requestBody is the client's request body as the handler sees it.
type requestBody struct {
	src  io.ReadCloser
	call *call

	mu       sync.Mutex // guards the fields below; not held while src is read
	left     int64      // how many bytes shall come; -1 if unknown
	read     int64      // how many came
	end      error      // what reading returns from now on
	srcEnded bool       // src has been closed: it is the client's again
}

// Read reads from the client. Like a request read from a connection, it ends early with io.ErrUnexpectedEOF when the
// client has gone or gives fewer bytes than it announced, and is not to be read after the handler has returned.
func (b *requestBody) Read(p []byte) (int, error) {
	b.mu.Lock()
	end, left := b.end, b.left
	b.mu.Unlock()
	if end != nil {
		return 0, end
	}
	if left >= 0 && int64(len(p)) > left {
		p = p[:left]
	}
	n, err := b.src.Read(p)
	return b.took(n, err)
}

func (b *requestBody) took(n int, err error) (int, error) {
	b.mu.Lock()
	b.read += int64(n)
	if b.left >= 0 {
		b.left -= int64(n)
		if b.left == 0 {
			err = io.EOF
		}
	}
	var failure error
	switch {
	case b.end != nil: // the connection ended meanwhile
		n, err = 0, b.end
	case err == io.EOF && b.left > 0:
		failure = fmt.Errorf("http: ContentLength=%d with Body length %d", b.read+b.left, b.read)
	case err != nil && err != io.EOF:
		failure = err
	}
	if failure != nil {
		err = io.ErrUnexpectedEOF
	}
	if b.end == nil {
		b.end = err
	}
	b.mu.Unlock()
	if failure != nil {
		b.call.hangUp(failure)
	}
	return n, err
}

// Close is the handler's. It leaves the client's body open: the rest of it may yet be discarded.
func (b *requestBody) Close() error { return nil }

// discardRest reads what the handler left, within bounds, as an http.Server does before it answers.
func (b *requestBody) discardRest() {
	b.mu.Lock()
	wanted := b.end == nil && b.left < maxDiscard
	b.mu.Unlock()
	if wanted {
		_, _ = io.CopyN(io.Discard, b, maxDiscard+1)
	}
}

// disconnect makes reading fail and closes the client's body, once. A read under way may still use that for a moment,
// which http.RoundTripper allows until Close returns and readers must be prepared for.
func (b *requestBody) disconnect() {
	b.mu.Lock()
	first := !b.srcEnded
	b.srcEnded = true
	if b.end == nil {
		b.end = io.ErrUnexpectedEOF
	}
	b.mu.Unlock()
	if first {
		_ = b.src.Close()
	}
}
