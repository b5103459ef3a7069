package rest_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	fg "github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

// Who calls by what token, and what is noted of that: rules whose loss no other test noticed (internal/mutate).

// lib/api/personal_access_tokens/self_information.rb, lib/api/resource_access_tokens.rb: a token of OAuth is none of those
// that do something with themselves.
func TestTokensOfOAuthDoNothingWithThemselves(t *testing.T) {
	gl := testkit.NewMia(t, fg.WithVersion("19.1"))
	gl.UpdateUser("mia", func(u *fg.User) { u.Password = "Wq7-tundra-Lk29" })
	granted := testkit.AskBy(t, gl.Client(), gl.URL(), "", "POST", "/oauth/token",
		testkit.WithForm("grant_type=password&username=mia&password=Wq7-tundra-Lk29"))
	require.Equal(t, 200, granted.Status, granted.Body)
	bearer := testkit.WithHeader("Authorization", fmt.Sprint("Bearer ", granted.Field(t, "access_token")))
	for _, method := range []string{"GET", "DELETE"} {
		assert.Equal(t, `400 {"message":"400 Bad request - This endpoint requires token type to be a personal access token"}`,
			testkit.Ask(t, gl, "", method, "/personal_access_tokens/self", bearer).String())
	}
	for _, path := range []string{"/projects/acme%2Fshop/access_tokens/self/rotate", "/personal_access_tokens/self/rotate"} {
		rotated := testkit.Ask(t, gl, "", "POST", path, bearer)
		assert.Equal(t, 405, rotated.Status, rotated.Body)
	}
	assert.Equal(t, 200, testkit.Ask(t, gl, "", "GET", "/user", bearer).Status, "it lives still")
}

// Who calls is noted before the call is answered; a token that dies meanwhile is nobody's.
func TestRunnersWhoseTokenDies(t *testing.T) {
	gl, _ := testkit.Factory(t)
	r := gl.AddRunner(fg.Runner{Projects: []string{"acme/shop"}, TokenExpiresAt: gl.Now().Add(time.Minute)})
	gl.Before(fg.RequestJob, func(fg.Call) { gl.Advance(2 * time.Minute) })
	require.Equal(t, 403, testkit.RequestJob(t, gl, r.Token).Status)
	calls := gl.Calls(fg.RequestJob)
	assert.Zero(t, calls[0].RunnerID)
	assert.Equal(t, fmt.Sprintf("the token of runner %d expired at 2024-07-01T12:01:00Z", r.ID), calls[0].Reason)
	gl.Before(fg.DeleteRunnerByToken, func(fg.Call) { gl.AddRunner(fg.Runner{ID: 70, Token: "glrt-late"}) })
	require.Equal(t, 204, testkit.SendJSON(t, gl, "DELETE", "/runners", testkit.Hash{"token": "glrt-late"}).Status)
	assert.Equal(t, 70, gl.Calls(fg.DeleteRunnerByToken)[0].RunnerID, "which came to life")
}

// A runner that is paused is told so, though nothing has changed since it asked last; of a job that it gets, the call is.
func TestWhatIsNotedOfRequestsForJobs(t *testing.T) {
	gl, r := testkit.Factory(t)
	j := gl.AddJob(fg.Job{Project: "acme/shop"})
	require.Equal(t, 201, testkit.RequestJob(t, gl, r.Token).Status)
	assert.Equal(t, j.ID, gl.Calls(fg.RequestJob)[0].JobID)
	gl.AddJob(fg.Job{Project: "acme/shop"})
	gl.UpdateRunner(r.ID, func(r *fg.Runner) { r.Paused = true })
	value := testkit.RequestJob(t, gl, r.Token).Header.Get("X-GitLab-Last-Update")
	require.NotEmpty(t, value)
	require.Equal(t, 204, testkit.RequestJob(t, gl, r.Token, testkit.Hash{"last_update": value}).Status)
	assert.Contains(t, because(gl), "paused")
	require.Equal(t, 403, testkit.Send(t, gl, "PATCH", fmt.Sprintf("/jobs/%d/trace", j.ID), nil, "Content-Range", "0-0").Status)
	assert.Equal(t, "no job token was sent", because(gl))
}

