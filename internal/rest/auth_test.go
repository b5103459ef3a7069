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

const unauthorized = `401 {"message":"401 Unauthorized"}`

func TestCarriersOfTokens(t *testing.T) {
	gl := testkit.NewMia(t)
	mia, sam := gl.Token("mia"), gl.Token("sam")
	bearer := func(token string) func(*http.Request) { return testkit.WithHeader("Authorization", "Bearer "+token) }
	private := func(token string) func(*http.Request) { return testkit.WithHeader("PRIVATE-TOKEN", token) }
	sent := func(by ...func(*http.Request)) []func(*http.Request) { return by }
	for name, c := range map[string]struct {
		query string
		with  []func(*http.Request)
		user  string // "" is 401
	}{
		"PRIVATE-TOKEN": {with: sent(private(mia)), user: "mia"},
		"private_token": {query: "?private_token=" + mia, user: "mia"},
		"Bearer":        {with: sent(bearer(mia)), user: "mia"},
		"bearer in lower case": {with: sent(testkit.WithHeader("Authorization", "bearer "+mia)),
			user: "mia"},
		"access_token":     {query: "?access_token=" + mia, user: "mia"},
		"bearer_token":     {query: "?bearer_token=" + mia, user: "mia"},
		"Basic":            {with: sent(func(r *http.Request) { r.SetBasicAuth("mia", mia) })},
		"RUNNER-TOKEN":     {with: sent(testkit.WithHeader("RUNNER-TOKEN", "shop-token"))},
		"nothing":          {},
		"unknown":          {with: sent(private("glpat-unknown"))},
		"a runner's token": {with: sent(private("shop-token"))},
		"the parameter before the header": {query: "?private_token=" + mia, with: sent(private(sam)),
			user: "mia"},
		"a bad parameter before a good header":      {query: "?private_token=bad", with: sent(private(mia))},
		"an empty parameter counts for nothing":     {query: "?private_token=", with: sent(private(mia)), user: "mia"},
		"and so does a blank one":                   {query: "?private_token=+", with: sent(bearer(mia)), user: "mia"},
		"the header before Bearer":                  {with: sent(private(mia), bearer(sam)), user: "mia"},
		"a bad header before a good Bearer":         {with: sent(private("bad"), bearer(mia))},
		"a good header before a bad Bearer":         {with: sent(private(mia), bearer("bad")), user: "mia"},
		"a job token in PRIVATE-TOKEN is anonymous": {with: sent(private("glcbt-1"), bearer(""))},
		"a token in the JSON body": {with: sent(testkit.WithJSON(`{"private_token":"` + mia + `"}`)),
			user: "mia"},
		"a token in a form": {with: sent(testkit.WithForm("private_token=" + mia)), user: "mia"},
		"a token of any Content-Type with empty body": {with: sent(private(mia),
			testkit.WithHeader("Content-Type", "image/png")), user: "mia"},
	} {
		t.Run(name, func(t *testing.T) {
			got := testkit.Ask(t, gl, "", "GET", "/user"+c.query, c.with...)
			if c.user == "" {
				assert.Equal(t, unauthorized, got.String())
				return
			}
			assert.Equal(t, http.StatusOK, got.Status)
			assert.Equal(t, c.user, got.Field(t, "username"))
		})
	}
	twice := testkit.Ask(t, gl, "", "GET", "/user?access_token="+mia, bearer(mia))
	assert.Equal(t, `400 {"error":"invalid_request","error_description":"Both Authorization header and payload includes access token."}`, twice.String())
}

// A runner proves who it is by its token alone; whatever a client sends besides is not looked at.
func TestEndpointsOfRunnersIgnoreUserTokens(t *testing.T) {
	gl := testkit.NewMia(t)
	for name, token := range map[string]string{"bad": "glpat-nonsense", "of a user": gl.Token("sam"),
		"the runner's": "shop-token"} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, 200, testkit.Ask(t, gl, token, "POST", "/runners/verify",
				testkit.WithForm("token=shop-token")).Status)
		})
	}
	assert.Equal(t, `403 {"message":"403 Forbidden"}`,
		testkit.Ask(t, gl, gl.AdminToken(), "POST", "/runners/verify", testkit.WithForm("token="+gl.AdminToken())).String())
}

