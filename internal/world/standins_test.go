package world

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
)

// What stands for a refused job has a plan, of which nothing is said, and is no job that a message names.
func TestStandInOfAJob(t *testing.T) {
	st := New(gitlabversion.All()[0], time.Now, Around{})
	Seeding(st, nil, nil, func() {
		p := &Project{ID: 1, Path: "acme/shop"}
		st.standInForJob(&Job{ID: 5, PipelineID: 7, Project: p})
		j := st.Jobs.ByID(5)
		require.NotNil(t, j)
		assert.Empty(t, j.When)
		assert.Empty(t, j.Pipeline.madeByJobs())
	})
}

// What stands for something refused has its name, ID and token where they are free, so that nobody else has them.
func TestStandIns(t *testing.T) {
	st, shop := ruled(t)
	taken, err := st.AddJob(&Job{ID: 700, Project: shop, User: st.Users.Rows[0], Token: "taken"})
	require.NoError(t, err)
	Seeding(st, nil, nil, func() {
		const badly = "hidden" // is no visibility
		_, err := st.AddGroup(Group{ID: 1, Path: "one/two/three", Visibility: badly, RegistrationToken: "GR-mine"}, nil)
		require.Error(t, err)
		g := st.GroupPaths["one/two/three"]
		require.NotNil(t, g)
		for _, path := range []string{"one", "one/two", "one/two/three"} {
			assert.Equal(t, path, st.GroupPaths[path].Path)
			assert.Contains(t, st.Groups.Rows, st.GroupPaths[path])
			assert.Equal(t, path == "one/two/three", st.GroupPaths[path].ID >= 0)
		}
		assert.Equal(t, 1, g.ID)
		_, err = st.AddGroup(Group{ID: 1, Path: "next"}, nil)
		assert.ErrorContains(t, err, "id 1 is taken")
		_, err = st.AddGroup(Group{Path: "next", RegistrationToken: "GR-mine"}, nil)
		assert.ErrorContains(t, err, "token", "its token")
		for id, own := range map[int]bool{0: false, -3: false, 1: false, 99: true} {
			assert.Equal(t, own, standInID(&st.Groups, id) == id, id)
		}
		for i, token := range []string{"", "taken", "free"} {
			st.standInForJob(&Job{ID: 701 + i, Token: token, Project: shop})
		}
		assert.Equal(t, map[string]int{"taken": taken.ID, "free": 703}, map[string]int{"taken": st.JobTokens["taken"].ID,
			"free": st.JobTokens["free"].ID})
		assert.Nil(t, st.JobTokens[""])
		assert.Nil(t, st.pipelines[0], "it is in none")
	})
}
