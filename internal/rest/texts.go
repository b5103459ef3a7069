package rest

// The texts of the families of endpoints, each once, so that they can be compared with GitLab's source. Those that
// several families share are in internal/front, those of the models in internal/world.

// Requests that nothing serves, or not in that form (lib/api/api.rb, Grape).
const (
	msgV3Gone  = "API V3 is no longer supported. Use API V4 instead."
	msgfFormat = "The requested format '%s' is not supported."
)

// Lists.
const (
	msgUpdatedUnpaired = "`updated_at` filter and `updated_at` sorting must be paired"
)

// Users and their access tokens (lib/api/users.rb, lib/api/personal_access_tokens.rb).
const (
	msgUsersForbidden     = "Not authorized to access /api/v4/users"
	msgNotAuthorized      = "Not authorized!"
	msgEmailTaken         = "Email has already been taken"
	msgUsernameTaken      = "Username has already been taken"
	msgSoleOwner          = "User cannot be removed while is the sole-owner of a group"
	msgOwnBlock           = "The API initiating user cannot be blocked by the API"
	msgDeactivatedUnblock = "Deactivated users cannot be unblocked by the API"
	msgErrorOccurred      = "Error occurred. "
	msgMayNotApprove      = "You are not allowed to approve a user"
	msgMayNotReject       = "You are not allowed to reject a user"
	msgSuccess            = "Success"
	msgScopesValue        = "scopes does not have a valid value"
	msgNotAllowed         = "405 Method Not Allowed"
	msgNoStorage          = "can't include: "
	msgWeightNumber       = "value for 'default' must be an integer"
	msgExclusive          = "are mutually exclusive"
	msgExactlyOne         = "are missing, exactly one parameter must be provided"
	msgAllOrNone          = "provide all or none of parameters"
	msgNoCommonProject    = "No common authorized project found"
	msgPersonalTokenAlone = "This endpoint requires token type to be a personal access token"
)

// Environments and deployments (lib/api/environments.rb, lib/api/deployments.rb, app/finders/deployments_finder.rb,
// app/services/environments, app/services/ci/deployments).
const (
	msgNotTogether         = "cannot be used together"
	msgSlugIsGenerated     = "is automatically generated and cannot be changed"
	msgNoAgent             = "cluster agent doesn't exist or cannot be associated with this environment"
	msgfSearchTooShort     = "Search query is less than %d characters"
	msgInvalidDate         = "Invalid Date"
	msgStaleStopped        = "Successfully requested stop for all stale environments"
	msgMayNotDeleteReviews = "You do not have permission to destroy environments in this project"
	msgNoReviewsDeleted    = "Failed to authorize deletions for some or all of the environments. Ask someone with more " +
		"permissions to delete the environments."
	msgNoSuchRef         = "The branch or tag does not exist"
	msgDeploymentOfJob   = "Deployments created using GitLab CI can not be updated using the API"
	msgDeploymentRuns    = "Cannot destroy running deployment"
	msgDeploymentIsLast  = "Deployment currently deployed to environment"
	msgTwoTimes          = "Both `updated_at` filter and `finished_at` filter can not be specified"
	msgUpdatedUnsorted   = "`updated_at` filter requires `updated_at` sort"
	msgFinishedUnsorted  = "`finished_at` filter requires `finished_at` sort."
	msgFinishedSortAlone = "`finished_at` sort requires `finished_at` filter or a filter with at least one of the " +
		"finished statuses."
	msgFinishedNotSuccess = "`finished_at` filter must be combined with `success` status filter."
)

// What the journal says where this GitLab is not GitLab.
const msgRootStays = "root is always there under that name: AdminToken and what is made by nobody need it"

