package githttp_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab"
)

// acme is a GitLab with the private project acme/shop, where people of all roles are.
func acme(t testing.TB, opts ...fakegitlab.Option) *fakegitlab.Fake {
	t.Helper()
	gl := fakegitlab.New(t, opts...)
	members := fakegitlab.Members{"guest": fakegitlab.Guest, "rita": fakegitlab.Reporter, "dev": fakegitlab.Developer,
		"mia": fakegitlab.Maintainer}
	for name := range members {
		gl.AddUser(fakegitlab.User{Username: name})
	}
	gl.AddUser(fakegitlab.User{Username: "eve"})
	gl.AddProject(fakegitlab.Project{Path: "acme/shop", Members: members})
	return gl
}

// needGit skips a test on a machine without git.
func needGit(t testing.TB) {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("this machine has no git, which the test speaks to the fake with")
	}
}

// desk is where somebody works with git: a folder in which it runs, with no settings of whoever runs the tests.
type desk struct {
	t   testing.TB
	dir string
}

func newDesk(t testing.TB) desk {
	t.Helper()
	needGit(t)
	return desk{t, t.TempDir()}
}

func (d desk) command(args ...string) *exec.Cmd {
	settings := []string{"-c", "user.name=Mia", "-c", "user.email=mia@example.com", "-c", "init.defaultBranch=main",
		"-c", "advice.pushUpdateRejected=false", "-c", "maintenance.auto=false", "-c", "core.fsync=none"}
	cmd := exec.Command("git", append(settings, args...)...)
	cmd.Dir = d.dir
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + d.dir, "GIT_CONFIG_NOSYSTEM=1", "GIT_TERMINAL_PROMPT=0",
		"LC_ALL=C", "GIT_SSL_NO_VERIFY=1"}
	return cmd
}

// try runs git, and reports whether it succeeded.
func (d desk) try(args ...string) (out string, ok bool) {
	b, err := d.command(args...).CombinedOutput()
	return strings.TrimSpace(string(b)), err == nil
}

// git runs git, which has to succeed.
func (d desk) git(args ...string) string {
	d.t.Helper()
	out, ok := d.try(args...)
	require.True(d.t, ok, "git %s\n%s", strings.Join(args, " "), out)
	return out
}

// refused runs git, which has to fail, and returns what it says.
func (d desk) refused(args ...string) string {
	d.t.Helper()
	out, ok := d.try(args...)
	require.False(d.t, ok, "git %s\n%s", strings.Join(args, " "), out)
	return out
}

// in is a folder of the desk.
func (d desk) in(name string) desk { return desk{d.t, filepath.Join(d.dir, name)} }

// begin makes a repository with one commit, which is not pushed.
func (d desk) begin(name string) desk {
	d.t.Helper()
	d.git("init", "-q", name)
	d = d.in(name)
	d.commit("README.md", "# Shop\n", "Begin")
	return d
}

// commit commits a file, and returns the commit's name.
func (d desk) commit(path, content, message string) (sha string) {
	d.t.Helper()
	require.NoError(d.t, os.MkdirAll(filepath.Dir(filepath.Join(d.dir, path)), 0o700))
	require.NoError(d.t, os.WriteFile(filepath.Join(d.dir, path), []byte(content), 0o600))
	d.git("add", ".")
	d.git("commit", "-qm", message)
	return d.git("rev-parse", "HEAD")
}

// with is the address of a project with credentials in it.
func with(t testing.TB, gl *fakegitlab.Fake, project, user, password string) string {
	t.Helper()
	u, err := url.Parse(gl.URL() + "/" + project + ".git")
	require.NoError(t, err)
	u.User = url.UserPassword(user, password)
	return u.String()
}

// as is the address of acme/shop for somebody with a token of these scopes.
func as(t testing.TB, gl *fakegitlab.Fake, username string, scopes ...string) string {
	t.Helper()
	return with(t, gl, "acme/shop", username, gl.Token(username, scopes...))
}

// seeded is acme with a first commit, which mia has pushed from the desk.
func seeded(t testing.TB, opts ...fakegitlab.Option) (*fakegitlab.Fake, desk) {
	t.Helper()
	d := newDesk(t)
	gl := acme(t, opts...)
	mine := d.begin("mine")
	mine.git("remote", "add", "origin", as(t, gl, "mia"))
	mine.git("push", "-q", "origin", "main")
	return gl, mine
}

// listen serves a handler until the test ends, and returns its address.
func listen(t testing.TB, h http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL
}
