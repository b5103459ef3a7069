package fakegitlab_test

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

// misuse is what a fake says of a test that asks for what cannot be; "" if it says nothing. It ends the test at once.
func misuse(t *testing.T, scenario fakegitlab.Scenario, do func(*fakegitlab.Fake)) string {
	t.Helper()
	tb, finished := testkit.SpyOn(func(tb *testkit.Spy) { do(fakegitlab.New(tb, fakegitlab.WithScenario(scenario))) })
	assert.Equal(t, len(tb.Errors) == 0, finished, "a mistake ends the test at once")
	if len(tb.Errors) == 0 {
		return ""
	}
	return tb.Errors[0]
}

func TestImpossibleSeeds(t *testing.T) {
	type fake = *fakegitlab.Fake
	untagged := false
	for want, do := range map[string]func(fake){
		`AddUser("mia"): the username is taken`: func(gl fake) { gl.AddUser(fakegitlab.User{Username: "Mia"[:0] + "mia"}) },
		`AddUser("a b"): "a b" is no username, which begins with a letter, digit or '_' and has nothing but these, '-' and '.' in it`: func(gl fake) { gl.AddUser(fakegitlab.User{Username: "a b"}) },
		`AddUser("acme"): a group has that path`: func(gl fake) { gl.AddUser(fakegitlab.User{Username: "acme"}) },
		`AddUser("max"): user id 2 is taken`:     func(gl fake) { gl.AddUser(fakegitlab.User{ID: 2, Username: "max"}) },
		`AddUser("max"): unknown user state "away"; GitLab knows active, blocked, blocked_pending_approval, deactivated, banned`: func(gl fake) {
			gl.AddUser(fakegitlab.User{Username: "max", State: "away"})
		},
		`AddGroup("acme"): the path is taken by another group`: func(gl fake) { gl.AddGroup(fakegitlab.Group{Path: "acme"}) },
		`AddGroup("mia"): "mia" is a user's namespace`:         func(gl fake) { gl.AddGroup(fakegitlab.Group{Path: "mia"}) },
		`AddGroup("acme/shop"): "acme/shop" is a project`:      func(gl fake) { gl.AddGroup(fakegitlab.Group{Path: "acme/shop"}) },
		`AddGroup("b"): no user "miaa"; did you mean "mia"?`: func(gl fake) {
			gl.AddGroup(fakegitlab.Group{Path: "b", Members: fakegitlab.Members{"miaa": fakegitlab.Owner}})
		},
		`AddGroup("b"): members.mia: no role has the number 7; known are guest (10), planner (15), reporter (20), security_manager (25), developer (30), maintainer (40), owner (50)`: func(gl fake) {
			gl.AddGroup(fakegitlab.Group{Path: "b", Members: fakegitlab.Members{"mia": 7}})
		},
		`AddGroup("b"): the registration token is another's`: func(gl fake) {
			a, _ := gl.Group("acme")
			gl.AddGroup(fakegitlab.Group{Path: "b", RegistrationToken: a.RegistrationToken})
		},
		`AddProject("shop"): "shop" is no full path of a project, which has a namespace: "acme/shop"`: func(gl fake) {
			gl.AddProject(fakegitlab.Project{Path: "shop"})
		},
		`AddProject("acme/shop"): the path is taken by another project`: func(gl fake) { gl.AddProject(fakegitlab.Project{Path: "acme/shop"}) },
		`AddProject("acme/x"): a token cannot live for -1s`: func(gl fake) {
			gl.AddProject(fakegitlab.Project{Path: "acme/x", RunnerTokenExpiration: -time.Second})
		},
		`AddRunner("r"): no project "acme/shpo"; did you mean "acme/shop"?`: func(gl fake) {
			gl.AddRunner(fakegitlab.Runner{Description: "r", Projects: []string{"acme/shpo"}})
		},
		`AddRunner("r"): no project "10001"; here a project goes by its path: "acme/shop"`: func(gl fake) {
			gl.AddRunner(fakegitlab.Runner{Description: "r", Projects: []string{"10001"}})
		},
		`AddRunner("r"): no group "1001"; here a group goes by its path: "acme"`: func(gl fake) {
			gl.AddRunner(fakegitlab.Runner{Description: "r", Group: "1001"})
		},
		`AddJob("unit"): artifacts[0].file_type: unknown type of artifact "archiv"; did you mean "archive"?`: func(gl fake) {
			gl.AddJob(fakegitlab.Job{Name: "unit", Project: "acme/shop", Artifacts: []fakegitlab.Artifact{{Filename: "a", Type: "archiv"}}})
		},
		`AddJob("unit"): artifacts[0].file_format: an artifact of type junit has the format gzip, not raw`: func(gl fake) {
			gl.AddJob(fakegitlab.Job{Name: "unit", Project: "acme/shop", Artifacts: []fakegitlab.Artifact{{Filename: "a", Type: "junit", Format: "raw"}}})
		},
		`AddGroup("api"): "api" cannot be: api is a reserved name`: func(gl fake) { gl.AddGroup(fakegitlab.Group{Path: "api"}) },
		`AddProject("acme/trees/tree"): "acme/trees/tree" cannot be: tree is a reserved name`: func(gl fake) {
			gl.AddProject(fakegitlab.Project{Path: "acme/trees/tree"})
		},
		`UpdateGroup("acme"): Name can contain only letters, digits, emoji, '_', '.', dash, space, parenthesis. ` +
			`It must start with letter, digit, emoji or '_'.`: func(gl fake) {
			gl.UpdateGroup("acme", func(g *fakegitlab.Group) { g.Name = "a/b" })
		},
		`UpdateProject("acme/shop"): Name can contain only letters, digits, emoji, '_', '.', '+', dashes, or spaces. ` +
			`It must start with a letter, digit, emoji, or '_'.`: func(gl fake) {
			gl.UpdateProject("acme/shop", func(p *fakegitlab.Project) { p.Name = "a/b" })
		},
		`AddUser("x"): "bad" is no email address`: func(gl fake) { gl.AddUser(fakegitlab.User{Username: "x", Email: "bad"}) },
		`AddUser("x"): the email address "MIA@example.com" is taken by user "mia"`: func(gl fake) {
			gl.AddUser(fakegitlab.User{Username: "x", Email: "MIA@example.com"})
		},
		`UpdateUser("sam"): the email address "mia@example.com" is taken by user "mia"`: func(gl fake) {
			gl.UpdateUser("sam", func(u *fakegitlab.User) { u.Email = "mia@example.com" })
		},
		`AddJob("unit"): unknown failure reason "scrpt_failure"; did you mean "script_failure"?`: func(gl fake) {
			gl.AddJob(fakegitlab.Job{Name: "unit", Project: "acme/shop", Status: fakegitlab.JobFailed, FailureReason: "scrpt_failure"})
		},
		`AddJob("unit"): no project is given`: func(gl fake) { gl.AddJob(fakegitlab.Job{Name: "unit"}) },
		`Token(""): no user is given`:         func(gl fake) { gl.Token("") },
		`AddRunner("r"): Runner cannot have projects assigned`: func(gl fake) {
			gl.AddRunner(fakegitlab.Runner{Description: "r", Type: fakegitlab.InstanceRunner, Projects: []string{"acme/shop"}})
		},
		`AddRunner("r"): MaximumTimeout is whole seconds; it is 600ns: 600*time.Second?`: func(gl fake) {
			gl.AddRunner(fakegitlab.Runner{Description: "r", MaximumTimeout: 600})
		},
		`AddRunner("r"): Runner cannot have groups assigned`: func(gl fake) {
			gl.AddRunner(fakegitlab.Runner{Description: "r", Group: "acme", Type: fakegitlab.InstanceRunner})
		},
		`AddRunner("r"): a runner is of a group or of projects, and not of both`: func(gl fake) {
			gl.AddRunner(fakegitlab.Runner{Description: "r", Group: "acme", Projects: []string{"acme/shop"}})
		},
		`AddRunner("r"): Runner needs to be assigned to exactly one group`: func(gl fake) {
			gl.AddRunner(fakegitlab.Runner{Description: "r", Type: fakegitlab.GroupRunner})
		},
		`AddRunner("r"): Tags list can not be empty when runner is not allowed to pick untagged jobs`: func(gl fake) {
			gl.AddRunner(fakegitlab.Runner{Description: "r", RunUntagged: &untagged})
		},
		`AddRunner("r"): Maximum timeout needs to be at least 10 minutes`: func(gl fake) {
			gl.AddRunner(fakegitlab.Runner{Description: "r", MaximumTimeout: time.Minute})
		},
		`AddRunner("r"): MaximumTimeout is whole seconds`: func(gl fake) {
			gl.AddRunner(fakegitlab.Runner{Description: "r", MaximumTimeout: time.Hour + time.Millisecond})
		},
		`AddRunner(of project "acme/shop"): unknown access level "x"; GitLab knows not_protected, ref_protected`: func(gl fake) {
			gl.AddRunner(fakegitlab.Runner{Projects: []string{"acme/shop"}, AccessLevel: "x"})
		},
		`AddRunner(ID 5): runner id 5 is taken`: func(gl fake) { gl.AddRunner(fakegitlab.Runner{ID: 5}) },
		`AddJob(of project "acme/shop"): unknown job status "x"; GitLab knows ` +
			"created, waiting_for_resource, preparing, pending, running, success, failed, canceling, canceled, skipped, manual, scheduled": func(gl fake) {
			gl.AddJob(fakegitlab.Job{Project: "acme/shop", Status: "x"})
		},
		`AddRunner("r"): another runner has that token`: func(gl fake) { gl.AddRunner(fakegitlab.Runner{Description: "r", Token: "shop-token"}) },
		`AddRunner("r"): two managers have the system id "s"`: func(gl fake) {
			gl.AddRunner(fakegitlab.Runner{Description: "r", Managers: []fakegitlab.RunnerManager{{SystemID: "s"}, {SystemID: "s"}}})
		},
		`AddRunner("r"): runner id 5 is taken`: func(gl fake) { gl.AddRunner(fakegitlab.Runner{Description: "r", ID: 5}) },
		`AddAccessToken(of "mia"): no token scope "apii"; did you mean "api"?`: func(gl fake) {
			gl.AddAccessToken(fakegitlab.AccessToken{User: "mia", Scopes: []string{"apii"}})
		},
		`AddAccessToken(of "mia"): Role is for project and group access tokens; the role of a personal one is its user's`: func(gl fake) {
			gl.AddAccessToken(fakegitlab.AccessToken{User: "mia", Role: fakegitlab.Owner})
		},
		`AddAccessToken(of ""): an access token is of a project or of a group, not both`: func(gl fake) {
			gl.AddAccessToken(fakegitlab.AccessToken{Project: "acme/shop", Group: "acme"})
		},
		`Token("mja"): no user "mja"; did you mean "mia"?`:           func(gl fake) { gl.Token("mja") },
		`UpdateUser("max"): no user "max"; known are mia, root, sam`: func(gl fake) { gl.UpdateUser("max", func(*fakegitlab.User) {}) },
		`UpdateUser("mia"): a user's ID and Username do not change`: func(gl fake) {
			gl.UpdateUser("mia", func(u *fakegitlab.User) { u.ID = 9 })
		},
		`UpdateRunner(5): a runner's ID, Type and Group do not change`: func(gl fake) {
			gl.UpdateRunner(5, func(r *fakegitlab.Runner) { r.Type = fakegitlab.InstanceRunner })
		},
		`UpdateRunner(5): a runner has a token, and no other runner's`: func(gl fake) {
			gl.UpdateRunner(5, func(r *fakegitlab.Runner) { r.Token = "team-token" })
		},
		`UpdateSettings: a rate limit has both Requests and Per, or neither`: func(gl fake) {
			gl.UpdateSettings(func(s *fakegitlab.Settings) { s.RateLimit.Requests = 1 })
		},
		`UpdateSettings: no visibility "publik"; did you mean "public"?`: func(gl fake) {
			gl.UpdateSettings(func(s *fakegitlab.Settings) { s.RestrictedVisibilities = []fakegitlab.Visibility{"publik"} })
		},
		`UpdateSettings: no kind of registrar "grop"; did you mean "group"?`: func(gl fake) {
			gl.UpdateSettings(func(s *fakegitlab.Settings) { s.ValidRegistrars = []string{"grop"} })
		},
		`UpdateSettings: Valid runner registrars ["group", "group"] is not included in the list`: func(gl fake) {
			gl.UpdateSettings(func(s *fakegitlab.Settings) { s.ValidRegistrars = []string{"group", "group"} })
		},
		`DeleteRunner(50): no runner "50"; known are 5, 6, 7`: func(gl fake) { gl.DeleteRunner(50) },
		`ContactRunner(5): the system id "` + strings.Repeat("s", 65) + `" has more than 64 characters`: func(gl fake) {
			gl.ContactRunner(5, fakegitlab.RunnerManager{SystemID: strings.Repeat("s", 65)})
		},
		`Advance(-1s): time does not run backwards`: func(gl fake) { gl.Advance(-time.Second) },
		`Handle("GET /runners"): the fake serves that endpoint itself; an injected failure changes its answers`: func(gl fake) {
			gl.Handle("GET /runners", nil)
		},
		`Handle("GET /runners/:runner_id"): the fake serves that itself, as GET /runners/:id; an injected failure changes its answers`: func(gl fake) {
			gl.Handle("GET /runners/:runner_id", http.NotFoundHandler())
		},
		`Handle("HEAD /x"): HEAD is answered by the handlers of the path's other methods`:             func(gl fake) { gl.Handle("HEAD /x", http.NotFoundHandler()) },
		`Handle("runners"): an endpoint is a method and a path, as in "GET /projects/:id/milestones"`: func(gl fake) { gl.Handle("runners", nil) },
		`Handle("GET /x"): there is no handler`:                                                       func(gl fake) { gl.Handle("GET /x", nil) },
		`FinishJob(2000001): unknown failure reason "runner_systm_failure"; did you mean "runner_system_failure"?`: func(gl fake) {
			gl.FinishJob(gl.AddJob(fakegitlab.Job{Project: "acme/shop"}).ID, fakegitlab.JobFailed, "runner_systm_failure")
		},
		`FinishJob(2000001): a job that is success has no failure reason`: func(gl fake) {
			gl.FinishJob(gl.AddJob(fakegitlab.Job{Project: "acme/shop"}).ID, fakegitlab.JobSuccess, "script_failure")
		},
		`FinishJob(2000001): a job fails for one reason, not for 2: script_failure, api_failure`: func(gl fake) {
			gl.FinishJob(gl.AddJob(fakegitlab.Job{Project: "acme/shop"}).ID, fakegitlab.JobFailed, "script_failure", "api_failure")
		},
		`StartJob(1): no job "1"; there are none`: func(gl fake) { gl.StartJob(1, 5) },
	} {
		t.Run(want, func(t *testing.T) {
			assert.Equal(t, "fakegitlab: "+want, misuse(t, testkit.MiasWorld(), do))
		})
	}
}

