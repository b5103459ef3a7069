package fakegitlab_test

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab"
)

// pageOf is what a person reads on a page, without its script and style, each run of white space one space.
func pageOf(t *testing.T, gl *fakegitlab.Fake, path string) string {
	t.Helper()
	page := askControl(t, gl, "GET /-/fake/"+path, "")
	require.Equal(t, 200, page.status, page.body)
	assert.Equal(t, "text/html; charset=utf-8", page.header.Get("Content-Type"))
	return page.text()
}

func (a controlAnswer) text() string {
	_, body, _ := strings.Cut(a.body, "<body>")
	body, _, _ = strings.Cut(body, "<script>")
	for _, cut := range []string{`<span class="unseen">[^<]*</span>`, `<[^>]*>`} {
		body = regexp.MustCompile(cut).ReplaceAllString(body, " ")
	}
	body = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&#34;", `"`, "&#39;", "'", "&amp;", "&", "&#43;", "+").Replace(body)
	return strings.Join(strings.Fields(body), " ")
}

// assertSays asserts that a page has texts, without printing the page.
func assertSays(t *testing.T, page string, texts ...string) {
	t.Helper()
	for _, want := range texts {
		assert.True(t, strings.Contains(page, want), want)
	}
}

func TestControlPage(t *testing.T) {
	gl := controlled(t, fakegitlab.WithUnknownEndpoints(true))
	assertSays(t, pageOf(t, gl, ""), "GitLab 17.2", "No call has come yet. The API is at http://fakegitlab.test/api/v4.",
		"instance-never-contacted", "s_100001b", "acme/backend/api", "oli (owner) , mia (maintainer)",
		"not untagged, protected refs alone", "No failure, no hold and no hook.")
	gl.UpdateRunner(100001, func(r *fakegitlab.Runner) { r.Description = "<script>alert(1)</script>" })
	gl.UpdateRunner(100002, func(r *fakegitlab.Runner) { r.Description, r.Paused = "", true })
	gl.AddRunner(fakegitlab.Runner{Description: "lost", Type: fakegitlab.ProjectRunner})
	remove := gl.Inject(fakegitlab.Failure{Endpoint: fakegitlab.ListRunners, Status: 503, Times: 1})
	defer remove()
	statusOf(t, gl, "mia", "/runners")
	statusOf(t, gl, "mia", "/runners?staus=online")
	statusOf(t, gl, "dan", "/runners/100021?staus=1")
	statusOf(t, gl, "", "/runner?token="+strings.Repeat("x", 5000))
	gl.UpdateSettings(func(s *fakegitlab.Settings) {
		s.RegistrationTokensDisabled, s.AdminMode = true, true
		s.RateLimit = fakegitlab.RateLimit{Requests: 9, Per: time.Minute}
	})
	gl.Advance(30 * time.Second)

	assertSays(t, pageOf(t, gl, ""), "<script>alert(1)", "nothing: orphaned", "GET /runners 503, once matched 1 fired 1 spent "+
		"control_page_test.go:", "failure injected at control_page_test.go:", "dan is Developer in a project",
		"nothing reads staus (did you mean status?)", "did you mean GET /runners?", "answers 410", "9 requests in 60 s",
		"2024-07-01 12:00:30 UTC", "12:00:00 GET /runners/:id id=100021")
	for i := range 210 {
		gl.AddUser(fakegitlab.User{Username: fmt.Sprintf("user-%d", i)})
	}
	assertSays(t, pageOf(t, gl, ""), "and 19 more, which a search above finds")
	assert.Equal(t, 400, askControl(t, gl, "GET /-/fake/?fnd=x", "").status)
}

