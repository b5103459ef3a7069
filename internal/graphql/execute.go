package graphql

// What the door calls: documents in, results out.

import (
	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/graphqlruby"
)

// The limits of one document, and of all that come together (app/graphql/gitlab_schema.rb).
const (
	complexityForAnybody       = 200
	complexityForUsers         = 250
	complexityForAdmins        = 300
	complexityForIntrospection = 217
	depthForAnybody            = 15
	depthForUsers              = 20
)

// execute answers the documents of one HTTP request, whose user is known, in their order. It is called with the state's
// mutex held. What comes as a batch, be it one document, is held to the limits as a whole, too.
func execute(q *front.Request, a *incoming) []graphqlruby.Result {
	c := newCall(q)
	return a.run(c, c.limits)
}

// run runs the documents within limits, which may depend on whether one is an introspection.
func (a *incoming) run(c *call, limits func(introspects bool) graphqlruby.Limits) []graphqlruby.Result {
	requests := make([]graphqlruby.Request, len(a.documents))
	for i, d := range a.documents {
		requests[i] = graphqlruby.Request{Query: d.text, OperationName: d.operationName, Variables: d.variables,
			RemoveDeprecated: a.removeDeprecated, Suggest: c.Has(gitlabversion.GraphQLSuggests)}
	}
	schema := schemaOf(c.Version)
	if a.batch {
		return schema.RunAll(c, requests, limits(false))
	}
	return []graphqlruby.Result{schema.Run(c, requests[0], limits(a.documents[0].introspects()))}
}

// limits are those of the user. An administrator is one by rank here, whatever admin mode says.
func (c *call) limits(introspects bool) graphqlruby.Limits {
	switch {
	case c.Anonymous() && introspects:
		return graphqlruby.Limits{Depth: depthForAnybody, Complexity: complexityForIntrospection}
	case c.Anonymous():
		return graphqlruby.Limits{Depth: depthForAnybody, Complexity: complexityForAnybody}
	case c.User.Admin:
		return graphqlruby.Limits{Depth: depthForUsers, Complexity: complexityForAdmins}
	}
	return graphqlruby.Limits{Depth: depthForUsers, Complexity: complexityForUsers}
}

// GitLabFails is the bug of a result where it is GitLab's own code that fails: it answers 500 there.
type GitLabFails struct{ Why string }

// Error is why GitLab fails.
func (e *GitLabFails) Error() string { return "GitLab fails here: " + e.Why }
