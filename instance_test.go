package fakegitlab_test

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
)

func TestStandardHeaders(t *testing.T) {
	gl := newMia(t)
	mia := gl.Token("mia")
	for name, got := range map[string]reply{
		"200": ask(t, gl, mia, "GET", "/runners/5"), "201": ask(t, gl, mia, "POST", "/runners/5/reset_authentication_token"),
		"403": ask(t, gl, mia, "DELETE", "/runners/6"), "404": ask(t, gl, mia, "GET", "/projects/404/runners"), "400": ask(t, gl, mia, "GET", "/runners/x"),
		"no such route": ask(t, fakegitlab.New(t, fakegitlab.WithUnknownEndpoints(true)), "", "GET", "/nonsense"),
	} {
		t.Run(name, func(t *testing.T) {
			for header, want := range map[string]string{"Content-Type": "^application/json$", "X-Frame-Options": "^SAMEORIGIN$", "X-Content-Type-Options": "^nosniff$",
				"Vary": "^Origin$", "X-Request-Id": "^[0-9A-Z]{26}$", "X-Runtime": `^\d+\.\d{6}$`, "X-Gitlab-Meta": `^\{"correlation_id":"[0-9A-Z]{26}","version":"1"\}$`} {
				assert.Regexp(t, regexp.MustCompile(want), strings.Join(got.header.Values(header), "|"), header)
			}
			if got.status < 300 {
				sum := sha256.Sum256([]byte(got.body))
				assert.Equal(t, `W/"`+hex.EncodeToString(sum[:])[:32]+`"`, got.header.Get("ETag"))
				assert.Equal(t, "max-age=0, private, must-revalidate", got.header.Get("Cache-Control"))
				return
			}
			assert.Equal(t, "no-cache", got.header.Get("Cache-Control"))
			assert.NotContains(t, got.header, "Etag")
		})
	}
	missing := ask(t, gl, mia, "GET", "/runners/404")
	assert.Equal(t, "application/json", missing.header.Get("Content-Type"))
	assert.NotContains(t, missing.header, "X-Frame-Options", "an exception of the database is answered outside of the endpoint, without its headers")
	deleted := ask(t, gl, mia, "DELETE", "/runners/5")
	assert.Equal(t, "204", deleted.String())
	assert.NotContains(t, deleted.header, "Content-Type")
	assert.Equal(t, "no-cache", deleted.header.Get("Cache-Control"))
}

func TestConditionalGet(t *testing.T) {
	gl := newMia(t)
	mia := gl.Token("mia")
	etag := ask(t, gl, mia, "GET", "/runners/5").header.Get("ETag")
	same := ask(t, gl, mia, "GET", "/runners/5", with("If-None-Match", etag))
	assert.Equal(t, "304", same.String())
	assert.Equal(t, etag, same.header.Get("ETag"))
	assert.NotContains(t, same.header, "Content-Type")
	assert.Equal(t, 304, ask(t, gl, mia, "HEAD", "/runners/5", with("If-None-Match", etag)).status)
	assert.Equal(t, 200, ask(t, gl, mia, "GET", "/runners/5", with("If-None-Match", "*")).status)
	ask(t, gl, mia, "PUT", "/runners/5", withForm("description=changed"))
	assert.Equal(t, 200, ask(t, gl, mia, "GET", "/runners/5", with("If-None-Match", etag)).status)
}

func TestHeadAndOptions(t *testing.T) {
	gl := newMia(t)
	mia := gl.Token("mia")
	get, head := ask(t, gl, mia, "GET", "/runners"), ask(t, gl, mia, "HEAD", "/runners")
	assert.Empty(t, head.body)
	for _, volatile := range []string{"X-Request-Id", "X-Runtime", "X-Gitlab-Meta", "Date"} {
		get.header.Del(volatile)
		head.header.Del(volatile)
	}
	assert.Equal(t, get.header, head.header)
	for path, allow := range map[string]string{"/runners/5": "OPTIONS, GET, PUT, DELETE, HEAD", "/runners": "OPTIONS, GET, POST, DELETE, HEAD", "/user/runners": "OPTIONS, POST",
		"/runners/all": "OPTIONS, GET, HEAD", "/runners/verify": "OPTIONS, POST"} {
		options := ask(t, gl, mia, "OPTIONS", path)
		assert.Equal(t, "204", options.String())
		assert.Equal(t, allow, options.header.Get("Allow"), path)
	}
	assert.Equal(t, unauthorized, ask(t, gl, "", "OPTIONS", "/runners/5").String())
}

