package rest

// The job that a runner works on and whose token it sends (lib/api/ci/helpers/runner.rb): what all calls of a running
// job have in common.

import (
	"fmt"
	"strconv"

	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/params"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// The job of the path, and the token that may be among the parameters.
var (
	jobID         = []params.Param{{Name: "id", Kind: params.Integer, Required: true}}
	optionalToken = []params.Param{{Name: front.ParamToken}}
)

// processingJob finds the job of the path and refuses, in GitLab's order, whoever is not the runner that runs it
// (lib/api/ci/helpers/runner.rb, authenticate_job!). Later versions judge the job that the token is of before they ask
// whether it is that of the path (app/finders/ci/auth_job_finder.rb).
func (q request) processingJob() (*world.Job, *front.Response) {
	id, _ := q.Params.Int("id")
	j, own := q.Jobs.ByID(id), q.JobTokens[q.JobCredentials()]
	if own != j && !q.Has(gitlabversion.JobTokenJudgedFirst) {
		own = nil
	}
	var res front.Response
	switch {
	case j == nil:
		res = front.Forbidden("", fmt.Sprintf("there is no job %d", id))
	case q.JobCredentials() == "":
		res = front.Forbidden("", "no job token was sent")
	case own == nil:
		res = front.Forbidden("", fmt.Sprintf("that is not the token of job %d", id))
	case own.Erased && (own.Status.Executing() || q.Has(gitlabversion.ErasureBeforeStatus)):
		res = front.Forbidden(msgJobErased, fmt.Sprintf("job %d, whose token that is, has been erased", own.ID))
	case !own.Status.Executing():
		text := msgJobNotRunning
		if q.Has(gitlabversion.JobNotProcessing) {
			text = msgJobNotProcessing
		}
		res = front.Forbidden(text, fmt.Sprintf("job %d, whose token that is, is %s", own.ID, own.Status)).
			With(headerJobStatus, string(own.Status))
	case own != j:
		res = front.Forbidden("", fmt.Sprintf("that is the token of job %d, not of job %d", own.ID, id))
	default:
		if j.Runner != nil {
			q.Record.RunnerID = j.Runner.ID
		}
		return j, nil
	}
	q.Record.JobID = 0
	return nil, &res
}

// heartbeatOf counts a call with a job's token as contact of the runner and the manager that run the job.
func (q request) heartbeatOf(j *world.Job) {
	switch {
	case j.Runner == nil:
	case j.Manager == nil:
		q.SetContacted(j.Runner, q.Now())
	default:
		q.Heartbeat(j.Runner, world.Contact{SystemID: j.Manager.SystemID, Address: q.Address()}, true)
	}
}

// numbered is the answer whose body is its status as a number, such as 200.
func numbered(status int) front.Response {
	return front.Response{Status: status, Text: strconv.Itoa(status), ContentType: "application/json"}
}
