package rest_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

func TestCrossOrigin(t *testing.T) {
	gl := testkit.NewMia(t)
	origin := testkit.WithHeader("Origin", "https://shop.example")
	for _, path := range []string{"/runners/5", "/no/such/route"} {
		asked := testkit.Ask(t, gl, "", "OPTIONS", path, origin, testkit.WithHeader("Access-Control-Request-Method", "PUT"),
			testkit.WithHeader("Access-Control-Request-Headers", "private-token"))
		assert.Equal(t, "200", asked.String(), path)
		assert.Equal(t, "*", asked.Header.Get("Access-Control-Allow-Origin"))
		assert.Equal(t, "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS", asked.Header.Get("Access-Control-Allow-Methods"))
		assert.Equal(t, "private-token", asked.Header.Get("Access-Control-Allow-Headers"))
		assert.Empty(t, asked.Header.Get("Access-Control-Allow-Credentials"))
	}
	gl.ClearCalls()
	listed := testkit.Ask(t, gl, gl.Token("mia"), "GET", "/runners", origin)
	assert.Equal(t, 200, listed.Status)
	assert.Contains(t, listed.Header.Get("Access-Control-Expose-Headers"), "X-Total-Pages")
	assert.Equal(t, "*", testkit.Ask(t, gl, "", "GET", "/runners", origin).Header.Get("Access-Control-Allow-Origin"),
		"refusals too")
	assert.Empty(t, testkit.Ask(t, gl, gl.Token("mia"), "GET", "/runners").Header.Get("Access-Control-Allow-Origin"),
		"no page asks")
}
