package ci

import (
	"slices"
	"sort"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/ciexpr"
)

// globs are globs of rules:changes and rules:exists, with the variables in them replaced.
type globs []string

// How many comparisons of a glob with a path GitLab makes before it takes the rule to hold.
const (
	maxExistsComparisons  = 50_000
	maxChangesComparisons = 50_000
)

// expandedGlobs are globs, each once, with the values of variables in them.
func expandedGlobs(given []string, lookup func(string) (string, bool), room *int) globs {
	var all globs
	for _, each := range given {
		if each = ciexpr.Replaced(each, ciexpr.InText, lookup, true, room); !slices.Contains(all, each) {
			all = append(all, each)
		}
	}
	return all
}

// changed says whether one of the paths is meant.
func (g globs) changed(paths []string) bool {
	if len(g)*len(paths) > maxChangesComparisons {
		return true
	}
	for _, glob := range g {
		if slices.ContainsFunc(paths, globMatcher(glob)) {
			return true
		}
	}
	return false
}

// exist says whether there is a file that is meant, among the paths in order. GitLab looks at globs that are names
// first, then at those of an ending alone, and only the others count as comparisons. Where none reaches below the top
// folder, only files there count (lib/gitlab/ci/build/rules/rule/clause/exists.rb).
func (g globs) exist(paths []string) bool {
	reachesBelow := func(glob string) bool { return strings.Contains(glob, "/") || strings.Contains(glob, "**") }
	if !slices.ContainsFunc(g, reachesBelow) {
		paths = slices.DeleteFunc(slices.Clone(paths), func(path string) bool { return strings.Contains(path, "/") })
	}
	var patterns, endings []string
	for _, glob := range g {
		ending := strings.TrimPrefix(glob, "**/*")
		switch {
		case isName(glob) && strings.HasSuffix(glob, "/"):
			if hasFolder(paths, glob) {
				return true
			}
		case isName(glob):
			if _, ok := slices.BinarySearch(paths, glob); ok {
				return true
			}
		case strings.HasPrefix(ending, ".") && !strings.Contains(ending, "/") && isName(ending):
			endings = append(endings, ending)
		default:
			patterns = append(patterns, glob)
		}
	}
	for _, ending := range endings {
		if slices.ContainsFunc(paths, func(path string) bool { return strings.HasSuffix(path, ending) }) {
			return true
		}
	}
	return len(paths)*len(patterns) > maxExistsComparisons ||
		slices.ContainsFunc(patterns, func(glob string) bool { return slices.ContainsFunc(paths, globMatcher(glob)) })
}

// hasFolder says whether a path begins with the name of a folder as GitLab finds that: by a search in halves that takes
// it for true from the first such path on, and so misses a folder that is followed by many others.
func hasFolder(paths []string, folder string) bool {
	i := sort.Search(len(paths), func(i int) bool { return strings.HasPrefix(paths[i], folder) })
	return i < len(paths)
}

// isName says whether a glob has nothing that stands for something else.
func isName(glob string) bool { return !strings.ContainsAny(glob, "*?[{") }
