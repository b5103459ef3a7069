package memnet

import (
	"maps"
	"net/http"
	"net/textproto"
	"slices"
	"strings"
)

// spareValues is how many headers a transport or server adds to those of its user, at most.
const spareValues = 4

// A header is an http.Header whose values lie in one array, to save allocations: each call makes two headers.
type header struct {
	names  http.Header
	values []string
}

// wireHeader returns a copy of h as the other side reads it: names in canonical form, values trimmed, and nothing for
// which skip, given the canonical name, is true.
func wireHeader(h http.Header, skip func(string) bool) header {
	w := newHeader(len(h))
	for name, values := range h {
		if http.CanonicalHeaderKey(name) != name {
			return joinedHeader(h, skip)
		}
		w.add(name, values, skip)
	}
	return w
}

// newHeader returns an empty header with room for so many names with a value each, and those that are added to them.
func newHeader(n int) header {
	n += spareValues
	return header{names: make(http.Header, n), values: make([]string, 0, n)}
}

// joinedHeader is wireHeader for a header of which several names may become one: they are joined in the order of the
// wire.
func joinedHeader(h http.Header, skip func(string) bool) header {
	w := newHeader(len(h))
	for _, name := range slices.Sorted(maps.Keys(h)) {
		w.add(http.CanonicalHeaderKey(name), h[name], skip)
	}
	return w
}

// add adds values to those of a name.
func (w *header) add(name string, values []string, skip func(string) bool) {
	if len(values) == 0 || skip(name) {
		return
	}
	start := len(w.values)
	w.values = append(w.values, w.names[name]...)
	for _, v := range values {
		w.values = append(w.values, wireValue(v))
	}
	w.names[name] = slices.Clip(w.values[start:])
}

// append adds a value to those of a name, as both are.
func (w *header) append(name, value string) {
	start := len(w.values)
	w.values = append(append(w.values, w.names[name]...), value)
	w.names[name] = slices.Clip(w.values[start:])
}

func (w *header) set(name, value string) {
	start := len(w.values)
	w.values = append(w.values, value)
	w.names[name] = slices.Clip(w.values[start:])
}

// is reports whether the first value of the header with the canonical name is value, in any case.
func (w *header) is(name, value string) bool {
	values := w.names[name]
	return len(values) > 0 && strings.EqualFold(values[0], value)
}

func wireValue(v string) string {
	if strings.ContainsAny(v, "\r\n") {
		v = strings.NewReplacer("\n", " ", "\r", " ").Replace(v)
	}
	return textproto.TrimString(v)
}

// isToken reports whether s is a token of RFC 9110, section 5.6.2, as names of headers and methods are.
func isToken(s string) bool {
	for i := range len(s) {
		if !isTokenByte(s[i]) {
			return false
		}
	}
	return s != ""
}

func isTokenByte(c byte) bool {
	switch c {
	case '!', '#', '$', '%', '&', '\'', '*', '+', '-', '.', '^', '_', '`', '|', '~':
		return true
	}
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
}

// invalidValue reports whether s has a control character, which http.Transport refuses to send.
func invalidValue(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' && c != '\t' || c == 0x7f {
			return true
		}
	}
	return false
}
