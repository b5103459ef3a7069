package githttp_test

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/racing"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

func TestCloneAndPush(t *testing.T) {
	for name, opts := range map[string][]fakegitlab.Option{"plain": nil, "TLS": {fakegitlab.WithTLS()},
		"below a relative URL": {fakegitlab.WithBasePath("/gitlab")}} {
		t.Run(name, func(t *testing.T) {
			gl, mine := seeded(t, opts...)
			desk := mine.in("..")
			desk.git("clone", "-q", as(t, gl, "rita"), "theirs")
			assert.Equal(t, mine.git("rev-parse", "HEAD"), desk.in("theirs").git("rev-parse", "HEAD"))

			sha := mine.commit("src/a.go", "package a\n", "Add a")
			mine.git("tag", "-a", "v1", "-m", "First")
			mine.git("push", "-q", "origin", "main", "v1")
			desk.in("theirs").git("pull", "-q", "--tags")
			assert.Equal(t, sha, desk.in("theirs").git("rev-parse", "HEAD"))
			assert.Equal(t, "First", desk.in("theirs").git("tag", "-l", "--format=%(contents:subject)", "v1"))
			assert.Empty(t, desk.in("theirs").git("fsck", "--strict"))
			gl.AssertCalled(t, fakegitlab.GitReceivePack, fakegitlab.By("mia"), fakegitlab.Times(2))
			gl.AssertCalled(t, fakegitlab.GitUploadPack, fakegitlab.By("rita"), fakegitlab.Param("project", "acme/shop"))
		})
	}
}

// A repository can be cloned before anything is in it, and without .git in its address.
func TestCloneEmpty(t *testing.T) {
	d, gl := newDesk(t), acme(t)
	assert.Contains(t, d.git("clone", as(t, gl, "dev"), "a"), "You appear to have cloned an empty repository.")
	d.git("clone", "-q", strings.TrimSuffix(as(t, gl, "dev"), ".git"), "b")
	assert.Equal(t, "refs/heads/main", d.in("b").git("symbolic-ref", "HEAD"))
}

// All versions of git's protocol say the same, and what GitLab lets be left out can be.
func TestProtocolVersions(t *testing.T) {
	gl, mine := seeded(t)
	for i := range 3 {
		mine.commit("n.txt", strconv.Itoa(i), "Commit "+strconv.Itoa(i))
	}
	mine.git("push", "-q", "origin", "main", "main:other")
	d := mine.in("..")
	for _, v := range []string{"0", "1", "2"} {
		version := "protocol.version=" + v
		refs := d.git("-c", version, "ls-remote", as(t, gl, "rita"))
		assert.Contains(t, refs, "\tHEAD\n", v)
		assert.Contains(t, refs, "\trefs/heads/other", v)
		d.git("-c", version, "clone", "-q", "--depth", "2", as(t, gl, "rita"), "shallow"+v)
		assert.Equal(t, "2", d.in("shallow"+v).git("rev-list", "--count", "HEAD"), v)
		d.in("shallow"+v).git("-c", version, "fetch", "-q", "--unshallow")
		assert.Equal(t, "4", d.in("shallow"+v).git("rev-list", "--count", "HEAD"), v)
		d.git("-c", version, "clone", "-q", "--bare", "--filter=blob:none", as(t, gl, "rita"), "partial"+v)
		assert.Contains(t, d.in("partial"+v).git("rev-list", "--objects", "--missing=print", "--all"), "?", v)
	}
	d.in("shallow1").commit("more.txt", "more", "From a clone")
	d.in("shallow1").git("-c", "protocol.version=1", "push", "-q", as(t, gl, "dev"), "HEAD:more")
}

