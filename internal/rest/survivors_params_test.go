package rest_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	fg "github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

// What endpoints declare: rules whose loss no other test noticed (internal/mutate).

// What Grape says of parameters that are missing, of another type or of another value, endpoint by endpoint.
func TestParametersAreChecked(t *testing.T) {
	gl, _ := codeWorld(t, fg.WithVersion("19.1"))
	const code = "/projects/acme%2Fcode"
	for _, c := range []struct{ who, request, body, want string }{
		{"mia", "GET /personal_access_tokens/x", "", "id is invalid"},
		{"mia", "POST /personal_access_tokens/x/rotate", "", "id is invalid"},
		{"mia", "DELETE " + code + "/repository/branches/%20", "", "branch is empty"},
		{"mia", "PUT " + code + "/repository/branches/%20/unprotect", "", "branch is empty"},
		{"mia", "GET " + code + "/repository/commits/main/merge_requests?per_page=x", "", "per_page is invalid"},
		{"mia", "GET " + code + "/repository/compare?from=main", "", "to is missing"},
		{"mia", "GET " + code + "/repository/merge_base", "", "refs is missing"},
		{"mia", "POST " + code + "/variables", `{"value":"v"}`, "key is missing"},
		{"mia", "GET /groups?sort=x", "", "sort does not have a valid value"},
		{"root", "POST /users", `{"username":"a","name":"A","reset_password":true}`, "email is missing"},
		{"mia", "POST " + code + "/repository/commits", `{"branch":"main","commit_message":"m","actions":[{"action":{"a":1},` +
			`"file_path":"n"}]}`, "actions[0][action] is invalid, actions[0][action] does not have a valid value"},
		{"mia", "GET " + code + "/repository/contributors?order_by=x", "", "order_by does not have a valid value"},
		{"mia", "GET " + code + "/repository/contributors?sort=x", "", "sort does not have a valid value"},
		{"mia", "GET " + code + "/repository/files/a/raw?ref=", "", "ref is empty"},
		{"mia", "GET " + code + "/users?per_page=x", "", "per_page is invalid"},
		{"mia", "GET /namespaces/acme/exists?parent_id=x", "", "parent_id is invalid"},
		{"mia", "POST " + code + "/access_tokens/self/rotate", `{"expires_at":"x"}`, "expires_at is invalid"},
		{"mia", "POST " + code + "/runners", `{"runner_id":"x"}`, "runner_id is invalid"},
		{"mia", "POST " + code + "/runners", `{}`, "runner_id is missing"},
		{"mia", "GET /runners?status=x", "", "status does not have a valid value"},
		{"mia", "GET /runners/5/jobs?sort=x", "", "sort does not have a valid value"},
		{"mia", "POST " + code + "/hooks/7/test/x", "", "trigger does not have a valid value"},
		{"mia", "GET /namespaces?per_page=x", "", "per_page is invalid"},
		{"mia", "POST " + code + "/protected_branches", `{"name":"x","allowed_to_push":"{"}`, "allowed_to_push is invalid"},
		{"root", "PUT /application/settings", `{"performance_bar_allowed_group_path":{"a":1}}`,
			"performance_bar_allowed_group_path is invalid"},
		{"root", "PUT /application/settings", `{"housekeeping_gc_period":"x"}`, "housekeeping_gc_period is invalid"},
		{"root", "PUT /application/settings", `{"recaptcha_site_key":{"a":1}}`, "recaptcha_site_key is invalid"},
		{"root", "PUT /application/settings", `{"slack_app_enabled":true,"kroki_enabled":true,"gitpod_enabled":true,` +
			`"slack_app_secret":"a","slack_app_signing_secret":"b","slack_app_verification_token":"c"}`,
			"gitpod_url is missing, kroki_url is missing, slack_app_id is missing"},
		{"root", "PUT /application/settings", `{"eks_integration_enabled":true}`,
			"eks_account_id is missing, eks_access_key_id is missing, eks_secret_access_key is missing"},
		{"root", "PUT /application/settings", `{"plantuml_enabled":true,"diagramsnet_enabled":true}`,
			"diagramsnet_url is missing, plantuml_url is missing"},
		{"mia", "DELETE /personal_access_tokens/x", "", "id is invalid"},
		{"mia", "GET " + code + "/jobs/1/artifacts/tree?recursive=x", "", "recursive is invalid"},
		{"mia", "GET /groups?order_by=x", "", "order_by does not have a valid value"},
		{"mia", "GET /groups?visibility=x", "", "visibility does not have a valid value"},
		{"mia", "GET /projects?visibility=x", "", "visibility does not have a valid value"},
		{"mia", "GET /groups/acme/projects?order_by=x", "", "order_by does not have a valid value"},
		{"mia", "GET /groups?min_access_level=12", "", "min_access_level does not have a valid value"},
		{"root", "GET /personal_access_tokens?user_id=x", "", "user_id is invalid"},
		{"mia", "POST " + code + "/hooks", `{"url":"https://hooks.example.com","url_variables":"x"}`, "url_variables is invalid"},
		{"mia", "GET " + code + "/jobs/artifacts/main/download?job=x&search_recent_successful_pipelines=x", "",
			"search_recent_successful_pipelines is invalid"},
		{"mia", "GET " + code + "/jobs/artifacts/main/raw/a?job=x&search_recent_successful_pipelines=x", "",
			"search_recent_successful_pipelines is invalid"},
		{"mia", "GET " + code + "/protected_branches?per_page=x", "", "per_page is invalid"},
		{"mia", "GET " + code + "/resource_groups?per_page=x", "", "per_page is invalid"},
		{"root", "POST /runner_controllers/1/tokens", `{"description":{"a":1}}`, "description is invalid"},
		{"root", "POST /runner_controllers/1/scopes/runners/x", "", "runner_id is invalid"},
		{"mia", "DELETE /runners/x", "", "id is invalid"},
		{"mia", "GET /runners/5/projects?per_page=x", "", "per_page is invalid"},
		{"mia", "POST " + code + "/ref/main/trigger/pipeline", `{"token":"t","inputs":"x"}`, "inputs is invalid"},
		{"root", "GET /users?sort=x", "", "sort does not have a valid value"},
		{"mia", "POST /groups/acme/share", `{"group_id":1}`, "group_access is missing, group_access does not have a valid value"},
		{"mia", "POST " + code + "/variables", `{"key":"A"}`, "value is missing"},
		{"mia", "GET " + code + "/repository/compare?to=main", "", "from is missing"},
		{"mia", "GET " + code + "/pipelines/x", "", "pipeline_id is invalid"},
		{"mia", "GET " + code + "/jobs/x", "", "job_id is invalid"},
		{"mia", "DELETE " + code + "/jobs/x/artifacts", "", "job_id is invalid"},
		{"mia", "POST " + code + "/pipelines/x/retry", "", "pipeline_id is invalid"},
		{"mia", "POST " + code + "/pipeline_schedules/1/variables", `{"key":"A"}`, "value is missing"},
		{"mia", "POST " + code + "/triggers", `{"description":"d","expires_at":"x"}`, "expires_at is invalid"},
		{"mia", "POST " + code + "/trigger/pipeline", `{"token":"t","ref":"main","inputs":"x"}`, "inputs is invalid"},
		{"mia", "PATCH " + code + "/job_token_scope", `{"enabled":null}`, "enabled is empty"},
		{"mia", "PUT " + code + "/resource_groups/x", `{"process_mode":"x"}`, "process_mode does not have a valid value"},
		{"mia", "GET " + code + "/resource_groups/x/upcoming_jobs?per_page=x", "", "per_page is invalid"},
		{"root", "GET /deploy_tokens?active=x", "", "active is invalid"},
		{"mia", "DELETE " + code + "/deploy_tokens/x", "", "token_id is invalid"},
		{"mia", "POST " + code + "/deploy_tokens", `{"name":"n","scopes":["x"]}`, "scopes does not have a valid value"},
		{"root", "GET /runner_controllers/1/tokens?per_page=x", "", "per_page is invalid"},
		{"root", "DELETE /runner_controllers/1/tokens/x", "", "token_id is invalid"},
		{"root", "DELETE /runner_controllers/1/scopes/runners/x", "", "runner_id is invalid"},
		{"mia", "GET /runners/5?include_projects=x", "", "include_projects is invalid"},
		{"mia", "DELETE " + code + "/runners/x", "", "runner_id is invalid"},
		{"root", "POST /user/runners", `{"runner_type":"instance_type","access_level":"x"}`,
			"access_level does not have a valid value"},
		{"mia", "POST /runners", `{"token":"t","maintainer_note":"a","maintenance_note":"b"}`,
			"maintainer_note, maintenance_note are mutually exclusive"},
		{"root", "GET /users?order_by=x", "", "order_by does not have a valid value"},
		{"root", "GET /users?active=x", "", "active is invalid"},
		{"root", "GET /users/1/memberships?type=x", "", "type does not have a valid value"},
		{"root", "POST /users", `{"email":"a@example.com","username":"a","reset_password":true}`, "name is missing"},
		{"root", "POST /users", `{"email":"a@example.com","username":"a","name":"A"}`, "password, reset_password, " +
			"force_random_password are missing, at least one parameter must be provided"},
		{"root", "PUT /application/settings", `{"polling_interval_multiplier":"x"}`, "polling_interval_multiplier is invalid"},
		{"root", "PUT /application/settings", `{"throttle_unauthenticated_web_enabled":"x"}`,
			"throttle_unauthenticated_web_enabled is invalid"},
		{"root", "PUT /application/settings", `{"password_authentication_enabled":true,"signin_enabled":true}`,
			"password_authentication_enabled, signin_enabled are mutually exclusive"},
	} {
		method, path, _ := strings.Cut(c.request, " ")
		got := as(t, gl, c.who, method, path, testkit.WithJSON(c.body))
		assert.Equal(t, `400 {"error":"`+c.want+`"}`, got.String(), c.request+c.body)
	}
	acme, _ := gl.Group("acme")
	got := as(t, gl, "root", "PUT", "/application/settings", testkit.WithJSON(`{"performance_bar_allowed_group_id":"acme"}`))
	assert.Equal(t, float64(acme.ID), got.Field(t, "performance_bar_allowed_group_id"), got.Body)
	got = as(t, gl, "root", "PUT", "/application/settings", testkit.WithJSON(`{"asset_proxy_enabled":true}`))
	assert.Contains(t, got.String(), `400 {"message":{"asset_proxy_secret_key":["can't be blank"`, "which the model says")
	for body, want := range map[string]string{
		`{"login_recaptcha_protection_enabled":true,"recaptcha_site_key":"","recaptcha_private_key":""}`: "can't be blank",
		`{"recaptcha_enabled":true,"recaptcha_site_key":"","recaptcha_private_key":""}`:                  "can't be blank",
		`{"eks_integration_enabled":true,"eks_account_id":"123456789012","eks_secret_access_key":"s","eks_access_key_id":"` +
			strings.Repeat("k", 129) + `"}`: "is too long (maximum is 128 characters)",
	} {
		got = as(t, gl, "root", "PUT", "/application/settings", testkit.WithJSON(body))
		assert.Equal(t, 400, got.Status, body)
		assert.Contains(t, got.Body, want, body)
	}
	named := func(path string) []string {
		nothing, _ := as(t, gl, "root", "PUT", path).Field(t, "error").(string)
		return strings.Split(strings.TrimSuffix(nothing, " are missing, at least one parameter must be provided"), ", ")
	}
	names := named(code)
	assert.True(t, len(names) > 50 && slices.IsSorted(names), names)
	names = named("/application/settings")
	slices.Sort(names)
	assert.Greater(t, len(names), 300)
	assert.Len(t, slices.Compact(slices.Clone(names)), len(names), "each is named once")
	old := testkit.NewMia(t, fg.WithVersion("16.0"))
	assert.Equal(t, `400 {"error":"id is invalid"}`, as(t, old, "mia", "POST", "/personal_access_tokens/x/rotate").String())
	assert.Equal(t, `400 {"error":"active is invalid"}`, as(t, old, "root", "GET", "/users?active=x").String())
	for request, want := range map[string]string{"GET jobs?scope=x": "scope does not have a valid value",
		"GET jobs/x/trace": "job_id is invalid", "POST jobs/x/retry": "job_id is invalid",
		"PUT resource_groups/x?process_mode=x": "process_mode does not have a valid value"} {
		method, path, _ := strings.Cut(request, " ")
		got := as(t, old, "mia", method, "/projects/acme%2Fshop/"+path)
		assert.Equal(t, `400 {"error":"`+want+`"}`, got.String(), request)
	}
}

