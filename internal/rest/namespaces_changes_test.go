package rest_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

// asks has a user send JSON, and answers with the reply.
func asks(t *testing.T, gl *fakegitlab.Fake) func(who, call, body string) testkit.Reply {
	return func(who, call, body string) testkit.Reply {
		t.Helper()
		method, path, _ := strings.Cut(call, " ")
		var sent []func(*http.Request)
		if body != "" {
			sent = append(sent, testkit.WithJSON(body))
		}
		return testkit.Ask(t, gl, gl.Token(who), method, path, sent...)
	}
}

func TestDescendantGroups(t *testing.T) {
	gl := fakegitlab.New(t, fakegitlab.WithScenario(twoTrees().WithGroup("acme/backend/deep").WithGroup("acme/front")))
	ask := asks(t, gl)
	paths := func(who, call string) []any { return ask(who, call, "").Each(t, "full_path") }

	assert.Equal(t, []any{"acme/backend", "acme/backend/deep", "acme/front"},
		paths("oli", "GET /groups/acme/descendant_groups"))
	assert.Equal(t, []any{"acme/backend", "acme/front"}, paths("oli", "GET /groups/acme/subgroups"))
	assert.Equal(t, []any{"acme/backend/deep"}, paths("oli", "GET /groups/acme/descendant_groups?search=deep"))
	assert.Equal(t, 404, ask("sam", "GET /groups/acme/descendant_groups", "").Status)
}

// What no handler reads is kept, shown, and part of a snapshot; what is as in a new one is not.
func TestAttributesAreKept(t *testing.T) {
	gl := fakegitlab.New(t, fakegitlab.WithScenario(twoTrees()))
	ask := asks(t, gl)

	changed := ask("oli", "PUT /projects/10004", `{"merge_method":"ff","lfs_enabled":true,"squash_option":"always",`+
		`"issues_enabled":false,"topics":"b,a","emails_disabled":true,"suggestion_commit_message":"so"}`)
	require.Equal(t, 200, changed.Status, changed.Body)
	for name, want := range map[string]any{"merge_method": "ff", "lfs_enabled": true, "squash_option": "always",
		"issues_enabled": false, "issues_access_level": "disabled", "topics": []any{"b", "a"}, "tag_list": []any{"b", "a"},
		"emails_enabled": false, "emails_disabled": true, "suggestion_commit_message": "so"} {
		assert.Equal(t, want, changed.Field(t, name), name)
	}
	shop, _ := gl.Project("acme/shop")
	assert.Equal(t, map[string]string{"merge_method": "ff", "squash_option": "always", "issues_access_level": "disabled",
		"topics": "b,a", "emails_enabled": "false", "suggestion_commit_message": "so"}, shop.Attributes)

	group := ask("oli", "PUT /groups/acme", `{"mentions_disabled":true,"two_factor_grace_period":24,"lfs_enabled":true}`)
	assert.Equal(t, []any{true, 24.0}, []any{group.Field(t, "mentions_disabled"),
		group.Field(t, "two_factor_grace_period")})
	acme, _ := gl.Group("acme")
	assert.Equal(t, map[string]string{"mentions_disabled": "true", "two_factor_grace_period": "24"}, acme.Attributes)

	again := fakegitlab.New(t, fakegitlab.WithScenario(gl.Snapshot()))
	again.AssertSnapshot(t, gl.Snapshot())
}

