package model

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"pgregory.net/rapid"

	"github.com/fakegitlab/fakegitlab"
)

// The things that happen in a story. Each draws who and what, tells it in a sentence, does it to the fake, and says to the
// model what must have come of it.

var (
	kinds   = []kind{instanceRunner, groupRunner, projectRunner}
	tagSets = [][]string{nil, {"linux"}, {"linux", "gpu"}}
)

// draft draws what a new runner is like.
func draft(t *rapid.T) runner {
	r := runner{kind: pick(t, "kind", kinds...), paused: rapid.Bool().Draw(t, "paused"), locked: rapid.Bool().Draw(t, "locked"), tags: pick(t, "tags", tagSets...)}
	if r.kind == projectRunner {
		r.projects = []string{pick(t, "project", shop, site)}
	}
	return r
}

func (r runner) where() string {
	switch r.kind {
	case groupRunner:
		return group
	case projectRunner:
		return r.projects[0]
	}
	return "the instance"
}

func (s *story) seed(t *rapid.T) {
	r := draft(t)
	if r.kind == projectRunner && rapid.Bool().Draw(t, "in both") {
		r.projects = []string{shop, site}
	}
	r.registered = rapid.Bool().Draw(t, "registered")
	seed := fakegitlab.Runner{Type: fakegitlab.RunnerType(r.kind), Projects: r.projects, Paused: r.paused, Locked: r.locked, Tags: r.tags}
	if r.kind == groupRunner {
		seed.Group = group
	}
	if r.registered {
		seed.Registration = fakegitlab.ByRegistrationToken
	}
	made := s.gl.AddRunner(seed)
	r.id, r.token = made.ID, made.Token
	s.world.add(r)
	s.tell("There is runner %d of %s (in %v, registered with a token: %t, paused: %t, locked: %t).", r.id, r.where(), r.projects, r.registered, r.paused, r.locked)
}

func (s *story) create(t *rapid.T) {
	p, called := someone(t)
	r := draft(t)
	form := url.Values{"runner_type": {string(r.kind)}, "paused": {strconv.FormatBool(r.paused)}, "locked": {strconv.FormatBool(r.locked)}, "tag_list": {strings.Join(r.tags, ",")}}
	project := ""
	switch r.kind {
	case groupRunner:
		g, _ := s.gl.Group(group)
		form.Set("group_id", strconv.Itoa(g.ID))
	case projectRunner:
		project = r.projects[0]
		found, _ := s.gl.Project(project)
		form.Set("project_id", strconv.Itoa(found.ID))
	}
	want := mayCreate(p, r.kind, project)
	s.tell("%s creates a runner for %s: %d.", called, r.where(), want)
	s.born(r, s.call(t, p.name, "POST", "/user/runners", form, want), want)
}

// born adds a runner that a request has made, if it has.
func (s *story) born(r runner, answer map[string]any, status int) {
	if status != 201 {
		return
	}
	id, _ := answer["id"].(float64)
	r.id = int(id)
	r.token, _ = answer["token"].(string)
	s.world.add(r)
}

func (s *story) register(t *rapid.T) {
	r := draft(t)
	r.registered = true
	token := s.gl.Settings().RegistrationToken
	switch r.kind {
	case groupRunner:
		g, _ := s.gl.Group(group)
		token = g.RegistrationToken
	case projectRunner:
		project, _ := s.gl.Project(r.projects[0])
		token = project.RegistrationToken
	}
	want, with := 201, "the registration token of "+r.where()
	if rapid.IntRange(0, 4).Draw(t, "wrong token") == 4 {
		token, want = "", 403
		token, with = s.someToken(t)
		with = "an authentication token (" + with + ")"
	}
	s.tell("A runner registers with %s: %d.", with, want)
	form := url.Values{"token": {token}, "paused": {strconv.FormatBool(r.paused)}, "locked": {strconv.FormatBool(r.locked)}, "tag_list": {strings.Join(r.tags, ",")}}
	s.born(r, s.call(t, "", "POST", "/runners", form, want), want)
}

