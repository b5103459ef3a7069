package fakegitlab

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/params"
	"github.com/fakegitlab/fakegitlab/internal/policy"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

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

	updateSpec = with(declare(runnerID, []params.Param{
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

	createSpec = declare([]params.Param{
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
func (q *request) findRunner(param string) (*world.Runner, *response) {
	id, _ := q.params.Int(param)
	if r := q.Runners.ByID[id]; r != nil {
		return r, nil
	}
	res := noRecord()
	if q.Has(gitlabversion.RunnerNotFoundByName) {
		res = notFound("Runner")
	}
	res = res.because(fmt.Sprintf("there is no runner %d", id))
	return nil, &res
}

// noRecord is the answer where GitLab's database does not find what is looked up by its ID (rescue_from in lib/api/api.rb).
func noRecord() response {
	r := refuse(http.StatusNotFound, msgNotFoundRecord)
	r.bare = true
	return r
}

// permittedRunner finds the runner of the path and checks that the user may do this to it.
func (q *request) permittedRunner(may runnerRule) (*world.Runner, *response) {
	r, refusal := q.findRunner("id")
	if refusal != nil {
		return nil, refusal
	}
	return r, allow(q.onRunner(r, may), msgNoAccess)
}

// projectReaders is the before block of endpoints below a project: who cannot see it gets a 404.
func projectReaders(q *request) *response { return q.pathProject(policy.ReadProject) }

// pathProject finds the project of the path for those who may do this to it, and hides it from others.
func (q *request) pathProject(may projectRule) *response {
	q.project = q.ProjectByRef(q.vars["id"])
	var why string
	if q.project == nil {
		why = fmt.Sprintf("there is no project %q", q.vars["id"])
		if !strings.Contains(q.vars["id"], "/") && !world.IsNumber(q.vars["id"]) {
			why += "; a path names its namespace too: acme%2Fshop"
		}
	} else if d := q.onProject(q.project, may); !d.Allowed {
		why = d.Reason
	} else {
		return nil
	}
	return notFound("Project").because(why).asRefusal()
}

// projectMaintainers is the before block of a project's runners: Maintainers, also for what changes nothing.
func projectMaintainers(q *request) *response {
	if refusal := projectReaders(q); refusal != nil {
		return refusal
	}
	return allow(q.onProject(q.project, policy.ReadProjectRunners), "")
}

func groupReaders(q *request) *response {
	q.group = q.GroupByRef(q.vars["id"])
	var why string
	if q.group == nil {
		why = fmt.Sprintf("there is no group %q", q.vars["id"])
	} else if d := q.onGroup(q.group, policy.ReadGroup); !d.Allowed {
		why = d.Reason
	} else {
		return nil
	}
	return notFound("Group").because(why).asRefusal()
}

func groupMaintainers(q *request) *response {
	if refusal := groupReaders(q); refusal != nil {
		return refusal
	}
	return allow(policy.ReadGroupRunners(q.actor, q.groupStanding(q.group), q.policyRules()), "")
}

func isTrue(v params.Values, name string) bool {
	b, _ := v.Bool(name)
	return b
}

func getRunner(q *request) response {
	r, refusal := q.permittedRunner(policy.ReadRunner)
	if refusal != nil {
		return *refusal
	}
	return ok(q.runnerDetails(r))
}

func listRunnerManagers(q *request) response {
	r, refusal := q.permittedRunner(policy.ReadRunner)
	if refusal != nil {
		return *refusal
	}
	return ok(entitiesOf(r.Managers, q.managerEntity))
}

// readAttributes lays the attributes that a request gives over those that a runner has. given says which parameters
// count as given.
func (q *request) readAttributes(a world.Attributes, given func(string) bool) (world.Attributes, *response) {
	for name, field := range map[string]**string{"description": &a.Description, "maintenance_note": &a.MaintenanceNote} {
		if given(name) {
			*field = nil
			if s, ok := q.params.String(name); ok {
				*field = &s
			}
		}
	}
	if active, ok := q.params.Bool("active"); ok {
		a.Paused = !active
	}
	if given("paused") { // null is not paused, as in Ruby
		a.Paused = isTrue(q.params, "paused")
	}
	for name, field := range map[string]*bool{"run_untagged": &a.RunUntagged, "locked": &a.Locked} {
		if b, ok := q.params.Bool(name); ok {
			*field = b
		}
	}
	if given("tag_list") {
		a.Tags, _ = q.params.List("tag_list")
	}
	if given("access_level") {
		level, _ := q.params.String("access_level") // null is none, which the model refuses
		a.AccessLevel = world.AccessLevel(level)
	}
	if given("maximum_timeout") {
		a.MaximumTimeout = nil
		if n, ok := q.params.Int("maximum_timeout"); ok {
			if n > world.MaxDatabaseInteger {
				return a, refuseError(http.StatusBadRequest, msgTimeoutInvalid).because("the number does not fit GitLab's database").asRefusal()
			}
			a.MaximumTimeout = &n
		}
	}
	return a, nil
}

// present is Rails' present?, or false itself: what POST endpoints take as given (lib/api/helpers.rb, attributes_for_keys).
func (q *request) present(name string) bool {
	switch v := q.call.Params[name].(type) {
	case nil:
		return false
	case string:
		return strings.TrimSpace(v) != ""
	case []string:
		return len(v) > 0
	}
	return true
}

func updateRunner(q *request) response {
	r, refusal := q.permittedRunner(policy.UpdateRunner)
	if refusal != nil {
		return *refusal
	}
	next, refusal := q.readAttributes(r.Attributes, q.params.Has)
	if refusal != nil {
		return *refusal
	}
	if err := q.State.UpdateRunner(r, next); err != nil {
		return modelError(err)
	}
	return ok(q.runnerDetails(r))
}

// modelError is how a model's refusal is told as a hash of attributes.
func modelError(err error) response {
	return refuse(http.StatusBadRequest, problemsHash(err)).because("GitLab's model refuses: " + err.Error())
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

func deleteRunner(q *request) response {
	r, refusal := q.findRunner("id")
	if refusal != nil {
		return *refusal
	}
	if refusal := allowBy(q.onRunner(r, policy.DeleteRunner), manageTexts); refusal != nil {
		return *refusal
	}
	if refusal := q.unmodifiedSince(r.UpdatedAt); refusal != nil {
		return *refusal
	}
	q.State.DeleteRunner(r)
	return noContent()
}

// dateLayouts are the dates that If-Unmodified-Since is understood in; Ruby's Time.parse knows more.
var dateLayouts = []string{http.TimeFormat, time.RFC1123Z, time.RFC3339Nano, "2006-01-02T15:04:05Z0700", "2006-01-02 15:04:05 MST", "2006-01-02 15:04:05", "2006-01-02 15:04:05 -0700",
	"Mon, 2 Jan 2006 15:04:05 MST", "Mon, 2 Jan 2006 15:04:05 -0700", "2 Jan 2006 15:04:05 MST", "2 Jan 2006 15:04:05 -0700", time.RFC850, time.ANSIC, time.DateOnly}

// unmodifiedSince is the 412 for a record that has changed since If-Unmodified-Since; a date that nobody can read counts as
// none (lib/api/helpers.rb, check_unmodified_since!).
func (q *request) unmodifiedSince(updatedAt time.Time) *response {
	sent := q.http.Header.Get(headerUnmodifiedSince)
	for _, layout := range dateLayouts {
		if t, err := time.Parse(layout, sent); err == nil {
			if updatedAt.After(t) {
				return refuse(http.StatusPreconditionFailed, msgPrecondition).because("it was changed at " + updatedAt.Format(time.RFC3339)).asRefusal()
			}
			return nil
		}
	}
	return nil
}

func resetRunnerToken(q *request) response {
	r, refusal := q.permittedRunner(policy.UpdateRunner)
	if refusal != nil {
		return *refusal
	}
	q.State.ResetRunnerToken(r)
	return created(resetTokenEntity{r.Token, timeOrNull(r.TokenExpiresAt)})
}

func assignRunner(q *request) response {
	creating := policy.CreateProjectRunner(q.actor, q.projectStanding(q.project), q.RegistrarKnown(world.RegistrarProject))
	if refusal := allow(creating, ""); refusal != nil {
		return *refusal
	}
	r, refusal := q.findRunner("runner_id")
	if refusal != nil {
		return *refusal
	}
	if refusal := allowBy(q.onRunner(r, policy.AssignRunner), manageTexts); refusal != nil {
		return *refusal
	}
	if r.Type == world.InstanceRunner {
		return refuse(http.StatusBadRequest, problemsHash(world.NewInvalid(world.AttrRunner, world.MsgProjectsAssigned))).
			because("an instance runner serves every project; GitLab 17 answers an administrator with an error of its own making")
	}
	if r.AssignedTo(q.project) != nil {
		return q.assignError(world.AttrRunnerTaken, msgAlreadyTaken, msgAlreadyAssigned)
	}
	if attribute, text := q.PlanLimitExceeded(nil, q.project); text != "" {
		return q.assignError(attribute, text, fmt.Sprintf(msgfAssignLimit, text))
	}
	q.State.AssignRunner(r, q.project)
	return created(q.runnerEntity(r))
}

// assignError tells why a runner cannot be assigned: in one text, or in older versions as the hash of the runner's errors, to
// which the failed assignment adds one of its own (app/models/ci/runner.rb, assign_to).
func (q *request) assignError(attribute, text, failure string) response {
	if q.Has(gitlabversion.AssignErrorsAsText) {
		return refuse(http.StatusBadRequest, fmt.Sprintf(msgfAssignRefused, failure)).because(text)
	}
	return refuse(http.StatusBadRequest, map[string][]string{attribute: {text}, world.AttrAssignTo: {failure}}).because(text)
}

func unassignRunner(q *request) response {
	id, _ := q.params.Int("runner_id")
	var assigned *world.Assignment
	r := q.Runners.ByID[id]
	if r != nil {
		assigned = r.AssignedTo(q.project)
	}
	if refusal := allow(q.onProject(q.project, policy.AdminProjectRunners), ""); refusal != nil {
		return *refusal
	}
	if assigned == nil {
		return notFound("Runner").because(fmt.Sprintf("no runner %d is assigned to %s", id, q.project.Path))
	}
	s, rules := q.runnerStanding(r), q.policyRules()
	left := policy.LeftProject{Path: q.project.Path, Owns: r.Owner() == q.project}
	if refusal := allowBy(policy.UnassignRunner(q.actor, s, left, rules), manageTexts); refusal != nil {
		return *refusal
	}
	if refusal := q.unmodifiedSince(assigned.UpdatedAt); refusal != nil {
		return *refusal
	}
	if refusal := allowBy(policy.LeaveProject(q.actor, s, left, rules), leaveTexts); refusal != nil {
		return *refusal
	}
	q.State.UnassignRunner(r, q.project)
	return noContent()
}
