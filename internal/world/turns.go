package world

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
)

// What a test does to a job in the place of GitLab and of a runner. In a pipeline that moves by itself nothing happens
// to a job before its turn: whoever starts or ends one that still waits has forgotten what comes first.

// EnqueueInTurn is EnqueueJob for a test. The error also is that the job's turn has not come, and what comes first.
func (st *State) EnqueueInTurn(j *Job) error {
	if j.Status == JobCreated || j.Status == JobWaitingForResource {
		if err := st.outOfTurn(j); err != nil {
			return err
		}
	}
	return st.EnqueueJob(j)
}

// StartInTurn is StartJob for a test, on the manager of the runner contacted last. The error is as for EnqueueInTurn.
func (st *State) StartInTurn(j *Job, r *Runner) error {
	if err := st.outOfTurn(j); err != nil {
		return err
	}
	return st.StartJob(j, r, r.LatestManager(), false)
}

// FinishInTurn is FinishJob for a test: a job fails for the reason that is given, or because of its script; only one
// may be given, and "" is none. One that is pending may end without having been started; the error is as for
// EnqueueInTurn. A job may be canceled before its turn.
func (st *State) FinishInTurn(j *Job, to JobStatus, reasons ...string) error {
	if len(reasons) > 1 {
		return fmt.Errorf("a job fails for one reason, not for %d: %s", len(reasons), strings.Join(reasons, ", "))
	}
	reason := strings.Join(reasons, "")
	if err := checkReasonOf(to, reason, FailureReasons(st.Has(gitlabversion.LaterFailureReasons))); err != nil {
		return err
	}
	if to == JobSuccess || to == JobFailed {
		if err := st.outOfTurn(j); err != nil {
			return err
		}
	}
	return st.FinishJob(j, to, cmp.Or(reason, ScriptFailure), nil)
}

// outOfTurn is what a job still waits for whose pipeline moves by itself, and what a test does to have it go on; nil if
// it waits for a runner at most, or is over.
func (st *State) outOfTurn(j *Job) error {
	next := ""
	switch j.Status {
	case JobCreated, JobWaitingForResource, JobManual, JobScheduled:
		next = st.nextMove(j, map[*Job]bool{})
	}
	if next == "" || !j.Pipeline.Moves() {
		return nil
	}
	return fmt.Errorf("%s is %s, and its turn has not come: %s; what comes first is %s", jobText(j), j.Status,
		st.notPending(j), next)
}

// nextMove is the call of a test which brings the job nearer to its turn, or what it waits for; "" where there is none.
// seen are the jobs on the way to it, as needs that were seeded may go round in a circle.
func (st *State) nextMove(j *Job, seen map[*Job]bool) string {
	if seen[j] {
		return ""
	}
	seen[j] = true
	switch j.Status {
	case JobCreated:
		if open := unfinished(j); len(open) > 0 {
			return st.nextMove(open[0], seen)
		}
	case JobWaitingForResource:
		if first := st.resourceFirst(j); first != nil {
			return st.nextMove(first, seen)
		}
	case JobPreparing:
		return fmt.Sprintf("EnqueueJob(%d)", j.ID)
	case JobManual:
		return fmt.Sprintf("PlayJob(%d)", j.ID)
	case JobScheduled:
		return fmt.Sprintf("Advance, or PlayJob(%d)", j.ID)
	case JobPending:
		return fmt.Sprintf("StartJob(%d, ...), then FinishJob(%d, ...)", j.ID, j.ID)
	case JobRunning, JobCanceling:
		return fmt.Sprintf("FinishJob(%d, ...)", j.ID)
	}
	return ""
}
