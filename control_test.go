package fakegitlab_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
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
		"seed": {"POST /-/fake/seed", `{"users": [{"username": "new"}], "runners": [{"description": "made", "group": "acme"}]}`, 201, `"description": "made"`,
			func(t *testing.T, gl *fakegitlab.Fake) {
				assert.Len(t, gl.Users(), 10)
				assert.Len(t, gl.Runners(), 16)
			}},
		"seed, nothing of it": {"POST /-/fake/seed", `{"users": [{"username": "new"}], "projects": [{"path": "acme/shop"}]}`, 400, "projects[0]",
			func(t *testing.T, gl *fakegitlab.Fake) { assert.Len(t, gl.Users(), 9) }},
		"seed, all that is wrong":    {"POST /-/fake/seed", "{\n \"usrs\": [],\n \"users\": [{\"username\": 7}]}", 400, `2 problems: 2:2: usrs: unknown field; did you mean \"users\"?; 3:25: users[0].username: want a string, have a number`, nil},
		"seed, impossible":           {"POST /-/fake/seed", "{\"runners\": [{\"description\": \"a\", \"maximum_timeout\": 5},\n {\"run_untagged\": false}]}", 400, `2 problems: 1:14: runners[0] (a): Maximum timeout needs to be at least 10 minutes; 2:2: runners[1]: Tags list`, nil},
		"seed, into the void":        {"POST /-/fake/seed", `{"jobs": [{"project": "acme/shpo"}]}`, 400, `1:11: jobs[0]: no project \"acme/shpo\"; did you mean \"acme/shop\"?`, nil},
		"seed, no JSON":              {"POST /-/fake/seed", `{"users": `, 400, "1:", nil},
		"snapshot":                   {"GET /-/fake/snapshot", "", 200, `"path": "acme/shop"`, nil},
		"reset":                      {"POST /-/fake/reset", "", 204, "", func(t *testing.T, gl *fakegitlab.Fake) { assert.Len(t, gl.Runners(), 15) }},
		"reset to another world":     {"POST /-/fake/reset", `{"users": [{"username": "new"}]}`, 204, "", func(t *testing.T, gl *fakegitlab.Fake) { assert.Len(t, gl.Users(), 2) }},
		"reset to nothing":           {"POST /-/fake/reset", " {} ", 204, "", func(t *testing.T, gl *fakegitlab.Fake) { assert.Len(t, gl.Runners(), 15) }},
		"reset to nonsense":          {"POST /-/fake/reset", `{"jobs": [{"project": "acme/shop"}]}`, 400, "1:23: jobs[0].project: no project", func(t *testing.T, gl *fakegitlab.Fake) { assert.Len(t, gl.Runners(), 15) }},
		"reset to the impossible":    {"POST /-/fake/reset", `{"runners": [{"maximum_timeout": 5}]}`, 400, "1:14: runners[0]: Maximum timeout", func(t *testing.T, gl *fakegitlab.Fake) { assert.Len(t, gl.Runners(), 15) }},
		"token":                      {"POST /-/fake/token", `{"username": "mia", "scopes": ["read_api"]}`, 200, `"token": "glpat-`, nil},
		"token, no such user":        {"POST /-/fake/token", `{"username": "mai"}`, 400, `no user \"mai\"; did you mean \"mia\"?`, nil},
		"token, no such scope":       {"POST /-/fake/token", `{"username": "mia", "scopes": ["apy"]}`, 400, "apy", nil},
		"token, no username":         {"POST /-/fake/token", "", 400, "1:1: username: is missing", nil},
		"advance by seconds":         {"POST /-/fake/advance", `{"seconds": 90}`, 200, `"now": "2024-07-01T12:01:30Z"`, nil},
		"advance by a duration":      {"POST /-/fake/advance", `{"duration": "2h"}`, 200, `"now": "2024-07-01T14:00:00Z"`, nil},
		"advance by nothing":         {"POST /-/fake/advance", `{}`, 400, "give either", nil},
		"advance by two":             {"POST /-/fake/advance", `{"seconds": 1, "duration": "1s"}`, 400, "give either", nil},
		"advance backwards":          {"POST /-/fake/advance", `{"seconds": -1}`, 400, "time does not run backwards", nil},
		"advance, misspelt":          {"POST /-/fake/advance", `{"second": 1}`, 400, `did you mean \"seconds\"?`, nil},
		"failure":                    {"POST /-/fake/failures", `{"endpoint": "GET /runners", "status": 503}`, 201, `"id": 1`, func(t *testing.T, gl *fakegitlab.Fake) { assert.Equal(t, 503, statusOf(t, gl, "mia", "/runners")) }},
		"failure, no such endpoint":  {"POST /-/fake/failures", `{"endpoint": "GET /runner", "status": 503}`, 400, "did you mean GET /runners?", nil},
		"failure, no such user":      {"POST /-/fake/failures", `{"where": {"by": "mai"}, "status": 503}`, 400, `did you mean \"mia\"?`, nil},
		"failure, no such fault":     {"POST /-/fake/failures", `{"network": "conection reset"}`, 400, `did you mean \"connection reset\"?`, nil},
		"ready failure":              {"POST /-/fake/failures", `{"ready": "maintenance"}`, 201, `"id": 1`, func(t *testing.T, gl *fakegitlab.Fake) { assert.Equal(t, 200, statusOf(t, gl, "mia", "/user")) }},
		"ready for a while":          {"POST /-/fake/failures", `{"ready": "rate_limited", "endpoint": "GET /user", "retry_after": 7, "after": 1}`, 201, `"id": 1`, rateLimitedAfterOne},
		"ready, of somebody":         {"POST /-/fake/failures", `{"ready": "expired_token", "where": {"by": "mia"}}`, 201, `"id": 1`, func(t *testing.T, gl *fakegitlab.Fake) { assert.Equal(t, 401, statusOf(t, gl, "mia", "/user")) }},
		"ready, of nobody":           {"POST /-/fake/failures", `{"ready": "expired_token"}`, 400, "where.by", nil},
		"ready, misspelt":            {"POST /-/fake/failures", `{"ready": "ratelimited"}`, 400, `did you mean \"rate_limited\"?`, nil},
		"ready, elsewhere":           {"POST /-/fake/failures", `{"ready": "registration_disabled", "endpoint": "GET /user"}`, 400, "is of POST /runners", nil},
		"ready, and another answer":  {"POST /-/fake/failures", `{"ready": "unavailable", "status": 503}`, 400, "unavailable says itself what is answered", nil},
		"retry after what":           {"POST /-/fake/failures", `{"status": 503, "retry_after": 5}`, 400, "retry_after: goes with", nil},
		"failure of nothing":         {"POST /-/fake/failures", `{"endpoint": "GET /runners"}`, 400, "would change nothing", nil},
		"failures, none":             {"GET /-/fake/failures", "", 200, "[]", nil},
		"remove failures":            {"DELETE /-/fake/failures", "", 204, "", nil},
		"remove no failure":          {"DELETE /-/fake/failures/7", "", 404, `no failure \"7\"`, nil},
		"calls, none":                {"GET /-/fake/calls", "", 200, "[]", nil},
		"calls, no such endpoint":    {"GET /-/fake/calls?endpoint=GET+/runner", "", 400, "did you mean GET /runners?", nil},
		"calls, no such user":        {"GET /-/fake/calls?by=mai", "", 400, `did you mean \"mia\"?`, nil},
		"calls, misspelt":            {"GET /-/fake/calls?stauts=200", "", 400, `unknown parameter \"stauts\"; did you mean \"status\"?`, nil},
		"calls, no number":           {"GET /-/fake/calls?since=yesterday", "", 400, `since: want a number, have \"yesterday\"`, nil},
		"calls, no duration":         {"GET /-/fake/calls?wait=soon", "", 400, "wait: want seconds", nil},
		"calls, a time ago":          {"GET /-/fake/calls?wait=-1", "", 400, "wait: must not be negative", nil},
		"calls, none in time":        {"GET /-/fake/calls?wait=1ms", "", 200, "[]", nil},
		"clear calls":                {"DELETE /-/fake/calls", "", 204, "", nil},
		"journal":                    {"GET /-/fake/journal", "", 200, "no call was recorded\n", nil},
		"problems":                   {"GET /-/fake/problems", "", 200, "[]", nil},
		"endpoints":                  {"GET /-/fake/endpoints", "", 200, `"DELETE /projects/:id/runners/:runner_id"`, nil},
		"settings":                   {"PATCH /-/fake/settings", `{"registration_tokens_disabled": true}`, 200, `"registration_token": "`, func(t *testing.T, gl *fakegitlab.Fake) { assert.True(t, gl.Settings().RegistrationTokensDisabled) }},
		"settings, misspelt":         {"PATCH /-/fake/settings", `{"admin_mod": true}`, 400, `admin_mod: unknown field; did you mean \"admin_mode\"?`, nil},
		"settings, no object":        {"PATCH /-/fake/settings", `[]`, 400, `"want a JSON object with the fields to change"`, nil},
		"settings, malformed":        {"PATCH /-/fake/settings", `{"admin_mode": }`, 400, "1:16: malformed JSON", nil},
		"settings, null":             {"PATCH /-/fake/settings", `null`, 400, "want a JSON object", nil},
		"settings, impossible":       {"PATCH /-/fake/settings", `{"valid_runner_registrars": ["nobody"]}`, 400, "nobody", nil},
		"user":                       {"PATCH /-/fake/users/mia", `{"state": "blocked"}`, 200, `"state": "blocked"`, func(t *testing.T, gl *fakegitlab.Fake) { assert.Equal(t, 200, statusOf(t, gl, "dan", "/user")) }},
		"user, no such":              {"PATCH /-/fake/users/mai", `{}`, 404, `no user \"mai\"; did you mean \"mia\"?`, nil},
		"user, renamed":              {"PATCH /-/fake/users/mia", `{"username": "mai"}`, 400, "do not change", nil},
		"group":                      {"PATCH /-/fake/groups/acme%2Fbackend", `{"shared_runners_disabled": true}`, 200, `"shared_runners_disabled": true`, nil},
		"project":                    {"PATCH /-/fake/projects/acme%2Fshop", `{"members": {"sam": "owner"}}`, 200, `"sam": "owner"`, nil},
		"project, no such":           {"PATCH /-/fake/projects/acme%2Fshpo", `{}`, 404, `did you mean \"acme/shop\"?`, nil},
		"runner":                     {"PATCH /-/fake/runners/100021", `{"paused": true, "tag_list": null}`, 200, `"paused": true`, func(t *testing.T, gl *fakegitlab.Fake) { r, _ := gl.Runner(100021); assert.Empty(t, r.Tags) }},
		"runner, no such":            {"PATCH /-/fake/runners/one", `{}`, 404, `no runner \"one\"`, nil},
		"contact":                    {"POST /-/fake/runners/100024/contact", `{"system_id": "s_new", "version": "17.2.0"}`, 200, `"system_id": "s_new"`, func(t *testing.T, gl *fakegitlab.Fake) { assert.Equal(t, fakegitlab.Online, gl.RunnerStatus(100024)) }},
		"contact by an old runner":   {"POST /-/fake/runners/100024/contact", "", 200, `"system_id": "<legacy>"`, nil},
		"contact, no such":           {"POST /-/fake/runners/100026/contact", "", 404, `no runner \"100026\"`, nil},
		"contact, misspelt":          {"POST /-/fake/runners/100024/contact", `{"systemid": "s"}`, 400, `did you mean \"system_id\"?`, nil},
		"contact, long":              {"POST /-/fake/runners/100024/contact", `{"system_id": "` + strings.Repeat("s", 70) + `"}`, 400, "system", nil},
		"one runner":                 {"GET /-/fake/runners/100022", "", 200, `"status": "offline"`, nil},
		"one runner, no such":        {"GET /-/fake/runners/1", "", 404, `no runner \"1\"`, nil},
		"delete a runner":            {"DELETE /-/fake/runners/100022", "", 204, "", func(t *testing.T, gl *fakegitlab.Fake) { gl.AssertRunnerGone(t, 100022) }},
		"delete no runner":           {"DELETE /-/fake/runners/100026", "", 404, "no runner", nil},
		"hold, no such endpoint":     {"POST /-/fake/holds", `{"endpoint": "GET /runner"}`, 400, "did you mean GET /runners?", nil},
		"hold, no such user":         {"POST /-/fake/holds", `{"where": {"by": "mai"}}`, 400, `did you mean \"mia\"?`, nil},
		"hold, misspelt":             {"POST /-/fake/holds", `{"endpont": "GET /runners"}`, 400, `did you mean \"endpoint\"?`, nil},
		"holds, none":                {"GET /-/fake/holds", "", 200, "[]", nil},
		"holds, waited for":          {"GET /-/fake/holds?wait=1", "", 400, `unknown parameter \"wait\"; there are none`, nil},
		"release of nothing":         {"DELETE /-/fake/holds/1", "", 404, `no hold \"1\"`, nil},
		"a hold that is not":         {"GET /-/fake/holds/1?wait=1", "", 404, `no hold \"1\"`, nil},
		"a hold, misspelt":           {"GET /-/fake/holds/1?weit=1", "", 400, `did you mean \"wait\"?`, nil},
		"handler, served already":    {"POST /-/fake/handlers", `{"endpoint": "GET /runners"}`, 400, "the fake serves that endpoint itself", nil},
		"handler, no endpoint":       {"POST /-/fake/handlers", `{"endpoint": "/pipelines"}`, 400, "an endpoint is a method and a path", nil},
		"handler, no status":         {"POST /-/fake/handlers", `{"endpoint": "GET /pipelines", "status": 99}`, 400, "status: 99 is no status", nil},
		"one job":                    {"GET /-/fake/jobs/2000006", "", 200, `"canceling"`, nil},
		"one job, no such":           {"GET /-/fake/jobs/2", "", 404, "no job", nil},
		"one job, no number":         {"GET /-/fake/jobs/abc", "", 404, `no job \"abc\"`, nil},
		"one job, no such status":    {"GET /-/fake/jobs/2000006?status=done&wait=1", "", 400, "status: ", nil},
		"one job, misspelt":          {"GET /-/fake/jobs/2000006?state=success", "", 400, `unknown parameter \"state\"`, nil},
		"a job that never will":      {"GET /-/fake/jobs/2000001?status=failed&wait=1h", "", 200, `"status": "success"`, nil},
		"plan, nothing":              {"POST /-/fake/jobs/2000005/plan", "", 204, "", nil},
		"plan, less than nothing":    {"POST /-/fake/jobs/2000005/plan", `{"reject_log": -1}`, 400, "reject_log: must not be negative", nil},
		"plan, no such job":          {"POST /-/fake/jobs/2/plan", `{"watch": true}`, 404, "no job", nil},
		"enqueue":                    {"POST /-/fake/jobs/2000008/enqueue", ``, 200, `"status": "pending"`, nil},
		"enqueue, what is pending":   {"POST /-/fake/jobs/2000007/enqueue", ``, 400, "is pending", nil},
		"enqueue, no such job":       {"POST /-/fake/jobs/2/enqueue", ``, 404, "no job", nil},
		"start":                      {"POST /-/fake/jobs/2000007/start", `{"runner_id": 100001}`, 200, `"status": "running"`, nil},
		"start, unfit":               {"POST /-/fake/jobs/2000007/start", `{"runner_id": 100021}`, 400, "the job asks for the tags", nil},
		"start, no such runner":      {"POST /-/fake/jobs/2000007/start", `{"runner_id": 1}`, 400, "no runner", nil},
		"start, no runner":           {"POST /-/fake/jobs/2000007/start", `{}`, 400, "runner_id: is missing", nil},
		"start, no such job":         {"POST /-/fake/jobs/2/start", `{"runner_id": 100001}`, 404, "no job", nil},
		"finish":                     {"POST /-/fake/jobs/2000005/finish", `{"status": "failed"}`, 200, `"failure_reason": "script_failure"`, nil},
		"finish, misspelt":           {"POST /-/fake/jobs/2000005/finish", `{"status": "sucess"}`, 400, `did you mean \"success\"?`, nil},
		"finish, what has":           {"POST /-/fake/jobs/2000001/finish", `{"status": "failed"}`, 400, "is success", nil},
		"cancel":                     {"POST /-/fake/jobs/2000007/cancel", "", 200, `"status": "canceled"`, nil},
		"cancel, with what":          {"POST /-/fake/jobs/2000007/cancel", `{"force": true}`, 400, "unknown field", nil},
		"nothing there":              {"POST /-/fake/sed", "", 404, "nothing serves POST /-/fake/sed; did you mean POST /-/fake/seed?", nil},
		"another method of a job":    {"GET /-/fake/jobs/2000007/cancel", "", 404, "but there is POST /-/fake/jobs/:id/cancel", nil},
		"a path that is not encoded": {"PATCH /-/fake/projects/acme/shop", "{}", 404, "a full path in the URL must be encoded: PATCH /-/fake/projects/acme%2Fshop", nil},
		"another method":             {"GET /-/fake/seed", "", 404, "but there is POST /-/fake/seed", nil},
		"a bad escape in an address": {"GET /-/fake/users/%2F%2F", "", 404, "nothing serves", nil},
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