func TestControlPageFinds(t *testing.T) {
	gl := controlled(t)
	for i := range 210 {
		gl.AddUser(fakegitlab.User{Username: fmt.Sprintf("user-%d", i)})
	}
	statusOf(t, gl, "mia", "/runners?status=online")
	statusOf(t, gl, "mia", "/runners/100021")
	statusOf(t, gl, "oli", "/runners/100021")

	assertSays(t, pageOf(t, gl, "?find=USER-209"), "user-209", "Users 1 of 219", "Runners 0 of 15", "None of 15 is found.")
	assertSays(t, pageOf(t, gl, "?find=status=online"), "Journal 1 of 3")
	assertSays(t, pageOf(t, gl, "?find=get+oli+100021"), "Journal 1 of 3")
	assertSays(t, pageOf(t, gl, "?find=tag_list+MIA"), "Journal 1 of 3")
	assertSays(t, pageOf(t, gl, "?find=maximum_timeout"), "Journal 2 of 3")
	assertSays(t, pageOf(t, gl, "?find=mia+nowhere"), "Journal 0 of 3")
}

// Equal calls that fail again and again are one row.
func TestControlPageFolds(t *testing.T) {
	gl := controlled(t)
	gl.Inject(fakegitlab.Failure{Endpoint: fakegitlab.ListRunners, Status: 502, Times: 5})
	for range 6 {
		statusOf(t, gl, "mia", "/runners")
	}
	page := pageOf(t, gl, "")
	assertSays(t, page, "4 more like it, up to #5 #2 12:00:00 #3 12:00:00", "Journal 6")
	assert.Equal(t, 2, strings.Count(page, "GET /runners by")+strings.Count(page, "GET /runners mia")+
		strings.Count(page, "GET /runners 4 more like it"))
	assertSays(t, pageOf(t, gl, "?find=502+%235"), "Journal 5 of 6")
}

// A call that hangs is what the page is opened for: it is there before it has an answer.
func TestControlPageShowsWhatHangs(t *testing.T) {
	gl := controlled(t)
	held := gl.Hold(fakegitlab.GetCurrentUser)
	var asking sync.WaitGroup
	asking.Go(func() { assert.Equal(t, 200, statusOf(t, gl, "mia", "/user")) })
	_, err := held.Wait(t.Context())
	require.NoError(t, err)
	assertSays(t, pageOf(t, gl, ""), "Not answered yet: #1 GET /api/v4/user it is held",
		"Hold 1 stops GET /user since control_page_test.go:", "#1 is held Release")
	assert.Equal(t, 204, askControl(t, gl, "DELETE /-/fake/holds/1", "").status, "what the button does")
	asking.Wait()
	assertSays(t, pageOf(t, gl, ""), "No failure, no hold and no hook.")
}

func TestControlPageOfACall(t *testing.T) {
	gl := controlled(t)
	gl.Inject(fakegitlab.Failure{Endpoint: fakegitlab.GetRunner, Delay: time.Microsecond, Times: 1})
	statusOf(t, gl, "mia", "/runners")
	statusOf(t, gl, "mia", "/runners/100021?x=1")
	gl.Advance(time.Hour)
	statusOf(t, gl, "dan", "/runners/100021")

	page := pageOf(t, gl, "page/calls/2")
	assertSays(t, page, "← #1 #3 →", "#2 GET /runners/:id id=100021", "200 OK by mia 2024-07-01 12:00:00 UTC",
		"met the failure injected at control_page_test.go:", "nothing reads x", "GET /api/v4/runners/100021?x=1",
		"as GitLab understood them id 100021", "Private-Token glpat-", `"id": 100021,`, "X-Request-Id",
		"Copy curl Copy JSON", "curl -X GET 'http://fakegitlab.test/api/v4/runners/100021?x=1' -H 'Private-Token: ",
		`"number": 2,`)
	assertSays(t, pageOf(t, gl, "page/calls/3"), "403 Forbidden by dan 2024-07-01 13:00:00 UTC", "dan is Developer in")

	gone := askControl(t, gl, "GET /-/fake/page/calls/9", "")
	assert.Equal(t, 404, gone.status)
	assertSays(t, gone.text(), "the journal has no call #9")
}

