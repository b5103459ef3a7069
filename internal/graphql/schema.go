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
			q := x.Context.(*front.Request)
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
