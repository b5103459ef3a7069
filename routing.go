package fakegitlab

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/gorilla/mux"
)

// shape is what the routes of a path have in common, so that mux need not try all of them one by one.
type shape struct {
	method   string
	segments int
}

func shapeOf(method, path string) shape { return shape{method, strings.Count(path, "/")} }

// routers find the route of a method and path of their shape. They are built once for all fakes and never change.
var routers = sync.OnceValue(func() map[shape]*mux.Router {
	all := map[shape]*mux.Router{}
	order := make([]int, len(routes()))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return routes()[a].parameters() - routes()[b].parameters() }) // /runners/all is no runner's id
	for _, i := range order {
		method, path := routes()[i].endpoint.cut()
		s := shapeOf(method, path)
		if all[s] == nil {
			all[s] = newRouter()
		}
		all[s].Methods(method).Path(muxPath(path)).Name(strconv.Itoa(i)).Handler(http.NotFoundHandler())
	}
	return all
})

// newRouter makes a router that takes %2F in a path for a part of a segment.
func newRouter() *mux.Router { return mux.NewRouter().UseEncodedPath().SkipClean(true) }

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
func (q *request) findRoute() {
	path, isAPI := q.belowAPI()
	if !isAPI {
		return
	}
	methods := []string{q.call.Method}
	switch q.call.Method {
	case http.MethodHead:
		methods = []string{http.MethodGet}
	case http.MethodOptions:
		methods = optionMethods()
	}
	for _, m := range methods { // of several, for OPTIONS, the one that says most: /runners/verify is no runner's id
		if r, vars := q.fake.found.lookup(m, path); r != nil && r.servedBy(q.Version) && (q.route == nil || r.parameters() < q.route.parameters()) {
			q.route, q.vars, q.call.Endpoint = r, vars, r.endpoint
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
			if r, vars := q.fake.added.lookup(m, path); r != nil {
				q.vars, q.call.Endpoint, q.handler = vars, r.endpoint, r.handler
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
func (q *request) belowAPI() (string, bool) {
	below, isAPI := strings.CutPrefix(q.path, apiPrefix)
	return below, isAPI && (below == "" || below[0] == '/')
}

// foundRoutes remember what lookup found: clients ask for the same paths again and again, and mux tries regular expressions.
type foundRoutes struct {
	mu    sync.Mutex
	found map[asked]foundRoute
}

type asked struct{ method, path string }

type foundRoute struct {
	route *route
	vars  map[string]string
}

// mostFoundRoutes is how many are remembered before all are forgotten.
const mostFoundRoutes = 1000

// lookup is the function lookup for a path as sent. The path parameters are shared by all who asked and must not be changed.
func (f *foundRoutes) lookup(method, path string) (*route, map[string]string) {
	key := asked{method, path}
	f.mu.Lock()
	defer f.mu.Unlock()
	if known, ok := f.found[key]; ok {
		return known.route, known.vars
	}
	clean, _ := apiPath(path)
	r, vars := lookup(method, clean)
	if r != nil {
		if f.found == nil || len(f.found) == mostFoundRoutes {
			f.found = map[asked]foundRoute{}
		}
		f.found[key] = foundRoute{r, vars}
	}
	return r, vars
}

// lookup finds the route of a method and an escaped path below /api/v4, with its path parameters.
func lookup(method, path string) (*route, map[string]string) {
	m := routers()[shapeOf(method, path)]
	if m == nil {
		return nil, nil
	}
	match, vars := matchIn(m, method, path)
	if match == nil {
		return nil, nil
	}
	i, _ := strconv.Atoi(match.Route.GetName())
	return routes()[i], vars
}

func matchIn(m *mux.Router, method, path string) (*mux.RouteMatch, map[string]string) {
	unescaped, err := url.PathUnescape(path)
	if err != nil {
		return nil, nil
	}
	var match mux.RouteMatch
	if !m.Match(&http.Request{Method: method, URL: &url.URL{Path: unescaped, RawPath: path}}, &match) || match.MatchErr != nil {
		return nil, nil
	}
	for name, v := range match.Vars {
		if match.Vars[name], err = url.PathUnescape(v); err != nil {
			return nil, nil
		}
	}
	return &match, match.Vars
}

// Endpoints returns every endpoint that is served, those of Handle included, in the order of the documentation.
func (f *Fake) Endpoints() []Endpoint {
	var all []Endpoint
	for _, r := range routes() {
		if r.servedBy(f.version) {
			all = append(all, r.endpoint)
		}
	}
	return append(all, f.added.endpoints()...)
}

// unrouted is GitLab's answer to a request that no endpoint serves, nil if one does.
func (q *request) unrouted() *response {
	if q.route != nil {
		if format := q.call.Query.Get("format"); format != "" && format != "json" {
			r := refuseError(http.StatusNotAcceptable, fmt.Sprintf(msgfFormat, format)).because("the API answers JSON alone")
			r.bare = true
			return &r
		}
		return nil
	}
	r := refuseError(http.StatusNotFound, msgNotFound) // by GitLab's last route, behind the blocks that set the API's own headers
	if strings.HasPrefix(q.path, "/api/v3/") {
		r = refuseError(http.StatusGone, msgV3Gone)
		r.bare = true
	} else if _, isAPI := q.belowAPI(); !isAPI {
		r = plain(http.StatusNotFound, msgNotFound)
	}
	r = r.because(q.fake.unservedMessage(q.call.Method, q.call.Path))
	return &r
}

// belowBase is the part of a path below the fake's base path; what is not below it is nothing of this GitLab's.
func (f *Fake) belowBase(path string) (below string, inside bool) {
	below, inside = strings.CutPrefix(path, f.options.basePath)
	if !inside || below != "" && below[0] != '/' {
		return "", false
	}
	return below, true
}

// unservedMessage says of a request that nothing serves what was probably meant.
func (f *Fake) unservedMessage(method, path string) string {
	if _, inside := f.belowBase(path); !inside {
		return fmt.Sprintf("nothing serves %s %s; this GitLab is below %s", method, path, f.options.basePath)
	}
	return unservedMessage(method, path, f.Endpoints())
}

// options answers OPTIONS: the methods of the path, in the order in which they are defined.
func (q *request) options() response {
	path, _ := q.belowAPI()
	allow := []string{http.MethodOptions}
	for _, m := range optionMethods() {
		if r, _ := q.fake.found.lookup(m, path); r != nil && r.servedBy(q.Version) && r.path() == q.route.path() {
			allow = append(allow, m)
		}
	}
	if slices.Contains(allow, http.MethodGet) {
		allow = append(allow, http.MethodHead)
	}
	return noContent().with("Allow", strings.Join(allow, ", "))
}

// addedRoutes are the endpoints that a test serves itself.
type addedRoutes struct {
	mu     sync.Mutex
	routes []addedRoute
	router *mux.Router
}

type addedRoute struct {
	endpoint Endpoint
	handler  http.Handler
}

// An endpoint that a test serves is a method and a path of literal segments and :parameters.
var (
	handledMethod = regexp.MustCompile(`^[A-Z]+$`)
	handledPath   = regexp.MustCompile(`^(/(:[a-z_]+|[\w.~-]+))+$`)
)

// Handle serves an endpoint outside the fake's own, such as "GET /projects/:id/pipelines", with a handler of the test.
// Calls of it are recorded and can be made to fail like the rest; no credentials are asked for, and Call.User is whoever sent
// a valid token. Request.PathValue has the path parameters, decoded. The same endpoint again replaces the handler. HEAD and
// OPTIONS go to the handlers of the path's other methods. An endpoint that the fake serves already fails the test.
func (f *Fake) Handle(endpoint Endpoint, h http.Handler) {
	f.tb.Helper()
	problem := f.cannotHandle(endpoint)
	if problem == "" && h == nil {
		problem = "there is no handler"
	}
	if problem != "" {
		f.misuse("Handle(%q): %s", endpoint, problem)
		return
	}
	f.added.add(addedRoute{endpoint, h})
}

// cannotHandle says why no handler of a test can serve an endpoint, "" if one can.
func (f *Fake) cannotHandle(endpoint Endpoint) string {
	method, path := endpoint.cut()
	switch {
	case !handledMethod.MatchString(method) || !handledPath.MatchString(path):
		return fmt.Sprintf("an endpoint is a method and a path, as in %q", "GET /projects/:id/pipelines")
	case method == http.MethodHead || method == http.MethodOptions:
		return method + " is answered by the handlers of the path's other methods"
	}
	if r, _ := lookup(method, path); r != nil && r.servedBy(f.version) { // its parameters take any segment, ":id" as well
		if r.endpoint == endpoint {
			return "the fake serves that endpoint itself; an injected failure changes its answers"
		}
		return fmt.Sprintf("the fake serves that itself, as %s; an injected failure changes its answers", r.endpoint)
	}
	return ""
}

func (a *addedRoutes) add(r addedRoute) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.routes = append(slices.DeleteFunc(slices.Clone(a.routes), func(old addedRoute) bool { return old.endpoint == r.endpoint }), r)
	a.router = newRouter() // a router does not take routes while it is used
	for i, r := range a.routes {
		method, path := r.endpoint.cut()
		a.router.Methods(method).Path(muxPath(path)).Name(strconv.Itoa(i)).Handler(r.handler)
	}
}

func (a *addedRoutes) lookup(method, path string) (*addedRoute, map[string]string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.router == nil {
		return nil, nil
	}
	match, vars := matchIn(a.router, method, path)
	if match == nil {
		return nil, nil
	}
	i, _ := strconv.Atoi(match.Route.GetName())
	return &a.routes[i], vars
}

func (a *addedRoutes) endpoints() []Endpoint {
	a.mu.Lock()
	defer a.mu.Unlock()
	var all []Endpoint
	for _, r := range a.routes {
		all = append(all, r.endpoint)
	}
	return all
}

func (a *addedRoutes) none() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.routes) == 0
}

func (a *addedRoutes) clear() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.routes, a.router = nil, nil
}
