package fakegitlab_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

// refusal is what a test is told of a call that ends it.
func refusal(t *testing.T, spy *testkit.Spy, call func()) string {
	t.Helper()
	before, ended, goesOn := len(spy.Errors), make(chan struct{}), false
	go func() {
		defer close(ended)
		call()
		goesOn = true
	}()
	<-ended
	assert.False(t, goesOn, "the test goes on")
	return strings.Join(spy.Errors[before:], "\n")
}

// Nothing happens to a job of a pipeline that moves by itself before its turn; the message says what comes first.
func TestJobsAreChangedInTheirTurn(t *testing.T) {
	tb := &testkit.Spy{}
	gl := fakegitlab.New(tb)
	t.Cleanup(gl.Close)
	gl.AddProject(fakegitlab.Project{Path: "acme/shop"})
	gl.AddRunner(fakegitlab.Runner{ID: 7})
	p := gl.AddPipeline(fakegitlab.Pipeline{Project: "acme/shop", CI: `
stages: [build, test, deploy, tell]
compile: {stage: build, script: make}
unit: {stage: test, script: make test}
slow: {stage: test, script: make slow, needs: [compile], when: delayed, start_in: 5 minutes}
ship: {stage: deploy, script: make ship, when: manual, allow_failure: false, resource_group: production}
page: {stage: deploy, script: make page, resource_group: production}
mail: {stage: tell, script: mail}
`})
	id := func(name string) int { return jobNamed(t, gl, p.ID, name).ID }
	refused := func(job int, first string, doing ...func()) {
		t.Helper()
		before := gl.Jobs()
		for _, do := range doing {
			assert.Regexp(t, fmt.Sprintf(`(Enqueue|Start|Finish)Job\(%d\): job %d \(.*\) is .*; what comes first is %s$`,
				job, job, first), refusal(t, tb, do))
		}
		assert.Equal(t, before, gl.Jobs(), "a refused call changes nothing")
	}
	enqueue := func(job int) func() { return func() { gl.EnqueueJob(job) } }
	start := func(job int) func() { return func() { gl.StartJob(job, 7) } }
	finish := func(job int, as fakegitlab.JobStatus) func() { return func() { gl.FinishJob(job, as) } }
	end := func(job int) { gl.StartJob(job, 7); gl.FinishJob(job, fakegitlab.JobSuccess) }

	for _, job := range []int{id("unit"), id("slow"), id("page"), id("mail")} {
		refused(job, fmt.Sprintf(`StartJob\(%d, \.\.\.\), then FinishJob\(%d, \.\.\.\)`, id("compile"), id("compile")),
			enqueue(job), start(job), finish(job, fakegitlab.JobSuccess), finish(job, fakegitlab.JobFailed))
	}
	gl.StartJob(id("compile"), 7)
	refused(id("unit"), fmt.Sprintf(`FinishJob\(%d, \.\.\.\)`, id("compile")), start(id("unit")))
	gl.FinishJob(id("compile"), fakegitlab.JobSuccess)
	refused(id("slow"), fmt.Sprintf(`Advance, or PlayJob\(%d\)`, id("slow")),
		start(id("slow")), finish(id("slow"), fakegitlab.JobFailed))
	gl.FinishJob(id("unit"), fakegitlab.JobSuccess) // it waits for nothing but a runner
	gl.Advance(5 * time.Minute)
	end(id("slow"))

	refused(id("ship"), fmt.Sprintf(`PlayJob\(%d\)`, id("ship")), start(id("ship")), finish(id("ship"), fakegitlab.JobFailed))
	refused(id("mail"), fmt.Sprintf(`PlayJob\(%d\)`, id("ship")), start(id("mail")))
	gl.PlayJob(id("ship"))
	refused(id("ship"), fmt.Sprintf(`StartJob\(%d, .*`, id("page")), enqueue(id("ship")), start(id("ship")))
	end(id("page"))
	end(id("ship"))
	gl.CancelJob(id("mail"))
	gl.AssertPipelineStatus(t, p.ID, fakegitlab.JobCanceled)
}

