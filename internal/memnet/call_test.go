package memnet_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab/internal/memnet"
)

// inBubbles runs the test in a bubble of its own for each network that works there. A bubble fails when goroutines are
// left.
func inBubbles(t *testing.T, test func(*testing.T, network), more ...network) {
	t.Helper()
	for _, network := range append(networks()[1:], more...) {
		t.Run(network.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { test(t, network) })
		})
	}
}

func get(t *testing.T, ctx context.Context, url string) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	require.NoError(t, err)
	return req
}

func hang(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

func TestHoursPass(t *testing.T) {
	inBubbles(t, func(t *testing.T, n network) {
		client, url := n.start(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			time.Sleep(time.Minute)
		}))
		start := time.Now()
		for range 5 {
			resp, err := client.Get(url)
			require.NoError(t, err)
			date, err := http.ParseTime(resp.Header.Get("Date"))
			require.NoError(t, err)
			assert.True(t, date.Equal(time.Now()))
			require.NoError(t, resp.Body.Close())
			time.Sleep(time.Hour)
		}
		assert.Equal(t, 5*(time.Hour+time.Minute), time.Since(start))
	}, inline())
}

func TestClientGivesUp(t *testing.T) {
	inBubbles(t, func(t *testing.T, n network) {
		gone := make(chan struct{}, 3)
		client, url := n.start(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			hang(w, r)
			gone <- struct{}{}
		}))
		start := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		defer cancel()
		_, err := client.Do(get(t, ctx, url))
		require.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Equal(t, 30*time.Second, time.Since(start))
		<-gone

		cause := errors.New("the test changed its mind")
		ctx, cancelCause := context.WithCancelCause(t.Context())
		time.AfterFunc(time.Hour, func() { cancelCause(cause) })
		_, err = client.Do(get(t, ctx, url))
		require.ErrorIs(t, err, cause)
		<-gone

		client.Timeout = time.Minute
		_, err = client.Get(url)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		if n.name != "Listener" { // in a bubble it is never later than the deadline, which http.Client wants of a Transport
			require.ErrorContains(t, err, "context deadline exceeded (Client.Timeout exceeded while awaiting headers)")
		}
		<-gone

		_, err = client.Do(get(t, ctx, url))
		require.ErrorIs(t, err, cause, "nothing is sent when the context has ended")
	}, inline())
}

func TestClientDeadlineBeforeClientTimeout(t *testing.T) {
	inBubbles(t, func(t *testing.T, n network) {
		client, url := n.start(t, http.HandlerFunc(hang))
		client.Timeout = time.Hour
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := client.Do(get(t, ctx, url))
		require.ErrorIs(t, err, context.DeadlineExceeded)
		assert.NotContains(t, err.Error(), "Client.Timeout")
	}, inline())
}

func TestStreaming(t *testing.T) {
	inBubbles(t, func(t *testing.T, n network) {
		client, url := n.start(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			for _, line := range []string{"one\n", "two\n", "three\n"} {
				_, _ = io.WriteString(w, line)
				assert.NoError(t, http.NewResponseController(w).Flush())
				time.Sleep(time.Hour)
			}
		}))
		start := time.Now()
		resp, err := client.Get(url)
		require.NoError(t, err)
		lines := bufio.NewScanner(resp.Body)
		for i := 0; lines.Scan(); i++ {
			assert.Equal(t, time.Duration(i)*time.Hour, time.Since(start), lines.Text())
		}
		assert.Equal(t, 3*time.Hour, time.Since(start), "the body ends when the handler returns")
		require.NoError(t, resp.Body.Close())
	})
}

