package fakegitlab

import (
	"context"
	"flag"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab/internal/gitlab"
	"github.com/fakegitlab/fakegitlab/internal/outside"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

var update = flag.Bool("update", false, "write testdata/golden anew")

// golden compares a message with the file that holds it.
func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", "golden", name+".txt")
	got = strings.TrimRight(got, "\n") + "\n"
	if *update {
		require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
		require.NoError(t, os.WriteFile(file, []byte(got), 0o644))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err, "run with -update to write it")
	assert.Equal(t, string(want), got)
}

// messages is a T that keeps what it is told.
type messages struct{ text string }

func (m *messages) Errorf(format string, args ...any) { m.text += fmt.Sprintf(format, args...) + "\n" }

const longToken = "glrt-t1_abcdEFGH1234wxyzQRST"

// story is a journal of a bit of everything.
func story() []Call {
	return []Call{
		{Endpoint: CreateUserRunner, User: "mia", Status: 201,
			Params: map[string]any{"runner_type": "project_type", "tag_list": []any{"go", "linux"}, "paused": true}},
		{Endpoint: VerifyRunner, RunnerID: 7, Status: 200,
			Params: map[string]any{"token": longToken, "info": map[string]any{"name": "gitlab-runner"}}},
		{Endpoint: DeleteRunner, User: "mia", Params: map[string]any{"id": 8}, Status: 503, Failure: true,
			Path: "/api/v4/runners/8", Method: "DELETE"},
		{Endpoint: DeleteRunner, User: "mia", Params: map[string]any{"id": 8}, Failure: true, Path: "/api/v4/runners/8",
			Method: "DELETE"},
		{Endpoint: DeleteRunner, User: "mia", Params: map[string]any{"id": 8}, Status: 403, Path: "/api/v4/runners/8",
			Method: "DELETE", Reason: "mia is no administrator; instance runners need one"},
		{Method: "POST", Path: "/api/v4/runner", Status: 404},
		{Endpoint: ListRunners, Status: 401, Reason: "no token " + longToken, IgnoredParams: []string{"pausd"}},
		{Endpoint: UpdateRunner, JobID: 9, RunnerID: 7, Params: map[string]any{"id": 7, "paused": false}, Status: 200,
			Header: http.Header{"X-A": {"1", "2"}}},
	}
}

