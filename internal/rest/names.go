package rest

// The headers that some endpoints read or write; those of every endpoint are in internal/front.
const (
	headerUnmodifiedSince = "If-Unmodified-Since"
	headerRunnerToken     = "Runner-Token"
	headerContentRange    = "Content-Range"
	headerRange           = "Range"
	headerJobStatus       = "Job-Status"
	headerLastUpdate      = "X-Gitlab-Last-Update"
	headerTraceInterval   = "X-Gitlab-Trace-Update-Interval"
)

// The paths of the impersonation tokens of a user, and of one.
const (
	impersonationTokens = "/users/:user_id/impersonation_tokens"
	impersonationToken  = impersonationTokens + "/:impersonation_token_id"
)
