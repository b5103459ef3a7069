package graphql_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab"
)

// Rules whose loss no other test noticed (internal/mutate).

// app/models/ci/build.rb, stuck?: a job is stuck while no runner that is online and not paused may take it.
func TestStuckJobs(t *testing.T) {
	gl := world(t)
	gl.AddProject(fakegitlab.Project{Path: "acme/shop", Members: fakegitlab.Members{"mia": fakegitlab.Maintainer}})
	r := gl.AddRunner(fakegitlab.Runner{Projects: []string{"acme/shop"}})
	gl.AddJob(fakegitlab.Job{Project: "acme/shop", Name: "any"})
	gl.AddJob(fakegitlab.Job{Project: "acme/shop", Name: "gpu", Tags: []string{"gpu"}})
	stuck := func() []any {
		got := gql(t, gl, gl.Token("mia"), query(`{ project(fullPath: "acme/shop") { jobs { nodes { name stuck } } } }`))
		require.Equal(t, http.StatusOK, got.Status)
		var names []any
		for _, j := range got.Field(t, "data.project.jobs.nodes").([]any) {
			if j.(object)["stuck"] == true {
				names = append(names, j.(object)["name"])
			}
		}
		return names
	}
	assert.Equal(t, []any{"gpu", "any"}, stuck(), "the runner has never called")
	gl.ContactRunner(r.ID, fakegitlab.RunnerManager{SystemID: "s"})
	assert.Equal(t, []any{"gpu"}, stuck())
	gl.UpdateRunner(r.ID, func(r *fakegitlab.Runner) { r.Paused = true })
	assert.Equal(t, []any{"gpu", "any"}, stuck())
	gl.UpdateRunner(r.ID, func(r *fakegitlab.Runner) { r.Paused, r.Tags = false, []string{"gpu"} })
	assert.Empty(t, stuck())
	gl.Advance(3 * time.Hour)
	assert.Equal(t, []any{"gpu", "any"}, stuck(), "it is not online any more")
}

// What nothing reads of a request is told in order, and text behind the variables' JSON makes them none.
func TestWhatIsSentInVain(t *testing.T) {
	gl := world(t)
	gql(t, gl, gl.Token("mia"), asking(object{"query": typename, "zeta": 1, "alpha": 2, "mu": 3, "beta": 4}))
	assert.Equal(t, []string{"alpha", "beta", "mu", "zeta"}, gl.Calls("")[0].IgnoredParams)
	for _, text := range []string{`{"a":1} {"b":2}`, `{"a":1} x`} {
		got := gql(t, gl, gl.Token("mia"), asking(object{"query": typename, "variables": text}))
		assert.Equal(t, http.StatusUnprocessableEntity, got.Status, text)
	}
}

// A batch of which something writes is refused whole by what stands before a read-only GitLab, once for each document.
func TestBatchesInMaintenance(t *testing.T) {
	gl := world(t)
	gl.Inject(fakegitlab.Maintenance())
	got := gql(t, gl, gl.Token("mia"), asking([]object{{"query": typename},
		{"query": `mutation { echoCreate(input: {}) { errors } }`}}))
	assert.Equal(t, `200 [{"errors":[{"message":"You cannot perform write operations on a read-only instance"}]},`+
		`{"errors":[{"message":"You cannot perform write operations on a read-only instance"}]}]`, got.String())
}
