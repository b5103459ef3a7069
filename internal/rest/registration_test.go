package rest_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/racing"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

func tokenOf(t *testing.T, r testkit.Reply) string {
	t.Helper()
	token, _ := r.Field(t, "token").(string)
	require.NotEmpty(t, token, r.String())
	return token
}

func TestRegistration(t *testing.T) {
	gl := testkit.NewMia(t)
	project, _ := gl.Project("acme/shop")
	group, _ := gl.Group("acme")
	for kind, token := range map[fakegitlab.RunnerType]string{
		fakegitlab.InstanceRunner: gl.Settings().RegistrationToken, fakegitlab.ProjectRunner: project.RegistrationToken,
		fakegitlab.GroupRunner: group.RegistrationToken,
	} {
		t.Run(string(kind), func(t *testing.T) {
			got := testkit.Ask(t, gl, "", "POST", "/runners",
				testkit.WithForm("description=new&maintainer_note=careful&info[name]=gitlab-runner&tag_list=b,a&active=false&token="+token))
			require.Equal(t, 201, got.Status, got.Body)
			r, ok := gl.Runner(int(got.Field(t, "id").(float64)))
			require.True(t, ok)
			assert.Equal(t, kind, r.Type)
			assert.Equal(t, tokenOf(t, got), r.Token)
			assert.Equal(t, []any{"careful", "gitlab-runner", []string{"b", "a"}, true, fakegitlab.ByRegistrationToken},
				[]any{r.MaintenanceNote, r.Name, r.Tags, r.Paused, r.Registration})
			assert.Zero(t, r.ContactedAt)
			assert.Empty(t, r.Managers)
		})
	}
	assert.Equal(t, `403 {"message":"403 Forbidden - invalid token supplied"}`,
		testkit.Ask(t, gl, "", "POST", "/runners", testkit.WithForm("token=shop-token")).String())
	assert.Equal(t, `400 {"error":"token is missing, access_level does not have a valid value, maximum_timeout is invalid"}`,
		testkit.Ask(t, gl, "", "POST", "/runners", testkit.WithForm("access_level=x&maximum_timeout=y")).String())
	assert.Equal(t, `400 {"error":"info[name] is invalid"}`,
		testkit.Ask(t, gl, "", "POST", "/runners", testkit.WithForm("token=x&info[name][]=y")).String())
	assert.Equal(t, `400 {"error":"token is missing"}`,
		testkit.Ask(t, gl, "", "POST", "/runners", testkit.WithBody("text/plain", "token=shop-token")).String(),
		"the runner's endpoints take text and do not read it")
}

// Which registration tokens count is decided by the instance, the top-level group and the project together.
func TestRegistrationSwitchedOff(t *testing.T) {
	const gone, forbidden, invalid = `410 {"message":"410 Gone - runner registration disallowed"}`,
		`403 {"message":"403 Forbidden"}`, `403 {"message":"403 Forbidden - invalid token supplied"}`
	for name, c := range map[string]struct {
		off                                func(*fakegitlab.Fake)
		instance, group, project, nonsense string // what POST /runners answers, "" is 201
	}{
		"nowhere": {off: func(*fakegitlab.Fake) {}, nonsense: invalid},
		"for the instance": {off: func(gl *fakegitlab.Fake) {
			gl.UpdateSettings(func(s *fakegitlab.Settings) { s.RegistrationTokensDisabled = true })
		}, instance: gone, group: gone, project: gone, nonsense: gone},
		"for the top-level group": {off: func(gl *fakegitlab.Fake) {
			gl.UpdateGroup("acme", func(g *fakegitlab.Group) { g.RegistrationTokensDisabled = true })
		}, group: gone, project: gone, nonsense: invalid},
		"for the project": {off: func(gl *fakegitlab.Fake) {
			gl.UpdateProject("acme/sub/tool", func(p *fakegitlab.Project) { p.RegistrationTokensDisabled = true })
		}, project: gone, nonsense: invalid},
		"by registrars": {off: func(gl *fakegitlab.Fake) {
			gl.UpdateSettings(func(s *fakegitlab.Settings) { s.ValidRegistrars = []string{} })
		}, group: invalid, project: invalid, nonsense: invalid},
	} {
		t.Run(name, func(t *testing.T) {
			gl := testkit.NewMia(t)
			project := gl.AddProject(fakegitlab.Project{Path: "acme/sub/tool"})
			group, _ := gl.Group("acme/sub")
			c.off(gl)
			for token, want := range map[string]string{gl.Settings().RegistrationToken: c.instance,
				group.RegistrationToken: c.group, project.RegistrationToken: c.project, "nonsense": c.nonsense} {
				got := testkit.Ask(t, gl, "", "POST", "/runners", testkit.WithForm("token="+token))
				if want == "" {
					assert.Equal(t, 201, got.Status, got.Body)
					continue
				}
				assert.Equal(t, want, got.String())
			}
			if c.project == gone {
				assert.Equal(t, forbidden, testkit.Ask(t, gl, gl.AdminToken(), "POST",
					"/projects/acme%2Fsub%2Ftool/runners/reset_registration_token").String(), "403 here, not 410")
			}
		})
	}
}