// TestClientLeavesBody ends a call while its response is under way: the handler's writes fail and its context ends.
func TestClientLeavesBody(t *testing.T) {
	endings := map[string]func(t *testing.T, resp *http.Response, cancel func()){
		"body closed": func(t *testing.T, resp *http.Response, _ func()) {
			require.NoError(t, resp.Body.Close())
			_, err := resp.Body.Read(make([]byte, 1))
			require.EqualError(t, err, "http: read on closed response body")
		},
		"context cancelled": func(t *testing.T, resp *http.Response, cancel func()) {
			time.AfterFunc(time.Hour, cancel)
			_, err := io.Copy(io.Discard, &slowReader{resp.Body})
			require.ErrorIs(t, err, context.Canceled)
			require.NoError(t, resp.Body.Close())
		},
	}
	for name, end := range endings {
		t.Run(name, func(t *testing.T) {
			inBubbles(t, func(t *testing.T, n network) {
				left := make(chan error)
				client, url := n.start(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					var err error
					for err == nil {
						_, err = w.Write(make([]byte, 10_000))
					}
					<-r.Context().Done()
					left <- err
				}))
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				resp, err := client.Do(get(t, ctx, url))
				require.NoError(t, err)
				synctest.Wait() // the handler has filled the stream
				end(t, resp, cancel)
				require.ErrorIs(t, <-left, syscall.EPIPE)
			})
		})
	}
}

type slowReader struct{ io.Reader }

func (r *slowReader) Read(p []byte) (int, error) {
	time.Sleep(time.Minute)
	return r.Reader.Read(p)
}

func TestFullDuplex(t *testing.T) {
	inBubbles(t, func(t *testing.T, n network) {
		client, url := n.start(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			assert.NoError(t, http.NewResponseController(w).EnableFullDuplex())
			for lines := bufio.NewScanner(r.Body); lines.Scan(); {
				_, _ = io.WriteString(w, strings.ToUpper(lines.Text())+"\n")
				w.(http.Flusher).Flush()
			}
		}))
		reader, writer := io.Pipe()
		go func() { _, _ = io.WriteString(writer, "ping\n") }()
		resp, err := client.Post(url, "text/plain", reader)
		require.NoError(t, err)
		lines := bufio.NewScanner(resp.Body)
		require.True(t, lines.Scan())
		assert.Equal(t, "PING", lines.Text())
		_, _ = io.WriteString(writer, "pong\n")
		require.True(t, lines.Scan())
		assert.Equal(t, "PONG", lines.Text())
		require.NoError(t, writer.Close())
		assert.False(t, lines.Scan())
		require.NoError(t, resp.Body.Close())
	})
}

// TestReset resets the connection with nothing sent, and under a response.
func TestReset(t *testing.T) {
	reset := map[string]func(http.ResponseWriter){
		"TCP": func(w http.ResponseWriter) {
			c, _, _ := w.(http.Hijacker).Hijack()
			_ = c.(*net.TCPConn).SetLinger(0)
			_ = c.Close()
		},
		"Listener": func(w http.ResponseWriter) {
			c, _, _ := w.(http.Hijacker).Hijack()
			c.(*memnet.Conn).Reset()
		},
		"RoundTripper": func(http.ResponseWriter) { panic(memnet.ErrReset) },
	}
	for _, n := range networks() {
		t.Run(n.name, func(t *testing.T) {
			read := make(chan struct{})
			client, url := n.start(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/late" {
					_, _ = io.WriteString(w, "abc")
					w.(http.Flusher).Flush()
					<-read
				}
				reset[n.name](w)
			}))
			_, err := client.Post(url, "", nil)
			require.ErrorIs(t, err, syscall.ECONNRESET)
			assert.Regexp(t, `read tcp 127\.0\.0\.1:\d+->127\.0\.0\.1:\d+: read: connection reset by peer$`, err.Error())

			resp, err := client.Get(url + "/late")
			require.NoError(t, err)
			_, err = io.ReadFull(resp.Body, make([]byte, 3))
			require.NoError(t, err)
			close(read)
			_, err = io.ReadAll(resp.Body)
			require.ErrorIs(t, err, syscall.ECONNRESET)
			require.NoError(t, resp.Body.Close())
		})
	}
}

func TestGoexitInHandlerClosesConnection(t *testing.T) {
	inBubbles(t, func(t *testing.T, n network) {
		client, url := n.start(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { runtime.Goexit() }))
		_, err := client.Post(url, "", nil)
		require.ErrorIs(t, err, io.EOF)
	})
}

