package front

// Within the answer, first: the throttle (lib/gitlab/rack_attack.rb,
// lib/gitlab/rack_attack/request_throttle_data.rb, lib/gitlab/middleware/rack_attack_headers.rb).

import (
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// The throttles of API requests, as RateLimit-Name has them.
const (
	throttleOfUsers   = "throttle_authenticated_api"
	throttleOfNobody  = "throttle_unauthenticated_api"
	usersOfGitLabCom  = 2000 // requests a minute
	nobodyOfGitLabCom = 500
)

// throttle is what counts a request: its name, under whom it counts, and the limit. Only that of the settings refuses.
type throttle struct {
	name, who string
	limit     world.RateLimit
	refuses   bool
}

// throttle is the one that counts the request; false for none. It counts whom Identify found, be it that the token is
// refused by now. A runner or a job is neither a user nor nobody.
func (q *Request) throttle() (t throttle, counts bool) {
	user, limit := q.Record.User, q.Settings.RateLimit
	switch {
	case user != "" && limit.Requests > 0:
		return throttle{throttleOfUsers, user, limit, true}, true
	case !q.showsLimits() || limit.Requests > 0 || q.Record.RunnerID != 0 || q.Record.JobID != 0:
		return t, false
	case user != "":
		return throttle{throttleOfUsers, user, world.RateLimit{Requests: usersOfGitLabCom, Per: time.Minute}, false}, true
	}
	return throttle{throttleOfNobody, "address " + q.Address(), // which is no username
		world.RateLimit{Requests: nobodyOfGitLabCom, Per: time.Minute}, false}, true
}

// showsLimits reports whether every answer to a counted request tells of the limit. A version that has no such setting
// leaves it unread, so that one world serves tests over several.
func (q *Request) showsLimits() bool {
	return q.Settings.RateLimitHeaders && q.Has(gitlabversion.RateLimitHeaders)
}

// throttled counts the request and is the 429 of one too many (Rack::Attack, fixed windows). Where the settings want
// it, the answer to one that was counted will tell of the limit.
func (q *Request) throttled() *Response {
	t, counts := q.throttle()
	if !counts {
		return nil
	}
	w := q.CountRequest(t.who, t.limit.Per)
	per := int64(t.limit.Per)
	state := limitState{name: t.name, limit: t.limit.Requests, observed: w.Count,
		perMinute: int((int64(t.limit.Requests)*int64(time.Minute) + per - 1) / per),
		reset:     time.Unix(0, (w.Period+1)*per).UTC()}
	if !t.refuses || w.Count <= t.limit.Requests {
		if q.showsLimits() {
			q.limits = state.header()
		}
		return nil
	}
	r := Plain(http.StatusTooManyRequests, MsgRetryLater).
		Because(fmt.Sprintf("%s made %d requests in %s; the limit is %d", t.who, w.Count, t.limit.Per, t.limit.Requests))
	r.ContentType = "text/plain"
	r.Header = state.refusal(q.Now())
	return &r
}

// limitState is how far a limit has been used up: requests of the limit, observed so far, and until when.
type limitState struct {
	name                       string
	limit, observed, perMinute int
	reset                      time.Time
}

// header is what every answer to a counted request may tell.
func (s limitState) header() http.Header {
	h := http.Header{}
	for name, value := range map[string]string{
		"RateLimit-Name": s.name, "RateLimit-Limit": strconv.Itoa(s.perMinute),
		"RateLimit-Observed":  strconv.Itoa(s.observed),
		"RateLimit-Remaining": strconv.Itoa(max(0, s.limit-s.observed)),
		"RateLimit-Reset":     strconv.FormatInt(s.reset.Unix(), 10),
	} {
		h.Set(name, value)
	}
	return h
}

// refusal is what a 429 tells.
func (s limitState) refusal(now time.Time) http.Header {
	h := s.header()
	h.Set("RateLimit-ResetTime", s.reset.UTC().Format(http.TimeFormat))
	h.Set("Retry-After", strconv.Itoa(world.WholeSeconds(s.reset.Sub(now))))
	return h
}

// RateLimitHeader is what Rack::Attack says with a 429. limit is a minute's.
func RateLimitHeader(limit, observed int, now, reset time.Time) http.Header {
	return limitState{throttleOfUsers, limit, observed, limit, reset}.refusal(now)
}

// showLimits puts what the throttle has to tell among the headers of an answer that is not a 429.
func (x *Sending) showLimits(status int) {
	if status != http.StatusTooManyRequests {
		x.SetAll(x.Request.limits)
	}
}
