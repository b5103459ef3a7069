package front

// Finding what serves a method and a path.

import (
	"net/http"
	"net/url"
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

// muxPath writes /runners/:id as mux does. Parameters that span segments take slashes, too; the id of a user is digits
// (lib/api/users.rb, requirements).
func muxPath(path string) string {
	parts := strings.Split(path, "/")
	for i, p := range parts {
		switch {
		case spansSegments(p):
			parts[i] = "{" + p[1:] + ":.+}"
		case p == ":id" && i > 0 && parts[i-1] == "users":
			parts[i] = "{id:[0-9]+|:id}" // also as it is written, so that the endpoint of that name is found
		case strings.HasPrefix(p, ":"):
			parts[i] = "{" + p[1:] + "}"
		}
	}
	return strings.Join(parts, "/")
}

// refName and plainRef are the parameters of a path that are a branch or tag, whose names have slashes
// (lib/api/ci/job_artifacts.rb, lib/api/ci/triggers.rb).
const (
	refName  = ":ref_name"
	plainRef = ":ref"
)

// spansSegments reports whether a part of an endpoint's path stands for several segments: what GitLab's documentation
// writes with a *, and names of branches and tags.
func spansSegments(part string) bool {
	return strings.HasPrefix(part, "*") || part == refName || part == plainRef
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