// What GitLab refuses of a scenario comes all at once, with the place in the text that it was read from. What follows from
// another refusal does not come.
func TestSeedRefusesAllAtOnce(t *testing.T) {
	const text = `{
  "users": [{"username": "mia"}],
  "projects": [{"path": "acme/shop"}],
  "runners": [
    {"description": "short", "maximum_timeout": 60},
    {"description": "fine"},
    {"projects": ["acme/shop"], "run_untagged": false}
  ],
  "jobs": [{"project": "acme/shop", "failure_reason": "script_failure"}]
}`
	var s fakegitlab.Scenario
	require.NoError(t, json.Unmarshal([]byte(text), &s))
	gl := fakegitlab.New(t)
	var refused *fakegitlab.ScenarioError
	require.ErrorAs(t, gl.Seed(s), &refused)
	assert.EqualError(t, refused.In([]byte(text)), "scenario: 3 problems:"+
		"\n\t5:49: runners[0].maximum_timeout (short): Maximum timeout needs to be at least 10 minutes"+
		"\n\t7:5: runners[2].tag_list: Tags list can not be empty when runner is not allowed to pick untagged jobs"+
		"\n\t9:55: jobs[0].failure_reason: a job that is pending has no failure reason")
	assert.Empty(t, gl.Runners())
	assert.Zero(t, refused.Problems[0].Line, "the error itself knows no text")
}

