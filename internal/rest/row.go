package rest

// What the families of endpoints are written in: a row of the route table, and the request that its handler gets.

import (
	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/params"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// request is a request to the REST API. The handlers of this package are its functions and methods.
type request struct{ *front.Request }

// row is one row of the route table: an endpoint, who may call it, its parameters and what it does. front.Route says
// what each field means.
type row struct {
	endpoint string
	access   front.Access
	scopes   []string
	// jobTokens is whether a running job's token will do, from a version on if jobTokensSince is set.
	jobTokens      bool
	jobTokensSince *gitlabversion.Difference

	since   *gitlabversion.Difference
	streams func(request) (front.BodyReader, *front.Response)
	waits   func(q request, token, lastUpdate string) <-chan struct{}
	before  func(request) *front.Response
	spec    params.Spec
	later   *front.LaterSpec
	handle  func(request) front.Response
}

// route is the row for package front. Its functions keep what they need of the row and not all of it.
func (r row) route() *front.Route {
	handle, before, streams, waits := r.handle, r.before, r.streams, r.waits
	route := &front.Route{Endpoint: r.endpoint, Access: r.access, Scopes: r.scopes, Since: r.since, Spec: r.spec,
		Granular: granular[r.endpoint], JobTokens: r.jobTokens, JobTokensSince: r.jobTokensSince, Later: r.later,
		Handle: func(q *front.Request) front.Response { return handle(request{q}) }}
	if streams != nil {
		route.Streams = func(q *front.Request) (front.BodyReader, *front.Response) { return streams(request{q}) }
	}
	if waits != nil {
		route.Waits = func(q *front.Request, token, lastUpdate string) <-chan struct{} {
			return waits(request{q}, token, lastUpdate)
		}
	}
	if before != nil {
		route.Before = func(q *front.Request) *front.Response { return before(request{q}) }
	}
	return route
}

// since is where a row names the difference between versions that brought its endpoint.
func since(d gitlabversion.Difference) *gitlabversion.Difference { return &d }

// readByJobs is a row of what a running job reads of repositories with its own token.
func readByJobs(r row) row { return readByJobsSince(r, gitlabversion.JobTokensReadRepositories) }

// readByJobsSince is a row of what a running job reads with its own token since a difference between versions.
func readByJobsSince(r row, d gitlabversion.Difference) row {
	r.jobTokens, r.jobTokensSince = true, since(d)
	return r
}

// judgedLate is a row whose before block is asked after the parameters since a difference between versions: there it is
// no block any more.
func judgedLate(r row, d gitlabversion.Difference) row {
	before, handle := r.before, r.handle
	r.before = func(q request) *front.Response {
		if q.Has(d) {
			return nil
		}
		return before(q)
	}
	r.handle = func(q request) front.Response {
		if q.Has(d) {
			if refusal := before(q); refusal != nil {
				return *refusal
			}
		}
		return handle(q)
	}
	return r
}

// The scopes that rows name besides api and read_api.
var (
	managing   = []string{world.ScopeManageRunner}
	creating   = []string{world.ScopeCreateRunner}
	profile    = []string{world.ScopeReadUser}
	opensFiles = []string{world.ScopeReadRepository}
	anything   = []string{front.AnyScope}
)

// with adds rules to a declaration.
func with(s params.Spec, rules ...params.Rule) params.Spec {
	s.Rules = rules
	return s
}

// isTrue reports whether a parameter is given and true.
func isTrue(v params.Values, name string) bool {
	b, _ := v.Bool(name)
	return b
}
