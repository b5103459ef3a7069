package soak_test

import (
	"fmt"
	"net/http"
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

// TestManyClientsLoseNothing has 200 clients at work on one fake over TCP for as long as TestSoak. Each client counts in
// the description of a runner of its own and makes and deletes others; nothing of it may get lost, and no id may come twice.
func TestManyClientsLoseNothing(t *testing.T) {
	const clients = 200
	gl := testkit.NewMia(t)
	before := len(gl.Runners())
	transport := &http.Transport{MaxIdleConnsPerHost: clients}
	defer transport.CloseIdleConnections()
	s := counting{gl: gl, client: &http.Client{Transport: transport}, root: gl.AdminToken()}
	counts := make([]int, clients)
	own := make([]int, clients)
	began := time.Now()
	var all sync.WaitGroup
	for i := range clients {
		all.Go(func() {
			own[i] = s.create(t)
			for n := 1; (n == 1 || time.Since(began) < *duration) && !t.Failed(); n++ {
				counts[i] = n
				s.count(t, own[i], n)
				if n%4 == 0 {
					s.ask(t, "DELETE", fmt.Sprint("/runners/", s.create(t)), http.StatusNoContent)
				}
			}
		})
	}
	all.Wait()
	took := time.Since(began)

	assert.Len(t, gl.Runners(), before+clients, "each client has left one")
	for i, id := range own {
		r, found := gl.Runner(id)
		require.True(t, found)
		assert.Equal(t, fmt.Sprint(counts[i]), r.Description, "the last update of client %d", i)
	}
	calls := gl.Calls("")
	require.NotEmpty(t, calls)
	assert.Equal(t, int(s.requests.Load()), calls[len(calls)-1].Number, "every request has a number of its own")
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	t.Logf("%d clients, %s: %d requests (%.0f a second), %d runners made with as many ids, %d updates and none lost, %d calls in the journal, %d MiB of heap",
		clients, took.Round(time.Millisecond), s.requests.Load(), float64(s.requests.Load())/took.Seconds(), s.made.Load(),
		sum(counts), len(calls), m.HeapAlloc>>20)
}

func sum(counts []int) (total int) {
	for _, n := range counts {
		total += n
	}
	return total
}

type counting struct {
	gl             *fakegitlab.Fake
	client         *http.Client
	root           string
	ids            sync.Map
	requests, made atomic.Int64
}

func (s *counting) ask(t *testing.T, method, path string, status int, change ...func(*http.Request)) testkit.Reply {
	s.requests.Add(1)
	got := testkit.AskBy(t, s.client, s.gl.APIURL(), s.root, method, path, change...)
	assert.Equal(t, status, got.Status, "%s %s", method, path)
	return got
}

// create makes a runner, with an id that none had before.
func (s *counting) create(t *testing.T) int {
	got := s.ask(t, "POST", "/user/runners", http.StatusCreated, testkit.WithForm("runner_type=instance_type"))
	id, _ := got.Field(t, "id").(float64)
	_, twice := s.ids.LoadOrStore(int(id), true)
	assert.False(t, twice, "the id %d came twice", int(id))
	s.made.Add(1)
	return int(id)
}

// count writes a number and reads it back.
func (s *counting) count(t *testing.T, id, n int) {
	path := fmt.Sprint("/runners/", id)
	s.ask(t, "PUT", path, http.StatusOK, testkit.WithForm(fmt.Sprint("description=", n)))
	assert.Equal(t, fmt.Sprint(n), s.ask(t, "GET", path, http.StatusOK).Field(t, "description"))
}
