package rest_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	fg "github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

// Rules of runners and their jobs whose loss no other test noticed (internal/mutate).

// lib/api/ci/helpers/runner.rb, authenticate_job!: a call with a job's token is contact of the manager that runs it, which
// is where the call came from.
func TestCallsWithAJobTokenAreContact(t *testing.T) {
	gl, r := testkit.Factory(t)
	gl.ContactRunner(r.ID, fg.RunnerManager{SystemID: "s_1", IPAddress: "203.0.113.9"})
	gl.AddJob(fg.Job{Project: "acme/shop"})
	require.Equal(t, 201, testkit.RequestJob(t, gl, r.Token, testkit.Hash{"system_id": "s_1"}).Status)
	j := gl.Jobs()[0]
	gl.ContactRunner(r.ID, fg.RunnerManager{SystemID: "s_1", IPAddress: "203.0.113.9"})
	for _, at := range []string{"trace", ""} {
		if at == "" {
			testkit.PutState(t, gl, j, "running")
		} else {
			testkit.PatchTrace(t, gl, j, 0, "line\n")
		}
		managers := as(t, gl, "root", "GET", fmt.Sprintf("/runners/%d/managers", r.ID))
		assert.Equal(t, []any{"127.0.0.1"}, managers.Each(t, "ip_address"), at)
		calls := gl.Calls("")
		assert.Equal(t, []int{j.ID, r.ID}, []int{calls[len(calls)-2].JobID, calls[len(calls)-2].RunnerID}, at)
		gl.ContactRunner(r.ID, fg.RunnerManager{SystemID: "s_1", IPAddress: "203.0.113.9"})
	}
	other := gl.AddJob(fg.Job{Project: "acme/shop", Status: fg.JobRunning, RunnerID: r.ID})
	testkit.Send(t, gl, "PATCH", fmt.Sprintf("/jobs/%d/trace", other.ID), bytes.NewReader([]byte("x")), "Job-Token", j.Token)
	calls := gl.Calls("")
	assert.Zero(t, calls[len(calls)-1].JobID, "it is no job's call that is refused")
}

// A runner is known by the token of its job, also once that is over, and before the call is answered.
func TestCallsWithAJobTokenAreTheRunners(t *testing.T) {
	gl, r := testkit.Factory(t)
	other := gl.AddRunner(fg.Runner{Projects: []string{"acme/shop"}})
	j := gl.AddJob(fg.Job{Project: "acme/shop", Status: fg.JobRunning, RunnerID: r.ID})
	seen := []int{}
	gl.Before(fg.UpdateJob, func(c fg.Call) { seen = append(seen, c.JobID) }, fg.ByRunner(r.ID))
	assert.Equal(t, 200, testkit.PutState(t, gl, j, "success").Status)
	assert.Equal(t, 403, testkit.PutState(t, gl, j, "success").Status)
	assert.Equal(t, []int{j.ID, 0}, seen)
	for _, status := range []int{200, 403} {
		gl.AssertCalled(t, fg.UpdateJob, fg.ByRunner(r.ID), fg.Status(status), fg.Times(1))
	}
	gl.AssertNotCalled(t, fg.UpdateJob, fg.ByRunner(other.ID))
	gl.AssertNotCalled(t, fg.UpdateJob, fg.ByRunner(0))
	refused := gl.Calls(fg.UpdateJob, fg.Status(403))[0]
	assert.Equal(t, []int{0, 0, r.ID}, []int{refused.RunnerID, refused.JobID, refused.JobRunnerID}, "nobody has authenticated")

	j.Token = "glcbt-nobodys"
	testkit.PutState(t, gl, j, "success")
	gl.AssertCalled(t, fg.UpdateJob, fg.ByRunner(0), fg.Times(1))
}

