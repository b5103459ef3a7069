package rest_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

// usersWorld has an administrator, ada, and mia, whom the tests do things to.
func usersWorld(t *testing.T) *fakegitlab.Fake {
	t.Helper()
	return fakegitlab.New(t, fakegitlab.WithScenario(fakegitlab.NewScenario().WithAdmin("ada").WithUser("mia").
		WithGroup("acme", func(g *fakegitlab.Group) {
			g.Members = fakegitlab.Members{"mia": fakegitlab.Maintainer, "ada": fakegitlab.Owner}
		}).
		WithProject("acme/shop").WithProject("mia/own")))
}

func userID(t *testing.T, gl *fakegitlab.Fake, username string) string {
	t.Helper()
	u, ok := gl.User(username)
	assert.True(t, ok, username)
	return strconv.Itoa(u.ID)
}

func usernames(t *testing.T, r testkit.Reply) string {
	t.Helper()
	var names []string
	for _, name := range r.Each(t, "username") {
		names = append(names, fmt.Sprint(name))
	}
	return strings.Join(names, " ")
}

func TestUsersListed(t *testing.T) {
	gl := usersWorld(t)
	gl.AddUser(fakegitlab.User{Username: "ext", Name: "Mia Mann", External: true,
		Identities: map[string]string{"saml": "7"}, CreatedAt: gl.Now().Add(-48 * time.Hour)})
	gl.AddUser(fakegitlab.User{Username: "bea", State: fakegitlab.UserBanned,
		Attributes: map[string]string{"public_email": "bea@example.com"}})
	gl.AddAccessToken(fakegitlab.AccessToken{Project: "acme/shop", User: "shop_bot"})
	gl.DeleteUser(gl.AddUser(fakegitlab.User{Username: "gone"}).Username)
	for query, want := range map[string]string{
		"":                                                "shop_bot bea ext mia ada root",
		"order_by=username&sort=asc":                      "ada bea ext mia root shop_bot",
		"order_by=name&sort=asc&per_page=2":               "root ext",
		"order_by=updated_at&sort=asc":                    "ext root ada mia bea shop_bot",
		"search=mia":                                      "mia ext",
		"search=bea@example.com":                          "bea",
		"admins=true":                                     "ada root",
		"external=true":                                   "ext",
		"exclude_external=true&humans=true":               "bea mia ada root",
		"exclude_humans=true":                             "shop_bot",
		"without_project_bots=true":                       "bea ext mia ada root",
		"exclude_active=true":                             "bea",
		"created_before=2024-06-30":                       "ext",
		"created_after=2024-06-30&external=1&admins=0":    "",
		"without_projects=true":                           "bea ext root",
		"extern_uid=7&provider=saml":                      "ext",
		"extern_uid=8&provider=saml":                      "",
		"two_factor=enabled":                              "",
		"with_custom_attributes=1&custom_attributes[a]=1": "",
	} {
		assert.Equal(t, want, usernames(t, as(t, gl, "ada", "GET", "/users?"+query)), query)
	}
	for query, want := range map[string]string{
		"search=mia":                 "mia ext", // the best first
		"search=bea":                 "",
		"order_by=username&sort=asc": "shop_bot ext mia ada root",
		"admins=true":                "shop_bot ext mia ada root",
	} {
		assert.Equal(t, want, usernames(t, as(t, gl, "mia", "GET", "/users?"+query)), query)
	}
	assert.Equal(t, `403 {"message":"403 Forbidden"}`, as(t, gl, "mia", "GET", "/users?extern_uid=7&provider=saml").String())
	assert.Equal(t, `401 {"message":"401 Unauthorized"}`,
		testkit.Ask(t, gl, "", "GET", "/users?extern_uid=7&provider=saml").String())
	assert.Equal(t, `403 {"message":"403 Forbidden - Not authorized to access /api/v4/users"}`,
		testkit.Ask(t, gl, "", "GET", "/users?username=").String())
	assert.NotContains(t, as(t, gl, "mia", "GET", "/users?per_page=1&order_by=name").Header.Get("Link"), "order_by=name",
		"what was dropped is in no link")
}

