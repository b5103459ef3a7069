package fakegitlab

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"slices"
	"sync"
	"testing"
)

// SweptRun is what came of one run of SweepRuns.
type SweptRun struct {
	Name   string   // as Sweep names its subtests: "undisturbed", "#4 POST /user/runners, answer lost"
	Errors []string // what the run failed with, broken invariants included; empty if it passed
	Calls  []Call   // the calls that it made
}

// Passed reports whether nothing failed in the run.
func (r SweptRun) Passed() bool { return len(r.Errors) == 0 }

// SweepRuns is Sweep for those who want a report instead of a failed test: it fails nothing and returns what came of
// each run, the undisturbed one first. If that one fails it is the only one. The test gets a TB that keeps its errors
// for the report; a panic of the test is one of them.
//
// Use it for a report on code that is known to have faults, or to test that a test, or an Invariant, finds such faults.
func SweepRuns(t *testing.T, test func(tb TB, gl *Fake), opts ...Option) []SweptRun {
	t.Helper()
	at := place()
	first := keptRun(t, undisturbed, nil, at, opts, test)
	if first.Passed() && len(first.Calls) == 0 {
		first.Errors = append(first.Errors,
			"fakegitlab: SweepRuns: the test made no call; does it speak to the fake that it was given?")
	}
	runs := []SweptRun{first}
	if !first.Passed() {
		return runs
	}
	for name, failure := range disturbances(first.Calls) {
		runs = append(runs, keptRun(t, name, &failure, at, opts, test))
	}
	return runs
}

// keptRun is one run of SweepRuns. It has a goroutine of its own, so that FailNow can end the run alone.
func keptRun(t *testing.T, name string, failure *Failure, at string, opts []Option,
	test func(TB, *Fake),
) SweptRun {
	t.Helper()
	k := &keeper{name: t.Name() + "/" + name}
	run := SweptRun{Name: name}
	bubbled(t, opts, func(*testing.T) {
		done := make(chan struct{})
		go func() {
			defer close(done)
			defer k.cleanUp()
			defer k.recoverPanic()
			gl := disturbed(k, failure, at, opts)
			k.Cleanup(func() { run.Calls = gl.Calls("") })
			test(k, gl)
		}()
		<-done
	})
	run.Errors = k.kept()
	return run
}

// keeper is the TB of a run of SweepRuns.
type keeper struct {
	name string

	mu       sync.Mutex
	failed   bool
	errors   []string
	cleanups []func()
}

// Helper does nothing, because errors are kept without their line.
func (k *keeper) Helper() {}

// Name is the name of the run.
func (k *keeper) Name() string { return k.name }

// Logf drops the message: the Calls of the run tell what happened.
func (k *keeper) Logf(string, ...any) {}

// Cleanup has f called at the end of the run; the last comes first.
func (k *keeper) Cleanup(f func()) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.cleanups = append(k.cleanups, f)
}

// Errorf keeps an error.
func (k *keeper) Errorf(format string, args ...any) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.failed = true
	k.errors = append(k.errors, fmt.Sprintf(format, args...))
}

// FailNow ends the goroutine that calls it.
func (k *keeper) FailNow() {
	k.mu.Lock()
	k.failed = true
	k.mu.Unlock()
	runtime.Goexit()
}

// Failed reports whether the run has failed so far.
func (k *keeper) Failed() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.failed
}

// kept is what the run failed with, which is something if it failed.
func (k *keeper) kept() []string {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.failed && len(k.errors) == 0 {
		return []string{"FailNow was called without an error"}
	}
	return slices.Clone(k.errors)
}

func (k *keeper) recoverPanic() {
	if p := recover(); p != nil {
		k.Errorf("panic: %v\n%s", p, debug.Stack())
	}
}

// cleanUp calls what Cleanup was given, all of it, even when one of them panics or ends the goroutine.
func (k *keeper) cleanUp() {
	k.mu.Lock()
	n := len(k.cleanups) - 1
	if n < 0 {
		k.mu.Unlock()
		return
	}
	last := k.cleanups[n]
	k.cleanups = k.cleanups[:n]
	k.mu.Unlock()
	defer k.cleanUp()
	defer k.recoverPanic()
	last()
}
