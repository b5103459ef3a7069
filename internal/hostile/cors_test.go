package hostile_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

// Pages of other origins may call the API and nothing else, and never with cookies (rack-cors in GitLab's
// config/application.rb); internal/browser tries it with a browser.
func TestOtherOriginsGetTheAPIAlone(t *testing.T) {
	gl := testkit.NewMia(t, fakegitlab.WithControl(), fakegitlab.WithUnknownEndpoints(true))
	for path, allowed := range map[string]string{"/api/v4/version": "*", "/api/v4/nothing": "*", "/api/graphql": "*",
		"/acme/shop.git/info/refs?service=git-upload-pack": "", "/oauth/token": "", "/-/health": "", "/-/fake/snapshot": "",
		"/apis": "", "/": ""} {
		for _, method := range []string{"GET", "OPTIONS"} {
			got := testkit.AskBy(t, gl.Client(), gl.URL(), "", method, path, testkit.WithHeader("Origin", "https://evil.example"),
				testkit.WithHeader("Access-Control-Request-Method", "DELETE"))
			assert.Equal(t, allowed, got.Header.Get("Access-Control-Allow-Origin"), "%s %s: %d", method, path, got.Status)
			assert.Empty(t, got.Header.Values("Access-Control-Allow-Credentials"), "%s %s", method, path)
		}
	}
}
