package fakegitlab_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

// networks are the ways to reach a fake.
var networks = map[string][]fakegitlab.Option{
	"TCP": nil, "TLS": {fakegitlab.WithTLS()}, "memory": {fakegitlab.WithInMemoryNetwork()},
	"memory with TLS": {fakegitlab.WithInMemoryNetwork(), fakegitlab.WithTLS()},
}

func onEveryNetwork(t *testing.T, test func(t *testing.T, gl *fakegitlab.Fake)) {
	t.Helper()
	for name, opts := range networks {
		t.Run(name, func(t *testing.T) { test(t, testkit.NewMia(t, opts...)) })
	}
}

func TestAnswersOfFailures(t *testing.T) {
	teapot := fakegitlab.Failure{Status: 418, Body: map[string]string{"short": "stout"},
		Header: http.Header{"x-tea": {"green"}}}
	for name, c := range map[string]struct {
		failure fakegitlab.Failure
		want    string
	}{
		"status":         {fakegitlab.Failure{Status: 503}, `503 {"message":"503 Service Unavailable"}`},
		"another status": {fakegitlab.Failure{Status: 409}, `409 {"message":"409 Conflict: Resource lock"}`},
		"rare status":    {fakegitlab.Failure{Status: 507}, `507 {"message":"507 Insufficient Storage"}`},
		"no content":     {fakegitlab.Failure{Status: 204}, "204"},
		"message":        {fakegitlab.Failure{Status: 403, Message: "no"}, `403 {"message":"no"}`},
		"body":           {teapot, `418 {"short":"stout"}`},
		"text":           {fakegitlab.Failure{Status: 200, Body: "<html>"}, "200 <html>"},
		"bytes":          {fakegitlab.Failure{Status: 200, Body: []byte("[1]")}, "200 [1]"},
		"disabled":       {fakegitlab.RegistrationDisabled(), `410 {"message":"410 Gone - runner registration disallowed"}`},
		"unavailable":    {fakegitlab.Unavailable(""), "502 GitLab is not responding"},
		"internal error": {fakegitlab.InternalError(""), `500 {"message":"500 Internal Server Error"}`},
		"locked":         {fakegitlab.DatabaseLocked(""), `409 {"message":"409 Conflict: Resource lock"}`},
		"rate limited":   {fakegitlab.RateLimited("", 90*time.Second), "429 Retry later"},
		"maintenance": {fakegitlab.Maintenance(),
			`403 {"message":"You cannot perform write operations on a read-only instance"}`},
		"expired": {fakegitlab.ExpiredToken("mia"),
			`401 {"error":"invalid_token","error_description":"Token is expired. You can either do re-authorization or token refresh."}`},
	} {
		t.Run(name, func(t *testing.T) {
			gl := testkit.NewMia(t)
			before := gl.Snapshot()
			gl.Inject(c.failure)
			path := "/runners/5/reset_authentication_token"
			if c.failure.Endpoint == fakegitlab.RegisterRunner {
				path = "/runners"
			}
			got := testkit.Ask(t, gl, gl.Token("mia"), "POST", path)
			assert.Equal(t, c.want, got.String())
			for name := range c.failure.Header {
				assert.Equal(t, c.failure.Header[name], got.Header.Values(name))
			}
			calls := gl.Calls("")
			require.Len(t, calls, 1)
			assert.True(t, calls[0].Failure)
			assert.Equal(t, got.Status, calls[0].Status)
			after := gl.Snapshot()
			after.AccessTokens = before.AccessTokens // Token made one
			assert.Equal(t, before, after, "what fails does not take effect")
		})
	}
}

func TestFailuresTakeTurns(t *testing.T) {
	gl := testkit.NewMia(t)
	statuses := func(n int) (got []int) {
		for range n {
			got = append(got, testkit.Ask(t, gl, gl.Token("mia"), "GET", "/runners/5").Status)
		}
		return got
	}
	gl.Inject(fakegitlab.Failure{Endpoint: fakegitlab.GetRunner, After: 1, Times: 2, Status: 503})
	gl.Inject(fakegitlab.Failure{Endpoint: "* /runners/:id", After: 1, Times: 1, Status: 500})
	remove := gl.Inject(fakegitlab.Failure{Where: []fakegitlab.CallMatcher{fakegitlab.By("mia"),
		fakegitlab.Param("id", 5)}, After: 1, Status: 429})
	assert.Equal(t, []int{200, 503, 503, 500, 429, 429}, statuses(6),
		"the first that is not spent; each counts what comes to it")
	assert.Equal(t, 200, testkit.Ask(t, gl, gl.AdminToken(), "GET", "/runners/5").Status, "that is not mia")
	remove()
	remove()
	assert.Equal(t, []int{200}, statuses(1))
}

