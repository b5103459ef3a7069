package front

// The headers of an answer, as long as nobody wants them as a map.

import (
	"net/http"
	"slices"
)

// Heads are headers: names and values in turn, a name with several values once for each. A journal keeps them so, as a
// http.Header takes three times the memory and is read by few.
type Heads []string

// usualHeads is the room that an answer's headers take when nothing is odd about them.
const usualHeads = 2 * 10

// add adds a header, whose name is in the form of net/http's.
func (h *Heads) add(name, value string) { *h = append(*h, name, value) }

// find is where the value of the first header of that name is; -1 if there is none.
func (h Heads) find(name string) int {
	for i := 0; i < len(h); i += 2 {
		if h[i] == name {
			return i + 1
		}
	}
	return -1
}

// Get is the value of the first header of that name, "" if there is none.
func (h Heads) Get(name string) string {
	if at := h.find(name); at >= 0 {
		return h[at]
	}
	return ""
}

// Set sets a header in place of those of that name.
func (h *Heads) Set(name, value string) {
	h.Del(name)
	h.add(name, value)
}

// Del takes the headers of that name away.
func (h *Heads) Del(name string) {
	for at := h.find(name); at >= 0; at = h.find(name) {
		*h = slices.Delete(*h, at-1, at+1)
	}
}

// Header is the same as a map, of which nothing is shared with what the headers were sent with.
func (h Heads) Header() http.Header {
	header := make(http.Header, len(h)/2)
	h.put(header, true)
	return header
}

// Size is the length of all names and values, in bytes.
func (h Heads) Size() int64 {
	n := 0
	for _, text := range h {
		n += len(text)
	}
	return int64(n)
}

// put puts the headers into a map, with values that lie in h or, if it is to be apart, in an array of their own.
func (h Heads) put(header http.Header, apart bool) {
	if apart {
		h = slices.Clone(h)
	}
	for i := 0; i < len(h); i += 2 {
		name, value := h[i], h[i+1:i+2:i+2]
		if h[:i].find(name) >= 0 {
			value = append(header[name], value...)
		}
		header[name] = value
	}
}
