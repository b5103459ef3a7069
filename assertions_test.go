package fakegitlab

import (
	"context"
	"encoding/json"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab/internal/plain"
)

func TestAssertionsHold(t *testing.T) {
	f := recordedFake(t, story()...)
	before := f.Snapshot()

	assert.True(t, f.AssertCalled(t, ""))
	assert.True(t, f.AssertCalled(t, CreateUserRunner, By("mia"), Param("paused", true), Status(201)))
	assert.True(t, f.AssertCalled(t, DeleteRunner, Times(3)))
	assert.True(t, f.AssertCalled(t, "* /runners/:id", AtLeast(2), AtMost(4)))
	assert.True(t, f.AssertCalled(t, GetRunner, AtMost(1)))
	assert.True(t, f.AssertCalled(t, "", By(""), Status(404)))
	assert.True(t, f.AssertNotCalled(t, GetRunner))
	assert.True(t, f.AssertNotCalled(t, DeleteRunner, By("root")))
	assert.True(t, f.AssertCallOrder(t, CreateUserRunner, DeleteRunner, DeleteRunner, "* /runners/:id", UpdateRunner))
	assert.True(t, recordedFake(t).AssertAllSucceeded(t))
	assert.True(t, recordedFake(t).AssertCalls(t))
	assert.True(t, recordedFake(t, story()[0], story()[5]).AssertCalls(t, "POST /user/runners 201",
		"POST /api/v4/runner 404"))
	gone := f.AddRunner(Runner{}).ID
	f.DeleteRunner(gone)
	assert.True(t, f.AssertRunnerGone(t, gone))
	assert.True(t, f.AssertNotCalled(t, VerifyRunner, ByRunner(gone)), "it was there")
	assert.True(t, f.AssertNotCalled(t, "", ByRunner(8), Param("paused", true)))
	assert.True(t, f.AssertNotCalled(t, GetRunner, Param("private_token", "x")), "authentication reads it")
	assert.True(t, f.AssertNotCalled(t, UpdateJob, Param("info.name", "x")))
	assert.Equal(t, `#1 GET /runners/:id id="a\n" -> no answer`,
		Call{Number: 1, Endpoint: GetRunner, Params: map[string]any{"id": "a\n"}}.String())
	assert.True(t, f.AssertJobStatus(t, 9, JobFailed))
	assert.True(t, f.AssertSnapshot(t, before))
	assert.True(t, f.AssertChanged(t, before, nil))

	before.Runners[0].Paused = true
	assert.True(t, f.AssertChanged(t, before, func(s *Scenario) { s.Runners[0].Paused = false }))
	assert.True(t, before.Runners[0].Paused, "before stays as it is")
}

func TestMatchersCompareAsGitLabDoes(t *testing.T) {
	type label string
	nine := 9
	call := Call{Params: map[string]any{
		"paused": true, "id": 9, "size": 1e6, "number": json.Number("12"), "tag_list": []any{"b", "a"}, "name": "x",
		"none":        nil,
		"info":        map[string]any{"name": "gitlab-runner", "features": map[string]any{"trace": true}},
		"variables":   []map[string]string{{"key": "A"}},
		"info.dotted": "kept", "maximum_timeout": 600,
	}, Header: http.Header{"Job-Token": {"a", "b"}}, RunnerID: 7, Status: 200, User: "mia"}

	for _, m := range []CallMatcher{
		Param("paused", true), Param("paused", "true"), Param("id", 9), Param("id", "9"), Param("id", &nine),
		Param("size", 1000000),
		Param("number", 12), Param("tag_list", []string{"b", "a"}), Param("tag_list", "b,a"),
		Param("tag_list", [2]any{"b", "a"}),
		Param("tag_list.1", "a"), Param("name", label("x")), Param("name", []byte("x")), Param("none", nil),
		Param("absent", nil), Param("none", (*int)(nil)),
		Param("info.name", "gitlab-runner"), Param("info.features.trace", true), Param("variables.0.key", "A"),
		Param("info.dotted", "kept"),
		Param("maximum_timeout", 10*time.Minute), Param("info.features", map[string]bool{"trace": true}),
		Header("job-token", "b"), ByRunner(7), By("mia"), Status(200), Where(func(c Call) bool {
			return c.RunnerID == 7
		}), Times(3),
	} {
		assert.True(t, m.holds(call), m.String())
	}
	for _, m := range []CallMatcher{
		Param("paused", false), Param("paused", nil), Param("tag_list", []string{"a", "b"}), Param("tag_list.2", "a"),
		Param("tag_list.x", "a"), Param("absent", ""),
		Param("name.deeper", "x"), Param("info.absent", "x"), Header("job-token", "c"), Header("absent", ""), ByRunner(8),
		By(""), Status(201), Where(nil),
	} {
		assert.False(t, m.holds(call), m.String())
	}
	assert.Equal(t, `Param("a", nil)`, Param("a", nil).String())
	assert.Equal(t, `Param("a", 9)`, Param("a", 9).String())
}

