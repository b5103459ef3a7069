package world

import (
	"slices"
	"strings"
	"time"

	"github.com/fakegitlab/fakegitlab/ci"
)

// Name is what the pipeline is called, by its file or by those who renamed it; "" is null.
func (p *Pipeline) Name() string {
	if p.Moves() {
		return p.facts.Name
	}
	return p.called
}

// RenamePipeline gives a pipeline another name (app/services/ci/pipelines/update_metadata_service.rb). The error is an
// *Invalid.
func (st *State) RenamePipeline(p *Pipeline, name string) error {
	name = strings.TrimSpace(name)
	switch {
	case name == "":
		return newInvalid(attrName, msgOneAtLeast)
	case tooLong(&name, maxVariableText):
		return newInvalid(attrName, msgTooLong(maxVariableText))
	}
	at := &p.called
	if p.Moves() {
		at = &p.facts.Name
	}
	before := *at
	st.onUndo(func() { *at = before })
	*at = name
	return nil
}

// StatusPresent is the status of the pipeline and whether it passed with warnings: a job failed, or was canceled, that
// may fail (app/models/ci/pipeline.rb, has_warnings?).
func (p *Pipeline) StatusPresent() (status JobStatus, warned bool) {
	status = p.Status()
	return status, status == JobSuccess && Warned(p.Latest())
}

// Warned reports whether one of the jobs failed, or was canceled, that may fail.
func Warned(jobs []*Job) bool {
	return slices.ContainsFunc(jobs, func(j *Job) bool { return j.statusInPipeline() == successWithWarnings })
}

// GroupName is the name of the job without which part of parallel ones it is (app/models/commit_status.rb, group_name).
func (j *Job) GroupName() string { return ci.GroupName(j.Name) }

// Coverage is the mean of what the latest jobs and statuses covered, in percent; nil if none tells
// (app/models/ci/pipeline.rb, coverage).
func (p *Pipeline) Coverage() *float64 {
	var sum float64
	n := 0
	note := func(c *float64) {
		if c != nil {
			sum += *c
			n++
		}
	}
	for _, j := range p.Latest() {
		note(j.Coverage)
	}
	for _, s := range p.Statuses() {
		if !s.Retried() {
			note(s.Coverage)
		}
	}
	if n == 0 {
		return nil
	}
	mean := sum / float64(n)
	return &mean
}

// IsBridge reports whether the job is a trigger job, which no runner gets.
func (j *Job) IsBridge() bool { return j.Trigger != nil }

// ShownUser is who GitLab says a job is of: nobody, where its user is deleted with all contributions, or that of a
// trigger job is, since the ghost is given builds alone
// (app/services/users/migrate_records_to_ghost_user_service.rb, migrate_pipelines;
// config/gitlab_loose_foreign_keys.yml, p_ci_builds).
func (j *Job) ShownUser() *User {
	if j.User.Internal() && (j.unowned || j.IsBridge()) {
		return nil
	}
	return j.User
}

// ShownUser is who GitLab says a pipeline is of: nobody, where its user is deleted with all contributions
// (config/gitlab_loose_foreign_keys.yml, p_ci_pipelines).
func (p *Pipeline) ShownUser() *User {
	switch {
	case !p.Moves():
		return p.Jobs[0].ShownUser()
	case p.unowned && p.facts.User.Internal():
		return nil
	}
	return p.facts.User
}

// HandedIn are the variables that the pipeline was given when it was made. Those of a schedule stay with that.
func (p *Pipeline) HandedIn() []ci.JobVariable {
	if p.facts == nil || p.facts.ScheduleID != 0 {
		return nil
	}
	return p.facts.Variables
}

// Ran is for how long jobs of the pipeline had run when it last ended; false before.
func (p *Pipeline) Ran(now time.Time) (time.Duration, bool) {
	if p.Moves() {
		if p.facts.Duration == nil {
			return 0, false
		}
		return *p.facts.Duration, true
	}
	_, started, finished := p.Times()
	if started.IsZero() || finished.IsZero() {
		return 0, false
	}
	return p.Busy(now), true
}
