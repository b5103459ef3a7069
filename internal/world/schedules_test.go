package world

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
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
		{"16.0", "refs/heads/main", "refs/heads/main", "refs/heads/main", "branch main"},
		{"16.0", "refs/heads/v1", "v1", "v1", "tag v1"},
		{"16.0", "both", "both", "both", "branch both"},
		{"17.2", "refs/heads/main", "refs/heads/main", "refs/heads/main", "branch main"},
		{"17.2", "refs/tags/v1", "refs/tags/v1", "refs/tags/v1", "tag v1"},
		{"17.2", "refs/tags/both", "refs/tags/both", "refs/tags/both", "tag both"},
		{"17.2", "main", "refs/heads/main", "refs/heads/main", "branch main"},
		{"17.2", "v1", "refs/tags/v1", "refs/tags/v1", "tag v1"},
		{"17.2", "refs/heads/gone", "refs/heads/gone", "refs/heads/gone", ""},
	} {
		st := versioned(t, c.version)
		p, err := st.AddProject(Project{Path: "acme/shop"}, nil)
		require.NoError(t, err)
		first := commit(t, st, p, "Begin", map[string]string{".gitlab-ci.yml": "a: {script: x}"}, PushOptions{Silent: true})
		for _, ref := range []string{repository.Tag("v1"), repository.Tag("both"), repository.Branch("both"),
			repository.Branch("refs/heads/main"), repository.Branch("refs/tags/v1")} {
			p.Repository.SetRef(ref, first.ID)
		}
		s, err := st.AddSchedule("acme/shop", "", PipelineSchedule{Cron: "0 1 * * *", Ref: c.given}, ScheduleGifts{})
		require.NoError(t, err)
		assert.Equal(t, []string{c.kept, c.seed}, []string{s.Ref, s.SeedRef()}, "%v", c)
		name, tag, whole := s.RefName()
		assert.Equal(t, c.kept != name, whole, "%v", c)
		assert.Equal(t, strings.HasPrefix(c.kept, "refs/tags/"), tag, "%v", c)
		st.around.MayRun = func(_ *State, n NewPipeline) error {
			assert.Equal(t, cmp.Or(c.runs, "branch gone"), map[bool]string{true: "tag ", false: "branch "}[n.RefIsTag]+n.Ref,
				"%v", c)
			return errors.New("may not")
		}
		_, err = st.RunSchedule(s, st.Users.Rows[0])
		assert.EqualError(t, err, "may not")
		assert.Empty(t, p.Pipelines())
		st.around.MayRun = nil
		made, err := st.RunSchedule(s, st.Users.Rows[0])
		if c.runs == "" || c.given == "both" { // which is ambiguous
			assert.Error(t, err, "%v", c)
			continue
		}
		require.NoError(t, err, "%v", c)
		assert.Equal(t, c.runs, map[bool]string{true: "tag ", false: "branch "}[made.RefIsTag()]+made.Ref())
	}
}