// A whole clone is a negative depth, which comes back out of a Snapshot.
func TestSeedOfAWholeClone(t *testing.T) {
	gl := fakegitlab.New(t)
	gl.AddProject(fakegitlab.Project{Path: "acme/shop", GitDepth: -1})
	again := fakegitlab.New(t, fakegitlab.WithScenario(gl.Snapshot()))
	assert.Equal(t, -1, again.Projects()[0].GitDepth)
}

// A refused change leaves no trace, in the world and in what is made up next.
func TestRefusedSeedsLeaveNoTrace(t *testing.T) {
	gl, err := fakegitlab.Start(fakegitlab.WithScenario(testkit.MiasWorld()))
	require.NoError(t, err)
	t.Cleanup(gl.Close)
	before := gl.Snapshot()
	err = gl.Seed(fakegitlab.NewScenario().WithUser("max").WithGroup("new/deep").WithProject("new/deep/tool").WithRunner("r").
		WithJob("new/deep/tool", "build").WithAccessToken("max", "").
		WithRunner("broken", func(r *fakegitlab.Runner) { r.Token = "shop-token" }))
	assert.ErrorContains(t, err, "runners[1].token (broken): another runner has that token")
	assert.Empty(t, cmp.Diff(before, gl.Snapshot()))
	assert.Panics(t, func() {
		gl.AddGroup(fakegitlab.Group{Path: "x/y", Members: fakegitlab.Members{"nobody": fakegitlab.Owner}})
	}, "without a test, misuse panics")
	assert.Empty(t, cmp.Diff(before, gl.Snapshot()))

	fresh, err := fakegitlab.Start(fakegitlab.WithScenario(testkit.MiasWorld()))
	require.NoError(t, err)
	t.Cleanup(fresh.Close)
	assert.Equal(t, fresh.AddRunner(fakegitlab.Runner{}), gl.AddRunner(fakegitlab.Runner{}))
}

