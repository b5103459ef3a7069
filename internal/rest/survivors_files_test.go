package rest_test

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash/crc32"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	fg "github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

// Files of jobs, and what jobs leave unsaid: rules whose loss no other test noticed (internal/mutate).

// workhorse/internal/artifacts/entry.go: the type of a file is that of its name's end.
func TestTypesOfArchivedFiles(t *testing.T) {
	gl, _ := testkit.Factory(t)
	for name, want := range map[string]string{"a.css": "text/css; charset=utf-8", "a.HTML": "text/html; charset=utf-8",
		"a.mjs": "text/javascript; charset=utf-8", "a.svg": "image/svg+xml", "a.json": "application/json",
		"a.png": "image/png", "a.GIF": "image/gif", "a.jpg": "image/jpeg", "a.jpeg": "image/jpeg",
		"a.xml": "text/xml; charset=utf-8", "a.htm": "text/html; charset=utf-8", "a.js": "text/javascript; charset=utf-8",
		"a.pdf": "application/pdf", "a.avif": "image/avif", "a.webp": "image/webp", "a.wasm": "application/wasm",
		"a.none": "application/octet-stream"} {
		j := gl.AddJob(fg.Job{Project: "acme/shop", Status: fg.JobSuccess,
			Artifacts: []fg.Artifact{{Filename: "a.zip", Content: zipOf(t, name)}}})
		got := as(t, gl, "root", "GET", fmt.Sprintf("/projects/acme%%2Fshop/jobs/%d/artifacts/%s", j.ID, name))
		require.Equal(t, 200, got.Status, got.Body)
		assert.Equal(t, want, got.Header.Get("Content-Type"), name)
	}
}

// A file that would be too large is refused by the size that the archive gives, before it is unpacked.
func TestArchivedFilesThatAreTooLarge(t *testing.T) {
	gl, _ := testkit.Factory(t)
	const most = 256 << 20
	for said, refused := range map[uint64]bool{most: false, most + 1: true} {
		var packed bytes.Buffer
		w := zip.NewWriter(&packed)
		f, err := w.CreateRaw(&zip.FileHeader{Name: "a", UncompressedSize64: said, CompressedSize64: 1,
			CRC32: crc32.ChecksumIEEE([]byte("a"))})
		require.NoError(t, err)
		_, _ = f.Write([]byte("a"))
		require.NoError(t, w.Close())
		j := gl.AddJob(fg.Job{Project: "acme/shop", Status: fg.JobSuccess,
			Artifacts: []fg.Artifact{{Filename: "a.zip", Content: packed.Bytes()}}})
		assert.Equal(t, 500, as(t, gl, "root", "GET",
			fmt.Sprintf("/projects/acme%%2Fshop/jobs/%d/artifacts/a", j.ID)).Status, "what the archive says is not true")
		calls := gl.Calls("")
		why := calls[len(calls)-1].Reason
		assert.Equal(t, refused, bytes.Contains([]byte(why), []byte("takes no more than 268435456 bytes")), why)
	}
}

// A file that was packed in a way that nobody knows is refused in plain words (workhorse/internal/artifacts/entry.go).
func TestArchivedFilesThatNobodyUnpacks(t *testing.T) {
	gl, _ := testkit.Factory(t)
	var packed bytes.Buffer
	w := zip.NewWriter(&packed)
	_, err := w.CreateRaw(&zip.FileHeader{Name: "a", Method: 99})
	require.NoError(t, err)
	require.NoError(t, w.Close())
	j := gl.AddJob(fg.Job{Project: "acme/shop", Status: fg.JobSuccess,
		Artifacts: []fg.Artifact{{Filename: "a.zip", Content: packed.Bytes()}}})
	got := as(t, gl, "root", "GET", fmt.Sprintf("/projects/acme%%2Fshop/jobs/%d/artifacts/a", j.ID))
	assert.Equal(t, 500, got.Status, got.Body)
	assert.Equal(t, fmt.Sprintf("a.zip of job %d: zip: unsupported compression algorithm", j.ID), because(gl))
}

