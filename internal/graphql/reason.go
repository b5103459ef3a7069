package graphql

// What a person should know of an answer, for the journal.

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/graphqlruby"
)

// reason says why fields are null or else which errors there are.
func (a *incoming) reason(q *front.Request, results []graphqlruby.Result) string {
	var said []string
	for i, r := range results {
		place := ""
		if a.batch {
			place = fmt.Sprint(i) + "."
		}
		said = append(said, whyNull(place, r.Notes)...)
		if len(r.Notes) > 0 {
			continue
		}
		for _, e := range r.Errors {
			said = append(said, e.Message)
		}
	}
	if unread := a.unreadBody(q); unread != "" {
		said = append(said, unread)
	}
	if who := q.SentSudo(); who != "" {
		said = append(said, fmt.Sprintf("GraphQL knows no sudo: nobody acted as %s", who))
	}
	missing, later := absences(q.Version, results)
	q.Record.Lacking = missing
	said = slices.Concat(said, missing, later)
	return strings.Join(unique(said), "; ")
}

// unreadBody tells those who sent a document in a way that Rails does not read, why they are answered as if there were
// none.
func (a *incoming) unreadBody(q *front.Request) string {
	if a.batch || a.documents[0].text != "" || len(q.Record.Body) == 0 {
		return ""
	}
	contentType := q.HTTP.Header.Get("Content-Type")
	return fmt.Sprintf("the body, of Content-Type %q, has no parameter %s", contentType, paramQuery)
}

// mostReasons is how many different reasons are told of one field of the items of a list.
const mostReasons = 5

// whyNull tells of each field that is null why it is: what is the same for several items of a list once, with how many
// they are. A page has up to a hundred items, and a person reads this in one line.
func whyNull(place string, notes []graphqlruby.Note) []string {
	type why struct{ field, text string } // field is the path without the places in lists
	var told []graphqlruby.Note
	times, different, untold := map[why]int{}, map[string]int{}, map[string]int{}
	for _, n := range notes {
		w := why{fieldText(n.Path), n.Text}
		if times[w]++; times[w] > 1 {
			continue
		}
		if different[w.field]++; different[w.field] > mostReasons {
			untold[w.field]++
			continue
		}
		told = append(told, n)
	}
	var said []string
	for _, n := range told {
		text := place + pathText(n.Path)
		if more := times[why{fieldText(n.Path), n.Text}] - 1; more > 0 {
			text += fmt.Sprintf(" and %d more", more)
		}
		said = append(said, text+": "+n.Text)
	}
	for _, field := range slices.Sorted(maps.Keys(untold)) {
		said = append(said, fmt.Sprintf("%s%s: %d more reasons", place, field, untold[field]))
	}
	return said
}

// pathText is a path as people write it: runners.nodes.0.token.
func pathText(path []any) string {
	parts := make([]string, len(path))
	for i, p := range path {
		parts[i] = fmt.Sprint(p)
	}
	return strings.Join(parts, ".")
}

// fieldText is a path without the places in lists: runners.nodes.token.
func fieldText(path []any) string {
	return pathText(slices.DeleteFunc(slices.Clone(path), func(step any) bool {
		_, isPlace := step.(int)
		return isPlace
	}))
}

// unique leaves out what was said before.
func unique(texts []string) []string {
	var out []string
	said := map[string]bool{}
	for _, t := range texts {
		if !said[t] {
			said[t] = true
			out = append(out, t)
		}
	}
	return out
}
