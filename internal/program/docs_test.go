package program

import (
	"encoding/json"
	"flag"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the answers in docs/other-languages.md anew")

// The page is one session with one program, from top to bottom. In a console block "$ " begins a command, and what
// follows is what it prints; a sh or python block is a file to run, and the text block after it what it prints. The
// address in the page stands for the program's.
func TestTranscripts(t *testing.T) {
	const file, address = "../../docs/other-languages.md", "http://127.0.0.1:8080"
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	p := launch(t, "-scenario", twoTeams)
	execute := func(interpreter, script string) string {
		cmd := exec.Command(interpreter, "-")
		cmd.Stdin = strings.NewReader(strings.ReplaceAll(script, address, p.url))
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Errorf("%s: %v\n%s", script, err, out)
		}
		return strings.ReplaceAll(string(out), p.url, address)
	}
	hasPython := exec.Command("/usr/bin/python3", "-c", "import gitlab").Run() == nil

	var page strings.Builder
	pending, waiting := "", false // what the last script printed, for the text block after it
	for i, part := range strings.SplitAfter(string(text), "```") {
		language, block, _ := strings.Cut(part, "\n")
		if i%2 == 0 { // between blocks
			page.WriteString(part)
			continue
		}
		block = strings.TrimSuffix(block, "```")
		switch {
		case language == "console":
			block = transcript(block, func(command string) string { return execute("bash", command) })
		case language == "sh":
			pending, waiting = execute("bash", block), true
		case language == "python" && strings.HasPrefix(block, "# "): // a file to copy, see TestPytestFiles
		case language == "python" && hasPython:
			pending, waiting = execute("/usr/bin/python3", block), true
		case language == "text" && waiting:
			block, waiting = pending, false
		}
		page.WriteString(language + "\n" + block + "```")
	}
	if *update {
		require.NoError(t, os.WriteFile(file, []byte(page.String()), 0o644))
		return
	}
	if !hasPython {
		t.Log("Debian's python3-gitlab is not installed: what comes from its block on was not compared")
		before, _, _ := strings.Cut(string(text), "```python")
		now, _, _ := strings.Cut(page.String(), "```python")
		assert.Equal(t, before, now)
		return
	}
	assert.Equal(t, string(text), page.String(), "run with -update, and look at what has changed")
}

// The commands for a real gitlab-runner work up to where it comes in, which stands aside here.
func TestRunnerSideCommands(t *testing.T) {
	text, err := os.ReadFile("../../docs/runner-side.md")
	require.NoError(t, err)
	block := ""
	for shell := range strings.SplitSeq(string(text), "```sh\n") {
		if command.MatchString(strings.SplitN(shell, "\n", 2)[0]) {
			block, _, _ = strings.Cut(shell, "```")
			break
		}
	}
	start, rest, _ := strings.Cut(block, "\n")
	p := launch(t, argumentsIn(t, start)...)
	script := `set -eu
curl() { command curl -f "$@"; }
gitlab-runner() { echo "gitlab-runner $1"; }
ROOT=` + p.token("root") + "\n" + strings.ReplaceAll(rest, "http://127.0.0.1:8080", p.url)
	out, err := exec.Command("bash", "-c", script).CombinedOutput()
	require.NoError(t, err, "%s", out)
	for _, want := range []string{`"token":"glrt-`, "gitlab-runner register", "gitlab-runner run", `"script": [`} {
		assert.Contains(t, string(out), want)
	}
}

// Every command line of the program in the pages is one that it takes.
func TestCommandLinesInPages(t *testing.T) {
	pages, err := filepath.Glob("../../docs/*.md")
	require.NoError(t, err)
	seen := 0
	for _, page := range append(pages, "../../README.md", "../../cmd/fakegitlab/main.go",
		"../../examples/standalone/main.go") {
		text, err := os.ReadFile(page)
		require.NoError(t, err)
		for line := range strings.Lines(string(text)) {
			if command.MatchString(line) {
				seen++
				a, err := parse(argumentsIn(t, line), io.Discard)
				if assert.NoError(t, err, "%s: %s", page, line) && a.scenario != "" {
					assert.FileExists(t, a.scenario, page)
				}
			}
		}
	}
	assert.GreaterOrEqual(t, seen, 5)
}

var command = regexp.MustCompile(`go run \./(?:cmd/fakegitlab|examples/standalone)(.*)`)

// argumentsIn are the arguments on a line with the command, their paths seen from here.
func argumentsIn(t *testing.T, line string) []string {
	t.Helper()
	m := command.FindStringSubmatch(line)
	require.NotNil(t, m, line)
	line, _, _ = strings.Cut(m[1], "#")
	line, _, _ = strings.Cut(line, ">")
	return strings.Fields(strings.ReplaceAll(line, "examples/fixtures/", "../../examples/fixtures/"))
}

// transcript runs the commands of a console block.
func transcript(block string, execute func(string) string) string {
	var out strings.Builder
	for line := range strings.Lines(block) {
		if command, ok := strings.CutPrefix(line, "$ "); ok {
			printed := execute(command)
			out.WriteString(line + printed)
			if printed != "" && !strings.HasSuffix(printed, "\n") {
				out.WriteString("\n")
			}
		}
	}
	return out.String()
}

// The image starts with a command line that the program takes, from a build that leaves nothing to be found in it.
func TestDockerfile(t *testing.T) {
	text, err := os.ReadFile("../../Dockerfile")
	require.NoError(t, err)
	entry := regexp.MustCompile(`ENTRYPOINT (\[.*\])`).FindSubmatch(text)
	require.NotNil(t, entry)
	var line []string
	require.NoError(t, json.Unmarshal(entry[1], &line))
	a, err := parse(line[1:], io.Discard)
	require.NoError(t, err)
	assert.True(t, a.allowRemote)
	assert.Contains(t, string(text), "CGO_ENABLED=0 go build -trimpath -ldflags='-s -w' -o "+line[0]+" ./cmd/fakegitlab\n")
	mod, err := os.ReadFile("../../go.mod")
	require.NoError(t, err)
	version := regexp.MustCompile(`FROM golang:(\S+)`).FindSubmatch(text)
	require.NotNil(t, version)
	assert.Contains(t, string(mod), "\ngo "+string(version[1])+"\n")
}
