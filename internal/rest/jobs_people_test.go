package rest_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	fg "github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

// as makes a request of a person.
func as(t *testing.T, gl *fg.Fake, user, method, path string, change ...func(*http.Request)) testkit.Reply {
	t.Helper()
	return testkit.Ask(t, gl, gl.Token(user), method, path, change...)
}

func TestWhoMayDoWhatToAJob(t *testing.T) {
	statuses := func(guest, reporter, dev, mia, root int) map[string]int {
		return map[string]int{"stranger": 404, "guest": guest, "reporter": reporter, "dev": dev, "mia": mia, "root": root}
	}
	for _, c := range []struct {
		name, method, suffix string
		job                  fg.Job
		want                 map[string]int
	}{
		{"read", "GET", "", fg.Job{}, statuses(200, 200, 200, 200, 200)},
		{"trace", "GET", "/trace", fg.Job{Trace: "log"}, statuses(200, 200, 200, 200, 200)},
		{"debug trace", "GET", "/trace", fg.Job{Spec: fg.JobSpec{Variables: fg.JobVariables{{Key: "CI_DEBUG_TRACE", Value: "true"}}}}, statuses(403, 403, 200, 200, 200)},
		{"no artifacts", "GET", "/artifacts", fg.Job{}, statuses(404, 404, 404, 404, 404)},
		{"artifacts", "GET", "/artifacts", fg.Job{Artifacts: []fg.Artifact{{Filename: "a.zip"}}}, statuses(200, 200, 200, 200, 200)},
		{"artifacts of developers", "GET", "/artifacts", fg.Job{Artifacts: []fg.Artifact{{Filename: "a.zip"}}, Spec: fg.JobSpec{Artifacts: &fg.JobArtifacts{Access: "developer"}}}, statuses(403, 403, 200, 200, 200)},
		{"artifacts of maintainers", "GET", "/artifacts", fg.Job{Artifacts: []fg.Artifact{{Filename: "a.zip"}}, Spec: fg.JobSpec{Artifacts: &fg.JobArtifacts{Access: "maintainer"}}}, statuses(403, 403, 403, 200, 200)},
		{"artifacts of nobody", "GET", "/artifacts", fg.Job{Artifacts: []fg.Artifact{{Filename: "a.zip"}}, Spec: fg.JobSpec{Artifacts: &fg.JobArtifacts{Access: "none"}}}, statuses(403, 403, 403, 403, 403)},
		{"cancel", "POST", "/cancel", fg.Job{}, statuses(403, 403, 201, 201, 201)},
		{"cancel protected", "POST", "/cancel", fg.Job{Protected: true}, statuses(403, 403, 403, 201, 201)},
		{"force", "POST", "/cancel?force=true", fg.Job{Status: fg.JobCanceling}, statuses(403, 403, 403, 201, 201)},
		{"retry", "POST", "/retry", fg.Job{Status: fg.JobFailed}, statuses(403, 403, 201, 201, 201)},
		{"retry what runs", "POST", "/retry", fg.Job{Status: fg.JobRunning}, statuses(403, 403, 403, 403, 403)},
		{"play", "POST", "/play", fg.Job{Status: fg.JobManual}, statuses(403, 403, 200, 200, 200)},
		{"play with bad variables", "POST", "/play?job_variables_attributes=x", fg.Job{Status: fg.JobManual}, map[string]int{"stranger": 400, "guest": 400, "mia": 400}},
		{"play what is over", "POST", "/play", fg.Job{Status: fg.JobSuccess}, statuses(403, 403, 400, 400, 400)},
		{"erase", "POST", "/erase", fg.Job{Status: fg.JobSuccess, Trace: "log", User: "dev"}, statuses(403, 403, 201, 201, 201)},
		{"erase another's", "POST", "/erase", fg.Job{Status: fg.JobSuccess, Trace: "log"}, statuses(403, 403, 403, 201, 201)},
		{"erase what is pending", "POST", "/erase", fg.Job{Trace: "log", User: "dev"}, statuses(403, 403, 403, 403, 403)},
	} {
		t.Run(c.name, func(t *testing.T) {
			for user, want := range c.want {
				gl, _ := testkit.Factory(t)
				c.job.Project = "acme/shop"
				job := gl.AddJob(c.job)
				got := as(t, gl, user, c.method, fmt.Sprintf("/projects/acme%%2Fshop/jobs/%d%s", job.ID, c.suffix))
				assert.Equal(t, want, got.Status, "%s: %s", user, got.Body)
			}
		})
	}
	gl, _ := testkit.Factory(t)
	assert.Equal(t, 401, testkit.Send(t, gl, "GET", "/projects/acme%2Fshop/jobs", nil).Status)
	open := gl.AddJob(fg.Job{Project: "acme/shop", Artifacts: []fg.Artifact{{Filename: "a.zip"}}})
	guarded := gl.AddJob(fg.Job{Project: "acme/shop", Artifacts: []fg.Artifact{{Filename: "a.zip"}}, Spec: fg.JobSpec{Artifacts: &fg.JobArtifacts{Public: new(bool)}}})
	anonymous := func(j fg.Job) int {
		return testkit.Send(t, gl, "GET", fmt.Sprintf("/projects/acme%%2Fshop/jobs/%d/artifacts", j.ID), nil).Status
	}
	assert.Equal(t, []int{404, 404}, []int{anonymous(open), anonymous(guarded)}, "artifacts need no credentials: the project is private")
	gl.UpdateProject("acme/shop", func(p *fg.Project) { p.Visibility = fg.Public })
	assert.Equal(t, []int{200, 403}, []int{anonymous(open), anonymous(guarded)})
	assert.Equal(t, 401, testkit.Send(t, gl, "GET", fmt.Sprintf("/projects/acme%%2Fshop/jobs/%d/artifacts", open.ID), nil, "Job-Token", open.Token).Status, "the job is not running")
	for _, name := range []string{"job_token", "token"} {
		got := testkit.Send(t, gl, "GET", fmt.Sprintf("/projects/acme%%2Fshop/jobs/%d/artifacts?%s=%s", open.ID, name, open.Token), nil)
		assert.Equal(t, 401, got.Status, "as the parameter %s", name)
	}
	gl.UpdateProject("acme/shop", func(p *fg.Project) { p.Archived = true })
	assert.JSONEq(t, `{"message":"404 Not found"}`, as(t, gl, "mia", "GET", "/projects/acme%2Fshop/jobs/1").Body)
}

