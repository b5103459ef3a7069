package graphql_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

// TestOneWorldTwoLanguages holds that REST and GraphQL change and show the same world, and what the journal makes of it.
func TestOneWorldTwoLanguages(t *testing.T) {
	gl := world(t)
	gl.AddUser(fakegitlab.User{Username: "dan"})
	gl.AddProject(fakegitlab.Project{ID: 7, Path: "acme/shop",
		Members: fakegitlab.Members{"mia": fakegitlab.Maintainer, "dan": fakegitlab.Developer}})
	gl.NextID(70)
	rest := func(user, method, path string) testkit.Reply {
		return testkit.Ask(t, gl, gl.Token(user), method, path)
	}
	ask := func(user, document string) testkit.Reply {
		return gql(t, gl, gl.Token(user), query(document))
	}
	const runner = `"gid://gitlab/Ci::Runner/70"`

	rest("mia", "POST", "/user/runners?runner_type=project_type&project_id=7&tag_list=linux")
	res := ask("mia", `mutation { runnerUpdate(input: {id: `+runner+`, paused: true, description: "by GraphQL"}) { errors runner { tagList } } }`)
	assert.Equal(t, `200 {"data":{"runnerUpdate":{"errors":[],"runner":{"tagList":["linux"]}}}}`, res.String())
	res = rest("mia", "GET", "/runners/70")
	assert.Equal(t, []any{true, "by GraphQL"}, []any{res.Field(t, "paused"), res.Field(t, "description")})
	rest("mia", "PUT", "/runners/70?paused=false")
	res = ask("mia", `query Look { runner(id: `+runner+`) { paused createdBy { username } } }`)
	assert.Equal(t, `200 {"data":{"runner":{"paused":false,"createdBy":{"username":"mia"}}}}`, res.String())
	assert.Equal(t, `200 {"data":{"runner":null}}`, ask("dan", `query Look { runner(id: `+runner+`) { paused } }`).String())

	job := gl.AddJob(fakegitlab.Job{ID: 71, Project: "acme/shop", Name: "test", Tags: []string{"linux"}, User: "dan"})
	gl.StartJob(job.ID, 70)
	res = ask("mia", `{ runner(id: `+runner+`) { jobExecutionStatus jobs { nodes { id status } } } }`)
	assert.Equal(t, `200 {"data":{"runner":{"jobExecutionStatus":"ACTIVE","jobs":{"nodes":[{"id":"gid://gitlab/Ci::Build/71","status":"RUNNING"}]}}}}`,
		res.String())
	ask("dan", `mutation Stop { jobCancel(input: {id: "gid://gitlab/Ci::Build/71"}) { errors } }`)
	assert.Contains(t, []any{"canceled", "canceling"}, rest("dan", "GET", "/projects/7/jobs/71").Field(t, "status"))

	rest("mia", "DELETE", "/runners/70")
	res = ask("mia", fmt.Sprintf(`mutation { runnerDelete(input: {id: %s}) { errors } }`, runner))
	assert.Contains(t, res.Body, `"data":{"runnerDelete":null}`)

	assert.Equal(t, strings.TrimLeft(`
#1 POST /user/runners by mia -> 201 runner 70
#2 POST /api/graphql mutation { runnerUpdate } by mia -> 200
#3 GET /runners/:id id=70 by mia -> 200
#4 PUT /runners/:id id=70 by mia -> 200
#5 POST /api/graphql query Look { runner } by mia -> 200
#6 POST /api/graphql query Look { runner } by dan -> 200 (runner: dan is Developer in a project of the runner (acme/shop); needs Maintainer (the documentation says Developer))
#7 POST /api/graphql query { runner } by mia -> 200
#8 POST /api/graphql mutation Stop { jobCancel } by dan -> 200
#9 GET /projects/:id/jobs/:job_id id=7 job_id=71 by dan -> 200
#10 DELETE /runners/:id id=70 by mia -> 204
#11 POST /api/graphql mutation { runnerDelete } by mia -> 200 (runnerDelete: there is no runner 70)
`, "\n"), gl.Journal())
}
