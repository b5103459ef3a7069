package world

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab/ci"
)

// ticking is a state of a version with a project, whose clock is the test's and shows noon.
func ticking(t *testing.T, version string) (st *State, p *Project, now *time.Time) {
	t.Helper()
	st = versioned(t, version)
	at := noon
	st.clock = func() time.Time { return at }
	p, err := st.AddProject(Project{Path: "acme/shop"}, nil)
	require.NoError(t, err)
	return st, p, &at
}

// app/services/ci/stuck_builds/drop_running_service.rb, drop_canceling_service.rb, app/services/ci/timed_out_builds: when
// workers end a job on a runner that says nothing more, as what, and when it counts as ended.
func TestWhenWorkersEndJobsOnRunners(t *testing.T) {
	const stays = time.Duration(0)
	for _, c := range []struct {
		version  string
		status   JobStatus
		timeout  time.Duration
		from, at time.Duration // the first moment of its end, and one at which the workers look
		reason   string
		ended    time.Duration // as it then counts
	}{
		{"17.2", JobRunning, 10 * time.Minute, time.Hour + 1000, 2 * time.Hour, stuckOrTimeout, 2 * time.Hour},
		{"17.2", JobCanceling, 10 * time.Minute, time.Hour + 1000, 2 * time.Hour, "", 2 * time.Hour},
		{"18.6", JobRunning, 10 * time.Minute, 25 * time.Minute, time.Hour, jobExecutionServerTimeout, time.Hour},
		{"18.6", JobRunning, 3 * time.Hour, time.Hour + 1000, 4 * time.Hour, stuckOrTimeout, 4 * time.Hour},
		{"18.6", JobCanceling, 10 * time.Minute, time.Hour + 1000, 2 * time.Hour, "", 2 * time.Hour},
		{"19.0", JobRunning, 10 * time.Minute, 25 * time.Minute, time.Hour, serverTimeoutRunning, 10 * time.Minute},
		{"19.0", JobRunning, 3 * time.Hour, time.Hour + 1000, 4 * time.Hour, noUpdatesRunning, 4 * time.Hour},
		{"19.0", JobCanceling, 10 * time.Minute, 25 * time.Minute, time.Hour, "", 10 * time.Minute},
		{"19.0", JobCanceling, 50 * time.Minute, time.Hour + 1000, 4 * time.Hour, "", 4 * time.Hour},
		{"19.0", JobCanceling, 3 * time.Hour, time.Hour + 1000, 4 * time.Hour, "", 4 * time.Hour},
		{"19.4", JobRunning, 20 * time.Minute, 35 * time.Minute, time.Hour, serverTimeoutRunning, 20 * time.Minute},
		{"19.4", JobRunning, time.Hour, 30*time.Minute + 1000, 4 * time.Hour, noUpdatesRunning, 4 * time.Hour},
		{"19.4", JobCanceling, 10 * time.Minute, 25 * time.Minute, time.Hour, "", 10 * time.Minute},
	} {
		for _, after := range []time.Duration{c.from - 1000, c.from, c.at} {
			t.Run(fmt.Sprint(c.version, c.status, c.timeout, "after", after), func(t *testing.T) {
				st, p, now := ticking(t, c.version)
				r, err := st.AddRunner(RunnerDraft{Attributes: DefaultAttributes()})
				require.NoError(t, err)
				j, err := st.AddJob(&Job{Project: p, User: st.Users.Rows[0], Status: c.status, Runner: r,
					Plan: &Plan{Spec: ci.JobSpec{Timeout: c.timeout}}})
				require.NoError(t, err)
				*now = noon.Add(after)
				st.RunWorkers()
				ended := stays
				if !j.FinishedAt.IsZero() {
					ended = j.FinishedAt.Sub(noon)
				}
				switch after {
				case c.from - 1000:
					assert.Equal(t, []any{c.status, "", stays}, []any{j.Status, j.FailureReason, ended})
				case c.from:
					assert.Equal(t, []any{c.reason, min(c.ended, after)}, []any{j.FailureReason, ended})
				default:
					want := map[JobStatus]JobStatus{JobRunning: JobFailed, JobCanceling: JobCanceled}[c.status]
					assert.Equal(t, []any{want, c.reason, c.ended}, []any{j.Status, j.FailureReason, ended})
				}
			})
		}
	}
}

