package front

// Where a request comes from.

import (
	"net"
	"net/netip"
	"slices"
	"strings"
)

// Address is where a request comes from: the last address of X-Forwarded-For that is not GitLab's own machine, else
// that of the connection. Addresses before that one are only what the caller claims
// (config/initializers/trusted_proxies.rb).
func (q *Request) Address() string {
	forwarded := strings.FieldsFunc(strings.Join(q.HTTP.Header.Values("X-Forwarded-For"), ","),
		func(r rune) bool { return r == ',' || r == ' ' })
	forwarded = slices.DeleteFunc(forwarded, func(s string) bool {
		_, err := netip.ParseAddr(s)
		return err != nil
	})
	for i, s := range slices.Backward(forwarded) {
		if i == 0 || s != "127.0.0.1" && s != "::1" {
			return s
		}
	}
	host, _, err := net.SplitHostPort(q.HTTP.RemoteAddr)
	if err != nil {
		return q.HTTP.RemoteAddr
	}
	return host
}
