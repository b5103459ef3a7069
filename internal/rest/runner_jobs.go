package rest

// What a runner asks about jobs: the rows, and how a job ends (lib/api/ci/runner.rb).

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/params"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// runnerJobRows are what a runner asks about jobs (lib/api/ci/runner.rb).
func runnerJobRows() []row {
	return []row{
		{endpoint: "POST /jobs/request", access: front.ByToken, spec: requestJobSpec, waits: queueChange, handle: requestJob},
		{endpoint: "PUT /jobs/:id", access: front.ByJobToken, spec: updateJobSpec, handle: updateJob},
		{endpoint: "PATCH /jobs/:id/trace", access: front.ByJobToken, streams: readLog,
			spec: front.Declare(jobID, optionalToken, debugTrace), handle: appendTrace},
		{endpoint: "POST /jobs/:id/artifacts", access: front.ByJobToken, streams: readArtifact, spec: uploadSpec,
			handle: uploadArtifacts},
		{endpoint: "GET /jobs/:id/artifacts", access: front.ByJobToken,
			spec:   front.Declare(jobID, optionalToken, directDownload),
			handle: downloadArtifacts},
		{endpoint: "GET /runners/router/discovery", access: front.ByRunnerHeader, since: since(gitlabversion.JobRouter),
			handle: discoverRouter},
	}
}

// The parameters of a runner's job endpoints (lib/api/ci/runner.rb).
var (
	debugTrace     = []params.Param{{Name: "debug_trace", Kind: params.Boolean}}
	directDownload = []params.Param{{Name: "direct_download", Kind: params.Boolean}, {Name: front.ParamJobToken}}

	updateJobSpec = front.Declare(tokenParam, jobID, []params.Param{
		{Name: "state"},
		{Name: "checksum"},
		{Name: "failure_reason"},
		{Name: "output", Kind: params.Hash, Fields: []params.Param{
			{Name: "checksum"}, {Name: "bytesize", Kind: params.Integer},
		}},
		{Name: "exit_code", Kind: params.Integer},
		{Name: "info", Kind: params.Hash}, // sent by every gitlab-runner and ignored by GitLab
	})
)

// updateJob is PUT /jobs/:id (app/services/ci/update_build_state_service.rb).
func updateJob(q request) front.Response {
	j, refusal := q.processingJob()
	if refusal != nil {
		return *refusal
	}
	state, _ := q.Params.String("state")
	var res front.Response
	switch state {
	case string(world.JobSuccess), string(world.JobFailed):
		res = q.finishBy(j, world.JobStatus(state))
	case string(world.JobRunning):
		q.Touch(j)
		res = numbered(http.StatusOK)
	default:
		res = numbered(http.StatusBadRequest).
			Because(fmt.Sprintf("a runner says that a job is running, success or failed, not %q", state))
	}
	if res.Status < http.StatusBadRequest { // GitLab counts a refused call, too; here a refusal leaves everything as it is
		q.heartbeatOf(j)
	}
	if q.Has(gitlabversion.JobStatusOnUpdate) {
		res = res.With(headerJobStatus, string(j.Status))
	}
	return res
}

// finishBy ends a job as its runner says, unless a test has decided otherwise.
func (q request) finishBy(j *world.Job, state world.JobStatus) front.Response {
	switch scripted := q.AnswerFinal(j); {
	case scripted.Rejected:
		return front.Refuse(http.StatusPreconditionFailed, front.MsgPrecondition).
			Because("RejectLog: the log is to be sent again")
	case scripted.WaitFor > 0:
		return numbered(http.StatusAccepted).With(headerTraceInterval, strconv.Itoa(scripted.WaitFor)).
			Because("PostponeFinal: the log is still being stored")
	}
	reason, _ := q.Params.String("failure_reason")
	if !slices.Contains(world.FailureReasons(q.Has(gitlabversion.LaterFailureReasons)), reason) {
		reason = world.UnknownFailure
	}
	var exitCode *int
	if code, ok := q.Params.Int("exit_code"); ok {
		exitCode = &code
	}
	_ = q.FinishJob(j, state, reason, exitCode) // a job that is processing can succeed and fail
	return numbered(http.StatusOK)
}

// discoverRouter is GET /runners/router/discovery of a GitLab without Job Router.
func discoverRouter(q request) front.Response {
	token := q.HTTP.Header.Get(headerRunnerToken)
	r := q.RunnerByToken(token)
	if r == nil {
		return front.Forbidden("", "RUNNER-TOKEN holds no living authentication token of a runner")
	}
	q.Record.RunnerID = r.ID
	return front.Refuse(http.StatusNotImplemented, msgJobRouter).
		Because("this GitLab has no Job Router; a runner asks with POST /jobs/request then")
}