// Nothing is said of why there is no job where none waits.
func TestNothingNewAndNothingThere(t *testing.T) {
	gl, r := testkit.Factory(t)
	value := testkit.RequestJob(t, gl, r.Token).Header.Get("X-GitLab-Last-Update")
	require.Equal(t, 204, testkit.RequestJob(t, gl, r.Token, testkit.Hash{"last_update": value}).Status)
	calls := gl.Calls(fg.RequestJob)
	assert.Empty(t, calls[len(calls)-1].Reason)
}

// lib/gitlab/ci/variables/builder/pipeline.rb, lib/gitlab/ci/variables/builder.rb: a job is told what made its pipeline.
func TestJobsKnowTheirScheduleAndTrigger(t *testing.T) {
	gl, r := testkit.Factory(t, fg.WithVersion("17.8"))
	variable := func(key string) any {
		t.Helper()
		got := testkit.RequestJob(t, gl, r.Token)
		require.Equal(t, 201, got.Status, got.Body)
		for _, v := range got.Field(t, "variables").([]any) {
			if v.(testkit.Hash)["key"] == key {
				return v.(testkit.Hash)["value"]
			}
		}
		return nil
	}
	gl.Commit("acme/shop", "main", map[string]string{".gitlab-ci.yml": "a: {script: x}\n"}, "Begin [skip ci]")
	s := gl.AddPipelineSchedule(fg.PipelineSchedule{Project: "acme/shop", Owner: "root", Cron: "0 1 * * *",
		Description: "every night"})
	require.Equal(t, 201, as(t, gl, "root", "POST",
		fmt.Sprintf("/projects/acme%%2Fshop/pipeline_schedules/%d/play", s.ID)).Status)
	assert.Equal(t, "every night", variable("CI_PIPELINE_SCHEDULE_DESCRIPTION"))
	trigger := gl.AddPipelineTrigger(fg.PipelineTrigger{Project: "acme/shop", Owner: "root", Token: "glptt-a1b2c3d4e5f6"})
	require.Equal(t, 201, testkit.Ask(t, gl, "", "POST", "/projects/acme%2Fshop/trigger/pipeline",
		testkit.WithJSON(`{"token":"`+trigger.Token+`","ref":"main"}`)).Status)
	assert.Equal(t, "a1b2", variable("CI_TRIGGER_SHORT_TOKEN"))
	for sent, want := range map[string]string{
		`"ref":"main"`: `{"ref":"main","id":"acme/shop","variables":{}}`,
		`"zeta":[1],"ref":"main","variables":{"B":"b","A":"a"}`: `{"ref":"main","id":"acme/shop",` +
			`"variables":{"A":"a","B":"b"},"zeta":[1]}`,
	} {
		require.Equal(t, 201, testkit.Ask(t, gl, "", "POST", "/projects/acme%2Fshop/trigger/pipeline",
			testkit.WithJSON(`{"token":"`+trigger.Token+`",`+sent+`}`)).Status)
		assert.Equal(t, want, variable("TRIGGER_PAYLOAD"))
	}
}

// app/services/ci/pipeline_schedules/play_service.rb: who plays a schedule that is due, and that no worker has seen to,
// has it wait for its next time, so that there is one pipeline and not two.
func TestAPlayedScheduleWaitsForItsNextTime(t *testing.T) {
	gl, _ := testkit.Factory(t, fg.WithStartTime(time.Date(2024, 7, 1, 0, 30, 0, 0, time.UTC)))
	gl.Commit("acme/shop", "main", map[string]string{".gitlab-ci.yml": "a: {script: x}\n"}, "Begin [skip ci]")
	s := gl.AddPipelineSchedule(fg.PipelineSchedule{Project: "acme/shop", Owner: "root", Cron: "0 1 * * *"})
	page := fmt.Sprintf("/projects/acme%%2Fshop/pipeline_schedules/%d", s.ID)
	times := func() []any {
		read := as(t, gl, "root", "GET", page)
		return []any{read.Field(t, "next_run_at"), read.Field(t, "updated_at")}
	}
	began := times()
	require.Equal(t, 201, as(t, gl, "root", "POST", page+"/play").Status)
	assert.Equal(t, began, times(), "it is not due, and nothing else of it is saved")
	gl.Advance(31 * time.Minute)
	require.Equal(t, 201, as(t, gl, "root", "POST", page+"/play").Status)
	assert.Equal(t, []any{"2024-07-02T01:03:00.000Z", "2024-07-01T01:01:00.000Z"}, times())
	gl.Advance(10 * time.Minute)
	assert.Len(t, gl.Pipelines(), 3, "those of the two calls, and the commit's that was skipped")
}

