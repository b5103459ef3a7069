package world

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
)

// What stands for a refused job has a plan, of which nothing is said, and is no job that a message names.
func TestStandInOfAJob(t *testing.T) {
	st := New(gitlabversion.All()[0], time.Now, nil)
	Seeding(st, nil, nil, func() {
		p := &Project{ID: 1, Path: "acme/shop"}
		st.standInForJob(&Job{ID: 5, PipelineID: 7, Project: p})
		j := st.Jobs.ByID(5)
		require.NotNil(t, j)
		assert.Empty(t, j.When)
		assert.Empty(t, j.Pipeline.madeByJobs())
	})
}
