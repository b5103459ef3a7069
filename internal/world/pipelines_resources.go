package world

import (
	"cmp"
	"maps"
	"slices"
	"time"
)

// ResourceGroup is the resource group of a project with a key; nil if no job ever was in it and the project does not
// name it.
func (st *State) ResourceGroup(p *Project, key string) *ResourceGroup {
	return st.resourceGroups[resourceKey{p, key}]
}

// ResourceGroups are those of a project, by id.
func (st *State) ResourceGroups(p *Project) []*ResourceGroup {
	return Filtered(st.resources.Rows, func(g *ResourceGroup) bool { return g.Project == p })
}

// SetProcessMode changes which job of a resource group comes next. Nobody looks for that job because of it: who waits
// goes on waiting until a job of the group comes or ends (app/models/ci/resource_group.rb has no callback for it).
func (st *State) SetProcessMode(g *ResourceGroup, mode ProcessMode) {
	if g.Mode() == mode {
		return
	}
	setKey(st, &g.Project.ProcessModes, g.Key, mode)
	g.UpdatedAt = st.Now()
}

// groupOf is the resource group of a job, made if it is the first of it; nil for a job without one.
func (st *State) groupOf(j *Job) *ResourceGroup {
	if j.ResourceGroup == "" {
		return nil
	}
	if _, said := j.Project.ProcessModes[j.ResourceGroup]; !said {
		setKey(st, &j.Project.ProcessModes, j.ResourceGroup, j.Project.processMode())
	}
	return st.groupWithKey(j.Project, j.ResourceGroup, j.CreatedAt)
}

// groupWithKey is the resource group of a project with a key, made at that time if there is none.
func (st *State) groupWithKey(p *Project, key string, made time.Time) *ResourceGroup {
	at := resourceKey{p, key}
	if g := st.resourceGroups[at]; g != nil {
		return g
	}
	g := &ResourceGroup{ID: assignID(st, &st.resources, 0), Project: p, Key: key, CreatedAt: made, UpdatedAt: made}
	add(st, &st.resources, g)
	setKey(st, &st.resourceGroups, at, g)
	return g
}

// groupsOfModes makes the resource groups of a project that it says modes of.
func (st *State) groupsOfModes(p *Project) {
	for _, key := range slices.Sorted(maps.Keys(p.ProcessModes)) {
		st.groupWithKey(p, key, st.Now())
	}
}

// dropGroups takes out the resource groups of a project, which is deleted.
func (st *State) dropGroups(p *Project) {
	st.resources.removeAll(func(g *ResourceGroup) bool { return g.Project == p })
	maps.DeleteFunc(st.resourceGroups, func(at resourceKey, _ *ResourceGroup) bool { return at.project == p })
}

// enterGroup notes what a job has become for its resource group, after its status has changed: it waits for the
// resource, holds it, or leaves it to others.
func (st *State) enterGroup(j *Job) {
	g := st.groupOf(j)
	if g == nil {
		return
	}
	switch {
	case j.Status == JobCreated || j.Status == JobScheduled:
		g.jobs = insertByID(g.jobs, j)
	case j.Status == JobWaitingForResource:
		g.jobs = insertByID(g.jobs, j)
		st.later(chore{kind: choreAssign, group: g})
	case j.Status.Completed():
		if g.holder == j {
			g.holder = nil
		}
		st.later(chore{kind: choreAssign, group: g})
	case j.Status == JobPending || j.Status.Executing():
		if g.holder == nil { // as when a seed has it so, or a test enqueued it
			g.holder = j
		}
	}
}

// leaveGroup takes a job out of those that wait for a resource, before its status changes.
func (st *State) leaveGroup(j *Job) {
	if g := st.groupOf(j); g != nil {
		g.jobs = removeByID(g.jobs, j)
	}
}

// Upcoming are the jobs that are to have the resource, ready or not, in the order in which they get it as it is now
// (app/models/ci/resource_group.rb, upcoming_processables).
func (g *ResourceGroup) Upcoming() []*Job {
	jobs := Filtered(g.jobs, g.counts)
	if g.Mode() == Unordered {
		return jobs
	}
	slices.SortStableFunc(jobs, g.compare)
	return jobs
}

// counts reports whether a job of the group that is not ready yet keeps its turn, or is ready.
func (g *ResourceGroup) counts(j *Job) bool {
	return j.Status == JobWaitingForResource || g.Mode() == OldestFirst || g.Mode() == NewestFirst
}

// upcoming is the first of Upcoming, nil if there is none, in a pass that does not sort.
func (g *ResourceGroup) upcoming() *Job {
	var next *Job
	for _, j := range g.jobs { // by id
		if !g.counts(j) {
			continue
		}
		if g.Mode() == Unordered {
			return j
		}
		if next == nil || g.compare(j, next) < 0 {
			next = j
		}
	}
	return next
}

// compare is below zero if a job comes before another one, and above if after it: by their pipelines and, in one,
// whoever is ready first.
func (g *ResourceGroup) compare(j, other *Job) int {
	byPipeline := cmp.Compare(j.PipelineID, other.PipelineID)
	switch {
	case byPipeline == 0:
		return cmp.Compare(notReady(j), notReady(other))
	case g.Mode() == OldestFirst:
		return byPipeline
	}
	return -byPipeline
}

// notReady is 0 for a job that waits for its resource and 1 for any other.
func notReady(j *Job) int {
	if j.Status == JobWaitingForResource {
		return 0
	}
	return 1
}
