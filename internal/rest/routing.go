package rest

// Which endpoint is it? And what does Grape answer where none is, or where OPTIONS asks for all of a path?

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/front"
)

// API is the REST API of one GitLab, as a protocol of its door.
type API struct {
	site  *front.Site
	table *front.Table
	found front.FoundRoutes
}

// NewAPI is the REST API of a site. The table, made of Routes, may be shared by several.
func NewAPI(s *front.Site, table *front.Table) *API { return &API{site: s, table: table} }

// pathV3 is where the API was that GitLab has no longer.
const pathV3 = "/api/v3/"

// Owns reports whether a path below the base path is the REST API's.
func (*API) Owns(path string) bool {
	_, isAPI := front.BelowAPI(path)
	return isAPI || strings.HasPrefix(path, pathV3)
}

// Find finds what serves the request. For OPTIONS that is any endpoint of the path.
func (a *API) Find(q *front.Request) (found front.Found) {
	path, _ := front.BelowAPI(q.Path) // of /api/v3, which Owns takes, too, nothing is left, for which there is no route
	methods := []string{q.HTTP.Method}
	switch q.HTTP.Method {
	case http.MethodHead:
		methods = []string{http.MethodGet}
	case http.MethodOptions:
		methods = optionMethods()
	}
	// For OPTIONS several may fit. The one with the fewest parameters counts: in /runners/verify, verify is no runner's
	// id.
	var later front.Found
	for _, m := range methods {
		switch f := a.found.Lookup(a.table, m, path); {
		case f.Route == nil:
		case !f.Route.ServedBy(q.Version):
			later = front.Found{Later: f.Route, Vars: f.Vars}
			if found.Route == nil {
				found = a.before(m, path)
			}
		case found.Route == nil || f.Route.PathParams() < found.Route.PathParams():
			found = f
		}
	}
	if found.Route == nil {
		found.Served = a.added(methods, path)
	}
	if found.Route == nil && found.Served == nil {
		return later
	}
	return found
}

// before finds what served a path before an endpoint of its own did: one that takes what is left of every path, which
// every version has.
func (a *API) before(method, path string) (found front.Found) {
	clean, format := front.APIPath(path)
	found.Route, found.Vars = a.table.LookupSpanning(method, clean, format)
	return found
}

// added finds what else is served at a path, by whoever embeds this GitLab.
func (a *API) added(methods []string, path string) *front.Served {
	clean, format := front.APIPath(path)
	paths := []string{clean}
	if format != "" { // it may be part of a name: of a tag or a file
		paths = []string{clean + "." + format, clean}
	}
	for _, path := range paths {
		for _, m := range methods {
			if served := a.site.Added(m, path); served != nil {
				return served
			}
		}
	}
	return nil
}

// optionMethods are the methods that an answer to OPTIONS may list.
func optionMethods() []string {
	return []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete}
}

// Unserved is GitLab's answer to a request that no endpoint serves, nil if one does.
func (*API) Unserved(q *front.Request, r *front.Route) *front.Response {
	if r != nil {
		if format := q.Query.Get("format"); format != "" && format != "json" {
			res := front.RefuseError(http.StatusNotAcceptable, fmt.Sprintf(msgfFormat, format)).
				Because("the API answers JSON alone")
			res.Bare = true
			return &res
		}
		return nil
	}
	// This is the answer of GitLab's last route, which is behind the blocks that set the API's own headers.
	res := front.RefuseError(http.StatusNotFound, front.MsgNotFound)
	if strings.HasPrefix(q.Path, pathV3) {
		res = front.RefuseError(http.StatusGone, msgV3Gone)
		res.Bare = true
	}
	return q.NothingServes(res).AsRefusal()
}

// Options answers OPTIONS: the methods of the path, in the order in which they are defined.
func (a *API) Options(q *front.Request, route *front.Route) front.Response {
	path, _ := front.BelowAPI(q.Path)
	allow := []string{http.MethodOptions}
	for _, m := range optionMethods() {
		if r := a.found.Lookup(a.table, m, path).Route; r != nil && r.ServedBy(q.Version) && r.Path() == route.Path() {
			allow = append(allow, m)
		}
	}
	if slices.Contains(allow, http.MethodGet) {
		allow = append(allow, http.MethodHead)
	}
	return front.NoContent().With("Allow", strings.Join(allow, ", "))
}
