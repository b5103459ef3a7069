package repository_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab/internal/repository"
)

// gone is a write that deletes.
var gone = repository.Write{Delete: true}

func writes(pairs ...any) map[string]repository.Write {
	m := map[string]repository.Write{}
	for i := 0; i < len(pairs); i += 2 {
		m[pairs[i].(string)] = pairs[i+1].(repository.Write)
	}
	return m
}

// TestMerge holds what is merged, and what is in conflict, against git's own merges.
func TestMerge(t *testing.T) {
	r := newRepository()
	lines := func(s string) repository.Write { return file(strings.ReplaceAll(s, " ", "\n") + "\n") }
	start := writes("text", lines("a b c d e f"), "other", lines("o p"), "dir/x", file("x"), "bin", file("\x00a"), "empty", file(""),
		"link", repository.Write{Content: []byte("text"), Mode: repository.ModeSymlink})
	rows := []struct {
		name         string
		ours, theirs map[string]repository.Write
	}{
		{"nothing", writes(), writes()},
		{"the same", writes("text", lines("a B c")), writes("text", lines("a B c"))},
		{"far apart", writes("text", lines("A b c d e f")), writes("text", lines("a b c d e F"))},
		{"one line between", writes("text", lines("a B c d e f")), writes("text", lines("a b c D e f"))},
		{"side by side", writes("text", lines("a B c d e f")), writes("text", lines("a b C d e f"))},
		{"one in the other", writes("text", lines("a B c d E f")), writes("text", lines("a X Y Z e f"))},
		{"put in at one place", writes("text", lines("a b X c d e f")), writes("text", lines("a b Y c d e f"))},
		{"the same and more", writes("text", lines("A b c d e f")), writes("text", lines("A b c d e F"))},
		{"appended to and the end cut", writes("text", file("a\nb\nc\nd\ne\nf")), writes("text", lines("A b c d e f"))},
		{"different files", writes("text", lines("x")), writes("other", lines("y"))},
		{"gone and changed", writes("text", gone), writes("text", lines("a b"))},
		{"changed and gone", writes("text", lines("a b")), writes("text", gone)},
		{"both gone", writes("text", gone), writes("text", gone)},
		{"gone and kept", writes("text", gone), writes("other", gone)},
		{"new and other", writes("n1", file("1")), writes("n2", file("2"))},
		{"new and the same", writes("n", file("1")), writes("n", file("1"))},
		{"new and not the same", writes("n", file("1")), writes("n", file("2"))},
		{"run and changed", writes("text", repository.Write{Content: []byte("a\nb\nc\nd\ne\nf\n"), Mode: repository.ModeExecutable}),
			writes("text", lines("a b c d e F"))},
		{"changed and run", writes("text", lines("a b c d e F")),
			writes("text", repository.Write{Content: []byte("a\nb\nc\nd\ne\nf\n"), Mode: repository.ModeExecutable})},
		{"both changed, one run", writes("text", lines("A b c d e f")),
			writes("text", repository.Write{Content: []byte("a\nb\nc\nd\ne\nF\n"), Mode: repository.ModeExecutable})},
		{"run and a link", writes("text", repository.Write{Content: []byte("a\nb\nc\nd\ne\nf\n"), Mode: repository.ModeExecutable}),
			writes("text", repository.Write{Content: []byte("other"), Mode: repository.ModeSymlink})},
		{"bytes", writes("bin", file("\x00b")), writes("bin", file("\x00c"))},
		{"bytes of one", writes("bin", file("\x00b")), writes("text", lines("x"))},
		{"links", writes("link", repository.Write{Content: []byte("a"), Mode: repository.ModeSymlink}),
			writes("link", repository.Write{Content: []byte("b"), Mode: repository.ModeSymlink})},
		{"moved and changed", writes("text", gone, "dir/moved", lines("a b c d e f")), writes("text", lines("a b c d e F"))},
		{"changed and moved", writes("text", lines("a b c d e F")), writes("text", gone, "moved", lines("a b c d e f"))},
		{"moved by both", writes("text", gone, "m", lines("a b c d e f")), writes("text", gone, "m", lines("a b c d e f"))},
		{"moved by both, to two places", writes("text", gone, "m", lines("a b c d e f")),
			writes("text", gone, "n", lines("a b c d e f"))},
		{"moved and gone", writes("text", gone, "m", lines("a b c d e f")), writes("text", gone)},
		{"gone and moved", writes("text", gone), writes("text", gone, "m", lines("a b c d e f"))},
		{"moved to what is new", writes("text", gone, "m", lines("a b c d e f")), writes("m", lines("x"))},
		{"empty, moved and gone", writes("empty", gone, "m", file("")), writes("empty", gone)},
		{"empty, moved and changed", writes("empty", gone, "m", file("")), writes("empty", lines("x"))},
		{"a file and a folder", writes("n", file("1")), writes("n/x", file("2"))},
		{"a folder that goes", writes("dir/x", gone), writes("text", lines("x"))},
		{"a submodule", writes("sub", repository.Write{Content: []byte(strings.Repeat("1", 40)), Mode: repository.ModeSubmodule}),
			writes("text", lines("x"))},
		{"their submodule", writes("text", lines("x")),
			writes("sub", repository.Write{Content: []byte(strings.Repeat("1", 40)), Mode: repository.ModeSubmodule})},
	}
	const many = 60
	random := rand.New(rand.NewPCG(1, 2))
	for i := range many {
		some := func() repository.Write {
			var b strings.Builder
			for _, word := range strings.Fields("a b c d e f") {
				switch random.IntN(8) {
				case 0:
				case 1:
					fmt.Fprintf(&b, "%s\n%d\n", word, random.IntN(2))
				case 2:
					fmt.Fprintf(&b, "%d\n", random.IntN(2))
				default:
					b.WriteString(word + "\n")
				}
			}
			return file(b.String())
		}
		rows = append(rows, struct {
			name         string
			ours, theirs map[string]repository.Write
		}{fmt.Sprint("random ", i), writes("text", some()), writes("text", some())})
	}
	base := commit(t, r, "main", "base", start)
	type pair struct{ ours, theirs *repository.Commit }
	pairs := make([]pair, len(rows))
	for i, row := range rows {
		for name, of := range map[string]map[string]repository.Write{"ours": row.ours, "theirs": row.theirs} {
			branch := fmt.Sprint(name, i)
			r.SetRef(repository.Branch(branch), base.ID)
			made := commit(t, r, branch, name, of)
			if name == "ours" {
				pairs[i].ours = made
			} else {
				pairs[i].theirs = made
			}
		}
	}
	git := onDisk(t, r)
	for i, row := range rows {
		p := pairs[i]
		said := git("-c", `alias.mt=!f() { git merge-tree --write-tree "$1" "$2" 2>&1 || echo in conflict; }; f`, "mt",
			p.ours.ID, p.theirs.ID)
		before := r.Count()
		tree, made, err := r.Merge(base.Tree, p.ours.Tree, p.theirs.Tree)
		assert.Equal(t, before, r.Count(), "%s: kept something", row.name)
		if strings.Contains(said, "in conflict") {
			require.ErrorIs(t, err, repository.ErrConflict, "%s: %s", row.name, said)
			continue
		}
		require.NoError(t, err, "%s: %s", row.name, said)
		require.Equal(t, strings.Fields(said)[0], tree, row.name)
		r.Keep(made)
		require.True(t, r.Has(tree), row.name)
	}
}
