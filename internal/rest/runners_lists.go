package rest

import (
	"net/http"
	"slices"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/page"
	"github.com/fakegitlab/fakegitlab/internal/params"
	"github.com/fakegitlab/fakegitlab/internal/policy"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// The lists of the Runners API: what they are narrowed by, their pages, and the lists themselves.

// runnerFilter reads the filters of a list. Of the deprecated scope only those values pass that the list knows.
func (q request) runnerFilter(scopes []string) (world.RunnerFilter, *front.Response) {
	var f world.RunnerFilter
	if scope, ok := q.Params.String("scope"); ok && scopes != nil {
		if !slices.Contains(scopes, scope) {
			return f, front.Refuse(http.StatusBadRequest, msgScopeInvalid).Because("GET /runners knows the scopes " + strings.Join(scopes, ", ")).AsRefusal()
		}
		f.Scopes = append(f.Scopes, scope)
	}
	for _, name := range []string{"type", "status"} {
		if v, ok := q.Params.String(name); ok {
			f.Scopes = append(f.Scopes, v)
		}
	}
	if q.Params.Has("paused") {
		f.Scopes = append(f.Scopes, map[bool]string{true: "paused", false: "active"}[isTrue(q.Params, "paused")])
	}
	f.VersionPrefix, _ = q.Params.String("version_prefix")
	f.Tags, f.Tagged = q.Params.List("tag_list")
	return f, nil
}

// listed answers with one page of those runners that pass the filters. A long list is counted only as far as GitLab
// counts.
func (q request) listed(all []*world.Runner, scopes []string) front.Response {
	f, refusal := q.runnerFilter(scopes)
	if refusal != nil {
		return *refusal
	}
	return q.runnerPage(all, f.Empty(), f)
}

// runnerPage is a page of runners, everything being whether all of them pass the filter.
func (q request) runnerPage(rows []*world.Runner, everything bool, f world.RunnerFilter) front.Response {
	if everything {
		return offsetPage(q, rows, false, q.runnerEntity)
	}
	o := page.ReadOffset(q.Params)
	shown, total := window(rows, q.Filter(f), o)
	return paged(q, entitiesOf(shown, q.runnerEntity), o.Of(total, false), q.Params)
}

// offsetPage answers with the page of rows that the request asks for, without totals if GitLab does not count them here.
func offsetPage[T, E any](q request, rows []T, withoutCount bool, entity func(T) E) front.Response {
	o := page.ReadOffset(q.Params)
	from, to := o.Window(len(rows))
	return paged(q, entitiesOf(rows[from:to], entity), o.Of(len(rows), withoutCount), q.Params)
}

// entitiesOf are rows as GitLab shows them.
func entitiesOf[T, E any](rows []T, entity func(T) E) []E {
	entities := make([]E, len(rows))
	for i, r := range rows {
		entities[i] = entity(r)
	}
	return entities
}

// paged answers with a page and the headers that tell where it is in its list; its links carry v.
func paged(q request, entities any, where interface {
	SetHeaders(h http.Header, baseURL string, v params.Values)
}, v params.Values) front.Response {
	res := front.OK(entities)
	res.Header = http.Header{}
	where.SetHeaders(res.Header, q.requestURL(), v)
	return res
}

// window collects the page of those rows that pass, and counts as far as GitLab counts or as the page needs.
func window[T any](rows []T, pass func(T) bool, o page.Offset) (shown []T, total int) {
	from, to := o.Window(len(rows))
	enough := max(to, page.MaxCounted) + 1
	for _, r := range rows {
		if total >= enough {
			break
		}
		if !pass(r) {
			continue
		}
		if total >= from && total < to {
			shown = append(shown, r)
		}
		total++
	}
	return shown, total
}

// requestURL is the request's URL without its query, on the configured host, as GitLab's links have it.
func (q request) requestURL() string { return q.Way.Origin + q.HTTP.URL.EscapedPath() }

func listRunners(q request) front.Response {
	owned := q.OwnedRunners(
		func(p *world.Project) bool {
			return policy.OwnsProjectRunners(policy.Role(world.RoleInProject(q.User, p)))
		},
		func(g *world.Group) bool { return policy.OwnsGroupRunners(policy.Role(world.RoleInGroup(q.User, g))) })
	return q.listed(owned, world.RunnerStatuses)
}

func listAllRunners(q request) front.Response {
	if refusal := front.Allow(policy.ReadAdminCICD(q.Actor, q.PolicyRules()), ""); refusal != nil {
		return *refusal
	}
	f, refusal := q.runnerFilter(world.RunnerScopes)
	if refusal != nil {
		return *refusal
	}
	rows, all := q.Narrowed(f)
	return q.runnerPage(rows, all, f)
}

func listProjectRunners(q request) front.Response {
	p := q.Project
	return q.listed(q.RunnersFor(p.Group, p.Runners, !p.GroupRunnersDisabled, !p.SharedRunnersDisabled), world.RunnerScopes)
}

func listGroupRunners(q request) front.Response {
	return q.listed(q.RunnersFor(q.Group, nil, true, !q.Group.SharedRunnersDisabled), nil)
}

func listRunnerProjects(q request) front.Response {
	r, refusal := q.permittedRunner(policy.ReadRunner)
	if refusal != nil {
		return *refusal
	}
	var projects []*world.Project
	for _, a := range r.Assignments {
		if q.OnProject(a.Project, policy.ReadProject).Allowed {
			projects = append(projects, a.Project)
		}
	}
	slices.SortFunc(projects, func(a, b *world.Project) int { return a.ID - b.ID })
	return offsetPage(q, projects, false, func(p *world.Project) projectEntity {
		// GitLab does not say here who asks, and shows what anybody may see.
		return q.projectSeen(p, policy.ReadCode(policy.Anonymous(), front.ProjectStandingOf(front.Nobody, p)).Allowed)
	})
}

// visibleProjects are the projects of a runner that its details tell the user of.
func (q request) visibleProjects(r *world.Runner) []*world.Project {
	var visible []*world.Project
	for _, a := range r.Assignments {
		if q.OnProject(a.Project, policy.AuthorizedProject).Allowed {
			visible = append(visible, a.Project)
		}
	}
	return visible
}

func listRunnerJobs(q request) front.Response {
	r, refusal := q.permittedRunner(policy.ReadBuilds)
	if refusal != nil {
		return *refusal
	}
	jobs := q.visibleJobs(r)
	if q.wantsKeyset() {
		slices.Reverse(jobs)
		return keysetPage(q, jobs, q.jobEntity)
	}
	_, ordered := q.Params.String("order_by")
	if direction, _ := q.Params.String("sort"); ordered && direction == "desc" {
		slices.Reverse(jobs)
	}
	systemID, _ := q.Params.String("system_id")
	return offsetPage(q, jobs, strings.TrimSpace(systemID) != "", q.jobEntity)
}

// visibleJobs are the jobs of a runner that the filters ask for and the user may see, by id.
func (q request) visibleJobs(r *world.Runner) []*world.Job {
	status, _ := q.Params.String("status")
	systemID, bySystem := q.Params.String("system_id")
	var jobs []*world.Job
	for _, j := range r.Jobs {
		switch {
		case status != "" && string(j.Status) != status:
		case bySystem && systemID != "" && (j.Manager == nil || j.Manager.SystemID != systemID):
		case !q.OnProject(j.Project, policy.ReadRunnerBuild).Allowed:
		default:
			jobs = append(jobs, j)
		}
	}
	return jobs
}

func (q request) wantsKeyset() bool {
	s, _ := q.Params.String("pagination")
	return s == "keyset"
}

// keysetPage answers with a page of jobs by keyset pagination; they come newest first.
func keysetPage[E any](q request, jobs []*world.Job, entity func(*world.Job) E) front.Response {
	k, err := page.ReadKeyset(q.Params)
	switch err {
	case nil:
	case page.ErrKeysetUnavailable:
		return keysetUnavailable("keyset pagination has order_by=id and sort=desc alone")
	default:
		return front.RefuseError(http.StatusBadRequest, msgCursorInvalid).Because(err.Error())
	}
	p := k.Of(len(jobs), func(i int) int { return jobs[i].ID })
	// The link names the order that counts even when the request leaves it to GitLab.
	return paged(q, entitiesOf(jobs[p.From:p.To], entity), p, q.Params.With("order_by", "id"))
}

func keysetUnavailable(reason string) front.Response {
	return front.RefuseError(http.StatusMethodNotAllowed, msgKeysetUnavailable).Because(reason)
}
