package conformance

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

// RealGitLab is a GitLab that knows nothing of tests: worlds are made in it through its documented REST API alone.
type RealGitLab struct {
	base, adminToken, version string
	client                    *http.Client
	Settings                  params       // those that cases change, as they were
	groups                    map[int]bool // at the top, which no case has made
	adminID                   int
	alone                     bool // it is for one case, whose names need no prefix
	lastUser                  int  // the youngest user who is none of a case's
}

// DialGitLab looks at a GitLab before cases change it. Cases reset its registration token, change its settings and
// delete every runner it has, and their lists are only right where no others are: so it must have none.
func DialGitLab(t testing.TB, base, adminToken, version string) *RealGitLab {
	t.Helper()
	return dialGitLab(t, &http.Client{Timeout: time.Minute}, base, adminToken, version)
}

func dialGitLab(t testing.TB, client *http.Client, base, adminToken, version string) *RealGitLab {
	t.Helper()
	g := &RealGitLab{base: strings.TrimSuffix(base, "/"), adminToken: adminToken, version: version, client: client}
	status, answer := g.call(t, adminToken, http.MethodGet, "/runners/all", nil)
	require.Equal(t, http.StatusOK, status, "listing the runners of %s as an administrator: %v", base, answer)
	own, isList := answer.([]any)
	require.True(t, isList && len(own) == 0, "%s has runners of its own; the cases need a disposable GitLab without any",
		base)
	if g.version == "" {
		_, answer = g.call(t, adminToken, http.MethodGet, "/version", nil)
		g.version, _ = testkit.Descend(answer, "version").(string)
	}
	require.Regexp(t, `^\d+\.\d+`, g.version, "no version of a GitLab")
	g.Settings, g.groups = g.Current(t), map[int]bool{}
	for _, id := range g.topGroups(t) {
		g.groups[id] = true
	}
	_, me := g.call(t, adminToken, http.MethodGet, "/user", nil)
	id, _ := testkit.Descend(me, "id").(float64)
	g.adminID = int(id)
	if users := g.users(t); len(users) > 0 {
		g.lastUser = slices.Max(users)
	}
	return g
}

// topGroups are the first of the groups that lie in no other.
func (g *RealGitLab) topGroups(t testing.TB) (ids []int) {
	t.Helper()
	const all = "/groups?top_level_only=true&all_available=true&per_page=100"
	_, answer := g.call(t, g.adminToken, http.MethodGet, all, nil)
	list, _ := answer.([]any)
	for _, group := range list {
		id, _ := testkit.Descend(group, "id").(float64)
		ids = append(ids, int(id))
	}
	return ids
}

// Current is how the settings are that cases change.
func (g *RealGitLab) Current(t testing.TB) params {
	t.Helper()
	status, answer := g.call(t, g.adminToken, http.MethodGet, "/application/settings", nil)
	require.Equal(t, http.StatusOK, status, "%v", answer)
	all, _ := answer.(map[string]any)
	maps.DeleteFunc(all, func(name string, _ any) bool {
		return !slices.Contains([]string{"admin_mode", "allow_local_requests_from_web_hooks_and_services",
			"allow_runner_registration_token",
			"group_runner_token_expiration_interval", "keep_latest_artifact", "max_artifacts_size",
			"project_runner_token_expiration_interval", "restricted_visibility_levels",
			"runner_token_expiration_interval", "shared_runners_enabled", "valid_runner_registrars"}, name)
	})
	return all
}

// set changes the settings that are not so already.
func (g *RealGitLab) set(t testing.TB, settings params) {
	t.Helper()
	changed, current := maps.Clone(settings), g.Current(t)
	maps.DeleteFunc(changed, func(name string, value any) bool { return assert.ObjectsAreEqual(value, current[name]) })
	if len(changed) == 0 {
		return
	}
	status, answer := g.call(t, g.adminToken, http.MethodPut, "/application/settings", changed)
	assert.Equal(t, http.StatusOK, status, "changing the settings %v: %v", changed, answer)
}

// call sends JSON and returns what came back.
func (g *RealGitLab) call(t testing.TB, token, method, path string, body any) (status int, answer any) {
	t.Helper()
	raw, err := json.Marshal(body)
	require.NoError(t, err)
	if body == nil {
		raw = nil
	}
	r, err := http.NewRequest(method, g.base+"/api/v4"+path, bytes.NewReader(raw))
	require.NoError(t, err)
	r.Header.Set("Content-Type", "application/json")
	if token != "" {
		r.Header.Set("PRIVATE-TOKEN", token)
	}
	res, err := g.client.Do(r)
	require.NoError(t, err)
	defer func() { _ = res.Body.Close() }()
	raw, err = io.ReadAll(res.Body)
	require.NoError(t, err)
	_ = json.Unmarshal(raw, &answer) // nil for what is no JSON
	return res.StatusCode, answer
}

