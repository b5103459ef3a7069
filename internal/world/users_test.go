package world

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// lib/gitlab/themes.rb, lib/gitlab/color_schemes.rb, app/models/user.rb: what is refused of a user's details.
func TestDetailsOfUsers(t *testing.T) {
	for _, c := range []struct{ name, value, want string }{
		{AttrTheme, "", ""}, {AttrTheme, "1", ""}, {AttrTheme, "11", ""}, {AttrTheme, "0", "theme"}, {AttrTheme, "12", "theme"},
		{AttrTheme, "-1", "theme"}, {AttrTheme, "red", "theme"}, {AttrTheme, "99999999999999999999", "theme"},
		{AttrColorScheme, "1", ""}, {AttrColorScheme, "6", ""}, {AttrColorScheme, "0", "scheme"},
		{AttrColorScheme, "7", "scheme"},
		{"website_url", "http://mia.example", ""}, {"website_url", "https://mia.example", ""},
		{"website_url", "ftp://mia.example", "URL"}, {"website_url", "mia.example", "URL"}, {"website_url", "http://", "URL"},
	} {
		st, _ := ruled(t)
		_, err := st.AddUser(User{Username: "mia", Attributes: map[string]string{c.name: c.value}})
		if c.want == "" {
			assert.NoError(t, err, c)
		} else {
			assert.ErrorContains(t, err, c.want, c)
		}
	}
	st, _ := ruled(t)
	for limit, ok := range map[int]bool{-1: false, 0: true} {
		_, err := st.AddUser(User{Username: "ned", ProjectsLimit: &limit})
		assert.Equal(t, ok, err == nil, limit)
	}
}

// lib/api/users.rb: a password that somebody else sets has to be changed first.
func TestPasswordsThatAreChanged(t *testing.T) {
	st, _ := ruled(t)
	mia, err := st.AddUser(User{Username: "mia", Password: "first-of-hers"})
	require.NoError(t, err)
	root, next, last := st.UserNames[RootUsername], "Xk29-qq-next", "Xk29-qq-last"
	require.NoError(t, st.ChangeUser(mia, UserChange{Password: &next}, mia))
	assert.Equal(t, []bool{false, true}, []bool{mia.HasPassword("first-of-hers"), mia.HasPassword(next)})
	require.NoError(t, st.ChangeUser(mia, UserChange{Password: &last}, root))
	assert.Equal(t, []bool{false, false, true}, []bool{mia.HasPassword(next), mia.HasPassword(last), mia.PasswordExpired})
}

// What a seed says of root is no reason to forget when somebody last changed or saw the user.
func TestUpdatedUsersKeepTheirTimes(t *testing.T) {
	st, _ := ruled(t)
	root := st.UserNames[RootUsername]
	root.UpdatedAt, root.ActiveOn = noon.Add(time.Hour), noon.Add(24*time.Hour)
	require.NoError(t, st.SeedUser(User{Username: RootUsername, Name: "Ruth"}))
	assert.Equal(t, "Ruth", root.Name)
	assert.Equal(t, []time.Time{noon, noon.Add(time.Hour), noon.Add(24 * time.Hour)},
		[]time.Time{root.CreatedAt, root.UpdatedAt, root.ActiveOn})
}
