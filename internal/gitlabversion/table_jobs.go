package gitlabversion

// jobRows are the differences about jobs, artifacts and what workers do with them.
var jobRows = map[Difference]Row{
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
	JobGroupName: {"jobs have the variable CI_JOB_GROUP_NAME",
		Version{17, 10}, first, "predefined variables page", true},
	ServerNameVariable: {"jobs have the variable CI_SERVER_FQDN",
		Version{16, 10}, first, "predefined variables page; absent in jobs recorded from 16.5 and 16.9", true},
	TriggerVariable: {"jobs of pipelines that a trigger made have the variable CI_TRIGGER_SHORT_TOKEN",
		Version{17, 0}, first, "predefined variables page", true},
	ScheduleDescriptionVariable: {"jobs of schedules have the variable CI_PIPELINE_SCHEDULE_DESCRIPTION",
		Version{17, 8}, first, "predefined variables page", true},
	NamespaceSlugVariable: {"jobs have the variable CI_PROJECT_NAMESPACE_SLUG",
		Version{17, 10}, first, "merge request 181988 of early 2025; absent in a job recorded from 17.5, there in 18.1",
		false},
	TopicsVariable: {"jobs have the variable CI_PROJECT_TOPICS",
		Version{18, 3}, first, "predefined variables page", true},
	DefaultBranchSlugVariable: {"jobs have the variable CI_DEFAULT_BRANCH_SLUG",
		Version{18, 4}, first, "absent in a job recorded from 18.1, there in one from 18.7", false},
	MessagesCut: {"jobs have 100,000 bytes of a commit's message at most, and the variable " +
		"CI_COMMIT_MESSAGE_IS_TRUNCATED; before, all of it",
		Version{18, 6}, first, "predefined variables page; lib/gitlab/ci/variables/builder/pipeline.rb", true},
	StartedAtSlugVariable: {"jobs have the variable CI_JOB_STARTED_AT_SLUG",
		Version{18, 7}, first, "predefined variables page", true},
	CommitUserVariable: {"jobs have the variable CI_COMMIT_USER_LOGIN",
		Version{18, 10}, first, "predefined variables page", true},
	VariablesOf19: {"jobs have the variables CI_PROJECT_ROOT_NAMESPACE_SLUG and CI_CONFIG_REF_URI",
		Version{19, 0}, first, "predefined variables page", true},
	DefaultBranchBaseVariable: {"jobs of other branches than the default have the variable " +
		"CI_COMMIT_DEFAULT_BRANCH_BASE_SHA",
		Version{19, 1}, first, "predefined variables page", true},
	TraceContextVariables: {"jobs have the variables CI_TRACEPARENT and CI_TRACESTATE",
		Version{19, 1}, first, "recorded from gitlab.com in June and July 2026, not yet in December 2025", false},
	JobTagsVariable: {"jobs have the variables CI_JOB_TAGS and CI_JOB_RETRY_COUNT",
		Version{19, 3}, first, "predefined variables page", true},
	CacheKeysByContent: {"a cache's key of files is made of what they contain; before, of the last commits that " +
		"changed them",
		Version{18, 5}, first, "merge request 203233 of September 2025: lib/gitlab/ci/pipeline/seed/build/cache.rb", false},
	CachesByRole: {"the keys of caches end with -protected for what Maintainers run, whatever the ref; before, for " +
		"protected refs alone",
		Version{18, 6}, first, "issue 585606 of GitLab and merge request 6021 of GitLab Runner; in the patches 18.4.5 and " +
			"18.5.3, too", true},
	JobInputs: {"jobs have inputs, for which a runner needs the feature job_inputs",
		Version{18, 6}, first, "lib/api/entities/ci/job_request/response.rb; app/models/ci/build.rb, " +
			"RUNNER_FEATURES", false},
	GitDepthOfHighest: {"git_info.depth is that GIT_DEPTH of a job's variables which counts for its script, too; " +
		"before, the first, that of the lowest precedence",
		Version{19, 0}, first, "app/presenters/ci/build_runner_presenter.rb of 17.x and of 19.2", false},
	PipelinesFetchedBySHA: {"the first of git_info.refspecs fetches the pipeline's commit by its SHA; before, by " +
		"refs/pipelines/ID",
		Version{19, 0}, first, "merge request 224953 of February 2026: behind a flag in 18.10, without one in 19.2", false},
	RunnerUUID: {"runner_info has the runner's uuid",
		Version{19, 2}, first, "lib/api/entities/ci/job_request/runner_info.rb; the column is of 19.2", false},
	QueueEndsWithJob: {"the queued_duration of a job that ended without having been run ends with it; before, it grows",
		Version{19, 0}, first, "app/models/commit_status.rb of 17.x and of 19.2", false},
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
	JobInputsOverridden: {"play takes job_inputs, and retry inputs",
		Version{18, 10}, first, "Jobs API page; lib/api/ci/jobs.rb of 19.2", true},
	JobsOfRef: {"GET /projects/:id/jobs takes ref",
		Version{18, 8}, first, "an OpenAPI document from before retry took inputs; lib/api/ci/jobs.rb of 19.2", false},
	TraceRanges: {"GET /projects/:id/jobs/:job_id/trace takes byte_offset and byte_limit",
		Version{19, 2}, first, "lib/api/ci/jobs.rb of 19.2", false},
	RetryRefusalText: {"jobRetry of GraphQL says Job is not retryable; before, Job cannot be retried",
		Version{18, 10}, first, "app/services/ci/retry_job_service.rb of 17.x and the newest", false},
	RetryReasonAliases: {"retry:when by the name of stuck_or_timeout_failure or job_execution_timeout also means the " +
		"reasons that have taken their place, and the other way round",
		Version{19, 0}, first, "issue 602133 of GitLab", false},
	JobsShowManager: {"jobs show archived and runner_manager",
		Version{16, 4}, first, "absent in answers recorded from GHC and CERN in July and September 2023", false},
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
	JobTokensReadPipelines: {"GET /projects/:id/pipelines, one pipeline and its trigger jobs take the token of a " +
		"running job",
		Version{18, 3}, first, "lib/api/ci/pipelines.rb of 17.9 and the newest; issue 467492 asks for them with those of " +
			"jobs", false},
	ArtifactsTree: {"GET /projects/:id/jobs/:job_id/artifacts/tree lists what is in the archive; before, it is the file " +
		"of that name",
		Version{18, 8}, first, "Job artifacts API page, merge request 216111", true},
	ArtifactETags: {"artifacts that people download have an ETag of what is in the archive; before, one and the same, " +
		"by which who has it is answered 304 whatever has changed",
		Version{19, 3}, first, "issue 371991; merge request 238127, behind the flag workhorse_download_etag_caching", false},
	JobTokenRefusedByName: {"a job token that does not reach a project is refused with 403 and the names of both; " +
		"before, with 404 Project Not Found",
		Version{17, 3}, first, "lib/api/helpers.rb of 16.x and of 17.x", true},
	KeepDecidedByJob: {"POST /projects/:id/jobs/:job_id/artifacts/keep finds the job before it asks who may, and an " +
		"archived project takes that from nobody; before, after it, and 403 there",
		Version{19, 0}, first, "lib/api/ci/job_artifacts.rb of 17.x and the newest, keep_job_artifacts", false},
	RecentPipelinesSearched: {"artifacts by ref are looked for in the 100 latest successful pipelines with " +
		"search_recent_successful_pipelines",
		Version{18, 10}, first, "Job artifacts API page", false},
	JobTokenScopeChanges: {"PATCH /projects/:id/job_token_scope, and the endpoints of its allowlist of projects",
		Version{16, 1}, first, "merge requests 118357, 118495 and 119675; xanzy/go-gitlab pull request 1751 of " +
			"July 2023", false},
	JobTokenScopeGroups: {"/projects/:id/job_token_scope/groups_allowlist",
		Version{16, 10}, first, "gitlabform pull request 700 of March 2024", false},
	JobTokenEnforcement: {"the application setting enforce_ci_inbound_job_token_scope_enabled has every project heed " +
		"its allowlist; before, it is taken and forgotten",
		Version{17, 6}, first, "merge request 166952", false},
	JobTokenEnforced: {"enforce_ci_inbound_job_token_scope_enabled is on in a new GitLab, and while it is " +
		"PATCH /projects/:id/job_token_scope with enabled=false is 400; before, it is off, and 204",
		Version{18, 0}, first, "the migration EnableCiJobTokenAllowlistSetting of 18.0; an answer of GitLab.com of 2026, " +
			"told in a public repository", false},
	AllowlistTakesItself: {"a project may be put on its own allowlist for the tokens of jobs, which changes nothing; " +
		"before, 400",
		Version{18, 0}, first, "spec/services/ci/job_token_scope/add_project_service_spec.rb of about 17.5 and newer", false},
	EnvironmentTimersRenewed: {"a job that prepares, verifies or accesses an environment gives it the time of its " +
		"auto_stop_in anew; before, only one that starts it does",
		Version{17, 7}, first, "CI/CD YAML page, environment:auto_stop_in", true},
	EnvironmentAutoStopAt: {"environments show auto_stop_at",
		Version{17, 3}, first, "lib/api/entities/environment.rb of 15.x and of before the cluster agents of 17.5", false},
	EnvironmentDescription: {"environments show their description",
		Version{17, 6}, first, "lib/api/entities/environment.rb, where it stands behind what came with 17.5", false},
	EnvironmentAutoStopSetting: {"environments have auto_stop_setting; before, one without a job to stop it is always " +
		"stopped at once",
		Version{17, 8}, first, "Environments API page", true},
	JobTokensDeploy: {"the environments and deployments of a project are read and changed with the token of a running job",
		Version{16, 2}, first, "Environments API page", true},
}