func TestUserShown(t *testing.T) {
	gl := usersWorld(t)
	gl.UpdateUser("mia", func(u *fakegitlab.User) {
		u.Attributes = map[string]string{"organization": "Acme", "theme_id": "4", "commit_email": "_private", "note": "n"}
		u.Unconfirmed = true
	})
	path := "/users/" + userID(t, gl, "mia")
	details := as(t, gl, "ada", "GET", path)
	for field, want := range map[string]any{"highest_role": float64(fakegitlab.Owner), "note": "n", "theme_id": 4.0,
		"work_information": "Acme", "confirmed_at": nil, "last_activity_on": nil, "created_by": nil} {
		assert.Equal(t, want, details.Field(t, field), field)
	}
	assert.Contains(t, details.Field(t, "commit_email"), "-mia@users.noreply.")
	as(t, gl, "mia", "GET", "/version")
	assert.Equal(t, "2024-07-01", as(t, gl, "ada", "GET", path).Field(t, "last_activity_on"))
	assert.NotContains(t, as(t, gl, "ada", "GET", path).JSON(t), "custom_attributes")
	assert.Contains(t, as(t, gl, "ada", "GET", path+"?with_custom_attributes=true").Body, `"custom_attributes":[]`)
	gl.AddUser(fakegitlab.User{Username: "dan"})
	seen := as(t, gl, "dan", "GET", path).JSON(t)
	assert.NotContains(t, seen, "created_at", "of a user who is not confirmed")
	assert.NotContains(t, seen, "note")
	assert.Equal(t, `404 {"message":"404 User Not Found"}`, as(t, gl, "dan", "GET", "/users/99").String())
}

func TestUserMade(t *testing.T) {
	gl := usersWorld(t)
	make := func(form string) testkit.Reply {
		return as(t, gl, "ada", "POST", "/users", testkit.WithForm("email=nina@corp.example&username=nina&name=Nina&"+form))
	}
	const good = "password=Wq7-tundra-Lk29"
	for form, want := range map[string]string{
		"password=":                                    `{"password":["can't be blank"]}`,
		"password=password1":                           `{"password":["must not contain commonly used combinations of words and letters"]}`,
		"password=xx-Nina-xx9":                         `{"password":["must not contain commonly used combinations of words and letters"]}`,
		"password=" + strings.Repeat("a", 129):         `{"password":["is too long (maximum is 128 characters)"]}`,
		good + "&username=acme":                        `{"username":["has already been taken"]}`,
		good + "&username=admin":                       `{"username":["admin is a reserved name"]}`,
		good + "&username=" + strings.Repeat("u", 256): `{"username":["is too long (maximum is 255 characters)"]}`,
		good + "&name=" + strings.Repeat("n", 256):     `{"name":["is too long (maximum is 255 characters)"]}`,
		good + "&email=":                               `{"email":["can't be blank"]}`,
		good + "&projects_limit=2147483648":            `{"projects_limit":["must be less than or equal to 2147483647"]}`,
		good + "&color_scheme_id=9":                    `{"color_scheme_id":["9 is not a valid color scheme"]}`,
		good + "&website_url=nowhere":                  `{"website_url":["is not a valid URL"]}`,
		good + "&public_email=other@corp.example":      `{"public_email":["must be an email you have verified"]}`,
		good + "&location=" + strings.Repeat("l", 501): `{"location":["is too long (maximum is 500 characters)"]}`,
	} {
		assert.Equal(t, `400 {"message":`+want+`}`, make(form).String(), form)
	}
	assert.Equal(t, `409 {"message":"Email has already been taken"}`, make(good+"&email=Admin@example.com").String(), "root's")
	_, there := gl.User("nina")
	assert.False(t, there, "a refusal makes nobody")

	gl.NextID(4711)
	made := make("force_random_password=true&skip_confirmation=true&public_email=nina@corp.example&external=true&auditor=1")
	assert.Equal(t, "201", strconv.Itoa(made.Status), made.Body)
	assert.Equal(t, "ada", made.Field(t, "created_by.username"))
	u, _ := gl.User("nina")
	assert.Equal(t, fakegitlab.User{ID: 4711, Username: "nina", Name: "Nina", Email: "nina@corp.example", External: true,
		Auditor: true, State: fakegitlab.UserActive, CreatedBy: "ada", CreatedAt: gl.Now(),
		Attributes: map[string]string{"public_email": "nina@corp.example"}}, u)
	assert.Equal(t, false, as(t, gl, "nina", "GET", "/user").Field(t, "can_create_group"), "the new user is real")
}

