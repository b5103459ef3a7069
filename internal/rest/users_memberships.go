package rest

// What a user is a member of, and the projects in a user's own namespace (lib/api/users.rb, lib/api/projects.rb).

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/params"
	"github.com/fakegitlab/fakegitlab/internal/policy"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// userRef declares a user by id or username.
var userRef = front.Declare(userRefParam)

var userRefParam = []params.Param{{Name: "user_id", Required: true}}

// userProjectsSpec is that of GET /projects, with the user.
func userProjectsSpec(roles []string) params.Spec {
	spec := projectsSpec(roles)
	spec.Params = slices.Concat(userRefParam, spec.Params)
	return spec
}

// userByRef finds the user that the path names by id or username, or refuses with the 404.
func (q request) userByRef() (*world.User, *front.Response) {
	ref, _ := q.Params.String("user_id")
	u := q.UserNames[world.Key(ref)]
	if world.IsNumber(ref) {
		id, _ := strconv.Atoi(ref) // beyond an int it is the greatest one, which no user has
		u = q.Users.ByID(id)
	}
	if u == nil {
		return nil, front.NotFound("User").Because(fmt.Sprintf("there is no user %q", ref)).AsRefusal()
	}
	return u, nil
}

// getUserStatus is the status of a user, which nobody here has set.
func getUserStatus(q request) front.Response {
	if _, refusal := q.userByRef(); refusal != nil {
		return *refusal
	}
	if may := policy.ReadUser(!q.Anonymous(), q.Settings.Restricts(world.Public)); !may.Allowed {
		return front.NotFound("User").Because(may.Reason)
	}
	return front.OK(userStatusEntity{})
}

func listUserProjects(q request) front.Response {
	u, refusal := q.userByRef()
	if refusal != nil {
		return *refusal
	}
	var rows []*world.Project
	if !q.lookingForNothing() {
		own := func(p *world.Project) bool { return p.Owner == u }
		rows = world.Filtered(q.Projects.Rows, own, q.reached(isTrue(q.Params, "membership")), q.filtered(q.searched()),
			q.filteredByIDAndTime())
	}
	order, direction := q.order()
	q.sortProjects(rows, order, direction)
	return offsetPage(q, rows, false, q.shownInLists())
}

// memberships are the direct memberships of a user. The projects in the own namespace are the user's as a member, too.
func (q request) memberships(u *world.User, kind string) (all []membershipEntity) {
	for _, g := range q.Groups.Rows {
		if role := g.Roles[u]; role != 0 && kind != sourceProject {
			all = append(all, membershipEntity{g.ID, g.Name, sourceNamespace, role})
		}
	}
	for _, p := range q.Projects.Rows {
		if role := world.DirectRoleInProject(u, p); role != 0 && kind != sourceNamespace {
			all = append(all, membershipEntity{p.ID, p.Name, sourceProject, role})
		}
	}
	return all
}

func listMemberships(q request) front.Response {
	u, refusal := q.userForAdmin()
	if refusal != nil {
		return *refusal
	}
	kind, _ := q.Params.String("type")
	return offsetPage(q, q.memberships(u, kind), false, func(m membershipEntity) membershipEntity { return m })
}

// countAssociations counts what a user is a member of. There are no issues and merge requests.
func countAssociations(q request) front.Response {
	u, refusal := q.findUser("id")
	if refusal != nil {
		return *refusal
	}
	if refusal := front.Allow(q.OnUser(u, policy.GetUserAssociationsCount), ""); refusal != nil {
		return *refusal
	}
	return front.OK(associationsEntity{Groups: len(q.memberships(u, sourceNamespace)),
		Projects: len(q.memberships(u, sourceProject))})
}
