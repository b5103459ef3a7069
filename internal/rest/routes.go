package rest

import (
	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/page"
	"github.com/fakegitlab/fakegitlab/internal/params"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

var (
	managing = []string{world.ScopeManageRunner}
	creating = []string{world.ScopeCreateRunner}
	profile  = []string{world.ScopeReadUser}
	anything = []string{front.AnyScope}
)

// request is a request to the REST API. The handlers of this package are its functions and methods.
type request struct{ *front.Request }

// row is one row of the route table: an endpoint, who may call it, its parameters and what it does. Route says what each means.
type row struct {
	endpoint string
	access   front.Access
	scopes   []string
	since    *gitlabversion.Difference
	streams  func(request) (front.BodyReader, *front.Response)
	waits    func(request) <-chan struct{}
	before   func(request) *front.Response
	spec     params.Spec
	later    *front.LaterSpec
	handle   func(request) front.Response
}

func since(d gitlabversion.Difference) *gitlabversion.Difference { return &d }

// Routes are the routes of the REST API, in the order of the documentation.
func Routes() []*front.Route {
	var all []*front.Route
	for _, family := range [][]row{
		runnerRows(), registrationRows(), runnerJobRows(), jobRows(), instanceRows(), namespaceRows(),
	} {
		for _, r := range family {
			all = append(all, r.route())
		}
	}
	return all
}

func (r row) route() *front.Route {
	route := &front.Route{Endpoint: r.endpoint, Access: r.access, Scopes: r.scopes, Since: r.since, Spec: r.spec, Later: r.later,
		Handle: func(q *front.Request) front.Response { return r.handle(request{q}) }}
	if r.streams != nil {
		route.Streams = func(q *front.Request) (front.BodyReader, *front.Response) { return r.streams(request{q}) }
	}
	if r.waits != nil {
		route.Waits = func(q *front.Request) <-chan struct{} { return r.waits(request{q}) }
	}
	if r.before != nil {
		route.Before = func(q *front.Request) *front.Response { return r.before(request{q}) }
	}
	return route
}

// listing is declare for a list in pages.
func listing(groups ...[]params.Param) params.Spec {
	return front.Declare(append(groups, page.Params())...)
}

func with(s params.Spec, rules ...params.Rule) params.Spec {
	s.Rules = rules
	return s
}
