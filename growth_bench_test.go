package fakegitlab_test

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab"
)

// growing measures something of 1,000, 10,000 and 100,000 by turns and prints the medians and the exponent by which it
// grows from the first to the last: 1 is linear. prepare makes what is to be measured, which may be used once.
func growing(b *testing.B, prepare func(n int) (measured, after func())) {
	sizes := []int{1000, 10_000, 100_000}
	took := make([][]time.Duration, len(sizes))
	for b.Loop() {
		for i, n := range sizes {
			do, after := prepare(n)
			runtime.GC()
			began := time.Now()
			do()
			took[i] = append(took[i], time.Since(began))
			after()
		}
	}
	b.ReportMetric(0, "ns/op") // of all together: says nothing
	for i, n := range sizes {
		b.ReportMetric(float64(median(took[i])), fmt.Sprint(n, "-ns"))
	}
	last := len(sizes) - 1
	growth := float64(median(took[last])) / float64(median(took[0]))
	b.ReportMetric(math.Log(growth)/math.Log(float64(sizes[last])/float64(sizes[0])), "exponent")
}

// queued is a fleet of n runners, and a tenth as many pending jobs of ten kinds.
func queued(n int) fakegitlab.Scenario {
	s := fleet(n)
	for i := range n / 10 {
		s.Jobs = append(s.Jobs, fakegitlab.Job{Project: "acme/shop", Tags: []string{fmt.Sprint("n", i%10)}})
	}
	return s
}

// BenchmarkSeedGrowth is Seed of runners, and of a tenth as many jobs that wait for them.
func BenchmarkSeedGrowth(b *testing.B) {
	growing(b, func(n int) (measured, after func()) {
		s, gl := queued(n), start(b, networks["memory"]...)
		return func() { require.NoError(b, gl.Seed(s)) }, gl.Close
	})
}

// BenchmarkAddJobGrowth is a hundred calls of AddJob beside that many runners.
func BenchmarkAddJobGrowth(b *testing.B) {
	growing(b, func(n int) (measured, after func()) {
		gl := fakegitlab.New(b, append(networks["memory"], fakegitlab.WithScenario(fleet(n)))...)
		return func() {
			for range 100 {
				gl.AddJob(fakegitlab.Job{Project: "acme/shop"})
			}
		}, gl.Close
	})
}

// requesting returns AddJob and the POST /jobs/request that gets the job, of a fake on whose runners so many are running.
func requesting(b *testing.B, running int) func() {
	s := fakegitlab.NewScenario().WithProject("acme/shop").
		WithRunner("busy", func(r *fakegitlab.Runner) { r.ID = 7 }).
		WithRunner("asking", func(r *fakegitlab.Runner) { r.Token = "glrt-asking" })
	for range running {
		s.Jobs = append(s.Jobs, fakegitlab.Job{Project: "acme/shop", Status: fakegitlab.JobRunning, RunnerID: 7})
	}
	gl := fakegitlab.New(b, append(networks["memory"], fakegitlab.WithScenario(s), fakegitlab.WithJournalLimit(100))...)
	client, url := gl.Client(), gl.APIURL()+"/jobs/request"
	return func() {
		gl.AddJob(fakegitlab.Job{Project: "acme/shop"})
		res, err := client.Post(url, "application/json", strings.NewReader(`{"token":"glrt-asking"}`))
		require.NoError(b, err)
		_, _ = io.Copy(io.Discard, res.Body)
		_ = res.Body.Close()
		if res.StatusCode != http.StatusCreated {
			b.Fatal(res.Status)
		}
	}
}

// BenchmarkRequestJob is POST /jobs/request, which is answered with a job, with many jobs running beside none.
func BenchmarkRequestJob(b *testing.B) {
	b.ReportAllocs()
	sideBySide(b, "3000", requesting(b, 3000), "0", requesting(b, 0))
}

// BenchmarkAssertWorld is AssertSnapshot and AssertChanged of 1,000 runners that are as expected, and of which one is
// not, beside a Snapshot alone.
func BenchmarkAssertWorld(b *testing.B) {
	gl := fakegitlab.New(b, append(networks["memory"], fakegitlab.WithScenario(fleet(1000)))...)
	want := gl.Snapshot()
	wrong := gl.Snapshot()
	wrong.Runners[500].Description = "another"
	pause := func(s *fakegitlab.Scenario) { s.Runners[500].Paused = !s.Runners[500].Paused }
	var said quiet
	for name, does := range map[string]struct {
		assert func() bool
		holds  bool
	}{
		"snapshot holds":  {func() bool { return gl.AssertSnapshot(&said, want) }, true},
		"snapshot fails":  {func() bool { return gl.AssertSnapshot(&said, wrong) }, false},
		"unchanged holds": {func() bool { return gl.AssertChanged(&said, want, nil) }, true},
		"unchanged holds without times": {func() bool {
			return gl.AssertChanged(&said, want, nil, fakegitlab.IgnoreTimes())
		}, true},
		"changed fails": {func() bool { return gl.AssertChanged(&said, want, pause) }, false},
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			sideBySide(b, "assert", func() {
				if does.assert() != does.holds {
					b.Fatal(said.last)
				}
			}, "Snapshot", func() { gl.Snapshot() })
		})
	}
}