func TestRegistrationTokensReset(t *testing.T) {
	gl := testkit.NewMia(t)
	for path, prefix := range map[string]string{"/runners": "", "/projects/acme%2Fshop/runners": "GR1348941",
		"/groups/acme/runners": "GR1348941"} {
		t.Run(path, func(t *testing.T) {
			reset := func() string {
				got := testkit.Ask(t, gl, gl.AdminToken(), "POST", path+"/reset_registration_token")
				assert.Equal(t, 201, got.Status)
				assert.Equal(t, fmt.Sprintf(`{"token":%q}`, tokenOf(t, got)), got.Body)
				return tokenOf(t, got)
			}
			register := func(token string) int {
				return testkit.Ask(t, gl, "", "POST", "/runners", testkit.WithForm("token="+token)).Status
			}
			old := reset()
			assert.True(t, strings.HasPrefix(old, prefix))
			assert.Len(t, old, len(prefix)+20)
			assert.Equal(t, 201, register(old))
			assert.Equal(t, 201, register(reset()))
			assert.Equal(t, 403, register(old), "the old token is dead at once")
		})
	}
	assert.Equal(t, 403, testkit.Ask(t, gl, gl.Token("mia"), "POST",
		"/groups/acme/runners/reset_registration_token").Status)
	assert.Equal(t, 201, testkit.Ask(t, gl, gl.Token("mia"), "POST",
		"/projects/acme%2Fshop/runners/reset_registration_token").Status)
	project := testkit.Ask(t, gl, gl.Token("mia"), "GET", "/projects/acme%2Fshop")
	p, _ := gl.Project("acme/shop")
	assert.Equal(t, p.RegistrationToken, project.Field(t, "runners_token"))
}

// A token lives as long as the shortest interval that applies to its runner.
func TestTokenExpiry(t *testing.T) {
	gl := testkit.NewMia(t)
	gl.AddProject(fakegitlab.Project{Path: "acme/brief", RunnerTokenExpiration: 2 * time.Hour})
	gl.UpdateSettings(func(s *fakegitlab.Settings) {
		s.RunnerTokenExpiration, s.GroupRunnerTokenExpiration, s.ProjectRunnerTokenExpiration = 3*time.Hour, 4*time.Hour,
			5*time.Hour
	})
	reset := func(id int) string {
		return fmt.Sprint(testkit.Ask(t, gl, gl.AdminToken(), "POST",
			fmt.Sprintf("/runners/%d/reset_authentication_token", id)).Field(t, "token_expires_at"))
	}
	assert.Equal(t, "2024-07-01T15:00:00.000Z", reset(6))
	assert.Equal(t, "2024-07-01T16:00:00.000Z", reset(7))
	assert.Equal(t, "2024-07-01T17:00:00.000Z", reset(5))
	brief := gl.AddRunner(fakegitlab.Runner{Projects: []string{"acme/shop", "acme/brief"}})
	assert.Equal(t, gl.Now().Add(2*time.Hour), brief.TokenExpiresAt, "seeds follow the rule, too")

	verify := func() testkit.Reply {
		return testkit.Ask(t, gl, "", "POST", "/runners/verify", testkit.WithForm("token="+brief.Token))
	}
	gl.Advance(2*time.Hour - time.Second)
	assert.Equal(t, "2024-07-01T14:00:00.000Z", verify().Field(t, "token_expires_at"))
	gl.Advance(time.Second)
	assert.Equal(t, `403 {"message":"403 Forbidden"}`, verify().String())
	assert.Equal(t, 403, testkit.Ask(t, gl, "", "POST", "/runners/reset_authentication_token",
		testkit.WithForm("token="+brief.Token)).Status, "an expired token resets nothing")
	refused := gl.Calls(fakegitlab.VerifyRunner, fakegitlab.Status(403))
	require.Len(t, refused, 1)
	assert.Contains(t, refused[0].Reason, "expired at 2024-07-01T14:00:00Z")
}

