package fakegitlab

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"

	"github.com/fakegitlab/fakegitlab/internal/faults"
	"github.com/fakegitlab/fakegitlab/internal/nearest"
	"github.com/fakegitlab/fakegitlab/internal/outside"
)

// Inject makes calls fail from now on, until the failure is spent or removed. An endpoint that nothing serves, or a
// failure that would change nothing, fails the test at once; one that never fired is an error at the test's end
// (WithUnusedFailures).
func (f *Fake) Inject(failure Failure) (remove func()) {
	f.tb.Helper()
	if problem := cmp.Or(f.closedProblem(), f.failureProblem(failure)); problem != "" {
		f.misuse("Inject: %s", problem)
		return func() {}
	}
	failure.Where = slices.Clone(failure.Where)
	failure.Header = failure.Header.Clone()
	return f.faults.Remover(f.faults.Inject(injection(failure, f.plant())))
}

func (f *Fake) plant() faults.Planted { return faults.Planted{At: place(), Since: f.log.Last()} }

// closedProblem is a problem of what is to happen to calls once there are none any more.
func (f *Fake) closedProblem() string {
	if err := f.openProblem(); err != nil {
		return err.Error()
	}
	return ""
}

func (f *Fake) failureProblem(failure Failure) string {
	if problem := f.requestProblem(failure.Endpoint, failure.Where); problem != "" {
		return problem
	}
	switch {
	case failure.Network != "" && !slices.Contains(knownValues(reflect.TypeFor[NetworkFault]()), string(failure.Network)):
		return failure.Network.problem()
	case failure.After < 0 || failure.Times < 0 || failure.Delay < 0 || failure.For < 0:
		return "After, Times, For and Delay cannot be negative"
	case failure.retryAfter < 0:
		return fmt.Sprintf("RateLimited(%s): a time to wait is not negative", failure.retryAfter)
	case failure.Status != 0 && (failure.Status < 200 || failure.Status > 599):
		return fmt.Sprintf("%d is no status of an answer", failure.Status)
	case failure.ofGraphQL && failure.Endpoint != GraphQL:
		return "a GraphQLError is an answer to GraphQL: its Endpoint has to stay GraphQL"
	case failure.ofGraphQL && failure.Message == "" && failure.Body == nil:
		return "GraphQLError needs a message"
	case failure.Status == 0 && (failure.Message != "" || failure.Body != nil):
		return "Message and Body need a Status to go with"
	case failure.Status == 0 && len(failure.Header) == 0 && failure.Network == "" && failure.Delay == 0:
		return "the Failure has no Status, Header, Network or Delay and would change nothing"
	case failure.bodiless() && (failure.Message != "" || failure.Body != nil):
		return fmt.Sprintf("an answer of status %d has no body, so that HTTP cannot send Message or Body", failure.Status)
	case failure.Status != 0 && failure.withoutAnswer():
		return fmt.Sprintf("with %s there is no answer that could have Status %d: choose one; %s and %s go with a Status",
			failure.Network, failure.Status, TruncatedBody, MalformedJSON)
	case len(failure.Header) > 0 && failure.withoutAnswer():
		return fmt.Sprintf("with %s there is no answer that Header could be on", failure.Network)
	case failure.Status == 0 && failure.Network == "" && failure.Applied:
		return "Applied needs a Status or Network that takes the answer's place"
	}
	for _, name := range slices.Sorted(maps.Keys(failure.Header)) {
		if problem := faults.HeaderProblem(name, failure.Header[name]); problem != "" {
			return problem
		}
	}
	if _, err := json.Marshal(failure.Body); err != nil {
		return "Body: " + err.Error()
	}
	return ""
}

// problem says what is wrong with a fault that is none.
func (n NetworkFault) problem() string {
	return faults.UnknownFault(string(n), knownValues(reflect.TypeFor[NetworkFault]()), []faults.OtherWord{
		{Word: "timeout", Fault: string(Hang)}, {Word: "timed out", Fault: string(Hang)},
		{Word: "eof", Fault: string(EmptyReply)}, {Word: "json", Fault: string(MalformedJSON)}}, nearest.Of)
}

// Before runs do when a request has arrived that matches, and before it is served: the place for what somebody else
// changes in that moment. Endpoint and conditions are as in Failure. do may use the fake, but must not wait for the
// request itself; it may call remove, so as to run once. Hooks run in the order in which they were added. One that
// never ran is an error at the test's end (WithUnusedFailures); so is one that panics, which breaks the connection, as
// any function does that a call meets.
func (f *Fake) Before(e Endpoint, do func(Call), where ...CallMatcher) (remove func()) {
	f.tb.Helper()
	return f.addHook(f.faults.Before, f.requestProblem(e, where),
		&faults.Hook[Call]{Name: "Before", Selection: selected(e, where), Do: do})
}

// After runs do when a matching request has been served and before its answer is sent, so that do always runs before
// the client goes on. The Call has the status and, if there is one, the reason; conditions may look at them.
func (f *Fake) After(e Endpoint, do func(Call), where ...CallMatcher) (remove func()) {
	f.tb.Helper()
	return f.addHook(f.faults.After, cmp.Or(f.endpointProblem(e), f.selectionProblem(e, where)),
		&faults.Hook[Call]{Name: "After", Selection: selected(e, where), Do: do})
}

func (f *Fake) addHook(add func(*faults.Hook[Call]) func(), problem string, h *faults.Hook[Call]) (remove func()) {
	f.tb.Helper()
	problem = cmp.Or(f.closedProblem(), problem)
	if h.Do == nil {
		problem = "there is no function"
	}
	if problem != "" {
		f.misuse("%s: %s", h.Name, problem)
		return func() {}
	}
	h.Planted = f.plant()
	return add(h)
}

// Hold stops every matching request that arrives from now on, until Release. Close and Reset release, too; at the end
// of a test, a hold that never held a request and a request that was never released are errors (WithUnusedFailures). Of
// two holds that match a request the older one has it until its release.
func (f *Fake) Hold(e Endpoint, where ...CallMatcher) *Held {
	f.tb.Helper()
	h := &Held{faults.NewHeld(selected(e, where)), f.waiting}
	h.hold.At = place()
	if problem := cmp.Or(f.closedProblem(), f.requestProblem(e, where)); problem != "" {
		f.misuse("Hold: %s", problem)
		return h
	}
	f.faults.Hold(h.hold)
	return h
}

// Held is a hold on requests: those that match arrive and then wait, before they are served, until Release.
type Held struct {
	hold    *faults.Held[Call]
	waiting func(context.Context) (open outside.Wait, stop func())
}

// Wait waits until a request is held and returns the first that was. It fails when ctx ends, when the fake is closed,
// and shortly before the test's deadline (WaitFor).
func (h *Held) Wait(ctx context.Context) (Call, error) {
	open, stop := h.waiting(ctx)
	defer stop()
	if first, came := h.hold.Wait(open.Done()); came {
		return first, nil
	}
	return Call{}, fmt.Errorf("fakegitlab: waiting for a request to hold, %s: %w", h.hold.Text, open.Why())
}

// Release lets every held request go on and ends the hold. Releasing again does nothing.
func (h *Held) Release() { h.hold.Release() }
