package fakegitlab_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

// What a scenario says of CI/CD variables comes out of a snapshot as it went in, also by way of JSON.
func TestVariablesOfAScenario(t *testing.T) {
	why := "because"
	s := fakegitlab.NewScenario().WithProject("acme/shop").
		WithVariable("", "A", "1", func(v *fakegitlab.Variable) { v.Description, v.File = &why, true }).
		WithVariable("acme", "B", "a long secret", func(v *fakegitlab.Variable) { v.Protected = true }).
		WithVariable("acme/shop", "C", "long-enough", func(v *fakegitlab.Variable) {
			v.Masked, v.Hidden, v.EnvironmentScope = true, true, "prod"
		}).WithVariable("acme/shop", "C", "longer-than-that", func(v *fakegitlab.Variable) { v.Raw = true })
	var text bytes.Buffer
	require.NoError(t, s.Write(&text))
	read, err := fakegitlab.ReadScenario(&text)
	require.NoError(t, err)
	gl := fakegitlab.New(t, fakegitlab.WithScenario(read))
	assert.Equal(t, s.Variables, gl.Variables())
	again := fakegitlab.New(t, fakegitlab.WithScenario(gl.Snapshot()))
	again.AssertSnapshot(t, gl.Snapshot())

	gl.UpdateProject("acme/shop", func(p *fakegitlab.Project) { p.Description = "it keeps what it has" })
	gl.UpdateGroup("acme", func(g *fakegitlab.Group) { g.Description = "it, too" })
	assert.Equal(t, s.Variables, gl.Variables())
	gl.DeleteProject("acme/shop")
	assert.Equal(t, s.Variables[:2], gl.Variables())
}

// A variable that GitLab would not take is refused with what is wrong with it, and at its place in a scenario.
func TestVariablesRefused(t *testing.T) {
	s := fakegitlab.NewScenario().WithProject("acme/shop").
		WithVariable("acme/shpo", "A", "").
		WithVariable("acme/shop", "A-B", "short", func(v *fakegitlab.Variable) { v.Masked = true }).
		WithVariable("acme/shop", "C", "", func(v *fakegitlab.Variable) { v.Hidden, v.EnvironmentScope = true, "a#b" }).
		WithVariable("", "D", "", func(v *fakegitlab.Variable) { v.EnvironmentScope = "prod" })
	s.Variables = append(s.Variables, s.Variables[1])
	err := s.Validate()
	require.Error(t, err)
	for _, want := range []string{
		`variables[0].path: no group or project "acme/shpo"; did you mean "acme/shop"?`,
		`variables[1].key: Key can contain only letters, digits and '_'.`, `variables[1].value: Value is invalid: what is masked has at least 8 characters, `,
		`variables[2].masked: Masked should be true when variable is hidden`,
		`variables[2].environment_scope: Environment scope can contain only letters`,
		`variables[3].environment_scope: a variable of the instance is for all environments`,
	} {
		assert.Contains(t, err.Error(), want)
	}

	assertMisuse(t, `AddVariable("A"): no group or project "acme/shpo"; did you mean "acme/shop"?`, func(gl *fakegitlab.Fake) {
		gl.AddProject(fakegitlab.Project{Path: "acme/shop"})
		gl.AddVariable(fakegitlab.Variable{Path: "acme/shpo", Key: "A"})
	})
	assertMisuse(t, `UpdateVariable("KYE"): no variable "KYE"; did you mean "KEY"?`, func(gl *fakegitlab.Fake) {
		gl.AddVariable(fakegitlab.Variable{Key: "KEY"})
		gl.UpdateVariable("", "KYE", func(*fakegitlab.Variable) {})
	})
	assertMisuse(t, `DeleteVariable("KEY"): there are several variables KEY; name the environment scope, one of *, prod`,
		func(gl *fakegitlab.Fake) {
			gl.AddProject(fakegitlab.Project{Path: "acme/shop"})
			gl.AddVariable(fakegitlab.Variable{Path: "acme/shop", Key: "KEY"})
			gl.AddVariable(fakegitlab.Variable{Path: "acme/shop", Key: "KEY", EnvironmentScope: "prod"})
			gl.DeleteVariable("acme/shop", "KEY")
		})
}

