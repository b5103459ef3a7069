package fakegitlab_test

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

const oneJob = "nightly: {script: make}\n"

// scheduled is a GitLab whose project has a file, and a schedule that Dana owns, a developer there.
func scheduled(t *testing.T, change func(*fakegitlab.PipelineSchedule), options ...fakegitlab.Option,
) (*fakegitlab.Fake, fakegitlab.PipelineSchedule) {
	t.Helper()
	gl := fakegitlab.New(t, options...)
	gl.AddUser(fakegitlab.User{Username: "dana"})
	gl.AddProject(fakegitlab.Project{Path: "acme/shop", Members: fakegitlab.Members{"dana": fakegitlab.Developer},
		Files: map[string]string{".gitlab-ci.yml": oneJob}})
	s := fakegitlab.PipelineSchedule{Project: "acme/shop", Owner: "dana", Cron: "0 1 * * *"}
	change(&s)
	return gl, gl.AddPipelineSchedule(s)
}

func at(day, hour, minute int) time.Time {
	return time.Date(2024, 7, day, hour, minute, 0, 0, time.UTC)
}

// next is when a schedule is seen to next.
func next(gl *fakegitlab.Fake) time.Time { return gl.PipelineSchedules()[0].NextRunAt }

// GitLab's worker looks at 3, 13 ... 53 minutes past each hour (config/initializers/1_settings.rb).
func TestSchedulesRunByTheClock(t *testing.T) {
	gl, s := scheduled(t, func(s *fakegitlab.PipelineSchedule) {
		s.CronTimezone, s.Variables = "Europe/Zurich", map[string]string{"LEVEL": "full"}
	}, fakegitlab.WithWorkers())
	assert.Equal(t, at(1, 23, 3), next(gl), "one in the morning in Zurich")

	gl.Advance(11*time.Hour + 2*time.Minute + 59*time.Second)
	assert.Empty(t, gl.Pipelines())
	gl.Advance(time.Second)
	require.Len(t, gl.Pipelines(), 1)
	p := gl.Pipelines()[0]
	assert.Equal(t, "schedule", p.Source)
	assert.Equal(t, s.ID, p.ScheduleID)
	assert.Equal(t, "dana", p.User)
	assert.Equal(t, map[string]string{"LEVEL": "full"}, p.Variables)
	assert.Equal(t, at(1, 23, 3), p.CreatedAt)
	gl.AssertJobStatus(t, jobNamed(t, gl, p.ID, "nightly").ID, fakegitlab.JobPending)
	assert.Equal(t, at(2, 23, 3), next(gl))

	r := newReceiver(t)
	gl.AddWebhook(fakegitlab.Webhook{Project: "acme/shop", URL: r.url, PipelineEvents: true})
	gl.CancelPipeline(p.ID)
	_, err := gl.WaitForDelivery(t.Context(), "Pipeline Hook")
	require.NoError(t, err)
	assert.Empty(t, r.told()[0]["object_attributes"].(map[string]any)["variables"], "which are the schedule's own")

	gl.Advance(72 * time.Hour)
	assert.Len(t, gl.Pipelines(), 4, "one each night")
	assert.Equal(t, at(5, 23, 3), next(gl))
	gl.Advance(150 * 24 * time.Hour)
	assert.Equal(t, 0, next(gl).Hour(), "in winter")
}

