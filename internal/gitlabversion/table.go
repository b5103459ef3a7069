package gitlabversion

import "slices"

// Difference names one behaviour that not every supported version of GitLab has.
type Difference int

// The differences, in the order of the table below.
const (
	StaleAfterSevenDays Difference = iota
	AddressOfRunner
	ManageRunnerScope
	DescriptionLimit
	GroupMaintainersListRunners
	GroupMaintainersReadInheritedRunners
	GroupMaintainersReadRunnerJobs
	RunnerNotFoundByName
	RunnerCreationShown
	RunnerProjectsEndpoint
	MaintenanceNoteForUpdatersOnly
	AuditorsListAllRunners
	OwnerProjectRulesRunner
	OwnerProjectKeepsRunner
	UnassignDecidedFirst
	AssignErrorsAsText
	MissingScopeByName
	PartitionedTokens
	RoutableRunnerTokens
	VerifyContactsCreatedRunners
	ManagerDeletionContacts
	OrphanedRunners
	OrphanedRunnersForbidden
	OrphanedRunnersDeleted
	KASProxyURL
	CancelingState
	JobNotProcessing
	ErasureBeforeStatus
	JobStatusOnUpdate
	JobInfoExtras
	JobInputs
	LaterFailureReasons
	MaskedByWord
	JobTokenPrefix
	JobTokenJudgedFirst
	PersonalTokensFetchArtifacts
	EndedPipelinesUnlock
	ExtendedTrailers
	JobSource
	CancelBuildAbility
	RerunAbilities
	PlayAnswersNewAttempt
	JobInputsOverridden
	LintContentRef
	RetryReasonAliases
	JobRouter
	RateLimitHeaders
	EmailResetOffered
	UsersShowLocked
	JobsShowManager
	ScimIdentities
	SHA256Avatars
	PublicEmailOfUsers
	GitHubOfUsers
	PreferredLanguage
	DisallowedTokensHidden
	TokenDescription
	TokenLastUsedIPs
	GranularShown
	GranularTokens
	PlannerRole
	SecurityManagerRole
	KeysetAscending
	EmptyTagListNarrowsNothing
	ChosenTokenExpiry
	NamespaceAttributesOf17
	NamespaceAttributesOf18
	MergeRequestTitleTemplate
	RunnersTokenInLists
	CodeReadersSeeProtection
	BotsOutliveTokens
	TokenPermissionsHeld
	HiddenVariables
	VariableDescription
	InstanceVariableDescription
	RegistryImportOver
	VerifyAnswersToken
	RegistrationGone
	ManagersBySystemID
	MinuteBetweenLogs
	ArtifactsByRunningJobs
	TimeoutsEnforced
	StuckReasonsByState
	SilentAfterHalfAnHour
	JobTokensReadJobs
	JobTokensReadRepositories
	JobTokenRefusedByName
	KeepDecidedByJob
	RecentPipelinesSearched
	OwnTokenCreation
	TokenRotationExpiry
	TokenSelfRotation
	TokenFamilyRevoked
	TokenExpiryFilters
	ActivationByService
	MovedProjectsRedirect
	DeletionMarks
	DeletionRenames
	InstanceRunnersReadByAll
	RunnerShowsMachine
	RunnerCreationMethod
	RunnerCreationState
	RunnersByVersionPrefix
	RunnersByCreatorName
	RunnersByOwner
	RunnersOfCurrentUser
	ManagersShowExecution
	JobCountByStatus
	ProjectJobsByName
	JobInterface
	RunnerBulkPause
	RunnerAssignMutations
	GraphQLSuggests
	WebhookUUID
	WebhookTemplates
	WebhookTests
	WebhookNames
	WebhookIdempotencyKey
	WebhooksForgivenAlike
	WebhookEventsOf18
	RunnerControllers
	RunnerControllerScopes
	TagsShowCreation
	GeneratedFiles
	OmittedDiffs
	JobTokensPush
	GitDeniedTellsOfTokens
	ArchivedPushToldApart
	PipelineNames
	PipelineMetadata
	PipelinesByName
	PipelineInputs
	PipelineArchived
	StatusTextsCapital
	ScheduleRefsWhole
	ScheduleInputs
	ScheduleErrorsSaved
	TriggerExpiry
	differenceCount
)

// Row is one difference. Nothing asks for those that begin with the oldest supported version: they are listed because a
// client may know the time before.
type Row struct {
	What         string  // what a version that has it does, and what others do
	Since, Until Version // the first version that has it and the first that no longer has it; the zero Version: none
	Source       string  // how it is known: a page of GitLab's documentation, or a file of its source
	Exact        bool    // the minor versions are known, and not only that the behaviour differs before and after
}

