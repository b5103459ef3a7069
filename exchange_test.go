package fakegitlab_test

import (
	"context"
	"io"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"weak"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	fg "github.com/fakegitlab/fakegitlab"
)

func TestWhoSawAResetFindsItInTheJournal(t *testing.T) {
	for name, opts := range map[string][]fg.Option{"TCP": nil, "in memory": {fg.WithInMemoryNetwork()}} {
		t.Run(name, func(t *testing.T) {
			gl := fg.New(t, opts...)
			gl.Inject(fg.Failure{Network: fg.ConnectionReset})
			for n := range 50 {
				_, err := gl.Client().Post(gl.APIURL()+"/runners", "application/x-www-form-urlencoded",
					strings.NewReader("token=x"))
				require.ErrorContains(t, err, "connection reset by peer")
				require.Len(t, gl.Calls(fg.RegisterRunner), n+1)
			}
		})
	}
}

// Long answers reach the client before the handler has returned, all but their end.
func TestWhoReadAnAnswerFindsItInTheJournal(t *testing.T) {
	for name, opts := range map[string][]fg.Option{"TCP": nil, "TLS": {fg.WithTLS()}, "in memory": {fg.WithInMemoryNetwork()}} {
		t.Run(name, func(t *testing.T) {
			gl := fg.New(t, append(opts, fg.WithScenario(fg.ThousandRunners()))...)
			client := gl.ClientAs("root")
			for n := range 100 {
				res, err := client.Get(gl.APIURL() + "/runners/all?per_page=100")
				require.NoError(t, err)
				body, err := io.ReadAll(res.Body)
				require.NoError(t, err)
				require.NoError(t, res.Body.Close())
				require.Greater(t, len(body), 10_000)
				require.Len(t, gl.Calls(fg.ListAllRunners), n+1)
			}
		})
	}
}

func TestWhatIsDelayedWhenTheFakeIsClosedDoesNotHappen(t *testing.T) {
	for name, opts := range map[string][]fg.Option{"TCP": nil, "TLS": {fg.WithTLS()},
		"in memory": {fg.WithInMemoryNetwork()}} {
		t.Run(name, func(t *testing.T) {
			gl := fg.New(t, opts...)
			r := gl.AddRunner(fg.Runner{})
			gl.Inject(fg.Slow(fg.DeleteRunner, time.Hour))
			arrived, ended := make(chan struct{}), make(chan error)
			gl.Before(fg.DeleteRunner, func(fg.Call) { close(arrived) })
			req, err := http.NewRequestWithContext(t.Context(), http.MethodDelete, gl.APIURL()+"/runners/100001", nil)
			require.NoError(t, err)
			client := gl.ClientAs("root")
			go func() {
				_, err := client.Do(req)
				ended <- err
			}()
			<-arrived
			gl.Close()
			assert.Error(t, <-ended)
			_, there := gl.Runner(r.ID)
			assert.True(t, there)
		})
	}
}

func TestCloseWaitsForTheJournal(t *testing.T) {
	for name, opts := range map[string][]fg.Option{"TCP": nil, "TLS": {fg.WithTLS()},
		"in memory": {fg.WithInMemoryNetwork()}} {
		t.Run(name, func(t *testing.T) {
			for range 20 {
				gl := fg.New(t, opts...)
				gl.Inject(fg.Failure{Network: fg.Hang})
				ctx, giveUp := context.WithCancel(t.Context())
				gl.Before(fg.GetVersion, func(fg.Call) { giveUp() })
				req, err := http.NewRequestWithContext(ctx, http.MethodGet, gl.APIURL()+"/version", nil)
				require.NoError(t, err)
				_, err = gl.Client().Do(req)
				require.ErrorIs(t, err, context.Canceled)
				gl.Close()
				require.Len(t, gl.Calls(fg.GetVersion), 1)
			}
		})
	}
}

func TestRateLimitedSaysWhenToComeAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gl := fg.New(t, fg.WithInMemoryNetwork())
		limited := fg.RateLimited(fg.GetVersion, 89500*time.Millisecond)
		limited.Header.Set("RateLimit-Name", "throttle_of_ours")
		gl.Inject(limited)
		resp, err := gl.Client().Get(gl.APIURL() + "/version")
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		got := map[string]string{}
		for name := range resp.Header {
			if strings.HasPrefix(name, "Ratelimit-") || name == "Retry-After" || name == "Content-Type" {
				got[name] = resp.Header.Get(name)
			}
		}
		assert.Equal(t, map[string]string{ // a bubble begins with the year 2000
			"Content-Type": "text/plain", "Retry-After": "90", "Ratelimit-Name": "throttle_of_ours", "Ratelimit-Limit": "6000",
			"Ratelimit-Observed":  "6001",
			"Ratelimit-Remaining": "0", "Ratelimit-Reset": "946684889", "Ratelimit-Resettime": "Sat, 01 Jan 2000 00:01:29 GMT",
		}, got)
	})
}

// Whatever a client does to an answer, and a test to its Call, the other keeps what it has.
func TestAnswersAreApartFromTheJournal(t *testing.T) {
	for name, opts := range map[string][]fg.Option{"TCP": nil, "in memory": {fg.WithInMemoryNetwork()}} {
		t.Run(name, func(t *testing.T) {
			gl := fg.New(t, append(opts, fg.WithScenario(fg.ThousandRunners()))...)
			ask := func() (http.Header, []byte) {
				res, err := gl.ClientAs("root").Get(gl.APIURL() + "/version")
				require.NoError(t, err)
				defer res.Body.Close()
				body, err := io.ReadAll(res.Body)
				require.NoError(t, err)
				return res.Header, body
			}
			header, body := ask()
			want := string(body)
			for _, values := range header {
				values[0] = "spoilt"
			}
			clear(header)
			clear(body)
			header, body = ask()
			call := gl.Calls(fg.GetVersion)[0]
			assert.Equal(t, want, string(call.ResponseBody))
			assert.Equal(t, want, string(body), "the second answer is shared with the first in the journal alone")
			for _, name := range []string{"Etag", "Vary", "X-Frame-Options", "Cache-Control", "Content-Type", "Content-Length"} {
				assert.Equal(t, header.Get(name), call.ResponseHeader.Get(name), name)
			}
			call.ResponseHeader["Vary"][0] = "spoilt"
			header, _ = ask()
			assert.Equal(t, "Origin", header.Get("Vary"))
		})
	}
}

// What a client keeps of an answer, such as an ETag, does not keep the request.
func TestHeadersDoNotKeepTheRequest(t *testing.T) {
	gl := fg.New(t, fg.WithInMemoryNetwork())
	ask := func() (http.Header, weak.Pointer[http.Request]) {
		r, err := http.NewRequest("GET", gl.APIURL()+"/version", nil)
		require.NoError(t, err)
		r.Header.Set("PRIVATE-TOKEN", gl.AdminToken())
		res, err := gl.Client().Do(r)
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		return res.Header, weak.Make(r)
	}
	header, request := ask()
	for range 3 {
		runtime.GC()
	}
	assert.Nil(t, request.Value())
	assert.NotEmpty(t, header.Get("Etag"))
	assert.Len(t, gl.Calls(fg.GetVersion), 1, "the journal has it all the same")
}

// Who calls is known to those who look before the answer, and to the journal where nobody does.
func TestCallerIsKnownWhoeverLooks(t *testing.T) {
	for name, look := range map[string]func(*fg.Fake) func() string{
		"nobody": func(*fg.Fake) func() string { return nil },
		"before": func(gl *fg.Fake) func() string {
			var user string
			gl.Before(fg.GetVersion, func(c fg.Call) { user = c.User })
			return func() string { return user }
		},
		"after": func(gl *fg.Fake) func() string {
			var user string
			gl.After(fg.GetVersion, func(c fg.Call) { user = c.User })
			return func() string { return user }
		},
		"failure": func(gl *fg.Fake) func() string {
			gl.Inject(fg.Failure{Endpoint: fg.GetVersion, Status: 503, Where: []fg.CallMatcher{fg.By("root")}})
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			gl := fg.New(t, fg.WithInMemoryNetwork())
			seen := look(gl)
			res, err := gl.ClientAs("root").Get(gl.APIURL() + "/version")
			require.NoError(t, err)
			require.NoError(t, res.Body.Close())
			gl.AssertCalled(t, fg.GetVersion, fg.By("root"), fg.Times(1))
			if seen != nil {
				assert.Equal(t, "root", seen())
			}
		})
	}
}
