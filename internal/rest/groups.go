package rest

// Groups that are made, changed, moved and deleted (lib/api/groups.rb, lib/api/helpers/groups_helpers.rb).

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/params"
	"github.com/fakegitlab/fakegitlab/internal/policy"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// groupRows are the endpoints of groups that change something.
func groupRows() []row {
	return []row{
		{endpoint: "POST /groups", spec: front.Declare(newGroupParams, groupParams), handle: createGroup},
		{endpoint: "PUT /groups/:id", spec: front.Declare(pathID, changedGroupParams, groupParams, updatedGroupParams),
			handle: updateGroup},
		{endpoint: "DELETE /groups/:id", spec: front.Declare(pathID),
			later:  &front.LaterSpec{Since: gitlabversion.DeletionMarks, Spec: front.Declare(pathID, removalParams)},
			handle: deleteGroup},
		{endpoint: "POST /groups/:id/restore", since: since(gitlabversion.DeletionMarks), spec: front.Declare(pathID),
			handle: restoreGroup},
		{endpoint: "POST /groups/:id/transfer", spec: front.Declare(pathID,
			[]params.Param{{Name: "group_id", Kind: params.Integer}}), handle: transferGroup},
		{endpoint: "POST /groups/:id/projects/:project_id", spec: front.Declare(pathID,
			[]params.Param{{Name: "project_id", Required: true}}), handle: transferProjectToGroup},
	}
}

// The parameters, in GitLab's order. emails_disabled is the old way to say emails_enabled.
var (
	newGroupParams = []params.Param{
		{Name: "name", Required: true},
		{Name: "path", Required: true},
		{Name: "parent_id", Kind: params.Integer},
		{Name: "organization_id", Kind: params.Integer},
	}
	changedGroupParams = []params.Param{{Name: "name"}, {Name: "path"}}
	groupParams        = slices.Concat([]params.Param{
		{Name: "description"},
		{Name: "visibility", Values: visibilities},
	}, attributeParams(settableGroupAttributes), []params.Param{
		{Name: paramEmailsDisabled, Kind: params.Boolean},
		{Name: paramSharedRunnersSetting, Values: world.SharedRunnersSettings},
	})
	updatedGroupParams = attributeParams(updatedGroupAttributes)
	removalParams      = []params.Param{{Name: "permanently_remove", Kind: params.Any}, {Name: "full_path"}}
)

const (
	paramEmailsDisabled       = "emails_disabled"
	paramEmailsEnabled        = "emails_enabled"
	paramSharedRunnersSetting = "shared_runners_setting"
)

// settableGroupAttributes may be given to a new group, updatedGroupAttributes to one that is there alone
// (optional_update_params).
var (
	settableGroupAttributes = slices.DeleteFunc(slices.Clone(world.GroupAttributes), isUpdatedAlone)
	updatedGroupAttributes  = world.Filtered(world.GroupAttributes, isUpdatedAlone)
)

func isUpdatedAlone(a world.Attribute) bool {
	return slices.Contains([]string{world.AttrSharingInside, "math_rendering_limits_enabled",
		"lock_math_rendering_limits_enabled", world.AttrMaxArtifactsSize}, a.Name)
}

// emailsGiven puts what an old client says of emails in terms of the attribute.
func emailsGiven(v params.Values, attributes map[string]string) {
	if off, given := v.Bool(paramEmailsDisabled); given && !v.Has(paramEmailsEnabled) {
		attributes[paramEmailsEnabled] = strconv.FormatBool(!off)
	}
}

// findGroup finds a group that the user may see, or refuses with the 404.
func (q request) findGroup(ref string) (*world.Group, *front.Response) {
	g := q.GroupByRef(ref)
	if g == nil {
		return nil, front.NotFound("Group").Because(fmt.Sprintf("there is no group %q", ref)).AsRefusal()
	}
	if d := q.OnGroup(g, policy.ReadGroup); !d.Allowed {
		return nil, front.NotFound("Group").Because(d.Reason).AsRefusal()
	}
	return g, nil
}

// permittedGroup finds the group of the path and checks that the user may do this to it.
func (q request) permittedGroup(may front.GroupRule) (*world.Group, *front.Response) {
	g, refusal := q.findGroup(q.Vars["id"])
	if refusal != nil {
		return nil, refusal
	}
	return g, front.Allow(q.OnGroup(g, may), "")
}

