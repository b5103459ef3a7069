// Package model tests the fake against a model of GitLab: random people and runners do random things while time passes, and
// whatever the model says must come of it is what the fake has to answer. A difference is cut down to the shortest story that
// shows it. It is run as any test; -rapid.checks=10000 tells more stories.
package model

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/fakegitlab/fakegitlab"
)

func TestModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := begin(t)
		defer s.gl.Close()
		t.Repeat(map[string]func(*rapid.T){
			"":                 s.compare,
			"seed":             s.seed,
			"create":           s.create,
			"register":         s.register,
			"verify":           s.verify,
			"resetOwnToken":    s.resetOwnToken,
			"deleteByToken":    s.deleteByToken,
			"deleteManager":    s.deleteManager,
			"read":             s.read,
			"update":           s.update,
			"resetToken":       s.resetToken,
			"delete":           s.delete,
			"assign":           s.assign,
			"unassign":         s.unassign,
			"listOwned":        s.listOwned,
			"listAll":          s.listAll,
			"listProject":      s.listProject,
			"advance":          s.advance,
			"changeExpiration": s.changeExpiration,
		})
	})
}

// story is one run: the fake, what it must be like, and what has happened in it.
type story struct {
	gl    *fakegitlab.Fake
	world world
	dead  []string // tokens of runners that are no longer of any use
	told  []string
}

func begin(t *rapid.T) *story {
	worldAtFirst := fakegitlab.NewScenario()
	for _, p := range people {
		if p.name != "" && !p.admin {
			worldAtFirst = worldAtFirst.WithUser(p.name)
		}
	}
	worldAtFirst = worldAtFirst.WithGroup(group).WithProject(shop).WithProject(site)
	for _, p := range people {
		if r := gitlabRole[p.group]; r != 0 {
			worldAtFirst = worldAtFirst.WithMember(group, p.name, r)
		}
		for path, r := range p.in {
			worldAtFirst = worldAtFirst.WithMember(path, p.name, gitlabRole[r])
		}
	}
	gl, err := fakegitlab.Start(fakegitlab.WithInMemoryNetwork(), fakegitlab.WithScenario(worldAtFirst))
	if err != nil {
		t.Fatal(err)
	}
	return &story{gl: gl, world: world{now: gl.Now(), expiry: map[kind]time.Duration{}}}
}

var gitlabRole = map[role]fakegitlab.Role{developer: fakegitlab.Developer, maintainer: fakegitlab.Maintainer, owner: fakegitlab.Owner}

// tell adds a sentence.
func (s *story) tell(format string, args ...any) {
	s.told = append(s.told, fmt.Sprintf(format, args...))
}

// fail ends the story with what is wrong.
func (s *story) fail(t *rapid.T, format string, args ...any) {
	var text strings.Builder
	for i, sentence := range s.told {
		fmt.Fprintf(&text, "%3d. %s\n", i+1, sentence)
	}
	t.Fatalf("%s\nThe story (oli is Owner of acme, max its Maintainer, mia Maintainer of both projects, sam of acme/site, dan Developer of acme/shop):\n%s",
		fmt.Sprintf(format, args...), text.String())
}

// call makes a request and holds the answer's status against the model's. by is who: a person, or "" for nobody.
func (s *story) call(t *rapid.T, by, method, path string, form url.Values, want int) map[string]any {
	body := s.send(t, by, method, path, form, want)
	var object map[string]any
	_ = json.Unmarshal(body, &object)
	return object
}

