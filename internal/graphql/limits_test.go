package graphql_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/fakegitlab/fakegitlab"
)

// app/graphql/gitlab_schema.rb, MAX_QUERY_LIMIT of characters, of all documents together: as many are taken.
func TestLongestDocuments(t *testing.T) {
	gl := world(t)
	long := func(n int) object { return object{"query": typename + "#" + strings.Repeat("é", n-len(typename)-1)} }
	const answered, refused = `{"data":{"__typename":"Query"}}`, `422 {"errors":[{"message":"Query too large"}]}`
	for _, test := range []struct {
		body any
		want string
	}{
		{long(10_000), "200 " + answered},
		{long(10_001), refused},
		{[]object{long(4_000), long(6_000)}, "200 [" + answered + "," + answered + "]"},
		{[]object{long(4_000), long(6_001)}, refused},
	} {
		assert.Equal(t, test.want, gql(t, gl, gl.Token("mia"), asking(test.body)).String())
		calls := gl.Calls("")
		assert.Equal(t, test.want == refused, calls[len(calls)-1].Operation == "", "it is not looked into")
	}
}

// dear is a mutation that costs 350: what it is made of, and nothing for itself (app/graphql/mutations/base_mutation.rb).
func dear() string {
	var text strings.Builder
	text.WriteString("mutation {")
	for i := range 7 {
		fmt.Fprintf(&text, " a%d: echoCreate(input: {}) { ...E }", i)
	}
	text.WriteString(" } fragment E on EchoCreatePayload {")
	for i := range 50 {
		fmt.Fprintf(&text, " e%d: errors", i)
	}
	return text.String() + " }"
}

// What a mutation costs; a read-only GitLab holds it to the limits, too.
func TestDearMutations(t *testing.T) {
	gl := world(t)
	const refused = "Query has complexity of 350, which exceeds max complexity of "
	assert.Equal(t, []string{refused + "250"}, run(t, gl, "mia", dear()).errors())
	gl.Inject(fakegitlab.Maintenance())
	assert.Equal(t, []string{refused + "300"}, run(t, gl, "mia", dear()).errors())
	mutation := object{"query": `mutation { echoCreate(input: {}) { errors } }`}
	const nothing = `{"errors":[{"message":"You cannot perform write operations on a read-only instance",` +
		`"locations":[{"line":1,"column":12}],"path":["echoCreate"]}],"data":{"echoCreate":null}}`
	batch := gql(t, gl, gl.Token("mia"), asking([]object{mutation, mutation}))
	assert.Equal(t, "200 ["+nothing+","+nothing+"]", batch.String())
}

// The query of tools for the schema may cost 217 of nobody who has signed in; it goes by the operation's name
// (app/controllers/graphql_controller.rb, introspection_query?).
func TestCostOfIntrospection(t *testing.T) {
	gl := company(t)
	document := func(name string) string {
		text := "query " + name + "($n: Int) {"
		for i := range 9 {
			text += fmt.Sprintf(` a%d: runners(first: $n) { nodes { id status paused description shortSha tagList locked runnerType
				jobCount createdAt } }`, i)
		}
		return text + " }"
	}
	const refused = "Query has complexity of 216, which exceeds max complexity of 200"
	for sent, want := range map[string]bool{`{"query": %q}`: true, `{"query": %q, "operationName": "%s"}`: true,
		`{"query": %q, "operationName": null}`: false} {
		for _, name := range []string{"IntrospectionQuery", "Introspection"} {
			parts := []any{document(name), name}
			res := gql(t, gl, "", sending("application/json", fmt.Sprintf(sent, parts[:strings.Count(sent, "%")]...)))
			assert.Equal(t, want && name == "IntrospectionQuery", !strings.Contains(res.Body, refused), "%s %s: %s", sent, name, res.Body)
		}
	}
}

