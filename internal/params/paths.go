package params

import (
	"regexp"
	"strings"
)

// goesUp is what no path may have in it (lib/gitlab/path_traversal.rb).
var goesUp = regexp.MustCompile(`^\.{1,2}$|^\.\.[/\\]|[/\\]\.\.$|[/\\]\.\.[/\\]|\n`)

// staysBelow reports whether a path, escaped or not, neither goes up nor begins at the root. What is escaped twice is
// refused, whatever it says.
func staysBelow(path string) bool {
	plain := unescaped(path)
	return plain == unescaped(plain) && !goesUp.MatchString(plain) && !strings.HasPrefix(plain, "/")
}

// unescaped is CGI.unescape: an escape that is none stays.
func unescaped(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '+':
			b.WriteByte(' ')
		case c == '%' && i+2 < len(s) && unhex(s[i+1]) >= 0 && unhex(s[i+2]) >= 0:
			b.WriteByte(byte(unhex(s[i+1])<<4 | unhex(s[i+2])))
			i += 2
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}
