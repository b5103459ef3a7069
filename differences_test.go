package fakegitlab_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/journal"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

// differences are the lines of AssertChanged after some calls of root or a runner, when nothing was to change.
func differences(t *testing.T, gl *fakegitlab.Fake, do func()) []string {
	t.Helper()
	var spy testkit.Spy
	before := gl.Snapshot()
	do()
	assert.False(t, gl.AssertChanged(&spy, before, nil))
	return strings.Split(strings.TrimSpace(strings.Join(spy.Errors, "\n")), "\n")[1:]
}

func TestDifferencesNameTheCall(t *testing.T) {
	type call struct{ as, method, path, form string }
	root := func(method, path, form string) call { return call{"root", method, path, form} }
	online, _ := fakegitlab.New(t, fakegitlab.WithScenario(fakegitlab.SmallCompany())).Runner(100001)
	running, _ := fakegitlab.New(t, fakegitlab.WithScenario(fakegitlab.SmallCompany())).Job(2000005)
	for want, do := range map[string]call{
		"Paused: expected false, got true (#1 PUT /runners/:id id=100001 by root -> 200)":                   root("PUT", "/runners/100001", "active=false"),
		"Tags: expected [docker linux], got [b] (#1 PUT /runners/:id id=100001 by root -> 200)":             root("PUT", "/runners/100001", "tag_list=b"),
		"(#1 POST /runners/:id/reset_authentication_token id=100002 by root -> 201)":                        root("POST", "/runners/100002/reset_authentication_token", ""),
		"(#1 POST /runners/reset_authentication_token by runner 100001 -> 201)":                             {"", "POST", "/runners/reset_authentication_token", "token=" + online.Token},
		"expected, and not there (#1 DELETE /runners/:id id=100003 by root -> 204)":                         root("DELETE", "/runners/100003", ""),
		"expected, and not there (#1 DELETE /runners by runner 100001 -> 204)":                              {"", "DELETE", "/runners", "token=" + online.Token},
		"there, and not expected (#1 POST /user/runners by root -> 201 runner 100006)":                      root("POST", "/user/runners", "runner_type=instance_type"),
		"got [acme/backend/api acme/shop] (#1 POST /projects/:id/runners id=10001 by root -> 201)":          root("POST", "/projects/10001/runners", "runner_id=100024"),
		"(#1 DELETE /projects/:id/runners/:runner_id id=10001 runner_id=100022 by root -> 204)":             root("DELETE", "/projects/10001/runners/100022", ""),
		"settings: RegistrationTokensDisabled: expected false, got true (#1 PUT /application/settings":      root("PUT", "/application/settings", "allow_runner_registration_token=false"),
		`group acme (1001, private): Name: expected "Acme", got "Apex" (#1 PUT /groups/:id id=1001 by root`: root("PUT", "/groups/1001", "name=Apex"),
		"there, and not expected (#1 POST /projects by root -> 201 project":                                 root("POST", "/projects", "name=x"),
		"Members: expected": root("DELETE", "/groups/1001/members/3", ""),
		"share of acme/shop with acme/backend (guest): there, and not expected (#1 POST /projects/:id/share": root("POST", "/projects/acme%2Fshop/share", "group_id=1002&group_access=10"),
		`State: expected "active", got "blocked" (#1 POST /users/:id/block id=3 by root -> 201`:              root("POST", "/users/3/block", ""),
		"settings: RegistrationToken: expected":                                                              root("POST", "/runners/reset_registration_token", ""),
		"(#1 POST /groups/:id/runners/reset_registration_token id=acme/backend by root -> 201)":              root("POST", "/groups/acme%2Fbackend/runners/reset_registration_token", ""),
		"(#1 POST /projects/:id/runners/reset_registration_token id=10001 by root -> 201)":                   root("POST", "/projects/10001/runners/reset_registration_token", ""),
		`Status: expected "pending", got "canceled" (#1 POST /projects/:id/jobs/:job_id/cancel id=10001`:     root("POST", "/projects/10001/jobs/2000007/cancel", ""),
		"there, and not expected (#1 POST /projects/:id/jobs/:job_id/retry id=10001 job_id=2000002":          root("POST", "/projects/10001/jobs/2000002/retry", ""),
		"Erased: expected false, got true (#1 POST /projects/:id/jobs/:job_id/erase id=10001":                root("POST", "/projects/10001/jobs/9/erase", ""),
		`got "pending" (#1 POST /projects/:id/jobs/:job_id/play id=10002 job_id=2000009 by root -> 200)`:     root("POST", "/projects/10002/jobs/2000009/play", ""),
		`Status: expected "pending", got "running" (#1 POST /jobs/request by job 2000007 on runner 100001`:   {"", "POST", "/jobs/request", "system_id=s_100001a&token=" + online.Token},
		`Status: expected "running", got "success" (#1 PUT /jobs/:id id=2000005 by job 2000005`:              {"", "PUT", "/jobs/2000005", "state=success&token=" + running.Token},
	} {
		gl := fakegitlab.New(t, fakegitlab.WithScenario(fakegitlab.SmallCompany()))
		gl.AddJob(fakegitlab.Job{ID: 9, Project: "acme/shop", Name: "old", Status: fakegitlab.JobSuccess, Trace: "log"})
		lines := differences(t, gl, func() {
			token := ""
			if do.as != "" {
				token = gl.Token(do.as)
			}
			testkit.Ask(t, gl, token, do.method, do.path, testkit.WithForm(do.form))
		})
		assert.Contains(t, strings.Join(lines, "\n"), want)
	}
}

