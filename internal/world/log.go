package world

import (
	"strings"
	"time"

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

func (f *fate) RejectLog(n int) { f.rejected = n }

func (f *fate) CancelOn(text string) { f.cancelAt = append([]byte{}, text...) }

// HappenTo lets the scripted cancellation happen.
func (st *State) HappenTo(j *Job) {
	if at := j.Fate.cancelAt; at != nil && j.Status == JobRunning && j.Log.Contains(at) {
		j.Fate.cancelAt = nil
		_ = st.Fire(j, EventCancel) // a running job can be canceled
	}
}