func TestUserChanged(t *testing.T) {
	gl := usersWorld(t)
	path := "/users/" + userID(t, gl, "mia")
	token := gl.Token("mia")
	put := func(form string) testkit.Reply { return as(t, gl, "ada", "PUT", path, testkit.WithForm(form)) }

	assert.Equal(t, 200, put("username=maria&name=Maria").Status)
	assert.Equal(t, "maria/own", testkit.Ask(t, gl, token, "GET", "/projects?owned=true").Each(t, "path_with_namespace")[0],
		"the personal projects move along")
	assert.Equal(t, "maria", testkit.Ask(t, gl, token, "GET", "/user").Field(t, "username"))
	_, there := gl.User("mia")
	assert.False(t, there)

	assert.Equal(t, 200, put("external=true").Status)
	assert.Equal(t, 0.0, testkit.Ask(t, gl, token, "GET", "/user").Field(t, "projects_limit"))
	put("can_create_group=true&projects_limit=1")
	who := testkit.Ask(t, gl, token, "GET", "/user")
	assert.Equal(t, []any{true, false}, []any{who.Field(t, "can_create_group"), who.Field(t, "can_create_project")},
		"the one project that may be is there")
	put("external=false")
	assert.Equal(t, 100000.0, testkit.Ask(t, gl, token, "GET", "/user").Field(t, "projects_limit"))

	put("email=maria@corp.example")
	u, _ := gl.User("maria")
	assert.Equal(t, []string{"mia@example.com", "maria@corp.example"}, []string{u.Email, u.UnconfirmedEmail})
	put("bio=hello&provider=saml&extern_uid=7")
	assert.Equal(t, `{"message":{"bio":["is too long (maximum is 255 characters)"]}}`, put("bio="+strings.Repeat("b", 256)).Body)
	put("bio=")
	u, _ = gl.User("maria")
	assert.Equal(t, []any{map[string]string{"saml": "7"}, map[string]string{}}, []any{u.Identities, u.Attributes})

	for body, want := range map[string]string{
		`{"name":null}`:          `{"name":["can't be blank"]}`,
		`{"email":null}`:         `{"email":["can't be blank"]}`,
		`{"username":null}`:      `{"username":["can't be blank"]}`,
		`{"password":""}`:        `{"password":["can't be blank"]}`,
		`{"email":"nowhere"}`:    `{"email":["is invalid"]}`,
		`{"projects_limit":-1}`:  `{"projects_limit":["must be greater than or equal to 0"]}`,
		`{"username":"acme"}`:    `{"username":["has already been taken"]}`,
		`{"commit_email":"a@b"}`: `{"commit_email":["must be an email you have verified"]}`,
	} {
		before := gl.Snapshot()
		assert.Equal(t, `400 {"message":`+want+`}`, as(t, gl, "ada", "PUT", path, testkit.WithJSON(body)).String(), body)
		assert.Equal(t, before.Users, gl.Snapshot().Users, "a refusal changes nothing: %s", body)
	}
	assert.Equal(t, 200, as(t, gl, "ada", "PUT", path, testkit.WithJSON(`{"password":null,"admin":null}`)).Status)

	assert.Equal(t, 200, put("password=Wq7-tundra-Lk29").Status)
	assert.Equal(t, `403 {"message":"403 Forbidden - Your password expired. Please access GitLab from a web browser to update `+
		`your password."}`, testkit.Ask(t, gl, token, "GET", "/user").String(), "somebody else has set it")
	ada := "/users/" + userID(t, gl, "ada")
	as(t, gl, "ada", "PUT", ada, testkit.WithForm("password=Wq7-tundra-Lk29"))
	assert.Equal(t, 200, as(t, gl, "ada", "GET", "/user").Status, "the own one")

	assert.Equal(t, `403 {"message":"403 Forbidden"}`, as(t, gl, "ada", "PUT", "/users/1", testkit.WithForm("username=boss")).String())
	assert.Equal(t, "Chief", as(t, gl, "ada", "PUT", "/users/1", testkit.WithForm("name=Chief")).Field(t, "name"))
	nowhere := as(t, gl, "ada", "POST", "/users", testkit.WithForm("email=no@example.com&username=no&name=No&reset_password=true&"+
		"provider=saml&extern_uid="))
	assert.Equal(t, "saml ", fmt.Sprint(nowhere.Field(t, "identities.0.provider"), " ", nowhere.Field(t, "identities.0.extern_uid")))
	assert.Equal(t, `404 {"message":"404 User Not Found"}`, as(t, gl, "ada", "PUT", "/users/99").String())
}

