// Package page divides lists into pages as GitLab's REST API does and writes the headers that say so
// (https://docs.gitlab.com/ee/api/rest/#pagination).
package page

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/params"
)

// MaxCounted is the greatest number of rows that GitLab counts: longer lists come without totals.
const MaxCounted = 10000

// MaxOffset is how far pages by offset go where GitLab wants keyset pagination instead (offset_pagination_limit).
const MaxOffset = 50000

const (
	defaultPerPage = 20
	maxPerPage     = 100
)

// Params declares the parameters of offset pagination, in GitLab's order.
func Params() []params.Param {
	return []params.Param{
		{Name: "page", Kind: params.Integer, Default: 1},
		{Name: "per_page", Kind: params.Integer, Default: defaultPerPage, Except: []string{"0"}},
	}
}

// Offset is the page asked for: Page counts from 1, PerPage is 1 to 100.
type Offset struct{ Page, PerPage int }

// ReadOffset reads page and per_page and corrects them as GitLab does: more than 100 a page is 100; a negative number,
// or none, is 20; a page before the first is the first.
func ReadOffset(v params.Values) Offset {
	o := Offset{Page: 1, PerPage: defaultPerPage}
	if n, ok := v.Int("page"); ok {
		o.Page = max(n, 1)
	}
	if n, ok := v.Int("per_page"); ok && n > 0 {
		o.PerPage = min(n, maxPerPage)
	}
	return o
}

// Window returns the bounds of the page in a list of total rows. They can always be used to slice the list. A page past
// the end is empty.
func (o Offset) Window(total int) (from, to int) {
	if total <= 0 || o.PerPage <= 0 {
		return 0, 0
	}
	skipped := max(o.Page, 1) - 1
	if skipped > total/o.PerPage { // else the product cannot overflow
		return total, total
	}
	from = min(skipped*o.PerPage, total)
	return from, from + min(o.PerPage, total-from)
}

// Of returns the Result for a list of total rows. Totals are left out when withoutCount says so, as
// GET /runners/:id/jobs does for system_id, and always beyond MaxCounted rows.
func (o Offset) Of(total int, withoutCount bool) Result {
	_, to := o.Window(total)
	return Result{
		Total:   total,
		Counted: !withoutCount && total <= MaxCounted,
		HasNext: to < total,
		Offset:  o,
	}
}

// Result is what the headers tell about a page; Offset.Of makes one.
type Result struct {
	Total   int  // all rows, also when they are not shown: a page past the end has no previous page
	Counted bool // whether the headers show totals
	HasNext bool // whether rows follow this page
	Offset  Offset
}

// SetHeaders writes X-Per-Page, X-Page, X-Next-Page, X-Prev-Page (empty when there is none), Link, and, if Counted,
// X-Total and X-Total-Pages (at least 1). baseURL is scheme://host/path without query; the links carry every parameter
// of v, coerced, as GitLab's do, a private_token among them.
func (r Result) SetHeaders(h http.Header, baseURL string, v params.Values) {
	number := max(r.Offset.Page, 1)
	from, _ := r.Offset.Window(r.Total)
	var next, prev int // 0: none
	if r.HasNext {
		next = number + 1
	}
	if number > 1 && from < r.Total {
		prev = number - 1
	}
	h.Set("X-Per-Page", strconv.Itoa(r.Offset.PerPage))
	h.Set("X-Page", strconv.Itoa(number))
	h.Set("X-Next-Page", pageText(next))
	h.Set("X-Prev-Page", pageText(prev))

	v = v.With("per_page", r.Offset.PerPage)
	var links []string
	link := func(page int, rel string) {
		if page > 0 {
			links = append(links, LinkTo(baseURL, v.With("page", page), rel))
		}
	}
	link(prev, "prev")
	link(next, "next")
	link(1, "first")
	if r.Counted {
		last := r.pages()
		link(last, "last")
		h.Set("X-Total", strconv.Itoa(max(r.Total, 0)))
		h.Set("X-Total-Pages", strconv.Itoa(last))
	}
	h.Set("Link", strings.Join(links, ", "))
}

// pages is the number of pages, which GitLab never lets be 0.
func (r Result) pages() int {
	if r.Total <= 0 || r.Offset.PerPage <= 0 {
		return 1
	}
	return (r.Total-1)/r.Offset.PerPage + 1
}

func pageText(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

func LinkTo(baseURL string, v params.Values, rel string) string {
	return "<" + baseURL + "?" + v.Query() + `>; rel="` + rel + `"`
}