func TestMarkedForDeletion(t *testing.T) {
	gl := fakegitlab.New(t, fakegitlab.WithVersion("18.0"), fakegitlab.WithScenario(twoTrees()))
	ask := asks(t, gl)
	today := gl.Now().Format(time.DateOnly)

	require.Equal(t, `202 {"message":"202 Accepted"}`, ask("oli", "DELETE /groups/acme%2Fbackend", "").String())
	assert.Equal(t, today, ask("oli", "GET /groups/acme%2Fbackend", "").Field(t, "marked_for_deletion_on"))
	assert.Equal(t, 400, ask("oli", "DELETE /groups/acme%2Fbackend", "").Status)
	assert.Equal(t, "400 {\"message\":\"`permanently_remove` option is only available for subgroups.\"}",
		ask("oli", "DELETE /groups/acme?permanently_remove=true&full_path=acme", "").String())
	assert.Equal(t, "400 {\"message\":\"`full_path` is incorrect. You must enter the complete path for the subgroup.\"}",
		ask("oli", "DELETE /groups/acme%2Fbackend?permanently_remove=true&full_path=acme", "").String())
	assert.Equal(t, 201, ask("oli", "POST /groups/acme%2Fbackend/restore", "").Status)
	assert.Equal(t, `400 {"message":"Group has not been marked for deletion"}`,
		ask("oli", "POST /groups/acme%2Fbackend/restore", "").String())
	assert.Equal(t, `400 {"message":"Group must be marked for deletion first."}`,
		ask("oli", "DELETE /groups/acme%2Fbackend?permanently_remove=true&full_path=acme%2Fbackend", "").String())

	ask("oli", "DELETE /groups/acme%2Fbackend", "")
	assert.Equal(t, 202,
		ask("oli", "DELETE /groups/acme%2Fbackend?permanently_remove=true&full_path=acme%2Fbackend", "").Status)
	_, there := gl.Group("acme/backend")
	assert.False(t, there)
	gl.AssertNothingIgnored(t)

	ask("oli", "DELETE /projects/10004", "")
	assert.Equal(t, today, ask("oli", "GET /projects/10004", "").Field(t, "marked_for_deletion_on"))
	gl.Advance(29 * 24 * time.Hour)
	gl.RunWorkers()
	assert.Equal(t, 200, ask("oli", "GET /projects/10004", "").Status)
	gl.Advance(24 * time.Hour)
	gl.RunWorkers()
	assert.Equal(t, 404, ask("oli", "GET /projects/10004", "").Status)
}

func TestGroupsGoTwentyDeep(t *testing.T) {
	deep := "a" + strings.Repeat("/a", 18)
	gl := fakegitlab.New(t, fakegitlab.WithScenario(fakegitlab.NewScenario().WithGroup(deep).WithGroup("b/c/d")))
	ask := asks(t, gl)
	id := func(path string) int { g, _ := gl.Group(path); return g.ID }

	assert.Equal(t, "Transfer failed: Validation failed: Parent has too deep level of nesting",
		ask("root", "POST /groups/b/transfer", fmt.Sprintf(`{"group_id":%d}`, id(deep))).Field(t, "message"))
	assert.Equal(t, 201, ask("root", "POST /groups/b%2Fc/transfer", fmt.Sprintf(`{"group_id":%d}`, id(deep))).Status)
	assert.Equal(t, `Failed to save group {:parent_id=>["has too deep level of nesting"]}`, ask("root", "POST /groups",
		fmt.Sprintf(`{"name":"e","path":"ee","parent_id":%d}`, id(deep+"/c/d"))).Field(t, "message"))
	again := fakegitlab.New(t, fakegitlab.WithScenario(gl.Snapshot()))
	again.AssertSnapshot(t, gl.Snapshot())
}

func TestProjectMovedByAdministrator(t *testing.T) {
	gl := fakegitlab.New(t, fakegitlab.WithScenario(twoTrees()))
	ask := asks(t, gl)

	assert.Equal(t, 403, ask("oli", "POST /groups/open/projects/10004", "").Status)
	assert.Equal(t, `404 {"message":"404 Project Not Found"}`, ask("root", "POST /groups/open/projects/4", "").String())
	assert.Equal(t, 201, ask("root", "POST /groups/open/projects/acme%2Fshop", "").Status)
	shop, _ := gl.Project("open/shop")
	assert.Equal(t, []any{10004, []string{"acme/shop"}}, []any{shop.ID, shop.OldPaths})
	assert.Equal(t, `Failed to transfer project {:new_namespace=>["Project is already in this namespace."]}`,
		ask("root", "POST /groups/open/projects/10004", "").Field(t, "message"))
}

