package world

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A pipeline whose jobs were added alone is what these say of it.
func TestFactsOfPipelinesThatJobsMake(t *testing.T) {
	st, shop := ruled(t)
	sha := strings.Repeat("ab", 20)
	at := func(minutes int) time.Time { return noon.Add(time.Duration(minutes) * time.Minute) }
	var p *Pipeline
	for i, from := range []int{-50, -55} {
		j, err := st.AddJob(&Job{Project: shop, User: st.Users.Rows[0], PipelineID: 7, Name: []string{"a", "b"}[i], Ref: "side",
			Commit: Commit{SHA: sha, Title: "Begin"}, Status: JobSuccess, CreatedAt: at(from), StartedAt: at(from + 10),
			FinishedAt: at(from + 20)})
		require.NoError(t, err)
		p = j.Pipeline
	}
	f := p.Facts()
	assert.Equal(t, []any{"side", sha, "Begin", SourcePush, st.Users.Rows[0]}, []any{f.Ref, f.Commit.SHA, f.Commit.Title,
		f.Source, f.User})
	assert.Equal(t, []time.Time{at(-55), at(-55), at(-45), at(-30)}, []time.Time{f.CreatedAt, p.CreatedAt(), f.StartedAt,
		f.FinishedAt})
	ran, ended := p.Ran(noon)
	assert.True(t, ended)
	assert.Equal(t, 15*time.Minute, ran)
	_, err := st.AddJob(&Job{Project: shop, User: st.Users.Rows[0], PipelineID: 7, Name: "c", Ref: "side", Status: JobRunning,
		CreatedAt: at(-55), StartedAt: at(-40)})
	require.NoError(t, err)
	_, ended = p.Ran(noon)
	assert.False(t, ended, "it runs on")
}

// app/models/ci/pipeline.rb, has_warnings?: of jobs that may fail the last try counts, failed or canceled.
func TestPipelinesThatPassedWithWarnings(t *testing.T) {
	for name, c := range map[string]struct {
		tries []JobStatus // of a job that may fail
		must  JobStatus   // what the other became
		want  bool
	}{
		"passed":             {[]JobStatus{JobSuccess}, JobSuccess, false},
		"failed":             {[]JobStatus{JobFailed}, JobSuccess, true},
		"canceled":           {[]JobStatus{JobCanceled}, JobSuccess, true},
		"passed in the end":  {[]JobStatus{JobFailed, JobSuccess}, JobSuccess, false},
		"failed in the end":  {[]JobStatus{JobSuccess, JobFailed}, JobSuccess, true},
		"of one that failed": {[]JobStatus{JobFailed}, JobFailed, false},
	} {
		st, shop := ruled(t)
		var p *Pipeline
		add := func(j Job) {
			j.Project, j.User, j.PipelineID = shop, st.Users.Rows[0], 7
			made, err := st.AddJob(&j)
			require.NoError(t, err)
			p = made.Pipeline
		}
		for _, s := range c.tries {
			add(Job{Name: "may", Status: s, AllowFailure: true})
		}
		add(Job{Name: "must", Status: c.must})
		status, warned := p.StatusPresent()
		assert.Equal(t, []any{c.must, c.want}, []any{status, warned}, name)
	}
}

// The stages of a pipeline have the status of what is in them.
func TestStatusOfStages(t *testing.T) {
	st, shop := ruled(t)
	var p *Pipeline
	for i, s := range []JobStatus{JobSuccess, JobFailed, JobSuccess, JobCreated} {
		j, err := st.AddJob(&Job{Project: shop, User: st.Users.Rows[0], PipelineID: 7, Name: string(rune('a' + i)),
			Stage: []string{"build", "test"}[i/2], StageIndex: i / 2, Status: s})
		require.NoError(t, err)
		p = j.Pipeline
	}
	var got []JobStatus
	for _, s := range p.Stages() {
		got = append(got, s.Status)
	}
	assert.Equal(t, []JobStatus{JobFailed, JobRunning}, got)
	text, _ := st.JobsText(p, nil)
	assert.Contains(t, text, "d")
}

// What a message tells of a pipeline's jobs comes in the order of their stages.
func TestJobsAreToldByStages(t *testing.T) {
	st, shop := ruled(t)
	var p *Pipeline
	for i, name := range []string{"ship", "test", "build"} {
		j, err := st.AddJob(&Job{Project: shop, User: st.Users.Rows[0], PipelineID: 7, Name: name, Stage: name,
			StageIndex: 2 - i, Status: JobManual})
		require.NoError(t, err)
		p = j.Pipeline
	}
	text, _ := st.JobsText(p, nil)
	assert.Regexp(t, `(?s)\(build\).*\(test\).*\(ship\)`, text)
}

// What is told of jobs outside goes with its pipeline, and comes back with it.
func TestStatusesGoWithTheirPipeline(t *testing.T) {
	st, shop := ruled(t)
	p, err := st.AddPipeline(0, shop, PipelineFacts{Status: JobRunning})
	require.NoError(t, err)
	_, err = st.AddStatus(p.ID, RootUsername, CommitStatus{Status: JobSuccess})
	require.NoError(t, err)
	require.Error(t, Atomically(st, func() error { st.DeletePipeline(p); return errLate }))
	assert.Len(t, st.Statuses.Rows, 1)
	assert.Equal(t, st.Statuses.Rows, p.Statuses())
	st.DeletePipeline(p)
	assert.Empty(t, st.Statuses.Rows)
	assert.Empty(t, p.Statuses())
}

// app/models/ci/pipeline.rb, locked: nothing is kept longer where the project does not keep the latest artifacts.
func TestPipelinesWhoseArtifactsMayGo(t *testing.T) {
	for _, keeps := range []bool{true, false} {
		st, shop := ruled(t)
		shop.KeepLatestArtifact = &keeps
		for range 2 {
			_, err := st.AddPipeline(0, shop, PipelineFacts{Status: JobSuccess})
			require.NoError(t, err)
		}
		assert.Len(t, st.unlocked(shop), map[bool]int{true: 1, false: 2}[keeps])
	}
}
