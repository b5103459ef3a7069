package rest_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	fg "github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

// What runners say of jobs, and what people read of them: rules whose loss no other test noticed (internal/mutate).

// lib/api/ci/runner.rb: a final update that GitLab puts off is told when to come again, and one that it refuses has the
// runner send the log again.
func TestFinalUpdatesThatArePutOff(t *testing.T) {
	gl, r := testkit.Factory(t)
	j := gl.AddJob(fg.Job{Project: "acme/shop", Status: fg.JobRunning, RunnerID: r.ID})
	gl.JobRun(j.ID).PostponeFinal(2)
	for _, wait := range []string{"1", "2"} {
		got := testkit.PutState(t, gl, j, "success")
		assert.Equal(t, []string{"202 202", wait}, []string{got.String(), got.Header.Get("X-GitLab-Trace-Update-Interval")})
	}
	assert.Equal(t, "200 200", testkit.PutState(t, gl, j, "success").String())

	again := gl.AddJob(fg.Job{Project: "acme/shop", Status: fg.JobRunning, RunnerID: r.ID})
	gl.JobRun(again.ID).RejectLog(1)
	assert.Equal(t, 412, testkit.PutState(t, gl, again, "success").Status)
	assert.Equal(t, 200, testkit.PutState(t, gl, again, "success").Status)
}

// What is refused is no contact here, be it a call with the right token.
func TestUpdatesThatAreRefusedAreNoContact(t *testing.T) {
	gl, r := testkit.Factory(t)
	j := gl.AddJob(fg.Job{Project: "acme/shop", Status: fg.JobRunning, RunnerID: r.ID})
	before, _ := gl.Runner(r.ID)
	gl.Advance(time.Hour)
	assert.Equal(t, "400 400", testkit.PutState(t, gl, j, "odd").String())
	refused, _ := gl.Runner(r.ID)
	assert.Equal(t, before.ContactedAt, refused.ContactedAt)
	assert.Equal(t, 200, testkit.PutState(t, gl, j, "running").Status)
	taken, _ := gl.Runner(r.ID)
	assert.Equal(t, gl.Now(), taken.ContactedAt)

	gl.AddJob(fg.Job{Project: "acme/shop"})
	require.Equal(t, 201, testkit.RequestJob(t, gl, r.Token, testkit.Hash{"system_id": "s_1"}).Status)
	gl.Advance(time.Hour)
	assert.Equal(t, 200, testkit.PutState(t, gl, gl.Jobs()[1], "running").Status)
	taken, _ = gl.Runner(r.ID)
	assert.Equal(t, []time.Time{gl.Now(), gl.Now()}, []time.Time{taken.ContactedAt, taken.Managers[0].ContactedAt})
}

// lib/api/helpers/members_helpers.rb: how many one request makes members, of whom some may be named twice.
func TestMostMembersAtOnce(t *testing.T) {
	gl := testkit.NewMia(t)
	u := gl.AddUser(fg.User{Username: "ann"})
	gl.AddGroup(fg.Group{Path: "club", Members: fg.Members{"mia": fg.Owner}})
	for times, want := range map[int]string{100: `201 {"status":"success"}`,
		101: `201 {"status":"error","message":"Too many users specified (limit is 100)"}`} {
		ids := strings.TrimSuffix(strings.Repeat(fmt.Sprintf("%d,", u.ID), times), ",")
		got := as(t, gl, "mia", "POST", "/groups/club/members",
			testkit.WithJSON(fmt.Sprintf(`{"user_id":%q,"access_level":20}`, ids)))
		assert.Equal(t, want, got.String())
	}
}

// app/finders/ci/jobs_finder.rb: trigger jobs that were retried are not listed.
func TestTriggerJobsThatWereRetried(t *testing.T) {
	gl, _ := testkit.Factory(t)
	gl.AddProject(fg.Project{Path: "acme/other", Members: fg.Members{"mia": fg.Maintainer}})
	gl.Commit("acme/shop", "main", map[string]string{".gitlab-ci.yml": "down: {trigger: acme/lost}\n"}, "Begin")
	down := gl.Jobs()[0]
	again := gl.RetryJob(down.ID)
	at := fmt.Sprintf("/projects/acme%%2Fshop/pipelines/%d/bridges", down.PipelineID)
	assert.Equal(t, []any{float64(again.ID)}, as(t, gl, "root", "GET", at).Each(t, "id"))
	assert.Empty(t, as(t, gl, "root", "GET", "/projects/acme%2Fshop/jobs").Each(t, "id"), "they are no jobs there")
}

