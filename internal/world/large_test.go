package world

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab/ci"
	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/racing"
)

// veryMany is enough of something for a walk through all of them, for each of them, to outweigh whatever else is done.
const veryMany = 5_000

// linear fails the test if the work that prepare makes for eight times as many takes more than 24 times as long; a walk
// too many makes that 64, and memory that does not fit into a cache no more than 12. What is measured is the time of the
// processor, without the collection of garbage, and not that on the wall; a ratio is too large only if it stays so, with
// the shortest of several measurements on both sides.
func linear(t *testing.T, n int, prepare func(n int) (work func())) {
	t.Helper()
	took := func(n int) time.Duration {
		work := prepare(n)
		runtime.GC()
		defer debug.SetGCPercent(debug.SetGCPercent(-1))
		start := cpuTime()
		work()
		return max(cpuTime()-start, time.Microsecond)
	}
	const times, most = 8, 24
	few, more := took(n), took(times*n)
	for range 4 {
		if few = min(few, took(n)); more <= most*few || t.Failed() {
			return
		}
		if more = min(more, took(times*n)); more <= most*few {
			return
		}
	}
	t.Errorf("%d took %s, and %d %s", n, few, times*n, more)
}

// whole is work that needs no preparation.
func whole(work func(n int)) func(int) func() {
	return func(n int) func() { return func() { work(n) } }
}

// emptyWorld is a GitLab with one project.
func emptyWorld(t *testing.T) (*State, *Project) {
	t.Helper()
	v, err := gitlabversion.Parse(gitlabversion.Default)
	require.NoError(t, err)
	st := New(v, func() time.Time { return time.Date(2024, 7, 1, 12, 0, 0, 0, time.UTC) }, Around{})
	p, err := st.AddProject(Project{Path: "acme/shop"}, nil)
	require.NoError(t, err)
	return st, p
}

func many(n int, format string) []string {
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprintf(format, i)
	}
	return names
}

// GitLab counts a runner's tags when repetitions and blanks are gone (app/models/ci/runner.rb, tag_constraints).
func TestVeryManyTags(t *testing.T) {
	linear(t, veryMany, whole(func(n int) {
		st, _ := emptyWorld(t)
		tags := many(n, "tag %d")
		assert.Len(t, cleanTags(append(tags, tags...)), n)
		r, err := st.AddRunner(RunnerDraft{Attributes: Attributes{RunUntagged: true}})
		require.NoError(t, err)
		require.EqualError(t, st.UpdateRunner(r, Attributes{AccessLevel: NotProtected, RunUntagged: true, Tags: tags}),
			"Tags list Too many tags specified. Please limit the number of tags to 50")
		assert.Empty(t, r.Tags)
		same := strings.Split(strings.Repeat("linux, ,", n), ",")
		require.NoError(t, st.UpdateRunner(r, Attributes{AccessLevel: NotProtected, RunUntagged: true, Tags: same}))
		assert.Equal(t, []string{"linux"}, r.Tags)
		assert.True(t, st.Filter(RunnerFilter{Tagged: true, Tags: []string{"linux", "linux"}})(r))
	}))
}

func TestVeryManyJobsInAPipeline(t *testing.T) {
	racing.Skip(t)
	linear(t, veryMany, whole(func(n int) {
		st, p := emptyWorld(t)
		for _, name := range many(n, "job %d") {
			_, err := st.AddJob(&Job{Project: p, User: st.Users.Rows[0], Name: name, PipelineID: 7, Status: JobSuccess})
			require.NoError(t, err)
		}
		pipeline := st.pipelines[7]
		for _, j := range pipeline.Jobs {
			require.True(t, j.Retryable())
			require.Zero(t, j.Retries())
		}
		for range 5 {
			assert.Equal(t, 1, st.RetryJob(pipeline.Latest()[0], st.Users.Rows[0], nil).Retries())
		}
		assert.Len(t, pipeline.Latest(), n)
		var needs []ci.Need
		for _, j := range pipeline.Jobs[:min(n, MostNeeds)] {
			needs = append(needs, ci.Need{Job: j.Name})
		}
		last, err := st.AddJob(&Job{Project: p, User: st.Users.Rows[0], Name: "last", PipelineID: 7, StageIndex: 1,
			Plan: NewPlan(Plan{Spec: ci.JobSpec{Needs: needs}})})
		require.NoError(t, err)
		assert.Len(t, last.Dependencies(), min(n, MostNeeds))
	}))
}

