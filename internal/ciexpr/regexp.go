package ciexpr

import (
	"regexp"
	"strconv"
	"strings"
)

// pattern is a regular expression, of RE2 as in GitLab.
type pattern struct{ re *regexp.Regexp }

func (p *pattern) value(scope) (any, error) { return p, nil }

// withFlags is how GitLab writes a regular expression in text: between slashes, with flags behind.
var withFlags = regexp.MustCompile(`(?s)^/(.*)/([ismU]*)$`)

// Regexp compiles text written between slashes; ok is false if it is not written so.
func Regexp(source string) (re *regexp.Regexp, ok bool, err error) {
	match := withFlags.FindStringSubmatch(source)
	if match == nil {
		return nil, false, nil
	}
	body := match[1]
	if match[2] != "" {
		body = "(?" + match[2] + ")" + body
	}
	re, err = regexp.Compile(body)
	return re, true, err
}

// compile reads a pattern of an expression.
func compile(source string) (*pattern, error) {
	re, ok, err := Regexp(strings.ReplaceAll(source, `\/`, `/`))
	if !ok || err != nil {
		return nil, errPattern
	}
	return &pattern{re}, nil
}

// matches is =~, or !~ if negated. A text on the right, or the value of a variable there, is a pattern if it is
// written as one. Otherwise GitLab's code falls through to Ruby's String#scan, the other way around: it holds if the
// text on the right contains the one on the left.
func matches(left, right any, negated bool) (any, error) {
	subject, _ := left.(string)
	if b, ok := left.(bool); ok {
		subject = strconv.FormatBool(b)
	}
	switch r := right.(type) {
	case *pattern:
		return r.re.MatchString(subject) != negated, nil
	case string:
		if p, err := compile(r); err == nil {
			return p.re.MatchString(subject) != negated, nil
		}
		return strings.Contains(r, subject) != negated, nil
	case bool:
		if r {
			return nil, errPattern
		}
	}
	return negated, nil
}
