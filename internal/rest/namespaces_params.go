package rest

// What the lists of projects and groups declare, in GitLab's order (lib/api/projects.rb, lib/api/groups.rb).

import (
	"slices"

	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/page"
	"github.com/fakegitlab/fakegitlab/internal/params"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// The orders of these lists that have a rule of their own.
const (
	orderCreated    = "created_at"
	orderSimilarity = "similarity"
	orderUpdated    = "updated_at"
)

// What is declared, in GitLab's order. The defaults matter although some of them do nothing: they are in the links.
var (
	rolesBeforePlanner         = []string{"10", "20", "30", "40", "50"}
	rolesBeforeSecurityManager = []string{"10", "15", "20", "30", "40", "50"}
	roleNumbers                = []string{"10", "15", "20", "25", "30", "40", "50"}

	visibilities = world.WordsOf(world.Private, world.Internal, world.Public)
	directions   = []string{"asc", "desc"}
	// sizes are what administrators may order projects by, which are all empty here.
	sizes         = []string{"storage_size", "repository_size", "wiki_size", "packages_size"}
	projectOrders = []string{"id", "name", "path", orderCreated, orderUpdated, "last_activity_at", orderSimilarity,
		"star_count"}

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

// withLaterRoles is what an endpoint declares in those versions that know more roles.
func withLaterRoles(spec func(roles []string) params.Spec) *front.LaterSpec {
	with := func(roles []string) func() params.Spec { return func() params.Spec { return spec(roles) } }
	return &front.LaterSpec{Since: gitlabversion.PlannerRole, Make: with(rolesBeforeSecurityManager),
		Later: &front.LaterSpec{Since: gitlabversion.SecurityManagerRole, Make: with(roleNumbers)}}
}

func minAccessLevel(roles []string) []params.Param {
	return []params.Param{{Name: "min_access_level", Kind: params.Integer, Values: roles}}
}

// commonFilters are those of both lists of projects that have no default.
var commonFilters = []params.Param{
	{Name: "archived", Kind: params.Boolean},
	{Name: "active", Kind: params.Boolean},
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
		{Name: "active", Kind: params.Boolean},
		{Name: "order_by", Values: []string{"name", "path", "id", orderSimilarity}, Default: "name"},
		{Name: "sort", Values: directions, Default: "asc"},
	}, minAccessLevel(roles), []params.Param{{Name: "top_level_only", Kind: params.Boolean}}, page.Params(),
		customAttributes))
}
