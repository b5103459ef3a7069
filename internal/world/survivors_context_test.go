package world

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab/ci"
	"github.com/fakegitlab/fakegitlab/internal/repository"
)

// What the files of pipelines are evaluated for, environments of jobs, and what workers do, whose loss no other test noticed
// (internal/mutate).

// lib/gitlab/ci/variables/builder.rb; lib/gitlab/ci/config/external/file: what rules see of who set a pipeline going, and
// which files there are to include.
func TestWhatNewPipelinesSee(t *testing.T) {
	st, p, first := withFiles(t, map[string]string{"a.yml": "a: {script: x}"})
	root := st.Users.Rows[0]
	trigger, err := st.AddTrigger(p.Path, "", PipelineTrigger{Description: "x"})
	require.NoError(t, err)
	said := func(f PipelineFacts) (pairs []string) {
		for _, v := range st.callerOf(f) {
			pairs = append(pairs, v.Key+"="+v.Value)
		}
		return pairs
	}
	assert.Empty(t, said(PipelineFacts{}))
	assert.Equal(t, []string{"CI_PIPELINE_TRIGGERED=true", "CI_TRIGGER_SHORT_TOKEN=" + trigger.Short(),
		"GITLAB_USER_ID=" + strconv.Itoa(root.ID), "GITLAB_USER_EMAIL=admin@example.com", "GITLAB_USER_LOGIN=root",
		"GITLAB_USER_NAME=Administrator"}, said(PipelineFacts{TriggerID: trigger.ID, User: root}))

	lib, err := st.AddProject(Project{Path: "acme/lib"}, nil)
	require.NoError(t, err)
	commit(t, st, lib, "Begin", map[string]string{"b.yml": "b: {script: x}"}, PushOptions{Silent: true})
	for text, want := range map[string]string{
		"include: [a.yml, {project: acme/lib, file: b.yml}]\nc: {script: x}": "",
		"include: none.yml\nc: {script: x}":                                  "Local file `none.yml` does not exist!",
	} {
		made, err := st.CreatePipeline(NewPipeline{Project: p, User: root, CI: text})
		if want != "" {
			assert.ErrorContains(t, err, want)
			continue
		}
		require.NoError(t, err)
		assert.Equal(t, []string{"a", "b", "c"}, NamesOf(made.Jobs, func(j *Job) string { return j.Name }))
	}

	_, blank, _ := withFiles(t, map[string]string{".gitlab-ci.yml": " \n"})
	assert.Equal(t, []string{"Local file `.gitlab-ci.yml` is empty!"}, st.TryPipeline(NewPipeline{Project: blank, User: root}).Errors)

	p.Repository.SetRef(repository.Branch("topic"), first.ID)
	commit(t, st, p, "Go on", map[string]string{"new": "x"}, PushOptions{Silent: true})
	for path, want := range map[string]int{"new": 2, "a.yml": 1} {
		made, err := st.CreatePipeline(NewPipeline{Project: p, User: root, CI: "a: {script: x, rules: [{changes: {paths: [" + path +
			"], compare_to: topic}}]}\nb: {script: x}"})
		require.NoError(t, err)
		assert.Len(t, made.Jobs, want, path)
	}
	for version, want := range map[string]bool{"17.2": false, "19.4": true} {
		v := parsed(t, version)
		all := fmt.Sprint(CommitVariables(CommitFacts{DefaultBranchSHA: first.ID}, v))
		assert.Equal(t, want, strings.Contains(all, "CI_COMMIT_DEFAULT_BRANCH_BASE_SHA"), version)
	}
}

// app/services/environments/create_for_job_service.rb: a job has no environment whose name is none, or whose slug another one
// has; and what is gone does not come back with a seed.
func TestJobsWhoseEnvironmentCannotBe(t *testing.T) {
	st, shop := ruled(t)
	add := func(environment string) *Job {
		plan := &Plan{Spec: ci.JobSpec{Environment: ci.Environment{Name: environment}}}
		j, err := st.AddJob(&Job{Project: shop, User: st.Users.Rows[0], Status: JobRunning, Plan: plan})
		require.NoError(t, err)
		return j
	}
	names := func() []string { return NamesOf(st.Environments.Rows, func(e *Environment) string { return e.Name }) }
	foo, err := st.AddEnvironment(Environment{Project: shop, Name: "foo"})
	require.NoError(t, err)
	changed, err := st.ChangeEnvironment(foo, EnvironmentChange{})
	require.NoError(t, err)
	assert.Same(t, foo, changed)
	for _, name := range []string{"a*b", "foo-"} {
		assert.Empty(t, add(name).EnvironmentName, name)
	}
	assert.Equal(t, []string{"foo"}, names())
	gone := add("gone")
	st.DeleteEnvironment(st.EnvironmentOf(gone))
	Seeding(st, nil, nil, func() {
		before, taken := add("bar-"), add("new")
		_, err := st.AddEnvironment(Environment{Project: shop, Name: "bar"})
		require.NoError(t, err)
		st.SettleEnvironments(true, false)
		assert.ElementsMatch(t, []string{"bar", "foo", "new"}, names())
		assert.Nil(t, st.DeploymentOf(before))
		assert.NotNil(t, st.DeploymentOf(taken))
	})
}

