package fakegitlab_test

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	fg "github.com/fakegitlab/fakegitlab"
)

// deleteAndLook deletes a runner, trying again a minute later when it is not sure, and reads it.
func deleteAndLook(t *testing.T, gl *fg.Fake) {
	r := gl.AddRunner(fg.Runner{Description: "old"})
	gl.Invariant("the runner is gone", func(gl *fg.Fake) error {
		if _, there := gl.Runner(r.ID); there {
			return fmt.Errorf("runner %d is still there", r.ID)
		}
		return nil
	})
	c := gl.ClientAs("root")
	url := fmt.Sprintf("%s/runners/%d", gl.APIURL(), r.ID)
	for range 3 {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodDelete, url, nil)
		require.NoError(t, err)
		resp, err := c.Do(req)
		if err == nil {
			_ = resp.Body.Close()
			if resp.StatusCode == http.StatusNoContent || resp.StatusCode == http.StatusNotFound {
				break
			}
		}
		time.Sleep(time.Minute) // of the bubble
	}
	if resp, err := c.Get(url); err == nil {
		_ = resp.Body.Close()
		assert.NotEqual(t, http.StatusOK, resp.StatusCode)
	}
}

func TestSweepDisturbsEveryCallInEveryWay(t *testing.T) {
	var runs []string
	fg.Sweep(t, func(t *testing.T, gl *fg.Fake) {
		runs = append(runs, t.Name())
		deleteAndLook(t, gl)
	}, fg.WithInMemoryNetwork())
	const name = "TestSweepDisturbsEveryCallInEveryWay/"
	assert.Equal(t, []string{
		name + "undisturbed",
		name + "#1_DELETE_/runners/:id,_503", name + "#1_DELETE_/runners/:id,_answer_lost",
		name + "#1_DELETE_/runners/:id,_connection_reset",
		name + "#2_GET_/runners/:id,_503", name + "#2_GET_/runners/:id,_answer_lost",
		name + "#2_GET_/runners/:id,_connection_reset",
	}, runs)
}

func TestSweepRunsSayWhatFailed(t *testing.T) {
	runs := fg.SweepRuns(t, func(tb fg.TB, gl *fg.Fake) {
		r := gl.AddRunner(fg.Runner{Description: "old"})
		gl.Invariant("the runner is gone", func(gl *fg.Fake) error {
			if _, there := gl.Runner(r.ID); there {
				return errors.New("it is there")
			}
			return nil
		})
		req, err := http.NewRequest(http.MethodDelete, fmt.Sprintf("%s/runners/%d", gl.APIURL(), r.ID), nil)
		require.NoError(tb, err)
		start := time.Now()
		resp, err := gl.ClientAs("root").Do(req)
		time.Sleep(time.Minute)
		if passed := time.Since(start); passed != time.Minute {
			tb.Errorf("%s passed: that is no bubble", passed)
		}
		if err == nil {
			_ = resp.Body.Close()
		}
	}, fg.WithInMemoryNetwork())

	broken := "fakegitlab: it does not hold that the runner is gone: it is there (Invariant at x_test.go:1)"
	got := map[string][]string{}
	for _, run := range runs {
		got[run.Name] = unplaced(run.Errors)
		assert.Equal(t, len(run.Errors) == 0, run.Passed())
		if assert.Len(t, run.Calls, 1) {
			assert.Equal(t, fg.DeleteRunner, run.Calls[0].Endpoint)
		}
	}
	assert.Equal(t, map[string][]string{
		"undisturbed":                              nil,
		"#1 DELETE /runners/:id, 503":              {broken},
		"#1 DELETE /runners/:id, answer lost":      nil,
		"#1 DELETE /runners/:id, connection reset": {broken},
	}, got)
	assert.Equal(t, "undisturbed", runs[0].Name)
}

func TestSweepRunsKeepsWhatEndsARun(t *testing.T) {
	call := func(gl *fg.Fake) bool {
		resp, err := gl.ClientAs("root").Get(gl.APIURL() + "/version")
		if err != nil {
			return false
		}
		_ = resp.Body.Close()
		return resp.StatusCode == http.StatusOK
	}
	for _, c := range []struct {
		name  string
		test  func(tb fg.TB, gl *fg.Fake)
		first []string // what each error of the only run begins with
	}{
		{"no call", func(fg.TB, *fg.Fake) {}, []string{"fakegitlab: SweepRuns: the test made no call"}},
		{"FailNow", func(tb fg.TB, gl *fg.Fake) { tb.FailNow() }, []string{"FailNow was called without an error"}},
		{"misuse", func(tb fg.TB, gl *fg.Fake) { gl.Token("nobody") }, []string{"fakegitlab: Token"}},
		{"panic", func(fg.TB, *fg.Fake) { panic("oh") }, []string{"panic: oh"}},
		{"cleanup", func(tb fg.TB, gl *fg.Fake) {
			tb.Cleanup(func() { tb.Errorf("the first of %s is called all the same", tb.Name()) })
			tb.Cleanup(func() { panic("oh") })
			tb.Cleanup(tb.FailNow)
		}, []string{"panic: oh", "the first of TestSweepRunsKeepsWhatEndsARun/cleanup/undisturbed is called all the same"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			runs := fg.SweepRuns(t, c.test)
			require.Len(t, runs, 1)
			require.Len(t, runs[0].Errors, len(c.first))
			for i, first := range c.first {
				assert.Truef(t, strings.HasPrefix(runs[0].Errors[i], first), "%s", runs[0].Errors[i])
			}
		})
	}
	runs := fg.SweepRuns(t, func(tb fg.TB, gl *fg.Fake) { assert.True(tb, call(gl)) })
	require.Len(t, runs, 4, "over TCP, too")
	for _, run := range runs[1:] {
		assert.False(t, run.Passed(), run.Name)
	}
}

func TestForEachVersion(t *testing.T) {
	var seen []string
	fg.ForEachVersion(t, []string{"16.11", "17.2", "19.4"}, func(t *testing.T, gl *fg.Fake) {
		seen = append(seen, gl.Version())
	})
	assert.Equal(t, []string{"16.11", "17.2", "19.4"}, seen)

	vain := new(testing.T)
	fg.ForEachVersion(vain, nil, func(*testing.T, *fg.Fake) {})
	assert.True(t, vain.Failed())
}

// A test that pauses until its parent has ended has made no call yet when Sweep counts them.
func TestSweepOfAParallelTest(t *testing.T) {
	if os.Getenv("FAKEGITLAB_TEST_SWEEP") != "" {
		fg.Sweep(t, func(t *testing.T, gl *fg.Fake) {
			t.Parallel()
			_, _ = gl.Client().Get(gl.APIURL() + "/version")
		})
		return
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestSweepOfAParallelTest$")
	cmd.Env = append(os.Environ(), "FAKEGITLAB_TEST_SWEEP=1")
	out, err := cmd.CombinedOutput()
	assert.Error(t, err)
	assert.Contains(t, string(out), "fakegitlab: Sweep: the test calls t.Parallel(), so that it has only begun when Sweep has to "+
		"know its calls; call it before Sweep, in the test around it")
	assert.Contains(t, string(out), "sweep_test.go:")
}
