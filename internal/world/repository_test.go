package world

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab/ci"
	"github.com/fakegitlab/fakegitlab/internal/repository"
)

// Of a commit that is refused, or taken back, not even its objects stay.
func TestRefusedCommitsLeaveNoObjects(t *testing.T) {
	st, p, _ := withFiles(t, map[string]string{"a": "a"})
	before := p.Repository.Count()
	made := CommitDraft{Branch: "no..branch", Start: "main", Message: "m",
		Writes: map[string]repository.Write{"b": {Content: []byte("b")}}}
	_, err := st.Commit(p, nil, made, PushOptions{})
	require.ErrorContains(t, err, "funny refname")
	assert.Equal(t, before, p.Repository.Count())
	made.Branch = "other"
	require.ErrorIs(t, Atomically(st, func() error {
		_, err := st.Commit(p, nil, made, PushOptions{Silent: true})
		require.NoError(t, err)
		assert.Greater(t, p.Repository.Count(), before)
		return errLate
	}), errLate)
	assert.Equal(t, before, p.Repository.Count())
	assert.Empty(t, p.Repository.Ref("refs/heads/other"))
}

var errLate = errors.New("something else failed")

// Each change is taken back when what it is a part of fails.
func TestChangesOfPipelinesAreTakenBack(t *testing.T) {
	st, p, c := withFiles(t, map[string]string{"a": "a"})
	mia, err := st.AddUser(User{Username: "mia"})
	require.NoError(t, err)
	_, err = st.AddRunner(RunnerDraft{Projects: []*Project{p}, Attributes: DefaultAttributes()})
	require.NoError(t, err)
	trigger, err := st.AddTrigger("acme/shop", "root", PipelineTrigger{})
	require.NoError(t, err)
	schedule, err := st.AddSchedule("acme/shop", "root", PipelineSchedule{Description: "d", Ref: "refs/heads/main",
		Cron: "0 1 * * *"}, ScheduleGifts{Variables: []ci.JobVariable{{Key: "A", Value: "b"}}})
	require.NoError(t, err)
	pipeline := st.storePipeline(0, p, PipelineFacts{Ref: "main", Commit: Commit{SHA: c.ID}, Status: JobRunning,
		ScheduleID: schedule.ID, TriggerID: trigger.ID, Variables: schedule.Given()})
	rule, err := st.ProtectRef(ProtectedRef{Project: p, Name: "stable"})
	require.NoError(t, err)
	status, err := st.ReportStatus(pipeline, mia, StatusReport{Name: "lint", State: "running"})
	require.NoError(t, err)
	st.MovePipelines()
	seen := func() []any {
		return []any{*schedule, *rule, *status, *pipeline.facts, p.pipelines, st.pipelines[pipeline.ID], p.gonePipelines,
			st.Statuses.Rows, pipeline.Statuses(), slices.Clone(st.Schedules.Rows), slices.Clone(st.Triggers.Rows)}
	}
	for name, change := range map[string]func() error{
		"OwnSchedule":            func() error { st.OwnSchedule(schedule, mia); return nil },
		"DeleteSchedule":         func() error { st.DeleteSchedule(schedule); return nil },
		"DeleteTrigger":          func() error { st.DeleteTrigger(trigger); return nil },
		"DeleteScheduleVariable": func() error { st.DeleteScheduleVariable(schedule, "A"); return nil },
		"AllowForcePush":         func() error { st.AllowForcePush(rule, true); return nil },
		"RenamePipeline":         func() error { return st.RenamePipeline(pipeline, "Nightly") },
		"ReportStatus": func() error {
			_, err := st.ReportStatus(pipeline, mia, StatusReport{Name: "lint", State: "success"})
			return err
		},
		"DeletePipeline": func() error { st.DeletePipeline(pipeline); return nil },
	} {
		t.Run(name, func(t *testing.T) {
			before := seen()
			require.ErrorIs(t, Atomically(st, func() error {
				require.NoError(t, change())
				assert.NotEqual(t, before, seen())
				return errLate
			}), errLate)
			assert.Equal(t, before, seen())
		})
	}
}

