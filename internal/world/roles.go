package world

import (
	"slices"
)

// RoleInGroup is the highest role that u holds in g or a group above it; zero for no member, and for no group.
func RoleInGroup(u *User, g *Group) Role {
	var best Role
	for g := range g.Lineage {
		best = max(best, g.Roles[u])
	}
	return best
}

// DirectRoleInProject is the role that u holds in p itself; zero for none. Who owns the personal namespace that p lies
// in is Owner.
func DirectRoleInProject(u *User, p *Project) Role {
	if p.Owner == u {
		return Owner
	}
	return p.Roles[u]
}

// RoleInProject is the highest role that u holds in p or a group above it; zero for no member.
func RoleInProject(u *User, p *Project) Role {
	return max(DirectRoleInProject(u, p), RoleInGroup(u, p.Group))
}

// memberBelow reports whether u is a member of any group or project at or below g.
func memberBelow(u *User, g *Group) bool {
	return !g.Below(func(g *Group) bool {
		return g.Roles[u] == 0 && !slices.ContainsFunc(g.Projects, func(p *Project) bool { return p.Roles[u] != 0 })
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
