package cimodel

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/fakegitlab/fakegitlab"
)

const (
	group = "acme"
	shop  = "acme/shop"
	ally  = "ally" // is invited to the group
	aide  = "aide" // is invited to the project
)

// configuration has a job that runs and one that waits for a person.
const configuration = "build:\n  script: make\ndeploy:\n  stage: deploy\n  script: make\n  when: manual\n"

func TestCIModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := begin(t)
		defer s.gl.Close()
		t.Repeat(map[string]func(*rapid.T){"read": s.read, "create": s.create, "pipeline": s.changePipeline,
			"job": s.changeJob, "graphql": s.graphQL, "git": s.git, "push": s.pushRef, "branch": s.branchOverREST,
			"settings": s.settings, "member": s.member, "finish": s.finish})
	})
}

// story is a fake and what it should be.
type story struct {
	*project
	gl     *fakegitlab.Fake
	id     int
	runner int
	head   string // what main is at
	before string // the commit before it
}

func drawRole(t *rapid.T, label string) role {
	return rapid.SampledFrom([]role{0, guest, reporter, developer, maintainer, owner}).Draw(t, label)
}

func drawLevel(t *rapid.T, label string) role {
	return rapid.SampledFrom([]role{developer, maintainer, noone}).Draw(t, label)
}

// begin makes a world.
func begin(t *rapid.T) *story {
	p := &project{visibility: drawVisibility(t), publicJobs: rapid.Bool().Draw(t, "public jobs"),
		mostAlly: drawRole(t, "most of ally"), mostAide: drawRole(t, "most of aide"),
		protected:     map[string]role{"main": drawLevel(t, "main"), "stable": drawLevel(t, "stable")},
		protectedTag:  rapid.SampledFrom([]role{0, developer, maintainer, noone}).Draw(t, "tags"),
		defaultBranch: "main", branches: map[string]bool{"main": true, "stable": true, "topic": true}, tags: map[string]bool{}}
	world := fakegitlab.NewScenario().WithGroup(group).WithGroup(ally).WithGroup(aide).
		WithProject(shop, func(f *fakegitlab.Project) {
			f.Visibility = fakegitlab.Visibility(p.visibility)
			f.Attributes = map[string]string{"public_jobs": fmt.Sprint(p.publicJobs)}
			f.Repository = &fakegitlab.Repository{
				Refs: map[string]string{"refs/heads/main": "2", "refs/heads/stable": "1", "refs/heads/topic": "1"},
				Commits: []fakegitlab.RepositoryCommit{
					{SHA: "1", Author: "Ann <ann@example.com> 2024-06-01T12:00:00Z", Message: "First",
						Files: map[string]string{".gitlab-ci.yml": configuration}},
					{SHA: "2", Parents: []string{"1"}, Author: "Ann <ann@example.com> 2024-06-02T12:00:00Z", Message: "Second",
						Files: map[string]string{"a": "x"}}}}
		})
	world = world.WithGroup(group, func(g *fakegitlab.Group) { g.Visibility = fakegitlab.Visibility(p.visibility) })
	p.people = []*person{{name: "root", admin: true}, {}}
	for _, name := range []string{"ann", "bob", "cat", "eve"} {
		who := &person{name: name, external: name == "eve"}
		world = world.WithUser(name, func(u *fakegitlab.User) { u.External = who.external })
		switch rapid.SampledFrom([]string{"group", "project", "ally", "aide", "none"}).Draw(t, "way of "+name) {
		case "group":
			who.inGroup = drawRole(t, name)
			world = join(world, group, name, who.inGroup)
		case "project":
			who.inProject = drawRole(t, name)
			world = join(world, shop, name, who.inProject)
		case "ally":
			who.ally = drawRole(t, name)
			world = join(world, ally, name, who.ally)
		case "aide":
			who.aide = drawRole(t, name)
			world = join(world, aide, name, who.aide)
		}
		p.people = append(p.people, who)
	}
	for path, most := range map[string]role{group: p.mostAlly, shop: p.mostAide} {
		if most > 0 {
			world = world.WithShare(path, map[string]string{group: ally, shop: aide}[path], fakegitlab.Role(most))
		}
	}
	gl, err := fakegitlab.Start(fakegitlab.WithInMemoryNetwork(), fakegitlab.WithScenario(world))
	if err != nil {
		t.Fatal(err)
	}
	s := &story{project: p, gl: gl}
	for name, least := range p.protected {
		s.protect(name, false, least)
	}
	if p.protectedTag > 0 {
		s.protect("v*", true, p.protectedTag)
	}
	s.runner = gl.AddRunner(fakegitlab.Runner{}).ID
	found, _ := gl.Project(shop)
	s.id, s.head = found.ID, found.Repository.Refs["refs/heads/main"]
	s.before = found.Repository.Refs["refs/heads/stable"]
	return s
}

func join(world fakegitlab.Scenario, path, name string, r role) fakegitlab.Scenario {
	if r == 0 {
		return world
	}
	return world.WithMember(path, name, fakegitlab.Role(r))
}

func drawVisibility(t *rapid.T) visibility {
	return rapid.SampledFrom([]visibility{"private", "internal", "public"}).Draw(t, "visibility")
}

// hash is a body.
type hash map[string]any

// who draws somebody.
func (s *story) who(t *rapid.T) *person { return rapid.SampledFrom(s.people).Draw(t, "who") }

func (p *person) GoString() string { return fmt.Sprintf("%s %+v", p.name, *p) }

// ask sends a request and returns the answer.
func (s *story) ask(t *rapid.T, who *person, method, path string, body hash) *httptest.ResponseRecorder {
	raw, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest(method, "http://gitlab.example.com/api"+path, strings.NewReader(string(raw)))
	r.Header.Set("Content-Type", "application/json")
	if who.name != "" {
		r.Header.Set("PRIVATE-TOKEN", s.gl.Token(who.name))
	}
	w := httptest.NewRecorder()
	s.gl.ServeHTTP(w, r)
	t.Logf("%s %s %v by %q: %d %.300s", method, path, body, who.name, w.Code, w.Body)
	return w
}

// try asks for something of the project, and holds whether it is refused, and how, against the model.
func (s *story) try(t *rapid.T, who *person, refused int, method, path string, body hash) *httptest.ResponseRecorder {
	w := s.ask(t, who, method, fmt.Sprintf("/v4/projects/%d/%s", s.id, path), body)
	is := w.Code
	if is < http.StatusBadRequest {
		is = 0
	}
	if is != refused {
		t.Fatalf("%s %s by %q: %d %s, and the model says %d (0: it is done)\n%+v\n%+v", method, path, who.name, w.Code,
			w.Body, refused, *who, *s.project)
	}
	return w
}
