package rest

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/params"
	"github.com/fakegitlab/fakegitlab/internal/policy"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// registrationRows are what a runner asks with a token of its own (lib/api/ci/runner.rb).
func registrationRows() []row {
	return []row{
		{endpoint: "POST /runners", access: front.ByToken, spec: registerSpec, handle: registerRunner},
		{endpoint: "DELETE /runners", access: front.ByToken, spec: front.Declare(tokenParam), handle: deleteRunnerByToken},
		{endpoint: "DELETE /runners/managers", access: front.ByToken, spec: front.Declare(tokenParam, requiredSystemID),
			handle: deleteRunnerManager},
		{endpoint: "POST /runners/verify", access: front.ByToken, spec: front.Declare(tokenParam, systemID, infoParam),
			handle: verifyRunner},
		{endpoint: "POST /runners/reset_authentication_token", access: front.ByToken, spec: front.Declare(tokenParam, systemID),
			handle: resetOwnRunnerToken},
	}
}

// The parameters of the endpoints for runners (lib/api/ci/runner.rb).
var (
	tokenParam       = []params.Param{{Name: front.ParamToken, Required: true}}
	systemID         = []params.Param{{Name: "system_id"}}
	requiredSystemID = []params.Param{{Name: "system_id", Required: true}}
	registeredInfo   = []params.Param{{Name: "name"}, {Name: "version"}, {Name: "revision"}, {Name: "platform"}, {Name: "architecture"}}
	// unreadInfo is what every gitlab-runner tells of itself when it registers, and GitLab does not look at: nobody misspelt it.
	unreadInfo = []params.Param{{Name: "executor", Kind: params.Any}, {Name: "shell", Kind: params.Any}, {Name: "features", Kind: params.Any},
		{Name: "config", Kind: params.Any}, {Name: "labels", Kind: params.Any}}
	infoParam = []params.Param{{Name: "info", Kind: params.Hash, Fields: slices.Concat(registeredInfo, []params.Param{
		{Name: "executor"},
		{Name: "shell"}, // sent by every gitlab-runner, used by nothing
		{Name: "features", Kind: params.Hash},
		{Name: "config", Kind: params.Hash, Fields: []params.Param{{Name: "gpus"}}},
		{Name: "labels", Kind: params.Hash},
	})}}

	registerSpec = with(front.Declare(tokenParam, []params.Param{
		{Name: "description"},
		{Name: "maintainer_note"},
		{Name: "maintenance_note"},
		{Name: "info", Kind: params.Hash, Fields: slices.Concat(registeredInfo, unreadInfo)},
		{Name: "active", Kind: params.Boolean},
		{Name: "paused", Kind: params.Boolean},
		{Name: "locked", Kind: params.Boolean},
		{Name: "access_level", Values: accessLevels},
		{Name: "run_untagged", Kind: params.Boolean},
		{Name: "tag_list", Kind: params.CommaList},
		{Name: "maximum_timeout", Kind: params.Integer},
	}),
		params.Rule{Kind: params.MutuallyExclusive, Names: []string{"maintainer_note", "maintenance_note"}},
		params.Rule{Kind: params.MutuallyExclusive, Names: []string{"active", "paused"}},
	)
)

// registerRunner is POST /runners (app/services/ci/runners/register_runner_service.rb).
func registerRunner(q request) front.Response {
	n, refusal := q.registrant()
	if refusal != nil {
		return *refusal
	}
	if n.Attributes, refusal = q.readAttributes(world.DefaultAttributes(), q.present); refusal != nil {
		return *refusal
	}
	if note, ok := q.Params.String("maintainer_note"); ok && n.Attributes.MaintenanceNote == nil {
		n.Attributes.MaintenanceNote = world.OrNull(note)
	}
	if info, ok := q.Params.Hash("info"); ok {
		if name, ok := info.String("name"); ok {
			n.Name = world.OrNull(name)
		}
	}
	n.Registration = world.ByRegistrationToken
	r, err := q.createWithinLimits(n)
	if err != nil {
		return modelError(err)
	}
	return front.Created(registrationEntity{r.ID, r.Token, timeOrNull(r.TokenExpiresAt)})
}

