package rest_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	fg "github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

// Administrators make runner controllers, give them tokens and scopes, and take all of it back.
func TestRunnerControllers(t *testing.T) {
	gl := fg.New(t, fg.WithScenario(fg.SmallCompany()), fg.WithVersion("18.10"))
	ask := func(who, method, path, body string) testkit.Reply {
		return testkit.Ask(t, gl, gl.Token(who), method, "/runner_controllers"+path, testkit.WithJSON(body))
	}
	assert.Equal(t, 403, ask("mia", "GET", "", "").Status)
	made := ask("ada", "POST", "", `{"description":"d"}`)
	require.Equal(t, 201, made.Status, made)
	assert.Equal(t, []any{"d", "disabled"}, []any{made.Field(t, "description"), made.Field(t, "state")})
	one := fmt.Sprintf("/%.0f", made.Field(t, "id"))
	assert.Equal(t, "dry_run", ask("ada", "PUT", one, `{"state":"dry_run"}`).Field(t, "state"))
	assert.Equal(t, []any{"d", false}, []any{ask("ada", "GET", one, "").Field(t, "description"),
		ask("ada", "GET", one, "").Field(t, "connected")})
	assert.NotContains(t, ask("ada", "GET", "", "").Body, "connected")

	token := ask("ada", "POST", one+"/tokens", `{"description":"first"}`)
	require.Equal(t, 201, token.Status, token)
	secret := token.Field(t, "token").(string)
	assert.True(t, strings.HasPrefix(secret, "glrct-"), secret)
	first := fmt.Sprintf("%s/tokens/%.0f", one, token.Field(t, "id"))
	assert.NotContains(t, ask("ada", "GET", first, "").Body, secret)
	rotated := ask("ada", "POST", first+"/rotate", "")
	require.Equal(t, 200, rotated.Status, rotated)
	assert.NotEqual(t, secret, rotated.Field(t, "token"))
	assert.Equal(t, "first", rotated.Field(t, "description"))
	assert.Equal(t, 404, ask("ada", "GET", first, "").Status)
	assert.Equal(t, 1, strings.Count(ask("ada", "GET", one+"/tokens", "").Body, `"first"`))
	second := fmt.Sprintf("%s/tokens/%.0f", one, rotated.Field(t, "id"))
	assert.Equal(t, 204, ask("ada", "DELETE", second, "").Status)
	assert.Equal(t, "[]", ask("ada", "GET", one+"/tokens", "").Body)

	assert.Equal(t, `{"instance_level_scopings":[],"runner_level_scopings":[]}`, ask("ada", "GET", one+"/scopes", "").Body)
	assert.Equal(t, 201, ask("ada", "POST", one+"/scopes/runners/100001", "").Status)
	assert.EqualValues(t, 100001, ask("ada", "GET", one+"/scopes", "").Field(t, "runner_level_scopings.0.runner_id"))
	for _, refused := range []struct{ method, path, body, want string }{
		{"POST", one + "/scopes/runners/100001", "", `409 {"message":"Runner scope already exists for this runner controller"}`},
		{"POST", one + "/scopes/runners/100021", "", `422 {"message":"Only instance-type runners can be scoped"}`},
		{"POST", one + "/scopes/runners/7", "", `404 {"message":"404 Not found"}`},
		{"POST", one + "/scopes/instance", "", `409 {"message":"Runner controller already has runner-level scopes. ` +
			`Remove them before adding instance-level scope."}`},
		{"POST", "/7/scopes/instance", "", `404 {"message":"404 Not found"}`},
		{"GET", "/7", "", `404 {"message":"404 Not Found"}`},
		{"GET", one + "/tokens/7", "", `404 {"message":"404 Not Found"}`},
		{"POST", "", `{"state":"on"}`, `400 {"error":"state does not have a valid value"}`},
		{"POST", "", fmt.Sprintf(`{"description":%q}`, strings.Repeat("x", 1025)),
			`400 {"message":"Description is too long (maximum is 1024 characters)"}`},
		{"PUT", one, fmt.Sprintf(`{"description":%q}`, strings.Repeat("x", 1025)),
			`400 {"message":"Description is too long (maximum is 1024 characters)"}`},
		{"POST", one + "/tokens", fmt.Sprintf(`{"description":%q}`, strings.Repeat("x", 1025)),
			`400 {"message":"Description is too long (maximum is 1024 characters)"}`},
	} {
		before := gl.Snapshot()
		assert.Equal(t, refused.want, ask("ada", refused.method, refused.path, refused.body).String(), refused.path)
		assert.Equal(t, before, gl.Snapshot(), refused.path)
	}
	assert.Equal(t, 204, ask("ada", "DELETE", one+"/scopes/runners/100002", "").Status, "that is no scope of it")
	require.Equal(t, []int{100001}, gl.RunnerControllers()[0].Runners)
	gl.DeleteRunner(100001)
	assert.Empty(t, gl.RunnerControllers()[0].Runners)
	assert.Equal(t, 201, ask("ada", "POST", one+"/scopes/instance", "").Status)
	assert.Equal(t, `409 {"message":"Instance-level scope already exists for this runner controller"}`,
		ask("ada", "POST", one+"/scopes/instance", "").String())
	assert.Equal(t, `409 {"message":"Runner controller already has instance-level scope. Remove it before adding runner `+
		`scopes."}`, ask("ada", "POST", one+"/scopes/runners/100002", "").String())
	again := fg.New(t, fg.WithScenario(gl.Snapshot()), fg.WithVersion("18.10"))
	assert.Equal(t, gl.Snapshot(), again.Snapshot())
	assert.Equal(t, 204, ask("ada", "DELETE", one+"/scopes/instance", "").Status)
	assert.Equal(t, 204, ask("ada", "DELETE", one, "").Status)
	assert.Empty(t, gl.RunnerControllers())
}

func TestRunnerControllerSeeds(t *testing.T) {
	gl := fg.New(t, fg.WithScenario(fg.SmallCompany()))
	c := gl.AddRunnerController(fg.RunnerController{Description: "d", Runners: []int{100001},
		Tokens: []fg.RunnerControllerToken{{Description: "t"}}})
	assert.True(t, strings.HasPrefix(c.Tokens[0].Token, "glrct-"), c)
	assert.Equal(t, "disabled", c.State)
	for wrong, bad := range map[string]fg.RunnerController{
		`did you mean "dry_run"?`: {State: "dryrun"}, "runners[0]": {Runners: []int{7}},
		"is no instance runner": {Runners: []int{100021}}, "has no runners of its own": {Instance: true, Runners: []int{100001}},
		"too long": {Description: strings.Repeat("x", 1025)}, "id 9500001 is taken": {Tokens: []fg.RunnerControllerToken{{ID: 9500001}}},
	} {
		assert.ErrorContains(t, gl.Seed(fg.Scenario{RunnerControllers: []fg.RunnerController{bad}}), wrong)
	}
	require.Len(t, gl.RunnerControllers(), 1)
}
