package fakegitlab_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	fg "github.com/fakegitlab/fakegitlab"
)

// jobAnswer is what came back.
type jobAnswer struct {
	status int
	header http.Header
	body   string
}

func (a jobAnswer) json(t *testing.T) map[string]any {
	t.Helper()
	var m map[string]any
	require.NoError(t, json.Unmarshal([]byte(a.body), &m), a.body)
	return m
}

// send makes one request of any kind. headers are name, value, name, value ...
func send(t testing.TB, ctx context.Context, gl *fg.Fake, method, path string, body io.Reader, headers ...string) (jobAnswer, error) {
	t.Helper()
	req, err := http.NewRequestWithContext(ctx, method, gl.APIURL()+path, body)
	require.NoError(t, err)
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := gl.Client().Do(req)
	if err != nil {
		return jobAnswer{}, err
	}
	defer resp.Body.Close()
	content, err := io.ReadAll(resp.Body)
	return jobAnswer{resp.StatusCode, resp.Header, string(content)}, err
}

func must(t testing.TB, gl *fg.Fake, method, path string, body io.Reader, headers ...string) jobAnswer {
	t.Helper()
	a, err := send(t, context.Background(), gl, method, path, body, headers...)
	require.NoError(t, err)
	return a
}

func sendJSON(t testing.TB, gl *fg.Fake, method, path string, body any, headers ...string) jobAnswer {
	t.Helper()
	raw, err := json.Marshal(body)
	require.NoError(t, err)
	return must(t, gl, method, path, bytes.NewReader(raw), append(headers, "Content-Type", "application/json")...)
}

type hash = map[string]any

func requestJob(t testing.TB, gl *fg.Fake, token string, more ...hash) jobAnswer {
	t.Helper()
	body := hash{"token": token, "system_id": "s_1"}
	for _, m := range more {
		for k, v := range m {
			body[k] = v
		}
	}
	return sendJSON(t, gl, "POST", "/jobs/request", body)
}

func putState(t testing.TB, gl *fg.Fake, j fg.Job, state string, more ...any) jobAnswer {
	t.Helper()
	body := hash{"token": j.Token, "state": state}
	for i := 0; i < len(more); i += 2 {
		body[more[i].(string)] = more[i+1]
	}
	return sendJSON(t, gl, "PUT", fmt.Sprintf("/jobs/%d", j.ID), body)
}

func patchTrace(t testing.TB, gl *fg.Fake, j fg.Job, start int, text string) jobAnswer {
	t.Helper()
	return must(t, gl, "PATCH", fmt.Sprintf("/jobs/%d/trace", j.ID), strings.NewReader(text), "Job-Token", j.Token,
		"Content-Type", "text/plain", "Content-Range", fmt.Sprintf("%d-%d", start, start+len(text)-1))
}

// form is a multipart body with one file.
func form(name, filename string, content []byte, fields ...string) (io.Reader, string) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for i := 0; i < len(fields); i += 2 {
		_ = w.WriteField(fields[i], fields[i+1])
	}
	part, _ := w.CreateFormFile(name, filename)
	_, _ = part.Write(content)
	_ = w.Close()
	return &b, w.FormDataContentType()
}

func upload(t testing.TB, gl *fg.Fake, j fg.Job, query, filename string, content []byte) jobAnswer {
	t.Helper()
	body, kind := form("file", filename, content)
	return must(t, gl, "POST", fmt.Sprintf("/jobs/%d/artifacts?%s", j.ID, query), body, "Job-Token", j.Token, "Content-Type", kind)
}

func gzipped(text string) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write([]byte(text))
	_ = w.Close()
	return b.Bytes()
}