// lib/api/entities/personal_access_token.rb: what nobody has described has no description.
func TestTokensWithoutDescription(t *testing.T) {
	gl := testkit.NewMia(t, fg.WithVersion("17.7"))
	gl.AddAccessToken(fg.AccessToken{ID: 70, User: "mia", Name: "silent"})
	got := as(t, gl, "mia", "GET", "/personal_access_tokens/70")
	assert.Contains(t, got.Body, `"description":null`)
}

// What is said to lack of a token that may not change a user: the scope by which it would read one, too.
func TestScopesOfUsers(t *testing.T) {
	gl := testkit.NewMia(t)
	small := gl.Token("root", "read_repository")
	for _, request := range []string{"DELETE /users/70", "POST /users/70/block", "POST /users", "PUT /users/70"} {
		method, path, _ := strings.Cut(request, " ")
		assert.Equal(t, "read_user api read_api", testkit.Ask(t, gl, small, method, path).Field(t, "scope"), request)
	}
	for _, path := range []string{"/users/mia/status", "/users/mia/project_deploy_keys"} {
		assert.Equal(t, 200, testkit.Ask(t, gl, gl.Token("mia", "read_user"), "GET", path).Status, path)
	}
}

// lib/api/ci/helpers/runner.rb of 17.x: a runner whose projects are gone.
func TestWhyARunnerIsRefused(t *testing.T) {
	gl, _ := testkit.Factory(t, fg.WithVersion("17.9"))
	r := gl.AddRunner(fg.Runner{Type: fg.ProjectRunner})
	require.Equal(t, 403, testkit.RequestJob(t, gl, r.Token).Status)
	assert.Equal(t, fmt.Sprintf("the group or projects of runner %d are gone", r.ID), because(gl))
}

// What is said in the journal of a piece of a log, and what the runner is told of one that is lost.
func TestPiecesOfLogs(t *testing.T) {
	gl, r := testkit.Factory(t)
	j := gl.AddJob(fg.Job{Project: "acme/shop", Status: fg.JobRunning, RunnerID: r.ID})
	for _, c := range []struct {
		start     int
		text, why string
	}{{0, "a", "0-0; the log has 1 bytes"}, {1, "", "nothing; the log has 1 bytes"}, {1, "bc", "1-2; the log has 3 bytes"}} {
		require.Equal(t, 202, testkit.PatchTrace(t, gl, j, c.start, c.text).Status)
		assert.Equal(t, c.why, because(gl))
	}
	assert.Equal(t, 202, testkit.Send(t, gl, "PATCH", fmt.Sprintf("/jobs/%d/trace", j.ID), nil, "Job-Token", j.Token,
		"Content-Range", "3-3", "Content-Type", "application/odd").Status, "which is of no type")
	gl.JobRun(j.ID).LoseLog(1)
	lost := testkit.PatchTrace(t, gl, j, 3, "de")
	assert.Equal(t, []string{"202", "0-5"}, []string{fmt.Sprint(lost.Status), lost.Header.Get("Range")})
	assert.Contains(t, because(gl), "3-4, these bytes were dropped")
	gl.UpdateSettings(func(s *fg.Settings) { s.MaxTraceSize = 10 })
	for text, status := range map[string]int{"123456789": 202, "1234567890": 403} {
		full := gl.AddJob(fg.Job{Project: "acme/shop", Status: fg.JobRunning, RunnerID: r.ID})
		assert.Equal(t, status, testkit.PatchTrace(t, gl, full, 0, text).Status, text)
	}
}