// A pipeline is of a schedule or trigger of its project, and of none once that is deleted.
func TestWhatMadeAPipelineIsThere(t *testing.T) {
	s := fakegitlab.NewScenario().WithProject("acme/shop").WithProject("acme/site")
	s.PipelineSchedules = []fakegitlab.PipelineSchedule{{ID: 7, Project: "acme/shop", Cron: "0 1 * * *", Ref: "main"}}
	s.PipelineTriggers = []fakegitlab.PipelineTrigger{{ID: 8, Project: "acme/shop"}}
	made := func(project string, schedule, trigger int) fakegitlab.Scenario {
		return s.WithPipeline(project, func(p *fakegitlab.Pipeline) {
			p.Status, p.ScheduleID, p.TriggerID = fakegitlab.JobSuccess, schedule, trigger
		})
	}
	assert.EqualError(t, made("acme/shop", 9, 10).Validate(), "scenario: 2 problems:\n"+
		"\tpipelines[0].schedule_id: no pipeline schedule \"9\"; known are 7\n"+
		"\tpipelines[0].trigger_id: no pipeline trigger \"10\"; known are 8")
	assert.EqualError(t, made("acme/site", 7, 8).Validate(), "scenario: 2 problems:\n"+
		"\tpipelines[0].schedule_id: pipeline schedule 7 is of acme/shop, not of acme/site\n"+
		"\tpipelines[0].trigger_id: pipeline trigger 8 is of acme/shop, not of acme/site")
	assert.ErrorContains(t, made("acme/stie", 7, 8).Validate(), `scenario: pipelines[0].project: no project "acme/stie"`)
	sound := made("acme/shop", 7, 8)
	sound.Pipelines[0].Status, sound.Pipelines[0].CI = "", oneJob
	require.NoError(t, sound.Validate())
	sound.Pipelines[0].ScheduleID = 9
	assert.ErrorContains(t, sound.Validate(), "pipelines[0].schedule_id: no pipeline schedule")

	bad := made("acme/shop", 7, 8)
	bad.PipelineSchedules = []fakegitlab.PipelineSchedule{{ID: 7, Project: "acme/shop", Cron: "never", Ref: "main"}}
	bad.PipelineTriggers = []fakegitlab.PipelineTrigger{{ID: 8, Project: "acme/shop", Owner: "nobody"}}
	assert.EqualError(t, bad.Validate(), "scenario: 2 problems:\n"+
		"\tpipeline_schedules[0].cron: \"never\" is no cron line; one is \"0 1 * * *\", at one o'clock each night\n"+
		"\tpipeline_triggers[0].owner: no user \"nobody\"; known are root", "what follows from a mistake is not told")

	gl := fakegitlab.New(t, fakegitlab.WithScenario(made("acme/shop", 7, 8)))
	client := gl.ClientAs("root")
	for _, path := range []string{"pipeline_schedules/7", "triggers/8"} {
		r, err := http.NewRequest(http.MethodDelete, gl.APIURL()+"/projects/acme%2Fshop/"+path, nil)
		require.NoError(t, err)
		res, err := client.Do(r)
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		require.Equal(t, http.StatusNoContent, res.StatusCode)
	}
	p := gl.Pipelines()[0]
	assert.Equal(t, []int{0, 0}, []int{p.ScheduleID, p.TriggerID})
	assert.NoError(t, gl.Snapshot().Validate())
}

func TestSchedulesThatDoNotRun(t *testing.T) {
	for _, c := range []struct {
		name  string
		does  func(*fakegitlab.Fake)
		seeds func(*fakegitlab.PipelineSchedule)
	}{
		{"inactive", nil, func(s *fakegitlab.PipelineSchedule) { s.Inactive = true }},
		{"a ref that is gone", nil, func(s *fakegitlab.PipelineSchedule) { s.Ref = "refs/heads/gone" }},
		{"an owner who is blocked", func(gl *fakegitlab.Fake) {
			gl.UpdateUser("dana", func(u *fakegitlab.User) { u.State = fakegitlab.UserBlocked })
		}, nil},
		{"an owner who is a member no longer", func(gl *fakegitlab.Fake) {
			gl.UpdateProject("acme/shop", func(p *fakegitlab.Project) { p.Members = nil })
		}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			gl, _ := scheduled(t, func(s *fakegitlab.PipelineSchedule) {
				if c.seeds != nil {
					c.seeds(s)
				}
			})
			if c.does != nil {
				c.does(gl)
			}
			gl.Advance(30 * 24 * time.Hour)
			assert.Empty(t, gl.Pipelines(), "no worker has run")
			gl.RunWorkers()
			assert.Empty(t, gl.Pipelines())
		})
	}
	gl, _ := scheduled(t, func(*fakegitlab.PipelineSchedule) {})
	gl.Advance(24 * time.Hour)
	assert.Empty(t, gl.Pipelines(), "no worker has run")
	gl.RunWorkers()
	assert.Len(t, gl.Pipelines(), 1)
	gl.RunWorkers()
	assert.Len(t, gl.Pipelines(), 1, "its next time has not come")
}

const wantsWord = "spec: {inputs: {word: {}, count: {type: number, default: 1}}}\n---\n" +
	"say: {script: 'echo $[[ inputs.word ]] $[[ inputs.count ]]'}\n"

// Inputs that a test hands in, and those of a schedule, which a snapshot keeps, are of the type that they have: "12" is
// a text.
func TestInputsOfPipelines(t *testing.T) {
	inputs := map[string]any{"word": "12", "count": 2.0}
	gl, _ := scheduled(t, func(s *fakegitlab.PipelineSchedule) { s.Inputs = inputs }, fakegitlab.WithVersion("18.6"))
	gl.Commit("acme/shop", "main", map[string]string{".gitlab-ci.yml": wantsWord}, "Ask")
	for _, p := range gl.Pipelines() {
		gl.DeletePipeline(p.ID)
	}
	for _, p := range []fakegitlab.Pipeline{{}, {CI: wantsWord}} {
		p.Project, p.Inputs = "acme/shop", inputs
		made := gl.AddPipeline(p)
		assert.Nil(t, made.Inputs, "they are not kept")
		assert.Equal(t, []string{"echo 12 2"}, jobNamed(t, gl, made.ID, "say").Spec.Script)
	}

	other := fakegitlab.New(t, fakegitlab.WithScenario(gl.Snapshot()), fakegitlab.WithVersion("18.6"))
	assert.Equal(t, inputs, other.PipelineSchedules()[0].Inputs)
	other.Advance(24 * time.Hour)
	other.RunWorkers()
	last := other.Pipelines()[2]
	assert.Equal(t, []string{"echo 12 2"}, jobNamed(t, other, last.ID, "say").Spec.Script)
}

