package fakegitlab

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/calltext"
	"github.com/fakegitlab/fakegitlab/internal/differences"
	"github.com/fakegitlab/fakegitlab/internal/outside"
)

// T is what the assertions need of a test: testify's TestingT, so *testing.T, GinkgoT() and mocks of either fit. If it
// has a Helper method, that is called, so that a failure is reported at the line of the test.
type T interface {
	Errorf(format string, args ...any)
}

type helper interface{ Helper() }

// helperOf is the test's method Helper, to be called by each assertion itself, or one that does nothing.
func helperOf(t T) helper {
	if h, ok := t.(helper); ok {
		return h
	}
	return outside.NoTest{}
}

// Calls returns the recorded calls of an endpoint that meet every condition, in the order in which they arrived. "" is
// every call, "* /runners/:id" that path with any method. Calls that are still being served are not among them. The
// maps and slices in a Call are the journal's own: read them, do not change them. It fails the test to ask for an
// endpoint that nothing serves, or with a count such as Times.
func (f *Fake) Calls(e Endpoint, where ...CallMatcher) []Call {
	f.tb.Helper()
	if problem := f.selectionProblem(e, where); problem != "" {
		f.misuse("Calls: %s", problem)
		return nil
	}
	defer outside.Catch(func(problem string) { f.misuse("Calls: %s", problem) })
	return f.selectCalls(e, where)
}

// ClearCalls forgets the recorded calls, so that assertions see only the calls that come afterwards. A call that is
// still being served is recorded when it ends. The numbers of calls go on counting.
func (f *Fake) ClearCalls() { f.log.Clear() }

// WaitForCall returns the first answered call of an endpoint that meets every condition. If none is recorded yet, it
// waits for the next one. When ctx ends first, the error wraps ctx.Err() and names the nearest recorded calls; so it
// does when the fake is closed and shortly before the test's deadline. An endpoint that nothing serves, and a count
// such as Times, are errors at once.
func (f *Fake) WaitForCall(ctx context.Context, e Endpoint, where ...CallMatcher) (Call, error) {
	return f.waitForCall(ctx, "WaitForCall", 0, e, where)
}

// WaitForNextCall is WaitForCall for a call that arrives from now on: those that are recorded or being served already
// do not count. What is to cause the call must come after this began, in another goroutine; of calls that may have come
// already, ClearCalls and WaitForCall find the first afterwards.
func (f *Fake) WaitForNextCall(ctx context.Context, e Endpoint, where ...CallMatcher) (Call, error) {
	return f.waitForCall(ctx, "WaitForNextCall", f.log.Last(), e, where)
}

func (f *Fake) waitForCall(ctx context.Context, name string, after int, e Endpoint, where []CallMatcher) (
	_ Call, err error,
) {
	defer outside.Catch(func(problem string) { err = fmt.Errorf("%s: %s", name, problem) })
	if problem := f.selectionProblem(e, where); problem != "" {
		return Call{}, fmt.Errorf("%s: %s", name, problem)
	}
	open, stop := f.waiting(ctx)
	defer stop()
	call, err := f.log.Wait(open, func(c Call) bool { return (after == 0 || c.Number > after) && matches(c, e, where) })
	if err == nil {
		return call, nil
	}
	since := ""
	if after > 0 {
		since = fmt.Sprintf(" after #%d", after)
	}
	return Call{}, fmt.Errorf("%s: no call of %s%s: %w\n%s", name, selectionText(e, where), since,
		open.Why(), f.nearestCalls(e, where))
}

// WaitFor waits until holds returns nil. It is asked at once and then after every call, every change of the world and
// every Advance, in the goroutine that waits; nothing is polled, so that an outside clock alone wakes nobody. When ctx
// ends first, the error wraps ctx.Err() and says what holds said last; so it does when the fake is closed. As all
// waits it ends some seconds before the test's deadline, if t.Deadline knows of one: go test would end it without a
// word. holds only looks: a change of its own has it asked again at once.
func (f *Fake) WaitFor(ctx context.Context, holds func(*Fake) error) (err error) {
	if holds == nil {
		return errors.New("WaitFor: there is no function")
	}
	open, stop := f.waiting(ctx)
	defer stop()
	defer outside.Catch(func(problem string) { err = errors.New("WaitFor: " + problem) })
	for {
		changed := f.news.Next() // before asking: what happens meanwhile is to be asked about again
		if outside.Asked("the function", func() { err = holds(f) }); err == nil {
			return nil
		}
		select {
		case <-changed:
		case <-open.Done():
			return fmt.Errorf("WaitFor: %w: %w\n%s", open.Why(), err, f.seeJournal())
		}
	}
}

// AssertCalled asserts that an endpoint was called, with every condition met, at least once or as often as Times,
// AtLeast and AtMost say. "" is every call, "* /runners/:id" that path with any method.
func (f *Fake) AssertCalled(t T, e Endpoint, where ...CallMatcher) bool {
	helperOf(t).Helper()
	return report(t, f.calledProblem(e, where))
}

// AssertNotCalled asserts that no call of an endpoint met every condition. "" is every call, "* /runners/:id" that path
// with any method.
func (f *Fake) AssertNotCalled(t T, e Endpoint, where ...CallMatcher) bool {
	helperOf(t).Helper()
	if problem := f.selectionProblem(e, where); problem != "" {
		return report(t, problem)
	}
	return report(t, f.calledProblem(e, append(slices.Clone(where), Times(0))))
}

// AssertCallOrder asserts that the endpoints were called in this order. What counts is when the calls arrived; other
// calls in between do not matter. No endpoint at all fails the test.
func (f *Fake) AssertCallOrder(t T, e ...Endpoint) bool {
	helperOf(t).Helper()
	return report(t, f.orderProblem(e))
}

