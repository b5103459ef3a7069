package gitpack

import (
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab/internal/outside"
	"github.com/fakegitlab/fakegitlab/internal/repository"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// What is on disk of a deleted project is not held in memory, and no other project gets its place.
func TestRepositoriesOfDeletedProjectsAreLetGo(t *testing.T) {
	var folder outside.Folder
	t.Cleanup(folder.Close)
	d := Disk{Folder: &folder}
	var all []*world.Project
	var dirs []string
	for range 3 {
		all = append(all, &world.Project{Repository: repository.New(func() string { return "refs/heads/main" })})
		p := all[len(all)-1]
		m, use, err := d.Take(p, []*world.Project{p})
		require.NoError(t, err)
		require.NoError(t, m.Write())
		use.Done()
		dirs = append(dirs, m.Dir)
		assert.Len(t, d.mirrors, 1)
	}
	assert.Len(t, map[string]bool{dirs[0]: true, dirs[1]: true, dirs[2]: true}, 3)
	for i, there := range []bool{false, false, true} {
		_, err := os.Stat(dirs[i])
		assert.Equal(t, there, err == nil, dirs[i])
	}
}

// What is in use stays on disk until it is not, though the project is deleted.
func TestRepositoriesOfDeletedProjectsInUse(t *testing.T) {
	var folder outside.Folder
	t.Cleanup(folder.Close)
	d := Disk{Folder: &folder}
	one := &world.Project{Repository: repository.New(func() string { return "refs/heads/main" })}
	two := &world.Project{Repository: repository.New(func() string { return "refs/heads/main" })}
	m, cloning, err := d.Take(one, []*world.Project{one, two})
	require.NoError(t, err)
	_, again, err := d.Take(one, []*world.Project{one, two})
	require.NoError(t, err)
	require.NoError(t, m.Write())
	_, other, err := d.Take(two, []*world.Project{two})
	require.NoError(t, err)
	other.Done()
	again.Done()
	again.Done() // counts once
	assert.DirExists(t, m.Dir)
	cloning.Done()
	assert.NoDirExists(t, m.Dir)
	assert.Empty(t, d.gone)
}
