package page

import (
	"encoding/base64"
	"math"
	"net/http"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab/internal/params"
)

func TestCursor(t *testing.T) {
	assert.Equal(t, "eyJpZCI6IjI2IiwiX2tkIjoibiJ9", Cursor{ID: 26}.String(), "as GitLab's documentation shows it")
	for _, c := range []Cursor{{}, {ID: 1}, {ID: 26, Backward: true}, {Backward: true}, {ID: math.MaxInt}} {
		got, err := ParseCursor(c.String())
		assert.NoError(t, err)
		assert.Equal(t, c, got)
	}
}

func TestParseCursor(t *testing.T) {
	encode := base64.RawURLEncoding.EncodeToString
	for json, want := range map[string]Cursor{
		`{"id":26}`:               {ID: 26},
		`{"id":"7","_kd":"p"}`:    {ID: 7, Backward: true},
		`{}`:                      {},
		`{"id":null,"_kd":null}`:  {},
		`{"id":"100","_kd":"n"} `: {ID: 100},
	} {
		got, err := ParseCursor(encode([]byte(json)))
		assert.NoError(t, err, json)
		assert.Equal(t, want, got, json)
	}
	for _, bad := range []string{"!", encode([]byte("{} ")) + "!", "x", "e30x", encode([]byte("null")), encode([]byte("[]")),
		encode([]byte(`{"id":"x"}`)),
		encode([]byte(`{"id":"0"}`)), encode([]byte(`{"id":-1}`)), encode([]byte(`{"id":1.5}`)),
		encode([]byte(`{"id":99999999999999999999}`)),
		encode([]byte(`{"id":1,"_kd":"x"}`)), encode([]byte(`{"id":""}`)), encode([]byte("\xff"))} {
		_, err := ParseCursor(bad)
		assert.ErrorIs(t, err, ErrBadCursor, bad)
	}
	got, err := ParseCursor(" ")
	assert.NoError(t, err)
	assert.Zero(t, got)
}

func TestReadKeyset(t *testing.T) {
	for query, want := range map[string]error{
		"":                         nil,
		"order_by=id&sort=desc":    nil,
		"order_by&sort":            nil,
		"order_by=id&sort=asc":     ErrKeysetUnavailable,
		"order_by=name":            ErrKeysetUnavailable,
		"cursor=%21":               ErrBadCursor,
		"cursor=":                  nil,
		"cursor=%21&order_by=name": ErrKeysetUnavailable,
	} {
		v, _ := read(t, query)
		_, err := ReadKeyset(v)
		assert.Equal(t, want, err, query)
	}
	v, _ := read(t, "per_page=500&cursor="+Cursor{ID: 3}.String())
	k, err := ReadKeyset(v)
	assert.NoError(t, err)
	assert.Equal(t, Keyset{Cursor: Cursor{ID: 3}, PerPage: 100}, k)
	assert.Equal(t, "Keyset pagination is not yet available for this type of request", ErrKeysetUnavailable.Error())
}

func TestKeysetOf(t *testing.T) {
	ids := []int{9, 7, 5, 3, 1}
	for _, test := range []struct {
		keyset Keyset
		want   []int
		next   int // 0: none
	}{
		{Keyset{PerPage: 2}, []int{9, 7}, 7},
		{Keyset{Cursor: Cursor{ID: 7}, PerPage: 2}, []int{5, 3}, 3},
		{Keyset{Cursor: Cursor{ID: 3}, PerPage: 2}, []int{1}, 0},
		{Keyset{Cursor: Cursor{ID: 6}, PerPage: 2}, []int{5, 3}, 3},
		{Keyset{Cursor: Cursor{ID: 1}, PerPage: 2}, []int{}, 0},
		{Keyset{Cursor: Cursor{ID: math.MaxInt}, PerPage: 5}, []int{9, 7, 5, 3, 1}, 0},
		{Keyset{PerPage: math.MaxInt}, []int{9, 7, 5, 3, 1}, 0},
		{Keyset{Cursor: Cursor{ID: 3, Backward: true}, PerPage: 2}, []int{7, 5}, 5},
		{Keyset{Cursor: Cursor{ID: 7, Backward: true}, PerPage: 2}, []int{9}, 9},
		{Keyset{Cursor: Cursor{ID: 9, Backward: true}, PerPage: 2}, []int{}, 0},
		{Keyset{Cursor: Cursor{ID: 1, Backward: true}, PerPage: 2}, []int{5, 3}, 3},
		{Keyset{Cursor: Cursor{Backward: true}, PerPage: 2}, []int{3, 1}, 0},
		{Keyset{}, []int{}, 0},
		{Keyset{PerPage: -1}, []int{}, 0},
	} {
		p := test.keyset.Of(len(ids), func(i int) int { return ids[i] })
		assert.Equal(t, test.want, ids[p.From:p.To], "%+v", test.keyset)
		if test.next == 0 {
			assert.Nil(t, p.Next, "%+v", test.keyset)
		} else {
			assert.Equal(t, &Cursor{ID: test.next}, p.Next, "%+v", test.keyset)
		}
	}
	assert.Equal(t, KeysetPage{PerPage: 2}, Keyset{PerPage: 2}.Of(0, nil))
}

