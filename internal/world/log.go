package world

import (
	"slices"
	"strings"
	"time"

	"github.com/fakegitlab/fakegitlab/ci"
	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
)

// AppendLog adds a piece, which is not to be used afterwards, to the job's log, without the secrets that it may show
// (app/services/ci/append_build_trace_service.rb).
func (st *State) AppendLog(j *Job, piece Blob) {
	for _, secret := range []string{j.Project.RegistrationToken, j.Token} {
		piece.overwrite(secret, st.masked(len(secret)))
	}
	j.Log.take(piece)
	j.wake()
}

// masked is what a log has instead of a secret of that length (lib/gitlab/ci/mask_secret.rb).
func (st *State) masked(length int) string {
	word := ""
	if length >= len(msgMasked) && st.Has(gitlabversion.MaskedByWord) {
		word = msgMasked
	}
	return word + strings.Repeat("x", length-len(word))
}

// watchedFor is how long GitLab believes that somebody who opened a job's page still looks at the log.
const watchedFor = 10 * time.Second

// Watch is somebody opening the job's page.
func (st *State) Watch(j *Job) { j.watchedAt = st.Now() }

// Watched reports whether somebody looks at the log.
func (st *State) Watched(j *Job) bool {
	return !j.watchedAt.IsZero() && st.Now().Sub(j.watchedAt) < watchedFor
}

// untouchedFor is how old a job's last update must be for its runner's word that it is running to count as one
// (app/services/ci/update_build_state_service.rb).
const untouchedFor = 15 * time.Minute

// Touch notes that the job's runner said that it is running.
func (st *State) Touch(j *Job) {
	if st.Now().Sub(j.UpdatedAt) > untouchedFor {
		j.UpdatedAt = st.Now()
	}
}

// fate is what a test has decided will happen to a job.
type fate struct {
	postponed, postponements int // final updates still to be answered 202, and those answered so
	rejected                 int // final updates still to be answered 412
	cancelAt                 []byte
}

func (f *fate) PostponeFinal(n int)  { f.postponed, f.postponements = n, 0 }
func (f *fate) RejectLog(n int)      { f.rejected = n }
func (f *fate) CancelOn(text string) { f.cancelAt = append([]byte{}, text...) }

// longestPostponement is, as a power of two of seconds, the longest wait that GitLab asks for with 202.
const longestPostponement = 6

// finalAnswer is what a test has decided for a final update. Both zero: nothing.
type finalAnswer struct {
	Rejected bool // the log is forgotten and to be sent again
	WaitFor  int  // the log is still being stored: seconds until the runner is to ask again
}

// Final is the scripted answer to the job's final update.
func (j *Job) Final() finalAnswer {
	switch f := &j.Fate; {
	case f.rejected > 0:
		f.rejected--
		j.Log = Blob{}
		return finalAnswer{Rejected: true}
	case f.postponed > 0:
		f.postponed--
		seconds := 1 << min(f.postponements, longestPostponement)
		f.postponements++
		return finalAnswer{WaitFor: seconds}
	}
	return finalAnswer{}
}

// HappenTo lets the scripted cancellation happen.
func (st *State) HappenTo(j *Job) {
	if at := j.Fate.cancelAt; at != nil && j.Status == JobRunning && j.Log.Contains(at) {
		j.Fate.cancelAt = nil
		_ = st.Fire(j, EventCancel) // a running job can be canceled
	}
}

// Debugged reports whether the job's log may show its variables.
func (j *Job) Debugged() bool {
	return slices.ContainsFunc(j.Spec.Variables, func(v ci.JobVariable) bool {
		return (v.Key == "CI_DEBUG_TRACE" || v.Key == "CI_DEBUG_SERVICES") && v.Value == "true"
	})
}
