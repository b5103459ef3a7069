package fakegitlab_test

import (
	"net/http"
	"net/url"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab"
)

func TestIgnoreOptions(t *testing.T) {
	type other = struct{ Token string } // of no package
	now := time.Unix(1, 0)
	for _, c := range []struct {
		name    string
		a, b    any
		option  cmp.Option
		isEqual bool
	}{
		{"times", fakegitlab.Runner{CreatedAt: now, Managers: []fakegitlab.RunnerManager{{ContactedAt: now}}},
			fakegitlab.Runner{Managers: []fakegitlab.RunnerManager{{}}}, fakegitlab.IgnoreTimes(), true},
		{"times leave the rest", fakegitlab.Job{StageIndex: 1}, fakegitlab.Job{}, fakegitlab.IgnoreTimes(), false},
		{"tokens", fakegitlab.Project{RegistrationToken: "a"}, fakegitlab.Project{}, fakegitlab.IgnoreTokens(), true},
		{"tokens of others", other{"a"}, other{}, fakegitlab.IgnoreTokens(), false},
		{"ids", fakegitlab.Job{ID: 1, RunnerID: 2, PipelineID: 3}, fakegitlab.Job{}, fakegitlab.IgnoreIDs(), true},
		{"ids leave the rest", fakegitlab.Runner{Description: "a"}, fakegitlab.Runner{}, fakegitlab.IgnoreIDs(), false},
	} {
		assert.Equal(t, c.isEqual, cmp.Equal(c.a, c.b, c.option), c.name)
	}
}

func TestCallJSON(t *testing.T) {
	var into struct{ Paused bool }
	require.NoError(t, fakegitlab.Call{Body: []byte(`{"paused":true}`)}.JSON(&into))
	assert.True(t, into.Paused)
	assert.EqualError(t, fakegitlab.Call{Number: 3, Endpoint: fakegitlab.UpdateRunner}.JSON(&into),
		"body of #3 PUT /runners/:id: unexpected end of JSON input")
}

func TestCallCurl(t *testing.T) {
	call := fakegitlab.Call{
		Method: "PUT", Origin: "http://127.0.0.1:1", Path: "/api/v4/runners/7", Query: url.Values{"a[]": {"x y"}},
		Header: http.Header{"Private-Token": {"glpat-it's"}, "User-Agent": {"x"}, "X-Empty": {""}},
		Body:   []byte(`{"description":"it's $HOME"}`),
	}
	assert.Equal(t,
		`curl -X PUT 'http://127.0.0.1:1/api/v4/runners/7?a%5B%5D=x+y' -H 'Private-Token: glpat-it'\''s' -H 'X-Empty;' -H Content-Type: `+
			`--data-raw '{"description":"it'\''s $HOME"}'`, call.Curl())
	assert.Equal(t, "echo AAE= | base64 -d | curl -X POST / -H 'Content-Type: a/b' --data-binary @-",
		fakegitlab.Call{Method: "POST", Path: "/", Header: http.Header{"Content-Type": {"a/b"}}, Body: []byte{0, 1}}.Curl())
	assert.Equal(t, "curl --globoff --head '/{}'", fakegitlab.Call{Method: "HEAD", Path: "/{}"}.Curl())
}

func TestCurlSurvivesAShell(t *testing.T) {
	shell, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("no shell")
	}
	body := "a 'b' \"c\" $HOME `id` \\ \n!"
	command := fakegitlab.Call{Method: "POST", Path: "/", Header: http.Header{"Content-Type": {"text/plain"}},
		Body: []byte(body)}.Curl()
	got, err := exec.CommandContext(t.Context(), shell, "-c", strings.Replace(command, "curl", "printf '%s|'", 1)).Output()
	require.NoError(t, err)
	assert.Equal(t, "-X|POST|/|-H|Content-Type: text/plain|--data-raw|"+body+"|", string(got))
}
