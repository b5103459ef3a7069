// Package journal records what happened, in the order in which it began, while it is still going on elsewhere.
package journal

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"sync"
)

// Log is a list of numbered entries. An entry is opened when it begins, which gives it its number, and closed with its
// content when it ends; several may be open at a time. The zero value is an empty Log. All methods are safe for
// concurrent use, none starts a goroutine, and none calls back while it holds the lock.
type Log[T any] struct {
	mu      sync.Mutex
	last    int          // the highest number given out
	open    map[int]bool // numbers not closed yet; false: forgotten by Reset
	closed  []record[T]  // in the order of the numbers
	limit   int          // of closed; 0 is none
	spare   func(T) bool // entries that are not dropped
	trimAt  int          // length of closed at which the next are dropped
	bytes   int64        // what closed takes
	weight  Weight[T]
	shown   func(T)      // is called with an entry before it is shown; nil: nothing
	lost    Losses       // since Clear
	waiters []*waiter[T] // who is told of every closing
}

// A record is moved about a good deal: entries of many fields had better be pointers.
type record[T any] struct {
	number int
	entry  T
	size   int64
	shed   bool // by Weight.Shed
	less   bool // it has lost something by that
}

// Weight is a limit of what a log takes. The zero value is none.
type Weight[T any] struct {
	Limit int64         // in bytes; 0 is none
	Size  func(T) int64 // what an entry takes, in bytes
	Shed  func(T) T     // the entry without what weighs most in it
}

// Losses are what a log has lost to keep to its limits.
type Losses struct {
	Excess int // entries that were dropped because there were too many
	Heavy  int // entries that were dropped because they took too much
	Spared int // those of them that would have been spared, had they only been too many
	Shed   int // entries still there that have lost what Weight.Shed takes away
}

// waiter has a list of its own, so that an entry that is closed and cleared at once still reaches whoever waits for it.
type waiter[T any] struct {
	pending []T
	wake    chan struct{} // holds one token while pending may have something new
}

// Limit lets the log keep no more than the last n entries, 0 for all, and those for which spare says so, which is
// called with the lock held. It is for a log that is still empty.
func (l *Log[T]) Limit(n int, spare func(T) bool) {
	l.limit, l.spare, l.trimAt = n, spare, n+n/4
}

// LimitWeight lets the log take no more than that. The oldest entries are shed first; when all are, the oldest are
// dropped, those that Limit spares last. It comes after Limit and is for a log that is still empty. Size is called with
// the lock held or without it, Shed with it.
func (l *Log[T]) LimitWeight(w Weight[T]) { l.weight = w }

// Lost returns what was lost to keep to the limits, since the beginning or the last Clear or Reset.
func (l *Log[T]) Lost() Losses {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.trim()
	return l.lost
}

// trim drops what is beyond the limit. Close does not call it every time, because each call moves all the entries that
// are left.
func (l *Log[T]) trim() {
	excess := len(l.closed) - l.limit
	if l.limit == 0 || excess <= 0 {
		return
	}
	before := len(l.closed)
	l.closed = slices.DeleteFunc(l.closed, func(r record[T]) bool {
		excess--
		return excess >= 0 && !l.spare(r.entry) && l.gone(r)
	})
	l.lost.Excess += before - len(l.closed)
	l.trimAt = max(l.limit, len(l.closed)) + l.limit/4
}

// insert puts a record in its place, which is at the end or near to it: what began earlier has mostly ended earlier.
func (l *Log[T]) insert(r record[T]) {
	if n := len(l.closed); n == 0 || l.closed[n-1].number < r.number {
		l.closed = append(l.closed, r)
		return
	}
	at, _ := slices.BinarySearchFunc(l.closed, r.number, func(r record[T], n int) int { return cmp.Compare(r.number, n) })
	l.closed = slices.Insert(l.closed, at, r)
}

// gone takes a record that is dropped out of what the log weighs.
func (l *Log[T]) gone(r record[T]) bool {
	l.bytes -= r.size
	if r.less {
		l.lost.Shed--
	}
	return true
}

// weigh brings the log back to its limit of bytes, and a little below: each call looks at all the entries.
func (l *Log[T]) weigh() {
	if l.weight.Limit == 0 || l.bytes <= l.weight.Limit {
		return
	}
	target := l.weight.Limit - l.weight.Limit/8
	for i := range l.closed {
		r := &l.closed[i]
		if l.bytes <= target {
			return
		}
		if r.shed {
			continue
		}
		r.entry, r.shed = l.weight.Shed(r.entry), true
		size := l.weight.Size(r.entry)
		if r.less = size < r.size; r.less {
			l.lost.Shed++
		}
		l.bytes += size - r.size
		r.size = size
	}
	for _, spared := range []bool{false, true} {
		before := len(l.closed)
		l.closed = slices.DeleteFunc(l.closed, func(r record[T]) bool {
			return l.bytes > target && (spared || l.spare == nil || !l.spare(r.entry)) && l.gone(r)
		})
		l.lost.Heavy += before - len(l.closed)
		if spared {
			l.lost.Spared += before - len(l.closed)
		}
	}
}

