package ci

import (
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
)

// Files are the files of a commit, by their paths from its root without a leading slash.
type Files interface {
	// Read is the content of a file, and whether there is one.
	Read(path string) (content string, ok bool)
	// Paths are the paths of all files, in order.
	Paths() []string
}

// FileMap is Files in memory: paths to contents.
type FileMap map[string]string

// Read is the content of a file.
func (m FileMap) Read(path string) (string, bool) {
	content, ok := m[path]
	return content, ok
}

// Paths are the paths, sorted.
func (m FileMap) Paths() []string { return slices.Sorted(maps.Keys(m)) }

// wildcard is include:local with stars in it, which are not those of globs: two of them cross folders anywhere.
func wildcard(location string) *regexp.Regexp {
	pattern := regexp.QuoteMeta(location)
	pattern = strings.ReplaceAll(pattern, `\*\*`, `.*`)
	pattern = strings.ReplaceAll(pattern, `\*`, `[^/]*`)
	return regexp.MustCompile(`^` + pattern + `$`)
}

// Matching are the paths that a pattern of include:local or of cache:key:files means, in their order: * is anything
// within a folder, ** anything at all. A pattern without stars is a path itself.
func Matching(paths []string, pattern string) (matched []string) {
	shape := wildcard(pattern)
	for _, path := range paths {
		if shape.MatchString(path) {
			matched = append(matched, path)
		}
	}
	return matched
}

// isYAML says whether a file has an ending that may be included.
func isYAML(location string) bool {
	name := path.Base(location)
	ending := strings.ToLower(path.Ext(name))
	return (ending == ".yml" || ending == ".yaml") && len(ending) < len(name)
}