// app/services/ci/stuck_builds/drop_pending_service.rb; app/workers/pipeline_schedule_worker.rb: why a job is given up that
// waited for too long, and that the workers see to schedules.
func TestWhatWorkersDoOfThemselves(t *testing.T) {
	st, p, now := ticking(t, "19.4")
	r, err := st.AddRunner(RunnerDraft{Attributes: DefaultAttributes(), ContactedAt: noon})
	require.NoError(t, err)
	created, err := st.AddJob(&Job{Project: p, User: st.Users.Rows[0], Status: JobCreated})
	require.NoError(t, err)
	before := st.QueueValueOf(r)
	require.NoError(t, st.EnqueueJob(created))
	assert.NotEqual(t, before, st.QueueValueOf(r), "a runner hears of a job that waits for it")
	stuck, err := st.AddJob(&Job{Project: p, User: st.Users.Rows[0], Tags: []string{"nobody"}})
	require.NoError(t, err)
	s, err := st.AddSchedule(p.Path, RootUsername, PipelineSchedule{Cron: "0 1 * * *"}, ScheduleGifts{})
	require.NoError(t, err)
	s.Active = true
	next := s.NextRunAt
	require.True(t, next.After(noon) && next.Before(noon.Add(24*time.Hour)))
	*now = noon.Add(24*time.Hour + time.Minute)
	r.ContactedAt = *now
	st.RunWorkers()
	assert.Equal(t, []string{stuckPendingWithMatchingRunners, stuckPendingNoMatchingRunners}, []string{created.FailureReason,
		stuck.FailureReason})
	assert.True(t, s.NextRunAt.After(*now))
}

// lib/gitlab/ci/build/policy/refs.rb, lib/gitlab/ci/build/rules/rule/clause/changes.rb: which refs of which project a job is
// for, and that all has changed where nobody knows what.
func TestWhatFilesOfPipelinesAreReadFor(t *testing.T) {
	st, p, first := withFiles(t, map[string]string{"a": "a"})
	p.Repository.SetRef("refs/tags/v1", first.ID)
	last := commit(t, st, p, "Go on", map[string]string{"a": "b"}, PushOptions{Silent: true})
	_, empty := emptyWorld(t)
	const changes, compared = "changes: [docs/*]", "changes: {paths: [docs/*], compare_to: main}"
	file := "tagged: {script: x, only: [tags]}\nhere: {script: x, only: [branches@acme/shop]}\n" +
		"elsewhere: {script: x, only: [branches@acme/other]}\nruled: {script: x, rules: [{%s}]}"
	for name, c := range map[string]struct {
		n     NewPipeline
		rules string
		want  []string
	}{
		"a branch":              {NewPipeline{Commit: Commit{BeforeSHA: first.ID}}, changes, []string{"here"}},
		"a tag":                 {NewPipeline{Ref: "v1"}, changes, []string{"ruled", "tagged"}},
		"of nothing":            {NewPipeline{Commit: Commit{BeforeSHA: ZeroSHA}}, changes, []string{"here", "ruled"}},
		"of what is not there":  {NewPipeline{Commit: Commit{BeforeSHA: strings.Repeat("cd", 20)}}, changes, []string{"here", "ruled"}},
		"compared":              {NewPipeline{}, compared, []string{"here"}},
		"compared with nothing": {NewPipeline{Project: empty}, compared, []string{"here", "ruled"}},
	} {
		if c.n.Project == nil {
			c.n.Project = p
		}
		c.n.User, c.n.CI = st.Users.Rows[0], fmt.Sprintf(file, c.rules)
		made, err := st.CreatePipeline(c.n)
		require.NoError(t, err, name)
		assert.ElementsMatch(t, c.want, NamesOf(made.Jobs, func(j *Job) string { return j.Name }), name)
	}
	for want, given := range map[time.Time]Commit{last.Committer.When: {}, noon.Add(-time.Hour): {CreatedAt: noon.Add(-time.Hour)}} {
		f, problem := st.factsOf(NewPipeline{Project: p, Commit: given})
		assert.Equal(t, []any{"", want.UTC()}, []any{problem, f.Commit.CreatedAt.UTC()}, "a draft knows better")
	}
	for _, none := range []NewPipeline{{Ref: "refs/tags/v2"}, {Ref: "v2", RefIsTag: true}} {
		none.Project = p
		assert.ErrorContains(t, st.misplaced(none).err(), `no tag "v2"`)
	}
}

// lib/gitlab/ci/pipeline/chain/helpers.rb: a warning is told with entities, as an error is.
func TestWarningsOfATrial(t *testing.T) {
	st, p := emptyWorld(t)
	tried := st.TryPipeline(NewPipeline{Project: p, User: st.Users.Rows[0], CI: "R&D: {script: x, rules: [{when: always}]}"})
	require.Len(t, tried.Warnings, 1)
	assert.Contains(t, tried.Warnings[0], "jobs:R&amp;D may allow multiple pipelines")
}