func TestWhatIsNotServed(t *testing.T) {
	gl := newMia(t, fakegitlab.WithUnknownEndpoints(true))
	for _, endpoint := range []string{"PATCH /runners/5", "POST /runners/all", "PUT /runners", "GET /runners/5/nothing", "GET /", "GET /projects/acme/shop"} {
		method, path := cut(endpoint)
		assert.Equal(t, `404 {"error":"404 Not Found"}`, ask(t, gl, "", method, path).String(), endpoint)
	}
	assert.Equal(t, 400, ask(t, gl, gl.AdminToken(), "DELETE", "/runners/all").status, "that is a runner's id")
	res, err := gl.Client().Get(gl.URL() + "/api/v3/runners")
	require.NoError(t, err)
	_ = res.Body.Close()
	assert.Equal(t, 410, res.StatusCode)
	gl.AssertCalls(t, "PATCH /api/v4/runners/5 404", "POST /api/v4/runners/all 404", "PUT /api/v4/runners 404", "GET /api/v4/runners/5/nothing 404",
		"GET /api/v4/ 404", "GET /api/v4/projects/acme/shop 404", "DELETE /runners/:id 400", "GET /api/v3/runners 410")
}

func TestApplicationSettings(t *testing.T) {
	gl := newMia(t)
	root := gl.AdminToken()
	put := func(body string) reply { return ask(t, gl, root, "PUT", "/application/settings", withJSON(body)) }
	updated := put(`{"allow_runner_registration_token":false,"runner_token_expiration_interval":7200,"valid_runner_registrars":["group"],"max_artifacts_size":5,"admin_mode":false}`)
	require.Equal(t, 200, updated.status, updated.body)
	assert.Equal(t, updated.body, ask(t, gl, root, "GET", "/application/settings").body)
	s := gl.Settings()
	assert.Equal(t, []any{true, 2 * time.Hour, []string{"group"}, int64(5 << 20)}, []any{s.RegistrationTokensDisabled, s.RunnerTokenExpiration, s.ValidRegistrars, s.MaxArtifactsSize})
	assert.Equal(t, 200, put(`{"runner_token_expiration_interval":null,"valid_runner_registrars":[]}`).status)
	assert.Zero(t, gl.Settings().RunnerTokenExpiration)
	assert.Equal(t, []string{}, gl.Settings().ValidRegistrars)
	before := gl.Snapshot()
	for body, status := range map[string]int{`{"runner_token_expiration_interval":-1}`: 400, `{"allow_runner_registration_token":null}`: 400, `{"max_artifacts_size":0}`: 400,
		`{"valid_runner_registrars":["nobody"]}`: 400, `{"valid_runner_registrars":"group"}`: 400, `{}`: 400, `{"group_runner_token_expiration_interval":"x"}`: 400} {
		assert.Equal(t, status, put(body).status, body)
	}
	gl.AssertSnapshot(t, before)
	assert.Equal(t, `400 {"message":{"valid_runner_registrars":["[\"group\", \"group\"] is not included in the list"]}}`, put(`{"valid_runner_registrars":["group","group"]}`).String())
	assert.Equal(t, `400 {"message":{"max_artifacts_size":["must be greater than 0"]}}`, put(`{"max_artifacts_size":0}`).String())
	assert.Equal(t, `400 {"message":{"max_artifacts_size":["is not a number"]}}`, put(`{"max_artifacts_size":null}`).String())
	assert.Equal(t, 3600.0, put(`{"group_runner_token_expiration_interval":3600}`).field(t, "group_runner_token_expiration_interval"), "the two hours of the documentation are not enforced")
	assert.Equal(t, `400 {"message":{"admin_mode":["must be a boolean value"]}}`, put(`{"admin_mode":null}`).String())
	assert.Equal(t, `400 {"error":"shared_runners_text is missing"}`, put(`{"shared_runners_enabled":true}`).String())
	assert.Equal(t, false, put(`{"shared_runners_enabled":false}`).field(t, "shared_runners_enabled"))
	assert.Equal(t, false, ask(t, gl, root, "GET", "/application/settings").field(t, "shared_runners_enabled"))
	assert.Equal(t, true, put(`{"shared_runners_enabled":true,"shared_runners_text":"ours"}`).field(t, "shared_runners_enabled"))
	assert.Equal(t, `403 {"message":"403 Forbidden"}`, ask(t, gl, gl.Token("mia"), "PUT", "/application/settings").String(), "before the parameters")
}

