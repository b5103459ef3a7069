package rest_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	fg "github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

// Lists, settings and webhooks: rules whose loss no other test noticed (internal/mutate).

// app/finders/users_finder.rb and lib/api/users.rb, reorder_users: who may order users, and how they come if nothing is
// said of that.
func TestUsersInOrder(t *testing.T) {
	for version, want := range map[string]struct{ found, ordered string }{
		"16.5": {"zoe pat apat", "apat pat zoe"}, "17.0": {"pat zoe apat", "apat pat zoe"},
	} {
		gl := fg.New(t, fg.WithVersion(version))
		gl.AddUser(fg.User{Username: "apat", Name: "B pat"})
		gl.AddUser(fg.User{Username: "pat", Name: "Pat"})
		gl.AddUser(fg.User{Username: "zoe", Name: "A pat"})
		list := func(who, query string) string {
			return strings.Trim(fmt.Sprint(as(t, gl, who, "GET", "/users?"+query).Each(t, "username")), "[]")
		}
		assert.Equal(t, want.found, list("root", "search=pat"), version)
		assert.Equal(t, want.ordered, list("root", "search=pat&sort=asc"), version)
		found := as(t, gl, "root", "GET", "/users?search=pat&per_page=1").Header.Get("Link")
		assert.Equal(t, version == "16.5", strings.Contains(found, "order_by"), found)
		for who, shown := range map[string]bool{"root": true, "zoe": version != "16.5"} {
			assert.True(t, strings.HasPrefix(list(who, ""), "zoe pat apat"), "the youngest first")
			assert.True(t, strings.HasPrefix(list(who, "search="), "zoe pat apat"))
			link := as(t, gl, who, "GET", "/users?per_page=1").Header.Get("Link")
			assert.Equal(t, shown, strings.Contains(link, "order_by=id") && strings.Contains(link, "sort=desc"), version+who)
		}
	}
}

// What is searched for as a whole counts more in an address than in a username, and there more than in a name; who is
// called alike comes by age.
func TestUsersFoundByRank(t *testing.T) {
	gl := fg.New(t)
	gl.AddUser(fg.User{Username: "a", Name: "p@x.io"})
	gl.AddUser(fg.User{Username: "z1", Name: "Z", Email: "p@x.io", Attributes: map[string]string{"public_email": "p@x.io"}})
	gl.AddUser(fg.User{Username: "same", Name: "T"})
	gl.AddUser(fg.User{Username: "q", Name: "same"})
	want := []any{"same", "q"}
	for n := 20; n > 0; n-- {
		want = append(want, gl.AddUser(fg.User{Username: fmt.Sprint("b", n), Name: "Same one"}).Username)
	}
	list := func(query string) []any { return as(t, gl, "root", "GET", "/users?"+query).Each(t, "username") }
	assert.Equal(t, []any{"z1", "a"}, list("search=p@x.io"))
	assert.Equal(t, want, list("search=same&per_page=50"))
	gl.AddUser(fg.User{Username: "ghost"})
	assert.NotContains(t, list("humans=true"), "ghost")
	assert.Contains(t, list("exclude_humans=true"), "ghost")
	assert.Equal(t, 200, testkit.Ask(t, gl, gl.Token("a"), "GET", "/users?extern_uid=1&provider=").Status)
	assert.Equal(t, 403, testkit.Ask(t, gl, gl.Token("a"), "GET", "/users?extern_uid=1&provider=ldap").Status)
	assert.Empty(t, list("extern_uid=&provider=ldap"))
}

// A page of users by the time of their last change begins where the one before ended.
func TestUsersByChangePerKeyset(t *testing.T) {
	gl := fg.New(t)
	for _, name := range []string{"a", "b", "c"} {
		gl.AddUser(fg.User{Username: name})
		gl.Advance(time.Hour)
	}
	a, _ := gl.User("a")
	require.Equal(t, 200, as(t, gl, "root", "PUT", fmt.Sprintf("/users/%d", a.ID), testkit.WithJSON(`{"name":"Changed"}`)).Status)
	page := as(t, gl, "root", "GET", "/users?pagination=keyset&order_by=updated_at&sort=desc&per_page=1")
	assert.Equal(t, []any{"a"}, page.Each(t, "username"))
	next := strings.TrimPrefix(strings.Split(page.Header.Get("Link"), ">")[0], "<")
	_, path, ok := strings.Cut(next, "/api/v4")
	require.True(t, ok, next)
	assert.Equal(t, "c", as(t, gl, "root", "GET", path).Each(t, "username")[0])
}