// Last returns the number of the entry that was opened last; 0 if none was.
func (l *Log[T]) Last() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.last
}

// Open begins an entry and returns its number: 1, 2, 3 and so on.
func (l *Log[T]) Open() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.open == nil {
		l.open = make(map[int]bool)
	}
	l.last++
	l.open[l.last] = true
	return l.last
}

// Close ends the entry with that number and wakes those who Wait. A number that is not open is ignored.
func (l *Log[T]) Close(number int, entry T) {
	r := record[T]{number: number, entry: entry}
	if l.weight.Limit > 0 {
		r.size = l.weight.Size(entry) // before the lock is taken: others wait for it
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	wanted := l.open[number]
	delete(l.open, number)
	if !wanted {
		return
	}
	l.insert(r)
	l.bytes += r.size
	if l.limit > 0 && len(l.closed) > l.trimAt {
		l.trim()
	}
	l.weigh()
	if len(l.waiters) > 0 {
		l.show(entry)
	}
	for _, w := range l.waiters {
		w.pending = append(w.pending, entry)
		select {
		case w.wake <- struct{}{}:
		default: // it has been woken already and looks at everything that is pending
		}
	}
}

// Closed returns the entries that have ended, in the order of their numbers. The slice is the caller's.
func (l *Log[T]) Closed() []T {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.closedLocked()
}

func (l *Log[T]) closedLocked() []T {
	l.trim()
	entries := make([]T, len(l.closed))
	for i, r := range l.closed {
		entries[i] = r.entry
		l.show(r.entry)
	}
	return entries
}

// show gets an entry ready to be shown.
func (l *Log[T]) show(entry T) {
	if l.shown != nil {
		l.shown(entry)
	}
}

// StillOpen returns the numbers of the entries that have begun and not ended, lowest first.
func (l *Log[T]) StillOpen() []int {
	l.mu.Lock()
	defer l.mu.Unlock()
	numbers := slices.Collect(maps.Keys(l.open))
	numbers = slices.DeleteFunc(numbers, func(n int) bool { return !l.open[n] })
	slices.Sort(numbers)
	return numbers
}

// Clear drops the entries that have ended. Those still open are recorded when they close, and the numbers count on, so
// that no number ever means two entries.
func (l *Log[T]) Clear() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed, l.bytes, l.lost = nil, 0, Losses{}
}

// Reset makes the log as new. Entries still open are forgotten too: closing them later records nothing. The numbers
// start at 1 again, or after the highest that is still open.
func (l *Log[T]) Reset() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed, l.bytes, l.lost, l.last = nil, 0, Losses{}, 0
	for number := range l.open {
		l.open[number] = false
		l.last = max(l.last, number)
	}
}

// Wait returns the first entry that has ended and matches: of those recorded the one with the lowest number, else the
// next to end. match is called from the calling goroutine, without the lock. Once ctx is done and nothing matched, the
// error is ctx.Err().
func (l *Log[T]) Wait(ctx context.Context, match func(T) bool) (T, error) {
	w, past := l.subscribe()
	defer l.unsubscribe(w)
	for fresh := past; ; fresh = l.take(w) {
		if i := slices.IndexFunc(fresh, match); i >= 0 {
			return fresh[i], nil
		}
		// This is checked before waiting, and not in the select beside wake: an entry that has come must win over a context
		// that is done as well.
		if len(fresh) == 0 && ctx.Err() != nil {
			var none T
			return none, ctx.Err()
		}
		select {
		case <-w.wake:
		case <-ctx.Done():
		}
	}
}

func (l *Log[T]) subscribe() (w *waiter[T], past []T) {
	w = &waiter[T]{wake: make(chan struct{}, 1)}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.waiters = append(l.waiters, w)
	return w, l.closedLocked()
}

func (l *Log[T]) unsubscribe(w *waiter[T]) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.waiters = slices.DeleteFunc(l.waiters, func(other *waiter[T]) bool { return other == w })
}

func (l *Log[T]) take(w *waiter[T]) []T {
	l.mu.Lock()
	defer l.mu.Unlock()
	fresh := w.pending
	w.pending = nil
	return fresh
}