// factory is a fake with a project of each role and one runner for it.
func factory(t testing.TB, opts ...fg.Option) (*fg.Fake, fg.Runner) {
	t.Helper()
	gl := fg.New(t, opts...)
	for _, name := range []string{"guest", "reporter", "dev", "mia"} {
		gl.AddUser(fg.User{Username: name})
	}
	gl.AddUser(fg.User{Username: "stranger"})
	gl.AddProject(fg.Project{Path: "acme/shop", Members: fg.Members{"guest": fg.Guest, "reporter": fg.Reporter, "dev": fg.Developer, "mia": fg.Maintainer}})
	return gl, gl.AddRunner(fg.Runner{Projects: []string{"acme/shop"}, Description: "builder"})
}

func TestARunnerTakesAJobToItsEnd(t *testing.T) {
	gl, r := factory(t)
	build := gl.AddJob(fg.Job{Project: "acme/shop", Name: "build", User: "mia"})
	gl.Advance(5 * time.Second)

	got := requestJob(t, gl, r.Token, hash{"info": hash{"version": "17.2.0", "platform": "linux"}})
	require.Equal(t, 201, got.status, got.body)
	assert.Equal(t, "application/json", got.header.Get("Content-Type"))
	assert.EqualValues(t, 5, got.json(t)["job_info"].(hash)["time_in_queue_seconds"])
	run := gl.JobRun(build.ID)
	m, ok := run.Manager()
	require.True(t, ok)
	assert.Equal(t, "s_1", m.SystemID)
	assert.Equal(t, "17.2.0", m.Version)

	assert.Equal(t, 200, putState(t, gl, build, "running").status)
	assert.Equal(t, "60", patchTrace(t, gl, build, 0, "hello ").header.Get("X-GitLab-Trace-Update-Interval"))
	run.Watch()
	assert.Equal(t, "3", patchTrace(t, gl, build, 6, "world\n").header.Get("X-GitLab-Trace-Update-Interval"))
	gl.Advance(10 * time.Second)
	again := patchTrace(t, gl, build, 6, "world\n") // a repetition
	assert.Equal(t, 202, again.status)
	assert.Equal(t, "0-12", again.header.Get("Range"))
	assert.Equal(t, "60", again.header.Get("X-GitLab-Trace-Update-Interval"))
	assert.Equal(t, jobAnswer{201, nil, "201"}, jobAnswer{upload(t, gl, build, "artifact_format=zip&artifact_type=archive&expire_in=1+week", "out.zip", []byte("PK")).status, nil, "201"})
	assert.Equal(t, 201, upload(t, gl, build, "artifact_format=gzip&artifact_type=dotenv", ".env.gz", gzipped("VERSION=1.2\nNAME=x\n")).status)
	gl.Advance(time.Minute)
	done := putState(t, gl, build, "success")
	assert.Equal(t, jobAnswer{200, nil, "200"}, jobAnswer{done.status, nil, done.body})
	assert.Equal(t, "success", done.header.Get("Job-Status"))

	assert.Equal(t, "hello world\n", run.Trace())
	assert.Equal(t, []fg.JobStatus{fg.JobPending, fg.JobRunning, fg.JobSuccess}, run.States())
	assert.Equal(t, []fg.JobVariable{{Key: "VERSION", Value: "1.2"}, {Key: "NAME", Value: "x"}}, run.Variables())
	files := run.Artifacts()
	require.Len(t, files, 2)
	assert.Equal(t, fg.Artifact{Filename: "out.zip", Type: "archive", Format: "zip", Content: []byte("PK"), ExpiresAt: files[0].ExpiresAt}, files[0])
	assert.Equal(t, gl.Now().Add(7*24*time.Hour-time.Minute), files[0].ExpiresAt)

	deploy := gl.AddJob(fg.Job{Project: "acme/shop", Name: "deploy", PipelineID: build.PipelineID, StageIndex: 1})
	next := requestJob(t, gl, r.Token).json(t)
	assert.Equal(t, []any{hash{"id": float64(build.ID), "name": "build", "token": deploy.Token, "artifacts_file": hash{"filename": "out.zip", "size": 2.0}}}, next["dependencies"])
	assert.Contains(t, next["variables"], hash{"key": "VERSION", "value": "1.2", "public": false, "masked": false})
	archive := must(t, gl, "GET", fmt.Sprintf("/jobs/%d/artifacts", build.ID), nil, "Job-Token", deploy.Token)
	assert.Equal(t, "PK", archive.body)
	assert.Equal(t, gl.Snapshot(), seeded(t, gl.Snapshot()).Snapshot(), "a snapshot keeps logs and artifacts")
}