// app/models/ci/build.rb, server_timeout_finished_at_for_transition: who tells what, and of which job, for it to have
// ended with its time.
func TestWhatEndsWithItsTime(t *testing.T) {
	for _, c := range []struct {
		version string
		status  JobStatus
		reason  string
		begun   time.Time
		want    bool
	}{
		{"19.0", JobFailed, serverTimeoutRunning, noon, true},
		{"19.0", JobCanceled, serverTimeoutCanceling, noon, true},
		{"18.11", JobFailed, serverTimeoutRunning, noon, false},
		{"18.11", JobCanceled, serverTimeoutCanceling, noon, false},
		{"19.0", JobFailed, serverTimeoutRunning, time.Time{}, false},
		{"19.0", JobCanceled, serverTimeoutCanceling, time.Time{}, false},
		{"19.0", JobCanceled, serverTimeoutRunning, noon, false},
		{"19.0", JobFailed, serverTimeoutCanceling, noon, false},
		{"19.0", JobFailed, noUpdatesRunning, noon, false},
		{"19.0", JobCanceled, noUpdatesRunning, noon, false},
	} {
		j := &Job{Status: c.status, StartedAt: c.begun}
		assert.Equal(t, c.want, versioned(t, c.version).endsAtTimeout(j, c.reason), c)
	}
}

// app/services/ci/stuck_builds/drop_helpers.rb: workers look at the pending jobs that nothing has changed for an hour, in
// the order in which they were made.
func TestWhichPendingJobsWorkersLookAt(t *testing.T) {
	st, p, now := ticking(t, "18.6")
	second, err := st.AddProject(Project{Path: "acme/second"}, nil)
	require.NoError(t, err)
	var want []*Job
	add := func(p *Project, made time.Duration, tag string) *Job {
		j, err := st.AddJob(&Job{Project: p, User: st.Users.Rows[0], Tags: []string{tag}, CreatedAt: noon.Add(-made)})
		require.NoError(t, err)
		want = append(want, j)
		return j
	}
	for i := range 4 { // that an id is greater does not make a job younger, nor one of an earlier project
		add(second, time.Duration(i)*time.Hour, fmt.Sprint(i))
		add(p, time.Duration(i)*time.Hour, fmt.Sprint(i))
		add(second, time.Duration(i)*time.Hour, fmt.Sprint("other", i))
	}
	slices.SortStableFunc(want, func(a, b *Job) int {
		if by := a.CreatedAt.Compare(b.CreatedAt); by != 0 || a.Project == b.Project {
			return by
		}
		return a.Project.ID - b.Project.ID
	})
	looked := func() (all []*Job) {
		for _, w := range st.waiting() {
			all = append(all, w.job)
		}
		return all
	}
	*now = noon.Add(time.Hour)
	for _, j := range want {
		j.UpdatedAt = noon
	}
	assert.Empty(t, looked())
	*now = now.Add(time.Microsecond)
	assert.Equal(t, want, looked())
	want[3].UpdatedAt = noon.Add(time.Minute)
	assert.Equal(t, slices.Delete(slices.Clone(want), 3, 4), looked())
}

// drop_stuck of the same file, before 19.0: what the workers do not look at yet stands before nobody.
func TestAYoungJobShieldsNone(t *testing.T) {
	for fresh, want := range map[time.Duration]JobStatus{30 * time.Minute: JobFailed, 0: JobPending} {
		st, p, now := ticking(t, "18.6")
		_, err := st.AddRunner(RunnerDraft{Attributes: DefaultAttributes(), ContactedAt: noon})
		require.NoError(t, err)
		older, err := st.AddJob(&Job{Project: p, User: st.Users.Rows[0]})
		require.NoError(t, err)
		stuck, err := st.AddJob(&Job{Project: p, User: st.Users.Rows[0], Tags: []string{"nobody"}})
		require.NoError(t, err)
		older.UpdatedAt = noon.Add(fresh)
		*now = noon.Add(time.Hour + time.Minute)
		st.RunWorkers()
		assert.Equal(t, []JobStatus{JobPending, want}, []JobStatus{older.Status, stuck.Status}, fresh)
	}
}
