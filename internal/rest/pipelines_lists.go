package rest

// Lists of pipelines: what they are narrowed to, and their order (app/finders/ci/pipelines_finder.rb).

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/world"
)

// What lists of pipelines are ordered by, and which way.
const (
	columnID      = "id"
	columnStatus  = "status"
	columnRef     = "ref"
	columnUpdated = "updated_at"
	columnUser    = "user_id"
	sortAsc       = "asc"
	sortDesc      = "desc"
)

// pipelineColumns are what lists of pipelines may be ordered by.
var pipelineColumns = []string{columnID, columnStatus, columnRef, columnUpdated, columnUser}

// filteredPipelines are those of some pipelines that the request asks for, in its order. Child pipelines are among them
// if so said.
func (q request) filteredPipelines(from []*world.Pipeline, children bool) []*world.Pipeline {
	found := world.Filtered(from, func(p *world.Pipeline) bool { return children || p.Source() != world.SourceParent })
	scope, _ := q.Params.String("scope")
	found = q.inScope(found, scope)
	found = world.Filtered(found, q.sameText("status", func(p *world.Pipeline) string { return string(p.Status()) }),
		q.sameText("ref", (*world.Pipeline).Ref),
		q.sameText("sha", func(p *world.Pipeline) string { return p.Commit().SHA }),
		q.sameText("source", (*world.Pipeline).Source), q.sameText("name", (*world.Pipeline).Name),
		q.ofUsername, q.withErrors, q.within("updated", (*world.Pipeline).UpdatedAt),
		q.within("created", (*world.Pipeline).CreatedAt))
	q.orderPipelines(found)
	return found
}

// inScope narrows pipelines to a scope. Branches and tags are the newest pipeline of each that there is.
func (q request) inScope(from []*world.Pipeline, scope string) []*world.Pipeline {
	finished := []world.JobStatus{world.JobSuccess, world.JobFailed, world.JobCanceled}
	switch scope {
	case "":
		return from
	case "branches", "tags":
		return q.Project.NewestOfRefs(from, scope == "tags")
	case "finished":
		return world.Filtered(from, func(p *world.Pipeline) bool { return slices.Contains(finished, p.Status()) })
	}
	return world.Filtered(from, func(p *world.Pipeline) bool { return string(p.Status()) == scope })
}

// sameText passes pipelines of which something is what a parameter says, if that says anything.
func (q request) sameText(param string, of func(*world.Pipeline) string) func(*world.Pipeline) bool {
	wanted, _ := q.Params.String(param)
	if !slices.Contains(q.Params.Names(), param) {
		wanted = ""
	}
	return func(p *world.Pipeline) bool { return wanted == "" || of(p) == wanted }
}

// ofUsername passes those that a user has set going, if the request names one.
func (q request) ofUsername(p *world.Pipeline) bool {
	name, _ := q.Params.String("username")
	return name == "" || p.IsOf(name)
}

// withErrors passes those whose file is wrong, or right, if the request asks for either.
func (q request) withErrors(p *world.Pipeline) bool {
	wrong, given := q.Params.Bool("yaml_errors")
	return !given || wrong == (p.Facts().YAMLErrors != "")
}

// within passes those of which a time is between the times that the request gives.
func (q request) within(what string, of func(*world.Pipeline) time.Time) func(*world.Pipeline) bool {
	before, untilGiven := q.Params.Time(what + "_before")
	after, fromGiven := q.Params.Time(what + "_after")
	return func(p *world.Pipeline) bool {
		at := of(p)
		return (!untilGiven || !at.After(before)) && (!fromGiven || !at.Before(after))
	}
}

// orderPipelines sorts pipelines as the request wants; those that are alike by their ids.
func (q request) orderPipelines(found []*world.Pipeline) {
	by, _ := q.Params.String("order_by")
	way, _ := q.Params.String("sort")
	compare := func(a, b *world.Pipeline) int { return 0 }
	switch by {
	case columnStatus:
		compare = func(a, b *world.Pipeline) int { return cmp.Compare(a.Status(), b.Status()) }
	case columnRef:
		compare = func(a, b *world.Pipeline) int { return cmp.Compare(a.Ref(), b.Ref()) }
	case columnUpdated:
		compare = func(a, b *world.Pipeline) int { return a.UpdatedAt().Compare(b.UpdatedAt()) }
	case columnUser:
		compare = func(a, b *world.Pipeline) int { return cmp.Compare(userColumn(a), userColumn(b)) }
	}
	slices.SortFunc(found, func(a, b *world.Pipeline) int {
		c := cmp.Or(compare(a, b), cmp.Compare(a.ID, b.ID))
		if way != sortAsc {
			return -c
		}
		return c
	})
}

// userColumn is who a pipeline is of, as a column is sorted: PostgreSQL has what is null behind all else.
func userColumn(p *world.Pipeline) int {
	if u := p.ShownUser(); u != nil {
		return u.ID
	}
	return math.MaxInt
}
