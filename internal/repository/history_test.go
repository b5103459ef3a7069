package repository_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab/internal/repository"
)

func TestAHistoryMakesTheSameRepository(t *testing.T) {
	r := history(t)
	c := r.CommitAt("main")
	signed := "tree " + c.Tree + "\nparent " + c.ID + "\nauthor Ann <a@b> 1714564800 +0200\ncommitter Ann <a@b> 1714564800 +0200\n" +
		"gpgsig -----BEGIN\n line\n -----END\n\nSigned\n"
	id := r.Add(repository.Object{Kind: repository.KindCommit, Data: []byte(signed)})
	tree, err := r.WriteTree(c.Tree, map[string]repository.Write{
		"module": {Content: []byte(strings.Repeat("a", 40)), Mode: repository.ModeSubmodule}, "data": file("\x00\xff")})
	require.NoError(t, err)
	merge := r.AddCommit(repository.Commit{Tree: tree, Parents: []string{id, c.Parents[0]}, Author: ann, Committer: ann, Message: "Merge"})
	r.SetRef(repository.Branch("main"), merge.ID)
	of := repository.AnnotatedTag{Target: r.Ref(repository.Tag("v1")), TargetKind: repository.KindTag, Name: "of-v1", Tagger: ann, Message: "x"}
	r.SetRef(repository.Tag("of-v1"), r.Add(of.Object()))

	h := r.History()
	again := newRepository()
	require.NoError(t, again.Load(h))
	assert.Equal(t, h, again.History())
	assert.Equal(t, r.Refs(), again.Refs())
	assert.Equal(t, r.Reachable(merge.ID), again.Reachable(merge.ID))
	onDisk(t, again)("fsck", "--strict")
}

// A submodule's commit may have the name of an object that is here; a deletion makes nothing.
func TestAHistoryKeepsWhatNoFileMakes(t *testing.T) {
	r := newRepository()
	blob := r.Add(repository.Object{Kind: repository.KindBlob, Data: []byte("b")})
	tree, err := r.WriteTree("", map[string]repository.Write{"m": {Content: []byte(blob), Mode: repository.ModeSubmodule}})
	require.NoError(t, err)
	c := r.AddCommit(repository.Commit{Tree: tree, Author: ann, Committer: ann, Message: "m"})
	r.SetRef(repository.Branch("main"), c.ID)
	r.SetRef(repository.Tag("b"), blob)
	again := newRepository()
	require.NoError(t, again.Load(r.History()))
	assert.Equal(t, r.Refs(), again.Refs())
}

func TestAHistorySaysWhatIsWrongWithIt(t *testing.T) {
	const who = "Ann <ann@example.com> 2024-05-01T12:00:00Z"
	first := repository.HistoryCommit{SHA: "first", Author: who, Message: "m", Files: map[string]string{"a": "a"}}
	with := func(alter func(*repository.HistoryCommit)) []repository.HistoryCommit {
		c := first
		alter(&c)
		return []repository.HistoryCommit{c}
	}
	const noTree, noBlob = "4b825dc642cb6eb9a060e54bf8d69288fbee4904", "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"
	empty := map[string]string{noTree: "tree 0\x00"}
	for want, h := range map[string]repository.History{
		`commits[0].author: "Ann" is not of the form`:         {Commits: with(func(c *repository.HistoryCommit) { c.Author = "Ann" })},
		`commits[0].parents[0]: no commit or tag ahead of it`: {Commits: with(func(c *repository.HistoryCommit) { c.Parents = []string{"x"} })},
		`commits[0].sha: what it says makes`:                  {Commits: with(func(c *repository.HistoryCommit) { c.SHA = strings.Repeat("a", 40) })},
		`commits[0].sha: no name is given`:                    {Commits: with(func(c *repository.HistoryCommit) { c.SHA = "" })},
		`commits[1].sha: "first" is another one already`:      {Commits: []repository.HistoryCommit{first, first}},
		`commits[0].files: the path "/a" begins with a slash`: {Commits: with(func(c *repository.HistoryCommit) { c.Files = map[string]string{"/a": ""} })},
		`commits[0].modes: "a" has the mode "7", which is`:    {Commits: with(func(c *repository.HistoryCommit) { c.Modes = map[string]string{"a": "7"} })},
		`commits[0].raw: the commit is broken`:                {Commits: with(func(c *repository.HistoryCommit) { c.Raw = "x" })},
		`refs["main"]: "main" is not the full name of a ref`:  {Commits: []repository.HistoryCommit{first}, Refs: map[string]string{"main": "first"}},
		`refs["refs/heads/x"]: no commit or tag ahead of it`:  {Refs: map[string]string{"refs/heads/x": "y"}},
		`tags[0].raw: the tag is broken`: {Commits: []repository.HistoryCommit{first},
			Tags: []repository.HistoryTag{{SHA: "t", Name: "t", Target: "first", Tagger: who, Raw: "x"}}},
		`objects["x"]: it does not begin as a tree or a blob`:                                                           {Objects: map[string]string{"x": "tree 3\x00"}},
		`objects["` + noTree + `"]: it does not begin as`:                                                               {Objects: map[string]string{noTree: "commit 0\x00"}},
		`objects["x"]: what it has makes ` + noTree:                                                                     {Objects: map[string]string{"x": "tree 0\x00"}},
		`objects["` + noTree + `"]: neither a commit nor`:                                                               {Objects: empty},
		`objects["f42941c78e101ff62b3e2f6e468c3e310f703259"]: object f42941c78e101ff62b3e2f6e468c3e310f703259: badTree`: {Objects: map[string]string{"f42941c78e101ff62b3e2f6e468c3e310f703259": "tree 1\x00x"}},
		`commits[0].tree: there is no such object: ` + noTree:                                                           {Commits: with(func(c *repository.HistoryCommit) { c.Tree, c.Files = noTree, nil })},
		`commits[0].tree: it has all files of the commit`:                                                               {Objects: empty, Commits: with(func(c *repository.HistoryCommit) { c.Tree = noTree })},
		`commits[0].tree: ` + noBlob + ` is a blob`: {Objects: map[string]string{noBlob: "blob 0\x00"},
			Commits: with(func(c *repository.HistoryCommit) { c.Tree, c.Files = noBlob, nil })},
		`commits[0].raw: it is of the tree ` + noTree: {Commits: with(func(c *repository.HistoryCommit) { c.Raw = "tree " + noTree + "\n\n" })},
		`tags[0].raw: it leads to ` + noTree: {Commits: []repository.HistoryCommit{first},
			Tags: []repository.HistoryTag{{SHA: "t", Name: "t", Target: "first", Tagger: who, Raw: "object " + noTree + "\n\n"}}},
		`refs["refs/heads/y"]: a branch leads to a commit`: {Objects: empty, Refs: map[string]string{"refs/heads/y": noTree}},
		`refs["refs/heads/x"]: a branch leads to a commit`: {Commits: []repository.HistoryCommit{first},
			Tags: []repository.HistoryTag{{SHA: "t", Name: "t", Target: "first", Tagger: who}}, Refs: map[string]string{"refs/heads/x": "t"}},
	} {
		assert.ErrorContains(t, newRepository().Load(h), want)
	}
}
