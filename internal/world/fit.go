package world

import (
	"fmt"
	"slices"
)

// Misfit is why a runner may not take a job. The zero value is Fits: it may.
type Misfit int

// The reasons, in the order in which they are looked at.
const (
	Fits Misfit = iota
	isPaused
	doesNotReach
	takesTagged
	lacksTags
	takesProtected
)

// Unfit is the first reason why a runner may not take a job, or Fits (app/models/ci/runner.rb, matches_build?, and
// app/services/ci/queue). Of the job it looks at project, tags and protection alone: JobQueue relies on that.
func Unfit(r *Runner, j *Job) Misfit {
	switch {
	case r.Paused:
		return isPaused
	case !r.reaches(j.Project):
		return doesNotReach
	case len(j.Tags) == 0 && !r.RunUntagged:
		return takesTagged
	case slices.ContainsFunc(j.Tags, func(t string) bool { return !slices.Contains(r.Tags, t) }):
		return lacksTags
	case r.AccessLevel == RefProtected && !j.Protected:
		return takesProtected
	}
	return Fits
}

// Explain says the reason as a sentence about that runner and job; "" for Fits.
func (m Misfit) Explain(r *Runner, j *Job) string {
	switch m {
	case isPaused:
		return "the runner is paused"
	case doesNotReach:
		return "the runner does not serve project " + j.Project.Path
	case takesTagged:
		return "the job has no tags and the runner takes tagged jobs alone"
	case lacksTags:
		return fmt.Sprintf("the job asks for the tags %v and the runner has %v", j.Tags, r.Tags)
	case takesProtected:
		return "the runner takes jobs of protected refs alone and the job's ref is not protected"
	}
	return ""
}

// reaches reports whether the project has the runner: its own, one of a group above it, or one of the instance. Where
// jobs are switched off it has none.
func (r *Runner) reaches(p *Project) bool {
	if p.BuildsDisabled() {
		return false
	}
	switch r.Type {
	case InstanceRunner:
		return !p.SharedRunnersDisabled
	case GroupRunner:
		if p.GroupRunnersDisabled {
			return false
		}
		for g := range p.Group.Lineage {
			if g == r.Group {
				return true
			}
		}
		return false
	}
	return r.AssignedTo(p) != nil
}
