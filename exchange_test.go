package fakegitlab_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

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
			for n := range 300 {
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
