package fakegitlab_test

import (
	"fmt"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab"
)

// A mistake in a scenario for an empty world is told as ReadScenario tells it, with its line.
func TestControlSeedTellsTheLine(t *testing.T) {
	gl := fakegitlab.New(t, fakegitlab.WithInMemoryNetwork(), fakegitlab.WithControl())
	got := askControl(t, gl, "POST /-/fake/seed", "{\n\"runners\": [{\"projects\": [\"acme/shop\"]}],\n\"user\": []}")
	var refusal struct{ Problems []string }
	got.into(t, &refusal)
	assert.Equal(t, []string{`2:27: runners[0].projects[0]: no project "acme/shop"; there are none`,
		`3:1: user: unknown field; did you mean "users"?`}, refusal.Problems)

	got = askControl(t, gl, "POST /-/fake/seed", "{\"runners\": [\n{\"projects\": [\"acme/shop\"]}]}")
	assert.Contains(t, got.body, "2:15: runners[0].projects[0]")
	assert.Equal(t, 201, askControl(t, gl, "POST /-/fake/seed", "").status, "nothing is a scenario, too")
}

// A snapshot is what ReadScenario reads, and seeds another fake to the same.
func TestControlSnapshot(t *testing.T) {
	gl := controlled(t)
	s, err := fakegitlab.ReadScenario(strings.NewReader(askControl(t, gl, "GET /-/fake/snapshot", "").body))
	require.NoError(t, err)
	gl.AssertSnapshot(t, s)
}

func TestControlFailures(t *testing.T) {
	gl := controlled(t)
	for _, body := range []string{
		`{"endpoint": "GET /runners",
		  "where": {"by": "mia", "param": {"name": "status", "value": "online"}, "header": {"name": "X-Try", "value": "1"}},
		  "after": 1, "times": 2, "status": 429, "body": {"slow": "down"}, "header": {"retry-after": "7"}}`,
		`{"endpoint": "* /runners/:id", "where": {"runner": 0, "param": {"name": "paused"}},
		  "status": 502, "body": "bad gateway", "applied": true}`,
		`{"where": {"by": ""}, "status": 418, "message": "who?", "delay": "1ms"}`,
	} {
		require.Equal(t, 201, askControl(t, gl, "POST /-/fake/failures", body).status)
	}
	try := func(path string) controlAnswer {
		return askControl(t, gl, "GET /api/v4"+path, "", "PRIVATE-TOKEN", gl.Token("mia"), "X-Try", "1")
	}
	assert.Equal(t, 200, try("/runners?status=online").status, "the first passes")
	refused := try("/runners?status=online")
	assert.Equal(t, 429, refused.status)
	assert.Equal(t, "7", refused.header.Get("Retry-After"))
	assert.Equal(t, `{"slow": "down"}`, refused.body)
	assert.Equal(t, 200, try("/runners?status=offline").status)
	deleted := askControl(t, gl, "DELETE /api/v4/runners/100021", "", "PRIVATE-TOKEN", gl.Token("oli"))
	assert.Equal(t, controlAnswer{502, deleted.header, "bad gateway"}, deleted)
	gl.AssertRunnerGone(t, 100021)
	assert.Equal(t, 418, statusOf(t, gl, "", "/version"))

	var states []struct {
		ID, Matched, Fired int
		Calls, Effect      string
		Spent              bool
	}
	askControl(t, gl, "GET /-/fake/failures", "").into(t, &states)
	require.Len(t, states, 3)
	assert.Equal(t, `GET /runners with By("mia"), Param("status", "online"), Header("X-Try", "1")`, states[0].Calls)
	assert.Equal(t, "429, not the first 1, 2 times", states[0].Effect)
	assert.Equal(t, []int{1, 2, 1}, []int{states[0].ID, states[0].Matched, states[0].Fired})
	assert.Equal(t, "after 1ms, 418", states[2].Effect)

	assert.Equal(t, 204, askControl(t, gl, "DELETE /-/fake/failures/3", "").status)
	assert.Equal(t, 404, askControl(t, gl, "DELETE /-/fake/failures/3", "").status)
	assert.Equal(t, 401, statusOf(t, gl, "", "/version"))
	assert.Equal(t, 204, askControl(t, gl, "DELETE /-/fake/failures", "").status)
	assert.Equal(t, "[]\n", askControl(t, gl, "GET /-/fake/failures", "").body)
	hang := `{"network": "hang", "times": 1, "endpoint": "GET /version"}`
	assert.Contains(t, askControl(t, gl, "POST /-/fake/failures", hang).body, `"id": 4`, "ids are not used again")
	assert.Contains(t, askControl(t, gl, "GET /-/fake/failures", "").body, `"effect": "hang, once"`)
	assert.Contains(t, askControl(t, gl, "GET /-/fake/problems", "").body, "GET /version never fired")
	assert.Equal(t, 204, askControl(t, gl, "POST /-/fake/reset", "").status)
	gl.AssertSnapshot(t, controlled(t).Snapshot())
}

