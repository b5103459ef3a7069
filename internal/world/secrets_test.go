package world

import (
	"encoding/base64"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// app/models/ci/runner.rb, routable_token; lib/authn/token_field/generator/routable_token.rb: what a runner's token says
// of it, in numbers to the base of 36, and how long that is.
func TestRoutableTokensSayWhoseTheyAre(t *testing.T) {
	st := versioned(t, "18.11")
	shop, err := st.AddProject(Project{Path: "acme/shop"}, nil)
	require.NoError(t, err)
	shop.ID, shop.Group.ID = 36*36, 35
	root := st.UserNames[RootUsername]
	for name, c := range map[string]struct {
		with RunnerDraft
		want string
	}{
		"of the instance": {RunnerDraft{}, "o:1\nt:1"},
		"of a group":      {RunnerDraft{Group: shop.Group}, "g:z\no:1\nt:2"},
		"of a project":    {RunnerDraft{Projects: []*Project{shop}}, "o:1\np:100\nt:3"},
		"of a user":       {RunnerDraft{Creator: root}, "o:1\nt:1\nu:1"},
	} {
		t.Run(name, func(t *testing.T) {
			c.with.Attributes = DefaultAttributes()
			r, err := st.AddRunner(c.with)
			require.NoError(t, err)
			parts := regexp.MustCompile(`^glrt-(t\d_)?([\w-]+)\.01\.([0-9a-z]{2})[0-9a-z]{7}$`).FindStringSubmatch(r.Token)
			require.NotNil(t, parts, r.Token)
			said, err := base64.RawURLEncoding.DecodeString(parts[2])
			require.NoError(t, err)
			assert.Equal(t, c.want+string(rune(len(c.want))), string(said[16:]), "after what is random")
			assert.Equal(t, base36(len(parts[2]), 2), parts[3])
		})
	}
	for n, want := range map[int]string{0: "00", 35: "0z", 36: "10", 36 * 36: "100"} {
		assert.Equal(t, want, base36(n, 2))
	}
}
