package world

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What a seed says wrongly of a group or project is told, each thing by its own words.
func TestNamespacesOfSeedsThatAreRefused(t *testing.T) {
	group := func(g Group) func(*State) error {
		return func(st *State) error { _, err := st.AddGroup(g, nil); return err }
	}
	project := func(p Project) func(*State) error {
		return func(st *State) error { _, err := st.AddProject(p, nil); return err }
	}
	for name, c := range map[string]struct {
		add  func(*State) error
		want string
	}{
		"group without a path":   {group(Group{}), "no path is given"},
		"project without a path": {project(Project{}), "no path is given"},
		"group as visible as nothing": {group(Group{Path: "guild", Visibility: "hidden"}),
			`unknown visibility "hidden"`},
		"group that overrides nothing": {group(Group{Path: "guild", SharedRunnersOverridable: true}),
			errNothingToOverride.Error()},
		"project that was where a group is":   {project(Project{Path: "guild/x", OldPaths: []string{"ACME"}}), "else"},
		"project that was where a project is": {project(Project{Path: "guild/x", OldPaths: []string{"acme/shop"}}), "else"},
		"project that was where a user is":    {project(Project{Path: "guild/x", OldPaths: []string{"root"}}), "else"},
		"project that was where another was":  {project(Project{Path: "guild/x", OldPaths: []string{"Old/Shop"}}), "else"},
		"project where a user is":             {project(Project{Path: "root"}), "is a user's namespace"},
		"group of a word of GitLab's":         {group(Group{Path: "guild/badges"}), "reserved"},
		"largest id":                          {project(Project{Path: "guild/x", ID: maxID + 1}), "is too large"},
	} {
		t.Run(name, func(t *testing.T) {
			now := noon
			st := stateAt(t, &now)
			_, err := st.AddProject(Project{Path: "acme/shop", OldPaths: []string{"old/shop"}}, nil)
			require.NoError(t, err)
			assert.ErrorContains(t, c.add(st), c.want)
			_, err = st.AddProject(Project{Path: "guild/x", ID: maxID, OldPaths: []string{"free/shop"}}, nil)
			require.NoError(t, err)
			assert.Equal(t, "guild/x", st.MovedProject("Free/shop").Path)
		})
	}
}

// An invitation of a seed is taken back with it, and by a test that names both.
func TestSharesOfSeeds(t *testing.T) {
	for _, path := range []string{"acme", "acme/shop"} {
		st, _ := ruled(t)
		guild, err := st.AddGroup(Group{Path: "guild"}, nil)
		require.NoError(t, err)
		s, err := st.sourceAt(path)
		require.NoError(t, err)
		require.Error(t, Atomically(st, func() error {
			_, err := st.AddShare(path, "guild", Guest, time.Time{})
			require.NoError(t, err)
			return errors.New("the test")
		}))
		assert.Empty(t, SharesOf(s))
		share, err := st.AddShare(path, "guild", Guest, time.Time{})
		require.NoError(t, err)
		assert.Equal(t, 1, share.ID)
		assert.Same(t, share, ShareOf(s, guild))
		assert.ErrorContains(t, st.DeleteShare("none", "guild"), `"none"`)
		assert.ErrorContains(t, st.DeleteShare(path, "none"), `"none"`)
		require.NoError(t, st.DeleteShare(path, "guild"))
		assert.ErrorContains(t, st.DeleteShare(path, "guild"), "is not shared")
	}
}

// What is there is not made again; where nothing can be, nothing is.
func TestEnsureGroup(t *testing.T) {
	st, shop := ruled(t)
	st.EnsureGroup("guild")
	guild := st.GroupPaths["guild"]
	require.NotNil(t, guild)
	shop.Group.Description = "as it is"
	st.EnsureGroup("acme")
	st.EnsureGroup("acme/shop")
	assert.Equal(t, []*Group{shop.Group, guild}, st.Groups.Rows)
	assert.Equal(t, "as it is", shop.Group.Description)
}

// What a test says anew of a group is no reason to forget whom it has invited, and since when its members are there.
func TestUpdatedGroupsKeepWhatIsTheirs(t *testing.T) {
	st, shop := ruled(t)
	acme, root := shop.Group, st.UserNames[RootUsername]
	_, err := st.AddGroup(Group{Path: "guild"}, nil)
	require.NoError(t, err)
	_, err = st.AddShare("acme", "guild", Guest, time.Time{})
	require.NoError(t, err)
	since := Joining{By: root, CreatedAt: noon.Add(-time.Hour), UpdatedAt: noon}
	st.join(acme, root, Developer, since)
	acme.UpdatedAt = noon.Add(time.Minute)
	in := Group{ID: acme.ID, Path: "acme", Name: "New"}
	require.NoError(t, st.UpdateGroup(acme, in, map[string]Role{RootUsername: Maintainer}))
	assert.Equal(t, "New", acme.Name)
	assert.Len(t, acme.Shares, 1)
	assert.Equal(t, noon.Add(time.Minute), acme.UpdatedAt)
	m, _ := MemberOf(acme, root)
	assert.Equal(t, Member{User: root, Role: Maintainer, Joining: since}, m)
	require.NoError(t, st.UpdateGroup(acme, in, nil))
	assert.Empty(t, MembersOf(acme))
}
