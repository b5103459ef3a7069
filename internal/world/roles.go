package world

import (
	"slices"

	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
)

// MemberRoles are the roles that this version gives to members.
func (st *State) MemberRoles() []Role {
	return Filtered(memberRoles, func(r Role) bool {
		return (r != Planner || st.Has(gitlabversion.PlannerRole)) &&
			(r != SecurityManager || st.Has(gitlabversion.SecurityManagerRole))
	})
}

// RoleInGroup is the highest role that u holds in g or a group above it, be it as a direct member of a group that one
// of them is shared with; zero for no member, and for no group (lib/gitlab/project_authorizations.rb).
func RoleInGroup(u *User, g *Group) Role {
	var best Role
	for g := range g.Lineage {
		best = max(best, g.Roles[u])
		for _, s := range g.Shares {
			best = max(best, s.capped(s.Group.Roles[u]))
		}
	}
	return best
}

// MemberRoleInGroup is RoleInGroup by memberships alone, without what g is shared with
// (app/models/group.rb, highest_group_member).
func MemberRoleInGroup(u *User, g *Group) Role {
	var best Role
	for g := range g.Lineage {
		best = max(best, g.Roles[u])
	}
	return best
}

// DirectRoleInProject is the role that u holds in p itself; zero for none. Who owns the personal namespace that p lies
// in is Owner. Nobody, nil, holds none.
func DirectRoleInProject(u *User, p *Project) Role {
	if u != nil && p.Owner == u {
		return Owner
	}
	return p.Roles[u]
}

// RoleInProject is the highest role that u holds in p, in a group above it or in a group that p is shared with; zero
// for no member.
func RoleInProject(u *User, p *Project) Role {
	return max(DirectRoleInProject(u, p), RoleInGroup(u, p.Group), roleByShare(u, p))
}

// roleByShare is the highest role that u holds by the groups that p is shared with. While the group of p keeps it from
// being shared, the links that there are count for nothing (lib/gitlab/project_authorizations.rb).
func roleByShare(u *User, p *Project) Role {
	var best Role
	if len(p.Shares) > 0 && !p.Group.ShareLocked() {
		for _, s := range p.Shares {
			best = max(best, s.capped(RoleInGroup(u, s.Group)))
		}
	}
	return best
}

// memberBelow reports whether u is a member of any group or project at or below g.
func memberBelow(u *User, g *Group) bool {
	return !g.Below(func(g *Group) bool {
		return g.Roles[u] == 0 && !slices.ContainsFunc(g.Shares, func(s *Share) bool { return s.Group.Roles[u] != 0 }) &&
			!slices.ContainsFunc(g.Projects, func(p *Project) bool { return p.Roles[u] != 0 || roleByShare(u, p) != 0 })
	})
}

// InAndAround reports whether u is a member of g, of a group above it, or of a group or project below it.
func InAndAround(u *User, g *Group) bool { return RoleInGroup(u, g) > 0 || memberBelow(u, g) }

// BestRoleBelow is the highest role that u holds in any project in g or a group below it, of those projects that use
// group runners; zero for none.
func BestRoleBelow(u *User, g *Group) Role {
	var best Role
	g.Below(func(g *Group) bool {
		for _, p := range g.Projects {
			if !p.GroupRunnersDisabled {
				best = max(best, RoleInProject(u, p))
			}
		}
		return true
	})
	return best
}