// Groups and projects (lib/api/groups.rb, lib/api/projects.rb and the services behind them).
const (
	msgfGroupNotSaved  = "Failed to save group %s"
	msgfTransferFailed = "Transfer failed: %s"
	msgMayNotCreate    = "You don't have enough permissions."
	msgfNotTransferred = "Failed to transfer project %s"
	msgSubgroupsAlone  = "`permanently_remove` option is only available for subgroups."
	msgGroupToBeMarked = "Group must be marked for deletion first."
	msgGroupPathWrong  = "`full_path` is incorrect. You must enter the complete path for the subgroup."
	msgfOffsetTooFar   = "Offset pagination has a maximum allowed offset of %d for requests that return objects of type " +
		"%s. Remaining records can be retrieved using keyset pagination."
	msgVariablesRole = "Changing the restrict_user_defined_variables or " +
		"ci_pipeline_variables_minimum_override_role is not allowed"
	msgVariablesRoleOwner = "Changing the ci_pipeline_variables_minimum_override_role to the owner role is not allowed"
	msgProjectToBeMarked  = "Project must be marked for deletion first."
	msgProjectPathWrong   = "`full_path` is incorrect. You must enter the complete path for the project."
	msgNoPersonalProjects = "You cannot create projects in your personal namespace. Contact your GitLab administrator."
	msgNamespaceInvalid   = "is not valid"
	msgfMovedPermanently  = "This resource has been moved permanently to %s"
	msgMovedNotGet        = "Non GET methods are not allowed for moved projects"
)

// The access of jobs' tokens to projects (lib/api/project_job_token_scope.rb,
// app/services/concerns/ci/job_token_scope/edit_scope_validations.rb).
const (
	msgMayNotChangeScope = "Insufficient permissions to modify the job token scope"
	msgAllowlistEnforced = "Job token scope cannot be disabled for this project because it is enforced for the instance."
)

// Members and shares (lib/api/members.rb, app/services/members, app/services/groups/group_links,
// app/services/projects/group_links).
const (
	msgfTooManyUsers   = "Too many users specified (limit is %d)"
	msgMemberExists    = "Member already exists"
	msgNotFoundPlain   = "Not Found"
	msgForbiddenPlain  = "Forbidden"
	msgSharingDisabled = "The project sharing with group is disabled"
)

// Project and group access tokens (lib/api/resource_access_tokens.rb, app/services/resource_access_tokens,
// app/services/project_access_tokens).
const (
	msgfMayNotCreateToken = "User does not have permission to create %s access token"
	msgNoOwnerToken       = "Could not provision owner access to project access token"
	msgLevelNotHeld       = "Access level of the token contains permissions not held by the creating user"
	msgfCannotDeleteToken = "%s cannot delete %s"
	msgfTokenNotFound     = "Could not find %s access token with token_id: %s"
	msgHigherToken        = "Not eligible to rotate token with access level higher than the user"
	msgTokenNotHeld       = "Not eligible to rotate token with permissions not held by the user"
)

// Protected branches (lib/api/protected_branches.rb).
const msgfBranchProtected = "Protected branch '%s' already exists"

// CI/CD variables (lib/api/helpers/variables_helpers.rb).
const msgSeveralVariables = "There are multiple variables with provided parameters. " +
	"Please use 'filter[environment_scope]'"

// Runners for people (lib/api/ci/runners.rb and the services behind it).
const (
	msgNoAccess           = "No access granted"
	msgSeveralProjects    = "Runner associated with more than one project"
	msgIsGroupRunner      = "Runner is a group runner"
	msgIsLocked           = "Runner is locked"
	msgOnlyOneProject     = "Only one project associated with the runner. Please remove the runner instead"
	msgMayNotAssign       = "User not allowed to assign runner"
	msgOwnerProject       = "You cannot unassign a runner from the owner project. Delete the runner instead"
	msgScopeInvalid       = "Scope contains invalid value"
	msgTimeoutInvalid     = "maximum_timeout is invalid"
	msgCursorInvalid      = "cursor is invalid"
	msgInsufficientRights = "Insufficient permissions"
	msgMissingScope       = "Missing/invalid scope"
	msgMissingGroup       = "Missing/invalid group"
	msgMissingProject     = "Missing/invalid project"
	msgfAssignRefused     = "Assign to %s - runner_error"
)

