package docs_test

import (
	"net/http"
	"net/url"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab"
)

// The tests of this file are what README.md and docs/*.md show; TestPagesGoBlocks keeps the two the same.

func TestSeedByStructs(t *testing.T) {
	gl := fakegitlab.New(t)
	gl.AddUser(fakegitlab.User{Username: "mia"})
	gl.AddGroup(fakegitlab.Group{Path: "acme/backend", Members: fakegitlab.Members{"mia": fakegitlab.Owner}})
	gl.AddProject(fakegitlab.Project{Path: "acme/shop", Visibility: fakegitlab.Internal})
	r := gl.AddRunner(fakegitlab.Runner{Projects: []string{"acme/shop"}, Tags: []string{"linux", "docker"},
		ContactedAt: gl.Now()})
	j := gl.AddJob(fakegitlab.Job{Project: "acme/shop", Name: "unit-tests", Tags: []string{"docker"}})

	gl.StartJob(j.ID, r.ID) // what GitLab would not do fails the test
	gl.FinishJob(j.ID, fakegitlab.JobSuccess)
	gl.UpdateRunner(r.ID, func(r *fakegitlab.Runner) { r.Paused = true })
}

func TestLookedAt(t *testing.T) {
	gl := fakegitlab.New(t, fakegitlab.WithPage()) // logs "the page is http://127.0.0.1:41234/-/fake/"

	res, err := gl.Client().Get(gl.URL() + "/-/fake/")
	require.NoError(t, err)
	res.Body.Close()

	assert.Equal(t, http.StatusOK, res.StatusCode)
	assert.Empty(t, gl.Calls(""), "who looks leaves no trace")
}

func TestSeedByScenario(t *testing.T) {
	base := fakegitlab.NewScenario().
		WithUser("mia").WithUser("dan").
		WithProject("acme/shop").
		WithMember("acme", "mia", fakegitlab.Owner).
		WithMember("acme/shop", "dan", fakegitlab.Developer)
	for _, tag := range []string{"linux", "windows"} {
		t.Run(tag, func(t *testing.T) {
			t.Parallel()
			gl := fakegitlab.New(t, fakegitlab.WithScenario(base.WithRunner("builder", func(r *fakegitlab.Runner) {
				r.Group, r.Tags = "acme", []string{tag}
			})))
			assert.Equal(t, []string{tag}, gl.Runners()[0].Tags)
		})
	}
}

func TestSeedFromJSON(t *testing.T) {
	file, err := os.Open("testdata/small_company.json")
	require.NoError(t, err)
	defer file.Close()
	s, err := fakegitlab.ReadScenario(file) // the error lists all that is wrong, with line and column
	require.NoError(t, err)

	gl := fakegitlab.New(t, fakegitlab.WithScenario(s))

	assert.Len(t, gl.Runners(), 15)
	require.NoError(t, gl.Snapshot().Write(t.Output())) // what there is now, in the same form
}

func TestRegistrationIsDisabled(t *testing.T) {
	gl := fakegitlab.New(t)
	token := gl.Settings().RegistrationToken
	register := func() int {
		res, err := http.PostForm(gl.APIURL()+"/runners", url.Values{"token": {token}})
		require.NoError(t, err)
		res.Body.Close()
		return res.StatusCode
	}
	assert.Equal(t, http.StatusCreated, register())

	gl.UpdateSettings(func(s *fakegitlab.Settings) { s.RegistrationTokensDisabled = true }) // as an administrator does it
	assert.Equal(t, http.StatusGone, register())

	gl.UpdateSettings(func(s *fakegitlab.Settings) { s.RegistrationTokensDisabled = false })
	remove := gl.Inject(fakegitlab.RegistrationDisabled()) // or whatever the settings say
	assert.Equal(t, http.StatusGone, register())
	remove()

	gl.AssertCalls(t, "POST /runners 201", "POST /runners 410", "POST /runners 410")
}

func TestAnswerIsLost(t *testing.T) {
	gl := fakegitlab.New(t)
	gl.Inject(fakegitlab.Failure{Endpoint: fakegitlab.CreateUserRunner, Network: fakegitlab.ConnectionReset, Applied: true,
		Times: 1})

	for range 2 { // the client tries again, for the first answer never came
		res, err := gl.ClientAs("root").PostForm(gl.APIURL()+"/user/runners", url.Values{"runner_type": {"instance_type"}})
		if err == nil {
			res.Body.Close()
		}
	}

	assert.Len(t, gl.Runners(), 2, "one of them with a token that nobody knows")
}

