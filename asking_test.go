package fakegitlab_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab"
)

// reply is an answer, read whole.
type reply struct {
	status int
	header http.Header
	body   string
}

// ask sends a request to a path below /api/v4, with a user's token unless it is "".
func ask(t testing.TB, gl *fakegitlab.Fake, token, method, path string, change ...func(*http.Request)) reply {
	t.Helper()
	return askBy(t, gl.Client(), gl.APIURL(), token, method, path, change...)
}

// askBy is ask with a client of the test's own.
func askBy(t testing.TB, client *http.Client, apiURL, token, method, path string, change ...func(*http.Request)) reply {
	t.Helper()
	r, err := http.NewRequest(method, apiURL+path, nil)
	require.NoError(t, err)
	if token != "" {
		r.Header.Set("PRIVATE-TOKEN", token)
	}
	for _, c := range change {
		c(r)
	}
	res, err := client.Do(r)
	require.NoError(t, err)
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	return reply{res.StatusCode, res.Header, string(body)}
}

// String is "403 {...}", as most tests compare it.
func (r reply) String() string { return strings.TrimSpace(fmt.Sprintf("%d %s", r.status, r.body)) }

// field is a value of the answer's JSON, along a dotted path.
func (r reply) field(t testing.TB, path string) any {
	t.Helper()
	var v any
	require.NoError(t, json.Unmarshal([]byte(r.body), &v), r.String())
	return descend(v, path)
}

// each is one field of all elements of a list.
func (r reply) each(t testing.TB, name string) []any {
	t.Helper()
	var rows []map[string]any
	require.NoError(t, json.Unmarshal([]byte(r.body), &rows), r.String())
	fields := make([]any, len(rows))
	for i, row := range rows {
		fields[i] = row[name]
	}
	return fields
}

func with(name, value string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set(name, value) }
}

func withBody(contentType, body string) func(*http.Request) {
	return func(r *http.Request) {
		r.Body, r.ContentLength = io.NopCloser(strings.NewReader(body)), int64(len(body))
		if contentType != "" {
			r.Header.Set("Content-Type", contentType)
		}
	}
}

func withJSON(body string) func(*http.Request) { return withBody("application/json", body) }

func withForm(body string) func(*http.Request) {
	return withBody("application/x-www-form-urlencoded", body)
}

// mia's world: a private group with one project, of which mia is Maintainer, and a runner of each type.
func miasWorld() fakegitlab.Scenario {
	return fakegitlab.NewScenario().WithUser("mia").WithUser("sam").
		WithGroup("acme").
		WithProject("acme/shop", func(p *fakegitlab.Project) {
			p.Members = fakegitlab.Members{"mia": fakegitlab.Maintainer}
		}).
		WithRunner("shop", func(r *fakegitlab.Runner) { r.ID, r.Projects, r.Token = 5, []string{"acme/shop"}, "shop-token" }).
		WithRunner("shared", func(r *fakegitlab.Runner) { r.ID, r.Token = 6, "shared-token" }).
		WithRunner("team", func(r *fakegitlab.Runner) { r.ID, r.Group, r.Token = 7, "acme", "team-token" })
}

// newMia is a fake with miasWorld.
func newMia(t testing.TB, opts ...fakegitlab.Option) *fakegitlab.Fake {
	t.Helper()
	return fakegitlab.New(t, append([]fakegitlab.Option{fakegitlab.WithScenario(miasWorld())}, opts...)...)
}

// spyTB is a test that remembers what it was told. What fails it ends the goroutine, as testing's own FailNow does.
type spyTB struct {
	mu           sync.Mutex
	name         string
	failed       bool
	errors, logs []string
	cleanups     []func()
}

func (s *spyTB) Helper()      {}
func (s *spyTB) Name() string { return s.name }

func (s *spyTB) Cleanup(f func()) { s.cleanups = append(s.cleanups, f) }

func (s *spyTB) Logf(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.logs = append(s.logs, fmt.Sprintf(format, args...))
}

func (s *spyTB) Errorf(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failed = true
	s.errors = append(s.errors, fmt.Sprintf(format, args...))
}

func (s *spyTB) FailNow() {
	s.mu.Lock()
	s.failed = true
	s.mu.Unlock()
	runtime.Goexit()
}

func (s *spyTB) Failed() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.failed
}

// spyOn plays a test, its cleanups included, and returns what it was told. finished is whether the test ran to its end.
func spyOn(test func(tb *spyTB)) (tb *spyTB, finished bool) {
	tb = &spyTB{name: "TestSpied"}
	inGoroutine(func() {
		test(tb)
		finished = true
	})
	inGoroutine(func() {
		for i := len(tb.cleanups) - 1; i >= 0; i-- {
			tb.cleanups[i]()
		}
	})
	return tb, finished
}

func inGoroutine(do func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		do()
	}()
	<-done
}
