package rest

// What the lists of projects and groups are narrowed to and ordered by (app/finders/projects_finder.rb,
// lib/api/helpers.rb).

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

func (q request) order() (column, direction string) {
	column, _ = q.Params.String("order_by")
	direction, _ = q.Params.String("sort")
	return column, direction
}

func (q request) searched() search.Query {
	text, _ := q.Params.String("search")
	return search.Parse(text)
}

// reached tells whether a project is in the reach that is asked for. Of owned, min_access_level and membership only
// the first counts that is given, and for them an administrator has no more than the roles that were given.
func (q request) reached(membersOnly bool) func(*world.Project) bool {
	least, byRole := q.Params.Int("min_access_level")
	var counts func(policy.Role) bool
	switch {
	case isTrue(q.Params, "owned"):
		counts = policy.OwnsProject
	case byRole:
		counts = func(held policy.Role) bool { return policy.HasAccessLevel(held, least) }
	case membersOnly:
		counts = policy.IsMember
	default:
		return func(p *world.Project) bool { return q.OnProject(p, policy.ReadProject).Allowed }
	}
	return func(p *world.Project) bool { return counts(policy.Role(world.RoleInProject(q.User, p))) }
}

// filtered tells whether a project passes the filters of both lists of projects.
func (q request) filtered(query search.Query) func(*world.Project) bool {
	visibility, byVisibility := q.Params.String("visibility")
	archived, byArchived := q.Params.Bool("archived")
	byNamespace := isTrue(q.Params, "search_namespaces")
	active, byActive := q.byActive()
	return func(p *world.Project) bool {
		if byActive && active != world.ActiveProject(p) {
			return false
		}
		if byVisibility && string(p.Visibility) != visibility || byArchived && p.Archived != archived {
			return false
		}
		return front.ProjectMatches(query, p, byNamespace)
	}
}

// byActive is whether what is active is asked for, or else what is not, where that filter counts.
func (q request) byActive() (active, given bool) {
	since := gitlabversion.ActiveFilter
	if q.Group != nil {
		since = gitlabversion.ActiveFilterOfGroups
	}
	active, given = q.Params.Bool("active")
	return active, given && q.Has(since)
}

// asksForStarsOrAttributes reports whether the parameters ask for projects that the user starred, or, of an
// administrator, for custom attributes. There are none.
func (q request) asksForStarsOrAttributes() bool {
	return isTrue(q.Params, "starred") && !q.Anonymous() || q.asksForAttributes()
}

func (q request) asksForAttributes() bool {
	attributes, _ := q.Params.Hash("custom_attributes")
	return policy.ReadCustomAttribute(q.Actor).Allowed && len(attributes.All()) > 0
}

// sortProjects orders by a column, then by id in the same direction. By created_at is by id (lib/api/helpers.rb,
// order_options_with_tie_breaker), as is everything in which no two projects here differ; similarity without a search
// is the name.
func (q request) sortProjects(rows []*world.Project, order, direction string) {
	text, _ := q.Params.String("search")
	if order == orderSimilarity && strings.TrimSpace(text) != "" {
		to := search.NewText(text)
		sortByRank(rows, func(p *world.Project) float64 {
			_, path := world.SplitPath(p.Path)
			return to.Similarity(path) + 0.7*to.Similarity(p.Name) + 0.2*to.Similarity(p.Description)
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
		to := search.NewText(text)
		sortByRank(rows, func(g *world.Group) float64 {
			_, path := world.SplitPath(g.Path)
			return to.Similarity(path) + 0.7*to.Similarity(g.Name)
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

// turned is what a comparison is multiplied by for a direction: -1 turns it around.
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
