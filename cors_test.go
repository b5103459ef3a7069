package fakegitlab_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestCrossOrigin(t *testing.T) {
	gl := newMia(t)
	origin := with("Origin", "https://shop.example")
	for _, path := range []string{"/runners/5", "/no/such/route"} {
		asked := ask(t, gl, "", "OPTIONS", path, origin, with("Access-Control-Request-Method", "PUT"), with("Access-Control-Request-Headers", "private-token"))
		assert.Equal(t, "200", asked.String(), path)
		assert.Equal(t, "*", asked.header.Get("Access-Control-Allow-Origin"))
		assert.Equal(t, "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS", asked.header.Get("Access-Control-Allow-Methods"))
		assert.Equal(t, "private-token", asked.header.Get("Access-Control-Allow-Headers"))
		assert.Empty(t, asked.header.Get("Access-Control-Allow-Credentials"))
	}
	gl.ClearCalls()
	listed := ask(t, gl, gl.Token("mia"), "GET", "/runners", origin)
	assert.Equal(t, 200, listed.status)
	assert.Contains(t, listed.header.Get("Access-Control-Expose-Headers"), "X-Total-Pages")
	assert.Equal(t, "*", ask(t, gl, "", "GET", "/runners", origin).header.Get("Access-Control-Allow-Origin"), "refusals too")
	assert.Empty(t, ask(t, gl, gl.Token("mia"), "GET", "/runners").header.Get("Access-Control-Allow-Origin"), "no page asks")
}