// A path that a project had leads to it until somebody else has the path.
func TestOldPaths(t *testing.T) {
	gl := fakegitlab.New(t, fakegitlab.WithScenario(twoTrees()))
	ask := asks(t, gl)
	client := *gl.Client()
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	old := func(who, path string) testkit.Reply {
		return testkit.AskBy(t, &client, gl.APIURL(), gl.Token(who), "GET", path)
	}

	require.Equal(t, 200, ask("oli", "PUT /groups/acme", `{"path":"apex"}`).Status)
	assert.Equal(t, 404, ask("oli", "GET /groups/acme", "").Status)
	moved := old("mia", "/projects/acme%2Fshop/jobs?per_page=1")
	assert.Equal(t, 301, moved.Status)
	assert.Equal(t, gl.APIURL()+"/projects/10004/jobs?per_page=1", moved.Header.Get("Location"))
	assert.Equal(t, "This resource has been moved permanently to "+moved.Header.Get("Location"), moved.Body)
	assert.Equal(t, 404, old("sam", "/projects/acme%2Fshop").Status)
	assert.Equal(t, `405 {"message":"Non GET methods are not allowed for moved projects"}`,
		ask("oli", "POST /projects/acme%2Fshop/archive", "").String())
	assert.Equal(t, 301, old("oli", "/projects/acme%2Fbackend%2Fapi").Status)

	again := fakegitlab.New(t, fakegitlab.WithScenario(gl.Snapshot()))
	again.AssertSnapshot(t, gl.Snapshot())

	require.Equal(t, 201, ask("sam", "POST /groups", `{"name":"Acme","path":"acme"}`).Status)
	assert.Equal(t, 404, old("mia", "/projects/acme%2Fshop").Status)
	shop, _ := gl.Project("apex/shop")
	assert.Empty(t, shop.OldPaths)
}

func TestWhoIsAmongAllMembers(t *testing.T) {
	gl := fakegitlab.New(t, fakegitlab.WithScenario(twoTrees().WithGroup("team", func(g *fakegitlab.Group) {
		g.Members = fakegitlab.Members{"sam": fakegitlab.Owner, "gus": fakegitlab.Developer}
	})))
	gl.AddShare(fakegitlab.Share{Path: "acme", Group: "team", Role: fakegitlab.Reporter})
	ask := asks(t, gl)
	levels := func(path string) map[any]any {
		all := map[any]any{}
		reply := ask("root", "GET "+path, "")
		for i, name := range reply.Each(t, "username") {
			_, twice := all[name]
			assert.False(t, twice, name)
			all[name] = reply.Each(t, "access_level")[i]
		}
		return all
	}
	assert.Equal(t, map[any]any{"oli": 50.0, "gus": 20.0, "sam": 20.0}, levels("/groups/acme/members/all"))
	assert.Equal(t, map[any]any{"oli": 50.0, "gus": 50.0, "sam": 20.0},
		levels("/projects/acme%2Fbackend%2Fapi/members/all"))
	assert.Equal(t, map[any]any{"mia": 50.0}, levels("/projects/mia%2Ftool/members/all"))
	assert.Equal(t, map[any]any{"mia": 40.0}, levels("/projects/10004/members"))
}

func TestSeveralMembersAtOnce(t *testing.T) {
	gl := fakegitlab.New(t, fakegitlab.WithScenario(twoTrees()))
	ask := asks(t, gl)
	id := func(name string) int { u, _ := gl.User(name); return u.ID }

	some := ask("oli", "POST /groups/acme%2Fbackend/members",
		fmt.Sprintf(`{"user_id":"%d, %d","access_level":5}`, id("sam"), id("max")))
	assert.Equal(t, `201 {"status":"error","message":{"max":"Access level is not included in the list",`+
		`"sam":"Access level is not included in the list"}}`, some.String())
	lower := ask("oli", "POST /projects/10006/members", `{"username":"sam,gus,nobody","access_level":20}`)
	assert.Equal(t, `201 {"status":"error","message":{"gus":"Access level should be greater than or equal to Owner `+
		`inherited membership from group backend"}}`, lower.String())
	api, _ := gl.Project("acme/backend/api")
	assert.Equal(t, fakegitlab.Members{"sam": fakegitlab.Reporter}, api.Members)
	assert.Equal(t, 403, ask("gus", "POST /groups/acme/members", `{"username":"sam,max","access_level":20}`).Status)
	many := strings.TrimSuffix(strings.Repeat("1,", 101), ",")
	assert.Equal(t, `201 {"status":"error","message":"Too many users specified (limit is 100)"}`,
		ask("oli", "POST /groups/acme/members", `{"user_id":"`+many+`","access_level":20}`).String())
}