func TestSnapshotsSeedEqualWorlds(t *testing.T) {
	for _, version := range []string{"16.0", "16.11", "17.2", "17.11", "18.0", "19.4"} {
		t.Run(version, func(t *testing.T) {
			gl := fakegitlab.New(t, fakegitlab.WithVersion(version), fakegitlab.WithScenario(fakegitlab.SmallCompany()))
			gl.Token("mia")
			gl.Advance(1234567 * time.Microsecond)
			gl.UpdateSettings(func(s *fakegitlab.Settings) { s.ValidRegistrars, s.RunnerTokenExpiration = []string{}, 3*time.Hour })
			gl.AddAccessToken(fakegitlab.AccessToken{Project: "acme/shop", Role: fakegitlab.Developer})
			gl.AddRunner(fakegitlab.Runner{Projects: []string{"acme/shop"}})
			testkit.Ask(t, gl, gl.Token("mia"), "POST", "/user/runners", testkit.WithForm("runner_type=project_type&project_id=10001&description=api"))
			testkit.Ask(t, gl, gl.Token("mia"), "POST", "/projects/10002/runners", testkit.WithForm("runner_id=100023"))
			snapshot := gl.Snapshot()
			again := fakegitlab.New(t, fakegitlab.WithVersion(version), fakegitlab.WithScenario(snapshot),
				fakegitlab.WithStartTime(gl.Now()))
			assert.Empty(t, cmp.Diff(snapshot, again.Snapshot()))
			var file strings.Builder
			require.NoError(t, snapshot.Write(&file))
			read, err := fakegitlab.ReadScenario(strings.NewReader(file.String()))
			require.NoError(t, err)
			assert.Empty(t, cmp.Diff(snapshot, read), "as a file, too")

			for _, user := range []string{"mia", "oli", "sam"} {
				assert.Equal(t, 200, testkit.Ask(t, again, again.Token(user), "GET", "/user").Status)
				assert.Equal(t, user, testkit.Ask(t, again, again.Token(user), "GET", "/user").Field(t, "username"), "new tokens are nobody else's")
			}
			assert.Equal(t, gl.Token("mia"), again.Token("mia"))
			assert.Equal(t, "mia", testkit.Ask(t, again, gl.Token("mia"), "GET", "/user").Field(t, "username"))
			assertNothingShared(t, again)
		})
	}
}

