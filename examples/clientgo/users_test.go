package clientgo

import (
	"net/http"
	"testing"
	"time"

	"github.com/fakegitlab/fakegitlab"
	"github.com/stretchr/testify/require"
	gitlab "gitlab.com/gitlab-org/api/client-go/v2"
)

// A program that makes its own people: a user with a token, who is blocked and let in again and whose token is rotated, an
// impersonation token, and in the end nobody is left.
func TestUsersAndTokens(t *testing.T) {
	gl := fakegitlab.New(t)
	root := client(t, gl, gl.AdminToken())
	user, _, err := root.Users.CreateUser(&gitlab.CreateUserOptions{Email: gitlab.Ptr("nina@corp.example"),
		Username: gitlab.Ptr("nina"), Name: gitlab.Ptr("Nina"), ForceRandomPassword: gitlab.Ptr(true),
		SkipConfirmation: gitlab.Ptr(true)})
	require.NoError(t, err)
	users, _, err := root.Users.ListUsers(&gitlab.ListUsersOptions{Username: gitlab.Ptr("nina")})
	require.NoError(t, err)
	require.Len(t, users, 1)

	in30Days := gitlab.ISOTime(gl.Now().AddDate(0, 0, 30))
	token, _, err := root.Users.CreatePersonalAccessToken(user.ID, &gitlab.CreatePersonalAccessTokenOptions{
		Name: gitlab.Ptr("robot"), Scopes: &[]string{"api"}, ExpiresAt: &in30Days})
	require.NoError(t, err)
	nina := client(t, gl, token.Token)
	_, _, err = nina.Users.CreateUser(&gitlab.CreateUserOptions{Email: gitlab.Ptr("a@b"), Username: gitlab.Ptr("a"),
		Name: gitlab.Ptr("A"), ForceRandomPassword: gitlab.Ptr(true)})
	requireStatus(t, err, http.StatusForbidden, "{message: 403 Forbidden}")

	_, err = root.Users.BlockUser(user.ID)
	require.NoError(t, err)
	_, _, err = nina.Users.CurrentUser()
	requireStatus(t, err, http.StatusForbidden, "{message: 403 Forbidden - Your account has been blocked.}")
	_, err = root.Users.UnblockUser(user.ID)
	require.NoError(t, err)

	rotated, _, err := nina.PersonalAccessTokens.RotatePersonalAccessTokenSelf(nil)
	require.NoError(t, err)
	require.Equal(t, gl.Now().AddDate(0, 0, 7).Format(time.DateOnly), rotated.ExpiresAt.String())
	all, _, err := client(t, gl, rotated.Token).PersonalAccessTokens.ListPersonalAccessTokens(
		&gitlab.ListPersonalAccessTokensOptions{State: gitlab.Ptr("active")})
	require.NoError(t, err)
	require.Len(t, all, 1)

	impersonation, _, err := root.Users.CreateImpersonationToken(user.ID, &gitlab.CreateImpersonationTokenOptions{
		Name: gitlab.Ptr("as nina"), Scopes: &[]string{"read_user"}, ExpiresAt: gitlab.Ptr(gl.Now().AddDate(0, 0, 1))})
	require.NoError(t, err)
	who, _, err := client(t, gl, impersonation.Token).Users.CurrentUser()
	require.NoError(t, err)
	require.Equal(t, "nina", who.Username)

	_, err = root.Users.DeleteUser(user.ID)
	require.NoError(t, err)
	require.Empty(t, gl.Users()[1:])
}
