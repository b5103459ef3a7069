package front

// The paths by which one asks whether GitLab is there at all (lib/gitlab/middleware/basic_health_check.rb,
// app/controllers/health_controller.rb). A test calls them while it waits for its GitLab, and so do clients by
// themselves: that is no call of an endpoint which is missing here.

import (
	"net/http"
	"strings"
)

// The checks of GitLab's health. Who may ask for them is everybody on the same machine.
const (
	pathHealth    = "/-/health"
	pathReadiness = "/-/readiness"
	pathLiveness  = "/-/liveness"
)

// check is the outcome of a check, and those of readiness have others inside.
type check struct {
	Status string  `json:"status"`
	Master []check `json:"master_check,omitempty"`
}

var well = check{Status: "ok"}

// monitoring is the answer to a check of GitLab's health, nil if the request is none. No throttle counts it.
func (q *Request) monitoring() *Response {
	if !reads(q.HTTP.Method) {
		return nil
	}
	switch q.Path {
	case pathHealth:
		r := Plain(http.StatusOK, msgHealthy)
		r.ContentType = "text/plain"
		return &r
	case pathReadiness:
		return Response{Status: http.StatusOK, Body: check{Status: well.Status, Master: []check{well}},
			ContentType: "application/json; charset=utf-8", Bare: true}.AsRefusal()
	case pathLiveness:
		return Response{Status: http.StatusOK, Body: well, ContentType: "application/json; charset=utf-8",
			Bare: true}.AsRefusal()
	}
	return nil
}

// reads reports whether a method changes nothing.
func reads(method string) bool { return method == http.MethodGet || method == http.MethodHead }

// Probes reports whether a request, of which nothing is served, asks whether GitLab or its API is there at all. Go's
// old client go-gitlab asks for the API's own path before its first call and is content with any answer.
func (s *Site) Probes(method, path string) bool {
	below, inside := s.BelowBase(path)
	if !inside || !reads(method) {
		return false
	}
	switch below {
	case pathHealth, pathReadiness, pathLiveness:
		return true
	}
	return strings.TrimSuffix(below, "/") == APIPrefix
}
