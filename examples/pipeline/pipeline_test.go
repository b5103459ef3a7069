package pipeline_test

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	_ "embed"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/examples/minirunner/runner"
)

//go:embed gitlab-ci.yml
var configuration string

// newGitLab is a GitLab with a project, a maintainer of it and a runner for it.
func newGitLab(t testing.TB, options ...fakegitlab.Option) (gl *fakegitlab.Fake, token string) {
	t.Helper()
	gl = fakegitlab.New(t, options...)
	gl.AddUser(fakegitlab.User{Username: "mia"})
	gl.AddProject(fakegitlab.Project{Path: "acme/shop", Members: fakegitlab.Members{"mia": fakegitlab.Maintainer}})
	return gl, gl.AddRunner(fakegitlab.Runner{Projects: []string{"acme/shop"}}).Token
}

// pushProject pushes the project with its .gitlab-ci.yml, which makes a pipeline.
func pushProject(t testing.TB, gl *fakegitlab.Fake) {
	t.Helper()
	c := clone(t, gl, "mia", "acme/shop")
	c.write(map[string]string{".gitlab-ci.yml": configuration, "message.txt": "hello\n"})
	gl.AddVariable(fakegitlab.Variable{Path: "acme/shop", Key: "MARK", Value: filepath.Join(t.TempDir(), "mark")})
	c.git("push", "--quiet", "origin", "HEAD:refs/heads/main")
}

// startRunners starts minirunners that take jobs until the test ends.
func startRunners(t testing.TB, gl *fakegitlab.Fake, token string, n int) {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	var running sync.WaitGroup
	for i := range n {
		r := &runner.Runner{API: gl.APIURL(), Token: token, SystemID: fmt.Sprintf("s_%d", i), HTTP: gl.Client(),
			Interval: 10 * time.Millisecond, Backoff: time.Millisecond, Sources: true}
		running.Go(func() { assert.ErrorIs(t, r.Run(ctx), context.Canceled) })
	}
	t.Cleanup(func() { stop(); running.Wait() })
}

// waitFor waits until a pipeline has a status.
func waitFor(t testing.TB, gl *fakegitlab.Fake, pipeline int, status fakegitlab.JobStatus) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	_, err := gl.WaitForPipeline(ctx, pipeline, status)
	require.NoError(t, err)
}

// walkThrough lets the pipeline run to its end: half an hour passes, and somebody plays what waits for a person.
func walkThrough(t testing.TB, gl *fakegitlab.Fake) {
	t.Helper()
	pipeline := gl.Pipelines()[0].ID
	waitFor(t, gl, pipeline, fakegitlab.JobScheduled) // all that is left for now is staging
	gl.Advance(30 * time.Minute)
	waitFor(t, gl, pipeline, fakegitlab.JobManual) // and now production
	gl.PlayJob(jobNamed(t, gl, "production").ID)
	waitFor(t, gl, pipeline, fakegitlab.JobSuccess)

	assert.Equal(t, []string{"compile: success", "lint: success", "unit: [linux, amd64]: success",
		"unit: [linux, arm64]: success", "unit: [bsd, amd64]: success", "unit: [bsd, arm64]: success", "flaky: failed",
		"staging: success", "production: success", "alarm: skipped", "flaky: success"}, states(gl))
	assert.Contains(t, jobNamed(t, gl, "unit: [bsd, arm64]").Trace, "unit of 1.1 on bsd/arm64")
	assert.Contains(t, jobNamed(t, gl, "staging").Trace, "staging gets 1.1 with hello")
	assert.Contains(t, jobNamed(t, gl, "production").Trace, "production gets 1.1")
}

// states are all jobs with their statuses; one that was tried again is there with each try.
func states(gl *fakegitlab.Fake) []string {
	var all []string
	for _, j := range gl.Jobs() {
		all = append(all, fmt.Sprintf("%s: %s", j.Name, j.Status))
	}
	return all
}

func jobNamed(t testing.TB, gl *fakegitlab.Fake, name string) fakegitlab.Job {
	t.Helper()
	all := gl.Jobs()
	i := slices.IndexFunc(all, func(j fakegitlab.Job) bool { return j.Name == name })
	require.GreaterOrEqual(t, i, 0, "there is no job %s", name)
	return all[i]
}

func TestPipeline(t *testing.T) {
	gl, token := newGitLab(t)
	pushProject(t, gl)
	startRunners(t, gl, token, 2)
	walkThrough(t, gl)
}
