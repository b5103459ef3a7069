package fakegitlab_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

// What a test says of a pipeline is to be in the repository, as what a request says.
func TestAddPipelineRefusesWhatIsNotThere(t *testing.T) {
	for name, c := range map[string]struct {
		p    fakegitlab.Pipeline
		text string
	}{
		"ref": {fakegitlab.Pipeline{Project: "acme/shop", Ref: "mian"},
			`Reference not found: no branch or tag "mian"; did you mean "main"?`},
		"ref with CI": {fakegitlab.Pipeline{Project: "acme/shop", Ref: "mian", CI: "a: {script: x}"},
			`Reference not found: no branch or tag "mian"; did you mean "main"?`},
		"tag": {fakegitlab.Pipeline{Project: "acme/shop", Ref: "main", RefIsTag: true},
			`Reference not found: no tag "main"`},
		"SHA": {fakegitlab.Pipeline{Project: "acme/shop", SHA: strings.Repeat("a", 40)},
			"Commit not found: acme/shop has no commit " + strings.Repeat("a", 40)},
		"file": {fakegitlab.Pipeline{Project: "acme/plain"},
			"Missing CI config file: acme/plain has no .gitlab-ci.yml at main; a pipeline that is made of none says its " +
				"Status, or CI"},
		"key": {fakegitlab.Pipeline{Project: "acme/shop", Variables: map[string]string{"A B": "x"}},
			`the key "A B" can contain only letters, digits and '_'.`},
	} {
		_, err := fakegitlab.Start(fakegitlab.WithScenario(fakegitlab.Scenario{
			Projects: []fakegitlab.Project{{Path: "acme/shop", Files: map[string]string{".gitlab-ci.yml": "a: {script: x}"}},
				{Path: "acme/plain", Files: map[string]string{"README": "x"}}},
			Pipelines: []fakegitlab.Pipeline{c.p}}))
		assert.ErrorContains(t, err, c.text, name)
	}
}

// A plain record is what it is said to be, also one of a branch that is gone; one of which nothing is said is created.
func TestPlainPipelineIsCreated(t *testing.T) {
	gl := fakegitlab.New(t)
	gl.AddProject(fakegitlab.Project{Path: "acme/shop"})
	gl.AddProject(fakegitlab.Project{Path: "acme/full", Files: map[string]string{"README": "x"}})
	gone := gl.AddPipeline(fakegitlab.Pipeline{Project: "acme/full", Ref: "gone", Status: fakegitlab.JobSuccess})
	assert.Equal(t, fakegitlab.JobSuccess, gone.Status)

	p := gl.AddPipeline(fakegitlab.Pipeline{Project: "acme/shop"})
	gl.AssertPipelineStatus(t, p.ID, fakegitlab.JobCreated)
	path := "/projects/acme%2Fshop/pipelines/" + strconv.Itoa(p.ID)
	shown := testkit.Ask(t, gl, gl.AdminToken(), http.MethodGet, path)
	require.Equal(t, http.StatusOK, shown.Status, shown.String())
	assert.Equal(t, "created", shown.Field(t, "status"))
	canceled := testkit.Ask(t, gl, gl.AdminToken(), http.MethodPost, path+"/cancel")
	assert.Equal(t, http.StatusOK, canceled.Status, canceled.String())

	gl.AddRunner(fakegitlab.Runner{ID: 7})
	gl.AddJob(fakegitlab.Job{Project: "acme/shop", PipelineID: p.ID, Name: "a", Status: fakegitlab.JobRunning, RunnerID: 7})
	gl.AssertPipelineStatus(t, p.ID, fakegitlab.JobRunning)
}

// The steps of the clock make no difference to schedules: every half an hour, seen to 3 minutes later.
func TestSchedulesRunWhateverTheStepsOfTheClock(t *testing.T) {
	for _, steps := range []int{1, 4, 24} {
		gl := fakegitlab.New(t, fakegitlab.WithWorkers())
		gl.AddProject(fakegitlab.Project{Path: "acme/shop", Files: map[string]string{".gitlab-ci.yml": "a: {script: x}"}})
		gl.AddPipelineSchedule(fakegitlab.PipelineSchedule{Project: "acme/shop", Cron: "*/30 * * * *"})
		start := gl.Now()
		for range steps {
			gl.Advance(2 * time.Hour / time.Duration(steps))
		}
		assert.Equal(t, start.Add(2*time.Hour), gl.Now())
		var at []time.Duration
		for _, p := range gl.Pipelines() {
			at = append(at, p.CreatedAt.Sub(start))
		}
		assert.Equal(t, []time.Duration{33 * time.Minute, 63 * time.Minute, 93 * time.Minute}, at, "%d steps", steps)
	}
}

// A line that cannot be read is shown, with one that can.
func TestScheduleOfNoCronLine(t *testing.T) {
	for _, line := range []string{"", "every day"} {
		_, err := fakegitlab.Start(fakegitlab.WithScenario(fakegitlab.Scenario{
			Projects:          []fakegitlab.Project{{Path: "acme/shop"}},
			PipelineSchedules: []fakegitlab.PipelineSchedule{{Project: "acme/shop", Cron: line}}}))
		assert.ErrorContains(t, err, strconv.Quote(line)+` is no cron line; one is "0 1 * * *"`)
		assert.ErrorContains(t, err, "cron")
	}
}

// Workers that run late make one pipeline of a schedule, as GitLab's, however long it was due.
func TestLateWorkersMakeOnePipelineOfASchedule(t *testing.T) {
	gl := fakegitlab.New(t)
	gl.AddProject(fakegitlab.Project{Path: "acme/shop", Files: map[string]string{".gitlab-ci.yml": "a: {script: x}"}})
	gl.AddPipelineSchedule(fakegitlab.PipelineSchedule{Project: "acme/shop", Cron: "*/30 * * * *"})
	gl.Advance(72 * time.Hour)
	assert.Empty(t, gl.Pipelines())
	gl.RunWorkers()
	assert.Len(t, gl.Pipelines(), 1)
	assert.Equal(t, gl.Now().Add(33*time.Minute), gl.PipelineSchedules()[0].NextRunAt, "reckoned from now")
}

func TestMessagesTellWhatMadeAPipelineRedundant(t *testing.T) {
	gl := fakegitlab.New(t)
	gl.AddProject(fakegitlab.Project{Path: "acme/shop", Files: map[string]string{".gitlab-ci.yml": "a: {script: x}"}})
	old := gl.AddPipeline(fakegitlab.Pipeline{Project: "acme/shop"})
	job := gl.Jobs()[0]
	gl.Commit("acme/shop", "main", map[string]string{"b": "b"}, "More")
	next := gl.Pipelines()[1]
	text := "auto-canceled by the newer pipeline " + strconv.Itoa(next.ID) + " of main"

	gl.AssertPipelineStatus(t, old.ID, fakegitlab.JobCanceled)
	_, err := gl.WaitForPipeline(t.Context(), old.ID, fakegitlab.JobSuccess)
	assert.ErrorContains(t, err, text)
	why := gl.WhyPending(job.ID)
	require.Len(t, why, 1)
	assert.Contains(t, why[0].Reason, text)
}
