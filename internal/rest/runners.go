package rest

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"time"

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
			later: &front.LaterSpec{Since: gitlabversion.RunnerProjectsEndpoint, Spec: front.Declare(runnerID, includeProjects)}},
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
		{endpoint: "POST /user/runners", scopes: creating, spec: createSpec, handle: createUserRunner},
	}
}

// The parameters of the endpoints for people (lib/api/ci/runners.rb), in the order in which GitLab declares them, which is
// the order of its errors.
var (
	runnerID         = []params.Param{{Name: "id", Kind: params.Integer, Required: true}}
	pathID           = []params.Param{{Name: "id", Kind: params.String, Required: true}}
	assignedRunnerID = []params.Param{{Name: "runner_id", Kind: params.Integer, Required: true}}
	includeProjects  = []params.Param{{Name: "include_projects", Kind: params.Boolean}}

	accessLevels = world.WordsOf(world.RefAccessLevels...)

	scopeParam   = []params.Param{{Name: "scope", Values: world.RunnerScopes}}
	filterParams = []params.Param{
		{Name: "type", Values: world.RunnerTypes},
		{Name: "paused", Kind: params.Boolean},
		{Name: "status", Values: world.RunnerStatuses},
		{Name: "tag_list", Kind: params.CommaList},
		{Name: "version_prefix", Match: regexp.MustCompile(`(?m)^[\d+.]+`)},
	}

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
		params.Rule{Kind: params.AtLeastOneOf, Names: []string{"description", "active", "paused", "tag_list", "run_untagged", "locked", "access_level", "maximum_timeout", "maintenance_note"}},
		params.Rule{Kind: params.MutuallyExclusive, Names: []string{"active", "paused"}},
	)

	createSpec = front.Declare([]params.Param{
		{Name: "runner_type", Required: true, Values: world.RunnerTypes},
		{Name: "group_id", Kind: params.Integer, Required: true, When: &params.When{Param: "runner_type", Equals: string(world.GroupRunner)}},
		{Name: "project_id", Kind: params.Integer, Required: true, When: &params.When{Param: "runner_type", Equals: string(world.ProjectRunner)}},
		{Name: "description"},
		{Name: "maintenance_note"},
		{Name: "paused", Kind: params.Boolean},
		{Name: "locked", Kind: params.Boolean},
		{Name: "access_level", Values: accessLevels},
		{Name: "run_untagged", Kind: params.Boolean},
		{Name: "tag_list", Kind: params.CommaList},
		{Name: "maximum_timeout", Kind: params.Integer},
	})

	jobFilterParams = []params.Param{
		{Name: "system_id"},
		{Name: "status", Values: jobStatusNames()},
		{Name: "order_by", Values: []string{"id"}},
		{Name: "sort", Values: []string{"asc", "desc"}, Default: "desc"},
		{Name: "cursor"},
	}
)

func jobStatusNames() []string {
	return append(world.WordsOf(world.JobStatuses...), "waiting_for_callback") // GitLab takes it, though no job of the fake waits for a callback
}

// findRunner finds the runner that a parameter names; else the answer is the 404.
func (q request) findRunner(param string) (*world.Runner, *front.Response) {
	id, _ := q.Params.Int(param)
	if r := q.Runners.ByID[id]; r != nil {
		return r, nil
	}
	res := noRecord()
	if q.Has(gitlabversion.RunnerNotFoundByName) {
		res = front.NotFound("Runner")
	}
	res = res.Because(fmt.Sprintf("there is no runner %d", id))
	return nil, &res
}

// noRecord is the answer where GitLab's database does not find what is looked up by its ID (rescue_from in lib/api/api.rb).
func noRecord() front.Response {
	r := front.Refuse(http.StatusNotFound, front.MsgNotFoundRecord)
	r.Bare = true
	return r
}

// permittedRunner finds the runner of the path and checks that the user may do this to it.
func (q request) permittedRunner(may front.RunnerRule) (*world.Runner, *front.Response) {
	r, refusal := q.findRunner("id")
	if refusal != nil {
		return nil, refusal
	}
	return r, front.Allow(q.OnRunner(r, may), msgNoAccess)
}

