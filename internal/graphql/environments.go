package graphql

// Environments (app/graphql/types/environment_type.rb, app/graphql/resolvers/environments_resolver.rb,
// app/finders/environments/environments_finder.rb).

import (
	"fmt"
	"slices"

	"github.com/fakegitlab/fakegitlab/internal/policy"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

func environmentRows() rows {
	return rows{
		"autoDeleteAt":        of(func(_ *call, e *world.Environment) any { return when(e.AutoDeleteAt) }),
		"autoStopAt":          of(func(_ *call, e *world.Environment) any { return when(e.AutoStopAt) }),
		"autoStopSetting":     of(func(_ *call, e *world.Environment) any { return enum(e.AutoStopSetting) }),
		"createdAt":           of(func(_ *call, e *world.Environment) any { return when(e.CreatedAt) }),
		"deployments":         listed(listDeployments),
		"description":         of(func(_ *call, e *world.Environment) any { return orNull(e.Description) }),
		"environmentType":     of(func(_ *call, e *world.Environment) any { return orNull(e.Folder()) }),
		"externalUrl":         of(func(_ *call, e *world.Environment) any { return orNull(e.ExternalURL) }),
		"fluxResourcePath":    of(func(_ *call, e *world.Environment) any { return orNull(e.FluxResourcePath) }),
		"id":                  of(func(_ *call, e *world.Environment) any { return gid(modelEnvironment, e.ID) }),
		"kubernetesNamespace": of(func(_ *call, e *world.Environment) any { return orNull(e.KubernetesNamespace) }),
		"lastDeployment":      asked(lastDeployment),
		"name":                of(func(_ *call, e *world.Environment) any { return e.Name }),
		"path": of(func(_ *call, e *world.Environment) any {
			return fmt.Sprintf("/%s/environments/%d", projectPage(e.Project), e.ID)
		}),
		"slug":      of(func(_ *call, e *world.Environment) any { return e.Slug() }),
		"state":     of(func(_ *call, e *world.Environment) any { return string(e.State) }),
		"tier":      of(func(_ *call, e *world.Environment) any { return enum(e.Tier) }),
		"updatedAt": of(func(_ *call, e *world.Environment) any { return when(e.UpdatedAt) }),
		"userPermissions": asked(func(c *call, x *exec, e *world.Environment, _ args) (any, error) {
			return e, c.once(x)
		}),
	}
}

func environmentPermissionRows() rows {
	permission := func(may func(policy.Actor, policy.EnvironmentStanding) policy.Decision) field {
		return of(func(c *call, e *world.Environment) any { return c.OnEnvironment(e, may).Allowed })
	}
	return rows{
		"destroyEnvironment": permission(policy.DestroyEnvironment),
		"stopEnvironment":    permission(policy.StopEnvironment),
		"updateEnvironment": of(func(c *call, e *world.Environment) any {
			return c.OnProject(e.Project, policy.ChangeEnvironments).Allowed
		}),
	}
}

// environmentsWith are those environments of a project that the arguments ask for, by id.
func environmentsWith(p *world.Project, a args) ([]*world.Environment, error) {
	wanted := world.EnvironmentQuery{States: texts(a["states"])}
	wanted.Name, _ = a["name"].(string)
	wanted.Search, _ = a["search"].(string)
	wanted.Folder, _ = a["type"].(string)
	known := world.WordsOf(world.EnvironmentStates...)
	if slices.ContainsFunc(wanted.States, func(s string) bool { return !slices.Contains(known, s) }) {
		return nil, failure(msgStatesInvalid)
	}
	return p.EnvironmentsLike(wanted), nil
}

// listEnvironments are the environments of one project in a request, the newest first.
func listEnvironments(c *call, x *exec, p *world.Project, a args) (any, error) {
	if err := c.once(x); err != nil {
		return nil, err
	}
	found, err := environmentsWith(p, a)
	if err != nil {
		return nil, err
	}
	keyOf := func(e *world.Environment) key { return key{id: e.ID} }
	may := func(e *world.Environment) policy.Decision { return c.OnProject(e.Project, policy.ReadEnvironment) }
	return byKeys(x, found, newestFirst, keyOf, a, may), nil
}

// findEnvironment is the oldest of the environments that the arguments ask for.
func findEnvironment(c *call, x *exec, p *world.Project, a args) (any, error) {
	found, err := environmentsWith(p, a)
	if len(found) == 0 {
		return nil, err
	}
	return c.environment(x, found[0]), nil
}

// environment is an environment, if the user sees it.
func (c *call) environment(x *exec, e *world.Environment) any {
	return shown(x, c.OnProject(e.Project, policy.ReadEnvironment), e)
}
