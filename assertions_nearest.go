package fakegitlab

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/gitlab"
	"github.com/fakegitlab/fakegitlab/internal/nearest"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// endpointProblem is "" for an endpoint that the fake serves, for "" and for a served path with any method:
// "* /runners". For every other name it says what is wrong with it and what was probably meant.
func (f *Fake) endpointProblem(e Endpoint) string {
	if e == "" {
		return ""
	}
	served := f.Endpoints()
	method, path, ok := strings.Cut(string(e), " ")
	if !ok || !strings.HasPrefix(path, "/") {
		problem := fmt.Sprintf("%q is no endpoint: write method, blank and path, as in %q", string(e), GetRunner)
		if constant := constantText(string(e)); constant != "" {
			return problem + constant
		}
		if meant, near := nearest.Of(string(e), world.WordsOf(served...)); near {
			problem += "; did you mean " + meant + "?"
		}
		return problem
	}
	if method == "*" {
		return wildcardProblem(path, served)
	}
	if slices.Contains(served, e) {
		return ""
	}
	if colons := Endpoint(method + " " + bracesToColons(path)); colons != e && slices.Contains(served, colons) {
		return bracesText(string(e), colons)
	}
	if since := gitlab.Since(string(e)); since != "" {
		return fmt.Sprintf("GitLab has %s from %s on, and this one is %s: see WithVersion", e, since, f.version)
	}
	if below, whole := strings.CutPrefix(path, front.APIPrefix); whole {
		return fmt.Sprintf("an endpoint is named without %s: %s %s", front.APIPrefix, method, below)
	}
	return "nothing serves " + string(e) + cmp.Or(meantText(method, path, served), outsideText(method, path))
}

// selectionProblem is "" if calls can be selected by endpoint and conditions: the endpoint is served, the users exist,
// and nothing counts.
func (f *Fake) selectionProblem(e Endpoint, where []CallMatcher) string {
	if problem := f.endpointProblem(e); problem != "" {
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
			if problem := f.userProblem(m.user); problem != "" {
				return m.text + " can never hold: " + problem
			}
		}
	}
	return ""
}

// vainProblem says why no call could have met a condition, of those that none met: its parameter is not one of the
// endpoint's and was never sent, its runner never was. Else it is "".
func (f *Fake) vainProblem(e Endpoint, where []CallMatcher) string {
	for _, m := range where {
		m, ok := m.(condition)
		if !ok {
			continue
		}
		problem := f.paramProblem(e, m.param)
		if m.runner != 0 && !read(f, func(st *world.State) bool { return st.HadRunner(m.runner) }) {
			problem = fmt.Sprintf("there never was a runner %d\n%s", m.runner, f.runnersText())
		}
		if problem != "" {
			return m.text + " can never hold: " + problem
		}
	}
	return ""
}

// paramProblem is "" if calls of an endpoint may have a parameter, or some had it. Of what a test serves itself nobody
// knows which there are.
func (f *Fake) paramProblem(e Endpoint, name string) string {
	name, _, _ = strings.Cut(name, ".")
	if name == "" {
		return ""
	}
	known := map[string]bool{}
	for _, served := range f.Endpoints() {
		if !e.covers(Call{Endpoint: served}) {
			continue
		}
		if slices.Contains(f.added.endpoints(), served) {
			return ""
		}
		for _, p := range gitlab.Parameters(string(served)) {
			known[p] = true
		}
		for segment := range strings.SplitSeq(string(served), "/") {
			known[strings.TrimLeft(segment, ":*")] = segment != strings.TrimLeft(segment, ":*")
		}
	}
	sent := func(c Call) bool { _, had := c.Params[name]; return had && e.covers(c) }
	if known[name] || slices.Contains(front.CredentialParams(), name) || slices.ContainsFunc(f.log.Closed(), sent) {
		return ""
	}
	maps.DeleteFunc(known, func(_ string, is bool) bool { return !is })
	problem := fmt.Sprintf("%s has no parameter %q, and no call sent one", e.text(), name)
	if meant, near := nearest.Of(name, slices.Sorted(maps.Keys(known))); near {
		problem += fmt.Sprintf("; did you mean %q?", meant)
	}
	return problem
}

