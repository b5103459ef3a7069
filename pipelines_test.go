package fakegitlab_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

const threeStages = `
stages: [build, test, deploy]
variables: {LEVEL: root}
compile: {stage: build, script: make}
unit:
  stage: test
  script: make test
  parallel: 2
slow: {stage: test, script: make slow, needs: [compile], when: delayed, start_in: 5 minutes}
page: {stage: deploy, script: make page, when: manual, resource_group: production}
ship: {stage: deploy, script: make ship, resource_group: production, rules: [{when: on_success}]}
`

func shop(t *testing.T, options ...fakegitlab.Option) *fakegitlab.Fake {
	t.Helper()
	gl := fakegitlab.New(t, options...)
	gl.AddProject(fakegitlab.Project{Path: "acme/shop"})
	gl.AddRunner(fakegitlab.Runner{ID: 7})
	return gl
}

func jobNamed(t *testing.T, gl *fakegitlab.Fake, pipeline int, name string) fakegitlab.Job {
	t.Helper()
	var last fakegitlab.Job
	for _, j := range gl.Jobs() {
		if j.PipelineID == pipeline && j.Name == name {
			last = j
		}
	}
	require.NotZero(t, last.ID, "there is no job %s", name)
	return last
}

func run(t *testing.T, gl *fakegitlab.Fake, pipeline int, names ...string) {
	t.Helper()
	for _, name := range names {
		j := jobNamed(t, gl, pipeline, name)
		gl.StartJob(j.ID, 7)
		gl.FinishJob(j.ID, fakegitlab.JobSuccess)
	}
}

func TestAddPipelineMakesJobsThatMove(t *testing.T) {
	gl := shop(t)
	p := gl.AddPipeline(fakegitlab.Pipeline{Project: "acme/shop", CI: threeStages,
		Variables: map[string]string{"LEVEL": "pipeline"}})
	assert.Equal(t, fakegitlab.JobPending, p.Status)
	assert.Equal(t, "push", p.Source)
	assert.Equal(t, "main", p.Ref)
	assert.Len(t, p.SHA, 40)
	assert.Empty(t, p.CI, "it is what the jobs were made of")
	gl.AssertJobStatus(t, jobNamed(t, gl, p.ID, "unit 2/2").ID, fakegitlab.JobCreated)

	run(t, gl, p.ID, "compile")
	gl.AssertJobStatus(t, jobNamed(t, gl, p.ID, "slow").ID, fakegitlab.JobScheduled)
	run(t, gl, p.ID, "unit 1/2", "unit 2/2")
	gl.AssertPipelineStatus(t, p.ID, fakegitlab.JobScheduled)
	gl.Advance(5 * time.Minute)
	run(t, gl, p.ID, "slow", "ship")
	done, err := gl.WaitForPipeline(t.Context(), p.ID)
	require.NoError(t, err)
	assert.Equal(t, fakegitlab.JobSuccess, done.Status, "nobody has to play the optional job")

	gl.PlayJob(jobNamed(t, gl, p.ID, "page").ID)
	gl.AssertPipelineStatus(t, p.ID, fakegitlab.JobRunning)
	run(t, gl, p.ID, "page")
	again := gl.RetryJob(jobNamed(t, gl, p.ID, "ship").ID)
	gl.StartJob(again.ID, 7)
	gl.FinishJob(again.ID, fakegitlab.JobFailed)
	gl.AssertPipelineStatus(t, p.ID, fakegitlab.JobFailed)
	assert.Equal(t, fakegitlab.JobRunning, gl.RetryPipeline(p.ID).Status)
	assert.Equal(t, fakegitlab.JobCanceled, gl.CancelPipeline(p.ID).Status)
	gl.DeletePipeline(p.ID)
	assert.Empty(t, gl.Pipelines())
	assert.Empty(t, gl.Jobs())
}

