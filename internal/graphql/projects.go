package graphql

// The lists of projects (app/graphql/resolvers/projects_resolver.rb, app/finders/projects_finder.rb): all
// projects here have issues and merge requests.

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
	rows, err := projectsWith(rows, a["ids"])
	if err != nil {
		return nil, err
	}
	o, keyOf := projectOrder(a)
	return byKeys(x, c.projectsIn(rows, a), o, keyOf, a, anything[*world.Project]), nil
}

// projectsWith are those of the projects that have one of the ids; all of them if ids is null.
func projectsWith(projects []*world.Project, ids any) ([]*world.Project, error) {
	list, given := ids.([]any)
	if !given {
		return projects, nil
	}
	wanted := map[int]bool{}
	for _, id := range list {
		n, err := parseID(id, modelProject)
		if err != nil {
			return nil, err
		}
		wanted[n] = true
	}
	return world.Filtered(projects, func(p *world.Project) bool { return wanted[p.ID] }), nil
}

// projectOrder is the order that sort asks for; the newest first if it asks for none that is known here. When
// something last happened in a project is not noted: that is the time of its creation.
func projectOrder(a args) (order, func(*world.Project) key) {
	byID := func(p *world.Project) key { return key{id: p.ID} }
	byTime := func(p *world.Project) key { return key{p.CreatedAt, p.ID} }
	byChange := func(p *world.Project) key { return key{changedAt(p), p.ID} }
	sort, _ := a["sort"].(string)
	column, upwards := strings.CutSuffix(strings.ToLower(sort), "_asc")
	column = strings.TrimSuffix(column, "_desc")
	switch column {
	case "created", "created_at":
		return order{"created_at", upwards}, byTime
	case "updated", "updated_at":
		return order{"updated_at", upwards}, byChange
	case "latest_activity", "last_activity_at":
		return order{"last_activity_at", upwards}, byTime
	}
	return order{ascending: column == "id" && upwards}, byID
}

// projectsIn are those of the projects that the user sees and that the arguments ask for, the newest first.
func (c *call) projectsIn(projects []*world.Project, a args) []*world.Project {
	topics := texts(a["topics"])
	wanted, _ := a["search"].(string)
	query := search.Parse(wanted)
	found := world.Filtered(projects, func(p *world.Project) bool {
		return c.OnProject(p, policy.ReadProject).Allowed &&
			(a["membership"] != true || policy.IsMember(policy.Role(world.RoleInProject(c.User, p)))) &&
			(a["personal"] != true || c.Anonymous() || p.Owner == c.User) &&
			!slices.ContainsFunc(topics, func(t string) bool { return !slices.Contains(p.Topics(), t) }) &&
			front.ProjectMatches(query, p, a["searchNamespaces"] == true)
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
	projects, err := projectsWith(projects, a["ids"])
	if err != nil {
		return nil, err
	}
	keyOf := func(p *world.Project) key { return key{id: p.ID} }
	return byKeys(x, c.projectsIn(projects, a), newestFirst, keyOf, a, anything[*world.Project]), nil
}
