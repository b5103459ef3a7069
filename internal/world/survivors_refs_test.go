package world

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab/internal/repository"
)

// Rules of refs: which may be moved, which are protected, and what is picked, whose loss no other test noticed
// (internal/mutate).

// refs/files-backend.c: a name that cannot be a file, or whose folder cannot be made, is refused, and in nobody's way.
func TestRefsWithOddNames(t *testing.T) {
	st, p, c := withFiles(t, map[string]string{"a": "a"})
	const zero = repository.ZeroID
	assert.NoError(t, st.CheckRefUpdate(p, RefUpdate{"refs/odd/a", zero, c.Tree}), "branches alone are of commits")
	long := strings.Repeat("x", 260)
	for ref, want := range map[string]string{"refs/heads/a..b": "", "refs/heads/b/" + long: ".lock': File name too long",
		"refs/heads/b/" + long + "/c": "unable to create directory for"} {
		u := RefUpdate{ref, zero, c.ID}
		errs := []error{st.CheckRefUpdate(p, u), st.CheckRefsAtOnce(p, []RefUpdate{{"refs/heads/b", zero, c.ID}, u})}
		for _, err := range errs {
			var refusal *RefRefusal
			require.ErrorAs(t, err, &refusal)
			assert.Equal(t, ref, refusal.Ref)
			assert.Contains(t, refusal.Detail, want)
			assert.Equal(t, want == "", refusal.Detail == "")
		}
	}
}

// app/services/git/branch_push_service.rb, app/models/concerns/has_repository.rb: which branch a repository that was empty
// has for its default.
func TestTheFirstBranch(t *testing.T) {
	_, from, c := withFiles(t, map[string]string{"a": "a"})
	const zero, main = repository.ZeroID, "main"
	for name, w := range map[string]struct {
		updates []RefUpdate
		want    string
	}{
		"another":      {[]RefUpdate{{"refs/heads/side", zero, c.ID}, {"refs/heads/more", zero, c.ID}}, "side"},
		"with that":    {[]RefUpdate{{"refs/heads/side", zero, c.ID}, {"refs/heads/main", zero, c.ID}}, main},
		"a tag":        {[]RefUpdate{{"refs/tags/side", zero, c.ID}}, main},
		"one that was": {[]RefUpdate{{"refs/heads/side", zero, zero}}, main},
	} {
		for _, attributes := range []map[string]string{nil, {attrAutoCancel: FeatureDisabled}} {
			st, p := emptyWorld(t)
			p.Attributes = attributes
			p.Repository.Adopt(from.Repository)
			p.Repository.SetRef("refs/heads/main", zero)
			require.True(t, p.Repository.Empty())
			require.Error(t, Atomically(st, func() error {
				require.NoError(t, st.PushRefs(p, nil, w.updates, PushOptions{Silent: true}))
				return errors.New("no")
			}))
			assert.Equal(t, main, p.DefaultBranch(), name)
			require.NoError(t, st.PushRefs(p, nil, w.updates, PushOptions{Silent: true}))
			assert.Equal(t, w.want, p.DefaultBranch(), name)
			assert.Equal(t, attributes[attrAutoCancel], p.Attributes[attrAutoCancel], name)
		}
	}
}

// lib/gitlab/access/branch_protection.rb, default_branch_protection.rb: who may do what with the first branch, and with
// the default branch once it is there.
func TestWhatADefaultBranchIsProtectedFrom(t *testing.T) {
	const developers, maintainers = `[{"access_level":30}]`, `[{"access_level":40}]`
	said := func(push, merge, more string) map[string]string {
		return map[string]string{AttrBranchProtection: protectNothing,
			AttrBranchDefaults: `{"allowed_to_push":` + push + `,"allowed_to_merge":` + merge + more + `}`}
	}
	level := func(l string) map[string]string { return map[string]string{AttrBranchProtection: l} }
	const force = `,"allow_force_push":true`
	for name, c := range map[string]struct {
		said  map[string]string
		first RefAccess
		want  *ProtectedRef
	}{
		"nothing":     {level(protectNothing), DevelopersUp, nil},
		"partly":      {level(protectPartly), DevelopersUp, &ProtectedRef{Push: DevelopersUp, Merge: MaintainersUp}},
		"merging":     {level(protectMerging), MaintainersUp, &ProtectedRef{Push: MaintainersUp, Merge: DevelopersUp}},
		"after first": {level(protectAfterFirst), DevelopersUp, &ProtectedRef{Push: MaintainersUp, Merge: MaintainersUp}},
		"fully":       {nil, MaintainersUp, &ProtectedRef{Push: MaintainersUp, Merge: MaintainersUp}},
		"all open":    {said(developers, developers, force), DevelopersUp, nil},
		"no force":    {said(developers, developers, ""), DevelopersUp, &ProtectedRef{Push: DevelopersUp, Merge: DevelopersUp}},
		"no push": {said(maintainers, developers, force), MaintainersUp,
			&ProtectedRef{Push: MaintainersUp, Merge: DevelopersUp, ForcePush: true}},
		"no merge": {said(developers, maintainers, force), DevelopersUp,
			&ProtectedRef{Push: DevelopersUp, Merge: MaintainersUp, ForcePush: true}},
		"the first alone": {said(maintainers, maintainers, `,"developer_can_initial_push":true`), DevelopersUp,
			&ProtectedRef{Push: MaintainersUp, Merge: MaintainersUp}},
	} {
		t.Run(name, func(t *testing.T) {
			st, p := emptyWorld(t)
			p.Group.Attributes = c.said
			assert.Equal(t, c.first, st.FirstPush(p))
			st.protectDefault(p)
			st.protectDefault(p)
			if c.want == nil {
				assert.Empty(t, st.ProtectedRefs.Rows)
				return
			}
			require.Len(t, st.ProtectedRefs.Rows, 1)
			got := st.ProtectedRefs.Rows[0]
			assert.Equal(t, []any{"main", c.want.Push, c.want.Merge, c.want.ForcePush},
				[]any{got.Name, got.Push, got.Merge, got.ForcePush})
		})
	}
}