// assertNothingShared adds more of everything that has a secret and checks that no two have the same.
func assertNothingShared(t *testing.T, gl *fakegitlab.Fake) {
	t.Helper()
	for _, name := range []string{"a", "b", "c"} {
		gl.AddProject(fakegitlab.Project{Path: name + "/" + name})
		gl.AddJob(fakegitlab.Job{Project: name + "/" + name, Name: "job", Status: fakegitlab.JobRunning, RunnerID: gl.AddRunner(fakegitlab.Runner{}).ID})
		gl.AddAccessToken(fakegitlab.AccessToken{Group: name})
	}
	s := gl.Snapshot()
	seen := map[string]bool{}
	once := func(secret string) {
		assert.False(t, secret != "" && seen[secret], "%q is used twice", secret)
		seen[secret] = true
	}
	once(s.Settings.RegistrationToken)
	for _, x := range s.AccessTokens {
		once(x.Token)
	}
	for _, x := range s.Groups {
		once(x.RegistrationToken)
	}
	for _, x := range s.Projects {
		once(x.RegistrationToken)
	}
	for _, x := range s.Runners {
		once(x.Token)
	}
	for _, x := range s.Jobs {
		once(x.Token)
	}
}

func TestChangesOnGitLabsSide(t *testing.T) {
	gl := testkit.NewMia(t)
	r := gl.UpdateRunner(5, func(r *fakegitlab.Runner) {
		r.Paused, r.Token, r.Tags = true, "other-token", []string{"b", " a ", "b", ""}
		r.Managers = []fakegitlab.RunnerManager{{SystemID: "s_1", Version: "17.0"}}
	})
	assert.Equal(t, []string{"b", "a"}, r.Tags)
	assert.Equal(t, 403, testkit.Ask(t, gl, "", "POST", "/runners/verify", testkit.WithForm("token=shop-token")).Status)
	assert.Equal(t, 200, testkit.Ask(t, gl, "", "POST", "/runners/verify", testkit.WithForm("token=other-token")).Status)
	gl.UpdateRunner(5, func(r *fakegitlab.Runner) { r.Managers = r.Managers[:0] })
	assert.Equal(t, "200 []", testkit.Ask(t, gl, gl.Token("mia"), "GET", "/runners/5/managers").String())
	gl.UpdateProject("acme/shop", func(p *fakegitlab.Project) { p.Members = nil })
	assert.Equal(t, 404, testkit.Ask(t, gl, gl.Token("mia"), "GET", "/projects/acme%2Fshop").Status)
	gl.DeleteRunner(5)
	gl.AssertRunnerGone(t, 5)
	assert.Equal(t, 403, testkit.Ask(t, gl, "", "POST", "/runners/verify", testkit.WithForm("token=other-token")).Status)
	for _, found := range []bool{second(gl.Runner(5)), second(gl.User("max")), second(gl.Group("x")), second(gl.Project("acme")), second(gl.Job(1))} {
		assert.False(t, found)
	}
	got, _ := gl.Runner(6)
	got.Tags = append(got.Tags, "mine")
	again, _ := gl.Runner(6)
	assert.Empty(t, again.Tags, "what is returned is a copy")
	assert.Len(t, gl.Users(), 3)
	assert.Len(t, gl.Groups(), 1)
	assert.Len(t, gl.Projects(), 1)
	assert.Len(t, gl.Jobs(), 0)
}

