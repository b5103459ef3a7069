package fakegitlab

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/fakegitlab/fakegitlab/internal/datajson"
)

// overlay is plain data with the fields of a JSON object in place of its own; null is a field's zero value.
func overlay[T any](onto T, patch []byte) (T, error) {
	var next T
	var changes map[string]json.RawMessage
	if err := json.Unmarshal(patch, &changes); err != nil || changes == nil {
		if malformed := placedIn(patch, problemsOf(unmarshalData(patch, &next)), nil); malformed != nil && !json.Valid(patch) {
			return next, malformed
		}
		return next, errors.New("want a JSON object with the fields to change")
	}
	text, err := json.Marshal(onto)
	if err != nil {
		return next, err
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(text, &fields); err != nil {
		return next, err
	}
	maps.Copy(fields, changes)
	if text, err = json.Marshal(fields); err != nil {
		return next, err
	}
	err = unmarshalData(text, &next)
	return next, err
}

// patching changes a record, named by a path parameter, by the fields in the body.
func patching[R record, T any](edits editable[R, T], parameter string) func(*control) response {
	return func(c *control) response {
		name := c.vars[parameter]
		patch, err := c.body()
		if err != nil {
			return badControl(err)
		}
		if _, err := attempt(c.Fake, func(st *state) (R, error) { return edits.find(st, name) }); err != nil {
			return missingControl(err)
		}
		return answered(attempt(c.Fake, func(st *state) (T, error) {
			return edits.edit(st, name, func(next *T) (err error) {
				*next, err = overlay(*next, patch)
				return err
			})
		}))
	}
}

func (c *control) changeSettings() response {
	patch, err := c.body()
	if err != nil {
		return badControl(err)
	}
	return answered(attempt(c.Fake, func(st *state) (Settings, error) {
		next, err := overlay(st.settings.clone(), patch)
		if err == nil {
			err = st.updateSettings(next)
		}
		return st.settings.clone(), err
	}))
}

func (c *control) contactRunner() response {
	m := RunnerManager{}
	text, err := c.body()
	if err == nil {
		m, err = overlay(m, text)
	}
	if err != nil {
		return badControl(err)
	}
	id := c.pathID()
	if _, err := attempt(c.Fake, func(st *state) (*runner, error) { return st.runnerByNumber(c.vars["id"]) }); err != nil {
		return missingControl(err)
	}
	return answered(attempt(c.Fake, func(st *state) (Runner, error) { return contactRunner(st, id, m) }))
}

// runnerData is a runner with its status, which is reckoned and so no part of a scenario.
type runnerData struct {
	Runner Runner       `json:"runner"`
	Status RunnerStatus `json:"status"`
}

func (c *control) showRunner() response {
	shown, err := attempt(c.Fake, func(st *state) (runnerData, error) {
		r, err := st.runnerByNumber(c.vars["id"])
		if err != nil {
			return runnerData{}, err
		}
		return runnerData{publicRunner(r), st.runnerStatus(r)}, nil
	})
	if err != nil {
		return missingControl(err)
	}
	return ok(shown)
}

func (c *control) deletePathRunner() response {
	_, err := attempt(c.Fake, func(st *state) (struct{}, error) {
		r, err := st.runnerByNumber(c.vars["id"])
		if err == nil {
			st.deleteRunner(r)
		}
		return struct{}{}, err
	})
	if err != nil {
		return missingControl(err)
	}
	return noContent()
}

// failureData is a Failure as JSON.
type failureData struct {
	Endpoint Endpoint          `json:"endpoint,omitzero"`
	Where    whereData         `json:"where,omitzero"`
	After    int               `json:"after,omitzero"`
	Times    int               `json:"times,omitzero"`
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
	return []string{"registration_disabled", "unavailable", "internal_error", "database_locked", "rate_limited", "maintenance", "expired_token"}
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
	f.After, f.Times, f.Delay, f.Applied = d.After, d.Times, d.Delay, d.Applied
	return f, nil
}

// whereData are the conditions of a failure.
type whereData struct {
	By     *string     `json:"by,omitzero"` // "": nobody
	Runner *int        `json:"runner,omitzero"`
	Param  *paramData  `json:"param,omitzero"`
	Header *headerData `json:"header,omitzero"`
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
	if w.Param != nil {
		where = append(where, Param(w.Param.Name, anyJSON(w.Param.Value)))
	}
	if w.Header != nil {
		where = append(where, Header(w.Header.Name, w.Header.Value))
	}
	return where
}

// anyJSON is the value of a JSON text that has been read before; nil for none. Numbers stay as they were written.
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
	f := Failure{Endpoint: d.Endpoint, Where: d.Where.matchers(), After: d.After, Times: d.Times, Status: d.Status,
		Message: d.Message, Delay: d.Delay, Network: d.Network, Applied: d.Applied}
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

func (c *control) inject() response {
	var in failureData
	if err := c.read(&in); err != nil {
		return badControl(err)
	}
	failure, err := in.failure()
	if err != nil {
		return badControl(err)
	}
	if problem := c.failureProblem(failure); problem != "" {
		return badControl(errors.New(problem))
	}
	return created(struct {
		ID int `json:"id"`
	}{c.faults.inject(&injected{Failure: failure})})
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

func (i injected) state() failureState {
	return failureState{i.id, selectionText(i.Endpoint, i.Where), i.effect(), i.seen, i.fired, i.isSpent()}
}

// effect says in words what the failure does: "503, not the first 1, 2 times".
func (i injected) effect() string {
	var parts []string
	if i.Delay > 0 {
		parts = append(parts, "after "+i.Delay.String())
	}
	if i.Status != 0 {
		parts = append(parts, strconv.Itoa(i.Status))
	}
	if i.Network != "" {
		parts = append(parts, string(i.Network))
	}
	if i.Applied {
		parts = append(parts, "once it has taken effect")
	}
	if i.After > 0 {
		parts = append(parts, fmt.Sprintf("not the first %d", i.After))
	}
	switch {
	case i.Times == 1:
		parts = append(parts, "once")
	case i.Times > 1:
		parts = append(parts, fmt.Sprintf("%d times", i.Times))
	}
	return strings.Join(parts, ", ")
}

func (c *control) failureStates() []failureState {
	states := []failureState{}
	for _, i := range c.faults.list() {
		states = append(states, i.state())
	}
	return states
}

func (c *control) listFailures() response { return ok(c.failureStates()) }

func (c *control) removeFailures() response {
	c.faults.removeAll()
	return noContent()
}

func (c *control) removeFailure() response {
	if !c.faults.remove(c.pathID()) {
		ids := namesOf(c.faults.list(), func(i injected) string { return strconv.Itoa(i.id) })
		return missingControl(missing("failure", c.vars["id"], ids))
	}
	return noContent()
}

// callData is a Call as JSON. Bodies are texts; what is none is {"base64": "..."}.
type callData struct {
	Number         int                 `json:"number"`
	Time           time.Time           `json:"time"`
	Endpoint       *Endpoint           `json:"endpoint"` // null when nothing serves it
	Method         string              `json:"method"`
	Path           string              `json:"path"`
	Query          map[string][]string `json:"query,omitempty"`
	Header         map[string][]string `json:"header,omitempty"`
	Body           any                 `json:"body,omitempty"`
	Params         map[string]any      `json:"params,omitempty"`
	IgnoredParams  []string            `json:"ignored_params,omitempty"`
	User           string              `json:"user,omitempty"`
	RunnerID       int                 `json:"runner_id,omitempty"`
	JobID          int                 `json:"job_id,omitempty"`
	Status         int                 `json:"status"` // 0 when there was no answer
	ResponseHeader map[string][]string `json:"response_header,omitempty"`
	ResponseBody   any                 `json:"response_body,omitempty"`
	Reason         string              `json:"reason,omitempty"`
	Failure        bool                `json:"failure,omitempty"`
}

func callsAsData(calls []Call) []callData {
	data := make([]callData, len(calls))
	for i, c := range calls {
		data[i] = callAsData(c)
	}
	return data
}

func callAsData(c Call) callData {
	data := callData{c.Number, c.Time, nil, c.Method, c.Path, c.Query, c.Header, bodyData(c.Body), c.Params, slices.Clone(c.IgnoredParams),
		c.User, c.RunnerID, c.JobID, c.Status, c.ResponseHeader, bodyData(c.ResponseBody), c.Reason, c.Failure}
	if c.Endpoint != "" {
		data.Endpoint = &c.Endpoint
	}
	return data
}

func bodyData(body []byte) any {
	switch {
	case len(body) == 0:
		return nil
	case utf8.Valid(body):
		return string(body)
	}
	return map[string][]byte{"base64": body}
}