func TestWhatPeopleDoToJobs(t *testing.T) {
	gl, r := testkit.Factory(t)
	path := func(j fg.Job, what string) string { return fmt.Sprintf("/projects/acme%%2Fshop/jobs/%d%s", j.ID, what) }
	tagged := gl.AddJob(fg.Job{Project: "acme/shop", Status: fg.JobSuccess, Tags: []string{"z", "a", "m"}})
	assert.Equal(t, []any{"a", "m", "z"}, as(t, gl, "dev", "GET", path(tagged, "")).JSON(t)["tag_list"],
		"sorted, whatever the order in the spec")
	manual := gl.AddJob(fg.Job{Project: "acme/shop", Name: "deploy", Status: fg.JobManual})
	played := testkit.SendJSON(t, gl, "POST", path(manual, "/play"),
		testkit.Hash{"job_variables_attributes": []testkit.Hash{{"key": "WHERE", "value": "prod"},
			{"key": "COUNT", "value": 3}, {"key": "NULL", "value": nil}}}, "Private-Token", gl.Token("dev"))
	assert.Equal(t, 200, played.Status, played.Body)
	assert.Equal(t, "pending", played.JSON(t)["status"])
	for _, bad := range []any{"x", []any{"x"}, []testkit.Hash{{"key": "A"}},
		[]testkit.Hash{{"key": "A", "value": testkit.Hash{"a": 1}}}, []testkit.Hash{{"key": []string{"A"}, "value": "b"}}} {
		a := testkit.SendJSON(t, gl, "POST", path(manual, "/play"), testkit.Hash{"job_variables_attributes": bad},
			"Private-Token", gl.Token("dev"))
		assert.Equal(t, 400, a.Status, a.Body)
	}
	got := testkit.RequestJob(t, gl, r.Token).JSON(t)
	for key, value := range map[string]string{"WHERE": "prod", "COUNT": "3", "NULL": ""} {
		assert.Contains(t, got["variables"], testkit.Hash{"key": key, "value": value, "public": false, "masked": false})
	}
	testkit.PatchTrace(t, gl, manual, 0, "deploying\n")
	testkit.Upload(t, gl, manual, "", "a.zip", []byte("PK"))

	trace := as(t, gl, "dev", "GET", path(manual, "/trace"))
	assert.Equal(t, "deploying\n", trace.Body)
	assert.Equal(t, "text/plain", trace.Header.Get("Content-Type"))
	assert.Equal(t, "PK", as(t, gl, "dev", "GET", path(manual, "/artifacts")).Body)
	testkit.PutState(t, gl, manual, "success")
	shown := as(t, gl, "dev", "GET", path(manual, "")).JSON(t)
	assert.Equal(t, testkit.Hash{"filename": "a.zip", "size": 2.0}, shown["artifacts_file"])
	assert.Len(t, shown["artifacts"], 2)
	assert.EqualValues(t, r.ID, shown["runner"].(testkit.Hash)["id"])
	assert.Equal(t, "s_1", shown["runner_manager"].(testkit.Hash)["system_id"])

	retried := as(t, gl, "dev", "POST", path(manual, "/retry"))
	assert.Equal(t, 201, retried.Status)
	assert.Equal(t, "dev", retried.JSON(t)["user"].(testkit.Hash)["username"])
	assert.NotEqualValues(t, manual.ID, retried.JSON(t)["id"])
	assert.JSONEq(t, `{"message":"403 Forbidden - Job is not retryable"}`,
		as(t, gl, "dev", "POST", path(manual, "/retry")).Body)
	assert.Equal(t, 201, as(t, gl, "mia", "POST", path(manual, "/erase")).Status)
	assert.Empty(t, gl.JobRun(manual.ID).Trace())
	canceled := as(t, gl, "mia", "POST", path(manual, "/cancel"))
	assert.Equal(t, 201, canceled.Status)
	assert.Equal(t, "success", canceled.JSON(t)["status"], "what is over stays so")
}