// Tokens die at the beginning, in UTC, of the day they expire on, and not before.
func TestTokensExpireByTheDay(t *testing.T) {
	gl := testkit.NewMia(t, fakegitlab.WithStartTime(time.Date(2024, 7, 1, 23, 59, 0, 0, time.UTC)))
	token := gl.AddAccessToken(fakegitlab.AccessToken{User: "mia",
		ExpiresAt: time.Date(2024, 7, 2, 18, 0, 0, 0, time.UTC)}).Token
	assert.Equal(t, 200, testkit.Ask(t, gl, token, "GET", "/user").Status)
	assert.Equal(t, "2024-07-02", testkit.Ask(t, gl, token, "GET", "/personal_access_tokens/self").Field(t, "expires_at"))
	gl.Advance(time.Minute)
	expired := testkit.Ask(t, gl, token, "GET", "/user")
	assert.Equal(t, `401 {"error":"invalid_token","error_description":"Token is expired. You can either do re-authorization or token refresh."}`, expired.String())
	assert.Equal(t, `Bearer realm="Protected by OAuth 2.0", error="invalid_token", error_description="Token is expired. You can either do re-authorization or token refresh."`,
		expired.Header.Get("WWW-Authenticate"))
	assert.Empty(t, expired.Header.Get("X-Frame-Options"), "GitLab's OAuth errors lack the API's own headers")
}

func TestOrderOfRefusals(t *testing.T) {
	gl := testkit.NewMia(t)
	yesterday := gl.Now().AddDate(0, 0, -1)
	expiredAndRevoked := gl.AddAccessToken(fakegitlab.AccessToken{User: "mia", ExpiresAt: yesterday, Revoked: true}).Token
	revoked := gl.AddAccessToken(fakegitlab.AccessToken{User: "mia", Revoked: true}).Token
	small := gl.Token("mia", "read_repository")
	assert.Contains(t, testkit.Ask(t, gl, expiredAndRevoked, "GET", "/runners").Body, "expired")
	assert.Contains(t, testkit.Ask(t, gl, revoked, "GET", "/runners").Body, "revoked")
	assert.Equal(t, `403 {"error":"insufficient_scope","error_description":"The request requires higher privileges than provided by the access token.","scope":"manage_runner api read_api"}`,
		testkit.Ask(t, gl, small, "GET", "/runners").String())
	gl.UpdateUser("mia", func(u *fakegitlab.User) { u.State = fakegitlab.UserBlocked })
	assert.Contains(t, testkit.Ask(t, gl, expiredAndRevoked, "GET", "/runners").Body, "expired", "expired before blocked")
	assert.Contains(t, testkit.Ask(t, gl, small, "GET", "/runners").Body, "blocked", "blocked before the scope")
	assert.Equal(t, unauthorized, testkit.Ask(t, gl, "", "GET", "/runners?type=bogus").String(), "who before what")
}

// GitLab names the scopes of the whole endpoint, read_api for changes, too. The reason names those that would have
// helped.
func TestReasonOfASmallScope(t *testing.T) {
	gl := testkit.NewMia(t)
	reader := gl.Token("mia", "read_api")
	manager := gl.Token("mia", "manage_runner")
	for _, c := range []struct{ token, sudo, method, path, scopes, reason string }{
		{reader, "", "PUT", "/runners/1", "manage_runner api read_api",
			"the token of mia has the scopes read_api; PUT /runners/:id needs one of manage_runner api"},
		{manager, "", "GET", "/runners", "manage_runner api read_api",
			"the token of mia has the scopes manage_runner; GET /runners needs one of api read_api"},
		{gl.AdminToken(), "mia", "GET", "/runners", "sudo",
			"the token of root has the scopes api; to act as somebody else needs sudo"},
	} {
		assert.Equal(t, c.scopes, testkit.Ask(t, gl, c.token, c.method, c.path, testkit.WithHeader("Sudo", c.sudo)).Field(t,
			"scope"))
		calls := gl.Calls("* " + fakegitlab.Endpoint(strings.Replace(c.path, "/1", "/:id", 1)))
		assert.Equal(t, c.reason, calls[len(calls)-1].Reason)
	}
}

