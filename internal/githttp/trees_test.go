package githttp_test

import (
	"encoding/hex"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

// raw makes an object of any bytes, as no git would by itself.
func (d desk) raw(kind, data string) (id string) {
	d.t.Helper()
	cmd := d.command("hash-object", "-t", kind, "-w", "--stdin", "--literally")
	cmd.Stdin = strings.NewReader(data)
	out, err := cmd.Output()
	require.NoError(d.t, err)
	return strings.TrimSpace(string(out))
}

func (d desk) rawCommit(tree string) (id string) {
	d.t.Helper()
	const who = "Mia <mia@example.com> 1714564800 +0000\n"
	return d.raw("commit", "tree "+tree+"\nauthor "+who+"committer "+who+"\nOdd\n")
}

func rawEntry(t testing.TB, mode, name, id string) string {
	t.Helper()
	b, err := hex.DecodeString(id)
	require.NoError(t, err)
	return mode + " " + name + "\x00" + string(b)
}

// What git's fsck does not take is refused as Gitaly refuses it, in the words that git 2.39 said of the same trees.
func TestTreesThatAreNone(t *testing.T) {
	gl, mine := seeded(t)
	blob := mine.raw("blob", "hi\n")
	entry := func(name string) string { return rawEntry(t, "100644", name, blob) }
	for tree, says := range map[string]string{
		entry(".."):                         "hasDotdot: contains '..'",
		entry("."):                          "hasDot: contains '.'",
		entry(".GiT"):                       "hasDotgit: contains '.git'",
		entry("git~1"):                      "hasDotgit: contains '.git'",
		entry(".g\u200cit"):                 "hasDotgit: contains '.git'",
		entry("a/b"):                        "fullPathname: contains full pathnames",
		entry("b") + entry("a"):             "treeNotSorted: not properly sorted",
		entry("a") + entry("a"):             "duplicateEntries: contains duplicate file entries",
		entry(strings.Repeat("long", 2000)): "largePathname: contains excessively large pathname",
	} {
		id := mine.raw("tree", tree)
		out := mine.refused("push", "origin", mine.rawCommit(id)+":refs/heads/odd")
		assert.Contains(t, out, "remote: error: object "+id+": "+says)
		assert.Contains(t, out, "remote: fatal: fsck error in packed object")
		assert.Contains(t, out, "error: remote unpack failed: unpack-objects abnormal exit")
		assert.Contains(t, out, "-> odd (unpacker error)")
	}
	mine.git("push", "-q", "origin", mine.rawCommit(mine.raw("tree", rawEntry(t, "100664", "old", blob)))+":refs/heads/old")
	res := testkit.Ask(t, gl, gl.Token("mia"), "GET", "/projects/acme%2Fshop/repository/tree?ref=old")
	assert.Contains(t, res.Body, `"mode":"100644"`, "what older tools wrote is a file as any other")
}

// A tree may have another one many times: what it has in all is counted before anybody goes through it.
func TestTreesWithoutEnd(t *testing.T) {
	_, mine := seeded(t)
	tree := mine.raw("tree", rawEntry(t, "100644", "a", mine.raw("blob", "hi\n")))
	wide := tree
	for range 10 {
		var b strings.Builder
		for name := 'a'; name < 'k'; name++ {
			b.WriteString(rawEntry(t, "40000", string(name), wide))
		}
		wide = mine.raw("tree", b.String())
	}
	out := mine.refused("push", "origin", mine.rawCommit(wide)+":refs/heads/wide")
	assert.Contains(t, out, "has more than 1000000 paths")
	assert.Contains(t, out, "-> wide (unpacker error)")
	assert.NotContains(t, mine.git("ls-remote", "origin"), "wide")
	mine.git("push", "-q", "origin", mine.rawCommit(tree)+":refs/heads/small")
}
