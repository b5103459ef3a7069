package fakegitlab_test

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

// receiver is a server under test that webhooks call.
type receiver struct {
	mu      sync.Mutex
	status  int // 0 is 200
	got     []*http.Request
	bodies  []map[string]any
	url     string
	handler http.Handler // instead
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, _ := io.ReadAll(req.Body)
	var data map[string]any
	_ = json.Unmarshal(body, &data)
	r.mu.Lock()
	r.got, r.bodies = append(r.got, req), append(r.bodies, data)
	status := r.status
	r.mu.Unlock()
	if r.handler != nil {
		r.handler.ServeHTTP(w, req)
		return
	}
	if status != 0 {
		w.WriteHeader(status)
	}
	_, _ = io.WriteString(w, "seen")
}

func (r *receiver) answer(status int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.status = status
}

// told are the bodies that have come.
func (r *receiver) told() []map[string]any {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]map[string]any(nil), r.bodies...)
}

func newReceiver(t *testing.T) *receiver {
	t.Helper()
	r := &receiver{}
	s := httptest.NewServer(r)
	t.Cleanup(s.Close)
	r.url = s.URL
	return r
}

// hooked is a fake with a project whose job events, or others, go to a receiver.
func hooked(t *testing.T, change func(*fakegitlab.Webhook), opts ...fakegitlab.Option) (
	*fakegitlab.Fake, *receiver, fakegitlab.Webhook) {
	t.Helper()
	r := newReceiver(t)
	gl := fakegitlab.New(t, opts...)
	gl.AddUser(fakegitlab.User{Username: "mia"})
	gl.AddProject(fakegitlab.Project{Path: "acme/shop", Members: fakegitlab.Members{"mia": fakegitlab.Maintainer}})
	gl.AddRunner(fakegitlab.Runner{Description: "r"})
	h := fakegitlab.Webhook{Project: "acme/shop", URL: r.url, JobEvents: true}
	if change != nil {
		change(&h)
	}
	return gl, r, gl.AddWebhook(h)
}

func settled(t *testing.T, gl *fakegitlab.Fake) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	require.NoError(t, gl.WaitForDeliveries(ctx))
}

// 100 jobs run and end: the server under test is told 200 times, in that order, in each job first that it was pending.
func TestJobEventsComeInOrder(t *testing.T) {
	gl, r, _ := hooked(t, nil)
	var want, got []string
	runner := gl.Runners()[0].ID
	for range 100 {
		j := gl.AddJob(fakegitlab.Job{Project: "acme/shop", Status: fakegitlab.JobCreated})
		want = append(want, fmt.Sprintf("%d created", j.ID))
		gl.EnqueueJob(j.ID)
		want = append(want, fmt.Sprintf("%d pending", j.ID))
	}
	settled(t, gl)
	require.Len(t, r.told(), 200)
	for _, j := range gl.Jobs() {
		gl.StartJob(j.ID, runner)
		gl.FinishJob(j.ID, fakegitlab.JobSuccess)
		want = append(want, fmt.Sprintf("%d running", j.ID), fmt.Sprintf("%d success", j.ID))
	}
	settled(t, gl)
	for _, body := range r.told() {
		got = append(got, fmt.Sprintf("%.0f %s", body["build_id"], body["build_status"]))
	}
	assert.Equal(t, want, got)
	assert.Len(t, gl.Deliveries("Job Hook"), 400)
	gl.AssertDelivered(t, "Job Hook", func(d fakegitlab.Delivery) bool { return d.Status == 200 })
}

