package fakegitlab

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/calltext"
	"github.com/fakegitlab/fakegitlab/internal/controlapi"
	"github.com/fakegitlab/fakegitlab/internal/datajson"
	"github.com/fakegitlab/fakegitlab/internal/faults"
	"github.com/fakegitlab/fakegitlab/internal/plain"
	"github.com/fakegitlab/fakegitlab/internal/webhooks"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// failureData is a Failure as JSON.
type failureData = controlapi.Failure[NetworkFault]

// readyFailures are the ready-made ones, by the names of their functions.
func readyFailures() []string {
	return []string{"registration_disabled", "unavailable", "internal_error", "database_locked", "rate_limited",
		"maintenance", "expired_token"}
}

// readyMade is the ready-made failure that is asked for.
func readyMade(d failureData) (f Failure, err error) {
	switch d.Ready {
	case "registration_disabled":
		f = RegistrationDisabled()
		if d.Endpoint != "" && Endpoint(d.Endpoint) != f.Endpoint {
			return f, fmt.Errorf("ready: %s is of %s", d.Ready, f.Endpoint)
		}
	case "unavailable":
		f = Unavailable(Endpoint(d.Endpoint))
	case "internal_error":
		f = InternalError(Endpoint(d.Endpoint))
	case "database_locked":
		f = DatabaseLocked(Endpoint(d.Endpoint))
	case "rate_limited":
		f = RateLimited(Endpoint(d.Endpoint), d.RetryAfter)
	case "maintenance":
		f = Maintenance()
		f.Endpoint = Endpoint(d.Endpoint)
	case "expired_token":
		if d.Where.By == nil {
			return f, fmt.Errorf("ready: %s wants to know whose: where.by", d.Ready)
		}
		f = ExpiredToken(*d.Where.By)
		f.Endpoint = Endpoint(d.Endpoint)
		d.Where.By = nil
	default:
		return f, fmt.Errorf("ready: no such value %q; %s", d.Ready, datajson.Suggest(d.Ready, readyFailures()))
	}
	f.Where = append(f.Where, matchersOf(d.Where)...)
	f.After, f.Times, f.For, f.Delay, f.Applied = d.After, d.Times, d.For, d.Delay, d.Applied
	return f, nil
}

// matchersOf are conditions in JSON as matchers.
func matchersOf(w controlapi.Where) []CallMatcher {
	var where []CallMatcher
	if w.By != nil {
		where = append(where, By(*w.By))
	}
	if w.Runner != nil {
		where = append(where, ByRunner(*w.Runner))
	}
	if w.Operation != nil {
		where = append(where, Operation(*w.Operation))
	}
	if w.Param != nil {
		where = append(where, Param(w.Param.Name, controlapi.Any(w.Param.Value)))
	}
	if w.Header != nil {
		where = append(where, Header(w.Header.Name, w.Header.Value))
	}
	return where
}

// failureOf is the failure that is asked for.
func failureOf(d failureData) (Failure, error) {
	if err := d.Check(); err != nil {
		return Failure{}, err
	}
	if d.Ready != "" {
		return readyMade(d)
	}
	return Failure{Endpoint: Endpoint(d.Endpoint), Where: matchersOf(d.Where), After: d.After, Times: d.Times, For: d.For,
		Status: d.Status, Message: d.Message, Body: d.Sent(), Header: d.SentHeader(), Delay: d.Delay, Network: d.Network,
		Applied: d.Applied}, nil
}

func (c *control) inject() controlapi.Answer {
	var in failureData
	if err := c.read(&in); err != nil {
		return controlError(err)
	}
	failure, err := failureOf(in)
	if err != nil {
		return controlError(err)
	}
	if problem := c.failureProblem(failure); problem != "" {
		return controlError(errors.New(plain.InJSON(problem, reflect.TypeFor[failureData]())))
	}
	i := injection(failure, faults.Planted{Since: c.log.Last()})
	i.Control = true
	return controlapi.Created(controlapi.Made{ID: c.faults.Inject(i)})
}

