package fakegitlab_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

// misusing plays one call that a test should not make, and returns what the test is told.
func misusing(t *testing.T, do func(gl *fakegitlab.Fake), opts ...fakegitlab.Option) string {
	t.Helper()
	spy, finished := testkit.SpyOn(func(tb *testkit.Spy) {
		do(fakegitlab.New(tb, append([]fakegitlab.Option{fakegitlab.WithScenario(fakegitlab.SmallCompany())}, opts...)...))
	})
	assert.False(t, finished, "the test goes on")
	return strings.Join(spy.Errors, "\n")
}

func TestDeleteProject(t *testing.T) {
	for version, stays := range map[string]bool{"17.2": true, "18.0": false, "18.3": true} {
		gl := fakegitlab.New(t, fakegitlab.WithScenario(fakegitlab.SmallCompany()), fakegitlab.WithVersion(version))
		bot := gl.AddAccessToken(fakegitlab.AccessToken{Project: "acme/shop"})
		running, _ := gl.Job(2000005)
		before := gl.Snapshot()

		gl.DeleteProject("ACME/shop")

		_, found := gl.Project("acme/shop")
		assert.False(t, found)
		_, found = gl.User(bot.User)
		assert.False(t, found, "the bot of its token")
		assert.Equal(t, 401, testkit.Ask(t, gl, bot.Token, "GET", "/user").Status)
		assert.Equal(t, 403, testkit.Ask(t, gl, "", "PUT", "/jobs/2000005",
			testkit.WithForm("state=success&token="+running.Token)).Status)
		assert.Equal(t, 404, testkit.Ask(t, gl, gl.Token("mia"), "GET", "/projects/10001").Status)
		for _, job := range gl.Jobs() {
			assert.Equal(t, "acme/backend/api", job.Project)
		}
		_, found = gl.Runner(100021)
		assert.Equal(t, stays, found, "a runner of nothing else, in "+version)
		shared, _ := gl.Runner(100022)
		assert.Equal(t, []string{"acme/backend/api"}, shared.Projects)

		again := fakegitlab.New(t, fakegitlab.WithScenario(gl.Snapshot()), fakegitlab.WithVersion(version))
		again.AssertSnapshot(t, gl.Snapshot())
		require.NoError(t, gl.ResetTo(before), "all that was given back can be taken again")
		gl.AddProject(fakegitlab.Project{Path: "acme/shop2"})
	}
}

func TestDeleteGroup(t *testing.T) {
	for _, version := range []string{"17.2", "18.0"} {
		gl := fakegitlab.New(t, fakegitlab.WithScenario(fakegitlab.SmallCompany()), fakegitlab.WithVersion(version))
		gl.AddAccessToken(fakegitlab.AccessToken{Group: "acme/backend"})
		gl.DeleteGroup("acme")
		assert.Empty(t, gl.Groups())
		assert.Empty(t, gl.Projects())
		assert.Empty(t, gl.Jobs())
		assert.Len(t, gl.Users(), 9, "people stay, the bot does not")
		orphan, found := gl.Runner(100011)
		assert.True(t, found, version)
		assert.Empty(t, orphan.Group)
		again := fakegitlab.New(t, fakegitlab.WithScenario(gl.Snapshot()), fakegitlab.WithVersion(version))
		again.AssertSnapshot(t, gl.Snapshot())
	}
}

