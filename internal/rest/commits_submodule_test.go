package rest

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab/internal/repository"
)

// A submodule that is moved stays at its commit; one that is given a content is a file.
func TestSubmodulesInCommits(t *testing.T) {
	r := repository.New(func() string { return "refs/heads/main" })
	at, text := strings.Repeat("ab", 20), "text"
	tree, err := r.WriteTree("", map[string]repository.Write{"module": {Content: []byte(at), Mode: repository.ModeSubmodule}})
	require.NoError(t, err)
	after := func(a fileAction) repository.File {
		w := writer{r, tree, map[string]repository.Write{}}
		said, _ := w.apply(a)
		require.Empty(t, said)
		made, err := r.WriteTree(tree, w.writes)
		require.NoError(t, err)
		f, _ := r.FileAt(made, a.path)
		return f
	}
	moved := after(fileAction{action: actionMove, previous: "module", path: "lib/module"})
	assert.Equal(t, repository.File{Path: "lib/module", Mode: repository.ModeSubmodule, ID: at}, moved)
	changed := after(fileAction{action: actionUpdate, path: "module", content: &text})
	assert.Equal(t, repository.ModeFile, changed.Mode)
	yes := true
	assert.Equal(t, repository.ModeSubmodule, after(fileAction{action: actionChmod, path: "module", executable: &yes}).Mode)
}
