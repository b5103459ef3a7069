package rest_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	fg "github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/racing"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

func TestBadInputLeavesTheJobAlone(t *testing.T) {
	const processing = `{"message":"403 Forbidden - Job is not processing on runner"}`
	trace := func(id int, body string, headers ...string) func(*testing.T, *fg.Fake, fg.Job) testkit.Reply {
		return func(t *testing.T, gl *fg.Fake, j fg.Job) testkit.Reply {
			return testkit.Send(t, gl, "PATCH", fmt.Sprintf("/jobs/%d/trace", j.ID+id), strings.NewReader(body), headers...)
		}
	}
	artifacts := func(query string, content []byte, fields ...string) func(*testing.T, *fg.Fake, fg.Job) testkit.Reply {
		return func(t *testing.T, gl *fg.Fake, j fg.Job) testkit.Reply {
			body, kind := testkit.FileForm("file", "f", content, fields...)
			return testkit.Send(t, gl, "POST", fmt.Sprintf("/jobs/%d/artifacts?%s", j.ID, query), body, "Job-Token", j.Token, "Content-Type", kind)
		}
	}
	put := func(body func(fg.Job) any) func(*testing.T, *fg.Fake, fg.Job) testkit.Reply {
		return func(t *testing.T, gl *fg.Fake, j fg.Job) testkit.Reply {
			return testkit.SendJSON(t, gl, "PUT", fmt.Sprintf("/jobs/%d", j.ID), body(j), "Job-Token", j.Token)
		}
	}
	for _, c := range []struct {
		name   string
		job    fg.Job
		do     func(*testing.T, *fg.Fake, fg.Job) testkit.Reply
		status int
		body   string
		header map[string]string
	}{
		{name: "no token", do: trace(0, "x", "Content-Type", "text/plain", "Content-Range", "3-3"), status: 403, body: `{"message":"403 Forbidden"}`},
		{name: "an empty token beside a good one", do: func(t *testing.T, gl *fg.Fake, j fg.Job) testkit.Reply {
			return testkit.Send(t, gl, "PATCH", fmt.Sprintf("/jobs/%d/trace?token=", j.ID), nil, "Job-Token", j.Token)
		}, status: 403, body: `{"message":"403 Forbidden"}`},
		{name: "an unknown job", do: trace(1, "x", "Job-Token", "glcbt-1", "Content-Type", "text/plain"), status: 403, body: `{"message":"403 Forbidden"}`},
		{name: "no Content-Range", do: func(t *testing.T, gl *fg.Fake, j fg.Job) testkit.Reply {
			return testkit.Send(t, gl, "PATCH", fmt.Sprintf("/jobs/%d/trace", j.ID), strings.NewReader("x"), "Job-Token", j.Token, "Content-Type", "text/plain")
		}, status: 400, body: `{"error":"400 Missing header Content-Range"}`},
		{name: "an image for a log", do: func(t *testing.T, gl *fg.Fake, j fg.Job) testkit.Reply {
			return testkit.Send(t, gl, "PATCH", fmt.Sprintf("/jobs/%d/trace", j.ID), strings.NewReader("x"), "Job-Token", j.Token, "Content-Type", "image/png", "Content-Range", "3-3")
		}, status: 415, body: `{"error":"The provided content-type 'image/png' is not supported."}`},
		{name: "a gap in the log", do: func(t *testing.T, gl *fg.Fake, j fg.Job) testkit.Reply { return testkit.PatchTrace(t, gl, j, 9, "x") },
			status: 416, body: `{"error":"416 Range Not Satisfiable"}`, header: map[string]string{"Range": "0-3"}},
		{name: "a log after the end", job: fg.Job{Status: fg.JobSuccess}, do: func(t *testing.T, gl *fg.Fake, j fg.Job) testkit.Reply { return testkit.PatchTrace(t, gl, j, 3, "x") },
			status: 403, body: processing, header: map[string]string{"Job-Status": "success"}},
		{name: "a second end", job: fg.Job{Status: fg.JobFailed}, do: func(t *testing.T, gl *fg.Fake, j fg.Job) testkit.Reply { return testkit.PutState(t, gl, j, "success") },
			status: 403, body: processing, header: map[string]string{"Job-Status": "failed"}},
		{name: "an end before the beginning", job: fg.Job{Status: fg.JobPending}, do: func(t *testing.T, gl *fg.Fake, j fg.Job) testkit.Reply { return testkit.PutState(t, gl, j, "success") },
			status: 403, body: processing, header: map[string]string{"Job-Status": "pending"}},
		{name: "a token in the header alone", do: put(func(j fg.Job) any { return testkit.Hash{"state": "success"} }), status: 400, body: `{"error":"token is missing"}`},
		{name: "a runner's token", do: put(func(j fg.Job) any { return testkit.Hash{"state": "success", "token": "glrt-x"} }), status: 403, body: `{"message":"403 Forbidden"}`},
		{name: "an exit code that is none", do: put(func(j fg.Job) any { return testkit.Hash{"state": "failed", "token": j.Token, "exit_code": "x"} }), status: 400, body: `{"error":"exit_code is invalid"}`},
		{name: "a job that is no number", do: func(t *testing.T, gl *fg.Fake, j fg.Job) testkit.Reply {
			return testkit.SendJSON(t, gl, "PUT", "/jobs/first", testkit.Hash{"token": j.Token, "state": "success"})
		}, status: 400, body: `{"error":"id is invalid"}`},
		{name: "no file", do: func(t *testing.T, gl *fg.Fake, j fg.Job) testkit.Reply {
			body, kind := testkit.FileForm("attachment", "f", []byte("x"))
			return testkit.Send(t, gl, "POST", fmt.Sprintf("/jobs/%d/artifacts", j.ID), body, "Job-Token", j.Token, "Content-Type", kind)
		}, status: 400, body: `{"error":"file is missing"}`},
		{name: "no file in a form with the token", do: func(t *testing.T, gl *fg.Fake, j fg.Job) testkit.Reply {
			return testkit.Send(t, gl, "POST", fmt.Sprintf("/jobs/%d/artifacts", j.ID), strings.NewReader("token="+j.Token), "Content-Type", "application/x-www-form-urlencoded")
		}, status: 400, body: `{"error":"file is missing"}`},
		{name: "no file and no token", do: func(t *testing.T, gl *fg.Fake, j fg.Job) testkit.Reply {
			return testkit.Send(t, gl, "POST", fmt.Sprintf("/jobs/%d/artifacts", j.ID), nil)
		}, status: 403, body: `{"message":"403 Forbidden"}`},
		{name: "a file that is JSON", do: func(t *testing.T, gl *fg.Fake, j fg.Job) testkit.Reply {
			return testkit.SendJSON(t, gl, "POST", fmt.Sprintf("/jobs/%d/artifacts", j.ID), testkit.Hash{"file": "x"}, "Job-Token", j.Token)
		}, status: 400, body: `{"error":"file is invalid"}`},
		{name: "a body that is nothing known", do: func(t *testing.T, gl *fg.Fake, j fg.Job) testkit.Reply {
			return testkit.Send(t, gl, "POST", fmt.Sprintf("/jobs/%d/artifacts", j.ID), strings.NewReader("PK"), "Job-Token", j.Token, "Content-Type", "application/zip")
		}, status: 415, body: `{"error":"The provided content-type 'application/zip' is not supported."}`},
		{name: "no boundary", do: func(t *testing.T, gl *fg.Fake, j fg.Job) testkit.Reply {
			return testkit.Send(t, gl, "POST", fmt.Sprintf("/jobs/%d/artifacts", j.ID), strings.NewReader("PK"), "Job-Token", j.Token, "Content-Type", "multipart/form-data")
		}, status: 400, body: "Bad Request"},
		{name: "a body without its end", do: func(t *testing.T, gl *fg.Fake, j fg.Job) testkit.Reply {
			body, kind := testkit.FileForm("file", "f.zip", []byte("PK"))
			all, _ := io.ReadAll(body)
			return testkit.Send(t, gl, "POST", fmt.Sprintf("/jobs/%d/artifacts", j.ID), bytes.NewReader(all[:len(all)-20]), "Job-Token", j.Token, "Content-Type", kind)
		}, status: 400, body: "Bad Request"},
		{name: "a NUL in a field", do: artifacts("", []byte("PK"), "expire_in", "\x00"), status: 400, body: "Bad Request"},
		{name: "a field without end", do: artifacts("", []byte("PK"), "expire_in", strings.Repeat("x", 1<<20+1)), status: 400, body: "Bad Request"},
		{name: "an unknown type", do: artifacts("artifact_type=zip", []byte("PK")), status: 400, body: `{"error":"artifact_type does not have a valid value"}`},
		{name: "an unknown type beside the file", do: artifacts("", []byte("PK"), "artifact_type", "zip"), status: 400, body: `{"error":"artifact_type does not have a valid value"}`},
		{name: "a format of another type", do: artifacts("artifact_type=junit&artifact_format=zip", []byte("PK")), status: 400,
			body: `{"message":"Validation failed: Invalid file format with specified file type"}`},
		{name: "a dotenv report that is not packed", do: artifacts("artifact_type=dotenv&artifact_format=gzip", []byte("A=1")), status: 400, body: `{"message":"Invalid Format"}`},
		{name: "a dotenv report that is none", do: artifacts("artifact_type=dotenv&artifact_format=gzip", testkit.Gzipped("no assignment")), status: 400, body: `{"message":"Invalid Format"}`},
		{name: "a dotenv report that is too big as it comes", do: artifacts("artifact_type=dotenv&artifact_format=raw", []byte(strings.Repeat("A=1\n", 1280))), status: 400,
			body: `{"message":"Dotenv Artifact Too Big. Maximum Allowable Size: 5120"}`},
		{name: "a dotenv report that is a bomb", do: artifacts("artifact_type=dotenv&artifact_format=gzip", testkit.Gzipped(strings.Repeat("A", 1<<20))), status: 400,
			body: `{"message":"Invalid Format"}`},
		{name: "a dotenv report that is none, and not packed", do: artifacts("artifact_type=dotenv&artifact_format=raw", []byte("no assignment")), status: 400, body: `{"message":"Invalid Format"}`},
		{name: "a dotenv report that should be packed", do: artifacts("artifact_type=dotenv&artifact_format=raw", []byte("A=1")), status: 400,
			body: `{"message":"Validation failed: Invalid file format with specified file type"}`},
		{name: "a second archive", job: fg.Job{Artifacts: []fg.Artifact{{Filename: "a.zip"}}}, do: artifacts("", []byte("PK")), status: 400,
			body: `{"message":"another artifact of the same type already exists"}`},
		{name: "a second archive that is none", job: fg.Job{Artifacts: []fg.Artifact{{Filename: "a.zip"}}}, do: artifacts("artifact_format=gzip", []byte("PK")), status: 400,
			body: `{"message":"Validation failed: Invalid file format with specified file type"}`},
		{name: "the artifacts of an erased job", job: fg.Job{Status: fg.JobSuccess, Erased: true}, do: artifacts("", []byte("PK")), status: 403, body: `{"message":"403 Forbidden - Job has been erased!"}`},
		{name: "a wrong token beside a good one for artifacts", job: fg.Job{Artifacts: []fg.Artifact{{Filename: "a.zip"}}}, do: func(t *testing.T, gl *fg.Fake, j fg.Job) testkit.Reply {
			return testkit.Send(t, gl, "GET", fmt.Sprintf("/jobs/%d/artifacts?token=x", j.ID), nil, "Job-Token", j.Token)
		}, status: 401, body: `{"message":"401 Unauthorized"}`},
		{name: "a file over the limit", do: artifacts("", bytes.Repeat([]byte("x"), 8<<10+1)), status: 413, body: `{"message":"file size has reached maximum size limit"}`},
		{name: "a dead token for artifacts", job: fg.Job{Status: fg.JobSuccess}, do: func(t *testing.T, gl *fg.Fake, j fg.Job) testkit.Reply {
			return testkit.Send(t, gl, "GET", fmt.Sprintf("/jobs/%d/artifacts", j.ID), nil, "Job-Token", j.Token)
		}, status: 401, body: `{"message":"401 Unauthorized"}`},
		{name: "a person's token for artifacts", do: func(t *testing.T, gl *fg.Fake, j fg.Job) testkit.Reply {
			return testkit.Send(t, gl, "GET", fmt.Sprintf("/jobs/%d/artifacts", j.ID), nil, "Private-Token", gl.AdminToken())
		}, status: 404, body: `{"message":"404 Not Found"}`}, // until 18.0 such a token is welcome
	} {
		t.Run(c.name, func(t *testing.T) {
			gl, r := testkit.Factory(t)
			gl.UpdateSettings(func(s *fg.Settings) { s.MaxArtifactsSize = 8 << 10 })
			c.job.Project, c.job.Trace = "acme/shop", "log"
			if c.job.Erased {
				c.job.Trace = ""
			}
			if c.job.Status == "" {
				c.job.Status = fg.JobRunning
			}
			if c.job.Status != fg.JobPending {
				c.job.RunnerID = r.ID
			}
			job := gl.AddJob(c.job)
			gl.AdminToken()
			before := gl.Snapshot()
			got := c.do(t, gl, job)
			assert.Equal(t, c.status, got.Status)
			assert.Equal(t, c.body, strings.TrimSpace(got.Body))
			for name, value := range c.header {
				assert.Equal(t, value, got.Header.Get(name), name)
			}
			assert.Empty(t, cmp.Diff(before, gl.Snapshot(), fg.IgnoreTimes()), "the state has changed")
			calls := gl.Calls("")
			assert.NotEmpty(t, calls[len(calls)-1].Reason)
		})
	}
}

