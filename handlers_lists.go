package fakegitlab

import (
	"net/http"
	"slices"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/page"
	"github.com/fakegitlab/fakegitlab/internal/policy"
)

// The lists of the Runners API: what they are narrowed by, their pages, and the lists themselves.

// runnerFilter reads the filters of a list. Of the deprecated scope only those values pass that the list knows.
func (q *request) runnerFilter(scopes []string) (runnerFilter, *response) {
	var f runnerFilter
	if scope, ok := q.params.String("scope"); ok && scopes != nil {
		if !slices.Contains(scopes, scope) {
			return f, refuse(http.StatusBadRequest, msgScopeInvalid).because("GET /runners knows the scopes " + strings.Join(scopes, ", ")).asRefusal()
		}
		f.scopes = append(f.scopes, scope)
	}
	for _, name := range []string{"type", "status"} {
		if v, ok := q.params.String(name); ok {
			f.scopes = append(f.scopes, v)
		}
	}
	if q.params.Has("paused") {
		f.scopes = append(f.scopes, map[bool]string{true: "paused", false: "active"}[isTrue(q.params, "paused")])
	}
	f.versionPrefix, _ = q.params.String("version_prefix")
	f.tags, f.tagged = q.params.List("tag_list")
	return f, nil
}

// listed answers with one page of those runners that pass the filters. A long list is counted only as far as GitLab
// counts.
func (q *request) listed(all []*runner, scopes []string) response {
	f, refusal := q.runnerFilter(scopes)
	if refusal != nil {
		return *refusal
	}
	return paginated(q, all, f.empty(), q.filter(f), q.runnerEntity)
}

// paginated answers with the page of rows that the request asks for, of those that pass.
func paginated[T, E any](q *request, rows []T, everything bool, pass func(T) bool, entity func(T) E) response {
	o := page.ReadOffset(q.params)
	total := len(rows)
	var shown []T
	if everything {
		from, to := o.Window(total)
		shown = rows[from:to]
	} else {
		shown, total = window(rows, pass, o)
	}
	entities := make([]E, len(shown))
	for i, r := range shown {
		entities[i] = entity(r)
	}
	res := ok(entities)
	res.header = http.Header{}
	o.Of(total, false).SetHeaders(res.header, q.requestURL(), q.params)
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
func (q *request) requestURL() string { return q.call.Origin + q.call.Path }

func listRunners(q *request) response {
	return q.listed(q.ownedRunners(q.user), runnerStatuses)
}

func listAllRunners(q *request) response {
	if refusal := allow(policy.IsAdmin(q.actor, q.has(gitlabversion.AuditorsListAllRunners)), ""); refusal != nil {
		return *refusal
	}
	f, refusal := q.runnerFilter(runnerScopes)
	if refusal != nil {
		return *refusal
	}
	rows, all := q.narrowed(f)
	return paginated(q, rows, all, q.filter(f), q.runnerEntity)
}

func listProjectRunners(q *request) response {
	p := q.project
	return q.listed(q.runnersFor(p.group, p.runners, !p.GroupRunnersDisabled, !p.SharedRunnersDisabled), runnerScopes)
}

func listGroupRunners(q *request) response {
	return q.listed(q.runnersFor(q.group, nil, true, !q.group.SharedRunnersDisabled), nil)
}

func listRunnerProjects(q *request) response {
	r, refusal := q.permittedRunner(policy.ReadRunner)
	if refusal != nil {
		return *refusal
	}
	var projects []*project
	for _, a := range r.assignments {
		if q.canSeeProject(a.project).Allowed {
			projects = append(projects, a.project)
		}
	}
	slices.SortFunc(projects, func(a, b *project) int { return a.ID - b.ID })
	return paginated(q, projects, true, nil, q.projectEntity)
}

// visibleProjects are the projects of a runner that its details tell the user of: all for those who read everything, else those of
// which the user is a member.
func (q *request) visibleProjects(r *runner) []*project {
	var visible []*project
	for _, a := range r.assignments {
		if q.readsAll() || roleInProject(q.user, a.project) > 0 {
			visible = append(visible, a.project)
		}
	}
	return visible
}

func listRunnerJobs(q *request) response {
	r, refusal := q.permittedRunner(policy.ReadBuilds)
	if refusal != nil {
		return *refusal
	}
	jobs := q.visibleJobs(r)
	if s, _ := q.params.String("pagination"); s == "keyset" {
		slices.Reverse(jobs)
		return keysetPage(q, jobs, q.jobEntity)
	}
	_, ordered := q.params.String("order_by")
	if direction, _ := q.params.String("sort"); ordered && direction == "desc" {
		slices.Reverse(jobs)
	}
	o := page.ReadOffset(q.params)
	systemID, _ := q.params.String("system_id")
	res := ok(q.jobEntities(jobs, o))
	res.header = http.Header{}
	o.Of(len(jobs), strings.TrimSpace(systemID) != "").SetHeaders(res.header, q.requestURL(), q.params)
	return res
}

// visibleJobs are the jobs of a runner that the filters ask for and the user may see, by id.
func (q *request) visibleJobs(r *runner) []*job {
	status, _ := q.params.String("status")
	systemID, bySystem := q.params.String("system_id")
	var jobs []*job
	for _, j := range r.jobs {
		switch {
		case status != "" && string(j.Status) != status:
		case bySystem && systemID != "" && (j.manager == nil || j.manager.SystemID != systemID):
		case !q.readsAll() && roleInProject(q.user, j.project) < Reporter:
		default:
			jobs = append(jobs, j)
		}
	}
	return jobs
}

func (q *request) jobEntities(jobs []*job, o page.Offset) []jobEntity {
	from, to := o.Window(len(jobs))
	entities := make([]jobEntity, 0, to-from)
	for _, j := range jobs[from:to] {
		entities = append(entities, q.jobEntity(j))
	}
	return entities
}

// keysetPage answers with a page of jobs by keyset pagination; they come newest first.
func keysetPage[E any](q *request, jobs []*job, entity func(*job) E) response {
	k, err := page.ReadKeyset(q.params)
	switch err {
	case nil:
	case page.ErrKeysetUnavailable:
		return refuseError(http.StatusMethodNotAllowed, msgKeysetUnavailable).because("keyset pagination has order_by=id and sort=desc alone")
	default:
		return refuseError(http.StatusBadRequest, msgCursorInvalid).because(err.Error())
	}
	p := k.Of(len(jobs), func(i int) int { return jobs[i].ID })
	entities := make([]E, 0, p.To-p.From)
	for _, j := range jobs[p.From:p.To] {
		entities = append(entities, entity(j))
	}
	res := ok(entities)
	res.header = http.Header{}
	// The link names the order that counts even when the request leaves it to GitLab.
	p.SetHeaders(res.header, q.requestURL(), q.params.With("order_by", "id"))
	return res
}