// app/finders/projects_finder.rb and lib/api/projects.rb.
func TestProjectsThatAreAskedFor(t *testing.T) {
	gl := testkit.NewMia(t)
	gl.Advance(48 * time.Hour)
	gl.AddProject(fg.Project{Path: "acme/late", Members: fg.Members{"mia": fg.Maintainer},
		Attributes: map[string]string{"topics": "a"}})
	since := url.QueryEscape(gl.Now().Add(-time.Hour).Format(time.RFC3339))
	list := func(query string) []any { return as(t, gl, "mia", "GET", "/projects?"+query).Each(t, "path") }
	assert.Equal(t, []any{"late"}, list("order_by=updated_at&updated_after="+since))
	assert.Equal(t, 400, as(t, gl, "mia", "GET", "/projects?updated_before="+since).Status)
	assert.Equal(t, []any{"late"}, list("topic=a,%20"))
	assert.Equal(t, []any{"late"}, list("topic=%20a%20"))
	for who, order := range map[string]string{"root": "storage_size", "mia": "created_at"} {
		got := as(t, gl, who, "GET", "/projects?order_by=storage_size&per_page=1")
		assert.Contains(t, got.Header.Get("Link"), "order_by="+order, who)
	}
}

// A project of a group above that is shared with the group is there once (lib/api/groups.rb).
func TestProjectsOfGroupsAreThereOnce(t *testing.T) {
	gl := testkit.NewMia(t)
	sub := gl.AddGroup(fg.Group{Path: "acme/sub"})
	require.Equal(t, 201, as(t, gl, "root", "POST", "/projects/acme%2Fshop/share",
		testkit.WithJSON(fmt.Sprintf(`{"group_id":%d,"group_access":30}`, sub.ID))).Status)
	got := as(t, gl, "root", "GET", "/groups/acme%2Fsub/projects?include_ancestor_groups=true&with_shared=true")
	assert.Equal(t, []any{"shop"}, got.Each(t, "path"))
}

// Who has not signed in gets the groups at the top by keyset pagination, and those in a group by offset, whatever they
// ask for (lib/gitlab/pagination/cursor_based_keyset.rb).
func TestGroupsForAnybody(t *testing.T) {
	gl := fg.New(t)
	for _, path := range []string{"b", "a", "b/one", "b/two"} {
		gl.AddGroup(fg.Group{Path: path, Visibility: fg.Public})
	}
	ask := func(path string) testkit.Reply { return testkit.Ask(t, gl, "", "GET", path) }
	for _, path := range []string{"/groups/b/subgroups?", "/groups/b/descendant_groups?",
		"/groups/b/descendant_groups?top_level_only=true&"} {
		got := ask(path + "pagination=keyset&order_by=path&per_page=1")
		assert.Equal(t, []any{200, "1"}, []any{got.Status, got.Header.Get("X-Page")}, path)
	}
	assert.Equal(t, 405, ask("/groups?pagination=keyset&order_by=path").Status)
	const keyset = "/groups?pagination=keyset&order_by=name&sort=asc&per_page=1"
	assert.Equal(t, 200, ask(keyset+"&page=100000").Status)
	link := ask(keyset).Header.Get("Link")
	u, err := url.Parse(strings.TrimPrefix(strings.Split(link, ">")[0], "<"))
	require.NoError(t, err)
	cursor, err := base64.URLEncoding.DecodeString(u.Query().Get("cursor"))
	require.NoError(t, err, link)
	assert.Contains(t, string(cursor), `"name":"a"`)
}