// A runner fetches a commit by its name, or by the ref of its pipeline, when its branch is somewhere else by now.
func TestFetchCommits(t *testing.T) {
	gl, mine := seeded(t)
	first := mine.git("rev-parse", "HEAD")
	job := gl.AddJob(fakegitlab.Job{Project: "acme/shop", Ref: "main", Commit: fakegitlab.Commit{SHA: first}})
	mine.git("commit", "-q", "--amend", "-m", "Otherwise")
	mine.git("push", "-q", "-f", as(t, gl, "mia"), "HEAD:side")
	d := mine.in("..")
	d.git("init", "-q", "build")
	ref := "refs/pipelines/" + strconv.Itoa(job.PipelineID)
	build := d.in("build")
	build.git("fetch", "-q", "--depth", "1", as(t, gl, "rita"), "+"+ref+":"+ref)
	assert.Equal(t, first, build.git("rev-parse", ref))
	build.git("fetch", "-q", "--depth", "1", as(t, gl, "rita"), first)
	assert.Equal(t, first, build.git("rev-parse", "FETCH_HEAD"))
	assert.Contains(t, build.refused("fetch", as(t, gl, "rita"), strings.Repeat("ab", 20)), "not our ref")
	assert.Contains(t, mine.refused("push", "origin", "HEAD:"+ref), "deny updating a hidden ref")
}

// What has many objects, and much in one of them, goes there and back.
func TestLargePush(t *testing.T) {
	racing.Skip(t)
	gl, mine := seeded(t)
	var noise strings.Builder
	for i := range 300_000 {
		noise.WriteString(strconv.FormatUint(uint64(i)*2654435761%4294967291, 36))
	}
	for i := range 300 {
		path := filepath.Join(mine.dir, "d"+strconv.Itoa(i%17), "f"+strconv.Itoa(i))
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
		require.NoError(t, os.WriteFile(path, []byte(strings.Repeat("line\n", i)), 0o600))
	}
	mine.commit("large.txt", noise.String(), "Much")
	mine.commit("large.txt", noise.String()+"and more", "A little more, which git sends as a difference")
	mine.git("push", "-q", "origin", "main")
	d := mine.in("..")
	d.git("clone", "-q", as(t, gl, "rita"), "theirs")
	assert.Equal(t, mine.git("rev-parse", "HEAD^{tree}"), d.in("theirs").git("write-tree"))
	assert.Empty(t, d.in("theirs").git("fsck", "--strict"))
	calls := append(gl.Calls(fakegitlab.GitReceivePack), gl.Calls(fakegitlab.GitUploadPack)...)
	for _, c := range calls {
		assert.LessOrEqual(t, len(c.Body), 64<<10, "%s", c)
		assert.LessOrEqual(t, len(c.ResponseBody), 64<<10, "%s", c)
	}
}

// Whoever asks for a project by a path that it had is served, and told at a push.
func TestMovedProject(t *testing.T) {
	gl, mine := seeded(t)
	res := testkit.Ask(t, gl, gl.Token("mia"), "PUT", "/projects/acme%2Fshop?path=store")
	require.Equal(t, 200, res.Status, res.Body)
	mine.in("..").git("clone", "-q", as(t, gl, "rita"), "theirs")
	mine.commit("a", "a", "More")
	out := mine.git("push", "origin", "main")
	assert.Contains(t, out, "remote: Project 'acme/shop' was moved to 'acme/store'.")
	assert.Contains(t, out, "remote:   git remote set-url origin "+gl.URL()+"/acme/store.git")
}

// A history that a test seeds is cloned as one that was pushed.
func TestCloneSeededHistory(t *testing.T) {
	d, gl := newDesk(t), fakegitlab.New(t)
	const ann = "Ann <ann@example.com> 2024-07-01T12:00:00Z"
	gl.AddProject(fakegitlab.Project{Path: "acme/shop", Visibility: fakegitlab.Public, Repository: &fakegitlab.Repository{
		Refs: map[string]string{"refs/heads/main": "b"}, Commits: []fakegitlab.RepositoryCommit{
			{SHA: "a", Author: ann, Message: "One", Files: map[string]string{"x": "1"}},
			{SHA: "b", Author: ann, Message: "Two", Files: map[string]string{"y": "2"}, Parents: []string{"a"}}}}})
	d.git("clone", "-q", gl.URL()+"/acme/shop.git", "theirs")
	assert.Equal(t, "2", d.in("theirs").git("show", "HEAD:y"))
	assert.Equal(t, "1", d.in("theirs").git("show", "HEAD~:x"))
}