// lib/api/ci/helpers/runner.rb, authenticate_job!: that there is no such job comes before all that may be said of the
// job whose token was sent.
func TestUpdatesOfNoJob(t *testing.T) {
	for _, version := range []string{"17.2", "19.1"} {
		gl, r := testkit.Factory(t, fg.WithVersion(version))
		over := gl.AddJob(fg.Job{Project: "acme/shop", Status: fg.JobSuccess, RunnerID: r.ID})
		got := testkit.PutState(t, gl, fg.Job{ID: 99, Token: over.Token}, "success")
		assert.Equal(t, `403 {"message":"403 Forbidden"}`, got.String())
		calls := gl.Calls("")
		assert.Equal(t, "there is no job 99", calls[len(calls)-1].Reason)
	}
}

// lib/api/ci/runner.rb: what a job's log has is counted in bytes.
func TestLogsAreCountedInBytes(t *testing.T) {
	gl, r := testkit.Factory(t)
	j := gl.AddJob(fg.Job{Project: "acme/shop", Status: fg.JobRunning, RunnerID: r.ID})
	got := testkit.PutState(t, gl, j, "success", "output", testkit.Hash{"bytesize": "many", "checksum": []int{1}})
	assert.Equal(t, `400 {"error":"output[checksum] is invalid, output[bytesize] is invalid"}`, got.String())
}

// lib/api/ci/runner.rb: what a session has are texts.
func TestSessionsAreOfTexts(t *testing.T) {
	gl, r := testkit.Factory(t)
	gl.AddJob(fg.Job{Project: "acme/shop"})
	got := testkit.RequestJob(t, gl, r.Token, testkit.Hash{"session": testkit.Hash{"url": []int{1},
		"certificate": []int{2}, "authorization": testkit.Hash{"a": 1}}})
	assert.Equal(t, `400 {"error":"session[url] is invalid, session[certificate] is invalid, `+
		`session[authorization] is invalid"}`, got.String())
	for url, want := range map[string]int{"https://": 409, "https:example.com": 409, "http://example.com": 409,
		"https://example.com": 201} {
		gl.AddJob(fg.Job{Project: "acme/shop"})
		assert.Equal(t, want, testkit.RequestJob(t, gl, r.Token, testkit.Hash{"session": testkit.Hash{"url": url}}).Status)
	}
}

// A runner that asks for Job Router is known by its token.
func TestWhoAsksForJobRouter(t *testing.T) {
	gl, r := testkit.Factory(t, fg.WithVersion("18.7"))
	require.Equal(t, 501, testkit.Send(t, gl, "GET", "/runners/router/discovery", nil, "Runner-Token", r.Token).Status)
	calls := gl.Calls("")
	assert.Equal(t, r.ID, calls[len(calls)-1].RunnerID)
}

// lib/gitlab/ci/variables/builder.rb: a job is told how often it was tried before.
func TestJobsKnowHowOftenTheyWereTried(t *testing.T) {
	gl, r := testkit.Factory(t, fg.WithVersion("19.3"))
	j := gl.AddJob(fg.Job{Project: "acme/shop"})
	for _, want := range []string{"0", "1"} {
		got := testkit.RequestJob(t, gl, r.Token)
		require.Equal(t, 201, got.Status, got.Body)
		assert.Contains(t, got.Body, `{"key":"CI_JOB_RETRY_COUNT","value":"`+want+`"`)
		gl.FinishJob(j.ID, fg.JobFailed)
		j = gl.RetryJob(j.ID)
	}
}

// lib/gitlab/ci/variables/builder/pipeline.rb: a job is told which user made its commit, if that can be seen by all.
func TestJobsKnowWhoMadeTheirCommit(t *testing.T) {
	gl, r := testkit.Factory(t, fg.WithVersion("19.3"))
	gl.AddUser(fg.User{Username: "ann", Email: "ann@corp.example",
		Attributes: map[string]string{"public_email": "ann@corp.example"}})
	for author, want := range map[string]string{"ann@corp.example": "ann", "ben@corp.example": ""} {
		gl.AddJob(fg.Job{Project: "acme/shop", Commit: fg.Commit{AuthorEmail: author}})
		got := testkit.RequestJob(t, gl, r.Token)
		require.Equal(t, 201, got.Status, got.Body)
		assert.Contains(t, got.Body, `{"key":"CI_COMMIT_USER_LOGIN","value":"`+want+`"`)
	}
}