func createGroup(q request) front.Response {
	n := world.NewGroup{Visibility: q.Settings.DefaultVisibility(world.AttrDefaultGroupVisibility), Creator: q.User,
		Attributes: attributesGiven(q.Params, settableGroupAttributes)}
	emailsGiven(q.Params, n.Attributes)
	if refusal := q.giveBranchProtection(n.Attributes); refusal != nil {
		return *refusal
	}
	n.Name, _ = q.Params.String("name")
	n.Path, _ = q.Params.String("path")
	n.Description, _ = q.Params.String("description")
	if level, given := q.Params.String("visibility"); given {
		n.Visibility = world.Visibility(level)
	}
	if id, given := q.Params.Int("organization_id"); given && id != world.DefaultOrganization {
		return front.NotFound("Organization").Because(fmt.Sprintf("there is one organization, %d", world.DefaultOrganization))
	}
	may := policy.CreateGroup(q.Actor)
	if id, given := q.Params.Int("parent_id"); given {
		parent, refusal := q.findGroup(strconv.Itoa(id))
		if refusal != nil {
			return *refusal
		}
		n.Parent, may = parent, q.OnGroup(parent, policy.CreateSubgroup)
	}
	if refusal := front.Allow(may, ""); refusal != nil {
		return *refusal
	}
	if q.Params.Has(paramSharedRunnersSetting) {
		return *gitlabFails("a new group has no attribute " + paramSharedRunnersSetting + ", which is for PUT /groups/:id")
	}
	err := q.mayBe(q.User, n.Visibility)
	var g *world.Group
	if err == nil {
		g, err = q.State.CreateGroup(n)
	}
	if err != nil {
		return front.Refuse(http.StatusBadRequest, fmt.Sprintf(msgfGroupNotSaved, inspectedHash(err))).
			Because("GitLab's model refuses: " + err.Error())
	}
	return front.Created(q.groupDetail(g))
}

// inspectedHash is what a model says, as Ruby writes a hash of lists: {:path=>["is too short"]}.
func inspectedHash(err error) string {
	texts := map[string][]string{}
	var order []string
	if v, ok := err.(*world.Invalid); ok {
		for _, p := range v.Problems {
			if texts[p.Attribute] == nil {
				order = append(order, p.Attribute)
			}
			texts[p.Attribute] = append(texts[p.Attribute], p.Text)
		}
	}
	for i, attribute := range order {
		order[i] = ":" + attribute + "=>" + world.Inspect(texts[attribute])
	}
	return "{" + strings.Join(order, ", ") + "}"
}

func updateGroup(q request) front.Response {
	g, refusal := q.permittedGroup(policy.AdminGroup)
	if refusal != nil {
		return *refusal
	}
	c := world.GroupChange{Name: textChange(q.Params, "name"), Path: textChange(q.Params, "path"),
		SharedRunners: textChange(q.Params, paramSharedRunnersSetting),
		Attributes:    attributesGiven(q.Params, world.GroupAttributes)}
	emailsGiven(q.Params, c.Attributes)
	if refusal := q.giveBranchProtection(c.Attributes); refusal != nil {
		return *refusal
	}
	c.Description = clearable(q.Params, "description")
	if level := textChange(q.Params, "visibility"); level != nil {
		c.Visibility = (*world.Visibility)(level)
		if err := q.mayBe(q.User, *c.Visibility); err != nil && *c.Visibility != g.Visibility {
			return modelError(err)
		}
	}
	q.dropAdministrative(c.Attributes)
	if g.Parent != nil {
		delete(c.Attributes, world.AttrSharingInside)
	}
	if err := q.ChangeGroup(g, c); err != nil {
		return modelError(err)
	}
	return front.OK(q.wholeGroup(g, true))
}

// dropAdministrative leaves out what nobody but administrators may set, of whom the others do not hear.
func (q request) dropAdministrative(attributes map[string]string) {
	if !policy.AdminAllResources(q.Actor).Allowed {
		delete(attributes, world.AttrMaxArtifactsSize)
	}
}

// textChange is the text that a parameter gives; nil if it is absent or null.
func textChange(v params.Values, name string) *string {
	if text, given := v.String(name); given {
		return &text
	}
	return nil
}

