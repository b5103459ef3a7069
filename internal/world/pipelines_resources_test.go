package world

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// app/models/ci/resource_group.rb: of one pipeline whoever is ready comes first, and a resource has one holder.
func TestWhoComesFirstInAResourceGroup(t *testing.T) {
	st, shop := ruled(t)
	_, err := st.AddPipeline(7, shop, PipelineFacts{Status: JobRunning})
	require.NoError(t, err)
	add := func(key string, s JobStatus) *Job {
		j, err := st.AddJob(&Job{Project: shop, User: st.Users.Rows[0], PipelineID: 7, Name: key, Status: s,
			Plan: NewPlan(Plan{ResourceGroup: key})})
		require.NoError(t, err)
		return j
	}
	created := add("b", JobCreated)
	ready := add("b", JobWaitingForResource)
	g := st.groupOf(ready)
	for _, mode := range []ProcessMode{OldestFirst, NewestFirst} {
		shop.ProcessModes["b"] = mode
		assert.Same(t, ready, g.upcoming(), mode)
		assert.Positive(t, g.compare(created, ready))
		assert.Negative(t, g.compare(ready, created))
	}
	first := add("a", JobRunning)
	add("a", JobPending)
	assert.Same(t, first, st.groupOf(first).Holder(), "a seed has two, of which the first has it")
	for _, key := range []string{"e", "d", "c"} {
		add(key, JobRunning)
	}
	require.NoError(t, st.FinishJob(first, JobSuccess, "", nil))
	require.Nil(t, st.groupOf(first).Holder())
	var keys []string
	for _, g := range st.ResourceGroups(shop) {
		keys = append(keys, g.Key)
	}
	assert.Equal(t, []string{"b", "a", "e", "d", "c"}, keys, "by id")
}
