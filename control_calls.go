package fakegitlab

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

func (c *control) endpoints() controlAnswer { return controlOK(c.Endpoints()) }

// problems is what New reports at the end of a test.
func (c *control) problems() controlAnswer { return controlOK(append([]string{}, c.Problems()...)) }

// journal is the calls as a text for a person or, to who asks for JSON, as a list of its lines.
func (c *control) journal() controlAnswer {
	if strings.Contains(c.http.Header.Get("Accept"), "application/json") {
		lines := []string{}
		if len(c.log.Closed()) > 0 {
			lines = strings.Split(strings.TrimSuffix(c.Journal(), "\n"), "\n")
		}
		return controlOK(lines)
	}
	return controlText(c.Journal(), "text/plain; charset=utf-8")
}

func (c *control) clearCalls() controlAnswer {
	c.ClearCalls()
	return controlDone()
}

// callQuery is what calls may be narrowed by.
type callQuery struct {
	endpoint Endpoint
	where    []CallMatcher
	wait     time.Duration
}

func (c *control) calls() controlAnswer {
	q, err := c.callQuery(c.http.URL.Query())
	if err != nil {
		return controlError(err)
	}
	matching := func(call Call) bool { return matches(call, q.endpoint, q.where) }
	if q.wait > 0 {
		ctx, cancel := c.waiting(q.wait)
		defer cancel()
		_, _ = c.log.Wait(ctx, matching) // if none comes in time, the list is empty
	}
	return controlOK(callsAsData(slices.DeleteFunc(c.log.Closed(), func(call Call) bool { return !matching(call) })))
}

func (c *control) callQuery(query url.Values) (q callQuery, err error) {
	if err := knownParameters(query, "endpoint", "by", "operation", "status", "since", "wait"); err != nil {
		return q, err
	}
	number := func(name string) (n int) {
		if query.Has(name) && err == nil {
			if n, err = strconv.Atoi(query.Get(name)); err != nil {
				err = fmt.Errorf("%s: want a number, have %q", name, query.Get(name))
			}
		}
		return n
	}
	q.endpoint = Endpoint(query.Get("endpoint"))
	if query.Has("by") {
		q.where = append(q.where, By(query.Get("by")))
	}
	if query.Has("operation") {
		q.where = append(q.where, Operation(query.Get("operation")))
	}
	if status := number("status"); query.Has("status") {
		q.where = append(q.where, Status(status))
	}
	if since := number("since"); query.Has("since") {
		q.where = append(q.where, Where(func(call Call) bool { return call.Number > since }))
	}
	if err == nil {
		q.wait, err = waitIn(query)
	}
	if problem := c.selectionProblem(q.endpoint, q.where); problem != "" && err == nil {
		err = errors.New(problem)
	}
	return q, err
}

// callData is a Call as JSON. Bodies are texts; a body that is no text is {"base64": "..."}.
type callData struct {
	Number         int                 `json:"number"`
	Time           time.Time           `json:"time"`
	Endpoint       *Endpoint           `json:"endpoint"`            // null when nothing serves it, as in Call
	Operation      string              `json:"operation,omitempty"` // of a call of GraphQL
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
	Injected       string              `json:"injected,omitempty"` // where the failure came from
}

func callsAsData(calls []Call) []callData {
	data := make([]callData, len(calls))
	for i, c := range calls {
		data[i] = callAsData(c)
	}
	return data
}

func callAsData(c Call) callData {
	data := callData{c.Number, c.Time, nil, c.Operation, c.Method, c.Path, c.Query, c.Header, bodyData(c.Body), c.Params,
		slices.Clone(c.IgnoredParams), c.User, c.RunnerID, c.JobID, c.Status, c.ResponseHeader, bodyData(c.ResponseBody),
		c.Reason, c.Failure, c.Injected}
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
