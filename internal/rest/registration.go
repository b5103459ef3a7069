package rest

// What a runner asks about itself: registration, and calls with its authentication token (lib/api/ci/runner.rb).

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/params"
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
		{endpoint: "POST /runners/reset_authentication_token", access: front.ByToken,
			spec:   front.Declare(tokenParam, systemID),
			handle: resetOwnRunnerToken},
	}
}

// The parameters of the endpoints for runners (lib/api/ci/runner.rb).
var (
	tokenParam       = []params.Param{{Name: front.ParamToken, Required: true}}
	systemID         = []params.Param{{Name: "system_id"}}
	requiredSystemID = []params.Param{{Name: "system_id", Required: true}}
	registeredInfo   = []params.Param{{Name: "name"}, {Name: "version"}, {Name: "revision"}, {Name: "platform"},
		{Name: "architecture"}}
	// unreadInfo is what every gitlab-runner tells of itself when it registers and GitLab does not look at. It is
	// declared so that it does not count as misspelt.
	unreadInfo = []params.Param{{Name: "executor", Kind: params.Any}, {Name: "shell", Kind: params.Any},
		{Name: "features", Kind: params.Any}, {Name: "config", Kind: params.Any}, {Name: "labels", Kind: params.Any}}
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
	if note, _ := q.Params.String("maintainer_note"); n.Attributes.MaintenanceNote == nil {
		n.Attributes.MaintenanceNote = world.OrNull(note)
	}
	info, _ := q.Params.Hash("info")
	name, _ := info.String("name")
	n.Name = world.OrNull(name)
	n.Registration = world.ByRegistrationToken
	r, err := q.CreateRunner(n)
	if err != nil {
		return modelError(err)
	}
	return front.Created(registrationEntity{r.ID, r.Token, q.timeOrNull(r.TokenExpiresAt)})
}

// registrant finds what a registration token registers runners for, and whether it may.
func (q request) registrant() (world.RunnerDraft, *front.Response) {
	token, _ := q.Params.String(front.ParamToken)
	disallowed := func(reason string) (world.RunnerDraft, *front.Response) {
		return world.RunnerDraft{}, front.Refuse(http.StatusGone, front.MsgRegistrationDisallowed).Because(reason).AsRefusal()
	}
	if token == q.Settings.RegistrationToken {
		if q.Settings.RegistrationTokensDisabled {
			return disallowed("registration tokens are switched off for the instance")
		}
		return world.RunnerDraft{Type: world.InstanceRunner}, nil
	}
	p, g := q.ProjectByRegistrationToken(token), q.GroupByRegistrationToken(token)
	switch {
	case p != nil && q.RegistrarKnown(world.RegistrarProject):
		if !q.ProjectRegistrationTokensAllowed(p) {
			return disallowed("registration tokens are switched off for " + p.Path + ", its top-level group or the instance")
		}
		return world.RunnerDraft{Type: world.ProjectRunner, Projects: []*world.Project{p}}, nil
	case g != nil && q.RegistrarKnown(world.RegistrarGroup):
		if !q.RegistrationTokensAllowed(g) {
			return disallowed("registration tokens are switched off for the top-level group of " + g.Path + " or the instance")
		}
		return world.RunnerDraft{Type: world.GroupRunner, Group: g}, nil
	case strings.TrimSpace(token) != "" && q.Settings.RegistrationTokensDisabled:
		return disallowed("no registration token has that value, and they are switched off for the instance")
	}
	return world.RunnerDraft{}, front.Forbidden(msgInvalidRegistrationToken, q.whyNoRegistrant(token)).AsRefusal()
}

// whyNoRegistrant says for the journal why a token registers no runner.
func (q request) whyNoRegistrant(token string) string {
	switch {
	case q.RunnerTokens[token] != nil:
		return "that is a runner's authentication token, no registration token"
	case q.ProjectByRegistrationToken(token) != nil, q.GroupByRegistrationToken(token) != nil:
		return fmt.Sprintf("valid_runner_registrars is %v and leaves out what the token is for", q.Settings.ValidRegistrars)
	}
	return "no registration token has that value"
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
		return front.NotFound(msgManagerNotFound).
			Because(fmt.Sprintf("runner %d has no manager with the system id %q", r.ID, id))
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

// verifyRunner is POST /runners/verify. It makes the manager's record.
func verifyRunner(q request) front.Response {
	r, refusal := q.ownedRunner()
	if refusal != nil {
		return *refusal
	}
	if refusal := q.checkSystemID(); refusal != nil {
		return *refusal
	}
	q.Heartbeat(r, q.contact(), r.Registration == world.ByRegistrationToken ||
		q.Has(gitlabversion.VerifyContactsCreatedRunners))
	return front.OK(registrationEntity{r.ID, r.Token, q.timeOrNull(r.TokenExpiresAt)})
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
	return front.Created(resetTokenEntity{r.Token, q.timeOrNull(r.TokenExpiresAt)})
}
