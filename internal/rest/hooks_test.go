package rest_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	fg "github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

// What is said of a webhook of a project or a group is shown and kept, secrets excepted; a new address takes away what
// was meant for the old one.
func TestWebhooksOverREST(t *testing.T) {
	for _, place := range []struct{ path, mayNot, may string }{
		{"/projects/10001", "dan", "mia"}, {"/groups/1001", "mia", "oli"},
	} {
		gl := fg.New(t, fg.WithScenario(fg.SmallCompany()))
		ask := func(who, method, below, body string) testkit.Reply {
			return testkit.Ask(t, gl, gl.Token(who), method, place.path+"/hooks"+below, testkit.WithJSON(body))
		}
		created := ask(place.may, "POST", "", `{"url":"https://a.example.com/{where}","token":"t","name":"n","job_events":true,
			"url_variables":[{"key":"where","value":"secret"}],"custom_headers":[{"key":"X-A","value":"b"}],
			"confidential_note_events":false,"push_events_branch_filter":"main-*"}`)
		require.Equal(t, 201, created.Status, created)
		assert.NotContains(t, created.Body, "secret")
		assert.Equal(t, []any{"n", true, true, false, "main-*"}, []any{created.Field(t, "name"),
			created.Field(t, "job_events"), created.Field(t, "push_events"), created.Field(t, "confidential_note_events"),
			created.Field(t, "push_events_branch_filter")})
		assert.Equal(t, []any{map[string]any{"key": "where"}}, created.Field(t, "url_variables"))
		id := fmt.Sprintf("/%.0f", created.Field(t, "id"))
		listed := ask(place.may, "GET", "", "")
		assert.Equal(t, place.may == "oli", strings.Contains(listed.Body, `"url_variables":[{"key":"where"}]`), listed)
		assert.Equal(t, 403, ask(place.mayNot, "GET", id, "").Status)
		assert.Equal(t, 404, ask("sam", "GET", id, "").Status)

		for _, refused := range []struct{ method, below, body, want string }{
			{"PUT", id, `{"custom_headers":[{"key":"bad key","value":"x"}]}`, `422 {"error":"Custom headers validation failed"}`},
			{"POST", "", `{"url":"https://x","custom_headers":[{"key":"bad key","value":"x"}]}`,
				`422 {"error":"Custom headers must be a valid json schema"}`},
			{"POST", "", `{"url":"https://x/{y}"}`, `422 {"error":"Invalid url given"}`},
			{"POST", "", `{"url":"https://x","url_variables":[{"key":"a"}]}`, `400 {"error":"url_variables[0][value] is missing"}`},
			{"POST", "", `{"url":"https://x","url_variables":"a"}`, `400 {"error":"url_variables is invalid"}`},
			{"POST", "", `{"url":"https://x","token":"a\nb"}`, `422 {"error":"Token is invalid"}`},
			{"PUT", id, `{"token":"a\nb"}`, `422 {"message":{"token":["is invalid"]}}`},
			{"POST", "", `{"url":"https://x","branch_filter_strategy":"none"}`,
				`400 {"error":"branch_filter_strategy does not have a valid value"}`},
			{"PUT", id, `{"url_variables":[]}`, `400 {"error":"No parameters provided"}`},
			{"PUT", id + "/url_variables/a-", `{"value":"x"}`, `422 {"error":"Illegal key or value"}`},
			{"PUT", id + "/custom_headers/X-B", `{}`, `400 {"error":"value is missing"}`},
			{"DELETE", id + "/url_variables/where", "", `422 {"error":"Could not unset variable"}`},
			{"DELETE", id + "/custom_headers/X-B", "", `404 {"message":"404 Custom header Not Found"}`},
			{"DELETE", id + "/url_variables/b", "", `404 {"message":"404 URL variable Not Found"}`},
			{"POST", id + "/test/issues_events", "", `422 {"message":"Ensure the project has issues."}`},
			{"POST", id + "/test/push_events", "", `422 {"message":"Testing not available for this hook"}`},
		} {
			before := gl.Snapshot()
			assert.Equal(t, refused.want, ask(place.may, refused.method, refused.below, refused.body).String(), refused)
			assert.Equal(t, before, gl.Snapshot(), refused)
		}

		assert.Equal(t, 204, ask(place.may, "PUT", id+"/custom_headers/X-B", `{"value":"c"}`).Status)
		assert.Equal(t, map[string]string{"X-A": "b", "X-B": "c"}, gl.Webhooks()[0].Headers)
		assert.Equal(t, 204, ask(place.may, "DELETE", id+"/custom_headers/X-A", "").Status)
		assert.Equal(t, 200, ask(place.may, "PUT", id, `{"push_events_branch_filter":"main-*"}`).Status)
		assert.Equal(t, "t", gl.Webhooks()[0].Token, "of which nothing was said")
		moved := ask(place.may, "PUT", id, `{"url":"https://b.example.com","branch_filter_strategy":"all_branches",
			"description":"d","enable_ssl_verification":false}`)
		require.Equal(t, 200, moved.Status, moved)
		assert.Equal(t, []any{nil, "d", false}, []any{moved.Field(t, "push_events_branch_filter"),
			moved.Field(t, "description"), moved.Field(t, "enable_ssl_verification")})
		after := gl.Webhooks()[0]
		assert.Empty(t, after.Token)
		assert.Empty(t, after.Headers)
		assert.Empty(t, after.URLVariables)

		unmodified := testkit.WithHeader("If-Unmodified-Since", "Mon, 1 Jan 2001 00:00:00 GMT")
		assert.Equal(t, 412, testkit.Ask(t, gl, gl.Token(place.may), "DELETE", place.path+"/hooks"+id, unmodified).Status)
		assert.Equal(t, 204, ask(place.may, "DELETE", id, "").Status)
	}
}

