package fakegitlab_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
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

// unplaced are messages without the lines of tests, which change with every edit.
func unplaced(messages []string) []string {
	for i, m := range messages {
		messages[i] = regexp.MustCompile(`\w+_test\.go:\d+`).ReplaceAllString(m, "x_test.go:1")
	}
	return messages
}

func TestEndOfATest(t *testing.T) {
	get := func(gl *fakegitlab.Fake, path string) {
		res, err := gl.Client().Get(gl.URL() + path)
		if err == nil {
			_ = res.Body.Close()
		}
	}
	fail := fakegitlab.Failure{Endpoint: fakegitlab.GetRunner, Status: 500}
	for name, c := range map[string]struct {
		opts []fakegitlab.Option
		test func(*testkit.Spy, *fakegitlab.Fake)
		want []string
	}{
		"nothing to say": {test: func(_ *testkit.Spy, gl *fakegitlab.Fake) { get(gl, "/api/v4/version") }},
		"a call that nothing serves": {
			test: func(_ *testkit.Spy, gl *fakegitlab.Fake) { get(gl, "/api/v4/runner") },
			want: []string{"fakegitlab: nothing serves GET /api/v4/runner; did you mean GET /runners?"},
		},
		"a name with a slip, or a group": {
			test: func(_ *testkit.Spy, gl *fakegitlab.Fake) { get(gl, "/api/v4/groups/acme/runers") },
			want: []string{"fakegitlab: nothing serves GET /api/v4/groups/acme/runers; did you mean GET /groups/:id/runners? " +
				"If not, a full path in the URL must be encoded: GET /groups/acme%2Fruners"},
		},
		"a name of one": {
			test: func(_ *testkit.Spy, gl *fakegitlab.Fake) { get(gl, "/api/v4/group/acme/runners") },
			want: []string{"fakegitlab: nothing serves GET /api/v4/group/acme/runners; did you mean GET /groups/:id/runners?"},
		},
		"a project in a group": {
			test: func(_ *testkit.Spy, gl *fakegitlab.Fake) { get(gl, "/api/v4/projects/acme/shop") },
			want: []string{"fakegitlab: nothing serves GET /api/v4/projects/acme/shop; " +
				"a full path in the URL must be encoded: GET /projects/acme%2Fshop"},
		},
		"a call of the control API": {
			test: func(_ *testkit.Spy, gl *fakegitlab.Fake) { get(gl, "/-/fake/journal") },
			want: []string{"fakegitlab: nothing serves GET /-/fake/journal; the control API is off: WithControl"},
		},
		"a call outside the API": {
			test: func(_ *testkit.Spy, gl *fakegitlab.Fake) { get(gl, "/login") },
			want: []string{"fakegitlab: nothing serves GET /login; GitLab's API begins at /api/v4"},
		},
		"such calls allowed": {opts: []fakegitlab.Option{fakegitlab.WithUnknownEndpoints(true)},
			test: func(_ *testkit.Spy, gl *fakegitlab.Fake) { get(gl, "/api/v4/runner") }},
		"a failure that never fired": {
			test: func(_ *testkit.Spy, gl *fakegitlab.Fake) { gl.Inject(fail) },
			want: []string{"fakegitlab: the injected Failure of GET /runners/:id never fired; that was not called (injected at x_test.go:1)"},
		},
		"a failure removed before it fired": {
			test: func(_ *testkit.Spy, gl *fakegitlab.Fake) { gl.Inject(fail)() },
			want: []string{"fakegitlab: the injected Failure of GET /runners/:id never fired; that was not called (injected at x_test.go:1)"},
		},
		"a failure that let all through": {
			test: func(_ *testkit.Spy, gl *fakegitlab.Fake) {
				late := fail
				late.After = 5
				gl.Inject(late)
				get(gl, "/api/v4/runners/1")
			},
			want: []string{"fakegitlab: the injected Failure of GET /runners/:id never fired; After lets 5 matching calls through first, and only 1 came (injected at x_test.go:1)"},
		},
		"a failure whose conditions no call met": {
			test: func(_ *testkit.Spy, gl *fakegitlab.Fake) {
				gl.Inject(fakegitlab.Failure{Where: []fakegitlab.CallMatcher{fakegitlab.By("root")}, Status: 500})
				get(gl, "/api/v4/runners/1")
			},
			want: []string{`fakegitlab: the injected Failure of any endpoint with By("root") never fired; no call met its conditions (injected at x_test.go:1)`},
		},
		"such failures allowed": {opts: []fakegitlab.Option{fakegitlab.WithUnusedFailures(true)},
			test: func(_ *testkit.Spy, gl *fakegitlab.Fake) { gl.Inject(fail) }},
		"a request that was never let go": {
			test: func(_ *testkit.Spy, gl *fakegitlab.Fake) {
				held := gl.Hold(fakegitlab.GetVersion)
				go get(gl, "/api/v4/version")
				_, _ = held.Wait(context.Background())
			},
			want: []string{"fakegitlab: a request held by Hold(GET /version) at x_test.go:1 was never released"},
		},
		"plans of which nothing came": {
			test: func(_ *testkit.Spy, gl *fakegitlab.Fake) {
				run := gl.JobRun(planned(gl))
				run.CancelAt("x")
				run.LoseLog(3)
				run.RejectLog(2)
				run.PostponeFinal(1)
				gl.FinishJob(2000001, fakegitlab.JobSuccess)
				other := gl.JobRun(planned(gl))
				other.CancelAt("")
				other.LoseLog(1)
				other.LoseLog(0) // is taken back
				other.RejectLog(1)
				other.RejectLog(0) // is taken back
			},
			want: []string{"fakegitlab: 5 problems:" +
				"\n- JobRun(2000001).CancelAt(\"x\") canceled nothing: no log with that came while the job was running; it is success" +
				"\n- JobRun(2000001).LoseLog(3) lost nothing: no log came for it; it is success" +
				"\n- JobRun(2000001).RejectLog(2) rejected nothing: no final update came for it; it is success" +
				"\n- JobRun(2000001).PostponeFinal(1) postponed nothing: no final update came for it; it is success" +
				"\n- JobRun(2000002).CancelAt(\"\") canceled nothing: no log with that came while the job was running; it is running"},
		},
		"such plans allowed": {opts: []fakegitlab.Option{fakegitlab.WithUnusedFailures(true)},
			test: func(_ *testkit.Spy, gl *fakegitlab.Fake) { gl.JobRun(planned(gl)).CancelAt("x") }},
		"such plans forgotten": {
			test: func(_ *testkit.Spy, gl *fakegitlab.Fake) {
				gl.JobRun(planned(gl)).CancelAt("x")
				gl.Reset()
			},
		},
		"a start that fails": {opts: []fakegitlab.Option{fakegitlab.WithVersion("15.0")},
			want: []string{`fakegitlab: GitLab version "15.0" is not supported; supported are 16.0 to 16.11, 17.0 to 17.11, 18.0 to 18.11, 19.0 to 19.4`}},
	} {
		t.Run(name, func(t *testing.T) {
			tb, _ := testkit.SpyOn(func(tb *testkit.Spy) {
				gl := fakegitlab.New(tb, c.opts...)
				c.test(tb, gl)
			})
			assert.Equal(t, c.want, unplaced(tb.Errors))
			assert.Equal(t, len(c.want) > 0 && c.test != nil, len(tb.Logs) > 0, "the journal is logged if the test failed: %q",
				tb.Logs)
		})
	}
}

