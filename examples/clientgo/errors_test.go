package clientgo

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/fakegitlab/fakegitlab"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	gitlab "gitlab.com/gitlab-org/api/client-go/v2"
)

// What GitLab says to those who may not, as the client shows it, and why, as the fake recorded it.
func TestRefusals(t *testing.T) {
	for _, test := range []struct {
		name, as        string
		call            func(*gitlab.Client) error
		status          int
		message, reason string // reason: a part of it
	}{
		{"a Developer may not see a project runner's details", "dan", get(projectOnline),
			403, "{message: 403 Forbidden - No access granted}", "(acme/shop); needs Maintainer (the documentation says Developer)"},
		{"nor delete it", "dan", remove(projectOnline),
			403, "{message: 403 Forbidden - No access granted}", "dan is Developer"},
		{"a runner of several projects is deleted by administrators alone", "mia", remove(projectOffline),
			403, "{message: 403 Forbidden - Runner associated with more than one project}", "in 2 projects and mia is no administrator"},
		{"an instance runner belongs to administrators", "mia", remove(instanceOffline),
			403, "{message: 403 Forbidden - No access granted}", "administrator"},
		{"so does the list of all", "mia", func(c *gitlab.Client) error { _, _, err := c.Runners.ListAllRunners(nil); return err },
			403, "{message: 403 Forbidden}", "administrator"},
		{"a Maintainer may not create a group runner", "mia", func(c *gitlab.Client) error {
			_, _, err := c.Users.CreateUserRunner(&gitlab.CreateUserRunnerOptions{
				RunnerType: gitlab.Ptr("group_type"), GroupID: gitlab.Ptr(int64(acme))})
			return err
		}, 403, "{message: 403 Forbidden - Insufficient permissions}", "mia is Maintainer in acme; needs Owner"},
		{"a locked runner stays where it is", "mia", func(c *gitlab.Client) error {
			_, _, err := c.Runners.EnableProjectRunner(api, &gitlab.EnableProjectRunnerOptions{RunnerID: projectOnline})
			return err
		}, 403, "{message: 403 Forbidden - Runner is locked}", "locked"},
		{"the one project of a runner is not taken from it", "mia", func(c *gitlab.Client) error {
			_, err := c.Runners.DisableProjectRunner(shop, projectStale)
			return err
		}, 403, "{message: 403 Forbidden - Only one project associated with the runner. Please remove the runner instead}", "acme/shop is the only project"},
		{"nobody's registration token", "mia", register("nonsense"),
			403, "{message: 403 Forbidden - invalid token supplied}", ""},
		{"a runner that takes no job at all", "mia", func(c *gitlab.Client) error {
			_, _, err := c.Runners.UpdateRunnerDetails(projectStale, &gitlab.UpdateRunnerDetailsOptions{
				RunUntagged: gitlab.Ptr(false), TagList: &[]string{}})
			return err
		}, 400, "{message: {tags_list: [can not be empty when runner is not allowed to pick untagged jobs]}}", ""},
		{"a type that does not exist", "root", func(c *gitlab.Client) error {
			_, _, err := c.Runners.ListRunners(&gitlab.ListRunnersOptions{Type: gitlab.Ptr("shared")})
			return err
		}, 400, "{error: type does not have a valid value}", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			gl, c := company(t, test.as)
			before := gl.Snapshot()
			requireStatus(t, test.call(c), test.status, test.message)
			calls := gl.Calls("")
			require.Len(t, calls, 1, "a refusal is not worth a retry")
			assert.Contains(t, calls[0].Reason, test.reason)
			gl.AssertSnapshot(t, before)
		})
	}
}

func get(id int) func(*gitlab.Client) error {
	return func(c *gitlab.Client) error { _, _, err := c.Runners.GetRunnerDetails(id); return err }
}

func remove(id int) func(*gitlab.Client) error {
	return func(c *gitlab.Client) error { _, err := c.Runners.RemoveRunner(id); return err }
}

func register(token string) func(*gitlab.Client) error {
	return func(c *gitlab.Client) error {
		_, _, err := c.Runners.RegisterNewRunner(&gitlab.RegisterNewRunnerOptions{Token: &token})
		return err
	}
}

