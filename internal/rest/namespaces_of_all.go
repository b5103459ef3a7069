package rest

// Namespaces: what projects lie in, groups and people's own (lib/api/namespaces.rb).

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/page"
	"github.com/fakegitlab/fakegitlab/internal/params"
	"github.com/fakegitlab/fakegitlab/internal/policy"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

func allNamespaceRows() []row {
	return []row{
		{endpoint: "GET /namespaces", handle: listNamespaces, spec: front.Declare([]params.Param{{Name: "search"},
			{Name: "owned_only", Kind: params.Boolean}}, switchedOff("top_level_only", "full_path_search"), page.Params())},
		{endpoint: "GET /namespaces/:id", spec: front.Declare(pathID), handle: getNamespace},
		{endpoint: "GET /namespaces/:id/exists", handle: namespaceExists,
			spec: front.Declare(pathID, []params.Param{{Name: "parent_id", Kind: params.Integer}})},
	}
}

// namespaceDetail is lib/api/entities/namespace.rb; who administers a group is told how many are in it.
type namespaceDetail struct {
	namespaceEntity
	Members *int `json:"members_count_with_descendants,omitempty"`
}

func (q request) namespaceDetail(n world.Namespace) namespaceDetail {
	if n.Group == nil {
		return namespaceDetail{namespaceEntity: q.userNamespace(n.User)}
	}
	e := namespaceDetail{namespaceEntity: q.groupNamespace(n.Group)}
	if q.OnGroup(n.Group, policy.AdminGroup).Allowed {
		in := map[*world.User]world.Role{}
		n.Group.Below(func(g *world.Group) bool {
			maps.Copy(in, g.Roles)
			return true
		})
		e.Members = new(int)
		*e.Members = len(in)
	}
	return e
}

// listNamespaces lists the groups that the user is a direct member of, and the user's own namespace; to administrators
// all namespaces.
func listNamespaces(q request) front.Response {
	atTop, owned := isTrue(q.Params, "top_level_only"), isTrue(q.Params, "owned_only")
	query, whole := q.searched(), isTrue(q.Params, "full_path_search")
	var rows []world.Namespace
	for _, u := range q.Users.Rows {
		if (q.User.Admin || u == q.User) && query.Matches(u.Username, u.Name) {
			rows = append(rows, world.Namespace{User: u})
		}
	}
	for _, g := range q.Groups.Rows {
		role := g.Roles[q.User]
		_, name := world.SplitPath(g.Path)
		columns := []string{name, g.Name}
		if whole {
			columns = []string{g.Path, g.FullName()}
		}
		if (q.User.Admin || role > 0 && (!owned || role == world.Owner)) && (!atTop || g.Parent == nil) &&
			query.Matches(columns...) {
			rows = append(rows, world.Namespace{Group: g})
		}
	}
	id := func(n world.Namespace) int {
		if n.Group != nil {
			return n.Group.ID
		}
		return n.User.ID
	}
	slices.SortStableFunc(rows, func(a, b world.Namespace) int { return id(a) - id(b) })
	return offsetPage(q, rows, false, q.namespaceDetail)
}

// getNamespace shows a group to those who are in it, and the own namespace.
func getNamespace(q request) front.Response {
	ref := q.Vars["id"]
	reason := fmt.Sprintf("there is no namespace %q", ref)
	if g := q.GroupByRef(ref); g != nil {
		d := q.OnGroup(g, policy.ReadGroupViaMembership)
		if d.Allowed {
			return front.OK(q.namespaceDetail(world.Namespace{Group: g}))
		}
		reason = d.Reason
	}
	u := q.UserNames[world.Key(ref)]
	if id, err := strconv.Atoi(ref); err == nil {
		u = q.Users.ByID(id)
	}
	if u != nil {
		if u == q.User || policy.AdminAllResources(q.Actor).Allowed {
			return front.OK(q.namespaceDetail(world.Namespace{User: u}))
		}
		reason = "that is the namespace of " + u.Username
	}
	return front.NotFound("Namespace").Because(reason)
}

// namespaceExistence is lib/api/entities/namespace_existence.rb.
type namespaceExistence struct {
	Exists   bool     `json:"exists"`
	Suggests []string `json:"suggests"`
}

// namespaceExists tells whether a path is taken, in a group or at the top, and which one is not.
func namespaceExists(q request) front.Response {
	within := ""
	parentID, given := q.Params.Int("parent_id")
	parent := q.Groups.ByID(parentID)
	if parent != nil {
		within = parent.Path + "/"
	}
	taken := func(path string) bool {
		at := within + path
		switch {
		case given && parent == nil, strings.Contains(path, "/"):
			return false
		case q.UserNames[world.Key(at)] != nil: // no name has a slash
			return true
		}
		return q.GroupByRef(at) != nil && !world.IsNumber(at)
	}
	path := q.Vars["id"]
	e := namespaceExistence{Exists: taken(path), Suggests: []string{}}
	if e.Exists {
		free := slug(path)
		for n := 1; taken(free); n++ {
			free = slug(path) + strconv.Itoa(n)
		}
		e.Suggests = append(e.Suggests, free)
	}
	return front.OK(e)
}

var (
	slugDropped = regexp.MustCompile(`@.*$|\.(git|atom)$|^-+|\.+$`)
	notInSlug   = regexp.MustCompile(`[^a-zA-Z0-9_.-]`)
)

// slug is a path with what a path may have (lib/gitlab/slug/path.rb). Of one that is taken something is left.
func slug(path string) string {
	return notInSlug.ReplaceAllString(slugDropped.ReplaceAllString(path, ""), "")
}
