package fakegitlab_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

// reread is a fake that has what another one's Snapshot says in JSON.
func reread(t *testing.T, gl *fakegitlab.Fake) *fakegitlab.Fake {
	t.Helper()
	var text bytes.Buffer
	require.NoError(t, gl.Snapshot().Write(&text))
	s, err := fakegitlab.ReadScenario(&text)
	require.NoError(t, err)
	again := fakegitlab.New(t, fakegitlab.WithStartTime(gl.Now()), fakegitlab.WithScenario(s),
		fakegitlab.WithVersion(gl.Version()))
	again.AssertSnapshot(t, gl.Snapshot())
	return again
}

// Variables keep their order, in which later ones may refer to those ahead of them, and whether they refer at all.
func TestSnapshotKeepsTheOrderOfVariables(t *testing.T) {
	first := shop(t)
	first.Commit("acme/shop", "main", map[string]string{".gitlab-ci.yml": "job: {script: make}"}, "CI")
	const project = "/projects/acme%2Fshop"
	token := first.Token("root")
	made := testkit.Ask(t, first, token, "POST", project+"/pipeline", testkit.WithJSON(`{"ref":"main","variables":[
		{"key":"Z","value":"1"},{"key":"F","value":"f","variable_type":"file"},{"key":"A","value":"$Z"}]}`))
	require.Equal(t, 201, made.Status, made.Body)
	first.AddPipelineSchedule(fakegitlab.PipelineSchedule{ID: 70, Project: "acme/shop", Cron: "0 1 * * *", Ref: "main",
		Variables: map[string]string{"A": "$B", "B": "2"}, FileVariables: map[string]string{"C": "3"},
		VariableOrder: []string{"B", "C", "A"}, RawVariables: []string{"A"}})
	sorted := first.AddPipeline(fakegitlab.Pipeline{Project: "acme/shop", Ref: "main",
		Variables: map[string]string{"B": "2", "C": "3"}, FileVariables: map[string]string{"A": "1"}})
	assert.Nil(t, sorted.VariableOrder, "it is that of the alphabet, with files last")
	assert.Equal(t, []string{"Z", "F", "A"}, first.Pipelines()[1].VariableOrder)

	again := reread(t, first)
	for _, gl := range []*fakegitlab.Fake{first, again} {
		a := testkit.Ask(t, gl, token, "GET", fmt.Sprintf("%s/pipelines/%.0f/variables", project, made.JSON(t)["id"]))
		assert.JSONEq(t, `[{"key":"Z","value":"1","variable_type":"env_var","raw":false},
			{"key":"F","value":"f","variable_type":"file","raw":false},
			{"key":"A","value":"$Z","variable_type":"env_var","raw":false}]`, a.Body)
		a = testkit.Ask(t, gl, token, "GET", project+"/pipeline_schedules/70")
		assert.Contains(t, a.Body, `"variables":[{"variable_type":"env_var","key":"B","value":"2","raw":false},`+
			`{"variable_type":"file","key":"C","value":"3","raw":false},`+
			`{"variable_type":"env_var","key":"A","value":"$B","raw":true}]`)
	}
	bad := fakegitlab.NewScenario().WithProject("acme/shop").WithPipeline("acme/shop", func(p *fakegitlab.Pipeline) {
		p.Status, p.Variables = "success", map[string]string{"HOST": "a", "PORT": "1"}
		p.VariableOrder, p.RawVariables = []string{"HOTS"}, []string{"PROT"}
	})
	assert.EqualError(t, bad.Validate(), "scenario: 4 problems:\n"+
		"\tpipelines[0].raw_variables[0]: no variable \"PROT\"; did you mean \"PORT\"?\n"+
		"\tpipelines[0].variable_order[0]: no variable \"HOTS\"; did you mean \"HOST\"?\n"+
		"\tpipelines[0].variable_order: the variable \"HOST\" has no place in it\n"+
		"\tpipelines[0].variable_order: the variable \"PORT\" has no place in it")
	bad = fakegitlab.NewScenario().WithProject("acme/shop").WithPipeline("acme/shop", func(p *fakegitlab.Pipeline) {
		p.Status, p.Variables = "success", map[string]string{"HOST": "a"}
		p.VariableOrder, p.RawVariables = []string{"HOST", "HOST"}, []string{"HOST", "HOST"}
	})
	assert.EqualError(t, bad.Validate(), "scenario: 2 problems:\n"+
		"\tpipelines[0].raw_variables[1]: the variable \"HOST\" is named twice\n"+
		"\tpipelines[0].variable_order[1]: the variable \"HOST\" is named twice")
}

