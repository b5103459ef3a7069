package ci

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// globMatcher says of a path whether it fits a glob as Ruby's File.fnmatch does it with FNM_PATHNAME, FNM_DOTMATCH and
// FNM_EXTGLOB: a star stays within a folder, **/ is any number of folders, {a,b} is either.
func globMatcher(glob string) func(path string) bool {
	if isName(glob) && !strings.Contains(glob, `\`) {
		return func(path string) bool { return path == glob }
	}
	x := alternatives{room: maxAlternativeBytes}
	x.add(glob)
	var patterns []*regexp.Regexp
	for _, each := range x.globs {
		if re, err := regexp.Compile(globPattern(each)); err == nil {
			patterns = append(patterns, re)
		}
	}
	return func(path string) bool {
		return slices.ContainsFunc(patterns, func(re *regexp.Regexp) bool { return re.MatchString(path) })
	}
}

// How many globs one with braces stands for, and how long all may be that are made on the way to them, each of which
// lacks a pair of braces: what goes beyond that fits no path. Ruby has no such limits.
const (
	maxAlternatives     = 256
	maxAlternativeBytes = 1 << 20
)

// alternatives are the globs that one with {a,b} in it stands for.
type alternatives struct {
	globs []string
	room  int
}

func (x *alternatives) add(glob string) {
	if x.room -= len(glob); x.room < 0 || len(x.globs) == maxAlternatives {
		return
	}
	open, commas, end := outerBraces(glob)
	switch {
	case open < 0:
		x.globs = append(x.globs, glob)
	case end > 0: // without its end, Ruby has it fit nothing
		from := open + 1
		for _, at := range append(commas, end) {
			x.add(glob[:open] + glob[from:at] + glob[end+1:])
			from = at + 1
		}
	}
}

// outerBraces are the places of the first brace, of the commas between it and the one that closes it, and of that one.
// The first is -1 if there is none, the last is 0 if nothing closes it.
func outerBraces(glob string) (open int, commas []int, end int) {
	open = -1
	depth := 0
	for i := 0; i < len(glob); i++ {
		switch glob[i] {
		case '\\':
			i++
		case '{':
			if depth++; depth == 1 {
				open = i
			}
		case ',':
			if depth == 1 {
				commas = append(commas, i)
			}
		case '}':
			if depth == 0 {
				continue
			}
			if depth--; depth == 0 {
				return open, commas, i
			}
		}
	}
	return open, commas, 0
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
		case c == '[':
			class, length := bracketClass(glob[i+1:])
			b.WriteString(class)
			i += length
		case c == '\\': // which stands for nothing at the end
			i++
			fallthrough
		default: // bytes, which make a character together with those after them
			b.WriteString(regexp.QuoteMeta(glob[min(i, len(glob)):min(i+1, len(glob))]))
		}
	}
	return b.String() + `$`
}

// noCharacter is a class that nothing is in.
const noCharacter = `[^\x{0}-\x{10ffff}]`

// bracketClass is what stands after an opening bracket as a class of a regular expression, and how long it is with the
// closing one. Brackets fit no slash, and nothing if they are empty or nothing closes them.
func bracketClass(text string) (class string, length int) {
	var inner strings.Builder
	from := 0
	negated := text != "" && (text[0] == '!' || text[0] == '^')
	if negated {
		from = 1
	}
	for i := from; i < len(text); {
		if text[i] == ']' {
			switch {
			case negated:
				return "[^/" + inner.String() + "]", i + 1
			case inner.Len() == 0:
				return noCharacter, i + 1
			}
			return "[" + inner.String() + "]", i + 1
		}
		first, size := bracketed(text[i:])
		last := first
		i += size
		if i+1 < len(text) && text[i] == '-' && text[i+1] != ']' {
			last, size = bracketed(text[i+1:])
			i += 1 + size
		}
		inner.WriteString(classOf(first, last))
	}
	return noCharacter, len(text)
}

// bracketed is the first character of a text, which may stand after a backslash, and its length with that.
func bracketed(text string) (r rune, size int) {
	escape := 0
	if text[0] == '\\' {
		escape = 1
	}
	r, size = utf8.DecodeRuneInString(text[escape:])
	return r, size + escape
}

// classOf is a range of characters, without the slash, within a class. Of one that is the wrong way round only the ends
// count.
func classOf(first, last rune) string {
	const slash = '/'
	switch {
	case first > last:
		return classOf(first, first) + classOf(last, last)
	case first == slash && last == slash:
		return ""
	case first <= slash && slash <= last:
		var class string
		if first < slash {
			class = classOf(first, slash-1)
		}
		if last > slash {
			class += classOf(slash+1, last)
		}
		return class
	}
	return fmt.Sprintf(`\x{%x}-\x{%x}`, first, last)
}