func TestAnotherJobsToken(t *testing.T) {
	gl, r := testkit.Factory(t)
	one := gl.AddJob(fg.Job{Project: "acme/shop", Status: fg.JobRunning, RunnerID: r.ID})
	two := gl.AddJob(fg.Job{Project: "acme/shop", Status: fg.JobRunning, RunnerID: r.ID})
	two.Token = one.Token
	assert.Equal(t, 403, testkit.PatchTrace(t, gl, two, 0, "x").Status)
	gl.AddProject(fg.Project{Path: "other/secret"})
	gl.AddUser(fg.User{Username: "zoe"})
	secret := gl.AddJob(fg.Job{Project: "other/secret", Artifacts: []fg.Artifact{{Filename: "a.zip"}}})
	asZoe := gl.AddJob(fg.Job{Project: "acme/shop", User: "zoe", Status: fg.JobRunning, RunnerID: r.ID})
	assert.Equal(t, 403, testkit.Send(t, gl, "GET", fmt.Sprintf("/jobs/%d/artifacts", secret.ID), nil, "Job-Token",
		asZoe.Token).Status)
	assert.Equal(t, 404, testkit.Send(t, gl, "GET", fmt.Sprintf("/jobs/%d/artifacts?job_token=%s", asZoe.ID, one.Token),
		nil).Status)
	gl.UpdateProject("other/secret", func(p *fg.Project) { p.Members = fg.Members{"zoe": fg.Owner} })
	assert.Equal(t, 403, testkit.Send(t, gl, "GET", fmt.Sprintf("/jobs/%d/artifacts", secret.ID), nil, "Job-Token",
		asZoe.Token).Status, "it is a job of another project")
	gl.UpdateProject("other/secret", func(p *fg.Project) { p.Visibility = fg.Internal })
	assert.Equal(t, 200, testkit.Send(t, gl, "GET", fmt.Sprintf("/jobs/%d/artifacts", secret.ID), nil, "Job-Token",
		asZoe.Token).Status)
}