func TestMessages(t *testing.T) {
	for name, check := range map[string]func(*Fake, T) bool{
		"called_never":      func(f *Fake, t T) bool { return f.AssertCalled(t, GetCurrentUser) },
		"called_by_another": func(f *Fake, t T) bool { return f.AssertCalled(t, CreateUserRunner, By("root"), Status(201)) },
		"called_other_parameters": func(f *Fake, t T) bool {
			return f.AssertCalled(t, UpdateRunner, Param("id", 7), Param("paused", true), Param("locked", true),
				Header("x-a", "3"), Where(func(Call) bool { return false }))
		},
		"called_too_rarely":         func(f *Fake, t T) bool { return f.AssertCalled(t, DeleteRunner, Status(403), Times(2)) },
		"called_too_often":          func(f *Fake, t T) bool { return f.AssertCalled(t, DeleteRunner, AtLeast(1), AtMost(2)) },
		"called_misspelt":           func(f *Fake, t T) bool { return f.AssertCalled(t, RegisterRunner) },
		"called_with_other_method":  func(f *Fake, t T) bool { return f.AssertCalled(t, GetRunner) },
		"called_any_endpoint":       func(f *Fake, t T) bool { return f.AssertCalled(t, "", ByRunner(8)) },
		"called_any_method":         func(f *Fake, t T) bool { return f.AssertCalled(t, "* /runners/:id", Param("id", 6)) },
		"called_impossible":         func(f *Fake, t T) bool { return f.AssertCalled(t, GetRunner, AtLeast(3), Times(2)) },
		"unknown_endpoint":          func(f *Fake, t T) bool { return f.AssertCalled(t, "POST /runner") },
		"unknown_method":            func(f *Fake, t T) bool { return f.AssertNotCalled(t, "PATCH /runners/:id") },
		"unknown_with_value":        func(f *Fake, t T) bool { return f.AssertNotCalled(t, "DELETE /projects/5/runners/7") },
		"unknown_any_method":        func(f *Fake, t T) bool { return f.AssertNotCalled(t, "* /runner/:id") },
		"unknown_constant":          func(f *Fake, t T) bool { return f.AssertCalled(t, "DeleteRunner") },
		"unknown_constant_misspelt": func(f *Fake, t T) bool { return f.AssertCalled(t, "fakegitlab.DeleteRuner") },
		"unknown_braces":            func(f *Fake, t T) bool { return f.AssertCalled(t, "* /runners/{id}") },
		"unknown_query":             func(f *Fake, t T) bool { return f.AssertCalled(t, "GET /runners?page=2") },
		"unknown_braces_of_one":     func(f *Fake, t T) bool { return f.AssertCalled(t, "DELETE /runners/{id}") },
		"unknown_star":              func(f *Fake, t T) bool { return f.AssertCalled(t, "*") },
		"unknown_star_of_a_method":  func(f *Fake, t T) bool { return f.AssertCalled(t, "GET *") },
		"unknown_capitals":          func(f *Fake, t T) bool { return f.AssertCalled(t, "get /runners") },
		"unknown_form":              func(f *Fake, t T) bool { return f.AssertNotCalled(t, "runners") },
		"unknown_user":              func(f *Fake, t T) bool { return f.AssertNotCalled(t, GetRunner, By("mai")) },
		"not_called":                func(f *Fake, t T) bool { return f.AssertNotCalled(t, "* /runners/:id", By("mia")) },
		"not_called_no_status":      func(f *Fake, t T) bool { return f.AssertNotCalled(t, GetRunner, Status(2000)) },
		"not_called_nil":            func(f *Fake, t T) bool { return f.AssertNotCalled(t, GetRunner, By("mia"), nil) },
		"not_called_where_nil":      func(f *Fake, t T) bool { return f.AssertNotCalled(t, GetRunner, Where(nil)) },
		"changed_nothing": func(f *Fake, t T) bool {
			return f.AssertChanged(t, f.Snapshot(), func(s *Scenario) { s.Runners[0].Paused = false })
		},
		"nothing_ignored":       func(f *Fake, t T) bool { return f.AssertNothingIgnored(t) },
		"not_called_header":     func(f *Fake, t T) bool { return f.AssertNotCalled(t, "", Header("PRIVATE TOKEN", "x")) },
		"not_called_with_count": func(f *Fake, t T) bool { return f.AssertNotCalled(t, GetRunner, Times(1)) },
		"order": func(f *Fake, t T) bool {
			return f.AssertCallOrder(t, CreateUserRunner, DeleteRunner, VerifyRunner)
		},
		"order_first":   func(f *Fake, t T) bool { return f.AssertCallOrder(t, GetRunner, DeleteRunner) },
		"order_unknown": func(f *Fake, t T) bool { return f.AssertCallOrder(t, "GET /runner") },
		"calls": func(f *Fake, t T) bool {
			return f.AssertCalls(t, "POST /user/runners 201", "POST /runners/verify 403", "POST /api/v4/runner 404")
		},
		"calls_form":    func(f *Fake, t T) bool { return f.AssertCalls(t, "POST /user/runners") },
		"calls_unknown": func(f *Fake, t T) bool { return f.AssertCalls(t, "POST /users/runners 201") },
		"all_succeeded": func(f *Fake, t T) bool { return f.AssertAllSucceeded(t) },
		"runner": func(f *Fake, t T) bool {
			return f.AssertRunner(t, Runner{ID: 7, Projects: []string{"acme/shop"}, Paused: true, Description: "old"},
				IgnoreTokens())
		},
		"runner_token":       func(f *Fake, t T) bool { return f.AssertRunner(t, Runner{ID: 8}) },
		"runner_never_there": func(f *Fake, t T) bool { return f.AssertRunnerGone(t, 5) },
		"many_calls": func(_ *Fake, t T) bool {
			gl := New(outside.NoTest{}, WithInMemoryNetwork())
			defer gl.Close()
			for range 40 {
				_, _ = asked(gl, "GET", "/version", "")
			}
			return gl.AssertNotCalled(t, GetVersion)
		},
		"order_of_nothing":        func(f *Fake, t T) bool { return f.AssertCallOrder(t) },
		"runner_of_users":         func(f *Fake, t T) bool { return f.AssertNotCalled(t, GetRunner, ByRunner(7)) },
		"unknown_runner":          func(f *Fake, t T) bool { return f.AssertNotCalled(t, "", ByRunner(5)) },
		"unknown_param":           func(f *Fake, t T) bool { return f.AssertNotCalled(t, UpdateRunner, Param("pause", true)) },
		"unlike_param":            func(f *Fake, t T) bool { return f.AssertNotCalled(t, GetJob, Param("zzz", nil)) },
		"runner_missing":          func(f *Fake, t T) bool { return f.AssertRunner(t, Runner{ID: 77}) },
		"runner_not_gone":         func(f *Fake, t T) bool { return f.AssertRunnerGone(t, 8) },
		"runner_not_gone_no_call": func(f *Fake, t T) bool { return f.AssertRunnerGone(t, 7) },
		"runner_no_id":            func(f *Fake, t T) bool { return f.AssertRunnerGone(t, 0) },
		"job_status":              func(f *Fake, t T) bool { return f.AssertJobStatus(t, 9, JobSuccess) },
		"job_missing":             func(f *Fake, t T) bool { return f.AssertJobStatus(t, 99, "") },
		"job_status_unknown":      func(f *Fake, t T) bool { return f.AssertJobStatus(t, 9, "succes") },
		"snapshot": func(f *Fake, t T) bool {
			want := f.Snapshot()
			want.Settings.RegistrationTokensDisabled = true
			want.Runners = []Runner{{ID: 7, Type: GroupRunner, Group: "acme"}, {ID: 10}}
			return f.AssertSnapshot(t, want)
		},
		"changed": func(f *Fake, t T) bool {
			return f.AssertChanged(t, f.Snapshot(), func(s *Scenario) { s.Runners[0].Paused = true })
		},
	} {
		t.Run(name, func(t *testing.T) {
			var got messages
			held := check(recordedFake(t, story()...), &got)
			assert.False(t, held)
			golden(t, name, got.text)
		})
	}
}