func (c *control) failureStates() []controlapi.FailureState {
	states := []controlapi.FailureState{}
	for _, i := range c.faults.List() {
		states = append(states, controlapi.FailureState{ID: i.ID, Calls: i.Text, Effect: i.Failure.effect(),
			Matched: i.Matched, Fired: i.Fired, Spent: i.IsSpent(c.clock.Now())})
	}
	return states
}

func (c *control) listFailures() controlapi.Answer { return controlapi.OK(c.failureStates()) }

func (c *control) removeFailures() controlapi.Answer {
	c.faults.RemoveAll()
	return controlapi.Done()
}

func (c *control) removeFailure() controlapi.Answer {
	if !c.faults.Remove(controlapi.ID(c.vars)) {
		ids := world.NamesOf(c.faults.List(), func(i faults.Injected[Call, Failure]) string { return strconv.Itoa(i.ID) })
		return controlError(controlapi.NoneWithID("failure", c.vars["id"], ids))
	}
	return controlapi.Done()
}

func stateOfHold(h *faults.Held[Call]) controlapi.HoldState {
	s := controlapi.HoldState{ID: h.ID, Calls: h.Text}
	if first, came := h.First(); came {
		call := first.text().Data()
		s.Call = &call
	}
	return s
}

func (c *control) hold() controlapi.Answer {
	var in struct {
		Endpoint Endpoint         `json:"endpoint,omitzero"`
		Where    controlapi.Where `json:"where,omitzero"`
	}
	if err := c.read(&in); err != nil {
		return controlError(err)
	}
	where := matchersOf(in.Where)
	if problem := c.requestProblem(in.Endpoint, where); problem != "" {
		return controlError(errors.New(problem))
	}
	h := faults.NewHeld(selected(in.Endpoint, where))
	h.Control = true
	return controlapi.Created(controlapi.Made{ID: c.faults.Hold(h)})
}

func (c *control) holdStates() []controlapi.HoldState {
	states := []controlapi.HoldState{}
	for _, h := range c.faults.Holding() {
		states = append(states, stateOfHold(h))
	}
	return states
}

func (c *control) listHolds() controlapi.Answer {
	if err := controlapi.OnlyKnown(c.http.URL.Query()); err != nil { // wait is known only where one hold is asked for
		return controlError(err)
	}
	return controlapi.OK(c.holdStates())
}

// pathHold is the hold in the path.
func (c *control) pathHold() (*faults.Held[Call], error) {
	holding := c.faults.Holding()
	for _, h := range holding {
		if strconv.Itoa(h.ID) == c.vars["id"] {
			return h, nil
		}
	}
	ids := world.NamesOf(holding, func(h *faults.Held[Call]) string { return strconv.Itoa(h.ID) })
	return nil, controlapi.NoneWithID("hold", c.vars["id"], ids)
}

func (c *control) showHold() controlapi.Answer {
	query := c.http.URL.Query()
	if err := controlapi.OnlyKnown(query, "wait"); err != nil {
		return controlError(err)
	}
	wait, err := controlapi.WaitIn(query)
	if err != nil {
		return controlError(err)
	}
	h, err := c.pathHold()
	if err != nil {
		return controlError(err)
	}
	if wait > 0 {
		ctx, cancel := c.waiting(wait)
		defer cancel()
		_, _ = h.Wait(ctx.Done()) // if none comes in time, call is null
	}
	return controlapi.OK(stateOfHold(h))
}

func (c *control) release() controlapi.Answer {
	h, err := c.pathHold()
	if err != nil {
		return controlError(err)
	}
	h.Release()
	return controlapi.Done()
}

func (c *control) listHooks() controlapi.Answer {
	states := []controlapi.HookState{}
	for _, h := range c.faults.Hooks() {
		states = append(states, controlapi.HookState{ID: h.ID, Hook: h.String(), Ran: h.Ran})
	}
	return controlapi.OK(states)
}

