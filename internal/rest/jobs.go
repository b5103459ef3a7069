package rest

// The Jobs API for people (lib/api/ci/jobs.rb, lib/api/ci/job_artifacts.rb and the services behind them).

import (
	"fmt"
	"maps"
	"net/http"
	"slices"

	"github.com/fakegitlab/fakegitlab/ci"
	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/params"
	"github.com/fakegitlab/fakegitlab/internal/policy"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// jobRows are the Jobs API for people (lib/api/ci/jobs.rb).
func jobRows() []row {
	return []row{
		{endpoint: "GET /projects/:id/jobs", spec: listing(pathID, jobScope, keysetParams), jobTokens: true,
			jobTokensSince: since(gitlabversion.JobTokensReadJobs), handle: listProjectJobs},
		{endpoint: "GET /projects/:id/jobs/:job_id", spec: front.Declare(pathID, pathJobID), jobTokens: true,
			jobTokensSince: since(gitlabversion.JobTokensReadJobs), handle: getJob},
		{endpoint: "GET /projects/:id/jobs/:job_id/trace", spec: front.Declare(pathID, pathJobID), handle: getJobTrace},
		{endpoint: "GET /projects/:id/jobs/:job_id/artifacts", access: front.ByAnyone, jobTokens: true,
			spec: front.Declare(pathID, pathJobID), handle: downloadJobArtifacts},
		{endpoint: "POST /projects/:id/jobs/:job_id/cancel", spec: front.Declare(pathID, pathJobID, forceParam),
			handle: cancelJob},
		{endpoint: "POST /projects/:id/jobs/:job_id/retry", spec: front.Declare(pathID, pathJobID), handle: retryJob},
		{endpoint: "POST /projects/:id/jobs/:job_id/erase", spec: front.Declare(pathID, pathJobID), handle: eraseJob},
		{endpoint: "POST /projects/:id/jobs/:job_id/play", spec: front.Declare(pathID, pathJobID, playVariables),
			handle: playJob},
	}
}

// The parameters of the Jobs API (lib/api/ci/jobs.rb).
var (
	pathJobID     = []params.Param{{Name: "job_id", Kind: params.Integer, Required: true}}
	jobScope      = []params.Param{{Name: "scope", Kind: params.Any}}
	keysetParams  = []params.Param{{Name: "pagination"}, {Name: "order_by"}, {Name: "sort"}, {Name: "cursor"}}
	forceParam    = []params.Param{{Name: "force", Kind: params.Boolean}}
	playVariables = []params.Param{{Name: "job_variables_attributes", Kind: params.Any}}
)

// pathJob finds the job of the path in its project, both of which the user must be allowed to read.
func (q request) pathJob() (*world.Job, *front.Response) {
	if refusal := q.pathProject(policy.ReadBuild); refusal != nil {
		return nil, refusal
	}
	id, _ := q.Params.Int("job_id")
	if j := q.Jobs.ByID[id]; j != nil && j.Project == q.Project {
		return j, nil
	}
	return nil, noRecord().Because(fmt.Sprintf("%s has no job %d", q.Project.Path, id)).AsRefusal()
}

// permittedJob is pathJob for those who may do this to it.
func (q request) permittedJob(may front.JobRule) (*world.Job, *front.Response) {
	j, refusal := q.pathJob()
	if refusal != nil {
		return nil, refusal
	}
	return j, front.Allow(q.OnJob(j, may), "")
}

func listProjectJobs(q request) front.Response {
	scope, refusal := q.jobScope()
	if refusal != nil {
		return *refusal
	}
	if refusal := q.pathProject(policy.ReadBuild); refusal != nil {
		return *refusal
	}
	var jobs []*world.Job
	for _, j := range slices.Backward(q.Project.Jobs) {
		if len(scope) == 0 || slices.Contains(scope, string(j.Status)) {
			jobs = append(jobs, j)
		}
	}
	if q.wantsKeyset() {
		return keysetPage(q, jobs, q.projectJobEntity)
	}
	return offsetPage(q, jobs, true, q.projectJobEntity)
}

// jobScope reads the statuses that a list is narrowed to: one, a list of them or a hash whose values they are.
func (q request) jobScope() ([]string, *front.Response) {
	var scope []string
	switch given := q.Record.Params["scope"].(type) {
	case nil:
		return nil, nil
	case string:
		scope = []string{given}
	case []any:
		for _, s := range given {
			scope = append(scope, fmt.Sprint(s))
		}
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(given)) { // the refusal names them
			scope = append(scope, fmt.Sprint(given[name]))
		}
	default:
		scope = []string{"unknown"}
	}
	if slices.ContainsFunc(scope, func(s string) bool { return !slices.Contains(jobStatusNames(), s) }) {
		return nil, front.RefuseError(http.StatusBadRequest, msgScopeNotValid).
			Because(fmt.Sprintf("%v is not all job statuses", scope)).AsRefusal()
	}
	return scope, nil
}