// A mistake in a scenario for an empty world is told as ReadScenario tells it, with its line.
func TestControlSeedTellsTheLine(t *testing.T) {
	gl := fakegitlab.New(t, fakegitlab.WithInMemoryNetwork(), fakegitlab.WithControl())
	got := askControl(t, gl, "POST /-/fake/seed", "{\n\"runners\": [{\"projects\": [\"acme/shop\"]}],\n\"user\": []}")
	var refusal struct{ Problems []string }
	got.into(t, &refusal)
	assert.Equal(t, []string{`2:27: runners[0].projects[0]: no project "acme/shop"; there are none`, `3:1: user: unknown field; did you mean "users"?`}, refusal.Problems)

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
		`{"endpoint": "GET /runners", "where": {"by": "mia", "param": {"name": "status", "value": "online"}, "header": {"name": "X-Try", "value": "1"}},
		  "after": 1, "times": 2, "status": 429, "body": {"slow": "down"}, "header": {"retry-after": "7"}}`,
		`{"endpoint": "* /runners/:id", "where": {"runner": 0, "param": {"name": "force"}}, "status": 502, "body": "bad gateway", "applied": true}`,
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
	assert.Contains(t, askControl(t, gl, "POST /-/fake/failures", `{"network": "hang", "times": 1, "endpoint": "GET /version"}`).body, `"id": 4`, "ids are not used again")
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
	assert.Contains(t, askControl(t, gl, "POST /-/fake/holds", `{"endpoint": "GET /runners/:id", "where": {"by": "mia"}}`).body, `"id": 1`)
	assert.Contains(t, askControl(t, gl, "GET /-/fake/holds/1?wait=1ms", "").body, `"call": null`)
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
	assert.Equal(t, 204, askControl(t, gl, "POST /-/fake/handlers", `{"endpoint": "GET /projects/:id/pipelines", "body": [{"id": 7}], "header": {"X-Total": "1"}}`).status)
	got := askControl(t, gl, "GET /api/v4/projects/1/pipelines", "")
	assert.Equal(t, []string{"200 1 application/json", `[{"id": 7}]`}, []string{fmt.Sprint(got.status, " ", got.header.Get("X-Total"), " ", got.header.Get("Content-Type")), got.body})
	gl.AssertCalls(t, "GET /projects/:id/pipelines 200")
	askControl(t, gl, "POST /-/fake/handlers", `{"endpoint": "GET /projects/:id/pipelines", "status": 403, "body": "no"}`)
	got = askControl(t, gl, "GET /api/v4/projects/1/pipelines", "")
	assert.Equal(t, "403 no", fmt.Sprint(got.status, " ", got.body))
}

