package world

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab/ci"
	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
)

// Rules of how jobs and pipelines move whose loss no other test noticed (internal/mutate).

// What is left for workers is left once, and what a change that failed has left is forgotten, that alone; nothing is done
// before the change is over.
func TestWhatIsLeftToDo(t *testing.T) {
	st, _, p, _ := moving(t, "a: {script: x}\nb: {script: x, stage: deploy}")
	assert.Empty(t, p.flow.touched)
	left := chore{kind: choreCancel, pipeline: p}
	other := chore{kind: choreRedundant, pipeline: p}
	st.later(left)
	require.Error(t, Atomically(st, func() error {
		st.later(left)
		st.later(other)
		assert.Equal(t, []chore{left, other}, st.chores)
		return errors.New("the test")
	}))
	assert.Equal(t, []chore{left}, st.chores)
	st.later(other)
	assert.Equal(t, []chore{left, other}, st.chores, "it can be left again")

	st, _, p, _ = moving(t, "a: {script: x}\nb: {script: x, stage: deploy}")
	require.NoError(t, Atomically(st, func() error {
		require.NoError(t, st.FinishJob(p.Jobs[0], JobSuccess, "", nil))
		st.MovePipelines()
		assert.Equal(t, JobCreated, p.Jobs[1].Status)
		return nil
	}))
	st.MovePipelines()
	assert.Equal(t, JobPending, p.Jobs[1].Status)

	told := &said{}
	TellWebhooks(st, told, func([]Notice) {})
	_, err := st.AddWebhook(Webhook{Project: p.project, WebhookAttributes: WebhookAttributes{URL: "http://hook.example.com",
		Events: map[string]bool{PipelineEvents: true}}}, WebhookState{})
	require.NoError(t, err)
	require.NoError(t, st.FinishJob(p.Jobs[1], JobSuccess, "", nil))
	notices := len(st.notices)
	st.Settle()
	assert.Equal(t, JobSuccess, p.Status())
	assert.Len(t, st.notices, notices)
}

// app/models/ci/pipeline.rb, the state machine: what a pipeline becomes by what its jobs are, and what is noted then.
func TestWhatPipelinesBecome(t *testing.T) {
	st, _, p, _ := moving(t, "a: {script: x}")
	for _, was := range JobStatuses {
		ended := was == JobSuccess || was == JobFailed || was == JobCanceled || was == JobCanceling
		waited := was == JobCreated || was == JobWaitingForResource || was == JobPreparing || was == JobPending
		for _, status := range JobStatuses {
			for _, began := range []time.Time{{}, noon.Add(-time.Minute)} {
				p.become(was)
				p.facts.StartedAt, p.facts.FinishedAt, p.facts.Duration, p.facts.AutoCanceledBy = began, time.Time{}, nil, 7
				st.settle(p, status)
				want := status
				switch {
				case status == JobCreated:
					want = was
				case status == JobPending && (ended || was == JobRunning):
					want = JobRunning
				}
				name := fmt.Sprintf("%s, then %s", was, status)
				f := p.Facts()
				assert.Equal(t, want, f.Status, name)
				over := want != was && (want == JobSuccess || want == JobFailed || want == JobCanceled)
				assert.Equal(t, over, !f.FinishedAt.IsZero(), name)
				assert.Equal(t, !began.IsZero() && (over || want != was && want == JobManual), f.Duration != nil, name)
				started := began
				if began.IsZero() && waited && want == JobRunning {
					started = noon
				}
				assert.Equal(t, started, f.StartedAt, name)
				assert.Equal(t, was == JobCanceled && want != was, f.AutoCanceledBy == 0, name)
			}
		}
	}
}

