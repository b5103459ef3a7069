package browser_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab"
)

// A page of another origin, open in a browser on this machine, gets nothing from the control API and changes nothing with
// it, whatever kind of request it makes. The API of GitLab answers it as GitLab does: to everybody, without cookies.
func TestPagesOfOtherOrigins(t *testing.T) {
	b := open(t)
	gl := fakegitlab.New(t, fakegitlab.WithControl(), fakegitlab.WithScenario(fakegitlab.SmallCompany()),
		fakegitlab.WithUnknownEndpoints(true))
	before, now := gl.Snapshot(), gl.Now()
	evil := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = fmt.Fprint(w, `<body><iframe name="in"></iframe></body>`)
	}))
	t.Cleanup(evil.Close)
	b.visit(evil.URL)

	try := func(address, options string) string {
		t.Helper()
		return eval[string](b, fmt.Sprintf(`fetch(%q, %s).then(r => r.type + " " + r.status, e => "refused: " + e.name)`, address, options))
	}
	control := gl.URL() + "/-/fake/"
	for _, options := range []string{`{}`, `{mode: "no-cors"}`, `{method: "POST", body: '{"seconds": 3600}'}`,
		`{method: "POST", mode: "no-cors", body: '{"seconds": 3600}'}`,
		`{method: "POST", mode: "no-cors", body: '{"seconds": 3600}', headers: {"Content-Type": "text/plain"}}`,
		`{method: "PATCH", body: "{}"}`, `{method: "DELETE"}`,
	} {
		for _, path := range []string{"snapshot", "advance", "reset", "calls"} {
			assert.Contains(t, []string{"refused: TypeError", "opaque 0"}, try(control+path, options), "%s %s", path, options)
		}
	}
	// A form needs no leave to be sent.
	b.do("/execute/async", map[string]any{"args": []any{}, "script": fmt.Sprintf(`const done = arguments[0];
		const form = document.createElement("form");
		Object.assign(form, {method: "post", action: %q, target: "in", enctype: "text/plain"});
		form.innerHTML = '<input name=\'{"seconds": 3600, "a": "\' value=\'"}\'>';
		document.querySelector("iframe").onload = () => done();
		document.body.append(form); form.submit();`, control+"advance")}, nil)
	gl.AssertSnapshot(t, before)
	assert.Equal(t, now, gl.Now())

	api := gl.APIURL()
	token := fmt.Sprintf(`{headers: {"PRIVATE-TOKEN": %q}}`, gl.Token("mia"))
	assert.Equal(t, "cors 200", try(api+"/user", token))
	assert.Equal(t, "cors 401", try(api+"/user", `{}`))
	assert.Equal(t, "refused: TypeError", try(api+"/user", `{credentials: "include"}`), "never with cookies")
	assert.Equal(t, "refused: TypeError", try(gl.URL()+"/acme/shop.git/info/refs?service=git-upload-pack", `{}`), "the API alone")
	assert.Equal(t, "3", eval[string](b, fmt.Sprintf(`fetch(%q, %s).then(r => r.headers.get("X-Per-Page"))`,
		api+"/runners?per_page=3", token)))
}

// A page whose owner has its name lead to this machine is of the fake's own origin, as the browser sees it; the control
// API answers to no such name.
func TestReboundNames(t *testing.T) {
	gl := fakegitlab.New(t, fakegitlab.WithControl(), fakegitlab.WithScenario(fakegitlab.SmallCompany()),
		fakegitlab.WithUnknownEndpoints(true))
	before, now := gl.Snapshot(), gl.Now()
	u, err := url.Parse(gl.URL())
	require.NoError(t, err)
	b := open(t, "--host-resolver-rules=MAP rebound.example 127.0.0.1")
	name := "http://rebound.example:" + u.Port()
	b.visit(name + "/api/v4/version") // the page's own address
	for _, call := range []string{`"/-/fake/snapshot"`, `"/-/fake/advance", {method: "POST", body: '{"seconds": 3600}'}`,
		`"/-/fake/reset", {method: "POST"}`, `"/-/fake/"`} {
		said := eval[string](b, `fetch(`+call+`).then(async r => r.status + " " + await r.text())`)
		assert.Contains(t, said, "403 ", call)
		assert.Contains(t, said, "rebound.example", call)
		assert.NotContains(t, said, "acme/shop", call)
	}
	gl.AssertSnapshot(t, before)
	assert.Equal(t, now, gl.Now())
}
