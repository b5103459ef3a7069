package rest

// The Jobs API for people (lib/api/ci/jobs.rb, lib/api/ci/job_artifacts.rb and the services behind them).

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

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
			later: &front.LaterSpec{Since: gitlabversion.JobsOfRef,
				Spec: listing(pathID, jobScope, jobRef, keysetParams)},
			jobTokensSince: since(gitlabversion.JobTokensReadJobs), handle: listProjectJobs},
		{endpoint: "GET /projects/:id/jobs/:job_id", spec: front.Declare(pathID, pathJobID), jobTokens: true,
			jobTokensSince: since(gitlabversion.JobTokensReadJobs), handle: getJob},
		{endpoint: "GET /projects/:id/jobs/:job_id/trace", spec: front.Declare(pathID, pathJobID),
			later: &front.LaterSpec{Since: gitlabversion.TraceRanges,
				Spec: front.Declare(pathID, pathJobID, traceBytes)},
			handle: getJobTrace},
		{endpoint: "GET /projects/:id/jobs/:job_id/artifacts", access: front.ByAnyone, jobTokens: true,
			spec: front.Declare(pathID, pathJobID), handle: downloadJobArtifacts},
		{endpoint: "POST /projects/:id/jobs/:job_id/cancel", spec: front.Declare(pathID, pathJobID, forceParam),
			handle: cancelJob},
		{endpoint: "POST /projects/:id/jobs/:job_id/retry", spec: front.Declare(pathID, pathJobID),
			later: &front.LaterSpec{Since: gitlabversion.JobInputsOverridden,
				Spec: front.Declare(pathID, pathJobID, retryInputs)},
			handle: retryJob},
		{endpoint: "POST /projects/:id/jobs/:job_id/erase", spec: front.Declare(pathID, pathJobID), handle: eraseJob},
		{endpoint: "POST /projects/:id/jobs/:job_id/play", spec: front.Declare(pathID, pathJobID, playVariables),
			later: &front.LaterSpec{Since: gitlabversion.JobInputsOverridden,
				Spec: front.Declare(pathID, pathJobID, playVariables, playInputs)},
			handle: playJob},
	}
}

// The parameters of the Jobs API (lib/api/ci/jobs.rb).
var (
	pathJobID     = []params.Param{{Name: "job_id", Kind: params.Integer, Required: true}}
	jobScope      = []params.Param{{Name: "scope", Kind: params.Any}}
	jobRef        = []params.Param{{Name: "ref"}}
	keysetParams  = []params.Param{{Name: "pagination"}, {Name: "order_by"}, {Name: "sort"}, {Name: "cursor"}}
	forceParam    = []params.Param{{Name: "force", Kind: params.Boolean}}
	playVariables = []params.Param{{Name: "job_variables_attributes", Kind: params.Any}}
	playInputs    = []params.Param{{Name: "job_inputs", Kind: params.Hash}}
	retryInputs   = []params.Param{{Name: "inputs", Kind: params.Hash}}
	traceBytes    = []params.Param{{Name: "byte_offset", Kind: params.Integer, Within: &params.Range{}},
		{Name: "byte_limit", Kind: params.Integer, Within: &params.Range{Least: 1, Most: 500 << 10}}}
)

// pathJob finds the job of the path in its project, both of which the user must be allowed to read.
func (q request) pathJob() (*world.Job, *front.Response) {
	if refusal := jobReaders(q); refusal != nil {
		return nil, refusal
	}
	return q.jobOfProject()
}

// jobOfProject finds the job of the path in its project, which has been found. A trigger job is none of its builds
// (lib/api/helpers.rb, find_build!).
func (q request) jobOfProject() (*world.Job, *front.Response) {
	j, refusal := q.processableOfProject()
	if refusal == nil && j.IsBridge() {
		refusal = noRecord().Because(fmt.Sprintf("job %d is a trigger job, which is only played, retried and listed here",
			j.ID)).AsRefusal()
	}
	return j, refusal
}

