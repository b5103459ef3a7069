package world

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab/ci"
)

// app/services/ci/clone_job_service.rb: what of a job its next try has, and what not.
func TestWhatTheNextTryOfAJobHas(t *testing.T) {
	st, shop := ruled(t)
	mia, err := st.AddUser(User{Username: "mia"})
	require.NoError(t, err)
	given := ci.JobVariables{{Key: "A", Value: "1"}}
	for _, both := range []bool{true, false} {
		old, err := st.AddJob(&Job{Project: shop, User: mia, Name: "ship", Stage: "deploy", StageIndex: 7, Ref: "v1",
			RefIsTag: both, Protected: both, Tags: []string{"x"}, AllowFailure: both, DebugTrace: both, Manual: both,
			Variables: given, Status: JobFailed, FailureReason: ScriptFailure, PipelineID: 4_000_900,
			Commit: Commit{SHA: strings.Repeat("ab", 20)}, Plan: &Plan{When: "always", Spec: ci.JobSpec{
				Inputs: ci.JobInputs{{Name: "i", Value: []byte(`"x"`)}}}}})
		require.NoError(t, err)
		other := ci.JobInputs{{Name: "j", Value: []byte(`"y"`)}}
		for how, next := range map[string]*Job{"alone": st.RetryJob(old, st.Users.Rows[0], other),
			"no variables":    st.RetryJobWith(old, st.Users.Rows[0], nil, other),
			"other variables": st.RetryJobWith(old, st.Users.Rows[0], ci.JobVariables{{Key: " B "}, {Key: "B", Value: "2"}}, other)} {
			want := Job{ID: next.ID, Token: next.Token, Name: "ship", Stage: "deploy", StageIndex: 7, Ref: "v1", RefIsTag: both,
				Protected: both, Tags: []string{"x"}, AllowFailure: both, Manual: both, DebugTrace: both, Variables: given,
				Status: JobPending, PipelineID: 4_000_900, Commit: old.Commit, CreatedAt: noon, QueuedAt: noon,
				UpdatedAt: noon, Project: shop, User: st.Users.Rows[0]}
			if both && how == "other variables" {
				want.Variables = ci.JobVariables{{Key: "B", Value: "2"}}
			}
			want.Plan, want.Pipeline, want.tries, want.History = next.Plan, next.Pipeline, next.tries, next.History
			want.changed, want.Log = next.changed, next.Log
			assert.Equal(t, want.Variables, next.Variables, how)
			require.True(t, assert.ObjectsAreEqual(want, *next), how)
			assert.Equal(t, []any{"always", other}, []any{next.When, next.Spec.Inputs})
			assert.Equal(t, ci.JobInputs{{Name: "i", Value: []byte(`"x"`)}}, old.Spec.Inputs, "the plan is shared, and its own")
		}
	}
}

// lib/gitlab/ci/build/auto_retry.rb: which failures are tried again, and how often.
func TestWhichFailuresAreTriedAgain(t *testing.T) {
	for name, c := range map[string]struct {
		version string
		retry   ci.Retry
		reason  string
		tries   int
	}{
		"without the word":      {"17.2", ci.Retry{}, ScriptFailure, 1},
		"twice":                 {"17.2", ci.Retry{Max: 2}, ScriptFailure, 3},
		"of no use":             {"17.2", ci.Retry{Max: 2}, MissingDependencyFailure, 1},
		"for another reason":    {"17.2", ci.Retry{Max: 2, When: []string{"api_failure"}}, ScriptFailure, 1},
		"for this reason":       {"17.2", ci.Retry{Max: 1, When: []string{"api_failure", ScriptFailure}}, ScriptFailure, 2},
		"always":                {"17.2", ci.Retry{Max: 1, When: []string{"always"}}, ScriptFailure, 2},
		"for this exit code":    {"17.2", ci.Retry{Max: 1, ExitCodes: []int{6, 7}}, ScriptFailure, 2},
		"for another exit code": {"17.2", ci.Retry{Max: 1, ExitCodes: []int{6}}, ScriptFailure, 1},
		"GitLab's own":          {"17.2", ci.Retry{}, SchedulerFailure, 3},
		"GitLab's own, less":    {"17.2", ci.Retry{Max: 1}, SchedulerFailure, 2},
		"GitLab's own, other":   {"17.2", ci.Retry{Max: 1, When: []string{"api_failure"}}, SchedulerFailure, 3},
		"by the older name":     {"19.2", ci.Retry{Max: 1, When: []string{stuckOrTimeout}}, noUpdatesRunning, 2},
		"by it, before":         {"17.2", ci.Retry{Max: 1, When: []string{stuckOrTimeout}}, noUpdatesRunning, 1},
		"by that of another":    {"19.2", ci.Retry{Max: 1, When: []string{"job_execution_timeout"}}, noUpdatesRunning, 1},
	} {
		t.Run(name, func(t *testing.T) {
			st := versioned(t, c.version)
			shop, err := st.AddProject(Project{Path: "acme/shop"}, nil)
			require.NoError(t, err)
			j, err := st.AddJob(&Job{Project: shop, User: st.Users.Rows[0], Status: JobPending,
				Plan: &Plan{Spec: ci.JobSpec{Retry: c.retry}}})
			require.NoError(t, err)
			seven := 7
			for tries := 1; tries <= 4; tries++ {
				latest := j.Pipeline.Latest()
				require.Len(t, latest, 1)
				require.NoError(t, st.FinishJob(latest[0], JobFailed, c.reason, &seven))
				assert.Equal(t, c.reason, latest[0].FailureReason)
				if len(j.Pipeline.Jobs) == tries {
					assert.Equal(t, c.tries, tries)
					return
				}
			}
			t.Error("without end")
		})
	}
}