func TestAuthenticationTokensReset(t *testing.T) {
	gl := testkit.NewMia(t)
	verify := func(token string) int {
		return testkit.Ask(t, gl, "", "POST", "/runners/verify", testkit.WithForm("token="+token)).Status
	}
	byItself := tokenOf(t, testkit.Ask(t, gl, "", "POST", "/runners/reset_authentication_token",
		testkit.WithForm("token=shop-token")))
	assert.Equal(t, []int{403, 200}, []int{verify("shop-token"), verify(byItself)})
	byPerson := tokenOf(t, testkit.Ask(t, gl, gl.Token("mia"), "POST", "/runners/5/reset_authentication_token"))
	assert.Equal(t, []int{403, 200}, []int{verify(byItself), verify(byPerson)})
	assert.True(t, strings.HasPrefix(byPerson, "glrt-"))
	assert.Equal(t, 204, testkit.Ask(t, gl, "", "DELETE", "/runners", testkit.WithJSON(`{"token":"`+byPerson+`"}`)).Status)
	assert.Equal(t, 403, verify(byPerson))
	assert.Equal(t, 403, testkit.Ask(t, gl, "", "DELETE", "/runners", testkit.WithJSON(`{"token":"`+byPerson+`"}`)).Status)
}

func TestManagers(t *testing.T) {
	gl := testkit.NewMia(t)
	mia := gl.Token("mia")
	for _, id := range []string{"s_a", "s_b"} {
		body := `{"token":"shop-token","system_id":"` + id + `","info":{"version":"17.2.1","revision":"r","platform":"linux","architecture":"arm64","executor":"shell"}}`
		require.Equal(t, 200, testkit.Ask(t, gl, "", "POST", "/runners/verify", testkit.WithJSON(body),
			testkit.WithHeader("X-Forwarded-For", "10.9.9.9, 10.1.2.3, unknown, 127.0.0.1")).Status)
		gl.Advance(time.Second)
	}
	testkit.Ask(t, gl, "", "POST", "/runners/verify", testkit.WithForm("token=shop-token"))
	managers := testkit.Ask(t, gl, mia, "GET", "/runners/5/managers")
	assert.Equal(t, []any{"s_a", "s_b", "<legacy>"}, managers.Each(t, "system_id"))
	assert.Equal(t, "10.1.2.3", managers.Field(t, "0.ip_address"))
	assert.Equal(t, "127.0.0.1", managers.Field(t, "2.ip_address"))
	testkit.Ask(t, gl, "", "POST", "/runners/verify",
		testkit.WithForm("token=shop-token&system_id=s_a&info[version]=17.3&info[platform]="))
	r, _ := gl.Runner(5)
	assert.Equal(t, []string{"shell", "17.3", "linux"},
		[]string{r.Managers[0].Executor, r.Managers[0].Version, r.Managers[0].Platform}, "what is not said stays")

	remove := func(id string) testkit.Reply {
		return testkit.Ask(t, gl, "", "DELETE", "/runners/managers", testkit.WithForm("token=shop-token&system_id="+id))
	}
	assert.Equal(t, `400 {"error":"token is missing, system_id is missing"}`,
		testkit.Ask(t, gl, "", "DELETE", "/runners/managers").String())
	assert.Equal(t, `404 {"message":"404 Runner manager not found Not Found"}`, remove("s_c").String())
	gl.AddRunner(fakegitlab.Runner{Token: "other-token",
		Managers: []fakegitlab.RunnerManager{{SystemID: "s_d", CreatedAt: gl.Now().Add(-time.Hour), ContactedAt: gl.Now()}}})
	unmodified := func(since time.Time) int {
		return testkit.Ask(t, gl, "", "DELETE", "/runners/managers", testkit.WithForm("token=other-token&system_id=s_d"),
			testkit.WithHeader("If-Unmodified-Since", since.UTC().Format(http.TimeFormat))).Status
	}
	assert.Equal(t, 412, unmodified(gl.Now().Add(-time.Hour-time.Minute)))
	assert.Equal(t, 204, unmodified(gl.Now().Add(-time.Minute)), "contact is no modification")
	gl.UpdateRunner(5, func(r *fakegitlab.Runner) { r.ContactedAt = gl.Now() })
	for _, id := range []string{"s_a", "s_b", "<legacy>"} {
		assert.Equal(t, "online", testkit.Ask(t, gl, mia, "GET", "/runners/5").Field(t, "status"))
		assert.Equal(t, "204", remove(id).String())
	}
	assert.Equal(t, "never_contacted", testkit.Ask(t, gl, mia, "GET", "/runners/5").Field(t, "status"),
		"without managers it was never heard of")
	// GitLab makes the record with save!, and nothing rescues what that raises (app/models/ci/runner.rb, ensure_manager).
	assert.Equal(t, `500 {"message":"500 Internal Server Error"}`,
		testkit.Ask(t, gl, "", "POST", "/runners/verify",
			testkit.WithForm("token=shop-token&system_id="+strings.Repeat("s", 65))).String())
}

