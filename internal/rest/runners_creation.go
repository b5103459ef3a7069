package rest

// Runners made by people (lib/api/user_runners.rb, app/services/ci/runners/create_runner_service.rb).

import (
	"fmt"

	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/params"
	"github.com/fakegitlab/fakegitlab/internal/policy"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// createSpec is in the order in which GitLab declares the parameters, which is the order of its errors.
var createSpec = front.Declare([]params.Param{
	{Name: "runner_type", Required: true, Values: world.RunnerTypes},
	{Name: "group_id", Kind: params.Integer, Required: true,
		When: &params.When{Param: "runner_type", Equals: string(world.GroupRunner)}},
	{Name: "project_id", Kind: params.Integer, Required: true,
		When: &params.When{Param: "runner_type", Equals: string(world.ProjectRunner)}},
	{Name: "description"},
	{Name: "maintenance_note"},
	{Name: "paused", Kind: params.Boolean},
	{Name: "locked", Kind: params.Boolean},
	{Name: "access_level", Values: accessLevels},
	{Name: "run_untagged", Kind: params.Boolean},
	{Name: "tag_list", Kind: params.CommaList},
	{Name: "maximum_timeout", Kind: params.Integer},
})

// createUserRunner is POST /user/runners (app/services/ci/runners/create_runner_service.rb).
func createUserRunner(q request) front.Response {
	n, refusal := q.runnerScope()
	if refusal != nil {
		return *refusal
	}
	if n.Attributes, refusal = q.readAttributes(world.DefaultAttributes(), q.present); refusal != nil {
		return *refusal
	}
	n.Registration, n.Creator = world.ByUser, q.User
	r, err := q.createWithinLimits(n)
	if err != nil {
		return front.BadRequest(err.Error()).Because("GitLab's model refuses: " + err.Error())
	}
	return front.Created(registrationEntity{r.ID, r.Token, q.timeOrNull(r.TokenExpiresAt)})
}

// runnerScope finds for whom the runner is to be made and checks that the user may.
func (q request) runnerScope() (n world.RunnerDraft, refusal *front.Response) {
	kind, _ := q.Params.String("runner_type")
	n.Type = world.RunnerType(kind)
	switch n.Type {
	case world.GroupRunner:
		id, _ := q.Params.Int("group_id")
		if n.Group = q.Groups.ByID[id]; n.Group == nil {
			return n, q.missingScope(msgMissingGroup, fmt.Sprintf("there is no group %d", id))
		}
		q.Group = n.Group
		d := policy.CreateGroupRunner(q.Actor, q.GroupStanding(n.Group), q.RegistrarKnown(world.RegistrarGroup))
		return n, front.Allow(d, msgInsufficientRights)
	case world.ProjectRunner:
		id, _ := q.Params.Int("project_id")
		p := q.Projects.ByID[id]
		if p == nil {
			return n, q.missingScope(msgMissingProject, fmt.Sprintf("there is no project %d", id))
		}
		n.Projects, q.Project = []*world.Project{p}, p
		d := policy.CreateProjectRunner(q.Actor, q.ProjectStanding(p), q.RegistrarKnown(world.RegistrarProject))
		return n, front.Allow(d, msgInsufficientRights)
	}
	return n, front.Allow(policy.CreateInstanceRunners(q.Actor), msgInsufficientRights)
}

// missingScope is the refusal where the group or project of the new runner is not found. Later versions say which of
// the two it is.
func (q request) missingScope(byName, reason string) *front.Response {
	text := msgMissingScope
	if q.Has(gitlabversion.MissingScopeByName) {
		text = byName
	}
	return front.BadRequest(text).Because(reason).AsRefusal()
}
