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

// moving is a pipeline of a configuration, in a state that goes by a clock of the test, and a runner.
func moving(t *testing.T, yaml string) (st *State, now *time.Time, p *Pipeline, r *Runner) {
	t.Helper()
	now = new(time.Time)
	*now = time.Date(2024, 7, 1, 12, 0, 0, 0, time.UTC)
	st = stateAt(t, now)
	project, err := st.AddProject(Project{Path: "acme/shop"}, nil)
	require.NoError(t, err)
	r, err = st.AddRunner(RunnerDraft{Attributes: DefaultAttributes()})
	require.NoError(t, err)
	p, err = st.CreatePipeline(NewPipeline{Project: project, User: st.Users.Rows[0], CI: yaml})
	require.NoError(t, err)
	Visit(st, func() {})
	return st, now, p, r
}

// app/models/ci/pipeline.rb, the state machine: when what is noted.
func TestTimesOfAPipeline(t *testing.T) {
	st, now, p, r := moving(t, "a: {script: x}\nb: {script: x}\nask: {stage: deploy, script: x, when: manual, allow_failure: false}")
	begun := *now
	pass := func(d time.Duration) { *now = now.Add(d) }
	pass(30 * time.Second)
	Visit(st, func() { require.NoError(t, st.StartJob(p.Jobs[0], r, nil, false)) })
	assert.Equal(t, begun, p.Facts().CreatedAt)
	assert.Equal(t, begun.Add(30*time.Second), p.Facts().StartedAt)
	waited, known := p.QueuedFor()
	assert.True(t, known)
	assert.Equal(t, 30*time.Second, waited)
	pass(time.Minute)
	Visit(st, func() { require.NoError(t, st.StartJob(p.Jobs[1], r, nil, false)) })
	pass(time.Minute)
	Visit(st, func() { require.NoError(t, st.FinishJob(p.Jobs[0], JobSuccess, "", nil)) })
	pass(time.Minute)
	Visit(st, func() { require.NoError(t, st.FinishJob(p.Jobs[1], JobSuccess, "", nil)) })
	assert.Equal(t, JobManual, p.Status())
	assert.Zero(t, p.Facts().FinishedAt)
	require.NotNil(t, p.Facts().Duration, "it is known once a pipeline waits for people")
	assert.Equal(t, 3*time.Minute, *p.Facts().Duration)

	Visit(st, func() { st.PlayJob(p.Jobs[2], st.Users.Rows[0], nil, nil) })
	assert.Equal(t, JobRunning, p.Status())
	Visit(st, func() { require.NoError(t, st.StartJob(p.Jobs[2], r, nil, false)) })
	pass(time.Minute)
	Visit(st, func() { require.NoError(t, st.FinishJob(p.Jobs[2], JobFailed, ScriptFailure, nil)) })
	assert.Equal(t, JobFailed, p.Status())
	assert.Equal(t, *now, p.Facts().FinishedAt)
	assert.Equal(t, 4*time.Minute, *p.Facts().Duration)
	ended := *now
	pass(time.Hour)
	Visit(st, func() { st.RetryPipeline(p, st.Users.Rows[0], AnyJob) })
	assert.Equal(t, JobManual, p.Status())
	assert.Equal(t, ended, p.Facts().FinishedAt, "that it ended once stays")
	assert.Equal(t, begun.Add(30*time.Second), p.Facts().StartedAt)
}

// Delayed jobs start at their times, in that order, also if the clock passes several at once.
func TestDelayedJobsStartAtTheirTimes(t *testing.T) {
	st, now, p, _ := moving(t, `
stages: [one, two, three]
late: {stage: one, script: x, when: delayed, start_in: 2 hours, needs: []}
soon: {stage: one, script: x, when: delayed, start_in: 1 hour, needs: []}
chain: {stage: two, trigger: acme/other, needs: []}
after: {stage: three, script: x, when: delayed, start_in: 30 minutes, needs: [chain]}
`)
	begun := *now
	*now = begun.Add(10 * time.Hour)
	Visit(st, func() {})
	queued := map[string]time.Duration{}
	for _, j := range p.Jobs {
		queued[j.Name] = j.QueuedAt.Sub(begun)
		assert.Zero(t, j.ScheduledAt, j.Name)
	}
	assert.Equal(t, map[string]time.Duration{"late": 2 * time.Hour, "soon": time.Hour, "chain": 0, "after": 30 * time.Minute}, queued)
	assert.Equal(t, *now, st.Now(), "the clock goes on")
	assert.Equal(t, []JobStatus{JobCreated, JobScheduled, JobPending}, p.Jobs[0].History)
	assert.Empty(t, st.delayed)
}

