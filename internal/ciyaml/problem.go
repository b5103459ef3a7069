package ciyaml

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// What libyaml finds wrong. go-yaml, which was made of it, finds the same.
const (
	noKey         = "did not find expected key"
	noDash        = "did not find expected '-' indicator"
	noBracket     = "did not find expected ',' or ']'"
	noBrace       = "did not find expected ',' or '}'"
	noNodeContent = "did not find expected node content"
	noToken       = "found character that cannot start any token"
	openQuote     = "found unexpected end of stream"
	badEscape     = "found unknown escape character"
	noLineBreak   = "did not find expected comment or line break"
)

// contexts are what libyaml was about when it met a problem: Psych says it, go-yaml leaves it out.
var contexts = map[string]string{
	noKey:                         "while parsing a block mapping",
	noDash:                        "while parsing a block collection",
	noBracket:                     "while parsing a flow sequence",
	noBrace:                       "while parsing a flow mapping",
	noNodeContent:                 "while parsing a flow node",
	noToken:                       "while scanning for the next token",
	openQuote:                     "while scanning a quoted scalar",
	"could not find expected ':'": "while scanning a simple key",
	badEscape:                     "while parsing a quoted scalar",
	noLineBreak:                   "while scanning a block scalar",
	"did not find expected alphabetic or numeric character":        "while scanning an alias",
	"found a tab character where an indentation space is expected": "while scanning a block scalar",
}

var (
	atLine       = regexp.MustCompile(`^yaml: (?:line (\d+): )?(.*)$`)
	unknownAlias = regexp.MustCompile(`unknown anchor '(.*)' referenced`)
)

// problem is a syntax error in Psych's words.
func problem(source string, err error) error {
	match := atLine.FindStringSubmatch(err.Error())
	if match == nil {
		return err
	}
	what := match[2]
	if anchor := unknownAlias.FindStringSubmatch(what); anchor != nil {
		return errors.New("An alias referenced an unknown anchor: " + anchor[1])
	}
	line, column := 0, 1
	if len(source) <= maxLocated {
		line, column = locate(source, what)
	}
	if line == 0 {
		n, _ := strconv.Atoi(match[1])
		line, column = max(n, 1), 1
	}
	if context := contexts[what]; context != "" {
		if what == noNodeContent && openBracket(source[:offset(source, line, column)]) < 0 {
			context = "while parsing a block node"
		}
		what += " " + context
	}
	return fmt.Errorf("(<unknown>): %s at line %d column %d", what, line, column)
}

// whatIsWrong is what go-yaml finds wrong with a text, or "".
func whatIsWrong(source string) string {
	var node yaml.Node
	if err := yaml.NewDecoder(strings.NewReader(source)).Decode(&node); err != nil {
		if match := atLine.FindStringSubmatch(err.Error()); match != nil {
			return match[2]
		}
	}
	return ""
}
