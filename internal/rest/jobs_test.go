package rest_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	fg "github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

func TestARunnerTakesAJobToItsEnd(t *testing.T) {
	gl, r := testkit.Factory(t)
	build := gl.AddJob(fg.Job{Project: "acme/shop", Name: "build", User: "mia"})
	gl.Advance(5 * time.Second)

	got := testkit.RequestJob(t, gl, r.Token, testkit.Hash{"info": testkit.Hash{"version": "17.2.0", "platform": "linux"}})
	require.Equal(t, 201, got.Status, got.Body)
	assert.Equal(t, "application/json", got.Header.Get("Content-Type"))
	assert.EqualValues(t, 5, got.JSON(t)["job_info"].(testkit.Hash)["time_in_queue_seconds"])
	run := gl.JobRun(build.ID)
	m, ok := run.Manager()
	require.True(t, ok)
	assert.Equal(t, "s_1", m.SystemID)
	assert.Equal(t, "17.2.0", m.Version)

	assert.Equal(t, 200, testkit.PutState(t, gl, build, "running").Status)
	assert.Equal(t, "60", testkit.PatchTrace(t, gl, build, 0, "hello ").Header.Get("X-GitLab-Trace-Update-Interval"))
	run.Watch()
	assert.Equal(t, "3", testkit.PatchTrace(t, gl, build, 6, "world\n").Header.Get("X-GitLab-Trace-Update-Interval"))
	gl.Advance(10 * time.Second)
	again := testkit.PatchTrace(t, gl, build, 6, "world\n") // a repetition
	assert.Equal(t, 202, again.Status)
	assert.Equal(t, "0-12", again.Header.Get("Range"))
	assert.Equal(t, "60", again.Header.Get("X-GitLab-Trace-Update-Interval"))
	query := "artifact_format=zip&artifact_type=archive&expire_in=1+week"
	assert.Equal(t, 201, testkit.Upload(t, gl, build, query, "out.zip", []byte("PK")).Status)
	assert.Equal(t, 201, testkit.Upload(t, gl, build, "artifact_format=gzip&artifact_type=dotenv", ".env.gz",
		testkit.Gzipped("VERSION=1.2\nNAME=x\n")).Status)
	gl.Advance(time.Minute)
	done := testkit.PutState(t, gl, build, "success")
	assert.Equal(t, "200 200", done.String())
	assert.Equal(t, "success", done.Header.Get("Job-Status"))

	assert.Equal(t, "hello world\n", run.Trace())
	assert.Equal(t, []fg.JobStatus{fg.JobPending, fg.JobRunning, fg.JobSuccess}, run.States())
	assert.Equal(t, []fg.JobVariable{{Key: "VERSION", Value: "1.2"}, {Key: "NAME", Value: "x"}}, run.Variables())
	files := run.Artifacts()
	require.Len(t, files, 2)
	assert.Equal(t, fg.Artifact{Filename: "out.zip", Type: "archive", Format: "zip", Content: []byte("PK"),
		ExpiresAt: files[0].ExpiresAt}, files[0])
	assert.Equal(t, gl.Now().Add(7*24*time.Hour-time.Minute), files[0].ExpiresAt)

	deploy := gl.AddJob(fg.Job{Project: "acme/shop", Name: "deploy", PipelineID: build.PipelineID, StageIndex: 1})
	next := testkit.RequestJob(t, gl, r.Token).JSON(t)
	assert.Equal(t, []any{testkit.Hash{"id": float64(build.ID), "name": "build", "token": deploy.Token,
		"artifacts_file": testkit.Hash{"filename": "out.zip", "size": 2.0}}}, next["dependencies"])
	assert.Contains(t, next["variables"], testkit.Hash{"key": "VERSION", "value": "1.2", "public": false, "masked": false})
	archive := testkit.Send(t, gl, "GET", fmt.Sprintf("/jobs/%d/artifacts", build.ID), nil, "Job-Token", deploy.Token)
	assert.Equal(t, "PK", archive.Body)
	assert.Equal(t, gl.Snapshot(), seeded(t, gl).Snapshot(), "a snapshot keeps logs and artifacts")
}

// seeded is another fake with the world of the first, and its time.
func seeded(t *testing.T, gl *fg.Fake) *fg.Fake {
	again := fg.New(t, fg.WithStartTime(gl.Now()))
	require.NoError(t, again.Seed(gl.Snapshot()))
	return again
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
		got = append(got, int(testkit.RequestJob(t, gl, shared.Token).JSON(t)["id"].(float64)))
	}
	assert.Equal(t, []int{want[0], want[2], want[1], want[4], want[3]}, got,
		"the project with fewer jobs on instance runners is next")

	project := gl.AddRunner(fg.Runner{Projects: []string{"acme/a", "acme/b"}})
	first, second := gl.AddJob(fg.Job{Project: "acme/a"}), gl.AddJob(fg.Job{Project: "acme/b"})
	assert.EqualValues(t, first.ID, testkit.RequestJob(t, gl, project.Token).JSON(t)["id"])
	assert.EqualValues(t, second.ID, testkit.RequestJob(t, gl, project.Token).JSON(t)["id"])

	gl.UpdateRunner(project.ID, func(r *fg.Runner) { r.Paused = true })
	gl.AddJob(fg.Job{Project: "acme/a"})
	assert.Equal(t, 204, testkit.RequestJob(t, gl, project.Token).Status)
	gl.UpdateProject("acme/a", func(p *fg.Project) { p.SharedRunnersDisabled = true })
	assert.Equal(t, 204, testkit.RequestJob(t, gl, shared.Token).Status)
	gl.UpdateProject("acme/a", func(p *fg.Project) { p.SharedRunnersDisabled = false })
	assert.Equal(t, 201, testkit.RequestJob(t, gl, shared.Token).Status)
}

