package front

import (
	"bytes"
	"compress/gzip"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// A request reads a file of reports once, however often it is asked what that holds, and another reads it anew.
func TestReportsAreReadOnce(t *testing.T) {
	st := world.New(gitlabversion.All()[0], time.Now, world.Around{})
	shop, err := st.AddProject(world.Project{Path: "acme/shop"}, nil)
	require.NoError(t, err)
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, _ = z.Write([]byte(`<testsuite><testcase name="adds" time="1.5"/></testsuite>`))
	require.NoError(t, z.Close())
	f := world.NewFile(packed.Bytes())
	f.Filename, f.Type = "junit.xml.gz", reportJUnit
	j, err := st.AddJob(&world.Job{Project: shop, User: st.Users.Rows[0], Status: world.JobSuccess,
		Files: []*world.File{f}})
	require.NoError(t, err)

	q := Request{State: st}
	first := q.TestSummaryOf(j.Pipeline)
	assert.Equal(t, TestTotal{Time: 1.5, Count: 1, Success: 1}, first.Total)
	j.File(reportJUnit).Content = world.Blob{}
	assert.Equal(t, first, q.TestSummaryOf(j.Pipeline))
	assert.Equal(t, 1, q.TestSuiteOf(j.Pipeline, []*world.Job{j}).Total)
	next := Request{State: st}
	assert.Equal(t, TestTotal{}, next.TestSummaryOf(j.Pipeline).Total)
}
