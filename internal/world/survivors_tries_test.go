package world

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab/ci"
)

// Rules of what is tried again, added and taken back whose loss no other test noticed (internal/mutate).

// How many jobs are skipped is known, and with a try those that come after it wait again, and no others.
func TestWhatATryChanges(t *testing.T) {
	st, shop := ruled(t)
	r, err := st.AddRunner(RunnerDraft{Attributes: DefaultAttributes()})
	require.NoError(t, err)
	before := st.QueueValueOf(r)
	add := func(index int, name string, status JobStatus) *Job {
		j, err := st.AddJob(&Job{Project: shop, User: st.Users.Rows[0], PipelineID: 7, Name: name, Stage: fmt.Sprint(index),
			StageIndex: index, Status: status})
		require.NoError(t, err)
		assert.Equal(t, []JobStatus{status}, j.History)
		return j
	}
	failed := add(1, "failed", JobFailed)
	p := failed.Pipeline
	assert.Zero(t, p.skipped)
	first, second, ask := add(2, "first", JobSkipped), add(2, "second", JobSkipped), add(2, "ask", JobManual)
	assert.Equal(t, 2, p.skipped)
	require.Error(t, Atomically(st, func() error {
		require.NoError(t, st.fire(second, eventProcess))
		add(2, "third", JobSkipped)
		assert.Equal(t, 2, p.skipped)
		return errors.New("the test")
	}))
	assert.Equal(t, 1, p.skipped)
	assert.Equal(t, before, st.QueueValueOf(r))
	st.RetryJob(failed, st.Users.Rows[0], nil)
	assert.Equal(t, []JobStatus{JobCreated, JobManual}, []JobStatus{first.Status, ask.Status})
	assert.NotEqual(t, before, st.QueueValueOf(r), "it has not heard of the new job")
	before = st.QueueValueOf(r)
	add(1, "pending", JobPending)
	assert.NotEqual(t, before, st.QueueValueOf(r))
}

// app/services/ci/play_build_service.rb, app/services/ci/play_bridge_service.rb: a trigger job that is played has succeeded,
// once.
func TestTriggerJobsThatArePlayed(t *testing.T) {
	st, _, p, _ := moving(t, "ask: {trigger: acme/other, when: manual}")
	require.Equal(t, JobManual, p.Jobs[0].Status)
	Visit(st, func() { assert.Same(t, p.Jobs[0], st.PlayJob(p.Jobs[0], st.Users.Rows[0], nil, nil)) })
	assert.Equal(t, JobSuccess, p.Jobs[0].Status)
	assert.Len(t, p.Jobs, 1)
}

// What comes to a pipeline and is taken back leaves it as it was, and nothing goes on meanwhile.
func TestPipelinesWhoseJobsAreTakenBack(t *testing.T) {
	st, _, p, _ := moving(t, "a: {script: x}")
	Visit(st, func() { require.NoError(t, st.FinishJob(p.Jobs[0], JobFailed, ScriptFailure, nil)) })
	empty, err := st.AddPipeline(7, p.project, PipelineFacts{Status: JobSuccess})
	require.NoError(t, err)
	require.Error(t, Atomically(st, func() error {
		_, err := st.AddJob(&Job{Project: p.project, User: st.Users.Rows[0], PipelineID: 7})
		require.NoError(t, err)
		assert.Equal(t, JobCreated, st.RetryJob(p.Jobs[0], st.Users.Rows[0], nil).Status)
		return errors.New("the test")
	}))
	assert.Same(t, empty, st.PipelineByID(7))
	_, err = st.AddStatus(7, "", CommitStatus{Status: JobFailed})
	require.NoError(t, err)
	st.MovePipelines()
	assert.Equal(t, JobSuccess, empty.Status(), "nothing follows from it")

	index := map[string]int{"a": 1}
	require.Error(t, Atomically(st, func() error {
		setKey(st, &index, "a", 2)
		setKey(st, &index, "b", 3)
		return errors.New("the test")
	}))
	assert.Equal(t, map[string]int{"a": 1}, index)
	made := st.made.clone()
	st.retractably(func() { st.made.token(tokenKind{"job", ""}) })()
	assert.Equal(t, made, st.made, "the next token is the one that was taken back")
}

// app/models/ci/ref.rb, app/services/ci/unlock_artifacts_service.rb: the last that succeeded stays locked, and what is older
// than one that succeeded does not, whatever lies between.
func TestLocksBelowOtherPipelines(t *testing.T) {
	for _, c := range []struct {
		version  string
		statuses []JobStatus
		unlocked int // how many, from the oldest on
	}{
		{"16.0", []JobStatus{JobFailed, JobRunning, JobSuccess}, 2},
		{"19.4", []JobStatus{JobSuccess, JobFailed}, 0},
		{"19.4", []JobStatus{JobFailed, JobFailed}, 1},
	} {
		st := versioned(t, c.version)
		shop, err := st.AddProject(Project{Path: "acme/shop"}, nil)
		require.NoError(t, err)
		var all []*Pipeline
		for i, status := range c.statuses {
			p, err := st.AddPipeline(7+i, shop, PipelineFacts{Status: status})
			require.NoError(t, err)
			all = append(all, p)
		}
		assert.ElementsMatch(t, all[:c.unlocked], st.unlocked(shop), c)
	}
}