// processableOfProject is jobOfProject where trigger jobs are as good (lib/api/helpers.rb, find_job!).
func (q request) processableOfProject() (*world.Job, *front.Response) {
	id, _ := q.Params.Int("job_id")
	if j := q.Jobs.ByID(id); j != nil && j.Project == q.Project {
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

// rerunnableJob is what find finds of the project, for those who may do this to it. Earlier versions refuse first who
// may change no job of the project; later ones do not even ask who sees them (lib/api/ci/jobs.rb, retry and erase).
func (q request) rerunnableJob(find func(request) (*world.Job, *front.Response), may front.JobRule,
) (*world.Job, *front.Response) {
	if refusal := projectReaders(q); refusal != nil {
		return nil, refusal
	}
	if !q.Has(gitlabversion.RerunAbilities) {
		if refusal := front.Allow(q.OnProject(q.Project, policy.UpdateBuilds), ""); refusal != nil {
			return nil, refusal
		}
	}
	j, refusal := find(q)
	if refusal != nil {
		return nil, refusal
	}
	return j, front.Allow(q.OnJob(j, may), "")
}

func listProjectJobs(q request) front.Response {
	scope, refusal := q.jobScope(true)
	if refusal != nil {
		return *refusal
	}
	if refusal := jobReaders(q); refusal != nil {
		return *refusal
	}
	ref, _ := q.Params.String("ref")
	ofRef := strings.TrimSpace(ref) != "" && q.Has(gitlabversion.JobsOfRef)
	var jobs []*world.Job
	for _, j := range slices.Backward(q.Project.Jobs) {
		if !j.IsBridge() && (len(scope) == 0 || slices.Contains(scope, string(j.Status))) &&
			(!ofRef || j.Ref == ref) {
			jobs = append(jobs, j)
		}
	}
	if q.wantsKeyset() {
		return keysetPage(q, jobs, q.projectJobEntity)
	}
	return offsetPage(q, jobs, true, q.projectJobEntity)
}

// jobScope reads the statuses that a list is narrowed to: one, a list of them or, with hashes, a hash whose values they
// are.
func (q request) jobScope(hashes bool) ([]string, *front.Response) {
	scope := []string{"unknown"}
	switch given := q.Record.Params["scope"].(type) {
	case nil:
		return nil, nil
	case string:
		scope = []string{given}
	case []any:
		scope = nil
		for _, s := range given {
			scope = append(scope, fmt.Sprint(s))
		}
	case map[string]any:
		if !hashes {
			break
		}
		scope = nil
		for _, name := range slices.Sorted(maps.Keys(given)) { // the refusal names them
			scope = append(scope, fmt.Sprint(given[name]))
		}
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
	from, begins := q.Params.Int("byte_offset")
	limit, ends := q.Params.Int("byte_limit")
	if (begins || ends) && q.Has(gitlabversion.TraceRanges) {
		log = bytesOf(log, int64(from), limit)
	}
	return front.Response{Status: http.StatusOK, ContentType: "text/plain", File: &log}.
		With("Content-Disposition", fmt.Sprintf(`infile; filename="%d.log"`, j.ID))
}

// bytesOf are those of a log from an offset on, at most so many; 0 is all.
func bytesOf(log world.Blob, from int64, limit int) (part world.Blob) {
	size := max(0, log.Size-from)
	if limit > 0 {
		size = min(size, int64(limit))
	}
	read := make([]byte, size)
	_, _ = log.ReadAt(read, from) // as many as there are
	_, _ = part.Write(read)
	return part
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
	may, force := policy.CancelBuild, isTrue(q.Params, "force")
	if force {
		may = policy.CancelBuildByForce
	}
	j, refusal := q.cancelableJob(may)
	if refusal != nil {
		return *refusal
	}
	_ = q.State.CancelJob(j, force) // where that is not possible, GitLab leaves the job as it is and says nothing
	return front.Created(q.projectJobEntity(j))
}

// cancelableJob is permittedJob for canceling, which GitLab refuses for the project as a whole before it looks for the
// job (lib/api/ci/jobs.rb, authorize_cancel_builds!).
func (q request) cancelableJob(may front.JobRule) (*world.Job, *front.Response) {
	if refusal := jobReaders(q); refusal != nil {
		return nil, refusal
	}
	if refusal := front.Allow(q.OnProject(q.Project, policy.CancelBuilds), ""); refusal != nil {
		return nil, refusal
	}
	j, refusal := q.jobOfProject()
	if refusal != nil {
		return nil, refusal
	}
	return j, front.Allow(q.OnJob(j, may), "")
}

func retryJob(q request) front.Response {
	j, refusal := q.rerunnableJob(request.processableOfProject, policy.RetryJob)
	if refusal != nil {
		return *refusal
	}
	if !j.Retryable() {
		return front.Forbidden(front.MsgNotRetryable, fmt.Sprintf("job %d is %s, or has been retried", j.ID, j.Status))
	}
	inputs, refusal := q.jobInputs(j, retryInputs[0].Name)
	if refusal != nil {
		return *refusal
	}
	return front.Created(q.projectJobEntity(q.State.RetryJob(j, q.User, inputs)))
}

func eraseJob(q request) front.Response {
	j, refusal := q.rerunnableJob(request.jobOfProject, policy.EraseBuild)
	if refusal != nil {
		return *refusal
	}
	if !j.Erasable() {
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
	if refusal := jobReaders(q); refusal != nil {
		return *refusal
	}
	j, refusal := q.processableOfProject()
	if refusal != nil {
		return *refusal
	}
	if refusal := front.Allow(q.OnJob(j, policy.PlayJob), ""); refusal != nil {
		return *refusal
	}
	if err := j.Unplayable(); err != nil {
		return front.BadRequest(msgUnplayable).Because(err.Error())
	}
	if len(variables) > 0 {
		if refusal := front.Allow(q.MaySetVariables(q.Project), ""); refusal != nil {
			return *refusal
		}
	}
	inputs, refusal := q.jobInputs(j, playInputs[0].Name)
	if refusal != nil {
		return *refusal
	}
	played := q.State.PlayJob(j, q.User, variables, inputs)
	if !q.Has(gitlabversion.PlayAnswersNewAttempt) {
		played = j
	}
	if played.IsBridge() {
		return front.OK(q.bridgeEntity(played))
	}
	return front.OK(q.projectJobEntity(played))
}