// app/models/concerns/cron_schedulable.rb and app/workers/pipeline_schedule_worker.rb: the next time is one of the
// worker, found anew whenever a schedule is saved or has run; without an owner nothing runs.
func TestTimesOfSchedules(t *testing.T) {
	now := time.Date(2024, 7, 1, 12, 5, 0, 0, time.UTC)
	st := stateAt(t, &now)
	shop, err := st.AddProject(Project{Path: "acme/shop"}, nil)
	require.NoError(t, err)
	commit(t, st, shop, "Begin", map[string]string{".gitlab-ci.yml": "a: {script: x}"}, PushOptions{Silent: true})
	at := func(hour, minute int) time.Time { return time.Date(2024, 7, 1, hour, minute, 0, 0, time.UTC) }
	add := func(cron, zone string) *PipelineSchedule {
		s, err := st.AddSchedule("acme/shop", "", PipelineSchedule{Cron: cron, Timezone: zone, Active: true}, ScheduleGifts{})
		require.NoError(t, err)
		return s
	}
	for line, want := range map[string]time.Time{"0 13 * * *": at(13, 3), "13 12 * * *": at(12, 13), "3 13 * * *": at(13, 13)} {
		s := add(line, "")
		assert.Equal(t, want, s.NextRunAt, line)
		st.DeleteSchedule(s)
	}
	other, first := add("0 16 1 8 *", ""), add("0 16 * * *", "Europe/Berlin")
	assert.Equal(t, at(14, 3), first.NextRunAt)
	assert.Equal(t, at(14, 3), st.NextSchedule())
	first.Timezone = "nowhere"
	st.reckon(first)
	assert.Equal(t, at(16, 3), first.NextRunAt, "it is read as if nothing were said of it")
	first.Timezone = "UTC"
	created := now
	now = at(17, 0)
	owner := first.Owner
	st.OwnSchedule(first, owner)
	next := at(16, 3).Add(24 * time.Hour)
	assert.Equal(t, []time.Time{created, now, next}, []time.Time{first.CreatedAt, first.UpdatedAt, first.NextRunAt})
	now = next
	first.Owner = nil
	st.runSchedules()
	assert.Empty(t, shop.Pipelines())
	assert.Equal(t, []time.Time{now, next.Add(24 * time.Hour)}, []time.Time{first.UpdatedAt, first.NextRunAt})
	assert.Equal(t, created, other.UpdatedAt)
	first.Owner, now = owner, first.NextRunAt
	st.runSchedules()
	assert.Len(t, shop.Pipelines(), 1, "at its time, not after it")
	before := *first
	now = now.Add(time.Minute)
	require.Error(t, Atomically(st, func() error { st.PlaySchedule(first, owner); return errors.New("the test") }))
	assert.Equal(t, before, *first)
	st.PlaySchedule(first, owner)
	assert.Len(t, shop.Pipelines(), 2)
	assert.Equal(t, before, *first, "its time is still to come, so nothing is saved")
	now = first.NextRunAt
	require.Error(t, Atomically(st, func() error {
		st.PlaySchedule(first, owner)
		assert.Equal(t, now, first.UpdatedAt)
		return errors.New("the test")
	}))
	assert.Equal(t, before, *first)
	require.NoError(t, st.ChangeSchedule(first, st.ScheduleDraft(shop, nil, first, ScheduleChange{Cron: to("0 18 * * *")})))
	assert.Equal(t, now, first.UpdatedAt)
	assert.Same(t, owner, first.Owner)
	made := *st.ScheduleDraft(shop, owner, nil, ScheduleChange{})
	assert.Equal(t, PipelineSchedule{Project: shop, Owner: owner, Active: true, Timezone: "UTC"}, made)
}

// lib/gitlab/ci/variables/builder.rb, pipeline_schedule_variables: the pipelines of a schedule have its variables as
// they are by now, and none once it is gone.
func TestPipelinesHaveTheirSchedulesVariables(t *testing.T) {
	st, shop, _ := withFiles(t, map[string]string{".gitlab-ci.yml": "a: {script: x}"})
	var schedules []*PipelineSchedule
	var made []*Pipeline
	for range 2 {
		s, err := st.AddSchedule("acme/shop", "", PipelineSchedule{Cron: "0 1 * * *"}, ScheduleGifts{
			Variables: []ci.JobVariable{{Key: "A", Value: "1"}, {Key: "B", Value: "1"}}})
		require.NoError(t, err)
		p, err := st.RunSchedule(s, st.Users.Rows[0])
		require.NoError(t, err)
		schedules, made = append(schedules, s), append(made, p)
	}
	_, err := st.AddJob(&Job{Project: shop, User: st.Users.Rows[0], Status: JobSuccess})
	require.NoError(t, err)
	before := schedules[1].Variables
	said := func() string {
		var all []string
		for _, p := range made {
			text := fmt.Sprint(p.Facts().ScheduleID-firstScheduleID, ":")
			for _, v := range p.Facts().Variables {
				text += v.Key + v.Value
			}
			all = append(all, text)
		}
		assert.Equal(t, before, schedules[1].Variables)
		return strings.Join(all, " ")
	}
	for _, c := range []struct {
		change func()
		want   string
	}{
		{func() {
			_ = st.SetScheduleVariable(schedules[0], schedules[0].Variable("B"), ci.JobVariable{Key: "B", Value: "2"})
		},
			"0:A1B2 1:A1B1"},
		{func() { _ = st.SetScheduleVariable(schedules[0], nil, ci.JobVariable{Key: " C ", Value: "3"}) },
			"0:A1B1C3 1:A1B1"},
		{func() { _ = st.SetScheduleVariable(schedules[0], nil, ci.JobVariable{Key: "C C", Value: "3"}) }, "0:A1B1 1:A1B1"},
		{func() { st.DeleteScheduleVariable(schedules[0], "A") }, "0:B1 1:A1B1"},
		{func() {
			s := schedules[0]
			_ = st.ChangeSchedule(s, st.ScheduleDraft(shop, s.Owner, s, ScheduleChange{Variables: []ScheduleVariableChange{
				{JobVariable: ci.JobVariable{Key: "A"}, Old: s.Variable("A"), Gone: true}}}))
		}, "0:B1 1:A1B1"},
		{func() { st.DeleteSchedule(schedules[0]) }, fmt.Sprint(-firstScheduleID, ": 1:A1B1")},
	} {
		require.Error(t, Atomically(st, func() error {
			c.change()
			assert.Equal(t, c.want, said())
			return errors.New("the test")
		}))
		assert.Equal(t, "0:A1B1 1:A1B1", said())
		assert.Len(t, st.Schedules.Rows, 2)
	}
}

