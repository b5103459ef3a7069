package graphql

// The lists of runners: of all, of a project, of a group, of a user (app/graphql/resolvers/ci/runners_resolver.rb and
// those that inherit from it, app/finders/ci/runners_finder.rb); and the jobs and projects of one runner.

import (
	"regexp"
	"slices"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/policy"
	"github.com/fakegitlab/fakegitlab/internal/search"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// listAllRunners are the runners of the instance, for administrators.
func listAllRunners(c *call, x *exec, a args) (any, error) {
	path, _ := a["ownerFullPath"].(string)
	if path != "" && a["ownerWildcard"] != nil {
		return nil, failure(msgOwnersExclude)
	}
	if err := allow(x, policy.ReadAdminCICD(c.Actor, c.PolicyRules())); err != nil {
		return nil, err
	}
	owned := func(*world.Runner) bool { return true }
	switch {
	case a["ownerWildcard"] != nil: // ADMINISTRATORS is all that there is
		owned = func(r *world.Runner) bool {
			return r.Type == world.InstanceRunner && r.Creator != nil && r.Creator.Admin
		}
	case path != "":
		project, group := c.ProjectPaths[world.Key(path)], c.GroupPaths[world.Key(path)]
		owned = func(r *world.Runner) bool {
			return r.AssignedTo(project) != nil || group != nil && r.Group == group
		}
	}
	f := c.runnerFilter(a)
	rows, all := c.Narrowed(f)
	if all {
		f = world.RunnerFilter{}
	}
	return c.runnerPage(x, rows, f, a, owned), nil
}

// listProjectRunners are all runners that may serve a project, for its Maintainers.
func listProjectRunners(c *call, x *exec, p *world.Project, a args) (any, error) {
	if err := allow(x, c.OnProject(p, policy.ReadProjectRunners)); err != nil {
		return nil, err
	}
	rows := c.RunnersFor(p.Group, p.Runners, !p.GroupRunnersDisabled, !p.SharedRunnersDisabled)
	return c.runnerPage(x, rows, c.runnerFilter(a), a), nil
}

// listGroupRunners are the runners of a group, for its Maintainers: its own, or those below it too, or all that may
// serve something in it.
func listGroupRunners(c *call, x *exec, g *world.Group, a args) (any, error) {
	if err := allow(x, policy.ReadGroupRunners(c.Actor, c.GroupStanding(g), c.PolicyRules())); err != nil {
		return nil, err
	}
	var rows []*world.Runner
	switch a["membership"] {
	case "DIRECT":
		rows = c.RunnersOf(g)
	case "ALL_AVAILABLE":
		rows = c.RunnersAround(g)
	default:
		rows = c.RunnersWithin(g)
	}
	return c.runnerPage(x, rows, c.runnerFilter(a), a), nil
}

// listUserRunners are the runners that count as the user's own, narrowed to those that a project may still get.
func listUserRunners(c *call, x *exec, _ *world.User, a args) (any, error) {
	path, _ := a["assignableToProjectPath"].(string)
	p := c.ProjectPaths[world.Key(path)]
	assignable := func(r *world.Runner) bool {
		return p == nil || r.Type == world.ProjectRunner && !r.Locked && r.AssignedTo(p) == nil
	}
	owned, _ := c.RunnersOfUser()
	return c.runnerPage(x, owned, c.runnerFilter(a), a, assignable), nil
}

// versionDigits are what counts of a versionPrefix.
var versionDigits = regexp.MustCompile(`(?m)^[\d+.]+`)

// runnerFilter is what the arguments narrow a list by that REST narrows by, too.
func (c *call) runnerFilter(a args) world.RunnerFilter {
	var f world.RunnerFilter
	for _, name := range []string{"type", "status"} {
		if word, given := a[name].(string); given {
			f.Scopes = append(f.Scopes, strings.ToLower(word))
		}
	}
	paused, given := a["paused"].(bool)
	if _, named := a["paused"]; !named && a["active"] == true { // that it is false does not narrow
		paused, given = false, true
	}
	if given {
		f.Scopes = append(f.Scopes, map[bool]string{true: "paused", false: "active"}[paused])
	}
	f.Tags = world.ParseTags(texts(a["tagList"]))
	f.Tagged = len(texts(a["tagList"])) > 0
	prefix, _ := a["versionPrefix"].(string)
	f.VersionPrefix = versionDigits.FindString(prefix)
	return f
}

// texts are the elements of a list of texts.
func texts(list any) []string {
	var all []string
	elements, _ := list.([]any)
	for _, element := range elements {
		text, _ := element.(string)
		all = append(all, text)
	}
	return all
}

// runnerPage is the connection of those runners that pass all filters.
func (c *call) runnerPage(x *exec, rows []*world.Runner, f world.RunnerFilter, a args,
	filters ...func(*world.Runner) bool) *connection {
	rows = c.JoinedWithVersions(rows, f)
	if !f.Empty() {
		filters = append(filters, c.Filter(f))
	}
	filters = append(filters, c.runnerFilters(a)...)
	rows = world.Filtered(rows, filters...)
	sort, given := a["sort"].(string)
	if !given {
		sort = createdDescending
	}
	by := runnerKeys[sort]
	keyOf := func(r *world.Runner) key { return key{by.at(r), r.ID} }
	return byKeys(x, rows, by.order, keyOf, a, func(r *world.Runner) policy.Decision {
		return c.onRunner(r, policy.HasReadRunner)
	})
}

// runnerFilters are what the arguments narrow a list by that REST knows nothing of.
func (c *call) runnerFilters(a args) (filters []func(*world.Runner) bool) {
	if wanted, _ := a["search"].(string); strings.TrimSpace(wanted) != "" {
		query := search.Parse(wanted)
		filters = append(filters, func(r *world.Runner) bool {
			return r.Token == wanted || r.Description != nil && query.Matches(*r.Description)
		})
	}
	by := func(u *world.User) {
		filters = append(filters, func(r *world.Runner) bool { return u != nil && r.Creator == u })
	}
	if id, given := a["creatorId"].(int); given {
		by(c.Users.ByID(id))
	}
	if name, _ := a["creatorUsername"].(string); name != "" {
		by(c.UserNames[world.Key(name)])
	}
	if a["upgradeStatus"] != nil { // this GitLab has heard of no releases to hold its runners against
		filters = append(filters, func(*world.Runner) bool { return false })
	}
	return filters
}

// mostJobsCounted is how far jobCount counts (app/graphql/types/ci/runner_type.rb, JOB_COUNT_LIMIT).
const mostJobsCounted = 1000

func countRunnerJobs(_ *call, _ *exec, r *world.Runner, a args) (any, error) {
	return min(len(jobsWith(r.Jobs, a["statuses"])), mostJobsCounted+1), nil
}

// jobsWith are the jobs that have one of the statuses; all if none are given.
func jobsWith(jobs []*world.Job, statuses any) []*world.Job {
	wanted := texts(statuses)
	if statuses == nil {
		return jobs
	}
	return world.Filtered(jobs, func(j *world.Job) bool { return slices.Contains(wanted, enum(j.Status)) })
}

// listRunnerJobs are all jobs that a runner took, the newest first, of one runner in a request
// (app/graphql/resolvers/ci/runner_jobs_resolver.rb).
func listRunnerJobs(c *call, x *exec, r *world.Runner, a args) (any, error) {
	if d := c.onRunner(r, policy.ReadBuilds); !d.Allowed {
		x.Note(d.Reason)
		return nil, nil
	}
	if err := c.once(x); err != nil {
		return nil, err
	}
	return byKeys(x, jobsWith(r.Jobs, a["statuses"]), newestFirst, jobKey, a, anything[*world.Job]), nil
}

// listRunnerProjects are the projects of a project runner that the user sees
// (app/graphql/resolvers/ci/runner_projects_resolver.rb).
func listRunnerProjects(c *call, x *exec, r *world.Runner, a args) (any, error) {
	if r.Type != world.ProjectRunner {
		return nil, nil
	}
	var projects []*world.Project
	for _, assigned := range r.Assignments {
		projects = append(projects, assigned.Project)
	}
	return byPlace(x, sortedProjects(c.projectsIn(projects, a), a), a, anything[*world.Project]), nil
}
