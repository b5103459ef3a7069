package world

import (
	"strings"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
)

// AppendLog adds a piece to the job's log and masks the secrets that the piece shows: the job's token and its project's
// registration token. The piece is not to be used afterwards (app/services/ci/append_build_trace_service.rb).
func (st *State) AppendLog(j *Job, piece Blob) {
	for _, secret := range []string{j.Project.RegistrationToken, j.Token} {
		piece.overwrite(secret, st.masked(len(secret)))
	}
	j.Log.take(piece)
	if j.fate != nil {
		j.fate.lostBytes = 0
	}
	st.Touch(j)
	j.wake()
}

// masked is what a log has in place of a secret of that length, in bytes (lib/gitlab/ci/mask_secret.rb).
func (st *State) masked(length int) string {
	word := ""
	if length >= len(msgMasked) && st.Has(gitlabversion.MaskedByWord) {
		word = msgMasked
	}
	return word + strings.Repeat("x", length-len(word))
}

// watchedFor is how long GitLab believes that somebody who opened a job's page still looks at the log.
const watchedFor = 10 * time.Second

// Watch notes that somebody has opened the job's page.
func (st *State) Watch(j *Job) { j.watchedAt = st.Now() }

// Watched reports whether somebody has opened the job's page so lately that GitLab wants its log often.
func (st *State) Watched(j *Job) bool {
	return st.Now().Sub(j.watchedAt) < watchedFor
}

// untouchedFor is how old a job's UpdatedAt must be before Touch renews it
// (app/services/ci/update_build_state_service.rb).
const untouchedFor = 15 * time.Minute

// Touch notes that the job's runner has given a sign of life: that the job is still running, or more of its log
// (lib/gitlab/ci/trace.rb, write). A recent UpdatedAt stays as it is.
func (st *State) Touch(j *Job) {
	if st.Now().Sub(j.UpdatedAt) > untouchedFor {
		j.UpdatedAt = st.Now()
	}
}

// NoteDebugTrace notes that the job's runner has said that the log may show every variable.
func (st *State) NoteDebugTrace(j *Job) { j.DebugTrace = true }

// ApplyFate cancels a running job whose log has the text that its fate waits for (CancelOn).
func (st *State) ApplyFate(j *Job) {
	f := j.fate
	if f == nil || f.cancelAt == nil || j.Status != JobRunning {
		return
	}
	fresh := max(0, f.searched-int64(len(f.cancelAt)))
	f.searched = j.Log.Size
	if j.Log.ContainsAfter(fresh, f.cancelAt) {
		f.cancelAt = nil
		_ = st.fire(j, eventCancel) // a running job can be canceled
	}
}
