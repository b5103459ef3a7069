package fakegitlab

import (
	"cmp"
	"errors"
	"slices"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/calltext"
	"github.com/fakegitlab/fakegitlab/internal/controlapi"
	"github.com/fakegitlab/fakegitlab/internal/webhooks"
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

func (c *control) calls() controlAnswer {
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
	return controlOK(list)
}

// deliveries are the calls of webhooks; if told to wait, those that there are once there is one, or the time is over.
func (c *control) deliveries() controlAnswer {
	query := c.http.URL.Query()
	err := knownParameters(query, "event", "wait")
	wait, badWait := controlapi.WaitIn(query)
	wanted := deliveriesOf(query.Get("event"), nil)
	if err := cmp.Or(err, badWait, wanted.Check()); err != nil {
		return controlError(err)
	}
	ctx, cancel := c.waiting(wait)
	defer cancel()
	_ = c.courier.Wait(ctx, c.news.next, c.closing, errClosed, func() bool {
		return wait == 0 || len(c.courier.Find(wanted)) > 0
	})
	return controlOK(webhooks.DataOf(c.courier.Find(wanted)))
}
