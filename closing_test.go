package fakegitlab

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab/internal/outside"
	"github.com/fakegitlab/fakegitlab/internal/traffic"
)

// within shortens what Close waits.
func within(d time.Duration) Option { return func(o *options) { o.closeWithin = d } }

// ended plays a test to its end and returns what it was told.
func ended(t *testing.T, test func(gl *Fake), opts ...Option) (errs []string, took time.Duration) {
	t.Helper()
	k := outside.NewKeeper(t.Name())
	gl := New(k, opts...)
	test(gl)
	started := time.Now()
	k.CleanUp()
	return k.Kept(), time.Since(started)
}

// huge is more than any buffer between a server and a client takes.
const huge = 24 << 20

func handleHuge(gl *Fake) {
	text := strings.Repeat("x", huge)
	gl.Handle("GET /huge", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, text) }))
}

// arrived waits until a request is being answered, or a connection is known to the fake.
func arrived(t *testing.T, gl *Fake, what string) {
	t.Helper()
	require.Eventually(t, func() bool {
		for _, f := range gl.flight.All() {
			if f.What() == what {
				return true
			}
		}
		return what == "" && len(gl.network.conns.Busy()) > 0
	}, time.Minute, time.Millisecond)
}

// dialed is a connection on which something was sent, and from which nothing is read.
func dialed(t *testing.T, gl *Fake, sent string) {
	t.Helper()
	c, err := gl.DialContext(context.Background(), "tcp", "")
	require.NoError(t, err)
	t.Cleanup(func() { _ = c.Close() })
	if gl.options.tls != nil {
		roots := x509.NewCertPool()
		roots.AppendCertsFromPEM(gl.CertificatePEM())
		c = tls.Client(c, &tls.Config{RootCAs: roots, ServerName: tlsHost})
	}
	_, err = io.WriteString(c, sent)
	require.NoError(t, err)
}

// requested is a request that a client of Go's makes and waits for as long as it takes. The body of the answer, if
// there is one, is not read.
func requested(t *testing.T, gl *Fake, method, path string, body io.Reader) {
	t.Helper()
	r, err := http.NewRequest(method, gl.APIURL()+path, body)
	require.NoError(t, err)
	done := make(chan struct{})
	t.Cleanup(func() { <-done })
	go func() {
		defer close(done)
		if res, err := gl.Client().Do(r); err == nil {
			t.Cleanup(func() { _ = res.Body.Close() })
		}
	}()
}

const head = " HTTP/1.1\r\nHost: x\r\n"

