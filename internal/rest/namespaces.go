package rest

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/page"
	"github.com/fakegitlab/fakegitlab/internal/params"
	"github.com/fakegitlab/fakegitlab/internal/policy"
	"github.com/fakegitlab/fakegitlab/internal/search"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// namespaceRows are projects and groups (lib/api/projects.rb, lib/api/groups.rb).
func namespaceRows() []row {
	return []row{
		{endpoint: "GET /projects", access: front.ByAnyone, spec: projectsSpec(rolesBeforePlanner), handle: listProjects,
			later: &front.LaterSpec{Since: gitlabversion.PlannerRole, Spec: projectsSpec(roleNumbers)}},
		{endpoint: "GET /projects/:id", access: front.ByAnyone, before: projectReaders, spec: front.Declare(pathID), handle: getProject},
		{endpoint: "GET /groups", access: front.ByAnyone, spec: groupsSpec(rolesBeforePlanner), handle: listGroups,
			later: &front.LaterSpec{Since: gitlabversion.PlannerRole, Spec: groupsSpec(roleNumbers)}},
		{endpoint: "GET /groups/:id", access: front.ByAnyone, before: groupReaders, spec: front.Declare(pathID), handle: getGroup},
		{endpoint: "GET /groups/:id/projects", access: front.ByAnyone, spec: groupProjectsSpec(rolesBeforePlanner),
			handle: listGroupProjects,
			later:  &front.LaterSpec{Since: gitlabversion.PlannerRole, Spec: groupProjectsSpec(roleNumbers)}},
		{endpoint: "GET /groups/:id/subgroups", access: front.ByAnyone, spec: groupsSpec(rolesBeforePlanner, pathID),
			handle: listSubgroups,
			later:  &front.LaterSpec{Since: gitlabversion.PlannerRole, Spec: groupsSpec(roleNumbers, pathID)}},
	}
}

// Projects and groups, one and in lists: the way on which collectors come to the runners (lib/api/projects.rb,
// lib/api/groups.rb, app/finders). Parameters that ask for what no project here has, a star or a programming language, find
// nothing; those that ask for what all have, issues or merge requests, find everything.

// The orders of these lists that have a rule of their own.
const (
	orderCreated    = "created_at"
	orderSimilarity = "similarity"
	orderUpdated    = "updated_at"
)

// What is declared, in GitLab's order. The defaults matter although some of them do nothing: they are in the links.
var (
	roleNumbers        = []string{"10", "15", "20", "30", "40", "50"}
	rolesBeforePlanner = []string{"10", "20", "30", "40", "50"}

	visibilities = world.WordsOf(world.Private, world.Internal, world.Public)
	directions   = []string{"asc", "desc"}
	// sizes are what administrators may order projects by, which are all empty here.
	sizes         = []string{"storage_size", "repository_size", "wiki_size", "packages_size"}
	projectOrders = []string{"id", "name", "path", orderCreated, orderUpdated, "last_activity_at", orderSimilarity, "star_count"}

	customAttributes = []params.Param{
		{Name: "with_custom_attributes", Kind: params.Boolean, Default: false},
		{Name: "custom_attributes", Kind: params.Hash},
	}
	statistics = []params.Param{{Name: "statistics", Kind: params.Boolean, Default: false}}
)

// switchedOff declares parameters that are false unless they are given.
func switchedOff(names ...string) (flags []params.Param) {
	for _, name := range names {
		flags = append(flags, params.Param{Name: name, Kind: params.Boolean, Default: false})
	}
	return flags
}

func ordering(orders []string) []params.Param {
	return []params.Param{
		{Name: "order_by", Values: orders, Default: orderCreated},
		{Name: "sort", Values: directions, Default: "desc"},
	}
}

func minAccessLevel(roles []string) []params.Param {
	return []params.Param{{Name: "min_access_level", Kind: params.Integer, Values: roles}}
}

// commonFilters are those of both lists of projects that have no default.
var commonFilters = []params.Param{
	{Name: "archived", Kind: params.Boolean},
	{Name: "visibility", Values: visibilities},
	{Name: "search"},
}

