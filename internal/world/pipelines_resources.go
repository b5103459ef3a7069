package world

import (
	"cmp"
	"slices"
)

// ResourceGroup is the resource group of a project with a key; nil if no job ever was in one.
func (st *State) ResourceGroup(p *Project, key string) *ResourceGroup {
	return st.resourceGroups[resourceKey{p, key}]
}

// ResourceGroups are those of a project, by key.
func (st *State) ResourceGroups(p *Project) (groups []*ResourceGroup) {
	for at, g := range st.resourceGroups {
		if at.project == p {
			groups = append(groups, g)
		}
	}
	slices.SortFunc(groups, func(a, b *ResourceGroup) int { return cmp.Compare(a.Key, b.Key) })
	return groups
}

// SetProcessMode changes which job of a resource group comes next.
func (st *State) SetProcessMode(g *ResourceGroup, mode ProcessMode) {
	setKey(st, &g.Project.ProcessModes, g.Key, mode)
	st.later(chore{kind: choreAssign, group: g})
}

// groupOf is the resource group of a job, made if it is the first of it; nil for a job without one.
func (st *State) groupOf(j *Job) *ResourceGroup {
	if j.ResourceGroup == "" {
		return nil
	}
	at := resourceKey{j.Project, j.ResourceGroup}
	if g := st.resourceGroups[at]; g != nil {
		return g
	}
	if _, said := j.Project.ProcessModes[j.ResourceGroup]; !said {
		setKey(st, &j.Project.ProcessModes, j.ResourceGroup, j.Project.processMode())
	}
	g := &ResourceGroup{Project: j.Project, Key: j.ResourceGroup}
	setKey(st, &st.resourceGroups, at, g)
	return g
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

// upcoming is the job that is to have the resource next, ready or not; nil if there is none (app/models/ci/
// resource_group.rb, upcoming_processables).
func (g *ResourceGroup) upcoming() *Job {
	ready := func(j *Job) bool { return j.Status == JobWaitingForResource }
	var next *Job
	for _, j := range g.jobs { // by id
		if !ready(j) && (g.Mode() == Unordered || g.Mode() == NewestReadyFirst) {
			continue
		}
		if g.Mode() == Unordered {
			return j
		}
		if next == nil || g.before(j, next) {
			next = j
		}
	}
	return next
}

// before reports whether a job comes before another one, which has a lower id: by their pipelines and, in one, whoever
// is ready first.
func (g *ResourceGroup) before(j, other *Job) bool {
	if j.PipelineID == other.PipelineID {
		return j.Status == JobWaitingForResource && other.Status != JobWaitingForResource
	}
	return (j.PipelineID < other.PipelineID) == (g.Mode() == OldestFirst)
}
