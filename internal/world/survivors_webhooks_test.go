package world

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What webhooks hear, and how they are called: rules whose loss no other test noticed (internal/mutate).

// allEvents are those that are told of here.
func allEvents() map[string]bool {
	events := map[string]bool{}
	for event := range EventNames {
		events[event] = true
	}
	return events
}

// lines are what notices say.
func lines(notices []Notice) (all []string) {
	for _, n := range notices {
		all = append(all, string(n.Body))
	}
	return all
}

// counting is a writer of events that notes what it was asked for.
type counting struct {
	echo
	n int
}

func (w *counting) JobEvent(j *Job, s JobStatus) []byte { w.n++; return w.echo.JobEvent(j, s) }
func (w *counting) PipelineEvent(p *Pipeline) []byte    { w.n++; return w.echo.PipelineEvent(p) }
func (w *counting) DeploymentEvent(d *Deployment, at time.Time) []byte {
	w.n++
	return w.echo.DeploymentEvent(d, at)
}

// Jobs, pipelines and deployments of a user are told of as long as that one is not blocked, be it for good, as new or as
// banned (app/models/ci/build.rb, execute_hooks; app/models/ci/pipeline.rb, the state machine; app/models/deployment.rb
// asks for no user), somebody listens, somebody writes, and nothing is seeded.
func TestOfWhomWebhooksHear(t *testing.T) {
	deployments := []string{"deployment to production running", "deployment to production success"}
	all := []string{"job deploy running", deployments[0], "pipeline main", "job deploy success", deployments[1],
		"pipeline main", "job alone created", "job alone pending", "pipeline main", "job alone failed", "pipeline main"}
	for name, c := range map[string]struct {
		state                       UserState
		unheard, unwritten, seeding bool
		want                        []string
	}{
		"active":      {state: UserActive, want: all},
		"deactivated": {state: UserDeactivated, want: all},
		"blocked":     {state: UserBlocked, want: deployments},
		"pending":     {state: UserBlockedPendingApproval, want: deployments},
		"banned":      {state: UserBanned, want: deployments},
		"nobody":      {state: UserActive, unheard: true},
		"unwritten":   {state: UserActive, unwritten: true},
		"a seed":      {state: UserActive, seeding: true},
	} {
		t.Run(name, func(t *testing.T) {
			st, _, p, r := moving(t, "deploy: {script: x, environment: production}")
			a := WebhookAttributes{URL: "https://ci.example"}
			if !c.unheard {
				a.Events = allEvents()
			}
			_, err := st.AddWebhook(Webhook{Project: p.project, WebhookAttributes: a}, WebhookState{})
			require.NoError(t, err)
			var heard []string
			w := &counting{}
			if !c.unwritten {
				TellWebhooks(st, w, func(n []Notice) { heard = append(heard, lines(n)...) })
			}
			p.facts.User.State = c.state
			story := func() {
				require.NoError(t, st.StartJob(p.Jobs[0], r, nil, false))
				st.MovePipelines()
				require.NoError(t, st.FinishJob(p.Jobs[0], JobSuccess, "", nil))
				st.MovePipelines()
				j, err := st.AddJob(&Job{Project: p.project, User: p.facts.User, Name: "alone", Status: JobPending})
				require.NoError(t, err)
				require.NoError(t, st.FinishJob(j, JobFailed, "", nil))
			}
			Visit(st, func() {
				if c.seeding {
					Seeding(st, nil, nil, story)
				} else {
					story()
				}
			})
			assert.Equal(t, c.want, heard)
			assert.Equal(t, len(c.want), w.n, "nothing is written for nobody")
		})
	}
}

// app/models/ci/build.rb, the state machine: which states of jobs that were made before are told.
func TestStatesOfJobsThatAreTold(t *testing.T) {
	st, _, p, r := moving(t, "stages: [one, two, three]\na: {stage: one, script: x}\nb: {stage: two, script: x}\n"+
		"c: {stage: three, script: x}")
	a := WebhookAttributes{URL: "https://ci.example", Events: map[string]bool{JobEvents: true}}
	_, err := st.AddWebhook(Webhook{Project: p.project, WebhookAttributes: a}, WebhookState{})
	require.NoError(t, err)
	var heard []string
	TellWebhooks(st, echo{}, func(n []Notice) { heard = append(heard, lines(n)...) })
	Visit(st, func() {
		require.NoError(t, st.StartJob(p.Jobs[0], r, nil, false))
		require.NoError(t, st.FinishJob(p.Jobs[0], JobSuccess, "", nil))
	})
	Visit(st, func() { require.NoError(t, st.CancelJob(p.Jobs[1], false)) })
	assert.Equal(t, []string{"job a running", "job a success", "job b pending", "job b canceled"}, heard,
		"and nobody hears that c is skipped")
}

