package world

import (
	"errors"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What is done to deploy keys is taken back whole.
func TestDeployKeysAreTakenBack(t *testing.T) {
	st, shop := ruled(t)
	k, err := st.AddDeployKey(DeployKey{Title: "robot"}, RootUsername, []string{shop.Path}, nil)
	require.NoError(t, err)
	keys, err := st.KeyAccess([]int{k.ID})
	require.NoError(t, err)
	r, err := st.AddProtectedRef(ProtectedRef{Project: shop, Name: "main", Keys: keys})
	require.NoError(t, err)
	e := st.EnabledKey(shop, k.ID)
	before := *e
	title, no := "other", false
	for what, change := range map[string]func(){
		"a key is made":        func() { _, _ = st.CreateDeployKeyOf(shop, DeployKey{Title: "x", Text: st.newKeyText()}, true) },
		"one is added":         func() { _, _ = st.AddDeployKey(DeployKey{}, "", nil, []string{shop.Path}) },
		"it has another title": func() { _ = st.ChangeEnabledKey(e, &title, &no) },
		"it is taken away":     func() { st.DisableDeployKey(e) },
		"people may push":      func() { st.OpenRef(r, DevelopersUp, DevelopersUp) },
	} {
		assert.Error(t, Atomically(st, func() error { change(); return errors.New("taken back") }))
		assert.Equal(t, []*DeployKey{k}, st.DeployKeys.Rows, what)
		assert.Equal(t, []*Enabled{e}, st.EnabledKeysOf(shop), what)
		assert.Equal(t, before, *e, what)
		assert.Equal(t, []any{"robot", []int{k.ID}, true, NoOne}, []any{k.Title, r.KeyIDs(), r.KeysAlone, r.Push}, what)
	}
	st.DisableDeployKey(e)
	assert.Empty(t, st.DeployKeys.Rows)
	assert.Empty(t, r.KeyIDs())
}

// A key of a project that is for all, or that another project has, too, outlives its leaving the project.
func TestKeysThatStay(t *testing.T) {
	st, shop := ruled(t)
	site, err := st.AddProject(Project{Path: "acme/site"}, nil)
	require.NoError(t, err)
	for _, k := range []DeployKey{{Public: true}, {Title: "shared"}} {
		added, err := st.AddDeployKey(k, "", []string{shop.Path}, []string{site.Path})
		require.NoError(t, err)
		st.DisableDeployKey(st.EnabledKey(shop, added.ID))
		assert.Equal(t, added, st.DeployKeys.ByID(added.ID))
		assert.Nil(t, st.EnabledKey(shop, added.ID))
		st.DisableDeployKey(st.EnabledKey(site, added.ID))
		assert.Equal(t, k.Public, st.DeployKeys.ByID(added.ID) != nil)
	}
}

func TestDeployKeysOfSeeds(t *testing.T) {
	st, _ := ruled(t)
	_, err := st.AddDeployKey(DeployKey{CreatedAt: noon.Add(time.Hour)}, "", nil, nil)
	assert.ErrorContains(t, err, "is yet to come")
	// What the settings forbid may be there from before, and what has expired as well.
	st.Settings.Attributes = map[string]string{"ed25519_key_restriction": "-1"}
	k, err := st.AddDeployKey(DeployKey{ExpiresAt: noon.Add(-time.Hour)}, "", nil, nil)
	require.NoError(t, err)
	assert.Equal(t, noon, k.CreatedAt)
	assert.Equal(t, "deploy key", k.Title)
}

// What is said of a key that is there counts for that key alone, and what is as before changes nothing.
func TestChangesOfDeployKeys(t *testing.T) {
	now := noon
	st := stateAt(t, &now)
	shop, err := st.AddProject(Project{Path: "acme/shop"}, nil)
	require.NoError(t, err)
	site, err := st.AddProject(Project{Path: "acme/site"}, nil)
	require.NoError(t, err)
	add := func(title string) *DeployKey {
		k, err := st.AddDeployKey(DeployKey{Title: title, ExpiresAt: noon.Add(time.Minute)}, RootUsername, []string{shop.Path},
			nil)
		require.NoError(t, err)
		return k
	}
	first, second := add("first"), add("second")
	assert.NotEqual(t, first.SHA256(), second.SHA256())
	e := st.EnabledKey(shop, first.ID)
	now = now.Add(time.Hour)
	made, err := st.CreateDeployKeyOf(shop, DeployKey{Title: "x", Text: st.newKeyText(), ExpiresAt: now}, false)
	assert.Nil(t, made)
	assert.Equal(t, newInvalid("deploy_key.key", msgHasExpired), err)
	assert.Same(t, e, st.EnableDeployKey(shop, first, false), "it has it already")
	other := st.EnableDeployKey(site, first, false)
	assert.Equal(t, Enabled{ID: e.ID + 2, Key: first, Project: site, UpdatedAt: now}, *other)
	title, yes := "again", true
	require.NoError(t, st.ChangeEnabledKey(e, &title, &yes), "an old key may have expired")
	assert.Equal(t, []any{"again", noon}, []any{first.Title, e.UpdatedAt}, "it could push before")
	assert.Equal(t, "second", second.Title)
	st.Settings.Attributes = map[string]string{"ed25519_key_restriction": "-1", "dsa_key_restriction": "-1"}
	require.NoError(t, st.ChangeEnabledKey(e, &title, &yes), "nothing is saved")
	title = "once more"
	assert.Equal(t, newInvalid("deploy_key.key", "type is forbidden. Must be RSA, ECDSA, ECDSA_SK, or ED25519_SK"),
		st.ChangeEnabledKey(e, &title, nil))
	no := false
	require.NoError(t, st.ChangeEnabledKey(e, nil, &no))
	assert.Equal(t, []any{false, now}, []any{e.CanPush, e.UpdatedAt})
	mia, err := st.AddUser(User{Username: "mia"})
	require.NoError(t, err)
	second.Maker = mia
	require.NoError(t, st.DeleteUser(mia))
	assert.Equal(t, []*User{st.Users.Rows[0], nil}, []*User{first.Maker, second.Maker})
}

// app/models/user.rb, accessible_deploy_keys: a key of a project of one's own, or one that is for all.
func TestDeployKeysWithinReach(t *testing.T) {
	st, shop := ruled(t)
	_, err := st.AddProject(Project{Path: "guild/site"}, nil)
	require.NoError(t, err)
	mia, err := st.AddUser(User{Username: "mia"})
	require.NoError(t, err)
	require.NoError(t, st.AddMember(shop.Path, "mia", Guest, time.Time{}))
	for path, public := range map[string]bool{shop.Path: false, "guild/site": false, "": true} {
		k, err := st.AddDeployKey(DeployKey{Public: public}, "", nil, strings.Fields(path))
		require.NoError(t, err)
		assert.Equal(t, path != "guild/site", st.ReachesDeployKey(mia, k), path)
	}
}

// app/models/concerns/protected_ref_deploy_key_access.rb: which keys a rule may name, and for whom they speak.
func TestKeysOfProtectedRefs(t *testing.T) {
	st, shop := ruled(t)
	mia, err := st.AddUser(User{Username: "mia"})
	require.NoError(t, err)
	require.NoError(t, st.AddMember(shop.Path, "mia", Guest, time.Time{}))
	key := func(maker string, writes, reads []string) *DeployKey {
		k, err := st.AddDeployKey(DeployKey{}, maker, writes, reads)
		require.NoError(t, err)
		return k
	}
	of := []string{shop.Path}
	hers, other, reads, strange, nobodys := key("mia", of, nil), key("mia", of, nil), key("mia", nil, of),
		key(RootUsername, of, nil), key("", of, nil)
	for attribute, tag := range map[string]bool{attrPushKey: false, attrCreateKey: true} {
		for said, k := range map[string]*DeployKey{"": hers, msgBlank: nil, msgKeyNotEnabled: reads,
			msgKeyOfStranger: strange, msgKeyOfStranger + " ": nobodys} {
			var v Invalid
			st.checkKeyAccess(&v, ProtectedRef{Project: shop, Tag: tag, Keys: []KeyAccess{{Key: k}}})
			want := Invalid{}
			if said = strings.TrimSpace(said); said != "" {
				want.Add(attribute, said)
			}
			assert.Equal(t, want, v)
		}
	}
	site, err := st.AddProject(Project{Path: "acme/site"}, nil)
	require.NoError(t, err)
	st.EnableDeployKey(site, hers, true)
	r, err := st.ProtectRef(ProtectedRef{Project: shop, Name: "ma*", Push: NoOne, Merge: NoOne, Keys: []KeyAccess{{Key: hers},
		{Key: other}}})
	require.NoError(t, err)
	lets := func(u *User, name string) RefAccess { return st.RefRulesFor(u, shop, false, name).Push }
	assert.Equal(t, []RefAccess{DevelopersUp, NoOne, NoOne, NoOne}, []RefAccess{lets(mia, "main"), lets(mia, "side"),
		lets(st.Users.Rows[0], "main"), lets(nil, "main")})
	st.DisableDeployKey(st.EnabledKey(shop, other.ID))
	assert.Equal(t, []int{hers.ID}, r.KeyIDs(), "the other key is gone")
	assert.Equal(t, DevelopersUp, lets(mia, "main"))
	st.RemoveMemberFrom(shop, mia, false)
	assert.Equal(t, NoOne, lets(mia, "main"), "she is no member any more")
	require.NoError(t, st.AddMember(shop.Path, "mia", Guest, time.Time{}))
	st.DisableDeployKey(st.EnabledKey(shop, hers.ID))
	assert.Equal(t, NoOne, lets(mia, "main"), "another project has the key")
	r.Keys = []KeyAccess{{Key: nobodys}}
	assert.Equal(t, NoOne, lets(nil, "main"))
	assert.Zero(t, RoleInProject(nil, shop), "nobody is a member, nor the owner of what a group has")
}

// A key that is made up is none that somebody has.
func TestMadeUpKeysAreNew(t *testing.T) {
	st, _ := ruled(t)
	text := st.newKeyText()
	other, _ := ruled(t)
	k, err := other.AddDeployKey(DeployKey{Text: text}, "", nil, nil)
	require.NoError(t, err)
	assert.Equal(t, text, k.Text)
	assert.NotEqual(t, text, other.newKeyText())
}

// What the draft of a deploy key says wrongly is told, and none is made.
func TestDraftsOfDeployKeys(t *testing.T) {
	st, shop := ruled(t)
	is, err := st.AddDeployKey(DeployKey{Title: "is"}, "", nil, nil)
	require.NoError(t, err)
	text := st.newKeyText()
	half := len(text) / 2
	k, err := st.AddDeployKey(DeployKey{ID: 77, Title: strings.Repeat("ü", maxVariableText), Text: text[:half] + "\n" +
		text[half:] + " who where"}, RootUsername, []string{shop.Path}, nil)
	require.NoError(t, err)
	assert.Equal(t, []any{77, text + " who", st.Users.Rows[0]}, []any{k.ID, k.Text, k.Maker})
	assert.True(t, st.EnabledKey(shop, 77).CanPush)
	const noKey = "key: it is no public key as ssh-keygen writes one into a file .pub"
	long := st.newKeyText()
	for _, c := range []struct {
		said          DeployKey
		maker         string
		writes, reads []string
		want          []string
	}{
		{DeployKey{ID: 77}, "", nil, nil, []string{"id: deploy key id 77 is taken"}},
		{DeployKey{Title: strings.Repeat("ü", maxVariableText+1)}, "", nil, nil,
			[]string{"title: it is too long (maximum is 255 characters)"}},
		{DeployKey{Text: "main"}, "", nil, nil, []string{noKey}},
		{DeployKey{Text: `command="x" ` + long}, "", nil, nil, []string{noKey}},
		{DeployKey{Text: long + " " + strings.Repeat("x", maxKeyText)}, "", nil, nil, []string{noKey}},
		{DeployKey{Text: is.Text}, "", nil, nil, []string{`key: deploy key ` + strconv.Itoa(is.ID) + `, "is", has that key`}},
		{DeployKey{}, "nemo", nil, nil, []string{"user: "}},
		{DeployKey{}, "", []string{"a/b", "c/d"}, []string{"e/f"}, []string{"projects_with_write_access[0]: no project",
			"projects_with_write_access[1]: no project", "projects_with_readonly_access[0]: no project"}},
		{DeployKey{}, "", []string{shop.Path}, []string{shop.Path},
			[]string{"projects_with_readonly_access[0]: acme/shop is named twice"}},
	} {
		_, err := st.AddDeployKey(c.said, c.maker, c.writes, c.reads)
		problems := problemsOf(t, err)
		if assert.Len(t, problems, len(c.want), problems) {
			for i, want := range c.want {
				assert.True(t, strings.HasPrefix(problems[i], want), problems[i])
			}
		}
		assert.Len(t, st.DeployKeys.Rows, 2)
	}
}
