package memnet_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab/internal/memnet"
)

// A network is one way for a client to reach a handler.
type network struct {
	name  string
	start func(*testing.T, http.Handler) (client *http.Client, url string)
}

var silent = log.New(io.Discard, "", 0)

func networks() []network {
	return []network{
		{"TCP", func(t *testing.T, h http.Handler) (*http.Client, string) {
			server := httptest.NewUnstartedServer(h)
			server.Config.ErrorLog = silent
			server.Start()
			t.Cleanup(server.Close)
			return server.Client(), server.URL
		}},
		{"Listener", serveListener},
		{"RoundTripper", func(t *testing.T, h http.Handler) (*http.Client, string) {
			return roundTrip(t, &memnet.RoundTripper{Handler: h, ErrorLog: silent})
		}},
	}
}

// inline is for handlers that keep the rules of RoundTripper.Inline.
func inline() network {
	return network{"Inline", func(t *testing.T, h http.Handler) (*http.Client, string) {
		always := func(*http.Request) bool { return true }
		return roundTrip(t, &memnet.RoundTripper{Handler: h, ErrorLog: silent, Inline: always})
	}}
}

func roundTrip(t *testing.T, rt *memnet.RoundTripper) (*http.Client, string) {
	t.Cleanup(func() { _ = rt.Close() })
	return &http.Client{Transport: rt}, "http://" + memnet.Host
}

func serveListener(t *testing.T, h http.Handler) (*http.Client, string) {
	l := memnet.Listen()
	server := &http.Server{Handler: h, ErrorLog: silent}
	served := make(chan struct{})
	go func() {
		defer close(served)
		_ = server.Serve(l)
	}()
	transport := &http.Transport{DialContext: l.DialContext}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		_ = server.Close()
		<-served
	})
	return &http.Client{Transport: transport}, "http://" + memnet.Host
}

// What the two sides of a call saw.
type seen struct {
	Request  *http.Request
	Received string
	ReadErr  string
	Response *http.Response
	Body     string
	BodyErr  string
	Err      string
}

