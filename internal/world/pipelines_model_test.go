package world

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab/internal/racing"
)

// The model of a pipeline: GitLab's rules once more, written from their description without any of the code under test.
// It computes everything anew each time.
type model struct {
	stages int
	jobs   []*modelJob
	// status and stageStatus are those of the pipeline and of its stages, which keep what they had while their jobs are
	// but created.
	status      string
	stageStatus []string
}

type modelJob struct {
	name     string
	stage    int
	when     string
	mayFail  bool
	needs    []string // nil: it waits for the stages before
	retry    int
	status   string
	attempts int
	atOnce   bool // tried again, so that nobody need start it
}

// sees is what a job counts as for others.
func (j *modelJob) sees() string {
	if j.mayFail && (j.status == "failed" || j.status == "canceled") {
		return "warnings"
	}
	if j.mayFail && j.status == "manual" {
		return "ignored"
	}
	return j.status
}

// together is the status of several jobs: the table of the reference, line by line.
func together(seen []string) string {
	holds := func(list string) bool {
		allowed := strings.Fields(list)
		return !slices.ContainsFunc(seen, func(s string) bool { return !slices.Contains(allowed, s) })
	}
	any := func(list string) bool {
		return slices.ContainsFunc(seen, func(s string) bool { return slices.Contains(strings.Fields(list), s) })
	}
	switch {
	case holds("skipped ignored"):
		return "skipped"
	case holds("success skipped warnings ignored"):
		return "success"
	case holds("created warnings ignored"):
		return "created"
	case holds("canceled success skipped warnings ignored"):
		return "canceled"
	case holds("pending created skipped warnings ignored"):
		return "pending"
	case any("running pending"):
		return "running"
	case any("manual"):
		return "manual"
	case any("scheduled"):
		return "scheduled"
	case any("created"):
		return "running"
	}
	return "failed"
}

func (m *model) seen(which func(*modelJob) bool) (seen []string) {
	for _, j := range m.jobs {
		if which(j) {
			seen = append(seen, j.sees())
		}
	}
	return seen
}

// before is the status of what comes before a job; "" is that it is not over yet.
func (m *model) before(j *modelJob) string {
	seen := m.seen(func(other *modelJob) bool {
		if j.needs != nil {
			return slices.Contains(j.needs, other.name)
		}
		return other.stage < j.stage
	})
	if len(seen) == 0 {
		return "success"
	}
	if j.needs != nil && (slices.Contains(seen, "skipped") || slices.Contains(seen, "ignored")) {
		return "skipped"
	}
	if s := together(seen); slices.Contains([]string{"success", "failed", "canceled", "skipped"}, s) {
		return s
	}
	return ""
}

// process lets everything happen that is to happen by itself.
func (m *model) process() {
	for again := true; again; {
		again = false
		for _, j := range m.jobs {
			if j.status != "created" {
				continue
			}
			before := m.before(j)
			if before == "" {
				continue
			}
			again = true
			goes := map[string]bool{"on_success": before == "success", "on_failure": before == "failed",
				"always": before != "canceled"}
			goes["on_success"] = goes["on_success"] || before == "skipped" && j.needs == nil
			goes["manual"], goes["delayed"] = goes["on_success"], goes["on_success"]
			switch {
			case !goes[j.when]:
				j.status = "skipped"
			case j.when == "manual" && !j.atOnce:
				j.status = "manual"
			case j.when == "delayed" && !j.atOnce:
				j.status = "scheduled"
			default:
				j.status = "pending"
			}
		}
	}
	for s := range m.stages {
		if status := together(m.seen(func(j *modelJob) bool { return j.stage == s })); status != "created" {
			m.stageStatus[s] = status
		}
	}
	status := together(m.seen(func(*modelJob) bool { return true }))
	if status == "pending" && slices.Contains([]string{"success", "failed", "canceled", "running"}, m.status) {
		status = "running"
	}
	if status != "created" {
		m.status = status
	}
}

