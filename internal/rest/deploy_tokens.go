package rest

// Deploy tokens of projects and groups (lib/api/deploy_tokens.rb).

import (
	"fmt"
	"net/http"

	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/params"
	"github.com/fakegitlab/fakegitlab/internal/policy"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// deployKind is what deploy tokens are of: projects or groups.
type deployKind struct {
	path string
	// find finds the project or group of the path for those who may do this with its tokens; the other is nil.
	find func(q request, change bool) (*world.Project, *world.Group, *front.Response)
}

var deployKinds = []deployKind{
	{"/projects", func(q request, _ bool) (*world.Project, *world.Group, *front.Response) {
		p, refusal := q.permittedProject(policy.ManageDeployTokens)
		return p, nil, refusal
	}},
	{"/groups", func(q request, change bool) (*world.Project, *world.Group, *front.Response) {
		may := policy.ReadGroupDeployToken
		if change {
			may = policy.ChangeGroupDeployTokens
		}
		g, refusal := q.permittedGroup(may)
		return nil, g, refusal
	}},
}

// deployTokenRows are the deploy tokens of all, of projects and of groups. For the latter nobody is asked to sign in:
// from those who do not, what is private is hidden, as from strangers.
func deployTokenRows() []row {
	active := []params.Param{{Name: "active", Kind: params.Boolean}}
	token := []params.Param{{Name: "token_id", Kind: params.Integer, Required: true}}
	rows := []row{{endpoint: "GET /deploy_tokens", spec: listing(active), handle: listAllDeployTokens}}
	for _, k := range deployKinds {
		at := k.path + "/:id/deploy_tokens"
		rows = append(rows,
			row{endpoint: "GET " + at, access: front.ByAnyone, spec: listing(pathID, active), handle: k.list},
			row{endpoint: "GET " + at + "/:token_id", access: front.ByAnyone, spec: front.Declare(pathID, token), handle: k.get},
			row{endpoint: "POST " + at, access: front.ByAnyone, handle: k.create,
				spec: newDeployTokenSpec(world.FirstDeployScopes),
				later: &front.LaterSpec{Since: gitlabversion.VirtualRegistryScopes,
					Spec: newDeployTokenSpec(world.DeployScopes)}},
			row{endpoint: "DELETE " + at + "/:token_id", access: front.ByAnyone, spec: front.Declare(pathID, token),
				handle: k.remove})
	}
	return rows
}

func newDeployTokenSpec(scopes []string) params.Spec {
	return front.Declare(pathID, []params.Param{
		{Name: "name", Required: true},
		{Name: "scopes", Kind: params.CommaList, Required: true, Values: scopes},
		{Name: "expires_at", Kind: params.DateTime},
		{Name: "username"},
	})
}

func listAllDeployTokens(q request) front.Response {
	if refusal := front.Allow(policy.ReadAllDeployTokens(q.Actor), ""); refusal != nil {
		return *refusal
	}
	return q.deployTokens(q.DeployTokens.Rows)
}

// deployTokens answers with a page of those that are asked for.
func (q request) deployTokens(rows []*world.DeployToken) front.Response {
	alive := isTrue(q.Params, "active")
	return offsetPage(q, world.Filtered(rows, func(t *world.DeployToken) bool {
		return !alive || !t.Revoked && !t.Expired(q.Now())
	}), false, q.deployToken)
}

func (k deployKind) list(q request) front.Response {
	p, g, refusal := k.find(q, false)
	if refusal != nil {
		return *refusal
	}
	return q.deployTokens(q.DeployTokensOf(p, g))
}

// token is the token of the path, or the refusal.
func (k deployKind) token(q request, change bool) (*world.DeployToken, *front.Response) {
	p, g, refusal := k.find(q, change)
	if refusal != nil {
		return nil, refusal
	}
	id, _ := q.Params.Int("token_id")
	if t := q.DeployTokens.ByID(id); t != nil && t.Project == p && t.Group == g {
		return t, nil
	}
	return nil, noRecord().Because(fmt.Sprintf("there is no deploy token %d", id)).AsRefusal()
}

func (k deployKind) get(q request) front.Response {
	t, refusal := k.token(q, false)
	if refusal != nil {
		return *refusal
	}
	return front.OK(q.deployToken(t))
}

func (k deployKind) create(q request) front.Response {
	p, g, refusal := k.find(q, true)
	if refusal != nil {
		return *refusal
	}
	draft := world.DeployToken{Project: p, Group: g}
	draft.Name, _ = q.Params.String("name")
	draft.Username, _ = q.Params.String("username")
	draft.Scopes, _ = q.Params.List("scopes")
	draft.ExpiresAt, _ = q.Params.Time("expires_at")
	t, err := q.CreateDeployToken(draft)
	if err != nil {
		return front.Refuse(http.StatusBadRequest, err.Error()).Because("GitLab's model refuses: " + err.Error())
	}
	e := q.deployToken(t)
	e.Token = t.Token
	return front.Created(e)
}

func (k deployKind) remove(q request) front.Response {
	t, refusal := k.token(q, true)
	if refusal != nil {
		return *refusal
	}
	q.DeleteDeployToken(t)
	return front.NoContent()
}

// deployTokenEntity is lib/api/entities/deploy_token.rb; Token is told once, when it is made.
type deployTokenEntity struct {
	ID        int      `json:"id"`
	Name      string   `json:"name"`
	Username  string   `json:"username"`
	ExpiresAt *isoTime `json:"expires_at"`
	Scopes    []string `json:"scopes"`
	Revoked   bool     `json:"revoked"`
	Expired   bool     `json:"expired"`
	Token     string   `json:"token,omitempty"`
}

func (q request) deployToken(t *world.DeployToken) deployTokenEntity {
	return deployTokenEntity{ID: t.ID, Name: t.Name, Username: t.User(), ExpiresAt: q.timeOrNull(t.ExpiresAt),
		Scopes: append([]string{}, t.Scopes...), Revoked: t.Revoked, Expired: t.Expired(q.Now())}
}
