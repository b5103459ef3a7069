package fakegitlab_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab"
)

// controlAnswer is an answer of the control API.
type controlAnswer struct {
	status int
	header http.Header
	body   string
}

func (a controlAnswer) into(t *testing.T, v any) {
	t.Helper()
	require.NoError(t, json.Unmarshal([]byte(a.body), v), a.body)
}

// askControl calls the control API: "POST /-/fake/seed" with a body.
func askControl(t *testing.T, gl *fakegitlab.Fake, call, body string, headers ...string) controlAnswer {
	t.Helper()
	method, path, _ := strings.Cut(call, " ")
	r, err := http.NewRequest(method, gl.URL()+path, strings.NewReader(body))
	require.NoError(t, err)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	res, err := gl.Client().Do(r)
	require.NoError(t, err)
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	return controlAnswer{res.StatusCode, res.Header, string(text)}
}

func controlled(t *testing.T, opts ...fakegitlab.Option) *fakegitlab.Fake {
	return fakegitlab.New(t, append([]fakegitlab.Option{fakegitlab.WithInMemoryNetwork(), fakegitlab.WithControl(),
		fakegitlab.WithScenario(fakegitlab.SmallCompany())}, opts...)...)
}

func statusOf(t *testing.T, gl *fakegitlab.Fake, user, path string) int {
	t.Helper()
	client := gl.Client()
	if user != "" {
		client = gl.ClientAs(user)
	}
	res, err := client.Get(gl.APIURL() + path)
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	return res.StatusCode
}

func rateLimitedAfterOne(t *testing.T, gl *fakegitlab.Fake) {
	assert.Equal(t, 200, statusOf(t, gl, "mia", "/user"))
	got := askControl(t, gl, "GET /api/v4/user", "", "PRIVATE-TOKEN", gl.Token("mia"))
	assert.Equal(t, "429 7", fmt.Sprint(got.status, " ", got.header.Get("Retry-After")))
}