// projectReaders is the before block of endpoints below a project: who cannot see it gets a 404.
func projectReaders(q request) *front.Response { return q.pathProject(policy.ReadProject) }

// pathProject finds the project of the path for those who may do this to it, and hides it from others.
func (q request) pathProject(may front.ProjectRule) *front.Response {
	q.Project = q.ProjectByRef(q.Vars["id"])
	var why string
	if q.Project == nil {
		why = fmt.Sprintf("there is no project %q", q.Vars["id"])
		if !strings.Contains(q.Vars["id"], "/") && !world.IsNumber(q.Vars["id"]) {
			why += "; a path names its namespace too: acme%2Fshop"
		}
	} else if d := q.OnProject(q.Project, may); !d.Allowed {
		why = d.Reason
	} else {
		return nil
	}
	return front.NotFound("Project").Because(why).AsRefusal()
}

// projectMaintainers is the before block of a project's runners: Maintainers, also for what changes nothing.
func projectMaintainers(q request) *front.Response {
	if refusal := projectReaders(q); refusal != nil {
		return refusal
	}
	return front.Allow(q.OnProject(q.Project, policy.ReadProjectRunners), "")
}

func groupReaders(q request) *front.Response {
	q.Group = q.GroupByRef(q.Vars["id"])
	var why string
	if q.Group == nil {
		why = fmt.Sprintf("there is no group %q", q.Vars["id"])
	} else if d := q.OnGroup(q.Group, policy.ReadGroup); !d.Allowed {
		why = d.Reason
	} else {
		return nil
	}
	return front.NotFound("Group").Because(why).AsRefusal()
}

func groupMaintainers(q request) *front.Response {
	if refusal := groupReaders(q); refusal != nil {
		return refusal
	}
	return front.Allow(policy.ReadGroupRunners(q.Actor, q.GroupStanding(q.Group), q.PolicyRules()), "")
}

func isTrue(v params.Values, name string) bool {
	b, _ := v.Bool(name)
	return b
}

func getRunner(q request) front.Response {
	r, refusal := q.permittedRunner(policy.ReadRunner)
	if refusal != nil {
		return *refusal
	}
	return front.OK(q.runnerDetails(r))
}

func listRunnerManagers(q request) front.Response {
	r, refusal := q.permittedRunner(policy.ReadRunner)
	if refusal != nil {
		return *refusal
	}
	return front.OK(entitiesOf(r.Managers, q.managerEntity))
}

// readAttributes lays the attributes that a request gives over those that a runner has. given says which parameters
// count as given.
func (q request) readAttributes(a world.Attributes, given func(string) bool) (world.Attributes, *front.Response) {
	for name, field := range map[string]**string{"description": &a.Description, "maintenance_note": &a.MaintenanceNote} {
		if given(name) {
			*field = nil
			if s, ok := q.Params.String(name); ok {
				*field = &s
			}
		}
	}
	if active, ok := q.Params.Bool("active"); ok {
		a.Paused = !active
	}
	if given("paused") { // null is not paused, as in Ruby
		a.Paused = isTrue(q.Params, "paused")
	}
	for name, field := range map[string]*bool{"run_untagged": &a.RunUntagged, "locked": &a.Locked} {
		if b, ok := q.Params.Bool(name); ok {
			*field = b
		}
	}
	if given("tag_list") {
		a.Tags, _ = q.Params.List("tag_list")
	}
	if given("access_level") {
		level, _ := q.Params.String("access_level") // null is none, which the model refuses
		a.AccessLevel = world.AccessLevel(level)
	}
	if given("maximum_timeout") {
		a.MaximumTimeout = nil
		if n, ok := q.Params.Int("maximum_timeout"); ok {
			if n > world.MaxDatabaseInteger {
				return a, front.RefuseError(http.StatusBadRequest, msgTimeoutInvalid).Because("the number does not fit GitLab's database").AsRefusal()
			}
			a.MaximumTimeout = &n
		}
	}
	return a, nil
}

