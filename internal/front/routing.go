package front

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
)

// APIPrefix is where the REST API is, below the base path.
const APIPrefix = "/api/v4"

// apiPath is the path below /api/v4 as Grape's routes see it: without repeated or final slashes and without a format
// suffix, except in the id of a project or group, which may have dots. format is the suffix.
func apiPath(path string) (clean, format string) {
	parts := slices.DeleteFunc(strings.Split(path, "/"), func(p string) bool { return p == "" })
	if n := len(parts); n > 0 && !(n == 2 && (parts[0] == "projects" || parts[0] == "groups")) {
		parts[n-1], format, _ = strings.Cut(parts[n-1], ".")
	}
	return "/" + strings.Join(parts, "/"), format
}

// findRoute finds what serves the request. For OPTIONS that is any endpoint of the path.
func (q *Request) findRoute() {
	path, isAPI := q.belowAPI()
	if !isAPI {
		return
	}
	methods := []string{q.HTTP.Method}
	switch q.HTTP.Method {
	case http.MethodHead:
		methods = []string{http.MethodGet}
	case http.MethodOptions:
		methods = optionMethods()
	}
	for _, m := range methods { // of several, for OPTIONS, the one that says most: /runners/verify is no runner's id
		if r, vars := q.site.found.lookup(q.site.Table, m, path); r != nil && r.ServedBy(q.Version) && (q.route == nil || r.parameters() < q.route.parameters()) {
			q.route, q.Vars, q.Record.Endpoint = r, vars, r.Endpoint
		}
	}
	if q.route != nil {
		return
	}
	clean, format := apiPath(path)
	paths := []string{clean}
	if format != "" { // of a tag or a file it is a part of the name
		paths = []string{clean + "." + format, clean}
	}
	for _, path := range paths {
		for _, m := range methods {
			if served := q.site.added(m, path); served != nil {
				q.Vars, q.Record.Endpoint, q.served = served.Vars, served.Endpoint, served
				return
			}
		}
	}
}

// optionMethods are the methods that an answer to OPTIONS may list.
func optionMethods() []string {
	return []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete}
}

// belowAPI is the path below /api/v4.
func (q *Request) belowAPI() (string, bool) {
	below, isAPI := strings.CutPrefix(q.path, APIPrefix)
	return below, isAPI && (below == "" || below[0] == '/')
}

// foundRoutes remember what lookup found: clients ask for the same paths again and again, and mux tries regular expressions.
type foundRoutes struct {
	mu    sync.Mutex
	found map[asked]foundRoute
}

type asked struct{ method, path string }

type foundRoute struct {
	route *Route
	Vars  map[string]string
}

// mostFoundRoutes is how many are remembered before all are forgotten.
const mostFoundRoutes = 1000

// lookup is Table.Lookup for a path as sent. The path parameters are shared by all who asked and must not be changed.
func (f *foundRoutes) lookup(table *Table, method, path string) (*Route, map[string]string) {
	key := asked{method, path}
	f.mu.Lock()
	defer f.mu.Unlock()
	if known, ok := f.found[key]; ok {
		return known.route, known.Vars
	}
	clean, _ := apiPath(path)
	r, vars := table.Lookup(method, clean)
	if r != nil {
		if f.found == nil || len(f.found) == mostFoundRoutes {
			f.found = map[asked]foundRoute{}
		}
		f.found[key] = foundRoute{r, vars}
	}
	return r, vars
}

// unrouted is GitLab's answer to a request that no endpoint serves, nil if one does.
func (q *Request) unrouted() *Response {
	if q.route != nil {
		if format := q.query.Get("format"); format != "" && format != "json" {
			r := RefuseError(http.StatusNotAcceptable, fmt.Sprintf(msgfFormat, format)).Because("the API answers JSON alone")
			r.Bare = true
			return &r
		}
		return nil
	}
	r := RefuseError(http.StatusNotFound, MsgNotFound) // by GitLab's last route, behind the blocks that set the API's own headers
	if strings.HasPrefix(q.path, "/api/v3/") {
		r = RefuseError(http.StatusGone, msgV3Gone)
		r.Bare = true
	} else if _, isAPI := q.belowAPI(); !isAPI {
		r = Plain(http.StatusNotFound, MsgNotFound)
	}
	r = r.Because(q.site.Unserved(q.HTTP.Method, q.HTTP.URL.EscapedPath()))
	return &r
}

// belowBase is the part of a path below the base path; what is not below it is nothing of this GitLab's.
func (s *Site) belowBase(path string) (below string, inside bool) {
	below, inside = strings.CutPrefix(path, s.BasePath)
	if !inside || below != "" && below[0] != '/' {
		return "", false
	}
	return below, true
}

// options answers OPTIONS: the methods of the path, in the order in which they are defined.
func (q *Request) options() Response {
	path, _ := q.belowAPI()
	allow := []string{http.MethodOptions}
	for _, m := range optionMethods() {
		if r, _ := q.site.found.lookup(q.site.Table, m, path); r != nil && r.ServedBy(q.Version) && r.path() == q.route.path() {
			allow = append(allow, m)
		}
	}
	if slices.Contains(allow, http.MethodGet) {
		allow = append(allow, http.MethodHead)
	}
	return NoContent().With("Allow", strings.Join(allow, ", "))
}

func (s *Site) added(method, path string) *Served {
	if s.Added == nil {
		return nil
	}
	return s.Added(method, path)
}

// Unserved says of a request that nothing serves what was probably meant.
func (s *Site) Unserved(method, path string) string {
	if _, inside := s.belowBase(path); !inside {
		return fmt.Sprintf("nothing serves %s %s; this GitLab is below %s", method, path, s.BasePath)
	}
	if s.Meant == nil {
		return fmt.Sprintf("nothing serves %s %s", method, path)
	}
	return s.Meant(method, path)
}
