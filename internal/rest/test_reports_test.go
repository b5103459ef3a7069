package rest_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"mime/multipart"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	fg "github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

// A runner sends reports as one file of several parts, each packed by itself.
func TestReportOfWhatRunnersUpload(t *testing.T) {
	gl := fg.New(t)
	gl.AddUser(fg.User{Username: "mia"})
	gl.AddProject(fg.Project{Path: "acme/shop", Members: fg.Members{"mia": fg.Maintainer}})
	r := gl.AddRunner(fg.Runner{})
	j := gl.AddJob(fg.Job{Project: "acme/shop", Name: "unit 1/2", RunnerID: r.ID, Status: fg.JobRunning})
	var packed, body bytes.Buffer
	for _, suite := range []string{`<testcase name="adds" time="1.5"/>`,
		`<testcase name="takes"><failure>no</failure></testcase>`} {
		z := gzip.NewWriter(&packed)
		_, _ = z.Write([]byte("<testsuites><testsuite>" + suite + "</testsuite></testsuites>"))
		_ = z.Close()
	}
	w := multipart.NewWriter(&body)
	part, _ := w.CreateFormFile("file", "junit.xml.gz")
	_, _ = part.Write(packed.Bytes())
	_ = w.Close()
	path := fmt.Sprintf("/jobs/%d/artifacts?artifact_format=gzip&artifact_type=junit", j.ID)
	sent := testkit.Send(t, gl, "POST", path, &body, "Job-Token", j.Token, "Content-Type", w.FormDataContentType())
	require.Equal(t, 201, sent.Status, sent.Body)

	ask := func(what string) string {
		at := fmt.Sprintf("/projects/%d/pipelines/%d/%s", gl.Projects()[0].ID, j.PipelineID, what)
		return testkit.Ask(t, gl, gl.Token("mia"), "GET", at).Body
	}
	report := ask("test_report")
	for _, want := range []string{`"total_count":2`, `"success_count":1`, `"failed_count":1`, `"name":"unit"`,
		`"system_output":"no"`, `"execution_time":1.5`} {
		assert.Contains(t, report, want)
	}
	assert.Contains(t, ask("test_report_summary"), `"test_suites":[]`, "the job has not ended")
	gl.FinishJob(j.ID, fg.JobSuccess)
	assert.Contains(t, ask("test_report_summary"), fmt.Sprintf(`"build_ids":[%d]`, j.ID))
}