// OpenFakeOverREST starts a fake for one case, of the version that it is usually played at, which then is a GitLab like
// any other: the world of the case is made over REST.
func OpenFakeOverREST(p *Player, c Case) WorldMaker {
	if why := skippedCases[c.ID]; why != "" {
		p.skip(why)
	}
	gl := fakegitlab.New(p.t, fakegitlab.WithVersion(c.version()), fakegitlab.WithUnknownEndpoints(true),
		fakegitlab.WithClock(time.Now), fakegitlab.WithInMemoryNetwork()) // a hundred calls a case
	g := dialGitLab(p.t, gl.Client(), gl.URL(), gl.Token("root", "api", "admin_mode"), c.version())
	g.alone = true
	p.t.Cleanup(func() {
		assert.Empty(p.t, gl.Runners(), "what a case made is deleted")
		assert.Equal(p.t, g.Settings, g.Current(p.t), "settings are put back")
	})
	return g.Open(p, c)
}

// Open gives a case a part of this GitLab, told from the others' by a prefix, and takes it away afterwards.
func (g *RealGitLab) Open(p *Player, c Case) WorldMaker {
	if !c.Versions.include(g.version) {
		p.skip("bound to other versions of GitLab than " + g.version)
	}
	p.prefix = "c" + strings.ToLower(rand.Text()[:8]) + "-"
	w := &restWorld{Player: p, gitlab: g, about: c.text(), asked: c.requests(), specs: map[string]caseUser{},
		tokens: map[string]string{}, settingsNow: params{}, roles: map[string]fakegitlab.Members{},
		later: map[string][]func(id int){}, parents: map[string]string{}}
	w.refused = !slices.ContainsFunc(append([]Step{c.Step}, c.Then...), Step.needsJobs)
	w.aboutUsers = namesUsers.MatchString(c.paths() + w.asked)
	if !g.alone && (w.aboutUsers || namesItself.MatchString(w.about)) {
		p.skip("it writes out a username or a path, which has a prefix there")
	}
	if w.mentions(`"created_by":null`) {
		p.skip("REST makes no user whom nobody has made")
	}
	p.server = w
	p.t.Cleanup(w.clear)
	return w
}

var namesItself = regexp.MustCompile(`(?i)"sudo":"[a-z]|"path":"[^"]*[a-z]%2F`)

// text is all that a case sends and expects, apart from its world.
func (c Case) text() string {
	var text strings.Builder
	text.WriteString(c.ID)
	for _, s := range append([]Step{c.Step}, c.Then...) {
		parts := []any{s.As, s.Request, s.Expect.IDs, s.Expect.JSON, s.Expect.Headers, s.Expect.Body}
		raw, _ := json.Marshal(parts) // cannot fail: it was read from JSON
		text.Write(raw)
	}
	return text.String()
}

// requests is what a case sends.
func (c Case) requests() string {
	var text strings.Builder
	for _, s := range append([]Step{c.Step}, c.Then...) {
		raw, _ := json.Marshal([]any{s.Request.JSON, s.Request.Form, s.Request.Query}) // it was read from JSON
		text.Write(raw)
	}
	return text.String()
}

// needsJobs is false for what is refused whatever jobs there are.
func (s Step) needsJobs() bool {
	refused := s.Expect.Status >= http.StatusBadRequest && s.Expect.Status <= http.StatusNotFound
	return !refused || strings.Contains(s.Request.Path, "/jobs/artifacts/") // names a job
}

// paths are those that a case asks for.
func (c Case) paths() string {
	var text strings.Builder
	for _, s := range append([]Step{c.Step}, c.Then...) {
		fmt.Fprintf(&text, "%q:%q ", "path", s.Request.Path)
	}
	return text.String()
}

// params are what a request has in its body.
type params map[string]any

// restWorld makes the world of one case through the REST API. What the case is not about is left out where REST cannot
// make it.
type restWorld struct {
	*Player
	gitlab      *RealGitLab
	about       string
	asked       string                        // what the case sends
	refused     bool                          // all that the case sends, whatever jobs there are
	aboutUsers  bool                          // the case finds users who are not named
	specs       map[string]caseUser           // of all users; they are made when somebody needs them
	tokens      map[string]string             // by username and scopes
	settingsNow params                        // set once all else is made, for they may forbid it
	made        []string                      // paths to delete
	parents     map[string]string             // of the groups that lie in another
	later       map[string][]func(id int)     // where users, who are made late, become members
	roles       map[string]fakegitlab.Members // of the members of groups, inherited ones included, by the group's name
}

