package rest

// Members of groups and projects (lib/api/members.rb, lib/api/helpers/members_helpers.rb, app/services/members).

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/params"
	"github.com/fakegitlab/fakegitlab/internal/policy"
	"github.com/fakegitlab/fakegitlab/internal/search"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// memberRows are the members of groups and of projects, by the same rows.
func memberRows() (rows []row) {
	for _, kind := range []memberKind{ofGroups, ofProjects} {
		at := kind.path + "/:id/members"
		rows = append(rows, row{endpoint: "GET " + at, spec: listing(pathID, memberFilters, skippedUsers),
			handle: kind.with(listMembers)},
			row{endpoint: "GET " + at + "/all", spec: listing(pathID, memberFilters), handle: kind.with(listAllMembers)},
			row{endpoint: "GET " + at + "/:user_id", spec: front.Declare(pathID, memberID), handle: kind.with(getMember)},
			row{endpoint: "GET " + at + "/all/:user_id", spec: front.Declare(pathID, memberID),
				handle: kind.with(getAnyMember)},
			row{endpoint: "POST " + at, spec: newMemberSpec, handle: kind.with(addMember)},
			row{endpoint: "PUT " + at + "/:user_id", spec: front.Declare(pathID, memberID, memberLevel, memberEnd),
				handle: kind.with(updateMember)},
			row{endpoint: "DELETE " + at + "/:user_id", spec: front.Declare(pathID, memberID,
				switchedOff("skip_subresources", "unassign_issuables")), handle: kind.with(removeMember)})
	}
	return rows
}

// memberKind is what members are of: groups or projects.
type memberKind struct {
	path string
	find func(request) (members, *front.Response)
}

// with hands the group or project of the path to a handler, or refuses.
func (k memberKind) with(handle func(request, members) front.Response) func(request) front.Response {
	return func(q request) front.Response {
		m, refusal := k.find(q)
		if refusal != nil {
			return *refusal
		}
		return handle(q, m)
	}
}

// members are those of one group or project, with what the user may do with them.
type members struct {
	of                      world.Source
	read                    policy.Decision
	belongs                 bool            // the user is a member, in whatever way
	admin                   policy.Decision // whether the user may give roles
	add                     func(world.Role) policy.Decision
	updatable, destructible func(world.Member) policy.Decision
}

var (
	ofGroups   = memberKind{"/groups", groupMembers}
	ofProjects = memberKind{"/projects", projectMembers}
)

func groupMembers(q request) (members, *front.Response) {
	g, refusal := q.findGroup(q.Vars["id"])
	if refusal != nil {
		return members{}, refusal
	}
	s := q.GroupStanding(g)
	standing := func(m world.Member) policy.MemberStanding {
		return policy.MemberStanding{Name: m.User.Username, Self: m.User == q.User,
			LastOwner: world.LastOwner(g, m.User), Bot: m.User.Bot}
	}
	return members{of: g, read: policy.ReadGroupMembers(q.Actor, s), belongs: s.Held > policy.None,
		admin: policy.AdminGroupMember(q.Actor, s),
		add:   func(world.Role) policy.Decision { return policy.AdminGroupMember(q.Actor, s) },
		updatable: func(m world.Member) policy.Decision {
			return policy.UpdateGroupMember(q.Actor, s, standing(m))
		},
		destructible: func(m world.Member) policy.Decision {
			return policy.DestroyGroupMember(q.Actor, s, standing(m))
		}}, nil
}

func projectMembers(q request) (members, *front.Response) {
	if refusal := projectReaders(q); refusal != nil {
		return members{}, refusal
	}
	p, s := q.Project, q.ProjectStanding(q.Project)
	standing := func(m world.Member) policy.MemberStanding {
		return policy.MemberStanding{Name: m.User.Username, Self: m.User == q.User, Role: policy.Role(m.Role),
			Holder: m.User == p.Owner, Bot: m.User.Bot}
	}
	return members{of: p, read: policy.ReadProject(q.Actor, s), belongs: s.Held > policy.None,
		admin: policy.AdminProjectMember(q.Actor, s),
		add: func(r world.Role) policy.Decision {
			if r == world.Owner {
				return policy.ManageOwners(q.Actor, s)
			}
			return policy.AdminProjectMember(q.Actor, s)
		},
		updatable: func(m world.Member) policy.Decision {
			return policy.UpdateProjectMember(q.Actor, s, standing(m))
		},
		destructible: func(m world.Member) policy.Decision {
			return policy.DestroyProjectMember(q.Actor, s, standing(m))
		}}, nil
}

