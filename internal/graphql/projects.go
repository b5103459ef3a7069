package graphql

// The lists of projects (app/graphql/resolvers/projects_resolver.rb, app/finders/projects_finder.rb): no project here
// has topics; all have issues and merge requests.

import (
	"slices"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/policy"
	"github.com/fakegitlab/fakegitlab/internal/search"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// listProjects are the projects that the user sees.
func listProjects(c *call, x *exec, a args) (any, error) {
	rows := c.Projects.Rows
	if ids, given := a["ids"].([]any); given {
		wanted := make([]int, len(ids))
		for i, id := range ids {
			n, err := parseID(id, modelProject)
			if err != nil {
				return nil, err
			}
			wanted[i] = n
		}
		rows = world.Filtered(rows, func(p *world.Project) bool { return slices.Contains(wanted, p.ID) })
	}
	o, keyOf := projectOrder(a)
	return byKeys(x, c.projectsIn(rows, a), o, keyOf, a, anything[*world.Project]), nil
}

// projectOrder is the order that sort asks for; the newest first if it asks for none that is known here. What happens
// in a project is not noted: all its times are that of its creation.
func projectOrder(a args) (order, func(*world.Project) key) {
	byID := func(p *world.Project) key { return key{id: p.ID} }
	byTime := func(p *world.Project) key { return key{p.CreatedAt, p.ID} }
	sort, _ := a["sort"].(string)
	column, upwards := strings.CutSuffix(strings.ToLower(sort), "_asc")
	column = strings.TrimSuffix(column, "_desc")
	switch column {
	case "created", "created_at":
		return order{"created_at", upwards}, byTime
	case "updated", "updated_at":
		return order{"updated_at", upwards}, byTime
	case "latest_activity", "last_activity_at":
		return order{"last_activity_at", upwards}, byTime
	}
	return order{ascending: column == "id" && upwards}, byID
}

// projectsIn are those of the projects that the user sees and that the arguments ask for, the newest first.
func (c *call) projectsIn(projects []*world.Project, a args) []*world.Project {
	if len(texts(a["topics"])) > 0 {
		return nil
	}
	wanted, _ := a["search"].(string)
	query := search.Parse(wanted)
	found := world.Filtered(projects, func(p *world.Project) bool {
		return c.OnProject(p, policy.ReadProject).Allowed &&
			(a["membership"] != true || policy.IsMember(policy.Role(world.RoleInProject(c.User, p)))) &&
			(query.Blank() || front.ProjectMatches(query, p, a["searchNamespaces"] == true))
	})
	slices.SortFunc(found, func(a, b *world.Project) int { return b.ID - a.ID })
	return found
}

// listGroupProjects are the projects of a group that the user sees
// (app/graphql/resolvers/namespace_projects_resolver.rb).
func listGroupProjects(c *call, x *exec, g *world.Group, a args) (any, error) {
	projects := g.Projects
	if a["includeSubgroups"] == true {
		projects = nil
		g.Below(func(g *world.Group) bool {
			projects = append(projects, g.Projects...)
			return true
		})
	}
	if ids, given := a["ids"].([]any); given {
		var wanted []int
		for _, id := range ids {
			n, err := parseID(id, modelProject)
			if err != nil {
				return nil, err
			}
			wanted = append(wanted, n)
		}
		projects = world.Filtered(projects, func(p *world.Project) bool { return slices.Contains(wanted, p.ID) })
	}
	keyOf := func(p *world.Project) key { return key{id: p.ID} }
	return byKeys(x, c.projectsIn(projects, a), newestFirst, keyOf, a, anything[*world.Project]), nil
}