// planned adds a running job.
func planned(gl *fakegitlab.Fake) (id int) {
	if _, there := gl.Project("acme/shop"); !there {
		gl.AddProject(fakegitlab.Project{Path: "acme/shop"})
	}
	r := gl.AddRunner(fakegitlab.Runner{})
	return gl.AddJob(fakegitlab.Job{Project: "acme/shop", Status: fakegitlab.JobRunning, RunnerID: r.ID}).ID
}

func TestJournalOfAFailedTest(t *testing.T) {
	url := ""
	tb, finished := testkit.SpyOn(func(tb *testkit.Spy) {
		gl := fakegitlab.New(tb)
		url = gl.URL()
		testkit.Ask(t, gl, gl.AdminToken(), "GET", "/runners/404")
		gl.ClearCalls()
		testkit.Ask(t, gl, gl.AdminToken(), "DELETE", "/runners/404")
		tb.Errorf("it is broken")
		tb.FailNow()
	})
	assert.False(t, finished)
	assert.Equal(t, []string{"it is broken"}, tb.Errors)
	require.Len(t, tb.Logs, 1)
	assert.Equal(t,
		"fakegitlab: the calls of TestSpied to "+url+", whose clock is at 2024-07-01T12:00:00Z\n#2 DELETE /runners/:id id=404 by root -> 404 (there is no runner 404)",
		strings.TrimSpace(tb.Logs[0]))
}

