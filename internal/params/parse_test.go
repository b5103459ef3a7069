package params

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unsafe"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	jsonType = "application/json"
	formType = "application/x-www-form-urlencoded"
)

func TestParseQuery(t *testing.T) {
	deep := func(n int) string { return "a" + strings.Repeat("[b]", n) + "=1" }
	for query, want := range map[string]Tree{
		"":                           {},
		"&&;&":                       {},
		"a=1&b=x+y%20z":              {"a": "1", "b": "x y z"},
		"a=1&a=2":                    {"a": "2"},
		"a":                          {"a": nil},
		"a=":                         {"a": ""},
		"=x&a=b=c":                   {"a": "b=c"},
		"a=1;  b=2":                  {"a": "1", "b": "2"},
		"foo[]=a&foo[]=b":            {"foo": []any{"a", "b"}},
		"foo%5B%5D=a":                {"foo": []any{"a"}},
		"foo[]":                      {"foo": []any{nil}},
		"info[name]=x&info[os]=y":    {"info": Tree{"name": "x", "os": "y"}},
		"i[config][gpus]=all":        {"i": Tree{"config": Tree{"gpus": "all"}}},
		"a[][x]=1&a[][y]=2&a[][x]=3": {"a": []any{Tree{"x": "1", "y": "2"}, Tree{"x": "3"}}},
		"a[][x][y]=1&a[][x][z]=2":    {"a": []any{Tree{"x": Tree{"y": "1", "z": "2"}}}},
		"a[][x]=1&a[][x][z]=2":       nil, // Rack takes the hash for unfinished, then finds text in it
		"a[][]=1&a[][]=2":            {"a": []any{[]any{"1"}, []any{"2"}}},
		"a[][b][]=1&a[][b][]=2":      {"a": []any{Tree{"b": []any{"1", "2"}}}},
		"a[]]=1":                     {"a": []any{nil}},
		"a[=1":                       {"a[": "1"},
		"a]=1":                       {"a": "1"},
		"a[[]=1":                     {"a": nil},
		"[]=1&[=2&]=3":               {},
		"[a]=1":                      {"a": "1"},
		"a&a[b]=1":                   {"a": Tree{"b": "1"}},
		"a[b]=1&a=2":                 {"a": "2"},
		"a[]=1&a=2":                  {"a": "2"},
		"h%C3%A9=%E2%82%AC":          {"hé": "€"},
		"a=1&a[b]=2":                 nil,
		"a=1&a[]=2":                  nil,
		"a[]=1&a[b]=2":               nil,
		"a[b]=1&a[]=2":               nil,
		"a[b]=1&a[b][c]=2":           nil,
		"a[][b]=1&a[][b][c]=2&a[][b][c][d]=3&a[][b][]=1&a[][b][x]=1&a[][b][x][]=2&a[x]=1": nil,
		"a=%":                                    nil,
		"a=%zz":                                  nil,
		"%4=a":                                   nil,
		"a=%1":                                   nil,
		"a=%z0%9f%98%80":                         nil,
		"a=%/0%9f%98%80":                         nil,
		"a[][x][y]=1&a[][x][y]=2":                {"a": []any{Tree{"x": Tree{"y": "1"}}, Tree{"x": Tree{"y": "2"}}}},
		"a[][]":                                  {"a": []any{nil}},
		"a[]" + strings.Repeat("[y]", 32) + "=1": nil,
		"a[][x]=1&a[]" + strings.Repeat("[y]", 32) + "=1": nil,
		"a=%/1":                                 nil,
		"a=%:1":                                 nil,
		"a=%@1":                                 nil,
		"a=%G1":                                 nil,
		"a=%`1":                                 nil,
		"a=%g1":                                 nil,
		"a=%1g":                                 nil,
		"a=%4f%4F%6a%6A%0a%09%30":               {"a": "OOjj\n\t0"},
		"a=%00":                                 nil,
		"%00=a":                                 nil,
		"a=%ff":                                 nil,
		"a=\xff":                                nil,
		"a[%fe]=1":                              nil,
		deep(32):                                nil,
		deep(10000):                             nil,
		"a" + strings.Repeat("[]", 5000) + "=1": {"a": []any{nil}},
		"a[][x]=1&a[]" + strings.Repeat("[y]", 40):   nil,
		"a[]" + strings.Repeat("[y]", 40) + "=1&a[]": nil,
	} {
		t.Run(query[:min(len(query), 40)], func(t *testing.T) {
			got, err := Parse(Input{RawQuery: query})
			if want == nil {
				require.NotNil(t, err)
				assert.Equal(t, Error{Kind: BadEncoding}, *err)
				assert.Nil(t, got)
				return
			}
			require.Nil(t, err)
			assert.Empty(t, cmp.Diff(want, got))
		})
	}
	_, err := Parse(Input{RawQuery: deep(31)})
	assert.Nil(t, err, "32 levels are allowed")
	for _, list := range []string{"", "a[][x]=1&"} {
		_, err = Parse(Input{RawQuery: list + "a[]" + strings.Repeat("[y]", 31) + "=1"})
		assert.Nil(t, err, "32 levels in a list, too")
	}
}

