package worldmodel

import (
	"fmt"
	"net/http"
	"slices"

	"pgregory.net/rapid"
)

func idOf(answer hash) int {
	id, _ := answer["id"].(float64)
	return int(id)
}

// createUser makes a user, with a token.
func (s *story) createUser(t *rapid.T) {
	const most = 6
	if len(s.users) == most {
		t.Skip("enough")
	}
	s.makeUser(t, fmt.Sprintf("user%d", rapid.IntRange(1, 9).Draw(t, "number")))
}

func (s *story) makeUser(t *rapid.T, name string) {
	_, taken := s.users[name]
	answer, done := s.try(t, "root", !taken, http.MethodPost, "/users", hash{"username": name, "name": name,
		"email": name + "@example.org", "force_random_password": true, "skip_confirmation": true})
	if done {
		s.users[name] = &user{id: idOf(answer)}
		s.tokenFor(t, name)
	}
}

func (s *story) tokenFor(t *rapid.T, name string) {
	answer, _ := s.try(t, "root", true, http.MethodPost, fmt.Sprintf("/users/%d/personal_access_tokens", s.users[name].id),
		hash{"name": "of " + name, "scopes": []string{"api"}})
	secret, _ := answer["token"].(string)
	s.users[name].live = append(s.users[name].live, token{idOf(answer), secret})
}

func (s *story) createToken(t *rapid.T) {
	name, u := s.other(t)
	if u.blocked || len(u.live) > 2 {
		t.Skip("not now")
	}
	s.tokenFor(t, name)
}

// revokeToken is by root, or by its owner.
func (s *story) revokeToken(t *rapid.T) {
	name, u := s.other(t)
	if len(u.live) == 0 {
		t.Skip("none")
	}
	who := s.who(t)
	allowed := who == "root" || who == name && !u.blocked
	if _, done := s.try(t, who, allowed, http.MethodDelete,
		fmt.Sprintf("/personal_access_tokens/%d", u.live[0].id), nil); done {
		u.live, u.dead = u.live[1:], append(u.dead, u.live[0])
	}
}

// useToken asks who one is: a token that lives says so, but for those who are blocked.
func (s *story) useToken(t *rapid.T) {
	name, u := s.other(t)
	for _, one := range u.live {
		status, answer := s.send(t, one.secret, http.MethodGet, "/user", nil)
		if want := map[bool]int{true: http.StatusForbidden, false: http.StatusOK}[u.blocked]; status != want ||
			!u.blocked && answer["username"] != name {
			t.Fatalf("a living token of %s: %d %v", name, status, answer)
		}
	}
	for _, one := range u.dead {
		if status, _ := s.send(t, one.secret, http.MethodGet, "/user", nil); status != http.StatusUnauthorized {
			t.Fatalf("a revoked token of %s: %d", name, status)
		}
	}
}

// block blocks a user, or lets one in again.
func (s *story) block(t *rapid.T) {
	_, u := s.other(t)
	who, what := s.who(t), map[bool]string{true: "unblock", false: "block"}[u.blocked]
	if _, done := s.try(t, who, who == "root", http.MethodPost, fmt.Sprintf("/users/%d/%s", u.id, what), nil); done {
		u.blocked = !u.blocked
	}
}

// deleteUser deletes one who owns nothing: of others GitLab would ask what is to become of their groups.
func (s *story) deleteUser(t *rapid.T) {
	name, u := s.other(t)
	if slices.ContainsFunc(s.places, func(p *place) bool { return p.members[name] == owner }) {
		t.Skip("an owner")
	}
	who := s.who(t)
	if _, done := s.try(t, who, who == "root", http.MethodDelete, fmt.Sprintf("/users/%d", u.id), nil); done {
		delete(s.users, name)
		for _, p := range s.places {
			delete(p.members, name)
		}
	}
}

func (s *story) createGroup(t *rapid.T) {
	var parent *place
	if rapid.Bool().Draw(t, "in a group") {
		parent = s.place(t, "parent", isGroup)
	}
	s.makeGroup(t, s.who(t), drawName(t), parent)
}

// makeGroup makes a group at the top, which everybody may, or in another. Who makes it owns it.
func (s *story) makeGroup(t *rapid.T, who, name string, parent *place) *place {
	body := hash{"name": name, "path": name}
	allowed := !s.users[who].blocked && s.free(parent, name, nil)
	if parent != nil {
		body["parent_id"] = parent.id
		allowed = allowed && s.may(who, parent, maintainer)
	}
	p := &place{name: name, parent: parent, members: map[string]role{who: owner}, shares: map[*place]role{}}
	return s.made(t, who, allowed, "/groups", body, p)
}

// made notes what was made, if it was to be.
func (s *story) made(t *rapid.T, who string, allowed bool, path string, body hash, p *place) *place {
	if answer, done := s.try(t, who, allowed, http.MethodPost, path, body); done {
		p.id = idOf(answer)
		s.places = append(s.places, p)
	}
	return p
}

func (s *story) createProject(t *rapid.T) {
	s.makeProject(t, s.who(t), drawName(t), s.place(t, "namespace", isGroup))
}

func (s *story) makeProject(t *rapid.T, who, name string, parent *place) {
	p := &place{name: name, parent: parent, isProject: true, members: map[string]role{}, shares: map[*place]role{}}
	s.made(t, who, s.may(who, parent, developer) && s.free(parent, name, nil), "/projects",
		hash{"name": name, "path": name, "namespace_id": parent.id}, p)
}