func (s *story) send(t *rapid.T, by, method, path string, form url.Values, want int) []byte {
	r, err := http.NewRequest(method, s.gl.APIURL()+path, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if by != "" {
		r.Header.Set("PRIVATE-TOKEN", s.gl.Token(by))
	}
	res, err := s.gl.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	if res.StatusCode != want {
		s.fail(t, "The model says %d, the fake %d: %s", want, res.StatusCode, body)
	}
	return body
}

func pick[T any](t *rapid.T, name string, from ...T) T { return rapid.SampledFrom(from).Draw(t, name) }

// someone draws who does the next thing, and how a sentence names that person.
func someone(t *rapid.T) (p person, called string) {
	p = pick(t, "who", people...)
	if p.name == "" {
		return p, "Somebody without a token"
	}
	return p, p.name
}

// some draws a runner, mostly one that is there.
func (s *story) some(t *rapid.T) (id int, r *runner) {
	ids := []int{1}
	for _, r := range s.world.runners {
		ids = append(ids, r.id)
	}
	id = pick(t, "runner", ids...)
	return id, s.world.find(id)
}

// someToken draws a runner's token: of one that is there, of an earlier one, or made up.
func (s *story) someToken(t *rapid.T) (token, called string) {
	tokens := append([]string{"made-up"}, s.dead...)
	for _, r := range s.world.runners {
		tokens = append(tokens, r.token)
	}
	token = pick(t, "token", tokens...)
	for _, r := range s.world.runners {
		if r.token == token {
			return token, fmt.Sprintf("The program of runner %d", r.id)
		}
	}
	return token, "A program with a token of no runner"
}

// replaceToken gives the runner the token of an answer.
func (s *story) replaceToken(r *runner, answer map[string]any) {
	s.dead = append(s.dead, r.token)
	r.token, _ = answer["token"].(string)
	r.expires = s.world.expiryFrom(r.kind)
}

func (s *story) gone(r *runner) {
	s.dead = append(s.dead, r.token)
	s.world.remove(r)
}

var systemIDs = []string{"s_1", "s_2"}

// compare holds everything that the fake knows of runners against the model.
func (s *story) compare(t *rapid.T) {
	var got, want []string
	for _, r := range s.gl.Runners() {
		var managers []string
		for _, m := range r.Managers {
			managers = append(managers, m.SystemID)
		}
		got = append(got, describe(r.ID, kind(r.Type), r.Projects, r.Paused, r.Locked, r.Tags, r.Token, r.TokenExpiresAt, r.ContactedAt, managers, string(s.gl.RunnerStatus(r.ID))))
	}
	for _, r := range s.world.runners {
		var managers []string
		for id := range r.managers {
			managers = append(managers, id)
		}
		want = append(want, describe(r.id, r.kind, r.projects, r.paused, r.locked, r.tags, r.token, r.expires, r.contacted, managers, s.world.status(r)))
	}
	if !slices.Equal(got, want) {
		s.fail(t, "The model has\n%s\nand the fake\n%s", strings.Join(want, "\n"), strings.Join(got, "\n"))
	}
}

func describe(id int, k kind, projects []string, paused, locked bool, tags []string, token string, expires, contacted time.Time, managers []string, status string) string {
	slices.Sort(managers)
	return fmt.Sprintf("  %d %s %v paused=%t locked=%t %v token=%s expires=%s contacted=%s managers=%v %s",
		id, k, projects, paused, locked, tags, token, at(expires), at(contacted), managers, status)
}

func at(t time.Time) string {
	if t.IsZero() {
		return "never"
	}
	return t.Format(time.RFC3339)
}

// ids are those of a list of runners.
func ids(t *rapid.T, body []byte) (all []int) {
	var list []struct{ ID int }
	if err := json.Unmarshal(body, &list); err != nil {
		t.Fatal(err)
	}
	for _, r := range list {
		all = append(all, r.ID)
	}
	return all
}

// expectList holds a list against those runners that the model would show.
func (s *story) expectList(t *rapid.T, body []byte, shown func(*runner) bool) {
	var want []int
	for _, r := range s.world.runners {
		if shown(r) {
			want = append(want, r.id)
		}
	}
	if got := ids(t, body); !slices.Equal(got, want) {
		s.fail(t, "The model lists %v, the fake %v", want, got)
	}
}

func runnerPath(id int) string { return "/runners/" + strconv.Itoa(id) }

func projectPath(project string) string { return "/projects/" + url.PathEscape(project) + "/runners" }

func TestTheStoryIsReadable(t *testing.T) {
	s := story{}
	s.tell("%s pauses runner %d.", "mia", 5)
	if want := "mia pauses runner 5."; s.told[0] != want {
		t.Errorf("%q, want %q", s.told[0], want)
	}
}
