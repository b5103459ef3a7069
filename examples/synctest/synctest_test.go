// Package synctest shows ten days of a runner's life in one test of milliseconds. In a bubble of testing/synctest time passes
// when everybody waits; WithClock(time.Now) has the fake follow that time, and WithInMemoryNetwork keeps sockets, which a bubble
// does not wait for, out of it. The code under test sleeps between its polls as it does in production, and needs no clock to
// be handed in.
package synctest

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fakegitlab/fakegitlab"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	gitlab "gitlab.com/gitlab-org/api/client-go/v2"
)

const day = 24 * time.Hour

// watch is code under test: it asks for a runner's status every ten minutes and reports each change, until ctx ends.
func watch(ctx context.Context, client *gitlab.Client, runner int64, report func(status string)) error {
	poll := time.NewTicker(10 * time.Minute)
	defer poll.Stop()
	for last := ""; ; {
		details, _, err := client.Runners.GetRunnerDetails(runner, gitlab.WithContext(ctx))
		if err != nil {
			return err
		}
		if details.Status != last {
			last = details.Status
			report(last)
		}
		select {
		case <-poll.C:
		case <-ctx.Done():
			return nil
		}
	}
}

func TestLifeOfARunner(t *testing.T) {
	began := time.Now()
	t.Cleanup(func() {
		assert.Less(t, time.Since(began), 5*time.Second, "nobody waited")
		t.Logf("ten days in %s", time.Since(began).Round(time.Millisecond))
	})
	synctest.Test(t, func(t *testing.T) {
		gl := fakegitlab.New(t, fakegitlab.WithInMemoryNetwork(), fakegitlab.WithClock(time.Now))
		gl.UpdateSettings(func(s *fakegitlab.Settings) { s.RunnerTokenExpiration = 9 * day })
		client, err := gitlab.NewClient(gl.AdminToken(), gitlab.WithBaseURL(gl.URL()), gitlab.WithHTTPClient(gl.Client()))
		require.NoError(t, err)
		runner, _, err := client.Users.CreateUserRunner(&gitlab.CreateUserRunnerOptions{RunnerType: gitlab.Ptr("instance_type")})
		require.NoError(t, err)
		start := time.Now()
		require.WithinDuration(t, start.Add(9*day), *runner.TokenExpiresAt, 0)

		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		var seen []string
		watched := make(chan error)
		go func() {
			watched <- watch(ctx, client, runner.ID, func(status string) {
				seen = append(seen, fmt.Sprintf("%s after %s", status, time.Since(start)))
			})
		}()

		time.Sleep(65 * time.Minute) // the machine boots
		gl.ContactRunner(int(runner.ID), fakegitlab.RunnerManager{SystemID: "s_0123456789ab"})
		time.Sleep(time.Hour)
		gl.ContactRunner(int(runner.ID), fakegitlab.RunnerManager{SystemID: "s_0123456789ab"}) // and is never heard of again

		time.Sleep(time.Until(start.Add(9*day - time.Second)))
		assert.Equal(t, http.StatusOK, verify(t, gl, runner.Token), "in the last second of the token")
		time.Sleep(time.Second)
		assert.Equal(t, http.StatusForbidden, verify(t, gl, runner.Token), "the token has expired")

		time.Sleep(day + time.Minute)
		stop()
		require.NoError(t, <-watched)
		assert.Equal(t, []string{"never_contacted after 0s", "online after 1h10m0s", "offline after 4h10m0s", "stale after 170h10m0s"}, seen)
		t.Logf("the watcher asked %d times", len(gl.Calls(fakegitlab.GetRunner)))
	})
}

// verify asks whether a runner's token is good. In 17.2 that is no sign of life of a runner that a user has created.
func verify(t *testing.T, gl *fakegitlab.Fake, token string) int {
	t.Helper()
	resp, err := gl.Client().PostForm(gl.APIURL()+"/runners/verify", url.Values{"token": {token}})
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	return resp.StatusCode
}