func TestWhatCannotRunFails(t *testing.T) {
	for _, c := range []struct {
		reason   string
		job      fg.Job
		features testkit.Hash
		prepare  func(*fg.Fake)
	}{
		{"runner_unsupported", fg.Job{Spec: fg.JobSpec{Release: &fg.Release{TagName: "v1"}}},
			testkit.Hash{"multi_build_steps": false}, nil},
		{"user_blocked", fg.Job{User: "dev"}, nil,
			func(gl *fg.Fake) { gl.UpdateUser("dev", func(u *fg.User) { u.State = fg.UserBlocked }) }},
		{"missing_dependency_failure", fg.Job{PipelineID: 7, StageIndex: 1}, nil, func(gl *fg.Fake) {
			gl.AddJob(fg.Job{Project: "acme/shop", Name: "build", PipelineID: 7, Status: fg.JobSuccess, Erased: true})
		}},
	} {
		t.Run(c.reason, func(t *testing.T) {
			gl, r := testkit.Factory(t)
			if c.prepare != nil {
				c.prepare(gl)
			}
			c.job.Project = "acme/shop"
			job := gl.AddJob(c.job)
			got := testkit.RequestJob(t, gl, r.Token, testkit.Hash{"info": testkit.Hash{"features": c.features}})
			assert.Equal(t, 204, got.Status, got.Body)
			job, _ = gl.Job(job.ID)
			assert.Equal(t, fg.JobFailed, job.Status)
			assert.Equal(t, c.reason, job.FailureReason)
			assert.Equal(t, gl.Snapshot(), seeded(t, gl).Snapshot())
		})
	}
	t.Run("scheduler_failure", func(t *testing.T) {
		gl, r := testkit.Factory(t)
		job := gl.AddJob(fg.Job{Project: "acme/shop"})
		gl.UpdateSettings(func(s *fg.Settings) { s.LocalRequestsForbidden = true })
		for _, session := range []testkit.Hash{
			{"url": "https://10.1.2.3/"}, {"url": "https://localhost"}, {"url": "ftp://example.com"}, {"url": "::"},
			{"url": "http://example.com/s"}, {"url": ""}, {"certificate": "x"},
		} {
			got := testkit.RequestJob(t, gl, r.Token, testkit.Hash{"session": session})
			assert.Equal(t, 409, got.Status, session)
			calls := gl.Calls(fg.RequestJob)
			assert.Contains(t, calls[len(calls)-1].Reason, "session[url]")
			gl.AssertJobStatus(t, job.ID, fg.JobPending)
		}
		assert.Equal(t, 201, testkit.RequestJob(t, gl, r.Token,
			testkit.Hash{"session": testkit.Hash{"url": "https://example.com/s"}}).Status)
	})
}

func TestQueueValue(t *testing.T) {
	gl, r := testkit.Factory(t)
	other := gl.AddRunner(fg.Runner{Projects: []string{"acme/shop"}, Tags: []string{"gpu"}, RunUntagged: new(bool)})
	value := func(r fg.Runner, last string) string {
		t.Helper()
		a := testkit.RequestJob(t, gl, r.Token, testkit.Hash{"last_update": last})
		require.Equal(t, 204, a.Status, a.Body)
		return a.Header.Get("X-GitLab-Last-Update")
	}
	mine, theirs := value(r, ""), value(other, "")
	assert.NotEqual(t, mine, theirs)
	assert.Equal(t, mine, value(r, mine))
	job := gl.AddJob(fg.Job{Project: "acme/shop", Tags: []string{"gpu"}})
	assert.Equal(t, mine, value(r, mine), "the job is not for this runner")
	got := testkit.RequestJob(t, gl, other.Token, testkit.Hash{"last_update": theirs})
	assert.Equal(t, 201, got.Status)
	assert.Empty(t, got.Header.Get("X-GitLab-Last-Update"))
	gl.FinishJob(job.ID, fg.JobSuccess)
	gl.UpdateRunner(r.ID, func(r *fg.Runner) { r.Tags = []string{"gpu"} })
	assert.NotEqual(t, mine, value(r, mine), "the runner has changed")
}

