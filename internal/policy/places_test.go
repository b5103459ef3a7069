package policy

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func inProject(held Role) ProjectStanding { return ProjectStanding{Where: "acme/shop", Held: held} }

func TestRolesInProjects(t *testing.T) {
	for name, c := range map[string]struct {
		rule    func(Actor, ProjectStanding) Decision
		least   Role
		reading bool // auditors pass
	}{
		"read code":            {ReadCode, Reporter, true},
		"create pipelines":     {CreatePipeline, Developer, false},
		"authorized projects":  {AuthorizedProject, Guest, true},
		"administer":           {AdminProject, Maintainer, false},
		"administer webhooks":  {AdminWebHook, Maintainer, false},
		"count as Maintainer":  {MaintainerAccess, Maintainer, false},
		"list runners":         {ReadProjectRunners, Maintainer, true},
		"administer runners":   {AdminProjectRunners, Maintainer, false},
		"list a runner's jobs": {ReadRunnerBuild, Reporter, true},
	} {
		for _, held := range []Role{None, Guest, Planner, Reporter, Developer, Maintainer, Owner} {
			assert.Equal(t, held >= c.least, c.rule(mia, inProject(held)).Allowed, "%s as %s", name, held)
		}
		assert.True(t, c.rule(root, inProject(None)).Allowed, name)
		assert.Equal(t, c.reading, c.rule(eva, inProject(None)).Allowed, name)
		check(t, "mia is no member of acme/shop; needs "+c.least.String(), c.rule(mia, inProject(None)), name)
	}
}

func TestReadCode(t *testing.T) {
	for visibility, who := range map[Visibility][]bool{ // anybody, external, signed in
		Public: {true, true, true}, Internal: {false, false, true}, Private: {false, false, false},
	} {
		s := ProjectStanding{Where: "acme/shop", Held: Guest, Visibility: visibility}
		for i, a := range []Actor{Anonymous(), {Name: "ext", External: true}, mia} {
			assert.Equal(t, who[i], ReadCode(a, s).Allowed, "%s, visibility %d", a.Name, visibility)
		}
	}
}

func TestReadReleases(t *testing.T) {
	inCode := func(held Role) ProjectStanding {
		return ProjectStanding{Where: "acme/code", Held: held, Visibility: Public}
	}
	check(t, "", ReadReleases(Anonymous(), inCode(None), ForAll))
	check(t, "", ReadReleases(mia, inCode(Guest), ForMembers))
	check(t, "releases of acme/code are for members and mia is none", ReadReleases(mia, inCode(None), ForMembers))
	check(t, "releases of acme/code are switched off", ReadReleases(mia, inCode(Owner), ForNobody))
	check(t, "mia is no member of acme/shop, which is private",
		ReadReleases(mia, ProjectStanding{Where: "acme/shop", Visibility: Private}, ForAll))
}

func TestCreatePlaces(t *testing.T) {
	check(t, "", CreateGroup(Actor{External: true, NoProjects: true}))
	check(t, "", CreateProjects(Actor{External: true, NoGroups: true}))
	check(t, "mia may make no groups", CreateGroup(Actor{Name: "mia", NoGroups: true}))
	check(t, "ext may make no groups, being an external user", CreateGroup(Actor{Name: "ext", External: true,
		NoGroups: true}))
	check(t, "mia may have no more projects in the own namespace", CreateProjects(Actor{Name: "mia", NoProjects: true}))
}

// Lists ask for roles alone: an administrator's are no others than anybody's.
func TestRolesInLists(t *testing.T) {
	for _, held := range []Role{None, Guest, Reporter, Maintainer, Owner} {
		assert.Equal(t, held == Owner, OwnsGroup(held), held)
		assert.Equal(t, held == Owner, OwnsProject(held), held)
		assert.Equal(t, held != None, IsMember(held), held)
		assert.Equal(t, held >= Maintainer, HasAccessLevel(held, 35), "%s, 35 being no role's number", held)
	}
}

