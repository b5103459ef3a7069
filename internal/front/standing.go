package front

// Within the answer, for handlers: may the user? Where a user stands to projects, groups, runners and jobs is
// gathered here as the plain values from which internal/policy decides who may what. Handlers decide nothing of that
// themselves.

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/policy"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// The rules of policy, as handlers name them: one shape for each kind of thing.
type (
	// ProjectRule decides what an actor may do with a project.
	ProjectRule func(policy.Actor, policy.ProjectStanding) policy.Decision
	// GroupRule decides what an actor may do with a group.
	GroupRule func(policy.Actor, policy.GroupStanding) policy.Decision
	// RunnerRule decides what an actor may do with a runner.
	RunnerRule func(policy.Actor, policy.RunnerStanding, policy.Rules) policy.Decision
	// JobRule decides what an actor may do with a job.
	JobRule func(policy.Actor, policy.JobStanding) policy.Decision
)

// OnProject asks whether the user may do something with a project.
func (q *Request) OnProject(p *world.Project, may ProjectRule) policy.Decision {
	s := q.ProjectStanding(p)
	if q.ByJob != nil {
		if d := policy.ReachProjectByToken(s, q.jobToken(p)); !d.Allowed {
			return d
		}
	}
	return may(q.Actor, s)
}

// OnGroup asks whether the user may do something with a group.
func (q *Request) OnGroup(g *world.Group, may GroupRule) policy.Decision {
	return may(q.Actor, q.GroupStanding(g))
}

// OnRunner asks whether the user may do something with a runner, by the rules of this GitLab's version.
func (q *Request) OnRunner(r *world.Runner, may RunnerRule) policy.Decision {
	return may(q.Actor, q.RunnerStanding(r), q.PolicyRules())
}

// OnJob asks whether the user may do something with a job.
func (q *Request) OnJob(j *world.Job, may JobRule) policy.Decision {
	return may(q.Actor, q.jobStanding(j))
}

// OnEnvironment asks whether the user may do something with an environment.
func (q *Request) OnEnvironment(e *world.Environment,
	may func(policy.Actor, policy.EnvironmentStanding) policy.Decision) policy.Decision {
	return may(q.Actor, environmentStanding(q.State, e, q.ProjectStanding(e.Project), q.jobStanding))
}

// MayUpdateDeployment says whether the user may change a deployment.
func (q *Request) MayUpdateDeployment(d *world.Deployment) policy.Decision {
	var job *policy.JobStanding
	if d.Job != nil {
		s := q.jobStanding(d.Job)
		job = &s
	}
	return policy.UpdateDeployment(q.Actor, q.ProjectStanding(d.Project()), job)
}

// ActorOf is who a user is for policy; elevated is whether an administrator counts as one.
func (q *Request) ActorOf(u *world.User, elevated bool) policy.Actor {
	return policy.Actor{Name: u.Username, Admin: u.Admin && elevated, Auditor: u.Auditor, External: u.External,
		NoGroups: !u.CreatesGroups(), NoProjects: q.hasAllProjects(u), LaterRoles: q.site.laterRoles.of(q.Version)}
}

// hasAllProjects reports whether a user has as many projects as may be. Those who may have as many as GitLab's default
// says never have.
func (q *Request) hasAllProjects(u *world.User) bool {
	most := u.MostProjects()
	if u.ProjectsLimit == nil || most <= 0 {
		return most <= 0
	}
	own := 0
	for _, p := range q.Projects.Rows {
		if p.Owner == u {
			own++
		}
	}
	return own >= most
}

// OnUser asks whether the user may do something with a user.
func (q *Request) OnUser(u *world.User, may func(policy.Actor, policy.UserStanding) policy.Decision) policy.Decision {
	return may(q.Actor, policy.UserStanding{Username: u.Username, Own: u == q.User,
		Hidden: u.PrivateProfile || u.Blocked() || u.Unconfirmed, Internal: u.Internal()})
}

// laterRoles are the roles that a version does not have yet, each with the words for a person. They are not refused as
// members' roles, so that one world serves tests over several versions.
type laterRoles struct {
	once  sync.Once
	texts map[policy.Role]string
}

func (l *laterRoles) of(v gitlabversion.Version) map[policy.Role]string {
	l.once.Do(func() {
		l.texts = map[policy.Role]string{}
		for role, d := range map[policy.Role]gitlabversion.Difference{policy.Planner: gitlabversion.PlannerRole,
			policy.SecurityManager: gitlabversion.SecurityManagerRole} {
			if !v.Has(d) {
				l.texts[role] = v.Lacks("the role "+role.String(), d)
			}
		}
	})
	return l.texts
}