func TestWebhooksAreCalledAsByGitLab(t *testing.T) {
	gl, r, hook := hooked(t, func(h *fakegitlab.Webhook) {
		h.Token, h.PipelineEvents = "s3cret", true
		h.Headers = map[string]string{"X-Own": "1", "X-Gitlab-Event": "mine"}
		h.URL += "/in/{place}"
		h.URLVariables = map[string]string{"place": "here"}
	}, fakegitlab.WithVersion("17.4"))
	gl.AddJob(fakegitlab.Job{Project: "acme/shop", Name: "build", User: "mia"})
	settled(t, gl)
	all := gl.Deliveries("")
	require.Len(t, all, 3)
	var events, kinds []string
	for i, d := range all {
		events = append(events, d.Event)
		kinds = append(kinds, r.told()[i]["object_kind"].(string))
		assert.Equal(t, hook.ID, d.WebhookID)
		assert.Equal(t, 200, d.Status)
		assert.Equal(t, gl.Now(), d.Time)
		header := r.got[i].Header
		assert.Equal(t, d.Event, header.Get("X-Gitlab-Event"))
		assert.Equal(t, []string{"s3cret", "1", "application/json", gl.URL(), "GitLab/17.4.0-ee", "/in/here"},
			[]string{header.Get("X-Gitlab-Token"), header.Get("X-Own"), header.Get("Content-Type"),
				header.Get("X-Gitlab-Instance"), header.Get("User-Agent"), r.got[i].URL.Path})
		for _, name := range []string{"X-Gitlab-Event-UUID", "X-Gitlab-Webhook-UUID", "Idempotency-Key"} {
			assert.Regexp(t, `^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`, header.Get(name), name)
		}
	}
	assert.Equal(t, []string{"Job Hook", "Job Hook", "Pipeline Hook"}, events)
	assert.Equal(t, []string{"build", "build", "pipeline"}, kinds)
	job, pipeline := r.told()[0], r.told()[2]
	assert.Equal(t, []any{"created", nil, "acme / shop", "mia", "pending"}, []any{job["build_status"],
		job["build_queued_duration"], job["project_name"], testkit.Descend(job, "user.username"),
		testkit.Descend(job, "commit.status")})
	assert.Equal(t, []any{"pending", []any{"test"}, "build"}, []any{testkit.Descend(pipeline, "object_attributes.status"),
		testkit.Descend(pipeline, "object_attributes.stages"), testkit.Descend(pipeline["builds"].([]any)[0], "name")})
}

// Whoever has the signing token can tell that a call is GitLab's, and when it was made.
func TestSignedCalls(t *testing.T) {
	key := bytes.Repeat([]byte("k"), 32)
	signed := func(h *fakegitlab.Webhook) { h.SigningToken = "whsec_" + base64.StdEncoding.EncodeToString(key) }
	gl, r, _ := hooked(t, signed, fakegitlab.WithVersion("19.0"))
	gl.AddJob(fakegitlab.Job{Project: "acme/shop"})
	settled(t, gl)
	d := gl.Deliveries("")[0]
	h := r.got[0].Header
	id, at := h.Get("webhook-id"), strconv.FormatInt(gl.Now().Unix(), 10)
	assert.Equal(t, []string{h.Get("Idempotency-Key"), at}, []string{id, h.Get("webhook-timestamp")})
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(id + "." + at + "." + string(d.Body)))
	assert.Equal(t, "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)), h.Get("webhook-signature"))

	gl, r, _ = hooked(t, signed, fakegitlab.WithVersion("18.11"))
	gl.AddJob(fakegitlab.Job{Project: "acme/shop"})
	settled(t, gl)
	assert.Empty(t, r.got[0].Header.Values("webhook-signature"), "before 19.0 nothing is signed")
	assert.Empty(t, r.got[0].Header.Values("webhook-id"))
}

// What a failed job failed for, who ran it, and what it makes of its pipeline is told as it is afterwards.
func TestEventsTellTheWholeChange(t *testing.T) {
	gl, r, _ := hooked(t, func(h *fakegitlab.Webhook) { h.PipelineEvents = true })
	first := gl.AddJob(fakegitlab.Job{Project: "acme/shop", Name: "one"})
	gl.AddJob(fakegitlab.Job{Project: "acme/shop", Name: "two", PipelineID: first.PipelineID})
	gl.StartJob(first.ID, gl.Runners()[0].ID)
	gl.FinishJob(first.ID, fakegitlab.JobFailed)
	settled(t, gl)
	var got []string
	for _, b := range r.told() {
		if b["object_kind"] == "pipeline" {
			got = append(got, "pipeline "+testkit.Descend(b, "object_attributes.status").(string))
			continue
		}
		runner := "-"
		if name, ran := testkit.Descend(b, "runner.description").(string); ran {
			runner = name
		}
		got = append(got, fmt.Sprintf("%s %s %s %s", b["build_name"], b["build_status"], runner, b["build_failure_reason"]))
	}
	assert.Equal(t, []string{
		"one created - unknown_failure", "one pending - unknown_failure", "pipeline pending",
		"two created - unknown_failure", "two pending - unknown_failure",
		"one running r unknown_failure", "pipeline running",
		"one failed r script_failure",
	}, got)
}