// The message tells why in the words of WhyPending.
func TestFinishJobSaysWhatAJobWaitsFor(t *testing.T) {
	tb := &testkit.Spy{}
	gl := fakegitlab.New(tb)
	t.Cleanup(gl.Close)
	gl.AddProject(fakegitlab.Project{Path: "acme/shop"})
	gl.AddPipeline(fakegitlab.Pipeline{Project: "acme/shop", CI: "a: {stage: build, script: x}\nb: {script: x}"})
	a, b := gl.Jobs()[0].ID, gl.Jobs()[1].ID
	assert.Equal(t, fmt.Sprintf("fakegitlab: FinishJob(%d): job %d (b) is created, and its turn has not come: the job waits for "+
		"job %d (a), which is pending; what comes first is StartJob(%d, ...), then FinishJob(%d, ...)", b, b, a, a, a),
		refusal(t, tb, func() { gl.FinishJob(b, fakegitlab.JobSuccess) }))

	gl.CancelJob(b) // people may cancel what has not begun
	gl.AssertJobStatus(t, b, fakegitlab.JobCanceled)

	alone := gl.AddJob(fakegitlab.Job{Project: "acme/shop", Status: fakegitlab.JobCreated})
	gl.FinishJob(alone.ID, fakegitlab.JobSuccess) // its pipeline does not move
}

// Who may not make a pipeline makes none by a seed either, but for one of the past.
func TestPipelineOfWhoMayNotMakeIt(t *testing.T) {
	world := fakegitlab.Scenario{
		Users: []fakegitlab.User{{Username: "dev"}, {Username: "guest"}, {Username: "stray"}},
		Projects: []fakegitlab.Project{{Path: "acme/shop", Files: map[string]string{".gitlab-ci.yml": "a: {script: x}"},
			Members: fakegitlab.Members{"dev": fakegitlab.Developer, "guest": fakegitlab.Guest}}},
		ProtectedRefs: []fakegitlab.ProtectedRef{{Project: "acme/shop", Name: "stable"}},
	}
	for name, c := range map[string]struct {
		p    fakegitlab.Pipeline
		text string
	}{
		"no member": {fakegitlab.Pipeline{Project: "acme/shop", User: "stray"},
			"Insufficient permissions to create a new pipeline: stray is no member of acme/shop"},
		"guest": {fakegitlab.Pipeline{Project: "acme/shop", User: "guest", CI: "b: {script: x}"},
			"Insufficient permissions to create a new pipeline: guest is Guest in acme/shop"},
		"developer": {fakegitlab.Pipeline{Project: "acme/shop", User: "dev"}, ""},
		"schedule of a developer": {fakegitlab.Pipeline{Project: "acme/shop", User: "dev", Source: "schedule",
			Variables: map[string]string{"A": "b"}}, ""},
		"past": {fakegitlab.Pipeline{Project: "acme/shop", User: "guest", Status: fakegitlab.JobSuccess}, ""},
	} {
		s := world
		s.Pipelines = []fakegitlab.Pipeline{c.p}
		if c.text == "" {
			assert.NoError(t, s.Validate(), name)
		} else {
			assert.ErrorContains(t, s.Validate(), c.text, name)
		}
		tb := &testkit.Spy{}
		gl := fakegitlab.New(tb, fakegitlab.WithScenario(world))
		t.Cleanup(gl.Close)
		add := func() { gl.AddPipeline(c.p) }
		if c.text == "" {
			add()
		} else {
			assert.Contains(t, refusal(t, tb, add), c.text, name)
			assert.Empty(t, gl.Pipelines())
		}
		assert.Equal(t, c.text == "", gl.ResetTo(s) == nil, name)
	}
}