// present is Rails' present?, or false itself: what POST endpoints take as given (lib/api/helpers.rb, attributes_for_keys).
func (q request) present(name string) bool {
	switch v := q.Record.Params[name].(type) {
	case nil:
		return false
	case string:
		return strings.TrimSpace(v) != ""
	case []string:
		return len(v) > 0
	}
	return true
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

// modelError is how a model's refusal is told as a hash of attributes.
func modelError(err error) front.Response {
	return front.Refuse(http.StatusBadRequest, problemsHash(err)).Because("GitLab's model refuses: " + err.Error())
}

func problemsHash(err error) map[string][]string {
	hash := map[string][]string{}
	if v, ok := err.(*world.Invalid); ok {
		for _, p := range v.Problems {
			hash[p.Attribute] = append(hash[p.Attribute], p.Text)
		}
	}
	return hash
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

// dateLayouts are the dates that If-Unmodified-Since is understood in; Ruby's Time.parse knows more.
var dateLayouts = []string{http.TimeFormat, time.RFC1123Z, time.RFC3339Nano, "2006-01-02T15:04:05Z0700", "2006-01-02 15:04:05 MST", "2006-01-02 15:04:05", "2006-01-02 15:04:05 -0700",
	"Mon, 2 Jan 2006 15:04:05 MST", "Mon, 2 Jan 2006 15:04:05 -0700", "2 Jan 2006 15:04:05 MST", "2 Jan 2006 15:04:05 -0700", time.RFC850, time.ANSIC, time.DateOnly}

// unmodifiedSince is the 412 for a record that has changed since If-Unmodified-Since; a date that nobody can read counts as
// none (lib/api/helpers.rb, check_unmodified_since!).
func (q request) unmodifiedSince(updatedAt time.Time) *front.Response {
	sent := q.HTTP.Header.Get(front.HeaderUnmodifiedSince)
	for _, layout := range dateLayouts {
		if t, err := time.Parse(layout, sent); err == nil {
			if updatedAt.After(t) {
				return front.Refuse(http.StatusPreconditionFailed, front.MsgPrecondition).Because("it was changed at " + updatedAt.Format(time.RFC3339)).AsRefusal()
			}
			return nil
		}
	}
	return nil
}

func resetRunnerToken(q request) front.Response {
	r, refusal := q.permittedRunner(policy.UpdateRunner)
	if refusal != nil {
		return *refusal
	}
	q.State.ResetRunnerToken(r)
	return front.Created(resetTokenEntity{r.Token, timeOrNull(r.TokenExpiresAt)})
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
	if r.Type == world.InstanceRunner {
		return front.Refuse(http.StatusBadRequest, problemsHash(world.NewInvalid(world.AttrRunner, world.MsgProjectsAssigned))).
			Because("an instance runner serves every project; GitLab 17 answers an administrator with an error of its own making")
	}
	if r.AssignedTo(q.Project) != nil {
		return q.assignError(world.AttrRunnerTaken, msgAlreadyTaken, msgAlreadyAssigned)
	}
	if attribute, text := q.PlanLimitExceeded(nil, q.Project); text != "" {
		return q.assignError(attribute, text, fmt.Sprintf(msgfAssignLimit, text))
	}
	q.State.AssignRunner(r, q.Project)
	return front.Created(q.runnerEntity(r))
}

// assignError tells why a runner cannot be assigned: in one text, or in older versions as the hash of the runner's errors, to
// which the failed assignment adds one of its own (app/models/ci/runner.rb, assign_to).
func (q request) assignError(attribute, text, failure string) front.Response {
	if q.Has(gitlabversion.AssignErrorsAsText) {
		return front.Refuse(http.StatusBadRequest, fmt.Sprintf(msgfAssignRefused, failure)).Because(text)
	}
	return front.Refuse(http.StatusBadRequest, map[string][]string{attribute: {text}, world.AttrAssignTo: {failure}}).Because(text)
}

func unassignRunner(q request) front.Response {
	id, _ := q.Params.Int("runner_id")
	var assigned *world.Assignment
	r := q.Runners.ByID[id]
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