// PolicyRules are the differences between versions that bear on who may do what.
func (q *Request) PolicyRules() policy.Rules {
	return policy.Rules{
		MaintainersReadInherited:    q.Has(gitlabversion.GroupMaintainersReadInheritedRunners),
		MaintainersReadJobs:         q.Has(gitlabversion.GroupMaintainersReadRunnerJobs),
		OwnerProjectRules:           q.Has(gitlabversion.OwnerProjectRulesRunner),
		MaintainersListGroupRunners: q.Has(gitlabversion.GroupMaintainersListRunners),
		AuditorsListAllRunners:      q.Has(gitlabversion.AuditorsListAllRunners),
		NoteForUpdatersOnly:         q.Has(gitlabversion.MaintenanceNoteForUpdatersOnly),
		OwnerProjectKeepsRunner:     q.Has(gitlabversion.OwnerProjectKeepsRunner),
		CodeReadersSeeProtection:    q.Has(gitlabversion.CodeReadersSeeProtection),
		UnassignDecidedFirst:        q.Has(gitlabversion.UnassignDecidedFirst),
		AnybodyReadsInstanceRunners: q.Has(gitlabversion.InstanceRunnersReadByAll),
	}
}

// ProjectStandingOf is where a user stands to a project.
func ProjectStandingOf(u *world.User, p *world.Project) policy.ProjectStanding {
	return policy.ProjectStanding{Where: p.Path, Held: policy.Role(world.RoleInProject(u, p)),
		Visibility: levels[p.Visibility], Archived: p.Archived, Builds: AccessOf(p.Attribute(world.AttrBuildsAccess)),
		MembersJobs: !p.PublicJobs(), Code: AccessOf(p.Attribute(world.AttrRepositoryAccess)),
		Environments: AccessOf(p.Attribute(world.AttrEnvironmentsAccess))}
}

// AccessOf is a level of access to a feature as policy knows it.
func AccessOf(level string) policy.FeatureAccess {
	switch level {
	case world.FeatureDisabled:
		return policy.ForNobody
	case world.FeaturePrivate:
		return policy.ForMembers
	}
	return policy.ForAll
}

// levels are the visibilities as policy knows them.
var levels = map[world.Visibility]policy.Visibility{world.Private: policy.Private, world.Internal: policy.Internal,
	world.Public: policy.Public}

// JobTokenFor is what policy knows of the job whose token was accepted, as it asks for something of a project.
func (q *Request) JobTokenFor(p *world.Project) policy.JobToken { return q.jobToken(p) }

// RefAccessOf is who a level of access to protected refs stands for.
func RefAccessOf(level world.RefAccess) policy.RefAccess {
	return policy.RefAccess{Least: refRoles[level], Nobody: level == world.NoOne}
}

// ProjectStanding is where the user of the request stands to a project.
func (q *Request) ProjectStanding(p *world.Project) policy.ProjectStanding {
	s := ProjectStandingOf(q.User, p)
	s.SecurityManager = q.SecurityManager(s.Held)
	s.Spared = policy.SparedJobs{Cancel: q.Has(gitlabversion.CancelBuildAbility),
		Rerun: q.Has(gitlabversion.RerunAbilities), Keep: q.Has(gitlabversion.KeepDecidedByJob)}
	if q.ByJob != nil {
		s = policy.UnderJobToken(s, q.jobToken(p))
	}
	return s
}

// SecurityManager reports whether a role is that of a Security Manager and this version has it.
func (q *Request) SecurityManager(held policy.Role) bool {
	return held == policy.SecurityManager && q.Has(gitlabversion.SecurityManagerRole)
}

// GroupStanding is where the user of the request stands to a group.
func (q *Request) GroupStanding(g *world.Group) policy.GroupStanding {
	held := policy.Role(world.RoleInGroup(q.User, g))
	return policy.GroupStanding{Where: g.Path, Held: held, Around: world.InAndAround(q.User, g),
		Visibility: levels[g.Visibility], SecurityManager: q.SecurityManager(held),
		Subgroups: creators[g.Attribute(world.AttrSubgroupCreation)],
		Projects:  creators[g.Attribute(world.AttrProjectCreation)]}
}

// creators are the roles that the words of the creation levels of a group stand for.
var creators = map[string]policy.Role{world.CreationNoone: policy.Noone, world.CreationOwner: policy.Owner,
	world.CreationMaintainer: policy.Maintainer, world.CreationDeveloper: policy.Developer}

