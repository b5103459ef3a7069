// Package hostile_test sends a fake what no honest client sends, and looks whether it still answers, with the world as it
// was. It has nothing but tests; those of one reader, as of packs and test reports, stand beside it, and
// internal/browser has those with a real browser.
package hostile_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

// well asserts that a fake answers and that its world is as before.
func well(t *testing.T, gl *fakegitlab.Fake, before fakegitlab.Scenario) {
	t.Helper()
	assert.Equal(t, http.StatusOK, testkit.Ask(t, gl, gl.AdminToken(), "GET", "/version").Status)
	gl.AssertSnapshot(t, before)
}

// dial opens a connection to a fake, for a test that writes on it what it likes.
func dial(t *testing.T, gl *fakegitlab.Fake) net.Conn {
	t.Helper()
	c, err := gl.DialContext(t.Context(), "tcp", "")
	require.NoError(t, err)
	t.Cleanup(func() { _ = c.Close() })
	require.NoError(t, c.SetDeadline(time.Now().Add(time.Minute)))
	return c
}

// answers are the statuses of all answers that come on a connection until the fake closes it.
func answers(t *testing.T, c net.Conn) (statuses []int) {
	t.Helper()
	for r := bufio.NewReader(c); ; {
		res, err := http.ReadResponse(r, nil)
		if err != nil {
			return statuses
		}
		_, _ = io.Copy(io.Discard, res.Body)
		_ = res.Body.Close()
		statuses = append(statuses, res.StatusCode)
	}
}

const (
	host = "Host: x\r\n"
	last = "Connection: close\r\n\r\n"
	// smuggled is a request that deletes a runner, which hides in another one's body.
	smuggled = "DELETE /api/v4/runners HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 22\r\n" +
		"Connection: close\r\n\r\n{\"token\":\"shop-token\"}"
)

