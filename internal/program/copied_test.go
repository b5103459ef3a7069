package program

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The files for pytest and vitest that docs/other-languages.md has to copy do what they say. They are run by pytest
// where that is installed; else, as vitest is, by what stands for it in testdata, on the interpreter alone.

func TestPytestFiles(t *testing.T) {
	python := interpreterFor(t, "import pytest", "/usr/bin/python3", "python3")
	dir := copied(t, "conftest.py", "test_runners.py")
	args := []string{"-m", "pytest", "-q", "-p", "no:cacheprovider"}
	if exec.Command(python, "-c", "import pytest").Run() != nil {
		t.Log("pytest is not installed: its stand-in runs them")
		standIn(t, "pytest.py", filepath.Join(dir, "pytest.py"))
		args = []string{"pytest.py"}
	}
	assert.Contains(t, runIn(t, dir, python, args...), "5 passed")
}

func TestVitestFiles(t *testing.T) {
	node := interpreterFor(t, "", "node")
	dir := copied(t, "fakegitlab.mjs", "runners.test.mjs")
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "node_modules/vitest"), 0o755))
	standIn(t, "vitest.mjs", filepath.Join(dir, "node_modules/vitest/index.mjs"))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "node_modules/vitest/package.json"),
		[]byte(`{"name": "vitest", "type": "module", "exports": "./index.mjs"}`), 0o644))
	assert.Contains(t, runIn(t, dir, node, "--test", "--test-reporter=tap", "runners.test.mjs"), "# pass 4\n")
}

// interpreterFor is the first that has what is wanted, or else the first that there is.
func interpreterFor(t *testing.T, wants string, names ...string) string {
	t.Helper()
	found := ""
	for _, name := range names {
		if exec.Command(name, "--version").Run() != nil {
			continue
		}
		if wants == "" || exec.Command(name, "-c", wants).Run() == nil {
			return name
		}
		if found == "" {
			found = name
		}
	}
	if found == "" {
		t.Skip(names[0] + " is not installed")
	}
	return found
}

// copied are the files of these names in the page, in a folder of their own. The first line of each is its name.
func copied(t *testing.T, names ...string) (dir string) {
	t.Helper()
	page, err := os.ReadFile("../../docs/other-languages.md")
	require.NoError(t, err)
	dir = t.TempDir()
	for _, name := range names {
		block := regexp.MustCompile("(?s)```\\w+\n((?:#|//) " + regexp.QuoteMeta(name) + "\n.*?)```").FindSubmatch(page)
		require.NotNil(t, block, name)
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), block[1], 0o644))
	}
	return dir
}

func standIn(t *testing.T, name, to string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(to, text, 0o644))
}

func runIn(t *testing.T, dir, name string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Dir = dir
	for _, variable := range os.Environ() { // under node --test itself, node would report to that
		if !strings.HasPrefix(variable, "NODE_") {
			cmd.Env = append(cmd.Env, variable)
		}
	}
	cmd.Env = append(cmd.Env, "FAKEGITLAB="+executable, "PYTHONDONTWRITEBYTECODE=1")
	out, err := cmd.CombinedOutput()
	assert.NoError(t, err, "%s", out)
	return string(out)
}
