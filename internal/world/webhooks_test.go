package world

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// app/validators/json_schemas/web_hooks_custom_headers.json, app/models/concerns/limitable.rb: what a webhook may have.
func TestLimitsOfWebhooks(t *testing.T) {
	st, shop := ruled(t)
	h, err := st.CreateWebhook(shop, nil, WebhookAttributes{URL: "https://ci.example", Token: "secret"})
	require.NoError(t, err)
	for length, ok := range map[int]bool{0: false, 1: true, maxWebhookValue: true, maxWebhookValue + 1: false} {
		headers := map[string]string{"X-A": strings.Repeat("é", length)}
		assert.Equal(t, ok, st.SetCustomHeaders(h, headers) == nil, length)
		assert.Equal(t, ok, length > 0 && h.Headers["X-A"] == headers["X-A"], length)
		assert.Equal(t, "secret", h.Token)
	}
	for range maxGroupWebhooks {
		_, err = st.CreateWebhook(nil, shop.Group, WebhookAttributes{URL: "https://ci.example"})
		require.NoError(t, err)
	}
	_, err = st.CreateWebhook(nil, shop.Group, WebhookAttributes{URL: "https://ci.example"})
	assert.ErrorContains(t, err, "group hooks (50) exceeded")
	for range maxProjectWebhooks - 1 {
		_, err = st.CreateWebhook(shop, nil, WebhookAttributes{URL: "https://ci.example"})
		require.NoError(t, err)
	}
	_, err = st.CreateWebhook(shop, nil, WebhookAttributes{URL: "https://ci.example"})
	assert.ErrorContains(t, err, "project hooks (100) exceeded")
}

// app/models/concerns/web_hooks/auto_disabling.rb: how a webhook is put aside whose calls fail.
func TestWebhooksThatFail(t *testing.T) {
	for name, c := range map[string]struct {
		version  string
		failures int // before
		status   int
		disabled bool
		backoff  time.Duration // 0: none
	}{
		"forgiven":                {"16.0", failuresForgiven - 1, 500, false, 0},
		"failed":                  {"16.0", failuresForgiven, 500, false, firstBackoff},
		"failed again":            {"16.0", failuresForgiven + 1, 0, false, 2 * firstBackoff},
		"failed for long":         {"16.0", failuresForgiven + 10, 500, false, 1024 * firstBackoff},
		"failed for a day":        {"16.0", failuresForgiven + 11, 500, false, longestBackoff},
		"refused":                 {"16.0", failuresForgiven, 400, true, 0},
		"refused, forgiven":       {"16.0", failuresForgiven - 1, 404, false, 0},
		"nobody answered":         {"16.0", failuresForgiven, 0, false, firstBackoff},
		"broken":                  {"16.0", failuresForgiven, 499, true, 0},
		"refused, forgiven alike": {"18.11", failuresForgiven, 400, false, firstBackoff},
		"too often":               {"18.11", failuresUntilForGood, 500, true, 0},
	} {
		t.Run(name, func(t *testing.T) {
			st := versioned(t, c.version)
			shop, err := st.AddProject(Project{Path: "acme/shop"}, nil)
			require.NoError(t, err)
			st.Settings.FailingWebhooksDisabled = true
			h, err := st.AddWebhook(Webhook{Project: shop, WebhookAttributes: WebhookAttributes{URL: "https://x"}},
				WebhookState{Failures: c.failures})
			require.NoError(t, err)
			st.noteDelivery(h, c.status)
			until := time.Time{}
			if c.backoff != 0 {
				until = noon.Add(c.backoff)
			}
			assert.Equal(t, []any{c.failures + 1, c.disabled, until}, []any{h.Failures, h.Disabled, h.DisabledUntil})
			h.Disabled, h.DisabledUntil = false, time.Time{}
			st.noteDelivery(h, 204)
			assert.Zero(t, h.Failures)
		})
	}
}

// Whether the certificate is looked at is as the webhook says.
func TestTargetsOfWebhooks(t *testing.T) {
	for _, unverified := range []bool{true, false} {
		st, shop := ruled(t)
		h, err := st.AddWebhook(Webhook{Project: shop, WebhookAttributes: WebhookAttributes{URL: "https://ci.example/{a}", Token: "t",
			Variables: map[string]string{"a": "b"}, UnverifiedTLS: unverified}}, WebhookState{})
		require.NoError(t, err)
		to, there := st.TargetOf(Notice{WebhookID: h.ID}, false)
		assert.True(t, there)
		assert.Equal(t, []any{"https://ci.example/b", "t", unverified}, []any{to.URL, to.Token, to.UnverifiedTLS})
		_, there = st.TargetOf(Notice{WebhookID: h.ID + 1}, false)
		assert.False(t, there)
	}
}

