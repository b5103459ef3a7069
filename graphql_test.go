package fakegitlab_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

// graphql sends a document with variables as a user and returns status and body; an error is one of the connection.
func graphql(t testing.TB, gl *fakegitlab.Fake, user, document string, variables map[string]any) (string, error) {
	t.Helper()
	raw, err := json.Marshal(map[string]any{"query": document, "variables": variables})
	require.NoError(t, err)
	client := gl.Client()
	if user != "" {
		client = gl.ClientAs(user)
	}
	res, err := client.Post(gl.URL()+"/api/graphql", "application/json", strings.NewReader(string(raw)))
	if err != nil {
		return "", err
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	return strings.TrimSpace(res.Status[:3] + " " + string(body)), err
}

// ask is graphql where the connection is not in question.
func ask(t testing.TB, gl *fakegitlab.Fake, user, document string, variables map[string]any) string {
	t.Helper()
	answer, err := graphql(t, gl, user, document, variables)
	require.NoError(t, err)
	return answer
}

const whoAmI, sayHello = `query Who { currentUser { username } }`, `query Hello($text: String!) { echo(text: $text) }`

func TestGraphQLCallsAreRecorded(t *testing.T) {
	gl := fakegitlab.New(t, fakegitlab.WithIgnoredParams(false))
	gl.AddUser(fakegitlab.User{Username: "mia"})
	assert.Equal(t, `200 {"data":{"currentUser":{"username":"mia"}}}`, ask(t, gl, "mia", whoAmI, nil))
	ask(t, gl, "", sayHello, map[string]any{"text": "hi"})
	res, err := gl.ClientAs("mia").Get(gl.URL() + "/api/graphql?query=%7B+__typename+%7D")
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())

	gl.AssertCalled(t, fakegitlab.GraphQL, fakegitlab.By("mia"), fakegitlab.Operation("Who"), fakegitlab.Times(1))
	gl.AssertCalled(t, fakegitlab.GraphQL, fakegitlab.Operation("echo"), fakegitlab.Param("text", "hi"))
	gl.AssertNotCalled(t, fakegitlab.GraphQL, fakegitlab.Operation("Other"))
	gl.AssertCalls(t, "POST /api/graphql 200", "POST /api/graphql 200", "POST /api/graphql 200")
	assert.Equal(t, "#1 POST /api/graphql query Who { currentUser } by mia -> 200\n"+
		"#2 POST /api/graphql query Hello { echo } -> 200\n"+
		"#3 POST /api/graphql query { __typename } by mia -> 200\n", gl.Journal())
	assert.Equal(t, http.MethodGet, gl.Calls("")[2].Method)
	assert.Contains(t, gl.Endpoints(), fakegitlab.GraphQL)
}

