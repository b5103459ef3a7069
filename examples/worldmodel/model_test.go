package worldmodel

import (
	"maps"
	"slices"
	"strings"

	"github.com/fakegitlab/fakegitlab"
)

// What follows says once more, in the plainest way and without a look at the fake, what GitLab 17.2 lets whom do with
// groups, projects, members and shares, all of them private. TestWorldModel holds the fake against it.

type role = fakegitlab.Role

const (
	developer  = fakegitlab.Developer
	maintainer = fakegitlab.Maintainer
	owner      = fakegitlab.Owner
)

// place is a group or a project.
type place struct {
	id        int
	name      string // in the path; those beside it have others
	parent    *place // nil at the top; a project has one
	isProject bool
	members   map[string]role
	shares    map[*place]role
}

// user is somebody who may have tokens. root is an administrator.
type user struct {
	id      int
	blocked bool
	live    []token
	dead    []token // revoked
}

type token struct {
	id     int
	secret string
}

// model is what there is.
type model struct {
	users  map[string]*user
	places []*place // in the order in which they were made
}

func (p *place) path() string {
	if p.parent == nil {
		return p.name
	}
	return p.parent.path() + "/" + p.name
}

// ancestors are all above p.
func (p *place) ancestors() (above []*place) {
	for g := p.parent; g != nil; g = g.parent {
		above = append(above, g)
	}
	return above
}

func (p *place) within(g *place) bool { return p == g || slices.Contains(p.ancestors(), g) }

// inherited is the role that a user has in p by membership of what is above it.
func (p *place) inherited(name string) (highest role) {
	for _, g := range p.ancestors() {
		highest = max(highest, g.members[name])
	}
	return highest
}

// role is what a user may do in p: by membership there or above, or by that of a group which is invited there or above.
// Who is a member above an invited group counts where it is invited to a project (lib/gitlab/project_authorizations.rb).
func (p *place) role(name string) role {
	highest := max(p.members[name], p.inherited(name))
	for _, at := range append(p.ancestors(), p) {
		for invited, most := range at.shares {
			held := invited.members[name]
			if at.isProject {
				held = max(held, invited.inherited(name))
			}
			highest = max(highest, min(most, held))
		}
	}
	return highest
}

// may is whether somebody has at least a role.
func (m *model) may(who string, p *place, least role) bool {
	return !m.users[who].blocked && (who == "root" || p.role(who) >= least)
}

// free is whether nothing in a group is called so, whatever the case of its letters.
func (m *model) free(parent *place, name string, but *place) bool {
	return !slices.ContainsFunc(m.places, func(p *place) bool {
		return p != but && p.parent == parent && strings.EqualFold(p.name, name)
	})
}

// remove deletes what lies in p, too, and the shares with what is gone.
func (m *model) remove(p *place) {
	m.places = slices.DeleteFunc(m.places, func(q *place) bool { return q.within(p) })
	for _, q := range m.places {
		maps.DeleteFunc(q.shares, func(invited *place, _ role) bool { return invited.within(p) })
	}
}

// leave ends a membership, and with it those of what lies in a group.
func (m *model) leave(p *place, name string) {
	for _, q := range m.places {
		if q.within(p) {
			delete(q.members, name)
		}
	}
}

// lastOwner is whether a user's is the only membership of an Owner in a group and above it, the user's own included.
// Nobody may take the role from that one.
func (p *place) lastOwner(name string) bool {
	if p.isProject || p.members[name] != owner {
		return false
	}
	owners := 0
	for _, g := range append(p.ancestors(), p) {
		for _, is := range g.members {
			if is == owner {
				owners++
			}
		}
	}
	return owners == 1
}

// managesMember is whether somebody may give, or take from one who has it, a role in p.
func (m *model) managesMember(who string, p *place, given role) bool {
	if p.isProject && given < owner {
		return m.may(who, p, maintainer)
	}
	return m.may(who, p, owner)
}