// quiet is a test that may fail.
type quiet struct{ last string }

func (q *quiet) Errorf(format string, args ...any) { q.last = fmt.Sprintf(format, args...) }

// BenchmarkReadScenario is ReadScenario of 3,000 runners with their projects and jobs.
func BenchmarkReadScenario(b *testing.B) {
	var text bytes.Buffer
	require.NoError(b, queued(3000).Write(&text))
	b.SetBytes(int64(text.Len()))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := fakegitlab.ReadScenario(bytes.NewReader(text.Bytes())); err != nil {
			b.Fatal(err)
		}
	}
}

// sending returns a request with that body to a URL of its own each time, which must be answered with that status.
func sending(b *testing.B, client *http.Client, status int, next func() *http.Request) func() {
	return func() {
		res, err := client.Do(next())
		require.NoError(b, err)
		_, _ = io.Copy(io.Discard, res.Body)
		_ = res.Body.Close()
		if res.StatusCode != status {
			b.Fatal(res.Status)
		}
	}
}

// BenchmarkUpload is a piece of log of 1 MiB and an artifact of 64 MiB over TCP, beside a server that reads the same
// into memory and says nothing of it.
func BenchmarkUpload(b *testing.B) {
	gl := fakegitlab.New(b, fakegitlab.WithJournalLimit(10), fakegitlab.WithScenario(fakegitlab.NewScenario().
		WithProject("acme/shop").WithRunner("r", func(r *fakegitlab.Runner) { r.ID = 7 })))
	bare := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.CopyN(io.Discard, bytes.NewReader(must(io.ReadAll(r.Body))), 1)
	}))
	b.Cleanup(bare.Close)
	line := []byte("a line of log that goes on and on, like all of them, for a hundred characters, to be more than little\n")
	log := bytes.Repeat(line, 1<<20/len(line))
	var form bytes.Buffer
	parts := multipart.NewWriter(&form)
	file := must(parts.CreateFormFile("file", "a.zip"))
	_, _ = file.Write(bytes.Repeat(line, 64<<20/len(line)))
	_ = parts.WriteField("artifact_type", "archive")
	_ = parts.WriteField("artifact_format", "zip")
	_ = parts.Close()
	for name, with := range map[string]struct {
		method, path, media string
		body                []byte
		status              int
	}{
		"trace":    {"PATCH", "trace", "text/plain", log, http.StatusAccepted},
		"artifact": {"POST", "artifacts", parts.FormDataContentType(), form.Bytes(), http.StatusCreated},
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			last := 0
			request := func(url string) *http.Request {
				r := must(http.NewRequest(with.method, url, bytes.NewReader(with.body)))
				r.Header.Set("Content-Type", with.media)
				r.Header.Set("Content-Range", fmt.Sprint("0-", len(with.body)-1))
				return r
			}
			sideBySide(b, "fake", sending(b, gl.Client(), with.status, func() *http.Request {
				if last != 0 {
					gl.DeletePipeline(last)
				}
				j := gl.AddJob(fakegitlab.Job{Project: "acme/shop", Status: fakegitlab.JobRunning, RunnerID: 7})
				last = j.PipelineID
				r := request(fmt.Sprintf("%s/jobs/%d/%s", gl.APIURL(), j.ID, with.path))
				r.Header.Set("JOB-TOKEN", j.Token)
				return r
			}), "bare", sending(b, bare.Client(), http.StatusOK, func() *http.Request { return request(bare.URL) }))
		})
	}
}

func must[V any](v V, err error) V {
	if err != nil {
		panic(err)
	}
	return v
}

// BenchmarkHeapOfJobs is the heap that a pending job holds on to.
func BenchmarkHeapOfJobs(b *testing.B) {
	const jobs = 10_000
	s := fakegitlab.NewScenario().WithProject("acme/shop")
	for i := range jobs {
		s.Jobs = append(s.Jobs, fakegitlab.Job{Project: "acme/shop", Tags: []string{fmt.Sprint("n", i%10)}})
	}
	heap := func() float64 {
		runtime.GC()
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return float64(m.HeapAlloc)
	}
	for b.Loop() {
		gl := start(b)
		before := heap()
		require.NoError(b, gl.Seed(s))
		b.ReportMetric((heap()-before)/jobs, "heap-B/job")
		gl.Close()
	}
}
