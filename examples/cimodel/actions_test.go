package cimodel

import (
	"bytes"
	"crypto/sha1"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"

	"pgregory.net/rapid"

	"github.com/fakegitlab/fakegitlab"
)

// protect makes or replaces the rule for a ref.
func (s *story) protect(name string, tag bool, least role) {
	level := map[role]fakegitlab.RefAccess{developer: fakegitlab.DevelopersUp,
		maintainer: fakegitlab.MaintainersUp, noone: fakegitlab.NoOne}[least]
	r := fakegitlab.ProtectedRef{Project: shop, Name: name, Tag: tag, Push: level}
	if !tag {
		r.Merge = level
	}
	s.gl.AddProtectedRef(r)
}

// pipeline draws one that is there.
func (s *story) pipeline(t *rapid.T) fakegitlab.Pipeline {
	all := s.gl.Pipelines()
	if len(all) == 0 {
		t.Skip("none")
	}
	return all[rapid.IntRange(0, len(all)-1).Draw(t, "pipeline")]
}

func (s *story) job(t *rapid.T, wanted ...fakegitlab.JobStatus) fakegitlab.Job {
	var all []fakegitlab.Job
	for _, j := range s.gl.Jobs() {
		if len(wanted) == 0 || slices.Contains(wanted, j.Status) {
			all = append(all, j)
		}
	}
	if len(all) == 0 {
		t.Skip("none")
	}
	return all[rapid.IntRange(0, len(all)-1).Draw(t, "job")]
}

// read looks at what there is.
func (s *story) read(t *rapid.T) {
	who := s.who(t)
	s.try(t, who, s.refused(who, false, s.seesJobs(who)), http.MethodGet, "pipelines", nil)
	s.try(t, who, s.refused(who, true, s.seesJobs(who)), http.MethodGet, "jobs", nil)
	s.try(t, who, s.refused(who, false, s.readsCode(who)), http.MethodGet, "repository/branches", nil)
	s.try(t, who, s.refused(who, true, s.seesJobs(who)), http.MethodGet, "pipeline_schedules", nil)
	s.try(t, who, s.refused(who, true, s.has(who, maintainer)), http.MethodGet, "triggers", nil)
	s.try(t, who, s.refused(who, true, s.has(who, maintainer)), http.MethodGet, "variables", nil)
	if all := s.gl.Jobs(); len(all) > 0 {
		j := s.job(t)
		s.try(t, who, s.refused(who, true, s.seesJobs(who)), http.MethodGet, fmt.Sprintf("jobs/%d", j.ID), nil)
		s.try(t, who, s.refused(who, true, s.seesJobs(who)), http.MethodGet, fmt.Sprintf("jobs/%d/trace", j.ID), nil)
		s.try(t, who, s.refused(who, false, s.seesJobs(who)), http.MethodGet, fmt.Sprintf("pipelines/%d", j.PipelineID), nil)
		p, _ := s.gl.Pipeline(j.PipelineID)
		own := p.User == who.name && s.changes(who, p.Ref, p.RefIsTag)
		s.try(t, who, s.refused(who, false, s.seesJobs(who) && (own || s.has(who, maintainer))), http.MethodGet,
			fmt.Sprintf("pipelines/%d/variables", j.PipelineID), nil)
	}
}

// create makes a pipeline. Who may in the project and not on the ref is told so by a 400.
func (s *story) create(t *rapid.T) {
	who, ref := s.who(t), rapid.SampledFrom([]string{"main", "stable", "topic"}).Draw(t, "ref")
	if !s.branches[ref] || len(s.gl.Pipelines()) > 8 {
		t.Skip("not now")
	}
	refused := s.refused(who, true, s.has(who, developer))
	if refused == 0 && !s.pushesTo(who, ref) {
		refused = http.StatusBadRequest
	}
	s.try(t, who, refused, http.MethodPost, "pipeline", hash{"ref": ref})
}

// changePipeline cancels, runs again, names or deletes one.
func (s *story) changePipeline(t *rapid.T) {
	who, p := s.who(t), s.pipeline(t)
	at := fmt.Sprintf("pipelines/%d", p.ID)
	may := s.seesJobs(who) && s.has(who, developer) && s.changes(who, p.Ref, p.RefIsTag)
	switch rapid.SampledFrom([]string{"cancel", "retry", "name", "delete"}).Draw(t, "what") {
	case "cancel":
		s.try(t, who, s.refused(who, true, may), http.MethodPost, at+"/cancel", nil)
	case "retry":
		s.try(t, who, s.refused(who, true, may), http.MethodPost, at+"/retry", nil)
	case "name":
		s.try(t, who, s.refused(who, true, may), http.MethodPut, at+"/metadata", hash{"name": "nightly"})
	case "delete":
		s.try(t, who, s.refused(who, true, s.has(who, owner)), http.MethodDelete, at, nil)
	}
}