func TestUserDeleted(t *testing.T) {
	gl := usersWorld(t)
	job := gl.AddJob(fakegitlab.Job{Project: "acme/shop", User: "mia"})
	mia, ada := "/users/"+userID(t, gl, "mia"), "/users/"+userID(t, gl, "ada")
	stale := testkit.WithHeader("If-Unmodified-Since", "Mon, 01 Jan 2024 00:00:00 GMT")
	assert.Equal(t, `412 {"message":"412 Precondition Failed"}`, as(t, gl, "ada", "DELETE", mia, stale).String())
	assert.Equal(t, "204", as(t, gl, "ada", "DELETE", mia).String())
	job, _ = gl.Job(job.ID)
	assert.Equal(t, []any{fakegitlab.JobFailed, "user_blocked", "ghost"}, []any{job.Status, job.FailureReason, job.User})
	_, there := gl.Project("mia/own")
	assert.False(t, there)

	assert.Equal(t, "204", as(t, gl, "ada", "DELETE", "/users/"+userID(t, gl, "ghost")).String())
	userID(t, gl, "ghost") // is still there
	assert.Equal(t, `403 {"message":"403 Forbidden"}`, as(t, gl, "ada", "DELETE", "/users/1").String())
	assert.Equal(t, 409, testkit.Ask(t, gl, gl.AdminToken(), "DELETE", ada).Status)
	assert.Equal(t, "204", testkit.Ask(t, gl, gl.AdminToken(), "DELETE", ada+"?hard_delete=true").String())
	assert.Empty(t, gl.Groups(), "with the group that nobody else owns")
}

// TestWhatNobodyOwns: of who is deleted with all contributions jobs, pipelines and deployments are shown without a user,
// until somebody else tries them again.
func TestWhatNobodyOwns(t *testing.T) {
	gl := usersWorld(t)
	gl.AddUser(fakegitlab.User{Username: "dan", Admin: true})
	pipeline := gl.AddPipeline(fakegitlab.Pipeline{Project: "acme/shop", User: "dan", SHA: strings.Repeat("a", 40),
		CI: "a: {script: x, environment: prod}"})
	added := gl.AddJob(fakegitlab.Job{Project: "acme/shop", User: "dan", Status: fakegitlab.JobSuccess})
	assert.Equal(t, "204", as(t, gl, "ada", "DELETE", "/users/"+userID(t, gl, "dan")+"?hard_delete=true").String())
	path := "/projects/acme%2Fshop"
	for _, id := range []int{pipeline.ID, added.PipelineID} {
		assert.Nil(t, as(t, gl, "ada", "GET", path+"/pipelines/"+strconv.Itoa(id)).Field(t, "user"))
	}
	assert.Equal(t, []any{nil}, as(t, gl, "ada", "GET", path+"/deployments").Each(t, "user"))
	assert.Empty(t, as(t, gl, "ada", "GET", path+"/pipelines?username=ghost").Each(t, "id"))
	document := `{"query":"{ project(fullPath: \"acme/shop\") { pipelines { nodes { user { username } } } deployment(iid: \"1\") { triggerer { id } } } }"}`
	token := gl.Token("ada", "api")
	assert.Equal(t, `200 {"data":{"project":{"pipelines":{"nodes":[{"user":null},{"user":null}]},"deployment":{"triggerer":null}}}}`,
		testkit.AskBy(t, gl.Client(), gl.URL(), token, "POST", "/api/graphql", testkit.WithJSON(document)).String())
	assert.Equal(t, "ada", as(t, gl, "ada", "POST", path+"/jobs/"+strconv.Itoa(added.ID)+"/retry").Field(t, "user.username"))
}

