// Package policy says who may do what with runners, as a table of plain values: it knows neither HTTP nor where users,
// groups and runners are kept. Each answer carries its reason, for the journal.
//
// It follows app/policies/ci/runner_policy.rb, project_policy.rb, group_policy.rb and global_policy.rb of GitLab, where
// they disagree with the Runners API page too.
package policy

import "fmt"

// Role is an access level in GitLab's numbers; 0 is no member.
type Role int

// The roles that runners ask for.
const (
	None       Role = 0
	Guest      Role = 10
	Planner    Role = 15
	Reporter   Role = 20
	Developer  Role = 30
	Maintainer Role = 40
	Owner      Role = 50
)

// String returns GitLab's name of the role.
func (r Role) String() string {
	switch r {
	case None:
		return "no member"
	case Guest:
		return "Guest"
	case Planner:
		return "Planner"
	case Reporter:
		return "Reporter"
	case Developer:
		return "Developer"
	case Maintainer:
		return "Maintainer"
	case Owner:
		return "Owner"
	}
	return fmt.Sprintf("role %d", int(r))
}

// Actor is who asks, after admin mode has been applied.
type Actor struct {
	Name           string
	Admin, Auditor bool
}

func (a Actor) readsAll() bool { return a.Admin || a.Auditor }

// Type is a runner's type.
type Type int

// The runner types.
const (
	Instance Type = iota
	Group
	Project
)

// Standing is where an actor stands to a runner: the roles held where the runner belongs.
type Standing struct {
	Type Type
	// Where names the group or owner project, for the reason.
	Where string
	// InGroup is the role in the group of a group runner, counting parents; DirectlyInGroup leaves parents out;
	// BelowGroup is the highest role in a project below it that uses group runners.
	InGroup, DirectlyInGroup, BelowGroup Role
	// InProjects is the highest role in any project of a project runner, InOwner the one in its first.
	InProjects, InOwner Role
	// Projects is how many projects a project runner has; Locked keeps it from getting more.
	Projects int
	Locked   bool
}

// Rules are the differences between GitLab versions that bear on policy.
type Rules struct {
	MaintainersReadInherited, MaintainersReadJobs, OwnerProjectRules bool
}

// Ability is something one may do to a runner.
type Ability string

// The abilities on a runner, by GitLab's names.
const (
	ReadRunner   Ability = "read_runner"
	UpdateRunner Ability = "update_runner" // also to reset its token
	DeleteRunner Ability = "delete_runner"
	AssignRunner Ability = "assign_runner"
	ReadBuilds   Ability = "read_builds"
)

// Decision is an answer and the rule that decided it.
type Decision struct {
	Allowed bool
	Reason  string
}

// need is one row of the table: the rule for an ability on a runner type, met when the held role reaches Least.
type need struct {
	held  func(Standing, Rules) Role
	least Role
	where string // what the role is held in, %s is Standing.Where
	note  string // where the documentation says otherwise
}

func inProjects(s Standing, _ Rules) Role { return s.InProjects }
func inGroup(s Standing, _ Rules) Role    { return s.InGroup }

func readingGroup(s Standing, r Rules) Role {
	direct := s.DirectlyInGroup
	if r.MaintainersReadInherited {
		direct = s.InGroup
	}
	best := max(direct, s.BelowGroup)
	if s.InGroup >= Owner {
		best = Owner
	}
	return best
}

func ruling(s Standing, r Rules) Role {
	if r.OwnerProjectRules && s.Projects < 2 {
		return s.InOwner
	}
	return s.InProjects
}

func readingGroupJobs(s Standing, r Rules) Role {
	if r.MaintainersReadJobs && s.InGroup >= Maintainer {
		return Owner
	}
	return s.InGroup
}

var nobody = need{note: "only administrators"}

// What reasons add.
const (
	developerNote = "the documentation says Developer"
	inheritedNote = "as a direct member: in this version a role in a group above does not count"
)

