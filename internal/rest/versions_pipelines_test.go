package rest_test

import (
	"fmt"
	"strings"

	fg "github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

// What TestVersions asks about pipelines, their schedules and triggers.

func pipelineProofs() map[gitlabversion.Difference]proof {
	return map[gitlabversion.Difference]proof{
		gitlabversion.EnvironmentAutoStopAt:      {environmentShows(`"auto_stop_at":null`), false, true, nil},
		gitlabversion.EnvironmentDescription:     {environmentShows(`"description":null`), false, true, nil},
		gitlabversion.EnvironmentAutoStopSetting: {environmentShows(`"auto_stop_setting":"always"`), false, true, nil},
		gitlabversion.EnvironmentTimersRenewed:   {renewedByAccess, "23h0m0s", "24h0m0s", nil},
		gitlabversion.JobTokensDeploy:            {environmentsByJob, 401, 200, nil},
		gitlabversion.PipelineNames:              {pipelineShows(`"name":null`), false, true, nil},
		gitlabversion.PipelineArchived:           {pipelineShows(`"archived":`), false, true, nil},
		gitlabversion.StatusTextsCapital:         {pipelineShows(`"text":"Passed"`), false, true, nil},
		gitlabversion.PipelineMetadata: {func(v inVersion) any {
			return v.as("mia", "PUT", fmt.Sprintf("/projects/10001/pipelines/%d/metadata", passed(v)),
				testkit.WithForm("name=n")).Status
		}, 404, 200, nil},
		gitlabversion.PipelinesByName: {func(v inVersion) any {
			passed(v)
			return v.as("mia", "GET", "/projects/10001/pipelines?name=none").Body == "[]"
		}, false, true, nil},
		gitlabversion.ScheduleInputs: {func(v inVersion) any {
			s := v.gl.AddPipelineSchedule(fg.PipelineSchedule{Project: "acme/shop", Cron: "0 1 * * *", Owner: "mia"})
			return strings.Contains(v.as("mia", "GET", fmt.Sprintf("/projects/10001/pipeline_schedules/%d", s.ID)).Body,
				`"inputs"`)
		}, false, true, nil},
		gitlabversion.PipelineInputs: {func(v inVersion) any {
			v.gl.Commit("acme/shop", "main", map[string]string{".gitlab-ci.yml": wantsInput}, "Ask")
			return v.as("mia", "POST", "/projects/10001/pipeline",
				testkit.WithJSON(`{"ref": "main", "inputs": {"word": "x"}}`)).Status
		}, 400, 201, nil},
		gitlabversion.ScheduleRefsWhole: {func(v inVersion) any {
			v.gl.Commit("acme/shop", "main", map[string]string{"a": "b"}, "Begin")
			return strings.Contains(v.as("mia", "POST", "/projects/10001/pipeline_schedules", testkit.WithJSON(
				`{"ref": "main", "cron": "0 1 * * *", "description": "d"}`)).Body, `"ref":"refs/heads/main"`)
		}, false, true, nil},
		gitlabversion.ScheduleErrorsSaved: {func(v inVersion) any {
			v.gl.Commit("acme/shop", "main", map[string]string{".gitlab-ci.yml": "a: b"}, "Break")
			s := v.gl.AddPipelineSchedule(fg.PipelineSchedule{Project: "acme/shop", Cron: "0 1 * * *", Owner: "mia"})
			one := fmt.Sprintf("/projects/10001/pipeline_schedules/%d", s.ID)
			v.as("mia", "POST", one+"/play")
			return strings.Contains(v.as("mia", "GET", one+"/pipelines").Body, `"status":"failed"`)
		}, false, true, nil},
		gitlabversion.TriggerExpiry: {func(v inVersion) any {
			return strings.Contains(v.as("mia", "POST", "/projects/10001/triggers",
				testkit.WithForm("description=x")).Body, `"expires_at"`)
		}, false, true, nil},
		gitlabversion.NewestReadyFirstMode: {func(v inVersion) any {
			withResource(v)
			return v.as("mia", "PUT", "/projects/10001/resource_groups/db",
				testkit.WithForm("process_mode=newest_ready_first")).Status
		}, 400, 200, nil},
		gitlabversion.CurrentJobOfResource: {func(v inVersion) any {
			withResource(v)
			return v.as("mia", "GET", "/projects/10001/resource_groups/db/current_job").Status
		}, 404, 200, nil},
	}
}

// withResource gives the project a resource group.
func withResource(v inVersion) {
	v.gl.UpdateProject("acme/shop", func(p *fg.Project) { p.ResourceGroups = map[string]string{"db": "oldest_first"} })
}

// wantsInput is a .gitlab-ci.yml that cannot do without an input.
const wantsInput = "spec: {inputs: {word: {}}}\n---\nj: {script: '$[[ inputs.word ]]'}\n"

func passed(v inVersion) int {
	return v.gl.AddPipeline(fg.Pipeline{Project: "acme/shop", Status: fg.JobSuccess}).ID
}

func pipelineShows(text string) func(inVersion) any {
	return func(v inVersion) any {
		return strings.Contains(v.as("mia", "GET", fmt.Sprintf("/projects/10001/pipelines/%d", passed(v))).Body, text)
	}
}
