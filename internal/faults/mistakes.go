package faults

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// HeaderProblem is "" for a header that HTTP can send. net/http drops one of another name without a word, and replaces
// line breaks in values.
func HeaderProblem(name string, values []string) string {
	if problem := HeaderNameProblem(name); problem != "" {
		return "Header: " + problem
	}
	if slices.ContainsFunc(values, func(v string) bool { return strings.ContainsAny(v, "\r\n\x00") }) {
		return fmt.Sprintf("Header: a value of %s has a line break or NUL, which HTTP cannot send", name)
	}
	return ""
}

// HeaderNameProblem is "" for a name that a header can have.
func HeaderNameProblem(name string) string {
	if headerName.MatchString(name) {
		return ""
	}
	return fmt.Sprintf("%q is no name of a header, which is of letters, digits and !#$%%&'*+-.^_`|~", name)
}

// headerName is a token of HTTP (RFC 9110, 5.6.2).
var headerName = regexp.MustCompile("^[-!#$%&'*+.^_`|~0-9A-Za-z]+$")

// OtherWord is what others call a fault of the network.
type OtherWord struct{ Word, Fault string }

// UnknownFault says what is wrong with a fault of the network that is none of the known ones, which have other words,
// too. nearest finds the one that was probably meant.
func UnknownFault(said string, known []string, others []OtherWord,
	nearest func(string, []string) (string, bool)) string {
	lower := strings.ToLower(said)
	if strings.Contains(lower, "refused") {
		return fmt.Sprintf("%q is no NetworkFault: a connection is refused before there is a call; see Down and Up", said)
	}
	meant, near := nearest(said, known)
	for _, other := range others {
		if strings.Contains(lower, other.Word) {
			meant, near = other.Fault, true
		}
	}
	if near {
		return fmt.Sprintf("%q is no NetworkFault; did you mean the constant %s, %q?", said, constant(meant), meant)
	}
	return fmt.Sprintf("%q is no NetworkFault; there are %s", said, strings.Join(known, ", "))
}

// constant is the name of a fault's constant: ConnectionReset for "connection reset".
func constant(fault string) string {
	name := ""
	for word := range strings.FieldsSeq(fault) {
		name += strings.ToUpper(word[:1]) + word[1:]
	}
	return name
}
