package graphql_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

// What stories cannot ask for, and no other test noticed being lost (internal/mutate).

// lib/gitlab/ci/status/stage/common.rb: the page of a stage is a place on that of its pipeline, by its name, whether it
// has jobs or not.
func TestThePageOfAStageOfWhichNoJobIsTheLatest(t *testing.T) {
	gl := fakegitlab.New(t)
	gl.AddProject(fakegitlab.Project{Path: "acme/shop"})
	first := gl.AddJob(fakegitlab.Job{Project: "acme/shop", Name: "x", Stage: "my stage", Status: fakegitlab.JobFailed})
	gl.AddJob(fakegitlab.Job{Project: "acme/shop", Name: "x", Stage: "check", PipelineID: first.PipelineID})
	run(t, gl, "root", fmt.Sprintf(`{ project(fullPath: "acme/shop") { job(id: %q) { stage { status detailedStatus {
		detailsPath } } } } }`, jobGID(first.ID))).
		is(fmt.Sprintf(`{"project":{"job":{"stage":{"status":"skipped","detailedStatus":{
			"detailsPath":"/acme/shop/-/pipelines/%d#my%%20stage"}}}}}`, first.PipelineID))
}

// What is not modified has no body, and the journal none either.
func TestWhatIsNotModified(t *testing.T) {
	gl := world(t)
	gl.Inject(fakegitlab.Failure{Endpoint: fakegitlab.GraphQL, Status: http.StatusNotModified})
	gql(t, gl, "", query(typename))
	assert.Empty(t, gl.Calls("")[0].ResponseBody)
}

// What lies beside GraphQL is none of it.
func TestPathsBesideGraphQL(t *testing.T) {
	gl := world(t, fakegitlab.WithUnknownEndpoints(true))
	for _, path := range []string{"/api/graphqlx", "/api/graphql/x"} {
		res := testkit.AskBy(t, gl.Client(), gl.URL(), "", http.MethodPost, path, query(typename))
		assert.Equal(t, http.StatusNotFound, res.Status, path)
	}
}

// What GitLab has and the fake has not is an error of the test, and told in the journal.
func TestFieldsThatAreNotServed(t *testing.T) {
	spy, _ := testkit.SpyOn(func(tb *testkit.Spy) {
		gl := fakegitlab.New(tb)
		run(t, gl, "root", `{ runner(id: "gid://gitlab/Ci::Runner/1") { upgradeStatus } }`)
		assert.Equal(t, "Field 'upgradeStatus' doesn't exist on type 'CiRunner'; "+
			"GitLab has the field CiRunner.upgradeStatus and this fake has not", gl.Calls("")[0].Reason)
	})
	assert.Equal(t, []string{"fakegitlab: GraphQL: GitLab has the field CiRunner.upgradeStatus and this fake has not"},
		spy.Errors)
}

// app/models/project.rb, last_pipeline: a project's pipeline is that of the commit its default branch is at, so that
// there is none where there is no such branch. Where jobs were seeded alone, it is that of the branch.
func TestTheLastPipelineOfAProject(t *testing.T) {
	gl := world(t)
	members := fakegitlab.Members{"mia": fakegitlab.Maintainer}
	gl.AddProject(fakegitlab.Project{Path: "acme/seeded", Members: members})
	gl.AddProject(fakegitlab.Project{Path: "acme/branchless", Members: members,
		Repository: &fakegitlab.Repository{Refs: map[string]string{"refs/heads/side": "one"},
			Commits: []fakegitlab.RepositoryCommit{{SHA: "one", Author: "mia <mia@example.com> 2024-05-01T12:00:00Z",
				Message: "x"}}}})
	gl.AddPipeline(fakegitlab.Pipeline{ID: 1, Project: "acme/seeded", Status: fakegitlab.JobSuccess})
	gl.AddPipeline(fakegitlab.Pipeline{ID: 2, Project: "acme/seeded", Ref: "side", Status: fakegitlab.JobSuccess})
	gl.AddPipeline(fakegitlab.Pipeline{ID: 3, Project: "acme/branchless", Ref: "side", Status: fakegitlab.JobSuccess})
	run(t, gl, "mia", `{ a: project(fullPath: "acme/seeded") { pipeline { id } }
		b: project(fullPath: "acme/branchless") { pipeline { id } } }`).
		is(`{"a":{"pipeline":{"id":"gid://gitlab/Ci::Pipeline/1"}},"b":{"pipeline":null}}`)
}
