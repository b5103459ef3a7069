package world

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/fakegitlab/fakegitlab/ci"
	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
)

// fire lets an event change the job's state as jobTransitions has it, and notes the time. The error is that the state
// does not know the event; it names those that it does, and the job is as before.
func (st *State) fire(j *Job, event jobEvent) error { return st.fireWith(j, event, func() {}) }

// fireWith is fire where more belongs to the change, which webhooks are to be told with it.
func (st *State) fireWith(j *Job, event jobEvent, more func()) error {
	tell := st.watchPipeline(j)
	if err := st.move(j, event); err != nil {
		return err
	}
	more()
	j.Pipeline.noticed(j)
	st.announceJob(j)
	tell()
	st.followJob(j)
	if j.Trigger != nil && j.Status == JobPending {
		return st.fire(j, eventSuccess) // what it triggers is not run
	}
	return nil
}

// move is fire of which no webhook is told.
func (st *State) move(j *Job, event jobEvent) error {
	to, ok := transition(event, j.Status, j.cancelGracefully && st.Has(gitlabversion.CancelingState),
		j.ResourceGroup != "")
	if !ok {
		return fmt.Errorf("job %d (%s) is %s: GitLab knows no %s from there, %s",
			j.ID, j.Name, j.Status, event, eventsFrom(j.Status))
	}
	now := st.Now()
	st.leave(j)
	j.Status, j.UpdatedAt = to, now
	j.ScheduledAt = time.Time{}
	if event == eventSchedule {
		st.schedule(j)
	}
	st.enter(j)
	j.History = append(j.History, to)
	switch to {
	case JobPending:
		j.QueuedAt = now
		st.tickFor(j)
	case JobRunning:
		j.StartedAt = now
	case JobSuccess, JobFailed, JobCanceled:
		j.FinishedAt = now
		j.findCoverage()
	}
	j.wake()
	return nil
}

// enter puts a job wherever one in its state is found, after that has changed; leave takes it out before.
func (st *State) enter(j *Job) {
	j.Pipeline.count(j, 1)
	if j.Trigger == nil { // which no runner takes
		st.Queue.enter(j)
	}
	if p := j.Pipeline; p.Moves() {
		st.enterDelay(j)
		st.enterGroup(j)
		p.noticed(j)
		st.later(chore{kind: choreProcess, pipeline: p})
	}
}

func (st *State) leave(j *Job) {
	j.Pipeline.count(j, -1)
	if j.Trigger == nil {
		st.Queue.leave(j)
	}
	if j.Pipeline.Moves() {
		delete(st.delayed, j)
		st.leaveGroup(j)
	}
}

// StartJob gives a pending job to a runner and one of its managers, which may be nil
// (app/services/ci/register_job_service.rb). graceful is whether they can end it with its after_script when it is
// canceled. The error says why the runner may not take the job, or that it is not pending.
func (st *State) StartJob(j *Job, r *Runner, m *Manager, graceful bool) error {
	if why := Unfit(r, j); why != Fits {
		return fmt.Errorf("runner %d cannot take job %d (%s): %s", r.ID, j.ID, j.Name, why.Explain(r, j))
	}
	return st.fireWith(j, eventRun, func() {
		st.LinkJob(j, r, m)
		j.cancelGracefully = graceful
	})
}

// WhenStarted is the keyword when of the job: on_success where nothing is said of it.
func (j *Job) WhenStarted() string { return cmp.Or(j.When, whenOnSuccess) }

// Unplayable says why people cannot start the job by hand: it neither waits for that nor did so before it ended
// (app/models/ci/build.rb, playable?). A trigger job is not played again (bridge.rb). nil is that they can.
func (j *Job) Unplayable() error {
	if j.waitsForPeople() || j.Manual && j.Retryable() && !j.IsBridge() {
		return nil
	}
	return fmt.Errorf("job %d is %s; what is played is manual or scheduled, or was so and has ended and not been retried",
		j.ID, j.Status)
}

// waitsForPeople reports whether the job runs when somebody plays it.
func (j *Job) waitsForPeople() bool { return j.Status == JobManual || j.Status == JobScheduled }