func seeded(t *testing.T, s fg.Scenario) *fg.Fake {
	gl := fg.New(t)
	require.NoError(t, gl.Seed(s))
	return gl
}

func TestWhichJobARunnerGets(t *testing.T) {
	gl := fg.New(t)
	for _, p := range []string{"acme/a", "acme/b"} {
		gl.AddProject(fg.Project{Path: p})
	}
	shared := gl.AddRunner(fg.Runner{})
	var want []int
	for _, p := range []string{"acme/a", "acme/a", "acme/b", "acme/a", "acme/b"} {
		want = append(want, gl.AddJob(fg.Job{Project: p}).ID)
	}
	var got []int
	for range want {
		got = append(got, int(requestJob(t, gl, shared.Token).json(t)["id"].(float64)))
	}
	assert.Equal(t, []int{want[0], want[2], want[1], want[4], want[3]}, got, "the project with fewer jobs on instance runners is next")

	project := gl.AddRunner(fg.Runner{Projects: []string{"acme/a", "acme/b"}})
	first, second := gl.AddJob(fg.Job{Project: "acme/a"}), gl.AddJob(fg.Job{Project: "acme/b"})
	assert.EqualValues(t, first.ID, requestJob(t, gl, project.Token).json(t)["id"])
	assert.EqualValues(t, second.ID, requestJob(t, gl, project.Token).json(t)["id"])

	gl.UpdateRunner(project.ID, func(r *fg.Runner) { r.Paused = true })
	gl.AddJob(fg.Job{Project: "acme/a"})
	assert.Equal(t, 204, requestJob(t, gl, project.Token).status)
	gl.UpdateProject("acme/a", func(p *fg.Project) { p.SharedRunnersDisabled = true })
	assert.Equal(t, 204, requestJob(t, gl, shared.Token).status)
	gl.UpdateProject("acme/a", func(p *fg.Project) { p.SharedRunnersDisabled = false })
	assert.Equal(t, 201, requestJob(t, gl, shared.Token).status)
}

func TestWhatCannotRunFails(t *testing.T) {
	for _, c := range []struct {
		reason   string
		job      fg.Job
		features hash
		prepare  func(*fg.Fake)
	}{
		{"runner_unsupported", fg.Job{Spec: fg.JobSpec{Release: &fg.Release{TagName: "v1"}}}, hash{"multi_build_steps": false}, nil},
		{"archived_failure", fg.Job{}, nil, func(gl *fg.Fake) { gl.UpdateProject("acme/shop", func(p *fg.Project) { p.Archived = true }) }},
		{"user_blocked", fg.Job{User: "dev"}, nil, func(gl *fg.Fake) { gl.UpdateUser("dev", func(u *fg.User) { u.State = fg.UserBlocked }) }},
		{"missing_dependency_failure", fg.Job{PipelineID: 7, StageIndex: 1}, nil, func(gl *fg.Fake) {
			gl.AddJob(fg.Job{Project: "acme/shop", Name: "build", PipelineID: 7, Status: fg.JobSuccess, Erased: true})
		}},
	} {
		t.Run(c.reason, func(t *testing.T) {
			gl, r := factory(t)
			if c.prepare != nil {
				c.prepare(gl)
			}
			c.job.Project = "acme/shop"
			job := gl.AddJob(c.job)
			got := requestJob(t, gl, r.Token, hash{"info": hash{"features": c.features}})
			assert.Equal(t, 204, got.status, got.body)
			job, _ = gl.Job(job.ID)
			assert.Equal(t, fg.JobFailed, job.Status)
			assert.Equal(t, c.reason, job.FailureReason)
			assert.Equal(t, gl.Snapshot(), seeded(t, gl.Snapshot()).Snapshot())
		})
	}
	t.Run("scheduler_failure", func(t *testing.T) {
		gl, r := factory(t)
		job := gl.AddJob(fg.Job{Project: "acme/shop"})
		gl.UpdateSettings(func(s *fg.Settings) { s.LocalRequestsForbidden = true })
		for _, session := range []hash{
			{"url": "https://10.1.2.3/"}, {"url": "https://localhost"}, {"url": "ftp://example.com"}, {"url": "::"},
			{"url": "http://example.com/s"}, {"url": ""}, {"certificate": "x"},
		} {
			got := requestJob(t, gl, r.Token, hash{"session": session})
			assert.Equal(t, 409, got.status, session)
			gl.AssertJobStatus(t, job.ID, fg.JobPending)
		}
		assert.Equal(t, 201, requestJob(t, gl, r.Token, hash{"session": hash{"url": "https://example.com/s"}}).status)
	})
}

