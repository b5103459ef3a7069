package rest

// Which jobs' tokens reach a project: the switch, and the allowlist of projects and groups
// (lib/api/project_job_token_scope.rb, app/services/ci/job_token_scope).

import (
	"fmt"
	"strconv"

	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/params"
	"github.com/fakegitlab/fakegitlab/internal/policy"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// What an allowlist is given and rid of, by ID.
const (
	paramTargetProject = "target_project_id"
	paramTargetGroup   = "target_group_id"
)

// jobTokenScopeRows are the access of jobs' tokens to a project. What changes an allowlist takes the project by its ID
// alone, and not by its path.
func jobTokenScopeRows() []row {
	const at = "/projects/:id/job_token_scope"
	const projects, groups = at + "/allowlist", at + "/groups_allowlist"
	changes, ofGroups := since(gitlabversion.JobTokenScopeChanges), since(gitlabversion.JobTokenScopeGroups)
	byID := func(target string) params.Spec {
		return front.Declare([]params.Param{{Name: "id", Kind: params.Integer, Required: true, NotBlank: true},
			{Name: target, Kind: params.Integer, Required: true, NotBlank: true}})
	}
	enabled := []params.Param{{Name: "enabled", Kind: params.Boolean, Required: true, NotBlank: true}}
	return []row{
		{endpoint: "GET " + at, spec: front.Declare(pathID), handle: withTokenScope(getJobTokenScope)},
		{endpoint: "PATCH " + at, since: changes, spec: front.Declare(pathID, enabled),
			handle: withTokenScope(updateJobTokenScope)},
		{endpoint: "GET " + projects, since: changes, spec: listing(pathID), handle: withTokenScope(listAllowedProjects)},
		{endpoint: "POST " + projects, since: changes, spec: byID(paramTargetProject),
			handle: withTokenScope(allowProject)},
		{endpoint: "DELETE " + projects + "/:target_project_id", since: changes, spec: byID(paramTargetProject),
			handle: disallowProject},
		{endpoint: "GET " + groups, since: ofGroups, spec: listing(pathID), handle: withTokenScope(listAllowedGroups)},
		{endpoint: "POST " + groups, since: ofGroups, spec: byID(paramTargetGroup), handle: withTokenScope(allowGroup)},
		{endpoint: "DELETE " + groups + "/:target_group_id", since: ofGroups, spec: byID(paramTargetGroup),
			handle: disallowGroup},
	}
}

// withTokenScope is a handler for those who may administer the project of the path.
func withTokenScope(handle func(request) front.Response) func(request) front.Response {
	return func(q request) front.Response {
		if _, refusal := q.permittedProject(policy.AdminProject); refusal != nil {
			return *refusal
		}
		return handle(q)
	}
}

// jobTokenScopeEntity is lib/api/entities/project_job_token_scope.rb. What the project's own jobs reach elsewhere is no
// longer limited since 16.0.
type jobTokenScopeEntity struct {
	InboundEnabled  bool `json:"inbound_enabled"`
	OutboundEnabled bool `json:"outbound_enabled"`
}

func getJobTokenScope(q request) front.Response {
	return front.OK(jobTokenScopeEntity{InboundEnabled: q.HeedsAllowlist(q.Project)})
}

func updateJobTokenScope(q request) front.Response {
	on, _ := q.Params.Bool("enabled")
	if !on && q.EnforcesAllowlists() && q.Has(gitlabversion.JobTokenEnforced) {
		return front.BadRequest(msgAllowlistEnforced).Because(paramEnforceAllowlist + " is on")
	}
	change := world.ProjectChange{Attributes: map[string]string{world.AttrHeedsAllowlist: strconv.FormatBool(on)}}
	_ = q.ChangeProject(q.Project, change) // it may be on and off
	return front.NoContent()
}

func listAllowedProjects(q request) front.Response {
	return offsetPage(q, q.Project.AllowedProjects(), false, q.projectEntity)
}

// basicGroupEntity is lib/api/entities/basic_group_details.rb.
type basicGroupEntity struct {
	ID     int    `json:"id"`
	WebURL string `json:"web_url"`
	Name   string `json:"name"`
}

func listAllowedGroups(q request) front.Response {
	return offsetPage(q, q.Project.AllowedGroups(), false, func(g *world.Group) basicGroupEntity {
		return basicGroupEntity{ID: g.ID, WebURL: q.WebURL("groups/" + g.Path), Name: g.Name}
	})
}

// allowedLinkEntity are lib/api/entities/project_scope_link.rb and group_scope_link.rb.
type allowedLinkEntity struct {
	SourceProjectID int `json:"source_project_id"`
	TargetProjectID int `json:"target_project_id,omitempty"`
	TargetGroupID   int `json:"target_group_id,omitempty"`
}

func allowProject(q request) front.Response {
	id, _ := q.Params.Int(paramTargetProject)
	target := q.Projects.ByID(id)
	if target == nil {
		return front.NotFound(paramTargetProject + " not found").Because(fmt.Sprintf("there is no project %d", id))
	}
	if d := q.OnProject(target, policy.ReadProject); !d.Allowed {
		return front.BadRequest(fmt.Sprintf(front.MsgfTargetUnseen, "target_project")).Because(d.Reason)
	}
	return q.allow(world.Allowed{Project: target}, allowedLinkEntity{q.Project.ID, target.ID, 0})
}

func allowGroup(q request) front.Response {
	target, refusal := q.targetGroup()
	if refusal != nil {
		return *refusal
	}
	if d := q.OnGroup(target, policy.ReadGroup); !d.Allowed {
		return front.BadRequest(fmt.Sprintf(front.MsgfTargetUnseen, "target_group")).Because(d.Reason)
	}
	return q.allow(world.Allowed{Group: target}, allowedLinkEntity{q.Project.ID, 0, target.ID})
}

func (q request) allow(a world.Allowed, link allowedLinkEntity) front.Response {
	if err := q.AllowJobsOf(q.Project, a); err != nil {
		return front.BadRequest(err.Error())
	}
	return front.Created(link)
}

func (q request) targetGroup() (*world.Group, *front.Response) {
	id, _ := q.Params.Int(paramTargetGroup)
	if g := q.Groups.ByID(id); g != nil {
		return g, nil
	}
	return nil, front.NotFound(paramTargetGroup + " not found").Because(fmt.Sprintf("there is no group %d", id)).
		AsRefusal()
}

// disallowProject looks for the project that is to go from the list before it looks for the one whose list it is.
func disallowProject(q request) front.Response {
	id, _ := q.Params.Int(paramTargetProject)
	target := q.Projects.ByID(id)
	if target == nil {
		return front.NotFound("Project").Because(fmt.Sprintf("there is no project %d", id))
	}
	if d := q.OnProject(target, policy.ReadProject); !d.Allowed {
		return front.NotFound("Project").Because(d.Reason)
	}
	return q.disallow(world.Allowed{Project: target})
}

func disallowGroup(q request) front.Response {
	target, refusal := q.targetGroup()
	if refusal != nil {
		return *refusal
	}
	return q.disallow(world.Allowed{Group: target})
}

func (q request) disallow(a world.Allowed) front.Response {
	if refusal := projectReaders(q); refusal != nil {
		return *refusal
	}
	if refusal := front.Allow(q.OnProject(q.Project, policy.AdminProject), msgMayNotChangeScope); refusal != nil {
		return *refusal
	}
	if err := q.DisallowJobsOf(q.Project, a); err != nil {
		return front.BadRequest(err.Error())
	}
	return front.NoContent()
}
