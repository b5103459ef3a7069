package datajson_test

import (
	"encoding/json"
	"errors"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab/internal/datajson"
)

type colour string

type level int

func (l level) MarshalText() ([]byte, error) {
	if l < 0 {
		return nil, errors.New("no such level")
	}
	return []byte(strings.Repeat("+", int(l))), nil
}

func (l *level) UnmarshalText(text []byte) error {
	if strings.Trim(string(text), "+") != "" {
		return errors.New("want plus signs")
	}
	*l = level(len(text))
	return nil
}

type inner struct {
	Word string        `json:"word"`
	Wait time.Duration `json:"wait,omitzero"`
}

func (i inner) MarshalJSON() ([]byte, error) {
	type plain inner
	return datajson.Marshal(plain(i))
}

func (i *inner) UnmarshalJSON(text []byte) error {
	type plain inner
	return datajson.Unmarshal(text, (*plain)(i), colours)
}

type misplaced string

func (m misplaced) Error() string           { return "misplaced" }
func (m misplaced) JSONPath() (_, _ string) { return string(m), m.Error() }

type foreign struct{ bad bool }

func (f foreign) MarshalJSON() ([]byte, error) {
	if f.bad {
		return []byte("{"), nil
	}
	return []byte(`{"a" : 1}`), nil
}

func (f *foreign) UnmarshalJSON(text []byte) error {
	if string(text) != `{"a":1}` {
		return errors.Join(errors.New("want a"), misplaced("b[1]"), misplaced("c"))
	}
	return nil
}

type outer struct {
	Inner   []inner           `json:"inner,omitzero"`
	Map     map[string]inner  `json:"map,omitzero"`
	Level   level             `json:"level,omitzero"`
	Colour  colour            `json:"colour,omitzero"`
	Text    string            `json:"text,omitzero"`
	Float   float64           `json:"float,omitzero"`
	Pointer *inner            `json:"pointer,omitzero"`
	Nested  map[string]*int   `json:"nested,omitzero"`
	Lists   [][]string        `json:"lists,omitzero"`
	Bytes   []byte            `json:"bytes,omitzero"`
	Foreign foreign           `json:"foreign,omitzero"`
	Skipped string            `json:"-"`
	Untold  map[string]string // no tag: no part of the JSON
	When    time.Time         `json:"when,omitzero"`
}

func colours(t reflect.Type) []string {
	if t == reflect.TypeFor[colour]() {
		return []string{"red", "green"}
	}
	return nil
}

func TestRoundTrip(t *testing.T) {
	seven := 7
	want := outer{
		Inner: []inner{{Word: "a", Wait: time.Second}}, Map: map[string]inner{"z": {Word: "<"}, "a b": {Word: "\xff"}},
		Level:  2,
		Colour: "red", Float: 1.5e-9, Pointer: &inner{}, Nested: map[string]*int{"x": &seven, "y": nil},
		Lists: [][]string{nil, {}, {"x"}},
		Bytes: []byte{0, 255}, When: time.Date(2024, 7, 1, 0, 0, 0, 1, time.UTC),
	}
	text, err := datajson.Marshal(want)
	require.NoError(t, err)
	assert.Equal(t,
		`{"inner":[{"word":"a","wait":1}],"map":{"a b":{"word":{"base64":"/w=="}},"z":{"word":"<"}},"level":"++",`+
			`"colour":"red","float":1.5e-9,"pointer":{"word":""},"nested":{"x":7,"y":null},"lists":[null,[],["x"]],"bytes":"AP8=","when":"2024-07-01T00:00:00.000000001Z"}`, string(text))

	var got outer
	require.NoError(t, datajson.Unmarshal(text, &got, colours))
	assert.Empty(t, cmp.Diff(want, got, cmp.AllowUnexported(foreign{})))
}

