package program

import (
	"bytes"
	"fmt"
	"io"
	"sync"
	"time"
)

// lines is an output that never makes its writer wait, whoever reads it and however slowly: a pipe that nobody reads is
// full after some hundred lines, and writing to it would stop the fake's requests and its end. What is not read in time
// is kept up to a limit; beyond that it is dropped, and a line says how much.
type lines struct {
	to   io.Writer
	wake chan struct{} // has a value when there is something to do
	idle chan struct{} // closed when all is written that ever will be

	mu      sync.Mutex
	kept    []byte
	dropped int  // lines, since the last that was kept
	lost    int  // lines, all in all
	gone    bool // whoever read
	ended   bool
}

// maxKept is the most that waits for a reader, in bytes: some ten thousand lines of the journal.
const maxKept = 1 << 20

func newLines(to io.Writer) *lines {
	l := &lines{to: to, wake: make(chan struct{}, 1), idle: make(chan struct{})}
	go l.run()
	return l
}

// Write takes whole lines. It never fails: who goes away no longer wants to know.
func (l *lines) Write(text []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.gone:
	case l.ended, len(l.kept)+len(text) > maxKept:
		l.dropped += countLines(text)
		l.lost += countLines(text)
	default:
		l.sayDropped()
		l.kept = append(l.kept, text...)
		l.signal()
	}
	return len(text), nil
}

func countLines(text []byte) int { return bytes.Count(text, []byte("\n")) }

// sayDropped adds a line in place of those that were dropped.
func (l *lines) sayDropped() {
	if l.dropped > 0 {
		l.kept = fmt.Appendf(l.kept, "... %s dropped, because nobody read them in time\n", counted(l.dropped))
		l.dropped = 0
	}
}

func counted(n int) string {
	if n == 1 {
		return "1 line was"
	}
	return fmt.Sprintf("%d lines were", n)
}

func (l *lines) signal() {
	select {
	case l.wake <- struct{}{}:
	default: // it will look anyway
	}
}

// run writes what is kept until the end.
func (l *lines) run() {
	defer close(l.idle)
	for range l.wake {
		for {
			text, ended := l.next()
			if len(text) == 0 && ended {
				return
			}
			if len(text) == 0 {
				break
			}
			_, err := l.to.Write(text)
			l.written(text, err)
		}
	}
}

// piece is how much is written at once, where lines are not longer: what a pipe takes whole or not at all.
const piece = 4096

// next is what is to be written next: whole lines. They are kept until that is done.
func (l *lines) next() (text []byte, ended bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.kept) <= piece {
		return bytes.Clone(l.kept), l.ended
	}
	if end := bytes.LastIndexByte(l.kept[:piece], '\n') + 1; end > 0 {
		return bytes.Clone(l.kept[:end]), l.ended
	}
	line, _, _ := bytes.Cut(l.kept, []byte("\n"))
	return bytes.Clone(l.kept[:min(len(line)+1, len(l.kept))]), l.ended
}

func (l *lines) written(text []byte, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.kept = l.kept[len(text):]
	if err != nil {
		l.gone, l.kept = true, nil
	}
}

// end writes what is left, for which it waits no longer than that, and returns how many lines nobody was there to take.
func (l *lines) end(within time.Duration) (lost int) {
	l.mu.Lock()
	l.sayDropped()
	l.ended = true
	l.signal()
	l.mu.Unlock()
	late := time.NewTimer(within)
	defer late.Stop()
	select {
	case <-l.idle:
		return l.lost
	case <-late.C:
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.lost + countLines(l.kept)
}