func TestPlanLimits(t *testing.T) {
	gl := testkit.NewMia(t)
	gl.UpdateSettings(func(s *fakegitlab.Settings) { s.MaxGroupRunners, s.MaxProjectRunners = 1, 1 })
	group, _ := gl.Group("acme")
	register := func() testkit.Reply {
		return testkit.Ask(t, gl, "", "POST", "/runners", testkit.WithForm("token="+group.RegistrationToken))
	}
	assert.Equal(t, `400 {"message":{"runner_namespaces.base":["Maximum number of ci registered group runners (1) exceeded"]}}`, register().String())
	gl.Advance(7 * 24 * time.Hour)
	assert.Equal(t, 201, register().Status, "stale runners do not count")
	assert.Equal(t, 201, testkit.Ask(t, gl, gl.Token("mia"), "POST", "/user/runners",
		testkit.WithForm("runner_type=project_type&project_id=10001")).Status)
	assert.Equal(t, `400 {"message":"400 Bad request - Runner projects base Maximum number of ci registered project runners (1) exceeded"}`,
		testkit.Ask(t, gl, gl.Token("mia"), "POST", "/user/runners",
			testkit.WithForm("runner_type=project_type&project_id=10001")).String())
}

func TestCreationByUsers(t *testing.T) {
	gl := testkit.NewMia(t)
	for body, want := range map[string]string{
		"":                                        `400 {"error":"runner_type is missing, runner_type does not have a valid value"}`,
		"runner_type=group_type":                  `400 {"error":"group_id is missing"}`,
		"runner_type=project_type&project_id=x":   `400 {"error":"project_id is invalid"}`,
		"runner_type=group_type&group_id=1001":    `403 {"message":"403 Forbidden - Insufficient permissions"}`,
		"runner_type=instance_type":               `403 {"message":"403 Forbidden - Insufficient permissions"}`,
		"runner_type=project_type&project_id=404": `400 {"message":"400 Bad request - Missing/invalid scope"}`,
	} {
		assert.Equal(t, want, testkit.Ask(t, gl, gl.Token("mia"), "POST", "/user/runners", testkit.WithForm(body)).String(),
			body)
	}
	gl.UpdateSettings(func(s *fakegitlab.Settings) {
		s.ValidRegistrars, s.RegistrationTokensDisabled = []string{"group"}, true
	})
	create := func(user string) int {
		return testkit.Ask(t, gl, gl.Token(user), "POST", "/user/runners",
			testkit.WithForm("runner_type=project_type&project_id=10001")).Status
	}
	assert.Equal(t, 403, create("mia"))
	assert.Equal(t, 201, create("root"), "administrators are exempt")
	runners := gl.Runners()
	assert.Equal(t, "root", runners[len(runners)-1].CreatedBy)
}

// zeros is a body of any length that takes no memory.
type zeros struct{ left int64 }

func (z *zeros) Read(p []byte) (int, error) {
	if z.left == 0 {
		return 0, io.EOF
	}
	n := min(int64(len(p)), z.left)
	clear(p[:n])
	z.left -= n
	return int(n), nil
}

