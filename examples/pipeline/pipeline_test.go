package pipeline_test

import (
	"context"
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
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

// states are all jobs with their statuses, those that were tried again with every try.
func states(gl *fakegitlab.Fake) []string {
	var all []string
	for _, j := range gl.Jobs() {
		all = append(all, fmt.Sprintf("%s: %s", j.Name, j.Status))
	}
	slices.Sort(all)
	return all
}

// waitForStates waits until the jobs are in these states, whatever they go through on the way.
func waitForStates(t testing.TB, gl *fakegitlab.Fake, want ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	slices.Sort(want)
	require.NoError(t, gl.WaitFor(ctx, func(gl *fakegitlab.Fake) error {
		if got := states(gl); !slices.Equal(got, want) {
			return fmt.Errorf("the jobs are\n%s", strings.Join(got, "\n"))
		}
		return nil
	}))
}

// built is how the jobs of the first two stages end.
var built = []string{"compile: success", "lint: success", "flaky: failed", "flaky: success", "unit: [bsd, amd64]: success",
	"unit: [bsd, arm64]: success", "unit: [linux, amd64]: success", "unit: [linux, arm64]: success", "alarm: skipped"}

// walkThrough lets a pipeline run to its end: half an hour passes, and somebody plays what waits for a person.
func walkThrough(t testing.TB, gl *fakegitlab.Fake) {
	t.Helper()
	waitForStates(t, gl, append(built, "staging: scheduled", "production: created")...)
	gl.Advance(30 * time.Minute)
	gl.RunWorkers()
	waitForStates(t, gl, append(built, "staging: success", "production: manual")...)
	play(t, gl, jobNamed(t, gl, "production").ID)
	waitForStates(t, gl, append(built, "staging: success", "production: success")...)

	assert.Contains(t, jobNamed(t, gl, "unit: [bsd, arm64]").Trace, "unit of 1.1 on bsd/arm64")
	assert.Contains(t, jobNamed(t, gl, "staging").Trace, "staging gets 1.1 with hello")
	assert.Contains(t, jobNamed(t, gl, "production").Trace, "production gets 1.1")
}

func jobNamed(t testing.TB, gl *fakegitlab.Fake, name string) fakegitlab.Job {
	t.Helper()
	all := gl.Jobs()
	i := slices.IndexFunc(all, func(j fakegitlab.Job) bool { return j.Name == name })
	require.GreaterOrEqual(t, i, 0, "there is no job %s", name)
	return all[i]
}

// play starts a job that waits for a person, as mia.
func play(t testing.TB, gl *fakegitlab.Fake, job int) {
	t.Helper()
	response, err := gl.ClientAs("mia").Post(fmt.Sprintf("%s/projects/acme%%2Fshop/jobs/%d/play", gl.APIURL(), job), "", nil)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	require.Equal(t, http.StatusOK, response.StatusCode)
}

func TestPipeline(t *testing.T) {
	gl, token := newGitLab(t)
	pushProject(t, gl)
	startRunners(t, gl, token, 2)
	walkThrough(t, gl)
}
