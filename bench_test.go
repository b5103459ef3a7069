package fakegitlab_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

// Every benchmark takes turns between two subjects and prints the medians of both and their ratio: on a machine that
// others use, too, only what was measured at the same time can be compared. docs/performance.md has the results.

// sideBySide measures a beside b.
func sideBySide(b *testing.B, nameA string, doA func(), nameB string, doB func()) {
	var a, other []time.Duration
	measured := func(do func()) time.Duration {
		began := time.Now()
		do()
		return time.Since(began)
	}
	doA() // what is made on first use counts for neither
	doB()
	runtime.GC()
	for b.Loop() {
		a = append(a, measured(doA))
		other = append(other, measured(doB))
	}
	b.ReportMetric(0, "ns/op") // of both together: says nothing
	b.ReportMetric(float64(median(a)), nameA+"-ns")
	b.ReportMetric(float64(median(other)), nameB+"-ns")
	b.ReportMetric(float64(median(a))/float64(median(other)), "ratio")
}

func median(d []time.Duration) time.Duration {
	slices.Sort(d)
	return d[len(d)/2]
}

// getting returns a GET of a URL that must succeed.
func getting(b *testing.B, client *http.Client, url, token string) func() {
	return func() {
		res := get(b, client, url, token)
		_, _ = io.Copy(io.Discard, res.Body)
		_ = res.Body.Close()
		if res.StatusCode != http.StatusOK {
			b.Fatal(res.Status)
		}
	}
}

func get(b *testing.B, client *http.Client, url, token string) *http.Response {
	b.Helper()
	r, err := http.NewRequest("GET", url, nil)
	require.NoError(b, err)
	r.Header.Set("PRIVATE-TOKEN", token)
	res, err := client.Do(r)
	require.NoError(b, err)
	return res
}

// asking returns a GET of a fake with that world by root.
func asking(b *testing.B, s fakegitlab.Scenario, path string, opts ...fakegitlab.Option) func() {
	gl := fakegitlab.New(b, append(opts, fakegitlab.WithScenario(s), fakegitlab.WithJournalLimit(100))...)
	return getting(b, gl.Client(), gl.APIURL()+path, gl.AdminToken())
}

// stub is what a test would have without the fake: a handler written by hand that knows one answer, with these headers
// of GitLab's or all of them.
func stub(b *testing.B, s fakegitlab.Scenario, path string, headers ...string) func() {
	gl := fakegitlab.New(b, fakegitlab.WithScenario(s))
	res := get(b, gl.Client(), gl.APIURL()+path, gl.AdminToken())
	body, err := io.ReadAll(res.Body)
	require.NoError(b, err)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for name, values := range res.Header {
			if len(headers) == 0 || slices.Contains(headers, name) {
				w.Header()[name] = values
			}
		}
		_, _ = w.Write(body)
	}))
	b.Cleanup(server.Close)
	return getting(b, server.Client(), server.URL+path, "token")
}

// BenchmarkStart is a start and a close; the stub is httptest alone.
func BenchmarkStart(b *testing.B) {
	bare := func() { httptest.NewServer(http.NotFoundHandler()).Close() }
	for _, name := range []string{"TCP", "memory"} {
		opts := networks[name]
		b.Run(name, func(b *testing.B) {
			sideBySide(b, "fake", func() {
				start(b, opts...).Close()
			}, "httptest", bare)
		})
	}
}

// BenchmarkGetRunner is GET /runners/:id over TCP and in memory, beside a stub over TCP.
func BenchmarkGetRunner(b *testing.B) {
	worlds := map[string]fakegitlab.Scenario{"project": testkit.MiasWorld(),
		"instance": {Runners: []fakegitlab.Runner{{ID: 5, Description: "x"}}}}
	for _, world := range []string{"instance", "project"} {
		for _, name := range []string{"TCP", "memory"} {
			b.Run(world+"/"+name, func(b *testing.B) {
				s := worlds[world]
				sideBySide(b, "fake", asking(b, s, "/runners/5", networks[name]...), "stub", stub(b, s, "/runners/5"))
			})
		}
	}
}

// BenchmarkGetRunnerByTheBytes is GET /runners/:id over TCP beside a stub that sends a Content-Type and the body, and
// none of the eight headers more that GitLab's answers have.
func BenchmarkGetRunnerByTheBytes(b *testing.B) {
	s := fakegitlab.Scenario{Runners: []fakegitlab.Runner{{ID: 5, Description: "x"}}}
	sideBySide(b, "fake", asking(b, s, "/runners/5"), "stub", stub(b, s, "/runners/5", "Content-Type"))
}

// runnerDocuments ask for a runner in GraphQL: as much of it as GET /runners/:id shows, or what one program asks for.
var runnerDocuments = map[string]string{
	"whole": `query($id: CiRunnerID!) { runner(id: $id) { id description paused runnerType status contactedAt locked
		maintenanceNote maximumTimeout accessLevel runUntagged tagList createdAt createdBy { id username name }
		projects { nodes { id name path nameWithNamespace fullPath } } managers { nodes { version revision platformName architectureName ipAddress } } } }`,
	"status": `query($id: CiRunnerID!) { runner(id: $id) { jobExecutionStatus } }`,
}