// PlayJob makes a job that waits, be it for a person or its turn, pending for a user, with variables that count more
// than all others and inputs in the place of its own. One that is over and may be retried is tried again, as it was:
// GitLab hands neither on then. It returns the job that is pending now, or the job as it is if neither can be, or if
// the job's model refuses a variable, of which nobody is told (app/services/ci/play_build_service.rb, retry_build).
func (st *State) PlayJob(j *Job, u *User, variables []ci.JobVariable, inputs ci.JobInputs) *Job {
	variables = stripped(variables)
	err := j.checkVariables(variables)
	if err == nil {
		err = st.fireWith(j, eventEnqueue, func() {
			j.User = u
			j.Variables = lastOfEachKey(slices.Concat(j.Variables, variables))
			j.handIn(inputs)
		})
	}
	switch {
	case err != nil && j.Retryable():
		return st.RetryJob(j, u, j.Spec.Inputs)
	case err != nil:
		return j
	}
	st.resetSkippedAfter(j, u)
	return j
}

// checkVariables is the model's validation of further variables of a job, whose keys are those of variables and not
// taken (app/models/ci/job_variable.rb).
func (j *Job) checkVariables(more []ci.JobVariable) error {
	for _, v := range more {
		if said := keyProblems(v.Key); len(said) > 0 {
			return newInvalid(attrKey, said[0])
		}
		if slices.ContainsFunc(j.Variables, func(has ci.JobVariable) bool { return has.Key == v.Key }) {
			return newInvalid(attrKey, msgAlreadyTaken)
		}
	}
	return nil
}

// UnscheduleJob takes away the delay of a job, which then waits for a person. Of one without a delay nothing becomes.
func (st *State) UnscheduleJob(j *Job) { _ = st.fire(j, eventUnschedule) }

// LinkJob notes which runner and which of its managers, which may be nil, took the job. StartJob does it itself.
func (st *State) LinkJob(j *Job, r *Runner, m *Manager) {
	st.setRunner(j, r, m)
	r.Jobs = insertByID(r.Jobs, j)
}

// EnqueueJob makes a job pending that waits for its turn. The error is that it does not.
func (st *State) EnqueueJob(j *Job) error { return st.fire(j, eventEnqueue) }

// Cancelable reports whether the job is canceled where GitLab looks first whether that is possible, which leaves manual
// and delayed ones that wait (app/models/ci/build.rb, cancelable?; app/services/ci/build_cancel_service.rb).
func (j *Job) Cancelable() bool { return j.Status.cancelable() && j.Status != JobScheduled }

// CancelJob cancels a job: one that runs on a runner which cancels gracefully is canceling first, any other canceled at
// once. By force it is a job that is canceling already which is canceled (app/models/ci/build.rb). The error is that
// the job's state does not know that; it is as before then.
func (st *State) CancelJob(j *Job, force bool) error {
	if force {
		return st.fire(j, eventForceCancel)
	}
	return st.fire(j, eventCancel)
}

// FinishJob ends a job as JobSuccess, as JobFailed or as JobCanceled. A failed job alone has a reason, one of
// FailureReasons, and the exit code of its script, nil if there is none. A job whose runner cancels gracefully is only
// canceling after the first call for JobCanceled, and canceled after the second. The error is that a job cannot end as
// that, or not from its state.
func (st *State) FinishJob(j *Job, to JobStatus, failureReason string, exitCode *int) error {
	switch to {
	case JobSuccess:
		return st.fire(j, eventSuccess)
	case JobFailed:
		return st.Drop(j, failureReason, exitCode)
	case JobCanceled:
		return st.CancelJob(j, j.Status == JobCanceling)
	}
	return fmt.Errorf("a job cannot finish as %q; it finishes as %s, %s or %s", to, JobSuccess, JobFailed, JobCanceled)
}