func TestControlCalls(t *testing.T) {
	gl := controlled(t, fakegitlab.WithUnknownEndpoints(true))
	statusOf(t, gl, "mia", "/runners/100021")
	statusOf(t, gl, "dan", "/runners/100021")
	statusOf(t, gl, "", "/nowhere?a=1")
	askControl(t, gl, "POST /api/v4/runners/verify", "\xff\xfe", "Content-Type", "application/json")

	type call struct {
		Number   int
		Endpoint *string
		User     string
		Status   int
		Params   map[string]any
		Body     any
		Reason   string
	}
	numbers := func(query string) []int {
		var calls []call
		askControl(t, gl, "GET /-/fake/calls"+query, "").into(t, &calls)
		found := []int{}
		for _, c := range calls {
			found = append(found, c.Number)
		}
		return found
	}
	assert.Equal(t, []int{1, 2, 3, 4}, numbers(""))
	assert.Equal(t, []int{1, 2}, numbers("?endpoint=GET+/runners/:id"))
	assert.Equal(t, []int{2}, numbers("?endpoint=GET+/runners/:id&by=dan"))
	assert.Equal(t, []int{3, 4}, numbers("?since=2"))
	assert.Equal(t, []int{1}, numbers("?status=200&wait=5"), "what has come already is not waited for")

	var calls []call
	askControl(t, gl, "GET /-/fake/calls", "").into(t, &calls)
	assert.Contains(t, calls[1].Reason, "dan is Developer in a project of the runner (acme/shop); needs Maintainer")
	assert.Equal(t, map[string]any{"id": float64(100021)}, calls[0].Params)
	assert.Nil(t, calls[2].Endpoint)
	assert.Equal(t, map[string]any{"base64": "//4="}, calls[3].Body)
	assert.Contains(t, askControl(t, gl, "GET /-/fake/journal", "").body, "#1 GET /runners/:id id=100021 by mia -> 200\n")

	assert.Equal(t, 204, askControl(t, gl, "DELETE /-/fake/calls", "").status)
	assert.Empty(t, numbers(""))
}

// A hold stops a request until somebody has seen it and lets it go.
func TestControlHolds(t *testing.T) {
	gl := controlled(t)
	hold := `{"endpoint": "GET /runners/:id", "where": {"by": "mia"}}`
	assert.Contains(t, askControl(t, gl, "POST /-/fake/holds", hold).body, `"id": 1`)
	assert.Contains(t, askControl(t, gl, "GET /-/fake/holds/1?wait=1ms", "").body, `"call": null`)
	assert.Contains(t, askControl(t, gl, "GET /-/fake/problems", "").body, " at /-/fake/holds/1 never held a request")
	var asking sync.WaitGroup
	asking.Go(func() { assert.Equal(t, 404, statusOf(t, gl, "mia", "/runners/100021")) })
	var held struct {
		Calls string
		Call  struct{ Path, User string }
	}
	askControl(t, gl, "GET /-/fake/holds/1?wait=1m", "").into(t, &held)
	assert.Equal(t, `GET /runners/:id with By("mia")`, held.Calls)
	assert.Equal(t, "/api/v4/runners/100021", held.Call.Path)

	assert.Equal(t, 204, askControl(t, gl, "DELETE /-/fake/runners/100021", "").status)
	assert.Equal(t, 204, askControl(t, gl, "DELETE /-/fake/holds/1", "").status)
	asking.Wait()
	assert.Equal(t, "[]\n", askControl(t, gl, "GET /-/fake/holds", "").body)
	assert.Equal(t, 404, askControl(t, gl, "DELETE /-/fake/holds/1", "").status)
	assert.Contains(t, askControl(t, gl, "POST /-/fake/holds", `{}`).body, `"id": 2`, "ids are not used again")
	assert.Contains(t, askControl(t, gl, "GET /-/fake/problems", "").body, "never held a request")
	askControl(t, gl, "POST /-/fake/reset", "")
	assert.Equal(t, 200, statusOf(t, gl, "mia", "/runners/100021"), "a reset lets go")
}