func TestDifferencesOfTokensNameTheCall(t *testing.T) {
	gl := fakegitlab.New(t, fakegitlab.WithScenario(fakegitlab.SmallCompany()))
	token := testkit.WithForm("name=x&scopes[]=api&expires_at=" + gl.Now().AddDate(0, 1, 0).Format(time.DateOnly))
	tokens := "/users/3/impersonation_tokens"
	first := testkit.Ask(t, gl, gl.AdminToken(), "POST", tokens, token).Field(t, "id")
	lines := strings.Join(differences(t, gl, func() {
		testkit.Ask(t, gl, gl.AdminToken(), "DELETE", fmt.Sprintf("%s/%.0f", tokens, first))
		testkit.Ask(t, gl, gl.AdminToken(), "POST", tokens, token)
	}), "\n")
	assert.Regexp(t, `Revoked: expected false, got true \(#2 DELETE /users/:user_id/impersonation_tokens/`, lines)
	assert.Regexp(t, `there, and not expected \(#3 POST /users/:user_id/impersonation_tokens user_id=3 by root -> 201 acc`,
		lines)
}

// What a failure answered in GitLab's place, what was refused, and what a test changed itself names no call.
func TestDifferencesNameNoCallThatDidNothing(t *testing.T) {
	gl := fakegitlab.New(t, fakegitlab.WithScenario(fakegitlab.SmallCompany()))
	lines := differences(t, gl, func() {
		gl.Inject(fakegitlab.Failure{Endpoint: fakegitlab.UpdateRunner, Status: 200, Times: 1})
		testkit.Ask(t, gl, gl.AdminToken(), "PUT", "/runners/100001", testkit.WithForm("paused=true"))
		testkit.Ask(t, gl, gl.Token("sam"), "PUT", "/runners/100001", testkit.WithForm("paused=true"))
		testkit.Ask(t, gl, gl.AdminToken(), "PUT", "/runners/100001", testkit.WithForm("description=other"))
		testkit.Ask(t, gl, gl.AdminToken(), "PUT", "/runners/100002", testkit.WithForm("paused=true"))
		gl.UpdateRunner(100001, func(r *fakegitlab.Runner) { r.Paused = true })
	})
	assert.Contains(t, lines, `  runner 100001 (instance_type, "other", paused): Paused: expected false, got true`)
	assert.Len(t, lines, 3)
}

func TestDifferencesOfLongTexts(t *testing.T) {
	gl := fakegitlab.New(t, fakegitlab.WithScenario(fakegitlab.SmallCompany()))
	long := strings.Repeat("a", 300)
	lines := differences(t, gl, func() {
		gl.UpdateRunner(100001, func(r *fakegitlab.Runner) { r.MaintenanceNote = long + "1" })
		gl.UpdateRunner(100002, func(r *fakegitlab.Runner) { r.Managers[0].Version = "17.3" })
	})
	assert.Contains(t, strings.Join(lines, "\n"), `"version":"17.3"`, "where it begins to differ")
	before := gl.Snapshot()
	gl.UpdateRunner(100001, func(r *fakegitlab.Runner) { r.MaintenanceNote = long + "2" })
	var spy testkit.Spy
	gl.AssertChanged(&spy, before, nil)
	assert.Regexp(t, `expected \.\.\.a+1", got \.\.\.a+2"`, spy.Errors[0])
}

