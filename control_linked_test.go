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
// Whatever else mentions the control API, a package-level variable above all, undoes that. Assertions, and go-cmp with
// them, are left out likewise; if anything that all programs link asks types for their methods, as go-cmp does, the
// linker leaves out no exported method of any type, and the program is half as large again.
func TestControlIsLinkedOnlyWhereItIsUsed(t *testing.T) {
	racing.Skip(t)
	if testing.Short() {
		t.Skip("links a program")
	}
	title := fmt.Sprintf("<title>%s {{.Version}}", "fakegitlab") // put together here: these tests hold it only in the page
	method := fmt.Sprintf("(*%s).AssertChanged", "Fake")
	has := func(program, text string) bool {
		code, err := os.ReadFile(program)
		require.NoError(t, err)
		return bytes.Contains(code, []byte(text))
	}
	own, err := os.Executable()
	require.NoError(t, err)
	assert.True(t, has(own, title), "these tests call it")
	assert.True(t, has(own, method), "these tests assert")

	source := filepath.Join(t.TempDir(), "main.go")
	require.NoError(t, os.WriteFile(source, []byte(`package main

import "github.com/fakegitlab/fakegitlab"

func main() { _, _ = fakegitlab.Start() }
`), 0o600))
	program := filepath.Join(t.TempDir(), "program")
	said, err := exec.CommandContext(t.Context(), "go", "build", "-o", program, source).CombinedOutput()
	require.NoError(t, err, string(said))
	assert.False(t, has(program, title), "this program does not")
	assert.False(t, has(program, method), "this program does not")
}
