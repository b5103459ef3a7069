package fakegitlab_test

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	fg "github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/racing"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

// whyOf is what there is to say of one runner.
func whyOf(t *testing.T, gl *fg.Fake, job, runner int) fg.Verdict {
	t.Helper()
	for _, v := range gl.WhyPending(job) {
		if v.RunnerID == runner {
			return v
		}
	}
	require.Failf(t, "no verdict", "on runner %d", runner)
	return fg.Verdict{}
}

// Each rule that keeps a runner from a job, alone.
func TestWhyPendingNamesTheRule(t *testing.T) {
	gl := fg.New(t)
	gl.AddProject(fg.Project{Path: "acme/shop"})
	gl.AddProject(fg.Project{Path: "acme/quiet", SharedRunnersDisabled: true, GroupRunnersDisabled: true})
	gl.AddProject(fg.Project{Path: "acme/off", Attributes: map[string]string{"builds_access_level": "disabled"}})
	gl.AddProject(fg.Project{Path: "other/app"})
	untagged := func(project string) int { return gl.AddJob(fg.Job{Project: project}).ID }
	shop, quiet, off := untagged("acme/shop"), untagged("acme/quiet"), untagged("acme/off")
	gpu := gl.AddJob(fg.Job{Project: "acme/shop", Tags: []string{"linux", "gpu", "big"}}).ID
	no := false
	for _, c := range []struct {
		job    int
		runner fg.Runner
		why    string
	}{
		{shop, fg.Runner{Paused: true}, "the runner is paused"},
		{quiet, fg.Runner{}, "the runner does not serve project acme/quiet, where instance runners are switched off"},
		{quiet, fg.Runner{Group: "acme"}, "the runner does not serve project acme/quiet, where group runners are switched off"},
		{off, fg.Runner{Group: "acme"}, "the runner does not serve project acme/off, where jobs are switched off"},
		{shop, fg.Runner{Group: "other"}, "the runner does not serve project acme/shop, which is not in its group other"},
		{shop, fg.Runner{Projects: []string{"other/app"}},
			"the runner does not serve project acme/shop, which it is not assigned to"},
		{shop, fg.Runner{Projects: []string{"other/app"}, Locked: true},
			"the runner does not serve project acme/shop, which it is not assigned to, being locked to what it has"},
		{shop, fg.Runner{Type: fg.ProjectRunner}, "the runner does not serve project acme/shop: what it served is gone"},
		{shop, fg.Runner{Tags: []string{"x"}, RunUntagged: &no}, "the job has no tags and the runner takes tagged jobs alone"},
		{gpu, fg.Runner{Tags: []string{"linux"}},
			"the job asks for the tags [linux gpu big] and the runner has [linux], which lacks gpu and big"},
		{gpu, fg.Runner{}, "the job asks for the tags [linux gpu big] and the runner has []"},
		{shop, fg.Runner{AccessLevel: fg.RefProtected},
			"the runner takes jobs of protected refs alone and the job's ref is not protected"},
		{shop, fg.Runner{TokenExpiresAt: gl.Now()}, "its token expired at 2024-07-01T12:00:00Z"},
		{quiet, fg.Runner{Paused: true, AccessLevel: fg.RefProtected}, "the runner is paused, " +
			"and the runner does not serve project acme/quiet, where instance runners are switched off, " +
			"and the runner takes jobs of protected refs alone and the job's ref is not protected"},
	} {
		r := gl.AddRunner(c.runner)
		assert.Equal(t, fg.Verdict{RunnerID: r.ID, Reason: c.why}, whyOf(t, gl, c.job, r.ID))
	}
}

