package fakegitlab_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/fakegitlab/fakegitlab"
)

type nullW struct{ h http.Header }

func (n *nullW) Header() http.Header         { return n.h }
func (n *nullW) Write(p []byte) (int, error) { return len(p), nil }
func (n *nullW) WriteHeader(int)             {}

func BenchmarkZZ(b *testing.B) {
	for name, s := range map[string]fakegitlab.Scenario{"project": miasWorld(), "instance": {Runners: []fakegitlab.Runner{{ID: 5, Description: "x"}}}} {
		b.Run(name, func(b *testing.B) {
			gl := fakegitlab.New(b, fakegitlab.WithScenario(s), fakegitlab.WithJournalLimit(100))
			r := httptest.NewRequest("GET", gl.APIURL()+"/runners/5", http.NoBody)
			r.Header.Set("PRIVATE-TOKEN", gl.AdminToken())
			r.Header.Set("User-Agent", "Go")
			r.Header.Set("Accept-Encoding", "gzip")
			b.ReportAllocs()
			for b.Loop() {
				gl.ServeHTTP(&nullW{http.Header{}}, r)
			}
		})
	}
}

func BenchmarkZTCP(b *testing.B) {
	s := fakegitlab.Scenario{Runners: []fakegitlab.Runner{{ID: 5, Description: "x"}}}
	b.Run("fake", func(b *testing.B) {
		do := asking(b, s, "/runners/5")
		b.ReportAllocs()
		for b.Loop() {
			do()
		}
	})
	b.Run("stub", func(b *testing.B) {
		do := stub(b, s, "/runners/5")
		b.ReportAllocs()
		for b.Loop() {
			do()
		}
	})
	b.Run("barestub", func(b *testing.B) {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write(make([]byte, 600))
		}))
		b.Cleanup(server.Close)
		do := getting(b, server.Client(), server.URL, "token")
		b.ReportAllocs()
		for b.Loop() {
			do()
		}
	})
}
