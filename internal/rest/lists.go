package rest

// Lists in pages (lib/api/helpers/pagination.rb, lib/api/helpers/pagination_strategies.rb): which rows are shown, and
// the headers that tell where they are.

import (
	"cmp"
	"net/http"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/page"
	"github.com/fakegitlab/fakegitlab/internal/params"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// listing declares the parameters of a list in pages.
func listing(groups ...[]params.Param) params.Spec {
	return front.Declare(append(groups, page.Params())...)
}

// offsetPage answers with the page of rows that the request asks for, without totals if GitLab does not count them
// here.
func offsetPage[T, E any](q request, rows []T, withoutCount bool, entity func(T) E) front.Response {
	o := page.ReadOffset(q.Params)
	from, to := o.Window(len(rows))
	return paged(q, entitiesOf(rows[from:to], entity), o.Of(len(rows), withoutCount), q.Params)
}

// entitiesOf are rows as GitLab shows them.
func entitiesOf[T, E any](rows []T, entity func(T) E) []E {
	entities := make([]E, len(rows))
	for i, r := range rows {
		entities[i] = entity(r)
	}
	return entities
}

// place is where a page is in its list.
type place interface {
	SetHeaders(h http.Header, baseURL string, v params.Values)
}

// paged answers with a page and the headers that tell where it is in its list; its links carry v.
func paged(q request, entities any, where place, v params.Values) front.Response {
	res := front.OK(entities)
	res.Header = http.Header{}
	where.SetHeaders(res.Header, q.requestURL(), v)
	return res
}

// requestURL is the request's URL without its query, on the configured host, as GitLab's links have it.
func (q request) requestURL() string { return q.Way.Origin + q.HTTP.URL.EscapedPath() }

// window collects the page of those rows that pass, and counts as far as GitLab counts or as the page needs.
func window[T any](rows []T, pass func(T) bool, o page.Offset) (shown []T, total int) {
	from, to := o.Window(len(rows))
	enough := max(to, page.MaxCounted) + 1
	for _, r := range rows {
		if total >= enough {
			break
		}
		if !pass(r) {
			continue
		}
		if total >= from && total < to {
			shown = append(shown, r)
		}
		total++
	}
	return shown, total
}

// wantsKeyset reports whether keyset pagination is asked for.
func (q request) wantsKeyset() bool {
	s, _ := q.Params.String("pagination")
	return s == "keyset"
}

// keysetPage answers with a page of jobs by keyset pagination; they come newest first.
func keysetPage[E any](q request, jobs []*world.Job, entity func(*world.Job) E) front.Response {
	return keysetPageOf(q, jobs, page.ReadKeyset, entity)
}

// keysetPageOf is keysetPage for jobs in the order that read takes.
func keysetPageOf[E any](q request, jobs []*world.Job, read func(params.Values) (page.Keyset, error),
	entity func(*world.Job) E) front.Response {
	k, err := read(q.Params)
	switch err {
	case nil:
	case page.ErrKeysetUnavailable:
		return keysetUnavailable("keyset pagination has order_by=id and sort=desc alone")
	default:
		return front.RefuseError(http.StatusBadRequest, msgCursorInvalid).Because(err.Error())
	}
	p := k.Of(len(jobs), func(i int) int { return jobs[i].ID })
	// The link names the order that counts even when the request leaves it to GitLab.
	return paged(q, entitiesOf(jobs[p.From:p.To], entity), p, q.Params.With("order_by", "id"))
}

// column is what a list is sorted by: a column, and the id where that does not decide.
type column[T any] struct {
	name  string // "id": that alone, and the values are empty
	value func(T) string
	id    func(T) int
	turn  int // of the column; -1: the greatest first
	byID  int // likewise, of the id
}

// columnPage answers with a page of a sorted list by keyset pagination.
func columnPage[T, E any](q request, rows []T, by column[T], entity func(T) E) front.Response {
	c, err := page.ReadColumns(q.Params, by.name)
	if err != nil {
		return front.RefuseError(http.StatusBadRequest, msgCursorInvalid).Because(err.Error())
	}
	p := c.Of(len(rows), func(i int, at page.Place) int {
		return cmp.Or(by.turn*strings.Compare(by.value(rows[i]), at.Value), by.byID*cmp.Compare(by.id(rows[i]), at.ID))
	}, func(i int) page.Place {
		return page.Place{Column: by.name, Value: by.value(rows[i]), ID: by.id(rows[i])}
	})
	return paged(q, entitiesOf(rows[p.From:p.To], entity), p, q.Params)
}

// keysetUnavailable is the refusal of keyset pagination in an order that has none.
func keysetUnavailable(reason string) front.Response {
	return front.RefuseError(http.StatusMethodNotAllowed, page.ErrKeysetUnavailable.Error()).Because(reason)
}
