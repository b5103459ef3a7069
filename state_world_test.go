package fakegitlab_test

import (
	"math"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

// A function of the test that panics, or ends its goroutine as require does, leaves the fake whole: what clients did
// afterwards must not be undone together with the next refused change.
func TestChangesThatEndEarly(t *testing.T) {
	for name, end := range map[string]func(){"panic": func() { panic("a bug of the test") }, "FailNow": runtime.Goexit} {
		t.Run(name, func(t *testing.T) {
			gl := testkit.NewMia(t)
			before := gl.Snapshot()
			ended := make(chan struct{})
			go func() {
				defer close(ended)
				defer func() { _ = recover() }()
				gl.UpdateUser("mia", func(u *fakegitlab.User) {
					u.Name = "half done"
					end()
				})
			}()
			<-ended
			gl.AssertSnapshot(t, before)

			registered := testkit.Ask(t, gl, "", "POST", "/runners", testkit.WithForm("token="+gl.Settings().RegistrationToken))
			require.Equal(t, http.StatusCreated, registered.Status)
			require.Error(t, gl.Seed(fakegitlab.NewScenario().WithProject("acme/shop")), "it is there already")
			assert.Len(t, gl.Runners(), len(before.Runners)+1, "the refused Seed took back what a client did")
		})
	}
}

// The token of a project or group is a bot's. Given to a person, it would be that person's with another name, and the
// person a member.
func TestTokensOfPlacesAreNoPersons(t *testing.T) {
	gl := testkit.NewMia(t)
	before := gl.Snapshot()
	for _, token := range []fakegitlab.AccessToken{{User: "root", Project: "acme/shop"}, {User: "mia", Project: "acme/shop"},
		{User: "Mia", Group: "acme"}} {
		refused := gl.Seed(fakegitlab.Scenario{AccessTokens: []fakegitlab.AccessToken{token}})
		require.ErrorContains(t, refused, "is a person")
		gl.AssertSnapshot(t, before)
	}
	said := func(token fakegitlab.AccessToken) string {
		return misuse(t, testkit.MiasWorld(), func(gl *fakegitlab.Fake) { gl.AddAccessToken(token) })
	}
	assert.Equal(t, `fakegitlab: AddAccessToken(of "root"): User "root" is a person, and the token of a project belongs to `+
		"a bot user, who is made with it: leave User out, or name the bot by a username that nobody has; "+
		"for a token of root's own leave Project out", said(fakegitlab.AccessToken{User: "root", Project: "acme/shop"}))
	assert.Contains(t, said(fakegitlab.AccessToken{User: "mia", Group: "acme"}), "for a token of mia's own leave Group out")

	first := gl.AddAccessToken(fakegitlab.AccessToken{User: "deployer", Project: "acme/shop", Role: fakegitlab.Developer})
	second := gl.AddAccessToken(fakegitlab.AccessToken{User: first.User, Project: "acme/shop", Role: fakegitlab.Developer})
	assert.Equal(t, "deployer", testkit.Ask(t, gl, second.Token, "GET", "/user").Field(t, "username"), "one bot, two tokens")
	bot, _ := gl.User("deployer")
	assert.True(t, bot.Bot)
	again := fakegitlab.New(t, fakegitlab.WithScenario(gl.Snapshot()))
	again.AssertSnapshot(t, gl.Snapshot())
	assert.Equal(t, true, testkit.Ask(t, again, first.Token, "GET", "/user").Field(t, "bot"))
	assert.Contains(t, misuse(t, testkit.MiasWorld(), func(gl *fakegitlab.Fake) {
		gl.UpdateUser("mia", func(u *fakegitlab.User) { u.Bot = true })
	}), "Bot says how a user was made and does not change")
}

// A runner's token that came from a snapshot is not made again once it is dead.
func TestDeadTokensStayDead(t *testing.T) {
	first := fakegitlab.New(t)
	old := first.AddRunner(fakegitlab.Runner{})
	second := fakegitlab.New(t, fakegitlab.WithScenario(first.Snapshot()))
	second.DeleteRunner(old.ID)
	assert.NotEqual(t, old.Token, second.AddRunner(fakegitlab.Runner{}).Token)
}

func TestManagersOfARunner(t *testing.T) {
	t.Run("one id each", func(t *testing.T) {
		said := misuse(t, fakegitlab.NewScenario(), func(gl *fakegitlab.Fake) {
			gl.AddRunner(fakegitlab.Runner{Managers: []fakegitlab.RunnerManager{{ID: 7, SystemID: "a"}, {ID: 7, SystemID: "b"}}})
		})
		assert.Contains(t, said, "runner manager id 7 is taken")
	})
	for name, c := range map[string]struct {
		change func(*fakegitlab.Runner)
		want   string
	}{
		"gone":           {func(r *fakegitlab.Runner) { r.Managers = nil }, ""},
		"made once more": {func(r *fakegitlab.Runner) { r.Managers[0].ID += 10 }, "s_1"},
	} {
		t.Run(name, func(t *testing.T) {
			gl := fakegitlab.New(t)
			gl.AddProject(fakegitlab.Project{Path: "acme/shop"})
			r := gl.AddRunner(fakegitlab.Runner{Managers: []fakegitlab.RunnerManager{{SystemID: "s_1"}}})
			j := gl.AddJob(fakegitlab.Job{Project: "acme/shop", Status: fakegitlab.JobRunning, RunnerID: r.ID, SystemID: "s_1"})
			gl.UpdateRunner(r.ID, c.change)
			j, _ = gl.Job(j.ID)
			assert.Equal(t, c.want, j.SystemID)
			fakegitlab.New(t, fakegitlab.WithScenario(gl.Snapshot())).AssertSnapshot(t, gl.Snapshot())
		})
	}
}

// Answers are written without the state's mutex; run with -race.
func TestAnswersShareNothingWithTheState(t *testing.T) {
	gl := fakegitlab.New(t, fakegitlab.WithScenario(fakegitlab.SmallCompany()))
	root := gl.AdminToken()
	var all sync.WaitGroup
	for range 50 {
		for _, path := range []string{"/user", "/groups/1002", "/projects/10002"} {
			all.Go(func() { assert.Equal(t, http.StatusOK, testkit.Ask(t, gl, root, "GET", path).Status) })
		}
		all.Go(func() { gl.UpdateUser("root", func(u *fakegitlab.User) { u.Name += "." }) })
		all.Go(func() { gl.UpdateGroup("acme", func(g *fakegitlab.Group) { g.Name += "." }) })
	}
	all.Wait()
}

// A condition is the test's own function, which may use the fake.
func TestConditionsMayUseTheFake(t *testing.T) {
	gl := testkit.NewMia(t, fakegitlab.WithUnusedFailures(true))
	injected := false
	gl.Inject(fakegitlab.Failure{Status: 503, Where: []fakegitlab.CallMatcher{fakegitlab.Where(func(fakegitlab.Call) bool {
		gl.Inject(fakegitlab.Failure{Status: 500})()
		injected = true
		return true
	})}})
	assert.Equal(t, 503, testkit.Ask(t, gl, gl.Token("mia"), "GET", "/version").Status)
	assert.True(t, injected)
}

func TestNoLimitAtAll(t *testing.T) {
	gl := testkit.NewMia(t)
	gl.UpdateSettings(func(s *fakegitlab.Settings) { s.MaxTraceSize, s.MaxArtifactsSize = math.MaxInt64, math.MaxInt64 })
	r := gl.AddRunner(fakegitlab.Runner{})
	j := gl.AddJob(fakegitlab.Job{Project: "acme/shop", Status: fakegitlab.JobRunning, RunnerID: r.ID})
	assert.Equal(t, http.StatusAccepted, testkit.PatchTrace(t, gl, j, 0, "hello").Status)
	assert.Equal(t, http.StatusCreated, testkit.Upload(t, gl, j, "", "a.zip", []byte("zip")).Status)
	assert.Equal(t, "hello", gl.JobRun(j.ID).Trace())
	assert.Equal(t, "zip", string(gl.JobRun(j.ID).Artifacts()[0].Content))
}

// The journal reads the same in every run, whatever the order of a map.
func TestReasonsAreDeterministic(t *testing.T) {
	reasons := map[string]bool{}
	for range 20 {
		gl := testkit.NewMia(t)
		testkit.Ask(t, gl, gl.AdminToken(), "PUT", "/application/settings", testkit.WithForm(
			"runner_token_expiration_interval=1&group_runner_token_expiration_interval=2&project_runner_token_expiration_interval=3"))
		testkit.Ask(t, gl, gl.Token("mia"), "GET", "/projects/acme%2Fshop/jobs?scope[a]=x&scope[b]=y&scope[c]=z")
		var said strings.Builder
		for _, c := range gl.Calls("") {
			said.WriteString(c.Reason + "\n")
		}
		reasons[said.String()] = true
	}
	assert.Len(t, reasons, 1)
}
