// Package clientgo has the tests that someone would write whose program manages runners through GitLab's official Go client,
// gitlab.com/gitlab-org/api/client-go/v2: each method of its RunnersService, errors, retries, paging, and a runner's life
// from its creation to its end.
//
// Most tests stand on fakegitlab.SmallCompany, whose documentation draws the world: mia is a Maintainer and dan a Developer
// of acme, sam a stranger to it, root the administrator.
package clientgo

import (
	"net/http"
	"testing"
	"time"

	"github.com/fakegitlab/fakegitlab"
	"github.com/stretchr/testify/require"
	gitlab "gitlab.com/gitlab-org/api/client-go/v2"
)

// What SmallCompany has, by ID.
const (
	acme            = 1001
	shop            = 10001
	api             = 10002
	instanceOnline  = 100001 // two managers
	instanceOffline = 100002
	groupOnline     = 100011
	projectOnline   = 100021 // of acme/shop, locked
	projectOffline  = 100022 // of acme/shop and acme/backend/api
	projectStale    = 100023 // of acme/shop
)

// company starts a fake of a small company and the official client as one of its people.
func company(t *testing.T, username string) (*fakegitlab.Fake, *gitlab.Client) {
	t.Helper()
	gl := fakegitlab.New(t, fakegitlab.WithScenario(fakegitlab.SmallCompany()))
	return gl, client(t, gl, gl.Token(username))
}

// client is the official client with a token. Its retries do not wait, as nobody wants to in a test.
func client(t *testing.T, gl *fakegitlab.Fake, token string) *gitlab.Client {
	t.Helper()
	atOnce := func(time.Duration, time.Duration, int, *http.Response) time.Duration { return 0 }
	c, err := gitlab.NewClient(token,
		gitlab.WithBaseURL(gl.URL()), gitlab.WithHTTPClient(gl.Client()), gitlab.WithCustomBackoff(atOnce))
	require.NoError(t, err)
	return c
}

// requireStatus is for an error that must be GitLab's refusal with a status and a message.
func requireStatus(t *testing.T, err error, status int, message string) {
	t.Helper()
	var refusal *gitlab.ErrorResponse
	require.ErrorAs(t, err, &refusal)
	require.Equal(t, status, refusal.StatusCode, refusal.Message)
	require.Equal(t, message, refusal.Message)
}

// ids is what a list of runners lists.
func ids(runners []*gitlab.Runner) []int64 {
	var found []int64
	for _, r := range runners {
		found = append(found, r.ID)
	}
	return found
}
