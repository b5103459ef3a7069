package soak_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

// who marks the requests of one worker, so that what a test arranges meets those alone.
const who = "X-Soak"

// send sends a request and reads the answer whole. body is nil, a string or what becomes JSON.
func (s *soak) send(method, url string, body any, headers ...string) (testkit.Reply, error) {
	s.calls.Add(1)
	var sent io.Reader
	kind := ""
	switch b := body.(type) {
	case nil:
	case string:
		sent = strings.NewReader(b)
	case []byte:
		sent = bytes.NewReader(b)
	default:
		text, err := json.Marshal(b)
		require.NoError(s.t, err)
		sent, kind = bytes.NewReader(text), "application/json"
	}
	ctx, cancel := context.WithTimeout(s.t.Context(), time.Minute)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, method, url, sent)
	require.NoError(s.t, err)
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	res, err := s.client.Do(r)
	if err != nil {
		return testkit.Reply{}, err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	return testkit.Reply{Status: res.StatusCode, Header: res.Header, Body: string(text)}, err
}

// ask sends a request of the administrator's, whose answer has to have a status.
func (s *soak) ask(method, path string, body any, status int, headers ...string) testkit.Reply {
	got, err := s.send(method, s.gl.APIURL()+path, body, append(headers, "PRIVATE-TOKEN", s.gl.AdminToken())...)
	if assert.NoError(s.t, err, "%s %s", method, path) {
		assert.Equal(s.t, status, got.Status, "%s %s: %s", method, path, got.Body)
	}
	return got
}

// made is the id of what a request makes.
func (s *soak) made(path string, body any) int {
	id, ok := s.ask("POST", path, body, http.StatusCreated).Field(s.t, "id").(float64)
	assert.True(s.t, ok, path)
	return int(id)
}

type hash = testkit.Hash

// rest is the life of a runner over REST, with resets of its token and of a registration token.
func (s *soak) rest(me string) {
	got := s.ask("POST", "/user/runners", hash{"runner_type": "project_type", "project_id": s.project("acme/shop"),
		"tag_list": []string{me}}, http.StatusCreated)
	id, _ := got.Field(s.t, "id").(float64)
	path := fmt.Sprintf("/runners/%d", int(id))
	for range 3 {
		s.ask("PUT", path, hash{"description": strings.Repeat(me, 20), "paused": true}, http.StatusOK)
		s.ask("GET", path, nil, http.StatusOK)
		s.ask("GET", path+"/managers", nil, http.StatusOK)
		token, _ := s.ask("POST", path+"/reset_authentication_token", nil, http.StatusCreated).Field(s.t, "token").(string)
		got, err := s.send("POST", s.gl.APIURL()+"/runners/verify", hash{"token": token, "system_id": me})
		if assert.NoError(s.t, err) {
			assert.Equal(s.t, http.StatusOK, got.Status, got.Body)
		}
	}
	s.ask("GET", "/runners/all?per_page=20&tag_list="+me, nil, http.StatusOK)
	s.ask("POST", "/groups/acme/runners/reset_registration_token", nil, http.StatusCreated)
	s.ask("DELETE", path, nil, http.StatusNoContent)
	s.ask("GET", path, nil, http.StatusNotFound)
}

func (s *soak) project(path string) int {
	p, found := s.gl.Project(path)
	assert.True(s.t, found, path)
	return p.ID
}

// graphQL reads a page of runners and changes one of its own.
func (s *soak) graphQL(me string) {
	id := s.made("/user/runners", hash{"runner_type": "instance_type", "paused": true})
	for i := range 3 {
		for _, query := range []string{
			`{runners(first: 20) {nodes {id description status runnerType tagList managers {nodes {systemId}}} pageInfo {endCursor}}}`,
			fmt.Sprintf(`mutation {runnerUpdate(input: {id: "gid://gitlab/Ci::Runner/%d", description: "%s-%d"}) `+
				`{errors runner {description}}}`, id, me, i),
		} {
			got, err := s.send("POST", s.gl.URL()+"/api/graphql", hash{"query": query}, "PRIVATE-TOKEN", s.gl.AdminToken())
			if assert.NoError(s.t, err) {
				assert.Equal(s.t, http.StatusOK, got.Status)
				assert.NotContains(s.t, got.Body, `"errors":[{`)
			}
		}
	}
	s.ask("DELETE", fmt.Sprintf("/runners/%d", id), nil, http.StatusNoContent)
}