// TestParity makes the same calls over each network and wants handler and client to see the same.
func TestParity(t *testing.T) {
	answer := func(body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, body) }
	}
	status := func(code int, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(code)
			_, _ = io.WriteString(w, body)
		}
	}
	long := strings.Repeat("0123456789", 1000)
	zipped := new(bytes.Buffer)
	zip := gzip.NewWriter(zipped)
	_, _ = io.WriteString(zip, long)
	_ = zip.Close()
	answerZipped := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = w.Write(zipped.Bytes())
	}
	for _, test := range []struct {
		name     string
		method   string
		target   string
		body     func() io.Reader
		change   func(*http.Request)
		handler  http.HandlerFunc
		unserved bool // the request may not reach the handler
	}{
		{name: "empty answer", handler: answer("")},
		{name: "small answer, type sniffed", handler: answer("<html>")},
		{name: "answer of the buffer's size", handler: answer(long[:2048])},
		{name: "long answer is chunked", handler: answer(long)},
		{name: "answer larger than a stream", handler: answer(strings.Repeat(long, 20))},
		{name: "query and escaped path", target: "/projects/group%2Fproject/runners?tag_list=a%2Cb&x=#frag",
			handler: answer("{}")},
		{name: "no path", target: "", handler: answer("{}")},
		{name: "double slash", target: "//a//b", handler: answer("{}")},
		{name: "opaque URL", change: func(r *http.Request) { r.URL.Opaque = "/a%2Fb?c" }, handler: answer("{}")},
		{name: "created", method: "POST", body: text(`{"a":1}`), handler: status(201, "{}")},
		{name: "empty POST", method: "POST", handler: status(201, "{}")},
		{name: "body of unknown length", method: "POST", body: unknownLength("abc"), handler: answer("{}")},
		{name: "long body of unknown length", method: "PUT", body: unknownLength(strings.Repeat(long, 20)),
			handler: answer("{}")},
		{name: "DELETE with body", method: "DELETE", body: text("token=a"), handler: status(204, "")},
		{name: "no content", handler: status(204, "x")},
		{name: "not modified", handler: func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/plain")
			w.Header().Set("Content-Length", "3")
			w.Header().Set("ETag", `"a"`)
			w.WriteHeader(304)
		}},
		{name: "unknown status", handler: status(599, "x")},
		{name: "HEAD, handler writes", method: "HEAD", handler: answer("{}")},
		{name: "HEAD, handler writes much", method: "HEAD", handler: answer(long)},
		{name: "HEAD, handler writes nothing", method: "HEAD", handler: answer("")},
		{name: "HEAD, length given", method: "HEAD", handler: func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "7")
		}},
		{name: "informational status first", handler: func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(103)
			w.WriteHeader(202)
			w.WriteHeader(500)
		}},
		{name: "flushed", handler: func(w http.ResponseWriter, _ *http.Request) {
			w.(http.Flusher).Flush()
			_, _ = io.WriteString(w, "<html>")
		}},
		{name: "flushed between", handler: func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, "<html>")
			_ = http.NewResponseController(w).Flush()
			w.Header().Set("Too-Late", "1")
			_, _ = io.WriteString(w, "</html>")
		}},
		{name: "headers", change: func(r *http.Request) {
			r.Header["PRIVATE-TOKEN"] = []string{" a\t"}
			r.Header["Private-Token"] = []string{"b", "c"}
			r.Header["Nothing"] = nil
			r.Header["Host"] = []string{"evil"}
			r.Header.Set("User-Agent", "gitlab-runner 17.2.0")
			r.Host = "gitlab.example.com"
		}, handler: func(w http.ResponseWriter, _ *http.Request) {
			w.Header()["x-lower"] = []string{"a", " b "}
			w.Header()["X-Break"] = []string{"a\r\nb"}
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("Date", "never")
			w.Header().Set("Transfer-Encoding", "chunked")
			_, _ = io.WriteString(w, "{}")
		}},
		{name: "no user agent", change: func(r *http.Request) { r.Header.Set("User-Agent", "") }, handler: answer("{}")},
		{name: "close", change: func(r *http.Request) { r.Close = true }, handler: answer("{}")},
		{name: "handler closes", handler: func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Connection", "close")
		}},
		{name: "expect continue", method: "POST", body: text("abc"), change: func(r *http.Request) {
			r.Header.Set("Expect", "100-continue")
		}, handler: answer("{}")},
		{name: "expect the impossible", unserved: true, method: "POST", body: text("abc"), change: func(r *http.Request) {
			r.Header.Set("Expect", "miracle")
		}, handler: answer("{}")},
		{name: "gzip unasked", handler: answerZipped},
		{name: "gzip asked", change: func(r *http.Request) {
			r.Header.Set("Accept-Encoding", "gzip")
		}, handler: answerZipped},
		{name: "gzip broken", handler: func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = io.WriteString(w, "not gzip, but long enough")
		}},
		{name: "range", change: func(r *http.Request) { r.Header.Set("Range", "bytes=0-1") }, handler: answer("{}")},
		{name: "length too large", handler: func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "10")
			_, _ = io.WriteString(w, "abc")
		}},
		{name: "length too small", handler: func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "2")
			_, _ = io.WriteString(w, "ab")
			_, _ = io.WriteString(w, "abc")
		}},
		{name: "length invalid", handler: func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "two")
			_, _ = io.WriteString(w, "ab")
		}},
		{name: "length too large and long", handler: func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "20000")
			_, _ = io.WriteString(w, long)
		}},
		{name: "neither date nor type", handler: func(w http.ResponseWriter, _ *http.Request) {
			w.Header()["Date"], w.Header()["Content-Type"] = nil, nil
			_, _ = io.WriteString(w, "<html>")
		}},
		{name: "all at once", handler: atOnce(200, "{}", "Content-Type", "application/json", "X-A", "1", "X-A", "2")},
		{name: "all at once, length given", handler: atOnce(201, "{}", "Content-Length", "2")},
		{name: "all at once, too short", handler: atOnce(200, "{}", "Content-Length", "3")},
		{name: "all at once, long", handler: atOnce(200, long, "Content-Length", "10000")},
		{name: "all at once, to HEAD", method: "HEAD", handler: atOnce(200, "", "Content-Length", "2")},
		{name: "all at once, no content", handler: atOnce(204, "")},
		{name: "all at once and closes", handler: atOnce(200, "{}", "Connection", "close")},
		{name: "all at once, flushed and aborted", handler: func(w http.ResponseWriter, r *http.Request) {
			atOnce(200, "abc", "Content-Length", "6")(w, r)
			_ = http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		}},
		{name: "aborted", method: "POST", handler: func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, "abc")
			panic(http.ErrAbortHandler)
		}},
		{name: "aborted after a flush", handler: func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, "abc")
			w.(http.Flusher).Flush()
			_, _ = io.WriteString(w, "lost")
			panic(http.ErrAbortHandler)
		}},
		{name: "aborted after the last byte announced", handler: func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "3")
			_, _ = io.WriteString(w, "abc")
			w.(http.Flusher).Flush()
			panic(http.ErrAbortHandler)
		}},
		{name: "panic", method: "POST", handler: func(http.ResponseWriter, *http.Request) { panic("oops") }},
		{name: "panic for an invalid status", method: "POST", handler: status(99, "")},
		{name: "client's body fails", unserved: true, method: "POST", body: func() io.Reader {
			return io.MultiReader(strings.NewReader("abc"), failing{})
		}, handler: answer("{}")},
		{name: "client's body is short", unserved: true, method: "POST", body: text("abc"), change: func(r *http.Request) {
			r.ContentLength = 5
		}, handler: answer("{}")},
		{name: "invalid method", unserved: true, method: "POST", change: func(r *http.Request) {
			r.Method = "A B"
		}, handler: answer("")},
		{name: "invalid header name", unserved: true, change: func(r *http.Request) {
			r.Header["A B"] = []string{"c"}
		}, handler: answer("")},
		{name: "invalid header value", unserved: true, change: func(r *http.Request) {
			r.Header["A"] = []string{"glrt-x\n"}
		}, handler: answer("")},
		{name: "no host", unserved: true, change: func(r *http.Request) { r.URL.Host = "" }, handler: answer("")},
		{name: "unknown scheme", unserved: true, change: func(r *http.Request) { r.URL.Scheme = "ftp" }, handler: answer("")},
	} {
		t.Run(test.name, func(t *testing.T) {
			var want seen
			for i, network := range append(networks(), inline()) {
				var got seen
				handled := make(chan struct{}, 1)
				client, base := network.start(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if test.unserved {
						_, _ = io.ReadAll(r.Body)
						return
					}
					defer func() { handled <- struct{}{} }()
					body, err := io.ReadAll(r.Body)
					got.Request, got.Received, got.ReadErr = r, string(body), errorText(err)
					test.handler(w, r)
				}))
				var body io.Reader
				if test.body != nil {
					body = test.body()
				}
				req, err := http.NewRequest(test.method, base+test.target, body)
				require.NoError(t, err)
				if test.change != nil {
					test.change(req)
				}
				resp, err := client.Transport.RoundTrip(req)
				if got.Err = errorText(err); err == nil {
					body, err := io.ReadAll(resp.Body)
					got.Response, got.Body, got.BodyErr = resp, string(body), errorText(err)
					require.NoError(t, resp.Body.Close())
				}
				if !test.unserved {
					<-handled
				}
				if i == 0 {
					want = got
					continue
				}
				if diff := cmp.Diff(want, got, sameCall()); diff != "" {
					t.Errorf("%s differs from TCP (-TCP +%s):\n%s", network.name, network.name, diff)
				}
			}
		})
	}
}

