package pipeline_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab"
)

// checkout is a clone of a project that somebody works in.
type checkout struct {
	t   testing.TB
	dir string
}

// clone clones the project as a user does, over HTTP with a token.
func clone(t testing.TB, gl *fakegitlab.Fake, username, project string) checkout {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("there is no git here")
	}
	url := strings.Replace(gl.URL(), "://", "://"+username+":"+gl.Token(username, "write_repository")+"@", 1)
	c := checkout{t, t.TempDir()}
	c.git("clone", "--quiet", url+"/"+project+".git", ".")
	return c
}

// git runs git in the clone, without the settings of the machine.
func (c checkout) git(args ...string) string {
	c.t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir = c.dir
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1", "GIT_TERMINAL_PROMPT=0",
		"GIT_AUTHOR_NAME=Mia", "GIT_AUTHOR_EMAIL=mia@example.com", "GIT_COMMITTER_NAME=Mia", "GIT_COMMITTER_EMAIL=mia@example.com")
	said, err := cmd.CombinedOutput()
	require.NoError(c.t, err, "git %s: %s", strings.Join(args, " "), said)
	return string(said)
}

// write commits files.
func (c checkout) write(files map[string]string) {
	c.t.Helper()
	for name, content := range files {
		path := filepath.Join(c.dir, name)
		require.NoError(c.t, os.MkdirAll(filepath.Dir(path), 0o700))
		require.NoError(c.t, os.WriteFile(path, []byte(content), 0o600))
	}
	c.git("add", ".")
	c.git("commit", "--quiet", "-m", "Work")
}

// call sends JSON to GitLab and reads its answer.
func call(t testing.TB, client *http.Client, method, url string, body any, want int, answer any) {
	t.Helper()
	raw, err := json.Marshal(body)
	require.NoError(t, err)
	request, err := http.NewRequestWithContext(t.Context(), method, url, bytes.NewReader(raw))
	require.NoError(t, err)
	request.Header.Set("Content-Type", "application/json")
	response, err := client.Do(request)
	require.NoError(t, err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	require.Equal(t, want, response.StatusCode, "%s %s: %s", method, url, text)
	if answer != nil {
		require.NoError(t, json.Unmarshal(text, answer))
	}
}
