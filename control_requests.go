package fakegitlab

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
)

// holdState is a Hold, as it is.
type holdState struct {
	ID    int       `json:"id"`
	Calls string    `json:"calls"` // which it is for
	Call  *callData `json:"call"`  // the first that came; null while none has
}

func (h *Held) state() holdState {
	h.mu.Lock()
	defer h.mu.Unlock()
	s := holdState{ID: h.id, Calls: selectionText(h.endpoint, h.where)}
	if h.first != nil {
		call := callAsData(*h.first)
		s.Call = &call
	}
	return s
}

func (c *control) hold() response {
	var in struct {
		Endpoint Endpoint  `json:"endpoint,omitzero"`
		Where    whereData `json:"where,omitzero"`
	}
	if err := c.read(&in); err != nil {
		return badControl(err)
	}
	where := in.Where.matchers()
	if problem := c.requestProblem(in.Endpoint, where); problem != "" {
		return badControl(errors.New(problem))
	}
	return created(struct {
		ID int `json:"id"`
	}{c.faults.hold(newHeld(in.Endpoint, where))})
}

// holding are the holds that have not been released.
func (c *control) holding() []*Held {
	c.faults.mu.Lock()
	defer c.faults.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(c.faults.held), (*Held).isReleased)
}

func (c *control) holdStates() []holdState {
	states := []holdState{}
	for _, h := range c.holding() {
		states = append(states, h.state())
	}
	return states
}

func (c *control) listHolds() response {
	if err := knownParameters(c.http.URL.Query()); err != nil { // it is one hold that can be waited for
		return badControl(err)
	}
	return ok(c.holdStates())
}

// pathHold is the hold in the path.
func (c *control) pathHold() (*Held, error) {
	holding := c.holding()
	for _, h := range holding {
		if strconv.Itoa(h.id) == c.vars["id"] {
			return h, nil
		}
	}
	return nil, missing("hold", c.vars["id"], namesOf(holding, func(h *Held) string { return strconv.Itoa(h.id) }))
}

func (c *control) showHold() response {
	query := c.http.URL.Query()
	if err := knownParameters(query, "wait"); err != nil {
		return badControl(err)
	}
	wait, err := waitIn(query)
	if err != nil {
		return badControl(err)
	}
	h, err := c.pathHold()
	if err != nil {
		return missingControl(err)
	}
	if wait > 0 {
		ctx, cancel := c.waiting(wait)
		defer cancel()
		_, _ = h.Wait(ctx) // none in time is a null
	}
	return ok(h.state())
}

func (c *control) release() response {
	h, err := c.pathHold()
	if err != nil {
		return missingControl(err)
	}
	h.Release()
	return noContent()
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

// handle is Handle with an answer that is always the same: what a client asks besides, and what a test is not about.
func (c *control) handle() response {
	answer := fixedAnswer{Status: http.StatusOK}
	if err := c.read(&answer); err != nil {
		return badControl(err)
	}
	if problem := c.cannotHandle(answer.Endpoint); problem != "" {
		return badControl(fmt.Errorf("endpoint %q: %s", answer.Endpoint, problem))
	}
	if answer.Status < 200 || answer.Status > 599 {
		return badControl(fmt.Errorf("status: %d is no status of an answer", answer.Status))
	}
	c.Handle(answer.Endpoint, answer)
	return noContent()
}