// jobStatusNames are the statuses that lists may be narrowed to. Nothing here makes a job wait for a callback, but
// GitLab takes the name.
func jobStatusNames() []string {
	return append(world.WordsOf(world.JobStatuses...), "waiting_for_callback")
}

func getJob(q request) front.Response {
	j, refusal := q.pathJob()
	if refusal != nil {
		return *refusal
	}
	return front.OK(q.projectJobEntity(j))
}

func getJobTrace(q request) front.Response {
	j, refusal := q.permittedJob(policy.ReadBuildTrace)
	if refusal != nil {
		return *refusal
	}
	log := j.Log.Snapshot()
	return front.Response{Status: http.StatusOK, ContentType: "text/plain", File: &log}.
		With("Content-Disposition", fmt.Sprintf(`infile; filename="%d.log"`, j.ID))
}

// downloadJobArtifacts needs no access token where everybody sees the project.
func downloadJobArtifacts(q request) front.Response {
	j, refusal := q.permittedJob(policy.ReadJobArtifacts)
	if refusal != nil {
		return *refusal
	}
	return q.archiveOf(j)
}

func cancelJob(q request) front.Response {
	event, may := world.EventCancel, policy.CancelBuild
	if isTrue(q.Params, "force") {
		event, may = world.EventForceCancel, policy.CancelBuildByForce
	}
	j, refusal := q.permittedJob(may)
	if refusal != nil {
		return *refusal
	}
	if _, possible := world.Transition(event, j.Status, false); possible { // else GitLab leaves the job as it is
		_ = q.Fire(j, event)
	}
	return front.Created(q.projectJobEntity(j))
}

func retryJob(q request) front.Response {
	j, refusal := q.permittedJob(policy.RetryJob)
	if refusal != nil {
		return *refusal
	}
	if !j.Retryable() {
		return front.Forbidden(msgNotRetryable, fmt.Sprintf("job %d is %s, or has been retried", j.ID, j.Status))
	}
	return front.Created(q.projectJobEntity(q.State.RetryJob(j, q.User)))
}

func eraseJob(q request) front.Response {
	j, refusal := q.permittedJob(policy.EraseBuild)
	if refusal != nil {
		return *refusal
	}
	if !j.Status.Completed() || j.Log.Size == 0 && len(j.Files) == 0 {
		const whyf = "job %d is %s; what is erased has ended and has a log or artifacts"
		return front.Forbidden(msgNotErasable, fmt.Sprintf(whyf, j.ID, j.Status))
	}
	q.Erase(j)
	return front.Created(q.projectJobEntity(j))
}

func playJob(q request) front.Response {
	variables, refusal := q.jobVariables()
	if refusal != nil {
		return *refusal
	}
	j, refusal := q.permittedJob(policy.PlayJob)
	if refusal != nil {
		return *refusal
	}
	if err := q.State.PlayJob(j, q.User, variables); err != nil {
		return front.BadRequest(msgUnplayable).Because(err.Error())
	}
	return front.OK(q.projectJobEntity(j))
}

// jobVariables reads the variables that a played job gets.
func (q request) jobVariables() ([]ci.JobVariable, *front.Response) {
	bad := func(text string) ([]ci.JobVariable, *front.Response) {
		return nil, front.RefuseError(http.StatusBadRequest, text).
			Because("job_variables_attributes is a list of hashes with key and value").AsRefusal()
	}
	given := q.Record.Params["job_variables_attributes"]
	list, isList := given.([]any)
	if given != nil && !isList {
		return bad(msgVariablesInvalid)
	}
	var variables []ci.JobVariable
	for i, element := range list {
		hash, isHash := element.(map[string]any)
		if !isHash {
			return bad(msgVariablesInvalid)
		}
		var v ci.JobVariable
		for _, part := range []struct {
			name  string
			field *string
		}{{"key", &v.Key}, {"value", &v.Value}} {
			switch given, there := hash[part.name]; given.(type) {
			case map[string]any, []any:
				return bad(fmt.Sprintf(msgfVariableNoText, i, part.name))
			case nil: // null is an empty text
				if !there {
					return bad(fmt.Sprintf(msgfVariableIncomplete, i, part.name))
				}
			default:
				*part.field = fmt.Sprint(given)
			}
		}
		variables = append(variables, v)
	}
	return variables, nil
}
