package graphql_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/fakegitlab/fakegitlab"
)

// app/models/ci/stage.rb, latest_stage_status: a stage whose only job was tried again in another one has no job any
// more, and is skipped.
func TestAStageOfWhichNoJobIsTheLatest(t *testing.T) {
	gl := fakegitlab.New(t)
	gl.AddProject(fakegitlab.Project{Path: "acme/shop"})
	first := gl.AddJob(fakegitlab.Job{Project: "acme/shop", Name: "x", Stage: "build", Status: fakegitlab.JobFailed})
	gl.AddJob(fakegitlab.Job{Project: "acme/shop", Name: "x", Stage: "check", PipelineID: first.PipelineID})
	run(t, gl, "root", fmt.Sprintf(`{ project(fullPath: "acme/shop") { job(id: "gid://gitlab/Ci::Build/%d") {
		stage { name status detailedStatus { text } groups { nodes { name } } jobs { nodes { id } } } } } }`, first.ID)).
		is(`{"project":{"job":{"stage":{"name":"build","status":"skipped","detailedStatus":{"text":"Skipped"},
			"groups":{"nodes":[]},"jobs":{"nodes":[]}}}}}`)
}

// app/models/commit_status.rb, sortable_name; app/models/ci/group.rb: groups are listed as people count.
func TestGroupsOfAStage(t *testing.T) {
	gl := fakegitlab.New(t)
	gl.AddProject(fakegitlab.Project{Path: "acme/shop"})
	id := 0
	for _, name := range []string{"job 10", "job 9", "job", "b 2/2", "a", "b 1/2", "job 9x", "job 9 1/2"} {
		id = gl.AddJob(fakegitlab.Job{Project: "acme/shop", Name: name, Stage: "my stage", PipelineID: id}).PipelineID
	}
	stages := "project.pipeline.stages.nodes.0."
	a := run(t, gl, "root", fmt.Sprintf(`{ project(fullPath: "acme/shop") { pipeline(id: "gid://gitlab/Ci::Pipeline/%d") {
		stages { nodes { detailedStatus { detailsPath } groups { nodes { name size } } } } } } }`, id))
	assert.Equal(t, []any{"a", "b", "job", "job 9", "job 9x", "job 10"}, a.all(stages+"groups.nodes", "name"))
	assert.Equal(t, []any{1.0, 2.0, 1.0, 2.0, 1.0, 1.0}, a.all(stages+"groups.nodes", "size"))
	assert.Equal(t, fmt.Sprintf("/acme/shop/-/pipelines/%d#my%%20stage", id), a.at(stages+"detailedStatus.detailsPath"))
}
