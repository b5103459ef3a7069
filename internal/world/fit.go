package world

import (
	"fmt"
	"slices"
	"strings"
)

// Misfit is why a runner may not take a job. The zero value is Fits: it may.
type Misfit int

// The reasons, in the order in which they are looked at.
const (
	Fits Misfit = iota
	isPaused
	jobsOff
	instanceRunnersOff
	groupRunnersOff
	otherGroup
	otherProject
	takesTagged
	lacksTags
	takesProtected
	misfits // how many there are
)

// Unfit is the first reason why a runner may not take a job, or Fits (app/models/ci/runner.rb, matches_build?, and
// app/services/ci/queue). Of the job it looks at project, tags and protection alone: JobQueue relies on that.
func Unfit(r *Runner, j *Job) Misfit {
	for m := Fits + 1; m < misfits; m++ {
		if m.holds(r, j) {
			return m
		}
	}
	return Fits
}

// allMisfits are all reasons why a runner may not take a job: whoever mends one is to know of the others.
func allMisfits(r *Runner, j *Job) (all []Misfit) {
	for m := Fits + 1; m < misfits; m++ {
		if m.holds(r, j) {
			all = append(all, m)
		}
	}
	return all
}

// holds reports whether the reason is there. Together those from jobsOff to otherProject say that the project does not
// have the runner: it has its own, those of the groups above it and those of the instance, and of these none where jobs
// are switched off (app/models/ci/pending_build.rb, args_from_build).
func (m Misfit) holds(r *Runner, j *Job) bool {
	p := j.Project
	switch m {
	case isPaused:
		return r.Paused
	case jobsOff:
		return r.Type != ProjectRunner && p.BuildsDisabled() // on one of the project's own the job is to fail
	case instanceRunnersOff:
		return r.Type == InstanceRunner && p.SharedRunnersDisabled
	case groupRunnersOff:
		return r.Type == GroupRunner && p.GroupRunnersDisabled
	case otherGroup:
		return r.Type == GroupRunner && !r.Group.contains(p)
	case otherProject:
		return r.Type == ProjectRunner && r.AssignedTo(p) == nil
	case takesTagged:
		return len(j.Tags) == 0 && !r.RunUntagged
	case lacksTags:
		return slices.ContainsFunc(j.Tags, r.lacks)
	case takesProtected:
		return r.AccessLevel == RefProtected && !j.Protected
	}
	return false
}

// contains reports whether the project is in the group or in one below it. No project is in a group that is gone.
func (g *Group) contains(p *Project) bool {
	for over := range p.Group.Lineage {
		if over == g {
			return true
		}
	}
	return false
}

func (r *Runner) lacks(tag string) bool { return !slices.Contains(r.Tags, tag) }

// Explain says the reason as a sentence about that runner and job; "" for Fits. Of isPaused alone the job may be nil.
func (m Misfit) Explain(r *Runner, j *Job) string {
	switch m {
	case isPaused:
		return "the runner is paused"
	case jobsOff, instanceRunnersOff, groupRunnersOff, otherGroup, otherProject:
		return "the runner does not serve project " + j.Project.Path + m.unserved(r)
	case takesTagged:
		return "the job has no tags and the runner takes tagged jobs alone"
	case lacksTags:
		text := fmt.Sprintf("the job asks for the tags %v and the runner has %v", j.Tags, r.Tags)
		if missing := Filtered(j.Tags, r.lacks); len(missing) < len(j.Tags) {
			text += ", which lacks " + strings.Join(missing, " and ")
		}
		return text
	case takesProtected:
		return "the runner takes jobs of protected refs alone and the job's ref is not protected"
	}
	return ""
}

// unserved ends the sentence that a runner does not serve a project.
func (m Misfit) unserved(r *Runner) string {
	switch {
	case m == jobsOff:
		return ", where jobs are switched off"
	case m == instanceRunnersOff:
		return ", where instance runners are switched off"
	case m == groupRunnersOff:
		return ", where group runners are switched off"
	case r.Orphaned():
		return ": what it served is gone"
	case m == otherGroup:
		return ", which is not in its group " + r.Group.Path
	}
	text := ", which it is not assigned to"
	if r.Locked {
		text += ", being locked to what it has"
	}
	return text
}

// whyUnfit says of a job that the runner may not take every reason for that.
func whyUnfit(r *Runner, j *Job) string {
	return strings.Join(NamesOf(allMisfits(r, j), func(m Misfit) string { return m.Explain(r, j) }), reasonsJoined)
}

// reasonsJoined stands between several reasons of one verdict.
const reasonsJoined = ", and "
