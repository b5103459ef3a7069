package calltext

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/clone"
	"github.com/fakegitlab/fakegitlab/internal/githttp"
)

// Clone is the call with maps and slices of its own.
func (c Call[E]) Clone() Call[E] {
	c.Query, c.Header = url.Values(http.Header(c.Query).Clone()), c.Header.Clone()
	c.Body, c.Params, c.IgnoredParams = slices.Clone(c.Body), clone.Object(c.Params), slices.Clone(c.IgnoredParams)
	c.ResponseHeader, c.ResponseBody = c.ResponseHeader.Clone(), slices.Clone(c.ResponseBody)
	return c
}

// IsChallenge reports whether the call is how git learns that it has to sign in: it asks with no credentials, gets a
// 401, and asks the same with credentials in a later one of the calls.
func (c Call[E]) IsChallenge(calls []Call[E]) bool {
	const credentials = "Authorization"
	return string(c.Endpoint) == githttp.EndpointInfoRefs && c.Status == http.StatusUnauthorized &&
		c.Header.Get(credentials) == "" && slices.ContainsFunc(calls, func(other Call[E]) bool {
		return other.Number > c.Number && other.Endpoint == c.Endpoint && other.Path == c.Path &&
			other.Header.Get(credentials) != ""
	})
}

// usualCall is about what a call takes beside what varies, in bytes.
const usualCall = 1 << 10

// Weight is about what the call takes in the journal, in bytes. Parameters are a second copy of what brought them.
func (c Call[E]) Weight() int64 {
	n := usualCall + len(c.Body) + len(c.ResponseBody) + len(c.Path) + len(c.Reason) + len(c.Operation)
	if len(c.Params) > 0 {
		n += len(c.Body)
	}
	for _, values := range []map[string][]string{c.Query, c.Header, c.ResponseHeader} {
		for name, list := range values {
			n += len(name)
			for _, value := range list {
				n += len(value)
			}
		}
	}
	return int64(n)
}

// Shed is the call without its bodies and parameters, but for those of the path.
func (c Call[E]) Shed() Call[E] {
	kept := map[string]any{}
	for segment := range strings.SplitSeq(string(c.Endpoint), "/") {
		if name, ok := strings.CutPrefix(segment, ":"); ok {
			if value, sent := c.Params[name]; sent {
				kept[name] = value
			}
		}
	}
	c.Body, c.ResponseBody, c.Params = nil, nil, kept
	return c
}
