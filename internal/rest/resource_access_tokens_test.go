package rest_test

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

// A token's bot has the token's role, is a member as long as it lives, and may what its role may.
func TestResourceTokens(t *testing.T) {
	for version, kept := range map[string]bool{"17.2": false, "17.11": true} {
		t.Run(version, func(t *testing.T) {
			gl := fakegitlab.New(t, fakegitlab.WithVersion(version), fakegitlab.WithScenario(secretly().WithUser("oli").
				WithMember("acme", "oli", fakegitlab.Owner)))
			ask := asks(t, gl)
			const all = "/projects/acme%2Fbackend%2Fshop/access_tokens"
			gl.NextID(777)
			gl.NextToken("glpat-chosen")
			made := ask("mia", "POST "+all, `{"name":"robot","scopes":["api"],"access_level":30,"expires_at":"2024-09-01"}`)
			require.Equal(t, 201, made.Status, made.Body)
			assert.Equal(t, []any{777.0, "glpat-chosen", 30.0, "2024-09-01"}, []any{made.Field(t, "id"),
				made.Field(t, "token"), made.Field(t, "access_level"), made.Field(t, "expires_at")})
			tokens := gl.Snapshot().AccessTokens
			robot := tokens[slices.IndexFunc(tokens, func(t fakegitlab.AccessToken) bool { return t.ID == 777 })]
			bot, _ := gl.User(robot.User)
			assert.Regexp(t, regexp.MustCompile(fmt.Sprintf(`^project_%d_bot_[0-9a-f]{32}$`, gl.Projects()[0].ID)), bot.Username)
			assert.Equal(t, []any{"robot", true, "mia"}, []any{bot.Name, bot.Bot, bot.CreatedBy})
			at, err := url.Parse(gl.URL())
			require.NoError(t, err)
			assert.Equal(t, bot.Username+"@noreply."+at.Hostname(), bot.Email)
			assert.Equal(t, fakegitlab.Developer, gl.Projects()[0].Members[bot.Username])

			byBot := func(method, path string) int { return testkit.Ask(t, gl, "glpat-chosen", method, path).Status }
			assert.Equal(t, 200, byBot("GET", "/projects/acme%2Fbackend%2Fshop"))
			assert.Equal(t, 401, byBot("GET", all), "its role is too low")
			assert.Equal(t, 401, byBot("GET", "/groups/acme/access_tokens"))

			gl.Advance(24 * time.Hour)
			rotated := ask("mia", "POST "+all+"/777/rotate", "")
			require.Equal(t, 200, rotated.Status, rotated.Body)
			assert.Equal(t, "2024-07-09", rotated.Field(t, "expires_at"))
			assert.Equal(t, 401, byBot("GET", "/projects/acme%2Fbackend%2Fshop"))
			assert.Equal(t, []any{777.0}, ask("mia", "GET "+all+"?state=inactive", "").Each(t, "id"))
			next := fmt.Sprintf("%s/%.0f", all, rotated.Field(t, "id"))
			assert.Equal(t, 404, ask("oli", "GET /groups/acme/access_tokens/777", "").Status)
			assert.Equal(t, "glpat-", rotated.Field(t, "token").(string)[:6])
			assert.Equal(t, 204, ask("mia", "DELETE "+next, "").Status)
			_, there := gl.User(bot.Username)
			assert.Equal(t, kept, there)
		})
	}
}

// Who refuses what differs by what is asked for, and so do the words.
func TestResourceTokensRefused(t *testing.T) {
	gl := fakegitlab.New(t, fakegitlab.WithScenario(secretly().WithUser("dan").WithUser("oli").
		WithMember("acme", "dan", fakegitlab.Developer).WithMember("acme", "oli", fakegitlab.Owner).
		WithAccessToken("", "glpat-owner", func(t *fakegitlab.AccessToken) {
			t.ID, t.Project, t.Role = 9, "acme/backend/shop", fakegitlab.Owner
		})))
	ask := asks(t, gl)
	const all = "/projects/acme%2Fbackend%2Fshop/access_tokens"
	bot := gl.Snapshot().AccessTokens[0].User
	before := gl.Snapshot()
	for _, c := range []struct {
		who, call, body string
		status          int
		says            string
	}{
		{"dan", "DELETE " + all + "/9", "", 400, "400 Bad request - dan cannot delete " + bot},
		{"dan", "POST " + all + "/9/rotate", "", 401, "401 Unauthorized"},
		{"root", "POST " + all + "/10/rotate", "", 404, "404 Not Found"},
		{"mia", "POST " + all + "/9/rotate", "", 400,
			"400 Bad request - Not eligible to rotate token with access level higher than the user"},
		{"oli", "POST " + all + "/9/rotate", `{"expires_at":"2030-01-01"}`, 400,
			"400 Bad request - Expiration date must be before 2025-07-01"},
		{"mia", "POST " + all, `{"name":"x","scopes":["api"],"access_level":50}`, 400,
			"400 Bad request - Could not provision owner access to project access token"},
		{"mia", "POST /groups/acme/access_tokens", `{"name":"x","scopes":["api"]}`, 400,
			"400 Bad request - User does not have permission to create group access token"},
		{"mia", "GET " + all + "/10", "", 404, "404 Could not find project access token with token_id: 10 Not Found"},
	} {
		refused := ask(c.who, c.call, c.body)
		assert.Equal(t, []any{c.status, c.says}, []any{refused.Status, refused.Field(t, "message")}, c.call)
	}
	gl.AssertSnapshot(t, before, fakegitlab.IgnoreTimes())
}

// tokenProofs prove what differs in access tokens of projects and groups.
func tokenProofs() map[gitlabversion.Difference]proof {
	return map[gitlabversion.Difference]proof{
		gitlabversion.BotsOutliveTokens: {func(v inVersion) any {
			t := v.gl.AddAccessToken(fakegitlab.AccessToken{Project: "acme/shop"})
			v.as("root", "DELETE", fmt.Sprintf("/projects/10001/access_tokens/%d", t.ID))
			_, there := v.gl.User(t.User)
			return there
		}, false, true, nil},
		gitlabversion.TokenPermissionsHeld: {func(v inVersion) any {
			return v.as("root", "GET", "/projects/10001/access_tokens/7").Field(v.T, "message")
		}, "404 Could not find project access token with token_id: 7 Not Found", "404 project Access Token Not Found", nil},
	}
}