// A retry makes another job, whose life begins anew; a blocked user's jobs are passed over in silence; a seeded world
// is what it has been for long.
func TestWhoIsNotTold(t *testing.T) {
	gl, r, _ := hooked(t, nil)
	old := gl.AddJob(fakegitlab.Job{Project: "acme/shop", Status: fakegitlab.JobFailed, User: "mia"})
	require.NoError(t, gl.Seed(fakegitlab.NewScenario().WithJob("acme/shop", "seeded")))
	require.NoError(t, gl.Seed(fakegitlab.NewScenario().WithPipeline("acme/shop", func(p *fakegitlab.Pipeline) {
		p.CI = "j: {script: x}"
	})))
	require.Equal(t, fakegitlab.JobPending, gl.Jobs()[2].Status, "as it went on when it was seeded")
	settled(t, gl)
	require.Empty(t, r.told())
	testkit.Ask(t, gl, gl.AdminToken(), "POST", fmt.Sprintf("/projects/acme%%2Fshop/jobs/%d/retry", old.ID))
	settled(t, gl)
	require.Len(t, r.told(), 2)
	assert.EqualValues(t, 1, r.told()[0]["retries_count"])
	for _, state := range []fakegitlab.UserState{fakegitlab.UserBlocked, fakegitlab.UserBlockedPendingApproval,
		fakegitlab.UserBanned} {
		gl.AddUser(fakegitlab.User{Username: string(state), State: state})
		gl.AddJob(fakegitlab.Job{Project: "acme/shop", User: string(state)})
	}
	gl.AddProject(fakegitlab.Project{Path: "acme/other"})
	gl.AddJob(fakegitlab.Job{Project: "acme/other"})
	settled(t, gl)
	assert.Len(t, r.told(), 2)
}

// Webhooks of groups are told of all projects below.
func TestGroupWebhooks(t *testing.T) {
	gl, r, _ := hooked(t, func(h *fakegitlab.Webhook) { h.Project, h.Group = "", "acme" })
	gl.AddProject(fakegitlab.Project{Path: "acme/deep/down"})
	gl.AddProject(fakegitlab.Project{Path: "elsewhere/x"})
	gl.AddJob(fakegitlab.Job{Project: "acme/deep/down", Status: fakegitlab.JobCreated})
	gl.AddJob(fakegitlab.Job{Project: "elsewhere/x", Status: fakegitlab.JobCreated})
	settled(t, gl)
	require.Len(t, r.told(), 1)
	assert.Equal(t, "acme/deep/down", testkit.Descend(r.told()[0], "project.path_with_namespace"))
}

// Where the rule is on, a server that answers 500 is not called a fifth time, until its time is over; each failure
// doubles that, and an answer ends it. Where it is off, as in a new GitLab, it is called for ever.
func TestFailingWebhooksAreDisabled(t *testing.T) {
	for version, is404ForGood := range map[string]bool{"17.2": true, "17.11": false} {
		gl, r, hook := hooked(t, nil, fakegitlab.WithVersion(version))
		event := func(times int) {
			for range times {
				gl.AddJob(fakegitlab.Job{Project: "acme/shop", Status: fakegitlab.JobCreated})
			}
			settled(t, gl)
		}
		status := func() any {
			answer := testkit.Ask(t, gl, gl.Token("mia"), "GET", fmt.Sprintf("/projects/acme%%2Fshop/hooks/%d", hook.ID))
			return answer.Field(t, "alert_status")
		}
		r.answer(500)
		event(6)
		require.Len(t, r.told(), 6, version)
		require.Equal(t, "executable", status())
		gl.UpdateSettings(func(s *fakegitlab.Settings) { s.FailingWebhooksDisabled = true })
		event(6)
		require.Len(t, r.told(), 10, version)
		require.Equal(t, "temporarily_disabled", status())
		require.True(t, gl.Webhooks()[0].Disabled)
		require.Equal(t, gl.Now().Add(time.Minute), gl.Webhooks()[0].DisabledUntil)
		gl.Advance(time.Minute + time.Second)
		require.Equal(t, "executable", status())
		event(3)
		require.Len(t, r.told(), 11, version)
		require.Equal(t, gl.Now().Add(2*time.Minute), gl.Webhooks()[0].DisabledUntil)
		gl.Advance(3 * time.Minute)
		r.answer(302)
		event(1)
		require.Zero(t, gl.Webhooks()[0].Failures)
		r.answer(404)
		event(9)
		require.Len(t, r.told(), 16, version)
		assert.Equal(t, is404ForGood, status() == "disabled", version)
		assert.Equal(t, is404ForGood, gl.Webhooks()[0].DisabledUntil.IsZero(), version)
		r.answer(200)
		answer := testkit.Ask(t, gl, gl.Token("mia"), "POST",
			fmt.Sprintf("/projects/acme%%2Fshop/hooks/%d/test/job_events", hook.ID))
		assert.Equal(t, `201 {"message":"201 Created"}`, answer.String(), version)
		assert.Equal(t, "executable", status(), version)
	}
}

