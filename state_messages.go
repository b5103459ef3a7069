package fakegitlab

// Model errors (app/models/ci/runner.rb and Rails' own texts): the attribute as its key, and the text.
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
	attrSystemID        = "system_xid"
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
	msgGroupsAssigned         = "cannot have groups assigned"
	msgProjectNeeded          = "needs to be assigned to at least one project"
	msgGroupNeeded            = "needs to be assigned to exactly one group"
	msgfProjectRunnerLimit    = "Maximum number of ci registered project runners (%d) exceeded"
	msgfGroupRunnerLimit      = "Maximum number of ci registered group runners (%d) exceeded"
)

// Jobs (app/services/ci and lib/gitlab/ci).
const (
	msgMasked         = "[MASKED]" // in place of a secret
	msgArtifactTwice  = "another artifact of the same type already exists"
	msgArtifactFormat = "Validation failed: Invalid file format with specified file type"
)