// A body that never comes, an answer that nobody reads: Close returns all the same, and says which call it was.
func TestCloseWhateverAClientDoes(t *testing.T) {
	const limit = 500 * time.Millisecond
	half := "POST /api/v4/runners" + head + "Content-Length: 100\r\n\r\ntoken="
	memory, secure := WithInMemoryNetwork(), WithTLS()
	for name, c := range map[string]struct {
		opts []Option
		do   func(*testing.T, *Fake)
		want string
	}{
		"half a header": {nil, func(t *testing.T, gl *Fake) { dialed(t, gl, "GET /api/v4/version HT") }, ""},
		"half a body for the control API": {[]Option{WithControl()}, func(t *testing.T, gl *Fake) {
			dialed(t, gl, "POST /-/fake/seed"+head+"Content-Length: 100\r\n\r\n{")
			arrived(t, gl, "")
		}, "Close cut a connection from 127.0.0.1:N after 400ms: no whole request had arrived on it"},
		"half a body": {nil, func(t *testing.T, gl *Fake) {
			dialed(t, gl, half)
			arrived(t, gl, traffic.NotArrived)
		}, "Close cut #1 POST /api/v4/runners after 400ms: its body had not arrived"},
		"half a chunked body": {nil, func(t *testing.T, gl *Fake) {
			dialed(t, gl, "PUT /api/v4/runners/1"+head+"Transfer-Encoding: chunked\r\n\r\n6\r\ntoken=\r\n")
			arrived(t, gl, traffic.NotArrived)
		}, "Close cut #1 PUT /api/v4/runners/1 after 400ms: its body had not arrived"},
		"half a piece of log": {nil, func(t *testing.T, gl *Fake) {
			gl.AddProject(Project{Path: "acme/shop"})
			r, j := gl.AddRunner(Runner{}), gl.AddJob(Job{Project: "acme/shop"})
			token := gl.StartJob(j.ID, r.ID).Token
			dialed(t, gl, fmt.Sprintf("PATCH /api/v4/jobs/%d/trace"+head+
				"Job-Token: %s\r\nContent-Type: text/plain\r\nContent-Range: 0-99\r\nContent-Length: 100\r\n\r\nhello", j.ID, token))
			arrived(t, gl, traffic.NotArrived)
		}, "Close cut #1 PATCH /api/v4/jobs/2000001/trace after 400ms: its body had not arrived"},
		"an answer unread": {nil, func(t *testing.T, gl *Fake) {
			handleHuge(gl)
			dialed(t, gl, "GET /api/v4/huge"+head+"\r\n")
			arrived(t, gl, traffic.Unread)
		}, "Close cut #1 GET /api/v4/huge after 400ms: its answer was not read"},
		"TLS, an answer unread": {[]Option{secure}, func(t *testing.T, gl *Fake) {
			handleHuge(gl)
			dialed(t, gl, "GET /api/v4/huge"+head+"\r\n")
			arrived(t, gl, traffic.Unread)
		}, "Close cut #1 GET /api/v4/huge after 400ms: its answer was not read"},
		"HTTP/2, no window": {[]Option{secure}, func(t *testing.T, gl *Fake) {
			handleHuge(gl)
			requested(t, gl, "GET", "/huge", nil) // the window is what Go's client gives to what nobody reads: 4 MiB
			arrived(t, gl, traffic.Unread)
		}, "Close cut #1 GET /api/v4/huge after 400ms: its answer was not read"},
		"HTTP/2, half a body": {[]Option{secure}, func(t *testing.T, gl *Fake) {
			body, w := io.Pipe()
			t.Cleanup(func() { _ = w.Close() })
			requested(t, gl, "POST", "/runners", body)
			arrived(t, gl, traffic.NotArrived)
		}, "Close cut #1 POST /api/v4/runners after 400ms: its body had not arrived"},
		"memory, a pipe": {[]Option{memory}, func(t *testing.T, gl *Fake) {
			body, w := io.Pipe()
			t.Cleanup(func() { _ = w.Close() })
			requested(t, gl, "POST", "/runners", body)
			arrived(t, gl, traffic.NotArrived)
		}, "Close cut #1 POST /api/v4/runners after 400ms: its body had not arrived"},
		"memory, an answer unread": {[]Option{memory}, func(t *testing.T, gl *Fake) {
			handleHuge(gl)
			requested(t, gl, "GET", "/huge", nil)
			arrived(t, gl, traffic.Unread)
		}, "Close cut #1 GET /api/v4/huge after 400ms: its answer was not read"},
		"memory, half a body on a connection": {[]Option{memory}, func(t *testing.T, gl *Fake) {
			dialed(t, gl, half)
			arrived(t, gl, traffic.NotArrived)
		}, "Close cut #1 POST /api/v4/runners after 400ms: its body had not arrived"},
		"memory, an answer unread on a connection": {[]Option{memory}, func(t *testing.T, gl *Fake) {
			handleHuge(gl)
			dialed(t, gl, "GET /api/v4/huge"+head+"\r\n")
			arrived(t, gl, traffic.Unread)
		}, "Close cut #1 GET /api/v4/huge after 400ms: its answer was not read"},
		"memory, a body whose reader never returns": {[]Option{memory}, func(t *testing.T, gl *Fake) {
			stuck := make(chan struct{})
			requested(t, gl, "POST", "/runners", reader(func([]byte) (int, error) {
				<-stuck
				return 0, io.EOF
			}))
			t.Cleanup(func() { close(stuck) })
			arrived(t, gl, traffic.NotArrived)
		}, "2 problems:\n- Close cut #1 POST /api/v4/runners after 400ms: its body had not arrived\n" +
			"- Close left #1 POST /api/v4/runners behind, which did not end when it was cut"},
		"a hook that does not return": {nil, func(t *testing.T, gl *Fake) {
			stuck, hooked := make(chan struct{}), make(chan struct{})
			gl.Before(GetVersion, func(Call) {
				close(hooked)
				<-stuck
			})
			requested(t, gl, "GET", "/version", nil)
			t.Cleanup(func() { close(stuck) })
			<-hooked
		}, "2 problems:\n- Close cut #1 GET /api/v4/version after 400ms: the function of Before(GET /version) at x_test.go:1 did not return\n" +
			"- Close left #1 GET /api/v4/version behind, which did not end when it was cut"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			errs, took := ended(t, func(gl *Fake) { c.do(t, gl) }, append(c.opts, within(limit))...)
			assert.Less(t, took, 20*limit, "on a busy machine, too")
			if c.want == "" {
				assert.Empty(t, errs)
				return
			}
			require.Len(t, errs, 1)
			assert.Equal(t, "fakegitlab: "+c.want, unplacedText(errs[0]))
			t.Logf("%.1f s: %s", took.Seconds(), errs[0])
		})
	}
}