// What a client asks besides gets an answer that is always the same, and is in the journal.
func TestControlHandlers(t *testing.T) {
	gl := controlled(t)
	pipelines := `{"endpoint": "GET /projects/:id/milestones", "body": [{"id": 7}], "header": {"X-Total": "1"}}`
	assert.Equal(t, 204, askControl(t, gl, "POST /-/fake/handlers", pipelines).status)
	got := askControl(t, gl, "GET /api/v4/projects/1/milestones", "")
	assert.Equal(t, "200 1 application/json",
		fmt.Sprint(got.status, " ", got.header.Get("X-Total"), " ", got.header.Get("Content-Type")))
	assert.Equal(t, `[{"id": 7}]`, got.body)
	gl.AssertCalls(t, "GET /projects/:id/milestones 200")
	askControl(t, gl, "POST /-/fake/handlers", `{"endpoint": "GET /projects/:id/milestones", "status": 403, "body": "no"}`)
	got = askControl(t, gl, "GET /api/v4/projects/1/milestones", "")
	assert.Equal(t, "403 no", fmt.Sprint(got.status, " ", got.body))
}

// A job can be watched, and what is to happen to it said.
func TestControlJobs(t *testing.T) {
	gl := controlled(t)
	plan := `{"cancel_at": "deploying", "watch": true}`
	assert.Equal(t, 204, askControl(t, gl, "POST /-/fake/jobs/2000005/plan", plan).status)
	job, _ := gl.Job(2000005)
	var watching sync.WaitGroup
	watching.Go(func() {
		var seen struct {
			Job    struct{ Trace string }
			States []string
		}
		askControl(t, gl, "GET /-/fake/jobs/2000005?status=canceled&trace=deploying&wait=1m", "").into(t, &seen)
		assert.Contains(t, seen.Job.Trace, "deploying")
		assert.Equal(t, "canceled", seen.States[len(seen.States)-1])
	})
	length := len(job.Trace)
	text := "now deploying\n"
	got := askControl(t, gl, "PATCH /api/v4/jobs/2000005/trace", text, "Job-Token", job.Token,
		"Content-Type", "text/plain", "Content-Range", fmt.Sprintf("%d-%d", length, length+len(text)-1))
	assert.Equal(t, "202 3", fmt.Sprint(got.status, " ", got.header.Get("X-GitLab-Trace-Update-Interval")))
	watching.Wait()
	late := askControl(t, gl, "POST /-/fake/jobs/2000005/plan", `{"postpone_final": 1}`)
	assert.Equal(t, 400, late.status)
	assert.Contains(t, late.body, "the job is canceled already, so nothing more can happen to it")
	assert.Contains(t, askControl(t, gl, "GET /-/fake/jobs/2000005", "").body, `"variables": {}`)
}

// Every ready-made failure has a name that is taken.
func TestControlReadyFailures(t *testing.T) {
	gl := controlled(t, fakegitlab.WithUnusedFailures(true))
	for i, name := range []string{"registration_disabled", "unavailable", "internal_error", "database_locked",
		"rate_limited", "maintenance", "expired_token"} {
		got := askControl(t, gl, "POST /-/fake/failures", fmt.Sprintf(`{"ready": %q, "where": {"by": "mia"}}`, name))
		assert.Contains(t, got.body, fmt.Sprintf(`"id": %d`, i+1), name)
	}
	got := askControl(t, gl, "GET /-/fake/failures", "")
	for _, effect := range []string{"410", "502", "500", "409", "429", "403", "401"} {
		assert.Contains(t, got.body, `"effect": "`+effect+`"`)
	}
}

