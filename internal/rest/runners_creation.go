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

// createParams are in the order in which GitLab declares the parameters, which is the order of its errors.
var createParams = []params.Param{
	{Name: "runner_type", Required: true, Values: world.RunnerTypes},
	{Name: "group_id", Kind: params.Any}, // for strayScope, which reads what the type does not have
	{Name: "project_id", Kind: params.Any},
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
}

var (
	createSpec = front.Declare(createParams)
	// createWithExpirySpec is that of versions in which the caller may choose when the token dies.
	createWithExpirySpec = front.Declare(createParams, []params.Param{
		{Name: "token_expires_at", Kind: params.DateTime},
		{Name: "token_rotation_deadline", Kind: params.DateTime},
	})
)

// createUserRunner is POST /user/runners (app/services/ci/runners/create_runner_service.rb).
func createUserRunner(q request) front.Response {
	n, refusal := q.runnerScope()
	if refusal != nil {
		return *refusal
	}
	if refusal := q.strayScope(n.Type); refusal != nil {
		return *refusal
	}
	if n.Attributes, refusal = q.readAttributes(world.DefaultAttributes(), q.present); refusal != nil {
		return *refusal
	}
	if refusal := q.chosenExpiry(&n); refusal != nil {
		return *refusal
	}
	n.Registration, n.Creator = world.ByUser, q.User
	r, err := q.CreateRunner(n)
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
		if n.Group = q.Groups.ByID(id); n.Group == nil {
			return n, q.missingScope(msgMissingGroup, fmt.Sprintf("there is no group %d", id))
		}
		d := policy.CreateGroupRunner(q.Actor, q.GroupStanding(n.Group), q.RegistrarKnown(world.RegistrarGroup))
		return n, front.Allow(d, msgInsufficientRights)
	case world.ProjectRunner:
		id, _ := q.Params.Int("project_id")
		p := q.Projects.ByID(id)
		if p == nil {
			return n, q.missingScope(msgMissingProject, fmt.Sprintf("there is no project %d", id))
		}
		n.Projects = []*world.Project{p}
		d := policy.CreateProjectRunner(q.Actor, q.ProjectStanding(p), q.RegistrarKnown(world.RegistrarProject))
		return n, front.Allow(d, msgInsufficientRights)
	}
	return n, front.Allow(policy.CreateInstanceRunners(q.Actor), msgInsufficientRights)
}

// strayScope is what comes of a group or project that the type of the new runner does not have: GitLab hands it on to
// the record, which knows no such attribute.
func (q request) strayScope(t world.RunnerType) *front.Response {
	for _, scope := range []struct {
		name string
		of   world.RunnerType
	}{{"group_id", world.GroupRunner}, {"project_id", world.ProjectRunner}} {
		if t != scope.of && q.present(scope.name) {
			return gitlabFails(fmt.Sprintf("a runner of %s has no %s", t, scope.name))
		}
	}
	return nil
}

// chosenExpiry notes when the new runner's first token is to die, if the caller says so, and refuses what cannot be.
// GitLab asks for no licence here.
func (q request) chosenExpiry(n *world.RunnerDraft) *front.Response {
	if !q.Has(gitlabversion.ChosenTokenExpiry) {
		return nil
	}
	n.TokenExpiresAt, _ = q.Params.Time("token_expires_at")
	deadline, _ := q.Params.Time("token_rotation_deadline")
	if why := q.CheckTokenExpiry(*n, deadline); why != "" {
		return front.BadRequest(why).Because(why).AsRefusal()
	}
	return nil
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
