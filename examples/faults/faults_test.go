// Package faults shows what clients see of every failure that can be injected. The table is the documentation, the tests prove
// it: over TCP, over TLS and in memory, and that no goroutine is left after any of them.
//
// Each row is one failure, injected once, of one request that creates a runner. Where runners is 1 and the client has no 201, it
// does not know of a runner that it has made.
package faults

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/fakegitlab/fakegitlab"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	gitlab "gitlab.com/gitlab-org/api/client-go/v2"
	"go.uber.org/goleak"
)

// row is a failure and what clients see of it.
type row struct {
	name    string
	failure fakegitlab.Failure
	// netHTTP is what net/http sees over TCP and in memory; http2 is what it sees over TLS, where that is something else.
	netHTTP, http2 string
	// clientGo is what the official client returns when its retries are off; "" is what net/http sees.
	clientGo string
	// retried is what it returns with the retries that it has of itself, and after how many calls; "" is clientGo after one.
	retried string
	// runners is how many the failed call has made.
	runners int
}

// The short names of what is no answer.
const (
	reset   = "connection reset by peer"
	closed  = "EOF"
	stream  = "stream error" // HTTP/2 ends the one request and keeps the connection
	cutOff  = "unexpected EOF"
	gaveUp  = "nothing until the client gives up"
	created = "201"
)

