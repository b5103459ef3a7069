package world

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

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
	st.RetryPipeline(made, root, func(*Job) bool { return true })
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
