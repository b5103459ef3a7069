package fakegitlab

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/calltext"
	"github.com/fakegitlab/fakegitlab/internal/differences"
	"github.com/fakegitlab/fakegitlab/internal/gitlab"
	"github.com/fakegitlab/fakegitlab/internal/journal"
	"github.com/fakegitlab/fakegitlab/internal/nearest"
	"github.com/fakegitlab/fakegitlab/internal/words"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// names is what a test's names of endpoints are judged by.
func (f *Fake) names() gitlab.Names {
	return gitlab.Names{Version: f.version, Served: world.WordsOf(f.Endpoints()...)}
}

// endpointProblem is "" for an endpoint that the fake serves, for "" and for a served path with any method:
// "* /runners". For every other name it says what is wrong with it and what was probably meant.
func (f *Fake) endpointProblem(e Endpoint) string { return f.names().Problem(string(e)) }

// laterText says of an endpoint that is not served, but is by a later version, from when on GitLab has it; "" for
// every other.
func (f *Fake) laterText(e Endpoint) string { return f.names().Later(string(e)) }

// laterLines is laterText of several endpoints, for the end of a message on what was not called.
func (f *Fake) laterLines(endpoints ...Endpoint) string {
	var lines strings.Builder
	for _, e := range endpoints {
		if later := f.laterText(e); later != "" && !strings.Contains(lines.String(), later) {
			lines.WriteString(later + "\n")
		}
	}
	return lines.String()
}

// recordedProblem is endpointProblem for what looks at recorded calls. They may well be of an endpoint that only a
// later version has, and were answered with 404 then: a test over several versions asks in each of them.
func (f *Fake) recordedProblem(e Endpoint) string {
	if f.laterText(e) != "" {
		return ""
	}
	return f.endpointProblem(e)
}

// selectionProblem is "" if calls can be selected by endpoint and conditions: the endpoint is one of this version or a
// later one and has the parameters, the users exist, the runners do or did, and nothing counts.
func (f *Fake) selectionProblem(e Endpoint, where []CallMatcher) string {
	if problem := f.recordedProblem(e); problem != "" {
		return problem
	}
	for i, m := range where {
		switch m := m.(type) {
		case nil:
			return fmt.Sprintf("condition %d is nil", i+1)
		case count:
			return m.text + " counts calls: only AssertCalled takes it"
		case condition:
			if m.problem != "" {
				return m.text + " can never hold: " + m.problem
			}
			problem := cmp.Or(f.userProblem(m.user), f.runnerIDProblem(m.runner), gitlab.NoRunnerProblem(string(e), m.runner))
			if problem != "" {
				return m.text + " can never hold: " + problem
			}
			if problem = f.operationProblem(e, m.operation); problem != "" {
				return m.text + " can never hold: " + problem
			}
			if problem = f.paramProblem(e, m.param); problem != "" {
				return m.text + " looks for what is not there: " + problem
			}
		}
	}
	return ""
}

// requestProblem is selectionProblem for failures, hooks and holds, which look at a request before it is answered. What
// this version does not serve they refuse: there is nothing that could fail.
func (f *Fake) requestProblem(e Endpoint, where []CallMatcher) string {
	for _, m := range where {
		if m, ok := m.(condition); ok && m.ofAnswer {
			return m.text + " looks at the answer, which is not known yet"
		}
	}
	return cmp.Or(f.endpointProblem(e), f.selectionProblem(e, where))
}

func (f *Fake) userProblem(username string) string {
	if username == "" {
		return ""
	}
	if _, ok := f.User(username); ok {
		return ""
	}
	var usernames []string
	for _, user := range f.Users() {
		usernames = append(usernames, user.Username)
	}
	problem := fmt.Sprintf("there is no user %q", username)
	if meant, ok := nearest.Of(username, usernames); ok {
		problem += fmt.Sprintf("; did you mean %q?", meant)
	}
	return problem
}

// runnerIDProblem is "" for the ID of a runner that is there or was, and for 0.
func (f *Fake) runnerIDProblem(id int) string {
	if id == 0 || read(f, func(st *world.State) bool { return st.WasRunner(id) }) {
		return ""
	}
	return fmt.Sprintf("no runner has ever had the ID %d; %s", id, strings.TrimSuffix(f.runnersText(), "\n"))
}

