package rest_test

import (
	"fmt"
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	fg "github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/ci"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

// What TestVersions asks about jobs and their artifacts.

func tokenOfFinishedJob(v inVersion) any {
	running, _ := v.startedJob()
	over := v.gl.AddJob(fg.Job{Project: "acme/shop", Status: fg.JobSuccess, RunnerID: 5})
	running.Token = over.Token
	a := testkit.PutState(v.T, v.gl, running, "success")
	body := strings.ReplaceAll(a.Body, "Job is not running", "Job is not processing on runner")
	return fmt.Sprint(a.Status, " ", body, " ", a.Header.Values("Job-Status"))
}

func artifactsByPerson(v inVersion) any {
	j := v.gl.AddJob(fg.Job{Project: "acme/shop", Status: fg.JobSuccess, Artifacts: []fg.Artifact{{Filename: "a.zip"}}})
	return v.as("mia", "GET", fmt.Sprintf("/jobs/%d/artifacts", j.ID)).Status
}

func artifactsOfFailure(v inVersion) any {
	kept := v.gl.AddJob(fg.Job{Project: "acme/shop", Status: fg.JobFailed,
		Artifacts: []fg.Artifact{{Filename: "a.zip", ExpiresAt: v.gl.Now().Add(time.Hour)}}})
	v.gl.AddJob(fg.Job{Project: "acme/shop", Status: fg.JobFailed})
	v.gl.Advance(2 * time.Hour)
	return v.as("mia", "GET", fmt.Sprintf("/projects/10001/jobs/%d/artifacts", kept.ID)).Status
}

func jobShows(text string) func(inVersion) any {
	return func(v inVersion) any {
		j := v.gl.AddJob(fg.Job{Project: "acme/shop"})
		return strings.Contains(v.as("mia", "GET", fmt.Sprintf("/projects/10001/jobs/%d", j.ID)).Body, text)
	}
}

func canceledWhileArchived(v inVersion) any {
	j := v.gl.AddJob(fg.Job{Project: "acme/shop"})
	v.gl.UpdateProject("acme/shop", func(p *fg.Project) { p.Archived = true })
	return v.as("mia", "POST", fmt.Sprintf("/projects/10001/jobs/%d/cancel", j.ID)).Status
}

// rerunWhileArchived is whether a job of an archived project is retried, played and erased.
func rerunWhileArchived(v inVersion) any {
	failed := v.gl.AddJob(fg.Job{Project: "acme/shop", Status: fg.JobFailed, Trace: "log"})
	manual := v.gl.AddJob(fg.Job{Project: "acme/shop", Status: fg.JobManual})
	v.gl.UpdateProject("acme/shop", func(p *fg.Project) { p.Archived = true })
	do := func(j fg.Job, what string) int {
		return v.as("mia", "POST", fmt.Sprintf("/projects/10001/jobs/%d/%s", j.ID, what)).Status
	}
	return []int{do(failed, "retry"), do(manual, "play"), do(failed, "erase")}
}

func playedAgain(v inVersion) any {
	j := v.gl.AddJob(fg.Job{Project: "acme/shop", Status: fg.JobSuccess, Manual: true})
	return v.as("mia", "POST", fmt.Sprintf("/projects/10001/jobs/%d/play", j.ID)).Field(v.T, "status")
}

func retriedWithInputs(v inVersion) any {
	j := v.gl.AddJob(fg.Job{Project: "acme/shop", Status: fg.JobFailed,
		Spec: fg.JobSpec{Inputs: fg.JobInputs{{Name: "where", Value: []byte(`"stage"`)}}}})
	retried := v.as("mia", "POST", fmt.Sprintf("/projects/10001/jobs/%d/retry", j.ID),
		testkit.WithJSON(`{"inputs":{"where":"prod"}}`))
	require.Equal(v.T, 201, retried.Status, retried.Body)
	next, _ := v.gl.Job(int(retried.Field(v.T, "id").(float64)))
	return string(next.Spec.Inputs[0].Value)
}

// lintedElsewhere is what comes of asking for a commit that is not there by a parameter that may not be there yet.
func lintedElsewhere(v inVersion) any {
	v.as("root", "POST", "/projects/10001/repository/commits", testkit.WithJSON(`{"branch":"main","commit_message":"m",`+
		`"actions":[{"action":"create","file_path":"a","content":"x"}]}`))
	return v.as("mia", "GET", "/projects/10001/ci/lint?content_ref=elsewhere").Status
}

// cacheOfMaintainer is the key of a cache of a job that a Maintainer runs on a ref that is not protected.
func cacheOfMaintainer(v inVersion) any {
	v.gl.AddJob(fg.Job{Project: "acme/shop", User: "mia", Spec: fg.JobSpec{Cache: []ci.Cache{{Key: ci.CacheKey{Key: "k"},
		Paths: []string{"p"}}}}})
	told := testkit.RequestJob(v.T, v.gl, "shop-token")
	return told.Field(v.T, "cache").([]any)[0].(map[string]any)["key"]
}

func retriedByAlias(v inVersion) any {
	v.gl.AddJob(fg.Job{Project: "acme/shop",
		Spec: fg.JobSpec{Retry: fg.Retry{Max: 1, When: []string{"stuck_or_timeout_failure"}}}})
	told := testkit.RequestJob(v.T, v.gl, "shop-token")
	j, _ := v.gl.Job(int(told.Field(v.T, "id").(float64)))
	testkit.PutState(v.T, v.gl, j, "failed", "failure_reason", "no_updates_running")
	return len(v.gl.Jobs())
}

// depthOfTwo is how deep a job is cloned of which the pipeline says 7 and the job's own file 3.
func depthOfTwo(v inVersion) any {
	v.gl.AddPipeline(fg.Pipeline{Project: "acme/shop", CI: "variables: {GIT_DEPTH: 3}\nj: {script: x}",
		Variables: map[string]string{"GIT_DEPTH": "7"}})
	told := testkit.RequestJob(v.T, v.gl, "shop-token", testkit.Hash{})
	require.Equal(v.T, 201, told.Status, told.Body)
	return int(testkit.Descend(told.JSON(v.T), "git_info.depth").(float64))
}

// fetchedAs is how the pipeline's commit is asked for.
func fetchedAs(v inVersion) any {
	j, told := v.startedJob()
	spec, ref := testkit.Descend(told.JSON(v.T), "git_info.refspecs.0"), fmt.Sprint("refs/pipelines/", j.PipelineID)
	return map[any]string{"+" + ref + ":" + ref: "by name", "+" + j.Commit.SHA + ":" + ref: "by SHA"}[spec]
}

func runnerUUID(v inVersion) any {
	_, told := v.startedJob()
	_, there := told.JSON(v.T)["runner_info"].(map[string]any)["uuid"]
	return there
}

// queuedAfterCancel is how long a job was queued that was canceled after a minute, half a minute ago.
func queuedAfterCancel(v inVersion) any {
	j := v.gl.AddJob(fg.Job{Project: "acme/shop"})
	v.gl.Advance(time.Minute)
	path := fmt.Sprintf("/projects/10001/jobs/%d", j.ID)
	require.Equal(v.T, 201, v.as("mia", "POST", path+"/cancel").Status)
	v.gl.Advance(30 * time.Second)
	return v.field("mia", path, "queued_duration")
}

// jobsOfRef are how many of two jobs are of a branch.
func jobsOfRef(v inVersion) any {
	v.gl.AddJob(fg.Job{Project: "acme/shop"})
	v.gl.AddJob(fg.Job{Project: "acme/shop", Ref: "topic"})
	return len(v.as("mia", "GET", "/projects/10001/jobs?ref=topic").Each(v.T, "id"))
}

func partOfTrace(v inVersion) any {
	j := v.gl.AddJob(fg.Job{Project: "acme/shop", Status: fg.JobSuccess, Trace: "0123456789"})
	return v.as("mia", "GET", fmt.Sprintf("/projects/10001/jobs/%d/trace?byte_offset=2&byte_limit=3", j.ID)).Body
}

// whileCanceling is what the runner of a job that is being canceled does, and its manager.
func whileCanceling(v inVersion) any {
	j, _ := v.startedJob("cancel_gracefully")
	v.as("mia", "POST", fmt.Sprintf("/projects/10001/jobs/%d/cancel", j.ID))
	canceling, _ := v.gl.Job(j.ID)
	require.Equal(v.T, fg.JobCanceling, canceling.Status)
	return append(v.as("mia", "GET", "/runners/5/managers").Each(v.T, "job_execution_status"),
		v.field("mia", "/runners/5", "job_execution_status"))
}

// environmentShows is whether an environment has a field.
func environmentShows(text string) func(inVersion) any {
	return func(v inVersion) any {
		e := v.gl.AddEnvironment(fg.ProjectEnvironment{Project: "acme/shop", Name: "production"})
		return strings.Contains(v.as("mia", "GET", fmt.Sprintf("/projects/10001/environments/%d", e.ID)).Body, text)
	}
}

// renewedByAccess is whether a job that accesses an environment has it be stopped later.
func renewedByAccess(v inVersion) any {
	ship := v.gl.AddJob(fg.Job{Project: "acme/shop", Name: "ship", Spec: fg.JobSpec{Environment: ci.Environment{
		Name: "review/1", AutoStopIn: "1 day"}}})
	v.gl.FinishJob(ship.ID, fg.JobSuccess)
	v.gl.Advance(time.Hour)
	look := v.gl.AddJob(fg.Job{Project: "acme/shop", Name: "look", Spec: fg.JobSpec{Environment: ci.Environment{
		Name: "review/1", Action: "access"}}})
	v.gl.FinishJob(look.ID, fg.JobSuccess)
	e, _ := v.gl.Environment("acme/shop", "review/1")
	return e.AutoStopAt.Sub(v.gl.Now()).String()
}

func environmentsByJob(v inVersion) any {
	j, _ := v.startedJob()
	return testkit.Ask(v.T, v.gl, "", "GET", "/projects/10001/environments?job_token="+j.Token).Status
}
