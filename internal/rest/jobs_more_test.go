package rest_test

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	fg "github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

func TestWhyARunnerCannotTakeAJob(t *testing.T) {
	gl, err := fg.Start()
	require.NoError(t, err)
	defer gl.Close()
	no := false
	gl.AddProject(fg.Project{Path: "acme/shop"})
	gl.AddProject(fg.Project{Path: "acme/other", GroupRunnersDisabled: true})
	job := gl.AddJob(fg.Job{Project: "acme/shop"})
	tagged := gl.AddJob(fg.Job{Project: "acme/shop", Tags: []string{"gpu"}})
	ungrouped := gl.AddJob(fg.Job{Project: "acme/other"})
	for _, c := range []struct {
		job    fg.Job
		runner fg.Runner
		why    string
	}{
		{job, fg.Runner{Paused: true}, "the runner is paused"},
		{job, fg.Runner{Projects: []string{"acme/other"}}, "the runner does not serve project acme/shop, which it is not assigned to"},
		{ungrouped, fg.Runner{Group: "acme"},
			"the runner does not serve project acme/other, where group runners are switched off"},
		{job, fg.Runner{RunUntagged: &no, Tags: []string{"gpu"}},
			"the job has no tags and the runner takes tagged jobs alone"},
		{tagged, fg.Runner{}, "the job asks for the tags [gpu] and the runner has []"},
		{job, fg.Runner{AccessLevel: fg.RefProtected},
			"the runner takes jobs of protected refs alone and the job's ref is not protected"},
	} {
		r := gl.AddRunner(c.runner)
		assert.PanicsWithValue(t, fmt.Sprintf("fakegitlab: StartJob(%d): runner %d cannot take job %d (job): %s", c.job.ID,
			r.ID, c.job.ID, c.why), func() { gl.StartJob(c.job.ID, r.ID) })
	}
	r := gl.AddRunner(fg.Runner{})
	gl.StartJob(job.ID, r.ID)
	assert.Panics(t, func() { gl.StartJob(job.ID, r.ID) }, "it runs already")
	assert.PanicsWithValue(t, fmt.Sprintf("fakegitlab: FinishJob(%d): a job cannot finish as \"skipped\"; it finishes as success, failed or canceled", job.ID), func() { gl.FinishJob(job.ID, fg.JobSkipped) })
	assert.Equal(t, "script_failure", gl.FinishJob(job.ID, fg.JobFailed).FailureReason)
	assert.Panics(t, func() { gl.FinishJob(job.ID, fg.JobSuccess) })
	assert.Equal(t, fg.JobCanceled, gl.FinishJob(tagged.ID, fg.JobCanceled).Status)
	canceling := gl.AddJob(fg.Job{Project: "acme/shop", Status: fg.JobCanceling})
	assert.Equal(t, fg.JobCanceled, gl.FinishJob(canceling.ID, fg.JobCanceled).Status)
	later := gl.AddJob(fg.Job{Project: "acme/shop", Status: fg.JobCreated})
	assert.Equal(t, gl.Now(), gl.EnqueueJob(later.ID).QueuedAt)
	assert.Equal(t, later.ID, gl.StartJob(later.ID, r.ID).ID)
	assert.PanicsWithValue(t, fmt.Sprintf("fakegitlab: EnqueueJob(%d): job %d (job) is canceled: GitLab knows no enqueue from there, and no other event; a retry makes a new job", canceling.ID, canceling.ID), func() { gl.EnqueueJob(canceling.ID) })
}

func TestASeedThatFailsLeavesNoJob(t *testing.T) {
	gl, r := testkit.Factory(t)
	before := gl.Snapshot()
	err := gl.Seed(fg.Scenario{Jobs: []fg.Job{{Project: "acme/shop", PipelineID: 77, Token: "glcbt-77"},
		{Project: "acme/shop", Token: "glcbt-77"}}})
	require.ErrorContains(t, err, "another job has that token")
	assert.Equal(t, before, gl.Snapshot())
	assert.Equal(t, 204, testkit.RequestJob(t, gl, r.Token).Status)
	gl.AddProject(fg.Project{Path: "acme/other"})
	gl.AddJob(fg.Job{Project: "acme/other", PipelineID: 77, Token: "glcbt-77"})
}

