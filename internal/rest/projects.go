package rest

// Projects that are made, changed, archived, moved and deleted (lib/api/projects.rb).

import (
	"fmt"
	"net/http"

	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/params"
	"github.com/fakegitlab/fakegitlab/internal/policy"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// projectRows are the endpoints of projects that change something.
func projectRows() []row {
	return []row{
		{endpoint: "POST /projects", spec: newProjectSpec, handle: createProject},
		{endpoint: "POST /projects/user/:user_id", spec: userProjectSpec, handle: createProjectFor},
		{endpoint: "PUT /projects/:id", spec: changedProjectSpec, handle: updateProject},
		{endpoint: "DELETE /projects/:id", spec: front.Declare(pathID),
			later:  &front.LaterSpec{Since: gitlabversion.DeletionMarks, Spec: front.Declare(pathID, removalParams)},
			handle: deleteProject},
		{endpoint: "POST /projects/:id/restore", since: since(gitlabversion.DeletionMarks),
			spec: front.Declare(pathID), handle: restoreProject},
		{endpoint: "POST /projects/:id/archive", spec: front.Declare(pathID),
			handle: archiving(true)},
		{endpoint: "POST /projects/:id/unarchive", spec: front.Declare(pathID),
			handle: archiving(false)},
		{endpoint: "PUT /projects/:id/transfer", spec: front.Declare(pathID,
			[]params.Param{{Name: "namespace", Required: true}}), handle: transferProject},
	}
}

func createProject(q request) front.Response {
	in := world.Namespace{User: q.User}
	if id, given := q.Params.Int("namespace_id"); given {
		if in = (world.Namespace{Group: q.Groups.ByID(id)}); in.Group == nil {
			in.User = q.Users.ByID(id)
		}
	}
	may := q.mayCreateIn(in)
	if !may.Allowed {
		if in.User == q.User {
			return front.RefuseErrors(http.StatusForbidden, []string{msgNoPersonalProjects}).Because(may.Reason)
		}
		return front.Refuse(http.StatusBadRequest, map[string][]string{"namespace": {msgNamespaceInvalid}}).
			Because(may.Reason)
	}
	return q.makeProject(in, q.User)
}

// mayCreateIn decides whether the user may make a project in a namespace. What the user may not see is refused like
// what is not there.
func (q request) mayCreateIn(in world.Namespace) policy.Decision {
	switch {
	case in.Group != nil:
		if d := q.OnGroup(in.Group, policy.ReadGroup); !d.Allowed {
			return d
		}
		return q.OnGroup(in.Group, policy.CreateProjectsInGroup)
	case in.User == nil:
		return policy.Decision{Reason: "there is no such namespace"}
	case in.User != q.User:
		return policy.UseUserNamespace(q.Actor, false)
	}
	return policy.CreateProjects(q.Actor)
}

// createProjectFor makes a project in the namespace of a user, who counts as who made it.
func createProjectFor(q request) front.Response {
	if refusal := front.Allow(policy.AdminAllResources(q.Actor), ""); refusal != nil {
		return *refusal
	}
	id, _ := q.Params.Int("user_id")
	u := q.Users.ByID(id)
	if u == nil {
		return front.NotFound("User").Because(fmt.Sprintf("there is no user %d", id))
	}
	return q.makeProject(world.Namespace{User: u}, u)
}

func (q request) makeProject(in world.Namespace, creator *world.User) front.Response {
	n := world.NewProject{In: in, Creator: creator, ProjectChange: q.projectChange(false),
		Visibility: q.Settings.DefaultVisibility(world.AttrDefaultProjectVisibility)}
	if n.ProjectChange.Visibility != nil {
		n.Visibility = *n.ProjectChange.Visibility
	}
	name, _ := q.Params.String("name")
	path, _ := q.Params.String("path")
	n.Name, n.Path = world.NameAndPath(name, path)
	if err := q.mayBe(creator, n.Level()); err != nil {
		return modelError(err)
	}
	p, err := q.State.CreateProject(n)
	if err != nil {
		return modelError(err)
	}
	if isTrue(q.Params, paramReadme) && q.pushesFirst(p) {
		if err := q.WriteReadme(p, creator); err != nil { // GitLab does not look at what comes of it, either
			return front.Created(q.projectForAdmins(p)).Because("no README was written: " + err.Error())
		}
	}
	return front.Created(q.projectForAdmins(p))
}

// pushesFirst reports whether who made a project may make its default branch: as a Developer of its group, say, not
// unless the group lets Developers (app/services/commits/create_service.rb, validate_permissions!). Whoever else a
// project is made for owns it, and who makes it then is an administrator.
func (q request) pushesFirst(p *world.Project) bool {
	q.Project = p
	return q.pushesTo(p.DefaultBranch()).Allowed
}

// mayBe refuses a visibility that administrators have kept for themselves, to a user whom none but administrators name
// (lib/gitlab/visibility_level.rb, allowed_for?). It comes before all else that a model says, and alone.
func (q request) mayBe(u *world.User, level world.Visibility) error {
	if policy.AdminAllResources(q.ActorOf(u, q.Actor.Admin)).Allowed {
		return nil
	}
	return q.Settings.RestrictedVisibility(level)
}

// projectForAdmins is a project as POST and PUT answer it: with the token, for those who may administer it.
func (q request) projectForAdmins(p *world.Project) fullProjectEntity {
	return q.withToken(q.fullProject(p), p)
}

// permittedProject finds the project of the path, which is sought after the parameters, and checks that the user may do
// this to it.
func (q request) permittedProject(may front.ProjectRule) (*world.Project, *front.Response) {
	if refusal := projectReaders(q); refusal != nil {
		return nil, refusal
	}
	return q.Project, front.Allow(q.OnProject(q.Project, may), "")
}

func updateProject(q request) front.Response {
	p, refusal := q.permittedProject(policy.AdminProject)
	if refusal != nil {
		return *refusal
	}
	for _, asked := range []struct {
		whether bool
		may     front.ProjectRule
	}{
		{textChange(q.Params, "name") != nil, policy.RenameProject},
		{q.Params.Has("visibility"), policy.ChangeVisibilityLevel},
		{q.Params.Has(world.AttrPipelinesAge), policy.DestroyPipeline},
	} {
		if asked.whether {
			if refusal := front.Allow(q.OnProject(p, asked.may), ""); refusal != nil {
				return *refusal
			}
		}
	}
	change := q.projectChange(true)
	q.dropAdministrative(change.Attributes)
	if level := change.Visibility; level != nil && *level != p.Visibility {
		if err := q.mayBe(q.User, *level); err != nil {
			return modelError(err)
		}
	}
	if err := world.CheckDefaultBranch(p, change); err != nil {
		return modelError(err)
	}
	if refusal := q.mayChangeVariablesRole(p, change); refusal != nil {
		return *refusal
	}
	if err := q.ChangeProject(p, change); err != nil {
		return modelError(err)
	}
	return front.OK(q.projectForAdmins(p))
}

// mayChangeVariablesRole refuses a change of who may give variables to pipelines to those who may not make it
// (app/services/projects/update_service.rb, validate_restrict_user_defined_variables_change).
func (q request) mayChangeVariablesRole(p *world.Project, c world.ProjectChange) *front.Response {
	changed := func(name string) bool {
		value := c.Attributes[name] // Unset is what an absent one is, too
		return value != world.Unset && value != p.Attribute(name)
	}
	byRole := changed(world.AttrVariablesRole)
	if !byRole && !changed(world.AttrRestrictVariables) {
		return nil
	}
	if byRole && c.Attributes[world.AttrVariablesRole] == world.CreationOwner {
		if d := q.OnProject(p, policy.OwnerAccess); !d.Allowed {
			return front.Refuse(http.StatusBadRequest, msgVariablesRoleOwner).Because(d.Reason).AsRefusal()
		}
	}
	d := q.OnProject(p, func(a policy.Actor, s policy.ProjectStanding) policy.Decision {
		return policy.ChangeRestrictUserDefinedVariables(a, s, p.Attribute(world.AttrVariablesRole) == world.CreationOwner)
	})
	if !d.Allowed {
		return front.Refuse(http.StatusBadRequest, msgVariablesRole).Because(d.Reason).AsRefusal()
	}
	return nil
}

func deleteProject(q request) front.Response {
	p, refusal := q.permittedProject(policy.RemoveProject)
	if refusal != nil {
		return *refusal
	}
	changedAt := later(p.CreatedAt, p.UpdatedAt)
	if q.Has(gitlabversion.DeletionMarks) {
		switch {
		case !q.removesForGood():
			return q.marked(changedAt, func() error { return q.MarkProject(p) })
		case p.DeletionMarkedAt.IsZero():
			return front.Refuse(http.StatusBadRequest, msgProjectToBeMarked)
		case !q.namesWhole(p.Path):
			return front.Refuse(http.StatusBadRequest, msgProjectPathWrong)
		}
	}
	if refusal := q.unmodifiedSince(changedAt); refusal != nil {
		return *refusal
	}
	q.State.DeleteProject(p)
	return accepted()
}

func restoreProject(q request) front.Response {
	p, refusal := q.permittedProject(policy.RemoveProject)
	if refusal != nil {
		return *refusal
	}
	if err := q.RestoreProject(p); err != nil {
		return front.Refuse(http.StatusBadRequest, err.Error()).Because(err.Error())
	}
	return front.Created(q.fullProject(p))
}

func archiving(archived bool) func(request) front.Response {
	return func(q request) front.Response {
		p, refusal := q.permittedProject(policy.ArchiveProject)
		if refusal != nil {
			return *refusal
		}
		q.ArchiveProject(p, archived)
		return front.Created(q.fullProject(p))
	}
}

// findNamespace finds a namespace by its id or full path, if the user may see it; of a person that is one's own.
func (q request) findNamespace(ref string) (world.Namespace, *front.Response) {
	why := fmt.Sprintf("there is no namespace %q", ref)
	if g := q.GroupByRef(ref); g != nil {
		d := q.OnGroup(g, policy.ReadGroup)
		if d.Allowed {
			return world.Namespace{Group: g}, nil
		}
		why = d.Reason
	} else if u := q.userByNamespace(ref); u != nil {
		d := policy.UseUserNamespace(q.Actor, u == q.User)
		if d.Allowed {
			return world.Namespace{User: u}, nil
		}
		why = d.Reason
	}
	return world.Namespace{}, front.NotFound("Namespace").Because(why).AsRefusal()
}

func (q request) userByNamespace(ref string) *world.User {
	if world.IsNumber(ref) {
		return q.UserByNumber(ref)
	}
	return q.UserNames[world.Key(ref)]
}

func transferProject(q request) front.Response {
	p, refusal := q.permittedProject(policy.ChangeNamespace)
	if refusal != nil {
		return *refusal
	}
	ref, _ := q.Params.String("namespace")
	to, refusal := q.findNamespace(ref)
	if refusal != nil {
		return *refusal
	}
	may := policy.UseUserNamespace(q.Actor, to.User == q.User)
	if to.Group != nil {
		may = q.OnGroup(to.Group, policy.TransferProjectsToGroup)
	}
	if refusal := q.transferTo(p, to, may); refusal != nil {
		return *refusal
	}
	return front.OK(q.fullProject(p))
}

// transferTo moves a project, or refuses.
func (q request) transferTo(p *world.Project, to world.Namespace, may policy.Decision) *front.Response {
	err := world.StaysInNamespace(p, to)
	if err == nil && !may.Allowed {
		err = world.NoTransferThere()
	}
	if err == nil {
		err = q.TransferProject(p, to)
	}
	if err != nil {
		return front.Refuse(http.StatusBadRequest, fmt.Sprintf(msgfNotTransferred, inspectedHash(err))).
			Because(err.Error()).AsRefusal()
	}
	return nil
}
