package world

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// app/models/project.rb; app/services/projects/update_service.rb: a project is no more visible than its group, and one of
// a user is as visible as may be.
func TestVisibilityOfAProject(t *testing.T) {
	public, internal := Public, Internal
	for path, ok := range map[string]bool{"acme/shop": false, "root/own": true} {
		st, _ := ruled(t)
		p := st.ProjectPaths[path]
		if p == nil {
			var err error
			p, err = st.AddProject(Project{Path: path}, nil)
			require.NoError(t, err)
		}
		for _, level := range []*Visibility{&public, &internal} {
			assert.Equal(t, ok, st.ChangeProject(p, ProjectChange{Visibility: level}) == nil, path)
		}
		assert.Equal(t, ok, p.Visibility == Internal, path)
	}
}

// app/models/project.rb: two projects of a namespace have neither one name nor one path.
func TestNamesOfProjectsInANamespace(t *testing.T) {
	st, shop := ruled(t)
	taken := []AttributeProblem{{attrName, msgAlreadyTaken}, {attrProjectNamespace + attrName, msgAlreadyTaken}}
	create := func(name, path string) error {
		_, err := st.CreateProject(NewProject{Name: name, Path: path, In: shop.Namespace(), Visibility: Private})
		return err
	}
	assert.Equal(t, &Invalid{taken}, create("shop", "other"))
	assert.Equal(t, newInvalid(attrPath, msgAlreadyTaken), create("Other", "shop"))
	require.NoError(t, create("Other", "other"))
	name := "Other"
	assert.Equal(t, &Invalid{taken}, st.ChangeProject(shop, ProjectChange{Name: &name}))
	assert.Equal(t, "shop", shop.Name)
}

// app/models/project_ci_cd_setting.rb: the flag and the role follow each other when one of them is set; null sets none.
func TestWhoGivesVariables(t *testing.T) {
	const flag, role = AttrRestrictVariables, AttrVariablesRole
	for _, c := range []struct{ before, given, after map[string]string }{
		{nil, map[string]string{flag: Unset}, nil},
		{nil, map[string]string{role: Unset}, nil},
		{nil, map[string]string{flag: "true"}, map[string]string{flag: "true", role: CreationMaintainer}},
		{nil, map[string]string{flag: Unset, role: CreationOwner}, map[string]string{flag: "true", role: CreationOwner}},
		{map[string]string{flag: "true", role: CreationOwner}, map[string]string{flag: Unset, role: Unset},
			map[string]string{flag: "true", role: CreationOwner}},
		{map[string]string{flag: "true", role: CreationOwner}, map[string]string{flag: "true"},
			map[string]string{flag: "true", role: CreationOwner}},
		{map[string]string{flag: "true", role: CreationOwner}, map[string]string{flag: "false", role: Unset}, nil},
		{map[string]string{attrTopics: "a"}, map[string]string{attrTopics: Unset}, nil}, // null empties all others
	} {
		st := versioned(t, "18.0")
		p, err := st.AddProject(Project{Path: "acme/shop", Attributes: c.before}, nil)
		require.NoError(t, err)
		about := fmt.Sprint(c.given)
		require.NoError(t, st.ChangeProject(p, ProjectChange{Attributes: c.given}))
		assert.Equal(t, c.after, p.Attributes, "%s to %v", about, c.before)
	}
}

// What is switched off and on again is as it was.
func TestArtifactsThatAreKept(t *testing.T) {
	st, shop := ruled(t)
	before := *shop
	off, on := false, true
	require.NoError(t, st.ChangeProject(shop, ProjectChange{KeepLatestArtifact: &off}))
	assert.False(t, st.KeepsLatest(shop))
	require.NoError(t, st.ChangeProject(shop, ProjectChange{KeepLatestArtifact: &on}))
	assert.True(t, st.KeepsLatest(shop))
	before.UpdatedAt = shop.UpdatedAt
	assert.Equal(t, before, *shop)
	st.Settings.KeepLatestArtifacts = &off
	assert.Equal(t, []bool{false, false}, []bool{st.KeepsLatest(shop), st.Settings.KeepsLatestArtifacts()})
	st.Settings.KeepLatestArtifacts = &on
	assert.Equal(t, []bool{true, true}, []bool{st.KeepsLatest(shop), st.Settings.KeepsLatestArtifacts()})
}

// app/services/projects/transfer_service.rb; app/models/redirect_route.rb: a path leads to a project that has left it until
// something else has the path.
func TestProjectsThatMove(t *testing.T) {
	st, shop := ruled(t)
	acme, root := shop.Group, st.UserNames[RootUsername]
	guild, err := st.AddGroup(Group{Path: "guild"}, nil)
	require.NoError(t, err)
	require.NoError(t, st.TransferProject(shop, Namespace{Group: guild}))
	assert.Equal(t, []any{"guild/shop", []*Project{shop}, 0}, []any{shop.Path, guild.Projects, len(acme.Projects)})
	require.NoError(t, st.TransferProject(shop, Namespace{User: root}))
	assert.Equal(t, []any{"root/shop", root, 0}, []any{shop.Path, shop.Owner, len(guild.Projects)})
	assert.Equal(t, []*Project{shop, shop}, []*Project{st.MovedProject("acme/shop"), st.MovedProject("guild/shop")})
	for _, c := range []struct {
		path    string
		forgets bool
	}{{"acme/shop-2", false}, {"acme/sho", false}, {"acme/shop", true}} {
		_, err = st.CreateProject(NewProject{Name: c.path[len("acme/"):], Path: c.path[len("acme/"):], In: Namespace{Group: acme},
			Visibility: Private})
		require.NoError(t, err)
		assert.Equal(t, c.forgets, st.MovedProject("acme/shop") == nil, c.path)
	}
	assert.Same(t, shop, st.MovedProject("guild/shop"))
	assert.Equal(t, newInvalid(attrNewNamespace, msgTakenInNamespace), st.TransferProject(shop, Namespace{Group: acme}))
}

// app/models/member.rb, lib/gitlab/access.rb: which roles a version gives.
func TestRolesOfVersions(t *testing.T) {
	for version, want := range map[string][2]bool{"16.0": {false, false}, "17.7": {true, false}, "19.4": {true, true}} {
		roles := map[Role]bool{}
		for _, r := range versioned(t, version).MemberRoles() {
			roles[r] = true
		}
		assert.Equal(t, want, [2]bool{roles[Planner], roles[SecurityManager]}, version)
		assert.True(t, roles[Guest] && roles[Owner], version)
	}
}

// lib/gitlab/project_authorizations.rb: who is a member of something below a group is in and around it, be it by a group
// that is invited there.
func TestInAndAroundAGroup(t *testing.T) {
	for where, share := range map[string]bool{"acme": true, "acme/web": true, "acme/web/shop": true, "guild": false} {
		st, top, _, _ := grouped(t)
		mia, err := st.AddUser(User{Username: "mia"})
		require.NoError(t, err)
		for _, path := range []string{"guild", "club"} {
			_, err = st.AddGroup(Group{Path: path}, map[string]Role{"mia": Guest})
			require.NoError(t, err)
		}
		assert.False(t, InAndAround(mia, top))
		_, err = st.AddShare(where, "club", Guest, time.Time{})
		require.NoError(t, err)
		assert.Equal(t, share, InAndAround(mia, top), where)
	}
}