// ownProject makes a project with a webhook and a runner of its own, and returns what takes all away.
func (s *soak) ownProject(name string) (path, runner string, id int, remove func()) {
	id = s.made("/projects", hash{"name": name, "path": name})
	at := fmt.Sprintf("/projects/%d", id)
	s.ask("POST", at+"/hooks", hash{"url": s.hooks.URL, "push_events": true, "job_events": true, "pipeline_events": true},
		http.StatusCreated)
	got := s.ask("POST", "/user/runners", hash{"runner_type": "project_type", "project_id": id, "run_untagged": true},
		http.StatusCreated)
	runner, _ = got.Field(s.t, "token").(string)
	number, _ := got.Field(s.t, "id").(float64)
	return at, runner, id, func() {
		s.ask("DELETE", fmt.Sprintf("/runners/%d", int(number)), nil, http.StatusNoContent)
		s.gl.DeleteProject("root/" + name)
	}
}

const configuration = `stages: [build, test]
build:
  stage: build
  script: [make]
  artifacts: {paths: [out]}
test:
  stage: test
  parallel: 2
  script: [make test]
`

// jobs is a project with a pipeline that a runner takes through: request, log, artifacts, result.
func (s *soak) jobs(me string) {
	at, runner, _, remove := s.ownProject("jobs-" + me)
	defer remove()
	s.commit(at, configuration)
	s.gl.RunWorkers()
	s.run(runner, 3)
	s.ask("GET", at+"/jobs", nil, http.StatusOK)
	pipelines := s.ask("GET", at+"/pipelines", nil, http.StatusOK).Each(s.t, "id")
	for _, id := range pipelines {
		number, _ := id.(float64)
		one := fmt.Sprintf("%s/pipelines/%d", at, int(number))
		s.ask("GET", one, nil, http.StatusOK)
		s.ask("POST", one+"/retry", nil, http.StatusCreated)
		s.ask("DELETE", one, nil, http.StatusNoContent)
	}
}

// commit writes a .gitlab-ci.yml over REST, which makes a pipeline.
func (s *soak) commit(at, text string) {
	s.ask("POST", at+"/repository/commits", hash{"branch": "main", "commit_message": "Begin", "actions": []hash{
		{"action": "create", "file_path": ".gitlab-ci.yml", "content": text}}}, http.StatusCreated)
}

// run takes jobs through as a runner does, so many. The clock of the fake runs on meanwhile, and GitLab's workers may
// have ended one.
func (s *soak) run(runner string, jobs int) {
	api := s.gl.APIURL()
	for range jobs {
		got, err := s.send("POST", api+"/jobs/request", hash{"token": runner, "system_id": "s"})
		if !assert.NoError(s.t, err) || !assert.Equal(s.t, http.StatusCreated, got.Status, got.Body) {
			return
		}
		id, _ := got.Field(s.t, "id").(float64)
		token, _ := got.Field(s.t, "token").(string)
		at := fmt.Sprintf("%s/jobs/%d", api, int(id))
		text := strings.Repeat("make: nothing to be done\n", 400)
		for i := range 2 {
			s.let(s.send("PATCH", at+"/trace", text, "JOB-TOKEN", token, "Content-Type", "text/plain",
				"Content-Range", fmt.Sprintf("%d-%d", i*len(text), (i+1)*len(text)-1)))
		}
		form, kind := testkit.FileForm("file", "out.zip", []byte(strings.Repeat("x", 100<<10)))
		content, err := io.ReadAll(form)
		require.NoError(s.t, err)
		s.let(s.send("POST", at+"/artifacts", content, "JOB-TOKEN", token, "Content-Type", kind))
		s.let(s.send("GET", at+"/artifacts", nil, "JOB-TOKEN", token))
		s.let(s.send("PUT", at, hash{"token": token, "state": "success"}))
	}
}

// let takes any answer but one of a GitLab that fails.
func (s *soak) let(got testkit.Reply, err error) {
	if assert.NoError(s.t, err) {
		assert.Less(s.t, got.Status, http.StatusInternalServerError, got.Body)
	}
}