// clearable is textChange for what null empties.
func clearable(v params.Values, name string) *string {
	if text := textChange(v, name); text != nil || !v.Has(name) {
		return text
	}
	return new(string)
}

func deleteGroup(q request) front.Response {
	g, refusal := q.permittedGroup(policy.RemoveGroup)
	if refusal != nil {
		return *refusal
	}
	if q.Has(gitlabversion.DeletionMarks) {
		if q.removesForGood() {
			switch {
			case g.Parent == nil:
				return front.Refuse(http.StatusBadRequest, msgSubgroupsAlone)
			case g.DeletionMarkedAt.IsZero():
				return front.Refuse(http.StatusBadRequest, msgGroupToBeMarked)
			case !q.namesWhole(g.Path):
				return front.Refuse(http.StatusBadRequest, msgGroupPathWrong)
			}
		} else {
			return q.marked(later(g.CreatedAt, g.UpdatedAt), func() error { return q.MarkGroup(g) })
		}
	}
	if refusal := q.unmodifiedSince(later(g.CreatedAt, g.UpdatedAt)); refusal != nil {
		return *refusal
	}
	q.State.DeleteGroup(g)
	return accepted()
}

// accepted is the answer where GitLab leaves the work to a worker.
func accepted() front.Response {
	return front.Refuse(http.StatusAccepted, msgAccepted)
}

func later(a, b time.Time) time.Time { return world.Later(a, b) }

// marked marks something for deletion that was last changed at that time.
func (q request) marked(changedAt time.Time, mark func() error) front.Response {
	if refusal := q.unmodifiedSince(changedAt); refusal != nil {
		return *refusal
	}
	if err := mark(); err != nil {
		return front.Refuse(http.StatusBadRequest, err.Error()).Because(err.Error())
	}
	return accepted()
}

// removesForGood reports whether what is marked is to be removed at once; what is no truth value is none.
func (q request) removesForGood() bool { return isTrue(q.Params, "permanently_remove") }

func (q request) namesWhole(path string) bool {
	given, _ := q.Params.String("full_path")
	return given == path
}

func restoreGroup(q request) front.Response {
	g, refusal := q.permittedGroup(policy.RemoveGroup)
	if refusal != nil {
		return *refusal
	}
	if err := q.RestoreGroup(g); err != nil {
		return front.Refuse(http.StatusBadRequest, err.Error()).Because(err.Error())
	}
	return front.Created(q.groupDetail(g))
}

func transferGroup(q request) front.Response {
	g, refusal := q.permittedGroup(policy.AdminGroup)
	if refusal != nil {
		return *refusal
	}
	var parent *world.Group
	mayCreate := policy.CreateGroup(q.Actor)
	if id, given := q.Params.Int("group_id"); given {
		if parent, refusal = q.findGroup(strconv.Itoa(id)); refusal != nil {
			return *refusal
		}
		mayCreate = q.OnGroup(parent, policy.CreateSubgroup)
	}
	err := world.StaysInGroup(g, parent)
	if err == nil && !mayCreate.Allowed {
		return front.Refuse(http.StatusBadRequest, fmt.Sprintf(msgfTransferFailed, msgMayNotCreate)).
			Because(mayCreate.Reason)
	}
	if err == nil {
		err = q.TransferGroup(g, parent, q.User)
	}
	if err != nil {
		return front.Refuse(http.StatusBadRequest, fmt.Sprintf(msgfTransferFailed, err)).Because(err.Error())
	}
	return front.Created(q.groupDetail(g))
}

// transferProjectToGroup is POST /groups/:id/projects/:project_id, for administrators.
func transferProjectToGroup(q request) front.Response {
	if refusal := front.Allow(policy.AdminAllResources(q.Actor), ""); refusal != nil {
		return *refusal
	}
	g, refusal := q.findGroup(q.Vars["id"])
	if refusal != nil {
		return *refusal
	}
	p := q.ProjectByRef(q.Vars["project_id"])
	if p == nil {
		return front.NotFound("Project").Because(fmt.Sprintf("there is no project %q", q.Vars["project_id"]))
	}
	may := q.OnGroup(g, policy.TransferProjectsToGroup)
	if refusal := q.transferTo(p, world.Namespace{Group: g}, may); refusal != nil {
		return *refusal
	}
	return front.Created(q.groupDetail(g))
}
