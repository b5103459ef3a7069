package memnet

import (
	"os"
	"sync"
	"time"
)

// streamSize is how many bytes a stream holds before its writer waits for the reader, in bytes.
const streamSize = 64 << 10

// A stream is one direction of a connection: bytes on their way from a writer to a reader.
//
// Waiting is done on conditions only, also for a writer that waits for another one: that is durable in the sense of
// testing/synctest, while waiting for a mutex is not. The mutex is never held by one who waits.
type stream struct {
	mu       sync.Mutex
	readable sync.Cond // bytes arrived, or a field that the reader looks at changed
	writable sync.Cond // room was made, or a field that the writer looks at changed

	buf     []byte // buf[off:] is under way
	off     int
	limit   int  // how much may be under way, in bytes
	writing bool // a write has begun and not ended: writes do not mix

	readErr  error // ends reading at once
	readEnd  error // ends reading when all bytes are read
	writeErr error // ends writing at once

	readDeadline  deadline
	writeDeadline deadline
}

func newStream() *stream {
	s := new(stream)
	s.init()
	return s
}

func (s *stream) init() {
	s.readable.L, s.writable.L = &s.mu, &s.mu
	s.limit = streamSize
}

// read waits for bytes and takes what there is.
func (s *stream) read(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		switch {
		case s.readErr != nil:
			return 0, s.readErr
		case s.readDeadline.passed():
			return 0, os.ErrDeadlineExceeded
		case len(p) == 0:
			return 0, nil
		case s.off < len(s.buf):
			return s.takeLocked(p), nil
		case s.readEnd != nil:
			return 0, s.readEnd
		}
		s.readable.Wait()
	}
}

func (s *stream) takeLocked(p []byte) int {
	n := copy(p, s.buf[s.off:])
	s.off += n
	if s.off == len(s.buf) {
		s.buf, s.off = s.buf[:0], 0
	}
	s.writable.Broadcast()
	return n
}

// write returns when all of p is under way, or with the number of bytes that are.
func (s *stream) write(p []byte) (n int, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.writing {
		if err := s.writeErrLocked(); err != nil {
			return 0, err
		}
		s.writable.Wait()
	}
	s.writing = true
	defer func() {
		s.writing = false
		s.writable.Broadcast()
	}()
	for {
		if err := s.writeErrLocked(); err != nil {
			return n, err
		}
		n += s.putLocked(p[n:])
		if n == len(p) {
			return n, nil
		}
		s.writable.Wait()
	}
}

func (s *stream) writeErrLocked() error {
	if s.writeErr == nil && s.writeDeadline.passed() {
		return os.ErrDeadlineExceeded
	}
	return s.writeErr
}

func (s *stream) putLocked(p []byte) int {
	n := min(len(p), s.limit-(len(s.buf)-s.off))
	if n == 0 {
		return 0
	}
	if s.off > 0 && len(s.buf)+n > cap(s.buf) {
		s.buf, s.off = s.buf[:copy(s.buf, s.buf[s.off:])], 0
	}
	s.buf = append(s.buf, p[:n]...)
	s.readable.Broadcast()
	return n
}

// closeWriter makes writes fail with writeErr, and reads with readEnd once everything written was read. Of several ends
// the first counts.
func (s *stream) closeWriter(writeErr, readEnd error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.writeErr = writeErr
	if s.readEnd == nil {
		s.readEnd = readEnd
	}
	s.writeDeadline.stop()
	s.wakeLocked()
}

// resetWriter is closeWriter with an end that overrules an earlier one: a connection can be reset after it was half
// closed.
func (s *stream) resetWriter(writeErr, readEnd error) {
	s.closeWriter(writeErr, readEnd)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.readEnd = readEnd
}

// closeReader makes reads fail with readErr, and writes with writeErr unless they fail already. It forgets what nobody
// can read any more. Of several calls the first counts; the result says whether this was it.
func (s *stream) closeReader(readErr, writeErr error) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.readErr != nil {
		return false
	}
	s.readErr = readErr
	if s.writeErr == nil {
		s.writeErr = writeErr
	}
	s.buf, s.off = nil, 0
	s.readDeadline.stop()
	s.wakeLocked()
	return true
}

func (s *stream) readingClosed() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.readErr != nil
}

func (s *stream) wakeLocked() {
	s.readable.Broadcast()
	s.writable.Broadcast()
}

func (s *stream) setReadDeadline(t time.Time) {
	s.setDeadline(&s.readDeadline, &s.readable, t)
}

func (s *stream) setWriteDeadline(t time.Time) {
	s.setDeadline(&s.writeDeadline, &s.writable, t)
}

// A deadline of a stream has a timer from the first time that it lies in the future. A server without time limits moves
// its deadline twice a request, to the past and to never, and so pays for none. The timer only wakes; the clock
// decides, so that of two deadlines at one instant none is met before the other is.
type deadline struct {
	at    time.Time // zero: never
	timer *time.Timer
}

func (d *deadline) passed() bool { return !d.at.IsZero() && !time.Now().Before(d.at) }

func (s *stream) setDeadline(d *deadline, wake *sync.Cond, t time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	d.stop()
	d.at = t
	s.armLocked(d, wake)
}

// armLocked wakes those who wait if d has passed, and else sees to it that they will be woken.
func (s *stream) armLocked(d *deadline, wake *sync.Cond) {
	switch {
	case d.at.IsZero():
	case d.passed():
		wake.Broadcast()
	case d.timer != nil:
		d.timer.Reset(time.Until(d.at))
	default:
		d.timer = time.AfterFunc(time.Until(d.at), func() {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.armLocked(d, wake) // again, for the deadline or the wall clock may have been moved
		})
	}
}

func (d *deadline) stop() {
	if d.timer != nil {
		d.timer.Stop()
	}
}
