// Package soak_test has one fake do everything at once for as long as one likes, and looks at what is left of it: memory,
// goroutines, descriptors. It has nothing but tests.
//
//	go test -race -run TestSoak ./internal/soak -soak 10m -v -timeout 20m
//	go test -run TestAMillionCalls ./internal/soak -calls 1000000 -v
package soak_test

import (
	"context"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

var duration = flag.Duration("soak", time.Second, "how long TestSoak and TestManyClientsLoseNothing last")

const (
	samples     = 20          // how often a soak stops to look at itself
	journalled  = 500         // calls that the journal keeps, so that it is full before the first quarter is over
	journalSize = 4 << 20     // bytes of them
	judged      = time.Minute // shorter soaks print their figures, but are not judged by them
)

// soak is one fake and what happens to it.
type soak struct {
	t      *testing.T
	gl     *fakegitlab.Fake
	client *http.Client // with connections that are kept
	// leaving is for requests that are given up after a while, on connections of their own: where a deadline passes while an
	// answer without a body arrives, net/http's Transport (of Go 1.26) has given the connection to another request already,
	// and it is that one that fails. Against a bare httptest.Server, too.
	leaving *http.Client
	hooks   *httptest.Server

	calls, hooked atomic.Int64 // requests sent; calls of webhooks
	rounds        []atomic.Int64
	// pause is held for reading during each round of each worker, and for writing by who looks: then nothing is under way.
	pause sync.RWMutex
}

// worker does one thing again and again. Each round leaves the world as it was.
type worker struct {
	name  string
	times int // how many do it at once
	round func(s *soak, me string)
}

var workers = []worker{
	{"REST", 3, (*soak).rest},
	{"GraphQL", 2, (*soak).graphQL},
	{"jobs", 3, (*soak).jobs},
	{"long polls", 2, (*soak).longPoll},
	{"holds", 1, (*soak).hold},
	{"failures", 2, (*soak).fail},
	{"hooks of the test", 1, (*soak).hookIn},
	{"people", 1, (*soak).people},
	{"git", 1, (*soak).git},
	{"schedules", 1, (*soak).schedule},
	{"the clock", 1, (*soak).clock},
	{"control API", 1, (*soak).control},
}

// TestSoak is everything at once on one fake over TCP: REST, GraphQL, runners, long polls, holds, failures, webhooks,
// git, pipelines, schedules, the clock with GitLab's workers, the control API. Now and then all stop between two rounds,
// and what the process holds is written down; at the end of a soak of some length it has to be what it was when it had
// warmed up.
func TestSoak(t *testing.T) {
	if testing.Short() {
		t.Skip("takes as long as -soak says")
	}
	idle := runtime.NumGoroutine()
	s := &soak{t: t, rounds: make([]atomic.Int64, len(workers))}
	s.hooks = httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { s.hooked.Add(1) }))
	t.Cleanup(s.hooks.Close)
	s.gl = fakegitlab.New(t, fakegitlab.WithScenario(testkit.MiasWorld()), fakegitlab.WithWorkers(), fakegitlab.WithControl(),
		fakegitlab.WithLongPolling(200*time.Millisecond), fakegitlab.WithJournalLimit(journalled),
		fakegitlab.WithJournalBytes(journalSize), fakegitlab.WithUnusedFailures(true))
	kept, left := &http.Transport{MaxIdleConnsPerHost: 64}, &http.Transport{MaxIdleConnsPerHost: 64}
	s.client, s.leaving = &http.Client{Transport: kept}, &http.Client{Transport: left}
	before := s.gl.Snapshot()

	done := make(chan struct{})
	var all sync.WaitGroup
	for i, w := range workers {
		for n := range w.times {
			all.Go(func() { s.repeat(i, fmt.Sprint(i, "-", n), done) })
		}
	}
	seen := s.watch()
	close(done)
	all.Wait()
	for i, w := range workers {
		assert.Positive(t, s.rounds[i].Load(), "%s had no turn", w.name)
		t.Logf("%-18s %6d rounds", w.name, s.rounds[i].Load())
	}
	t.Logf("%d requests, %d calls of webhooks", s.calls.Load(), s.hooked.Load())
	assert.Positive(t, s.hooked.Load(), "the webhooks were never called")
	s.sameWorld(before)
	s.flat(seen)

	kept.CloseIdleConnections()
	left.CloseIdleConnections()
	s.gl.Close()
	s.hooks.Close()
	assert.Eventually(t, func() bool { return runtime.NumGoroutine() <= idle+1 }, time.Minute, 10*time.Millisecond,
		"goroutines are left behind")
}