func TestControlPageOfARunner(t *testing.T) {
	gl := controlled(t)
	statusOf(t, gl, "mia", "/runners/100021")
	statusOf(t, gl, "mia", "/runners/100022")
	r, _ := gl.Runner(100021)
	job := gl.AddJob(fakegitlab.Job{Project: r.Projects[0], Name: "unit-tests", Tags: r.Tags})
	gl.StartJob(job.ID, r.ID)

	page := pageOf(t, gl, "page/runners/100021")
	assertSays(t, page, "Runner 100021 "+r.Description, string(fakegitlab.Online), r.Token, "never expires",
		r.Managers[0].SystemID, "unit-tests", "running", "GET /runners/:id id=100021", "runner_type project_type")
	assert.NotContains(t, page, "id=100022")
	gone := askControl(t, gl, "GET /-/fake/page/runners/100099", "")
	assert.Equal(t, 404, gone.status)
	assertSays(t, gone.text(), `no runner "100099"`)
}

// Why a job is pending stands there in the words of WaitForJob.
func TestControlPageOfAJob(t *testing.T) {
	gl := controlled(t)
	job := gl.AddJob(fakegitlab.Job{Project: "acme/shop", Name: "unit-tests", Tags: []string{"mainframe"}})
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := gl.WaitForJob(ended, job.ID, fakegitlab.JobSuccess)
	_, why, _ := strings.Cut(err.Error(), "runner 100021: ")
	why, _, _ = strings.Cut(why, "; runner")
	require.Contains(t, why, "mainframe")
	shop, _ := gl.Runner(100021)
	path := fmt.Sprintf("page/jobs/%d", job.ID)
	assertSays(t, pageOf(t, gl, path), "Why it is pending: no runner may take it", "100021 "+shop.Description+" no "+why, "Nothing has been logged.",
		"No call has come by it or about it.", "acme/shop", "ref main")

	gl.UpdateRunner(100021, func(r *fakegitlab.Runner) { r.Tags = []string{"mainframe"} })
	gl.StartJob(job.ID, 100021)
	job, _ = gl.Job(job.ID)
	appendLog(t, gl, job, 0, "one\n")
	appendLog(t, gl, job, 4, "two <b>\n")
	page := pageOf(t, gl, path)
	assertSays(t, page, "one two <b>", "pending running", "PATCH /jobs/:id/trace", "runner 100021")
	assert.NotContains(t, page, "Why it is pending")
	assert.Equal(t, 404, askControl(t, gl, "GET /-/fake/page/jobs/1", "").status)
}

func TestControlPageOfAPipeline(t *testing.T) {
	gl := controlled(t)
	statusOf(t, gl, "mia", "/runners/100021")
	page := pageOf(t, gl, "page/pipelines/4000001")
	assertSays(t, page, "Pipeline 4000001", "failed acme/shop push on main", "Stages 3", "build success build success",
		"test failed", "deploy skipped deploy skipped", "No call has come by it or about it.")
	assertSays(t, pageOf(t, gl, "?find=4000001"), "Pipelines 1 of 3", "failed main", "build test deploy")
	assertSays(t, pageOf(t, gl, "page/pipelines/4000003"), "approve manual Play", "nightly scheduled Play")
	assertSays(t, pageOf(t, gl, "page/jobs/2000009"), "Jobs Pipeline 4000003", "Why it is manual: the job waits for somebody")
	assertSays(t, askControl(t, gl, "GET /-/fake/page/pipelines/4000009", "").text(), `no pipeline "4000009"`)

	gl.AddProject(fakegitlab.Project{Path: "acme/fresh", Files: map[string]string{".gitlab-ci.yml": "a: {script: x}"}})
	old := gl.AddPipeline(fakegitlab.Pipeline{Project: "acme/fresh"})
	gl.Commit("acme/fresh", "main", nil, "More")
	assertSays(t, pageOf(t, gl, fmt.Sprint("page/pipelines/", old.ID)), "canceled acme/fresh",
		fmt.Sprintf("It was auto-canceled by the newer pipeline %d of its ref.", old.ID+1))
	assert.NotContains(t, pageOf(t, gl, fmt.Sprint("page/pipelines/", old.ID+1)), "auto-canceled")
}

