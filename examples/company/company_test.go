package company

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/fakegitlab/fakegitlab"
	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	gitlab "gitlab.com/gitlab-org/api/client-go/v2"
)

// small is the company that fakegitlab.SmallCompany seeds, as a program would have it in its configuration.
func small() Company {
	return Company{
		People: []Person{{"ada", "Ada Administrator", true}, {"gus", "Gus Guest", false}, {"pia", "Pia Planner", false},
			{"ria", "Ria Reporter", false}, {"dan", "Dan Developer", false}, {"mia", "Mia Maintainer", false},
			{"oli", "Oli Owner", false}, {"sam", "Sam Stranger", false}},
		Groups: []Group{
			{Path: "acme", Name: "Acme", Members: map[string]gitlab.AccessLevelValue{"gus": gitlab.GuestPermissions,
				"pia": gitlab.PlannerPermissions, "ria": gitlab.ReporterPermissions, "dan": gitlab.DeveloperPermissions,
				"mia": gitlab.MaintainerPermissions, "oli": gitlab.OwnerPermissions}},
			{Path: "backend", Name: "Backend", Parent: "acme"},
		},
		Projects: []Project{{"shop", "Shop", "acme"}, {"api", "API", "acme/backend"}},
		Runners:  runners(),
	}
}

// runners are of each type five, which differ in when they were heard of, or are paused.
func runners() (all []Runner) {
	for i, kind := range []string{"instance", "group", "project"} {
		for j, state := range []string{"online", "offline", "stale", "never-contacted", "paused"} {
			r := Runner{Description: kind + "-" + state, Creator: []string{"ada", "oli", "mia"}[i],
				Tags: []string{"docker", "linux"}, Paused: state == "paused", Version: "17.2.0", Revision: "6428c288",
				Platform: "linux", Arch: "amd64", Machines: []string{fmt.Sprintf("s_%d", 100001+10*i+j)}}
			switch kind {
			case "group":
				r.Group = "acme"
			case "project":
				r.Projects = []string{"acme/shop"}
			}
			special(&r)
			all = append(all, r)
		}
	}
	return all
}

// special is what some of them have that the others have not.
func special(r *Runner) {
	switch r.Description {
	case "instance-online":
		r.Machines = []string{"s_100001a", "s_100001b"}
	case "group-online":
		r.Tags, r.TaggedOnly, r.Protected = []string{"deploy"}, true, true
	case "group-never-contacted":
		r.Group = "acme/backend"
	case "project-online":
		r.Tags, r.Locked = []string{"shop"}, true
	case "project-offline":
		r.Projects = append(r.Projects, "acme/backend/api")
	case "project-never-contacted":
		r.Projects = []string{"acme/backend/api"}
	}
	if strings.HasSuffix(r.Description, "never-contacted") {
		r.Machines = nil
	}
}

// TestSmallCompanyOverREST builds the ready-made world in an empty GitLab: what comes of it is what Seed makes, but for
// ids, times, secrets, and who made the people and projects. Its jobs are left out: they come of pushes, and of no call.
func TestSmallCompanyOverREST(t *testing.T) {
	gl := fakegitlab.New(t, fakegitlab.WithVersion("17.7")) // the first with planners
	root, err := gitlab.NewClient(gl.Token("root", "api", "sudo"), gitlab.WithBaseURL(gl.URL()))
	require.NoError(t, err)
	require.NoError(t, Build(root, small()))

	want := fakegitlab.New(t, fakegitlab.WithVersion("17.7"), fakegitlab.WithScenario(fakegitlab.SmallCompany())).Snapshot()
	want.Jobs = nil
	for i := range want.Runners { // by which a snapshot's runners are found; GitLab counts them
		want.Runners[i].ID = 100001 + i
	}
	gl.AssertSnapshot(t, want, besides())
	gl.AssertNothingIgnored(t)
}

// besides leaves aside what GitLab makes up, times, and the makers of people and projects, of whom the seed says
// nothing. That runners have been heard of is seen by their managers.
func besides() cmp.Option {
	return cmp.FilterPath(func(p cmp.Path) bool {
		field, isField := p.Last().(cmp.StructField)
		if !isField {
			return false
		}
		of := p.Index(-2).Type()
		switch field.Name() {
		case "ID", "Token", "RegistrationToken":
			return true
		case "CreatedBy":
			return of == reflect.TypeFor[fakegitlab.User]() || of == reflect.TypeFor[fakegitlab.Project]()
		}
		return field.Type() == reflect.TypeFor[time.Time]()
	}, cmp.Ignore())
}
