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
