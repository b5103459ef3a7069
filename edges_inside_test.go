package fakegitlab

import (
	"io"
	"math"
	"testing"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/world"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The options of ForEachVersion and Sweep start several fakes, which may run at the same time.
func TestJournalWriterIsSharedByFakes(t *testing.T) {
	option := WithJournalTo(io.Discard)
	var a, b options
	option(&a)
	option(&b)
	assert.Same(t, a.journalTo, b.journalTo)
}

func TestDurationsAsWholeSeconds(t *testing.T) {
	for d, want := range map[time.Duration]int64{0: 0, 1: 1, time.Second: 1, time.Second + 1: 2, math.MaxInt64: 9223372037} {
		assert.Equal(t, int(want), world.WholeSeconds(d), d) // int cuts both where it has 32 bits
	}
}

// A server that runs for days must not keep what is over.
func TestNothingIsLeftOfWhatIsOver(t *testing.T) {
	gl := New(t)
	remove := gl.Inject(InternalError(GetVersion))
	res, err := gl.Client().Get(gl.APIURL() + "/version")
	require.NoError(t, err)
	res.Body.Close()
	remove()
	assert.Empty(t, gl.faults.spent, "it fired, so there is nothing to report")

	held := gl.Hold(GetVersion)
	done := make(chan struct{})
	go func() {
		defer close(done)
		if res, err := gl.Client().Get(gl.APIURL() + "/version"); err == nil {
			res.Body.Close()
		}
	}()
	_, err = held.Wait(t.Context())
	require.NoError(t, err)
	held.Release()
	<-done
	gl.Hold(GetMetadata).Release()
	assert.Len(t, gl.faults.held, 1)
	gl.Reset()
}