// A schedule is of a ref that there is, or of one that is said whole, since it is still to come or gone.
func TestScheduleOfARefThatIsNotThere(t *testing.T) {
	for _, version := range []string{"16.0", "18.0"} {
		tb := &testkit.Spy{}
		gl := fakegitlab.New(tb, fakegitlab.WithVersion(version))
		t.Cleanup(gl.Close)
		gl.AddProject(fakegitlab.Project{Path: "acme/shop", Files: map[string]string{"README": "x"}})
		gl.AddProject(fakegitlab.Project{Path: "acme/empty"})
		add := func(project, ref string) fakegitlab.PipelineSchedule {
			return gl.AddPipelineSchedule(fakegitlab.PipelineSchedule{Project: project, Ref: ref, Cron: "0 1 * * *"})
		}
		assert.Contains(t, refusal(t, tb, func() { add("acme/shop", "mian") }),
			`Reference not found: no branch or tag "mian"; did you mean "main"?; one that is still to come is said whole, `+
				`"refs/heads/mian"`)
		assert.Empty(t, gl.PipelineSchedules())

		add("acme/shop", "main")
		add("acme/empty", "anything")
		later := add("acme/shop", "refs/heads/later")
		assert.Equal(t, "refs/heads/later", later.Ref)
		require.NoError(t, gl.ResetTo(gl.Snapshot()), "a snapshot says it whole")
		assert.Len(t, gl.PipelineSchedules(), 3)
		gl.Commit("acme/shop", "later", nil, "Begin")
		assert.Contains(t, gl.PipelineSchedules()[2].Ref, "later")
	}
}

func TestCommitsHaveMessages(t *testing.T) {
	tb := &testkit.Spy{}
	gl := fakegitlab.New(tb)
	t.Cleanup(gl.Close)
	gl.AddProject(fakegitlab.Project{Path: "acme/shop", Visibility: fakegitlab.Public})
	assert.Equal(t, `fakegitlab: Commit("acme/shop"): the commit has no message; without one GitLab makes none either`,
		refusal(t, tb, func() { gl.Commit("acme/shop", "main", nil, "") }))
	assert.Contains(t, refusal(t, tb, func() { gl.DeleteFiles("acme/shop", "main", nil, "") }), "the commit has no message")
	gl.Commit("acme/shop", "main", nil, "Empty, but meant")
	sha := gl.Commit("acme/shop", "main", nil, " \n")
	assert.Contains(t, testkit.AskBy(t, gl.Client(), gl.URL(), "", "GET", "/api/v4/projects/acme%2Fshop/repository/commits/"+sha).Body,
		`"title":"--no commit message"`)
}

func TestCommitOnTheDefaultBranch(t *testing.T) {
	gl := fakegitlab.New(t)
	gl.AddProject(fakegitlab.Project{Path: "acme/shop", Attributes: map[string]string{"default_branch": "trunk"}})
	sha := gl.Commit("acme/shop", "", map[string]string{"a": "b"}, "Begin")
	assert.Equal(t, sha, gl.Snapshot().Projects[0].Repository.Refs["refs/heads/trunk"])
	gl.DeleteFiles("acme/shop", "", []string{"a"}, "End")
}

// A pipeline that a job has made is none that a file makes, and the message says whose it is.
func TestPipelineOfAJobOfItsID(t *testing.T) {
	const text = "there is a pipeline 5 already: job 2000001 (unit) says that it is of it. A job joins a pipeline that is " +
		"there before; one that is made of a .gitlab-ci.yml makes its jobs itself"
	job := fakegitlab.Job{Project: "acme/shop", Name: "unit", PipelineID: 5}
	assert.ErrorContains(t, fakegitlab.Scenario{Projects: []fakegitlab.Project{{Path: "acme/shop"}},
		Pipelines: []fakegitlab.Pipeline{{ID: 5, Project: "acme/shop", CI: "unit: {script: x}"}},
		Jobs:      []fakegitlab.Job{job}}.Validate(), text)

	tb := &testkit.Spy{}
	gl := fakegitlab.New(tb)
	t.Cleanup(gl.Close)
	gl.AddProject(fakegitlab.Project{Path: "acme/shop"})
	gl.AddJob(job)
	assert.Contains(t, refusal(t, tb, func() { gl.AddPipeline(fakegitlab.Pipeline{ID: 5, Project: "acme/shop"}) }), text)
	gl.AddPipeline(fakegitlab.Pipeline{ID: 6, Project: "acme/shop"})
	assert.Contains(t, refusal(t, tb, func() { gl.AddPipeline(fakegitlab.Pipeline{ID: 6, Project: "acme/shop"}) }),
		"there is a pipeline 6 already")
}
