package rest

// The lists of the Runners API (lib/api/ci/runners.rb): those of runners with what narrows them, and the jobs and
// projects of one runner.

import (
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/page"
	"github.com/fakegitlab/fakegitlab/internal/params"
	"github.com/fakegitlab/fakegitlab/internal/policy"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// The parameters that narrow a list of runners.
var (
	scopeParam   = []params.Param{{Name: "scope", Values: world.RunnerScopes}}
	filterParams = []params.Param{
		{Name: "type", Values: world.RunnerTypes},
		{Name: "paused", Kind: params.Boolean},
		{Name: "status", Values: world.RunnerStatuses},
		{Name: "tag_list", Kind: params.CommaList},
		{Name: "version_prefix", Match: regexp.MustCompile(`(?m)^[\d+.]+`)},
	}
)

var jobFilterParams = []params.Param{
	{Name: "system_id"},
	{Name: "status", Values: jobStatusNames()},
	{Name: "order_by", Values: []string{"id"}},
	{Name: "sort", Values: []string{"asc", "desc"}, Default: "desc"},
	{Name: "cursor"},
}

// runnerFilter reads the filters of a list. Of the deprecated scope only those values pass that the list knows.
func (q request) runnerFilter(scopes []string) (world.RunnerFilter, *front.Response) {
	var f world.RunnerFilter
	if scope, ok := q.Params.String("scope"); ok && scopes != nil {
		if !slices.Contains(scopes, scope) {
			return f, front.Refuse(http.StatusBadRequest, msgScopeInvalid).
				Because("GET /runners knows the scopes " + strings.Join(scopes, ", ")).AsRefusal()
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
	f.Tags = world.ParseTags(f.Tags)
	if len(f.Tags) == 0 && q.Has(gitlabversion.EmptyTagListNarrowsNothing) {
		f.Tagged = false
	}
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
	shown, total := window(q.JoinedWithVersions(rows, f), q.Filter(f), o)
	return paged(q, entitiesOf(shown, q.runnerEntity), o.Of(total, false), q.Params)
}

func listRunners(q request) front.Response {
	owned, leftOut := q.RunnersOfUser()
	res := q.listed(owned, world.RunnerStatuses)
	if res.Reason == "" {
		res = res.Because(leftOut)
	}
	return res
}

func listAllRunners(q request) front.Response {
	if refusal := front.Allow(policy.ReadAdminCICD(q.Actor, q.PolicyRules()), ""); refusal != nil {
		return *refusal
	}
	f, _ := q.runnerFilter(world.RunnerScopes) // the parameters have been checked for these
	rows, all := q.Narrowed(f)
	return q.runnerPage(rows, all, f)
}

func listRunnerJobs(q request) front.Response {
	r, refusal := q.permittedRunner(policy.ReadBuilds)
	if refusal != nil {
		return *refusal
	}
	jobs := q.visibleJobs(r)
	if q.wantsKeyset() {
		return q.keysetOfRunnerJobs(jobs)
	}
	_, ordered := q.Params.String("order_by")
	if direction, _ := q.Params.String("sort"); ordered && direction == "desc" {
		slices.Reverse(jobs)
	}
	systemID, _ := q.Params.String("system_id")
	return offsetPage(q, jobs, strings.TrimSpace(systemID) != "", q.jobEntity)
}

// keysetOfRunnerJobs is the page of jobs, which come by id, in keyset pagination.
func (q request) keysetOfRunnerJobs(jobs []*world.Job) front.Response {
	if direction, _ := q.Params.String("sort"); direction == "asc" && q.Has(gitlabversion.KeysetAscending) {
		return keysetPageOf(q, jobs, page.ReadKeysetBothWays, q.jobEntity)
	}
	slices.Reverse(jobs)
	return keysetPage(q, jobs, q.jobEntity)
}

// visibleJobs are the jobs of a runner that the filters ask for and the user may see, by id.
func (q request) visibleJobs(r *world.Runner) []*world.Job {
	status, _ := q.Params.String("status")
	systemID, _ := q.Params.String("system_id")
	var jobs []*world.Job
	for _, j := range r.Jobs {
		switch {
		case status != "" && string(j.Status) != status:
		case systemID != "" && (j.Manager == nil || j.Manager.SystemID != systemID):
		case !q.OnProject(j.Project, policy.ReadRunnerBuild).Allowed:
		default:
			jobs = append(jobs, j)
		}
	}
	return jobs
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
	// The default order of app/finders/projects_finder.rb: the newest first.
	slices.SortFunc(projects, func(a, b *world.Project) int { return b.ID - a.ID })
	return offsetPage(q, projects, false, func(p *world.Project) projectEntity {
		// GitLab does not say here who asks, and shows what anybody may see.
		return q.projectSeen(p, policy.ReadCode(policy.Anonymous(), front.ProjectStandingOf(front.Nobody, p)).Allowed)
	})
}

func listProjectRunners(q request) front.Response {
	p := q.Project
	return q.listed(q.RunnersFor(p.Group, p.Runners, !p.GroupRunnersDisabled, !p.SharedRunnersDisabled),
		world.RunnerScopes)
}

func listGroupRunners(q request) front.Response {
	return q.listed(q.RunnersFor(q.Group, nil, true, !q.Group.SharedRunnersDisabled), nil)
}
