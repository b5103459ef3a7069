package fakegitlab

import (
	"cmp"
	"fmt"
	"net/http"
	"regexp"
	"slices"

	"github.com/fakegitlab/fakegitlab/internal/faults"
	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/gitlab"
)

// Endpoints returns every endpoint that is served, those of Handle included, in the order of the documentation.
func (f *Fake) Endpoints() []Endpoint {
	var all []Endpoint
	for _, e := range slices.Concat(gitlab.Endpoints(f.version), f.added.Endpoints()) {
		all = append(all, Endpoint(e))
	}
	return all
}

// ServeHTTP answers one request, so that the fake can be mounted in another server. URLs in its answers then follow the
// request's Host. Once the fake is closed, requests are answered 503 and not recorded: there is nobody any more whom
// they could concern.
func (f *Fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if f.isClosed() {
		http.Error(w, "fakegitlab: the fake is closed", http.StatusServiceUnavailable)
		return
	}
	scheme := "http"
	if r.TLS != nil {
		scheme = "https"
	}
	r = r.Clone(r.Context()) // the journal keeps its headers
	if r.Body == nil {       // of http.NewRequest, which is for clients
		r.Body = http.NoBody
	}
	way := f.via(scheme, r.Host, http.ErrAbortHandler)
	way.mounted = true
	f.serve(w, r, way)
}

// An endpoint that a test serves is a method and a path of literal segments and :parameters.
var (
	handledMethod = regexp.MustCompile(`^[A-Z]+$`)
	handledPath   = regexp.MustCompile(`^(/(:[a-z_]+|[\w.~-]+))+$`)
)

// Handle serves an endpoint outside the fake's own, such as "GET /projects/:id/milestones", with a handler of the
// test. Calls of it are recorded and can be made to fail like the rest; no credentials are asked for, and Call.User
// is whoever sent a valid token. Request.PathValue has the path parameters, decoded. The same endpoint again replaces
// the handler. HEAD and OPTIONS go to the handlers of the path's other methods. An endpoint that the fake serves
// already fails the test. A handler that panics breaks the connection, which is an error of the test.
func (f *Fake) Handle(endpoint Endpoint, h http.Handler) {
	f.tb.Helper()
	problem := cmp.Or(f.closedProblem(), f.cannotHandle(endpoint))
	if problem == "" && h == nil {
		problem = "there is no handler"
	}
	if problem != "" {
		f.misuse("Handle(%q): %s", endpoint, problem)
		return
	}
	method, path := endpoint.cut()
	f.added.Add(front.Added{Endpoint: string(endpoint), Method: method, Path: path,
		Answer: front.ByTest(fmt.Sprintf("the handler of %s%s", endpoint,
			faults.Planted{At: place()}.Brackets("Handle")), h)})
}

// cannotHandle says why no handler of a test can serve an endpoint, "" if one can.
func (f *Fake) cannotHandle(endpoint Endpoint) string {
	method, path := endpoint.cut()
	switch {
	case !handledMethod.MatchString(method) || !handledPath.MatchString(path):
		return fmt.Sprintf("an endpoint is a method and a path, as in %q", "GET /projects/:id/milestones")
	case method == http.MethodHead || method == http.MethodOptions:
		return method + " is answered by the handlers of the path's other methods"
	}
	// Parameters of the fake's own routes take any segment, ":id" as well.
	switch own := gitlab.EndpointAt(f.version, method, path); own {
	case "":
		return ""
	case string(endpoint):
		return "the fake serves that endpoint itself; an injected failure changes its answers"
	default:
		return fmt.Sprintf("the fake serves that itself, as %s; an injected failure changes its answers", own)
	}
}
