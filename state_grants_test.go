package fakegitlab_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab"
)

// What a fine-grained token may do goes through a world, its snapshot and its JSON as it was.
func TestGrantsTravel(t *testing.T) {
	grants := []fakegitlab.TokenGrant{
		{Projects: []string{"acme/shop"}, Groups: []string{"acme"}, Permissions: []string{"Runner: Read", "Job: Run"}},
		{Access: "user", Permissions: []string{"User: Read"}},
	}
	gl := fakegitlab.New(t)
	gl.AddUser(fakegitlab.User{Username: "mia"})
	gl.AddProject(fakegitlab.Project{Path: "acme/shop"})
	made := gl.AddAccessToken(fakegitlab.AccessToken{User: "mia", Scopes: []string{"granular"}, Grants: grants})
	assert.Equal(t, grants, made.Grants)
	before := gl.Snapshot()
	var text bytes.Buffer
	require.NoError(t, before.Write(&text))
	read, err := fakegitlab.ReadScenario(&text)
	require.NoError(t, err)
	assert.Equal(t, before, read)
	assert.Equal(t, before, fakegitlab.New(t, fakegitlab.WithScenario(read)).Snapshot())
	made.Grants[0].Permissions[0] = "Runner: Delete"
	assert.Equal(t, before, gl.Snapshot(), "a copy is a copy")

	read.AccessTokens[0].Grants[0].Projects[0] = "acme/shpo"
	assert.ErrorContains(t, read.Validate(),
		`access_tokens[0].grants[0].projects[0]: no project "acme/shpo"; did you mean "acme/shop"?`)
}
