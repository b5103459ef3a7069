package fakegitlab_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

// What the journal no longer knows, no assertion passes over in silence.
func TestJournalLimit(t *testing.T) {
	gl := testkit.NewMia(t, fakegitlab.WithJournalLimit(4))
	mia := gl.Token("mia")
	gl.AssertAllSucceeded(t)
	for range 10 {
		testkit.Ask(t, gl, mia, "GET", "/version")
	}
	testkit.Ask(t, gl, mia, "GET", "/runners/5")

	assert.Len(t, gl.Calls(""), 4)
	assert.Contains(t, gl.Journal(), "7 earlier ones were dropped: WithJournalLimit keeps 4\n#8 ")
	gl.AssertCalled(t, fakegitlab.GetVersion)
	gl.AssertCalled(t, fakegitlab.GetRunner, fakegitlab.AtLeast(1))
	for name, assertion := range map[string]func(fakegitlab.T) bool{
		"none": func(t fakegitlab.T) bool { return gl.AssertNotCalled(t, fakegitlab.DeleteRunner) },
		"exactly": func(t fakegitlab.T) bool {
			return gl.AssertCalled(t, fakegitlab.GetRunner, fakegitlab.Times(1))
		},
		"all":    func(t fakegitlab.T) bool { return gl.AssertAllSucceeded(t) },
		"listed": func(t fakegitlab.T) bool { return gl.AssertCalls(t, "GET /runners/:id 200") },
		"more":   func(t fakegitlab.T) bool { return gl.AssertCalled(t, fakegitlab.GetVersion, fakegitlab.AtLeast(9)) },
	} {
		var failed testkit.Spy
		assert.False(t, assertion(&failed), name)
		assert.Contains(t, strings.Join(failed.Errors, "\n"), "7 earlier ones were dropped: WithJournalLimit keeps 4", name)
	}
	gl.ClearCalls()
	gl.AssertNotCalled(t, fakegitlab.GetRunner)
}

// A call that nothing serves is an error of the test, however many calls come after it.
func TestJournalLimitKeepsStrayCalls(t *testing.T) {
	for allowed, want := range map[bool]int{false: 4, true: 3} {
		gl := fakegitlab.New(&testkit.Spy{}, fakegitlab.WithJournalLimit(3), fakegitlab.WithUnknownEndpoints(allowed))
		testkit.Ask(t, gl, gl.AdminToken(), "GET", "/nothing")
		for range 10 {
			testkit.Ask(t, gl, gl.AdminToken(), "GET", "/version")
		}
		assert.Len(t, gl.Calls("* /version"), 3)
		assert.Len(t, gl.Calls(""), want)
		gl.Close()
	}
}

// What webhooks were told is kept within the journal's limits, too: hours of pushes would else fill a machine.
func TestDeliveriesAreLimited(t *testing.T) {
	var told atomic.Int64
	hook := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { told.Add(1) }))
	defer hook.Close()
	for name, c := range map[string]struct {
		opts []fakegitlab.Option
		want int
	}{
		"as many as calls": {[]fakegitlab.Option{fakegitlab.WithJournalLimit(4)}, 4},
		"as large as they": {[]fakegitlab.Option{fakegitlab.WithJournalBytes(1)}, 1},
		"no limit":         {[]fakegitlab.Option{fakegitlab.WithJournalLimit(0), fakegitlab.WithJournalBytes(0)}, 40},
	} {
		t.Run(name, func(t *testing.T) {
			gl := testkit.NewMia(t, c.opts...)
			gl.AddWebhook(fakegitlab.Webhook{Project: "acme/shop", URL: hook.URL, JobEvents: true})
			told.Store(0)
			for i := range 10 {
				j := gl.AddJob(fakegitlab.Job{Project: "acme/shop", Name: fmt.Sprint(i)})
				gl.StartJob(j.ID, 5)
				gl.FinishJob(j.ID, fakegitlab.JobSuccess)
			}
			require.NoError(t, gl.WaitForDeliveries(t.Context()))
			kept := gl.Deliveries("Job Hook")
			assert.EqualValues(t, 40, told.Load())
			assert.Len(t, kept, c.want)
			assert.Contains(t, string(kept[len(kept)-1].Body), `"build_status":"success"`, "the latest are kept")
		})
	}
}
