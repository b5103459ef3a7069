// Package rotation has tests of code that replaces a runner's authentication token before it dies. GitLab kills the old token
// at the moment it makes the new one, so the hard cases are those in between: the answer that never comes, the store that is
// full.
package rotation

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/fakegitlab/fakegitlab"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	gitlab "gitlab.com/gitlab-org/api/client-go/v2"
)

const day = 24 * time.Hour

// secret is what is kept of a runner's token. While it is rotating, the token may be dead.
type secret struct {
	token    string
	expires  time.Time
	rotating bool
}

// rotator keeps the token of one runner alive. It writes down what it is about to do before it does it.
type rotator struct {
	gitlab *gitlab.Client
	runner int64
	now    func() time.Time
	load   func() secret
	save   func(secret) error
}

// tick rotates the token in the last quarter of its 30 days, and whenever an earlier attempt did not come to its end.
func (r rotator) tick(ctx context.Context) error {
	kept := r.load()
	if !kept.rotating && kept.expires.Sub(r.now()) > 30*day/4 {
		return nil
	}
	kept.rotating = true
	if err := r.save(kept); err != nil {
		return err // nothing has happened yet
	}
	renewed, _, err := r.gitlab.Runners.ResetRunnerAuthenticationToken(r.runner, gitlab.WithContext(ctx))
	if err != nil {
		return err
	}
	return r.save(secret{token: *renewed.Token, expires: *renewed.TokenExpiresAt})
}

// rotated is a runner with a token of 30 days, and a rotator with a store in memory, which fails as full says.
func rotated(t *testing.T) (gl *fakegitlab.Fake, r rotator, full *error) {
	t.Helper()
	gl = fakegitlab.New(t)
	gl.UpdateSettings(func(s *fakegitlab.Settings) { s.RunnerTokenExpiration = 30 * day })
	runner := gl.AddRunner(fakegitlab.Runner{})
	c, err := gitlab.NewClient(gl.AdminToken(), gitlab.WithBaseURL(gl.URL()), gitlab.WithHTTPClient(gl.Client()), gitlab.WithoutRetries())
	require.NoError(t, err)
	kept := secret{token: runner.Token, expires: runner.TokenExpiresAt}
	full = new(error)
	return gl, rotator{c, int64(runner.ID), gl.Now, func() secret { return kept }, func(s secret) error {
		if *full == nil {
			kept = s
		}
		return *full
	}}, full
}

// works asks GitLab whether the kept token is good.
func works(t *testing.T, gl *fakegitlab.Fake, r rotator) bool {
	t.Helper()
	res, err := gl.Client().PostForm(gl.APIURL()+"/runners/verify", url.Values{"token": {r.load().token}})
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	return res.StatusCode == http.StatusOK
}

func TestAYear(t *testing.T) {
	gl, r, _ := rotated(t)
	for range 365 {
		gl.Advance(day)
		require.NoError(t, r.tick(t.Context()))
		require.True(t, works(t, gl, r), gl.Now())
	}
	gl.AssertCalled(t, fakegitlab.ResetRunnerToken, fakegitlab.Times(365/23))
}

func TestInBetween(t *testing.T) {
	for name, disturb := range map[string]func(gl *fakegitlab.Fake, full *error) (mended func()){
		"the answer is lost": func(gl *fakegitlab.Fake, _ *error) func() {
			return gl.Inject(fakegitlab.Failure{Endpoint: fakegitlab.ResetRunnerToken, Network: fakegitlab.EmptyReply, Applied: true})
		},
		"GitLab is down": func(gl *fakegitlab.Fake, _ *error) func() {
			return gl.Inject(fakegitlab.Unavailable(fakegitlab.ResetRunnerToken))
		},
		"the store fills up meanwhile": func(gl *fakegitlab.Fake, full *error) func() {
			remove := gl.After(fakegitlab.ResetRunnerToken, func(fakegitlab.Call) { *full = errors.New("no space left") })
			return func() { remove(); *full = nil }
		},
	} {
		t.Run(name, func(t *testing.T) {
			gl, r, full := rotated(t)
			gl.Advance(25 * day)
			mended := disturb(gl, full)
			require.Error(t, r.tick(t.Context()))
			mended()
			require.NoError(t, r.tick(t.Context()))
			assert.True(t, works(t, gl, r))
		})
	}
}
