package calltext_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab/internal/calltext"
)

type endpoint string

type call = calltext.Call[endpoint]

func TestCallOnOneLine(t *testing.T) {
	for want, c := range map[string]call{
		"#1 GET /x -> no answer": {Number: 1, Method: "GET", Path: "/x"},
		"#2 POST /runners by mia -> 201 runner 7": {Number: 2, Endpoint: "POST /runners", User: "mia", Status: 201,
			ResponseBody: []byte(`{"id":7}`)},
		"#3 PUT /jobs/:id id=9 by job 9 on runner 7 -> held": {Number: 3, Endpoint: "PUT /jobs/:id", JobID: 9, RunnerID: 7,
			Params: map[string]any{"id": 9}, Held: true},
		"#4 GET /runners scope=a,b -> 200": {Number: 4, Method: "GET", Endpoint: "GET /runners", Status: 200,
			Query: map[string][]string{"scope": {"a", "b"}, "private_token": {"glpat-x"}}},
		"#5 POST /api/graphql query { runners } -> 200": {Number: 5, Method: "GET", Endpoint: "POST /api/graphql", Status: 200,
			Operation: "query { runners }", Query: map[string][]string{"query": {"{ runners { count } }"}}},
	} {
		assert.Equal(t, want, c.String())
	}
}

func TestJournalFoldsWhatIsAlike(t *testing.T) {
	at := time.Date(2024, 7, 1, 12, 0, 0, 0, time.UTC)
	var calls []call
	for i := range 5 {
		calls = append(calls, call{Number: i + 1, Time: at, Method: "GET", Path: "/x", Status: 503, Failure: true,
			Injected: "op_test.go:1"})
	}
	calls = append(calls, call{Number: 6, Time: at.Add(time.Minute), Endpoint: "GET /runners", Status: 200,
		Reason: "token glpat-abcdefghijklmnopqrst", IgnoredParams: []string{"staus"}})
	const failed = "GET /x -> 503 [failure injected at op_test.go:1] [nothing serves this]"
	assert.Equal(t, strings.Join([]string{"#1 " + failed, "  #2 " + failed + " [retry 1]",
		"    ... 3 more like it, up to #5", "-- 1m0s later, at 2024-07-01T12:01:00Z",
		"#6 GET /runners -> 200 (token glpat-abcd…) [nothing reads staus (did you mean status?)]", ""}, "\n"),
		calltext.Journal(calls))
	assert.Equal(t, 6, strings.Count(calltext.Mermaid(calls), "->>gitlab:"))
}

// The same request by somebody else is no retry.
func TestRetriesAreOfOneUser(t *testing.T) {
	calls := []call{{Number: 1, Method: "GET", Path: "/x", Endpoint: "GET /x", Status: 502, User: "oli"},
		{Number: 2, Method: "GET", Path: "/x", Endpoint: "GET /x", Status: 502, User: "mia"},
		{Number: 3, Method: "GET", Path: "/x", Endpoint: "GET /x", Status: 200, User: "mia"}}
	assert.Equal(t, "#1 GET /x by oli -> 502\n#2 GET /x by mia -> 502\n  #3 GET /x by mia -> 200 [retry 1]\n", calltext.Journal(calls))
}

// Of a list the line says how much it has, whatever it lists.
func TestListsAreCounted(t *testing.T) {
	for want, e := range map[string]endpoint{
		"2 of 35 descendant groups": "GET /groups/:id/descendant_groups", "2 of 35 members": "GET /groups/:id/members/all",
		"2 of 35 tree entries": "GET /projects/:id/repository/tree",
	} {
		list := call{Method: "GET", Endpoint: e, Status: 200, ResponseBody: []byte(`[{"id": 1}, {"id": 2}]`),
			ResponseHeader: http.Header{"X-Total": {"35"}}}
		assert.Equal(t, "#0 "+string(e)+" -> 200 ("+want+")", list.Line())
	}
}

// One is told in the singular, by GitLab's word for what the list has.
func TestListsOfOne(t *testing.T) {
	for want, e := range map[string]endpoint{
		"1 runner": "GET /runners", "1 branch": "GET /projects/:id/repository/branches",
		"1 protected branch": "GET /projects/:id/protected_branches", "1 tree entry": "GET /projects/:id/repository/tree",
		"1 diff":   "GET /projects/:id/repository/commits/:sha/diff",
		"1 status": "GET /projects/:id/repository/commits/:sha/statuses",
		"1 bridge": "GET /projects/:id/pipelines/:pipeline_id/bridges", "1 pipeline schedule": "GET /projects/:id/pipeline_schedules",
	} {
		list := call{Method: "GET", Endpoint: e, Status: 200, ResponseBody: []byte(`[{"id": 1}]`)}
		assert.Equal(t, "#0 "+string(e)+" -> 200 ("+want+")", list.Line())
	}
}

