package runner_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/examples/minirunner/runner"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	requestJob  = fakegitlab.Endpoint("POST /jobs/request")
	updateJob   = fakegitlab.Endpoint("PUT /jobs/:id")
	appendTrace = fakegitlab.Endpoint("PATCH /jobs/:id/trace")
)

// newGitLab is a GitLab with a project, its runner, and a pending job for it for each of the specs.
func newGitLab(t *testing.T, specs ...fakegitlab.JobSpec) (gl *fakegitlab.Fake, token string, jobs []int) {
	t.Helper()
	gl = fakegitlab.New(t)
	gl.AddProject(fakegitlab.Project{Path: "acme/shop"})
	r := gl.AddRunner(fakegitlab.Runner{Projects: []string{"acme/shop"}})
	for _, spec := range specs {
		jobs = append(jobs, gl.AddJob(fakegitlab.Job{Project: "acme/shop", Name: "test", Spec: spec}).ID)
	}
	return gl, r.Token, jobs
}

// soon ends a wait for what should come at once.
func soon(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// newRunner is a runner in a hurry.
func newRunner(gl *fakegitlab.Fake, token, systemID string) *runner.Runner {
	return &runner.Runner{
		API: gl.APIURL(), Token: token, SystemID: systemID, HTTP: gl.Client(), Interval: 5 * time.Millisecond, Backoff: time.Millisecond,
	}
}

func script(lines ...string) fakegitlab.JobSpec { return fakegitlab.JobSpec{Script: lines} }

// takeOne lets the runner take the one job there is, and returns what GitLab knows of the job then.
func takeOne(t *testing.T, gl *fakegitlab.Fake, r *runner.Runner, id int) fakegitlab.Job {
	t.Helper()
	took, err := r.Once(soon(t))
	require.NoError(t, err)
	require.True(t, took, "the runner got no job")
	j, _ := gl.Job(id)
	return j
}

func TestSuccess(t *testing.T) {
	gl, token, jobs := newGitLab(t, fakegitlab.JobSpec{
		BeforeScript: []string{"echo prepare"},
		Script:       []string{"echo run $CI_JOB_NAME", "echo $GREETING"},
		AfterScript:  []string{"echo clean up", "exit 1"},
		Variables:    fakegitlab.JobVariables{{Key: "GREETING", Value: "hello"}},
	})
	j := takeOne(t, gl, newRunner(gl, token, "s_one"), jobs[0])

	gl.AssertJobStatus(t, j.ID, fakegitlab.JobSuccess)
	assert.Equal(t, "prepare\nrun test\nhello\nclean up\n", j.Trace)
	assert.Equal(t, "s_one", j.SystemID)
	assert.Equal(t, fakegitlab.Online, gl.RunnerStatus(j.RunnerID))
	gl.AssertCallOrder(t, requestJob, appendTrace, updateJob)
	gl.AssertAllSucceeded(t)
}

func TestFailure(t *testing.T) {
	gl, token, jobs := newGitLab(t, script("echo before", "exit 3", "echo never"))
	j := takeOne(t, gl, newRunner(gl, token, "s_one"), jobs[0])

	gl.AssertJobStatus(t, j.ID, fakegitlab.JobFailed)
	assert.Equal(t, "script_failure", j.FailureReason)
	assert.Equal(t, "before\n", j.Trace)
	gl.AssertCalled(t, updateJob, fakegitlab.Param("state", "failed"), fakegitlab.Param("exit_code", 3))
}

// The log arrives while the job runs, and the next report tells the runner that somebody canceled it.
func TestCancelWhileRunning(t *testing.T) {
	gl, token, jobs := newGitLab(t, script("echo started", "exec sleep 600"))
	ended := make(chan error, 1)
	go func() {
		_, err := newRunner(gl, token, "s_one").Once(soon(t))
		ended <- err
	}()
	_, err := gl.WaitForCall(soon(t), appendTrace, fakegitlab.Status(202))
	require.NoError(t, err)
	j, _ := gl.Job(jobs[0])
	assert.Equal(t, "started\n", j.Trace)

	gl.CancelJob(jobs[0])
	require.NoError(t, <-ended)
	gl.AssertJobStatus(t, jobs[0], fakegitlab.JobCanceled)
	gl.AssertNotCalled(t, updateJob, fakegitlab.Param("state", "success"))
}

// Connections break before and after a request takes effect: the job still runs once, and its log has each line once.
func TestLostConnection(t *testing.T) {
	gl, token, jobs := newGitLab(t, script("echo one", "echo two"))
	for _, f := range []fakegitlab.Failure{
		{Endpoint: requestJob, Times: 1},
		{Endpoint: appendTrace, Times: 2},
		{Endpoint: appendTrace, Times: 1, Applied: true},
		{Endpoint: updateJob, Times: 1, Applied: true, Where: []fakegitlab.CallMatcher{fakegitlab.Param("state", "success")}},
	} {
		f.Network = fakegitlab.ConnectionReset
		gl.Inject(f)
	}
	j := takeOne(t, gl, newRunner(gl, token, "s_one"), jobs[0])
	gl.AssertJobStatus(t, j.ID, fakegitlab.JobSuccess)
	assert.Equal(t, "one\ntwo\n", j.Trace)
}

// Two managers with one token want the same job at the same instant. One gets it.
func TestTwoManagersRace(t *testing.T) {
	gl, token, jobs := newGitLab(t, script("echo mine"))
	managers := []string{"s_one", "s_two"}
	took := make([]bool, len(managers))
	var held []*fakegitlab.Held
	var racing sync.WaitGroup
	for i, id := range managers {
		held = append(held, gl.Hold(requestJob, fakegitlab.Param("system_id", id)))
		racing.Go(func() {
			var err error
			took[i], err = newRunner(gl, token, id).Once(soon(t))
			assert.NoError(t, err)
		})
	}
	for _, h := range held { // both are at the door
		_, err := h.Wait(soon(t))
		require.NoError(t, err)
	}
	for _, h := range held {
		h.Release()
	}
	racing.Wait()

	assert.NotEqual(t, took[0], took[1], "each job is for one manager")
	j, _ := gl.Job(jobs[0])
	assert.Equal(t, managers[slices.Index(took, true)], j.SystemID)
	assert.Equal(t, "mine\n", j.Trace)
	gl.AssertCalled(t, requestJob, fakegitlab.Status(201), fakegitlab.Times(1))
	runner, _ := gl.Runner(j.RunnerID)
	assert.Len(t, runner.Managers, 2)
}

// A 5xx is tried again at once. A 409 means that another runner was quicker: the next question may have more luck.
func TestGitLabIsNotWell(t *testing.T) {
	gl, token, jobs := newGitLab(t, script("echo at last"))
	unavailable := fakegitlab.Unavailable(requestJob)
	unavailable.Times = 2
	gl.Inject(unavailable)
	gl.Inject(fakegitlab.Failure{Endpoint: requestJob, Status: 409, Times: 1})
	r := newRunner(gl, token, "s_one")

	took, err := r.Once(soon(t))
	require.NoError(t, err)
	assert.False(t, took)
	gl.AssertCalls(t, "POST /jobs/request 502", "POST /jobs/request 502", "POST /jobs/request 409")
	takeOne(t, gl, r, jobs[0])
	gl.AssertJobStatus(t, jobs[0], fakegitlab.JobSuccess)
}

// A runner with nothing to do sends GitLab's last_update back, which answers 204 without a look.
func TestNothingToDo(t *testing.T) {
	gl, token, _ := newGitLab(t)
	r := newRunner(gl, token, "s_one")
	for range 2 {
		took, err := r.Once(soon(t))
		require.NoError(t, err)
		assert.False(t, took)
	}
	lastUpdate := gl.Calls(requestJob)[0].ResponseHeader.Get("X-GitLab-Last-Update")
	assert.NotEmpty(t, lastUpdate)
	gl.AssertCalled(t, requestJob, fakegitlab.Status(204), fakegitlab.Param("last_update", lastUpdate), fakegitlab.Times(1))
}

// The whole program: it verifies its token, works off what there is, waits for more, and stops when told to.
func TestRun(t *testing.T) {
	gl, token, jobs := newGitLab(t, script("echo 1"), script("echo 2"), script("exit 1"))
	ctx, stop := context.WithCancel(soon(t))
	ended := make(chan error, 1)
	go func() { ended <- newRunner(gl, token, "s_one").Run(ctx) }()

	_, err := gl.WaitForCall(soon(t), requestJob, fakegitlab.Status(204))
	require.NoError(t, err)
	late := gl.AddJob(fakegitlab.Job{Project: "acme/shop", Spec: script("echo late")})
	_, err = gl.WaitForCall(soon(t), updateJob,
		fakegitlab.Param("id", late.ID), fakegitlab.Param("state", "success"), fakegitlab.Status(200))
	require.NoError(t, err)
	stop()
	require.ErrorIs(t, <-ended, context.Canceled)

	for i, want := range []fakegitlab.JobStatus{fakegitlab.JobSuccess, fakegitlab.JobSuccess, fakegitlab.JobFailed} {
		gl.AssertJobStatus(t, jobs[i], want)
	}
	gl.AssertCalled(t, fakegitlab.VerifyRunner, fakegitlab.Times(1))
}

func TestDeadToken(t *testing.T) {
	gl, token, _ := newGitLab(t)
	r := newRunner(gl, token, "s_one")
	gl.DeleteRunner(gl.Runners()[0].ID)
	require.ErrorContains(t, r.Run(t.Context()), "GitLab answered 403")
	_, err := r.Once(soon(t))
	require.ErrorContains(t, err, "GitLab answered 403")
}
