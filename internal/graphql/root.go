package graphql

// The fields of Query that belong to no family (app/graphql/types/query_type.rb).

import (
	"fmt"

	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
)

func rootRows() rows {
	runners, projects, jobs := atRoot(listAllRunners), atRoot(listProjects), atRoot(listAllJobs)
	runners.Cost, projects.Cost, jobs.Cost = resolverCost(), resolverCost(), resolverCost()
	return rows{
		"currentUser":     atRoot(currentUser),
		"echo":            atRoot(func(c *call, _ *exec, a args) (any, error) { return c.echo(a["text"].(string)), nil }),
		"group":           atRoot(findGroup),
		"jobs":            jobs,
		"metadata":        atRoot(metadata),
		"project":         atRoot(findProject),
		"projects":        projects,
		"queryComplexity": atRoot(func(_ *call, x *exec, _ args) (any, error) { return x, nil }),
		"runner":          atRoot(findRunner),
		"runners":         runners,
	}
}

// echo says who says what (app/graphql/resolvers/echo_resolver.rb).
func (c *call) echo(text string) string {
	if c.Anonymous() {
		return fmt.Sprintf(msgfEchoOfNobody, text)
	}
	return fmt.Sprintf(msgfEcho, c.User.Username, text)
}

// createEcho gives back what it was given (app/graphql/mutations/echo.rb).
func createEcho(_ *call, _ *exec, input args) (payload, error) {
	return payload{"echoes": input["messages"], "errors": input["errors"]}, nil
}

// metadata is for signed-in users (app/policies/global_policy.rb, read_instance_metadata).
func metadata(c *call, x *exec, _ args) (any, error) {
	if c.Anonymous() {
		x.Note(c.Actor.Name + " does not read the instance's metadata")
		return nil, nil
	}
	return c.Request, nil
}

func metadataRows() rows {
	return rows{
		"enterprise": of(func(*call, *front.Request) any { return true }),
		"kas":        of(func(*call, *front.Request) any { return map[string]any{"enabled": false} }),
		"revision":   of(func(*call, *front.Request) any { return gitlabversion.Revision }),
		"version":    of(func(c *call, _ *front.Request) any { return c.Version.Full() }),
	}
}

// complexityRows are those of what the document itself costs (app/graphql/types/query_complexity_type.rb).
func complexityRows() rows {
	return rows{
		"limit": of(func(_ *call, x *exec) any { return x.Limits.Complexity }),
		"score": of(func(_ *call, x *exec) any { return x.Complexity }),
	}
}

// typeOf names the type of a value where the schema has an interface.
func typeOf(value any) string { return interfaceTypes(value) }