// What a runner is told of the queue, and of a tag; what people are told of one that is paused and out of sight; and
// what null takes from it.
func TestWhatIsToldOfRunners(t *testing.T) {
	gl := testkit.NewMia(t, fg.WithVersion("19.1"))
	gl.AddProject(fg.Project{Path: "acme/code", Repository: &fg.Repository{
		Refs:    map[string]string{"refs/heads/main": "one", "refs/tags/v1": "tag"},
		Commits: []fg.RepositoryCommit{{SHA: "one", Author: "Ann <ann@example.com> 2024-07-01T12:00:00Z", Message: "m"}},
		Tags: []fg.RepositoryTag{{SHA: "tag", Name: "v1", Target: "one", Tagger: "Ann <ann@example.com> 2024-07-01T12:00:00Z",
			Message: "First release\n"}}}})
	for _, want := range []string{"0", "1"} {
		gl.AddJob(fg.Job{Project: "acme/code", Ref: "v1", RefIsTag: true})
		got := testkit.RequestJob(t, gl, "shared-token")
		require.Equal(t, 201, got.Status, got.Body)
		assert.Equal(t, want, got.Field(t, "job_info.project_jobs_running_on_instance_runners_count"))
		assert.Contains(t, got.Body, `{"key":"CI_COMMIT_TAG_MESSAGE","value":"First release`)
	}

	r := gl.AddRunner(fg.Runner{Projects: []string{"acme/shop"}, Description: "d", MaintenanceNote: "n", Paused: true,
		CreatedAt: gl.Now().AddDate(-1, 0, 0), ContactedAt: gl.Now().AddDate(-1, 0, 0)})
	at := fmt.Sprintf("/runners/%d", r.ID)
	assert.Equal(t, "stale", as(t, gl, "mia", "GET", at).Field(t, "status"))
	got := as(t, gl, "mia", "PUT", at, testkit.WithJSON(`{"description":null,"maintenance_note":null}`))
	assert.Equal(t, []any{nil, nil}, []any{got.Field(t, "description"), got.Field(t, "maintenance_note")}, got.Body)
}

// lib/api/users.rb by keyset: others than administrators are told the same of users as in pages by number.
func TestUsersByKeysetForOthers(t *testing.T) {
	gl := testkit.NewMia(t, fg.WithVersion("19.1"))
	for who, told := range map[string]bool{"root": true, "mia": false} {
		got := as(t, gl, who, "GET", "/users?pagination=keyset&order_by=id&per_page=1")
		require.Equal(t, 200, got.Status, got.Body)
		var list []map[string]any
		require.NoError(t, json.Unmarshal([]byte(got.Body), &list))
		_, shown := list[0]["is_admin"]
		assert.Equal(t, told, shown, who)
	}
}

// app/models/user.rb, verified_email?: the case of an address does not count, and is kept.
func TestCommitEmailsThatAreSet(t *testing.T) {
	gl := testkit.NewMia(t)
	gl.UpdateUser("mia", func(u *fg.User) { u.Attributes = map[string]string{"commit_email": "Mia@Example.com"} })
	assert.Equal(t, "Mia@Example.com", as(t, gl, "mia", "GET", "/user").Field(t, "commit_email"))
}

// A status whose author is gone has none (lib/api/entities/commit_status.rb).
func TestStatusesOfNobody(t *testing.T) {
	gl := testkit.NewMia(t)
	j := gl.AddJob(fg.Job{Project: "acme/shop", Status: fg.JobSuccess})
	require.NoError(t, gl.Seed(fg.Scenario{CommitStatuses: []fg.CommitStatus{{PipelineID: j.PipelineID, Name: "lint", User: "-"}}}))
	p, _ := gl.Pipeline(j.PipelineID)
	got := as(t, gl, "mia", "GET", fmt.Sprintf("/projects/acme%%2Fshop/repository/commits/%s/statuses?name=lint", p.SHA))
	assert.Equal(t, []any{nil}, got.Each(t, "author"), got.Body)
}

