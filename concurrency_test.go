package fakegitlab_test

import (
	"fmt"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

// A thousand tests at once, each with a GitLab of its own, see nothing of each other.
func TestAThousandFakes(t *testing.T) {
	for i := range 1000 {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			opts := []fakegitlab.Option{}
			if i%2 == 0 {
				opts = append(opts, fakegitlab.WithInMemoryNetwork())
			}
			gl := testkit.NewMia(t, opts...)
			gl.UpdateRunner(5, func(r *fakegitlab.Runner) { r.Description = t.Name() })
			got := testkit.Ask(t, gl, gl.Token("mia"), "GET", "/runners/5")
			assert.Equal(t, t.Name(), got.Field(t, "description"))
			assert.Len(t, gl.Calls(""), 1)
		})
	}
}

// Many clients, hooks, failures and changes on GitLab's side at once; run with -race.
func TestManyGoroutinesOnOneFake(t *testing.T) {
	gl := testkit.NewMia(t, fakegitlab.WithUnusedFailures(true))
	mia, root, registration := gl.Token("mia"), gl.AdminToken(), gl.Settings().RegistrationToken
	gl.After(fakegitlab.RegisterRunner, func(fakegitlab.Call) { gl.Runners() })
	do := []func(n int){
		func(int) { testkit.Ask(t, gl, mia, "GET", "/runners/5") },
		func(n int) {
			testkit.Ask(t, gl, mia, "PUT", "/runners/5", testkit.WithForm(fmt.Sprintf("description=%d&tag_list=a,%d", n, n)))
		},
		func(int) { testkit.Ask(t, gl, root, "GET", "/runners/all?tag_list=a") },
		func(int) { testkit.Ask(t, gl, "", "POST", "/runners", testkit.WithForm("token="+registration)) },
		func(int) {
			testkit.Ask(t, gl, "", "POST", "/runners/verify", testkit.WithForm("token=shop-token&system_id=s"))
		},
		func(n int) { gl.ContactRunner(5, fakegitlab.RunnerManager{SystemID: fmt.Sprint("s_", n)}) },
		func(n int) { gl.UpdateRunner(5, func(r *fakegitlab.Runner) { r.Locked = n%2 == 0 }) },
		func(int) { gl.Inject(fakegitlab.Failure{Endpoint: fakegitlab.GetVersion, Status: 500, Times: 1})() },
		func(int) { gl.Snapshot(); _ = gl.Journal() },
		func(int) { gl.Calls(fakegitlab.GetRunner, fakegitlab.By("mia")); gl.Advance(1) },
	}
	const rounds = 20
	var all sync.WaitGroup
	for _, f := range do {
		all.Go(func() {
			for n := range rounds {
				f(n)
			}
		})
	}
	all.Wait()
	assert.Len(t, gl.Runners(), 3+rounds, "each registration made one")
	assert.Len(t, gl.Calls(""), 5*rounds)
	gl.AssertAllSucceeded(t)
	numbers := map[int]bool{}
	for _, c := range gl.Calls("") {
		assert.False(t, numbers[c.Number])
		numbers[c.Number] = true
	}
}

// A closed fake leaves no goroutine behind.
func TestCloseLeavesNothingRunning(t *testing.T) {
	for name, opts := range networks {
		t.Run(name, func(t *testing.T) {
			gl, err := fakegitlab.Start(append(opts[:len(opts):len(opts)], fakegitlab.WithScenario(testkit.MiasWorld()))...)
			assert.NoError(t, err)
			assert.Equal(t, http.StatusOK, testkit.Ask(t, gl, gl.Token("mia"), "GET", "/version").Status)
			gl.Inject(fakegitlab.Failure{Endpoint: fakegitlab.GetCurrentUser, Network: fakegitlab.Hang})
			gl.Close()
			gl.Client().CloseIdleConnections()
			assert.Empty(t, ownGoroutines())
		})
	}
}

// ownGoroutines are the goroutines that the fake's code has started and that still run, after a fair chance to end.
func ownGoroutines() []string {
	var left []string
	for range 1000 {
		left = nil
		stacks := make([]byte, 1<<20)
		for stack := range strings.SplitSeq(string(stacks[:runtime.Stack(stacks, true)]), "\n\n") {
			if strings.Contains(stack, "created by github.com/fakegitlab/fakegitlab.") ||
				strings.Contains(stack, "created by net/http/httptest.(*Server)") ||
				strings.Contains(stack, "created by net/http.(*Server).Serve") ||
				strings.Contains(stack, "fakegitlab/internal/memnet") {
				left = append(left, stack)
			}
		}
		if len(left) == 0 {
			return nil
		}
		runtime.Gosched()
	}
	return left
}