// Runners by token (lib/api/ci/runner.rb).
const (
	msgInvalidRegistrationToken = "invalid token supplied"
	msgRunnerOrphaned           = "Runner is orphaned"
	msgManagerNotFound          = "Runner manager not found"
)

// Webhooks (lib/api/project_hooks.rb, lib/api/helpers/web_hooks_helpers.rb, lib/api/hooks and the services behind
// them).
const (
	msgInvalidURL          = "Invalid url given"
	msgInvalidBranchFilter = "Invalid branch filter given"
	msgHeadersInvalid      = "Custom headers validation failed"
	msgHeadersNoSchema     = "Custom headers must be a valid json schema"
	msgNoParameters        = "No parameters provided"
	msgIllegalKeyOrValue   = "Illegal key or value"
	msgHeaderNotUnset      = "Could not unset custom header"
	msgVariableNotUnset    = "Could not unset variable"
	msgfIsInvalid          = "%s is invalid"
	msgfEntryIncomplete    = "%s[%d][%s] is missing"
	msgCreated             = "201 Created"
	msgNotTested           = "Testing not available for this hook"
	msgNeedsJobs           = "Ensure the project has CI jobs."
	msgNeedsPipelines      = "Ensure the project has CI pipelines."
	msgNeedsNotes          = "Ensure the project has notes."
	msgNeedsIssues         = "Ensure the project has issues."
	msgNeedsMergeRequests  = "Ensure the project has merge requests."
	msgNeedsWiki           = "Ensure the wiki is enabled and has pages."
	msgNeedsReleases       = "Ensure the project has releases."
)

// Files out of archives, as Workhorse answers by itself (workhorse/internal/artifacts/entry.go).
const (
	msgWorkhorseNotFound = "404 page not found\n"
	msgWorkhorseFails    = "Internal Server Error\n"
)

// Jobs, for runners and for people (lib/api/ci/runner.rb, lib/api/ci/jobs.rb and the services behind them).
const (
	msgConflict            = "409 Conflict"
	msgJobNotProcessing    = "Job is not processing on runner"
	msgJobNotRunning       = "Job is not running"
	msgJobErased           = "Job has been erased!"
	msgContentRange        = "400 Missing header Content-Range"
	msgRange               = "416 Range Not Satisfiable"
	msgArtifactTooLarge    = "file size has reached maximum size limit"
	msgFileMissing         = "file is missing"
	msgFileInvalid         = "file is invalid"
	msgJobRouter           = "Job Router is not available. Please contact your administrator."
	msgNotErasable         = "Job is not erasable!"
	msgUnplayable          = "Unplayable Job"
	msgScopeNotValid       = "scope does not have a valid value"
	msgVariablesInvalid    = "job_variables_attributes is invalid"
	msgfVariableIncomplete = "job_variables_attributes[%d][%s] is missing"
	msgfVariableNoText     = "job_variables_attributes[%d][%s] is invalid"
	msgfBuildObject        = "#<Ci::Build:0x%016x>"
	msgAccepted            = "202 Accepted"
	msgfJobTokenRefused    = "Authentication by CI/CD job token not allowed from %s to %s."
)

