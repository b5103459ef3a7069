package controller_test

import (
	"fmt"
	"testing"

	"github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/examples/controller"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	gitlab "gitlab.com/gitlab-org/api/client-go/v2"
)

// operated is a project with runners of other people, a controller that acts as its Maintainer, and a wish.
func operated(t *testing.T, gl *fakegitlab.Fake) (controller.Controller, *controller.Resource) {
	t.Helper()
	require.NoError(t, gl.Seed(fakegitlab.Fleet()))
	client, err := gitlab.NewClient(gl.Token("mia"), gitlab.WithBaseURL(gl.URL()), gitlab.WithHTTPClient(gl.Client()), gitlab.WithoutRetries())
	require.NoError(t, err)
	return controller.Controller{GitLab: client}, &controller.Resource{Name: "operated", Project: 10002, Tags: []string{"kube", "amd64"}}
}

func TestCreatesOnceAndThenIsQuiet(t *testing.T) {
	gl := fakegitlab.New(t)
	c, wish := operated(t, gl)
	for range 3 {
		require.NoError(t, c.Reconcile(t.Context(), wish))
	}
	gl.AssertCalled(t, fakegitlab.CreateUserRunner, fakegitlab.By("mia"), fakegitlab.Times(1))
	gl.AssertCalls(t, "GET /projects/:id/runners 200", "POST /user/runners 201", "GET /runners/:id 200", "GET /runners/:id 200")
}

func TestTakesBackWhatOthersDid(t *testing.T) {
	for name, meddle := range map[string]func(*fakegitlab.Fake, int){
		"paused":   func(gl *fakegitlab.Fake, id int) { gl.UpdateRunner(id, func(r *fakegitlab.Runner) { r.Paused = true }) },
		"retagged": func(gl *fakegitlab.Fake, id int) { gl.UpdateRunner(id, func(r *fakegitlab.Runner) { r.Tags = nil }) },
		"deleted":  func(gl *fakegitlab.Fake, id int) { gl.DeleteRunner(id) },
	} {
		t.Run(name, func(t *testing.T) {
			gl := fakegitlab.New(t)
			c, wish := operated(t, gl)
			require.NoError(t, c.Reconcile(t.Context(), wish))
			meddle(gl, int(wish.RunnerID))

			require.NoError(t, c.Reconcile(t.Context(), wish))

			gl.AssertRunner(t, fakegitlab.Runner{ID: int(wish.RunnerID), Type: fakegitlab.ProjectRunner, Projects: []string{"fleet/api"},
				Description: "operated", Tags: wish.Tags, Token: wish.Token, CreatedBy: "mia", CreatedAt: gl.Now()})
		})
	}
}

func TestLeavesOthersAlone(t *testing.T) {
	gl := fakegitlab.New(t)
	c, wish := operated(t, gl)
	before := gl.Snapshot()
	require.NoError(t, c.Reconcile(t.Context(), wish))
	wish.Deleted = true
	require.NoError(t, c.Reconcile(t.Context(), wish))
	gl.AssertChanged(t, before, nil)
}

// Whichever call fails in whichever way, after enough attempts there is one runner, and its token is known.
func TestSurvivesEveryFault(t *testing.T) {
	fakegitlab.Sweep(t, func(t *testing.T, gl *fakegitlab.Fake) {
		c, wish := operated(t, gl)
		gl.Invariant("one runner is operated, and its token is known", func(gl *fakegitlab.Fake) error {
			var tokens []string
			for _, r := range gl.Runners() {
				if r.Description == wish.Name {
					tokens = append(tokens, r.Token)
				}
			}
			if len(tokens) != 1 || tokens[0] != wish.Token {
				return fmt.Errorf("known is %q, there is %q", wish.Token, tokens)
			}
			return nil
		})
		failed := 0
		for attempt := 0; attempt < 4; attempt++ {
			if c.Reconcile(t.Context(), wish) != nil {
				failed++
			}
			if attempt == 1 {
				gl.UpdateRunner(int(wish.RunnerID), func(r *fakegitlab.Runner) { r.Paused = true })
			}
		}
		assert.LessOrEqual(t, failed, 1)
	}, fakegitlab.WithInMemoryNetwork())
}