// A project has at most 100 webhooks.
func TestWebhooksAreLimited(t *testing.T) {
	gl := fg.New(t, fg.WithScenario(fg.SmallCompany()))
	add := func() testkit.Reply {
		return testkit.Ask(t, gl, gl.Token("mia"), http.MethodPost, "/projects/10001/hooks",
			testkit.WithJSON(`{"url":"https://x.example.com"}`))
	}
	for range 100 {
		require.Equal(t, 201, add().Status)
	}
	assert.Equal(t, `422 {"error":"Maximum number of project hooks (100) exceeded"}`, add().String())
	page := testkit.Ask(t, gl, gl.Token("mia"), http.MethodGet, "/projects/10001/hooks?per_page=3&page=2")
	assert.Equal(t, []string{"100", "34"}, []string{page.Header.Get("X-Total"), page.Header.Get("X-Total-Pages")})
	assert.Equal(t, 3, strings.Count(page.Body, `"url":`))
}

// A call that nobody takes says host and port alone, as Ruby's errors do: the values of URL variables stay secret.
func TestFailedCallsKeepURLVariables(t *testing.T) {
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	gl := fg.New(t, fg.WithScenario(fg.SmallCompany()))
	hook := gl.AddWebhook(fg.Webhook{Project: "acme/shop", URL: gone.URL + "/{where}?key={key}", JobEvents: true,
		URLVariables: map[string]string{"where": "s3cret", "key": "k3y"}})
	gl.AddJob(fg.Job{Project: "acme/shop"})
	d, err := gl.WaitForDelivery(t.Context(), "Job Hook")
	require.NoError(t, err)
	asked := testkit.Ask(t, gl, gl.Token("mia"), "POST", fmt.Sprintf("/projects/10001/hooks/%d/test/job_events", hook.ID))
	assert.Equal(t, 422, asked.Status)
	for _, said := range []string{d.Err, asked.Body} {
		assert.Contains(t, said, strings.TrimPrefix(gone.URL, "http://")+": connect: connection refused")
		assert.NotContains(t, said, "s3cret")
		assert.NotContains(t, said, "k3y")
	}
}

// What whoever is called says is the message of a test that failed; the journal has the status.
func TestWebhooksThatAreRefused(t *testing.T) {
	busy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "busy", http.StatusServiceUnavailable)
	}))
	defer busy.Close()
	gl := fg.New(t, fg.WithScenario(fg.SmallCompany()))
	hook := gl.AddWebhook(fg.Webhook{Project: "acme/shop", URL: busy.URL,
		OtherEvents: []string{"repository_update_events"}})
	gl.AddJob(fg.Job{Project: "acme/shop"})
	at := fmt.Sprintf("/projects/10001/hooks/%d", hook.ID)
	asked := testkit.Ask(t, gl, gl.Token("mia"), "POST", at+"/test/job_events")
	assert.Equal(t, `422 {"message":"busy\n"}`, asked.String())
	calls := gl.Calls("")
	assert.Equal(t, "the webhook was answered with 503", calls[len(calls)-1].Reason)
	shown := testkit.Ask(t, gl, gl.Token("mia"), "GET", at)
	assert.Equal(t, true, shown.Field(t, "repository_update_events"))
}

// What a version does not declare of a webhook is passed over, and neither checked nor kept.
func TestWebhooksPassOverLaterParameters(t *testing.T) {
	const url = `"url":"https://hooks.example.com"`
	for version, kept := range map[string]bool{"16.0": false, "19.0": true} {
		gl := fg.New(t, fg.WithVersion(version), fg.WithScenario(fg.SmallCompany()))
		ask := func(method, path, body string) testkit.Reply {
			return testkit.Ask(t, gl, gl.Token("mia"), method, "/projects/10001/hooks"+path, testkit.WithJSON(body))
		}
		made := ask("POST", "", `{`+url+`,"name":"n","custom_webhook_template":"{}","signing_token":"x"}`)
		assert.Equal(t, map[bool]int{true: 422, false: 201}[kept], made.Status, made.Body)
		if kept {
			continue
		}
		id := fmt.Sprintf("/%.0f", made.Field(t, "id"))
		require.Equal(t, 200, ask("PUT", id, `{`+url+`,"signing_token":"x","description":"d"}`).Status)
		h := gl.Webhooks()[0]
		assert.Equal(t, []any{"", "", "", ""}, []any{h.SigningToken, h.Name, h.Description, h.Template})
	}
}