// lib/api/project_hooks.rb: each version checks what it declares, and that alone.
func TestWhatVersionsDeclareOfWebhooks(t *testing.T) {
	const body = `{"url":"https://hooks.example.com","name":{},"job_events":"x","milestone_events":"x","emoji_events":"x",` +
		`"resource_deploy_token_events":"x","token":{"a":"b"},"signing_token":{"a":"b"},"push_events_branch_filter":{"a":"b"},` +
		`"custom_webhook_template":{"a":"b"},"branch_filter_strategy":"x","vulnerability_events":"x"}`
	for version, want := range map[string]string{
		"16.9":  "job_events, token, push_events_branch_filter, branch_filter_strategy",
		"16.10": "job_events, emoji_events, token, push_events_branch_filter, custom_webhook_template, branch_filter_strategy",
		"17.1": "name, job_events, emoji_events, token, push_events_branch_filter, custom_webhook_template, " +
			"branch_filter_strategy",
		"18.0": "name, job_events, milestone_events, emoji_events, resource_deploy_token_events, token, " +
			"push_events_branch_filter, custom_webhook_template, branch_filter_strategy, vulnerability_events",
		"19.0": "name, job_events, milestone_events, emoji_events, resource_deploy_token_events, token, signing_token, " +
			"push_events_branch_filter, custom_webhook_template, branch_filter_strategy, vulnerability_events",
	} {
		gl := testkit.NewMia(t, fg.WithVersion(version))
		h := gl.AddWebhook(fg.Webhook{Project: "acme/shop", URL: "https://hooks.example.com"})
		for request, status := range map[string]int{"POST /projects/acme%2Fshop/hooks": 400,
			fmt.Sprintf("PUT /projects/acme%%2Fshop/hooks/%d", h.ID): 400} {
			method, path, _ := strings.Cut(request, " ")
			got := as(t, gl, "mia", method, path, testkit.WithJSON(strings.ReplaceAll(body, `"name":{}`, `"name":{"a":"b"}`)))
			require.Equal(t, status, got.Status, version+got.Body)
			var names []string
			for _, complaint := range strings.Split(fmt.Sprint(got.Field(t, "error")), ", ") {
				name, _, _ := strings.Cut(complaint, " ")
				names = append(names, name)
			}
			assert.Equal(t, want, strings.Join(names, ", "), version+request)
		}
	}
}