func TestUsersWhoMayNotSignIn(t *testing.T) {
	for state, text := range map[fakegitlab.UserState]string{
		fakegitlab.UserBlocked:                "Your account has been blocked.",
		fakegitlab.UserBlockedPendingApproval: "Your account is pending approval from your administrator and hence blocked.",
		fakegitlab.UserDeactivated:            "Your account has been deactivated by your administrator. Please log back in from a web browser to reactivate your account at ",
	} {
		t.Run(string(state), func(t *testing.T) {
			gl := testkit.NewMia(t)
			token := gl.Token("mia")
			gl.UpdateUser("mia", func(u *fakegitlab.User) { u.State = state })
			if state == fakegitlab.UserDeactivated {
				text += gl.URL()
			}
			assert.Equal(t, `403 {"message":"403 Forbidden - `+text+`"}`, testkit.Ask(t, gl, token, "GET", "/runners").String())
		})
	}
}

func TestSudo(t *testing.T) {
	gl := testkit.NewMia(t)
	sudoer := gl.Token("root", "api", "sudo")
	for name, c := range map[string]struct {
		token, query, header, want string
	}{
		"by header":                {token: sudoer, header: "mia", want: "mia"},
		"in any case":              {token: sudoer, header: "MIA", want: "mia"},
		"by id":                    {token: sudoer, header: "2", want: "mia"},
		"the parameter first":      {token: sudoer, query: "?sudo=sam", header: "mia", want: "sam"},
		"the scope sudo is enough": {token: gl.Token("root", "sudo"), header: "mia", want: "mia"},
		"an unknown user": {token: sudoer, header: "max",
			want: `404 {"message":"404 User with ID or username 'max' Not Found"}`},
		"without the scope": {token: gl.AdminToken(), header: "mia",
			want: `403 {"error":"insufficient_scope","error_description":"The request requires higher privileges than provided by the access token.","scope":"sudo"}`},
		"by others": {token: gl.Token("mia", "api", "sudo"), header: "sam",
			want: `403 {"message":"403 Forbidden - Must be admin to use sudo"}`},
		"by nobody": {header: "mia", want: unauthorized},
		"as oneself, of small scope": {token: gl.Token("root", "sudo"), header: "root",
			want: `403 {"error":"insufficient_scope","error_description":"The request requires higher privileges than provided by the access token.","scope":"read_user api read_api"}`},
	} {
		t.Run(name, func(t *testing.T) {
			got := testkit.Ask(t, gl, c.token, "GET", "/user"+c.query, testkit.WithHeader("Sudo", c.header))
			if got.Status == http.StatusOK {
				assert.Equal(t, c.want, got.Field(t, "username"))
				return
			}
			assert.Equal(t, c.want, got.String())
		})
	}
	assert.Equal(t, unauthorized, testkit.Ask(t, gl, "", "GET", "/projects/10001",
		testkit.WithHeader("Sudo", "mia")).String(), "even where no credentials are needed")
	assert.Equal(t, unauthorized, testkit.Ask(t, gl, "", "GET", "/groups/acme?sudo=mia").String())
	assert.Equal(t, 200, testkit.Ask(t, gl, sudoer, "GET", "/runners/5", testkit.WithHeader("Sudo", "mia")).Status)
	assert.Equal(t, 403, testkit.Ask(t, gl, sudoer, "GET", "/runners/5", testkit.WithHeader("Sudo", "sam")).Status,
		"the rights are the other's")
	calls := gl.Calls(fakegitlab.GetRunner)
	require.Len(t, calls, 2)
	assert.Equal(t, []string{"mia", "sam"}, []string{calls[0].User, calls[1].User})
}

func TestAdminMode(t *testing.T) {
	gl := testkit.NewMia(t)
	plain, elevated := gl.AdminToken(), gl.Token("root", "api", "admin_mode")
	assert.Equal(t, 200, testkit.Ask(t, gl, plain, "GET", "/runners/all").Status)
	gl.UpdateSettings(func(s *fakegitlab.Settings) { s.AdminMode = true })
	assert.Equal(t, 403, testkit.Ask(t, gl, plain, "GET", "/runners/all").Status)
	assert.Equal(t, 200, testkit.Ask(t, gl, elevated, "GET", "/runners/all").Status)
	assert.Equal(t, 403, testkit.Ask(t, gl, gl.Token("root", "admin_mode"), "GET", "/runners/all").Status,
		"admin_mode opens nothing alone")
}

