package page

import (
	"math"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab/internal/params"
)

const base = "http://gitlab.example/api/v4/runners/all"

func read(t *testing.T, query string, extra ...params.Param) (params.Values, []string) {
	t.Helper()
	tree, err := params.Parse(params.Input{RawQuery: query})
	require.Nil(t, err)
	return params.Spec{Params: append(extra, Params()...)}.Validate(tree)
}

func TestReadOffset(t *testing.T) {
	for query, want := range map[string]Offset{
		"":                             {1, 20},
		"page=3&per_page=7":            {3, 7},
		"per_page=100":                 {1, 100},
		"per_page=101":                 {1, 100},
		"per_page=-1":                  {1, 20},
		"page=0":                       {1, 20},
		"page=-1":                      {1, 20},
		"page=&per_page=":              {1, 20},
		"page=99999999999999999999999": {math.MaxInt, 20},
		"per_page=99999999999999999999999&page=-99999999999999999999999": {1, 100},
	} {
		v, errs := read(t, query)
		assert.Empty(t, errs, query)
		assert.Equal(t, want, ReadOffset(v), query)
	}
	assert.Equal(t, Offset{1, 20}, ReadOffset(params.Values{}), "endpoints that declare no pages")
}

// Who declares per_page without its exception has no page of nothing either.
func TestNoPageIsOfNothing(t *testing.T) {
	tree, perr := params.Parse(params.Input{RawQuery: "per_page=0"})
	require.Nil(t, perr)
	v, errs := params.Spec{Params: []params.Param{{Name: "per_page", Kind: params.Integer}}}.Validate(tree)
	require.Empty(t, errs)
	assert.Equal(t, Offset{1, 20}, ReadOffset(v))
}

func TestThereIsAlwaysAPage(t *testing.T) {
	for _, r := range []Result{
		{Total: 0, Counted: true, Offset: Offset{1, 1}},
		{Total: -5, Counted: true, Offset: Offset{1, 1}},
		{Total: 5, Counted: true},
		{Total: 5, Counted: true, Offset: Offset{1, 5}},
	} {
		h := http.Header{}
		r.SetHeaders(h, base, params.Values{})
		assert.Equal(t, "1", h.Get("X-Total-Pages"), "%+v", r)
	}
}

func TestParamsErrors(t *testing.T) {
	for query, want := range map[string][]string{
		"per_page=0":        {"per_page has a value not allowed"},
		"page=x&per_page=y": {"page is invalid", "per_page is invalid"},
		"per_page=0x1A":     {"per_page is invalid"},
	} {
		_, errs := read(t, query)
		assert.Equal(t, want, errs, query)
	}
}

func TestWindow(t *testing.T) {
	for _, test := range []struct {
		offset   Offset
		total    int
		from, to int
	}{
		{Offset{1, 20}, 3, 0, 3},
		{Offset{1, 2}, 3, 0, 2},
		{Offset{2, 2}, 3, 2, 3},
		{Offset{2, 2}, 4, 2, 4},
		{Offset{3, 2}, 4, 4, 4},
		{Offset{9, 2}, 3, 3, 3},
		{Offset{1, 20}, 0, 0, 0},
		{Offset{1, 20}, -5, 0, 0},
		{Offset{}, 5, 0, 0},
		{Offset{0, 2}, 5, 0, 2},
		{Offset{math.MinInt, 2}, 5, 0, 2},
		{Offset{math.MaxInt, 100}, 5, 5, 5},
		{Offset{math.MaxInt, math.MaxInt}, math.MaxInt, math.MaxInt, math.MaxInt},
		{Offset{1, math.MaxInt}, math.MaxInt, 0, math.MaxInt},
		{Offset{2, math.MaxInt - 1}, math.MaxInt, math.MaxInt - 1, math.MaxInt},
	} {
		from, to := test.offset.Window(test.total)
		assert.Equal(t, [2]int{test.from, test.to}, [2]int{from, to}, "%+v", test)
	}
}