// A request that two servers would cut in different places is refused, and what hides in it is not taken for another:
// the connection is closed behind it.
func TestRequestsThatHideOthers(t *testing.T) {
	for name, c := range map[string]struct {
		head string
		want []int
	}{
		"two lengths":       {"POST /api/v4/runners HTTP/1.1\r\n" + host + "Content-Length: 0\r\nContent-Length: 9\r\n\r\n", []int{400}},
		"a list of lengths": {"POST /api/v4/runners HTTP/1.1\r\n" + host + "Content-Length: 0, 9\r\n\r\n", []int{400}},
		"a signed length":   {"POST /api/v4/runners HTTP/1.1\r\n" + host + "Content-Length: +0\r\n\r\n", []int{400}},
		"a negative length": {"POST /api/v4/runners HTTP/1.1\r\n" + host + "Content-Length: -1\r\n\r\n", []int{400}},
		"a huge length":     {"POST /api/v4/runners HTTP/1.1\r\n" + host + "Content-Length: 99999999999999999999\r\n\r\n", []int{400}},
		"chunked twice": {"POST /api/v4/runners HTTP/1.1\r\n" + host +
			"Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n", []int{501}},
		"an unknown coding": {"POST /api/v4/runners HTTP/1.1\r\n" + host + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", []int{501}},
		"a coding with a space": {"POST /api/v4/runners HTTP/1.1\r\n" + host +
			"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n", []int{400}},
		"a folded header": {"POST /api/v4/runners HTTP/1.1\r\n" + host + " Transfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n", []int{400}},
		"a chunk that is no number": {"POST /api/v4/runners HTTP/1.1\r\n" + host +
			"Transfer-Encoding: chunked\r\n\r\nzz\r\n", []int{400}},
		"a chunk of too many digits": {"POST /api/v4/runners HTTP/1.1\r\n" + host +
			"Transfer-Encoding: chunked\r\n\r\n" + strings.Repeat("f", 17) + "\r\n", []int{400}},
		"a chunk longer than it says": {"POST /api/v4/runners HTTP/1.1\r\n" + host +
			"Transfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n0\r\n\r\n", []int{400}},
		"two hosts":                {"POST /api/v4/runners HTTP/1.1\r\n" + host + "Host: y\r\nContent-Length: 0\r\n\r\n", []int{400}},
		"no host":                  {"POST /api/v4/runners HTTP/1.1\r\nContent-Length: 0\r\n\r\n", []int{400}},
		"a NUL in a header":        {"POST /api/v4/runners HTTP/1.1\r\n" + host + "A: \x00\r\n\r\n", []int{400}},
		"a space in a path":        {"POST /api/v4/run ners HTTP/1.1\r\n" + host + "\r\n", []int{400}},
		"a bad escape":             {"GET /api/v4/runners/%zz HTTP/1.1\r\n" + host + "\r\n", []int{400}},
		"a control character":      {"GET /api/v4/runners/\x01 HTTP/1.1\r\n" + host + "\r\n", []int{400}},
		"a version to come":        {"GET /api/v4/version HTTP/3.0\r\n" + host + "\r\n", []int{505}},
		"no method":                {" /api/v4/version HTTP/1.1\r\n" + host + "\r\n", []int{400}},
		"TLS where there is none":  {"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", []int{400}},
		"headers of two megabytes": {"GET /api/v4/version HTTP/1.1\r\n" + host + "A: " + strings.Repeat("a", 2<<20) + "\r\n\r\n", []int{431}},
		"many headers":             {"GET /api/v4/version HTTP/1.1\r\n" + host + strings.Repeat("A: b\r\n", 1<<19) + "\r\n", []int{431}},
		"a huge path":              {"GET /api/v4/" + strings.Repeat("a", 2<<20) + " HTTP/1.1\r\n" + host + "\r\n", []int{431}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			gl := testkit.NewMia(t, fakegitlab.WithUnknownEndpoints(true))
			before := gl.Snapshot()
			conn := dial(t, gl)
			go func() { _, _ = io.WriteString(conn, c.head+smuggled) }() // the fake may stop reading at any byte
			got := answers(t, conn)
			if name == "headers of two megabytes" || name == "many headers" || name == "a huge path" {
				assert.Subset(t, c.want, got, "the answer may be lost with the connection, which is reset")
			} else {
				assert.Equal(t, c.want, got)
			}
			well(t, gl, before)
		})
	}
}

// What is unusual but right is understood: absolute addresses, several requests at once, chunks with extensions.
func TestUnusualRequests(t *testing.T) {
	gl := testkit.NewMia(t, fakegitlab.WithUnknownEndpoints(true))
	before := gl.Snapshot()
	ask := "PRIVATE-TOKEN: " + gl.AdminToken() + "\r\n"
	for name, c := range map[string]struct {
		sent string
		want []int
	}{
		"an absolute address": {"GET http://elsewhere.example/api/v4/version HTTP/1.1\r\n" + host + ask + last, []int{200}},
		"pipelining": {strings.Repeat("GET /api/v4/version HTTP/1.1\r\n"+host+ask+"\r\n", 50) +
			"GET /api/v4/version HTTP/1.1\r\n" + host + last, append(repeated(200, 50), 401)},
		"HTTP/1.0":        {"GET /api/v4/version HTTP/1.0\r\n" + ask + "\r\n", []int{200}},
		"an asterisk":     {"OPTIONS * HTTP/1.1\r\n" + host + last, []int{200}},
		"CONNECT":         {"CONNECT elsewhere.example:443 HTTP/1.1\r\nHost: elsewhere.example:443\r\n" + last, []int{404}},
		"dots":            {"GET /api/v4/../../etc/passwd HTTP/1.1\r\n" + host + ask + last, []int{404}},
		"escaped slashes": {"GET /api/v4/projects/acme%2Fshop HTTP/1.1\r\n" + host + ask + last, []int{200}},
		"chunks with extensions": {"POST /api/v4/runners/verify HTTP/1.1\r\n" + host + "Content-Type: application/json\r\n" +
			"Transfer-Encoding: chunked\r\n" + "Trailer: A\r\n" + last + "16;a=b\r\n{\"token\":\"no-runners\"}\r\n0\r\nA: b\r\n\r\n", []int{403}},
		// Chunks count then, as in GitLab, whose Workhorse is written in Go, too.
		"a length and chunks": {"POST /api/v4/runners/verify HTTP/1.1\r\n" + host + "Content-Type: application/json\r\n" +
			"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n" + last + "16\r\n{\"token\":\"no-runners\"}\r\n0\r\n\r\n", []int{403}},
		"one length twice": {"POST /api/v4/runners/verify HTTP/1.1\r\n" + host + "Content-Type: application/json\r\n" +
			"Content-Length: 22\r\nContent-Length: 22\r\n" + last + "{\"token\":\"no-runners\"}", []int{403}},
		"a body behind a GET": {"GET /api/v4/version HTTP/1.1\r\n" + host + ask + "Content-Length: " + fmt.Sprint(len(smuggled)) +
			"\r\n" + last + smuggled, []int{415}},
	} {
		t.Run(name, func(t *testing.T) {
			conn := dial(t, gl)
			_, err := io.WriteString(conn, c.sent)
			require.NoError(t, err)
			assert.Equal(t, c.want, answers(t, conn))
			well(t, gl, before)
		})
	}
}