// Rails hands on what it takes for a scalar, as text (app/controllers/graphql_controller.rb, permitted params).
func TestOperationNamesThatAreNoText(t *testing.T) {
	gl := world(t)
	for name, want := range map[string]string{`5`: `No operation named \"5\"`, `1.50`: `No operation named \"1.50\"`,
		`true`: `No operation named \"true\"`, `false`: `No operation named \"false\"`, `""`: `No operation named \"\"`,
		`["x"]`: `"data":{"__typename":"Query"}`, `{"a":1}`: `"data":{"__typename":"Query"}`, `null`: `"data":{"__typename":"Query"}`} {
		body := `{"query": "query A { __typename }", "operationName": ` + name + `}`
		assert.Contains(t, gql(t, gl, "", sending("application/json", body)).Body, want, name)
		assert.Contains(t, gql(t, gl, "", sending("application/json", "["+body+"]")).Body, want, name)
	}
	for _, none := range []string{`null`, `{"a":1}`, `["x"]`} {
		assert.Equal(t, 500, gql(t, gl, "", sending("application/json", `[{"query": `+none+`}]`)).Status, none)
	}
}

// What nothing reads of a batch is told by the place of its document, and why something is null likewise.
func TestWhatABatchSaysInVain(t *testing.T) {
	gl := world(t)
	twice := `{ a: project(fullPath: "x") { id } b: project(fullPath: "x") { id } }`
	gql(t, gl, gl.Token("mia"), asking([]object{{"query": typename, "zeta": 1}, {"query": twice, "extensions": object{}, "alpha": 1}}))
	call := gl.Calls("")[0]
	assert.Equal(t, []string{"0.zeta", "1.alpha"}, call.IgnoredParams)
	assert.Equal(t, `1.a: there is no project "x"; 1.b: there is no project "x"`, call.Reason)
	gql(t, gl, gl.Token("mia"), asking([]object{{"query": "{ nope }"}, {"query": "{ nope }"}}))
	assert.Equal(t, "Field 'nope' doesn't exist on type 'Query'", gl.Calls("")[1].Reason, "once")
	gql(t, gl, gl.Token("mia"), query("{ runnrs { count } }"))
	assert.Equal(t, "Field 'runnrs' doesn't exist on type 'Query'; did you mean Query.runners?", gl.Calls("")[2].Reason)
	gql(t, gl, gl.Token("mia"), query("{ runners { nodes { creatonState } } }"))
	assert.Equal(t, "Field 'creatonState' doesn't exist on type 'CiRunner'", gl.Calls("")[3].Reason, "17.2 has no creationState")
	gql(t, gl, gl.Token("mia"), query("{ runners { nodes { ownerProjct { id } } } }"))
	assert.Equal(t, "Field 'ownerProjct' doesn't exist on type 'CiRunner'; did you mean CiRunner.ownerProject?", gl.Calls("")[4].Reason)
}

// What stands before GitLab answers in no form of GraphQL's, and what a test has GitLab say in it.
func TestShapesOfFailures(t *testing.T) {
	shaped := func(message string) string { return ` {"errors":[{"message":"` + message + `"}]}` }
	const timeout = "Request timed out. Please try a less complex query or a smaller set of records."
	const readOnly = "You cannot perform write operations on a read-only instance"
	for _, test := range []struct {
		failure fakegitlab.Failure
		want    string
		header  string // X-Gitlab-Custom-Error
	}{
		{fakegitlab.Failure{Status: 204}, "204", ""},
		{fakegitlab.Failure{Status: 304}, "304", ""},
		{fakegitlab.Failure{Status: 502}, "502 GitLab is not responding", ""},
		{fakegitlab.Failure{Status: 502, Message: "why"}, "502" + shaped("why"), "1"},
		{fakegitlab.Failure{Status: 400}, "400" + shaped("Bad Request"), "1"},
		{fakegitlab.Failure{Status: 200, Message: "why"}, "200" + shaped("why"), ""},
		{fakegitlab.Failure{Status: 503}, "503" + shaped(timeout), "1"},
		{fakegitlab.Failure{Status: 418}, "418" + shaped("I'm a teapot"), "1"},
		{fakegitlab.Failure{Status: 403, Message: readOnly}, "200" + shaped(readOnly), ""},
	} {
		gl := world(t)
		test.failure.Endpoint = fakegitlab.GraphQL
		gl.Inject(test.failure)
		for _, change := range []func(*http.Request){query(typename), sending("application/json", `{"query":`)} {
			res := gql(t, gl, "", change)
			assert.Equal(t, test.want, res.String())
			assert.Equal(t, test.failure.Status < 400 && test.failure.Message == "", res.Header.Get("Content-Type") == "", test.want)
			assert.Equal(t, test.header, res.Header.Get("X-Gitlab-Custom-Error"), test.want)
		}
	}
}
