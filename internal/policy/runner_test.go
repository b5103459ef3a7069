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

var abilities = []ability{readRunner, updateRunner, deleteRunner, assignRunner, readBuilds}

// can are the abilities of an actor, in the order above.
func abilitiesOf(a Actor, s RunnerStanding, r Rules) []ability {
	var may []ability
	for _, wanted := range abilities {
		if can(a, wanted, s, r).Allowed {
			may = append(may, wanted)
		}
	}
	return may
}

func inGroupAs(in, directly, below Role) RunnerStanding {
	return RunnerStanding{Type: Group, Where: "acme", InGroup: in, DirectlyInGroup: directly, BelowGroup: below}
}

func inProjectsAs(n int, best, owner Role) RunnerStanding {
	return RunnerStanding{Type: Project, Where: "acme/shop", Projects: n, InProjects: best, InOwner: owner}
}

// The matrix of who may do what, by runner type: first for GitLab 17.2, then for GitLab 18 where it differs.
func TestMatrix(t *testing.T) {
	reading := []ability{readRunner}
	readingAll := []ability{readRunner, readBuilds}
	assigningAlone := []ability{readRunner, assignRunner, readBuilds}
	type row struct {
		who   string
		s     RunnerStanding
		want  []ability
		newer []ability
	}
	same := func(who string, s RunnerStanding, want []ability) row { return row{who, s, want, want} }
	rows := []row{
		same("any user, instance runner", RunnerStanding{Type: Instance}, reading),

		same("outsider, group runner", inGroupAs(None, None, None), nil),
		same("Guest, group runner", inGroupAs(Guest, Guest, Guest), nil),
		same("Planner, group runner", inGroupAs(Planner, Planner, Planner), nil),
		same("Reporter, group runner", inGroupAs(Reporter, Reporter, Reporter), nil),
		same("Developer, group runner", inGroupAs(Developer, Developer, Developer), nil),
		{"Maintainer, group runner", inGroupAs(Maintainer, Maintainer, None), reading, readingAll},
		{"Maintainer of a parent, group runner", inGroupAs(Maintainer, None, None), nil, readingAll},
		same("Maintainer of a project below, group runner", inGroupAs(None, None, Maintainer), reading),
		same("Owner of a project below, group runner", inGroupAs(None, None, Owner), reading),
		same("Owner, group runner", inGroupAs(Owner, Owner, Owner), abilities),
		same("Owner of a parent, group runner", inGroupAs(Owner, None, None), abilities),

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
		assert.Equal(t, r.want, abilitiesOf(Actor{Name: "mia"}, r.s, before18), r.who)
		assert.Equal(t, r.newer, abilitiesOf(Actor{Name: "mia"}, r.s, from18), "%s, from 18.0 on", r.who)
		for _, rules := range []Rules{before18, from18} {
			assert.Equal(t, abilities, abilitiesOf(Actor{Name: "root", Admin: true}, r.s, rules), "administrator as "+r.who)
			assert.Subset(t, abilitiesOf(Actor{Name: "eva", Auditor: true}, r.s, rules), readingAll, "auditor as "+r.who)
		}
	}
	for _, kind := range []Type{Instance, Group, Project} {
		assert.Equal(t, readingAll, abilitiesOf(Actor{Name: "eva", Auditor: true}, RunnerStanding{Type: kind}, before18),
			"an auditor changes nothing")
		assert.False(t, can(Actor{Name: "mia"}, "drive_runner", RunnerStanding{Type: kind, InGroup: Owner,
			InProjects: Owner}, from18).Allowed)
	}
}