// lib/api/ci/job_artifacts.rb, artifact_etag: people are told a digest of the archive, and of that and the path of a
// file in it; runners are told none (lib/api/ci/runner.rb). The name of the archive is escaped by bytes
// (ActionDispatch::Http::ContentDisposition).
func TestWhatIsSaidOfDownloads(t *testing.T) {
	gl, r := testkit.Factory(t, fg.WithVersion("19.3"))
	archive := zipOf(t, "a")
	digest := func(of []byte) string {
		sum := sha256.Sum256(of)
		return hex.EncodeToString(sum[:])
	}
	j := gl.AddJob(fg.Job{Project: "acme/shop", Status: fg.JobRunning, RunnerID: r.ID, User: "mia",
		Artifacts: []fg.Artifact{{Filename: "a\x7fü.zip", Content: archive}}})
	at := fmt.Sprintf("/projects/acme%%2Fshop/jobs/%d/artifacts", j.ID)
	for path, want := range map[string]string{at: digest(archive), at + "/a": digest([]byte(digest(archive) + ":a"))} {
		got := as(t, gl, "mia", "GET", path)
		require.Equal(t, 200, got.Status, got.Body)
		assert.Equal(t, `"`+want+`"`, got.Header.Get("ETag"), path)
	}
	got := testkit.Send(t, gl, "GET", fmt.Sprintf("/jobs/%d/artifacts", j.ID), nil, "Job-Token", j.Token)
	require.Equal(t, 200, got.Status, got.Body)
	assert.NotContains(t, got.Header, "Etag")
	old := testkit.NewMia(t)
	j = old.AddJob(fg.Job{Project: "acme/shop", Status: fg.JobRunning, User: "mia",
		Artifacts: []fg.Artifact{{Filename: "a.zip", Content: archive}}})
	of := testkit.Send(t, old, "GET", fmt.Sprintf("/jobs/%d/artifacts", j.ID), nil, "Job-Token", j.Token)
	assert.Equal(t, `W/"12ae32cb1ec02d01eda3581b127c1fee"`, of.Header.Get("ETag"))
	assert.Equal(t, `attachment; filename="a%7F%3F.zip"; filename*=UTF-8''a%7F%C3%BC.zip`,
		got.Header.Get("Content-Disposition"))
}

// What a job said of its artifacts stays known when the workers have removed them.
func TestArtifactsThatWereRemoved(t *testing.T) {
	gl, r := testkit.Factory(t)
	gl.UpdateProject("acme/shop", func(p *fg.Project) { keep := false; p.KeepLatestArtifact = &keep })
	j := gl.AddJob(fg.Job{Project: "acme/shop", Status: fg.JobRunning, RunnerID: r.ID})
	require.Equal(t, 201, testkit.Upload(t, gl, j, "expire_in=1h", "a.zip", zipOf(t, "a")).Status)
	gl.FinishJob(j.ID, fg.JobSuccess)
	gl.Advance(2 * time.Hour)
	gl.RunWorkers()
	assert.Equal(t, 404, as(t, gl, "mia", "GET", fmt.Sprintf("/projects/acme%%2Fshop/jobs/%d/artifacts", j.ID)).Status)
	assert.Contains(t, because(gl), fmt.Sprintf("the artifacts of job %d expired at 2024-07-01T13:00:00Z", j.ID))

	kept := gl.AddJob(fg.Job{Project: "acme/shop", Status: fg.JobRunning, RunnerID: r.ID}) // of which the archive stays
	require.Equal(t, 201, testkit.Upload(t, gl, kept, "expire_in=never", "a.zip", zipOf(t, "a")).Status)
	require.Equal(t, 201, testkit.Upload(t, gl, kept, "expire_in=1h&artifact_type=junit&artifact_format=gzip", "a.gz",
		testkit.Gzipped("<testsuites/>")).Status)
	gl.FinishJob(kept.ID, fg.JobSuccess)
	gl.Advance(2 * time.Hour)
	assert.Equal(t, 404, as(t, gl, "mia", "GET", fmt.Sprintf("/projects/acme%%2Fshop/jobs/%d/artifacts/a", kept.ID)).Status)
	assert.Contains(t, because(gl), fmt.Sprintf("the artifacts of job %d expired at 2024-07-01T15:00:00Z", kept.ID))
}