// changeJob does to a job what its status allows.
func (s *story) changeJob(t *rapid.T) {
	who := s.who(t)
	what := rapid.SampledFrom([]string{"cancel", "retry", "play", "erase"}).Draw(t, "what")
	j := s.job(t, map[string][]fakegitlab.JobStatus{"cancel": {fakegitlab.JobPending, fakegitlab.JobRunning},
		"retry": {fakegitlab.JobFailed, fakegitlab.JobSuccess}, "play": {fakegitlab.JobManual},
		"erase": {fakegitlab.JobFailed, fakegitlab.JobSuccess}}[what]...)
	may := s.has(who, developer) && s.changes(who, j.Ref, j.RefIsTag)
	if what == "erase" {
		may = may && (j.User == who.name || s.has(who, maintainer))
	}
	refused := s.refused(who, true, may)
	if rapid.Bool().Draw(t, "by GraphQL") && (what == "cancel" || what == "retry" || what == "play") {
		name := "job" + strings.ToUpper(what[:1]) + what[1:]
		done := s.query(t, who, fmt.Sprintf(`mutation { %s(input: {id: "gid://gitlab/Ci::Build/%d"}) { errors } }`, name, j.ID))
		if may := refused == 0; (done[name] != nil) != may {
			t.Fatalf("%s of job %d (%s) by %q: %v, and the model says %v\n%+v\n%+v", name, j.ID, j.Ref, who.name, done, may, *who,
				*s.project)
		}
		return
	}
	path := fmt.Sprintf("jobs/%d/%s", j.ID, what)
	if refused == 0 { // some have been run again already, and of others nothing is left that could be erased
		w := s.ask(t, who, http.MethodPost, fmt.Sprintf("/v4/projects/%d/%s", s.id, path), nil)
		late := strings.Contains(w.Body.String(), "not retryable") || strings.Contains(w.Body.String(), "not erasable")
		if w.Code >= http.StatusBadRequest && !late {
			t.Fatalf("%s by %q: %d %s, and the model says that it is done", path, who.name, w.Code, w.Body)
		}
		return
	}
	s.try(t, who, refused, http.MethodPost, path, nil)
}

// finish has a job succeed or fail, as if a runner had run it.
func (s *story) finish(t *rapid.T) {
	j := s.job(t, fakegitlab.JobPending)
	status := rapid.SampledFrom([]fakegitlab.JobStatus{fakegitlab.JobSuccess, fakegitlab.JobFailed}).Draw(t, "status")
	s.gl.StartJob(j.ID, s.runner)
	s.gl.FinishJob(j.ID, status)
}

// query asks GraphQL and returns data.
func (s *story) query(t *rapid.T, who *person, document string) map[string]any {
	w := s.ask(t, who, http.MethodPost, "/graphql", hash{"query": document})
	var answer struct{ Data map[string]any }
	if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	return answer.Data
}

// graphQL looks at the project, its group and its jobs.
func (s *story) graphQL(t *rapid.T) {
	who := s.who(t)
	data := s.query(t, who, `{ project(fullPath: "`+shop+`") { id jobs { count } runners { count } }
		group(fullPath: "`+group+`") { id } }`)
	seen, _ := data["project"].(map[string]any)
	if (seen != nil) != s.sees(who) {
		t.Fatalf("the project by %q: %v, and the model says %v", who.name, data, s.sees(who))
	}
	if seen == nil {
		return
	}
	if got := seen["jobs"] != nil; got != s.seesJobs(who) && who.name != "" {
		t.Fatalf("its jobs by %q: %v, and the model says %v\n%+v", who.name, data, s.seesJobs(who), *s.project)
	}
	if got := seen["runners"] != nil; got != s.has(who, maintainer) {
		t.Fatalf("its runners by %q: %v, and the model says %v", who.name, data, s.has(who, maintainer))
	}
	if data["group"] == nil {
		t.Fatalf("who sees a project sees the group that it is in: %v by %q", data, who.name)
	}
}

// gitAsk sends what git sends.
func (s *story) gitAsk(t *rapid.T, who *person, method, path string, body []byte) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "http://gitlab.example.com/"+shop+".git/"+path, bytes.NewReader(body))
	if who.name != "" {
		r.SetBasicAuth(who.name, s.gl.Token(who.name))
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/x-git-receive-pack-request")
	}
	w := httptest.NewRecorder()
	s.gl.ServeHTTP(w, r)
	t.Logf("git: %s %s by %q: %d %.300q", method, path, who.name, w.Code, w.Body)
	return w
}

// git asks for the refs, as git does before it fetches or pushes.
func (s *story) git(t *rapid.T) {
	who := s.who(t)
	for service, want := range map[string]int{"git-upload-pack": s.fetch(who), "git-receive-pack": s.push(who)} {
		if w := s.gitAsk(t, who, http.MethodGet, "info/refs?service="+service, nil); w.Code != want {
			t.Fatalf("%s by %q: %d %s, and the model says %d\n%+v\n%+v", service, who.name, w.Code, w.Body, want, *who, *s.project)
		}
	}
}

