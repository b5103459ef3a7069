package world

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"

	"github.com/fakegitlab/fakegitlab/internal/racing"
)

// shapes are pipelines of n jobs.
var shapes = map[string]func(n int) string{
	"one stage": func(n int) string { return written(n, func(i int) string { return "" }) },
	"three stages": func(n int) string {
		return "stages: [s0, s1, s2]\n" + written(n, func(i int) string { return fmt.Sprint(", stage: s", i*3/n) })
	},
	"as many stages as jobs": func(n int) string {
		stages := make([]string, n)
		for i := range stages {
			stages[i] = fmt.Sprint("s", i)
		}
		return "stages: [" + strings.Join(stages, ", ") + "]\n" +
			written(n, func(i int) string { return fmt.Sprint(", stage: s", i) })
	},
	"a chain of needs": func(n int) string {
		return written(n, func(i int) string { return fmt.Sprintf(", needs: [j%d]", max(i-1, 0)) })
	},
	"a chain against the order": func(n int) string {
		return written(n, func(i int) string { return fmt.Sprintf(", needs: [j%d]", min(i+1, n-1)) })
	},
	"one needed by all": func(n int) string {
		return written(n, func(i int) string { return ", needs: [j0]" })
	},
	"five needs each": func(n int) string {
		return written(n, func(i int) string {
			var needs []string
			for k := max(0, i-5); k < i; k++ {
				needs = append(needs, fmt.Sprint("j", k))
			}
			return ", needs: [" + strings.Join(needs, ", ") + "]"
		})
	},
}

// written is a configuration of n jobs; a need of itself is none.
func written(n int, with func(i int) string) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(fmt.Sprintf("j%d: {script: x%s}\n", i,
			strings.ReplaceAll(with(i), fmt.Sprintf("needs: [j%d]", i), "needs: []")))
	}
	return b.String()
}

// ran is how often something was looked at or counted while all of a pipeline of n jobs was canceled, tried again, and
// ran to its end.
func ran(t *testing.T, yaml string, n int) (looks int) {
	t.Helper()
	st, p := emptyWorld(t)
	root := st.Users.Rows[0]
	runner, err := st.AddRunner(RunnerDraft{Attributes: DefaultAttributes()})
	require.NoError(t, err)
	made, err := st.CreatePipeline(NewPipeline{Project: p, User: root, CI: yaml})
	require.NoError(t, err)
	require.Len(t, made.Jobs, n)
	st.MovePipelines()
	st.CancelPipeline(made)
	st.MovePipelines()
	require.Equal(t, JobCanceled, made.Status())
	st.RetryPipeline(made, root, AnyJob)
	st.MovePipelines()
	for j := st.NextFor(runner); j != nil; j = st.NextFor(runner) {
		require.NoError(t, st.StartJob(j, runner, nil, false))
		st.MovePipelines()
		require.NoError(t, st.FinishJob(j, JobSuccess, "", nil))
		st.MovePipelines()
	}
	require.Equal(t, JobSuccess, made.Status())
	require.Len(t, made.Jobs, 2*n)
	return made.flow.looks
}

// A pipeline of five times as many jobs, of any shape, takes five times as many looks to run to its end, and hardly more:
// looks are counted and no time is taken.
func TestPipelinesRunInLinearTime(t *testing.T) {
	racing.Skip(t)
	const few, more = 1000, 5000
	for name, yaml := range shapes {
		t.Run(name, func(t *testing.T) {
			ofFew, ofMore := ran(t, yaml(few), few), ran(t, yaml(more), more)
			t.Logf("%d jobs: %d looks; %d jobs: %d looks", few, ofFew, more, ofMore)
			assert.LessOrEqual(t, ofMore, 6*ofFew)
		})
	}
}

