package graphql_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/examples/graphql"
)

const (
	shop = "acme/shop"
	tag  = "fleet"
	size = 3
)

// world is a project with a runner of somebody else, and of the fleet more than one page of runners that have been
// silent for months.
func world(t fakegitlab.TB, gl *fakegitlab.Fake, stale int) *graphql.Fleet {
	t.Helper()
	gl.AddUser(fakegitlab.User{Username: "mia"})
	gl.AddProject(fakegitlab.Project{Path: shop, Members: fakegitlab.Members{"mia": fakegitlab.Maintainer}})
	gl.AddRunner(fakegitlab.Runner{Description: "somebody's", Projects: []string{shop}, Tags: []string{"laptop"}})
	for range stale {
		gl.AddRunner(fakegitlab.Runner{Projects: []string{shop}, Tags: []string{tag},
			CreatedAt: gl.Now().AddDate(-1, 0, 0), ContactedAt: gl.Now().AddDate(0, -6, 0)})
	}
	f, err := graphql.New(gl.Client(), gl.URL(), gl.Token("mia"), shop, tag, size)
	require.NoError(t, err)
	return f
}

// ofFleet are the runners of the fleet that GitLab has.
func ofFleet(gl *fakegitlab.Fake) []fakegitlab.Runner {
	return slices.DeleteFunc(gl.Runners(), func(r fakegitlab.Runner) bool { return !slices.Contains(r.Tags, tag) })
}

func TestReconcile(t *testing.T) {
	gl := fakegitlab.New(t)
	f := world(t, gl, 25)

	require.NoError(t, f.Reconcile(t.Context()))

	require.Len(t, ofFleet(gl), size)
	for _, r := range ofFleet(gl) {
		assert.Equal(t, r.Token, f.Tokens[fmt.Sprintf("gid://gitlab/Ci::Runner/%d", r.ID)])
	}
	gl.AssertCalled(t, fakegitlab.GraphQL, fakegitlab.Operation("FleetRunners"), fakegitlab.Times(2))
	gl.AssertCalled(t, fakegitlab.GraphQL, fakegitlab.Operation("runnerDelete"), fakegitlab.Times(25))
	gl.AssertCalled(t, fakegitlab.GraphQL, fakegitlab.Operation("runnerCreate"), fakegitlab.By("mia"), fakegitlab.Times(size))

	require.NoError(t, f.Pause(t.Context(), true))
	for _, r := range ofFleet(gl) {
		assert.True(t, r.Paused)
	}
}

// A token that never arrived can be read for an hour, by whoever made the runner.
func TestLostAnswer(t *testing.T) {
	gl := fakegitlab.New(t)
	f := world(t, gl, 0)
	gl.Inject(fakegitlab.Failure{Endpoint: fakegitlab.GraphQL, Network: fakegitlab.EmptyReply, Applied: true, Times: 1,
		Where: []fakegitlab.CallMatcher{fakegitlab.Operation("runnerCreate")}})

	require.Error(t, f.Reconcile(t.Context()))
	require.NoError(t, f.Reconcile(t.Context()))

	assert.Len(t, f.Tokens, size)
	gl.AssertCalled(t, fakegitlab.GraphQL, fakegitlab.Operation("runnerCreate"), fakegitlab.Times(size))
	gl.AssertNotCalled(t, fakegitlab.GraphQL, fakegitlab.Operation("runnerDelete"))
}

// An error of GraphQL has the status 200.
func TestErrorOfGraphQL(t *testing.T) {
	gl := fakegitlab.New(t)
	f := world(t, gl, 0)
	failure := fakegitlab.GraphQLError("Timeout on Project.runners")
	failure.Where, failure.Times = []fakegitlab.CallMatcher{fakegitlab.Operation("project")}, 1
	gl.Inject(failure)

	assert.EqualError(t, f.Reconcile(t.Context()), "list the runners: Timeout on Project.runners")
}

func TestNotAllowed(t *testing.T) {
	gl := fakegitlab.New(t)
	f := world(t, gl, 0)
	gl.UpdateProject(shop, func(p *fakegitlab.Project) { p.Members["mia"] = fakegitlab.Developer })

	assert.ErrorContains(t, f.Reconcile(t.Context()), "you don't have permission")
	gl.AssertCalled(t, fakegitlab.GraphQL, fakegitlab.Where(func(c fakegitlab.Call) bool {
		return strings.Contains(c.Reason, "mia is Developer in acme/shop")
	}))
}

// Whichever call fails, the fleet is whole after a few rounds, and nothing of it is left over.
func TestSweep(t *testing.T) {
	fakegitlab.Sweep(t, func(t *testing.T, gl *fakegitlab.Fake) {
		f := world(t, gl, 2)
		gl.Invariant("the fleet is whole, and each of its tokens is known", func(gl *fakegitlab.Fake) error {
			for _, r := range ofFleet(gl) {
				if f.Tokens[fmt.Sprintf("gid://gitlab/Ci::Runner/%d", r.ID)] != r.Token {
					return fmt.Errorf("the token of runner %d is unknown", r.ID)
				}
			}
			if n := len(ofFleet(gl)); n != size {
				return fmt.Errorf("it has %d runners", n)
			}
			return nil
		})
		var err error
		for range 3 {
			if err = f.Reconcile(context.Background()); err == nil {
				break
			}
			time.Sleep(time.Minute) // of the bubble
		}
		require.NoError(t, err)
	}, fakegitlab.WithInMemoryNetwork())
}
