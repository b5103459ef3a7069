package fakegitlab

// The texts that GitLab sends, each once, so that they can be compared with GitLab's source. A name with an f in front of
// its text has verbs to fill in.
const (
	msgBadRequestPlain   = "Bad Request"
	msgBadRequest        = "400 Bad request"
	msgTooLargeError     = "413 Request Entity Too Large"
	msgUnauthorized      = "401 Unauthorized"
	msgForbidden         = "403 Forbidden"
	msgfForbidden        = "403 Forbidden - %s"
	msgfBadRequest       = "400 Bad request - %s"
	msgNotFoundRecord    = "404 Not found" // of a database lookup
	msgNotFound          = "404 Not Found"
	msgfNotFound         = "404 %s Not Found"
	msgPrecondition      = "412 Precondition Failed"
	msgInternalError     = "500 Internal Server Error"
	msgConflictLock      = "409 Conflict: Resource lock"
	msgTooManyRequests   = "429 Too Many Requests"
	msgUnavailable       = "503 Service Unavailable"
	msgV3Gone            = "API V3 is no longer supported. Use API V4 instead."
	msgfMediaType        = "The provided content-type '%s' is not supported."
	msgfFormat           = "The requested format '%s' is not supported."
	msgKeysetUnavailable = "Keyset pagination is not yet available for this type of request"
	msgUpdatedUnpaired   = "`updated_at` filter and `updated_at` sorting must be paired"
	msgNotResponding     = "GitLab is not responding"
	msgRetryLater        = "Retry later\n"
	msgReadOnly          = "You cannot perform write operations on a read-only instance"
)

// Authentication (lib/gitlab/auth/auth_finders.rb, lib/api/api_guard.rb, app/models/user.rb).
const (
	errInvalidToken      = "invalid_token"
	errInvalidRequest    = "invalid_request"
	errInsufficientScope = "insufficient_scope"

	msgTokenExpired      = "Token is expired. You can either do re-authorization or token refresh."
	msgTokenRevoked      = "Token was revoked. You have to re-authorize from the user."
	msgTokenTwice        = "Both Authorization header and payload includes access token."
	msgInsufficientScope = "The request requires higher privileges than provided by the access token."
	msgfBearerChallenge  = `Bearer realm="Protected by OAuth 2.0", error="invalid_token", error_description="%s"`
	msgUserBlocked       = "Your account has been blocked."
	msgUserPending       = "Your account is pending approval from your administrator and hence blocked."
	msgfUserDeactivated  = "Your account has been deactivated by your administrator. Please log back in from a web browser to reactivate your account at %s"
	msgSudoAdminOnly     = "Must be admin to use sudo"
	msgfSudoUserNotFound = "User with ID or username '%s'"
)

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
	msgAlreadyAssigned    = "Validation failed: Runner projects runner has already been taken"
	msgfAssignLimit       = "Validation failed: Runner projects base %s"
	msgAlreadyTaken       = "has already been taken"
)

// Runners by token (lib/api/ci/runner.rb).
const (
	msgInvalidRegistrationToken = "invalid token supplied"
	msgRegistrationDisallowed   = "410 Gone - runner registration disallowed"
	msgRunnerOrphaned           = "Runner is orphaned"
	msgManagerNotFound          = "Runner manager not found"
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
	msgNotRetryable        = "Job is not retryable"
	msgNotErasable         = "Job is not erasable!"
	msgUnplayable          = "Unplayable Job"
	msgScopeNotValid       = "scope does not have a valid value"
	msgVariablesInvalid    = "job_variables_attributes is invalid"
	msgfVariableIncomplete = "job_variables_attributes[%d][%s] is missing"
	msgfVariableNoText     = "job_variables_attributes[%d][%s] is invalid"
)