// The stages of a pipeline come in the order in which they appear, however many jobs are in them.
func TestVeryManyJobsInAStage(t *testing.T) {
	racing.Skip(t)
	linear(t, veryMany, whole(func(n int) {
		st, p := emptyWorld(t)
		for i := range n {
			j, err := st.AddJob(&Job{Project: p, User: st.Users.Rows[0], Stage: fmt.Sprint("stage ", i%3), PipelineID: 7})
			require.NoError(t, err)
			require.Equal(t, i%3, j.StageIndex)
		}
		require.Error(t, Atomically(st, func() error {
			j, err := st.AddJob(&Job{Project: p, User: st.Users.Rows[0], Stage: "refused", PipelineID: 7})
			require.NoError(t, err)
			assert.Equal(t, 3, j.StageIndex)
			return assert.AnError
		}))
		j, err := st.AddJob(&Job{Project: p, User: st.Users.Rows[0], Stage: "next", PipelineID: 7})
		require.NoError(t, err)
		assert.Equal(t, 3, j.StageIndex)
	}))
}

// The attempts at one job are told apart however they come and go.
func TestAttempts(t *testing.T) {
	st, p := emptyWorld(t)
	root := st.Users.Rows[0]
	first, err := st.AddJob(&Job{Project: p, User: root, Name: "build", Status: JobFailed, PipelineID: 7})
	require.NoError(t, err)
	second := st.RetryJob(first, root, nil)
	third := st.RetryJob(second, root, nil)
	assert.Equal(t, []int{0, 1, 2}, []int{first.Retries(), second.Retries(), third.Retries()})
	assert.Equal(t, []bool{true, true, false}, []bool{first.retried(), second.retried(), third.retried()})
	assert.Equal(t, []*Job{third}, first.Pipeline.Latest())
	assert.Error(t, Atomically(st, func() error {
		earlier, err := st.AddJob(&Job{ID: 5, Project: p, User: root, Name: "build", Status: JobFailed, PipelineID: 7})
		require.NoError(t, err)
		assert.Equal(t, []int{0, 1, 2, 3}, []int{earlier.Retries(), first.Retries(), second.Retries(), third.Retries()})
		st.RetryJob(third, root, nil)
		assert.True(t, third.retried())
		return assert.AnError
	}))
	assert.Equal(t, []int{0, 1, 2}, []int{first.Retries(), second.Retries(), third.Retries()})
	assert.False(t, third.retried())
}

// What a job waits for in its log is looked for in what is new.
func TestLongLogs(t *testing.T) {
	linear(t, veryMany, whole(func(n int) {
		st, p := emptyWorld(t)
		j, err := st.AddJob(&Job{Project: p, User: st.Users.Rows[0], Status: JobRunning})
		require.NoError(t, err)
		st.CancelOn(j, "the end")
		log := func(text string) {
			var piece Blob
			_, _ = piece.Write([]byte(text))
			st.AppendLog(j, piece)
			st.ApplyFate(j)
		}
		for range n {
			log("a line of log that goes on and on, like all of them, for a hundred characters, to be more than little\n")
		}
		assert.Equal(t, JobRunning, j.Status)
		log("the e")
		assert.Equal(t, JobRunning, j.Status)
		log("nd")
		assert.Equal(t, JobCanceled, j.Status)
	}))
}

