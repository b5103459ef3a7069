package gitpack

import (
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
		use.Done()
		dirs = append(dirs, m.Dir)
		assert.Len(t, d.mirrors, 1)
	}
	assert.Len(t, map[string]bool{dirs[0]: true, dirs[1]: true, dirs[2]: true}, 3)
}
