package world

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/repository"
)

// StatusReport is what somebody tells of a job that runs outside.
type StatusReport struct {
	State                  string // one of StatusStates
	Name                   string
	TargetURL, Description Change[string]
	Coverage               Change[float64]
}

// StatusStates are the states that one may tell of.
var StatusStates = []string{"pending", "running", "success", "failed", "canceled", "skipped"}

// statusEvents are the events that the states stand for.
var statusEvents = map[string]jobEvent{"pending": eventEnqueue, "running": eventRun, "success": eventSuccess,
	"failed": eventDrop, "canceled": eventCancel, "skipped": eventSkip}

// apiFailure is why a job has failed of which somebody tells no more.
const apiFailure = "api_failure"

// ExternalPipeline is the newest pipeline of a project for a commit, of those that pass, that takes in what is told of
// jobs outside; nil if there is none.
func (st *State) ExternalPipeline(p *Project, sha string, pass func(*Pipeline) bool) *Pipeline {
	for _, pipeline := range slices.Backward(p.pipelines) {
		if pipeline.Commit().SHA == sha && pipeline.Source() != SourceParent && pass(pipeline) {
			return pipeline
		}
	}
	return nil
}

// CreateExternalPipeline makes a pipeline that has nothing but what is told of jobs outside, for a commit of a branch
// or a tag, which need not be there (app/services/ci/create_commit_status_service.rb, create_pipeline).
func (st *State) CreateExternalPipeline(p *Project, ref string, c *repository.Commit, u *User) *Pipeline {
	f := PipelineFacts{Ref: ref, Source: SourceExternal, User: u, Status: JobCreated, CreatedAt: st.Now(),
		UpdatedAt: st.Now()}
	_, f.Protected = st.protection(p, ref, false, false)
	takeCommit(&f.Commit, c)
	st.completeCommit(&f.Commit, ref, u)
	return st.storePipeline(0, p, f)
}

// ReportStatus makes or changes a commit status of a pipeline, as a user tells of it: one that waits or runs is gone on
// with, else there is a new one. The error is an *Invalid, or a *Refusal with the text of a state that it cannot take.
func (st *State) ReportStatus(p *Pipeline, u *User, r StatusReport) (*CommitStatus, error) {
	old := p.openStatus(r.Name, u)
	next := CommitStatus{Pipeline: p, Name: r.Name, Status: JobCreated, User: u, CreatedAt: st.Now()}
	if old != nil {
		next = *old
	}
	r.applyTo(&next)
	if err := st.checkStatus(&next, p); err != nil {
		return nil, err
	}
	if err := st.moveStatus(&next, statusEvents[r.State]); err != nil {
		return nil, err
	}
	next.UpdatedAt = st.Now()
	if old != nil {
		before := *old
		st.onUndo(func() { *old = before })
		*old = next
	} else {
		old = &next
		old.ID = assignID(st, &st.Statuses, 0)
		add(st, &st.Statuses, old)
		p.statuses = insertByID(p.statuses, old)
		st.onUndo(func() { p.statuses = removeByID(p.statuses, old) })
	}
	if p.Moves() {
		st.later(chore{kind: choreProcess, pipeline: p})
	}
	return old, nil
}

// openStatus is the status of a name and a user that waits or runs; nil if there is none.
func (p *Pipeline) openStatus(name string, u *User) *CommitStatus {
	for _, s := range p.statuses {
		if s.Name == name && s.User == u && (s.Status == JobPending || s.Status == JobRunning) {
			return s
		}
	}
	return nil
}

func (r StatusReport) applyTo(s *CommitStatus) {
	if r.TargetURL.Given {
		s.TargetURL = r.TargetURL.Value
	}
	if r.Description.Given {
		s.Description = r.Description.Value
	}
	if r.Coverage.Given {
		s.Coverage = r.Coverage.Value
	}
}

// checkStatus is the model's validation.
func (st *State) checkStatus(s *CommitStatus, p *Pipeline) error {
	var bad Invalid
	if tooLong(&s.Name, maxVariableText) {
		bad.Add(attrName, msgTooLong(maxVariableText))
	}
	if tooLong(s.TargetURL, maxVariableText) {
		bad.Add(attrTargetURL, msgTooLong(maxVariableText))
	}
	if s.Description != nil && tooLong(s.Description, maxVariableText) {
		bad.Add(attrDescription, msgTooLong(maxVariableText))
	}
	if target := OrEmpty(s.TargetURL); target != "" {
		u, err := url.Parse(target)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || strings.ContainsAny(target, " \t\n") {
			bad.Add(attrTargetURL, msgBlockedURL)
		}
	}
	if p.named[s.Name] != nil && len(p.named[s.Name].jobs) > 0 {
		bad.Add(attrName, msgAlreadyTaken)
	}
	return bad.orNil()
}

// moveStatus changes the state of a status as the jobs' own states change. One that is to run and does not wait yet is
// enqueued first.
func (st *State) moveStatus(s *CommitStatus, event jobEvent) error {
	if event == eventRun {
		if to, ok := transition(eventEnqueue, s.Status, false, false); ok {
			s.Status = to
		}
	}
	to, ok := transition(event, s.Status, false, false)
	if !ok {
		return &Refusal{fmt.Sprintf(msgfCannotTransition, event, s.Status, event),
			fmt.Sprintf("the status %q is %s already", s.Name, s.Status)}
	}
	s.Status = to
	switch now := st.Now(); to {
	case JobRunning:
		s.StartedAt = now
	case JobSuccess, JobFailed, JobCanceled:
		s.FinishedAt = now
	}
	if to == JobFailed {
		s.FailureReason = apiFailure
	}
	return nil
}

// total counts the pipeline's jobs and what was told of those outside.
func (p *Pipeline) total() tally {
	t := p.flow.total
	for _, s := range p.statuses {
		if !s.Retried() {
			t.add(s.Status, 1)
		}
	}
	return t
}

// Error is GitLab's text.
func (r *Refusal) Error() string { return r.Text }

// dropStatuses takes the statuses of a pipeline away, which goes.
func (st *State) dropStatuses(p *Pipeline) {
	before := p.statuses
	for _, s := range before {
		st.Statuses.remove(s)
		st.onUndo(func() { st.Statuses.insert(s) })
	}
	p.statuses = nil
	st.onUndo(func() { p.statuses = before })
}
