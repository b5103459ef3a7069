package outside

import (
	"fmt"
	"io"
	"sync/atomic"
	"time"
)

// Writer is a writer of the test, which several fakes may share. It need not be safe for concurrent use.
type Writer struct {
	w    io.Writer
	turn chan struct{} // whoever writes holds the one token
}

// NewWriter returns a Writer.
func NewWriter(w io.Writer) *Writer { return &Writer{w: w, turn: make(chan struct{}, 1)} }

// Lines are the lines that one fake writes to a Writer.
type Lines struct {
	*Writer
	// own is the fake's own turn. Unlike that of the Writer it is of the synctest bubble that the fake is in, so that
	// waiting for it lets the bubble's time go on.
	own      chan struct{}
	patience time.Duration
	tell     func(problem string)
	given    atomic.Bool // the writer was given up
}

// Lines returns what a fake writes its lines to. A writer that panics, or keeps a line waiting for longer than patience
// because it hangs or uses the fake, is told of once and not written to again.
func (w *Writer) Lines(patience time.Duration, tell func(problem string)) *Lines {
	return &Lines{Writer: w, own: make(chan struct{}, 1), patience: patience, tell: tell}
}

// Write writes one line. What goes wrong with it is passed over.
func (l *Lines) Write(line string) {
	timer := time.NewTimer(l.patience)
	defer timer.Stop()
	for _, turn := range []chan struct{}{l.own, l.turn} {
		select {
		case turn <- struct{}{}:
			defer func() { <-turn }()
		case <-timer.C:
			l.giveUp(fmt.Sprintf("the writer of WithJournalTo kept a line waiting for %s: it hangs, or uses the fake, "+
				"which it must not", l.patience))
			return
		}
	}
	if l.given.Load() {
		return
	}
	defer func() {
		if p := recover(); p != nil {
			l.giveUp(fmt.Sprintf("the writer of WithJournalTo panicked: %v", p))
		}
	}()
	_, _ = io.WriteString(l.w, line)
}

func (l *Lines) giveUp(problem string) {
	if l.given.CompareAndSwap(false, true) {
		l.tell(problem + "; nothing more is written to it")
	}
}
