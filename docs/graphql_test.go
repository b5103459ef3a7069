package docs_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab"
)

// The tests of this file are what docs/graphql.md shows.

func TestGraphQLByHand(t *testing.T) {
	gl := fakegitlab.New(t)
	gl.AddUser(fakegitlab.User{Username: "mia"})
	gl.AddProject(fakegitlab.Project{Path: "acme/shop", Members: fakegitlab.Members{"mia": fakegitlab.Maintainer}})
	gl.AddRunner(fakegitlab.Runner{Projects: []string{"acme/shop"}, Tags: []string{"linux"}, ContactedAt: gl.Now()})

	body := `{"query": "query Fleet($path: ID!) { project(fullPath: $path) { runners(tagList: [\"linux\"]) { nodes { status } } } }",
		"variables": {"path": "acme/shop"}}`
	res, err := gl.ClientAs("mia").Post(gl.URL()+"/api/graphql", "application/json", strings.NewReader(body))
	require.NoError(t, err)
	defer res.Body.Close()
	var answer struct {
		Data struct {
			Project struct {
				Runners struct{ Nodes []struct{ Status string } }
			}
		}
		Errors []struct{ Message string } // GraphQL's errors come with the status 200
	}
	require.NoError(t, json.NewDecoder(res.Body).Decode(&answer))
	require.Empty(t, answer.Errors)
	assert.Equal(t, "ONLINE", answer.Data.Project.Runners.Nodes[0].Status)

	gl.AssertCalled(t, fakegitlab.GraphQL, fakegitlab.Operation("Fleet"), fakegitlab.Param("path", "acme/shop"))
}

func TestGraphQLBesideREST(t *testing.T) {
	gl := fakegitlab.New(t)
	r := gl.AddRunner(fakegitlab.Runner{Description: "old"})

	askGraphQL(t, gl, "root", `mutation { runnerUpdate(input: {id: "`+gid("Ci::Runner", r.ID)+`", paused: true}) { errors } }`)
	res, err := gl.ClientAs("root").Get(gl.APIURL() + "/runners/all?paused=true")
	require.NoError(t, err)
	defer res.Body.Close()

	var paused []struct{ Description string }
	require.NoError(t, json.NewDecoder(res.Body).Decode(&paused))
	assert.Equal(t, "old", paused[0].Description)
	gl.AssertCallOrder(t, fakegitlab.GraphQL, fakegitlab.ListAllRunners)
}

func TestGraphQLFailuresByOperation(t *testing.T) {
	gl := fakegitlab.New(t)
	r := gl.AddRunner(fakegitlab.Runner{Description: "old"})
	deleting := []fakegitlab.CallMatcher{fakegitlab.Operation("runnerDelete")}
	timeout := fakegitlab.GraphQLError("Timeout on validation of query") // 200 with errors
	timeout.Where, timeout.Times = deleting, 1
	gl.Inject(timeout)
	gl.Inject(fakegitlab.Failure{Endpoint: fakegitlab.GraphQL, Where: deleting, Times: 1, Status: http.StatusServiceUnavailable})

	document := `mutation { runnerDelete(input: {id: "` + gid("Ci::Runner", r.ID) + `"}) { errors } }`
	assert.Contains(t, askGraphQL(t, gl, "root", document), "Timeout on validation")
	assert.Contains(t, askGraphQL(t, gl, "root", document), "Request timed out")
	assert.Contains(t, askGraphQL(t, gl, "root", document), `"errors":[]`)

	gl.AssertRunnerGone(t, r.ID)
	gl.AssertCalled(t, fakegitlab.GraphQL, fakegitlab.Operation("runnerDelete"), fakegitlab.Times(3))
}

func TestGraphQLReasons(t *testing.T) {
	gl := fakegitlab.New(t)
	gl.AddUser(fakegitlab.User{Username: "dan"})
	gl.AddProject(fakegitlab.Project{Path: "acme/shop", Members: fakegitlab.Members{"dan": fakegitlab.Developer}})

	askGraphQL(t, gl, "dan", `{ project(fullPath: "acme/shop") { runners { count } } }`)

	assert.Contains(t, gl.Calls(fakegitlab.GraphQL)[0].Reason, "dan is Developer in acme/shop")
}

// askGraphQL sends a document as a user and returns the body of the answer.
func askGraphQL(t *testing.T, gl *fakegitlab.Fake, username, document string) string {
	t.Helper()
	raw, err := json.Marshal(map[string]string{"query": document})
	require.NoError(t, err)
	res, err := gl.ClientAs(username).Post(gl.URL()+"/api/graphql", "application/json", strings.NewReader(string(raw)))
	require.NoError(t, err)
	defer res.Body.Close()
	var answer json.RawMessage
	require.NoError(t, json.NewDecoder(res.Body).Decode(&answer))
	return string(answer)
}

// gid is a global ID.
func gid(model string, id int) string { return fmt.Sprintf("gid://gitlab/%s/%d", model, id) }
