package world

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab/internal/repository"
)

// What a draft says of a repository is either files alone or a history; files that cannot lie side by side are refused.
func TestRepositoriesOfSeedsThatAreRefused(t *testing.T) {
	for want, d := range map[string]RepositoryDraft{
		"":                    {Files: map[string]string{"a/b": "", "c": ""}},
		"its own commits":     {Files: map[string]string{"a": ""}, History: &repository.History{}},
		"a file and a folder": {Files: map[string]string{"a": "", "a/b": ""}},
		"path":                {Files: map[string]string{"../a": ""}},
	} {
		if err := d.Check().err(); want == "" {
			assert.NoError(t, err)
		} else {
			assert.ErrorContains(t, err, want)
		}
	}
}

// A repository is told by its files where these make all that there is, and else by its history.
func TestRepositoriesThatFilesMake(t *testing.T) {
	for name, c := range map[string]struct {
		then  func(st *State, p *Project, c *repository.Commit)
		files bool
	}{
		"as it was made": {func(*State, *Project, *repository.Commit) {}, true},
		"a tag besides": {func(st *State, p *Project, c *repository.Commit) {
			p.Repository.SetRef("refs/tags/v1", c.ID)
		}, false},
		"a branch that is not the default": {func(st *State, p *Project, c *repository.Commit) {
			p.Repository.SetRef("refs/heads/side", c.ID)
			p.Repository.SetRef("refs/heads/main", repository.ZeroID)
		}, false},
		"a commit of another message": {func(st *State, p *Project, c *repository.Commit) {
			first := *c
			first.Message = "First"
			p.Repository.SetRef("refs/heads/main", p.Repository.AddCommit(first).ID)
		}, false},
		"a file that can be run": {func(st *State, p *Project, c *repository.Commit) {
			first, file := *c, p.Repository.Entries(c.Tree)[0]
			file.Mode = repository.ModeExecutable
			first.Tree = p.Repository.Add(repository.TreeObject([]repository.Entry{file}))
			p.Repository.SetRef("refs/heads/main", p.Repository.AddCommit(first).ID)
		}, false},
		"no files": {func(st *State, p *Project, c *repository.Commit) {
			first := *c
			first.Tree = p.Repository.Add(repository.TreeObject(nil))
			p.Repository.SetRef("refs/heads/main", p.Repository.AddCommit(first).ID)
		}, false},
		"a folder with nothing in it": {func(st *State, p *Project, c *repository.Commit) {
			first, empty := *c, p.Repository.Add(repository.TreeObject(nil))
			first.Tree = p.Repository.Add(repository.TreeObject(append(p.Repository.Entries(c.Tree),
				repository.Entry{Mode: repository.ModeTree, Name: "empty", ID: empty})))
			p.Repository.SetRef("refs/heads/main", p.Repository.AddCommit(first).ID)
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			st, _ := ruled(t)
			require.NoError(t, st.SeedUser(User{Username: RootUsername, Name: "Ruth"}))
			p, err := st.AddProject(Project{Path: "acme/site"}, nil)
			require.NoError(t, err)
			files := RepositoryDraft{Files: map[string]string{"a": "A"}}
			require.NoError(t, st.FillRepository(p, files))
			first := p.Repository.Commit(p.Repository.Ref("refs/heads/main"))
			assert.Equal(t, "Ruth", first.Author.Name, "root's, whatever root is called")
			c.then(st, p, first)
			d := p.RepositoryDraft()
			assert.Equal(t, c.files, d.History == nil)
			assert.Equal(t, c.files, p.HasRepository(files))
			assert.True(t, p.HasRepository(d))
			assert.False(t, p.HasRepository(RepositoryDraft{}))
			again, err := st.AddProject(Project{Path: "acme/again", CreatedAt: p.CreatedAt}, nil)
			require.NoError(t, err)
			require.NoError(t, st.FillRepository(again, d))
			assert.Equal(t, p.Repository.Refs(), again.Repository.Refs())
		})
	}
}