// What the draft of a schedule says wrongly is told, and none is made.
func TestDraftsOfSchedules(t *testing.T) {
	st, shop, _ := withFiles(t, map[string]string{"a": "a"})
	_, err := st.AddProject(Project{Path: "acme/empty"}, nil)
	require.NoError(t, err)
	is, err := st.AddSchedule("acme/shop", Nobody, PipelineSchedule{Cron: " 0 1 * * * ", NextRunAt: noon},
		ScheduleGifts{Inputs: map[string]any{"b": 1, "a": []string{"x"}}})
	require.NoError(t, err)
	assert.Equal(t, PipelineSchedule{ID: firstScheduleID, Project: shop, Description: "schedule", Cron: is.Cron,
		Timezone: "UTC", Ref: "refs/heads/main", NextRunAt: noon, CreatedAt: noon, UpdatedAt: noon,
		Inputs: []ScheduleInput{{"a", []byte(`["x"]`)}, {"b", []byte("1")}}}, *is)
	assert.Equal(t, "map[a:[x] b:1]", fmt.Sprint(InputValues(is.Inputs)))
	assert.Nil(t, InputValues(nil))
	good := PipelineSchedule{Cron: "0 1 * * *"}
	with := func(change func(*PipelineSchedule)) PipelineSchedule { s := good; change(&s); return s }
	for _, c := range []struct {
		path, owner string
		draft       PipelineSchedule
		gifts       ScheduleGifts
		want        string
	}{
		{"acme/none", "", with(func(s *PipelineSchedule) { s.Ref = "none" }), ScheduleGifts{}, "project: "},
		{"acme/shop", "nemo", good, ScheduleGifts{}, "owner: "},
		{"acme/shop", "", with(func(s *PipelineSchedule) { s.Ref = "mian" }), ScheduleGifts{}, "ref: "},
		{"acme/shop", "", with(func(s *PipelineSchedule) { s.ID = is.ID }), ScheduleGifts{}, "id: pipeline schedule id "},
		{"acme/shop", "", with(func(s *PipelineSchedule) { s.Cron = "nightly" }), ScheduleGifts{}, `cron: "nightly" is no cron line`},
		{"acme/shop", "", with(func(s *PipelineSchedule) { s.Timezone = "Mars" }), ScheduleGifts{}, `cron_timezone: "Mars" is no time zone`},
		{"acme/shop", "", good, ScheduleGifts{Inputs: map[string]any{"f": func() {}}}, "inputs.f: "},
		{"acme/shop", "", with(func(s *PipelineSchedule) { s.Description = " " }), ScheduleGifts{}, "description: "},
		{"acme/shop", "", good, ScheduleGifts{Variables: []ci.JobVariable{{Key: "A B"}}}, "variables"},
	} {
		for _, seeding := range []bool{false, true} {
			seed := func() error {
				_, err := st.AddSchedule(c.path, c.owner, c.draft, c.gifts)
				problems := problemsOf(t, err)
				if assert.Len(t, problems, 1) {
					assert.True(t, strings.HasPrefix(problems[0], c.want), problems[0])
				}
				assert.Equal(t, seeding || c.want == "variables", len(st.Schedules.Rows) == 2, "what stands for it")
				return errors.New("the test")
			}
			if seeding {
				inner := seed
				seed = func() (err error) { Seeding(st, nil, nil, func() { err = inner() }); return err }
			}
			require.Error(t, Atomically(st, seed))
			assert.Len(t, st.Schedules.Rows, 1)
		}
	}
	for ref, want := range map[string]string{"": "refs/heads/main", "side": "refs/heads/side",
		"refs/tags/v1": "refs/tags/v1"} {
		s, err := st.AddSchedule("acme/empty", "", with(func(s *PipelineSchedule) { s.Ref = ref }), ScheduleGifts{})
		require.NoError(t, err, "an empty repository has all refs still to come")
		assert.Equal(t, []string{want, want}, []string{s.Ref, s.SeedRef()})
	}
}

