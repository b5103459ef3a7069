package ci

import (
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/fakegitlab/fakegitlab/internal/ciexpr"
	"github.com/fakegitlab/fakegitlab/internal/ciyaml"
)

// rules:changes:regexp and rules:exists:regexp, which are Ruby's regular expressions and here those of Go
// (lib/gitlab/ci/build/rules/rule/clause/regexp_matcher.rb).

const (
	maxRegexp         = 255
	maxRegexpPaths    = 50_000
	errTextLongRegexp = "rules:%s:regexp is too long (maximum is %d characters after variable expansion)"
	errTextRuleRegexp = "rules:%s:regexp is invalid: %w"
)

// rubyProblems are Ruby's words for what is wrong with a regular expression.
var rubyProblems = map[syntax.ErrorCode]string{
	syntax.ErrMissingParen:          "end pattern with unmatched parenthesis",
	syntax.ErrUnexpectedParen:       "unmatched close parenthesis",
	syntax.ErrMissingBracket:        "premature end of char-class",
	syntax.ErrMissingRepeatArgument: "target of repeat operator is not specified",
	syntax.ErrTrailingBackslash:     "too short escape sequence",
	syntax.ErrInvalidCharRange:      "empty range in char class",
}

// ruby is a regular expression of Ruby's, in which ^ and $ are at each line. What Go's cannot do, as looking ahead, is
// an error that says so.
func ruby(pattern string) (*regexp.Regexp, error) {
	var b strings.Builder
	b.WriteString("(?m)")
	inClass := false
	for i := 0; i < len(pattern); i++ {
		c := pattern[i]
		if c != '\\' || i+1 == len(pattern) {
			inClass = c == '[' || inClass && c != ']'
			b.WriteByte(c)
			continue
		}
		i++
		switch c = pattern[i]; {
		case c == 'Z' && !inClass:
			b.WriteString(`(?:\n?\z)`)
		case c == 'h' && inClass:
			b.WriteString(`0-9a-fA-F`)
		case c == 'h':
			b.WriteString(`[0-9a-fA-F]`)
		default:
			b.WriteString(pattern[i-1 : i+1])
		}
	}
	re, err := regexp.Compile(b.String())
	if err == nil {
		return re, nil
	}
	problem := "fakegitlab follows what RE2 has"
	var wrong *syntax.Error
	if errors.As(err, &wrong) && rubyProblems[wrong.Code] != "" {
		problem = rubyProblems[wrong.Code]
	}
	return nil, fmt.Errorf("%s: /%s/", problem, pattern)
}

// regexp reads the key of rules:changes and rules:exists.
func (e entry) regexp(m *ciyaml.Map) string {
	given := m.Get("regexp")
	if given == nil {
		return ""
	}
	e.field(m, "regexp", errTextText, isText)
	if length(given) > maxRegexp {
		e.addf("regexp", errTextNameTooLong, maxRegexp)
	}
	text, ok := given.(string)
	if !ok {
		return ""
	}
	if _, err := ruby(text); err != nil {
		e.addf("regexp", "is invalid: %s", err)
	}
	return text
}

// matches says whether one of the paths fits a regular expression, in which variables are replaced; rule is where it
// stands.
func (b *builder) matches(rule, pattern string, paths []string, seen *scope) (bool, error) {
	pattern = ciexpr.Replaced(pattern, ciexpr.InText, seen.expanded, true, b.room)
	if utf8.RuneCountInString(pattern) > maxRegexp {
		return false, fmt.Errorf(errTextLongRegexp, rule, maxRegexp)
	}
	if len(paths) > maxRegexpPaths {
		return true, nil
	}
	re, err := ruby(pattern)
	if err != nil {
		return false, fmt.Errorf(errTextRuleRegexp, rule, err)
	}
	return slices.ContainsFunc(paths, re.MatchString), nil
}
