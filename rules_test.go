package fakegitlab_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	fg "github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

// Rules that once only tests below the root noticed the loss of (internal/mutate), as whoever uses the fake meets them.

func TestARunnerNeedsAllTagsOfAJob(t *testing.T) {
	gl := testkit.NewMia(t)
	job := gl.AddJob(fg.Job{Project: "acme/shop", Tags: []string{"arm", "docker"}})
	take := func(tags ...string) string {
		r := gl.AddRunner(fg.Runner{Projects: []string{"acme/shop"}, Tags: tags})
		body := fmt.Sprintf(`{"token":%q}`, r.Token)
		return fmt.Sprint(testkit.Ask(t, gl, "", "POST", "/jobs/request", testkit.WithJSON(body)).Status)
	}
	assert.Equal(t, "204", take("docker"), "one of the two")
	assert.Equal(t, "204", take("arm", "windows"), "the other")
	assert.Equal(t, "204", take(), "none")
	pending, _ := gl.Job(job.ID)
	assert.Equal(t, fg.JobPending, pending.Status)
	assert.Equal(t, "201", take("docker", "arm", "linux"), "both")
}

func TestAnUnassignedRunnerLeavesTheProjectsList(t *testing.T) {
	gl := testkit.NewMia(t)
	gl.AddProject(fg.Project{Path: "acme/other"})
	gl.UpdateRunner(5, func(r *fg.Runner) { r.Projects = []string{"acme/other", "acme/shop"} })
	admin := gl.AdminToken()
	of := func(project string) []any {
		return testkit.Ask(t, gl, admin, "GET", "/projects/acme%2F"+project+"/runners?type=project_type").Each(t, "id")
	}
	assert.Equal(t, []any{5.0}, of("shop"))
	assert.Equal(t, "204", testkit.Ask(t, gl, admin, "DELETE", "/projects/acme%2Fshop/runners/5").String())
	assert.Empty(t, of("shop"))
	assert.Equal(t, []any{5.0}, of("other"))
}

// The lists are asked before the change, so that whatever is remembered of them is there to be wrong.
func TestAChangedRunnerIsFoundByWhatItIsNow(t *testing.T) {
	gl := testkit.NewMia(t)
	admin := gl.AdminToken()
	found := func(filter string) []any {
		return testkit.Ask(t, gl, admin, "GET", "/runners/all?"+filter).Each(t, "id")
	}
	assert.Empty(t, found("tag_list=arm"))
	assert.Empty(t, found("paused=true"))
	changed := testkit.Ask(t, gl, admin, "PUT", "/runners/5", testkit.WithJSON(`{"tag_list":["arm"],"paused":true}`))
	assert.Equal(t, 200, changed.Status, changed.Body)
	assert.Equal(t, []any{5.0}, found("tag_list=arm"))
	assert.Equal(t, []any{5.0}, found("paused=true"))
	assert.NotContains(t, found("paused=false"), 5.0)
	changed = testkit.Ask(t, gl, admin, "PUT", "/runners/5", testkit.WithJSON(`{"tag_list":["x86"],"paused":false}`))
	assert.Equal(t, 200, changed.Status, changed.Body)
	assert.Empty(t, found("tag_list=arm"))
	assert.Empty(t, found("paused=true"))
	assert.Equal(t, []any{5.0}, found("tag_list=x86"))
}

func TestAGroupsRunnerIsReadFromBelowWhereItIsUsed(t *testing.T) {
	gl := testkit.NewMia(t)
	mia := gl.Token("mia")
	assert.Equal(t, 200, testkit.Ask(t, gl, mia, "GET", "/runners/7").Status)
	gl.UpdateProject("acme/shop", func(p *fg.Project) { p.GroupRunnersDisabled = true })
	assert.Equal(t, 403, testkit.Ask(t, gl, mia, "GET", "/runners/7").Status)
}

func TestAuditorsReadAndDoNotWrite(t *testing.T) {
	gl := testkit.NewMia(t)
	gl.AddUser(fg.User{Username: "aud", Auditor: true})
	gl.AddProject(fg.Project{Path: "acme/other"})
	job := gl.AddJob(fg.Job{Project: "acme/shop"})
	group, _ := gl.Group("acme")
	for _, path := range []string{"/runners/5", "/runners/7", "/runners/5/jobs", "/projects/acme%2Fshop/runners"} {
		assert.Equal(t, 200, testkit.Ask(t, gl, gl.Token("aud"), "GET", path).Status, path)
	}
	before := gl.Snapshot()
	for _, c := range []struct{ method, path, body string }{
		{"PUT", "/runners/5", `{"paused":true}`},
		{"PUT", "/runners/6", `{"paused":true}`},
		{"PUT", "/runners/7", `{"paused":true}`},
		{"DELETE", "/runners/5", ``},
		{"DELETE", "/runners/7", ``},
		{"POST", "/runners/5/reset_authentication_token", ``},
		{"POST", "/projects/acme%2Fother/runners", `{"runner_id":5}`},
		{"DELETE", "/projects/acme%2Fshop/runners/5", ``},
		{"POST", "/user/runners", `{"runner_type":"instance_type"}`},
		{"POST", "/user/runners", fmt.Sprintf(`{"runner_type":"group_type","group_id":%d}`, group.ID)},
		{"POST", "/projects/acme%2Fshop/runners/reset_registration_token", ``},
		{"POST", fmt.Sprintf("/projects/acme%%2Fshop/jobs/%d/cancel", job.ID), ``},
		{"POST", "/projects/acme%2Fshop/variables", `{"key":"A","value":"b"}`},
		{"PUT", "/projects/acme%2Fshop", `{"description":"mine"}`},
		{"PUT", "/groups/acme", `{"description":"mine"}`},
		{"PUT", "/application/settings", `{"valid_runner_registrars":[]}`},
	} {
		refused := testkit.Ask(t, gl, gl.Token("aud"), c.method, c.path, testkit.WithJSON(c.body))
		assert.Equal(t, 403, refused.Status, "%s %s %s: %s", c.method, c.path, c.body, refused.Body)
	}
	gl.AssertSnapshot(t, before)
}
