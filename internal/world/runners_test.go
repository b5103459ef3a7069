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

// app/models/ci/runner.rb, creation_state and registration_available?: a runner that a person made is yet to be registered
// until it is seen, and for an hour the page for that is shown.
func TestRunnersThatAreYetToBeRegistered(t *testing.T) {
	st, _ := ruled(t)
	young := noon.Add(-registrationTime + 1)
	for name, c := range map[string]struct {
		r                  Runner
		started, available bool
	}{
		"just made":      {Runner{Registration: ByUser, CreatedAt: young}, true, true},
		"an hour ago":    {Runner{Registration: ByUser, CreatedAt: noon.Add(-registrationTime)}, true, false},
		"seen":           {Runner{Registration: ByUser, CreatedAt: young, ContactedAt: noon}, false, false},
		"with a manager": {Runner{Registration: ByUser, CreatedAt: young, Managers: []*Manager{{}}}, false, false},
		"registered":     {Runner{Registration: ByRegistrationToken, CreatedAt: young}, false, false},
	} {
		assert.Equal(t, []bool{c.started, c.available}, []bool{c.r.RegistrationStarted(), st.RegistrationAvailable(&c.r)}, name)
	}
}

// app/models/ci/runner.rb: tags are stripped before they are looked at, and from 17.0 on texts have limits, but for what a
// seed says that was there before.
func TestWhatNewRunnersMayBe(t *testing.T) {
	name := strings.Repeat("é", maxNameLength+1)
	for _, c := range []struct {
		version  string
		name     string
		existing bool
		ok       bool
	}{{"16.11", name, false, true}, {"17.0", name, false, false}, {"17.0", name, true, true}, {"17.0", name[2:], false, true}} {
		_, err := versioned(t, c.version).createRunner(RunnerDraft{Type: InstanceRunner, Name: &c.name, Existing: c.existing,
			Attributes: DefaultAttributes()})
		assert.Equal(t, c.ok, err == nil, c)
	}
	st, _ := ruled(t)
	a := DefaultAttributes()
	a.Tags = []string{" a", "a ", "", "b"}
	r, err := st.CreateRunner(RunnerDraft{Type: InstanceRunner, Attributes: a})
	require.NoError(t, err)
	assert.Equal(t, []string{"a", "b"}, r.Tags)
	assert.Equal(t, []*Runner{r}, st.instanceWide)
	a.RunUntagged, a.Tags = false, []string{" ", ""}
	assert.Error(t, st.CheckRunner(r, a), "no tags are left")
	a.Tags = []string{" c "}
	assert.NoError(t, st.CheckRunner(r, a))
	assert.Equal(t, []string{"a", "b"}, r.Tags, "that was no change")
	require.NoError(t, st.UpdateRunner(r, a))
	assert.Equal(t, []string{"c"}, r.Tags)
}

// ee/app/services/ee/ci/runners/create_runner_service.rb and compute_token_expiration: who sets a limit to the life of the
// tokens of which runners.
func TestWhoLimitsTokensOfRunners(t *testing.T) {
	st, shop := ruled(t)
	other, err := st.AddProject(Project{Path: "acme/other"}, nil)
	require.NoError(t, err)
	acme := shop.Group
	drafts := map[RunnerType]RunnerDraft{InstanceRunner: {Type: InstanceRunner}, GroupRunner: {Type: GroupRunner, Group: acme},
		ProjectRunner: {Type: ProjectRunner, Projects: []*Project{shop, other}}}
	for name, c := range map[string]struct {
		limits *time.Duration
		of     RunnerType
	}{
		"the instance": {&st.Settings.RunnerTokenExpiration, InstanceRunner}, "all groups": {&st.Settings.GroupRunnerTokenExpiration, GroupRunner},
		"a group": {&acme.RunnerTokenExpiration, GroupRunner}, "all projects": {&st.Settings.ProjectRunnerTokenExpiration, ProjectRunner},
		"its owner": {&shop.RunnerTokenExpiration, ProjectRunner}, "another project": {&other.RunnerTokenExpiration, ProjectRunner},
	} {
		*c.limits = time.Hour
		for kind, n := range drafts {
			n.Attributes, n.TokenExpiresAt = DefaultAttributes(), noon.Add(time.Hour+1)
			assert.Equal(t, kind != c.of, st.CheckTokenExpiry(n, time.Time{}) == "", "%s, of a %s", name, kind)
			n.TokenExpiresAt = time.Time{}
			r, err := st.createRunner(n)
			require.NoError(t, err)
			assert.Equal(t, kind == c.of, r.TokenExpiresAt.Equal(noon.Add(time.Hour)), "%s, of a %s", name, kind)
			n.TokenExpiresAt = noon.Add(time.Minute)
			r, err = st.createRunner(n)
			require.NoError(t, err)
			assert.Equal(t, noon.Add(time.Minute), r.TokenExpiresAt, "a seed says it")
		}
		*c.limits = 0
	}
}

