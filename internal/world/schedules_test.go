package world

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab/ci"
	"github.com/fakegitlab/fakegitlab/internal/repository"
)

// app/models/plan_limits.rb, ci_pipeline_schedules: a project has ten at most; those of others do not count.
func TestHowManySchedulesAProjectHas(t *testing.T) {
	st, shop := ruled(t)
	_, err := st.AddProject(Project{Path: "acme/site"}, nil)
	require.NoError(t, err)
	add := func(path string) error {
		_, err := st.AddSchedule(path, "", PipelineSchedule{Cron: "0 1 * * *"}, ScheduleGifts{Variables: []ci.JobVariable{{Key: "A"}}})
		return err
	}
	require.NoError(t, add("acme/site"))
	for range maxSchedules {
		require.NoError(t, add("acme/shop"))
	}
	assert.ErrorContains(t, add("acme/shop"), "Maximum number of ci pipeline schedules (10) exceeded")
	assert.Len(t, st.SchedulesOf(shop), maxSchedules)
	assert.NoError(t, add("acme/site"))
}

// What is refused, or taken back, leaves a schedule as it was.
func TestChangesOfSchedules(t *testing.T) {
	st, shop := ruled(t)
	s, err := st.AddSchedule("acme/shop", "", PipelineSchedule{ID: 77, Cron: "0 1 * * *", Active: true}, ScheduleGifts{})
	require.NoError(t, err)
	_, err = st.AddSchedule("acme/shop", "", PipelineSchedule{ID: 77, Cron: "0 1 * * *"}, ScheduleGifts{})
	assert.ErrorContains(t, err, "77")
	before := *s
	require.Error(t, Atomically(st, func() error {
		require.NoError(t, st.ChangeSchedule(s, st.ScheduleDraft(shop, s.Owner, s, ScheduleChange{Cron: to(" 5 6 * * * ")})))
		assert.Equal(t, "5 6 * * *", s.Cron, "app/models/ci/pipeline_schedule.rb, strip")
		return errors.New("the test")
	}))
	assert.Equal(t, before, *s)
	assert.Error(t, st.ChangeSchedule(s, st.ScheduleDraft(shop, s.Owner, s, ScheduleChange{Cron: to("never")})))
	assert.Equal(t, before, *s)
	a := ci.JobVariable{Key: "A", Value: "1"}
	require.NoError(t, st.SetScheduleVariable(s, nil, a))
	assert.Equal(t, newInvalid(attrKey, msgAlreadyTaken), st.SetScheduleVariable(s, nil, a))
	a.Value = "2"
	require.NoError(t, st.SetScheduleVariable(s, s.Variable("A"), a))
	assert.Equal(t, []ci.JobVariable{a}, s.Given())
}

// What a request says of a variable twice, and what none says of it.
func TestVariablesOfSchedulesAreChangedByTheLastWord(t *testing.T) {
	s := &PipelineSchedule{Variables: []ScheduleVariable{{7, ci.JobVariable{Key: "A", Value: "$B", Raw: true}}, {8, ci.JobVariable{Key: "B"}},
		{9, ci.JobVariable{Key: "C"}}}}
	say := func(i int, value string, gone bool) ScheduleVariableChange {
		return ScheduleVariableChange{ci.JobVariable{Key: s.Variables[i].Key, Value: value}, &s.Variables[i], gone}
	}
	change := ScheduleChange{Variables: []ScheduleVariableChange{say(0, "1", false), say(1, "1", true), say(0, "2", false),
		say(1, "2", false), {JobVariable: ci.JobVariable{Key: "D"}}, {JobVariable: ci.JobVariable{Key: "E"}, Gone: true}}}
	assert.Equal(t, []ScheduleVariable{{7, ci.JobVariable{Key: "A", Value: "2", Raw: true}}, {9, ci.JobVariable{Key: "C"}},
		{0, ci.JobVariable{Key: "D"}}}, change.variablesOf(s))
}

