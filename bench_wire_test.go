package fakegitlab_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/memnet"
)

// The benchmarks of the way of a request, from the client to the journal and back.

// one is a world with one runner, of the ID 5.
func one() fakegitlab.Scenario {
	return fakegitlab.Scenario{Runners: []fakegitlab.Runner{{ID: 5, Description: "x"}}}
}

// calling returns a GET that takes as little as it can itself and may come from many goroutines.
func calling(b *testing.B, client *http.Client, url, token string) func() {
	return func() {
		r, err := http.NewRequest("GET", url, nil)
		if err != nil {
			b.Error(err)
			return
		}
		r.Header.Set("PRIVATE-TOKEN", token)
		res, err := client.Do(r)
		if err != nil {
			b.Error(err)
			return
		}
		_, _ = io.Copy(io.Discard, res.Body)
		_ = res.Body.Close()
		if res.StatusCode != http.StatusOK {
			b.Error(res.Status)
		}
	}
}

// times has something done so often: in runs of several calls the processor's caches are those of one subject.
func times(n int, do func()) func() {
	return func() {
		for range n {
			do()
		}
	}
}

// BenchmarkNetworks is GET /runners/:id over TCP beside the same in memory, 16 calls each in turn; and a handler that
// writes the same answer, which says how much faster memory can make anything.
func BenchmarkNetworks(b *testing.B) {
	b.Run("fake", func(b *testing.B) {
		get := func(name string) func() {
			gl := fakegitlab.New(b, append(networks[name], fakegitlab.WithScenario(one()), fakegitlab.WithJournalLimit(100))...)
			return times(16, calling(b, gl.Client(), gl.APIURL()+"/runners/5", gl.AdminToken()))
		}
		sideBySide(b, "TCP", get("TCP"), "memory", get("memory"))
	})
	b.Run("handler", func(b *testing.B) {
		handler := bareHandler(b, fakegitlab.New(b, fakegitlab.WithScenario(one())))
		server := httptest.NewServer(handler)
		b.Cleanup(server.Close)
		memory := &memnet.RoundTripper{Handler: handler, Inline: func(*http.Request) bool { return true }}
		sideBySide(b, "TCP", times(16, calling(b, server.Client(), server.URL, "token")), "memory",
			times(16, calling(b, &http.Client{Transport: memory}, server.URL, "token")))
	})
}

// bareHandler writes what a fake answers to GET /runners/5, headers and all.
func bareHandler(b *testing.B, gl *fakegitlab.Fake) http.Handler {
	b.Helper()
	res := get(b, gl.Client(), gl.APIURL()+"/runners/5", gl.AdminToken())
	body, err := io.ReadAll(res.Body)
	require.NoError(b, err)
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		for name, values := range res.Header {
			w.Header()[name] = values
		}
		_, _ = w.Write(body)
	})
}

// BenchmarkManyClients is so many clients in memory on one fake, and on a handler that writes the same answer, in turn.
func BenchmarkManyClients(b *testing.B) {
	const calls = 6400
	gl := fakegitlab.New(b, append(networks["memory"], fakegitlab.WithScenario(one()))...)
	bare := &memnet.RoundTripper{Inline: func(*http.Request) bool { return true }, Handler: bareHandler(b, gl)}
	for _, clients := range []int{1, 64} {
		b.Run(strconv.Itoa(clients), func(b *testing.B) {
			at := func(do func()) func() {
				return func() {
					var all sync.WaitGroup
					for range clients {
						all.Go(times(calls/clients, do))
					}
					all.Wait()
				}
			}
			url := gl.APIURL() + "/runners/5"
			var took time.Duration
			fake := at(calling(b, gl.Client(), url, gl.AdminToken()))
			timed := func() {
				began := time.Now()
				fake()
				took += time.Since(began)
			}
			n := 0
			sideBySide(b, "fake", func() { timed(); n++ }, "handler",
				at(calling(b, &http.Client{Transport: bare}, url, "token")))
			b.ReportMetric(float64(n*calls)/took.Seconds(), "calls/s")
		})
	}
}

// firstCall is the variable that has TestFirstCall say what the first start and call in a process take.
const firstCall = "FAKEGITLAB_FIRST_CALL"

// TestFirstCall is what BenchmarkFirstCall runs in processes of their own.
func TestFirstCall(t *testing.T) {
	switch os.Getenv(firstCall) {
	case "":
		t.Skip("for BenchmarkFirstCall")
	case "httptest":
		began := time.Now()
		server := httptest.NewServer(http.NotFoundHandler())
		defer server.Close()
		started := time.Now()
		res, err := server.Client().Get(server.URL)
		require.NoError(t, err)
		_ = res.Body.Close()
		fmt.Printf("%d %d\n", started.Sub(began), time.Since(started))
	default:
		began := time.Now()
		gl, err := fakegitlab.Start(fakegitlab.WithScenario(one()), fakegitlab.WithInMemoryNetwork())
		require.NoError(t, err)
		defer gl.Close()
		started := time.Now()
		res, err := gl.ClientAs("root").Get(gl.APIURL() + "/runners/5")
		require.NoError(t, err)
		_ = res.Body.Close()
		fmt.Printf("%d %d\n", started.Sub(began), time.Since(started))
	}
}