// lib/api/entities/ci/job_request/runner_info.rb and job_info.rb tell of namespaces: that of a user has jobs, too.
func TestJobsOfPersonalProjects(t *testing.T) {
	gl, _ := testkit.Factory(t, fg.WithVersion("19.1"))
	gl.AddProject(fg.Project{Path: "mia/own"})
	r := gl.AddRunner(fg.Runner{Projects: []string{"mia/own"}})
	gl.AddJob(fg.Job{Project: "mia/own", User: "mia"})
	got := testkit.RequestJob(t, gl, r.Token)
	require.Equal(t, 201, got.Status, got.Body)
	mia, _ := gl.User("mia")
	for _, name := range []string{"namespace_id", "root_namespace_id"} {
		assert.EqualValues(t, mia.ID, got.Field(t, "job_info."+name), name)
	}
}

// A running job reads single files of other jobs of its project by its token (lib/api/ci/job_artifacts.rb).
func TestArtifactsByAJobToken(t *testing.T) {
	gl, r := testkit.Factory(t)
	left := gl.AddJob(fg.Job{Project: "acme/shop", Name: "unit", Ref: "main", Status: fg.JobSuccess,
		Artifacts: []fg.Artifact{{Filename: "a.zip", Content: zipOf(t, "a")}}})
	running := gl.AddJob(fg.Job{Project: "acme/shop", Ref: "side", Status: fg.JobRunning, RunnerID: r.ID})
	for _, path := range []string{fmt.Sprintf("%d/artifacts", left.ID), fmt.Sprintf("%d/artifacts/a", left.ID),
		"artifacts/main/download?job=unit", "artifacts/main/raw/a?job=unit"} {
		assert.Equal(t, 200, testkit.Send(t, gl, "GET", "/projects/acme%2Fshop/jobs/"+path, nil, "Job-Token",
			running.Token).Status, path)
		assert.Equal(t, 404, testkit.Send(t, gl, "GET", "/projects/acme%2Fshop/jobs/"+path, nil).Status, path)
	}
}

