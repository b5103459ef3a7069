package world

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// app/models/ci/runner.rb, compute_token_expiration: the shortest time that anything says; nothing, or none, is for ever.
func TestHowLongTokensOfRunnersLive(t *testing.T) {
	st, shop := ruled(t)
	r := &Runner{Type: GroupRunner, Group: shop.Group}
	for _, c := range []struct{ instance, group, want time.Duration }{
		{0, 0, 0}, {time.Hour, 0, time.Hour}, {0, time.Hour, time.Hour}, {2 * time.Hour, time.Hour, time.Hour},
		{time.Hour, 2 * time.Hour, time.Hour},
	} {
		st.Settings.GroupRunnerTokenExpiration, shop.Group.RunnerTokenExpiration = c.instance, c.group
		want := time.Time{}
		if c.want != 0 {
			want = noon.Add(c.want)
		}
		assert.Equal(t, want, st.TokenExpiry(r, noon), "%v", c)
	}
	for deadline, ok := range map[time.Duration]bool{time.Hour: true, 48 * time.Hour: true, 48*time.Hour + 1: false} {
		said := st.CheckTokenExpiry(RunnerDraft{Type: InstanceRunner, TokenExpiresAt: noon.Add(48 * time.Hour)}, noon.Add(deadline))
		assert.Equal(t, ok, said == "", said)
	}
}

// app/models/ci/runner.rb, short_sha: what a token begins with is not shown.
func TestShownPartOfARunnersToken(t *testing.T) {
	for token, want := range map[string]string{"glrt-abcdefghijk": "abcdefgh", "glrt-t1_abcdefghijk": "abcdefgh",
		"glrtr-abcdefghijk": "abcdefgh", "t2_abc": "abc", "short": "short"} {
		assert.Equal(t, want, (&Runner{Token: token}).ShortSHA(), token)
	}
}

// Orphans are runners whose group or projects are gone.
func TestOrphanedRunners(t *testing.T) {
	for want, r := range map[string]Runner{"no, of the instance": {Type: InstanceRunner}, "no, of a group": {Type: GroupRunner, Group: &Group{}},
		"no, of a project": {Type: ProjectRunner, Assignments: []*Assignment{{}}}, "orphan": {Type: GroupRunner}, "orphan, too": {Type: ProjectRunner}} {
		assert.Equal(t, strings.HasPrefix(want, "orphan"), r.Orphaned(), want)
	}
}

// A runner that a request has made is found like the others, whatever was looked for before.
func TestNewRunnersAreFound(t *testing.T) {
	st, _ := ruled(t)
	f := RunnerFilter{Tags: []string{"a", "a"}, Tagged: true}
	found := func() int { rows, _ := st.Narrowed(f); return len(rows) }
	assert.Zero(t, found())
	a := DefaultAttributes()
	a.Tags = []string{"a"}
	r, err := st.CreateRunner(RunnerDraft{Type: InstanceRunner, Attributes: a})
	require.NoError(t, err)
	assert.Equal(t, 1, found())
	assert.True(t, st.Filter(f)(r))
	require.Error(t, Atomically(st, func() error {
		_, err := st.CreateRunner(RunnerDraft{Type: InstanceRunner, Attributes: a})
		require.NoError(t, err)
		return errLate
	}))
	assert.Equal(t, 1, found())
}

// app/services/ci/drop_pipeline_service.rb and the workers: until when somebody is there who takes a job.
func TestUntilWhenARunnerIsThere(t *testing.T) {
	st, shop := ruled(t)
	job := func(tags ...string) *Job { return &Job{Project: shop, Tags: tags, Plan: &unplanned} }
	until := func(j *Job) time.Time { return st.onlineUntil()(j) }
	for _, c := range []struct {
		ago    time.Duration
		tags   []string
		paused bool
	}{{time.Hour, []string{"a"}, false}, {90 * time.Minute, []string{"a"}, false}, {time.Minute, []string{"b"}, false},
		{0, []string{"a"}, true}} {
		n := RunnerDraft{Attributes: Attributes{Tags: c.tags, Paused: c.paused}, ContactedAt: noon.Add(-c.ago)}
		_, err := st.AddRunner(n)
		require.NoError(t, err)
	}
	_, err := st.AddRunner(RunnerDraft{Attributes: DefaultAttributes()})
	require.NoError(t, err)
	assert.Equal(t, noon.Add(time.Hour), until(job("a")), "the one that was there last, of those that take it")
	assert.Zero(t, until(job()), "who takes it was never there")
	assert.Zero(t, until(job("c")))
}

// app/models/ci/runner_controller.rb: what is made has its time, and a description has its limit.
func TestRunnerControllersOfSeeds(t *testing.T) {
	st, _ := ruled(t)
	r, err := st.AddRunner(RunnerDraft{Attributes: DefaultAttributes()})
	require.NoError(t, err)
	text := func(length int) *string { s := strings.Repeat("é", length); return &s }
	for length, ok := range map[int]bool{maxControllerDescription: true, maxControllerDescription + 1: false} {
		_, err := st.CreateRunnerController(text(length), ControllerDisabled)
		assert.Equal(t, ok, err == nil)
		_, err = st.AddRunnerController(RunnerController{Description: text(length)})
		assert.Equal(t, ok, err == nil)
	}
	made, before := noon.Add(-time.Hour), noon.Add(-time.Minute)
	for given, want := range map[time.Time]time.Time{{}: noon, made: made} {
		c, err := st.AddRunnerController(RunnerController{CreatedAt: given, Instance: &RunnerControllerScope{},
			Tokens: []*RunnerControllerToken{{}, {CreatedAt: before}}})
		require.NoError(t, err)
		assert.Equal(t, []time.Time{want, want, want, want, before}, []time.Time{c.CreatedAt, c.UpdatedAt, c.Instance.CreatedAt,
			c.Tokens[0].CreatedAt, c.Tokens[1].CreatedAt})
		_, err = st.AddRunnerController(RunnerController{ID: c.ID})
		assert.ErrorContains(t, err, "is taken")
	}
	c, err := st.CreateRunnerController(nil, ControllerDisabled)
	require.NoError(t, err)
	s, err := st.ScopeToRunner(c, r)
	require.NoError(t, err)
	assert.Equal(t, noon, s.CreatedAt)
	_, err = st.ScopeToRunner(c, r)
	assert.EqualError(t, err, msgRunnerScoped)
}