func TestReasonsOfRunnerRules(t *testing.T) {
	for _, c := range []struct {
		ability ability
		s       RunnerStanding
		want    string
	}{
		{updateRunner, RunnerStanding{Type: Instance},
			"mia is no administrator; update_runner of an instance runner: only administrators"},
		{assignRunner, RunnerStanding{Type: Instance},
			"mia is no administrator; assign_runner of an instance runner: only administrators"},
		{assignRunner, inGroupAs(Maintainer, Maintainer, None), "mia is Maintainer in group acme; needs Owner"},
		{readRunner, inGroupAs(None, None, None),
			"mia is no member of group acme; needs Maintainer (the documentation says Developer)"},
		{readRunner, inGroupAs(Developer, Developer, None),
			"mia is Developer in group acme; needs Maintainer (the documentation says Developer)"},
		{readRunner, inGroupAs(Developer, None, None),
			"mia is Developer in group acme; needs Maintainer (the documentation says Developer)"},
		{readRunner, inGroupAs(Maintainer, None, None),
			"mia is Maintainer in group acme; needs Maintainer (as a direct member: " +
				"in this version a role in a group above does not count)"},
		{updateRunner, inGroupAs(Maintainer, Maintainer, Owner), "mia is Maintainer in group acme; needs Owner"},
		{readBuilds, inGroupAs(Maintainer, Maintainer, None), "mia is Maintainer in group acme; needs Owner"},
		{readRunner, inProjectsAs(1, Developer, Developer),
			"mia is Developer in a project of the runner (acme/shop); needs Maintainer (the documentation says Developer)"},
		{deleteRunner, inProjectsAs(1, None, None),
			"mia is no member of a project of the runner (acme/shop); needs Maintainer"},
		{updateRunner, inProjectsAs(1, Planner, Planner),
			"mia is Planner in a project of the runner (acme/shop); needs Maintainer"},
		{assignRunner, inProjectsAs(1, Guest, Guest),
			"mia is Guest in a project of the runner (acme/shop); needs Maintainer"},
		{readBuilds, inProjectsAs(1, Reporter, Reporter),
			"mia is Reporter in a project of the runner (acme/shop); needs Maintainer"},
	} {
		got := can(Actor{Name: "mia"}, c.ability, c.s, before18)
		assert.Equal(t, Decision{Reason: c.want}, got)
	}
	assert.Equal(t, Decision{Allowed: true}, can(Actor{Name: "mia"}, readRunner, RunnerStanding{}, before18),
		"what is allowed needs no reason")
}

// A Security Manager reads and lists runners, which a Developer may not, and changes none
// (config/authz/roles/security_manager.yml).
func TestSecurityManager(t *testing.T) {
	in := ProjectStanding{Where: "acme/shop", Held: SecurityManager, SecurityManager: true}
	above := GroupStanding{Where: "acme", Held: SecurityManager, SecurityManager: true}
	check(t, "", ReadProjectRunners(mia, in))
	check(t, "", ReadGroupRunners(mia, above, Rules{}))
	check(t, "mia is Security Manager in acme/shop; needs Maintainer", AdminProjectRunners(mia, in))
	check(t, "mia is Security Manager in acme/shop; needs Maintainer", CreateProjectRunner(mia, in, true))
	for _, s := range []RunnerStanding{
		{Type: Project, InProjects: SecurityManager, InOwner: Developer, SecurityManager: true},
		{Type: Group, InGroup: SecurityManager, SecurityManager: true},
	} {
		assert.Equal(t, []ability{readRunner}, abilitiesOf(mia, s, from18))
	}
	job := JobStanding{Project: in}
	check(t, "", CancelBuild(mia, job))
	check(t, "mia is Security Manager in acme/shop; needs Developer", RetryJob(mia, job))
	job.Protected = true
	check(t, "mia is Security Manager in acme/shop; needs Maintainer", CancelBuild(mia, job))
	in.SecurityManager = false
	check(t, "mia is Security Manager in acme/shop; needs Maintainer", ReadProjectRunners(mia, in),
		"in a version without the role")
}

func TestUseGranularToken(t *testing.T) {
	at := TokenBoundary{Kind: "project", Where: "acme/shop", Permissions: []string{"Job: Read"}}
	check(t, "", UseGranularToken(mia, at, []string{"Job: Read"}))
	check(t, "the fine-grained token of mia has not Job: Run, Runner: Read at acme/shop",
		UseGranularToken(mia, at, []string{"Runner: Read", "Job: Read", "Job: Run", "Runner: Read"}))
	at.Open = true
	check(t, "", UseGranularToken(mia, at, []string{"Runner: Read"}))
}

// With one project a runner's owner is that project, unless it lost its first: then the versions differ.
func TestOwnerProjectRules(t *testing.T) {
	mia := Actor{Name: "mia"}
	for _, c := range []struct {
		projects   int
		then, from bool // before the rule and with it
	}{{projects: 1, then: true, from: false}, {projects: 2, then: true, from: true}} {
		s := RunnerStanding{Type: Project, Where: "acme/shop", InProjects: Maintainer, InOwner: Developer,
			Projects: c.projects}
		for _, ability := range []ability{updateRunner, deleteRunner} {
			assert.Equal(t, c.then, can(mia, ability, s, Rules{}).Allowed, ability)
			assert.Equal(t, c.from, can(mia, ability, s, Rules{OwnerProjectRules: true}).Allowed, ability)
		}
		assert.True(t, can(mia, readRunner, s, Rules{OwnerProjectRules: true}).Allowed)
	}
}

