package fakegitlab_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

// filledShop is a fake with a project that has some files.
func filledShop(t *testing.T) *fakegitlab.Fake {
	gl := fakegitlab.New(t)
	gl.AddUser(fakegitlab.User{Username: "dev"})
	gl.AddProject(fakegitlab.Project{Path: "acme/shop", Members: fakegitlab.Members{"dev": fakegitlab.Maintainer},
		Files: map[string]string{"README.md": "# Shop\n", "lib/a.go": "package lib\n"}})
	return gl
}

func headOf(t *testing.T, gl *fakegitlab.Fake, ref string) string {
	t.Helper()
	return testkit.Ask(t, gl, gl.Token("dev"), "GET", "/projects/acme%2Fshop/repository/commits/"+ref).Field(t, "id").(string)
}

func TestProjectFilesAreAFirstCommit(t *testing.T) {
	gl := filledShop(t)
	p, _ := gl.Project("acme/shop")
	assert.Equal(t, map[string]string{"README.md": "# Shop\n", "lib/a.go": "package lib\n"}, p.Files)
	assert.Nil(t, p.Repository)
	first := headOf(t, gl, "main")
	assert.Equal(t, first, headOf(t, filledShop(t), "main"), "the same world has the same SHAs")

	sha := gl.Commit("acme/shop", "feature", map[string]string{"lib/b.go": "package lib\n"}, "Add b")
	assert.Equal(t, sha, headOf(t, gl, "feature"))
	assert.Equal(t, first, headOf(t, gl, "feature~1"))
	gl.DeleteFiles("acme/shop", "feature", []string{"lib/b.go", "README.md"}, "Drop them")
	p, _ = gl.Project("acme/shop")
	assert.Empty(t, p.Files, "the history tells")
	require.NotNil(t, p.Repository)
	last := p.Repository.Commits[2]
	assert.Equal(t, []string{"README.md", "lib/b.go"}, last.Deleted)
	assert.Equal(t, "Administrator <admin@example.com> 2024-07-01T12:00:00Z", last.Author)
}

func TestASeededRepositoryIsTheSame(t *testing.T) {
	gl := filledShop(t)
	gl.Advance(time.Hour)
	gl.Commit("acme/shop", "feature", map[string]string{"data": "\x00\xff", "README.md": ""}, "Change\n\nmore\n")
	gl.AddProject(fakegitlab.Project{Path: "acme/other", Files: map[string]string{"x": "\x00\xff"}})
	made := testkit.Ask(t, gl, gl.Token("dev"), "POST", "/projects/acme%2Fshop/repository/tags",
		testkit.WithJSON(`{"tag_name":"v1","ref":"main","message":"One"}`))
	require.Equal(t, 201, made.Status, made.Body)

	world := gl.Snapshot()
	var text bytes.Buffer
	require.NoError(t, world.Write(&text))
	read, err := fakegitlab.ReadScenario(&text)
	require.NoError(t, err)
	again := fakegitlab.New(t, fakegitlab.WithStartTime(gl.Now()))
	again.Seed(read)
	assert.Equal(t, world, again.Snapshot())
	assert.Equal(t, headOf(t, gl, "feature"), headOf(t, again, "feature"))
	assert.Equal(t, headOf(t, gl, "v1"), headOf(t, again, "v1"))
}

func TestARepositoryThatCannotBeIsRefusedAtOnce(t *testing.T) {
	problem := func(do func(gl *fakegitlab.Fake)) string {
		tb, finished := testkit.SpyOn(func(tb *testkit.Spy) {
			gl := fakegitlab.New(tb)
			gl.AddProject(fakegitlab.Project{Path: "acme/shop", Files: map[string]string{"README.md": "x"}})
			do(gl)
		})
		assert.False(t, finished)
		return strings.Join(tb.Errors, "")
	}
	commit := func(project, branch, path string) func(gl *fakegitlab.Fake) {
		return func(gl *fakegitlab.Fake) { gl.Commit(project, branch, map[string]string{path: "x"}, "m") }
	}
	assert.Contains(t, problem(commit("acme/shp", "main", "x")), `did you mean "acme/shop"`)
	assert.Contains(t, problem(commit("acme/shop", "a..b", "x")), `git takes no branch called "a..b"`)
	assert.Contains(t, problem(commit("acme/shop", "main", "/x")), `the path "/x" begins with a slash`)
	assert.Contains(t, problem(commit("acme/shop", "main", "README.md/x")), `"README.md" is a file`)
	assert.Contains(t, problem(func(gl *fakegitlab.Fake) { gl.DeleteFiles("acme/shop", "main", []string{"README.nd"}, "m") }),
		`did you mean "README.md"`)
	assert.Contains(t, problem(func(gl *fakegitlab.Fake) {
		gl.UpdateProject("acme/shop", func(p *fakegitlab.Project) { p.Files["README.md"] = "y" })
	}), "Commit and DeleteFiles change them")
	assert.Contains(t, problem(func(gl *fakegitlab.Fake) {
		gl.AddProject(fakegitlab.Project{Path: "acme/bad", Files: map[string]string{"a/../b": "", "ok": ""}})
	}), `the path "a/../b" has the part ".."`)
	assert.Contains(t, problem(func(gl *fakegitlab.Fake) {
		gl.AddProject(fakegitlab.Project{Path: "acme/bad", Repository: &fakegitlab.Repository{
			Commits: []fakegitlab.RepositoryCommit{{SHA: "one", Author: "nobody", Message: "m"}}}})
	}), `"nobody" is not of the form Ann <ann@example.com>`)
}
