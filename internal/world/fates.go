package world

import "fmt"

// fated is the job's fate for who decides about it.
func (j *Job) fated() *fate {
	if j.fate == nil {
		j.fate = &fate{}
	}
	return j.fate
}

// PostponeFinal decides that the next n final updates of the job are answered that its log is still being stored.
func (st *State) PostponeFinal(j *Job, n int) { f := j.fated(); f.postponed, f.postponements = n, 0 }

// RejectLog decides that the next n final updates of the job are answered that its log has to be sent again.
func (st *State) RejectLog(j *Job, n int) { f := j.fated(); f.rejected, f.rejections = n, 0 }

// LoseLog decides that the next n pieces of the job's log are lost although they are answered as if they were kept.
func (st *State) LoseLog(j *Job, n int) { f := j.fated(); f.losing, f.lost = n, 0 }

// LoseLogFor notes what has decided that pieces of the job's log are lost: "LoseLog at x_test.go:12".
func (st *State) LoseLogFor(j *Job, why string) { j.fated().lostBy = why }

// LostBy is what LoseLogFor noted.
func (j *Job) LostBy() string {
	if j.fate == nil {
		return ""
	}
	return j.fate.lostBy
}

// LosesLog reports whether the piece of log that has just come is lost, given where in the log it begins and its size,
// in bytes, and counts it. end is then where the runner is to think that the log ends.
func (st *State) LosesLog(j *Job, start, size int64) (end int64, loses bool) {
	f := j.fate
	if f == nil || f.losing == 0 || start != j.Log.Size+f.lostBytes {
		return 0, false
	}
	f.losing--
	f.lost++
	f.lostBytes += size
	return j.Log.Size + f.lostBytes, true
}

// CancelOn decides that the job is canceled as soon as its log has the text; "" cancels it at the runner's next word.
func (st *State) CancelOn(j *Job, text string) {
	f := j.fated()
	f.cancelAt, f.searched = append([]byte{}, text...), 0
}

// Plannable is the error that nothing that is decided now can happen to the job, which is over.
func (j *Job) Plannable() error {
	if j.Status.Completed() {
		return fmt.Errorf("the job is %s already, so nothing more can happen to it", j.Status)
	}
	return nil
}

// Unmet says what was decided about the job of which nothing has come.
func (j *Job) Unmet() (said []string) {
	f := j.fate
	if f == nil {
		return nil
	}
	if f.cancelAt != nil {
		said = append(said, fmt.Sprintf("CancelAt(%q) canceled nothing: no log with that came while the job was running",
			f.cancelAt))
	}
	if f.losing > 0 && f.lost == 0 {
		said = append(said, fmt.Sprintf("LoseLog(%d) lost nothing: no log came for it", f.losing))
	}
	if f.rejected > 0 && f.rejections == 0 {
		said = append(said, fmt.Sprintf("RejectLog(%d) rejected nothing: no final update came for it", f.rejected))
	}
	if f.postponed > 0 && f.postponements == 0 {
		said = append(said, fmt.Sprintf("PostponeFinal(%d) postponed nothing: no final update came for it", f.postponed))
	}
	return said
}

// longestPostponement is the exponent of the longest wait that GitLab asks for with 202: two to its power, in seconds.
const longestPostponement = 6

// FinalAnswer is what a job's fate has for one final update; the zero value lets GitLab answer as it always does.
type FinalAnswer struct {
	Rejected bool // the log is forgotten and to be sent again
	WaitFor  int  // the log is still being stored: seconds until the runner is to ask again
}

// AnswerFinal is what the job's fate has for a final update that has just come, which counts as answered. A rejected
// log is gone from then on. With 202 the wait doubles each time (lib/gitlab/ci/runner/backoff.rb).
func (st *State) AnswerFinal(j *Job) FinalAnswer {
	switch f := j.fate; {
	case f == nil:
	case f.rejected > 0:
		f.rejected--
		f.rejections++
		j.Log, f.searched = Blob{}, 0
		return FinalAnswer{Rejected: true}
	case f.postponed > 0:
		f.postponed--
		seconds := 1 << min(f.postponements, longestPostponement)
		f.postponements++
		return FinalAnswer{WaitFor: seconds}
	}
	return FinalAnswer{}
}
