package rest

import "strings"

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

// isBlank reports whether a text has nothing but white space.
func isBlank(text string) bool { return strings.TrimSpace(text) == "" }

// isPresent is Rails' present? of what a parameter may be, or false itself.
func isPresent(value any) bool {
	switch value := value.(type) {
	case nil:
		return false
	case string:
		return !isBlank(value)
	case []any:
		return len(value) > 0
	case []string:
		return len(value) > 0
	case map[string]any:
		return len(value) > 0
	}
	return true
}

// isBelow reports whether one path or branch lies below another, by their slashes.
func isBelow(path, above string) bool { return strings.HasPrefix(path, above+"/") }

// matchesName reports whether the name of a branch or tag has a text in it, whatever its case; ^ and $ stand for the
// name's beginning and end (app/finders/git_refs_finder.rb).
func matchesName(name, text string) bool {
	begins, ends := strings.HasPrefix(text, "^"), strings.HasSuffix(text, "$")
	text = strings.TrimSuffix(strings.TrimPrefix(text, "^"), "$")
	switch {
	case begins && ends:
		return name == text
	case begins:
		return strings.HasPrefix(name, text)
	case ends:
		return strings.HasSuffix(name, text)
	}
	return strings.Contains(strings.ToUpper(name), strings.ToUpper(text))
}