// app/models/ci/pipeline.rb: how long it waited and ran, and whose it is, of one that moves and of one that does not.
func TestWhatIsToldOfPipelines(t *testing.T) {
	st, now, p, r := moving(t, "a: {script: x, stage: build}\nb: {script: x, stage: test}\nc: {script: x, stage: deploy}")
	_, ran := p.Ran(*now)
	assert.False(t, ran)
	require.NoError(t, st.StartJob(p.Jobs[0], r, nil, false))
	Visit(st, func() {})
	_, waited := p.QueuedFor()
	assert.False(t, waited, "it has not waited")
	p.facts.StartedAt = time.Time{}
	_, waited = p.QueuedFor()
	assert.False(t, waited, "it waits")
	took := 5 * time.Second
	p.facts.Duration = &took
	d, ran := p.Ran(*now)
	assert.Equal(t, []any{took, true}, []any{d, ran})
	st.removeJob(p.Jobs[1])
	stages := p.Stages()
	require.Len(t, stages, 2, "without the one that has no job any more")
	assert.Equal(t, []any{"build", 1, "deploy", 3}, []any{stages[0].Name, stages[0].Index, stages[1].Name, stages[1].Index})

	root, ghost := st.Users.Rows[0], &User{Username: GhostUsername}
	for _, c := range []struct {
		of, shown *User
		unowned   bool
	}{{root, root, false}, {root, root, true}, {ghost, ghost, false}, {ghost, nil, true}} {
		p.facts.User, p.unowned = c.of, c.unowned
		assert.Equal(t, c.shown, p.ShownUser(), c)
	}

	j, err := st.AddJob(&Job{Project: p.project, User: root, PipelineID: 7, Ref: "v1", RefIsTag: true, StageIndex: 2,
		Status: JobSuccess})
	require.NoError(t, err)
	alone := j.Pipeline
	assert.Equal(t, st.Now(), alone.Facts().UpdatedAt)
	j, err = st.AddJob(&Job{Project: p.project, User: root, PipelineID: 8, Status: JobCanceled, FinishedAt: st.Now()})
	require.NoError(t, err)
	_, ran = j.Pipeline.Ran(*now)
	assert.False(t, ran, "its job has never begun")
	assert.False(t, j.Pipeline.Facts().RefIsTag)
	assert.Nil(t, alone.HandedIn())
	assert.Equal(t, []any{"v1", true, root, 2}, []any{alone.Facts().Ref, alone.Facts().RefIsTag, alone.User(), alone.lastStage()})
}

// app/models/ci/pipeline.rb, latest_builds: what becomes of a job that has been tried again is nothing to its pipeline.
func TestWhatBecomesOfAnOlderTry(t *testing.T) {
	st, _, p, r := moving(t, "a: {script: x}")
	Visit(st, func() {
		require.NoError(t, st.StartJob(p.Jobs[0], r, nil, true))
		require.NoError(t, st.CancelJob(p.Jobs[0], false))
	})
	require.Equal(t, JobCanceling, p.Jobs[0].Status)
	Visit(st, func() { st.RetryJob(p.Jobs[0], st.Users.Rows[0], nil) })
	require.Equal(t, []JobStatus{JobPending, JobRunning}, []JobStatus{p.Jobs[1].Status, p.Status()})
	Visit(st, func() { require.NoError(t, st.FinishJob(p.Jobs[0], JobCanceled, "", nil)) })
	assert.Equal(t, []JobStatus{JobCanceled, JobRunning}, []JobStatus{p.Jobs[0].Status, p.Status()})
}

// app/services/ci/drop_pipelines_and_disable_schedules_for_user_service.rb: a pipeline hears of the jobs of whoever is
// blocked.
func TestPipelinesOfWhoIsBlocked(t *testing.T) {
	st, _, p, _ := moving(t, "a: {script: x}\nb: {script: x}")
	Visit(st, func() { st.dropJobsOf(st.Users.Rows[0]) })
	assert.Equal(t, []JobStatus{JobFailed, JobFailed, JobFailed}, []JobStatus{p.Jobs[0].Status, p.Jobs[1].Status, p.Status()})
}

// Jobs that several others need are looked at once for each that needs them.
func TestDependentsAreFoundOnce(t *testing.T) {
	yaml := "a0: {script: x}\nb0: {script: x}\n"
	const deep = 8
	for i := 1; i <= deep; i++ {
		for _, name := range []string{"a", "b"} {
			yaml += fmt.Sprintf("%s%d: {script: x, needs: [a%d, b%d]}\n", name, i, i-1, i-1)
		}
	}
	_, _, p, _ := moving(t, yaml)
	before := p.flow.looks
	assert.Len(t, p.flow.dependents(p.Jobs[0]), 2*deep+1)
	assert.Equal(t, 2+4*(deep-1), p.flow.looks-before)
}

