package fakegitlab_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

const (
	projectsSince  = "GitLab has GET /runners/:id/projects from 18.0 on, and this one is 16.0"
	discoverySince = "GitLab has GET /runners/router/discovery from 18.7 on, and this one is 16.0"
)

// A client that falls back on the 404 of an older GitLab is what a test over versions is for.
func TestEndpointsOfLaterVersionsFailNoTest(t *testing.T) {
	fakegitlab.ForEachVersion(t, []string{"16.0", "19.4"}, func(t *testing.T, gl *fakegitlab.Fake) {
		old := gl.Version() == "16.0"
		gl.AssertNotCalled(t, fakegitlab.RouterDiscovery)
		gl.AssertNotCalled(t, "* /runners/router/discovery")
		assert.Empty(t, gl.Calls(fakegitlab.ListRunnerProjects))

		status := testkit.Ask(t, gl, gl.Token("mia"), "GET", "/runners/5/projects").Status
		gl.AssertCalled(t, fakegitlab.ListRunnerProjects, fakegitlab.By("mia"), fakegitlab.Param("id", 5),
			fakegitlab.Status(status))
		gl.AssertCalled(t, "* /runners/:id/projects", fakegitlab.Times(1))
		testkit.Ask(t, gl, "", "GET", "/runners/router/discovery")
		gl.AssertCallOrder(t, fakegitlab.ListRunnerProjects, fakegitlab.RouterDiscovery)
		call, err := gl.WaitForCall(context.Background(), fakegitlab.RouterDiscovery)
		require.NoError(t, err)
		if old {
			gl.AssertCalls(t, "GET /runners/:id/projects 404", "GET /runners/router/discovery 404")
			assert.Equal(t, discoverySince, call.Reason)
			assert.Equal(t, "#1 GET /runners/:id/projects id=5 by mia -> 404 ("+projectsSince+")\n"+
				"#2 GET /runners/router/discovery -> 404 ("+discoverySince+")\n", gl.Journal())
		} else {
			gl.AssertCalls(t, "GET /runners/:id/projects 200", "GET /runners/router/discovery 403")
		}
		assert.Empty(t, gl.Problems())
		assert.Equal(t, !old, testkit.Ask(t, gl, gl.Token("mia"), "HEAD", "/runners/5/projects").Status == 200)
		testkit.Ask(t, gl, gl.Token("mia"), "GET", "/runners/5/projects/")
		gl.AssertCalled(t, fakegitlab.ListRunnerProjects, fakegitlab.Times(3))
	}, fakegitlab.WithScenario(testkit.MiasWorld()))
}

// What did not come says so too, since the version may well be why.
func TestWhatOnlyLaterVersionsHave(t *testing.T) {
	gl := testkit.NewMia(t, fakegitlab.WithVersion("16.0"))
	spy := &testkit.Spy{}
	gl.AssertCalled(spy, fakegitlab.ListRunnerProjects)
	gl.AssertCallOrder(spy, fakegitlab.ListRunnerProjects)
	gl.AssertCalls(spy, "GET /runners/:id/projects 200")
	require.Len(t, spy.Errors, 3)
	for _, message := range spy.Errors {
		assert.Contains(t, message, "\n"+projectsSince+": see WithVersion\n")
	}
	for name, misuse := range map[string]func(*fakegitlab.Fake){
		"Inject": func(gl *fakegitlab.Fake) {
			gl.Inject(fakegitlab.Failure{Endpoint: fakegitlab.ListRunnerProjects, Status: 503})
		},
		"Inject: any method": func(gl *fakegitlab.Fake) {
			gl.Inject(fakegitlab.Failure{Endpoint: "* /runners/:id/projects", Status: 503})
		},
		"Hold":  func(gl *fakegitlab.Fake) { gl.Hold(fakegitlab.ListRunnerProjects) },
		"After": func(gl *fakegitlab.Fake) { gl.After(fakegitlab.ListRunnerProjects, func(fakegitlab.Call) {}) },
	} {
		refused, _ := testkit.SpyOn(func(tb *testkit.Spy) { misuse(fakegitlab.New(tb, fakegitlab.WithVersion("16.0"))) })
		require.Len(t, refused.Errors, 1, name)
		assert.Contains(t, refused.Errors[0], ": "+projectsSince+": see WithVersion", name)
	}

	gl.Handle(fakegitlab.ListRunnerProjects, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusTeapot)
	}))
	gl.Inject(fakegitlab.Failure{Endpoint: "* /runners/:id/projects", Status: 503, Times: 1})
	for _, want := range []int{503, http.StatusTeapot} {
		assert.Equal(t, want, testkit.Ask(t, gl, "", "GET", "/runners/5/projects").Status)
	}
}

// Worlds are used over many versions, so they may have what came later; who is refused for that is told when.
func TestRefusalsNameTheVersionThatBringsWhatWasSeeded(t *testing.T) {
	const needs = "a project of the runner (acme/shop); needs Maintainer (the documentation says Developer)"
	for _, c := range []struct {
		version, username string
		scopes            []string
		want              string
	}{
		{"16.0", "mia", []string{"manage_runner"}, "the token of mia has the scopes manage_runner; GET /runners/:id " +
			"needs one of api read_api; GitLab has the scope manage_runner from 17.1 on, and this one is 16.0"},
		{"17.2", "mia", []string{"granular"}, "the token of mia has the scopes granular; GET /runners/:id needs one of " +
			"manage_runner api read_api; GitLab has the scope granular from 19.2 on, and this one is 17.2"},
		{"19.0", "mia", []string{"granular"}, "the token of mia is a fine-grained one; " +
			"GitLab has the scope granular from 19.2 on, and this one is 19.0"},
		{"16.0", "pia", nil, "pia is Planner in " + needs + "; " +
			"GitLab has the role Planner from 17.7 on, and this one is 16.0"},
		{"17.7", "pia", nil, "pia is Planner in " + needs},
		{"17.2", "sec", nil, "sec is Security Manager in " + needs + "; " +
			"GitLab has the role Security Manager from 19.0 on, and this one is 17.2"},
		{"19.0", "sec", nil, ""},
	} {
		gl := testkit.NewMia(t, fakegitlab.WithVersion(c.version))
		gl.AddUser(fakegitlab.User{Username: "pia"})
		gl.AddUser(fakegitlab.User{Username: "sec"})
		gl.UpdateProject("acme/shop", func(p *fakegitlab.Project) {
			p.Members["pia"], p.Members["sec"] = fakegitlab.Planner, fakegitlab.SecurityManager
		})
		testkit.Ask(t, gl, gl.Token(c.username, c.scopes...), "GET", "/runners/5")
		assert.Equal(t, c.want, gl.Calls(fakegitlab.GetRunner)[0].Reason, c.version)
	}
}

func TestForEachVersionRefusesAVersionAmongItsOptions(t *testing.T) {
	for _, version := range []string{"16.0", "17.2", ""} {
		vain := new(testing.T)
		fakegitlab.ForEachVersion(vain, []string{"17.2"}, func(*testing.T, *fakegitlab.Fake) {
			t.Error("nothing is to be tested")
		}, fakegitlab.WithInMemoryNetwork(), fakegitlab.WithVersion(version))
		assert.True(t, vain.Failed(), version)
	}
}
