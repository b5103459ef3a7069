package journal

import "context"

// Lazy is a Log of entries a part of which is only made for those who look at them. The zero value is an empty one. It
// keeps entries by pointer, so that nothing large is moved, and nothing large is kept with them.
type Lazy[T any, R Rest[T]] struct {
	log[T, R]
}

type log[T any, R Rest[T]] = Log[*Entry[T, R]]

// Rest is what is kept of an entry in place of a part of it.
type Rest[T any] interface {
	// Complete puts the part into the entry. It is called at most once, with the lock held.
	Complete(*T)
	// Size is what it takes, in bytes.
	Size() int64
}

// Entry is one of a Lazy. Whoever opened it fills it in until it is closed, and then leaves it alone.
type Entry[T any, R Rest[T]] struct {
	Of    T
	Rest  R
	whole bool
}

// complete makes the entry whole. It is called with the lock held, before anybody is given the entry, and changes
// nothing afterwards.
func (e *Entry[T, R]) complete() {
	if !e.whole {
		e.Rest.Complete(&e.Of)
		var none R
		e.Rest, e.whole = none, true
	}
}

// Limit is Log.Limit. spare sees entries that may lack their Rest.
func (l *Lazy[T, R]) Limit(n int, spare func(T) bool) {
	l.log.Limit(n, func(e *Entry[T, R]) bool { return spare(e.Of) })
	l.shown = (*Entry[T, R]).complete
}

// LimitWeight is Log.LimitWeight. Size is told of an entry without its Rest.
func (l *Lazy[T, R]) LimitWeight(w Weight[T]) {
	l.log.LimitWeight(Weight[*Entry[T, R]]{Limit: w.Limit,
		Size: func(e *Entry[T, R]) int64 {
			if e.whole {
				return w.Size(e.Of)
			}
			return w.Size(e.Of) + e.Rest.Size()
		},
		Shed: func(e *Entry[T, R]) *Entry[T, R] { // a copy: others may be looking at e
			return &Entry[T, R]{Of: w.Shed(e.Of), Rest: e.Rest, whole: e.whole}
		}})
}

// Closed is Log.Closed.
func (l *Lazy[T, R]) Closed() []T {
	entries := l.log.Closed()
	list := make([]T, len(entries))
	for i, e := range entries {
		list[i] = e.Of
	}
	return list
}

// Select returns those entries of Closed for which wanted says so, which is called from the calling goroutine, without
// the lock.
func (l *Lazy[T, R]) Select(wanted func(T) bool) []T {
	list := []T{}
	for _, e := range l.log.Closed() {
		if wanted(e.Of) {
			list = append(list, e.Of)
		}
	}
	return list
}

// Wait is Log.Wait.
func (l *Lazy[T, R]) Wait(ctx context.Context, match func(T) bool) (T, error) {
	e, err := l.log.Wait(ctx, func(e *Entry[T, R]) bool { return match(e.Of) })
	if err != nil {
		var none T
		return none, err
	}
	return e.Of, nil
}
