package githttp_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

// Credentials of every kind sign in, as far as they go.
func TestCredentials(t *testing.T) {
	gl, mine := seeded(t)
	gl.AddProject(fakegitlab.Project{Path: "acme/docs"})
	bot := gl.AddAccessToken(fakegitlab.AccessToken{Project: "acme/shop", Role: fakegitlab.Developer,
		Scopes: []string{"write_repository"}})
	ofGroup := gl.AddAccessToken(fakegitlab.AccessToken{Group: "acme", Role: fakegitlab.Reporter,
		Scopes: []string{"read_repository"}})
	deploy := gl.AddDeployToken(fakegitlab.DeployToken{Path: "acme/shop"})
	groups := gl.AddDeployToken(fakegitlab.DeployToken{Path: "acme", Username: "puller"})
	other := gl.AddDeployToken(fakegitlab.DeployToken{Path: "acme/docs"})
	gl.AddUser(fakegitlab.User{Username: "pia", Password: "correct horse"})
	gl.AddUser(fakegitlab.User{Username: "gone", State: fakegitlab.UserBlocked})
	res := testkit.Ask(t, gl, gl.AdminToken(), "POST", "/projects/acme%2Fshop/members?username=pia&access_level=30")
	require.Equal(t, 201, res.Status, res.Body)
	for _, c := range []struct{ user, password, reads, pushes string }{
		{"anything", bot.Token, "", ""},
		{"x", ofGroup.Token, "", "You are not allowed to upload code."},
		{fmt.Sprintf("gitlab+deploy-token-%d", deploy.ID), deploy.Token, "", "You are not allowed to upload code."},
		{"puller", groups.Token, "", "You are not allowed to upload code."},
		{"x", deploy.Token, "HTTP Basic: Access denied", "HTTP Basic: Access denied"},
		{fmt.Sprintf("gitlab+deploy-token-%d", other.ID), other.Token, "HTTP Basic: Access denied", "HTTP Basic: Access denied"},
		{"pia", "correct horse", "", ""},
		{"pia", "battery staple", "HTTP Basic: Access denied", "HTTP Basic: Access denied"},
		{"gone", gl.Token("gone"), "HTTP Basic: Access denied", "HTTP Basic: Access denied"},
	} {
		url := with(t, gl, "acme/shop", c.user, c.password)
		for want, args := range map[*string][]string{&c.reads: {"ls-remote", url},
			&c.pushes: {"push", "-q", url, "HEAD:refs/heads/by-" + c.user[:1]}} {
			if *want == "" {
				mine.git(args...)
			} else {
				assert.Contains(t, mine.refused(args...), *want, c.user)
			}
		}
	}
}

// The token of a job reads its project as long as the job runs, and pushes to it only where the project lets it.
func TestJobToken(t *testing.T) {
	gl, mine := seeded(t, fakegitlab.WithVersion("17.2"))
	gl.AddProject(fakegitlab.Project{Path: "acme/docs", Members: fakegitlab.Members{"dev": fakegitlab.Maintainer}})
	gl.AddProject(fakegitlab.Project{Path: "acme/open", Visibility: fakegitlab.Public})
	runner := gl.AddRunner(fakegitlab.Runner{})
	job := gl.AddJob(fakegitlab.Job{Project: "acme/shop", RunnerID: runner.ID, Status: fakegitlab.JobRunning, User: "dev"})
	ofRoot := gl.AddJob(fakegitlab.Job{Project: "acme/shop", RunnerID: runner.ID, Status: fakegitlab.JobRunning, User: "root"})
	url := func(project string, j fakegitlab.Job) string { return with(t, gl, project, "gitlab-ci-token", j.Token) }
	mine.git("ls-remote", url("acme/shop", job))
	mine.git("ls-remote", url("acme/open", job))
	assert.Contains(t, mine.refused("ls-remote", url("acme/docs", job)),
		"The project you were looking for could not be found", "not on its allowlist")
	gl.UpdateProject("acme/docs", func(p *fakegitlab.Project) { p.JobTokenAllowlist = []string{"acme"} })
	mine.git("ls-remote", url("acme/docs", job))
	assert.Contains(t, mine.refused("ls-remote", url("acme/shop", ofRoot)),
		"You are not allowed to download code from this project.", "an administrator who is no member is none to a job")
	assert.Contains(t, mine.refused("ls-remote", with(t, gl, "acme/shop", "dev", job.Token)), "HTTP Basic: Access denied")
	assert.Contains(t, mine.refused("push", url("acme/shop", job), "HEAD:x"), "You are not allowed to push code to this project.")
	gl.UpdateProject("acme/shop", func(p *fakegitlab.Project) {
		p.Attributes = map[string]string{"ci_push_repository_for_job_token_allowed": "true"}
	})
	mine.commit(".gitlab-ci.yml", "build: {script: make}\n", "Build")
	mine.git("push", "-q", url("acme/shop", job), "HEAD:x")
	assert.Len(t, gl.Pipelines(), 2, "what a job pushes with its token makes no pipeline")
	gl.FinishJob(job.ID, fakegitlab.JobSuccess)
	assert.Contains(t, mine.refused("ls-remote", url("acme/shop", job)), "HTTP Basic: Access denied")
	call := gl.Calls(fakegitlab.GitInfoRefs, fakegitlab.Status(401))
	assert.Contains(t, call[len(call)-1].Reason, "the token of a job opens nothing once the job is success")
}

