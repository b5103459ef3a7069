package fakegitlab

import "github.com/fakegitlab/fakegitlab/internal/nearest"

// Endpoint names an endpoint as GitLab's documentation writes it: method, blank, path below /api/v4 with its parameters
// as :name. What is not below /api/v4 has its whole path. The typed constants below are those that the fake serves.
type Endpoint string

// cut splits an endpoint into method and path.
func (e Endpoint) cut() (method, path string) {
	return nearest.CutEndpoint(string(e))
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
	RouterDiscovery   Endpoint = "GET /runners/router/discovery" // from GitLab 18.7 on
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

// The endpoints of the CI Lint API (https://docs.gitlab.com/ee/api/lint.html).
const (
	LintProject Endpoint = "GET /projects/:id/ci/lint"
	LintConfig  Endpoint = "POST /projects/:id/ci/lint"
)

// The endpoints of the Job artifacts API (https://docs.gitlab.com/ee/api/job_artifacts.html), and those with which a
// job asks who it is.
const (
	GetOwnJob               Endpoint = "GET /job"
	ListAllowedAgents       Endpoint = "GET /job/allowed_agents"
	DownloadRefArtifacts    Endpoint = "GET /projects/:id/jobs/artifacts/:ref_name/download"
	ListArtifactFiles       Endpoint = "GET /projects/:id/jobs/:job_id/artifacts/tree" // from GitLab 18.8 on
	DownloadJobArtifactFile Endpoint = "GET /projects/:id/jobs/:job_id/artifacts/*artifact_path"
	DownloadRefArtifactFile Endpoint = "GET /projects/:id/jobs/artifacts/:ref_name/raw/*artifact_path"
	KeepJobArtifacts        Endpoint = "POST /projects/:id/jobs/:job_id/artifacts/keep"
	DeleteJobArtifacts      Endpoint = "DELETE /projects/:id/jobs/:job_id/artifacts"
	DeleteProjectArtifacts  Endpoint = "DELETE /projects/:id/artifacts"
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
	ListProjectUsers          Endpoint = "GET /projects/:id/users"
	ListGroups                Endpoint = "GET /groups"
	GetGroup                  Endpoint = "GET /groups/:id"
	ListGroupProjects         Endpoint = "GET /groups/:id/projects"
	ListSubgroups             Endpoint = "GET /groups/:id/subgroups"
	ListNamespaces            Endpoint = "GET /namespaces"
	GetNamespace              Endpoint = "GET /namespaces/:id"
	NamespaceExists           Endpoint = "GET /namespaces/:id/exists"
)

// The endpoints of the Users API (https://docs.gitlab.com/ee/api/users.html).
const (
	ListUsers             Endpoint = "GET /users"
	GetUser               Endpoint = "GET /users/:id"
	CreateUser            Endpoint = "POST /users"
	UpdateUser            Endpoint = "PUT /users/:id"
	DeleteUser            Endpoint = "DELETE /users/:id"
	GetUserStatus         Endpoint = "GET /users/:user_id/status"
	ListUserProjects      Endpoint = "GET /users/:user_id/projects"
	ListUserMemberships   Endpoint = "GET /users/:id/memberships"
	CountUserAssociations Endpoint = "GET /users/:id/associations_count"
	ActivateUser          Endpoint = "POST /users/:id/activate"
	DeactivateUser        Endpoint = "POST /users/:id/deactivate"
	BlockUser             Endpoint = "POST /users/:id/block"
	UnblockUser           Endpoint = "POST /users/:id/unblock"
	BanUser               Endpoint = "POST /users/:id/ban"
	UnbanUser             Endpoint = "POST /users/:id/unban"
	ApproveUser           Endpoint = "POST /users/:id/approve"
	RejectUser            Endpoint = "POST /users/:id/reject"
)

// The endpoints of access tokens (https://docs.gitlab.com/ee/api/personal_access_tokens.html and
// https://docs.gitlab.com/ee/api/user_tokens.html), and the one of OAuth, whose path is not below /api/v4.
const (
	ListAccessTokens         Endpoint = "GET /personal_access_tokens"
	GetAccessToken           Endpoint = "GET /personal_access_tokens/:id"
	RotateAccessToken        Endpoint = "POST /personal_access_tokens/:id/rotate"
	RotateOwnAccessToken     Endpoint = "POST /personal_access_tokens/self/rotate" // from GitLab 16.10 on
	RevokeAccessToken        Endpoint = "DELETE /personal_access_tokens/:id"
	CreateAccessToken        Endpoint = "POST /users/:user_id/personal_access_tokens"
	CreateOwnAccessToken     Endpoint = "POST /user/personal_access_tokens" // from GitLab 16.5 on
	ListImpersonationTokens  Endpoint = "GET /users/:user_id/impersonation_tokens"
	CreateImpersonationToken Endpoint = "POST /users/:user_id/impersonation_tokens"
	GetImpersonationToken    Endpoint = "GET /users/:user_id/impersonation_tokens/:impersonation_token_id"
	RevokeImpersonationToken Endpoint = "DELETE /users/:user_id/impersonation_tokens/:impersonation_token_id"
	OAuthToken               Endpoint = "POST /oauth/token"
)

// The endpoints that build and change groups and projects, their members and shares
// (https://docs.gitlab.com/ee/api/groups.html, projects.html, members.html).
const (
	CreateGroup            Endpoint = "POST /groups"
	UpdateGroup            Endpoint = "PUT /groups/:id"
	DeleteGroup            Endpoint = "DELETE /groups/:id"
	RestoreGroup           Endpoint = "POST /groups/:id/restore" // from GitLab 18.0 on
	TransferGroup          Endpoint = "POST /groups/:id/transfer"
	TransferProjectToGroup Endpoint = "POST /groups/:id/projects/:project_id"
	ListDescendantGroups   Endpoint = "GET /groups/:id/descendant_groups"
	CreateProject          Endpoint = "POST /projects"
	CreateUserProject      Endpoint = "POST /projects/user/:user_id"
	UpdateProject          Endpoint = "PUT /projects/:id"
	DeleteProject          Endpoint = "DELETE /projects/:id"
	RestoreProject         Endpoint = "POST /projects/:id/restore" // from GitLab 18.0 on
	ArchiveProject         Endpoint = "POST /projects/:id/archive"
	UnarchiveProject       Endpoint = "POST /projects/:id/unarchive"
	TransferProject        Endpoint = "PUT /projects/:id/transfer"
	ListGroupMembers       Endpoint = "GET /groups/:id/members"
	ListAllGroupMembers    Endpoint = "GET /groups/:id/members/all"
	GetGroupMember         Endpoint = "GET /groups/:id/members/:user_id"
	GetAnyGroupMember      Endpoint = "GET /groups/:id/members/all/:user_id"
	AddGroupMember         Endpoint = "POST /groups/:id/members"
	UpdateGroupMember      Endpoint = "PUT /groups/:id/members/:user_id"
	RemoveGroupMember      Endpoint = "DELETE /groups/:id/members/:user_id"
	ListProjectMembers     Endpoint = "GET /projects/:id/members"
	ListAllProjectMembers  Endpoint = "GET /projects/:id/members/all"
	GetProjectMember       Endpoint = "GET /projects/:id/members/:user_id"
	GetAnyProjectMember    Endpoint = "GET /projects/:id/members/all/:user_id"
	AddProjectMember       Endpoint = "POST /projects/:id/members"
	UpdateProjectMember    Endpoint = "PUT /projects/:id/members/:user_id"
	RemoveProjectMember    Endpoint = "DELETE /projects/:id/members/:user_id"
	ShareGroup             Endpoint = "POST /groups/:id/share"
	UnshareGroup           Endpoint = "DELETE /groups/:id/share/:group_id"
	ShareProject           Endpoint = "POST /projects/:id/share"
	UnshareProject         Endpoint = "DELETE /projects/:id/share/:group_id"
)

// GraphQL is all of the GraphQL API, which is beside the REST API and not below it; what is asked for in it is the
// Call's Operation. Calls with GET are recorded as of this endpoint, too.
const (
	GraphQL Endpoint = "POST /api/graphql"
)

// The endpoints of webhooks (lib/api/project_hooks.rb) and, of an Enterprise Edition, those of groups; tests from
// GitLab 16.11 on, headers from 17.1 on.
const (
	ListProjectWebhooks            Endpoint = "GET /projects/:id/hooks"
	GetProjectWebhook              Endpoint = "GET /projects/:id/hooks/:hook_id"
	AddProjectWebhook              Endpoint = "POST /projects/:id/hooks"
	UpdateProjectWebhook           Endpoint = "PUT /projects/:id/hooks/:hook_id"
	DeleteProjectWebhook           Endpoint = "DELETE /projects/:id/hooks/:hook_id"
	TestProjectWebhook             Endpoint = "POST /projects/:id/hooks/:hook_id/test/:trigger"
	SetProjectWebhookHeader        Endpoint = "PUT /projects/:id/hooks/:hook_id/custom_headers/:key"
	UnsetProjectWebhookHeader      Endpoint = "DELETE /projects/:id/hooks/:hook_id/custom_headers/:key"
	SetProjectWebhookURLVariable   Endpoint = "PUT /projects/:id/hooks/:hook_id/url_variables/:key"
	UnsetProjectWebhookURLVariable Endpoint = "DELETE /projects/:id/hooks/:hook_id/url_variables/:key"
	ListGroupWebhooks              Endpoint = "GET /groups/:id/hooks"
	GetGroupWebhook                Endpoint = "GET /groups/:id/hooks/:hook_id"
	AddGroupWebhook                Endpoint = "POST /groups/:id/hooks"
	UpdateGroupWebhook             Endpoint = "PUT /groups/:id/hooks/:hook_id"
	DeleteGroupWebhook             Endpoint = "DELETE /groups/:id/hooks/:hook_id"
	TestGroupWebhook               Endpoint = "POST /groups/:id/hooks/:hook_id/test/:trigger"
	SetGroupWebhookHeader          Endpoint = "PUT /groups/:id/hooks/:hook_id/custom_headers/:key"
	UnsetGroupWebhookHeader        Endpoint = "DELETE /groups/:id/hooks/:hook_id/custom_headers/:key"
	SetGroupWebhookURLVariable     Endpoint = "PUT /groups/:id/hooks/:hook_id/url_variables/:key"
	UnsetGroupWebhookURLVariable   Endpoint = "DELETE /groups/:id/hooks/:hook_id/url_variables/:key"
)

// The endpoints of runner controllers: an experiment, from GitLab 18.9 on, scopes from 18.10 on.
const (
	ListRunnerControllers               Endpoint = "GET /runner_controllers"
	GetRunnerController                 Endpoint = "GET /runner_controllers/:id"
	CreateRunnerController              Endpoint = "POST /runner_controllers"
	UpdateRunnerController              Endpoint = "PUT /runner_controllers/:id"
	DeleteRunnerController              Endpoint = "DELETE /runner_controllers/:id"
	ListRunnerControllerTokens          Endpoint = "GET /runner_controllers/:id/tokens"
	GetRunnerControllerToken            Endpoint = "GET /runner_controllers/:id/tokens/:token_id"
	CreateRunnerControllerToken         Endpoint = "POST /runner_controllers/:id/tokens"
	RotateRunnerControllerToken         Endpoint = "POST /runner_controllers/:id/tokens/:token_id/rotate"
	RevokeRunnerControllerToken         Endpoint = "DELETE /runner_controllers/:id/tokens/:token_id"
	ListRunnerControllerScopes          Endpoint = "GET /runner_controllers/:id/scopes"
	AddRunnerControllerInstanceScope    Endpoint = "POST /runner_controllers/:id/scopes/instance"
	RemoveRunnerControllerInstanceScope Endpoint = "DELETE /runner_controllers/:id/scopes/instance"
	AddRunnerControllerRunnerScope      Endpoint = "POST /runner_controllers/:id/scopes/runners/:runner_id"
	RemoveRunnerControllerRunnerScope   Endpoint = "DELETE /runner_controllers/:id/scopes/runners/:runner_id"
)

// The endpoints of environments and deployments (https://docs.gitlab.com/ee/api/environments.html, deployments.html).
const (
	ListEnvironments      Endpoint = "GET /projects/:id/environments"
	GetEnvironment        Endpoint = "GET /projects/:id/environments/:environment_id"
	CreateEnvironment     Endpoint = "POST /projects/:id/environments"
	UpdateEnvironment     Endpoint = "PUT /projects/:id/environments/:environment_id"
	DeleteEnvironment     Endpoint = "DELETE /projects/:id/environments/:environment_id"
	DeleteReviewApps      Endpoint = "DELETE /projects/:id/environments/review_apps"
	StopEnvironment       Endpoint = "POST /projects/:id/environments/:environment_id/stop"
	StopStaleEnvironments Endpoint = "POST /projects/:id/environments/stop_stale"
	ListDeployments       Endpoint = "GET /projects/:id/deployments"
	GetDeployment         Endpoint = "GET /projects/:id/deployments/:deployment_id"
	CreateDeployment      Endpoint = "POST /projects/:id/deployments"
	UpdateDeployment      Endpoint = "PUT /projects/:id/deployments/:deployment_id"
	DeleteDeployment      Endpoint = "DELETE /projects/:id/deployments/:deployment_id"
)

// The endpoints of CI/CD variables (https://docs.gitlab.com/ee/api/project_level_variables.html,
// group_level_variables.html, instance_level_ci_variables.html).
const (
	ListProjectVariables   Endpoint = "GET /projects/:id/variables"
	GetProjectVariable     Endpoint = "GET /projects/:id/variables/:key"
	CreateProjectVariable  Endpoint = "POST /projects/:id/variables"
	UpdateProjectVariable  Endpoint = "PUT /projects/:id/variables/:key"
	DeleteProjectVariable  Endpoint = "DELETE /projects/:id/variables/:key"
	ListGroupVariables     Endpoint = "GET /groups/:id/variables"
	GetGroupVariable       Endpoint = "GET /groups/:id/variables/:key"
	CreateGroupVariable    Endpoint = "POST /groups/:id/variables"
	UpdateGroupVariable    Endpoint = "PUT /groups/:id/variables/:key"
	DeleteGroupVariable    Endpoint = "DELETE /groups/:id/variables/:key"
	ListInstanceVariables  Endpoint = "GET /admin/ci/variables"
	GetInstanceVariable    Endpoint = "GET /admin/ci/variables/:key"
	CreateInstanceVariable Endpoint = "POST /admin/ci/variables"
	UpdateInstanceVariable Endpoint = "PUT /admin/ci/variables/:key"
	DeleteInstanceVariable Endpoint = "DELETE /admin/ci/variables/:key"
)

// The endpoints of pipelines (https://docs.gitlab.com/ee/api/pipelines.html).
const (
	ListProjectPipelines         Endpoint = "GET /projects/:id/pipelines"
	GetLatestPipeline            Endpoint = "GET /projects/:id/pipelines/latest"
	GetPipeline                  Endpoint = "GET /projects/:id/pipelines/:pipeline_id"
	ListPipelineJobs             Endpoint = "GET /projects/:id/pipelines/:pipeline_id/jobs"
	ListPipelineBridges          Endpoint = "GET /projects/:id/pipelines/:pipeline_id/bridges"
	ListPipelineTriggerJobs      Endpoint = "GET /projects/:id/pipelines/:pipeline_id/trigger_jobs" // from GitLab 19.2 on
	ListPipelineVariables        Endpoint = "GET /projects/:id/pipelines/:pipeline_id/variables"
	GetPipelineTestReport        Endpoint = "GET /projects/:id/pipelines/:pipeline_id/test_report"
	GetPipelineTestReportSummary Endpoint = "GET /projects/:id/pipelines/:pipeline_id/test_report_summary"
	CreateProjectPipeline        Endpoint = "POST /projects/:id/pipeline"
	UpdatePipelineMetadata       Endpoint = "PUT /projects/:id/pipelines/:pipeline_id/metadata"
	RetryPipeline                Endpoint = "POST /projects/:id/pipelines/:pipeline_id/retry"
	CancelPipeline               Endpoint = "POST /projects/:id/pipelines/:pipeline_id/cancel"
	DeletePipeline               Endpoint = "DELETE /projects/:id/pipelines/:pipeline_id"
)

// The endpoints of pipeline schedules (https://docs.gitlab.com/ee/api/pipeline_schedules.html).
const (
	ListPipelineSchedules  Endpoint = "GET /projects/:id/pipeline_schedules"
	GetPipelineSchedule    Endpoint = "GET /projects/:id/pipeline_schedules/:pipeline_schedule_id"
	ListSchedulePipelines  Endpoint = "GET /projects/:id/pipeline_schedules/:pipeline_schedule_id/pipelines"
	CreatePipelineSchedule Endpoint = "POST /projects/:id/pipeline_schedules"
	UpdatePipelineSchedule Endpoint = "PUT /projects/:id/pipeline_schedules/:pipeline_schedule_id"
	OwnPipelineSchedule    Endpoint = "POST /projects/:id/pipeline_schedules/:pipeline_schedule_id/take_ownership"
	DeletePipelineSchedule Endpoint = "DELETE /projects/:id/pipeline_schedules/:pipeline_schedule_id"
	PlayPipelineSchedule   Endpoint = "POST /projects/:id/pipeline_schedules/:pipeline_schedule_id/play"
	CreateScheduleVariable Endpoint = "POST /projects/:id/pipeline_schedules/:pipeline_schedule_id/variables"
	GetScheduleVariable    Endpoint = "GET /projects/:id/pipeline_schedules/:pipeline_schedule_id/variables/:key"
	UpdateScheduleVariable Endpoint = "PUT /projects/:id/pipeline_schedules/:pipeline_schedule_id/variables/:key"
	DeleteScheduleVariable Endpoint = "DELETE /projects/:id/pipeline_schedules/:pipeline_schedule_id/variables/:key"
)

// The endpoints of pipeline triggers (https://docs.gitlab.com/ee/api/pipeline_triggers.html).
const (
	ListPipelineTriggers  Endpoint = "GET /projects/:id/triggers"
	GetPipelineTrigger    Endpoint = "GET /projects/:id/triggers/:trigger_id"
	CreatePipelineTrigger Endpoint = "POST /projects/:id/triggers"
	UpdatePipelineTrigger Endpoint = "PUT /projects/:id/triggers/:trigger_id"
	DeletePipelineTrigger Endpoint = "DELETE /projects/:id/triggers/:trigger_id"
	TriggerPipeline       Endpoint = "POST /projects/:id/trigger/pipeline"
	TriggerPipelineOfRef  Endpoint = "POST /projects/:id/ref/:ref/trigger/pipeline"
)

// The endpoints of commit statuses and resource groups (https://docs.gitlab.com/api/commits, api/resource_groups).
const (
	ListCommitStatuses            Endpoint = "GET /projects/:id/repository/commits/:sha/statuses"
	SetCommitStatus               Endpoint = "POST /projects/:id/statuses/:sha"
	ListResourceGroups            Endpoint = "GET /projects/:id/resource_groups"
	GetResourceGroup              Endpoint = "GET /projects/:id/resource_groups/:key"
	GetResourceGroupCurrentJob    Endpoint = "GET /projects/:id/resource_groups/:key/current_job" // from GitLab 18.6 on
	ListResourceGroupUpcomingJobs Endpoint = "GET /projects/:id/resource_groups/:key/upcoming_jobs"
	UpdateResourceGroup           Endpoint = "PUT /projects/:id/resource_groups/:key"
)

// The endpoints of protected branches and tags (https://docs.gitlab.com/ee/api/protected_branches.html,
// protected_tags.html).
const (
	ListProtectedBranches Endpoint = "GET /projects/:id/protected_branches"
	GetProtectedBranch    Endpoint = "GET /projects/:id/protected_branches/:name"
	ProtectBranch         Endpoint = "POST /projects/:id/protected_branches"
	UpdateProtectedBranch Endpoint = "PATCH /projects/:id/protected_branches/:name"
	UnprotectBranch       Endpoint = "DELETE /projects/:id/protected_branches/:name"
	ListProtectedTags     Endpoint = "GET /projects/:id/protected_tags"
	GetProtectedTag       Endpoint = "GET /projects/:id/protected_tags/:name"
	ProtectTag            Endpoint = "POST /projects/:id/protected_tags"
	UnprotectTag          Endpoint = "DELETE /projects/:id/protected_tags/:name"
)

// The endpoints of project and group access tokens (https://docs.gitlab.com/ee/api/project_access_tokens.html,
// group_access_tokens.html).
const (
	ListProjectAccessTokens  Endpoint = "GET /projects/:id/access_tokens"
	GetProjectAccessToken    Endpoint = "GET /projects/:id/access_tokens/:token_id"
	CreateProjectAccessToken Endpoint = "POST /projects/:id/access_tokens"
	RotateProjectAccessToken Endpoint = "POST /projects/:id/access_tokens/:token_id/rotate"
	RevokeProjectAccessToken Endpoint = "DELETE /projects/:id/access_tokens/:token_id"
	RotateOwnProjectToken    Endpoint = "POST /projects/:id/access_tokens/self/rotate" // from GitLab 17.9 on
	ListGroupAccessTokens    Endpoint = "GET /groups/:id/access_tokens"
	GetGroupAccessToken      Endpoint = "GET /groups/:id/access_tokens/:token_id"
	CreateGroupAccessToken   Endpoint = "POST /groups/:id/access_tokens"
	RotateGroupAccessToken   Endpoint = "POST /groups/:id/access_tokens/:token_id/rotate"
	RevokeGroupAccessToken   Endpoint = "DELETE /groups/:id/access_tokens/:token_id"
	RotateOwnGroupToken      Endpoint = "POST /groups/:id/access_tokens/self/rotate" // from GitLab 17.9 on
)

// Tokens of jobs, deploy tokens and deploy keys (https://docs.gitlab.com/ee/api/project_job_token_scopes.html,
// deploy_tokens.html, deploy_keys.html).
const (
	GetJobTokenScope         Endpoint = "GET /projects/:id/job_token_scope"
	UpdateJobTokenScope      Endpoint = "PATCH /projects/:id/job_token_scope"
	ListJobTokenProjects     Endpoint = "GET /projects/:id/job_token_scope/allowlist"
	AllowJobTokenProject     Endpoint = "POST /projects/:id/job_token_scope/allowlist"
	DisallowJobTokenProject  Endpoint = "DELETE /projects/:id/job_token_scope/allowlist/:target_project_id"
	ListJobTokenGroups       Endpoint = "GET /projects/:id/job_token_scope/groups_allowlist"
	AllowJobTokenGroup       Endpoint = "POST /projects/:id/job_token_scope/groups_allowlist"
	DisallowJobTokenGroup    Endpoint = "DELETE /projects/:id/job_token_scope/groups_allowlist/:target_group_id"
	ListAllDeployTokens      Endpoint = "GET /deploy_tokens"
	ListProjectDeployTokens  Endpoint = "GET /projects/:id/deploy_tokens"
	GetProjectDeployToken    Endpoint = "GET /projects/:id/deploy_tokens/:token_id"
	CreateProjectDeployToken Endpoint = "POST /projects/:id/deploy_tokens"
	DeleteProjectDeployToken Endpoint = "DELETE /projects/:id/deploy_tokens/:token_id"
	ListGroupDeployTokens    Endpoint = "GET /groups/:id/deploy_tokens"
	GetGroupDeployToken      Endpoint = "GET /groups/:id/deploy_tokens/:token_id"
	CreateGroupDeployToken   Endpoint = "POST /groups/:id/deploy_tokens"
	DeleteGroupDeployToken   Endpoint = "DELETE /groups/:id/deploy_tokens/:token_id"
	ListAllDeployKeys        Endpoint = "GET /deploy_keys"
	CreateInstanceDeployKey  Endpoint = "POST /deploy_keys" // from GitLab 17.5 on
	ListProjectDeployKeys    Endpoint = "GET /projects/:id/deploy_keys"
	GetProjectDeployKey      Endpoint = "GET /projects/:id/deploy_keys/:key_id"
	CreateProjectDeployKey   Endpoint = "POST /projects/:id/deploy_keys"
	UpdateProjectDeployKey   Endpoint = "PUT /projects/:id/deploy_keys/:key_id"
	EnableProjectDeployKey   Endpoint = "POST /projects/:id/deploy_keys/:key_id/enable"
	DeleteProjectDeployKey   Endpoint = "DELETE /projects/:id/deploy_keys/:key_id"
	ListUserDeployKeys       Endpoint = "GET /users/:user_id/project_deploy_keys"
)

// The endpoints of repositories (https://docs.gitlab.com/ee/api/branches.html, tags.html, commits.html,
// repositories.html, repository_files.html). HEAD is answered where GET is.
const (
	ListBranches            Endpoint = "GET /projects/:id/repository/branches"
	GetBranch               Endpoint = "GET /projects/:id/repository/branches/:branch"
	CreateBranch            Endpoint = "POST /projects/:id/repository/branches"
	DeleteBranch            Endpoint = "DELETE /projects/:id/repository/branches/:branch"
	ProtectOneBranch        Endpoint = "PUT /projects/:id/repository/branches/:branch/protect"
	UnprotectOneBranch      Endpoint = "PUT /projects/:id/repository/branches/:branch/unprotect"
	DeleteMergedBranches    Endpoint = "DELETE /projects/:id/repository/merged_branches"
	ListTags                Endpoint = "GET /projects/:id/repository/tags"
	GetTag                  Endpoint = "GET /projects/:id/repository/tags/:tag_name"
	CreateTag               Endpoint = "POST /projects/:id/repository/tags"
	GetTagSignature         Endpoint = "GET /projects/:id/repository/tags/:tag_name/signature"
	DeleteTag               Endpoint = "DELETE /projects/:id/repository/tags/:tag_name"
	ListCommits             Endpoint = "GET /projects/:id/repository/commits"
	CreateCommit            Endpoint = "POST /projects/:id/repository/commits"
	GetCommit               Endpoint = "GET /projects/:id/repository/commits/:sha"
	GetCommitDiff           Endpoint = "GET /projects/:id/repository/commits/:sha/diff"
	ListCommitRefs          Endpoint = "GET /projects/:id/repository/commits/:sha/refs"
	GetCommitSequence       Endpoint = "GET /projects/:id/repository/commits/:sha/sequence"
	ListCommitMergeRequests Endpoint = "GET /projects/:id/repository/commits/:sha/merge_requests"
	GetCommitSignature      Endpoint = "GET /projects/:id/repository/commits/:sha/signature"
	CherryPickCommit        Endpoint = "POST /projects/:id/repository/commits/:sha/cherry_pick"
	RevertCommit            Endpoint = "POST /projects/:id/repository/commits/:sha/revert"
	ListTree                Endpoint = "GET /projects/:id/repository/tree"
	GetBlob                 Endpoint = "GET /projects/:id/repository/blobs/:sha"
	GetRawBlob              Endpoint = "GET /projects/:id/repository/blobs/:sha/raw"
	GetRepositoryArchive    Endpoint = "GET /projects/:id/repository/archive"
	CompareRefs             Endpoint = "GET /projects/:id/repository/compare"
	ListContributors        Endpoint = "GET /projects/:id/repository/contributors"
	GetMergeBase            Endpoint = "GET /projects/:id/repository/merge_base"
	GetRepositoryFile       Endpoint = "GET /projects/:id/repository/files/:file_path"
	GetRawRepositoryFile    Endpoint = "GET /projects/:id/repository/files/:file_path/raw"
	GetFileBlame            Endpoint = "GET /projects/:id/repository/files/:file_path/blame"
	CreateRepositoryFile    Endpoint = "POST /projects/:id/repository/files/:file_path"
	UpdateRepositoryFile    Endpoint = "PUT /projects/:id/repository/files/:file_path"
	DeleteRepositoryFile    Endpoint = "DELETE /projects/:id/repository/files/:file_path"
)

// The endpoints of git over HTTP, where :project is a full path. Every clone, fetch and push begins with GitInfoRefs,
// whose parameter service says what it is for: "git-upload-pack" or "git-receive-pack".
const (
	GitInfoRefs    Endpoint = "GET /:project.git/info/refs"
	GitUploadPack  Endpoint = "POST /:project.git/git-upload-pack"
	GitReceivePack Endpoint = "POST /:project.git/git-receive-pack"
)
