package fakegitlab

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestPageText(t *testing.T) {
	assert.Empty(t, pageText(nil))
	assert.Equal(t, "2 bytes that are no text", pageText([]byte("\xff\xfe")))
	assert.Equal(t, `{"token":"`+"glrt-abcd…"+`"}`, pageText([]byte(`{"token":"glrt-abcdefghijklmnop"}`)))
	assert.Len(t, pageText(make([]byte, 2*pageBody)), pageBody)
}

func TestPageSent(t *testing.T) {
	form := Call{Query: url.Values{"b": {"2", "1"}, "a": {"x y"}},
		Body:   []byte("paused=true&token=glrt-abcdefghijklmnop"),
		Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}}
	assert.Equal(t, "a=x y b=2 b=1 paused=true token=glrt-abcd…", pageCall{form}.shortSent())
	object := Call{Body: []byte("{\"paused\":\n  true}"), Header: http.Header{"Content-Type": {"application/json"}}}
	assert.Equal(t, `{"paused": true}`, pageCall{object}.shortSent())
	file := Call{Body: []byte("--x\r\n"), Header: http.Header{"Content-Type": {"multipart/form-data; boundary=x"}}}
	assert.Empty(t, pageCall{file}.shortSent())
	long := Call{Body: []byte(strings.Repeat("ü", 2*pageSent))}
	assert.Equal(t, pageSent+1, len([]rune(pageCall{long}.shortSent())))
}