var table = []row{
	// Faults of the network, which only spoil the answer with Applied, and keep the request from taking effect without.
	{name: "ConnectionReset", failure: broken(fakegitlab.ConnectionReset), netHTTP: reset, http2: stream},
	{name: "ConnectionReset, Applied", failure: lost(fakegitlab.ConnectionReset), netHTTP: reset, http2: stream, runners: 1},
	{name: "EmptyReply", failure: broken(fakegitlab.EmptyReply), netHTTP: closed, http2: stream},
	{name: "EmptyReply, Applied", failure: lost(fakegitlab.EmptyReply), netHTTP: closed, http2: stream, runners: 1},
	{name: "Hang", failure: broken(fakegitlab.Hang), netHTTP: gaveUp},
	{name: "Hang, Applied", failure: lost(fakegitlab.Hang), netHTTP: gaveUp, runners: 1},

	// Those that spoil an answer, so that there has to be one: GitLab's own or the Failure's.
	{name: "TruncatedBody", failure: broken(fakegitlab.TruncatedBody), netHTTP: cutOff, http2: stream, runners: 1},
	{name: "TruncatedBody, Status", failure: fakegitlab.Failure{Network: fakegitlab.TruncatedBody, Status: 500},
		netHTTP: cutOff, http2: stream, clientGo: "500 ", retried: "201 after 2 calls"}, // client-go has the status and misses the message
	{name: "MalformedJSON", failure: broken(fakegitlab.MalformedJSON), netHTTP: "201 half a document", clientGo: cutOff, runners: 1},
	{name: "MalformedJSON, Status", failure: fakegitlab.Failure{Network: fakegitlab.MalformedJSON, Status: 403},
		netHTTP: `403 {"message":"4`, clientGo: unreadable(403, `{"message":"4`)},

	{name: "Delay", failure: fakegitlab.Failure{Delay: time.Millisecond}, netHTTP: created, runners: 1},
	{name: "Delay, longer than anyone waits", failure: fakegitlab.Failure{Delay: time.Hour}, netHTTP: gaveUp},
	{name: "Delay, Network", failure: fakegitlab.Failure{Delay: time.Millisecond, Network: fakegitlab.EmptyReply}, netHTTP: closed, http2: stream},
	{name: "Delay, Status", failure: fakegitlab.Failure{Delay: time.Millisecond, Status: 403}, netHTTP: "403 {message: 403 Forbidden}"},

	// A Status alone has GitLab's own words. client-go repeats a request of any method for 429 and all from 500 but 501.
	{name: "400", failure: answer(400), netHTTP: "400 {message: 400 Bad request}"},
	{name: "401", failure: answer(401), netHTTP: "401 {message: 401 Unauthorized}"},
	{name: "403", failure: answer(403), netHTTP: "403 {message: 403 Forbidden}"},
	{name: "404", failure: answer(404), netHTTP: "404 {message: 404 Not Found}", clientGo: "404 Not Found"}, // gitlab.ErrNotFound
	{name: "405", failure: answer(405), netHTTP: "405 {message: 405 Method Not Allowed}"},
	{name: "409", failure: answer(409), netHTTP: "409 {message: 409 Conflict: Resource lock}"},
	{name: "410", failure: answer(410), netHTTP: "410 {message: 410 Gone - runner registration disallowed}"},
	{name: "412", failure: answer(412), netHTTP: "412 {message: 412 Precondition Failed}"},
	{name: "418", failure: answer(418), netHTTP: "418 {message: 418 I'm a teapot}"},
	{name: "422", failure: answer(422), netHTTP: "422 {message: 422 Unprocessable Entity}"},
	{name: "429", failure: answer(429), netHTTP: "429 {message: 429 Too Many Requests}", retried: "201 after 2 calls"},
	{name: "500", failure: answer(500), netHTTP: "500 {message: 500 Internal Server Error}", retried: "201 after 2 calls"},
	{name: "501", failure: answer(501), netHTTP: "501 {message: 501 Not Implemented}"},
	{name: "502", failure: answer(502), netHTTP: "502 GitLab is not responding", clientGo: unreadable(502, "GitLab is not responding"), retried: "201 after 2 calls"},
	{name: "503", failure: answer(503), netHTTP: "503 {message: 503 Service Unavailable}", retried: "201 after 2 calls"},
	// The proxy lost patience and GitLab did as it was told. client-go tells it once more: two runners.
	{name: "504, Applied", failure: fakegitlab.Failure{Status: 504, Applied: true}, netHTTP: "504 {message: 504 Gateway Timeout}", retried: "201 after 2 calls", runners: 1},
	{name: "Status, Message", failure: fakegitlab.Failure{Status: 403, Message: "not on Fridays"}, netHTTP: "403 {message: not on Fridays}"},
	{name: "Status, Body", failure: fakegitlab.Failure{Status: 403, Body: map[string]string{"error": "insufficient_scope"}}, netHTTP: "403 {error: insufficient_scope}"},
	{name: "Status, Body, Header", failure: fakegitlab.Failure{Status: 403, Body: "<html>", Header: http.Header{"Content-Type": {"text/html"}}},
		netHTTP: "403 <html>", clientGo: unreadable(403, "<html>")},

	// The ready-made ones. Those that take an endpoint are for every call here.
	{name: "RegistrationDisabled", failure: fakegitlab.RegistrationDisabled(), netHTTP: "410 {message: 410 Gone - runner registration disallowed}"},
	{name: "Unavailable", failure: fakegitlab.Unavailable(""), netHTTP: "502 GitLab is not responding",
		clientGo: unreadable(502, "GitLab is not responding"), retried: "201 after 2 calls"},
	{name: "InternalError", failure: fakegitlab.InternalError(""), netHTTP: "500 {message: 500 Internal Server Error}", retried: "201 after 2 calls"},
	{name: "DatabaseLocked", failure: fakegitlab.DatabaseLocked(""), netHTTP: "409 {message: 409 Conflict: Resource lock}"},
	{name: "RateLimited", failure: fakegitlab.RateLimited("", time.Minute), netHTTP: "429 Retry later\n",
		clientGo: unreadable(429, "Retry later\n"), retried: "201 after 2 calls"},
	{name: "Slow", failure: fakegitlab.Slow("", time.Millisecond), netHTTP: created, runners: 1},
	{name: "Maintenance", failure: fakegitlab.Maintenance(), netHTTP: "403 {message: You cannot perform write operations on a read-only instance}"},
	{name: "ExpiredToken", failure: fakegitlab.ExpiredToken("root"),
		netHTTP: "401 {error: invalid_token}, {error_description: Token is expired. You can either do re-authorization or token refresh.}"},
}

// broken is a network fault, lost one after the request took effect.
func broken(n fakegitlab.NetworkFault) fakegitlab.Failure { return fakegitlab.Failure{Network: n} }
func lost(n fakegitlab.NetworkFault) fakegitlab.Failure {
	return fakegitlab.Failure{Network: n, Applied: true}
}