// app/policies/group_policy.rb: Maintainers read the deploy tokens of a group, which Owners alone make and delete.
func TestWhoReadsDeployTokensOfGroups(t *testing.T) {
	gl := testkit.NewMia(t)
	gl.AddGroup(fg.Group{Path: "club", Members: fg.Members{"mia": fg.Maintainer}})
	require.NoError(t, gl.Seed(fg.Scenario{DeployTokens: []fg.DeployToken{{ID: 81, Path: "club", Name: "n"}}}))
	for method, status := range map[string]int{"GET": 200, "DELETE": 403} {
		assert.Equal(t, status, as(t, gl, "mia", method, "/groups/club/deploy_tokens/81").Status, method)
	}
}

// lib/gitlab/access.rb: the roles up to the one that is held, as far as the version has them.
func TestRolesThatAgentsAreToldOf(t *testing.T) {
	for version, want := range map[string][]any{
		"17.6": {"guest", "reporter", "developer", "maintainer"},
		"17.7": {"guest", "planner", "reporter", "developer", "maintainer"},
		"19.0": {"guest", "planner", "reporter", "security_manager", "developer", "maintainer"},
	} {
		gl, r := testkit.Factory(t, fg.WithVersion(version))
		j := gl.AddJob(fg.Job{Project: "acme/shop", Status: fg.JobRunning, RunnerID: r.ID, User: "mia"})
		got := testkit.Send(t, gl, "GET", "/job/allowed_agents", nil, "Job-Token", j.Token)
		assert.EqualValues(t, j.PipelineID, got.Field(t, "pipeline.id"))
		assert.Equal(t, want, got.Field(t, "user.roles_in_project"), version)
	}
}

// A page of what passes a filter is no longer than it may be; of a runner's managers only the one that has a job is active.
func TestRunnersInPages(t *testing.T) {
	gl := testkit.NewMia(t, fg.WithVersion("19.1"))
	for _, name := range []string{"one", "two"} {
		gl.AddRunner(fg.Runner{Description: name})
	}
	for _, path := range []string{"/runners/all?type=instance_type", "/projects/acme%2Fshop/runners?type=instance_type"} {
		list := as(t, gl, "root", "GET", path+"&per_page=1")
		assert.Len(t, list.Each(t, "id"), 1)
		assert.Equal(t, "3", list.Header.Get("X-Total"))
	}
	gl.AddJob(fg.Job{Project: "acme/shop"})
	for _, id := range []string{"s_busy", "s_idle"} {
		testkit.RequestJob(t, gl, "shop-token", testkit.Hash{"system_id": id})
	}
	managers := as(t, gl, "mia", "GET", "/runners/5/managers")
	told := map[any]any{}
	for i, id := range managers.Each(t, "system_id") {
		told[id] = managers.Each(t, "job_execution_status")[i]
	}
	assert.Equal(t, map[any]any{"s_busy": "active", "s_idle": "idle"}, told)
}

// lib/api/project_job_token_scope.rb: since 18.0 a project heeds its allowlist where all have to.
func TestAllowlistsThatAllHaveToHeed(t *testing.T) {
	for version, status := range map[string]int{"17.6": 204, "18.0": 400} {
		gl := testkit.NewMia(t, fg.WithVersion(version))
		require.Equal(t, 200, as(t, gl, "root", "PUT", "/application/settings",
			testkit.WithJSON(`{"enforce_ci_inbound_job_token_scope_enabled":true}`)).Status)
		got := as(t, gl, "mia", "PATCH", "/projects/acme%2Fshop/job_token_scope", testkit.WithJSON(`{"enabled":false}`))
		assert.Equal(t, status, got.Status, version+got.Body)
	}
}

// lib/api/entities/ci/resource_group.rb: each has an ID of its own.
func TestResourceGroupsHaveIDs(t *testing.T) {
	gl := testkit.NewMia(t)
	gl.Commit("acme/shop", "main", map[string]string{".gitlab-ci.yml": "x: {script: x, resource_group: a}\n" +
		"y: {script: y, resource_group: b}\n"}, "Begin")
	ids := as(t, gl, "mia", "GET", "/projects/acme%2Fshop/resource_groups").Each(t, "id")
	require.Len(t, ids, 2)
	assert.NotEqual(t, ids[0], ids[1])
	assert.NotZero(t, ids[0])
}