func TestPanicIsLogged(t *testing.T) {
	var logged bytes.Buffer
	rt := &memnet.RoundTripper{ErrorLog: log.New(&logged, "", 0), Handler: http.HandlerFunc(
		func(http.ResponseWriter, *http.Request) { panic("oops") })}
	_, err := rt.RoundTrip(get(t, t.Context(), "http://x/runners"))
	require.ErrorIs(t, err, io.EOF)
	require.NoError(t, rt.Shutdown(t.Context()))
	assert.Contains(t, logged.String(), "panic serving GET /runners: oops\n")
	assert.Contains(t, logged.String(), "TestPanicIsLogged", "the stack")
}

func TestAddresses(t *testing.T) {
	inBubbles(t, func(t *testing.T, n network) {
		client, url := n.start(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			host, _, err := net.SplitHostPort(r.RemoteAddr)
			assert.NoError(t, err)
			assert.Equal(t, "127.0.0.1", host)
			assert.Equal(t, "127.0.0.1:80", r.Context().Value(http.LocalAddrContextKey).(net.Addr).String())
			assert.Equal(t, memnet.Host, r.Host)
		}))
		resp, err := client.Get(url)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
	})
}

// TestNothingShared changes all that one side could share with the other.
func TestNothingShared(t *testing.T) {
	rt := &memnet.RoundTripper{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Header["A"][0] = "changed"
		r.Header.Add("A", "added")
		r.URL.Path = "/changed"
		w.Header().Set("B", "1")
		w.WriteHeader(http.StatusOK)
		w.Header()["B"][0] = "changed"
	})}
	req := get(t, t.Context(), "http://x/a")
	req.Header.Set("A", "1")
	resp, err := rt.RoundTrip(req)
	require.NoError(t, err)
	assert.Equal(t, http.Header{"A": {"1"}}, req.Header)
	assert.Equal(t, "/a", req.URL.Path)
	assert.Equal(t, []string{"1"}, resp.Header["B"])
	assert.Same(t, req, resp.Request)
}

func TestHTTPS(t *testing.T) {
	rt := &memnet.RoundTripper{Handler: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		assert.Equal(t, "gitlab.example.com", r.TLS.ServerName)
	})}
	resp, err := rt.RoundTrip(get(t, t.Context(), "https://gitlab.example.com:8443/"))
	require.NoError(t, err)
	assert.True(t, resp.TLS.HandshakeComplete)
}

// A countedBody counts how often it is closed.
type countedBody struct {
	io.Reader
	mu     sync.Mutex
	closed int
}

func (b *countedBody) Close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed++
	return nil
}

func TestRequestBodyIsClosedOnce(t *testing.T) {
	refuse := func(r *http.Request) { r.Header.Set("A", "\n") }
	for name, test := range map[string]struct {
		change  func(*http.Request)
		handler http.HandlerFunc
	}{
		"read": {handler: func(_ http.ResponseWriter, r *http.Request) {
			_, _ = io.ReadAll(r.Body)
			_ = r.Body.Close()
		}},
		"unread":  {handler: func(http.ResponseWriter, *http.Request) {}},
		"dropped": {handler: func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }},
		"refused": {change: refuse},
		"too large": {handler: func(http.ResponseWriter, *http.Request) {}, change: func(r *http.Request) {
			r.ContentLength = 1 << 20
		}},
	} {
		t.Run(name, func(t *testing.T) {
			rt := &memnet.RoundTripper{Handler: test.handler}
			body := &countedBody{Reader: strings.NewReader("abc")}
			req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://x", body)
			require.NoError(t, err)
			if test.change != nil {
				test.change(req)
			}
			if resp, err := rt.RoundTrip(req); err == nil {
				require.NoError(t, resp.Body.Close())
			}
			require.NoError(t, rt.Shutdown(t.Context()))
			assert.Equal(t, 1, body.closed)
		})
	}
}

