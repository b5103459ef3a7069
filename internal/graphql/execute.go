package graphql

// What the door calls: documents in, results out.

import (
	"github.com/fakegitlab/fakegitlab/internal/front"
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
func execute(q *front.Request, documents []graphqlruby.Request, batch bool) []graphqlruby.Result {
	c, schema := &call{Request: q}, schemaOf(q.Version)
	if batch {
		return schema.RunAll(c, documents, c.limits(documents))
	}
	return []graphqlruby.Result{schema.Run(c, documents[0], c.limits(documents))}
}

// introspectionQuery is the name of the operation that tools ask for the schema with.
const introspectionQuery = "IntrospectionQuery"

// introspects reports whether a document is the one that tools ask for the schema with: by its name
// (app/controllers/graphql_controller.rb, introspection_query?).
func introspects(d graphqlruby.Request) bool {
	if d.OperationName != nil {
		return *d.OperationName == introspectionQuery
	}
	operations, err := graphqlruby.Operations(d.Query)
	return err == nil && len(operations) == 1 && operations[0].Name == introspectionQuery
}

// limits are those of the user. An administrator is one by rank here, whatever admin mode says.
func (c *call) limits(documents []graphqlruby.Request) graphqlruby.Limits {
	switch {
	case c.Anonymous() && len(documents) == 1 && introspects(documents[0]):
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
