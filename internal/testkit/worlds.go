package testkit

import (
	"testing"

	"github.com/fakegitlab/fakegitlab"
)

// MiasWorld is a private group with one project, of which mia is Maintainer, and a runner of each type.
func MiasWorld() fakegitlab.Scenario {
	return fakegitlab.NewScenario().WithUser("mia").WithUser("sam").
		WithGroup("acme").
		WithProject("acme/shop", func(p *fakegitlab.Project) {
			p.Members = fakegitlab.Members{"mia": fakegitlab.Maintainer}
		}).
		WithRunner("shop", func(r *fakegitlab.Runner) { r.ID, r.Projects, r.Token = 5, []string{"acme/shop"}, "shop-token" }).
		WithRunner("shared", func(r *fakegitlab.Runner) { r.ID, r.Token = 6, "shared-token" }).
		WithRunner("team", func(r *fakegitlab.Runner) { r.ID, r.Group, r.Token = 7, "acme", "team-token" })
}

// NewMia is a fake with MiasWorld.
func NewMia(t testing.TB, opts ...fakegitlab.Option) *fakegitlab.Fake {
	t.Helper()
	return fakegitlab.New(t, append([]fakegitlab.Option{fakegitlab.WithScenario(MiasWorld())}, opts...)...)
}

// Factory is a fake with a project of each role and one runner for it.
func Factory(t testing.TB, opts ...fakegitlab.Option) (*fakegitlab.Fake, fakegitlab.Runner) {
	t.Helper()
	gl := fakegitlab.New(t, opts...)
	for _, name := range []string{"guest", "reporter", "dev", "mia"} {
		gl.AddUser(fakegitlab.User{Username: name})
	}
	gl.AddUser(fakegitlab.User{Username: "stranger"})
	gl.AddProject(fakegitlab.Project{Path: "acme/shop", Members: fakegitlab.Members{"guest": fakegitlab.Guest,
		"reporter": fakegitlab.Reporter, "dev": fakegitlab.Developer, "mia": fakegitlab.Maintainer}})
	return gl, gl.AddRunner(fakegitlab.Runner{Projects: []string{"acme/shop"}, Description: "builder"})
}
