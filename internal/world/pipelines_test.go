package world

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The status of a pipeline, by those of its jobs; a ? is after those of jobs that may fail
// (lib/gitlab/ci/status/composite.rb).
func TestStatusOfPipelines(t *testing.T) {
	for statuses, want := range map[string]JobStatus{
		"skipped": JobSkipped, "manual?": JobSkipped, "skipped manual?": JobSkipped,
		"success": JobSuccess, "success skipped": JobSuccess, "failed?": JobSuccess, "canceled?": JobSuccess,
		"success manual?": JobSuccess, "failed? manual?": JobSuccess, "skipped failed?": JobSuccess,
		"created": JobCreated, "created failed?": JobCreated, "created manual?": JobCreated,
		"preparing": JobPreparing, "preparing manual?": JobPreparing, "preparing created": JobPreparing,
		"canceled": JobCanceled, "canceled success skipped manual?": JobCanceled, "canceled failed": JobFailed,
		"pending": JobPending, "pending created skipped failed?": JobPending, "pending manual?": JobPending,
		"success pending": JobRunning, "failed pending": JobRunning, "pending manual": JobRunning,
		"running": JobRunning, "running failed": JobRunning, "running scheduled": JobRunning,
		"waiting_for_resource": JobWaitingForResource, "waiting_for_resource manual": JobWaitingForResource,
		"manual": JobManual, "success manual": JobManual, "failed manual": JobManual, "created manual": JobManual,
		"scheduled": JobScheduled, "success scheduled": JobScheduled, "scheduled?": JobScheduled,
		"success created": JobRunning, "failed created": JobRunning, "skipped created": JobPending,
		"success preparing": JobPreparing,
		"canceling":         JobCanceling, "canceling success": JobCanceling, "canceling failed": JobCanceling,
		"canceling running": JobRunning, "canceling?": JobCanceling,
		"failed": JobFailed, "failed success": JobFailed, "failed manual?": JobFailed, "failed skipped": JobFailed,
	} {
		t.Run(statuses, func(t *testing.T) {
			st, p := emptyWorld(t)
			for _, s := range strings.Fields(statuses) {
				name, optional := strings.CutSuffix(s, "?")
				_, err := st.AddJob(&Job{Project: p, User: st.Users.Rows[0], Name: s, PipelineID: 7, AllowFailure: optional,
					Status: JobStatus(name)})
				require.NoError(t, err)
			}
			assert.Equal(t, want, st.pipelines[7].Status())
		})
	}
}

// Jobs of a pipeline are found by name and stage however many there are and whichever go again.
func TestJobsAreFoundInTheirPipeline(t *testing.T) {
	st, project := emptyWorld(t)
	p := newPipeline(7, project)
	jobs := []*Job{{ID: 5, Name: "a", Stage: "x"}, {ID: 3, Name: "a", Stage: "x"}, {ID: 4, Name: "b", Stage: "x"},
		{ID: 9, Name: "c", Stage: "y", StageIndex: 1}, {ID: 8, Name: "a", Stage: "y", StageIndex: 1}}
	finds := func() {
		t.Helper()
		named, staged, last := map[string][]*Job{}, map[string][]*Job{}, 0
		for _, j := range p.Jobs {
			named[j.Name], staged[j.Stage] = append(named[j.Name], j), append(staged[j.Stage], j)
			last = max(last, j.StageIndex)
		}
		for _, name := range []string{"a", "b", "c", "none"} {
			var tries []*Job
			if of := p.triesOf(name); of != nil && len(of.jobs) > 0 {
				tries = of.jobs
			}
			assert.Equal(t, named[name], tries, name)
		}
		for _, stage := range []string{"x", "y", "none"} {
			assert.Equal(t, staged[stage], p.inStage(stage), stage)
		}
		assert.Equal(t, last, p.lastStage())
	}
	finds()
	for range 2 {
		for _, j := range jobs {
			p.join(j)
			finds()
		}
		for _, j := range jobs {
			p.leave(j)
			finds()
		}
	}
	assert.Empty(t, st.pipelines)
}
