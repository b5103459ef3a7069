package rest_test

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

func TestStandardHeaders(t *testing.T) {
	gl := testkit.NewMia(t)
	mia := gl.Token("mia")
	for name, got := range map[string]testkit.Reply{
		"200": testkit.Ask(t, gl, mia, "GET", "/runners/5"),
		"201": testkit.Ask(t, gl, mia, "POST", "/runners/5/reset_authentication_token"),
		"403": testkit.Ask(t, gl, mia, "DELETE", "/runners/6"),
		"404": testkit.Ask(t, gl, mia, "GET", "/projects/404/runners"), "400": testkit.Ask(t, gl, mia, "GET", "/runners/x"),
		"no such route": testkit.Ask(t, fakegitlab.New(t, fakegitlab.WithUnknownEndpoints(true)), "", "GET", "/nonsense"),
	} {
		t.Run(name, func(t *testing.T) {
			for header, want := range map[string]string{"Content-Type": "^application/json$", "X-Frame-Options": "^SAMEORIGIN$",
				"X-Content-Type-Options": "^nosniff$",
				"Vary":                   "^Origin$", "X-Request-Id": "^[0-9A-Z]{26}$", "X-Runtime": `^\d+\.\d{6}$`,
				"X-Gitlab-Meta": `^\{"correlation_id":"[0-9A-Z]{26}","version":"1"\}$`} {
				assert.Regexp(t, regexp.MustCompile(want), strings.Join(got.Header.Values(header), "|"), header)
			}
			if got.Status < 300 {
				sum := sha256.Sum256([]byte(got.Body))
				assert.Equal(t, `W/"`+hex.EncodeToString(sum[:])[:32]+`"`, got.Header.Get("ETag"))
				assert.Equal(t, "max-age=0, private, must-revalidate", got.Header.Get("Cache-Control"))
				return
			}
			assert.Equal(t, "no-cache", got.Header.Get("Cache-Control"))
			assert.NotContains(t, got.Header, "Etag")
		})
	}
	missing := testkit.Ask(t, gl, mia, "GET", "/runners/404")
	assert.Equal(t, "application/json", missing.Header.Get("Content-Type"))
	assert.NotContains(t, missing.Header, "X-Frame-Options",
		"an exception of the database is answered outside of the endpoint, without its headers")
	deleted := testkit.Ask(t, gl, mia, "DELETE", "/runners/5")
	assert.Equal(t, "204", deleted.String())
	assert.NotContains(t, deleted.Header, "Content-Type")
	assert.Equal(t, "no-cache", deleted.Header.Get("Cache-Control"))
}

func TestConditionalGet(t *testing.T) {
	gl := testkit.NewMia(t)
	mia := gl.Token("mia")
	etag := testkit.Ask(t, gl, mia, "GET", "/runners/5").Header.Get("ETag")
	same := testkit.Ask(t, gl, mia, "GET", "/runners/5", testkit.WithHeader("If-None-Match", etag))
	assert.Equal(t, "304", same.String())
	assert.Equal(t, etag, same.Header.Get("ETag"))
	assert.NotContains(t, same.Header, "Content-Type")
	assert.Equal(t, 304, testkit.Ask(t, gl, mia, "HEAD", "/runners/5", testkit.WithHeader("If-None-Match", etag)).Status)
	assert.Equal(t, 200, testkit.Ask(t, gl, mia, "GET", "/runners/5", testkit.WithHeader("If-None-Match", "*")).Status)
	testkit.Ask(t, gl, mia, "PUT", "/runners/5", testkit.WithForm("description=changed"))
	assert.Equal(t, 200, testkit.Ask(t, gl, mia, "GET", "/runners/5", testkit.WithHeader("If-None-Match", etag)).Status)
}

