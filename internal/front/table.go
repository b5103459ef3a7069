package front

// The route table: finding the route of a request, quickly.

import (
	"slices"
	"strings"
	"sync"
)

// Table is the table of the API's routes. It never changes, so that all GitLabs of a process may share one.
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
	slices.SortStableFunc(inOrder, func(a, b *Route) int { return a.parameters() - b.parameters() })
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
	method, path := cutEndpoint(r.Endpoint)
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

// Lookup finds the route of a method and an escaped path below /api/v4, with its path parameters; nil if there is none.
func (t *Table) Lookup(method, path string) (*Route, map[string]string) {
	return t.lookup(method, path, "")
}

// lookup is Lookup for a path that was cut from its format suffix, "" for none. The path of a file may end like one.
func (t *Table) lookup(method, path, format string) (*Route, map[string]string) {
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

// foundRoutes remember what lookup found: clients ask for the same paths again and again, and mux tries regular
// expressions.
type foundRoutes struct {
	mu    sync.Mutex
	found map[asked]foundRoute
}

type asked struct{ method, path string }

type foundRoute struct {
	route *Route
	vars  map[string]string
}

// mostFoundRoutes is how many are remembered before all are forgotten.
const mostFoundRoutes = 1000

// lookup is Table.Lookup for a path as sent. The path parameters are shared by all who asked and must not be changed.
func (f *foundRoutes) lookup(table *Table, method, path string) (*Route, map[string]string) {
	key := asked{method, path}
	f.mu.Lock()
	defer f.mu.Unlock()
	if known, ok := f.found[key]; ok {
		return known.route, known.vars
	}
	clean, format := apiPath(path)
	r, vars := table.lookup(method, clean, format)
	if r != nil {
		if f.found == nil || len(f.found) == mostFoundRoutes {
			f.found = map[asked]foundRoute{}
		}
		f.found[key] = foundRoute{r, vars}
	}
	return r, vars
}

// apiPath is the path below /api/v4 as Grape's routes see it: without repeated or final slashes and without a format
// suffix, except in the id of a project or group, which may have dots. format is the suffix.
func apiPath(path string) (clean, format string) {
	parts := slices.DeleteFunc(strings.Split(path, "/"), func(p string) bool { return p == "" })
	if n := len(parts); n > 0 && !(n == 2 && (parts[0] == "projects" || parts[0] == "groups")) {
		parts[n-1], format, _ = strings.Cut(parts[n-1], ".")
	}
	return "/" + strings.Join(parts, "/"), format
}