func (s *story) verify(t *rapid.T) {
	token, called := s.someToken(t)
	systemID := pick(t, "system id", systemIDs...)
	r, want := s.byToken(token, 200)
	s.tell("%s verifies it as %s: %d.", called, systemID, want)
	s.call(t, "", "POST", "/runners/verify", url.Values{"token": {token}, "system_id": {systemID}}, want)
	if r != nil {
		s.world.contact(r, systemID, true)
	}
}

// byToken is whose living token it is, and what GitLab answers.
func (s *story) byToken(token string, success int) (*runner, int) {
	if r := s.world.alive(token); r != nil {
		return r, success
	}
	return nil, 403
}

func (s *story) resetOwnToken(t *rapid.T) {
	token, called := s.someToken(t)
	systemID := pick(t, "system id", systemIDs...)
	r, want := s.byToken(token, 201)
	s.tell("%s resets its token as %s: %d.", called, systemID, want)
	answer := s.call(t, "", "POST", "/runners/reset_authentication_token", url.Values{"token": {token}, "system_id": {systemID}}, want)
	if r != nil {
		s.world.contact(r, systemID, false)
		s.replaceToken(r, answer)
	}
}

func (s *story) deleteByToken(t *rapid.T) {
	token, called := s.someToken(t)
	r, want := s.byToken(token, 204)
	s.tell("%s deletes it: %d.", called, want)
	s.call(t, "", "DELETE", "/runners", url.Values{"token": {token}}, want)
	if r != nil {
		s.gone(r)
	}
}

func (s *story) deleteManager(t *rapid.T) {
	token, called := s.someToken(t)
	systemID := pick(t, "system id", systemIDs...)
	r, want := s.byToken(token, 204)
	if r != nil && !r.managers[systemID] {
		r, want = nil, 404
	}
	s.tell("%s deletes its manager %s: %d.", called, systemID, want)
	s.call(t, "", "DELETE", "/runners/managers", url.Values{"token": {token}, "system_id": {systemID}}, want)
	if r != nil {
		s.world.forget(r, systemID)
	}
}

func (s *story) read(t *rapid.T) {
	p, called := someone(t)
	id, r := s.some(t)
	want := mayRead(p, r)
	s.tell("%s reads runner %d: %d.", called, id, want)
	answer := s.call(t, p.name, "GET", runnerPath(id), nil, want)
	if want == 200 && answer["status"] != s.world.shownStatus(r) {
		s.fail(t, "The model says %s, the fake %v", s.world.shownStatus(r), answer["status"])
	}
}

func (s *story) update(t *rapid.T) {
	p, called := someone(t)
	id, r := s.some(t)
	next := draft(t)
	want := mayChange(p, r, 200)
	s.tell("%s sets paused=%t, locked=%t and the tags %v of runner %d: %d.", called, next.paused, next.locked, next.tags, id, want)
	s.call(t, p.name, "PUT", runnerPath(id), url.Values{"paused": {strconv.FormatBool(next.paused)}, "locked": {strconv.FormatBool(next.locked)},
		"tag_list": {strings.Join(next.tags, ",")}}, want)
	if want == 200 {
		r.paused, r.locked, r.tags = next.paused, next.locked, next.tags
	}
}

func (s *story) resetToken(t *rapid.T) {
	p, called := someone(t)
	id, r := s.some(t)
	want := mayChange(p, r, 201)
	s.tell("%s resets the token of runner %d: %d.", called, id, want)
	answer := s.call(t, p.name, "POST", runnerPath(id)+"/reset_authentication_token", nil, want)
	if want == 201 {
		s.replaceToken(r, answer)
	}
}

