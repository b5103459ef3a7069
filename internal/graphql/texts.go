package graphql

// The texts of what is refused, each once, so that they can be compared with GitLab's source; those with an f are
// formats for fmt.

// What any field may say (lib/gitlab/graphql/authorize/authorize_resource.rb, app/graphql/gitlab_schema.rb,
// lib/gitlab/graphql/limit/field_call_count.rb, lib/gitlab/graphql/query_analyzers/ast/recursion_analyzer.rb).
const (
	msgfOncePerRequest = "%q field can be requested only for 1 %s(s) at a time."
	msgfNoID           = "%s is not a valid GitLab ID."
	msgfNoIDFor        = "%s is not a valid ID for %s."
	msgfRecursive      = "Recursive query - too many of fields '{%s}' detected\nin single branch of the query\")\n"
)

// What the scalars say (app/graphql/types/global_id_type.rb, duration_type.rb, time_type.rb).
const (
	msgfNoGlobalID    = "%s is not a valid Global ID"
	msgfNoGitlabID    = "%s is not a Gitlab Global ID"
	msgfOtherModel    = "%s does not represent an instance of %s"
	msgfNumberWanted  = "Expected number: got %s"
	msgInputsValue    = "Invalid CI input value"
	msgfTimeMalformed = "no time information in %s"
)

// What connections say (lib/gitlab/graphql/pagination/keyset/connection.rb; graphql-ruby, base_64_encoder.rb).
const (
	msgFirstAndLast = "Can only provide either `first` or `last`, not both"
	msgBadCursor    = "Please provide a valid cursor"
	msgfBadBase64   = "Invalid input: %q"
	msgLimitTooLow  = "limit must be greater than 0"
	msgfLimitTooBig = "limit must be less than or equal to %d"
)

// What is said of runners (app/graphql/mutations/ci/runner, app/graphql/resolvers/ci, app/services/ci/runners).
const (
	msgOwnersExclude       = "The ownerFullPath and ownerWildcardPath arguments are mutually exclusive."
	msgGroupIDMissing      = "`group_id` is missing"
	msgProjectIDMissing    = "`project_id` is missing"
	msgfProjectsOfOther    = "associatedProjects must not be specified for '%s' scope"
	msgMayNotAssign        = "user not allowed to assign runner"
	msgMayNotAdd           = "user is not authorized to add runners to project"
	msgCannotAssign        = "failed to assign projects to runner"
	msgNoProjectRunner     = "Runner is not a project runner"
	msgMayNotManage        = "User not allowed to manage project's runners"
	msgOwnerProject        = "You cannot unassign a runner from the owner project. Delete the runner instead"
	msgRunnerLocked        = "Runner is locked"
	msgfTooManyRunners     = "Can only %s up to %d runners per call. Ignored the remaining runner(s)."
	msgfMayNotAny          = "User does not have permission to %s any of the runners"
	msgfMayNotSome         = "User does not have permission to %s runner(s) %s"
	msgfIDOfInstance       = "id must not be specified for '%s' scope"
	msgUnauthorizedContent = "Unauthorized" // what stands for a job's shortSha
)

// What is said of jobs and pipelines (app/services/ci, app/presenters/ci/pipeline_presenter.rb,
// app/graphql/types/ci/pipeline_type.rb).
const (
	msgConfigError   = "The pipeline failed due to an error on the CI/CD configuration file."
	msgCannotRetry   = "Job cannot be retried" // before GitLab 18.10
	msgNotCancelable = "Pipeline is not cancelable"
	msgOneOfIDs      = "Only one of [id, iid, sha] arguments is allowed at the same time."
	msgOneOfIDOrName = "One of id or name is required"
	msgfEchoOfNobody = "nil says: %s"
	msgfEcho         = "%q says: %s"
)

// What is said of environments and deployments (app/finders/environments/environments_finder.rb,
// app/graphql/types/deployments_order_by_input_type.rb, app/graphql/resolvers/environments,
// app/services/environments/stop_service.rb).
const (
	msgStatesInvalid       = "Requested states are invalid"
	msgOneOrder            = "orderBy parameter must contain one key-value pair."
	msgfStatusNotSupported = "%q status is not supported."
	msgNotStopped          = "Attempted to stop the environment but failed to change the status"
)

// What is said of schedules and of whose jobs' tokens reach a project (app/services/ci/pipeline_schedules,
// app/graphql/mutations/ci, app/services/concerns/ci/job_token_scope/edit_scope_validations.rb).
const (
	msgVariablesNotSet = "The current user is not authorized to set pipeline schedule variables"
	msgOutboundOff     = "job_token_scope_enabled can only be set to false"
	msgOutboundRemoved = "direction: OUTBOUND scope entries can only be removed. Only INBOUND scope can be expanded."
	msgNoTarget        = "The group or project does not exist."
)