// The variables of a schedule are those of its pipelines as long as it is there, and never told as the pipelines' own
// (lib/gitlab/ci/variables/builder.rb, pipeline_schedule_variables; app/models/ci/pipeline_schedule.rb, has_many
// :pipelines).
func TestVariablesGoWithTheirSchedule(t *testing.T) {
	st, p, _ := withFiles(t, map[string]string{".gitlab-ci.yml": "a: {script: x}"})
	schedule, err := st.AddSchedule("acme/shop", "root", PipelineSchedule{Cron: "0 1 * * *"},
		ScheduleGifts{Variables: []ci.JobVariable{{Key: "SECRET", Value: "x"}}})
	require.NoError(t, err)
	made, err := st.RunSchedule(schedule, st.Users.Rows[0])
	require.NoError(t, err)
	assert.Empty(t, made.HandedIn())
	require.NotEmpty(t, made.facts.Variables)
	require.NoError(t, st.SetScheduleVariable(schedule, schedule.Variable("SECRET"), ci.JobVariable{Key: "SECRET", Value: "y"}))
	require.NoError(t, st.SetScheduleVariable(schedule, nil, ci.JobVariable{Key: "MORE", Value: "z"}))
	assert.Equal(t, []ci.JobVariable{{Key: "SECRET", Value: "y"}, {Key: "MORE", Value: "z"}}, made.facts.Variables,
		"what the schedule says when a job is handed out counts")
	st.DeleteScheduleVariable(schedule, "MORE")
	assert.Equal(t, []ci.JobVariable{{Key: "SECRET", Value: "y"}}, made.facts.Variables)
	st.DeleteSchedule(schedule)
	assert.Empty(t, made.HandedIn())
	assert.Empty(t, made.facts.Variables)
	assert.Contains(t, p.Pipelines(), made)
}

// What a test says anew of a project is no reason to forget its webhooks and which IIDs were given.
func TestUpdatedProjectsKeepWhatIsTheirs(t *testing.T) {
	st, p, c := withFiles(t, map[string]string{"a": "a"})
	gone := st.storePipeline(0, p, PipelineFacts{Ref: "main", Commit: Commit{SHA: c.ID}, Status: JobSuccess})
	st.DeletePipeline(gone)
	_, err := st.AddWebhook(Webhook{Project: p, WebhookAttributes: WebhookAttributes{URL: "http://localhost"}}, WebhookState{})
	require.NoError(t, err)
	in := *p
	under := st.storePipeline(0, p, PipelineFacts{Ref: "main", Commit: Commit{SHA: c.ID}, Status: JobRunning})
	in.webhooks, in.gonePipelines, in.live, in.pipelines, in.Description = nil, nil, nil, nil, "new"
	require.NoError(t, st.UpdateProject(p, in, nil))
	assert.Equal(t, map[string][]*Pipeline{"main": {under}}, p.live)
	assert.Len(t, p.webhooks, 1)
	assert.Equal(t, 3, p.nextIID())
}

