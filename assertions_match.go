package fakegitlab

import (
	"cmp"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/faults"
	"github.com/fakegitlab/fakegitlab/internal/gitlab"
	"github.com/fakegitlab/fakegitlab/internal/outside"
	"github.com/fakegitlab/fakegitlab/internal/plain"
)

// CallMatcher is a condition on a recorded call, or a count of the calls that are wanted. By, ByRunner, Param, Header,
// Status and Where make conditions. Times, AtLeast and AtMost make counts, which only AssertCalled takes.
type CallMatcher interface {
	// holds is whether a call meets the condition. Counts always hold.
	holds(Call) bool
	// compare is what the condition is about, what it wants, and what the call has there.
	compare(Call) (aspect, want, got string)
	// String is the matcher as written in Go.
	String() string
}

// condition is a matcher that looks at one call; all are of this type but the counts.
type condition struct {
	text, aspect, want string
	got                func(Call) (text string, present bool)
	isWant             func(Call) bool // nil: got equals want
	user               string          // whom By names
	runner             int             // which ByRunner names
	param              string          // which Param names
	operation          string          // which Operation names
	problem            string          // why no call can ever meet it
	ofAnswer           bool            // needs what is known only when the call was answered
	ofBody             bool            // looks at what WithJournalBytes may drop
}

func (m condition) holds(c Call) bool {
	if m.isWant != nil {
		return m.isWant(c)
	}
	got, present := m.got(c)
	return present && got == m.want
}

func (m condition) compare(c Call) (aspect, want, got string) {
	got, present := m.got(c)
	if !present {
		got = "(none)"
	}
	return m.aspect, m.want, got
}

func (m condition) String() string { return m.text }

// By matches calls made by a user, with any token of that user's. By("") matches calls that no user made. A username
// that nobody has fails the test.
func By(username string) CallMatcher {
	return condition{
		text: fmt.Sprintf("By(%q)", username), aspect: "user", want: username, user: username,
		got: func(c Call) (string, bool) { return c.User, true },
	}
}

// ByRunner matches calls made with the authentication token of a runner, or the token of a job that it took, be that
// over. ByRunner(0) matches calls that no runner made. An ID that no runner has or had fails the test.
func ByRunner(id int) CallMatcher {
	return condition{
		text: fmt.Sprintf("ByRunner(%d)", id), aspect: "runner", want: strconv.Itoa(id), runner: id,
		got: func(c Call) (string, bool) { return strconv.Itoa(cmp.Or(c.RunnerID, c.JobRunnerID)), true },
	}
}

// Param matches calls with a parameter of that value, be it of the path, the query or the body. Values are compared in
// the form in which GitLab takes them as text: "true" is true, "9" is 9, a list is its elements joined by commas in
// their order, a time.Duration its seconds. A dotted name reaches into a hash ("info.name") or a list ("tag_list.0").
// nil matches a parameter that is null or was not sent. A parameter that the endpoint does not have fails the test,
// unless a call of it was sent with one; Where looks for anything.
func Param(name string, value any) CallMatcher {
	want := plain.Text(value)
	m := condition{
		text: fmt.Sprintf("Param(%q, %s)", name, plain.GoText(value)), aspect: "param " + name, want: want, param: name,
		ofBody: true,
		got: func(c Call) (string, bool) {
			got, present := c.param(name)
			return plain.Text(got), present
		},
	}
	if plain.IsNil(value) {
		m.want = "(none)"
		m.isWant = func(c Call) bool {
			got, _ := c.param(name)
			return plain.IsNil(got)
		}
	}
	return m
}

// Operation matches calls of GraphQL that ask for a field at the root of queries or mutations, "runnerCreate", or have
// an operation of that name. What nearly is a field of GitLab's fails the test.
func Operation(name string) CallMatcher {
	return condition{
		problem: gitlab.OperationNameProblem(name), operation: name,
		text: fmt.Sprintf("Operation(%q)", name), aspect: "operation", want: name,
		got:    func(c Call) (string, bool) { return c.Operation, c.Operation != "" },
		isWant: func(c Call) bool { return slices.Contains(gitlab.OperationNames(c.Operation), name) },
	}
}

// Header matches calls that were sent with a header of that value. Capitals in the name do not matter. A name that no
// header can have fails the test.
func Header(name, value string) CallMatcher {
	name = http.CanonicalHeaderKey(name)
	return condition{
		problem: faults.HeaderNameProblem(name),
		text:    fmt.Sprintf("Header(%q, %q)", name, value), aspect: "header " + name, want: value,
		got: func(c Call) (string, bool) {
			values := c.Header.Values(name)
			return strings.Join(values, ", "), len(values) > 0
		},
		isWant: func(c Call) bool { return slices.Contains(c.Header.Values(name), value) },
	}
}

