package rest

// What the endpoints of users declare, in GitLab's order (lib/api/users.rb).

import (
	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/page"
	"github.com/fakegitlab/fakegitlab/internal/params"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

var (
	userID = []params.Param{{Name: "id", Kind: params.Integer, Required: true}}
	// identity is who a user is to an external provider.
	identity = params.Rule{Kind: params.AllOrNoneOf, Names: []string{"extern_uid", "provider"}}

	userOrders = []string{"id", "name", "username", orderCreated, orderUpdated}
	// dropped are what GitLab ignores of those who do not see everything.
	dropped = []string{"created_after", "created_before", "order_by", "sort", "two_factor", "without_projects"}
)

var (
	listUsersSpec = usersSpec(ordered("id", "desc"))
	// foundUsersSpec is that of versions in which a search has an order of its own.
	foundUsersSpec = &front.LaterSpec{Since: gitlabversion.UsersSearchedByRank, Spec: usersSpec(ordered("", ""))}
)

// ordered declares what users are ordered by, if nothing is said by these.
func ordered(column, direction string) []params.Param {
	p := []params.Param{{Name: "order_by", Values: userOrders}, {Name: "sort", Values: directions}}
	if column != "" {
		p[0].Default, p[1].Default = column, direction
	}
	return p
}

func usersSpec(order []params.Param) params.Spec {
	return with(listing([]params.Param{
		{Name: "username"},
		{Name: "extern_uid"},
		{Name: "provider"},
		{Name: "search"},
	}, switchedOff("active", "humans", "external", "exclude_external", "blocked"), []params.Param{
		{Name: "created_after", Kind: params.DateTime},
		{Name: "created_before", Kind: params.DateTime},
	}, switchedOff("without_projects", "exclude_internal", "without_project_bots", "admins", "exclude_active",
		"exclude_humans"), []params.Param{{Name: "two_factor"}}, order, customAttributes), identity)
}

// userAttributes are what may be said of a new user and of one that there is. What view_diffs_file_by_file sets, no
// answer shows.
var userAttributes = []params.Param{
	{Name: "skype"}, {Name: "linkedin"}, {Name: "twitter"}, {Name: "discord"}, {Name: "website_url"},
	{Name: "organization"},
	{Name: "projects_limit", Kind: params.Integer},
	{Name: "extern_uid"},
	{Name: "provider"},
	{Name: "bio"}, {Name: "location"}, {Name: "pronouns"}, {Name: "public_email"}, {Name: "commit_email"},
	{Name: "admin", Kind: params.Boolean},
	{Name: "can_create_group", Kind: params.Boolean},
	{Name: "external", Kind: params.Boolean},
	{Name: world.AttrTheme, Kind: params.Integer},
	{Name: world.AttrColorScheme, Kind: params.Integer},
	{Name: "private_profile", Kind: params.Boolean},
	{Name: world.AttrNote},
	{Name: "view_diffs_file_by_file", Kind: params.Boolean},
	{Name: "auditor", Kind: params.Boolean},
}

var createUserSpec = with(front.Declare([]params.Param{
	{Name: "email", Required: true},
	{Name: "password"},
	{Name: "reset_password", Kind: params.Boolean},
	{Name: "skip_confirmation", Kind: params.Boolean},
	{Name: "name", Required: true},
	{Name: "username", Required: true},
	{Name: "force_random_password", Kind: params.Boolean},
}, userAttributes), params.Rule{Kind: params.AtLeastOneOf,
	Names: []string{"password", "reset_password", "force_random_password"}, After: "skip_confirmation"}, identity)

var updateUserSpec = with(front.Declare(userID, []params.Param{
	{Name: "email"},
	{Name: "password"},
	{Name: "skip_reconfirmation", Kind: params.Boolean},
	{Name: "name"},
	{Name: "username"},
}, userAttributes), identity)

var membershipsSpec = front.Declare(userID,
	[]params.Param{{Name: "type", Values: []string{sourceProject, sourceNamespace}}}, page.Params())

// What a membership is of.
const (
	sourceProject   = "Project"
	sourceNamespace = "Namespace"
)