// longPoll waits for a job that does not come, and gives up before the fake does every other time.
func (s *soak) longPoll(string) {
	poll := func(ctx context.Context, last string) (header string) {
		s.calls.Add(1)
		r, err := http.NewRequestWithContext(ctx, "POST", s.gl.APIURL()+"/jobs/request",
			strings.NewReader(`{"token":"team-token","system_id":"s"}`))
		require.NoError(s.t, err)
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("X-GitLab-Last-Update", last)
		res, err := s.leaving.Do(r)
		if err != nil {
			return ""
		}
		defer res.Body.Close()
		_, _ = io.Copy(io.Discard, res.Body)
		assert.Equal(s.t, http.StatusNoContent, res.StatusCode)
		return res.Header.Get("X-GitLab-Last-Update")
	}
	last := poll(s.t.Context(), "")
	poll(s.t.Context(), last)
	ctx, cancel := context.WithTimeout(s.t.Context(), 20*time.Millisecond)
	defer cancel()
	poll(ctx, last)
}

// hold holds a request, looks at it and lets it go.
func (s *soak) hold(me string) {
	held := s.gl.Hold(fakegitlab.GetVersion, fakegitlab.Header(who, me))
	answered := make(chan struct{})
	go func() {
		defer close(answered)
		s.ask("GET", "/version", nil, http.StatusOK, who, me)
	}()
	ctx, cancel := context.WithTimeout(s.t.Context(), time.Minute)
	defer cancel()
	_, err := held.Wait(ctx)
	assert.NoError(s.t, err)
	held.Release()
	<-answered
}

// fail has requests meet failures of each kind, and one that is taken away unused.
func (s *soak) fail(me string) {
	mine := []fakegitlab.CallMatcher{fakegitlab.Header(who, me)}
	path := s.gl.APIURL() + "/user"
	for _, fault := range []fakegitlab.NetworkFault{fakegitlab.ConnectionReset, fakegitlab.EmptyReply,
		fakegitlab.TruncatedBody, fakegitlab.MalformedJSON} {
		remove := s.gl.Inject(fakegitlab.Failure{Where: mine, Times: 1, Network: fault})
		// A client may try a GET again on a connection that broke: then the second is answered.
		_, _ = s.send("GET", path, nil, "PRIVATE-TOKEN", s.gl.AdminToken(), who, me)
		remove()
	}
	remove := s.gl.Inject(fakegitlab.Failure{Where: mine, Status: http.StatusBadGateway, Delay: time.Millisecond})
	s.ask("GET", "/user", nil, http.StatusBadGateway, who, me)
	remove()
	s.ask("GET", "/user", nil, http.StatusOK, who, me)

	remove = s.gl.Inject(fakegitlab.Failure{Where: mine, Network: fakegitlab.Hang})
	ctx, cancel := context.WithTimeout(s.t.Context(), 20*time.Millisecond)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, "GET", path, nil)
	require.NoError(s.t, err)
	r.Header.Set(who, me)
	if res, err := s.leaving.Do(r); !assert.ErrorIs(s.t, err, context.DeadlineExceeded) {
		_ = res.Body.Close()
	}
	s.calls.Add(1)
	remove()
}

// hookIn is functions of the test before and after a call, and those who wait for something.
func (s *soak) hookIn(me string) {
	mine := fakegitlab.Header(who, me)
	before := s.gl.Before(fakegitlab.GetMetadata, func(fakegitlab.Call) { s.gl.Runners() }, mine)
	after := s.gl.After(fakegitlab.GetMetadata, func(c fakegitlab.Call) { _ = c.String() }, mine)
	s.ask("GET", "/metadata", nil, http.StatusOK, who, me)
	before()
	after()
	ctx, cancel := context.WithTimeout(s.t.Context(), 10*time.Millisecond)
	defer cancel()
	assert.Error(s.t, s.gl.WaitFor(ctx, func(*fakegitlab.Fake) error { return context.Canceled }))
	_, err := s.gl.WaitForNextCall(ctx, fakegitlab.GetMetadata, mine)
	assert.Error(s.t, err)
	_ = s.gl.Journal()
}

// people come with tokens, join a group and go.
func (s *soak) people(me string) {
	name := "p" + me
	id := s.made("/users", hash{"username": name, "name": name, "email": name + "@example.com", "password": "a long passw0rd!!",
		"skip_confirmation": true})
	at := fmt.Sprintf("/users/%d", id)
	token, _ := s.ask("POST", at+"/personal_access_tokens", hash{"name": "t", "scopes": []string{"api"}},
		http.StatusCreated).Field(s.t, "token").(string)
	got, err := s.send("GET", s.gl.APIURL()+"/user", nil, "PRIVATE-TOKEN", token)
	if assert.NoError(s.t, err) {
		assert.Equal(s.t, http.StatusOK, got.Status, got.Body)
	}
	s.ask("POST", "/groups/acme/members", hash{"user_id": id, "access_level": 30}, http.StatusCreated)
	s.ask("GET", "/groups/acme/members", nil, http.StatusOK)
	s.ask("DELETE", fmt.Sprintf("/groups/acme/members/%d", id), nil, http.StatusNoContent)
	s.gl.DeleteUser(name)
}

