package world

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What a pipeline counts of jobs outside, while it is told of them in any order and some of it is taken back, is what a
// count anew finds: of each name the last.
func TestToldIsCountedAsItComes(t *testing.T) {
	st, p, c := withFiles(t, map[string]string{"a": "a"})
	mia, err := st.AddUser(User{Username: "mia"})
	require.NoError(t, err)
	made := st.storePipeline(0, p, PipelineFacts{Ref: "main", Commit: Commit{SHA: c.ID}, Status: JobCreated})
	r := rand.New(rand.NewPCG(7, 7))
	for i := range 300 {
		u, failing := []*User{mia, st.Users.Rows[0]}[r.IntN(2)], r.IntN(4) == 0
		_ = Atomically(st, func() (err error) {
			if r.IntN(10) == 0 { // a seed may come late with a low number
				_, err = st.AddStatus(made.ID, "mia", CommitStatus{ID: 1_000 - i, Name: "n1", Status: JobFailed})
			} else {
				_, err = st.ReportStatus(made, u, StatusReport{Name: fmt.Sprint("n", r.IntN(4)),
					State: StatusStates[r.IntN(len(StatusStates))]})
			}
			if failing {
				return errLate
			}
			return err
		})
		var told tally
		for _, s := range made.Statuses() {
			last := true
			for _, other := range made.Statuses() {
				last = last && (other.ID <= s.ID || other.Name != s.Name)
			}
			require.Equal(t, !last, s.Retried())
			if last {
				told.add(s.Status, 1)
			}
		}
		require.Equal(t, told, made.told())
	}
	require.NotEmpty(t, made.told())
	st.MovePipelines()
	assert.Equal(t, made.reports.told.status(), made.Status())
}

// A pipeline is told of thousands of jobs outside: to count them all anew at each, looking for later ones among all,
// would take minutes.
func TestManyStatuses(t *testing.T) {
	st, p, c := withFiles(t, map[string]string{"a": "a"})
	made := st.storePipeline(0, p, PipelineFacts{Ref: "main", Commit: Commit{SHA: c.ID}, Status: JobCreated})
	const many = 4_000
	for i := range many {
		_, err := st.ReportStatus(made, st.Users.Rows[0], StatusReport{Name: fmt.Sprint("n", i), State: "success"})
		require.NoError(t, err)
		st.MovePipelines()
	}
	assert.Equal(t, JobSuccess, made.Status())
	assert.Equal(t, many, made.reports.told.of(JobSuccess))
}
