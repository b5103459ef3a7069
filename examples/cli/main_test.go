package main

import (
	"strings"
	"testing"
	"time"

	"github.com/fakegitlab/fakegitlab"
	"github.com/stretchr/testify/assert"
)

// shell runs the program as a user of the fake.
func shell(t *testing.T, gl *fakegitlab.Fake, username, line string) (code int, out, errs string) {
	t.Helper()
	var stdout, stderr strings.Builder
	args := append([]string{"-url", gl.URL(), "-token", gl.Token(username)}, strings.Fields(line)...)
	code = run(t.Context(), args, &stdout, &stderr)
	return code, stdout.String(), strings.ReplaceAll(stderr.String(), gl.URL(), "URL")
}

func TestCommands(t *testing.T) {
	for _, c := range []struct {
		as, line string
		code     int
		out      string
		errs     string
		change   func(*fakegitlab.Scenario) // of the world, besides which nothing may change
	}{
		{as: "mia", line: "list fleet/web", out: `100010  offline  silent
100011  stale    forgotten
100012  online   locked
100013  online   shared
100014  online   rotating
100015  offline  lapsed
100016  online   registered
`},
		{as: "mia", line: "list fleet/nowhere", code: 1, errs: "cli: 404 Not Found"},
		{as: "dan", line: "list fleet/web", code: 1, errs: "403 Forbidden"},
		{as: "mia", line: "pause 100010 100012", out: "paused 100010\npaused 100012\n", change: func(s *fakegitlab.Scenario) {
			*s = s.WithRunner("silent", isPaused).WithRunner("locked", isPaused)
		}},
		{as: "mia", line: "pause 100005 100012 x", code: 1, out: "paused 100012\n", errs: "100005: PUT URL/api/v4/runners/100005: 403",
			change: func(s *fakegitlab.Scenario) { *s = s.WithRunner("locked", isPaused) }},
		{as: "mia", line: "prune fleet/web", out: "deleted 100011 forgotten\n", change: func(s *fakegitlab.Scenario) {
			s.Runners = append(s.Runners[:10], s.Runners[11:]...)
		}},
		{as: "mia", line: "prune fleet/api"},
		{as: "mia", line: "", code: 2, errs: "usage: cli"},
		{as: "mia", line: "lits fleet/web", code: 2, errs: "usage: cli"},
		{as: "mia", line: "-x list fleet/web", code: 2, errs: "usage: cli"},
	} {
		t.Run(c.as+" "+c.line, func(t *testing.T) {
			gl := fakegitlab.New(t, fakegitlab.WithScenario(fakegitlab.Fleet()))
			before := gl.Snapshot()
			code, out, errs := shell(t, gl, c.as, c.line)
			assert.Equal(t, c.code, code)
			assert.Equal(t, c.out, out)
			assert.Contains(t, errs, c.errs)
			assert.Equal(t, c.errs == "", errs == "", errs)
			gl.AssertChanged(t, before, c.change)
		})
	}
}

func isPaused(r *fakegitlab.Runner) { r.Paused = true }

func TestPruneStopsWhereGitLabSaysNo(t *testing.T) {
	gl := fakegitlab.New(t, fakegitlab.WithScenario(fakegitlab.Fleet()))
	gl.Advance(30 * 24 * time.Hour) // everybody is stale now
	gl.Inject(fakegitlab.Failure{Endpoint: fakegitlab.DeleteRunner, Status: 403, After: 2, Times: 1})

	code, out, errs := shell(t, gl, "mia", "prune fleet/web")

	assert.Equal(t, 1, code)
	assert.Equal(t, "deleted 100010 silent\ndeleted 100011 forgotten\n", out)
	assert.Contains(t, errs, "cli: 100012: DELETE URL/api/v4/runners/100012: 403")
	gl.AssertCalled(t, fakegitlab.DeleteRunner, fakegitlab.Times(3))
}
