package world

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// grouped is a group in a state, with a group below it, and a project in that.
func grouped(t *testing.T) (st *State, top, child *Group, p *Project) {
	t.Helper()
	now := time.Date(2024, 7, 1, 12, 0, 0, 0, time.UTC)
	st = stateAt(t, &now)
	p, err := st.AddProject(Project{Path: "acme/web/shop"}, nil)
	require.NoError(t, err)
	return st, p.Group.Parent, p.Group, p
}

// allow gives a group a setting of shared runners, which is not looked at any further.
func (g *Group) allow(setting string) {
	g.SharedRunnersDisabled = setting != SharedRunnersEnabled
	g.SharedRunnersOverridable = setting == SharedRunnersOverridable
}

const (
	sharedOn   = SharedRunnersEnabled
	sharedOver = SharedRunnersOverridable
	sharedOff  = SharedRunnersUnoverridable
)

// app/services/groups/update_shared_runners_service.rb: all below lose the runners with the group and get them back with
// it, but whether they may be overridden only where the group says that they may not, or need not.
func TestSharedRunnersBelowAGroup(t *testing.T) {
	for _, c := range []struct{ was, child, set, want string }{
		{sharedOn, sharedOn, sharedOff, sharedOff},
		{sharedOn, sharedOver, sharedOff, sharedOff},
		{sharedOver, sharedOver, sharedOff, sharedOff},
		{sharedOn, sharedOn, sharedOver, sharedOff},
		{sharedOn, sharedOver, sharedOver, sharedOver},
		{sharedOn, sharedOver, SharedRunnersWithOverride, sharedOver},
		{sharedOver, sharedOn, sharedOver, sharedOn},
		{sharedOff, sharedOff, sharedOver, sharedOff},
		{sharedOff, sharedOff, sharedOn, sharedOn},
		{sharedOver, sharedOver, sharedOn, sharedOn},
	} {
		st, top, child, p := grouped(t)
		top.allow(c.was)
		child.allow(c.child)
		p.SharedRunnersDisabled = c.child != sharedOn
		require.NoError(t, st.ChangeGroup(top, GroupChange{SharedRunners: &c.set}))
		if c.set == SharedRunnersWithOverride {
			c.set = sharedOver
		}
		assert.Equal(t, []string{c.set, c.want}, []string{top.SharedRunnersSetting(), child.SharedRunnersSetting()}, "%v", c)
		assert.Equal(t, c.want != sharedOn, p.SharedRunnersDisabled, "%v", c)
		assert.False(t, c.set == sharedOn && (top.SharedRunnersOverridable || child.SharedRunnersOverridable), "%v", c)
	}
}

// app/services/groups/transfer_service.rb: what a group is moved into leaves it no more than it has itself.
func TestAMovedGroupTakesOverWhatIsStricter(t *testing.T) {
	for _, c := range []struct{ parent, was, want string }{
		{sharedOn, sharedOn, sharedOn}, {sharedOn, sharedOver, sharedOver}, {sharedOn, sharedOff, sharedOff},
		{sharedOver, sharedOn, sharedOver}, {sharedOver, sharedOver, sharedOver}, {sharedOver, sharedOff, sharedOff},
		{sharedOff, sharedOn, sharedOff}, {sharedOff, sharedOver, sharedOff}, {sharedOff, sharedOff, sharedOff},
	} {
		st, _, moved, p := grouped(t)
		moved.allow(c.was)
		p.SharedRunnersDisabled = c.was != sharedOn
		parent, err := st.AddGroup(Group{Path: "guild"}, nil)
		require.NoError(t, err)
		parent.allow(c.parent)
		require.NoError(t, st.TransferGroup(moved, parent, nil))
		assert.Equal(t, c.want, moved.SharedRunnersSetting(), "%v", c)
		assert.Equal(t, c.want != sharedOn, p.SharedRunnersDisabled, "%v", c)
	}
}