func answer(status int) fakegitlab.Failure { return fakegitlab.Failure{Status: status} }

// unreadable is what client-go makes of an error that is not JSON.
func unreadable(status int, text string) string {
	return fmt.Sprintf("%d failed to parse unknown error format: %s", status, text)
}

func TestEveryFailure(t *testing.T) {
	for _, row := range table {
		for _, n := range networks {
			t.Run(row.name+"/net/http/"+n.name, func(t *testing.T) {
				gl, ctx := row.start(t, n)
				assert.Equal(t, row.overHTTP(n), netHTTP(ctx, t, gl, row.endpoint()))
				gl.Close() // no call is under way any more, also none whose client gave up
				assert.Len(t, gl.Runners(), row.runners)
			})
			t.Run(row.name+"/client-go/"+n.name, func(t *testing.T) {
				gl, ctx := row.start(t, n)
				assert.Equal(t, row.overClientGo(n), clientGo(ctx, t, gl, row.endpoint(), gitlab.WithoutRetries()))
				gl.Close()
				assert.Len(t, gl.Runners(), row.runners)
			})
			t.Run(row.name+"/client-go that retries/"+n.name, func(t *testing.T) {
				gl, ctx := row.start(t, n)
				saw := clientGo(ctx, t, gl, row.endpoint(), gitlab.WithCustomBackoff(atOnce))
				gl.Close()
				if row.retried == "" {
					assert.Equal(t, row.overClientGo(n), saw)
					assert.Len(t, gl.Calls(""), 1)
					assert.Len(t, gl.Runners(), row.runners)
					return
				}
				assert.Equal(t, row.retried, fmt.Sprintf("%s after %d calls", saw, len(gl.Calls(""))))
				assert.Len(t, gl.Runners(), row.runners+1)
			})
		}
	}
}

// TestReusedConnection is why a client may not notice a fault at all: on a connection that it has used before, net/http takes
// a missing answer for a connection that had been closed meanwhile, and sends what is safe to send again. In memory there are
// no connections, and with HTTP/2 the connection is fine.
func TestReusedConnection(t *testing.T) {
	for _, c := range []struct {
		fault   fakegitlab.NetworkFault
		network network
		sees    string
		calls   int
	}{
		{fakegitlab.ConnectionReset, networks[0], "200", 2},
		{fakegitlab.ConnectionReset, networks[1], stream, 1},
		{fakegitlab.ConnectionReset, networks[2], reset, 1},
		{fakegitlab.EmptyReply, networks[0], "200", 2},
		{fakegitlab.EmptyReply, networks[1], stream, 1},
		{fakegitlab.EmptyReply, networks[2], closed, 1},
	} {
		t.Run(string(c.fault)+"/"+c.network.name, func(t *testing.T) {
			gl, _ := row{failure: fakegitlab.Failure{Endpoint: fakegitlab.GetMetadata, Network: c.fault}}.start(t, c.network)
			assert.Equal(t, "200", get(t, gl, "/version"))
			assert.Equal(t, c.sees, get(t, gl, "/metadata"))
			gl.AssertCalled(t, fakegitlab.GetMetadata, fakegitlab.Times(c.calls))
		})
	}
}

func get(t *testing.T, gl *fakegitlab.Fake, path string) string {
	t.Helper()
	resp, err := gl.ClientAs("root").Get(gl.APIURL() + path)
	if err != nil {
		return outcome(err)
	}
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, resp.Body) // a connection is used again when all was read
	require.NoError(t, err)
	return strconv.Itoa(resp.StatusCode)
}

// network is a way from the client to the fake.
type network struct {
	name    string
	options []fakegitlab.Option
}

var networks = []network{
	{"TCP", nil},
	{"TLS", []fakegitlab.Option{fakegitlab.WithTLS()}},
	{"in memory", []fakegitlab.Option{fakegitlab.WithInMemoryNetwork()}},
}

func (r row) overHTTP(n network) string {
	if n.name == "TLS" && r.http2 != "" {
		return r.http2
	}
	return r.netHTTP
}

func (r row) overClientGo(n network) string {
	if r.clientGo != "" {
		return r.clientGo
	}
	return r.overHTTP(n)
}