// Drop fails a job for a reason, one of FailureReasons, with the exit code of its script, nil if there is none. A job
// that is being canceled becomes canceled instead. One that its retry keyword covers is tried again
// (app/models/ci/build.rb, drop_with_exit_code! and the transition to failed). The error is fire's.
func (st *State) Drop(j *Job, reason string, exitCode *int) error {
	err := st.fireWith(j, eventDrop, func() {
		if st.endsAtTimeout(j, reason) {
			j.FinishedAt = Earliest(st.timeoutOf(j), st.Now())
		}
		if j.Status != JobFailed {
			return // it was canceling
		}
		j.FailureReason = reason
		if exitCode != nil && slices.Contains(j.Spec.AllowFailure.ExitCodes, *exitCode) {
			j.AllowFailure = true
		}
	})
	if err != nil || j.Status != JobFailed {
		return err
	}
	if st.triedAgain(j, exitCode) {
		st.RetryJob(j, j.User, j.Spec.Inputs)
	} else if p := j.Pipeline; p.Moves() && !j.AllowFailure && p.facts.AutoCancel.OnJobFailure == autoCancelAll {
		st.later(chore{kind: choreCancel, pipeline: p})
	}
	return nil
}

// triedAgain reports whether GitLab itself retries the job that has just failed (lib/gitlab/ci/build/auto_retry.rb).
func (st *State) triedAgain(j *Job, exitCode *int) bool {
	if slices.Contains(neverTriedAgain, j.FailureReason) || j.retried() {
		return false
	}
	if retry := j.Spec.Retry; retry.Max > 0 && st.covers(retry, j.FailureReason, exitCode) {
		return j.Retries() < retry.Max
	}
	return j.FailureReason == SchedulerFailure && j.Retries() < schedulerRetries
}

// covers reports whether a retry keyword is meant for a failure. In later versions the reasons that have taken the
// place of an older one go by its name, too.
func (st *State) covers(retry ci.Retry, reason string, exitCode *int) bool {
	if retryCovers(retry, reason, exitCode) {
		return true
	}
	return st.Has(gitlabversion.RetryReasonAliases) && slices.ContainsFunc(reasonAliases[reason],
		func(alias string) bool { return slices.Contains(retry.When, alias) })
}

// retryCovers reports whether GitLab is to run a job again that has failed for this reason, with this exit code of its
// script (nil when it has none): without when and exit_codes it always is. How often is for the keyword's Max to say
// (lib/gitlab/ci/build/auto_retry.rb).
func retryCovers(r ci.Retry, reason string, exitCode *int) bool {
	return r.When == nil && r.ExitCodes == nil || exitCode != nil && slices.Contains(r.ExitCodes, *exitCode) ||
		slices.Contains(r.When, "always") || slices.Contains(r.When, reason)
}

// Retryable reports whether people may try the job again: it has ended, or is being canceled, and has not been tried
// again before (app/models/ci/build.rb, retryable?). Whether its project is archived is not looked at, for that is a
// question of rights, which policy.UpdateBuild answers: the archived? of GitLab's model means jobs that are too old.
func (j *Job) Retryable() bool {
	return (j.Finished() || j.Status == JobCanceling) && !j.retried()
}

// Occupies reports whether a runner that has the job is active: GitLab looked for jobs on runners and looks, in later
// versions, among those that run (lib/api/entities/ci/runner.rb, app/graphql/types/ci/runner_type.rb).
func (st *State) Occupies(j *Job) bool {
	return j.Status == JobRunning || j.Status == JobCanceling && !st.Has(gitlabversion.CancelingIsIdle)
}

// WaitedUntil is when a job was no longer waiting for a runner, zero if it still is: it was taken or, in later
// versions, ended without that (app/models/commit_status.rb, queued_duration).
func (st *State) WaitedUntil(j *Job) time.Time {
	if j.StartedAt.IsZero() && st.Has(gitlabversion.QueueEndsWithJob) {
		return j.FinishedAt
	}
	return j.StartedAt
}

// Erasable reports whether people may erase the job: it is over and has left a log or files
// (app/models/concerns/ci/job_erasable.rb, erasable?).
func (j *Job) Erasable() bool {
	return j.Status.Completed() && (j.Log.Size > 0 || len(j.Files) > 0)
}

// RetryJob tries a job again for a user: it makes and returns a new job like it, with these inputs, which is pending at
// once. Skipped jobs of later stages are created again and wait for it (app/services/ci/retry_job_service.rb).
func (st *State) RetryJob(old *Job, u *User, inputs ci.JobInputs) *Job {
	return st.retry(old, u, func(next *Job) { next.handIn(inputs) })
}

