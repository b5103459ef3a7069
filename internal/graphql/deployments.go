package graphql

// Deployments (app/graphql/types/deployment_type.rb, app/graphql/resolvers/deployments_resolver.rb,
// app/graphql/resolvers/environments/last_deployment_resolver.rb, app/finders/deployments_finder.rb).

import (
	"slices"
	"strconv"

	"github.com/fakegitlab/fakegitlab/internal/policy"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

func deploymentRows() rows {
	commit := reached(deployedCommit)
	commit.Cost = gitalyCost
	return rows{
		"commit":     commit,
		"createdAt":  of(func(_ *call, d *world.Deployment) any { return when(d.CreatedAt) }),
		"finishedAt": of(func(_ *call, d *world.Deployment) any { return when(d.FinishedAt) }),
		"id":         of(func(_ *call, d *world.Deployment) any { return gid(modelDeployment, d.ID) }),
		"iid":        of(func(_ *call, d *world.Deployment) any { return strconv.Itoa(d.IID) }),
		"job": reached(func(c *call, x *exec, d *world.Deployment) any {
			if d.Job == nil { // for everybody
				return nil
			}
			return shown(x, c.OnProject(d.Project(), policy.ReadBuild), d.Job)
		}),
		"ref":             of(func(_ *call, d *world.Deployment) any { return d.Ref }),
		"sha":             of(func(_ *call, d *world.Deployment) any { return d.SHA }),
		"status":          of(func(_ *call, d *world.Deployment) any { return enum(d.Status) }),
		"tag":             of(func(_ *call, d *world.Deployment) any { return d.RefIsTag }),
		"triggerer":       of(func(_ *call, d *world.Deployment) any { return d.By() }),
		"updatedAt":       of(func(_ *call, d *world.Deployment) any { return when(d.UpdatedAt) }),
		"userPermissions": of(func(_ *call, d *world.Deployment) any { return d }),
	}
}

func deploymentPermissionRows() rows {
	update := of(func(c *call, d *world.Deployment) any { return c.MayUpdateDeployment(d).Allowed })
	update.Cost = gitalyCost
	return rows{
		"destroyDeployment": of(func(c *call, d *world.Deployment) any {
			return c.OnProject(d.Project(), policy.DestroyDeployment).Allowed
		}),
		"updateDeployment": update,
	}
}

// deployedCommit is the commit of a deployment, for those who may read the project's code: what its pipeline runs for
// or, without one, what the repository has.
func deployedCommit(c *call, x *exec, d *world.Deployment) any {
	if d.Job != nil {
		return commitOf(c, x, d.Job.Pipeline)
	}
	p := d.Project()
	known := p.Repository.CommitAt(d.SHA)
	if known == nil {
		return nil
	}
	return shown(x, c.OnProject(p, policy.ReadCode), commitIn(p, known))
}

// deployment is a deployment, if the user sees it.
func (c *call) deployment(x *exec, d *world.Deployment) any {
	if d == nil {
		return nil
	}
	return shown(x, c.OnProject(d.Project(), policy.ReadDeployment), d)
}

// findDeployment finds a deployment of a project by its number there.
func findDeployment(c *call, x *exec, p *world.Project, a args) (any, error) {
	for _, d := range p.Deployments() {
		if strconv.Itoa(d.IID) == a["iid"] {
			return c.deployment(x, d), nil
		}
	}
	return nil, nil
}

// lastDeployment is the last deployment of an environment that is in a status, of those which end or may still come.
func lastDeployment(c *call, x *exec, e *world.Environment, a args) (any, error) {
	status := world.DeploymentStatus(lower(a["status"]))
	if !status.Finished() && !status.Upcoming() {
		return nil, failuref(msgfStatusNotSupported, status)
	}
	return c.deployment(x, e.LastOf(status)), nil
}

// columnFinished is the column of when deployments ended.
const columnFinished = "finished_at"

// listDeployments are the deployments of one environment in a request, the oldest first unless an order is asked for.
// What its database could not answer quickly GitLab refuses, which nothing of GraphQL rescues.
func listDeployments(c *call, x *exec, e *world.Environment, a args) (any, error) {
	if err := c.once(x); err != nil {
		return nil, err
	}
	o, err := deploymentOrder(a["orderBy"])
	if err != nil {
		return nil, err
	}
	var statuses []world.DeploymentStatus
	for _, word := range texts(a["statuses"]) {
		statuses = append(statuses, world.DeploymentStatus(lower(word)))
	}
	finished := slices.ContainsFunc(statuses, world.DeploymentStatus.Finished)
	switch {
	case o.column == columnFinished && !finished:
		return nil, &GitLabFails{"deployments are sorted by when they finished, but not only finished ones are asked for"}
	case finished && slices.ContainsFunc(statuses, world.DeploymentStatus.Upcoming):
		return nil, &GitLabFails{"finished and upcoming deployments are asked for at once"}
	}
	found := world.Filtered(e.Deployments(), func(d *world.Deployment) bool {
		return len(statuses) == 0 || slices.Contains(statuses, d.Status)
	})
	keyOf := func(d *world.Deployment) key { return key{d.FinishedAt, d.ID} }
	may := func(d *world.Deployment) policy.Decision { return c.OnProject(d.Project(), policy.ReadDeployment) }
	return byKeys(x, found, o, keyOf, a, may), nil
}

// deploymentOrder reads the order that deployments are asked for in. By when they were made is by id.
func deploymentOrder(input any) (order, error) {
	by, given := input.(args)
	if !given {
		return order{ascending: true}, nil
	}
	if len(by) != 1 {
		return order{}, failure(msgOneOrder)
	}
	if way, byFinish := by["finishedAt"]; byFinish {
		return order{columnFinished, way != descending}, nil
	}
	return order{ascending: by["createdAt"] != descending}, nil
}

// descending is the direction that is not GitLab's default.
const descending = "DESC"