// Who waits for a call is answered when it comes, and let go when the fake is closed.
func TestControlWaits(t *testing.T) {
	gl := fakegitlab.New(t, fakegitlab.WithControl())
	var waiting sync.WaitGroup
	waiting.Go(func() {
		calls := askControl(t, gl, "GET /-/fake/calls?endpoint=GET+/user&wait=1m", "")
		assert.Contains(t, calls.body, `"endpoint": "GET /user"`)
	})
	assert.Equal(t, 200, statusOf(t, gl, "root", "/user"))
	waiting.Wait()

	waiting.Go(func() {
		res, err := gl.Client().Get(gl.URL() + "/-/fake/calls?endpoint=GET+/metadata&wait=10m")
		if err == nil { // else Close came first
			_ = res.Body.Close()
		}
	})
	gl.Close()
	waiting.Wait()
}

func TestControlIsOffByDefault(t *testing.T) {
	gl := fakegitlab.New(t, fakegitlab.WithInMemoryNetwork(), fakegitlab.WithUnknownEndpoints(true))
	for _, call := range []string{"GET /-/fake/", "POST /-/fake/reset", "GET /-/fake/snapshot"} {
		assert.Equal(t, 404, askControl(t, gl, call, "").status, call)
	}
	assert.Len(t, gl.Calls(""), 3, "and recorded as any stray call")
}

func TestControlPlace(t *testing.T) {
	gl := controlled(t, fakegitlab.WithBasePath("/gitlab"), fakegitlab.WithUnknownEndpoints(true))
	assert.Equal(t, 200, askControl(t, gl, "GET /-/fake", "").status, "redirected")
	assert.Equal(t, 200, askControl(t, gl, "HEAD /-/fake/snapshot", "").status)
	assert.Empty(t, askControl(t, gl, "HEAD /-/fake/snapshot", "").body)
	assert.Equal(t, 404, askControl(t, gl, "GET /-/fakery", "").status)
	res, err := gl.Client().Get(strings.TrimSuffix(gl.URL(), "/gitlab") + "/-/fake/snapshot")
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	assert.Equal(t, 404, res.StatusCode)
	assert.Len(t, gl.Calls(""), 2)
}

// A web page that somebody has open must not reset the world behind their back.
func TestControlRefusesOtherOrigins(t *testing.T) {
	gl := controlled(t)
	assert.Equal(t, 403, askControl(t, gl, "POST /-/fake/reset", "", "Sec-Fetch-Site", "cross-site").status)
	assert.Equal(t, 403, askControl(t, gl, "POST /-/fake/reset", "", "Origin", "https://example.com").status)
	assert.Equal(t, 204, askControl(t, gl, "POST /-/fake/reset", "", "Sec-Fetch-Site", "same-origin").status)
}

// A page whose name leads to this machine (DNS rebinding) is of the same origin as the fake, as browsers see it: only
// the name tells.
func TestControlRefusesOtherNames(t *testing.T) {
	gl := controlled(t, fakegitlab.WithControl("gitlab.acme.com:8080", "fake.acme.com:80"), fakegitlab.WithUnknownEndpoints(true))
	for host, status := range map[string]int{
		"127.0.0.1": 204, "127.0.0.1:1": 204, "[::1]:80": 204, "10.1.2.3": 204, "localhost:8080": 204, "LOCALHOST.": 204,
		"gitlab.localhost": 204, "gitlab": 204, "gitlab:80": 204, "host.docker.internal": 204, "fakegitlab.test": 204,
		"example.com": 204, "gitlab.acme.com": 204, "GITLAB.acme.com:81": 204, "fake.acme.com:80": 204,
		"evil.com": 403, "evil.com:8080": 403, "acme.com": 403, "localhost.evil.com": 403, "127.0.0.1.nip.io": 403,
		"example.com.evil.com": 403, "gitlab.acme.com.evil.com:8080": 403,
	} {
		for _, call := range []string{"POST /-/fake/reset", "GET /-/fake/", "GET /-/fake", "GET /-/fake/nothing"} {
			method, path, _ := strings.Cut(call, " ")
			r := httptest.NewRequest(method, path, nil)
			r.Host = host
			rec := httptest.NewRecorder()
			gl.ServeHTTP(rec, r)
			if status == 403 {
				assert.Equal(t, 403, rec.Code, "%s %s", call, host)
				assert.Contains(t, rec.Body.String(), `does not answer to the name`)
				assert.Contains(t, rec.Body.String(), `call it at http://fakegitlab.test, or name the host in WithControl`)
			} else {
				assert.NotEqual(t, 403, rec.Code, "%s %s", call, host)
			}
			assert.Equal(t, "DENY", rec.Header().Get("X-Frame-Options"), call)
			assert.Contains(t, rec.Header().Get("Content-Security-Policy"), "frame-ancestors 'none'", call)
			assert.Equal(t, "nosniff", rec.Header().Get("X-Content-Type-Options"), call)
		}
	}
	rec := httptest.NewRecorder()
	r := httptest.NewRequest("GET", "/api/v4/version", nil)
	r.Host = "evil.com"
	gl.ServeHTTP(rec, r)
	assert.Equal(t, 401, rec.Code, "GitLab's own API asks for a token, and for no name")
}

