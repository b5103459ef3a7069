package fakegitlab_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	fg "github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

func TestScriptedFinals(t *testing.T) {
	gl, r := testkit.Factory(t)
	job := gl.AddJob(fg.Job{Project: "acme/shop"})
	testkit.RequestJob(t, gl, r.Token)
	run := gl.JobRun(job.ID)
	testkit.PatchTrace(t, gl, job, 0, "log")
	run.RejectLog(1)
	run.PostponeFinal(2)
	assert.Equal(t, 412, testkit.PutState(t, gl, job, "success").Status)
	assert.Empty(t, run.Trace())
	assert.Equal(t, 200, testkit.PutState(t, gl, job, "running").Status, "only final updates are scripted")
	assert.Equal(t, 202, testkit.PatchTrace(t, gl, job, 0, "log").Status)
	for _, interval := range []string{"1", "2"} {
		a := testkit.PutState(t, gl, job, "success")
		assert.Equal(t, 202, a.Status)
		assert.Equal(t, "202", a.Body)
		assert.Equal(t, interval, a.Header.Get("X-GitLab-Trace-Update-Interval"))
	}
	assert.Equal(t, 200, testkit.PutState(t, gl, job, "success").Status)
	assert.Equal(t, "log", run.Trace())
}

func TestWaitForJob(t *testing.T) {
	gl, r := testkit.Factory(t)
	job := gl.AddJob(fg.Job{Project: "acme/shop"})
	done := make(chan error, 2)
	go func() {
		got, err := gl.WaitForJob(t.Context(), job.ID, fg.JobSuccess)
		if err == nil && got.Status != fg.JobSuccess {
			err = fmt.Errorf("it is %s", got.Status)
		}
		done <- err
	}()
	go func() { done <- gl.JobRun(job.ID).WaitForTrace(t.Context(), "ready") }()
	testkit.RequestJob(t, gl, r.Token)
	testkit.PatchTrace(t, gl, job, 0, "rea")
	testkit.PatchTrace(t, gl, job, 3, "dy")
	testkit.PutState(t, gl, job, "success")
	require.NoError(t, <-done)
	require.NoError(t, <-done)
	_, err := gl.WaitForJob(t.Context(), job.ID, fg.JobRunning)
	require.NoError(t, err, "it has been running")
	_, err = gl.WaitForJob(t.Context(), job.ID, fg.JobFailed)
	require.ErrorContains(t, err, "never is failed: it went through [pending running success]")

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	other := gl.AddJob(fg.Job{Project: "acme/shop"})
	_, err = gl.WaitForJob(ctx, other.ID, fg.JobRunning)
	require.ErrorIs(t, err, context.Canceled)
	go func() {
		_, err := gl.WaitForJob(context.Background(), other.ID, fg.JobRunning)
		done <- err
	}()
	gl.Close()
	require.ErrorContains(t, <-done, "the fake is closed: no call will come")
}

// A job that nobody takes is what most often goes wrong when a runner is tested, and its 204 does not say why.
func TestWaitForJobSaysWhyNobodyTakesIt(t *testing.T) {
	runners := func(n int, r fg.Runner) []fg.Runner { return slices.Repeat([]fg.Runner{r}, n) }
	few, paused := fg.Runner{Tags: []string{"linux"}}, fg.Runner{Paused: true}
	for name, c := range map[string]struct {
		runners []fg.Runner
		want    string
	}{
		"no runner": {nil, "which is pending (there is no runner): context canceled"},
		"none fits": {[]fg.Runner{few, paused},
			"(no runner may take it; runner 100001: the job asks for the tags [gpu] and the runner has [linux]; " +
				"runner 100002: the runner is paused, and the job asks for the tags [gpu] and the runner has [])"},
		"many": {append(runners(5, paused), few), "runner 100006: the job asks for the tags [gpu] and the runner has [linux]; " +
			"runner 100001, 100002, 100003 and 2 more: the runner is paused, and the job asks"},
		"one fits": {[]fg.Runner{paused, {Tags: []string{"gpu"}}},
			"(it waits for runner 100002 to ask for a job: the runner has never contacted GitLab)"},
		"many fit": {runners(5, fg.Runner{Tags: []string{"gpu"}}),
			"(it waits for runner 100001, 100002, 100003 and 2 more to ask for a job: the runner has never contacted GitLab)"},
	} {
		t.Run(name, func(t *testing.T) {
			gl := fg.New(t)
			gl.AddProject(fg.Project{Path: "acme/shop"})
			for _, r := range c.runners {
				gl.AddRunner(r)
			}
			job := gl.AddJob(fg.Job{Project: "acme/shop", Tags: []string{"gpu"}})
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			_, err := gl.WaitForJob(ctx, job.ID, fg.JobSuccess)
			require.ErrorContains(t, err, c.want)
			require.ErrorContains(t, gl.JobRun(job.ID).WaitForTrace(ctx, "ready"), c.want)
		})
	}
}

func TestMisuseOfJobHandles(t *testing.T) {
	gl, err := fg.Start()
	require.NoError(t, err)
	defer gl.Close()
	gl.AddProject(fg.Project{Path: "acme/shop"})
	job := gl.AddJob(fg.Job{Project: "acme/shop"})
	assert.PanicsWithValue(t, fmt.Sprintf("fakegitlab: JobRun(%d): no job %q; did you mean %q?", job.ID+1,
		fmt.Sprint(job.ID+1), fmt.Sprint(job.ID)), func() { gl.JobRun(job.ID + 1) })
	_, err = gl.WaitForJob(t.Context(), job.ID, "sucess")
	assert.EqualError(t, err, fmt.Sprintf(`fakegitlab: WaitForJob(%d): "sucess" is no job status; did you mean "success"?`, job.ID))
	_, err = gl.WaitForJob(t.Context(), job.ID+1, fg.JobSuccess)
	assert.EqualError(t, err, fmt.Sprintf("fakegitlab: waiting until job %d is success: no job %q; did you mean %q?", job.ID+1,
		fmt.Sprint(job.ID+1), fmt.Sprint(job.ID)))
	assert.Panics(t, func() { gl.JobRun(job.ID).PostponeFinal(-1) })
	over := gl.AddJob(fg.Job{Project: "acme/shop", Status: fg.JobSuccess})
	for _, plan := range []func(*fg.JobRun){func(r *fg.JobRun) { r.CancelAt("x") },
		func(r *fg.JobRun) { r.PostponeFinal(1) }, func(r *fg.JobRun) { r.RejectLog(1) },
		func(r *fg.JobRun) { r.LoseLog(1) }} {
		said := fmt.Sprintf("fakegitlab: JobRun(%d): the job is success already, so nothing more can happen to it", over.ID)
		assert.PanicsWithValue(t, said, func() { plan(gl.JobRun(over.ID)) })
	}
}