// app/services/ci/pipeline_trigger_service.rb, lib/gitlab/ci/auth_job_finder.rb: a job triggers pipelines while it runs.
func TestJobsTriggerPipelines(t *testing.T) {
	gl, r := testkit.Factory(t)
	gl.Commit("acme/shop", "main", map[string]string{".gitlab-ci.yml": "a: {script: x}\n"}, "Begin [skip ci]")
	running := gl.AddJob(fg.Job{Project: "acme/shop", Status: fg.JobRunning, RunnerID: r.ID, User: "root"})
	trigger := func() testkit.Reply {
		return testkit.Ask(t, gl, "", "POST", "/projects/acme%2Fshop/trigger/pipeline",
			testkit.WithJSON(`{"token":"`+running.Token+`","ref":"main"}`))
	}
	made := trigger()
	require.Equal(t, 201, made.Status, made.Body)
	assert.Equal(t, []any{"pipeline", "root"}, []any{made.Field(t, "source"), made.Field(t, "user.username")})
	calls := gl.Calls("")
	assert.Equal(t, running.ID, calls[len(calls)-1].JobID)
	gl.AddProject(fg.Project{Path: "acme/closed"})
	assert.Equal(t, 404, testkit.Ask(t, gl, "", "POST", "/projects/acme%2Fclosed/trigger/pipeline",
		testkit.WithJSON(`{"token":"`+running.Token+`","ref":"main"}`)).Status)
	calls = gl.Calls("")
	assert.Equal(t, fmt.Sprintf("job %d is of acme/shop, which is not on the job token allowlist of acme/closed", running.ID),
		calls[len(calls)-1].Reason)
	gl.AddProject(fg.Project{Path: "acme/open", Visibility: fg.Public})
	gl.Commit("acme/open", "main", map[string]string{".gitlab-ci.yml": "a: {script: x}\n"}, "Begin [skip ci]")
	open := func() int {
		return testkit.Ask(t, gl, "", "POST", "/projects/acme%2Fopen/trigger/pipeline",
			testkit.WithJSON(`{"token":"`+running.Token+`","ref":"main"}`)).Status
	}
	assert.Equal(t, 400, open(), "what everybody sees is not what everybody runs")
	gl.UpdateProject("acme/open", func(p *fg.Project) { p.JobTokenAllowlist = []string{"acme/shop"} })
	assert.Equal(t, 201, open())
	gl.FinishJob(running.ID, fg.JobSuccess)
	before := len(gl.Pipelines())
	assert.Equal(t, `401 {"message":"Job is not running"}`, trigger().String())
	assert.Len(t, gl.Pipelines(), before)
}

// app/services/ci/register_job_service.rb: a job that cannot be told fails, and the runner gets the next one.
func TestJobsThatCannotBeTold(t *testing.T) {
	gl, r := testkit.Factory(t)
	broken := gl.AddJob(fg.Job{Project: "acme/shop", Spec: fg.JobSpec{Raw: map[string]json.RawMessage{"steps": []byte("no")}}})
	next := gl.AddJob(fg.Job{Project: "acme/shop"})
	got := testkit.RequestJob(t, gl, r.Token)
	require.Equal(t, 201, got.Status, got.Body)
	assert.EqualValues(t, next.ID, got.Field(t, "id"))
	broken, _ = gl.Job(broken.ID)
	assert.Equal(t, []any{fg.JobFailed, "scheduler_failure"}, []any{broken.Status, broken.FailureReason})
}

// lib/api/ci/helpers/runner.rb, authenticate_job!: an erased job takes no more log, in whatever state it is.
func TestErasedJobsTakeNothing(t *testing.T) {
	for _, version := range []string{"17.2", "19.1"} {
		gl, r := testkit.Factory(t, fg.WithVersion(version))
		j := gl.AddJob(fg.Job{Project: "acme/shop", Status: fg.JobRunning, RunnerID: r.ID, Erased: true})
		got := testkit.PatchTrace(t, gl, j, 0, "line\n")
		assert.Equal(t, 403, got.Status, version)
		assert.Contains(t, got.Body, "Job has been erased", version)
	}
}

// What a version takes of a schedule counts as read, made or changed.
func TestInputsOfSchedulesAreRead(t *testing.T) {
	gl, _ := testkit.Factory(t, fg.WithVersion("19.1"))
	gl.Commit("acme/shop", "main", map[string]string{"a": "a"}, "Begin")
	made := as(t, gl, "mia", "POST", "/projects/acme%2Fshop/pipeline_schedules",
		testkit.WithJSON(`{"description":"d","ref":"main","cron":"0 1 * * *","inputs":[{"name":"a","value":"b"}]}`))
	require.Equal(t, 201, made.Status, made.Body)
	require.Equal(t, 200, as(t, gl, "mia", "PUT", fmt.Sprintf("/projects/acme%%2Fshop/pipeline_schedules/%.0f",
		made.Field(t, "id")), testkit.WithJSON(`{"inputs":[{"name":"a","destroy":true}]}`)).Status)
	gl.AssertNothingIgnored(t)
}