// A request changes a schedule in a time that grows with its size and no faster.
func TestLongChangesOfSchedules(t *testing.T) {
	const many = 300_000
	s, change := &PipelineSchedule{Variables: make([]ScheduleVariable, many)}, ScheduleChange{}
	for i := range many {
		change.Variables = append(change.Variables, ScheduleVariableChange{Old: &s.Variables[many-1-i], Gone: true})
		change.Inputs = append(change.Inputs, ScheduleInput{Name: fmt.Sprint(i)})
		change.NoInputs = append(change.NoInputs, fmt.Sprint(i))
	}
	started := time.Now()
	change.applyTo(s)
	assert.Less(t, time.Since(started), 10*time.Second)
	assert.Empty(t, s.Variables)
	assert.Len(t, s.Inputs, many)
}

// app/workers/pipeline_schedule_worker.rb: those that are due run in the order in which they became so.
func TestSchedulesRunInOrder(t *testing.T) {
	now := noon
	st := stateAt(t, &now)
	shop, err := st.AddProject(Project{Path: "acme/shop"}, nil)
	require.NoError(t, err)
	commit(t, st, shop, "Begin", map[string]string{".gitlab-ci.yml": "a: {script: x}"}, PushOptions{Silent: true})
	for i, hour := range []int{16, 14, 15, 14} {
		_, err := st.AddSchedule("acme/shop", "", PipelineSchedule{Cron: fmt.Sprintf("0 %d * * *", hour), Active: i != 3}, ScheduleGifts{Variables: []ci.JobVariable{{Key: "HOUR", Value: fmt.Sprint(hour)}}})
		require.NoError(t, err)
	}
	assert.Equal(t, st.Schedules.Rows[1].NextRunAt, st.NextSchedule(), "of those that are active")
	now = noon.Add(6 * time.Hour)
	st.runSchedules()
	var hours []string
	for _, p := range shop.Pipelines() {
		hours = append(hours, p.Facts().Variables[0].Value)
	}
	assert.Equal(t, []string{"14", "15", "16"}, hours)
}

// app/models/ci/pipeline_schedule.rb, expand_short_ref: how the ref of a schedule is kept, told to a seed and run.
func TestRefsOfSchedules(t *testing.T) {
	for _, c := range []struct{ version, given, kept, seed, runs string }{
		{"16.0", "main", "main", "main", "branch main"},
		{"16.0", "v1", "v1", "v1", "tag v1"},
		{"16.0", "refs/heads/gone", "gone", "refs/heads/gone", ""},
		{"17.2", "main", "refs/heads/main", "refs/heads/main", "branch main"},
		{"17.2", "v1", "refs/tags/v1", "refs/tags/v1", "tag v1"},
		{"17.2", "refs/heads/gone", "refs/heads/gone", "refs/heads/gone", ""},
	} {
		st := versioned(t, c.version)
		p, err := st.AddProject(Project{Path: "acme/shop"}, nil)
		require.NoError(t, err)
		first := commit(t, st, p, "Begin", map[string]string{".gitlab-ci.yml": "a: {script: x}"}, PushOptions{Silent: true})
		p.Repository.SetRef(repository.Tag("v1"), first.ID)
		s, err := st.AddSchedule("acme/shop", "", PipelineSchedule{Cron: "0 1 * * *", Ref: c.given}, ScheduleGifts{})
		require.NoError(t, err)
		assert.Equal(t, []string{c.kept, c.seed}, []string{s.Ref, s.SeedRef()}, "%v", c)
		name, tag, whole := s.RefName()
		assert.Equal(t, c.kept != name, whole, "%v", c)
		assert.Equal(t, c.kept == "refs/tags/v1", tag, "%v", c)
		st.around.MayRun = func(_ *State, n NewPipeline) error {
			assert.Equal(t, c.runs, map[bool]string{true: "tag ", false: "branch "}[n.RefIsTag]+n.Ref, "%v", c)
			return nil
		}
		if c.runs == "" {
			st.around.MayRun = nil
		}
		made, err := st.RunSchedule(s, st.Users.Rows[0])
		if c.runs == "" {
			assert.Error(t, err, "%v", c)
			continue
		}
		require.NoError(t, err, "%v", c)
		assert.Equal(t, c.runs, map[bool]string{true: "tag ", false: "branch "}[made.RefIsTag()]+made.Ref())
	}
}
