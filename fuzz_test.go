package fakegitlab_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/conformance"
	"github.com/fakegitlab/fakegitlab/internal/racing"
)

// fuzzWorld is small, so that comparing snapshots is cheap, and has something for every endpoint.
func fuzzWorld() fakegitlab.Scenario {
	return fakegitlab.NewScenario().
		WithSettings(func(s *fakegitlab.Settings) { s.RegistrationToken = "instance-registration" }).
		WithUser("mia").WithUser("sam").
		WithAccessToken("root", "", func(t *fakegitlab.AccessToken) {
			t.Token, t.Scopes = "root-token", []string{"api", "sudo"}
		}).
		WithAccessToken("mia", "", func(t *fakegitlab.AccessToken) { t.Token = "mia-token" }).
		WithAccessToken("sam", "", func(t *fakegitlab.AccessToken) { t.Token = "sam-token" }).
		WithProject("acme/shop", func(p *fakegitlab.Project) {
			p.ID, p.RegistrationToken, p.Members = 3, "project-registration", fakegitlab.Members{"mia": fakegitlab.Maintainer}
		}).
		WithProject("acme/api", func(p *fakegitlab.Project) {
			p.ID, p.Members = 4, fakegitlab.Members{"mia": fakegitlab.Maintainer}
		}).
		WithRunner("shop", func(r *fakegitlab.Runner) {
			r.ID, r.Projects, r.Token, r.Tags = 5, []string{"acme/shop"}, "runner-token", []string{"linux"}
			r.Managers = []fakegitlab.RunnerManager{{SystemID: "s_1", Version: "17.2.0"}}
		}).
		WithRunner("shared", func(r *fakegitlab.Runner) { r.ID, r.Token = 6, "shared-token" }).
		WithRunner("team", func(r *fakegitlab.Runner) { r.ID, r.Group, r.Token = 7, "acme", "group-token" }).
		WithJob("acme/shop", "build", func(j *fakegitlab.Job) {
			j.ID, j.RunnerID, j.Status, j.Token = 8, 5, fakegitlab.JobRunning, "glcbt-job"
		})
}

// fuzzInput is a whole request.
type fuzzInput struct {
	method, path, query       string
	privateToken, bearer      string
	header, value             string // one more
	contentType, body, accept string
}

// request is nil for what no HTTP server would be given.
func (in fuzzInput) request() *http.Request {
	if in.method == "" || strings.ContainsFunc(in.method, func(r rune) bool {
		return r <= ' ' || r > '~' || strings.ContainsRune(`()<>@,;:\"/[]?={}`, r)
	}) {
		return nil
	}
	target, err := url.ParseRequestURI("/" + strings.TrimPrefix(in.path, "/"))
	if err != nil {
		return nil
	}
	r := httptest.NewRequest(http.MethodGet, "/", bytes.NewReader([]byte(in.body)))
	r.Method, r.URL, r.ContentLength = in.method, target, int64(len(in.body))
	r.URL.RawQuery = in.query
	for name, value := range map[string]string{"PRIVATE-TOKEN": in.privateToken, "Content-Type": in.contentType,
		"Accept": in.accept, in.header: in.value} {
		if name != "" && value != "" {
			r.Header.Set(name, value)
		}
	}
	if in.bearer != "" {
		r.Header.Set("Authorization", "Bearer "+in.bearer)
	}
	return r
}

// FuzzRequests sends whole requests to all routes. Whatever comes, there is an answer that is not the server's fault,
// JSON is JSON, and a request that is refused, or only reads, changes nothing.
func FuzzRequests(f *testing.F) {
	racing.Skip(f)
	for _, in := range fuzzSeeds(f) {
		f.Add(in.method, in.path, in.query, in.privateToken, in.bearer, in.header, in.value, in.contentType, in.body,
			in.accept)
	}
	gl, err := fakegitlab.Start(fakegitlab.WithScenario(fuzzWorld()))
	require.NoError(f, err)
	f.Cleanup(gl.Close)
	f.Fuzz(func(t *testing.T, method, path, query, privateToken, bearer, header, value, contentType, body, accept string) {
		in := fuzzInput{method, path, query, privateToken, bearer, header, value, contentType, body, accept}
		r := in.request()
		if r == nil {
			t.Skip("no HTTP request")
		}
		before := gl.Snapshot()
		res := httptest.NewRecorder()
		gl.ServeHTTP(res, r)
		calls := gl.Calls("")
		checkFuzzedAnswer(t, r, res, len(calls) == 1 && strings.HasPrefix(calls[0].Reason, "GitLab fails here: "))
		reads := method == http.MethodGet || method == http.MethodHead || method == http.MethodOptions
		after := gl.Snapshot()
		if diff := cmp.Diff(before, after); diff != "" {
			if (res.Code >= 400 || reads) && !begun(r) {
				t.Errorf("%s %s was answered with %d and changed the state (-before +after):\n%s", method, path, res.Code, diff)
			}
			checkSeedable(t, r, after)
			gl.Reset()
		}
		gl.ClearCalls()
	})
}

// begun reports whether a request, though it is refused, begins an empty repository, as GitLab does before it looks at
// the branch that is to be made (app/services/branches/create_service.rb).
func begun(r *http.Request) bool {
	return r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/repository/branches")
}

// checkSeedable checks that what a request led to is a state that could have been seeded.
func checkSeedable(t *testing.T, r *http.Request, s fakegitlab.Scenario) {
	t.Helper()
	fresh, err := fakegitlab.Start(fakegitlab.WithInMemoryNetwork(), fakegitlab.WithScenario(s))
	if err != nil {
		t.Errorf("%s %s led to a state that cannot be seeded: %v", r.Method, r.URL, err)
		return
	}
	defer fresh.Close()
	if diff := cmp.Diff(s, fresh.Snapshot()); diff != "" {
		t.Errorf("%s %s led to a state that is another one when seeded:\n%s", r.Method, r.URL, diff)
	}
}