func TestMessagesOfAnEmptyJournal(t *testing.T) {
	var got messages
	f := recordedFake(t)
	assert.False(t, f.AssertCalled(&got, GetRunner))
	assert.False(t, f.AssertCallOrder(&got, GetRunner))
	assert.False(t, f.AssertCalls(&got, "GET /runners/:id 200"))
	golden(t, "empty_journal", got.text+f.Journal())
}

func TestJournal(t *testing.T) {
	f := recordedFake(t, story()...)
	f.log.Open()
	golden(t, "journal", f.Journal())
	golden(t, "journal_mermaid", f.JournalMermaid())
}

// What a list was asked for, what was made, when, and twenty failures alike.
func TestJournalOfALongStory(t *testing.T) {
	at := time.Date(2024, 7, 1, 12, 0, 0, 0, time.UTC)
	calls := []Call{
		{Endpoint: ListRunners, Method: "GET", Path: "/api/v4/runners", User: "mia", Status: 200, Time: at,
			Query: url.Values{"status": {"online"}, "tag_list[]": {"a", "b"}, "private_token": {longToken}}},
		{Endpoint: CreateUserRunner, User: "mia", Status: 201, Time: at, ResponseBody: []byte(`{"id":100002,"token":"x"}`)},
	}
	for i := range 20 {
		calls = append(calls, Call{Endpoint: DeleteRunner, User: "mia", Params: map[string]any{"id": 8}, Status: 503,
			Failure: true, Path: "/api/v4/runners/8", Method: "DELETE", Time: at.Add(time.Hour)})
		calls[len(calls)-1].Number = i
	}
	calls = append(calls, Call{Endpoint: DeleteRunner, User: "mia", Params: map[string]any{"id": 8}, Status: 204,
		Path: "/api/v4/runners/8", Method: "DELETE", Time: at.Add(time.Hour)})
	golden(t, "journal_long", recordedFake(t, calls...).Journal())
}