// app/models/project.rb: the settings say it of people's own projects; lib/gitlab/access.rb has the numbers.
func TestFirstBranchesOfPeople(t *testing.T) {
	st, _ := emptyWorld(t)
	own, err := st.AddProject(Project{Path: "root/own"}, nil)
	require.NoError(t, err)
	assert.Equal(t, MaintainersUp, st.FirstPush(own))
	st.Settings.Attributes = map[string]string{AttrBranchProtection: protectPartly}
	assert.Equal(t, DevelopersUp, st.FirstPush(own))
	for level, want := range map[int]RefAccess{0: NoOne, 30: DevelopersUp, 40: MaintainersUp, 60: AdminsOnly, 50: ""} {
		a, ok := RefAccessOf(level)
		assert.Equal(t, []any{want, want != ""}, []any{a, ok}, level)
	}
}

// Of a rule that a seed says wrongly nothing more is told that follows from that.
func TestKeysOfRulesThatAreWrong(t *testing.T) {
	st, p := emptyWorld(t)
	rule := ProtectedRef{Project: p, Name: "main", Keys: []KeyAccess{{Key: &DeployKey{ID: 7, Text: "ssh-ed25519 AAAA"}}}}
	_, err := st.AddProtectedRef(rule)
	assert.ErrorContains(t, err, "deploy key 7 is not for the project")
	_, err = st.AddProtectedRef(rule, Problem{Text: "no"})
	assert.EqualError(t, err, "no")
}

// git merge-tree: the first commit changes nothing that there was, and what is picked is there with all of its files.
func TestWhatIsPicked(t *testing.T) {
	st, p, first := withFiles(t, map[string]string{"a": "a", "d/b": "b"})
	pick := func(c *repository.Commit) (*repository.Commit, error) {
		return st.Pick(p, st.Users.Rows[0], PickDraft{Branch: "main", Commit: c, Message: "Pick"}, PushOptions{Silent: true})
	}
	_, err := pick(first)
	assert.ErrorIs(t, err, ErrPickRoot)
	orphan := *first
	orphan.Parents = []string{strings.Repeat("ab", 20)}
	_, err = pick(&orphan)
	assert.ErrorIs(t, err, ErrPickRoot, "nobody knows what was before")
	side, err := st.Commit(p, st.Users.Rows[0], CommitDraft{Branch: "side", Start: "main", Message: "Side",
		Writes: map[string]repository.Write{"d/c": {Content: []byte("c")}}}, PushOptions{Silent: true})
	require.NoError(t, err)
	commit(t, st, p, "Go on", map[string]string{"d/b": "other"}, PushOptions{Silent: true})
	picked, err := pick(side)
	require.NoError(t, err)
	assert.Equal(t, []string{"a", "d/b", "d/c"}, p.Repository.Paths(picked.ID))
	_, err = pick(side)
	assert.ErrorIs(t, err, ErrPickEmpty)
}

// refs/files-backend.c, lock_raw_ref: what is to be made beside a ref is held against those that are there, and only one that
// is not there itself against those that come with it.
func TestRefsThatComeBesideOnesThatAreThere(t *testing.T) {
	st, p, c := withFiles(t, map[string]string{"a": "a"})
	p.Repository.SetRef("refs/heads/x", c.ID)
	beside := RefUpdate{"refs/heads/x/y", repository.ZeroID, c.ID}
	for _, to := range []string{c.ID, repository.ZeroID} {
		assert.ErrorContains(t, st.CheckRefsAtOnce(p, []RefUpdate{{"refs/heads/x", c.ID, to}, beside}),
			"'refs/heads/x' exists; cannot create 'refs/heads/x/y'")
	}
}
