package front

// The second stage: browsers that ask whether they may call. GitLab's API takes cross-origin requests from every
// origin, without cookies (rack-cors in config/application.rb).

import (
	"net/http"
	"strings"
)

const (
	headerOrigin           = "Origin"
	headerRequestedMethod  = "Access-Control-Request-Method"
	headerRequestedHeaders = "Access-Control-Request-Headers"

	corsMaxAge = "7200" // seconds
)

var (
	corsMethods = []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch,
		http.MethodDelete, http.MethodOptions}
	corsExposed = []string{"Link", "X-Total", "X-Total-Pages", "X-Per-Page", "X-Page", "X-Next-Page", "X-Prev-Page",
		"X-Gitlab-Blob-Id", "X-Gitlab-Commit-Id", "X-Gitlab-Content-Sha256", "X-Gitlab-Encoding", "X-Gitlab-File-Name",
		"X-Gitlab-File-Path", "X-Gitlab-Last-Commit-Id", "X-Gitlab-Ref", "X-Gitlab-Size", "X-Request-Id", "ETag"}
)

// preflight is the answer to a browser that asks whether it may send a request, nil if that is not what it asks. It
// comes before routes and credentials are looked at.
func (q *Request) preflight() *Response {
	if q.HTTP.Method != http.MethodOptions || !q.crossOrigin() || q.header(headerRequestedMethod) == "" {
		return nil
	}
	r := Response{Status: http.StatusOK, Bare: true}
	if wanted := q.header(headerRequestedHeaders); wanted != "" {
		r = r.With("Access-Control-Allow-Headers", wanted)
	}
	return &r
}

// crossOrigin reports whether a request to the API comes from a page of some origin.
func (q *Request) crossOrigin() bool {
	return q.header(headerOrigin) != "" && strings.HasPrefix(q.Path, "/api/")
}

// setCORS sets the headers of an answer to a page of another origin.
func setCORS(h *Heads) {
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Access-Control-Allow-Methods", strings.Join(corsMethods, ", "))
	h.Set("Access-Control-Expose-Headers", strings.Join(corsExposed, ", "))
	h.Set("Access-Control-Max-Age", corsMaxAge)
}
