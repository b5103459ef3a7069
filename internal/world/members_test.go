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
