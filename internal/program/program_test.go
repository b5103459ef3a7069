package program

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab"
)

const twoTeams = "../../examples/fixtures/two_teams.json"

// program is the built program, running.
type program struct {
	t      *testing.T
	cmd    *exec.Cmd
	reader *os.File // of what it prints
	lines  *bufio.Scanner
	url    string
	said   []string
}

// executable is the built program.
var executable string

// TestMain compiles the program for all the tests.
func TestMain(m *testing.M) {
	os.Exit(func() int {
		dir, err := os.MkdirTemp("", "fakegitlab")
		if err != nil {
			log.Fatal(err)
		}
		defer os.RemoveAll(dir)
		executable = filepath.Join(dir, "fakegitlab")
		if out, err := exec.Command("go", "build", "-o", executable, "../../cmd/fakegitlab").CombinedOutput(); err != nil {
			log.Fatalf("%v\n%s", err, out)
		}
		return m.Run()
	}())
}

// launch runs it on a free port and waits for its greeting. What it says on both outputs comes as one.
func launch(t *testing.T, args ...string) *program {
	t.Helper()
	r, w, err := os.Pipe()
	require.NoError(t, err)
	cmd := exec.Command(executable, append([]string{"-addr", "127.0.0.1:0"}, args...)...)
	p := &program{t: t, cmd: cmd, reader: r, lines: bufio.NewScanner(r)}
	p.cmd.Stdout, p.cmd.Stderr = w, w
	require.NoError(t, p.cmd.Start())
	require.NoError(t, w.Close())
	t.Cleanup(func() { _ = p.cmd.Process.Kill(); _ = r.Close() })
	_, p.url, _ = strings.Cut(p.until("GitLab "), " at ")
	p.until("register ")
	return p
}

// until reads to the line that begins so.
func (p *program) until(prefix string) string {
	p.t.Helper()
	for p.lines.Scan() {
		p.said = append(p.said, p.lines.Text())
		if strings.HasPrefix(p.lines.Text(), prefix) {
			return p.lines.Text()
		}
	}
	require.Fail(p.t, "it never said "+prefix, strings.Join(p.said, "\n"))
	return ""
}

func (p *program) token(username string) string {
	for _, line := range p.said {
		if words := strings.Fields(line); len(words) > 2 && words[0] == "token" && words[2] == username {
			return words[1]
		}
	}
	return ""
}

func (p *program) get(path, token string) (int, string) {
	p.t.Helper()
	r, err := http.NewRequest(http.MethodGet, p.url+path, nil)
	require.NoError(p.t, err)
	r.Header.Set("PRIVATE-TOKEN", token)
	res, err := http.DefaultClient.Do(r)
	require.NoError(p.t, err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	require.NoError(p.t, err)
	return res.StatusCode, string(body)
}

func TestServes(t *testing.T) {
	p := launch(t, "-scenario", twoTeams, "-version", "16.11", "-base-path", "/gitlab")
	assert.True(t, strings.HasSuffix(p.url, "/gitlab"), p.url)
	status, body := p.get("/api/v4/version", p.token("mia"))
	assert.Equal(t, 200, status)
	assert.Contains(t, body, `"version":"16.11`)
	status, _ = p.get("/api/v4/runners/100003", p.token("dan"))
	assert.Equal(t, 403, status)
	assert.Contains(t, p.until("#2 "), "needs Maintainer", "the journal is logged")
	res, err := http.Post(p.url+"/-/fake/reset", "", nil)
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	status, _ = p.get("/api/v4/user", p.token("mia"))
	assert.Equal(t, 200, status, "the tokens that were printed survive a reset")
	status, body = p.get("/-/fake/", "")
	assert.Equal(t, 200, status)
	assert.Contains(t, body, "of the shop, forgotten")
}

// The tokens that a scenario gives are printed with the rest, under whom they act for.
func TestGreetsWithTokens(t *testing.T) {
	file := filepath.Join(t.TempDir(), "world.json")
	require.NoError(t, os.WriteFile(file, []byte(`{"users": [{"username": "ann"}], "projects": [{"path": "acme/shop"}],
		"access_tokens": [{"user": "ann", "token": "glpat-read", "name": "ci", "scopes": ["read_api"]},
			{"project": "acme/shop", "token": "glpat-bot", "name": "bot", "scopes": ["api", "read_user"]}]}`), 0o644))
	p := launch(t, "-scenario", file)
	said := strings.Join(p.said, "\n")
	assert.Contains(t, said, "token     glpat-read  ann  ci: read_api\n")
	assert.Contains(t, said, "token     glpat-bot  acme/shop  bot: api read_user\n")
	assert.Regexp(t, `(?m)^token     glpat-\w+  ann$`, said)
	status, _ := p.get("/api/v4/user", "glpat-read")
	assert.Equal(t, 200, status)
}

func TestReloads(t *testing.T) {
	file := filepath.Join(t.TempDir(), "world.json")
	write := func(text string) { require.NoError(t, os.WriteFile(file, []byte(text), 0o644)) }
	write(`{"users": [{"username": "ann"}]}`)
	p := launch(t, "-scenario", file, "-real-time")
	assert.NotEmpty(t, p.token("ann"))

	write(`{"usrs": []}`)
	require.NoError(t, p.cmd.Process.Signal(syscall.SIGHUP))
	assert.Contains(t, p.until("fakegitlab: the world stays as it is:"),
		file+`:1:2: usrs: unknown field; did you mean "users"?`)
	status, _ := p.get("/api/v4/user", p.token("ann"))
	assert.Equal(t, 200, status)

	write(`{"users": [{"username": "ben"}]}`)
	require.NoError(t, p.cmd.Process.Signal(syscall.SIGHUP))
	p.until("a new start")
	p.until("register ")
	status, _ = p.get("/api/v4/user", p.token("ben"))
	assert.Equal(t, 200, status)
}

func TestTLS(t *testing.T) {
	cert := filepath.Join(t.TempDir(), "ca.pem")
	p := launch(t, "-tls", "-cert", cert)
	pem, err := os.ReadFile(cert)
	require.NoError(t, err)
	roots := x509.NewCertPool()
	require.True(t, roots.AppendCertsFromPEM(pem))
	client := http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}}
	defer client.CloseIdleConnections()
	res, err := client.Get(p.url + "/-/fake/endpoints")
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	assert.Equal(t, 200, res.StatusCode)
}

