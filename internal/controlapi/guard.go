package controlapi

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// Guard says why a call is not let in; "" if it is. hosts are those that it may be sent to beside the ones that no web
// page can have, url is where the fake is.
func Guard(r *http.Request, url string, hosts []string) string {
	// Any web page in a browser on this machine can send requests to a loopback address; it must not change a test's
	// world.
	if err := http.NewCrossOriginProtection().Check(r); err != nil {
		return err.Error()
	}
	if !isOwn(r.Host, hosts) {
		return fmt.Sprintf("the control API does not answer to the name %q, which any web page could have; call it at %s, "+
			"or name the host in WithControl", r.Host, url)
	}
	return ""
}

// isOwn reports whether a request with that Host may use the control API. A browser asks for a name of a page's choice,
// which may lead here (DNS rebinding); it cannot make up an address or a name that no public DNS has.
func isOwn(host string, known []string) bool {
	name := hostname(host)
	if _, err := netip.ParseAddr(name); err == nil || name == "" { // no browser leaves it out
		return true
	}
	if !strings.Contains(name, ".") {
		return true
	}
	for _, reserved := range []string{".localhost", ".test", ".internal"} {
		if strings.HasSuffix(name, reserved) {
			return true
		}
	}
	return slices.ContainsFunc(known, func(known string) bool { return hostname(known) == name })
}

// hostname is the name or address of a host with or without a port, in the one form that can be compared.
func hostname(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	return strings.ToLower(strings.TrimSuffix(strings.Trim(host, "[]"), "."))
}
