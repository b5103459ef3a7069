package graphql

// What is done to several runners at once, to a runner's projects and to registration tokens
// (app/graphql/mutations/ci/runner/bulk_delete.rb, bulk_pause.rb, assign_to_project.rb, unassign_from_project.rb,
// app/graphql/mutations/ci/runners_registration_token/reset.rb and the services behind them).

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/policy"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// mostAtOnce is how many runners a mutation changes at most.
const mostAtOnce = 50

// asWord is a word of an enum as the world writes it.
func asWord(word string) string { return strings.ToLower(word) }

// bulk is what one of the mutations of several runners says of what it does.
type bulk struct{ does, calls string }

var (
	bulkDeletion = bulk{"delete", "delete"}
	bulkPausing  = bulk{"pause", "update / pause"}
)

// find are the runners with these ids that the user may do this to, at most 50 being looked at, in the order of ids,
// and what is to be said of the others.
func (b bulk) find(c *call, x *exec, ids []any, may front.RunnerRule) (runners []*world.Runner, problems []string) {
	found := c.runnersWith(ids)
	if len(found) > mostAtOnce {
		found = found[:mostAtOnce]
		problems = append(problems, fmt.Sprintf(msgfTooManyRunners, b.does, mostAtOnce))
	}
	var refused []string
	for _, r := range found {
		if d := c.onRunner(r, may); !d.Allowed {
			x.Note(d.Reason)
			refused = append(refused, fmt.Sprintf("#%d", r.ID))
			continue
		}
		runners = append(runners, r)
	}
	switch {
	case len(runners) == 0:
		problems = append(problems, fmt.Sprintf(msgfMayNotAny, b.calls))
	case len(refused) > 0:
		problems = append(problems, fmt.Sprintf(msgfMayNotSome, b.calls, strings.Join(refused, ", ")))
	}
	return runners, problems
}

// runnersWith are the runners that have one of the ids, in the order of ids.
func (c *call) runnersWith(ids []any) []*world.Runner {
	var found []*world.Runner
	for _, id := range ids {
		if r := c.Runners.ByID(id.(int)); r != nil {
			found = append(found, r)
		}
	}
	slices.SortFunc(found, func(a, b *world.Runner) int { return a.ID - b.ID })
	return slices.Compact(found)
}

func bulkDeleteRunners(c *call, x *exec, input args) (payload, error) {
	ids, given := input["ids"].([]any)
	if !given {
		return payload{}, nil
	}
	runners, problems := bulkDeletion.find(c, x, ids, policy.DeleteRunner)
	deleted := make([]string, len(runners))
	for i, r := range runners {
		deleted[i] = gid(modelRunner, r.ID)
		c.DeleteRunner(r)
	}
	return payload{"deletedCount": len(deleted), "deletedIds": deleted, "errors": append([]string{}, problems...)}, nil
}

// bulkPauseRunners says nothing of ids of which there are no runners, if there are none at all.
func bulkPauseRunners(c *call, x *exec, input args) (payload, error) {
	ids := input["ids"].([]any)
	paused := input["paused"].(bool)
	if len(c.runnersWith(ids)) == 0 {
		return payload{"updatedCount": 0, "updatedRunners": []any{}}, nil
	}
	runners, problems := bulkPausing.find(c, x, ids, policy.UpdateRunner)
	updated := []any{}
	for _, r := range runners {
		next := r.Attributes
		next.Paused = paused
		_ = c.State.UpdateRunner(r, next) // GitLab does not look whether that could be saved
		updated = append(updated, r)
	}
	return payload{"updatedCount": len(updated), "updatedRunners": updated, "errors": append([]string{}, problems...)}, nil
}

