package world

import (
	"slices"
	"time"
)

// MovePipelines does what GitLab's workers do with the pipelines in which something has happened: it starts, skips and
// cancels jobs until nothing is left to do. The end of each visit does that, too; whoever wants to see the result in
// the same visit calls it. Within Atomically it does nothing, for what it does is not taken back.
func (st *State) MovePipelines() {
	if st.undoing {
		return
	}
	for len(st.chores) > 0 {
		c := st.chores[0]
		st.chores = st.chores[1:]
		delete(st.left, c)
		switch c.kind {
		case choreProcess:
			st.process(c.pipeline)
		case choreCancel:
			st.CancelPipeline(c.pipeline)
		case choreRedundant:
			st.cancelRedundant(c.pipeline)
		case choreAssign:
			st.assignResource(c.group)
		}
	}
	st.chores = nil // lets go of the array, which keeps pipelines alive
}

// Settle moves the pipelines of a seed on, of which no webhook is told: what a seed tells has been for long.
func (st *State) Settle() {
	told := st.notices
	st.MovePipelines()
	st.notices = told
}

// process moves a pipeline on: each created job whose turn it may be is looked at, stage by stage and by needs; then
// its stages and itself get their statuses (app/services/ci/pipeline_processing/atomic_processing_service.rb).
func (st *State) process(p *Pipeline) {
	if st.pipelines[p.ID] != p {
		return // it is gone
	}
	for n := p.flow.next(); n != nil; n = p.flow.next() {
		st.turn(n.job, p.flow.previous(n))
	}
	for _, s := range p.flow.touched {
		s.settle()
	}
	p.flow.touched = nil
	total := p.total()
	st.settle(p, total.status())
}

// turn decides about a created job, of which the status of what comes before is known
// (app/services/ci/process_build_service.rb).
func (st *State) turn(j *Job, previous JobStatus) {
	if !previous.Completed() {
		return
	}
	event := eventSkip
	if j.startsAfter(previous) {
		event = j.begins()
	}
	if event == eventEnqueue && st.Outdated(j) {
		_ = st.Drop(j, outdatedDeployment, nil)
		return
	}
	_ = st.fire(j, event) // a created job knows all of them
}

// startRule says for a keyword when, after which statuses of what comes before it a job goes on.
type startRule struct {
	when   []string
	stages []JobStatus // of all earlier stages, for a job without needs
	needs  []JobStatus // of what it needs
}

// startRules are when a job goes on, and is not skipped, once what comes before it is over
// (app/services/ci/process_build_service.rb, valid_statuses_for_processable). docs/pipelines.md shows them.
var startRules = []startRule{
	{when: []string{whenOnSuccess, whenManual, whenDelayed}, stages: []JobStatus{JobSuccess, JobSkipped},
		needs: []JobStatus{JobSuccess}},
	{when: []string{whenOnFailure}, stages: []JobStatus{JobFailed}, needs: []JobStatus{JobFailed}},
	{when: []string{whenAlways}, stages: []JobStatus{JobSuccess, JobFailed, JobSkipped},
		needs: []JobStatus{JobSuccess, JobFailed, JobSkipped}},
}

// startsAfter reports whether the job goes on after what comes before it has ended with a status.
func (j *Job) startsAfter(previous JobStatus) bool {
	when := j.When
	if when == "" {
		when = whenOnSuccess
	}
	for _, rule := range startRules {
		if slices.Contains(rule.when, when) {
			if j.byNeeds() {
				return slices.Contains(rule.needs, previous)
			}
			return slices.Contains(rule.stages, previous)
		}
	}
	return false
}

// begins is the event by which a job goes on whose turn it is. One that was tried again, and that people start, has
// been started by whoever tried it again.
func (j *Job) begins() jobEvent {
	switch {
	case j.EnqueueImmediately:
		return eventEnqueue
	case j.When == whenDelayed && j.StartIn > 0 && j.Trigger == nil:
		return eventSchedule
	case j.When == whenManual || j.When == whenDelayed:
		return eventActionize
	}
	return eventEnqueue
}

// settle gives a stage the status that its jobs have together. It does not become created again: until its jobs go on,
// one that was skipped is skipped (app/models/ci/stage.rb, set_status).
func (s *stage) settle() {
	s.changed = false
	if status := s.tally.status(); status != JobCreated {
		s.status = status
	}
}

