package policy

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// The rules of GitLab 17.2 and those of the newest version.
var (
	before18 = Rules{}
	from18   = Rules{MaintainersReadInherited: true, MaintainersReadJobs: true, OwnerProjectRules: true}
)

var abilities = []Ability{ReadRunner, UpdateRunner, DeleteRunner, AssignRunner, ReadBuilds}

// can are the abilities of an actor, in the order above.
func can(a Actor, s Standing, r Rules) []Ability {
	var allowed []Ability
	for _, ability := range abilities {
		if CanRunner(a, ability, s, r).Allowed {
			allowed = append(allowed, ability)
		}
	}
	return allowed
}

func inGroupAs(in, directly, below Role) Standing {
	return Standing{Type: Group, Where: "acme", InGroup: in, DirectlyInGroup: directly, BelowGroup: below}
}

func inProjectsAs(n int, best, owner Role) Standing {
	return Standing{Type: Project, Where: "acme/shop", Projects: n, InProjects: best, InOwner: owner}
}

// The matrix of who may do what, by runner type: first for GitLab 17.2, then for GitLab 18 where it differs.
func TestMatrix(t *testing.T) {
	reading := []Ability{ReadRunner}
	readingAll := []Ability{ReadRunner, ReadBuilds}
	all := []Ability{ReadRunner, UpdateRunner, DeleteRunner, ReadBuilds}
	assigningAlone := []Ability{ReadRunner, AssignRunner, ReadBuilds}
	type row struct {
		who   string
		s     Standing
		want  []Ability
		newer []Ability
	}
	same := func(who string, s Standing, want []Ability) row { return row{who, s, want, want} }
	rows := []row{
		same("any user, instance runner", Standing{Type: Instance}, reading),

		same("outsider, group runner", inGroupAs(None, None, None), nil),
		same("Guest, group runner", inGroupAs(Guest, Guest, Guest), nil),
		same("Planner, group runner", inGroupAs(Planner, Planner, Planner), nil),
		same("Reporter, group runner", inGroupAs(Reporter, Reporter, Reporter), nil),
		same("Developer, group runner", inGroupAs(Developer, Developer, Developer), nil),
		{"Maintainer, group runner", inGroupAs(Maintainer, Maintainer, None), reading, readingAll},
		{"Maintainer of a parent, group runner", inGroupAs(Maintainer, None, None), nil, readingAll},
		same("Maintainer of a project below, group runner", inGroupAs(None, None, Maintainer), reading),
		same("Owner of a project below, group runner", inGroupAs(None, None, Owner), reading),
		same("Owner, group runner", inGroupAs(Owner, Owner, Owner), all),
		same("Owner of a parent, group runner", inGroupAs(Owner, None, None), all),

		same("outsider, project runner", inProjectsAs(1, None, None), nil),
		same("Guest, project runner", inProjectsAs(1, Guest, Guest), nil),
		same("Reporter, project runner", inProjectsAs(1, Reporter, Reporter), nil),
		same("Developer, project runner", inProjectsAs(1, Developer, Developer), nil),
		same("Maintainer, project runner", inProjectsAs(1, Maintainer, Maintainer), abilities),
		same("Owner, project runner", inProjectsAs(1, Owner, Owner), abilities),
		same("Maintainer of one project of two", inProjectsAs(2, Maintainer, None), abilities),
		same("Maintainer of the owner project of two", inProjectsAs(2, Maintainer, Maintainer), abilities),
		// Not to be met in GitLab, where the one project of a runner is its owner; it shows which of the two rules.
		{"Maintainer of another than the owner project", inProjectsAs(1, Maintainer, Developer), abilities, assigningAlone},
		same("Maintainer somewhere else, orphan", inProjectsAs(0, None, None), nil),
	}
	for _, r := range rows {
		assert.Equal(t, r.want, can(Actor{Name: "mia"}, r.s, before18), r.who)
		assert.Equal(t, r.newer, can(Actor{Name: "mia"}, r.s, from18), "%s, from 18.0 on", r.who)
		for _, rules := range []Rules{before18, from18} {
			assert.Equal(t, abilities, can(Actor{Name: "root", Admin: true}, r.s, rules), "administrator as "+r.who)
			assert.Subset(t, can(Actor{Name: "eva", Auditor: true}, r.s, rules), readingAll, "auditor as "+r.who)
		}
	}
	for _, kind := range []Type{Instance, Group, Project} {
		assert.Equal(t, readingAll, can(Actor{Name: "eva", Auditor: true}, Standing{Type: kind}, before18), "an auditor changes nothing")
		assert.False(t, CanRunner(Actor{Name: "mia"}, "drive_runner", Standing{Type: kind, InGroup: Owner, InProjects: Owner}, from18).Allowed)
	}
}

