package rest

// Projects and groups, one and in lists: the way on which collectors come to the runners (lib/api/projects.rb,
// lib/api/groups.rb, app/finders). Parameters that ask for what no project here has, a star or a programming
// language, find nothing; those that ask for what all have, issues or merge requests, find everything.

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/page"
	"github.com/fakegitlab/fakegitlab/internal/params"
	"github.com/fakegitlab/fakegitlab/internal/policy"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// namespaceRows are projects and groups (lib/api/projects.rb, lib/api/groups.rb).
func namespaceRows() []row {
	return []row{
		{endpoint: "GET /projects", access: front.ByAnyone, spec: projectsSpec(rolesBeforePlanner), handle: listProjects,
			later: withLaterRoles(projectsSpec)},
		{endpoint: "GET /projects/:id", access: front.ByAnyone, before: projectReaders,
			spec:   front.Declare(pathID, statistics, customAttributes, switchedOff("license")),
			handle: getProject},
		{endpoint: "GET /projects/:id/users", access: front.ByAnyone, before: projectReaders, handle: listProjectUsers,
			spec: listing(pathID, []params.Param{{Name: "search"}}, skippedUsers)},
		{endpoint: "GET /groups", access: front.ByAnyone, spec: groupsSpec(rolesBeforePlanner), handle: listGroups,
			later: withLaterRoles(func(roles []string) params.Spec { return groupsSpec(roles) })},
		{endpoint: "GET /groups/:id", access: front.ByAnyone, before: groupReaders,
			spec: front.Declare(pathID, customAttributes,
				[]params.Param{{Name: "with_projects", Kind: params.Boolean, Default: true}}),
			handle: getGroup},
		{endpoint: "GET /groups/:id/projects", access: front.ByAnyone, spec: groupProjectsSpec(rolesBeforePlanner),
			handle: listGroupProjects,
			later:  withLaterRoles(groupProjectsSpec)},
		{endpoint: "GET /groups/:id/subgroups", access: front.ByAnyone, spec: groupsSpec(rolesBeforePlanner, pathID),
			handle: listSubgroups,
			later:  withLaterRoles(func(roles []string) params.Spec { return groupsSpec(roles, pathID) })},
		{endpoint: "GET /groups/:id/descendant_groups", access: front.ByAnyone,
			spec: groupsSpec(rolesBeforePlanner, pathID), handle: listDescendantGroups,
			later: withLaterRoles(func(roles []string) params.Spec { return groupsSpec(roles, pathID) })},
	}
}

func getProject(q request) front.Response {
	if q.Anonymous() {
		return front.OK(q.projectEntity(q.Project))
	}
	return front.OK(q.withToken(q.projectWithAccess(q.Project), q.Project))
}

// listProjectUsers lists who has a role in a project, in whatever way (app/models/project_team.rb, users).
func listProjectUsers(q request) front.Response {
	found := q.foundUser()
	skipped, _ := q.userIDs("skip_users")
	var users []*world.User
	for _, m := range world.AllMembersOf(q.Project, func(*world.Group) bool { return true }) {
		if found(m.User) && !slices.Contains(skipped, m.User.ID) {
			users = append(users, m.User)
		}
	}
	slices.SortFunc(users, func(a, b *world.User) int { return a.ID - b.ID })
	return offsetPage(q, users, false, q.basicUser)
}

func getGroup(q request) front.Response {
	return front.OK(q.wholeGroup(q.Group, isTrue(q.Params, "with_projects")))
}

func listProjects(q request) front.Response {
	order, direction := q.order()
	_, before := q.Params.Time("updated_before")
	_, after := q.Params.Time("updated_after")
	if (before || after) && order != orderUpdated {
		return front.BadRequest(msgUpdatedUnpaired).Because("updated_before and updated_after want order_by=" + orderUpdated)
	}
	query, membersOnly := q.searched(), isTrue(q.Params, "membership")
	switch {
	case order == orderSimilarity && !query.Blank() && !q.Anonymous():
		membersOnly = true
	case order == orderSimilarity, slices.Contains(sizes, order) && !policy.AdminAllResources(q.Actor).Allowed:
		order = orderCreated
		q.Params = q.Params.With("order_by", order) // the links tell of it
	}
	var rows []*world.Project
	if !q.lookingForNothing() {
		rows = world.Filtered(q.Projects.Rows, q.reached(membersOnly), q.filtered(query), q.filteredByIDAndTime(),
			q.filteredByTopics())
	}
	q.sortProjects(rows, order, direction)
	entity := q.shownInLists()
	if !q.wantsKeyset() {
		return offsetPage(q, rows, false, entity)
	}
	if order != "id" {
		return keysetUnavailable("keyset pagination of projects has order_by=id alone")
	}
	rows = rows[:min(page.ReadOffset(q.Params).PerPage, len(rows))]
	bound := page.Bound{Ascending: direction == "asc"}
	if len(rows) > 0 {
		bound.Last = rows[len(rows)-1].ID
	}
	return paged(q, entitiesOf(rows, entity), bound, q.Params)
}