func TestSetHeaders(t *testing.T) {
	link := func(query, rel string) string { return "<" + base + "?" + query + `>; rel="` + rel + `"` }
	for name, test := range map[string]struct {
		query        string
		total        int
		withoutCount bool
		want         map[string]string
	}{
		"one page": {"", 3, false, map[string]string{
			"X-Total": "3", "X-Total-Pages": "1", "X-Per-Page": "20", "X-Page": "1", "X-Next-Page": "", "X-Prev-Page": "",
			"Link": link("page=1&per_page=20", "first") + ", " + link("page=1&per_page=20", "last"),
		}},
		"middle": {"page=2&per_page=1", 3, false, map[string]string{
			"X-Total": "3", "X-Total-Pages": "3", "X-Per-Page": "1", "X-Page": "2", "X-Next-Page": "3", "X-Prev-Page": "1",
			"Link": link("page=1&per_page=1", "prev") + ", " + link("page=3&per_page=1", "next") + ", " +
				link("page=1&per_page=1", "first") + ", " + link("page=3&per_page=1", "last"),
		}},
		"last": {"page=2&per_page=2", 3, false, map[string]string{
			"X-Total": "3", "X-Total-Pages": "2", "X-Per-Page": "2", "X-Page": "2", "X-Next-Page": "", "X-Prev-Page": "1",
			"Link": link("page=1&per_page=2", "prev") + ", " + link("page=1&per_page=2", "first") + ", " +
				link("page=2&per_page=2", "last"),
		}},
		"past the end": {"page=9&per_page=2", 3, false, map[string]string{
			"X-Total": "3", "X-Total-Pages": "2", "X-Per-Page": "2", "X-Page": "9", "X-Next-Page": "", "X-Prev-Page": "",
			"Link": link("page=1&per_page=2", "first") + ", " + link("page=2&per_page=2", "last"),
		}},
		"no rows": {"", 0, false, map[string]string{
			"X-Total": "0", "X-Total-Pages": "1", "X-Per-Page": "20", "X-Page": "1", "X-Next-Page": "", "X-Prev-Page": "",
			"Link": link("page=1&per_page=20", "first") + ", " + link("page=1&per_page=20", "last"),
		}},
		"capped": {"per_page=101&page=-1", 250, false, map[string]string{
			"X-Total": "250", "X-Total-Pages": "3", "X-Per-Page": "100", "X-Page": "1", "X-Next-Page": "2", "X-Prev-Page": "",
			"Link": link("page=2&per_page=100", "next") + ", " + link("page=1&per_page=100", "first") + ", " +
				link("page=3&per_page=100", "last"),
		}},
		"filters": {"type=instance_type&tag_list=b,a&paused=0&per_page=1&foo=bar&private_token=t", 1, false,
			map[string]string{
				"X-Total": "1", "X-Total-Pages": "1", "X-Per-Page": "1", "X-Page": "1", "X-Next-Page": "", "X-Prev-Page": "",
				"Link": link("foo=bar&page=1&paused=false&per_page=1&private_token=t&tag_list%5B%5D=b&tag_list%5B%5D=a&type=instance_type", "first") +
					", " +
					link("foo=bar&page=1&paused=false&per_page=1&private_token=t&tag_list%5B%5D=b&tag_list%5B%5D=a&type=instance_type",
						"last"),
			}},
		"just counted": {"per_page=100&page=100", MaxCounted, false, map[string]string{
			"X-Total": "10000", "X-Total-Pages": "100", "X-Per-Page": "100", "X-Page": "100", "X-Next-Page": "",
			"X-Prev-Page": "99",
			"Link": link("page=99&per_page=100", "prev") + ", " + link("page=1&per_page=100", "first") + ", " +
				link("page=100&per_page=100", "last"),
		}},
		"too many to count": {"per_page=100&page=100", MaxCounted + 1, false, map[string]string{
			"X-Per-Page": "100", "X-Page": "100", "X-Next-Page": "101", "X-Prev-Page": "99",
			"Link": link("page=99&per_page=100", "prev") + ", " + link("page=101&per_page=100", "next") + ", " +
				link("page=1&per_page=100", "first"),
		}},
		"without count": {"", 3, true, map[string]string{
			"X-Per-Page": "20", "X-Page": "1", "X-Next-Page": "", "X-Prev-Page": "",
			"Link": link("page=1&per_page=20", "first"),
		}},
		"without count, past the end": {"page=2", 3, true, map[string]string{
			"X-Per-Page": "20", "X-Page": "2", "X-Next-Page": "", "X-Prev-Page": "",
			"Link": link("page=1&per_page=20", "first"),
		}},
	} {
		t.Run(name, func(t *testing.T) {
			v, errs := read(t, test.query, params.Param{Name: "paused", Kind: params.Boolean},
				params.Param{Name: "tag_list", Kind: params.CommaList})
			require.Empty(t, errs)
			h := http.Header{}
			ReadOffset(v).Of(test.total, test.withoutCount).SetHeaders(h, base, v)
			assert.Empty(t, cmp.Diff(test.want, flat(h)))
		})
	}
}

// flat keeps a header that is sent empty apart from one that is not sent.
func flat(h http.Header) map[string]string {
	all := map[string]string{}
	for name := range h {
		all[name] = h.Get(name)
	}
	return all
}

func TestSetHeadersOfAnyResult(t *testing.T) {
	for _, r := range []Result{{}, {Total: -1, Counted: true},
		{HasNext: true, Offset: Offset{Page: math.MaxInt, PerPage: math.MaxInt}}} {
		assert.NotPanics(t, func() { r.SetHeaders(http.Header{}, base, params.Values{}) })
	}
}