// A runner that asks gets the job that the verdicts say, and none if they say that it may have none.
func TestWhyPendingAgreesWithRequests(t *testing.T) {
	racing.Skip(t)
	for seed := range uint64(20) {
		random := rand.New(rand.NewPCG(seed, 0))
		gl := fg.New(t)
		some := func(of ...string) []string {
			return slices.DeleteFunc(slices.Clone(of), func(string) bool { return random.IntN(3) > 0 })
		}
		projects := []string{"acme/shop", "acme/site", "other/app"}
		for _, path := range projects {
			gl.AddProject(fg.Project{Path: path, SharedRunnersDisabled: random.IntN(4) == 0,
				GroupRunnersDisabled: random.IntN(4) == 0})
		}
		var runners []fg.Runner
		for range 12 {
			untagged := random.IntN(2) == 0
			r := fg.Runner{Paused: random.IntN(8) == 0, Tags: append(some("a", "b", "c"), "d"), RunUntagged: &untagged}
			if random.IntN(4) == 0 {
				r.AccessLevel = fg.RefProtected
			}
			switch random.IntN(3) {
			case 0:
				r.Group = []string{"acme", "other"}[random.IntN(2)]
			case 1:
				r.Projects = projects[random.IntN(3):][:1]
			}
			runners = append(runners, gl.AddRunner(r))
		}
		var jobs []int
		for range 25 {
			jobs = append(jobs, gl.AddJob(fg.Job{Project: projects[random.IntN(3)], Tags: some("a", "b", "c"),
				Protected: random.IntN(2) == 0}).ID)
		}
		for range 40 {
			r := runners[random.IntN(len(runners))]
			want := 0
			for _, id := range jobs {
				if j, _ := gl.Job(id); j.Status != fg.JobPending {
					continue
				}
				if v := whyOf(t, gl, id, r.ID); v.May && !strings.Contains(v.Reason, "comes before it") {
					require.Zero(t, want, "two jobs come first")
					want = id
				}
			}
			a := testkit.RequestJob(t, gl, r.Token)
			var got struct{ ID int }
			if a.Status == http.StatusCreated {
				require.NoError(t, json.Unmarshal([]byte(a.Body), &got))
			}
			require.Equal(t, want, got.ID, "seed %d, runner %d", seed, r.ID)
		}
	}
}

// What keeps a runner that may have the job from it, as far as the fake knows.
func TestWhyPendingOfWhoMayHaveIt(t *testing.T) {
	gl := fg.New(t, fg.WithUnusedFailures(true))
	gl.AddProject(fg.Project{Path: "acme/shop"})
	gl.AddProject(fg.Project{Path: "acme/site"})
	r := gl.AddRunner(fg.Runner{})
	own := gl.AddRunner(fg.Runner{Projects: []string{"acme/shop"}})
	first := gl.AddJob(fg.Job{Project: "acme/shop", Name: "first"}).ID
	second := gl.AddJob(fg.Job{Project: "acme/shop", Name: "second"}).ID
	why := func(job int) string {
		t.Helper()
		v := whyOf(t, gl, job, r.ID)
		assert.True(t, v.May)
		return v.Reason
	}
	assert.Equal(t, "the runner has never contacted GitLab", why(first))
	assert.Equal(t, fmt.Sprintf("job %d (first) comes before it, and the runner has never contacted GitLab", first), why(second))

	gl.ContactRunner(r.ID, fg.RunnerManager{SystemID: "s_1"})
	assert.Equal(t, "no request for a job has come from it", why(first))
	require.Equal(t, 201, testkit.RequestJob(t, gl, r.Token).Status)
	assert.Equal(t, fmt.Sprintf("the runner is at work on job %d, and its last request for a job was #1 (201 job 2000001)", first),
		why(second))
	later := gl.AddJob(fg.Job{Project: "acme/site", Name: "fair"}).ID
	assert.Equal(t, fmt.Sprintf("job %d (fair) comes before it, as acme/site has 0 jobs on instance runners and acme/shop has 1, "+
		"and the runner is at work on job %d, and its last request for a job was #1 (201 job 2000001)", later, first), why(second))
	assert.NotContains(t, whyOf(t, gl, second, own.ID).Reason, "comes before", "a project runner goes by the age of jobs")

	gl.FinishJob(first, fg.JobSuccess)
	gl.Advance(3 * time.Hour)
	assert.Equal(t, "the runner is offline: GitLab last heard of it at 2024-07-01T12:00:00Z, and its last request for a job "+
		"was #1 (201 job 2000001)", why(second))

	held := gl.Hold(fg.RequestJob, fg.ByRunner(r.ID))
	assert.Regexp(t, `^its requests are held by Hold\(POST /jobs/request with ByRunner\(\d+\)\) at why_test.go:\d+, and `, why(second))
	assert.NotContains(t, whyOf(t, gl, second, own.ID).Reason, "held", "the hold is for another runner")
	held.Release()
	remove := gl.Inject(fg.Failure{Endpoint: "* /jobs/request", Status: 503, Times: 2})
	assert.Regexp(t, `^its requests meet the Failure of \* /jobs/request \(503, 2 times\) injected at why_test.go:\d+, and `, why(second))
	remove()
	gl.Inject(fg.Failure{Endpoint: fg.RequestJob, Header: http.Header{"X": {"y"}}})
	gl.Inject(fg.Failure{Endpoint: fg.RequestJob, Network: fg.EmptyReply, Applied: true})
	assert.NotContains(t, why(second), "Failure", "they let a runner have the job")
	gl.Down()
	assert.Regexp(t, "^Down has taken the fake off its network, and ", why(second))
	gl.Up()
	assert.NotContains(t, why(second), "Down")
}

