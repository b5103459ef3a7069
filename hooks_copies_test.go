package fakegitlab_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

// What a function of the test is given of a request it may change: the request that is being served is another, and so
// is what is recorded of it.
func TestHooksChangeNothing(t *testing.T) {
	spoil := func(c fakegitlab.Call) {
		c.Header.Del("Private-Token")
		c.Header.Set("Accept", "text/html")
		c.Query.Set("tag_list", "spoilt")
		c.Params["paused"] = false
		if tags, ok := c.Params["tag_list"].([]any); ok {
			tags[0] = "spoilt"
		}
		if c.ResponseHeader != nil {
			c.ResponseHeader.Set("X-Spoilt", "yes")
		}
		for _, b := range [][]byte{c.Body, c.ResponseBody} {
			clear(b)
		}
	}
	ways := map[string]func(*fakegitlab.Fake){
		"before": func(gl *fakegitlab.Fake) { gl.Before("", spoil) },
		"after":  func(gl *fakegitlab.Fake) { gl.After("", spoil) },
		"condition": func(gl *fakegitlab.Fake) {
			gl.Inject(fakegitlab.Failure{Status: http.StatusTeapot, Where: []fakegitlab.CallMatcher{
				fakegitlab.Where(func(c fakegitlab.Call) bool {
					spoil(c)
					return false
				})}})
		},
		"hold": func(gl *fakegitlab.Fake) {
			held := gl.Hold("")
			go func() {
				if call, err := held.Wait(t.Context()); err == nil {
					spoil(call)
				}
				held.Release()
			}()
		},
	}
	for name, way := range ways {
		t.Run(name, func(t *testing.T) {
			gl := testkit.NewMia(t, fakegitlab.WithUnusedFailures(true))
			way(gl)
			reply := testkit.Ask(t, gl, gl.Token("mia"), "PUT", "/runners/5?private=1",
				testkit.WithJSON(`{"paused": true, "tag_list": ["linux"]}`))
			require.Equal(t, 200, reply.Status, reply.Body)
			assert.Empty(t, reply.Header.Get("X-Spoilt"))
			r, _ := gl.Runner(5)
			assert.True(t, r.Paused)
			assert.Equal(t, []string{"linux"}, r.Tags)
			call := gl.Calls("")[0]
			assert.Equal(t, gl.Token("mia"), call.Header.Get("Private-Token"))
			assert.Equal(t, "private=1", call.Query.Encode())
			assert.Equal(t, true, call.Params["paused"])
			assert.JSONEq(t, `{"paused": true, "tag_list": ["linux"]}`, string(call.Body))
			assert.NotContains(t, call.ResponseHeader, "X-Spoilt")
		})
	}
}

// A token that was made before a Reset works after it, and is made again by the first call that does something with it,
// not by one that is refused.
func TestRefusedCallsMakeNoToken(t *testing.T) {
	gl := testkit.NewMia(t)
	mia, admin, reader := gl.Token("mia"), gl.Token("root"), gl.Token("mia", "read_user")
	gl.Reset()
	before := gl.Snapshot()
	require.Empty(t, before.AccessTokens)
	for _, refused := range []struct {
		token, method, path string
		status              int
	}{
		{mia, "GET", "/runners/all", 403},
		{mia, "GET", "/runners/99", 404},
		{mia, "GET", "/projects/99", 404},
		{mia, "PUT", "/runners/5?maximum_timeout=1", 400},
		{mia, "PUT", "/runners/5?maximum_timeout=x", 400},
		{reader, "GET", "/runners/5", 403},
		{mia, "GET", "/version?sudo=root", 403},
		{admin, "GET", "/version?sudo=nobody", 403},
	} {
		assert.Equal(t, refused.status, testkit.Ask(t, gl, refused.token, refused.method, refused.path).Status, refused.path)
	}
	gl.AssertSnapshot(t, before)
	assert.Equal(t, before, gl.Snapshot())

	self := testkit.Ask(t, gl, mia, "GET", "/personal_access_tokens/self")
	require.Equal(t, 200, self.Status)
	require.Len(t, gl.Snapshot().AccessTokens, 1)
	assert.EqualValues(t, gl.Snapshot().AccessTokens[0].ID, self.Field(t, "id"))
	assert.Equal(t, mia, gl.Token("mia"))
	assert.Equal(t, admin, gl.Token("root"), "also one that was only refused")
}
