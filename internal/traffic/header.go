package traffic

import "net/http"

// WithHeader sends a header with each request that has none of that name.
func WithHeader(next http.RoundTripper, name, value string) http.RoundTripper {
	return withHeader{next, name, value}
}

type withHeader struct {
	next        http.RoundTripper
	name, value string
}

func (h withHeader) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Header.Get(h.name) == "" {
		r = r.Clone(r.Context())
		r.Header.Set(h.name, h.value)
	}
	return h.next.RoundTrip(r)
}
