package fakegitlab

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/calltext"
	"github.com/fakegitlab/fakegitlab/internal/controlapi"
	"github.com/fakegitlab/fakegitlab/internal/faults"
	"github.com/fakegitlab/fakegitlab/internal/journal"
	"github.com/fakegitlab/fakegitlab/internal/outside"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// closeWithin is how long Close waits for what does not end, in real time or in that of a synctest bubble. The last
// fifth of it is for what was cut to notice.
const closeWithin = 5 * time.Second

// Close stops the fake. Delayed requests are dropped at once, held and waiting ones let go, and Close waits for all
// that are in flight. After four seconds it cuts their connections, and after five it no longer waits: for a body
// that does not arrive, an answer that nobody reads, a function of the test that does not return. Each such call is
// an error of the test, which names it and says what it waited for. What the fake knows can still be read and
// asserted on, while what changes the world or is for calls (AddRunner, Advance, Inject, Before, Hold ...) fails the
// test: no call will come. Closing again does nothing. No function of Before, After, Where or Handle may close the
// fake, which would wait for it.
func (f *Fake) Close() {
	f.tb.Helper()
	if hook := f.flight.Within(); hook != "" {
		if !f.isClosed() {
			f.misuse("Close: a request waits for %s, which closes the fake; Down breaks its connection", hook)
		}
		return
	}
	f.close.Do(func() {
		close(f.closing)
		within := f.options.closeWithin
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			f.network.close()
			f.flight.Wait() // net/http does not wait for requests over HTTP/2
			f.courier.Close()
		}()
		defer f.files.Close()
		const parts = 5
		if outside.EndsWithin(ended, within-within/parts) {
			return
		}
		f.noticeCut(within - within/parts)
		f.noticeCutWebhooks(within - within/parts)
		f.network.cut()
		f.files.Cut()
		if !outside.EndsWithin(ended, within/parts) {
			for _, call := range f.flight.List() {
				f.notice(fmt.Sprintf("Close left %s behind, which did not end when it was cut", call))
			}
		}
		if _, alone := f.tb.(outside.NoTest); alone {
			for _, problem := range f.noticed() {
				f.tb.Logf("fakegitlab: %s", problem)
			}
		}
	})
}

// noticeCut names all that Close has to cut.
func (f *Fake) noticeCut(after time.Duration) {
	for _, call := range f.flight.All() {
		f.notice(fmt.Sprintf("Close cut %s after %s: %s", call.Called, after,
			cmp.Or(call.What(), "it was still being served")))
	}
	for _, c := range f.network.conns.Busy() {
		if c.Last == nil {
			f.notice(fmt.Sprintf("Close cut a connection from %s after %s: no whole request had arrived on it", c.Remote,
				after))
		} else if !f.flight.Has(c.Last) {
			f.notice(fmt.Sprintf("Close cut the connection from %s after %s: what followed %s had not arrived or was not read",
				c.Remote, after, c.Last.Called))
		}
	}
}

// notice keeps a problem that was noticed on the way, once, for the end of the test. Any goroutine may call it.
func (f *Fake) notice(problem string) {
	f.ending.mu.Lock()
	defer f.ending.mu.Unlock()
	if !slices.Contains(f.ending.noticed, problem) {
		f.ending.noticed = append(f.ending.noticed, problem)
	}
}

func (f *Fake) forgetNoticed() {
	f.ending.mu.Lock()
	defer f.ending.mu.Unlock()
	f.ending.noticed = nil
}

func (f *Fake) noticed() []string {
	f.ending.mu.Lock()
	defer f.ending.mu.Unlock()
	return slices.Clone(f.ending.noticed)
}

// report says at the end of a test what went unnoticed in it: the journal first and all problems in one error, since in
// Ginkgo the first error ends the report.
func (f *Fake) report() {
	f.tb.Helper()
	problems, begun := f.Problems(), f.begun()
	if len(problems) > 0 || f.tb.Failed() {
		f.tb.Logf("fakegitlab: the calls of %s to %s, whose clock is at %s%s\n%s", f.tb.Name(), f.URL(),
			f.Now().UTC().Format(time.RFC3339), begun, journal.CutMiddle(f.Journal()))
	}
	switch len(problems) {
	case 0:
	case 1:
		f.tb.Errorf("fakegitlab: %s%s", problems[0], begun)
	default:
		f.tb.Errorf("fakegitlab: %d problems%s:\n- %s", len(problems), begun, strings.Join(problems, "\n- "))
	}
}

