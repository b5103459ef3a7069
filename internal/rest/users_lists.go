package rest

// The list of users (app/finders/users_finder.rb).

import (
	"cmp"
	"slices"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/policy"
	"github.com/fakegitlab/fakegitlab/internal/search"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

func listUsers(q request) front.Response {
	uid, _ := q.Params.String("extern_uid")
	if provider, _ := q.Params.String("provider"); uid != "" && provider != "" {
		if q.Anonymous() {
			return *q.Unauthorized()
		}
		if refusal := front.Allow(policy.AdminUsers(q.Actor), ""); refusal != nil {
			return *refusal
		}
	}
	seesAll := policy.ReadAllResources(q.Actor).Allowed
	if !seesAll {
		q.Params = q.Params.Without(dropped...)
	}
	q.orderByDefault()
	username, _ := q.Params.String("username")
	may := policy.ReadUsersList(!q.Anonymous(), username != "", q.Settings.Restricts(world.Public))
	if refusal := front.Allow(may, msgUsersForbidden); refusal != nil {
		return *refusal
	}
	rows := world.Filtered(q.Users.Rows, q.wantedUser(), q.foundUser(), q.otherwiseWantedUser(seesAll))
	if q.asksForAttributes() {
		rows = nil
	}
	if q.wantsKeyset() && q.Has(gitlabversion.UsersByKeyset) {
		by := q.userColumn()
		sortUsersBy(by.name, by.turn, rows)
		if seesAll {
			return columnPage(q, rows, by, q.userForAdmins)
		}
		return columnPage(q, rows, by, q.basicUser)
	}
	q.sortUsers(rows)
	if seesAll {
		return offsetPage(q, rows, false, q.userForAdmins)
	}
	return offsetPage(q, rows, false, q.basicUser)
}

// orderByDefault has users ordered where nothing is said of that: the youngest first, but what a search finds by how
// well it is met (lib/api/users.rb, reorder_users).
func (q request) orderByDefault() {
	order, direction := q.order()
	_, searching := q.Params.String("search")
	if searching && order == "" && direction == "" || !q.Has(gitlabversion.UsersSearchedByRank) {
		return
	}
	q.Params = q.Params.With("order_by", cmp.Or(order, "id")).With("sort", cmp.Or(direction, "desc"))
}

// userColumn is what keyset pagination of users goes by: what is asked for or, else, the id, the youngest first.
func (q request) userColumn() column[*world.User] {
	order, direction := q.order()
	turn := turned(cmp.Or(direction, "desc"))
	by := column[*world.User]{name: "id", turn: turn, byID: turn, id: func(u *world.User) int { return u.ID },
		value: func(*world.User) string { return "" }}
	switch order {
	case "name":
		by.value = func(u *world.User) string { return u.Name }
	case "username":
		by.value = func(u *world.User) string { return u.Username }
	case orderUpdated:
		by.value = func(u *world.User) string { return u.ChangedAt().UTC().Format(front.CursorTime) }
	default:
		return by // created_at is by id, too
	}
	by.name = order
	return by
}

// wantedUser tells whether a user is among those whose state and kind are asked for.
func (q request) wantedUser() func(*world.User) bool {
	hidesBlocked := !policy.SearchBlockedUsers(q.Actor).Allowed
	on := func(name string) bool { return isTrue(q.Params, name) }
	username, byUsername := q.Params.String("username")
	refused := []struct {
		asked bool
		of    func(*world.User) bool
	}{
		{hidesBlocked, func(u *world.User) bool { return u.State == world.UserBlocked || u.State == world.UserBanned }},
		{byUsername, func(u *world.User) bool { return !strings.EqualFold(u.Username, username) }},
		{on("active"), func(u *world.User) bool { return u.State != world.UserActive || u.Internal() }},
		{on("exclude_active"), func(u *world.User) bool { return u.State == world.UserActive }},
		{on("blocked"), func(u *world.User) bool { return u.State != world.UserBlocked }},
		{on("external"), func(u *world.User) bool { return !u.External }},
		{on("exclude_external"), func(u *world.User) bool { return u.External }},
		{on("exclude_internal"), (*world.User).Internal},
		{on("without_project_bots"), func(u *world.User) bool { return u.Bot }},
		{on("humans"), func(u *world.User) bool { return u.Bot || u.Internal() }},
		{on("exclude_humans"), func(u *world.User) bool { return !u.Bot && !u.Internal() }},
	}
	return func(u *world.User) bool {
		for _, r := range refused {
			if r.asked && r.of(u) {
				return false
			}
		}
		return true
	}
}

// otherwiseWantedUser tells whether a user passes the filters that only those may use who see everything.
func (q request) otherwiseWantedUser(seesAll bool) func(*world.User) bool {
	uid, _ := q.Params.String("extern_uid")
	provider, byProvider := q.Params.String("provider")
	after, _ := q.Params.Time("created_after")
	before, byBefore := q.Params.Time("created_before")
	twoFactor, _ := q.Params.String("two_factor")
	return func(u *world.User) bool {
		switch {
		case !seesAll:
			return true
		case isTrue(q.Params, "admins") && !u.Admin, twoFactor == "enabled":
			return false // nobody here has a second factor
		case byProvider && (uid == "" || !strings.EqualFold(u.Identities[provider], uid)):
			return false
		case u.CreatedAt.Before(after), byBefore && u.CreatedAt.After(before):
			return false
		}
		return !isTrue(q.Params, "without_projects") || !slices.ContainsFunc(q.Projects.Rows,
			func(p *world.Project) bool { return world.RoleInProject(u, p) > 0 })
	}
}

// foundUser tells whether a user is found by the words that are searched for: in the name, in the username, or as the
// whole of an address.
func (q request) foundUser() func(*world.User) bool {
	text, _ := q.Params.String("search")
	if strings.TrimSpace(text) == "" {
		return func(*world.User) bool { return true }
	}
	text = strings.TrimPrefix(text, "@")
	query, private := search.Parse(text), policy.SearchPrivateEmails(q.Actor).Allowed
	return func(u *world.User) bool {
		return !query.Blank() && (strings.EqualFold(u.Attributes["public_email"], text) ||
			private && strings.EqualFold(u.Email, text) || query.Matches(u.Name, u.Username))
	}
}

// sortUsers orders by the column that is asked for; else a search by how well it is met, and anything by id, the
// youngest first.
func (q request) sortUsers(rows []*world.User) {
	order, direction := q.order()
	text, _ := q.Params.String("search")
	switch text = strings.ToLower(strings.TrimPrefix(text, "@")); {
	case order == "" && text != "":
		sortByRank(rows, func(u *world.User) float64 {
			switch {
			case strings.EqualFold(u.Attributes["public_email"], text):
				return 3
			case strings.EqualFold(u.Username, text):
				return 2
			case strings.EqualFold(u.Name, text):
				return 1
			}
			return 0
		}, func(a, b *world.User) int { return cmp.Or(strings.Compare(a.Name, b.Name), a.ID-b.ID) })
		return
	case order == "":
		direction = "desc"
	}
	sortUsersBy(order, turned(direction), rows)
}

// sortUsersBy orders by a column, and by id where that does not decide.
func sortUsersBy(order string, turn int, rows []*world.User) {
	slices.SortFunc(rows, func(a, b *world.User) int {
		var by int
		switch order {
		case "name":
			by = strings.Compare(a.Name, b.Name)
		case "username":
			by = strings.Compare(a.Username, b.Username)
		case orderUpdated:
			by = a.ChangedAt().Compare(b.ChangedAt())
		}
		return turn * cmp.Or(by, a.ID-b.ID)
	})
}