func TestWhoSeesRegistrationTokens(t *testing.T) {
	gl := newMia(t)
	gl.UpdateGroup("acme", func(g *fakegitlab.Group) { g.Members = fakegitlab.Members{"sam": fakegitlab.Owner} })
	gl.AddUser(fakegitlab.User{Username: "dan"})
	gl.UpdateProject("acme/shop", func(p *fakegitlab.Project) { p.Members["dan"] = fakegitlab.Developer })
	for _, c := range []struct {
		user, path string
		sees       bool
	}{{"mia", "/projects/10001", true}, {"dan", "/projects/10001", false}, {"sam", "/projects/10001", true}, {"mia", "/groups/acme", false}, {"sam", "/groups/acme", true}} {
		got := ask(t, gl, gl.Token(c.user), "GET", c.path)
		assert.Equal(t, 200, got.status)
		assert.Equal(t, c.sees, strings.Contains(got.body, `"runners_token":"GR1348941`), "%s by %s", c.path, c.user)
	}
}

func TestRateLimit(t *testing.T) {
	gl := newMia(t)
	gl.UpdateSettings(func(s *fakegitlab.Settings) { s.RateLimit = fakegitlab.RateLimit{Requests: 2, Per: 30 * time.Second} })
	get := func(user string) reply { return ask(t, gl, gl.Token(user), "GET", "/runners") }
	gl.Advance(10 * time.Second)
	assert.Equal(t, []int{200, 200, 429}, []int{get("mia").status, get("mia").status, get("mia").status})
	throttled := get("mia")
	assert.Equal(t, "429 Retry later", throttled.String())
	for name, want := range map[string]string{"Content-Type": "text/plain", "Ratelimit-Name": "throttle_authenticated_api", "Ratelimit-Limit": "4", "Ratelimit-Observed": "4",
		"Ratelimit-Remaining": "0", "Retry-After": "20", "Ratelimit-Reset": "1719835230", "Ratelimit-Resettime": "Mon, 01 Jul 2024 12:00:30 GMT"} {
		assert.Equal(t, want, throttled.header.Get(name), name)
	}
	assert.Equal(t, 200, get("sam").status, "each user for himself")
	assert.Equal(t, 200, ask(t, gl, "", "POST", "/runners/verify", withForm("token=shop-token")).status, "runners are no users")
	gl.Advance(20 * time.Second)
	assert.Equal(t, 200, get("mia").status)
	assert.NotContains(t, get("sam").header, "Ratelimit-Limit")
}

func TestHandledByTheTest(t *testing.T) {
	gl := newMia(t)
	gl.Handle("GET /projects/:id/pipelines", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Own", r.URL.Path)
		_, _ = w.Write([]byte(`[1]`))
	}))
	got := ask(t, gl, gl.Token("mia"), "GET", "/projects/acme%2Fshop/pipelines")
	assert.Equal(t, "200 [1]", got.String())
	assert.Equal(t, "/api/v4/projects/acme/shop/pipelines", got.header.Get("X-Own"))
	gl.AssertCalled(t, "GET /projects/:id/pipelines", fakegitlab.By("mia"), fakegitlab.Param("id", "acme/shop"))
	gl.Inject(fakegitlab.Failure{Endpoint: "GET /projects/:id/pipelines", Status: 503})
	assert.Equal(t, 503, ask(t, gl, "", "GET", "/projects/1/pipelines").status)
	gl.Reset()
	assert.Equal(t, 404, ask(t, gl, "", "GET", "/projects/1/pipelines").status)
	gl.ClearCalls()
}

