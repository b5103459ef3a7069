package githttp

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/world"
)

// program is the name of git.
const program = "git"

// errNoGit is of a machine that has no git.
var errNoGit = errors.New("git is not installed")

// configured is how Gitaly has git serve a repository (internal/git/gitcmd/command_description.go).
var configured = []string{"-c", "uploadpack.allowFilter=true", "-c", "uploadpack.allowAnySHA1InWant=true",
	"-c", "core.hooksPath=" + os.DevNull, "-c", "safe.directory=*"}

// passedOn are the variables of the environment without which programs do not run on some system; of the rest git gets
// none, so that no setting of whoever runs the tests changes what is served.
var passedOn = []string{"PATH", "TMPDIR", "TMP", "TEMP", "SystemRoot", "LD_LIBRARY_PATH"}

// afterKill is how long is waited for what a process that was killed has still open.
const afterKill = 2 * time.Second

// run runs git with a text for its standard input and an environment of its own, and returns what it wrote. It is
// killed with all that it has begun when ctx ends. Where it fails, the error has what it said of it; errNoGit is that
// of a machine without git.
func run(ctx context.Context, in io.Reader, protocol string, args ...string) (out world.Blob, err error) {
	path, err := exec.LookPath(program)
	if err != nil {
		return out, errNoGit
	}
	cmd := exec.CommandContext(ctx, path, append(append([]string{}, configured...), args...)...)
	cmd.Env = environment(protocol)
	cmd.Stdin = in
	cmd.Stdout = &out
	var said bytes.Buffer
	cmd.Stderr = &said
	cmd.WaitDelay = afterKill
	killWhole(cmd)
	if err := cmd.Run(); err != nil {
		return out, fmt.Errorf("git %s: %w: %s", strings.Join(args[:1], " "), err, strings.TrimSpace(said.String()))
	}
	return out, nil
}

// environment is that of git. protocol is the header Git-Protocol.
func environment(protocol string) []string {
	env := []string{"LC_ALL=C", "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=" + os.DevNull, "HOME=" + os.DevNull,
		"XDG_CONFIG_HOME=" + os.DevNull, "GIT_TERMINAL_PROMPT=0", "GIT_OPTIONAL_LOCKS=0"}
	for _, name := range passedOn {
		if value, set := os.LookupEnv(name); set {
			env = append(env, name+"="+value)
		}
	}
	if protocol != "" {
		env = append(env, "GIT_PROTOCOL="+protocol)
	}
	return env
}
