package fakegitlab

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/calltext"
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
	if err := knownParameters(query, "endpoint", "by", "status", "since", "wait"); err != nil {
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

func callsAsData(calls []Call) []calltext.Data {
	data := make([]calltext.Data, len(calls))
	for i, c := range calls {
		data[i] = c.text().Data()
	}
	return data
}

func bodyData(body []byte) any { return calltext.BodyData(body) }
