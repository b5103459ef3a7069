package rest_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/stretchr/testify/require"

	fg "github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

// hookProofs prove what differs in webhooks.
func hookProofs() map[gitlabversion.Difference]proof {
	shows := func(names string) func(inVersion) any {
		return func(v inVersion) any {
			v.gl.AddWebhook(fg.Webhook{ID: 7, Project: "acme/shop", URL: "https://hooks.example.com"})
			return has(map[string]string{"/projects/10001/hooks/7": names})(v)
		}
	}
	header := func(name string) func(inVersion) any {
		return func(v inVersion) any { return calledWith(v, 200, 1).Header.Get(name) != "" }
	}
	return map[gitlabversion.Difference]proof{
		gitlabversion.WebhookUUID: {header("X-Gitlab-Webhook-UUID"), false, true, nil},
		gitlabversion.WebhookTemplates: {shows("custom_webhook_template emoji_events resource_access_token_events"),
			false, true, nil},
		gitlabversion.WebhookTests: {func(v inVersion) any {
			v.gl.AddWebhook(fg.Webhook{ID: 7, Project: "acme/shop", URL: "https://hooks.example.com"})
			return v.as("mia", "POST", "/projects/10001/hooks/7/test/issues_events").Status
		}, 404, 422, nil},
		gitlabversion.WebhookNames: {func(v inVersion) any {
			shown := shows("name description custom_headers")(v)
			set := v.as("mia", "PUT", "/projects/10001/hooks/7/custom_headers/X-A", testkit.WithJSON(`{"value":"b"}`))
			return []any{shown, set.Status}
		}, []any{false, 404}, []any{true, 204}, nil},
		gitlabversion.WebhookIdempotencyKey: {header("Idempotency-Key"), false, true, nil},
		gitlabversion.WebhooksForgivenAlike: {func(v inVersion) any {
			calledWith(v, 404, 4)
			return v.gl.Webhooks()[0].DisabledUntil.IsZero()
		}, true, false, nil},
		gitlabversion.RunnerControllers: {func(v inVersion) any {
			return v.as("root", "GET", "/runner_controllers").Status
		}, 404, 200, nil},
		gitlabversion.RunnerControllerScopes: {func(v inVersion) any {
			v.gl.AddRunnerController(fg.RunnerController{ID: 7})
			return v.as("root", "GET", "/runner_controllers/7/scopes").Status
		}, 404, 200, nil},
		gitlabversion.WebhookEventsOf18: {shows("milestone_events resource_deploy_token_events vulnerability_events"),
			false, true, nil},
		gitlabversion.WebhookSigningTokens: {shows("token_present signing_token_present"), false, true, nil},
	}
}

// calledWith has a webhook called so many times, which is answered with a status, and is the last call.
func calledWith(v inVersion, status, times int) fg.Delivery {
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }))
	defer receiver.Close()
	v.gl.UpdateSettings(func(s *fg.Settings) { s.FailingWebhooksDisabled = true })
	v.gl.AddWebhook(fg.Webhook{Project: "acme/shop", URL: receiver.URL, JobEvents: true})
	for range times {
		v.gl.AddJob(fg.Job{Project: "acme/shop", Status: fg.JobCreated})
	}
	ctx, cancel := context.WithTimeout(v.Context(), time.Minute)
	defer cancel()
	require.NoError(v, v.gl.WaitForDeliveries(ctx))
	all := v.gl.Deliveries("")
	require.Len(v, all, times)
	return all[times-1]
}
