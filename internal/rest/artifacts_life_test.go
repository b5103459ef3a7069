package rest_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"github.com/fakegitlab/fakegitlab/ci"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	fg "github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

// life is a fake in which TestLifeOfArtifacts tells its story.
type life struct {
	*testing.T
	gl     *fg.Fake
	runner fg.Runner
}

// TestLifeOfArtifacts is the life of what a job keeps: a later stage gets it, its time passes while it is of the latest
// pipeline of its ref, and it goes when a newer one succeeds (docs ci/jobs/job_artifacts; app/models/ci/build.rb,
// valid_dependency? and available_artifacts?; app/services/ci/unlock_artifacts_service.rb).
func TestLifeOfArtifacts(t *testing.T) {
	fg.ForEachVersion(t, []string{"17.2", "19.4"}, func(t *testing.T, gl *fg.Fake) {
		gl.AddProject(fg.Project{Path: "acme/shop"})
		l := life{t, gl, gl.AddRunner(fg.Runner{Projects: []string{"acme/shop"}})}
		unit := gl.AddJob(fg.Job{Project: "acme/shop", Name: "unit", Stage: "test"})
		deploy := gl.AddJob(fg.Job{Project: "acme/shop", Name: "deploy", Stage: "deploy", Status: fg.JobCreated,
			PipelineID: unit.PipelineID, Spec: fg.JobSpec{Needs: []fg.Need{{Job: "unit"}}}})
		t.Logf("%s: GitLab %s, pipeline %d: unit in stage test, deploy in stage deploy, which needs unit",
			gl.Now().Format(time.DateTime), gl.Version(), unit.PipelineID)
		l.run(unit)
		l.gives("unit", 201, deploy, gl.EnqueueJob)
		gl.FinishJob(deploy.ID, fg.JobSuccess)

		gl.Advance(25 * time.Hour)
		t.Logf("%s: a day has passed", gl.Now().Format(time.DateTime))
		assert.False(t, l.shown(unit), "artifacts_file")
		assert.Equal(t, 200, l.download(unit))
		retried := l.retry(deploy)
		l.gives("unit", 201, retried, nil)
		gl.FinishJob(retried.ID, fg.JobSuccess)

		newer := gl.AddJob(fg.Job{Project: "acme/shop", Name: "unit", Stage: "test"})
		t.Logf("%s: pipeline %d of the same ref", gl.Now().Format(time.DateTime), newer.PipelineID)
		assert.Equal(t, 200, l.download(unit), "while the newer one has not succeeded")
		l.run(newer)
		assert.Equal(t, 404, l.download(unit))
		assert.Equal(t, 200, l.download(newer))
		late := l.retry(retried)
		l.gives("unit", 204, late, nil)
		late, _ = gl.Job(late.ID)
		assert.Equal(t, "missing_dependency_failure", late.FailureReason)
		t.Logf("deploy is %s, %s", late.Status, late.FailureReason)
	})
}

// Each file of a job has a time of its own, and the job that of its last upload: a file goes by its own, and what GitLab
// asks of the job alone by the job's (app/models/ci/build.rb, available_artifacts? and artifacts?;
// lib/api/ci/job_artifacts.rb). That a worker then removes the files changes nothing of it.
func TestFilesGoByTheirOwnTime(t *testing.T) {
	off := false
	archive, report := "expire_in=%s", "artifact_type=junit&artifact_format=gzip&expire_in=%s"
	for name, tt := range map[string]struct {
		archive, report  string
		reportFirst      bool
		download, single int
		shown            bool
		kept             int
	}{
		"the archive goes, the job does not": {archive: "1+hour", report: "30+days", download: 404, single: 404, kept: 404},
		"the job goes, the archive does not": {archive: "never", report: "1+hour", download: 200, single: 404, kept: 404},
		"the report goes, the job does not": {archive: "30+days", report: "1+hour", reportFirst: true, download: 200,
			single: 200, shown: true, kept: 200},
		"both go": {archive: "1+hour", report: "1+hour", download: 404, single: 404, kept: 404},
	} {
		t.Run(name, func(t *testing.T) {
			gl, r := testkit.Factory(t)
			gl.UpdateProject("acme/shop", func(p *fg.Project) { p.KeepLatestArtifact = &off })
			job := gl.AddJob(fg.Job{Project: "acme/shop", Status: fg.JobRunning, RunnerID: r.ID})
			send := func(query, filename string, content []byte) {
				require.Equal(t, 201, testkit.Upload(t, gl, job, query, filename, content).Status)
			}
			uploads := []func(){
				func() { send(fmt.Sprintf(archive, tt.archive), "a.zip", zipOf(t, "a")) },
				func() { send(fmt.Sprintf(report, tt.report), "j.gz", testkit.Gzipped("x")) },
			}
			if tt.reportFirst {
				slices.Reverse(uploads)
			}
			for _, upload := range uploads {
				upload()
			}
			gl.FinishJob(job.ID, fg.JobSuccess)
			gl.Advance(2 * time.Hour)
			path := fmt.Sprintf("/projects/acme%%2Fshop/jobs/%d", job.ID)
			ask := func(method, path string) testkit.Reply { return testkit.Ask(t, gl, gl.AdminToken(), method, path) }
			for _, when := range []string{"before the workers", "after them"} {
				assert.Equal(t, tt.download, ask("GET", path+"/artifacts").Status, when)
				assert.Equal(t, tt.single, ask("GET", path+"/artifacts/a").Status, when)
				assert.Equal(t, tt.shown, ask("GET", path).JSON(t)["artifacts_file"] != nil, when)
				gl.RunWorkers()
			}
			assert.Equal(t, tt.kept, ask("POST", path+"/artifacts/keep").Status)
		})
	}
}