func TestHeadAndOptions(t *testing.T) {
	gl := testkit.NewMia(t)
	mia := gl.Token("mia")
	get, head := testkit.Ask(t, gl, mia, "GET", "/runners"), testkit.Ask(t, gl, mia, "HEAD", "/runners")
	assert.Empty(t, head.Body)
	for _, volatile := range []string{"X-Request-Id", "X-Runtime", "X-Gitlab-Meta", "Date"} {
		get.Header.Del(volatile)
		head.Header.Del(volatile)
	}
	assert.Equal(t, get.Header, head.Header)
	for path, allow := range map[string]string{"/runners/5": "OPTIONS, GET, PUT, DELETE, HEAD",
		"/runners": "OPTIONS, GET, POST, DELETE, HEAD", "/user/runners": "OPTIONS, POST",
		"/runners/all": "OPTIONS, GET, HEAD", "/runners/verify": "OPTIONS, POST"} {
		options := testkit.Ask(t, gl, mia, "OPTIONS", path)
		assert.Equal(t, "204", options.String())
		assert.Equal(t, allow, options.Header.Get("Allow"), path)
	}
	assert.Equal(t, unauthorized, testkit.Ask(t, gl, "", "OPTIONS", "/runners/5").String())
	// lib/api/ci/runners.rb is mounted after lib/api/ci/runner.rb, and Grape takes the filters of the last.
	assert.Equal(t, unauthorized, testkit.Ask(t, gl, "", "OPTIONS", "/runners").String())

	old := testkit.NewMia(t, fakegitlab.WithVersion("16.0"), fakegitlab.WithUnknownEndpoints(true))
	const scope = "/projects/acme%2Fshop/job_token_scope"
	assert.Equal(t, 404, testkit.Ask(t, old, old.Token("mia"), "DELETE", scope+"/allowlist/1").Status)
	old.ClearCalls()
	options := testkit.Ask(t, old, old.Token("mia"), "OPTIONS", scope)
	assert.Equal(t, "OPTIONS, GET, HEAD", options.Header.Get("Allow"), "what came later is not there yet")
	assert.Equal(t, 404, testkit.Ask(t, old, old.Token("mia"), "GET", scope+"/allowlist").Status)
	assert.Equal(t, "acme/shop", old.Calls("")[1].Params["id"], "of what comes later the path is read, too")
	for path, method := range map[string]string{"/projects/acme%2Fshop/restore": "POST", "/groups/acme/restore": "POST",
		"/projects/acme%2Fshop/resource_groups/x/current_job": "GET"} {
		later := testkit.Ask(t, old, old.AdminToken(), method, path)
		assert.Equal(t, `404 {"error":"404 Not Found"}`, later.String())
	}
}

// What is refused before an endpoint is reached, or out of one that fails, lacks the headers that endpoints set.
func TestAnswersOfNoEndpoint(t *testing.T) {
	gl := testkit.NewMia(t, fakegitlab.WithUnknownEndpoints(true))
	for _, c := range []struct {
		method, at, body string
		status           int
	}{{"GET", "/api/v4/version?format=json", "", 200}, {"GET", "/api/v4/version?format=xml", "", 406}, {"GET", "/api/v3/projects", "", 410},
		{"POST", "/api/v4/user/runners", `{"runner_type":"instance_type","group_id":1}`, 500}} {
		got := testkit.AskBy(t, gl.Client(), gl.URL(), gl.AdminToken(), c.method, c.at, testkit.WithJSON(c.body))
		assert.Equal(t, c.status, got.Status, got.Body)
		assert.Equal(t, c.status == 200, got.Header.Get("X-Frame-Options") != "", c.at)
	}
}

func TestWhatIsNotServed(t *testing.T) {
	gl := testkit.NewMia(t, fakegitlab.WithUnknownEndpoints(true))
	for _, endpoint := range []string{"PATCH /runners/5", "POST /runners/all", "PUT /runners", "GET /runners/5/nothing",
		"GET /", "GET /projects/acme/shop"} {
		method, path := cut(endpoint)
		assert.Equal(t, `404 {"error":"404 Not Found"}`, testkit.Ask(t, gl, "", method, path).String(), endpoint)
	}
	assert.Equal(t, 400, testkit.Ask(t, gl, gl.AdminToken(), "DELETE", "/runners/all").Status, "that is a runner's id")
	res, err := gl.Client().Get(gl.URL() + "/api/v3/runners")
	require.NoError(t, err)
	_ = res.Body.Close()
	assert.Equal(t, 410, res.StatusCode)
	gl.AssertCalls(t, "PATCH /api/v4/runners/5 404", "POST /api/v4/runners/all 404", "PUT /api/v4/runners 404",
		"GET /api/v4/runners/5/nothing 404",
		"GET /api/v4/ 404", "GET /api/v4/projects/acme/shop 404", "DELETE /runners/:id 400", "GET /api/v3/runners 410")
}