// A pipeline that is deleted in vain comes back with its jobs, wherever these are found, and goes on.
func TestDeletedPipelinesComeBackWithTheirJobs(t *testing.T) {
	st, p := emptyWorld(t)
	r, err := st.AddRunner(RunnerDraft{Attributes: DefaultAttributes()})
	require.NoError(t, err)
	made, err := st.CreatePipeline(NewPipeline{Project: p, User: st.Users.Rows[0], CI: `
stages: [build, test]
a: {stage: build, script: x, resource_group: g}
b: {stage: build, script: x, resource_group: g}
c: {stage: build, script: x, when: delayed, start_in: 1 hour}
d: {stage: test, script: x}
`})
	require.NoError(t, err)
	alone, err := st.AddJob(&Job{Project: p, Status: JobPending})
	require.NoError(t, err)
	st.MovePipelines()
	require.NoError(t, st.StartJob(made.Jobs[0], r, nil, false))
	st.MovePipelines()
	group := st.ResourceGroup(p, "g")
	seen := func() []string {
		said := traces(st)
		tell := func(what string, jobs []*Job) {
			said = append(said, fmt.Sprintln(what, NamesOf(jobs, func(j *Job) string {
				if j == nil {
					return "none"
				}
				return fmt.Sprint(j.ID, j.Status)
			})))
		}
		tell("all", st.Jobs.Rows)
		tell("of the project", p.Jobs)
		tell("on the runner", r.Jobs)
		tell("in the group", group.jobs)
		tell("delayed", slices.Collect(maps.Keys(st.delayed)))
		tell("holder", []*Job{group.holder})
		for _, pipeline := range p.pipelines {
			tell("in the pipeline", pipeline.Jobs)
			tell("latest", pipeline.Latest())
			said = append(said, fmt.Sprint(pipeline.ID, pipeline.Status()))
		}
		return append(said, fmt.Sprint(made.total(), len(p.live["main"])))
	}
	before := seen()
	for _, gone := range []*Pipeline{made, alone.Pipeline} {
		require.ErrorIs(t, Atomically(st, func() error {
			st.DeletePipeline(gone)
			assert.NotEqual(t, before, seen())
			return errLate
		}), errLate)
		st.MovePipelines()
		assert.Equal(t, before, seen())
	}
	require.Equal(t, alone, st.NextFor(r))
	require.NoError(t, st.FinishJob(made.Jobs[0], JobSuccess, "", nil))
	st.MovePipelines()
	assert.Equal(t, JobPending, made.Jobs[1].Status, "the resource is free")
}

// builtin/receive-pack.c, refs.c, refs/files-backend.c: what git says of refs that it does not move.
func TestRefsThatAreNotMoved(t *testing.T) {
	st, p, first := withFiles(t, map[string]string{"a": "a"})
	second := commit(t, st, p, "Go on", map[string]string{"b": "b"}, PushOptions{Silent: true})
	const zero, main = repository.ZeroID, "refs/heads/main"
	at := second.ID
	for name, c := range map[string]struct {
		u    RefUpdate
		want string
	}{
		"a new one":             {RefUpdate{"refs/heads/new", zero, at}, ""},
		"on from where it is":   {RefUpdate{main, at, first.ID}, ""},
		"deleted":               {RefUpdate{main, at, zero}, ""},
		"deleted, whatever":     {RefUpdate{main, zero, zero}, ""},
		"new, but there":        {RefUpdate{main, zero, at}, "cannot lock ref '" + main + "': reference already exists"},
		"moved meanwhile":       {RefUpdate{main, first.ID, at}, "cannot lock ref '" + main + "': is at " + at + " but expected " + first.ID},
		"deleted meanwhile":     {RefUpdate{"refs/heads/x", at, first.ID}, "cannot lock ref 'refs/heads/x': unable to resolve reference 'refs/heads/x'"},
		"below another":         {RefUpdate{main + "/x", zero, at}, "cannot lock ref '" + main + "/x': '" + main + "' exists; cannot create '" + main + "/x'"},
		"a branch of no commit": {RefUpdate{main, at, first.Tree}, "cannot update ref '" + main + "': trying to write non-commit object " + first.Tree + " to branch '" + main + "'"},
		"a tag of no commit":    {RefUpdate{"refs/tags/t", zero, first.Tree}, ""},
		"no object":             {RefUpdate{main, at, strings.Repeat("1", 40)}, main + ": " + RefNoObject},
		"no name":               {RefUpdate{"refs/heads/a..b", zero, at}, "refs/heads/a..b: " + RefFunny},
	} {
		t.Run(name, func(t *testing.T) {
			refs := p.Repository.Refs()
			for _, err := range []error{st.CheckRefUpdate(p, c.u), st.CheckRefsAtOnce(p, []RefUpdate{c.u}),
				st.CheckRefUpdates(p, []RefUpdate{c.u})[0]} {
				if c.want == "" {
					assert.NoError(t, err)
				} else {
					assert.EqualError(t, err, c.want)
				}
			}
			assert.Equal(t, refs, p.Repository.Refs())
		})
	}
	stale, beside := RefUpdate{"refs/heads/x/y", at, at}, RefUpdate{"refs/heads/x", zero, at}
	errs := st.CheckRefUpdates(p, []RefUpdate{stale, beside, {"refs/heads/x/z", zero, at}})
	assert.Error(t, errs[0])
	assert.NoError(t, errs[1], "what is not made is in nobody's way")
	assert.ErrorContains(t, errs[2], "'refs/heads/x' exists")
	assert.EqualError(t, st.CheckRefsAtOnce(p, []RefUpdate{beside, {"refs/heads/x/z", zero, at}}),
		"cannot lock ref 'refs/heads/x': cannot process 'refs/heads/x' and 'refs/heads/x/z' at the same time")
	assert.NoError(t, st.CheckRefsAtOnce(p, []RefUpdate{{main, at, zero}, {main + "-x", zero, at}}))
}

