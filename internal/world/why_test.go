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
	add("done", 1, JobSuccess, Job{})
	add("skip after", 2, JobSkipped, Job{Plan: needs("canceled", "done")})
	add("self", 2, JobCreated, Job{Plan: needs("self")})
	add("hand", 2, JobCreated, Job{Plan: needs("ask")})
	add("chain", 2, JobCreated, Job{Plan: needs("any")})
	add("x", 2, JobCreated, Job{Plan: needs("y")})
	add("y", 2, JobCreated, Job{Plan: needs("x")})
	add("z", 2, JobCreated, Job{Plan: needs("x", "run")})
	add("round", 2, JobCreated, Job{Plan: needs("x")})
	add("canceling", 1, JobCanceling, Job{})
	add("last", 3, JobCreated, Job{})
	for name, want := range map[string]string{
		"begin":      "the job waits for no other, and for being enqueued: jobs that were added alone do not go on by themselves",
		"next":       "the job waits for # (begin), which is created",
		"ask":        "the job waits for somebody to play it",
		"failed":     "the job has ended: it failed with script_failure",
		"canceled":   "the job has ended: it is canceled",
		"prepared":   "the job is preparing",
		"late":       "the job waits for its time to come, or for somebody to play it",
		"timed":      "the job is delayed until 2024-07-01T13:00:00Z, 1h0m0s from now",
		"canceling":  "the runner that had the job is gone",
		"run":        "the runner that had the job is gone",
		"any":        "the job waits for # (run), which is running",
		"free":       "the job waits for no other, and for being enqueued: jobs that were added alone do not go on by themselves",
		"both":       "the job waits for # (run), which is running, and # (begin), which is created",
		"skip":       "the job was skipped: it comes after # (ask), which is manual",
		"skip after": "the job was skipped: it comes after # (canceled), which is canceled",
		"self":       "the job waits for no other, and for being enqueued: jobs that were added alone do not go on by themselves",
		"hand":       "the job waits for # (ask), which is manual (somebody has to play it)",
		"chain":      "the job waits for # (any), which is created and waits for # (run), which is running",
		"x":          "the job waits for # (y), which is created",
		"z":          "the job waits for # (run), which is running, and # (x), which is created and waits for # (y), which is created",
		"round":      "the job waits for # (x), which is created and waits for # (y), which is created",
		"last":       "the job waits for # (run), which is running, # (prepared), which is preparing, # (late), which is scheduled, and 2 more",
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

// A runner that may have a job is told what keeps it: who comes first, what it is at work on, that it is silent.
func TestWhatDelaysAJob(t *testing.T) {
	st, shop := ruled(t)
	other, err := st.AddProject(Project{Path: "guild/other"}, nil)
	require.NoError(t, err)
	add := func(r RunnerDraft) *Runner {
		r.Attributes = DefaultAttributes()
		added, err := st.AddRunner(r)
		require.NoError(t, err)
		return added
	}
	busy, silent := add(RunnerDraft{ContactedAt: noon.Add(-3 * time.Hour)}), add(RunnerDraft{})
	own := add(RunnerDraft{Projects: []*Project{shop}, ContactedAt: noon})
	job := func(id int, p *Project, s JobStatus, r *Runner) *Job {
		j, err := st.AddJob(&Job{ID: id, Project: p, User: st.Users.Rows[0], Status: s, Runner: r})
		require.NoError(t, err)
		return j
	}
	running := job(1, shop, JobRunning, busy)
	assert.Equal(t, []Verdict{{Reasons: []string{fmt.Sprintf("runner %d has the job", busy.ID)}}}, st.WhyPending(running))
	early, late, first := job(2, shop, JobPending, nil), job(3, shop, JobPending, nil), job(4, other, JobPending, nil)
	reasons := func(j *Job) map[*Runner][]string {
		of := map[*Runner][]string{}
		for _, v := range st.WhyPending(j) {
			assert.Equal(t, st.Runners.ByID(v.RunnerID).ContactedAt.IsZero(), v.silent)
			of[st.Runners.ByID(v.RunnerID)] = v.Reasons
		}
		return of
	}
	const fair = "job 4 (job) comes before it, as guild/other has 0 jobs on instance runners and acme/shop has 1"
	const never, offline = "the runner has never contacted GitLab", "the runner is offline: GitLab last heard of it at 2024-07-01T09:00:00Z"
	const work = "the runner is at work on job 1"
	assert.Equal(t, map[*Runner][]string{busy: {fair, work, offline}, silent: {fair, never}, own: nil}, reasons(early))
	assert.Equal(t, []string{"job 2 (job) comes before it"}, reasons(late)[own])
	assert.Equal(t, map[*Runner][]string{busy: {work, offline}, silent: {never}, own: {"the runner does not serve project guild/other" +
		otherProject.unserved(own)}}, reasons(first))

	v := Verdict{Reasons: []string{"b"}}
	v.Add([]string{"a"}, 0, "")
	assert.Equal(t, []string{"a", "b", "no request for a job has come from it"}, v.Reasons)
	v = Verdict{silent: true}
	v.Add(nil, 0, "")
	assert.Empty(t, v.Reasons, "which is said already")
	v.Add(nil, 1, "204")
	assert.Equal(t, []string{"its last request for a job was #1 (204)"}, v.Reasons)

	may, not := Verdict{RunnerID: 1, May: true, Reasons: []string{"x"}}, Verdict{RunnerID: 2, Reasons: []string{"y"}, distance: 1}
	assert.Equal(t, "it waits for runner 1 to ask for a job: x", WaitText([]Verdict{may, not}))
	assert.Equal(t, "runner 1, 1 and 1", listed([]Verdict{may, may, may}, Verdict.runner, "runner"))
	tagged := Job{Tags: []string{"a", "b"}}
	r := Runner{Attributes: Attributes{Tags: []string{"a"}}}
	assert.Equal(t, "the job asks for the tags [a b] and the runner has [a], which lacks b", lacksTags.Explain(&r, &tagged))
	r.Tags = nil
	assert.Equal(t, "the job asks for the tags [a b] and the runner has []", lacksTags.Explain(&r, &tagged))
}

// A job that waits for a resource is told who has it, or is to have it first.
func TestWhoHasTheResource(t *testing.T) {
	st, shop := ruled(t)
	add := func(id, pipeline int, s JobStatus, key string) *Job {
		j, err := st.AddJob(&Job{ID: id, Project: shop, User: st.Users.Rows[0], PipelineID: pipeline, Name: "deploy", Status: s,
			Plan: NewPlan(Plan{ResourceGroup: key})})
		require.NoError(t, err)
		return j
	}
	shop.ProcessModes = map[string]ProcessMode{"b": OldestFirst}
	for id := 7; id < 9; id++ {
		_, err := st.AddPipeline(id, shop, PipelineFacts{Status: JobRunning})
		require.NoError(t, err)
	}
	_, waits := add(1, 7, JobRunning, "a"), add(2, 8, JobWaitingForResource, "a")
	const text = "the job waits for the resource group "
	assert.Equal(t, text+"a, which job 1 (deploy) has; that one is running", st.notPending(waits))
	older, next := add(3, 7, JobCreated, "b"), add(4, 8, JobWaitingForResource, "b")
	assert.Equal(t, text+"b, which job 3 (deploy) is to have first (oldest_first); that one is created", st.notPending(next))
	older.Status = JobWaitingForResource
	assert.Equal(t, text+"b", st.notPending(older))
	st.MovePipelines()
	in := *shop
	in.ProcessModes = map[string]ProcessMode{"b": Unordered}
	require.NoError(t, st.UpdateProject(shop, in, nil))
	assert.Empty(t, st.chores, "another mode hands nobody the resource")
}

// A job that was skipped without needs comes after those that ended badly, and one for failures after none.
func TestWhySkippedJobsWere(t *testing.T) {
	st, shop := ruled(t)
	_, err := st.AddPipeline(7, shop, PipelineFacts{Status: JobRunning, AutoCanceledBy: 9})
	require.NoError(t, err)
	add := func(pipeline, stage int, s JobStatus, more Job) *Job {
		more.Project, more.User, more.PipelineID = shop, st.Users.Rows[0], pipeline
		more.StageIndex, more.Stage, more.Status = stage, fmt.Sprint("s", stage), s
		more.Name = fmt.Sprint("job ", len(st.Jobs.Rows))
		j, err := st.AddJob(&more)
		require.NoError(t, err)
		return j
	}
	add(8, 0, JobManual, Job{AllowFailure: true, Plan: NewPlan(Plan{When: whenManual})})
	skipped := add(8, 1, JobSkipped, Job{})
	fallback := add(8, 1, JobSkipped, Job{Plan: NewPlan(Plan{When: whenOnFailure})})
	assert.Equal(t, "the job was skipped", st.notPending(skipped), "nobody has to play it")
	assert.Equal(t, "the job was skipped: it is one for failures (when: on_failure), and none was before it", st.notPending(fallback))
	add(8, 0, JobFailed, Job{})
	assert.Equal(t, "the job was skipped", st.notPending(fallback))
	assert.Equal(t, "the job waits for the resource group z",
		st.notPending(add(8, 1, JobWaitingForResource, Job{Plan: NewPlan(Plan{ResourceGroup: "z"})})))
	assert.Equal(t, "the job has ended: it is canceled; its pipeline was auto-canceled by the newer pipeline 9 of main",
		st.notPending(add(7, 0, JobCanceled, Job{})))
	assert.Equal(t, "the job waits for no other: it is about to go on", st.notPending(add(7, 0, JobCreated, Job{})))
}
