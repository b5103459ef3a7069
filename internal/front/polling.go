package front

// Long polling of runners, which is Workhorse's: it stands before Rails, and what it answers by itself Rails never
// hears of (workhorse/internal/builds/register.go).

import (
	"encoding/json"
	"net/http"
	"time"
)

// maxPollBody is how much of a request for a job Workhorse reads.
const maxPollBody = 32 << 10

// longPolled reports whether the request goes through Workhorse's handler for long polling.
func (q *Request) longPolled() bool {
	return q.site.LongPolling > 0 && q.route != nil && q.route.Waits != nil && q.HTTP.Method == http.MethodPost
}

// poll is Workhorse's answer to a request for a job, nil where it hands the request on to Rails. While it waits for a
// change, no mutex is held. That there was one is all that it knows then: the job comes with the next request, which
// finds the change at once.
func (q *Request) poll() *Response {
	if !q.longPolled() {
		return nil
	}
	if len(q.Record.Body) > maxPollBody {
		return Plain(http.StatusRequestEntityTooLarge, msgEntityTooLarge).
			Because("Workhorse reads 32 KiB of a request for a job").AsRefusal()
	}
	var asked struct {
		Token      string `json:"token"`
		LastUpdate string `json:"last_update"`
	}
	if !q.sentJSON() || json.Unmarshal(q.Record.Body, &asked) != nil ||
		asked.Token == "" || asked.LastUpdate == "" {
		return nil
	}
	var change <-chan struct{}
	if failed := q.visit(func() Response {
		change = q.route.Waits(q, asked.Token, asked.LastUpdate)
		return Response{}
	}); failed.Status != 0 {
		return &failed
	}
	if change == nil {
		return nil
	}
	q.await(change)
	return Response{Status: http.StatusNoContent, FromWorkhorse: true}.AsRefusal()
}

// await waits for the change, and no longer than LongPolling allows, the client waits and this GitLab is open.
func (q *Request) await(change <-chan struct{}) {
	timer := time.NewTimer(q.site.LongPolling)
	defer timer.Stop()
	select {
	case <-change:
	case <-timer.C:
	case <-q.site.Closing:
	case <-q.HTTP.Context().Done():
	}
}
