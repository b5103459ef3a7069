package rest

// The Runners API for people: one runner, its projects and the registration tokens (lib/api/ci/runners.rb).

import (
	"fmt"
	"net/http"

	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/params"
	"github.com/fakegitlab/fakegitlab/internal/policy"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// runnerRows are the Runners API for people (lib/api/ci/runners.rb).
func runnerRows() []row {
	return []row{
		{endpoint: "GET /runners", scopes: managing, spec: listing(scopeParam, filterParams), handle: listRunners},
		{endpoint: "GET /runners/all", scopes: managing, spec: listing(scopeParam, filterParams), handle: listAllRunners},
		{endpoint: "GET /runners/:id", scopes: managing, spec: front.Declare(runnerID), handle: getRunner,
			later: &front.LaterSpec{Since: gitlabversion.RunnerProjectsEndpoint,
				Spec: front.Declare(runnerID, includeProjects)}},
		{endpoint: "PUT /runners/:id", scopes: managing, spec: updateSpec, handle: updateRunner},
		{endpoint: "DELETE /runners/:id", scopes: managing, spec: front.Declare(runnerID), handle: deleteRunner},
		{endpoint: "GET /runners/:id/jobs", scopes: managing, spec: listing(runnerID, jobFilterParams),
			handle: listRunnerJobs},
		{endpoint: "GET /runners/:id/managers", scopes: managing, spec: front.Declare(runnerID), handle: listRunnerManagers},
		{endpoint: "GET /runners/:id/projects", scopes: managing, since: since(gitlabversion.RunnerProjectsEndpoint),
			spec: listing(runnerID), handle: listRunnerProjects},
		{endpoint: "POST /runners/:id/reset_authentication_token", scopes: managing, spec: front.Declare(runnerID),
			handle: resetRunnerToken},
		{endpoint: "GET /projects/:id/runners", scopes: managing, before: projectMaintainers, spec: listing(pathID,
			scopeParam, filterParams), handle: listProjectRunners},
		{endpoint: "POST /projects/:id/runners", scopes: managing, before: projectMaintainers, spec: front.Declare(pathID,
			assignedRunnerID), handle: assignRunner},
		{endpoint: "DELETE /projects/:id/runners/:runner_id", scopes: managing, before: projectMaintainers,
			spec: front.Declare(pathID, assignedRunnerID), handle: unassignRunner},
		{endpoint: "GET /groups/:id/runners", scopes: managing, before: groupMaintainers, spec: listing(pathID,
			filterParams), handle: listGroupRunners},
		{endpoint: "POST /runners/reset_registration_token", scopes: managing, handle: resetInstanceRegistrationToken},
		{endpoint: "POST /projects/:id/runners/reset_registration_token", scopes: managing, before: projectReaders,
			spec: front.Declare(pathID), handle: resetProjectRegistrationToken},
		{endpoint: "POST /groups/:id/runners/reset_registration_token", scopes: managing, before: groupReaders,
			spec: front.Declare(pathID), handle: resetGroupRegistrationToken},
		{endpoint: "POST /user/runners", scopes: creating, spec: createSpec, handle: createUserRunner,
			later: &front.LaterSpec{Since: gitlabversion.ChosenTokenExpiry, Spec: createWithExpirySpec}},
	}
}

// The parameters of the endpoints for people (lib/api/ci/runners.rb), in the order in which GitLab declares them,
// which is the order of its errors.
var (
	assignedRunnerID = []params.Param{{Name: "runner_id", Kind: params.Integer, Required: true}}
	includeProjects  = []params.Param{{Name: "include_projects", Kind: params.Boolean}}

	updateSpec = with(front.Declare(runnerID, []params.Param{
		{Name: "description"},
		{Name: "active", Kind: params.Boolean},
		{Name: "paused", Kind: params.Boolean},
		{Name: "tag_list", Kind: params.CommaList},
		{Name: "run_untagged", Kind: params.Boolean},
		{Name: "locked", Kind: params.Boolean},
		{Name: "access_level", Values: accessLevels},
		{Name: "maximum_timeout", Kind: params.Integer},
		{Name: "maintenance_note"},
	}),
		params.Rule{Kind: params.AtLeastOneOf, Names: []string{"description", "active", "paused", "tag_list", "run_untagged",
			"locked", "access_level", "maximum_timeout", "maintenance_note"}},
		params.Rule{Kind: params.MutuallyExclusive, Names: []string{"active", "paused"}},
	)
)

func getRunner(q request) front.Response {
	r, refusal := q.permittedRunner(policy.ReadRunner)
	if refusal != nil {
		return *refusal
	}
	return front.OK(q.runnerDetails(r))
}

func updateRunner(q request) front.Response {
	r, refusal := q.permittedRunner(policy.UpdateRunner)
	if refusal != nil {
		return *refusal
	}
	next, refusal := q.readAttributes(r.Attributes, q.Params.Has)
	if refusal != nil {
		return *refusal
	}
	if err := q.State.UpdateRunner(r, next); err != nil {
		return modelError(err)
	}
	return front.OK(q.runnerDetails(r))
}

func deleteRunner(q request) front.Response {
	r, refusal := q.findRunner("id")
	if refusal != nil {
		return *refusal
	}
	if refusal := front.AllowBy(q.OnRunner(r, policy.DeleteRunner), manageTexts); refusal != nil {
		return *refusal
	}
	if refusal := q.unmodifiedSince(r.UpdatedAt); refusal != nil {
		return *refusal
	}
	q.State.DeleteRunner(r)
	return front.NoContent()
}

func listRunnerManagers(q request) front.Response {
	r, refusal := q.permittedRunner(policy.ReadRunner)
	if refusal != nil {
		return *refusal
	}
	return front.OK(entitiesOf(r.Managers, q.managerEntity))
}

func resetRunnerToken(q request) front.Response {
	r, refusal := q.permittedRunner(policy.UpdateRunner)
	if refusal != nil {
		return *refusal
	}
	q.State.ResetRunnerToken(r)
	return front.Created(resetTokenEntity{r.Token, q.timeOrNull(r.TokenExpiresAt)})
}

func assignRunner(q request) front.Response {
	creating := policy.CreateProjectRunner(q.Actor, q.ProjectStanding(q.Project), q.RegistrarKnown(world.RegistrarProject))
	if refusal := front.Allow(creating, ""); refusal != nil {
		return *refusal
	}
	r, refusal := q.findRunner("runner_id")
	if refusal != nil {
		return *refusal
	}
	if refusal := front.AllowBy(q.OnRunner(r, policy.AssignRunner), manageTexts); refusal != nil {
		return *refusal
	}
	if err := q.State.AssignRunner(r, q.Project); err != nil {
		return q.assignError(err)
	}
	return front.Created(q.runnerEntity(r))
}

// assignError tells why a runner cannot be assigned: in one text, which is that of the assignment that failed, or in
// older versions as the hash of the runner's errors.
func (q request) assignError(err error) front.Response {
	invalid, isInvalid := err.(*world.Invalid)
	if !isInvalid {
		return *gitlabFails(err.Error())
	}
	first, last := invalid.Problems[0], invalid.Problems[len(invalid.Problems)-1]
	if q.Has(gitlabversion.AssignErrorsAsText) {
		return front.Refuse(http.StatusBadRequest, fmt.Sprintf(msgfAssignRefused, last.Text)).Because(first.Text)
	}
	return front.Refuse(http.StatusBadRequest, problemsHash(err)).Because(first.Text)
}

func unassignRunner(q request) front.Response {
	id, _ := q.Params.Int("runner_id")
	var assigned *world.Assignment
	r := q.Runners.ByID(id)
	if r != nil {
		assigned = r.AssignedTo(q.Project)
	}
	if refusal := front.Allow(q.OnProject(q.Project, policy.AdminProjectRunners), ""); refusal != nil {
		return *refusal
	}
	if assigned == nil {
		return front.NotFound("Runner").Because(fmt.Sprintf("no runner %d is assigned to %s", id, q.Project.Path))
	}
	s, rules := q.RunnerStanding(r), q.PolicyRules()
	left := policy.LeftProject{Path: q.Project.Path, Owns: r.Owner() == q.Project}
	if refusal := front.AllowBy(policy.UnassignRunner(q.Actor, s, left, rules), manageTexts); refusal != nil {
		return *refusal
	}
	if refusal := q.unmodifiedSince(assigned.UpdatedAt); refusal != nil {
		return *refusal
	}
	if refusal := front.AllowBy(policy.LeaveProject(q.Actor, s, left, rules), leaveTexts); refusal != nil {
		return *refusal
	}
	q.State.UnassignRunner(r, q.Project)
	return front.NoContent()
}

// What GitLab says of the rule that refuses to delete, to assign or to unassign a runner, and to unassign one whose
// record it has looked at already.
var (
	manageTexts = map[policy.Rule]string{
		policy.ByStanding: msgNoAccess, policy.SharedRunner: msgSeveralProjects, policy.GroupRunner: msgIsGroupRunner,
		policy.LockedRunner: msgIsLocked, policy.OnlyProject: msgOnlyOneProject, policy.OfOwnerProject: msgNoAccess,
	}
	leaveTexts = map[policy.Rule]string{policy.LockedRunner: msgMayNotAssign, policy.OfOwnerProject: msgOwnerProject}
)

func resetInstanceRegistrationToken(q request) front.Response {
	decision := policy.UpdateInstanceRegistrationToken(q.Actor, !q.Settings.RegistrationTokensDisabled)
	if refusal := front.Allow(decision, ""); refusal != nil {
		return *refusal
	}
	return front.Created(registrationTokenEntity{q.State.ResetInstanceRegistrationToken()})
}

func resetProjectRegistrationToken(q request) front.Response {
	tokensOn := q.ProjectRegistrationTokensAllowed(q.Project)
	decision := policy.UpdateProjectRegistrationToken(q.Actor, q.ProjectStanding(q.Project), tokensOn)
	if refusal := front.Allow(decision, ""); refusal != nil {
		return *refusal
	}
	return front.Created(registrationTokenEntity{q.ResetProjectRegistrationToken(q.Project)})
}

func resetGroupRegistrationToken(q request) front.Response {
	tokensOn := q.RegistrationTokensAllowed(q.Group)
	decision := policy.UpdateGroupRegistrationToken(q.Actor, q.GroupStanding(q.Group), tokensOn)
	if refusal := front.Allow(decision, ""); refusal != nil {
		return *refusal
	}
	return front.Created(registrationTokenEntity{q.ResetGroupRegistrationToken(q.Group)})
}
