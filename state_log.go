package fakegitlab

import (
	"strings"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
)

// appendLog adds a piece, which is not to be used afterwards, to the job's log, without the secrets that it may show
// (app/services/ci/append_build_trace_service.rb).
func (st *state) appendLog(j *job, piece blob) {
	for _, secret := range []string{j.project.RegistrationToken, j.Token} {
		piece.overwrite(secret, st.masked(len(secret)))
	}
	j.log.take(piece)
	j.wake()
}

// masked is what a log has instead of a secret of that length (lib/gitlab/ci/mask_secret.rb).
func (st *state) masked(length int) string {
	word := ""
	if length >= len(msgMasked) && st.has(gitlabversion.MaskedByWord) {
		word = msgMasked
	}
	return word + strings.Repeat("x", length-len(word))
}

// watchedFor is how long GitLab believes that somebody who opened a job's page still looks at the log.
const watchedFor = 10 * time.Second

// watch is somebody opening the job's page.
func (st *state) watch(j *job) { j.watchedAt = st.now() }

// watched reports whether somebody looks at the log.
func (st *state) watched(j *job) bool {
	return !j.watchedAt.IsZero() && st.now().Sub(j.watchedAt) < watchedFor
}

// untouchedFor is how old a job's last update must be for its runner's word that it is running to count as one
// (app/services/ci/update_build_state_service.rb).
const untouchedFor = 15 * time.Minute

// touch notes that the job's runner said that it is running.
func (st *state) touch(j *job) {
	if st.now().Sub(j.updatedAt) > untouchedFor {
		j.updatedAt = st.now()
	}
}

// fate is what a test has decided will happen to a job.
type fate struct {
	postponed, postponements int // final updates still to be answered 202, and those answered so
	rejected                 int // final updates still to be answered 412
	cancelAt                 []byte
}

func (f *fate) postponeFinal(n int)  { f.postponed, f.postponements = n, 0 }
func (f *fate) rejectLog(n int)      { f.rejected = n }
func (f *fate) cancelOn(text string) { f.cancelAt = append([]byte{}, text...) }

// longestPostponement is, as a power of two of seconds, the longest wait that GitLab asks for with 202.
const longestPostponement = 6

// finalAnswer is what a test has decided for a final update. Both zero: nothing.
type finalAnswer struct {
	rejected bool // the log is forgotten and to be sent again
	waitFor  int  // the log is still being stored: seconds until the runner is to ask again
}

// final is the scripted answer to the job's final update.
func (j *job) final() finalAnswer {
	switch f := &j.fate; {
	case f.rejected > 0:
		f.rejected--
		j.log = blob{}
		return finalAnswer{rejected: true}
	case f.postponed > 0:
		f.postponed--
		seconds := 1 << min(f.postponements, longestPostponement)
		f.postponements++
		return finalAnswer{waitFor: seconds}
	}
	return finalAnswer{}
}

// happenTo lets the scripted cancellation happen.
func (st *state) happenTo(j *job) {
	if at := j.fate.cancelAt; at != nil && j.Status == JobRunning && j.log.contains(at) {
		j.fate.cancelAt = nil
		_ = st.fire(j, eventCancel) // a running job can be canceled
	}
}
