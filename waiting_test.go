package fakegitlab_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

// WaitFor asks after each call, change and Advance, and nowhere in between: the conditions look, and looking wakes nobody.
func TestWaitFor(t *testing.T) {
	gl := fakegitlab.New(t, fakegitlab.WithScenario(fakegitlab.SmallCompany()))
	steps := map[string]struct {
		do    func()
		holds func(*fakegitlab.Fake) error
	}{
		"a call": {func() {
			testkit.Ask(t, gl, gl.AdminToken(), "PUT", "/runners/100001", testkit.WithForm("paused=true"))
		}, func(gl *fakegitlab.Fake) error {
			gl.Token("mia")
			if r, _ := gl.Runner(100001); !r.Paused {
				return errors.New("it is not paused")
			}
			return nil
		}},
		"a change": {func() { gl.DeleteRunner(100002) }, func(gl *fakegitlab.Fake) error {
			if _, there := gl.Runner(100002); there {
				return errors.New("it is there")
			}
			return nil
		}},
		"Advance": {func() { gl.Advance(time.Hour); gl.Advance(2 * time.Hour) }, func(gl *fakegitlab.Fake) error {
			if gl.RunnerStatus(100011) == fakegitlab.Online {
				return errors.New("it is online")
			}
			return nil
		}},
	}
	for name, step := range steps {
		asked := make(chan error)
		var all sync.WaitGroup
		times := 0
		all.Go(func() {
			assert.NoError(t, gl.WaitFor(t.Context(), func(gl *fakegitlab.Fake) error {
				err := step.holds(gl)
				if times++; times == 1 {
					asked <- err
				}
				return err
			}), name)
		})
		require.Error(t, <-asked, name)
		step.do()
		all.Wait()
		assert.LessOrEqual(t, times, 3, name)
	}
}

func TestWaitForInVain(t *testing.T) {
	gl, err := fakegitlab.Start()
	require.NoError(t, err)
	never := func(*fakegitlab.Fake) error { return errors.New("runner 7 is not there") }
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err = gl.WaitFor(ctx, never)
	require.ErrorIs(t, err, context.Canceled)
	assert.EqualError(t, err, "WaitFor: context canceled: runner 7 is not there\nno call was recorded\n")
	assert.EqualError(t, gl.WaitFor(ctx, nil), "WaitFor: there is no function")
	waited := make(chan error)
	go func() {
		_, err := gl.WaitForNextCall(t.Context(), fakegitlab.GetVersion)
		waited <- err
	}()
	gl.Close()
	assert.EqualError(t, <-waited,
		"WaitForNextCall: no call of GET /version: fakegitlab: the fake was closed\nno call was recorded\n")
	err = gl.WaitFor(t.Context(), never)
	assert.EqualError(t, err, "WaitFor: fakegitlab: the fake was closed, and still: runner 7 is not there")
}
