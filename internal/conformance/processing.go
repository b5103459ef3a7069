package conformance

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// ProcessingCasesFile has the cases of how a pipeline moves, which are no requests.
const ProcessingCasesFile = "processing.json"

// ProcessingCase is a pipeline, and what becomes of it.
type ProcessingCase struct {
	ID, YAML    string
	ProcessMode world.ProcessMode `json:"process_mode"`
	Init        processingExpect
	Transitions []struct {
		Event    string
		Jobs     []string
		Reason   string
		ExitCode *int   `json:"exit_code"`
		After    string // of the event "wait": how much time passes
		YAML     string // of the event "push": empty is that of the case
		Pipeline int    // which of the pipelines of the case, from 1; 0 is the last
		Expect   processingExpect
	}
}

// processingExpect is what a pipeline must have become. Pipeline and jobs may be those of an earlier pipeline, too.
type processingExpect struct {
	Pipeline     world.JobStatus
	Stages, Jobs map[string]world.JobStatus
	Earlier      []processingExpect // of the pipelines before, in their order
}

// ReadProcessingCases reads the file of them. A field that is not known is a mistake.
func ReadProcessingCases(t testing.TB, name string) []ProcessingCase {
	t.Helper()
	f, err := os.Open(name)
	require.NoError(t, err)
	defer f.Close()
	var file struct{ Cases []ProcessingCase }
	require.NoError(t, json.NewDecoder(f).Decode(&file), filepath.Base(name))
	return file.Cases
}

// processed is a world in which a case is played.
type processed struct {
	t         testing.TB
	st        *world.State
	now       time.Time
	project   *world.Project
	runner    *world.Runner
	pipelines []*world.Pipeline
}

// Play makes the pipeline of the case, lets happen to it what the case says, and compares after each step.
func (c ProcessingCase) Play(t testing.TB) {
	v, err := gitlabversion.Parse(gitlabversion.Default)
	require.NoError(t, err)
	p := &processed{t: t, now: time.Date(2024, 7, 1, 12, 0, 0, 0, time.UTC)}
	p.st = world.New(v, func() time.Time { return p.now }, world.Around{})
	p.do(func() {
		var settings map[string]string
		if c.ProcessMode != "" {
			settings = map[string]string{"resource_group_default_process_mode": string(c.ProcessMode)}
		}
		p.project, err = p.st.AddProject(world.Project{Path: "acme/shop", Attributes: settings}, nil)
		require.NoError(t, err)
		p.runner, err = p.st.AddRunner(world.RunnerDraft{Attributes: world.DefaultAttributes()})
		require.NoError(t, err)
	})
	p.push(c.YAML)
	p.compare("init", c.Init, len(p.pipelines))
	for i, step := range c.Transitions {
		pipeline := p.pipelines[len(p.pipelines)-1]
		if step.Pipeline > 0 {
			pipeline = p.pipelines[step.Pipeline-1]
		}
		switch step.Event {
		case "push":
			if step.YAML == "" {
				step.YAML = c.YAML
			}
			p.push(step.YAML)
		case "wait":
			passed, err := time.ParseDuration(step.After)
			require.NoError(t, err)
			p.now = p.now.Add(passed)
			p.do(func() {})
		case "retry", "cancel":
			if step.Jobs == nil {
				p.do(func() { p.toPipeline(step.Event, pipeline) })
			}
			fallthrough
		default:
			for _, name := range step.Jobs {
				p.do(func() { p.toJob(step.Event, p.latest(pipeline, name), step.Reason, step.ExitCode) })
			}
			p.do(func() {}) // in which the time is looked at that an event has moved
		}
		p.compare(step.Event+" at step "+string(rune('1'+i)), step.Expect, len(p.pipelines))
	}
}

// do does something, with all background work done afterwards.
func (p *processed) do(what func()) { world.Visit(p.st, what) }

func (p *processed) push(yaml string) {
	p.do(func() {
		made, err := p.st.CreatePipeline(world.NewPipeline{Project: p.project, User: p.st.Users.Rows[0], CI: yaml})
		require.NoError(p.t, err)
		p.pipelines = append(p.pipelines, made)
	})
}

func (p *processed) toPipeline(event string, pipeline *world.Pipeline) {
	if event == "cancel" {
		p.st.CancelPipeline(pipeline)
		return
	}
	p.st.RetryPipeline(pipeline, p.st.Users.Rows[0], world.AnyJob)
}

func (p *processed) toJob(event string, j *world.Job, reason string, exitCode *int) {
	var err error
	switch user := p.st.Users.Rows[0]; event {
	case "run":
		err = p.st.StartJob(j, p.runner, nil, false)
	case "success":
		err = p.st.FinishJob(j, world.JobSuccess, "", nil)
	case "drop":
		if reason == "" {
			reason = world.ScriptFailure
		}
		err = p.st.Drop(j, reason, exitCode)
	case "cancel":
		err = p.st.CancelJob(j, false)
	case "play":
		require.NoError(p.t, j.Unplayable())
		p.st.PlayJob(j, user, nil, nil)
	case "retry":
		require.True(p.t, j.Retryable())
		p.st.RetryJob(j, user, nil)
	case "enqueue_scheduled":
		require.Equal(p.t, world.JobScheduled, j.Status)
		p.now = j.ScheduledAt
	default:
		p.t.Fatalf("no event is called %q", event)
	}
	require.NoError(p.t, err)
}

// latest is the last job of a name.
func (p *processed) latest(pipeline *world.Pipeline, name string) *world.Job {
	jobs := pipeline.Latest()
	i := slices.IndexFunc(jobs, func(j *world.Job) bool { return j.Name == name })
	require.GreaterOrEqual(p.t, i, 0, "no job %s", name)
	return jobs[i]
}

// compare wants the n-th pipeline, from 1, and those before it, to be as the case says.
func (p *processed) compare(when string, want processingExpect, n int) {
	pipeline := p.pipelines[n-1]
	if want.Pipeline != "" {
		assert.Equal(p.t, want.Pipeline, pipeline.Status(), "%s: pipeline", when)
	}
	stages := map[string]world.JobStatus{}
	for _, s := range pipeline.Stages() {
		stages[s.Name] = s.Status
	}
	for name, status := range want.Stages {
		assert.Equal(p.t, status, stages[name], "%s: stage %s", when, name)
	}
	for name, status := range want.Jobs {
		assert.Equal(p.t, status, p.latest(pipeline, name).Status, "%s: job %s", when, name)
	}
	for i, earlier := range want.Earlier {
		p.compare(when+", an earlier pipeline", earlier, i+1)
	}
}