// A job can be watched, and what is to happen to it said.
func TestControlJobs(t *testing.T) {
	gl := controlled(t)
	assert.Equal(t, 204, askControl(t, gl, "POST /-/fake/jobs/2000005/plan", `{"cancel_at": "deploying", "postpone_final": 1, "watch": true}`).status)
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
	got := askControl(t, gl, "PATCH /api/v4/jobs/2000005/trace", text, "Job-Token", job.Token, "Content-Type", "text/plain",
		"Content-Range", fmt.Sprintf("%d-%d", length, length+len(text)-1))
	assert.Equal(t, "202 3", fmt.Sprint(got.status, " ", got.header.Get("X-GitLab-Trace-Update-Interval")))
	watching.Wait()
	assert.Contains(t, askControl(t, gl, "GET /-/fake/jobs/2000005", "").body, `"variables": {}`)
}

// Every ready-made failure has a name that is taken.
func TestControlReadyFailures(t *testing.T) {
	gl := controlled(t, fakegitlab.WithUnusedFailures(true))
	for i, name := range []string{"registration_disabled", "unavailable", "internal_error", "database_locked", "rate_limited", "maintenance", "expired_token"} {
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
		assert.Contains(t, askControl(t, gl, "GET /-/fake/calls?endpoint=GET+/user&wait=1m", "").body, `"endpoint": "GET /user"`)
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

func TestControlPage(t *testing.T) {
	gl := controlled(t, fakegitlab.WithUnknownEndpoints(true))
	page := askControl(t, gl, "GET /-/fake/", "")
	assert.Equal(t, "text/html; charset=utf-8", page.header.Get("Content-Type"))
	for _, want := range []string{"GitLab 17.2", "No call has come yet", "instance-never-contacted", "s_100001b", "acme/backend/api", "oli (owner), mia (maintainer)", "not untagged, protected refs alone"} {
		assert.True(t, strings.Contains(page.body, want), want)
	}
	gl.UpdateRunner(100001, func(r *fakegitlab.Runner) { r.Description = "<script>alert(1)</script>" })
	gl.UpdateRunner(100002, func(r *fakegitlab.Runner) { r.Description, r.Paused = "", true })
	gl.AddRunner(fakegitlab.Runner{Description: "lost", Type: fakegitlab.ProjectRunner})
	remove := gl.Inject(fakegitlab.Failure{Endpoint: fakegitlab.ListRunners, Status: 503, Times: 1})
	defer remove()
	statusOf(t, gl, "mia", "/runners")
	statusOf(t, gl, "mia", "/runners?staus=online")
	statusOf(t, gl, "dan", "/runners/100021?staus=1")
	statusOf(t, gl, "", "/runner?token="+strings.Repeat("x", 5000))
	gl.UpdateSettings(func(s *fakegitlab.Settings) {
		s.RegistrationTokensDisabled, s.AdminMode, s.RateLimit = true, true, fakegitlab.RateLimit{Requests: 9, Per: time.Minute}
	})
	gl.Advance(30 * time.Second)

	body := askControl(t, gl, "GET /-/fake/", "").body
	for _, want := range []string{"&lt;script&gt;alert(1)", "nothing: orphaned", `<code>GET /runners</code>`, "503, once", "dan is Developer in a project", "nothing reads staus (did you mean status?)",
		"did you mean GET /runners?", "answers 410", "9 requests in 1m0s", "12:00:30 UTC", "1 <span class=\"quiet\">spent</span>"} {
		assert.True(t, strings.Contains(body, want), want) // not Contains, which would print the page
	}
	assert.NotContains(t, body, "<script>alert")
	for i := range 210 {
		gl.AddUser(fakegitlab.User{Username: fmt.Sprintf("user-%d", i)})
	}
	assert.Contains(t, askControl(t, gl, "GET /-/fake/", "").body, "and 19 more that are not shown")

	body = askControl(t, gl, "GET /-/fake/?find=USER-209", "").body
	assert.True(t, strings.Contains(body, "<td>user-209"), "what is beyond the first rows can be found")
	for _, want := range []string{`value="user-209"`, `<a href="#users">Users</a> 1 of 219`, `<a href="#runners">Runners</a> 0 of 16`, "None of 16 is found."} {
		assert.True(t, strings.Contains(body, want), want)
	}
	body = askControl(t, gl, "GET /-/fake/?find=staus=online", "").body
	assert.True(t, strings.Contains(body, `<a href="#journal">Journal</a> 1 of 4`), "a call, by what was sent")
	assert.True(t, strings.Contains(body, `<div class="sent">staus=online</div>`))
	assert.Equal(t, 400, askControl(t, gl, "GET /-/fake/?fnd=x", "").status)
}

// A call that hangs is what the page is opened for: it is there before it has an answer.
func TestControlPageShowsWhatHangs(t *testing.T) {
	gl := controlled(t)
	held := gl.Hold(fakegitlab.GetCurrentUser)
	var asking sync.WaitGroup
	asking.Go(func() { assert.Equal(t, 200, statusOf(t, gl, "mia", "/user")) })
	_, err := held.Wait(t.Context())
	require.NoError(t, err)
	body := askControl(t, gl, "GET /-/fake/", "").body
	assert.True(t, strings.Contains(body, "Not answered yet: <code>#1 GET /api/v4/user</code>"))
	assert.True(t, strings.Contains(body, "Hold 1 stops <code>GET /user</code>, #1 first"), "and so is why")
	held.Release()
	asking.Wait()
}

// Many at once: the race detector's part.
func TestControlConcurrently(t *testing.T) {
	gl := controlled(t, fakegitlab.WithUnusedFailures(true))
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for _, call := range []string{"GET /-/fake/", "POST /-/fake/reset", "GET /-/fake/snapshot", "GET /-/fake/calls", "GET /-/fake/failures", "GET /api/v4/runners/100021"} {
				askControl(t, gl, call, "")
			}
			askControl(t, gl, "POST /-/fake/failures", `{"endpoint": "GET /runners", "status": 503}`)
			askControl(t, gl, "POST /-/fake/runners/100024/contact", "")
		})
	}
	all.Wait()
}

