package githttp_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab"
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

// What a Snapshot has of a repository makes the same one, also where no files would make its trees.
func TestOddObjectsSurviveASnapshot(t *testing.T) {
	gl, mine := seeded(t)
	const empty = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
	require.Equal(t, empty, mine.raw("tree", ""))
	blob, tool := mine.raw("blob", "hi\n"), mine.raw("blob", "#!/bin/sh\n\x00\xff")
	inside := mine.raw("tree", rawEntry(t, "100644", "plain", blob)+rawEntry(t, "100755", "tool", tool))
	odd := mine.raw("tree", rawEntry(t, "100664", "caf\xe9", blob)+rawEntry(t, "40000", "empty", empty)+
		rawEntry(t, "40000", "inside", inside))
	first := mine.rawCommit(odd)
	mine.git("push", "-q", "origin", first+":refs/heads/odd", first+":refs/heads/goes-on", blob+":refs/tags/a-blob",
		inside+":refs/tags/a-tree")
	latin := mine.raw("commit", "tree "+inside+"\nparent "+first+"\nauthor M\xfc <m@b> 99999999999999 +0000\n"+
		"committer M\xfc <m@b> 1 +0000\nencoding latin1\n\nGr\xfc\xdfe\n")
	mine.git("tag", "-a", "-m", "of a blob", "named", tool)
	mine.git("tag", "-a", "-m", "of a tag", "again", "named")
	mine.git("push", "-q", "origin", latin+":refs/heads/latin", "refs/tags/named", "refs/tags/again")
	gl.Commit("acme/shop", "goes-on", map[string]string{"inside/plain": "there\n"}, "Beside what is odd")
	gl.Commit("acme/shop", "latin", map[string]string{"tool": "gone plain\n"}, "Behind what is odd")

	text, err := json.Marshal(gl.Snapshot())
	require.NoError(t, err)
	s, err := fakegitlab.ReadScenario(bytes.NewReader(text))
	require.NoError(t, err)
	again := fakegitlab.New(t, fakegitlab.WithScenario(s))
	assert.Equal(t, gl.Snapshot(), again.Snapshot())
	once, err := json.Marshal(again.Snapshot())
	require.NoError(t, err)
	assert.Equal(t, string(text), string(once))

	copied := newDesk(t)
	copied.git("clone", "-q", "--mirror", as(t, again, "mia"), "copy")
	assert.Equal(t, mine.git("ls-remote", "origin"), copied.in("copy").git("ls-remote", "."))
	copied.in("copy").git("fsck", "--connectivity-only")
	assert.Equal(t, odd, copied.in("copy").git("rev-parse", "odd^{tree}"))
	p, _ := gl.Project("acme/shop")
	assert.Len(t, p.Repository.Objects, 5, "two blobs, and three trees; what the files of other commits make is not there")
}

// A repository that is as if it had been made of files, but for a mode, is told with that mode.
func TestAnOddFirstCommitSurvivesASnapshot(t *testing.T) {
	gl, mine := seeded(t)
	gl.AddProject(fakegitlab.Project{Path: "acme/papers", Files: map[string]string{"a": "hi\n"}})
	gl.AddProject(fakegitlab.Project{Path: "acme/pushed", Members: fakegitlab.Members{"mia": fakegitlab.Maintainer}})
	mine.git("fetch", "-q", with(t, gl, "acme/papers", "root", gl.Token("root")), "main")
	made := mine.git("cat-file", "commit", "FETCH_HEAD") // without the end of its last line
	tree := mine.raw("tree", rawEntry(t, "100664", "a", mine.raw("blob", "hi\n")))
	commit := mine.raw("commit", strings.Replace(made, mine.git("rev-parse", "FETCH_HEAD^{tree}"), tree, 1))
	mine.git("push", "-q", with(t, gl, "acme/pushed", "mia", gl.Token("mia")), commit+":refs/heads/main")
	again := fakegitlab.New(t, fakegitlab.WithScenario(gl.Snapshot()))
	assert.Equal(t, gl.Snapshot(), again.Snapshot())
	p, _ := again.Project("acme/pushed")
	require.NotNil(t, p.Repository)
	assert.Equal(t, commit, p.Repository.Refs["refs/heads/main"])
}

// A submodule that is moved by a commit of the API stays at its commit; one that is given a content is a file, and none
// is executable.
func TestSubmodulesInCommits(t *testing.T) {
	gl, mine := seeded(t)
	at := strings.Repeat("ab", 20)
	tree := mine.raw("tree", rawEntry(t, "160000", "module", at))
	mine.git("push", "-q", "origin", mine.rawCommit(tree)+":refs/heads/odd")
	for action, want := range map[string]string{
		`{"action": "move", "previous_path": "module", "file_path": "lib"}`:    `"mode":"160000"`,
		`{"action": "update", "file_path": "module", "content": "text"}`:       `"mode":"100644"`,
		`{"action": "chmod", "file_path": "module", "execute_filemode": true}`: `"mode":"160000"`,
	} {
		branch := action[len(`{"action": "`):][:4]
		testkit.Ask(t, gl, gl.Token("mia"), "POST", "/projects/acme%2Fshop/repository/commits",
			testkit.WithBody("application/json", `{"branch": "`+branch+`", "start_branch": "odd", "commit_message": "x",
				"actions": [`+action+`]}`))
		res := testkit.Ask(t, gl, gl.Token("mia"), "GET", "/projects/acme%2Fshop/repository/tree?ref="+branch)
		assert.Contains(t, res.Body, want, action)
		assert.Equal(t, want == `"mode":"160000"`, strings.Contains(res.Body, at), action)
	}
}