func TestMarshalForeign(t *testing.T) {
	text, err := datajson.Marshal([]foreign{{}})
	require.NoError(t, err)
	assert.Equal(t, `[{"a":1}]`, string(text))
}

func TestMarshalRefuses(t *testing.T) {
	for want, v := range map[string]any{
		"when: RFC 3339 has no year -5":   outer{When: time.Date(-5, 1, 1, 0, 0, 0, 0, time.UTC)},
		"level: no such level":            outer{Level: -1},
		"float: json: unsupported value":  outer{Float: math.NaN()},
		"foreign: unexpected end of JSON": outer{Foreign: foreign{bad: true}},
		"[0]: a chan int is no plain":     []chan int{make(chan int)},
		"a map[int]string is no plain":    map[int]string{},
	} {
		_, err := datajson.Marshal(v)
		assert.ErrorContains(t, err, want)
	}
}

func TestUnmarshalReportsEveryProblem(t *testing.T) {
	text := `{
  "inner": [{"wird": "a", "word": "b"}, 7, {}],
  "map": {"a b": {"word": "x", "wait": "soon"}, "c": {"word": "1"}, "c": {"word": "2"}},
  "level": "--", "colour": "rod", "text": {"base64": "?"}, "float": 1e999,
  "nested": [], "lists": [["x", 1]], "bytes": 3, "foreign": {"b":[0, 1]}, "-": "", "Untold": {}, "when": false
}`
	var got outer
	err := datajson.Unmarshal([]byte(text), &got, colours)
	assert.Equal(t, `inner[0].wird: unknown field; did you mean "word"?
inner[1]: want an object, have a number
inner[2].word: is missing
map["a b"].wait: want seconds, or a duration such as "1h 30m", have "soon"
map.c: given twice
level: want plus signs, have "--"
colour: no such value "rod"; did you mean "red"?
text.base64: want base64, have "?"
float: 1e999 is out of range
nested: want an object, have an array
lists[0][1]: want a string, have a number
bytes: want a string in base64, have a number
foreign: want a
foreign.c: misplaced
foreign.b[1]: misplaced
-: unknown field; known are inner, map, level, colour, text, float, pointer, nested, lists, bytes, foreign, when
Untold: unknown field; known are inner, map, level, colour, text, float, pointer, nested, lists, bytes, foreign, when
when: want a time, have a boolean`, err.Error())

	var problems *datajson.Error
	require.ErrorAs(t, err, &problems)
	places := map[string]string{}
	for _, p := range problems.Problems {
		places[p.Path] = text[p.Offset:min(p.Offset+3, len(text))]
	}
	assert.Equal(t, `"so`, places[`map["a b"].wait`], "offsets of delegated types are those of the whole text")
	assert.Equal(t, `1]}`, places["foreign.b[1]"])
	assert.Equal(t, `"wi`, places["inner[0].wird"])
	assert.Equal(t, "b", got.Inner[0].Word, "what is sound is read")
	assert.Equal(t, "1", got.Map["c"].Word)
}

func TestUnmarshalWrongKinds(t *testing.T) {
	for want, read := range map[string]func() error{
		"want a number, have a string":  func() error { return datajson.Unmarshal([]byte(`"1"`), new(float64), nil) },
		"want a string, have an object": func() error { return datajson.Unmarshal([]byte(`{}`), new(string), nil) },
		"want an object, have an array": func() error {
			return datajson.Unmarshal([]byte(`[]`), new(map[string]int), nil)
		},
		"a chan int is no plain data": func() error { return datajson.Unmarshal([]byte(`1`), new(chan int), nil) },
		"a duration has no parts of a nano": func() error {
			return datajson.Unmarshal([]byte(`1e-10`), new(time.Duration), nil)
		},
		"want seconds, or a duration such": func() error {
			return datajson.Unmarshal([]byte(`1e99999`), new(time.Duration), nil)
		},
		"malformed JSON: invalid character ": func() error { return datajson.Unmarshal([]byte(`nil`), new(int), nil) },
	} {
		assert.ErrorContains(t, read(), want)
	}
	assert.NoError(t, datajson.Unmarshal([]byte(" null\n"), new(int), nil))
	assert.Error(t, datajson.Unmarshal([]byte(strings.Repeat("[", 20000)), new([]int), nil),
		"deep nesting ends in an error")
}