// Of an answer that the log is to be sent again, what came before is forgotten.
func TestLogsSentAgain(t *testing.T) {
	st, p := emptyWorld(t)
	j, err := st.AddJob(&Job{Project: p, User: st.Users.Rows[0], Status: JobRunning})
	require.NoError(t, err)
	st.CancelOn(j, "boom")
	st.RejectLog(j, 1)
	for _, text := range []string{"a long beginning", "boom"} {
		var piece Blob
		_, _ = piece.Write([]byte(text))
		st.AppendLog(j, piece)
		st.ApplyFate(j)
		if text != "boom" {
			require.True(t, st.AnswerFinal(j).Rejected)
		}
	}
	assert.Equal(t, JobCanceled, j.Status)
}

// Seeds of very many records, also of very many that name what is not there.
func TestVeryManyRecords(t *testing.T) {
	racing.Skip(t)
	linear(t, veryMany, whole(func(n int) {
		st, _ := emptyWorld(t)
		var projects []*Project
		for i, path := range many(n, "acme/p%d") {
			p, err := st.AddProject(Project{Path: path, RegistrationToken: fmt.Sprint("token ", i)}, nil)
			require.NoError(t, err)
			projects = append(projects, p)
		}
		var managers []Manager
		few := n / 5 // tables move what comes after a record that goes
		for _, id := range many(n, "s_%d")[:few] {
			managers = append(managers, Manager{SystemID: id})
		}
		r, err := st.AddRunner(RunnerDraft{Projects: projects, Managers: managers, Attributes: Attributes{RunUntagged: true}})
		require.NoError(t, err)
		managers = managers[few/2:]
		for i := range managers {
			managers[i].ID = r.Managers[few/2+i].ID
		}
		require.NoError(t, st.ChangeRunner(r, RunnerDraft{ID: r.ID, Type: r.Type, Projects: projects, Managers: managers,
			Token: r.Token, Attributes: Attributes{RunUntagged: true}}))
		assert.Len(t, r.Managers, few/2)
		assert.Equal(t, fmt.Sprint("s_", few/2), r.Managers[0].SystemID)

		refused := 0
		Seeding(st, nil, nil, func() {
			for _, name := range many(n, "u%d") {
				if err := st.AddMember("acme/none", name, Owner, time.Time{}); err != nil {
					refused++
				}
			}
		})
		assert.Equal(t, n, refused)
	}))
}

// A registration token is one group's or project's, also when it has just been another's.
func TestWhoseRegistrationToken(t *testing.T) {
	st, p := emptyWorld(t)
	old := p.RegistrationToken
	require.Error(t, st.checkRegistrationToken(old, ""))
	st.ResetProjectRegistrationToken(p)
	require.NoError(t, st.checkRegistrationToken(old, ""))
	require.Error(t, st.checkRegistrationToken(p.RegistrationToken, ""))
	g, err := st.AddGroup(Group{Path: "other", RegistrationToken: old}, nil)
	require.NoError(t, err)
	require.Error(t, st.checkRegistrationToken(old, ""))
	require.Error(t, Atomically(st, func() error {
		require.NoError(t, st.UpdateGroup(g, Group{ID: g.ID, Path: g.Path, RegistrationToken: "new"}, nil))
		g.RegistrationToken = old
		return assert.AnError
	}))
	assert.Error(t, st.checkRegistrationToken(old, ""))
	assert.NoError(t, st.checkRegistrationToken("new", ""))
}

// jobsOf adds jobs to a project, each as change makes it.
func jobsOf(t *testing.T, st *State, p *Project, n int, change func(i int, j *Job)) {
	t.Helper()
	for i := range n {
		j := &Job{Project: p, User: st.Users.Rows[0]}
		change(i, j)
		_, err := st.AddJob(j)
		require.NoError(t, err)
	}
}

