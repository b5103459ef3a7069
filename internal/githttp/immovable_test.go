package githttp_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A ref that git does not move takes no other along, unless the push is atomic. The sentences are those of git 2.39
// before a bare repository.
func TestImmovableRefs(t *testing.T) {
	_, mine := seeded(t)
	blob, sha := mine.git("rev-parse", "HEAD:README.md"), mine.git("rev-parse", "HEAD")
	mine.git("push", "-q", "origin", "HEAD:refs/heads/a", "HEAD:refs/heads/c/d")
	long, folder := strings.Repeat("x", 251), strings.Repeat("y", 256)
	for i, c := range []struct{ refs, says string }{
		{blob + ":refs/heads/x", "cannot update ref 'refs/heads/x': trying to write non-commit object " + blob + " to branch " +
			"'refs/heads/x'"},
		{"HEAD:refs/heads/a/b", "cannot lock ref 'refs/heads/a/b': 'refs/heads/a' exists; cannot create 'refs/heads/a/b'"},
		{"HEAD:refs/heads/c", "cannot lock ref 'refs/heads/c': 'refs/heads/c/d' exists; cannot create 'refs/heads/c'"},
		{"HEAD:refs/heads/" + long, "refs/heads/" + long + ".lock': File name too long"},
		{"HEAD:refs/heads/" + folder + "/z", "': unable to create directory for ./refs/heads/" + folder + "/z"},
		{"HEAD:refs/heads/" + strings.Repeat(long+"/", 20), "': File name too long"},
	} {
		other := "moved" + string(rune('a'+i))
		out := mine.refused("push", "origin", strings.TrimSuffix(c.refs, "/"), "HEAD:refs/heads/"+other)
		assert.Contains(t, strings.ReplaceAll(out, "\nremote: ", ""), "remote: error: cannot")
		assert.Contains(t, out, c.says)
		assert.Contains(t, out, "(failed to update ref)")
		assert.Contains(t, mine.git("ls-remote", "origin"), sha+"\trefs/heads/"+other)

		out = mine.refused("push", "--atomic", "origin", strings.TrimSuffix(c.refs, "/"), "HEAD:refs/heads/stays")
		assert.Contains(t, out, c.says)
		assert.Contains(t, out, "-> stays (atomic transaction failed)")
		assert.NotContains(t, mine.git("ls-remote", "origin"), "refs/heads/stays")
	}
}

// Each ref of a push finds what those before it have made; those of an atomic one are moved together, or not at all.
func TestRefsOfOnePushBesideEachOther(t *testing.T) {
	_, mine := seeded(t)
	out := mine.refused("push", "origin", "HEAD:refs/heads/e", "HEAD:refs/heads/e/f", "HEAD:refs/heads/g")
	assert.Contains(t, out, "cannot lock ref 'refs/heads/e/f': 'refs/heads/e' exists; cannot create 'refs/heads/e/f'")
	assert.Contains(t, out, "-> e\n")
	assert.Contains(t, out, "-> g\n")
	mine.git("push", "-q", "origin", ":refs/heads/e", "HEAD:refs/heads/e/f")
	refs := mine.git("ls-remote", "origin")
	assert.Contains(t, refs, "refs/heads/e/f")
	assert.NotContains(t, refs+"\n", "refs/heads/e\n")

	out = mine.refused("push", "--atomic", "origin", "HEAD:refs/heads/i", "HEAD:refs/heads/i/j")
	assert.Contains(t, out, "cannot lock ref 'refs/heads/i': cannot process 'refs/heads/i' and 'refs/heads/i/j' at the same time")
	out = mine.refused("push", "--atomic", "origin", ":refs/heads/e/f", "HEAD:refs/heads/e")
	assert.Contains(t, out, "cannot lock ref 'refs/heads/e': 'refs/heads/e/f' exists; cannot create 'refs/heads/e'")
	require.Equal(t, refs, mine.git("ls-remote", "origin"))
}
