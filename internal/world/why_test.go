package world

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab/ci"
)

// What a job waits for, or what has become of it, is said of it without a runner.
func TestWhyAJobIsNotPending(t *testing.T) {
	st, shop := ruled(t)
	at := map[string]*Job{}
	add := func(name string, stage int, s JobStatus, more Job) {
		more.Project, more.User, more.PipelineID = shop, st.Users.Rows[0], 7
		more.Name, more.StageIndex, more.Stage, more.Status = name, stage, fmt.Sprint("s", stage), s
		j, err := st.AddJob(&more)
		require.NoError(t, err, name)
		at[name] = j
	}
	needs := func(names ...string) *Plan {
		p := Plan{}
		p.Spec.Needs = []ci.Need{}
		for _, n := range names {
			p.Spec.Needs = append(p.Spec.Needs, ci.Need{Job: n, Optional: n == "absent"})
		}
		return NewPlan(p)
	}
	add("begin", 0, JobCreated, Job{})
	add("run", 1, JobRunning, Job{})
	add("next", 1, JobCreated, Job{})
	add("ask", 1, JobManual, Job{AllowFailure: true, Plan: NewPlan(Plan{When: whenManual})})
	add("failed", 1, JobFailed, Job{FailureReason: ScriptFailure, AllowFailure: true})
	add("canceled", 1, JobCanceled, Job{})
	add("prepared", 1, JobPreparing, Job{})
	add("late", 1, JobScheduled, Job{})
	add("timed", 1, JobScheduled, Job{ScheduledAt: noon.Add(time.Hour)})
	add("any", 2, JobCreated, Job{Plan: needs("absent", "run")})
	add("free", 2, JobCreated, Job{Plan: needs("absent")})
	add("both", 2, JobCreated, Job{Plan: needs("begin", "run")})
	add("skip", 2, JobSkipped, Job{Plan: needs("ask")})
	add("last", 3, JobCreated, Job{})
	for name, want := range map[string]string{
		"begin":    "the job waits for no other, and for being enqueued: jobs that were added alone do not go on by themselves",
		"next":     "the job waits for # (begin), which is created",
		"ask":      "the job waits for somebody to play it",
		"failed":   "the job has ended: it failed with script_failure",
		"canceled": "the job has ended: it is canceled",
		"prepared": "the job is preparing",
		"late":     "the job waits for its time to come, or for somebody to play it",
		"timed":    "the job is delayed until 2024-07-01T13:00:00Z, 1h0m0s from now",
		"run":      "the runner that had the job is gone",
		"any":      "the job waits for # (run), which is running",
		"free":     "the job waits for no other, and for being enqueued: jobs that were added alone do not go on by themselves",
		"both":     "the job waits for # (run), which is running, and # (begin), which is created",
		"skip":     "the job was skipped: it comes after # (ask), which is manual",
		"last":     "the job waits for # (run), which is running, # (prepared), which is preparing, # (late), which is scheduled, and 1 more",
	} {
		for other, j := range at {
			want = strings.ReplaceAll(want, "# ("+other+")", fmt.Sprintf("job %d (%s)", j.ID, other))
		}
		assert.Equal(t, want, st.notPending(at[name]), name)
		assert.Equal(t, want, WaitText(st.WhyPending(at[name])), name)
	}
	assert.Equal(t, "no runner may take it", WaitText([]Verdict{{RunnerID: 3}, {RunnerID: 4}}))
	assert.Equal(t, "no runner may take it; runner 3: it is paused", strings.ReplaceAll(
		WaitText([]Verdict{{RunnerID: 3, Reasons: []string{"it is paused"}}}), "\n", " "))
	assert.Contains(t, WaitText([]Verdict{{Reasons: []string{"it is paused"}}, {RunnerID: 3, Reasons: []string{"so it is"}}}),
		"so it is", "of several each is told")
}

// Of what was decided about a job, what nothing has come of is told.
func TestFatesThatAreNotMet(t *testing.T) {
	st, shop := ruled(t)
	j, err := st.AddJob(&Job{Project: shop, User: st.Users.Rows[0], Status: JobRunning})
	require.NoError(t, err)
	assert.Empty(t, j.Unmet())
	st.LoseLog(j, 2)
	st.RejectLog(j, 1)
	st.PostponeFinal(j, 1)
	assert.Equal(t, []string{"LoseLog(2) lost nothing: no log came for it",
		"RejectLog(1) rejected nothing: no final update came for it",
		"PostponeFinal(1) postponed nothing: no final update came for it"}, j.Unmet())
	_, loses := st.LosesLog(j, 3, 5)
	assert.False(t, loses, "it is not where the log ends")
	end, loses := st.LosesLog(j, 0, 5)
	assert.True(t, loses)
	assert.Equal(t, int64(5), end)
	assert.Len(t, j.Unmet(), 2, "the log lost a piece")
	st.RejectLog(j, 0)
	assert.Equal(t, []string{"PostponeFinal(1) postponed nothing: no final update came for it"}, j.Unmet())
	st.RejectLog(j, 2)
	assert.True(t, st.AnswerFinal(j).Rejected)
	assert.Equal(t, []string{"PostponeFinal(1) postponed nothing: no final update came for it"}, j.Unmet(), "one was")
	end, loses = st.LosesLog(j, 5, 2)
	assert.True(t, loses)
	assert.Equal(t, int64(7), end)
	_, loses = st.LosesLog(j, 7, 2)
	assert.False(t, loses, "two pieces were to be lost")
}
