package policy

import "fmt"

// Type is a runner's type.
type Type int

// The runner types.
const (
	Instance Type = iota
	Group
	Project
)

// RunnerStanding is where an actor stands to a runner: the roles held where the runner belongs.
type RunnerStanding struct {
	Type Type
	// ID is the runner's, for the reason.
	ID int
	// Where names the group or the projects, for the reason.
	Where string
	// InGroup is the role in the group of a group runner, counting parents; DirectlyInGroup leaves parents out;
	// BelowGroup is the highest role in a project below it that uses group runners.
	InGroup, DirectlyInGroup, BelowGroup Role
	// SecurityManager is whether the actor holds that role in the group, or in any of the projects, in a version that has
	// it.
	SecurityManager bool
	// InProjects is the highest role in any project of a project runner, InOwner the one in its first.
	InProjects, InOwner Role
	// Projects is how many projects a project runner has; Locked keeps it from getting more.
	Projects int
	Locked   bool
	// Creator is whether the actor made the runner.
	Creator bool
	// SharesInstance, of an instance runner, is whether the actor is a Maintainer of any group or project that uses
	// instance runners.
	SharesInstance bool
}

// ability is something one may do to a runner, by GitLab's name.
type ability string

const (
	readRunner   ability = "read_runner"
	updateRunner ability = "update_runner"
	deleteRunner ability = "delete_runner"
	assignRunner ability = "assign_runner"
	readBuilds   ability = "read_builds"
)

// need is one row of the table: the rule for an ability on a runner type, met when the held role reaches least. If held
// is nil, only administrators meet it.
type need struct {
	held  func(RunnerStanding, Rules) Role
	least Role
	where string // what the role is held in, %s is RunnerStanding.Where
	note  string // where the documentation says otherwise
}

func anybody(RunnerStanding, Rules) Role        { return Owner }
func inProjects(s RunnerStanding, _ Rules) Role { return s.InProjects }
func inGroup(s RunnerStanding, _ Rules) Role    { return s.InGroup }