func TestBodyAfterHandler(t *testing.T) {
	var kept io.Reader
	rt := &memnet.RoundTripper{Handler: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { kept = r.Body })}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://x", io.MultiReader(failing{}))
	require.NoError(t, err)
	req.Header.Set("Expect", "100-continue")
	_, err = rt.RoundTrip(req)
	require.NoError(t, err, "a body that the handler did not ask for is not read")
	require.NoError(t, rt.Shutdown(t.Context()))
	_, err = kept.Read(make([]byte, 1))
	require.Error(t, err)
	_, err = rt.RoundTrip(get(t, t.Context(), "http://x"))
	require.ErrorIs(t, err, syscall.ECONNREFUSED)
}

func TestRoundTripperShutdownAndClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rt := &memnet.RoundTripper{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/late" {
				w.(http.Flusher).Flush()
			}
			hang(w, r)
			time.Sleep(time.Hour)
		})}
		early := make(chan error)
		go func() {
			_, err := rt.RoundTrip(get(t, context.Background(), "http://x"))
			early <- err
		}()
		late, err := rt.RoundTrip(get(t, context.Background(), "http://x/late"))
		require.NoError(t, err)
		synctest.Wait()

		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		require.ErrorIs(t, rt.Shutdown(ctx), context.DeadlineExceeded)
		_, err = rt.RoundTrip(get(t, t.Context(), "http://x"))
		require.ErrorIs(t, err, syscall.ECONNREFUSED)

		closed := time.Now()
		require.NoError(t, rt.Close())
		require.NoError(t, rt.Close())
		require.ErrorIs(t, <-early, io.EOF)
		_, err = io.ReadAll(late.Body)
		require.ErrorIs(t, err, io.ErrUnexpectedEOF)
		require.NoError(t, rt.Shutdown(t.Context()))
		assert.Equal(t, time.Hour, time.Since(closed), "Shutdown waits for handlers")
	})
}

// TestContextOfTheRequest looks at the context in the ways in which nobody has asked for Done yet, and in those that do.
func TestContextOfTheRequest(t *testing.T) {
	var kept context.Context
	rt := &memnet.RoundTripper{Inline: func(*http.Request) bool { return true }, Handler: http.HandlerFunc(
		func(_ http.ResponseWriter, r *http.Request) {
			kept = r.Context()
			assert.NoError(t, kept.Err())
			_, limited := kept.Deadline()
			assert.False(t, limited)
			if r.URL.Path == "/child" {
				before := runtime.NumGoroutine()
				child, cancel := context.WithCancel(kept)
				defer cancel()
				assert.NoError(t, child.Err())
				assert.Equal(t, before, runtime.NumGoroutine(), "package context knows the parent")
			}
		})}
	for _, path := range []string{"/child", "/none"} {
		resp, err := rt.RoundTrip(get(t, t.Context(), "http://x"+path))
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		require.ErrorIs(t, kept.Err(), context.Canceled)
		require.ErrorIs(t, context.Cause(kept), context.Canceled)
		<-kept.Done()
		assert.NotNil(t, kept.Value(http.LocalAddrContextKey))
	}
}

// TestAnswerIsNotShared changes what the handler gave and what the client got.
func TestAnswerIsNotShared(t *testing.T) {
	heads, body := []string{"Etag", "1", "Vary", "Origin"}, []byte("abc")
	rt := &memnet.RoundTripper{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.(memnet.Answerer).Answer(http.StatusOK, heads, body[:2])
		heads[1] = "changed"
	})}
	resp, err := rt.RoundTrip(get(t, t.Context(), "http://x"))
	require.NoError(t, err)
	assert.Equal(t, "1", resp.Header.Get("Etag"))
	resp.Header["Vary"][0] = "changed"
	got, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	assert.Equal(t, "ab", string(got))
	got[0] = 'x'
	require.NoError(t, rt.Shutdown(t.Context()))
	assert.Equal(t, []string{"Etag", "changed", "Vary", "Origin"}, heads)
	assert.Equal(t, "abc", string(body))
}
