package fakegitlab

import (
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/policy"
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
func actorOf(u *user, elevated bool) policy.Actor {
	return policy.Actor{Name: u.Username, Admin: u.Admin && elevated, Auditor: u.Auditor, External: u.External}
}

// policyRules are the differences between versions that bear on who may do what.
func (q *request) policyRules() policy.Rules {
	return policy.Rules{
		MaintainersReadInherited:    q.has(gitlabversion.GroupMaintainersReadInheritedRunners),
		MaintainersReadJobs:         q.has(gitlabversion.GroupMaintainersReadRunnerJobs),
		OwnerProjectRules:           q.has(gitlabversion.OwnerProjectRulesRunner),
		MaintainersListGroupRunners: q.has(gitlabversion.GroupMaintainersListRunners),
		AuditorsListAllRunners:      q.has(gitlabversion.AuditorsListAllRunners),
		NoteForUpdatersOnly:         q.has(gitlabversion.MaintenanceNoteForUpdatersOnly),
		OwnerProjectKeepsRunner:     q.has(gitlabversion.OwnerProjectKeepsRunner),
		UnassignDecidedFirst:        q.has(gitlabversion.UnassignDecidedFirst),
	}
}

var levels = map[Visibility]policy.Visibility{Private: policy.Private, Internal: policy.Internal, Public: policy.Public}

// projectStandingOf is where a user stands to a project.
func projectStandingOf(u *user, p *project) policy.ProjectStanding {
	return policy.ProjectStanding{Where: p.Path, Held: policy.Role(roleInProject(u, p)), Visibility: levels[p.Visibility],
		Archived: p.Archived}
}

func (q *request) projectStanding(p *project) policy.ProjectStanding {
	return projectStandingOf(q.user, p)
}

// groupStanding is where the user stands to a group.
func (q *request) groupStanding(g *group) policy.GroupStanding {
	return policy.GroupStanding{Where: g.Path, Held: policy.Role(roleInGroup(q.user, g)), Around: inAndAround(q.user, g),
		Visibility: levels[g.Visibility]}
}

// runnerStanding is where the user stands to a runner.
func (q *request) runnerStanding(r *runner) policy.RunnerStanding {
	s := policy.RunnerStanding{ID: r.num, Projects: len(r.assignments), Locked: r.locked}
	switch r.kind {
	case GroupRunner:
		s.Type = policy.Group
		if r.group != nil {
			s.Where = r.group.Path
			s.InGroup, s.DirectlyInGroup = policy.Role(roleInGroup(q.user, r.group)), policy.Role(r.group.roles[q.user])
			s.BelowGroup = policy.Role(bestRoleBelow(q.user, r.group))
		}
	case ProjectRunner:
		s.Type = policy.Project
		var paths []string
		for i, a := range r.assignments {
			role := policy.Role(roleInProject(q.user, a.project))
			s.InProjects = max(s.InProjects, role)
			if i == 0 {
				s.InOwner = role
			}
			paths = append(paths, a.project.Path)
		}
		s.Where = strings.Join(paths, ", ")
	}
	return s
}

// jobStanding is where the user stands to a job.
func (q *request) jobStanding(j *job) policy.JobStanding {
	s := policy.JobStanding{Project: q.projectStanding(j.project), Own: j.user == q.user, Protected: j.Protected,
		Debugged: j.debugged()}
	if a := j.Spec.Artifacts; a != nil {
		s.ArtifactsAccess, s.ArtifactsPrivate = a.Access, a.Public != nil && !*a.Public
	}
	return s
}

// onProject asks what the user may do with a project; onGroup, onRunner and onJob ask it of the others.
func (q *request) onProject(p *project, may projectRule) policy.Decision {
	return may(q.actor, q.projectStanding(p))
}

func (q *request) onGroup(g *group, may groupRule) policy.Decision {
	return may(q.actor, q.groupStanding(g))
}

func (q *request) onRunner(r *runner, may runnerRule) policy.Decision {
	return may(q.actor, q.runnerStanding(r), q.policyRules())
}

func (q *request) onJob(j *job, may jobRule) policy.Decision { return may(q.actor, q.jobStanding(j)) }