func TestKeysetOfAnAscendingList(t *testing.T) {
	ids := []int{1, 3, 5, 7, 9}
	for _, test := range []struct {
		cursor Cursor
		want   []int
		next   *Cursor
	}{
		{Cursor{}, []int{1, 3}, &Cursor{ID: 3}},
		{Cursor{ID: 3}, []int{5, 7}, &Cursor{ID: 7}},
		{Cursor{ID: 4}, []int{5, 7}, &Cursor{ID: 7}},
		{Cursor{ID: 7}, []int{9}, nil},
		{Cursor{ID: 9}, []int{}, nil},
		{Cursor{ID: 7, Backward: true}, []int{3, 5}, &Cursor{ID: 5}},
		{Cursor{ID: 1, Backward: true}, []int{}, nil},
		{Cursor{Backward: true}, []int{7, 9}, nil},
	} {
		p := Keyset{Cursor: test.cursor, PerPage: 2, Ascending: true}.Of(len(ids), func(i int) int { return ids[i] })
		assert.Equal(t, test.want, ids[p.From:p.To], "%+v", test.cursor)
		assert.Equal(t, test.next, p.Next, "%+v", test.cursor)
	}
}

func TestReadKeysetBothWays(t *testing.T) {
	sorted := params.Param{Name: "sort"}
	for query, want := range map[string]Keyset{
		"":                        {PerPage: 20},
		"sort=desc&per_page=3":    {PerPage: 3},
		"sort=asc&per_page=3":     {PerPage: 3, Ascending: true},
		"order_by=id&sort=asc":    {PerPage: 20, Ascending: true},
		"sort=asc&cursor=e30":     {PerPage: 20, Ascending: true},
		"sort=desc&cursor=e30%3D": {PerPage: 20},
	} {
		v, errs := read(t, query, sorted)
		assert.Empty(t, errs)
		k, err := ReadKeysetBothWays(v)
		assert.NoError(t, err, query)
		assert.Equal(t, want, k, query)
	}
	for query, want := range map[string]error{
		"sort=asc&order_by=name": ErrKeysetUnavailable,
		"sort=asc&cursor=%21":    ErrBadCursor,
		"sort=up":                ErrKeysetUnavailable,
	} {
		v, _ := read(t, query, sorted)
		_, err := ReadKeysetBothWays(v)
		assert.Equal(t, want, err, query)
	}
}

func TestKeysetWalk(t *testing.T) {
	ids := []int{9, 7, 5, 3, 1}
	var seen []int
	k := Keyset{PerPage: 2}
	for range ids {
		p := k.Of(len(ids), func(i int) int { return ids[i] })
		seen = append(seen, ids[p.From:p.To]...)
		if p.Next == nil {
			break
		}
		k.Cursor = *p.Next
	}
	assert.True(t, slices.Equal(ids, seen), "%v", seen)
}

func TestKeysetHeaders(t *testing.T) {
	tree, perr := params.Parse(params.Input{RawQuery: "pagination=keyset&per_page=1&order_by=id",
		Path: map[string]string{"id": "4"}})
	require.Nil(t, perr)
	declared := append([]params.Param{{Name: "id", Kind: params.Integer}, {Name: "sort", Default: "desc"}}, Params()...)
	v, errs := params.Spec{Params: declared}.Validate(tree)
	require.Empty(t, errs)

	k, err := ReadKeyset(v)
	require.NoError(t, err)
	const jobs = "http://gitlab.example/api/v4/runners/4/jobs"
	h := http.Header{}
	k.Of(2, func(i int) int { return 26 - i }).SetHeaders(h, jobs, v)
	assert.Equal(t, map[string]string{
		"Link": "<" + jobs +
			"?cursor=eyJpZCI6IjI2IiwiX2tkIjoibiJ9&id=4&order_by=id&page=1&pagination=keyset&per_page=1&sort=desc>; rel=\"next\"",
	}, flat(h))

	h = http.Header{}
	k.Of(1, func(int) int { return 26 }).SetHeaders(h, jobs, v)
	assert.Empty(t, h, "nothing at the end")
}

func TestBoundHeaders(t *testing.T) {
	v, _ := read(t, "pagination=keyset&order_by=id&per_page=500&id_before=9")
	const projects = "http://gitlab.example/api/v4/projects"
	for bound, want := range map[Bound]string{
		{}:        "",
		{Last: 7}: "<" + projects + `?id_before=7&order_by=id&page=1&pagination=keyset&per_page=500>; rel="next"`,
		{7, true}: "<" + projects +
			`?id_after=7&id_before=9&order_by=id&page=1&pagination=keyset&per_page=500>; rel="next"`,
		{Ascending: true}: "",
	} {
		h := http.Header{}
		bound.SetHeaders(h, projects, v)
		assert.Equal(t, want, h.Get("Link"), "%+v", bound)
	}
}