func TestCreateRunner(t *testing.T) {
	maintainer, owner := inProject(Maintainer), GroupStanding{Where: "acme", Held: Owner}
	check(t, "", CreateProjectRunner(mia, maintainer, true))
	check(t, "valid_runner_registrars has no project", CreateProjectRunner(mia, maintainer, false))
	check(t, "mia is Developer in acme/shop; needs Maintainer", CreateProjectRunner(mia, inProject(Developer), false))
	check(t, "", CreateProjectRunner(root, inProject(None), false))

	check(t, "", CreateGroupRunner(mia, owner, true))
	check(t, "valid_runner_registrars has no group", CreateGroupRunner(mia, owner, false))
	check(t, "mia is Maintainer in acme; needs Owner", CreateGroupRunner(mia, GroupStanding{Where: "acme",
		Held: Maintainer}, false))
	check(t, "", CreateGroupRunner(root, GroupStanding{}, false))

	check(t, "", CreateInstanceRunners(root))
	check(t, "mia is no administrator", CreateInstanceRunners(mia))
}

func TestUpdateRegistrationToken(t *testing.T) {
	const documented = "; the documentation says 410"
	check(t, "", UpdateProjectRegistrationToken(mia, inProject(Maintainer), true))
	check(t, "mia is Developer in acme/shop; needs Maintainer", UpdateProjectRegistrationToken(mia, inProject(Developer),
		false))
	check(t, "eva is no member of acme/shop; needs Maintainer", UpdateProjectRegistrationToken(eva, inProject(None), true))
	for _, a := range []Actor{mia, root} {
		check(t, "registration tokens are switched off for acme/shop, its top-level group or the instance"+documented,
			UpdateProjectRegistrationToken(a, inProject(Maintainer), false))
		check(t, "registration tokens are switched off for the top-level group of acme or the instance"+documented,
			UpdateGroupRegistrationToken(a, GroupStanding{Where: "acme", Held: Owner}, false))
	}
	check(t, "", UpdateGroupRegistrationToken(mia, GroupStanding{Where: "acme", Held: Owner}, true))
	check(t, "mia is Maintainer in acme; needs Owner",
		UpdateGroupRegistrationToken(mia, GroupStanding{Where: "acme", Held: Maintainer}, false))
	check(t, "", UpdateInstanceRegistrationToken(root, true))
	check(t, "mia is no administrator", UpdateInstanceRegistrationToken(mia, false))
	check(t, "registration tokens are switched off for the instance"+documented, UpdateInstanceRegistrationToken(root,
		false))
}

func TestRolesInGroups(t *testing.T) {
	held := func(r Role) GroupStanding { return GroupStanding{Where: "acme", Held: r} }
	check(t, "", AdminGroup(mia, held(Owner)))
	check(t, "mia is Maintainer in acme; needs Owner", AdminGroup(mia, held(Maintainer)))
	check(t, "eva is no member of acme; needs Owner", AdminGroup(eva, held(None)))

	check(t, "mia is Maintainer in acme; needs Owner", ReadGroupRunners(mia, held(Maintainer), Rules{}))
	listing := Rules{MaintainersListGroupRunners: true}
	check(t, "", ReadGroupRunners(mia, held(Maintainer), listing))
	check(t, "mia is Developer in acme; needs Maintainer", ReadGroupRunners(mia, held(Developer), listing))
	check(t, "", ReadGroupRunners(eva, held(None), listing))
}

func TestInstanceRules(t *testing.T) {
	for name, rule := range map[string]func(Actor) Decision{
		"administer everything": AdminAllResources, "custom attributes": ReadCustomAttribute,
		"settings": UpdateApplicationSettings, "sudo": Sudo,
	} {
		check(t, "", rule(root), name)
		check(t, "eva is no administrator", rule(eva), name)
	}
	check(t, "", ReadAllResources(eva))
	check(t, "mia is no administrator", ReadAllResources(mia))

	check(t, "", ReadAdminCICD(root, Rules{}))
	check(t, "eva is no administrator", ReadAdminCICD(eva, Rules{}))
	check(t, "", ReadAdminCICD(eva, Rules{AuditorsListAllRunners: true}))

	check(t, "", RevokePersonalAccessToken(mia, false))
	check(t, "", RevokePersonalAccessToken(root, true))
	check(t, "only an administrator revokes an impersonation token", RevokePersonalAccessToken(mia, true))
}

// Whose runners are somebody's own goes by the role alone: an administrator's are no others than anybody's.
func TestOwnRunners(t *testing.T) {
	for _, held := range []Role{None, Guest, Planner, Reporter, SecurityManager, Developer, Maintainer, Owner} {
		assert.Equal(t, held >= Maintainer, OwnsProjectRunners(held, false), held)
		assert.Equal(t, held >= Owner, OwnsGroupRunners(held, false), held)
	}
	assert.True(t, OwnsProjectRunners(SecurityManager, true))
	assert.True(t, OwnsGroupRunners(SecurityManager, true))
}
