package world

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

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

// app/models/generic_commit_status.rb, find_or_initialize_by of app/services/ci/create_commit_status_service.rb: what is
// told goes on with what waits or runs, else it is of another one; what is not told stays.
func TestWhatIsToldOfAStatusAgain(t *testing.T) {
	st, p, c := withFiles(t, map[string]string{"a": "a"})
	now := noon
	st.clock = func() time.Time { return now }
	root := st.Users.Rows[0]
	mia, err := st.AddUser(User{Username: "mia"})
	require.NoError(t, err)
	made := st.storePipeline(0, p, PipelineFacts{Ref: "main", Commit: Commit{SHA: c.ID}, Status: JobCreated})
	said := func(text string) *string { return &text }
	report := func(u *User, r StatusReport) *CommitStatus {
		now = now.Add(time.Minute)
		r.Name = "lint"
		s, err := st.ReportStatus(made, u, r)
		require.NoError(t, err)
		st.MovePipelines()
		return s
	}
	for _, open := range []string{"pending", "running"} {
		s := report(root, StatusReport{State: open, Description: to("first"), TargetURL: to("https://a"), Coverage: to(7.5)})
		assert.Equal(t, JobStatus(open), made.Status())
		begun := *s
		assert.Equal(t, []time.Time{now, now}, []time.Time{s.CreatedAt, s.UpdatedAt})
		assert.NotSame(t, s, report(mia, StatusReport{State: "success"}), "somebody else's")
		assert.Same(t, s, report(root, StatusReport{State: "success"}))
		want := begun
		want.Status, want.UpdatedAt, want.FinishedAt = JobSuccess, now, now
		assert.Equal(t, want, *s)
		assert.Equal(t, []*string{said("first"), said("https://a")}, []*string{s.Description, s.TargetURL})
		assert.NotSame(t, s, report(root, StatusReport{State: "success"}), "it is over")
	}
	assert.Equal(t, JobSuccess, made.Status())
	s := report(root, StatusReport{State: "running", Description: to("again")})
	assert.Same(t, s, report(root, StatusReport{State: "canceled", Description: Change[string]{Given: true}}))
	assert.Nil(t, s.Description)
	assert.Equal(t, JobCanceled, made.Status(), "a pipeline looks at what it has become")
	running, err := st.AddStatus(made.ID, RootUsername, CommitStatus{Name: "unit", Status: JobRunning})
	require.NoError(t, err)
	_, err = st.ReportStatus(made, root, StatusReport{Name: "unit", State: "pending"})
	assert.EqualError(t, err, "Cannot transition status via :enqueue from :running (Reason(s): Status cannot transition via \"enqueue\")")
	assert.Equal(t, JobRunning, running.Status)
}

// app/models/generic_commit_status.rb: how long its texts may be, and what is no address.
func TestWhatAStatusMayBe(t *testing.T) {
	long := func(n int) *string { text := strings.Repeat("é", n); return &text }
	url := func(text string) *string { return &text }
	blocked, tooLong := msgBlockedURL, msgTooLong(maxVariableText)
	for name, c := range map[string]struct {
		s    CommitStatus
		want []AttributeProblem
	}{
		"long texts": {CommitStatus{Name: *long(255), Description: long(255), TargetURL: url("https://x/" + *long(245))}, nil},
		"too long texts": {CommitStatus{Name: *long(256), Description: long(256), TargetURL: url("https://x/" + *long(246))},
			[]AttributeProblem{{attrName, tooLong}, {attrTargetURL, tooLong}, {attrDescription, tooLong}}},
		"http":    {CommitStatus{TargetURL: url("http://ci.example/1")}, nil},
		"https":   {CommitStatus{TargetURL: url("https://ci.example")}, nil},
		"none":    {CommitStatus{TargetURL: url("")}, nil},
		"ftp":     {CommitStatus{TargetURL: url("ftp://ci.example/1")}, []AttributeProblem{{attrTargetURL, blocked}}},
		"no host": {CommitStatus{TargetURL: url("https:///1")}, []AttributeProblem{{attrTargetURL, blocked}}},
		"no URL":  {CommitStatus{TargetURL: url("https://[ci.example")}, []AttributeProblem{{attrTargetURL, blocked}}},
		"a space": {CommitStatus{TargetURL: url("https://ci.example/a b")}, []AttributeProblem{{attrTargetURL, blocked}}},
	} {
		t.Run(name, func(t *testing.T) {
			st, shop := ruled(t)
			_, err := st.AddPipeline(7, shop, PipelineFacts{Status: JobRunning})
			require.NoError(t, err)
			_, err = st.AddStatus(7, RootUsername, c.s)
			if c.want == nil {
				assert.NoError(t, err)
				assert.Len(t, st.Statuses.Rows, 1)
				return
			}
			assert.Equal(t, &Invalid{c.want}, err)
			assert.Empty(t, st.Statuses.Rows)
		})
	}
}

