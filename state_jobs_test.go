package fakegitlab

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// jobDiagram draws the transition table: one arrow for each pair of states, with the events that lead along it.
func jobDiagram() string {
	var order []string
	events := map[string][]string{}
	for _, t := range jobTransitions {
		for _, from := range t.from {
			arrow := fmt.Sprintf("%s --> %s", from, t.to)
			if events[arrow] == nil {
				order = append(order, arrow)
			}
			event := string(t.event)
			if t.graceful {
				event += " (gracefully)"
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

func TestDocsDrawTheJobStateMachine(t *testing.T) {
	doc, err := os.ReadFile("docs/jobs.md")
	require.NoError(t, err)
	before, rest, ok := strings.Cut(string(doc), "```mermaid\n")
	require.True(t, ok, "docs/jobs.md has no diagram")
	drawn, after, _ := strings.Cut(rest, "```")
	if *update {
		require.NoError(t, os.WriteFile("docs/jobs.md", []byte(before+"```mermaid\n"+jobDiagram()+"```"+after), 0o644))
		return
	}
	assert.Equal(t, jobDiagram(), drawn, "run with -update to draw it anew")
}

func TestEveryTransition(t *testing.T) {
	known := map[jobEvent]map[JobStatus]bool{}
	for _, tr := range jobTransitions {
		if known[tr.event] == nil {
			known[tr.event] = map[JobStatus]bool{}
		}
		for _, from := range tr.from {
			known[tr.event][from] = true
		}
	}
	for event, sources := range known {
		for _, from := range jobStatuses {
			t.Run(fmt.Sprintf("%s from %s", event, from), func(t *testing.T) {
				gl := New(t)
				gl.AddProject(Project{Path: "acme/shop"})
				job := gl.AddJob(Job{Project: "acme/shop", Status: from})
				gl.Advance(time.Minute)
				gl.state.mu.Lock()
				defer gl.state.mu.Unlock()
				j := gl.state.jobs.byID[job.ID]
				err := gl.state.fire(j, event)
				if !sources[from] {
					require.ErrorContains(t, err, "GitLab knows no "+string(event)+" from there")
					assert.Equal(t, from, j.Status)
					return
				}
				require.NoError(t, err)
				want, _ := transition(event, from, false)
				assert.Equal(t, want, j.Status)
				assert.Equal(t, []JobStatus{from, want}, j.history)
				now := gl.state.now()
				assert.Equal(t, want == JobPending, j.QueuedAt.Equal(now), "queued_at")
				assert.Equal(t, want == JobRunning, j.StartedAt.Equal(now), "started_at")
				assert.Equal(t, j.finished(), j.FinishedAt.Equal(now), "finished_at")
				assert.Equal(t, want == JobRunning, gl.state.queue.running[j])
			})
		}
	}
}

func TestBlob(t *testing.T) {
	var b blob
	assert.Nil(t, b.bytes())
	var want strings.Builder
	var early blob
	for i := range 3000 {
		line := fmt.Sprintf("line %d\n", i)
		want.WriteString(line)
		_, _ = b.Write([]byte(line))
		if i == 9 {
			early = b.snapshot()
		}
	}
	_, err := b.ReadFrom(strings.NewReader(strings.Repeat("x", 3<<20)))
	require.NoError(t, err)
	want.WriteString(strings.Repeat("x", 3<<20))
	assert.Equal(t, want.String(), b.String())
	assert.Equal(t, want.String()[:70], early.String())
	assert.Equal(t, want.String()[:100_000], string(b.head(100_000)))
	assert.EqualValues(t, want.Len(), b.size)
}

func TestJobDependencies(t *testing.T) {
	p := &pipeline{jobs: []*job{
		{ID: 1, Name: "build", StageIndex: 0}, {ID: 2, Name: "lint", StageIndex: 0}, {ID: 3, Name: "test", StageIndex: 1},
		{ID: 4, Name: "build", StageIndex: 0}, {ID: 5, Name: "deploy", StageIndex: 1}, {ID: 6, Name: "after", StageIndex: 2},
	}}
	deploy := p.jobs[4]
	deploy.pipeline = p
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
			deploy.Spec = JobSpec{}
			require.NoError(t, json.Unmarshal([]byte(tt.spec), &deploy.Spec))
			for _, j := range deploy.dependencies() {
				got = append(got, j.ID)
			}
			assert.Equal(t, tt.want, got)
		})
	}
}
