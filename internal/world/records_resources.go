package world

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

// Waiting are the jobs that wait for the resource, by id.
func (g *ResourceGroup) Waiting() []*Job {
	return Filtered(g.jobs, func(j *Job) bool { return j.Status == JobWaitingForResource })
}

// Holder is the job that has the resource; nil while it is free.
func (g *ResourceGroup) Holder() *Job { return g.holder }
