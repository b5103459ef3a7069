package rest_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

// limitsOf are the headers of the throttle, by their names after RateLimit-.
func limitsOf(h http.Header) map[string]string {
	found := map[string]string{}
	for name := range h {
		if rest, ok := strings.CutPrefix(name, "Ratelimit-"); ok {
			found[rest] = h.Get(name)
		}
	}
	return found
}

// Recorded from gitlab.com of 2026-04-30, 19.0-pre (github.com/ilijamt/vault-plugin-secrets-gitlab,
// tests/integration/testdata/saas): 200 and 401, with no RateLimit-ResetTime.
func TestRateLimitHeadersAsGitLabCom(t *testing.T) {
	gl := testkit.NewMia(t, fakegitlab.WithVersion("19.0"))
	assert.Empty(t, limitsOf(testkit.Ask(t, gl, gl.Token("mia"), "GET", "/runners").Header), "off by default")
	gl.UpdateSettings(func(s *fakegitlab.Settings) { s.RateLimitHeaders = true })
	gl.Advance(10 * time.Second)
	const reset = "1719835260"
	for i, observed := range []string{"1", "2"} {
		got := testkit.Ask(t, gl, gl.Token("mia"), "GET", []string{"/runners", "/projects/none"}[i])
		assert.Equal(t, map[string]string{"Limit": "2000", "Name": "throttle_authenticated_api", "Observed": observed,
			"Remaining": []string{"1999", "1998"}[i], "Reset": reset}, limitsOf(got.Header), got.Status)
	}
	refused := testkit.Ask(t, gl, "glpat-none", "GET", "/user")
	assert.Equal(t, 401, refused.Status)
	assert.Equal(t, map[string]string{"Limit": "500", "Name": "throttle_unauthenticated_api", "Observed": "1",
		"Remaining": "499", "Reset": reset}, limitsOf(refused.Header))
	for i := range 2 {
		behind := testkit.Ask(t, gl, "glpat-none", "GET", "/user", testkit.WithHeader("X-Forwarded-For", "10.9.9.9"))
		assert.Equal(t, strconv.Itoa(i+1), behind.Header.Get("Ratelimit-Observed"), "who is behind a proxy counts alone")
	}
	runner := testkit.Ask(t, gl, "", "POST", "/runners/verify", testkit.WithForm("token=shop-token"))
	assert.Equal(t, 200, runner.Status)
	assert.Empty(t, limitsOf(runner.Header), "a runner is neither a user nor nobody")
	gl.Advance(time.Minute)
	assert.Equal(t, "1", testkit.Ask(t, gl, gl.Token("mia"), "GET", "/runners").Header.Get("Ratelimit-Observed"))

	gl.UpdateSettings(func(s *fakegitlab.Settings) { s.RateLimit = fakegitlab.RateLimit{Requests: 1, Per: 30 * time.Second} })
	got := testkit.Ask(t, gl, gl.Token("sam"), "GET", "/runners").Header
	assert.Equal(t, []string{"2", "1", "0", ""}, []string{got.Get("Ratelimit-Limit"), got.Get("Ratelimit-Observed"),
		got.Get("Ratelimit-Remaining"), got.Get("Retry-After")})
	over := testkit.Ask(t, gl, gl.Token("sam"), "GET", "/runners")
	assert.Equal(t, 429, over.Status)
	assert.NotEmpty(t, over.Header.Get("Ratelimit-Resettime"))
	assert.Empty(t, limitsOf(testkit.Ask(t, gl, "", "GET", "/projects").Header), "no throttle counts whom it does not know")
}

