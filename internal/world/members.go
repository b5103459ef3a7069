package world

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// MemberDraft is a membership as a request wants it.
type MemberDraft struct {
	User      *User
	Role      Role
	ExpiresAt Change[time.Time] // the day with which it ends; null: never
	By        *User             // who makes it
}

// AddMemberTo makes a user a direct member of a group or project, who is none yet, by the rules of GitLab's model
// (app/models/member.rb). The error is an *Invalid.
func (st *State) AddMemberTo(s Source, d MemberDraft) error {
	var v Invalid
	if d.User.Bot && st.isMemberAnywhere(d.User) {
		v.Add(attrUserID, msgBotElsewhere)
	}
	if err := st.checkMember(s, d, v); err != nil {
		return err
	}
	st.join(s, d.User, d.Role, Joining{By: d.By, CreatedAt: st.Now(), ExpiresAt: dayOf(d.ExpiresAt)})
	return nil
}

// isMemberAnywhere reports whether a user is a direct member of any group or project: a token's bot is one of its own,
// and of no other (app/models/member.rb).
func (st *State) isMemberAnywhere(u *User) bool {
	return slices.ContainsFunc(st.Groups.Rows, func(g *Group) bool { return g.Roles[u] != 0 }) ||
		slices.ContainsFunc(st.Projects.Rows, func(p *Project) bool { return p.Roles[u] != 0 })
}

// ChangeMemberOf gives a direct member another role and, if that is given, another day with which it ends. The error is
// an *Invalid.
func (st *State) ChangeMemberOf(s Source, d MemberDraft) error {
	if err := st.checkMember(s, d, Invalid{}); err != nil {
		return err
	}
	m, _ := MemberOf(s, d.User)
	m.UpdatedAt = st.Now()
	if d.ExpiresAt.Given {
		m.ExpiresAt = dayOf(d.ExpiresAt)
	}
	st.join(s, d.User, d.Role, m.Joining)
	return nil
}

// RemoveMemberFrom ends a direct membership and, unless only that is meant, those in all groups and projects below
// (app/services/members/destroy_service.rb).
func (st *State) RemoveMemberFrom(s Source, u *User, alone bool) {
	leave(s, u)
	if g, isGroup := s.(*Group); isGroup && !alone {
		g.Below(func(below *Group) bool {
			leave(below, u)
			for _, p := range below.Projects {
				leave(p, u)
			}
			return true
		})
	}
}

func leave(s Source, u *User) {
	delete(s.directRoles(), u)
	delete(s.joinedAs().joined, u)
}

// join stores a membership.
func (st *State) join(s Source, u *User, r Role, how Joining) {
	setRole(st, s.directRoles(), u, r)
	if j := s.joinedAs(); how != j.joined[u] { // most members of seeds take no room there
		setKey(st, &j.joined, u, how)
	}
	st.endsAt(how.ExpiresAt)
	if g, isGroup := s.(*Group); isGroup {
		st.setImplied(g, false)
	}
}

// dayOf is the beginning of a day in UTC; zero for none.
func dayOf(c Change[time.Time]) time.Time {
	if c.Value == nil {
		return time.Time{}
	}
	return c.Value.UTC().Truncate(24 * time.Hour)
}

// checkMember holds a membership, of which some is known to be wrong, against the model.
func (st *State) checkMember(s Source, d MemberDraft, v Invalid) error {
	if !slices.Contains(st.MemberRoles(), d.Role) {
		v.Add(attrAccessLevel, msgNotInList)
	}
	if from, inherited := inheritedMost(s, d.User); inherited > d.Role {
		v.Add(attrAccessLevel, fmt.Sprintf(msgfLowerThanInherited, inherited.title(), from.Name))
	}
	if day := dayOf(d.ExpiresAt); !day.IsZero() && day.Before(st.Now().Truncate(24*time.Hour)) {
		v.Add(attrExpiresAt, msgDateInPast)
	}
	return v.orNil()
}

// inheritedMost is the highest role that a user has as a member of a group above, and the nearest such group.
func inheritedMost(s Source, u *User) (from *Group, best Role) {
	for g := range s.above().Lineage {
		if r := g.Roles[u]; r > best {
			from, best = g, r
		}
	}
	return from, best
}

// title is the role as GitLab writes it for people: "Security Manager".
func (r Role) title() string {
	names := RoleNames()
	i := slices.IndexFunc(names, func(n RoleName) bool { return n.Role == r }) // every role has one
	words := strings.Split(names[i].Name, "_")
	for i, w := range words {
		words[i] = strings.ToUpper(w[:1]) + w[1:]
	}
	return strings.Join(words, " ")
}

// LastOwner reports whether a group would have no owner without that direct member; those of groups above count, bots
// do not (app/models/group.rb, last_owner?).
func LastOwner(g *Group, u *User) bool {
	if g.Roles[u] != Owner {
		return false
	}
	for above := range g.Lineage {
		for other, role := range above.Roles {
			if role == Owner && !other.Bot && (other != u || above != g) {
				return false
			}
		}
	}
	return true
}

// endsAt notes that something ends by itself at a time; zero is never.
func (st *State) endsAt(at time.Time) {
	if !at.IsZero() && (st.nextEnd.IsZero() || at.Before(st.nextEnd)) {
		st.nextEnd = at
	}
}

// endWhatIsOver ends the memberships and shares whose day has begun. GitLab has workers for that, ten and fifteen
// minutes after midnight (app/workers/remove_expired_members_worker.rb,
// app/workers/remove_expired_group_links_worker.rb).
func (st *State) endWhatIsOver() {
	if st.nextEnd.IsZero() {
		return
	}
	now := st.Now()
	if now.Before(st.nextEnd) {
		return
	}
	st.nextEnd = time.Time{}
	over := func(at time.Time) bool {
		if at.IsZero() || at.After(now) {
			st.endsAt(at)
			return false
		}
		return true
	}
	for _, g := range st.Groups.Rows {
		endIn(g, over)
		g.Shares = slices.DeleteFunc(g.Shares, func(s *Share) bool { return over(s.ExpiresAt) })
	}
	for _, p := range st.Projects.Rows {
		endIn(p, over)
		p.Shares = slices.DeleteFunc(p.Shares, func(s *Share) bool { return over(s.ExpiresAt) })
	}
}

func endIn(s Source, over func(time.Time) bool) {
	for u, how := range maps.Clone(s.joinedAs().joined) {
		if over(how.ExpiresAt) {
			leave(s, u)
		}
	}
}

func setRole(st *State, roles map[*User]Role, u *User, r Role) {
	before, had := roles[u]
	roles[u] = r
	st.onUndo(func() {
		if had {
			roles[u] = before
		} else {
			delete(roles, u)
		}
	})
}

func (st *State) setImplied(g *Group, implied bool) {
	before := g.implied
	g.implied = implied
	st.onUndo(func() { g.implied = before })
}
