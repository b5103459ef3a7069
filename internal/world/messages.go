package world

import (
	"fmt"
)

// What GitLab says of a pipeline that it does not make (lib/gitlab/ci/pipeline/chain); one with an f is a format.
const (
	msgPipelinesDisabled = "Pipelines are disabled!"
	// MsgRefNotFound is also what requests are told that give no ref at all.
	MsgRefNotFound        = "Reference not found"
	msgCommitNotFound     = "Commit not found"
	msgRefAmbiguous       = "Ref is ambiguous"
	msgMissingConfig      = "Missing CI config file"
	msgNotBuilt           = "Failed to build the pipeline!"
	msgfDuplicateVariable = "Duplicate variable name%s: %s"
	msgfVariablesNotBuilt = "Failed to build pipeline variables: Validation failed: %s"
	msgfTooManyInputs     = "There cannot be more than %d inputs"
)

// What models say of an attribute that they refuse (app/models/ci/runner.rb and Rails' own texts): attr... are
// the attributes' names, msg... the texts; those with an f are formats for fmt.
const (
	attrMaximumTimeout  = "maximum_timeout"
	attrTagsList        = "tags_list"
	attrMaintenanceNote = "maintenance_note"
	attrAccessLevel     = "access_level"
	attrUserID          = "user_id"
	attrDescription     = "description"
	attrName            = "name"
	attrProjectLimit    = "runner_projects.base"
	attrGroupLimit      = "runner_namespaces.base"
	attrRunnerTaken     = "runner_projects.runner"
	attrRunner          = "runner"
	attrAssignTo        = "assign_to"

	msgMaximumTimeoutTooShort = "needs to be at least 10 minutes"
	msgTagsNeeded             = "can not be empty when runner is not allowed to pick untagged jobs"
	msgTooManyTags            = "Too many tags specified. Please limit the number of tags to 50"
	msgBlank                  = "can't be blank"
	msgNoDuration             = "is not a correct duration"
	msgfTooLong               = "is too long (maximum is %d characters)"
	msgfTooSmall              = "must be greater than or equal to %d"
	msgBooleanNeeded          = "must be a boolean value"
	msgRestrictedDefault      = "cannot be set to a restricted visibility level"
	msgNumberNeeded           = "is not a number"
	msgAWSAccount             = "must be a 12-digit number"
	msgDenylistEmpty          = "Domain denylist cannot be empty if denylist is enabled."
	msgTermsNeeded            = "You need to set terms to be enforced"
	msgStorageWeight          = "value for 'default' must be between 0 and 100"
	msgTokenPrefix            = "can contain only letters of the Base64 alphabet (RFC4648) with the addition of " +
		"'@', ':' and '.'"
	msgPositiveNeeded      = "must be greater than 0"
	msgfNotIncluded        = "%s is not included in the list"
	msgProjectsAssigned    = "cannot have projects assigned"
	msgAlreadyTaken        = "has already been taken"
	msgfValidationFailed   = "Validation failed: %s"
	msgGroupsAssigned      = "cannot have groups assigned"
	msgProjectNeeded       = "needs to be assigned to at least one project"
	msgGroupNeeded         = "needs to be assigned to exactly one group"
	msgfProjectRunnerLimit = "Maximum number of ci registered project runners (%d) exceeded"
	msgfGroupRunnerLimit   = "Maximum number of ci registered group runners (%d) exceeded"
)

// What GitLab says of the allowlists for the tokens of jobs (app/services/ci/job_token_scope, app/models/ci/job_token).
const (
	attrSourceProject = "source_project"
	attrTargetProject = "target_project"

	msgSameAsSource        = "can't be the same as the source project"
	msgManyAllowedProjects = "exceeds the allowable number of project links in this direction"
	msgManyAllowedGroups   = "exceeds the allowable number of group links"
	msgProjectAllowed      = "This project is already in the job token allowlist."
	msgGroupAllowed        = "This group is already in the job token allowlist."
	msgSourceStays         = "Source project cannot be removed from the job token scope"
	msgProjectNotAllowed   = "Target project is not in the job token scope"
	msgGroupNotAllowed     = "Target group is not in the job token scope"
)

// What models say of users and their access tokens (app/models/user.rb, user_detail.rb, personal_access_token.rb).
const (
	attrUsername      = "username"
	attrEmail         = "email"
	attrPassword      = "password"
	attrProjectsLimit = "projects_limit"
	attrScopes        = "scopes"
	humanExpiry       = "Expiration date" // GitLab's word for that attribute of tokens

	msgInvalid        = "is invalid"
	msgWeakPassword   = "must not contain commonly used combinations of words and letters"
	msgUnverified     = "must be an email you have verified"
	msgfNoTheme       = "%s is not a valid theme"
	msgfNoColorScheme = "%s is not a valid color scheme"
	msgUnknownScopes  = "can only contain available scopes"
	msgfExpiryTooFar  = "must be before %s"
)

