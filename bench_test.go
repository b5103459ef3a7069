package fakegitlab_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab"
)

// Every benchmark has beside the fake what a test would have without it: a handler written by hand that knows one answer.

// stub answers every request with the answer that the fake gave.
func stub(b *testing.B, status int, header http.Header, body []byte) *httptest.Server {
	b.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for name, values := range header {
			w.Header()[name] = values
		}
		w.WriteHeader(status)
		_, _ = w.Write(body)
	}))
	b.Cleanup(s.Close)
	return s
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

// benchmarkGet measures a GET of the fake over TCP and in memory, and of a stub that gives the same answer.
func benchmarkGet(b *testing.B, s fakegitlab.Scenario, path string) {
	repeat := func(b *testing.B, client *http.Client, url, token string, now func(n int)) {
		b.Helper()
		b.ReportAllocs()
		for n := 0; b.Loop(); n++ {
			res := get(b, client, url, token)
			_, _ = io.Copy(io.Discard, res.Body)
			_ = res.Body.Close()
			if res.StatusCode != http.StatusOK {
				b.Fatal(res.Status)
			}
			now(n)
		}
	}
	var header http.Header
	var body []byte
	for name, opts := range map[string][]fakegitlab.Option{"fake": nil, "memory": {fakegitlab.WithInMemoryNetwork()}} {
		gl := fakegitlab.New(b, append(opts, fakegitlab.WithScenario(s))...)
		token := gl.Token("root")
		res := get(b, gl.Client(), gl.APIURL()+path, token)
		body, _ = io.ReadAll(res.Body)
		header = res.Header
		b.Run(name, func(b *testing.B) {
			repeat(b, gl.Client(), gl.APIURL()+path, token, func(n int) {
				if n%1000 == 999 { // a journal as long as the benchmark is no part of it
					gl.ClearCalls()
				}
			})
		})
	}
	b.Run("stub", func(b *testing.B) {
		s := stub(b, http.StatusOK, header, body)
		repeat(b, s.Client(), s.URL+path, "token", func(int) {})
	})
}

func BenchmarkGetRunner(b *testing.B) { benchmarkGet(b, miasWorld(), "/runners/5") }

func BenchmarkListRunners(b *testing.B) {
	for name, n := range map[string]int{"100": 100, "100000": 100_000} {
		b.Run(name, func(b *testing.B) {
			s := fakegitlab.NewScenario()
			for range n {
				s.Runners = append(s.Runners, fakegitlab.Runner{Tags: []string{"linux"}})
			}
			benchmarkGet(b, s, "/runners/all?tag_list=linux&page=2")
		})
	}
}

// BenchmarkStart is a start and a close.
func BenchmarkStart(b *testing.B) {
	b.Run("fake", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			gl, err := fakegitlab.Start()
			require.NoError(b, err)
			gl.Close()
		}
	})
	b.Run("memory", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			gl, err := fakegitlab.Start(fakegitlab.WithInMemoryNetwork())
			require.NoError(b, err)
			gl.Close()
		}
	})
	b.Run("stub", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			httptest.NewServer(http.NotFoundHandler()).Close()
		}
	})
}