// wakeAfter has the skipped jobs wait again that follow from a job: those of later stages, and all that need it.
func (m *model) wakeAfter(j *modelJob) {
	follows := map[string]bool{j.name: true}
	for range m.jobs {
		for _, other := range m.jobs {
			for _, need := range other.needs {
				follows[other.name] = follows[other.name] || follows[need]
			}
		}
	}
	for _, other := range m.jobs {
		if other.status == "skipped" && (other.stage > j.stage || follows[other.name]) {
			other.status = "created"
		}
	}
}

func (m *model) tryAgain(j *modelJob) {
	j.status, j.atOnce = "created", j.when == "manual" || j.when == "delayed"
	j.attempts++
	m.process()
	m.wakeAfter(j)
	m.process()
}

// do is what somebody or something does to a job.
func (m *model) do(what string, j *modelJob) {
	switch what {
	case "run":
		j.status = "running"
	case "success":
		j.status = "success"
	case "cancel":
		j.status = "canceled"
	case "play":
		j.status = "pending"
		m.wakeAfter(j)
	case "retry":
		m.tryAgain(j)
	case "drop":
		j.status = "failed"
		if j.attempts <= j.retry {
			m.tryAgain(j)
		}
	}
	m.process()
}

func (m *model) cancelAll() {
	for _, j := range m.jobs {
		if slices.Contains([]string{"created", "pending", "running", "scheduled"}, j.status) {
			j.status = "canceled"
		}
	}
	m.process()
}

func (m *model) retryAll() {
	for _, j := range m.jobs {
		switch j.status {
		case "failed", "canceled":
			j.status, j.atOnce = "created", false
			j.attempts++
		}
	}
	for _, j := range m.jobs {
		if j.status == "skipped" {
			j.status = "created"
		}
	}
	m.process()
}

// wait has the delays end.
func (m *model) wait() {
	for _, j := range m.jobs {
		if j.status == "scheduled" {
			j.status = "pending"
		}
	}
	m.process()
}

// drawModel draws a pipeline, and the configuration that says the same.
func drawModel(r *rand.Rand) (*model, string) {
	m := &model{stages: 1 + r.IntN(4), status: "created"}
	var yaml strings.Builder
	yaml.WriteString("stages: [")
	for s := range m.stages {
		m.stageStatus = append(m.stageStatus, "created")
		fmt.Fprintf(&yaml, "s%d, ", s)
	}
	yaml.WriteString("]\n")
	for s := range m.stages {
		for range 1 + r.IntN(3) {
			j := &modelJob{name: fmt.Sprint("j", len(m.jobs)), stage: s, status: "created", attempts: 1,
				when:    []string{"on_success", "on_success", "on_success", "on_failure", "always", "manual", "delayed"}[r.IntN(7)],
				mayFail: r.IntN(3) == 0, retry: max(0, r.IntN(6)-3)}
			if r.IntN(2) == 0 {
				j.needs = []string{}
				for _, other := range m.jobs {
					if r.IntN(3) == 0 {
						j.needs = append(j.needs, other.name)
					}
				}
			}
			m.jobs = append(m.jobs, j)
			fmt.Fprintf(&yaml, "%s: {script: x, stage: s%d, when: %s, allow_failure: %t, retry: %d", j.name, s, j.when, j.mayFail, j.retry)
			if j.when == "delayed" {
				yaml.WriteString(", start_in: 1 hour")
			}
			if j.needs != nil {
				fmt.Fprintf(&yaml, ", needs: [%s]", strings.Join(j.needs, ", "))
			}
			yaml.WriteString("}\n")
		}
	}
	return m, yaml.String()
}

// told is all that a pipeline shows.
func (m *model) told() string {
	var b strings.Builder
	fmt.Fprintln(&b, m.status, m.stageStatus)
	for _, j := range m.jobs {
		fmt.Fprintln(&b, j.name, j.status, j.attempts)
	}
	return b.String()
}