func TestCallsSelects(t *testing.T) {
	f := recordedFake(t, story()...)
	assert.Len(t, f.Calls(""), 8)
	assert.Len(t, f.Calls("* /runners/:id"), 4)
	refused := f.Calls(DeleteRunner, Status(403))
	require.Len(t, refused, 1)
	assert.Equal(t, 5, refused[0].Number)

	assert.Equal(t, []string{"fakegitlab: Calls: nothing serves POST /runner; did you mean POST /runners?"},
		misuseOf(f, func() { f.Calls("POST /runner") }))
	assert.Equal(t, []string{"fakegitlab: Calls: Times(2) counts calls: only AssertCalled takes it"}, misuseOf(f, func() {
		f.Calls("", Times(2))
	}))

	f.ClearCalls()
	assert.Empty(t, f.Calls(""))
}

func TestWaitForCall(t *testing.T) {
	f := recordedFake(t, story()...)
	call, err := f.WaitForCall(t.Context(), DeleteRunner)
	require.NoError(t, err)
	assert.Equal(t, 3, call.Number)

	var all sync.WaitGroup
	all.Go(func() {
		call, err := f.WaitForCall(t.Context(), GetRunner, By("mia"))
		assert.NoError(t, err)
		assert.Equal(t, 204, call.Status)
	})
	f.log.Close(f.log.Open(), &entry{Of: Call{Endpoint: GetRunner, User: "root", Status: 200}})
	f.log.Close(f.log.Open(), &entry{Of: Call{Endpoint: GetRunner, User: "mia", Status: 204}})
	all.Wait()

	_, err = f.WaitForCall(t.Context(), "GET /runner")
	assert.EqualError(t, err, "WaitForCall: nothing serves GET /runner; did you mean GET /runners?")
	_, err = f.WaitForCall(t.Context(), GetRunner, AtLeast(2))
	assert.EqualError(t, err, "WaitForCall: AtLeast(2) counts calls: only AssertCalled takes it")
}

func TestWaitForNextCall(t *testing.T) {
	f := recordedFake(t, story()...)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := f.WaitForNextCall(ctx, DeleteRunner)
	require.ErrorIs(t, err, context.Canceled)
	assert.Contains(t, err.Error(), "WaitForNextCall: no call of DELETE /runners/:id after #8: context canceled")

	before := f.log.Open()
	var all sync.WaitGroup
	all.Go(func() {
		call, err := f.waitForCall(t.Context(), "WaitForNextCall", before, DeleteRunner, nil)
		assert.NoError(t, err)
		assert.Equal(t, 204, call.Status, "not those of before, nor the one that was being served")
	})
	f.log.Close(before, &entry{Of: Call{Number: before, Endpoint: DeleteRunner, Status: 500}})
	next := f.log.Open()
	f.log.Close(next, &entry{Of: Call{Number: next, Endpoint: DeleteRunner, Status: 204}})
	all.Wait()
}

func TestRequestProblem(t *testing.T) {
	f := recordedFake(t)
	assert.Empty(t, f.requestProblem(GetRunner, []CallMatcher{By("mia"), Param("id", 7)}))
	assert.Equal(t, "condition 2 is nil", f.requestProblem(GetRunner, []CallMatcher{By("mia"), nil}))
	assert.Equal(t, "Status(200) looks at the answer, which is not known yet",
		f.requestProblem(GetRunner, []CallMatcher{Status(200)}))
	assert.Contains(t, f.requestProblem("GET /runner", nil), "did you mean")
}