// Who downloads what a job left is noted, be it a job that runs only since the call came; and a person's token has to be
// one that reads.
func TestWhoDownloadsArtifacts(t *testing.T) {
	gl, r := testkit.Factory(t)
	left := gl.AddJob(fg.Job{Project: "acme/shop", Status: fg.JobSuccess,
		Artifacts: []fg.Artifact{{Filename: "a.zip", Content: zipOf(t, "a")}}})
	at := fmt.Sprintf("/jobs/%d/artifacts", left.ID)
	assert.Equal(t, 200, testkit.Ask(t, gl, gl.Token("mia", "read_api"), "GET", at).Status)
	assert.Equal(t, 403, testkit.Ask(t, gl, gl.Token("mia", "read_user"), "GET", at).Status)
	late := gl.AddJob(fg.Job{Project: "acme/shop", User: "mia"})
	gl.Before(fg.DownloadArtifacts, func(fg.Call) { gl.StartJob(late.ID, r.ID) })
	got := testkit.Send(t, gl, "GET", at, nil, "Job-Token", late.Token)
	require.Equal(t, 200, got.Status, got.Body)
	calls := gl.Calls("")
	assert.Equal(t, late.ID, calls[len(calls)-1].JobID)
}

// An upload may be as large as the limit says, and no larger (lib/api/ci/runner.rb).
func TestLargestArtifacts(t *testing.T) {
	gl, r := testkit.Factory(t)
	gl.UpdateSettings(func(s *fg.Settings) { s.MaxArtifactsSize = 1000 })
	for size, status := range map[int]int{1000: 201, 1001: 413} {
		j := gl.AddJob(fg.Job{Project: "acme/shop", Status: fg.JobRunning, RunnerID: r.ID})
		assert.Equal(t, status, testkit.Upload(t, gl, j, "", "a.zip", make([]byte, size)).Status)
	}
}

// lib/gitlab/ci/build/artifacts/adapters/gzip_stream.rb: a part whose checksum is wrong is an error of the
// whole suite, which shows no tests then (app/serializers/test_suite_entity.rb).
func TestReportsThatAreDamaged(t *testing.T) {
	gl, _ := testkit.Factory(t)
	packed := func(name string) []byte {
		var out bytes.Buffer
		z := gzip.NewWriter(&out)
		_, _ = fmt.Fprintf(z, `<testsuites><testsuite><testcase name=%q/></testsuite></testsuites>`, name)
		_ = z.Close()
		return out.Bytes()
	}
	damaged := packed("damaged")
	damaged[len(damaged)-8]++ // of the checksum
	j := gl.AddJob(fg.Job{Project: "acme/shop", Name: "unit", Status: fg.JobSuccess, Artifacts: []fg.Artifact{{
		Filename: "junit.xml.gz", Type: "junit", Content: bytes.Join([][]byte{packed("good"), damaged, packed("behind")},
			nil)}}})
	got := as(t, gl, "root", "GET", fmt.Sprintf("/projects/acme%%2Fshop/pipelines/%d/test_report", j.PipelineID))
	require.Equal(t, 200, got.Status, got.Body)
	suite := got.Field(t, "test_suites").([]any)[0].(testkit.Hash)
	assert.Contains(t, suite["suite_error"], "JUnit data parsing failed")
	assert.Empty(t, suite["test_cases"])
}

