package fakegitlab_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/conformance"
	"github.com/fakegitlab/fakegitlab/internal/racing"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

// The users of FuzzGraphQL, by their tokens in fuzzWorld.
var fuzzedCallers = []string{"", "root-token", "mia-token", "sam-token", "nonsense"}

// FuzzGraphQL sends documents. Whatever comes, there is an answer in GraphQL's form that is not the server's fault; a
// query changes nothing, and neither does a mutation that is refused.
func FuzzGraphQL(f *testing.F) {
	racing.Skip(f)
	for _, seed := range graphQLSeeds(f) {
		for caller := range fuzzedCallers[:3] {
			f.Add(seed.query, seed.operationName, seed.variables, uint8(caller), false)
		}
	}
	f.Add("{ __typename }", "", `[1]`, uint8(1), true)
	gl, err := fakegitlab.Start(fakegitlab.WithScenario(fuzzWorld()), fakegitlab.WithUnknownEndpoints(true))
	require.NoError(f, err)
	f.Cleanup(gl.Close)
	f.Fuzz(func(t *testing.T, query, operationName, variables string, caller uint8, batch bool) {
		one := map[string]any{"query": query}
		if operationName != "" {
			one["operationName"] = operationName
		}
		if one["variables"] = variables; json.Valid([]byte(variables)) {
			one["variables"] = json.RawMessage(variables)
		}
		var body any = one
		if batch {
			body = []any{one, map[string]any{"query": "{ __typename }"}}
		}
		raw, err := json.Marshal(body)
		require.NoError(t, err)
		r := httptest.NewRequest(http.MethodPost, "/api/graphql", strings.NewReader(string(raw)))
		r.Header.Set("Content-Type", "application/json")
		if token := fuzzedCallers[int(caller)%len(fuzzedCallers)]; token != "" {
			r.Header.Set("PRIVATE-TOKEN", token)
		}
		before := gl.Snapshot()
		res := httptest.NewRecorder()
		gl.ServeHTTP(res, r)
		calls := gl.Calls("")
		checkFuzzedAnswer(t, r, res, len(calls) == 1 && strings.HasPrefix(calls[0].Reason, "GitLab fails here: "))
		after := gl.Snapshot()
		if diff := cmp.Diff(before, after); diff != "" {
			if res.Code != http.StatusOK || !strings.HasPrefix(calls[0].Operation, "mutation") || nothingDone(res.Body.Bytes()) {
				t.Errorf("%s was answered with %d %.300s and changed the state (-before +after):\n%s", raw, res.Code, res.Body, diff)
			}
			checkSeedable(t, r, after)
			gl.Reset()
		}
		gl.ClearCalls()
	})
}

// nothingDone reports whether an answer says that every mutation was refused.
func nothingDone(body []byte) bool {
	var answer struct{ Data map[string]any }
	if json.Unmarshal(body, &answer) != nil {
		var batch []struct{ Data map[string]any }
		if json.Unmarshal(body, &batch) != nil || len(batch) == 0 {
			return true
		}
		answer = batch[0]
	}
	for _, field := range answer.Data {
		if field != nil {
			return false
		}
	}
	return true
}

type graphQLSeed struct{ query, operationName, variables string }

// graphQLSeeds are the documents of the conformance cases, and some of each mutation by itself.
func graphQLSeeds(f *testing.F) (seeds []graphQLSeed) {
	const runner, project = `"gid://gitlab/Ci::Runner/5"`, `"gid://gitlab/Project/3"`
	for _, mutation := range []string{
		`runnerCreate(input: {runnerType: PROJECT_TYPE, projectId: ` + project + `, tagList: ["x"]}) { runner { id } errors }`,
		`runnerCreate(input: {runnerType: INSTANCE_TYPE, runUntagged: false}) { errors }`,
		`runnerUpdate(input: {id: ` + runner + `, paused: true, maximumTimeout: 5}) { errors runner { paused } }`,
		`runnerUpdate(input: {id: ` + runner + `, associatedProjects: ["gid://gitlab/Project/4"]}) { errors }`,
		`runnerDelete(input: {id: ` + runner + `}) { errors }`,
		`bulkRunnerDelete(input: {ids: [` + runner + `, "gid://gitlab/Ci::Runner/6"]}) { deletedCount deletedIds errors }`,
		`runnersRegistrationTokenReset(input: {type: GROUP_TYPE, id: "gid://gitlab/Group/1001"}) { token errors }`,
		`jobCancel(input: {id: "gid://gitlab/Ci::Build/8"}) { job { status } errors }`,
		`jobRetry(input: {id: "gid://gitlab/Ci::Build/8"}) { job { id } errors }`,
		`a: echoCreate(input: {messages: ["x"]}) { echoes } b: runnerDelete(input: {id: ` + runner + `}) { errors }`,
	} {
		seeds = append(seeds, graphQLSeed{query: "mutation { " + mutation + " }"})
	}
	for _, c := range conformance.ReadFile(f, testkit.Path("testdata/conformance/graphql.json")).Cases {
		in, ok := graphQLSeedOf(c.Step)
		if ok {
			seeds = append(seeds, in)
		}
	}
	require.NotEmpty(f, seeds)
	return seeds
}

// graphQLSeedOf is the document of a case; false for a batch, or what is no text. Its world's names become IDs of the
// fuzzed world.
func graphQLSeedOf(s conformance.Step) (in graphQLSeed, ok bool) {
	ids := map[string]string{"runner": "5", "project": "3", "group": "1001", "job": "8", "user": "2"}
	raw := conformance.Placeholder.ReplaceAllStringFunc(string(s.Request.JSON), func(whole string) string {
		kind, _, _ := strings.Cut(strings.Trim(whole, "{}"), ".")
		if strings.HasSuffix(whole, ".path}}") {
			return "acme/shop"
		}
		return ids[kind]
	})
	var document struct {
		Query         string
		OperationName string
		Variables     json.RawMessage
	}
	if json.Unmarshal([]byte(raw), &document) != nil || len(document.Query) > 1<<12 {
		return in, false
	}
	return graphQLSeed{document.Query, document.OperationName, string(document.Variables)}, true
}