func repeated(status, n int) (all []int) {
	for range n {
		all = append(all, status)
	}
	return all
}

// Those who send a byte now and then keep nobody waiting, and Close does not wait for them.
func TestSlowClients(t *testing.T) {
	gl := testkit.NewMia(t, fakegitlab.WithUnknownEndpoints(true))
	before := gl.Snapshot()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	for i := range 200 {
		c := dial(t, gl)
		_, err := io.WriteString(c, "GET /api/v4/version HTTP/1.1\r\nHost: x\r\nA")
		require.NoError(t, err)
		if i%50 == 0 {
			go func() {
				for ctx.Err() == nil {
					if _, err := c.Write([]byte("a")); err != nil {
						return
					}
				}
			}()
		}
	}
	well(t, gl, before)
	began := time.Now()
	gl.Close()
	assert.Less(t, time.Since(began), 30*time.Second)
}

// Who is refused has the answer at once, be it that the rest of the body never comes; who sends it all first sees it, too.
func TestClientsThatKeepTheRest(t *testing.T) {
	for name, opts := range map[string][]fakegitlab.Option{"TCP": nil, "TLS": {fakegitlab.WithTLS()},
		"in memory": {fakegitlab.WithInMemoryNetwork()}} {
		t.Run(name, func(t *testing.T) {
			gl, r := testkit.Factory(t, opts...)
			gl.UpdateSettings(func(s *fakegitlab.Settings) { s.MaxArtifactsSize = 1 << 10 })
			job := gl.AddJob(fakegitlab.Job{Project: "acme/shop", Status: fakegitlab.JobRunning, RunnerID: r.ID})
			path := fmt.Sprintf("/jobs/%d/artifacts", job.ID)
			body, kept := io.Pipe()
			go func() { _, _ = kept.Write(make([]byte, 1<<20)) }()
			res := testkit.Send(t, gl, "POST", path, body, "Job-Token", job.Token, "Content-Type", "multipart/form-data")
			assert.Equal(t, 400, res.Status)
			_ = kept.CloseWithError(io.ErrClosedPipe)

			large := "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.zip\"\r\n\r\n" +
				strings.Repeat("x", 6<<20) + "\r\n--b--\r\n"
			res = testkit.Send(t, gl, "POST", path, strings.NewReader(large), "Job-Token", job.Token, "Content-Type",
				"multipart/form-data; boundary=b")
			assert.Equal(t, 413, res.Status)
			gl.AssertCalled(t, fakegitlab.UploadArtifacts, fakegitlab.Times(2))
		})
	}
}