func TestInputsThatAreRefused(t *testing.T) {
	for name, c := range map[string]struct {
		pipeline fakegitlab.Pipeline
		says     string
	}{
		"unknown": {fakegitlab.Pipeline{CI: wantsWord, Inputs: map[string]any{"word": "a", "more": 1}},
			"unknown input arguments: more"},
		"of nothing": {fakegitlab.Pipeline{Status: fakegitlab.JobSuccess, Inputs: map[string]any{"word": "a"}},
			"say CI, or no Status"},
		"no JSON": {fakegitlab.Pipeline{CI: wantsWord, Inputs: map[string]any{"word": func() {}}}, "func()"},
	} {
		t.Run(name, func(t *testing.T) {
			c.pipeline.Project = "acme/shop"
			said := misuse(t, fakegitlab.NewScenario().WithProject("acme/shop"),
				func(gl *fakegitlab.Fake) { gl.AddPipeline(c.pipeline) })
			assert.Contains(t, said, c.says)
		})
	}
}

// What was told of jobs outside goes on in another fake, of pipelines that move and of those of jobs added alone.
func TestCommitStatusesInASnapshot(t *testing.T) {
	gl, _ := scheduled(t, func(*fakegitlab.PipelineSchedule) {})
	moving := gl.AddPipeline(fakegitlab.Pipeline{Project: "acme/shop"})
	gl.AddProject(fakegitlab.Project{Path: "acme/bare", Members: fakegitlab.Members{"dana": fakegitlab.Developer}})
	alone := gl.AddJob(fakegitlab.Job{Project: "acme/bare", Status: fakegitlab.JobSuccess})
	tell := func(gl *fakegitlab.Fake, project, sha string, body testkit.Hash) {
		t.Helper()
		path := "/projects/" + url.PathEscape(project) + "/statuses/" + sha
		reply := testkit.SendJSON(t, gl, "POST", path, body, "PRIVATE-TOKEN", gl.Token("dana"))
		require.Equal(t, 201, reply.Status, reply.Body)
	}
	tell(gl, "acme/shop", moving.SHA, testkit.Hash{"state": "running", "name": "jenkins", "coverage": 12.5,
		"target_url": "https://jenkins.example.com/1", "description": "builds"})
	tell(gl, "acme/shop", moving.SHA, testkit.Hash{"state": "failed", "name": "lint"})
	tell(gl, "acme/bare", alone.Commit.SHA, testkit.Hash{"state": "running"})

	snapshot := gl.Snapshot()
	require.Len(t, snapshot.CommitStatuses, 3)
	assert.Equal(t, `commit status jenkins (pipeline `+strconv.Itoa(moving.ID)+`, running)`,
		snapshot.CommitStatuses[0].String())
	var file strings.Builder
	require.NoError(t, snapshot.Write(&file))
	read, err := fakegitlab.ReadScenario(strings.NewReader(file.String()))
	require.NoError(t, err)
	other := fakegitlab.New(t, fakegitlab.WithScenario(read), fakegitlab.WithStartTime(gl.Now()))
	assert.Empty(t, cmp.Diff(snapshot, other.Snapshot()))

	for _, gl := range []*fakegitlab.Fake{gl, other} {
		tell(gl, "acme/bare", alone.Commit.SHA, testkit.Hash{"state": "failed"})
		gl.AssertPipelineStatus(t, alone.PipelineID, fakegitlab.JobFailed)
		tell(gl, "acme/shop", moving.SHA, testkit.Hash{"state": "success", "name": "jenkins"})
		gl.CancelPipeline(moving.ID)
		gl.AssertPipelineStatus(t, moving.ID, fakegitlab.JobFailed)
	}
	assert.Empty(t, cmp.Diff(gl.Snapshot(), other.Snapshot()))
}

func TestCommitStatusesThatAreRefused(t *testing.T) {
	s := fakegitlab.NewScenario().WithProject("acme/shop")
	s.Pipelines = []fakegitlab.Pipeline{{ID: 5, Project: "acme/shop"}}
	s.CommitStatuses = []fakegitlab.CommitStatus{{PipelineID: 5}, {PipelineID: 6, Status: "runing", User: "max"}}
	assert.EqualError(t, s.Validate(), "scenario: 3 problems:\n"+
		"\tcommit_statuses[1].pipeline_id: no pipeline \"6\"; known are 5\n"+
		"\tcommit_statuses[1].user: no user \"max\"; known are root\n"+
		"\tcommit_statuses[1].status: unknown status \"runing\"; did you mean \"running\"?")
	s.CommitStatuses = s.CommitStatuses[:1]
	gl := fakegitlab.New(t, fakegitlab.WithScenario(s))
	gl.AssertPipelineStatus(t, 5, fakegitlab.JobPending)
	assert.Equal(t, "default", gl.Snapshot().CommitStatuses[0].Name)
}