func second[T any](_ T, ok bool) bool { return ok }

// The same calls make the same world and the same journal, run by run.
func TestDeterminism(t *testing.T) {
	play := func() (fakegitlab.Scenario, string) {
		gl := fakegitlab.New(t, fakegitlab.WithScenario(fakegitlab.SmallCompany()))
		testkit.Ask(t, gl, gl.Token("mia"), "POST", "/user/runners", testkit.WithForm("runner_type=project_type&project_id=10001"))
		testkit.Ask(t, gl, gl.Token("mia"), "POST", "/runners/100021/reset_authentication_token")
		testkit.Ask(t, gl, gl.AdminToken(), "POST", "/runners/reset_registration_token")
		testkit.Ask(t, gl, "", "POST", "/runners/verify", testkit.WithForm("token=nonsense"))
		gl.Advance(time.Hour)
		testkit.Ask(t, gl, "", "POST", "/runners", testkit.WithForm("tag_list=a&token="+gl.Settings().RegistrationToken))
		gl.AddAccessToken(fakegitlab.AccessToken{Group: "acme"})
		return gl.Snapshot(), gl.Journal()
	}
	snapshot, journal := play()
	for range 3 {
		s, j := play()
		assert.Empty(t, cmp.Diff(snapshot, s))
		assert.Equal(t, journal, j)
	}
}

