package program

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestLinesAreWritten(t *testing.T) {
	var out bytes.Buffer
	l := newLines(&out)
	var want strings.Builder
	for i := range 5000 {
		fmt.Fprintf(io.MultiWriter(l, &want), "line %d\n", i)
	}
	long := strings.Repeat("x", 3*piece) + "\n"
	_, err := io.WriteString(l, long+"and no end")
	require.NoError(t, err)
	assert.Zero(t, l.end(time.Minute))
	assert.True(t, want.String()+long+"and no end" == out.String(), "all of it, in order")
}

// Who reads slowly misses lines, is told how many, and never makes anybody wait.
func TestLinesAreDropped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, w := io.Pipe() // takes nothing that is not read
		l := newLines(w)
		line := strings.Repeat("x", 1023) + "\n"
		for range maxKept/len(line) + 7 {
			_, err := io.WriteString(l, line)
			require.NoError(t, err)
		}
		first := make([]byte, 16*len(line))
		_, err := io.ReadFull(r, first)
		require.NoError(t, err)
		synctest.Wait() // there is room again
		_, err = io.WriteString(l, "the next\n")
		require.NoError(t, err)
		go func() { _, _ = io.Copy(io.Discard, io.LimitReader(r, int64(maxKept-len(first)-piece))) }()
		synctest.Wait()
		const told = "... 7 lines were dropped, because nobody read them in time\nthe next\n"
		rest := make([]byte, piece+len(told)) // in whatever pieces it is written
		_, err = io.ReadFull(r, rest)
		require.NoError(t, err)
		assert.Equal(t, told, string(rest[piece:]))
		assert.Equal(t, 7, l.end(time.Second))
	})
}

func TestLinesThatNobodyReads(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, w := io.Pipe()
		defer r.Close() // lets the writer go
		l := newLines(w)
		_, _ = io.WriteString(l, "one\ntwo\n")
		started := time.Now()
		assert.Equal(t, 2, l.end(readingTime))
		assert.Equal(t, readingTime, time.Since(started))
		_, err := io.WriteString(l, "three\n")
		assert.NoError(t, err)
	})
}

type goneAway struct{}

func (goneAway) Write([]byte) (int, error) { return 0, errors.New("broken pipe") }

func TestLinesForNobody(t *testing.T) {
	l := newLines(goneAway{})
	for range 3 {
		_, err := io.WriteString(l, "one\n")
		assert.NoError(t, err)
	}
	assert.Zero(t, l.end(time.Minute), "who has gone does not miss them")
}