// app/services/ci/play_build_service.rb, app/models/ci/job_variable.rb, app/models/ci/build.rb: what a job that is played
// has, and that nothing happens to one that cannot be.
func TestJobsThatArePlayed(t *testing.T) {
	st, _, p, r := moving(t, "a: {script: x, stage: build}\nask: {script: x, when: manual}\nlate: {script: x, when: delayed, "+
		"start_in: 1 hour}")
	root := st.Users.Rows[0]
	Visit(st, func() { require.NoError(t, st.FinishJob(p.Jobs[0], JobSuccess, "", nil)) })
	ask, late := p.Jobs[1], p.Jobs[2]
	require.Equal(t, []JobStatus{JobManual, JobScheduled}, []JobStatus{ask.Status, late.Status})
	require.False(t, late.ScheduledAt.IsZero())
	Visit(st, func() { st.PlayJob(late, root, nil, nil) })
	assert.Equal(t, []any{JobPending, true}, []any{late.Status, late.ScheduledAt.IsZero()})

	given := func(keys ...string) (all ci.JobVariables) {
		for _, key := range keys {
			all = append(all, ci.JobVariable{Key: key, Value: "1"})
		}
		return all
	}
	ask.Variables = given("A")
	for _, refused := range []ci.JobVariables{given("A"), given("B", "A"), given("not a key")} {
		assert.Same(t, ask, st.PlayJob(ask, root, refused, nil))
		assert.Equal(t, []any{JobManual, given("A")}, []any{ask.Status, ask.Variables})
	}
	assert.Same(t, ask, st.PlayJob(ask, root, given("B"), nil))
	assert.Equal(t, []any{JobPending, given("A", "B")}, []any{ask.Status, ask.Variables})

	Visit(st, func() { require.NoError(t, st.StartJob(late, r, nil, false)) })
	Visit(st, func() { require.NoError(t, st.FinishJob(ask, JobFailed, ScriptFailure, nil)) })
	assert.Same(t, late, st.PlayJob(late, root, nil, nil), "it is running")
	assert.Equal(t, JobRunning, late.Status)
	Visit(st, func() { require.NoError(t, st.FinishJob(late, JobSuccess, "", nil)) })
}

// What a trigger job sets going is not run: it succeeds at once, and no runner hears of it.
func TestTriggerJobsSucceed(t *testing.T) {
	st, _, p, _ := moving(t, "chain: {trigger: acme/other}\nlast: {stage: deploy, trigger: acme/other}")
	assert.Equal(t, []JobStatus{JobSuccess, JobSuccess, JobSuccess}, []JobStatus{p.Jobs[0].Status, p.Jobs[1].Status, p.Status()})
	assert.Empty(t, st.Queue.lanes)
}

// app/services/ci/play_build_service.rb: only what can be played has what was skipped after it wait again.
func TestNothingIsResetForWhatCannotBePlayed(t *testing.T) {
	st, shop := ruled(t)
	add := func(index int, status JobStatus) *Job {
		j, err := st.AddJob(&Job{Project: shop, User: st.Users.Rows[0], PipelineID: 7, StageIndex: index,
			Name: fmt.Sprint(index), Stage: fmt.Sprint(index), Status: status})
		require.NoError(t, err)
		return j
	}
	running, skipped := add(1, JobRunning), add(2, JobSkipped)
	assert.Same(t, running, st.PlayJob(running, st.Users.Rows[0], nil, nil))
	assert.Equal(t, JobSkipped, skipped.Status)
	assert.Len(t, running.Pipeline.Jobs, 2)
	for _, s := range JobStatuses {
		assert.Equal(t, s == JobCreated || s == JobWaitingForResource || s == JobPreparing || s == JobPending || s == JobRunning,
			(&Job{Status: s}).Cancelable(), s)
	}
}

