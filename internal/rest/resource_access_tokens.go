package rest

// Access tokens of projects and groups (lib/api/resource_access_tokens.rb,
// lib/api/resource_access_tokens/self_rotation.rb).

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/params"
	"github.com/fakegitlab/fakegitlab/internal/policy"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// tokenKind is what access tokens are of: projects or groups.
type tokenKind struct {
	path, name string
	find       func(request) (resource, *front.Response)
}

// resource is a project or group that has access tokens.
type resource struct {
	project *world.Project // nil for a group
	group   *world.Group   // nil for a project
	of      world.Source
	where   string
	held    policy.Role     // of the user
	manages policy.Decision // whether the user may see, rotate and revoke its tokens
}

var tokenKinds = []tokenKind{
	{"/projects", "project", func(q request) (resource, *front.Response) {
		if refusal := projectReaders(q); refusal != nil {
			return resource{}, refusal
		}
		p := q.Project
		return resource{project: p, of: p, where: p.Path, held: q.ProjectStanding(p).Held,
			manages: q.OnProject(p, policy.ManageResourceAccessTokens)}, nil
	}},
	{"/groups", "group", func(q request) (resource, *front.Response) {
		g, refusal := q.findGroup(q.Vars["id"])
		if refusal != nil {
			return resource{}, refusal
		}
		return resource{group: g, of: g, where: g.Path, held: q.GroupStanding(g).Held,
			manages: q.OnGroup(g, policy.ManageGroupAccessTokens)}, nil
	}},
}

// resourceTokenRows are the access tokens of projects and of groups, by the same rows.
func resourceTokenRows() (rows []row) {
	token := []params.Param{{Name: "token_id", Required: true}}
	one := append(append([]params.Param{}, pathID...), token...)
	for _, k := range tokenKinds {
		at := k.path + "/:id/access_tokens"
		rows = append(rows,
			row{endpoint: "GET " + at, spec: resourceTokensSpec(), handle: k.with(k.list),
				later: &front.LaterSpec{Since: gitlabversion.TokenExpiryFilters, Spec: resourceTokensSpec(
					params.Param{Name: "expires_before", Kind: params.Date}, params.Param{Name: "expires_after", Kind: params.Date})}},
			row{endpoint: "GET " + at + "/:token_id", spec: front.Declare(one), handle: k.with(k.get)},
			row{endpoint: "POST " + at, spec: newResourceTokenSpec(rolesBeforePlanner),
				later: withLaterRoles(func(roles []string) params.Spec {
					return newResourceTokenSpec(roles, params.Param{Name: "description"})
				}), handle: k.with(k.create)},
			row{endpoint: "POST " + at + "/:token_id/rotate", spec: front.Declare(one), later: rotationWithExpiry(one),
				handle: k.with(k.rotate)},
			row{endpoint: "POST " + at + "/self/rotate", since: since(gitlabversion.ResourceTokenSelfRotation),
				scopes: rotating, spec: front.Declare(pathID, expiry), handle: k.rotateOwn},
			row{endpoint: "DELETE " + at + "/:token_id", spec: front.Declare(one), handle: k.with(k.revoke)})
	}
	return rows
}

func resourceTokensSpec(later ...params.Param) params.Spec {
	s := accessTokensSpec(later...)
	s.Params = append(append([]params.Param{}, pathID...), s.Params[1:]...) // of all users
	return s
}

func newResourceTokenSpec(roles []string, described ...params.Param) params.Spec {
	notForBots := []string{world.ScopeReadUser, world.ScopeSudo, world.ScopeAdminMode, world.ScopeGranular,
		"read_service_ping"} // lib/gitlab/auth.rb, resource_bot_scopes
	scopes := world.Filtered(world.KnownScopes(), func(scope string) bool { return !slices.Contains(notForBots, scope) })
	s := tokenSpec(pathID, params.StringList, scopes, described...)
	s.Params = append(s.Params, params.Param{Name: "access_level", Kind: params.Integer, Values: roles,
		Default: int(world.Maintainer)})
	return s
}

// with finds the project or group of the path for a handler, or refuses.
func (k tokenKind) with(handle func(request, resource) front.Response) func(request) front.Response {
	return func(q request) front.Response {
		r, refusal := k.find(q)
		if refusal != nil {
			return *refusal
		}
		return handle(q, r)
	}
}

// token is the token of the path; nil if the project or group has none of that id. The path may have any text there,
// of which the database takes the digits that it begins with.
func (k tokenKind) token(q request, r resource) *world.AccessToken {
	text, _ := q.Params.String("token_id")
	end := strings.IndexFunc(text+".", func(c rune) bool { return c < '0' || c > '9' })
	id, _ := strconv.Atoi(text[:end]) // without digits 0, which no token has
	return q.ResourceToken(r.project, r.group, id)
}

// missing is the 404 of a token that is none of the project's or group's.
func (k tokenKind) missing(q request, r resource) front.Response {
	id, _ := q.Params.String("token_id")
	res := front.NotFound(fmt.Sprintf(msgfTokenNotFound, k.name, id))
	if q.Has(gitlabversion.TokenPermissionsHeld) {
		res = front.NotFound(k.name + " Access Token")
	}
	return res.Because(fmt.Sprintf("%s has no access token %s", r.where, id))
}

