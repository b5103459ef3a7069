package fakegitlab_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

// Another actor deletes the runner just before the request is served.
func TestBeforeAndAfter(t *testing.T) {
	gl := testkit.NewMia(t)
	var order []string
	gl.Before(fakegitlab.UpdateRunner, func(c fakegitlab.Call) {
		order = append(order, "before "+c.User)
		gl.DeleteRunner(5)
	})
	gl.Before(fakegitlab.UpdateRunner, func(fakegitlab.Call) { order = append(order, "before, too") })
	remove := gl.After("* /runners/:id", func(c fakegitlab.Call) {
		order = append(order, "after "+c.String()+": "+c.Reason)
	})
	assert.Equal(t, 404, testkit.Ask(t, gl, gl.Token("mia"), "PUT", "/runners/5?paused=true").Status)
	remove()
	remove()
	assert.Equal(t, 404, testkit.Ask(t, gl, gl.Token("mia"), "GET", "/runners/5").Status)
	assert.Equal(t, []string{"before mia", "before, too",
		"after #1 PUT /runners/:id id=5 by mia -> 404: there is no runner 5"}, order)

	times := 0
	var once func()
	once = gl.Before(fakegitlab.GetVersion, func(fakegitlab.Call) { once(); times++ })
	for range 2 {
		testkit.Ask(t, gl, gl.Token("mia"), "GET", "/version")
	}
	assert.Equal(t, 1, times, "it takes itself away")
}

// A hook may fail the test without taking the server's handling of the request with it.
func TestHooksMayFailTheTest(t *testing.T) {
	tb, finished := testkit.SpyOn(func(tb *testkit.Spy) {
		gl := fakegitlab.New(tb)
		gl.Before(fakegitlab.GetVersion, func(fakegitlab.Call) { gl.Token("nobody") })
		assert.Equal(t, 401, testkit.Ask(t, gl, "", "GET", "/version").Status)
	})
	assert.True(t, finished)
	assert.Equal(t, []string{`fakegitlab: Token("nobody"): no user "nobody"; known are root; AddUser adds one`}, tb.Errors)
}

func TestHold(t *testing.T) {
	onEveryNetwork(t, func(t *testing.T, gl *fakegitlab.Fake) {
		held := gl.Hold(fakegitlab.GetRunner, fakegitlab.By("mia"))
		mia, sam := gl.Token("mia"), gl.Token("sam")
		answered := make(chan int)
		go func() { answered <- testkit.Ask(t, gl, mia, "GET", "/runners/5").Status }()
		call, err := held.Wait(context.Background())
		require.NoError(t, err)
		assert.Equal(t, "mia", call.User)
		assert.Equal(t, 403, testkit.Ask(t, gl, sam, "GET", "/runners/5").Status, "others go on")
		gl.DeleteRunner(5)
		held.Release()
		held.Release()
		assert.Equal(t, 404, <-answered, "it is served after the change")
		assert.Equal(t, 404, testkit.Ask(t, gl, mia, "GET", "/runners/5").Status, "nothing is held any more")
	})
}

func TestHoldGivesUp(t *testing.T) {
	gl := testkit.NewMia(t, fakegitlab.WithUnusedFailures(true))
	held := gl.Hold(fakegitlab.GetVersion)
	ended, end := context.WithCancel(context.Background())
	end()
	_, err := held.Wait(ended)
	assert.ErrorIs(t, err, context.Canceled)
	gl.Close() // nobody waits for what never came
	assert.Equal(t, `fakegitlab: Hold: nothing serves GET /versions; did you mean GET /version?`,
		misuse(t, testkit.MiasWorld(), func(gl *fakegitlab.Fake) { gl.Hold("GET /versions") }))
	assert.Equal(t, `fakegitlab: Before: nothing serves GET /versions; did you mean GET /version?`,
		misuse(t, testkit.MiasWorld(), func(gl *fakegitlab.Fake) { gl.Before("GET /versions", func(fakegitlab.Call) {}) }))
	assert.Equal(t, `fakegitlab: After: there is no function`,
		misuse(t, testkit.MiasWorld(), func(gl *fakegitlab.Fake) { gl.After(fakegitlab.GetVersion, nil) }))
}

// Close lets go whoever waits.
func TestCloseLetsGo(t *testing.T) {
	onEveryNetwork(t, func(t *testing.T, gl *fakegitlab.Fake) {
		gl.Inject(fakegitlab.Failure{Endpoint: fakegitlab.GetMetadata, Network: fakegitlab.Hang})
		hanging, held := gl.Hold(fakegitlab.GetMetadata), gl.Hold(fakegitlab.GetVersion)
		done := make(chan struct{})
		for _, path := range []string{"/metadata", "/version"} {
			go func() {
				defer func() { done <- struct{}{} }()
				res, err := gl.Client().Get(gl.APIURL() + path)
				if err == nil {
					_ = res.Body.Close()
				}
			}()
		}
		for _, h := range []*fakegitlab.Held{hanging, held} {
			_, err := h.Wait(context.Background())
			require.NoError(t, err)
		}
		hanging.Release()
		gl.Close()
		<-done
		<-done
		held.Release()
		gl.ClearCalls()
	})
}
