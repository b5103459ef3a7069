// Package roles has tests of what a program may do as whom: which role its user needs, which scopes its token, and what it
// makes of a refusal. They find out by asking, so that the answer in the program's manual stays true.
package roles

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/fakegitlab/fakegitlab"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	gitlab "gitlab.com/gitlab-org/api/client-go/v2"
)

const (
	shop    = int64(10001) // the project of a fakegitlab.SmallCompany
	offline = int64(100022)
)

// The features of the program.
var features = []struct {
	name string
	use  func(*gitlab.Client) error
}{
	{"show", func(c *gitlab.Client) error { _, _, err := c.Runners.GetRunnerDetails(offline); return err }},
	{"list", func(c *gitlab.Client) error { _, _, err := c.Runners.ListProjectRunners(shop, nil); return err }},
	{"pause", func(c *gitlab.Client) error {
		_, _, err := c.Runners.UpdateRunnerDetails(offline, &gitlab.UpdateRunnerDetailsOptions{Paused: gitlab.Ptr(true)})
		return err
	}},
	{"create", func(c *gitlab.Client) error {
		_, _, err := c.Users.CreateUserRunner(&gitlab.CreateUserRunnerOptions{RunnerType: gitlab.Ptr("project_type"), ProjectID: gitlab.Ptr(shop)})
		return err
	}},
	{"count all", func(c *gitlab.Client) error { _, _, err := c.Runners.ListAllRunners(nil); return err }},
}

// verdict is what the program tells its user.
func verdict(err error) string {
	var refusal *gitlab.ErrorResponse
	switch {
	case err == nil:
		return "yes"
	case !errors.As(err, &refusal):
		return "broken"
	case refusal.HasStatusCode(http.StatusForbidden) && strings.Contains(refusal.Error(), "insufficient_scope"):
		return "scope"
	case refusal.HasStatusCode(http.StatusForbidden):
		return "role"
	case refusal.HasStatusCode(http.StatusNotFound):
		return "hidden"
	case refusal.HasStatusCode(http.StatusUnauthorized):
		return "token"
	}
	return refusal.Error()
}

// asked tries every feature, each in a world of its own, with a token that the test makes.
func asked(t *testing.T, token func(*fakegitlab.Fake) string) string {
	t.Helper()
	var verdicts []string
	for _, f := range features {
		gl := fakegitlab.New(t, fakegitlab.WithScenario(fakegitlab.SmallCompany()))
		c, err := gitlab.NewClient(token(gl), gitlab.WithBaseURL(gl.URL()), gitlab.WithHTTPClient(gl.Client()))
		require.NoError(t, err)
		verdicts = append(verdicts, f.name+" "+verdict(f.use(c)))
	}
	return strings.Join(verdicts, ", ")
}

func TestRoles(t *testing.T) {
	for username, want := range map[string]string{
		"sam": "show role, list hidden, pause role, create role, count all role",
		"dan": "show role, list role, pause role, create role, count all role",
		"mia": "show yes, list yes, pause yes, create yes, count all role",
		"ada": "show yes, list yes, pause yes, create yes, count all yes",
	} {
		t.Run(username, func(t *testing.T) {
			assert.Equal(t, want, asked(t, func(gl *fakegitlab.Fake) string { return gl.Token(username) }))
		})
	}
}

func TestScopes(t *testing.T) {
	for scopes, want := range map[string]string{
		"read_api":                    "show yes, list yes, pause scope, create scope, count all role",
		"create_runner":               "show scope, list scope, pause scope, create yes, count all scope",
		"create_runner,manage_runner": "show yes, list scope, pause yes, create yes, count all scope",
	} {
		t.Run(scopes, func(t *testing.T) {
			assert.Equal(t, want, asked(t, func(gl *fakegitlab.Fake) string { return gl.Token("mia", strings.Split(scopes, ",")...) }))
		})
	}
}

func TestTokensOfOtherKinds(t *testing.T) {
	for name, c := range map[string]struct {
		token fakegitlab.AccessToken
		want  string
	}{
		"of the project, for a bot": {fakegitlab.AccessToken{Project: "acme/shop", Role: fakegitlab.Maintainer}, "show yes, list yes, pause yes, create yes, count all role"},
		"revoked":                   {fakegitlab.AccessToken{User: "mia", Revoked: true}, "show token, list token, pause token, create token, count all token"},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, c.want, asked(t, func(gl *fakegitlab.Fake) string { return gl.AddAccessToken(c.token).Token }))
		})
	}
	assert.Equal(t, "broken", verdict(fmt.Errorf("no network")))
}
