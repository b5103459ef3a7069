package world

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What a runner is told that gets nothing: of the oldest job why, of the others how many there are.
func TestWhyThereIsNoneForARunner(t *testing.T) {
	for waiting, want := range map[int]string{0: "", 1: "", 2: "; nor is another that is pending", 3: "; nor are 2 others that are pending",
		explainedLanes: fmt.Sprintf("; nor are %d others that are pending", explainedLanes-1), explainedLanes + 1: "many"} {
		st, shop := ruled(t)
		attributes := DefaultAttributes()
		attributes.RunUntagged, attributes.Tags = false, []string{"mine"}
		r, err := st.AddRunner(RunnerDraft{Attributes: attributes})
		require.NoError(t, err)
		oldest := 0
		for i := range waiting {
			j, err := st.AddJob(&Job{ID: 900 - i, Project: shop, User: st.Users.Rows[0], Tags: []string{fmt.Sprint("t", i)}})
			require.NoError(t, err)
			oldest = j.ID
		}
		got := st.Queue.WhyNoneFor(r)
		switch want {
		case "many":
			assert.Equal(t, "no pending job is for the runner", got)
		case "":
			if waiting == 0 {
				assert.Empty(t, got)
				continue
			}
			fallthrough
		default:
			why := fmt.Sprintf("job %d is not for the runner: ", oldest) + whyUnfit(r, st.Jobs.ByID(oldest))
			assert.Equal(t, why+want, got)
		}
		attributes.Paused = true
		require.NoError(t, st.UpdateRunner(r, attributes))
		assert.Equal(t, waiting > 0, st.Queue.WhyNoneFor(r) == isPaused.Explain(r, nil))
	}
}

// app/services/ci/queue/builds_queue_service.rb: on an instance runner the project with the fewest running jobs comes
// first, and of equals the job with the lowest id; on others the lowest id alone. A job is found by any order of its tags.
func TestWhichJobComesNext(t *testing.T) {
	st, shop := ruled(t)
	other, err := st.AddProject(Project{Path: "acme/other"}, nil)
	require.NoError(t, err)
	attributes := DefaultAttributes()
	attributes.Tags = []string{"b", "a"}
	instance, err := st.AddRunner(RunnerDraft{Attributes: attributes})
	require.NoError(t, err)
	own, err := st.AddRunner(RunnerDraft{Attributes: attributes, Projects: []*Project{shop, other}})
	require.NoError(t, err)
	add := func(p *Project, tags ...string) *Job {
		j, err := st.AddJob(&Job{Project: p, User: st.Users.Rows[0], Tags: tags})
		require.NoError(t, err)
		return j
	}
	first, second, third := add(shop, "b", "a"), add(shop, "a", "b"), add(other)
	assert.Same(t, first, st.NextFor(instance))
	assert.Equal(t, 3, st.Queue.WaitingFor(instance))
	assert.Len(t, st.Queue.lanes, 2, "one for a, one for none")
	assert.Len(t, st.Queue.lanes["a"], 1)
	require.NoError(t, st.StartJob(first, instance, nil, false))
	assert.Same(t, third, st.NextFor(instance))
	assert.Same(t, second, st.NextFor(own))
	require.NoError(t, st.StartJob(third, instance, nil, false))
	assert.Same(t, second, st.NextFor(instance), "both have one")
	st.setRunner(second, instance, nil)
	assert.Equal(t, 1, st.Queue.OnInstanceRunners(shop), "what waits does not run")
}

// app/models/ci/runner.rb, RUNNER_QUEUE_EXPIRY_TIME, ensure_runner_queue_value and tick_runner_queue: a value stays for an
// hour; who waits is woken by a change alone.
func TestQueueValues(t *testing.T) {
	st, _, now := ticking(t, "18.6")
	var runners []*Runner
	var values []string
	for range 2 {
		r, err := st.AddRunner(RunnerDraft{Attributes: DefaultAttributes()})
		require.NoError(t, err)
		runners = append(runners, r)
		values = append(values, st.QueueValueOf(r))
	}
	r := runners[0]
	change := st.QueueChange(r)
	assert.Equal(t, change, st.QueueChange(r), "several may wait")
	*now = noon.Add(queueValueLifetime - 1000)
	assert.Equal(t, values[0], st.QueueValueOf(r))
	*now = noon.Add(queueValueLifetime)
	next := st.QueueValueOf(r)
	assert.NotEqual(t, values[0], next)
	assert.Equal(t, change, st.QueueChange(r), "that is no change")
	assert.Equal(t, next, st.QueueValueOf(r))
	st.tickThose(func(o *Runner) bool { return o == r })
	assert.NotEqual(t, next, st.QueueValueOf(r))
	assert.NotEqual(t, change, st.QueueChange(r))
	*now = noon
	assert.Equal(t, values[1], st.QueueValueOf(runners[1]))
}

// tick_runner_queue: each of these changes may give a runner a job, or take one from it.
func TestWhatMakesARunnersQueueValueAnotherOne(t *testing.T) {
	st, shop := ruled(t)
	other, err := st.AddProject(Project{Path: "acme/other"}, nil)
	require.NoError(t, err)
	r, err := st.AddRunner(RunnerDraft{Attributes: DefaultAttributes(), Projects: []*Project{shop}})
	require.NoError(t, err)
	for name, change := range map[string]func(){
		"another attribute": func() { require.NoError(t, st.UpdateRunner(r, r.Attributes)) },
		"another token":     func() { st.ResetRunnerToken(r) },
	} {
		before := st.QueueValueOf(r)
		change()
		assert.NotEqual(t, before, st.QueueValueOf(r), name)
	}
	before := st.QueueValueOf(r)
	require.NoError(t, st.AssignRunner(r, other))
	assigned := st.QueueValueOf(r)
	assert.NotEqual(t, before, assigned)
	st.UnassignRunner(r, other)
	assert.NotEqual(t, assigned, st.QueueValueOf(r))
}