func TestNetworkFaults(t *testing.T) {
	onEveryNetwork(t, func(t *testing.T, gl *fakegitlab.Fake) {
		token, overTCP := gl.Token("mia"), strings.HasPrefix(gl.URL(), "http://127.0.0.1:")
		put := func() (status int, body []byte, err error) {
			r, err := http.NewRequest("PUT", gl.APIURL()+"/runners/5?description=changed", nil)
			require.NoError(t, err)
			r.Header.Set("PRIVATE-TOKEN", token)
			client := *gl.Client()
			if overTCP {
				client.Transport = &http.Transport{DisableKeepAlives: true} // Go repeats a PUT that it lost on a used connection
			}
			res, err := client.Do(r)
			if err != nil {
				return 0, nil, err
			}
			defer func() { _ = res.Body.Close() }()
			body, err = io.ReadAll(res.Body)
			return res.StatusCode, body, err
		}
		for _, fault := range []fakegitlab.NetworkFault{fakegitlab.ConnectionReset, fakegitlab.EmptyReply} {
			for _, applied := range []bool{false, true} {
				gl.UpdateRunner(5, func(r *fakegitlab.Runner) { r.Description = "untouched" })
				remove := gl.Inject(fakegitlab.Failure{Endpoint: fakegitlab.UpdateRunner, Network: fault, Applied: applied})
				_, _, err := put()
				remove()
				assert.Error(t, err, fault)
				r, _ := gl.Runner(5)
				assert.Equal(t, applied, r.Description == "changed", "%s, applied %v", fault, applied)
				if overTCP {
					assert.Equal(t, fault == fakegitlab.ConnectionReset, errors.Is(err, syscall.ECONNRESET), "%s: %v", fault, err)
					assert.Equal(t, fault == fakegitlab.EmptyReply, errors.Is(err, io.EOF), "%s: %v", fault, err)
				}
			}
		}
		gl.Inject(fakegitlab.Failure{Endpoint: fakegitlab.UpdateRunner, Network: fakegitlab.TruncatedBody, Times: 1})
		status, _, err := put()
		assert.Equal(t, 200, status)
		assert.Error(t, err, "the body breaks off")
		gl.Inject(fakegitlab.Failure{Endpoint: fakegitlab.UpdateRunner, Network: fakegitlab.MalformedJSON, Times: 1})
		status, body, err := put()
		require.NoError(t, err)
		assert.Equal(t, 200, status)
		assert.NotEmpty(t, body)
		assert.False(t, json.Valid(body))
		gl.Inject(fakegitlab.Failure{Endpoint: fakegitlab.UpdateRunner, Network: fakegitlab.MalformedJSON, Status: 500,
			Times: 1})
		status, body, _ = put()
		assert.Equal(t, 500, status)
		assert.False(t, json.Valid(body))
	})
}

func TestHangAndDelay(t *testing.T) {
	onEveryNetwork(t, func(t *testing.T, gl *fakegitlab.Fake) {
		client := *gl.Client()
		client.Timeout = 200 * time.Millisecond
		gl.Inject(fakegitlab.Failure{Endpoint: fakegitlab.GetVersion, Network: fakegitlab.Hang, Times: 1})
		gl.Inject(fakegitlab.Slow(fakegitlab.GetVersion, time.Hour))
		for range 2 {
			_, err := client.Get(gl.APIURL() + "/version")
			var timeout interface{ Timeout() bool }
			require.ErrorAs(t, err, &timeout)
			assert.True(t, timeout.Timeout(), err)
		}
		gl.Inject(fakegitlab.Slow(fakegitlab.GetMetadata, 20*time.Millisecond))
		started := time.Now()
		assert.Equal(t, 401, testkit.Ask(t, gl, "", "GET", "/metadata").Status, "only later")
		assert.GreaterOrEqual(t, time.Since(started), 20*time.Millisecond)
	})
}

// The answer to a lost POST is the classic orphan.
func TestAppliedFailures(t *testing.T) {
	gl := testkit.NewMia(t)
	gl.Inject(fakegitlab.Failure{Endpoint: fakegitlab.RegisterRunner, Status: 504, Applied: true, Times: 1})
	token := gl.Settings().RegistrationToken
	for _, want := range []int{504, 201} {
		assert.Equal(t, want, testkit.Ask(t, gl, "", "POST", "/runners",
			testkit.WithForm("description=twin&token="+token)).Status)
	}
	twins := 0
	for _, r := range gl.Runners() {
		if r.Description == "twin" {
			twins++
		}
	}
	assert.Equal(t, 2, twins)
}