// repeat has a worker do its rounds until all is done.
func (s *soak) repeat(worker int, me string, done <-chan struct{}) {
	for !s.t.Failed() {
		s.pause.RLock()
		workers[worker].round(s, me)
		s.pause.RUnlock()
		s.rounds[worker].Add(1)
		select {
		case <-done:
			return
		default:
		}
	}
}

// sample is what the process holds while nothing happens.
type sample struct {
	after                      time.Duration
	calls                      int64
	heap                       uint64 // bytes that are in use
	goroutines, descriptors    int
	projects, runners, jobs, p int
}

func (s *soak) watch() (seen []sample) {
	began := time.Now()
	times := samples
	if *duration < judged {
		times = 3 // as each wants a round of each worker
	}
	for i := range times {
		s.wait(time.Until(began.Add(*duration * time.Duration(i+1) / time.Duration(times))))
		if s.t.Failed() {
			return seen
		}
		s.pause.Lock()
		now := s.look(time.Since(began))
		s.pause.Unlock()
		s.t.Logf("%8s %8d requests %7.2f MiB of heap %4d goroutines %4d descriptors; %d projects, %d runners, %d jobs, %d pipelines",
			now.after.Round(time.Millisecond), now.calls, float64(now.heap)/(1<<20), now.goroutines, now.descriptors,
			now.projects, now.runners, now.jobs, now.p)
		seen = append(seen, now)
	}
	return seen
}

func (s *soak) wait(d time.Duration) {
	select {
	case <-time.After(d):
	case <-s.t.Context().Done():
	}
}

// look counts what there is once all webhooks are told.
func (s *soak) look(after time.Duration) sample {
	ctx, cancel := context.WithTimeout(s.t.Context(), time.Minute)
	defer cancel()
	require.NoError(s.t, s.gl.WaitForDeliveries(ctx))
	runtime.GC()
	runtime.GC() // what pools keep goes with the second
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return sample{after, s.calls.Load(), m.HeapAlloc, runtime.NumGoroutine(), descriptors(),
		len(s.gl.Projects()), len(s.gl.Runners()), len(s.gl.Jobs()), len(s.gl.Pipelines())}
}

// descriptors is how many files and sockets the process has open; 0 where that is not known.
func descriptors() int {
	open, _ := os.ReadDir("/proc/self/fd")
	return len(open)
}

// The margins: what a last quarter may have above a second one. Connections come and go, and so do their goroutines.
const (
	moreHeap        = 4 << 20 // bytes
	moreGoroutines  = 40
	moreDescriptors = 40
)

// flat compares the last quarter of a soak with the second, in which all had warmed up.
func (s *soak) flat(seen []sample) {
	if *duration < judged || len(seen) < samples {
		return
	}
	second, last := seen[samples/4:samples/2], seen[samples*3/4:]
	mean := func(of []sample, value func(sample) float64) (sum float64) {
		for _, one := range of {
			sum += value(one)
		}
		return sum / float64(len(of))
	}
	for name, v := range map[string]struct {
		margin float64
		value  func(sample) float64
	}{
		"bytes of heap": {moreHeap, func(v sample) float64 { return float64(v.heap) }},
		"goroutines":    {moreGoroutines, func(v sample) float64 { return float64(v.goroutines) }},
		"descriptors":   {moreDescriptors, func(v sample) float64 { return float64(v.descriptors) }},
	} {
		was, is := mean(second, v.value), mean(last, v.value)
		s.t.Logf("%s: %.0f in the second quarter, %.0f in the last", name, was, is)
		assert.LessOrEqual(s.t, is, was+v.margin, "%s grow", name)
	}
}

// sameWorld asserts that every round has taken away what it made. What the clock changes by itself, and what GitLab
// keeps of people who are gone, is not compared.
func (s *soak) sameWorld(before fakegitlab.Scenario) {
	now := s.gl.Snapshot()
	for name, n := range map[string][2]int{
		"users": {len(before.Users), len(now.Users)}, "groups": {len(before.Groups), len(now.Groups)},
		"projects": {len(before.Projects), len(now.Projects)}, "runners": {len(before.Runners), len(now.Runners)},
		"jobs": {len(before.Jobs), len(now.Jobs)}, "pipelines": {len(before.Pipelines), len(now.Pipelines)},
		"webhooks": {len(before.Webhooks), len(now.Webhooks)},
	} {
		assert.Equal(s.t, n[0], n[1], "the %s of the world are others than at the beginning", name)
	}
}