// A pipeline in the middle of its way goes on in another fake as it does in the first one.
func TestSnapshotOfAPipelineGoesOn(t *testing.T) {
	stops := []struct {
		name string
		do   func(gl *fakegitlab.Fake, pipeline int)
	}{
		{"new", func(*fakegitlab.Fake, int) {}},
		{"running", func(gl *fakegitlab.Fake, p int) { gl.StartJob(jobNamed(t, gl, p, "compile").ID, 7) }},
		{"compiled", func(gl *fakegitlab.Fake, p int) { gl.FinishJob(jobNamed(t, gl, p, "compile").ID, "success") }},
		{"tested", func(gl *fakegitlab.Fake, p int) { run(t, gl, p, "unit 1/2", "unit 2/2") }},
		{"later", func(gl *fakegitlab.Fake, _ int) { gl.Advance(5 * time.Minute) }},
		{"shipping", func(gl *fakegitlab.Fake, p int) {
			run(t, gl, p, "slow")
			gl.StartJob(jobNamed(t, gl, p, "ship").ID, 7)
		}},
		{"waiting", func(gl *fakegitlab.Fake, p int) { gl.PlayJob(jobNamed(t, gl, p, "page").ID) }},
		{"failed", func(gl *fakegitlab.Fake, p int) { gl.FinishJob(jobNamed(t, gl, p, "ship").ID, "failed") }},
		{"paged", func(gl *fakegitlab.Fake, p int) { run(t, gl, p, "page") }},
		{"retried", func(gl *fakegitlab.Fake, p int) { gl.RetryPipeline(p) }},
	}
	first := shop(t)
	p := first.AddPipeline(fakegitlab.Pipeline{Project: "acme/shop", CI: threeStages, User: "root",
		Variables: map[string]string{"A": "1"}, FileVariables: map[string]string{"B": "2"}})
	for i, stop := range stops {
		stop.do(first, p.ID)
		taken := first.Snapshot()
		other := fakegitlab.New(t, fakegitlab.WithStartTime(first.Now()))
		require.NoError(t, other.Seed(taken), stop.name)
		if !other.AssertSnapshot(t, taken) {
			t.Fatal(stop.name)
		}
		var text bytes.Buffer
		require.NoError(t, taken.Write(&text))
		read, err := fakegitlab.ReadScenario(&text)
		require.NoError(t, err, stop.name)
		other.AssertSnapshot(t, read)
		if i+1 < len(stops) {
			stops[i+1].do(other, p.ID)
			ahead := fakegitlab.New(t, fakegitlab.WithStartTime(first.Now()))
			require.NoError(t, ahead.Seed(taken))
			stops[i+1].do(ahead, p.ID)
			ahead.AssertSnapshot(t, other.Snapshot(), fakegitlab.IgnoreTokens())
		}
	}
}

func TestPipelinesInAScenario(t *testing.T) {
	s := fakegitlab.NewScenario().WithProject("acme/shop").
		WithPipeline("acme/shop", func(p *fakegitlab.Pipeline) { p.ID, p.Status, p.Ref = 40, "success", "topic" }).
		WithPipeline("acme/shop", func(p *fakegitlab.Pipeline) { p.CI = "job: {script: make}" }).
		WithPipeline("acme/shop", func(p *fakegitlab.Pipeline) { p.ID = 50 }).
		WithJob("acme/shop", "old", func(j *fakegitlab.Job) { j.PipelineID, j.Status = 50, "failed" }).
		WithJob("acme/shop", "alone")
	require.NoError(t, s.Validate())
	gl := fakegitlab.New(t, fakegitlab.WithScenario(s))
	var statuses []fakegitlab.JobStatus
	for _, p := range gl.Pipelines() {
		statuses = append(statuses, p.Status)
	}
	assert.Equal(t, []fakegitlab.JobStatus{"success", "failed", "pending", "pending"}, statuses)
	assert.Len(t, gl.Snapshot().Pipelines, 3, "that of the job which was added alone does not move")
	assert.Equal(t, "pipeline 40 (acme/shop, topic, success)", gl.Pipelines()[0].String())

	bad := fakegitlab.NewScenario().WithProject("acme/shop").
		WithPipeline("acme/shpo", func(p *fakegitlab.Pipeline) { p.Source, p.SHA = "pusch", "123" }).
		WithPipeline("acme/shop", func(p *fakegitlab.Pipeline) { p.CI, p.Status = "job: {}", "running" }).
		WithPipeline("acme/shop", func(p *fakegitlab.Pipeline) { p.CI = "job: {}" })
	assert.EqualError(t, bad.Validate(), "scenario: 5 problems:\n"+
		"\tpipelines[0].project: no project \"acme/shpo\"; did you mean \"acme/shop\"?\n"+
		"\tpipelines[0].source: unknown source of a pipeline \"pusch\"; did you mean \"push\"?\n"+
		"\tpipelines[0].sha: \"123\" is no commit SHA, which has 40 hexadecimal digits\n"+
		"\tpipelines[1].status: a pipeline that is made of a .gitlab-ci.yml begins now; status follows from that, and stays empty\n"+
		"\tpipelines[2].ci: jobs job config should implement the script:, run:, or trigger: keyword")
}

