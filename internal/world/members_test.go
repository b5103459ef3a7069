package world

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// app/models/group.rb, last_owner?; app/models/user.rb, solo_owned_groups: Owners of groups above count, bots do not.
func TestLastOwner(t *testing.T) {
	for name, c := range map[string]struct {
		here, above map[string]Role
		last        bool
	}{
		"alone":               {map[string]Role{"mia": Owner}, nil, true},
		"no Owner":            {map[string]Role{"mia": Maintainer}, nil, false},
		"beside another":      {map[string]Role{"mia": Owner, "ned": Owner}, nil, false},
		"beside a Maintainer": {map[string]Role{"mia": Owner, "ned": Maintainer}, nil, true},
		"beside a bot":        {map[string]Role{"mia": Owner, "bot": Owner}, nil, true},
		"below another":       {map[string]Role{"mia": Owner}, map[string]Role{"ned": Owner}, false},
		"below a Maintainer":  {map[string]Role{"mia": Owner}, map[string]Role{"ned": Maintainer}, true},
	} {
		t.Run(name, func(t *testing.T) {
			st, top, child, _ := grouped(t)
			for _, u := range []User{{Username: "mia"}, {Username: "ned"}, {Username: "bot", Bot: true}} {
				_, err := st.AddUser(u)
				require.NoError(t, err)
			}
			for path, roles := range map[string]map[string]Role{child.Path: c.here, top.Path: c.above} {
				for u, r := range roles {
					require.NoError(t, st.AddMember(path, u, r, time.Time{}))
				}
			}
			mia := st.UserNames["mia"]
			assert.Equal(t, c.last, LastOwner(child, mia))
			assert.Equal(t, c.last, st.soleOwned(mia) == child, "and who is so is not deleted")
		})
	}
}

// A membership of a seed ends with a day, and makes a group one that is not there only as somebody's parent; it is taken
// back with all of that.
func TestMembersOfSeeds(t *testing.T) {
	st, top, _, shop := grouped(t)
	root := st.UserNames[RootUsername]
	require.True(t, top.implied)
	for path, s := range map[string]Source{top.Path: top, shop.Path: shop} {
		require.Error(t, Atomically(st, func() error {
			require.NoError(t, st.AddMember(path, RootUsername, Developer, noon.Add(30*time.Hour)))
			m, _ := MemberOf(s, root)
			assert.Equal(t, noon.Add(12*time.Hour), m.ExpiresAt, "the beginning of the day")
			return errors.New("the test")
		}))
		assert.Empty(t, MembersOf(s))
		assert.True(t, top.implied)
	}
	require.NoError(t, st.AddMember("acme", RootUsername, Developer, time.Time{}))
	assert.False(t, top.implied)
}

// Who owns a personal project is a member once, also as one who was made it.
func TestOwnersOfPersonalProjects(t *testing.T) {
	st, _ := ruled(t)
	root := st.UserNames[RootUsername]
	p, err := st.AddProject(Project{Path: "root/own", CreatedAt: noon.Add(-time.Hour)}, nil)
	require.NoError(t, err)
	want := []Member{{User: root, Role: Owner, Joining: Joining{CreatedAt: p.CreatedAt, UpdatedAt: p.CreatedAt}}}
	assert.Equal(t, want, MembersOf(p))
	require.NoError(t, st.AddMember("root/own", RootUsername, Maintainer, time.Time{}))
	assert.Equal(t, want, MembersOf(p))
}

// app/services/members/destroy_service.rb: with a membership go those below it, unless only that is meant.
func TestMembershipsThatEnd(t *testing.T) {
	for _, alone := range []bool{true, false} {
		st, top, child, p := grouped(t)
		mia, err := st.AddUser(User{Username: "mia"})
		require.NoError(t, err)
		for _, s := range []Source{top, child, p} {
			require.NoError(t, st.AddMemberTo(s, MemberDraft{User: mia, Role: Developer}))
		}
		st.RemoveMemberFrom(top, mia, alone)
		below := map[bool]Role{true: Developer}[alone]
		assert.Equal(t, []Role{0, below, below}, []Role{top.Roles[mia], child.Roles[mia], p.Roles[mia]})
	}
}

// app/workers/remove_expired_members_worker.rb, remove_expired_group_links_worker.rb: they end with their day.
func TestMembershipsAndSharesEndWithTheirDay(t *testing.T) {
	now := noon
	st := stateAt(t, &now)
	shop, err := st.AddProject(Project{Path: "acme/shop"}, nil)
	require.NoError(t, err)
	_, err = st.AddGroup(Group{Path: "guild"}, nil)
	require.NoError(t, err)
	sources := map[string]Source{"acme": shop.Group, "acme/shop": shop}
	for path := range sources {
		require.NoError(t, st.AddMember(path, RootUsername, Developer, noon.Add(day)))
		_, err = st.AddShare(path, "guild", Guest, noon.Add(2*day))
		require.NoError(t, err)
	}
	for _, c := range []struct {
		at              time.Time
		members, shares int
	}{{noon.Add(12*time.Hour - 1), 1, 1}, {noon.Add(12 * time.Hour), 0, 1}, {noon.Add(36*time.Hour - 1), 0, 1},
		{noon.Add(36 * time.Hour), 0, 0}} {
		now = c.at
		Visit(st, func() {})
		for path, s := range sources {
			assert.Equal(t, []int{c.members, c.shares}, []int{len(MembersOf(s)), len(SharesOf(s))}, "%s at %s", path, c.at)
		}
	}
	assert.True(t, st.nextEnd.IsZero(), "nothing more ends")
}