// shownInLists is how GET /projects shows a project: no more than anybody may know, if so asked or if anybody asks.
func (q request) shownInLists() func(*world.Project) any {
	if q.Anonymous() || isTrue(q.Params, "simple") {
		return func(p *world.Project) any { return q.projectEntity(p) }
	}
	return func(p *world.Project) any { return q.projectWithAccess(p) }
}

// lookingForNothing reports whether the parameters of GET /projects ask for what no project here has.
func (q request) lookingForNothing() bool {
	_, language := q.Params.String("with_programming_language")
	_, topic := q.Params.Int("topic_id") // which nothing here tells
	storage, _ := q.Params.String("repository_storage")
	return q.asksForStarsOrAttributes() || isTrue(q.Params, "imported") || language || topic ||
		strings.TrimSpace(storage) != "" && storage != defaultStorage && policy.AdminAllResources(q.Actor).Allowed ||
		isTrue(q.Params, "wiki_checksum_failed") || isTrue(q.Params, "repository_checksum_failed")
}

// defaultStorage is the one shard of repositories that every GitLab has.
const defaultStorage = "default"

// filteredByIDAndTime tells whether a project passes the filters by id and by time. Nothing happens in a project that
// GitLab would note as activity or as an update: both times are that of its creation.
func (q request) filteredByIDAndTime() func(*world.Project) bool {
	after, _ := q.Params.Int("id_after") // of what is not given nothing is before its zero
	before, byBefore := q.Params.Int("id_before")
	activeAfter, _ := q.Params.Time("last_activity_after")
	activeBefore, byActiveBefore := q.Params.Time("last_activity_before")
	updatedAfter, _ := q.Params.Time("updated_after")
	updatedBefore, byUpdatedBefore := q.Params.Time("updated_before")
	return func(p *world.Project) bool {
		return !(p.ID <= after || byBefore && p.ID >= before ||
			!p.CreatedAt.After(activeAfter) || byActiveBefore && !p.CreatedAt.Before(activeBefore) ||
			p.CreatedAt.Before(updatedAfter) || byUpdatedBefore && p.CreatedAt.After(updatedBefore))
	}
}

// filteredByTopics tells whether a project has all the topics that are asked for (app/finders/projects_finder.rb,
// by_topics).
func (q request) filteredByTopics() func(*world.Project) bool {
	wanted, _ := q.Params.List("topic")
	return func(p *world.Project) bool {
		has := p.Topics()
		return !slices.ContainsFunc(wanted, func(topic string) bool {
			return topic != "" && !slices.Contains(has, topic)
		})
	}
}

func listGroups(q request) front.Response { return q.groupsIn(nil, false) }

func listGroupProjects(q request) front.Response {
	if refusal := groupReaders(q); refusal != nil {
		return *refusal
	}
	inside := slices.Clone(q.Group.Projects)
	if isTrue(q.Params, "include_subgroups") {
		for _, g := range q.Group.Children {
			g.Below(func(g *world.Group) bool {
				inside = append(inside, g.Projects...)
				return true
			})
		}
	}
	if isTrue(q.Params, "include_ancestor_groups") {
		for g := range q.Group.Parent.Lineage {
			inside = append(inside, g.Projects...)
		}
	}
	if isTrue(q.Params, "with_shared") {
		inside = append(inside, world.Filtered(q.SharedProjects(q.Group), func(p *world.Project) bool {
			return !slices.Contains(inside, p)
		})...)
	}
	reached := q.reached(false)
	if q.Anonymous() { // for whom GET /projects finds nothing with a role asked for; here GitLab does not look at it
		reached = func(p *world.Project) bool { return q.OnProject(p, policy.ReadProject).Allowed }
	}
	query := q.searched()
	rows := world.Filtered(inside, reached, q.filtered(query))
	if q.asksForStarsOrAttributes() {
		rows = nil
	}
	order, direction := q.order()
	q.sortProjects(rows, order, direction)
	if isTrue(q.Params, "simple") {
		return offsetPage(q, rows, false, q.projectEntity)
	}
	return offsetPage(q, rows, false, q.fullProject)
}