// Which pipelines are locked is found out for all of a project at once.
func TestVeryManyPipelines(t *testing.T) {
	racing.Skip(t)
	for name, remove := range map[string]func(*State, *Project){
		"by the workers": func(st *State, _ *Project) { st.RunWorkers() },
		"by a person":    func(st *State, p *Project) { st.DeleteProjectArtifacts(p) },
	} {
		t.Run(name, func(t *testing.T) {
			linear(t, veryMany/20, func(n int) func() {
				st, p := emptyWorld(t)
				jobsOf(t, st, p, n, func(_ int, j *Job) {
					j.Status, j.Files = JobFailed, []*File{{Filename: "j.gz", Type: "junit", ExpiresAt: st.Now().Add(-time.Hour)}}
				})
				return func() {
					remove(st, p)
					assert.Empty(t, p.Jobs[n-2].Files)
					assert.NotEmpty(t, p.Jobs[n-1].Files, "its pipeline is the latest")
				}
			})
		})
	}
}

// To try a job again takes no look at all jobs of its pipeline.
func TestVeryManyRetries(t *testing.T) {
	linear(t, veryMany/5, func(n int) func() {
		st, p := emptyWorld(t)
		jobsOf(t, st, p, n, func(i int, j *Job) {
			j.Name, j.PipelineID, j.Status = fmt.Sprint("job ", i), 7, JobRunning
			j.Plan = &Plan{Spec: ci.JobSpec{Retry: ci.Retry{Max: 1}}}
		})
		return func() {
			for _, j := range p.Jobs[:n] {
				require.NoError(t, st.Drop(j, ScriptFailure, nil))
			}
			assert.Len(t, p.Jobs, 2*n)
		}
	})
}

// Skipped jobs are known to be there, however they became so and go.
func TestSkippedJobsAreCounted(t *testing.T) {
	st, p := emptyWorld(t)
	root := st.Users.Rows[0]
	first, err := st.AddJob(&Job{Project: p, User: root, Name: "build", Status: JobFailed, PipelineID: 7})
	require.NoError(t, err)
	later, err := st.AddJob(&Job{Project: p, User: root, Name: "ship", Status: JobSkipped, PipelineID: 7, StageIndex: 1})
	require.NoError(t, err)
	assert.Error(t, Atomically(st, func() error {
		_, err := st.AddJob(&Job{Project: p, User: root, Name: "tell", Status: JobSkipped, PipelineID: 7, StageIndex: 1})
		require.NoError(t, err)
		assert.Equal(t, 2, first.Pipeline.skipped)
		return assert.AnError
	}))
	assert.Equal(t, 1, first.Pipeline.skipped)
	st.RetryJob(first, root, nil)
	assert.Equal(t, JobCreated, later.Status)
	assert.Zero(t, first.Pipeline.skipped)
	require.NoError(t, st.fire(later, eventSkip))
	assert.Equal(t, 1, first.Pipeline.skipped)
}

// The managers that are stale go together.
func TestVeryManyStaleManagers(t *testing.T) {
	linear(t, veryMany/5, func(n int) func() {
		st, p := emptyWorld(t)
		long := st.Now().Add(-30 * 24 * time.Hour)
		r, err := st.AddRunner(RunnerDraft{Attributes: Attributes{RunUntagged: true}, CreatedAt: long})
		require.NoError(t, err)
		managers := []Manager{{SystemID: "s_alive", ContactedAt: st.Now()}}
		for _, id := range many(n, "s_%d") {
			managers = append(managers, Manager{SystemID: id, CreatedAt: long, ContactedAt: long})
		}
		st.setManagers(r, managers)
		jobsOf(t, st, p, n, func(i int, j *Job) { j.Status, j.Runner, j.Manager = JobSuccess, r, r.Managers[i] })
		return func() {
			st.RunWorkers()
			require.Len(t, r.Managers, 1)
			assert.Equal(t, r.Managers, st.managers.Rows)
			assert.Len(t, st.managers.Rows, 1)
			for i, j := range r.Jobs {
				require.Equal(t, i == 0, j.Manager != nil)
			}
		}
	})
}
