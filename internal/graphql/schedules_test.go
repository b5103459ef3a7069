package graphql_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	fg "github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

// A variable of a schedule keeps its id, whatever becomes of those beside it, and over a Snapshot; none gets the id of
// another, were they ever so many, nor that of one that is gone.
func TestScheduleVariablesKeepTheirIDs(t *testing.T) {
	gl := company(t)
	many := map[string]string{}
	for i := range 1100 {
		many[fmt.Sprintf("V%d", i)] = "x"
	}
	gl.AddPipelineSchedule(fg.PipelineSchedule{ID: 7, Project: "acme/shop", Cron: "0 1 * * *", Variables: many})
	gl.AddPipelineSchedule(fg.PipelineSchedule{ID: 8, Project: "acme/shop", Cron: "0 1 * * *",
		Variables: map[string]string{"A": "1", "B": "2", "C": "3"}, VariableIDs: map[string]int{"B": 22_000_000}})
	ids := func(gl *fg.Fake) map[string]any {
		all := map[string]any{}
		a := run(t, gl, "root", `{ project(fullPath: "acme/shop") { pipelineSchedules(ids: ["8"]) { nodes { variables { nodes { id key } } } } } }`)
		for _, v := range a.at("project.pipelineSchedules.nodes.0.variables.nodes").([]any) {
			v := v.(map[string]any)
			all[v["key"].(string)] = strings.TrimPrefix(v["id"].(string), "gid://gitlab/Ci::PipelineScheduleVariable/")
		}
		return all
	}
	first := ids(gl)
	assert.Equal(t, "22000000", first["B"])
	assert.Equal(t, map[string]any{"A": "22000001", "B": "22000000", "C": "22000002"}, first)
	taken := map[int]bool{}
	for _, id := range gl.PipelineSchedules()[0].VariableIDs {
		taken[id] = true
	}
	assert.Len(t, taken, len(many))
	assert.NotContains(t, taken, 22_000_001)

	variables := "/projects/10001/pipeline_schedules/8/variables"
	testkit.Ask(t, gl, gl.AdminToken(), "DELETE", variables+"/C")
	testkit.Ask(t, gl, gl.AdminToken(), "DELETE", variables+"/A")
	testkit.Ask(t, gl, gl.AdminToken(), "POST", variables, testkit.WithForm("key=D&value=4"))
	testkit.Ask(t, gl, gl.AdminToken(), "PUT", variables+"/B", testkit.WithForm("value=5"))
	want := map[string]any{"B": "22000000", "D": "22000003"}
	assert.Equal(t, want, ids(gl))
	assert.Equal(t, want, ids(fg.New(t, fg.WithScenario(gl.Snapshot()))))

	const name = "gid://gitlab/Ci::PipelineScheduleVariable/"
	a := run(t, gl, "root", `mutation { pipelineScheduleUpdate(input: {id: "gid://gitlab/Ci::PipelineSchedule/8", variables: [
		{id: "`+name+`22000003", key: "E", value: "6", variableType: ENV_VAR}, {key: "F", value: "7", variableType: ENV_VAR},
		{id: "`+name+`22000000", key: "B", value: "", variableType: ENV_VAR, destroy: true}]}) { errors } }`)
	assert.Empty(t, a.at("pipelineScheduleUpdate.errors"), a)
	assert.Equal(t, map[string]any{"E": "22000003", "F": "22000004"}, ids(gl))
}

// What is wrong with the ids of variables is said at the caller's line.
func TestIDsOfScheduleVariablesThatCannotBe(t *testing.T) {
	gl := company(t)
	schedule := func(id int, ids map[string]int) fg.PipelineSchedule {
		return fg.PipelineSchedule{ID: id, Project: "acme/shop", Cron: "0 1 * * *",
			Variables: map[string]string{"TARGET": "1", "B": "2"}, VariableIDs: ids}
	}
	gl.AddPipelineSchedule(schedule(1, map[string]int{"TARGET": 5}))
	for says, ids := range map[string]map[string]int{
		`variable_ids.TRAGET: no variable "TRAGET"; did you mean "TARGET"?`: {"TRAGET": 7},
		`variable_ids.B: variable id 5 is taken`:                            {"B": 5},
		`variable_ids.TARGET: variable id 9 is taken`:                       {"B": 9, "TARGET": 9},
		`variable_ids.B: `: {"B": -1},
	} {
		err := fg.Scenario{Projects: []fg.Project{{Path: "acme/shop"}},
			PipelineSchedules: []fg.PipelineSchedule{schedule(1, map[string]int{"TARGET": 5}), schedule(2, ids)}}.Validate()
		assert.ErrorContains(t, err, says)
	}
}