// requestProblem is selectionProblem for failures, hooks and holds, which look at a request before it is answered.
func (f *Fake) requestProblem(e Endpoint, where []CallMatcher) string {
	for _, m := range where {
		if m, ok := m.(condition); ok && m.ofAnswer {
			return m.text + " looks at the answer, which is not known yet"
		}
	}
	return f.selectionProblem(e, where)
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

// nearestShown is how many calls a message shows of those that nearly matched.
const nearestShown = 3

// nearestCalls says which recorded calls came nearest to what was wanted, and how each differs.
func (f *Fake) nearestCalls(e Endpoint, where []CallMatcher) string {
	calls := f.log.Closed()
	near := f.rank(calls, e, where)
	switch {
	case len(calls) == 0:
		return f.seeJournal()
	case len(near) == 0:
		return "recorded: " + tally(calls) + "\n" + f.seeJournal()
	}
	var text strings.Builder
	text.WriteString("nearest (- expected, + recorded):\n")
	for _, c := range near[:min(len(near), nearestShown)] {
		text.WriteString("  " + journalLine(c) + "\n")
		if len(where) > 0 { // else the line above says it all
			text.WriteString(indent(conditionsDiff(c, e, where), "    "))
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
		r := ranked{call: c, endpoint: kinship(c, e)}
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

// kinship is how close a call is to an endpoint: 2 if it is a call of it; 1 if it has the same path, or looks like a
// misspelt call of it; else 0.
func kinship(c Call, e Endpoint) int {
	if e.covers(c) {
		return 2
	}
	_, wanted, _ := strings.Cut(string(e), " ")
	path, _ := belowAPI(c.Path)
	if c.Endpoint != "" {
		_, path, _ = strings.Cut(string(c.Endpoint), " ")
	}
	if path == wanted {
		return 1
	}
	if _, near := nearest.Endpoint(c.Method, path, []string{string(e)}); near && c.Endpoint == "" {
		return 1
	}
	return 0
}

// conditionsDiff compares what the endpoint and the conditions want of a call with what the call has.
func conditionsDiff(c Call, e Endpoint, where []CallMatcher) string {
	want, got := map[string]string{}, map[string]string{}
	if e != "" {
		want["endpoint"], got["endpoint"] = string(e), c.name()
		if e.covers(c) {
			want["endpoint"] = got["endpoint"] // "* /runners" is no difference
		}
	}
	for _, m := range where {
		aspect, wanted, has := m.compare(c)
		key := aspect
		for i := 2; ; i++ { // several conditions may look at one aspect
			if _, taken := want[key]; !taken {
				break
			}
			key = fmt.Sprintf("%s (%d)", aspect, i)
		}
		want[key], got[key] = wanted, has
		if m.holds(c) {
			want[key] = has // one of several header values is no difference
		}
	}
	return diffText(want, got)
}

// tally counts calls by endpoint, in the order in which each was first called.
func tally(calls []Call) string {
	var names []string
	counts := map[string]int{}
	for _, c := range calls {
		name := c.name()
		if counts[name] == 0 {
			names = append(names, name)
		}
		counts[name]++
	}
	for i, name := range names {
		if counts[name] > 1 {
			names[i] = fmt.Sprintf("%s (%d times)", name, counts[name])
		}
	}
	return strings.Join(names, ", ")
}

// diffText is go-cmp's diff, "" for equal values. An option that go-cmp cannot work with is reported in place of the
// diff: a panic out of an assertion would hide which one it was.
func diffText(want, got any, opts ...gocmp.Option) (text string) {
	defer func() {
		if problem := recover(); problem != nil {
			text = fmt.Sprintf("cannot compare: %v\n", problem)
		}
	}()
	// go-cmp mixes no-break spaces in, at random, against programs that parse it.
	return strings.ReplaceAll(gocmp.Diff(want, got, opts...), "\u00a0", " ")
}
