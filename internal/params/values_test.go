package params

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func validated(t *testing.T, spec Spec, in Input) Values {
	t.Helper()
	tree, err := Parse(in)
	require.Nil(t, err)
	values, errs := spec.Validate(tree)
	require.Empty(t, errs)
	return values
}

func TestGetters(t *testing.T) {
	v := validated(t, everyKind, Input{ContentType: jsonType, Body: []byte(`{"string":1,"integer":"2","boolean":"on","comma":"a, b",
		"list":["x,y"],"hash":{"k":"v"},"any":[1],"extra":"7","flag":true,"null":null,"info":{"name":3,"config":{"gpus":"all"}}}`)})

	s, ok := v.String("string")
	assert.Equal(t, "1", s)
	assert.True(t, ok)
	n, ok := v.Int("integer")
	assert.Equal(t, 2, n)
	assert.True(t, ok)
	b, ok := v.Bool("boolean")
	assert.True(t, b && ok)
	list, ok := v.List("comma")
	assert.Equal(t, []string{"a", "b"}, list)
	assert.True(t, ok)
	list, _ = v.List("list")
	assert.Equal(t, []string{"x,y"}, list)
	hash, ok := v.Hash("hash")
	require.True(t, ok)
	inner, _ := hash.String("k")
	assert.Equal(t, "v", inner)

	info, ok := v.Hash("info")
	require.True(t, ok)
	assert.True(t, info.Has("name"))
	assert.Equal(t, []string{"name", "config"}, info.Names())
	inner, _ = info.String("name")
	assert.Equal(t, "3", inner, "fields are coerced")
	config, _ := info.Hash("config")
	inner, _ = config.String("gpus")
	assert.Equal(t, "all", inner)

	n, _ = v.Int("extra")
	assert.Equal(t, 7, n, "what is not declared is coerced on reading")
	b, _ = v.Bool("flag")
	assert.True(t, b)

	for _, name := range []string{"null", "absent", "any"} {
		_, ok = v.String(name)
		assert.False(t, ok, name)
		_, ok = v.Int(name)
		assert.False(t, ok, name)
		_, ok = v.Bool(name)
		assert.False(t, ok, name)
		_, ok = v.Hash(name)
		assert.False(t, ok, name)
	}
	assert.True(t, v.Has("null"))
	assert.False(t, v.Has("absent"))
	list, ok = v.List("null")
	assert.Equal(t, []string{}, list)
	assert.True(t, ok)
	list, ok = v.List("absent")
	assert.Equal(t, []string{}, list)
	assert.False(t, ok)
}

func TestTimes(t *testing.T) {
	var v Values
	noon := time.Date(2024, 7, 1, 12, 0, 0, 0, time.UTC)
	at, ok := v.With("at", "2024-07-01T14:00:00+02:00").Time("at")
	assert.True(t, ok && at.Equal(noon), at)
	for _, wrong := range []any{nil, "soon", true} {
		at, ok = v.With("at", wrong).Time("at")
		assert.False(t, ok, wrong)
		assert.Zero(t, at, wrong)
		at, ok = v.With("at", wrong).Date("at")
		assert.False(t, ok, wrong)
		assert.Zero(t, at, wrong)
	}
}

// What a spec does not declare can be read all the same, and a spec gives defaults to a request of nothing.
func TestUndeclaredValues(t *testing.T) {
	inside, ok := Values{}.With("h", Tree{"k": "v"}).Hash("h")
	require.True(t, ok)
	k, _ := inside.String("k")
	assert.Equal(t, "v", k)
	assert.Equal(t, "a%5B%5D=x", Values{}.With("a", []any{"x", Tree{}}).Query())
	v, errs := Spec{Params: []Param{{Name: "a", Default: "b"}}}.Validate(nil)
	assert.Empty(t, errs)
	assert.Equal(t, map[string]any{"a": "b"}, v.All())
}

func TestNamesInsideOfHashes(t *testing.T) {
	assert.Equal(t, "a[b][c]", nestedName("a", "b[c]"))
	assert.Equal(t, "a[bc]", nestedName("a", "bc"))
	assert.Equal(t, "a[[c]]", nestedName("a", "[c]"))
	twice, _ := Spec{Params: []Param{{Name: "a"}, {Name: "a"}}}.Validate(Tree{})
	assert.Equal(t, []string{"a"}, twice.Names())
}

func TestZeroValues(t *testing.T) {
	var v Values
	assert.Empty(t, v.Query())
	assert.Empty(t, v.All())
	assert.Empty(t, v.Ignored())
	assert.Empty(t, v.Names())
	assert.Equal(t, "a=1", v.With("a", 1).Query())
	assert.Equal(t, "a=1", v.With("a", 1).With("b", 2).Without("b", "c").Query())
	day, ok := v.With("date", "2024-07-01").Date("date")
	assert.True(t, ok && day.Equal(time.Date(2024, 7, 1, 0, 0, 0, 0, time.UTC)), day)
	assert.Empty(t, v.Query())
}