func TestApplicationSettings(t *testing.T) {
	gl := testkit.NewMia(t)
	root := gl.AdminToken()
	put := func(body string) testkit.Reply {
		return testkit.Ask(t, gl, root, "PUT", "/application/settings", testkit.WithJSON(body))
	}
	updated := put(`{"allow_runner_registration_token":false,"runner_token_expiration_interval":7200,"valid_runner_registrars":["group"],"max_artifacts_size":5,"admin_mode":false}`)
	require.Equal(t, 200, updated.Status, updated.Body)
	assert.Equal(t, updated.Body, testkit.Ask(t, gl, root, "GET", "/application/settings").Body)
	s := gl.Settings()
	assert.Equal(t, []any{true, 2 * time.Hour, []string{"group"}, int64(5 << 20)},
		[]any{s.RegistrationTokensDisabled, s.RunnerTokenExpiration, s.ValidRegistrars, s.MaxArtifactsSize})
	assert.Equal(t, 200, put(`{"runner_token_expiration_interval":null,"valid_runner_registrars":[]}`).Status)
	assert.Zero(t, gl.Settings().RunnerTokenExpiration)
	assert.Equal(t, 200, put(`{"keep_latest_artifact":false,"allow_local_requests_from_web_hooks_and_services":false}`).Status)
	assert.Equal(t, []bool{false, true}, []bool{*gl.Settings().KeepLatestArtifacts, gl.Settings().LocalRequestsForbidden})
	assert.Equal(t, 200, put(`{"keep_latest_artifact":"1","allow_local_requests_from_hooks_and_services":true}`).Status)
	assert.Equal(t, []bool{true, false}, []bool{*gl.Settings().KeepLatestArtifacts, gl.Settings().LocalRequestsForbidden})
	assert.Equal(t, []string{}, gl.Settings().ValidRegistrars)
	before := gl.Snapshot()
	for body, status := range map[string]int{`{"runner_token_expiration_interval":-1}`: 400,
		`{"allow_runner_registration_token":null}`: 400, `{"max_artifacts_size":0}`: 400,
		`{"valid_runner_registrars":["nobody"]}`: 400, `{"valid_runner_registrars":"group"}`: 400, `{}`: 400,
		`{"group_runner_token_expiration_interval":"x"}`: 400} {
		assert.Equal(t, status, put(body).Status, body)
	}
	gl.AssertSnapshot(t, before)
	assert.Equal(t, `400 {"message":{"valid_runner_registrars":["[\"group\", \"group\"] is not included in the list"]}}`,
		put(`{"valid_runner_registrars":["group","group"]}`).String())
	assert.Equal(t, `400 {"message":{"max_artifacts_size":["must be greater than 0"]}}`,
		put(`{"max_artifacts_size":0}`).String())
	assert.Equal(t, `400 {"message":{"max_artifacts_size":["is not a number"]}}`,
		put(`{"max_artifacts_size":null}`).String())
	assert.Equal(t, 3600.0, put(`{"group_runner_token_expiration_interval":3600}`).Field(t,
		"group_runner_token_expiration_interval"), "the two hours of the documentation are not enforced")
	assert.Equal(t, `400 {"message":{"admin_mode":["must be a boolean value"]}}`, put(`{"admin_mode":null}`).String())
	assert.Equal(t, `400 {"error":"shared_runners_text is missing"}`, put(`{"shared_runners_enabled":true}`).String())
	assert.Equal(t, false, put(`{"shared_runners_enabled":false}`).Field(t, "shared_runners_enabled"))
	assert.Equal(t, false, testkit.Ask(t, gl, root, "GET", "/application/settings").Field(t, "shared_runners_enabled"))
	assert.Equal(t, true, put(`{"shared_runners_enabled":true,"shared_runners_text":"ours"}`).Field(t,
		"shared_runners_enabled"))
	assert.Equal(t, `403 {"message":"403 Forbidden"}`,
		testkit.Ask(t, gl, gl.Token("mia"), "PUT", "/application/settings").String(), "before the parameters")
}