func TestDeleteUser(t *testing.T) {
	gl := fakegitlab.New(t, fakegitlab.WithScenario(fakegitlab.SmallCompany()))
	token := gl.Token("dan")
	gl.AddProject(fakegitlab.Project{Path: "dan/dotfiles"})
	gl.DeleteUser("dan")

	assert.Equal(t, 401, testkit.Ask(t, gl, token, "GET", "/user").Status)
	_, found := gl.Project("dan/dotfiles")
	assert.False(t, found)
	gl.AssertJobStatus(t, 2000007, fakegitlab.JobFailed)
	job, _ := gl.Job(2000007)
	assert.Equal(t, "user_blocked", job.FailureReason)
	assert.Equal(t, "ghost", job.User)
	for id, status := range map[int]fakegitlab.JobStatus{2000001: fakegitlab.JobSuccess, 2000005: fakegitlab.JobFailed,
		2000006: fakegitlab.JobCanceling, 2000009: fakegitlab.JobManual, 2000010: fakegitlab.JobFailed} {
		gl.AssertJobStatus(t, id, status)
	}
	acme, _ := gl.Group("acme")
	assert.NotContains(t, acme.Members, "dan")

	gl.AddUser(fakegitlab.User{Username: "dan"})
	assert.Equal(t, 401, testkit.Ask(t, gl, token, "GET", "/user").Status, "another dan has another token")
	assert.NotEqual(t, token, gl.Token("dan"))
	fakegitlab.New(t, fakegitlab.WithScenario(gl.Snapshot())).AssertSnapshot(t, gl.Snapshot())

	gl.DeleteUser("mia")
	r, _ := gl.Runner(100021)
	assert.Empty(t, r.CreatedBy)
}

// What GitLab keeps without its user is told of nobody, and a Snapshot of it is a world again.
func TestWhatNobodyIsLeftOf(t *testing.T) {
	gl := fakegitlab.New(t)
	gl.AddUser(fakegitlab.User{Username: "ann"})
	gl.AddProject(fakegitlab.Project{Path: "acme/shop", Files: map[string]string{"a": "a"},
		Members: fakegitlab.Members{"ann": fakegitlab.Maintainer}})
	schedule := gl.AddPipelineSchedule(fakegitlab.PipelineSchedule{Project: "acme/shop", Owner: "ann", Cron: "0 1 * * *"})
	sha := gl.Commit("acme/shop", "main", map[string]string{"b": "b"}, "More")
	status := "/projects/acme%2Fshop/statuses/" + sha
	require.Equal(t, 201, testkit.Ask(t, gl, gl.Token("ann"), "POST", status+"?state=success&name=lint").Status)
	gl.DeleteUser("ann")
	said := testkit.Ask(t, gl, gl.AdminToken(), "GET", "/projects/acme%2Fshop/repository/commits/"+sha+"/statuses")
	assert.Contains(t, said.Body, `"author":null`)
	s := gl.Snapshot()
	assert.Equal(t, []string{"-", "-"}, []string{s.CommitStatuses[0].User, s.PipelineSchedules[0].Owner})
	again := fakegitlab.New(t, fakegitlab.WithScenario(s))
	again.AssertSnapshot(t, s)
	path := fmt.Sprintf("/projects/acme%%2Fshop/pipeline_schedules/%d", schedule.ID)
	assert.Contains(t, testkit.Ask(t, again, again.AdminToken(), "GET", path).Body, `"owner":null`)
}

func TestDeletionsThatGitLabRefuses(t *testing.T) {
	assert.Contains(t, misusing(t, func(gl *fakegitlab.Fake) { gl.DeleteUser("oli") }),
		`DeleteUser("oli"): oli is the only owner of group acme, which GitLab asks to delete or to give to somebody first`)
	assert.Contains(t, misusing(t, func(gl *fakegitlab.Fake) { gl.DeleteUser("root") }), "root is always there")
	assert.Contains(t, misusing(t, func(gl *fakegitlab.Fake) { gl.DeleteUser("olli") }), `did you mean "oli"?`)
	assert.Contains(t, misusing(t, func(gl *fakegitlab.Fake) { gl.DeleteGroup("acmee") }), `did you mean "acme"?`)
	assert.Contains(t, misusing(t, func(gl *fakegitlab.Fake) { gl.DeleteProject("acme/shopp") }), `did you mean "acme/shop"?`)
	assert.Contains(t, misusing(t, func(gl *fakegitlab.Fake) { gl.RevokeAccessToken("glpat-mia") }),
		"no access token has that value")
}

func TestTokenOfADeletedUser(t *testing.T) {
	gl := fakegitlab.New(t, fakegitlab.WithInMemoryNetwork(), fakegitlab.WithScenario(fakegitlab.SmallCompany()))
	token := gl.Token("mia")
	gl.DeleteUser("mia")
	assert.Equal(t, 401, testkit.Ask(t, gl, token, "GET", "/user").Status)
	assert.Equal(t, "that was a token of mia, who was deleted", gl.Calls("")[0].Reason)
}

