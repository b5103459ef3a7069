package fakegitlab_test

import (
	"context"
	"math"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

// Until 17.0 a runner is stale after three months, by the calendar: three months before 31 May is the end of February,
// and on some days that bound moves backwards.
func TestStaleAfterThreeMonthsOfTheCalendar(t *testing.T) {
	day := func(month time.Month, day, hour int) time.Time {
		return time.Date(2024, month, day, hour, 0, 0, 0, time.UTC)
	}
	now := day(time.May, 31, 12)
	start := func(created time.Time) *fakegitlab.Fake {
		gl := fakegitlab.New(t, fakegitlab.WithVersion("16.11"), fakegitlab.WithClock(func() time.Time { return now }))
		gl.AddRunner(fakegitlab.Runner{ID: 5, CreatedAt: created})
		return gl
	}
	bound := day(time.February, 29, 12)
	assert.Equal(t, fakegitlab.Stale, start(bound).RunnerStatus(5))
	assert.Equal(t, fakegitlab.NeverContacted, start(bound.Add(time.Second)).RunnerStatus(5))

	now = day(time.May, 29, 23)
	gl := start(day(time.February, 29, 20))
	stale := func() []any {
		return testkit.Ask(t, gl, gl.AdminToken(), "GET", "/runners/all?status=stale").Each(t, "id")
	}
	assert.Equal(t, []any{5.0}, stale())
	now = day(time.May, 30, 1)
	assert.Empty(t, stale(), "the index follows")
}

func TestManagersWithAndWithoutID(t *testing.T) {
	gl := fakegitlab.New(t)
	const first = 1_000_001 // the id that the first manager gets
	r := gl.AddRunner(fakegitlab.Runner{Managers: []fakegitlab.RunnerManager{{SystemID: "a"}, {SystemID: "b", ID: first}}})
	require.Len(t, r.Managers, 2)
	assert.NotEqual(t, r.Managers[0].ID, r.Managers[1].ID)
}

func TestUpdateRunnerToATokenThatLivesForEver(t *testing.T) {
	never := time.Date(9999, time.December, 31, 0, 0, 0, 0, time.UTC)
	gl := fakegitlab.New(t)
	gl.UpdateSettings(func(s *fakegitlab.Settings) { s.RunnerTokenExpiration = time.Hour })
	r := gl.AddRunner(fakegitlab.Runner{})
	require.False(t, r.TokenExpiresAt.IsZero())
	r = gl.UpdateRunner(r.ID, func(r *fakegitlab.Runner) { r.TokenExpiresAt = never })
	assert.Zero(t, r.TokenExpiresAt)
	assert.Equal(t, never, gl.Snapshot().Runners[0].TokenExpiresAt)
}

func TestCoverageIsANumber(t *testing.T) {
	gl := fakegitlab.New(t)
	gl.AddProject(fakegitlab.Project{Path: "acme/shop"})
	for _, c := range []float64{math.NaN(), math.Inf(1)} {
		assert.Error(t, gl.Seed(fakegitlab.Scenario{Jobs: []fakegitlab.Job{{Project: "acme/shop", Coverage: &c}}}))
	}
}

// What a test does to its scenario after the start is nothing to the fake, at a Reset as little as before.
func TestResetKnowsTheScenarioOfTheStart(t *testing.T) {
	s := fakegitlab.Scenario{Users: []fakegitlab.User{{Username: "mia"}}}
	gl := fakegitlab.New(t, fakegitlab.WithScenario(s))
	s.Users[0].Username = "max"
	gl.Reset()
	_, known := gl.User("mia")
	assert.True(t, known)
}

// http.NewRequest makes requests without a body, which a server never gives to a handler; tests do.
func TestServeHTTPWithoutABody(t *testing.T) {
	gl := fakegitlab.New(t, fakegitlab.WithControl())
	for _, path := range []string{gl.APIURL() + "/version", gl.URL() + "/-/fake/seed"} {
		for _, method := range []string{"GET", "POST"} {
			r, err := http.NewRequestWithContext(context.Background(), method, path, nil)
			require.NoError(t, err)
			assert.NotPanics(t, func() { gl.ServeHTTP(httptest.NewRecorder(), r) }, "%s %s", method, path)
		}
	}
	gl.ClearCalls()
}

func TestLogThatBeginsBeyondAllBounds(t *testing.T) {
	gl := fakegitlab.New(t)
	gl.AddProject(fakegitlab.Project{Path: "acme/shop"})
	r := gl.AddRunner(fakegitlab.Runner{})
	j := gl.AddJob(fakegitlab.Job{Project: "acme/shop"})
	gl.StartJob(j.ID, r.ID)
	req, err := http.NewRequest("PATCH", gl.APIURL()+"/jobs/"+strconv.Itoa(j.ID)+"/trace", strings.NewReader("x"))
	require.NoError(t, err)
	const beyond = "99999999999999999999"
	req.Header = http.Header{"Job-Token": {j.Token}, "Content-Type": {"text/plain"},
		"Content-Range": {beyond + "-" + beyond}}
	res, err := gl.Client().Do(req)
	require.NoError(t, err)
	defer res.Body.Close()
	assert.Equal(t, http.StatusForbidden, res.StatusCode)
	got, _ := gl.Job(j.ID)
	assert.Equal(t, "trace_size_exceeded", got.FailureReason)
}

// GitLab's limit is in characters, not bytes.
func TestSystemIDOfManyBytes(t *testing.T) {
	const maxSystemIDLength = 64
	gl := fakegitlab.New(t)
	r := gl.AddRunner(fakegitlab.Runner{})
	for length, want := range map[int]int{maxSystemIDLength: http.StatusOK, maxSystemIDLength + 1: http.StatusInternalServerError} {
		res, err := gl.Client().PostForm(gl.APIURL()+"/runners/verify",
			url.Values{"token": {r.Token}, "system_id": {strings.Repeat("ä", length)}})
		require.NoError(t, err)
		res.Body.Close()
		assert.Equal(t, want, res.StatusCode, length)
	}
	gl.ContactRunner(r.ID, fakegitlab.RunnerManager{SystemID: strings.Repeat("ö", maxSystemIDLength)})
	assert.Error(t,
		gl.Seed(fakegitlab.Scenario{Runners: []fakegitlab.Runner{{Managers: []fakegitlab.RunnerManager{{SystemID: strings.Repeat("ö", maxSystemIDLength+1)}}}}}))
}

// What a request reads without the state's mutex is nothing that a Reset writes; the race detector knows.
func TestResetWhileRequestsAreServed(t *testing.T) {
	gl := fakegitlab.New(t, fakegitlab.WithScenario(fakegitlab.SmallCompany()), fakegitlab.WithInMemoryNetwork())
	client := gl.ClientAs("root")
	var clients sync.WaitGroup
	for range 4 {
		clients.Go(func() {
			for _, path := range []string{"/runners/all?status=online", "/runners/100021", "/jobs/1", "/version"} {
				for _, method := range []string{"GET", "PUT", "OPTIONS"} {
					r, err := http.NewRequest(method, gl.APIURL()+path, strings.NewReader("paused=true"))
					assert.NoError(t, err)
					if res, err := client.Do(r); assert.NoError(t, err) {
						res.Body.Close()
					}
				}
			}
		})
	}
	for range 20 {
		gl.Reset()
	}
	clients.Wait()
	gl.Reset()
}

// A call that the journal has after a Reset was answered by the world that the Reset made.
func TestJournalAfterAResetIsOfTheNewWorld(t *testing.T) {
	world := func(description string) fakegitlab.Scenario {
		return fakegitlab.Scenario{Runners: []fakegitlab.Runner{{ID: 5, Description: description}}}
	}
	gl := fakegitlab.New(t, fakegitlab.WithScenario(world("old")), fakegitlab.WithInMemoryNetwork())
	client, stop := gl.ClientAs("root"), make(chan struct{})
	var clients sync.WaitGroup
	for range 3 {
		clients.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				if res, err := client.Get(gl.APIURL() + "/runners/5"); assert.NoError(t, err) {
					res.Body.Close()
				}
			}
		})
	}
	for i := range 50 {
		description := strconv.Itoa(i)
		require.NoError(t, gl.ResetTo(world(description)))
		for _, c := range gl.Calls(fakegitlab.GetRunner) {
			assert.Contains(t, string(c.ResponseBody), `"description":"`+description+`"`)
		}
	}
	close(stop)
	clients.Wait()
}