// One call a row, each with a small company of its own: what is answered, and what has become of the world.
func TestControl(t *testing.T) {
	for name, c := range map[string]struct {
		call, body string
		status     int
		says       string // part of the answer
		check      func(*testing.T, *fakegitlab.Fake)
	}{
		"seed": {"POST /-/fake/seed",
			`{"users": [{"username": "new"}], "runners": [{"description": "made", "group": "acme"}]}`,
			201, `"description": "made"`,
			func(t *testing.T, gl *fakegitlab.Fake) {
				assert.Len(t, gl.Users(), 10)
				assert.Len(t, gl.Runners(), 16)
			}},
		"seed, nothing of it": {"POST /-/fake/seed",
			`{"users": [{"username": "new"}], "projects": [{"path": "acme/shop"}]}`, 400, "projects[0]",
			func(t *testing.T, gl *fakegitlab.Fake) { assert.Len(t, gl.Users(), 9) }},
		"seed, all that is wrong": {"POST /-/fake/seed", "{\n \"usrs\": [],\n \"users\": [{\"username\": 7}]}",
			400,
			`2 problems: 2:2: usrs: unknown field; did you mean \"users\"?; 3:25: users[0].username: want a ` +
				`string, have a number`, nil},
		"seed, impossible": {"POST /-/fake/seed",
			"{\"runners\": [{\"description\": \"a\", \"maximum_timeout\": 5},\n {\"run_untagged\": false}]}", 400,
			`2 problems: 1:54: runners[0].maximum_timeout (a): Maximum timeout needs to be at least 10 minutes; 2:2: ` +
				`runners[1].tag_list: Tags list`, nil},
		"seed, into the void": {"POST /-/fake/seed", `{"jobs": [{"project": "acme/shpo"}]}`, 400,
			`1:23: jobs[0].project: no project \"acme/shpo\"; did you mean \"acme/shop\"?`, nil},
		"seed, no JSON": {"POST /-/fake/seed", `{"users": `, 400, "1:", nil},
		"snapshot":      {"GET /-/fake/snapshot", "", 200, `"path": "acme/shop"`, nil},
		"reset": {"POST /-/fake/reset", "", 204, "",
			func(t *testing.T, gl *fakegitlab.Fake) { assert.Len(t, gl.Runners(), 15) }},
		"reset to another world": {"POST /-/fake/reset", `{"users": [{"username": "new"}]}`, 204, "",
			func(t *testing.T, gl *fakegitlab.Fake) { assert.Len(t, gl.Users(), 2) }},
		"reset to nothing": {"POST /-/fake/reset", " {} ", 204, "",
			func(t *testing.T, gl *fakegitlab.Fake) { assert.Len(t, gl.Runners(), 15) }},
		"reset to null": {"POST /-/fake/reset", "null", 204, "",
			func(t *testing.T, gl *fakegitlab.Fake) { assert.Len(t, gl.Runners(), 15) }},
		"reset to a world without anything": {"POST /-/fake/reset",
			`{ "$schema": "./scenario.schema.json", "users": [], "settings": { } }`, 204, "",
			func(t *testing.T, gl *fakegitlab.Fake) {
				assert.Len(t, gl.Runners(), 15)
				askControl(t, gl, "POST /-/fake/reset", "")
				assert.Len(t, gl.Runners(), 15, "nor is that the start from now on")
			}},
		"reset to settings alone": {"POST /-/fake/reset", `{"settings": {"admin_mode": true}}`, 204, "",
			func(t *testing.T, gl *fakegitlab.Fake) { assert.Empty(t, gl.Runners()) }},
		"reset to nonsense": {"POST /-/fake/reset", `{"jobs": [{"project": "acme/shop"}]}`, 400,
			"1:23: jobs[0].project: no project",
			func(t *testing.T, gl *fakegitlab.Fake) { assert.Len(t, gl.Runners(), 15) }},
		"reset to the impossible": {"POST /-/fake/reset", `{"runners": [{"maximum_timeout": 5}]}`, 400,
			"1:34: runners[0].maximum_timeout: Maximum timeout",
			func(t *testing.T, gl *fakegitlab.Fake) { assert.Len(t, gl.Runners(), 15) }},
		"token": {"POST /-/fake/token", `{"username": "mia", "scopes": ["read_api"]}`, 200, `"token": "glpat-`,
			nil},
		"token, no such user": {"POST /-/fake/token", `{"username": "mai"}`, 400,
			`no user \"mai\"; did you mean \"mia\"?`, nil},
		"token, no such scope": {"POST /-/fake/token", `{"username": "mia", "scopes": ["apy"]}`, 400, "apy", nil},
		"token, no username":   {"POST /-/fake/token", "", 400, "1:1: username: is missing", nil},
		"advance by seconds":   {"POST /-/fake/advance", `{"seconds": 90}`, 200, `"now": "2024-07-01T12:01:30Z"`, nil},
		"advance by a duration": {"POST /-/fake/advance", `{"duration": "2h"}`, 200,
			`"now": "2024-07-01T14:00:00Z"`, nil},
		"advance by nothing": {"POST /-/fake/advance", `{}`, 400, "give either", nil},
		"advance by two":     {"POST /-/fake/advance", `{"seconds": 1, "duration": "1s"}`, 400, "give either", nil},
		"advance backwards":  {"POST /-/fake/advance", `{"seconds": -1}`, 400, "time does not run backwards", nil},
		"advance, misspelt":  {"POST /-/fake/advance", `{"second": 1}`, 400, `did you mean \"seconds\"?`, nil},
		"workers": {"POST /-/fake/workers", "", 204, "",
			func(t *testing.T, gl *fakegitlab.Fake) {
				gl.AddJob(fakegitlab.Job{ID: 77, Project: "acme/shop", Tags: []string{"nobody"}})
				gl.Advance(2 * time.Hour)
				res, err := gl.Client().Post(gl.URL()+"/-/fake/workers", "", nil)
				require.NoError(t, err)
				require.NoError(t, res.Body.Close())
				gl.AssertJobStatus(t, 77, fakegitlab.JobFailed)
			}},
		"workers, with a parameter": {"POST /-/fake/workers", `{"now": true}`, 400, "now", nil},
		"failure": {"POST /-/fake/failures", `{"endpoint": "GET /runners", "status": 503}`, 201, `"id": 1`,
			func(t *testing.T, gl *fakegitlab.Fake) { assert.Equal(t, 503, statusOf(t, gl, "mia", "/runners")) }},
		"failure, no such endpoint": {"POST /-/fake/failures", `{"endpoint": "GET /runner", "status": 503}`, 400,
			"did you mean GET /runners?", nil},
		"failure, no such user": {"POST /-/fake/failures", `{"where": {"by": "mai"}, "status": 503}`, 400,
			`did you mean \"mia\"?`, nil},
		"failure, no such fault": {"POST /-/fake/failures", `{"network": "conection reset"}`, 400,
			`did you mean \"connection reset\"?`, nil},
		"ready failure": {"POST /-/fake/failures", `{"ready": "maintenance"}`, 201, `"id": 1`,
			func(t *testing.T, gl *fakegitlab.Fake) { assert.Equal(t, 200, statusOf(t, gl, "mia", "/user")) }},
		"ready for a while": {"POST /-/fake/failures",
			`{"ready": "rate_limited", "endpoint": "GET /user", "retry_after": 7, "after": 1}`, 201, `"id": 1`,
			rateLimitedAfterOne},
		"ready, of somebody": {"POST /-/fake/failures", `{"ready": "expired_token", "where": {"by": "mia"}}`, 201,
			`"id": 1`,
			func(t *testing.T, gl *fakegitlab.Fake) { assert.Equal(t, 401, statusOf(t, gl, "mia", "/user")) }},
		"ready, of nobody": {"POST /-/fake/failures", `{"ready": "expired_token"}`, 400, "where.by", nil},
		"ready, misspelt": {"POST /-/fake/failures", `{"ready": "ratelimited"}`, 400,
			`did you mean \"rate_limited\"?`, nil},
		"ready, elsewhere": {"POST /-/fake/failures",
			`{"ready": "registration_disabled", "endpoint": "GET /user"}`, 400, "is of POST /runners", nil},
		"ready, and another answer": {"POST /-/fake/failures", `{"ready": "unavailable", "status": 503}`, 400,
			"unavailable says itself what is answered", nil},
		"retry after what": {"POST /-/fake/failures", `{"status": 503, "retry_after": 5}`, 400,
			"retry_after: goes with", nil},
		"failure of nothing": {"POST /-/fake/failures", `{"endpoint": "GET /runners"}`, 400,
			"the Failure has no status, header, network or delay and would change nothing", nil},
		"a runner of tomorrow": {"PATCH /-/fake/runners/100001", `{"contacted_at": "2024-07-02"}`, 400,
			"contacted_at 2024-07-02T00:00:00Z is yet to come", nil},
		"failures, none":          {"GET /-/fake/failures", "", 200, "[]", nil},
		"remove failures":         {"DELETE /-/fake/failures", "", 204, "", nil},
		"remove no failure":       {"DELETE /-/fake/failures/7", "", 404, `no failure \"7\"`, nil},
		"calls, none":             {"GET /-/fake/calls", "", 200, "[]", nil},
		"calls, no such endpoint": {"GET /-/fake/calls?endpoint=GET+/runner", "", 400, "did you mean GET /runners?", nil},
		"calls, no such user":     {"GET /-/fake/calls?by=mai", "", 400, `did you mean \"mia\"?`, nil},
		"calls, misspelt": {"GET /-/fake/calls?stauts=200", "", 400,
			`unknown parameter \"stauts\"; did you mean \"status\"?`, nil},
		"calls, no number": {"GET /-/fake/calls?since=yesterday", "", 400,
			`since: want a number, have \"yesterday\"`, nil},
		"calls, no duration":       {"GET /-/fake/calls?wait=soon", "", 400, "wait: want seconds", nil},
		"calls, parts of a second": {"GET /-/fake/calls?wait=0.001", "", 200, "[]", nil},
		"calls, a time ago":        {"GET /-/fake/calls?wait=-1", "", 400, "wait: must not be negative", nil},
		"calls, none in time":      {"GET /-/fake/calls?wait=1ms", "", 200, "[]", nil},
		"clear calls":              {"DELETE /-/fake/calls", "", 204, "", nil},
		"journal":                  {"GET /-/fake/journal", "", 200, "no call was recorded\n", nil},
		"problems":                 {"GET /-/fake/problems", "", 200, "[]", nil},
		"endpoints":                {"GET /-/fake/endpoints", "", 200, `"DELETE /projects/:id/runners/:runner_id"`, nil},
		"settings": {"PATCH /-/fake/settings", `{"registration_tokens_disabled": true}`, 200,
			`"registration_token": "`,
			func(t *testing.T, gl *fakegitlab.Fake) { assert.True(t, gl.Settings().RegistrationTokensDisabled) }},
		"settings as they are": {"GET /-/fake/settings", "", 200, `"registration_token": "`, nil},
		"user as it is":        {"GET /-/fake/users/MIA", "", 200, `"username": "mia"`, nil},
		"no such user":         {"GET /-/fake/users/mai", "", 404, `no user \"mai\"; did you mean \"mia\"?`, nil},
		"group as it is":       {"GET /-/fake/groups/acme%2Fbackend", "", 200, `"path": "acme/backend"`, nil},
		"project as it is":     {"GET /-/fake/projects/acme%2Fshop", "", 200, `"path": "acme/shop"`, nil},
		"no such project":      {"GET /-/fake/projects/acme%2Fshpo", "", 404, `did you mean \"acme/shop\"?`, nil},
		"settings, misspelt": {"PATCH /-/fake/settings", `{"admin_mod": true}`, 400,
			`admin_mod: unknown field; did you mean \"admin_mode\"?`, nil},
		"settings, no object": {"PATCH /-/fake/settings", `[]`, 400,
			`"want a JSON object with the fields to change"`, nil},
		"settings, malformed": {"PATCH /-/fake/settings", `{"admin_mode": }`, 400, "1:16: malformed JSON", nil},
		"settings, null":      {"PATCH /-/fake/settings", `null`, 400, "want a JSON object", nil},
		"settings, impossible": {"PATCH /-/fake/settings", `{"valid_runner_registrars": ["nobody"]}`, 400,
			"nobody", nil},
		"user": {"PATCH /-/fake/users/mia", `{"state": "blocked"}`, 200, `"state": "blocked"`,
			func(t *testing.T, gl *fakegitlab.Fake) { assert.Equal(t, 200, statusOf(t, gl, "dan", "/user")) }},
		"user, no such": {"PATCH /-/fake/users/mai", `{}`, 404, `no user \"mai\"; did you mean \"mia\"?`, nil},
		"user, renamed": {"PATCH /-/fake/users/mia", `{"username": "mai"}`, 400, "do not change", nil},
		"group": {"PATCH /-/fake/groups/acme%2Fbackend", `{"shared_runners_disabled": true}`, 200,
			`"shared_runners_disabled": true`, nil},
		"project": {"PATCH /-/fake/projects/acme%2Fshop", `{"members": {"sam": "owner"}}`, 200, `"sam": "owner"`,
			nil},
		"project, no such": {"PATCH /-/fake/projects/acme%2Fshpo", `{}`, 404, `did you mean \"acme/shop\"?`, nil},
		"runner": {"PATCH /-/fake/runners/100021", `{"paused": true, "tag_list": null}`, 200, `"paused": true`,
			func(t *testing.T, gl *fakegitlab.Fake) { r, _ := gl.Runner(100021); assert.Empty(t, r.Tags) }},
		"runner, null": {"PATCH /-/fake/runners/100021", `{"paused": null, "contacted_at": null}`, 400,
			`"error": "paused: want true or false, have null; leave it out`,
			func(t *testing.T, gl *fakegitlab.Fake) {
				r, _ := gl.Runner(100021)
				assert.NotZero(t, r.ContactedAt, "nothing of it is done")
			}},
		"runner, a time cleared": {"PATCH /-/fake/runners/100021", `{"contacted_at": null, "maximum_timeout": null}`,
			200, `"id": 100021`,
			func(t *testing.T, gl *fakegitlab.Fake) { r, _ := gl.Runner(100021); assert.Zero(t, r.ContactedAt) }},
		"token of nobody": {"POST /-/fake/token", `{"username": null}`, 400, `"error": "1:14: username: is missing"`, nil},
		"runner, no such": {"PATCH /-/fake/runners/one", `{}`, 404, `no runner \"one\"`, nil},
		"contact": {"POST /-/fake/runners/100024/contact", `{"system_id": "s_new", "version": "17.2.0"}`, 200,
			`"system_id": "s_new"`,
			func(t *testing.T, gl *fakegitlab.Fake) { assert.Equal(t, fakegitlab.Online, gl.RunnerStatus(100024)) }},
		"contact by an old runner": {"POST /-/fake/runners/100024/contact", "", 200, `"system_id": "<legacy>"`, nil},
		"contact, no such":         {"POST /-/fake/runners/100026/contact", "", 404, `no runner \"100026\"`, nil},
		"contact, misspelt": {"POST /-/fake/runners/100024/contact", `{"systemid": "s"}`, 400,
			`did you mean \"system_id\"?`, nil},
		"contact, long": {"POST /-/fake/runners/100024/contact",
			`{"system_id": "` + strings.Repeat("s", 70) + `"}`, 400, "system", nil},
		"one runner":          {"GET /-/fake/runners/100022", "", 200, `"status": "offline"`, nil},
		"one runner, no such": {"GET /-/fake/runners/1", "", 404, `no runner \"1\"`, nil},
		"delete a runner": {"DELETE /-/fake/runners/100022", "", 204, "",
			func(t *testing.T, gl *fakegitlab.Fake) { gl.AssertRunnerGone(t, 100022) }},
		"delete no runner": {"DELETE /-/fake/runners/100026", "", 404, "no runner", nil},
		"hold, no such endpoint": {"POST /-/fake/holds", `{"endpoint": "GET /runner"}`, 400,
			"did you mean GET /runners?", nil},
		"hold, no such user": {"POST /-/fake/holds", `{"where": {"by": "mai"}}`, 400, `did you mean \"mia\"?`, nil},
		"hold, misspelt": {"POST /-/fake/holds", `{"endpont": "GET /runners"}`, 400, `did you mean \"endpoint\"?`,
			nil},
		"holds, none": {"GET /-/fake/holds", "", 200, "[]", nil},
		"holds, waited for": {"GET /-/fake/holds?wait=1", "", 400, `unknown parameter \"wait\"; there are none`,
			nil},
		"release of nothing": {"DELETE /-/fake/holds/1", "", 404, `no hold \"1\"`, nil},
		"a hold that is not": {"GET /-/fake/holds/1?wait=1", "", 404, `no hold \"1\"`, nil},
		"a hold, misspelt":   {"GET /-/fake/holds/1?weit=1", "", 400, `did you mean \"wait\"?`, nil},
		"handler, served already": {"POST /-/fake/handlers", `{"endpoint": "GET /runners"}`, 400,
			"the fake serves that endpoint itself", nil},
		"handler, no endpoint": {"POST /-/fake/handlers", `{"endpoint": "/pipelines"}`, 400,
			"an endpoint is a method and a path", nil},
		"handler, no status": {"POST /-/fake/handlers", `{"endpoint": "GET /pipelines", "status": 99}`, 400,
			"status: 99 is no status", nil},
		"one job":                 {"GET /-/fake/jobs/2000006", "", 200, `"canceling"`, nil},
		"one job, no such":        {"GET /-/fake/jobs/2", "", 404, "no job", nil},
		"one job, no number":      {"GET /-/fake/jobs/abc", "", 404, `no job \"abc\"`, nil},
		"one job, no such status": {"GET /-/fake/jobs/2000006?status=done&wait=1", "", 400, "status: ", nil},
		"one job, misspelt":       {"GET /-/fake/jobs/2000006?state=success", "", 400, `unknown parameter \"state\"`, nil},
		"a job that never will": {"GET /-/fake/jobs/2000001?status=failed&wait=1h&trace=x", "", 400,
			`job 2000001 (build) never is failed and has logged \"x\": it went through [success]`, nil},
		"a job that is over": {"GET /-/fake/jobs/2000001?wait=1h", "", 200, `"status": "success"`, nil},
		"a job, in vain": {"GET /-/fake/jobs/2000007?status=running&wait=0.01", "", 409,
			`waiting until job 2000007 (unit-tests) is running, which is pending (`, nil},
		"a job, how far in vain": {"GET /-/fake/jobs/2000007?wait=0.01", "", 409, `: the 10ms are over"`, nil},
		"a job, not for how long": {"GET /-/fake/jobs/2000007?trace=x", "", 400,
			"trace says what is waited for, and wait how many seconds, which is missing", nil},
		"why": {"GET /-/fake/jobs/2000007/why", "", 200, `"runner_id": 100001,
    "may": true,
    "reason": "`, nil},
		"why, not pending":   {"GET /-/fake/jobs/2000009/why", "", 200, `"reason": "the job waits for somebody to play it"`, nil},
		"why, no such job":   {"GET /-/fake/jobs/2/why", "", 404, `no job \"2\"`, nil},
		"play":               {"POST /-/fake/jobs/2000009/play", "", 200, `"status": "pending"`, nil},
		"play, what is over": {"POST /-/fake/jobs/2000001/play", "", 400, "what is played is manual or scheduled", nil},
		"play, with what":    {"POST /-/fake/jobs/2000009/play", `{"user": "mia"}`, 400, "unknown field", nil},
		"plan, nothing":      {"POST /-/fake/jobs/2000005/plan", "", 204, "", nil},
		"plan, lost":         {"POST /-/fake/jobs/2000005/plan", `{"lose_log": -1}`, 400, "lose_log: must not be negative", nil},
		"plan, less than nothing": {"POST /-/fake/jobs/2000005/plan", `{"reject_log": -1}`, 400,
			"reject_log: must not be negative", nil},
		"plan, no such job":        {"POST /-/fake/jobs/2/plan", `{"watch": true}`, 404, "no job", nil},
		"enqueue":                  {"POST /-/fake/jobs/2000008/enqueue", ``, 200, `"status": "pending"`, nil},
		"enqueue, what is pending": {"POST /-/fake/jobs/2000007/enqueue", ``, 400, "is pending", nil},
		"enqueue, no such job":     {"POST /-/fake/jobs/2/enqueue", ``, 404, "no job", nil},
		"start": {"POST /-/fake/jobs/2000007/start",
			`{"runner_id": 100001}`, 200, `"status": "running"`, nil},
		"start, unfit": {"POST /-/fake/jobs/2000007/start", `{"runner_id": 100021}`, 400,
			"the job asks for the tags", nil},
		"start, no such runner": {"POST /-/fake/jobs/2000007/start", `{"runner_id": 1}`, 400, "no runner", nil},
		"start, no runner":      {"POST /-/fake/jobs/2000007/start", `{}`, 400, "runner_id: is missing", nil},
		"start, no such job":    {"POST /-/fake/jobs/2/start", `{"runner_id": 100001}`, 404, "no job", nil},
		"finish": {"POST /-/fake/jobs/2000005/finish", `{"status": "failed"}`, 200,
			`"failure_reason": "script_failure"`, nil},
		"finish, with a reason": {"POST /-/fake/jobs/2000005/finish", `{"status": "failed", "failure_reason": "api_failure"}`,
			200, `"failure_reason": "api_failure"`, nil},
		"finish, no such reason": {"POST /-/fake/jobs/2000005/finish", `{"status": "failed", "failure_reason": "api_failur"}`,
			400, `did you mean \"api_failure\"?`, nil},
		"finish, misspelt": {"POST /-/fake/jobs/2000005/finish", `{"status": "sucess"}`, 400,
			`did you mean \"success\"?`, nil},
		"finish, what has":  {"POST /-/fake/jobs/2000001/finish", `{"status": "failed"}`, 400, "is success", nil},
		"cancel":            {"POST /-/fake/jobs/2000007/cancel", "", 200, `"status": "canceled"`, nil},
		"cancel, with what": {"POST /-/fake/jobs/2000007/cancel", `{"force": true}`, 400, "unknown field", nil},
		"nothing there": {"POST /-/fake/sed", "", 404,
			"nothing serves POST /-/fake/sed; did you mean POST /-/fake/seed?", nil},
		"nothing that a job can do": {"POST /-/fake/jobs/2000007/begin", "", 404, "nothing serves POST " +
			"/-/fake/jobs/2000007/begin; there are POST /-/fake/jobs/2000007/plan, enqueue, start, finish, cancel, play", nil},
		"what a job can do, misspelt": {"POST /-/fake/jobs/2000007/finsh", "", 404,
			"did you mean POST /-/fake/jobs/:id/finish?", nil},
		"another method of a job": {"GET /-/fake/jobs/2000007/cancel", "", 404,
			"but there is POST /-/fake/jobs/:id/cancel", nil},
		"a path that is not encoded": {"PATCH /-/fake/projects/acme/shop", "{}", 404,
			"a full path in the URL must be encoded: PATCH /-/fake/projects/acme%2Fshop", nil},
		"another method":             {"GET /-/fake/seed", "", 404, "but there is POST /-/fake/seed", nil},
		"a bad escape in an address": {"PUT /-/fake/users/%2F%2F", "", 404, "nothing serves", nil},
	} {
		t.Run(name, func(t *testing.T) {
			gl := controlled(t, fakegitlab.WithUnusedFailures(true))
			got := askControl(t, gl, c.call, c.body)
			assert.Equal(t, c.status, got.status, got.body)
			assert.Contains(t, got.body, c.says)
			assert.Equal(t, "no-store", got.header.Get("Cache-Control"))
			assert.Empty(t, gl.Calls(""), "the control API is not recorded")
			if c.status >= 400 {
				var refusal struct {
					Error    string
					Problems []string
				}
				got.into(t, &refusal)
				assert.NotEmpty(t, refusal.Error)
			}
			if c.check != nil {
				c.check(t, gl)
			}
		})
	}
}

