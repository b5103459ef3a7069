package ci

import (
	"slices"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/ciexpr"
)

// refs says whether one of the patterns means the ref, or the kind or source of the pipeline.
func (b *builder) refs(patterns []string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool {
		pattern, path, limited := strings.Cut(pattern, "@")
		return (!limited || path == b.x.ProjectPath) && b.ref(pattern)
	})
}

// plural is the name of a pipeline's source as only and except take it, too.
func plural(source string) string {
	switch {
	case strings.HasSuffix(source, "sh"):
		return source + "es"
	case strings.HasSuffix(source, "y"):
		return strings.TrimSuffix(source, "y") + "ies"
	}
	return source + "s"
}

func (b *builder) ref(pattern string) bool {
	source := b.x.source()
	mergeRequest := source == mergeRequestEvent
	switch pattern {
	case "tags":
		return b.x.Tag
	case "branches":
		return !b.x.Tag && !mergeRequest
	}
	name := strings.TrimSuffix(source, "_event")
	if pattern == name || pattern == plural(name) {
		return true
	}
	if re, ok, err := ciexpr.Regexp(pattern); ok {
		return err == nil && !mergeRequest && re.MatchString(b.x.Ref)
	}
	return pattern == b.x.Ref && !mergeRequest
}