// Records are called in words.
func TestMadeRecordsAreNamed(t *testing.T) {
	for want, e := range map[string]endpoint{
		"201 pipeline schedule 7": "POST /projects/:id/pipeline_schedules", "201 pipeline trigger 7": "POST /projects/:id/triggers",
		"201 access token 7": "POST /user/personal_access_tokens", "201 pipeline 7": "POST /projects/:id/pipeline",
		"201 runner controller 7": "POST /runner_controllers", "201 deploy token 7": "POST /projects/:id/deploy_tokens",
	} {
		assert.Equal(t, want, call{Method: "POST", Endpoint: e, Status: 201, ResponseBody: []byte(`{"id": 7}`)}.Answer())
	}
}

// A call is found by the record that it changed, whatever words its kind has.
func TestCallsOfKindsOfSeveralWords(t *testing.T) {
	type PipelineSchedule struct{ ID int }
	calls := []call{{Number: 4, Method: "POST", Endpoint: "POST /projects/:id/pipeline_schedules", Status: 201,
		ResponseBody: []byte(`{"id": 7}`)}}
	assert.Equal(t, " (#4 POST /projects/:id/pipeline_schedules -> 201 pipeline schedule 7)",
		calltext.ChangedBy(calls, PipelineSchedule{7}, "(made)"))
	assert.Empty(t, calltext.ChangedBy(calls, PipelineSchedule{8}, "(made)"))
}

// A mutation that lets the jobs of one project reach another changes that one, however the two are named.
func TestTargetsOfMutationsAreNotChanged(t *testing.T) {
	type Project struct {
		ID   int
		Path string
	}
	shop, open := Project{7, "acme/shop"}, Project{8, "guild/open"}
	const begun = `{"query": "mutation($p: ID!, $t: ID!, $i: I!) { ciJobTokenScopeAddProject(input: `
	for _, body := range []string{
		begun + `{projectPath: \"acme/shop\", targetProjectPath: \"guild/open\"}) { errors } }"}`,
		begun + `{targetProjectPath:\"guild/open\" projectPath:\"acme/shop\"}) { errors } }"}`,
		begun + `{projectPath: $p, targetProjectPath: $t}) { errors } }", "variables": {"p": "acme/shop", "t": "guild/open"}}`,
		"[" + begun + `{projectPath: \"acme/shop\", targetProjectPath: \"guild/open\"}) { errors } }"}]`,
		begun + `$i) { errors } }", "variables": {"i": {"targetProjectPath": "guild/open", "projectPath": "acme/shop"}}}`,
	} {
		calls := []call{{Number: 4, Method: "POST", Endpoint: "POST /api/graphql", Status: 200,
			Operation: "mutation { ciJobTokenScopeAddProject }", Body: []byte(body),
			ResponseBody: []byte(`{"data":{"ciJobTokenScopeAddProject":{"errors":[]}}}`)}}
		assert.NotEmpty(t, calltext.ChangedBy(calls, shop, "job_token_allowlist"), body)
		assert.Empty(t, calltext.ChangedBy(calls, open, "job_token_allowlist"), body)
	}
	both := begun + `{projectPath: $p, targetProjectPath: $p}) { errors } }", "variables": {"p": "acme/shop"}}`
	assert.NotEmpty(t, calltext.ChangedBy([]call{{Status: 200, Body: []byte(both), Endpoint: "POST /api/graphql",
		Operation:    "mutation { ciJobTokenScopeAddProject }",
		ResponseBody: []byte(`{"data":{"ciJobTokenScopeAddProject":{}}}`)}}, shop, "job_token_allowlist"))
}

// A push tells what it was to move, and which options were meant.
func TestPushOnOneLine(t *testing.T) {
	old, next := strings.Repeat("0", 40), strings.Repeat("a1", 20)
	push := call{Method: "POST", Endpoint: "POST /:project.git/git-receive-pack", User: "mia", Status: 200,
		IgnoredParams: []string{"ci.skpi", "ci.variable=A", "nothing.like.it"},
		Params: map[string]any{"project": "acme/shop", "ref": "refs/heads/main", "before": old, "after": next,
			"refs": []any{"refs/heads/main", "refs/tags/v1"}}}
	assert.Equal(t, "#0 POST /:project.git/git-receive-pack project=acme/shop main 0000000..a1a1a1a and 1 more by mia -> 200 "+
		"[nothing reads ci.skpi (did you mean ci.skip?), ci.variable=A (did you mean ci.variable=KEY=VALUE?), nothing.like.it]",
		push.Line())
	push.Params["refs"], push.Params["ref"], push.IgnoredParams = []any{"refs/odd"}, "refs/odd", nil
	assert.Contains(t, push.Line(), "project=acme/shop refs/odd 0000000..a1a1a1a by mia")
}

func TestData(t *testing.T) {
	text, err := json.Marshal(call{Number: 1, Method: "GET", Path: "/x", Body: []byte("a"), ResponseBody: []byte{0xff}}.Data())
	require.NoError(t, err)
	assert.JSONEq(t, `{"number": 1, "time": "0001-01-01T00:00:00Z", "endpoint": null, "method": "GET", "path": "/x",
		"body": "a", "status": 0, "response_body": {"base64": "/w=="}}`, string(text))
}