// TestOrderOfWhatNobodyOwns: PostgreSQL has what is null last, and the other way round first.
func TestOrderOfWhatNobodyOwns(t *testing.T) {
	gl := usersWorld(t)
	gl.AddUser(fakegitlab.User{Username: "dan", Admin: true})
	add := func(username string) float64 {
		return float64(gl.AddPipeline(fakegitlab.Pipeline{Project: "acme/shop", User: username, SHA: strings.Repeat("a", 40),
			CI: "a: {script: x}"}).ID)
	}
	first, second := add("dan"), add("dan")
	assert.Equal(t, "204", as(t, gl, "ada", "DELETE", "/users/"+userID(t, gl, "dan")+"?hard_delete=true").String())
	gl.AddUser(fakegitlab.User{Username: "zoe", Admin: true}) // whose id is higher than the ghost's
	owned := add("zoe")
	for way, want := range map[string][]any{"asc": {owned, first, second}, "desc": {second, first, owned}} {
		path := "/projects/acme%2Fshop/pipelines?order_by=user_id&sort=" + way
		assert.Equal(t, want, as(t, gl, "ada", "GET", path).Each(t, "id"), way)
	}
}

// TestTriggerJobsOfADeletedUser: GitLab gives pipelines and builds to the ghost, and leaves trigger jobs to nobody.
func TestTriggerJobsOfADeletedUser(t *testing.T) {
	gl := usersWorld(t)
	gl.AddUser(fakegitlab.User{Username: "dan", Admin: true})
	pipeline := gl.AddPipeline(fakegitlab.Pipeline{Project: "acme/shop", User: "dan", SHA: strings.Repeat("a", 40),
		CI: "a: {script: x}\nb: {trigger: acme/shop}\n"})
	gl.DeleteUser("dan")
	path := "/projects/acme%2Fshop/pipelines/" + strconv.Itoa(pipeline.ID)
	names := func(path, field string) (all []any) {
		for _, one := range as(t, gl, "ada", "GET", path).Each(t, field) {
			user, _ := one.(map[string]any)
			all = append(all, user["username"])
		}
		return all
	}
	assert.Equal(t, []any{"ghost"}, names(path+"/jobs", "user"))
	assert.Equal(t, []any{nil}, names(path+"/bridges", "user"))
	commit := "/projects/acme%2Fshop/repository/commits/" + pipeline.SHA
	assert.ElementsMatch(t, []any{nil, "ghost"}, names(commit+"/statuses", "author"))
}

