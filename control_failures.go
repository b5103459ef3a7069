package fakegitlab

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/datajson"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// failureData is a Failure as JSON.
type failureData struct {
	Endpoint Endpoint          `json:"endpoint,omitzero"`
	Where    whereData         `json:"where,omitzero"`
	After    int               `json:"after,omitzero"`
	Times    int               `json:"times,omitzero"`
	For      time.Duration     `json:"for,omitzero"`
	Status   int               `json:"status,omitzero"`
	Message  string            `json:"message,omitzero"`
	Body     json.RawMessage   `json:"body,omitzero"` // a string is sent as it is, anything else as JSON
	Header   map[string]string `json:"header,omitzero"`
	Delay    time.Duration     `json:"delay,omitzero"`
	Network  NetworkFault      `json:"network,omitzero"`
	Applied  bool              `json:"applied,omitzero"`

	Ready      string        `json:"ready,omitzero"`       // one of readyFailures, in place of what else is answered
	RetryAfter time.Duration `json:"retry_after,omitzero"` // of the ready-made "rate_limited"
}

// readyFailures are the ready-made ones, by the names of their functions.
func readyFailures() []string {
	return []string{"registration_disabled", "unavailable", "internal_error", "database_locked", "rate_limited",
		"maintenance", "expired_token"}
}

// readyMade is the ready-made failure that is asked for.
func (d failureData) readyMade() (f Failure, err error) {
	if d.Status != 0 || d.Message != "" || d.Body != nil || d.Header != nil || d.Network != "" {
		return f, fmt.Errorf("ready: %s says itself what is answered", d.Ready)
	}
	switch d.Ready {
	case "registration_disabled":
		f = RegistrationDisabled()
		if d.Endpoint != "" && d.Endpoint != f.Endpoint {
			return f, fmt.Errorf("ready: %s is of %s", d.Ready, f.Endpoint)
		}
	case "unavailable":
		f = Unavailable(d.Endpoint)
	case "internal_error":
		f = InternalError(d.Endpoint)
	case "database_locked":
		f = DatabaseLocked(d.Endpoint)
	case "rate_limited":
		f = RateLimited(d.Endpoint, d.RetryAfter)
	case "maintenance":
		f = Maintenance()
		f.Endpoint = d.Endpoint
	case "expired_token":
		if d.Where.By == nil {
			return f, fmt.Errorf("ready: %s wants to know whose: where.by", d.Ready)
		}
		f = ExpiredToken(*d.Where.By)
		f.Endpoint = d.Endpoint
		d.Where.By = nil
	default:
		return f, fmt.Errorf("ready: no such value %q; %s", d.Ready, datajson.Suggest(d.Ready, readyFailures()))
	}
	f.Where = append(f.Where, d.Where.matchers()...)
	f.After, f.Times, f.For, f.Delay, f.Applied = d.After, d.Times, d.For, d.Delay, d.Applied
	return f, nil
}

// whereData are the conditions of a failure.
type whereData struct {
	By     *string     `json:"by,omitzero"` // "": nobody
	Runner *int        `json:"runner,omitzero"`
	Param  *paramData  `json:"param,omitzero"`
	Header *headerData `json:"header,omitzero"`

	Operation *string `json:"operation,omitzero"` // of GraphQL
}

type paramData struct {
	Name  string          `json:"name"`
	Value json.RawMessage `json:"value,omitzero"` // none: null or not sent
}

type headerData struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

func (w whereData) matchers() []CallMatcher {
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
		where = append(where, Param(w.Param.Name, anyJSON(w.Param.Value)))
	}
	if w.Header != nil {
		where = append(where, Header(w.Header.Name, w.Header.Value))
	}
	return where
}

// anyJSON is the value of a JSON text that is known to be valid; nil if there is none. Numbers stay as they were
// written.
func anyJSON(text json.RawMessage) (value any) {
	if len(text) == 0 {
		return nil
	}
	d := json.NewDecoder(strings.NewReader(string(text)))
	d.UseNumber()
	_ = d.Decode(&value)
	return value
}

func (d failureData) failure() (Failure, error) {
	if d.Ready != "" {
		return d.readyMade()
	}
	if d.RetryAfter != 0 {
		return Failure{}, errors.New(`retry_after: goes with "ready": "rate_limited"; else it is a header`)
	}
	f := Failure{Endpoint: d.Endpoint, Where: d.Where.matchers(), After: d.After, Times: d.Times, For: d.For,
		Status: d.Status, Message: d.Message, Delay: d.Delay, Network: d.Network, Applied: d.Applied}
	if len(d.Body) > 0 {
		f.Body = []byte(d.Body)
		if text, isText := anyJSON(d.Body).(string); isText {
			f.Body = text
		}
	}
	if len(d.Header) > 0 {
		f.Header = http.Header{}
		for name, value := range d.Header {
			f.Header.Set(name, value)
		}
	}
	return f, nil
}

func (c *control) inject() controlAnswer {
	var in failureData
	if err := c.read(&in); err != nil {
		return controlError(err)
	}
	failure, err := in.failure()
	if err != nil {
		return controlError(err)
	}
	if problem := c.failureProblem(failure); problem != "" {
		return controlError(errors.New(problem))
	}
	return controlCreated(struct {
		ID int `json:"id"`
	}{c.faults.inject(&injected{Failure: failure, control: true, planted: planted{since: c.log.Last()}})})
}

// failureState is an injected failure with what has come of it.
type failureState struct {
	ID      int    `json:"id"`
	Calls   string `json:"calls"` // which it is for
	Effect  string `json:"effect"`
	Matched int    `json:"matched"`
	Fired   int    `json:"fired"`
	Spent   bool   `json:"spent"`
}

func stateOfFailure(i injected, now time.Time) failureState {
	return failureState{i.id, selectionText(i.Endpoint, i.Where), i.effect(), i.seen, i.fired, i.isSpent(now)}
}

func (c *control) failureStates() []failureState {
	states := []failureState{}
	for _, i := range c.faults.list() {
		states = append(states, stateOfFailure(i, c.clock.Now()))
	}
	return states
}

func (c *control) listFailures() controlAnswer { return controlOK(c.failureStates()) }

func (c *control) removeFailures() controlAnswer {
	c.faults.removeAll()
	return controlDone()
}

func (c *control) removeFailure() controlAnswer {
	if !c.faults.remove(c.pathID()) {
		ids := world.NamesOf(c.faults.list(), func(i injected) string { return strconv.Itoa(i.id) })
		return controlError(absent{world.Missing("failure", c.vars["id"], ids)})
	}
	return controlDone()
}
