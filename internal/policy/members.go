package policy

import "fmt"

// MemberStanding is the direct member of a group or project that something is to be done to.
type MemberStanding struct {
	// Name is the member's username, for the reason; Self is whether that is the actor.
	Name string
	Self bool
	// Role is what the member is there.
	Role Role
	// LastOwner is whether a group would have no owner without the member.
	LastOwner bool
	// Holder is whether the project lies in the member's own namespace.
	Holder bool
	// Bot is whether that is the user of a project or group access token, who goes with the token alone.
	Bot bool
}

// ReadGroupMembers says whether the actor, who sees the group, may see its members: not who only belongs to something
// in a group that is else hidden (app/policies/group_policy.rb, read_group_member).
func ReadGroupMembers(a Actor, s GroupStanding) Decision {
	return canSee(a, s.Held > None, s.Visibility, s.Where)
}

// ReadGroupViaMembership says whether the actor is a member of the group, which is what inviting it into a project asks
// for (app/policies/group_policy.rb, read_namespace_via_membership).
func ReadGroupViaMembership(a Actor, s GroupStanding) Decision { return s.atLeast(a, Guest, true) }

// AdminGroupMember says whether the actor may give roles in the group (app/policies/group_policy.rb).
func AdminGroupMember(a Actor, s GroupStanding) Decision { return s.atLeast(a, Owner, false) }

// UpdateGroupMember says whether the actor may change a member's role: never that of the last owner, nor that of a bot
// (app/policies/group_member_policy.rb).
func UpdateGroupMember(a Actor, s GroupStanding, m MemberStanding) Decision {
	switch {
	case m.LastOwner:
		return lastOwner(s, m)
	case m.Bot:
		return ofBot(m)
	}
	return AdminGroupMember(a, s)
}

// DestroyGroupMember says whether the actor may end a membership: everybody the own one, but not the last owner
// (app/policies/group_member_policy.rb).
func DestroyGroupMember(a Actor, s GroupStanding, m MemberStanding) Decision {
	if !m.LastOwner && m.Self {
		return allowed
	}
	return UpdateGroupMember(a, s, m)
}

func lastOwner(s GroupStanding, m MemberStanding) Decision {
	return Decision{Reason: fmt.Sprintf("%s is the last owner of %s", m.Name, s.Where)}
}

// AdminProjectMember says whether the actor may give roles in the project (app/policies/project_policy.rb).
func AdminProjectMember(a Actor, s ProjectStanding) Decision { return s.atLeast(a, Maintainer, false) }

// ManageOwners says whether the actor may make somebody Owner of the project, or take that away
// (app/policies/project_policy.rb, manage_owners).
func ManageOwners(a Actor, s ProjectStanding) Decision { return s.atLeast(a, Owner, false) }

// ofBot is the refusal to change or end the membership of a token's bot: it goes with the token.
func ofBot(m MemberStanding) Decision {
	return Decision{Reason: m.Name + " is the bot of an access token, and a member as long as that lives"}
}

// UpdateProjectMember says whether the actor may change a member's role; an Owner's another Owner alone may, that of
// who holds the namespace and that of a bot nobody (app/policies/project_member_policy.rb).
func UpdateProjectMember(a Actor, s ProjectStanding, m MemberStanding) Decision {
	switch {
	case m.Holder:
		return Decision{Reason: fmt.Sprintf("%s lies in the namespace of %s", s.Where, m.Name)}
	case m.Bot:
		return ofBot(m)
	case m.Role == Owner:
		return ManageOwners(a, s)
	}
	return AdminProjectMember(a, s)
}

// DestroyProjectMember says whether the actor may end a membership: everybody the own one, but not who holds the
// namespace (app/policies/project_member_policy.rb).
func DestroyProjectMember(a Actor, s ProjectStanding, m MemberStanding) Decision {
	if !m.Holder && m.Self {
		return allowed
	}
	return UpdateProjectMember(a, s, m)
}

// DestroyProjectGroupLink says whether the actor, who administers the project, may take an invited group out of it: one
// that is invited as Owner only who may manage the project's owners, or administers that group
// (app/policies/project_group_link_policy.rb).
func DestroyProjectGroupLink(a Actor, s ProjectStanding, invited GroupStanding, role Role) Decision {
	switch admins := AdminProject(a, s); {
	case AdminGroup(a, invited).Allowed:
		return allowed
	case !admins.Allowed:
		return admins
	case role == Owner:
		return ManageOwners(a, s)
	}
	return allowed
}