func TestGraphQLNamesAreChecked(t *testing.T) {
	for want, do := range map[string]func(gl *fakegitlab.Fake, tb fakegitlab.T){
		`Operation("ehco") can never hold: GraphQL has no field "ehco"; did you mean "echo"?`: func(gl *fakegitlab.Fake, _ fakegitlab.T) {
			gl.Inject(fakegitlab.Failure{Status: 503, Where: []fakegitlab.CallMatcher{fakegitlab.Operation("ehco")}})
		},
		`GraphQL has no field "ecko"; did you mean "echo"?`: func(gl *fakegitlab.Fake, tb fakegitlab.T) {
			gl.AssertNotCalled(tb, fakegitlab.GraphQL, fakegitlab.Operation("ecko"))
		},
		`Operation("") can never hold: there is no name`: func(gl *fakegitlab.Fake, _ fakegitlab.T) {
			gl.Hold(fakegitlab.GraphQL, fakegitlab.Operation(""))
		},
		`Operation("echo") can never hold: GET /runners is not GraphQL`: func(gl *fakegitlab.Fake, _ fakegitlab.T) {
			gl.Before(fakegitlab.ListRunners, func(fakegitlab.Call) {}, fakegitlab.Operation("echo"))
		},
		`Operation("mutation runnerDelete") can never hold: it takes one name, of an operation or of a field at the root, such as "runnerDelete"`: func(gl *fakegitlab.Fake, tb fakegitlab.T) {
			gl.AssertNotCalled(tb, fakegitlab.GraphQL, fakegitlab.Operation("mutation runnerDelete"))
		},
		`Operation("a.b") can never hold: it takes one name, of an operation or of a field at the root`: func(gl *fakegitlab.Fake, tb fakegitlab.T) {
			gl.AssertCalled(tb, fakegitlab.GraphQL, fakegitlab.Operation("a.b"))
		},
		"nothing serves POST /graphql; did you mean POST /api/graphql?": func(gl *fakegitlab.Fake, tb fakegitlab.T) {
			gl.AssertCalled(tb, "POST /graphql")
		},
		"nothing serves GET /api/graphql, but there is POST /api/graphql": func(gl *fakegitlab.Fake, tb fakegitlab.T) {
			gl.AssertCalled(tb, "GET /api/graphql")
		},
		"a GraphQLError is an answer to GraphQL: its Endpoint has to stay GraphQL": func(gl *fakegitlab.Fake, _ fakegitlab.T) {
			failure := fakegitlab.GraphQLError("Timeout")
			failure.Endpoint = fakegitlab.ListRunners
			gl.Inject(failure)
		},
		"GraphQLError needs a message": func(gl *fakegitlab.Fake, _ fakegitlab.T) { gl.Inject(fakegitlab.GraphQLError("")) },
		"the fake serves that endpoint itself": func(gl *fakegitlab.Fake, _ fakegitlab.T) {
			gl.Handle(fakegitlab.GraphQL, http.NotFoundHandler())
		},
	} {
		tb, _ := testkit.SpyOn(func(tb *testkit.Spy) { do(fakegitlab.New(tb), tb) })
		assert.Contains(t, strings.Join(tb.Errors, "\n"), want)
	}
	gl := fakegitlab.New(t, fakegitlab.WithUnusedFailures(true))
	for _, name := range []string{"echo", "Echo", "fleetRunners", "getRunner", "Ecko"} { // fields, and names of operations
		gl.Inject(fakegitlab.Failure{Status: 503, Where: []fakegitlab.CallMatcher{fakegitlab.Operation(name)}})
	}
	ask(t, gl, "", `query ehco { __typename }`, nil)
	gl.AssertCalled(t, fakegitlab.GraphQL, fakegitlab.Operation("ehco"))
}