// 39 failures of a webhook are forgiven for a time each, the 40th is not.
func TestFortiethFailureIsForGood(t *testing.T) {
	gl, r, _ := hooked(t, nil, fakegitlab.WithVersion("18.0"), fakegitlab.WithScenario(fakegitlab.NewScenario().
		WithSettings(func(s *fakegitlab.Settings) { s.FailingWebhooksDisabled = true })))
	r.answer(503)
	for range 50 {
		gl.AddJob(fakegitlab.Job{Project: "acme/shop", Status: fakegitlab.JobCreated})
		settled(t, gl)
		gl.Advance(25 * time.Hour)
	}
	assert.Len(t, r.told(), 40)
	assert.True(t, gl.Webhooks()[0].Disabled)
	assert.Zero(t, gl.Webhooks()[0].DisabledUntil)
}

func TestTestsOfWebhooks(t *testing.T) {
	gl, r, hook := hooked(t, nil)
	try := func(trigger string) string {
		return testkit.Ask(t, gl, gl.Token("mia"), "POST",
			fmt.Sprintf("/projects/acme%%2Fshop/hooks/%d/test/%s", hook.ID, trigger)).String()
	}
	assert.Equal(t, `422 {"message":"Ensure the project has CI jobs."}`, try("job_events"))
	assert.Equal(t, `422 {"message":"Ensure the project has CI pipelines."}`, try("pipeline_events"))
	assert.Equal(t, `422 {"message":"Ensure the project has issues."}`, try("issues_events"))
	assert.Equal(t, `400 {"error":"trigger does not have a valid value"}`, try("nonsense"))
	gl.AddJob(fakegitlab.Job{Project: "acme/shop", Status: fakegitlab.JobSuccess})
	assert.Equal(t, `201 {"message":"201 Created"}`, try("pipeline_events"))
	r.answer(418)
	assert.Equal(t, `422 {"message":"seen"}`, try("job_events"))
	require.Len(t, r.told(), 2)
	assert.Equal(t, "success", testkit.Descend(r.told()[0], "object_attributes.status"))
	assert.Equal(t, "passed", testkit.Descend(r.told()[0], "object_attributes.detailed_status"))
	// the handler is called without the state's mutex: what is tested may ask GitLab meanwhile
	r.handler = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { gl.Jobs() })
	assert.Equal(t, `201 {"message":"201 Created"}`, try("job_events"))
	gl.Commit("acme/shop", "main", map[string]string{"a": "a"}, "Begin")
	gl.Commit("acme/shop", "main", map[string]string{"a": "b"}, "Go on")
	assert.Equal(t, `201 {"message":"201 Created"}`, try("push_events"))
	pushed := r.told()[len(r.told())-1]
	assert.Equal(t, "mia", pushed["user_username"], "who asks, whoever has pushed")
	assert.Equal(t, "Go on", testkit.Descend(pushed, "commits.0.title"), "the newest is the first")
}