// lib/api/namespaces.rb: administrators see everybody's, by id.
func TestNamespacesByID(t *testing.T) {
	gl := testkit.NewMia(t)
	gl.AddUser(fg.User{Username: "late", ID: 5000})
	gl.AddGroup(fg.Group{Path: "last", ID: 6000})
	paths := as(t, gl, "root", "GET", "/namespaces").Each(t, "path")
	assert.Equal(t, []any{"acme", "late", "last"}, paths[len(paths)-3:])
	assert.Contains(t, paths, "mia")
	assert.Equal(t, []any{"mia"}, as(t, gl, "mia", "GET", "/namespaces").Each(t, "path"))
	gl.AddGroup(fg.Group{Path: "last/sub", Members: fg.Members{"mia": fg.Guest}})
	assert.Equal(t, 1.0, as(t, gl, "root", "GET", "/namespaces/last").Field(t, "members_count_with_descendants"))
	gl.AddGroup(fg.Group{Path: "hidden"})
	assert.Equal(t, 404, as(t, gl, "mia", "GET", "/namespaces/hidden").Status)
	assert.Contains(t, because(gl), "hidden")
	assert.NotContains(t, because(gl), "there is no namespace")
}

// lib/api/projects.rb: a group whose number is also that of whoever asks is no namespace of theirs.
func TestGroupsWithTheNumberOfAUser(t *testing.T) {
	gl := fg.New(t)
	gl.AddUser(fg.User{Username: "late", ID: 5000})
	gl.AddGroup(fg.Group{Path: "other", ID: 5000})
	got := as(t, gl, "late", "POST", "/projects", testkit.WithJSON(`{"name":"x","namespace_id":5000}`))
	assert.Equal(t, `400 {"message":{"namespace":["is not valid"]}}`, got.String())
}

// A project of a user is in no group that could keep it to itself.
func TestProjectsOfUsersAreShared(t *testing.T) {
	gl := testkit.NewMia(t)
	gl.AddProject(fg.Project{Path: "mia/own"})
	acme, _ := gl.Group("acme")
	assert.Equal(t, 201, as(t, gl, "root", "POST", "/projects/mia%2Fown/share",
		testkit.WithJSON(fmt.Sprintf(`{"group_id":%d,"group_access":30}`, acme.ID))).Status)
}

// lib/api/settings.rb and app/models/application_setting_implementation.rb: of what is not given nothing changes.
func TestSettingsThatAreNotGiven(t *testing.T) {
	gl := testkit.NewMia(t)
	acme, _ := gl.Group("acme")
	put := func(body string) testkit.Reply {
		t.Helper()
		got := as(t, gl, "root", "PUT", "/application/settings", testkit.WithJSON(body))
		require.Equal(t, 200, got.Status, got.Body)
		return got
	}
	const bar = "performance_bar_allowed_group_id"
	host := strings.Split(strings.TrimPrefix(gl.URL(), "http://"), ":")[0]
	list := put(`{"asset_proxy_allowlist":["`+host+`","a.example"]}`).Field(t, "asset_proxy_allowlist")
	assert.Equal(t, []any{host, "a.example"}, list)
	assert.Equal(t, []any{"b.example", host}, put(`{"asset_proxy_allowlist":["b.example"]}`).Field(t, "asset_proxy_allowlist"))
	assert.Equal(t, float64(acme.ID), put(`{"performance_bar_allowed_group_path":"acme"}`).Field(t, bar))
	for name, value := range map[string]any{"abuse_notification_email": "abuse@example.com",
		"commit_email_hostname": "mail.example.com", "sentry_clientside_traces_sample_rate": 0.5} {
		text, err := json.Marshal(map[string]any{name: value})
		require.NoError(t, err)
		assert.Equal(t, value, put(string(text)).Field(t, name))
		assert.Equal(t, value, put(`{"home_page_url":null}`).Field(t, name))
	}
	const expiry = "runner_token_expiration_interval"
	for n, name := range []string{expiry, "group_" + expiry, "project_" + expiry} {
		assert.EqualValues(t, n+3600, put(fmt.Sprintf(`{%q:%d}`, name, n+3600)).Field(t, name))
	}
	kept := put(`{"home_page_url":"https://x.example"}`)
	assert.Equal(t, []any{[]any{"b.example", host}, float64(acme.ID)},
		[]any{kept.Field(t, "asset_proxy_allowlist"), kept.Field(t, bar)})
	assert.Equal(t, float64(acme.ID), put(`{"performance_bar_enabled":true}`).Field(t, bar))
	gl.UpdateSettings(func(s *fg.Settings) {
		s.Attributes = map[string]string{"hashed_storage_enabled": "false", "disabled_oauth_sign_in_sources": "google"}
	})
	seeded := put(`{"home_page_url":"https://y.example"}`)
	assert.Equal(t, []any{false, []any{"google"}}, []any{seeded.Field(t, "hashed_storage_enabled"),
		seeded.Field(t, "disabled_oauth_sign_in_sources")})
	for _, body := range []string{`{"performance_bar_enabled":false}`, `{"performance_bar_allowed_group_path":"none"}`,
		fmt.Sprintf(`{"performance_bar_allowed_group_id":"%d"}`, acme.ID), `{"performance_bar_allowed_group_path":""}`} {
		put(`{"performance_bar_allowed_group_path":"acme"}`)
		assert.Nil(t, put(body).Field(t, bar), body)
	}
}