// Status matches calls that were answered with that status. What is no status of an answer fails the test.
func Status(code int) CallMatcher {
	problem := ""
	if code < 100 || code > 599 {
		problem = fmt.Sprintf("%d is no status of an answer", code)
	}
	return condition{
		problem: problem,
		text:    fmt.Sprintf("Status(%d)", code), aspect: "status", want: strconv.Itoa(code), ofAnswer: true,
		got: func(c Call) (string, bool) { return strconv.Itoa(c.Status), c.Status != 0 },
	}
}

// Where matches calls for which holds returns true. nil fails the test. The Call is a copy, which holds may change.
func Where(holds func(Call) bool) CallMatcher {
	is := func(c Call) (is bool) {
		outside.Asked("the function of Where", func() { is = holds != nil && holds(cloneCall(c)) })
		return is
	}
	text, problem := "Where(func)", ""
	if holds == nil {
		text, problem = "Where(nil)", "there is no function"
	}
	return condition{
		problem: problem,
		text:    text, aspect: "Where", want: "true", isWant: is, ofBody: true,
		got: func(c Call) (string, bool) { return strconv.FormatBool(is(c)), true },
	}
}

// count is how many calls are wanted.
type count struct {
	text        string
	least, most int
}

func (count) holds(Call) bool { return true }

func (count) compare(Call) (aspect, want, got string) { return "", "", "" }

func (m count) String() string { return m.text }

// Times asks for exactly n matching calls.
func Times(n int) CallMatcher { return count{fmt.Sprintf("Times(%d)", n), n, n} }

// AtLeast asks for n matching calls or more.
func AtLeast(n int) CallMatcher { return count{fmt.Sprintf("AtLeast(%d)", n), n, math.MaxInt} }

// AtMost asks for n matching calls or fewer; no call at all will do, too.
func AtMost(n int) CallMatcher { return count{fmt.Sprintf("AtMost(%d)", n), 0, n} }

// bounds is how many calls all the counts together ask for.
type bounds struct{ least, most int }

func (b bounds) allow(n int) bool { return b.least <= n && n <= b.most }

func (b bounds) impossible() bool { return b.least > b.most || b.most < 0 }

func (b bounds) text() string {
	calls := func(n int) string {
		if n == 1 {
			return "1 call"
		}
		return fmt.Sprintf("%d calls", n)
	}
	switch {
	case b.most == 0:
		return "no call"
	case b.least == b.most:
		return "exactly " + calls(b.least)
	case b.most == math.MaxInt:
		return "at least " + calls(b.least)
	case b.least <= 0:
		return "at most " + calls(b.most)
	default:
		return fmt.Sprintf("%d to %s", b.least, calls(b.most))
	}
}

// splitCounts separates the counts from the conditions. Without a count, at least one call is wanted.
func splitCounts(where []CallMatcher) (times bounds, conditions []CallMatcher) {
	times = bounds{0, math.MaxInt}
	counted := false
	for _, m := range where {
		switch m := m.(type) {
		case count:
			times.least, times.most, counted = max(times.least, m.least), min(times.most, m.most), true
		default:
			conditions = append(conditions, m)
		}
	}
	if !counted {
		times.least = 1
	}
	return times, conditions
}

// covers is whether a call is of the endpoint. "" covers every call, "* /path" those of that path with any method.
func (e Endpoint) covers(c Call) bool { return gitlab.Covers(string(e), string(c.Endpoint)) }

func (e Endpoint) text() string { return cmp.Or(string(e), "any endpoint") }

// matches is whether a call is of the endpoint and meets every condition.
func matches(c Call, e Endpoint, where []CallMatcher) bool {
	return e.covers(c) && !slices.ContainsFunc(where, func(m CallMatcher) bool { return m != nil && !m.holds(c) })
}

// selectionText is endpoint and conditions for a message: `POST /runners with By("mia"), Status(201)`.
func selectionText(e Endpoint, where []CallMatcher) string {
	if text := matchersText(where); text != "" {
		return e.text() + " with " + text
	}
	return e.text()
}

func matchersText(where []CallMatcher) string {
	var texts []string
	for _, m := range where {
		if m != nil {
			texts = append(texts, m.String())
		}
	}
	return strings.Join(texts, ", ")
}