// assignRunner is the mutation runnerAssignToProject. That the runner is assigned already is no error.
func assignRunner(c *call, x *exec, input args) (payload, error) {
	p, err := c.projectAt(x, input["projectPath"])
	if err != nil {
		return nil, err
	}
	r, err := c.findRunnerFor(x, input["runnerId"], policy.HasAssignRunner)
	if err != nil {
		return nil, err
	}
	if r.Type != world.ProjectRunner {
		return nil, failure(msgNoProjectRunner)
	}
	if d := c.mayCreateIn(p); !d.Allowed {
		x.Note(d.Reason)
		return unchanged(msgMayNotAdd), nil
	}
	if r.AssignedTo(p) != nil {
		return payload{}, nil
	}
	if err := c.State.AssignRunner(r, p); err != nil {
		said := sentences(x, err)
		return unchanged(said[len(said)-1]), nil // of all that the record says, what it says of the assignment
	}
	return payload{}, nil
}

// projectAt finds the project of a mutation by its path, whoever asks.
func (c *call) projectAt(x *exec, path any) (*world.Project, error) {
	p := c.ProjectPaths[world.Key(path.(string))]
	if p == nil {
		return nil, noResource(x, fmt.Sprintf("there is no project %q", path))
	}
	return p, nil
}

// unassignRunner is the mutation runnerUnassignFromProject.
func unassignRunner(c *call, x *exec, input args) (payload, error) {
	p, err := c.projectAt(x, input["projectPath"])
	if err != nil {
		return nil, err
	}
	id := input["runnerId"].(int)
	r := c.Runners.ByID(id)
	if r == nil || r.AssignedTo(p) == nil {
		return nil, noResource(x, fmt.Sprintf("no runner %d is assigned to %s", id, p.Path))
	}
	if refusal := c.unassignRefusal(x, r, p); refusal != "" {
		return unchanged(refusal), nil
	}
	c.State.UnassignRunner(r, p)
	return payload{}, nil
}

// unassignRefusal is why a runner does not leave a project; "" if it does
// (app/services/ci/runners/unassign_runner_service.rb).
func (c *call) unassignRefusal(x *exec, r *world.Runner, p *world.Project) string {
	d := c.OnProject(p, policy.AdminProjectRunners)
	if d.Allowed {
		left := policy.LeftProject{Path: p.Path, Owns: r.Owner() == p}
		d = policy.LeaveProject(c.Actor, c.RunnerStanding(r), left, c.PolicyRules())
	}
	if d.Allowed {
		return ""
	}
	x.Note(d.Reason)
	return map[policy.Rule]string{policy.ByStanding: msgMayNotManage, policy.LockedRunner: msgRunnerLocked,
		policy.OfOwnerProject: msgOwnerProject}[d.Rule]
}

// resetRegistrationToken is the mutation runnersRegistrationTokenReset.
func resetRegistrationToken(c *call, x *exec, input args) (payload, error) {
	kind := world.RunnerType(lower(input["type"]))
	if kind == world.InstanceRunner {
		if id, _ := input["id"].(string); id != "" {
			return nil, failuref(msgfIDOfInstance, kind)
		}
		d := policy.UpdateInstanceRegistrationToken(c.Actor, !c.Settings.RegistrationTokensDisabled)
		if err := allow(x, d); err != nil {
			return nil, err
		}
		return payload{"token": c.ResetInstanceRegistrationToken()}, nil
	}
	if kind == world.GroupRunner {
		id, err := parseID(input["id"], modelGroup)
		if err != nil {
			return nil, err
		}
		g := c.Groups.ByID(id)
		if g == nil {
			return nil, noResource(x, fmt.Sprintf("there is no group %d", id))
		}
		tokensOn := c.RegistrationTokensAllowed(g)
		if err := allow(x, policy.UpdateGroupRegistrationToken(c.Actor, c.GroupStanding(g), tokensOn)); err != nil {
			return nil, err
		}
		return payload{"token": c.ResetGroupRegistrationToken(g)}, nil
	}
	id, err := parseID(input["id"], modelProject)
	if err != nil {
		return nil, err
	}
	p := c.Projects.ByID(id)
	if p == nil {
		return nil, noResource(x, fmt.Sprintf("there is no project %d", id))
	}
	tokensOn := c.ProjectRegistrationTokensAllowed(p)
	if err := allow(x, policy.UpdateProjectRegistrationToken(c.Actor, c.ProjectStanding(p), tokensOn)); err != nil {
		return nil, err
	}
	return payload{"token": c.ResetProjectRegistrationToken(p)}, nil
}
