package rest_test

import (
	"fmt"
	"strings"

	fg "github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

// userProofs prove what differs in users and in what is done with access tokens.
func userProofs() map[gitlabversion.Difference]proof {
	rotated := func(v inVersion, form string) testkit.Reply {
		t := v.gl.AddAccessToken(fg.AccessToken{User: "mia"})
		return v.as("mia", "POST", fmt.Sprintf("/personal_access_tokens/%d/rotate", t.ID), testkit.WithForm(form))
	}
	return map[gitlabversion.Difference]proof{
		gitlabversion.OwnTokenCreation: {func(v inVersion) any {
			return v.as("mia", "POST", "/user/personal_access_tokens", testkit.WithForm("name=n&scopes=k8s_proxy")).Status
		}, 404, 201, nil},
		gitlabversion.TokenRotationExpiry: {func(v inVersion) any {
			return rotated(v, "expires_at=2024-08-01").Field(v.T, "expires_at")
		}, "2024-07-08", "2024-08-01", nil},
		gitlabversion.TokenSelfRotation: {func(v inVersion) any {
			t := v.gl.AddAccessToken(fg.AccessToken{User: "mia"})
			return testkit.Ask(v.T, v.gl, t.Token, "POST", "/personal_access_tokens/self/rotate").Status
		}, 404, 200, nil},
		gitlabversion.ResourceTokenSelfRotation: {func(v inVersion) any {
			t := v.gl.AddAccessToken(fg.AccessToken{Project: "acme/shop"})
			return testkit.Ask(v.T, v.gl, t.Token, "POST", "/projects/10001/access_tokens/self/rotate").Status
		}, 404, 200, nil},
		gitlabversion.TokenFamilyRevoked: {func(v inVersion) any {
			t := v.gl.AddAccessToken(fg.AccessToken{User: "mia"})
			path := fmt.Sprintf("/personal_access_tokens/%d/rotate", t.ID)
			next := v.as("mia", "POST", path).Field(v.T, "token").(string)
			testkit.Ask(v.T, v.gl, t.Token, "POST", path)
			return testkit.Ask(v.T, v.gl, next, "GET", "/user").Status
		}, 200, 401, nil},
		gitlabversion.TokenExpiryFilters: {func(v inVersion) any {
			v.as("mia", "GET", "/user") // with a token that never expires
			return strings.Count(v.as("mia", "GET", "/personal_access_tokens?expires_before=2024-01-01").Body, `"id":`)
		}, 1, 0, nil},
		gitlabversion.MembersThroughHiddenGroups: {func(v inVersion) any {
			v.as("root", "POST", "/projects/acme%2Fapi/share?group_access=10&group_id="+fmt.Sprint(v.field("max", "/groups/team", "id")))
			v.gl.UpdateProject("acme/api", func(p *fg.Project) { delete(p.Members, "max") })
			return strings.Contains(v.as("mia", "GET", "/projects/acme%2Fapi/members/all").Body, `"max"`)
		}, false, true, nil},
		gitlabversion.UsersByKeyset: {func(v inVersion) any {
			return v.as("mia", "GET", "/users?pagination=keyset").Header.Get("X-Total") == ""
		}, false, true, nil},
		gitlabversion.UsersSearchedByRank: {func(v inVersion) any {
			v.gl.AddUser(fg.User{ID: 90, Username: "rank", Name: "Rank"})
			v.gl.AddUser(fg.User{ID: 91, Username: "ranking", Name: "Ranking"})
			return v.as("root", "GET", "/users?search=rank").Field(v.T, "0.username")
		}, "ranking", "rank", nil},
		gitlabversion.ActivationByService: {func(v inVersion) any {
			mia, _ := v.gl.User("mia")
			path := fmt.Sprintf("/users/%d/activate", mia.ID)
			active := v.as("root", "POST", path).String()
			v.gl.UpdateUser("mia", func(u *fg.User) { u.State = fg.UserBlocked })
			return active + " " + v.as("root", "POST", path).String()
		}, `201 false 403 {"message":"403 Forbidden - A blocked user must be unblocked to be activated"}`,
			`201 true 403 {"message":"Error occurred. A blocked user must be unblocked to be activated"}`, nil},
	}
}