// settle gives a pipeline a status, notes the times that go with it, and tells webhooks if it is another one. What had
// ended and waits again counts as running (app/models/ci/pipeline.rb, set_status and the state machine).
func (st *State) settle(p *Pipeline, status JobStatus) {
	f, now := p.facts, st.Now()
	if p.unsettled {
		p.adopt(status)
		return
	}
	was := f.Status
	ended := was == JobSuccess || was == JobFailed || was == JobCanceled || was == JobCanceling
	switch {
	case status == JobCreated:
		status = was
	case status == JobPending && (ended || was == JobRunning):
		status = JobRunning
	}
	if status == was {
		return
	}
	waited := was == JobCreated || was == JobWaitingForResource || was == JobPreparing || was == JobPending
	if status == JobRunning && f.StartedAt.IsZero() && waited {
		f.StartedAt = now
	}
	switch status {
	case JobSuccess, JobFailed, JobCanceled:
		p.finish(now)
	case JobManual:
		p.clock(now)
	}
	if was == JobCanceled {
		f.AutoCanceledBy = 0
	}
	f.UpdatedAt = now
	p.become(status)
	st.announceStatus(p)
}

// finish notes when the pipeline ended, and for how long its jobs ran.
func (p *Pipeline) finish(now time.Time) {
	p.facts.FinishedAt = now
	p.clock(now)
}

// clock notes for how long jobs of the pipeline ran, if it has begun.
func (p *Pipeline) clock(now time.Time) {
	if !p.facts.StartedAt.IsZero() {
		busy := p.busy(now)
		p.facts.Duration = &busy
	}
}

// adopt gives a pipeline of a seed, of which that was not said, the status of its jobs and the times that go with it.
func (p *Pipeline) adopt(status JobStatus) {
	f := p.facts
	p.unsettled = false
	p.become(status)
	for _, j := range p.Jobs {
		if !j.StartedAt.IsZero() && (f.StartedAt.IsZero() || j.StartedAt.Before(f.StartedAt)) {
			f.StartedAt = j.StartedAt
		}
		if status.Completed() && status != JobSkipped {
			f.FinishedAt = Later(f.FinishedAt, j.FinishedAt)
		}
		f.UpdatedAt = Later(f.UpdatedAt, j.UpdatedAt)
	}
	if !f.FinishedAt.IsZero() && !f.StartedAt.IsZero() {
		busy := p.busy(f.FinishedAt)
		f.Duration = &busy
	}
}

// Stage is a stage of a pipeline that has jobs, be it one that moves by itself or one whose jobs were added alone.
type Stage struct {
	Name   string
	Index  int // its place among the stages of the file, .pre being 0
	Status JobStatus
	Jobs   []*Job // the latest of each name, in their order
}

// Stages are the stages of the pipeline that have jobs, in order. Of a pipeline whose jobs were added alone a stage has
// the status that its jobs have together.
func (p *Pipeline) Stages() (stages []Stage) {
	if p.Moves() {
		for _, s := range p.flow.stages {
			shown := Stage{Name: s.name, Index: s.index, Status: s.status}
			for _, n := range s.nodes {
				if n.job != nil {
					shown.Jobs = append(shown.Jobs, n.job)
				}
			}
			if shown.Jobs != nil {
				stages = append(stages, shown)
			}
		}
		return stages
	}
	at := map[string]int{}
	tallies := []tally{}
	for _, j := range p.Latest() {
		i, known := at[j.Stage]
		if !known {
			i = len(stages)
			at[j.Stage] = i
			stages, tallies = append(stages, Stage{Name: j.Stage, Index: j.StageIndex}), append(tallies, tally{})
		}
		stages[i].Jobs = append(stages[i].Jobs, j)
		tallies[i].add(j.statusInPipeline(), 1)
	}
	for i := range stages {
		stages[i].Status = tallies[i].status()
	}
	slices.SortStableFunc(stages, func(a, b Stage) int { return a.Index - b.Index })
	return stages
}

// QueuedFor is how long the pipeline waited before its first job ran, and whether that is known
// (app/models/ci/pipeline.rb, queued_duration).
func (p *Pipeline) QueuedFor() (time.Duration, bool) {
	created, started, _ := p.Times()
	if started.IsZero() {
		return 0, false
	}
	waited := started.Sub(created).Truncate(time.Second)
	return waited, waited != 0
}

// assignResource gives the resource of a group, if it is free, to the job whose turn it is
// (app/services/ci/resource_groups/assign_resource_from_resource_group_service.rb).
func (st *State) assignResource(g *ResourceGroup) {
	if g.holder != nil {
		return
	}
	switch j := g.upcoming(); {
	case j == nil || j.Status != JobWaitingForResource:
	case st.Outdated(j):
		_ = st.Drop(j, outdatedDeployment, nil) // after which the next has its turn
	default:
		_ = st.fire(j, eventEnqueueWaiting) // it waits for just that, and holds it then
	}
}
