package world

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// toSentence lists texts as Rails does: "a, b, and c".
func toSentence(said []string) string {
	switch n := len(said); n {
	case 0, 1:
		return strings.Join(said, "")
	case 2:
		return said[0] + " and " + said[1]
	default:
		return strings.Join(said[:n-1], ", ") + ", and " + said[n-1]
	}
}

// tooLong reports whether a text has more than limit characters; nil has none.
func tooLong(s *string, limit int) bool { return s != nil && utf8.RuneCountInString(*s) > limit }

// equalText reports whether both are nil or have the same text.
func equalText(a, b *string) bool { return a == b || a != nil && b != nil && *a == *b }

// Inspect writes a list as Ruby does: ["a", "b"].
func Inspect(list []string) string {
	quoted := make([]string, len(list))
	for i, e := range list {
		quoted[i] = strconv.Quote(e)
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}

// OrNull is a nullable text: nil for "".
func OrNull(s string) *string {
	if s == "" {
		return nil
	}
	text := s // s itself would be on the heap also where it is empty
	return &text
}

// OrEmpty is a nullable text as a text: "" for nil.
func OrEmpty(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// WordsOf are the values as texts, in their order.
func WordsOf[T ~string](values ...T) []string {
	texts := make([]string, len(values))
	for i, value := range values {
		texts[i] = string(value)
	}
	return texts
}

// Leading cuts s after its longest prefix of characters that are all in set.
func Leading(s, set string) (prefix, rest string) {
	rest = strings.TrimLeft(s, set)
	return s[:len(s)-len(rest)], rest
}

// matchesGlob reports whether a name is what a pattern is for, in which * stands for any text
// (lib/gitlab/sql/glob.rb, app/models/concerns/protected_ref.rb).
func matchesGlob(pattern, name string) bool {
	first, rest, wild := strings.Cut(pattern, "*")
	if !wild {
		return pattern == name
	}
	if !strings.HasPrefix(name, first) {
		return false
	}
	name = name[len(first):]
	for {
		part, more, wild := strings.Cut(rest, "*")
		if !wild {
			return strings.HasSuffix(name, part)
		}
		at := strings.Index(name, part)
		if at < 0 {
			return false
		}
		name, rest = name[at+len(part):], more
	}
}

// NamesOf are the names of rows.
func NamesOf[T any](rows []T, name func(T) string) []string {
	names := make([]string, len(rows))
	for i, r := range rows {
		names[i] = name(r)
	}
	return names
}

func firstLine(s string) string { s, _, _ = strings.Cut(s, "\n"); return s }