// What follows a dot is a format to GitLab, but not in the names of tags and files.
func TestHandledNamesWithDots(t *testing.T) {
	gl := newMia(t)
	named := func(w http.ResponseWriter, r *http.Request) { _, _ = w.Write([]byte(r.PathValue("tag_name"))) }
	gl.Handle("GET /projects/:id/releases/:tag_name", http.HandlerFunc(named))
	gl.Handle("GET /feed.atom", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("atom")) }))
	gl.Handle("GET /feed", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("feed")) }))
	for path, want := range map[string]string{"/projects/1/releases/v1.2.3": "v1.2.3", "/feed.atom": "atom", "/feed": "feed", "/feed.json": "feed"} {
		assert.Equal(t, "200 "+want, ask(t, gl, "", "GET", path).String(), path)
	}
}

func TestPeopleAndMetadata(t *testing.T) {
	gl := newMia(t)
	root := ask(t, gl, gl.AdminToken(), "GET", "/user")
	assert.Equal(t, true, root.field(t, "is_admin"))
	assert.Equal(t, root.field(t, "id"), root.field(t, "namespace_id"), "a user's namespace has the user's ID, as in projects")
	assert.Contains(t, root.body, `"note":null`)
	assert.Contains(t, root.body, `"created_by":null`)
	assert.NotContains(t, ask(t, gl, gl.Token("mia"), "GET", "/user").body, "is_admin")
	assert.Equal(t, "17.2.0-ee", ask(t, gl, gl.Token("mia"), "GET", "/version").field(t, "version"))
	assert.Equal(t, ask(t, gl, gl.Token("mia"), "GET", "/version").body, ask(t, gl, gl.Token("mia"), "GET", "/metadata").body)
}

func TestNamespaces(t *testing.T) {
	gl := newMia(t)
	gl.AddGroup(fakegitlab.Group{Path: "acme/backend", Name: "Backend", Visibility: fakegitlab.Internal})
	gl.AddProject(fakegitlab.Project{Path: "acme/backend/api", Name: "API", Visibility: fakegitlab.Internal})
	own := gl.AddProject(fakegitlab.Project{Path: "mia/tool", Description: "hers", SharedRunnersDisabled: true, BuildTimeout: 2 * time.Hour})
	mia := gl.Token("mia")
	personal := ask(t, gl, mia, "GET", "/projects/mia%2Ftool")
	for field, want := range map[string]any{"namespace.kind": "user", "namespace.full_path": "mia", "name_with_namespace": "mia / tool", "description": "hers", "creator_id": 2.0,
		"shared_runners_enabled": false, "build_timeout": 7200.0, "runners_token": own.RegistrationToken, "http_url_to_repo": gl.URL() + "/mia/tool.git"} {
		assert.Equal(t, want, personal.field(t, field), field)
	}
	assert.Equal(t, 404, ask(t, gl, gl.Token("sam"), "GET", "/projects/mia%2Ftool").status)
	deep := ask(t, gl, mia, "GET", "/projects/acme%2Fbackend%2Fapi")
	assert.Equal(t, "acme / Backend / API", deep.field(t, "name_with_namespace"))
	assert.Equal(t, []any{"group", "acme/backend", 1001.0}, []any{deep.field(t, "namespace.kind"), deep.field(t, "namespace.full_path"), deep.field(t, "namespace.parent_id")})
	group := ask(t, gl, mia, "GET", "/groups/acme%2Fbackend")
	assert.Equal(t, []any{"acme / Backend", "backend", 1001.0, "internal"},
		[]any{group.field(t, "full_name"), group.field(t, "path"), group.field(t, "parent_id"), group.field(t, "visibility")})
	registered := ask(t, gl, "", "POST", "/runners", withForm("token="+own.RegistrationToken))
	require.Equal(t, 201, registered.status)
	assert.Equal(t, []any{5.0, registered.field(t, "id")}, ask(t, gl, mia, "GET", "/runners").each(t, "id"), "the owner of a namespace owns its runners")
}
