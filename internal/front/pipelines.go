package front

// Within the answer, for handlers: where users stand to pipelines and to the refs that they are to run for, and the
// checks ahead of those of the state (lib/gitlab/ci/pipeline/chain).

import (
	"errors"
	"fmt"

	"github.com/fakegitlab/fakegitlab/ci"
	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/policy"
	"github.com/fakegitlab/fakegitlab/internal/repository"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// OnPipeline asks whether the user may do something with a pipeline.
func (q *Request) OnPipeline(p *world.Pipeline, may JobRule) policy.Decision {
	who, protected := q.PipelineProtection(q.User, p)
	s := policy.JobStanding{Project: q.ProjectStanding(p.Project()), Own: p.User() == q.User, Protected: protected,
		For: refRoles[who], Nobody: who == world.NoOne}
	return may(q.Actor, s)
}

// OnRef asks whether the user may do something for a branch or tag of a project, with what is the user's own or not.
func (q *Request) OnRef(p *world.Project, ref string, tag, own bool, may JobRule) policy.Decision {
	s := refStanding(q.State, q.User, q.ProjectStanding(p), p, ref, tag)
	s.Own = own
	return may(q.Actor, s)
}

// OnSchedule asks whether the user may do something with a pipeline schedule.
func (q *Request) OnSchedule(s *world.PipelineSchedule, may JobRule) policy.Decision {
	name, tag, whole := s.RefName()
	if !whole {
		name, tag = RefNamed(s.Project, name)
	}
	return q.OnRef(s.Project, name, tag, s.Owner == q.User, may)
}

// MayAdminTrigger decides whether the user may change a trigger: its owner, who still has the rights to it.
func (q *Request) MayAdminTrigger(t *world.PipelineTrigger) policy.Decision {
	if d := q.OnProject(t.Project, policy.AdminBuild); !d.Allowed {
		return d
	}
	return policy.AdminTrigger(q.Actor, q.ProjectStanding(t.Project), t.Owner == q.User)
}

// What is said of a pipeline schedule that somebody may not have as it would be
// (app/services/ci/pipeline_schedules/base_save_service.rb, create_service.rb, update_service.rb).
const (
	MsgScheduleNotCreated = "The current user is not authorized to create the pipeline schedule"
	MsgScheduleNotUpdated = "The current user is not authorized to update the pipeline schedule"
)

// refStanding is a user's standing to a project made one to a ref of it.
func refStanding(st *world.State, u *world.User, s policy.ProjectStanding, p *world.Project, ref string,
	tag bool) policy.JobStanding {
	who, protected := st.ProtectionOf(u, p, ref, tag)
	return policy.JobStanding{Project: s, Protected: protected, For: refRoles[who], Nobody: who == world.NoOne}
}

// variablesRole is the least role that may give variables to pipelines of a project
// (app/models/project_ci_cd_setting.rb, override_pipeline_variables_allowed?).
func variablesRole(p *world.Project) policy.Role {
	role := p.Attribute(world.AttrVariablesRole)
	switch {
	case role == world.VariablesNoOne:
		return policy.Noone
	case role == world.CreationOwner:
		return policy.Owner
	case role == world.CreationMaintainer, p.Attribute(world.AttrRestrictVariables) == "true":
		return policy.Maintainer
	}
	return policy.Developer
}

// MaySetVariables asks whether the user may give variables to pipelines of a project.
func (q *Request) MaySetVariables(p *world.Project) policy.Decision {
	return policy.SetPipelineVariables(q.Actor, q.ProjectStanding(p), variablesRole(p))
}

// What GitLab says of a pipeline that somebody may not make (lib/gitlab/ci/pipeline/chain/build/associations.rb,
// validate/abilities.rb).
const (
	msgVariablesForbidden = "Insufficient permissions to set pipeline variables"
	msgPipelineForbidden  = "Insufficient permissions to create a new pipeline"
	msgfRefForbidden      = "You do not have sufficient permission to run a pipeline on '%s'. Please select a " +
		"different branch or contact your administrator for assistance."
)

// MakePipeline makes a pipeline for a user, who need not be the one who asks: it is held against what the user may, and
// then made as world.CreatePipeline does. A job's token that the project does not let in leaves its user, be it an
// administrator, only what everybody may. The error is a *world.Invalid.
func (q *Request) MakePipeline(u *world.User, n world.NewPipeline) (*world.Pipeline, error) {
	n.User = u
	if n.Ref == "" { // which is not the default branch where somebody says it
		return nil, &world.Invalid{Problems: []world.AttributeProblem{{Attribute: "base", Text: world.MsgRefNotFound}}}
	}
	a, s := q.ActorOf(u, u != q.User || q.Actor.Admin), ProjectStandingOf(u, n.Project)
	if q.ByJob != nil {
		token := q.jobToken(n.Project)
		a.Admin, s = a.Admin && token.Allowed, policy.UnderJobToken(s, token)
	}
	n.VariablesRefused = variablesRefused(q.State, a, s, n)
	early := n.VariablesRefused != "" && !q.Has(gitlabversion.VariablesAfterRef)
	if err := mayRun(q.State, a, s, n); err != nil && !early {
		return nil, err
	}
	return q.State.CreatePipeline(n)
}

// TryPipeline is MakePipeline for whoever asks, of which nothing comes but what would become of it.
func (q *Request) TryPipeline(n world.NewPipeline) world.Trial {
	n.User = q.User
	err := error(&world.Invalid{Problems: []world.AttributeProblem{{Attribute: "base", Text: msgPipelineForbidden}}})
	if q.User != nil {
		err = mayRun(q.State, q.Actor, ProjectStandingOf(q.User, n.Project), n)
	}
	var refused *world.Invalid
	if errors.As(err, &refused) {
		return world.Trial{Config: &ci.Config{}, Errors: refused.Sentences()}
	}
	return q.State.TryPipeline(n)
}

// RefNamed is the branch or tag that a name means, be it the full name of a ref, and whether it is a tag. What is
// neither counts as a branch.
func RefNamed(p *world.Project, name string) (ref string, tag bool) {
	if short, isTag, whole := repository.ShortName(name); whole {
		return short, isTag
	}
	return name, p.Repository.Ref(repository.Branch(name)) == "" && p.Repository.Ref(repository.Tag(name)) != ""
}

// variablesRefused is why the user of a pipeline, who stands like that to the project, may not give it its variables;
// empty if that is allowed. From some version on what a trigger has been called with is no variable of the user's.
func variablesRefused(st *world.State, a policy.Actor, s policy.ProjectStanding, n world.NewPipeline) string {
	own := n.Variables
	if n.Payload && st.Has(gitlabversion.PayloadUnasked) {
		own = own[:len(own)-1]
	}
	if len(own) == 0 || policy.SetPipelineVariables(a, s, variablesRole(n.Project)).Allowed {
		return ""
	}
	return msgVariablesForbidden
}

// mayRun holds a pipeline that is to be made against what its user may, who stands like that to the project. The error
// is a *world.Invalid.
func mayRun(st *world.State, a policy.Actor, s policy.ProjectStanding, n world.NewPipeline) error {
	refused := func(text string) error {
		return &world.Invalid{Problems: []world.AttributeProblem{{Attribute: "base", Text: text}}}
	}
	ref, tag := RefNamed(n.Project, n.Ref)
	exists := n.Project.Repository.CommitAt(ref) != nil
	switch {
	case n.Project.BuildsDisabled():
		return nil // which the state refuses ahead of the rest
	case !policy.CreatePipeline(a, s).Allowed || n.User.Blocked():
		return refused(msgPipelineForbidden)
	case exists && !policy.UpdateBuild(a, refStanding(st, n.User, s, n.Project, ref, tag || n.RefIsTag)).Allowed:
		return refused(fmt.Sprintf(msgfRefForbidden, ref))
	}
	return nil
}

// Around is what users may, where nobody asks for it in a request.
func Around() world.Around {
	return world.Around{MayRun: MayRun, MayReadCode: mayReadCode, MayStop: mayStop, MayPlay: mayPlay}
}

// mayStop says whether a user may stop an environment, where nobody asks for it in a request.
func mayStop(st *world.State, u *world.User, e *world.Environment) bool {
	s := environmentStanding(st, e, ProjectStandingOf(u, e.Project), func(j *world.Job) policy.JobStanding {
		return jobOfUser(st, u, j)
	})
	return policy.StopEnvironment(unasked(u), s).Allowed
}

// mayPlay says whether a user may play a job, where nobody asks for it in a request.
func mayPlay(st *world.State, u *world.User, j *world.Job) bool {
	return u != nil && policy.PlayJob(unasked(u), jobOfUser(st, u, j)).Allowed
}

// unasked is a user as the actor of what nobody asks for in a request.
func unasked(u *world.User) policy.Actor {
	return policy.Actor{Name: u.Username, Admin: u.Admin, External: u.External}
}

// jobOfUser is where a user stands to a job, as far as that bears on who may change it.
func jobOfUser(st *world.State, u *world.User, j *world.Job) policy.JobStanding {
	s := refStanding(st, u, ProjectStandingOf(u, j.Project), j.Project, j.Ref, j.RefIsTag)
	s.Outdated = st.Outdated(j)
	return s
}

// environmentStanding is a standing to a project made one to an environment of it; stands is that to a job.
func environmentStanding(st *world.State, e *world.Environment, p policy.ProjectStanding,
	stands func(*world.Job) policy.JobStanding) policy.EnvironmentStanding {
	s := policy.EnvironmentStanding{Project: p, Stopped: e.State == world.EnvironmentStopped}
	if e.State != world.EnvironmentAvailable {
		return s
	}
	if actions := st.StopActions(e); len(actions) > 0 {
		last := stands(actions[len(actions)-1])
		s.StopJob = &last
	}
	return s
}

// mayReadCode says whether a user, or with nil anybody, may read the code of a project.
func mayReadCode(u *world.User, p *world.Project) bool {
	if u == nil {
		return policy.ReadCode(policy.Anonymous(), ProjectStandingOf(Nobody, p)).Allowed
	}
	a := unasked(u)
	a.Auditor = u.Auditor
	return policy.ReadCode(a, ProjectStandingOf(u, p)).Allowed
}

// MayRun says why a pipeline's user may not make it, where nobody asks for it in a request; nil if the user may.
func MayRun(st *world.State, n world.NewPipeline) error {
	u := n.User
	if u == nil {
		return errors.New("there is nobody for whom it would run")
	}
	a, s := unasked(u), ProjectStandingOf(u, n.Project)
	if text := variablesRefused(st, a, s, n); text != "" {
		return &world.Invalid{Problems: []world.AttributeProblem{{Attribute: "base", Text: text}}}
	}
	return mayRun(st, a, s, n)
}
