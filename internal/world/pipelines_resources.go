package world

import (
	"cmp"
	"slices"
)

// ResourceGroup is a group of jobs of a project of which one runs at a time (app/models/ci/resource_group.rb).
type ResourceGroup struct {
	Project *Project
	Key     string
	// Mode is one of ProcessModes.
	Mode   ProcessMode
	holder *Job   // who has the resource; nil while it is free
	jobs   []*Job // those that wait for it or may come to do so, by id
}

// ProcessMode is which of the jobs of a resource group comes next.
type ProcessMode string

// The modes: whoever waits, those of older or of newer pipelines first, be they ready or not, and those of newer
// pipelines that are ready.
const (
	Unordered        ProcessMode = "unordered"
	OldestFirst      ProcessMode = "oldest_first"
	NewestFirst      ProcessMode = "newest_first"
	NewestReadyFirst ProcessMode = "newest_ready_first"
)

// ProcessModes are all modes, the first being GitLab's default.
var ProcessModes = []ProcessMode{Unordered, OldestFirst, NewestFirst, NewestReadyFirst}

type resourceKey struct {
	project *Project
	key     string
}

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
	g.Mode = mode
	st.later(chore{kind: choreAssign, group: g})
}

// Waiting are the jobs that wait for the resource, by id.
func (g *ResourceGroup) Waiting() []*Job {
	return Filtered(g.jobs, func(j *Job) bool { return j.Status == JobWaitingForResource })
}

// Holder is the job that has the resource; nil while it is free.
func (g *ResourceGroup) Holder() *Job { return g.holder }

// groupOf is the resource group of a job, made if it is the first of it; nil for a job without one.
func (st *State) groupOf(j *Job) *ResourceGroup {
	if j.ResourceGroup == "" {
		return nil
	}
	at := resourceKey{j.Project, j.ResourceGroup}
	if g := st.resourceGroups[at]; g != nil {
		return g
	}
	g := &ResourceGroup{Project: j.Project, Key: j.ResourceGroup,
		Mode: ProcessMode(j.Project.Attribute(attrProcessMode))}
	setKey(st, st.resourceGroups, at, g)
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

// assignResource gives the resource of a group, if it is free, to the job whose turn it is
// (app/services/ci/resource_groups/assign_resource_from_resource_group_service.rb).
func (st *State) assignResource(g *ResourceGroup) {
	if g.holder != nil {
		return
	}
	if j := g.upcoming(); j != nil && j.Status == JobWaitingForResource {
		g.holder = j
		_ = st.fire(j, eventEnqueueWaiting) // it waits for just that
	}
}

// upcoming is the job that is to have the resource next, ready or not; nil if there is none (app/models/ci/
// resource_group.rb, upcoming_processables).
func (g *ResourceGroup) upcoming() *Job {
	ready := func(j *Job) bool { return j.Status == JobWaitingForResource }
	var next *Job
	for _, j := range g.jobs { // by id
		if !ready(j) && (g.Mode == Unordered || g.Mode == NewestReadyFirst) {
			continue
		}
		if g.Mode == Unordered {
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
	return (j.PipelineID < other.PipelineID) == (g.Mode == OldestFirst)
}
