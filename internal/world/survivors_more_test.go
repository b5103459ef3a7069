package world

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// app/models/concerns/web_hooks/hook.rb: what was meant for one address is not told to another.
func TestWhatAnotherAddressTakesFromAWebhook(t *testing.T) {
	st, shop := ruled(t)
	named := "CI"
	full := WebhookAttributes{URL: "https://ci.example/{a}", Token: "t", BranchFilterStrategy: "wildcard",
		Variables: map[string]string{"a": "secret"},
		Headers:   map[string]string{"X-A": "b"}}
	for name, c := range map[string]struct {
		change     func(*WebhookAttributes)
		tokenGiven bool
		want       func(*WebhookAttributes)
	}{
		"the same": {func(*WebhookAttributes) {}, false, func(*WebhookAttributes) {}},
		"another name": {func(a *WebhookAttributes) { a.Name = &named }, false,
			func(a *WebhookAttributes) { a.Name = &named }},
		"another address, with a token": {func(a *WebhookAttributes) {
			a.URL, a.Variables, a.Token = "https://other.example", nil, "new"
		}, true, func(a *WebhookAttributes) {
			a.URL, a.Variables, a.Headers, a.Token = "https://other.example", nil, nil, "new"
		}},
		"another address, with other variables": {func(a *WebhookAttributes) {
			a.URL, a.Variables = "https://other.example/{b}", map[string]string{"b": "secret"}
		}, false, func(a *WebhookAttributes) {
			a.URL, a.Variables = "https://other.example/{b}", map[string]string{"b": "secret"}
			a.Token, a.Headers = "", nil
		}},
		"another address, without variables": {func(a *WebhookAttributes) { a.URL = "https://other.example" }, false,
			func(a *WebhookAttributes) {
				*a = WebhookAttributes{URL: "https://other.example", BranchFilterStrategy: "wildcard"}
			}},
		"another address that says the same": {func(a *WebhookAttributes) { a.URL = "https://ci.example/secret" }, false,
			func(a *WebhookAttributes) { a.URL, a.Token = "https://ci.example/secret", "" }},
		"a variable more": {func(a *WebhookAttributes) { a.Variables = map[string]string{"a": "secret", "b": "c"} }, false,
			func(a *WebhookAttributes) { a.Variables = map[string]string{"a": "secret", "b": "c"} }},
	} {
		t.Run(name, func(t *testing.T) {
			h, err := st.AddWebhook(Webhook{Project: shop, WebhookAttributes: full.Clone()}, WebhookState{})
			require.NoError(t, err)
			next, want := full.Clone(), full.Clone()
			c.change(&next)
			c.want(&want)
			require.NoError(t, st.UpdateWebhook(h, next, c.tokenGiven))
			assert.Equal(t, want, h.WebhookAttributes)
		})
	}
	h, err := st.AddWebhook(Webhook{Project: shop, WebhookAttributes: full.Clone()}, WebhookState{})
	require.NoError(t, err)
	for name, change := range map[string]func(*WebhookAttributes){
		"the secret would go to another address, and so is taken from it": func(a *WebhookAttributes) {
			a.URL = "https://other.example/{a}"
		},
		"so is another one of its name": func(a *WebhookAttributes) {
			a.URL, a.Variables = "https://other.example/{a}", map[string]string{"a": "other"}
		},
		"what is another secret is another address": func(a *WebhookAttributes) { a.Variables = map[string]string{"a": "more"} },
	} {
		next := full.Clone()
		change(&next)
		assert.Error(t, st.UpdateWebhook(h, next, false), name)
		assert.Equal(t, full, h.WebhookAttributes, "what is refused changes nothing")
	}
	given := map[string]string{"a": "secret", "b": "c"}
	require.NoError(t, st.SetURLVariables(h, given))
	given["a"] = "changed by who gave it"
	assert.Equal(t, map[string]string{"a": "secret", "b": "c"}, h.Variables)
	assert.Equal(t, "t", h.Token, "its address is the same")
}