func TestLongJournalOfAFailedTest(t *testing.T) {
	tb, _ := testkit.SpyOn(func(tb *testkit.Spy) {
		gl := fakegitlab.New(tb)
		for range 250 {
			testkit.Ask(t, gl, gl.AdminToken(), "GET", "/version")
			testkit.Ask(t, gl, gl.AdminToken(), "GET", "/user")
		}
		tb.Errorf("it is broken")
	})
	require.Len(t, tb.Logs, 1)
	lines := strings.Split(strings.TrimSpace(tb.Logs[0]), "\n")
	assert.Equal(t, "#1 GET /version by root -> 200", lines[1])
	assert.Equal(t, "#20 GET /user by root -> 200", lines[20])
	assert.Equal(t, "... 301 lines are left out; Journal has them, and WithJournalTo writes them as they come ...",
		lines[21])
	assert.Equal(t, "#322 GET /user by root -> 200", lines[22])
	assert.Equal(t, "#500 GET /user by root -> 200", lines[len(lines)-1])
}

func TestProblems(t *testing.T) {
	gl, err := fakegitlab.Start(fakegitlab.WithInMemoryNetwork())
	require.NoError(t, err)
	defer gl.Close()
	assert.Empty(t, gl.Problems())
	gl.Inject(fakegitlab.Failure{Endpoint: fakegitlab.GetRunner, Status: 500})
	testkit.Ask(t, gl, gl.AdminToken(), "GET", "/runnners")
	gl.Invariant("there is a runner", func(gl *fakegitlab.Fake) error {
		if len(gl.Runners()) == 0 {
			return errors.New("there is none")
		}
		return nil
	})
	assert.Equal(t, []string{
		"nothing serves GET /api/v4/runnners; did you mean GET /runners?",
		"the injected Failure of GET /runners/:id never fired; that was not called (injected at x_test.go:1)",
		"it does not hold that there is a runner: there is none (Invariant at x_test.go:1)",
	}, unplaced(gl.Problems()))
	gl.Reset()
	assert.Equal(t, []string{"it does not hold that there is a runner: there is none (Invariant at x_test.go:1)"}, unplaced(gl.Problems()),
		"an invariant outlives a Reset")
}

func TestNewWithoutATest(t *testing.T) {
	assert.PanicsWithValue(t, "fakegitlab: New(nil): there is no test; Start is for a fake without one",
		func() { fakegitlab.New(nil) })
}

func TestClose(t *testing.T) {
	gl, err := fakegitlab.Start()
	require.NoError(t, err)
	url := gl.APIURL()
	gl.Close()
	gl.Close()
	_, err = http.Get(url + "/version")
	assert.Error(t, err)
	assert.Len(t, gl.Users(), 1, "the world is still there to look at")
}

func TestReset(t *testing.T) {
	gl := testkit.NewMia(t)
	fresh, token := gl.Snapshot(), gl.Token("mia")
	testkit.Ask(t, gl, token, "DELETE", "/runners/5")
	gl.Inject(fakegitlab.Failure{Status: 500})
	gl.Before("", func(fakegitlab.Call) { t.Error("the hook is gone") })
	held := gl.Hold(fakegitlab.GetRunner)
	gl.Advance(time.Hour)
	gl.Reset()
	assert.Equal(t, fresh, gl.Snapshot())
	assert.Empty(t, gl.Calls(""))
	assert.Equal(t, time.Date(2024, 7, 1, 12, 0, 0, 0, time.UTC), gl.Now())
	assert.Equal(t, token, gl.Token("mia"), "the same calls make the same tokens")
	got := testkit.Ask(t, gl, token, "GET", "/runners/5")
	assert.Equal(t, 200, got.Status)
	assert.Equal(t, 1, gl.Calls("")[0].Number)
	held.Release()
}