// What is said of the states of users (app/services/users).
const (
	msgBlockedNotDeactivated  = "Error occurred. A blocked user cannot be deactivated"
	msgInternalNotDeactivated = "Internal users cannot be deactivated"
	msgfRecentlyActive        = "The user you are trying to deactivate has been active in the past %d days and cannot " +
		"be deactivated"
	msgInternalNotBlocked = "An internal user cannot be blocked"
	msgBlockedNotActive   = "A blocked user must be unblocked to be activated"
	msgfStateRefused      = "You cannot %s %s users."
	msgNotPending         = "The user you are trying to approve is not pending approval"
	msgNoRequest          = "User does not have a pending request"
	msgAlreadyRevoked     = "Token already revoked"
)

// What models say of groups, projects, members and shares (app/models/namespace.rb, group.rb, project.rb, member.rb,
// project_group_link.rb, group_group_link.rb).
const (
	attrPath             = "path"
	attrParent           = "parent_id"
	attrVisibility       = "visibility_level"
	attrSharedRunners    = "update_shared_runners"
	attrProjectShared    = "shared_runners_enabled"
	attrBuildTimeout     = "build_timeout"
	attrGitDepth         = "ci_cd_settings.default_git_depth"
	attrSettingsAge      = "ci_cd_settings.delete_pipelines_in_seconds"
	attrSettingsClaim    = "ci_cd_settings.id_token_sub_claim_components"
	attrExpiresAt        = "expires_at"
	attrNewNamespace     = "new_namespace"
	attrProjectNamespace = "project_namespace." // before an attribute of that namespace
	attrGroup            = "group"
	attrSharedGroup      = "shared_group"
	attrBase             = "base"

	msgfTooShort       = "is too short (minimum is %d characters)"
	msgfReserved       = "%s is a reserved name"
	msgNamespaceFormat = "can contain only letters, digits, '_', '-' and '.'. Cannot start with '-' or end in '.', " +
		"'.git' or '.atom'."
	msgProjectFormat = "can contain only letters, digits, '_', '-' and '.'. Cannot start with '-', end in '.git' or " +
		"end in '.atom'"
	msgRegistryFormat = "must not start or end with a special character and must not contain consecutive special " +
		"characters."
	msgRegistryFormatLater = "can only include non-accented letters, digits, '_', '-' and '.'. It must not start with " +
		"'-', '_', or '.', nor end with '-', '_', '.', '.git', or '.atom'."
	msgGroupName = "can contain only letters, digits, emoji, '_', '.', dash, space, parenthesis. It must start with " +
		"letter, digit, emoji or '_'."
	msgHTMLInName  = "cannot contain HTML/XML tags, including any word between angle brackets (<,>)."
	msgProjectName = "can contain only letters, digits, emoji, '_', '.', '+', dashes, or spaces. It must start with a " +
		"letter, digit, emoji, or '_'."
	msgNestedTooDeep       = "has too deep level of nesting"
	msgfRestricted         = "%s has been restricted by your GitLab administrator"
	msgfAboveParent        = "%s is not allowed since the parent group has a %s visibility."
	msgfBelowSubgroups     = "%s is not allowed since there are sub-groups with higher visibility."
	msgfBelowProjects      = "%s is not allowed since this group contains projects with higher visibility."
	msgfAboveGroup         = "%s is not allowed in a %s group."
	msgSharedRunnersParent = "Validation failed: Shared runners enabled cannot be enabled because parent group has " +
		"shared Runners disabled"
	msgOverrideParent = "Validation failed: Allow descendants override disabled shared runners cannot be enabled " +
		"because parent group does not allow it"
	msgSharedRunnersGroup   = "cannot be enabled because parent group does not allow it"
	msgBuildTimeout         = "needs to be between 10 minutes and 1 month"
	msgPipelinesAge         = "must be between 1 day and 1 year"
	msgOneAtLeast           = "is too short (minimum is 1 character)"
	msgPathFirst            = "project_path must be the first element of the sub claim"
	msgfNoSuchHead          = "Could not change HEAD: branch '%s' does not exist"
	msgConfigPath           = "cannot include leading slash or directory traversal."
	msgfTooLarge            = "must be less than or equal to %d"
	msgNotInList            = "is not included in the list"
	msgfLowerThanInherited  = "should be greater than or equal to %s inherited membership from group %s"
	msgDateInPast           = "cannot be a date in the past"
	msgBotElsewhere         = "project bots cannot be added to other groups / projects"
	msgGroupSharedAlready   = "The group has already been shared with this group"
	msgProjectSharedAlready = "already shared with this group"
	msgSharedWithOwnGroup   = "Project cannot be shared with the group it is in or one of its ancestors."
)

// What is said of transfers (app/services/groups/transfer_service.rb, app/services/projects/transfer_service.rb).
const (
	msgAlreadyRoot       = "Group is already a root group."
	msgSameParent        = "Group is already associated to the parent group."
	msgPathTakenInParent = "The parent group already has a subgroup or a project with the same path."
	msgOwnSubgroup       = "Cannot transfer group to one of its subgroup."
	msgSameNamespace     = "Project is already in this namespace."
	msgMayNotTransfer    = "You don't have permission to transfer projects into that namespace."
	msgTakenInNamespace  = "Project with same name or path in target namespace already exists"
)