func TestQueueValue(t *testing.T) {
	gl, r := factory(t)
	other := gl.AddRunner(fg.Runner{Projects: []string{"acme/shop"}, Tags: []string{"gpu"}, RunUntagged: new(bool)})
	value := func(r fg.Runner, last string) string {
		t.Helper()
		a := requestJob(t, gl, r.Token, hash{"last_update": last})
		require.Equal(t, 204, a.status, a.body)
		return a.header.Get("X-GitLab-Last-Update")
	}
	mine, theirs := value(r, ""), value(other, "")
	assert.NotEqual(t, mine, theirs)
	assert.Equal(t, mine, value(r, mine))
	job := gl.AddJob(fg.Job{Project: "acme/shop", Tags: []string{"gpu"}})
	assert.Equal(t, mine, value(r, mine), "the job is not for this runner")
	got := requestJob(t, gl, other.Token, hash{"last_update": theirs})
	assert.Equal(t, 201, got.status)
	assert.Empty(t, got.header.Get("X-GitLab-Last-Update"))
	gl.FinishJob(job.ID, fg.JobSuccess)
	gl.UpdateRunner(r.ID, func(r *fg.Runner) { r.Tags = []string{"gpu"} })
	assert.NotEqual(t, mine, value(r, mine), "the runner has changed")
}

func TestCancellation(t *testing.T) {
	gl, r := factory(t)
	for _, c := range []struct {
		name     string
		graceful bool
		during   fg.JobStatus
		status   int
	}{
		{"at once", false, fg.JobCanceled, 403},
		{"gracefully", true, fg.JobCanceling, 200},
	} {
		t.Run(c.name, func(t *testing.T) {
			job := gl.AddJob(fg.Job{Project: "acme/shop"})
			run := gl.JobRun(job.ID)
			run.CancelAt("two")
			requestJob(t, gl, r.Token, hash{"info": hash{"features": hash{"cancel_gracefully": c.graceful}}})
			assert.Equal(t, "running", patchTrace(t, gl, job, 0, "one\n").header.Get("Job-Status"))
			told := patchTrace(t, gl, job, 4, "two\n")
			assert.Equal(t, 202, told.status)
			assert.Equal(t, string(c.during), told.header.Get("Job-Status"))
			end := putState(t, gl, job, "failed", "failure_reason", "script_failure")
			assert.Equal(t, c.status, end.status)
			assert.Equal(t, "canceled", end.header.Get("Job-Status"))
			assert.Empty(t, run.Job().FailureReason)
		})
	}
}

