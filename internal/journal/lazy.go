package journal

import "context"

// Lazy is a Log of entries a part of which is only made for those who look at them. The zero value is an empty one. It
// keeps entries by pointer, so that nothing large is moved while others wait for the lock.
type Lazy[T any, R Rest[T]] struct {
	log[T, R]
}

type log[T any, R Rest[T]] = Log[*lazy[T, R]]

// Rest is what is kept of an entry in place of a part of it.
type Rest[T any] interface {
	// Complete puts the part into the entry. It is called at most once, with the lock held.
	Complete(*T)
	// Size is what it takes, in bytes.
	Size() int64
}

type lazy[T any, R Rest[T]] struct {
	entry T
	rest  R
	whole bool
}

// complete makes the entry whole. It is called with the lock held, before anybody is given the entry, and changes
// nothing afterwards.
func (e *lazy[T, R]) complete() {
	if !e.whole {
		e.rest.Complete(&e.entry)
		var none R
		e.rest, e.whole = none, true
	}
}

// Limit is Log.Limit. spare sees entries that may lack their Rest.
func (l *Lazy[T, R]) Limit(n int, spare func(T) bool) {
	l.log.Limit(n, func(e *lazy[T, R]) bool { return spare(e.entry) })
	l.shown = (*lazy[T, R]).complete
}

// LimitWeight is Log.LimitWeight. Size is told of an entry without its Rest.
func (l *Lazy[T, R]) LimitWeight(w Weight[T]) {
	l.log.LimitWeight(Weight[*lazy[T, R]]{Limit: w.Limit,
		Size: func(e *lazy[T, R]) int64 {
			if e.whole {
				return w.Size(e.entry)
			}
			return w.Size(e.entry) + e.rest.Size()
		},
		Shed: func(e *lazy[T, R]) *lazy[T, R] { // a copy: others may be looking at e
			return &lazy[T, R]{entry: w.Shed(e.entry), rest: e.rest, whole: e.whole}
		}})
}

// Close is Log.Close.
func (l *Lazy[T, R]) Close(number int, entry T, rest R) {
	l.log.Close(number, &lazy[T, R]{entry: entry, rest: rest})
}

// Closed is Log.Closed.
func (l *Lazy[T, R]) Closed() []T {
	entries := l.log.Closed()
	list := make([]T, len(entries))
	for i, e := range entries {
		list[i] = e.entry
	}
	return list
}

// Select returns those entries of Closed for which wanted says so, which is called from the calling goroutine, without
// the lock.
func (l *Lazy[T, R]) Select(wanted func(T) bool) []T {
	list := []T{}
	for _, e := range l.log.Closed() {
		if wanted(e.entry) {
			list = append(list, e.entry)
		}
	}
	return list
}

// Wait is Log.Wait.
func (l *Lazy[T, R]) Wait(ctx context.Context, match func(T) bool) (T, error) {
	e, err := l.log.Wait(ctx, func(e *lazy[T, R]) bool { return match(e.entry) })
	if err != nil {
		var none T
		return none, err
	}
	return e.entry, nil
}