func projectsSpec(roles []string) params.Spec {
	return front.Declare(ordering(append(slices.Clone(projectOrders), sizes...)), commonFilters,
		[]params.Param{{Name: "search_namespaces", Kind: params.Boolean}},
		switchedOff("owned", "starred", "imported", "membership", "with_issues_enabled", "with_merge_requests_enabled"),
		[]params.Param{{Name: "with_programming_language"}},
		minAccessLevel(roles),
		[]params.Param{
			{Name: "id_after", Kind: params.Integer},
			{Name: "id_before", Kind: params.Integer},
			{Name: "last_activity_after", Kind: params.DateTime},
			{Name: "last_activity_before", Kind: params.DateTime},
			{Name: "repository_storage"},
			{Name: "topic", Kind: params.CommaList},
			{Name: "topic_id", Kind: params.Integer},
			{Name: "updated_before", Kind: params.DateTime},
			{Name: "updated_after", Kind: params.DateTime},
			{Name: "include_pending_delete", Kind: params.Boolean},
		},
		switchedOff("wiki_checksum_failed", "repository_checksum_failed", "include_hidden"),
		page.Params(), switchedOff("simple"), statistics, customAttributes,
		[]params.Param{{Name: "pagination", Kind: params.Any}})
}

func groupProjectsSpec(roles []string) params.Spec {
	return front.Declare(pathID, commonFilters, ordering(projectOrders),
		switchedOff("simple", "owned", "starred", "with_issues_enabled", "with_merge_requests_enabled"),
		[]params.Param{{Name: "with_shared", Kind: params.Boolean, Default: true}},
		switchedOff("include_subgroups", "include_ancestor_groups"),
		minAccessLevel(roles), page.Params(), customAttributes, switchedOff("with_security_reports"))
}

func groupsSpec(roles []string, before ...[]params.Param) params.Spec {
	return front.Declare(slices.Concat(slices.Concat(before...), statistics, []params.Param{
		{Name: "skip_groups", Kind: params.CommaList},
		{Name: "all_available", Kind: params.Boolean},
		{Name: "visibility", Values: visibilities},
		{Name: "search"},
		{Name: "owned", Kind: params.Boolean, Default: false},
		{Name: "order_by", Values: []string{"name", "path", "id", orderSimilarity}, Default: "name"},
		{Name: "sort", Values: directions, Default: "asc"},
	}, minAccessLevel(roles), []params.Param{{Name: "top_level_only", Kind: params.Boolean}}, page.Params(), customAttributes))
}

func getProject(q request) front.Response {
	if q.Anonymous() {
		return front.OK(q.projectEntity(q.Project))
	}
	e := q.projectWithAccess(q.Project)
	if e.projectAdminEntity != nil {
		e.RunnersToken = some(q.runnersToken(q.Project.RegistrationToken, q.Project.Group))
	}
	return front.OK(e)
}

func getGroup(q request) front.Response {
	e := q.groupEntity(q.Group)
	if q.OnGroup(q.Group, policy.AdminGroup).Allowed {
		e.RunnersToken = some(q.runnersToken(q.Group.RegistrationToken, q.Group))
	}
	return front.OK(e)
}