// A local address is refused where the setting wants that, when the webhook is made and when it is called, and whoever
// looks is told which setting it is.
func TestLocalAddressesAreRefusedByTheSetting(t *testing.T) {
	gl, r, _ := hooked(t, nil)
	gl.UpdateSettings(func(s *fakegitlab.Settings) { s.LocalRequestsForbidden = true })
	for _, url := range []string{"http://127.0.0.1:1/x", "http://localhost/x", "http://10.0.0.1/", "http://[::1]/"} {
		answer := testkit.Ask(t, gl, gl.Token("mia"), "POST", "/projects/acme%2Fshop/hooks",
			testkit.WithJSON(fmt.Sprintf(`{"url":%q}`, url)))
		assert.Equal(t, `422 {"error":"Invalid url given"}`, answer.String())
		call := gl.Calls("POST /projects/:id/hooks")
		assert.Contains(t, call[len(call)-1].Reason, "allow_local_requests_from_web_hooks_and_services")
	}
	gl.AddJob(fakegitlab.Job{Project: "acme/shop", Status: fakegitlab.JobCreated})
	d, err := gl.WaitForDelivery(t.Context(), "Job Hook")
	require.NoError(t, err)
	assert.Contains(t, d.Err, "allow_local_requests_from_web_hooks_and_services")
	assert.Empty(t, r.told())
	spy := &testkit.Spy{}
	assert.False(t, gl.AssertDelivered(spy, "Job Hook"))
}

// Who misses a delivery is told what came: of which job and pipeline, and which condition the nearest does not meet.
func TestMissedDeliveriesAreToldWithWhatCame(t *testing.T) {
	gl, _, _ := hooked(t, func(h *fakegitlab.Webhook) { h.ID, h.PipelineEvents, h.PushEvents = 7, true, true })
	gl.AddPipeline(fakegitlab.Pipeline{ID: 5, Project: "acme/shop", CI: "unit: {script: x}"})
	id := gl.Jobs()[0].ID
	gl.StartJob(id, gl.Runners()[0].ID)
	gl.FinishJob(id, fakegitlab.JobSuccess)
	sha := gl.Commit("acme/shop", "", nil, "Begin")
	settled(t, gl)
	missed := func(event string, where ...func(fakegitlab.Delivery) bool) string {
		spy := &testkit.Spy{}
		assert.False(t, gl.AssertDelivered(spy, event, where...))
		return strings.Join(spy.Errors, "\n")
	}
	body := func(text string) func(fakegitlab.Delivery) bool {
		return func(d fakegitlab.Delivery) bool { return strings.Contains(string(d.Body), text) }
	}
	job := func(status string) string {
		return fmt.Sprintf("  Job Hook to webhook 7: job %d (unit) of main is %s -> 200", id, status)
	}
	jobs := "deliveries: 8, of which 4 are of other events\n" + job("created") + "\n" + job("pending") + "\n" + job("running") + "\n" + job("success")
	assert.Equal(t, "want Job Hook that meets the condition delivered\n"+jobs, missed("Job Hook", body("nothing")))
	assert.Equal(t, "want Job Hook that meets 2 conditions delivered\nnearest:\n"+job("success")+"; condition 2 does not hold\n"+jobs,
		missed("Job Hook", body(`"build_status":"success"`), body(`"build_name":"lint"`)))
	assert.Equal(t, "want Push Hook that meets the condition delivered\ndeliveries: 8, of which 7 are of other events\n"+
		"  Push Hook to webhook 7: refs/heads/main is at "+sha[:8]+" -> 200", missed("Push Hook", body("nothing")))
	assert.Contains(t, missed("Pipeline Hook", body("nothing")), "  Pipeline Hook to webhook 7: pipeline 5 of main is running -> 200")
	assert.Regexp(t, `^condition 1 panicked: boo \(webhooks_test.go:\d+\)$`,
		missed("Job Hook", func(fakegitlab.Delivery) bool { panic("boo") }))
	_, err := gl.WaitForDelivery(t.Context(), "Job Hook", func(fakegitlab.Delivery) bool { panic("boo") })
	assert.ErrorContains(t, err, "WaitForDelivery: condition 1 panicked: boo (webhooks_test.go:")
}

// A name that leads to a local address is refused as the address is, and what is in the world at large is left alone.
func TestWebhooksStayAtHome(t *testing.T) {
	gl, _, hook := hooked(t, func(h *fakegitlab.Webhook) { h.URL = "http://198.51.100.7/x" })
	gl.AddJob(fakegitlab.Job{Project: "acme/shop", Status: fakegitlab.JobCreated})
	d, err := gl.WaitForDelivery(t.Context(), "Job Hook", func(d fakegitlab.Delivery) bool { return d.WebhookID == hook.ID })
	require.NoError(t, err)
	assert.Contains(t, d.Err, "WithWebhookClient")
}

