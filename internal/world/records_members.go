package world

import (
	"cmp"
	"maps"
	"slices"
	"time"
)

// joinings are how the direct members of a group or project became members, as far as that is known.
type joinings struct{ joined map[*User]Joining }

// Joining is what is known of a direct membership beside the role (app/models/member.rb). The zero value is that of a
// member of whom nothing is known.
type Joining struct {
	By                   *User     // who made the user a member; nil when nobody is known
	CreatedAt, UpdatedAt time.Time // zero: with the group or project
	ExpiresAt            time.Time // 00:00 UTC of the day with which it ends; zero: never
}

// of are those of the users who have a role.
func (j *joinings) of(roles map[*User]Role) joinings {
	kept := maps.Clone(j.joined)
	maps.DeleteFunc(kept, func(u *User, _ Joining) bool { return roles[u] == 0 })
	return joinings{kept}
}

// forgetInviter forgets that a user, who goes, made others members.
func (j *joinings) forgetInviter(u *User) {
	for member, how := range j.joined {
		if how.By == u {
			how.By = nil
			j.joined[member] = how
		}
	}
}

// Source is what has members: a group or a project.
type Source interface {
	directRoles() map[*User]Role
	joinedAs() *joinings
	above() *Group // whose members are inherited; nil for none
	born() time.Time
	holder() *User // who owns it without having been made a member; nil for none
	invited() []*Share
}

func (g *Group) directRoles() map[*User]Role   { return g.Roles }
func (g *Group) joinedAs() *joinings           { return &g.joinings }
func (g *Group) above() *Group                 { return g.Parent }
func (g *Group) born() time.Time               { return g.CreatedAt }
func (g *Group) holder() *User                 { return nil }
func (g *Group) invited() []*Share             { return g.Shares }
func (p *Project) directRoles() map[*User]Role { return p.Roles }
func (p *Project) joinedAs() *joinings         { return &p.joinings }
func (p *Project) above() *Group               { return p.Group }
func (p *Project) born() time.Time             { return p.CreatedAt }
func (p *Project) holder() *User               { return p.Owner }
func (p *Project) invited() []*Share           { return p.Shares }

// Member is a user with a role somewhere, and where that comes from.
type Member struct {
	User *User
	Role Role
	// Through is the group that the user is a member of where that is shared with the place; nil for other members.
	Through *Group
	Joining
}

// MemberOf is the direct member of a group or project that a user is; false if none. Who holds the personal namespace
// of a project is its member, too.
func MemberOf(s Source, u *User) (Member, bool) {
	role := s.directRoles()[u]
	if u != nil && s.holder() == u {
		role = Owner
	}
	if role == 0 {
		return Member{}, false
	}
	m := Member{User: u, Role: role, Joining: s.joinedAs().joined[u]}
	m.CreatedAt = orNow(m.CreatedAt, s.born())
	m.UpdatedAt = orNow(m.UpdatedAt, m.CreatedAt)
	return m, true
}

// MembersOf are the direct members of a group or project, who came first before others.
func MembersOf(s Source) (members []Member) {
	if h := s.holder(); h != nil && s.directRoles()[h] == 0 {
		m, _ := MemberOf(s, h)
		members = append(members, m)
	}
	for u := range s.directRoles() {
		m, _ := MemberOf(s, u)
		members = append(members, m)
	}
	return byArrival(members)
}

func byArrival(members []Member) []Member {
	slices.SortFunc(members, func(a, b Member) int {
		return cmp.Or(a.CreatedAt.Compare(b.CreatedAt), cmp.Compare(a.User.ID, b.User.ID))
	})
	return members
}

// AllMembersOf are the members of a group or project with those of the groups above it and of those groups, as far as
// seen knows them, that any of these are shared with. Each user comes once, with the highest role; direct members of a
// project with what else is known of them there (app/finders/members_finder.rb, app/finders/group_members_finder.rb).
func AllMembersOf(s Source, seen func(*Group) bool) []Member {
	p, isProject := s.(*Project)
	best := map[*User]Member{}
	take := func(m Member) {
		known, twice := best[m.User]
		switch _, direct := MemberOf(s, m.User); {
		case twice && isProject && direct:
			known.Role = max(known.Role, m.Role)
			best[m.User] = known
		case m.Role > known.Role: // nobody is a member without a role
			best[m.User] = m
		}
	}
	for _, m := range MembersOf(s) {
		take(m)
	}
	if !isProject || !p.Group.ShareLocked() {
		for _, m := range membersByShare(s.invited(), isProject, seen) {
			take(m)
		}
	}
	for g := range s.above().Lineage {
		for _, m := range slices.Concat(MembersOf(g), membersByShare(g.Shares, false, seen)) {
			take(m)
		}
	}
	all := make([]Member, 0, len(best))
	for _, m := range best {
		all = append(all, m)
	}
	return byArrival(all)
}

// membersByShare are the members of the invited groups, with no more than what they were invited for; inherited ones,
// too, if so asked.
func membersByShare(shares []*Share, inherited bool, seen func(*Group) bool) (members []Member) {
	for _, s := range shares {
		if !seen(s.Group) {
			continue
		}
		for g := range s.Group.Lineage {
			if g != s.Group && !inherited {
				break
			}
			for _, m := range MembersOf(g) {
				m.Role, m.Through = s.capped(m.Role), g
				members = append(members, m)
			}
		}
	}
	return members
}

// Share is a group that is invited into another group or a project (app/models/group_group_link.rb,
// app/models/project_group_link.rb): its members have a role there.
type Share struct {
	ID        int
	Group     *Group // the invited one
	Role      Role   // at most
	ExpiresAt time.Time
	CreatedAt time.Time
}

// capped is the role that a member of the invited group has where it is invited.
func (s *Share) capped(own Role) Role { return min(own, s.Role) }
