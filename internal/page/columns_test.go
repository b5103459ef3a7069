package page

import (
	"cmp"
	"encoding/base64"
	"math"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/fakegitlab/fakegitlab/internal/params"
)

// What a place is written as is what reads as that place.
func TestPlace(t *testing.T) {
	for want, place := range map[string]Place{
		`{"name":"ada","id":"26","_kd":"n"}`:          {Column: "name", Value: "ada", ID: 26},
		`{"name":"ada","id":"26","_kd":"p"}`:          {Column: "name", Value: "ada", ID: 26, Backward: true},
		`{"name":"","id":"1","_kd":"n"}`:              {Column: "name", ID: 1},
		`{"path":"a \"b\",\\ü\n","id":"1","_kd":"n"}`: {Column: "path", Value: "a \"b\",\\ü\n", ID: 1},
		`{"name":"???????","id":"3","_kd":"n"}`:       {Column: "name", Value: "???????", ID: 3}, // base64 of ??? is Pz8_
		`{"id":"7","_kd":"n"}`:                        {Column: "id", ID: 7},
		`{"id":"7","_kd":"p"}`:                        {Column: "id", ID: 7, Backward: true},
	} {
		cursor := place.String()
		decoded, err := base64.URLEncoding.DecodeString(cursor)
		assert.NoError(t, err, want)
		assert.Equal(t, want, string(decoded))
		for _, cursor := range []string{cursor, strings.TrimRight(cursor, "=")} {
			got, err := parsePlace(cursor, place.Column)
			assert.NoError(t, err, want)
			assert.Equal(t, place, got)
		}
	}
	got, err := parsePlace(Place{Column: "id", Value: "ada", ID: 7}.String(), "id")
	assert.NoError(t, err)
	assert.Equal(t, Place{Column: "id", ID: 7}, got, "by id the value counts for nothing")
}

func TestReadColumns(t *testing.T) {
	encode := func(json string) string { return base64.RawURLEncoding.EncodeToString([]byte(json)) }
	for query, want := range map[string]Columns{
		"":                                          {Place{Column: "name"}, 20},
		"cursor=&per_page=500":                      {Place{Column: "name"}, 100},
		"per_page=3&cursor=" + encode(`{}`):         {Place{Column: "name"}, 3},
		"cursor=" + encode(`{"_kd":"n"}`):           {Place{Column: "name"}, 20},
		"cursor=" + encode(`{"_kd":"p"}`):           {Place{Column: "name", Backward: true}, 20},
		"cursor=" + encode(`{"name":"ada","id":1}`): {Place{Column: "name", Value: "ada", ID: 1}, 20},
		"cursor=" + encode(`{"name":"ada","id":"1","_kd":"p","path":"x"}`): {
			Place{Column: "name", Value: "ada", ID: 1, Backward: true}, 20},
	} {
		v, errs := read(t, query)
		assert.Empty(t, errs)
		got, err := ReadColumns(v, "name")
		assert.NoError(t, err, query)
		assert.Equal(t, want, got, query)
	}
	for _, bad := range []string{"%21", "e30x", encode(`null`), encode(`{"name":"ada","id":"0"}`),
		encode(`{"id":"1"}`), encode(`{"path":"ada","id":"1"}`), encode(`{"name":null,"id":"1"}`),
		encode(`{"name":5,"id":"1"}`), encode(`{"name":"ada","id":"1","_kd":"x"}`)} {
		v, _ := read(t, "cursor="+bad)
		_, err := ReadColumns(v, "name")
		assert.Equal(t, ErrBadCursor, err, bad)
	}
	v, _ := read(t, "cursor="+encode(`{"id":"x"}`))
	_, err := ReadColumns(v, "id")
	assert.Equal(t, ErrBadCursor, err, "by id")
}

// namesakes are rows sorted by name and, of one name, by id, the greatest first.
var namesakes = []Place{{Value: "ada", ID: 4}, {Value: "bob", ID: 9}, {Value: "bob", ID: 6}, {Value: "bob", ID: 2},
	{Value: "eve", ID: 5}}