var (
	mia  = Actor{Name: "mia"}
	eva  = Actor{Name: "eva", Auditor: true}
	root = Actor{Name: "root", Admin: true}
)

// check compares a decision with the reason that is expected of a refusal, "" if it is none.
func check(t *testing.T, want string, got Decision, about ...any) {
	t.Helper()
	assert.Equal(t, want == "", got.Allowed, about...)
	assert.Equal(t, want, got.Reason, about...)
}

func TestNamedRulesOfRunners(t *testing.T) {
	maintained := inProjectsAs(1, Maintainer, Maintainer)
	for name, rule := range map[string]func(Actor, RunnerStanding, Rules) Decision{
		"read": ReadRunner, "update": UpdateRunner, "list jobs of": ReadBuilds, "delete": DeleteRunner,
		"assign": AssignRunner,
	} {
		check(t, "", rule(mia, maintained, before18), name)
		assert.False(t, rule(mia, inProjectsAs(1, Developer, Developer), before18).Allowed, name)
	}
	check(t, "mia is no administrator; update_runner of an instance runner: only administrators",
		UpdateRunner(mia, RunnerStanding{}, before18))
	check(t, "mia is no administrator; delete_runner of an instance runner: only administrators",
		DeleteRunner(mia, RunnerStanding{}, before18))
	check(t, "mia is no administrator; read_builds of an instance runner: only administrators",
		ReadBuilds(mia, RunnerStanding{}, before18))
}

func TestReadMaintenanceNote(t *testing.T) {
	developer := inProjectsAs(1, Developer, Developer)
	check(t, "", ReadMaintenanceNote(mia, developer, Rules{}))
	check(t, "", ReadMaintenanceNote(mia, inProjectsAs(1, Owner, Owner), Rules{NoteForUpdatersOnly: true}))
	check(t, "mia is Developer in a project of the runner (acme/shop); needs Maintainer",
		ReadMaintenanceNote(mia, developer, Rules{NoteForUpdatersOnly: true}))
}

// That a runner is in several projects is told before it is asked what the actor may do with it.
func TestDeleteRunner(t *testing.T) {
	for _, role := range []Role{None, Owner} {
		s := inProjectsAs(2, role, role)
		s.ID = 7
		assert.Equal(t, Decision{Rule: SharedRunner, Reason: "runner 7 is in 2 projects and mia is no administrator"},
			DeleteRunner(mia, s, from18))
		assert.Equal(t, SharedRunner, DeleteRunner(eva, s, from18).Rule)
		check(t, "", DeleteRunner(root, s, from18))
	}
	assert.Equal(t, ByStanding, DeleteRunner(mia, inProjectsAs(1, None, None), from18).Rule)
}

func TestAssignRunner(t *testing.T) {
	locked := inProjectsAs(1, Owner, Owner)
	locked.ID, locked.Locked = 7, true
	assert.Equal(t, Decision{Rule: LockedRunner, Reason: "runner 7 is locked to its projects and mia is no administrator"},
		AssignRunner(mia, locked, from18))
	check(t, "", AssignRunner(root, locked, from18))
	lockedGroup := RunnerStanding{Type: Group, InGroup: Owner, Locked: true}
	for _, a := range []Actor{mia, root} {
		assert.Equal(t, Decision{Rule: GroupRunner, Reason: "group runners serve their group and nothing else"},
			AssignRunner(a, lockedGroup, from18))
	}
	assert.Equal(t, Decision{Reason: "mia is Developer in a project of the runner (acme/shop); needs Maintainer"},
		AssignRunner(mia, inProjectsAs(1, Developer, Developer), from18))
	check(t, "mia is no administrator; assign_runner of an instance runner: only administrators",
		AssignRunner(mia, RunnerStanding{}, from18))
}

