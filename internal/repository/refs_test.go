package repository_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab/internal/repository"
)

// A ref and a folder of refs cannot have one name. What is gone is in nobody's way.
func TestRefsInTheWay(t *testing.T) {
	r := repository.New(nil)
	for _, ref := range []string{"refs/heads/s/2", "refs/heads/s/10", "refs/heads/s/1a/x", "refs/heads/main"} {
		r.SetRef(ref, "id")
		r.SetRef(ref, "other") // it counts once
	}
	for ref, other := range map[string]string{
		"refs/heads/s":          "refs/heads/s/10",
		"refs/heads/s/1a":       "refs/heads/s/1a/x",
		"refs/heads/s/2/b/c":    "refs/heads/s/2",
		"refs/heads/s/2":        "",
		"refs/heads/s/1":        "",
		"refs/heads/mai":        "",
		"refs/heads/main2":      "",
		"refs/heads/main/x":     "refs/heads/main",
		"refs/tags/main/x":      "",
		"refs/heads":            "refs/heads/main",
		"refs/heads/s/1a/x/y/z": "refs/heads/s/1a/x",
	} {
		assert.Equal(t, other, r.InTheWay(ref), ref)
	}
	before := r.SetRef("refs/heads/s/1a/x", repository.ZeroID)
	assert.Empty(t, r.InTheWay("refs/heads/s/1a"))
	r.SetRef("refs/heads/s/1a/x", before)
	copied := repository.New(nil)
	copied.Adopt(r)
	assert.Equal(t, "refs/heads/s/1a/x", copied.InTheWay("refs/heads/s/1a"))
}

// Where the limits are has been tried with git 2.39 on Linux.
func TestNamesThatNoFileHas(t *testing.T) {
	part := func(n int) string { return "refs/heads/" + strings.Repeat("x", n) }
	for ref, want := range map[string][2]bool{
		part(250):                        {false, false},
		part(251):                        {true, false},
		part(255) + "/z":                 {false, false},
		part(256) + "/z":                 {false, true},
		strings.Repeat("a/", 1999) + "b": {false, false},
		strings.Repeat("a/", 2000) + "b": {true, false},
	} {
		itself, folder := repository.TooLong(ref)
		assert.Equal(t, want, [2]bool{itself, folder}, "%d bytes", len(ref))
	}
}

// A history may not say what no repository has.
func TestHistoryOfImpossibleRefs(t *testing.T) {
	const who = "Ann <ann@example.com> 2024-06-01T09:00:00Z"
	long := "refs/heads/" + strings.Repeat("x", 251)
	load := func(refs ...string) error {
		h := repository.History{Commits: []repository.HistoryCommit{{SHA: "one", Author: who, Message: "m"}},
			Refs: map[string]string{}}
		for _, ref := range refs {
			h.Refs[ref] = "one"
		}
		return repository.New(func() string { return "refs/heads/main" }).Load(h)
	}
	require.NoError(t, load("refs/heads/a", "refs/heads/ab", "refs/tags/a/b"))
	require.ErrorContains(t, load("refs/heads/a", "refs/heads/a/b"),
		`refs["refs/heads/a/b"]: it cannot be there beside refs/heads/a`)
	require.ErrorContains(t, load(long), "no file can have so long a name")
}
