package graphql

// How dear a query is (app/graphql/types/base_field.rb, app/graphql/resolvers/base_resolver.rb): a field adds one, and
// a connection that has a resolver more, by its arguments and by how many items it may show.

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/graphqlruby"
)

// extraCost is what an argument of a resolver adds if it is given.
type extraCost struct {
	argument string
	cost     int
}

// resolverExtras are what every resolver adds for some arguments.
var resolverExtras = []extraCost{{"sort", 1}, {"search", 5}}

// singleCost is the cost of a resolver that finds one thing.
func singleCost(a args, children int) int {
	cost := children + 1
	for _, e := range resolverExtras {
		if a[e.argument] != nil {
			cost += e.cost
		}
	}
	return cost
}

// resolverCost is the cost of a connection that has a resolver: it grows by a hundredth for each item asked for.
func resolverCost(extra ...extraCost) func(args, int) int {
	return func(a args, children int) int {
		cost := singleCost(a, children)
		for _, e := range extra {
			if a[e.argument] != nil {
				cost += e.cost
			}
		}
		items := maxPage
		for _, name := range []string{"first", "last"} {
			if n, given := a[name].(int); given {
				items = min(items, n)
			}
		}
		return int(float64(cost) + float64(cost)*(float64(items)*0.01)) // in floats, for Ruby's roundings
	}
}

// gitalyCost is the cost of a field that calls Gitaly.
func gitalyCost(_ args, children int) int { return children + 2 }

// namedPipelineBonus is by how much a pipeline that is asked for by name lowers the cost of what is asked of it.
const namedPipelineBonus = 8

// mutationCost is that of a mutation, which adds nothing of its own: its class is no resolver of GitLab's.
func mutationCost(_ args, children int) int { return children }

// mostRepeated is how often a field that has fields may stand in itself.
const mostRepeated = 2

// repeatable are the fields that recursion does not count.
var repeatable = []string{"node", "edges", "nodes", "ofType"}

// recursion refuses queries that go round in circles (lib/gitlab/graphql/query_analyzers/ast/recursion_analyzer.rb).
type recursion struct {
	open    map[string]int
	deepest map[string]int
	order   []string // the names of deepest, as they came
}

func newRecursion() *recursion { return &recursion{open: map[string]int{}, deepest: map[string]int{}} }

// Enter counts a field within itself.
func (r *recursion) Enter(f graphqlruby.AnalyzedField) {
	name := f.Name
	if !recursionCounts(f) {
		return
	}
	r.open[name]++
	if r.open[name] > mostRepeated && !slices.Contains(repeatable, name) {
		if r.deepest[name] == 0 {
			r.order = append(r.order, name)
		}
		r.deepest[name] = r.open[name]
	}
}

// Leave takes back what Enter counted.
func (r *recursion) Leave(f graphqlruby.AnalyzedField) {
	if recursionCounts(f) {
		r.open[f.Name]--
	}
}

// recursionCounts reports whether a field counts. GitLab means to leave out what is skipped, and counts it even without
// fields of its own.
func recursionCounts(f graphqlruby.AnalyzedField) bool { return f.Selections || f.Skipped }

// Result is the refusal, if a field stood in itself too often.
func (r *recursion) Result() *graphqlruby.Error {
	if len(r.order) == 0 {
		return nil
	}
	var fields []string
	for _, name := range r.order {
		fields = append(fields, fmt.Sprintf("%q=>%d", name, r.deepest[name]))
	}
	return failuref(msgfRecursive, strings.Join(fields, ", "))
}