func TestAssertRunnerTakesForTheSameWhatGitLabDoes(t *testing.T) {
	f := recordedFake(t)
	yes := true
	want := Runner{ID: 7, Projects: []string{"acme/shop"}, Description: "old", Tags: []string{"go"}, Token: "glrt-old",
		RunUntagged: &yes, Managers: []RunnerManager{}, CreatedAt: f.Now()}
	assert.True(t, f.AssertRunner(t, want))
	assert.True(t, f.AssertRunner(t, Runner{ID: 8, Token: "glrt-new", Tags: []string{}, CreatedAt: f.Now()}))
	assert.Equal(t, GroupRunner, normalRunner(Runner{Group: "acme"}).Type)
	no := false
	assert.NotNil(t, normalRunner(Runner{RunUntagged: &no}).RunUntagged)
}

func TestAssertRunnerNeedsAnID(t *testing.T) {
	var got messages
	assert.False(t, recordedFake(t).AssertRunner(&got, Runner{Description: "old"}, IgnoreIDs()))
	assert.Contains(t, got.text, "a runner is found by its ID, and the one expected has none\n")
	assert.Contains(t, got.text, `7 (project_type, "old")`)
}

func TestAnOptionThatGoCmpRefusesIsReported(t *testing.T) {
	var got messages
	bad := cmp.Transformer("", func(s string) string { return s })
	worse := cmp.Comparer(func(a, b string) bool { return a == b })
	assert.False(t, recordedFake(t).AssertRunner(&got, Runner{ID: 7}, bad, worse))
	assert.Contains(t, got.text, "cannot compare")
	f := recordedFake(t)
	assert.False(t, f.AssertChanged(&got, f.Snapshot(), nil, bad, worse))
	assert.Contains(t, got.text, "cannot compare", "also where nothing differs")
}

func TestEmptyIsNilSharesNothing(t *testing.T) {
	yes := true
	original := Scenario{
		Projects: []Project{{Members: Members{"mia": Owner}}, {Members: nil}},
		Runners:  []Runner{{RunUntagged: &yes, Tags: []string{"a"}}},
		Jobs:     []Job{{Artifacts: []Artifact{{Content: []byte("a")}}}},
	}
	copied := plain.EmptyIsNil(original)
	require.Empty(t, cmp.Diff(original, copied))
	copied.Projects[0].Members["mia"] = Guest
	*copied.Runners[0].RunUntagged = false
	copied.Runners[0].Tags[0] = "b"
	copied.Jobs[0].Artifacts[0].Content[0] = 'b'
	assert.Equal(t, Owner, original.Projects[0].Members["mia"])
	assert.True(t, yes)
	assert.Equal(t, "a", original.Runners[0].Tags[0])
	assert.Equal(t, "a", string(original.Jobs[0].Artifacts[0].Content))

	empty := Scenario{Settings: Settings{ValidRegistrars: []string{}}, Projects: []Project{{Members: Members{}}}}
	assert.NotNil(t, normalScenario(empty).Settings.ValidRegistrars)
	assert.Nil(t, normalScenario(empty).Projects[0].Members)
}

// helped is a T that counts how often it was told that the caller is a helper.
type helped struct {
	messages
	helps int
}

func (h *helped) Helper() { h.helps++ }

func TestAssertionsAreHelpers(t *testing.T) {
	f := recordedFake(t, story()...)
	for name, check := range map[string]func(T) bool{
		"AssertCalled":       func(t T) bool { return f.AssertCalled(t, GetRunner) },
		"AssertNotCalled":    func(t T) bool { return f.AssertNotCalled(t, "") },
		"AssertCallOrder":    func(t T) bool { return f.AssertCallOrder(t, GetRunner) },
		"AssertCalls":        func(t T) bool { return f.AssertCalls(t) },
		"AssertAllSucceeded": func(t T) bool { return f.AssertAllSucceeded(t) },
		"AssertRunner":       func(t T) bool { return f.AssertRunner(t, Runner{}) },
		"AssertRunnerGone":   func(t T) bool { return f.AssertRunnerGone(t, 7) },
		"AssertJobStatus":    func(t T) bool { return f.AssertJobStatus(t, 9, JobRunning) },
		"AssertSnapshot":     func(t T) bool { return f.AssertSnapshot(t, Scenario{}) },
		"AssertChanged":      func(t T) bool { return f.AssertChanged(t, Scenario{}, nil) },
	} {
		var told helped
		assert.False(t, check(&told), name)
		assert.Equal(t, 2, told.helps, "%s and the function that reports", name)
		assert.NotEmpty(t, told.text, name)
	}
}