func TestWhoSeesRegistrationTokens(t *testing.T) {
	gl := testkit.NewMia(t)
	gl.UpdateGroup("acme", func(g *fakegitlab.Group) { g.Members = fakegitlab.Members{"sam": fakegitlab.Owner} })
	gl.AddUser(fakegitlab.User{Username: "dan"})
	gl.UpdateProject("acme/shop", func(p *fakegitlab.Project) { p.Members["dan"] = fakegitlab.Developer })
	for _, c := range []struct {
		user, path string
		sees       bool
	}{{"mia", "/projects/10001", true}, {"dan", "/projects/10001", false}, {"sam", "/projects/10001", true},
		{"mia", "/groups/acme", false}, {"sam", "/groups/acme", true}} {
		got := testkit.Ask(t, gl, gl.Token(c.user), "GET", c.path)
		assert.Equal(t, 200, got.Status)
		assert.Equal(t, c.sees, strings.Contains(got.Body, `"runners_token":"GR1348941`), "%s by %s", c.path, c.user)
	}
}

func TestRateLimit(t *testing.T) {
	gl := testkit.NewMia(t)
	gl.UpdateSettings(func(s *fakegitlab.Settings) {
		s.RateLimit = fakegitlab.RateLimit{Requests: 2,
			Per: 30 * time.Second}
	})
	get := func(user string) testkit.Reply { return testkit.Ask(t, gl, gl.Token(user), "GET", "/runners") }
	gl.Advance(10 * time.Second)
	assert.Equal(t, []int{200, 200, 429}, []int{get("mia").Status, get("mia").Status, get("mia").Status})
	throttled := get("mia")
	assert.Equal(t, "429 Retry later", throttled.String())
	for name, want := range map[string]string{"Content-Type": "text/plain",
		"Ratelimit-Name": "throttle_authenticated_api", "Ratelimit-Limit": "4", "Ratelimit-Observed": "4",
		"Ratelimit-Remaining": "0", "Retry-After": "20", "Ratelimit-Reset": "1719835230",
		"Ratelimit-Resettime": "Mon, 01 Jul 2024 12:00:30 GMT"} {
		assert.Equal(t, want, throttled.Header.Get(name), name)
	}
	assert.Equal(t, 200, get("sam").Status, "each user for himself")
	assert.Equal(t, 200, testkit.Ask(t, gl, "", "POST", "/runners/verify", testkit.WithForm("token=shop-token")).Status,
		"runners are no users")
	gl.Advance(20 * time.Second)
	assert.Equal(t, 200, get("mia").Status)
	assert.NotContains(t, get("sam").Header, "Ratelimit-Limit")
}

func TestHandledByTheTest(t *testing.T) {
	gl := testkit.NewMia(t)
	gl.Handle("GET /projects/:id/milestones", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Own", r.URL.Path)
		_, _ = w.Write([]byte(`[1]`))
	}))
	got := testkit.Ask(t, gl, gl.Token("mia"), "GET", "/projects/acme%2Fshop/milestones")
	assert.Equal(t, "200 [1]", got.String())
	assert.Equal(t, "/api/v4/projects/acme/shop/milestones", got.Header.Get("X-Own"))
	gl.AssertCalled(t, "GET /projects/:id/milestones", fakegitlab.By("mia"), fakegitlab.Param("id", "acme/shop"))
	gl.Inject(fakegitlab.Failure{Endpoint: "GET /projects/:id/milestones", Status: 503})
	assert.Equal(t, 503, testkit.Ask(t, gl, "", "GET", "/projects/1/milestones").Status)
	gl.Reset()
	assert.Equal(t, 404, testkit.Ask(t, gl, "", "GET", "/projects/1/milestones").Status)
	gl.ClearCalls()
}

