package fakegitlab

import (
	"context"
	"io"
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

	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
)

// Until 17.0 a runner is stale after three months, by the calendar: three months before 31 May is the end of February, and
// on some days that bound moves backwards.
func TestStaleAfterThreeMonthsOfTheCalendar(t *testing.T) {
	v, err := gitlabversion.Parse("16.11")
	require.NoError(t, err)
	day := func(month time.Month, day, hour int) time.Time {
		return time.Date(2024, month, day, hour, 0, 0, 0, time.UTC)
	}
	now := day(time.May, 31, 12)
	st := newState(v, func() time.Time { return now })
	assert.Equal(t, day(time.February, 29, 12), st.staleBefore())

	now = day(time.May, 29, 23)
	_, err = st.addRunner(newRunner{createdAt: day(time.February, 29, 20), attributes: defaultAttributes()})
	require.NoError(t, err)
	stale := func() int {
		rows, _ := st.narrowed(runnerFilter{scopes: []string{string(Stale)}})
		return len(rows)
	}
	assert.Equal(t, 1, stale())
	now = day(time.May, 30, 1)
	assert.Equal(t, 0, stale(), "the index follows")
}

func TestManagersWithAndWithoutID(t *testing.T) {
	gl := New(t)
	r := gl.AddRunner(Runner{Managers: []RunnerManager{{SystemID: "a"}, {SystemID: "b", ID: firstManagerID}}})
	require.Len(t, r.Managers, 2)
	assert.NotEqual(t, r.Managers[0].ID, r.Managers[1].ID)
}

func TestUpdateRunnerToATokenThatLivesForEver(t *testing.T) {
	gl := New(t)
	gl.UpdateSettings(func(s *Settings) { s.RunnerTokenExpiration = time.Hour })
	r := gl.AddRunner(Runner{})
	require.False(t, r.TokenExpiresAt.IsZero())
	r = gl.UpdateRunner(r.ID, func(r *Runner) { r.TokenExpiresAt = never })
	assert.Zero(t, r.TokenExpiresAt)
	assert.Equal(t, never, gl.Snapshot().Runners[0].TokenExpiresAt)
}

func TestCoverageIsANumber(t *testing.T) {
	gl := New(t)
	gl.AddProject(Project{Path: "acme/shop"})
	for _, c := range []float64{math.NaN(), math.Inf(1)} {
		assert.Error(t, gl.Seed(Scenario{Jobs: []Job{{Project: "acme/shop", Coverage: &c}}}))
	}
}

// What a test does to its scenario after the start is nothing to the fake, at a Reset as little as before.
func TestResetKnowsTheScenarioOfTheStart(t *testing.T) {
	s := Scenario{Users: []User{{Username: "mia"}}}
	gl := New(t, WithScenario(s))
	s.Users[0].Username = "max"
	gl.Reset()
	_, known := gl.User("mia")
	assert.True(t, known)
}

// The options of ForEachVersion and Sweep start several fakes, which may run at the same time.
func TestJournalWriterIsSharedByFakes(t *testing.T) {
	option := WithJournalTo(io.Discard)
	var a, b options
	option(&a)
	option(&b)
	assert.Same(t, a.journalTo, b.journalTo)
}

// http.NewRequest makes requests without a body, which a server never gives to a handler; tests do.
func TestServeHTTPWithoutABody(t *testing.T) {
	gl := New(t, WithControl())
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
	gl := New(t)
	gl.AddProject(Project{Path: "acme/shop"})
	r := gl.AddRunner(Runner{})
	j := gl.AddJob(Job{Project: "acme/shop"})
	gl.StartJob(j.ID, r.ID)
	req, err := http.NewRequest("PATCH", gl.APIURL()+"/jobs/"+strconv.Itoa(j.ID)+"/trace", strings.NewReader("x"))
	require.NoError(t, err)
	req.Header = http.Header{headerJobToken: {j.Token}, "Content-Type": {"text/plain"}, headerContentRange: {"99999999999999999999-99999999999999999999"}}
	res, err := gl.Client().Do(req)
	require.NoError(t, err)
	defer res.Body.Close()
	assert.Equal(t, http.StatusForbidden, res.StatusCode)
	got, _ := gl.Job(j.ID)
	assert.Equal(t, traceSizeExceeded, got.FailureReason)
}

