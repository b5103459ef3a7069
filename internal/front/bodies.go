package front

// The bodies of answers as bytes, of which those that are the same are kept once.

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"hash/maphash"
	"sync"
)

// encoder turns the body of an answer into bytes, in memory that the next answer uses again.
type encoder struct {
	text bytes.Buffer
	json *json.Encoder
}

var encoders = sync.Pool{New: func() any {
	e := &encoder{}
	e.json = json.NewEncoder(&e.text)
	return e
}}

// encode returns what the body of an answer is on the wire, until release.
func (e *encoder) encode(res *Response) []byte {
	switch {
	case res.Body != nil:
		_ = e.json.Encode(res.Body) // only plain structs and maps come here
	case res.File == nil && res.ContentType != "":
		e.text.WriteString(res.Text)
		return e.text.Bytes()
	}
	return bytes.TrimSuffix(e.text.Bytes(), []byte("\n")) // of the Encoder's
}

// release gives the memory back, unless it has grown large.
func (e *encoder) release() {
	if e.text.Cap() <= 2*mostShared {
		e.text.Reset()
		encoders.Put(e)
	}
}

// bodies remembers bodies of answers with their ETags: a client that asks for the same again and again mostly gets the
// same, of which a journal then keeps one, and nothing has to be hashed with SHA-256. The zero value remembers none.
type bodies struct {
	mu    sync.RWMutex
	known map[uint64]taggedBody // by the hash of the text
	size  int                   // of all texts, in bytes
}

type taggedBody struct {
	text []byte
	etag string
}

// mostShared is the largest body that is remembered, mostKnown what all of them take before they are forgotten, both in
// bytes.
const (
	mostShared = 64 << 10
	mostKnown  = 4 << 20
)

var bodySeed = maphash.MakeSeed()

// share returns the bytes that an earlier answer had with the same text, or else a copy of it, and its ETag.
func (b *bodies) share(text []byte) (same []byte, etag string) {
	if len(text) > mostShared {
		return bytes.Clone(text), etagOf(text)
	}
	sum := maphash.Bytes(bodySeed, text)
	b.mu.RLock()
	known := b.known[sum]
	b.mu.RUnlock()
	if bytes.Equal(known.text, text) { // as long as nobody has changed what is in the journal
		return known.text, known.etag
	}
	fresh := taggedBody{bytes.Clone(text), etagOf(text)}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.size += len(text); b.known == nil || b.size > mostKnown {
		b.known, b.size = map[uint64]taggedBody{}, len(text)
	}
	b.known[sum] = fresh
	return fresh.text, fresh.etag
}

// etagOf is the ETag of a body (Rack::ETag).
func etagOf(body []byte) string {
	sum := sha256.Sum256(body)
	return string(append(hex.AppendEncode(append(make([]byte, 0, 36), `W/"`...), sum[:16]), '"'))
}
