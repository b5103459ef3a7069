package oauth_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab"
)

// A token of OAuth is of no family of rotated tokens: to send a revoked one where tokens are rotated harms nobody's.
func TestRevokedOAuthTokenAtRotation(t *testing.T) {
	gl := fakegitlab.New(t)
	gl.AddUser(fakegitlab.User{Username: "mia", Password: password})
	admin := gl.AdminToken()
	_, answer := ask(t, gl, http.MethodPost, "grant_type=password&username=mia&password="+password)
	revoked := answer["access_token"].(string)
	code, _ := ask(t, gl, http.MethodPost, "grant_type=refresh_token&refresh_token="+answer["refresh_token"].(string))
	require.Equal(t, http.StatusOK, code)
	before := gl.Snapshot()

	r, err := http.NewRequest(http.MethodPost, gl.APIURL()+"/personal_access_tokens/self/rotate", nil)
	require.NoError(t, err)
	r.Header.Set("Authorization", "Bearer "+revoked)
	res, err := gl.Client().Do(r)
	require.NoError(t, err)
	_ = res.Body.Close()

	assert.Equal(t, http.StatusUnauthorized, res.StatusCode)
	gl.AssertSnapshot(t, before)
	assert.Equal(t, http.StatusOK, status(t, gl, "PRIVATE-TOKEN", admin))
}
