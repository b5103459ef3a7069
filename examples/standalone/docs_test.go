package main

import (
	"flag"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the answers in docs/other-languages.md anew")

// The page is one session with one program, from top to bottom. In a console block "$ " begins a command, and what follows
// is what it prints; a sh or python block is a file to run, and the text block after it what it prints. The address in the
// page stands for the program's.
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