// runnerTable has, for every ability, what a user who is no administrator needs by runner type. A row without held is
// open to nobody; anyone is open to every signed-in user.
var runnerTable = map[Ability][3]need{
	ReadRunner: {
		Instance: {held: func(Standing, Rules) Role { return Owner }, least: None},
		Group:    {held: readingGroup, least: Maintainer, where: "group %s", note: developerNote},
		Project:  {held: inProjects, least: Maintainer, where: "a project of the runner (%s)", note: developerNote},
	},
	UpdateRunner: {
		Instance: nobody,
		Group:    {held: inGroup, least: Owner, where: "group %s"},
		Project:  {held: ruling, least: Maintainer, where: "a project of the runner (%s)"},
	},
	DeleteRunner: {
		Instance: nobody,
		Group:    {held: inGroup, least: Owner, where: "group %s"},
		Project:  {held: ruling, least: Maintainer, where: "a project of the runner (%s)"},
	},
	AssignRunner: {
		Instance: nobody,
		Group:    nobody,
		Project:  {held: inProjects, least: Maintainer, where: "a project of the runner (%s)"},
	},
	ReadBuilds: {
		Instance: nobody,
		Group:    {held: readingGroupJobs, least: Owner, where: "group %s"},
		Project:  {held: inProjects, least: Maintainer, where: "a project of the runner (%s)"},
	},
}

// CanRunner says whether the actor may do this to a runner to which it stands so.
func CanRunner(a Actor, ability Ability, s Standing, r Rules) Decision {
	if a.Admin || a.Auditor && (ability == ReadRunner || ability == ReadBuilds) {
		return Decision{Allowed: true}
	}
	row := runnerTable[ability][s.Type]
	if row.held == nil {
		return Decision{Reason: fmt.Sprintf("%s is no administrator; %s of %s runner: %s", a.Name, ability, typeNames[s.Type], row.note)}
	}
	held := row.held(s, r)
	if held >= row.least {
		return Decision{Allowed: true}
	}
	note := row.note
	if s.InGroup >= row.least { // else the reason would contradict itself
		note = inheritedNote
	}
	return lacks(a, max(held, s.InGroup), fmt.Sprintf(row.where, s.Where), row.least, note)
}

// typeNames are the runner types with their article, for reasons.
var typeNames = [...]string{Instance: "an instance", Group: "a group", Project: "a project"}

func lacks(a Actor, held Role, where string, least Role, note string) Decision {
	reason := fmt.Sprintf("%s is %s in %s; needs %s", a.Name, held, where, least)
	if held == None {
		reason = fmt.Sprintf("%s is no member of %s; needs %s", a.Name, where, least)
	}
	if note != "" {
		reason += " (" + note + ")"
	}
	return Decision{Reason: reason}
}

// AtLeast says whether the actor holds a role of at least this rank in where; administrators always do, auditors when
// reading.
func AtLeast(a Actor, held Role, where string, least Role, reading bool) Decision {
	if a.Admin || reading && a.readsAll() || held >= least {
		return Decision{Allowed: true}
	}
	return lacks(a, held, where, least, "")
}

// IsAdmin says whether the actor is an administrator; orAuditor lets auditors pass too.
func IsAdmin(a Actor, orAuditor bool) Decision {
	if a.Admin || orAuditor && a.Auditor {
		return Decision{Allowed: true}
	}
	return Decision{Reason: a.Name + " is no administrator"}
}

// Visibility of a group or project: members only, signed-in users who are not external, everybody.
type Visibility int

// The visibility levels.
const (
	Private Visibility = iota
	Internal
	Public
)

// CanSee says whether a signed-in actor may know that a group or project exists. member is any membership that reveals
// it: in the group or project, above it and, for a group, in any project below.
func CanSee(a Actor, external, member bool, v Visibility, where string) Decision {
	switch {
	case a.readsAll(), member, v == Public, v == Internal && !external:
		return Decision{Allowed: true}
	case v == Internal:
		return Decision{Reason: fmt.Sprintf("%s is external and no member of %s, which is internal", a.Name, where)}
	}
	return Decision{Reason: fmt.Sprintf("%s is no member of %s, which is private", a.Name, where)}
}
