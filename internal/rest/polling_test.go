package rest_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

// What Workhorse makes of requests for a job when it polls (workhorse/internal/builds/register.go); that a change ends
// the waiting is in TestLongPolling.
func TestWorkhorsePolls(t *testing.T) {
	gl := testkit.NewMia(t, fakegitlab.WithLongPolling(20*time.Millisecond))
	ask := func(change ...string) testkit.Reply {
		body := strings.Join(append([]string{`"token":"shop-token","system_id":"s_1"`}, change...), ",")
		return testkit.Ask(t, gl, "", "POST", "/jobs/request", testkit.WithJSON("{"+body+"}"))
	}
	lastUpdate := func(r testkit.Reply) string { return r.Header.Get("X-GitLab-Last-Update") }
	contacted := func() time.Time { r, _ := gl.Runner(5); return r.ContactedAt }
	first := ask()
	value, start := lastUpdate(first), contacted()
	assert.NotEmpty(t, value)
	assert.Equal(t, "yes", first.Header.Get("Gitlab-Ci-Builds-Polling"))
	assert.NotContains(t, first.Header, "Content-Type")
	known := fmt.Sprintf(`"last_update":%q`, value)

	gl.Advance(10 * time.Minute)
	waited := ask(known)
	assert.Equal(t, "204", waited.String())
	assert.Empty(t, lastUpdate(waited))
	assert.Equal(t, "yes", waited.Header.Get("Gitlab-Ci-Builds-Polling"))
	for _, rails := range []string{"Vary", "X-Runtime", "X-Gitlab-Meta", "Cache-Control", "X-Frame-Options"} {
		assert.NotContains(t, waited.Header, rails, "Rails has not seen it")
	}
	assert.NotEmpty(t, waited.Header.Get("X-Request-Id"))
	assert.Equal(t, start, contacted(), "to wait is no contact")

	for name, at := range map[string]testkit.Reply{
		"a form": testkit.Ask(t, gl, "", "POST", "/jobs/request",
			testkit.WithForm("token=shop-token&system_id=s_1&last_update="+value)),
		"another value": ask(`"last_update":"before"`),
		"no value":      ask(`"last_update":""`),
	} {
		assert.Equal(t, 204, at.Status, name)
		assert.Equal(t, value, lastUpdate(at), "%s is Rails' business at once", name)
	}
	assert.Equal(t, gl.Now(), contacted())

	gl.UpdateRunner(5, func(r *fakegitlab.Runner) { r.Paused = true })
	paused := lastUpdate(ask(known))
	assert.NotEmpty(t, paused)
	assert.Empty(t, lastUpdate(ask(fmt.Sprintf(`"last_update":%q`, paused))), "Workhorse does not know who is paused")

	large := fmt.Sprintf(`"info":{"name":%q}`, strings.Repeat("x", 32<<10))
	assert.Equal(t, "413 Request Entity Too Large", ask(large).String())
	unknown := testkit.Ask(t, gl, "", "POST", "/jobs/request", testkit.WithJSON(`{"token":"dead","last_update":"x"}`))
	assert.Equal(t, 403, unknown.Status)
	assert.Equal(t, "yes", unknown.Header.Get("Gitlab-Ci-Builds-Polling"))
	assert.NotContains(t, testkit.Ask(t, gl, "", "POST", "/runners/verify", testkit.WithForm("token=shop-token")).Header,
		"Gitlab-Ci-Builds-Polling")
}

// Without long polling Workhorse has no handler of its own.
func TestNobodyPolls(t *testing.T) {
	gl := testkit.NewMia(t)
	got := testkit.Ask(t, gl, "", "POST", "/jobs/request", testkit.WithForm("token=shop-token"))
	assert.Equal(t, 204, got.Status)
	assert.NotContains(t, got.Header, "Gitlab-Ci-Builds-Polling")
}

// Workhorse looks for a value under the token that it was sent, and finds none under one that nobody has: nothing waits
// for it, and nobody is woken for it later.
func TestPollingWithATokenThatNobodyHas(t *testing.T) {
	gl := testkit.NewMia(t, fakegitlab.WithLongPolling(time.Millisecond))
	assert.Equal(t, 403, testkit.Ask(t, gl, "", "POST", "/jobs/request",
		testkit.WithJSON(`{"token":"dead","last_update":"x"}`)).Status)
	job := gl.AddJob(fakegitlab.Job{Project: "acme/shop"})
	gl.AssertJobStatus(t, job.ID, fakegitlab.JobPending)
}