func TestScopes(t *testing.T) {
	gl := testkit.NewMia(t)
	for scope, want := range map[string]map[string]int{
		"read_api": {"GET /runners": 200, "GET /runners/5": 200, "PUT /runners/5": 403, "POST /user/runners": 403,
			"GET /version": 200, "GET /personal_access_tokens/self": 200},
		"read_user": {"GET /runners": 403, "GET /user": 200, "GET /version": 200, "GET /metadata": 200,
			"GET /projects/acme%2Fshop": 403},
		"manage_runner": {"GET /runners": 403, "GET /runners/5": 200, "GET /runners/5/jobs": 200, "PUT /runners/5": 200,
			"GET /projects/acme%2Fshop/runners": 403, "POST /user/runners": 403},
		"create_runner": {"POST /user/runners": 201, "GET /runners/5": 403, "GET /runners": 403},
		"read_repository": {"GET /user": 403, "GET /personal_access_tokens/self": 200,
			"GET /projects/acme%2Fshop/repository/branches": 403},
	} {
		for endpoint, status := range want {
			t.Run(scope+" "+endpoint, func(t *testing.T) {
				method, path := cut(endpoint)
				body := testkit.WithJSON(`{"paused":false,"runner_type":"project_type","project_id":10001}`)
				assert.Equal(t, status, testkit.Ask(t, gl, gl.Token("mia", scope), method, path, body).Status)
			})
		}
	}
}

func TestSudoAsANumber(t *testing.T) {
	gl := testkit.NewMia(t)
	sudoer := gl.Token("root", "api", "sudo")
	assert.Equal(t, `403 {"message":"403 Forbidden - No access granted"}`,
		testkit.Ask(t, gl, sudoer, "PUT", "/runners/5", testkit.WithJSON(`{"sudo":3,"paused":true}`)).String())
	calls := gl.Calls(fakegitlab.UpdateRunner)
	require.Len(t, calls, 1)
	assert.Equal(t, "sam", calls[0].User)
}

func TestMalformedBasicCredentials(t *testing.T) {
	gl := testkit.NewMia(t)
	for user, want := range map[string]string{"a\x00": "400 Bad Request", "\xff": "400 Bad Request", "mia": unauthorized} {
		assert.Equal(t, want, testkit.Ask(t, gl, "", "GET", "/runners",
			func(r *http.Request) { r.SetBasicAuth(user, "x") }).String())
	}
}

func TestScopesOfLaterVersions(t *testing.T) {
	gl := fakegitlab.New(t, fakegitlab.WithVersion("16.11"))
	r := gl.AddRunner(fakegitlab.Runner{})
	path := fmt.Sprintf("/runners/%d", r.ID)
	assert.Equal(t, `403 {"error":"insufficient_scope","error_description":"The request requires higher privileges than provided by the access token.","scope":"api read_api"}`,
		testkit.Ask(t, gl, gl.Token("root", "manage_runner"), "GET", path).String(),
		"a scope that this GitLab does not know yet")
	assert.Equal(t, 200, testkit.Ask(t, gl, gl.Token("root", "manage_runner", "read_api"), "GET", path).Status)
}

func cut(endpoint string) (method, path string) {
	for i := range endpoint {
		if endpoint[i] == ' ' {
			return endpoint[:i], endpoint[i+1:]
		}
	}
	return endpoint, ""
}

func TestProjectAndGroupAccessTokens(t *testing.T) {
	gl := testkit.NewMia(t)
	ofProject := gl.AddAccessToken(fakegitlab.AccessToken{Project: "acme/shop", Name: "ci", Role: fakegitlab.Maintainer})
	ofGroup := gl.AddAccessToken(fakegitlab.AccessToken{Group: "acme", Role: fakegitlab.Developer})
	me := testkit.Ask(t, gl, ofProject.Token, "GET", "/user")
	assert.Equal(t, true, me.Field(t, "bot"))
	assert.Equal(t, ofProject.User, me.Field(t, "username"))
	assert.Equal(t, 200, testkit.Ask(t, gl, ofProject.Token, "GET", "/projects/acme%2Fshop/runners").Status)
	assert.Equal(t, 404, testkit.Ask(t, gl, ofProject.Token, "GET", "/projects/acme%2Fother").Status)
	assert.Equal(t, `403 {"message":"403 Forbidden"}`,
		testkit.Ask(t, gl, ofGroup.Token, "GET", "/projects/acme%2Fshop/runners").String(), "a Developer's token, inherited")
	p, _ := gl.Project("acme/shop")
	assert.Equal(t, fakegitlab.Maintainer, p.Members[ofProject.User])
}