// registrant finds what a registration token registers runners for, and whether it may.
func (q request) registrant() (world.RunnerDraft, *front.Response) {
	token, _ := q.Params.String(front.ParamToken)
	disallowed := func(reason string) *front.Response {
		return front.Refuse(http.StatusGone, front.MsgRegistrationDisallowed).Because(reason).AsRefusal()
	}
	if token == q.Settings.RegistrationToken {
		if q.Settings.RegistrationTokensDisabled {
			return world.RunnerDraft{}, disallowed("registration tokens are switched off for the instance")
		}
		return world.RunnerDraft{Type: world.InstanceRunner}, nil
	}
	p, g := q.ProjectByRegistrationToken(token), q.GroupByRegistrationToken(token)
	switch {
	case p != nil && q.RegistrarKnown(world.RegistrarProject):
		if !q.ProjectRegistrationTokensAllowed(p) {
			return world.RunnerDraft{}, disallowed("registration tokens are switched off for " + p.Path + ", its top-level group or the instance")
		}
		return world.RunnerDraft{Type: world.ProjectRunner, Projects: []*world.Project{p}}, nil
	case g != nil && q.RegistrarKnown(world.RegistrarGroup):
		if !q.RegistrationTokensAllowed(g) {
			return world.RunnerDraft{}, disallowed("registration tokens are switched off for the top-level group of " + g.Path + " or the instance")
		}
		return world.RunnerDraft{Type: world.GroupRunner, Group: g}, nil
	case strings.TrimSpace(token) != "" && q.Settings.RegistrationTokensDisabled:
		return world.RunnerDraft{}, disallowed("no registration token has that value, and they are switched off for the instance")
	}
	return world.RunnerDraft{}, front.Forbidden(msgInvalidRegistrationToken, q.whyNoRegistrant(token)).AsRefusal()
}

func (q request) whyNoRegistrant(token string) string {
	switch {
	case q.RunnerTokens[token] != nil:
		return "that is a runner's authentication token, no registration token"
	case q.ProjectByRegistrationToken(token) != nil, q.GroupByRegistrationToken(token) != nil:
		return fmt.Sprintf("valid_runner_registrars is %v and leaves out what the token is for", q.Settings.ValidRegistrars)
	}
	return "no registration token has that value"
}

// createWithinLimits makes a runner unless a plan limit is reached.
func (q request) createWithinLimits(n world.RunnerDraft) (*world.Runner, error) {
	var p *world.Project
	if len(n.Projects) > 0 {
		p = n.Projects[0]
	}
	if attribute, text := q.PlanLimitExceeded(n.Group, p); text != "" {
		return nil, world.NewInvalid(attribute, text)
	}
	return q.CreateRunner(n)
}

// currentRunner finds the runner of the token parameter; a dead or unknown token is a bare 403. GitLab 17.9 takes no orphan's.
func (q request) currentRunner() (*world.Runner, *front.Response) {
	token, _ := q.Params.String(front.ParamToken)
	if r := q.RunnerByToken(token); r != nil {
		q.Record.RunnerID = r.ID
		if r.Orphaned() && q.Has(gitlabversion.OrphanedRunnersForbidden) {
			return nil, front.Forbidden(msgRunnerOrphaned, whyOrphaned(r)).AsRefusal()
		}
		return r, nil
	}
	why := "no runner has that authentication token"
	if r := q.RunnerTokens[token]; r != nil {
		why = fmt.Sprintf("the token of runner %d expired at %s", r.ID, r.TokenExpiresAt.Format(time.RFC3339))
	}
	q.Record.RunnerID = 0
	return nil, front.Forbidden("", why).AsRefusal()
}

// address is where a runner calls from: the last address of X-Forwarded-For that is not of GitLab's own machine, since whatever
// stands before it is only what the caller says, else the connection's (config/initializers/trusted_proxies.rb).
func (q request) address() string {
	forwarded := strings.FieldsFunc(strings.Join(q.HTTP.Header.Values("X-Forwarded-For"), ","), func(r rune) bool { return r == ',' || r == ' ' })
	forwarded = slices.DeleteFunc(forwarded, func(s string) bool {
		_, err := netip.ParseAddr(s)
		return err != nil
	})
	for i, s := range slices.Backward(forwarded) {
		if i == 0 || s != "127.0.0.1" && s != "::1" {
			return s
		}
	}
	host, _, err := net.SplitHostPort(q.HTTP.RemoteAddr)
	if err != nil {
		return q.HTTP.RemoteAddr
	}
	return host
}

