package rest

// Groups that are invited into other groups and into projects (lib/api/groups.rb, lib/api/projects.rb,
// app/services/groups/group_links, app/services/projects/group_links).

import (
	"fmt"
	"net/http"
	"strconv"

	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/params"
	"github.com/fakegitlab/fakegitlab/internal/policy"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// shareRows are the endpoints that invite groups.
func shareRows() []row {
	invitedID := []params.Param{{Name: "group_id", Kind: params.Integer, Required: true}}
	return []row{
		{endpoint: "POST /groups/:id/share", spec: shareSpec(rolesBeforePlanner), later: withLaterRoles(shareSpec),
			handle: shareGroup},
		{endpoint: "DELETE /groups/:id/share/:group_id", spec: front.Declare(pathID, invitedID), handle: unshareGroup},
		{endpoint: "POST /projects/:id/share", spec: shareSpec(rolesBeforePlanner), later: withLaterRoles(shareSpec),
			handle: shareProject},
		{endpoint: "DELETE /projects/:id/share/:group_id", spec: front.Declare(pathID, invitedID),
			handle: unshareProject},
	}
}

func shareSpec(roles []string) params.Spec {
	return front.Declare(pathID, []params.Param{
		{Name: "group_id", Kind: params.Integer, Required: true},
		{Name: "group_access", Kind: params.Integer, Required: true, Values: roles},
		{Name: "expires_at", Kind: params.DateTime},
	})
}

// invitation is what the request says of a group that is to be invited.
func (q request) invitation(g *world.Group) world.ShareDraft {
	level, _ := q.Params.Int("group_access")
	d := world.ShareDraft{Group: g, Role: world.Role(level)}
	d.ExpiresAt, _ = q.Params.Time("expires_at")
	return d
}

// notShared is how the services that share say that they will not.
func notShared(reason string) front.Response {
	return front.Refuse(http.StatusNotFound, msgNotFoundPlain).Because(reason)
}

// sharingAllowed refuses to invite a group from outside into a hierarchy that keeps to itself; where is the group that
// is shared, or that holds the project, or nil for a project of a user (app/services/concerns/group_linkable.rb).
func sharingAllowed(where, invited *world.Group) *front.Response {
	if where == nil || where.Root().Attribute(world.AttrSharingInside) != "true" || where.Root() == invited.Root() {
		return nil
	}
	return notShared("prevent_sharing_groups_outside_hierarchy keeps the groups of " + where.Root().Path +
		" to themselves").AsRefusal()
}

func shareGroup(q request) front.Response {
	id, _ := q.Params.Int("group_id")
	invited, refusal := q.findGroup(strconv.Itoa(id))
	if refusal != nil {
		return *refusal
	}
	g, refusal := q.findGroup(q.Vars["id"])
	if refusal != nil {
		return *refusal
	}
	if d := q.OnGroup(g, policy.AdminGroup); !d.Allowed {
		return notShared(d.Reason)
	}
	if refusal := sharingAllowed(g, invited); refusal != nil {
		return *refusal
	}
	if err := q.ShareGroup(g, q.invitation(invited)); err != nil {
		return front.Refuse(http.StatusConflict, err.Error()).Because(err.Error())
	}
	return front.Created(q.groupDetail(g))
}

// unshareGroup answers those who may not as well that it is done, and leaves the link.
func unshareGroup(q request) front.Response {
	g, refusal := q.findGroup(q.Vars["id"])
	if refusal != nil {
		return *refusal
	}
	id, _ := q.Params.Int("group_id")
	link := world.ShareOf(g, q.Groups.ByID(id))
	if link == nil {
		return front.NotFound("Group Link").Because(fmt.Sprintf("%s is not shared with group %d", g.Path, id))
	}
	d := q.OnGroup(g, policy.AdminGroup)
	if d.Allowed {
		q.UnshareGroup(g, link)
	}
	return front.NoContent().Because(d.Reason)
}

func shareProject(q request) front.Response {
	p, refusal := q.permittedProject(policy.AdminProject)
	if refusal != nil {
		return *refusal
	}
	if p.Group.ShareLocked() {
		return front.Refuse(http.StatusBadRequest, msgSharingDisabled).
			Because("share_with_group_lock of " + p.Group.Path + " or of a group above it")
	}
	id, _ := q.Params.Int("group_id")
	d := q.invitation(q.Groups.ByID(id))
	if d.Role == world.Owner {
		if refusal := front.Allow(q.OnProject(p, policy.ManageOwners), ""); refusal != nil {
			return *refusal
		}
	}
	if d.Group == nil {
		return notShared(fmt.Sprintf("there is no group %d", id))
	}
	if may := q.OnGroup(d.Group, policy.ReadGroupViaMembership); !may.Allowed {
		return notShared(may.Reason)
	}
	if refusal := sharingAllowed(p.Group, d.Group); refusal != nil {
		return *refusal
	}
	if err := q.ShareProject(p, d); err != nil {
		return front.Refuse(http.StatusConflict, err.Error()).Because(err.Error())
	}
	link := world.ShareOf(p, d.Group)
	return front.Created(projectLinkEntity{ID: link.ID, ProjectID: p.ID, GroupID: d.Group.ID, GroupAccess: int(link.Role),
		ExpiresAt: dateOrNull(link.ExpiresAt)})
}

// projectLinkEntity is lib/api/entities/project_group_link.rb.
type projectLinkEntity struct {
	ID          int     `json:"id"`
	ProjectID   int     `json:"project_id"`
	GroupID     int     `json:"group_id"`
	GroupAccess int     `json:"group_access"`
	ExpiresAt   *string `json:"expires_at"`
}

func unshareProject(q request) front.Response {
	p, refusal := q.permittedProject(policy.AdminProject)
	if refusal != nil {
		return *refusal
	}
	id, _ := q.Params.Int("group_id")
	link := world.ShareOf(p, q.Groups.ByID(id))
	if link == nil {
		return front.NotFound("Group Link").Because(fmt.Sprintf("%s is not shared with group %d", p.Path, id))
	}
	if refusal := q.unmodifiedSince(link.CreatedAt); refusal != nil {
		return *refusal
	}
	if d := q.mayUnshare(p, link); !d.Allowed {
		return front.Refuse(http.StatusForbidden, msgForbiddenPlain).Because(d.Reason)
	}
	q.UnshareProject(p, link)
	return front.NoContent()
}

func (q request) mayUnshare(p *world.Project, link *world.Share) policy.Decision {
	return q.OnProject(p, func(a policy.Actor, s policy.ProjectStanding) policy.Decision {
		return policy.DestroyProjectGroupLink(a, s, q.GroupStanding(link.Group), policy.Role(link.Role))
	})
}