// A true answer with other headers: what GitLab says of limits or pages can be anything, and the rest stays true.
func TestHeadersOnTrueAnswers(t *testing.T) {
	gl := testkit.NewMia(t)
	remove := gl.Inject(fakegitlab.Failure{Endpoint: fakegitlab.ListRunners, Header: http.Header{
		"RateLimit-Remaining": {"0"}, "x-total": nil, "Etag": nil, "Content-Type": {"text/html"}}, Times: 2})
	got := testkit.Ask(t, gl, gl.Token("mia"), "GET", "/runners")
	assert.Equal(t, 200, got.Status)
	assert.Equal(t, []any{5.0}, got.Each(t, "id"))
	assert.Equal(t, []string{"0", "text/html", "1"}, []string{got.Header.Get("RateLimit-Remaining"),
		got.Header.Get("Content-Type"), got.Header.Get("X-Page")})
	assert.NotContains(t, got.Header, "X-Total")
	assert.NotContains(t, got.Header, "Etag")
	assert.Equal(t, 401, testkit.Ask(t, gl, "", "GET", "/runners").Status, "a true refusal is an answer, too")
	assert.Equal(t, "1", testkit.Ask(t, gl, gl.Token("mia"), "GET", "/runners").Header.Get("X-Total"), "twice, and no more")
	remove()
	calls := gl.Calls(fakegitlab.ListRunners)
	assert.Equal(t, "0", calls[0].ResponseHeader.Get("Ratelimit-Remaining"))
	assert.False(t, calls[0].Failure, "GitLab has answered")
	gl.Inject(fakegitlab.Failure{Endpoint: fakegitlab.GetCurrentUser, Network: fakegitlab.MalformedJSON,
		Header: http.Header{"X-A": {"b"}}, Times: 1})
	broken := testkit.Ask(t, gl, gl.Token("mia"), "GET", "/user")
	assert.Equal(t, "b", broken.Header.Get("X-A"))
}

func TestImpossibleFailures(t *testing.T) {
	for want, failure := range map[string]fakegitlab.Failure{
		`Inject: nothing serves GET /runner; did you mean GET /runners?`: {Endpoint: "GET /runner",
			Status: 500},
		`Inject: "boom" is no NetworkFault; there are connection reset, empty reply, hang, truncated body, malformed JSON`: {
			Network: "boom"},
		`Inject: "connection-reset" is no NetworkFault; did you mean the constant ConnectionReset, "connection reset"?`: {
			Network: "connection-reset"},
		`Inject: "reset" is no NetworkFault; did you mean the constant ConnectionReset, "connection reset"?`: {Network: "reset"},
		`Inject: "Timeout" is no NetworkFault; did you mean the constant Hang, "hang"?`:                      {Network: "Timeout"},
		`Inject: "EOF" is no NetworkFault; did you mean the constant EmptyReply, "empty reply"?`:             {Network: "EOF"},
		`Inject: "Connection Refused" is no NetworkFault: a connection is refused before there is a call; see Down and Up`: {
			Network: "Connection Refused"},
		`Inject: an endpoint is named by method and path alone, as in GitLab's documentation: "GET /runners"`: {
			Endpoint: "GET https://gitlab.example.com/gitlab/api/v4/runners?page=2", Status: 500},
		`Inject: an endpoint is named without /api/v4: DELETE /runners/7; did you mean DELETE /runners/:id? (with Param("id", "7"))`: {
			Endpoint: "DELETE /api/v4/runners/7", Status: 500},
		`Inject: nothing serves GET /runners/{runner_id}; did you mean GET /runners/:id?`: {Endpoint: "GET /runners/{runner_id}",
			Status: 500},
		`Inject: with connection reset there is no answer that could have Status 500: choose one; ` +
			`truncated body and malformed JSON go with a Status`: {Status: 500, Network: fakegitlab.ConnectionReset},
		"Inject: Header: \"bad name\" is no name of a header, which is of letters, digits and !#$%&'*+-.^_`|~": {Status: 500,
			Header: http.Header{"bad name": {"x"}}},
		`Inject: Header: a value of X-A has a line break or NUL, which HTTP cannot send`: {Status: 500,
			Header: http.Header{"X-A": {"a\nb"}}},
		`Inject: After, Times, For and Delay cannot be negative`:                                {Status: 500, Times: -1},
		`Inject: an answer of status 204 has no body, so that HTTP cannot send Message or Body`: {Status: 204, Body: "x"},
		`Inject: RateLimited(-1s): a time to wait is not negative`:                              fakegitlab.RateLimited("", -time.Second),
		`Inject: 99 is no status of an answer`:                                                  {Status: 99},
		`Inject: Message and Body need a Status to go with`:                                     {Message: "x"},
		`Inject: the Failure has no Status, Header, Network or Delay and would change nothing`:  {},
		`Inject: with hang there is no answer that Header could be on`: {Network: fakegitlab.Hang,
			Header: http.Header{"X-A": {"b"}}},
		`Inject: Applied needs a Status or Network that takes the answer's place`: {Delay: 1, Applied: true},
	} {
		assert.Equal(t, "fakegitlab: "+want, misuse(t, testkit.MiasWorld(), func(gl *fakegitlab.Fake) { gl.Inject(failure) }))
	}
}

// Mounted in a server that cannot hand over its connection, faults still end the request without an answer.
func TestFaultsWhenMounted(t *testing.T) {
	gl := testkit.NewMia(t)
	server := httptest.NewServer(gl)
	t.Cleanup(server.Close)
	for _, fault := range []fakegitlab.NetworkFault{fakegitlab.ConnectionReset, fakegitlab.EmptyReply} {
		gl.Inject(fakegitlab.Failure{Endpoint: fakegitlab.GetVersion, Network: fault, Times: 1})
		_, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Get(server.URL + "/api/v4/version")
		assert.Error(t, err)
		gl.Inject(fakegitlab.Failure{Endpoint: fakegitlab.GetVersion, Network: fault, Times: 1})
		assert.Panics(t, func() { gl.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/api/v4/version", nil)) })
	}
}
