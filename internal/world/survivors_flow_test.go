package world

import (
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Rules of how pipelines are tried again and canceled, of delayed jobs and of resource groups whose loss no other test
// noticed (internal/mutate).

// app/services/ci/reset_skipped_jobs_service.rb: what was skipped waits again, for whoever tries again,
// whatever was taken back of those stages; of what is dropped at once nothing waits.
func TestWhatWasSkippedWaitsAgain(t *testing.T) {
	const later = 9
	yaml := "stages: [build, deploy]\na: {stage: build, script: x}\n"
	const ask = "ask: {stage: deploy, script: x, when: manual, needs: []}\n"
	for i := range later {
		need := "a"
		if i > 0 {
			need = fmt.Sprintf("d%d", i-1)
		}
		yaml += fmt.Sprintf("d%d: {stage: deploy, script: x, needs: [%s]}\n", i, need)
	}
	for name, by := range map[string]bool{"for another user": true, "for nobody": false} {
		t.Run(name, func(t *testing.T) {
			st, _, p, _ := moving(t, yaml+ask)
			root := st.Users.Rows[0]
			mia, err := st.AddUser(User{Username: "mia"})
			require.NoError(t, err)
			Visit(st, func() { require.NoError(t, st.FinishJob(p.Jobs[0], JobFailed, ScriptFailure, nil)) })
			require.Equal(t, JobSkipped, p.Jobs[later].Status)
			require.Error(t, Atomically(st, func() error {
				_, err := st.AddJob(&Job{Project: p.Project(), User: mia, PipelineID: p.ID, Name: "gone", Stage: "deploy",
					StageIndex: p.Jobs[1].StageIndex, Status: JobCreated})
				require.NoError(t, err)
				return errors.New("the test")
			}))
			user, want := mia, mia
			if !by {
				user, want = nil, root
			}
			st.resetSkipped(p.Jobs[0], user)
			assert.Equal(t, JobManual, p.Jobs[later+1].Status, "it was not skipped")
			for _, j := range p.Jobs[1 : later+1] {
				assert.Equal(t, []any{JobCreated, want}, []any{j.Status, j.User}, j.Name)
			}
		})
	}
	st, _, p, _ := moving(t, "a: {script: x}\nb: {stage: deploy, script: x}")
	Visit(st, func() { require.NoError(t, st.FinishJob(p.Jobs[0], JobFailed, ScriptFailure, nil)) })
	Visit(st, func() {
		st.retry(p.Jobs[0], st.Users.Rows[0], func(next *Job) { _ = st.move(next, eventDrop) })
	})
	assert.Equal(t, []JobStatus{JobCreated, JobSkipped}, p.Jobs[1].History)
	Visit(st, func() { st.RetryJob(p.Jobs[2], st.Users.Rows[0], nil) })
	assert.Equal(t, JobCreated, p.Jobs[1].Status)
}

// app/models/ci/build.rb and bridge.rb, action?
func TestWhichJobsPeopleStart(t *testing.T) {
	for when, want := range map[string][2]bool{whenManual: {true, true}, whenDelayed: {true, false},
		whenOnSuccess: {false, false}, whenAlways: {false, false}} {
		for i, trigger := range []json.RawMessage{nil, json.RawMessage(`"acme/shop"`)} {
			j := &Job{Plan: &Plan{When: when, Trigger: trigger}}
			assert.Equal(t, want[i], j.actionable(), "%s %s", when, trigger)
		}
	}
}

// app/services/ci/retry_pipeline_service.rb: a pipeline that succeeds once more ended now, one that goes on has not
// ended, and of one that had not ended nothing changes but its jobs. Trigger jobs are not tried again with it.
func TestTimesOfAPipelineThatIsTriedAgain(t *testing.T) {
	const ask = "ask: {script: x, when: manual, allow_failure: true}\nlater: {script: x, needs: [ask]}\n"
	finish := func(st *State, j *Job, as JobStatus) {
		Visit(st, func() { require.NoError(t, st.FinishJob(j, as, ScriptFailure, nil)) })
	}
	again := func(st *State, now *time.Time, p *Pipeline) time.Time {
		*now = now.Add(time.Minute)
		Visit(st, func() { st.RetryPipeline(p, st.Users.Rows[0], AnyJob) })
		return *now
	}
	st, now, p, _ := moving(t, ask+"a: {script: x}")
	finish(st, p.Jobs[2], JobSuccess)
	require.Equal(t, []JobStatus{JobSkipped, JobSuccess}, []JobStatus{p.Jobs[1].Status, p.Status()})
	assert.Equal(t, again(st, now, p), p.Facts().FinishedAt)
	assert.Equal(t, JobSuccess, p.Status())

	st, now, p, _ = moving(t, "ask: {script: x, when: manual, allow_failure: true}\na: {script: x}")
	finish(st, p.Jobs[1], JobSuccess)
	ended := p.Facts().FinishedAt
	again(st, now, p)
	assert.Equal(t, []any{JobManual, ended}, []any{p.Jobs[0].Status, p.Facts().FinishedAt}, "nothing is to be tried again")

	st, now, p, _ = moving(t, "a: {script: x, allow_failure: true}")
	finish(st, p.Jobs[0], JobFailed)
	require.Equal(t, JobSuccess, p.Status())
	ended = p.Facts().FinishedAt
	again(st, now, p)
	assert.Equal(t, []any{JobRunning, ended}, []any{p.Status(), p.Facts().FinishedAt})

	st, now, p, r := moving(t, "a: {script: x}\nb: {script: x}")
	Visit(st, func() { require.NoError(t, st.StartJob(p.Jobs[1], r, nil, false)) })
	finish(st, p.Jobs[0], JobFailed)
	before := p.Facts().UpdatedAt
	again(st, now, p)
	assert.Equal(t, []any{JobRunning, before}, []any{p.Status(), p.Facts().UpdatedAt})

	for _, version := range []string{"16.0", "19.4"} {
		st = versioned(t, version)
		shop, err := st.AddProject(Project{Path: "acme/shop"}, nil)
		require.NoError(t, err)
		p, err = st.AddPipeline(7, shop, PipelineFacts{Status: JobRunning, UpdatedAt: noon.Add(-time.Hour)})
		require.NoError(t, err)
		for name, trigger := range map[string]json.RawMessage{"chain": json.RawMessage(`"acme/none"`), "a": nil} {
			_, err = st.AddJob(&Job{Project: shop, User: st.Users.Rows[0], PipelineID: 7, Name: name, Status: JobFailed,
				Plan: NewPlan(Plan{Trigger: trigger})})
			require.NoError(t, err)
		}
		_, err = st.AddJob(&Job{Project: shop, User: st.Users.Rows[0], PipelineID: 7, Name: "b", Status: JobRunning})
		require.NoError(t, err)
		Visit(st, func() { st.RetryPipeline(p, st.Users.Rows[0], AnyJob) })
		require.Len(t, p.Jobs, 4)
		assert.Equal(t, "a", p.Jobs[3].Name)
		assert.Equal(t, noon.Add(-time.Hour), p.Facts().UpdatedAt, version)
	}
}

// Of a pipeline whose jobs were added alone what was skipped is created again, and no other; what is tried again is
// pending unless an earlier stage is still under way.
func TestPipelinesOfSeedsThatAreTriedAgain(t *testing.T) {
	for earlier, want := range map[JobStatus]JobStatus{JobSuccess: JobPending, JobRunning: JobCreated} {
		st, shop := ruled(t)
		add := func(index int, status JobStatus) *Job {
			j, err := st.AddJob(&Job{Project: shop, User: st.Users.Rows[0], PipelineID: 7, StageIndex: index,
				Name: fmt.Sprint(index, status), Stage: fmt.Sprint(index), Status: status})
			require.NoError(t, err)
			return j
		}
		add(0, earlier)
		add(1, JobFailed)
		ask, skipped := add(2, JobManual), add(2, JobSkipped)
		p := ask.Pipeline
		st.RetryPipeline(p, st.Users.Rows[0], AnyJob)
		assert.Equal(t, []JobStatus{JobManual, JobCreated, want}, []JobStatus{ask.Status, skipped.Status, p.Jobs[4].Status})
	}
}

// app/services/ci/cancel_pipeline_service.rb; app/models/ci/pipeline.rb, cancelable?: what is told of jobs outside is
// canceled with the pipeline unless it has ended, and a pipeline of nothing else stays.
func TestWhatIsCanceledWithAPipeline(t *testing.T) {
	for name, c := range map[string]struct {
		source       string
		job, told    JobStatus
		cancelable   bool
		becomes      JobStatus
		toldIsChange bool
	}{
		"running":               {SourcePush, JobRunning, JobSuccess, true, JobSuccess, false},
		"told running":          {SourcePush, JobSuccess, JobRunning, true, JobCanceled, true},
		"over":                  {SourcePush, JobSuccess, JobFailed, false, JobFailed, false},
		"of nothing else":       {SourceExternal, "", JobRunning, false, JobRunning, false},
		"of a job, which waits": {SourceExternal, JobPending, JobRunning, false, JobRunning, false},
	} {
		t.Run(name, func(t *testing.T) {
			st, shop := ruled(t)
			p, err := st.AddPipeline(7, shop, PipelineFacts{Status: JobRunning, Source: c.source})
			require.NoError(t, err)
			if c.job != "" {
				_, err = st.AddJob(&Job{Project: shop, User: st.Users.Rows[0], PipelineID: 7, Status: c.job})
				require.NoError(t, err)
			}
			s, err := st.AddStatus(7, "", CommitStatus{Status: c.told, UpdatedAt: noon.Add(-time.Hour)})
			require.NoError(t, err)
			before := s.UpdatedAt
			require.NotEqual(t, noon, before)
			assert.Equal(t, c.cancelable, p.Cancelable())
			st.CancelPipeline(p)
			assert.Equal(t, []any{c.becomes, c.toldIsChange}, []any{s.Status, !s.UpdatedAt.Equal(before)})
		})
	}
}

// app/services/ci/pipeline_creation/cancel_redundant_pipelines_service.rb: what is left alone because of its age, its
// commit or because there is nothing to cancel, and what is noted of what is not.
func TestWhatANewerPipelineLeavesAlone(t *testing.T) {
	const waits = "a: {script: x, interruptible: true}"
	for name, c := range map[string]struct {
		yaml     string
		change   func(st *State, p, by *Pipeline)
		canceled bool
	}{
		"younger":             {waits, func(*State, *Pipeline, *Pipeline) {}, true},
		"a week old":          {waits, func(_ *State, p, _ *Pipeline) { p.facts.CreatedAt = noon.Add(-redundantFor) }, true},
		"older":               {waits, func(_ *State, p, _ *Pipeline) { p.facts.CreatedAt = noon.Add(-redundantFor - 1) }, false},
		"of its commit":       {waits, func(_ *State, p, by *Pipeline) { p.facts.Commit.SHA = by.facts.Commit.SHA }, false},
		"by a child":          {waits, func(_ *State, _, by *Pipeline) { by.facts.Source = SourceParent }, false},
		"that does not count": {waits, func(_ *State, p, _ *Pipeline) { p.facts.Source = danglingSources[0] }, false},
		"switched off": {waits, func(_ *State, p, _ *Pipeline) {
			p.project.Attributes = map[string]string{attrAutoCancel: FeatureDisabled}
		}, false},
		"interruptible jobs": {waits, func(_ *State, p, _ *Pipeline) {
			p.facts.AutoCancel.OnNewCommit = autoCancelInterruptible
		}, true},
		"waits for a person": {"a: {script: x, when: manual, allow_failure: false}", func(*State, *Pipeline, *Pipeline) {}, false},
		"one has failed": {"b: {script: x, allow_failure: true}\na: {script: x}", func(st *State, p, _ *Pipeline) {
			_ = st.FinishJob(p.Jobs[0], JobFailed, ScriptFailure, nil)
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			st, _, p, _ := moving(t, c.yaml)
			p.facts.AutoCancel.OnNewCommit = autoCancelNone
			by, err := st.CreatePipeline(NewPipeline{Project: p.project, User: st.Users.Rows[0], CI: waits})
			require.NoError(t, err)
			require.NotEqual(t, p.facts.Commit.SHA, by.facts.Commit.SHA)
			p.facts.AutoCancel.OnNewCommit = ""
			Visit(st, func() { c.change(st, p, by) })
			Visit(st, func() { st.cancelRedundant(by) })
			want := 0
			if c.canceled {
				want = by.ID
			}
			assert.Equal(t, []any{c.canceled, want}, []any{p.Status() == JobCanceled, p.Facts().AutoCanceledBy})
		})
	}
}

// app/workers/ci/build_schedule_worker.rb: delayed jobs start in the order of their times and ids, each once, and one of a
// seed that has no time keeps no other from it.
func TestWhichDelayedJobsStart(t *testing.T) {
	now := noon
	st := stateAt(t, &now)
	shop, err := st.AddProject(Project{Path: "acme/shop"}, nil)
	require.NoError(t, err)
	_, err = st.AddPipeline(7, shop, PipelineFacts{Status: JobRunning})
	require.NoError(t, err)
	add := func(name string, in time.Duration) *Job {
		j := &Job{Project: shop, User: st.Users.Rows[0], PipelineID: 7, Name: name, Status: JobScheduled,
			Plan: NewPlan(Plan{When: whenDelayed, StartIn: time.Hour})}
		if in > 0 {
			j.ScheduledAt = now.Add(in)
		}
		j, err := st.AddJob(j)
		require.NoError(t, err)
		return j
	}
	last, first := add("last", 3*time.Hour), add("first", time.Hour)
	var together []*Job
	for i := range 9 {
		together = append(together, add(fmt.Sprint("together", i), 2*time.Hour))
	}
	add("never", 0).ScheduledAt = time.Time{}
	for at, want := range []JobStatus{JobScheduled, JobPending} {
		assert.Equal(t, want, first.Status, at)
		now = noon.Add(time.Hour)
		Visit(st, func() {})
	}
	due, next := st.firstDelayed()
	assert.Equal(t, noon.Add(2*time.Hour), next)
	assert.Equal(t, together, due)
	now = noon.Add(3 * time.Hour)
	Visit(st, func() {})
	assert.Equal(t, []JobStatus{JobPending, JobPending}, []JobStatus{together[8].Status, last.Status})
	due, next = st.firstDelayed()
	assert.Equal(t, []any{0, time.Time{}, 0}, []any{len(due), next, len(st.delayed)})
	bare := &Job{Plan: &Plan{}, Status: JobScheduled}
	st.enterDelay(bare)
	st.enterDelay(&Job{Plan: &Plan{}, Status: JobPending, ScheduledAt: now})
	assert.Empty(t, st.delayed, "what has no time, or has begun")
}

// app/models/ci/resource_group.rb, upcoming_processables; lib/api/entities/ci/resource_group.rb: which jobs are to have
// the resource, in which order, and what goes with a project.
func TestResourceGroupsOfProjects(t *testing.T) {
	now := noon
	st := stateAt(t, &now)
	jobs := map[string]map[string]*Job{}
	for i, path := range []string{"acme/shop", "acme/site"} {
		p, err := st.AddProject(Project{Path: path}, nil)
		require.NoError(t, err)
		jobs[path] = map[string]*Job{}
		for at, group := range []string{1: "", 2: "production", 3: "production"} {
			if at == 0 {
				continue
			}
			_, err := st.AddPipeline(10*i+at, p, PipelineFacts{Status: JobRunning})
			require.NoError(t, err)
			for _, status := range []JobStatus{JobScheduled, JobCreated, JobWaitingForResource, JobRunning} {
				if status == JobRunning && at == 3 {
					continue // of whom one is enough
				}
				j, err := st.AddJob(&Job{Project: p, User: st.Users.Rows[0],
					PipelineID: 10*i + at, Name: string(status), Status: status, ScheduledAt: noon.Add(time.Hour),
					Plan: NewPlan(Plan{ResourceGroup: group})})
				require.NoError(t, err)
				jobs[path][fmt.Sprint(at, status)] = j
			}
		}
	}
	shop, of := st.ProjectPaths["acme/shop"], jobs["acme/shop"]
	require.Len(t, st.ResourceGroups(shop), 1, "jobs without a key are in none")
	g := st.ResourceGroups(shop)[0]
	byID := func(a, b *Job) []*Job {
		if a.ID < b.ID {
			return []*Job{a, b}
		}
		return []*Job{b, a}
	}
	older, newer := []*Job{of["2waiting_for_resource"]}, []*Job{of["3waiting_for_resource"]}
	all := func(of map[string]*Job, at string) []*Job {
		waits := of[at+"waiting_for_resource"]
		return append([]*Job{waits}, byID(of[at+"scheduled"], of[at+"created"])...)
	}
	for mode, want := range map[ProcessMode][]*Job{Unordered: byID(older[0], newer[0]),
		OldestFirst: append(all(of, "2"), all(of, "3")...), NewestFirst: append(all(of, "3"), all(of, "2")...),
		NewestReadyFirst: append(newer, older...)} {
		st.SetProcessMode(g, mode)
		assert.Equal(t, NamesOf(want, idAndStatus), NamesOf(g.Upcoming(), idAndStatus), mode)
	}
	st.SetProcessMode(g, Unordered)
	made := now
	now = now.Add(time.Minute)
	st.SetProcessMode(g, Unordered)
	assert.Equal(t, made, g.UpdatedAt, "it is that already")
	st.SetProcessMode(g, OldestFirst)
	assert.Equal(t, now, g.UpdatedAt)

	holder := g.Holder()
	require.Same(t, of["2running"], holder)
	st.removeJob(of["3created"])
	assert.Same(t, holder, g.Holder(), "one goes that has not the resource")
	site := st.ProjectPaths["acme/site"]
	kept := st.ResourceGroup(site, "production")
	st.DeleteProject(shop)
	assert.Equal(t, []*ResourceGroup{kept}, st.resources.Rows)
	assert.Equal(t, map[resourceKey]*ResourceGroup{{site, "production"}: kept}, st.resourceGroups)
}

// lib/api/ci/resource_groups.rb, app/models/ci/resource_group.rb: nobody looks whose turn it is because the mode changes,
// but as soon as a job of the group comes or ends.
func TestAChangeOfModeWaitsForTheNextJob(t *testing.T) {
	const deploy = "deploy: {stage: deploy, script: x, resource_group: production"
	st, _, first, _ := moving(t, "a: {script: x}\n"+deploy+"}")
	g := st.ResourceGroups(first.project)[0]
	st.SetProcessMode(g, OldestFirst)
	second, err := st.CreatePipeline(NewPipeline{Project: first.project, User: st.Users.Rows[0], Ref: "side",
		CI: "a: {script: x}\n" + deploy + ", needs: []}"})
	require.NoError(t, err)
	for _, change := range []func(){func() {}, func() { st.SetProcessMode(g, Unordered) }} {
		Visit(st, change)
		require.Equal(t, []JobStatus{JobCreated, JobWaitingForResource}, []JobStatus{first.Jobs[1].Status, second.Jobs[1].Status})
	}
	Visit(st, func() { require.NoError(t, st.CancelJob(first.Jobs[1], false)) })
	assert.Equal(t, JobPending, second.Jobs[1].Status)
}

// app/models/ci/resource_group.rb, upcoming_processables: pipelines count before ids, and of equals the first has its turn.
func TestWhoseTurnAResourceIsOfTriesOfOldPipelines(t *testing.T) {
	jobs := []*Job{{ID: 1, PipelineID: 2}, {ID: 2, PipelineID: 1}, {ID: 3, PipelineID: 1}, {ID: 4, PipelineID: 2}}
	for mode, want := range map[ProcessMode]int{OldestFirst: 1, NewestFirst: 0} {
		p := &Project{ProcessModes: map[string]ProcessMode{"production": mode}}
		assert.Same(t, jobs[want], (&ResourceGroup{Project: p, Key: "production", jobs: jobs}).upcoming(), mode)
	}
}

func idAndStatus(j *Job) string { return fmt.Sprint(j.ID, " ", j.Status) }