// first is older than everything supported.
var first = Version{}

// oldest is the first version that is followed.
var oldest = Version{firstMajor, 0}

var table = [differenceCount]Row{
	StaleAfterSevenDays: {"a runner is stale seven days after its last contact; before, three months",
		Version{17, 1}, first, "Runners API page of 17.1, merge request 155795", true},
	AddressOfRunner: {"a runner's ip_address is the address of its latest manager; afterwards null",
		first, Version{17, 0}, "Runners API page: deprecated in 16.1, gone in 17.0; null in answers recorded from " +
			"gitlab.com at 17.1-pre and 18.4-pre, where the page says the empty string", true},
	ManageRunnerScope: {"access tokens know the scope manage_runner",
		Version{17, 1}, first, "Runners API page of 17.1", false},
	DescriptionLimit: {"a runner's description has at most 1024 characters, its name 256",
		Version{17, 0}, first, "app/models/ci/runner.rb, absent in 16.x", false},
	GroupMaintainersListRunners: {"GET /groups/:id/runners needs Maintainer; before, Owner",
		Version{17, 0}, first, "Runners API page of 17.2; policy of 16.0", false},
	GroupMaintainersReadInheritedRunners: {"a Maintainer of a parent group may read a group runner; before, direct " +
		"members only",
		Version{18, 0}, first, "app/policies/ci/runner_policy.rb", false},
	GroupMaintainersReadRunnerJobs: {"a group Maintainer may list the jobs of a group runner; before, Owner",
		Version{18, 4}, first, "app/policies/ci/runner_policy.rb of about 18.2 and of the newest", false},
	RunnerNotFoundByName: {"a missing runner is 404 Runner Not Found; before, 404 Not found",
		Version{18, 0}, first, "lib/api/ci/runners.rb", false},
	RunnerCreationShown: {"runners show created_by, created_at and job_execution_status",
		Version{18, 0}, first, "lib/api/entities/ci/runner.rb", false},
	RunnerProjectsEndpoint: {"GET /runners/:id/projects, and include_projects on GET /runners/:id",
		Version{18, 0}, first, "lib/api/ci/runners.rb", false},
	MaintenanceNoteForUpdatersOnly: {"maintenance_note is null for those who may not update the runner",
		Version{18, 0}, first, "lib/api/entities/ci/runner_details.rb", false},
	AuditorsListAllRunners: {"auditors may call GET /runners/all; before, administrators only",
		Version{18, 0}, first, "lib/api/ci/runners.rb", false},
	OwnerProjectRulesRunner: {"updating a project runner needs Maintainer in its owner project (or, with several, in " +
		"any); before, in any",
		Version{18, 0}, first, "app/policies/ci/runner_policy.rb", false},
	OwnerProjectKeepsRunner: {"a runner cannot be unassigned from its owner project, nor while it is locked unless by " +
		"an administrator; before, not from its only project",
		Version{17, 9}, first, "app/services/ci/runners/unassign_runner_service.rb", false},
	UnassignDecidedFirst: {"unassigning is refused to others than administrators before If-Unmodified-Since is looked " +
		"at, with Runner is locked or No access granted; before, after it, with User not allowed to assign runner or the " +
		"words about the owner project",
		Version{18, 0}, first, "lib/api/ci/runners.rb, app/policies/ci/runner_project_policy.rb", false},
	AssignErrorsAsText: {"a refused assignment says why in one text; before, as a hash of model errors",
		Version{17, 3}, first, "app/services/ci/runners/assign_runner_service.rb", false},
	MissingScopeByName: {"POST /user/runners calls an unknown group or project by name; before, scope",
		Version{18, 0}, first, "app/services/ci/runners/create_runner_service.rb", false},
	PartitionedTokens: {"authentication tokens name their runner's type in front: t1_, t2_, t3_ and glrt-t1_ ...",
		Version{17, 7}, Version{17, 11}, "lib/authn/tokens/runner_authentication_token.rb: from October 2024; " +
			"lib/ci/runners/token_partition.rb", false},
	RoutableRunnerTokens: {"authentication tokens are longer, have dots and name their runner's type and group or " +
		"project inside; those of runners that registered with a registration token begin with glrtr-",
		Version{17, 11}, first, "lib/authn/token_field/generator/routable_token.rb; " +
			"lib/authn/tokens/runner_authentication_token.rb: from 28 March 2025; tokens in public files", false},
	VerifyContactsCreatedRunners: {"POST /runners/verify counts as contact of a runner made by a user, and of its manager",
		Version{18, 0}, first, "lib/api/ci/runner.rb", false},
	ManagerDeletionContacts: {"DELETE /runners/managers counts as contact of the runner that keeps other managers",
		first, Version{18, 0}, "lib/api/ci/runner.rb and lib/api/ci/helpers/runner.rb of 17.x and the newest", false},
	OrphanedRunners: {"a group or project runner left without its group or projects is refused as orphaned by POST " +
		"/runners/verify and POST /jobs/request",
		Version{17, 0}, Version{18, 0}, "lib/api/ci/runner.rb and lib/api/ci/helpers/runner.rb of 16.x and 17.x", false},
	OrphanedRunnersForbidden: {"an orphaned runner is refused with 403 by every endpoint that takes its token; before, " +
		"with 422 by the two that give it work or verify it",
		Version{17, 9}, Version{18, 0}, "lib/api/ci/helpers/runner.rb of 17.9", false},
	OrphanedRunnersDeleted: {"when a project is deleted, runners that served nothing else are deleted, too; before and " +
		"after, they stay as orphans",
		Version{18, 0}, Version{18, 3}, "app/workers/ci/runners/update_project_runners_owner_worker.rb, with a flag of " +
			"17.9 that was off; a migration of 18.4 removes what is left of it", false},
	KASProxyURL: {"GET /version and GET /metadata show kas.externalK8sProxyUrl",
		Version{17, 6}, first, "Metadata API page", true},
	CancelingState: {"a job of a runner that cancels gracefully is canceling before it is canceled",
		Version{17, 0}, first, "Jobs API page of 17.0", true},
	JobNotProcessing: {"a runner that asks about a job that is over is told Job is not processing on runner; before, " +
		"Job is not running",
		Version{17, 0}, first, "lib/api/ci/helpers/runner.rb of 15.8 and of 17.x", false},
	ErasureBeforeStatus: {"the token of an erased job is refused with Job has been erased, without Job-Status; " +
		"afterwards for its status, if it is over",
		first, Version{18, 0}, "lib/api/ci/helpers/runner.rb of 16.x, of 17.x and the newest", false},
	JobStatusOnUpdate: {"PUT /jobs/:id answers with the header Job-Status, as PATCH /jobs/:id/trace always did",
		Version{17, 0}, first, "lib/api/ci/runner.rb of 15.8 and of 17.x", false},
	JobInputs: {"jobs have inputs",
		Version{18, 6}, first, "lib/api/entities/ci/job_request/response.rb", false},
	JobInfoExtras: {"job_info names the project's path, namespace and user; git_info has protected",
		Version{18, 0}, first, "lib/api/entities/ci/job_request", false},
	LaterFailureReasons: {"jobs fail with runner_configuration_error, job_execution_server_timeout and their like, " +
		"too; before, a runner that says so means unknown_failure",
		Version{18, 0}, first, "app/models/concerns/enums/ci/commit_status.rb", false},
	MaskedByWord: {"where a job's token is in its log there is [MASKED] and an x for each further character; before, " +
		"only x",
		Version{18, 0}, first, "lib/gitlab/ci/mask_secret.rb of 15.x and the newest", false},
	JobTokenPrefix: {"the tokens of jobs begin with glcbt-",
		Version{16, 9}, first, "security/tokens page: behind a flag in 16.8, for all in 16.9", true},
	JobTokenJudgedFirst: {"a runner that sends the token of another job is told first what is wrong with that one: it " +
		"is erased or over; before, a bare 403",
		Version{18, 0}, first, "lib/api/ci/helpers/runner.rb of 16.x and the newest, app/finders/ci/auth_job_finder.rb",
		false},
	PersonalTokensFetchArtifacts: {"GET /jobs/:id/artifacts takes a personal access token of who may read the job, too; " +
		"afterwards it is 403",
		first, Version{18, 0}, "lib/api/ci/helpers/runner.rb of 16.x, of 17.9 and the newest", false},
	EndedPipelinesUnlock: {"the artifacts of a pipeline that did not succeed stay locked until a newer one of the ref " +
		"ends; before, until one succeeds",
		Version{16, 7}, first, "ci/jobs/job_artifacts page; app/services/ci/refs/enqueue_pipelines_to_unlock_service.rb",
		true},
	ExtendedTrailers: {"the commit of a job has extended_trailers",
		Version{17, 1}, first, "recorded on GitLab.com in June 2024, absent in 2023", false},
	JobSource: {"jobs show their source",
		Version{18, 5}, first, "Jobs API page and entity of the newest; absent in a recording of 18.4-pre", false},
	CancelBuildAbility: {"to cancel a job is an ability of its own, which an archived project does not take away; " +
		"before, whoever may update a job may cancel it",
		Version{16, 8}, first, "lib/api/ci/jobs.rb, app/policies/concerns/archived_abilities.rb", false},
	RerunAbilities: {"to retry and to play a job are abilities of their own, which an archived project does not take " +
		"away; before, 403 there",
		Version{18, 0}, first, "app/policies/concerns/ci/job_abilities.rb and " +
			"config/authz/permission_groups/internal/project/archived.yml of the newest, otherwise in 17.x", false},
	PlayAnswersNewAttempt: {"POST /projects/:id/jobs/:job_id/play of a job that is over answers with the new attempt; " +
		"before, with the job that was over",
		Version{18, 10}, first, "lib/api/ci/jobs.rb of 17.x and the newest", false},
	JobInputsOverridden: {"play and retry take job_inputs",
		Version{18, 10}, first, "Jobs API page", true},
	LintContentRef: {"GET /projects/:id/ci/lint takes content_ref and dry_run_ref, the new names of sha and ref",
		Version{16, 10}, first, "CI Lint API page", true},
	RetryReasonAliases: {"retry:when by the name of stuck_or_timeout_failure or job_execution_timeout also means the " +
		"reasons that have taken their place, and the other way round",
		Version{19, 0}, first, "issue 602133 of GitLab", false},
	JobRouter: {"GET /runners/router/discovery",
		Version{18, 7}, first, "Runners API page", true},
	RateLimitHeaders: {"every answer to a request that the throttle counts may have RateLimit- headers " +
		"(Settings.RateLimitHeaders); before, only 429",
		Version{18, 6}, first, "lib/gitlab/middleware/rack_attack_headers.rb", false},
	EmailResetOffered: {"GET /user shows administrators email_reset_offered_at",
		Version{16, 7}, Version{18, 3}, "Users API page, merge request 197491; there in an answer recorded from 17.11.7, " +
			"not in those from 18.11.5 on", true},
	UsersShowLocked: {"users show locked",
		Version{16, 4}, first, "absent in answers recorded from GHC and CERN in July and September 2023", false},
	JobsShowManager: {"jobs show archived and runner_manager",
		Version{16, 4}, first, "absent in answers recorded from GHC and CERN in July and September 2023", false},
	ScimIdentities: {"GET /user shows scim_identities",
		Version{16, 1}, first, "Users API page", true},
	SHA256Avatars: {"a user's avatar_url at Gravatar has the SHA-256 of the email address; before, the MD5",
		Version{17, 0}, first, "MD5 in answers recorded in 2023, SHA-256 in those from 17.11.7 on", false},
	PublicEmailOfUsers: {"users show public_email wherever they stand",
		Version{18, 0}, first, "answers recorded from 18.11.5, 19.0.2 and 19.1.1, not from 17.11.7", false},
	GitHubOfUsers: {"users show github; before, skype",
		Version{18, 0}, first, "answers recorded from 18.4-pre, 18.11.5, 19.0.2 and 19.1.1, otherwise from 17.11.7", false},
	PreferredLanguage: {"GET /user shows preferred_language",
		Version{18, 0}, first, "answers recorded from 18.11.5, 19.0.2 and 19.1.1, not from 17.11.7", false},
	DisallowedTokensHidden: {"runners_token of a project or group is null while its registration token is not " +
		"accepted; before, the token",
		Version{18, 0}, first, "app/models/project.rb and app/models/group.rb, otherwise in 16.x", false},
	TokenDescription: {"personal access tokens have a description",
		Version{17, 7}, first, "Personal access tokens API page", true},
	TokenLastUsedIPs: {"personal access tokens show last_used_ips",
		Version{18, 0}, first, "Personal access tokens API page", false},
	GranularShown: {"personal access tokens show granular",
		Version{18, 11}, first, "answers recorded from 18.11.5, 19.0.2 and 19.1.1, not from 17.11.7", false},
	GranularTokens: {"a personal access token with the scope granular may do what its permissions say",
		Version{19, 2}, first, "page on fine-grained permissions for the REST API; " +
			"app/services/authz/tokens/authorize_granular_scopes_service.rb", true},
	PlannerRole: {"min_access_level takes 15, the role Planner",
		Version{17, 7}, first, "Members API page: the role came with 17.7; lib/gitlab/access.rb", true},
	SecurityManagerRole: {"the role Security Manager lists runners and cancels jobs, and min_access_level takes 25",
		Version{19, 0}, first, "config/authz/roles/security_manager.yml", false},
	KeysetAscending: {"GET /runners/:id/jobs has keyset pagination in ascending order, too",
		Version{19, 4}, first, "Runners API page, merge request 252032", true},
	EmptyTagListNarrowsNothing: {"a list of runners with tag_list given and empty has all runners; before, none",
		Version{17, 7}, first, "app/models/concerns/ci/taggable.rb", false},
	ChosenTokenExpiry: {"POST /user/runners takes token_expires_at",
		Version{18, 10}, first, "Users API page; lib/api/user_runners.rb", true},
	NamespaceAttributesOf17: {"projects and groups show max_artifacts_size; projects ci_delete_pipelines_in_seconds and " +
		"ci_push_repository_for_job_token_allowed; groups developer_can_initial_push",
		Version{17, 11}, first, "answers recorded from GitLab 16.11.6 and 17.11.7", false},
	NamespaceAttributesOf18: {"projects and groups show show_diff_preview_in_email and marked_for_deletion_on; groups " +
		"archived, duo_namespace_access_rules and service_access_tokens_expiration_enforced; projects " +
		"package_registry_access_level, resource_group_default_process_mode, protect_merge_request_pipelines and " +
		"ci_display_pipeline_variables, and to everybody their visibility",
		Version{18, 0}, first, "answers recorded from GitLab 17.11.7 and 18.11.5", false},
	MergeRequestTitleTemplate: {"projects show mr_default_title_template",
		Version{19, 0}, first, "answers recorded from GitLab 18.11.5 and 19.0.2", false},
	RunnersTokenInLists: {"who may administer a project finds its runners_token in lists and groups, too; before, in " +
		"GET /projects/:id alone",
		Version{17, 11}, first, "lib/api/entities/project.rb; answers recorded from GitLab 17.11.7", false},
	CodeReadersSeeProtection: {"who may read a project's code lists its protected branches; before, Maintainers alone",
		Version{17, 0}, first, "lib/api/protected_branches.rb of 16.0 and of 17.x", false},
	BotsOutliveTokens: {"the bot of a project or group access token stays when that is revoked; before, it is deleted",
		Version{17, 10}, first, "app/services/resource_access_tokens/revoke_service.rb", false},
	TokenPermissionsHeld: {"who asks for an access token with more rights than the own, or rotates one, is told of " +
		"permissions; before, of the access level, and that a missing one is a missing one in a sentence",
		Version{18, 0}, first, "app/services/resource_access_tokens/create_service.rb of 17.x and of 18.x, " +
			"lib/api/resource_access_tokens.rb", false},
	HiddenVariables: {"CI/CD variables of projects and groups can be hidden (masked_and_hidden, hidden)",
		Version{17, 4}, first, "Project-level CI/CD variables API page", true},
	VariableDescription: {"CI/CD variables of projects and groups have a description",
		Version{16, 2}, first, "Project-level CI/CD variables API page", true},
	InstanceVariableDescription: {"CI/CD variables of the instance have a description",
		Version{16, 8}, first, "Instance-level CI/CD variables API page", false},
	RegistryImportOver: {"GET /application/settings shows the container_registry_import_ settings as 0 and as the empty " +
		"string, the time container_registry_import_created_before too; before, as numbers, a text and a time",
		Version{17, 0}, first, "lib/api/entities/application_setting.rb and its spec; go-gitlab issues 1938 and 1952", false},
	VerifyAnswersToken: {"POST /runners/verify answers with id, token and token_expires_at; before, with the text 200",
		oldest, first, "lib/api/ci/runner.rb of 15.8 and of 17.x; the change is older than 16.0", false},
	RegistrationGone: {"POST /runners is 410 where registration tokens are switched off",
		oldest, first, "lib/api/ci/runner.rb of 15.8 and of 17.x; the change is older than 16.0", false},
	ManagersBySystemID: {"each system_id of a runner is a manager of its own, and DELETE /runners/managers removes it",
		oldest, first, "lib/api/ci/runner.rb of 15.8 and of 17.x; DELETE /runners/managers is of 16.0", false},
	MinuteBetweenLogs: {"X-GitLab-Trace-Update-Interval is 60 while nobody looks at the log; before, 30",
		oldest, first, "lib/gitlab/ci/trace.rb of 13.x and the newest; the change is older than 16.0", false},
	ArtifactsByRunningJobs: {"GET /jobs/:id/artifacts wants the token of a running job; before, a job's own token did " +
		"for its own when it was over",
		oldest, first, "lib/api/ci/runner.rb of 15.x, lib/api/ci/helpers/runner.rb of 16.x; the change is older than " +
			"16.0", false},
	TimeoutsEnforced: {"GitLab's workers fail a running job 15 minutes after its timeout, with " +
		"job_execution_server_timeout; before, only its silence counts",
		Version{18, 0}, first, "app/services/ci/timed_out_builds/drop_running_service.rb", true},
	StuckReasonsByState: {"the reasons of GitLab's workers say what was wrong: stuck_pending_no_matching_runners, " +
		"stuck_pending_with_matching_runners, no_updates_running, server_timeout_running; before, " +
		"stuck_or_timeout_failure. A job that waits in vain fails whatever else waits; before, not while an older one " +
		"waits that a runner may take",
		Version{19, 0}, first, "app/services/ci/stuck_builds/drop_pending_service.rb; GitLab's runbook has the old " +
			"reason for jobs before 19.0", true},
	SilentAfterHalfAnHour: {"GitLab's workers give a running job up after 30 minutes of silence; before, after an hour",
		Version{19, 4}, first, "app/services/ci/stuck_builds/drop_running_service.rb, behind the flag " +
			"ci_lower_stuck_build_timeouts", true},
	JobTokensReadJobs: {"GET /projects/:id/jobs and GET /projects/:id/jobs/:job_id take the token of a running job",
		Version{18, 3}, first, "lib/api/ci/jobs.rb of 17.9 and of 18.x", true},
	JobTokensReadRepositories: {"the branches, the tags, one commit and a raw file of a repository are read with the " +
		"token of a running job",
		Version{18, 3}, first, "lib/api/branches.rb, commits.rb, files.rb and tags.rb with and without " +
			"job_token_policies: :read_repositories; the issues of its making, of July to September 2025", false},
	JobTokenRefusedByName: {"a job token that does not reach a project is refused with 403 and the names of both; " +
		"before, with 404 Project Not Found",
		Version{17, 3}, first, "lib/api/helpers.rb of 16.x and of 17.x", true},
	KeepDecidedByJob: {"POST /projects/:id/jobs/:job_id/artifacts/keep finds the job before it asks who may, and an " +
		"archived project takes that from nobody; before, after it, and 403 there",
		Version{19, 0}, first, "lib/api/ci/job_artifacts.rb of 17.x and the newest, keep_job_artifacts", false},
	OwnTokenCreation: {"POST /user/personal_access_tokens",
		Version{16, 5}, first, "Users API page", true},
	TokenRotationExpiry: {"rotating an access token takes expires_at; before, the new one lives a week",
		Version{16, 6}, first, "Personal access tokens API page", true},
	TokenSelfRotation: {"POST /personal_access_tokens/self/rotate",
		Version{16, 10}, first, "Personal access tokens API page", true},
	TokenFamilyRevoked: {"a rotated token that is used to rotate has the tokens revoked that came of it",
		Version{16, 3}, first, "Personal access tokens API page; lib/gitlab/auth/auth_finders.rb, revoke_token_family", true},
	TokenExpiryFilters: {"lists of personal access tokens are narrowed by expires_before and expires_after",
		Version{17, 11}, first, "lib/api/helpers/personal_access_tokens_helpers.rb of about 17.11", false},
	ActivationByService: {"activating a user who is blocked is 403 with Error occurred. before the text, one who is " +
		"active true; before, 403 Forbidden - and false",
		Version{17, 0}, first, "lib/api/users.rb of 16.3 and of about 17.10; app/services/users/activate_service.rb", false},
	MovedProjectsRedirect: {"a path that a project had answers 301 to GET and 405 to the rest; before, 404",
		Version{16, 7}, first, "lib/api/helpers.rb, redirect!; behind the flag api_redirect_moved_projects from 16.4 on",
		true},
	DeletionMarks: {"DELETE of a group or project only marks it, for 30 days; permanently_remove and restore; " +
		"before, it goes at once",
		Version{18, 0}, first, "app/services/groups/mark_for_deletion_service.rb; epic 17208", false},
	DeletionRenames: {"what is marked for deletion has -deletion_scheduled- and its ID at the end of its path and name",
		Version{18, 2}, first, "app/services/namespaces/mark_for_deletion_base_service.rb", false},
	RecentPipelinesSearched: {"artifacts by ref are looked for in the 100 latest successful pipelines with " +
		"search_recent_successful_pipelines",
		Version{18, 10}, first, "Job artifacts API page", false},
	InstanceRunnersReadByAll: {"GraphQL shows instance runners to every user; before, to administrators and to " +
		"Maintainers of a group or project that uses such runners",
		Version{18, 2}, first, "app/policies/ci/runner_policy.rb of 17.x and of about 18.2", false},
	RunnerShowsMachine: {"GraphQL's CiRunner has version, revision, ipAddress, executorName, architectureName and " +
		"platformName; afterwards CiRunnerManager alone",
		first, Version{17, 0}, "GraphQL reference of 16.x and of 17.x", false},
	RunnerCreationMethod: {"GraphQL's CiRunner has creationMethod",
		Version{17, 0}, first, "app/graphql/types/ci/runner_type.rb: experiment of 17.0", true},
	RunnerCreationState: {"GraphQL's CiRunner has creationState",
		Version{18, 2}, first, "app/graphql/types/ci/runner_type.rb of the newest; absent in the reference of 18.1", false},
	RunnersByVersionPrefix: {"GraphQL's lists of runners take versionPrefix",
		Version{16, 6}, first, "app/graphql/resolvers/ci/runners_resolver.rb: experiment of 16.6", true},
	RunnersByCreatorName: {"GraphQL's lists of runners take creatorUsername",
		Version{16, 7}, first, "app/graphql/resolvers/ci/runners_resolver.rb: experiment of 16.7", true},
	RunnersByOwner: {"GraphQL's list of all runners takes ownerFullPath and ownerWildcard",
		Version{17, 8}, first, "app/graphql/resolvers/ci/runners_resolver.rb: experiment of 17.8", true},
	RunnersOfCurrentUser: {"GraphQL's CurrentUser has runners",
		Version{18, 3}, first, "app/graphql/types/current_user_type.rb: experiment of 18.3", true},
	ManagersShowExecution: {"GraphQL's CiRunnerManager has jobExecutionStatus",
		Version{16, 3}, first, "app/graphql/types/ci/runner_manager_type.rb: experiment of 16.3", true},
	JobCountByStatus: {"jobCount of GraphQL's CiRunner takes statuses",
		Version{16, 2}, first, "app/graphql/resolvers/ci/runner_job_count_resolver.rb: experiment of 16.2", true},
	ProjectJobsByName: {"jobs of GraphQL's Project takes name",
		Version{17, 1}, first, "app/graphql/resolvers/project_jobs_resolver.rb: experiment of 17.1", true},
	JobInterface: {"GraphQL's CiRunner.jobs has CiJobInterface and ownerProject ProjectInterface; before, CiJob and " +
		"Project",
		Version{18, 4}, first, "app/graphql/types/ci/runner_type.rb of about 18.3 and of the newest", false},
	RunnerBulkPause: {"GraphQL has the mutation runnerBulkPause",
		Version{17, 11}, first, "merge request 184012 of spring 2025", false},
	GraphQLSuggests: {"GraphQL says of an unknown field, argument or type what may have been meant",
		Version{17, 7}, first, "Gemfile of late 2024: graphql 2.4.1, which is of November", false},
	RunnerAssignMutations: {"GraphQL has the mutations runnerAssignToProject and runnerUnassignFromProject",
		Version{18, 0}, first, "absent in the reference of 17.x, there in that of 18.x", false},
	WebhookUUID: {"webhooks are called with X-Gitlab-Webhook-UUID",
		Version{16, 2}, first, "merge request 125338", true},
	WebhookTemplates: {"webhooks have custom_webhook_template, emoji_events and resource_access_token_events",
		Version{16, 10}, first, "Project webhooks API page; lib/api/project_hooks.rb", false},
	WebhookTests: {"POST /projects/:id/hooks/:hook_id/test/:trigger, and the same of groups",
		Version{16, 11}, first, "Project webhooks API page", true},
	WebhookNames: {"webhooks have a name, a description and custom_headers, which /custom_headers/:key sets",
		Version{17, 1}, first, "Project webhooks API page, issue 460887; lib/api/project_hooks.rb", true},
	WebhookIdempotencyKey: {"webhooks are called with Idempotency-Key",
		Version{17, 4}, first, "merge request 160952", true},
	WebhooksForgivenAlike: {"a webhook that fails is disabled for a time whatever the failure, and for good at the " +
		"40th; before, for good at the 4th if an answer was 4xx",
		Version{17, 11}, first, "app/models/concerns/web_hooks/auto_disabling.rb, issue 503733", false},
	WebhookEventsOf18: {"webhooks have milestone_events, resource_deploy_token_events and vulnerability_events",
		Version{18, 0}, first, "lib/api/project_hooks.rb", false},
	RunnerControllers: {"/runner_controllers and their tokens",
		Version{18, 9}, first, "Runner controllers API page, merge request 218229; lib/api/ci/runner_controllers.rb", true},
	RunnerControllerScopes: {"/runner_controllers/:id/scopes",
		Version{18, 10}, first, "GitLab's Terraform provider, runner_controller_instance_scope; client-go", true},
	TagsShowCreation: {"tags have created_at",
		Version{16, 11}, first, "Tags API page", true},
	GeneratedFiles: {"diffs have generated_file",
		Version{16, 10}, first, "Merge requests API page: added in 16.9 behind a flag that 16.10 enables", false},
	OmittedDiffs: {"diffs have collapsed and too_large",
		Version{18, 4}, first, "Commits API page, Repositories API page", true},
	JobTokensPush: {"a job's token pushes to its own project with git, where ci_push_repository_for_job_token_allowed " +
		"lets it; where not, \"You are not allowed to push code to this project.\", before \"... to upload code.\"",
		Version{17, 1}, first, "merge request 152096, commit dc08601d of June 2024: lib/gitlab/git_access.rb", true},
	GitDeniedTellsOfTokens: {"the 401 of git over HTTP says that a password or a token may be wrong; before, that " +
		"two-factor authentication may be in the way",
		Version{17, 5}, first, "issue 493212 of September 2024, seen in October 2024", false},
	ArchivedPushToldApart: {"a push to an archived project is refused as such; before, as one that is not allowed",
		Version{18, 4}, first, "lib/gitlab/git_access.rb of 2025; merge request 210927 of November 2025 builds on it", false},
	PipelineNames: {"pipelines show their name",
		Version{16, 3}, first, "Pipelines API page", true},
	PipelineMetadata: {"PUT /projects/:id/pipelines/:pipeline_id/metadata",
		Version{16, 6}, first, "lib/api/ci/pipelines.rb", true},
	PipelinesByName: {"GET /projects/:id/pipelines takes name",
		Version{16, 9}, first, "Pipelines API page", true},
	PipelineInputs: {"POST /projects/:id/pipeline takes inputs, and git push the option ci.input",
		Version{17, 10}, first, "Pipelines API page, issue 519958", true},
	PipelineArchived: {"a pipeline shows archived",
		Version{18, 2}, first, "lib/api/entities/ci/pipeline.rb: absent in 17.x, there in 18.x", false},
	StatusTextsCapital: {"the text of a detailed status begins with a capital letter",
		Version{16, 6}, first, "lib/gitlab/ci/status, of about 16.5 and of 17.x", false},
	ScheduleRefsWhole: {"pipeline schedules have the full name of their ref, and refuse one that is ambiguous",
		Version{17, 0}, first, "app/services/ci/pipeline_schedules/base_save_service.rb; the pages of 16.x and 17.x", false},
	ScheduleInputs: {"pipeline schedules have inputs",
		Version{17, 11}, first, "Pipeline schedules API page, issue 525504", true},
	ScheduleErrorsSaved: {"a pipeline of a schedule whose configuration is wrong is stored, as one that failed",
		Version{16, 3}, first, "merge request 125587 of July 2023, behind a flag that is on", false},
	TriggerExpiry: {"pipeline trigger tokens may expire",
		Version{17, 10}, first, "merge request 146912 of early 2025; lib/api/entities/trigger.rb", false},
}

// Differences returns every difference, in the order in which they came, or went where they were there from the first.
func Differences() []Difference {
	all := make([]Difference, differenceCount)
	for i := range all {
		all[i] = Difference(i)
	}
	slices.SortStableFunc(all, func(a, b Difference) int {
		switch x, y := a.Row().begins(), b.Row().begins(); {
		case x.before(y):
			return -1
		case y.before(x):
			return 1
		}
		return 0
	})
	return all
}

// Row returns what the table says of d.
func (d Difference) Row() Row { return table[d] }

func (r Row) begins() Version {
	if r.Since == first {
		return r.Until
	}
	return r.Since
}
