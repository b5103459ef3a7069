package fakegitlab

import (
	"net/http"
	"strings"
	"sync"

	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/page"
	"github.com/fakegitlab/fakegitlab/internal/params"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// route is one row of the table: an endpoint, who may call it, its parameters and what it does.
type route struct {
	endpoint Endpoint
	access   access
	// scopes are those that an endpoint's class takes besides api and read_api.
	scopes []string
	// since is the difference between GitLab versions that brought the endpoint; nil: it was always there.
	since *gitlabversion.Difference
	// streams, of an endpoint that takes in a body of any size: it checks what GitLab checks before it reads the
	// body, when the parameters are those of path and query alone, and says how to read it. The handler finds the
	// body in request.upload, and checks again what may have changed meanwhile. Such an endpoint is byJobToken: only
	// then nothing has to be authenticated again.
	streams func(*request) (bodyReader, *response)
	// waits, of an endpoint that Workhorse has wait: what is closed when it is worth asking the handler, nil if it is
	// at once. What it would have to refuse it leaves to the handler.
	waits func(*request) <-chan struct{}
	// before runs after authentication and before the parameters are validated, as a Grape before block.
	before func(*request) *response
	spec   params.Spec
	// later, if set, is the spec of versions that know more parameters.
	later  *laterSpec
	handle func(*request) response
}

// laterSpec is what an endpoint declares from a difference between versions on.
type laterSpec struct {
	since gitlabversion.Difference
	spec  params.Spec
}

// declared is what the endpoint declares in a version.
func (r *route) declared(v gitlabversion.Version) params.Spec {
	if r.later != nil && v.Has(r.later.since) {
		return r.later.spec
	}
	return r.spec
}

// access is how a caller proves who it is.
type access int

const (
	byUser         access = iota // an access token of a user
	byToken                      // a token among the parameters; user tokens are not looked at
	byAnyone                     // an access token, or none at all
	byJobToken                   // the token of a job, among the parameters or in JOB-TOKEN
	byRunnerHeader               // a runner's token in RUNNER-TOKEN
)

// path is the endpoint's path, /runners/:id, and parameters how many parameters that has.
func (r *route) path() string {
	_, path := r.endpoint.cut()
	return path
}

func (r *route) parameters() int { return strings.Count(r.path(), ":") }

func (r *route) servedBy(v gitlabversion.Version) bool { return r.since == nil || v.Has(*r.since) }

// anyScope, of a route: every scope will do.
const anyScope = "*"

var (
	managing = []string{world.ScopeManageRunner}
	creating = []string{world.ScopeCreateRunner}
	profile  = []string{world.ScopeReadUser}
	anything = []string{anyScope}
)

func since(d gitlabversion.Difference) *gitlabversion.Difference { return &d }

// routes is the table of all endpoints, in the order of the documentation.
var routes = sync.OnceValue(func() []*route {
	table := []*route{
		{endpoint: ListRunners, scopes: managing, spec: listing(scopeParam, filterParams), handle: listRunners},
		{endpoint: ListAllRunners, scopes: managing, spec: listing(scopeParam, filterParams), handle: listAllRunners},
		{endpoint: GetRunner, scopes: managing, spec: declare(runnerID), handle: getRunner,
			later: &laterSpec{gitlabversion.RunnerProjectsEndpoint, declare(runnerID, includeProjects)}},
		{endpoint: UpdateRunner, scopes: managing, spec: updateSpec, handle: updateRunner},
		{endpoint: DeleteRunner, scopes: managing, spec: declare(runnerID), handle: deleteRunner},
		{endpoint: ListRunnerJobs, scopes: managing, spec: listing(runnerID, jobFilterParams), handle: listRunnerJobs},
		{endpoint: ListRunnerManagers, scopes: managing, spec: declare(runnerID), handle: listRunnerManagers},
		{endpoint: ListRunnerProjects, scopes: managing, since: since(gitlabversion.RunnerProjectsEndpoint), spec: listing(runnerID), handle: listRunnerProjects},
		{endpoint: ResetRunnerToken, scopes: managing, spec: declare(runnerID), handle: resetRunnerToken},
		{endpoint: ListProjectRunners, scopes: managing, before: projectMaintainers, spec: listing(pathID, scopeParam, filterParams), handle: listProjectRunners},
		{endpoint: AssignProjectRunner, scopes: managing, before: projectMaintainers, spec: declare(pathID, assignedRunnerID), handle: assignRunner},
		{endpoint: UnassignProjectRunner, scopes: managing, before: projectMaintainers, spec: declare(pathID, assignedRunnerID), handle: unassignRunner},
		{endpoint: ListGroupRunners, scopes: managing, before: groupMaintainers, spec: listing(pathID, filterParams), handle: listGroupRunners},
		{endpoint: ResetInstanceRegistrationToken, scopes: managing, handle: resetInstanceRegistrationToken},
		{endpoint: ResetProjectRegistrationToken, scopes: managing, before: projectReaders, spec: declare(pathID), handle: resetProjectRegistrationToken},
		{endpoint: ResetGroupRegistrationToken, scopes: managing, before: groupReaders, spec: declare(pathID), handle: resetGroupRegistrationToken},
		{endpoint: CreateUserRunner, scopes: creating, spec: createSpec, handle: createUserRunner},

		{endpoint: RegisterRunner, access: byToken, spec: registerSpec, handle: registerRunner},
		{endpoint: DeleteRunnerByToken, access: byToken, spec: declare(tokenParam), handle: deleteRunnerByToken},
		{endpoint: DeleteRunnerManager, access: byToken, spec: declare(tokenParam, requiredSystemID), handle: deleteRunnerManager},
		{endpoint: VerifyRunner, access: byToken, spec: declare(tokenParam, systemID, infoParam), handle: verifyRunner},
		{endpoint: ResetOwnRunnerToken, access: byToken, spec: declare(tokenParam, systemID), handle: resetOwnRunnerToken},

		{endpoint: RequestJob, access: byToken, spec: requestJobSpec, waits: forJob, handle: requestJob},
		{endpoint: UpdateJob, access: byJobToken, spec: updateJobSpec, handle: updateJob},
		{endpoint: AppendTrace, access: byJobToken, streams: readLog, spec: declare(jobID, optionalToken, debugTrace), handle: appendTrace},
		{endpoint: UploadArtifacts, access: byJobToken, streams: readArtifact, spec: uploadSpec, handle: uploadArtifacts},
		{endpoint: DownloadArtifacts, access: byJobToken, spec: declare(jobID, optionalToken, directDownload), handle: downloadArtifacts},
		{endpoint: RouterDiscovery, access: byRunnerHeader, since: since(gitlabversion.JobRouter), handle: discoverRouter},

		{endpoint: ListProjectJobs, spec: listing(pathID, jobScope, keysetParams), handle: listProjectJobs},
		{endpoint: GetJob, spec: declare(pathID, pathJobID), handle: getJob},
		{endpoint: GetJobTrace, spec: declare(pathID, pathJobID), handle: getJobTrace},
		{endpoint: DownloadJobArtifacts, access: byAnyone, spec: declare(pathID, pathJobID), handle: downloadJobArtifacts},
		{endpoint: CancelJob, spec: declare(pathID, pathJobID, forceParam), handle: cancelJob},
		{endpoint: RetryJob, spec: declare(pathID, pathJobID), handle: retryJob},
		{endpoint: EraseJob, spec: declare(pathID, pathJobID), handle: eraseJob},
		{endpoint: PlayJob, spec: declare(pathID, pathJobID, playVariables), handle: playJob},

		{endpoint: GetVersion, scopes: profile, handle: getMetadata},
		{endpoint: GetMetadata, scopes: profile, handle: getMetadata},
		{endpoint: GetCurrentUser, scopes: profile, handle: getCurrentUser},
		{endpoint: GetOwnAccessToken, scopes: anything, handle: getOwnAccessToken},
		{endpoint: RevokeOwnAccessToken, scopes: anything, handle: revokeOwnAccessToken},
		{endpoint: GetApplicationSettings, before: administrators, handle: getApplicationSettings},
		{endpoint: UpdateApplicationSettings, before: administrators, spec: settingsSpec, handle: updateApplicationSettings},
		{endpoint: ListProjects, access: byAnyone, spec: projectsSpec(rolesBeforePlanner), handle: listProjects,
			later: &laterSpec{gitlabversion.PlannerRole, projectsSpec(roleNumbers)}},
		{endpoint: GetProject, access: byAnyone, before: projectReaders, spec: declare(pathID), handle: getProject},
		{endpoint: ListGroups, access: byAnyone, spec: groupsSpec(rolesBeforePlanner), handle: listGroups,
			later: &laterSpec{gitlabversion.PlannerRole, groupsSpec(roleNumbers)}},
		{endpoint: GetGroup, access: byAnyone, before: groupReaders, spec: declare(pathID), handle: getGroup},
		{endpoint: ListGroupProjects, access: byAnyone, spec: groupProjectsSpec(rolesBeforePlanner), handle: listGroupProjects,
			later: &laterSpec{gitlabversion.PlannerRole, groupProjectsSpec(roleNumbers)}},
		{endpoint: ListSubgroups, access: byAnyone, spec: groupsSpec(rolesBeforePlanner, pathID), handle: listSubgroups,
			later: &laterSpec{gitlabversion.PlannerRole, groupsSpec(roleNumbers, pathID)}},
	}
	for _, r := range table {
		r.spec.Known = readElsewhere
		if r.later != nil {
			r.later.spec.Known = readElsewhere
		}
	}
	return table
})

// routeOf is the row of an endpoint, nil if there is none. The version that is followed may not have it.
func routeOf(e Endpoint) *route {
	for _, r := range routes() {
		if r.endpoint == e {
			return r
		}
	}
	return nil
}

// readElsewhere are parameters that authentication reads, whatever the endpoint.
var readElsewhere = []string{paramPrivateToken, paramAccessToken, paramBearerToken, paramSudo}

// declare makes a Spec of parameters and groups of parameters.
func declare(groups ...[]params.Param) params.Spec {
	var s params.Spec
	for _, g := range groups {
		s.Params = append(s.Params, g...)
	}
	return s
}

// listing is declare for a list in pages.
func listing(groups ...[]params.Param) params.Spec {
	return declare(append(groups, page.Params())...)
}

func with(s params.Spec, rules ...params.Rule) params.Spec {
	s.Rules = rules
	return s
}

// The HTTP headers that GitLab reads or writes.
const (
	headerPrivateToken    = "Private-Token"
	headerAuthorization   = "Authorization"
	headerSudo            = "Sudo"
	headerUnmodifiedSince = "If-Unmodified-Since"
	headerJobToken        = "Job-Token"
	headerRunnerToken     = "Runner-Token"
	headerContentRange    = "Content-Range"
	headerRange           = "Range"
	headerJobStatus       = "Job-Status"
	headerLastUpdate      = "X-Gitlab-Last-Update"
	headerTraceInterval   = "X-Gitlab-Trace-Update-Interval"
)

// response is what a handler answers. It is plain data: writing it is the pipeline's business.
type response struct {
	status int
	body   any    // marshalled as JSON; nil is an empty body
	text   string // a plain text body instead, with contentType
	// contentType is of text; JSON has its own.
	contentType string
	header      http.Header
	file        *world.Blob // a large body instead
	// reason is why it is a refusal, for the journal alone.
	reason string
	// bare answers come from outside the API's own helpers and lack the headers that those set.
	bare bool
}

func (r response) with(name, value string) response {
	if r.header == nil {
		r.header = http.Header{}
	}
	r.header.Set(name, value)
	return r
}

func (r response) because(reason string) response {
	r.reason = reason
	return r
}

// asRefusal is the response where nil would mean that there is none.
func (r response) asRefusal() *response { return &r }

func ok(body any) response      { return response{status: http.StatusOK, body: body} }
func created(body any) response { return response{status: http.StatusCreated, body: body} }
func noContent() response       { return response{status: http.StatusNoContent} }

// message is a refusal by the API's helpers, errors one by Grape.
type (
	messageBody struct {
		Message any `json:"message"`
	}
	errorBody struct {
		Error string `json:"error"`
	}
	oauthErrorBody struct {
		Error       string `json:"error"`
		Description string `json:"error_description"`
		Scope       string `json:"scope,omitempty"`
	}
)

func refuse(status int, message any) response {
	return response{status: status, body: messageBody{message}}
}

func refuseError(status int, text string) response {
	return response{status: status, body: errorBody{text}}
}