// In the in-memory network webhooks are called by the client of the test, in a bubble as well.
func TestWebhooksInMemory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &receiver{}
		client := &http.Client{Transport: roundTrip(func(req *http.Request) (*http.Response, error) {
			w := httptest.NewRecorder()
			r.ServeHTTP(w, req)
			return w.Result(), nil
		})}
		gl := fakegitlab.New(t, fakegitlab.WithInMemoryNetwork(), fakegitlab.WithWebhookClient(client))
		gl.AddProject(fakegitlab.Project{Path: "acme/shop"})
		gl.AddWebhook(fakegitlab.Webhook{Project: "acme/shop", URL: "https://hooks.example.com", JobEvents: true})
		gl.AddJob(fakegitlab.Job{Project: "acme/shop"})
		require.NoError(t, gl.WaitForDeliveries(t.Context()))
		assert.Len(t, r.told(), 2)
	})
	gl := fakegitlab.New(t, fakegitlab.WithInMemoryNetwork())
	gl.AddProject(fakegitlab.Project{Path: "acme/shop"})
	gl.AddWebhook(fakegitlab.Webhook{Project: "acme/shop", URL: "https://hooks.example.com", JobEvents: true})
	gl.AddJob(fakegitlab.Job{Project: "acme/shop"})
	d, err := gl.WaitForDelivery(t.Context(), "Job Hook")
	require.NoError(t, err)
	assert.Contains(t, d.Err, "WithWebhookClient")
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// Reset drops what is on its way and cuts the call under way; Close waits for it, and cuts it in the end.
func TestWebhooksEnd(t *testing.T) {
	gl, r, _ := hooked(t, nil)
	called, cut := make(chan struct{}, 8), make(chan struct{}, 8)
	r.handler = http.HandlerFunc(func(_ http.ResponseWriter, req *http.Request) {
		called <- struct{}{}
		<-req.Context().Done()
		cut <- struct{}{}
	})
	gl.AddJob(fakegitlab.Job{Project: "acme/shop"})
	<-called
	gl.Reset()
	<-cut
	settled(t, gl)
	assert.Empty(t, gl.Deliveries(""))
	assert.Len(t, r.told(), 1, "the second event is dropped")

	hung, err := fakegitlab.Start(fakegitlab.WithWebhookClient(&http.Client{Transport: roundTrip(
		func(req *http.Request) (*http.Response, error) {
			called <- struct{}{}
			<-req.Context().Done()
			return nil, req.Context().Err()
		})}))
	require.NoError(t, err)
	hung.AddProject(fakegitlab.Project{Path: "acme/shop"})
	hook := hung.AddWebhook(fakegitlab.Webhook{Project: "acme/shop", URL: "https://x.example.com", JobEvents: true})
	hung.AddJob(fakegitlab.Job{Project: "acme/shop"})
	<-called
	require.NoError(t, hung.ResetTo(fakegitlab.NewScenario())) // and then there is nothing to wait for
	hung.Close()
	assert.Empty(t, hung.Problems())
	assert.NotZero(t, hook.ID)
	_, err = hung.WaitForDelivery(t.Context(), "")
	assert.ErrorContains(t, err, "closed")
}

