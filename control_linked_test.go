package fakegitlab_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab/internal/racing"
)

// The page and html/template are some megabytes, of which Go's linker spares a program that does not call WithControl.
// Whatever else mentions the control API, a package-level variable above all, undoes that.
func TestControlIsLinkedOnlyWhereItIsUsed(t *testing.T) {
	racing.Skip(t)
	if testing.Short() {
		t.Skip("links a program")
	}
	title := fmt.Sprintf("<title>%s {{.Version}}", "fakegitlab") // put together here: these tests hold it only in the page
	hasPage := func(program string) bool {
		code, err := os.ReadFile(program)
		require.NoError(t, err)
		return bytes.Contains(code, []byte(title))
	}
	own, err := os.Executable()
	require.NoError(t, err)
	assert.True(t, hasPage(own), "these tests call it")

	source := filepath.Join(t.TempDir(), "main.go")
	require.NoError(t, os.WriteFile(source, []byte(`package main

import "github.com/fakegitlab/fakegitlab"

func main() { _, _ = fakegitlab.Start() }
`), 0o600))
	program := filepath.Join(t.TempDir(), "program")
	said, err := exec.CommandContext(t.Context(), "go", "build", "-o", program, source).CombinedOutput()
	require.NoError(t, err, string(said))
	assert.False(t, hasPage(program), "this program does not")
}