func TestDurations(t *testing.T) {
	for text, want := range map[string]time.Duration{
		`0`: 0, `5400`: 90 * time.Minute, `0.25`: 250 * time.Millisecond, `1e3`: 1000 * time.Second, `-2`: -2 * time.Second,
		`0.000000001`: 1, `9223372036.854775807`: math.MaxInt64,
		`"90"`: 90 * time.Second, `"1h 30m"`: 90 * time.Minute, `"1h30m"`: 90 * time.Minute, `"1.5 hours"`: 90 * time.Minute,
		`"3 hours, 20 minutes"`: 200 * time.Minute, `"2 days"`: 48 * time.Hour, `"1 Week"`: 168 * time.Hour,
		`"-10s"`:        -10 * time.Second,
		`"1ms 2us 3ns"`: 1002003,
	} {
		var got time.Duration
		if assert.NoError(t, datajson.Unmarshal([]byte(text), &got, nil), text) {
			assert.Equal(t, want, got, text)
		}
	}
	for _, text := range []string{"", "soon", "1 fortnight", "h", "1h 30", "1h-30m", "300 years", "99999999999 weeks",
		strings.Repeat("9", 99) + "s"} {
		_, err := datajson.ParseDuration(text)
		assert.Error(t, err, text)
	}
	for _, d := range []time.Duration{0, 1, -1, math.MaxInt64, math.MinInt64, time.Hour, -1500 * time.Millisecond} {
		text, err := datajson.Marshal(d)
		require.NoError(t, err)
		var got time.Duration
		require.NoError(t, datajson.Unmarshal(text, &got, nil))
		assert.Equal(t, d, got, string(text))
	}
}

func TestPosition(t *testing.T) {
	text := []byte("ab\nüx")
	for offset, want := range map[int][2]int{0: {1, 1}, 2: {1, 3}, 3: {2, 1}, 5: {2, 2}, 99: {2, 3}, -1: {1, 1}} {
		line, column := datajson.Position(text, offset)
		assert.Equal(t, want, [2]int{line, column}, offset)
	}
}

func TestOffsets(t *testing.T) {
	assert.Equal(t, datajson.Places{"": 1, "a": 7, "a[0]": 9, `["b c"]`: 22},
		datajson.Offsets([]byte(` {"a": [ 1 ], "b c" : {} }`)))
	assert.Empty(t, datajson.Offsets([]byte(`{`)))
}

func TestSuggestListsNotTooMany(t *testing.T) {
	known := strings.Split(strings.Repeat("x,", 24)+"x", ",")
	assert.Equal(t, "known are "+strings.Repeat("x, ", 19)+"x and 5 more", datajson.Suggest("frob", known))
}

func FuzzUnmarshal(f *testing.F) {
	f.Add(`{"inner":[{"word":"a","wait":"1h 30m"}],"map":{"a":{"word":{"base64":"/w=="}}},"when":"2024-07-01","level":"+"}`)
	f.Fuzz(func(t *testing.T, text string) {
		var first, second outer
		if datajson.Unmarshal([]byte(text), &first, colours) != nil {
			return
		}
		if !json.Valid([]byte(text)) {
			t.Fatal("read what is no JSON")
		}
		written, err := datajson.Marshal(first)
		if err != nil {
			t.Fatal(err)
		}
		if err := datajson.Unmarshal(written, &second, colours); err != nil && first.Foreign == (foreign{}) {
			t.Fatalf("%s does not read its own %s: %s", text, written, err)
		}
	})
}
