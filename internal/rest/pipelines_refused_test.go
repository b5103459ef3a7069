package rest_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	fg "github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

// withFile is a GitLab with the project acme/greet, whose pipelines are made of a file, and what mia asks of it.
func withFile(t *testing.T, version, file string) (*fg.Fake, func(path, body string) testkit.Reply) {
	gl := testkit.NewMia(t, fg.WithVersion(version))
	gl.AddProject(fg.Project{Path: "acme/greet", Members: fg.Members{"mia": fg.Maintainer},
		Files: map[string]string{".gitlab-ci.yml": file}})
	return gl, func(path, body string) testkit.Reply {
		return testkit.Ask(t, gl, gl.Token("mia"), "POST", "/projects/acme%2Fgreet/"+path, testkit.WithJSON(body))
	}
}

// A pipeline that is stored although its variables are refused, or that does not run, keeps none of them: GitLab could
// not have them, and the Snapshot could not be seeded.
func TestRefusedVariablesAreNotKept(t *testing.T) {
	for _, file := range []string{"a: {script: x}", "a: 7"} {
		for _, version := range []string{"17.11", "18.6"} {
			gl, ask := withFile(t, version, file)
			token := ask("triggers", `{"description":"t"}`).Field(t, "token")
			ask("trigger/pipeline", fmt.Sprintf(`{"ref":"main","token":%q,"variables":{"A-B":"1"}}`, token))
			for _, p := range gl.Pipelines() {
				assert.Empty(t, p.Variables, version)
			}
			assert.NoError(t, gl.Snapshot().Validate(), version)
			assert.Len(t, gl.Pipelines(), map[bool]int{false: 1, true: 0}[version == "17.11" && file != "a: 7"], version)
		}
	}
}

// A job of which somebody else than GitLab's worker says that its time is over has not ended in times to come, and where
// its time is over it has ended then.
func TestATimeoutThatIsYetToCome(t *testing.T) {
	gl := testkit.NewMia(t, fg.WithVersion("19.0"))
	gl.AddProject(fg.Project{Path: "acme/greet"})
	runner := gl.AddRunner(fg.Runner{})
	running := func() fg.Job {
		j := gl.AddJob(fg.Job{Project: "acme/greet"})
		gl.StartJob(j.ID, runner.ID)
		j, _ = gl.Job(j.ID)
		return j
	}
	told, finished := running(), running()
	require.Equal(t, 200, testkit.PutState(t, gl, told, "failed", "failure_reason", "server_timeout_running").Status)
	gl.FinishJob(finished.ID, fg.JobFailed, "server_timeout_running")
	for _, j := range []fg.Job{told, finished} {
		j, _ = gl.Job(j.ID)
		assert.Equal(t, gl.Now(), j.FinishedAt)
		assert.Equal(t, "server_timeout_running", j.FailureReason)
	}
	assert.NoError(t, gl.Snapshot().Validate())
}

// Inputs of a job are kept as their types have them, whatever the request wrote; null is the job's own value.
func TestInputsOfJobsHaveTheirType(t *testing.T) {
	gl, ask := withFile(t, "18.10", "a: {script: x, inputs: {n: {type: number, default: 1}, s: {default: one}, "+
		"l: {type: array, default: []}, b: {type: boolean, default: false}}}")
	require.Equal(t, 201, ask("pipeline", `{"ref":"main"}`).Status)
	retried := func(inputs string) (values []string) {
		last := gl.Jobs()[len(gl.Jobs())-1]
		if last.Status == fg.JobPending {
			gl.StartJob(last.ID, gl.AddRunner(fg.Runner{}).ID)
			gl.FinishJob(last.ID, fg.JobFailed)
		}
		res := ask(fmt.Sprintf("jobs/%d/retry", last.ID), `{"inputs":`+inputs+`}`)
		require.Equal(t, 201, res.Status, res.Body)
		for _, in := range gl.Jobs()[len(gl.Jobs())-1].Spec.Inputs {
			values = append(values, string(in.Value))
		}
		require.NoError(t, gl.Snapshot().Validate(), inputs)
		return values
	}
	assert.Equal(t, []string{"5", `"7"`, `["a"]`, "true"}, retried(`{"n":"5","s":7,"l":"[\"a\"]","b":"true"}`))
	assert.Equal(t, []string{"5", `"7"`, `["a"]`, "true"}, retried(`{"n":null,"s":null}`))
	assert.Equal(t, []string{"6", `"<b>"`, `[{"k":[1]}]`, "false"}, retried(`{"n":6,"s":"<b>","l":[{"k":[1]}],"b":false}`))
}

// Inputs of a pipeline whose file is in another project are for that file (lib/gitlab/ci/project_config). A seed makes
// such a pipeline as the API does.
func TestInputsOfAFileElsewhere(t *testing.T) {
	gl, ask := withFile(t, "18.10", "")
	gl.AddProject(fg.Project{Path: "team/lib", Members: fg.Members{"mia": fg.Developer}, Files: map[string]string{
		"ci/a.yml": "spec: {inputs: {who: {default: all}}}\n---\n\"for $[[ inputs.who ]]\": {script: x}\n"}})
	set := testkit.Ask(t, gl, gl.Token("mia"), "PUT", "/projects/acme%2Fgreet",
		testkit.WithJSON(`{"ci_config_path":"ci/a.yml@team/lib"}`))
	require.Equal(t, 200, set.Status, set.Body)
	made := ask("pipeline", `{"ref":"main","inputs":{"who":"me"}}`)
	require.Equal(t, 201, made.Status, made.Body)
	assert.Equal(t, "for me", gl.Jobs()[0].Name)
	gl.AddPipeline(fg.Pipeline{Project: "acme/greet", User: "mia"})
	require.Len(t, gl.Jobs(), 2)
	assert.Equal(t, "for all", gl.Jobs()[1].Name)
}

// app/services/ci/create_pipeline_service.rb, SEQUENCE: before 17.1 what is wrong with variables comes first, and there is
// a ref to find nevertheless; from 18.6 on a name that comes twice is told as before.
func TestWhatIsWrongOfPipelinesInOldVersions(t *testing.T) {
	for _, c := range []struct{ version, body, want string }{
		{"17.0", `{"ref":"none"}`, "Reference not found"},
		{"18.6", `{"ref":"main","variables":[{"key":"A","value":"1"},{"key":"A","value":"2"}]}`, "Duplicate variable name: A"},
	} {
		gl := testkit.NewMia(t, fg.WithVersion(c.version))
		gl.Commit("acme/shop", "main", map[string]string{".gitlab-ci.yml": "x: {script: x}"}, "Begin")
		got := as(t, gl, "mia", "POST", "/projects/acme%2Fshop/pipeline", testkit.WithJSON(c.body))
		assert.Equal(t, 400, got.Status, c.version)
		assert.Contains(t, got.Body, c.want, c.version)
	}
}