// lib/api/hooks/trigger_test.rb: a test went well if the webhook was answered with success.
func TestAnswersToTestsOfWebhooks(t *testing.T) {
	status := 0
	called := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }))
	defer called.Close()
	gl := testkit.NewMia(t)
	h := gl.AddWebhook(fg.Webhook{Project: "acme/shop", URL: called.URL})
	test := func(event string) testkit.Reply {
		return as(t, gl, "mia", "POST", fmt.Sprintf("/projects/acme%%2Fshop/hooks/%d/test/%s", h.ID, event))
	}
	assert.Equal(t, `422 {"message":"Ensure the project has CI jobs."}`, test("job_events").String())
	assert.Equal(t, `422 {"message":"Ensure the project has CI pipelines."}`, test("pipeline_events").String())
	gl.AddJob(fg.Job{Project: "acme/shop"})
	for _, status = range []int{200, 299, 300} {
		want := 201
		if status == 300 {
			want = 422
		}
		assert.Equal(t, want, test("job_events").Status, status)
	}
	called.Close()
	assert.Equal(t, 422, test("job_events").Status)
	assert.Contains(t, because(gl), "no answer came: ")
}

// lib/api/project_hooks.rb: null takes a text away, and what is in a list by itself is a change, too.
func TestWhatIsTakenFromWebhooks(t *testing.T) {
	gl := testkit.NewMia(t)
	h := gl.AddWebhook(fg.Webhook{Project: "acme/shop", URL: "https://hooks.example.com", Description: "d"})
	put := func(body string) testkit.Reply {
		return as(t, gl, "mia", "PUT", fmt.Sprintf("/projects/acme%%2Fshop/hooks/%d", h.ID), testkit.WithJSON(body))
	}
	got := put(`{"description":null}`)
	require.Equal(t, 200, got.Status, got.Body)
	assert.Contains(t, got.Body, `"description":null`)
	assert.Equal(t, 200, put(`{"url_variables":[{"key":"a","value":"b"}]}`).Status)
	assert.Equal(t, map[string]string{"a": "b"}, gl.Webhooks()[0].URLVariables)
	off := gl.AddWebhook(fg.Webhook{Project: "acme/shop", URL: "https://hooks.example.com", Failures: 5, Disabled: true,
		DisabledUntil: gl.Now().Add(time.Hour)})
	assert.Equal(t, "2024-07-01T13:00:00.000Z", as(t, gl, "mia", "GET",
		fmt.Sprintf("/projects/acme%%2Fshop/hooks/%d", off.ID)).Field(t, "disabled_until"))
	old := testkit.NewMia(t, fg.WithVersion("16.0"))
	assert.Equal(t, 201, as(t, old, "mia", "POST", "/projects/acme%2Fshop/hooks",
		testkit.WithJSON(`{"url":"https://hooks.example.com","custom_headers":"none"}`)).Status)
}

