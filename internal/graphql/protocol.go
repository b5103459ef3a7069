package graphql

// Where GraphQL is spoken, and how the pipeline is to treat it (config/routes/api.rb).

import (
	"net/http"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/front"
)

// Endpoint names all of GraphQL: it is what a GET is recorded as, too.
const Endpoint = "POST " + Path

// Path is where GraphQL is, below the base path.
const Path = "/api/graphql"

// API is the GraphQL API, as a protocol of GitLab's door.
type API struct{}

// route is what the pipeline has to know of GraphQL.
var route = &front.Route{Endpoint: Endpoint, Access: front.BySignIn, Rails: true, Reads: read, Shape: shape,
	Handle: handle}

// Owns reports whether a path below the base path is that of GraphQL. Rails takes a final slash or a format with it.
func (API) Owns(p string) bool {
	below, found := strings.CutPrefix(strings.TrimRight(p, "/"), Path)
	return found && (below == "" || below[0] == '.' && !strings.Contains(below, "/"))
}

// Serves reports whether GraphQL answers a method at a path.
func (a API) Serves(method, p string) bool {
	switch method {
	case http.MethodPost, http.MethodGet, http.MethodHead:
		return a.Owns(p)
	}
	return false
}

// Find finds what serves the request.
func (a API) Find(q *front.Request) front.Found {
	if a.Serves(q.HTTP.Method, q.Path) {
		return front.Found{Route: route}
	}
	return front.Found{}
}

// Unserved is Rails' answer to a method that it has no route for.
func (API) Unserved(q *front.Request, r *front.Route) *front.Response {
	if r != nil {
		return nil
	}
	return q.NothingServes(front.Plain(http.StatusNotFound, front.MsgNotFound)).AsRefusal()
}

// Options is as Unserved, as OPTIONS is no method that GraphQL has a route for.
func (a API) Options(q *front.Request, _ *front.Route) front.Response { return *a.Unserved(q, nil) }