func TestScriptedFinals(t *testing.T) {
	gl, r := factory(t)
	job := gl.AddJob(fg.Job{Project: "acme/shop"})
	requestJob(t, gl, r.Token)
	run := gl.JobRun(job.ID)
	patchTrace(t, gl, job, 0, "log")
	run.RejectLog(1)
	run.PostponeFinal(2)
	assert.Equal(t, 412, putState(t, gl, job, "success").status)
	assert.Empty(t, run.Trace())
	assert.Equal(t, 200, putState(t, gl, job, "running").status, "only final updates are scripted")
	assert.Equal(t, 202, patchTrace(t, gl, job, 0, "log").status)
	for _, interval := range []string{"1", "2"} {
		a := putState(t, gl, job, "success")
		assert.Equal(t, 202, a.status)
		assert.Equal(t, "202", a.body)
		assert.Equal(t, interval, a.header.Get("X-GitLab-Trace-Update-Interval"))
	}
	assert.Equal(t, 200, putState(t, gl, job, "success").status)
	assert.Equal(t, "log", run.Trace())
}

func TestRetryKeyword(t *testing.T) {
	gl, r := factory(t)
	first := gl.AddJob(fg.Job{Project: "acme/shop", Name: "flaky", Spec: fg.JobSpec{Retry: fg.Retry{Max: 1}, AllowFailure: fg.AllowFailure{ExitCodes: []int{3}}}})
	skipped := gl.AddJob(fg.Job{Project: "acme/shop", Name: "later", PipelineID: first.PipelineID, StageIndex: 1, Status: fg.JobSkipped})
	info := hash{"info": hash{"features": hash{"return_exit_code": true}}}
	require.Equal(t, 201, requestJob(t, gl, r.Token, info).status)
	assert.Equal(t, 200, putState(t, gl, first, "failed", "failure_reason", "script_failure", "exit_code", 3).status)
	failed, _ := gl.Job(first.ID)
	assert.True(t, failed.AllowFailure)
	gl.AssertJobStatus(t, skipped.ID, fg.JobCreated)
	second := requestJob(t, gl, r.Token, info).json(t)
	assert.NotEqualValues(t, first.ID, second["id"])
	again, _ := gl.Job(int(second["id"].(float64)))
	assert.Equal(t, "flaky", again.Name)
	assert.Equal(t, 200, putState(t, gl, again, "failed", "failure_reason", "nonsense").status)
	again, _ = gl.Job(again.ID)
	assert.Equal(t, "unknown_failure", again.FailureReason)
	assert.Equal(t, 204, requestJob(t, gl, r.Token, info).status, "once is enough")
}

// TestRetriesWithoutKeyword has what GitLab retries by itself, and what no keyword makes it retry.
func TestRetriesWithoutKeyword(t *testing.T) {
	for _, c := range []struct {
		name     string
		spec     fg.JobSpec
		reason   string
		attempts int
	}{
		{"nothing is", fg.JobSpec{}, "script_failure", 1},
		{"the scheduler's failures are", fg.JobSpec{}, "scheduler_failure", 3},
		{"as often as the keyword says", fg.JobSpec{Retry: fg.Retry{Max: 1}}, "scheduler_failure", 2},
		{"the keyword is for something else", fg.JobSpec{Retry: fg.Retry{Max: 1, When: []string{"script_failure"}}}, "scheduler_failure", 3},
		{"the keyword does not help", fg.JobSpec{Retry: fg.Retry{Max: 2, When: []string{"always"}}}, "no_matching_runner", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			gl, r := factory(t)
			gl.AddJob(fg.Job{Project: "acme/shop", Spec: c.spec})
			attempts := 0
			for ; attempts < 5; attempts++ {
				got := requestJob(t, gl, r.Token)
				if got.status == 204 {
					break
				}
				told := got.json(t)
				job, _ := gl.Job(int(told["id"].(float64)))
				require.Equal(t, 200, putState(t, gl, job, "failed", "failure_reason", c.reason).status)
			}
			assert.Equal(t, c.attempts, attempts)
		})
	}
}