// What may not be seen does not exist: the client's ErrNotFound.
func TestNotFound(t *testing.T) {
	_, sam := company(t, "sam")
	_, _, err := sam.Runners.ListProjectRunners("acme/shop", nil)
	require.ErrorIs(t, err, gitlab.ErrNotFound)
	_, _, err = sam.Runners.ListGroupsRunners("acme/backend", nil)
	require.ErrorIs(t, err, gitlab.ErrNotFound)
	require.ErrorIs(t, get(999)(sam), gitlab.ErrNotFound)
}

func TestBadToken(t *testing.T) {
	gl, _ := company(t, "mia")
	requireStatus(t, get(projectOnline)(client(t, gl, "glpat-wrong")), 401, "{message: 401 Unauthorized}")

	mia := client(t, gl, gl.Token("mia", "read_api"))
	require.NoError(t, get(projectOnline)(mia))
	var refusal *gitlab.ErrorResponse
	require.ErrorAs(t, remove(projectOnline)(mia), &refusal)
	assert.Equal(t, http.StatusForbidden, refusal.StatusCode)
	assert.Contains(t, refusal.Message, "{error: insufficient_scope}")
}

// Registration ends with 410 in three ways: by the settings of the instance, by those of the group, and by an injected
// failure for a test that cares about the answer alone.
func TestRegistrationDisabled(t *testing.T) {
	for name, disable := range map[string]func(*fakegitlab.Fake){
		"instance": func(gl *fakegitlab.Fake) {
			gl.UpdateSettings(func(s *fakegitlab.Settings) { s.RegistrationTokensDisabled = true })
		},
		"group": func(gl *fakegitlab.Fake) {
			gl.UpdateGroup("acme", func(g *fakegitlab.Group) { g.RegistrationTokensDisabled = true })
		},
		"failure": func(gl *fakegitlab.Fake) { gl.Inject(fakegitlab.RegistrationDisabled()) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			gl, c := company(t, "mia")
			group, _ := gl.Group("acme")
			require.NoError(t, register(group.RegistrationToken)(c))
			runners := len(gl.Runners())

			disable(gl)
			requireStatus(t, register(group.RegistrationToken)(c), http.StatusGone, "{message: 410 Gone - runner registration disallowed}")
			assert.Len(t, gl.Runners(), runners)
			gl.AssertCalls(t, "POST /runners 201", "POST /runners 410")
		})
	}
}

// The client tries again after a 5xx and a 429; the deletion happens once.
func TestRetries(t *testing.T) {
	for name, failure := range map[string]fakegitlab.Failure{
		"503":          {Endpoint: fakegitlab.DeleteRunner, Status: http.StatusServiceUnavailable},
		"unavailable":  fakegitlab.Unavailable(fakegitlab.DeleteRunner),
		"rate limited": fakegitlab.RateLimited(fakegitlab.DeleteRunner, time.Minute),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			gl, c := company(t, "mia")
			failure.Times = 1
			gl.Inject(failure)
			require.NoError(t, remove(projectStale)(c))
			gl.AssertRunnerGone(t, projectStale)
			gl.AssertCalled(t, fakegitlab.DeleteRunner, fakegitlab.Times(2))
			gl.AssertCalled(t, fakegitlab.DeleteRunner, fakegitlab.Times(1), fakegitlab.Status(http.StatusNoContent))
		})
	}
}

// When only the answer is lost, the client's retry does it all a second time: GitLab has an orphan then, which a program
// that registers runners has to look for.
func TestLostAnswerLeavesAnOrphan(t *testing.T) {
	gl, c := company(t, "mia")
	group, _ := gl.Group("acme")
	before := len(gl.Runners())
	gl.Inject(fakegitlab.Failure{Endpoint: fakegitlab.RegisterRunner, Status: http.StatusBadGateway, Applied: true, Times: 1})
	require.NoError(t, register(group.RegistrationToken)(c))
	assert.Len(t, gl.Runners(), before+2)
}

// A GitLab that hangs is left when the context says so.
func TestSlowGitLab(t *testing.T) {
	gl, c := company(t, "mia")
	held := gl.Hold(fakegitlab.GetRunner)
	ctx, cancel := context.WithCancel(t.Context())
	result := make(chan error, 1)
	go func() {
		_, _, err := c.Runners.GetRunnerDetails(projectOnline, gitlab.WithContext(ctx))
		result <- err
	}()
	_, err := held.Wait(t.Context())
	require.NoError(t, err)
	cancel()
	require.ErrorIs(t, <-result, context.Canceled)
	held.Release()
}