// What is said of jobs (app/services/ci and lib/gitlab/ci).
const (
	msgMasked         = "[MASKED]" // in place of a secret
	msgArtifactTwice  = "another artifact of the same type already exists"
	msgArtifactFormat = "Validation failed: Invalid file format with specified file type"
	msgfUnknownInput  = "Unknown input: %s"
	msgfUnknownInputs = "Unknown inputs: %s"
)

// msgTooLong is the text for more than limit characters.
func msgTooLong(limit int) string { return fmt.Sprintf(msgfTooLong, limit) }

// The life of a new runner's token (ee/app/services/ee/ci/runners/create_runner_service.rb).
const (
	msgExpiryNeeded    = "token_expires_at is required when token_rotation_deadline is specified"
	msgExpiryTooEarly  = "token_expires_at must be at least 5 minutes in the future"
	msgfExpiryTooLate  = "token_expires_at is too far in the future (maximum is %s)"
	msgDeadlinePast    = "token_rotation_deadline cannot be in the past"
	msgDeadlineTooLate = "token_rotation_deadline must be less than or equal to token_expires_at"
)

// CI/CD variables (app/models/ci/variable.rb and the concerns that it includes).
const (
	attrKey          = "key"
	attrVariablesKey = "variables.key"
	attrValue        = "value"
	attrScope        = "environment_scope"
	attrProtected    = "protected"
	attrMasked       = "masked"
	attrHidden       = "hidden"
	attrRaw          = "raw"

	msgVariableKey      = "can contain only letters, digits and '_'."
	msgfTaken           = "(%s) has already been taken"
	msgfValueTooLong    = "The value of the provided variable exceeds the %d character limit"
	msgEnvironmentScope = "can contain only letters, digits, '-', '_', '/', '$', '{', '}', '.', '*' and spaces"
	msgHiddenUnmasked   = "should be true when variable is hidden"
	msgHiddenStays      = "The visibility setting cannot be changed for masked and hidden variables."
	msgfVariableLimit   = "Maximum number of %s (%d) exceeded"
)

// Pipeline schedules and commit statuses (app/models/ci/pipeline_schedule.rb, app/models/generic_commit_status.rb).
const (
	attrCron         = "cron"
	attrCronTimezone = "cron_timezone"
	attrRef          = "ref"
	attrTargetURL    = "target_url"

	msgCronSyntax        = "syntax is invalid"
	msgCronSyntaxBefore  = " is invalid syntax" // with that space
	msgAmbiguous         = "is ambiguous"
	attrInputs           = "inputs"
	attrVariables        = "variables"
	attrVariableKeys     = "variables.key"
	msgfDuplicateValues  = "have duplicate values (%s)"
	msgfExceedsLimit     = "exceeds the limit of %d."
	msgBlockedURL        = "is blocked: Only allowed schemes are http, https"
	msgfCannotTransition = "Cannot transition status via :%s from :%s (Reason(s): Status cannot transition via \"%s\")"
)

// Environments and deployments (app/models/environment.rb, app/models/deployment.rb).
const (
	attrSlug                = "slug"
	attrExternalURL         = "external_url"
	attrKubernetesNamespace = "kubernetes_namespace"
	attrFluxResourcePath    = "flux_resource_path"
	attrStatus              = "status"
	attrSHA                 = "sha"

	msgInvalidURI        = "URI is invalid"
	msgfSchemeNotAllowed = "%s scheme is not allowed"
	msgAgentNeeded       = "cannot be set without a cluster agent"
	msgNamespaceNeeded   = "cannot be set without a kubernetes namespace"
	msgfNoTransition     = "cannot transition via \"%s\""
	msgNoSuchCommit      = "The commit does not exist"
)

// Deploy tokens (app/models/deploy_token.rb).
const (
	msgNoDeployScope  = "Scopes can't be blank"
	msgDeployUsername = "can contain only letters, digits, '_', '-', '+', and '.'"
)

// Deploy keys (app/models/key.rb, app/validators/ssh_key_validator.rb,
// app/models/concerns/protected_ref_deploy_key_access.rb).
const (
	attrDeployKey   = "deploy_key"
	attrTitle       = "title"
	attrFingerprint = "fingerprint_sha256"
	attrPushKey     = "push_access_levels.deploy_key"
	attrCreateKey   = "create_access_levels.deploy_key"

	msgfKeyType      = "type is forbidden. Must be %s"
	msgfKeyBits      = "must be at least %d bits"
	msgHasExpired    = "has expired"
	msgNoFingerprint = "cannot be generated"
	msgKeyOfStranger = "owner is not a project member"
	msgKeyNotEnabled = "is not enabled for this project"
)
