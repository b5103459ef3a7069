package peers_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/fsouza/fake-gcs-server/fakestorage"
	"github.com/oauth2-proxy/mockoidc"

	"github.com/fakegitlab/fakegitlab"
)

// A peer is a server for tests. start returns what reads one thing from it and what closes it.
type peer struct {
	name  string
	start func() (read func() error, closes func(), err error)
}

func peers() []peer {
	return []peer{
		{"httptest", startBare},
		{"fakegitlab", func() (func() error, func(), error) { return startGitLab() }},
		{"fakegitlab-memory", func() (func() error, func(), error) {
			return startGitLab(fakegitlab.WithInMemoryNetwork())
		}},
		{"miniredis", startRedis},
		{"mockoidc", startOIDC},
		{"fake-gcs-server", startGCS},
	}
}

const body = `{"id":5,"description":"x","active":true,"paused":false,"is_shared":true,"runner_type":"instance_type"}`

func startBare() (func() error, func(), error) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, body)
	}))
	return reading(s.Client(), s.URL), s.Close, nil
}

func startGitLab(opts ...fakegitlab.Option) (func() error, func(), error) {
	gl, err := fakegitlab.Start(append(opts, fakegitlab.WithJournalLimit(100))...)
	if err != nil {
		return nil, nil, err
	}
	r := gl.AddRunner(fakegitlab.Runner{Description: "x"})
	return reading(gl.ClientAs("root"), fmt.Sprintf("%s/runners/%d", gl.APIURL(), r.ID)), gl.Close, nil
}

func startRedis() (func() error, func(), error) {
	s := miniredis.NewMiniRedis()
	if err := s.Start(); err != nil {
		return nil, nil, err
	}
	if err := s.Set("runner", body); err != nil {
		return nil, nil, err
	}
	conn, err := net.Dial("tcp", s.Addr())
	if err != nil {
		return nil, nil, err
	}
	answers := bufio.NewReader(conn)
	read := func() error {
		if _, err := io.WriteString(conn, "*2\r\n$3\r\nGET\r\n$6\r\nrunner\r\n"); err != nil {
			return err
		}
		if head, err := answers.ReadString('\n'); err != nil || head != fmt.Sprintf("$%d\r\n", len(body)) {
			return fmt.Errorf("%q: %w", head, err)
		}
		_, err := answers.Discard(len(body) + 2)
		return err
	}
	return read, func() { _ = conn.Close(); s.Close() }, nil
}

func startOIDC() (func() error, func(), error) {
	m, err := mockoidc.Run()
	if err != nil {
		return nil, nil, err
	}
	return reading(client(), m.DiscoveryEndpoint()), func() { _ = m.Shutdown() }, nil
}

func startGCS() (func() error, func(), error) {
	s, err := fakestorage.NewServerWithOptions(fakestorage.Options{Scheme: "http", Host: "127.0.0.1", Writer: io.Discard,
		InitialObjects: []fakestorage.Object{{ObjectAttrs: fakestorage.ObjectAttrs{BucketName: "runners", Name: "5"},
			Content: []byte(body)}}})
	if err != nil {
		return nil, nil, err
	}
	return reading(client(), s.URL()+"/storage/v1/b/runners/o/5"), s.Stop, nil
}

func client() *http.Client {
	return &http.Client{Transport: http.DefaultTransport.(*http.Transport).Clone()}
}

// reading is a GET that must succeed.
func reading(c *http.Client, url string) func() error {
	return func() error {
		res, err := c.Get(url)
		if err != nil {
			return err
		}
		defer res.Body.Close()
		if _, err := io.Copy(io.Discard, res.Body); err != nil {
			return err
		}
		if res.StatusCode != http.StatusOK {
			return fmt.Errorf("%s: %s", url, res.Status)
		}
		return nil
	}
}

// BenchmarkStart is a start, one read and a close of each, in turn.
func BenchmarkStart(b *testing.B) {
	inTurn(b, func(p peer) (func() error, error) {
		return func() error {
			read, closes, err := p.start()
			if err != nil {
				return err
			}
			defer closes()
			return read()
		}, nil
	})
}

// BenchmarkRead is one read of each, in turn.
func BenchmarkRead(b *testing.B) {
	inTurn(b, func(p peer) (func() error, error) {
		read, closes, err := p.start()
		if err == nil {
			b.Cleanup(closes)
		}
		return read, err
	})
}

// inTurn prints the median of each and its ratio to that of the first.
func inTurn(b *testing.B, subject func(peer) (func() error, error)) {
	all := peers()
	does, took := make([]func() error, len(all)), make([][]time.Duration, len(all))
	for i, p := range all {
		do, err := subject(p)
		if err == nil {
			err = do() // what is made on first use counts for nobody
		}
		if err != nil {
			b.Fatal(p.name, err)
		}
		does[i] = do
	}
	for b.Loop() {
		for i, do := range does {
			began := time.Now()
			if err := do(); err != nil {
				b.Fatal(all[i].name, err)
			}
			took[i] = append(took[i], time.Since(began))
		}
	}
	b.ReportMetric(0, "ns/op")
	for i, p := range all {
		slices.Sort(took[i])
		median := took[i][len(took[i])/2]
		b.ReportMetric(float64(median.Nanoseconds())/1000, p.name+"-µs")
		if i > 0 {
			b.ReportMetric(float64(median)/float64(took[0][len(took[0])/2]), strings.ToLower(p.name)+"-ratio")
		}
	}
}