// Who closes the fake in a function that a request waits for is told so at once, and the request goes on.
func TestCloseWithinAHook(t *testing.T) {
	for name, network := range map[string][]Option{"sockets": nil, "memory": {WithInMemoryNetwork()}} {
		t.Run(name, func(t *testing.T) {
			k := outside.NewKeeper(t.Name())
			gl, other := New(k, network...), New(k, network...)
			gl.Before(GetVersion, func(Call) { other.Close() }) // which does not wait for this request
			gl.Before(GetVersion, func(Call) { gl.Close() })
			gl.After(GetVersion, func(Call) { gl.Close() })
			started := time.Now()
			res, err := gl.ClientAs("root").Get(gl.APIURL() + "/version")
			require.NoError(t, err)
			require.NoError(t, res.Body.Close())
			assert.Equal(t, http.StatusOK, res.StatusCode)
			assert.Less(t, time.Since(started), closeWithin/2)
			assert.True(t, other.isClosed())
			assert.False(t, gl.isClosed())
			gl.Close()
			k.CleanUp()
			require.Len(t, k.Kept(), 2)
			for i, hook := range []string{"Before", "After"} {
				assert.Equal(t, "fakegitlab: Close: a request waits for the function of "+hook+
					"(GET /version) at x_test.go:1, which closes the fake; Down breaks its connection", unplacedText(k.Kept()[i]))
			}
		})
	}
}

// So is who closes it in a condition, or in the handler of an endpoint.
func TestCloseWithinWhereAndHandle(t *testing.T) {
	closes := func(gl *Fake) CallMatcher { return Where(func(Call) bool { gl.Close(); return false }) }
	for function, plant := range map[string]func(gl *Fake){
		"function of Where in Hold(GET /version with Where(func)) at x_test.go:1":   func(gl *Fake) { gl.Hold(GetVersion, closes(gl)) },
		"function of Where in Before(GET /version with Where(func)) at x_test.go:1": func(gl *Fake) { gl.Before(GetVersion, func(Call) {}, closes(gl)) },
		"function of Where in Inject(GET /version with Where(func)) at x_test.go:1": func(gl *Fake) {
			gl.Inject(Failure{Endpoint: GetVersion, Status: 500, Where: []CallMatcher{closes(gl)}})
		},
		"handler of GET /of/:any (Handle at x_test.go:1)": func(gl *Fake) {
			gl.Handle("GET /of/:any", http.HandlerFunc(func(http.ResponseWriter, *http.Request) { gl.Close() }))
		},
	} {
		k := outside.NewKeeper(t.Name())
		gl := New(k, WithUnusedFailures(true))
		plant(gl)
		started := time.Now()
		for _, path := range []string{"/version", "/of/none"} {
			if res, err := gl.ClientAs("root").Get(gl.APIURL() + path); err == nil {
				require.NoError(t, res.Body.Close())
			}
		}
		assert.False(t, gl.isClosed())
		gl.Close()
		assert.Less(t, time.Since(started), closeWithin/2, function)
		require.NotEmpty(t, k.Kept(), function)
		assert.Equal(t, "fakegitlab: Close: a request waits for the "+function+", which closes the fake; Down breaks its connection",
			unplacedText(k.Kept()[0]))
		k.CleanUp()
	}
}

// One that closes a fake that is being closed waits for nothing, so that the other Close need not wait for it.
func TestCloseWithinAHookOfAClosingFake(t *testing.T) {
	hooked := make(chan struct{})
	errs, took := ended(t, func(gl *Fake) {
		gl.Before(GetVersion, func(Call) {
			close(hooked)
			<-gl.closing
			gl.Close()
		})
		requested(t, gl, "GET", "/version", nil)
		<-hooked
	}, WithInMemoryNetwork())
	assert.Empty(t, errs)
	assert.Less(t, took, closeWithin/2)
}

type reader func([]byte) (int, error)

func (r reader) Read(p []byte) (int, error) { return r(p) }

// The five seconds are those of the bubble, too.
func TestCloseInABubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		errs, took := ended(t, func(gl *Fake) {
			body, w := io.Pipe()
			t.Cleanup(func() { _ = w.Close() })
			requested(t, gl, "POST", "/runners", body)
			synctest.Wait()
		}, WithInMemoryNetwork())
		require.Len(t, errs, 1)
		assert.Equal(t, "fakegitlab: Close cut #1 POST /api/v4/runners after 4s: its body had not arrived (New at x_test.go:1)",
			unplacedText(errs[0]))
		assert.Equal(t, 4*time.Second, took)
	})
}

// Without a test, what Close cut is in the log and in Problems.
func TestCloseWithoutATest(t *testing.T) {
	gl, err := Start(within(50 * time.Millisecond))
	require.NoError(t, err)
	c, err := net.Dial("tcp", strings.TrimPrefix(gl.URL(), "http://"))
	require.NoError(t, err)
	defer c.Close()
	_, err = io.WriteString(c, "POST /api/v4/runners"+head+"Content-Length: 100\r\n\r\n")
	require.NoError(t, err)
	arrived(t, gl, traffic.NotArrived)
	gl.Close()
	gl.Close()
	require.Len(t, gl.Problems(), 1)
	assert.Contains(t, gl.Problems()[0], "its body had not arrived")
}