// app/services/ci/runners/unregister_runner_service.rb: a runner goes with its managers, and is found nowhere; that it was
// there is known.
func TestRunnersThatGo(t *testing.T) {
	st, shop := ruled(t)
	var all []*Runner
	for _, n := range []RunnerDraft{{}, {Group: shop.Group}, {Projects: []*Project{shop}}} {
		n.Attributes, n.Managers = DefaultAttributes(), []Manager{{SystemID: "s"}}
		r, err := st.AddRunner(n)
		require.NoError(t, err)
		all = append(all, r)
	}
	require.Len(t, st.managers.Rows, 3)
	assert.Equal(t, [][]*Runner{all[:1], all[1:2], all[2:]}, [][]*Runner{st.instanceWide, shop.Group.runners, shop.Runners})
	for _, r := range all {
		assert.True(t, st.WasRunner(r.ID))
		st.DeleteRunner(r)
		assert.Nil(t, st.RunnerTokens[r.Token])
	}
	for _, r := range all {
		assert.True(t, st.WasRunner(r.ID), "it was one")
	}
	assert.False(t, st.WasRunner(all[2].ID+1))
	assert.Empty(t, st.managers.Rows)
	assert.Empty(t, append(append(st.instanceWide, shop.Group.runners...), shop.Runners...))
}

// lib/api/ci/runners.rb, reset_authentication_token; app/services/ci/runners/set_runner_associated_projects_service.rb.
func TestChangesOfRunners(t *testing.T) {
	st, shop, now := ticking(t, "18.6")
	other, err := st.AddProject(Project{Path: "acme/other"}, nil)
	require.NoError(t, err)
	r, err := st.AddRunner(RunnerDraft{Attributes: DefaultAttributes(), Projects: []*Project{shop}})
	require.NoError(t, err)
	*now = noon.Add(time.Minute)
	token := r.Token
	st.ResetRunnerToken(r)
	assert.NotEqual(t, token, r.Token)
	assert.Equal(t, noon.Add(time.Minute), r.UpdatedAt)
	assert.NoError(t, st.CheckRunnerProjects(r, []*Project{shop, other}), "one that it serves is no matter")
	st.Settings.MaxProjectRunners = 1
	assert.NoError(t, st.CheckRunnerProjects(r, []*Project{other}))
	_, err = st.AddRunner(RunnerDraft{Attributes: DefaultAttributes(), Projects: []*Project{other}})
	require.NoError(t, err)
	var invalid *Invalid
	assert.ErrorAs(t, st.CheckRunnerProjects(r, []*Project{shop, other}), &invalid, "it has its one runner")
	assert.NoError(t, st.CheckRunnerProjects(r, []*Project{shop}))
	free, err := st.AddProject(Project{Path: "acme/free"}, nil)
	require.NoError(t, err)
	assert.ErrorAs(t, st.CheckRunnerProjects(r, []*Project{free, other}), &invalid)
}