func TestJobRouterDiscovery(t *testing.T) {
	gl, r := testkit.Factory(t, fg.WithVersion("18.7"))
	a := testkit.Send(t, gl, "GET", "/runners/router/discovery", nil, "Runner-Token", r.Token)
	assert.Equal(t, 501, a.Status)
	assert.JSONEq(t, `{"message":"Job Router is not available. Please contact your administrator."}`, a.Body)
	got := testkit.RequestJob(t, gl, r.Token)
	assert.Equal(t, 204, got.Status)
	gl.AddJob(fg.Job{Project: "acme/shop"})
	assert.EqualValues(t, 1, testkit.RequestJob(t, gl, r.Token).JSON(t)["job_info"].(testkit.Hash)["queue_size"])
}

// TestExpiryOfArtifacts is of artifacts that no lock keeps; TestLifeOfArtifacts is of those that one does.
func TestExpiryOfArtifacts(t *testing.T) {
	off := false
	for query, want := range map[string]time.Duration{"": 30 * 24 * time.Hour, "expire_in=2+hours": 2 * time.Hour,
		"expire_in=never": 0, "expire_in=0": 0, "expire_in=&accessibility=": 0} {
		t.Run(query, func(t *testing.T) {
			gl, r := testkit.Factory(t)
			gl.UpdateSettings(func(s *fg.Settings) { s.KeepLatestArtifacts = &off })
			job := gl.AddJob(fg.Job{Project: "acme/shop", Status: fg.JobRunning, RunnerID: r.ID})
			require.Equal(t, 201, testkit.Upload(t, gl, job, query, "ä\".zip", []byte("PK")).Status)
			expires := gl.JobRun(job.ID).Artifacts()[0].ExpiresAt
			path := fmt.Sprintf("/jobs/%d/artifacts", job.ID)
			if want == 0 {
				assert.True(t, expires.IsZero())
				gl.Advance(1000 * 24 * time.Hour)
				got := testkit.Send(t, gl, "GET", path, nil, "Job-Token", job.Token)
				assert.Equal(t, 200, got.Status)
				assert.Equal(t, `attachment; filename="%3F_.zip"; filename*=UTF-8''%C3%A4_.zip`,
					got.Header.Get("Content-Disposition"))
				return
			}
			assert.Equal(t, gl.Now().Add(want), expires)
			gl.Advance(want)
			assert.Equal(t, 404, testkit.Send(t, gl, "GET", path, nil, "Job-Token", job.Token).Status)
		})
	}
}

func TestNamesOfArtifacts(t *testing.T) {
	for sent, want := range map[string]string{
		"out.zip": "out.zip", "my build (1).zip": "my_build__1_.zip", "../../etc/x+y-z_0.zip": "x+y-z_0.zip",
		`C:\out\a.zip`: "a.zip", "é&=.zip": "é__.zip", "..": "_..",
	} {
		t.Run(sent, func(t *testing.T) {
			gl, r := testkit.Factory(t)
			job := gl.AddJob(fg.Job{Project: "acme/shop", Status: fg.JobRunning, RunnerID: r.ID})
			require.Equal(t, 201, testkit.Upload(t, gl, job, "", sent, []byte("PK")).Status)
			assert.Equal(t, want, gl.JobRun(job.ID).Artifacts()[0].Filename)
		})
	}
	gl, r := testkit.Factory(t)
	job := gl.AddJob(fg.Job{Project: "acme/shop", Status: fg.JobRunning, RunnerID: r.ID,
		Artifacts: []fg.Artifact{{Filename: "a b&(c).zip"}}})
	got := testkit.Send(t, gl, "GET", fmt.Sprintf("/jobs/%d/artifacts", job.ID), nil, "Job-Token", job.Token)
	assert.Equal(t, `attachment; filename="a b%26%28c%29.zip"; filename*=UTF-8''a%20b&%28c%29.zip`,
		got.Header.Get("Content-Disposition"))
}

