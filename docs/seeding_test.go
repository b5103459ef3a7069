package docs_test

import (
	"cmp"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/fakegitlab/fakegitlab"
)

// Where the IDs of each kind begin is told by a world with one of each.
func TestPagesIDs(t *testing.T) {
	gl := fakegitlab.New(t)
	gl.AddAccessToken(fakegitlab.AccessToken{User: "root"})
	gl.AddGroup(fakegitlab.Group{Path: "acme"})
	gl.AddProject(fakegitlab.Project{Path: "acme/shop"})
	gl.AddProtectedRef(fakegitlab.ProtectedRef{Project: "acme/shop", Name: "main"})
	gl.AddDeployToken(fakegitlab.DeployToken{Path: "acme/shop"})
	gl.AddDeployKey(fakegitlab.DeployKey{Public: true})
	gl.AddWebhook(fakegitlab.Webhook{Project: "acme/shop", URL: "http://127.0.0.1/"})
	gl.AddRunner(fakegitlab.Runner{Managers: []fakegitlab.RunnerManager{{SystemID: "s_1"}}})
	gl.AddRunnerController(fakegitlab.RunnerController{Tokens: []fakegitlab.RunnerControllerToken{{}}})
	pipeline := gl.AddPipeline(fakegitlab.Pipeline{Project: "acme/shop", CI: "build: {script: make}"})
	gl.AddPipelineSchedule(fakegitlab.PipelineSchedule{Project: "acme/shop", Cron: "0 1 * * *"})
	gl.AddPipelineTrigger(fakegitlab.PipelineTrigger{Project: "acme/shop"})
	gl.AddEnvironment(fakegitlab.ProjectEnvironment{Project: "acme/shop", Name: "production"})
	gl.AddDeployment(fakegitlab.Deployment{Project: "acme/shop", Environment: "production"})
	gl.Seed(fakegitlab.Scenario{CommitStatuses: []fakegitlab.CommitStatus{{PipelineID: pipeline.ID}}})

	firsts := map[string]int{}
	noteIDs(t, reflect.ValueOf(gl.Snapshot()), "", firsts)

	var table strings.Builder
	table.WriteString("| kind, as in a scenario | IDs from |\n| --- | --- |\n")
	for _, kind := range slices.SortedFunc(maps.Keys(firsts), func(a, b string) int { return cmp.Compare(firsts[a], firsts[b]) }) {
		fmt.Fprintf(&table, "| `%s` | %d |\n", kind, firsts[kind])
	}
	checkGenerated(t, "docs/seeding.md", "ids", table.String())
}

// noteIDs notes the ID of the first of each list of records that have one, by its name in JSON, and in these records.
// That there is none in the list is an error: the world of the test is to have one of each.
func noteIDs(t *testing.T, record reflect.Value, place string, firsts map[string]int) {
	t.Helper()
	for i := range record.NumField() {
		list := record.Field(i)
		if list.Kind() != reflect.Slice || list.Type().Elem().Kind() != reflect.Struct {
			continue
		}
		name, _, _ := strings.Cut(record.Type().Field(i).Tag.Get("json"), ",")
		_, has := list.Type().Elem().FieldByName("ID")
		if !has {
			continue
		}
		if assert.Positive(t, list.Len(), "nothing in %s%s", place, name) {
			firsts[place+name] = int(list.Index(0).FieldByName("ID").Int())
			noteIDs(t, list.Index(0), place+name+".", firsts)
		}
	}
}
