package outside

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"slices"
	"sync"
)

// Keeper stands for the test in a run that is to fail nothing: it keeps the errors.
type Keeper struct {
	name string

	mu       sync.Mutex
	failed   bool
	errors   []string
	cleanups []func()
}

// NewKeeper returns the Keeper of a run of that name.
func NewKeeper(name string) *Keeper { return &Keeper{name: name} }

// Helper does nothing, because errors are kept without their line.
func (k *Keeper) Helper() {}

// Name is the name of the run.
func (k *Keeper) Name() string { return k.name }

// Logf drops the message: the Calls of the run tell what happened.
func (k *Keeper) Logf(string, ...any) {}

// Cleanup has f called at the end of the run; the last comes first.
func (k *Keeper) Cleanup(f func()) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.cleanups = append(k.cleanups, f)
}

// Errorf keeps an error.
func (k *Keeper) Errorf(format string, args ...any) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.failed = true
	k.errors = append(k.errors, fmt.Sprintf(format, args...))
}

// FailNow ends the goroutine that calls it.
func (k *Keeper) FailNow() {
	k.mu.Lock()
	k.failed = true
	k.mu.Unlock()
	runtime.Goexit()
}

// Failed reports whether the run has failed so far.
func (k *Keeper) Failed() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.failed
}

// Kept is what the run failed with, which is something if it failed.
func (k *Keeper) Kept() []string {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.failed && len(k.errors) == 0 {
		return []string{"FailNow was called without an error"}
	}
	return slices.Clone(k.errors)
}

// RecoverPanic, deferred, makes an error of a panic.
func (k *Keeper) RecoverPanic() {
	if p := recover(); p != nil {
		k.Errorf("panic: %v\n%s", p, debug.Stack())
	}
}

// CleanUp calls what Cleanup was given, all of it, even when one of them panics or ends the goroutine.
func (k *Keeper) CleanUp() {
	k.mu.Lock()
	n := len(k.cleanups) - 1
	if n < 0 {
		k.mu.Unlock()
		return
	}
	last := k.cleanups[n]
	k.cleanups = k.cleanups[:n]
	k.mu.Unlock()
	defer k.CleanUp()
	defer k.RecoverPanic()
	last()
}
