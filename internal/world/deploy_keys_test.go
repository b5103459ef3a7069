package world

import (
	"errors"
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