// Recorded from CERN's GitLab: 2023-09-04T18:38:51.723+02:00. ActiveSupport::TimeWithZone writes Z for UTC alone.
func TestTimeZone(t *testing.T) {
	gl := testkit.NewMia(t)
	gl.AddJob(fakegitlab.Job{Project: "acme/shop", Status: fakegitlab.JobSuccess})
	createdAt := func() any {
		return testkit.Ask(t, gl, gl.Token("mia"), "GET", "/projects/acme%2Fshop").Field(t, "created_at")
	}
	in := func(zone string) { gl.UpdateSettings(func(s *fakegitlab.Settings) { s.TimeZone = zone }) }
	for zone, want := range map[string]string{"": "2024-07-01T12:00:00.000Z", "UTC": "2024-07-01T12:00:00.000Z",
		"Etc/UTC":       "2024-07-01T12:00:00.000Z",
		"Europe/Zurich": "2024-07-01T14:00:00.000+02:00", "America/St_Johns": "2024-07-01T09:30:00.000-02:30"} {
		in(zone)
		assert.Equal(t, want, createdAt(), zone)
		assert.Equal(t, zone, gl.Settings().TimeZone)
	}
	in("Europe/Zurich")
	for _, path := range []string{"/projects/acme%2Fshop/jobs", "/user", "/groups/acme", "/runners/5/managers",
		"/personal_access_tokens/self"} {
		body := testkit.Ask(t, gl, gl.AdminToken(), "GET", path).Body
		assert.NotRegexp(t, `\d{4}-\d\d-\d\dT[\d:.]+Z`, body, path)
	}
	var s fakegitlab.Scenario
	s, err := fakegitlab.ReadScenario(strings.NewReader(`{"settings":{"time_zone":"Europe/Zurich"}}`))
	require.NoError(t, err)
	assert.Equal(t, "Europe/Zurich", fakegitlab.New(t, fakegitlab.WithScenario(s)).Snapshot().Settings.TimeZone)

	winter := testkit.NewMia(t, fakegitlab.WithStartTime(time.Date(2024, 1, 2, 3, 4, 5, 0, time.UTC)))
	winter.UpdateSettings(func(s *fakegitlab.Settings) { s.TimeZone = "Europe/London" })
	assert.Equal(t, "2024-01-02T03:04:05.000+00:00",
		testkit.Ask(t, winter, winter.Token("mia"), "GET", "/projects/acme%2Fshop").Field(t, "created_at"))
	for _, zone := range []string{"Europe/Zuerich", "Local", "../etc/passwd"} {
		assert.ErrorContains(t, gl.Seed(fakegitlab.Scenario{Settings: fakegitlab.Settings{TimeZone: zone}}), zone)
	}
}

// A runner is told the time in the instance's zone, too (app/models/ci/build.rb, started_at.iso8601), and that of a
// commit as Git has it.
func TestTimeZoneOfVariables(t *testing.T) {
	gl := testkit.NewMia(t)
	gl.UpdateSettings(func(s *fakegitlab.Settings) { s.TimeZone = "Europe/Zurich" })
	gl.AddJob(fakegitlab.Job{Project: "acme/shop"})
	got := testkit.Ask(t, gl, "", "POST", "/jobs/request", testkit.WithForm("token=shop-token"))
	require.Equal(t, 201, got.Status)
	assert.Contains(t, got.Body, `"key":"CI_JOB_STARTED_AT","value":"2024-07-01T14:00:00+02:00"`)
	assert.Contains(t, got.Body, `"key":"CI_COMMIT_TIMESTAMP","value":"2024-07-01T12:00:00+00:00"`)
}

// How rarely contacted_at is written (app/models/ci/runner.rb, heartbeat and persist_cached_data?).
func TestContactInterval(t *testing.T) {
	gl := testkit.NewMia(t)
	gl.UpdateSettings(func(s *fakegitlab.Settings) { s.ContactInterval = 40 * time.Minute })
	contact := func() (runner, manager time.Duration) {
		got := testkit.Ask(t, gl, "", "POST", "/jobs/request", testkit.WithForm("token=shop-token&system_id=s_1"))
		require.Equal(t, 204, got.Status)
		r, _ := gl.Runner(5)
		return gl.Now().Sub(r.ContactedAt), gl.Now().Sub(r.Managers[0].ContactedAt)
	}
	for _, c := range []struct{ pass, age time.Duration }{
		{0, 0}, {10 * time.Minute, 10 * time.Minute}, {29 * time.Minute, 39 * time.Minute}, {time.Minute, 0},
		{3 * time.Hour, 0},
	} {
		gl.Advance(c.pass)
		runner, manager := contact()
		assert.Equal(t, []time.Duration{c.age, c.age}, []time.Duration{runner, manager}, c.pass)
	}
	gl.UpdateSettings(func(s *fakegitlab.Settings) { s.ContactInterval = 0 })
	gl.Advance(time.Second)
	runner, _ := contact()
	assert.Zero(t, runner)
	assert.ErrorContains(t, gl.Seed(fakegitlab.Scenario{Settings: fakegitlab.Settings{ContactInterval: -1}}), "negative")
}
