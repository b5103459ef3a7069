package world

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab/ci"
)

func needsOf(n int) []ci.Need {
	needs := make([]ci.Need, n)
	for i := range needs {
		needs[i].Job = fmt.Sprint("job ", i)
	}
	return needs
}

// What a seed says wrongly of a job is told, and what is right of it is not.
func TestJobsOfSeedsThatAreRefused(t *testing.T) {
	for name, c := range map[string]struct {
		j    Job
		want string
	}{
		"ended, though it runs":    {Job{Status: JobRunning, FinishedAt: noon}, "a job that is running has no FinishedAt"},
		"a variable of no key":     {Job{Variables: ci.JobVariables{{Key: "not a key"}}}, `the key "not a key"`},
		"a file without a name":    {Job{Files: []*File{{Type: Archive, Format: ZipFormat}}}, "no file name"},
		"a file with a name":       {Job{Status: JobSuccess, Files: []*File{{Filename: "a.zip", Type: Archive, Format: ZipFormat}}}, ""},
		"one of a parallel job":    {Job{Plan: NewPlan(Plan{Part: 1, Parts: 2})}, ""},
		"the last of one":          {Job{Plan: NewPlan(Plan{Part: 2, Parts: 2})}, ""},
		"more than there are":      {Job{Plan: NewPlan(Plan{Part: 3, Parts: 2})}, "job 3 of 2"},
		"none of a parallel job's": {Job{Plan: NewPlan(Plan{Parts: 2})}, "job 0 of 2"},
		"as many needs as may be":  {Job{Plan: NewPlan(Plan{Spec: ci.JobSpec{Needs: needsOf(1000)}})}, ""},
		"more needs than may be": {Job{Plan: NewPlan(Plan{Spec: ci.JobSpec{Needs: needsOf(1001)}})},
			"a job needs no more than 1000 others, not 1001"},
		"yet to come": {Job{CreatedAt: noon.Add(time.Minute)}, "is yet to come: the fake's time"},
	} {
		st, shop := ruled(t)
		c.j.Project, c.j.User = shop, st.Users.Rows[0]
		if _, err := st.AddJob(&c.j); c.want == "" {
			assert.NoError(t, err, name)
		} else {
			assert.ErrorContains(t, err, c.want, name)
		}
	}
	st, shop := ruled(t)
	Seeding(st, nil, nil, func() {
		_, err := st.AddJob(&Job{Project: shop, User: st.Users.Rows[0], CreatedAt: noon.Add(time.Hour)})
		assert.ErrorContains(t, err, "start the fake later (WithStartTime)")
	})
}

// The times that a seed says of a job are kept, those that it must have besides are reckoned, and no others.
func TestTimesOfSeededJobs(t *testing.T) {
	at := func(minutes int) time.Time { return noon.Add(time.Duration(minutes) * time.Minute) }
	none := time.Time{}
	for name, c := range map[string]struct {
		status      JobStatus
		given, want [4]time.Time // created, queued, started, finished
	}{
		"pending":             {JobPending, [4]time.Time{}, [4]time.Time{noon, noon, none, none}},
		"created":             {JobCreated, [4]time.Time{}, [4]time.Time{noon, none, none, none}},
		"running":             {JobRunning, [4]time.Time{at(-9)}, [4]time.Time{at(-9), at(-9), at(-9), none}},
		"ended":               {JobSuccess, [4]time.Time{}, [4]time.Time{noon, noon, none, noon}},
		"ended some time ago": {JobSuccess, [4]time.Time{none, none, none, at(-5)}, [4]time.Time{at(-5), at(-5), none, at(-5)}},
		"never queued":        {JobSuccess, [4]time.Time{at(-9), none, none, at(-5)}, [4]time.Time{at(-9), none, none, at(-5)}},
		"started":             {JobSuccess, [4]time.Time{at(-9), none, at(-7), at(-5)}, [4]time.Time{at(-9), at(-9), at(-7), at(-5)}},
		"made some time ago":  {JobSuccess, [4]time.Time{at(-9)}, [4]time.Time{at(-9), at(-9), none, noon}},
	} {
		st, shop := ruled(t)
		j, err := st.AddJob(&Job{Project: shop, User: st.Users.Rows[0], Status: c.status, CreatedAt: c.given[0],
			QueuedAt: c.given[1], StartedAt: c.given[2], FinishedAt: c.given[3]})
		require.NoError(t, err)
		assert.Equal(t, c.want, [4]time.Time{j.CreatedAt, j.QueuedAt, j.StartedAt, j.FinishedAt}, name)
	}
}
