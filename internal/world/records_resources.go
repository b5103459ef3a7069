package world

import (
	"maps"
	"slices"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/datajson"
)

// fieldResourceGroups is the field of a project that has the modes of its resource groups.
const fieldResourceGroups = "resource_groups"

// ResourceGroup is a group of jobs of a project of which one runs at a time (app/models/ci/resource_group.rb).
type ResourceGroup struct {
	ID        int
	Project   *Project // which has its mode, too
	Key       string
	CreatedAt time.Time
	UpdatedAt time.Time // when its mode was changed last
	holder    *Job      // who has the resource; nil while it is free
	jobs      []*Job    // those that wait for it or may come to do so, by id
}

func (g *ResourceGroup) id() int { return g.ID }

// Mode is which of its jobs comes next: one of ProcessModes.
func (g *ResourceGroup) Mode() ProcessMode { return g.Project.ProcessModes[g.Key] }

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

// ProcessModesOf are modes by the keys of their groups, as a seed has them.
func ProcessModesOf(modes map[string]string) map[string]ProcessMode {
	of := make(map[string]ProcessMode, len(modes))
	for key, mode := range modes {
		of[key] = ProcessMode(mode)
	}
	return of
}

// processMode is that of the project's new resource groups.
func (p *Project) processMode() ProcessMode { return ProcessMode(p.Attribute(attrProcessMode)) }

// OwnProcessModes are the modes of those resource groups that have another one than new groups of the project, by key;
// nil if none has.
func (p *Project) OwnProcessModes() (own map[string]string) {
	for key, mode := range p.ProcessModes {
		if mode == p.processMode() {
			continue
		}
		if own == nil {
			own = map[string]string{}
		}
		own[key] = string(mode)
	}
	return own
}

// checkProcessModes checks those of a draft, which has no empty ones.
func checkProcessModes(modes map[string]ProcessMode) (ps Problems) {
	for _, key := range slices.Sorted(maps.Keys(modes)) {
		mode := modes[key]
		field := datajson.Field(fieldResourceGroups, key)
		if key == "" {
			ps.Addf(field, "a resource group has a key")
		}
		ps.Add(field, oneOf("process mode", &mode, mode, ProcessModes))
	}
	return ps
}

// processModesAfter are the modes of a project's resource groups when a draft of it says those that are not as in new
// ones. A group that the draft leaves out keeps its mode if it was that of new groups, and else gets the draft's.
func (p *Project) processModesAfter(in *Project) map[string]ProcessMode {
	after := map[string]ProcessMode{}
	maps.Copy(after, in.ProcessModes)
	for key, mode := range p.ProcessModes {
		if _, said := after[key]; said {
			continue
		}
		if mode != p.processMode() {
			mode = in.processMode()
		}
		after[key] = mode
	}
	return after
}

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