// The parts of a parallel job are one suite, also where it is the first (app/models/ci/build.rb, test_suite_name).
func TestSuiteOfParallelJobs(t *testing.T) {
	gl, _ := testkit.Factory(t)
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	_, _ = z.Write([]byte(`<testsuites><testsuite><testcase name="a"/></testsuite></testsuites>`))
	_ = z.Close()
	first := fg.Job{Project: "acme/shop", Name: "unit 1/2", Status: fg.JobSuccess,
		Artifacts: []fg.Artifact{{Filename: "junit.xml.gz", Type: "junit", Content: out.Bytes()}}}
	first.PipelineID = gl.AddJob(first).PipelineID
	first.Name = "unit 2/2"
	gl.AddJob(first)
	got := as(t, gl, "root", "GET", fmt.Sprintf("/projects/acme%%2Fshop/pipelines/%d/test_report", first.PipelineID))
	require.Equal(t, 200, got.Status, got.Body)
	assert.Len(t, got.Field(t, "test_suites"), 1)
}

// app/models/ci/build.rb, allowed_to_fail_with_code?: a job that does not say how its script ended has no exit code, 0
// neither.
func TestExitCodesThatAreNotTold(t *testing.T) {
	gl, r := testkit.Factory(t)
	for _, told := range []bool{false, true} {
		j := gl.AddJob(fg.Job{Project: "acme/shop", Status: fg.JobRunning, RunnerID: r.ID,
			Spec: fg.JobSpec{AllowFailure: fg.AllowFailure{ExitCodes: []int{0}}}})
		with := []any{"failure_reason", "script_failure"}
		if told {
			with = append(with, "exit_code", 0)
		}
		require.Equal(t, 200, testkit.PutState(t, gl, j, "failed", with...).Status)
		j, _ = gl.Job(j.ID)
		assert.Equal(t, told, j.AllowFailure)
	}
}

// The log of a job in debug mode is for those who may change it, also where the variable is for an environment. That has
// the name that it came to when the job was made, when no runner had it (app/policies/ci/build_policy.rb,
// lib/gitlab/ci/variables/builder.rb, app/models/concerns/ci/deployable.rb, expanded_environment_name).
func TestDebugModeOfARunnersEnvironment(t *testing.T) {
	gl, r := testkit.Factory(t)
	for scope, status := range map[string]int{"on-": 403, fmt.Sprintf("on-%d", r.ID): 200} {
		gl.AddVariable(fg.Variable{Path: "acme/shop", Key: "CI_DEBUG_TRACE", Value: "true", EnvironmentScope: scope})
		j := gl.AddJob(fg.Job{Project: "acme/shop", Status: fg.JobRunning, RunnerID: r.ID,
			Spec: fg.JobSpec{Environment: fg.Environment{Name: "on-$CI_RUNNER_ID"}}})
		got := as(t, gl, "reporter", "GET", fmt.Sprintf("/projects/acme%%2Fshop/jobs/%d/trace", j.ID))
		assert.Equal(t, status, got.Status, scope)
		gl.DeleteVariable("acme/shop", "CI_DEBUG_TRACE", scope)
	}
}

// What is said of a webhook that is no event is none of those that it wants.
func TestWebhookEventsAreEventsAlone(t *testing.T) {
	gl, _ := testkit.Factory(t)
	h := gl.AddWebhook(fg.Webhook{Project: "acme/shop", URL: "https://hook.example", JobEvents: true})
	got := as(t, gl, "root", "PUT", fmt.Sprintf("/projects/acme%%2Fshop/hooks/%d", h.ID),
		testkit.WithJSON(`{"enable_ssl_verification":true,"issues_events":true}`))
	require.Equal(t, 200, got.Status, got.Body)
	assert.Equal(t, []string{"issues_events"}, gl.Webhooks()[0].OtherEvents)
}

// Of a running job the log is no artifact yet: GitLab archives it when the job is over (app/models/ci/build_trace.rb).
func TestLogsAreArtifactsOfWhatIsOver(t *testing.T) {
	gl, r := testkit.Factory(t)
	j := gl.AddJob(fg.Job{Project: "acme/shop", Status: fg.JobRunning, RunnerID: r.ID})
	testkit.PatchTrace(t, gl, j, 0, "line\n")
	at := fmt.Sprintf("/projects/acme%%2Fshop/jobs/%d", j.ID)
	assert.Empty(t, as(t, gl, "root", "GET", at).Field(t, "artifacts"))
	gl.FinishJob(j.ID, fg.JobSuccess)
	assert.Len(t, as(t, gl, "root", "GET", at).Field(t, "artifacts"), 1)
}