func TestParseSources(t *testing.T) {
	got, err := Parse(Input{
		RawQuery:    "a=query&b=query&c=query",
		ContentType: jsonType,
		Body:        []byte(`{"b":"body","c":"body"}`),
		Path:        map[string]string{"c": "path"},
	})
	require.Nil(t, err)
	assert.Empty(t, cmp.Diff(Tree{"a": "query", "b": "body", "c": "path"}, got))
}

func TestParseBody(t *testing.T) {
	unsupported := func(media string) *Error { return &Error{Kind: UnsupportedMediaType, ContentType: media} }
	badJSON, badEncoding := &Error{Kind: BadJSON}, &Error{Kind: BadEncoding}
	nested := func(n int) string { return `{"a":` + strings.Repeat("[", n) + strings.Repeat("]", n) + "}" }
	for name, test := range map[string]struct {
		contentType, body string
		allowText         bool
		want              Tree
		err               *Error
	}{
		"empty json":  {contentType: jsonType, want: Tree{}},
		"empty image": {contentType: "image/png", want: Tree{}},
		"json": {contentType: jsonType, body: `{"a":1.50,"b":[true,null],"c":{"d":"e"}}`,
			want: Tree{"a": json.Number("1.50"), "b": []any{true, nil}, "c": Tree{"d": "e"}}},
		"json, last key wins": {contentType: jsonType, body: `{"a":{"x":1},"a":{"y":2}}`,
			want: Tree{"a": Tree{"y": json.Number("2")}}},
		"json with a charset": {contentType: "Application/JSON; charset=UTF-8", body: `{"a":"b"}`, want: Tree{"a": "b"}},
		"json list":           {contentType: jsonType, body: `[{"a":1}]`, want: Tree{}},
		"json text":           {contentType: jsonType, body: `"a"`, want: Tree{}},
		"json null":           {contentType: jsonType, body: `null`, want: Tree{}},
		"json cut short":      {contentType: jsonType, body: `{"a":`, err: badJSON},
		"json of blanks":      {contentType: jsonType, body: ` `, err: badJSON},
		"json and more":       {contentType: jsonType, body: `{} {}`, err: badJSON},
		"json and a bracket":  {contentType: jsonType, body: `{}]`, err: badJSON},
		"json, deep":          {contentType: jsonType, body: nested(99), want: nil},
		"json, too deep":      {contentType: jsonType, body: nested(100), err: badJSON},
		"json, too deep hashes": {contentType: jsonType, body: strings.Repeat(`{"a":`, 101) + "1" + strings.Repeat("}", 101),
			err: badJSON},
		"json, absurdly deep": {contentType: jsonType, body: nested(20000), err: badJSON},
		"json NUL":            {contentType: jsonType, body: `{"a":["\u0000"]}`, err: badEncoding},
		"json NUL among others": {contentType: jsonType, err: badEncoding,
			body: `{"a":1,"b":2,"c":3,"d":4,"e":5,"f":6,"g":7,"h":8,"i":9,"j":10,"k":11,"l":12,"m":"\u0000"}`},
		"json NUL further on": {contentType: jsonType, body: `{"a":["x","\u0000"]}`, err: badEncoding},
		"json, deep hashes":   {contentType: jsonType, body: strings.Repeat(`{"a":`, 100) + "1" + strings.Repeat("}", 100)},
		"json NUL name":       {contentType: jsonType, body: `{"a":{"\u0000":1}}`, err: badEncoding},
		"json invalid UTF-8":  {contentType: jsonType, body: "{\"a\":\"\xff\"", err: badEncoding},
		"form": {contentType: formType, body: "a=1;2&b[]=3&b[]=4",
			want: Tree{"a": "1;2", "b": []any{"3", "4"}}},
		"form, bad":              {contentType: formType, body: "a=%", err: badEncoding},
		"image":                  {contentType: "Image/PNG; q=1", body: "x", err: unsupported("image/png")},
		"none":                   {body: "x", err: unsupported("")},
		"text":                   {contentType: "text/plain", body: "a=1", err: unsupported("text/plain")},
		"text allowed":           {contentType: "text/plain; charset=utf-8", body: "a=1\x00", allowText: true, want: Tree{}},
		"image though text is":   {contentType: "image/png", body: "x", allowText: true, err: unsupported("image/png")},
		"multipart, no boundary": {contentType: "multipart/form-data", body: "x", err: badEncoding},
		"multipart, bad type":    {contentType: "multipart/form-data; =", body: "x", err: badEncoding},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := Parse(Input{ContentType: test.contentType, Body: []byte(test.body), AllowText: test.allowText})
			assert.Equal(t, test.err, err)
			if test.want != nil {
				assert.Empty(t, cmp.Diff(test.want, got))
			}
		})
	}
}