// checkFuzzedAnswer checks an answer. gitlabFails is whether GitLab itself fails at this request, which the fake then
// does, too.
func checkFuzzedAnswer(t *testing.T, r *http.Request, res *httptest.ResponseRecorder, gitlabFails bool) {
	t.Helper()
	if (res.Code < 200 || res.Code > 499) && !(gitlabFails && res.Code == http.StatusInternalServerError) {
		t.Errorf("%s %s: status %d, body %.300s", r.Method, r.URL, res.Code, res.Body)
	}
	isJSON := strings.HasPrefix(res.Header().Get("Content-Type"), "application/json")
	if isJSON && r.Method != http.MethodHead && !json.Valid(res.Body.Bytes()) {
		t.Errorf("%s %s: the body is no JSON: %.300q", r.Method, r.URL, res.Body)
	}
}

// fuzzSeeds are the requests of the conformance cases, their names replaced by what the fuzzed world has.
func fuzzSeeds(f *testing.F) []fuzzInput {
	files, err := filepath.Glob(conformance.DefaultCases)
	require.NoError(f, err)
	seeds := slices.Clone(handwrittenSeeds)
	for _, name := range files {
		raw := conformance.ReadFile(f, name)
		for _, c := range raw.Cases {
			for _, s := range append([]conformance.Step{c.Step}, c.Then...) {
				if in, ok := fuzzSeed(f, s); ok {
					seeds = append(seeds, in)
				}
			}
		}
	}
	return seeds
}

// handwrittenSeeds take the routes that need the world's own tokens.
var handwrittenSeeds = []fuzzInput{
	{method: "DELETE", path: "/api/v4/runners", contentType: "application/json", body: `{"token":"runner-token"}`,
		header: "If-Unmodified-Since", value: "Mon, 01 Jan 2024 00:00:00 GMT"},
	{method: "DELETE", path: "/api/v4/runners/managers", query: "token=runner-token&system_id=s_1"},
	{method: "DELETE", path: "/api/v4/projects/acme%2Fapi/runners/5", privateToken: "mia-token"},
	{method: "POST", path: "/api/v4/runners/verify", contentType: "application/x-www-form-urlencoded",
		body: "token=runner-token&system_id=s_2&info[version]=17.3"},
	{method: "POST", path: "/api/v4/runners", contentType: "multipart/form-data; boundary=b",
		body: "--b\r\nContent-Disposition: form-data; name=\"token\"\r\n\r\nproject-registration\r\n--b--\r\n"},
	{method: "PUT", path: "/api/v4/application/settings", privateToken: "root-token", contentType: "application/json",
		body: `{"runner_token_expiration_interval":7200,"valid_runner_registrars":["group"]}`},
	{method: "PUT", path: "/api/v4/runners/5", query: "sudo=mia&tag_list[]=a,b&tag_list[]=c", privateToken: "root-token"},
	{method: "GET", path: "/api/v4/runners/5/jobs", query: "pagination=keyset&cursor=eyJpZCI6IjgiLCJfa2QiOiJuIn0",
		bearer: "mia-token"},
	{method: "OPTIONS", path: "/api/v4/runners//5/", bearer: "mia-token"},
}

// fuzzSeed turns the request of a case into a seed; false for a case that needs a world of its own.
func fuzzSeed(f *testing.F, s conformance.Step) (fuzzInput, bool) {
	f.Helper()
	p := conformance.NewPlayer(f)
	for _, kind := range []string{"runner", "project", "group", "job", "user"} {
		for name, value := range map[string]string{"id": map[string]string{"runner": "5", "project": "3", "group": "1001",
			"job": "8", "user": "2"}[kind],
			"token": map[string]string{"runner": "runner-token", "job": "glcbt-job"}[kind], "path": "acme/shop",
			"registration_token": "project-registration"} {
			p.Names[kind+"."+name] = value
		}
	}
	short := func(text string) string { // {{runner.shared.id}} and {{runner.proj.id}} are the same here
		return conformance.Placeholder.ReplaceAllStringFunc(text, func(whole string) string {
			parts := strings.Split(strings.Trim(whole, "{}"), ".")
			if value, known := p.Names[parts[0]+"."+parts[len(parts)-1]]; known {
				return value
			}
			return "mia-token"
		})
	}
	raw, err := json.Marshal(s)
	require.NoError(f, err)
	var flat conformance.Step
	if json.Unmarshal([]byte(short(string(raw))), &flat) != nil || flat.Request.AbsolutePath != "" {
		return fuzzInput{}, false
	}
	path, query, _ := strings.Cut(flat.Request.Path, "?")
	if more := p.Pairs(flat.Request.Query).Encode(); more != "" {
		query = strings.TrimPrefix(query+"&"+more, "&")
	}
	body, contentType := p.Body(flat.Request)
	in := fuzzInput{method: flat.Request.Method, path: "/api/v4" + strings.ReplaceAll(path, "acme/shop", "acme%2Fshop"),
		query:       query,
		contentType: contentType, body: string(body)}
	if len(body) > 1<<12 {
		return fuzzInput{}, false // large files slow the fuzzer down
	}
	switch who, name, _ := strings.Cut(s.As, ":"); {
	case who == "none" || who == "":
	case strings.Contains(name, "admin") || strings.Contains(name, "root"):
		in.privateToken = "root-token"
	default:
		in.privateToken = "mia-token"
	}
	for name, value := range flat.Request.Headers {
		switch name {
		case "Content-Type":
			in.contentType = value
		case "Accept":
			in.accept = value
		default:
			in.header, in.value = name, value
		}
	}
	return in, true
}
