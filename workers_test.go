package fakegitlab_test

import (
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

// workerVersions are one of each of the ages between which the workers differ.
func workerVersions() []string { return []string{"16.0", "17.2", "17.11", "18.6", "19.4"} }

// workshop is a GitLab with a project and an instance runner that was heard of just now.
func workshop() fakegitlab.Option {
	return fakegitlab.WithScenario(fakegitlab.NewScenario().WithProject("acme/shop").
		WithRunner("builder", func(r *fakegitlab.Runner) {
			r.ID, r.Token, r.ContactedAt = 5, "builder-token", time.Date(2024, 7, 1, 12, 0, 0, 0, time.UTC)
		}))
}

// How pending jobs end (app/services/ci/stuck_builds/drop_pending_service.rb of 16.x and the newest).
func TestWorkersFailWhatWaitsInVain(t *testing.T) {
	matched := map[string]string{"19.4": "stuck_pending_with_matching_runners"}
	unmatched := map[string]string{"19.4": "stuck_pending_no_matching_runners"}
	for _, c := range []struct {
		name   string
		tags   []string
		online bool // the runner goes on calling
		after  time.Duration
		reason map[string]string // nil: it is still pending; of a version that is not in it, the old one
	}{
		{"an hour without a runner", []string{"nobody"}, false, time.Hour, nil},
		{"more than an hour without a runner", []string{"nobody"}, false, time.Hour + time.Second, unmatched},
		{"the runner was online until a moment ago", nil, false, 2 * time.Hour, nil},
		{"the runner is online no longer", nil, false, 2*time.Hour + time.Second, unmatched},
		{"long after the runner fell silent", nil, false, 48 * time.Hour, unmatched},
		{"a day with a runner", nil, true, 24 * time.Hour, nil},
		{"more than a day with a runner", nil, true, 24*time.Hour + time.Second, matched},
		{"a paused runner is none", []string{"paused"}, true, time.Hour + time.Second, unmatched},
	} {
		t.Run(c.name, func(t *testing.T) {
			fakegitlab.ForEachVersion(t, workerVersions(), func(t *testing.T, gl *fakegitlab.Fake) {
				gl.AddRunner(fakegitlab.Runner{Paused: true, Tags: []string{"paused"}, ContactedAt: gl.Now()})
				j := gl.AddJob(fakegitlab.Job{Project: "acme/shop", Tags: c.tags})
				gl.Advance(c.after)
				if c.online {
					gl.ContactRunner(5, fakegitlab.RunnerManager{SystemID: "s"})
				}
				gl.RunWorkers()
				j, _ = gl.Job(j.ID)
				if c.reason == nil {
					assert.Equal(t, fakegitlab.JobPending, j.Status)
					return
				}
				want := c.reason[gl.Version()]
				if want == "" {
					want = "stuck_or_timeout_failure"
				}
				assert.Equal(t, []any{fakegitlab.JobFailed, want, gl.Now()}, []any{j.Status, j.FailureReason, j.FinishedAt})
			}, workshop())
		})
	}
}

// Before each job was judged by itself, the oldest that a runner may take stood before all others: `break unless
// build.stuck?` (app/services/ci/stuck_builds/drop_helpers.rb, drop_stuck).
func TestWorkersStopAtTheFirstJobThatIsNotStuck(t *testing.T) {
	want := map[string][2]fakegitlab.JobStatus{}
	for _, v := range workerVersions() {
		want[v] = [2]fakegitlab.JobStatus{fakegitlab.JobPending, fakegitlab.JobPending}
	}
	want["19.4"] = [2]fakegitlab.JobStatus{fakegitlab.JobPending, fakegitlab.JobFailed}
	fakegitlab.ForEachVersion(t, workerVersions(), func(t *testing.T, gl *fakegitlab.Fake) {
		older := gl.AddJob(fakegitlab.Job{Project: "acme/shop"})
		stuck := gl.AddJob(fakegitlab.Job{Project: "acme/shop", Tags: []string{"nobody"}})
		gl.Advance(90 * time.Minute)
		gl.RunWorkers()
		older, _ = gl.Job(older.ID)
		stuck, _ = gl.Job(stuck.ID)
		assert.Equal(t, want[gl.Version()], [2]fakegitlab.JobStatus{older.Status, stuck.Status})
		gl.FinishJob(older.ID, fakegitlab.JobCanceled)
		gl.RunWorkers()
		gl.AssertJobStatus(t, stuck.ID, fakegitlab.JobFailed)
	}, workshop())
}

// How jobs on a runner end (app/services/ci/stuck_builds/drop_running_service.rb and drop_canceling_service.rb,
// app/services/ci/timed_out_builds).
func TestWorkersEndWhatIsSilent(t *testing.T) {
	const old, server = "stuck_or_timeout_failure", "job_execution_server_timeout"
	for _, c := range []struct {
		name    string
		timeout time.Duration // of the job
		after   time.Duration
		reasons map[string]string // "": it runs on
	}{
		{"half an hour", 3 * time.Hour, 30 * time.Minute, nil},
		{"more than half an hour", 3 * time.Hour, 31 * time.Minute, map[string]string{"19.4": "no_updates_running"}},
		{"more than an hour", 3 * time.Hour, 61 * time.Minute, map[string]string{"16.0": old, "17.2": old, "17.11": old,
			"18.6": old, "19.4": "no_updates_running"}},
		{"days", 3 * time.Hour, 48 * time.Hour, map[string]string{"16.0": old, "17.2": old, "17.11": old,
			"18.6": old, "19.4": "no_updates_running"}},
		{"more than its timeout", 20 * time.Minute, 34 * time.Minute, nil},
		{"its timeout and a quarter", 20 * time.Minute, 35 * time.Minute, map[string]string{"18.6": server,
			"19.4": "server_timeout_running"}},
		{"days beyond its timeout", 20 * time.Minute, 48 * time.Hour, map[string]string{"16.0": old, "17.2": old,
			"17.11": old, "18.6": server, "19.4": "server_timeout_running"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			fakegitlab.ForEachVersion(t, workerVersions(), func(t *testing.T, gl *fakegitlab.Fake) {
				j := gl.AddJob(fakegitlab.Job{Project: "acme/shop", Spec: fakegitlab.JobSpec{Timeout: c.timeout}})
				gl.StartJob(j.ID, 5)
				gl.Advance(c.after)
				gl.RunWorkers()
				j, _ = gl.Job(j.ID)
				assert.Equal(t, c.reasons[gl.Version()], j.FailureReason)
				assert.Equal(t, c.reasons[gl.Version()] == "", j.Status == fakegitlab.JobRunning)
				if j.FailureReason == "server_timeout_running" {
					assert.Equal(t, j.StartedAt.Add(c.timeout), j.FinishedAt, "whenever that was noticed")
				}
			}, workshop())
		})
	}
	canceled := map[string]time.Duration{"17.2": time.Hour, "17.11": time.Hour, "18.6": time.Hour,
		"19.4": 30 * time.Minute}
	fakegitlab.ForEachVersion(t, workerVersions()[1:], func(t *testing.T, gl *fakegitlab.Fake) {
		j := gl.AddJob(fakegitlab.Job{Project: "acme/shop", Status: fakegitlab.JobCanceling, RunnerID: 5})
		gl.Advance(canceled[gl.Version()])
		gl.RunWorkers()
		gl.AssertJobStatus(t, j.ID, fakegitlab.JobCanceling)
		gl.Advance(time.Second)
		gl.RunWorkers()
		gl.AssertJobStatus(t, j.ID, fakegitlab.JobCanceled)
	}, workshop())
	short := map[string]time.Duration{"17.2": time.Hour, "17.11": time.Hour, "18.6": time.Hour,
		"19.4": 25*time.Minute - time.Second} // its timeout and a quarter
	over := map[string]time.Duration{"17.2": time.Hour + time.Second, "17.11": time.Hour + time.Second,
		"18.6": time.Hour + time.Second, "19.4": 10 * time.Minute}
	fakegitlab.ForEachVersion(t, workerVersions()[1:], func(t *testing.T, gl *fakegitlab.Fake) {
		j := gl.AddJob(fakegitlab.Job{Project: "acme/shop", Status: fakegitlab.JobCanceling, RunnerID: 5,
			Spec: fakegitlab.JobSpec{Timeout: 10 * time.Minute}})
		gl.Advance(short[gl.Version()])
		gl.RunWorkers()
		gl.AssertJobStatus(t, j.ID, fakegitlab.JobCanceling)
		gl.Advance(time.Second)
		gl.RunWorkers()
		gl.AssertJobStatus(t, j.ID, fakegitlab.JobCanceled)
		begun := j.StartedAt
		j, _ = gl.Job(j.ID)
		assert.Equal(t, begun.Add(over[gl.Version()]), j.FinishedAt)
	}, workshop())
}

// A sign of life keeps a job alive: an update, or more of its log (lib/gitlab/ci/trace.rb: job.touch if needs_touch?).
func TestSignsOfLifeKeepAJobFromTheWorkers(t *testing.T) {
	for name, say := range map[string]func(*testing.T, *fakegitlab.Fake, fakegitlab.Job, int){
		"update": func(t *testing.T, gl *fakegitlab.Fake, j fakegitlab.Job, _ int) {
			testkit.PutState(t, gl, j, "running")
		},
		"log": func(t *testing.T, gl *fakegitlab.Fake, j fakegitlab.Job, n int) { testkit.PatchTrace(t, gl, j, n, "x") },
	} {
		t.Run(name, func(t *testing.T) {
			gl := fakegitlab.New(t, workshop(), fakegitlab.WithWorkers())
			j := gl.AddJob(fakegitlab.Job{Project: "acme/shop"})
			j = gl.StartJob(j.ID, 5)
			for n := range 5 {
				gl.Advance(40 * time.Minute)
				say(t, gl, j, n)
			}
			gl.AssertJobStatus(t, j.ID, fakegitlab.JobRunning)
			gl.Advance(61 * time.Minute)
			gl.AssertJobStatus(t, j.ID, fakegitlab.JobFailed)
		})
	}
}

// When a job was heard of last is part of the world: the workers of a fake that is seeded with it go by that.
func TestSignsOfLifeOutliveASnapshot(t *testing.T) {
	gl := fakegitlab.New(t, workshop())
	j := gl.AddJob(fakegitlab.Job{Project: "acme/shop", Spec: fakegitlab.JobSpec{Timeout: 5 * time.Hour}})
	j = gl.StartJob(j.ID, 5)
	gl.Advance(2 * time.Hour)
	testkit.PutState(t, gl, j, "running")
	heard := gl.Now()
	saved := gl.Snapshot()

	seeded := fakegitlab.New(t, fakegitlab.WithScenario(saved), fakegitlab.WithStartTime(heard))
	seeded.AssertSnapshot(t, saved)
	seeded.Advance(time.Hour)
	seeded.RunWorkers()
	again, _ := seeded.Job(j.ID)
	assert.Equal(t, []any{heard, fakegitlab.JobRunning}, []any{again.UpdatedAt, again.Status})
	seeded.Advance(time.Second)
	seeded.RunWorkers()
	again, _ = seeded.Job(j.ID)
	assert.Equal(t, []any{time.Time{}, fakegitlab.JobFailed}, []any{again.UpdatedAt, again.Status})

	err := seeded.Seed(fakegitlab.Scenario{Jobs: []fakegitlab.Job{{Project: "acme/shop", UpdatedAt: heard}}})
	assert.ErrorContains(t, err, "a job that is pending is on no runner and has no UpdatedAt")
}

// What the retry keyword covers is tried again (lib/gitlab/ci/build/auto_retry.rb).
func TestWorkersLeaveRetriesToGitLab(t *testing.T) {
	gl := fakegitlab.New(t, workshop(), fakegitlab.WithWorkers())
	spec := fakegitlab.JobSpec{}
	spec.Retry.Max = 1
	j := gl.AddJob(fakegitlab.Job{Project: "acme/shop", Tags: []string{"nobody"}, Spec: spec})
	gl.Advance(2 * time.Hour)
	jobs := gl.Jobs()
	assert.Len(t, jobs, 2)
	assert.Equal(t, []fakegitlab.JobStatus{fakegitlab.JobFailed, fakegitlab.JobPending},
		[]fakegitlab.JobStatus{jobs[0].Status, jobs[1].Status})
	assert.Equal(t, j.ID, jobs[0].ID)
}

// Stale managers go, their runner stays contacted when it was
// (app/services/ci/runners/stale_managers_cleanup_service.rb).
func TestWorkersDeleteStaleManagers(t *testing.T) {
	fakegitlab.ForEachVersion(t, workerVersions(), func(t *testing.T, gl *fakegitlab.Fake) {
		start := gl.Now()
		gl.ContactRunner(5, fakegitlab.RunnerManager{SystemID: "old"})
		j := gl.AddJob(fakegitlab.Job{Project: "acme/shop", Status: fakegitlab.JobSuccess, RunnerID: 5, SystemID: "old"})
		systems := func() (ids []string) {
			gl.RunWorkers()
			r, _ := gl.Runner(5)
			for _, m := range r.Managers {
				ids = append(ids, m.SystemID)
			}
			return ids
		}
		gl.Advance(7*24*time.Hour - time.Second)
		assert.Equal(t, []string{"old"}, systems())
		gl.Advance(time.Second)
		assert.Empty(t, systems())
		r, _ := gl.Runner(5)
		j, _ = gl.Job(j.ID)
		assert.Equal(t, []any{start, 5, ""}, []any{r.ContactedAt, j.RunnerID, j.SystemID})
		list := testkit.Ask(t, gl, gl.AdminToken(), "GET", "/runners/5/managers")
		assert.Equal(t, "200 []", list.String())
	}, workshop())
}

// Expired artifacts go, but for those of the latest pipelines of a ref (destroy_all_expired_service.rb).
func TestWorkersDeleteExpiredArtifacts(t *testing.T) {
	fakegitlab.ForEachVersion(t, workerVersions(), func(t *testing.T, gl *fakegitlab.Fake) {
		soon := gl.Now().Add(time.Hour)
		kept := func(id int) (types []string) {
			j, _ := gl.Job(id)
			for _, a := range j.Artifacts {
				types = append(types, a.Type)
			}
			return types
		}
		first := gl.AddJob(fakegitlab.Job{Project: "acme/shop", Status: fakegitlab.JobSuccess,
			Artifacts: []fakegitlab.Artifact{{Filename: "a.zip", Content: []byte("PK"), ExpiresAt: soon},
				{Filename: "junit.xml.gz", Type: "junit"}}})
		gl.Advance(2 * time.Hour)
		gl.RunWorkers()
		assert.Contains(t, kept(first.ID), "archive", "its pipeline is the latest")
		second := gl.AddJob(fakegitlab.Job{Project: "acme/shop", Status: fakegitlab.JobSuccess,
			Artifacts: []fakegitlab.Artifact{{Filename: "a.zip", Content: []byte("PK"), ExpiresAt: soon}}})
		gl.RunWorkers()
		assert.Equal(t, []string{"junit"}, kept(first.ID))
		assert.Equal(t, []string{"archive"}, kept(second.ID))
	}, workshop())
}

// A runner whose token has expired stays: no worker of GitLab's deletes it.
func TestWorkersLeaveRunnersAlone(t *testing.T) {
	gl := fakegitlab.New(t, workshop(), fakegitlab.WithWorkers())
	r := gl.AddRunner(fakegitlab.Runner{TokenExpiresAt: gl.Now().Add(time.Hour)})
	gl.Advance(365 * 24 * time.Hour)
	for _, id := range []int{5, r.ID} {
		_, there := gl.Runner(id)
		assert.True(t, there, id)
		assert.Equal(t, fakegitlab.Stale, gl.RunnerStatus(id))
	}
}

// A queue value lasts for an hour (app/models/ci/runner.rb, RUNNER_QUEUE_EXPIRY_TIME): the first request after that has
// the queue looked at, be there a change or none.
func TestQueueValuesLastForAnHour(t *testing.T) {
	gl := fakegitlab.New(t, workshop())
	ask := func(last string) (status int, value string) {
		a := testkit.RequestJob(t, gl, "builder-token", testkit.Hash{"last_update": last})
		return a.Status, a.Header.Get("X-Gitlab-Last-Update")
	}
	_, first := ask("")
	gl.Advance(time.Hour - time.Second)
	_, same := ask(first)
	gl.Advance(time.Second)
	status, next := ask(first)
	assert.Equal(t, []any{first, http.StatusNoContent, false}, []any{same, status, next == first})
	_, again := ask(next)
	assert.Equal(t, next, again)
}

// Two fakes of which one sees the workers run each hour and the other once at the end stand at the same.
func TestWorkersAtOnceDoWhatTheyWouldHaveDoneInBetween(t *testing.T) {
	fakegitlab.ForEachVersion(t, workerVersions(), func(t *testing.T, gl *fakegitlab.Fake) {
		stepwise := fakegitlab.New(t, workshop(), fakegitlab.WithVersion(gl.Version()), fakegitlab.WithWorkers())
		for _, f := range []*fakegitlab.Fake{gl, stepwise} {
			for i, timeout := range []time.Duration{0, 20 * time.Minute, 10 * time.Hour} {
				job := fakegitlab.Job{Project: "acme/shop", Spec: fakegitlab.JobSpec{Timeout: timeout}}
				f.StartJob(f.AddJob(job).ID, 5)
				job.Tags = [][]string{nil, {"nobody"}, {"other"}}[i]
				f.AddJob(job)
			}
		}
		for range 60 {
			stepwise.Advance(30*time.Minute + time.Second)
		}
		gl.Advance(60 * (30*time.Minute + time.Second))
		gl.RunWorkers()
		ends := func(f *fakegitlab.Fake) (all []string) {
			for _, j := range f.Jobs() {
				all = append(all, fmt.Sprint(j.Status, " ", j.FailureReason))
			}
			return all
		}
		assert.Equal(t, ends(stepwise), ends(gl))
		assert.False(t, slices.Contains(ends(gl), "pending "))
	}, workshop())
}
