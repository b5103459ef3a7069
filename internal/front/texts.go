package front

// The texts that GitLab sends, each once, so that they can be compared with GitLab's source. A name with an f in
// front of its text has verbs to fill in.
const (
	msgBadRequestPlain        = "Bad Request"
	MsgBadRequest             = "400 Bad request"
	msgTooLargeError          = "413 Request Entity Too Large"
	msgEntityTooLarge         = "Request Entity Too Large\n" // by Workhorse itself
	MsgUnauthorized           = "401 Unauthorized"
	MsgForbidden              = "403 Forbidden"
	msgfForbidden             = "403 Forbidden - %s"
	msgfBadRequest            = "400 Bad request - %s"
	MsgNotFoundRecord         = "404 Not found" // of a database lookup
	MsgNotFound               = "404 Not Found"
	msgfNotFound              = "404 %s Not Found"
	MsgPrecondition           = "412 Precondition Failed"
	MsgInternalError          = "500 Internal Server Error"
	msgConflictLock           = "409 Conflict: Resource lock"
	msgTooManyRequests        = "429 Too Many Requests"
	msgUnavailable            = "503 Service Unavailable"
	MsgfMediaType             = "The provided content-type '%s' is not supported."
	msgNotResponding          = "GitLab is not responding"
	MsgRetryLater             = "Retry later\n"
	MsgRegistrationDisallowed = "410 Gone - runner registration disallowed"
	msgHealthy                = "GitLab OK"
	MsgNotRetryable           = "Job is not retryable"
	MsgReadOnly               = "You cannot perform write operations on a read-only instance"
)

// Authentication (lib/gitlab/auth/auth_finders.rb, lib/api/api_guard.rb, app/models/user.rb).
const (
	errInvalidToken      = "invalid_token"
	errInvalidRequest    = "invalid_request"
	errInsufficientScope = "insufficient_scope"

	errInsufficientGranularScope = "insufficient_granular_scope"

	MsgTokenExpired      = "Token is expired. You can either do re-authorization or token refresh."
	msgTokenRevoked      = "Token was revoked. You have to re-authorize from the user."
	msgTokenTwice        = "Both Authorization header and payload includes access token."
	msgInsufficientScope = "The request requires higher privileges than provided by the access token."
	msgfBearerChallenge  = `Bearer realm="Protected by OAuth 2.0", error="invalid_token", error_description="%s"`
	msgUserBlocked       = "Your account has been blocked."
	msgPasswordExpired   = "Your password expired. Please access GitLab from a web browser to update your password."
	msgUserPending       = "Your account is pending approval from your administrator and hence blocked."
	msgfUserDeactivated  = "Your account has been deactivated by your administrator. " +
		"Please log back in from a web browser to reactivate your account at %s"
	msgGranularOff         = "Access denied: Fine-grained personal access tokens are not yet supported."
	msgGranularUnsupported = "Access denied: This operation doesn't support fine-grained personal access tokens."
	msgfGranularMissing    = "Access denied: This operation requires a fine-grained personal access token " +
		"with the following %s permissions: [%s]."
	// MsgfTargetUnseen is said of what is to be on an allowlist for the tokens of jobs, or to go from it
	// (app/services/concerns/ci/job_token_scope/edit_scope_validations.rb).
	MsgfTargetUnseen = "The %s that you are attempting to access does not exist or you don't have permission to " +
		"perform this action"
	msgSudoAdminOnly = "Must be admin to use sudo"
	MsgSignInFailed  = "Invalid token"
	msgGitDenied     = "HTTP Basic: Access denied. The provided password or token is incorrect or your account has " +
		"2FA enabled and you must use a personal access token instead of a password. See %s"
	msgGitDeniedTokens = "HTTP Basic: Access denied. If a password was provided for Git authentication, the password " +
		"was incorrect or you're required to use a token instead of a password. If a token was provided, it was " +
		"either incorrect, expired, or improperly scoped. See %s"
	gitHelpPage          = "help/topics/git/troubleshooting_git#error-on-git-fetch-http-basic-access-denied"
	gitHelpPageFile      = "help/topics/git/troubleshooting_git.md#error-on-git-fetch-http-basic-access-denied"
	MsgNotAccessible     = "API not accessible for user"
	msgfSudoUserNotFound = "User with ID or username '%s'"
)

// Test reports (lib/gitlab/ci/parsers/test/junit.rb, lib/gitlab/ci/reports/test_case.rb).
const (
	msgNoName    = "(No name)"
	msgJUnitData = "JUnit data parsing failed: "
)
