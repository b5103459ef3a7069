package front

// A route table: finding the route of a request, quickly.

import (
	"slices"
	"strings"
	"sync"

	"github.com/fakegitlab/fakegitlab/internal/nearest"
)

// Table is the table of a protocol's routes. It never changes, so that all GitLabs of a process may share one.
type Table struct {
	routes  []*Route
	routers map[shape]*family
}

// family is the routes of one shape, with their router from the first request on that may be for one of them: mux
// compiles regular expressions for each, and most tests need few.
type family struct {
	routes []*Route
	once   sync.Once
	router *Router[*Route]
}

// find is Router.Find. A family may be nil.
func (f *family) find(method, path string) (*Route, map[string]string) {
	if f == nil {
		return nil, nil
	}
	f.once.Do(func() {
		f.router = NewRouter[*Route]()
		// Those with fewer parameters are tried first: in /runners/all, all is no runner's id.
		slices.SortStableFunc(f.routes, func(a, b *Route) int { return a.PathParams() - b.PathParams() })
		for _, r := range f.routes {
			method, path := nearest.CutEndpoint(r.Endpoint)
			f.router.Add(method, path, r)
		}
	})
	r, vars, _ := f.router.Find(method, path)
	return r, vars
}

// NewTable makes a table of routes, in the order of the documentation. What authentication reads is known to each.
func NewTable(routes []*Route) *Table {
	t := &Table{routes: routes, routers: map[shape]*family{}}
	withJobTokens := slices.Concat(readElsewhere, jobTokenParams)
	for _, r := range routes {
		r.mustBeWhole()
		r.known = readElsewhere
		if r.JobTokens {
			r.known = withJobTokens
		}
		t.add(r)
	}
	return t
}

// add puts a route where it is looked for.
func (t *Table) add(r *Route) {
	method, path := nearest.CutEndpoint(r.Endpoint)
	s := shapeOf(method, path)
	for part := range strings.SplitSeq(path, "/") {
		if spansSegments(part) {
			s.segments = anyNumber
		}
	}
	f := t.routers[s]
	if f == nil {
		f = &family{}
		t.routers[s] = f
	}
	f.routes = append(f.routes, r)
}

// Routes are the routes of the table, in the order of the documentation.
func (t *Table) Routes() []*Route { return t.routes }

// Lookup finds the route of a method and an escaped path, with its path parameters; nil if there is none. format is a
// suffix that was cut from the path, "" for none: the path of a file may end like one.
func (t *Table) Lookup(method, path, format string) (*Route, map[string]string) {
	if r, vars := t.routers[shapeOf(method, path)].find(method, path); r != nil {
		return r, vars
	}
	return t.LookupSpanning(method, path, format)
}

// LookupSpanning is Lookup among the routes whose paths have as many segments as the client likes.
func (t *Table) LookupSpanning(method, path, format string) (*Route, map[string]string) {
	s := shapeOf(method, path)
	s.segments = anyNumber
	if format != "" {
		if r, vars := t.routers[s].find(method, path+"."+format); r != nil {
			return r, vars
		}
	}
	return t.routers[s].find(method, path)
}

// shape is what the routes of a path have in common, so that mux need not try all of them one by one. Every route
// begins with a literal segment.
type shape struct {
	method   string
	segments int // or anyNumber
	first    string
}

// anyNumber is the segments of routes whose paths have as many as the client likes.
const anyNumber = -1

func shapeOf(method, path string) shape {
	first, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	return shape{method, strings.Count(path, "/"), first}
}
