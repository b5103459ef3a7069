package world

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// ruled is a state with a project in a group.
func ruled(t *testing.T) (*State, *Project) {
	t.Helper()
	now := time.Date(2024, 7, 1, 12, 0, 0, 0, time.UTC)
	st := stateAt(t, &now)
	p, err := st.AddProject(Project{Path: "acme/shop"}, nil)
	require.NoError(t, err)
	return st, p
}

func to[T any](value T) Change[T] { return Change[T]{Given: true, Value: &value} }

// app/models/application_setting.rb: what is refused leaves everything as it was.
func TestChangeSettings(t *testing.T) {
	st, _ := ruled(t)
	require.NoError(t, st.ChangeSettings(SettingsChange{SharedRunnersEnabled: to(false), MaxArtifactsSize: to(5),
		RunnerTokenExpiration: to(7200), ValidRegistrars: to([]string{RegistrarGroup})}))
	assert.True(t, st.NewProjectsUnshared)
	assert.Equal(t, int64(5<<20), st.Settings.ArtifactsLimit())
	assert.Equal(t, 2*time.Hour, st.Settings.RunnerTokenExpiration)
	assert.Equal(t, []string{RegistrarGroup}, st.Settings.Registrars())
	before := st.Settings.Clone()
	err := st.ChangeSettings(SettingsChange{AdminMode: Change[bool]{Given: true}, SharedRunnersEnabled: to(true),
		GroupRunnerTokenExpiration: to(0), MaxArtifactsSize: Change[int]{Given: true},
		ValidRegistrars: to([]string{"group", "group"})})
	assert.Equal(t, &Invalid{[]AttributeProblem{
		{"admin_mode", "must be a boolean value"},
		{"group_runner_token_expiration_interval", "must be greater than or equal to 1"},
		{"max_artifacts_size", "is not a number"},
		{"valid_runner_registrars", `["group", "group"] is not included in the list`},
	}}, err)
	assert.Equal(t, before, st.Settings)
	assert.True(t, st.NewProjectsUnshared)
	require.NoError(t, st.ChangeSettings(SettingsChange{RunnerTokenExpiration: Change[int]{Given: true}}))
	assert.Zero(t, st.Settings.RunnerTokenExpiration)
}

func TestSeededSettingsHaveEachRegistrarOnce(t *testing.T) {
	st, _ := ruled(t)
	assert.EqualError(t, st.UpdateSettings(Settings{ValidRegistrars: []string{"project", "project"}}),
		`Valid runner registrars ["project", "project"] is not included in the list`)
	require.NoError(t, st.UpdateSettings(Settings{ValidRegistrars: []string{"project", "group"}}))
}

// app/models/ci/runner.rb, assign_to; app/models/concerns/limitable.rb.
func TestAssignRunnerRefuses(t *testing.T) {
	st, shop := ruled(t)
	site, err := st.AddProject(Project{Path: "acme/site"}, nil)
	require.NoError(t, err)
	r, err := st.AddRunner(RunnerDraft{Projects: []*Project{shop}, Attributes: DefaultAttributes()})
	require.NoError(t, err)
	taken := &Invalid{[]AttributeProblem{{"runner_projects.runner", "has already been taken"},
		{"assign_to", "Validation failed: Runner projects runner has already been taken"}}}
	assert.Equal(t, taken, st.AssignRunner(r, shop))
	st.Settings.MaxProjectRunners = 1
	assert.Equal(t, taken, st.AssignRunner(r, shop), "that it is assigned already comes first")
	require.NoError(t, st.AssignRunner(r, site))
	other, err := st.AddRunner(RunnerDraft{Projects: []*Project{shop}, Attributes: DefaultAttributes()})
	require.NoError(t, err, "a seed may describe a time before there was a limit")
	const limit = "Maximum number of ci registered project runners (1) exceeded"
	assert.Equal(t, &Invalid{[]AttributeProblem{{"runner_projects.base", limit},
		{"assign_to", "Validation failed: Runner projects base " + limit}}}, st.AssignRunner(other, site))
	assert.Len(t, other.Assignments, 1)
	_, err = st.CreateRunner(RunnerDraft{Type: ProjectRunner, Projects: []*Project{site}, Attributes: DefaultAttributes()})
	assert.Equal(t, newInvalid("runner_projects.base", limit), err)
	shared, err := st.AddRunner(RunnerDraft{Attributes: DefaultAttributes()})
	require.NoError(t, err)
	refused := st.AssignRunner(shared, shop)
	var invalid *Invalid
	require.Error(t, refused)
	assert.False(t, errors.As(refused, &invalid), "it is an error that nothing rescues")
}

func TestCheckSystemID(t *testing.T) {
	for id, ok := range map[string]bool{"s_1": true, strings.Repeat("ü", 64): true, strings.Repeat("s", 65): false,
		" ": false, "": false} {
		assert.Equal(t, ok, CheckSystemID(id) == nil, "%q", id)
	}
}

func TestErasableAndCancelJob(t *testing.T) {
	st, p := ruled(t)
	add := func(s JobStatus) *Job {
		j, err := st.AddJob(&Job{Project: p, User: st.Users.ByID(firstUserID), Status: s})
		require.NoError(t, err)
		return j
	}
	done := add(JobSuccess)
	assert.False(t, done.Erasable(), "it has left nothing")
	_, _ = done.Log.Write([]byte("x"))
	assert.True(t, done.Erasable())
	require.Error(t, st.CancelJob(done, false))
	assert.Equal(t, JobSuccess, done.Status)

	running, canceling := add(JobRunning), add(JobCanceling)
	_, _ = running.Log.Write([]byte("x"))
	assert.False(t, running.Erasable())
	require.Error(t, st.CancelJob(running, true), "force is for what is canceling")
	require.NoError(t, st.CancelJob(running, false))
	require.Error(t, st.CancelJob(canceling, false))
	require.NoError(t, st.CancelJob(canceling, true))
	assert.Equal(t, []JobStatus{JobCanceled, JobCanceled}, []JobStatus{running.Status, canceling.Status})
}

func TestDefaultsOfProjectsAndSettings(t *testing.T) {
	assert.Equal(t, []any{time.Hour, 20}, []any{(&Project{}).JobTimeout(), (&Project{}).Depth()})
	p := &Project{BuildTimeout: time.Minute, GitDepth: -1}
	assert.Equal(t, []any{time.Minute, 0}, []any{p.JobTimeout(), p.Depth()})
	assert.Equal(t, []int64{100 << 20, 100 << 20}, []int64{Settings{}.TraceLimit(), Settings{}.ArtifactsLimit()})
	assert.Equal(t, int64(7), Settings{MaxTraceSize: 7}.TraceLimit())
}
