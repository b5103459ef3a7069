package graphql

// How runners are made, changed and deleted (app/graphql/mutations/ci/runner/create.rb, update.rb, delete.rb).

import (
	"fmt"

	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/policy"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// runnerAttributes lays the attributes that an input gives over those that a runner has. Null takes a text, a timeout,
// tags or an access level away; of a switch it says nothing, but for paused, which it turns off.
func runnerAttributes(a world.Attributes, input args) world.Attributes {
	for name, field := range map[string]**string{"description": &a.Description, "maintenanceNote": &a.MaintenanceNote} {
		if value, given := input[name]; given {
			*field = nil
			if s, isText := value.(string); isText {
				*field = &s
			}
		}
	}
	if active, given := input["active"].(bool); given {
		a.Paused = !active
	}
	if paused, given := input["paused"]; given {
		a.Paused = paused == true
	}
	for name, field := range map[string]*bool{"runUntagged": &a.RunUntagged, "locked": &a.Locked} {
		if b, given := input[name].(bool); given {
			*field = b
		}
	}
	if tags, given := input["tagList"]; given {
		a.Tags = world.ParseTags(texts(tags))
	}
	if level, given := input["accessLevel"]; given {
		a.AccessLevel = world.AccessLevel(lower(level))
	}
	if timeout, given := input["maximumTimeout"]; given {
		a.MaximumTimeout = nil
		if n, isNumber := timeout.(int); isNumber {
			a.MaximumTimeout = &n
		}
	}
	return a
}

// sentences are what a model says of what it refuses, in a *world.Invalid.
func sentences(x *exec, err error) []string {
	x.Note("GitLab's model refuses: " + err.Error())
	return err.(*world.Invalid).Sentences()
}

// createRunner is the mutation runnerCreate. What belongs to another type than that of the new runner GitLab hands on
// to the record, which knows no such attribute.
func createRunner(c *call, x *exec, input args) (payload, error) {
	n, err := c.runnerScope(x, input)
	if err != nil {
		return nil, err
	}
	stray := []string{"associatedProjects"}
	if n.Type == world.InstanceRunner {
		stray = append(stray, "groupId", "projectId")
	}
	for _, name := range stray {
		if _, given := input[name]; given {
			return nil, &GitLabFails{fmt.Sprintf("a new runner of %s has no %s", n.Type, name)}
		}
	}
	n.Attributes = runnerAttributes(world.DefaultAttributes(), input)
	n.Registration, n.Creator = world.ByUser, c.User
	r, err := c.CreateRunner(n)
	if err != nil {
		return unchanged(sentences(x, err)...), nil
	}
	return payload{"runner": c.runner(x, r)}, nil
}

// runnerScope finds for whom the runner is to be made and checks that the user may.
func (c *call) runnerScope(x *exec, input args) (n world.RunnerDraft, err error) {
	n.Type = world.RunnerType(lower(input["runnerType"]))
	switch n.Type {
	case world.GroupRunner:
		id, given := input["groupId"].(int)
		if !given {
			return n, failure(msgGroupIDMissing)
		}
		if n.Group = c.Groups.ByID(id); n.Group == nil {
			return n, noResource(x, fmt.Sprintf("there is no group %d", id))
		}
		return n, allow(x, policy.CreateGroupRunner(c.Actor, c.GroupStanding(n.Group),
			c.RegistrarKnown(world.RegistrarGroup)))
	case world.ProjectRunner:
		id, given := input["projectId"].(int)
		if !given {
			return n, failure(msgProjectIDMissing)
		}
		p := c.Projects.ByID(id)
		if p == nil {
			return n, noResource(x, fmt.Sprintf("there is no project %d", id))
		}
		n.Projects = []*world.Project{p}
		return n, allow(x, c.mayCreateIn(p))
	}
	return n, allow(x, policy.CreateInstanceRunners(c.Actor))
}

// mayCreateIn asks whether the user may make runners for a project, or assign existing ones to it.
func (c *call) mayCreateIn(p *world.Project) policy.Decision {
	return policy.CreateProjectRunner(c.Actor, c.ProjectStanding(p), c.RegistrarKnown(world.RegistrarProject))
}

// findRunnerFor finds the runner of a mutation for those who may do this to it.
func (c *call) findRunnerFor(x *exec, id any, may front.RunnerRule) (*world.Runner, error) {
	r := c.Runners.ByID(id.(int))
	if r == nil {
		return nil, noResource(x, fmt.Sprintf("there is no runner %d", id))
	}
	return r, allow(x, c.onRunner(r, may))
}

// updateRunner is the mutation runnerUpdate: all of it is done, or nothing.
func updateRunner(c *call, x *exec, input args) (payload, error) {
	r, err := c.findRunnerFor(x, input["id"], policy.UpdateRunner)
	if err != nil {
		return nil, err
	}
	next := runnerAttributes(r.Attributes, input)
	ids, given := input["associatedProjects"].([]any)
	if given {
		if r.Type != world.ProjectRunner {
			return nil, failuref(msgfProjectsOfOther, r.Type)
		}
		invalid := c.CheckRunner(r, next)
		refusal, err := c.setProjects(x, r, ids, invalid == nil)
		if refusal != nil || err != nil {
			return refusal, err
		}
	}
	if err := c.State.UpdateRunner(r, next); err != nil {
		return unchanged(sentences(x, err)...), nil
	}
	return payload{"runner": c.runner(x, r)}, nil
}

// setProjects makes the runner serve its owner project and those with these ids, of which unknown ones are skipped; if
// it is not to be done, it only finds what is wrong
// (app/services/ci/runners/set_runner_associated_projects_service.rb).
func (c *call) setProjects(x *exec, r *world.Runner, ids []any, do bool) (refusal payload, err error) {
	if d := c.onRunner(r, policy.HasAssignRunner); !d.Allowed {
		x.Note(d.Reason)
		return unchanged(msgMayNotAssign), nil
	}
	if r.Owner() == nil {
		return nil, &GitLabFails{fmt.Sprintf("runner %d has no owner project", r.ID)}
	}
	var projects []*world.Project
	for _, id := range ids {
		p := c.Projects.ByID(id.(int))
		if p == nil {
			continue
		}
		if d := c.mayCreateIn(p); r.AssignedTo(p) == nil && !d.Allowed {
			x.Note(d.Reason)
			return unchanged(msgMayNotAdd), nil
		}
		projects = append(projects, p)
	}
	if err := c.CheckRunnerProjects(r, projects); err != nil {
		x.Note("GitLab's model refuses: " + err.Error())
		return unchanged(msgCannotAssign), nil
	}
	if do {
		c.SetRunnerProjects(r, projects)
	}
	return nil, nil
}

func deleteRunner(c *call, x *exec, input args) (payload, error) {
	r, err := c.findRunnerFor(x, input["id"], policy.DeleteRunner)
	if err != nil {
		return nil, err
	}
	c.DeleteRunner(r)
	return payload{}, nil
}

// lower is a word of an enum as the world writes it; "" for null.
func lower(word any) string {
	text, _ := word.(string)
	return asWord(text)
}