func TestWebhookSeeds(t *testing.T) {
	world := fakegitlab.NewScenario().WithProject("acme/shop").WithGroup("acme").
		WithSettings(func(s *fakegitlab.Settings) { s.FailingWebhooksDisabled = true }).
		WithWebhook("acme/shop", "https://a.example.com/{x}", func(h *fakegitlab.Webhook) {
			h.JobEvents, h.OtherEvents, h.Token = true, []string{"releases_events"}, "t"
			h.URLVariables, h.Headers = map[string]string{"x": "1"}, map[string]string{"X-A": "b"}
			h.Disabled, h.TLSUnverified, h.Template = true, true, `{"a":"{{ref}}"}`
			h.BranchFilter, h.BranchFilterStrategy, h.Name = "^main$", "regex", "n"
		}).
		WithWebhook("", "https://b.example.com", func(h *fakegitlab.Webhook) { h.Group = "acme" })
	require.NoError(t, world.Validate())
	gl := fakegitlab.New(t, fakegitlab.WithScenario(world))
	again := fakegitlab.New(t, fakegitlab.WithScenario(gl.Snapshot()))
	assert.Equal(t, gl.Snapshot(), again.Snapshot())
	assert.Equal(t, []string{"releases_events"}, again.Webhooks()[0].OtherEvents)
	assert.True(t, again.Webhooks()[0].Disabled)
	gl.UpdateWebhook(gl.Webhooks()[0].ID, func(h *fakegitlab.Webhook) { h.Disabled, h.Failures = false, 0 })
	assert.False(t, gl.Webhooks()[0].Disabled)
	gl.DeleteProject("acme/shop")
	require.Len(t, gl.Webhooks(), 1)
	gl.DeleteWebhook(gl.Webhooks()[0].ID)
	assert.Empty(t, gl.Webhooks())

	for wrong, change := range map[string]func(*fakegitlab.Webhook){
		"did you mean \"releases_events\"":      func(h *fakegitlab.Webhook) { h.OtherEvents = []string{"release_events"} },
		"a webhook is of a project or":          func(h *fakegitlab.Webhook) { h.Project = "" },
		"did you mean \"acme/shop\"":            func(h *fakegitlab.Webhook) { h.Project = "acme/shpo" },
		"Only allowed schemes are http, https":  func(h *fakegitlab.Webhook) { h.URL = "ftp://x" },
		"did you mean \"wildcard\"":             func(h *fakegitlab.Webhook) { h.BranchFilterStrategy = "wildcards" },
		"failures: Failures: -1 is no number":   func(h *fakegitlab.Webhook) { h.Failures = -1 },
		`Missing keys: ["y"]`:                   func(h *fakegitlab.Webhook) { h.URL = "https://x/{y}" },
		"Custom headers must be a valid json s": func(h *fakegitlab.Webhook) { h.Headers = map[string]string{"a b": "c"} },
	} {
		bad := fakegitlab.NewScenario().WithProject("acme/shop").WithWebhook("acme/shop", "https://x", change)
		assert.ErrorContains(t, bad.Validate(), wrong)
	}
}

// A template of the webhook's own is filled in and sent instead.
func TestWebhookTemplates(t *testing.T) {
	gl, r, _ := hooked(t, func(h *fakegitlab.Webhook) {
		h.Template = `{"text": "{{build_name}} is {{build_status}}", "id": {{build_id}}, "of": "{{user.username}}", "no": {{nothing}}}`
	})
	j := gl.AddJob(fakegitlab.Job{Project: "acme/shop", Name: `a "quoted" job`, Status: fakegitlab.JobCreated})
	settled(t, gl)
	require.Len(t, r.told(), 1)
	assert.Equal(t, map[string]any{"text": `a "quoted" job is created`, "id": float64(j.ID), "of": "root", "no": nil},
		r.told()[0])
	gl.UpdateWebhook(gl.Webhooks()[0].ID, func(h *fakegitlab.Webhook) { h.Template = "{{ref}" })
	gl.AddJob(fakegitlab.Job{Project: "acme/shop", Status: fakegitlab.JobCreated})
	d, err := gl.WaitForDelivery(t.Context(), "Job Hook", func(d fakegitlab.Delivery) bool { return d.Err != "" })
	require.NoError(t, err)
	assert.Contains(t, d.Err, "Error while parsing rendered custom webhook template")
}

func TestWebhookMistakes(t *testing.T) {
	gl := fakegitlab.New(t)
	_, err := gl.WaitForDelivery(t.Context(), "job_events")
	assert.ErrorContains(t, err, `did you mean "Job Hook"?`)
	_, err = gl.WaitForDelivery(t.Context(), "Job Hok")
	assert.ErrorContains(t, err, `did you mean "Job Hook"?`)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = gl.WaitForDelivery(ctx, "Job Hook")
	assert.ErrorIs(t, err, context.Canceled)
	assert.ErrorContains(t, err, "there is no webhook")
	_, err = fakegitlab.Start(fakegitlab.WithWebhookClient(nil))
	assert.ErrorContains(t, err, "WithWebhookClient(nil)")
}