// Who decodes every answer as JSON can do so with the journal.
func TestControlJournalAsJSON(t *testing.T) {
	gl := controlled(t)
	var lines []string
	askControl(t, gl, "GET /-/fake/journal", "", "Accept", "application/json").into(t, &lines)
	assert.Equal(t, []string{}, lines)
	statusOf(t, gl, "mia", "/runners/100021")
	askControl(t, gl, "GET /-/fake/journal", "", "Accept", "text/html, application/json").into(t, &lines)
	assert.Equal(t, []string{"#1 GET /runners/:id id=100021 by mia -> 200"}, lines)
}

// Many at once: the race detector's part.
func TestControlConcurrently(t *testing.T) {
	gl := controlled(t, fakegitlab.WithUnusedFailures(true))
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for _, call := range []string{"GET /-/fake/", "POST /-/fake/reset", "GET /-/fake/snapshot", "GET /-/fake/calls",
				"GET /-/fake/failures", "GET /api/v4/runners/100021"} {
				askControl(t, gl, call, "")
			}
			askControl(t, gl, "POST /-/fake/failures", `{"endpoint": "GET /runners", "status": 503}`)
			askControl(t, gl, "POST /-/fake/runners/100024/contact", "")
		})
	}
	all.Wait()
}

// A reset between two looks at the world is nothing that a test did wrong.
func TestControlWhileOthersReset(t *testing.T) {
	gl := controlled(t, fakegitlab.WithUnusedFailures(true))
	scenario := `{"groups": [{"path": "brief"}], "projects": [{"path": "brief/p"}],
		"jobs": [{"id": 5000, "name": "j", "project": "brief/p", "status": "pending"}]}`
	plan := `{"cancel_at": "x", "postpone_final": 1, "reject_log": 1, "lose_log": 1, "watch": true}`
	var all sync.WaitGroup
	defer all.Wait()
	for range 4 {
		all.Go(func() {
			for range 60 {
				askControl(t, gl, "POST /-/fake/seed", scenario)
				askControl(t, gl, "POST /-/fake/handlers", `{"endpoint": "GET /brief"}`)
				planned := askControl(t, gl, "POST /-/fake/jobs/5000/plan", plan)
				assert.Contains(t, []int{204, 404}, planned.status)
				held := askControl(t, gl, "POST /-/fake/holds", `{"endpoint": "GET /brief"}`)
				assert.Contains(t, []int{201, 400}, held.status)
				askControl(t, gl, "POST /-/fake/reset", "")
			}
		})
	}
}

// What GraphQL is asked for, calls and failures can be chosen by.
func TestControlOperations(t *testing.T) {
	gl := controlled(t)
	failure := `{"endpoint": "POST /api/graphql", "where": {"operation": "Who"}, "times": 1, "status": 200, "message": "Timeout"}`
	require.Equal(t, 201, askControl(t, gl, "POST /-/fake/failures", failure).status)
	misspelt := askControl(t, gl, "POST /-/fake/failures", `{"where": {"operation": "ehco"}, "status": 503}`)
	assert.Contains(t, misspelt.body, `did you mean \"echo\"?`)
	for _, document := range []string{"{ echo(text: \\\"x\\\") }", "query Who { currentUser { username } }"} {
		askControl(t, gl, "POST /api/graphql", `{"query": "`+document+`"}`, "Content-Type", "application/json")
	}
	var calls []struct {
		Operation    string
		ResponseBody string `json:"response_body"`
	}
	askControl(t, gl, "GET /-/fake/calls?operation=currentUser", "").into(t, &calls)
	require.Len(t, calls, 1)
	assert.Equal(t, "query Who { currentUser }", calls[0].Operation)
	assert.Equal(t, `{"errors":[{"message":"Timeout"}]}`, calls[0].ResponseBody)
}