// What differs between versions.
func TestVersions(t *testing.T) {
	for version, want := range map[string]struct{ denied, job, reach, archived string }{
		"16.0": {"The provided password or token is incorrect or your account has 2FA enabled",
			"You are not allowed to upload code.", "The project you were looking for", "You are not allowed to push code"},
		"17.3": {"The provided password or token is incorrect or your account has 2FA enabled",
			"You are not allowed to push code", "Authentication by CI/CD job token not allowed from shop to docs.",
			"You are not allowed to push code"},
		"17.11": {"If a token was provided, it was either incorrect, expired, or improperly scoped.",
			"You are not allowed to push code", "Authentication by CI/CD job token not allowed from shop to docs.",
			"You are not allowed to push code"},
		"18.11": {"troubleshooting_git.md#error-on-git-fetch-http-basic-access-denied",
			"You are not allowed to push code", "Authentication by CI/CD job token not allowed from shop to docs.",
			"You can't push code to an archived project."},
	} {
		t.Run(version, func(t *testing.T) {
			gl := acme(t, fakegitlab.WithVersion(version), fakegitlab.WithInMemoryNetwork())
			gl.AddProject(fakegitlab.Project{Path: "acme/docs"})
			gl.AddProject(fakegitlab.Project{Path: "acme/old", Archived: true,
				Members: fakegitlab.Members{"mia": fakegitlab.Maintainer}})
			runner := gl.AddRunner(fakegitlab.Runner{})
			job := gl.AddJob(fakegitlab.Job{Project: "acme/shop", RunnerID: runner.ID, Status: fakegitlab.JobRunning, User: "dev"})
			says := func(project, service, user, password string) string {
				return refs(t, gl, project, service, user, password).String()
			}
			assert.Contains(t, says("acme/shop", "git-upload-pack", "x", "y"), want.denied)
			assert.Contains(t, says("acme/shop", "git-receive-pack", "gitlab-ci-token", job.Token), want.job)
			assert.Contains(t, says("acme/docs", "git-upload-pack", "gitlab-ci-token", job.Token), want.reach)
			assert.Contains(t, says("acme/old", "git-receive-pack", "x", gl.Token("mia")), want.archived)
		})
	}
}

// refs asks for the refs of a project as a client of its own.
func refs(t *testing.T, gl *fakegitlab.Fake, project, service, user, password string) testkit.Reply {
	t.Helper()
	return send(t, gl, "GET", "/"+project+".git/info/refs?service="+service, nil, func(r *http.Request) {
		r.SetBasicAuth(user, password)
	})
}

func send(t *testing.T, gl *fakegitlab.Fake, method, path string, body io.Reader, change ...func(*http.Request)) testkit.Reply {
	t.Helper()
	r, err := http.NewRequest(method, gl.URL()+path, body)
	require.NoError(t, err)
	for _, c := range change {
		c(r)
	}
	client := gl.Client()
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	res, err := client.Do(r)
	require.NoError(t, err)
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	return testkit.Reply{Status: res.StatusCode, Header: res.Header, Body: string(text)}
}

