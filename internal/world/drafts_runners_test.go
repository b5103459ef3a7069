package world

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What a runner is, and that it has a token, managers of its own and, if it is of projects, one of these, stays.
func TestChangesOfRunnersThatAreRefused(t *testing.T) {
	for name, c := range map[string]struct {
		change func(st *State, n *RunnerDraft)
		want   string
	}{
		"as it is":        {func(*State, *RunnerDraft) {}, ""},
		"another id":      {func(_ *State, n *RunnerDraft) { n.ID++ }, "do not change"},
		"another type":    {func(_ *State, n *RunnerDraft) { n.Type, n.Projects = InstanceRunner, nil }, "do not change"},
		"another group":   {func(st *State, n *RunnerDraft) { n.Group = st.GroupPaths["acme"] }, "do not change"},
		"no project":      {func(_ *State, n *RunnerDraft) { n.Projects = nil }, "needs to be assigned to at least one project"},
		"no token":        {func(_ *State, n *RunnerDraft) { n.Token = "" }, "a runner has a token"},
		"another's token": {func(_ *State, n *RunnerDraft) { n.Token = "glrt-taken" }, "no other runner's"},
		"another's manager": {func(st *State, n *RunnerDraft) {
			n.Managers = []Manager{{ID: st.RunnerTokens["glrt-taken"].Managers[0].ID, SystemID: "mine"}}
		}, "is taken"},
		"one id for two managers": {func(_ *State, n *RunnerDraft) {
			n.Managers = []Manager{{ID: 900, SystemID: "a"}, {ID: 900, SystemID: "b"}}
		}, "is taken"},
		"made tomorrow": {func(_ *State, n *RunnerDraft) { n.CreatedAt = noon.Add(day) }, "CreatedAt 2024-07-02T12:00:00Z is yet to come"},
	} {
		t.Run(name, func(t *testing.T) {
			st, shop := ruled(t)
			_, err := st.AddRunner(RunnerDraft{Attributes: DefaultAttributes(), Token: "glrt-taken",
				Managers: []Manager{{SystemID: "theirs"}}})
			require.NoError(t, err)
			r, err := st.AddRunner(RunnerDraft{Projects: []*Project{shop}, Attributes: DefaultAttributes(), Token: "glrt-mine"})
			require.NoError(t, err)
			n := RunnerDraft{ID: r.ID, Type: r.Type, Projects: []*Project{shop}, Attributes: r.Attributes, Token: r.Token,
				CreatedAt: r.CreatedAt}
			c.change(st, &n)
			before := *r
			if err := st.ChangeRunner(r, n); c.want == "" {
				assert.NoError(t, err)
			} else {
				assert.ErrorContains(t, err, c.want)
				assert.Equal(t, before, *r)
			}
		})
	}
	st, shop := ruled(t)
	_, err := st.AddRunner(RunnerDraft{Type: InstanceRunner, Projects: []*Project{shop}, Attributes: DefaultAttributes()})
	assert.ErrorContains(t, err, msgProjectsAssigned)
}

// A manager that a draft names again keeps its record; jobs lose those that it does not name.
func TestManagersThatStay(t *testing.T) {
	st, shop := ruled(t)
	contact := time.Date(2024, 7, 1, 13, 0, 0, 123_456_789, time.FixedZone("", 2*60*60))
	r, err := st.AddRunner(RunnerDraft{Attributes: DefaultAttributes(),
		Managers: []Manager{{SystemID: "a", ContactedAt: contact}, {SystemID: "b"}}})
	require.NoError(t, err)
	a, b := r.Managers[0], r.Managers[1]
	assert.Equal(t, orNow(contact, noon), a.ContactedAt)
	assert.Equal(t, time.UTC, a.ContactedAt.Location())
	jobs := map[*Manager]*Job{a: nil, b: nil, nil: nil}
	for m := range jobs {
		jobs[m], err = st.AddJob(&Job{Project: shop, User: st.Users.Rows[0], Runner: r, Manager: m, Status: JobRunning})
		require.NoError(t, err)
	}
	require.NoError(t, st.ChangeRunner(r, RunnerDraft{ID: r.ID, Type: r.Type, Attributes: r.Attributes, Token: r.Token,
		Managers: []Manager{{SystemID: "a"}, {SystemID: "c"}}}))
	assert.Equal(t, a.ID, r.Managers[0].ID)
	assert.Equal(t, []string{"a", "c"}, []string{r.Managers[0].SystemID, r.Managers[1].SystemID})
	assert.Equal(t, []*Manager{r.Managers[0], nil, nil}, []*Manager{jobs[a].Manager, jobs[b].Manager, jobs[nil].Manager})
	assert.Nil(t, st.managers.ByID(b.ID))
}

// What a webhook's state is by what a seed says of it (app/models/concerns/web_hooks/auto_disabling.rb).
func TestStatesOfSeededWebhooks(t *testing.T) {
	for name, c := range map[string]struct {
		s        WebhookState
		failures int
		disabled bool
	}{
		"in order":                {WebhookState{}, 0, false},
		"failed at times":         {WebhookState{Failures: 2}, 2, false},
		"disabled":                {WebhookState{Disabled: true}, failuresForgiven + 1, true},
		"disabled for a time":     {WebhookState{DisabledUntil: noon.Add(time.Hour)}, failuresForgiven + 1, false},
		"disabled, after so many": {WebhookState{Disabled: true, Failures: 40}, 40, true},
	} {
		st, shop := ruled(t)
		made := noon.Add(-time.Hour)
		h, err := st.AddWebhook(Webhook{Project: shop, CreatedAt: made, WebhookAttributes: WebhookAttributes{URL: "https://x"}}, c.s)
		require.NoError(t, err)
		assert.Equal(t, []any{c.failures, c.disabled, c.s.DisabledUntil, made, made}, []any{h.Failures, h.Disabled,
			h.DisabledUntil, h.CreatedAt, h.UpdatedAt}, name)
	}
}