func TestWaitForPipelineSaysWhatKeepsIt(t *testing.T) {
	gl := fakegitlab.New(t)
	gl.AddProject(fakegitlab.Project{Path: "acme/shop"})
	p := gl.AddPipeline(fakegitlab.Pipeline{ID: 40, Project: "acme/shop", CI: threeStages})
	ended, stop := context.WithCancel(t.Context())
	stop()
	_, err := gl.WaitForPipeline(ended, p.ID)
	require.ErrorIs(t, err, context.Canceled)
	said := err.Error()
	assert.Contains(t, said, "waiting until pipeline 40 has ended, which is pending: ")
	compile := jobNamed(t, gl, p.ID, "compile").ID
	assert.Contains(t, said, "(compile) is pending: there is no runner\n")
	assert.Contains(t, said, fmt.Sprintf("(unit 1/2) is created: the job waits for job %d (compile), which is pending\n", compile))
	assert.Contains(t, said, fmt.Sprintf("(ship) is created: the job waits for job %d (compile), which is pending", compile))

	gl.AddRunner(fakegitlab.Runner{ID: 7})
	j := jobNamed(t, gl, p.ID, "compile")
	gl.StartJob(j.ID, 7)
	gl.FinishJob(j.ID, fakegitlab.JobFailed)
	_, err = gl.WaitForPipeline(t.Context(), p.ID, fakegitlab.JobSuccess)
	require.Error(t, err)
	assert.Contains(t, err.Error(), "pipeline 40 never is success: it is failed\nits jobs that did not succeed:\n")
	assert.Contains(t, err.Error(), "(compile) is failed: script_failure\n")

	done := make(chan fakegitlab.JobStatus)
	again := gl.RetryPipeline(p.ID)
	go func() {
		p, _ := gl.WaitForPipeline(t.Context(), again.ID, fakegitlab.JobCanceled)
		done <- p.Status
	}()
	gl.CancelPipeline(p.ID)
	assert.Equal(t, fakegitlab.JobCanceled, <-done)
}

func TestJobOfAPipelineIsChecked(t *testing.T) {
	s := fakegitlab.NewScenario().WithProject("acme/shop").WithJob("acme/shop", "a", func(j *fakegitlab.Job) {
		j.When, j.StartIn, j.NodeIndex, j.NodeTotal = "manuel", -time.Second, 3, 2
	})
	assert.EqualError(t, s.Validate(), "scenario: 3 problems:\n"+
		"\tjobs[0].when: unknown word of when \"manuel\"; did you mean \"manual\"?\n"+
		"\tjobs[0].start_in: StartIn: -1s is before the job's turn\n"+
		"\tjobs[0].node_index: job 3 of 2 is none of a parallel job's")
}