// app/services/ci/resource_groups/assign_resource_from_resource_group_service.rb: a job that is outdated by then leaves the
// resource to the next. Who is neither waiting nor on a runner holds none.
func TestResourcesOfOutdatedJobs(t *testing.T) {
	const deploy = "deploy: {script: x, resource_group: production, environment: prod}"
	st, _, first, _ := moving(t, deploy)
	next := func(ref string) *Pipeline {
		p, err := st.CreatePipeline(NewPipeline{Project: first.project, User: st.Users.Rows[0], CI: deploy, Ref: ref,
			Commit: Commit{SHA: strings.Repeat("b", 40)}})
		require.NoError(t, err)
		Visit(st, func() {})
		return p
	}
	second, third := next("b"), next("c")
	g := st.ResourceGroups(first.project)[0]
	require.Same(t, first.Jobs[0], g.Holder())
	require.Equal(t, JobWaitingForResource, second.Jobs[0].Status)
	e := st.EnvironmentOf(first.Jobs[0])
	newest, err := st.AddJob(&Job{Project: first.project, User: st.Users.Rows[0], Status: JobSuccess,
		Commit: Commit{SHA: strings.Repeat("c", 40)}, Plan: &Plan{Spec: ci.JobSpec{Environment: ci.Environment{Name: "prod"}}}})
	require.NoError(t, err)
	require.Same(t, st.DeploymentOf(newest), e.LastDeployment())
	Visit(st, func() { require.NoError(t, st.FinishJob(first.Jobs[0], JobSuccess, "", nil)) })
	assert.Equal(t, []JobStatus{JobFailed, JobFailed}, []JobStatus{second.Jobs[0].Status, third.Jobs[0].Status})
	assert.Equal(t, outdatedDeployment, second.Jobs[0].FailureReason)
	assert.Nil(t, g.Holder())

	st, _, first, _ = moving(t, "a: {script: x}\ndeploy: {stage: deploy, script: x, resource_group: production, environment: prod}")
	_, err = st.AddJob(&Job{Project: first.project, User: st.Users.Rows[0], Status: JobSuccess,
		Commit: Commit{SHA: strings.Repeat("c", 40)}, Plan: &Plan{Spec: ci.JobSpec{Environment: ci.Environment{Name: "prod"}}}})
	require.NoError(t, err)
	require.True(t, st.Outdated(first.Jobs[1]))
	g = st.ResourceGroups(first.project)[0]
	st.SetProcessMode(g, OldestFirst)
	require.Same(t, first.Jobs[1], g.upcoming())
	st.assignResource(g)
	assert.Equal(t, JobCreated, first.Jobs[1].Status, "its turn may come late")

	st, _, first, _ = moving(t, "a: {script: x}\nask: {stage: deploy, script: x, when: manual, environment: prod}")
	_, err = st.AddJob(&Job{Project: first.project, User: st.Users.Rows[0], Status: JobSuccess,
		Commit: Commit{SHA: strings.Repeat("c", 40)}, Plan: &Plan{Spec: ci.JobSpec{Environment: ci.Environment{Name: "prod"}}}})
	require.NoError(t, err)
	require.True(t, st.Outdated(first.Jobs[1]))
	Visit(st, func() { require.NoError(t, st.FinishJob(first.Jobs[0], JobSuccess, "", nil)) })
	assert.Equal(t, JobManual, first.Jobs[1].Status, "a person may ask for it still")

	const late = "late: {script: x, when: delayed, start_in: 1 minute, resource_group: production}\n"
	st, now, two, r := moving(t, late+"now: {script: x, resource_group: production}")
	require.NoError(t, st.StartJob(two.Jobs[1], r, nil, false))
	*now = now.Add(time.Hour)
	Visit(st, func() {})
	assert.Equal(t, JobWaitingForResource, two.Jobs[0].Status, "its time has come, its turn has not")

	st, _, first, _ = moving(t, "ask: {script: x, resource_group: production, when: manual}")
	assert.Nil(t, st.ResourceGroups(first.project)[0].Holder())
}