// What follows a dot is a format to GitLab, but not in the names of tags and files.
func TestHandledNamesWithDots(t *testing.T) {
	gl := testkit.NewMia(t)
	named := func(w http.ResponseWriter, r *http.Request) { _, _ = w.Write([]byte(r.PathValue("tag_name"))) }
	gl.Handle("GET /projects/:id/releases/:tag_name", http.HandlerFunc(named))
	gl.Handle("GET /feed.atom", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_,
			_ = w.Write([]byte("atom"))
	}))
	gl.Handle("GET /feed", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_,
			_ = w.Write([]byte("feed"))
	}))
	for path, want := range map[string]string{"/projects/1/releases/v1.2.3": "v1.2.3", "/projects/1/releases/v1": "v1",
		"/feed.atom": "atom", "/feed": "feed", "/feed.json": "feed"} {
		assert.Equal(t, "200 "+want, testkit.Ask(t, gl, "", "GET", path).String(), path)
	}
}

func TestPeopleAndMetadata(t *testing.T) {
	gl := testkit.NewMia(t)
	root := testkit.Ask(t, gl, gl.AdminToken(), "GET", "/user")
	assert.Equal(t, true, root.Field(t, "is_admin"))
	assert.Equal(t, root.Field(t, "id"), root.Field(t, "namespace_id"),
		"a user's namespace has the user's ID, as in projects")
	assert.Contains(t, root.Body, `"note":null`)
	assert.Contains(t, root.Body, `"created_by":null`)
	assert.NotContains(t, testkit.Ask(t, gl, gl.Token("mia"), "GET", "/user").Body, "is_admin")
	assert.Equal(t, "17.2.0-ee", testkit.Ask(t, gl, gl.Token("mia"), "GET", "/version").Field(t, "version"))
	assert.Equal(t, testkit.Ask(t, gl, gl.Token("mia"), "GET", "/version").Body,
		testkit.Ask(t, gl, gl.Token("mia"), "GET", "/metadata").Body)
}

func TestNamespaces(t *testing.T) {
	gl := testkit.NewMia(t)
	gl.AddGroup(fakegitlab.Group{Path: "acme/backend", Name: "Backend", Visibility: fakegitlab.Internal})
	gl.AddProject(fakegitlab.Project{Path: "acme/backend/api", Name: "API", Visibility: fakegitlab.Internal})
	own := gl.AddProject(fakegitlab.Project{Path: "mia/tool", Description: "hers", SharedRunnersDisabled: true,
		BuildTimeout: 2 * time.Hour})
	mia := gl.Token("mia")
	personal := testkit.Ask(t, gl, mia, "GET", "/projects/mia%2Ftool")
	for field, want := range map[string]any{"namespace.kind": "user", "namespace.full_path": "mia",
		"name_with_namespace": "mia / tool", "description": "hers", "creator_id": 2.0,
		"shared_runners_enabled": false, "build_timeout": 7200.0, "runners_token": own.RegistrationToken,
		"http_url_to_repo": gl.URL() + "/mia/tool.git"} {
		assert.Equal(t, want, personal.Field(t, field), field)
	}
	assert.Equal(t, 404, testkit.Ask(t, gl, gl.Token("sam"), "GET", "/projects/mia%2Ftool").Status)
	deep := testkit.Ask(t, gl, mia, "GET", "/projects/acme%2Fbackend%2Fapi")
	assert.Equal(t, "acme / Backend / API", deep.Field(t, "name_with_namespace"))
	assert.Equal(t, []any{"group", "acme/backend", 1001.0},
		[]any{deep.Field(t, "namespace.kind"), deep.Field(t, "namespace.full_path"), deep.Field(t, "namespace.parent_id")})
	group := testkit.Ask(t, gl, mia, "GET", "/groups/acme%2Fbackend")
	assert.Equal(t, []any{"acme / Backend", "backend", 1001.0, "internal"},
		[]any{group.Field(t, "full_name"), group.Field(t, "path"), group.Field(t, "parent_id"), group.Field(t, "visibility")})
	registered := testkit.Ask(t, gl, "", "POST", "/runners", testkit.WithForm("token="+own.RegistrationToken))
	require.Equal(t, 201, registered.Status)
	assert.Equal(t, []any{5.0, registered.Field(t, "id")}, testkit.Ask(t, gl, mia, "GET", "/runners").Each(t, "id"),
		"the owner of a namespace owns its runners")
}