// retry is RetryJob with changes to the new job, made before anything follows from it.
func (st *State) retry(old *Job, u *User, change func(next *Job)) *Job {
	if old.Pipeline.Moves() {
		return st.retryMoving(old, u, change)
	}
	st.resetSkippedAfter(old, u)
	next := st.retryAs(old, u, JobPending)
	change(next)
	return next
}

// RetryJobWith is RetryJob with variables, too, if there are any, in the place of those given when the job was played;
// jobs that people do not start take none (app/services/ci/clone_job_service.rb).
func (st *State) RetryJobWith(old *Job, u *User, variables []ci.JobVariable, inputs ci.JobInputs) *Job {
	return st.retry(old, u, func(next *Job) {
		next.handIn(inputs)
		if old.Manual && len(variables) > 0 {
			next.Variables = lastOfEachKey(stripped(variables))
		}
	})
}

// retryAs makes a new job like another one, in a state.
func (st *State) retryAs(old *Job, u *User, as JobStatus) *Job {
	now := st.Now()
	next := &Job{ID: assignID(st, &st.Jobs, 0), Token: st.made.token(st.jobTokenKind()),
		Name: old.Name, Stage: old.Stage, StageIndex: old.StageIndex, Ref: old.Ref, RefIsTag: old.RefIsTag,
		Protected: old.Protected, Tags: old.Tags, AllowFailure: old.AllowFailure, Plan: old.Plan, Commit: old.Commit,
		PipelineID: old.PipelineID, Status: as, CreatedAt: now, UpdatedAt: now,
		DebugTrace: old.DebugTrace, Manual: old.Manual, Variables: old.Variables, Project: old.Project, User: u}
	if as == JobPending {
		next.QueuedAt = now
	}
	st.insertJob(next)
	return next
}

// resetSkippedAfter has the skipped jobs of later stages wait for a job that is to run
// (app/services/ci/reset_skipped_jobs_service.rb). Where none is skipped, which is known without a look at them, many
// jobs of one pipeline may be tried again.
func (st *State) resetSkippedAfter(j *Job, u *User) {
	if j.Pipeline.Moves() {
		st.resetSkipped(j, u)
		return
	}
	if j.Pipeline.skipped == 0 {
		return
	}
	for _, later := range j.Pipeline.Latest() {
		if later.Status == JobSkipped && later.StageIndex > j.StageIndex {
			_ = st.fire(later, eventProcess) // a skipped job can always be processed
		}
	}
}

// insertJob puts the record of a job, complete but for its Pipeline and History, wherever a job is found.
func (st *State) insertJob(j *Job) {
	j.History = []JobStatus{j.Status}
	before := st.statusBefore(j)
	add(st, &st.Jobs, j)
	setKey(st, &st.JobTokens, j.Token, j)
	p := j.Project
	p.Jobs = insertByID(p.Jobs, j)
	st.onUndo(func() { p.Jobs = removeByID(p.Jobs, j) })
	st.joinPipeline(j)
	st.enter(j)
	st.onUndo(func() { st.leave(j) })
	if j.Status == JobPending {
		st.tickFor(j)
	}
	st.announceNewJob(j, before)
	if !st.seeding() { // else SettleEnvironments does
		st.enterEnvironment(j)
	}
}

// joinPipeline puts a job into the pipeline of its PipelineID, which is made if the job is its first.
func (st *State) joinPipeline(j *Job) {
	p := st.pipelines[j.PipelineID]
	if p == nil {
		p = newPipeline(j.PipelineID, j.Project)
		put(&st.pipelines, p.ID, p)
		j.Project.pipelines = insertByID(j.Project.pipelines, p)
	}
	p.join(j)
	st.onUndo(func() { st.leavePipeline(j) })
}

// leavePipeline takes back what joinPipeline did: a pipeline that is nothing but its jobs ends with the last of them.
func (st *State) leavePipeline(j *Job) {
	p := j.Pipeline
	if p.leave(j); len(p.Jobs) == 0 && !p.Moves() {
		st.removePipeline(p)
	}
}