// A trigger job has no runner and is told to no webhook.
func TestTriggerJobs(t *testing.T) {
	st, _, p, r := moving(t, "down: {trigger: acme/other}\nafter: {stage: deploy, script: x}")
	assert.Equal(t, []JobStatus{JobCreated, JobPending, JobSuccess}, p.Jobs[0].History)
	assert.Equal(t, JobPending, p.Jobs[1].Status)
	assert.Equal(t, p.Jobs[1], st.NextFor(r))
	assert.Equal(t, 1, st.Queue.WaitingFor(r))
}

// said writes the names and statuses of what it is told of.
type said struct{ lines []string }

func (s *said) JobEvent(j *Job, status JobStatus) []byte {
	s.lines = append(s.lines, fmt.Sprint(j.Name, " ", status))
	return nil
}

func (*said) PushEvent(Pushed) []byte                       { return nil }
func (*said) DeploymentEvent(*Deployment, time.Time) []byte { return nil }

func (s *said) PipelineEvent(p *Pipeline) []byte {
	s.lines = append(s.lines, fmt.Sprint("pipeline ", p.Status()))
	return nil
}

// Webhooks are told of each change of a pipeline's status once, after the jobs that made it.
func TestWebhooksOfAMovingPipeline(t *testing.T) {
	now := time.Date(2024, 7, 1, 12, 0, 0, 0, time.UTC)
	st, heard := stateAt(t, &now), &said{}
	TellWebhooks(st, heard, func([]Notice) {})
	project, err := st.AddProject(Project{Path: "acme/shop"}, nil)
	require.NoError(t, err)
	_, err = st.AddWebhook(Webhook{Project: project, WebhookAttributes: WebhookAttributes{URL: "http://hook.example.com",
		Events: map[string]bool{JobEvents: true, PipelineEvents: true}}}, WebhookState{})
	require.NoError(t, err)
	var p *Pipeline
	Visit(st, func() {
		p, err = st.CreatePipeline(NewPipeline{Project: project, User: st.Users.Rows[0],
			CI: "a: {script: x, stage: build}\nb: {script: x}\nc: {script: x, when: on_failure}"})
		require.NoError(t, err)
	})
	Visit(st, func() { require.NoError(t, st.FinishJob(p.Jobs[0], JobSuccess, "", nil)) })
	Visit(st, func() { require.NoError(t, st.FinishJob(p.Jobs[1], JobSuccess, "", nil)) })
	Visit(st, func() {
		_, err = st.CreatePipeline(NewPipeline{Project: project, CI: "nonsense", SaveOnErrors: true})
		require.NoError(t, err)
	})
	assert.Equal(t, []string{"a created", "b created", "c created", "a pending", "pipeline pending",
		"a success", "b pending", "pipeline running", "b success", "pipeline success", "pipeline failed"}, heard.lines)
}

func TestProcessModeOfAGroup(t *testing.T) {
	st, _, p, _ := moving(t, "a: {script: x, resource_group: db}\nb: {script: x, resource_group: db}\nc: {script: x, resource_group: db}")
	g := st.ResourceGroup(p.Project(), "db")
	require.Equal(t, []*ResourceGroup{g}, st.ResourceGroups(p.Project()))
	assert.Equal(t, Unordered, g.Mode())
	assert.Equal(t, p.Jobs[0], g.Holder())
	assert.Equal(t, p.Jobs[1:], g.Waiting())
	st.SetProcessMode(g, NewestReadyFirst)
	next, err := st.CreatePipeline(NewPipeline{Project: p.Project(), User: st.Users.Rows[0],
		CI: "workflow: {auto_cancel: {on_new_commit: none}}\na: {script: x, resource_group: db}"})
	require.NoError(t, err)
	p.facts.AutoCancel.OnNewCommit = autoCancelNone
	Visit(st, func() {})
	Visit(st, func() { require.NoError(t, st.FinishJob(p.Jobs[0], JobSuccess, "", nil)) })
	assert.Equal(t, JobPending, next.Jobs[0].Status)
	assert.Nil(t, st.ResourceGroup(p.Project(), "none"))
}