// Whatever comes, the client is told, and nothing changes.
func TestMalformedRequests(t *testing.T) {
	racing.Skip(t)
	gl := testkit.NewMia(t, fakegitlab.WithUnknownEndpoints(true))
	mia := gl.Token("mia")
	before := gl.Snapshot()
	for name, c := range map[string]struct {
		path   string
		change []func(*http.Request)
		want   string
	}{
		"JSON cut off":            {change: []func(*http.Request){testkit.WithJSON(`{"paused":tr`)}, want: "400"},
		"JSON cut off, asked for": {change: []func(*http.Request){testkit.WithJSON(`{"paused":tr`), testkit.WithHeader("Accept", "application/json")}, want: `400 {"status":400,"error":"Bad Request"}`},
		"JSON twice":              {change: []func(*http.Request){testkit.WithJSON(`{"paused":true}{}`)}, want: "400"},
		"JSON too deep":           {change: []func(*http.Request){testkit.WithJSON(strings.Repeat(`[`, 200) + strings.Repeat(`]`, 200))}, want: "400"},
		"JSON that is a list":     {change: []func(*http.Request){testkit.WithJSON(`["paused"]`)}, want: `400 {"error":"description, active, paused, tag_list, run_untagged, locked, access_level, maximum_timeout, maintenance_note are missing, at least one parameter must be provided"}`},
		"a NUL in JSON":           {change: []func(*http.Request){testkit.WithJSON(`{"description":"a\u0000b"}`)}, want: "400 Bad Request"},
		"a NUL in a form":         {change: []func(*http.Request){testkit.WithForm("description=a%00b")}, want: "400 Bad Request"},
		"a NUL in the query":      {path: "?description=%00", want: "400 Bad Request"},
		"a NUL in the path":       {path: "%00", want: "400 Bad Request"},
		"no UTF-8 in the path":    {path: "/nowhere%FF", want: "400 Bad Request"},
		"no UTF-8":                {change: []func(*http.Request){testkit.WithForm("description=%FF")}, want: "400 Bad Request"},
		"a bad escape":            {change: []func(*http.Request){testkit.WithForm("description=%zz")}, want: "400 Bad Request"},
		"clashing names":          {change: []func(*http.Request){testkit.WithForm("a=1&a[b]=2")}, want: "400 Bad Request"},
		"an image":                {change: []func(*http.Request){testkit.WithBody("image/png", "x")}, want: `415 {"error":"The provided content-type 'image/png' is not supported."}`},
		"no media type":           {change: []func(*http.Request){testkit.WithBody("", "paused=true")}, want: `415 {"error":"The provided content-type '' is not supported."}`},
		"text":                    {change: []func(*http.Request){testkit.WithBody("text/plain", "x")}, want: `415 {"error":"The provided content-type 'text/plain' is not supported."}`},
		"multipart cut off":       {change: []func(*http.Request){testkit.WithBody("multipart/form-data; boundary=b", "--b\r\nContent-Disp")}, want: "400 Bad Request"},
		"multipart unbounded":     {change: []func(*http.Request){testkit.WithBody("multipart/form-data", "--b--")}, want: "400 Bad Request"},
		"a list for a text":       {change: []func(*http.Request){testkit.WithForm("description[]=a")}, want: `400 {"error":"description is invalid"}`},
		"too large for GitLab":    {change: []func(*http.Request){testkit.WithForm("maximum_timeout=99999999999999999999")}, want: `400 {"error":"maximum_timeout is invalid"}`},
		"another format":          {path: "?format=xml", want: `406 {"error":"The requested format 'xml' is not supported."}`},
		"more than 100 MiB": {change: []func(*http.Request){func(r *http.Request) {
			r.Body, r.ContentLength = io.NopCloser(&zeros{100<<20 + 1}), 100<<20+1
			r.Header.Set("Content-Type", "application/json")
		}}, want: `413 {"message":"413 Request Entity Too Large"}`},
		"more than 100 MiB, chunked": {change: []func(*http.Request){func(r *http.Request) {
			r.Body, r.ContentLength = io.NopCloser(&zeros{100<<20 + 1}), -1
		}}, want: `413 {"message":"413 Request Entity Too Large"}`},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, c.want, testkit.Ask(t, gl, mia, "PUT", "/runners/5"+c.path, c.change...).String())
		})
	}
	gl.AssertSnapshot(t, before)
	for _, c := range gl.Calls("") {
		assert.NotEmpty(t, c.Reason, "every refusal has its reason: %s", c)
	}
}

// What a gitlab-runner says of itself besides what GitLab reads is no mistake of its, and nothing about it is checked.
func TestRegisteringRunnersSayMoreThanIsRead(t *testing.T) {
	gl := fakegitlab.New(t)
	body := fmt.Sprintf(`{"token": %q, "info": {"name": "gitlab-runner", "version": "17.2.0", "executor": "docker", "shell": "bash",
		"features": {"cancelable": true}, "config": {"gpus": ""}, "labels": {"zone": "a"},
			"exectuor": "docker"}}`, gl.Settings().RegistrationToken)
	assert.Equal(t, 201, testkit.Ask(t, gl, "", "POST", "/runners", testkit.WithJSON(body)).Status)
	odd := strings.NewReplacer(`"features": {"cancelable": true}`, `"features": "all"`, `"config": {"gpus": ""}`,
		`"config": []`).Replace(body)
	assert.Equal(t, 201, testkit.Ask(t, gl, "", "POST", "/runners", testkit.WithJSON(odd)).Status)
	assert.Equal(t, []string{"info[exectuor]"}, gl.Calls(fakegitlab.RegisterRunner)[0].IgnoredParams)
}