// Whether a runner may leave a project: what is decided before its record is looked at, and what after it.
func TestUnassignRunner(t *testing.T) {
	old, keeping := Rules{}, Rules{OwnerProjectKeepsRunner: true}
	newest := Rules{OwnerProjectKeepsRunner: true, UnassignDecidedFirst: true}
	for _, c := range []struct {
		about        string
		who          Actor
		rules        Rules
		projects     int
		locked, owns bool
		first, then  Rule
	}{
		{"the only project", mia, old, 1, false, true, OnlyProject, ByStanding},
		{"the only project, for an administrator", root, old, 1, false, true, OnlyProject, ByStanding},
		{"one of two", mia, old, 2, true, true, ByStanding, ByStanding},
		{"locked, after the record", mia, keeping, 2, true, true, ByStanding, LockedRunner},
		{"owner, after the record", mia, keeping, 2, false, true, ByStanding, OfOwnerProject},
		{"neither", mia, keeping, 2, false, false, ByStanding, ByStanding},
		{"locked, before the record", mia, newest, 2, true, true, LockedRunner, LockedRunner},
		{"owner, before the record", mia, newest, 2, false, true, OfOwnerProject, OfOwnerProject},
		{"neither, newest", mia, newest, 2, false, false, ByStanding, ByStanding},
		{"an administrator is not held by the lock", root, newest, 2, true, false, ByStanding, ByStanding},
		{"but by the owner project", root, newest, 2, true, true, ByStanding, OfOwnerProject},
	} {
		s := RunnerStanding{Type: Project, ID: 7, Projects: c.projects, Locked: c.locked}
		left := LeftProject{Path: "acme/shop", Owns: c.owns}
		reasons := map[Rule]string{
			LockedRunner:   "runner 7 is locked to its projects and mia is no administrator",
			OnlyProject:    "acme/shop is the only project of runner 7",
			OfOwnerProject: "acme/shop is the owner project of runner 7",
		}
		first, then := UnassignRunner(c.who, s, left, c.rules), LeaveProject(c.who, s, left, c.rules)
		assert.Equal(t, Decision{c.first == ByStanding, reasons[c.first], c.first}, first, c.about)
		assert.Equal(t, Decision{c.then == ByStanding, reasons[c.then], c.then}, then, c.about)
	}
}

// GraphQL asks for the abilities themselves, where REST has words of its own for instance and group runners.
func TestAbilitiesOfGraphQL(t *testing.T) {
	mia, root, eva := Actor{Name: "mia"}, Actor{Name: "root", Admin: true}, Actor{Name: "eva", Auditor: true}
	newest := Rules{AnybodyReadsInstanceRunners: true}
	shared := RunnerStanding{Type: Instance, ID: 6}
	sharing := shared
	sharing.SharesInstance = true
	for _, c := range []struct {
		a     Actor
		s     RunnerStanding
		rules Rules
		want  bool
	}{
		{mia, shared, Rules{}, false}, {mia, shared, newest, true}, {mia, sharing, Rules{}, true},
		{root, shared, Rules{}, true}, {eva, shared, Rules{}, true},
		{mia, inProjectsAs(1, Maintainer, Maintainer), Rules{}, true}, {mia, inProjectsAs(1, Developer, None), newest, false},
	} {
		assert.Equal(t, c.want, HasReadRunner(c.a, c.s, c.rules).Allowed, "%s %+v %+v", c.a.Name, c.s, c.rules)
	}
	assert.Equal(t, "mia is no administrator, nor Maintainer of a group or project that uses instance runners; this "+
		"version shows runner 6 to nobody else", HasReadRunner(mia, shared, Rules{}).Reason)

	assert.False(t, ReadRunnerSensitiveData(mia, sharing, newest).Allowed)
	assert.True(t, ReadRunnerSensitiveData(root, shared, newest).Allowed)
	assert.True(t, ReadRunnerSensitiveData(mia, inGroupAs(Maintainer, Maintainer, None), newest).Allowed)

	made := RunnerStanding{Type: Project, ID: 5, Creator: true}
	assert.True(t, ReadEphemeralToken(mia, made, newest).Allowed)
	made.Creator = false
	assert.Equal(t, "root did not make runner 5; its token is for who did", ReadEphemeralToken(root, made, newest).Reason)

	owned := inGroupAs(Owner, Owner, None)
	assert.True(t, HasAssignRunner(mia, owned, newest).Allowed)
	assert.Equal(t, GroupRunner, AssignRunner(mia, owned, newest).Rule)
	owned.Locked = true
	assert.Equal(t, LockedRunner, HasAssignRunner(mia, owned, newest).Rule)
}
