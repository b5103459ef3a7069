package plain_test

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/fakegitlab/fakegitlab/internal/plain"
)

func TestInJSON(t *testing.T) {
	type job struct {
		CreatedAt time.Time `json:"created_at,omitzero"`
		Status    string    `json:"status"`
	}
	assert.Equal(t, `created_at needs a status, not "Status \" CreatedAt", Statuses or At`,
		plain.InJSON(`CreatedAt needs a Status, not "Status \" CreatedAt", Statuses or At`, reflect.TypeFor[job]()))
	assert.Equal(t, "created_at, Status", plain.CamelsInJSON("CreatedAt, Status", reflect.TypeFor[job]()))
}

func TestText(t *testing.T) {
	for want, value := range map[string]any{
		"2024-07-01T12:00:00Z": time.Date(2024, 7, 1, 14, 0, 0, 0, time.FixedZone("", 7200)),
		"":                     (*int)(nil),
		"1.5":                  1500 * time.Millisecond,
		"9":                    json.Number("9"),
		"a,b":                  []string{"a", "b"},
		"raw":                  []byte("raw"),
		`{"trace":true}`:       map[string]bool{"trace": true},
	} {
		assert.Equal(t, want, plain.Text(value))
	}
	assert.Equal(t, "nil", plain.GoText((*int)(nil)))
	assert.Equal(t, `"a"`, plain.GoText("a"))
	assert.Equal(t, "9", plain.GoText(9))
}

func TestElement(t *testing.T) {
	type word string
	value, present := plain.Element(map[word]int{"a": 1}, "a")
	assert.Equal(t, []any{1, true}, []any{value, present})
	value, present = plain.Element([]string{"a"}, "0")
	assert.Equal(t, []any{"a", true}, []any{value, present})
	for key, of := range map[string]any{"1": []string{"a"}, "x": []string{"a"},
		"b": map[string]int{}, "0": map[int]int{0: 1}} {
		_, present := plain.Element(of, key)
		assert.False(t, present, key)
	}
}

func TestAt(t *testing.T) {
	params := map[string]any{"a.b": 1, "info": map[string]any{"tags": []any{"x", "y"}}, "null": nil}
	for path, want := range map[string]any{"a.b": 1, "info.tags.1": "y", "null": nil} {
		value, present := plain.At(params, path)
		assert.Equal(t, []any{want, true}, []any{value, present}, path)
	}
	for _, path := range []string{"a", "info.tags.2", "info.name", "null.x", ""} {
		_, present := plain.At(params, path)
		assert.False(t, present, path)
	}
}

func TestEmptyIsNilSharesNothing(t *testing.T) {
	type open struct{ Raw map[string]any }
	raw := open{map[string]any{"a": []any{1}}}
	other := plain.EmptyIsNil(raw)
	other.Raw["a"].([]any)[0] = 2
	assert.Equal(t, 1, raw.Raw["a"].([]any)[0])
	assert.Nil(t, plain.EmptyIsNil(open{map[string]any{}}).Raw)
}

func TestCloneSharesNothingAndKeepsEmpty(t *testing.T) {
	type item struct {
		Name string
		Tags []string
	}
	type open struct {
		Raw   map[string]any
		Items []item
		Level *int
		At    time.Time
	}
	level := 1
	raw := open{map[string]any{"a": []any{1}}, []item{{"one", []string{"x"}}, {}}, &level, time.Unix(1, 0)}
	other := plain.Clone(raw)
	assert.Equal(t, raw, other)
	other.Raw["a"].([]any)[0], other.Items[0].Tags[0], *other.Level = 2, "y", 2
	assert.Equal(t, open{map[string]any{"a": []any{1}}, []item{{"one", []string{"x"}}, {}}, &level, raw.At}, raw)
	assert.Equal(t, 1, level)
	assert.Equal(t, open{Items: []item{}}, plain.Clone(open{Items: []item{}}), "empty is not nil")
}

func TestMoveTimes(t *testing.T) {
	type record struct {
		At   time.Time
		List []record
	}
	begin, never := time.Unix(0, 0).UTC(), time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
	r := record{At: begin, List: []record{{At: begin}, {At: never}, {}}}
	plain.MoveTimes(&r, begin.Add(time.Minute), begin.Add(time.Hour+time.Minute), never)
	later := begin.Add(time.Hour)
	assert.Equal(t, record{At: later, List: []record{{At: later}, {At: never}, {}}}, r)
	far := begin.AddDate(5000, 0, 0)
	plain.MoveTimes(&r, later, far, never)
	assert.Equal(t, far, r.At)
}

type account struct {
	ID    int               `json:"id,omitzero"`
	Email *string           `json:"mail"`
	Tags  []string          `json:"tags"`
	Extra map[string]string `json:"extra"`
}

func TestFields(t *testing.T) {
	assert.Equal(t, []string{"id", "mail", "tags", "extra"}, plain.JSONNames(reflect.TypeFor[account]()))
	fields := plain.Fields(account{ID: 7, Tags: []string{"a", "b"}})
	assert.Equal(t, "7", plain.ListText(fields["id"]))
	assert.Equal(t, "[a, b]", plain.ListText(fields["tags"]))
	assert.True(t, plain.IsSet(fields["tags"]))
	for _, unset := range []any{fields["mail"], fields["extra"], []string{}, nil, 0, ""} {
		assert.False(t, plain.IsSet(unset), "%#v", unset)
	}
	assert.True(t, plain.IsSet(false))
}
