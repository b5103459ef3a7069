package rest_test

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

// secretly is a world with a variable of each level, and a runner that takes its jobs.
func secretly() fakegitlab.Scenario {
	s := fakegitlab.NewScenario().WithUser("mia").WithProject("acme/backend/shop").
		WithMember("acme", "mia", fakegitlab.Maintainer).
		WithRunner("runner", func(r *fakegitlab.Runner) { r.Token = "glrt-runner" })
	for _, path := range []string{"", "acme", "acme/backend", "acme/backend/shop"} {
		level := path
		if level == "" {
			level = "instance"
		}
		s = s.WithVariable(path, "LEVEL", level).
			WithVariable(path, "SECRET", level, func(v *fakegitlab.Variable) { v.Protected = true })
	}
	return s
}

// given are the variables that a runner gets with the next job, in their order.
func given(t *testing.T, gl *fakegitlab.Fake) (list []map[string]any) {
	t.Helper()
	taken := testkit.Ask(t, gl, "", "POST", "/jobs/request", testkit.WithJSON(`{"token":"glrt-runner"}`))
	require.Equal(t, 201, taken.Status, taken.Body)
	for _, v := range taken.Field(t, "variables").([]any) {
		list = append(list, v.(map[string]any))
	}
	return list
}

// named are the values of the variables of a key.
func named(list []map[string]any, key string) (values []any) {
	for _, v := range list {
		if v["key"] == key {
			values = append(values, v["value"])
		}
	}
	return values
}

// The nearer a variable is, the later it comes and the more it counts; protected ones are for protected refs alone. The
// job's own, of .gitlab-ci.yml, count less than all of them.
func TestVariablesReachTheJob(t *testing.T) {
	gl := fakegitlab.New(t, fakegitlab.WithScenario(secretly()))
	spec := fakegitlab.JobSpec{Variables: fakegitlab.JobVariables{{Key: "LEVEL", Value: "yaml"}, {Key: "OWN", Value: "$LEVEL"}}}
	gl.AddJob(fakegitlab.Job{Project: "acme/backend/shop", Spec: spec})
	gl.AddJob(fakegitlab.Job{Project: "acme/backend/shop", Protected: true})
	gl.AddVariable(fakegitlab.Variable{Path: "acme", Key: "FILE", Value: "f$LEVEL", File: true, Masked: false})
	gl.AddVariable(fakegitlab.Variable{Path: "acme", Key: "RAW", Value: "r$LEVEL", Raw: true})

	levels := []any{"instance", "acme", "acme/backend", "acme/backend/shop"}
	first := given(t, gl)
	assert.Equal(t, append([]any{"yaml"}, levels...), named(first, "LEVEL"))
	assert.Empty(t, named(first, "SECRET"))
	assert.Equal(t, []any{"acme/backend/shop"}, named(first, "OWN"))
	assert.Contains(t, first, map[string]any{"key": "FILE", "value": "facme/backend/shop", "public": false, "masked": false,
		"file": true})
	assert.Contains(t, first, map[string]any{"key": "RAW", "value": "r$LEVEL", "public": false, "masked": false, "raw": true})
	assert.Equal(t, levels, named(given(t, gl), "SECRET"))
}

// A variable of an environment is for its jobs, whose name may refer to variables; what names the environment counts
// more than a pattern, and that more than what is for all.
func TestVariablesOfAnEnvironment(t *testing.T) {
	gl := fakegitlab.New(t, fakegitlab.WithScenario(secretly()))
	for _, scope := range []string{"review/feature", "review/*", "rev", "*feature", "*/f*u*"} {
		gl.AddVariable(fakegitlab.Variable{Path: "acme/backend/shop", Key: "LEVEL", Value: scope, EnvironmentScope: scope})
	}
	job := fakegitlab.Job{Project: "acme/backend/shop", Ref: "feature"}
	gl.AddJob(job)
	job.Spec.Environment.Name = "review/$CI_COMMIT_REF_NAME"
	gl.AddJob(job)
	assert.Equal(t, []any{"instance", "acme", "acme/backend", "acme/backend/shop"}, named(given(t, gl), "LEVEL"))
	assert.Equal(t, []any{"instance", "acme", "acme/backend", "acme/backend/shop", "review/*", "*feature", "*/f*u*",
		"review/feature"}, named(given(t, gl), "LEVEL"))
}

// A variable of the settings can have a job's log show all variables, and then it is for those who may change jobs.
func TestVariableThatDebugs(t *testing.T) {
	gl := fakegitlab.New(t, fakegitlab.WithScenario(secretly().WithUser("rob").
		WithMember("acme", "rob", fakegitlab.Reporter)))
	j := gl.AddJob(fakegitlab.Job{Project: "acme/backend/shop"})
	read := func() int {
		return testkit.Ask(t, gl, gl.Token("rob"), "GET", "/projects/acme%2Fbackend%2Fshop/jobs/"+strconv.Itoa(j.ID)+"/trace").Status
	}
	assert.Equal(t, 200, read())
	gl.AddVariable(fakegitlab.Variable{Key: "CI_DEBUG_TRACE", Value: "true"})
	assert.Equal(t, 403, read())
	gl.UpdateVariable("", "CI_DEBUG_TRACE", func(v *fakegitlab.Variable) { v.Value = "false" })
	assert.Equal(t, 200, read())
	gl.UpdateVariable("", "CI_DEBUG_TRACE", func(v *fakegitlab.Variable) { v.Value = "1" })
	gl.DeleteVariable("", "CI_DEBUG_TRACE")
	assert.Equal(t, 200, read())

	gl.AddVariable(fakegitlab.Variable{Path: "acme/backend/shop", Key: "CI_DEBUG_TRACE", Value: "yes",
		EnvironmentScope: "review/feature"})
	assert.Equal(t, 200, read(), "the job is of no environment")
	j = gl.AddJob(fakegitlab.Job{Project: "acme/backend/shop", Ref: "feature",
		Spec: fakegitlab.JobSpec{Environment: fakegitlab.Environment{Name: "review/$CI_COMMIT_REF_NAME"}}})
	assert.Equal(t, 403, read())
	gl.AddVariable(fakegitlab.Variable{Path: "acme/backend/shop", Key: "CI_DEBUG_SERVICES", Value: "yes"})
	j = gl.AddJob(fakegitlab.Job{Project: "acme/backend/shop", Ref: "main",
		Spec: fakegitlab.JobSpec{Environment: fakegitlab.Environment{Name: "review/$CI_COMMIT_REF_NAME"}}})
	assert.Equal(t, 403, read())
	p := gl.AddPipeline(fakegitlab.Pipeline{Project: "acme/backend/shop", CI: "job: {script: make}",
		Variables: map[string]string{"CI_DEBUG_SERVICES": "no"}})
	for _, made := range gl.Jobs() {
		if made.PipelineID == p.ID {
			j = made
		}
	}
	assert.Equal(t, 200, read(), "what is handed in with a pipeline counts more than settings")
	p = gl.AddPipeline(fakegitlab.Pipeline{Project: "acme/backend/shop", CI: "job: {script: make}",
		Variables: map[string]string{"CI_DEBUG_TRACE": "1", "CI_DEBUG_SERVICES": "no"}})
	for _, made := range gl.Jobs() {
		if made.PipelineID == p.ID {
			j = made
		}
	}
	assert.Equal(t, 403, read())
}