func TestWaitForJob(t *testing.T) {
	gl, r := factory(t)
	job := gl.AddJob(fg.Job{Project: "acme/shop"})
	done := make(chan error, 2)
	go func() {
		got, err := gl.WaitForJob(t.Context(), job.ID, fg.JobSuccess)
		if err == nil && got.Status != fg.JobSuccess {
			err = fmt.Errorf("it is %s", got.Status)
		}
		done <- err
	}()
	go func() { done <- gl.JobRun(job.ID).WaitForTrace(t.Context(), "ready") }()
	requestJob(t, gl, r.Token)
	patchTrace(t, gl, job, 0, "rea")
	patchTrace(t, gl, job, 3, "dy")
	putState(t, gl, job, "success")
	require.NoError(t, <-done)
	require.NoError(t, <-done)
	_, err := gl.WaitForJob(t.Context(), job.ID, fg.JobRunning)
	require.NoError(t, err, "it has been running")
	_, err = gl.WaitForJob(t.Context(), job.ID, fg.JobFailed)
	require.ErrorContains(t, err, "never is failed: it went through [pending running success]")

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	other := gl.AddJob(fg.Job{Project: "acme/shop"})
	_, err = gl.WaitForJob(ctx, other.ID, fg.JobRunning)
	require.ErrorIs(t, err, context.Canceled)
	go func() {
		_, err := gl.WaitForJob(context.Background(), other.ID, fg.JobRunning)
		done <- err
	}()
	gl.Close()
	require.ErrorContains(t, <-done, "was closed")
}

// A job that nobody takes is what most often goes wrong when a runner is tested, and its 204 does not say why.
func TestWaitForJobSaysWhyNobodyTakesIt(t *testing.T) {
	runners := func(n int, r fg.Runner) []fg.Runner { return slices.Repeat([]fg.Runner{r}, n) }
	few, paused := fg.Runner{Tags: []string{"linux"}}, fg.Runner{Paused: true}
	for name, c := range map[string]struct {
		runners []fg.Runner
		want    string
	}{
		"no runner": {nil, "which is pending (there is no runner): context canceled"},
		"none fits": {[]fg.Runner{few, paused}, "(no runner may take it; runner 100001: the job asks for the tags [gpu] and the runner has [linux]; runner 100002: the runner is paused)"},
		"many":      {runners(5, paused), "runner 100003: the runner is paused; 2 more)"},
		"one fits":  {[]fg.Runner{paused, {Tags: []string{"gpu"}}}, "(it waits for runner 100002 to ask for a job)"},
		"many fit":  {runners(5, fg.Runner{Tags: []string{"gpu"}}), "(it waits for runner 100001, 100002, 100003, 2 more to ask for a job)"},
	} {
		t.Run(name, func(t *testing.T) {
			gl := fg.New(t)
			gl.AddProject(fg.Project{Path: "acme/shop"})
			for _, r := range c.runners {
				gl.AddRunner(r)
			}
			job := gl.AddJob(fg.Job{Project: "acme/shop", Tags: []string{"gpu"}})
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			_, err := gl.WaitForJob(ctx, job.ID, fg.JobSuccess)
			require.ErrorContains(t, err, c.want)
			require.ErrorContains(t, gl.JobRun(job.ID).WaitForTrace(ctx, "ready"), c.want)
		})
	}
}

func TestMisuseOfJobHandles(t *testing.T) {
	gl, err := fg.Start()
	require.NoError(t, err)
	defer gl.Close()
	gl.AddProject(fg.Project{Path: "acme/shop"})
	job := gl.AddJob(fg.Job{Project: "acme/shop"})
	assert.PanicsWithValue(t, fmt.Sprintf("fakegitlab: JobRun(%d): no job %q; did you mean %q?", job.ID+1, fmt.Sprint(job.ID+1), fmt.Sprint(job.ID)), func() { gl.JobRun(job.ID + 1) })
	assert.PanicsWithValue(t, fmt.Sprintf(`fakegitlab: WaitForJob(%d): "sucess" is no job status; did you mean "success"?`, job.ID), func() { _, _ = gl.WaitForJob(t.Context(), job.ID, "sucess") })
	assert.Panics(t, func() { gl.JobRun(job.ID).PostponeFinal(-1) })
}