// What is refused before anything is served, and what is said of it.
func TestRefuses(t *testing.T) {
	for _, c := range []struct {
		args []string
		says string
	}{
		{[]string{"-addr", ":0"}, `-addr ":0" is `},
		{[]string{"-addr", "0.0.0.0:0"}, "which other machines may reach, and whoever reaches the " +
			"fake is an administrator; say -allow-remote"},
		{[]string{"-addr", "nowhere"}, `missing port in address; write "nowhere:0" for a free port`},
		{[]string{"-version", "12.0"}, "12.0"},
		{[]string{"-cert", "x.pem"}, "-cert needs -tls"},
		{[]string{"-start-time", "yesterday"}, `"yesterday" for flag -start-time: want a time as RFC 3339 has it`},
		{[]string{"-start-time", "2026-01-31T08:00:00Z", "-real-time"}, "-real-time has no -start-time"},
		{[]string{"-long-polling", "-1s"}, "-long-polling cannot be negative"},
		{[]string{"world.json"}, `"world.json" is no flag`},
		{[]string{"-colour"}, "-colour"},
		{[]string{"-scenario", "nowhere.json"}, "nowhere.json"},
		{[]string{"-scenario", "smallcompany"}, "did you mean SmallCompany?"},
		{[]string{"-scenario", "program.go"}, "scenario: program.go:1:1: "},
		{[]string{"-url-file", "/dev/null"}, "-url-file: /dev/null is no ordinary file"},
		{[]string{"-url-file", "nowhere/url"}, "-url-file: stat nowhere: "},
	} {
		assert.ErrorContains(t, run(c.args, io.Discard, io.Discard, nil), c.says, c.args)
	}
	impossible := filepath.Join(t.TempDir(), "world.json")
	require.NoError(t, os.WriteFile(impossible, []byte("{\"runners\": [\n{\"maximum_timeout\": 5}]}"), 0o644))
	assert.ErrorContains(t, run([]string{"-scenario", impossible}, io.Discard, io.Discard, nil),
		impossible+":2:21: runners[0].maximum_timeout: Maximum timeout")
	var usage strings.Builder
	assert.ErrorContains(t, run([]string{"-h"}, io.Discard, &usage, nil), "help requested")
	assert.Contains(t, usage.String(), "-real-time")
}

// The ready-made worlds are there for those who cannot call their functions.
func TestReadyMadeWorlds(t *testing.T) {
	for name, want := range map[string]string{"SmallCompany": "instance-never-contacted", "Fleet": "autoscaled",
		"TokenMigration": "legacy-dead", "ThousandRunners": "runner-1000"} {
		world, _, err := arguments{scenario: name}.read()
		require.NoError(t, err)
		is := func(r fakegitlab.Runner) bool { return r.Description == want }
		assert.True(t, slices.ContainsFunc(world.Runners, is), name)
	}
}

func TestStartTime(t *testing.T) {
	p := launch(t, "-start-time", "2026-01-31T08:00:00Z")
	_, body := p.get("/-/fake/snapshot", "")
	assert.Contains(t, body, `"created_at": "2026-01-31T08:00:00Z"`)
}

// A runner that waits for a job is answered when there is one, and gets it with its next request.
func TestLongPolling(t *testing.T) {
	p := launch(t, "-scenario", twoTeams, "-long-polling", "60")
	post := func(path, body string) (status int, lastUpdate string) {
		res, err := http.Post(p.url+path, "application/json", strings.NewReader(body))
		if assert.NoError(t, err) {
			assert.NoError(t, res.Body.Close())
			status, lastUpdate = res.StatusCode, res.Header.Get("X-GitLab-Last-Update")
		}
		return status, lastUpdate
	}
	const request = `{"token": "glrt-2XwOYkxOgkw4m4uePA8v", "last_update": "%s"}`
	status, lastUpdate := post("/api/v4/jobs/request", fmt.Sprintf(request, ""))
	assert.Equal(t, 204, status)
	taken := make(chan int)
	go func() {
		status, _ := post("/api/v4/jobs/request", fmt.Sprintf(request, lastUpdate))
		taken <- status
	}()
	status, _ = post("/-/fake/seed", `{"jobs": [{"project": "acme/shop"}]}`)
	assert.Equal(t, 201, status)
	if status := <-taken; status == 201 {
		return // the job was there before the request was
	} else if assert.Equal(t, 204, status) {
		status, _ = post("/api/v4/jobs/request", fmt.Sprintf(request, lastUpdate))
		assert.Equal(t, 201, status)
	}
}