// Programs in other languages see and change webhooks, and wait for deliveries.
func TestWebhooksOverControl(t *testing.T) {
	gl, r, hook := hooked(t, nil, fakegitlab.WithControl())
	var deliveries []map[string]any
	askControl(t, gl, "GET /-/fake/deliveries", "").into(t, &deliveries)
	assert.Empty(t, deliveries)
	gl.AddJob(fakegitlab.Job{Project: "acme/shop", Status: fakegitlab.JobCreated})
	askControl(t, gl, "GET /-/fake/deliveries?event=Job+Hook&wait=20", "").into(t, &deliveries)
	require.Len(t, deliveries, 1)
	assert.Equal(t, []any{200.0, "Job Hook", "created"}, []any{deliveries[0]["status"], deliveries[0]["event"],
		testkit.Descend(deliveries[0], "body.build_status")})
	assert.Contains(t, askControl(t, gl, "GET /-/fake/deliveries?event=Jobs", "").body, `Job Hook`)
	path := fmt.Sprintf("/-/fake/webhooks/%d", hook.ID)
	assert.Contains(t, askControl(t, gl, "GET "+path, "").body, r.url)
	assert.Contains(t, askControl(t, gl, "PATCH "+path, `{"failures": 2}`).body, `"failures": 2`)
	assert.Equal(t, 2, gl.Webhooks()[0].Failures)
	assert.Equal(t, 404, askControl(t, gl, "GET /-/fake/webhooks/7", "").status)
}

// A webhook that does not answer is cut when Close has waited long enough, and the test is told which it was.
func TestCloseCutsWebhooks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hung := &http.Client{Transport: roundTrip(func(req *http.Request) (*http.Response, error) {
			<-req.Context().Done()
			return nil, req.Context().Err()
		})}
		gl, err := fakegitlab.Start(fakegitlab.WithInMemoryNetwork(), fakegitlab.WithWebhookClient(hung))
		require.NoError(t, err)
		gl.AddProject(fakegitlab.Project{Path: "acme/shop"})
		gl.AddWebhook(fakegitlab.Webhook{Project: "acme/shop", URL: "https://x.example.com", JobEvents: true})
		gl.AddJob(fakegitlab.Job{Project: "acme/shop"})
		synctest.Wait()
		began := time.Now()
		gl.Close()
		assert.Equal(t, 4*time.Second, time.Since(began))
		assert.Contains(t, gl.Problems(), "Close cut a call of webhook 8000001 after 4s, which had not answered")
		assert.Len(t, gl.Deliveries(""), 1)
	})
}

// GitLab waits ten seconds for an answer, in the time of the bubble here.
func TestWebhooksTimeOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := &http.Client{Transport: roundTrip(func(req *http.Request) (*http.Response, error) {
			<-req.Context().Done()
			return nil, req.Context().Err()
		})}
		gl := fakegitlab.New(t, fakegitlab.WithInMemoryNetwork(), fakegitlab.WithWebhookClient(slow))
		gl.AddProject(fakegitlab.Project{Path: "acme/shop"})
		gl.AddWebhook(fakegitlab.Webhook{Project: "acme/shop", URL: "https://x.example.com", JobEvents: true})
		gl.AddJob(fakegitlab.Job{Project: "acme/shop"})
		began := time.Now()
		require.NoError(t, gl.WaitForDeliveries(t.Context()))
		assert.Equal(t, 20*time.Second, time.Since(began), "for each of two events, and never again")
		assert.Contains(t, gl.Deliveries("")[0].Err, "deadline")
	})
}

func TestNoWebhookWantsTheEvent(t *testing.T) {
	gl := fakegitlab.New(t, fakegitlab.WithScenario(fakegitlab.SmallCompany()))
	gl.AddWebhook(fakegitlab.Webhook{Project: "acme/shop", URL: "http://127.0.0.1:1", PipelineEvents: true})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()

	_, err := gl.WaitForDelivery(ctx, "Job Hook")
	assert.ErrorContains(t, err, "no webhook wants it; JobEvents, PipelineEvents, PushEvents and "+
		"TagPushEvents say what one is called for")
	_, err = gl.WaitForDelivery(ctx, "Pipeline Hook")
	assert.NotContains(t, fmt.Sprint(err), "no webhook wants it")
}
