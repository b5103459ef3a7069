package worldmodel

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/fakegitlab/fakegitlab"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// TestWorldModel builds, changes, moves and deletes groups, projects, members, shares, users and tokens by REST calls of
// many people in random order, and holds each answer, and the whole world after it, against the model.
func TestWorldModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		gl, err := fakegitlab.Start(fakegitlab.WithInMemoryNetwork())
		if err != nil {
			t.Fatal(err)
		}
		defer gl.Close()
		s := &story{gl: gl, root: gl.AdminToken(), model: model{users: map[string]*user{"root": {id: 1}}}}
		s.begin(t)
		t.Repeat(map[string]func(*rapid.T){
			"": s.check, "people": s.people, "group": s.createGroup, "project": s.createProject, "rename": s.rename,
			"transfer": s.transfer, "delete": s.deletePlace, "add": s.addMember, "change": s.changeMember,
			"leave": s.removeMember, "share": s.share, "unshare": s.unshare,
		})
	})
}

// story is a fake and what it should be.
type story struct {
	model
	gl   *fakegitlab.Fake
	root string
}

// begin makes some users, and groups and projects with one of them, so that a short story has something to act on.
func (s *story) begin(t *rapid.T) {
	for _, name := range []string{"user1", "user2", "user3"} {
		s.makeUser(t, name)
	}
	var made []*place
	for i, name := range []string{"alpha", "beta", "gamma", "delta"} {
		var parent *place
		if i%2 == 1 {
			parent = made[i-1]
		}
		made = append(made, s.makeGroup(t, "root", name, parent))
		s.makeProject(t, "root", "shop", made[i])
		s.join(t, "root", made[i], fmt.Sprintf("user%d", i%3+1), drawRole(t))
	}
}

// people is what happens to users and tokens.
func (s *story) people(t *rapid.T) {
	rapid.SampledFrom([]func(*rapid.T){s.createUser, s.createToken, s.revokeToken, s.useToken, s.block,
		s.deleteUser}).Draw(t, "what")(t)
}

// hash is a body.
type hash map[string]any

// send returns the status and the answer's object, if it is one.
func (s *story) send(t *rapid.T, secret, method, path string, body hash) (status int, answer hash) {
	raw, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest(method, "http://gitlab.example.com/api/v4"+path, strings.NewReader(string(raw)))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("PRIVATE-TOKEN", secret)
	w := httptest.NewRecorder()
	s.gl.ServeHTTP(w, r)
	_ = json.Unmarshal(w.Body.Bytes(), &answer) // nil for a list, and for no body
	t.Logf("%s %s %v: %d %.300s", method, path, body, w.Code, w.Body)
	return w.Code, answer
}

// try sends as somebody, and compares whether it is let through.
func (s *story) try(t *rapid.T, who string, allowed bool, method, path string, body hash) (answer hash, done bool) {
	status, answer := s.send(t, s.secret(t, who), method, path, body)
	if done = status < http.StatusBadRequest; done != allowed {
		t.Fatalf("%s %s %v by %s: %d %v, and the model says allowed=%v", method, path, body, who, status, answer, allowed)
	}
	if status >= http.StatusInternalServerError {
		t.Fatalf("%s %s %v by %s: %d", method, path, body, who, status)
	}
	return answer, done
}

// secret is a living token of somebody; without one they can do nothing, and the step is left out.
func (s *story) secret(t *rapid.T, who string) string {
	if who == "root" {
		return s.root
	}
	if len(s.users[who].live) == 0 {
		t.Skip("no token")
	}
	return s.users[who].live[0].secret
}

// who is root in one of two, else anybody.
func (s *story) who(t *rapid.T) string {
	if rapid.Bool().Draw(t, "root") {
		return "root"
	}
	return rapid.SampledFrom(slices.Sorted(maps.Keys(s.users))).Draw(t, "who")
}

// other is a user who is not root.
func (s *story) other(t *rapid.T) (name string, u *user) {
	names := slices.Sorted(maps.Keys(s.users))
	names = slices.DeleteFunc(names, func(name string) bool { return name == "root" })
	if len(names) == 0 {
		t.Skip("only root")
	}
	name = rapid.SampledFrom(names).Draw(t, "user")
	return name, s.users[name]
}

// place is one of those that are wanted.
func (s *story) place(t *rapid.T, label string, wanted func(*place) bool) *place {
	var among []*place
	for _, p := range s.places {
		if wanted(p) {
			among = append(among, p)
		}
	}
	if len(among) == 0 {
		t.Skip("no ", label)
	}
	return among[rapid.IntRange(0, len(among)-1).Draw(t, label)]
}

func anyPlace(*place) bool  { return true }
func isGroup(p *place) bool { return !p.isProject }
func drawRole(t *rapid.T) role {
	return rapid.SampledFrom([]role{fakegitlab.Guest, fakegitlab.Reporter, developer, maintainer, owner}).Draw(t, "role")
}

func drawName(t *rapid.T) string {
	return rapid.SampledFrom([]string{"alpha", "beta", "Beta", "gamma", "delta", "shop"}).Draw(t, "name")
}

// at is a place in a path of the API.
func (p *place) at() string {
	if p.isProject {
		return fmt.Sprintf("/projects/%d", p.id)
	}
	return fmt.Sprintf("/groups/%d", p.id)
}

// check compares the world.
func (s *story) check(t *rapid.T) {
	is := s.gl.Snapshot()
	type seen struct {
		Members, Shares map[string]role
	}
	got, want := map[string]seen{}, map[string]seen{}
	for _, g := range is.Groups {
		got[g.Path] = seen{map[string]role(maps.Clone(g.Members)), map[string]role{}}
	}
	for _, p := range is.Projects {
		got[p.Path] = seen{map[string]role(maps.Clone(p.Members)), map[string]role{}}
	}
	for _, share := range is.Shares {
		got[share.Path].Shares[share.Group] = share.Role
	}
	for _, p := range s.places {
		shares := map[string]role{}
		for invited, most := range p.shares {
			shares[invited.path()] = most
		}
		want[p.path()] = seen{p.members, shares}
	}
	empty := cmp.FilterValues(func(a, b map[string]role) bool { return len(a)+len(b) == 0 }, cmp.Ignore())
	if diff := cmp.Diff(want, got, empty); diff != "" {
		t.Fatalf("groups and projects (-model +fake):\n%s", diff)
	}
	people, states := map[string]bool{}, map[string]bool{}
	for _, u := range is.Users {
		people[u.Username] = u.State == fakegitlab.UserBlocked
	}
	for name, u := range s.users {
		states[name] = u.blocked
	}
	if diff := cmp.Diff(states, people); diff != "" {
		t.Fatalf("users, and whether they are blocked (-model +fake):\n%s", diff)
	}
}