func (k tokenKind) list(q request, r resource) front.Response {
	if !r.manages.Allowed {
		return q.unauthorized(r.manages.Reason)
	}
	rows := world.Filtered(q.Tokens.Rows, func(t *world.AccessToken) bool { return t.IsOf(r.project, r.group) },
		q.wantedToken())
	order, _ := q.Params.String("sort")
	sortTokens(rows, order)
	return offsetPage(q, rows, false, func(t *world.AccessToken) resourceTokenEntity { return q.resourceToken(r, t) })
}

func (k tokenKind) get(q request, r resource) front.Response {
	if !r.manages.Allowed {
		return q.unauthorized(r.manages.Reason)
	}
	t := k.token(q, r)
	if t == nil {
		return k.missing(q, r)
	}
	return front.OK(q.resourceToken(r, t))
}

func (k tokenKind) create(q request, r resource) front.Response {
	if d := policy.CreateResourceAccessTokens(q.Actor, r.manages, q.User.Bot); !d.Allowed {
		return front.BadRequest(fmt.Sprintf(msgfMayNotCreateToken, k.name)).Because(d.Reason)
	}
	level, _ := q.Params.Int("access_level")
	if d := policy.AssignAccessLevel(q.Actor, r.held, policy.Role(level), r.where); !d.Allowed {
		text := msgNoOwnerToken
		if q.Has(gitlabversion.TokenPermissionsHeld) {
			text = msgLevelNotHeld
		}
		return front.BadRequest(text).Because(d.Reason)
	}
	draft := q.saidOfToken(nil)
	draft.Project, draft.Group, draft.Role = r.project, r.group, world.Role(level)
	if draft.ExpiresAt.IsZero() {
		draft.ExpiresAt = q.LatestTokenExpiry()
	}
	t, err := q.CreateResourceToken(draft, q.User, q.ownHost())
	if err != nil {
		return front.BadRequest(world.TokenSentence(err)).Because("GitLab's model refuses: " + err.Error())
	}
	return front.Created(q.madeResourceToken(r, t))
}

func (k tokenKind) rotate(q request, r resource) front.Response {
	t := k.token(q, r)
	switch {
	case !r.manages.Allowed || t == nil:
		reason := r.manages.Reason
		if t == nil {
			reason = r.where + " has no such access token"
		}
		if policy.AdminAllResources(q.Actor).Allowed {
			return front.Refuse(http.StatusNotFound, front.MsgNotFound).Because(reason)
		}
		return q.unauthorized(reason)
	case !t.Revoked:
		level := policy.Role(q.roleOfBot(r, t))
		if d := policy.AssignAccessLevel(q.Actor, r.held, level, r.where); !d.Allowed {
			text := msgHigherToken
			if q.Has(gitlabversion.TokenPermissionsHeld) {
				text = msgTokenNotHeld
			}
			return front.BadRequest(text).Because(d.Reason)
		}
	}
	return q.rotatedOf(r, t)
}

// rotateOwn gives a token that calls another in its place. Any other token is told so before anything is looked for.
func (k tokenKind) rotateOwn(q request) front.Response {
	switch {
	case q.Token.OAuth != nil:
		return front.Refuse(http.StatusMethodNotAllowed, msgNotAllowed).Because(msgReasonOAuth)
	case !q.User.Bot:
		return front.Refuse(http.StatusMethodNotAllowed, msgNotAllowed).
			Because("the token of " + q.User.Username + " is no access token of a " + k.name)
	}
	r, refusal := k.find(q)
	if refusal != nil {
		return *refusal
	}
	if !q.Token.IsOf(r.project, r.group) {
		return q.unauthorized("the token is not of " + r.where)
	}
	return q.rotatedOf(r, q.Token)
}

// rotatedOf answers with the token of a project or group that takes another's place.
func (q request) rotatedOf(r resource, t *world.AccessToken) front.Response {
	expires, _ := q.Params.Date("expires_at")
	next, err := q.RotateToken(t, expires)
	if err != nil {
		return front.BadRequest(err.Error()).Because(err.Error())
	}
	return front.OK(q.madeResourceToken(r, next))
}

func (k tokenKind) revoke(q request, r resource) front.Response {
	t := k.token(q, r)
	if t == nil {
		return k.missing(q, r)
	}
	if !r.manages.Allowed {
		return front.BadRequest(fmt.Sprintf(msgfCannotDeleteToken, q.User.Name, t.User.Name)).Because(r.manages.Reason)
	}
	q.RevokeResourceToken(t)
	return front.NoContent()
}

// resourceTokenEntity is lib/api/entities/resource_access_token.rb.
type resourceTokenEntity struct {
	accessTokenEntity
	AccessLevel int `json:"access_level"`
}

// roleOfBot is the role that the bot of a token has, which a seed may give it; that of the token if it is no member any
// more.
func (q request) roleOfBot(r resource, t *world.AccessToken) world.Role {
	if m, isMember := world.MemberOf(r.of, t.User); isMember {
		return m.Role
	}
	return t.Role
}

func (q request) resourceToken(r resource, t *world.AccessToken) resourceTokenEntity {
	return resourceTokenEntity{q.accessTokenWithAddresses(t), int(q.roleOfBot(r, t))}
}

func (q request) madeResourceToken(r resource, t *world.AccessToken) resourceTokenEntity {
	return resourceTokenEntity{q.madeToken(t), int(q.roleOfBot(r, t))}
}