// Inputs of schedules are the numbers that they were, however they are written and however long.
func TestSnapshotKeepsNumbers(t *testing.T) {
	first := shop(t, fakegitlab.WithVersion("18.0"))
	first.Commit("acme/shop", "main", map[string]string{".gitlab-ci.yml": "spec: {inputs: {n: {}, list: {type: array}, long: " +
		"{type: number}}}\n---\njob: {script: 'make $[[ inputs.n ]] $[[ inputs.list ]] $[[ inputs.long ]]'}"}, "CI")
	inputs := map[string]any{"n": json.Number("1.0"), "list": []any{json.Number("2.0"), 3.0}, "long": json.Number("12345678901234567890")}
	s := first.AddPipelineSchedule(fakegitlab.PipelineSchedule{Project: "acme/shop", Cron: "0 1 * * *", Inputs: inputs})
	assert.Equal(t, inputs, s.Inputs)
	for _, gl := range []*fakegitlab.Fake{first, reread(t, first)} {
		played := testkit.Ask(t, gl, gl.Token("root"), "POST", fmt.Sprintf("/projects/acme%%2Fshop/pipeline_schedules/%d/play", s.ID))
		require.Equal(t, 201, played.Status, played.Body)
		gl.RunWorkers()
		require.Len(t, gl.Jobs(), 1)
		assert.Equal(t, []string{"make 1.0 [2.0, 3] 12345678901234567890"}, gl.Jobs()[0].Spec.Script)
	}
}

// What is to become of jobs, and who comes first, is as it was.
func TestSnapshotKeepsWhatJobsGoBy(t *testing.T) {
	first := shop(t)
	p := first.AddPipeline(fakegitlab.Pipeline{Project: "acme/shop", CI: threeStages})
	run(t, first, p.ID, "compile", "unit 1/2", "unit 2/2")
	first.PlayJob(jobNamed(t, first, p.ID, "slow").ID)
	run(t, first, p.ID, "slow")
	run(t, first, p.ID, "ship")
	page := jobNamed(t, first, p.ID, "page")
	played := testkit.Ask(t, first, first.Token("root"), "POST", fmt.Sprintf("/projects/acme%%2Fshop/jobs/%d/play", page.ID),
		testkit.WithJSON(`{"job_variables_attributes":[{"key":"Z","value":"1"},{"key":"A","value":"$Z"}]}`))
	require.Equal(t, 200, played.Status, played.Body)
	first.StartJob(page.ID, 7)
	first.FinishJob(page.ID, fakegitlab.JobFailed)
	first.RetryJob(jobNamed(t, first, p.ID, "unit 1/2").ID)
	again := first.RetryJob(page.ID)
	assert.Equal(t, fakegitlab.JobCreated, again.Status)
	assert.True(t, again.EnqueueImmediately)
	assert.Equal(t, fakegitlab.JobVariables{{Key: "Z", Value: "1"}, {Key: "A", Value: "$Z"}}, again.Variables)
	assert.Equal(t, page.Spec, again.Spec, "which is what its file says")
	first.UpdateProject("acme/shop", func(p *fakegitlab.Project) {
		p.Attributes = map[string]string{"resource_group_default_process_mode": "oldest_first"}
	})
	shop, _ := first.Project("acme/shop")
	assert.Equal(t, map[string]string{"production": "unordered"}, shop.ResourceGroups, "it was made ahead of the setting")

	for _, gl := range []*fakegitlab.Fake{first, reread(t, first)} {
		run(t, gl, p.ID, "unit 1/2")
		assert.Equal(t, fakegitlab.JobPending, jobNamed(t, gl, p.ID, "page").Status, "and not manual")
		gl.UpdateProject("acme/shop", func(p *fakegitlab.Project) { p.ResourceGroups["new"] = "newest_first" })
		now, _ := gl.Project("acme/shop")
		assert.Equal(t, map[string]string{"production": "unordered", "new": "newest_first"}, now.ResourceGroups)
		gl.UpdateProject("acme/shop", func(p *fakegitlab.Project) { p.ResourceGroups = nil })
		now, _ = gl.Project("acme/shop")
		assert.Nil(t, now.ResourceGroups)
	}
	bad := fakegitlab.NewScenario().WithProject("acme/shop", func(p *fakegitlab.Project) {
		p.ResourceGroups = map[string]string{"": "unordered", "site": "oldest-first"}
	})
	assert.EqualError(t, bad.Validate(), "scenario: 2 problems:\n"+
		"\tprojects[0].resource_groups[\"\"]: a resource group has a key\n"+
		"\tprojects[0].resource_groups.site: unknown process mode \"oldest-first\"; did you mean \"oldest_first\"?")
}