// What a pipeline of a seed is of, by whom it may not be made, and when it is made of a file.
func TestSeededPipelinesAndTheirPlaces(t *testing.T) {
	st, p, first := withFiles(t, map[string]string{".gitlab-ci.yml": "a: {script: x, only: [web]}\nb: {script: x}"})
	empty, err := st.AddProject(Project{Path: "acme/empty"}, nil)
	require.NoError(t, err)
	assert.Equal(t, []bool{true, false, false}, []bool{st.IsMade("acme/Shop"), st.IsMade(empty.Path), st.IsMade("acme/none")})
	assert.Empty(t, st.misplaced(NewPipeline{Project: empty}))
	p.Repository.SetRef("refs/tags/v1", first.ID)
	assert.EqualError(t, st.noRef(p, "v2", true), MsgRefNotFound+`: no tag "v2"; did you mean "v1"?`)
	assert.NotContains(t, st.noRef(p, "mian", true).Error(), "main")
	for source, jobs := range map[string]int{SourceWeb: 2, SourcePush: 1} {
		made, err := st.MakePipeline(NewPipeline{Project: p}, PipelineFacts{User: st.Users.Rows[0], Source: source})
		require.NoError(t, err)
		assert.Len(t, made.Jobs, jobs, source)
	}
	mia, err := st.AddUser(User{Username: "mia"})
	require.NoError(t, err)
	require.NoError(t, st.AddMember(p.Path, "mia", Reporter, time.Time{}))
	st.around.MayRun = func(*State, NewPipeline) error { return errors.New("may not") }
	assert.EqualError(t, st.forbidden(NewPipeline{Project: p, User: mia}), "may not: mia is Reporter in acme/shop")

	s, err := st.AddSchedule(empty.Path, "", PipelineSchedule{Cron: "0 1 * * *"}, ScheduleGifts{})
	require.NoError(t, err)
	_, err = st.AddPipeline(7, p, PipelineFacts{ScheduleID: s.ID})
	assert.ErrorContains(t, err, "is of acme/empty, not of acme/shop")
	_, err = st.AddPipeline(7, empty, PipelineFacts{ScheduleID: s.ID})
	assert.NoError(t, err)
	trigger, err := st.AddTrigger(p.Path, "", PipelineTrigger{Description: "x"})
	require.NoError(t, err)
	made, err := st.AddPipeline(8, p, PipelineFacts{TriggerID: trigger.ID})
	require.NoError(t, err)
	st.DeleteTrigger(trigger)
	assert.Zero(t, made.Facts().TriggerID, "its pipelines know of none")

	draft := &PipelineSchedule{Project: p, Cron: "0 1 * * *", Description: "x", Ref: "refs/heads/main", Timezone: "UTC",
		Variables: []ScheduleVariable{{JobVariable: ci.JobVariable{Key: "A"}}}}
	stored, err := st.CreateSchedule(draft)
	require.NoError(t, err)
	assert.NotZero(t, stored.Variables[0].ID)
	assert.Zero(t, draft.Variables[0].ID, "the draft is as it was")
}

// Delayed jobs start at their times, whenever somebody looks.
func TestWhenDelayedJobsHaveStarted(t *testing.T) {
	st, now, p, _ := moving(t, "late: {script: x, when: delayed, start_in: 1 hour}")
	*now = noon.Add(3 * time.Hour)
	Visit(st, func() {})
	assert.Equal(t, noon.Add(time.Hour), p.Jobs[0].QueuedAt)
	assert.Equal(t, *now, st.Now())

	fresh := versioned(t, "18.11")
	assert.Equal(t, []int{firstWebhookID, firstControllerID, firstEnabledID, firstResourceGroupID}, []int{fresh.Webhooks.next,
		fresh.RunnerControllers.next, fresh.EnabledKeys.next, fresh.resources.next})
	assert.NotEmpty(t, fresh.Settings.RegistrationToken)
	users := newTable[*User](5)
	for _, id := range []int{7, 20} {
		users.insert(&User{ID: id})
	}
	users.removeAll(func(u *User) bool { return u.ID == 7 })
	assert.Equal(t, 8, users.next, "what stays takes no numbers away")
	users.insert(&User{ID: 22})
	users.insert(&User{ID: 23})
	for id, there := range map[int]bool{19: false, 20: true, 21: false, 22: true, 23: true, 24: false, 5: false} {
		u, found := users.find(id)
		assert.Equal(t, there, found, id)
		assert.Equal(t, there, u != nil, id)
		assert.True(t, u == nil || u.ID == id, id)
		assert.Equal(t, u, users.ByID(id), id)
	}
	_, found := (table[*User]{}).find(5)
	assert.False(t, found)
	for text, want := range map[string]string{"x<b": "x", "x<": "x&lt;", "x</Z>y": "xy", "x</1>": "x&lt;/1&gt;"} {
		assert.Equal(t, want, sanitized(text), "%q", text)
	}
}