func TestMembershipsEnd(t *testing.T) {
	gl := fakegitlab.New(t, fakegitlab.WithScenario(twoTrees().WithGroup("team", func(g *fakegitlab.Group) {
		g.Members = fakegitlab.Members{"max": fakegitlab.Developer}
	})))
	ask := asks(t, gl)
	tomorrow := gl.Now().Add(24 * time.Hour).Format(time.DateOnly)
	added := ask("oli", "POST /groups/acme/members", `{"username":"sam","access_level":30,"expires_at":"`+tomorrow+`"}`)
	require.Equal(t, tomorrow, added.Field(t, "expires_at"))
	gl.AddShare(fakegitlab.Share{Path: "acme", Group: "team", Role: fakegitlab.Guest,
		ExpiresAt: gl.Now().Add(48 * time.Hour)})

	again := fakegitlab.New(t, fakegitlab.WithScenario(gl.Snapshot()))
	again.AssertSnapshot(t, gl.Snapshot())

	gl.Advance(11 * time.Hour)
	assert.Equal(t, 200, ask("sam", "GET /groups/acme", "").Status)
	gl.Advance(time.Hour) // midnight
	assert.Equal(t, 404, ask("sam", "GET /groups/acme", "").Status)
	assert.Equal(t, 200, ask("max", "GET /groups/acme", "").Status)
	gl.Advance(24 * time.Hour)
	assert.Equal(t, 404, ask("max", "GET /groups/acme", "").Status)
	assert.Empty(t, gl.Shares())
	acme, _ := gl.Group("acme")
	assert.NotContains(t, acme.Members, "sam")
}

// A role that comes from an invitation counts as any other, for those below, too.
func TestRolesThroughShares(t *testing.T) {
	gl := fakegitlab.New(t, fakegitlab.WithScenario(twoTrees().
		WithGroup("team", func(g *fakegitlab.Group) { g.Members = fakegitlab.Members{"sam": fakegitlab.Owner} }).
		WithGroup("team/core", func(g *fakegitlab.Group) { g.Members = fakegitlab.Members{"max": fakegitlab.Maintainer} })))
	ask := asks(t, gl)
	status := func(who, path string) int { return ask(who, "GET "+path, "").Status }

	gl.AddShare(fakegitlab.Share{Path: "acme/backend", Group: "team/core", Role: fakegitlab.Maintainer})
	assert.Equal(t, 200, status("max", "/projects/acme%2Fbackend%2Fapi/runners"))
	assert.Equal(t, 200, status("max", "/groups/acme"), "something below is open to max")
	assert.Equal(t, 404, status("sam", "/projects/acme%2Fbackend%2Fapi"), "of the invited group direct members alone")
	gl.DeleteShare("acme/backend", "team/core")
	assert.Equal(t, 404, status("max", "/projects/acme%2Fbackend%2Fapi"))

	gl.AddShare(fakegitlab.Share{Path: "acme/backend/api", Group: "team/core", Role: fakegitlab.Maintainer})
	assert.Equal(t, 200, status("sam", "/projects/acme%2Fbackend%2Fapi/runners"), "inherited ones, too, into a project")
	assert.Equal(t, []any{"acme/backend/api"},
		ask("sam", "GET /groups/team%2Fcore/projects", "").Each(t, "path_with_namespace"))
	require.Equal(t, 200, ask("oli", "PUT /groups/acme", `{"share_with_group_lock":true}`).Status)
	assert.Equal(t, 404, status("sam", "/projects/acme%2Fbackend%2Fapi"), "the lock goes down")
	assert.Equal(t, `400 {"message":"The project sharing with group is disabled"}`,
		ask("oli", "POST /projects/10006/share", `{"group_id":1001,"group_access":10}`).String())
}