// contact reads what the runner says of itself.
func (q request) contact() world.Contact {
	c := world.Contact{Address: q.address()}
	c.SystemID, _ = q.Params.String("system_id")
	if info, ok := q.Params.Hash("info"); ok {
		c.Info = &world.Manager{}
		for name, field := range map[string]*string{"version": &c.Info.Version, "revision": &c.Info.Revision, "platform": &c.Info.Platform,
			"architecture": &c.Info.Architecture, "executor": &c.Info.Executor} {
			*field, _ = info.String(name)
		}
	}
	return c
}

// checkSystemID is the refusal of a system id that is too long for a manager's record.
func (q request) checkSystemID() *front.Response {
	id, _ := q.Params.String("system_id")
	if !world.TooLong(&id, world.MaxSystemIDLength) {
		return nil
	}
	return front.Refuse(http.StatusBadRequest, map[string][]string{world.AttrSystemID: {world.MsgTooLong(world.MaxSystemIDLength)}}).Because("the system id is too long").AsRefusal()
}

// ownedRunner is currentRunner where GitLab makes the manager's record, which needs to be of somebody.
func (q request) ownedRunner() (*world.Runner, *front.Response) {
	r, refusal := q.currentRunner()
	if refusal == nil && r.Orphaned() && q.Has(gitlabversion.OrphanedRunners) {
		refusal = front.Refuse(http.StatusUnprocessableEntity, msgRunnerOrphaned).Because(whyOrphaned(r)).AsRefusal()
	}
	return r, refusal
}

func whyOrphaned(r *world.Runner) string {
	return fmt.Sprintf("the group or projects of runner %d are gone", r.ID)
}

// verifyRunner is POST /runners/verify. It makes the manager's record.
func verifyRunner(q request) front.Response {
	r, refusal := q.ownedRunner()
	if refusal != nil {
		return *refusal
	}
	if refusal := q.checkSystemID(); refusal != nil {
		return *refusal
	}
	q.Heartbeat(r, q.contact(), r.Registration == world.ByRegistrationToken || q.Has(gitlabversion.VerifyContactsCreatedRunners))
	return front.OK(registrationEntity{r.ID, r.Token, timeOrNull(r.TokenExpiresAt)})
}

func deleteRunnerByToken(q request) front.Response {
	r, refusal := q.currentRunner()
	if refusal != nil {
		return *refusal
	}
	if refusal := q.unmodifiedSince(r.UpdatedAt); refusal != nil {
		return *refusal
	}
	q.State.DeleteRunner(r)
	return front.NoContent()
}

func deleteRunnerManager(q request) front.Response {
	r, refusal := q.currentRunner()
	if refusal != nil {
		return *refusal
	}
	id, _ := q.Params.String("system_id")
	m := r.Manager(id)
	if m == nil {
		return front.NotFound(msgManagerNotFound).Because(fmt.Sprintf("runner %d has no manager with the system id %q", r.ID, id))
	}
	if refusal := q.unmodifiedSince(m.CreatedAt); refusal != nil { // GitLab notes contact beside updated_at
		return *refusal
	}
	if q.Has(gitlabversion.ManagerDeletionContacts) {
		q.SetContacted(r, q.Now())
	}
	q.DeleteManager(m)
	return front.NoContent()
}

func resetOwnRunnerToken(q request) front.Response {
	r, refusal := q.currentRunner()
	if refusal != nil {
		return *refusal
	}
	if refusal := q.checkSystemID(); refusal != nil {
		return *refusal
	}
	q.Heartbeat(r, q.contact(), true)
	q.State.ResetRunnerToken(r)
	return front.Created(resetTokenEntity{r.Token, timeOrNull(r.TokenExpiresAt)})
}

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
	return front.Created(registrationTokenEntity{q.State.ResetRegistrationToken(&q.Project.RegistrationToken)})
}

func resetGroupRegistrationToken(q request) front.Response {
	tokensOn := q.RegistrationTokensAllowed(q.Group)
	decision := policy.UpdateGroupRegistrationToken(q.Actor, q.GroupStanding(q.Group), tokensOn)
	if refusal := front.Allow(decision, ""); refusal != nil {
		return *refusal
	}
	return front.Created(registrationTokenEntity{q.State.ResetRegistrationToken(&q.Group.RegistrationToken)})
}

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
	return front.Created(registrationEntity{r.ID, r.Token, timeOrNull(r.TokenExpiresAt)})
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

func (q request) missingScope(byName, reason string) *front.Response {
	text := msgMissingScope
	if q.Has(gitlabversion.MissingScopeByName) {
		text = byName
	}
	return front.BadRequest(text).Because(reason).AsRefusal()
}
