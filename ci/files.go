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

// globMatches says whether a path fits a glob as Ruby's File.fnmatch does it with FNM_PATHNAME, FNM_DOTMATCH and
// FNM_EXTGLOB: a star stays within a folder, **/ is any number of folders, {a,b} is either.
func globMatches(glob, name string) bool {
	for _, each := range braces(glob, maxBraces) {
		if re, err := regexp.Compile(globPattern(each)); err == nil && re.MatchString(name) {
			return true
		}
	}
	return false
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

// wildcard is include:local with stars in it, which are not those of globs: two of them cross folders anywhere.
func wildcard(location string) *regexp.Regexp {
	pattern := regexp.QuoteMeta(location)
	pattern = strings.ReplaceAll(pattern, `\*\*`, `.*`)
	pattern = strings.ReplaceAll(pattern, `\*`, `[^/]*`)
	return regexp.MustCompile(`^` + pattern + `$`)
}

// isYAML says whether a file has an ending that may be included.
func isYAML(location string) bool {
	ending := strings.ToLower(path.Ext(path.Base(location)))
	return ending == ".yml" || ending == ".yaml"
}