// A new job is told of as created, and one that waits at once as pending, too; of what has begun before nobody is
// told.
func TestWhatIsToldOfNewJobs(t *testing.T) {
	for status, want := range map[JobStatus][]string{JobCreated: {"job x created"}, JobManual: {"job x created",
		"pipeline main"},
		JobScheduled: {"job x created", "pipeline main"}, JobPending: {"job x created", "job x pending",
			"pipeline main"},
		JobRunning: nil} {
		t.Run(string(status), func(t *testing.T) {
			st, shop := ruled(t)
			_, err := st.AddWebhook(Webhook{Project: shop,
				WebhookAttributes: WebhookAttributes{URL: "https://ci.example",
					Events: map[string]bool{JobEvents: true, PipelineEvents: true}}}, WebhookState{})
			require.NoError(t, err)
			TellWebhooks(st, echo{}, func([]Notice) {})
			_, err = st.AddJob(&Job{Project: shop, User: st.UserNames[RootUsername], Name: "x", Status: status})
			require.NoError(t, err)
			var told []string
			for _, n := range st.notices {
				told = append(told, string(n.Body))
			}
			assert.Equal(t, want, told)
			st.notices = nil
			_, err = st.AddJob(&Job{Project: shop, User: st.UserNames[RootUsername], Name: "y", Status: status,
				PipelineID: st.Jobs.Rows[0].PipelineID})
			require.NoError(t, err)
			for _, n := range st.notices {
				assert.NotContains(t, string(n.Body), "pipeline", "its status is as before")
			}
		})
	}
}

// A runner's token may end in five minutes at the earliest, and when the settings leave it no more at the latest.
func TestWhenTokensOfRunnersMayEnd(t *testing.T) {
	st, _ := ruled(t)
	at := func(d time.Duration) string {
		return st.CheckTokenExpiry(RunnerDraft{Type: InstanceRunner, TokenExpiresAt: noon.Add(d)},
			time.Time{})
	}
	assert.Empty(t, st.CheckTokenExpiry(RunnerDraft{}, time.Time{}))
	assert.Equal(t, msgExpiryNeeded, st.CheckTokenExpiry(RunnerDraft{}, noon.Add(time.Hour)))
	assert.Equal(t, msgExpiryTooEarly, at(minTokenLife-time.Second))
	assert.Empty(t, at(minTokenLife))
	assert.Empty(t, at(maxTokenLife))
	assert.Contains(t, at(maxTokenLife+time.Second), noon.Add(maxTokenLife).Format(time.RFC3339))
	st.Settings.RunnerTokenExpiration = 48 * time.Hour
	assert.Empty(t, at(48*time.Hour))
	assert.Contains(t, at(48*time.Hour+time.Second), "2024-07-03T12:00:00Z", "the settings leave it two days")
	st.Settings.RunnerTokenExpiration = 2 * maxTokenLife
	assert.Contains(t, at(maxTokenLife+time.Second), noon.Add(maxTokenLife).Format(time.RFC3339))
	assert.Equal(t, msgDeadlinePast, st.CheckTokenExpiry(RunnerDraft{TokenExpiresAt: noon.Add(time.Hour)},
		noon.Add(-time.Second)))
}

// WaitHead says what no runner is asked about as it stands.
func TestWhatAJobWaitsFor(t *testing.T) {
	assert.Equal(t, "no runner may take it", WaitHead(nil))
	assert.Equal(t, "no runner may take it", WaitHead([]Verdict{{RunnerID: 3}}))
	assert.Equal(t, "it waits for runner 4 to ask for a job", WaitHead([]Verdict{{RunnerID: 3}, {RunnerID: 4,
		May: true}}))
	assert.Equal(t, "no runner may take it", WaitHead([]Verdict{{}, {RunnerID: 3}}))
}