// The headers and forms of answers, over a network in memory, which a client in Go gets to.
func TestAnswers(t *testing.T) {
	needGit(t)
	gl := acme(t, fakegitlab.WithInMemoryNetwork())
	byMia := func(r *http.Request) { r.SetBasicAuth("mia", gl.Token("mia")) }
	res := send(t, gl, "GET", "/acme/shop.git/info/refs?service=git-upload-pack", nil, byMia)
	assert.Equal(t, 200, res.Status)
	assert.Equal(t, "application/x-git-upload-pack-advertisement", res.Header.Get("Content-Type"))
	assert.Equal(t, "no-cache", res.Header.Get("Cache-Control"))
	assert.True(t, strings.HasPrefix(res.Body, "001e# service=git-upload-pack\n0000"), res.Body)

	res = send(t, gl, "GET", "/acme/shop.git/info/refs?service=git-receive-pack", nil, byMia)
	assert.Equal(t, "application/x-git-receive-pack-advertisement", res.Header.Get("Content-Type"))
	assert.Contains(t, res.Body, "0000000000000000000000000000000000000000 capabilities^{}\x00report-status ")
	assert.True(t, strings.HasSuffix(res.Body, "0000"))

	res = send(t, gl, "GET", "/acme/shop.git/info/refs?service=git-upload-pack", nil)
	assert.Equal(t, 401, res.Status)
	assert.Equal(t, `Basic realm="GitLab"`, res.Header.Get("Www-Authenticate"))
	assert.Equal(t, "text/plain; charset=utf-8", res.Header.Get("Content-Type"))

	assert.Equal(t, "403 The command you're trying to execute is not allowed.",
		send(t, gl, "GET", "/acme/shop.git/info/refs?service=git-upload-archive", nil, byMia).String())
	assert.Equal(t, "403", send(t, gl, "HEAD", "/acme/shop.git/info/refs?service=git-upload-pack", nil, byMia).String())
	res = send(t, gl, "GET", "/acme/shop/info/refs?service=git-upload-pack", nil)
	assert.Equal(t, 301, res.Status)
	assert.Equal(t, gl.URL()+"/acme/shop.git/info/refs?service=git-upload-pack", res.Header.Get("Location"))
	assert.Equal(t, 404, send(t, gl, "GET", "/acme/shop/info/refs?service=x", nil).Status)

	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, _ = z.Write([]byte("0014command=ls-refs\n0016object-format=sha100010009peel\n000csymrefs\n000bunborn\n0000"))
	require.NoError(t, z.Close())
	res = send(t, gl, "POST", "/acme/shop.git/git-upload-pack", &packed, byMia, func(r *http.Request) {
		r.Header.Set("Content-Encoding", "gzip")
		r.Header.Set("Content-Type", "application/x-git-upload-pack-request")
		r.Header.Set("Git-Protocol", "version=2")
	})
	assert.Equal(t, "application/x-git-upload-pack-result", res.Header.Get("Content-Type"))
	assert.Equal(t, "200 002eunborn HEAD symref-target:refs/heads/main\n0000", res.String())
	assert.Equal(t, "200", send(t, gl, "POST", "/acme/shop.git/git-receive-pack", strings.NewReader("0000"), byMia).String())
	res = send(t, gl, "POST", "/acme/shop.git/git-receive-pack", strings.NewReader("nonsense"), byMia)
	assert.Equal(t, 500, res.Status)
}

// A group that wants SSH alone lets nobody but jobs in over HTTP.
func TestOnlySSH(t *testing.T) {
	gl := acme(t, fakegitlab.WithInMemoryNetwork())
	gl.UpdateGroup("acme", func(g *fakegitlab.Group) {
		g.Attributes = map[string]string{"enabled_git_access_protocol": "ssh"}
	})
	assert.Equal(t, "403 Git access over HTTP is not allowed",
		refs(t, gl, "acme/shop", "git-receive-pack", "x", gl.Token("mia")).String())
}

// Without git a clone is answered with a sentence, which is an error of the test. A push needs none.
func TestWithoutGit(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	gl, err := fakegitlab.Start()
	require.NoError(t, err)
	defer gl.Close()
	gl.AddProject(fakegitlab.Project{Path: "acme/open", Visibility: fakegitlab.Public})
	res := send(t, gl, "GET", "/acme/open.git/info/refs?service=git-upload-pack", nil)
	const why = "clone and fetch are served by the program git, which is not in PATH on the fake's machine: install it"
	assert.Equal(t, "503 fakegitlab: "+why, res.String())
	assert.Equal(t, []string{"GET /acme/open.git/info/refs: " + why}, gl.Problems())
	assert.Equal(t, 200, refs(t, gl, "acme/open", "git-receive-pack", "root", gl.AdminToken()).Status)
}

// What is on disk is there when somebody clones, and gone after a Reset and after Close.
func TestNothingIsLeft(t *testing.T) {
	d := newDesk(t)
	tmp := t.TempDir()
	t.Setenv("TMPDIR", tmp)
	left := func() []string {
		found, err := filepath.Glob(filepath.Join(tmp, "*"))
		require.NoError(t, err)
		return found
	}
	gl := acme(t)
	mine := d.begin("mine")
	mine.git("push", "-q", as(t, gl, "mia"), "main")
	assert.Empty(t, left(), "a push alone needs no files")
	d.git("clone", "-q", as(t, gl, "rita"), "a")
	require.Len(t, left(), 1)
	gl.Reset()
	assert.Empty(t, left())
	gl.AddProject(fakegitlab.Project{Path: "acme/open", Visibility: fakegitlab.Public})
	d.git("clone", "-q", gl.URL()+"/acme/open.git", "b")
	require.Len(t, left(), 1)
	gl.Close()
	assert.Empty(t, left())
}