// TestSecretsInALog sends a job's own token and the registration token of its project, the first of them across the
// end of one piece of the memory that keeps logs.
func TestSecretsInALog(t *testing.T) {
	gl, r := testkit.Factory(t)
	project, _ := gl.Project("acme/shop")
	job := gl.AddJob(fg.Job{Project: "acme/shop", Status: fg.JobRunning, RunnerID: r.ID})
	text := func(token, registration string) string {
		return strings.Repeat("-", 4096-5) + token + " and " + registration + token + token
	}
	hidden := func(secret string) string { return strings.Repeat("x", len(secret)) }
	sent := text(job.Token, project.RegistrationToken)
	got := testkit.PatchTrace(t, gl, job, 0, sent)
	require.Equal(t, 202, got.Status)
	assert.Equal(t, fmt.Sprint("0-", len(sent)), got.Header.Get("Range"))
	assert.Equal(t, text(hidden(job.Token), hidden(project.RegistrationToken)), gl.JobRun(job.ID).Trace())
	assert.Equal(t, 202, testkit.PatchTrace(t, gl, job, 0, sent).Status, "a repetition is known by its place")
}

func TestTraceLimitFailsTheJob(t *testing.T) {
	gl, r := testkit.Factory(t)
	gl.UpdateSettings(func(s *fg.Settings) { s.MaxTraceSize = 10 })
	job := gl.AddJob(fg.Job{Project: "acme/shop", Status: fg.JobRunning, RunnerID: r.ID})
	assert.Equal(t, 202, testkit.PatchTrace(t, gl, job, 0, "123456789").Status)
	a := testkit.PatchTrace(t, gl, job, 9, strings.Repeat("x", 1000))
	assert.Equal(t, 403, a.Status)
	assert.JSONEq(t, `{"error":"403 Forbidden"}`, a.Body)
	got := gl.JobRun(job.ID).Job()
	assert.Equal(t, "trace_size_exceeded", got.FailureReason)
	assert.Equal(t, "123456789", got.Trace)
}

// What is seeded gets the format that an upload must have.
func TestFormatsOfSeededArtifacts(t *testing.T) {
	gl, r := testkit.Factory(t)
	for kind, format := range map[string]string{"": "zip", "archive": "zip", "metadata": "gzip", "trace": "raw",
		"metrics_referee": "gzip",
		"network_referee": "gzip", "annotations": "gzip", "cobertura": "gzip", "cyclonedx": "gzip", "jacoco": "gzip",
		"lsif": "zip", "metrics": "gzip",
		"repository_xray": "gzip", "scip": "zip", "junit": "gzip", "sast": "raw"} {
		seeded := gl.AddJob(fg.Job{Project: "acme/shop", Artifacts: []fg.Artifact{{Filename: "f", Type: kind}}})
		assert.Equal(t, format, seeded.Artifacts[0].Format, kind)
		if kind == "" {
			continue
		}
		job := gl.AddJob(fg.Job{Project: "acme/shop", Status: fg.JobRunning, RunnerID: r.ID})
		content := []byte("x")
		if kind == "annotations" { // which GitLab reads
			content = testkit.Gzipped("{}")
		}
		assert.Equal(t, 201, testkit.Upload(t, gl, job, "artifact_type="+kind+"&artifact_format="+format, "f",
			content).Status, kind)
	}
}

func TestADownloadThatBreaks(t *testing.T) {
	gl, r := testkit.Factory(t)
	job := gl.AddJob(fg.Job{Project: "acme/shop", Status: fg.JobRunning, RunnerID: r.ID,
		Artifacts: []fg.Artifact{{Filename: "a.zip", Content: []byte("12345678")}}})
	gl.Inject(fg.Failure{Endpoint: fg.DownloadArtifacts, Network: fg.TruncatedBody, Times: 1, Applied: true})
	_, err := testkit.TrySend(t, t.Context(), gl, "GET", fmt.Sprintf("/jobs/%d/artifacts", job.ID), nil, "Job-Token",
		job.Token)
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	a := testkit.Send(t, gl, "HEAD", fmt.Sprintf("/jobs/%d/artifacts", job.ID), nil, "Job-Token", job.Token)
	assert.Equal(t, "8", a.Header.Get("Content-Length"))
}

func TestRawOverridesReachTheRunner(t *testing.T) {
	gl, r := testkit.Factory(t)
	gl.AddJob(fg.Job{Project: "acme/shop", Spec: fg.JobSpec{Raw: map[string]json.RawMessage{"allow_git_fetch": json.RawMessage(`"odd"`)}}})
	assert.Equal(t, "odd", testkit.RequestJob(t, gl, r.Token).JSON(t)["allow_git_fetch"])
	a := testkit.Send(t, gl, "OPTIONS", "/jobs/1/trace", nil)
	assert.Equal(t, "OPTIONS, PATCH", a.Header.Get("Allow"))
}
