package repository_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab/internal/repository"
)

// numbered are lines with the numbers from 1 to n.
func numbered(n int, also ...string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintln(&b, "line", i+1)
	}
	return b.String() + strings.Join(also, "")
}

func TestPatchesAreThoseOfGit(t *testing.T) {
	for name, texts := range map[string][2]string{
		"added":             {"", "one\ntwo\n"},
		"one line":          {"", "one\n"},
		"deleted":           {"one\ntwo\n", ""},
		"no newline":        {"one\ntwo", "one\nthree"},
		"newline comes":     {"one", "one\n"},
		"in the middle":     {numbered(20), strings.Replace(numbered(20), "line 10\n", "ten\nand\n", 1)},
		"two hunks":         {numbered(30), "first\n" + numbered(30, "last\n")},
		"near each other":   {numbered(30), strings.NewReplacer("line 5\n", "", "line 12\n", "x\n").Replace(numbered(30))},
		"not near":          {numbered(30), strings.NewReplacer("line 5\n", "", "line 13\n", "x\n").Replace(numbered(30))},
		"slides down":       {"a\nb\nb\nb\nc\n", "a\nb\nb\nb\nb\nc\n"},
		"block repeated":    {"func a() {\n}\n", "func a() {\n}\n\nfunc b() {\n}\n"},
		"heading":           {"func main() {\n" + strings.Repeat("\tx()\n", 9) + "}\n", "func main() {\n" + strings.Repeat("\tx()\n", 8) + "\ty()\n}\n"},
		"blank lines":       {"\n\n\n", "\n\n"},
		"everything":        {numbered(5), "a\nb\n"},
		"binary":            {"a\x00b", "a\x00c"},
		"binary is added":   {"", "\x00"},
		"carriage returns":  {"a\r\nb\r\n", "a\r\nc\r\n"},
		"moved":             {"a\nb\nc\nd\ne\n", "b\nc\nd\ne\na\n"},
		"changed and moved": {"a\nb\nc\nd\n", "c\nx\na\nb\n"},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRepository()
			writes := func(text string) map[string]repository.Write {
				if text == "" {
					return map[string]repository.Write{"f": {Delete: true}}
				}
				return map[string]repository.Write{"f": file(text)}
			}
			first := map[string]repository.Write{"keep": file("x")}
			if texts[0] != "" {
				first["f"] = file(texts[0])
			}
			a := commit(t, r, "main", "a", first)
			b := commit(t, r, "main", "b", writes(texts[1]))
			changes := r.Changes(a.Tree, b.Tree)
			require.Len(t, changes, 1)
			git := onDisk(t, r)
			want := git("diff", a.ID, b.ID)
			_, want, found := strings.Cut(want, "\n--- ")
			if found {
				assert.Equal(t, "--- "+want, r.PatchWithNames(changes[0]))
			} else {
				assert.True(t, strings.HasSuffix(git("diff", a.ID, b.ID), r.Patch(changes[0])), r.Patch(changes[0]))
			}
		})
	}
}

// Of texts by chance there may be several shortest ways, of which git takes another. What counts is that git can follow
// ours, and that it is as short.
func TestGitAppliesOurPatches(t *testing.T) {
	program, err := exec.LookPath("git")
	if err != nil {
		t.Skip("there is no git on this machine to apply patches with")
	}
	chance := rand.New(rand.NewPCG(1, 2))
	text := func() string {
		var b strings.Builder
		for range 1 + chance.IntN(30) {
			fmt.Fprintln(&b, strings.Repeat("x", chance.IntN(4)))
		}
		return b.String()
	}
	dir := t.TempDir()
	for range 40 {
		old, now := text(), text()
		if old == now {
			continue
		}
		r := newRepository()
		a := commit(t, r, "main", "a", map[string]repository.Write{"f": file(old)})
		b := commit(t, r, "main", "b", map[string]repository.Write{"f": file(now)})
		patch := r.PatchWithNames(r.Changes(a.Tree, b.Tree)[0])
		require.NoError(t, os.WriteFile(filepath.Join(dir, "f"), []byte(old), 0o600))
		cmd := exec.Command(program, "apply", "-")
		cmd.Dir, cmd.Stdin = dir, strings.NewReader(patch)
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, "%s%s", patch, out)
		got, err := os.ReadFile(filepath.Join(dir, "f"))
		require.NoError(t, err)
		require.Equal(t, now, string(got), patch)
	}
}

func TestChanges(t *testing.T) {
	r := newRepository()
	a := commit(t, r, "main", "a", map[string]repository.Write{"gone": file("gone"), "old/name": file("same"),
		"run": file("run"), "folder/x": file("x"), "same": file("s")})
	b := commit(t, r, "main", "b", map[string]repository.Write{"gone": {Delete: true}, "old/name": {Delete: true},
		"new/name": file("same"), "run": {Content: []byte("run"), Mode: repository.ModeExecutable},
		"folder/x": {Delete: true}, "folder": file("a file now"), "added": file("a")})
	var got []string
	for _, c := range r.Changes(a.Tree, b.Tree) {
		got = append(got, fmt.Sprintf("%s>%s added=%t deleted=%t renamed=%t %s>%s", c.Old.Path, c.New.Path, c.Added(),
			c.Deleted(), c.Renamed, c.Old.Mode, c.New.Mode))
	}
	assert.Equal(t, []string{
		"added>added added=true deleted=false renamed=false >100644",
		"folder>folder added=true deleted=false renamed=false >100644",
		"folder/x>folder/x added=false deleted=true renamed=false 100644>",
		"gone>gone added=false deleted=true renamed=false 100644>",
		"old/name>new/name added=false deleted=false renamed=true 100644>100644",
		"run>run added=false deleted=false renamed=false 100644>100755",
	}, got)
	assert.Equal(t, []string{"added", "folder", "folder/x", "gone", "new/name", "old/name", "run"}, r.ChangedPaths(a.ID, b.ID))
	added, deleted := r.LineCount(r.ChangesOf(b))
	assert.Equal(t, []int{2, 2}, []int{added, deleted})
	assert.Len(t, r.ChangesOf(a), 5, "the first commit adds all of its files")
}