// begun is where in the test the fake did, in brackets, if that is not the line that errors at the test's end stand at:
// of a bubble testing does not know which function gave it the cleanup.
func (f *Fake) begun() string {
	if f.ending.begun == "" || !outside.InBubble() {
		return ""
	}
	return " (" + f.ending.begun + ")"
}

// Problems returns what no assertion may have noticed so far: calls that nothing serves, fields of GraphQL that GitLab
// has and the fake has not, parameters that nothing
// reads (WithIgnoredParams), failures that never fired, functions of Before and After that never ran, NextID and
// NextToken that were never used, requests that were held and never let go, what a JobRun arranged and never
// happened, functions of the test that hung or panicked, what Close had to cut, invariants that do not hold. Each
// says where in the test it came from: "... injected at op_test.go:113". With New a test fails with them at its end;
// it is for a fake that is shared and Reset between tests, or that came from Start. It is empty, and nil, if there
// are none.
func (f *Fake) Problems() []string {
	problems := f.noticed()
	calls := f.log.Closed()
	problems = append(problems, f.strayProblems(calls)...)
	if f.options.ignoredRefused {
		problems = append(problems, calltext.Ignored(textsOf(calls))...)
	}
	if !f.options.unusedAllowed {
		problems = append(problems, f.faults.Unused(calls)...)
		for _, problem := range read(f, (*world.State).PinProblems) {
			problems = append(problems, journal.ShortenTokens(problem))
		}
		problems = append(problems, f.unmetPlans()...)
	}
	f.ending.mu.Lock()
	invariants := f.ending.invariants
	f.ending.mu.Unlock()
	f.ending.asking.Store(true)
	defer f.ending.asking.Store(false)
	for _, i := range invariants {
		if err := i.ask(f); err != nil {
			problems = append(problems, fmt.Sprintf("it does not hold that %s: %v%s", i.name, err,
				faults.Planted{At: i.at}.Brackets("Invariant")))
		}
	}
	return problems
}

func (i invariant) ask(f *Fake) (err error) {
	defer outside.Catch(func(problem string) { err = errors.New(problem) })
	outside.Apart("the function", func() { err = i.check(f) })
	return err
}

// noticeLacking keeps, for the end of the test, what a call asked for and GitLab has, but the fake has not.
func (f *Fake) noticeLacking(lacking []string) {
	for _, text := range lacking {
		if !f.options.unknownAllowed {
			f.notice("GraphQL: " + text)
		}
	}
}

// strayProblems are the calls that nothing serves, those to one place in one line.
func (f *Fake) strayProblems(calls []Call) []string {
	var all []string
	for _, c := range calls {
		if f.strayed(c) {
			all = append(all, f.site.Unserved(c.Method, c.Path))
		}
	}
	problems := journal.Once(all, "calls")
	if n := f.log.Lost().Spared; n > 0 {
		problems = append(problems, fmt.Sprintf("nothing served further calls, which the journal has dropped: %d; "+
			"WithJournalBytes keeps %s", n, journal.Size(f.options.journalBytes)))
	}
	return problems
}

// strayed is whether a call went where nothing is, which is an error of the test. To ask whether GitLab is there is
// none.
func (f *Fake) strayed(c Call) bool {
	return c.Endpoint == "" && !c.Failure && !f.options.unknownAllowed && !f.site.Probes(c.Method, c.Path)
}

// sayPage logs where the page is, if it is anywhere.
func (f *Fake) sayPage() {
	f.tb.Helper()
	if f.options.control != nil && !f.options.inMemory {
		f.tb.Logf("fakegitlab: the page is %s%s/", f.URL(), controlapi.Prefix)
	}
}