// A delayed job starts at its time, neither with one that people started before nor after one that waits longer; of those
// of one time the first comes first.
func TestDelayedJobsDoNotDisturbEachOther(t *testing.T) {
	const file = `
soon: {script: x, when: delayed, start_in: 1 hour}
late: {script: x, when: delayed, start_in: 2 hours}
`
	for _, played := range []bool{false, true} {
		st, now, p, _ := moving(t, file)
		if played {
			Visit(st, func() { st.PlayJob(p.Jobs[0], st.Users.Rows[0], nil, nil) })
		}
		*now = now.Add(time.Hour)
		Visit(st, func() {})
		assert.Equal(t, []JobStatus{JobPending, JobScheduled}, []JobStatus{p.Jobs[0].Status, p.Jobs[1].Status})
		*now = now.Add(time.Hour - 1)
		Visit(st, func() {})
		assert.Equal(t, JobScheduled, p.Jobs[1].Status)
		*now = now.Add(1)
		Visit(st, func() {})
		assert.Equal(t, JobPending, p.Jobs[1].Status)
	}
	var yaml, want strings.Builder
	for i := range 9 {
		fmt.Fprintf(&yaml, "j%d: {script: x, when: delayed, start_in: 1 hour}\n", i)
		fmt.Fprintf(&want, "j%d pending\n", i)
	}
	st, now, p, _ := moving(t, yaml.String())
	_, err := st.AddWebhook(Webhook{Project: p.project, WebhookAttributes: WebhookAttributes{URL: "https://ci.example",
		Events: map[string]bool{JobEvents: true}}}, WebhookState{})
	require.NoError(t, err)
	w := &said{}
	TellWebhooks(st, w, func([]Notice) {})
	*now = now.Add(time.Hour)
	Visit(st, func() {})
	assert.Equal(t, want.String(), strings.Join(w.lines, "\n")+"\n")
}

// A job that was added in vain does not go on in its pipeline.
func TestAJobThatIsTakenBack(t *testing.T) {
	st, _, p, r := moving(t, "a: {script: x}\nb: {script: x}")
	var y *Job
	Visit(st, func() {
		require.Error(t, Atomically(st, func() (err error) {
			y, err = st.AddJob(&Job{Project: p.project, User: p.User(), PipelineID: p.ID, Name: "y", Stage: "test",
				StageIndex: p.Jobs[0].StageIndex, Status: JobCreated})
			require.NoError(t, err)
			return errLate
		}))
	})
	for i, want := range []JobStatus{JobRunning, JobSuccess} {
		require.NoError(t, st.FinishJob(p.Jobs[i], JobSuccess, "", nil))
		Visit(st, func() {})
		assert.Equal(t, []any{JobCreated, want, 2}, []any{y.Status, p.Status(), len(p.Jobs)})
	}
	assert.Nil(t, st.NextFor(r))
}

// A try that is taken back leaves the one before it the last; one that people have given up changes nothing any more.
func TestTriesThatAreTakenBackOrOver(t *testing.T) {
	st, _, p, r := moving(t, "a: {script: x}\nb: {script: x}")
	a, b := p.Jobs[0], p.Jobs[1]
	require.NoError(t, st.FinishJob(a, JobFailed, ScriptFailure, nil))
	Visit(st, func() {
		require.Error(t, Atomically(st, func() error { st.RetryJob(a, p.User(), nil); return errLate }))
	})
	require.NoError(t, st.StartJob(b, r, nil, true))
	require.NoError(t, st.CancelJob(b, false))
	require.Equal(t, JobCanceling, b.Status)
	var next *Job
	Visit(st, func() { next = st.RetryJob(b, p.User(), nil) })
	Visit(st, func() { require.NoError(t, st.FinishJob(b, JobCanceled, "", nil)) })
	assert.Equal(t, []JobStatus{JobPending, JobRunning}, []JobStatus{next.Status, p.Status()})
	Visit(st, func() { require.NoError(t, st.FinishJob(next, JobSuccess, "", nil)) })
	assert.Equal(t, JobFailed, p.Status())
}

