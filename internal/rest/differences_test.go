package rest_test

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

// TestDocumentationAndGitLabDiffer proves each line of the README's table of that name, by the text of its first
// column.
func TestDocumentationAndGitLabDiffer(t *testing.T) {
	readme, err := os.ReadFile(testkit.Path("README.md"))
	require.NoError(t, err)
	_, table, _ := strings.Cut(string(readme), "## Where the documentation and GitLab differ\n")
	table, _, _ = strings.Cut(table, "\n## ")

	type asked struct {
		as, method, path string
		status           int
		has, hasNot      string
	}
	differences := []struct {
		subject string
		change  func(*fakegitlab.Fake)
		asked   []asked
	}{
		{"reading a group or project runner", nil, []asked{
			{"dan", "GET", "/runners/100021", 403, "No access granted", ""}, {"mia", "GET", "/runners/100021", 200, "", ""},
			{"dan", "GET", "/runners/100011", 403, "No access granted", ""}, {"mia", "GET", "/runners/100011", 200, "", ""},
		}},
		{"`GET /runners`", nil, []asked{
			{"mia", "GET", "/runners", 200, "project-online", "group-online"},
			{"oli", "GET", "/runners", 200, "group-online", "instance-online"},
			{"root", "GET", "/runners", 200, "", "instance-online"},
		}},
		{"`GET /runners/:id/jobs`, who", nil, []asked{
			{"ria", "GET", "/runners/100021/jobs", 403, "", ""}, {"mia", "GET", "/runners/100021/jobs", 200, "", ""},
			{"mia", "GET", "/runners/100011/jobs", 403, "", ""}, {"oli", "GET", "/runners/100011/jobs", 200, "", ""},
		}},
		{"`GET /runners/:id/jobs`, order", nil, []asked{
			{"root", "GET", "/runners/100001/jobs?sort=desc&per_page=1", 200, `[{"id":2000001`, ""},
			{"root", "GET", "/runners/100001/jobs?order_by=id&sort=desc&per_page=1", 200, `[{"id":2000006`, ""},
		}},
		{"assigning runners to a project", nil, []asked{
			{"root", "POST", "/projects/10001/runners?runner_id=100011", 403, "Runner is a group runner", ""},
			{"root", "POST", "/projects/10001/runners?runner_id=100001", 500, "", ""},
		}},
		{"`/projects/:id/runners/all`, `/groups/:id/runners/all`", nil, []asked{
			{"root", "GET", "/projects/10001/runners/all", 404, `{"error":"404 Not Found"}`, ""},
			{"root", "GET", "/groups/1001/runners/all", 404, `{"error":"404 Not Found"}`, ""},
		}},
		{"resetting a registration token", nil, []asked{
			{"root", "POST", "/runners/reset_registration_token", 201, `{"token":"`, "token_expires_at"},
		}},
		{"the same while they are switched off", func(gl *fakegitlab.Fake) {
			gl.UpdateSettings(func(s *fakegitlab.Settings) { s.RegistrationTokensDisabled = true })
		}, []asked{
			{"root", "POST", "/runners/reset_registration_token", 403, "403 Forbidden", ""},
			{"mia", "POST", "/projects/10001/runners/reset_registration_token", 403, "403 Forbidden", ""},
		}},
		{"`ip_address`", nil, []asked{{"mia", "GET", "/runners/100021", 200, `"ip_address":null`, ""}}},
		{"a wrong method on a known path", nil, []asked{{"", "PATCH", "/runners/100021", 404, `{"error":"404 Not Found"}`,
			""}}},
	}
	rows := strings.Count(table, "\n|") - 2
	assert.Equal(t, rows, len(differences)+1, "rows of the README, of which one is about another version")
	for _, d := range differences {
		t.Run(d.subject, func(t *testing.T) {
			assert.True(t, strings.Contains(table, "\n| "+d.subject+" |"), "the README has no row of that name")
			gl := fakegitlab.New(t, fakegitlab.WithScenario(fakegitlab.SmallCompany()), fakegitlab.WithUnknownEndpoints(true))
			if d.change != nil {
				d.change(gl)
			}
			for _, a := range d.asked {
				status, body := askAs(t, gl, a.as, a.method, a.path)
				assert.Equal(t, a.status, status, a)
				assert.Contains(t, body, a.has)
				if a.hasNot != "" {
					assert.NotContains(t, body, a.hasNot)
				}
			}
		})
	}
	t.Run("`version`, `revision`, `platform`, `architecture` after 18.0", func(t *testing.T) {
		assert.True(t, strings.Contains(table, "\n| `version`, `revision`, `platform`, `architecture` after 18.0 |"))
		gl := fakegitlab.New(t, fakegitlab.WithVersion("18.5"), fakegitlab.WithScenario(fakegitlab.SmallCompany()))
		_, body := askAs(t, gl, "mia", "GET", "/runners/100021")
		assert.Contains(t, body, `"version":"17.2.0"`)
		assert.Contains(t, body, `"platform":"linux"`)
	})
}

// askAs asks as a user, or anonymously.
func askAs(t *testing.T, gl *fakegitlab.Fake, username, method, path string) (status int, body string) {
	t.Helper()
	token := ""
	if username != "" {
		token = gl.Token(username)
	}
	r := testkit.Ask(t, gl, token, method, path)
	return r.Status, r.Body
}
