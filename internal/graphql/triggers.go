package graphql

// Pipeline triggers (app/graphql/types/ci/pipeline_trigger_type.rb, app/graphql/mutations/ci/pipeline_trigger).

import (
	"fmt"
	"strings"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/policy"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

func triggerRows() rows {
	return rows{
		"canAccessProject": of(func(c *call, t *world.PipelineTrigger) any {
			return policy.UpdateBuilds(c.ActorOf(t.Owner, true), front.ProjectStandingOf(t.Owner, t.Project)).Allowed
		}),
		"description":     of(func(_ *call, t *world.PipelineTrigger) any { return t.Description }),
		"expiresAt":       of(func(_ *call, t *world.PipelineTrigger) any { return when(t.ExpiresAt) }),
		"hasTokenExposed": of(func(c *call, t *world.PipelineTrigger) any { return c.MayAdminTrigger(t).Allowed }),
		"id":              of(func(_ *call, t *world.PipelineTrigger) any { return gid(modelTrigger, t.ID) }),
		"lastUsed":        of(func(_ *call, t *world.PipelineTrigger) any { return when(t.LastUsed) }),
		"owner":           of(func(_ *call, t *world.PipelineTrigger) any { return t.Owner }),
		"token": of(func(c *call, t *world.PipelineTrigger) any {
			if c.MayAdminTrigger(t).Allowed {
				return strings.Clone(t.Token)
			}
			return t.Short()
		}),
	}
}

// listTriggers are the triggers of a project, the newest first, for its Maintainers: others see none
// (app/graphql/resolvers/ci/pipeline_triggers_resolver.rb).
func listTriggers(c *call, x *exec, p *world.Project, a args) (any, error) {
	found := c.TriggersOf(p)
	if d := c.OnProject(p, policy.AdminBuild); !d.Allowed {
		x.Note(d.Reason)
		found = nil
	}
	keyOf := func(t *world.PipelineTrigger) key { return key{id: t.ID} }
	return byKeys(x, found, newestFirst, keyOf, a, anything[*world.PipelineTrigger]), nil
}

// findTrigger finds the trigger of a mutation for those who administer its project.
func (c *call) findTrigger(x *exec, id any) (*world.PipelineTrigger, error) {
	t := c.Triggers.ByID(id.(int))
	if t == nil {
		return nil, noResource(x, fmt.Sprintf("there is no pipeline trigger %d", id))
	}
	return t, allow(x, c.OnProject(t.Project, policy.AdminBuild))
}

func createTrigger(c *call, x *exec, input args) (payload, error) {
	p, err := c.projectAt(x, input["projectPath"])
	if err != nil {
		return nil, err
	}
	if err := allow(x, c.OnProject(p, policy.AdminBuild)); err != nil {
		return nil, err
	}
	expires, _ := input["expiresAt"].(time.Time) // zero: never
	t, err := c.CreateTrigger(p, c.User, input["description"].(string), expires)
	if err != nil {
		return unchanged(sentences(x, err)...), nil
	}
	return payload{"pipelineTrigger": t}, nil
}

// updateTrigger is the mutation pipelineTriggerUpdate, which is for the trigger's owner alone.
func updateTrigger(c *call, x *exec, input args) (payload, error) {
	t, err := c.findTrigger(x, input["id"])
	if err != nil {
		return nil, err
	}
	if err := allow(x, c.MayAdminTrigger(t)); err != nil {
		return nil, err
	}
	c.DescribeTrigger(t, input["description"].(string))
	return payload{"pipelineTrigger": t}, nil
}

func deleteTrigger(c *call, x *exec, input args) (payload, error) {
	t, err := c.findTrigger(x, input["id"])
	if err != nil {
		return nil, err
	}
	c.DeleteTrigger(t)
	return payload{}, nil
}
