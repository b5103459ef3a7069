package world

import (
	"fmt"
)

// What models say of an attribute that they refuse (app/models/ci/runner.rb and Rails' own texts): attr... are
// the attributes' names, msg... the texts; those with an f are formats for fmt.
const (
	attrMaximumTimeout  = "maximum_timeout"
	attrTagsList        = "tags_list"
	attrMaintenanceNote = "maintenance_note"
	attrAccessLevel     = "access_level"
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
	msgfTooLong               = "is too long (maximum is %d characters)"
	msgfTooSmall              = "must be greater than or equal to %d"
	msgBooleanNeeded          = "must be a boolean value"
	msgNumberNeeded           = "is not a number"
	msgPositiveNeeded         = "must be greater than 0"
	msgfNotIncluded           = "%s is not included in the list"
	msgProjectsAssigned       = "cannot have projects assigned"
	msgAlreadyTaken           = "has already been taken"
	msgfValidationFailed      = "Validation failed: %s"
	msgGroupsAssigned         = "cannot have groups assigned"
	msgProjectNeeded          = "needs to be assigned to at least one project"
	msgGroupNeeded            = "needs to be assigned to exactly one group"
	msgfProjectRunnerLimit    = "Maximum number of ci registered project runners (%d) exceeded"
	msgfGroupRunnerLimit      = "Maximum number of ci registered group runners (%d) exceeded"
)

// What models say of users and their access tokens (app/models/user.rb, user_detail.rb, personal_access_token.rb).
const (
	attrUsername      = "username"
	attrEmail         = "email"
	attrPassword      = "password"
	attrProjectsLimit = "projects_limit"
	attrScopes        = "scopes"
	attrExpiry        = "expires_at"
	humanExpiry       = "Expiration date" // GitLab's word for that attribute of tokens

	msgInvalid        = "is invalid"
	msgUsernameFormat = "can contain only letters, digits, '_', '-' and '.'. Cannot start with '-' or end in '.', " +
		"'.git' or '.atom'."
	msgfShort         = "is too short (minimum is %d characters)"
	msgWeakPassword   = "must not contain commonly used combinations of words and letters"
	msgUnverified     = "must be an email you have verified"
	msgfNoTheme       = "%s is not a valid theme"
	msgfNoColorScheme = "%s is not a valid color scheme"
	msgfAbove         = "must be less than or equal to %d"
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

// What is said of jobs (app/services/ci and lib/gitlab/ci).
const (
	msgMasked         = "[MASKED]" // in place of a secret
	msgArtifactTwice  = "another artifact of the same type already exists"
	msgArtifactFormat = "Validation failed: Invalid file format with specified file type"
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