// BenchmarkFirstCall is the first start and the first call in a process, of a fake in memory beside httptest alone.
func BenchmarkFirstCall(b *testing.B) {
	own, err := os.Executable()
	require.NoError(b, err)
	took := map[string][2][]time.Duration{}
	for b.Loop() {
		for _, subject := range []string{"fake", "httptest"} {
			process := exec.CommandContext(b.Context(), own, "-test.run", "^TestFirstCall$")
			process.Env = append(os.Environ(), firstCall+"="+subject)
			said, err := process.Output()
			require.NoError(b, err, string(said))
			var start, call int64
			_, err = fmt.Sscan(string(said), &start, &call)
			require.NoError(b, err, string(said))
			so := took[subject]
			took[subject] = [2][]time.Duration{append(so[0], time.Duration(start)), append(so[1], time.Duration(call))}
		}
	}
	b.ReportMetric(0, "ns/op")
	for subject, so := range took {
		b.ReportMetric(float64(median(so[0]).Microseconds()), subject+"-start-µs")
		b.ReportMetric(float64(median(so[1]).Microseconds()), subject+"-call-µs")
	}
}

// BenchmarkJournal is the heap that a journal of 10,000 calls takes.
func BenchmarkJournal(b *testing.B) {
	const calls = 10_000
	heap := func() float64 {
		runtime.GC()
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return float64(m.HeapAlloc)
	}
	s := fleet(1000)
	s.Runners[0].ID = 5
	for name, path := range map[string]string{"runner": "/runners/5", "list of 20": "/runners/all",
		"list of 100": "/runners/all?per_page=100", "lists that differ": "/runners/all?page=%d"} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				gl := fakegitlab.New(b, append(networks["memory"], fakegitlab.WithScenario(s))...)
				calling(b, gl.Client(), gl.APIURL()+"/runners/5", gl.AdminToken())()
				before := heap()
				for i := range calls {
					url := gl.APIURL() + path
					if name == "lists that differ" {
						url = gl.APIURL() + fmt.Sprintf(path, i%50+1)
					}
					calling(b, gl.Client(), url, gl.AdminToken())()
				}
				b.ReportMetric((heap()-before)/1e6, "MB")
				b.ReportMetric(0, "ns/op")
				gl.Close()
			}
		})
	}
}

// programs are mains of which BenchmarkBinary links each.
var programs = map[string]string{
	"httptest": `func main() { s := httptest.NewServer(http.NotFoundHandler()); _, _ = http.Get(s.URL); s.Close() }`,
	"fake": `func main() {
		s := httptest.NewServer(http.NotFoundHandler()); _, _ = http.Get(s.URL); s.Close()
		gl, _ := fakegitlab.Start(); _, _ = gl.ClientAs("root").Get(gl.APIURL() + "/runners"); gl.Close()
	}`,
	"page": `func main() {
		s := httptest.NewServer(http.NotFoundHandler()); _, _ = http.Get(s.URL); s.Close()
		gl, _ := fakegitlab.Start(fakegitlab.WithPage()); _, _ = gl.ClientAs("root").Get(gl.APIURL() + "/runners"); gl.Close()
	}`,
}

// BenchmarkBinary is what a program grows by when it starts a fake, and what one with a page, beside one with httptest.
func BenchmarkBinary(b *testing.B) {
	size := func(name string) float64 {
		source := filepath.Join(b.TempDir(), "main.go")
		text := "package main\nimport (\"net/http\"; \"net/http/httptest\"; "
		if name != "httptest" {
			text += `"github.com/fakegitlab/fakegitlab"`
		}
		require.NoError(b, os.WriteFile(source, []byte(text+")\n"+programs[name]), 0o600))
		said, err := exec.CommandContext(b.Context(), "go", "build", "-o", source+".out", source).CombinedOutput()
		require.NoError(b, err, string(said))
		info, err := os.Stat(source + ".out")
		require.NoError(b, err)
		return float64(info.Size()) / 1e6
	}
	for b.Loop() {
		bare := size("httptest")
		b.ReportMetric(size("fake")-bare, "MB")
		b.ReportMetric(size("page")-bare, "MB-with-page")
		b.ReportMetric(0, "ns/op")
	}
}