// AssertCalls asserts that exactly these calls were made, in this order. Each is written as endpoint and status: "POST
// /runners 201". A call that nothing serves has its whole path in place of the endpoint, "POST /api/v4/runner 404"; a
// call that was never answered has status 0.
func (f *Fake) AssertCalls(t T, want ...string) bool {
	helperOf(t).Helper()
	return report(t, f.callsProblem(want))
}

// AssertAllSucceeded asserts that no call was answered with 4xx or 5xx, and that none was left without an answer.
// The 401 that has git sign in, before it asks once more, counts as none.
func (f *Fake) AssertAllSucceeded(t T) bool {
	helperOf(t).Helper()
	calls := f.log.Closed()
	texts := textsOf(calls)
	failed := slices.DeleteFunc(slices.Clone(calls), func(c Call) bool {
		return c.succeeded() || c.text().IsChallenge(texts)
	})
	if len(failed) == 0 {
		return report(t, f.incompleteProblem())
	}
	return report(t, fmt.Sprintf("expected every call to succeed; got %d of %d refused or failed:\n%s%s",
		len(failed), len(calls), journalLines(failed), f.seeJournal()))
}

// AssertNothingIgnored asserts that no call had a parameter that nothing reads, which often is a misspelt one. It names
// the nearest that the endpoint has.
func (f *Fake) AssertNothingIgnored(t T) bool {
	helperOf(t).Helper()
	calls := f.log.Closed()
	ignored := slices.DeleteFunc(slices.Clone(calls), func(c Call) bool { return len(c.IgnoredParams) == 0 })
	if len(ignored) == 0 {
		return report(t, f.incompleteProblem())
	}
	return report(t, fmt.Sprintf("expected every parameter to be read; got %d of %d calls with others:\n%s%s",
		len(ignored), len(calls), journalLines(ignored), f.seeJournal()))
}

// report fails the test if there is a problem, and returns whether there is none.
func report(t T, problem string) bool {
	helperOf(t).Helper()
	if problem != "" {
		t.Errorf("%s", strings.TrimRight(problem, "\n"))
	}
	return problem == ""
}

func (f *Fake) selectCalls(e Endpoint, where []CallMatcher) []Call {
	return f.log.Select(func(c Call) bool { return matches(c, e, where) })
}

// calledProblem is "" if as many calls match as the counts in where ask for.
func (f *Fake) calledProblem(e Endpoint, where []CallMatcher) (problem string) {
	defer outside.Catch(func(panicked string) { problem = panicked })
	times, conditions := splitCounts(where)
	if problem = f.selectionProblem(e, conditions); problem != "" {
		return problem
	}
	if times.impossible() {
		return fmt.Sprintf("%s can never hold", matchersText(where))
	}
	got := f.selectCalls(e, conditions)
	if times.most < math.MaxInt && len(got) <= times.most {
		if problem = cmp.Or(f.incompleteProblem(), f.shedProblem(e, conditions)); problem != "" {
			return problem
		}
	}
	if times.allow(len(got)) {
		return ""
	}
	expected := fmt.Sprintf("expected %s of %s; got ", times.text(), selectionText(e, conditions))
	if len(got) == 0 {
		return expected + "none\n" + f.nearestCalls(e, conditions)
	}
	problem = fmt.Sprintf("%s%d:\n%s", expected, len(got), journalLines(got))
	if len(got) < times.least {
		return problem + f.nearestCalls(e, conditions)
	}
	return problem + f.seeJournal()
}

func (f *Fake) orderProblem(order []Endpoint) string {
	if len(order) == 0 {
		return "AssertCallOrder is given no endpoint, so it would assert nothing"
	}
	for _, e := range order {
		if problem := f.recordedProblem(e); problem != "" {
			return problem
		}
	}
	names := calltext.Names[Endpoint]{Text: Endpoint.text,
		Covers: func(e Endpoint, c calltext.Call[Endpoint]) bool { return e.covers(Call(c)) }}
	found, missing, at := names.Order(textsOf(f.log.Closed()), order)
	if missing == "" {
		return ""
	}
	return fmt.Sprintf("expected calls in this order: %s\ngot\n%s  %s\n%s%s", joinEndpoints(order), found, missing,
		f.laterLines(order[at]), f.seeJournal())
}

// callLine is the form of a call in AssertCalls: endpoint or path, and status.
var callLine = regexp.MustCompile(`^(\S+ \S+) (\d+)$`)

func (f *Fake) callsProblem(want []string) string {
	calls := f.log.Closed()
	got := make([]string, len(calls))
	for i, c := range calls {
		got[i] = fmt.Sprintf("%s %d", c.name(), c.Status)
	}
	var missing []Endpoint
	for _, line := range want {
		parts := callLine.FindStringSubmatch(line)
		if parts == nil {
			return fmt.Sprintf("%q is no call: write endpoint and status, as in \"POST /runners 201\"", line)
		}
		if slices.Contains(got, line) {
			continue
		}
		if problem := f.recordedProblem(Endpoint(parts[1])); problem != "" {
			return problem
		}
		missing = append(missing, Endpoint(parts[1]))
	}
	if problem := f.incompleteProblem(); problem != "" {
		return problem
	}
	diff := differences.Text(append([]string{}, want...), got)
	if diff == "" {
		return ""
	}
	return "expected exactly these calls (- expected, + recorded):\n" + diff + f.laterLines(missing...) + f.seeJournal()
}

func joinEndpoints(endpoints []Endpoint) string {
	texts := make([]string, len(endpoints))
	for i, e := range endpoints {
		texts[i] = e.text()
	}
	return strings.Join(texts, ", ")
}