// Whoever was given a token before a Reset is that user afterwards, too, and nobody else.
func TestTokensSurviveAReset(t *testing.T) {
	gl := testkit.NewMia(t)
	reading, old := gl.Token("mia", "read_api"), gl.ClientAs("mia")
	root := gl.AdminToken()
	gl.Reset()
	assert.NotEqual(t, reading, gl.Token("root", "read_user"), "the first to be given one now is another")
	assert.Equal(t, "mia", testkit.Ask(t, gl, reading, "GET", "/user").Field(t, "username"))
	assert.Equal(t, 403, testkit.Ask(t, gl, reading, "DELETE", "/runners/5").Status, "with the scopes that it had")
	assert.Equal(t, "root", testkit.Ask(t, gl, root, "GET", "/user").Field(t, "username"))
	res, err := old.Get(gl.APIURL() + "/user")
	require.NoError(t, err)
	_ = res.Body.Close()
	assert.Equal(t, 200, res.StatusCode)

	require.NoError(t, gl.ResetTo(fakegitlab.NewScenario().WithUser("dan")))
	assert.Equal(t, 401, testkit.Ask(t, gl, reading, "GET", "/user").Status, "there is no mia")
	assert.Equal(t, 200, testkit.Ask(t, gl, root, "GET", "/user").Status)

	testkit.Ask(t, gl, root, "DELETE", "/personal_access_tokens/self")
	assert.Equal(t, 401, testkit.Ask(t, gl, root, "GET", "/user").Status, "revoked is revoked")
	gl.Reset()
	assert.Equal(t, 200, testkit.Ask(t, gl, root, "GET", "/user").Status)

	seeded := fakegitlab.New(t)
	require.NoError(t, seeded.Seed(gl.Snapshot()))
	root = seeded.AdminToken()
	seeded.Reset()
	assert.Equal(t, "root", testkit.Ask(t, seeded, root, "GET", "/user").Field(t, "username"),
		"a token of Token in a snapshot of another fake")
}

func TestClocks(t *testing.T) {
	now := time.Date(2030, 1, 2, 3, 4, 5, 6000, time.FixedZone("somewhere", 3600))
	gl := testkit.NewMia(t, fakegitlab.WithClock(func() time.Time { return now }))
	gl.ContactRunner(5, fakegitlab.RunnerManager{SystemID: "s"})
	assert.Equal(t, "2030-01-02T02:04:05.000Z", testkit.Ask(t, gl, gl.Token("mia"), "GET", "/runners/5").Field(t,
		"contacted_at"))
	now = now.Add(90 * time.Minute)
	assert.Equal(t, fakegitlab.Online, gl.RunnerStatus(5))
	gl.Advance(31 * time.Minute)
	assert.Equal(t, fakegitlab.Offline, gl.RunnerStatus(5), "Advance goes ahead of an outside clock")
	assert.Equal(t, now.Add(31*time.Minute), gl.Now())
}

func TestTLS(t *testing.T) {
	gl := testkit.NewMia(t, fakegitlab.WithTLS())
	assert.True(t, strings.HasPrefix(gl.URL(), "https://127.0.0.1:"), gl.URL())
	res, err := gl.ClientAs("mia").Get(gl.APIURL() + "/runners")
	require.NoError(t, err)
	_ = res.Body.Close()
	assert.Equal(t, 200, res.StatusCode)
	assert.Equal(t, 2, res.ProtoMajor)
	assert.Contains(t, res.Header.Get("Link"), "<"+gl.APIURL()+"/runners?")
	assert.Contains(t, string(gl.CertificatePEM()), "BEGIN CERTIFICATE")
	_, err = http.Get(gl.APIURL() + "/version")
	assert.ErrorContains(t, err, "certificate", "no other client trusts it")
}

func TestAddresses(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	addr := l.Addr().String()
	require.NoError(t, l.Close())
	gl := testkit.NewMia(t, fakegitlab.WithAddr(addr))
	assert.Equal(t, "http://"+addr, gl.URL())
	everywhere := testkit.NewMia(t, fakegitlab.WithAddr(":0"))
	assert.True(t, strings.HasPrefix(everywhere.URL(), "http://127.0.0.1:"), everywhere.URL())
	assert.Equal(t, 200, testkit.Ask(t, everywhere, everywhere.Token("mia"), "GET", "/version").Status)
	_, err = fakegitlab.Start(fakegitlab.WithAddr(addr))
	assert.Error(t, err, "the address is taken")
	unset := testkit.NewMia(t, fakegitlab.WithAddr(""), fakegitlab.WithLoopbackOnly())
	assert.Contains(t, unset.URL(), "http://127.0.0.1:", "that is the default, not every interface")
	_, err = fakegitlab.Start(fakegitlab.WithAddr(":0"), fakegitlab.WithLoopbackOnly())
	assert.ErrorContains(t, err, `WithLoopbackOnly: ":0" is `)
	assert.ErrorContains(t, err, "which other machines may reach")
	_, err = fakegitlab.Start(fakegitlab.WithScenario(fakegitlab.NewScenario().WithRunner("r", func(r *fakegitlab.Runner) {
		r.Group = "none"
	})))
	assert.ErrorContains(t, err, "none")
}

