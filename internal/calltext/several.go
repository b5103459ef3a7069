package calltext

import (
	"fmt"
	"strings"
)

// Ignored are those of the calls with parameters that nothing reads, those of one endpoint with the same in one line.
func Ignored[E ~string](calls []Call[E]) []string {
	var problems []string
	first, times := map[string]int{}, map[string]int{} // by endpoint and parameters: the place in problems; the calls
	for _, c := range calls {
		if len(c.IgnoredParams) == 0 {
			continue
		}
		ignored := c.Ignored()
		key := string(c.Endpoint) + " " + ignored
		if times[key]++; times[key] == 1 {
			first[key] = len(problems)
			problems = append(problems, fmt.Sprintf("%s: nothing reads %s", c, ignored))
		}
	}
	for key, i := range first {
		if others := times[key] - 1; others > 0 {
			problems[i] += fmt.Sprintf(" (and so in %d more)", others)
		}
	}
	return problems
}

// Names are endpoints and whether a call is of one, as who asks for calls means them.
type Names[E ~string] struct {
	Text   func(E) string
	Covers func(E, Call[E]) bool
}

// Order looks for calls of the endpoints in this order. Found are the lines of those that are there, up to the first
// that is not, of which missing says so; all are there if it is empty.
func (n Names[E]) Order(calls []Call[E], order []E) (found, missing string, at int) {
	var lines strings.Builder
	next := 0
	for i, e := range order {
		place := -1
		for k, c := range calls[next:] {
			if n.Covers(e, c) {
				place = next + k
				break
			}
		}
		if place < 0 {
			return lines.String(), n.missing(e, i, calls, next), i
		}
		fmt.Fprintf(&lines, "  %s\n", calls[place])
		next = place + 1
	}
	return lines.String(), "", len(order)
}

// missing says that no call from next on is of e, the i-th endpoint of the order, and names the last one that came too
// early.
func (n Names[E]) missing(e E, i int, calls []Call[E], next int) string {
	text := "no " + n.Text(e)
	if i > 0 {
		text += fmt.Sprintf(" after #%d", calls[next-1].Number)
	}
	for k := next - 1; k >= 0; k-- {
		if n.Covers(e, calls[k]) {
			return fmt.Sprintf("%s; the last one was before: %s", text, calls[k])
		}
	}
	return text
}