// BenchmarkGraphQLRunner is a runner by GraphQL beside the same one by GET /runners/:id, over TCP and in memory.
func BenchmarkGraphQLRunner(b *testing.B) {
	for _, size := range []string{"whole", "status"} {
		for _, name := range []string{"TCP", "memory"} {
			b.Run(size+"/"+name, func(b *testing.B) {
				s := testkit.MiasWorld()
				body, err := json.Marshal(map[string]any{"query": runnerDocuments[size],
					"variables": map[string]any{"id": "gid://gitlab/Ci::Runner/5"}})
				require.NoError(b, err)
				gl := fakegitlab.New(b, append(networks[name], fakegitlab.WithScenario(s), fakegitlab.WithJournalLimit(100))...)
				client := gl.ClientAs("root")
				sideBySide(b, "GraphQL", func() {
					res, err := client.Post(gl.URL()+"/api/graphql", "application/json", bytes.NewReader(body))
					require.NoError(b, err)
					answer, err := io.ReadAll(res.Body)
					_ = res.Body.Close()
					if err != nil || !bytes.HasPrefix(answer, []byte(`{"data":{"runner":{`)) {
						b.Fatalf("%v %s", err, answer)
					}
				}, "REST", asking(b, s, "/runners/5", networks[name]...))
			})
		}
	}
}

// fleet is n runners of all types, tags and statuses, of which "rare" ones are one in a thousand.
func fleet(n int) fakegitlab.Scenario {
	s := fakegitlab.NewScenario().WithProject("acme/shop")
	now := time.Date(2024, 7, 1, 12, 0, 0, 0, time.UTC)
	ages := []time.Duration{0, 3 * time.Hour, 8 * 24 * time.Hour}
	for i := range n {
		r := fakegitlab.Runner{Tags: []string{"linux", fmt.Sprint("n", i%10)}, Paused: i%5 == 0,
			CreatedAt: now.Add(-30 * 24 * time.Hour)}
		r.ContactedAt = now.Add(-ages[i%len(ages)])
		switch {
		case i%1000 == 500:
			r.Tags, r.CreatedAt, r.ContactedAt = []string{"rare"}, now, time.Time{} // never contacted
		case i%3 == 1:
			r.Group = "acme"
		case i%3 == 2:
			r.Projects = []string{"acme/shop"}
		}
		s.Runners = append(s.Runners, r)
	}
	return s
}

// BenchmarkListRunners is the first page of GET /runners/all over TCP, beside a stub that writes the same bytes.
func BenchmarkListRunners(b *testing.B) {
	const path = "/runners/all?per_page=20"
	for _, n := range []int{100, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			s := fleet(n)
			sideBySide(b, "fake", asking(b, s, path), "stub", stub(b, s, path))
		})
	}
}

// BenchmarkGrowth is GET /runners/all with many runners beside few, in memory, where nothing hides what the fake does.
func BenchmarkGrowth(b *testing.B) {
	many := fleet(100_000)
	beside := func(few int, queries ...string) {
		small := fleet(few)
		for _, query := range queries {
			b.Run(query, func(b *testing.B) {
				path := "/runners/all?per_page=20" + query
				sideBySide(b, "100000", asking(b, many, path, networks["memory"]...), fmt.Sprint(few),
					asking(b, small, path, networks["memory"]...))
			})
		}
	}
	beside(100, "&page=1")
	beside(1000, "&tag_list=linux", "&tag_list=rare", "&tag_list=linux,n3", "&type=group_type", "&paused=true",
		"&status=online", "&status=stale", "&status=never_contacted", "&status=online&type=project_type&tag_list=n3&page=2")
}

// BenchmarkProjectRunners is GET /projects/:id/runners with many runners of other projects beside none.
func BenchmarkProjectRunners(b *testing.B) {
	none := fakegitlab.NewScenario().WithProject("acme/shop").WithProject("acme/other").
		WithRunner("own", func(r *fakegitlab.Runner) { r.Projects = []string{"acme/shop"} })
	many := none
	for range 100_000 {
		many.Runners = append(many.Runners, fakegitlab.Runner{Projects: []string{"acme/other"}})
	}
	sideBySide(b, "100000", asking(b, many, "/projects/acme%2Fshop/runners", networks["memory"]...),
		"0", asking(b, none, "/projects/acme%2Fshop/runners", networks["memory"]...))
}

// BenchmarkHeap is the heap that fakes and runners hold on to.
func BenchmarkHeap(b *testing.B) {
	heap := func() float64 {
		runtime.GC()
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return float64(m.HeapAlloc)
	}
	b.Run("idle", func(b *testing.B) {
		started := make([]*fakegitlab.Fake, 100)
		for b.Loop() {
			before := heap()
			for i := range started {
				started[i] = start(b)
			}
			b.ReportMetric((heap()-before)/float64(len(started)), "heap-B/fake")
			for _, gl := range started {
				gl.Close()
			}
			clear(started)
		}
	})
	b.Run("runner", func(b *testing.B) {
		s := fleet(10_000)
		for b.Loop() {
			gl := start(b)
			list := getting(b, gl.Client(), gl.APIURL()+"/runners/all?tag_list=linux&status=online", gl.AdminToken())
			list()
			before := heap()
			require.NoError(b, gl.Seed(s))
			list() // the index counts
			b.ReportMetric((heap()-before)/float64(len(s.Runners)), "heap-B/runner")
			gl.Close()
		}
	})
}

func start(b *testing.B, opts ...fakegitlab.Option) *fakegitlab.Fake {
	b.Helper()
	gl, err := fakegitlab.Start(opts...)
	require.NoError(b, err)
	return gl
}
