package front

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gorilla/mux"
)

// Router finds what serves a method and a path. It does not take additions while it is used.
type Router[T any] struct {
	mux    *mux.Router
	values []T
}

// NewRouter makes a router that takes %2F in a path for a part of a segment.
func NewRouter[T any]() *Router[T] {
	return &Router[T]{mux: mux.NewRouter().UseEncodedPath().SkipClean(true)}
}

// Add has a value found by a method and a path such as /runners/:id.
func (r *Router[T]) Add(method, path string, value T) {
	name := strconv.Itoa(len(r.values))
	r.mux.Methods(method).Path(muxPath(path)).Name(name).Handler(http.NotFoundHandler())
	r.values = append(r.values, value)
}

// muxPath writes /runners/:id as mux does.
func muxPath(path string) string {
	parts := strings.Split(path, "/")
	for i, p := range parts {
		if name, ok := strings.CutPrefix(p, ":"); ok {
			parts[i] = "{" + name + "}"
		}
	}
	return strings.Join(parts, "/")
}

// Find finds the value of a method and an escaped path, with its path parameters, decoded.
func (r *Router[T]) Find(method, path string) (value T, vars map[string]string, found bool) {
	unescaped, err := url.PathUnescape(path)
	if err != nil {
		return value, nil, false
	}
	var match mux.RouteMatch
	sent := &http.Request{Method: method, URL: &url.URL{Path: unescaped, RawPath: path}}
	if !r.mux.Match(sent, &match) || match.MatchErr != nil {
		return value, nil, false
	}
	for name, v := range match.Vars {
		if match.Vars[name], err = url.PathUnescape(v); err != nil {
			return value, nil, false
		}
	}
	i, _ := strconv.Atoi(match.Route.GetName())
	return r.values[i], match.Vars, true
}

// shape is what the routes of a path have in common, so that mux need not try all of them one by one.
type shape struct {
	method   string
	segments int
}

func shapeOf(method, path string) shape { return shape{method, strings.Count(path, "/")} }

// Table is the table of the API's routes. It never changes, so that all fakes may share one.
type Table struct {
	routes  []*Route
	routers map[shape]*Router[*Route]
}

// NewTable makes a table of routes, in the order of the documentation. What authentication reads is known to each.
func NewTable(routes []*Route) *Table {
	t := &Table{routes: routes, routers: map[shape]*Router[*Route]{}}
	inOrder := slices.Clone(routes)
	slices.SortStableFunc(inOrder, func(a, b *Route) int { return a.parameters() - b.parameters() }) // /runners/all is no runner's id
	for _, r := range inOrder {
		r.Spec.Known = readElsewhere
		if r.Later != nil {
			r.Later.Spec.Known = readElsewhere
		}
		method, path := cutEndpoint(r.Endpoint)
		s := shapeOf(method, path)
		if t.routers[s] == nil {
			t.routers[s] = NewRouter[*Route]()
		}
		t.routers[s].Add(method, path, r)
	}
	return t
}

// Routes are the routes of the table, in the order of the documentation.
func (t *Table) Routes() []*Route { return t.routes }

// Lookup finds the route of a method and an escaped path below /api/v4, with its path parameters; nil if there is none.
func (t *Table) Lookup(method, path string) (*Route, map[string]string) {
	routes := t.routers[shapeOf(method, path)]
	if routes == nil {
		return nil, nil
	}
	r, vars, _ := routes.Find(method, path)
	return r, vars
}