func TestOwnAccessToken(t *testing.T) {
	gl := testkit.NewMia(t)
	token := gl.Token("mia", "read_repository")
	assert.Equal(t, []any{"read_repository"},
		testkit.Ask(t, gl, token, "GET", "/personal_access_tokens/self").Field(t, "scopes"))
	assert.Equal(t, "204", testkit.Ask(t, gl, token, "DELETE", "/personal_access_tokens/self").String())
	assert.Contains(t, testkit.Ask(t, gl, token, "GET", "/personal_access_tokens/self").Body, "revoked")
	impersonating := gl.AddAccessToken(fakegitlab.AccessToken{User: "mia", Impersonation: true})
	assert.Equal(t, 400, testkit.Ask(t, gl, impersonating.Token, "DELETE", "/personal_access_tokens/self").Status)
}

func TestVisibilityAndInheritedRoles(t *testing.T) {
	gl := testkit.NewMia(t)
	gl.AddUser(fakegitlab.User{Username: "ext", External: true})
	gl.AddUser(fakegitlab.User{Username: "aud", Auditor: true})
	gl.AddGroup(fakegitlab.Group{Path: "acme/deep", Members: fakegitlab.Members{"sam": fakegitlab.Developer}})
	gl.AddProject(fakegitlab.Project{Path: "acme/deep/tool", Members: fakegitlab.Members{"sam": fakegitlab.Maintainer}})
	gl.AddProject(fakegitlab.Project{Path: "pub/open", Visibility: fakegitlab.Public})
	gl.AddProject(fakegitlab.Project{Path: "pub/inside", Visibility: fakegitlab.Internal})
	for _, c := range []struct {
		user, path string
		status     int
		why        string
	}{
		{"sam", "/projects/acme%2Fdeep%2Ftool/runners", 200, "the highest role wins"},
		{"sam", "/projects/acme%2Fshop/runners", 404, "private"},
		{"sam", "/groups/acme", 200, "a member of a project below sees the group"},
		{"sam", "/groups/acme/runners", 403, "but not its runners"},
		{"sam", "/projects/pub%2Fopen/runners", 403, "public, but no role"},
		{"sam", "/projects/pub%2Finside/runners", 403, "internal, but no role"},
		{"ext", "/projects/pub%2Finside/runners", 404, "internal is hidden from the external"},
		{"ext", "/projects/pub%2Fopen", 200, "public is for everybody"},
		{"aud", "/projects/acme%2Fshop/runners", 200, "auditors read all"},
		{"aud", "/runners/5", 200, "auditors read all"},
		{"aud", "/runners/all", 403, "not in 17.2"},
		{"mia", "/runners/7", 200, "Maintainer of a project below the group of the runner"},
		{"mia", "/runners/7/jobs", 403, "the group's Owner alone"},
		{"sam", "/runners/6", 200, "instance runners are everybody's to read"},
		{"sam", "/runners/5", 403, "a runner is never hidden"},
		{"sam", "/runners/404", 404, ""},
	} {
		assert.Equal(t, c.status, testkit.Ask(t, gl, gl.Token(c.user), "GET", c.path).Status, "GET %s by %s: %s", c.path,
			c.user, c.why)
	}
	gl.AddProject(fakegitlab.Project{Path: "acme/code",
		Members: fakegitlab.Members{"ext": fakegitlab.Guest, "sam": fakegitlab.Reporter}})
	for user, want := range map[string]any{"ext": nil, "sam": "main", "aud": "main"} {
		assert.Equal(t, want, testkit.Ask(t, gl, gl.Token(user), "GET", "/projects/acme%2Fcode").Field(t, "default_branch"),
			"%s may read the code, or not", user)
	}
	assert.NotContains(t, testkit.Ask(t, gl, gl.Token("ext"), "GET", "/projects/acme%2Fcode").Body, "forks_count")
	assert.Equal(t, "main", testkit.Ask(t, gl, gl.Token("ext"), "GET", "/projects/pub%2Fopen").Field(t, "default_branch"))
	shown := testkit.Ask(t, gl, gl.Token("mia"), "GET", "/runners/7")
	assert.Equal(t, "acme", shown.Field(t, "groups.0.name"), "a member of a project below is shown the group")
	refused := gl.Calls(fakegitlab.ListProjectRunners, fakegitlab.By("ext"))
	require.Len(t, refused, 1)
	assert.Equal(t, "ext is external and no member of pub/inside, which is internal", refused[0].Reason)
}
