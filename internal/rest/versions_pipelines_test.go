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
		gitlabversion.CronSyntaxFirst: {func(v inVersion) any {
			return v.as("mia", "POST", "/projects/10001/pipeline_schedules",
				testkit.WithForm("description=d&ref=refs/heads/main&cron=never")).Body
		}, `{"message":{"cron":[" is invalid syntax"]}}`, `{"message":{"cron":["syntax is invalid"]}}`, nil},
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
		gitlabversion.RulesTextsReview: {func(v inVersion) any {
			v.gl.Commit("acme/shop", "main", map[string]string{".gitlab-ci.yml": "j: {script: x, rules: [{when: never}]}"}, "No")
			return strings.Contains(v.as("mia", "POST", "/projects/10001/pipeline", testkit.WithForm("ref=main")).Body,
				"Review the rules configuration")
		}, false, true, nil},
		gitlabversion.VariablesAfterRef: {func(v inVersion) any {
			v.gl.Commit("acme/shop", "main", map[string]string{"a": "b"}, "Begin")
			return v.as("mia", "POST", "/projects/10001/pipeline", testkit.WithJSON(
				`{"ref": "gone", "variables": [{"key": "A", "value": "1"}, {"key": "A", "value": "2"}]}`)).Body
		}, `{"message":{"base":["Duplicate variable name: A"]}}`, `{"message":{"base":["Reference not found"]}}`, nil},
		gitlabversion.VariablesBuiltFirst: {func(v inVersion) any {
			return triggered(v, "&variables[a-b]=1").Status
		}, 400, 422, nil},
		gitlabversion.PayloadUnasked: {func(v inVersion) any {
			v.gl.UpdateProject("acme/shop", func(p *fg.Project) {
				p.Attributes = map[string]string{"restrict_user_defined_variables": "true",
					"ci_pipeline_variables_minimum_override_role": "owner"}
			})
			return triggered(v, "").Status
		}, 400, 201, nil},
		gitlabversion.RetryClearsFinish: {func(v inVersion) any {
			one := fmt.Sprintf("/projects/10001/pipelines/%d", failedOf(v, "j: {script: x}").ID)
			v.as("mia", "POST", one+"/retry")
			return v.field("mia", one, "finished_at") == nil
		}, false, true, nil},
		gitlabversion.BlockedAreRedundant: {func(v inVersion) any {
			p := blocked(v)
			v.gl.Commit("acme/shop", "main", map[string]string{"a": "b"}, "Next")
			p, _ = v.gl.Pipeline(p.ID)
			return p.AutoCanceledBy != 0
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
		gitlabversion.TriggerJobsByName: {func(v inVersion) any {
			return v.as("mia", "GET", fmt.Sprintf("/projects/10001/pipelines/%d/trigger_jobs", passed(v))).Status
		}, 404, 200, nil},
	}
}

// triggered is the answer to a trigger of the project, called with more parameters.
func triggered(v inVersion, more string) testkit.Reply {
	v.gl.Commit("acme/shop", "main", map[string]string{".gitlab-ci.yml": "j: {script: x}"}, "Begin")
	t := v.gl.AddPipelineTrigger(fg.PipelineTrigger{Project: "acme/shop", Owner: "mia", Token: "trigger-of-mia"})
	return v.as("", "POST", "/projects/10001/trigger/pipeline", testkit.WithForm("ref=main&token="+t.Token+more))
}

// failedOf is a pipeline of a file whose last job has failed.
func failedOf(v inVersion, file string) fg.Pipeline {
	v.gl.Commit("acme/shop", "main", map[string]string{".gitlab-ci.yml": file}, "Begin")
	jobs := v.gl.Jobs()
	v.gl.FinishJob(jobs[len(jobs)-1].ID, fg.JobFailed, "script_failure")
	return newest(v)
}

// newest is the newest of all pipelines.
func newest(v inVersion) fg.Pipeline {
	all := v.gl.Pipelines()
	return all[len(all)-1]
}

// blocked is a pipeline of a push that waits for a manual job.
func blocked(v inVersion) fg.Pipeline {
	v.gl.Commit("acme/shop", "main", map[string]string{
		".gitlab-ci.yml": "gate: {stage: build, script: x, when: manual, allow_failure: false}\nship: {script: x}"}, "Begin")
	return newest(v)
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