// run has the runner take a job, keep a dotenv and a junit report and an archive for a day, and succeed.
func (l life) run(j fg.Job) {
	l.Helper()
	require.Equal(l, 201, testkit.RequestJob(l, l.gl, l.runner.Token).Status)
	for _, a := range []struct {
		query, filename string
		content         []byte
	}{
		{"artifact_type=dotenv&artifact_format=gzip&expire_in=1+day", "env.gz", testkit.Gzipped("RELEASE=7")},
		{"artifact_type=junit&artifact_format=gzip&expire_in=1+day", "junit.xml.gz", testkit.Gzipped("<testsuites/>")},
		{"expire_in=1+day", "out.zip", zipOf(l.T, "out/app")},
	} {
		status := testkit.Upload(l, l.gl, j, a.query, a.filename, a.content).Status
		require.Equal(l, 201, status)
		l.Logf("unit uploads %s: %d", a.filename, status)
	}
	require.Equal(l, 200, testkit.PutState(l, l.gl, j, "success").Status)
	assert.True(l, l.shown(j), "artifacts_file")
}

// gives checks what the runner that asks for a job gets: 201 is this one, with what it needs.
func (l life) gives(needed string, want int, j fg.Job, first func(int) fg.Job) {
	l.Helper()
	if first != nil {
		first(j.ID)
	}
	got := testkit.RequestJob(l, l.gl, l.runner.Token)
	require.Equal(l, want, got.Status, got.Body)
	l.Logf("the runner asks for a job: %d", got.Status)
	if want == 204 {
		return
	}
	told := got.JSON(l)
	assert.EqualValues(l, j.ID, told["id"])
	dependency := told["dependencies"].([]any)[0].(testkit.Hash)
	assert.Equal(l, needed, dependency["name"])
	assert.Equal(l, "out.zip", testkit.Descend(dependency["artifacts_file"], "filename"))
	assert.Contains(l, told["variables"], testkit.Hash{"key": "RELEASE", "value": "7", "public": false, "masked": false})
	l.Logf("it is deploy, with RELEASE=7 and the dependency %v", dependency["artifacts_file"])
}

// shown reports whether the job shows its archive, and logs what it shows.
func (l life) shown(j fg.Job) bool {
	l.Helper()
	e := l.ask("GET", j, "").JSON(l)
	_, shown := e["artifacts_file"]
	l.Logf("unit shows artifacts_file: %v, artifacts_expire_at: %v, artifacts:", e["artifacts_file"], e["artifacts_expire_at"])
	var types []string
	for _, a := range e["artifacts"].([]any) {
		types = append(types, a.(testkit.Hash)["file_type"].(string))
		l.Logf("    %v", a)
	}
	assert.Equal(l, []string{"dotenv", "junit", "archive", "metadata"}, types)
	assert.NotNil(l, e["artifacts_expire_at"])
	return shown
}

func (l life) download(j fg.Job) int {
	l.Helper()
	status := l.ask("GET", j, "/artifacts").Status
	l.Logf("GET the archive of unit in pipeline %d: %d", j.PipelineID, status)
	return status
}

func (l life) retry(j fg.Job) fg.Job {
	l.Helper()
	got := l.ask("POST", j, "/retry")
	require.Equal(l, 201, got.Status, got.Body)
	next, _ := l.gl.Job(int(got.Field(l, "id").(float64)))
	l.Log("somebody retries deploy")
	return next
}

func (l life) ask(method string, j fg.Job, suffix string) testkit.Reply {
	l.Helper()
	return as(l.T, l.gl, "root", method, fmt.Sprintf("/projects/acme%%2Fshop/jobs/%d%s", j.ID, suffix))
}

// zipOf is an archive with one file.
func zipOf(t *testing.T, name string) []byte {
	t.Helper()
	var packed bytes.Buffer
	w := zip.NewWriter(&packed)
	f, err := w.Create(name)
	require.NoError(t, err)
	_, err = f.Write([]byte("content of " + name))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return packed.Bytes()
}