// runnersToken is the registration token of a group, or of a project in it, as it is shown. A project's own switch does not hide it.
func (q request) runnersToken(token string, g *world.Group) *string {
	if q.Has(gitlabversion.DisallowedTokensHidden) && !q.RegistrationTokensAllowed(g) {
		return nil
	}
	return &token
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
		rows = world.Keep(q.Projects.Rows, q.reached(membersOnly), q.filtered(query), q.filteredByIDAndTime())
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
	reached := q.reached(false)
	if q.Anonymous() { // who is asked in vain for a role there, and not here
		reached = func(p *world.Project) bool { return q.OnProject(p, policy.ReadProject).Allowed }
	}
	query := q.searched()
	rows := world.Keep(inside, reached, q.filtered(query))
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

func (q request) order() (column, direction string) {
	column, _ = q.Params.String("order_by")
	direction, _ = q.Params.String("sort")
	return column, direction
}

func (q request) searched() search.Query {
	text, _ := q.Params.String("search")
	return search.Parse(text)
}

// shownInLists is how GET /projects shows a project: no more than anybody may know, if so asked or if anybody asks.
func (q request) shownInLists() func(*world.Project) any {
	if q.Anonymous() || isTrue(q.Params, "simple") {
		return func(p *world.Project) any { return q.projectEntity(p) }
	}
	return func(p *world.Project) any { return q.projectWithAccess(p) }
}

// reached tells whether a project is in the reach that is asked for. Of owned, min_access_level and membership only the first
// counts that is given, and before them nobody is an administrator.
func (q request) reached(membersOnly bool) func(*world.Project) bool {
	least, byRole := q.Params.Int("min_access_level")
	switch {
	case isTrue(q.Params, "owned"):
		least = int(world.Owner)
	case byRole:
	case membersOnly:
		least = int(world.Guest)
	default:
		return func(p *world.Project) bool { return q.OnProject(p, policy.ReadProject).Allowed }
	}
	return func(p *world.Project) bool { return int(world.RoleInProject(q.User, p)) >= least }
}

// filtered tells whether a project passes the filters of both lists of projects.
func (q request) filtered(query search.Query) func(*world.Project) bool {
	visibility, byVisibility := q.Params.String("visibility")
	archived, byArchived := q.Params.Bool("archived")
	byNamespace := isTrue(q.Params, "search_namespaces")
	return func(p *world.Project) bool {
		switch {
		case byVisibility && string(p.Visibility) != visibility, byArchived && p.Archived != archived:
			return false
		case query.Blank():
			return true
		case byNamespace:
			return query.Matches(p.Path, p.FullNamespaceName()+" / "+p.Name, p.Description)
		}
		_, path := world.SplitPath(p.Path)
		return query.Matches(path, p.Name, p.Description)
	}
}

// filteredByIDAndTime tells whether a project passes the filters by id and by time. Nothing happens in a project that GitLab
// would note as activity or as an update: both times are that of its creation.
func (q request) filteredByIDAndTime() func(*world.Project) bool {
	after, byAfter := q.Params.Int("id_after")
	before, byBefore := q.Params.Int("id_before")
	activeAfter, byActiveAfter := q.Params.Time("last_activity_after")
	activeBefore, byActiveBefore := q.Params.Time("last_activity_before")
	updatedAfter, byUpdatedAfter := q.Params.Time("updated_after")
	updatedBefore, byUpdatedBefore := q.Params.Time("updated_before")
	return func(p *world.Project) bool {
		return !(byAfter && p.ID <= after || byBefore && p.ID >= before ||
			byActiveAfter && !p.CreatedAt.After(activeAfter) || byActiveBefore && !p.CreatedAt.Before(activeBefore) ||
			byUpdatedAfter && p.CreatedAt.Before(updatedAfter) || byUpdatedBefore && p.CreatedAt.After(updatedBefore))
	}
}

// asksForStarsOrAttributes reports whether the parameters ask for projects that the user starred, or, of an administrator, for
// custom attributes. There are none.
func (q request) asksForStarsOrAttributes() bool {
	return isTrue(q.Params, "starred") && !q.Anonymous() || q.asksForAttributes()
}

func (q request) asksForAttributes() bool {
	attributes, given := q.Params.Hash("custom_attributes")
	return given && policy.ReadCustomAttribute(q.Actor).Allowed && len(attributes.All()) > 0
}

// defaultStorage is the one shard of repositories that every GitLab has.
const defaultStorage = "default"

// lookingForNothing reports whether the parameters of GET /projects ask for what no project here has.
func (q request) lookingForNothing() bool {
	_, language := q.Params.String("with_programming_language")
	topics, _ := q.Params.List("topic")
	_, topic := q.Params.Int("topic_id")
	storage, _ := q.Params.String("repository_storage")
	return q.asksForStarsOrAttributes() || isTrue(q.Params, "imported") || language || topic ||
		slices.ContainsFunc(topics, func(t string) bool { return t != "" }) ||
		strings.TrimSpace(storage) != "" && storage != defaultStorage && policy.AdminAllResources(q.Actor).Allowed ||
		isTrue(q.Params, "wiki_checksum_failed") || isTrue(q.Params, "repository_checksum_failed")
}

// sortProjects orders by a column, then by id in the same direction. By created_at is by id (lib/api/helpers.rb,
// order_options_with_tie_breaker), as is everything in which no two projects here differ; similarity without a search is the name.
func (q request) sortProjects(rows []*world.Project, order, direction string) {
	text, _ := q.Params.String("search")
	if order == orderSimilarity && strings.TrimSpace(text) != "" {
		sortByRank(rows, func(p *world.Project) float64 {
			_, path := world.SplitPath(p.Path)
			return search.Similarity(path, text) + 0.7*search.Similarity(p.Name, text) + 0.2*search.Similarity(p.Description, text)
		}, func(a, b *world.Project) int { return b.ID - a.ID })
		return
	}
	turn := turned(direction)
	ids := func(a, b *world.Project) int { return turn * cmp.Compare(a.ID, b.ID) }
	var column func(a, b *world.Project) int
	switch order {
	case orderSimilarity:
		column = func(a, b *world.Project) int { return strings.Compare(a.Name, b.Name) }
	case "name":
		column = func(a, b *world.Project) int { return turn * strings.Compare(a.Name, b.Name) }
	case "path":
		column = func(a, b *world.Project) int { return turn * comparePaths(a.Path, b.Path) }
	case orderUpdated, "last_activity_at":
		column = func(a, b *world.Project) int { return turn * a.CreatedAt.Compare(b.CreatedAt) }
	default:
		column = ids
	}
	slices.SortFunc(rows, func(a, b *world.Project) int { return cmp.Or(column(a, b), ids(a, b)) })
}

// turned is what turns a comparison around if the direction is that.
func turned(direction string) int {
	if direction == "desc" {
		return -1
	}
	return 1
}

// comparePaths compares the last parts of two paths.
func comparePaths(a, b string) int {
	_, a = world.SplitPath(a)
	_, b = world.SplitPath(b)
	return strings.Compare(a, b)
}

// sortByRank puts the highest rank first; among equals, less decides.
func sortByRank[T comparable](rows []T, rank func(T) float64, less func(a, b T) int) {
	ranks := make(map[T]float64, len(rows))
	for _, row := range rows {
		ranks[row] = rank(row)
	}
	slices.SortFunc(rows, func(a, b T) int { return cmp.Or(cmp.Compare(ranks[b], ranks[a]), less(a, b)) })
}

func listGroups(q request) front.Response { return q.groupsIn(nil) }

// listSubgroups lists the groups directly in one, unless top_level_only is given: then those at the top of the whole GitLab, and
// the group of the path is not even looked for (lib/api/groups.rb, find_groups).
func listSubgroups(q request) front.Response {
	if isTrue(q.Params, "top_level_only") {
		return q.groupsIn(nil)
	}
	if refusal := groupReaders(q); refusal != nil {
		return *refusal
	}
	return q.groupsIn(q.Group)
}

// groupsIn answers with a page of the groups in one, or of all.
func (q request) groupsIn(parent *world.Group) front.Response {
	atTop := isTrue(q.Params, "top_level_only")
	var skipped []int
	skip, _ := q.Params.List("skip_groups")
	for _, s := range skip {
		id, _ := strconv.Atoi(s) // what is no number is 0, as in Ruby, which no group is
		skipped = append(skipped, id)
	}
	visibility, byVisibility := q.Params.String("visibility")
	query := q.searched()
	rows := world.Keep(q.Groups.Rows, func(g *world.Group) bool {
		switch {
		case atTop && g.Parent != nil, parent != nil && g.Parent != parent, slices.Contains(skipped, g.ID):
			return false
		}
		return !byVisibility || string(g.Visibility) == visibility
	}, func(g *world.Group) bool {
		if parent == nil && !atTop { // the names of the groups above count as well
			return query.Matches(g.Path, g.FullName())
		}
		_, path := world.SplitPath(g.Path)
		return query.Matches(path, g.Name)
	}, q.listedGroup())
	if q.asksForAttributes() {
		rows = nil
	}
	q.sortGroups(rows)
	return offsetPage(q, rows, false, q.groupEntity)
}

// listedGroup tells whether a group is in the reach that is asked for (app/finders/groups_finder.rb). owned counts a role in the
// group itself alone. Without all_available it is the groups that the user has to do with: those of which one is a member, those in
// them, and those above anything of which one is; administrators and auditors have to say all_available=false to get that.
func (q request) listedGroup() func(*world.Group) bool {
	least, byRole := q.Params.Int("min_access_level")
	all := policy.ReadAllResources(q.Actor).Allowed
	if q.Params.Has("all_available") {
		all = isTrue(q.Params, "all_available")
	}
	switch {
	case isTrue(q.Params, "owned"):
		return func(g *world.Group) bool { return g.Roles[q.User] == world.Owner }
	case q.Anonymous(), all && !byRole:
		return func(g *world.Group) bool { return q.OnGroup(g, policy.ReadGroup).Allowed }
	case byRole:
		return func(g *world.Group) bool { return int(world.RoleInGroup(q.User, g)) >= least }
	}
	return func(g *world.Group) bool { return world.InAndAround(q.User, g) }
}

// sortGroups orders by a column, then by id, and that always upwards.
func (q request) sortGroups(rows []*world.Group) {
	order, direction := q.order()
	text, _ := q.Params.String("search")
	if order == orderSimilarity && strings.TrimSpace(text) != "" {
		parent := func(g *world.Group) int { // without one, last
			if g.Parent == nil {
				return -1
			}
			return g.Parent.ID
		}
		sortByRank(rows, func(g *world.Group) float64 {
			_, path := world.SplitPath(g.Path)
			return search.Similarity(path, text) + 0.7*search.Similarity(g.Name, text)
		}, func(a, b *world.Group) int { return cmp.Or(cmp.Compare(parent(b), parent(a)), cmp.Compare(b.ID, a.ID)) })
		return
	}
	turn := turned(direction)
	slices.SortFunc(rows, func(a, b *world.Group) int {
		var by int
		switch order {
		case "id":
			by = cmp.Compare(a.ID, b.ID)
		case "path":
			by = comparePaths(a.Path, b.Path)
		default:
			by = strings.Compare(a.Name, b.Name)
		}
		return cmp.Or(turn*by, cmp.Compare(a.ID, b.ID))
	})
}