// pushRef makes or deletes a branch or tag at a commit that is there.
func (s *story) pushRef(t *rapid.T) {
	who, tag := s.who(t), rapid.Bool().Draw(t, "tag")
	names, there, prefix := []string{"main", "stable", "topic", "new"}, s.branches, "refs/heads/"
	if tag {
		names, there, prefix = []string{"v1", "x1"}, s.tags, "refs/tags/"
	}
	name := rapid.SampledFrom(names).Draw(t, "name")
	deletes := there[name]
	if s.push(who) != http.StatusOK {
		t.Skip("pushes nothing")
	}
	want := s.pushesRef(who, name, tag, deletes)
	got := s.pushed(t, who, prefix+name, deletes)
	if got != want {
		t.Fatalf("%s%s (deleted: %v) by %q: pushed %v, and the model says %v\n%+v\n%+v", prefix, name, deletes, who.name, got,
			want, *who, *s.project)
	}
	if got {
		there[name] = !deletes
	}
	for name := range maps.Keys(there) {
		if !there[name] {
			delete(there, name)
		}
	}
}

// pushed pushes one ref and reports whether it was taken.
func (s *story) pushed(t *rapid.T, who *person, ref string, deletes bool) bool {
	const zeros = "0000000000000000000000000000000000000000"
	old, next := zeros, s.before
	found, _ := s.gl.Project(shop)
	if deletes {
		old, next = found.Repository.Refs[ref], zeros
	}
	line := fmt.Sprintf("%s %s %s\x00report-status\n", old, next, ref)
	body := []byte(fmt.Sprintf("%04x%s0000", len(line)+4, line))
	if !deletes {
		pack := []byte("PACK\x00\x00\x00\x02\x00\x00\x00\x00") // with no objects: the commit is there
		sum := sha1.Sum(pack)
		body = append(append(body, pack...), sum[:]...)
	}
	w := s.gitAsk(t, who, http.MethodPost, "git-receive-pack", body)
	if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "unpack ok") {
		t.Fatalf("%d %q", w.Code, w.Body)
	}
	return strings.Contains(w.Body.String(), "ok "+ref)
}

// branchOverREST makes a branch, which is pushing it.
func (s *story) branchOverREST(t *rapid.T) {
	who := s.who(t)
	if s.branches["new"] {
		t.Skip("it is there")
	}
	refused := 0
	switch {
	case !s.sees(who):
		refused = http.StatusNotFound
	case !s.has(who, developer):
		refused = http.StatusForbidden
	}
	s.try(t, who, refused, http.MethodPost, "repository/branches", hash{"branch": "new", "ref": "stable"})
	if refused == 0 {
		s.branches["new"] = true
	}
}

// settings change who sees what, and who pushes where.
func (s *story) settings(t *rapid.T) {
	switch rapid.SampledFrom([]string{"jobs", "main", "stable", "ally", "aide"}).Draw(t, "which") {
	case "jobs":
		s.publicJobs = !s.publicJobs
		s.gl.UpdateProject(shop, func(p *fakegitlab.Project) {
			p.Attributes = map[string]string{"public_jobs": fmt.Sprint(s.publicJobs)}
		})
	case "main":
		s.reprotect("main", drawLevel(t, "level"))
	case "stable":
		s.reprotect("stable", drawLevel(t, "level"))
	case "ally":
		s.mostAlly = s.invite(group, ally, s.mostAlly, drawRole(t, "most"))
	case "aide":
		s.mostAide = s.invite(shop, aide, s.mostAide, drawRole(t, "most"))
	}
}

func (s *story) reprotect(name string, least role) {
	s.gl.DeleteProtectedBranch(shop, name)
	s.protected[name] = least
	s.protect(name, false, least)
}

func (s *story) invite(path, invited string, had, most role) role {
	if had > 0 {
		s.gl.DeleteShare(path, invited)
	}
	if most > 0 {
		s.gl.AddShare(fakegitlab.Share{Path: path, Group: invited, Role: fakegitlab.Role(most)})
	}
	return most
}

// member gives somebody a role in the project, beside those that come from elsewhere, or takes it.
func (s *story) member(t *rapid.T) {
	who := s.people[rapid.IntRange(2, len(s.people)-1).Draw(t, "who")]
	who.inProject = drawRole(t, "role")
	s.gl.UpdateProject(shop, func(p *fakegitlab.Project) {
		p.Members = maps.Clone(p.Members)
		if p.Members == nil {
			p.Members = fakegitlab.Members{}
		}
		delete(p.Members, who.name)
		if who.inProject > 0 {
			p.Members[who.name] = fakegitlab.Role(who.inProject)
		}
	})
}
