package traffic

import (
	"net/http"
	"net/url"
)

// WithHeader is a client that sends a header with each request that has none of that name and goes to a server's host
// and port, by whatever name of this machine: what else a client calls, or is sent on to, is not to get the secrets of
// it. everywhere is that the client reaches nothing else.
func WithHeader(client *http.Client, name, value, server string, everywhere bool) *http.Client {
	c, host := *client, ""
	if u, err := url.Parse(server); err == nil && !everywhere {
		host = u.Host
	}
	c.Transport = withHeader{c.Transport, name, value, host}
	return &c
}

type withHeader struct {
	next              http.RoundTripper
	name, value, host string
}

func (h withHeader) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Header.Get(h.name) == "" && (h.host == "" || r.URL.Host == h.host || sameMachine(r.URL, h.host)) {
		r = r.Clone(r.Context())
		r.Header.Set(h.name, h.value)
	}
	return h.next.RoundTrip(r)
}

// sameMachine reports whether two addresses are one port of this machine.
func sameMachine(u *url.URL, host string) bool {
	own := url.URL{Host: host}
	return u.Port() == own.Port() && isLocal(u.Hostname()) && isLocal(own.Hostname())
}

func isLocal(hostname string) bool {
	return hostname == "localhost" || hostname == "127.0.0.1" || hostname == "::1"
}
