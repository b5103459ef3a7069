package world

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Rules of members, invited groups, and where groups and projects are and were, whose loss no other test noticed
// (internal/mutate).

// app/finders/members_finder.rb, app/finders/group_members_finder.rb: who is a member in several ways comes once, with
// the highest role; of a direct member of a project the rest is of that membership. Who came first is first.
func TestMembersInSeveralWays(t *testing.T) {
	st, top, child, p := grouped(t)
	users := map[string]*User{}
	for _, name := range []string{"mia", "ned", "pat"} {
		u, err := st.AddUser(User{Username: name})
		require.NoError(t, err)
		users[name] = u
	}
	mia, ned, pat := users["mia"], users["ned"], users["pat"]
	days := func(n int) time.Time { return noon.Add(time.Duration(n) * 24 * time.Hour) }
	member := func(u *User, r Role, n int) Member {
		return Member{User: u, Role: r, Joining: Joining{By: pat, CreatedAt: days(n), UpdatedAt: days(n)}}
	}
	join := func(s Source, m Member) { st.join(s, m.User, m.Role, m.Joining) }
	join(p, member(mia, Developer, 3))
	join(top, member(mia, Owner, 1))
	join(child, member(ned, Guest, 4))
	join(top, member(ned, Maintainer, 2))
	join(child, member(pat, Reporter, 2))
	join(top, member(pat, Reporter, 5))
	all := func(*Group) bool { return true }
	assert.Equal(t, []Member{member(ned, Maintainer, 2), member(pat, Reporter, 2), member(mia, Owner, 3)}, AllMembersOf(p, all))
	assert.Equal(t, []Member{member(mia, Owner, 1), member(ned, Maintainer, 2), member(pat, Reporter, 2)},
		AllMembersOf(child, all), "of a group what is known is of the highest role")
	join(p, member(ned, Guest, 3))
	join(p, member(pat, Guest, 1))
	assert.Equal(t, []Member{member(pat, Guest, 1), member(mia, Developer, 3), member(ned, Guest, 3)}, MembersOf(p))
	kept := p.joinings.of(map[*User]Role{mia: Guest, ned: 0})
	assert.Equal(t, joinings{map[*User]Joining{mia: member(mia, 0, 3).Joining}}, kept, "what goes with a role")
	assert.Len(t, p.joined, 3)
}

// app/models/project_group_link.rb, app/models/group_group_link.rb, app/workers/remove_expired_group_links_worker.rb: a
// project is not shared with a group that it is in, an invitation ends on its day or with its group, and nobody else's.
func TestInvitationsOfGroups(t *testing.T) {
	now := noon
	st := stateAt(t, &now)
	p, err := st.AddProject(Project{Path: "acme/web/shop"}, nil)
	require.NoError(t, err)
	q, err := st.AddProject(Project{Path: "acme/web/site"}, nil)
	require.NoError(t, err)
	for _, own := range []*Group{p.Group, p.Group.Parent} {
		err := st.ShareProject(p, ShareDraft{Group: own, Role: Guest})
		var v *Invalid
		require.ErrorAs(t, err, &v)
		assert.Equal(t, attrBase, v.Problems[0].Attribute)
	}
	groups := map[string]*Group{}
	for _, path := range []string{"guild", "union", "circle"} {
		groups[path], err = st.AddGroup(Group{Path: path}, nil)
		require.NoError(t, err)
		until := time.Time{}
		if path == "circle" {
			until = now.Add(48 * time.Hour)
		}
		for _, shared := range []*Project{p, q} {
			require.NoError(t, st.ShareProject(shared, ShareDraft{Group: groups[path], Role: Guest, ExpiresAt: until}))
		}
		require.NoError(t, st.ShareGroup(p.Group, ShareDraft{Group: groups[path], Role: Guest}))
	}
	assert.Equal(t, []*Project{q, p}, st.SharedProjects(groups["guild"]), "the newest first")
	invited := func(s Source) (paths []string) {
		for _, share := range SharesOf(s) {
			paths = append(paths, share.Group.Path)
		}
		return paths
	}
	Visit(st, func() {})
	assert.Equal(t, []string{"guild", "union", "circle"}, invited(p))
	now = now.Add(36 * time.Hour)
	Visit(st, func() {})
	assert.Equal(t, []string{"guild", "union"}, invited(p), "its day has begun")
	st.DeleteGroup(groups["guild"])
	for _, s := range []Source{p, q} {
		assert.Equal(t, []string{"union"}, invited(s))
	}
	assert.Equal(t, []string{"union", "circle"}, invited(p.Group))
}

