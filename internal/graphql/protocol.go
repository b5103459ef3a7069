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

// Pages are the GraphQL API, as a protocol of GitLab's door.
var Pages = front.Pages{At: func(path string) (map[string]*front.Route, map[string]string) {
	if !owns(path) {
		return nil, nil
	}
	return routes, nil
}}

var routes = map[string]*front.Route{http.MethodPost: route, http.MethodGet: route, http.MethodHead: route}

// route is what the pipeline has to know of GraphQL.
var route = &front.Route{Endpoint: Endpoint, Access: front.BySignIn, Rails: true, Reads: read, Shape: shape,
	Handle: handle}

// owns reports whether a path below the base path is that of GraphQL. Rails takes a final slash or a format with it.
func owns(p string) bool {
	below, found := strings.CutPrefix(strings.TrimRight(p, "/"), Path)
	return found && (below == "" || below[0] == '.' && !strings.Contains(below, "/"))
}