func appendLog(t *testing.T, gl *fakegitlab.Fake, job fakegitlab.Job, from int, text string) {
	t.Helper()
	r, err := http.NewRequest(http.MethodPatch, fmt.Sprintf("%s/jobs/%d/trace", gl.APIURL(), job.ID), strings.NewReader(text))
	require.NoError(t, err)
	r.Header.Set("Content-Type", "text/plain")
	r.Header.Set("JOB-TOKEN", job.Token)
	r.Header.Set("Content-Range", fmt.Sprintf("%d-%d", from, from+len(text)-1))
	res, err := gl.Client().Do(r)
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	require.Equal(t, http.StatusAccepted, res.StatusCode)
}

func TestControlPageOfProblems(t *testing.T) {
	gl := controlled(t)
	assertSays(t, pageOf(t, gl, "page/problems"), "Problems 0", "There is none.")
	remove := gl.Inject(fakegitlab.Failure{Endpoint: fakegitlab.ListRunners, Status: 503})
	assertSays(t, pageOf(t, gl, "page/problems"), "Problems 1", gl.Problems()[0])
	statusOf(t, gl, "mia", "/runners")
	remove()
}

// A hook of the test is on the page, and can be taken back there.
func TestControlPageRemovesHooks(t *testing.T) {
	gl := controlled(t)
	gl.Before(fakegitlab.GetRunner, func(fakegitlab.Call) {})
	gl.After(fakegitlab.ListRunners, func(fakegitlab.Call) { t.Error("it has been removed") })
	statusOf(t, gl, "mia", "/runners/100021")
	assertSays(t, pageOf(t, gl, ""), "1 Before(GET /runners/:id) at control_page_test.go:", "2 After(GET /runners) at",
		"ran 1 Remove", "Arranged 2")
	var hooks []struct {
		ID, Ran int
		Hook    string
	}
	askControl(t, gl, "GET /-/fake/hooks", "").into(t, &hooks)
	require.Len(t, hooks, 2)
	assert.Equal(t, []int{1, 1, 2, 0}, []int{hooks[0].ID, hooks[0].Ran, hooks[1].ID, hooks[1].Ran})
	assert.Equal(t, 204, askControl(t, gl, "DELETE /-/fake/hooks/2", "").status)
	gone := askControl(t, gl, "DELETE /-/fake/hooks/2", "")
	assert.Equal(t, 404, gone.status)
	assert.Contains(t, gone.body, `no hook \"2\"`)
	statusOf(t, gl, "mia", "/runners")
	require.Len(t, gl.Problems(), 1, "it never ran")
	gl.Reset()
}

// WithPage serves what the page needs, and nothing that other programs do with the control API.
func TestWithPage(t *testing.T) {
	gl := fakegitlab.New(t, fakegitlab.WithPage(), fakegitlab.WithUnusedFailures(true))
	remove := gl.Inject(fakegitlab.Failure{Endpoint: fakegitlab.ListRunners, Status: 503})
	defer remove()
	for call, status := range map[string]int{
		"GET /-/fake/": 200, "GET /-/fake": 200, "GET /-/fake/page/problems": 200, "GET /-/fake/journal": 200,
		"DELETE /-/fake/failures/1": 204, "DELETE /-/fake/holds/1": 404, "DELETE /-/fake/hooks/1": 404,
		"POST /-/fake/token": 404, "GET /-/fake/snapshot": 404, "PATCH /-/fake/settings": 404, "GET /-/fake/runnes/1": 404,
	} {
		assert.Equal(t, status, askControl(t, gl, call, "{}").status, call)
	}
	assert.Contains(t, askControl(t, gl, "POST /-/fake/seed", "{}").body, "WithPage does not serve POST /-/fake/seed; WithControl does")
	start := gl.Now()
	assert.Equal(t, 200, askControl(t, gl, "POST /-/fake/advance", `{"duration": "1h"}`).status)
	assert.Equal(t, start.Add(time.Hour), gl.Now())
	wrong := askControl(t, gl, "POST /-/fake/advance", `{"duration": "soon"}`)
	assert.Equal(t, 400, wrong.status)
	assert.Equal(t, 204, askControl(t, gl, "POST /-/fake/reset", "").status)
	assert.Equal(t, start, gl.Now())
	assert.Equal(t, 403, askControl(t, gl, "POST /-/fake/reset", "", "Sec-Fetch-Site", "cross-site").status)
}
