// Package gitlab is the door of a GitLab: it knows which protocols there are, which part of the paths is whose, and
// what each serves. meant.go tells a person which endpoint was probably meant by what is none, constants.go which of
// the root's constants.
//
// Those are REST, GraphQL, OAuth and git. Another protocol is a front.Protocol of a package beside theirs and a line in
// Serve. What stands before every protocol is in internal/front, what all of them change in internal/world.
package gitlab

import (
	"sync"

	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/githttp"
	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/graphql"
	"github.com/fakegitlab/fakegitlab/internal/oauth"
	"github.com/fakegitlab/fakegitlab/internal/rest"
)

// table is the table of the REST API's routes. It is built once for all GitLabs of the process and never changes.
var table = sync.OnceValue(func() *front.Table { return front.NewTable(rest.Routes()) })

// Serve completes a site with the protocols that this GitLab serves. The site must not be copied afterwards.
func Serve(s *front.Site) {
	api := rest.NewAPI(s, table())
	s.Environment = rest.Environment
	pages := []front.Pages{oauth.Pages, graphql.Pages, githttp.NewPages(s.Files)}
	s.Protocol = func(path string) front.Protocol {
		if api.Owns(path) {
			return api
		}
		for _, p := range pages {
			if p.Owns(path) {
				return p
			}
		}
		return nil
	}
}

// beside are the protocols beside REST, for their names alone.
var beside = []front.Pages{oauth.Pages, graphql.Pages, githttp.NewPages(nil)}

// Endpoints are the endpoints that a version serves, in the order of the documentation.
func Endpoints(v gitlabversion.Version) []string {
	var all []string
	for _, r := range table().Routes() {
		if r.ServedBy(v) {
			all = append(all, r.Endpoint)
		}
	}
	return append(append(all, graphql.Endpoint, oauth.Endpoint), githttp.Endpoints()...)
}

// RootFields are the fields of GraphQL's queries and mutations, in any version.
func RootFields() []string { return graphql.RootFields() }

// OperationNames are the names in what a Record has as its Operation: of operations, and of fields at the root.
func OperationNames(operation string) []string { return graphql.OperationNames(operation) }

// Mutates reports whether there is a mutation in what a Record has as its Operation.
func Mutates(operation string) bool { return graphql.Mutates(operation) }

// EndpointAt is the endpoint that a version serves at a method and a path below /api/v4, or else its whole path; "" for
// none.
func EndpointAt(v gitlabversion.Version, method, path string) string {
	for _, p := range beside {
		if endpoint := p.Serves(method, path); endpoint != "" {
			return endpoint
		}
	}
	if r, _ := table().Lookup(method, path, ""); r != nil && r.ServedBy(v) {
		return r.Endpoint
	}
	return ""
}

// Parameters are the names of the parameters that an endpoint declares; nil for one that no version serves.
func Parameters(endpoint string) []string {
	var names []string
	if r := routeOf(endpoint); r != nil {
		for _, p := range r.Spec.Params {
			names = append(names, p.Name)
		}
	}
	return names
}

// Takes are the names of all parameters that an endpoint reads in any version, those of its path and those that
// authentication reads among them; nil for an endpoint that no version serves.
func Takes(endpoint string) []string {
	r := routeOf(endpoint)
	if r == nil {
		return nil
	}
	return r.Takes()
}

// ForUsers reports whether an endpoint takes a user's access token and nothing else.
func ForUsers(endpoint string) bool {
	r := routeOf(endpoint)
	return r != nil && r.ForUsers()
}

// Lacks says of an endpoint that only later versions than v have, or of a path that only they have ("* /path"), from
// when on GitLab has it; "" for every other.
func Lacks(v gitlabversion.Version, endpoint string) string {
	for _, r := range table().Routes() {
		if !r.ServedBy(v) && (r.Endpoint == endpoint || "* "+r.Path() == endpoint) {
			return v.Lacks(r.Endpoint, *r.Since)
		}
	}
	return ""
}

func routeOf(endpoint string) *front.Route {
	if endpoint == oauth.Endpoint {
		return oauth.Route()
	}
	for _, r := range githttp.Routes(nil) {
		if r.Endpoint == endpoint {
			return r
		}
	}
	for _, r := range table().Routes() {
		if r.Endpoint == endpoint {
			return r
		}
	}
	return nil
}