func TestDurationsAsWholeSeconds(t *testing.T) {
	for d, want := range map[time.Duration]int{0: 0, 1: 1, time.Second: 1, time.Second + 1: 2, math.MaxInt64: 9223372037} {
		assert.Equal(t, want, wholeSeconds(d), d)
	}
	assert.Equal(t, 9223372037, jobTimeoutSeconds(&job{}, &project{BuildTimeout: math.MaxInt64}, &runner{}))
}

// A server that runs for days must not keep what is over.
func TestNothingIsLeftOfWhatIsOver(t *testing.T) {
	gl := New(t)
	gl.AddProject(Project{Path: "acme/shop"})
	gl.AddRunner(Runner{ID: 7, Tags: []string{"once"}})
	j := gl.AddJob(Job{Project: "acme/shop", Tags: []string{"once"}})
	gl.StartJob(j.ID, 7)
	gl.FinishJob(j.ID, JobSuccess)
	assert.Empty(t, gl.state.queue.lanes)

	remove := gl.Inject(InternalError(GetVersion))
	res, err := gl.Client().Get(gl.APIURL() + "/version")
	require.NoError(t, err)
	res.Body.Close()
	remove()
	assert.Empty(t, gl.faults.spent, "it fired, so there is nothing to report")

	held := gl.Hold(GetVersion)
	done := make(chan struct{})
	go func() {
		defer close(done)
		if res, err := gl.Client().Get(gl.APIURL() + "/version"); err == nil {
			res.Body.Close()
		}
	}()
	_, err = held.Wait(t.Context())
	require.NoError(t, err)
	held.Release()
	<-done
	gl.Hold(GetMetadata).Release()
	assert.Len(t, gl.faults.held, 1)
	gl.Reset()
}

// A Reset lets the numbers begin anew while an answered request is still on its way out.
func TestTwoRequestsInFlightWithOneNumber(t *testing.T) {
	var i inFlight
	first := i.enter(called{1, "GET", "/a"})
	i.enter(called{1, "GET", "/b"})
	i.leave(first)
	assert.Equal(t, "#1 GET /b", i.names())
}

// GitLab's limit is in characters, not bytes.
func TestSystemIDOfManyBytes(t *testing.T) {
	gl := New(t)
	r := gl.AddRunner(Runner{})
	for length, want := range map[int]int{maxSystemIDLength: http.StatusOK, maxSystemIDLength + 1: http.StatusBadRequest} {
		res, err := gl.Client().PostForm(gl.APIURL()+"/runners/verify", url.Values{"token": {r.Token}, "system_id": {strings.Repeat("ä", length)}})
		require.NoError(t, err)
		res.Body.Close()
		assert.Equal(t, want, res.StatusCode, length)
	}
	gl.ContactRunner(r.ID, RunnerManager{SystemID: strings.Repeat("ö", maxSystemIDLength)})
	assert.Error(t, gl.Seed(Scenario{Runners: []Runner{{Managers: []RunnerManager{{SystemID: strings.Repeat("ö", maxSystemIDLength+1)}}}}}))
}

// What a request reads without the state's mutex is nothing that a Reset writes; the race detector knows.
func TestResetWhileRequestsAreServed(t *testing.T) {
	gl := New(t, WithScenario(SmallCompany()), WithInMemoryNetwork())
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
	world := func(description string) Scenario {
		return Scenario{Runners: []Runner{{ID: 5, Description: description}}}
	}
	gl := New(t, WithScenario(world("old")), WithInMemoryNetwork())
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
		for _, c := range gl.Calls(GetRunner) {
			assert.Contains(t, string(c.ResponseBody), `"description":"`+description+`"`)
		}
	}
	close(stop)
	clients.Wait()
}