// endpoint is where the row's request goes.
func (r row) endpoint() fakegitlab.Endpoint {
	if r.failure.Endpoint == fakegitlab.RegisterRunner {
		return fakegitlab.RegisterRunner
	}
	return fakegitlab.CreateUserRunner
}

// start is a GitLab that will fail once, and whose end leaves nothing behind. The context is of a client that is patient
// enough for its request to arrive, and no more than that if the row says that it gives up.
func (r row) start(t *testing.T, n network) (*fakegitlab.Fake, context.Context) {
	t.Helper()
	before := goleak.IgnoreCurrent()
	t.Cleanup(func() { goleak.VerifyNone(t, before) }) // after the fake's own
	gl := fakegitlab.New(t, n.options...)
	ctx, giveUp := context.WithCancel(t.Context())
	if r.netHTTP == gaveUp {
		gl.Before("", func(fakegitlab.Call) { giveUp() })
	}
	t.Cleanup(giveUp)
	failure := r.failure
	failure.Times = 1
	gl.Inject(failure)
	return gl, ctx
}

// netHTTP sends the request with net/http alone and says what comes of it.
func netHTTP(ctx context.Context, t *testing.T, gl *fakegitlab.Fake, e fakegitlab.Endpoint) string {
	t.Helper()
	path, form := "/user/runners", url.Values{"runner_type": {"instance_type"}}
	if e == fakegitlab.RegisterRunner {
		path, form = "/runners", url.Values{"token": {gl.Settings().RegistrationToken}}
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, gl.APIURL()+path, strings.NewReader(form.Encode()))
	require.NoError(t, err)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := gl.ClientAs("root").Do(req)
	if err != nil {
		return outcome(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	switch {
	case err != nil:
		return outcome(err)
	case resp.StatusCode != http.StatusCreated:
		return fmt.Sprintf("%d %s", resp.StatusCode, inWords(body))
	case !json.Valid(body):
		return fmt.Sprintf("%d half a document", resp.StatusCode)
	}
	return created
}

// inWords writes an error's body as client-go does, so that one column does for both.
func inWords(body []byte) string {
	var object map[string]string
	if json.Unmarshal(body, &object) != nil {
		return string(body)
	}
	var words []string
	for _, key := range slices.Sorted(maps.Keys(object)) {
		words = append(words, fmt.Sprintf("{%s: %s}", key, object[key]))
	}
	return strings.Join(words, ", ")
}

// clientGo sends it with GitLab's official client.
func clientGo(ctx context.Context, t *testing.T, gl *fakegitlab.Fake, e fakegitlab.Endpoint, options ...gitlab.ClientOptionFunc) string {
	t.Helper()
	client, err := gitlab.NewClient(gl.Token("root"), append(options, gitlab.WithBaseURL(gl.URL()), gitlab.WithHTTPClient(gl.Client()))...)
	require.NoError(t, err)
	if e == fakegitlab.RegisterRunner {
		_, _, err = client.Runners.RegisterNewRunner(&gitlab.RegisterNewRunnerOptions{Token: gitlab.Ptr(gl.Settings().RegistrationToken)}, gitlab.WithContext(ctx))
	} else {
		_, _, err = client.Users.CreateUserRunner(&gitlab.CreateUserRunnerOptions{RunnerType: gitlab.Ptr("instance_type")}, gitlab.WithContext(ctx))
	}
	if err != nil {
		return outcome(err)
	}
	return created
}

// atOnce has client-go retry without the second that it else waits before.
func atOnce(time.Duration, time.Duration, int, *http.Response) time.Duration { return 0 }

// outcome is the short name of an error.
func outcome(err error) string {
	var refused *gitlab.ErrorResponse
	switch {
	case errors.As(err, &refused):
		return fmt.Sprintf("%d %s", refused.StatusCode, refused.Message)
	case errors.Is(err, syscall.ECONNRESET):
		return reset
	case errors.Is(err, context.Canceled):
		return gaveUp
	case errors.Is(err, io.ErrUnexpectedEOF):
		return cutOff
	case errors.Is(err, io.EOF):
		return closed
	case strings.Contains(err.Error(), stream):
		return stream
	}
	return err.Error()
}