// app/models/ci/build.rb, execute_hooks: webhooks hear of what changes, when somebody listens, and of nothing that a seed
// has, or that leaves a pipeline as it is.
func TestWhatWebhooksHearOfJobs(t *testing.T) {
	for name, c := range map[string]struct {
		events  map[string]bool
		seeding bool
		want    []string
	}{
		"jobs":      {map[string]bool{JobEvents: true}, false, []string{"a running", "b running", "a success"}},
		"pipelines": {map[string]bool{PipelineEvents: true}, false, []string{"pipeline running"}},
		"nothing":   {nil, false, nil},
		"a seed":    {map[string]bool{JobEvents: true, PipelineEvents: true}, true, nil},
	} {
		t.Run(name, func(t *testing.T) {
			for _, moves := range []bool{false, true} {
				st, shop := ruled(t)
				r, err := st.AddRunner(RunnerDraft{Attributes: DefaultAttributes()})
				require.NoError(t, err)
				_, err = st.AddWebhook(Webhook{Project: shop, WebhookAttributes: WebhookAttributes{URL: "https://x",
					Events: c.events}}, WebhookState{})
				require.NoError(t, err)
				if moves {
					_, err = st.AddPipeline(7, shop, PipelineFacts{Status: JobPending, User: st.Users.Rows[0]})
					require.NoError(t, err)
				}
				var jobs []*Job
				for _, name := range []string{"a", "b"} {
					j, err := st.AddJob(&Job{Project: shop, User: st.Users.Rows[0], PipelineID: 7, Name: name})
					require.NoError(t, err)
					jobs = append(jobs, j)
				}
				st.MovePipelines()
				w := &said{}
				TellWebhooks(st, w, func([]Notice) {})
				story := func() {
					require.NoError(t, st.StartJob(jobs[0], r, nil, false))
					st.MovePipelines()
					require.NoError(t, st.StartJob(jobs[1], r, nil, false))
					require.NoError(t, st.FinishJob(jobs[0], JobSuccess, "", nil))
					st.MovePipelines()
				}
				if c.seeding {
					Seeding(st, nil, nil, story)
				} else {
					story()
				}
				assert.Equal(t, c.want, w.lines, moves)
			}
		})
	}
}

// app/models/commit_status.rb: what a job outside becomes, and that a failure has its reason.
func TestStatesOfStatuses(t *testing.T) {
	for _, c := range []struct {
		was   JobStatus
		state string
		want  JobStatus
		why   string
	}{
		{JobPending, "running", JobRunning, ""}, {JobRunning, "success", JobSuccess, ""}, {JobRunning, "failed", JobFailed, apiFailure},
		{JobRunning, "canceled", JobCanceled, ""}, {JobPending, "canceled", JobCanceled, ""},
	} {
		st, shop := ruled(t)
		p, err := st.AddPipeline(7, shop, PipelineFacts{Status: JobRunning})
		require.NoError(t, err)
		_, err = st.AddJob(&Job{Project: shop, User: st.Users.Rows[0], PipelineID: 7, Name: "other"})
		require.NoError(t, err)
		_, err = st.AddStatus(7, RootUsername, CommitStatus{Name: "lint", Status: c.was})
		require.NoError(t, err)
		s, err := st.ReportStatus(p, st.Users.Rows[0], StatusReport{Name: "lint", State: c.state})
		require.NoError(t, err)
		assert.Equal(t, []any{c.want, c.why}, []any{s.Status, s.FailureReason})
		require.Error(t, Atomically(st, func() error {
			_, err := st.AddJob(&Job{Project: shop, User: st.Users.Rows[0], PipelineID: 7, Name: "unit"})
			require.NoError(t, err)
			_, err = st.ReportStatus(p, st.Users.Rows[0], StatusReport{Name: "unit", State: "pending"})
			return err
		}), "a job has the name")
		_, err = st.ReportStatus(p, st.Users.Rows[0], StatusReport{Name: "unit", State: "pending"})
		assert.NoError(t, err, "the job was taken back")
	}
}