// What a seed says of a status, and says wrongly.
func TestStatusesOfSeeds(t *testing.T) {
	st, shop := ruled(t)
	_, err := st.AddPipeline(7, shop, PipelineFacts{Status: JobRunning})
	require.NoError(t, err)
	s, err := st.AddStatus(7, RootUsername, CommitStatus{Status: JobFailed, ID: 5})
	require.NoError(t, err)
	assert.Equal(t, []any{5, DefaultStatusName, JobFailed, apiFailure, noon, noon},
		[]any{s.ID, s.Name, s.Status, s.FailureReason, s.CreatedAt, s.UpdatedAt})
	s, err = st.AddStatus(7, "", CommitStatus{Name: "lint", CreatedAt: noon.Add(-time.Hour)})
	require.NoError(t, err)
	assert.Equal(t, []any{JobPending, "", noon.Add(-time.Hour), noon.Add(-time.Hour)},
		[]any{s.Status, s.FailureReason, s.CreatedAt, s.UpdatedAt})
	s, err = st.AddStatus(7, "", CommitStatus{Name: "lint", CreatedAt: noon.Add(-time.Hour), UpdatedAt: noon.Add(-time.Minute)})
	require.NoError(t, err)
	assert.Equal(t, noon.Add(-time.Minute), s.UpdatedAt)
	for want, c := range map[string]struct {
		pipeline int
		user     string
		draft    CommitStatus
	}{
		"pipeline_id": {8, "", CommitStatus{}}, "user": {7, "nobody", CommitStatus{}}, "id": {7, "", CommitStatus{ID: 5}},
		"status":                     {7, "", CommitStatus{Status: JobManual}},
		"pipeline_id user id status": {8, "nobody", CommitStatus{ID: 5, Status: JobManual}},
	} {
		_, err := st.AddStatus(c.pipeline, c.user, c.draft)
		var ps Problems
		require.ErrorAs(t, err, &ps)
		assert.Equal(t, strings.Fields(want), NamesOf(ps, func(p Problem) string { return p.Field }))
	}
	assert.Len(t, st.Statuses.Rows, 3)
}

// create_pipeline of app/services/ci/create_commit_status_service.rb: what the pipeline of a commit has of which something
// is told first.
func TestExternalPipelines(t *testing.T) {
	for protected, rule := range map[bool]*ProtectedRef{false: nil, true: {Name: "main"}} {
		st, p, c := withFiles(t, map[string]string{"a": "a"})
		if _, err := st.AddProtectedRef(ProtectedRef{Project: p, Name: "main", Tag: true}); rule != nil {
			require.NoError(t, err)
			rule.Project = p
			_, err := st.AddProtectedRef(*rule)
			require.NoError(t, err)
		}
		mia, err := st.AddUser(User{Username: "mia", Name: "Mia"})
		require.NoError(t, err)
		made := st.CreateExternalPipeline(p, "main", c, mia)
		root := st.Users.Rows[0]
		want := PipelineFacts{Ref: "main", Source: SourceExternal, User: mia, Status: JobCreated, CreatedAt: noon,
			UpdatedAt: noon, Protected: protected, Commit: Commit{SHA: c.ID, BeforeSHA: ZeroSHA, Title: "Begin", Message: "Begin",
				AuthorName: root.Name, AuthorEmail: root.Email, CreatedAt: noon}}
		assert.Equal(t, want, made.Facts())
	}
}