// What a new pipeline makes redundant is found among those of its ref that are still to end: how many there were, and
// how many of other refs there are, makes no difference.
func TestRedundantPipelinesAreFoundWithoutALookAtAll(t *testing.T) {
	looks := func(n int) int {
		st, p := emptyWorld(t)
		made := func(ref string) *Pipeline {
			next, err := st.CreatePipeline(NewPipeline{Project: p, User: st.Users.Rows[0], Ref: ref, CI: "a: {script: x}"})
			require.NoError(t, err)
			st.MovePipelines()
			return next
		}
		for i := range n {
			made(fmt.Sprint("other", i))
			done := made("main").Jobs[0]
			require.NoError(t, st.FinishJob(done, JobSuccess, "", nil))
			st.MovePipelines()
		}
		old, next := made("main"), made("main")
		require.Equal(t, JobCanceled, old.Status())
		require.Equal(t, next.ID, old.facts.AutoCanceledBy)
		require.Equal(t, []*Pipeline{next}, p.live["main"])
		require.Len(t, p.live, n+1)
		return next.flow.looks
	}
	assert.Equal(t, looks(3), looks(300))
}

// Pipelines that wait for a person are looked at where that may make them redundant alone, and their jobs where nothing
// else speaks against it.
func TestBlockedPipelinesAreHardlyLookedAt(t *testing.T) {
	looks := func(version, head string, n int) int {
		st, p := emptyWorld(t)
		var err error
		st.Version, err = gitlabversion.Parse(version)
		require.NoError(t, err)
		file, next := head+"m: {script: x, when: manual, allow_failure: false}\n", (*Pipeline)(nil)
		for i := range n {
			file += fmt.Sprintf("j%d: {script: x, stage: deploy}\n", i)
		}
		for range n + 1 {
			next, err = st.CreatePipeline(NewPipeline{Project: p, User: st.Users.Rows[0], CI: file})
			require.NoError(t, err)
			before := next.flow.looks
			st.cancelRedundant(next)
			before = next.flow.looks - before
			st.MovePipelines()
			require.Equal(t, JobManual, next.Status())
			if len(p.Pipelines()) == n+1 {
				return before
			}
		}
		return 0
	}
	assert.Equal(t, looks("16.11", "", 3), looks("16.11", "", 30))
	assert.LessOrEqual(t, looks("17.0", "workflow: {auto_cancel: {on_new_commit: none}}\n", 30), 31, "not at their jobs")
}

// live are the pipelines of a project that are among the live ones, found by a look at all.
func live(p *Project) map[string][]*Pipeline {
	found := map[string][]*Pipeline{}
	for _, pipeline := range p.pipelines {
		if f := pipeline.facts; f != nil && f.Status.cancelable() {
			found[f.Ref] = append(found[f.Ref], pipeline)
		}
	}
	return found
}

// A pipeline is live whenever it is to go on: also one that is tried again, and one of a seed.
func TestLivePipelines(t *testing.T) {
	st, p := emptyWorld(t)
	check := func(lives ...string) {
		t.Helper()
		st.MovePipelines()
		require.Equal(t, live(p), p.live)
		require.ElementsMatch(t, lives, slices.Collect(maps.Keys(p.live)))
	}
	p.live = map[string][]*Pipeline{}
	made, err := st.CreatePipeline(NewPipeline{Project: p, User: st.Users.Rows[0], CI: "a: {script: x}"})
	require.NoError(t, err)
	check("main")
	require.NoError(t, st.FinishJob(made.Jobs[0], JobFailed, ScriptFailure, nil))
	check()
	st.RetryPipeline(made, st.Users.Rows[0], AnyJob)
	check("main")
	st.DeletePipeline(made)
	check()
	seeded, err := st.AddPipeline(0, p, PipelineFacts{Ref: "old"})
	require.NoError(t, err)
	check("old")
	_, err = st.AddJob(&Job{Project: p, PipelineID: seeded.ID, Name: "a", Status: JobSuccess})
	require.NoError(t, err)
	check()
	require.Error(t, Atomically(st, func() error {
		_, err := st.CreatePipeline(NewPipeline{Project: p, User: st.Users.Rows[0], Ref: "gone", CI: "a: {script: x}"})
		require.NoError(t, err)
		require.Contains(t, p.live, "gone")
		return errors.New("taken back")
	}))
	check()
}
