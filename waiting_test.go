package fakegitlab_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"testing/synctest"
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
		"WaitForNextCall: no call of GET /version: the fake is closed: no call will come\nno call was recorded\n")
	err = gl.WaitFor(t.Context(), never)
	assert.EqualError(t, err,
		"WaitFor: the fake is closed: no call will come: runner 7 is not there\nno call was recorded\n")
}

// waits are all waits, each for what does not happen.
func waits(gl *fakegitlab.Fake) map[string]func(context.Context) error {
	gl.AddProject(fakegitlab.Project{Path: "acme/shop"})
	run := gl.JobRun(gl.AddJob(fakegitlab.Job{Project: "acme/shop"}).ID)
	held := gl.Hold(fakegitlab.GetVersion)
	return map[string]func(context.Context) error{
		"WaitForCall": func(ctx context.Context) error {
			_, err := gl.WaitForCall(ctx, fakegitlab.GetVersion)
			return err
		},
		"WaitForNextCall": func(ctx context.Context) error {
			_, err := gl.WaitForNextCall(ctx, fakegitlab.GetVersion)
			return err
		},
		"WaitFor": func(ctx context.Context) error {
			return gl.WaitFor(ctx, func(*fakegitlab.Fake) error { return errors.New("not yet") })
		},
		"WaitForJob": func(ctx context.Context) error {
			_, err := gl.WaitForJob(ctx, run.Job().ID, fakegitlab.JobRunning)
			return err
		},
		"WaitForTrace": func(ctx context.Context) error { return run.WaitForTrace(ctx, "x") },
		"Held": func(ctx context.Context) error {
			_, err := held.Wait(ctx)
			return err
		},
	}
}

// No wait outlasts the fake, also one that was waiting when it was closed.
func TestWaitsEndWithTheFake(t *testing.T) {
	gl := fakegitlab.New(t, fakegitlab.WithInMemoryNetwork(), fakegitlab.WithUnusedFailures(true))
	ended := make(chan error)
	all := waits(gl)
	for _, wait := range all {
		go func() { ended <- wait(context.Background()) }()
	}
	gl.Close()
	for name, wait := range all {
		assert.ErrorContains(t, <-ended, "the fake is closed: no call will come")
		assert.ErrorContains(t, wait(context.Background()), "the fake is closed: no call will come", name)
	}
}

// ends is a test that go test is to end at a time.
type ends struct {
	*testing.T
	at time.Time
}

func (e ends) Deadline() (time.Time, bool) { return e.at, true }

// At a test's deadline go test tells where its goroutines are, and nothing of what it waits for.
func TestWaitsEndBeforeTheDeadline(t *testing.T) {
	gl := fakegitlab.New(ends{t, time.Now()}, fakegitlab.WithInMemoryNetwork(), fakegitlab.WithUnusedFailures(true))
	for name, wait := range waits(gl) {
		err := wait(t.Context())
		require.ErrorIs(t, err, context.DeadlineExceeded, name)
		assert.ErrorContains(t, err, "the test's deadline (go test -timeout) is near", name)
	}
	synctest.Test(t, func(t *testing.T) { // whose own Deadline panics
		gl := fakegitlab.New(t, fakegitlab.WithInMemoryNetwork())
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		_, err := gl.WaitForCall(ctx, fakegitlab.GetVersion)
		assert.ErrorContains(t, err, "no call of GET /version: context deadline exceeded")
	})
}

// Once a fake is closed it can be read; what only calls could meet fails at once, and requests find nobody.
func TestAfterTheEnd(t *testing.T) {
	gl, err := fakegitlab.Start(fakegitlab.WithScenario(fakegitlab.SmallCompany()))
	require.NoError(t, err)
	gl.Close()
	assert.Len(t, gl.Runners(), 15)
	assert.True(t, gl.AssertNotCalled(t, ""))
	for name, do := range map[string]func(){
		"Inject": func() { gl.Inject(fakegitlab.InternalError("")) },
		"Before": func() { gl.Before("", func(fakegitlab.Call) {}) },
		"Hold":   func() { gl.Hold("") },

		`Handle("GET /x")`:      func() { gl.Handle("GET /x", http.NotFoundHandler()) },
		`AddUser("mia")`:        func() { gl.AddUser(fakegitlab.User{Username: "mia"}) },
		"UpdateRunner(100001)":  func() { gl.UpdateRunner(100001, func(*fakegitlab.Runner) {}) },
		"UpdateSettings":        func() { gl.UpdateSettings(func(*fakegitlab.Settings) {}) },
		"DeleteRunner(100001)":  func() { gl.DeleteRunner(100001) },
		`AddPipeline(of "a/b")`: func() { gl.AddPipeline(fakegitlab.Pipeline{Project: "a/b"}) },
		"FinishJob(2000001)":    func() { gl.FinishJob(2000001, fakegitlab.JobSuccess) },
		"Advance(1s)":           func() { gl.Advance(time.Second) },
		"RunWorkers":            func() { gl.RunWorkers() },
		"Reset":                 func() { gl.Reset() },
	} {
		assert.PanicsWithValue(t, "fakegitlab: "+name+": the fake is closed: nothing will come of this", do)
	}
	assert.EqualError(t, gl.Seed(fakegitlab.NewScenario()), "the fake is closed: nothing will come of this")
	answer := httptest.NewRecorder()
	gl.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/api/v4/version", nil))
	assert.Equal(t, http.StatusServiceUnavailable, answer.Code)
	assert.Empty(t, gl.Calls(""))
}