// app/models/ci/build.rb, drop_with_exit_code!: the exit code of a script may be one that is allowed; what was being
// canceled is canceled, for no reason.
func TestDroppedJobs(t *testing.T) {
	st, shop := ruled(t)
	for name, c := range map[string]struct {
		status  JobStatus
		code    int
		want    JobStatus
		reason  string
		allowed bool
	}{
		"allowed":      {JobRunning, 7, JobFailed, ScriptFailure, true},
		"not allowed":  {JobRunning, 6, JobFailed, ScriptFailure, false},
		"no exit code": {JobRunning, 0, JobFailed, ScriptFailure, false},
		"canceling":    {JobCanceling, 7, JobCanceled, "", false},
	} {
		j, err := st.AddJob(&Job{Project: shop, User: st.Users.Rows[0], Status: c.status, CreatedAt: noon.Add(-time.Hour),
			Plan: &Plan{Spec: ci.JobSpec{AllowFailure: ci.AllowFailure{ExitCodes: []int{7}}}}})
		require.NoError(t, err)
		code := &c.code
		if c.code == 0 {
			code = nil
		}
		require.NoError(t, st.FinishJob(j, JobFailed, ScriptFailure, code))
		assert.Equal(t, []any{c.want, c.reason, c.allowed, noon}, []any{j.Status, j.FailureReason, j.AllowFailure,
			j.FinishedAt}, name)
		assert.Error(t, st.FinishJob(j, JobSuccess, "", nil), "it is over")
		assert.Error(t, st.EnqueueJob(j))
	}
}

// What people may do with a job by its status, and what the versions say of one that is being canceled.
func TestWhatMayBeDoneWithAJob(t *testing.T) {
	for _, status := range JobStatuses {
		for _, manual := range []bool{false, true} {
			for _, trigger := range []string{"", `{"project": "acme/other"}`} {
				j := &Job{Status: status, Manual: manual, Plan: &Plan{Trigger: []byte(trigger)}, tries: &attempts{}}
				if trigger == "" {
					j.Trigger = nil
				}
				j.tries.jobs = []*Job{j}
				again := status == JobSuccess || status == JobFailed || status == JobCanceled || status == JobCanceling
				waits := status == JobManual || status == JobScheduled
				assert.Equal(t, again, j.Retryable(), status)
				assert.Equal(t, waits || manual && again && trigger == "", j.Unplayable() == nil, status)
				later := &Job{Status: JobPending, Plan: &unplanned, tries: j.tries}
				j.tries.jobs = append(j.tries.jobs, later)
				assert.False(t, j.Retryable(), status)
			}
		}
	}
	for version, idle := range map[string]bool{"18.11": false, "19.0": true} {
		st := versioned(t, version)
		for _, status := range JobStatuses {
			assert.Equal(t, status == JobRunning || status == JobCanceling && !idle, st.Occupies(&Job{Status: status}), status)
		}
		assert.Equal(t, map[bool]time.Time{true: noon}[idle], st.WaitedUntil(&Job{FinishedAt: noon}), version)
		assert.Equal(t, noon, st.WaitedUntil(&Job{StartedAt: noon, FinishedAt: noon.Add(time.Hour)}))
	}
	assert.Equal(t, whenOnSuccess, (&Job{Plan: &unplanned}).WhenStarted())
	assert.Equal(t, "always", (&Job{Plan: &Plan{When: "always"}}).WhenStarted())
}