// TestABodyCutOff has clients give up in the middle of a body.
func TestABodyCutOff(t *testing.T) {
	for _, path := range []string{"trace", "artifacts"} {
		t.Run(path, func(t *testing.T) {
			gl, r := testkit.Factory(t)
			job := gl.AddJob(fg.Job{Project: "acme/shop", Status: fg.JobRunning, RunnerID: r.ID})
			conn, err := net.Dial("tcp", strings.TrimPrefix(gl.URL(), "http://"))
			require.NoError(t, err)
			method, kind := "PATCH", "text/plain"
			if path == "artifacts" {
				method, kind = "POST", "multipart/form-data; boundary=b"
			}
			_, err = fmt.Fprintf(conn, "%s /api/v4/jobs/%d/%s HTTP/1.1\r\nHost: x\r\nJob-Token: %s\r\nContent-Type: %s\r\nContent-Range: 0-99\r\nContent-Length: 1000\r\n\r\n"+
				"--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\nhalf", method, job.ID, path,
				job.Token, kind)
			require.NoError(t, err)
			require.NoError(t, conn.Close())
			call, err := gl.WaitForCall(t.Context(), fg.Endpoint(method+" /jobs/:id/"+path))
			require.NoError(t, err)
			assert.Equal(t, 400, call.Status)
			assert.Contains(t, call.Reason, "cut off")
			assert.Equal(t, job, gl.JobRun(job.ID).Job())
		})
	}
}

