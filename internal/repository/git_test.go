package repository_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab/internal/repository"
)

// noon is when everything in these tests is made.
var noon = time.Date(2024, 5, 1, 12, 0, 0, 0, time.UTC)

var ann = repository.Signature{Name: "Ann", Email: "ann@example.com", When: noon}

func newRepository() *repository.Repository {
	return repository.New(func() string { return repository.Branch("main") })
}

// commit makes a commit of some files on top of a branch, and moves it there.
func commit(t *testing.T, r *repository.Repository, branch, message string, writes map[string]repository.Write) *repository.Commit {
	t.Helper()
	c := repository.Commit{Author: ann, Committer: ann, Message: message}
	tree := ""
	if from := r.Commit(r.Ref(repository.Branch(branch))); from != nil {
		tree, c.Parents = from.Tree, []string{from.ID}
	}
	var err error
	c.Tree, err = r.WriteTree(tree, writes)
	require.NoError(t, err)
	made := r.AddCommit(c)
	r.SetRef(repository.Branch(branch), made.ID)
	return made
}

func file(content string) repository.Write { return repository.Write{Content: []byte(content)} }

// onDisk writes a repository where git finds it, and returns what runs git there.
func onDisk(t *testing.T, r *repository.Repository) (git func(args ...string) string) {
	t.Helper()
	program, err := exec.LookPath("git")
	if err != nil {
		t.Skip("there is no git on this machine to compare with")
	}
	dir := t.TempDir()
	git = func(args ...string) string {
		t.Helper()
		cmd := exec.Command(program, args...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null", "HOME="+dir)
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, "%s", out)
		return string(out)
	}
	git("init", "-q", "--bare", "-b", "main", ".")
	for id, o := range r.Objects() {
		path := filepath.Join(dir, "objects", repository.LoosePath(id))
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, o.Loose(), 0o644))
	}
	for _, ref := range r.Refs() {
		path := filepath.Join(dir, ref.Name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(ref.ID+"\n"), 0o644))
	}
	return git
}

// history is a repository with every kind of object in it.
func history(t *testing.T) *repository.Repository {
	r := newRepository()
	commit(t, r, "main", "First\n", map[string]repository.Write{
		"README.md": file("# Shop\n"), "lib/a.go": file("package lib\n"), "lib.txt": file("sorts before lib/"),
		"bin/run": {Content: []byte("#!/bin/sh\n"), Mode: repository.ModeExecutable},
		"link":    {Content: []byte("README.md"), Mode: repository.ModeSymlink},
	})
	c := commit(t, r, "main", "Second", map[string]repository.Write{
		"lib/a.go": {Delete: true}, "docs/deep/er/x.md": file("x"), "bin/run": file("#!/bin/sh\nexit 0\n")})
	r.SetRef(repository.Branch("feature/x"), c.Parents[0])
	tag := repository.AnnotatedTag{Target: c.ID, TargetKind: repository.KindCommit, Name: "v1", Tagger: ann, Message: "One\n"}
	r.SetRef(repository.Tag("v1"), r.Add(tag.Object()))
	r.SetRef(repository.Tag("light"), c.ID)
	return r
}

func TestGitTakesOurObjectsAsItsOwn(t *testing.T) {
	r := history(t)
	git := onDisk(t, r)
	git("fsck", "--strict", "--full")
	head := r.CommitAt("HEAD")
	assert.Equal(t, head.ID+"\n", git("rev-parse", "HEAD"))
	assert.Equal(t, head.ID+"\n", git("rev-parse", "v1^{commit}"))
	var paths []string
	for f := range r.Walk(head.Tree, "", true) {
		paths = append(paths, string(f.Mode)+" "+string(f.Mode.Kind())+" "+f.ID+"\t"+f.Path)
	}
	assert.Equal(t, strings.Join(paths, "\n")+"\n", git("ls-tree", "-r", "-t", "HEAD"))
	assert.Equal(t, "Ann <ann@example.com> 1714564800 +0000\n", git("log", "-1", "--date=raw", "--format=%an <%ae> %ad"))
}

func TestObjectsComeBackFromGit(t *testing.T) {
	r := history(t)
	git := onDisk(t, r)
	again := newRepository()
	batch := git("cat-file", "--batch", "--batch-all-objects")
	require.NoError(t, repository.ReadBatch(strings.NewReader(batch), func(id string, o repository.Object) error {
		assert.Equal(t, id, again.Add(o))
		return nil
	}))
	size, n := r.Size()
	sizeAgain, nAgain := again.Size()
	assert.Equal(t, []int{size, n}, []int{sizeAgain, nAgain})
	for id, o := range r.Objects() {
		same, ok := again.Object(id)
		assert.True(t, ok && bytes.Equal(o.Data, same.Data))
	}
	assert.Error(t, repository.ReadBatch(strings.NewReader(batch[:len(batch)-5]), func(string, repository.Object) error {
		return nil
	}))
	assert.ErrorContains(t, repository.ReadBatch(strings.NewReader("abc missing\n"), nil), "abc missing")
}