// Of a trigger job no webhook is told, but of its pipeline (app/models/ci/bridge.rb has no hooks).
func TestTriggerJobsAreNotTold(t *testing.T) {
	st, shop := ruled(t)
	a := WebhookAttributes{URL: "https://ci.example", Events: allEvents()}
	_, err := st.AddWebhook(Webhook{Project: shop, WebhookAttributes: a}, WebhookState{})
	require.NoError(t, err)
	var heard []string
	TellWebhooks(st, echo{}, func(n []Notice) { heard = append(heard, lines(n)...) })
	Visit(st, func() {
		_, err = st.CreatePipeline(NewPipeline{Project: shop, User: st.Users.Rows[0], CI: "chain: {trigger: acme/other}"})
		require.NoError(t, err)
	})
	assert.Equal(t, []string{"pipeline main"}, heard)
}

// app/services/web_hook_service.rb: all webhooks that are told of one event get its UUID, and each call has an own one and
// a key of its own; all are random ones by their form.
func TestUUIDsOfNotices(t *testing.T) {
	st, shop := ruled(t)
	for range 2 {
		a := WebhookAttributes{URL: "https://ci.example", Events: map[string]bool{JobEvents: true}}
		_, err := st.AddWebhook(Webhook{Project: shop, WebhookAttributes: a}, WebhookState{})
		require.NoError(t, err)
	}
	TellWebhooks(st, echo{}, func([]Notice) {})
	_, err := st.AddJob(&Job{Project: shop, Name: "x", Status: JobPending})
	require.NoError(t, err)
	uuids := map[string]int{}
	for _, n := range st.notices {
		uuids[n.EventUUID]++
		uuids[n.UUID]++
		uuids[n.Key]++
	}
	times := slices.Sorted(maps.Values(uuids))
	assert.Equal(t, []int{1, 1, 1, 1, 1, 1, 1, 1, 2, 2}, times, "two events, of which two webhooks are told each")
	for range 9 {
		uuids[st.uuid()]++
	}
	for uuid := range uuids {
		assert.Regexp(t, "^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$", uuid)
	}
}

// What a call is made with, as far as the version knows it; a test is sent to a webhook that is disabled, too.
func TestHowWebhooksAreCalled(t *testing.T) {
	signed := SigningTokenPrefix + strings.Repeat("a", 43) + "="
	for version, want := range map[string]Target{
		"16.0": {},
		"19.4": {SigningToken: signed, SendsWebhookKey: true, SendsUUID: true},
	} {
		st := versioned(t, version)
		shop, err := st.AddProject(Project{Path: "acme/shop"}, nil)
		require.NoError(t, err)
		template := "{}"
		a := WebhookAttributes{URL: "https://ci.example", SigningToken: signed, Template: &template,
			Headers: map[string]string{"X-A": "b"}}
		h, err := st.AddWebhook(Webhook{Project: shop, WebhookAttributes: a}, WebhookState{Disabled: true})
		require.NoError(t, err)
		st.Settings.LocalRequestsForbidden, st.Settings.FailingWebhooksDisabled = true, true
		want.URL, want.Template, want.LocalForbidden, want.Headers = a.URL, template, true, a.Headers
		_, told := st.TargetOf(Notice{WebhookID: h.ID}, false)
		assert.False(t, told)
		to, tested := st.TargetOf(Notice{WebhookID: h.ID}, true)
		assert.True(t, tested)
		assert.Equal(t, want, to, version)
		st.Settings.LocalRequestsForbidden = false
		to, _ = st.TargetOf(Notice{WebhookID: h.ID}, true)
		assert.False(t, to.LocalForbidden)
	}
}

// What is told of a webhook elsewhere is not changed there.
func TestClonesOfWebhooks(t *testing.T) {
	text := func() *string { s := "before"; return &s }
	pairs := func() map[string]string { return map[string]string{"A": "before"} }
	made := func() WebhookAttributes {
		return WebhookAttributes{Name: text(), Description: text(), BranchFilter: text(), Template: text(),
			Events: map[string]bool{JobEvents: true}, Variables: pairs(), Headers: pairs()}
	}
	a := made()
	b := a.Clone()
	assert.Equal(t, a, b)
	for _, s := range []*string{b.Name, b.Description, b.BranchFilter, b.Template} {
		*s = "after"
	}
	b.Events[JobEvents], b.Variables["A"], b.Headers["A"] = false, "after", "after"
	assert.Equal(t, made(), a)
	url, missing := WebhookAttributes{URL: "https://{a}.example/{b}/{a}", Variables: map[string]string{"b": "c"}}.address()
	assert.Equal(t, []string{"a"}, missing, "each once")
	assert.Equal(t, "https://{a}.example/c/{a}", url)
}