// app/services/groups/transfer_service.rb, ensure_ownership: who moves what no person owns to the top becomes its Owner.
func TestWhoOwnsAGroupThatIsMovedToTheTop(t *testing.T) {
	for name, c := range map[string]struct {
		owner User
		made  bool
	}{"nobody's": {User{}, true}, "a bot's": {User{Username: "bot", Bot: true}, true}, "a person's": {User{Username: "mia"}, false}} {
		t.Run(name, func(t *testing.T) {
			st, top, child, _ := grouped(t)
			if c.owner.Username != "" {
				owner, err := st.AddUser(c.owner)
				require.NoError(t, err)
				st.join(child, owner, Owner, Joining{})
			}
			root := st.UserNames[RootUsername]
			st.join(top, root, Owner, Joining{})
			require.NoError(t, st.TransferGroup(child, nil, root))
			m, is := MemberOf(child, root)
			assert.Equal(t, c.made, is)
			if is {
				assert.Equal(t, Member{User: root, Role: Owner, Joining: Joining{By: root, CreatedAt: noon, UpdatedAt: noon}}, m)
			}
			assert.Empty(t, top.Children)
			assert.Equal(t, "web/shop", child.Projects[0].Path)
		})
	}
}

// What a seed says is not held against a request that leaves it as it is.
func TestChangesOfAGroupThatASeedNamed(t *testing.T) {
	st, top, child, _ := grouped(t)
	other, err := st.AddGroup(Group{Path: "acme/other", Name: child.Name}, nil)
	require.NoError(t, err)
	description, name, path := "new", child.Name, "third"
	require.NoError(t, st.ChangeGroup(other, GroupChange{Name: &name, Description: &description}))
	assert.Equal(t, "new", other.Description)
	require.Error(t, st.ChangeGroup(other, GroupChange{Path: &path}), "then the name is looked at, too")
	assert.Equal(t, []string{"acme/other", "acme/web"}, []string{other.Path, child.Path})
	assert.Equal(t, []*Group{child, other}, top.Children)
}

// app/services/groups/create_service.rb, app/models/namespace.rb: what a new group takes over from the one above.
func TestNewGroupsTakeOverSharedRunners(t *testing.T) {
	for _, setting := range []string{sharedOn, sharedOver, sharedOff} {
		st, top, _, _ := grouped(t)
		top.allow(setting)
		g, err := st.CreateGroup(NewGroup{Name: "fresh", Path: "fresh", Parent: top, Visibility: Private,
			Creator: st.UserNames[RootUsername]})
		require.NoError(t, err)
		assert.Equal(t, setting, g.SharedRunnersSetting())
		g, err = st.CreateGroup(NewGroup{Name: "fresh", Path: "fresh", Visibility: Private, Creator: st.UserNames[RootUsername]})
		require.NoError(t, err)
		assert.Equal(t, sharedOn, g.SharedRunnersSetting())
	}
}

// Runners that have asked are asked again when a group has moved, which may bring them jobs.
func TestRunnersLookAgainWhenAGroupMoves(t *testing.T) {
	st, _, child, _ := grouped(t)
	r, err := st.AddRunner(RunnerDraft{Attributes: DefaultAttributes()})
	require.NoError(t, err)
	before := st.QueueValueOf(r)
	require.NoError(t, st.TransferGroup(child, nil, st.UserNames[RootUsername]))
	moved := st.QueueValueOf(r)
	assert.NotEqual(t, before, moved)
	off := sharedOff
	require.NoError(t, st.ChangeGroup(child, GroupChange{SharedRunners: &off}))
	assert.NotEqual(t, moved, st.QueueValueOf(r), "or loses its runners")
}

// A group that is there only as somebody's parent gets the id that a seed says, and is found by that alone.
func TestParentsGetTheIDOfASeed(t *testing.T) {
	st, top, _, _ := grouped(t)
	was := top.ID
	g, err := st.AddGroup(Group{ID: 77, Path: "acme"}, nil)
	require.NoError(t, err)
	assert.Same(t, top, g)
	assert.Equal(t, []*Group{top, nil}, []*Group{st.Groups.ByID(77), st.Groups.ByID(was)})
	assert.Equal(t, 77, top.ID)
}
