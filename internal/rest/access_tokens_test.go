package rest_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

func TestAccessTokensListed(t *testing.T) {
	gl := usersWorld(t)
	now := gl.Now()
	for i, name := range []string{"b nightly", "a weekly", "c"} {
		gl.AddAccessToken(fakegitlab.AccessToken{User: "mia", Name: name, CreatedAt: now.Add(-time.Duration(i) * time.Hour),
			ExpiresAt: now.Add(time.Duration(i-1) * 24 * time.Hour)}) // c tomorrow, a today, b yesterday
	}
	names := func(query string) string {
		var all []string
		for _, name := range as(t, gl, "mia", "GET", "/personal_access_tokens?"+query).Each(t, "name") {
			if name := fmt.Sprint(name); !strings.HasPrefix(name, "fakegitlab token") { // the one that asks
				all = append(all, name)
			}
		}
		return strings.Join(all, ", ")
	}
	for query, want := range map[string]string{
		"":                  "b nightly, a weekly, c",
		"sort=name_desc":    "c, b nightly, a weekly",
		"sort=created_asc":  "c, a weekly, b nightly",
		"sort=expires_desc": "c, a weekly, b nightly",
		"sort=id_desc":      "c, a weekly, b nightly",
		"sort=by_magic":     "b nightly, a weekly, c",
		"state=active":      "c",
		"state=inactive":    "b nightly", // the one that dies today is neither
		"search=night":      "b nightly",
		"revoked=true":      "",
		"created_before=" + now.Add(-time.Hour).Format(time.RFC3339): "a weekly, c",
		"created_after=" + now.Add(-time.Hour).Format(time.RFC3339):  "b nightly, a weekly",
		"last_used_after=2024-01-01":                                 "",
		"expires_before=2024-07-01":                                  "b nightly, a weekly, c", // is of later versions
	} {
		assert.Equal(t, want, names(query), query)
	}
	assert.Equal(t, `404 {"message":"404 Not Found"}`, as(t, gl, "ada", "GET", "/personal_access_tokens?user_id=").String())
	assert.Equal(t, "2", as(t, gl, "ada", "GET", "/personal_access_tokens?sort=last_used_asc&search=fakegitlab").Header.Get("X-Total"))
}

func TestAccessTokenMade(t *testing.T) {
	gl := usersWorld(t)
	path := "/users/" + userID(t, gl, "mia") + "/personal_access_tokens"
	post := func(form string) string { return as(t, gl, "ada", "POST", path, testkit.WithForm(form)).String() }
	for form, want := range map[string]string{
		"name=&scopes=api":            `422 {"message":"Name can't be blank"}`,
		"name=n&scopes=":              `422 {"message":"Scopes can't be blank"}`,
		"name=n&scopes=read_registry": `400 {"error":"scopes does not have a valid value"}`, // without a registry
		"name=n&scopes=granular":      `400 {"error":"scopes does not have a valid value"}`,
		"name=&scopes=api&expires_at=2025-07-02": `422 {"message":"Name can't be blank and Expiration date must be before ` +
			`2025-07-01"}`,
	} {
		assert.Equal(t, want, post(form), form)
	}
	gl.UpdateSettings(func(s *fakegitlab.Settings) { s.RegistryHost = "registry.example.com" })
	gl.NextToken("glpat-wanted-wanted-wanted")
	made := as(t, gl, "ada", "POST", path, testkit.WithForm("name=n&scopes=read_registry,api"))
	assert.Equal(t, []any{"glpat-wanted-wanted-wanted", "2025-07-01"},
		[]any{made.Field(t, "token"), made.Field(t, "expires_at")})
	assert.Equal(t, "mia", testkit.Ask(t, gl, "glpat-wanted-wanted-wanted", "GET", "/user").Field(t, "username"))

	own := as(t, gl, "mia", "POST", "/user/personal_access_tokens", testkit.WithForm("name=k&scopes=k8s_proxy"))
	assert.Equal(t, "2024-07-02", own.Field(t, "expires_at"))
	assert.Equal(t, 403, testkit.Ask(t, gl, own.Field(t, "token").(string), "GET", "/user").Status, "a scope too small")
}

// A chain of rotations: whoever uses an old one to rotate kills what came of it, and nothing else does.
func TestRotationChains(t *testing.T) {
	gl := usersWorld(t)
	first := gl.AddAccessToken(fakegitlab.AccessToken{User: "mia", Name: "chain", Description: "d"})
	rotate := func(token string) testkit.Reply {
		return testkit.Ask(t, gl, token, "POST", "/personal_access_tokens/self/rotate")
	}
	second := rotate(first.Token).Field(t, "token").(string)
	third := rotate(second).Field(t, "token").(string)
	assert.Equal(t, 401, testkit.Ask(t, gl, first.Token, "GET", "/personal_access_tokens/self").Status)
	assert.Equal(t, 200, testkit.Ask(t, gl, third, "GET", "/user").Status, "another use harms nothing")

	again := fakegitlab.New(t) // the chain is part of the world
	assert.NoError(t, again.Seed(gl.Snapshot()))
	for _, gl := range []*fakegitlab.Fake{gl, again} {
		assert.Equal(t, 401, testkit.Ask(t, gl, first.Token, "POST", "/personal_access_tokens/self/rotate").Status)
		assert.Equal(t, 401, testkit.Ask(t, gl, third, "GET", "/user").Status)
	}

	bot := gl.AddAccessToken(fakegitlab.AccessToken{Project: "acme/shop", Role: fakegitlab.Developer})
	next := rotate(bot.Token).Field(t, "token").(string)
	for _, token := range gl.Snapshot().AccessTokens {
		if token.Token == next {
			assert.Equal(t, []any{"acme/shop", fakegitlab.Developer, bot.ID},
				[]any{token.Project, token.Role, token.RotatedFrom})
		}
	}
	path := fmt.Sprintf("/personal_access_tokens/%d/rotate", first.ID)
	assert.Equal(t, `400 {"message":"400 Bad request - Token already revoked"}`, as(t, gl, "mia", "POST", path).String())
	assert.Equal(t, `400 {"message":"400 Bad request - Expiration date must be before 2025-07-01"}`,
		testkit.Ask(t, gl, next, "POST", "/personal_access_tokens/self/rotate", testkit.WithForm("expires_at=2026-01-01")).String())
	assert.Equal(t, 200, testkit.Ask(t, gl, next, "GET", "/user").Status, "what was refused leaves it alive")
}

// A token that has come of one that is used once more, and has expired meanwhile, is left as it is: it can be rotated.
func TestReuseLeavesWhatHasExpired(t *testing.T) {
	gl := usersWorld(t)
	first := gl.AddAccessToken(fakegitlab.AccessToken{User: "mia"})
	second := testkit.Ask(t, gl, first.Token, "POST", "/personal_access_tokens/self/rotate",
		testkit.WithForm("expires_at="+gl.Now().AddDate(0, 0, 1).Format(time.DateOnly)))
	gl.Advance(48 * time.Hour)
	assert.Equal(t, 401, testkit.Ask(t, gl, first.Token, "POST", "/personal_access_tokens/self/rotate").Status)
	path := fmt.Sprintf("/personal_access_tokens/%.0f/rotate", second.Field(t, "id"))
	assert.Equal(t, 200, as(t, gl, "mia", "POST", path).Status)
}
