package docs_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab"
)

// The tests of this file are what docs/runner-side.md shows or names.

// builder stands for the runner under test: it takes jobs, and what it runs is their script read aloud.
type builder struct {
	api, token, systemID string
	patience             time.Duration // until it asks, or says, the same again
}

// work takes one job and sees it through.
func (b *builder) work(ctx context.Context) error {
	var lastUpdate string
	for {
		status, header, body := b.call(ctx, "POST", "/jobs/request",
			map[string]any{"token": b.token, "system_id": b.systemID, "last_update": lastUpdate,
				"info": map[string]any{"version": "1.0", "features": map[string]any{"cancel_gracefully": true}}}, nil)
		if status == http.StatusCreated {
			return b.serve(ctx, body)
		}
		lastUpdate = header.Get("X-GitLab-Last-Update")
		select {
		case <-time.After(b.patience):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (b *builder) serve(ctx context.Context, body []byte) error {
	var job struct {
		ID    int
		Token string
		Steps []struct{ Script []string }
	}
	if err := json.Unmarshal(body, &job); err != nil {
		return err
	}
	path := fmt.Sprintf("/jobs/%d", job.ID)
	text := strings.Join(job.Steps[0].Script, "\n") + "\n"
	state := "success"
	for {
		_, header, _ := b.call(ctx, "PATCH", path+"/trace", text,
			http.Header{"Job-Token": {job.Token}, "Content-Type": {"text/plain"},
				"Content-Range": {fmt.Sprintf("0-%d", len(text)-1)}})
		if header.Get("Job-Status") == "canceling" {
			state = "failed"
		}
		status, _, _ := b.call(ctx, "PUT", path, map[string]any{"token": job.Token, "state": state}, nil)
		if status != http.StatusAccepted && status != http.StatusPreconditionFailed { // which ask for the same once more
			return ctx.Err()
		}
	}
}

func (b *builder) call(ctx context.Context, method, path string, body any, header http.Header) (int, http.Header,
	[]byte) {
	content, isText := body.(string)
	if !isText {
		data, _ := json.Marshal(body)
		content, header = string(data), http.Header{"Content-Type": {"application/json"}}
	}
	req, err := http.NewRequestWithContext(ctx, method, b.api+path, strings.NewReader(content))
	if err != nil {
		return 0, nil, nil
	}
	req.Header = header
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, nil, nil
	}
	defer res.Body.Close()
	var answer bytes.Buffer
	_, _ = answer.ReadFrom(res.Body)
	return res.StatusCode, res.Header, answer.Bytes()
}

// What a runner sends, one request after the other.
func TestWhatARunnerSends(t *testing.T) {
	gl := fakegitlab.New(t)
	gl.AddProject(fakegitlab.Project{Path: "acme/shop"})
	r := gl.AddRunner(fakegitlab.Runner{Projects: []string{"acme/shop"}})
	gl.AddJob(fakegitlab.Job{Project: "acme/shop", Name: "unit-tests"})
	send := func(method, path, body string, header ...string) (job struct {
		ID    int
		Token string
	}) {
		req, err := http.NewRequest(method, gl.APIURL()+path, strings.NewReader(body))
		require.NoError(t, err)
		req.Header.Set("Content-Type", "application/json")
		for i := 0; i < len(header); i += 2 {
			req.Header.Set(header[i], header[i+1])
		}
		res, err := gl.Client().Do(req)
		require.NoError(t, err)
		defer res.Body.Close()
		require.Less(t, res.StatusCode, 300, gl.Journal())
		_ = json.NewDecoder(res.Body).Decode(&job) // only the answer with the job has a body that matters
		return job
	}

	send("POST", "/runners/verify", fmt.Sprintf(`{"token": %q, "system_id": "s_1"}`, r.Token))
	job := send("POST", "/jobs/request", fmt.Sprintf(
		`{"token": %q, "system_id": "s_1", "info": {"version": "18.6.0", "executor": "shell", "features": {}}}`, r.Token))
	path := fmt.Sprintf("/jobs/%d", job.ID)

	send("PATCH", path+"/trace", "hello\n", // bytes 0 to 5 of the log; the next piece begins with 6
		"Content-Type", "text/plain", "Content-Range", "0-5", "Job-Token", job.Token)

	var form bytes.Buffer
	upload := multipart.NewWriter(&form)
	_ = upload.WriteField("expire_in", "1 day")
	_ = upload.WriteField("artifact_type", "archive")
	_ = upload.WriteField("artifact_format", "zip")
	file, err := upload.CreateFormFile("file", "artifacts.zip")
	require.NoError(t, err)
	archive := zip.NewWriter(file)
	app, err := archive.Create("bin/app")
	require.NoError(t, err)
	_, _ = app.Write([]byte("#!/bin/sh\n"))
	require.NoError(t, archive.Close())
	require.NoError(t, upload.Close())
	send("POST", path+"/artifacts", form.String(), "Content-Type", upload.FormDataContentType(), "Job-Token", job.Token)

	send("PUT", path, fmt.Sprintf(`{"token": %q, "state": "success"}`, job.Token))

	gl.AssertCalls(t, "POST /runners/verify 200", "POST /jobs/request 201", "PATCH /jobs/:id/trace 202",
		"POST /jobs/:id/artifacts 201", "PUT /jobs/:id 200")
	kept := gl.JobRun(job.ID).Artifacts() // the archive and, behind it, the list of what it holds that GitLab makes
	packed, err := zip.NewReader(bytes.NewReader(kept[0].Content), int64(len(kept[0].Content)))
	require.NoError(t, err)
	assert.Equal(t, "bin/app", packed.File[0].Name)
	assert.Equal(t, "metadata", kept[1].Type)
}

// startBuilder runs the runner under test until it has served a job.
func startBuilder(t *testing.T, gl *fakegitlab.Fake, token string) {
	t.Helper()
	ended := make(chan error, 1)
	b := &builder{api: gl.APIURL(), token: token, systemID: "s_" + t.Name(), patience: time.Millisecond}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	go func() { ended <- b.work(ctx) }()
	t.Cleanup(func() {
		cancel()
		<-ended
	})
}

func TestRunnerRunsAJob(t *testing.T) {
	gl := fakegitlab.New(t)
	gl.AddProject(fakegitlab.Project{Path: "acme/shop"})
	r := gl.AddRunner(fakegitlab.Runner{Projects: []string{"acme/shop"}, Tags: []string{"linux"}})
	job := gl.AddJob(fakegitlab.Job{Project: "acme/shop", Name: "unit-tests", Tags: []string{"linux"},
		Spec: fakegitlab.JobSpec{
			Script:    []string{"make test"},
			Variables: fakegitlab.JobVariables{{Key: "DB_PASSWORD", Value: "secret", Masked: true}},
		}})

	startBuilder(t, gl, r.Token) // the code under test

	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	done, err := gl.WaitForJob(ctx, job.ID, fakegitlab.JobSuccess)
	require.NoError(t, err) // else it says which states the job went through
	assert.Equal(t, "make test\n", done.Trace)
	assert.Equal(t, r.ID, done.RunnerID)
	manager, _ := gl.JobRun(job.ID).Manager()
	assert.Equal(t, "1.0", manager.Version)
	// a status is there before its call has its answer
	_, err = gl.WaitForCall(ctx, fakegitlab.UpdateJob, fakegitlab.Status(200))
	require.NoError(t, err)
	gl.AssertCalls(t, "POST /jobs/request 201", "PATCH /jobs/:id/trace 202", "PUT /jobs/:id 200")
}

func TestRunnerIsToldOfACancellation(t *testing.T) {
	gl := fakegitlab.New(t)
	gl.AddProject(fakegitlab.Project{Path: "acme/shop"})
	r := gl.AddRunner(fakegitlab.Runner{})
	job := gl.AddJob(fakegitlab.Job{Project: "acme/shop", Spec: fakegitlab.JobSpec{Script: []string{"echo deploying"}}})
	run := gl.JobRun(job.ID)
	run.CancelAt("deploying") // the answer to the very request that brings this text says Job-Status: canceling

	startBuilder(t, gl, r.Token)

	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	_, err := gl.WaitForJob(ctx, job.ID, fakegitlab.JobCanceled)
	require.NoError(t, err)
	assert.Equal(t, []fakegitlab.JobStatus{fakegitlab.JobPending, fakegitlab.JobRunning, fakegitlab.JobCanceling,
		fakegitlab.JobCanceled}, run.States())
}

func TestRunnerSaysItAgain(t *testing.T) {
	gl := fakegitlab.New(t)
	gl.AddProject(fakegitlab.Project{Path: "acme/shop"})
	r := gl.AddRunner(fakegitlab.Runner{})
	job := gl.AddJob(fakegitlab.Job{Project: "acme/shop", Spec: fakegitlab.JobSpec{Script: []string{"make"}}})
	gl.JobRun(job.ID).RejectLog(1)     // 412: send the whole log again
	gl.JobRun(job.ID).PostponeFinal(2) // 202: GitLab still stores the log
	gl.Inject(fakegitlab.Failure{Endpoint: fakegitlab.RequestJob, Status: 503, Times: 2})

	startBuilder(t, gl, r.Token)

	_, err := gl.WaitForCall(t.Context(), fakegitlab.UpdateJob, fakegitlab.Status(200))
	require.NoError(t, err)
	gl.AssertCalled(t, fakegitlab.UpdateJob, fakegitlab.Param("state", "success"), fakegitlab.Times(4))
	gl.AssertJobStatus(t, job.ID, fakegitlab.JobSuccess)
	assert.Equal(t, "make\n", gl.JobRun(job.ID).Trace(), "once, however often it was sent")
}

func TestRunnerWaitsForAJob(t *testing.T) {
	gl := fakegitlab.New(t, fakegitlab.WithLongPolling(50*time.Second))
	gl.AddProject(fakegitlab.Project{Path: "acme/shop"})
	r := gl.AddRunner(fakegitlab.Runner{})
	held := gl.Hold(fakegitlab.RequestJob, fakegitlab.Where(func(c fakegitlab.Call) bool {
		return c.Params["last_update"] != ""
	}))

	startBuilder(t, gl, r.Token)

	_, err := held.Wait(t.Context()) // its second question, which brings X-GitLab-Last-Update
	require.NoError(t, err)
	held.Release() // from here on GitLab keeps it waiting
	job := gl.AddJob(fakegitlab.Job{Project: "acme/shop"})
	_, err = gl.WaitForJob(t.Context(), job.ID, fakegitlab.JobSuccess)
	require.NoError(t, err, "at once, not after 50 s: GitLab says 204, and the next question gets the job")
}

func TestFleetOfTwoMachines(t *testing.T) {
	gl := fakegitlab.New(t)
	gl.AddProject(fakegitlab.Project{Path: "acme/shop"})
	r := gl.AddRunner(fakegitlab.Runner{})
	build := gl.AddJob(fakegitlab.Job{Project: "acme/shop", Name: "build", Stage: "build"})
	test := gl.AddJob(fakegitlab.Job{Project: "acme/shop", Name: "test", StageIndex: 1, PipelineID: build.PipelineID,
		Status: fakegitlab.JobCreated})

	t.Run("one", func(t *testing.T) {
		startBuilder(t, gl, r.Token)
		_, err := gl.WaitForJob(t.Context(), build.ID, fakegitlab.JobSuccess)
		require.NoError(t, err)
	})
	gl.EnqueueJob(test.ID) // a later stage does not start by itself
	t.Run("two", func(t *testing.T) {
		startBuilder(t, gl, r.Token)
		_, err := gl.WaitForJob(t.Context(), test.ID, fakegitlab.JobSuccess)
		require.NoError(t, err)
	})

	after, _ := gl.Runner(r.ID) // what GET /runners/:id/managers shows, too
	require.Len(t, after.Managers, 2, "one runner, a manager for each system_id")
	assert.Equal(t, fakegitlab.Online, gl.RunnerStatus(r.ID))
	gl.Advance(3 * time.Hour)
	assert.Equal(t, fakegitlab.Offline, gl.RunnerStatus(r.ID))
}

func TestJobStaysPending(t *testing.T) {
	gl := fakegitlab.New(t)
	gl.AddProject(fakegitlab.Project{Path: "acme/shop"})
	cpu := gl.AddRunner(fakegitlab.Runner{Tags: []string{"linux"}})
	gpu := gl.AddRunner(fakegitlab.Runner{Tags: []string{"linux", "gpu"}})
	job := gl.AddJob(fakegitlab.Job{Project: "acme/shop", Tags: []string{"linux", "gpu"}})

	assert.Equal(t, []fakegitlab.Verdict{
		{RunnerID: cpu.ID, Reason: "the job asks for the tags [linux gpu] and the runner has [linux], which lacks gpu"},
		{RunnerID: gpu.ID, May: true, Reason: "the runner has never contacted GitLab"},
	}, gl.WhyPending(job.ID))
}
