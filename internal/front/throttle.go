package front

// Within the answer, first: the throttle (Rack::Attack, config/initializers/rack_attack.rb).

import (
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/world"
)

// throttleName is the throttle of users' API requests, as RateLimit-Name has it.
const throttleName = "throttle_authenticated_api"

// throttled counts the request against Settings.RateLimit and is the 429 of one too many (Rack::Attack, fixed
// windows). It counts whom identify found, be it that the token is refused by now.
func (q *Request) throttled() *Response {
	limit := q.Settings.RateLimit
	if limit.Requests == 0 || q.Record.User == "" {
		return nil
	}
	w := q.CountRequest(q.Record.User)
	if w.Count <= limit.Requests {
		return nil
	}
	reset := time.Unix(0, (w.Period+1)*int64(limit.Per)).UTC()
	perMinute := (int64(limit.Requests)*int64(time.Minute) + int64(limit.Per) - 1) / int64(limit.Per)
	r := Plain(http.StatusTooManyRequests, MsgRetryLater).
		Because(fmt.Sprintf("%s made %d requests in %s; the limit is %d", q.Record.User, w.Count, limit.Per, limit.Requests))
	r.ContentType = "text/plain"
	r.Header = RateLimitHeader(int(perMinute), w.Count, q.Now(), reset)
	return &r
}

// RateLimitHeader is what Rack::Attack says with a 429. limit is a minute's.
func RateLimitHeader(limit, observed int, now, reset time.Time) http.Header {
	h := http.Header{}
	for name, value := range map[string]string{
		"RateLimit-Name": throttleName, "RateLimit-Limit": strconv.Itoa(limit), "RateLimit-Observed": strconv.Itoa(observed),
		"RateLimit-Remaining": "0", "RateLimit-Reset": strconv.FormatInt(reset.Unix(), 10),
		"RateLimit-ResetTime": reset.UTC().Format(http.TimeFormat),
		"Retry-After":         strconv.Itoa(world.WholeSeconds(reset.Sub(now))),
	} {
		h.Set(name, value)
	}
	return h
}
