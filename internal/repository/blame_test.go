package repository_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab/internal/repository"
)

// TestBlame holds where lines come from against git blame, in histories with merges and moves.
func TestBlame(t *testing.T) {
	r := newRepository()
	random := rand.New(rand.NewPCG(3, 4))
	texts := []string{"one\ntwo\nthree\n"}
	path := "dir/a"
	made := noon
	tip := commit(t, r, "main", "First", writes("dir/a", file(texts[0]), "other", file("x\n")))
	step := func(of *repository.Commit, at, text string, change map[string]repository.Write, more ...string) *repository.Commit {
		made = made.Add(time.Minute)
		by := ann
		by.When = made
		tree, err := r.WriteTree(of.Tree, change)
		require.NoError(t, err)
		return r.AddCommit(repository.Commit{Tree: tree, Parents: append([]string{of.ID}, more...), Author: by, Committer: by,
			Message: at + text})
	}
	edited := func(text string) string {
		lines := strings.SplitAfter(strings.TrimSuffix(text, "\n"), "\n")
		lines[len(lines)-1] += "\n"
		at := random.IntN(len(lines))
		line := fmt.Sprintf("line %d\n", random.IntN(1000))
		switch random.IntN(3) {
		case 0:
			lines[at] = line
		case 1:
			lines = append(lines[:at], append([]string{line}, lines[at:]...)...)
		default:
			if len(lines) > 3 {
				lines = append(lines[:at], lines[at+1:]...)
			} else {
				lines = append(lines, line)
			}
		}
		return strings.Join(lines, "")
	}
	text := texts[0]
	for i := range 40 {
		switch i % 8 {
		case 3: // a branch that goes its own way, and is merged
			side := step(tip, "side", "", writes(path, file("first of the side\n"+text)))
			text = text + fmt.Sprintf("last %d\n", i)
			main := step(tip, "main", "", writes(path, file(text)))
			text = "first of the side\n" + text
			tip = step(main, "merge", "", writes(path, file(text)), side.ID)
		case 6: // it is moved
			to := fmt.Sprintf("dir/moved%d", i)
			tip = step(tip, "move", "", writes(path, gone, to, file(text)))
			path = to
		default:
			text = edited(text)
			tip = step(tip, "edit", fmt.Sprint(i), writes(path, file(text)))
		}
	}
	tip = step(tip, "no end", "", writes(path, file(text+"no end")))
	r.SetRef(repository.Branch("main"), tip.ID)
	lines, from := r.Blame(tip, path)
	assert.Equal(t, append(strings.Split(strings.TrimSuffix(text, "\n"), "\n"), "no end"), lines)
	var got []string
	for _, c := range from {
		got = append(got, c.ID)
	}
	git := onDisk(t, r)
	var want []string
	for line := range strings.Lines(git("blame", "--line-porcelain", "main", "--", path)) {
		if word, rest, _ := strings.Cut(line, " "); repository.IsID(word) && len(strings.Fields(rest)) >= 2 && line[0] != '\t' {
			want = append(want, word)
		}
	}
	assert.Equal(t, want, got)
}

func TestBlameOfNoFile(t *testing.T) {
	r := newRepository()
	c := commit(t, r, "main", "First", writes("dir/a", file(""), "b", file("\n\n"),
		"sub", repository.Write{Content: []byte(strings.Repeat("1", 40)), Mode: repository.ModeSubmodule}))
	for _, path := range []string{"dir", "none", "sub"} {
		lines, from := r.Blame(c, path)
		assert.Nil(t, lines, path)
		assert.Nil(t, from, path)
	}
	lines, from := r.Blame(c, "dir/a")
	assert.Empty(t, lines)
	assert.Empty(t, from)
	lines, from = r.Blame(c, "b")
	assert.Equal(t, []string{"", ""}, lines)
	assert.Equal(t, []*repository.Commit{c, c}, from)
}