// Why a runner got nothing is in the journal, by name for the oldest job.
func TestWhyNoJob(t *testing.T) {
	gl, r := testkit.Factory(t)
	reason := func(fields ...testkit.Hash) string {
		t.Helper()
		require.Equal(t, 204, testkit.RequestJob(t, gl, r.Token, fields...).Status)
		calls := gl.Calls(fg.RequestJob)
		return calls[len(calls)-1].Reason
	}
	assert.Empty(t, reason(), "there is no job")
	first := gl.AddJob(fg.Job{Project: "acme/shop", Tags: []string{"gpu"}})
	gl.AddJob(fg.Job{Project: "acme/shop", Tags: []string{"arm"}})
	why := fmt.Sprintf("job %d is not for the runner: the job asks for the tags [gpu] and the runner has []", first.ID)
	assert.Equal(t, why+"; nor is another that is pending", reason())
	update := testkit.RequestJob(t, gl, r.Token).Header.Get("X-GitLab-Last-Update")
	assert.Equal(t, "nothing has changed for the runner since the last_update that it sent",
		reason(testkit.Hash{"last_update": update}))
	gl.UpdateRunner(r.ID, func(r *fg.Runner) { r.Paused = true })
	assert.Equal(t, "the runner is paused", reason())
	gl.UpdateRunner(r.ID, func(r *fg.Runner) { r.Paused = false })
	for i := range 70 {
		gl.AddJob(fg.Job{Project: "acme/shop", Tags: []string{fmt.Sprint("tag", i)}})
	}
	assert.Equal(t, "no pending job is for the runner", reason())
}

func TestCancellation(t *testing.T) {
	gl, r := testkit.Factory(t)
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
			testkit.RequestJob(t, gl, r.Token, testkit.Hash{"info": testkit.Hash{"features": testkit.Hash{"cancel_gracefully": c.graceful}}})
			assert.Equal(t, "running", testkit.PatchTrace(t, gl, job, 0, "one\n").Header.Get("Job-Status"))
			told := testkit.PatchTrace(t, gl, job, 4, "two\n")
			assert.Equal(t, 202, told.Status)
			assert.Equal(t, string(c.during), told.Header.Get("Job-Status"))
			end := testkit.PutState(t, gl, job, "failed", "failure_reason", "script_failure")
			assert.Equal(t, c.status, end.Status)
			assert.Equal(t, "canceled", end.Header.Get("Job-Status"))
			assert.Empty(t, run.Job().FailureReason)
		})
	}
}

func TestRetryKeyword(t *testing.T) {
	gl, r := testkit.Factory(t)
	first := gl.AddJob(fg.Job{Project: "acme/shop", Name: "flaky",
		Spec: fg.JobSpec{Retry: fg.Retry{Max: 1}, AllowFailure: fg.AllowFailure{ExitCodes: []int{3}}}})
	skipped := gl.AddJob(fg.Job{Project: "acme/shop", Name: "later", PipelineID: first.PipelineID, StageIndex: 1,
		Status: fg.JobSkipped})
	info := testkit.Hash{"info": testkit.Hash{"features": testkit.Hash{"return_exit_code": true}}}
	require.Equal(t, 201, testkit.RequestJob(t, gl, r.Token, info).Status)
	assert.Equal(t, 200, testkit.PutState(t, gl, first, "failed", "failure_reason", "script_failure", "exit_code",
		3).Status)
	failed, _ := gl.Job(first.ID)
	assert.True(t, failed.AllowFailure)
	gl.AssertJobStatus(t, skipped.ID, fg.JobCreated)
	second := testkit.RequestJob(t, gl, r.Token, info).JSON(t)
	assert.NotEqualValues(t, first.ID, second["id"])
	again, _ := gl.Job(int(second["id"].(float64)))
	assert.Equal(t, "flaky", again.Name)
	assert.Equal(t, 200, testkit.PutState(t, gl, again, "failed", "failure_reason", "nonsense").Status)
	again, _ = gl.Job(again.ID)
	assert.Equal(t, "unknown_failure", again.FailureReason)
	assert.Equal(t, 204, testkit.RequestJob(t, gl, r.Token, info).Status, "once is enough")
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
		{"the keyword is for something else", fg.JobSpec{Retry: fg.Retry{Max: 1, When: []string{"script_failure"}}},
			"scheduler_failure", 3},
		{"the keyword does not help", fg.JobSpec{Retry: fg.Retry{Max: 2, When: []string{"always"}}}, "no_matching_runner", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			gl, r := testkit.Factory(t)
			gl.AddJob(fg.Job{Project: "acme/shop", Spec: c.spec})
			attempts := 0
			for ; attempts < 5; attempts++ {
				got := testkit.RequestJob(t, gl, r.Token)
				if got.Status == 204 {
					break
				}
				told := got.JSON(t)
				job, _ := gl.Job(int(told["id"].(float64)))
				require.Equal(t, 200, testkit.PutState(t, gl, job, "failed", "failure_reason", c.reason).Status)
			}
			assert.Equal(t, c.attempts, attempts)
		})
	}
}
