package front

import "net/http"

// Pages is a Protocol of endpoints beside the REST API: Rails alone routes them, each path by its methods.
type Pages struct {
	// At are the routes at a path below the base path, by their methods, and the path's parameters; nil where the path is
	// none of this protocol's.
	At func(path string) (routes map[string]*Route, vars map[string]string)
}

// Owns reports whether a path below the base path is one of the protocol's.
func (p Pages) Owns(path string) bool {
	routes, _ := p.At(path)
	return routes != nil
}

// Serves is the endpoint that answers a method at a path; "" if none does.
func (p Pages) Serves(method, path string) (endpoint string) {
	routes, _ := p.At(path)
	if r := routes[method]; r != nil {
		return r.Endpoint
	}
	return ""
}

// Find finds what serves the request.
func (p Pages) Find(q *Request) Found {
	routes, vars := p.At(q.Path)
	return Found{Route: routes[q.HTTP.Method], Vars: vars}
}

// Unserved is Rails' answer to a method that it has no route for.
func (p Pages) Unserved(q *Request, r *Route) *Response {
	if r != nil {
		return nil
	}
	return q.NothingServes(Plain(http.StatusNotFound, MsgNotFound)).AsRefusal()
}

// Options is as Unserved, as OPTIONS is no method of a page, and no preflight gets here.
func (p Pages) Options(q *Request, _ *Route) Response { return *p.Unserved(q, nil) }