// Who adds an endpoint that changes something says what, so that differences name its calls.
func TestEveryEndpointThatChangesSomethingSaysWhat(t *testing.T) {
	silent := map[fakegitlab.Endpoint]string{
		fakegitlab.VerifyRunner:           "a runner is heard of, as by all of its calls",
		fakegitlab.RevokeOwnAccessToken:   "the call does not say which of a user's tokens it was",
		fakegitlab.DeleteProjectArtifacts: "it is of all jobs of a project",
		fakegitlab.StopStaleEnvironments:  "it is of all environments of a project",
		fakegitlab.DeleteReviewApps:       "it is of all stopped review apps of a project",
		fakegitlab.OAuthToken:             "its tokens are in no world",
		fakegitlab.LintConfig:             "it only says what it thinks of a text",
		fakegitlab.SetCommitStatus:        "its answer is of the status, which no world shows",
		fakegitlab.GitUploadPack:          "it only reads",
		fakegitlab.GraphQL:                "its mutations say it, by their fields",
	}
	gl := fakegitlab.New(t, fakegitlab.WithVersion("19.4"))
	for _, e := range gl.Endpoints() {
		if method, _, _ := strings.Cut(string(e), " "); method != "GET" && silent[e] == "" {
			assert.NotEmpty(t, journal.Effects(string(e)), e)
		} else {
			assert.Empty(t, journal.Effects(string(e)), e)
		}
	}
}

// The same of the mutations of GraphQL, and what they are named for.
func TestEveryMutationThatChangesSomethingSaysWhat(t *testing.T) {
	gl := fakegitlab.New(t, fakegitlab.WithVersion("19.4"), fakegitlab.WithScenario(fakegitlab.SmallCompany()))
	var answer struct {
		Data struct {
			Type struct{ Fields []struct{ Name string } }
		}
	}
	_, text, _ := strings.Cut(ask(t, gl, "root", `{ type: __type(name: "Mutation") { fields { name } } }`, nil), " ")
	require.NoError(t, json.Unmarshal([]byte(text), &answer))
	require.NotEmpty(t, answer.Data.Type.Fields)
	silent := []string{"echoCreate"}
	for _, f := range answer.Data.Type.Fields {
		assert.Equal(t, slices.Contains(silent, f.Name), len(journal.MutationEffects(f.Name)) == 0, f.Name)
	}
	lines := strings.Join(differences(t, gl, func() {
		ask(t, gl, "root", `mutation Pause($id: CiRunnerID!) { runnerUpdate(input: {id: $id, paused: true}) { errors } }`,
			map[string]any{"id": "gid://gitlab/Ci::Runner/100001"})
		ask(t, gl, "root", `mutation { runnerDelete(input: {id: "gid://gitlab/Ci::Runner/100002"}) { errors } }`, nil)
		ask(t, gl, "root", `mutation { runnerDelete(input: {id: "gid://gitlab/Ci::Runner/100001"}) { nope } }`, nil)
	}), "\n")
	assert.Regexp(t, `runner 100001 .*Paused: expected false, got true \(#2 POST /api/graphql mutation Pause \{ runnerUpdate \} by root -> 200\)`, lines)
	assert.Regexp(t, `runner 100002 .*expected, and not there \(#3 POST /api/graphql mutation \{ runnerDelete \} by root -> 200\)`, lines)
}

func TestManyDifferences(t *testing.T) {
	gl := fakegitlab.New(t, fakegitlab.WithScenario(fakegitlab.ThousandRunners()))
	var spy testkit.Spy
	assert.False(t, gl.AssertChanged(&spy, gl.Snapshot(), func(s *fakegitlab.Scenario) { s.Runners = nil }))
	assert.Regexp(t, `^the world differs:\n(  runner .*\n){60}  \.\.\. and 940 more lines$`, spy.Errors[0])
}