// operationProblem is "" for a name of what may be asked for in GraphQL: a field at the root, or any operation's name
// that is no slip of the pen for one. A name that a call has had is one, too, and fields begin with no capital.
func (f *Fake) operationProblem(e Endpoint, name string) string {
	if name == "" {
		return ""
	}
	if !e.covers(Call{Endpoint: GraphQL}) {
		return fmt.Sprintf("%s is not GraphQL", e)
	}
	known := gitlab.RootFields()
	meant, near := nearest.Slip(name, known)
	had := func(c Call) bool { return slices.Contains(gitlab.OperationNames(c.Operation), name) }
	if !near || meant == name || name[0] >= 'A' && name[0] <= 'Z' || slices.ContainsFunc(f.log.Closed(), had) {
		return ""
	}
	return fmt.Sprintf("GraphQL has no field %q; did you mean %q?", name, meant)
}

// paramProblem is "" for a parameter that calls of the endpoint can be selected by.
func (f *Fake) paramProblem(e Endpoint, name string) string {
	return f.names().ParamProblem(string(e), name, func() bool {
		return slices.ContainsFunc(f.log.Closed(), func(c Call) bool {
			_, present := c.param(name)
			return present && e.covers(c)
		})
	})
}

// nearestShown is how many calls a message shows of those that nearly matched.
const nearestShown = 3

// nearestCalls says which recorded calls came nearest to what was wanted, and how each differs.
func (f *Fake) nearestCalls(e Endpoint, where []CallMatcher) string {
	calls := f.log.Closed()
	near := f.rank(calls, e, where)
	later := f.laterLines(e)
	switch {
	case len(calls) == 0:
		return later + f.seeJournal()
	case len(near) == 0:
		return later + "recorded: " + calltext.Tally(textsOf(calls)) + "\n" + f.seeJournal()
	}
	var text strings.Builder
	text.WriteString(later + "nearest (- expected, + recorded):\n")
	for _, c := range near[:min(len(near), nearestShown)] {
		text.WriteString("  " + journalLine(c) + "\n")
		if len(where) > 0 { // else the line above says it all
			text.WriteString(journal.Indent(conditionsDiff(c, e, where), "    "))
		}
	}
	return text.String() + f.seeJournal()
}

// rank returns the calls that do not match but come near, nearest first: those of the endpoint, else those probably
// meant for it. When any endpoint will do, those that meet most conditions come first.
func (f *Fake) rank(calls []Call, e Endpoint, where []CallMatcher) []Call {
	type ranked struct {
		call            Call
		endpoint, meets int
	}
	var near []ranked
	for _, c := range calls {
		r := ranked{call: c, endpoint: gitlab.Kinship(string(e), string(c.Endpoint), c.Method, c.Path)}
		for _, m := range where {
			if m.holds(c) {
				r.meets++
			}
		}
		if r.endpoint > 0 && !matches(c, e, where) {
			near = append(near, r)
		}
	}
	slices.SortStableFunc(near, func(a, b ranked) int {
		return cmp.Or(cmp.Compare(b.endpoint, a.endpoint), cmp.Compare(b.meets, a.meets))
	})
	var best []Call
	for _, r := range near {
		if r.endpoint == near[0].endpoint {
			best = append(best, r.call)
		}
	}
	return best
}

// conditionsDiff compares what the endpoint and the conditions want of a call with what the call has.
func conditionsDiff(c Call, e Endpoint, where []CallMatcher) string {
	var all differences.Aspects
	if e != "" {
		all.Add("endpoint", string(e), c.name(), e.covers(c)) // "* /runners" is no difference
	}
	for _, m := range where {
		aspect, want, got := m.compare(c)
		all.Add(aspect, want, got, m.holds(c)) // one of several header values is no difference
	}
	return all.Text()
}

func (f *Fake) runnersText() string { return words.Some("runners", f.Runners(), runnerText) }

func runnerText(r Runner) string {
	text := fmt.Sprintf("%d (%s", r.ID, r.Type)
	if r.Description != "" {
		text += fmt.Sprintf(", %q", r.Description)
	}
	return text + ")"
}
