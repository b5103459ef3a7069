package soak_test

import (
	"flag"
	"fmt"
	"net/http"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/racing"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

var calls = flag.Int("calls", 10_000, "how many calls TestAMillionCalls makes")

// TestAMillionCalls makes very many calls on one fake, in memory, and prints what each tenth took: time by the call, and
// memory. The journal has its usual limits, and once they are reached no call may leave anything behind.
func TestAMillionCalls(t *testing.T) {
	racing.Skip(t)
	const parts = 10
	const room = 8 << 20 // bytes of the journal: it is full after the first tenth of a million calls
	gl := testkit.NewMia(t, fakegitlab.WithInMemoryNetwork(), fakegitlab.WithJournalBytes(room))
	client := gl.ClientAs("root")
	var heaps []uint64
	for part := range parts {
		began := time.Now()
		for i := range *calls / parts {
			call(t, client, gl.APIURL(), i)
		}
		took := time.Since(began)
		runtime.GC()
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		heaps = append(heaps, m.HeapAlloc)
		t.Logf("%2d/%d: %8d calls, %5.1f us each, %6.2f MiB of heap", part+1, parts, (part+1)*(*calls/parts),
			float64(took.Microseconds())/float64(*calls/parts), float64(m.HeapAlloc)/(1<<20))
	}
	kept := gl.Calls("")
	assert.Equal(t, *calls/parts*parts, kept[len(kept)-1].Number)
	if *calls < 500_000 {
		return // too few to fill the journal in a tenth
	}
	// The bodies of answers are remembered until they take 4 MiB, and then forgotten: the heap goes up and down by that.
	assert.LessOrEqual(t, heaps[parts-1], slices.Max(heaps[:parts/2])+1<<20, "the heap grows with the calls")
}

// call is one of four calls that change and read things, and find nothing.
func call(t *testing.T, client *http.Client, api string, i int) {
	method, path := "GET", "/runners/5"
	var change []func(*http.Request)
	switch i % 4 {
	case 1:
		method, change = "PUT", append(change, testkit.WithForm(fmt.Sprint("description=", i)))
	case 2:
		path = "/runners/all?per_page=2"
	case 3:
		path = fmt.Sprint("/runners/", 1000+i)
	}
	got := testkit.AskBy(t, client, api, "", method, path, change...)
	if want := map[bool]int{true: 404, false: 200}[i%4 == 3]; got.Status != want {
		t.Fatalf("%s %s: %s", method, path, got)
	}
}
