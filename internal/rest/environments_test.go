package rest_test

import (
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	fg "github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/ci"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

// deployed is what has become of the deployments of a fake: environment, number and status of each.
func deployed(gl *fg.Fake) (all []string) {
	for _, d := range gl.Deployments() {
		all = append(all, fmt.Sprintf("%s %d %s", d.Environment, d.IID, d.Status))
	}
	return all
}

// states are the environments of a fake and where they stand.
func states(gl *fg.Fake) (all []string) {
	for _, e := range gl.Environments() {
		all = append(all, e.Name+" "+string(e.State))
	}
	return all
}

// jobNamed is the last job of a name.
func jobNamed(t *testing.T, gl *fg.Fake, name string) (job fg.Job) {
	t.Helper()
	for _, j := range gl.Jobs() {
		if j.Name == name {
			job = j
		}
	}
	require.NotZero(t, job.ID, name)
	return job
}

const reviewApp = `
ship:
  script: make
  environment: {name: review/$CI_COMMIT_REF_SLUG, url: "https://$CI_ENVIRONMENT_SLUG.example.com", on_stop: unship,
    auto_stop_in: 2 days}
unship: {script: make, when: manual, environment: {name: review/$CI_COMMIT_REF_SLUG, action: stop}}
`

func withShop(t *testing.T, opts ...fg.Option) *fg.Fake {
	t.Helper()
	gl := fg.New(t, opts...)
	gl.AddUser(fg.User{Username: "dan"})
	gl.AddProject(fg.Project{ID: 10001, Path: "acme/shop", Members: fg.Members{"dan": fg.Developer}})
	gl.AddRunner(fg.Runner{ID: 7})
	return gl
}

// A pipeline makes the environments and the deployments of its jobs, which go along with the jobs; the environment is
// what the last that succeeded has made it, and the job that stops it is played when somebody stops it.
func TestAReviewAppComesAndGoes(t *testing.T) {
	gl := withShop(t, fg.WithVersion("18.0"))
	gl.AddPipeline(fg.Pipeline{Project: "acme/shop", User: "dan", CI: reviewApp})
	assert.Equal(t, []string{"review/main available"}, states(gl))
	assert.Equal(t, []string{"review/main 1 created"}, deployed(gl))
	ship := jobNamed(t, gl, "ship")
	gl.StartJob(ship.ID, 7)
	assert.Equal(t, []string{"review/main 1 running"}, deployed(gl))
	gl.Advance(time.Hour)
	gl.FinishJob(ship.ID, fg.JobSuccess)
	e, ok := gl.Environment("acme/shop", "review/main")
	require.True(t, ok)
	assert.Equal(t, "https://review-main-yi2y9f.example.com", e.ExternalURL)
	assert.Equal(t, gl.Now().Add(48*time.Hour), e.AutoStopAt, "anew, since it was deployed to")
	assert.Equal(t, "development", e.Tier)

	ask := func(method, below string) testkit.Reply {
		return testkit.Ask(t, gl, gl.Token("dan"), method, "/projects/10001/environments"+below)
	}
	one := fmt.Sprintf("/%d", e.ID)
	got := ask("GET", one)
	assert.Equal(t, float64(ship.ID), got.Field(t, "last_deployment.deployable.id"))
	assert.Equal(t, "stopping", ask("POST", one+"/stop").Field(t, "state"))
	assert.Equal(t, 403, ask("DELETE", one).Status, "it is not stopped yet")
	unship := jobNamed(t, gl, "unship")
	assert.Equal(t, fg.JobPending, unship.Status, "it is played")
	gl.StartJob(unship.ID, 7)
	gl.FinishJob(unship.ID, fg.JobSuccess)
	assert.Equal(t, "stopped", ask("GET", one).Field(t, "state"))
	assert.Nil(t, ask("GET", one).Field(t, "auto_stop_at"))

	again := gl.RetryJob(ship.ID)
	assert.Equal(t, []string{"review/main 1 success", "review/main 2 created"}, deployed(gl))
	gl.FinishJob(again.ID, fg.JobSuccess)
	assert.Equal(t, []string{"review/main available"}, states(gl), "who deploys to it starts it")

	gl.DeletePipeline(gl.Pipelines()[0].ID)
	d := testkit.Ask(t, gl, gl.Token("dan"), "GET", fmt.Sprintf("/projects/10001/deployments/%d", gl.Deployments()[1].ID))
	assert.Nil(t, d.Field(t, "deployable"), "its job is gone")
	gl.DeleteProject("acme/shop")
	assert.Empty(t, gl.Environments())
	assert.Empty(t, gl.Deployments())
}

// What is due by the clock is done by workers: environments are stopped, given back after a week in which no job has
// stopped them, and deleted where somebody has marked them.
func TestWorkersTendEnvironments(t *testing.T) {
	gl := withShop(t)
	gl.AddPipeline(fg.Pipeline{Project: "acme/shop", User: "dan", CI: reviewApp})
	gl.FinishJob(jobNamed(t, gl, "ship").ID, fg.JobSuccess)
	gl.AddEnvironment(fg.ProjectEnvironment{Project: "acme/shop", Name: "review/old", State: fg.EnvironmentStopped})
	gl.Advance(49 * time.Hour)
	gl.RunWorkers()
	assert.Equal(t, []string{"review/main stopping", "review/old stopped"}, states(gl))
	marked := testkit.Ask(t, gl, gl.Token("dan"), "DELETE",
		"/projects/10001/environments/review_apps?dry_run=false&before="+gl.Now().Format("2006-01-02T15:04:05Z"))
	require.Equal(t, 200, marked.Status, marked)
	assert.Equal(t, gl.Now().Add(7*24*time.Hour), gl.Environments()[1].AutoDeleteAt)
	gl.Advance(8 * 24 * time.Hour)
	gl.RunWorkers()
	assert.Equal(t, []string{"review/main available"}, states(gl))
}

// A world with environments is what it was in another fake, and its jobs go on deploying there.
func TestEnvironmentsOfASnapshot(t *testing.T) {
	gl := withShop(t)
	gl.AddPipeline(fg.Pipeline{Project: "acme/shop", User: "dan", CI: reviewApp})
	gl.StartJob(jobNamed(t, gl, "ship").ID, 7)
	gone := gl.AddJob(fg.Job{Project: "acme/shop", Status: fg.JobSuccess,
		Spec: fg.JobSpec{Environment: ci.Environment{Name: "gone"}}})
	e, _ := gl.Environment("acme/shop", "gone")
	assert.Equal(t, []string{"review/main 1 running", "gone 2 success"}, deployed(gl), gone.Name)
	gl.DeleteEnvironment(e.ID)
	gl.UpdateEnvironment(gl.Environments()[0].ID, func(e *fg.ProjectEnvironment) { e.Description = "x" })

	other := fg.New(t, fg.WithScenario(gl.Snapshot()))
	other.AssertSnapshot(t, gl.Snapshot())
	other.FinishJob(jobNamed(t, other, "ship").ID, fg.JobSuccess)
	assert.Equal(t, []string{"review/main 1 success"}, deployed(other))
	assert.Equal(t, []string{"review/main available"}, states(other), "the jobs of the one that is gone make no other")
}

// A snapshot is told as it is: a deployment that goes on keeps its times and its status, and what was deleted does not
// come back with jobs that would have made it. A pipeline that the scenario makes has its own nevertheless, with the
// number that comes next.
func TestWhatWasDeletedStaysAway(t *testing.T) {
	gl := withShop(t)
	of := func(s fg.Scenario) *fg.Fake { return fg.New(t, fg.WithStartTime(gl.Now()), fg.WithScenario(s)) }
	gl.AddPipeline(fg.Pipeline{Project: "acme/shop", User: "dan", CI: reviewApp})
	gl.Advance(time.Hour)
	gl.StartJob(jobNamed(t, gl, "ship").ID, 7)
	assert.Equal(t, gl.Now(), of(gl.Snapshot()).Deployments()[0].UpdatedAt)

	gl.DeleteEnvironment(gl.Environments()[0].ID)
	s := gl.Snapshot()
	other := of(s)
	assert.Empty(t, other.Environments(), "though two jobs that have not ended are for it")
	assert.Empty(t, other.Deployments())
	gl.Seed(fg.Scenario{Runners: []fg.Runner{{Description: "more"}}})
	assert.Empty(t, gl.Environments(), "what is seeded later is not of these jobs")
	s.Pipelines = append(s.Pipelines, fg.Pipeline{Project: "acme/shop", User: "dan", CI: reviewApp})
	assert.Equal(t, []string{"review/main 2 created"}, deployed(of(s)))
}

// A job deploys to the environment whose name its variables made when the job was made, whatever they are by now.
func TestEnvironmentsKeepTheNamesOfTheirJobs(t *testing.T) {
	gl := withShop(t)
	gl.AddVariable(fg.Variable{Path: "acme/shop", Key: "APP", Value: "old"})
	gl.AddPipeline(fg.Pipeline{Project: "acme/shop", User: "dan",
		CI: "ship: {script: x, environment: {name: review/$APP}}"})
	gl.UpdateVariable("acme/shop", "APP", func(v *fg.Variable) { v.Value = "new" })
	s := gl.Snapshot()
	gl.ResetTo(s)
	gl.AssertSnapshot(t, s)
	gl.FinishJob(gl.StartJob(jobNamed(t, gl, "ship").ID, 7).ID, fg.JobSuccess)
	assert.Equal(t, []string{"review/old 1 success"}, deployed(gl))
}

// A job that a scenario leaves out of its deployments has one as old as itself, be the environment listed or not.
func TestDeploymentsThatNobodyLists(t *testing.T) {
	gl := withShop(t)
	gl.AddPipeline(fg.Pipeline{Project: "acme/shop", User: "dan", CI: reviewApp})
	gl.Advance(time.Hour)
	gl.StartJob(jobNamed(t, gl, "ship").ID, 7)
	s := gl.Snapshot()
	s.Deployments = nil
	other := fg.New(t, fg.WithStartTime(gl.Now()), fg.WithScenario(s))
	assert.Equal(t, []string{"review/main 1 running"}, deployed(other))
	assert.Equal(t, other.Jobs()[0].CreatedAt, other.Deployments()[0].UpdatedAt)
}

// What the jobs of a scenario need is there without being listed.
func TestEnvironmentsThatNobodyLists(t *testing.T) {
	spec := func(name, action string) fg.JobSpec {
		return fg.JobSpec{Environment: ci.Environment{Name: name, Action: action, URL: "https://$CI_JOB_NAME.example.com"}}
	}
	world := fg.NewScenario().WithProject("acme/shop").
		WithJob("acme/shop", "a", func(j *fg.Job) { j.Status, j.Spec = fg.JobSuccess, spec("prod", "") }).
		WithJob("acme/shop", "b", func(j *fg.Job) { j.Status, j.Spec = fg.JobManual, spec("prod", "start") }).
		WithJob("acme/shop", "c", func(j *fg.Job) { j.Status, j.Spec = fg.JobSuccess, spec("gone", "stop") })
	gl := fg.New(t, fg.WithScenario(world))
	assert.Equal(t, []string{"prod 1 success", "prod 2 blocked"}, deployed(gl))
	assert.Equal(t, []string{"prod available", "gone stopped"}, states(gl))
	assert.Equal(t, "https://a.example.com", gl.Environments()[0].ExternalURL)
	assert.Equal(t, gl.Jobs()[0].FinishedAt, gl.Deployments()[0].FinishedAt)

	listed := fg.New(t, fg.WithScenario(world.WithEnvironment("acme/shop", "prod",
		func(e *fg.ProjectEnvironment) { e.Tier = "staging" })))
	assert.Equal(t, []string{"prod 1 blocked"}, deployed(listed), "of jobs that have ended there is what is listed")
	assert.Equal(t, "staging", listed.Environments()[0].Tier)
}

// A draft that cannot be is refused with what is wrong with it.
func TestEnvironmentsThatCannotBe(t *testing.T) {
	err := fg.Scenario{Projects: []fg.Project{{Path: "acme/shop"}, {Path: "acme/web"}},
		Jobs: []fg.Job{{ID: 5, Project: "acme/web"}, {ID: 7, Project: "acme/shop",
			Spec: fg.JobSpec{Environment: ci.Environment{Name: "staging"}}}},
		Environments: []fg.ProjectEnvironment{{Project: "acme/shop", Name: "prod"}, {Project: "acme/shop", Name: "prod"},
			{Project: "acme/shop", Name: "a:b"}, {Project: "acme/shop"}, {Project: "acme/shop", Name: "x", Tier: "prodution"},
			{Project: "acme/shop", Name: "y", ExternalURL: "javascript:x"}, {Project: "nowhere", Name: "z", State: "gone"}},
		Deployments: []fg.Deployment{{ID: 1, IID: 3, Project: "acme/shop", Environment: "prod"},
			{ID: 1, IID: 3, Project: "acme/shop", Environment: "prod"}, {Project: "acme/shop", Environment: "prd"},
			{Project: "acme/shop", Environment: "prod", JobID: 5}, {Project: "acme/shop", Environment: "prod", JobID: 6},
			{Project: "acme/shop", Environment: "prod", User: "nobody", SHA: "x"},
			{Project: "acme/shop", Environment: "prod", JobID: 7, IID: math.MaxInt}},
	}.Validate()
	require.Error(t, err)
	for _, want := range []string{`environments[1].name: "prod" is an environment of the project already`,
		`environments[2].name: "a:b" can contain only letters`, `environments[3].name: an environment has no name`,
		`environments[4].tier: unknown tier "prodution"; did you mean "production"?`,
		`environments[5].external_url: javascript scheme is not allowed`, `environments[6].project`, `environments[6].state`,
		`deployments[1].id: deployment id 1 is taken`, `deployments[1].iid: deployment iid 3 is taken`,
		`deployments[2].environment: no environment "prd"; did you mean "prod"?`,
		`deployments[3].job_id: job 5 is of "acme/web"`, `deployments[4].job_id`, `deployments[5].user`, `deployments[5].sha`,
		`deployments[6].job_id: job 7 is for the environment "staging"`, `deployments[6].iid`} {
		assert.Contains(t, err.Error(), want)
	}
}

// Webhooks hear of deployments that run and of those that end, be they of a job or told of.
func TestDeploymentHooks(t *testing.T) {
	target := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer target.Close()
	gl := withShop(t)
	gl.AddWebhook(fg.Webhook{Project: "acme/shop", URL: target.URL, DeploymentEvents: true})
	sha := gl.Commit("acme/shop", "main", map[string]string{"README.md": "x"}, "Begin")
	job := gl.AddJob(fg.Job{Project: "acme/shop", User: "dan", Commit: fg.Commit{SHA: sha},
		Spec: fg.JobSpec{Environment: ci.Environment{Name: "production", URL: "https://shop.example.com"}}})
	gl.StartJob(job.ID, 7)
	gl.FinishJob(job.ID, fg.JobSuccess)
	told := testkit.Ask(t, gl, gl.Token("dan"), "POST", "/projects/10001/deployments",
		testkit.WithForm("environment=staging&sha="+sha+"&ref=main&tag=false&status=failed"))
	require.Equal(t, 201, told.Status, told)
	require.NoError(t, gl.WaitForDeliveries(t.Context()))
	var said []string
	for _, d := range gl.Deliveries("Deployment Hook") {
		r := testkit.Reply{Body: string(d.Body)}
		said = append(said, fmt.Sprint(r.Field(t, "status"), " ", r.Field(t, "environment"), " ", r.Field(t, "deployable_id"),
			" ", r.Field(t, "environment_external_url"), " ", r.Field(t, "user.username"), " ", r.Field(t, "commit_title")))
		assert.Equal(t, sha[:8], r.Field(t, "short_sha"))
		assert.Equal(t, "2024-07-01 12:00:00 +0000", r.Field(t, "status_changed_at"))
		assert.Equal(t, gl.URL()+"/acme/shop/-/commit/"+sha, r.Field(t, "commit_url"))
	}
	id := fmt.Sprint(float64(job.ID))
	assert.Equal(t, []string{"running production " + id + " <nil> dan Begin", "success production " + id + " <nil> dan Begin",
		"failed staging <nil> <nil> dan Begin"}, said)
	hook := fmt.Sprintf("/projects/10001/hooks/%d/test/deployment_events", gl.Webhooks()[0].ID)
	assert.Equal(t, 422, testkit.Ask(t, gl, gl.AdminToken(), "POST", hook).Status, "GitLab tries that out for no deployment")
}

// A branch that goes takes the environments with it that were deployed to from there last.
func TestBranchesStopTheirEnvironments(t *testing.T) {
	gl := withShop(t)
	gl.Commit("acme/shop", "main", map[string]string{"README.md": "x"}, "Begin")
	gl.Commit("acme/shop", "feature", map[string]string{"README.md": "y"}, "Go on")
	for _, ref := range []string{"main", "feature"} {
		j := gl.AddJob(fg.Job{Project: "acme/shop", Ref: ref, User: "dan",
			Spec: fg.JobSpec{Environment: ci.Environment{Name: "review/$CI_COMMIT_REF_NAME"}}})
		gl.FinishJob(j.ID, fg.JobSuccess)
	}
	require.Equal(t, 204, testkit.Ask(t, gl, gl.Token("dan"), "DELETE", "/projects/10001/repository/branches/feature").Status)
	assert.Equal(t, []string{"review/main available", "review/feature stopped"}, states(gl))
}

// A job whose environment cannot have its name fails before it has begun, and so does one that would deploy what is
// older than what is there.
func TestJobsThatCannotDeploy(t *testing.T) {
	gl := withShop(t)
	gl.AddPipeline(fg.Pipeline{Project: "acme/shop", CI: `{ship: {script: make, environment: "review/$NOWHERE"}}`})
	assert.Equal(t, "environment_creation_failure", jobNamed(t, gl, "ship").FailureReason)
	assert.Empty(t, gl.Environments())

	const later = `
workflow: {auto_cancel: {on_new_commit: none}}
compile: {stage: build, script: make}
go live: {stage: deploy, script: make, environment: production}
`
	one := gl.Commit("acme/shop", "main", map[string]string{".gitlab-ci.yml": later}, "One")
	two := gl.Commit("acme/shop", "main", map[string]string{"README.md": "x"}, "Two")
	of := func(sha, name string) (job fg.Job) {
		for _, j := range gl.Jobs() {
			if j.Commit.SHA == sha && j.Name == name {
				job = j
			}
		}
		return job
	}
	gl.FinishJob(of(two, "compile").ID, fg.JobSuccess)
	gl.FinishJob(of(two, "go live").ID, fg.JobSuccess)
	gl.FinishJob(of(one, "compile").ID, fg.JobSuccess)
	assert.Equal(t, "failed_outdated_deployment_job", of(one, "go live").FailureReason)
	assert.Equal(t, []string{"production 1 failed", "production 2 success"}, deployed(gl))
	require.Equal(t, 200, testkit.Ask(t, gl, gl.AdminToken(), "PUT",
		"/projects/10001?ci_forward_deployment_rollback_allowed=false").Status)
	retried := testkit.Ask(t, gl, gl.AdminToken(), "POST", fmt.Sprintf("/projects/10001/pipelines/%d/retry",
		of(one, "go live").PipelineID))
	require.Equal(t, 201, retried.Status, retried.Body)
	assert.Len(t, gl.Jobs(), 5, "and is not tried again")
}

// The job that stops an environment is played for its own user, who must still be one that may.
func TestTheUserOfAStopJobIsGone(t *testing.T) {
	gl := withShop(t)
	gl.AddPipeline(fg.Pipeline{Project: "acme/shop", User: "dan", CI: reviewApp})
	gl.FinishJob(jobNamed(t, gl, "ship").ID, fg.JobSuccess)
	dan, _ := gl.User("dan")
	require.Equal(t, 204, testkit.Ask(t, gl, gl.Token("root"), "DELETE",
		fmt.Sprintf("/projects/10001/members/%d", dan.ID)).Status)
	stop := fmt.Sprintf("/projects/10001/environments/%d/stop", gl.Environments()[0].ID)
	assert.Equal(t, 403, testkit.Ask(t, gl, gl.Token("root"), "POST", stop).Status)
	assert.Equal(t, []string{"review/main available"}, states(gl))
	before := gl.Snapshot()
	assert.Equal(t, 200, testkit.Ask(t, gl, gl.Token("root"), "POST", stop+"?force=true").Status)
	assert.Equal(t, []string{"review/main stopped"}, states(gl))
	gl.ResetTo(before)
	gl.Advance(49 * time.Hour)
	gl.RunWorkers()
	assert.Equal(t, fg.JobManual, jobNamed(t, gl, "unship").Status)
	assert.Equal(t, 200, testkit.Ask(t, gl, gl.Token("root"), "POST", stop+"?force=true").Status)
}

// Nobody plays or cancels the job of an older pipeline that would deploy over what is there; one that is over is tried
// again as long as the project lets people roll back.
func TestNobodyDeploysWhatIsOlder(t *testing.T) {
	gl := withShop(t)
	const byHand = `
workflow: {auto_cancel: {on_new_commit: none}}
live: {script: make, when: manual, environment: production}
`
	gl.Commit("acme/shop", "main", map[string]string{".gitlab-ci.yml": byHand}, "One")
	gl.Commit("acme/shop", "main", map[string]string{"README.md": "x"}, "Two")
	old, recent := gl.Jobs()[0], gl.Jobs()[1]
	ask := func(what string) int {
		return testkit.Ask(t, gl, gl.Token("root"), "POST", fmt.Sprintf("/projects/10001/jobs/%d/%s", old.ID, what)).Status
	}
	gl.PlayJob(recent.ID)
	gl.FinishJob(recent.ID, fg.JobSuccess)
	assert.Equal(t, 403, ask("play"))
	assert.Equal(t, 403, ask("cancel"))

	require.Equal(t, 200, testkit.Ask(t, gl, gl.Token("root"), "PUT",
		"/projects/10001?ci_forward_deployment_enabled=false").Status)
	assert.Equal(t, 200, ask("play"))
	gl.FinishJob(old.ID, fg.JobSuccess)
	gl.FinishJob(gl.RetryJob(recent.ID).ID, fg.JobSuccess)
	require.Equal(t, 200, testkit.Ask(t, gl, gl.Token("root"), "PUT",
		"/projects/10001?ci_forward_deployment_enabled=true&ci_forward_deployment_rollback_allowed=false").Status)
	assert.Equal(t, 403, ask("retry"))
	require.Equal(t, 200, testkit.Ask(t, gl, gl.Token("root"), "PUT",
		"/projects/10001?ci_forward_deployment_rollback_allowed=true").Status)
	assert.Equal(t, 201, ask("retry"))
}

// The runner is told what the environment says of itself, and what a job's dotenv report says is in its address.
func TestVariablesOfEnvironments(t *testing.T) {
	gl := withShop(t)
	gl.AddEnvironment(fg.ProjectEnvironment{Project: "acme/shop", Name: "shop", Tier: "staging",
		ExternalURL: "https://old.example.com"})
	runner, _ := gl.Runner(7)
	gl.AddJob(fg.Job{Project: "acme/shop", Spec: fg.JobSpec{Environment: ci.Environment{Name: "shop"}}})
	taken := testkit.RequestJob(t, gl, runner.Token)
	require.Equal(t, 201, taken.Status)
	for _, want := range []string{`{"key":"CI_ENVIRONMENT_TIER","value":"staging"`,
		`{"key":"CI_ENVIRONMENT_URL","value":"https://old.example.com"`} {
		assert.Contains(t, taken.Body, want)
	}
	dynamic := gl.AddJob(fg.Job{Project: "acme/shop", Status: fg.JobRunning, RunnerID: 7,
		Artifacts: []fg.Artifact{{Filename: ".env", Type: "dotenv", Content: testkit.Gzipped("WHERE=https://here.example.com")}},
		Spec:      fg.JobSpec{Environment: ci.Environment{Name: "shop", URL: "$WHERE/$CI_ENVIRONMENT_SLUG"}}})
	gl.FinishJob(dynamic.ID, fg.JobSuccess)
	e, _ := gl.Environment("acme/shop", "shop")
	assert.Equal(t, "https://here.example.com/shop", e.ExternalURL)
	assert.Equal(t, "staging", e.Tier)
}

// Who is not told of an environment by name finds what is stale by its age alone.
func TestStaleEnvironments(t *testing.T) {
	gl := withShop(t)
	long := gl.Now()
	for _, name := range []string{"a", "b", "c"} {
		gl.AddEnvironment(fg.ProjectEnvironment{Project: "acme/shop", Name: name})
	}
	gl.Advance(20 * 24 * time.Hour)
	gl.AddDeployment(fg.Deployment{Project: "acme/shop", Environment: "b"})
	gl.UpdateEnvironment(gl.Environments()[2].ID, func(e *fg.ProjectEnvironment) { e.Description = "x" })
	got := testkit.Ask(t, gl, gl.AdminToken(), "POST", "/projects/10001/environments/stop_stale",
		testkit.WithForm("before="+strings.ReplaceAll(long.Add(24*time.Hour).Format(time.RFC3339), ":", "%3A")))
	require.Equal(t, 200, got.Status, got)
	assert.Equal(t, []string{"a stopped", "b available", "c available"}, states(gl))
}

// A deployment gets no number that another had, be that one deleted, also not after a Snapshot or another change of the
// project.
func TestNumbersOfDeploymentsAreGivenOnce(t *testing.T) {
	gl := withShop(t)
	deploy := func(gl *fg.Fake) int {
		j := gl.AddJob(fg.Job{Project: "acme/shop", User: "dan", Spec: fg.JobSpec{Environment: ci.Environment{Name: "prod"}}})
		gl.FinishJob(j.ID, fg.JobSuccess)
		all := gl.Deployments()
		return all[len(all)-1].IID
	}
	assert.Equal(t, []int{1, 2}, []int{deploy(gl), deploy(gl)})
	whole := gl.Snapshot().Projects[0]
	assert.Zero(t, whole.LastDeploymentIID)
	deployment := gl.Deployments()[0]
	gl.AddDeployment(fg.Deployment{Project: "acme/shop", Environment: "prod", IID: 9, ID: 77, CreatedAt: deployment.CreatedAt})
	testkit.Ask(t, gl, gl.AdminToken(), "DELETE", "/projects/10001/deployments/77")
	require.Len(t, gl.Deployments(), 2)

	for last, want := range map[int]string{-1: "is negative", math.MaxInt: "is too large"} {
		wrong := gl.Snapshot()
		wrong.Projects[0].LastDeploymentIID = last
		assert.ErrorContains(t, wrong.Validate(), want, wrong.Projects[0].Path)
	}
	saved := gl.Snapshot()
	gl.UpdateProject("acme/shop", func(p *fg.Project) { p.Description, p.LastDeploymentIID = "x", 0 })
	again := fg.New(t, fg.WithScenario(saved))
	again.AssertSnapshot(t, saved)
	assert.Equal(t, []int{10, 10}, []int{deploy(gl), deploy(again)})
	require.NoError(t, gl.ResetTo(saved))
	assert.Equal(t, 10, deploy(gl))
}

// lib/api/environments.rb: a search for nothing is none, and what a version does not declare it does not look at.
func TestEnvironmentsOfOldVersions(t *testing.T) {
	gl := withShop(t, fg.WithVersion("16.0"))
	e := gl.AddEnvironment(fg.ProjectEnvironment{Project: "acme/shop", Name: "production"})
	at := "/projects/10001/environments"
	listed := testkit.Ask(t, gl, gl.Token("dan"), "GET", at+"?search=%20%20")
	assert.Equal(t, []any{"production"}, listed.Each(t, "name"))
	changed := testkit.Ask(t, gl, gl.Token("dan"), "PUT", fmt.Sprintf("%s/%d?auto_stop_setting=x", at, e.ID))
	assert.Equal(t, 200, changed.Status, changed.Body)
}
