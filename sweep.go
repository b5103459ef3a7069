package fakegitlab

import (
	"fmt"
	"testing"
	"testing/synctest"
)

// sweptWays are the ways in which Sweep makes each call fail, one at a time.
var sweptWays = []struct {
	name    string
	failure Failure
}{
	{"503", Failure{Status: 503}},
	{"answer lost", Failure{Network: EmptyReply, Applied: true}},
	{"connection reset", Failure{Network: ConnectionReset}},
}

// Sweep runs test once undisturbed and counts the calls it makes; then once more for every call and every way in which that
// call can fail: refused with 503 before it takes effect, its answer lost after it took effect, its connection reset. Each
// run has a fake of its own, made with opts, and is a subtest named after the call: "#4 POST /user/runners, answer lost".
//
// What test must hold to is what should be true whatever single call fails: that the code under test ends, that it reports an
// error or did its work, that it left nothing behind. [Fake.Invariant] says the last.
//
// With WithInMemoryNetwork each run is in a testing/synctest bubble, where minutes of back-off take no time; then test may not
// call t.Run, t.Parallel or t.Deadline. A test whose calls come in another order each time is swept by number all the same.
func Sweep(t *testing.T, test func(t *testing.T, gl *Fake), opts ...Option) {
	t.Helper()
	var calls []Call
	undisturbed := t.Run("undisturbed", func(t *testing.T) {
		sweepRun(t, nil, opts, func(t *testing.T, gl *Fake) {
			t.Cleanup(func() { calls = gl.Calls("") })
			test(t, gl)
		})
	})
	if !undisturbed {
		t.Errorf("fakegitlab: Sweep: the test fails with nothing in its way; there is no use in disturbing it")
		return
	}
	if len(calls) == 0 {
		t.Errorf("fakegitlab: Sweep: the test made no call; does it speak to the fake that it was given?")
	}
	for i, c := range calls {
		for _, way := range sweptWays {
			t.Run(fmt.Sprintf("#%d %s, %s", i+1, c.name(), way.name), func(t *testing.T) {
				failure := way.failure
				failure.After, failure.Times = i, 1
				sweepRun(t, &failure, opts, test)
			})
		}
	}
}

// sweepRun is one run of a sweep. A run that went another way than the undisturbed one may never make the call that was to fail.
func sweepRun(t *testing.T, failure *Failure, opts []Option, test func(*testing.T, *Fake)) {
	t.Helper()
	run := func(t *testing.T) {
		gl := New(t, append(opts[:len(opts):len(opts)], WithUnusedFailures(true))...)
		if failure != nil {
			gl.Inject(*failure)
		}
		test(t, gl)
	}
	var o options
	for _, option := range opts {
		option(&o)
	}
	if o.inMemory {
		synctest.Test(t, run)
		return
	}
	run(t)
}

// Invariant says what must hold at the end of the test, whatever happened in it: check is called when the fake is closed, and
// its error is an error of the test. With Start it is never called.
func (f *Fake) Invariant(name string, check func(*Fake) error) {
	f.invariants.mu.Lock()
	defer f.invariants.mu.Unlock()
	f.invariants.list = append(f.invariants.list, invariant{name, check})
}

type invariant struct {
	name  string
	check func(*Fake) error
}

// ForEachVersion runs a test against several GitLab versions, each as a subtest named after it: "17.2". opts are for all of them.
// A version that is not supported fails its subtest.
func ForEachVersion(t *testing.T, versions []string, test func(t *testing.T, gl *Fake), opts ...Option) {
	t.Helper()
	for _, version := range versions {
		t.Run(version, func(t *testing.T) {
			test(t, New(t, append(opts[:len(opts):len(opts)], WithVersion(version))...))
		})
	}
}