// RunnerStanding is where the user of the request stands to a runner.
func (q *Request) RunnerStanding(r *world.Runner) policy.RunnerStanding {
	s := policy.RunnerStanding{ID: r.ID, Projects: len(r.Assignments), Locked: r.Locked,
		Creator: r.Creator != nil && r.Creator == q.User}
	switch r.Type {
	case world.GroupRunner:
		s.Type = policy.Group
		if r.Group != nil {
			s.Where = r.Group.Path
			s.InGroup, s.DirectlyInGroup = policy.Role(world.RoleInGroup(q.User, r.Group)), policy.Role(r.Group.Roles[q.User])
			s.BelowGroup = policy.Role(world.BestRoleBelow(q.User, r.Group))
			s.SecurityManager = q.SecurityManager(s.InGroup)
		}
	case world.ProjectRunner:
		s.Type = policy.Project
		var paths []string
		for i, a := range r.Assignments {
			role := policy.Role(world.RoleInProject(q.User, a.Project))
			s.InProjects = max(s.InProjects, role)
			s.SecurityManager = s.SecurityManager || q.SecurityManager(role)
			if i == 0 {
				s.InOwner = role
			}
			paths = append(paths, a.Project.Path)
		}
		s.Where = strings.Join(paths, ", ")
	}
	return s
}

// SharesInstance is whether the user of the request is a Maintainer of any group or project that uses instance runners
// (app/policies/ci/runner_policy.rb).
func (q *Request) SharesInstance() bool {
	least := world.Role(policy.Maintainer)
	return slices.ContainsFunc(q.Groups.Rows, func(g *world.Group) bool {
		return !g.SharedRunnersDisabled && world.RoleInGroup(q.User, g) >= least
	}) || slices.ContainsFunc(q.Projects.Rows, func(p *world.Project) bool {
		return !p.SharedRunnersDisabled && world.RoleInProject(q.User, p) >= least
	})
}

// RunnersOfUser are the runners that count as the user's own, by id (app/models/user.rb, ci_owned_runners). missed is
// how many others the user might miss, and why; "" for none.
func (q *Request) RunnersOfUser() (owned []*world.Runner, missed string) {
	why := ""
	claim := func(owns bool, held policy.Role, lacks func() policy.Decision) world.Claim {
		switch {
		case owns:
			return world.Owns
		case held == policy.None:
			return 0
		case why == "":
			why = lacks().Reason
		}
		return world.Belongs
	}
	owned, leftOut := q.OwnedRunners(
		func(p *world.Project) world.Claim {
			held := policy.Role(world.RoleInProject(q.User, p))
			return claim(policy.OwnsProjectRunners(held, q.SecurityManager(held)), held,
				func() policy.Decision { return policy.LacksProjectRunners(q.Actor, held, p.Path) })
		},
		func(g *world.Group) world.Claim {
			held := policy.Role(world.RoleInGroup(q.User, g))
			return claim(policy.OwnsGroupRunners(held, q.SecurityManager(held)), held,
				func() policy.Decision { return policy.LacksGroupRunners(q.Actor, held, g.Path) })
		})
	if instance := q.InstanceRunners(); leftOut == 0 && len(owned) == 0 && instance > 0 {
		leftOut, why = instance, "runners of the instance are in GET /runners/all alone"
	}
	if leftOut == 0 {
		return owned, ""
	}
	return owned, fmt.Sprintf("%d left out: %s", leftOut, why)
}

// refRoles are the roles that the levels of access to protected refs stand for.
var refRoles = map[world.RefAccess]policy.Role{world.DevelopersUp: policy.Developer,
	world.MaintainersUp: policy.Maintainer, world.AdminsOnly: policy.Noone, world.NoOne: policy.Noone}

// jobStanding is where the user of the request stands to a job.
func (q *Request) jobStanding(j *world.Job) policy.JobStanding {
	who, protected := q.RefProtection(q.User, j)
	s := policy.JobStanding{Project: q.ProjectStanding(j.Project), Own: j.User == q.User, Protected: protected,
		For: refRoles[who], Nobody: who == world.NoOne, Outdated: q.Outdated(j),
		Debugged: q.Debugged(j, func() string { return q.site.Environment(q, j) })}
	// What is not there is open to all; what has expired is there until it is swept away.
	if a := j.Spec.Artifacts; a != nil && j.File(world.Archive) != nil {
		s.ArtifactsAccess, s.ArtifactsPrivate = a.Access, a.Public != nil && !*a.Public
	}
	return s
}