func TestParseMultipart(t *testing.T) {
	part := func(head, content string) string { return "--XX\r\n" + head + "\r\n\r\n" + content + "\r\n" }
	field := func(name, content string) string {
		return part(`Content-Disposition: form-data; name="`+name+`"`, content)
	}
	file := func(filename, content string) string {
		return part(`Content-Disposition: form-data; name="file"; filename="`+filename+"\"\r\nContent-Type: application/zip",
			content)
	}
	const end = "--XX--\r\n"
	for name, test := range map[string]struct {
		body string
		want Tree // nil: refused
	}{
		"nothing": {end, Tree{}},
		"fields": {field("a", "1") + field("b[]", "x") + field("b[]", "y") + field("c[d]", "z") + end,
			Tree{"a": "1", "b": []any{"x", "y"}, "c": Tree{"d": "z"}}},
		"file": {file("art.zip", "PK\x00\xff") + end,
			Tree{"file": &File{Filename: "art.zip", ContentType: "application/zip"}}},
		"file path": {file(`dir/art.zip`, "") + end,
			Tree{"file": &File{Filename: "art.zip", ContentType: "application/zip"}}},
		"no file chosen":      {file("", "") + field("a", "1") + end, Tree{"a": "1"}},
		"part without a name": {part("Content-Disposition: form-data", "1") + part("X-A: b", "2") + end, Tree{}},
		"no end":              {field("a", "1"), nil},
		"cut in content":      {"--XX\r\nContent-Disposition: form-data; name=a\r\n\r\n12", nil},
		"cut in head":         {"--XX\r\nContent-Dispo", nil},
		"cut in boundary":     {field("a", "1") + "--XX", nil},
		"no boundary at all":  {"a=1", nil},
		"NUL":                 {field("a", "\x00") + end, nil},
		"invalid UTF-8":       {field("a", "\xff") + end, nil},
		"NUL name":            {field("a\x00", "1") + end, nil},
		"invalid file name":   {file("\xff", "1") + end, nil},
		"clash":               {field("a", "1") + field("a[b]", "1") + end, nil},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := Parse(Input{ContentType: "multipart/form-data; boundary=XX", Body: []byte(test.body)})
			if test.want == nil {
				assert.Equal(t, &Error{Kind: BadEncoding}, err)
				return
			}
			require.Nil(t, err)
			assert.Empty(t, cmp.Diff(test.want, got))
		})
	}
}