func TestPlainTypesAsText(t *testing.T) {
	assert.Equal(t, "user mia (2, admin, blocked)", User{ID: 2, Username: "mia", Admin: true, State: UserBlocked}.String())
	assert.Equal(t, "group acme (public)", Group{Path: "acme", Visibility: Public}.String())
	assert.Equal(t, "project acme/shop (5, archived)", Project{ID: 5, Path: "acme/shop", Archived: true}.String())
	assert.Equal(t, `runner 7 (instance_type, "old", paused)`,
		Runner{ID: 7, Description: "old", Paused: true, Token: longToken}.String())
	assert.Equal(t, `job 9 (acme/shop, "build", failed: script_failure, runner 7)`, Job{ID: 9, Project: "acme/shop",
		Name: "build", Status: JobFailed, FailureReason: "script_failure", RunnerID: 7, Token: longToken}.String())
	assert.Equal(t, "access token 6 of mia (api, revoked)",
		AccessToken{ID: 6, User: "mia", Token: longToken, Scopes: []string{"api"}, Revoked: true}.String())
}

func TestJournalOfAQuestionWhetherGitLabIsThere(t *testing.T) {
	f := recordedFake(t, Call{Number: 1, Method: "GET", Path: "/-/health", Status: 200},
		Call{Number: 2, Method: "GET", Path: "/help", Status: 404})
	assert.Equal(t, "#1 GET /-/health -> 200\n#2 GET /help -> 404 [nothing serves this]\n", f.Journal())
}

func TestAssertRunnerFields(t *testing.T) {
	f := recordedFake(t, story()...)
	assert.True(t, f.AssertRunnerFields(t, 7, map[string]any{"description": "old", "paused": false, "run_untagged": true,
		"tag_list": []string{"go"}, "projects": []any{"acme/shop"}, "maximum_timeout": nil, "runner_type": ProjectRunner,
		"access_level": "not_protected", "id": 7}))
	f.UpdateRunner(7, func(r *Runner) { r.MaximumTimeout = 10 * time.Minute })
	for _, same := range []any{600, "10m", 10 * time.Minute} {
		assert.True(t, f.AssertRunnerFields(t, 7, map[string]any{"maximum_timeout": same}))
	}
	f.ContactRunner(7, RunnerManager{SystemID: "s_1"})
	r, _ := f.Runner(7)
	assert.True(t, f.AssertRunnerFields(t, 7, map[string]any{"managers": r.Managers}))
	assert.True(t, f.AssertRunnerFields(t, 7, map[string]any{"managers": []map[string]any{{"id": r.Managers[0].ID,
		"system_id": "s_1", "created_at": f.Now(), "contacted_at": f.Now()}}}))
	for name, want := range map[string]map[string]any{
		"runner_fields":         {"paused": true, "tag_list": []string{"go", "linux"}, "maintenance_note": "soon", "locked": false},
		"runner_fields_unknown": {"puased": true},
		"runner_fields_both":    {"puased": true, "locked": true},
		"runner_fields_unlike":  {"status": "online"},
		"runner_fields_none":    {},
	} {
		var got messages
		assert.False(t, f.AssertRunnerFields(&got, 7, want))
		golden(t, name, got.text)
	}
}

func TestWaitForCallSaysWhatCame(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := recordedFake(t, story()...).WaitForCall(ctx, DeleteRunner, Status(204))
	require.ErrorIs(t, err, context.Canceled)
	golden(t, "wait", err.Error())
}

func TestUnservedMessage(t *testing.T) {
	served := world.WordsOf(newAssertionsFake(t).Endpoints()...)
	var all strings.Builder
	for _, request := range []string{
		"POST /api/v4/runner", "PATCH /api/v4/runners/7", "PATCH /runners/:id", "GET /gitlab/api/v4/runner/7",
		"GET /api/v4/api/v4/runners",
		"GET /runners", "GET /api/v4/projects/acme/shop/runners", "GET /api/v4/projects/5/milestones/3",
		"GET /api/v4/runners/online", "GET /", "GET /api/v4", "GET ", "POST /oauth/revoke",
	} {
		method, path, _ := strings.Cut(request, " ")
		all.WriteString(gitlab.Unserved(method, path, served) + "\n")
	}
	golden(t, "unserved", all.String())
}