// app/services/ci/reset_skipped_jobs_service.rb: jobs of later stages wait again, and those that need it, not those beside it.
func TestJobsThatWaitAgain(t *testing.T) {
	st, _, p, _ := moving(t, `
fails: {stage: build, script: x}
beside: {stage: test, script: x, needs: [fails]}
again: {stage: test, script: x, needs: []}
later: {stage: deploy, script: x}
needing: {stage: test, script: x, needs: [again]}
`)
	at := map[string]*Job{}
	for _, j := range p.Jobs {
		at[j.Name] = j
	}
	for _, name := range []string{"again", "fails"} {
		Visit(st, func() { require.NoError(t, st.FinishJob(at[name], JobFailed, ScriptFailure, nil)) })
	}
	require.Equal(t, JobSkipped, at["later"].Status)
	Visit(st, func() { st.RetryJob(at["again"], p.User(), nil) })
	assert.Equal(t, []JobStatus{JobCreated, JobSkipped}, at["beside"].History)
	assert.Equal(t, []JobStatus{JobSkipped, JobCreated, JobCreated}, []JobStatus{at["beside"].Status, at["later"].Status,
		at["needing"].Status})
}

// What a test is told to do so that a job has its turn.
func TestWhatBringsAJobNearerToItsTurn(t *testing.T) {
	st, _, p, _ := moving(t, `
first: {stage: build, script: x}
asked: {stage: test, script: x, when: manual, allow_failure: false, needs: []}
late: {stage: test, script: x, when: delayed, start_in: 1 hour, needs: []}
one: {stage: test, script: x, resource_group: r, needs: []}
two: {stage: test, script: x, resource_group: r, needs: []}
then: {stage: deploy, script: x, needs: [asked]}
last: {stage: deploy, script: x}
`)
	at := map[string]*Job{}
	for _, j := range p.Jobs {
		at[j.Name] = j
	}
	is := func(format string, j string) string { return strings.ReplaceAll(format, "#", fmt.Sprint(at[j].ID)) }
	for name, want := range map[string]string{"first": is("StartJob(#, ...), then FinishJob(#, ...)", "first"),
		"asked": is("PlayJob(#)", "asked"), "late": is("Advance, or PlayJob(#)", "late"),
		"one": is("StartJob(#, ...), then FinishJob(#, ...)", "one"), "two": is("StartJob(#, ...), then FinishJob(#, ...)", "one"),
		"then": is("PlayJob(#)", "asked"), "last": is("StartJob(#, ...), then FinishJob(#, ...)", "first")} {
		assert.Equal(t, want, st.nextMove(at[name], map[*Job]bool{}), name)
	}
	assert.Empty(t, st.nextMove(at["two"], map[*Job]bool{at["one"]: true}), "it is on the way to itself")
	at["two"].Pipeline.project.ProcessModes["r"] = NewestFirst
	assert.ErrorContains(t, st.FinishInTurn(at["two"], JobSuccess), "its turn has not come")
	st.groupOf(at["one"]).holder = nil
	assert.Empty(t, st.nextMove(at["two"], map[*Job]bool{}), "nobody is before it")
	for _, needs := range [][2]string{{"round", "about"}, {"about", "round"}} {
		plan := Plan{}
		plan.Spec.Needs = []ci.Need{{Job: needs[1]}}
		j, err := st.AddJob(&Job{Project: p.project, User: p.User(), PipelineID: 7, Name: needs[0], Status: JobCreated, Plan: &plan})
		require.NoError(t, err)
		at[needs[0]] = j
	}
	assert.Empty(t, st.nextMove(at["round"], map[*Job]bool{}), "needs go round in a circle")
}
