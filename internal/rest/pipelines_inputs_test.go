package rest_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	fg "github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

// Whoever makes a pipeline gives values to the inputs that its file declares; of others the file's reader says that it
// has none.
func TestInputsOfPipelines(t *testing.T) {
	gl := testkit.NewMia(t, fg.WithVersion("17.11"))
	const file = "spec: {inputs: {who: {default: all}, n: {type: number, default: 1}}}\n---\n" +
		"\"for $[[ inputs.who ]] $[[ inputs.n ]]\": {script: x}\n"
	gl.AddProject(fg.Project{Path: "acme/greet", Members: fg.Members{"mia": fg.Maintainer},
		Files: map[string]string{".gitlab-ci.yml": file}})
	ask := func(path, body string) testkit.Reply {
		return testkit.Ask(t, gl, gl.Token("mia"), "POST", "/projects/acme%2Fgreet/"+path, testkit.WithJSON(body))
	}
	newest := func() string { jobs := gl.Jobs(); return jobs[len(jobs)-1].Name }

	require.Equal(t, 201, ask("pipeline", `{"ref":"main","inputs":{"who":"me","n":2}}`).Status)
	assert.Equal(t, "for me 2", newest())
	require.Equal(t, 201, ask("pipeline", `{"ref":"main","inputs":{"n":"3"}}`).Status)
	assert.Equal(t, "for all 3", newest(), "a text that is JSON counts as that")
	assert.Equal(t, "400 {\"message\":{\"base\":[\"`.gitlab-ci.yml`: unknown input arguments: whom\"]}}",
		ask("pipeline", `{"ref":"main","inputs":{"whom":"me"}}`).String())

	token := ask("triggers", `{"description":"t"}`).Field(t, "token")
	require.Equal(t, 201, ask("trigger/pipeline", fmt.Sprintf(`{"ref":"main","token":%q,"inputs":{"n":4}}`, token)).Status)
	assert.Equal(t, "for all 4", newest())

	made := ask("pipeline_schedules", `{"description":"d","ref":"main","cron":"0 1 * * *",`+
		`"inputs":[{"name":"n","value":5}]}`)
	require.Equal(t, 201, made.Status, made.Body)
	require.Equal(t, 201, ask(fmt.Sprintf("pipeline_schedules/%.0f/play", made.Field(t, "id")), "").Status)
	assert.Equal(t, "for all 5", newest())

	gl.Commit("acme/greet", "main", map[string]string{".gitlab-ci.yml": "a: {script: x}"}, "No header")
	assert.Equal(t, "400 {\"message\":{\"base\":[\"`.gitlab-ci.yml`: Given inputs not defined in the `spec` section of the included "+
		"configuration file\"]}}", ask("pipeline", `{"ref":"main","inputs":{"n":1}}`).String())
}

// A seed's job has a regex that can be used.
func TestRegexOfAnInputIsChecked(t *testing.T) {
	s := fg.NewScenario().WithProject("acme/shop")
	s.Jobs = []fg.Job{{Project: "acme/shop", Spec: fg.JobSpec{Inputs: fg.JobInputs{{Name: "a", Value: []byte(`"x"`),
		Regex: "("}}}}}
	assert.ErrorContains(t, s.Validate(), "inputs.a.regex")
	s.Jobs[0].Spec.Inputs[0].Regex = "^x$"
	assert.NoError(t, s.Validate())
}