// TestWhoIsRefusedSendsNoBody: authentication is decided before the body of an upload is read.
func TestWhoIsRefusedSendsNoBody(t *testing.T) {
	gl, r := testkit.Factory(t)
	job := gl.AddJob(fg.Job{Project: "acme/shop", Status: fg.JobRunning, RunnerID: r.ID})
	body, w := io.Pipe() // nothing ever comes
	defer w.Close()
	a, err := testkit.TrySend(t, context.Background(), gl, "POST", fmt.Sprintf("/jobs/%d/artifacts", job.ID), body,
		"Job-Token", "glcbt-wrong", "Content-Type", "multipart/form-data; boundary=b")
	require.NoError(t, err)
	assert.Equal(t, 403, a.Status)
}

// onRead is a body that does something when it is read for the first time.
type onRead struct {
	io.Reader
	do func()
}

func (b *onRead) Read(p []byte) (int, error) {
	if b.do != nil {
		b.do()
		b.do = nil
	}
	return b.Reader.Read(p)
}

// TestWhatChangesWhileABodyIsRead: the body is read without any lock, and the job is looked at again when it has come.
func TestWhatChangesWhileABodyIsRead(t *testing.T) {
	gl, r := testkit.Factory(t, fg.WithInMemoryNetwork())
	for path, kind := range map[string]string{"trace": "text/plain", "artifacts": "multipart/form-data; boundary=b",
		"artifacts?no=form": "application/x-www-form-urlencoded"} {
		job := gl.AddJob(fg.Job{Project: "acme/shop", Status: fg.JobRunning, RunnerID: r.ID})
		text := "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"f\"\r\n\r\nx\r\n--b--\r\n"
		method := "POST"
		if path == "trace" {
			method = "PATCH"
		}
		if kind == "application/x-www-form-urlencoded" {
			text = "token=" + job.Token
		}
		body := &onRead{strings.NewReader(text), func() { gl.FinishJob(job.ID, fg.JobSuccess) }}
		a, err := testkit.TrySend(t, t.Context(), gl, method, fmt.Sprintf("/jobs/%d/%s", job.ID, path), body, "Job-Token",
			job.Token, "Content-Type", kind, "Content-Range", "0-9")
		require.NoError(t, err)
		assert.Equal(t, 403, a.Status, path)
		assert.Equal(t, "success", a.Header.Get("Job-Status"), path)
		kept := gl.JobRun(job.ID)
		assert.Empty(t, kept.Trace())
		assert.Empty(t, kept.Artifacts())
		calls := gl.Calls("")
		assert.Equal(t, text, string(calls[len(calls)-1].Body), path)
	}
}

