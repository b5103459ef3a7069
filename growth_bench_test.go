package fakegitlab_test

import (
	"fmt"
	"io"
	"math"
	"net/http"
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