// What a test does to jobs before their turn is refused, with what comes first.
func TestTurnsOfJobs(t *testing.T) {
	st, _, p, r := moving(t, "a: {script: x, stage: build}\nb: {script: x}\nask: {script: x, when: manual}\n"+
		"late: {script: x, when: delayed, start_in: 1 hour}\nlast: {script: x, stage: deploy}")
	a, b, ask, late, last := p.Jobs[0], p.Jobs[1], p.Jobs[2], p.Jobs[3], p.Jobs[4]
	first := fmt.Sprintf("what comes first is StartJob(%d, ...), then FinishJob(%d, ...)", a.ID, a.ID)
	for _, err := range []error{st.EnqueueInTurn(b), st.StartInTurn(b, r), st.FinishInTurn(b, JobSuccess),
		st.FinishInTurn(last, JobFailed)} {
		require.ErrorContains(t, err, "its turn has not come")
		assert.ErrorContains(t, err, first)
	}
	assert.Equal(t, JobCreated, b.Status)
	require.NoError(t, st.StartInTurn(a, r))
	assert.ErrorContains(t, st.EnqueueInTurn(b), fmt.Sprintf("what comes first is FinishJob(%d, ...)", a.ID))
	for _, c := range []struct {
		to      JobStatus
		reasons []string
		want    string
	}{
		{JobSuccess, []string{ScriptFailure}, "a job that is success has no failure reason"},
		{JobFailed, []string{"script_failed"}, `unknown failure reason "script_failed"`},
		{JobFailed, []string{ScriptFailure, UnknownFailure}, "for one reason, not for 2"},
	} {
		assert.ErrorContains(t, st.FinishInTurn(a, c.to, c.reasons...), c.want)
	}
	require.NoError(t, st.FinishInTurn(a, JobSuccess))
	Visit(st, func() {})
	require.Equal(t, []JobStatus{JobPending, JobManual, JobScheduled}, []JobStatus{b.Status, ask.Status, late.Status})
	assert.ErrorContains(t, st.StartInTurn(ask, r), fmt.Sprintf("what comes first is PlayJob(%d)", ask.ID))
	assert.ErrorContains(t, st.FinishInTurn(late, JobFailed), fmt.Sprintf("what comes first is Advance, or PlayJob(%d)", late.ID))
	require.NoError(t, st.EnqueueInTurn(ask), "a person may")
	assert.Equal(t, JobPending, ask.Status)
	require.NoError(t, st.FinishInTurn(last, JobCanceled), "before its turn, too")
	assert.Equal(t, JobCanceled, last.Status)
	require.NoError(t, st.FinishInTurn(b, JobFailed))
	assert.Equal(t, ScriptFailure, b.FailureReason)
	require.ErrorContains(t, st.EnqueueInTurn(b), "knows no enqueue")
	add := func(index int, status JobStatus) *Job {
		j, err := st.AddJob(&Job{Project: p.project, User: st.Users.Rows[0], PipelineID: 7, Name: fmt.Sprint(index),
			Stage: fmt.Sprint(index), StageIndex: index, Status: status})
		require.NoError(t, err)
		return j
	}
	add(1, JobRunning)
	assert.NoError(t, st.EnqueueInTurn(add(2, JobCreated)), "nothing moves it")
	prepared := add(1, JobPreparing)
	assert.Equal(t, fmt.Sprintf("EnqueueJob(%d)", prepared.ID), st.nextMove(prepared, map[*Job]bool{}))
	assert.False(t, a.cancelGracefully, "a test's runner says nothing of that")
	assert.ErrorContains(t, st.FinishJob(a, JobCanceled, "", nil), "knows no cancel")
	st, _, p, _ = moving(t, "a: {script: x, resource_group: g}")
	second, err := st.CreatePipeline(NewPipeline{Project: p.project, User: st.Users.Rows[0], Ref: "side",
		CI: "b: {script: x, resource_group: g}"})
	require.NoError(t, err)
	Visit(st, func() {})
	assert.ErrorContains(t, st.EnqueueInTurn(second.Jobs[0]), "its turn has not come", "it waits for the resource")
}

