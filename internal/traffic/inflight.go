// Package traffic knows what is under way between clients and the fake: the requests that are being answered, what each
// waits for, and the connections on which they came. Close asks it what has not ended.
package traffic

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
)

// InFlight knows the requests that are being answered, for those who wait for them.
type InFlight struct {
	mu    sync.Mutex
	left  sync.Cond // a request has left
	first *Flying   // a list: every request comes and goes, and few are looked for
}

// Called is what a request is for.
type Called struct {
	Number       int // of its Call; it comes again after a Reset
	Method, Path string
}

// Flying is a request that is being answered.
type Flying struct {
	Called
	now        atomic.Pointer[doing]
	prev, next *Flying
	gone       bool // it has left
}

// doing is what a request waits for.
type doing struct {
	what      string
	function  string // of the test, if it is one
	goroutine string // that it runs in
}

// What a request may wait for without end.
const (
	NotArrived = "its body had not arrived"
	Unread     = "its answer was not read"
)

// Doing notes what the request waits for, "" for nothing in particular. What every request waits for is noted without
// an allocation.
func (f *Flying) Doing(what string) {
	switch what {
	case "":
		f.now.Store(nil)
	case Unread:
		f.now.Store(&waitsForReader)
	default:
		f.now.Store(&doing{what: what})
	}
}

// Running notes that the request waits for a function of the test, which the calling goroutine is about to call; "" for
// none any more.
func (f *Flying) Running(function string) {
	if function == "" {
		f.now.Store(nil)
		return
	}
	f.now.Store(&doing{what: function + " did not return", function: function, goroutine: goroutine()})
}

// goroutine tells the calling goroutine from all others that there are. It is for those that have just begun, whose
// stacks are short, and for what happens once.
func goroutine() string {
	const enough = 64 // for "goroutine 123 "
	var stack [enough]byte
	header, _, _ := bytes.Cut(stack[:runtime.Stack(stack[:], false)], []byte("["))
	return string(header)
}

// What is what the request waits for; "" for nothing in particular.
func (f *Flying) What() string {
	if now := f.now.Load(); now != nil {
		return now.what
	}
	return ""
}

type arriving struct {
	io.ReadCloser
	flying *Flying
}

// Arriving is the body of a request, which notes while it is waited for.
func Arriving(body io.ReadCloser, flying *Flying) io.ReadCloser { return arriving{body, flying} }

func (a arriving) Read(p []byte) (int, error) {
	before := a.flying.now.Swap(&waitsForBody)
	defer a.flying.now.Store(before)
	return a.ReadCloser.Read(p)
}

var waitsForBody, waitsForReader = doing{what: NotArrived}, doing{what: Unread}

// Enter notes a request that is now being answered.
func (i *InFlight) Enter(what Called) *Flying {
	i.mu.Lock()
	defer i.mu.Unlock()
	f := &Flying{Called: what, next: i.first}
	if f.next != nil {
		f.next.prev = f
	}
	i.first = f
	return f
}

// Leave notes that a request has been answered.
func (i *InFlight) Leave(f *Flying) {
	i.mu.Lock()
	defer i.mu.Unlock()
	switch {
	case f.gone:
		return
	case f.prev == nil:
		i.first = f.next
	default:
		f.prev.next = f.next
	}
	if f.next != nil {
		f.next.prev = f.prev
	}
	f.gone, f.prev, f.next = true, nil, nil // a connection may keep it
	i.left.Broadcast()
}

// Has reports whether a request is still being answered.
func (i *InFlight) Has(f *Flying) bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	return !f.gone
}

// Wait waits until no request is being answered.
func (i *InFlight) Wait() {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.left.L = &i.mu
	for i.first != nil {
		i.left.Wait()
	}
}

// Within is the function of the test from which it is called, if a request waits for that; else "".
func (i *InFlight) Within() string {
	for _, f := range i.All() {
		if now := f.now.Load(); now != nil && now.function != "" && now.goroutine == goroutine() {
			return now.function
		}
	}
	return ""
}

// String is the request on one line.
func (c Called) String() string { return fmt.Sprintf("#%d %s %s", c.Number, c.Method, c.Path) }

// All returns what is being answered, in the order of the calls.
func (i *InFlight) All() []*Flying {
	i.mu.Lock()
	defer i.mu.Unlock()
	var all []*Flying
	for f := i.first; f != nil; f = f.next {
		all = append(all, f)
	}
	slices.SortFunc(all, func(a, b *Flying) int { return cmp.Compare(a.Number, b.Number) })
	return all
}

// List returns what is being answered, in the order of the calls.
func (i *InFlight) List() []Called {
	var list []Called
	for _, f := range i.All() {
		list = append(list, f.Called)
	}
	return list
}