// A message on how worlds differ names the variable, and the call that has changed it.
func TestDifferencesOfVariables(t *testing.T) {
	gl := fakegitlab.New(t, fakegitlab.WithScenario(fakegitlab.NewScenario().WithProject("acme/shop").
		WithVariable("acme/shop", "A", "1")))
	lines := differences(t, gl, func() {
		testkit.Ask(t, gl, gl.AdminToken(), "PUT", "/projects/acme%2Fshop/variables/A", testkit.WithForm("value=2"))
		testkit.Ask(t, gl, gl.AdminToken(), "POST", "/groups/acme/variables", testkit.WithForm("key=B&value=2"))
		gl.AddRunner(fakegitlab.Runner{ID: 7})
	})
	for _, want := range []string{
		`  variable A of acme/shop: Value: expected "1", got "2" (#1 PUT /projects/:id/variables/:key`,
		`  variable B of acme: there, and not expected (#2 POST /groups/:id/variables`,
	} {
		assert.Contains(t, strings.Join(lines, "\n"), want)
	}
}

func assertMisuse(t *testing.T, want string, do func(*fakegitlab.Fake)) {
	t.Helper()
	assert.Contains(t, misuse(t, fakegitlab.NewScenario(), do), want)
}

// Rules that protect branches and tags come out of a snapshot as they went in, and go with their project.
func TestProtectedRefsOfAScenario(t *testing.T) {
	s := fakegitlab.NewScenario().WithProject("acme/shop").WithProtectedBranch("acme/shop", "main").
		WithProtectedBranch("acme/shop", "main", func(r *fakegitlab.ProtectedRef) { r.Push = fakegitlab.NoOne }).
		WithProtectedTag("acme/shop", "v*", func(r *fakegitlab.ProtectedRef) { r.Push = fakegitlab.DevelopersUp }).
		WithJob("acme/shop", "unit")
	var text bytes.Buffer
	require.NoError(t, s.Write(&text))
	read, err := fakegitlab.ReadScenario(&text)
	require.NoError(t, err)
	gl := fakegitlab.New(t, fakegitlab.WithScenario(read))
	job := gl.Jobs()[0]
	assert.False(t, job.Protected, "what a seed says of a job stands, whatever the rules are")
	fakegitlab.New(t, fakegitlab.WithScenario(gl.Snapshot())).AssertSnapshot(t, gl.Snapshot())
	assert.True(t, gl.AddJob(fakegitlab.Job{Project: "acme/shop", Ref: "v1", RefIsTag: true}).Protected)
	gl.DeleteProtectedTag("acme/shop", "v*")
	gl.DeleteProject("acme/shop")
	assert.Empty(t, gl.ProtectedRefs())

	bad := fakegitlab.NewScenario().WithProject("acme/shop").WithProtectedBranch("acme/shpo", "main").
		WithProtectedBranch("acme/shop", "", func(r *fakegitlab.ProtectedRef) { r.Push = "maintainer" })
	bad.ProtectedRefs = append(bad.ProtectedRefs, fakegitlab.ProtectedRef{Project: "acme/shop", Name: "x"},
		fakegitlab.ProtectedRef{Project: "acme/shop", Name: "x"})
	err = bad.Validate()
	for _, want := range []string{`protected_refs[0].project: no project "acme/shpo"; did you mean "acme/shop"?`,
		`protected_refs[1].push_access: unknown access to protected refs "maintainer"; did you mean "maintainers"?`,
		`protected_refs[3].name: Name has already been taken`} {
		assert.ErrorContains(t, err, want)
	}
	assertMisuse(t, `DeleteProtectedBranch("mian"): no protected branch "mian"; did you mean "main"?`,
		func(gl *fakegitlab.Fake) {
			gl.AddProject(fakegitlab.Project{Path: "acme/shop"})
			gl.AddProtectedRef(fakegitlab.ProtectedRef{Project: "acme/shop", Name: "main"})
			gl.DeleteProtectedBranch("acme/shop", "mian")
		})
}