func TestGraphQLFailures(t *testing.T) {
	gl := fakegitlab.New(t)
	who := []fakegitlab.CallMatcher{fakegitlab.Operation("currentUser")}
	gone := fakegitlab.GraphQLError("Timeout on currentUser")
	gone.Where = who
	for _, test := range []struct {
		failure fakegitlab.Failure
		want    string
	}{
		{gone, `200 {"errors":[{"message":"Timeout on currentUser"}]}`},
		{fakegitlab.Failure{Endpoint: fakegitlab.GraphQL, Where: who, Status: 500}, `500 {"errors":[{"message":"Internal server error"}]}`},
		{fakegitlab.Failure{Where: who, Status: 403, Message: "no"}, `403 {"errors":[{"message":"no"}]}`},
		{fakegitlab.Failure{Where: who, Status: 418}, `418 {"errors":[{"message":"I'm a teapot"}]}`},
		{fakegitlab.Failure{Where: who, Status: 503}, `503 {"errors":[{"message":"Request timed out. Please try a less complex query or a smaller set of records."}]}`},
		{fakegitlab.Failure{Where: who, Status: 429}, `429 {"errors":[{"message":"This endpoint has been requested too many times. Try again later."}]}`},
		{fakegitlab.Failure{Where: who, Status: 502}, "502 GitLab is not responding"},
		{fakegitlab.RateLimited(fakegitlab.GraphQL, 1e9), "429 Retry later"},
	} {
		remove := gl.Inject(test.failure)
		assert.Equal(t, test.want, ask(t, gl, "root", whoAmI, nil))
		if len(test.failure.Where) > 0 {
			assert.Contains(t, ask(t, gl, "root", sayHello, map[string]any{"text": "hi"}), "hi")
		}
		remove()
	}
	remove := gl.Inject(fakegitlab.ExpiredToken("root"))
	assert.Equal(t, `401 {"errors":[{"message":"Invalid token"}]}`, ask(t, gl, "root", whoAmI, nil))
	remove()
	remove = gl.Inject(fakegitlab.Maintenance())
	const readOnly = `{"errors":[{"message":"You cannot perform write operations on a read-only instance",` +
		`"locations":[{"line":1,"column":12}],"path":["a"]}],"data":{"a":null}}`
	const mutation = `mutation { a: echoCreate(input: {}) { errors } }`
	assert.Equal(t, "200 "+readOnly, ask(t, gl, "root", mutation, nil))
	assert.Contains(t, ask(t, gl, "root", `mutation { nothing }`, nil), "Field 'nothing' doesn't exist on type 'Mutation'")
	batch, err := gl.Client().Post(gl.URL()+"/api/graphql", "application/json", strings.NewReader(`[{"query":"`+mutation+`"}]`))
	require.NoError(t, err)
	defer func() { _ = batch.Body.Close() }()
	both, err := io.ReadAll(batch.Body)
	require.NoError(t, err)
	assert.Equal(t, "["+readOnly+"]", string(both))
	assert.Contains(t, ask(t, gl, "root", whoAmI, nil), "data")
	assert.Contains(t, ask(t, gl, "root", `query no_mutation { __typename }`, nil), "data")
	remove()
	gl.Inject(fakegitlab.GraphQLError("no"))
	res, err := gl.Client().Post(gl.URL()+"/api/graphql", "application/json", strings.NewReader(`[{"query":"{a}"},{"query":"{b}"}]`))
	require.NoError(t, err)
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	assert.Equal(t, `[{"errors":[{"message":"no"}]},{"errors":[{"message":"no"}]}]`, string(body))
}

func TestGraphQLHoldsAndHooks(t *testing.T) {
	gl := fakegitlab.New(t)
	var order []string
	gl.Before(fakegitlab.GraphQL, func(c fakegitlab.Call) { order = append(order, "before "+c.Operation) }, fakegitlab.Operation("Who"))
	gl.After(fakegitlab.GraphQL, func(c fakegitlab.Call) { order = append(order, "after "+c.Operation) }, fakegitlab.Operation("echo"),
		fakegitlab.Param("text", "hi"))
	held := gl.Hold(fakegitlab.GraphQL, fakegitlab.Operation("currentUser"))
	answer := make(chan string)
	go func() {
		text, _ := graphql(t, gl, "root", whoAmI, nil)
		answer <- text
	}()
	c, err := held.Wait(context.Background())
	require.NoError(t, err)
	assert.Equal(t, "query Who { currentUser }", c.Operation)
	ask(t, gl, "", sayHello, map[string]any{"text": "hi"}) // is not held
	held.Release()
	assert.Contains(t, <-answer, "root")
	assert.Equal(t, []string{"after query Hello { echo }", "before query Who { currentUser }"}, order)
}

