package junit

import (
	"math"
	"regexp"
	"strconv"
	"strings"
)

// The results of a test, in the order in which GitLab shows them (Gitlab::Ci::Reports::TestCase).
const (
	Error   = "error"
	Failed  = "failed"
	Success = "success"
	Skipped = "skipped"
)

// Case is a test and its result.
type Case struct {
	Suite                 *string // the name of the element around it; nil if that has none
	Status                string  // Error, Failed, Success or Skipped
	Name, Classname, File *string // nil where the report says nothing of it
	Time                  float64 // seconds
	Output                *string // what it said; nil of one that succeeded
	Attachment            string  // the path of a file in the job's archive; "" for none
}

// What GitLab says of a report that it cannot read.
const (
	msgSyntax = "JUnit XML parsing failed: "
	msgData   = "JUnit data parsing failed: "
	// msgNotMatched is what Ruby says of a test that has turned out to be a text.
	msgNotMatched = "string not matched"
	labelOut      = "System Out:\n\n"
	labelErr      = "System Err:\n\n"
)

// Parse reads a report. problem is what GitLab says of one that it cannot read; "" if it can. The tests before the
// first that cannot be read are read then, too.
func Parse(data []byte) (cases []Case, problem string) {
	root, err := read(data)
	if err != nil {
		return nil, msgSyntax + err.Error()
	}
	r := reader{}
	r.walk(root, false)
	if r.confused {
		return r.cases, msgData + msgNotMatched
	}
	return r.cases, ""
}

// reader collects the tests of a document.
type reader struct {
	cases    []Case
	confused bool // a test was a text: nothing after it is read
}

// walk finds the tests below an element: below any testsuite, however deep, and below testsuites at the top.
func (r *reader) walk(n *node, inside bool) {
	if n.isText || r.confused {
		return
	}
	if !inside {
		for _, suites := range n.fields["testsuites"] {
			r.walk(suites, true)
		}
	}
	if inside {
		for _, test := range n.fields["testcase"] {
			switch {
			case test.isText:
				r.confused = true
				return
			case !test.empty():
				r.cases = append(r.cases, caseOf(test, n.value("name")))
			}
		}
	}
	for _, suite := range n.fields["testsuite"] {
		r.walk(suite, true)
	}
}

// caseOf reads one test.
func caseOf(n *node, suite *string) Case {
	c := Case{Suite: suite, Status: Success, Name: n.value("name"), Classname: n.value("classname"), File: n.value("file"),
		Time: leadingFloat(n.value("time"))}
	switch {
	case n.has("failure"):
		c.Status, c.Output = Failed, output(n, "failure")
	case n.has("error"):
		c.Status, c.Output = Error, output(n, "error")
	case n.has("skipped"):
		c.Status = Skipped
		if said := texts(n, "skipped"); len(said) > 0 {
			all := strings.Join(said, "\n\n")
			c.Output = &all
		}
	}
	if out := n.value("system_out"); out != nil && (c.Status == Failed || c.Status == Error) {
		if found := attachment.FindStringSubmatch(*out); found != nil {
			c.Attachment = found[1]
		}
	}
	return c
}

// attachment is how a test says that there is a file of it.
var attachment = regexp.MustCompile(`\[\[ATTACHMENT\|([^\[\]|]+?)\]\]`)

// output is what a test said that failed: why, and what it has written.
func output(n *node, why string) *string {
	said := texts(n, why)
	for _, stream := range []struct{ name, label string }{{"system_out", labelOut}, {"system_err", labelErr}} {
		if n.has(stream.name) {
			said = append(said, stream.label+strings.Join(texts(n, stream.name), ""))
		}
	}
	all := strings.Join(said, "\n\n")
	return &all
}

// texts are what the elements of a name say, without those that are empty.
func texts(n *node, name string) (said []string) {
	for _, f := range n.fields[name] {
		if !f.empty() {
			said = append(said, f.inspected())
		}
	}
	return said
}

var leadingNumber = regexp.MustCompile(`^\s*[-+]?\d+(\.\d+)?([eE][-+]?\d+)?`)

// leadingFloat is the number that a text begins with, as Ruby's to_f; 0 if there is none.
func leadingFloat(text *string) float64 {
	if text == nil {
		return 0
	}
	// Of text that is no number it is 0, of one that is too large it is infinite.
	f, _ := strconv.ParseFloat(strings.TrimSpace(leadingNumber.FindString(*text)), 64)
	return Finite(f)
}

// Finite is the number next to f that JSON has: there is none that is infinite in it.
func Finite(f float64) float64 { return min(max(f, -math.MaxFloat64), math.MaxFloat64) }