func (w *restWorld) URL() string          { return w.gitlab.base }
func (w *restWorld) APIURL() string       { return w.gitlab.base + "/api/v4" }
func (w *restWorld) Client() *http.Client { return w.gitlab.client }
func (w *restWorld) Now() time.Time       { return time.Now() }

// called is what something of the world is called. In a GitLab of its own, that is as the case has it, but for a name
// that GitLab lets nobody take.
func (w *restWorld) called(name string) string {
	const reserved = "admin"
	if w.gitlab.alone && name != reserved {
		return name
	}
	return w.prefix + name
}

func (w *restWorld) mentions(name string) bool { return strings.Contains(w.about, name) }

var (
	aboutTime    = regexp.MustCompile(`status|contact|online|offline|stale|created_at`)
	aboutManager = regexp.MustCompile(`manager|system_id|version|revision|platform|architecture`)
	numbers      = regexp.MustCompile(`\d+`)
)

// send asks GitLab, as an administrator, for a part of the world. A case whose world GitLab does not make is skipped.
func (w *restWorld) send(method, path string, body params) any {
	return w.sendAs(w.gitlab.adminToken, method, path, body)
}

func (w *restWorld) sendAs(token, method, path string, body params) any {
	w.t.Helper()
	status, answer := w.gitlab.call(w.t, token, method, path, body)
	if status >= http.StatusMultipleChoices {
		w.t.Logf("%s %s %v: %d %v", method, path, body, status, answer)
		w.skip(fmt.Sprintf("GitLab refuses its world: %s %s: %d", method, numbers.ReplaceAllString(path, ":id"), status))
	}
	return answer
}

// create is send for what gets an id.
func (w *restWorld) create(kind, name, path string, body params) (id int) {
	w.t.Helper()
	n, _ := testkit.Descend(w.send(http.MethodPost, path, body), "id").(float64)
	w.noteID(kind, name, int(n))
	return int(n)
}

// runners are the paths of the first runners there are.
func (g *RealGitLab) runners(t testing.TB) (paths []string) {
	t.Helper()
	_, answer := g.call(t, g.adminToken, http.MethodGet, "/runners/all?per_page=100", nil)
	list, _ := answer.([]any)
	for _, r := range list {
		paths = append(paths, "/runners/"+textOf(testkit.Descend(r, "id")))
	}
	return paths
}

// clear deletes what the case and its world made; the runners first, for they are of the groups and projects.
func (w *restWorld) clear() {
	w.gitlab.set(w.t, w.gitlab.Settings) // first: they may forbid the rest
	const pages = 10                     // of 100; no case makes so many runners
	for range pages {
		runners := w.gitlab.runners(w.t)
		if len(runners) == 0 {
			break
		}
		w.remove(runners)
	}
	slices.Reverse(w.made)
	w.remove(w.made)
	for _, id := range w.gitlab.topGroups(w.t) { // made by the case itself
		if !w.gitlab.groups[id] {
			w.remove([]string{fmt.Sprintf("/groups/%d", id)})
		}
	}
	for _, u := range w.gitlab.users(w.t) {
		if u > w.gitlab.lastUser {
			w.remove([]string{fmt.Sprintf("/users/%d?hard_delete=true", u)}) // made by the case itself
		}
	}
}

// named skips a case that calls something of its world by its name, which has a prefix here.
func (w *restWorld) named(name string) {
	if w.gitlab.alone {
		return
	}
	for _, key := range []string{"path", "username", "namespace"} {
		if strings.Contains(strings.ToLower(w.asked), fmt.Sprintf("%q:%q", key, name)) ||
			strings.Contains(w.asked, fmt.Sprintf(`%q:"%s/`, key, name)) {
			w.skip("it calls something of its world by its name, which has a prefix there")
		}
	}
}

// remove deletes what is still there of these paths.
func (w *restWorld) remove(paths []string) {
	for _, path := range paths {
		status, answer := w.gitlab.call(w.t, w.gitlab.adminToken, http.MethodDelete, path, nil)
		goes := status == http.StatusBadRequest && strings.Contains(fmt.Sprint(answer), "already marked for deletion")
		gone := slices.Contains([]int{http.StatusAccepted, http.StatusNoContent, http.StatusNotFound}, status)
		assert.True(w.t, gone || goes, "DELETE %s: %d %v", path, status, answer)
	}
}
