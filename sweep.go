package fakegitlab

import (
	"fmt"
	"iter"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/fakegitlab/fakegitlab/internal/faults"
	"github.com/fakegitlab/fakegitlab/internal/outside"
)

// sweptWays are the ways in which Sweep makes each call fail, one at a time.
var sweptWays = []struct {
	name    string
	failure Failure
}{
	{"503", Failure{Status: http.StatusServiceUnavailable}},
	{"answer lost", Failure{Network: EmptyReply, Applied: true}},
	{"connection reset", Failure{Network: ConnectionReset}},
}

// undisturbed is the name of the run in which nothing goes wrong.
const undisturbed = "undisturbed"

// Sweep runs test once undisturbed and counts the calls it makes; then once more for every call and every way in which
// that call can fail: refused with 503 before it takes effect, its answer lost after it took effect, its connection
// reset. Each run has a fake of its own, made with opts, and is a subtest named after the call: "#4 POST /user/runners,
// answer lost".
//
// What test asserts must therefore be true whichever single call fails: that the code under test ends, that it reports
// an error or did its work, that it left nothing behind. [Fake.Invariant] is for the last.
//
// With WithInMemoryNetwork each run is in a testing/synctest bubble, where minutes of back-off take no time; then test
// may not call t.Run, t.Parallel or t.Deadline. If the calls come in another order each time, the n-th call fails all
// the same, whichever it is.
func Sweep(t *testing.T, test func(t *testing.T, gl *Fake), opts ...Option) {
	t.Helper()
	at := place()
	var calls []Call
	ran := false
	passed := t.Run(undisturbed, func(t *testing.T) {
		t.Helper()
		sweepRun(t, nil, at, opts, func(t *testing.T, gl *Fake) {
			t.Cleanup(func() { calls, ran = gl.Calls(""), true })
			test(t, gl)
		})
	})
	if passed && !ran {
		t.Errorf("fakegitlab: Sweep: the test calls t.Parallel(), so that it has only begun when Sweep has to know its " +
			"calls; call it before Sweep, in the test around it")
		return
	}
	if !passed {
		t.Errorf("fakegitlab: Sweep: the test fails with nothing in its way; there is no use in disturbing it")
		return
	}
	if len(calls) == 0 {
		t.Errorf("fakegitlab: Sweep: the test made no call; does it speak to the fake that it was given?")
	}
	for name, failure := range disturbances(calls) {
		t.Run(name, func(t *testing.T) {
			t.Helper()
			sweepRun(t, &failure, at, opts, test)
		})
	}
}

// disturbances are the runs to make after the undisturbed one, which made these calls: the name of each, and what goes
// wrong in it.
func disturbances(calls []Call) iter.Seq2[string, Failure] {
	return func(yield func(string, Failure) bool) {
		for i, c := range calls {
			for _, way := range sweptWays {
				failure := way.failure
				failure.After, failure.Times = i, 1
				if !yield(fmt.Sprintf("#%d %s, %s", i+1, c.asked(), way.name), failure) {
					return
				}
			}
		}
	}
}

// sweepRun is one run of a sweep.
func sweepRun(t *testing.T, failure *Failure, at string, opts []Option, test func(*testing.T, *Fake)) {
	t.Helper()
	bubbled(t, opts, func(t *testing.T) {
		t.Helper()
		gl := disturbed(t, failure, at, opts)
		gl.ending.begun = faults.Planted{At: at}.Place("Sweep")
		test(t, gl)
	})
}

// disturbed starts a fake in which one call is to fail, or none, as was arranged at a place in the test. A run may
// take another way than the undisturbed one and never make that call, so a failure that never fires is no error.
func disturbed(tb TB, failure *Failure, at string, opts []Option) *Fake {
	tb.Helper()
	gl := New(tb, append(opts[:len(opts):len(opts)], WithUnusedFailures(true))...)
	if failure != nil {
		gl.faults.Inject(injection(*failure, faults.Planted{At: at}))
	}
	return gl
}

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
	k := outside.NewKeeper(t.Name() + "/" + name)
	run := SweptRun{Name: name}
	bubbled(t, opts, func(*testing.T) {
		done := make(chan struct{})
		go func() {
			defer close(done)
			defer k.CleanUp()
			defer k.RecoverPanic()
			gl := disturbed(k, failure, at, opts)
			k.Cleanup(func() { run.Calls = gl.Calls("") })
			test(k, gl)
		}()
		<-done
	})
	run.Errors = k.Kept()
	return run
}

// bubbled runs in a synctest bubble if the network allows.
func bubbled(t *testing.T, opts []Option, run func(*testing.T)) {
	t.Helper()
	if taken(opts, options{}).inMemory {
		synctest.Test(t, run)
		return
	}
	run(t)
}

// taken is what options make of others. Of a nil one New says that it is.
func taken(opts []Option, o options) options {
	for _, option := range opts {
		if option != nil {
			option(&o)
		}
	}
	return o
}

// Invariant says what must hold at the end of the test, whatever happened in it. The name completes the sentence "it
// does not hold that ...". check is called when the test is over and the fake is closed; if it returns an error, the
// test fails. It only looks: what would change the fake fails the test. With Start it is never called.
func (f *Fake) Invariant(name string, check func(*Fake) error) {
	f.tb.Helper()
	at := place()
	if check == nil {
		f.misuse("Invariant(%q): there is no function", name)
		return
	}
	f.ending.mu.Lock()
	defer f.ending.mu.Unlock()
	f.ending.invariants = append(f.ending.invariants, invariant{name, check, at})
}

// ForEachVersion runs a test against several GitLab versions, each as a subtest named after it: "17.2". opts are for
// all of them; WithVersion is not one of them and fails the test, as does no version at all: nothing would be tested. A
// version that is not supported fails its subtest.
//
// What GitLab does not have yet in one of the versions behaves as there. An endpoint is a 404, and to call it is no
// error of the test; the call is recorded under the endpoint's name, with the version that brings it as the reason.
// Inject, Hold, Before and After refuse such an endpoint. Scopes and roles may be given in every version, so that one
// world serves for all; a refusal that they meet says from when on GitLab has them.
func ForEachVersion(t *testing.T, versions []string, test func(t *testing.T, gl *Fake), opts ...Option) {
	t.Helper()
	if len(versions) == 0 {
		t.Errorf("fakegitlab: ForEachVersion: there is no version")
	}
	const none = "none" // "" is what WithVersion may have been given
	if o := taken(opts, options{version: none}); o.version != none {
		t.Errorf("fakegitlab: ForEachVersion: WithVersion(%q) would have no effect: the versions to test are %s",
			o.version, strings.Join(versions, ", "))
		return
	}
	for _, version := range versions {
		t.Run(version, func(t *testing.T) {
			t.Helper() // what New says is said of the line that called ForEachVersion
			test(t, New(t, append(opts[:len(opts):len(opts)], WithVersion(version))...))
		})
	}
}