func (s *story) delete(t *rapid.T) {
	p, called := someone(t)
	id, r := s.some(t)
	want := mayDelete(p, r)
	s.tell("%s deletes runner %d: %d.", called, id, want)
	s.call(t, p.name, "DELETE", runnerPath(id), nil, want)
	if want == 204 {
		s.gone(r)
	}
}

func (s *story) assign(t *rapid.T) {
	p, called := someone(t)
	id, r := s.some(t)
	project := pick(t, "project", shop, site)
	want := mayAssign(p, r, project)
	s.tell("%s assigns runner %d to %s: %d.", called, id, project, want)
	s.call(t, p.name, "POST", projectPath(project), url.Values{"runner_id": {strconv.Itoa(id)}}, want)
	if want == 201 {
		r.projects = append(r.projects, project)
	}
}

func (s *story) unassign(t *rapid.T) {
	p, called := someone(t)
	id, r := s.some(t)
	project := pick(t, "project", shop, site)
	want := mayUnassign(p, r, project)
	s.tell("%s takes runner %d from %s: %d.", called, id, project, want)
	s.call(t, p.name, "DELETE", projectPath(project)+"/"+strconv.Itoa(id), nil, want)
	if want == 204 {
		r.projects = slices.DeleteFunc(slices.Clone(r.projects), func(path string) bool { return path == project })
	}
}

func (s *story) listOwned(t *rapid.T) {
	p, called := someone(t)
	want := known(p, true, 200)
	s.tell("%s lists the runners that are theirs: %d.", called, want)
	if body := s.send(t, p.name, "GET", "/runners?per_page=100", nil, want); want == 200 {
		s.expectList(t, body, func(r *runner) bool { return owns(p, r) })
	}
}

func (s *story) listAll(t *rapid.T) {
	p, called := someone(t)
	status := pick(t, "status", "online", "offline", "never_contacted", "stale")
	k, tag := pick(t, "kind", kinds...), pick(t, "tag", "", "linux", "gpu")
	query := url.Values{"per_page": {"100"}, "status": {status}}
	if tag != "" {
		query.Set("tag_list", tag)
	} else {
		query.Set("type", string(k))
	}
	want := known(p, false, 200)
	s.tell("%s lists all runners by %s: %d.", called, query.Encode(), want)
	if body := s.send(t, p.name, "GET", "/runners/all?"+query.Encode(), nil, want); want == 200 {
		s.expectList(t, body, func(r *runner) bool {
			return s.world.has(r, status) && (tag == "" && r.kind == k || tag != "" && slices.Contains(r.tags, tag))
		})
	}
}

func (s *story) listProject(t *rapid.T) {
	p, called := someone(t)
	project := pick(t, "project", shop, site)
	want := inProject(p, project)
	if want == 0 {
		want = 200
	}
	s.tell("%s lists the runners of %s: %d.", called, project, want)
	if body := s.send(t, p.name, "GET", projectPath(project)+"?per_page=100", nil, want); want == 200 {
		s.expectList(t, body, func(r *runner) bool { return r.kind != projectRunner || slices.Contains(r.projects, project) })
	}
}

func (s *story) advance(t *rapid.T) {
	d := pick(t, "time", time.Minute, time.Hour, onlineFor, 24*time.Hour, staleAfter)
	s.tell("%s pass.", d)
	s.gl.Advance(d)
	s.world.now = s.world.now.Add(d)
}

func (s *story) changeExpiration(t *rapid.T) {
	k := pick(t, "kind", kinds...)
	d := pick(t, "expiration", 0, onlineFor, 48*time.Hour)
	s.tell("Tokens made from now on for runners of %s die after %s (0s: never).", k, d)
	s.gl.UpdateSettings(func(settings *fakegitlab.Settings) {
		*map[kind]*time.Duration{instanceRunner: &settings.RunnerTokenExpiration, groupRunner: &settings.GroupRunnerTokenExpiration,
			projectRunner: &settings.ProjectRunnerTokenExpiration}[k] = d
	})
	s.world.expiry[k] = d
}