func TestClientIsToldToSlowDown(t *testing.T) {
	gl := fakegitlab.New(t)
	gl.Inject(fakegitlab.Failure{Endpoint: fakegitlab.ListRunners, Header: http.Header{"RateLimit-Remaining": {"0"}}})

	res, err := gl.ClientAs("root").Get(gl.APIURL() + "/runners")
	require.NoError(t, err)
	res.Body.Close()

	assert.Equal(t, http.StatusOK, res.StatusCode)
	assert.Equal(t, "0", res.Header.Get("RateLimit-Remaining"))
}

func TestGitLabIsInstalledAnew(t *testing.T) {
	gl := fakegitlab.New(t)
	version := func() error {
		res, err := gl.Client().Get(gl.APIURL() + "/version")
		if err == nil {
			err = res.Body.Close()
		}
		return err
	}
	gl.Down()
	require.ErrorIs(t, version(), syscall.ECONNREFUSED)
	gl.Up()
	require.NoError(t, version())

	gl.Inject(fakegitlab.Failure{Status: http.StatusBadGateway, For: time.Minute}) // its proxy is there before it
	require.NoError(t, version())
	gl.Advance(time.Minute)
	require.NoError(t, version())

	gl.AssertCalls(t, "GET /version 401", "GET /version 502", "GET /version 401")
}

func TestSomebodyElseIsFaster(t *testing.T) {
	gl := fakegitlab.New(t, fakegitlab.WithScenario(fakegitlab.SmallCompany()))
	gl.Before(fakegitlab.GetRunner, func(fakegitlab.Call) { gl.DeleteRunner(100021) })

	res, err := gl.ClientAs("mia").Get(gl.APIURL() + "/runners/100021")
	require.NoError(t, err)
	res.Body.Close()

	assert.Equal(t, http.StatusNotFound, res.StatusCode)
}

func TestAssertions(t *testing.T) {
	gl := fakegitlab.New(t, fakegitlab.WithScenario(fakegitlab.SmallCompany()))
	mia := gl.ClientAs("mia")
	before := gl.Snapshot()

	res, err := mia.PostForm(gl.APIURL()+"/projects/acme%2Fshop/runners", url.Values{"runner_id": {"100024"}})
	require.NoError(t, err)
	res.Body.Close()

	gl.AssertCalled(t, fakegitlab.AssignProjectRunner, fakegitlab.By("mia"), fakegitlab.Param("runner_id", 100024),
		fakegitlab.Times(1))
	gl.AssertNotCalled(t, "DELETE /runners/:id")
	gl.AssertChanged(t, before, func(s *fakegitlab.Scenario) { // this, and nothing else
		*s = s.WithRunner("project-never-contacted", func(r *fakegitlab.Runner) {
			r.Projects = append(r.Projects, "acme/shop")
		})
	})
}

func TestWorkers(t *testing.T) {
	gl := fakegitlab.New(t, fakegitlab.WithWorkers())
	gl.AddProject(fakegitlab.Project{Path: "acme/shop"})
	job := gl.AddJob(fakegitlab.Job{Project: "acme/shop", Tags: []string{"gpu"}})

	gl.Advance(2 * time.Hour) // there is no runner with that tag

	gl.AssertJobStatus(t, job.ID, fakegitlab.JobFailed)
}

func TestTime(t *testing.T) {
	gl := fakegitlab.New(t)
	r := gl.AddRunner(fakegitlab.Runner{ContactedAt: gl.Now()})
	assert.Equal(t, fakegitlab.Online, gl.RunnerStatus(r.ID))
	gl.Advance(2 * time.Hour)
	assert.Equal(t, fakegitlab.Offline, gl.RunnerStatus(r.ID))
	gl.Advance(7 * 24 * time.Hour)
	assert.Equal(t, fakegitlab.Stale, gl.RunnerStatus(r.ID))
}

func TestStaleInEachVersion(t *testing.T) {
	stale := map[string]fakegitlab.RunnerStatus{"16.11": fakegitlab.Offline, "17.2": fakegitlab.Stale}
	fakegitlab.ForEachVersion(t, []string{"16.11", "17.2"}, func(t *testing.T, gl *fakegitlab.Fake) {
		r := gl.AddRunner(fakegitlab.Runner{ContactedAt: gl.Now()})
		gl.Advance(8 * 24 * time.Hour)
		assert.Equal(t, stale[gl.Version()], gl.RunnerStatus(r.ID))
	})
}