// app/models/ci/pipeline_schedule.rb and app/validators/nested_attributes_duplicates_validator.rb: what the model says.
func TestWhatTheModelSaysOfSchedules(t *testing.T) {
	input := func(name string) ScheduleInput { return ScheduleInput{Name: name, Value: []byte(`"y"`)} }
	var most []ScheduleInput
	for i := range maxInputs {
		most = append(most, input(fmt.Sprint(i)))
	}
	variable := func(key string) ScheduleVariableChange {
		return ScheduleVariableChange{JobVariable: ci.JobVariable{Key: key}}
	}
	for _, c := range []struct {
		version string
		change  ScheduleChange
		want    string
	}{
		{"16.0", ScheduleChange{Ref: to(" ")}, "Ref can't be blank"},
		{"17.2", ScheduleChange{Ref: to(" ")}, "Ref is ambiguous"},
		{"17.2", ScheduleChange{Inputs: most}, ""},
		{"17.2", ScheduleChange{Inputs: append(most[:maxInputs:maxInputs], input("x"))}, "Inputs exceeds the limit of 20."},
		{"17.2", ScheduleChange{Inputs: []ScheduleInput{input("a"), input("a")}}, "Inputs have duplicate values (a)"},
		{"17.2", ScheduleChange{Inputs: []ScheduleInput{input("is"), input("is")}}, "Inputs have duplicate values (is)"},
		{"17.2", ScheduleChange{Variables: []ScheduleVariableChange{variable("A"), variable("B"), variable("A")}},
			"Variables have duplicate values (A)"},
		{"17.2", ScheduleChange{Variables: []ScheduleVariableChange{variable("A B")}},
			"Variables key can contain only letters, digits and '_'."},
	} {
		st := versioned(t, c.version)
		p, err := st.AddProject(Project{Path: "acme/shop"}, nil)
		require.NoError(t, err)
		commit(t, st, p, "Begin", map[string]string{".gitlab-ci.yml": "a: {script: x}"}, PushOptions{Silent: true})
		s, err := st.AddSchedule("acme/shop", "", PipelineSchedule{Cron: "0 1 * * *"}, ScheduleGifts{})
		require.NoError(t, err)
		if len(c.change.Inputs) == 2 {
			s.Inputs = []ScheduleInput{input("is")}
		}
		var bad *Invalid
		if err := st.ChangeSchedule(s, st.ScheduleDraft(p, nil, s, c.change)); c.want == "" {
			assert.NoError(t, err)
		} else if assert.ErrorAs(t, err, &bad) {
			assert.Equal(t, []string{c.want}, bad.Sentences())
		}
	}
}

// Schedules have inputs of their pipelines from a version on.
func TestInputsOfSchedules(t *testing.T) {
	for version, want := range map[string]string{"17.10": "x", "17.11": "y"} {
		st := versioned(t, version)
		p, err := st.AddProject(Project{Path: "acme/shop"}, nil)
		require.NoError(t, err)
		commit(t, st, p, "Begin", map[string]string{".gitlab-ci.yml": "spec: {inputs: {a: {default: x}}}\n---\n" +
			"job-$[[ inputs.a ]]: {script: x}"}, PushOptions{Silent: true})
		s, err := st.AddSchedule("acme/shop", "", PipelineSchedule{Cron: "0 1 * * *"},
			ScheduleGifts{Inputs: map[string]any{"a": "y"}})
		require.NoError(t, err)
		made, err := st.RunSchedule(s, st.Users.Rows[0])
		require.NoError(t, err)
		assert.Equal(t, "job-"+want, made.Jobs[0].Name, version)
	}
}