// page returns the ids of the page of rows that are sorted as the namesakes, and the place after which the next begins.
func (c Columns) page(rows []Place) ([]int, *Place) {
	p := c.Of(len(rows), func(i int, at Place) int {
		return cmp.Or(strings.Compare(rows[i].Value, at.Value), cmp.Compare(at.ID, rows[i].ID))
	}, func(i int) Place { return rows[i] })
	ids := []int{}
	for _, row := range rows[p.From:p.To] {
		ids = append(ids, row.ID)
	}
	return ids, p.Next
}

func TestColumnsOf(t *testing.T) {
	back := func(value string, id int) Place { return Place{Value: value, ID: id, Backward: true} }
	for _, c := range []struct {
		at      Place
		perPage int
		want    []int
		next    *Place
	}{
		{Place{}, 2, []int{4, 9}, &namesakes[1]},
		{namesakes[1], 2, []int{6, 2}, &namesakes[3]},
		{namesakes[3], 2, []int{5}, nil},
		{namesakes[2], 2, []int{2, 5}, nil},
		{namesakes[4], 2, []int{}, nil},
		{Place{}, 5, []int{4, 9, 6, 2, 5}, nil},
		{Place{}, math.MaxInt, []int{4, 9, 6, 2, 5}, nil},
		{namesakes[0], math.MaxInt, []int{9, 6, 2, 5}, nil},
		{Place{Value: "bob", ID: 7}, 1, []int{6}, &namesakes[2]}, // whose row is gone
		{Place{Value: "aaa", ID: 1}, 1, []int{4}, &namesakes[0]},
		{Place{Value: "zoe", ID: 1}, 1, []int{}, nil},
		{back("", 0), 2, []int{2, 5}, nil},
		{back("", 0), 9, []int{4, 9, 6, 2, 5}, nil},
		{back("eve", 5), 2, []int{6, 2}, &namesakes[3]},
		{back("bob", 6), 2, []int{4, 9}, &namesakes[1]},
		{back("bob", 9), 2, []int{4}, &namesakes[0]},
		{back("bob", 7), 1, []int{9}, &namesakes[1]},
		{back("ada", 4), 2, []int{}, nil},
		{back("zoe", 1), 1, []int{5}, nil},
	} {
		ids, next := Columns{At: c.at, PerPage: c.perPage}.page(namesakes)
		assert.Equal(t, c.want, ids, "%+v", c)
		assert.Equal(t, c.next, next, "%+v", c)
	}
	for _, at := range []Place{{}, {Backward: true}, namesakes[0], back("ada", 4)} {
		ids, next := Columns{At: at, PerPage: 2}.page(nil)
		assert.Empty(t, ids, "of no rows, %+v", at)
		assert.Nil(t, next, "of no rows, %+v", at)
	}
}

// Who follows the links sees each row once.
func TestColumnsWalk(t *testing.T) {
	for perPage := 1; perPage <= len(namesakes); perPage++ {
		seen, at := []int{}, &Place{}
		for range namesakes {
			var ids []int
			ids, at = Columns{At: *at, PerPage: perPage}.page(namesakes)
			if seen = append(seen, ids...); at == nil {
				break
			}
		}
		assert.Equal(t, []int{4, 9, 6, 2, 5}, seen, "%d a page", perPage)
		assert.Nil(t, at, "%d a page", perPage)
	}
}

func TestColumnsHeaders(t *testing.T) {
	v, _ := read(t, "pagination=keyset&order_by=name&per_page=500", params.Param{Name: "order_by"},
		params.Param{Name: "pagination"})
	c, err := ReadColumns(v, "name")
	assert.NoError(t, err)
	const users = "http://gitlab.example/api/v4/users"
	send := func(rows int) map[string]string {
		h := http.Header{}
		c.Of(rows, nil, func(i int) Place { return Place{Column: "name", Value: "ada", ID: i} }).SetHeaders(h, users, v)
		return flat(h)
	}
	cursor := url.QueryEscape(Place{Column: "name", Value: "ada", ID: 99}.String())
	assert.Equal(t, map[string]string{"Link": "<" + users + "?cursor=" + cursor +
		`&order_by=name&page=1&pagination=keyset&per_page=100>; rel="next"`}, send(101))
	assert.Empty(t, send(100), "nothing at the end")
}