// git pushes to a project, clones it and has its pipeline run.
func (s *soak) git(me string) {
	if _, err := exec.LookPath("git"); err != nil {
		s.t.Skip("there is no git here")
	}
	_, runner, _, remove := s.ownProject("git-" + me)
	defer remove()
	home, err := os.MkdirTemp("", "soak")
	require.NoError(s.t, err)
	defer os.RemoveAll(home)
	address, err := url.Parse(s.gl.URL() + "/root/git-" + me + ".git")
	require.NoError(s.t, err)
	address.User = url.UserPassword("root", s.gl.AdminToken())
	git := func(dir string, args ...string) {
		cmd := exec.CommandContext(s.t.Context(), "git", append([]string{"-c", "user.name=Mia", "-c",
			"user.email=mia@example.com", "-c", "init.defaultBranch=main", "-c", "gc.auto=0"}, args...)...)
		cmd.Dir = filepath.Join(home, dir)
		cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + home, "GIT_CONFIG_NOSYSTEM=1", "GIT_TERMINAL_PROMPT=0"}
		said, err := cmd.CombinedOutput()
		assert.NoError(s.t, err, "git %s\n%s", args, said)
	}
	git("", "init", "-q", "mine")
	require.NoError(s.t, os.WriteFile(filepath.Join(home, "mine", ".gitlab-ci.yml"), []byte(configuration), 0o600))
	git("mine", "add", ".")
	git("mine", "commit", "-qm", "Begin")
	git("mine", "push", "-q", address.String(), "main", "main:side")
	git("", "clone", "-q", address.String(), "theirs")
	s.run(runner, 1)
	git("mine", "push", "-q", "-d", address.String(), "side")
}

// schedule is a schedule that is played and comes due, and a trigger.
func (s *soak) schedule(me string) {
	at, runner, id, remove := s.ownProject("schedule-" + me)
	defer remove()
	s.commit(at, "build: {script: make}\n")
	made := s.made(at+"/pipeline_schedules", hash{"description": "d", "ref": "main", "cron": "*/10 * * * *", "active": true})
	s.ask("POST", fmt.Sprintf("%s/pipeline_schedules/%d/play", at, made), nil, http.StatusCreated)
	token, _ := s.ask("POST", at+"/triggers", hash{"description": "t"}, http.StatusCreated).Field(s.t, "token").(string)
	s.ask("POST", at+"/trigger/pipeline?ref=main&token="+url.QueryEscape(token), nil, http.StatusCreated)
	s.gl.Advance(20 * time.Minute)
	assert.GreaterOrEqual(s.t, len(s.gl.Pipelines()), 3, "of the commit, the trigger and the schedule of project %d", id)
	s.run(runner, 2)
	s.ask("DELETE", fmt.Sprintf("%s/pipeline_schedules/%d", at, made), nil, http.StatusNoContent)
}

// clock moves the clock, and GitLab's workers with it.
func (s *soak) clock(string) {
	s.gl.Advance(time.Second)
	s.wait(5 * time.Millisecond)
}

// control is what a program in another language does, and a person at the page.
func (s *soak) control(string) {
	ask := func(method, path string, body any) testkit.Reply {
		got, err := s.send(method, s.gl.URL()+"/-/fake/"+path, body)
		if assert.NoError(s.t, err) {
			assert.Less(s.t, got.Status, http.StatusMultipleChoices, "%s %s: %s", method, path, got.Body)
		}
		return got
	}
	ask("GET", "", nil)
	ask("GET", "snapshot", nil)
	ask("GET", "calls?endpoint=GET+/user", nil)
	ask("GET", "journal", nil)
	ask("POST", "token", hash{"username": "mia"})
	ask("POST", "advance", hash{"duration": "1s"})
	ask("POST", "workers", nil)
	id, _ := ask("POST", "failures", hash{"endpoint": "GET /user", "status": 503, "where": hash{"by": "mia"}}).Field(s.t, "id").(float64)
	ask("DELETE", fmt.Sprintf("failures/%d", int(id)), nil)
	ask("PATCH", "settings", hash{"registration_token": "a-token"})
	ask("GET", "settings", nil)
}
