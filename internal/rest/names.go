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