func TestReasonsOfRunnerRules(t *testing.T) {
	for _, c := range []struct {
		ability Ability
		s       Standing
		want    string
	}{
		{UpdateRunner, Standing{Type: Instance}, "mia is no administrator; update_runner of an instance runner: only administrators"},
		{AssignRunner, Standing{Type: Group, InGroup: Owner}, "mia is no administrator; assign_runner of a group runner: only administrators"},
		{ReadRunner, inGroupAs(None, None, None), "mia is no member of group acme; needs Maintainer (the documentation says Developer)"},
		{ReadRunner, inGroupAs(Developer, Developer, None), "mia is Developer in group acme; needs Maintainer (the documentation says Developer)"},
		{ReadRunner, inGroupAs(Developer, None, None), "mia is Developer in group acme; needs Maintainer (the documentation says Developer)"},
		{ReadRunner, inGroupAs(Maintainer, None, None),
			"mia is Maintainer in group acme; needs Maintainer (as a direct member: in this version a role in a group above does not count)"},
		{UpdateRunner, inGroupAs(Maintainer, Maintainer, Owner), "mia is Maintainer in group acme; needs Owner"},
		{ReadBuilds, inGroupAs(Maintainer, Maintainer, None), "mia is Maintainer in group acme; needs Owner"},
		{ReadRunner, inProjectsAs(1, Developer, Developer),
			"mia is Developer in a project of the runner (acme/shop); needs Maintainer (the documentation says Developer)"},
		{DeleteRunner, inProjectsAs(1, None, None), "mia is no member of a project of the runner (acme/shop); needs Maintainer"},
		{UpdateRunner, inProjectsAs(1, Planner, Planner), "mia is Planner in a project of the runner (acme/shop); needs Maintainer"},
		{AssignRunner, inProjectsAs(1, Guest, Guest), "mia is Guest in a project of the runner (acme/shop); needs Maintainer"},
		{ReadBuilds, inProjectsAs(1, Reporter, Reporter), "mia is Reporter in a project of the runner (acme/shop); needs Maintainer"},
	} {
		got := CanRunner(Actor{Name: "mia"}, c.ability, c.s, before18)
		assert.Equal(t, Decision{Reason: c.want}, got)
	}
	assert.Equal(t, Decision{Allowed: true}, CanRunner(Actor{Name: "mia"}, ReadRunner, Standing{}, before18), "what is allowed needs no reason")
}

func TestAtLeast(t *testing.T) {
	mia, eva, root := Actor{Name: "mia"}, Actor{Name: "eva", Auditor: true}, Actor{Name: "root", Admin: true}
	for _, reading := range []bool{true, false} {
		assert.True(t, AtLeast(mia, Maintainer, "acme", Maintainer, reading).Allowed)
		assert.True(t, AtLeast(mia, Owner, "acme", Maintainer, reading).Allowed)
		assert.True(t, AtLeast(root, None, "acme", Owner, reading).Allowed)
		assert.Equal(t, Decision{Reason: "mia is Developer in acme; needs Maintainer"}, AtLeast(mia, Developer, "acme", Maintainer, reading))
	}
	assert.True(t, AtLeast(eva, None, "acme", Maintainer, true).Allowed)
	assert.Equal(t, Decision{Reason: "eva is no member of acme; needs Maintainer"}, AtLeast(eva, None, "acme", Maintainer, false))
}

func TestIsAdmin(t *testing.T) {
	assert.True(t, IsAdmin(Actor{Admin: true}, false).Allowed)
	assert.True(t, IsAdmin(Actor{Auditor: true}, true).Allowed)
	for _, a := range []Actor{{Name: "mia"}, {Name: "mia", Auditor: true}} {
		assert.Equal(t, Decision{Reason: "mia is no administrator"}, IsAdmin(a, false))
	}
}

func TestCanSee(t *testing.T) {
	for _, c := range []struct {
		who              Actor
		external, member bool
		v                Visibility
		want             string // "" is yes
	}{
		{Actor{Name: "mia"}, false, false, Public, ""},
		{Actor{Name: "mia"}, true, false, Public, ""},
		{Actor{Name: "mia"}, false, false, Internal, ""},
		{Actor{Name: "ext"}, true, false, Internal, "ext is external and no member of acme, which is internal"},
		{Actor{Name: "ext"}, true, true, Internal, ""},
		{Actor{Name: "mia"}, false, false, Private, "mia is no member of acme, which is private"},
		{Actor{Name: "ext"}, true, false, Private, "ext is no member of acme, which is private"},
		{Actor{Name: "mia"}, false, true, Private, ""},
		{Actor{Name: "eva", Auditor: true}, false, false, Private, ""},
		{Actor{Name: "root", Admin: true}, true, false, Private, ""},
	} {
		assert.Equal(t, Decision{Allowed: c.want == "", Reason: c.want}, CanSee(c.who, c.external, c.member, c.v, "acme"), "%+v", c)
	}
}

func TestNamesOfRoles(t *testing.T) {
	for role, want := range map[Role]string{None: "no member", Guest: "Guest", Planner: "Planner", Reporter: "Reporter", Developer: "Developer",
		Maintainer: "Maintainer", Owner: "Owner", 7: "role 7"} {
		assert.Equal(t, want, role.String())
	}
}

// With one project a runner's owner is that project, unless it lost its first: then the versions differ.
func TestOwnerProjectRules(t *testing.T) {
	mia := Actor{Name: "mia"}
	for _, c := range []struct {
		projects   int
		then, from bool // before the rule and with it
	}{{projects: 1, then: true, from: false}, {projects: 2, then: true, from: true}} {
		s := Standing{Type: Project, Where: "acme/shop", InProjects: Maintainer, InOwner: Developer, Projects: c.projects}
		for _, ability := range []Ability{UpdateRunner, DeleteRunner} {
			assert.Equal(t, c.then, CanRunner(mia, ability, s, Rules{}).Allowed, ability)
			assert.Equal(t, c.from, CanRunner(mia, ability, s, Rules{OwnerProjectRules: true}).Allowed, ability)
		}
		assert.True(t, CanRunner(mia, ReadRunner, s, Rules{OwnerProjectRules: true}).Allowed)
	}
}