func TestParsePath(t *testing.T) {
	for _, path := range []map[string]string{{"id": "\x00"}, {"id": "\xff"}, {"\xff": "1"}} {
		_, err := Parse(Input{Path: path, ContentType: "image/png", Body: []byte("x")})
		assert.Equal(t, &Error{Kind: BadEncoding}, err, "encoding comes before the media type")
	}
}

func TestErrorText(t *testing.T) {
	assert.Equal(t, "Bad Request", (&Error{Kind: BadEncoding}).Error())
	assert.Contains(t, (&Error{Kind: BadJSON}).Error(), "JSON")
	assert.Equal(t, "The provided content-type 'image/png' is not supported.",
		(&Error{Kind: UnsupportedMediaType, ContentType: "image/png"}).Error())
}

func FuzzParse(f *testing.F) {
	f.Add("a[][b]=1&a[][c]=2;d=%41", jsonType, []byte(`{"a":{"b":[1.5e3,null,"x"]}}`))
	f.Add("a=1&a[]=2", formType, []byte("tag_list=a,,b&page=1_0&info[name]=x"))
	f.Add("", "multipart/form-data; boundary=XX",
		[]byte("--XX\r\nContent-Disposition: form-data; name=\"a\"; filename=\"b\"\r\n\r\nc\r\n--XX--\r\n"))
	f.Fuzz(func(t *testing.T, query, contentType string, body []byte) {
		tree, err := Parse(Input{RawQuery: query, ContentType: contentType, Body: body, Path: map[string]string{"id": "1"}})
		if err != nil {
			return
		}
		values, _ := everyKind.Validate(tree)
		for _, name := range append(values.Names(), "other") {
			values.Has(name)
			values.String(name)
			values.Int(name)
			values.Bool(name)
			values.List(name)
			if inside, ok := values.Hash(name); ok {
				inside.Query()
			}
		}
		values.Ignored()
		values.All()
		again, err := Parse(Input{RawQuery: values.Query()})
		if err == nil && bytes.Contains([]byte(values.Query()), []byte("id=1")) {
			assert.Equal(t, "1", again["id"])
		}
	})
}

func BenchmarkGetWithoutQuery(b *testing.B) {
	spec := Spec{Params: []Param{
		{Name: "scope", Values: []string{"active", "paused"}},
		{Name: "type", Values: []string{"instance_type"}},
		{Name: "paused", Kind: Boolean},
		{Name: "tag_list", Kind: CommaList},
		{Name: "page", Kind: Integer, Default: 1},
		{Name: "per_page", Kind: Integer, Default: 20, Except: []string{"0"}},
	}}
	b.ReportAllocs()
	for b.Loop() {
		tree, _ := Parse(Input{})
		values, errs := spec.Validate(tree)
		if len(errs) > 0 {
			b.Fatal(errs)
		}
		values.Int("page")
	}
}

func TestEachPart(t *testing.T) {
	body := func(parts ...string) string { return "--b\r\n" + strings.Join(parts, "\r\n--b\r\n") + "\r\n--b--\r\n" }
	part := func(disposition, content string) string {
		return "Content-Disposition: form-data" + disposition + "\r\n\r\n" + content
	}
	read := func(body string, limit int64) (seen []string, err error) {
		err = EachPart("multipart/form-data; boundary=b", strings.NewReader(body), func(p Part) (bool, error) {
			value, err := p.Value(limit)
			if file, isFile := value.(*File); isFile {
				value = "the file " + file.Filename
			}
			seen = append(seen, fmt.Sprint(p.Name, "|", p.Filename, "|", value))
			return p.Name == "last", err
		})
		return seen, err
	}
	seen, err := read(body(part(`; name="a"`, "1"), part("", "unnamed"), part(`; name="f"; filename="x/y"`, "\x00\xff"),
		part(`; name="none chosen"; filename=""`, ""),
		part(`; name="last"`, "3"), part(`; name="b"`, "4")), 1)
	assert.NoError(t, err)
	assert.Equal(t, []string{"a||1", "f|x/y|the file y", "last||3"}, seen)
	for name, c := range map[string]string{
		"a field that is too large":       body(part(`; name="a"`, "12")),
		"a field that is not text":        body(part(`; name="a"`, "\x00")),
		"a name that is not text":         body(part("; name=\"\xff\"", "1")),
		"the name of a file, no text":     body(part("; name=\"a\"; filename=\"\xff\"", "1")),
		"a body without its end":          strings.TrimSuffix(body(part(`; name="a"`, "1")), "--b--\r\n"),
		"an unnamed part without its end": "--b\r\n" + part("", "1"),
	} {
		seen, err := read(c, 1)
		assert.Error(t, err, name)
		assert.NotContains(t, seen, "a||1", "%s: no value of a part that is not there as a whole", name)
	}
	cut := strings.NewReader(strings.TrimSuffix(body(part(`; name="a"`, "1")), "--b--\r\n"))
	assert.NoError(t, EachPart("multipart/form-data; boundary=b", cut, func(p Part) (bool, error) {
		_, err := p.Value(9)
		assert.Error(t, err, "a part without its end is no value")
		return true, nil
	}))
	for _, contentType := range []string{"multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; ="} {
		assert.EqualError(t, EachPart(contentType, strings.NewReader(""), nil), "a multipart body without a boundary")
	}
}

