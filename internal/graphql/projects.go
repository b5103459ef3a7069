package graphql

// The lists of projects (app/graphql/resolvers/projects_resolver.rb, app/finders/projects_finder.rb): all
// projects here have issues and merge requests.

import (
	"cmp"
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
	found := c.projectsIn(rows, a)
	if sortByText(found, a) {
		return byPlace(x, found, a, anything[*world.Project]), nil
	}
	o, keyOf := projectOrder(a)
	return byKeys(x, found, o, keyOf, a, anything[*world.Project]), nil
}

// projectTexts are the columns with texts by which projects are sorted, without regard to capitals.
var projectTexts = map[string]func(*world.Project) string{
	"name": func(p *world.Project) string { return p.Name },
	"path": func(p *world.Project) string { return lastPart(p.Path) },
}

// sortByText sorts projects, which are the newest first, by the column with texts that sort asks for; false where it
// asks for none.
func sortByText(found []*world.Project, a args) bool {
	column, upwards := columnOf(a)
	text := projectTexts[column]
	if text == nil {
		return false
	}
	slices.SortStableFunc(found, func(a, b *world.Project) int {
		by := cmp.Compare(strings.ToLower(text(a)), strings.ToLower(text(b)))
		if !upwards {
			by = -by
		}
		return by
	})
	return true
}

// columnOf is the column that sort asks for, and whether upwards.
func columnOf(a args) (column string, upwards bool) {
	sort, _ := a["sort"].(string)
	column, upwards = strings.CutSuffix(strings.ToLower(sort), "_asc")
	return strings.TrimSuffix(column, "_desc"), upwards
}

// sortedProjects are projects, which are the newest first, in the order that sort asks for.
func sortedProjects(found []*world.Project, a args) []*world.Project {
	if !sortByText(found, a) {
		o, keyOf := projectOrder(a)
		slices.SortStableFunc(found, func(a, b *world.Project) int { return o.compare(keyOf(a), keyOf(b)) })
	}
	return found
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
	byTime := func(p *world.Project) key { return key{p.CreatedAt, p.ID} }
	byChange := func(p *world.Project) key { return key{changedAt(p), p.ID} }
	column, upwards := columnOf(a)
	switch column {
	case "created", "created_at":
		return order{"created_at", upwards}, byTime
	case "updated", "updated_at":
		return order{"updated_at", upwards}, byChange
	case "latest_activity", "last_activity_at":
		return order{"last_activity_at", upwards}, byTime
	}
	return order{ascending: column == "id" && upwards}, projectKey
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
	return byKeys(x, c.projectsIn(projects, a), newestFirst, projectKey, a, anything[*world.Project]), nil
}