// app/services/ci/retry_job_service.rb, validate_inputs: what a job takes in the place of its inputs, and what it says of what
// it does not take.
func TestInputsInThePlaceOfOthers(t *testing.T) {
	j := &Job{Plan: NewPlan(Plan{Spec: ci.JobSpec{Inputs: ci.JobInputs{{Name: "a", Value: []byte(`"1"`)},
		{Name: "b", Type: "number", Value: []byte("2")}}}})}
	for want, given := range map[string][]GivenInput{
		`"1" 2`: nil, `"x" 2`: {{"a", "y"}, {"a", "x"}}, `"x" 3`: {{"b", 3}, {"a", "x"}}, "Unknown input: c": {{"c", 1}, {"c", 2}, {"b", "x"}},
		"Unknown inputs: c, d": {{"c", 1}, {"d", 1}}, "`b` input: provided value is not a number": {{"b", "x"}, {"a", "y"}},
	} {
		inputs, err := j.InputsWith(given)
		if err != nil {
			assert.Nil(t, inputs)
			assert.EqualError(t, err, want)
			continue
		}
		assert.Equal(t, want, string(inputs[0].Value)+" "+string(inputs[1].Value))
		assert.Equal(t, `"1"`, string(j.Spec.Inputs[0].Value), "its own are as they were")
	}
	inputs, err := (&Job{Plan: &unplanned}).InputsWith([]GivenInput{{"a", 1}})
	assert.Equal(t, []any{0, nil}, []any{len(inputs), err}, "it takes no notice of any")
}

// https://gitlab.com/gitlab-org/gitlab/-/issues/602133: a reason goes by the name of what it is a case of, and the other way
// round.
func TestNamesOfFailures(t *testing.T) {
	st := versioned(t, "19.4")
	require.True(t, st.Has(gitlabversion.RetryReasonAliases))
	for _, c := range []struct {
		when, reason string
		covered      bool
	}{{stuckOrTimeout, noUpdatesRunning, true}, {noUpdatesRunning, stuckOrTimeout, true},
		{noUpdatesRunning, noUpdatesCanceling, false}, {ScriptFailure, noUpdatesRunning, false}} {
		assert.Equal(t, c.covered, st.covers(ci.Retry{Max: 1, When: []string{c.when}}, c.reason, nil), c)
	}
}

// Variables that a pipeline is given are the same as plain data, in their order.
func TestVariablesAsPlainData(t *testing.T) {
	for name, variables := range map[string][]ci.JobVariable{
		"none": nil, "in the order of the alphabet": {{Key: "A", Value: "1"}, {Key: "B", Value: "2", Raw: true},
			{Key: "A1", Value: "3", File: true}},
		"in another": {{Key: "F", Value: "3", File: true, Raw: true}, {Key: "B", Value: "2", Raw: true}, {Key: "A", Value: "1"}},
	} {
		h := HandedInOf(variables)
		again, ps := h.Variables()
		assert.Empty(t, ps, name)
		assert.Equal(t, variables, again, name)
		assert.Equal(t, name == "in another", h.Order != nil, name)
		assert.True(t, slices.IsSorted(h.Raw), name)
	}
	h := HandedIn{Values: map[string]string{"A": "1", "B": "2"}, Raw: []string{"A", "A", "C"}, Order: []string{"A", "C", "A"}}
	_, ps := h.Variables()
	var said []string
	for _, p := range ps {
		said = append(said, p.Field+": "+p.Text)
	}
	assert.Equal(t, []string{`raw_variables[1]: the variable "A" is named twice`,
		`raw_variables[2]: no variable "C"; known are A, B`, `variable_order[1]: no variable "C"; known are A, B`,
		`variable_order[2]: the variable "A" is named twice`, `variable_order: the variable "B" has no place in it`}, said)
}

// app/models/ci/pipeline.rb, UNLOCKABLE_STATUSES: of several that are newer one is enough.
func TestWhichNewerPipelinesUnlock(t *testing.T) {
	st := versioned(t, "19.4")
	shop, err := st.AddProject(Project{Path: "acme/shop"}, nil)
	require.NoError(t, err)
	var all []*Pipeline
	for i, status := range []JobStatus{JobFailed, JobRunning, JobFailed} {
		p, err := st.AddPipeline(7+i, shop, PipelineFacts{Status: status})
		require.NoError(t, err)
		all = append(all, p)
	}
	assert.Equal(t, []bool{false, false, true}, []bool{st.locked(all[0]), st.locked(all[1]), st.locked(all[2])})
	assert.Equal(t, all[:2], sortedByID(st.unlocked(shop)))
}

func sortedByID(pipelines []*Pipeline) (sorted []*Pipeline) {
	for _, p := range pipelines {
		sorted = insertByID(sorted, p)
	}
	return sorted
}
