package front

// A route table: finding the route of a request, quickly.

import (
	"slices"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/nearest"
)

// Table is the table of a protocol's routes. It never changes, so that all GitLabs of a process may share one.
type Table struct {
	routes  []*Route
	routers map[shape]*Router[*Route]
	// open has the routes whose paths have as many segments as the client likes, by method.
	open map[string]*Router[*Route]
}

// NewTable makes a table of routes, in the order of the documentation. What authentication reads is known to each.
func NewTable(routes []*Route) *Table {
	t := &Table{routes: routes, routers: map[shape]*Router[*Route]{}, open: map[string]*Router[*Route]{}}
	inOrder := slices.Clone(routes)
	// Those with fewer parameters are tried first: in /runners/all, all is no runner's id.
	slices.SortStableFunc(inOrder, func(a, b *Route) int { return a.PathParams() - b.PathParams() })
	for _, r := range inOrder {
		r.mustBeWhole()
		known := readElsewhere
		if r.JobTokens {
			known = slices.Concat(known, jobTokenParams)
		}
		r.Spec.Known = known
		for l := r.Later; l != nil; l = l.Later {
			l.Spec.Known = known
		}
		t.add(r)
	}
	return t
}

// add puts a route where it is looked for.
func (t *Table) add(r *Route) {
	method, path := nearest.CutEndpoint(r.Endpoint)
	if slices.ContainsFunc(strings.Split(path, "/"), spansSegments) {
		if t.open[method] == nil {
			t.open[method] = NewRouter[*Route]()
		}
		t.open[method].Add(method, path, r)
		return
	}
	s := shapeOf(method, path)
	if t.routers[s] == nil {
		t.routers[s] = NewRouter[*Route]()
	}
	t.routers[s].Add(method, path, r)
}

// Routes are the routes of the table, in the order of the documentation.
func (t *Table) Routes() []*Route { return t.routes }

// Lookup finds the route of a method and an escaped path, with its path parameters; nil if there is none. format is a
// suffix that was cut from the path, "" for none: the path of a file may end like one.
func (t *Table) Lookup(method, path, format string) (*Route, map[string]string) {
	if routes := t.routers[shapeOf(method, path)]; routes != nil {
		if r, vars, found := routes.Find(method, path); found {
			return r, vars
		}
	}
	open := t.open[method]
	if open == nil {
		return nil, nil
	}
	if format != "" {
		if r, vars, found := open.Find(method, path+"."+format); found {
			return r, vars
		}
	}
	r, vars, _ := open.Find(method, path)
	return r, vars
}

// shape is what the routes of a path have in common, so that mux need not try all of them one by one.
type shape struct {
	method   string
	segments int
}

func shapeOf(method, path string) shape { return shape{method, strings.Count(path, "/")} }