// lib/gitlab/pagination/gitaly_keyset_pager.rb: a full page has one behind it, be it empty.
func TestTreesByKeyset(t *testing.T) {
	gl, _ := testkit.Factory(t)
	gl.Commit("acme/shop", "main", map[string]string{"a": "a", "b": "b"}, "Begin")
	for size, link := range map[int]bool{1: true, 2: true, 3: false} {
		got := as(t, gl, "root", "GET",
			fmt.Sprintf("/projects/acme%%2Fshop/repository/tree?pagination=keyset&per_page=%d", size))
		require.Equal(t, 200, got.Status, got.Body)
		assert.Equal(t, link, got.Header.Get("Link") != "", size)
	}
	for size, link := range map[int]bool{1: true, 2: false} { // of one branch
		got := as(t, gl, "root", "GET",
			fmt.Sprintf("/projects/acme%%2Fshop/repository/branches?pagination=keyset&per_page=%d", size))
		require.Equal(t, 200, got.Status, got.Body)
		assert.Equal(t, link, got.Header.Get("Link") != "", size)
	}
}

// lib/api/ci/runner.rb: what an artifact may be, and who loads it.
func TestArtifactsThatAreNone(t *testing.T) {
	gl, r := testkit.Factory(t)
	j := gl.AddJob(fg.Job{Project: "acme/shop", Status: fg.JobRunning, RunnerID: r.ID})
	for query, want := range map[string]string{"artifact_type=lost": "artifact_type does not have a valid value",
		"artifact_format=lost": "artifact_format does not have a valid value",
		"accessibility=lost":   "accessibility does not have a valid value"} {
		assert.Equal(t, `400 {"error":"`+want+`"}`, testkit.Upload(t, gl, j, query, "a.zip", zipOf(t, "a")).String())
	}
	require.Equal(t, 201, testkit.Upload(t, gl, j, "", "a.zip", zipOf(t, "a")).Status)
	at := fmt.Sprintf("/jobs/%d/artifacts", j.ID)
	assert.Equal(t, `400 {"error":"direct_download is invalid"}`,
		testkit.Send(t, gl, "GET", at+"?direct_download=perhaps", nil, "Job-Token", j.Token).String())
	assert.Equal(t, 200, testkit.Send(t, gl, "GET", at, nil, "Job-Token", j.Token).Status)
	assert.Equal(t, 200, testkit.Send(t, gl, "GET", "/job/allowed_agents", nil, "Job-Token", j.Token).Status)
	assert.Equal(t, `400 {"error":"debug_trace is invalid"}`, testkit.Send(t, gl, "PATCH",
		fmt.Sprintf("/jobs/%d/trace?debug_trace=x", j.ID), strings.NewReader("line"), "Job-Token", j.Token,
		"Content-Range", "0-3").String())
	assert.Equal(t, 401, testkit.Ask(t, gl, "glpat-nobodys", "GET", at).Status)
}

// A description that a version does not know is not kept.
func TestDescriptionsOfVariablesBeforeThereWereAny(t *testing.T) {
	for version, want := range map[string]bool{"16.1": false, "16.2": true} {
		gl, _ := testkit.Factory(t, fg.WithVersion(version))
		gl.AddVariable(fg.Variable{Path: "acme/shop", Key: "A", Value: "a"})
		require.Equal(t, 200, as(t, gl, "mia", "PUT", "/projects/acme%2Fshop/variables/A",
			testkit.WithJSON(`{"description":"d"}`)).Status)
		assert.Equal(t, want, gl.Variables()[0].Description != nil, version)
		shown := as(t, gl, "mia", "GET", "/projects/acme%2Fshop/variables/A")
		assert.Equal(t, want, strings.Contains(shown.Body, `"description"`), shown.Body)
	}
}