// app/services/projects/protect_default_branch_service.rb; lib/gitlab/access/branch_protection.rb: what a group says of the
// branch that its new projects begin with.
func TestProtectionOfFirstBranches(t *testing.T) {
	rule := func(push, merge RefAccess) *ProtectedRef {
		return &ProtectedRef{Name: "main", Push: push, Merge: merge}
	}
	for level, c := range map[string]struct {
		first RefAccess
		then  *ProtectedRef
	}{
		protectNothing:    {DevelopersUp, nil},
		protectPartly:     {DevelopersUp, rule(DevelopersUp, MaintainersUp)},
		protectFully:      {MaintainersUp, rule(MaintainersUp, MaintainersUp)},
		protectMerging:    {MaintainersUp, rule(MaintainersUp, DevelopersUp)},
		protectAfterFirst: {DevelopersUp, rule(MaintainersUp, MaintainersUp)},
	} {
		st, p := emptyWorld(t)
		p.Group.Attributes = map[string]string{AttrBranchProtection: level}
		assert.Equal(t, c.first, st.FirstPush(p), level)
		commit(t, st, p, "Begin", map[string]string{"a": "a"}, PushOptions{})
		var made *ProtectedRef
		if rules := st.ProtectedRefsOf(p, false); len(rules) > 0 {
			made = &ProtectedRef{Name: rules[0].Name, Push: rules[0].Push, Merge: rules[0].Merge}
		}
		assert.Equal(t, c.then, made, level)
	}
	st, p := emptyWorld(t)
	_, err := st.AddProtectedRef(ProtectedRef{Project: p, Name: "ma*", Push: DevelopersUp})
	require.NoError(t, err)
	commit(t, st, p, "Begin", map[string]string{"a": "a"}, PushOptions{})
	assert.Len(t, st.ProtectedRefsOf(p, false), 1, "a rule is for it already")
	st.UnprotectRef(st.ProtectedRefsOf(p, false)[0])
	commit(t, st, p, "Go on", map[string]string{"a": "b"}, PushOptions{})
	assert.Empty(t, st.ProtectedRefsOf(p, false), "the branch is no new one")
}

// The first branch of an empty repository becomes its default branch; a tag does not.
func TestWhatAnEmptyRepositoryStandsOn(t *testing.T) {
	for ref, want := range map[string]string{"refs/heads/trunk": "trunk", "refs/tags/v1": "main", "refs/keep/x": "main"} {
		_, _, c := withFiles(t, map[string]string{"a": "a"})
		st, p := emptyWorld(t)
		p.Repository.Add(repository.TreeObject(nil))
		first := *c
		first.Tree = repository.TreeObject(nil).ID()
		require.NoError(t, st.PushRefs(p, nil, []RefUpdate{{ref, repository.ZeroID, p.Repository.AddCommit(first).ID}},
			PushOptions{}))
		assert.Equal(t, want, p.DefaultBranch(), ref)
	}
}
