package conformance_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/conformance"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

// TestConformanceOverREST plays cases as against a real GitLab: against one fake for all of them, at its address, that
// also serves the endpoints which make users, groups and projects. It shows that the worlds made over REST are those of
// the cases.
func TestConformanceOverREST(t *testing.T) {
	gl := fakegitlab.New(t, fakegitlab.WithVersion("17.2"), fakegitlab.WithUnknownEndpoints(true),
		fakegitlab.WithJournalLimit(100), fakegitlab.WithClock(time.Now))
	admin := gl.Token("root", "api", "admin_mode")
	serveCreation(gl, admin)
	g := conformance.DialGitLab(t, gl.URL(), admin, "")
	played, all := 0, 0
	for name, atLeast := range map[string]int{"management": 200, "rest": 100, "runner": 30, "namespaces": 60,
		"truth_runners": 20, "users": 100} {
		file := conformance.ReadFile(t, testkit.Path("testdata/conformance/"+name+".json"))
		ofFile := len(file.Cases)
		all += ofFile
		for why, cases := range conformance.PlayFile(t, name+".json", file, g.Open) {
			ofFile -= len(cases)
			assert.NotContains(t, why, "refuses", "%v", cases)
		}
		assert.GreaterOrEqual(t, ofFile, atLeast, name)
		played += ofFile
	}
	says, err := os.ReadFile(testkit.Path("docs/confidence.md"))
	require.NoError(t, err)
	assert.Contains(t, string(says), fmt.Sprintf("where %d of the %d cases can be played", played, all))
	assert.Empty(t, gl.Runners(), "what a case made is deleted")
	assert.Equal(t, g.Settings, g.Current(t), "settings are put back")
}

// creation serves the endpoints of GitLab that make a world and that the fake has no use for.
type creation struct {
	gl    *fakegitlab.Fake
	admin string
	paths sync.Map // by kind and id: a username or a full path
}

// serveCreation adds the endpoints to a fake, for this administrator alone.
func serveCreation(gl *fakegitlab.Fake, admin string) {
	c := &creation{gl: gl, admin: admin}
	for endpoint, answer := range map[fakegitlab.Endpoint]func(*http.Request, creationParams) any{
		"POST /groups":               c.group,
		"POST /groups/:id/members":   c.groupMember,
		"POST /projects":             c.project,
		"POST /projects/:id/members": c.projectMember,
		// they are in nobody's way
		"DELETE /groups/:id": func(*http.Request, creationParams) any { return nil },
	} {
		gl.Handle(endpoint, c.handler(answer))
	}
}

// creationParams are all parameters of those endpoints.
type creationParams struct {
	Path                 string
	Visibility           fakegitlab.Visibility
	ParentID             int                 `json:"parent_id"`
	NamespaceID          int                 `json:"namespace_id"`
	UserID               int                 `json:"user_id"`
	AccessLevel          int                 `json:"access_level"`
	SharedRunnersEnabled *bool               `json:"shared_runners_enabled"`
	GroupRunnersEnabled  *bool               `json:"group_runners_enabled"`
	BuildTimeout         conformance.Seconds `json:"build_timeout"`
}

func (c *creation) handler(answer func(*http.Request, creationParams) any) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("PRIVATE-TOKEN") != c.admin {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		var in creationParams
		if r.Method == http.MethodDelete {
			answer(r, in)
			w.WriteHeader(http.StatusNoContent)
			return
		}
		if err := json.NewDecoder(r.Body).Decode(&in); err != nil && r.ContentLength > 0 {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusCreated)
		_ = json.NewEncoder(w).Encode(answer(r, in))
	})
}

// made notes what an id stands for, and is the answer.
func (c *creation) made(kind string, id int, path string) any {
	c.paths.Store(kind+strconv.Itoa(id), path)
	return map[string]any{"id": id}
}

func (c *creation) path(kind, id string) string {
	path, _ := c.paths.Load(kind + id)
	text, _ := path.(string)
	return text
}

func (c *creation) group(_ *http.Request, in creationParams) any {
	path := strings.TrimPrefix(c.path("group", strconv.Itoa(in.ParentID))+"/"+in.Path, "/")
	g := c.gl.AddGroup(fakegitlab.Group{Path: path, Visibility: in.Visibility})
	return c.made("group", g.ID, g.Path)
}

func (c *creation) project(_ *http.Request, in creationParams) any {
	p := c.gl.AddProject(fakegitlab.Project{Path: c.path("group", strconv.Itoa(in.NamespaceID)) + "/" + in.Path,
		Visibility:            in.Visibility,
		SharedRunnersDisabled: conformance.IsFalse(in.SharedRunnersEnabled),
		GroupRunnersDisabled:  conformance.IsFalse(in.GroupRunnersEnabled),
		BuildTimeout:          in.BuildTimeout.Duration()})
	return c.made("project", p.ID, p.Path)
}

func (c *creation) groupMember(r *http.Request, in creationParams) any {
	c.gl.UpdateGroup(c.path("group", r.PathValue("id")), func(g *fakegitlab.Group) { g.Members = c.with(g.Members, in) })
	return map[string]any{"id": in.UserID}
}

func (c *creation) projectMember(r *http.Request, in creationParams) any {
	c.gl.UpdateProject(c.path("project", r.PathValue("id")), func(p *fakegitlab.Project) {
		p.Members = c.with(p.Members, in)
	})
	return map[string]any{"id": in.UserID}
}

// with is the members and one more.
func (c *creation) with(members fakegitlab.Members, in creationParams) fakegitlab.Members {
	all := fakegitlab.Members{}
	maps.Copy(all, members)
	for _, u := range c.gl.Users() {
		if u.ID == in.UserID {
			all[u.Username] = fakegitlab.Role(in.AccessLevel)
		}
	}
	return all
}