// app/models/redirect_route.rb: a path that something else takes leads to that alone; the other old paths stay, and all do
// where it is not taken after all.
func TestPathsThatAreTakenAgain(t *testing.T) {
	st, top, child, p := grouped(t)
	for _, path := range []string{"acme/web/one", "acme/web/two", "acme/web/three", "acme/web/four"} {
		st.moveProject(p, path)
	}
	old := []string{"acme/web/shop", "acme/web/one", "acme/web/two", "acme/web/three"}
	require.Equal(t, old, p.OldPaths)
	assert.Error(t, Atomically(st, func() error {
		_, err := st.AddProject(Project{Path: "ACME/web/one"}, nil)
		require.NoError(t, err)
		assert.Nil(t, st.MovedProject("acme/web/one"))
		return errors.New("no")
	}))
	assert.Equal(t, old, p.OldPaths)
	assert.Same(t, p, st.MovedProject("acme/web/one"))
	_, err := st.AddProject(Project{Path: "ACME/web/one"}, nil)
	require.NoError(t, err)
	assert.Equal(t, []string{"acme/web/shop", "acme/web/two", "acme/web/three"}, p.OldPaths)
	st.moveProject(p, "acme/web/two")
	assert.Equal(t, []string{"acme/web/shop", "acme/web/three", "acme/web/four"}, p.OldPaths, "its own again")
	assert.Nil(t, st.MovedProject("acme/web/two"))
	st.moveGroup(child, "acme/net")
	require.Same(t, p, st.MovedProject("acme/web/shop"))
	other, err := st.AddGroup(Group{Path: "guild"}, nil)
	require.NoError(t, err)
	st.moveGroup(other, "acme/web")
	assert.Nil(t, st.MovedProject("acme/web/shop"), "below what another group is now")
	assert.Empty(t, p.OldPaths)
	_ = top
}

// app/services/projects/restore_service.rb, app/services/groups/restore_service.rb: what the mark has not renamed stays as
// it is. What is due goes with what is in it, be that due, too.
func TestMarksWithoutANewName(t *testing.T) {
	now := noon
	st := stateAt(t, &now)
	p, err := st.AddProject(Project{Path: "acme/web/shop"}, nil)
	require.NoError(t, err)
	p.DeletionMarkedAt = now
	require.NoError(t, st.RestoreProject(p))
	assert.Equal(t, []string{"acme/web/shop", "shop"}, []string{p.Path, p.Name})
	child, top := p.Group, p.Group.Parent
	for _, g := range []*Group{child, top} {
		require.NoError(t, st.MarkGroup(g))
		now = now.Add(time.Hour)
	}
	now = noon.Add(deletionDelay)
	st.deleteMarked()
	assert.Equal(t, []*Group{top}, st.Groups.Rows)
	now = now.Add(time.Hour)
	st.deleteMarked()
	assert.Empty(t, st.Groups.Rows)
	assert.Empty(t, st.Projects.Rows)
}

// app/models/user.rb: a username is a path at the top, which ends with no dot, unlike that of a project.
func TestDotsInUsernames(t *testing.T) {
	st := versioned(t, "16.0")
	for name, ok := range map[string]bool{"mia.": false, "mi.a": true} {
		var v Invalid
		st.checkUsername(&v, name, nil)
		assert.Equal(t, ok, len(v.Problems) == 0, name)
	}
}

// app/finders/members_finder.rb: a project that is shared with a group has the members of the groups above that, too,
// unless its group keeps it from being shared; a group has the direct ones alone.
func TestMembersOfInvitedGroups(t *testing.T) {
	st, top, child, p := grouped(t)
	guild, err := st.AddGroup(Group{Path: "union/guild"}, nil)
	require.NoError(t, err)
	mia, ned := &User{ID: 101, Username: "mia"}, &User{ID: 102, Username: "ned"}
	st.join(guild.Parent, mia, Developer, Joining{})
	st.join(guild, ned, Maintainer, Joining{})
	members := func(s Source) map[string]Role {
		roles := map[string]Role{}
		for _, m := range AllMembersOf(s, func(*Group) bool { return true }) {
			roles[m.Through.Path+" "+m.User.Username] = m.Role
		}
		return roles
	}
	require.NoError(t, st.ShareGroup(top, ShareDraft{Group: guild, Role: Guest}))
	for _, s := range []Source{top, child, p} {
		assert.Equal(t, map[string]Role{"union/guild ned": Guest}, members(s))
	}
	require.NoError(t, st.ShareProject(p, ShareDraft{Group: guild, Role: Reporter}))
	assert.Equal(t, map[string]Role{"union/guild ned": Reporter, "union mia": Reporter}, members(p))
	child.Attributes = map[string]string{AttrShareLock: "true"}
	assert.Equal(t, map[string]Role{"union/guild ned": Guest}, members(p))
}

// app/models/project.rb: which projects are active.
func TestActiveProjects(t *testing.T) {
	marked := &Group{Parent: &Group{DeletionMarkedAt: noon}}
	for name, c := range map[string]struct {
		p    Project
		want bool
	}{
		"active": {Project{Group: &Group{}}, true}, "archived": {Project{Archived: true}, false},
		"marked": {Project{DeletionMarkedAt: noon}, false}, "in what is marked": {Project{Group: marked}, false},
	} {
		assert.Equal(t, c.want, ActiveProject(&c.p), name)
	}
}