// What comes first, and what is to be done about it, is told in calls of the control API.
func TestControlTellsOfItsOwnCalls(t *testing.T) {
	gl := fakegitlab.New(t, fakegitlab.WithControl())
	gl.AddProject(fakegitlab.Project{Path: "acme/shop"})
	gl.AddRunner(fakegitlab.Runner{ID: 7, Type: fakegitlab.InstanceRunner})
	gl.AddPipeline(fakegitlab.Pipeline{Project: "acme/shop",
		CI: "stages: [a, b, c]\na: {stage: a, script: x}\nb: {stage: b, script: x, when: delayed, start_in: 5 minutes}\nc: {stage: c, script: x}"})
	refused := func(call, body string) string {
		a := askControl(t, gl, call, body)
		assert.Equal(t, 400, a.status, call)
		return a.body
	}
	last := gl.Jobs()[2].ID
	first := gl.Jobs()[0].ID
	for call, body := range map[string]string{"start": `{"runner_id": 7}`, "finish": `{"status": "success"}`, "enqueue": ""} {
		assert.Contains(t, refused(fmt.Sprintf("POST /-/fake/jobs/%d/%s", last, call), body),
			fmt.Sprintf("what comes first is POST /-/fake/jobs/%d/start, then POST /-/fake/jobs/%d/finish", first, first))
	}
	gl.StartJob(first, 7)
	gl.FinishJob(first, fakegitlab.JobSuccess)
	assert.Contains(t, refused(fmt.Sprintf("POST /-/fake/jobs/%d/start", last), `{"runner_id": 7}`),
		fmt.Sprintf("what comes first is POST /-/fake/advance, or POST /-/fake/jobs/%d/play", gl.Jobs()[1].ID))

	gl.Advance(time.Hour)
	later, err := json.Marshal(gl.Snapshot())
	require.NoError(t, err)
	gl.Reset()
	said := refused("POST /-/fake/reset", strings.Replace(string(later), "2024-07-01T12:", "2025-07-01T12:", -1))
	assert.Contains(t, said, "start the fake later (-start-time), or say in the scenario's \\\"now\\\" when its times are told from")
	assert.NotContains(t, said, "With")
}
