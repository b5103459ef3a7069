// Package policy says who may do what, as rules over plain values: it knows neither HTTP nor where users, groups,
// projects, runners and jobs are kept. A caller gathers where the actor stands to the thing, asks the function that
// bears the name of GitLab's ability, and turns the Decision into an answer. Each refusal carries its reason, for
// the journal.
//
// It follows the policies of GitLab (app/policies), even where the Runners API page says something else. Every function
// names the source file of its rule.
package policy

import "fmt"

// Role is an access level in GitLab's numbers; 0 is no member.
type Role int

// The roles of GitLab.
const (
	None            Role = 0
	Guest           Role = 10
	Planner         Role = 15
	Reporter        Role = 20
	SecurityManager Role = 25
	Developer       Role = 30
	Maintainer      Role = 40
	Owner           Role = 50
	// Noone is more than anybody's role.
	Noone Role = 100
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
	case SecurityManager:
		return "Security Manager"
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
	// External users see what is internal only where they are members.
	External bool
	// NoGroups users may not make groups, NoProjects none in their own namespace: they may have none, or no more.
	NoGroups, NoProjects bool
	// LaterRoles has, for roles that came with a later version, a sentence that says so, for the reasons of refusals.
	LaterRoles map[Role]string
}

// Anonymous is who asks without credentials: it sees what is public.
func Anonymous() Actor {
	return Actor{Name: "an anonymous caller", External: true, NoGroups: true, NoProjects: true}
}

func (a Actor) readsAll() bool { return a.Admin || a.Auditor }

// Rules are the differences between GitLab versions that bear on policy.
type Rules struct {
	MaintainersReadInherited, MaintainersReadJobs, OwnerProjectRules bool
	// MaintainersListGroupRunners: a group's runners are listed for its Maintainers, not for its Owners alone.
	MaintainersListGroupRunners bool
	// AuditorsListAllRunners: the runners of the whole instance are listed for auditors as well.
	AuditorsListAllRunners bool
	// NoteForUpdatersOnly: the maintenance note is shown only to those who may update the runner.
	NoteForUpdatersOnly bool
	// OwnerProjectKeepsRunner: a runner cannot leave its owner project nor, when locked, any project; before, it could not
	// leave its only one.
	OwnerProjectKeepsRunner bool
	// AnybodyReadsInstanceRunners: every user has read_runner of instance runners.
	AnybodyReadsInstanceRunners bool
	// CodeReadersSeeProtection: whoever may read a project's code sees its protected branches.
	CodeReadersSeeProtection bool
	// UnassignDecidedFirst: whether a runner may leave a project is decided before its record is looked at.
	UnassignDecidedFirst bool
}

// Rule tells which rule refused, where GitLab has a text of its own for it.
type Rule int

// The rules that have a text of their own.
const (
	ByStanding     Rule = iota // what the actor is, or what it is where the thing belongs
	GroupRunner                // group runners are assigned to no project
	LockedRunner               // a locked runner stays in its projects
	SharedRunner               // a runner of several projects is deleted by administrators alone
	OnlyProject                // a runner does not leave the only project that it has
	OfOwnerProject             // a runner does not leave the project that owns it
)

// Decision is whether something is allowed and, if not, why not and by which rule.
type Decision struct {
	Allowed bool
	Reason  string
	Rule    Rule
}

var allowed = Decision{Allowed: true}

func lacks(a Actor, held Role, where string, least Role, note string) Decision {
	reason := fmt.Sprintf("%s is %s in %s; needs %s", a.Name, held, where, least)
	if held == None {
		reason = fmt.Sprintf("%s is no member of %s; needs %s", a.Name, where, least)
	}
	if note != "" {
		reason += " (" + note + ")"
	}
	if later := a.LaterRoles[held]; later != "" {
		reason += "; " + later
	}
	return Decision{Reason: reason}
}

// atLeast says whether the actor holds a role of at least this rank in where; administrators always do, auditors when
// reading.
func atLeast(a Actor, held Role, where string, least Role, reading bool) Decision {
	if a.Admin || reading && a.readsAll() || held >= least {
		return allowed
	}
	return lacks(a, held, where, least, "")
}

// isAdmin says whether the actor is an administrator; orAuditor lets auditors pass too.
func isAdmin(a Actor, orAuditor bool) Decision {
	if a.Admin || orAuditor && a.Auditor {
		return allowed
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

// isShown reports whether the actor sees, without being a member, what has this visibility.
func (a Actor) isShown(v Visibility) bool { return v == Public || v == Internal && !a.External }

// canSee says whether an actor may know that a group or project exists. member is any membership that reveals it:
// in the group or project, above it and, for a group, in any project below.
func canSee(a Actor, member bool, v Visibility, where string) Decision {
	switch {
	case a.readsAll(), member, a.isShown(v):
		return allowed
	case v == Internal:
		return Decision{Reason: fmt.Sprintf("%s is external and no member of %s, which is internal", a.Name, where)}
	}
	return Decision{Reason: fmt.Sprintf("%s is no member of %s, which is private", a.Name, where)}
}

// registrationTokenSwitchedOff is the reason where registration tokens are switched off, where the documentation
// promises another status than GitLab's.
func registrationTokenSwitchedOff(where string) Decision {
	return Decision{Reason: "registration tokens are switched off for " + where + "; the documentation says 410"}
}

// registrar refuses to make runners of a kind that the setting valid_runner_registrars leaves out; administrators are
// exempt.
func registrar(a Actor, kind string, valid bool) Decision {
	if a.Admin || valid {
		return allowed
	}
	return Decision{Reason: "valid_runner_registrars has no " + kind}
}