// What is older than a rule that GitLab holds only against changes lives on in its database, and so in a seed.
func TestSeedsMayBeOlderThanRules(t *testing.T) {
	gl := fakegitlab.New(t)
	gl.AddUser(fakegitlab.User{Username: "oli"})
	gl.AddGroup(fakegitlab.Group{Path: "acme", Name: "R&D", Members: fakegitlab.Members{"oli": fakegitlab.Owner}})
	gl.AddProject(fakegitlab.Project{Path: "acme/a--b", Members: fakegitlab.Members{"oli": fakegitlab.Guest}})
	gl.UpdateGroup("acme", func(g *fakegitlab.Group) { g.Members["oli"] = fakegitlab.Maintainer })
	gl.AddProject(fakegitlab.Project{Path: "acme/deep/open", Visibility: fakegitlab.Internal})
	again := fakegitlab.New(t)
	require.NoError(t, again.Seed(gl.Snapshot()))
	assert.Equal(t, gl.Snapshot(), again.Snapshot())
}

// Tags are read as GitLab reads them, also those of seeds: split at commas, but not in quotes.
func TestTagsWithCommas(t *testing.T) {
	gl := fakegitlab.New(t)
	gl.AddProject(fakegitlab.Project{Path: "acme/shop"})
	r := gl.AddRunner(fakegitlab.Runner{Tags: []string{"linux,docker", `"a,b"`, "it's", "linux"}, ContactedAt: gl.Now()})
	assert.Equal(t, []string{`"a,b"`, "linux", "docker", "it's"}, r.Tags)
	j := gl.AddJob(fakegitlab.Job{Project: "acme/shop", Tags: []string{"linux, docker"}})
	assert.Equal(t, []string{"linux", "docker"}, j.Tags)
	gl.StartJob(j.ID, r.ID)
	gl.UpdateRunner(r.ID, func(r *fakegitlab.Runner) { r.Paused = true })
	again := fakegitlab.New(t)
	require.NoError(t, again.Seed(gl.Snapshot()))
	assert.Equal(t, gl.Snapshot(), again.Snapshot())
	assert.Contains(t, testkit.Ask(t, again, again.Token("root"), "GET", "/runners/"+strconv.Itoa(r.ID)).Body,
		`"tag_list":["a,b","linux","docker","it's"]`)
}