func (c *control) removeHook() controlapi.Answer {
	hooks := c.faults.Hooks()
	for _, h := range hooks {
		if strconv.Itoa(h.ID) == c.vars["id"] {
			h.Remove()
			return controlapi.Done()
		}
	}
	ids := world.NamesOf(hooks, func(h faults.Hook[Call]) string { return strconv.Itoa(h.ID) })
	return controlError(controlapi.NoneWithID("hook", c.vars["id"], ids))
}

// handle is Handle with an answer that is always the same. It is for what a client also asks for but the test is not
// about.
func (c *control) handle() controlapi.Answer {
	answer := controlapi.FixedAnswer{Status: http.StatusOK}
	if err := c.read(&answer); err != nil {
		return controlError(err)
	}
	if problem := c.cannotHandle(Endpoint(answer.Endpoint)); problem != "" {
		return controlError(fmt.Errorf("endpoint %q: %s", answer.Endpoint, problem))
	}
	if answer.Status < 200 || answer.Status > 599 {
		return controlError(fmt.Errorf("status: %d is no status of an answer", answer.Status))
	}
	c.Handle(Endpoint(answer.Endpoint), answer)
	return controlapi.Done()
}

func (c *control) endpoints() controlapi.Answer { return controlapi.OK(c.Endpoints()) }

// problems is what New reports at the end of a test.
func (c *control) problems() controlapi.Answer {
	return controlapi.OK(append([]string{}, c.Problems()...))
}

// journal is the calls as a text for a person or, to who asks for JSON, as a list of its lines.
func (c *control) journal() controlapi.Answer {
	if strings.Contains(c.http.Header.Get("Accept"), "application/json") {
		lines := []string{}
		if len(c.log.Closed()) > 0 {
			lines = strings.Split(strings.TrimSuffix(c.Journal(), "\n"), "\n")
		}
		return controlapi.OK(lines)
	}
	return controlapi.Text(c.Journal(), "text/plain; charset=utf-8")
}

func (c *control) clearCalls() controlapi.Answer {
	c.ClearCalls()
	return controlapi.Done()
}

func (c *control) calls() controlapi.Answer {
	q, err := controlapi.CallsIn(c.http.URL.Query())
	endpoint, where := Endpoint(q.Endpoint), matchersOf(controlapi.Where{By: q.By, Operation: q.Operation})
	if q.Status != nil {
		where = append(where, Status(*q.Status))
	}
	if q.Since != nil {
		where = append(where, Where(func(call Call) bool { return call.Number > *q.Since }))
	}
	if problem := c.selectionProblem(endpoint, where); problem != "" && err == nil {
		err = errors.New(problem)
	}
	if err != nil {
		return controlError(err)
	}
	matching := func(call Call) bool { return matches(call, endpoint, where) }
	if q.Wait > 0 {
		ctx, cancel := c.waiting(q.Wait)
		defer cancel()
		_, _ = c.log.Wait(ctx, matching) // if none comes in time, the list is empty
	}
	list := []calltext.Data{}
	for _, call := range slices.DeleteFunc(c.log.Closed(), func(call Call) bool { return !matching(call) }) {
		list = append(list, call.text().Data())
	}
	return controlapi.OK(list)
}

// deliveries are the calls of webhooks; if told to wait, those that there are once there is one, or the time is over.
func (c *control) deliveries() controlapi.Answer {
	query := c.http.URL.Query()
	err := controlapi.OnlyKnown(query, "event", "wait")
	wait, badWait := controlapi.WaitIn(query)
	wanted := deliveriesOf(query.Get("event"), nil)
	if err := cmp.Or(err, badWait, wanted.Check()); err != nil {
		return controlError(err)
	}
	ctx, cancel := c.waiting(wait)
	defer cancel()
	_ = c.courier.Wait(ctx, c.news.Next, c.closing, errClosed, func() bool {
		return wait == 0 || len(c.courier.Find(wanted)) > 0
	})
	return controlapi.OK(webhooks.DataOf(c.courier.Find(wanted)))
}
