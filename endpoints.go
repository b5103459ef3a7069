package fakegitlab

import "strings"

// Endpoint names an endpoint as GitLab's documentation writes it: method, blank, path below /api/v4 with its parameters
// as :name. The typed constants below are those that the fake serves.
type Endpoint string

// cut splits an endpoint into method and path.
func (e Endpoint) cut() (method, path string) {
	method, path, _ = strings.Cut(string(e), " ")
	return method, path
}

// The endpoints of the Runners API for people (https://docs.gitlab.com/ee/api/runners.html).
const (
	ListRunners                    Endpoint = "GET /runners"
	ListAllRunners                 Endpoint = "GET /runners/all"
	GetRunner                      Endpoint = "GET /runners/:id"
	UpdateRunner                   Endpoint = "PUT /runners/:id"
	DeleteRunner                   Endpoint = "DELETE /runners/:id"
	ListRunnerJobs                 Endpoint = "GET /runners/:id/jobs"
	ListRunnerManagers             Endpoint = "GET /runners/:id/managers"
	ListRunnerProjects             Endpoint = "GET /runners/:id/projects" // from GitLab 18.0 on
	ListProjectRunners             Endpoint = "GET /projects/:id/runners"
	AssignProjectRunner            Endpoint = "POST /projects/:id/runners"
	UnassignProjectRunner          Endpoint = "DELETE /projects/:id/runners/:runner_id"
	ListGroupRunners               Endpoint = "GET /groups/:id/runners"
	ResetInstanceRegistrationToken Endpoint = "POST /runners/reset_registration_token"
	ResetProjectRegistrationToken  Endpoint = "POST /projects/:id/runners/reset_registration_token"
	ResetGroupRegistrationToken    Endpoint = "POST /groups/:id/runners/reset_registration_token"
	ResetRunnerToken               Endpoint = "POST /runners/:id/reset_authentication_token"
	CreateUserRunner               Endpoint = "POST /user/runners"
)

// The endpoints that a runner calls with a registration or authentication token.
const (
	RegisterRunner      Endpoint = "POST /runners"
	DeleteRunnerByToken Endpoint = "DELETE /runners"
	VerifyRunner        Endpoint = "POST /runners/verify"
	ResetOwnRunnerToken Endpoint = "POST /runners/reset_authentication_token"
	DeleteRunnerManager Endpoint = "DELETE /runners/managers"
)

// The endpoints with which a runner takes a job and carries it through (lib/api/ci/runner.rb); all but RequestJob and
// RouterDiscovery with the token of the job.
const (
	RequestJob        Endpoint = "POST /jobs/request"
	UpdateJob         Endpoint = "PUT /jobs/:id"
	AppendTrace       Endpoint = "PATCH /jobs/:id/trace"
	UploadArtifacts   Endpoint = "POST /jobs/:id/artifacts"
	DownloadArtifacts Endpoint = "GET /jobs/:id/artifacts"
	RouterDiscovery   Endpoint = "GET /runners/router/discovery" // from GitLab 18.6 on
)

// The endpoints of the Jobs API for people (https://docs.gitlab.com/ee/api/jobs.html).
const (
	ListProjectJobs      Endpoint = "GET /projects/:id/jobs"
	GetJob               Endpoint = "GET /projects/:id/jobs/:job_id"
	GetJobTrace          Endpoint = "GET /projects/:id/jobs/:job_id/trace"
	DownloadJobArtifacts Endpoint = "GET /projects/:id/jobs/:job_id/artifacts"
	CancelJob            Endpoint = "POST /projects/:id/jobs/:job_id/cancel"
	RetryJob             Endpoint = "POST /projects/:id/jobs/:job_id/retry"
	EraseJob             Endpoint = "POST /projects/:id/jobs/:job_id/erase"
	PlayJob              Endpoint = "POST /projects/:id/jobs/:job_id/play"
)

// The endpoints that clients call around those.
const (
	GetVersion                Endpoint = "GET /version"
	GetMetadata               Endpoint = "GET /metadata"
	GetCurrentUser            Endpoint = "GET /user"
	GetOwnAccessToken         Endpoint = "GET /personal_access_tokens/self"
	RevokeOwnAccessToken      Endpoint = "DELETE /personal_access_tokens/self"
	GetApplicationSettings    Endpoint = "GET /application/settings"
	UpdateApplicationSettings Endpoint = "PUT /application/settings"
	ListProjects              Endpoint = "GET /projects"
	GetProject                Endpoint = "GET /projects/:id"
	ListGroups                Endpoint = "GET /groups"
	GetGroup                  Endpoint = "GET /groups/:id"
	ListGroupProjects         Endpoint = "GET /groups/:id/projects"
	ListSubgroups             Endpoint = "GET /groups/:id/subgroups"
)