// Of a job that no runner is asked for the one verdict says what it waits for, or what has become of it.
func TestWhyPendingOfOtherStates(t *testing.T) {
	gl := fg.New(t)
	gl.AddProject(fg.Project{Path: "acme/shop"})
	r := gl.AddRunner(fg.Runner{})
	pipeline := 0
	add := func(j fg.Job) int {
		j.Project, j.PipelineID = "acme/shop", pipeline
		j.Stage = cmp.Or(j.Stage, "build")
		made := gl.AddJob(j)
		pipeline = made.PipelineID
		return made.ID
	}
	begin := func() { pipeline = 0 }
	needing := func(names ...string) fg.JobSpec {
		spec := fg.JobSpec{Needs: []fg.Need{}}
		for _, name := range names {
			spec.Needs = append(spec.Needs, fg.Need{Job: name})
		}
		return spec
	}
	why := func(id int, want string, ids ...any) {
		t.Helper()
		assert.Equal(t, []fg.Verdict{{Reason: fmt.Sprintf(want, ids...)}}, gl.WhyPending(id))
	}

	compile := add(fg.Job{Name: "compile", Status: fg.JobPending})
	lint := add(fg.Job{Name: "lint", Status: fg.JobManual, AllowFailure: true})
	approve := add(fg.Job{Name: "approve", Status: fg.JobManual})
	test := add(fg.Job{Name: "test", Stage: "test", Status: fg.JobCreated})
	early := add(fg.Job{Name: "early", Stage: "test", Status: fg.JobCreated, Spec: needing()})
	direct := add(fg.Job{Name: "direct", Stage: "test", Status: fg.JobCreated, Spec: needing("lint")})
	far := add(fg.Job{Name: "far", Stage: "deploy", Status: fg.JobCreated, Spec: needing("direct")})
	why(test, "the job waits for job %d (compile), which is pending, and job %d (approve), which is manual (somebody has to play it)",
		compile, approve)
	why(early, "the job waits for no other, and for being enqueued: jobs that were added alone do not go on by themselves")
	why(direct, "the job waits for job %d (lint), which is manual (somebody has to play it)", lint)
	why(far, "the job waits for job %d (direct), which is created and waits for job %d (lint), which is manual "+
		"(somebody has to play it)", direct, lint)
	why(approve, "the job waits for somebody to play it")
	gl.StartJob(compile, r.ID)
	why(compile, "runner %d has the job", r.ID)
	gl.FinishJob(compile, fg.JobFailed)
	why(compile, "the job has ended: it failed with script_failure")

	begin()
	broken := add(fg.Job{Name: "broken", Status: fg.JobFailed})
	skipped := add(fg.Job{Name: "skipped", Stage: "test", Status: fg.JobSkipped})
	needs := add(fg.Job{Name: "needs", Stage: "test", Status: fg.JobSkipped, Spec: needing("skipped")})
	done := add(fg.Job{Name: "done", Stage: "test", Status: fg.JobSuccess})
	gone := add(fg.Job{Name: "gone", Stage: "test", Status: fg.JobCanceled})
	why(skipped, "the job was skipped: it comes after job %d (broken), which is failed", broken)
	why(needs, "the job was skipped: it comes after job %d (skipped), which is skipped", skipped)
	why(done, "the job has ended: it is success")
	why(gone, "the job has ended: it is canceled")

	begin()
	circle := add(fg.Job{Name: "circle", Status: fg.JobCreated, Spec: needing("round")})
	round := add(fg.Job{Name: "round", Status: fg.JobCreated, Spec: needing("circle")})
	why(circle, "the job waits for job %d (round), which is created", round)

	begin()
	for i := range 5 {
		add(fg.Job{Name: fmt.Sprint("part", i), Status: fg.JobPending})
	}
	last := add(fg.Job{Name: "last", Stage: "test", Status: fg.JobCreated})
	assert.Regexp(t, `^the job waits for job \d+ \(part0\), which is pending, .*, and 2 more$`, gl.WhyPending(last)[0].Reason)

	gl.DeleteRunner(r.ID)
	waiting := gl.AddJob(fg.Job{Project: "acme/shop"}).ID
	why(waiting, "there is no runner")
}

