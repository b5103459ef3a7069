package controlapi

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
)

// Guard says why a call is not let in; "" if it is. hosts are those that it may be sent to beside the ones that no web
// page can have, base is where the fake is.
func Guard(r *http.Request, base string, hosts []string) string {
	// Any web page in a browser on this machine can send requests to a loopback address; it must not change a test's
	// world, nor read its tokens.
	if from := pageElsewhere(r); from != "" {
		return fmt.Sprintf("the control API does not answer to web pages of another origin, and the browser says that "+
			"%s: call it without a browser, or from the page at %s%s/", from, base, Prefix)
	}
	if !isOwn(r.Host, hosts) {
		return fmt.Sprintf("the control API does not answer to the name %q, which any web page could have; call it at %s, "+
			"or name the host in WithControl", r.Host, base)
	}
	return ""
}

// pageElsewhere is how a browser says that a web page of another origin makes the call; "" where none does. To follow a
// link that leads here is no such call.
func pageElsewhere(r *http.Request) string {
	origin, site := r.Header.Get("Origin"), r.Header.Get("Sec-Fetch-Site")
	reads := r.Method == http.MethodGet || r.Method == http.MethodHead
	switch {
	case site == "same-origin" || site == "none", reads && r.Header.Get("Sec-Fetch-Mode") == "navigate":
		return ""
	case site != "":
		return "Sec-Fetch-Site is " + site
	case origin == "":
		return ""
	}
	if page, err := url.Parse(origin); err == nil && page.Host == r.Host {
		return ""
	}
	return "Origin is " + origin
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