// Repositories (lib/api/branches.rb, tags.rb, commits.rb, files.rb, repositories.rb, the services behind them, and
// Gitaly, internal/gitaly/service/operations/commit_files.go).
const (
	msgfIsEmpty         = "%s is empty"
	msgRegexInvalid     = "Regex is invalid"
	msgfPageToken       = "Invalid page token: %s"
	msgBranchRefname    = "The branch refname is invalid"
	msgBranchInvalid    = "Branch name is invalid"
	msgBranchExists     = "Branch already exists"
	msgfBranchNoRef     = "Failed to create branch '%s': invalid reference name '%s'"
	msgfBranchHierarchy = "Failed to create branch '%s': Branch name conflicts with existing branch hierarchy."
	msgfRefNotMoved     = "9:Could not update %s. Please refresh and try again.." // the second dot is gRPC's
	msgTargetEmpty      = "Target is empty"
	msgTagInvalid       = "Tag name invalid"
	msgfTagExists       = "Tag %s already exists"
	msgfTargetInvalid   = "Target %s is invalid"
	msgRefNameInvalid   = "ref_name is invalid"
	msgfNotForked       = "Project is not included in the fork network for %s"
	msgMayNotPush       = "You are not allowed to push into this branch"
	msgfInvalidStart    = "Invalid start_sha '%s'"
	msgfNoStart         = "Cannot find start_sha '%s'"
	msgNotOnBranch      = "You can only create or edit files when you are on a branch"
	msgfBranchTaken     = "A branch called '%s' already exists. Switch to that branch in order to make changes"
	msgfBranchNotMade   = "Something went wrong when we tried to create '%s' for you: %s"
	msgfFileChanged     = "The file has changed since you started editing it: %s"
	msgFileChanged      = "You are attempting to update a file that has changed since you started editing it."
	msgNoFilePath       = "You must provide a file path"
	msgFileThere        = "A file with this name already exists"
	msgFileNotThere     = "A file with this name doesn't exist"
	msgFolderThere      = "A directory with this name already exists"
	msgTraversal        = "Path cannot include directory traversal"
	msgfInvalidPath     = "invalid path: '%s'"
	msgActionsInvalid   = "actions is invalid"
	msgPaginationNone   = `pagination cannot be "none" unless "recursive" is true`
	msgNoPath           = "invalid revision or path"
	msgfNoFork          = "Target project id:%d is not a fork of project id:%s"
	msgTwoRefs          = "Provide at least 2 refs"
	msgfNoRef           = "Could not find ref: %s"
	msgfNoRefs          = "Could not find refs: %s"
	msgBlameRange       = "range[start] must be less than or equal to range[end]"
)

// Cherry-picks and reverts (app/models/commit.rb, app/services/commits/change_service.rb, cherry_pick_service.rb; and
// what Gitaly says, with the code of gRPC in front and its dot behind).
const (
	msgfPicked       = "%s\n\n(cherry picked from commit %s)"
	msgfPickedHyphen = "%s\n\n(cherry-picked from commit %s)"
	msgfCoAuthor     = "\n\nCo-authored-by: %s <%s>"
	msgfReverts      = "Revert \"%s\"\n\nThis reverts commit %s"
	msgPickFailed    = "Commit cherry-pick failed"
	msgRevertFailed  = "Commit revert failed"
	msgCannotPick    = ": Can't perform this action automatically. It may have already been done, or a more recent " +
		"commit may have updated some of this content. Please perform this action locally."
	msgPickRoot     = "13:cherry-pick command: merge-tree: exit status 128."
	msgEmptyMessage = "3:empty Message."
)

// Pipelines, their triggers and schedules, and commit statuses (lib/api/ci/pipelines.rb, lib/api/ci/triggers.rb,
// lib/api/commit_statuses.rb and the services behind them).
const (
	baseAttribute               = "base" // of what a model says of itself as a whole
	msgPipelineVariablesInvalid = "variables is invalid"
	msgfVariableTypeInvalid     = "variables[%d][variable_type] does not have a valid value"
	msgfPipelineNotUpdated      = "Failed to update pipeline - %s"
	msgVariablesNotTexts        = "variables needs to be a map of key-valued strings"
	msgTriggerNotYours          = "The current user is not authorized to update the pipeline trigger token"
	msgInputsInvalid            = "inputs is invalid"
	msgfInputIncomplete         = "inputs[%d][%s] is missing"
	msgfInputInvalid            = "inputs[%d][%s] is invalid"
	msgCoverageInvalid          = "coverage is invalid"
)
