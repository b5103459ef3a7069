package front

// The first stage: which endpoint is it? And what is answered where none is, or where OPTIONS asks for all.

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

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
	// For OPTIONS several may fit. The one with the fewest parameters counts: in /runners/verify, verify is no runner's
	// id.
	for _, m := range methods {
		if r, vars := q.site.found.lookup(q.site.Table, m, path); r != nil && r.ServedBy(q.Version) &&
			(q.route == nil || r.parameters() < q.route.parameters()) {
			q.route, q.Vars, q.Record.Endpoint = r, vars, r.Endpoint
		}
	}
	if q.route != nil {
		return
	}
	clean, format := apiPath(path)
	paths := []string{clean}
	if format != "" { // it may be part of a name: of a tag or a file
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

// belowAPI is the path below /api/v4.
func (q *Request) belowAPI() (string, bool) {
	below, isAPI := strings.CutPrefix(q.path, APIPrefix)
	return below, isAPI && (below == "" || below[0] == '/')
}

// optionMethods are the methods that an answer to OPTIONS may list.
func optionMethods() []string {
	return []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete}
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
	// This is the answer of GitLab's last route, which is behind the blocks that set the API's own headers.
	r := RefuseError(http.StatusNotFound, MsgNotFound)
	if strings.HasPrefix(q.path, "/api/v3/") {
		r = RefuseError(http.StatusGone, msgV3Gone)
		r.Bare = true
	} else if _, isAPI := q.belowAPI(); !isAPI {
		r = Plain(http.StatusNotFound, MsgNotFound)
	}
	path := q.HTTP.URL.EscapedPath()
	if q.site.Probes(q.HTTP.Method, path) {
		r = r.Because("GitLab has nothing at the API's own path")
		return &r
	}
	r = r.Because(q.site.Unserved(q.HTTP.Method, path))
	return &r
}

// options answers OPTIONS: the methods of the path, in the order in which they are defined.
func (q *Request) options() Response {
	path, _ := q.belowAPI()
	allow := []string{http.MethodOptions}
	for _, m := range optionMethods() {
		if r, _ := q.site.found.lookup(q.site.Table, m, path); r != nil && r.ServedBy(q.Version) &&
			r.path() == q.route.path() {
			allow = append(allow, m)
		}
	}
	if slices.Contains(allow, http.MethodGet) {
		allow = append(allow, http.MethodHead)
	}
	return NoContent().With("Allow", strings.Join(allow, ", "))
}
