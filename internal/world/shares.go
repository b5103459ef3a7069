package world

import (
	"slices"
	"time"
)

// ShareDraft is an invitation of a group as a request wants it.
type ShareDraft struct {
	Group     *Group
	Role      Role
	ExpiresAt time.Time // the day with which it ends; zero: never
}

// ShareOf is the link by which a group or project has invited a group; nil for none.
func ShareOf(s Source, invited *Group) *Share {
	for _, share := range s.invited() {
		if share.Group == invited {
			return share
		}
	}
	return nil
}

// SharesOf are the groups that a group or project has invited.
func SharesOf(s Source) []*Share { return s.invited() }

// ShareGroup invites a group into another (app/models/group_group_link.rb). The error is an *Invalid.
func (st *State) ShareGroup(g *Group, d ShareDraft) error {
	if ShareOf(g, d.Group) != nil {
		return newInvalid(attrSharedGroup, msgGroupSharedAlready)
	}
	g.Shares = append(g.Shares, st.newShare(d))
	return nil
}

// ShareProject invites a group into a project (app/models/project_group_link.rb). The error is an *Invalid.
func (st *State) ShareProject(p *Project, d ShareDraft) error {
	var v Invalid
	if ShareOf(p, d.Group) != nil {
		v.Add(attrGroup, msgProjectSharedAlready)
	}
	for g := range p.Group.Lineage {
		if g == d.Group {
			v.Add(attrBase, msgSharedWithOwnGroup)
		}
	}
	if len(v.Problems) > 0 {
		return &v
	}
	p.Shares = append(p.Shares, st.newShare(d))
	return nil
}

func (st *State) newShare(d ShareDraft) *Share {
	st.links++
	st.onUndo(func() { st.links-- })
	s := &Share{ID: st.links, Group: d.Group, Role: d.Role, CreatedAt: st.Now(),
		ExpiresAt: dayOf(Change[time.Time]{Value: &d.ExpiresAt})}
	st.endsAt(s.ExpiresAt)
	return s
}

// UnshareGroup takes an invitation of a group into another back.
func (st *State) UnshareGroup(g *Group, s *Share) { g.Shares = without(g.Shares, s) }

// UnshareProject takes an invitation of a group into a project back.
func (st *State) UnshareProject(p *Project, s *Share) { p.Shares = without(p.Shares, s) }

// SharedProjects are the projects that have invited a group, the newest first.
func (st *State) SharedProjects(g *Group) []*Project {
	shared := Filtered(st.Projects.Rows, func(p *Project) bool { return ShareOf(p, g) != nil })
	slices.Reverse(shared)
	return shared
}

// dropShares takes back all invitations of a group, which goes.
func (st *State) dropShares(g *Group) {
	ofIt := func(s *Share) bool { return s.Group == g }
	for _, other := range st.Groups.Rows {
		other.Shares = slices.DeleteFunc(other.Shares, ofIt)
	}
	for _, p := range st.Projects.Rows {
		p.Shares = slices.DeleteFunc(p.Shares, ofIt)
	}
}