// Who may ask without having signed in, with what token, and in whose name.
func TestWhoIsLetInAtAll(t *testing.T) {
	gl, ask := codeWorld(t, fg.WithVersion("19.1"))
	gl.AddProject(fg.Project{Path: "acme/open", Visibility: fg.Public, Files: map[string]string{"a": "a"},
		Members: fg.Members{"mia": fg.Maintainer}})
	assert.Equal(t, 200, testkit.Ask(t, gl, "", "GET", "/projects/acme%2Fopen/repository/files/a/raw").Status)

	assert.Equal(t, "200 []", testkit.Ask(t, gl, "", "GET", "/projects/acme%2Fopen/protected_branches").String())
	token := gl.AddAccessToken(fg.AccessToken{User: "mia"})
	root, _ := gl.User("root")
	for _, request := range []string{"GET /personal_access_tokens/%d", "POST /personal_access_tokens/%d/rotate",
		"DELETE /personal_access_tokens/%d"} {
		method, path, _ := strings.Cut(fmt.Sprintf(request+"?user_id=%d", token.ID, root.ID), " ")
		assert.Equal(t, 401, as(t, gl, "mia", method, path).Status, request)
	}
	for _, method := range []string{"GET", "PUT"} {
		assert.Equal(t, 403, as(t, gl, "mia", method, "/application/settings?admin_mode=x").Status, method)
	}
	managing := gl.Token("root", "manage_runner")
	assert.Equal(t, 200, testkit.Ask(t, gl, managing, "GET", "/runners/5/projects").Status)
	assert.Contains(t, testkit.Ask(t, gl, managing, "POST", "/runners/reset_registration_token").Body,
		`"scope":"manage_runner api read_api"`)
	for _, request := range []string{"POST /users/1/personal_access_tokens", "PUT /users/1", "GET /users/1/associations_count"} {
		method, path, _ := strings.Cut(request, " ")
		assert.Contains(t, testkit.Ask(t, gl, managing, method, path).Body, `"scope":"read_user api read_api"`, request)
	}
	made := as(t, gl, "mia", "POST", "/projects/acme%2Fcode/access_tokens",
		testkit.WithJSON(`{"name":"n","scopes":["self_rotate"],"access_level":30}`))
	require.Equal(t, 201, made.Status, made.Body)
	assert.Equal(t, 200, testkit.Ask(t, gl, made.Field(t, "token").(string), "POST",
		"/projects/acme%2Fcode/access_tokens/self/rotate").Status)

	j := gl.AddJob(fg.Job{Project: "acme/shop", Status: fg.JobRunning, RunnerID: 5, User: "mia", Artifacts: []fg.Artifact{{
		Filename: "a.zip", Content: zipOf(t, "a")}}})
	assert.Equal(t, 200, testkit.Send(t, gl, "GET", fmt.Sprintf("/projects/acme%%2Fshop/jobs/%d/artifacts/tree", j.ID), nil,
		"Job-Token", j.Token).Status)

	require.Equal(t, 201, ask("POST", "tags?tag_name=v1&ref=main", "").Status)
	assert.Equal(t, `404 {"message":"404 Signature Not Found"}`, ask("GET", "tags/v1/signature", "").String())
	require.Equal(t, 201, ask("POST", "commits", `{"branch":"main","commit_message":"m\n\nSigned-off-by: mia","actions":[]}`).Status)
	for query, want := range map[string]any{"": testkit.Hash{}, "?trailers=true": testkit.Hash{"Signed-off-by": "mia"}} {
		assert.Equal(t, want, ask("GET", "commits"+query, "").Each(t, "trailers")[0], query)
	}
}

