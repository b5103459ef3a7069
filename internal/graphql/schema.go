package graphql

import (
	"sync"

	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/graphqlruby"
)

const sdl = `
type Query { currentUser: UserCore echo(text: String!): String! }
type Mutation { echoCreate(input: EchoCreateInput!): EchoCreatePayload }
input EchoCreateInput { clientMutationId: String messages: [String!] errors: [String!] }
type EchoCreatePayload { clientMutationId: String echoes: [String!] errors: [String!]! }
type UserCore { username: String! }
`

var schema = sync.OnceValue(func() *graphqlruby.Schema {
	return graphqlruby.Load(sdl, graphqlruby.Bindings{Fields: guarded(map[string]graphqlruby.Field{
		"Query.currentUser": {Resolve: func(x *graphqlruby.Exec, _ any, _ graphqlruby.Args) (any, error) {
			q := callOf(x)
			if q.Anonymous() {
				return nil, nil
			}
			return map[string]any{"username": q.User.Username}, nil
		}},
		"Query.echo": {Resolve: func(x *graphqlruby.Exec, _ any, a graphqlruby.Args) (any, error) {
			return a["text"], nil
		}},
		"Mutation.echoCreate": {Resolve: func(x *graphqlruby.Exec, _ any, a graphqlruby.Args) (any, error) {
			in := a["input"].(graphqlruby.Args)
			return map[string]any{"echoes": in["messages"], "errors": []any{}}, nil
		}},
	})})
})

func schemaOf(gitlabversion.Version) *graphqlruby.Schema { return schema() }

// RootFields are the fields of queries and mutations, in any version.
func RootFields() []string { return []string{"currentUser", "echo", "echoCreate"} }

func elsewhere(_ gitlabversion.Version, typeName, field string) (later string, has bool) {
	return "", typeName == "Query" && field == "projects"
}

type call struct{ *front.Request }

func callOf(x *graphqlruby.Exec) *call { return x.Context.(*call) }

// Execute answers the documents of one HTTP request, whose user is known, in their order. It is called with the state's
// mutex held.
func Execute(q *front.Request, documents []graphqlruby.Request) []graphqlruby.Result {
	return schemaOf(q.Version).RunAll(&call{q}, documents, graphqlruby.Limits{})
}

// GitLabFails is the bug of a result where it is GitLab's own code that fails: it answers 500 there.
type GitLabFails struct{ Why string }

// Error is why GitLab fails.
func (e *GitLabFails) Error() string { return "GitLab fails here: " + e.Why }