func TestClientAs(t *testing.T) {
	gl := testkit.NewMia(t)
	who := func(c *http.Client, change ...func(*http.Request)) string {
		r, err := http.NewRequest("GET", gl.APIURL()+"/version", nil)
		require.NoError(t, err)
		for _, f := range change {
			f(r)
		}
		res, err := c.Do(r)
		require.NoError(t, err)
		_ = res.Body.Close()
		calls := gl.Calls(fakegitlab.GetVersion)
		return calls[len(calls)-1].User
	}
	assert.Equal(t, "mia", who(gl.ClientAs("mia")))
	assert.Equal(t, "sam", who(gl.ClientAs("mia"), testkit.WithHeader("PRIVATE-TOKEN", gl.Token("sam"))),
		"a token of the request's own wins")
	assert.Equal(t, "", who(gl.Client()))
	assert.Equal(t, gl.Token("mia"), gl.Token("MIA", "api"))
	assert.NotEqual(t, gl.Token("mia"), gl.Token("mia", "read_api"))
	assert.Equal(t, gl.Token("mia", "read_api", "sudo"), gl.Token("mia", "sudo", "read_api"))
}

// A client of one's own reaches the fake through DialContext, on every network.
func TestDialContext(t *testing.T) {
	onEveryNetwork(t, func(t *testing.T, gl *fakegitlab.Fake) {
		roots := x509.NewCertPool()
		roots.AppendCertsFromPEM(gl.CertificatePEM())
		assert.Equal(t, strings.HasPrefix(gl.URL(), "https:"), gl.CertificatePEM() != nil)
		transport := &http.Transport{DialContext: gl.DialContext, TLSClientConfig: &tls.Config{RootCAs: roots}}
		defer transport.CloseIdleConnections()
		res, err := (&http.Client{Transport: transport}).Get(gl.APIURL() + "/version")
		require.NoError(t, err)
		_ = res.Body.Close()
		assert.Equal(t, 401, res.StatusCode)
	})
}

func TestResetTo(t *testing.T) {
	gl := fakegitlab.New(t, fakegitlab.WithScenario(fakegitlab.SmallCompany()))
	gl.Advance(time.Hour)
	before := gl.Snapshot()
	assert.ErrorContains(t, gl.ResetTo(fakegitlab.NewScenario().WithRunner("lost", func(r *fakegitlab.Runner) {
		r.Projects = []string{"no/where"}
	})), "no/where")
	gl.AssertSnapshot(t, before)

	require.NoError(t, gl.ResetTo(fakegitlab.NewScenario().WithUser("ann")))
	gl.AddUser(fakegitlab.User{Username: "ben"})
	gl.Reset()
	_, ann := gl.User("ann")
	assert.True(t, ann, "Reset now goes back to the new scenario")
	assert.Len(t, gl.Users(), 2)
	assert.Equal(t, "2024-07-01T12:00:00Z", gl.Now().Format(time.RFC3339))
	u, _ := gl.User("ann")
	assert.Equal(t, gl.Now(), u.CreatedAt)
}

func TestWithJournalTo(t *testing.T) {
	var text strings.Builder
	gl := fakegitlab.New(t, fakegitlab.WithInMemoryNetwork(), fakegitlab.WithJournalTo(&text))
	statusOf(t, gl, "root", "/user")
	statusOf(t, gl, "", "/user")
	gl.Close()
	assert.Equal(t, gl.Journal(), text.String())
	assert.Len(t, strings.Split(strings.TrimSpace(text.String()), "\n"), 2)
}

// Who waits for its GitLab, or asks for the API's own path first as go-gitlab up to 0.80.0 does, has called no endpoint
// that is missing.
func TestQuestionsWhetherGitLabIsThere(t *testing.T) {
	gl := fakegitlab.New(t, fakegitlab.WithBasePath("/gitlab"))
	for path, want := range map[string]string{"/-/health": "200 GitLab OK", "/-/liveness": `200 {"status":"ok"}`,
		"/-/readiness": `200 {"status":"ok","master_check":[{"status":"ok"}]}`,
		"/api/v4":      `404 {"error":"404 Not Found"}`, "/api/v4/": `404 {"error":"404 Not Found"}`} {
		got := testkit.AskBy(t, gl.Client(), gl.URL(), "", "GET", path)
		assert.Equal(t, want, got.String(), path)
		assert.Equal(t, got.Status, testkit.AskBy(t, gl.Client(), gl.URL(), "", "HEAD", path).Status, path)
	}
	assert.Empty(t, gl.Problems())
	testkit.AskBy(t, gl.Client(), gl.URL(), "", "POST", "/-/health")
	testkit.AskBy(t, gl.Client(), gl.URL(), "", "GET", "/-/healthy")
	assert.Len(t, gl.Problems(), 2)
	gl.ClearCalls()
}

