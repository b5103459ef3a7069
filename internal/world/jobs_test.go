package world

import (
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fakegitlab/fakegitlab/ci"
	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// jobDiagram draws the transition table: one arrow for each pair of states, with the events that lead along it.
func jobDiagram() string {
	var order []string
	events := map[string][]string{}
	for _, t := range jobTransitions {
		for _, from := range t.From {
			arrow := fmt.Sprintf("%s --> %s", from, t.To)
			if events[arrow] == nil {
				order = append(order, arrow)
			}
			event := string(t.Event)
			if t.Graceful {
				event += " (gracefully)"
			}
			if t.Grouped {
				event += " (in a resource group)"
			}
			events[arrow] = append(events[arrow], event)
		}
	}
	var b strings.Builder
	b.WriteString("stateDiagram-v2\n    [*] --> created\n    [*] --> pending\n")
	for _, arrow := range order {
		fmt.Fprintf(&b, "    %s : %s\n", arrow, strings.Join(events[arrow], ", "))
	}
	for _, final := range []JobStatus{JobSuccess, JobFailed, JobCanceled} {
		fmt.Fprintf(&b, "    %s --> [*]\n", final)
	}
	return b.String()
}

var update = flag.Bool("update", false, "draw the state machine of docs/jobs.md anew")

const jobsPage = "../../docs/jobs.md"

func TestDocsDrawTheJobStateMachine(t *testing.T) {
	doc, err := os.ReadFile(jobsPage)
	require.NoError(t, err)
	before, rest, ok := strings.Cut(string(doc), "```mermaid\n")
	require.True(t, ok, "docs/jobs.md has no diagram")
	drawn, after, _ := strings.Cut(rest, "```")
	if *update {
		require.NoError(t, os.WriteFile(jobsPage, []byte(before+"```mermaid\n"+jobDiagram()+"```"+after), 0o644))
		return
	}
	assert.Equal(t, jobDiagram(), drawn, "run with -update to draw it anew")
}

// stateAt is a state that goes by a clock of the test.
func stateAt(t *testing.T, now *time.Time) *State {
	t.Helper()
	v, err := gitlabversion.Parse(gitlabversion.Default)
	require.NoError(t, err)
	return New(v, func() time.Time { return *now }, Around{})
}

func TestEveryTransition(t *testing.T) {
	known := map[jobEvent]map[JobStatus]bool{}
	for _, tr := range jobTransitions {
		if known[tr.Event] == nil {
			known[tr.Event] = map[JobStatus]bool{}
		}
		for _, from := range tr.From {
			known[tr.Event][from] = true
		}
	}
	for event, sources := range known {
		for _, from := range JobStatuses {
			t.Run(fmt.Sprintf("%s from %s", event, from), func(t *testing.T) {
				now := time.Date(2024, 7, 1, 12, 0, 0, 0, time.UTC)
				st := stateAt(t, &now)
				p, err := st.AddProject(Project{Path: "acme/shop"}, nil)
				require.NoError(t, err)
				j, err := st.AddJob(&Job{Project: p, User: st.Users.ByID(firstUserID), Status: from})
				require.NoError(t, err)
				now = now.Add(time.Minute)
				err = st.fire(j, event)
				if !sources[from] {
					require.ErrorContains(t, err, "GitLab knows no "+string(event)+" from there")
					assert.Equal(t, from, j.Status)
					return
				}
				require.NoError(t, err)
				want, _ := transition(event, from, false, false)
				assert.Equal(t, want, j.Status)
				assert.Equal(t, []JobStatus{from, want}, j.History)
				assert.Equal(t, want == JobPending, j.QueuedAt.Equal(now), "queued_at")
				assert.Equal(t, want == JobRunning, j.StartedAt.Equal(now), "started_at")
				assert.Equal(t, j.Finished(), j.FinishedAt.Equal(now), "finished_at")
				assert.Equal(t, want == JobRunning, st.Queue.running[j])
			})
		}
	}
}

// A server that runs for days must not keep what is over.
func TestQueueKeepsNothingOfWhatIsOver(t *testing.T) {
	now := time.Date(2024, 7, 1, 12, 0, 0, 0, time.UTC)
	st := stateAt(t, &now)
	p, err := st.AddProject(Project{Path: "acme/shop"}, nil)
	require.NoError(t, err)
	r, err := st.AddRunner(RunnerDraft{Attributes: Attributes{Tags: []string{"once"}}})
	require.NoError(t, err)
	j, err := st.AddJob(&Job{Project: p, User: st.Users.ByID(firstUserID), Tags: []string{"once"}})
	require.NoError(t, err)
	assert.Len(t, st.Queue.lanes, 1)
	require.NoError(t, st.StartJob(j, r, nil, false))
	assert.Empty(t, st.Queue.lanes)
	assert.Len(t, st.Queue.running, 1)
	require.NoError(t, st.FinishJob(j, JobSuccess, "", nil))
	assert.Empty(t, st.Queue.running)
}

// What is kept of the jobs on instance runners is what a look at all jobs finds, whatever becomes of them.
func TestJobsOnInstanceRunnersAreCounted(t *testing.T) {
	now := time.Date(2024, 7, 1, 12, 0, 0, 0, time.UTC)
	st := stateAt(t, &now)
	shop, err := st.AddProject(Project{Path: "acme/shop"}, nil)
	require.NoError(t, err)
	other, err := st.AddProject(Project{Path: "acme/other"}, nil)
	require.NoError(t, err)
	runner := func(projects ...*Project) *Runner {
		r, err := st.AddRunner(RunnerDraft{Projects: projects, Attributes: DefaultAttributes()})
		require.NoError(t, err)
		return r
	}
	instance, leaving, own := runner(), runner(), runner(shop)
	add := func(p *Project, as JobStatus, on *Runner) *Job {
		j, err := st.AddJob(&Job{Project: p, User: st.Users.Rows[0], Status: as, Runner: on})
		require.NoError(t, err)
		return j
	}
	a, b, c := add(shop, JobPending, nil), add(shop, JobPending, nil), add(other, JobPending, nil)
	counted := func(shops, others int) {
		t.Helper()
		walked := map[*Project]int{}
		for _, j := range st.Jobs.Rows {
			if j.Status == JobRunning && j.Runner != nil && j.Runner.Type == InstanceRunner {
				walked[j.Project]++
			}
		}
		assert.Equal(t, walked, st.Queue.onInstance)
		assert.Equal(t, [2]int{shops, others}, [2]int{st.Queue.OnInstanceRunners(shop), st.Queue.OnInstanceRunners(other)})
	}
	require.NoError(t, st.StartJob(a, instance, nil, true))
	require.NoError(t, st.StartJob(b, own, nil, false))
	require.NoError(t, st.StartJob(c, leaving, nil, false))
	counted(1, 1)
	st.LinkJob(b, instance, nil)
	counted(2, 1)
	seeded := add(other, JobRunning, instance)
	counted(2, 2)
	require.Error(t, Atomically(st, func() error {
		add(other, JobRunning, instance)
		counted(2, 3)
		return assert.AnError
	}))
	st.DeleteRunner(leaving)
	counted(2, 1)
	require.NoError(t, st.CancelJob(a, false))
	require.Equal(t, JobCanceling, a.Status)
	counted(1, 1)
	require.NoError(t, st.FinishJob(c, JobSuccess, "", nil))
	st.removeJob(seeded)
	counted(1, 0)
	st.DeleteProject(shop)
	counted(0, 0)
}

// A change concerns those alone who have asked since the last one, and wakes those who wait.
func TestRunnersThatHaveAskedAreKnown(t *testing.T) {
	now := time.Date(2024, 7, 1, 12, 0, 0, 0, time.UTC)
	st := stateAt(t, &now)
	p, err := st.AddProject(Project{Path: "acme/shop"}, nil)
	require.NoError(t, err)
	var runners []*Runner
	for _, tags := range [][]string{nil, {"gpu"}, nil} {
		attributes := DefaultAttributes()
		attributes.Tags, attributes.RunUntagged = tags, tags == nil
		r, err := st.AddRunner(RunnerDraft{Attributes: attributes})
		require.NoError(t, err)
		runners = append(runners, r)
	}
	first, gpu := runners[0], runners[1]
	assert.Empty(t, st.Queue.asked)
	values := []string{st.QueueValueOf(first), st.QueueValueOf(gpu)}
	change := st.QueueChange(first)
	assert.Len(t, st.Queue.asked, 2)
	_, err = st.AddJob(&Job{Project: p, User: st.Users.Rows[0]})
	require.NoError(t, err)
	select {
	case <-change:
	default:
		t.Error("who waits for a job has not been woken")
	}
	assert.Equal(t, []*Runner{gpu}, slices.Collect(maps.Keys(st.Queue.asked)))
	assert.NotEqual(t, values[0], st.QueueValueOf(first))
	assert.Equal(t, values[1], st.QueueValueOf(gpu), "the job is not for it")
	st.DeleteRunner(gpu)
	assert.Equal(t, []*Runner{first}, slices.Collect(maps.Keys(st.Queue.asked)))
	st.tickAll()
	assert.Empty(t, st.Queue.asked)
}

func TestBlob(t *testing.T) {
	var b Blob
	assert.Nil(t, b.Bytes())
	var want strings.Builder
	var early Blob
	for i := range 3000 {
		line := fmt.Sprintf("line %d\n", i)
		want.WriteString(line)
		_, _ = b.Write([]byte(line))
		if i == 9 {
			early = b.Snapshot()
		}
	}
	_, err := b.ReadFrom(strings.NewReader(strings.Repeat("x", 3<<20)))
	require.NoError(t, err)
	want.WriteString(strings.Repeat("x", 3<<20))
	assert.Equal(t, want.String(), b.String())
	assert.Equal(t, want.String()[:70], early.String())
	assert.Equal(t, want.String()[:100_000], string(b.Head(100_000)))
	assert.EqualValues(t, want.Len(), b.Size)
}

func TestJobDependencies(t *testing.T) {
	p := newPipeline(1, nil)
	for _, j := range []*Job{
		{ID: 1, Name: "build", StageIndex: 0}, {ID: 2, Name: "lint", StageIndex: 0}, {ID: 3, Name: "test", StageIndex: 1},
		{ID: 4, Name: "build", StageIndex: 0}, {ID: 5, Name: "deploy", StageIndex: 1}, {ID: 6, Name: "after", StageIndex: 2},
	} {
		p.join(j)
	}
	deploy := p.Jobs[4]
	tests := []struct {
		spec string
		want []int
	}{
		{`{}`, []int{2, 4}},
		{`{"dependencies":[]}`, nil},
		{`{"dependencies":["lint","after"]}`, []int{2}},
		{`{"needs":["test","build"]}`, []int{3, 4}},
		{`{"needs":["test",{"job":"lint","artifacts":false}]}`, []int{3}},
		{`{"needs":["test","lint"],"dependencies":["lint"]}`, []int{2}},
		{`{"needs":[]}`, nil},
	}
	for _, tt := range tests {
		t.Run(tt.spec, func(t *testing.T) {
			var got []int
			deploy.Plan = &Plan{}
			require.NoError(t, json.Unmarshal([]byte(tt.spec), &deploy.Spec))
			for _, j := range deploy.Dependencies() {
				got = append(got, j.ID)
			}
			assert.Equal(t, tt.want, got)
		})
	}
}

func TestRetryCovers(t *testing.T) {
	three := 3
	tests := []struct {
		name     string
		retry    ci.Retry
		exitCode *int
		want     bool
	}{
		{"every failure without conditions", ci.Retry{}, nil, true},
		{"always", ci.Retry{When: []string{"always"}}, nil, true},
		{"its reason", ci.Retry{When: []string{"script_failure"}}, nil, true},
		{"another reason", ci.Retry{When: []string{"api_failure"}}, &three, false},
		{"its exit code", ci.Retry{ExitCodes: []int{3}}, &three, true},
		{"another exit code", ci.Retry{ExitCodes: []int{4}}, &three, false},
		{"no exit code", ci.Retry{ExitCodes: []int{4}}, nil, false},
		{"either is enough", ci.Retry{When: []string{"api_failure"}, ExitCodes: []int{3}}, &three, true},
	}
	for _, tt := range tests {
		assert.Equal(t, tt.want, retryCovers(tt.retry, "script_failure", tt.exitCode), tt.name)
	}
}

func TestArtifactsWanted(t *testing.T) {
	no := false
	tests := []struct {
		name           string
		spec           ci.JobSpec
		earlier, later bool
	}{
		{"earlier stages", ci.JobSpec{}, true, false},
		{"none", ci.JobSpec{Dependencies: []string{}}, false, false},
		{"those it depends on", ci.JobSpec{Dependencies: []string{"build"}}, true, false},
		{"those it needs, whatever their stage", ci.JobSpec{Needs: []ci.Need{{Job: "build"}}}, true, true},
		{"needed without artifacts", ci.JobSpec{Needs: []ci.Need{{Job: "build", Artifacts: &no}}}, false, false},
		{"another", ci.JobSpec{Needs: []ci.Need{{Job: "lint"}}}, false, false},
		{"needed, but no dependency",
			ci.JobSpec{Needs: []ci.Need{{Job: "build"}}, Dependencies: []string{"lint"}}, false, false},
	}
	for _, tt := range tests {
		assert.Equal(t, tt.earlier, artifactsWanted(tt.spec)("build", true), tt.name)
		assert.Equal(t, tt.later, artifactsWanted(tt.spec)("build", false), tt.name)
	}
}

// app/models/ci/build.rb, retryable?; app/services/ci/clone_job_service.rb: what is tried again, and as what.
func TestJobsThatAreTriedAgain(t *testing.T) {
	for _, s := range JobStatuses {
		st, shop := ruled(t)
		j, err := st.AddJob(&Job{Project: shop, User: st.Users.Rows[0], Status: s, CreatedAt: noon.Add(-time.Hour)})
		require.NoError(t, err)
		over := s == JobSuccess || s == JobFailed || s == JobCanceled || s == JobCanceling
		assert.Equal(t, over, j.Retryable(), s)
		if !over {
			continue
		}
		next := st.RetryJob(j, st.Users.Rows[0], nil)
		assert.Equal(t, []bool{false, true, false}, []bool{j.Retryable(), j.retried(), next.Manual}, s)
		assert.Equal(t, []time.Time{noon, noon, noon}, []time.Time{next.CreatedAt, next.UpdatedAt, next.QueuedAt}, s)
	}
}

// lib/gitlab/ci/build/auto_retry.rb: as often as retry says; not what was tried again before, nor what cannot fail.
func TestFailuresThatAreTriedAgain(t *testing.T) {
	again := &Plan{}
	again.Spec.Retry = ci.Retry{Max: 2}
	for name, c := range map[string]struct {
		status  JobStatus
		later   bool // there is a later job of the name
		refused bool
		made    int
	}{
		"running":               {JobRunning, false, false, 1},
		"running, tried before": {JobRunning, true, false, 0},
		"failed":                {JobFailed, false, true, 0},
		"over":                  {JobSuccess, false, true, 0},
		"canceling":             {JobCanceling, false, false, 0},
	} {
		st, shop := ruled(t)
		var j *Job
		for i := range map[bool]int{true: 2, false: 1}[c.later] {
			added, err := st.AddJob(&Job{Project: shop, User: st.Users.Rows[0], PipelineID: 7, Status: c.status, Plan: again})
			require.NoError(t, err)
			if i == 0 {
				j = added
			}
		}
		before := len(st.Jobs.Rows)
		assert.Equal(t, c.refused, st.FinishJob(j, JobFailed, ScriptFailure, nil) != nil, name)
		assert.Equal(t, c.made, len(st.Jobs.Rows)-before, name)
	}
}

// app/models/concerns/ci/has_status.rb, CANCELABLE_STATUSES.
func TestStatusesThatCanBeCanceled(t *testing.T) {
	for _, s := range JobStatuses {
		assert.Equal(t, slices.Contains([]JobStatus{JobCreated, JobWaitingForResource, JobPreparing, JobPending, JobRunning,
			JobScheduled}, s), s.cancelable(), s)
		said := strings.Split(strings.TrimPrefix(eventsFrom(s), "only "), ", ")
		assert.Len(t, slices.Compact(slices.Sorted(slices.Values(said))), len(said), "each event once: %s", said)
	}
}

// No runner takes a trigger job, be it one that a seed has pending.
func TestTriggerJobsOfSeeds(t *testing.T) {
	st, shop := ruled(t)
	r, err := st.AddRunner(RunnerDraft{Attributes: DefaultAttributes()})
	require.NoError(t, err)
	for _, s := range []JobStatus{JobPending, JobRunning} {
		plan := Plan{}
		plan.Trigger = json.RawMessage(`{}`)
		j, err := st.AddJob(&Job{Project: shop, User: st.Users.Rows[0], Status: s, Plan: &plan})
		require.NoError(t, err)
		assert.Nil(t, st.NextFor(r), s)
		assert.Zero(t, st.Queue.WaitingFor(r), s)
		assert.Empty(t, st.Queue.running, s)
		require.NoError(t, st.CancelJob(j, false))
	}
}

// A job that was added alone is in no queue for a resource: nothing would give it one.
func TestResourcesOfJobsThatWereAddedAlone(t *testing.T) {
	st, shop := ruled(t)
	j, err := st.AddJob(&Job{Project: shop, User: st.Users.Rows[0], Status: JobRunning, Plan: NewPlan(Plan{ResourceGroup: "x"})})
	require.NoError(t, err)
	require.NoError(t, st.FinishJob(j, JobSuccess, "", nil))
	assert.Empty(t, st.ResourceGroups(shop))
}

// Who waits for a job is woken when it changes, once.
func TestWhoWaitsForAJobIsWoken(t *testing.T) {
	st, shop := ruled(t)
	j, err := st.AddJob(&Job{Project: shop, User: st.Users.Rows[0], Status: JobRunning})
	require.NoError(t, err)
	next := j.NextChange()
	require.NoError(t, st.FinishJob(j, JobSuccess, "", nil))
	select {
	case <-next:
	default:
		t.Error("nobody was woken")
	}
	assert.NotEqual(t, next, j.NextChange())
}

// app/models/ci/job_artifact.rb: the log of a job is a file once the job is over, unless it is empty.
func TestLogAsAFile(t *testing.T) {
	for _, c := range []struct {
		status JobStatus
		log    string
		kept   bool
	}{{JobRunning, "ok", false}, {JobSuccess, "", false}, {JobSuccess, "ok", true}, {JobCanceled, "ok", true}} {
		j := &Job{Status: c.status}
		_, _ = j.Log.Write([]byte(c.log))
		if f := j.LogFile(); c.kept {
			require.NotNil(t, f)
			assert.Equal(t, []any{"trace", "job.log", "", int64(2)}, []any{f.Type, f.Filename, f.Format, f.Content.Size})
		} else {
			assert.Nil(t, f, "%s with %q", c.status, c.log)
		}
	}
}
