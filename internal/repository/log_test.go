package repository_test

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"io"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab/internal/repository"
)

// branched is a repository with a history that parts and meets again: a-b-d-m-e on main, a-c-m beside it. Each commit is
// a minute later, and c and d are of another author.
func branched(t *testing.T) (r *repository.Repository, ids map[string]string) {
	r, ids = newRepository(), map[string]string{}
	at := noon
	add := func(name, path string, parents ...string) {
		at = at.Add(time.Minute)
		who := repository.Signature{Name: "Ann", Email: "ann@example.com", When: at}
		author := who
		if name == "c" || name == "d" {
			author.Name, author.Email = "Bob", "bob@example.com"
		}
		c := repository.Commit{Author: author, Committer: who, Message: name + "\n"}
		tree := ""
		for _, p := range parents {
			tree = r.Commit(ids[p]).Tree
			c.Parents = append([]string{ids[p]}, c.Parents...)
		}
		writes := map[string]repository.Write{path: file(name)}
		if name == "m" {
			writes["side"] = file("c")
		}
		var err error
		c.Tree, err = r.WriteTree(tree, writes)
		require.NoError(t, err)
		ids[name] = r.AddCommit(c).ID
	}
	add("a", "base")
	add("b", "base", "a")
	add("c", "side", "a")
	add("d", "other", "b")
	add("m", "merged", "c", "d")
	add("e", "base", "m")
	r.SetRef(repository.Branch("main"), ids["e"])
	r.SetRef(repository.Branch("side"), ids["c"])
	return r, ids
}

func TestLogIsThatOfGit(t *testing.T) {
	r, ids := branched(t)
	git := onDisk(t, r)
	from := []string{ids["e"]}
	for args, o := range map[string]repository.LogOptions{
		"main":                               {From: from},
		"--first-parent main":                {From: from, FirstParent: true},
		"--topo-order main":                  {From: from, Topological: true},
		"main -- base":                       {From: from, Path: "base"},
		"main -- side":                       {From: from, Path: "side"},
		"--since=2024-05-01T12:03:00Z main":  {From: from, Since: noon.Add(3 * time.Minute)},
		"--until=2024-05-01T12:03:00Z main":  {From: from, Until: noon.Add(3 * time.Minute)},
		"--author=Bob main":                  {From: from, Author: regexp.MustCompile("Bob")},
		"side..main":                         {From: from, Not: []string{ids["c"]}},
		"--topo-order side..main":            {From: from, Not: []string{ids["c"]}, Topological: true},
		"--all":                              {From: []string{ids["e"], ids["c"]}},
		"main -- nothing":                    {From: from, Path: "nothing"},
		"--first-parent main -- side":        {From: from, FirstParent: true, Path: "side"},
		"--topo-order --first-parent main":   {From: from, FirstParent: true, Topological: true},
		"--since=2024-05-01T12:09:00Z --all": {From: from, Since: noon.Add(9 * time.Minute)},
	} {
		var got []string
		for c := range r.Log(o) {
			got = append(got, c.ID)
		}
		want := strings.Fields(git(append([]string{"log", "--format=%H"}, strings.Fields(args)...)...))
		assert.Equal(t, strings.Join(want, " "), strings.Join(got, " "), args)
	}
}

func TestMergeBase(t *testing.T) {
	r, ids := branched(t)
	assert.Equal(t, ids["a"], r.MergeBase(ids["c"], ids["d"]).ID)
	assert.Equal(t, ids["c"], r.MergeBase(ids["c"], ids["e"]).ID)
	assert.Equal(t, ids["b"], r.MergeBase(ids["b"], ids["d"], ids["c"]).ID)
	other := commit(t, r, "orphan", "nobody's", map[string]repository.Write{"x": file("x")})
	assert.Nil(t, r.MergeBase(other.ID, ids["e"]))
	assert.True(t, r.IsAncestor(ids["a"], ids["e"]))
	assert.False(t, r.IsAncestor(ids["e"], ids["a"]))
	assert.Equal(t, ids["e"], r.LastCommitFor(ids["e"], "base").ID)
	assert.Equal(t, ids["c"], r.LastCommitFor(ids["e"], "side").ID)
	assert.Nil(t, r.LastCommitFor(ids["e"], "nothing"))
}

func TestRevisions(t *testing.T) {
	r, ids := branched(t)
	tag := repository.AnnotatedTag{Target: ids["b"], TargetKind: repository.KindCommit, Name: "side", Tagger: ann, Message: "t"}
	r.SetRef(repository.Tag("side"), r.Add(tag.Object()))
	git := onDisk(t, r)
	for _, revision := range []string{"HEAD", "main", "refs/heads/side", "heads/main", "main^", "main~1", "main^^2", "main~1^2",
		"main~4", ids["d"], ids["d"][:8], "main^0", "side", "tags/side", "main^1~2"} {
		want := strings.TrimSpace(git("rev-parse", "--verify", "-q", "--end-of-options", revision+"^{commit}"))
		if c := r.CommitAt(revision); assert.NotNil(t, c, revision) {
			// git warns of a name that is a tag's and a branch's; the last line is the answer.
			assert.Equal(t, want[len(want)-40:], c.ID, revision)
		}
	}
	for _, revision := range []string{"", "nothing", "main~9", "main~2^2", "main^3", "abc", strings.Repeat("0", 40), "^main", "main^{x", "~"} {
		assert.Nil(t, r.CommitAt(revision), revision)
	}
}

