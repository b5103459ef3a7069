package fakegitlab

import (
	"io"
	"math"
	"testing"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/world"
	"github.com/stretchr/testify/assert"
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