func TestUnsharingByWhoMayNot(t *testing.T) {
	gl := fakegitlab.New(t, fakegitlab.WithScenario(twoTrees().WithShare("acme", "open", fakegitlab.Guest)))
	ask := asks(t, gl)
	open, _ := gl.Group("open")
	link := fmt.Sprintf("DELETE /groups/acme/share/%d", open.ID)

	assert.Equal(t, 204, ask("gus", link, "").Status)
	assert.Len(t, gl.Shares(), 1)
	assert.Equal(t, 204, ask("oli", link, "").Status)
	assert.Empty(t, gl.Shares())
	assert.Equal(t, `404 {"message":"404 Group Link Not Found"}`, ask("oli", link, "").String())
}

// Settings that jobs are made of and limited by.
func TestSettingsReachJobs(t *testing.T) {
	gl, runner := testkit.Factory(t)
	gl.AddJob(fakegitlab.Job{Project: "acme/shop"})
	for _, branch := range []string{"main", "trunk"} {
		gl.Commit("acme/shop", branch, map[string]string{"a": branch}, "Begin")
	}
	ask := asks(t, gl)
	require.Equal(t, 200, ask("mia", "PUT /projects/acme%2Fshop",
		`{"build_git_strategy":"clone","default_branch":"trunk","ci_config_path":"ci/a.yml","max_artifacts_size":9}`).Status)
	require.Equal(t, 200, ask("root", "PUT /groups/acme", `{"max_artifacts_size":1}`).Status)
	require.Equal(t, 201, ask("root", "POST /groups/acme/members", `{"username":"mia","access_level":50}`).Status)
	require.Equal(t, 200, ask("mia", "PUT /groups/acme", `{"max_artifacts_size":9}`).Status)
	job := testkit.Ask(t, gl, "", "POST", "/jobs/request", testkit.WithJSON(`{"token":"`+runner.Token+`"}`))
	assert.Equal(t, false, job.Field(t, "allow_git_fetch"))
	variables := map[any]any{}
	for _, v := range job.Field(t, "variables").([]any) {
		variables[testkit.Descend(v, "key")] = testkit.Descend(v, "value")
	}
	assert.Equal(t, []any{"trunk", "ci/a.yml"}, []any{variables["CI_DEFAULT_BRANCH"], variables["CI_CONFIG_PATH"]})
	upload := func(size int) int {
		body := "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.zip\"\r\n\r\n" +
			strings.Repeat("a", size) + "\r\n--x--\r\n"
		return testkit.Ask(t, gl, "", "POST", fmt.Sprintf("/jobs/%.0f/artifacts", job.Field(t, "id")),
			testkit.WithBody("multipart/form-data; boundary=x", body),
			testkit.WithHeader("JOB-TOKEN", job.Field(t, "token").(string))).Status
	}
	assert.Equal(t, 413, upload(1<<20+1), "what mia said of it counts for nothing: administrators set it")
	require.Equal(t, 200, ask("root", "PUT /projects/acme%2Fshop", `{"max_artifacts_size":2}`).Status)
	assert.Equal(t, 201, upload(1<<20+1))
}

// Who moves a project out of the own namespace stays its Owner.
func TestLeavingAPersonalNamespace(t *testing.T) {
	gl := fakegitlab.New(t, fakegitlab.WithScenario(twoTrees().WithMember("open", "mia", fakegitlab.Maintainer)))
	moved := asks(t, gl)("mia", "PUT /projects/mia%2Ftool/transfer", `{"namespace":"open"}`)
	require.Equal(t, 200, moved.Status, moved.Body)
	tool, _ := gl.Project("open/tool")
	assert.Equal(t, fakegitlab.Members{"mia": fakegitlab.Owner}, tool.Members)
}