func TestRevokeAccessToken(t *testing.T) {
	gl := fakegitlab.New(t, fakegitlab.WithScenario(fakegitlab.SmallCompany().WithAccessToken("mia", "glpat-of-mia")))
	assert.Equal(t, 200, testkit.Ask(t, gl, "glpat-of-mia", "GET", "/user").Status)
	gl.RevokeAccessToken("glpat-of-mia")
	assert.Equal(t, 401, testkit.Ask(t, gl, "glpat-of-mia", "GET", "/user").Status)
	handed := gl.Token("mia")
	gl.Reset()
	gl.RevokeAccessToken(handed) // of before the Reset, where it was still good
	assert.Equal(t, 401, testkit.Ask(t, gl, handed, "GET", "/user").Status)
}

func TestNextIDAndNextToken(t *testing.T) {
	gl := fakegitlab.New(t, fakegitlab.WithScenario(fakegitlab.SmallCompany()))
	gl.NextID(7)
	gl.NextID(8)
	gl.NextToken("glrt-first")
	gl.NextToken("second, of any form"[:6])
	gl.AddRunner(fakegitlab.Runner{}) // seeds leave them alone
	root := gl.AdminToken()
	first := testkit.Ask(t, gl, root, "POST", "/user/runners", testkit.WithForm("runner_type=instance_type"))
	assert.Contains(t, first.Body, `{"id":7,"token":"glrt-first"`)
	reset := testkit.Ask(t, gl, root, "POST", "/runners/7/reset_authentication_token")
	assert.Contains(t, reset.Body, `"token":"second"`)
	assert.Equal(t, http.StatusCreated, testkit.Ask(t, gl, gl.Token("dan"), "POST",
		"/projects/10001/jobs/2000002/retry").Status)
	_, found := gl.Job(8)
	assert.True(t, found, "a job that is made by a retry")
	gl.NextToken("groups-token")
	assert.Contains(t, testkit.Ask(t, gl, gl.Token("oli"), "POST", "/groups/acme/runners/reset_registration_token").Body,
		"groups-token")
	assert.Empty(t, gl.Problems())
	_, found = gl.Runner(100051)
	assert.False(t, found)
}

func TestPinsThatComeToNothing(t *testing.T) {
	gl, err := fakegitlab.Start(fakegitlab.WithScenario(fakegitlab.SmallCompany()))
	require.NoError(t, err)
	defer gl.Close()
	gl.NextID(7)
	gl.NextID(9)
	gl.NextToken("glrt-late")
	gl.AddRunner(fakegitlab.Runner{ID: 7})
	testkit.Ask(t, gl, gl.AdminToken(), "POST", "/user/runners", testkit.WithForm("runner_type=instance_type"))
	gl.NextToken("glrt-neverneverneverneve")
	problems := gl.Problems()
	for i, want := range []string{
		`^NextID\(7\) at seeds_deletions_test.go:\d+: when its turn came, the ID was taken$`,
		`^NextID\(9\) at seeds_deletions_test.go:\d+ was never used: no request made what has an ID$`,
		`^NextToken\("glrt-neve…"\) at seeds_deletions_test.go:\d+ was never used: no request made a token$`,
	} {
		assert.Regexp(t, want, problems[i])
	}
	gl.Reset()
	assert.Empty(t, gl.Problems())

	for want, do := range map[string]func(*fakegitlab.Fake){
		"NextID(100001): the ID is taken by runner 100001, which exists": func(gl *fakegitlab.Fake) { gl.NextID(100001) },
		"NextID(0): 0 is no ID, which is 1 or more":                      func(gl *fakegitlab.Fake) { gl.NextID(0) },
		"NextID(5): the ID is already that of an earlier record to come": func(gl *fakegitlab.Fake) { gl.NextID(5); gl.NextID(5) },
		`NextToken(""): "" is no token: it is empty or has blanks`:       func(gl *fakegitlab.Fake) { gl.NextToken("") },
		`NextToken("glrt-taken"): the token is taken`: func(gl *fakegitlab.Fake) {
			gl.AddRunner(fakegitlab.Runner{Token: "glrt-taken"})
			gl.NextToken("glrt-taken")
		},
		`NextToken("twice"): the token is already that of an earlier one to come`: func(gl *fakegitlab.Fake) { gl.NextToken("twice"); gl.NextToken("twice") },
	} {
		assert.Contains(t, misusing(t, do), want)
	}
}