func TestAll(t *testing.T) {
	v := validated(t, everyKind, Input{
		ContentType: jsonType,
		Body: []byte(`{"integer":"1","comma":"a,b","any":[1,2.5,null],"big":99999999999999999999,"huge":1e999,"f":1.0,"h":{"n":3},
			"info":{"name":1,"x":true}}`),
		Path: map[string]string{"id": "9"},
	})
	want := map[string]any{
		"integer": 1, "comma": []string{"a", "b"}, "any": []any{1, 2.5, nil}, "big": "99999999999999999999", "huge": "1e999",
		"f": 1.0,
		"h": map[string]any{"n": 3}, "info": map[string]any{"name": "1", "x": true}, "id": "9",
	}
	all := v.All()
	assert.Empty(t, cmp.Diff(want, all))
	_, err := json.Marshal(all)
	assert.NoError(t, err)

	all["info"].(map[string]any)["name"] = "changed"
	all["comma"].([]string)[0] = "changed"
	assert.Empty(t, cmp.Diff(want, v.All()), "a copy")

	assert.Equal(t, []any{json.Number("1"), json.Number("2.5"), nil}, v.Exact("any"), "as it was sent")
	assert.Nil(t, v.Exact("nothing"))

	withFile, _ := everyKind.Validate(Tree{"file": &File{Filename: "a.zip"}})
	assert.Equal(t, map[string]any{"file": "a.zip"}, withFile.All())
}

func TestQuery(t *testing.T) {
	spec := Spec{Params: []Param{
		{Name: "id"}, {Name: "paused", Kind: Boolean}, {Name: "tag_list", Kind: CommaList},
		{Name: "page", Kind: Integer, Default: 1},
	}}
	for name, test := range map[string]struct {
		in   Input
		want string
	}{
		"defaults": {Input{}, "page=1"},
		"coerced, list order": {Input{RawQuery: "tag_list=b,a&paused=0&page=+2"},
			"page=2&paused=false&tag_list%5B%5D=b&tag_list%5B%5D=a"},
		"empty list left out": {Input{RawQuery: "tag_list="}, "page=1"},
		"path, unknown, null": {Input{RawQuery: "zoo&private_token=t", Path: map[string]string{"id": "group/project"}},
			"id=group%2Fproject&page=1&private_token=t&zoo="},
		"null of a declared": {Input{RawQuery: "paused="}, "page=1&paused="},
		"escapes":            {Input{RawQuery: "a=x+y%26~*-._%C3%A9"}, "a=x+y%26~%2A-._%C3%A9&page=1"},
		"hash":               {Input{RawQuery: "i[b]=2&i[a]=1&i[c][]=x"}, "i%5Ba%5D=1&i%5Bb%5D=2&i%5Bc%5D%5B%5D=x&page=1"},
		"pairs are sorted":   {Input{RawQuery: "a=1&a-b=2"}, "a-b=2&a=1&page=1"},
		"json": {Input{ContentType: jsonType,
			Body: []byte(`{"n":1.50,"t":true,"e":{},"l":[],"x":{"y":{}},"m":[{"k":null}],"z":[{}]}`)},
			"m%5B%5D%5Bk%5D=&n=1.5&page=1&t=true"},
		"a name with brackets": {Input{RawQuery: "a[=1"}, "a%5B=1&page=1"},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, test.want, validated(t, spec, test.in).Query())
		})
	}
	v := validated(t, spec, Input{})
	assert.Equal(t, "page=3", v.With("page", 3).Query())
	assert.Equal(t, "page=1", v.Query(), "With copies")
	withFile, _ := spec.Validate(Tree{"file": &File{Filename: "a b"}})
	assert.Equal(t, "file=a+b&page=1", withFile.Query())
}

func TestNamesAndIgnored(t *testing.T) {
	spec := Spec{
		Params: []Param{
			{Name: "type"},
			{Name: "group_id", When: &When{"type", "group"}},
			{Name: "group_id", When: &When{"type", "both"}},
			{Name: "info", Kind: Hash, Fields: []Param{{Name: "name"}, {Name: "features", Kind: Hash},
				{Name: "config", Kind: Hash, Fields: []Param{{Name: "gpus"}}}}},
		},
		Known: []string{"private_token"},
	}
	v := validated(t, spec,
		Input{RawQuery: "type=x&group_id=1&private_token=t&zoo=1&all&info[name]=a&info[foo]=b&info[features][q]=1&info[config][x]=1&info[config][gpus]=1"})
	assert.Equal(t, []string{"all", "group_id", "info[config][x]", "info[foo]", "zoo"}, v.Ignored())
	assert.Equal(t, []string{"type", "info"}, v.Names())

	v = validated(t, spec, Input{RawQuery: "type=group&group_id=1"})
	assert.Empty(t, v.Ignored())
	assert.Equal(t, []string{"type", "group_id", "info"}, v.Names())
}
