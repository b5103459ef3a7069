package rest_test

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	fg "github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

// The allowlist is what a seed says: other projects and groups that are there by the end of the seed, each once. It
// survives as a scenario, and follows what is renamed or deleted.
func TestJobTokenAllowlistsSeeded(t *testing.T) {
	const shop, app, tools = "acme/shop", "acme/app", "tools"
	world := fg.NewScenario().WithGroup(tools).
		WithProject(shop, func(p *fg.Project) { p.ID, p.JobTokenAllowlist = 10001, []string{app, "TOOLS"} }).
		WithProject(app, func(p *fg.Project) { p.ID, p.JobTokenAllowlist = 10002, []string{shop} })
	gl := fg.New(t, fg.WithScenario(world))
	allowed := func(path string) []string {
		p, _ := gl.Project(path)
		return p.JobTokenAllowlist
	}
	assert.Equal(t, []string{app, tools}, allowed(shop), "one that comes later in the seed, too")
	assert.Equal(t, []string{shop}, allowed(app))

	var text bytes.Buffer
	require.NoError(t, gl.Snapshot().Write(&text))
	read, err := fg.ReadScenario(&text)
	require.NoError(t, err)
	fg.New(t, fg.WithScenario(read)).AssertSnapshot(t, gl.Snapshot())

	root := gl.Token("root")
	assert.Equal(t, 200, testkit.Ask(t, gl, root, "PUT", "/projects/10002", testkit.WithForm("path=web")).Status)
	assert.Equal(t, []string{"acme/web", tools}, allowed(shop))
	gl.DeleteProject("acme/web")
	assert.Equal(t, []string{tools}, allowed(shop))
	gl.DeleteGroup(tools)
	assert.Empty(t, allowed(shop))
	gl.Reset()
	assert.Equal(t, []string{app, tools}, allowed(shop))

	for list, says := range map[string]string{
		"acme/ap": `no group or project "acme/ap"; did you mean "acme/app"?`, "ACME/shop": "the project itself",
	} {
		wrong := world.WithProject(shop, func(p *fg.Project) { p.JobTokenAllowlist = []string{list} })
		refused := wrong.Validate()
		require.Error(t, refused, list)
		assert.Contains(t, refused.Error(), says)
		assert.Contains(t, refused.Error(), "job_token_allowlist[0]")
	}
	twice := world.WithProject(shop, func(p *fg.Project) { p.JobTokenAllowlist = []string{tools, "Tools"} })
	assert.ErrorContains(t, twice.Validate(), "on the list twice")
}

// An allowlist has at most 200 projects, and 200 groups (app/models/ci/job_token/project_scope_link.rb).
func TestJobTokenAllowlistsAreLimited(t *testing.T) {
	gl := fg.New(t, fg.WithVersion("17.2"))
	gl.AddProject(fg.Project{Path: "acme/shop", ID: 10001})
	root := gl.Token("root")
	add := func(to string, id int) testkit.Reply {
		what := map[string]string{"allowlist": "target_project_id", "groups_allowlist": "target_group_id"}[to]
		return testkit.Ask(t, gl, root, "POST", "/projects/10001/job_token_scope/"+to,
			testkit.WithForm(fmt.Sprintf("%s=%d", what, id)))
	}
	for i := range 201 {
		p := gl.AddProject(fg.Project{Path: fmt.Sprintf("others/p%d", i)})
		g := gl.AddGroup(fg.Group{Path: fmt.Sprintf("g%d", i)})
		if i < 200 {
			assert.Equal(t, []int{201, 201}, []int{add("allowlist", p.ID).Status, add("groups_allowlist", g.ID).Status})
			continue
		}
		assert.Equal(t, "400 Bad request - Validation failed: Source project exceeds the allowable number of project links "+
			"in this direction", add("allowlist", p.ID).Field(t, "message"))
		assert.Equal(t, "400 Bad request - Validation failed: Source project exceeds the allowable number of group links",
			add("groups_allowlist", g.ID).Field(t, "message"))
		assert.Equal(t, "400 Bad request - Validation failed: Target project can't be the same as the source project, "+
			"Source project exceeds the allowable number of project links in this direction",
			add("allowlist", 10001).Field(t, "message"))
	}
	call := gl.Calls(fg.AllowJobTokenProject)[0]
	assert.Equal(t, fg.AllowJobTokenProject, call.Endpoint)
}

// tokenScopeProofs prove what differs in the access of jobs' tokens to projects.
func tokenScopeProofs() map[gitlabversion.Difference]proof {
	const scope = "/projects/10001/job_token_scope"
	enforce := func(v inVersion, on string) int {
		return v.as("root", "PUT", "/application/settings",
			testkit.WithForm("enforce_ci_inbound_job_token_scope_enabled="+on)).Status
	}
	switchOff := func(v inVersion) int { return v.as("root", "PATCH", scope, testkit.WithForm("enabled=false")).Status }
	return map[gitlabversion.Difference]proof{
		gitlabversion.JobTokenScopeChanges: {func(v inVersion) any {
			return []int{v.as("root", "GET", scope).Status, v.as("root", "PATCH", scope, testkit.WithForm("enabled=true")).Status,
				v.as("root", "GET", scope+"/allowlist").Status}
		}, []int{200, 404, 404}, []int{200, 204, 200}, nil},
		gitlabversion.JobTokenScopeGroups: {func(v inVersion) any {
			return v.as("root", "GET", scope+"/groups_allowlist").Status
		}, 404, 200, nil},
		gitlabversion.JobTokenEnforcement: {func(v inVersion) any {
			enforce(v, "false")
			switchOff(v)
			enforce(v, "true")
			return v.field("root", scope, "inbound_enabled")
		}, false, true, nil},
		gitlabversion.JobTokenEnforced: {func(v inVersion) any {
			return []int{switchOff(v), enforce(v, "false"), switchOff(v)}
		}, []int{204, 200, 204}, []int{400, 200, 204}, nil},
		gitlabversion.AllowlistTakesItself: {func(v inVersion) any {
			return v.as("root", "POST", scope+"/allowlist", testkit.WithForm("target_project_id=10001")).Status
		}, 400, 201, nil},
	}
}
