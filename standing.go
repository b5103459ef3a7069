package fakegitlab

import (
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/policy"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// Where a user stands to projects, groups, runners and jobs, gathered as the plain values from which internal/policy
// decides who may what. Handlers decide nothing of that themselves.

// Rules that policy has for each kind of thing.
type (
	projectRule func(policy.Actor, policy.ProjectStanding) policy.Decision
	groupRule   func(policy.Actor, policy.GroupStanding) policy.Decision
	runnerRule  func(policy.Actor, policy.RunnerStanding, policy.Rules) policy.Decision
	jobRule     func(policy.Actor, policy.JobStanding) policy.Decision
)

// actorOf is who a user is for policy; elevated is whether an administrator counts as one.
func actorOf(u *world.User, elevated bool) policy.Actor {
	return policy.Actor{Name: u.Username, Admin: u.Admin && elevated, Auditor: u.Auditor, External: u.External}
}

// policyRules are the differences between versions that bear on who may do what.
func (q *request) policyRules() policy.Rules {
	return policy.Rules{
		MaintainersReadInherited:    q.Has(gitlabversion.GroupMaintainersReadInheritedRunners),
		MaintainersReadJobs:         q.Has(gitlabversion.GroupMaintainersReadRunnerJobs),
		OwnerProjectRules:           q.Has(gitlabversion.OwnerProjectRulesRunner),
		MaintainersListGroupRunners: q.Has(gitlabversion.GroupMaintainersListRunners),
		AuditorsListAllRunners:      q.Has(gitlabversion.AuditorsListAllRunners),
		NoteForUpdatersOnly:         q.Has(gitlabversion.MaintenanceNoteForUpdatersOnly),
		OwnerProjectKeepsRunner:     q.Has(gitlabversion.OwnerProjectKeepsRunner),
		UnassignDecidedFirst:        q.Has(gitlabversion.UnassignDecidedFirst),
	}
}

var levels = map[world.Visibility]policy.Visibility{world.Private: policy.Private, world.Internal: policy.Internal, world.Public: policy.Public}

// projectStandingOf is where a user stands to a project.
func projectStandingOf(u *world.User, p *world.Project) policy.ProjectStanding {
	return policy.ProjectStanding{Where: p.Path, Held: policy.Role(world.RoleInProject(u, p)), Visibility: levels[p.Visibility],
		Archived: p.Archived}
}

func (q *request) projectStanding(p *world.Project) policy.ProjectStanding {
	return projectStandingOf(q.user, p)
}

// groupStanding is where the user stands to a group.
func (q *request) groupStanding(g *world.Group) policy.GroupStanding {
	return policy.GroupStanding{Where: g.Path, Held: policy.Role(world.RoleInGroup(q.user, g)), Around: world.InAndAround(q.user, g),
		Visibility: levels[g.Visibility]}
}

// runnerStanding is where the user stands to a runner.
func (q *request) runnerStanding(r *world.Runner) policy.RunnerStanding {
	s := policy.RunnerStanding{ID: r.ID, Projects: len(r.Assignments), Locked: r.Locked}
	switch r.Type {
	case world.GroupRunner:
		s.Type = policy.Group
		if r.Group != nil {
			s.Where = r.Group.Path
			s.InGroup, s.DirectlyInGroup = policy.Role(world.RoleInGroup(q.user, r.Group)), policy.Role(r.Group.Roles[q.user])
			s.BelowGroup = policy.Role(world.BestRoleBelow(q.user, r.Group))
		}
	case world.ProjectRunner:
		s.Type = policy.Project
		var paths []string
		for i, a := range r.Assignments {
			role := policy.Role(world.RoleInProject(q.user, a.Project))
			s.InProjects = max(s.InProjects, role)
			if i == 0 {
				s.InOwner = role
			}
			paths = append(paths, a.Project.Path)
		}
		s.Where = strings.Join(paths, ", ")
	}
	return s
}

// jobStanding is where the user stands to a job.
func (q *request) jobStanding(j *world.Job) policy.JobStanding {
	s := policy.JobStanding{Project: q.projectStanding(j.Project), Own: j.User == q.user, Protected: j.Protected,
		Debugged: j.Debugged()}
	if a := j.Spec.Artifacts; a != nil {
		s.ArtifactsAccess, s.ArtifactsPrivate = a.Access, a.Public != nil && !*a.Public
	}
	return s
}

// onProject asks what the user may do with a project; onGroup, onRunner and onJob ask it of the others.
func (q *request) onProject(p *world.Project, may projectRule) policy.Decision {
	return may(q.actor, q.projectStanding(p))
}

func (q *request) onGroup(g *world.Group, may groupRule) policy.Decision {
	return may(q.actor, q.groupStanding(g))
}

func (q *request) onRunner(r *world.Runner, may runnerRule) policy.Decision {
	return may(q.actor, q.runnerStanding(r), q.policyRules())
}

func (q *request) onJob(j *world.Job, may jobRule) policy.Decision {
	return may(q.actor, q.jobStanding(j))
}