func TestStatesOfUsers(t *testing.T) {
	gl := usersWorld(t)
	mia := "/users/" + userID(t, gl, "mia")
	job := gl.AddJob(fakegitlab.Job{Project: "acme/shop", User: "mia"})
	do := func(action string) string { return as(t, gl, "ada", "POST", mia+"/"+action).String() }
	state := func() fakegitlab.UserState { u, _ := gl.User("mia"); return u.State }
	for i, step := range []struct {
		action, want string
		then         fakegitlab.UserState
	}{
		{"activate", `201 true`, fakegitlab.UserActive},
		{"unban", `403 {"message":"You cannot unban active users."}`, fakegitlab.UserActive},
		{"unblock", `201 false`, fakegitlab.UserActive},
		{"reject", `409 {"message":"User does not have a pending request"}`, fakegitlab.UserActive},
		{"ban", `201 true`, fakegitlab.UserBanned},
		{"block", `201 null`, fakegitlab.UserBanned},
		{"activate", `403 {"message":"Error occurred. A blocked user must be unblocked to be activated"}`,
			fakegitlab.UserBanned},
		{"unblock", `201 true`, fakegitlab.UserActive},
		{"deactivate", `201 true`, fakegitlab.UserDeactivated},
		{"deactivate", `201 null`, fakegitlab.UserDeactivated},
		{"unblock", `403 {"message":"403 Forbidden - Deactivated users cannot be unblocked by the API"}`,
			fakegitlab.UserDeactivated},
		{"approve", `409 {"message":"The user you are trying to approve is not pending approval"}`,
			fakegitlab.UserDeactivated},
		{"block", `201 true`, fakegitlab.UserBlocked},
	} {
		assert.Equal(t, step.want, do(step.action), "%d: %s", i, step.action)
		assert.Equal(t, step.then, state(), "%d: %s", i, step.action)
	}
	job, _ = gl.Job(job.ID)
	assert.Equal(t, fakegitlab.JobFailed, job.Status, "jobs of a blocked user fail")

	gl.UpdateUser("mia", func(u *fakegitlab.User) { u.State = fakegitlab.UserBlockedPendingApproval })
	assert.Equal(t, `201 {"message":"Success"}`, do("approve"))
	as(t, gl, "mia", "GET", "/user")
	assert.Equal(t, `403 {"message":"The user you are trying to deactivate has been active in the past 90 days and cannot `+
		`be deactivated"}`, do("deactivate"))
	gl.Advance(91 * 24 * time.Hour)
	assert.Equal(t, `201 true`, do("deactivate"))

	gl.UpdateUser("mia", func(u *fakegitlab.User) { u.State = fakegitlab.UserBlockedPendingApproval })
	gl.AddUser(fakegitlab.User{Username: "dan"})
	assert.Equal(t, `403 {"message":"You are not allowed to reject a user"}`, as(t, gl, "dan", "POST", mia+"/reject").String())
	assert.Equal(t, `403 {"message":"You are not allowed to approve a user"}`, as(t, gl, "dan", "POST", mia+"/approve").String())
	assert.Equal(t, `200 {"message":"Success"}`, do("reject"))
	_, there := gl.User("mia")
	assert.False(t, there)
	own := "/users/" + userID(t, gl, "ada")
	assert.Equal(t, `403 {"message":"403 Forbidden - The API initiating user cannot be blocked by the API"}`,
		as(t, gl, "ada", "POST", own+"/block").String())
	gl.DeleteUser("dan")
	gl.AddJob(fakegitlab.Job{Project: "acme/shop", User: gl.AddUser(fakegitlab.User{Username: "eve"}).Username})
	gl.DeleteUser("eve")
	ghost := "/users/" + userID(t, gl, "ghost")
	assert.Equal(t, `403 {"message":"An internal user cannot be blocked"}`, as(t, gl, "ada", "POST", ghost+"/block").String())
	assert.Equal(t, `403 {"message":"Internal users cannot be deactivated"}`,
		as(t, gl, "ada", "POST", ghost+"/deactivate").String())
}

func TestProjectsOfAUser(t *testing.T) {
	gl := usersWorld(t)
	id := userID(t, gl, "mia")
	for path, want := range map[string]string{
		"/users/mia/projects":                 "own",
		"/users/MIA/projects?search=shop":     "",
		"/users/" + id + "/projects?simple=1": "own",
		"/users/mia/projects?starred=true":    "",
	} {
		var paths []string
		for _, p := range as(t, gl, "mia", "GET", path).Each(t, "path") {
			paths = append(paths, fmt.Sprint(p))
		}
		assert.Equal(t, want, strings.Join(paths, " "), path)
	}
	assert.Equal(t, `404 {"message":"404 User Not Found"}`, as(t, gl, "mia", "GET", "/users/nobody/projects").String())
	group, _ := gl.Group("acme")
	own, _ := gl.Project("mia/own")
	assert.JSONEq(t, fmt.Sprintf(`[{"source_id":%d,"source_name":"acme","source_type":"Namespace","access_level":40},
		{"source_id":%d,"source_name":"own","source_type":"Project","access_level":50}]`, group.ID, own.ID),
		as(t, gl, "ada", "GET", "/users/"+id+"/memberships").Body)
	assert.Equal(t, `200 {"groups_count":1,"projects_count":1,"issues_count":0,"merge_requests_count":0}`,
		as(t, gl, "mia", "GET", "/users/"+id+"/associations_count").String())
	assert.Equal(t, "1", as(t, gl, "ada", "GET", "/users/"+id+"/memberships?type=Project").Header.Get("X-Total"))
}