// TestGraphQLUnservedFields holds that what GitLab has and the fake has not is answered as GitLab answers an unknown
// field, and is an error of the test.
func TestGraphQLUnservedFields(t *testing.T) {
	const later = `{ currentUser { runners { count } } }`
	question := func(tb *testkit.Spy, opts ...fakegitlab.Option) (answer string, calls []fakegitlab.Call) {
		gl := fakegitlab.New(tb, opts...)
		answer = ask(t, gl, "root", `{ users { nodes { id } } }`, nil)
		return answer + ask(t, gl, "root", `{ nope }`, nil) + ask(t, gl, "root", later, nil), gl.Calls("")
	}
	tb, _ := testkit.SpyOn(func(tb *testkit.Spy) {
		answer, calls := question(tb)
		assert.Contains(t, answer, "Field 'users' doesn't exist on type 'Query'")
		assert.Contains(t, answer, "Field 'nope' doesn't exist on type 'Query'")
		assert.Contains(t, calls[0].Reason, "GitLab has the field Query.users and this fake has not")
		assert.NotContains(t, calls[1].Reason, "this fake has not")
		assert.Contains(t, calls[2].Reason, "GitLab has the field CurrentUser.runners from 18.3 on, and this one is 17.2")
	})
	assert.Equal(t, []string{"fakegitlab: GraphQL: GitLab has the field Query.users and this fake has not"}, tb.Errors)
	tb, _ = testkit.SpyOn(func(tb *testkit.Spy) { question(tb, fakegitlab.WithUnknownEndpoints(true)) })
	assert.Empty(t, tb.Errors)
}

func TestGraphQLElsewhere(t *testing.T) {
	for _, path := range []string{"/graphql", "/api/v4/graphql", "/api/v4/api/graphql", "/api/GraphQL"} {
		tb, _ := testkit.SpyOn(func(tb *testkit.Spy) {
			gl := fakegitlab.New(tb)
			res, err := gl.Client().Post(gl.URL()+path, "application/json", strings.NewReader("{}"))
			require.NoError(t, err)
			assert.Equal(t, http.StatusNotFound, res.StatusCode, path)
			_ = res.Body.Close()
		})
		assert.Contains(t, strings.Join(tb.Errors, ""), "did you mean POST /api/graphql?", path)
	}
}

func TestGraphQLIgnoredParams(t *testing.T) {
	tb, _ := testkit.SpyOn(func(tb *testkit.Spy) {
		gl := fakegitlab.New(tb, fakegitlab.WithIgnoredParams(false))
		for _, body := range []string{
			`{"query":"{ __typename }","variables":null,"operationName":null,"extensions":{"x":1}}`,
			`[{"query":"{ __typename }","variables":{},"operationName":null}]`,
			`{"query":"{ __typename }","operation":"x"}`,
		} {
			res, err := gl.ClientAs("root").Post(gl.URL()+"/api/graphql", "application/json", strings.NewReader(body))
			require.NoError(t, err)
			_ = res.Body.Close()
		}
	})
	require.Len(t, tb.Errors, 1)
	assert.Contains(t, tb.Errors[0], "#3 POST /api/graphql query { __typename } by root -> 200: nothing reads operation")
}

// TestSweepOfGraphQL holds that every call of GraphQL is disturbed, under the endpoint's name.
func TestSweepOfGraphQL(t *testing.T) {
	runs := fakegitlab.SweepRuns(t, func(tb fakegitlab.TB, gl *fakegitlab.Fake) {
		for range 2 {
			_, _ = graphql(t, gl, "root", whoAmI, nil)
		}
	}, fakegitlab.WithInMemoryNetwork())
	var names []string
	for _, r := range runs {
		names = append(names, r.Name)
		assert.Empty(t, r.Errors)
	}
	assert.Equal(t, []string{"undisturbed",
		"#1 POST /api/graphql query Who { currentUser }, 503", "#1 POST /api/graphql query Who { currentUser }, answer lost", "#1 POST /api/graphql query Who { currentUser }, connection reset",
		"#2 POST /api/graphql query Who { currentUser }, 503", "#2 POST /api/graphql query Who { currentUser }, answer lost", "#2 POST /api/graphql query Who { currentUser }, connection reset"}, names)
	assert.Contains(t, string(runs[1].Calls[0].ResponseBody), "errors", "a 503 in GraphQL's form")
}
