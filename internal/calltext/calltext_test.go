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

// Of a list the line says how much it has, whatever it lists.
func TestListsAreCounted(t *testing.T) {
	for want, e := range map[string]endpoint{
		"2 of 35 descendant groups": "GET /groups/:id/descendant_groups", "2 of 35 members": "GET /groups/:id/members/all",
	} {
		list := call{Method: "GET", Endpoint: e, Status: 200, ResponseBody: []byte(`[{"id": 1}, {"id": 2}]`),
			ResponseHeader: http.Header{"X-Total": {"35"}}}
		assert.Equal(t, "#0 "+string(e)+" -> 200 ("+want+")", list.Line())
	}
}

func TestData(t *testing.T) {
	text, err := json.Marshal(call{Number: 1, Method: "GET", Path: "/x", Body: []byte("a"), ResponseBody: []byte{0xff}}.Data())
	require.NoError(t, err)
	assert.JSONEq(t, `{"number": 1, "time": "0001-01-01T00:00:00Z", "endpoint": null, "method": "GET", "path": "/x",
		"body": "a", "status": 0, "response_body": {"base64": "/w=="}}`, string(text))
}
