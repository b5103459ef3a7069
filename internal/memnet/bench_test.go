package memnet_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/fakegitlab/fakegitlab/internal/memnet"
)

// BenchmarkCall is one GET of a small JSON document, by each way that a test can reach a handler.
func BenchmarkCall(b *testing.B) {
	handler := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"id":1,"token":"glrt-0123456789"}`)
	})
	b.Run("TCP", func(b *testing.B) {
		server := httptest.NewServer(handler)
		defer server.Close()
		benchmarkCalls(b, server.Client(), server.URL)
	})
	b.Run("Listener", func(b *testing.B) {
		l := memnet.Listen()
		server := &http.Server{Handler: handler}
		go func() { _ = server.Serve(l) }()
		defer server.Close()
		benchmarkCalls(b, &http.Client{Transport: &http.Transport{DialContext: l.DialContext}}, "http://"+memnet.Host)
	})
	b.Run("RoundTripper", func(b *testing.B) {
		benchmarkCalls(b, &http.Client{Transport: &memnet.RoundTripper{Handler: handler}}, "http://"+memnet.Host)
	})
	b.Run("Inline", func(b *testing.B) {
		always := func(*http.Request) bool { return true }
		benchmarkCalls(b, &http.Client{Transport: &memnet.RoundTripper{Handler: handler, Inline: always}},
			"http://"+memnet.Host)
	})
}

func benchmarkCalls(b *testing.B, client *http.Client, url string) {
	b.ReportAllocs()
	for b.Loop() {
		resp, err := client.Get(url + "/api/v4/version")
		if err != nil {
			b.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
	}
}