func listSubgroups(q request) front.Response { return q.groupsInPath(false) }

func listDescendantGroups(q request) front.Response { return q.groupsInPath(true) }

// groupsInPath lists the groups in that of the path, unless top_level_only is given: then those at the top of the whole
// GitLab, and the group of the path is not even looked for (lib/api/groups.rb, find_groups).
func (q request) groupsInPath(deep bool) front.Response {
	if isTrue(q.Params, "top_level_only") {
		return q.groupsIn(nil, deep)
	}
	if refusal := groupReaders(q); refusal != nil {
		return *refusal
	}
	return q.groupsIn(q.Group, deep)
}

// liesIn reports whether a group is directly in another one or, if so asked, anywhere below it.
func liesIn(g, parent *world.Group, deep bool) bool {
	for above := range g.Parent.Lineage {
		if above == parent {
			return true
		}
		if !deep {
			break
		}
	}
	return false
}

// groupsIn answers with a page of the groups in one, with those further below if so asked, or of all.
func (q request) groupsIn(parent *world.Group, deep bool) front.Response {
	atTop := isTrue(q.Params, "top_level_only")
	skipped := map[int]bool{}
	skip, _ := q.Params.List("skip_groups")
	for _, s := range skip {
		id, _ := strconv.Atoi(s) // what is no number is 0, as in Ruby, which no group is
		skipped[id] = true
	}
	visibility, byVisibility := q.Params.String("visibility")
	query := q.searched()
	active, byActive := q.byActive()
	rows := world.Filtered(q.Groups.Rows, func(g *world.Group) bool {
		switch {
		case byActive && active != world.ActiveGroup(g):
			return false
		case atTop && g.Parent != nil, parent != nil && !liesIn(g, parent, deep), skipped[g.ID]:
			return false
		}
		return !byVisibility || string(g.Visibility) == visibility
	}, func(g *world.Group) bool {
		if parent == nil { // the names of the groups above count as well
			return query.Matches(g.Path, g.FullName())
		}
		_, path := world.SplitPath(g.Path)
		return query.Matches(path, g.Name)
	}, q.listedGroup())
	if q.asksForAttributes() {
		rows = nil
	}
	q.sortGroups(rows)
	if parent == nil && !deep && q.Anonymous() { // the others get pages by offset, whatever they ask for
		return q.groupsForAnybody(rows)
	}
	return offsetPage(q, rows, false, q.groupEntity)
}

// groupsForAnybody is a page of GET /groups without a user: by keyset pagination, if so asked, and by offset as far as
// GitLab goes (lib/gitlab/pagination/cursor_based_keyset.rb).
func (q request) groupsForAnybody(rows []*world.Group) front.Response {
	order, direction := q.order()
	switch o := page.ReadOffset(q.Params); {
	case !q.wantsKeyset() && o.Page > page.MaxOffset/o.PerPage: // the product might overflow
		return front.RefuseError(http.StatusMethodNotAllowed, fmt.Sprintf(msgfOffsetTooFar, page.MaxOffset, "Group"))
	case !q.wantsKeyset():
		return offsetPage(q, rows, false, q.groupEntity)
	case order != "name" || direction != "asc":
		return keysetUnavailable("keyset pagination of groups has order_by=name and sort=asc alone")
	}
	return columnPage(q, rows, column[*world.Group]{name: order, turn: 1, byID: 1,
		value: func(g *world.Group) string { return g.Name }, id: func(g *world.Group) int { return g.ID }}, q.groupEntity)
}

// listedGroup tells whether a group is in the reach that is asked for (app/finders/groups_finder.rb). owned counts a
// role in the group itself alone. Without all_available it is the groups that the user has to do with: those of which
// one is a member, those in them, and those above anything of which one is; administrators and auditors have to say
// all_available=false to get that.
func (q request) listedGroup() func(*world.Group) bool {
	least, byRole := q.Params.Int("min_access_level")
	all := policy.ReadAllResources(q.Actor).Allowed
	if q.Params.Has("all_available") {
		all = isTrue(q.Params, "all_available")
	}
	switch {
	case isTrue(q.Params, "owned"):
		return func(g *world.Group) bool { return policy.OwnsGroup(policy.Role(g.Roles[q.User])) }
	case q.Anonymous(), all && !byRole:
		return func(g *world.Group) bool { return q.OnGroup(g, policy.ReadGroup).Allowed }
	case byRole:
		return func(g *world.Group) bool {
			return policy.HasAccessLevel(policy.Role(world.RoleInGroup(q.User, g)), least)
		}
	}
	return func(g *world.Group) bool { return world.InAndAround(q.User, g) }
}
