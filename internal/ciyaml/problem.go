package ciyaml

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// contexts are what libyaml was about when it met a problem: Psych says it, go-yaml leaves it out.
var contexts = map[string]string{
	"did not find expected key":                                    "while parsing a block mapping",
	"did not find expected '-' indicator":                          "while parsing a block collection",
	"did not find expected ',' or ']'":                             "while parsing a flow sequence",
	"did not find expected ',' or '}'":                             "while parsing a flow mapping",
	"did not find expected node content":                           "while parsing a flow node",
	"could not find expected ':'":                                  "while scanning a simple key",
	"found character that cannot start any token":                  "while scanning for the next token",
	"found unexpected end of stream":                               "while scanning a quoted scalar",
	"found unknown escape character":                               "while parsing a quoted scalar",
	"did not find expected alphabetic or numeric character":        "while scanning an alias",
	"found a tab character where an indentation space is expected": "while scanning a block scalar",
}

var (
	atLine       = regexp.MustCompile(`^yaml: (?:line (\d+): )?(.*)$`)
	unknownAlias = regexp.MustCompile(`unknown anchor '(.*)' referenced`)
)

// problem is a syntax error in Psych's words. libyaml and go-yaml find the same problems; the column is that of what
// the problem's line begins with, which is where most begin.
func problem(source string, err error) error {
	match := atLine.FindStringSubmatch(err.Error())
	if match == nil {
		return err
	}
	if anchor := unknownAlias.FindStringSubmatch(match[2]); anchor != nil {
		return errors.New("An alias referenced an unknown anchor: " + anchor[1])
	}
	line, _ := strconv.Atoi(match[1])
	line = max(line, 1)
	column := 1
	if lines := strings.SplitN(source, "\n", line+1); line <= len(lines) {
		text := lines[line-1]
		column += len(text) - len(strings.TrimLeft(text, " \t"))
	}
	what := match[2]
	if context := contexts[what]; context != "" {
		what += " " + context
	}
	return fmt.Errorf("(<unknown>): %s at line %d column %d", what, line, column)
}
