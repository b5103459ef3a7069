package docs_test

import (
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/ci"
)

func TestPipelineInATest(t *testing.T) {
	gl := fakegitlab.New(t)
	gl.AddProject(fakegitlab.Project{Path: "acme/shop"})
	runner := gl.AddRunner(fakegitlab.Runner{})
	pipeline := gl.AddPipeline(fakegitlab.Pipeline{Project: "acme/shop", Variables: map[string]string{"LEVEL": "full"}, CI: `
compile: {stage: build, script: make}
unit: {script: make test}
publish: {stage: deploy, script: make publish, when: manual}
`})
	for _, job := range gl.Jobs()[:2] {
		gl.StartJob(job.ID, runner.ID)
		gl.FinishJob(job.ID, fakegitlab.JobSuccess)
	}
	gl.AssertPipelineStatus(t, pipeline.ID, fakegitlab.JobSuccess) // nobody has to publish

	publish := gl.PlayJob(gl.Jobs()[2].ID)
	gl.StartJob(publish.ID, runner.ID)
	gl.FinishJob(publish.ID, fakegitlab.JobFailed)
	done, err := gl.WaitForPipeline(t.Context(), pipeline.ID)
	require.NoError(t, err)
	assert.Equal(t, fakegitlab.JobSuccess, done.Status, "what people start may fail")
}

func TestNightlyPipelines(t *testing.T) {
	gl := fakegitlab.New(t, fakegitlab.WithWorkers()) // who run the schedules at each Advance; else RunWorkers does
	gl.AddProject(fakegitlab.Project{Path: "acme/shop", Files: map[string]string{".gitlab-ci.yml": "build: {script: make}"}})
	gl.AddPipelineSchedule(fakegitlab.PipelineSchedule{Project: "acme/shop", Cron: "0 1 * * *"})
	trigger := gl.AddPipelineTrigger(fakegitlab.PipelineTrigger{Project: "acme/shop"})

	gl.Advance(48 * time.Hour)
	res, err := http.PostForm(gl.APIURL()+"/projects/acme%2Fshop/trigger/pipeline",
		url.Values{"token": {trigger.Token}, "ref": {"main"}, "variables[DEPLOY]": {"yes"}})
	require.NoError(t, err)
	res.Body.Close()

	var sources []string
	for _, p := range gl.Pipelines() {
		sources = append(sources, p.Source)
	}
	assert.Equal(t, []string{"schedule", "schedule", "trigger"}, sources)
}

func TestDeploying(t *testing.T) {
	gl := fakegitlab.New(t)
	gl.AddProject(fakegitlab.Project{Path: "acme/shop"})
	runner := gl.AddRunner(fakegitlab.Runner{})
	gl.AddPipeline(fakegitlab.Pipeline{Project: "acme/shop", CI: `
ship: {script: make, environment: {name: review/$CI_COMMIT_REF_NAME, url: "https://main.example.com", on_stop: unship}}
unship: {script: make, when: manual, environment: {name: review/$CI_COMMIT_REF_NAME, action: stop}}
`})
	gl.StartJob(gl.Jobs()[0].ID, runner.ID)
	assert.Equal(t, fakegitlab.DeploymentRunning, gl.Deployments()[0].Status)
	gl.FinishJob(gl.Jobs()[0].ID, fakegitlab.JobSuccess)
	review, _ := gl.Environment("acme/shop", "review/main")
	assert.Equal(t, "https://main.example.com", review.ExternalURL)

	client := gl.ClientAs("root") // the code under test
	stop := fmt.Sprintf("%s/projects/acme%%2Fshop/environments/%d/stop", gl.APIURL(), review.ID)
	res, err := client.Post(stop, "", nil)
	require.NoError(t, err)
	res.Body.Close()

	gl.AssertJobStatus(t, gl.Jobs()[1].ID, fakegitlab.JobPending) // unship has been played
	review, _ = gl.Environment("acme/shop", "review/main")
	assert.Equal(t, fakegitlab.EnvironmentStopping, review.State)
}

func TestPipelineGoesOnElsewhere(t *testing.T) {
	gl := fakegitlab.New(t)
	gl.AddProject(fakegitlab.Project{Path: "acme/shop"})
	gl.AddRunner(fakegitlab.Runner{ID: 7})
	pipeline := gl.AddPipeline(fakegitlab.Pipeline{Project: "acme/shop",
		CI: "a: {stage: build, script: make}\nb: {needs: [a], script: make}"})
	gl.StartJob(gl.Jobs()[0].ID, 7)

	other := fakegitlab.New(t, fakegitlab.WithScenario(gl.Snapshot()))
	other.FinishJob(other.Jobs()[0].ID, fakegitlab.JobSuccess)

	other.AssertJobStatus(t, other.Jobs()[1].ID, fakegitlab.JobPending)
	gl.AssertPipelineStatus(t, pipeline.ID, fakegitlab.JobRunning)
}

func TestReadingAPipeline(t *testing.T) {
	config := ci.Read(`
stages: [build, test]
default: {image: "golang:1.25"}
compile: {stage: build, script: go build ./...}
unit:
  needs: [compile]
  script: [go vet ./..., go test ./...]
  parallel: {matrix: [{GOARCH: [amd64, arm64]}]}
  rules:
    - if: $CI_COMMIT_BRANCH == "main"
      when: manual
    - changes: ["**/*.go"]
`, ci.Options{})
	require.Empty(t, config.Errors)

	pipeline := config.Pipeline(ci.Context{Ref: "topic", Changes: []string{"cmd/main.go"}})

	var names []string
	for _, job := range pipeline.Jobs {
		names = append(names, job.Name)
	}
	assert.Equal(t, []string{"compile", "unit: [amd64]", "unit: [arm64]"}, names)
	assert.Equal(t, "golang:1.25", pipeline.Jobs[1].Spec.Image.Name)
}

var keywordRow = regexp.MustCompile("(?m)^\\| `(\\w+)` \\| ([^|]*) \\| ([^|]*) \\|$")

// TestKeywords holds the table of keywords against what package ci takes: each keyword may stand where the table says
// and nowhere else, and none is missing that a job's spec has.
func TestKeywords(t *testing.T) {
	_, table, _ := strings.Cut(readPage(t, "docs/pipelines.md"), "## Keywords")
	rows := map[string]string{}
	for _, row := range keywordRow.FindAllStringSubmatch(table, -1) {
		rows[row[1]] = row[2]
	}
	require.Greater(t, len(rows), 40)
	takes := func(format, keyword string) bool {
		config := ci.Read(fmt.Sprintf(format, keyword), ci.Options{})
		return !strings.Contains(strings.Join(config.Errors, "\n"), "unknown keys")
	}
	for keyword, where := range rows {
		inJob, inDefault := strings.Contains(where, "job"), strings.Contains(where, "default")
		assert.Equal(t, inJob, takes("j: {script: x, %s: null}", keyword) || takes("j: {trigger: p, %s: null}", keyword), keyword)
		if !slices.Contains([]string{"script", "run", "trigger", "needs"}, keyword) { // these make a job of default
			assert.Equal(t, inDefault, takes("default: {%s: null}\nj: {script: x}", keyword), keyword)
		}
	}
	spec := reflect.TypeFor[ci.JobSpec]()
	for i := range spec.NumField() {
		name, _, _ := strings.Cut(spec.Field(i).Tag.Get("json"), ",")
		if name != "raw" {
			assert.Contains(t, rows, name)
		}
	}
}