// A push is in the journal, and failures and holds work on it.
func TestFailuresOfGit(t *testing.T) {
	gl, mine := seeded(t)
	mine.commit("a", "a", "More")
	gl.Inject(fakegitlab.Failure{Endpoint: fakegitlab.GitReceivePack, Status: 503, Times: 1})
	assert.Contains(t, mine.refused("push", "origin", "main"), "503")
	gl.Inject(fakegitlab.Failure{Endpoint: fakegitlab.GitUploadPack, Network: fakegitlab.TruncatedBody, Times: 1})
	mine.refused("ls-remote", "origin")
	held := gl.Hold(fakegitlab.GitReceivePack)
	pushed := make(chan bool)
	go func() {
		_, ok := mine.try("push", "-q", "origin", "main")
		pushed <- ok
	}()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	_, err := held.Wait(ctx)
	require.NoError(t, err)
	held.Release()
	assert.True(t, <-pushed)
	assert.Regexp(t, `POST /:project.git/git-receive-pack project=acme/shop main \w{7}\.\.\w{7} by mia -> 200`, gl.Journal())
}

// Webhooks are told of pushes (lib/gitlab/data_builder/push.rb).
func TestPushWebhooks(t *testing.T) {
	gl, mine := seeded(t)
	got := make(chan struct{}, 10)
	hook := func(w http.ResponseWriter, _ *http.Request) { got <- struct{}{} }
	server := listen(t, hook)
	gl.AddWebhook(fakegitlab.Webhook{Project: "acme/shop", URL: server, PushEvents: true, TagPushEvents: true,
		BranchFilter: "feature-*"})
	before := mine.git("rev-parse", "HEAD")
	mine.commit("src/a.go", "package a\n", "Add a\n\nwith more")
	require.NoError(t, os.Remove(filepath.Join(mine.dir, "README.md")))
	sha := mine.commit("src/a.go", "package b\n", "Change a")
	mine.git("tag", "-a", "v1", "-m", "First")
	mine.git("push", "-q", "origin", "main", "main:feature-x", "v1")
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	d, err := gl.WaitForDelivery(ctx, "Push Hook")
	require.NoError(t, err)
	var e struct {
		ObjectKind   string `json:"object_kind"`
		Ref          string
		Before       string
		After        string
		CheckoutSHA  string `json:"checkout_sha"`
		UserUsername string `json:"user_username"`
		Total        int    `json:"total_commits_count"`
		Commits      []struct {
			ID, Title, Message       string
			Added, Modified, Removed []string
		}
	}
	require.NoError(t, json.Unmarshal(d.Body, &e))
	assert.Equal(t, "push", e.ObjectKind)
	assert.Equal(t, "refs/heads/feature-x", e.Ref, "the filter leaves main out")
	assert.Equal(t, "mia", e.UserUsername)
	assert.Equal(t, sha, e.CheckoutSHA)
	assert.Equal(t, strings.Repeat("0", 40), e.Before)
	assert.NotEqual(t, before, e.After)
	d, err = gl.WaitForDelivery(ctx, "Tag Push Hook")
	require.NoError(t, err)
	assert.Contains(t, string(d.Body), `"message":"First\n"`)
	assert.Contains(t, string(d.Body), `"checkout_sha":"`+sha+`"`)
	mine.commit("b", "b", "More")
	mine.git("push", "-q", "origin", "HEAD:feature-x")
	d, err = gl.WaitForDelivery(ctx, "Push Hook", func(d fakegitlab.Delivery) bool {
		return strings.Contains(string(d.Body), `"title":"More"`)
	})
	require.NoError(t, err)
	assert.Contains(t, string(d.Body), `"added":["b"],"modified":[],"removed":[]`)
	assert.Contains(t, string(d.Body), `"total_commits_count":1`)
	mine.git("push", "-q", "origin", ":feature-x")
	_, err = gl.WaitForDelivery(ctx, "Push Hook", func(d fakegitlab.Delivery) bool {
		return strings.Contains(string(d.Body), `"after":"`+strings.Repeat("0", 40)) &&
			strings.Contains(string(d.Body), `"checkout_sha":null`)
	})
	require.NoError(t, err)
}