func TestResetTo(t *testing.T) {
	gl := fakegitlab.New(t, fakegitlab.WithScenario(fakegitlab.SmallCompany()))
	gl.Advance(time.Hour)
	before := gl.Snapshot()
	assert.ErrorContains(t, gl.ResetTo(fakegitlab.NewScenario().WithRunner("lost", func(r *fakegitlab.Runner) { r.Projects = []string{"no/where"} })), "no/where")
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

// A reset between two looks at the world is nothing that a test did wrong.
func TestControlWhileOthersReset(t *testing.T) {
	gl := controlled(t, fakegitlab.WithUnusedFailures(true))
	scenario := `{"groups": [{"path": "brief"}], "projects": [{"path": "brief/p"}], "jobs": [{"id": 5000, "name": "j", "project": "brief/p", "status": "pending"}]}`
	var all sync.WaitGroup
	defer all.Wait()
	for range 4 {
		all.Go(func() {
			for range 120 {
				askControl(t, gl, "POST /-/fake/seed", scenario)
				askControl(t, gl, "POST /-/fake/handlers", `{"endpoint": "GET /brief"}`)
				planned := askControl(t, gl, "POST /-/fake/jobs/5000/plan", `{"cancel_at": "x", "postpone_final": 1, "reject_log": 1, "watch": true}`)
				assert.Contains(t, []int{204, 404}, planned.status)
				held := askControl(t, gl, "POST /-/fake/holds", `{"endpoint": "GET /brief"}`)
				assert.Contains(t, []int{201, 400}, held.status)
				askControl(t, gl, "POST /-/fake/reset", "")
			}
		})
	}
}