// What the jobs of a pipeline that moves by itself wait for.
func TestWhyPendingInAPipeline(t *testing.T) {
	gl := fg.New(t)
	gl.AddProject(fg.Project{Path: "acme/shop"})
	r := gl.AddRunner(fg.Runner{})
	p := gl.AddPipeline(fg.Pipeline{Project: "acme/shop", CI: `
compile: {stage: build, script: make}
lint: {stage: test, script: make lint, when: manual, allow_failure: false}
unit: {stage: test, script: make test, needs: [compile]}
later: {stage: test, script: make later, when: delayed, start_in: 30 minutes}
first: {stage: test, script: deploy, resource_group: site}
second: {stage: test, script: deploy, resource_group: site}
rescue: {stage: deploy, script: cry, when: on_failure}
ship: {stage: deploy, script: make ship}
`})
	id := func(name string) int { return jobNamed(t, gl, p.ID, name).ID }
	why := func(name, want string, ids ...any) {
		t.Helper()
		assert.Equal(t, []fg.Verdict{{Reason: fmt.Sprintf(want, ids...)}}, gl.WhyPending(id(name)))
	}
	why("lint", "the job waits for job %d (compile), which is pending", id("compile"))
	gl.StartJob(id("compile"), r.ID)
	gl.FinishJob(id("compile"), fg.JobSuccess)
	why("lint", "the job waits for somebody to play it")
	why("later", "the job is delayed until 2024-07-01T12:30:00Z, 30m0s from now")
	why("second", "the job waits for the resource group site, which job %d (first) has; that one is pending", id("first"))
	assert.Regexp(t, `^the job waits for job \d+ \(lint\), which is manual \(somebody has to play it\), job \d+ \(unit\), which is `+
		`pending, job \d+ \(later\), which is scheduled, and 2 more$`, gl.WhyPending(id("ship"))[0].Reason)

	gl.PlayJob(id("lint"))
	gl.Advance(30 * time.Minute)
	for _, name := range []string{"lint", "unit", "later", "first", "second"} {
		gl.StartJob(id(name), r.ID)
		gl.FinishJob(id(name), fg.JobSuccess)
	}
	why("rescue", "the job was skipped: it is one for failures (when: on_failure), and none was before it")
}

// The errors of waits have the verdicts, too.
func TestWaitsSayWhatAJobWaitsFor(t *testing.T) {
	gl := fg.New(t)
	gl.AddProject(fg.Project{Path: "acme/shop"})
	build := gl.AddJob(fg.Job{Project: "acme/shop", Name: "build", Status: fg.JobManual})
	test := gl.AddJob(fg.Job{Project: "acme/shop", Name: "test", Stage: "deploy", Status: fg.JobCreated, PipelineID: build.PipelineID})
	skipped := gl.AddJob(fg.Job{Project: "acme/shop", Name: "late", Stage: "deploy", Status: fg.JobSkipped, PipelineID: build.PipelineID})
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := gl.WaitForJob(ended, test.ID, fg.JobSuccess)
	assert.EqualError(t, err, fmt.Sprintf("fakegitlab: waiting until job %d (test) is success, which is created (the job waits for "+
		"job %d (build), which is manual (somebody has to play it)): context canceled", test.ID, build.ID))
	_, err = gl.WaitForJob(ended, skipped.ID, fg.JobSuccess)
	assert.EqualError(t, err, fmt.Sprintf("fakegitlab: job %d (late) never is success: it went through [skipped] "+
		"(the job was skipped)", skipped.ID))
}

func TestMisuseOfWhyPending(t *testing.T) {
	assert.Equal(t, `fakegitlab: WhyPending(7): no job "7"; there are none`, misuse(t, fg.Scenario{}, func(gl *fg.Fake) { gl.WhyPending(7) }))
}
