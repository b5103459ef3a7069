package docs_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab"
)

func TestGitPush(t *testing.T) {
	gl := fakegitlab.New(t)
	gl.AddUser(fakegitlab.User{Username: "mia"})
	gl.AddProject(fakegitlab.Project{Path: "acme/shop", Members: fakegitlab.Members{"mia": fakegitlab.Maintainer}})
	remote := strings.Replace(gl.URL(), "://", "://mia:"+gl.Token("mia")+"@", 1) + "/acme/shop.git"

	dir := t.TempDir()
	git(t, dir, "init", "-q", "-b", "main")
	require.NoError(t, os.WriteFile(filepath.Join(dir, ".gitlab-ci.yml"), []byte("build: {script: make}"), 0o600))
	git(t, dir, "add", ".")
	git(t, dir, "commit", "-qm", "Build")
	git(t, dir, "push", "-q", "-o", "ci.variable=TARGET=all", remote, "main")

	require.Len(t, gl.Pipelines(), 1)
	assert.Equal(t, git(t, dir, "rev-parse", "HEAD"), gl.Pipelines()[0].SHA)
	gl.AssertCalled(t, fakegitlab.GitReceivePack, fakegitlab.By("mia"), fakegitlab.Param("project", "acme/shop"))
}

// git runs git in a folder, with no settings of whoever runs the test.
func git(t *testing.T, dir string, args ...string) string {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("this machine has no git, which the test speaks to the fake with")
	}
	cmd := exec.Command("git", args...)
	cmd.Dir = dir
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "GIT_CONFIG_NOSYSTEM=1", "GIT_TERMINAL_PROMPT=0",
		"GIT_AUTHOR_NAME=Mia", "GIT_AUTHOR_EMAIL=mia@example.com", "GIT_COMMITTER_NAME=Mia",
		"GIT_COMMITTER_EMAIL=mia@example.com"}
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "git %s\n%s", args, out)
	return strings.TrimSpace(string(out))
}
