package world

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strconv"
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
		if pipeline.Commit().SHA == sha && !pipeline.Dangling() && pass(pipeline) {
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
	_, f.Protected = st.protection(nil, p, ref, false, false)
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
	if old != nil {
		st.replaceStatus(old, next)
		return old, nil
	}
	next.UpdatedAt = st.Now()
	next.ID = assignID(st, &st.Statuses, 0)
	st.insertStatus(&next)
	st.moveOn(p)
	return &next, nil
}

// replaceStatus makes a commit status what it has become.
func (st *State) replaceStatus(s *CommitStatus, next CommitStatus) {
	before := *s
	st.onUndo(func() { *s = before })
	next.UpdatedAt = st.Now()
	if !s.Retried() {
		st.countTold(s.Pipeline.reports, &before, &next)
	}
	*s = next
	st.moveOn(s.Pipeline)
}

// moveOn has a pipeline that moves by itself look at what it has become.
func (st *State) moveOn(p *Pipeline) {
	if p.Moves() {
		st.later(chore{kind: choreProcess, pipeline: p})
	}
}

// AddStatus makes the commit status of a draft, of the pipeline of an ID and the user of a name, as it is in a seed:
// nothing follows from it, unless nobody has said the status of the pipeline.
func (st *State) AddStatus(pipeline int, user string, draft CommitStatus) (*CommitStatus, error) {
	var ps Problems
	p, err := st.PipelineByNumber(strconv.Itoa(pipeline))
	ps.Add("pipeline_id", err)
	draft.User, err = st.userOrNobody(user)
	ps.Add("user", err)
	ps.Add("id", freeID(&st.Statuses, "commit status", draft.ID))
	ps.Add("status", oneOf("status", &draft.Status, JobPending, statusesTold()))
	if len(ps) > 0 {
		return nil, ps
	}
	s := draft
	s.Pipeline, s.Name = p, cmp.Or(s.Name, DefaultStatusName)
	if err := st.checkStatus(&s, p); err != nil {
		return nil, err
	}
	if s.Status == JobFailed {
		s.FailureReason = apiFailure
	}
	s.ID = assignID(st, &st.Statuses, s.ID)
	s.CreatedAt = orNow(s.CreatedAt, st.Now())
	s.UpdatedAt = orNow(s.UpdatedAt, s.CreatedAt)
	st.insertStatus(&s)
	if p.unsettled {
		st.later(chore{kind: choreProcess, pipeline: p})
	}
	return &s, nil
}

// statusesTold are StatusStates as what they are statuses of.
func statusesTold() (told []JobStatus) {
	for _, state := range StatusStates {
		told = append(told, JobStatus(state))
	}
	return told
}

// insertStatus puts a commit status into the world.
func (st *State) insertStatus(s *CommitStatus) {
	add(st, &st.Statuses, s)
	if s.Pipeline.reports == nil {
		s.Pipeline.reports = &reports{}
	}
	r := s.Pipeline.reports
	r.all = insertByID(r.all, s)
	st.onUndo(func() { r.all = removeByID(r.all, s) })
	if last := r.latest[s.Name]; last == nil || last.ID < s.ID {
		st.countTold(r, last, s)
		setKey(st, &r.latest, s.Name, s)
	}
}

// countTold counts a status of a pipeline in the place of another one, which is nil for none.
func (st *State) countTold(r *reports, old, now *CommitStatus) {
	before := r.told
	st.onUndo(func() { r.told = before })
	if old != nil {
		r.told.add(old.Status, -1)
	}
	r.told.add(now.Status, 1)
}

// openStatus is the status of a name and a user that waits or runs; nil if there is none.
func (p *Pipeline) openStatus(name string, u *User) *CommitStatus {
	for _, s := range p.Statuses() {
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
	if tooLong(s.Description, maxVariableText) {
		bad.Add(attrDescription, msgTooLong(maxVariableText))
	}
	if target := OrEmpty(s.TargetURL); target != "" {
		u, err := url.Parse(target)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || strings.ContainsAny(target, " \t\n") {
			bad.Add(attrTargetURL, msgBlockedURL)
		}
	}
	if tries := p.triesOf(s.Name); tries != nil && len(tries.jobs) > 0 {
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

// Error is GitLab's text.
func (r *Refusal) Error() string { return r.Text }
