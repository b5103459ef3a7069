package ci

import (
	"regexp"
	"slices"
	"strings"
)

// globs are globs of rules:changes and rules:exists, with the variables in them replaced.
type globs []string

// How many comparisons of a glob with a path GitLab makes before it takes the rule to hold.
const (
	maxExistsComparisons  = 10_000
	maxChangesComparisons = 50_000
)

// expandedGlobs are globs, each once, with the values of variables in them.
func expandedGlobs(given []string, lookup func(string) (string, bool)) globs {
	var all globs
	for _, each := range given {
		if each = expand(each, lookup, true); !slices.Contains(all, each) {
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

// globMatcher says of a path whether it fits a glob as Ruby's File.fnmatch does it with FNM_PATHNAME, FNM_DOTMATCH and
// FNM_EXTGLOB: a star stays within a folder, **/ is any number of folders, {a,b} is either.
func globMatcher(glob string) func(path string) bool {
	var patterns []*regexp.Regexp
	for _, each := range braces(glob, maxBraces) {
		if re, err := regexp.Compile(globPattern(each)); err == nil {
			patterns = append(patterns, re)
		}
	}
	return func(path string) bool {
		return slices.ContainsFunc(patterns, func(re *regexp.Regexp) bool { return re.MatchString(path) })
	}
}

// maxBraces bounds the globs that one with braces stands for.
const maxBraces = 256

// braces are the globs that one with {a,b} in it stands for.
func braces(glob string, most int) []string {
	open := strings.IndexByte(glob, '{')
	if open < 0 {
		return []string{glob}
	}
	var parts []string
	depth, from := 0, open+1
	for i := open; i < len(glob); i++ {
		switch glob[i] {
		case '{':
			depth++
		case ',':
			if depth == 1 {
				parts, from = append(parts, glob[from:i]), i+1
			}
		case '}':
			if depth--; depth > 0 {
				continue
			}
			var all []string
			for _, part := range append(parts, glob[from:i]) {
				if len(all) < most {
					all = append(all, braces(glob[:open]+part+glob[i+1:], most-len(all))...)
				}
			}
			return all
		}
	}
	return []string{glob}
}

// globPattern is a glob without braces as a regular expression.
func globPattern(glob string) string {
	var b strings.Builder
	b.WriteString(`^`)
	for i := 0; i < len(glob); i++ {
		switch c := glob[i]; {
		case strings.HasPrefix(glob[i:], "**/") && (i == 0 || glob[i-1] == '/'):
			b.WriteString(`(?:[^/]*/)*`)
			i += 2
		case c == '*':
			b.WriteString(`[^/]*`)
		case c == '?':
			b.WriteString(`[^/]`)
		case c == '[' && strings.IndexByte(glob[i:], ']') > 1:
			end := i + strings.IndexByte(glob[i:], ']')
			b.WriteString("[" + strings.Replace(glob[i+1:end], "!", "^", 1) + "]")
			i = end
		case c == '\\' && i+1 < len(glob):
			i++
			b.WriteString(regexp.QuoteMeta(string(glob[i])))
		default:
			b.WriteString(regexp.QuoteMeta(string(c)))
		}
	}
	return b.String() + `$`
}
