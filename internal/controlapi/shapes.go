package controlapi

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/calltext"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// Failure is a failure to inject. N is the root's type of a network fault, whose words are checked when it is read.
type Failure[N ~string] struct {
	Endpoint string            `json:"endpoint,omitzero"`
	Where    Where             `json:"where,omitzero"`
	After    int               `json:"after,omitzero"`
	Times    int               `json:"times,omitzero"`
	For      time.Duration     `json:"for,omitzero"`
	Status   int               `json:"status,omitzero"`
	Message  string            `json:"message,omitzero"`
	Body     json.RawMessage   `json:"body,omitzero"` // a string is sent as it is, anything else as JSON
	Header   map[string]string `json:"header,omitzero"`
	Delay    time.Duration     `json:"delay,omitzero"`
	Network  N                 `json:"network,omitzero"`
	Applied  bool              `json:"applied,omitzero"`

	Ready      string        `json:"ready,omitzero"`       // a ready-made one, in place of what else is answered
	RetryAfter time.Duration `json:"retry_after,omitzero"` // of the ready-made "rate_limited"
}

// Check returns an error if a ready-made failure is asked for beside an answer of one's own, or what belongs to the one
// beside the other.
func (f Failure[N]) Check() error {
	own := f.Status != 0 || f.Message != "" || f.Body != nil || f.Header != nil || f.Network != ""
	switch {
	case f.Ready != "" && own:
		return fmt.Errorf("ready: %s says itself what is answered", f.Ready)
	case f.Ready == "" && f.RetryAfter != 0:
		return errors.New(`retry_after: goes with "ready": "rate_limited"; else it is a header`)
	case f.RetryAfter < 0:
		return errors.New("retry_after: must not be negative")
	}
	return nil
}

// Sent is the body as a Failure has it: a text, JSON as bytes, or nil.
func (f Failure[N]) Sent() any {
	if len(f.Body) == 0 {
		return nil
	}
	if text, isText := Any(f.Body).(string); isText {
		return text
	}
	return []byte(f.Body)
}

// SentHeader is the header as a Failure has it; nil for none.
func (f Failure[N]) SentHeader() http.Header {
	if len(f.Header) == 0 {
		return nil
	}
	header := http.Header{}
	for name, value := range f.Header {
		header.Set(name, value)
	}
	return header
}

// Where are the conditions of a failure or a hold.
type Where struct {
	By     *string `json:"by,omitzero"` // "": nobody
	Runner *int    `json:"runner,omitzero"`
	Param  *Param  `json:"param,omitzero"`
	Header *Header `json:"header,omitzero"`

	Operation *string `json:"operation,omitzero"` // of GraphQL
}

// Param is a parameter of a call.
type Param struct {
	Name  string          `json:"name"`
	Value json.RawMessage `json:"value,omitzero"` // none: null or not sent
}

// Header is a header of a call.
type Header struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// FailureState is an injected failure with what has come of it.
type FailureState struct {
	ID      int    `json:"id"`
	Calls   string `json:"calls"` // which it is for
	Effect  string `json:"effect"`
	Matched int    `json:"matched"`
	Fired   int    `json:"fired"`
	Spent   bool   `json:"spent"`
}

// HoldState is a hold as it is now.
type HoldState struct {
	ID    int            `json:"id"`
	Calls string         `json:"calls"` // which it is for
	Call  *calltext.Data `json:"call"`  // the first that came; null while none has
}

// Made is what has got an id.
type Made struct {
	ID int `json:"id"`
}

// FixedAnswer is an answer that is always the same.
type FixedAnswer struct {
	Endpoint string            `json:"endpoint"`
	Status   int               `json:"status,omitzero"` // 200 when it is left out
	Body     json.RawMessage   `json:"body,omitzero"`   // a string is sent as it is, anything else as JSON
	Header   map[string]string `json:"header,omitzero"`
}

// ServeHTTP answers.
func (a FixedAnswer) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	body := []byte(a.Body)
	if text, isText := Any(a.Body).(string); isText {
		body = []byte(text)
	} else if len(body) > 0 {
		w.Header().Set("Content-Type", "application/json")
	}
	for name, value := range a.Header {
		w.Header().Set(name, value)
	}
	w.WriteHeader(a.Status)
	_, _ = w.Write(body)
}

// Plan is the part of a JobRun that says what is to happen to a job.
type Plan struct {
	CancelAt      *string `json:"cancel_at,omitzero"`
	PostponeFinal *int    `json:"postpone_final,omitzero"`
	RejectLog     *int    `json:"reject_log,omitzero"`
	LoseLog       *int    `json:"lose_log,omitzero"`
	Watch         bool    `json:"watch,omitzero"`
}

// planned is something that is to happen to a job a number of times.
type planned struct {
	name  string
	times *int
	plan  func(*world.State, *world.Job, int)
}

func (p Plan) counts() []planned {
	return []planned{
		{"postpone_final", p.PostponeFinal, (*world.State).PostponeFinal},
		{"reject_log", p.RejectLog, (*world.State).RejectLog},
		{"lose_log", p.LoseLog, (*world.State).LoseLog},
	}
}

// Check returns an error for a count that is negative.
func (p Plan) Check() error {
	for _, count := range p.counts() {
		if count.times != nil && *count.times < 0 {
			return errors.New(count.name + ": must not be negative")
		}
	}
	return nil
}

// Make makes the plan for a job.
func (p Plan) Make(st *world.State, j *world.Job) error {
	something := p.CancelAt != nil
	for _, count := range p.counts() {
		something = something || count.times != nil
	}
	if err := j.Plannable(); something && err != nil {
		return err
	}
	if p.CancelAt != nil {
		st.CancelOn(j, *p.CancelAt)
	}
	for _, count := range p.counts() {
		if count.times != nil {
			count.plan(st, j, *count.times)
		}
	}
	if p.Watch {
		st.Watch(j)
	}
	return nil
}

// Advance is by how much time is to go on.
type Advance struct {
	ByNumber *time.Duration `json:"seconds,omitzero"`
	ByText   *time.Duration `json:"duration,omitzero"`
}

// By is the one that is given of the two.
func (a Advance) By() (time.Duration, error) {
	switch {
	case a.ByNumber != nil && a.ByText == nil:
		return *a.ByNumber, nil
	case a.ByText != nil && a.ByNumber == nil:
		return *a.ByText, nil
	}
	return 0, errors.New(`give either "seconds", a number, or "duration", such as "2h"`)
}

// HookState is a function that Before or After runs. Only a test in Go has such.
type HookState struct {
	ID   int    `json:"id"`
	Hook string `json:"hook"` // "Before(POST /runners) at op_test.go:113"
	Ran  int    `json:"ran"`
}