// An address that is the user's already is no new one to be confirmed.
func TestTheSameAddressAgain(t *testing.T) {
	gl, _ := testkit.Factory(t)
	u, _ := gl.User("mia")
	require.Equal(t, 200, as(t, gl, "root", "PUT", fmt.Sprintf("/users/%d", u.ID),
		testkit.WithJSON(fmt.Sprintf(`{"email":%q}`, u.Email))).Status)
	same, _ := gl.User("mia")
	assert.Empty(t, same.UnconfirmedEmail)
	assert.Equal(t, u.Email, same.Email)
	for _, address := range []string{"new@example.com", u.Email} { // one that waits to be confirmed goes on waiting
		require.Equal(t, 200, as(t, gl, "root", "PUT", fmt.Sprintf("/users/%d", u.ID),
			testkit.WithJSON(fmt.Sprintf(`{"email":%q}`, address))).Status)
		same, _ = gl.User("mia")
		assert.Equal(t, []string{u.Email, "new@example.com"}, []string{same.Email, same.UnconfirmedEmail})
	}
}

// GitLab's own users count as nobody who is active (app/models/user.rb, active_without_ghosts).
func TestGhostsAreNotActive(t *testing.T) {
	gl, _ := testkit.Factory(t)
	gl.AddUser(fg.User{Username: "ghost"})
	assert.Equal(t, []any{"ghost"}, as(t, gl, "root", "GET", "/users?search=ghost").Each(t, "username"))
	assert.Empty(t, as(t, gl, "root", "GET", "/users?search=ghost&active=true").Each(t, "username"))
}

// A test case has the file that its output names (lib/gitlab/ci/parsers/test/junit.rb).
func TestAttachmentsOfTestCases(t *testing.T) {
	gl, _ := testkit.Factory(t)
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	_, _ = fmt.Fprint(z, `<testsuites><testsuite><testcase name="a"><failure>no</failure>`+
		`<system-out>[[ATTACHMENT|shots/a.png]]</system-out></testcase><testcase name="b"/></testsuite></testsuites>`)
	require.NoError(t, z.Close())
	j := gl.AddJob(fg.Job{Project: "acme/shop", Name: "unit", Status: fg.JobFailed,
		Artifacts: []fg.Artifact{{Filename: "junit.xml.gz", Type: "junit", Content: out.Bytes()}}})
	got := as(t, gl, "root", "GET", fmt.Sprintf("/projects/acme%%2Fshop/pipelines/%d/test_report", j.PipelineID))
	cases := got.Field(t, "test_suites").([]any)[0].(testkit.Hash)["test_cases"].([]any)
	var urls []any
	for _, c := range cases {
		urls = append(urls, c.(testkit.Hash)["attachment_url"])
	}
	at := fmt.Sprintf("%s/acme/shop/-/jobs/%d/artifacts/file/shots/a.png", gl.URL(), j.ID)
	assert.ElementsMatch(t, []any{at, nil}, urls)
}

// lib/api/ci/job_artifacts.rb: a job that left something else than an archive has no file of one.
func TestFilesOfNoArchive(t *testing.T) {
	gl, _ := testkit.Factory(t)
	j := gl.AddJob(fg.Job{Project: "acme/shop", Name: "unit", Ref: "main", Status: fg.JobSuccess, Artifacts: []fg.Artifact{{
		Filename: "junit.xml.gz", Type: "junit", Content: testkit.Gzipped("<testsuites/>")}}})
	for _, path := range []string{"raw/a", "download"} {
		got := as(t, gl, "mia", "GET", "/projects/acme%2Fshop/jobs/artifacts/main/"+path+"?job=unit")
		assert.Equal(t, 404, got.Status, got.Body)
		assert.Equal(t, fmt.Sprintf("job %d has no archive", j.ID), because(gl), path)
	}
}
