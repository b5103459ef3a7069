package fakegitlab

import (
	"fmt"
	"maps"
	"net/http"
	"slices"

	"github.com/fakegitlab/fakegitlab/ci"
	"github.com/fakegitlab/fakegitlab/internal/jobpayload"
	"github.com/fakegitlab/fakegitlab/internal/params"
	"github.com/fakegitlab/fakegitlab/internal/policy"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// The parameters of the Jobs API (lib/api/ci/jobs.rb).
var (
	pathJobID     = []params.Param{{Name: "job_id", Kind: params.Integer, Required: true}}
	jobScope      = []params.Param{{Name: "scope", Kind: params.Any}}
	keysetParams  = []params.Param{{Name: "pagination"}, {Name: "order_by"}, {Name: "sort"}, {Name: "cursor"}}
	forceParam    = []params.Param{{Name: "force", Kind: params.Boolean}}
	playVariables = []params.Param{{Name: "job_variables_attributes", Kind: params.Any}}
)

// projectJobEntity is a job as the Jobs API shows it.
type projectJobEntity struct {
	jobEntity
	Project           jobProjectEntity          `json:"project"`
	ArtifactsFile     *jobpayload.ArtifactsFile `json:"artifacts_file,omitempty"`
	Artifacts         []artifactEntity          `json:"artifacts"`
	Runner            *runnerEntity             `json:"runner"`
	RunnerManager     *managerEntity            `json:"runner_manager"`
	ArtifactsExpireAt *isoTime                  `json:"artifacts_expire_at"`
	Archived          bool                      `json:"archived"`
	TagList           []string                  `json:"tag_list"`
}

type jobProjectEntity struct {
	TokenScopeEnabled bool `json:"ci_job_token_scope_enabled"`
}

type artifactEntity struct {
	FileType   string `json:"file_type"`
	Size       int64  `json:"size"`
	Filename   string `json:"filename"`
	FileFormat string `json:"file_format"`
}

func (q *request) projectJobEntity(j *world.Job) projectJobEntity {
	e := projectJobEntity{jobEntity: q.jobEntity(j), Artifacts: []artifactEntity{}, Archived: j.Project.Archived, TagList: slices.Sorted(slices.Values(j.Tags))}
	if e.TagList == nil {
		e.TagList = []string{}
	}
	for _, f := range j.Files {
		e.Artifacts = append(e.Artifacts, artifactEntity{f.Type, f.Content.Size, f.Filename, f.Format})
	}
	if a := q.Artifact(j, world.Archive); a != nil {
		e.ArtifactsFile, e.ArtifactsExpireAt = &jobpayload.ArtifactsFile{Filename: a.Filename, Size: a.Content.Size}, timeOrNull(a.ExpiresAt)
	}
	if j.Log.Size > 0 && j.Status.Completed() {
		e.Artifacts = append(e.Artifacts, artifactEntity{"trace", j.Log.Size, "job.log", "raw"})
	}
	if j.Runner != nil {
		r := q.runnerEntity(j.Runner)
		e.Runner = &r
	}
	if j.Manager != nil {
		m := q.managerEntity(j.Manager)
		e.RunnerManager = &m
	}
	return e
}

// pathJob finds the job of the path in its project, both of which the user must be allowed to read.
func (q *request) pathJob() (*world.Job, *response) {
	if refusal := q.pathProject(policy.ReadBuild); refusal != nil {
		return nil, refusal
	}
	id, _ := q.params.Int("job_id")
	if j := q.Jobs.ByID[id]; j != nil && j.Project == q.project {
		return j, nil
	}
	return nil, noRecord().because(fmt.Sprintf("%s has no job %d", q.project.Path, id)).asRefusal()
}

// permittedJob is pathJob for those who may do this to it.
func (q *request) permittedJob(may jobRule) (*world.Job, *response) {
	j, refusal := q.pathJob()
	if refusal != nil {
		return nil, refusal
	}
	return j, allow(q.onJob(j, may), "")
}

func listProjectJobs(q *request) response {
	scope, refusal := q.jobScope()
	if refusal != nil {
		return *refusal
	}
	if refusal := q.pathProject(policy.ReadBuild); refusal != nil {
		return *refusal
	}
	var jobs []*world.Job
	for _, j := range slices.Backward(q.project.Jobs) {
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
func (q *request) jobScope() ([]string, *response) {
	var scope []string
	switch given := q.call.Params["scope"].(type) {
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
		return nil, refuseError(http.StatusBadRequest, msgScopeNotValid).because(fmt.Sprintf("%v is not all job statuses", scope)).asRefusal()
	}
	return scope, nil
}

func getJob(q *request) response {
	j, refusal := q.pathJob()
	if refusal != nil {
		return *refusal
	}
	return ok(q.projectJobEntity(j))
}

func getJobTrace(q *request) response {
	j, refusal := q.permittedJob(policy.ReadBuildTrace)
	if refusal != nil {
		return *refusal
	}
	log := j.Log.Snapshot()
	return response{status: http.StatusOK, contentType: "text/plain", file: &log}.
		with("Content-Disposition", fmt.Sprintf(`infile; filename="%d.log"`, j.ID))
}

// downloadJobArtifacts needs no access token where everybody sees the project. A job's token, which GitLab takes here too, within
// the limits of its allowlists, is refused aloud: to take it for nobody's would look like a lack of rights.
func downloadJobArtifacts(q *request) response {
	if q.anonymous() && q.sentJobToken() != "" {
		return refuse(http.StatusUnauthorized, msgUnauthorized).because("job tokens are accepted by GET /jobs/:id/artifacts, not here")
	}
	j, refusal := q.permittedJob(policy.ReadJobArtifacts)
	if refusal != nil {
		return *refusal
	}
	return q.archiveOf(j)
}

func cancelJob(q *request) response {
	event, may := world.EventCancel, policy.CancelBuild
	if isTrue(q.params, "force") {
		event, may = world.EventForceCancel, policy.CancelBuildByForce
	}
	j, refusal := q.permittedJob(may)
	if refusal != nil {
		return *refusal
	}
	if _, possible := world.Transition(event, j.Status, false); possible { // else GitLab leaves the job as it is
		_ = q.Fire(j, event)
	}
	return created(q.projectJobEntity(j))
}

func retryJob(q *request) response {
	j, refusal := q.permittedJob(policy.RetryJob)
	if refusal != nil {
		return *refusal
	}
	if !j.Retryable() {
		return forbidden(msgNotRetryable, fmt.Sprintf("job %d is %s, or has been retried", j.ID, j.Status))
	}
	return created(q.projectJobEntity(q.State.RetryJob(j, q.user)))
}

func eraseJob(q *request) response {
	j, refusal := q.permittedJob(policy.EraseBuild)
	if refusal != nil {
		return *refusal
	}
	if !j.Status.Completed() || j.Log.Size == 0 && len(j.Files) == 0 {
		return forbidden(msgNotErasable, fmt.Sprintf("job %d is %s; what is erased has ended and has a log or artifacts", j.ID, j.Status))
	}
	q.Erase(j)
	return created(q.projectJobEntity(j))
}

func playJob(q *request) response {
	variables, refusal := q.jobVariables()
	if refusal != nil {
		return *refusal
	}
	j, refusal := q.permittedJob(policy.PlayJob)
	if refusal != nil {
		return *refusal
	}
	if err := q.State.PlayJob(j, q.user, variables); err != nil {
		return badRequest(msgUnplayable).because(err.Error())
	}
	return ok(q.projectJobEntity(j))
}

// jobVariables reads the variables that a played job gets.
func (q *request) jobVariables() ([]ci.JobVariable, *response) {
	bad := func(text string) ([]ci.JobVariable, *response) {
		return nil, refuseError(http.StatusBadRequest, text).because("job_variables_attributes is a list of hashes with key and value").asRefusal()
	}
	given := q.call.Params["job_variables_attributes"]
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
