package outside_test

import (
	"net/http"
	"os"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/fakegitlab/fakegitlab/internal/outside"
)

func TestInBubble(t *testing.T) {
	assert.False(t, outside.InBubble())
	synctest.Test(t, func(t *testing.T) {
		assert.True(t, outside.InBubble(), "Go words the header of a goroutine's stack in another way: see InBubble")
		done := make(chan bool)
		go func() { done <- outside.InBubble() }()
		assert.True(t, <-done)
	})
}

func TestPlace(t *testing.T) {
	assert.Regexp(t, `^outside_test\.go:\d+$`, outside.Place("github.com/fakegitlab/fakegitlab/internal/outside"))
}

func TestClockThatAsksItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var told []string
		var c *outside.Clock
		start := time.Date(2024, 7, 1, 0, 0, 0, 0, time.UTC)
		c = outside.NewClock(start, func() time.Time { return c.Now() }, time.Second, func(p string) { told = append(told, p) })
		assert.Equal(t, start, c.Now())
		assert.Equal(t, start, c.First())
		assert.Equal(t, []string{"the function of WithClock did not return for 1s: it must not use the fake, " +
			"which waits for it; the clock has stood still since then"}, told)
	})
}

func TestClockThatPanics(t *testing.T) {
	var told []string
	next := time.Date(2024, 7, 1, 0, 0, 0, 0, time.UTC)
	c := outside.NewClock(time.Time{}, func() time.Time {
		if next.IsZero() {
			panic("no time")
		}
		return next
	}, time.Minute, func(p string) { told = append(told, p) })
	last := c.Now()
	next = time.Time{}
	assert.Equal(t, last, c.Now(), "it stands still")
	assert.Equal(t, []string{"the function of WithClock panicked: no time; the clock has stood still since then"}, told)
}

type writer func(string)

func (w writer) Write(p []byte) (int, error) {
	w(string(p))
	return len(p), nil
}

func TestWriterThatWritesItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var told []string
		var text strings.Builder
		var lines *outside.Lines
		lines = outside.NewWriter(writer(func(line string) {
			text.WriteString(line)
			lines.Write("and " + line)
		})).Lines(time.Second, func(p string) { told = append(told, p) })
		lines.Write("one")
		lines.Write("two")
		assert.Equal(t, "one", text.String())
		assert.Equal(t, []string{"the writer of WithJournalTo kept a line waiting for 1s: it hangs, or uses the fake, " +
			"which it must not; nothing more is written to it"}, told)
	})
}

func TestWriterThatPanics(t *testing.T) {
	var told []string
	lines := outside.NewWriter(writer(func(string) { panic("full") })).Lines(time.Minute,
		func(p string) { told = append(told, p) })
	lines.Write("one")
	lines.Write("two")
	assert.Equal(t, []string{"the writer of WithJournalTo panicked: full; nothing more is written to it"}, told)
}

// What the test's function does to its goroutine is its own affair; a panic is the caller's.
func TestApart(t *testing.T) {
	ran := false
	outside.Apart("it", func() {
		defer func() { ran = true }()
		runtime.Goexit()
	})
	assert.True(t, ran)
	for _, fail := range []func(){func() { panic("no such thing") }, func() { _ = []int{}[len(os.Args[:0])] }} {
		said := ""
		func() {
			defer outside.Catch(func(problem string) { said = problem })
			outside.Apart("the function", func() { outside.Asked("it", fail) })
		}()
		assert.Regexp(t, `^it panicked: (no such thing|.* index out of range .*) \(outside_test\.go:\d+\)$`, said)
	}
	assert.PanicsWithValue(t, http.ErrAbortHandler, func() {
		defer outside.Catch(func(problem string) { t.Error(problem) })
		outside.Apart("it", func() { panic(http.ErrAbortHandler) })
	}, "a handler's way to break a connection")
}
