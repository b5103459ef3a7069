package world

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What is said anew of a project replaces what was, but for what it does not say; what cannot be changes nothing.
func TestMoreOfProjectsThatAreSaidAnew(t *testing.T) {
	st, _ := ruled(t)
	made := noon.Add(-time.Hour)
	p, err := st.AddProject(Project{Path: "acme/site", CreatedAt: made}, nil)
	require.NoError(t, err)
	draft := Project{ID: p.ID, Path: p.Path, Name: "Site"}
	require.NoError(t, st.UpdateProject(p, draft, nil))
	assert.Equal(t, []any{"Site", made}, []any{p.Name, p.CreatedAt})
	draft.RegistrationToken = "GR-new"
	require.NoError(t, st.UpdateProject(p, draft, nil))
	_, err = st.AddProject(Project{Path: "acme/other", RegistrationToken: "GR-new"}, nil)
	assert.ErrorContains(t, err, "the registration token is another's")
	draft.BuildTimeout, draft.Name = -time.Second, "Other"
	require.ErrorContains(t, st.UpdateProject(p, draft, nil), "a job cannot time out after -1s")
	assert.Equal(t, "Site", p.Name)
}

// app/models/namespace.rb: a group in another one has a name that no neighbour has, which it is not itself. Its path in
// other capitals ends ways from below it (app/models/route.rb).
func TestGroupsThatKeepTheirNames(t *testing.T) {
	st, top, child, p := grouped(t)
	st.moveProject(p, "acme/web/one")
	path, text := "net", "Nets"
	require.NoError(t, st.ChangeGroup(child, GroupChange{Name: &child.Name, Path: &path}))
	require.NotNil(t, st.MovedProject("acme/web/one"))
	require.NoError(t, st.ChangeGroup(top, GroupChange{Description: &text}))
	require.NotNil(t, st.MovedProject("acme/web/one"), "nothing has moved")
	path = "Acme"
	require.NoError(t, st.ChangeGroup(top, GroupChange{Path: &path}))
	assert.Nil(t, st.MovedProject("acme/web/one"))
	assert.Equal(t, []string{"Acme/net", "Acme/net/one"}, []string{child.Path, p.Path})
	assert.Same(t, top, st.GroupPaths["acme"])
}

// app/models/route.rb: so does a user's name, for a user has a namespace of that path.
func TestUsersWhoTakeOldPaths(t *testing.T) {
	st, top, _, p := grouped(t)
	for _, path := range []string{"old", "apex"} {
		require.NoError(t, st.ChangeGroup(top, GroupChange{Path: &path}))
	}
	assert.Equal(t, []string{"acme/web/shop", "old/web/shop"}, p.OldPaths)
	name, email := "acme", "a@corp.example"
	u, err := st.CreateUser(UserChange{Username: &name, Name: &name, Email: &email}, nil)
	require.NoError(t, err)
	assert.Equal(t, []string{"old/web/shop"}, p.OldPaths)
	name = "Old"
	require.NoError(t, st.ChangeUser(u, UserChange{Username: &name}, u))
	assert.Empty(t, p.OldPaths)

	own, err := st.AddProject(Project{Path: "Old/two", OldPaths: []string{"Old/one"}}, nil)
	require.NoError(t, err)
	other := "Another name"
	require.NoError(t, st.ChangeUser(u, UserChange{Name: &other}, u))
	assert.Equal(t, []string{"Old/one"}, own.OldPaths, "nobody takes a path")
	for path, take := range map[string]func() error{
		"fox": func() error { _, err := st.AddUser(User{Username: "fox", Email: "fox@example.com"}); return err },
		"gnu": func() error { _, err := st.AddGroup(Group{Path: "gnu"}, nil); return err },
	} {
		p, err := st.AddProject(Project{Path: "Old/" + path, OldPaths: []string{path + "/was", "Old/was-" + path}}, nil)
		require.NoError(t, err)
		require.NoError(t, take())
		assert.Equal(t, []string{"Old/was-" + path}, p.OldPaths)
	}
}

// What is said anew of a group or a project moves the queues; a runner outlives its group, and is nobody's then.
func TestQueuesHearOfNamespaces(t *testing.T) {
	st, top, child, p := grouped(t)
	r, err := st.AddRunner(RunnerDraft{Type: GroupRunner, Group: child, Attributes: DefaultAttributes()})
	require.NoError(t, err)
	before, text := st.QueueValueOf(r), "Shop"
	require.NoError(t, st.ChangeProject(p, ProjectChange{Name: &text}))
	assert.NotEqual(t, before, st.QueueValueOf(r))
	draft := Group{ID: top.ID, Path: top.Path, RegistrationToken: p.RegistrationToken}
	require.ErrorContains(t, st.UpdateGroup(top, draft, nil), "the registration token is another's")
	require.ErrorContains(t, st.UpdateProject(p, Project{ID: p.ID, Path: "acme/else"}, nil), "do not change here")
	require.ErrorContains(t, st.UpdateProject(p, Project{ID: p.ID, Path: p.Path, OldPaths: []string{"acme/was"}}, nil), "change")
	st.DeleteGroup(top)
	assert.True(t, r.Orphaned())
	_, err = st.AddUser(User{Username: "long", Name: strings.Repeat("x", 256)})
	require.ErrorContains(t, err, "Name is too long")
	u, err := st.AddUser(User{Username: "short"})
	require.NoError(t, err)
	require.ErrorContains(t, st.UpdateUser(u, User{ID: u.ID, Username: "short", Name: strings.Repeat("x", 256)}), "too long")
	assert.Equal(t, "short", u.Name)
}

func TestReasonsHaveCases(t *testing.T) {
	assert.Equal(t, map[string][]string{"a": {"b", "c"}, "b": {"a"}, "c": {"a"}}, aliasesOf(map[string][]string{"a": {"b", "c"}}))
}
