package rest_test

import (
	"fmt"
	"strings"
	"time"

	fg "github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

// neighbourProofs prove what differs in the acts of GitLab's workers and in the neighbours of the Jobs API.
func neighbourProofs() map[gitlabversion.Difference]proof {
	return map[gitlabversion.Difference]proof{
		gitlabversion.TimeoutsEnforced: {chattyJob, fg.JobRunning, fg.JobFailed, nil},
		gitlabversion.StuckReasonsByState: {stuckReasons, "stuck_or_timeout_failure",
			"stuck_pending_no_matching_runners", nil},
		gitlabversion.SilentAfterHalfAnHour: {silentJob, fg.JobRunning, fg.JobFailed, nil},
		gitlabversion.JobTokensReadJobs: {func(v inVersion) any {
			j, _ := v.startedJob()
			one := fmt.Sprintf("/projects/10001/jobs/%d", j.ID)
			return []int{testkit.Send(v.T, v.gl, "GET", "/projects/10001/jobs", nil, "Job-Token", j.Token).Status,
				testkit.Send(v.T, v.gl, "GET", one, nil, "Job-Token", j.Token).Status,
				testkit.Send(v.T, v.gl, "GET", fmt.Sprintf("/projects/10001/pipelines/%d/jobs", j.PipelineID), nil,
					"Job-Token", j.Token).Status}
		}, []int{401, 401, 404}, []int{200, 200, 200}, nil},
		gitlabversion.JobTokensReadPipelines: {func(v inVersion) any {
			j, _ := v.startedJob()
			one := fmt.Sprintf("/projects/10001/pipelines/%d", j.PipelineID)
			var statuses []int
			for _, path := range []string{"/projects/10001/pipelines", one, one + "/bridges"} {
				statuses = append(statuses, testkit.Send(v.T, v.gl, "GET", path, nil, "Job-Token", j.Token).Status)
			}
			return statuses
		}, []int{404, 404, 404}, []int{200, 200, 200}, nil},
		gitlabversion.ArtifactsTree: {func(v inVersion) any {
			j := v.gl.AddJob(fg.Job{Project: "acme/shop", Status: fg.JobSuccess})
			return v.as("mia", "GET", fmt.Sprintf("/projects/10001/jobs/%d/artifacts/tree", j.ID)).Body
		}, `{"message":"404 Not Found"}`, `{"message":"404 Artifacts Not Found"}`, nil},
		gitlabversion.ArtifactETags: {func(v inVersion) any {
			var etags []string
			for _, content := range []string{"a", "b"} {
				j := v.gl.AddJob(fg.Job{Project: "acme/shop", Status: fg.JobSuccess,
					Artifacts: []fg.Artifact{{Filename: "a.zip", Content: []byte(content)}}})
				etags = append(etags, v.as("mia", "GET", fmt.Sprintf("/projects/10001/jobs/%d/artifacts", j.ID)).Header.Get("ETag"))
			}
			return etags[0] == etags[1]
		}, true, false, nil},
		gitlabversion.JobTokenRefusedByName: {func(v inVersion) any {
			j, _ := v.startedJob()
			path := "/projects/acme%2Fapi/jobs/artifacts/main/download?job=unit"
			a := testkit.Send(v.T, v.gl, "GET", path, nil, "Job-Token", j.Token)
			return fmt.Sprint(a.Status, " ", a.Body)
		}, `404 {"message":"404 Project Not Found"}`,
			`403 {"message":"403 Forbidden - Authentication by CI/CD job token not allowed from shop to api."}`, nil},
		gitlabversion.KeepDecidedByJob: {func(v inVersion) any {
			v.gl.AddUser(fg.User{Username: "gus"})
			v.gl.UpdateProject("acme/shop", func(p *fg.Project) { p.Members["gus"], p.Archived = fg.Guest, true })
			j := v.gl.AddJob(fg.Job{Project: "acme/shop", Status: fg.JobSuccess,
				Artifacts: []fg.Artifact{{Filename: "a.zip"}}})
			return []int{v.as("gus", "POST", "/projects/10001/jobs/404/artifacts/keep").Status,
				v.as("mia", "POST", fmt.Sprintf("/projects/10001/jobs/%d/artifacts/keep", j.ID)).Status}
		}, []int{403, 403}, []int{404, 200}, nil},
		gitlabversion.RecentPipelinesSearched: {func(v inVersion) any {
			files := []fg.Artifact{{Filename: "a.zip", Content: []byte("PK")}}
			v.gl.AddJob(fg.Job{Project: "acme/shop", Name: "unit", Status: fg.JobSuccess, Artifacts: files})
			v.gl.AddJob(fg.Job{Project: "acme/shop", Name: "lint", Status: fg.JobSuccess})
			path := "/projects/10001/jobs/artifacts/main/download?job=unit"
			return []int{v.as("mia", "GET", path).Status,
				v.as("mia", "GET", path+"&search_recent_successful_pipelines=true").Status}
		}, []int{404, 404}, []int{404, 200}, nil},
	}
}

// chattyJob is what the workers leave of a job that goes on for longer than it may, and says so.
func chattyJob(v inVersion) any {
	j, _ := v.startedJob()
	for range 4 {
		v.gl.Advance(20 * time.Minute)
		testkit.PutState(v.T, v.gl, j, "running")
	}
	v.gl.RunWorkers()
	j, _ = v.gl.Job(j.ID)
	return j.Status
}

// stuckReasons is why a job fails for which there is no runner.
func stuckReasons(v inVersion) any {
	j := v.gl.AddJob(fg.Job{Project: "acme/shop", Tags: []string{"nobody"}})
	v.gl.Advance(time.Hour + time.Second)
	v.gl.RunWorkers()
	j, _ = v.gl.Job(j.ID)
	return j.FailureReason
}

// silentJob is what the workers leave of a job that has said nothing for 40 minutes.
func silentJob(v inVersion) any {
	j, _ := v.startedJob()
	v.gl.Advance(40 * time.Minute)
	v.gl.RunWorkers()
	j, _ = v.gl.Job(j.ID)
	if strings.Contains(j.FailureReason, "timeout") {
		v.T.Errorf("the reason is %s", j.FailureReason)
	}
	return j.Status
}