func TestRefNamesAreThoseThatGitTakes(t *testing.T) {
	program, err := exec.LookPath("git")
	if err != nil {
		t.Skip("there is no git on this machine to ask")
	}
	for _, name := range []string{"main", "a/b", "a b", "a..b", "a.lock", "a/.b", ".a", "a.", "a//b", "/a", "a/", "a~b", "a^b", "a:b",
		"a?b", "a*b", "a[b", "a\\b", "a@{b", "@", "a@b", "-a", "HEAD", "ä", "a\x7fb", "a\tb", "a.lock/b", "x.lockk", "a/-b", "b.x"} {
		ok := exec.Command(program, "check-ref-format", "--branch", name).Run() == nil
		assert.Equal(t, ok, repository.ValidBranch(name), "%q", name)
		ok = exec.Command(program, "check-ref-format", "refs/heads/"+name).Run() == nil
		assert.Equal(t, ok, repository.ValidRef("refs/heads/"+name), "%q", name)
	}
}

func TestArchive(t *testing.T) {
	r := history(t)
	c := r.CommitAt("main")
	var packed bytes.Buffer
	require.NoError(t, r.Archive(&packed, c, repository.ArchiveOptions{Format: "tar.gz", Prefix: "shop", Exclude: []string{"docs/deep"}}))
	unpacked, err := gzip.NewReader(&packed)
	require.NoError(t, err)
	in := tar.NewReader(unpacked)
	var names []string
	for {
		h, err := in.Next()
		if err == io.EOF {
			break
		}
		require.NoError(t, err)
		if h.Typeflag == tar.TypeXGlobalHeader {
			assert.Equal(t, c.ID, h.PAXRecords["comment"])
			continue
		}
		content, _ := io.ReadAll(in)
		names = append(names, h.FileInfo().Mode().String()+" "+h.Name+" "+h.Linkname+string(content))
		assert.True(t, h.ModTime.Equal(noon), h.Name)
	}
	assert.Equal(t, []string{"drwxrwxr-x shop/ ", "-rw-rw-r-- shop/README.md # Shop\n", "drwxrwxr-x shop/bin/ ",
		"-rwxrwxr-x shop/bin/run #!/bin/sh\nexit 0\n", "drwxrwxr-x shop/docs/ ", "-rw-rw-r-- shop/lib.txt sorts before lib/",
		"Lrwxrwxrwx shop/link README.md"}, names)

	var zipped bytes.Buffer
	require.NoError(t, r.Archive(&zipped, c, repository.ArchiveOptions{Format: "zip", Prefix: "shop", Path: "docs"}))
	z, err := zip.NewReader(bytes.NewReader(zipped.Bytes()), int64(zipped.Len()))
	require.NoError(t, err)
	names = nil
	for _, f := range z.File {
		names = append(names, f.Name)
	}
	assert.Equal(t, []string{"shop/", "shop/docs/deep/", "shop/docs/deep/er/", "shop/docs/deep/er/x.md"}, names)
	assert.Equal(t, c.ID, z.Comment)

	assert.ErrorIs(t, r.Archive(io.Discard, c, repository.ArchiveOptions{Format: "tar.bz2"}), repository.ErrArchiveFormat)
	assert.ErrorIs(t, r.Archive(io.Discard, c, repository.ArchiveOptions{Format: "tar", Path: "README.md"}), repository.ErrNoFolder)
}

func TestWriteTreeRefuses(t *testing.T) {
	r := newRepository()
	c := commit(t, r, "main", "a", map[string]repository.Write{"folder/x": file("x"), "file": file("f")})
	for want, writes := range map[string]map[string]repository.Write{
		`"folder" is a folder`:                   {"folder": file("f")},
		`"file" is a file`:                       {"file/below": file("f")},
		`"both" cannot be a file and a folder`:   {"both": file("f"), "both/x": file("x")},
		`there is no file "nothing" to delete`:   {"nothing": {Delete: true}},
		`the path "/x" begins with a slash`:      {"/x": file("x")},
		`the path "a//b" has an empty part`:      {"a//b": file("x")},
		`the path "a/../b" has the part ".."`:    {"a/../b": file("x")},
		`the path "x/.GIT/config" goes into .gi`: {"x/.GIT/config": file("x")},
		`a path is empty`:                        {"": file("x")},
	} {
		_, objects := r.Size()
		_, err := r.WriteTree(c.Tree, writes)
		assert.ErrorContains(t, err, want)
		_, after := r.Size()
		assert.Equal(t, objects, after, "nothing is kept of what is refused")
	}
	tree, err := r.WriteTree(c.Tree, map[string]repository.Write{"folder/x": {Delete: true}, "file": {Delete: true}})
	require.NoError(t, err)
	assert.Equal(t, "4b825dc642cb6eb9a060e54bf8d69288fbee4904", tree, "git's empty tree")
}
