package fakegitlab_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab"
)

func TestControlPage(t *testing.T) {
	gl := controlled(t, fakegitlab.WithUnknownEndpoints(true))
	page := askControl(t, gl, "GET /-/fake/", "")
	assert.Equal(t, "text/html; charset=utf-8", page.header.Get("Content-Type"))
	for _, want := range []string{"GitLab 17.2", "No call has come yet", "instance-never-contacted", "s_100001b",
		"acme/backend/api", "oli (owner), mia (maintainer)", "not untagged, protected refs alone"} {
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
		s.RegistrationTokensDisabled, s.AdminMode = true, true
		s.RateLimit = fakegitlab.RateLimit{Requests: 9, Per: time.Minute}
	})
	gl.Advance(30 * time.Second)

	body := askControl(t, gl, "GET /-/fake/", "").body
	for _, want := range []string{"&lt;script&gt;alert(1)", "nothing: orphaned", `<code>GET /runners</code>`, "503, once",
		"dan is Developer in a project", "nothing reads staus (did you mean status?)", "did you mean GET /runners?",
		"answers 410", "9 requests in 1m0s", "12:00:30 UTC", "1 <span class=\"quiet\">spent</span>"} {
		assert.True(t, strings.Contains(body, want), want) // not Contains, which would print the page
	}
	assert.NotContains(t, body, "<script>alert")
	for i := range 210 {
		gl.AddUser(fakegitlab.User{Username: fmt.Sprintf("user-%d", i)})
	}
	assert.Contains(t, askControl(t, gl, "GET /-/fake/", "").body, "and 19 more that are not shown")

	body = askControl(t, gl, "GET /-/fake/?find=USER-209", "").body
	assert.True(t, strings.Contains(body, "<td>user-209"), "what is beyond the first rows can be found")
	for _, want := range []string{`value="user-209"`, `<a href="#users">Users</a> 1 of 219`,
		`<a href="#runners">Runners</a> 0 of 16`, "None of 16 is found."} {
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
