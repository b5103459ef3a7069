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
	gql(t, gl, gl.Token("mia"), asking(object{"query": typename, "zeta": 1, "alpha": 2, "mu": 3, "beta": 4, "eta": 5, "nu": 6, "xi": 7, "chi": 8}))
	assert.Equal(t, []string{"alpha", "beta", "chi", "eta", "mu", "nu", "xi", "zeta"}, gl.Calls("")[0].IgnoredParams)
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

// lib/gitlab/ci/pipeline/duration.rb: what ran at the same time counts once, what never started not at all. A tag that is
// named as the default branch is none (app/models/ci/pipeline.rb, latest_pipeline of a branch).
func TestDurationsAndTagsOfPipelines(t *testing.T) {
	gl := fakegitlab.New(t, fakegitlab.WithInMemoryNetwork())
	gl.AddUser(fakegitlab.User{Username: "mia"})
	gl.AddProject(fakegitlab.Project{Path: "acme/shop", Members: fakegitlab.Members{"mia": fakegitlab.Maintainer}})
	job := func(pipeline int, j fakegitlab.Job, from, to int) {
		j.PipelineID, j.Project, j.CreatedAt, j.FinishedAt = pipeline, "acme/shop", day(1), day(1).Add(time.Duration(to)*time.Minute)
		if from >= 0 {
			j.StartedAt = day(1).Add(time.Duration(from) * time.Minute)
		}
		gl.AddJob(j)
	}
	job(1, fakegitlab.Job{Name: "second", Status: fakegitlab.JobSuccess, User: "mia"}, 10, 20)
	job(1, fakegitlab.Job{Name: "first", Status: fakegitlab.JobSuccess}, 0, 4)
	job(1, fakegitlab.Job{Name: "beside", Status: fakegitlab.JobFailed}, 12, 15)
	job(1, fakegitlab.Job{Name: "never", Status: fakegitlab.JobCanceled}, -1, 30)
	job(2, fakegitlab.Job{Ref: "main", RefIsTag: true, Status: fakegitlab.JobSuccess}, 0, 1)
	run(t, gl, "mia", `{ project(fullPath: "acme/shop") { pipeline { iid duration } pipelines(username: "mia") { nodes { iid } } } }`).
		is(`{"project":{"pipeline":{"iid":"1","duration":840},"pipelines":{"nodes":[{"iid":"1"}]}}}`)
}

// app/models/concerns/limitable.rb: a project that is full gets no runner by runnerUpdate either, and the runner keeps
// what it has.
func TestProjectsThatAreFull(t *testing.T) {
	gl := company(t)
	gl.UpdateSettings(func(s *fakegitlab.Settings) { s.MaxProjectRunners = 2 })
	before := gl.Snapshot()
	mutating(t, gl, "mia", "runnerUpdate", "errors", object{"id": runnerGID(100023), "description": "new",
		"associatedProjects": []string{projectGID(10002)}}).is(`{"runnerUpdate":{"errors":["failed to assign projects to runner"]}}`)
	calls := gl.Calls("")
	assert.Contains(t, calls[len(calls)-1].Reason, "Maximum number of ci registered project runners (2) exceeded")
	gl.AssertSnapshot(t, before)
}
