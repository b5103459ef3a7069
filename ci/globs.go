package ci

import (
	"slices"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/ciexpr"
)

// globs are globs of rules:changes and rules:exists, with the variables in them replaced.
type globs []string

// How many comparisons of a glob with a path GitLab makes before it takes the rule to hold.
const (
	maxExistsComparisons  = 10_000
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
// first, then at those of an ending alone, and only the others count as comparisons.
func (g globs) exist(paths []string) bool {
	var patterns, endings []string
	for _, glob := range g {
		ending := strings.TrimPrefix(glob, "**/*")
		switch {
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
	left := maxExistsComparisons
	for _, glob := range patterns {
		most := paths[:min(left, len(paths))]
		if slices.ContainsFunc(most, globMatcher(glob)) || len(most) < len(paths) {
			return true
		}
		left -= len(most)
	}
	return false
}

// isName says whether a glob has nothing that stands for something else.
func isName(glob string) bool { return !strings.ContainsAny(glob, "*?[{") }
