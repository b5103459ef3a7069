package rest_test

import (
	"bytes"
	"mime/multipart"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	fg "github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

// A body may have files that no parameter of the endpoint is: they are skipped, whatever they have in them. A file
// without a name is none (Rack::Multipart: a blank file name means that no file was selected).
func TestUploadWithFilesThatNobodyWants(t *testing.T) {
	gl := fg.New(t)
	gl.AddProject(fg.Project{Path: "acme/shop"})
	r := gl.AddRunner(fg.Runner{Projects: []string{"acme/shop"}})
	upload := func(names ...string) testkit.Reply {
		j := gl.AddJob(fg.Job{Project: "acme/shop", RunnerID: r.ID, Status: fg.JobRunning})
		var b bytes.Buffer
		w := multipart.NewWriter(&b)
		for i := 0; i < len(names); i += 2 {
			part, _ := w.CreateFormFile(names[i], names[i+1])
			_, _ = part.Write([]byte("\x1f\x8b\x00\xff"))
		}
		_ = w.Close()
		path := "/jobs/" + strconv.Itoa(j.ID) + "/artifacts?artifact_format=raw&artifact_type=trace"
		return testkit.Send(t, gl, "POST", path, &b, "Job-Token", j.Token, "Content-Type", w.FormDataContentType())
	}
	assert.Equal(t, 201, upload("metadata", "metadata.gz", "file", "log.txt").Status)
	assert.Equal(t, 201, upload("file", "log.txt", "metadata", "metadata.gz").Status)
	assert.Equal(t, 400, upload("metadata", "metadata.gz").Status)
	none := upload("file", "")
	assert.Equal(t, 400, none.Status)
	assert.Contains(t, none.Body, "file is missing")
}

// Who sends artifacts as JSON is told how they come.
func TestUploadAsJSON(t *testing.T) {
	gl := fg.New(t)
	gl.AddProject(fg.Project{Path: "acme/shop"})
	r := gl.AddRunner(fg.Runner{Projects: []string{"acme/shop"}})
	j := gl.AddJob(fg.Job{Project: "acme/shop", RunnerID: r.ID, Status: fg.JobRunning})
	path := "/jobs/" + strconv.Itoa(j.ID) + "/artifacts"
	assert.Equal(t, 400, testkit.SendJSON(t, gl, "POST", path, testkit.Hash{"file": "x"}, "Job-Token", j.Token).Status)
	gl.AssertCalled(t, fg.UploadArtifacts, fg.Where(func(c fg.Call) bool {
		return c.Reason == `artifacts come as multipart/form-data, and this came as "application/json": `+
			"the file is a part of a multipart body that is named file and has a file name"
	}))
}

// app/services/ci/job_artifacts/create_service.rb: a job has one file of a type; that of an archive's metadata is made with
// the archive.
func TestMetadataThatIsThereAlready(t *testing.T) {
	gl, r := testkit.Factory(t)
	j := gl.AddJob(fg.Job{Project: "acme/shop", Status: fg.JobRunning, RunnerID: r.ID})
	require.Equal(t, 201, testkit.Upload(t, gl, j, "artifact_type=metadata&artifact_format=gzip", "metadata.gz",
		testkit.Gzipped("")).Status)
	assert.Equal(t, `400 {"message":"another artifact of the same type already exists"}`,
		testkit.Upload(t, gl, j, "", "a.zip", zipOf(t, "a")).String())
	j, _ = gl.Job(j.ID)
	require.Len(t, j.Artifacts, 1, "a refusal changes nothing")
	assert.Equal(t, "metadata", j.Artifacts[0].Type)
	assert.Equal(t, 201, testkit.Upload(t, gl, j, "", "a.zip", []byte("no zip")).Status, "which has no metadata")
}