// lib/api/helpers.rb and lib/api/ci/helpers/runner.rb: runners, their jobs and their registration.
func TestRunnersThatAreSeldom(t *testing.T) {
	gl, r := testkit.Factory(t, fg.WithVersion("19.1"))
	gl.AddJob(fg.Job{Project: "acme/shop", Status: fg.JobRunning, RunnerID: r.ID})
	assert.Equal(t, "200 []", as(t, gl, "mia", "GET", fmt.Sprintf("/runners/%d/jobs?system_id=s_1", r.ID)).String())
	gl.AddJob(fg.Job{Project: "acme/shop", Status: fg.JobRunning, RunnerID: r.ID})
	jobs := as(t, gl, "mia", "GET", fmt.Sprintf("/runners/%d/jobs?pagination=keyset", r.ID)).Each(t, "id")
	assert.Greater(t, jobs[0], jobs[1], "the youngest first")
	gl.AddProject(fg.Project{Path: "acme/second"})
	both := gl.AddRunner(fg.Runner{Projects: []string{"acme/shop", "acme/second"}, Tags: []string{"gpu"}})
	assert.Equal(t, []any{float64(both.ID)}, as(t, gl, "root", "GET", "/projects/acme%2Fshop/runners?tag_list=gpu").Each(t, "id"))
	gl.UpdateProject("acme/second", func(p *fg.Project) {
		p.Members = fg.Members{"guest": fg.Role(25)} // Security Manager, who reads
	})
	assert.Equal(t, 200, as(t, gl, "guest", "GET", "/projects/acme%2Fsecond/runners").Status)
	assert.Equal(t, 403, as(t, gl, "guest", "DELETE", fmt.Sprintf("/projects/acme%%2Fsecond/runners/%d", both.ID)).Status)
	assert.Equal(t, 204, as(t, gl, "root", "DELETE", fmt.Sprintf("/projects/acme%%2Fsecond/runners/%d", both.ID)).Status)
	require.Equal(t, 201, testkit.SendJSON(t, gl, "POST", "/runners/reset_authentication_token",
		testkit.Hash{"token": both.Token}).Status)
	both, _ = gl.Runner(both.ID)
	assert.Equal(t, gl.Now(), both.ContactedAt)
	rule := as(t, gl, "mia", "POST", "/projects/acme%2Fshop/protected_branches?name=x")
	assert.Equal(t, false, rule.Field(t, "allow_force_push"))
	shared := gl.AddRunner(fg.Runner{})
	assert.Equal(t, 500, as(t, gl, "root", "POST", "/projects/acme%2Fshop/runners",
		testkit.WithJSON(fmt.Sprintf(`{"runner_id":%d}`, shared.ID))).Status)
	assert.Contains(t, because(gl), "a runner of instance_type is assigned to no project")

	shop, _ := gl.Project("acme/shop")
	register := func(token string) testkit.Reply {
		return testkit.SendJSON(t, gl, "POST", "/runners", testkit.Hash{"token": token})
	}
	gl.UpdateSettings(func(s *fg.Settings) { s.ValidRegistrars = []string{"group"} })
	assert.Equal(t, 403, as(t, gl, "mia", "POST", "/projects/acme%2Fshop/runners",
		testkit.WithJSON(fmt.Sprintf(`{"runner_id":%d}`, both.ID))).Status)
	assert.Equal(t, 403, register(shop.RegistrationToken).Status)
	assert.Contains(t, because(gl), "valid_runner_registrars is [group] and leaves out what the token is for")
	gl.UpdateSettings(func(s *fg.Settings) { s.RegistrationTokensDisabled = true })
	assert.Equal(t, []int{403, 410}, []int{register(" ").Status, register("nobodys").Status})
}

// lib/api/personal_access_tokens and lib/api/resource_access_tokens.rb.
func TestTokensThatAreSeldom(t *testing.T) {
	for version, want := range map[string][]any{"17.6": {201, ""}, "17.7": {201, "d"}} {
		gl := testkit.NewMia(t, fg.WithVersion(version))
		mia, _ := gl.User("mia")
		at := fmt.Sprintf("/users/%d/personal_access_tokens", mia.ID)
		got := as(t, gl, "root", "POST", at, testkit.WithJSON(`{"name":"n","scopes":["api"],"description":"d"}`))
		all := gl.Snapshot().AccessTokens
		assert.Equal(t, want, []any{got.Status, all[len(all)-1].Description}, version)
		got = as(t, gl, "root", "POST", at, testkit.WithJSON(`{"name":"n","scopes":["api"],"description":{"a":"b"}}`))
		assert.Equal(t, map[bool]int{true: 400, false: 201}[version == "17.7"], got.Status, version)
	}
}

// POST /projects/:id/jobs/:job_id/artifacts/keep keeps nothing that has expired.
func TestExpiredArtifactsAreNotKept(t *testing.T) {
	gl, _ := testkit.Factory(t)
	j := gl.AddJob(fg.Job{Project: "acme/shop", Status: fg.JobSuccess, Artifacts: []fg.Artifact{{Filename: "a.zip",
		Content: zipOf(t, "a"), ExpiresAt: gl.Now().Add(-time.Hour)}}})
	assert.Equal(t, 404, as(t, gl, "mia", "POST", fmt.Sprintf("/projects/acme%%2Fshop/jobs/%d/artifacts/keep", j.ID)).Status)
	assert.Contains(t, because(gl), "have expired; GitLab keeps what has not")
}

