package ciexpr

import (
	"errors"
	"regexp"
	"strings"
)

// maxTokens is how many tokens GitLab reads of one expression.
const maxTokens = 100

var (
	errUnknown = errors.New("unknown lexeme")
	errTooMany = errors.New("too many tokens")
	errPattern = errors.New("invalid regular expression")
	errShape   = errors.New("an operand or operator is missing")
)

type kind int

const (
	operand kind = iota
	operator
	negation
	open
	closing
)

type token struct {
	kind     kind
	operator string
	leaf     node
}

// lexemes are what GitLab looks for at each place, in its order: a pattern may hold what looks like operators, so it
// comes before them.
var lexemes = []struct {
	shape *regexp.Regexp
	build func(match []string) (token, error)
}{
	{regexp.MustCompile(`^\(`), func([]string) (token, error) { return token{kind: open}, nil }},
	{regexp.MustCompile(`^\)`), func([]string) (token, error) { return token{kind: closing}, nil }},
	{regexp.MustCompile(`^\$\[\[\s*inputs\.([\w-]+)\s*\]\]`), func(m []string) (token, error) {
		return token{leaf: input(m[1])}, nil // known to rules of inputs alone
	}},
	{regexp.MustCompile(`^\$(\w+)`), func(m []string) (token, error) { return token{leaf: variable(m[1])}, nil }},
	{regexp.MustCompile(`^(?:"(.*?)"|'(.*?)')`), func(m []string) (token, error) {
		return token{leaf: text(m[1] + m[2])}, nil
	}},
	{regexp.MustCompile(`^/([^/]|\\/)+[^\\]/[ismU]*`), func(m []string) (token, error) {
		pattern, err := compile(m[0])
		return token{leaf: pattern}, err
	}},
	{regexp.MustCompile(`^null`), func([]string) (token, error) { return token{leaf: null{}}, nil }},
	{regexp.MustCompile(`^(?:true|false)\b`), func(m []string) (token, error) {
		return token{leaf: boolean(m[0] == "true")}, nil
	}},
	{regexp.MustCompile(`^(==|=~|!=|!~|&&|\|\|)`), func(m []string) (token, error) {
		return token{kind: operator, operator: m[0]}, nil
	}},
	{regexp.MustCompile(`^!`), func([]string) (token, error) { return token{kind: negation}, nil }},
}

// lex cuts the expression into tokens.
func lex(source string) ([]token, error) {
	var tokens []token
	for range maxTokens {
		source = strings.TrimLeft(source, " \t\r\n\f\v")
		if source == "" {
			return tokens, nil
		}
		next, length, err := lexOne(source)
		if err != nil {
			return nil, err
		}
		tokens, source = append(tokens, next), source[length:]
	}
	return nil, errTooMany
}

func lexOne(source string) (token, int, error) {
	for _, lexeme := range lexemes {
		if match := lexeme.shape.FindStringSubmatch(source); match != nil {
			built, err := lexeme.build(match)
			return built, len(match[0]), err
		}
	}
	return token{}, 0, errUnknown
}
