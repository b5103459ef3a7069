package fakegitlab

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"github.com/fakegitlab/fakegitlab/internal/world"
)

// holdState is a Hold as it is now.
type holdState struct {
	ID    int       `json:"id"`
	Calls string    `json:"calls"` // which it is for
	Call  *callData `json:"call"`  // the first that came; null while none has
}

func stateOfHold(h *Held) holdState {
	s := holdState{ID: h.id, Calls: selectionText(h.endpoint, h.where)}
	if first, came := h.firstCall(); came {
		call := callAsData(first)
		s.Call = &call
	}
	return s
}

func (c *control) hold() controlAnswer {
	var in struct {
		Endpoint Endpoint  `json:"endpoint,omitzero"`
		Where    whereData `json:"where,omitzero"`
	}
	if err := c.read(&in); err != nil {
		return controlError(err)
	}
	where := in.Where.matchers()
	if problem := c.requestProblem(in.Endpoint, where); problem != "" {
		return controlError(errors.New(problem))
	}
	h := newHeld(in.Endpoint, where)
	h.control = true
	return controlCreated(struct {
		ID int `json:"id"`
	}{c.faults.hold(h)})
}

func (c *control) holdStates() []holdState {
	states := []holdState{}
	for _, h := range c.faults.holding() {
		states = append(states, stateOfHold(h))
	}
	return states
}

func (c *control) listHolds() controlAnswer {
	if err := knownParameters(c.http.URL.Query()); err != nil { // wait is known only where one hold is asked for
		return controlError(err)
	}
	return controlOK(c.holdStates())
}

// pathHold is the hold in the path.
func (c *control) pathHold() (*Held, error) {
	holding := c.faults.holding()
	for _, h := range holding {
		if strconv.Itoa(h.id) == c.vars["id"] {
			return h, nil
		}
	}
	ids := world.NamesOf(holding, func(h *Held) string { return strconv.Itoa(h.id) })
	return nil, absent{world.Missing("hold", c.vars["id"], ids)}
}

func (c *control) showHold() controlAnswer {
	query := c.http.URL.Query()
	if err := knownParameters(query, "wait"); err != nil {
		return controlError(err)
	}
	wait, err := waitIn(query)
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
		_, _ = h.Wait(ctx) // if none comes in time, call is null
	}
	return controlOK(stateOfHold(h))
}

func (c *control) release() controlAnswer {
	h, err := c.pathHold()
	if err != nil {
		return controlError(err)
	}
	h.Release()
	return controlDone()
}

// fixedAnswer is an answer that is always the same.
type fixedAnswer struct {
	Endpoint Endpoint          `json:"endpoint"`
	Status   int               `json:"status,omitzero"` // 200 when it is left out
	Body     json.RawMessage   `json:"body,omitzero"`   // a string is sent as it is, anything else as JSON
	Header   map[string]string `json:"header,omitzero"`
}

func (a fixedAnswer) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	body := []byte(a.Body)
	if text, isText := anyJSON(a.Body).(string); isText {
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

// handle is Handle with an answer that is always the same. It is for what a client also asks for but the test is not
// about.
func (c *control) handle() controlAnswer {
	answer := fixedAnswer{Status: http.StatusOK}
	if err := c.read(&answer); err != nil {
		return controlError(err)
	}
	if problem := c.cannotHandle(answer.Endpoint); problem != "" {
		return controlError(fmt.Errorf("endpoint %q: %s", answer.Endpoint, problem))
	}
	if answer.Status < 200 || answer.Status > 599 {
		return controlError(fmt.Errorf("status: %d is no status of an answer", answer.Status))
	}
	c.Handle(answer.Endpoint, answer)
	return controlDone()
}