// lib/api/ci/jobs.rb: what part of a log is shown.
func TestPartsOfLogs(t *testing.T) {
	gl, _ := testkit.Factory(t, fg.WithVersion("19.4"))
	j := gl.AddJob(fg.Job{Project: "acme/shop", Status: fg.JobSuccess, Trace: "0123456789"})
	for query, want := range map[string]string{"": "200 0123456789", "?byte_limit=1": "200 0", "?byte_offset=8": "200 89",
		"?byte_offset=0": "200 0123456789", "?byte_offset=3&byte_limit=2": "200 34", "?byte_limit=512000": "200 0123456789",
		"?byte_offset=10": "200", "?byte_limit=0": `400 {"error":"byte_limit does not have a valid value"}`,
		"?byte_limit=512001": `400 {"error":"byte_limit does not have a valid value"}`,
		"?byte_offset=-1":    `400 {"error":"byte_offset does not have a valid value"}`} {
		at := fmt.Sprintf("/projects/acme%%2Fshop/jobs/%d/trace%s", j.ID, query)
		assert.Equal(t, want, as(t, gl, "root", "GET", at).String(), query)
	}
}

// app/services/deployments/create_service.rb: a deployment that is told of is of a tag where that is said.
func TestDeploymentsOfTags(t *testing.T) {
	gl, _ := testkit.Factory(t)
	gl.Commit("acme/shop", "main", map[string]string{"a": "a"}, "Begin")
	for _, tag := range []string{"true", "false"} {
		told := testkit.WithForm("environment=of-" + tag + "&ref=main&sha=main&status=success&tag=" + tag)
		require.Equal(t, 201, as(t, gl, "root", "POST", "/projects/acme%2Fshop/deployments", told).Status)
	}
	assert.Equal(t, []bool{true, false}, []bool{gl.Deployments()[0].RefIsTag, gl.Deployments()[1].RefIsTag})
}

// app/finders/group_members_finder.rb; lib/api/entities/member.rb: of a private group that a project is shared with,
// the project's members are told of the members, but not of who made them members; others are not even told of those.
func TestMembersThroughAGroupThatIsHidden(t *testing.T) {
	gl := testkit.NewMia(t, fg.WithVersion("17.2"))
	for _, name := range []string{"ann", "ben", "zoe"} {
		gl.AddUser(fg.User{Username: name})
	}
	gl.AddGroup(fg.Group{Path: "club", Members: fg.Members{"mia": fg.Owner}})
	gl.AddProject(fg.Project{Path: "open/shop", Visibility: fg.Public, Members: fg.Members{"ann": fg.Reporter}})
	ben, _ := gl.User("ben")
	require.Equal(t, 201, as(t, gl, "mia", "POST", "/groups/club/members",
		testkit.WithJSON(fmt.Sprintf(`{"user_id":%d,"access_level":20}`, ben.ID))).Status)
	gl.AddShare(fg.Share{Path: "open/shop", Group: "club", Role: fg.Guest})
	for user, want := range map[string]string{"zoe": "[ann]", "ann": "[mia ann ben] <nil>",
		"mia": "[mia ann ben] mia"} {
		got := as(t, gl, user, "GET", "/projects/open%2Fshop/members/all")
		require.Equal(t, 200, got.Status, got.Body)
		told := fmt.Sprint(got.Each(t, "username"))
		if made := got.Each(t, "created_by"); len(made) == 3 {
			told += " <nil>"
			if by, shown := made[2].(testkit.Hash); shown {
				told = fmt.Sprint(got.Each(t, "username"), " ", by["username"])
			}
		}
		assert.Equal(t, want, told, user)
	}
}

// lib/api/ci/jobs.rb, play: what Grape says of variables that are none; null is an empty text.
func TestVariablesOfPlayedJobs(t *testing.T) {
	gl, _ := testkit.Factory(t)
	for variables, want := range map[string]string{
		`["x"]`:                         `400 {"error":"job_variables_attributes is invalid"}`,
		`[{"key":"A"}]`:                 `400 {"error":"job_variables_attributes[0][value] is missing"}`,
		`[{"key":"A","value":["x"]}]`:   `400 {"error":"job_variables_attributes[0][value] is invalid"}`,
		`[{"key":"A","value":null}]`:    "200",
		`[{"key":"A","value":"x"},"y"]`: `400 {"error":"job_variables_attributes is invalid"}`,
	} {
		j := gl.AddJob(fg.Job{Project: "acme/shop", Status: fg.JobManual})
		got := as(t, gl, "mia", "POST", fmt.Sprintf("/projects/acme%%2Fshop/jobs/%d/play", j.ID),
			testkit.WithJSON(`{"job_variables_attributes":`+variables+`}`))
		if want == "200" {
			assert.Equal(t, 200, got.Status, got.Body)
			continue
		}
		assert.Equal(t, want, got.String(), variables)
	}
}