// sameCall ignores what must differ between servers.
func sameCall() cmp.Option {
	return cmp.Options{
		cmpopts.IgnoreFields(http.Request{}, "Body", "GetBody", "Host", "RemoteAddr", "Response", "Cancel", "Pattern"),
		cmpopts.IgnoreUnexported(http.Request{}, http.Response{}),
		cmpopts.IgnoreFields(http.Response{}, "Body", "Request"),
		cmpopts.EquateEmpty(),
		cmpopts.IgnoreMapEntries(func(k string, v []string) bool {
			if k != "Date" {
				return false
			}
			_, err := time.Parse(http.TimeFormat, v[0])
			return err == nil
		}),
		cmp.Comparer(func(a, b *url.URL) bool {
			return a.String() == b.String() && a.RawPath == b.RawPath && a.Path == b.Path
		}),
	}
}

// atOnce answers with an Answerer, if there is one.
func atOnce(status int, body string, heads ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		if whole, is := w.(memnet.Answerer); is {
			whole.Answer(status, heads, []byte(body))
			return
		}
		w.Header()["Content-Type"] = nil
		for i := 0; i < len(heads); i += 2 {
			w.Header().Add(heads[i], heads[i+1])
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func text(s string) func() io.Reader { return func() io.Reader { return strings.NewReader(s) } }

func unknownLength(s string) func() io.Reader {
	return func() io.Reader { return io.MultiReader(strings.NewReader(s)) }
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, fmt.Errorf("disk: %w", errors.ErrUnsupported) }
