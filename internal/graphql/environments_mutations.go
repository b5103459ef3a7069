package graphql

// What people do to environments (app/graphql/mutations/environments, app/services/environments).

import (
	"fmt"

	"github.com/fakegitlab/fakegitlab/internal/policy"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// findEnvironmentFor finds the environment of a mutation for those who may do this to it.
func (c *call) findEnvironmentFor(x *exec, id any,
	may func(policy.Actor, policy.EnvironmentStanding) policy.Decision) (*world.Environment, error) {
	e := c.Environments.ByID(id.(int))
	if e == nil {
		return nil, noResource(x, fmt.Sprintf("there is no environment %d", id))
	}
	return e, allow(x, c.OnEnvironment(e, may))
}

// updatesEnvironment is update_environment, which is a right over the project.
func updatesEnvironment(a policy.Actor, s policy.EnvironmentStanding) policy.Decision {
	return policy.ChangeEnvironments(a, s.Project)
}

// environmentChange reads what an input says of an environment.
func environmentChange(input args) world.EnvironmentChange {
	word := func(name string) world.Change[string] {
		change := changeTo[string](input, name)
		if change.Value != nil {
			said := lower(*change.Value)
			change.Value = &said
		}
		return change
	}
	change := world.EnvironmentChange{ExternalURL: changeTo[string](input, "externalUrl"),
		Description: changeTo[string](input, "description"), Tier: word("tier"), AutoStopSetting: word("autoStopSetting")}
	change.KubernetesNamespace, _ = input["kubernetesNamespace"].(string)
	change.FluxResourcePath, _ = input["fluxResourcePath"].(string)
	return change
}

func createEnvironment(c *call, x *exec, input args) (payload, error) {
	p, err := c.projectAt(x, input["projectPath"])
	if err != nil {
		return nil, err
	}
	if err := allow(x, c.OnProject(p, policy.ChangeEnvironments)); err != nil {
		return nil, err
	}
	e, err := c.CreateEnvironment(p, input["name"].(string), environmentChange(input))
	if err != nil {
		return unchanged(sentences(x, err)...), nil
	}
	return payload{"environment": e}, nil
}

// updateEnvironment is the mutation environmentUpdate. What is refused is shown as it would be.
func updateEnvironment(c *call, x *exec, input args) (payload, error) {
	e, err := c.findEnvironmentFor(x, input["id"], updatesEnvironment)
	if err != nil {
		return nil, err
	}
	draft, err := c.ChangeEnvironment(e, environmentChange(input))
	if err != nil {
		return payload{"environment": draft, "errors": sentences(x, err)}, nil
	}
	return payload{"environment": e}, nil
}

// stopEnvironment is the mutation environmentStop. Of an environment whose state stays the same GitLab says so; where
// its service raises, nothing of GraphQL rescues.
func stopEnvironment(c *call, x *exec, input args) (payload, error) {
	e, err := c.findEnvironmentFor(x, input["id"], policy.StopEnvironment)
	if err != nil {
		return nil, err
	}
	force := input["force"] == true
	switch j := c.Unstoppable(e); {
	case force && e.State == world.EnvironmentStopped:
		return nil, &GitLabFails{"a stopped environment is to be stopped by force, which its state machine knows no way of"}
	case !force && j != nil:
		return nil, &GitLabFails{fmt.Sprintf("%s, whose job %d stops it, may not play that any more",
			j.User.NameOrNobody(), j.ID)}
	}
	before := e.State
	c.StopEnvironment(e, force)
	if e.State == before {
		x.Note(fmt.Sprintf("environment %d is %s", e.ID, e.State))
		return payload{"environment": e, "errors": []string{msgNotStopped}}, nil
	}
	return payload{"environment": e}, nil
}

func deleteEnvironment(c *call, x *exec, input args) (payload, error) {
	e, err := c.findEnvironmentFor(x, input["id"], policy.DestroyEnvironment)
	if err != nil {
		return nil, err
	}
	c.DeleteEnvironment(e)
	return payload{}, nil
}
