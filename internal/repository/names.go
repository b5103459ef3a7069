package repository

import "strings"

// Where refs of each kind are.
const (
	BranchPrefix = "refs/heads/"
	TagPrefix    = "refs/tags/"
)

// Branch is the full name of a branch's ref.
func Branch(name string) string { return BranchPrefix + name }

// Tag is the full name of a tag's ref.
func Tag(name string) string { return TagPrefix + name }

// ShortName is the name of a branch or a tag alone, whose full ref is given, and whether it is a tag. ok is false for a
// ref that is neither, and stays as it is.
func ShortName(ref string) (name string, isTag, ok bool) {
	if name, ok = strings.CutPrefix(ref, BranchPrefix); ok {
		return name, false, true
	}
	name, ok = strings.CutPrefix(ref, TagPrefix)
	return name, ok, ok
}

// ValidRef reports whether a full name of a ref is one that git allows (git check-ref-format): parts between slashes
// that are not empty, begin with no dot and end in no ".lock", and nothing in it that git's own words of revisions
// need.
func ValidRef(ref string) bool {
	if !strings.Contains(ref, "/") || strings.HasSuffix(ref, ".") || strings.Contains(ref, "..") ||
		strings.Contains(ref, "@{") {
		return false
	}
	for _, part := range strings.Split(ref, "/") {
		if part == "" || strings.HasPrefix(part, ".") || strings.HasSuffix(part, ".lock") {
			return false
		}
	}
	return strings.IndexFunc(ref, func(r rune) bool {
		return r <= ' ' || r == 0x7f || strings.ContainsRune(`~^:?*[\`, r)
	}) < 0
}

// ValidBranch reports whether a branch or a tag may have a name (git check-ref-format --branch).
func ValidBranch(name string) bool {
	return !strings.HasPrefix(name, "-") && name != "HEAD" && ValidRef(BranchPrefix+name)
}
