package pipeline_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab"
)

var gitlabRunner = flag.String("gitlab-runner", "", "the `path` of a gitlab-runner, for TestRealRunner")

// runnerConfig is a gitlab-runner's config.toml: it asks every second, and runs three jobs at a time with bash.
const runnerConfig = `concurrent = 3
check_interval = 1
[[runners]]
  name = "real"
  url = %q
  token = %q
  executor = "shell"
  builds_dir = %q
  cache_dir = %q
`

// TestRealRunner runs the same pipeline as TestPipeline with a gitlab-runner as GitLab ships it, which clones the commit
// and runs the jobs with its shell executor. With -v it prints the log of the runner, each job's, and how long it took.
func TestRealRunner(t *testing.T) {
	if *gitlabRunner == "" {
		t.Skip("-gitlab-runner names none")
	}
	started := time.Now()
	gl, token := newGitLab(t, fakegitlab.WithStartTime(started))
	runner := startGitLabRunner(t, gl, token)
	pushProject(t, gl)
	pushed := time.Now()
	walkThrough(t, gl)
	took := time.Since(pushed)
	runner.stop(t)

	t.Logf("--- the runner\n%s", plain(runner.said()))
	for _, j := range gl.Jobs() {
		t.Logf("--- job %d %s: %s\n%s", j.ID, j.Name, j.Status, plain(j.Trace))
	}
	t.Logf("--- in the end\n%s\n%d jobs in %.1f s, %.1f s with what came before", strings.Join(states(gl), "\n"),
		len(gl.Jobs()), took.Seconds(), time.Since(started).Seconds())
}

// ornament is what only a terminal makes something of: colors, and the marks of sections.
var ornament = regexp.MustCompile(`\x1b\[[0-9;]*[A-Za-z]|section_(start|end):[^\r]*\r`)

func plain(text string) string { return ornament.ReplaceAllString(text, "") }

// process is a running gitlab-runner.
type process struct {
	cmd  *exec.Cmd
	mu   sync.Mutex
	text bytes.Buffer
	once sync.Once
}

// Write keeps what the runner prints.
func (p *process) Write(text []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.Write(text)
}

func (p *process) said() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.String()
}

func startGitLabRunner(t *testing.T, gl *fakegitlab.Fake, token string) *process {
	t.Helper()
	dir := t.TempDir()
	config := filepath.Join(dir, "config.toml")
	require.NoError(t, os.WriteFile(config, fmt.Appendf(nil, runnerConfig, gl.URL(), token, filepath.Join(dir, "builds"),
		filepath.Join(dir, "cache")), 0o600))
	version, err := exec.Command(*gitlabRunner, "--version").Output()
	require.NoError(t, err)
	t.Logf("%s", version)
	p := &process{cmd: exec.Command(*gitlabRunner, "run", "--config", config, "--working-directory", dir)}
	p.cmd.Stdout, p.cmd.Stderr = p, p
	p.cmd.Env = append(os.Environ(), "HOME="+dir)
	require.NoError(t, p.cmd.Start())
	t.Cleanup(func() { p.stop(t) })
	return p
}

// stop ends the runner as an operator does, and waits until it has.
func (p *process) stop(t *testing.T) {
	p.once.Do(func() {
		if err := p.cmd.Process.Signal(syscall.SIGQUIT); err != nil { // after its jobs
			t.Error(err)
		}
		_ = p.cmd.Wait() // its status says that it was told to stop
	})
}