func readingGroup(s RunnerStanding, r Rules) Role {
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

func ruling(s RunnerStanding, r Rules) Role {
	if r.OwnerProjectRules && s.Projects < 2 {
		return s.InOwner
	}
	return s.InProjects
}

func readingGroupJobs(s RunnerStanding, r Rules) Role {
	if r.MaintainersReadJobs && s.InGroup >= Maintainer {
		return Owner
	}
	return s.InGroup
}

// What reasons say the role is held in, and what they add.
const (
	ofGroup       = "group %s"
	ofProjects    = "a project of the runner (%s)"
	developerNote = "the documentation says Developer"
	inheritedNote = "as a direct member: in this version a role in a group above does not count"
)

// runnerTable has, for every ability, what a user who is no administrator needs by runner type. For a runner type that
// a row leaves out, only administrators may do it.
var runnerTable = map[ability][3]need{
	readRunner: {
		Instance: {held: anybody, least: None},
		Group:    {held: readingGroup, least: Maintainer, where: ofGroup, note: developerNote},
		Project:  {held: inProjects, least: Maintainer, where: ofProjects, note: developerNote},
	},
	updateRunner: {
		Group:   {held: inGroup, least: Owner, where: ofGroup},
		Project: {held: ruling, least: Maintainer, where: ofProjects},
	},
	deleteRunner: {
		Group:   {held: inGroup, least: Owner, where: ofGroup},
		Project: {held: ruling, least: Maintainer, where: ofProjects},
	},
	assignRunner: {
		Group:   {held: inGroup, least: Owner, where: ofGroup},
		Project: {held: inProjects, least: Maintainer, where: ofProjects},
	},
	readBuilds: {
		Group:   {held: readingGroupJobs, least: Owner, where: ofGroup},
		Project: {held: inProjects, least: Maintainer, where: ofProjects},
	},
}

// can looks an ability up in the table.
func can(a Actor, wanted ability, s RunnerStanding, r Rules) Decision {
	if a.Admin || a.Auditor && (wanted == readRunner || wanted == readBuilds) ||
		s.SecurityManager && wanted == readRunner {
		return allowed
	}
	row := runnerTable[wanted][s.Type]
	if row.held == nil {
		return Decision{Reason: fmt.Sprintf("%s is no administrator; %s of %s runner: only administrators",
			a.Name, wanted, typeNames[s.Type])}
	}
	held := row.held(s, r)
	if held >= row.least {
		return allowed
	}
	note := row.note
	if s.InGroup >= row.least { // else the reason would contradict itself
		note = inheritedNote
	}
	return lacks(a, max(held, s.InGroup), fmt.Sprintf(row.where, s.Where), row.least, note)
}

// typeNames are the runner types with their article, for reasons.
var typeNames = [...]string{Instance: "an instance", Group: "a group", Project: "a project"}

// ReadRunner says whether the actor may see the runner over REST, which shows instance runners to everybody before it
// asks for the ability (lib/api/ci/runners.rb, authenticate_show_runner!; app/policies/ci/runner_policy.rb).
func ReadRunner(a Actor, s RunnerStanding, r Rules) Decision { return can(a, readRunner, s, r) }

// HasReadRunner says whether the actor has the ability read_runner, which is all that GraphQL asks for. Of instance
// runners older versions give it to administrators, auditors and to Maintainers of whatever uses such runners
// (app/policies/ci/runner_policy.rb).
func HasReadRunner(a Actor, s RunnerStanding, r Rules) Decision {
	if s.Type == Instance && !r.AnybodyReadsInstanceRunners && !s.SharesInstance && !a.readsAll() {
		return Decision{Reason: fmt.Sprintf("%s is no administrator, nor Maintainer of a group or project that uses "+
			"instance runners; this version shows runner %d to nobody else", a.Name, s.ID)}
	}
	return ReadRunner(a, s, r)
}

// ReadRunnerSensitiveData says whether the actor, who has read_runner, is told when the runner's token dies
// (app/policies/ci/runner_policy.rb).
func ReadRunnerSensitiveData(a Actor, s RunnerStanding, r Rules) Decision {
	if s.Type == Instance {
		return isAdmin(a, false)
	}
	return HasReadRunner(a, s, r)
}

// ReadEphemeralToken says whether the actor is shown the runner's token while it waits for its first manager: its
// creator alone is, be others administrators (app/policies/ci/runner_policy.rb).
func ReadEphemeralToken(a Actor, s RunnerStanding, _ Rules) Decision {
	if !s.Creator {
		return Decision{Reason: fmt.Sprintf("%s did not make runner %d; its token is for who did", a.Name, s.ID)}
	}
	return allowed
}

// UpdateRunner says whether the actor may change the runner or reset its token (app/policies/ci/runner_policy.rb).
func UpdateRunner(a Actor, s RunnerStanding, r Rules) Decision { return can(a, updateRunner, s, r) }

// ReadBuilds says whether the actor may list the runner's jobs (app/policies/ci/runner_policy.rb).
func ReadBuilds(a Actor, s RunnerStanding, r Rules) Decision { return can(a, readBuilds, s, r) }

// ReadMaintenanceNote says whether the runner's details have the note (lib/api/entities/ci/runner_details.rb).
func ReadMaintenanceNote(a Actor, s RunnerStanding, r Rules) Decision {
	if r.NoteForUpdatersOnly {
		return UpdateRunner(a, s, r)
	}
	return allowed
}

// DeleteRunner says whether the actor may delete the runner; a runner of several projects, only administrators may
// (lib/api/ci/runners.rb, authenticate_delete_runner!; app/policies/ci/runner_policy.rb).
func DeleteRunner(a Actor, s RunnerStanding, r Rules) Decision {
	if !a.Admin && s.Projects > 1 {
		return Decision{Rule: SharedRunner,
			Reason: fmt.Sprintf("runner %d is in %d projects and %s is no administrator", s.ID, s.Projects, a.Name)}
	}
	return can(a, deleteRunner, s, r)
}

// AssignRunner says whether the actor may assign the runner to another project in which it may create runners. Over
// REST nobody assigns group runners, whatever the ability says (lib/api/ci/runners.rb, authenticate_enable_runner!).
func AssignRunner(a Actor, s RunnerStanding, r Rules) Decision {
	if s.Type == Group {
		return Decision{Rule: GroupRunner, Reason: "group runners serve their group and nothing else"}
	}
	return HasAssignRunner(a, s, r)
}

// HasAssignRunner says whether the actor has the ability assign_runner (app/policies/ci/runner_policy.rb).
func HasAssignRunner(a Actor, s RunnerStanding, r Rules) Decision {
	if d := unlocked(a, s); !d.Allowed {
		return d
	}
	return can(a, assignRunner, s, r)
}

// unlocked refuses to move a locked runner; administrators are exempt.
func unlocked(a Actor, s RunnerStanding) Decision {
	if s.Locked && !a.Admin {
		return Decision{Rule: LockedRunner,
			Reason: fmt.Sprintf("runner %d is locked to its projects and %s is no administrator", s.ID, a.Name)}
	}
	return allowed
}

// LeftProject is the project that a runner is to leave.
type LeftProject struct {
	Path string
	// Owns is whether it is the runner's first project, its owner.
	Owns bool
}

// UnassignRunner says whether the actor may take the runner out of a project of which it may administer the runners
// (lib/api/ci/runners.rb, app/policies/ci/runner_project_policy.rb). It is asked before the record is looked at. At
// that point only the newer versions also ask what LeaveProject asks, and not even they ask it of administrators.
func UnassignRunner(a Actor, s RunnerStanding, p LeftProject, r Rules) Decision {
	switch {
	case r.UnassignDecidedFirst && !a.Admin:
		return LeaveProject(a, s, p, r)
	case !r.OwnerProjectKeepsRunner && s.Projects == 1:
		return Decision{Rule: OnlyProject, Reason: fmt.Sprintf("%s is the only project of runner %d", p.Path, s.ID)}
	}
	return allowed
}

// LeaveProject says whether the actor may take the runner out of the project: not if the runner is locked, and never
// out of its owner project (app/services/ci/runners/unassign_runner_service.rb). GitLab also asks this after it has
// looked at the record, and then refuses with other texts.
func LeaveProject(a Actor, s RunnerStanding, p LeftProject, r Rules) Decision {
	if !r.OwnerProjectKeepsRunner {
		return allowed
	}
	if d := unlocked(a, s); !d.Allowed {
		return d
	}
	if p.Owns {
		return Decision{Rule: OfOwnerProject, Reason: fmt.Sprintf("%s is the owner project of runner %d", p.Path, s.ID)}
	}
	return allowed
}