func toldOf(p *Pipeline) string {
	var b strings.Builder
	var stages []JobStatus
	for _, s := range p.Stages() {
		stages = append(stages, s.Status)
	}
	fmt.Fprintln(&b, p.Status(), stages)
	for _, s := range p.Stages() {
		for _, j := range s.Jobs {
			fmt.Fprintln(&b, j.Name, j.Status, len(j.tries.jobs))
		}
	}
	return b.String()
}

// may are the things that may happen to a job in a state.
var may = map[string][]string{"pending": {"run", "success", "drop", "cancel"}, "running": {"success", "drop", "cancel"},
	"created": {"cancel"}, "manual": {"play", "cancel"}, "scheduled": {"play", "cancel"}, "success": {"retry"},
	"failed": {"retry"}, "canceled": {"retry"}}

// TestPipelinesAgainstAModel lets random things happen to random pipelines.
func TestPipelinesAgainstAModel(t *testing.T) {
	racing.Skip(t)
	seeds := 1500
	if testing.Short() {
		seeds = 300
	}
	happened := map[string]int{}
	for seed := range seeds {
		modelStory(t, uint64(seed), happened)
	}
	for _, what := range []string{"run", "success", "drop", "cancel", "play", "retry", "cancel all", "retry all", "wait"} {
		require.Greater(t, happened[what], seeds/100, what)
	}
}

func modelStory(t *testing.T, seed uint64, happened map[string]int) {
	r := rand.New(rand.NewPCG(seed, 14))
	m, yaml := drawModel(r)
	now := time.Date(2024, 7, 1, 12, 0, 0, 0, time.UTC)
	st := stateAt(t, &now)
	project, err := st.AddProject(Project{Path: "acme/shop"}, nil)
	require.NoError(t, err)
	runner, err := st.AddRunner(RunnerDraft{Attributes: DefaultAttributes()})
	require.NoError(t, err)
	p, err := st.CreatePipeline(NewPipeline{Project: project, User: st.Users.Rows[0], CI: yaml})
	require.NoError(t, err, yaml)
	story := yaml
	Visit(st, func() {})
	m.process()
	require.Equal(t, m.told(), toldOf(p), "seed %d: %s", seed, story)
	for range 12 {
		what, mj := m.draw(r)
		happened[what]++
		Visit(st, func() {
			switch what {
			case "cancel all":
				m.cancelAll()
				st.CancelPipeline(p)
			case "retry all":
				m.retryAll()
				st.RetryPipeline(p, st.Users.Rows[0], AnyJob)
			case "wait":
				m.wait()
				now = now.Add(time.Hour)
			default:
				story += what + " " + mj.name + "\n"
				happen(t, st, what, p.triesOf(mj.name).jobs[len(p.triesOf(mj.name).jobs)-1], runner)
				m.do(what, mj)
			}
		})
		story += what + "\n"
		Visit(st, func() {})
		require.Equal(t, m.told(), toldOf(p), "seed %d: %s", seed, story)
	}
}

// draw draws what happens next, and to which job.
func (m *model) draw(r *rand.Rand) (string, *modelJob) {
	if r.IntN(8) > 0 {
		for range 20 {
			j := m.jobs[r.IntN(len(m.jobs))]
			if all := may[j.status]; len(all) > 0 && (j.status != "success" || r.IntN(3) == 0) {
				return all[r.IntN(len(all))], j
			}
		}
	}
	return []string{"cancel all", "retry all", "wait"}[r.IntN(3)], nil
}

func happen(t *testing.T, st *State, what string, j *Job, runner *Runner) {
	var err error
	switch what {
	case "run":
		err = st.StartJob(j, runner, nil, false)
	case "success":
		err = st.FinishJob(j, JobSuccess, "", nil)
	case "drop":
		err = st.FinishJob(j, JobFailed, ScriptFailure, nil)
	case "cancel":
		err = st.CancelJob(j, false)
	case "play":
		st.PlayJob(j, st.Users.Rows[0], nil, nil)
	case "retry":
		st.RetryJob(j, st.Users.Rows[0], nil)
	}
	require.NoError(t, err)
}