// lib/api/ci/job_artifacts.rb, artifacts/tree: GitLab reads the metadata alone, and fails where they are damaged.
func TestDamagedMetadata(t *testing.T) {
	gl := testkit.NewMia(t, fg.WithVersion("19.1"))
	j := gl.AddJob(fg.Job{Project: "acme/shop", Status: fg.JobSuccess, Artifacts: []fg.Artifact{{Filename: "a.zip",
		Content: zipOf(t, "a")}, {Filename: "metadata.gz", Type: "metadata", Content: []byte("damaged")}}})
	got := as(t, gl, "mia", "GET", fmt.Sprintf("/projects/acme%%2Fshop/jobs/%d/artifacts/tree", j.ID))
	assert.Equal(t, 500, got.Status, got.Body)
	assert.Contains(t, because(gl), fmt.Sprintf("the metadata of job %d: ", j.ID))
}

// lib/api/entities/resource_access_token.rb: the role is that of the bot's membership, be it another than was asked for.
func TestTheRoleOfATokenIsThatOfItsBot(t *testing.T) {
	gl := fg.New(t)
	gl.AddProject(fg.Project{Path: "acme/shop"})
	made := gl.AddAccessToken(fg.AccessToken{Project: "acme/shop", Name: "robot", Role: fg.Developer})
	role := func() any {
		return as(t, gl, "root", "GET", "/projects/acme%2Fshop/access_tokens").Each(t, "access_level")
	}
	assert.Equal(t, []any{30.0}, role())
	gl.Seed(fg.Scenario{Memberships: []fg.Membership{{Path: "acme/shop", User: made.User, Role: fg.Reporter}}})
	assert.Equal(t, []any{20.0}, role())
	gl.UpdateProject("acme/shop", func(p *fg.Project) { delete(p.Members, made.User) })
	assert.Equal(t, []any{30.0}, role(), "that which was asked for, where the bot is no member any more")
}

// app/models/project.rb, sorted_by_similarity_desc, and app/models/group.rb: what is alike comes the youngest first,
// groups those first whose parent is; a name counts beside the path. Who asks for no similarity gets none.
func TestWhatIsSimilarInOrder(t *testing.T) {
	gl := fg.New(t)
	for _, path := range []string{"old", "new"} {
		gl.AddGroup(fg.Group{Path: path})
	}
	gl.AddGroup(fg.Group{Path: "new/tool"})
	for _, path := range []string{"old/tool", "old/toolbox"} {
		gl.AddGroup(fg.Group{Path: path})
		gl.AddProject(fg.Project{Path: path + "/tool"})
	}
	gl.AddGroup(fg.Group{Path: "old/attic", Name: "tool"})
	gl.AddGroup(fg.Group{Path: "new/toolbox", Name: "Boxes"})
	list := func(path string) []any { return as(t, gl, "root", "GET", path).Each(t, "full_path") }
	assert.Equal(t, []any{"new/tool", "old/tool", "old/toolbox", "old/attic", "new/toolbox"}, list("/groups?search=tool&order_by=similarity"))
	gl.AddProject(fg.Project{Path: "old/tooling"})
	projects := func(query string) []any {
		return as(t, gl, "root", "GET", "/groups/old/projects?include_subgroups=true&search=tool"+query).Each(t, "path_with_namespace")
	}
	assert.Equal(t, []any{"old/toolbox/tool", "old/tool/tool", "old/tooling"}, projects("&order_by=similarity"))
	assert.Equal(t, []any{"old/tooling", "old/toolbox/tool", "old/tool/tool"}, projects(""))
	gl.UpdateProject("old/tool/tool", func(p *fg.Project) { p.Description = "tool" })
	gl.UpdateProject("old/tooling", func(p *fg.Project) { p.Name = "Kit" })
	gl.AddProject(fg.Project{Path: "old/attic/tooling"})
	gl.AddProject(fg.Project{Path: "old/toolbox/tooling", Name: "Box"})
	assert.Equal(t, []any{"old/tool/tool", "old/toolbox/tool", "old/attic/tooling", "old/toolbox/tooling", "old/tooling"},
		projects("&order_by=similarity"))
}

