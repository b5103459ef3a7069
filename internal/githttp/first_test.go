package githttp_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab"
)

func TestFirst(t *testing.T) {
	gl := fakegitlab.New(t)
	gl.AddUser(fakegitlab.User{Username: "mia"})
	gl.AddProject(fakegitlab.Project{Path: "acme/shop", Members: fakegitlab.Members{"mia": fakegitlab.Maintainer}})
	dir := t.TempDir()
	git := func(args ...string) string {
		cmd := exec.Command("git", args...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_TERMINAL_PROMPT=0")
		out, err := cmd.CombinedOutput()
		t.Log(strings.Join(args, " "), "\n", string(out), err)
		return string(out)
	}
	url := strings.Replace(gl.URL(), "://", "://x:"+gl.Token("mia")+"@", 1) + "/acme/shop.git"
	git("clone", url, "one")
	dir = filepath.Join(dir, "one")
	require.NoError(t, os.WriteFile(filepath.Join(dir, "a.txt"), []byte("a\n"), 0o600))
	git("add", ".")
	git("-c", "user.name=M", "-c", "user.email=m@x", "commit", "-m", "one")
	git("push", "-o", "ci.skip", "origin", "HEAD:main")
	git("push", "origin", "HEAD:other")
	dir = filepath.Dir(dir)
	git("clone", url, "two")
	t.Log(gl.Journal())
}