// The role Planner may be asked for since 17.7.
func TestPlannersAreAskedFor(t *testing.T) {
	for version, want := range map[string]int{"17.6": 400, "17.7": 200} {
		gl := testkit.NewMia(t, fg.WithVersion(version))
		for _, path := range []string{"/projects", "/groups", "/groups/acme/subgroups", "/groups/acme/descendant_groups",
			"/groups/acme/projects"} {
			assert.Equal(t, want, as(t, gl, "root", "GET", path+"?min_access_level=15").Status, version+path)
		}
	}
}

// What is in the path of an endpoint is declared by it, in every version: else it would be told as ignored.
func TestWhatIsInThePathIsRead(t *testing.T) {
	parameter := regexp.MustCompile(`/[:*]\w+`)
	places := strings.NewReplacer("/projects/:id", "/projects/acme%2Fshop", "/groups/:id", "/groups/acme")
	for _, version := range []string{"16.0", "19.4"} {
		gl := testkit.NewMia(t, fg.WithVersion(version), fg.WithInMemoryNetwork())
		endpoints := slices.DeleteFunc(gl.Endpoints(), func(e fg.Endpoint) bool { return !parameter.MatchString(string(e)) })
		slices.SortStableFunc(endpoints, func(a, b fg.Endpoint) int { // what others are in is deleted last
			return strings.Count(string(b), "/") - strings.Count(string(a), "/")
		})
		token := gl.AdminToken()
		for _, e := range endpoints {
			method, path, _ := strings.Cut(string(e), " ")
			if !strings.Contains(path, ".git") {
				path = parameter.ReplaceAllString(places.Replace(path), "/987") // which there is none of
				testkit.AskBy(t, gl.Client(), gl.APIURL(), token, method, path)
			}
		}
		gl.AssertNothingIgnored(t)
	}
}