// A world with locks, expired artifacts, metadata, debug mode and played jobs is the same out of its Snapshot.
func TestArtifactsOutOfASnapshot(t *testing.T) {
	gl, r := testkit.Factory(t)
	off := false
	gl.UpdateProject("acme/shop", func(p *fg.Project) { p.KeepLatestArtifact = &off })
	gl.UpdateSettings(func(s *fg.Settings) { s.KeepLatestArtifacts = &off })
	first := gl.AddJob(fg.Job{Project: "acme/shop", Stage: "build", Status: fg.JobSuccess, Artifacts: []fg.Artifact{
		{Filename: "j.gz", Type: "junit", ExpiresAt: gl.Now().Add(time.Hour)}, {Filename: "a.zip", Content: zipOf(t, "a")}}})
	assert.Zero(t, first.ArtifactsExpireAt, "the last one says so")
	assert.Equal(t, "metadata", first.Artifacts[2].Type)
	second := gl.AddJob(fg.Job{Project: "acme/shop", Stage: "ship", PipelineID: first.PipelineID, Status: fg.JobManual})
	assert.Equal(t, 1, second.StageIndex)
	assert.True(t, second.Manual)
	running := gl.AddJob(fg.Job{Project: "acme/shop", Status: fg.JobRunning, RunnerID: r.ID})
	testkit.Upload(t, gl, running, "expire_in=1+day", "b.zip", zipOf(t, "b"))
	testkit.Upload(t, gl, running, "expire_in=2+days&artifact_type=junit&artifact_format=gzip", "j.gz", testkit.Gzipped(""))
	running, _ = gl.Job(running.ID)
	assert.Equal(t, gl.Now().Add(48*time.Hour), running.ArtifactsExpireAt)
	testkit.Send(t, gl, "PATCH", fmt.Sprintf("/jobs/%d/trace?debug_trace=true", running.ID), bytes.NewReader([]byte("x")),
		"Job-Token", running.Token, "Content-Type", "text/plain", "Content-Range", "0-0")
	running, _ = gl.Job(running.ID)
	assert.True(t, running.DebugTrace)
	assert.Equal(t, gl.Snapshot(), seeded(t, gl).Snapshot())
}

// After 45 jobs that cannot be run GitLab has the runner ask again (app/services/ci/register_job_service.rb).
func TestQueueOfJobsThatCannotRun(t *testing.T) {
	gl, r := testkit.Factory(t)
	gl.UpdateUser("dev", func(u *fg.User) { u.State = fg.UserBlocked })
	for range 50 {
		gl.AddJob(fg.Job{Project: "acme/shop", User: "dev"})
	}
	first := testkit.RequestJob(t, gl, r.Token)
	assert.Equal(t, 409, first.Status)
	assert.JSONEq(t, `{"message":"409 Conflict"}`, first.Body)
	pending := 0
	for _, j := range gl.Jobs() {
		if j.Status == fg.JobPending {
			pending++
		}
	}
	assert.Equal(t, 5, pending)
	assert.Equal(t, 204, testkit.RequestJob(t, gl, r.Token).Status)
	for range 45 {
		gl.AddJob(fg.Job{Project: "acme/shop", User: "dev"})
	}
	good := gl.AddJob(fg.Job{Project: "acme/shop"})
	assert.Equal(t, 409, testkit.RequestJob(t, gl, r.Token).Status)
	assert.EqualValues(t, good.ID, testkit.RequestJob(t, gl, r.Token).Field(t, "id"))
}

// Artifacts that are not for everybody stay so when they have expired, until they are swept away.
func TestExpiredArtifactsStayPrivate(t *testing.T) {
	gl := fg.New(t, fg.WithScenario(fg.NewScenario().WithUser("eve")))
	gl.AddProject(fg.Project{Path: "acme/shop", Visibility: fg.Public})
	no := false
	res := testkit.Ask(t, gl, gl.AdminToken(), "PUT", "/projects/10001?keep_latest_artifact=false")
	require.Equal(t, 200, res.Status, res.Body)
	j := gl.AddJob(fg.Job{Project: "acme/shop", Status: fg.JobSuccess,
		Spec:      fg.JobSpec{Artifacts: &ci.JobArtifacts{Public: &no}},
		Artifacts: []fg.Artifact{{Filename: "a.zip", Content: []byte("PK"), ExpiresAt: gl.Now().Add(time.Hour)}}})
	get := func() int {
		return testkit.Ask(t, gl, gl.Token("eve"), "GET", fmt.Sprintf("/projects/10001/jobs/%d/artifacts", j.ID)).Status
	}
	assert.Equal(t, 403, get())
	gl.Advance(2 * time.Hour)
	assert.Equal(t, 403, get())
	gl.RunWorkers()
	assert.Equal(t, 404, get())
}