// The parameters, in GitLab's order.
var (
	memberFilters = []params.Param{
		{Name: "query"},
		{Name: "user_ids", Kind: params.CommaList},
		{Name: "show_seat_info", Kind: params.Boolean},
	}
	skippedUsers  = []params.Param{{Name: "skip_users", Kind: params.CommaList}}
	memberID      = []params.Param{{Name: "user_id", Kind: params.Integer, Required: true}}
	memberLevel   = []params.Param{{Name: "access_level", Kind: params.Integer, Required: true}}
	memberEnd     = []params.Param{{Name: "expires_at", Kind: params.DateTime}}
	newMemberSpec = with(front.Declare(pathID, memberLevel, []params.Param{{Name: "user_id"}, {Name: "username"}},
		memberEnd, []params.Param{{Name: "invite_source", Default: "members-api"}}),
		params.Rule{Kind: params.MutuallyExclusive, Names: []string{"user_id", "username"}},
		params.Rule{Kind: params.AtLeastOneOf, Names: []string{"user_id", "username"}})
)

func listMembers(q request, m members) front.Response {
	return q.listedMembers(m, func() []world.Member { return world.MembersOf(m.of) })
}

func listAllMembers(q request, m members) front.Response {
	return q.listedMembers(m, func() []world.Member { return q.allMembers(m) })
}

// allMembers are those whom the user is told of: members of a place are told of members of each group that it is shared
// with, but of a group that they do not see not who made them members, unless they may do that themselves
// (app/finders/group_members_finder.rb; lib/api/entities/member.rb, is_source_accessible_to_current_user).
func (q request) allMembers(m members) []world.Member {
	seen := q.seesGroup
	if m.belongs && q.Has(gitlabversion.MembersThroughHiddenGroups) {
		seen = func(*world.Group) bool { return true }
	}
	all := world.AllMembersOf(m.of, seen)
	for i, of := range all {
		if of.Through != nil && !m.admin.Allowed && !q.seesGroup(of.Through) {
			all[i].By = nil
		}
	}
	return all
}

func (q request) seesGroup(g *world.Group) bool { return q.OnGroup(g, policy.ReadGroup).Allowed }

func (q request) listedMembers(m members, all func() []world.Member) front.Response {
	if refusal := front.Allow(m.read, ""); refusal != nil {
		return *refusal
	}
	text, _ := q.Params.String("query")
	query := search.Parse(text)
	wanted, byID := q.userIDs("user_ids")
	skipped, _ := q.userIDs("skip_users")
	rows := world.Filtered(all(), func(m world.Member) bool {
		return (!byID || slices.Contains(wanted, m.User.ID)) && !slices.Contains(skipped, m.User.ID) &&
			query.Matches(m.User.Username, m.User.Name, m.User.Email)
	})
	return offsetPage(q, rows, false, q.memberEntity)
}

// userIDs are the numbers of a list; what is none is 0, which no user has. An empty list counts as none.
func (q request) userIDs(param string) (ids []int, given bool) {
	list, _ := q.Params.List(param)
	for _, text := range list {
		id, _ := strconv.Atoi(text)
		ids = append(ids, id)
	}
	return ids, len(ids) > 0
}

// userOfPath is the user that the path names, who may not exist.
func (q request) userOfPath() *world.User {
	id, _ := q.Params.Int("user_id")
	return q.Users.ByID(id)
}

func getMember(q request, m members) front.Response {
	if refusal := front.Allow(m.read, ""); refusal != nil {
		return *refusal
	}
	found, isMember := world.MemberOf(m.of, q.userOfPath())
	if !isMember {
		return noRecord().Because("the user is no direct member")
	}
	return front.OK(q.memberEntity(found))
}

func getAnyMember(q request, m members) front.Response {
	if refusal := front.Allow(m.read, ""); refusal != nil {
		return *refusal
	}
	u := q.userOfPath()
	for _, found := range q.allMembers(m) {
		if found.User == u {
			return front.OK(q.memberEntity(found))
		}
	}
	return noRecord().Because("the user is no member")
}

func addMember(q request, m members) front.Response {
	level, _ := q.Params.Int("access_level")
	text, byID := q.Params.String("user_id")
	username, _ := q.Params.String("username")
	if !byID {
		text = username
	}
	if strings.Contains(text, ",") {
		return q.addSeveral(m, strings.Split(text, ","), byID, world.Role(level))
	}
	u := q.UserNames[world.Key(text)]
	if byID {
		u = q.UserByNumber(text)
	}
	if u == nil {
		return front.NotFound("User").Because(fmt.Sprintf("there is no user %q", text))
	}
	if _, isMember := world.MemberOf(m.of, u); isMember {
		return front.Refuse(http.StatusConflict, msgMemberExists).Because(u.Username + " is a direct member already")
	}
	if refusal := front.Allow(m.add(world.Role(level)), ""); refusal != nil {
		return *refusal
	}
	if err := q.AddMemberTo(m.of, q.memberDraft(u, level)); err != nil {
		return modelError(err)
	}
	added, _ := world.MemberOf(m.of, u)
	return front.Created(q.memberEntity(added))
}

