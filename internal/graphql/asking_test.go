package graphql_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

// noResource is what GitLab says of what one may not do.
const noResource = "The resource that you are attempting to access does not exist or you don't have permission to " +
	"perform this action"

// answer is what a document is answered, with a way down into it.
type answer struct {
	testing.TB
	body map[string]any
}

// run sends a document as a user, "" for nobody.
func run(t testing.TB, gl *fakegitlab.Fake, username, document string, variables ...object) answer {
	t.Helper()
	token := ""
	if username != "" {
		token = gl.Token(username)
	}
	body := object{"query": document}
	if len(variables) > 0 {
		body["variables"] = variables[0]
	}
	res := gql(t, gl, token, asking(body))
	require.Equal(t, 200, res.Status, "%s: %s", document, res.Body)
	a := answer{TB: t}
	require.NoError(t, json.Unmarshal([]byte(res.Body), &a.body), res.Body)
	return a
}

// at is a value below data, along a dotted path.
func (a answer) at(path string) any { return testkit.Descend(a.body["data"], path) }

// all are the values of a name in a list below data.
func (a answer) all(path, name string) (values []any) {
	list, _ := a.at(path).([]any)
	for _, element := range list {
		values = append(values, testkit.Descend(element, name))
	}
	return values
}

// errors are the messages of the answer.
func (a answer) errors() (messages []string) {
	list, _ := a.body["errors"].([]any)
	for _, e := range list {
		messages = append(messages, e.(map[string]any)["message"].(string))
	}
	return messages
}

// is compares the data of the answer, and holds that there are no errors.
func (a answer) is(want string) {
	a.Helper()
	got, err := json.Marshal(a.body)
	require.NoError(a, err)
	assert.JSONEq(a, `{"data":`+want+`}`, string(got))
}

// refuses holds that a field is null with the only error, and that the journal says why.
func (a answer) refuses(gl *fakegitlab.Fake, field, message, reason string) {
	a.Helper()
	assert.Nil(a, a.at(field), field)
	assert.Equal(a, []string{message}, a.errors())
	calls := gl.Calls("")
	assert.Contains(a, calls[len(calls)-1].Reason, reason)
}

func runnerGID(id int) string  { return fmt.Sprintf("gid://gitlab/Ci::Runner/%d", id) }
func jobGID(id int) string     { return fmt.Sprintf("gid://gitlab/Ci::Build/%d", id) }
func projectGID(id int) string { return fmt.Sprintf("gid://gitlab/Project/%d", id) }
func groupGID(id int) string   { return fmt.Sprintf("gid://gitlab/Group/%d", id) }

// company is a fake with the SmallCompany.
func company(t testing.TB, opts ...fakegitlab.Option) *fakegitlab.Fake {
	t.Helper()
	return fakegitlab.New(t, append([]fakegitlab.Option{fakegitlab.WithScenario(fakegitlab.SmallCompany()),
		fakegitlab.WithInMemoryNetwork()}, opts...)...)
}
