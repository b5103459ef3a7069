package front

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestHeads(t *testing.T) {
	var h Heads
	h.add("Link", "a")
	h.add("Etag", "1")
	h.add("Link", "b")
	assert.Equal(t, http.Header{"Link": {"a", "b"}, "Etag": {"1"}}, h.Header())
	assert.Equal(t, "a", h.Get("Link"))
	assert.Equal(t, int64(4+1+4+1+4+1), h.Size())

	h.Set("Link", "c")
	assert.Equal(t, http.Header{"Link": {"c"}, "Etag": {"1"}}, h.Header())
	h.Del("Etag")
	assert.Equal(t, Heads{"Link", "c"}, h)
	assert.Empty(t, h.Get("Etag"))
}

// Whoever is given the headers as a map of its own may do with it what it likes.
func TestHeadersOfItsOwn(t *testing.T) {
	h := Heads{"Etag", "1", "Vary", "Origin"}
	own := h.Header()
	own["Etag"][0] = "2"
	own["Etag"] = append(own["Etag"], "3")
	assert.Equal(t, Heads{"Etag", "1", "Vary", "Origin"}, h)
	assert.Equal(t, []string{"Origin"}, own["Vary"])

	shared := http.Header{"Vary": {"Accept"}}
	h.put(shared, false)
	shared["Etag"] = append(shared["Etag"], "3") // as a server may add something
	assert.Equal(t, http.Header{"Etag": {"1", "3"}, "Vary": {"Origin"}}, shared)
	assert.Equal(t, Heads{"Etag", "1", "Vary", "Origin"}, h)
}