// public_jobs and builds_access_level decide who sees jobs, and whether runners get them. On a runner of the project's own
// a job fails that waits while jobs are switched off (app/services/ci/register_job_service.rb, pre_assign_runner_checks).
func TestJobsAreSwitchedOff(t *testing.T) {
	gl, runner := testkit.Factory(t)
	job := gl.AddJob(fakegitlab.Job{Project: "acme/shop"})
	ask := asks(t, gl)
	list := func(who string) int { return ask(who, "GET /projects/acme%2Fshop/jobs", "").Status }

	require.Equal(t, 200, ask("mia", "PUT /projects/acme%2Fshop", `{"public_builds":false}`).Status)
	assert.Equal(t, []int{403, 200}, []int{list("guest"), list("reporter")})
	require.Equal(t, 200, ask("mia", "PUT /projects/acme%2Fshop", `{"public_jobs":true,"jobs_enabled":false}`).Status)
	assert.Equal(t, []int{403, 403}, []int{list("guest"), list("mia")})
	request := func(r fakegitlab.Runner) int { return testkit.RequestJob(t, gl, r.Token).Status }
	shared := gl.AddRunner(fakegitlab.Runner{})
	assert.Equal(t, 204, request(shared))
	require.Equal(t, 200, ask("mia", "PUT /projects/acme%2Fshop", `{"builds_access_level":"private"}`).Status)
	assert.Equal(t, 201, request(shared))
	gl.AssertJobStatus(t, job.ID, fakegitlab.JobRunning)

	waiting := gl.AddJob(fakegitlab.Job{Project: "acme/shop"})
	require.Equal(t, 200, ask("mia", "PUT /projects/acme%2Fshop", `{"jobs_enabled":false}`).Status)
	assert.Equal(t, 204, request(runner))
	failed, _ := gl.Job(waiting.ID)
	assert.Equal(t, "builds_disabled", failed.FailureReason)
}

// app/services/projects/update_service.rb, validate!: the default branch comes before who may give variables, and both
// before the model.
func TestOrderOfChecksOfAChangedProject(t *testing.T) {
	gl := fakegitlab.New(t, fakegitlab.WithScenario(twoTrees()))
	ask := asks(t, gl)
	const role, noOwner = `"ci_pipeline_variables_minimum_override_role":`, "Changing the " +
		"ci_pipeline_variables_minimum_override_role to the owner role is not allowed"
	refused := func(body string) any {
		t.Helper()
		reply := ask("mia", "PUT /projects/10004", body)
		require.Equal(t, 400, reply.Status, reply.Body)
		return reply.Field(t, "message")
	}

	assert.Equal(t, map[string]any{"base": []any{"Could not change HEAD: branch 'nowhere' does not exist"}},
		refused(`{"default_branch":"nowhere","build_timeout":1,`+role+`"owner"}`))
	assert.Equal(t, noOwner, refused(`{"build_timeout":1,`+role+`"owner"}`))

	require.Equal(t, 200, ask("oli", "PUT /projects/10004", "{"+role+`"owner"}`).Status)
	assert.Equal(t, 200, ask("mia", "PUT /projects/10004", "{"+role+`null}`).Status)
	assert.Equal(t, "Changing the restrict_user_defined_variables or ci_pipeline_variables_minimum_override_role is not "+
		"allowed", refused(`{"restrict_user_defined_variables":true}`), "null has left it with the owners")
}

// lib/gitlab/pagination/cursor_based_keyset.rb: how far a page is off must not be reckoned round to a small number.
func TestPagesOfGroupsTooFarOff(t *testing.T) {
	gl := fakegitlab.New(t, fakegitlab.WithScenario(twoTrees()))
	for query, want := range map[string]int{"page=500&per_page=100": 200, "page=501&per_page=100": 405,
		"page=4611686018427387904&per_page=100": 405, "page=16666&per_page=3": 200, "page=16667&per_page=3": 405} {
		assert.Equal(t, want, testkit.Ask(t, gl, "", "GET", "/groups?"+query).Status, query)
	}
}
