package datajson_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/fakegitlab/fakegitlab/internal/datajson"
)

func TestBadValues(t *testing.T) {
	type inner struct {
		Name string            `json:"name"`
		Map  map[string]string `json:"map"`
		Own  string
	}
	type outer struct {
		inner
		Inner   []inner         `json:"inner"`
		Pointer *inner          `json:"pointer"`
		Bytes   []byte          `json:"bytes"`
		Raw     json.RawMessage `json:"raw"`
		Log     string          `json:"log"`
		Hidden  string          `json:"-"`
		At      time.Time       `json:"at"`
		secret  string
	}
	v := outer{Inner: []inner{{Name: "fine"}, {Name: "a\x00", Own: "\xff"}},
		Pointer: &inner{Map: map[string]string{"b": "\xff", "a\x00": "é"}},
		Bytes:   []byte("\x00\xff"), Raw: json.RawMessage("\xff"), Log: "\x00\xff", Hidden: "\x00", secret: "\x00",
		At: time.Date(10_000, 1, 1, 0, 0, 0, 0, time.UTC)}
	const nul, utf = "a text cannot have a NUL byte", "a text must be UTF-8"
	assert.Equal(t, []datajson.Problem{{Path: "inner[1].name", Message: nul}, {Path: "inner[1]", Message: utf},
		{Path: `pointer.map["a\x00"]`, Message: nul}, {Path: "pointer.map.b", Message: utf}, {Path: "", Message: nul},
		{Path: "at", Message: "a time has a year from 1 to 9999"}}, datajson.BadValues(v, "log"))
	assert.Empty(t, datajson.BadValues(outer{}, "log"))
	assert.Len(t, datajson.BadValues(v, "outer.log"), 6)
	assert.Len(t, datajson.BadValues(v, "inner.log"), 7)
	assert.Len(t, datajson.BadValues(v), 7, "no field is one of bytes")
}
