//go:build unix

// Package mutant is what mutated code calls: every place that internal/mutate can break asks here whether it is broken
// in this process. Nothing imports it but code that internal/mutate has rewritten, which is never written to the tree.
package mutant

import (
	"cmp"
	"os"
	"strconv"
	"sync/atomic"
	"syscall"
)

const (
	// Variable is the environment variable with the number of the mutant that lives in the process; without it none does.
	Variable = "FAKEGITLAB_MUTANT"
	// ReachVariable names a file of Most bytes, of which the one with the number of a mutant becomes 1 once its place is
	// reached.
	ReachVariable = "FAKEGITLAB_MUTANTS_REACHED"
	// Most is how many mutants there can be.
	Most = 1 << 16
)

var (
	active, _ = strconv.Atoi(os.Getenv(Variable))
	reached   = mapped(os.Getenv(ReachVariable))
	met       atomic.Bool // whether the place of the active one was reached
)

// mapped is the file in memory: whatever way the process ends, what has been written there stays, and writing costs a
// test nothing by which it could be told from one that writes nothing.
func mapped(name string) []byte {
	if name == "" {
		return nil
	}
	f, err := os.OpenFile(name, os.O_RDWR, 0)
	if err != nil {
		panic(err)
	}
	defer f.Close()
	text, err := syscall.Mmap(int(f.Fd()), 0, Most, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_SHARED)
	if err != nil {
		panic(err)
	}
	return text
}

func on(id int) bool {
	if reached != nil {
		reached[id] = 1 // by several goroutines at once, all of which write the same
	}
	if id != active {
		return false
	}
	met.Store(true)
	return true
}

// Runs says whether a statement is left in.
func Runs(id int) bool { return !on(id) }

// Cond is v, or false or true if that mutant lives.
func Cond(never, always int, v bool) bool {
	no, yes := on(never), on(always)
	return v && !no || yes
}

// Never is v, or false.
func Never(id int, v bool) bool { return !on(id) && v }

// Always is v, or true.
func Always(id int, v bool) bool { return on(id) || v }

// Not is v, or its opposite.
func Not(id int, v bool) bool { return v != on(id) }

// And is a && b, or a || b.
func And(id int, a bool, b func() bool) bool {
	if on(id) {
		return a || b()
	}
	return a && b()
}

// Or is a || b, or a && b.
func Or(id int, a bool, b func() bool) bool {
	if on(id) {
		return a && b()
	}
	return a || b()
}

// Less is a < b, or a <= b.
func Less[T cmp.Ordered](id int, a, b T) bool { return a < b || on(id) && a == b }

// AtMost is a <= b, or a < b.
func AtMost[T cmp.Ordered](id int, a, b T) bool { return a < b || !on(id) && a == b }

// Zero is v, or nothing.
func Zero[T any](id int, v T) T {
	if on(id) {
		var zero T
		return zero
	}
	return v
}

// Number is any number of the language.
type Number interface {
	~int | ~int8 | ~int16 | ~int32 | ~int64 | ~uint | ~uint8 | ~uint16 | ~uint32 | ~uint64 | ~float32 | ~float64
}

// Next is v, or one more.
func Next[T Number](id int, v T) T {
	if on(id) {
		return v + 1
	}
	return v
}

// Plus is a + b, or a - b.
func Plus[T Number](id int, a, b T) T {
	if on(id) {
		return a - b
	}
	return a + b
}

// Minus is a - b, or a + b.
func Minus[T Number](id int, a, b T) T {
	if on(id) {
		return a + b
	}
	return a - b
}

// Word is v of a case, or a word that nothing is.
func Word[T ~string](id int, v T) T {
	if on(id) {
		return v + "\x00"
	}
	return v
}