// heap is how much memory is in use after a collection.
func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// zeroBytes is n bytes that are made as they are read.
type zeroBytes struct{ n int64 }

func (z *zeroBytes) Read(p []byte) (int, error) {
	if z.n == 0 {
		return 0, io.EOF
	}
	n := int(min(int64(len(p)), z.n))
	clear(p[:n])
	z.n -= int64(n)
	return n, nil
}

// TestLargeUploads: a log and an artifact cost the memory that they are, and little more.
func TestLargeUploads(t *testing.T) {
	racing.Skip(t)
	if testing.Short() {
		t.Skip("takes 0.6 GiB")
	}
	const mib, logSize, fileSize, extra = 1 << 20, 64 << 20, 256 << 20, 8 << 20
	gl, r := testkit.Factory(t)
	gl.UpdateSettings(func(s *fg.Settings) { s.MaxArtifactsSize = 300 * mib })
	job := gl.AddJob(fg.Job{Project: "acme/shop", Status: fg.JobRunning, RunnerID: r.ID})
	before := heap()
	a, err := testkit.TrySend(t, t.Context(), gl, "PATCH", fmt.Sprintf("/jobs/%d/trace", job.ID), &zeroBytes{logSize / 2},
		"Job-Token", job.Token, "Content-Type", "text/plain", "Content-Range", "0-0")
	require.NoError(t, err)
	assert.Equal(t, fmt.Sprintf("0-%d", logSize/2), a.Header.Get("Range"))
	for at := logSize / 2; at < logSize; at += mib { // as gitlab-runner sends it
		a, err = testkit.TrySend(t, t.Context(), gl, "PATCH", fmt.Sprintf("/jobs/%d/trace", job.ID), &zeroBytes{mib},
			"Job-Token", job.Token, "Content-Type", "text/plain", "Content-Range", fmt.Sprintf("%d-0", at))
		require.NoError(t, err)
	}
	assert.Equal(t, fmt.Sprintf("0-%d", logSize), a.Header.Get("Range"))
	logged := heap()
	assert.Less(t, logged-before, uint64(logSize+extra))

	body, w := io.Pipe()
	form := multipart.NewWriter(w)
	go func() {
		part, _ := form.CreateFormFile("file", "big.zip")
		_, _ = io.Copy(part, &zeroBytes{fileSize})
		_ = form.Close()
		_ = w.Close()
	}()
	a, err = testkit.TrySend(t, t.Context(), gl, "POST", fmt.Sprintf("/jobs/%d/artifacts", job.ID), body, "Job-Token",
		job.Token, "Content-Type", form.FormDataContentType())
	require.NoError(t, err)
	require.Equal(t, 201, a.Status)
	var peak runtime.MemStats
	runtime.ReadMemStats(&peak)
	assert.Less(t, heap()-logged, uint64(fileSize+extra))
	t.Logf("a 64 MiB log took %d MiB, a 256 MiB artifact %d MiB; the process has %d MiB from the system",
		(logged-before)/mib, (heap()-logged)/mib, peak.Sys/mib)

	resp, err := gl.Client().Do(download(t, gl, job))
	require.NoError(t, err)
	defer resp.Body.Close()
	sum := sha256.New()
	n, err := io.Copy(sum, resp.Body)
	require.NoError(t, err)
	assert.EqualValues(t, fileSize, n)
	want := sha256.New()
	_, _ = io.Copy(want, &zeroBytes{fileSize})
	assert.Equal(t, want.Sum(nil), sum.Sum(nil))
	assert.Less(t, heap()-logged, uint64(fileSize+extra))
	for _, c := range gl.Calls("") {
		assert.LessOrEqual(t, max(len(c.Body), len(c.ResponseBody)), 64<<10, "the journal keeps the beginning")
	}
}

func download(t *testing.T, gl *fg.Fake, j fg.Job) *http.Request {
	req, err := http.NewRequest("GET", fmt.Sprintf("%s/jobs/%d/artifacts", gl.APIURL(), j.ID), nil)
	require.NoError(t, err)
	req.Header.Set("Job-Token", j.Token)
	return req
}

// What is kept of a large form, in the state or in the journal, keeps the rest of it no longer.
func TestLargeFormsAreLetGo(t *testing.T) {
	const mib = 1 << 20
	gl := testkit.NewMia(t, fg.WithJournalBytes(mib), fg.WithUnknownEndpoints(true))
	before := heap()
	for i := range 4 {
		form := fmt.Sprintf("path=kept%d&name=kept%d&description=short&junk=", i, i) + strings.Repeat("x", 8*mib)
		res := testkit.Send(t, gl, "POST", "/groups", strings.NewReader(form), "PRIVATE-TOKEN", gl.AdminToken(), "Content-Type",
			"application/x-www-form-urlencoded")
		require.Equal(t, 201, res.Status, res.Body)
	}
	require.Len(t, gl.Calls(""), 4)
	assert.Less(t, heap(), before+8*mib)
}