// lib/api/namespaces.rb: one's own namespace is found by its id, too; another's is not, for a reason.
func TestOwnNamespaces(t *testing.T) {
	gl := testkit.NewMia(t)
	mia, _ := gl.User("mia")
	for _, ref := range []string{"mia", fmt.Sprint(mia.ID)} {
		assert.Equal(t, "mia", as(t, gl, "mia", "GET", "/namespaces/"+ref).Field(t, "path"), ref)
		assert.Equal(t, 404, as(t, gl, "sam", "GET", "/namespaces/"+ref).Status, ref)
		assert.Equal(t, "that is the namespace of mia", because(gl), ref)
	}
}

// lib/api/admin/ci/variables.rb: what only variables of projects and groups have is not looked at.
func TestWhatInstanceVariablesHaveNot(t *testing.T) {
	gl := fg.New(t)
	got := as(t, gl, "root", "POST", "/admin/ci/variables", testkit.WithJSON(`{"key":"A","value":"verysecret",`+
		`"environment_scope":{"a":1},"masked_and_hidden":"x"}`))
	assert.Equal(t, 201, got.Status, got.Body)
}

// app/services/ci/retry_pipeline_service.rb: a job that is tried again gets the resource that nobody holds.
func TestRetriedPipelinesAsTheyAreShown(t *testing.T) {
	gl := testkit.NewMia(t)
	gl.Commit("acme/shop", "main", map[string]string{".gitlab-ci.yml": "x: {script: x, resource_group: a}"}, "Begin")
	j := gl.Jobs()[0]
	gl.FinishJob(j.ID, fg.JobFailed)
	again := as(t, gl, "mia", "POST", fmt.Sprintf("/projects/acme%%2Fshop/pipelines/%d/retry", j.PipelineID))
	assert.Equal(t, "pending", again.Field(t, "status"), again.Body)
	seeded := gl.AddPipeline(fg.Pipeline{Project: "acme/shop", Status: fg.JobSuccess})
	shown := as(t, gl, "mia", "GET", fmt.Sprintf("/projects/acme%%2Fshop/pipelines/%d", seeded.ID))
	assert.Equal(t, "2024-07-01T12:00:00.000Z", shown.Field(t, "created_at"))
}

// lib/api/ci/runners.rb: by keyset, too, jobs come the youngest first, be it also possible to turn that round.
func TestJobsOfRunnersByKeyset(t *testing.T) {
	gl, r := testkit.Factory(t, fg.WithVersion("19.4"))
	for range 2 {
		gl.AddJob(fg.Job{Project: "acme/shop", Status: fg.JobRunning, RunnerID: r.ID})
	}
	at := fmt.Sprintf("/runners/%d/jobs?pagination=keyset&order_by=id", r.ID)
	first, last := float64(gl.Jobs()[0].ID), float64(gl.Jobs()[1].ID)
	for sort, want := range map[string][]any{"": {last, first}, "&sort=desc": {last, first}, "&sort=asc": {first, last}} {
		assert.Equal(t, want, as(t, gl, "root", "GET", at+sort).Each(t, "id"), sort)
	}
}

// What a seed has of variables that nothing is put into is shown as such (lib/api/entities/ci/variable.rb).
func TestRawVariables(t *testing.T) {
	gl := fg.New(t)
	gl.AddProject(fg.Project{Path: "acme/shop"})
	p := gl.AddPipeline(fg.Pipeline{Project: "acme/shop", Status: fg.JobSuccess, Variables: map[string]string{"A": "$B", "C": "$D"},
		RawVariables: []string{"A"}})
	s := gl.AddPipelineSchedule(fg.PipelineSchedule{Project: "acme/shop", Cron: "0 1 * * *", Variables: map[string]string{"A": "$B"},
		RawVariables: []string{"A"}})
	assert.Equal(t, []any{true, false}, as(t, gl, "root", "GET", fmt.Sprintf("/projects/acme%%2Fshop/pipelines/%d/variables", p.ID)).Each(t, "raw"))
	got := as(t, gl, "root", "GET", fmt.Sprintf("/projects/acme%%2Fshop/pipeline_schedules/%d", s.ID))
	assert.Contains(t, got.Body, `"raw":true`)
}