// TestParseAsRails holds what Rails makes of requests that do not go through Grape: to GraphQL.
func TestParseAsRails(t *testing.T) {
	for name, test := range map[string]struct {
		query, contentType, body string
		want                     Tree
	}{
		"a list":                 {"", jsonType, `[{"a":1}]`, Tree{JSONName: []any{Tree{"a": json.Number("1")}}}},
		"a text":                 {"", jsonType, `"a"`, Tree{JSONName: "a"}},
		"null":                   {"", jsonType, `null`, Tree{JSONName: nil}},
		"an object":              {"", "text/x-json", `{"a":"b"}`, Tree{"a": "b"}},
		"the query counts first": {"a=query&b=query", jsonType, `{"a":"body","c":"body"}`, Tree{"a": "query", "b": "query", "c": "body"}},
		"a form without a type":  {"", "", "a[b]=1", Tree{"a": Tree{"b": "1"}}},
		"a form":                 {"", formType, "a=1", Tree{"a": "1"}},
		"a request in JSON":      {"", "application/jsonrequest", `{"a":"b"}`, Tree{"a": "b"}},
		"JSON:API":               {"", "application/vnd.api+json", `{"a":"b"}`, Tree{"a": "b"}},
		"parts":                  {"", "multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--b--\r\n", Tree{"a": "1"}},
		"what Rails cannot read": {"a=1", "application/graphql", "{ a }", Tree{"a": "1"}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := Parse(Input{RawQuery: test.query, ContentType: test.contentType, Body: []byte(test.body), Rails: true})
			require.Nil(t, err)
			assert.Empty(t, cmp.Diff(test.want, got))
		})
	}
	_, err := Parse(Input{ContentType: jsonType, Body: []byte(`[`), Rails: true})
	assert.Equal(t, &Error{Kind: BadJSON}, err)
	_, err = Parse(Input{ContentType: formType, Body: []byte(`a=%`), Rails: true})
	assert.Equal(t, &Error{Kind: BadEncoding}, err)
}

func TestMediaType(t *testing.T) {
	for contentType, want := range map[string]string{"": "", ";x": "", " Text/Plain ,q": "text/plain", "a/b;c,d": "a/b", "a/b": "a/b"} {
		assert.Equal(t, want, MediaType(contentType), contentType)
	}
}

// What is kept of a large form keeps the form not alive; of a small one it is not worth a copy.
func TestLargeFormsAreCopiedFrom(t *testing.T) {
	for size, copied := range map[int]bool{largeForm: false, largeForm + 1: true} {
		form := "a=" + strings.Repeat("x", size-2)
		tree := Tree{}
		require.Nil(t, parseNested(tree, form, "&"))
		value, _ := tree["a"].(string)
		require.Equal(t, form[2:], value)
		assert.Equal(t, copied, unsafe.StringData(value) != unsafe.StringData(form[2:]), size)
	}
	assert.NotNil(t, parseNested(Tree{}, strings.Repeat("x", largeForm)+"%zz=1", "&"), "a bad escape is one in a large form, too")
}