func TestListingJobs(t *testing.T) {
	gl, _ := testkit.Factory(t)
	states := []fg.JobStatus{fg.JobPending, fg.JobFailed, fg.JobSuccess, fg.JobPending, fg.JobManual}
	var ids []int
	for _, s := range states {
		ids = append(ids, gl.AddJob(fg.Job{Project: "acme/shop", Status: s}).ID)
	}
	list := func(query string) ([]int, http.Header) {
		t.Helper()
		a := as(t, gl, "dev", "GET", "/projects/acme%2Fshop/jobs?"+query)
		require.Equal(t, 200, a.Status, a.Body)
		var rows []struct{ ID int }
		require.NoError(t, json.Unmarshal([]byte(a.Body), &rows))
		var got []int
		for _, r := range rows {
			got = append(got, r.ID)
		}
		return got, a.Header
	}
	all, header := list("per_page=2&page=2")
	assert.Equal(t, []int{ids[2], ids[1]}, all)
	assert.Equal(t, "3", header.Get("X-Next-Page"))
	assert.Empty(t, header.Get("X-Total"), "GitLab does not count jobs")
	for query, want := range map[string][]int{
		"scope=pending": {ids[3], ids[0]}, "scope[]=failed&scope[]=manual": {ids[4], ids[1]}, "scope[a]=success": {ids[2]},
	} {
		got, _ := list(query)
		assert.Equal(t, want, got, query)
	}
	first, header := list("pagination=keyset&per_page=3&order_by=id&sort=desc")
	assert.Equal(t, []int{ids[4], ids[3], ids[2]}, first)
	link := header.Get("Link")
	next := link[strings.Index(link, "?")+1 : strings.Index(link, ">")]
	rest, header := list(next)
	assert.Equal(t, []int{ids[1], ids[0]}, rest)
	assert.Empty(t, header.Get("Link"))
	for query, want := range map[string]int{"scope=nonsense": 400, "scope[]=": 400,
		"pagination=keyset&order_by=name": 405, "pagination=keyset&cursor=x": 400} {
		assert.Equal(t, want, as(t, gl, "dev", "GET", "/projects/acme%2Fshop/jobs?"+query).Status, query)
	}
}