// Webhooks and GraphQL tell of a pipeline what it is, also of one without jobs.
func TestPipelineIsToldOf(t *testing.T) {
	r := newReceiver(t)
	gl := fakegitlab.New(t)
	gl.AddProject(fakegitlab.Project{Path: "acme/shop"})
	gl.AddWebhook(fakegitlab.Webhook{Project: "acme/shop", URL: r.url, PipelineEvents: true})
	p := gl.AddPipeline(fakegitlab.Pipeline{Project: "acme/shop", Ref: "topic", Source: "web",
		Variables: map[string]string{"A": "1"},
		CI:        "workflow: {name: Nightly}\nb: {script: a, when: on_failure}\na: {stage: build, script: a, when: always}\n"})
	_, err := gl.WaitForDelivery(t.Context(), "Pipeline Hook")
	require.NoError(t, err)
	told := r.told()[0]
	attributes := told["object_attributes"].(map[string]any)
	assert.Equal(t, "web", attributes["source"])
	assert.Equal(t, "topic", attributes["ref"])
	assert.Equal(t, "Nightly", attributes["name"])
	assert.Equal(t, []any{"build", "test"}, attributes["stages"])
	assert.Equal(t, []any{map[string]any{"key": "A", "value": "1"}}, attributes["variables"])
	var whens []any
	for _, b := range told["builds"].([]any) {
		whens = append(whens, b.(map[string]any)["when"])
	}
	assert.ElementsMatch(t, []any{"always", "on_failure"}, whens)
	gl.CancelPipeline(p.ID)

	gl.AddPipeline(fakegitlab.Pipeline{Project: "acme/shop", Status: "skipped", Source: "push"})
	res, err := gl.ClientAs("root").Post(gl.URL()+"/api/graphql", "application/json", strings.NewReader(
		`{"query":"{project(fullPath:\"acme/shop\"){pipelines{nodes{ref source status iid sha user{username} totalJobs}}}}"}`))
	require.NoError(t, err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	assert.Contains(t, string(body), `{"ref":"main","source":"push","status":"SKIPPED","iid":"2","sha":"`)
	assert.Contains(t, string(body), `{"ref":"topic","source":"web","status":"CANCELED","iid":"1","sha":"`)
}

func TestControlOfPipelines(t *testing.T) {
	gl := fakegitlab.New(t, fakegitlab.WithControl())
	gl.AddProject(fakegitlab.Project{Path: "acme/shop"})
	gl.AddRunner(fakegitlab.Runner{ID: 7})
	ask := func(method, path, body string) (int, string) {
		req, err := http.NewRequestWithContext(t.Context(), method, gl.URL()+"/-/fake/"+path, strings.NewReader(body))
		require.NoError(t, err)
		res, err := gl.Client().Do(req)
		require.NoError(t, err)
		defer res.Body.Close()
		text, err := io.ReadAll(res.Body)
		require.NoError(t, err)
		return res.StatusCode, string(text)
	}
	code, text := ask("POST", "seed", `{"pipelines": [{"id": 40, "project": "acme/shop", "ci": "job: {script: make}"}]}`)
	require.Equal(t, 201, code, text)
	job := jobNamed(t, gl, 40, "job")
	gl.StartJob(job.ID, 7)
	for query, wanted := range map[string]string{"wait=0.01": "has ended", "wait=0.01&status=success": "is success"} {
		code, text = ask("GET", "pipelines/40?"+query, "")
		assert.Equal(t, 409, code)
		assert.Contains(t, text, "waiting until pipeline 40 "+wanted+", which is running: the 10ms are over\\n")
		assert.Contains(t, text, "job 2000001 (job) is running: runner 7 has the job")
	}
	gl.FinishJob(job.ID, fakegitlab.JobFailed)
	code, text = ask("GET", "pipelines/40?wait=5&status=success", "")
	assert.Equal(t, 400, code)
	assert.Contains(t, text, "pipeline 40 never is success: it is failed")
	code, text = ask("POST", "pipelines/40/retry", "")
	assert.Equal(t, 200, code)
	assert.Contains(t, text, `"status": "running"`)
	_, text = ask("POST", "pipelines/40/cancel", "")
	assert.Contains(t, text, `"status": "canceled"`)
	code, text = ask("POST", "jobs/"+strconv.Itoa(jobNamed(t, gl, 40, "job").ID)+"/retry", "")
	assert.Equal(t, 200, code, text)
	assert.NotEqual(t, job.ID, jobNamed(t, gl, 40, "job").ID)
	for path, want := range map[string]int{"pipelines/41": 404, "pipelines/40?state=x": 400, "pipelines/40?status=x": 400,
		"pipelines/40?status=canceled": 400, "pipelines/41?wait=5": 404} {
		code, _ = ask("GET", path, "")
		assert.Equal(t, want, code, path)
	}
	code, _ = ask("DELETE", "pipelines/40", "")
	assert.Equal(t, 204, code)
	assert.Empty(t, gl.Jobs())
	code, text = ask("DELETE", "pipelines/40", "")
	assert.Equal(t, 404, code)
	assert.Contains(t, text, `no pipeline \"40\"; there are none`)
}

// A commit is made as gl.Commit makes it, with what follows from a push.
func TestControlOfCommits(t *testing.T) {
	gl := controlled(t)
	var made struct {
		ID        string
		Pipelines []int
	}
	got := askControl(t, gl, "POST /-/fake/projects/acme%2Fshop/commits",
		`{"files": {".gitlab-ci.yml": "job: {script: make}", "logo.png": {"base64": "iVBO/w=="}}, "message": "Begin"}`)
	require.Equal(t, 201, got.status, got.body)
	got.into(t, &made)
	require.Len(t, made.Pipelines, 1)
	pipeline, _ := gl.Pipeline(made.Pipelines[0])
	assert.Equal(t, []string{made.ID, "main", "push"}, []string{pipeline.SHA, pipeline.Ref, pipeline.Source})
	shop, _ := gl.Project("acme/shop")
	assert.Equal(t, "\x89PN\xff", shop.Repository.Commits[0].Files["logo.png"])

	got = askControl(t, gl, "POST /-/fake/projects/acme%2Fshop/commits",
		`{"branch": "topic", "delete": [".gitlab-ci.yml"], "message": "No pipelines any more"}`)
	require.Equal(t, 201, got.status, got.body)
	got.into(t, &made)
	assert.Empty(t, made.Pipelines)
	shop, _ = gl.Project("acme/shop")
	assert.Equal(t, made.ID, shop.Repository.Refs["refs/heads/topic"])

	for _, branch := range []string{"a", "b"} { // whose commits are one, made at one time
		got = askControl(t, gl, "POST /-/fake/projects/acme%2Fshop/commits",
			`{"branch": "`+branch+`", "files": {".gitlab-ci.yml": "job: {script: make}"}, "message": "Again"}`)
		got.into(t, &made)
		require.Len(t, made.Pipelines, 1)
		of, _ := gl.Pipeline(made.Pipelines[0])
		assert.Equal(t, branch, of.Ref)
	}

	before := gl.Snapshot()
	for body, says := range map[string]string{
		`{"delete": ["logo.pgn"], "message": "x"}`: `no file \"logo.pgn\"; did you mean \"logo.png\"?`,
		`{"branch": "a b", "files": {"a": ""}}`:    `git takes no branch called \"a b\"`,
		`{"file": {"a": ""}}`:                      `unknown field; did you mean \"files\"?`,
		`{"files": {"a": 7}}`:                      "want a string, have a number",
	} {
		got = askControl(t, gl, "POST /-/fake/projects/acme%2Fshop/commits", body)
		assert.Equal(t, 400, got.status, body)
		assert.Contains(t, got.body, says)
	}
	got = askControl(t, gl, "POST /-/fake/projects/acme%2Fshpo/commits", `{"files": {"a": ""}}`)
	assert.Equal(t, 404, got.status)
	assert.Contains(t, got.body, `did you mean \"acme/shop\"?`)
	gl.AssertSnapshot(t, before)
}

// What keeps a pipeline from ending is told in the words of WhyPending, with what only the journal and the test know.
func TestWhyAPipelineWaits(t *testing.T) {
	gl := fakegitlab.New(t, fakegitlab.WithUnusedFailures(true))
	gl.AddProject(fakegitlab.Project{Path: "acme/shop"})
	gl.AddRunner(fakegitlab.Runner{ID: 7, Type: fakegitlab.InstanceRunner, ContactedAt: gl.Now()})
	p := gl.AddPipeline(fakegitlab.Pipeline{Project: "acme/shop", CI: "a: {script: x}"})
	said := func() string {
		tb := &testkit.Spy{}
		gl.AssertPipelineStatus(tb, p.ID, fakegitlab.JobSuccess)
		require.Len(t, tb.Errors, 1)
		_, ours, _ := strings.Cut(tb.Errors[0], "(a) is pending: ")
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		_, err := gl.WaitForPipeline(ctx, p.ID)
		require.Error(t, err)
		assert.Contains(t, err.Error(), ours)
		assert.Contains(t, ours, gl.WhyPending(gl.Jobs()[0].ID)[0].Reason)
		return ours
	}
	assert.Equal(t, "it waits for runner 7 to ask for a job: no request for a job has come from it", said())
	gl.Inject(fakegitlab.Failure{Endpoint: fakegitlab.RequestJob, Status: 503})
	assert.Contains(t, said(), "its requests meet the Failure of POST /jobs/request (503) injected at pipelines_test.go:")
}

// retry:when follows the reason for which the test has a job fail.
func TestFinishJobWithAReason(t *testing.T) {
	gl := fakegitlab.New(t)
	gl.AddProject(fakegitlab.Project{Path: "acme/shop"})
	runner := gl.AddRunner(fakegitlab.Runner{})
	fail := func(reasons ...string) (jobs []string) {
		t.Helper()
		before := len(gl.Jobs())
		gl.AddPipeline(fakegitlab.Pipeline{Project: "acme/shop",
			CI: "a: {script: x, retry: {max: 1, when: runner_system_failure}}"})
		gl.StartJob(gl.Jobs()[before].ID, runner.ID)
		gl.FinishJob(gl.Jobs()[before].ID, fakegitlab.JobFailed, reasons...)
		for _, j := range gl.Jobs()[before:] {
			jobs = append(jobs, string(j.Status)+" "+j.FailureReason)
		}
		return jobs
	}
	assert.Equal(t, []string{"failed runner_system_failure", "pending "}, fail("runner_system_failure"))
	assert.Equal(t, []string{"failed script_failure"}, fail())
	assert.Equal(t, []string{"failed script_failure"}, fail(""))
	assert.Equal(t, []string{"failed job_execution_timeout"}, fail("job_execution_timeout"))
}
