package conformance_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/conformance"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

// TestConformanceOverREST plays cases as against a real GitLab: against one fake for all of them, at its address, that
// also serves the endpoints which make users. It shows that the worlds made over REST are those of
// the cases.
func TestConformanceOverREST(t *testing.T) {
	gl := fakegitlab.New(t, fakegitlab.WithVersion("17.2"), fakegitlab.WithUnknownEndpoints(true),
		fakegitlab.WithJournalLimit(100))
	admin := gl.Token("root", "api", "admin_mode")
	serveCreation(gl, admin)
	g := conformance.DialGitLab(t, gl.URL(), admin, "")
	played, all := 0, 0
	for name, atLeast := range map[string]int{"management": 200, "rest": 100, "runner": 30, "namespaces": 60,
		"truth_runners": 20} {
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
		"POST /users":                            c.user,
		"POST /users/:id/block":                  c.state(fakegitlab.UserBlocked),
		"POST /users/:id/deactivate":             c.state(fakegitlab.UserDeactivated),
		"POST /users/:id/personal_access_tokens": c.accessToken(false),
		"POST /users/:id/impersonation_tokens":   c.accessToken(true),
		"DELETE /users/:id":                      func(*http.Request, creationParams) any { return nil },
	} {
		gl.Handle(endpoint, c.handler(answer))
	}
}

// creationParams are all parameters of those endpoints.
type creationParams struct {
	Username                 string
	Admin, Auditor, External bool
	Scopes                   []string
	ExpiresAt                conformance.Time `json:"expires_at"`
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

func (c *creation) user(_ *http.Request, in creationParams) any {
	u := c.gl.AddUser(fakegitlab.User{Username: in.Username, Admin: in.Admin, Auditor: in.Auditor, External: in.External})
	return c.made("user", u.ID, u.Username)
}

func (c *creation) state(s fakegitlab.UserState) func(*http.Request, creationParams) any {
	return func(r *http.Request, _ creationParams) any {
		return c.gl.UpdateUser(c.path("user", r.PathValue("id")), func(u *fakegitlab.User) { u.State = s }).ID
	}
}

func (c *creation) accessToken(impersonation bool) func(*http.Request, creationParams) any {
	return func(r *http.Request, in creationParams) any {
		t := c.gl.AddAccessToken(fakegitlab.AccessToken{User: c.path("user", r.PathValue("id")), Scopes: in.Scopes,
			Impersonation: impersonation,
			ExpiresAt:     in.ExpiresAt.At(c.gl.Now())})
		return map[string]any{"id": t.ID, "token": t.Token}
	}
}