func (q request) memberDraft(u *world.User, level int) world.MemberDraft {
	return world.MemberDraft{User: u, Role: world.Role(level), By: q.User,
		ExpiresAt: changeTo(q, "expires_at", q.Params.Time)}
}

// mostMembersAdded is how many users one request makes members (app/services/members/create_service.rb).
const mostMembersAdded = 100

// addSeveral makes those users members whom the model takes, and tells of the others.
func (q request) addSeveral(m members, names []string, byID bool, r world.Role) front.Response {
	if refusal := front.Allow(m.add(r), ""); refusal != nil {
		return *refusal
	}
	if len(names) > mostMembersAdded {
		return front.Created(severalAdded{Status: statusError, Message: fmt.Sprintf(msgfTooManyUsers, mostMembersAdded)})
	}
	failed := map[string]string{}
	for _, name := range names {
		name = strings.TrimSpace(name)
		u := q.UserNames[world.Key(name)]
		if byID {
			u = q.UserByNumber(name)
		}
		if u == nil {
			continue
		}
		err := q.addOrChange(m, u, r)
		if err != nil {
			failed[u.Username] = err.Error()
		}
	}
	if len(failed) > 0 {
		return front.Created(severalAdded{Status: statusError, Message: failed})
	}
	return front.Created(severalAdded{Status: statusSuccess})
}

// addOrChange makes a user a member, or gives one that is another role, as the service does for lists.
func (q request) addOrChange(m members, u *world.User, r world.Role) error {
	draft := q.memberDraft(u, int(r))
	if found, isMember := world.MemberOf(m.of, u); isMember {
		if d := m.updatable(found); !d.Allowed {
			return nil
		}
		return q.ChangeMemberOf(m.of, draft)
	}
	return q.AddMemberTo(m.of, draft)
}

// directMember is the direct member that the path names, or the refusal.
func (q request) directMember(m members, may func(world.Member) policy.Decision) (world.Member, *front.Response) {
	found, isMember := world.MemberOf(m.of, q.userOfPath())
	if !isMember {
		return world.Member{}, noRecord().Because("the user is no direct member").AsRefusal()
	}
	return found, front.Allow(may(found), "")
}

func updateMember(q request, m members) front.Response {
	found, refusal := q.directMember(m, m.updatable)
	if refusal != nil {
		return *refusal
	}
	level, _ := q.Params.Int("access_level")
	if refusal := front.Allow(m.add(world.Role(level)), ""); refusal != nil {
		return *refusal
	}
	if err := q.ChangeMemberOf(m.of, q.memberDraft(found.User, level)); err != nil {
		return modelError(err)
	}
	found, _ = world.MemberOf(m.of, found.User)
	return front.OK(q.memberEntity(found))
}

func removeMember(q request, m members) front.Response {
	found, isMember := world.MemberOf(m.of, q.userOfPath())
	if !isMember {
		return noRecord().Because("the user is no direct member")
	}
	if refusal := q.unmodifiedSince(found.UpdatedAt); refusal != nil {
		return *refusal
	}
	if refusal := front.Allow(m.destructible(found), ""); refusal != nil {
		return *refusal
	}
	q.RemoveMemberFrom(m.of, found.User, isTrue(q.Params, "skip_subresources"))
	return front.NoContent()
}

// What is answered where several users were to become members.
const (
	statusSuccess = "success"
	statusError   = "error"
)

type severalAdded struct {
	Status  string `json:"status"`
	Message any    `json:"message,omitempty"` // by username, why not
}

// memberEntity is a member as GitLab shows one (lib/api/entities/member.rb).
func (q request) memberEntity(m world.Member) memberEntity {
	e := memberEntity{basicUser: q.basicUser(m.User), AccessLevel: int(m.Role), CreatedAt: q.iso(m.CreatedAt),
		ExpiresAt: dateOrNull(m.ExpiresAt), MembershipState: "active"}
	if m.By != nil {
		by := q.basicUser(m.By)
		e.CreatedBy = &by
	}
	if policy.AdminAllResources(q.Actor).Allowed {
		e.Email = m.User.Email
	}
	return e
}

type memberEntity struct {
	basicUser
	AccessLevel     int        `json:"access_level"`
	CreatedAt       isoTime    `json:"created_at"`
	CreatedBy       *basicUser `json:"created_by,omitempty"`
	ExpiresAt       *string    `json:"expires_at"`
	Email           string     `json:"email,omitempty"`
	MembershipState string     `json:"membership_state"`
}