// rename gives a group or a project another name and path.
func (s *story) rename(t *rapid.T) {
	who, name, p := s.who(t), drawName(t), s.place(t, "place", anyPlace)
	if p.name == name {
		t.Skip("the same")
	}
	least := owner
	if p.isProject && s.may(who, p, maintainer) && !s.may(who, p, owner) {
		t.Skip("a maintainer may change the name and not the path")
	}
	allowed := s.may(who, p, least) && s.free(p.parent, name, p)
	if _, done := s.try(t, who, allowed, http.MethodPut, p.at(), hash{"name": name, "path": name}); done {
		p.name = name
	}
}

// transfer moves a group or a project into a group, or a group to the top.
func (s *story) transfer(t *rapid.T) {
	who, p := s.who(t), s.place(t, "place", anyPlace)
	var to *place
	if p.isProject || rapid.Bool().Draw(t, "into a group") {
		to = s.place(t, "target", func(g *place) bool { return !g.isProject && !g.within(p) })
	}
	if to == p.parent {
		t.Skip("it is there")
	}
	body, path := hash{}, p.at()+"/transfer"
	method, allowed := http.MethodPost, s.may(who, p, owner) && s.free(to, p.name, p)
	switch {
	case p.isProject:
		method, body["namespace"] = http.MethodPut, to.id
		allowed = allowed && s.may(who, to, maintainer)
	case to != nil:
		body["group_id"] = to.id
		allowed = allowed && s.may(who, to, maintainer)
	}
	if _, done := s.try(t, who, allowed, method, path, body); done {
		p.parent = to
		if to == nil && !slices.Contains(rolesOf(p), owner) {
			p.members[who] = owner // none is left who inherits it
		}
	}
}

func rolesOf(p *place) (roles []role) {
	for _, r := range p.members {
		roles = append(roles, r)
	}
	return roles
}

func (s *story) deletePlace(t *rapid.T) {
	who, p := s.who(t), s.place(t, "place", anyPlace)
	if _, done := s.try(t, who, s.may(who, p, owner), http.MethodDelete, p.at(), nil); done {
		s.remove(p)
	}
}

func (s *story) addMember(t *rapid.T) {
	name, u := s.other(t)
	if u.blocked {
		t.Skip("one who is blocked")
	}
	s.join(t, s.who(t), s.place(t, "place", anyPlace), name, drawRole(t))
}

// join makes a user a member. A role below one that is inherited says nothing, and is refused.
func (s *story) join(t *rapid.T, who string, p *place, name string, given role) {
	allowed := s.managesMember(who, p, given) && p.members[name] == 0 && given >= p.inherited(name)
	if _, done := s.try(t, who, allowed, http.MethodPost, p.at()+"/members",
		hash{"user_id": s.users[name].id, "access_level": int(given)}); done {
		p.members[name] = given
	}
}

func (s *story) changeMember(t *rapid.T) {
	who, p, given := s.who(t), s.place(t, "place", anyPlace), drawRole(t)
	name, u := s.other(t)
	if given == p.members[name] {
		t.Skip("the same")
	}
	has := p.members[name]
	allowed := has > 0 && s.managesMember(who, p, max(given, has)) && given >= p.inherited(name) && !p.lastOwner(name)
	if _, done := s.try(t, who, allowed, http.MethodPut, fmt.Sprintf("%s/members/%d", p.at(), u.id),
		hash{"access_level": int(given)}); done {
		p.members[name] = given
	}
}

// removeMember: everybody may go, but the last owner.
func (s *story) removeMember(t *rapid.T) {
	who, p := s.who(t), s.place(t, "place", anyPlace)
	name, u := s.other(t)
	has := p.members[name]
	itself := who == name && !u.blocked
	allowed := has > 0 && (itself || s.managesMember(who, p, has)) && !p.lastOwner(name)
	if _, done := s.try(t, who, allowed, http.MethodDelete, fmt.Sprintf("%s/members/%d", p.at(), u.id), nil); done {
		s.leave(p, name)
	}
}

// share invites a group at the top, which the caller is a member of.
func (s *story) share(t *rapid.T) {
	who, p := s.who(t), s.place(t, "place", anyPlace)
	invited := s.place(t, "invited", func(g *place) bool {
		return !g.isProject && g.parent == nil && (who == "root" || g.members[who] > 0) && !p.within(g)
	})
	most, least := rapid.SampledFrom([]role{developer, maintainer, owner}).Draw(t, "most"), owner
	if p.isProject {
		least = max(maintainer, most)
	}
	allowed := s.may(who, p, least) && p.shares[invited] == 0
	if _, done := s.try(t, who, allowed, http.MethodPost, p.at()+"/share",
		hash{"group_id": invited.id, "group_access": int(most)}); done {
		p.shares[invited] = most
	}
}

// unshare ends a share. Who may not is told so or, of a project, sees it stay.
func (s *story) unshare(t *rapid.T) {
	who, p := s.who(t), s.place(t, "place", func(p *place) bool { return len(p.shares) > 0 })
	invited := s.place(t, "invited", func(g *place) bool { return p.shares[g] > 0 })
	least := owner
	if p.isProject {
		least = max(maintainer, p.shares[invited])
	}
	s.send(t, s.secret(t, who), http.MethodDelete, fmt.Sprintf("%s/share/%d", p.at(), invited.id), nil)
	if s.may(who, p, least) || p.isProject && s.may(who, p, maintainer) && s.may(who, invited, owner) {
		delete(p.shares, invited)
	}
}