func TestTokenAfterItsRevocation(t *testing.T) {
	gl := testkit.NewMia(t)
	first, before := gl.Token("mia"), gl.ClientAs("mia")
	assert.Equal(t, first, gl.Token("mia"))
	revoked := testkit.Ask(t, gl, first, "DELETE", "/personal_access_tokens/self") // the code under test logs out
	assert.Equal(t, 204, revoked.Status)
	second := gl.Token("mia")
	assert.NotEqual(t, first, second)
	assert.Equal(t, second, gl.Token("mia"))
	status := func(client *http.Client, token string) int {
		return testkit.AskBy(t, client, gl.APIURL(), token, "GET", "/user").Status
	}
	assert.Equal(t, []int{401, 200, 401, 200}, []int{status(gl.Client(), first), status(gl.Client(), second),
		status(before, ""), status(gl.ClientAs("mia"), "")})
	again := fakegitlab.New(t, fakegitlab.WithScenario(gl.Snapshot()))
	assert.Equal(t, second, again.Token("mia"), "the one that opens something")
	gl.Reset()
	assert.Equal(t, []int{200, 200}, []int{status(gl.Client(), second), status(gl.Client(), first)},
		"what Token returned stays good")
}

// Options that make no sense keep the fake from starting, each with its place.
func TestOptionsThatMakeNoSense(t *testing.T) {
	type options = []fakegitlab.Option
	for want, given := range map[string]options{
		"WithClock(nil): there is no clock to follow; without WithClock the fake has its own": {fakegitlab.WithClock(nil)},
		"WithLongPolling(-1s): a time to wait is not negative":                                {fakegitlab.WithLongPolling(-time.Second)},
		"WithJournalTo(nil): there is no writer":                                              {fakegitlab.WithJournalTo(nil)},
		`WithScenarioFile(""): there is no path`:                                              {fakegitlab.WithScenarioFile("")},
		"WithJournalLimit(-1): a limit is 1 or more, or 0 for none":                           {fakegitlab.WithJournalLimit(-1)},
		"WithStartTime: the zero time is none to start at; without WithStartTime it is 2024-07-01T12:00:00Z": {
			fakegitlab.WithStartTime(time.Time{})},
		"WithClock and WithStartTime: who follows a clock starts at what it says; choose one": {
			fakegitlab.WithClock(time.Now), fakegitlab.WithStartTime(time.Now())},
		`WithAddr("127.0.0.1:0") and WithInMemoryNetwork: without sockets there is no address; choose WithAddr for ` +
			`programs outside of the test, WithInMemoryNetwork for Client and DialContext alone`: {
			fakegitlab.WithAddr("127.0.0.1:0"), fakegitlab.WithInMemoryNetwork()},
	} {
		_, err := fakegitlab.Start(given...)
		assert.EqualError(t, err, want)
	}
}

func TestIgnoredParams(t *testing.T) {
	for _, refused := range []bool{false, true} {
		gl, err := fakegitlab.Start(fakegitlab.WithIgnoredParams(!refused), fakegitlab.WithScenario(testkit.MiasWorld()))
		require.NoError(t, err)
		defer gl.Close()
		assert.True(t, gl.AssertNothingIgnored(t))
		for range 3 {
			testkit.Ask(t, gl, gl.AdminToken(), "GET", "/runners?puased=true")
		}
		testkit.Ask(t, gl, gl.AdminToken(), "GET", "/version?x=1")
		assert.False(t, gl.AssertNothingIgnored(&testkit.Spy{}))
		var want []string
		if refused {
			want = []string{"#1 GET /runners puased=true by root -> 200: nothing reads puased (did you mean paused?) (and so in 2 more)",
				"#4 GET /version x=1 by root -> 200: nothing reads x"}
		}
		assert.Equal(t, want, gl.Problems())
	}
}