// What cannot be shared, kept or overridden is said at once, with the nearest right thing.
func TestSharesAndAttributesOfSeeds(t *testing.T) {
	for want, do := range map[string]func(gl *fakegitlab.Fake){
		`AddShare("acme/shop"): no group "acme/backed"; did you mean "acme/backend"?`: func(gl *fakegitlab.Fake) {
			gl.AddShare(fakegitlab.Share{Path: "acme/shop", Group: "acme/backed", Role: fakegitlab.Guest})
		},
		`AddShare("acme/shop"): Project cannot be shared with the group it is in or one of its ancestors.`: func(
			gl *fakegitlab.Fake) {
			gl.AddShare(fakegitlab.Share{Path: "acme/shop", Group: "acme", Role: fakegitlab.Guest})
		},
		`DeleteShare("acme/shop"): acme/shop is not shared with group acme/backend`: func(gl *fakegitlab.Fake) {
			gl.DeleteShare("acme/shop", "acme/backend")
		},
		`UpdateProject("acme/shop"): attributes.merge_metod: no attribute "merge_metod"; did you mean "merge_method"?`: func(
			gl *fakegitlab.Fake) {
			gl.UpdateProject("acme/shop", func(p *fakegitlab.Project) { p.Attributes = map[string]string{"merge_metod": "ff"} })
		},
		`UpdateGroup("acme"): attributes.lfs_enabled: no truth value "yes"; known are true, false`: func(
			gl *fakegitlab.Fake) {
			gl.UpdateGroup("acme", func(g *fakegitlab.Group) { g.Attributes = map[string]string{"lfs_enabled": "yes"} })
		},
		`UpdateGroup("acme"): nothing is to be overridden where the group has shared runners`: func(gl *fakegitlab.Fake) {
			gl.UpdateGroup("acme", func(g *fakegitlab.Group) { g.SharedRunnersOverridable = true })
		},
		`UpdateProject("acme/shop"): no user "mie"; did you mean "mia"?`: func(gl *fakegitlab.Fake) {
			gl.UpdateProject("acme/shop", func(p *fakegitlab.Project) { p.CreatedBy = "mie" })
		},
	} {
		assert.Equal(t, "fakegitlab: "+want, misusing(t, do))
	}
	gl := fakegitlab.New(t, fakegitlab.WithScenario(fakegitlab.SmallCompany().WithGroup("team").
		WithShare("acme", "team", fakegitlab.Developer)))
	gl.AddShare(fakegitlab.Share{Path: "acme/shop", Group: "acme/backend", Role: fakegitlab.Guest})
	assert.Equal(t, []fakegitlab.Share{{Path: "acme", Group: "team", Role: fakegitlab.Developer},
		{Path: "acme/shop", Group: "acme/backend", Role: fakegitlab.Guest}}, gl.Shares())
	gl.DeleteGroup("team")
	gl.DeleteShare("ACME/shop", "acme/backend")
	assert.Empty(t, gl.Shares())
}

func TestResetBringsDeletedUserBack(t *testing.T) {
	gl := fakegitlab.New(t, fakegitlab.WithScenario(fakegitlab.SmallCompany()))
	mia, unused := gl.ClientAs("mia"), gl.Token("mia", "read_api")
	status := func() int {
		res, err := mia.Get(gl.APIURL() + "/user")
		require.NoError(t, err)
		_ = res.Body.Close()
		return res.StatusCode
	}
	for range 2 { // the second time, no token of hers has been made in that world
		gl.DeleteUser("mia")
		assert.Equal(t, 401, status(), "her tokens go with her")
		gl.AddUser(fakegitlab.User{Username: "mia"})
		assert.Equal(t, 401, status(), "and are not those of who has her name now")
		gl.Reset()
	}
	assert.Equal(t, 200, status(), "clients of ClientAs stay good")
	assert.Equal(t, unused, gl.Token("mia", "read_api"))
}
