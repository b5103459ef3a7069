package front

import (
	"bytes"
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestBodiesAreShared(t *testing.T) {
	var b bodies
	first, etag := b.share([]byte("same"))
	again, etagAgain := b.share([]byte("same"))
	assert.Same(t, &first[0], &again[0])
	assert.Equal(t, etag, etagAgain)
	assert.Equal(t, etagOf([]byte("same")), etag)
	other, otherEtag := b.share([]byte("also"))
	assert.Equal(t, "also", string(other))
	assert.NotEqual(t, etag, otherEtag)
}

// What somebody does to a body in the journal reaches no answer.
func TestASharedBodyThatWasChangedIsSharedNoMore(t *testing.T) {
	var b bodies
	first, etag := b.share([]byte("same"))
	first[0] = 'f'
	again, etagAgain := b.share([]byte("same"))
	assert.Equal(t, "same", string(again))
	assert.Equal(t, etag, etagAgain)
}

func TestBodiesTakeLittle(t *testing.T) {
	var b bodies
	large := bytes.Repeat([]byte("x"), mostShared+1)
	first, _ := b.share(large)
	again, _ := b.share(large)
	assert.NotSame(t, &first[0], &again[0])
	assert.Equal(t, large, again)
	for i := range 3 * mostKnown / mostShared {
		_, _ = b.share(fmt.Appendf(nil, "%*d", mostShared, i))
		assert.LessOrEqual(t, b.size, mostKnown)
		assert.Equal(t, b.size, len(b.known)*mostShared)
	}
}

// The memory in which bodies are encoded is used again, and no answer lies in it.
func TestAnswersDoNotShareWhatTheyAreEncodedIn(t *testing.T) {
	render := func(status int, body any) []byte {
		x := Sending{Request: Request{site: &Site{}, HTTP: &http.Request{Method: http.MethodGet}}}
		return x.Render(&Response{Status: status, Body: body})
	}
	for _, status := range []int{http.StatusOK, http.StatusNotFound} {
		first := render(status, messageBody{"one & one"})
		assert.Equal(t, `{"message":"two"}`, string(render(status, messageBody{"two"})))
		assert.Equal(t, `{"message":"one \u0026 one"}`, string(first))
	}
}
